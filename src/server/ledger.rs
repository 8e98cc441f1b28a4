//! The one place where records change: sequence, chain, audiences, audit.
//!
//! A [`Ledger`] lives as long as one write of the database. What one command does is one *unit*: a
//! transaction of the feed, closed by [`Ledger::close`], on whose end a page may stop.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::merge::{Fields, Makers, State, parse_fields, parse_makers, parse_versions};
use super::principal;
use super::storage::{
    AuditRow, EVERYONE, Life, Mark, Move, Result, StorageError, Stored, Transaction, UNASSIGNED,
};
use crate::record::{AnyRef, Audience, FieldType, Kind};

pub(crate) mod handover;
pub(crate) mod load;

/// The author of what rules of the server do.
pub(crate) const SERVER: &str = "server";

/// Changes records inside one write of the database.
pub(crate) struct Ledger<'a> {
    /// The database.
    pub(crate) txn: &'a dyn Transaction,
    /// The moment of the work, by the server's clock.
    pub(crate) now: Timestamp,
    progress: Progress,
    queued: bool,
}

/// How far a ledger has come; put back when a part of its work is undone.
#[derive(Clone)]
pub(crate) struct Progress {
    head: i64,
    chain: [u8; 32],
    audit: (i64, [u8; 32]),
    unit: Option<Unit>,
    directory: Known,
}

/// Whether what is stored of users and teams is still true.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Fresh,
    Stale,
}

#[derive(Clone)]
struct Unit {
    first: i64,
    digest: Sha256,
    moves: Vec<Move>,
}

/// A new state of a record.
pub(crate) struct Change<'c> {
    pub(crate) kind: Kind,
    pub(crate) id: &'c str,
    pub(crate) state: &'c State,
    /// The fields of the state as text.
    pub(crate) fields: String,
    pub(crate) life: Life,
    /// The record that it takes the place of.
    pub(crate) old: Option<&'c Stored>,
    pub(crate) author: &'c str,
    /// The cache from which the author made the change; empty when there is none.
    pub(crate) maker: &'c str,
}

/// Who made a change, for the audit log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'o> {
    pub(crate) user: &'o str,
    pub(crate) client: &'o str,
    pub(crate) cmd: &'o str,
    pub(crate) op: &'o str,
    pub(crate) base: i64,
    pub(crate) mine: bool,
    pub(crate) status: &'o str,
}

impl<'a> Ledger<'a> {
    /// Begins work on the database.
    pub(crate) fn open(txn: &'a dyn Transaction, now: Timestamp) -> Result<Self> {
        let head = txn.head()?;
        Ok(Self {
            txn,
            now,
            progress: Progress {
                head: head.last,
                chain: head.chain,
                audit: txn.last_audit()?.unwrap_or_default(),
                unit: None,
                directory: Known::Fresh,
            },
            queued: false,
        })
    }

    /// Puts something into the queue of what has a time, or takes it out.
    pub(crate) fn queue(&mut self, key: &str, at: Option<i64>) -> Result<()> {
        self.queued |= at.is_some();
        self.txn.queue(key, at)
    }

    /// Tells whether something was put into the queue.
    pub(crate) fn has_queued(&self) -> bool {
        self.queued
    }

    /// Returns the newest position.
    pub(crate) fn head(&self) -> i64 {
        self.progress.head
    }

    /// Notes how far the work has come.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Goes back to an earlier point, together with the database.
    pub(crate) fn go_back(&mut self, to: Progress) {
        self.progress = to;
    }

    /// Takes the next position of the feed and puts what happens there into the chain.
    fn take(&mut self, happened: &[&[u8]]) -> i64 {
        let seq = self.progress.head + 1;
        self.progress.head = seq;
        let unit = self.progress.unit.get_or_insert_with(|| Unit {
            first: seq,
            digest: Sha256::new(),
            moves: Vec::new(),
        });
        add(&mut unit.digest, &[&seq.to_be_bytes()]);
        add(&mut unit.digest, happened);
        seq
    }

    /// Notes that a record left its position in the feed for a newer one.
    fn moved(&mut self, from: i64, to: i64) {
        if let Some(unit) = &mut self.progress.unit {
            unit.moves.push(Move { from, to });
        }
    }

