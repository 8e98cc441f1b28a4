//! Undo of what never came to be: an edit that the server refused, or one that waits behind it, and the edit that
//! would take it back settle each other. Neither is sent, and nothing waits for ever.

use std::collections::HashMap;

use super::outbox::{Entry, State};
use super::settle::OWN_PROBLEM;
use super::{Store, StoreError};
use crate::effect::{Batch, BatchRole};
use crate::record::{Kind, Op};
use crate::wire::{Problem, Status};

impl Store {
    /// Drops the edits of a batch that was just saved, each with the one that it takes back, where that one never
    /// reached the server; the log keeps both.
    pub(super) fn settle_vain(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let BatchRole::Undo(target) = &batch.role else {
            return Ok(());
        };
        // A batch may have thousands of edits: the queue is gone through once.
        let taken_back = self.active.iter().filter(|one| one.batch == *target);
        let taken_back: Vec<&Entry> = taken_back.collect();
        if taken_back.is_empty() {
            return Ok(());
        }
        let mut of_record: HashMap<(Kind, &str), Vec<&Entry>> = HashMap::new();
        let mut of_kind: HashMap<Kind, Vec<&Entry>> = HashMap::new();
        for one in taken_back {
            let edit = &one.edit;
            of_record
                .entry((edit.kind, &edit.id))
                .or_default()
                .push(one);
            if edit.kind.is_append_only() {
                of_kind.entry(edit.kind).or_default().push(one);
            }
        }
        let mut gone: Vec<Entry> = Vec::new();
        for edit in &batch.edits {
            // What is only ever added to, as the history of a lead, is taken back by a record of its own.
            let adds = edit.kind.is_append_only() && edit.op == Op::Create;
            let taken = if adds {
                of_kind.get(&edit.kind)
            } else {
                of_record.get(&(edit.kind, edit.id.as_str()))
            };
            let vain = taken.filter(|taken| taken.iter().all(|one| self.is_vain(one)));
            if let Some(taken) = vain {
                let back = self.active.get(&edit.cmd);
                gone.extend(taken.iter().copied().chain(back).cloned());
            }
        }
        gone.sort_by_key(|entry| entry.number);
        gone.dedup_by_key(|entry| entry.number);
        if gone.is_empty() {
            return Ok(());
        }
        let gone: Vec<&Entry> = gone.iter().collect();
        self.drop_edits(&gone, "taken back", None, None, batch.at)
    }

    /// Tells whether an edit is known never to have changed anything on the server.
    fn is_vain(&self, entry: &Entry) -> bool {
        match entry.fate.state {
            State::Refused => {
                // What this console gave up by itself, and what was sent under a used id, may have arrived.
                let own = |problem: &Problem| problem.kind.starts_with(OWN_PROBLEM);
                entry.fate.reply.as_ref().is_some_and(|reply| {
                    reply.status != Status::Reused && !reply.problem.as_ref().is_some_and(own)
                })
            }
            State::Queued => entry.fate.attempts == 0 && self.active.is_blocked(entry),
            State::Acked | State::Conflict | State::Dropped => false,
        }
    }
}
