//! What becomes of edits: the server's answers, the user's choice in a conflict, and what is taken back.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::damaged::no_choice;
use super::outbox::{Entry, Fate, Queueing, State, append_batch, write_fate, write_log};
use super::send::refused_here;
use super::{Store, StoreError, fresh_id};
use crate::effect::{
    Batch, BatchRole, CacheChange, CacheRow, Conflict, ConflictField, Edit, OutboxRow, OutboxState,
    Resolution, RowState,
};
use crate::record::{Kind, Op, Patch};
use crate::wire::{CommandResult, Row, Status};

/// Problems that this console made itself: the edit may have reached the server, so it keeps its id.
pub(super) const OWN_PROBLEM: &str = "urn:cnm:client:";

impl Store {
    /// Writes down the server's answers and says which rows look different now.
    ///
    /// `head` is the newest sequence of the server, `epoch` the epoch to which it belongs.
    pub fn record_results(
        &mut self,
        results: &[CommandResult],
        head: u64,
        epoch: &str,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        self.writable()?;
        self.refresh()?;
        let mut fates = Vec::new();
        let mut records = Vec::new();
        for result in results {
            // An answer to a command that is not waiting is an echo of something older.
            let Some(entry) = self
                .active
                .get(&result.cmd)
                .filter(|entry| entry.fate.state == State::Queued)
            else {
                continue;
            };
            if let Some(fate) = fate_after(&entry.fate, result, head, epoch, now) {
                fates.push((result.cmd.clone(), fate));
                records.push((entry.edit.kind, entry.edit.id.clone()));
            }
        }
        self.set_fates(fates)?;
        let seq = self.mirror.place().seq;
        self.active.settle(seq);
        records.sort_unstable();
        records.dedup();
        self.changes(records)
    }

    /// Stops sending an edit on which the server fails again and again, or which is too large; it is kept and shown.
    pub fn isolate(&mut self, cmd: &str, why: &str) -> Result<Vec<CacheChange>, StoreError> {
        self.writable()?;
        self.refresh()?;
        let Some(entry) = self
            .active
            .get(cmd)
            .filter(|entry| entry.fate.state == State::Queued)
        else {
            return Ok(Vec::new());
        };
        let kind = format!("{OWN_PROBLEM}isolated");
        let fate = refused_here(&entry.fate, cmd, &kind, why.to_owned());
        let record = (entry.edit.kind, entry.edit.id.clone());
        self.set_fates(vec![(cmd.to_owned(), fate)])?;
        self.changes([record])
    }

    /// Returns every edit that is not settled, in the order of its turn; then those that cannot be read.
    pub fn outbox(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        self.refresh()?;
        Ok(self
            .active
            .iter()
            .map(|entry| OutboxRow {
                number: entry.number,
                edit: entry.edit.clone(),
                batch: entry.batch.clone(),
                at: entry.at,
                state: self.standing(entry),
                attempts: entry.fate.attempts,
            })
            .chain(self.damaged_rows())
            .collect())
    }

    /// Counts the edits that wait, conflict and were refused.
    pub fn counts(&mut self) -> Result<super::Counts, StoreError> {
        self.refresh()?;
        Ok(self.active.counts())
    }

    fn standing(&self, entry: &Entry) -> OutboxState {
        match entry.fate.state {
            State::Acked => OutboxState::Acked {
                seq: entry.fate.seq.unwrap_or(0),
            },
            State::Conflict => OutboxState::Conflict(Box::new(conflict(entry))),
            State::Refused => OutboxState::Refused {
                why: why_refused(entry.fate.reply.as_ref()),
                server: server_row(entry).map(Box::new),
            },
            State::Queued | State::Dropped if self.active.is_blocked(entry) => OutboxState::Blocked,
            State::Queued | State::Dropped => OutboxState::Queued,
        }
    }

    /// Carries out the user's choice in a conflict or after a refusal; it survives a power loss.
    pub fn resolve(
        &mut self,
        cmd: &str,
        resolution: &Resolution,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        self.choose(cmd, resolution, None, now)
    }

