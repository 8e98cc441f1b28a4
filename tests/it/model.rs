//! A server of the contract in memory: one view, no rights, and faults on demand.
//!
//! It is written from the contract, shares no code with the reference backend and keeps an audit log by which the
//! tests judge what the clients did.

#![allow(
    clippy::too_many_lines,
    reason = "the judgement of a command is read as one piece"
)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use cnm::record::Op;
use cnm::remote::RemoteError;
use cnm::sync::Backend;
use cnm::wire::{
    ApiRange, Batch, BatchReply, ChangesPage, Command, CommandResult, Digest, KindDigest, Limits,
    Me, Meta, RawPage, Row, Status,
};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection: it never arrives.
    Refused,
    /// It is carried out, and the answer is lost.
    Lost,
    /// It arrives twice, and the second answer counts.
    Twice,
    /// The server fails before it does anything.
    Failed,
    /// The server fails after it did everything.
    FailedAfter,
}

/// One accepted write.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    pub(crate) cmd: String,
    /// The cache that sent it.
    pub(crate) client: String,
    pub(crate) id: String,
    /// Whether the sender had seen the other side's value.
    pub(crate) mine: bool,
    /// The version that it made.
    pub(crate) version: u64,
    /// For each scalar field the version that had changed it last.
    pub(crate) previous: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Inner {
    pub(crate) epoch: u64,
    pub(crate) server_id: String,
    pub(crate) restored: Option<u64>,
    pub(crate) seq: u64,
    pub(crate) rows: BTreeMap<(String, String), Row>,
    pub(crate) answers: HashMap<String, (String, CommandResult)>,
    pub(crate) audit: Vec<Audit>,
    /// The oldest cursor that is still good.
    pub(crate) floor: u64,
    pub(crate) page: usize,
    pub(crate) poison: Option<String>,
    pub(crate) requests: usize,
    /// Sequences at which a transaction ends; pages end there.
    pub(crate) ends: Vec<u64>,
    pub(crate) forgets_ids: bool,
    /// A record that the feed leaves out.
    pub(crate) forgotten: Option<String>,
    /// The lowest version of the contract that it speaks.
    pub(crate) api_min: u32,
    /// The most commands that it takes at once; more are too large. 0 takes all.
    pub(crate) most: usize,
}

/// The server; cloning gives another connection to it.
#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) inner: Arc<Mutex<Inner>>,
    pub(crate) faults: Arc<Mutex<Vec<Fault>>>,
    pub(crate) user: String,
}

pub(crate) fn instant() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

impl Model {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            epoch: 1,
            server_id: "model".into(),
            page: 7,
            api_min: 1,
            ..Inner::default()
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            faults: Arc::default(),
            user: "u1".into(),
        }
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap())
    }

    /// Writes as somebody else, in one transaction.
    pub(crate) fn put(&self, rows: &[(&str, &str, Json)]) {
        self.with(|inner| {
            for (kind, id, fields) in rows {
                let Json::Object(fields) = fields.clone() else {
                    panic!("an object")
                };
                inner.change(kind, id, |row| {
                    for (name, value) in fields {
                        row.fields.insert(name.clone(), value);
                        row.fv.insert(name, row.version.into());
                    }
                });
            }
            inner.end_transaction();
        });
    }

    pub(crate) fn delete(&self, kind: &str, id: &str) {
        self.with(|inner| {
            inner.change(kind, id, |row| {
                row.deleted = true;
                row.fields.clear();
            });
            inner.end_transaction();
        });
    }

    pub(crate) fn row(&self, kind: &str, id: &str) -> Option<Row> {
        self.with(|inner| inner.rows.get(&(kind.to_owned(), id.to_owned())).cloned())
    }

    pub(crate) fn fail_next(&self, faults: &[Fault]) {
        self.faults.lock().unwrap().extend(faults.iter().rev());
    }

    fn fault(&self) -> Option<Fault> {
        self.with(|inner| inner.requests += 1);
        self.faults.lock().unwrap().pop()
    }

    fn answer<T>(
        &self,
        mut work: impl FnMut(&mut Inner) -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        let host = || "model".to_owned();
        let failed = RemoteError::Failed {
            host: host(),
            status: 500,
            request: "r".into(),
        };
        match self.fault() {
            None => self.with(work),
            Some(Fault::Refused) => Err(RemoteError::Unreachable {
                host: host(),
                why: "refused".into(),
            }),
            Some(Fault::Lost) => {
                let _ = self.with(work);
                Err(RemoteError::Unanswered {
                    host: host(),
                    why: "reset".into(),
                })
            }
            Some(Fault::Twice) => self.with(|inner| {
                let _ = work(inner);
                work(inner)
            }),
            Some(Fault::Failed) => Err(failed),
            Some(Fault::FailedAfter) => {
                let _ = self.with(work);
                Err(failed)
            }
        }
    }
}

