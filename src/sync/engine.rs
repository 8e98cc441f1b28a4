//! Carries out one step of the plan after the other, against any backend that speaks the contract.

mod ahead;
mod backend;
mod compare;

pub use backend::Backend;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use self::ahead::Ahead;
use self::compare::Check;
use super::failure::{combine, kind_of};
use super::planner::{Advice, Failure, Planner, Step};
use super::{Clock, Event};
use crate::effect::{Line, SyncStatus};
use crate::remote::RemoteError;
use crate::store::{Changes, Counts, Page, Snapshot, SnapshotReason, StoreError, StoreHandle};
use crate::wire::{API_VERSION, Batch, Limits};

/// Records asked for in one page.
const PAGE: usize = 500;
/// Records asked for in one page while there are many to come: short enough to write that a key press can wait.
const LARGE_PAGE: usize = 2_000;
/// The least time between two readings of the screen during a first sync, each of which costs as much as a dozen keys.
const RELOADS: Duration = Duration::from_millis(400);
/// Snapshots begun without finishing one after which the server is taken to be at fault.
const SNAPSHOTS: u32 = 3;

/// What the engine did.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// It carried out a step; there may be another one at once.
    Did,
    /// Nothing is to be done until this time (since the driver's start), or until something happens.
    Wait(Option<Duration>),
}

/// What has been moved so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Edits that the server answered.
    pub pushed: u64,
    /// Records that came from it.
    pub pulled: u64,
}

/// What is known of the server since it was identified.
#[derive(Default)]
struct Peer {
    /// The id under which this cache sends.
    client: String,
    limits: Limits,
    epoch: String,
    /// Why nothing may be sent to this server, if so.
    upgrade: Option<String>,
    polling: bool,
    /// Snapshots begun since the last one that was finished.
    snapshots: u32,
    /// Odd answers in a row.
    odd: u32,
}

/// What the screen was told and is to be told.
struct Told {
    status: SyncStatus,
    reported: Option<SyncStatus>,
    events: Vec<Event>,
    /// Rows at which a first sync lets the screen read again.
    reload_at: u64,
    /// When it last did.
    reloaded: Option<Instant>,
    loaded: u64,
    offset: SignedDuration,
}

/// Keeps one cache in step with one backend.
pub struct Engine<B> {
    store: StoreHandle,
    backend: Arc<B>,
    clock: Clock,
    chance: Box<dyn FnMut() -> f64 + Send + Sync>,
    plan: Planner,
    peer: Peer,
    told: Told,
    moved: Moved,
    seq: u64,
    check: Check,
    /// When the step began that is being done: a pause is counted from its end, which may be much later.
    began: Instant,
    /// The page after the last one, asked for while the last one was written.
    ahead: Option<Ahead>,
}

impl<B: Backend> Engine<B> {
    /// Makes an engine; `chance` gives numbers from 0 to 1 that spread the retries of many consoles.
    pub fn new(
        store: StoreHandle,
        backend: Arc<B>,
        clock: Clock,
        chance: impl FnMut() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self {
            store,
            backend,
            clock,
            chance: Box::new(chance),
            plan: Planner::default(),
            peer: Peer::default(),
            told: Told {
                status: SyncStatus::default(),
                reported: None,
                events: Vec::new(),
                reload_at: 1,
                reloaded: None,
                loaded: 0,
                offset: SignedDuration::ZERO,
            },
            moved: Moved::default(),
            seq: 0,
            check: Check::default(),
            began: Instant::now(),
            ahead: None,
        }
    }

    /// Returns the plan, to tell it what happened.
    pub fn plan(&mut self) -> &mut Planner {
        &mut self.plan
    }

    /// Returns how the console stands to the server, as last known.
    pub fn status(&self) -> &SyncStatus {
        &self.told.status
    }

    /// Returns the sequence up to which the mirror is complete, as last known.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Returns what has been moved so far.
    pub fn moved(&self) -> Moved {
        self.moved
    }

    /// Notes whether news arrive by stream or have to be asked for.
    pub fn set_polling(&mut self, polling: bool) {
        self.peer.polling = polling;
        if matches!(self.told.status.line, Line::Live | Line::Polling) {
            self.told.status.line = self.connected();
        }
    }

