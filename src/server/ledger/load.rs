//! Loading a great many records at once: the same rows as commands would make, without their ceremony.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{Ledger, audience_users, parent_of, to_text};
use crate::record::{AnyRef, Audience, Kind};
use crate::server::merge::State;
use crate::server::storage::{EVERYONE, Life, Result, StorageError, Stored, UNASSIGNED};
use crate::server::{rules, validate};

/// One record to load, in its first version.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRecord {
    /// Its kind.
    pub kind: Kind,
    /// Its id: 1 to 100 letters, digits and `-_.:@+~`.
    pub id: String,
    /// Its fields, as the wire shows them.
    pub fields: Map<String, Json>,
    /// When it was made.
    pub updated_at: Timestamp,
    /// Which user made it.
    pub updated_by: String,
}

/// What was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// How many records.
    pub records: usize,
    /// In how many transactions of the feed.
    pub transactions: usize,
}

/// What a loader remembers so that it need not ask the database for each record.
#[derive(Default)]
pub(crate) struct Loader {
    audiences: HashMap<Vec<String>, i64>,
    /// The audience of each loaded record that others may belong to.
    houses: HashMap<Kind, HashMap<String, i64>>,
    orphans: usize,
    loaded: Loaded,
}

impl Loader {
    /// Loads one transaction of the feed.
    pub(crate) fn transaction(
        &mut self,
        ledger: &mut Ledger<'_>,
        records: &[NewRecord],
    ) -> Result<()> {
        for record in records {
            if !validate::is_id(&record.id) || !validate::is_id(&record.updated_by) {
                return Err(StorageError::Failed(format!(
                    "{} `{}` by `{}`: an id has 1 to 100 letters, digits and -_.:@+~",
                    record.kind, record.id, record.updated_by
                )));
            }
            self.record(ledger, record)?;
        }
        // The transaction was made when its last record was.
        let now = ledger.now;
        if let Some(at) = records.iter().map(|record| record.updated_at).max() {
            ledger.now = at;
        }
        let directory = std::mem::replace(&mut ledger.progress.directory, super::Known::Fresh);
        ledger.close()?;
        ledger.progress.directory = directory;
        ledger.now = now;
        self.loaded.records += records.len();
        self.loaded.transactions += 1;
        Ok(())
    }

    fn record(&mut self, ledger: &mut Ledger<'_>, record: &NewRecord) -> Result<()> {
        let (audience, parent) = self.house(ledger, record)?;
        let fields = to_text(&record.fields)?;
        let version = 1_i64;
        let seq = ledger.take(&[
            record.kind.name().as_bytes(),
            record.id.as_bytes(),
            &version.to_be_bytes(),
            &[0],
            fields.as_bytes(),
            b"{}",
        ]);
        let stored = Stored {
            kind: record.kind,
            id: record.id.clone(),
            version,
            seq,
            life: Life::Live,
            audience,
            parent,
            updated_at: record.updated_at,
            updated_by: record.updated_by.clone(),
            fields,
            fv: "{}".to_owned(),
            makers: "{}".to_owned(),
        };
        ledger.txn.put(&stored, None)?;
        match record.kind {
            Kind::User | Kind::Team => ledger.progress.directory = super::Known::Stale,
            Kind::Message if is_queued(&record.fields) => {
                let state = State {
                    fields: record.fields.clone(),
                    ..State::default()
                };
                let at = rules::send_at(&state, record.updated_at);
                ledger.queue(&record.id, Some(at.as_microsecond()))?;
            }
            Kind::Meeting => {
                let state = State {
                    fields: record.fields.clone(),
                    ..State::default()
                };
                if let Some(at) = rules::holds::expires_at(&state) {
                    let key = rules::queue_key(record.kind, &record.id);
                    ledger.queue(&key, Some(at))?;
                }
            }
            _ => {}
        }
        // Hardly anything belongs to these, and there are very many of them.
        if !matches!(
            record.kind,
            Kind::MetricPoint | Kind::StageEvent | Kind::Message
        ) {
            let houses = self.houses.entry(record.kind).or_default();
            houses.insert(record.id.clone(), audience);
        }
        Ok(())
    }

    fn house(&mut self, ledger: &Ledger<'_>, record: &NewRecord) -> Result<(i64, Option<AnyRef>)> {
        match record.kind.audience() {
            Audience::Everyone => Ok((EVERYONE, None)),
            Audience::Users(names) => {
                let users = audience_users(names, &record.fields);
                if users.is_empty() {
                    return Ok((UNASSIGNED, None));
                }
                if let Some(audience) = self.audiences.get(&users) {
                    return Ok((*audience, None));
                }
                let audience = ledger.txn.audience(&users)?;
                self.audiences.insert(users, audience);
                Ok((audience, None))
            }
            Audience::Parent(_) => {
                let Some(parent) = parent_of(record.kind, &record.fields) else {
                    return Ok((UNASSIGNED, None));
                };
                let audience = self.audience_of(ledger, &parent)?;
                if audience.is_none() {
                    self.orphans += 1;
                }
                Ok((audience.unwrap_or(UNASSIGNED), Some(parent)))
            }
        }
    }

    fn audience_of(&self, ledger: &Ledger<'_>, parent: &AnyRef) -> Result<Option<i64>> {
        let known = parent
            .known_kind()
            .and_then(|kind| self.houses.get(&kind)?.get(&*parent.id));
        match known {
            Some(audience) => Ok(Some(*audience)),
            None => stored_audience(ledger, parent),
        }
    }

    /// Houses the records that came before what they belong to, and says what was loaded.
    pub(crate) fn finish(self, ledger: &mut Ledger<'_>) -> Result<Loaded> {
        // Each round settles at least one level; nothing is nested deeper than this.
        for _ in 0..16 {
            if self.orphans == 0 {
                break;
            }
            let orphans = ledger.txn.orphans()?;
            if orphans.is_empty() {
                break;
            }
            for orphan in orphans {
                let Some(parent) = &orphan.parent else {
                    continue;
                };
                if let Some(audience) = stored_audience(ledger, parent)? {
                    ledger.txn.rehouse(orphan.seq, None, audience)?;
                }
            }
        }
        ledger.renew_directory()?;
        Ok(self.loaded)
    }
}

fn stored_audience(ledger: &Ledger<'_>, parent: &AnyRef) -> Result<Option<i64>> {
    let Some(kind) = parent.known_kind() else {
        return Ok(None);
    };
    let found = ledger.txn.record(kind, &parent.id)?;
    Ok(found.map(|parent| parent.audience))
}

fn is_queued(fields: &Map<String, Json>) -> bool {
    let is = |name: &str, value: &str| fields.get(name).and_then(Json::as_str) == Some(value);
    is("direction", "out") && is("state", "queued")
}
