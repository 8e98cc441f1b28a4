//! Keeping a database in order: purging, backup and restore, checking the audit log.

use std::fs;
use std::path::Path;

use super::ServerError;
use super::cursor::Identity;
use super::ledger::{Ledger, audit_hash};
use super::storage::sqlite::Sqlite;
use super::storage::{Expiry, Result, Storage};

/// How long deletions stay in the feed, in days.
pub(crate) const TOMBSTONE_DAYS: u32 = 90;
/// How long results of commands are remembered, in days.
pub(crate) const ANSWER_DAYS: u32 = 35;

const DAY: i64 = 86_400;

/// What a check of the audit log found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// How many lines there are.
    pub lines: i64,
    /// The number of the first line that does not follow from the one before, if any.
    pub broken_at: Option<i64>,
}

/// Forgets what is past its time.
pub(crate) fn purge(ledger: &mut Ledger<'_>) -> Result<()> {
    let now = ledger.now.as_second();
    let floor = ledger.txn.purge(&Expiry {
        feed_before: now - i64::from(TOMBSTONE_DAYS) * DAY,
        answers_before: now - i64::from(ANSWER_DAYS) * DAY,
    })?;
    if floor > 0 {
        ledger.txn.set_setting("floor", &floor.to_string())?;
    }
    Ok(())
}

/// Checks the hash chain of the audit log.
pub(crate) fn verify_audit(storage: &dyn Storage) -> Result<AuditReport> {
    let mut report = AuditReport {
        lines: 0,
        broken_at: None,
    };
    let mut hash = [0; 32];
    storage.read(&mut |snapshot| {
        snapshot.audit(0, &mut |row| {
            report.lines += 1;
            let follows = row.number == report.lines && audit_hash(&hash, &row) == row.hash;
            if !follows && report.broken_at.is_none() {
                report.broken_at = Some(row.number);
            }
            hash = row.hash;
            Ok(())
        })
    })?;
    Ok(report)
}

/// Writes a consistent copy of a database file to a new file; a server may be running on it.
///
/// # Errors
/// When the new file exists or cannot be written.
pub fn backup(db: &Path, to: &Path) -> std::result::Result<(), ServerError> {
    Ok(Sqlite::copy(db, to)?)
}

/// Makes a database file from a backup and begins a new epoch, so that consoles notice and send again what
/// is newer than the backup. No server may be running on the database, and there must be none at its path.
///
/// # Errors
/// When the backup cannot be read, or the database exists or cannot be written.
pub fn restore(backup: &Path, db: &Path) -> std::result::Result<(), ServerError> {
    let file = |source| ServerError::File {
        path: db.to_owned(),
        source,
    };
    if fs::exists(db).map_err(file)? {
        return Err(ServerError::Invalid(format!(
            "{}: it exists; move it away first, nothing was changed",
            db.display()
        )));
    }
    Sqlite::copy(backup, db)?;
    let restored = Sqlite::open(db)?;
    let storage: &dyn Storage = &restored;
    storage.change(|txn| {
        let head = txn.head()?.last;
        Identity::renew(txn, Some(head)).map(drop)
    })?;
    Ok(())
}
