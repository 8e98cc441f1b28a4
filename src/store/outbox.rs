//! The outbox: the user's edits, one a row, and what became of each. Nothing that failed is ever deleted.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params,
};

use super::checksum::Checksum;
use super::mirror::{damage, data_version, instant, tune};
use super::paths::{file_identity, private_file};
use super::schema::{self, Age};
use crate::effect::{Batch, BatchRole, Edit};
use crate::wire::CommandResult;

/// How far an edit has come, as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not confirmed: not sent, or sent without an answer.
    Queued,
    /// The server has it.
    Acked,
    /// Someone else changed the same fields.
    Conflict,
    /// The server refused it.
    Refused,
    /// The user took it back or replaced it; that was logged.
    Dropped,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Acked => "acked",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }

    /// Reads a state; an unknown one means "ask the server again", which does no harm.
    fn from_name(name: &str) -> Self {
        match name {
            "acked" => Self::Acked,
            "conflict" => Self::Conflict,
            "refused" => Self::Refused,
            "dropped" => Self::Dropped,
            _ => Self::Queued,
        }
    }
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fate {
    pub(super) state: State,
    /// How often it was sent without an answer.
    pub(super) attempts: u32,
    /// When it was sent first.
    pub(super) sent_at: Option<Timestamp>,
    /// The version that it stands on since it was sent.
    pub(super) base: Option<u64>,
    /// The sequence at which its effect is in the feed.
    pub(super) seq: Option<u64>,
    /// The version that it made.
    pub(super) version: Option<u64>,
    /// The server's epoch when it was acknowledged.
    pub(super) epoch: Option<String>,
    /// The server's answer; of an acknowledged edit only what later edits need.
    pub(super) reply: Option<CommandResult>,
    /// When it was acknowledged or dropped.
    pub(super) ended_at: Option<Timestamp>,
}

impl Fate {
    /// The fate of an edit that was just made.
    pub(super) fn queued() -> Self {
        Self {
            state: State::Queued,
            attempts: 0,
            sent_at: None,
            base: None,
            seq: None,
            version: None,
            epoch: None,
            reply: None,
            ended_at: None,
        }
    }
}

/// An edit of the outbox with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) number: i64,
    pub(super) place: i64,
    pub(super) edit: Edit,
    pub(super) mine: bool,
    pub(super) batch: String,
    pub(super) at: Timestamp,
    pub(super) fate: Fate,
}

/// An edit that could not be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedEdit {
    /// Its position in the outbox.
    pub number: i64,
    /// What could still be read of it, and what is wrong.
    pub what: String,
    /// Its command's id.
    pub cmd: String,
    /// The wire name of its kind, as far as it can be read.
    pub kind: String,
    /// The id of its record, as far as it can be read.
    pub record: String,
    /// When it was made, as far as that can be read.
    pub at: Option<Timestamp>,
    /// The edit as it was read; what is in it may be wrong.
    pub body: String,
}

impl DamagedEdit {
    /// Names an edit of which nothing is left but that it was there.
    pub(super) fn lost(number: i64, cmd: String, what: String) -> Self {
        Self {
            number,
            what,
            cmd,
            kind: String::new(),
            record: String::new(),
            at: None,
            body: String::new(),
        }
    }
}

pub(super) const ENTRY: &str = "e.number, e.place, e.cmd, e.batch, e.body, e.mine, e.at, e.sum, \
     f.state, f.attempts, f.sent_at, f.base, f.seq, f.version, f.epoch, f.reply, f.ended_at, f.sum, e.kind, e.record";

pub(super) struct Outbox {
    pub(super) db: Connection,
    path: PathBuf,
    identity: Option<(u64, u64)>,
    seen: i64,
    pub(super) newer: Option<usize>,
}

