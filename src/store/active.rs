//! The edits that are not settled, in memory, in the order of their turn.

use std::collections::{BTreeMap, HashMap};

use super::outbox::{Entry, Fate, State};
use super::overlay::Part;
use crate::effect::Edit;
use crate::record::Kind;

/// The turn of an edit: its place in the queue, then its number.
pub(super) type Turn = (i64, i64);

/// How many edits wait, conflict and were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not confirmed by the server.
    pub queued: usize,
    /// In conflict.
    pub conflicts: usize,
    /// Refused.
    pub refused: usize,
}

#[derive(Debug, Default)]
pub(super) struct Active {
    entries: BTreeMap<Turn, Entry>,
    by_record: HashMap<Kind, HashMap<String, Vec<Turn>>>,
    by_cmd: HashMap<String, Turn>,
}

impl Active {
    /// Takes the edits that were read from the outbox.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let mut active = Self::default();
        for entry in entries {
            active.insert(entry);
        }
        active
    }

    /// Adds an edit.
    pub(super) fn insert(&mut self, entry: Entry) {
        let turn = (entry.place, entry.number);
        self.by_cmd.insert(entry.edit.cmd.clone(), turn);
        let turns = self
            .by_record
            .entry(entry.edit.kind)
            .or_default()
            .entry(entry.edit.id.clone())
            .or_default();
        let at = turns.partition_point(|other| *other < turn);
        turns.insert(at, turn);
        self.entries.insert(turn, entry);
    }

    /// Takes an edit out: it is settled or dropped.
    pub(super) fn remove(&mut self, cmd: &str) -> Option<Entry> {
        let turn = self.by_cmd.remove(cmd)?;
        let entry = self.entries.remove(&turn)?;
        if let Some(records) = self.by_record.get_mut(&entry.edit.kind)
            && let Some(turns) = records.get_mut(&entry.edit.id)
        {
            turns.retain(|other| *other != turn);
            if turns.is_empty() {
                records.remove(&entry.edit.id);
            }
        }
        Some(entry)
    }

    /// Finds an edit by its command's id.
    pub(super) fn get(&self, cmd: &str) -> Option<&Entry> {
        self.entries.get(self.by_cmd.get(cmd)?)
    }

    /// Replaces what became of an edit.
    pub(super) fn set_fate(&mut self, cmd: &str, fate: Fate) {
        if let Some(entry) = self
            .by_cmd
            .get(cmd)
            .and_then(|turn| self.entries.get_mut(turn))
        {
            entry.fate = fate;
        }
    }

    /// Returns all edits in the order of their turn.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Returns the edits of one record in the order of their turn.
    pub(super) fn of_record<'a>(
        &'a self,
        kind: Kind,
        id: &str,
    ) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let turns = self
            .by_record
            .get(&kind)
            .and_then(|records| records.get(id));
        turns
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(|turn| self.entries.get(turn))
    }

    /// Tells whether any edit of the record is not settled.
    pub(super) fn touches(&self, kind: Kind, id: &str) -> bool {
        self.by_record
            .get(&kind)
            .is_some_and(|records| records.contains_key(id))
    }

    /// Returns the ids of the records of a kind that have edits.
    pub(super) fn records(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.by_record
            .get(&kind)
            .into_iter()
            .flat_map(|records| records.keys().map(String::as_str))
    }

    /// Returns all records that have edits.
    pub(super) fn all_records(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.by_record
            .iter()
            .flat_map(|(kind, records)| records.keys().map(|id| (*kind, id.as_str())))
    }

    /// Returns the edits of a record as the overlay takes them.
    pub(super) fn parts<'a>(
        &'a self,
        kind: Kind,
        id: &str,
    ) -> impl Iterator<Item = (&'a Edit, Part)> + use<'a> {
        self.of_record(kind, id).map(|entry| {
            let part = match entry.fate.state {
                State::Queued => Part::Waiting,
                State::Acked => Part::Confirmed,
                State::Conflict => Part::Conflict,
                State::Refused | State::Dropped => Part::Refused,
            };
            (&entry.edit, part)
        })
    }

    /// Tells whether an earlier edit of the same record failed, so that this one has to wait.
    pub(super) fn is_blocked(&self, entry: &Entry) -> bool {
        entry.fate.state == State::Queued
            && self
                .of_record(entry.edit.kind, &entry.edit.id)
                .take_while(|other| (other.place, other.number) < (entry.place, entry.number))
                .any(|other| matches!(other.fate.state, State::Conflict | State::Refused))
    }

    /// Counts the edits by how far they have come.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in self.iter() {
            match entry.fate.state {
                State::Queued => counts.queued += 1,
                State::Conflict => counts.conflicts += 1,
                State::Refused => counts.refused += 1,
                State::Acked | State::Dropped => {}
            }
        }
        counts
    }

    /// Takes out the acknowledged edits that the mirror has caught up with and names their records.
    pub(super) fn settle(&mut self, mirror_seq: u64) -> Vec<(Kind, String)> {
        let settled: Vec<String> = self
            .iter()
            .filter(|entry| {
                entry.fate.state == State::Acked && entry.fate.seq.unwrap_or(0) <= mirror_seq
            })
            .map(|entry| entry.edit.cmd.clone())
            .collect();
        settled
            .iter()
            .filter_map(|cmd| self.remove(cmd))
            .map(|entry| (entry.edit.kind, entry.edit.id))
            .collect()
    }
}
