//! Edits that are on their way to the disk, so that an older state never flickers back over them.
//!
//! A change that comes from the sync was computed before or after the newest edit was saved, and nobody can
//! tell which by looking at it. For a record that was edited a moment ago it is therefore only a hint to read
//! the record again: reads and saves go through one queue, so that an answer holds every edit that was saved
//! before it was asked for; those still on their way are replayed on top.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use crate::effect::{Batch, CacheRow, Edit, RowState};
use crate::record::{Kind, Op};

/// For how long after an edit a change of its record is read again instead of believed.
const DOUBT: SignedDuration = SignedDuration::from_secs(30);

/// Batches on their way to the disk, and when each record was edited last.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingEdits {
    batches: Vec<Batch>,
    edited: HashMap<(Kind, String), Timestamp>,
}

impl PendingEdits {
    /// Notes a batch that was just made.
    pub(super) fn made(&mut self, batch: &Batch) {
        self.edited
            .retain(|_, at| batch.at.duration_since(*at) < DOUBT);
        for edit in &batch.edits {
            self.edited.insert((edit.kind, edit.id.clone()), batch.at);
        }
        self.batches.push(batch.clone());
    }

    /// Notes that a batch is on the disk, or will never be.
    pub(super) fn saved(&mut self, batch: &str) {
        self.batches.retain(|pending| pending.id != batch);
    }

    /// Tells whether everything is on the disk.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Tells whether a change of this record has to be read again.
    pub(super) fn doubts(&self, kind: Kind, id: &str, now: Timestamp) -> bool {
        let edited = self.edited.get(&(kind, id.to_owned()));
        edited.is_some_and(|at| now.duration_since(*at) < DOUBT)
            || self.of(kind, id).next().is_some()
    }

    fn of<'a>(&'a self, kind: Kind, id: &'a str) -> impl Iterator<Item = &'a Edit> {
        self.batches
            .iter()
            .flat_map(|batch| &batch.edits)
            .filter(move |edit| edit.kind == kind && edit.id == id)
    }

    /// Tells whether a record exists only in a batch that is still on its way.
    pub(super) fn creates(&self, kind: Kind, id: &str) -> bool {
        self.of(kind, id).any(|edit| edit.op == Op::Create)
    }

    /// Replays the edits that are still on their way over a row; `None` when they delete it.
    pub(super) fn over(&self, mut row: CacheRow) -> Option<CacheRow> {
        let edits: Vec<&Edit> = self.of(row.kind, &row.id).collect();
        if edits.is_empty() {
            return Some(row);
        }
        let mut fields: Map<String, Json> = serde_json::from_str(&row.fields).unwrap_or_default();
        let mut there = true;
        for edit in edits {
            there = edit.op != Op::Delete;
            edit.patch.apply(&mut fields);
        }
        row.state = RowState::Pending;
        row.fields = Json::Object(fields).to_string();
        there.then_some(row)
    }
}
