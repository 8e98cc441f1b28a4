//! The store on a thread of its own: nobody waits for the disk but who asks for it.

use std::collections::VecDeque;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{Counts, LoggedBatch, Store, StoreError};
use crate::effect::{Batch, CacheChange, CacheRow, Load, OutboxRow, Resolution};

/// Rows that the search index takes at a time: short enough that a key press does not notice.
const INDEX_ROWS: usize = 200;

type Saved = oneshot::Sender<Result<Vec<CacheChange>, StoreError>>;
type Listener = Box<dyn Fn(&[CacheChange]) + Send>;
type Change = Box<dyn FnOnce(&mut Store) -> Result<Vec<CacheChange>, StoreError> + Send>;

enum Request {
    Save(Batch, Saved),
    Change(Change, Saved),
    Call(Box<dyn FnOnce(&mut Store) + Send>),
    Listen(Listener),
    Idle(Timestamp),
    Close(oneshot::Sender<()>),
}

/// Sends work to the thread that owns the [`Store`]; cheap to clone.
#[derive(Clone)]
pub struct StoreHandle {
    requests: mpsc::UnboundedSender<Request>,
}

impl std::fmt::Debug for StoreHandle {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("StoreHandle")
    }
}

impl StoreHandle {
    /// Moves the store to a thread of its own; the thread ends when the last handle is gone.
    pub fn spawn(store: Store) -> Result<Self, StoreError> {
        let (requests, receiver) = mpsc::unbounded_channel();
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || Worker::new(store, receiver).run())
            .map_err(|error| StoreError::Io {
                file: "the store's thread".to_owned(),
                why: error.to_string(),
            })?;
        Ok(Self { requests })
    }

    /// Runs a piece of work on the store's thread.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.send(work)?.await.unwrap_or(Err(StoreError::Closed))
    }

    fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (answer, receiver) = oneshot::channel();
        let work = Box::new(move |store: &mut Store| {
            // Whoever asked may have gone away meanwhile.
            let _ = answer.send(work(store));
        });
        self.requests
            .send(Request::Call(work))
            .map_err(|_| StoreError::Closed)?;
        Ok(receiver)
    }

    /// Saves a batch; batches that wait at the same time share one write to the disk.
    pub async fn save(&self, batch: Batch) -> Result<Vec<CacheChange>, StoreError> {
        let (answer, receiver) = oneshot::channel();
        self.requests
            .send(Request::Save(batch, answer))
            .map_err(|_| StoreError::Closed)?;
        receiver.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Reads rows as the screen should show them.
    pub async fn load(&self, load: Load) -> Result<Vec<CacheRow>, StoreError> {
        self.call(move |store| store.load(&load)).await
    }

    /// Returns every edit that is not settled, in the order of its turn.
    pub async fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.call(Store::outbox).await
    }

    /// Counts the edits that wait, conflict and were refused.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.call(Store::counts).await
    }

    /// Returns the newest batches of the undo log, newest first.
    pub async fn recent_batches(&self, limit: usize) -> Result<Vec<LoggedBatch>, StoreError> {
        self.call(move |store| store.recent_batches(limit)).await
    }

    /// Carries out the user's choice in a conflict or after a refusal.
    pub async fn resolve(
        &self,
        cmd: String,
        resolution: Resolution,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        self.choose(cmd, resolution, None, now).await
    }

    /// Carries out the user's choice, which may be one that was taken back and is made `again`: its batch is named.
    pub async fn choose(
        &self,
        cmd: String,
        resolution: Resolution,
        again: Option<String>,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        self.change(move |store| store.choose(&cmd, &resolution, again.as_deref(), now))
            .await
    }

    /// Takes an edit back that was not sent, or that failed.
    pub async fn discard(
        &self,
        cmd: String,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        self.change(move |store| store.discard(&cmd, now)).await
    }

    async fn change(
        &self,
        work: impl FnOnce(&mut Store) -> Result<Vec<CacheChange>, StoreError> + Send + 'static,
    ) -> Result<Vec<CacheChange>, StoreError> {
        let (answer, receiver) = oneshot::channel();
        self.requests
            .send(Request::Change(Box::new(work), answer))
            .map_err(|_| StoreError::Closed)?;
        receiver.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Keeps what is being typed; empty text forgets it.
    pub async fn set_draft(
        &self,
        key: String,
        text: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(move |store| store.set_draft(&key, &text, now))
            .await
    }

    /// Returns all drafts with their keys, newest first.
    pub async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.call(Store::drafts).await
    }

    /// Calls back on the store's thread after each change that the user made here, so that it can be sent.
    pub(crate) fn listen(&self, listener: impl Fn(&[CacheChange]) + Send + 'static) {
        let _ = self.requests.send(Request::Listen(Box::new(listener)));
    }

    /// Lets the store use its idle time: fill the search index, clear what a snapshot replaced, check the outbox.
    pub(crate) fn work_when_idle(&self, now: Timestamp) {
        let _ = self.requests.send(Request::Idle(now));
    }

    /// Closes both files and ends the thread; later calls fail.
    pub async fn close(&self) {
        let (answer, receiver) = oneshot::channel();
        if self.requests.send(Request::Close(answer)).is_ok() {
            let _ = receiver.await;
        }
    }
}

