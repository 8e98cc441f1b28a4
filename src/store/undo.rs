//! The undo log and the drafts: what the user did lately, and what is being typed.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::mirror::instant;
use super::outbox::{Outbox, batch_sum};
use super::{Store, StoreError};
use crate::effect::{Batch, BatchRole};

/// Whether a batch stands or was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// It stands.
    Done,
    /// It was taken back and can be done again.
    Undone,
}

/// A batch of the undo log.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedBatch {
    /// What was done.
    pub batch: Batch,
    /// Whether it stands.
    pub state: BatchState,
}

impl Store {
    /// Returns the newest batches that did something new, newest first, each with its present state.
    pub fn recent_batches(&mut self, limit: usize) -> Result<Vec<LoggedBatch>, StoreError> {
        self.refresh()?;
        recent(&self.outbox, limit).map_err(|error| self.outbox_error(&error))
    }

    /// Returns the number of the newest batch of the log, whoever wrote it; 0 for none.
    pub fn newest_batch(&mut self) -> Result<i64, StoreError> {
        self.outbox
            .db
            .query_row("SELECT coalesce(max(number), 0) FROM batch", [], |row| {
                row.get(0)
            })
            .map_err(|error| self.outbox_error(&error))
    }

    /// Keeps what is being typed; empty text forgets it.
    pub fn set_draft(&mut self, key: &str, text: &str, now: Timestamp) -> Result<(), StoreError> {
        self.writable()?;
        self.outbox
            .quickly(|db| {
                if text.is_empty() {
                    db.execute("DELETE FROM draft WHERE key = ?1", [key])
                } else {
                    db.execute(
                        "INSERT OR REPLACE INTO draft(key, text, at) VALUES (?1, ?2, ?3)",
                        params![key, text, now.as_microsecond()],
                    )
                }
            })
            .map(drop)
            .map_err(|error| self.outbox_error(&error))
    }

    /// Gives words back to a draft, or takes them out of it again; what else is written there stays.
    pub fn redraft(
        &mut self,
        key: &str,
        words: &str,
        back: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let draft = self.draft(key)?.unwrap_or_default();
        self.set_draft(key, &crate::effect::redraft(&draft, words, back), now)
    }

    /// Returns what was being typed under this key.
    pub fn draft(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        self.outbox
            .db
            .query_row("SELECT text FROM draft WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|error| self.outbox_error(&error))
    }

    /// Returns all drafts with their keys, newest first.
    pub fn drafts(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        let read = |db: &rusqlite::Connection| {
            db.prepare_cached("SELECT key, text FROM draft ORDER BY at DESC, key")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(String, String)>>>()
        };
        read(&self.outbox.db).map_err(|error| self.outbox_error(&error))
    }
}

/// What became of a batch.
#[derive(Clone, Copy)]
enum Standing {
    /// It is in the log.
    Logged(BatchState),
    /// It was taken back for good.
    Gone,
}

fn recent(outbox: &Outbox, limit: usize) -> rusqlite::Result<Vec<LoggedBatch>> {
    let mut states: HashMap<String, Standing> = HashMap::new();
    let mut found = Vec::new();
    // What was taken back before something new was done cannot be done again.
    let mut newer = false;
    // Which batch holds the edits of one that was done again.
    let mut again: HashMap<String, String> = HashMap::new();
    let mut statement = outbox.db.prepare_cached(
        "SELECT id, label, at, role, target, edits, sum FROM batch ORDER BY number DESC",
    )?;
    let mut rows = statement.query([])?;
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let (id, label): (String, String) = (row.get(0)?, row.get(1)?);
        let (at, role, edits): (i64, String, i64) = (row.get(2)?, row.get(3)?, row.get(5)?);
        let target: Option<String> = row.get(4)?;
        if batch_sum(&id, &label, at, &role, target.as_deref(), edits) != row.get::<_, i64>(6)? {
            continue;
        }
        // Newest first: the first word on a batch is the last.
        let first = match (role.as_str(), &target) {
            ("theirs" | "chosen", Some(cmd)) => BatchRole::Choice {
                cmd: cmd.clone(),
                theirs: role == "theirs",
            },
            _ => BatchRole::Edit,
        };
        match (role.as_str(), target) {
            ("undo", Some(target)) => {
                let standing = if newer {
                    Standing::Gone
                } else {
                    Standing::Logged(BatchState::Undone)
                };
                states.entry(target).or_insert(standing);
            }
            ("redo", Some(target)) => {
                let done = Standing::Logged(BatchState::Done);
                let standing = states.get(&id).copied().unwrap_or(done);
                states.entry(target.clone()).or_insert(standing);
                let newest = again.get(&id).cloned().unwrap_or(id);
                again.entry(target).or_insert(newest);
            }
            ("aside", _) => {}
            _ => {
                newer = true;
                let state = match states.get(&id) {
                    Some(Standing::Gone) => continue,
                    Some(Standing::Logged(state)) => *state,
                    None => BatchState::Done,
                };
                let entries = outbox.entries("e.batch = ?1", [again.get(&id).unwrap_or(&id)])?;
                let batch = Batch {
                    id,
                    label,
                    at: instant(Some(at)).unwrap_or_default(),
                    edits: entries.into_iter().map(|entry| entry.edit).collect(),
                    role: first,
                };
                found.push(LoggedBatch { batch, state });
            }
        }
    }
    Ok(found)
}