    /// Returns and forgets what the screen has to be told.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.told.events)
    }

    fn connected(&self) -> Line {
        match &self.peer.upgrade {
            Some(why) => Line::Refused { why: why.clone() },
            None if self.peer.polling => Line::Polling,
            None => Line::Live,
        }
    }

    /// Does the next thing, if there is one. `now` is the time since the driver started.
    pub async fn turn(&mut self, now: Duration) -> Turn {
        let step = self.plan.next(now);
        self.began = Instant::now();
        let done = match step {
            Step::Wait(until) => {
                let checked = self.check(now).await;
                if let Err(error) = &checked {
                    self.store_failed(error, now);
                }
                self.report().await;
                return match checked {
                    Ok(false) => Turn::Wait(until),
                    Ok(true) | Err(_) => Turn::Did,
                };
            }
            Step::Identify => self.identify(now).await,
            Step::Pull => self.pull(now).await,
            Step::Push(limit) => self.push(limit, now).await,
        };
        if let Err(error) = done {
            self.store_failed(&error, now);
        }
        self.report().await;
        Turn::Did
    }

    async fn identify(&mut self, now: Duration) -> Result<(), StoreError> {
        let met = match self.backend.meta().await {
            Ok(meta) => self.backend.me().await.map(|me| (meta, me)),
            Err(error) => Err(error),
        };
        let (meta, me) = match met {
            Ok(met) => met,
            Err(error) => {
                self.failed(&error, now);
                return Ok(());
            }
        };
        let at = (self.clock)();
        self.set_offset(meta.server_time.duration_since(at));
        let (most, limits) = (meta.limits.commands_per_batch, meta.limits);
        let speaks = (meta.api.min..=meta.api.max).contains(&API_VERSION);
        let why = format!(
            "{} speaks versions {} to {} of the contract, this program version {API_VERSION}: nothing is sent; \
             upgrade this program",
            meta.server_id, meta.api.min, meta.api.max
        );
        let (client, place, compared) = self
            .store
            .call(move |store| {
                store.meet(&meta, &me)?;
                let compared = store.compared()?.map(|(at, _)| at);
                Ok((store.client_id(at)?, store.place()?, compared))
            })
            .await?;
        self.schedule_check(compared, now);
        self.peer.client = client;
        self.peer.limits = limits;
        self.peer.epoch = place.epoch.clone().unwrap_or_default();
        self.plan.identified(most, speaks);
        self.plan.snapshot(place.snapshot.is_some());
        if place.synced_at.is_none() {
            self.told.status.loading.get_or_insert(0);
        }
        self.peer.upgrade = (!speaks).then_some(why);
        self.seq = place.seq;
        self.told.status.line = self.connected();
        Ok(())
    }

    fn set_offset(&mut self, offset: SignedDuration) {
        if (offset - self.told.offset).abs() > SignedDuration::from_secs(2) {
            self.told.offset = offset;
            self.told.events.push(Event::ClockOffset(offset));
        }
    }

    async fn pull(&mut self, now: Duration) -> Result<(), StoreError> {
        let cursor = self.store.call(crate::store::Store::request_cursor).await?;
        let page = match self.page(cursor.as_deref()).await {
            Ok(page) => page,
            Err(error) => return self.pull_failed(&error, now).await,
        };
        let more = page.more || page.txn_open;
        // A server that says there is more and never moves on would be asked for ever.
        if more && cursor.as_deref() == Some(page.cursor.as_str()) {
            let error = RemoteError::Odd {
                host: "the server".to_owned(),
                why: "its feed does not move on".to_owned(),
                request: "-".to_owned(),
            };
            self.failed(&error, now);
            return Ok(());
        }
        if more {
            self.ask_ahead(&page.cursor);
        }
        let at = (self.clock)();
        let applied = self
            .store
            .call(move |store| {
                let before = store.place()?;
                let applied = store.apply(&page, at)?;
                let place = store.place()?;
                let whole = place.snapshot.is_none()
                    && place.synced_at.is_some()
                    && (before.snapshot.is_some() || before.synced_at.is_none());
                Ok((applied, place, whole))
            })
            .await;
        let (applied, place, whole) = applied?;
        if whole {
            self.check_now(now);
        }
        self.peer.odd = 0;
        self.plan.pulled(more);
        self.plan.snapshot(place.snapshot.is_some());
        self.moved.pulled += applied.rows as u64;
        if applied.complete {
            self.peer.snapshots = 0;
            self.peer.epoch = place.epoch.unwrap_or_default();
            self.plan.edited();
        }
        self.told.status.synced_at = place.synced_at;
        self.seq = place.seq;
        self.told.status.line = self.connected();
        self.note(applied.changes, applied.rows as u64, applied.complete);
        Ok(())
    }

    /// Fetches the page after a cursor, or takes the one that was asked for ahead.
    async fn page(&mut self, cursor: Option<&str>) -> Result<Page, RemoteError> {
        if let Some(ahead) = self.ahead.take()
            && cursor.is_some_and(|cursor| ahead.follows(cursor))
            && let Some(fetched) = ahead.page().await
        {
            let (page, next) = fetched?;
            self.ahead = next;
            return Ok(page);
        }
        let many = cursor.is_none() || self.told.status.loading.is_some();
        let limit = if many { LARGE_PAGE } else { PAGE };
        self.backend.changes(cursor, limit).await.map(Page::from)
    }

    fn ask_ahead(&mut self, cursor: &str) {
        if !self
            .ahead
            .as_ref()
            .is_some_and(|ahead| ahead.follows(cursor))
        {
            self.ahead = Some(Ahead::ask(&self.backend, cursor));
        }
    }

    /// Tells the screen about a page; a first sync is told in steps that grow with it and are some time apart.
    fn note(&mut self, changes: Changes, rows: u64, complete: bool) {
        if let Some(loading) = &mut self.told.status.loading {
            *loading += rows;
            self.told.loaded = *loading;
        }
        if complete {
            self.told.status.loading = None;
        }
        match changes {
            Changes::Rows(changes) if changes.is_empty() => {}
            Changes::Rows(changes) => self.told.events.push(Event::Changed(changes)),
            Changes::Reload => {
                let lately = |at: Instant| at.elapsed() < RELOADS;
                let due = self.told.loaded >= self.told.reload_at
                    && !self.told.reloaded.is_some_and(lately);
                if complete || self.told.status.loading.is_none() || due {
                    self.told.reloaded = Some(Instant::now());
                    self.told.reload_at = self.told.loaded.saturating_mul(2).max(1);
                    self.told.events.push(Event::Reload);
                }
            }
        }
    }

    async fn pull_failed(&mut self, error: &RemoteError, now: Duration) -> Result<(), StoreError> {
        let wanted = match error {
            RemoteError::BadCursor { .. } | RemoteError::CursorExpired { .. } => Snapshot {
                cursor: None,
                reason: SnapshotReason::Cursor,
                epoch: None,
                restored_seq: None,
            },
            RemoteError::ScopeChanged { .. } => Snapshot {
                cursor: None,
                reason: SnapshotReason::Scope,
                epoch: None,
                restored_seq: None,
            },
            RemoteError::EpochChanged {
                epoch,
                restored_seq,
                ..
            } => Snapshot {
                cursor: None,
                reason: SnapshotReason::Epoch,
                epoch: epoch.clone(),
                restored_seq: *restored_seq,
            },
            _ => {
                self.failed(error, now);
                return Ok(());
            }
        };
        self.peer.snapshots += 1;
        if self.peer.snapshots > SNAPSHOTS {
            self.peer.snapshots = 0;
            self.failed(error, now);
            return Ok(());
        }
        self.store
            .call(move |store| match store.place()?.snapshot {
                None => store.begin_snapshot(&wanted),
                Some(have) => store.restart_snapshot(&combine(have, wanted)),
            })
            .await?;
        self.plan.snapshot(true);
        self.told.events.push(Event::Notice(error.to_string()));
        Ok(())
    }

    async fn push(&mut self, limit: usize, now: Duration) -> Result<(), StoreError> {
        let at = (self.clock)();
        // Room for the frame around the commands.
        let bytes = self
            .peer
            .limits
            .batch_bytes
            .saturating_sub(1 << 10)
            .max(1 << 10);
        let batch = self
            .store
            .call(move |store| store.take(limit, bytes, at))
            .await?;
        let sent: Vec<String> = batch.iter().map(|command| command.cmd.clone()).collect();
        if sent.is_empty() {
            self.plan.pushed(&[], false);
            return Ok(());
        }
        let batch = Batch {
            client: self.peer.client.clone(),
            batch,
            atomic: false,
        };
        let reply = match self.backend.commands(&batch).await {
            Ok(reply) => reply,
            Err(error) => return self.push_failed(sent, &error, now).await,
        };
        self.set_offset(reply.server_time.duration_since((self.clock)()));
        let answered = reply
            .results
            .iter()
            .filter(|result| {
                result.status != crate::wire::Status::Blocked && sent.contains(&result.cmd)
            })
            .count();
        if answered == 0 {
            let error = RemoteError::Odd {
                host: "the server".to_owned(),
                why: "its answer names none of the edits that were sent".to_owned(),
                request: "-".to_owned(),
            };
            return self.push_failed(sent, &error, now).await;
        }
        let epoch = self.peer.epoch.clone();
        let at = (self.clock)();
        let (changes, left) = self
            .store
            .call(move |store| {
                let changes = store.record_results(&reply.results, reply.head, &epoch, at)?;
                Ok((changes, store.has_waiting()?))
            })
            .await?;
        self.moved.pushed += answered as u64;
        self.peer.odd = 0;
        self.plan.pushed(&sent, left);
        self.told.status.line = self.connected();
        if !changes.is_empty() {
            self.told.events.push(Event::Changed(changes));
        }
        Ok(())
    }

    async fn push_failed(
        &mut self,
        sent: Vec<String>,
        error: &RemoteError,
        now: Duration,
    ) -> Result<(), StoreError> {
        let chance = (self.chance)();
        let advice = self
            .plan
            .push_failed(&sent, kind_of(error, true), now, chance);
        if matches!(
            error,
            RemoteError::Unreachable { .. } | RemoteError::Tls { .. }
        ) {
            self.store.call(move |store| store.put_back(&sent)).await?;
        }
        let (cmd, why) = match advice {
            Advice::None => {
                self.show(error);
                return Ok(());
            }
            Advice::Poison(cmd) => (
                cmd,
                format!("set aside after the server failed on it again and again: {error}"),
            ),
            Advice::Oversize(cmd) => (
                cmd,
                "too large for the server; shorten it and choose to send it".to_owned(),
            ),
        };
        let changes = self
            .store
            .call(move |store| store.isolate(&cmd, &why))
            .await?;
        self.told.events.push(Event::Changed(changes));
        Ok(())
    }

    fn failed(&mut self, error: &RemoteError, now: Duration) {
        let chance = (self.chance)();
        let now = now + self.began.elapsed();
        self.plan.failed(kind_of(error, false), now, chance);
        self.show(error);
    }

    /// Lets the status line say what is wrong.
    fn show(&mut self, error: &RemoteError) {
        let why = error.to_string();
        self.peer.odd = if matches!(error, RemoteError::Odd { .. }) {
            self.peer.odd + 1
        } else {
            0
        };
        self.told.status.line = match error {
            RemoteError::Unreachable { .. }
            | RemoteError::Unanswered { .. }
            | RemoteError::Busy { .. }
            | RemoteError::Failed { .. } => Line::Offline { why },
            // One odd answer may be a cut one.
            RemoteError::Odd { .. } if self.peer.odd < 3 => Line::Offline { why },
            RemoteError::TooLarge { .. } => return,
            _ => Line::Refused { why },
        };
    }

    fn store_failed(&mut self, error: &StoreError, now: Duration) {
        let failure = match error {
            StoreError::OtherServer { .. } | StoreError::ReadOnly { .. } | StoreError::Closed => {
                Failure::Halt
            }
            _ => Failure::Server,
        };
        let chance = (self.chance)();
        self.plan.failed(failure, now, chance);
        self.told.status.line = Line::Refused {
            why: error.to_string(),
        };
    }

    /// Counts what waits and tells the screen if anything is new.
    pub async fn report(&mut self) {
        if let Ok((counts, synced_at, notices)) = standing(&self.store).await {
            self.told.status.queued = counts.queued;
            self.told.status.conflicts = counts.conflicts;
            self.told.status.refused = counts.refused;
            self.told.status.synced_at = synced_at;
            self.told
                .events
                .extend(notices.into_iter().map(Event::Notice));
        }
        if self.told.reported.as_ref() != Some(&self.told.status) {
            self.told.reported = Some(self.told.status.clone());
            self.told
                .events
                .push(Event::Status(self.told.status.clone()));
        }
    }
}

/// Reads what waits, when the mirror was last up to date, and what the store has to tell.
pub(super) async fn standing(
    store: &StoreHandle,
) -> Result<(Counts, Option<Timestamp>, Vec<String>), StoreError> {
    store
        .call(|store| {
            Ok((
                store.counts()?,
                store.place()?.synced_at,
                store.take_notices(),
            ))
        })
        .await
}

/// Tells whether the server answers.
fn connected(line: &Line) -> bool {
    matches!(line, Line::Live | Line::Polling)
}
