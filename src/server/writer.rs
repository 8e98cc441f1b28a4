//! The one thread that writes.
//!
//! Requests that wait at the same time share one write of the database and so one flush of the disk (group
//! commit). Each keeps its own part of it: a failure or a panic undoes that part and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};

use super::ledger::Ledger;
use super::storage::{Result, Storage, StorageError};
use super::{Clock, ServerError};

/// How many requests share one write of the database.
const GROUP: usize = 256;

/// A failed piece of work; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The shared write failed as a whole.
    #[error("{0}")]
    Group(Arc<StorageError>),
    /// The work itself broke down.
    #[error("a defect stopped the work; it was undone")]
    Panic,
    /// The server is going down.
    #[error("the server is stopping")]
    Stopped,
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
    work: Option<F>,
    made: Option<T>,
    reply: oneshot::Sender<std::result::Result<T, WriteError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut Ledger<'_>) -> Result<T> + Send,
{
    fn run(&mut self, ledger: &mut Ledger<'_>) -> Result<()> {
        if let Some(work) = self.work.take() {
            self.made = Some(work(ledger)?);
        }
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
    /// Starts the thread. `head` is told the newest position after each write.
    pub(crate) fn start(
        storage: Arc<dyn Storage>,
        clock: Clock,
        head: watch::Sender<u64>,
    ) -> std::result::Result<(Self, JoinHandle<()>), ServerError> {
        let (jobs, waiting) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("cnm-writer".to_owned())
            .spawn(move || work_off(waiting, &*storage, &clock, &head))
            .map_err(ServerError::Thread)?;
        Ok((Self { jobs }, thread))
    }

    /// Runs work alone on the database and returns when it is durable.
    pub(crate) async fn submit<T, F>(&self, work: F) -> std::result::Result<T, WriteError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            work: Some(work),
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
    head: &watch::Sender<u64>,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < GROUP
            && let Ok(job) = waiting.try_recv()
        {
            jobs.push(job);
        }
        let mut outcomes = Vec::new();
        let mut newest = 0;
        let written = storage.write(&mut |transaction| {
            for job in &mut jobs {
                let (outcome, position) = run_part(job.as_mut(), transaction, clock)?;
                newest = newest.max(position);
                outcomes.push(outcome);
            }
            Ok(())
        });
        match written {
            Ok(()) => {
                head.send_if_modified(|known| {
                    let newer = newest > *known;
                    *known = newest.max(*known);
                    newer
                });
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    job.finish(outcome);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a write failed");
                let error = Arc::new(error);
                for job in jobs {
                    job.finish(Err(WriteError::Group(Arc::clone(&error))));
                }
            }
        }
    }
}

/// Runs one job in a part of its own; an error of this function concerns the whole group.
fn run_part(
    job: &mut dyn Job,
    transaction: &dyn super::storage::Transaction,
    clock: &Clock,
) -> Result<(std::result::Result<(), WriteError>, u64)> {
    transaction.begin_part()?;
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let mut ledger = Ledger::open(transaction, clock())?;
        job.run(&mut ledger)?;
        ledger.close()?;
        Ok(ledger.head())
    }));
    match ran {
        Ok(Ok(head)) => {
            transaction.keep_part()?;
            Ok((Ok(()), head.unsigned_abs()))
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a piece of work failed");
            transaction.undo_part()?;
            Ok((Err(WriteError::Storage(error)), 0))
        }
        Err(_) => {
            tracing::error!("a piece of work panicked");
            transaction.undo_part()?;
            Ok((Err(WriteError::Panic), 0))
        }
    }
}
