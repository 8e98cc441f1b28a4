//! What goes to the server: whose cache this is, and which edits are next.

use std::collections::HashSet;

use jiff::Timestamp;

use super::chain::{Own, Touched, base_after};
use super::outbox::{Entry, Fate, State, write_fate};
use super::paths::file_mark;
use super::{KEPT_DAYS, Place, Store, StoreError};
use crate::record::Op;
use crate::wire::{Command, CommandResult, Me, Meta, Problem, Status};

/// Whose cache this is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The server whose records it holds; absent before the first contact.
    pub server_id: Option<String>,
    /// The user whose view it holds.
    pub user: Option<String>,
    /// That user's role, as text.
    pub role: Option<String>,
}

impl Store {
    /// Returns whose cache this is.
    pub fn identity(&mut self) -> Result<Identity, StoreError> {
        let read = |name| self.outbox.fact(name);
        let identity = (|| {
            Ok(Identity {
                server_id: read("server_id")?,
                user: read("user")?,
                role: read("role")?,
            })
        })();
        identity.map_err(|error: rusqlite::Error| self.outbox_error(&error))
    }

    /// Returns when the mirror was last known to be up to date.
    pub fn synced_at(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.place()?.synced_at)
    }

    /// Returns the id under which this cache sends, made once for each file.
    ///
    /// A copy of the file, in another folder or on another machine, gets an id of its own: what the server takes for
    /// the work of one cache never meets a conflict with itself, so two caches of one id would write over each other.
    pub fn client_id(&mut self, now: Timestamp) -> Result<String, StoreError> {
        let here = file_mark(&self.paths.outbox);
        let read = |name| self.outbox.fact(name);
        let known = read("client").and_then(|client| Ok((client, read("client_file")?)));
        let known = known.map_err(|error| self.outbox_error(&error))?;
        let (client, is_new) = match known {
            (Some(client), Some(file)) if file == here => return Ok(client),
            // Written by a version that did not know the difference.
            (Some(client), None) => (client, false),
            (Some(_), Some(_)) | (None, _) => (super::fresh_id(now), true),
        };
        // The id first: with an older mark beside it, it is only made once more.
        let facts = [("client", &client), ("client_file", &here)];
        for (name, value) in facts.into_iter().skip(usize::from(!is_new)) {
            self.outbox
                .set_fact(name, value)
                .map_err(|error| self.outbox_error(&error))?;
        }
        Ok(client)
    }

    /// Returns when the mirror was last compared with the server, and whether they were equal.
    pub fn compared(&mut self) -> Result<Option<(Timestamp, bool)>, StoreError> {
        let text = self
            .outbox
            .fact("compared")
            .map_err(|error| self.outbox_error(&error))?;
        Ok(text.and_then(|text| {
            let (at, how) = text.split_once(' ')?;
            Some((at.parse().ok()?, how == "equal"))
        }))
    }

    /// Notes that the mirror was compared with the server.
    pub fn note_compared(&mut self, now: Timestamp, equal: bool) -> Result<(), StoreError> {
        self.writable()?;
        let how = if equal { "equal" } else { "different" };
        self.outbox
            .set_fact("compared", &format!("{now} {how}"))
            .map_err(|error| self.outbox_error(&error))
    }

    /// Checks that the server and the user are those of this cache; at the first contact they become so.
    pub fn meet(&mut self, meta: &Meta, me: &Me) -> Result<(), StoreError> {
        self.writable()?;
        self.refresh()?;
        let identity = self.identity()?;
        for (what, have, found) in [
            ("server", &identity.server_id, &meta.server_id),
            ("user", &identity.user, &me.user),
        ] {
            if let Some(have) = have
                && have != found
            {
                return Err(StoreError::OtherServer {
                    why: format!(
                        "its records belong to the {what} {have}, and {found} answers; nothing was changed or \
                         sent; give the other one a folder of its own (CNM_HOME)"
                    ),
                });
            }
        }
        for (name, have, value) in [
            ("server_id", &identity.server_id, &meta.server_id),
            ("user", &identity.user, &me.user),
            ("role", &identity.role, &me.role),
        ] {
            if have.as_ref() != Some(value) {
                self.outbox
                    .set_fact(name, value)
                    .map_err(|error| self.outbox_error(&error))?;
            }
        }
        if self.mirror.place().epoch.is_none() {
            self.mirror
                .set_epoch(&meta.epoch)
                .map_err(|error| self.mirror_error(&error))?;
        }
        Ok(())
    }

    /// Returns how far the mirror has come.
    pub fn place(&mut self) -> Result<Place, StoreError> {
        self.refresh()?;
        Ok(self.mirror.place().clone())
    }

    /// Returns the cursor with which the next page is to be asked for.
    pub fn request_cursor(&mut self) -> Result<Option<String>, StoreError> {
        self.refresh()?;
        Ok(self.mirror.request_cursor().map(str::to_owned))
    }

    /// Tells whether an edit could be sent now.
    pub fn has_waiting(&mut self) -> Result<bool, StoreError> {
        self.refresh()?;
        let waiting = self
            .active
            .iter()
            .any(|entry| entry.fate.state == State::Queued && !self.active.is_blocked(entry));
        Ok(waiting)
    }

    /// Takes the next edits to send, in order and at most one a record, and notes that they are being sent.
    ///
    /// `bytes` bounds the size of the batch as JSON; at least one edit is taken if any waits.
    pub fn take(
        &mut self,
        limit: usize,
        bytes: usize,
        now: Timestamp,
    ) -> Result<Vec<Command>, StoreError> {
        self.writable()?;
        self.refresh()?;
        let mut records = HashSet::new();
        let mut commands = Vec::new();
        let mut fates = Vec::new();
        let mut size = 0;
        for entry in self.active.iter() {
            if commands.len() >= limit {
                break;
            }
            let record = (entry.edit.kind, entry.edit.id.as_str());
            if entry.fate.state != State::Queued
                || records.contains(&record)
                || self.active.is_blocked(entry)
            {
                continue;
            }
            records.insert(record);
            if let Some(fate) = too_late(entry, now) {
                fates.push((entry.edit.cmd.clone(), fate));
                continue;
            }
            let command = self
                .command(entry)
                .map_err(|error| self.outbox_error(&error))?;
            size += serde_json::to_vec(&command).map_or(0, |json| json.len() + 1);
            if size > bytes && !commands.is_empty() {
                break;
            }
            let fate = Fate {
                attempts: entry.fate.attempts + 1,
                sent_at: entry.fate.sent_at.or(Some(now)),
                base: command.base,
                ..entry.fate.clone()
            };
            fates.push((entry.edit.cmd.clone(), fate));
            commands.push(command);
        }
        self.set_fates(fates)?;
        Ok(commands)
    }

    /// Notes that the edits taken last never left this machine.
    pub fn put_back(&mut self, commands: &[String]) -> Result<(), StoreError> {
        let fates = commands
            .iter()
            .filter_map(|cmd| self.active.get(cmd))
            .filter(|entry| entry.fate.state == State::Queued)
            .map(|entry| {
                let attempts = entry.fate.attempts.saturating_sub(1);
                let fate = Fate {
                    attempts,
                    sent_at: entry.fate.sent_at.filter(|_| attempts > 0),
                    ..entry.fate.clone()
                };
                (entry.edit.cmd.clone(), fate)
            })
            .collect();
        self.set_fates(fates)
    }

    pub(super) fn set_fates(&mut self, fates: Vec<(String, Fate)>) -> Result<(), StoreError> {
        if fates.is_empty() {
            return Ok(());
        }
        self.outbox
            .quickly(|db| {
                for (cmd, fate) in &fates {
                    write_fate(db, cmd, fate)?;
                }
                Ok(())
            })
            .map_err(|error| self.outbox_error(&error))?;
        for (cmd, fate) in fates {
            self.active.set_fate(&cmd, fate);
        }
        Ok(())
    }

    fn command(&self, entry: &Entry) -> rusqlite::Result<Command> {
        let edit = &entry.edit;
        let base = match edit.op {
            Op::Create if edit.base.is_none() => None,
            // Once sent, a command stays as it was: the server compares it with what it may have had.
            _ if entry.fate.attempts > 0 && entry.fate.base.is_some() => entry.fate.base,
            _ => {
                let start = entry.fate.base.or(edit.base).unwrap_or(0);
                let own = self.own_before(entry)?;
                let fields = edit.patch.fields();
                let touched = if edit.op == Op::Update {
                    Touched::Fields(&fields)
                } else {
                    Touched::Everything
                };
                Some(base_after(start, touched, &own))
            }
        };
        Ok(Command {
            cmd: edit.cmd.clone(),
            kind: edit.kind.name().to_owned(),
            id: edit.id.clone(),
            op: edit.op,
            base,
            patch: edit.patch.clone(),
            mine: entry.mine,
            at: Some(entry.at),
        })
    }

    /// Reads the own edits of the same record that the server has applied before this one.
    fn own_before(&self, entry: &Entry) -> rusqlite::Result<Vec<Own>> {
        let acked = self.outbox.entries(
            "e.record = ?1 AND e.kind = ?2 AND f.state = 'acked'",
            [&entry.edit.id, entry.edit.kind.name()],
        )?;
        Ok(acked
            .into_iter()
            .take_while(|other| (other.place, other.number) < (entry.place, entry.number))
            .filter_map(|other| {
                Some(Own {
                    version: other.fate.version?,
                    base: other.fate.base.or(other.edit.base).unwrap_or(0),
                    fields: other
                        .edit
                        .patch
                        .fields()
                        .into_iter()
                        .map(str::to_owned)
                        .collect(),
                    fv: other
                        .fate
                        .reply
                        .and_then(|reply| reply.server)
                        .map(|row| row.fv),
                })
            })
            .collect())
    }
}

/// Refuses to send again what the server may have forgotten that it had.
fn too_late(entry: &Entry, now: Timestamp) -> Option<Fate> {
    let sent_at = entry.fate.sent_at.filter(|_| entry.fate.attempts > 0)?;
    (now.duration_since(sent_at).as_hours() > KEPT_DAYS * 24).then(|| {
        let why = format!(
            "it was first sent more than {KEPT_DAYS} days ago without an answer; compare with the server and \
             choose whether to send it again"
        );
        refused_here(&entry.fate, &entry.edit.cmd, "urn:cnm:client:late", why)
    })
}

/// Makes the fate of an edit that this console stops sending.
pub(super) fn refused_here(fate: &Fate, cmd: &str, kind: &str, why: String) -> Fate {
    Fate {
        state: State::Refused,
        reply: Some(CommandResult {
            cmd: cmd.to_owned(),
            status: Status::Rejected,
            version: None,
            seq: None,
            fields: Vec::new(),
            base: None,
            changed_by: None,
            changed_at: None,
            server: None,
            problem: Some(Problem {
                kind: kind.to_owned(),
                title: "Not sent again".to_owned(),
                detail: why,
                ..Problem::default()
            }),
        }),
        ..fate.clone()
    }
}