/// What the thread does when nobody asks for anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Idle {
    /// Nothing: another console does it, or there is nothing left to do.
    Rest,
    /// Checks the outbox, once after the start.
    Check(Timestamp),
    /// Fills the index and clears what is no longer shown.
    Fill,
}

struct Worker {
    store: Store,
    requests: mpsc::UnboundedReceiver<Request>,
    /// Requests that were taken out of the channel to see whether they were saves.
    taken: VecDeque<Request>,
    listener: Option<Listener>,
    idle: Idle,
    fills: bool,
}

impl Worker {
    fn new(store: Store, requests: mpsc::UnboundedReceiver<Request>) -> Self {
        Self {
            store,
            requests,
            taken: VecDeque::new(),
            listener: None,
            idle: Idle::Rest,
            fills: false,
        }
    }

    fn run(mut self) {
        while let Some(request) = self.next() {
            match request {
                Request::Save(batch, answer) => self.save(batch, answer),
                Request::Change(work, answer) => {
                    let done = work(&mut self.store);
                    self.answer(done, answer);
                }
                Request::Call(work) => work(&mut self.store),
                Request::Listen(listener) => self.listener = Some(listener),
                Request::Idle(now) => {
                    self.fills = true;
                    self.idle = Idle::Check(now);
                    continue;
                }
                Request::Close(answer) => {
                    let Self {
                        mut store,
                        requests,
                        ..
                    } = self;
                    if let Err(error) = store.index_rows_at_last() {
                        tracing::warn!(%error, "the cache is left without some of its indexes");
                    }
                    drop((store, requests));
                    let _ = answer.send(());
                    return;
                }
            }
            if self.fills && self.idle == Idle::Rest {
                self.idle = Idle::Fill;
            }
        }
    }

    /// Waits for the next request; what can be done meanwhile is done in small steps.
    fn next(&mut self) -> Option<Request> {
        if let Some(request) = self.taken.pop_front() {
            return Some(request);
        }
        loop {
            if self.idle == Idle::Rest {
                return self.requests.blocking_recv();
            }
            match self.requests.try_recv() {
                Ok(request) => return Some(request),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) => self.idle = self.idle_step(),
            }
        }
    }

    /// Does a little; an error ends the idle work until the next request, and shows up there.
    fn idle_step(&mut self) -> Idle {
        match self.idle {
            Idle::Rest => Idle::Rest,
            Idle::Check(now) => {
                let checked = self
                    .store
                    .verify_outbox(now)
                    .and_then(|()| self.store.prune(now));
                if let Err(error) = checked {
                    tracing::warn!(%error, "the outbox could not be checked");
                }
                Idle::Fill
            }
            Idle::Fill => match self.store.index(INDEX_ROWS) {
                Ok(true) => Idle::Fill,
                Ok(false) => Idle::Rest,
                Err(error) => {
                    tracing::warn!(%error, "the search index could not be filled");
                    Idle::Rest
                }
            },
        }
    }

    fn save(&mut self, batch: Batch, answer: Saved) {
        let mut batches = vec![batch];
        let mut answers = vec![answer];
        while let Ok(request) = self.requests.try_recv() {
            match request {
                Request::Save(batch, answer) => {
                    batches.push(batch);
                    answers.push(answer);
                }
                other => {
                    self.taken.push_back(other);
                    break;
                }
            }
        }
        for (done, answer) in self.store.save_all(&batches).into_iter().zip(answers) {
            self.answer(done, answer);
        }
    }

    fn answer(&self, done: Result<Vec<CacheChange>, StoreError>, answer: Saved) {
        if let (Ok(changes), Some(listener)) = (&done, &self.listener) {
            listener(changes);
        }
        // Whoever asked may have gone away meanwhile; the work is done all the same.
        let _ = answer.send(done);
    }
}

impl Store {
    /// Makes the indexes that a first sync left for later; one that is not complete is left as it is, so that leaving
    /// does not wait for it.
    fn index_rows_at_last(&mut self) -> Result<(), StoreError> {
        if self.read_only().is_some() || self.mirror.place().synced_at.is_none() {
            return Ok(());
        }
        self.mirror
            .catch_up()
            .map_err(|error| self.mirror_error(&error))
    }

    /// Brings the search index forward by so many rows and clears what a snapshot has replaced; tells whether more
    /// is left.
    pub fn index(&mut self, rows: usize) -> Result<bool, StoreError> {
        if self.read_only().is_some() || self.place()?.synced_at.is_none() {
            return Ok(false);
        }
        match self.mirror.index_rows() {
            // The rows first, then the search.
            Ok(false) => {}
            made => return made.map_err(|error| self.mirror_error(&error)),
        }
        let filled = self.mirror.index_step(rows);
        let cleared = self.mirror.clear_spare(rows * 4);
        filled
            .and_then(|more| Ok(more | cleared?))
            .map_err(|error| self.mirror_error(&error))
    }
}

/// Makes a new id for a record, a command or a batch: `UUIDv7`, sortable by the time of its making.
pub fn fresh_id(now: Timestamp) -> String {
    let (seconds, nanos) = (now.as_second(), now.subsec_nanosecond());
    let at = uuid::Timestamp::from_unix(
        uuid::NoContext,
        u64::try_from(seconds).unwrap_or(0),
        u32::try_from(nanos).unwrap_or(0),
    );
    uuid::Uuid::new_v7(at).to_string()
}
