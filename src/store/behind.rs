//! Indexes that are made behind the rows of a first load.
//!
//! With all its indexes a row goes into five trees, and those by id, parent and instant cost three times as much as the
//! row itself. While a set of tables is filled for the first time they are missing, and the store knows in memory what
//! they would say ([`Tail`]), so every row can be read in every way from the moment it is committed. Made in one go at
//! the end they cost less than half. That they are missing is seen in the file itself: whoever opens a file that
//! a killed program left so makes them before anything is read.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::columns::Incoming;
use super::mirror::{COLUMNS, Mirror, MirrorRow, count, read_row, table_exists};
use super::{StoreError, schema};
use crate::record::Kind;

/// Rows that are known in memory at most, some fifty bytes each; beyond that the indexes are made early.
const MOST: usize = 1_500_000;

/// What the missing indexes would say of every row of a set of tables.
///
/// An entry may be outdated: the row changed or went since. Whoever follows it looks at the row.
#[derive(Debug, Default)]
pub(super) struct Tail {
    hasher: RandomState,
    /// Rows by the hash of their id and kind.
    ids: HashMap<u64, i64>,
    /// Rows by the hash of their parent and kind.
    under: HashMap<u64, Vec<i64>>,
    /// Instants and rows by kind, but for figures; rows without an instant stand before all others.
    at: HashMap<String, Vec<(i64, i64)>>,
    rows: usize,
}

impl Tail {
    fn key(&self, name: &str, kind: &str) -> u64 {
        self.hasher.hash_one((name, kind))
    }

    /// Takes note of a row that was written under this number.
    pub(super) fn note(&mut self, num: i64, row: &Incoming) {
        self.ids.insert(self.key(&row.id, &row.kind), num);
        if let Some(parent) = &row.columns.parent {
            let key = self.key(parent, &row.kind);
            self.under.entry(key).or_default().push(num);
        }
        self.rows += 1;
        if is_figure(&row.kind) {
            return;
        }
        let entry = (row.columns.at.unwrap_or(i64::MIN), num);
        match self.at.get_mut(&row.kind) {
            Some(of_kind) => of_kind.push(entry),
            None => {
                self.at.insert(row.kind.clone(), vec![entry]);
            }
        }
    }

    /// Returns the number under which a record may stand.
    pub(super) fn number(&self, kind: &str, id: &str) -> Option<i64> {
        self.ids.get(&self.key(id, kind)).copied()
    }

    /// Tells whether there is room for what one more page brings.
    fn has_room(&self) -> bool {
        self.rows < MOST
    }

    fn under(&self, parent: &str, kind: &str) -> Vec<i64> {
        let found = self.under.get(&self.key(parent, kind));
        let mut nums = found.cloned().unwrap_or_default();
        nums.sort_unstable();
        nums.dedup();
        nums
    }

    /// Returns the rows of a kind from an instant on, newest first.
    fn latest(&self, kind: &str, since: i64) -> Vec<(i64, i64)> {
        let of_kind = self.at.get(kind).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<(i64, i64)> = of_kind
            .iter()
            .copied()
            .filter(|(at, _)| *at >= since)
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup();
        found
    }
}

/// Tells whether a kind has so many rows that nobody reads without their parent that their instants are not kept.
fn is_figure(kind: &str) -> bool {
    kind == Kind::MetricPoint.name() || kind == Kind::CreatorSnapshot.name()
}

/// Tells whether a set of tables is there without all of its indexes.
pub(super) fn lacks_indexes(db: &Connection, set: i64) -> rusqlite::Result<bool> {
    for (name, _) in schema::later_indexes(set) {
        if !table_exists(db, &name)? {
            return table_exists(db, &format!("row{set}"));
        }
    }
    Ok(false)
}

/// Makes the first index that is missing; tells whether another one is.
pub(super) fn make_index(db: &Connection, set: i64) -> rusqlite::Result<bool> {
    for (name, sql) in schema::later_indexes(set) {
        if !table_exists(db, &name)? {
            match db.execute_batch(&sql) {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    // No two rows of one record are ever written; should they be there all the same, the newest counts.
                    db.execute_batch(&format!(
                        "DELETE FROM row{set} WHERE num NOT IN \
                         (SELECT num FROM (SELECT num, max(seq) FROM row{set} GROUP BY id, kind)); {sql}"
                    ))?;
                }
                made => made?,
            }
            return lacks_indexes(db, set);
        }
    }
    Ok(false)
}

impl Mirror {
    /// Makes sure that every row that is written from now on can be found: by its indexes or in memory.
    pub(super) fn keep_reach(&mut self) -> rusqlite::Result<()> {
        if !self.behind {
            return Ok(());
        }
        let begins = self.tail.is_none() && self.is_empty(self.place().live)?;
        if begins {
            self.tail = Some(Tail::default());
        }
        match &self.tail {
            Some(tail) if tail.has_room() => Ok(()),
            _ => self.catch_up(),
        }
    }

    /// Does the same for the set that takes a snapshot.
    pub(super) fn keep_reach_of_spare(&mut self) -> rusqlite::Result<()> {
        let spare = 1 - self.place().live;
        if self.spare.as_ref().is_some_and(Tail::has_room) || !lacks_indexes(&self.db, spare)? {
            return Ok(());
        }
        if self.spare.is_none() && self.is_empty(spare)? {
            self.spare = Some(Tail::default());
            return Ok(());
        }
        self.spare = None;
        while make_index(&self.db, spare)? {}
        Ok(())
    }

