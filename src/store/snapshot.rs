//! Pages of the feed, and the snapshot that replaces the mirror when the feed cannot go on.

use jiff::Timestamp;

use super::mirror::MirrorRow;
use super::outbox::{Entry, Fate, State};
use super::{KEPT_DAYS, Page, Snapshot, SnapshotReason, Store, StoreError};
use crate::effect::CacheChange;

/// Above this many rows it is cheaper for the screen to read again what it shows.
const MANY: usize = 2_000;

/// What the screen has to follow.
#[derive(Clone, Debug, PartialEq)]
pub enum Changes {
    /// These rows changed.
    Rows(Vec<CacheChange>),
    /// So much changed that what is shown should be read again.
    Reload,
}

/// What became of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// What the screen has to follow.
    pub changes: Changes,
    /// Rows written.
    pub rows: usize,
    /// The mirror is now as the server was when it made the page.
    pub complete: bool,
}

impl Store {
    /// Writes a page of the feed with its cursor in one transaction, or of the snapshot under way.
    pub fn apply(&mut self, page: &Page, now: Timestamp) -> Result<Applied, StoreError> {
        self.writable()?;
        self.refresh()?;
        if self.mirror.place().snapshot.is_some() {
            return self.apply_snapshot(page, now);
        }
        let first = self.mirror.place().synced_at.is_none();
        let written = self
            .mirror
            .apply(page, now)
            .map_err(|error| self.mirror_error(&error))?;
        let settled = self.active.settle(self.mirror.place().seq);
        let complete = !page.more && !page.txn_open && !written.stale;
        let rows = if page.txn_open { 0 } else { page.rows.len() };
        let reload = first || written.many || written.rows.len() > MANY;
        if reload {
            return Ok(Applied {
                changes: Changes::Reload,
                rows,
                complete,
            });
        }
        let mut changes = Vec::with_capacity(written.rows.len());
        let mut seen = std::collections::HashSet::new();
        for row in written
            .rows
            .iter()
            .filter_map(|&index| page.rows.get(index))
        {
            let change = self
                .change_from(row)
                .map_err(|error| self.mirror_error(&error))?;
            if let Some(change) = change {
                seen.insert((row.kind.as_str(), row.id.as_str()));
                changes.push(change);
            }
        }
        let rest: Vec<_> = settled
            .into_iter()
            .filter(|(kind, id)| !seen.contains(&(kind.name(), id.as_str())))
            .collect();
        changes.extend(self.changes(rest)?);
        Ok(Applied {
            changes: Changes::Rows(changes),
            rows,
            complete,
        })
    }

    /// Begins to fetch everything anew beside what is shown, or goes on with it after a restart.
    pub fn begin_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.writable()?;
        self.refresh()?;
        self.mirror
            .begin_snapshot(snapshot)
            .map_err(|error| self.mirror_error(&error))
    }

    /// Begins a snapshot under way again from nothing: its own cursor was refused.
    pub fn restart_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.writable()?;
        self.refresh()?;
        self.mirror
            .restart_snapshot(snapshot)
            .map_err(|error| self.mirror_error(&error))
    }

    fn apply_snapshot(&mut self, page: &Page, now: Timestamp) -> Result<Applied, StoreError> {
        self.mirror
            .apply(page, now)
            .map_err(|error| self.mirror_error(&error))?;
        let complete = !page.more && !page.txn_open;
        if complete {
            self.finish_snapshot(page.seq, now)?;
        }
        Ok(Applied {
            changes: if complete {
                Changes::Reload
            } else {
                Changes::Rows(Vec::new())
            },
            rows: page.rows.len(),
            complete,
        })
    }

    fn finish_snapshot(&mut self, seq: u64, now: Timestamp) -> Result<(), StoreError> {
        let live = self.mirror.place().live;
        let emptied = self
            .mirror
            .is_empty(1 - live)
            .and_then(|new| Ok(new && !self.mirror.is_empty(live)?))
            .map_err(|error| self.mirror_error(&error))?;
        if emptied {
            return Err(StoreError::OtherServer {
                why: "it came back without a single record, while this cache is full; nothing was changed or \
                      sent; restore the server, or start with a new folder (CNM_HOME)"
                    .to_owned(),
            });
        }
        if let Some(snapshot) = self.mirror.place().snapshot.clone()
            && snapshot.reason == SnapshotReason::Epoch
        {
            self.send_again(&snapshot, now)?;
        }
        self.mirror
            .finish_snapshot(seq, now)
            .map_err(|error| self.mirror_error(&error))?;
        self.active.settle(seq);
        Ok(())
    }

    /// Queues again what a restored server has lost, on versions that it knows.
    fn send_again(&mut self, snapshot: &Snapshot, now: Timestamp) -> Result<(), StoreError> {
        let epoch = snapshot.epoch.as_deref().unwrap_or("");
        let oldest = now.as_microsecond() - KEPT_DAYS * 86_400_000_000;
        let lost = self
            .outbox
            .entries(
                "f.state = 'acked' AND f.epoch IS NOT ?1 AND f.ended_at >= ?2 AND f.seq > ?3",
                rusqlite::params![
                    epoch,
                    oldest,
                    snapshot.restored_seq.unwrap_or(0).cast_signed()
                ],
            )
            .map_err(|error| self.outbox_error(&error))?;
        let waiting: Vec<Entry> = self
            .active
            .iter()
            .filter(|entry| matches!(entry.fate.state, State::Queued | State::Conflict))
            .cloned()
            .collect();
        let mut fates = Vec::new();
        for entry in lost.iter().chain(&waiting) {
            let base = self
                .base_after_restore(entry, snapshot.restored_seq)
                .map_err(|error| self.mirror_error(&error))?;
            let sent = entry.fate.state == State::Queued && entry.fate.attempts > 0;
            let fate = if sent || snapshot.restored_seq.is_none() {
                // The server may have had it: only as it was can it be recognised.
                Fate {
                    state: State::Queued,
                    attempts: entry.fate.attempts.max(1),
                    ..entry.fate.clone()
                }
            } else {
                Fate {
                    attempts: 0,
                    base,
                    ..Fate::queued()
                }
            };
            fates.push((
                entry.edit.cmd.clone(),
                Fate {
                    reply: None,
                    ended_at: None,
                    ..fate
                },
            ));
        }
        self.set_fates(fates)?;
        self.reload_active()
            .map_err(|error| self.outbox_error(&error))
    }

    /// Finds the version on which an edit may stand on a server that was restored to an earlier state.
    ///
    /// Versions up to the restored state are common history. A record that changed on the server since then may
    /// hold changes that the user has not seen under version numbers that they have: then every difference
    /// has to become a conflict.
    fn base_after_restore(
        &self,
        entry: &Entry,
        restored_seq: Option<u64>,
    ) -> rusqlite::Result<Option<u64>> {
        let base = entry.fate.base.or(entry.edit.base);
        let (Some(base), Some(restored)) = (base, restored_seq) else {
            return Ok(base);
        };
        let live = self.mirror.place().live;
        let read = |set| self.mirror.get_from(set, entry.edit.kind, &entry.edit.id);
        let common = |row: &MirrorRow| row.seq <= restored;
        Ok(Some(match (read(live)?, read(1 - live)?) {
            (_, Some(new)) if common(&new) => base.min(new.version),
            (Some(old), _) if common(&old) => base,
            _ => 0,
        }))
    }
}