    /// Carries out the user's choice, which may be one that was taken back and is made `again`: its batch is named.
    pub fn choose(
        &mut self,
        cmd: &str,
        resolution: &Resolution,
        again: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        self.writable()?;
        self.refresh()?;
        let entry = self.failed(cmd)?.clone();
        let own = entry
            .fate
            .reply
            .as_ref()
            .and_then(|reply| reply.problem.as_ref())
            .is_some_and(|problem| problem.kind.starts_with(OWN_PROBLEM));
        if own && *resolution == Resolution::Mine {
            // The outcome is unknown: under its old id the server cannot apply it twice.
            let fate = Fate {
                state: State::Queued,
                sent_at: Some(now),
                reply: None,
                ..entry.fate.clone()
            };
            self.set_fates(vec![(cmd.to_owned(), fate)])?;
            return self.changes([(entry.edit.kind, entry.edit.id)]);
        }
        let replacement = match resolution {
            Resolution::Theirs => None,
            Resolution::Mine => Some(replacement(&entry, None, now)),
            Resolution::Edited(patch) => Some(replacement(&entry, Some(patch), now)),
        };
        let (action, label) = match resolution {
            Resolution::Theirs => ("theirs", "let theirs stand"),
            Resolution::Mine => ("mine", "kept mine"),
            Resolution::Edited(_) => ("edited", "settled"),
        };
        let mut records = vec![(entry.edit.kind, entry.edit.id.clone())];
        let name = self.name_of(&entry)?;
        let logged = |edit: Edit| Batch {
            id: fresh_id(now),
            label: format!("{label}: {name}"),
            at: now,
            edits: vec![edit],
            role: match again {
                Some(batch) => BatchRole::Redo(batch.to_owned()),
                None => BatchRole::Choice {
                    cmd: cmd.to_owned(),
                    theirs: *resolution == Resolution::Theirs,
                },
            },
        };
        if *resolution == Resolution::Theirs {
            // Whoever lets theirs stand does not mean what was written on top of mine.
            let behind = self.behind(&entry);
            let batch = logged(self.gave_way(&entry, &behind, now)?);
            let gone: Vec<&Entry> = std::iter::once(&entry).chain(&behind).collect();
            self.drop_edits(&gone, action, None, Some(&batch), now)?;
            return self.changes(records);
        }
        let batch = replacement.map(logged);
        records.extend(
            batch
                .iter()
                .flat_map(|batch| &batch.edits)
                .map(|edit| (edit.kind, edit.id.clone())),
        );
        let queueing = Queueing {
            mine: entry.fate.state == State::Conflict,
            place: Some(entry.place),
        };
        self.drop_edits(
            &[&entry],
            action,
            batch.as_ref().map(|batch| (batch, queueing)),
            None,
            now,
        )?;
        records.dedup();
        self.changes(records)
    }

    /// Takes an edit back that was not sent, or that failed; what it was stays in the log.
    pub fn discard(&mut self, cmd: &str, now: Timestamp) -> Result<Vec<CacheChange>, StoreError> {
        self.writable()?;
        self.refresh()?;
        if self.is_damaged(cmd) {
            return self.discard_damaged(cmd, now);
        }
        let entry = self.active.get(cmd).ok_or_else(|| not_there(cmd))?;
        if entry.fate.state == State::Acked {
            return Err(StoreError::Edit {
                cmd: cmd.to_owned(),
                why: "the server has it already; undo it instead".to_owned(),
            });
        }
        if entry.fate.state == State::Queued && entry.fate.attempts > 0 {
            return Err(StoreError::Edit {
                cmd: cmd.to_owned(),
                why: "it was sent and may have reached the server; undo it instead".to_owned(),
            });
        }
        let record = (entry.edit.kind, entry.edit.id.clone());
        // Without the record that it would have made, later edits of that record have nothing to stand on.
        let gone: Vec<Entry> = self
            .active
            .of_record(record.0, &record.1)
            .filter(|other| {
                other.edit.cmd == cmd
                    || (entry.edit.op == Op::Create && other.fate.state != State::Acked)
            })
            .cloned()
            .collect();
        let gone: Vec<&Entry> = gone.iter().collect();
        self.drop_edits(&gone, "discarded", None, None, now)?;
        self.changes([record])
    }

