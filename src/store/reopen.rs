//! A choice in a conflict, taken back: the conflict is there again as it was, also after a restart.
//!
//! While nothing of the choice was sent, it is only dropped. What the server has is taken back by a new edit, which goes
//! to the server before anything that is chosen next.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value as Json};

use super::outbox::{
    Entry, Fate, Queueing, State, append_batch, edit_sum, last_number, write_fate, write_log,
};
use super::{Store, StoreError};
use crate::effect::{Batch, BatchRole, CacheChange};
use crate::record::Op;
use crate::wire::{CommandResult, Status};

/// A choice that is taken back.
struct Choice {
    /// The edit that it was about.
    settled: Entry,
    /// Edits that were dropped with it, since they were written on top of it.
    behind: Vec<Entry>,
    /// What took its place, or would take it back where theirs stood.
    made: Vec<Entry>,
}

impl Store {
    /// Tells whether a batch takes back a choice in a conflict or after a refusal.
    pub(super) fn reopens(&self, batch: &Batch) -> Result<bool, StoreError> {
        let BatchRole::Undo(target) = &batch.role else {
            return Ok(false);
        };
        let found = self.settled_by(target);
        Ok(found.map_err(|error| self.outbox_error(&error))?.is_some())
    }

    /// Takes a choice back with the batch that undoes it; its edits are sent only where the choice was.
    pub(super) fn reopen(&mut self, batch: &Batch) -> Result<Vec<CacheChange>, StoreError> {
        let choice = self.choice(batch)?;
        let sent = choice.made.iter().any(|edit| match edit.fate.state {
            State::Acked => true,
            State::Queued => edit.fate.attempts > 0,
            State::Conflict | State::Refused | State::Dropped => false,
        });
        let log = Batch {
            edits: if sent {
                batch.edits.clone()
            } else {
                Vec::new()
            },
            ..batch.clone()
        };
        let now = batch.at;
        let edit = &choice.settled.edit;
        let held = self.mirror.get(edit.kind, &edit.id);
        let held = held.map_err(|error| self.mirror_error(&error))?;
        let held =
            held.and_then(|row| Some((row.version, serde_json::from_str(&row.fields).ok()?)));
        let written = self.outbox.durably(|db| {
            append_batch(db, &log, Queueing::default())?;
            if sent {
                // Its turn is after what takes the choice back, or that would wait for it.
                move_behind(db, &choice.settled)?;
            } else {
                for edit in &choice.made {
                    end(db, edit, State::Dropped, Some(now))?;
                    write_log(db, now, &edit.edit.cmd, "taken back")?;
                }
            }
            for edit in &choice.behind {
                end(db, edit, State::Queued, None)?;
                write_log(db, now, &edit.edit.cmd, "reopened")?;
            }
            let settled = &choice.settled;
            let reply = reply_now(settled, &choice.made, held.as_ref());
            let state = match reply.as_ref().map(|reply| reply.status) {
                Some(Status::Conflict) => State::Conflict,
                _ => State::Refused,
            };
            let fate = Fate {
                state,
                reply,
                ended_at: None,
                ..settled.fate.clone()
            };
            write_fate(db, &settled.edit.cmd, &fate)?;
            write_log(db, now, &settled.edit.cmd, "reopened")
        });
        written.map_err(|error| self.outbox_error(&error))?;
        self.reload_active()
            .map_err(|error| self.outbox_error(&error))?;
        if sent {
            self.said.push(
                "the choice had been sent: a new edit takes it back on the server".to_owned(),
            );
        }
        let of = |entry: &Entry| (entry.edit.kind, entry.edit.id.clone());
        let mut records: Vec<_> = std::iter::once(&choice.settled)
            .chain(&choice.made)
            .map(of)
            .collect();
        records.sort_unstable();
        records.dedup();
        self.changes(records)
    }

