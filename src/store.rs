//! Layer 7: the console's memory on disk, a mirror that may be thrown away and an outbox that may not.
//!
//! * `mirror.db` holds only what the server said. Its rows and its cursor change in one transaction. When it is
//!   damaged it is moved aside and fetched again.
//! * `outbox.db` holds the user's edits, one a row with a checksum, drafts and the undo log. An edit is saved
//!   when its row is committed with `synchronous=FULL`. No error deletes a row; acknowledged edits stay for
//!   30 days, so that they can be sent again to a server that was restored from an older backup.
//! * What is shown is the mirror with the outbox replayed on top ([`Store::load`]). Whether an edit is settled is
//!   derived: it was acknowledged, and the mirror has reached the sequence at which it stands in the feed.
//!
//! [`Store`] is synchronous and belongs to one thread; [`StoreHandle`] runs it on a thread of its own, so that
//! nobody ever waits for the disk who draws a screen. Several consoles may open the same two files: each sees
//! what the others wrote at its next call.

mod active;
mod behind;
mod chain;
mod checksum;
mod columns;
mod compare;
mod damaged;
mod error;
mod handle;
mod mirror;
mod outbox;
mod overlay;
mod paths;
mod read;
mod reopen;
mod rows;
mod salvage;
mod schema;
mod search;
mod send;
mod settle;
mod snapshot;
mod undo;
mod vain;

use std::path::PathBuf;

use jiff::Timestamp;

use active::Active;
pub use active::Counts;
pub use columns::{Incoming, Life};
pub use compare::{Comparison, Count};
pub use error::StoreError;
pub use handle::{StoreHandle, fresh_id};
use mirror::Mirror;
pub use mirror::{Page, Place, Snapshot, SnapshotReason};
pub use outbox::DamagedEdit;
use outbox::Outbox;
pub use paths::Paths;
pub(crate) use paths::private_file;
pub use send::Identity;
pub use snapshot::{Applied, Changes};
pub use undo::{BatchState, LoggedBatch};

use crate::effect::{Batch, CacheChange};
use crate::record::Kind;

/// How long edits that the server has are kept, in days.
const KEPT_DAYS: i64 = 30;

/// What was found and repaired when the two files were opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Why nothing may be changed, if so; a sentence.
    pub read_only: Option<String>,
    /// What was repaired, one sentence each.
    pub notices: Vec<String>,
    /// Edits that could not be read back.
    pub damaged: Vec<DamagedEdit>,
    /// Damaged files that were moved out of the way and kept.
    pub set_aside: Vec<PathBuf>,
}

/// A fault to build in, so that the checker of the crash test can be shown to find it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeededBug {
    /// An edit counts as saved before its row is committed.
    AckBeforeCommit,
    /// The cursor moves on before the rows are written.
    CursorBeforeRows,
}

/// The mirror and the outbox, opened.
pub struct Store {
    paths: Paths,
    mirror: Mirror,
    outbox: Outbox,
    active: Active,
    read_only: Option<String>,
    report: OpenReport,
    rebuilt: bool,
    bug: Option<SeededBug>,
    unsaved: Vec<Batch>,
    said: Vec<String>,
    damaged: Vec<DamagedEdit>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Store")
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens both files, makes them if need be and repairs what is damaged; the report says what was repaired.
    ///
    /// The cost does not grow with the number of records.
    pub fn open(paths: &Paths, now: Timestamp) -> Result<(Self, OpenReport), StoreError> {
        let mut report = OpenReport::default();
        let outbox = match Outbox::open(&paths.outbox) {
            Ok(outbox) => outbox,
            Err(error) => salvage::outbox(&paths.outbox, now, &error, &mut report)?,
        };
        let mirror = Mirror::open(&paths.mirror);
        let rebuilt = mirror.is_err();
        let mirror = match mirror {
            Ok(mirror) => mirror,
            Err(error) => salvage::mirror(&paths.mirror, now, &error, &mut report)?,
        };
        let mut store = Self {
            paths: paths.clone(),
            mirror,
            outbox,
            active: Active::default(),
            read_only: None,
            report,
            rebuilt,
            bug: None,
            unsaved: Vec::new(),
            said: Vec::new(),
            damaged: Vec::new(),
        };
        if let Err(error) = store.reload_active() {
            store.salvage_outbox(now, &error)?;
        }
        store.read_only = store.why_read_only();
        store.report.read_only.clone_from(&store.read_only);
        let report = std::mem::take(&mut store.report);
        Ok((store, report))
    }

    fn why_read_only(&self) -> Option<String> {
        for (file, newer, db) in [
            (&self.paths.outbox, self.outbox.newer, &self.outbox.db),
            (&self.paths.mirror, self.mirror.newer, &self.mirror.db),
        ] {
            let file = file.display();
            if let Some(version) = newer {
                return Some(format!(
                    "{file} was written by a newer version of this program (schema {version}): \
                     nothing is changed or sent; use that version"
                ));
            }
            if db.is_readonly("main").unwrap_or(false) {
                return Some(format!(
                    "{file} cannot be written: nothing is changed or sent; look at its owner, mode and mount"
                ));
            }
        }
        None
    }