impl Inner {
    fn change(&mut self, kind: &str, id: &str, change: impl FnOnce(&mut Row)) -> &Row {
        self.seq += 1;
        let seq = self.seq;
        let row = self
            .rows
            .entry((kind.to_owned(), id.to_owned()))
            .or_insert_with(|| Row {
                kind: kind.to_owned(),
                id: id.to_owned(),
                version: 0,
                seq,
                updated_at: None,
                updated_by: Some("other".into()),
                fields: Map::new(),
                fv: Map::new(),
                deleted: false,
                left: false,
            });
        row.version += 1;
        row.seq = seq;
        change(row);
        row
    }

    fn end_transaction(&mut self) {
        self.ends.push(self.seq);
    }

    fn execute(&mut self, client: &str, command: &Command) -> CommandResult {
        let digest = serde_json::to_string(command).unwrap();
        if let Some((had, answer)) = self.answers.get(&command.cmd).filter(|_| !self.forgets_ids) {
            let status = if *had == digest {
                Status::Duplicate
            } else {
                Status::Reused
            };
            return CommandResult {
                status,
                server: None,
                ..answer.clone()
            };
        }
        let result = self.judge(client, command);
        if result.status.is_settled() {
            self.answers
                .insert(command.cmd.clone(), (digest, result.clone()));
        }
        result
    }

    /// Brings back a record that the sender saw deleted.
    fn restore(&mut self, client: &str, command: &Command) -> CommandResult {
        let row = self
            .change(&command.kind, &command.id, |row| {
                row.deleted = false;
                row.fields = Map::new();
                command.patch.apply(&mut row.fields);
                row.fv = row
                    .fields
                    .keys()
                    .map(|field| (field.clone(), row.version.into()))
                    .collect();
            })
            .clone();
        self.end_transaction();
        self.audit.push(Audit {
            cmd: command.cmd.clone(),
            client: client.to_owned(),
            id: command.id.clone(),
            mine: command.mine,
            version: row.version,
            previous: vec![],
        });
        CommandResult {
            cmd: command.cmd.clone(),
            status: Status::Applied,
            version: Some(row.version),
            seq: Some(row.seq),
            fields: vec![],
            base: None,
            changed_by: None,
            changed_at: None,
            server: None,
            problem: None,
        }
    }

    fn judge(&mut self, client: &str, command: &Command) -> CommandResult {
        let key = (command.kind.clone(), command.id.clone());
        let old = self.rows.get(&key).cloned();
        let result = |status, row: Option<&Row>, send: bool, fields: Vec<String>| CommandResult {
            cmd: command.cmd.clone(),
            status,
            version: row.map(|row| row.version),
            seq: row.map(|row| row.seq),
            fields,
            base: None,
            changed_by: None,
            changed_at: None,
            server: row.filter(|_| send).cloned(),
            problem: None,
        };
        let base = command.base.unwrap_or(0);
        match (&old, command.op) {
            (None, Op::Update | Op::Delete) => {
                return result(Status::NotFound, None, false, vec![]);
            }
            (Some(row), Op::Create) if row.deleted && command.base == Some(row.version) => {
                return self.restore(client, command);
            }
            (Some(row), Op::Create | Op::Update) if row.deleted => {
                return result(Status::Gone, Some(row), true, vec![]);
            }
            (Some(row), Op::Delete) if row.deleted => {
                return result(Status::Noop, Some(row), false, vec![]);
            }
            _ => {}
        }
        let version_of =
            |row: &Row, field: &str| row.fv.get(field).and_then(Json::as_u64).unwrap_or(0);
        let empty = Row {
            fields: Map::new(),
            ..old.clone().unwrap_or_else(|| blank(command))
        };
        let before = old.as_ref().unwrap_or(&empty);
        let mut after = before.fields.clone();
        command.patch.apply(&mut after);
        let changed: Vec<String> = command
            .patch
            .fields()
            .into_iter()
            .filter(|field| before.fields.get(*field) != after.get(*field))
            .map(str::to_owned)
            .collect();
        let scalar = |field: &&String| {
            command.patch.set.contains_key(*field) || command.patch.unset.contains(*field)
        };
        let conflicts: Vec<String> = if command.op == Op::Delete {
            if before.version > base {
                before.fields.keys().cloned().collect()
            } else {
                vec![]
            }
        } else {
            changed
                .iter()
                .filter(scalar)
                .filter(|field| version_of(before, field) > base)
                .cloned()
                .collect()
        };
        if old.is_some() && !conflicts.is_empty() && !(command.mine && base >= before.version) {
            return result(Status::Conflict, Some(before), true, conflicts);
        }
        if command.op != Op::Delete && old.is_some() && changed.is_empty() {
            return result(Status::Noop, Some(before), false, vec![]);
        }
        self.audit.push(Audit {
            cmd: command.cmd.clone(),
            client: client.to_owned(),
            id: command.id.clone(),
            mine: command.mine,
            version: before.version + 1,
            previous: changed
                .iter()
                .filter(scalar)
                .map(|field| version_of(before, field))
                .collect(),
        });
        let merged = old.as_ref().is_some_and(|row| row.version > base);
        let row = self
            .change(&command.kind, &command.id, |row| {
                if command.op == Op::Delete {
                    row.deleted = true;
                    row.fields.clear();
                } else {
                    row.fields = after;
                    for field in changed {
                        row.fv.insert(field, row.version.into());
                    }
                }
            })
            .clone();
        self.end_transaction();
        let status = if merged {
            Status::Merged
        } else {
            Status::Applied
        };
        result(status, Some(&row), merged, vec![])
    }
}

