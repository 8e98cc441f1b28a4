//! Layer 8: keeps the cache and the server in step.
//!
//! * [`Planner`] decides what comes next; it is a pure state machine.
//! * [`Engine`] carries that out, step by step, against anything that speaks the contract ([`Backend`]).
//! * [`start`] runs it in the background, listens to the server's pokes and shares the cache with other
//!   consoles: the one that holds the lock sends, the others follow and take over when it is gone.
//! * [`once`] syncs and returns, also beside a running console.

mod driver;
mod engine;
mod failure;
mod follower;
mod link;
mod planner;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

pub use engine::{Backend, Engine, Moved, Turn};
pub use planner::{Advice, Failure, Planner, Step};

use crate::effect::{CacheChange, Line, SyncStatus};
use crate::remote::Address;
use crate::store::{StoreError, StoreHandle};
use driver::{Ask, Driver};

/// Tells the present instant; the program's one clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the sync tells the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Rows changed, by the server or by another console on this cache.
    Changed(Vec<CacheChange>),
    /// So much changed that everything shown should be read again.
    Reload,
    /// How the console stands to the server.
    Status(SyncStatus),
    /// How far the server's clock is ahead of this machine's.
    ClockOffset(SignedDuration),
    /// Something the user should know, a sentence.
    Notice(String),
}

/// What came of a sync.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReport {
    /// Edits that the server answered.
    pub pushed: u64,
    /// Records that came from it.
    pub pulled: u64,
    /// Edits that still wait.
    pub queued: usize,
    /// Edits in conflict.
    pub conflicts: usize,
    /// Edits that were refused.
    pub refused: usize,
}

/// Why a sync did not come about; the edits are kept in every case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncError {
    /// The server cannot be reached.
    #[error("offline: {0}")]
    Offline(String),
    /// The server, or this console, refuses.
    #[error("{0}")]
    Refused(String),
    /// No server is configured.
    #[error(
        "no server is configured: set `url` under [server] in the file that `cnm config path` names, or CNM_SERVER; \
         `cnm demo` shows everything without one"
    )]
    Unconfigured,
}

impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Talks to the running sync; dropping it ends the sync.
#[derive(Debug)]
pub struct Handle {
    asks: mpsc::UnboundedSender<Ask>,
    ended: Option<tokio::task::JoinHandle<()>>,
}

impl Handle {
    /// Syncs now: waits are cut short, except those that the server asked for.
    pub fn poke(&self) {
        let _ = self.asks.send(Ask::Wake);
    }

    /// Syncs now and waits for what comes of it.
    pub async fn round(&self) -> Result<SyncReport, SyncError> {
        let (answer, receiver) = oneshot::channel();
        let stopped = || SyncError::Refused("the sync was stopped".to_owned());
        self.asks.send(Ask::Round(answer)).map_err(|_| stopped())?;
        receiver.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Ends the sync and gives the lock away; requests under way are dropped, edits stay queued.
    pub async fn stop(mut self) {
        let _ = self.asks.send(Ask::Stop);
        if let Some(ended) = self.ended.take() {
            let _ = ended.await;
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _ = self.asks.send(Ask::Stop);
    }
}

/// Starts to sync in the background, on the runtime that calls this; every event is passed to `tell`.
///
/// Without an address it only keeps several consoles on one cache in step.
pub fn start(
    address: Option<Address>,
    store: StoreHandle,
    clock: Clock,
    tell: impl Fn(Event) + Send + Sync + 'static,
) -> Handle {
    run(address, store, clock, Box::new(tell), true)
}

fn run(
    address: Option<Address>,
    store: StoreHandle,
    clock: Clock,
    tell: Box<dyn Fn(Event) + Send + Sync>,
    stays: bool,
) -> Handle {
    let (asks, receiver) = mpsc::unbounded_channel();
    let edits = asks.clone();
    store.listen(move |changes| {
        let _ = edits.send(Ask::Edited(driver::records_of(changes)));
    });
    let driver = Driver::new(address, store, clock, tell, (asks.clone(), receiver), stays);
    let ended = tokio::spawn(driver.run());
    Handle {
        asks,
        ended: Some(ended),
    }
}

/// How long whoever syncs once waits for the next byte of the server; the background is more patient.
pub const ONCE: Duration = Duration::from_secs(10);

/// Syncs once: everything that waits is sent, everything new is fetched.
///
/// When a console is running on the same cache, that one does it and this call waits for its answer.
pub async fn once(
    address: Option<Address>,
    store: StoreHandle,
    clock: Clock,
) -> Result<SyncReport, SyncError> {
    let handle = run(address, store, clock, Box::new(|_| {}), false);
    let report = handle.round().await;
    handle.stop().await;
    report
}

/// Turns the state of the line into the outcome of a round.
fn outcome(status: &SyncStatus, moved: Moved) -> Result<SyncReport, SyncError> {
    match &status.line {
        Line::Offline { why } => Err(SyncError::Offline(why.clone())),
        Line::Refused { why } => Err(SyncError::Refused(why.clone())),
        Line::Unconfigured => Err(SyncError::Unconfigured),
        _ => Ok(SyncReport {
            pushed: moved.pushed,
            pulled: moved.pulled,
            queued: status.queued,
            conflicts: status.conflicts,
            refused: status.refused,
        }),
    }
}