impl Outbox {
    /// Opens the file, making it if need be.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let _ = private_file(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(path, flags)?;
        tune(&db)?;
        let newer = match schema::migrate(&mut db, schema::OUTBOX, &|_| Ok(()))? {
            Age::Newer(version) => Some(version),
            Age::Current => None,
        };
        if newer.is_some() {
            db.pragma_update(None, "query_only", true)?;
        }
        let seen = data_version(&db)?;
        Ok(Self {
            db,
            path: path.to_owned(),
            identity: file_identity(path),
            seen,
            newer,
        })
    }

    /// Tells whether the file at this path is no longer the one that is open.
    pub(super) fn moved(&self) -> bool {
        file_identity(&self.path) != self.identity
    }

    /// Tells whether another console has written since the last call.
    pub(super) fn others_wrote(&mut self) -> rusqlite::Result<bool> {
        let seen = data_version(&self.db)?;
        Ok(std::mem::replace(&mut self.seen, seen) != seen)
    }

    /// Runs a transaction that survives a power loss: for what the user did.
    pub(super) fn durably<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.db.execute_batch("PRAGMA synchronous = full")?;
        let done = self.quickly(work);
        self.db.execute_batch("PRAGMA synchronous = normal")?;
        done
    }

    /// Runs a transaction that survives a crash of the program: for what the server will say again if asked.
    pub(super) fn quickly<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Reads the edits that are not settled, in the order of their turn.
    pub(super) fn active(
        &self,
        mirror_seq: u64,
    ) -> rusqlite::Result<(Vec<Entry>, Vec<DamagedEdit>)> {
        let mut entries = Vec::new();
        let mut damaged = Vec::new();
        let waiting = format!(
            "SELECT {ENTRY} FROM fate f CROSS JOIN edit e ON e.cmd = f.cmd \
             WHERE f.state NOT IN ('acked', 'dropped')"
        );
        let acked = format!(
            "SELECT {ENTRY} FROM fate f CROSS JOIN edit e ON e.cmd = f.cmd \
             WHERE f.state = 'acked' AND f.seq > ?1"
        );
        let mut collect =
            |sql: &str, parameters: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<()> {
                let mut statement = self.db.prepare_cached(sql)?;
                let mut rows = statement.query(parameters)?;
                while let Some(row) = rows.next()? {
                    match read_entry(row)? {
                        Ok(entry) => entries.push(entry),
                        Err(bad) => damaged.push(bad),
                    }
                }
                Ok(())
            };
        collect(&waiting, &[])?;
        collect(&acked, &[&mirror_seq.cast_signed()])?;
        entries.sort_by_key(|entry| (entry.place, entry.number));
        Ok((entries, damaged))
    }

    /// Reads the edits of which nothing says what became of them; that takes a look at every edit.
    pub(super) fn without_fate(&self) -> rusqlite::Result<Vec<Result<Entry, DamagedEdit>>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {ENTRY} FROM edit e LEFT JOIN fate f ON f.cmd = e.cmd WHERE f.cmd IS NULL"
        ))?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read_entry(row)?);
        }
        Ok(found)
    }

    /// Reads edits by a condition on `e` (the edit) and `f` (its fate), in the order of their turn.
    pub(super) fn entries(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> rusqlite::Result<Vec<Entry>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {ENTRY} FROM edit e JOIN fate f ON f.cmd = e.cmd WHERE {condition} ORDER BY e.place, e.number"
        ))?;
        let mut rows = statement.query(parameters)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            // A damaged row is reported when the outbox is opened or verified; here it only must not count.
            entries.extend(read_entry(row)?.ok());
        }
        Ok(entries)
    }

    /// Reads a fact about this cache, for example the server it belongs to.
    pub(super) fn fact(&self, name: &str) -> rusqlite::Result<Option<String>> {
        self.db
            .prepare_cached("SELECT value FROM fact WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    /// Writes down a fact about this cache.
    pub(super) fn set_fact(&mut self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.quickly(|db| {
            db.execute(
                "INSERT OR REPLACE INTO fact(name, value) VALUES (?1, ?2)",
                [name, value],
            )
            .map(drop)
        })
    }
}

/// How an edit takes its turn in the queue.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Queueing {
    /// The user has seen the server's values and chose these.
    pub(super) mine: bool,
    /// The turn of the edit that this one replaces.
    pub(super) place: Option<i64>,
}

/// Appends a batch and its edits; a batch that is there already is left as it is.
pub(super) fn append_batch(
    db: &Transaction<'_>,
    batch: &Batch,
    queueing: Queueing,
) -> rusqlite::Result<Vec<Entry>> {
    let (role, target) = role_text(&batch.role);
    let edits = i64::try_from(batch.edits.len()).unwrap_or(i64::MAX);
    let at = batch.at.as_microsecond();
    let sum = batch_sum(&batch.id, &batch.label, at, role, target, edits);
    let new = db
        .prepare_cached(
            "INSERT INTO batch(id, label, at, role, target, edits, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
             ON CONFLICT(id) DO NOTHING",
        )?
        .execute(params![batch.id, batch.label, at, role, target, edits, sum])?;
    if new == 0 {
        return Ok(Vec::new());
    }
    batch
        .edits
        .iter()
        .map(|edit| append_edit(db, edit, &batch.id, batch.at, queueing))
        .collect()
}

