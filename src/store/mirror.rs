//! The mirror: what the server said, and nothing else. It may be thrown away and fetched again.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};

use super::behind::{Tail, lacks_indexes, make_index};
use super::columns::{Incoming, row_sum};
use super::paths::{file_identity, private_file};
use super::rows::{Destination, publish_staged, stage, write_row};
use super::schema::{self, Age};
use super::search;
use crate::record::Kind;

/// A page of the feed, ready to be written.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows, in the order of their sequence.
    pub rows: Vec<Incoming>,
    /// Where the next page begins.
    pub cursor: String,
    /// The sequence up to which this page is complete.
    pub seq: u64,
    /// Whether there is a next page now.
    pub more: bool,
    /// Whether the page ends inside a transaction of the server.
    pub txn_open: bool,
}

impl From<crate::wire::RawPage> for Page {
    fn from(page: crate::wire::RawPage) -> Self {
        Self {
            rows: page.changes.into_iter().map(Incoming::new).collect(),
            cursor: page.cursor,
            seq: page.seq,
            more: page.more,
            txn_open: page.txn_open,
        }
    }
}

impl From<crate::wire::ChangesPage> for Page {
    fn from(page: crate::wire::ChangesPage) -> Self {
        Self {
            rows: page.changes.into_iter().map(Incoming::from).collect(),
            cursor: page.cursor,
            seq: page.seq,
            more: page.more,
            txn_open: page.txn_open,
        }
    }
}

/// Why a new snapshot is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotReason {
    /// The cursor is too old or unreadable.
    Cursor,
    /// The user's rights changed.
    Scope,
    /// The server was restored from a backup.
    Epoch,
}

impl SnapshotReason {
    const fn name(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::Scope => "scope",
            Self::Epoch => "epoch",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "epoch" => Self::Epoch,
            "scope" => Self::Scope,
            _ => Self::Cursor,
        }
    }
}

/// A snapshot under way, beside the mirror that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where its next page begins.
    pub cursor: Option<String>,
    /// Why it is taken.
    pub reason: SnapshotReason,
    /// The server's epoch, when it is a new one.
    pub epoch: Option<String>,
    /// The sequence to which the server was restored, when it said so.
    pub restored_seq: Option<u64>,
}

impl Snapshot {
    /// A snapshot because the mirror and the server differ.
    pub const fn anew() -> Self {
        Self {
            cursor: None,
            reason: SnapshotReason::Cursor,
            epoch: None,
            restored_seq: None,
        }
    }
}

/// How far the mirror has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Where the next page begins; absent before the first one.
    pub cursor: Option<String>,
    /// Everything up to this sequence is here.
    pub seq: u64,
    /// The epoch of the server to which the sequence belongs.
    pub epoch: Option<String>,
    /// When the mirror was last known to be up to date.
    pub synced_at: Option<Timestamp>,
    /// The snapshot under way.
    pub snapshot: Option<Snapshot>,
    pub(super) live: i64,
}

/// A record as the server has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MirrorRow {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) seq: u64,
    pub(super) at: Option<i64>,
    pub(super) fields: String,
}

pub(super) const COLUMNS: &str = "kind, id, version, seq, at, sum, fields";

pub(super) struct Mirror {
    pub(super) db: Connection,
    path: PathBuf,
    identity: Option<(u64, u64)>,
    place: Place,
    seen: i64,
    /// The rows kept aside while the server's transaction is not whole; where its next page begins.
    staged: Option<String>,
    pub(super) newer: Option<usize>,
    pub(super) bug: bool,
    /// The connection is set up for many pages in a row.
    loading: bool,
    /// The tables that are shown lack indexes.
    pub(super) behind: bool,
    /// What the missing indexes would say, while this store fills the tables.
    pub(super) tail: Option<Tail>,
    /// The same for the tables that take a snapshot.
    pub(super) spare: Option<Tail>,
}

/// What became of a page.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Positions in the page of the rows that changed something.
    pub(super) rows: Vec<usize>,
    /// Rows that had been kept aside came with it: too many to name.
    pub(super) many: bool,
    /// The page said nothing new.
    pub(super) stale: bool,
}