fn blank(command: &Command) -> Row {
    Row {
        kind: command.kind.clone(),
        id: command.id.clone(),
        version: 0,
        seq: 0,
        updated_at: None,
        updated_by: None,
        fields: Map::new(),
        fv: Map::new(),
        deleted: false,
        left: false,
    }
}

impl Backend for Model {
    async fn meta(&self) -> Result<Meta, RemoteError> {
        self.answer(|inner| {
            Ok(Meta {
                server_id: inner.server_id.clone(),
                epoch: inner.epoch.to_string(),
                api: ApiRange {
                    min: inner.api_min,
                    max: inner.api_min,
                },
                server_time: instant(),
                limits: Limits::default(),
                tombstone_days: 90,
                idempotency_days: 35,
            })
        })
    }

    async fn me(&self) -> Result<Me, RemoteError> {
        let user = self.user.clone();
        self.answer(|_| {
            Ok(Me {
                user: user.clone(),
                role: "cnm".into(),
                scopes: vec![],
                expires_at: None,
            })
        })
    }

    async fn changes(&self, cursor: Option<&str>, limit: usize) -> Result<RawPage, RemoteError> {
        let cursor = cursor.map(str::to_owned);
        let page = self.answer(|inner| inner.changes(cursor.as_deref(), limit))?;
        Ok(RawPage::read(&serde_json::to_vec(&page).unwrap()).unwrap())
    }

    async fn commands(&self, batch: &Batch) -> Result<BatchReply, RemoteError> {
        self.answer(|inner| {
            if let Some(poison) = &inner.poison
                && batch.batch.iter().any(|command| command.cmd == *poison)
            {
                return Err(RemoteError::Failed {
                    host: "model".into(),
                    status: 500,
                    request: "r".into(),
                });
            }
            if inner.most > 0 && batch.batch.len() > inner.most {
                return Err(RemoteError::TooLarge {
                    host: "model".into(),
                });
            }
            Ok(BatchReply {
                results: batch
                    .batch
                    .iter()
                    .map(|command| inner.execute(&batch.client, command))
                    .collect(),
                head: inner.seq,
                server_time: instant(),
            })
        })
    }

    async fn digest(&self) -> Result<Digest, RemoteError> {
        Ok(self.with(|inner| inner.digest()))
    }
}

impl Inner {
    fn digest(&self) -> Digest {
        let mut kinds: BTreeMap<String, KindDigest> = BTreeMap::new();
        for row in self.rows.values().filter(|row| !row.deleted) {
            kinds
                .entry(row.kind.clone())
                .or_default()
                .add(&row.id, row.version);
        }
        Digest {
            seq: self.seq,
            kinds,
        }
    }

    fn changes(&self, cursor: Option<&str>, limit: usize) -> Result<ChangesPage, RemoteError> {
        let host = || "model".to_owned();
        let after = match cursor {
            None => 0,
            Some(cursor) => {
                let (epoch, seq) = cursor
                    .split_once('|')
                    .ok_or(RemoteError::BadCursor { host: host() })?;
                if epoch != self.epoch.to_string() {
                    return Err(RemoteError::EpochChanged {
                        host: host(),
                        epoch: Some(self.epoch.to_string()),
                        restored_seq: self.restored,
                    });
                }
                let seq: u64 = seq
                    .parse()
                    .map_err(|_| RemoteError::BadCursor { host: host() })?;
                if seq < self.floor {
                    return Err(RemoteError::CursorExpired { host: host() });
                }
                seq
            }
        };
        let mut rows: Vec<&Row> = self
            .rows
            .values()
            .filter(|row| row.seq > after && self.forgotten.as_ref() != Some(&row.id))
            .collect();
        rows.sort_by_key(|row| row.seq);
        let more = rows.len() > limit.min(self.page);
        rows.truncate(limit.min(self.page));
        let mut seq = if more {
            rows.last().map_or(after, |row| row.seq)
        } else {
            self.seq
        };
        let mut txn_open = false;
        if more {
            // End where a transaction ends; only one larger than the page is cut.
            match self
                .ends
                .iter()
                .rev()
                .find(|end| **end <= seq && **end > after)
            {
                Some(end) => {
                    seq = *end;
                    rows.retain(|row| row.seq <= seq);
                }
                None => txn_open = true,
            }
        }
        Ok(ChangesPage {
            changes: rows.into_iter().cloned().collect(),
            cursor: format!("{}|{seq}", self.epoch),
            more,
            head: self.seq,
            seq,
            txn_open,
        })
    }
}