/// Returns the highest number that an edit ever had, also when the newest edits were pruned; no number is used twice.
pub(super) fn last_number(db: &Connection) -> rusqlite::Result<i64> {
    let number: i64 = db
        .prepare_cached("SELECT coalesce(max(number), 0) FROM edit")?
        .query_row([], |row| row.get(0))?;
    let last: Option<i64> = db
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'edit'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(number.max(last.unwrap_or(0)))
}

fn append_edit(
    db: &Transaction<'_>,
    edit: &Edit,
    batch: &str,
    at: Timestamp,
    Queueing { mine, place }: Queueing,
) -> rusqlite::Result<Entry> {
    let number = last_number(db)? + 1;
    let place = place.unwrap_or(number);
    // As the file keeps it: what is sent again after it was read back must be the same to the letter.
    let at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
    let entry = Entry {
        number,
        place,
        edit: edit.clone(),
        mine,
        batch: batch.to_owned(),
        at,
        fate: Fate::queued(),
    };
    insert_edit(db, &entry)?;
    Ok(entry)
}

/// Writes an edit under its own number, with what became of it.
pub(super) fn insert_edit(db: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let Entry {
        number,
        place,
        edit,
        mine,
        batch,
        at,
        fate,
    } = entry;
    let body = serde_json::to_string(edit).map_err(|error| damage(error.to_string()))?;
    let sum = edit_sum(*number, *place, &edit.cmd, batch, &body, *mine, *at);
    db.prepare_cached(
        "INSERT INTO edit(number, place, cmd, batch, kind, record, body, mine, at, sum) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        number,
        place,
        edit.cmd,
        batch,
        edit.kind.name(),
        edit.id,
        body,
        mine,
        at.as_microsecond(),
        sum
    ])?;
    write_fate(db, &edit.cmd, fate)
}

/// Writes down what became of an edit.
pub(super) fn write_fate(db: &Connection, cmd: &str, fate: &Fate) -> rusqlite::Result<()> {
    let reply = match &fate.reply {
        Some(reply) => {
            Some(serde_json::to_string(reply).map_err(|error| damage(error.to_string()))?)
        }
        None => None,
    };
    let sent_at = fate.sent_at.map(Timestamp::as_microsecond);
    let ended_at = fate.ended_at.map(Timestamp::as_microsecond);
    let sum = fate_sum(cmd, fate, reply.as_deref());
    db.prepare_cached(
        "INSERT OR REPLACE INTO fate(cmd, state, attempts, sent_at, base, seq, version, epoch, reply, ended_at, sum) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        cmd,
        fate.state.name(),
        fate.attempts,
        sent_at,
        fate.base.map(u64::cast_signed),
        fate.seq.map(u64::cast_signed),
        fate.version.map(u64::cast_signed),
        fate.epoch,
        reply,
        ended_at,
        sum
    ])?;
    Ok(())
}

/// Writes down that the user dropped or replaced an edit.
pub(super) fn write_log(
    db: &Connection,
    at: Timestamp,
    cmd: &str,
    action: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO log(at, cmd, action) VALUES (?1, ?2, ?3)")?
        .execute(params![at.as_microsecond(), cmd, action])
        .map(drop)
}

/// Reads an edit; the inner error is a row that was damaged.
pub(super) fn read_entry(row: &Row<'_>) -> rusqlite::Result<Result<Entry, DamagedEdit>> {
    let number: i64 = row.get(0)?;
    Ok(match try_entry(row, number) {
        Ok(entry) => Ok(entry),
        Err(why) => {
            let kind: String = row.get(18).unwrap_or_default();
            let record: String = row.get(19).unwrap_or_default();
            let body: String = row.get(4).unwrap_or_default();
            let (what, body) = match body.strip_prefix(super::damaged::LOST) {
                Some(what) => (what.to_owned(), String::new()),
                None => (format!("edit {number} of {kind} {record}: {why}"), body),
            };
            Err(DamagedEdit {
                number,
                what,
                cmd: row.get(2).unwrap_or_else(|_| format!("damaged-{number}")),
                kind,
                record,
                at: instant(row.get(6).unwrap_or_default()),
                body,
            })
        }
    })
}