    /// Returns why nothing may be changed, if so.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Reads the cache through the address space for a while: hundreds of small reads then take no call of the system
    /// and no copy. Not for long: where something cuts the file short meanwhile, a mapped read ends the process.
    pub fn read_mapped(&self, mapped: bool) {
        // A hint: where it is refused the rows are read in the ordinary way.
        let _ = self.mirror.set_mapped(mapped);
    }

    /// Returns where the files are.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Returns and forgets what was repaired since the last call.
    pub fn take_notices(&mut self) -> Vec<String> {
        self.report.damaged.clear();
        self.report.set_aside.clear();
        std::mem::take(&mut self.report.notices)
    }

    /// Builds a fault in, for the negative controls of the crash test.
    ///
    /// A release build has no such function, and no setting, variable or argument of the program leads here.
    #[doc(hidden)]
    #[cfg(debug_assertions)]
    pub fn seed_bug(&mut self, bug: SeededBug) {
        self.bug = Some(bug);
        self.mirror.bug = bug == SeededBug::CursorBeforeRows;
    }

    /// Lets the outbox grow no further than so many pages, as a full disk would, for tests.
    #[doc(hidden)]
    pub fn limit_outbox_pages(&mut self, pages: u32) -> Result<(), StoreError> {
        self.outbox
            .db
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .map_err(|error| self.outbox_error(&error))
    }

    /// Calls back before each write of a row or a commit to either file, for the crash test.
    #[doc(hidden)]
    pub fn on_write(
        &mut self,
        hook: impl Fn() + Send + Sync + Clone + 'static,
    ) -> Result<(), StoreError> {
        for (path, db) in [
            (&self.paths.mirror, &mut self.mirror.db),
            (&self.paths.outbox, &mut self.outbox.db),
        ] {
            let (row, commit) = (hook.clone(), hook.clone());
            db.update_hook(Some(move |_, _: &str, _: &str, _| row()))
                .and_then(|()| {
                    db.commit_hook(Some(move || {
                        commit();
                        false
                    }))
                })
                .map_err(|error| StoreError::sql(&path.display().to_string(), &error))?;
        }
        Ok(())
    }

    fn reload_active(&mut self) -> rusqlite::Result<()> {
        let (entries, damaged) = self.outbox.active(self.mirror.place().seq)?;
        self.take_damaged(damaged);
        self.active = Active::new(entries);
        Ok(())
    }

    fn salvage_outbox(
        &mut self,
        now: Timestamp,
        error: &rusqlite::Error,
    ) -> Result<(), StoreError> {
        // The connection must be gone before the file is moved, or its log would be written back.
        let blank =
            rusqlite::Connection::open_in_memory().map_err(|error| self.outbox_error(&error))?;
        drop(std::mem::replace(&mut self.outbox.db, blank));
        self.outbox = salvage::outbox(&self.paths.outbox, now, error, &mut self.report)?;
        self.reload_active()
            .map_err(|error| self.outbox_error(&error))
    }

    fn rebuild_mirror(
        &mut self,
        now: Timestamp,
        error: &rusqlite::Error,
    ) -> Result<(), StoreError> {
        let blank =
            rusqlite::Connection::open_in_memory().map_err(|error| self.mirror_error(&error))?;
        drop(std::mem::replace(&mut self.mirror.db, blank));
        self.mirror = salvage::mirror(&self.paths.mirror, now, error, &mut self.report)?;
        self.rebuilt = true;
        self.reload_active()
            .map_err(|error| self.outbox_error(&error))
    }