    /// Stores a new state of a record.
    pub(crate) fn put(&mut self, change: Change<'_>) -> Result<Stored> {
        let version = change.old.map_or(1, |old| old.version + 1);
        let (audience, parent) = match (change.life, change.old) {
            // Those who saw the record are told of its end.
            (Life::Deleted, Some(old)) => (old.audience, old.parent.clone()),
            (Life::Live, Some(old)) if keeps_audience(&change, old, version) => {
                (old.audience, old.parent.clone())
            }
            _ => self.house(change.kind, &change.state.fields)?,
        };
        let fields = change.fields;
        let fv = to_text(&change.state.fv)?;
        let makers = to_text(&makers(change.old, change.state, version, change.maker)?)?;
        let seq = self.take(&[
            change.kind.name().as_bytes(),
            change.id.as_bytes(),
            &version.to_be_bytes(),
            &[u8::from(change.life == Life::Deleted)],
            fields.as_bytes(),
            fv.as_bytes(),
        ]);
        let stored = Stored {
            kind: change.kind,
            id: change.id.to_owned(),
            version,
            seq,
            life: change.life,
            audience,
            parent,
            updated_at: self.now,
            updated_by: change.author.to_owned(),
            fields,
            fv,
            makers,
        };
        let previous = change.old.map(|old| old.seq);
        self.txn.put(&stored, previous)?;
        if let Some(previous) = previous {
            self.moved(previous, seq);
        }
        if let Some(old) = change.old.filter(|old| old.audience != audience) {
            self.hand_over(old.audience, &stored)?;
        }
        if matches!(change.kind, Kind::User | Kind::Team) {
            self.progress.directory = Known::Stale;
        }
        Ok(stored)
    }

    /// Finds the audience of a record with these fields, and the record from which it inherits it.
    pub(crate) fn house(&self, kind: Kind, fields: &Fields) -> Result<(i64, Option<AnyRef>)> {
        match kind.audience() {
            Audience::Everyone => Ok((EVERYONE, None)),
            Audience::Users(names) => {
                let users = audience_users(names, fields);
                if users.is_empty() {
                    return Ok((UNASSIGNED, None));
                }
                Ok((self.txn.audience(&users)?, None))
            }
            Audience::Parent(_) => {
                let parent = parent_of(kind, fields);
                let audience = match &parent {
                    Some(parent) => match parent.known_kind() {
                        Some(kind) => self.txn.record(kind, &parent.id)?,
                        None => None,
                    },
                    None => None,
                };
                let audience = audience.map_or(UNASSIGNED, |parent| parent.audience);
                Ok((audience, parent))
            }
        }
    }

    /// Ends the unit: its last position is the end of a transaction of the feed.
    pub(crate) fn close(&mut self) -> Result<()> {
        let Some(unit) = self.progress.unit.take() else {
            return Ok(());
        };
        self.renew_directory()?;
        let mut chain = Sha256::new();
        chain.update(self.progress.chain);
        chain.update(unit.digest.finalize());
        self.progress.chain = chain.finalize().into();
        let mark = Mark {
            first: unit.first,
            last: self.progress.head,
            at: self.now.as_second(),
            chain: self.progress.chain,
        };
        self.txn.mark(&mark, &unit.moves)
    }

    /// Computes anew who may see what, if users or teams have changed.
    fn renew_directory(&mut self) -> Result<()> {
        if self.progress.directory == Known::Stale {
            self.txn.set_directory(&principal::directory(self.txn)?)?;
            self.progress.directory = Known::Fresh;
        }
        Ok(())
    }

    /// Writes a line of the audit log.
    pub(crate) fn audit(
        &mut self,
        origin: &Origin<'_>,
        stored: &Stored,
        touched: Touched,
    ) -> Result<()> {
        let (number, hash) = self.progress.audit;
        let mut row = AuditRow {
            number: number + 1,
            at: self.now.to_string(),
            user: origin.user.to_owned(),
            client: origin.client.to_owned(),
            cmd: origin.cmd.to_owned(),
            kind: stored.kind.name().to_owned(),
            id: stored.id.clone(),
            op: origin.op.to_owned(),
            base: origin.base,
            mine: origin.mine,
            status: origin.status.to_owned(),
            version: stored.version,
            // A command that changed nothing has no place in the feed.
            seq: if origin.status == "noop" {
                0
            } else {
                stored.seq
            },
            before: touched.before,
            after: touched.after,
            hash: [0; 32],
        };
        row.hash = audit_hash(&hash, &row);
        self.progress.audit = (row.number, row.hash);
        self.txn.append_audit(&row)
    }
}

/// What a change did to the fields, as the audit log keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    before: String,
    after: String,
}

