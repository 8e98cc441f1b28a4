//! Repairs: the mirror is fetched again, the outbox is read row by row and what cannot be read is named.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};

use super::damaged::keep_damaged;
use super::mirror::Mirror;
use super::outbox::{DamagedEdit, ENTRY, Entry, Outbox, insert_edit, read_entry};
use super::paths::{move_aside, with_suffix};
use super::{OpenReport, StoreError};

/// What a copy with a borrowed first page is called while it is read.
const GRAFTED: &str = ".grafted";
/// Numbers that are tried when not even the highest one can be read.
const BLIND_TRIES: i64 = 20_000;

/// Moves a damaged mirror aside and begins a new one.
pub(super) fn mirror(
    path: &Path,
    now: Timestamp,
    error: &rusqlite::Error,
    report: &mut OpenReport,
) -> Result<Mirror, StoreError> {
    let name = path.display().to_string();
    let cause = StoreError::sql(&name, error);
    if !cause.is_damage() {
        return Err(cause);
    }
    let aside = move_aside(path, now)?;
    report.notices.push(format!(
        "{name} was damaged ({error}): moved to {}, the records are fetched again from the server; \
         your edits are in another file and untouched",
        aside.display()
    ));
    report.set_aside.push(aside);
    Mirror::open(path).map_err(|error| StoreError::sql(&name, &error))
}

/// Moves a damaged outbox aside and takes over every row of it that can be read.
pub(super) fn outbox(
    path: &Path,
    now: Timestamp,
    error: &rusqlite::Error,
    report: &mut OpenReport,
) -> Result<Outbox, StoreError> {
    let name = path.display().to_string();
    let fail = |error: &rusqlite::Error| StoreError::sql(&name, error);
    let cause = fail(error);
    if !cause.is_damage() {
        return Err(cause);
    }
    let aside = move_aside(path, now)?;
    let mut new = Outbox::open(path).map_err(|error| fail(&error))?;
    let mut damaged = Vec::new();
    let mut taken = 0;
    match readable(&aside) {
        Some(old) => {
            taken = take_over(&old, &mut new, &mut damaged).map_err(|error| fail(&error))?;
        }
        None => damaged.push(DamagedEdit::lost(
            0,
            "damaged-file".to_owned(),
            "nothing could be read".to_owned(),
        )),
    }
    for side in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(&with_suffix(&aside, GRAFTED), side));
    }
    // What is lost is listed with what waits, or it would be forgotten with this notice.
    new.durably(|db| {
        let asides = aside.display();
        damaged.iter().try_for_each(|bad| {
            let what = format!("{}; the damaged file is kept as {asides}", bad.what);
            keep_damaged(
                db,
                &DamagedEdit {
                    what,
                    ..bad.clone()
                },
            )
        })
    })
    .map_err(|error| fail(&error))?;
    let mut list = String::new();
    for bad in damaged.iter().take(5) {
        list.push_str("; ");
        list.push_str(&bad.what);
    }
    report.notices.push(format!(
        "{name} was damaged ({error}): moved to {}; {taken} edits were taken over, {} could not be read{}",
        aside.display(),
        damaged.len(),
        list
    ));
    report.damaged.append(&mut damaged);
    report.set_aside.push(aside);
    Ok(new)
}

/// Opens a damaged file for reading, with the first page of a new one if its own is the damaged part.
fn readable(aside: &Path) -> Option<Connection> {
    let open = |path: &Path| {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        let _ = db.execute_batch("PRAGMA writable_schema = on; PRAGMA cell_size_check = on;");
        let looks = db
            .prepare(&format!(
                "SELECT {ENTRY} FROM edit e LEFT JOIN fate f ON f.cmd = e.cmd"
            ))
            .is_ok();
        looks.then_some(db)
    };
    if let Some(db) = open(aside) {
        return Some(db);
    }
    // The schema is the same in every outbox of a version, so its page can be borrowed.
    let copy = with_suffix(aside, GRAFTED);
    let template = with_suffix(aside, ".template");
    let grafted = (|| {
        let mut bytes = std::fs::read(aside).ok()?;
        drop(Outbox::open(&template).ok()?);
        let page = std::fs::read(&template).ok()?;
        let size = 4096.min(page.len()).min(bytes.len());
        bytes.get_mut(..size)?.copy_from_slice(page.get(..size)?);
        // The number of pages is the file's own (bytes 28 to 31 of the header), its list of free pages is given up.
        let pages = u32::try_from(bytes.len() / 4096).ok()?;
        bytes.get_mut(28..32)?.copy_from_slice(&pages.to_be_bytes());
        bytes.get_mut(32..40)?.fill(0);
        let change = bytes.get(24..28)?.to_vec();
        bytes.get_mut(92..96)?.copy_from_slice(&change);
        super::private_file(&copy).ok()?;
        std::fs::write(&copy, bytes).ok()
    })();
    for side in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(&template, side));
    }
    grafted.and_then(|()| open(&copy))
}