impl Mirror {
    /// Opens the file, making it if need be.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let _ = private_file(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(path, flags)?;
        tune(&db)?;
        let first = |db: &Connection| {
            db.execute_batch(&schema::row_tables(0))?;
            db.execute_batch(&schema::search_table(0))
        };
        let newer = match schema::migrate(&mut db, schema::MIRROR, &first)? {
            Age::Newer(version) => Some(version),
            Age::Current => None,
        };
        if newer.is_some() {
            db.pragma_update(None, "query_only", true)?;
        }
        let mut mirror = Self {
            db,
            path: path.to_owned(),
            identity: file_identity(path),
            place: Place::default(),
            seen: 0,
            staged: None,
            newer,
            bug: false,
            loading: false,
            behind: false,
            tail: None,
            spare: None,
        };
        mirror.read_place()?;
        if newer.is_none() && !mirror.db.is_readonly("main")? {
            mirror.behind = lacks_indexes(&mirror.db, mirror.place.live)?;
            // Whoever filled it was killed, or is still at it and goes on with the indexes from now on.
            mirror.catch_up_softly()?;
        }
        Ok(mirror)
    }

    /// Returns how far the mirror has come, as of the last call of [`Self::refresh`].
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Tells whether the file at this path is no longer the one that is open.
    pub(super) fn moved(&self) -> bool {
        file_identity(&self.path) != self.identity
    }

    /// Follows what another console wrote; tells whether there was anything.
    pub(super) fn refresh(&mut self) -> rusqlite::Result<bool> {
        let seen = data_version(&self.db)?;
        if seen == self.seen {
            return Ok(false);
        }
        self.read_place()?;
        self.spare = None;
        if self.behind {
            // Rows may be there that nobody here knows of.
            self.behind = lacks_indexes(&self.db, self.place.live)?;
            self.tail = None;
            self.catch_up_softly()?;
        }
        Ok(true)
    }

    fn read_place(&mut self) -> rusqlite::Result<()> {
        self.seen = data_version(&self.db)?;
        self.place = self
            .db
            .prepare_cached(
                "SELECT live, cursor, seq, epoch, synced_at, next_cursor, next_reason, next_epoch, restored_seq \
                 FROM place",
            )?
            .query_row([], |row| {
                let reason: Option<String> = row.get(6)?;
                let snapshot = match reason {
                    Some(reason) => Some(Snapshot {
                        cursor: row.get(5)?,
                        reason: SnapshotReason::from_name(&reason),
                        epoch: row.get(7)?,
                        restored_seq: row.get::<_, Option<i64>>(8)?.map(i64::cast_unsigned),
                    }),
                    None => None,
                };
                Ok(Place {
                    live: row.get(0)?,
                    cursor: row.get(1)?,
                    seq: unsigned(row, 2)?,
                    epoch: row.get(3)?,
                    synced_at: instant(row.get(4)?),
                    snapshot,
                })
            })?;
        Ok(())
    }

    /// Where the next request begins: after the rows kept aside, else after the last whole page.
    pub(super) fn request_cursor(&self) -> Option<&str> {
        match &self.place.snapshot {
            Some(snapshot) => snapshot.cursor.as_deref(),
            None => self.staged.as_deref().or(self.place.cursor.as_deref()),
        }
    }

    /// Writes a page and its cursor in one transaction.
    pub(super) fn apply(&mut self, page: &Page, now: Timestamp) -> rusqlite::Result<Written> {
        let written = self.try_apply(page, now);
        if written.is_err() {
            // They know of rows that were taken back.
            (self.tail, self.spare) = (None, None);
        }
        written
    }

    fn try_apply(&mut self, page: &Page, now: Timestamp) -> rusqlite::Result<Written> {
        self.refresh()?;
        let place = self.place.clone();
        let whole = place.synced_at.is_some() && place.snapshot.is_none();
        if place.snapshot.is_some() {
            self.keep_reach_of_spare()?;
            self.set_loading(page.more)?;
            return self.apply_to_snapshot(page);
        }
        self.keep_reach()?;
        self.set_loading((!whole && page.more) || self.behind)?;
        if page.seq < place.seq {
            return Ok(Written {
                stale: true,
                ..Written::default()
            });
        }
        if self.bug {
            // Only for the checker's negative control: the cursor moves on before the rows are there.
            self.db.execute(
                "UPDATE place SET cursor = ?1, seq = ?2",
                params![page.cursor, page.seq.cast_signed()],
            )?;
        }
        let going_on = self.staged.is_some();
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        if !going_on {
            transaction.execute("DELETE FROM staged", [])?;
        }
        if page.txn_open {
            stage(&transaction, &page.rows)?;
            transaction.commit()?;
            self.staged = Some(page.cursor.clone());
            return Ok(Written::default());
        }
        let mut written = Written::default();
        let mark = search::mark(&transaction, place.live)?;
        let mut to = Destination::new(&transaction, place.live, mark, self.tail.as_mut())?;
        if going_on {
            written.many = publish_staged(&mut to, place.seq)?;
        }
        for (index, row) in page.rows.iter().enumerate() {
            if row.seq > place.seq && write_row(&mut to, row)? {
                written.rows.push(index);
            }
        }
        drop(to);
        let synced_at = if page.more {
            place.synced_at
        } else {
            Some(now)
        };
        transaction
            .prepare_cached("UPDATE place SET cursor = ?1, seq = ?2, synced_at = ?3")?
            .execute(params![
                page.cursor,
                page.seq.cast_signed(),
                synced_at.map(Timestamp::as_microsecond)
            ])?;
        transaction.commit()?;
        self.staged = None;
        self.place.cursor = Some(page.cursor.clone());
        self.place.seq = page.seq;
        self.place.synced_at = synced_at;
        Ok(written)
    }

    /// Sets the connection up for a first sync or a snapshot, or back: with room for the inner pages of the
    /// indexes they are read once, and the log is copied into the file once for many pages of the feed.
    pub(super) fn set_loading(&mut self, loading: bool) -> rusqlite::Result<()> {
        if loading == self.loading {
            return Ok(());
        }
        self.loading = loading;
        self.db.execute_batch(if loading {
            "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 32768;"
        } else {
            "PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000; PRAGMA shrink_memory;"
        })
    }

    /// Remembers the epoch to which the sequence belongs, when none was known.
    pub(super) fn set_epoch(&mut self, epoch: &str) -> rusqlite::Result<()> {
        self.db.execute("UPDATE place SET epoch = ?1", [epoch])?;
        self.place.epoch = Some(epoch.to_owned());
        Ok(())
    }

    /// Begins a snapshot in the tables that are not shown, or goes on with one of the same reason.
    pub(super) fn begin_snapshot(&mut self, wanted: &Snapshot) -> rusqlite::Result<()> {
        self.refresh()?;
        if let Some(have) = &self.place.snapshot
            && have.reason == wanted.reason
            && have.epoch == wanted.epoch
            && wanted.cursor.is_none()
            && have.cursor.is_some()
        {
            return Ok(());
        }
        self.restart_snapshot(wanted)
    }

    /// Begins a snapshot from nothing, also when one of the same reason was under way.
    pub(super) fn restart_snapshot(&mut self, wanted: &Snapshot) -> rusqlite::Result<()> {
        let spare = 1 - self.place.live;
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        drop_set(&transaction, spare)?;
        transaction.execute_batch(&schema::row_tables(spare))?;
        transaction.execute("DELETE FROM staged", [])?;
        transaction.execute(
            "UPDATE place SET next_cursor = NULL, next_reason = ?1, next_epoch = ?2, restored_seq = ?3",
            params![wanted.reason.name(), wanted.epoch, wanted.restored_seq.map(u64::cast_signed)],
        )?;
        transaction.commit()?;
        self.staged = None;
        self.spare = None;
        self.place.snapshot = Some(Snapshot {
            cursor: None,
            ..wanted.clone()
        });
        Ok(())
    }

    fn apply_to_snapshot(&mut self, page: &Page) -> rusqlite::Result<Written> {
        let spare = 1 - self.place.live;
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut to = Destination::new(&transaction, spare, 0, self.spare.as_mut())?;
        for row in &page.rows {
            write_row(&mut to, row)?;
        }
        drop(to);
        transaction.execute("UPDATE place SET next_cursor = ?1", [&page.cursor])?;
        transaction.commit()?;
        if let Some(snapshot) = &mut self.place.snapshot {
            snapshot.cursor = Some(page.cursor.clone());
        }
        Ok(Written::default())
    }

    /// Tells whether the set of tables holds no record at all.
    pub(super) fn is_empty(&self, set: i64) -> rusqlite::Result<bool> {
        let none = self
            .db
            .query_row(&format!("SELECT 1 FROM row{set} LIMIT 1"), [], |_| Ok(()))
            .optional()?;
        Ok(none.is_none())
    }

    /// Shows the snapshot instead of the old tables, from one transaction to the next.
    pub(super) fn finish_snapshot(&mut self, seq: u64, now: Timestamp) -> rusqlite::Result<()> {
        let spare = 1 - self.place.live;
        // No row of it has been shown yet: it is shown with everything that finds them.
        while make_index(&self.db, spare)? {}
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE place SET live = ?1, cursor = next_cursor, seq = ?2, epoch = coalesce(next_epoch, epoch), \
             synced_at = ?3, next_cursor = NULL, next_reason = NULL, next_epoch = NULL, restored_seq = NULL",
            params![spare, seq.cast_signed(), now.as_microsecond()],
        )?;
        transaction.execute("DELETE FROM search_stale", [])?;
        transaction.execute("DELETE FROM search_mark", [])?;
        transaction.execute_batch(&schema::search_table(spare))?;
        transaction.commit()?;
        (self.behind, self.tail, self.spare) = (false, None, None);
        self.read_place()
    }

    /// Removes a part of the tables that a snapshot has replaced; tells whether more is left.
    pub(super) fn clear_spare(&mut self, rows: usize) -> rusqlite::Result<bool> {
        let spare = 1 - self.place.live;
        if self.place.snapshot.is_some() || !table_exists(&self.db, &format!("row{spare}"))? {
            return Ok(false);
        }
        let upto: Option<i64> = self
            .db
            .query_row(
                &format!("SELECT num FROM row{spare} ORDER BY num LIMIT 1 OFFSET ?1"),
                [count(rows)],
                |row| row.get(0),
            )
            .optional()?;
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        match upto {
            Some(upto) => {
                transaction.execute(&format!("DELETE FROM row{spare} WHERE num < ?1"), [upto])?;
            }
            None => drop_set(&transaction, spare)?,
        }
        transaction.commit()?;
        Ok(upto.is_some())
    }

    /// Reads one record of the tables that are shown.
    pub(super) fn get(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<MirrorRow>> {
        self.get_from(self.place.live, kind, id)
    }

    /// Reads records by a condition on the shown tables.
    pub(super) fn select(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> rusqlite::Result<Vec<MirrorRow>> {
        let mut rows = Vec::new();
        self.each(condition, parameters, |row| rows.push(row))?;
        Ok(rows)
    }

    /// Reads records by a condition on the shown tables, one after the other.
    pub(super) fn each(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
        mut take: impl FnMut(MirrorRow),
    ) -> rusqlite::Result<()> {
        let live = self.place.live;
        let sql = format!("SELECT {COLUMNS} FROM row{live} {condition}");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            take(read_row(row)?);
        }
        Ok(())
    }

    /// Reads the file through the address space or, at first and afterwards, by calls of the system.
    pub(super) fn set_mapped(&self, mapped: bool) -> rusqlite::Result<()> {
        let bytes = if mapped { MAPPED } else { 0 };
        self.db
            .pragma_update_and_check(None, "mmap_size", bytes, |_| Ok(()))
    }
}