fn try_entry(row: &Row<'_>, number: i64) -> Result<Entry, String> {
    let text = |error: rusqlite::Error| error.to_string();
    let place: i64 = row.get(1).map_err(text)?;
    let cmd: String = row.get(2).map_err(text)?;
    let batch: String = row.get(3).map_err(text)?;
    let body: String = row.get(4).map_err(text)?;
    let mine: bool = row.get(5).map_err(text)?;
    let at = instant(row.get(6).map_err(text)?).ok_or("its time is wrong")?;
    let sum: i64 = row.get(7).map_err(text)?;
    if edit_sum(number, place, &cmd, &batch, &body, mine, at) != sum {
        return Err("its checksum is wrong".to_owned());
    }
    let edit: Edit =
        serde_json::from_str(&body).map_err(|error| format!("it is not understood ({error})"))?;
    Ok(Entry {
        number,
        place,
        edit,
        mine,
        batch,
        at,
        fate: read_fate(row, &cmd),
    })
}

/// Reads what became of an edit; when that cannot be trusted, the edit counts as sent without an answer.
fn read_fate(row: &Row<'_>, cmd: &str) -> Fate {
    let read = || -> rusqlite::Result<Option<Fate>> {
        let state: String = row.get(8)?;
        let reply: Option<String> = row.get(15)?;
        let fate = Fate {
            state: State::from_name(&state),
            attempts: row.get(9)?,
            sent_at: instant(row.get(10)?),
            base: row.get::<_, Option<i64>>(11)?.map(i64::cast_unsigned),
            seq: row.get::<_, Option<i64>>(12)?.map(i64::cast_unsigned),
            version: row.get::<_, Option<i64>>(13)?.map(i64::cast_unsigned),
            epoch: row.get(14)?,
            reply: reply
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok()),
            ended_at: instant(row.get(16)?),
        };
        let sum: i64 = row.get(17)?;
        Ok((fate_sum(cmd, &fate, reply.as_deref()) == sum).then_some(fate))
    };
    match read() {
        Ok(Some(fate)) => fate,
        _ => Fate {
            attempts: 1,
            ..Fate::queued()
        },
    }
}

pub(super) fn edit_sum(
    number: i64,
    place: i64,
    cmd: &str,
    batch: &str,
    body: &str,
    mine: bool,
    at: Timestamp,
) -> i64 {
    Checksum::new()
        .number(number)
        .number(place)
        .text(cmd)
        .text(batch)
        .text(body)
        .number(i64::from(mine))
        .number(at.as_microsecond())
        .end()
}

fn fate_sum(cmd: &str, fate: &Fate, reply: Option<&str>) -> i64 {
    Checksum::new()
        .text(cmd)
        .text(fate.state.name())
        .number(i64::from(fate.attempts))
        .maybe(fate.sent_at.map(Timestamp::as_microsecond))
        .maybe(fate.base.map(u64::cast_signed))
        .maybe(fate.seq.map(u64::cast_signed))
        .maybe(fate.version.map(u64::cast_signed))
        .text(fate.epoch.as_deref().unwrap_or(""))
        .text(reply.unwrap_or(""))
        .maybe(fate.ended_at.map(Timestamp::as_microsecond))
        .end()
}

/// Adds up a row of the undo log.
pub(super) fn batch_sum(
    id: &str,
    label: &str,
    at: i64,
    role: &str,
    target: Option<&str>,
    edits: i64,
) -> i64 {
    Checksum::new()
        .text(id)
        .text(label)
        .number(at)
        .text(role)
        .text(target.unwrap_or(""))
        .number(edits)
        .end()
}

/// Writes a role as the undo log has it.
pub(super) fn role_text(role: &BatchRole) -> (&'static str, Option<&str>) {
    match role {
        BatchRole::Edit => ("edit", None),
        BatchRole::Choice { cmd, theirs: true } => ("theirs", Some(cmd)),
        BatchRole::Choice { cmd, theirs: false } => ("chosen", Some(cmd)),
        BatchRole::Aside => ("aside", None),
        BatchRole::Undo(target) => ("undo", Some(target)),
        BatchRole::Redo(target) => ("redo", Some(target)),
    }
}
