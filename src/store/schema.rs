//! The tables of both files; migrations are appended, never changed.

use rusqlite::{Connection, TransactionBehavior};

/// One step of a schema: everything that leads from the version before to this one.
pub(super) type Step = &'static str;

/// The mirror's steps. It may be thrown away, but an older console must still refuse a newer one.
pub(super) const MIRROR: &[Step] = &[r"
CREATE TABLE place (
  one INTEGER PRIMARY KEY CHECK (one = 0),
  live INTEGER NOT NULL,            -- which of the two sets of tables is shown
  cursor TEXT, seq INTEGER NOT NULL, epoch TEXT, synced_at INTEGER,
  next_cursor TEXT, next_reason TEXT, next_epoch TEXT, restored_seq INTEGER
) STRICT;
INSERT INTO place(one, live, seq) VALUES (0, 0, 0);
CREATE TABLE staged (
  num INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  seq INTEGER NOT NULL, life INTEGER NOT NULL, open INTEGER NOT NULL, parent TEXT, at INTEGER,
  fields TEXT NOT NULL, fv TEXT NOT NULL
) STRICT;
CREATE TABLE search_mark (live INTEGER PRIMARY KEY, upto INTEGER NOT NULL) STRICT;
CREATE TABLE search_stale (doc INTEGER PRIMARY KEY) STRICT;
"];

/// One of the two sets of tables for the server's records; the other one takes a new snapshot.
///
/// Their other indexes, that of ids among them, are [`later_indexes`].
pub(super) fn row_tables(set: i64) -> String {
    format!(
        r"
CREATE TABLE row{set} (
  num INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  seq INTEGER NOT NULL, open INTEGER NOT NULL, parent TEXT, at INTEGER, sum INTEGER NOT NULL,
  fields TEXT NOT NULL, fv TEXT NOT NULL
) STRICT;
CREATE INDEX row{set}_open ON row{set}(kind) WHERE open = 1;
"
    )
}

/// The indexes of a set that are made when its first rows are in it: their names and statements.
pub(super) fn later_indexes(set: i64) -> [(String, String); 3] {
    [
        ("UNIQUE INDEX", "id", "(id, kind)"),
        (
            "INDEX",
            "parent",
            "(parent, kind, at) WHERE parent IS NOT NULL",
        ),
        ("INDEX", "at", "(kind, at)"),
    ]
    .map(|(index, by, columns)| {
        let name = format!("row{set}_{by}");
        let sql = format!("CREATE {index} IF NOT EXISTS {name} ON row{set}{columns};");
        (name, sql)
    })
}

/// The full-text index over one set of tables: texts folded by us, so the tokenizer only splits at spaces.
pub(super) fn search_table(set: i64) -> String {
    format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS search{set} USING fts5(\
         text, content='', contentless_delete=1, prefix='1 2 3', \
         tokenize=\"unicode61 remove_diacritics 0\");"
    )
}

/// The outbox's steps.
pub(super) const OUTBOX: &[Step] = &[r"
CREATE TABLE edit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER NOT NULL,           -- its turn: an edit that replaces another one takes over its place
  cmd TEXT NOT NULL UNIQUE, batch TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL,
  body TEXT NOT NULL, mine INTEGER NOT NULL, at INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT;
CREATE INDEX edit_record ON edit(record, kind);
CREATE INDEX edit_batch ON edit(batch);
CREATE TABLE fate (
  cmd TEXT PRIMARY KEY, state TEXT NOT NULL, attempts INTEGER NOT NULL, sent_at INTEGER, base INTEGER,
  seq INTEGER, version INTEGER, epoch TEXT, reply TEXT, ended_at INTEGER, sum INTEGER NOT NULL
) STRICT;
CREATE INDEX fate_waiting ON fate(cmd) WHERE state NOT IN ('acked', 'dropped');
CREATE INDEX fate_acked ON fate(seq) WHERE state = 'acked';
CREATE TABLE batch (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
  at INTEGER NOT NULL, role TEXT NOT NULL, target TEXT, edits INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_target ON batch(target) WHERE target IS NOT NULL;
CREATE TABLE draft (key TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE log (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, cmd TEXT NOT NULL, action TEXT NOT NULL
) STRICT;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"];

/// How a file's schema stands to this program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// The file is as this program wants it, now.
    Current,
    /// A newer program wrote it.
    Newer(usize),
}

/// Returns the schema version of a file.
pub(super) fn version(db: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Brings a file's schema up to date, each step in one transaction; a newer file is left alone.
pub(super) fn migrate(
    db: &mut Connection,
    steps: &[Step],
    first: &dyn Fn(&Connection) -> rusqlite::Result<()>,
) -> rusqlite::Result<Age> {
    let have = version(db)?;
    if have > steps.len() {
        return Ok(Age::Newer(have));
    }
    if have == steps.len() {
        return Ok(Age::Current);
    }
    db.pragma_update(None, "journal_mode", "wal")?;
    for _ in have..steps.len() {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another console may have done it while this one waited for the lock.
        let at = version(&transaction)?;
        if let Some(step) = steps.get(at) {
            transaction.execute_batch(step)?;
            if at == 0 {
                first(&transaction)?;
            }
            transaction.pragma_update(None, "user_version", super::mirror::count(at + 1))?;
        }
        transaction.commit()?;
    }
    Ok(Age::Current)
}
