//! Compares the mirror with what the server says it should hold.

use rusqlite::params;

use super::mirror::Mirror;
use super::{Store, StoreError};
use crate::wire::{Digest, KindDigest};

/// Rows counted in one step; a key press never waits longer than that.
const ROWS: i64 = 20_000;

/// What came of comparing the mirror with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Both hold the same records in the same versions.
    Equal {
        /// How many.
        records: u64,
    },
    /// They do not stand at the same sequence, so nothing can be said.
    Elsewhere,
    /// They stand at the same sequence and differ.
    Different {
        /// The kinds of which the records differ.
        kinds: Vec<String>,
    },
}

/// A count under way: what has been counted and after which row to go on.
#[derive(Clone, Debug)]
pub struct Count {
    digest: Digest,
    live: i64,
    after: i64,
}

impl Store {
    /// Compares the whole mirror with the server's count, in one go.
    pub fn compare(&mut self, theirs: &Digest) -> Result<Comparison, StoreError> {
        let mut count = self.begin_count()?;
        while self.count_on(&mut count)? {}
        self.compare_count(&count, theirs)
    }

    /// Begins to count the mirror.
    pub fn begin_count(&mut self) -> Result<Count, StoreError> {
        let place = self.place()?;
        Ok(Count {
            digest: Digest {
                seq: place.seq,
                kinds: std::collections::BTreeMap::new(),
            },
            live: place.live,
            after: 0,
        })
    }

    /// Counts some more rows; tells whether any are left.
    pub fn count_on(&mut self, count: &mut Count) -> Result<bool, StoreError> {
        count_rows(&self.mirror, count).map_err(|error| self.mirror_error(&error))
    }

    /// Compares what was counted with the server's count; a mirror that has moved on meanwhile is elsewhere.
    pub fn compare_count(
        &mut self,
        count: &Count,
        theirs: &Digest,
    ) -> Result<Comparison, StoreError> {
        let place = self.place()?;
        let still = place.seq == count.digest.seq && place.live == count.live;
        let whole = place.synced_at.is_some() && place.snapshot.is_none();
        if !still || !whole || theirs.seq != place.seq {
            return Ok(Comparison::Elsewhere);
        }
        let ours = &count.digest.kinds;
        let kinds: Vec<String> = ours
            .keys()
            .chain(theirs.kinds.keys().filter(|kind| !ours.contains_key(*kind)))
            .filter(|kind| ours.get(*kind) != theirs.kinds.get(*kind))
            .cloned()
            .collect();
        Ok(if kinds.is_empty() {
            let records = ours.values().map(|kind| kind.count).sum();
            Comparison::Equal { records }
        } else {
            Comparison::Different { kinds }
        })
    }
}

fn count_rows(mirror: &Mirror, count: &mut Count) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT num, kind, id, version FROM row{} WHERE num > ?1 ORDER BY num LIMIT ?2",
        count.live
    );
    let mut statement = mirror.db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![count.after, ROWS])?;
    let mut read = 0;
    while let Some(row) = rows.next()? {
        read += 1;
        count.after = row.get(0)?;
        let kind = row.get_ref(1)?.as_str()?;
        let version: i64 = row.get(3)?;
        if !count.digest.kinds.contains_key(kind) {
            let none = KindDigest::default();
            count.digest.kinds.insert(kind.to_owned(), none);
        }
        if let Some(sum) = count.digest.kinds.get_mut(kind) {
            sum.add(row.get_ref(2)?.as_str()?, version.cast_unsigned());
        }
    }
    Ok(read == ROWS)
}