    /// Names the record of an edit for a person.
    fn name_of(&self, entry: &Entry) -> Result<String, StoreError> {
        let edit = &entry.edit;
        let row = self.current(edit.kind, &edit.id);
        let row = row.map_err(|error| self.mirror_error(&error))?;
        let title = row
            .and_then(|row| serde_json::from_str(&row.fields).ok())
            .and_then(|fields| edit.kind.title_of(&fields))
            .or_else(|| edit.title());
        Ok(match title {
            Some(title) => format!("{} {title}", edit.kind.label()),
            None => edit.kind.label().to_owned(),
        })
    }

    /// The later edits of mine that wait behind one and change only what it changes.
    fn behind(&self, entry: &Entry) -> Vec<Entry> {
        let fields = entry.edit.patch.fields();
        let of_record = self.active.of_record(entry.edit.kind, &entry.edit.id);
        let later = of_record.filter(|other| {
            other.place > entry.place
                && other.fate.state == State::Queued
                && other.fate.attempts == 0
                && (other.edit.op, entry.edit.op) == (Op::Update, Op::Update)
                && other
                    .edit
                    .patch
                    .fields()
                    .iter()
                    .all(|name| fields.contains(name))
        });
        later.cloned().collect()
    }

    /// The edit that would make theirs of mine, so that taking it back brings mine again; it is only logged.
    fn gave_way(
        &mut self,
        entry: &Entry,
        behind: &[Entry],
        now: Timestamp,
    ) -> Result<Edit, StoreError> {
        let old = &entry.edit;
        let held = self.mirror.get(old.kind, &old.id);
        let held = held.map_err(|error| self.mirror_error(&error))?;
        let held = held.and_then(|row| {
            let fields = serde_json::from_str(&row.fields).ok()?;
            Some((row.version, fields))
        });
        let reply = entry.fate.reply.as_ref();
        let server = reply.and_then(|reply| reply.server.as_ref());
        let newest = server
            .filter(|row| !row.fields.is_empty())
            .map(|row| (row.version, row.fields.clone()))
            .or(held);
        let gone = server.is_some_and(|row| row.deleted)
            || reply.is_some_and(|reply| matches!(reply.status, Status::Gone | Status::NotFound));
        let (version, theirs) =
            newest.unwrap_or_else(|| (old.base.unwrap_or(0), old.before.clone()));
        let mut mine = theirs.clone();
        old.patch.apply(&mut mine);
        for later in behind {
            later.edit.patch.apply(&mut mine);
        }
        let mut edit = Edit {
            cmd: fresh_id(now),
            base: Some(version),
            ..old.clone()
        };
        match old.op {
            Op::Delete => {
                edit.op = Op::Create;
                edit.patch = Patch {
                    set: theirs,
                    ..Patch::default()
                };
                edit.before = Map::new();
            }
            Op::Create => {
                edit.op = Op::Delete;
                edit.before.clone_from(&old.patch.set);
                edit.patch = Patch::default();
            }
            Op::Update if gone => {
                edit.op = Op::Delete;
                edit.before = mine;
                edit.patch = Patch::default();
            }
            Op::Update => {
                edit.before = touched_values(&old.patch, &mine);
                let theirs = touched_values(&old.patch, &theirs);
                edit.patch = crate::record::diff(old.kind, &edit.before, &theirs);
            }
        }
        Ok(edit)
    }