impl Touched {
    /// Describes the change of these fields, which are sorted.
    pub(crate) fn new<'f>(
        fields: impl Iterator<Item = &'f String>,
        before: &State,
        after: &State,
    ) -> Self {
        // Straight into text: what is described is not kept. Writing to memory cannot fail.
        let text = |value: &Json| serde_json::to_string(value).unwrap_or_default();
        let (mut old, mut new) = ("{".to_owned(), "{".to_owned());
        for field in fields {
            let name = serde_json::to_string(field).unwrap_or_default();
            let version = before.version_of(field);
            let comma = if old.len() > 1 { "," } else { "" };
            let _ = match before.fields.get(field) {
                Some(value) => write!(
                    old,
                    r#"{comma}{name}:{{"value":{},"version":{version}}}"#,
                    text(value)
                ),
                None => write!(old, r#"{comma}{name}:{{"version":{version}}}"#),
            };
            if let Some(value) = after.fields.get(field) {
                let comma = if new.len() > 1 { "," } else { "" };
                let _ = write!(new, "{comma}{name}:{}", text(value));
            }
        }
        old.push('}');
        new.push('}');
        Self {
            before: old,
            after: new,
        }
    }

    /// Describes a change of nothing.
    pub(crate) fn nothing() -> Self {
        Self {
            before: "{}".to_owned(),
            after: "{}".to_owned(),
        }
    }
}

/// Tells whether a change left alone everything that says who may see the record.
fn keeps_audience(change: &Change<'_>, old: &Stored, version: i64) -> bool {
    let Audience::Users(names) = change.kind.audience() else {
        return false;
    };
    let fv = &change.state.fv;
    old.life == Life::Live && !names.iter().any(|name| fv.get(*name) == Some(&version))
}

/// Returns the makers of the versions that still matter after a change.
fn makers(old: Option<&Stored>, state: &State, version: i64, maker: &str) -> Result<Makers> {
    let mut makers = match old {
        Some(old) => parse_makers(&old.makers)?,
        None => Makers::new(),
    };
    makers.retain(|version, _| *version <= 1 || state.fv.values().any(|newest| newest == version));
    if let Some(old) = old.filter(|old| old.life == Life::Deleted) {
        makers.retain(|version, _| *version > 0);
        makers.insert(-old.version, old.updated_by.clone());
    }
    if !maker.is_empty() {
        makers.insert(version, maker.to_owned());
    }
    Ok(makers)
}

/// Computes the hash of a line of the audit log from the one before.
pub(crate) fn audit_hash(previous: &[u8; 32], row: &AuditRow) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(previous);
    add(
        &mut digest,
        &[
            &row.number.to_be_bytes(),
            row.at.as_bytes(),
            row.user.as_bytes(),
            row.client.as_bytes(),
            row.cmd.as_bytes(),
            row.kind.as_bytes(),
            row.id.as_bytes(),
            row.op.as_bytes(),
            &row.base.to_be_bytes(),
            &[u8::from(row.mine)],
            row.status.as_bytes(),
            &row.version.to_be_bytes(),
            &row.seq.to_be_bytes(),
            row.before.as_bytes(),
            row.after.as_bytes(),
        ],
    );
    digest.finalize().into()
}

/// Adds parts to a digest so that no two lists of parts give the same bytes.
fn add(digest: &mut Sha256, parts: &[&[u8]]) {
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
}

/// Returns the users that these fields name, sorted, each once.
pub(crate) fn audience_users(names: &[&str], fields: &Fields) -> Vec<String> {
    let mut users: Vec<String> = names
        .iter()
        .filter_map(|name| fields.get(*name))
        .flat_map(|value| match value {
            Json::Array(values) => values.iter().collect(),
            one => vec![one],
        })
        .filter_map(Json::as_str)
        .filter(|user| super::validate::is_id(user))
        .map(str::to_owned)
        .collect();
    users.sort_unstable();
    users.dedup();
    users
}

/// Returns the record from which one of this kind inherits its audience.
pub(crate) fn parent_of(kind: Kind, fields: &Fields) -> Option<AnyRef> {
    let Audience::Parent(name) = kind.audience() else {
        return None;
    };
    let value = fields.get(name)?;
    match kind.field(name)?.ty {
        FieldType::Link(kind) => {
            let id = value.as_str().filter(|id| !id.is_empty())?;
            Some(AnyRef::new(kind, id))
        }
        _ => serde_json::from_value(value.clone()).ok(),
    }
}

/// Reads the state of a stored record.
pub(crate) fn state_of(stored: &Stored) -> Result<State> {
    Ok(State {
        fields: parse_fields(&stored.fields)?,
        fv: parse_versions(&stored.fv)?,
    })
}

/// Writes JSON to be stored.
pub(crate) fn to_text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StorageError::Failed(error.to_string()))
}
