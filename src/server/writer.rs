//! The one thread that writes.
//!
//! Requests that wait at the same time share one write of the database and so one flush of the disk (group
//! commit). When one of them fails or panics, the whole write is undone and each is run again in a write of
//! its own, so that only the bad one fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::ledger::Ledger;
use super::storage::{Result, Storage, StorageError};
use super::{Clock, ServerError};

/// A failed piece of work; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The work itself broke down.
    #[error("a defect stopped the work; it was undone")]
    Panic,
    /// The server is going down.
    #[error("the server is stopping")]
    Stopped,
}

/// Who is told of what was written.
#[derive(Clone)]
pub(crate) struct News {
    /// The newest position of the feed.
    pub(crate) head: watch::Sender<u64>,
    /// Rung when the queue of what has a time should be looked at.
    pub(crate) bell: Arc<Notify>,
    /// The instant (microseconds) at which the next of it is due, as far as is known.
    pub(crate) due: Arc<AtomicI64>,
}

impl News {
    /// Begins with this position and an empty queue.
    pub(crate) fn new(head: u64) -> Self {
        Self {
            head: watch::channel(head).0,
            bell: Arc::default(),
            due: Arc::new(AtomicI64::new(i64::MAX)),
        }
    }

    /// Tells everybody of a position that others wrote, unless a newer one is known.
    pub(crate) fn announce(&self, newest: u64) {
        if self.advance(newest) {
            self.bell.notify_one();
        }
    }

    /// Tells the readers a position; returns whether that was news.
    fn advance(&self, newest: u64) -> bool {
        self.head.send_if_modified(|known| {
            let newer = newest > *known;
            *known = newest.max(*known);
            newer
        })
    }

    fn tell(&self, written: Written) {
        self.advance(written.newest);
        if written.queued || written.at >= self.due.load(Ordering::Relaxed) {
            self.bell.notify_one();
        }
    }
}

/// What a write of the database came to.
#[derive(Clone, Copy)]
struct Written {
    newest: u64,
    /// Whether something was put into the queue.
    queued: bool,
    /// When it was made (microseconds).
    at: i64,
}

/// Hands work to the writing thread.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::UnboundedSender<Box<dyn Job>>,
}

/// Work for the ledger that is told how it ended.
trait Job: Send {
    fn run(&mut self, ledger: &mut Ledger<'_>) -> Result<()>;
    fn finish(self: Box<Self>, outcome: std::result::Result<(), WriteError>);
}

struct Task<T, F> {
    work: F,
    made: Option<T>,
    reply: oneshot::Sender<std::result::Result<T, WriteError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnMut(&mut Ledger<'_>) -> Result<T> + Send,
{
    fn run(&mut self, ledger: &mut Ledger<'_>) -> Result<()> {
        self.made = Some((self.work)(ledger)?);
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: std::result::Result<(), WriteError>) {
        let Self { made, reply, .. } = *self;
        let outcome = outcome.and_then(|()| made.ok_or(WriteError::Panic));
        // Nobody waits when the request was given up; the work stands all the same.
        drop(reply.send(outcome));
    }
}

impl Writer {
    /// Starts the thread. `news` is told of each write; this many requests may share one.
    pub(crate) fn start(
        storage: Arc<dyn Storage>,
        clock: Clock,
        news: News,
        group: usize,
    ) -> std::result::Result<(Self, JoinHandle<()>), ServerError> {
        let (jobs, waiting) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("cnm-writer".to_owned())
            .spawn(move || work_off(waiting, &*storage, &clock, &news, group))
            .map_err(ServerError::Thread)?;
        Ok((Self { jobs }, thread))
    }

    /// Runs work on the database and returns when it is durable. The work may be run twice; what the first
    /// run changed is undone then.
    pub(crate) async fn submit<T, F>(&self, work: F) -> std::result::Result<T, WriteError>
    where
        T: Send + 'static,
        F: FnMut(&mut Ledger<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            work,
            made: None,
            reply,
        };
        self.jobs
            .send(Box::new(task))
            .map_err(|_| WriteError::Stopped)?;
        answer.await.map_err(|_| WriteError::Stopped)?
    }
}

fn work_off(
    mut waiting: mpsc::UnboundedReceiver<Box<dyn Job>>,
    storage: &dyn Storage,
    clock: &Clock,
    news: &News,
    group: usize,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < group
            && let Ok(job) = waiting.try_recv()
        {
            jobs.push(job);
        }
        let together = run(&mut jobs, storage, clock);
        match together {
            Ok(written) => finish(jobs, written, news),
            Err(error) => match <[_; 1]>::try_from(jobs) {
                Ok([job]) => give_up(job, error),
                // One of them spoils the write: each gets its own.
                Err(jobs) => each_alone(jobs, storage, clock, news),
            },
        }
    }
}

fn each_alone(jobs: Vec<Box<dyn Job>>, storage: &dyn Storage, clock: &Clock, news: &News) {
    for mut job in jobs {
        match run(std::slice::from_mut(&mut job), storage, clock) {
            Ok(written) => finish(vec![job], written, news),
            Err(error) => give_up(job, error),
        }
    }
}

fn give_up(job: Box<dyn Job>, error: WriteError) {
    tracing::error!(%error, "a piece of work failed");
    job.finish(Err(error));
}

/// Runs jobs in one write of the database, all or none.
fn run(
    jobs: &mut [Box<dyn Job>],
    storage: &dyn Storage,
    clock: &Clock,
) -> std::result::Result<Written, WriteError> {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        storage.change(|transaction| {
            let mut ledger = Ledger::open(transaction, clock())?;
            for job in jobs {
                job.run(&mut ledger)?;
                ledger.close()?;
            }
            Ok(Written {
                newest: ledger.head().unsigned_abs(),
                queued: ledger.has_queued(),
                at: ledger.now.as_microsecond(),
            })
        })
    }));
    match ran {
        Ok(written) => Ok(written?),
        Err(_) => Err(WriteError::Panic),
    }
}

fn finish(jobs: Vec<Box<dyn Job>>, written: Written, news: &News) {
    news.tell(written);
    for job in jobs {
        job.finish(Ok(()));
    }
}