/// How much of the file is mapped at most, in bytes.
const MAPPED: i64 = 1 << 28;

/// Settles what every connection to either file needs.
pub(super) fn tune(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    db.set_prepared_statement_cache_capacity(64);
    db.execute_batch("PRAGMA synchronous = normal; PRAGMA temp_store = memory;")
}

/// Reads a count that is never negative.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// Turns a limit into what the database takes.
pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Returns a number that changes when another connection has written to the file.
pub(super) fn data_version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}

/// Reads an instant from its microseconds.
pub(super) fn instant(microseconds: Option<i64>) -> Option<Timestamp> {
    microseconds.and_then(|at| Timestamp::from_microsecond(at).ok())
}

/// Reads a row and checks that it is what was written; texts are looked at where they lie and copied once.
pub(super) fn read_row(row: &Row<'_>) -> rusqlite::Result<MirrorRow> {
    let (kind, id) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
    let fields = row.get_ref(6)?.as_str()?;
    let version = unsigned(row, 2)?;
    match Kind::from_name(kind) {
        Some(known) if row_sum(kind, id, version, fields) == row.get::<_, i64>(5)? => {
            Ok(MirrorRow {
                kind: known,
                id: id.to_owned(),
                version,
                seq: unsigned(row, 3)?,
                at: row.get(4)?,
                fields: fields.to_owned(),
            })
        }
        _ => Err(damage(format!("the checksum of {kind} {id} is wrong"))),
    }
}

/// Makes the error for content that can be read but that is not what was written.
pub(super) fn damage(why: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some(why),
    )
}

pub(super) fn table_exists(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    let found = db
        .prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = ?1")?
        .query_row([name], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

fn drop_set(db: &Connection, set: i64) -> rusqlite::Result<()> {
    db.execute_batch(&format!(
        "DROP TABLE IF EXISTS row{set}; DROP TABLE IF EXISTS search{set};"
    ))
}