    pub(super) fn drop_edits(
        &mut self,
        entries: &[&Entry],
        action: &str,
        replacement: Option<(&Batch, Queueing)>,
        logged: Option<&Batch>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let added = self
            .outbox
            .durably(|db| {
                for entry in entries {
                    let fate = Fate {
                        state: State::Dropped,
                        ended_at: Some(now),
                        ..entry.fate.clone()
                    };
                    write_fate(db, &entry.edit.cmd, &fate)?;
                    write_log(db, now, &entry.edit.cmd, action)?;
                }
                // What is in the log of undo alone never goes to the server.
                for entry in logged
                    .map(|batch| append_batch(db, batch, Queueing::default()))
                    .transpose()?
                    .unwrap_or_default()
                {
                    let fate = Fate {
                        state: State::Dropped,
                        ended_at: Some(now),
                        ..entry.fate
                    };
                    write_fate(db, &entry.edit.cmd, &fate)?;
                }
                match replacement {
                    Some((batch, queueing)) => append_batch(db, batch, queueing),
                    None => Ok(Vec::new()),
                }
            })
            .map_err(|error| self.outbox_error(&error))?;
        for entry in entries {
            self.active.remove(&entry.edit.cmd);
        }
        for entry in added {
            self.active.insert(entry);
        }
        Ok(())
    }

    fn failed(&self, cmd: &str) -> Result<&Entry, StoreError> {
        if self.is_damaged(cmd) {
            return Err(no_choice(cmd));
        }
        let entry = self.active.get(cmd).ok_or_else(|| not_there(cmd))?;
        match entry.fate.state {
            State::Conflict | State::Refused => Ok(entry),
            _ => Err(StoreError::Edit {
                cmd: cmd.to_owned(),
                why: "it neither conflicts nor was it refused; there is nothing to choose"
                    .to_owned(),
            }),
        }
    }
}

fn not_there(cmd: &str) -> StoreError {
    StoreError::Edit {
        cmd: cmd.to_owned(),
        why: "it is not waiting any more; look at the outbox again".to_owned(),
    }
}

/// Returns what an answer makes of an edit, or nothing if it says nothing new.
fn fate_after(
    fate: &Fate,
    result: &CommandResult,
    head: u64,
    epoch: &str,
    now: Timestamp,
) -> Option<Fate> {
    let after = match result.status {
        status if status.is_settled() => {
            let server = result.server.as_ref().map(|row| Row {
                fields: Map::new(),
                ..row.clone()
            });
            // Without a sequence the effect is in the feed at the head at the latest; nothing to wait for after a no-op.
            let latest = if status == Status::Noop { 0 } else { head };
            Fate {
                state: State::Acked,
                seq: Some(result.seq.unwrap_or(latest)),
                version: result.version.filter(|_| status != Status::Noop),
                epoch: Some(epoch.to_owned()),
                reply: Some(CommandResult {
                    server,
                    ..result.clone()
                }),
                ended_at: Some(now),
                ..fate.clone()
            }
        }
        Status::Blocked => return None,
        Status::Conflict => Fate {
            state: State::Conflict,
            reply: Some(result.clone()),
            ..fate.clone()
        },
        _ => Fate {
            state: State::Refused,
            reply: Some(result.clone()),
            ..fate.clone()
        },
    };
    Some(after)
}