    /// Returns and forgets what else is to be told about what was saved since the last call, one sentence each.
    pub fn take_said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    fn choice(&self, batch: &Batch) -> Result<Choice, StoreError> {
        let BatchRole::Undo(target) = &batch.role else {
            return Err(gone(&batch.id));
        };
        let read = || -> rusqlite::Result<Option<Choice>> {
            let Some((chosen, cmd)) = self.settled_by(target)? else {
                return Ok(None);
            };
            let Some(settled) = self.outbox.entries("e.cmd = ?1", [&cmd])?.pop() else {
                return Ok(None);
            };
            // The choice may have been taken back and made again, under the same name in the log of undo.
            let made = self.outbox.entries(
                "e.batch = (SELECT id FROM batch WHERE id = ?1 OR (role = 'redo' AND target = ?1) \
                 ORDER BY number DESC LIMIT 1)",
                [&chosen],
            )?;
            let at = settled.fate.ended_at.map(Timestamp::as_microsecond);
            let behind = self.outbox.entries(
                "e.record = ?1 AND e.kind = ?2 AND e.cmd <> ?3 AND f.state = 'dropped' AND EXISTS (\
                 SELECT 1 FROM log l WHERE l.cmd = e.cmd AND l.action = 'theirs' AND l.at = ?4)",
                params![settled.edit.id, settled.edit.kind.name(), cmd, at],
            )?;
            Ok(Some(Choice {
                settled,
                behind,
                made,
            }))
        };
        let choice = read().map_err(|error| self.outbox_error(&error))?;
        let choice = choice.ok_or_else(|| gone(target))?;
        if choice.settled.fate.state != State::Dropped || choice.made.is_empty() {
            return Err(gone(&choice.settled.edit.cmd));
        }
        Ok(choice)
    }

    /// Finds the choice that a batch is, or does again: its id, and the command of the edit that it settled.
    fn settled_by(&self, batch: &str) -> rusqlite::Result<Option<(String, String)>> {
        let find = |id: &str| -> rusqlite::Result<Option<(String, Option<String>)>> {
            self.outbox
                .db
                .prepare_cached("SELECT role, target FROM batch WHERE id = ?1")?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        };
        let mut id = batch.to_owned();
        let mut found = find(&id)?;
        // What was done again may be a choice that had been done again before.
        for _ in 0..100 {
            match found {
                Some((role, Some(target))) if role == "redo" => {
                    found = find(&target)?;
                    id = target;
                }
                _ => break,
            }
        }
        Ok(match found {
            Some((role, Some(cmd))) if role == "theirs" || role == "chosen" => Some((id, cmd)),
            _ => None,
        })
    }
}

fn gone(id: &str) -> StoreError {
    StoreError::Edit {
        cmd: id.to_owned(),
        why: "this choice cannot be taken back: it was taken back already, or it is not in the outbox any more; \
              look at the conflicts"
            .to_owned(),
    }
}

fn end(
    db: &rusqlite::Transaction<'_>,
    entry: &Entry,
    state: State,
    ended_at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let fate = Fate {
        state,
        ended_at,
        ..entry.fate.clone()
    };
    write_fate(db, &entry.edit.cmd, &fate)
}

/// The server's answer to the edit, with what is known of the server's record by now: where what was chosen met a
/// conflict of its own, and where somebody else has written since.
fn reply_now(
    settled: &Entry,
    made: &[Entry],
    held: Option<&(u64, Map<String, Json>)>,
) -> Option<CommandResult> {
    let mut reply = settled.fate.reply.clone()?;
    let later = made
        .iter()
        .filter(|edit| edit.fate.state == State::Conflict && edit.edit.id == settled.edit.id)
        .find_map(|edit| edit.fate.reply.clone())
        .filter(|reply| reply.server.is_some());
    if let Some(later) = later {
        (reply.changed_by, reply.changed_at) = (later.changed_by, later.changed_at);
        reply.server = later.server;
    }
    let (Some(server), Some((version, fields))) = (&mut reply.server, held) else {
        return Some(reply);
    };
    if *version <= server.version || settled.edit.op == Op::Create {
        return Some(reply);
    }
    // What the choice itself wrote is on its way back.
    let is_mine = |name: &str| {
        let written = |edit: &Entry| {
            edit.fate.state != State::Dropped && edit.edit.patch.set.get(name) == fields.get(name)
        };
        made.iter().any(written)
    };
    let mut others = false;
    for name in settled.edit.patch.fields() {
        if is_mine(name) || server.fields.get(name) == fields.get(name) {
            continue;
        }
        others = true;
        match fields.get(name) {
            Some(value) => server.fields.insert(name.to_owned(), value.clone()),
            None => server.fields.remove(name),
        };
    }
    if others {
        server.version = *version;
        (reply.changed_by, reply.changed_at) = (None, None);
        (server.updated_by, server.updated_at) = (None, None);
    }
    Some(reply)
}

/// Puts an edit behind all that are in the queue now.
fn move_behind(db: &rusqlite::Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let place = last_number(db)? + 1;
    let body: String = db.query_row(
        "SELECT body FROM edit WHERE cmd = ?1",
        [&entry.edit.cmd],
        |row| row.get(0),
    )?;
    let sum = edit_sum(
        entry.number,
        place,
        &entry.edit.cmd,
        &entry.batch,
        &body,
        entry.mine,
        entry.at,
    );
    db.execute(
        "UPDATE edit SET place = ?1, sum = ?2 WHERE cmd = ?3",
        params![place, sum, entry.edit.cmd],
    )
    .map(drop)
}