    fn mirror_error(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.paths.mirror.display().to_string(), error)
    }

    fn outbox_error(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.paths.outbox.display().to_string(), error)
    }

    /// Follows what other consoles on the same files wrote since the last call.
    fn refresh(&mut self) -> Result<(), StoreError> {
        if self.outbox.moved() {
            self.outbox =
                Outbox::open(&self.paths.outbox).map_err(|error| self.outbox_error(&error))?;
            self.reload_active()
                .map_err(|error| self.outbox_error(&error))?;
        }
        if self.mirror.moved() {
            self.mirror =
                Mirror::open(&self.paths.mirror).map_err(|error| self.mirror_error(&error))?;
        }
        let others = self
            .outbox
            .others_wrote()
            .map_err(|error| self.outbox_error(&error))?;
        let moved = self
            .mirror
            .refresh()
            .map_err(|error| self.mirror_error(&error))?;
        if others {
            self.reload_active()
                .map_err(|error| self.outbox_error(&error))?;
        } else if moved {
            let seq = self.mirror.place().seq;
            self.active.settle(seq);
        }
        Ok(())
    }

    fn writable(&self) -> Result<(), StoreError> {
        match &self.read_only {
            None => Ok(()),
            Some(why) => Err(StoreError::ReadOnly {
                file: self.paths.outbox.display().to_string(),
                why: why.clone(),
            }),
        }
    }

    /// Saves all edits of a batch, or none; when this returns, they survive a power loss.
    pub fn save(&mut self, batch: &Batch) -> Result<Vec<CacheChange>, StoreError> {
        self.save_all(std::slice::from_ref(batch))
            .pop()
            .unwrap_or(Ok(Vec::new()))
    }

    /// Saves several batches with one write to the disk; each of them is saved whole or not at all.
    pub fn save_all(&mut self, batches: &[Batch]) -> Vec<Result<Vec<CacheChange>, StoreError>> {
        if let Err(error) = self.writable().and_then(|()| self.refresh()) {
            return batches.iter().map(|_| Err(error.clone())).collect();
        }
        match batches {
            // What a choice in a conflict had dropped comes back with it.
            [batch] => match self.reopens(batch) {
                Ok(true) => return vec![self.reopen(batch)],
                Ok(false) => {}
                Err(error) => return vec![Err(error)],
            },
            many if many.iter().any(|one| self.reopens(one) == Ok(true)) => {
                return many.iter().map(|batch| self.save(batch)).collect();
            }
            _ => {}
        }
        let appended = if self.bug == Some(SeededBug::AckBeforeCommit) {
            let earlier = std::mem::replace(&mut self.unsaved, batches.to_vec());
            self.outbox.durably(|db| append_all(db, &earlier))
        } else {
            self.outbox.durably(|db| append_all(db, batches))
        };
        match appended {
            Ok(entries) => {
                for entry in entries {
                    self.active.insert(entry);
                }
                let saved = batches.iter();
                saved
                    .map(|batch| {
                        // It is saved: where this fails, both edits wait as they did.
                        let _ = self.settle_vain(batch);
                        self.changes_of(batch)
                    })
                    .collect()
            }
            // One of them is at fault: the others must not pay for it.
            Err(_) if batches.len() > 1 => batches.iter().map(|batch| self.save(batch)).collect(),
            Err(error) => vec![Err(self.outbox_error(&error))],
        }
    }

    fn changes_of(&mut self, batch: &Batch) -> Result<Vec<CacheChange>, StoreError> {
        let mut records: Vec<(Kind, String)> = batch
            .edits
            .iter()
            .map(|edit| (edit.kind, edit.id.clone()))
            .collect();
        records.sort_unstable();
        records.dedup();
        self.changes(records)
    }

    /// Checks the whole outbox, every row's checksum included, and salvages it if it is damaged.
    ///
    /// It reads all of the file, so it is called when nothing else is to be done.
    pub fn verify_outbox(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.read_only.is_some() {
            return Ok(());
        }
        match damage_in(&self.outbox.db) {
            Some(error) => self.salvage_outbox(now, &error),
            None => self.find_lost(),
        }
    }

    /// Checks every page of the cache, and begins a new one if it is damaged.
    ///
    /// It reads all of the file, so it is called when nothing else is to be done.
    pub fn verify_mirror(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.read_only.is_some() {
            return Ok(());
        }
        match damage_in(&self.mirror.db) {
            Some(error) => self.rebuild_mirror(now, &error),
            None => Ok(()),
        }
    }

    /// Tells whether the cache was damaged and begun anew since it was opened.
    pub const fn was_rebuilt(&self) -> bool {
        self.rebuilt
    }

    /// Forgets edits that the server has had, and drafts of batches that were dropped, for longer than 30 days.
    pub fn prune(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.read_only.is_some() {
            return Ok(());
        }
        let before = now.as_microsecond() - KEPT_DAYS * 86_400_000_000;
        let seq = self.mirror.place().seq;
        // Whole batches only, so that the number of a batch's edits always tells whether one was lost.
        self.outbox
            .quickly(|db| {
                db.execute(
                    "DELETE FROM batch WHERE at < ?1 AND NOT EXISTS (\
                       SELECT 1 FROM edit e JOIN fate f ON f.cmd = e.cmd WHERE e.batch = batch.id AND NOT (\
                         f.ended_at < ?1 AND (f.state = 'dropped' OR (f.state = 'acked' AND f.seq <= ?2))))",
                    rusqlite::params![before, seq.cast_signed()],
                )?;
                db.execute(
                    "DELETE FROM edit WHERE at < ?1 AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = edit.batch)",
                    [before],
                )?;
                db.execute("DELETE FROM fate WHERE NOT EXISTS (SELECT 1 FROM edit e WHERE e.cmd = fate.cmd)", [])
            })
            .map(drop)
            .map_err(|error| self.outbox_error(&error))
    }
}

fn append_all(
    db: &rusqlite::Transaction<'_>,
    batches: &[Batch],
) -> rusqlite::Result<Vec<outbox::Entry>> {
    let mut entries = Vec::new();
    for batch in batches {
        entries.extend(outbox::append_batch(
            db,
            batch,
            outbox::Queueing::default(),
        )?);
    }
    Ok(entries)
}

/// Reads all pages of a file and returns what is damaged in it, if anything; other failures are no damage.
fn damage_in(db: &rusqlite::Connection) -> Option<rusqlite::Error> {
    let error = match db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(text) if text == "ok" => return None,
        Ok(text) => mirror::damage(text),
        Err(error) => error,
    };
    StoreError::sql("", &error).is_damage().then_some(error)
}