/// Makes the new edit that takes the place of one that failed: a new id, on the version that the user has seen.
fn replacement(entry: &Entry, edited: Option<&Patch>, now: Timestamp) -> Edit {
    let old = &entry.edit;
    let server = entry
        .fate
        .reply
        .as_ref()
        .and_then(|reply| reply.server.as_ref());
    let status = entry.fate.reply.as_ref().map(|reply| reply.status);
    let gone = matches!(status, Some(Status::Gone | Status::NotFound))
        || server.is_some_and(|row| row.deleted);
    let patch = edited.unwrap_or(&old.patch);
    let mut edit = Edit {
        cmd: fresh_id(now),
        patch: patch.clone(),
        ..old.clone()
    };
    if old.op == Op::Create || (gone && old.op == Op::Update) {
        // The fields as they would have been: the user's copy of a record that is gone gets an id of its own.
        let mut fields = match (old.op, server) {
            (Op::Create, _) => old.patch.set.clone(),
            (_, Some(row)) if !row.fields.is_empty() => row.fields.clone(),
            _ => old.before.clone(),
        };
        if old.op != Op::Create {
            old.patch.apply(&mut fields);
        }
        patch.apply(&mut fields);
        edit.op = Op::Create;
        edit.base = None;
        edit.patch = Patch {
            set: fields,
            ..Patch::default()
        };
        edit.before = Map::new();
        if gone {
            edit.id = fresh_id(now);
        }
        return edit;
    }
    if let Some(row) = server {
        edit.base = Some(row.version);
        edit.before = match edit.op {
            // Whoever deletes all the same and thinks better of it gets back what was there.
            Op::Delete => row.fields.clone(),
            _ => touched_values(&edit.patch, &row.fields),
        };
    }
    edit
}

fn touched_values(patch: &Patch, fields: &Map<String, Json>) -> Map<String, Json> {
    patch
        .fields()
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.get(name)?.clone())))
        .collect()
}

fn conflict(entry: &Entry) -> Conflict {
    let edit = &entry.edit;
    let reply = entry.fate.reply.as_ref();
    let server = reply.and_then(|reply| reply.server.as_ref());
    let mut mine = edit.before.clone();
    edit.patch.apply(&mut mine);
    // An older server says only who changed the record last.
    let by = server.and_then(|row| row.updated_by.clone());
    let at = server.and_then(|row| row.updated_at);
    let named = reply.map_or(&[][..], |reply| reply.fields.as_slice());
    let names: Vec<String> = if named.is_empty() {
        edit.patch.fields().into_iter().map(str::to_owned).collect()
    } else {
        named.to_vec()
    };
    Conflict {
        fields: names
            .into_iter()
            .map(|name| ConflictField {
                base: edit.before.get(&name).cloned(),
                mine: mine.get(&name).filter(|_| edit.op != Op::Delete).cloned(),
                theirs: server.and_then(|row| row.fields.get(&name)).cloned(),
                name,
            })
            .collect(),
        version: server.map_or(0, |row| row.version),
        changed_by: reply.and_then(|reply| reply.changed_by.clone()).or(by),
        changed_at: reply.and_then(|reply| reply.changed_at).or(at),
        deleted: server.is_some_and(|row| row.deleted),
    }
}

fn why_refused(reply: Option<&CommandResult>) -> String {
    let Some(reply) = reply else {
        return "the server gave no reason".to_owned();
    };
    let what = match reply.status {
        Status::Forbidden => "not allowed",
        Status::NotFound => "there is no such record in your view",
        Status::Gone => "the record was deleted",
        Status::Reused => "its id was used before for another edit",
        _ => "",
    };
    let Some(problem) = &reply.problem else {
        return if what.is_empty() {
            "the server gave no reason".to_owned()
        } else {
            what.to_owned()
        };
    };
    let detail = if problem.detail.is_empty() {
        &problem.title
    } else {
        &problem.detail
    };
    // Whoever shows it says already that it was refused.
    let mut why = if what.is_empty() {
        detail.clone()
    } else {
        format!("{what}: {detail}")
    };
    for error in &problem.errors {
        let field = error.pointer.rsplit('/').next().unwrap_or(&error.pointer);
        why.push_str("; ");
        why.push_str(field);
        why.push_str(": ");
        why.push_str(&error.detail);
    }
    why
}

fn server_row(entry: &Entry) -> Option<CacheRow> {
    let row = entry.fate.reply.as_ref()?.server.as_ref()?;
    Some(CacheRow {
        kind: Kind::from_name(&row.kind)?,
        id: row.id.clone(),
        version: row.version,
        state: RowState::Clean,
        fields: serde_json::to_string(&row.fields).ok()?,
    })
}
