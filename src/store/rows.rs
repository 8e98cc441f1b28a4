//! Writing the rows of the feed, at once or kept aside until the server's transaction is whole.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

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

macro_rules! insert {
    ($verb:literal, $table:literal) => {
        concat!(
            $verb,
            " INTO ",
            $table,
            "(kind, id, version, seq, open, parent, at, sum, fields, fv, num) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        )
    };
}

/// The same where the record is known to be new, and where it is known under which number it stands.
const INSERT: [&str; 2] = [insert!("INSERT", "row0"), insert!("INSERT", "row1")];
const REPLACE: [&str; 2] = [insert!("REPLACE", "row0"), insert!("REPLACE", "row1")];
const DELETE_NUMBER: [&str; 2] = [
    "DELETE FROM row0 WHERE num = ?1",
    "DELETE FROM row1 WHERE num = ?1",
];
const SEQ: [&str; 2] = [
    "SELECT seq FROM row0 WHERE num = ?1 AND id = ?2 AND kind = ?3",
    "SELECT seq FROM row1 WHERE num = ?1 AND id = ?2 AND kind = ?3",
];

/// Where the rows of one transaction go.
pub(super) struct Destination<'a> {
    db: &'a Connection,
    /// The set of tables.
    set: i64,
    /// The number of the last row in the search index.
    mark: i64,
    /// What stands for the indexes that the set lacks.
    tail: Option<&'a mut Tail>,
    write: CachedStatement<'a>,
}

impl<'a> Destination<'a> {
    pub(super) fn new(
        db: &'a Connection,
        set: i64,
        mark: i64,
        tail: Option<&'a mut Tail>,
    ) -> rusqlite::Result<Self> {
        let statements = if tail.is_some() { INSERT } else { UPSERT };
        let write = db.prepare_cached(one_of(statements, set))?;
        Ok(Self {
            db,
            set,
            mark,
            tail,
            write,
        })
    }

    /// Returns the number under which a record stands and the sequence of its last change, as the tail knows it.
    fn place_of(&self, tail: &Tail, row: &Incoming) -> rusqlite::Result<Option<(i64, i64)>> {
        let Some(num) = tail.number(&row.kind, &row.id) else {
            return Ok(None);
        };
        let seq = self
            .db
            .prepare_cached(one_of(SEQ, self.set))?
            .query_row(params![num, row.id, row.kind], |found| found.get(0))
            .optional()?;
        Ok(seq.map(|seq| (num, seq)))
    }
}

/// Writes one row of the feed; tells whether it was news.
pub(super) fn write_row(to: &mut Destination<'_>, row: &Incoming) -> rusqlite::Result<bool> {
    if let Some(tail) = to.tail.take() {
        let written = write_bare(to, tail, row);
        to.tail = Some(tail);
        return written;
    }
    let (db, set) = (to.db, to.set);
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
    let written = to.write.execute(params![
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
    Ok(written > 0)
}

/// Writes one row to tables without indexes.
fn write_bare(to: &mut Destination<'_>, tail: &mut Tail, row: &Incoming) -> rusqlite::Result<bool> {
    let old = to.place_of(tail, row)?;
    if old.is_some_and(|(_, seq)| seq >= row.seq.cast_signed()) {
        return Ok(false);
    }
    let num = old.map(|(num, _)| num);
    if row.life != Life::Live {
        let Some(num) = num else { return Ok(false) };
        to.db
            .prepare_cached(one_of(DELETE_NUMBER, to.set))?
            .execute([num])?;
        return Ok(true);
    }
    let Columns { open, parent, at } = &row.columns;
    let values = params![
        row.kind,
        row.id,
        row.version.cast_signed(),
        row.seq.cast_signed(),
        open,
        parent,
        at,
        row.sum,
        row.fields,
        row.fv,
        num
    ];
    match num {
        None => to.write.execute(values)?,
        Some(_) => to
            .db
            .prepare_cached(one_of(REPLACE, to.set))?
            .execute(values)?,
    };
    tail.note(to.db.last_insert_rowid(), row);
    Ok(true)
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
pub(super) fn publish_staged(to: &mut Destination<'_>, after: u64) -> rusqlite::Result<bool> {
    let db = to.db;
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
            any |= write_row(to, &incoming)?;
        }
    }
    drop(rows);
    db.execute("DELETE FROM staged", [])?;
    Ok(any)
}