    /// What stands for the indexes that a set lacks, if it lacks any.
    fn tail_of(&self, set: i64) -> Option<&Tail> {
        if set == self.place().live {
            self.tail.as_ref()
        } else {
            self.spare.as_ref()
        }
    }

    /// Reads one record of either set of tables.
    pub(super) fn get_from(
        &self,
        set: i64,
        kind: Kind,
        id: &str,
    ) -> rusqlite::Result<Option<MirrorRow>> {
        let by_id = format!("SELECT {COLUMNS} FROM row{set} WHERE id = ?1 AND kind = ?2");
        let Some(tail) = self.tail_of(set) else {
            return self
                .db
                .prepare_cached(&by_id)?
                .query_row([id, kind.name()], read_row)
                .optional();
        };
        let Some(num) = tail.number(kind.name(), id) else {
            return Ok(None);
        };
        self.db
            .prepare_cached(&format!("{by_id} AND num = ?3"))?
            .query_row(params![id, kind.name(), num], read_row)
            .optional()
    }

    /// Makes one index that a first load left out; tells whether another one is missing.
    pub(super) fn index_rows(&mut self) -> rusqlite::Result<bool> {
        if !self.behind {
            return Ok(false);
        }
        if make_index(&self.db, self.place().live)? {
            return Ok(true);
        }
        self.behind = false;
        self.tail = None;
        self.set_loading(false)?;
        Ok(false)
    }

    /// Makes all indexes that are missing.
    pub(super) fn catch_up(&mut self) -> rusqlite::Result<()> {
        while self.index_rows()? {}
        Ok(())
    }

    /// Makes all indexes that rows lack which somebody else wrote. Where that cannot be done, as on a full disk,
    /// reading takes longer and finds the same.
    pub(super) fn catch_up_softly(&mut self) -> rusqlite::Result<()> {
        if !self.behind || self.is_empty(self.place().live)? {
            return Ok(());
        }
        match self.catch_up() {
            Err(error) if !StoreError::sql("", &error).is_damage() => {
                tracing::warn!(%error, "the cache is left without some of its indexes");
                Ok(())
            }
            done => done,
        }
    }

    /// Reads the records of a kind under a parent, the newest first: all, or those from an instant on.
    pub(super) fn under(
        &self,
        (parent, kind): (&str, &str),
        since: Option<i64>,
        limit: usize,
    ) -> rusqlite::Result<Vec<MirrorRow>> {
        let Some(tail) = &self.tail else {
            let limit = count(limit);
            return match since {
                None => self.select(
                    "WHERE parent = ?1 AND kind = ?2 ORDER BY at DESC LIMIT ?3",
                    params![parent, kind, limit],
                ),
                Some(since) => self.select(
                    "WHERE parent = ?1 AND kind = ?2 AND at >= ?3 ORDER BY at DESC LIMIT ?4",
                    params![parent, kind, since, limit],
                ),
            };
        };
        let live = self.place().live;
        let mut select = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM row{live} WHERE num = ?1 AND parent = ?2 AND kind = ?3"
        ))?;
        let mut found = Vec::new();
        for num in tail.under(parent, kind) {
            let row = select
                .query_row(params![num, parent, kind], read_row)
                .optional()?;
            found.extend(row.filter(|row| since.is_none() || row.at >= since));
        }
        found.sort_by_key(|row| std::cmp::Reverse(row.at));
        found.truncate(limit);
        Ok(found)
    }

    /// Reads the newest records of a kind: of all, or of those from an instant on.
    pub(super) fn latest(
        &self,
        kind: &str,
        since: Option<i64>,
        limit: usize,
    ) -> rusqlite::Result<Vec<MirrorRow>> {
        let Some(tail) = self.tail.as_ref().filter(|_| !is_figure(kind)) else {
            let limit = count(limit);
            return match since {
                None => self.select(
                    "WHERE kind = ?1 ORDER BY at DESC LIMIT ?2",
                    params![kind, limit],
                ),
                Some(since) => self.select(
                    "WHERE kind = ?1 AND at >= ?2 ORDER BY at DESC LIMIT ?3",
                    params![kind, since, limit],
                ),
            };
        };
        let live = self.place().live;
        let mut select = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM row{live} WHERE num = ?1 AND kind = ?2"
        ))?;
        let mut found = Vec::new();
        for (at, num) in tail.latest(kind, since.unwrap_or(i64::MIN)) {
            if found.len() == limit {
                break;
            }
            let row = select.query_row(params![num, kind], read_row).optional()?;
            // A row that changed stands in the list once more, at its new instant.
            found.extend(row.filter(|row| row.at.unwrap_or(i64::MIN) == at));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_rows_of_one_record_the_newest_stays() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(&schema::row_tables(1)).unwrap();
        for (id, seq) in [("a", 7), ("b", 1), ("a", 3), ("b", 2)] {
            db.execute(
                "INSERT INTO row1(kind, id, version, seq, open, sum, fields, fv) \
                 VALUES ('lead', ?1, 1, ?2, 0, 0, '{}', '{}')",
                params![id, seq],
            )
            .unwrap();
        }
        assert!(lacks_indexes(&db, 1).unwrap());
        while make_index(&db, 1).unwrap() {}
        assert!(!lacks_indexes(&db, 1).unwrap());
        // A set that is not there lacks nothing.
        assert!(!lacks_indexes(&db, 0).unwrap());
        let mut select = db.prepare("SELECT id, seq FROM row1 ORDER BY id").unwrap();
        let left: Vec<(String, i64)> = select
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(left, [("a".to_owned(), 7), ("b".to_owned(), 2)]);
    }
}
