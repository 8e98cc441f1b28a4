//! Writing the rows of the feed, at once or kept aside until the server's transaction is whole.

use rusqlite::{Connection, params};

use super::behind::Tail;
use super::columns::{Columns, Incoming, Life, row_sum};
use super::mirror::unsigned;
use super::search;

macro_rules! upsert {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            "(kind, id, version, seq, open, parent, at, sum, fields, fv) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
             ON CONFLICT(id, kind) DO UPDATE SET version = excluded.version, seq = excluded.seq, \
             open = excluded.open, parent = excluded.parent, at = excluded.at, sum = excluded.sum, \
             fields = excluded.fields, fv = excluded.fv WHERE excluded.seq > seq"
        )
    };
}

/// The statements for each of the two sets of tables; text made anew for each row costs as much as a column.
const UPSERT: [&str; 2] = [upsert!("row0"), upsert!("row1")];
const DELETE: [&str; 2] = [
    "DELETE FROM row0 WHERE id = ?1 AND kind = ?2 AND seq < ?3",
    "DELETE FROM row1 WHERE id = ?1 AND kind = ?2 AND seq < ?3",
];

const fn one_of(statements: [&'static str; 2], set: i64) -> &'static str {
    let [first, second] = statements;
    if set == 0 { first } else { second }
}

const NUMBER: [&str; 2] = [
    "SELECT num FROM row0 WHERE id = ?1 AND kind = ?2",
    "SELECT num FROM row1 WHERE id = ?1 AND kind = ?2",
];

/// Where rows go.
pub(super) struct Destination<'a> {
    /// The set of tables.
    pub(super) set: i64,
    /// The number of the last row in the search index.
    pub(super) mark: i64,
    /// What stands for the indexes that the set lacks.
    pub(super) tail: Option<&'a mut Tail>,
}

/// Writes one row of the feed; tells whether it was news.
pub(super) fn write_row(
    db: &Connection,
    to: &mut Destination<'_>,
    row: &Incoming,
) -> rusqlite::Result<bool> {
    let set = to.set;
    if to.mark > 0 {
        search::note_old(db, set, to.mark, &row.kind, &row.id)?;
    }
    if row.life != Life::Live {
        let gone = db.prepare_cached(one_of(DELETE, set))?.execute(params![
            row.id,
            row.kind,
            row.seq.cast_signed()
        ])?;
        return Ok(gone > 0);
    }
    let Columns { open, parent, at } = &row.columns;
    let before = to.tail.as_ref().map(|_| db.last_insert_rowid());
    let written = db.prepare_cached(one_of(UPSERT, set))?.execute(params![
        row.kind,
        row.id,
        row.version.cast_signed(),
        row.seq.cast_signed(),
        open,
        parent,
        at,
        row.sum,
        row.fields,
        row.fv
    ])?;
    if let (Some(tail), true) = (&mut to.tail, written > 0) {
        let mut num = db.last_insert_rowid();
        if before == Some(num) {
            // A row that was there already keeps its number.
            num = db
                .prepare_cached(one_of(NUMBER, set))?
                .query_row([&row.id, &row.kind], |found| found.get(0))?;
        }
        tail.note(num, row);
    }
    Ok(written > 0)
}

/// Keeps rows aside until the server's transaction is whole.
pub(super) fn stage(db: &Connection, rows: &[Incoming]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO staged(kind, id, version, seq, life, open, parent, at, fields, fv) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for row in rows {
        let life = match row.life {
            Life::Live => 0,
            Life::Deleted => 1,
            Life::Left => 2,
        };
        let Columns { open, parent, at } = &row.columns;
        insert.execute(params![
            row.kind,
            row.id,
            row.version.cast_signed(),
            row.seq.cast_signed(),
            life,
            open,
            parent,
            at,
            row.fields,
            row.fv
        ])?;
    }
    Ok(())
}

/// Writes the rows that were kept aside; tells whether there were any.
pub(super) fn publish_staged(
    db: &Connection,
    to: &mut Destination<'_>,
    after: u64,
) -> rusqlite::Result<bool> {
    let mut select = db.prepare(
        "SELECT kind, id, version, seq, life, open, parent, at, fields, fv FROM staged ORDER BY num",
    )?;
    let mut rows = select.query([])?;
    let mut any = false;
    while let Some(row) = rows.next()? {
        let (kind, id, fields): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(8)?);
        let version = unsigned(row, 2)?;
        let incoming = Incoming {
            seq: unsigned(row, 3)?,
            life: match row.get(4)? {
                0 => Life::Live,
                1 => Life::Deleted,
                _ => Life::Left,
            },
            columns: Columns {
                open: row.get(5)?,
                parent: row.get(6)?,
                at: row.get(7)?,
            },
            fv: row.get(9)?,
            sum: row_sum(&kind, &id, version, &fields),
            kind,
            id,
            version,
            fields,
        };
        if incoming.seq > after {
            any |= write_row(db, to, &incoming)?;
        }
    }
    drop(rows);
    db.execute("DELETE FROM staged", [])?;
    Ok(any)
}