/// Copies what can be read; returns how many edits that were.
fn take_over(
    old: &Connection,
    new: &mut Outbox,
    damaged: &mut Vec<DamagedEdit>,
) -> rusqlite::Result<usize> {
    let mut entries = Vec::new();
    for number in 1..=highest(old) {
        match one(old, number) {
            Ok(Some(Ok(entry))) => entries.push(entry),
            Ok(Some(Err(bad))) => damaged.push(bad),
            Ok(None) => {}
            Err(error) => damaged.push(DamagedEdit::lost(
                number,
                format!("damaged-{number}"),
                format!("edit {number}: {error}"),
            )),
        }
    }
    let batches = numbered(
        old,
        "batch",
        "number, id, label, at, role, target, edits, sum",
    );
    for values in &batches {
        missing_edits(values, &entries, damaged);
    }
    new.durably(|db| {
        for entry in &entries {
            insert_edit(db, entry)?;
        }
        for (table, columns) in [
            ("batch", "number, id, label, at, role, target, edits, sum"),
            ("draft", "key, text, at"),
            ("log", "number, at, cmd, action"),
            ("fact", "name, value"),
        ] {
            let marks = vec!["?"; columns.split(',').count()].join(", ");
            let sql = format!("INSERT OR IGNORE INTO {table}({columns}) VALUES ({marks})");
            for values in numbered(old, table, columns) {
                // A value of a wrong type is damage of that row alone.
                let _ = db
                    .prepare_cached(&sql)?
                    .execute(rusqlite::params_from_iter(values));
            }
        }
        Ok(())
    })?;
    Ok(entries.len())
}

fn highest(old: &Connection) -> i64 {
    [
        "SELECT max(number) FROM edit",
        "SELECT seq FROM sqlite_sequence WHERE name = 'edit'",
    ]
    .iter()
    .filter_map(|sql| {
        old.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
            .ok()
            .flatten()
    })
    .max()
    .filter(|highest| (0..1_000_000_000).contains(highest))
    .unwrap_or(BLIND_TRIES)
}

fn one(old: &Connection, number: i64) -> rusqlite::Result<Option<Result<Entry, DamagedEdit>>> {
    let whole =
        format!("SELECT {ENTRY} FROM edit e LEFT JOIN fate f ON f.cmd = e.cmd WHERE e.number = ?1");
    let read = |sql: &str| {
        let mut statement = old.prepare_cached(sql)?;
        let mut rows = statement.query([number])?;
        match rows.next()? {
            Some(row) => read_entry(row).map(Some),
            None => Ok(None),
        }
    };
    read(&whole).or_else(|_| {
        // What became of it cannot be read: then it counts as sent without an answer, which does no harm.
        let alone = ENTRY
            .split(", ")
            .map(|column| {
                if column.starts_with("f.") {
                    "NULL"
                } else {
                    column
                }
            })
            .collect::<Vec<_>>()
            .join(", ");
        read(&format!("SELECT {alone} FROM edit e WHERE e.number = ?1"))
    })
}

/// Reads the rows of a table one by one, leaving out those that cannot be read.
fn numbered(old: &Connection, table: &str, columns: &str) -> Vec<Vec<rusqlite::types::Value>> {
    let count = columns.split(',').count();
    let highest: i64 = old
        .query_row(&format!("SELECT max(rowid) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap_or(BLIND_TRIES)
        .min(1_000_000);
    let Ok(mut statement) = old.prepare(&format!("SELECT {columns} FROM {table} WHERE rowid = ?1"))
    else {
        return Vec::new();
    };
    (1..=highest)
        .filter_map(|rowid| {
            statement
                .query_row(params![rowid], |row| {
                    (0..count).map(|index| row.get(index)).collect()
                })
                .ok()
        })
        .collect()
}

/// Names a batch of which not every edit was found.
fn missing_edits(
    values: &[rusqlite::types::Value],
    entries: &[Entry],
    damaged: &mut Vec<DamagedEdit>,
) {
    use rusqlite::types::Value::{Integer, Text};
    let [_, Text(id), Text(label), _, _, _, Integer(edits), _] = values else {
        return;
    };
    let found = entries.iter().filter(|entry| entry.batch == *id).count();
    let missing = edits - i64::try_from(found).unwrap_or(i64::MAX);
    if missing > 0 {
        damaged.push(DamagedEdit::lost(
            0,
            format!("damaged-{id}"),
            format!("`{label}`: {missing} of its {edits} edits are missing"),
        ));
    }
}
