//! Talking to the server from the command line.

use std::sync::Arc;
use std::time::Duration;

use super::{Account, CliError, print};
use crate::record::Kind;
use crate::remote::{Address, Client, Heard, Token};
use crate::runtime::{Clock, Home};
use crate::store::StoreHandle;
use crate::sync::{SyncError, SyncReport, once};
use crate::wire::Digest;

/// How long a command waits for the server before it leaves its edit in the queue.
const PATIENCE: Duration = Duration::from_secs(8);
/// How much longer it waits for each edit: one undo may take back an import of many thousands.
const PATIENCE_AN_EDIT: Duration = Duration::from_millis(10);

impl From<SyncError> for CliError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Offline(_) => Self::Offline(error.to_string()),
            SyncError::Refused(_) | SyncError::Unconfigured => Self::Refused(error.to_string()),
        }
    }
}

impl Account {
    /// Returns the address for the client.
    pub(super) fn address(&self) -> Address {
        Address {
            url: self.url.clone(),
            token: Token::new(self.token.clone()),
            ca_file: self.ca_file.clone(),
        }
    }
}

/// Makes the clock that other threads are told the time by.
pub(super) fn shared(clock: Clock) -> Arc<dyn Fn() -> jiff::Timestamp + Send + Sync> {
    Arc::new(move || clock.now())
}

/// Makes the runtime of a short command.
pub(super) fn small_runtime() -> Result<tokio::runtime::Runtime, CliError> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

/// Runs `cnm sync`.
pub(super) fn run() -> Result<(), CliError> {
    report(&Home::find()?)
}

/// Syncs and says what happened.
pub(super) fn report(home: &Home) -> Result<(), CliError> {
    let clock = super::console::clock(home);
    let address = super::account(home)?.map(|account| account.address());
    super::check::warn_config(home);
    release_holds(home)?;
    let store = super::headless::open_store(home, clock.now())?;
    let report = super::block_on(small_runtime()?, async {
        let store = StoreHandle::spawn(store)?;
        let report = once(address, store.clone(), shared(clock)).await;
        store.close().await;
        Ok::<_, CliError>(report?)
    })?;
    print([format!(
        "sent {}, fetched {}, {} queued, {} in conflict, {} refused",
        report.pushed, report.pulled, report.queued, report.conflicts, report.refused
    )])
}

/// Releases the times of mine that were kept free until a moment that has come; what that changes waits to be sent.
fn release_holds(home: &Home) -> Result<(), CliError> {
    let mut session =
        super::headless::Session::open_with(home.clone(), &[Kind::User, Kind::Meeting])?;
    session.change_aside(|cx| crate::command::release_expired(cx).map(|_| ()))
}

/// Sends what waits; gives up after a while and leaves the rest in the queue.
pub(super) fn push(
    home: &Home,
    account: Option<&Account>,
    clock: Clock,
    edits: usize,
) -> Result<SyncReport, CliError> {
    let store = super::headless::open_store(home, clock.now())?;
    let address = account.map(Account::address);
    let edits = u32::try_from(edits).unwrap_or(u32::MAX);
    let patience = PATIENCE.saturating_add(PATIENCE_AN_EDIT.saturating_mul(edits));
    super::block_on(small_runtime()?, async {
        let store = StoreHandle::spawn(store)?;
        let report =
            tokio::time::timeout(patience, once(address, store.clone(), shared(clock))).await;
        let report = match report {
            Ok(report) => report.map_err(CliError::from),
            Err(_) => Err(CliError::Offline(format!(
                "no answer within {} s",
                patience.as_secs()
            ))),
        };
        store.close().await;
        report
    })
}

/// What the server says when it is asked who it is.
pub(super) struct Probe {
    /// Who it is and who we are, a line.
    pub(super) words: String,
    /// What it says this user sees, when it can count that.
    pub(super) digest: Option<Digest>,
    /// What it said beside its answers.
    pub(super) heard: Heard,
}

/// Asks the server who it is and who we are, and what we should see.
pub(super) fn probe(account: &Account) -> Result<Probe, CliError> {
    let client =
        Client::new(&account.address()).map_err(|error| CliError::Refused(error.to_string()))?;
    let client = client.with_silence(crate::sync::ONCE);
    super::block_on(small_runtime()?, async {
        let meta = client
            .meta()
            .await
            .map_err(|error| CliError::Offline(error.to_string()))?;
        let me = client
            .me()
            .await
            .map_err(|error| CliError::Refused(error.to_string()))?;
        let words = format!(
            "{} answers, contract {}–{}, you are {} ({})",
            client.host(),
            meta.api.min,
            meta.api.max,
            me.user,
            me.role
        );
        let digest = client.digest().await.ok();
        Ok(Probe {
            words,
            digest,
            heard: client.heard(),
        })
    })
}
