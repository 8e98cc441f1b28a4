//! Layer 8: the reference backend: the contract of [`wire`](crate::wire) over HTTP, records in `SQLite`.
//!
//! A [`Server`] is opened on a database file and then [serves](Server::serve) an address until its
//! [`Running`] handle is shut down. From the outside in:
//!
//! * `http`: paths, tokens, limits, problems; knows nothing of records.
//! * `commands`, `merge`, `validate`, `rules`: what one edit does to one record.
//! * `ledger`: the one place where records change: sequence, hash chain, audiences, audit log.
//! * `feed`, `cursor`: the latest state in the order of change, and how far a reader has come.
//! * `storage`: what all this asks of a database; `storage/sqlite` is one.
//!
//! The published form of the contract is `/v1/openapi.json`, made from the kinds and the wire types.
//!
//! There is no path for snapshots. A reader begins with an empty cursor and pages through the feed: that
//! cursor remembers the newest position of its first page, leaves out deletions up to there, can be continued
//! after any break, and says by `txn_open` and `more` when the reader has a whole state. A snapshot would be a
//! second way to read the same rows at the same price.
//!
//! Requests that are no HTTP (a head of more than 100 lines, an address of more than 64 KiB, a version that
//! does not exist) are answered with a bare 431, 414 or 400 before any of this sees them; below those sizes
//! the refusals are problems like all others.
//!
//! Time comes from a [`Clock`]; the module never asks the system for it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::Timestamp;
use serde_json::Map;

mod commands;
mod cursor;
mod feed;
mod http;
mod ledger;
mod merge;
mod principal;
mod random;
mod refusal;
mod roster;
mod rules;
mod storage;
mod strict;
mod token;
mod upkeep;
mod validate;
mod writer;

pub use http::Running;
pub use http::limit::RateLimit;
pub use ledger::load::{Loaded, NewRecord};
pub use roster::{TokenLine, tokens, users, verify_audit};
pub use storage::StorageError;
pub use token::{Grant, Scope, Token};
pub use upkeep::{AuditReport, backup, restore};

use crate::record::{Kind, Role};
use crate::wire::Limits;
use cursor::Identity;
use ledger::load::Loader;
use ledger::{Change, Ledger, SERVER};
use storage::recent::Recent;
use storage::sqlite::Sqlite;
use storage::{Life, Storage, Transaction};
use writer::{News, Writer};

/// How many requests read many records at the same time.
const READERS: usize = 8;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Which replies are sent compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Those to other machines: on the same one, bytes are cheaper than work.
    Remote,
    /// All of them.
    Always,
}

/// Where the server may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// From this machine only.
    Loopback,
    /// From anywhere; something in front of the server speaks TLS.
    BehindProxy,
}

/// How a server is to behave.
#[derive(Clone)]
pub struct Options {
    /// Tells the time.
    pub clock: Clock,
    /// How many requests a token may make; `None` for no limit.
    pub rate: Option<RateLimit>,
    /// Which addresses it may listen on.
    pub exposure: Exposure,
    /// Which replies are compressed.
    pub compression: Compression,
    /// Sizes that it accepts.
    pub limits: Limits,
    /// How many connections it keeps at a time.
    pub connections: usize,
    /// How many waiting requests share one write of the database and its flush of the disk; one gives each
    /// its own.
    pub group: usize,
}

impl Options {
    /// Returns the usual behaviour with this clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            rate: Some(RateLimit::default()),
            exposure: Exposure::Loopback,
            compression: Compression::Remote,
            limits: Limits::default(),
            connections: 1_000,
            group: 256,
        }
    }
}

/// Why the server cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The database refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The address cannot be listened on.
    #[error("listen on {address}: {source}; choose another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The address can be reached from other machines.
    #[error(
        "listen on {0}: other machines reach this address and the server speaks no TLS; \
         listen on 127.0.0.1, or say that a proxy stands in front"
    )]
    Public(SocketAddr),
    /// The writing thread could not be started.
    #[error("start a thread: {0}; the system is out of resources")]
    Thread(std::io::Error),
    /// There is no such user.
    #[error("user {0}: there is none; create it first")]
    NoUser(String),
    /// There is no such token.
    #[error("token {0}: there is none; the id is the part after `cnm_pat_`")]
    NoToken(String),
    /// A value cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}; check the path and its rights")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The work was not done.
    #[error("{0}; nothing was changed")]
    NotDone(String),
}

/// What a new user is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// The id, by which tokens and records name the user.
    pub id: String,
    /// Full name.
    pub name: String,
    /// What the user may see and do.
    pub role: Role,
    /// The id of the team, or an empty text.
    pub team: String,
    /// IANA time zone, or an empty text.
    pub zone: String,
}

/// A backend on one database; cheap to clone.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Arc<dyn Storage>,
    writer: Writer,
    news: News,
    /// The newest records as the wire shows them.
    recent: Recent,
    identity: RwLock<Identity>,
    limiter: http::limit::Limiter,
    /// Places for requests that read many records.
    readers: Arc<tokio::sync::Semaphore>,
    /// What was read of tokens, by their public part.
    known: Mutex<HashMap<String, http::auth::Known>>,
    /// When the use of each token was last noted, in seconds.
    uses: Mutex<HashMap<String, i64>>,
    options: Options,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// Opens a database, makes it if it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, belongs to another program, or was written by a newer version.
    pub fn open(db: &Path, options: Options) -> Result<Self, ServerError> {
        let storage: Arc<dyn Storage> = Arc::new(Sqlite::open(db)?);
        let (identity, head) =
            storage.change(|txn| Ok((Identity::of(txn)?, txn.head()?.last.unsigned_abs())))?;
        let news = News::new(head);
        let clock = Arc::clone(&options.clock);
        let (writer, _thread) =
            Writer::start(Arc::clone(&storage), clock, news.clone(), options.group)?;
        Ok(Self {
            inner: Arc::new(Inner {
                storage,
                writer,
                news,
                recent: Recent::default(),
                identity: RwLock::new(identity),
                limiter: http::limit::Limiter::new(options.rate),
                readers: Arc::new(tokio::sync::Semaphore::new(READERS)),
                known: Mutex::default(),
                uses: Mutex::default(),
                options,
            }),
        })
    }

    /// Listens on an address and answers requests until the handle is shut down or dropped.
    ///
    /// # Errors
    /// When the address is taken, or can be reached from other machines and
    /// [`Exposure::BehindProxy`] was not chosen.
    pub async fn serve(&self, address: SocketAddr) -> Result<Running, ServerError> {
        http::serve(Arc::clone(&self.inner), address).await
    }

    /// Loads records, one item of the iterator a transaction of the feed; all or nothing.
    ///
    /// No rule of the server runs and no line of the audit log is written: this is how a database comes to
    /// be, not how it changes. Parents may come after what belongs to them.
    ///
    /// # Errors
    /// When an id is not valid or is there already, or the database fails.
    pub fn load<I>(&self, transactions: I) -> Result<Loaded, ServerError>
    where
        I: IntoIterator<Item = Vec<NewRecord>>,
    {
        let now = (self.inner.options.clock)();
        let loaded = load_into(&*self.inner.storage, now, transactions)?;
        self.inner.announce()?;
        Ok(loaded)
    }

    /// Creates a user.
    ///
    /// # Errors
    /// When the id is taken or not valid, or the database fails.
    pub fn create_user(&self, user: &NewUser) -> Result<(), ServerError> {
        let now = (self.inner.options.clock)();
        add_user(&*self.inner.storage, user, now)?;
        Ok(self.inner.announce()?)
    }

    /// Creates a token for a user.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub fn create_token(&self, user: &str, grant: &Grant) -> Result<Token, ServerError> {
        let now = (self.inner.options.clock)();
        add_token(&*self.inner.storage, user, grant, now)
    }

    /// Revokes a token by its public part; open streams of it end within five seconds.
    ///
    /// # Errors
    /// When there is no such token, or the database fails.
    pub fn revoke_token(&self, id: &str) -> Result<(), ServerError> {
        end_token(&*self.inner.storage, id)
    }

    /// Sends the queued messages whose time has come and returns how many left.
    ///
    /// While the server runs it does so by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_due(&self) -> Result<usize, ServerError> {
        let sent = self.inner.writer.submit(rules::send_due).await;
        sent.map_err(|error| ServerError::NotDone(error.to_string()))
    }

    /// Forgets deletions older than 90 days and results of commands older than 35.
    ///
    /// While the server runs it does so by itself once an hour.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge(&self) -> Result<(), ServerError> {
        let done = self.inner.writer.submit(upkeep::purge).await;
        done.map_err(|error| ServerError::NotDone(error.to_string()))
    }

    /// Checks the hash chain of the audit log.
    ///
    /// # Errors
    /// When the database fails; a broken chain is a report, not an error.
    pub fn verify_audit(&self) -> Result<AuditReport, ServerError> {
        Ok(upkeep::verify_audit(&*self.inner.storage)?)
    }

    /// Writes a consistent copy of the database to a new file, while the server runs.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<(), ServerError> {
        Ok(self.inner.storage.backup(to)?)
    }
}

impl Inner {
    /// Tells the readers the newest position after a write that did not go through the writer.
    fn announce(&self) -> storage::Result<()> {
        let head = self.storage.view(|snapshot| snapshot.head())?;
        self.news.announce(head.last.unsigned_abs());
        Ok(())
    }

    fn identity(&self) -> Identity {
        self.identity
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, http::auth::Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.options.clock)()
    }
}

/// Creates a user in a database file; a server may be running on it.
///
/// # Errors
/// When the id is taken or not valid, or the file cannot be written.
pub fn create_user(db: &Path, user: &NewUser, now: Timestamp) -> Result<(), ServerError> {
    add_user(&Sqlite::open(db)?, user, now)
}

/// Creates a token in a database file; a server may be running on it.
///
/// # Errors
/// When there is no such user, or the file cannot be written.
pub fn create_token(
    db: &Path,
    user: &str,
    grant: &Grant,
    now: Timestamp,
) -> Result<Token, ServerError> {
    add_token(&roster::existing(db)?, user, grant, now)
}

/// Revokes a token in a database file by its public part; a server may be running on it.
///
/// # Errors
/// When there is no such token, or the file cannot be written.
pub fn revoke_token(db: &Path, id: &str) -> Result<(), ServerError> {
    end_token(&roster::existing(db)?, id)
}

/// Loads records into a database file; see [`Server::load`].
///
/// # Errors
/// When an id is not valid or is there already, or the file cannot be written.
pub fn load<I>(db: &Path, now: Timestamp, transactions: I) -> Result<Loaded, ServerError>
where
    I: IntoIterator<Item = Vec<NewRecord>>,
{
    load_into(&Sqlite::open(db)?, now, transactions)
}

fn load_into<I>(storage: &dyn Storage, now: Timestamp, records: I) -> Result<Loaded, ServerError>
where
    I: IntoIterator<Item = Vec<NewRecord>>,
{
    let empty = storage.view(|snapshot| snapshot.head())?.last == 0;
    if empty {
        storage.loading(true)?;
    }
    let loaded = storage.change(|txn| {
        let mut ledger = Ledger::open(txn, now)?;
        let mut loader = Loader::default();
        for transaction in records {
            loader.transaction(&mut ledger, &transaction)?;
        }
        loader.finish(&mut ledger)
    });
    if empty {
        storage.loading(false)?;
    }
    Ok(loaded?)
}

fn add_user(storage: &dyn Storage, user: &NewUser, now: Timestamp) -> Result<(), ServerError> {
    if !validate::is_id(&user.id) {
        return Err(ServerError::Invalid(format!(
            "user {}: an id has 1 to 100 letters, digits and -_.:@+~",
            user.id
        )));
    }
    let mut fields = Map::new();
    for (name, text) in [
        ("name", user.name.as_str()),
        ("role", user.role.as_str()),
        ("team", user.team.as_str()),
        ("zone", user.zone.as_str()),
    ] {
        if !text.is_empty() {
            fields.insert(name.to_owned(), text.into());
        }
    }
    let taken = storage.change(|txn| {
        if txn.record(Kind::User, &user.id)?.is_some() {
            return Ok(true);
        }
        put_user(txn, &user.id, fields, now).map(|()| false)
    })?;
    if taken {
        return Err(ServerError::Invalid(format!(
            "user {}: it is there already; choose another id",
            user.id
        )));
    }
    Ok(())
}

fn put_user(
    txn: &dyn Transaction,
    id: &str,
    fields: merge::Fields,
    now: Timestamp,
) -> storage::Result<()> {
    Identity::of(txn)?;
    let state = merge::State {
        fields,
        ..merge::State::default()
    };
    let mut ledger = Ledger::open(txn, now)?;
    let stored = ledger.put(Change {
        kind: Kind::User,
        id,
        state: &state,
        fields: ledger::to_text(&state.fields)?,
        life: Life::Live,
        old: None,
        author: SERVER,
        maker: "",
    })?;
    let touched = ledger::Touched::new(state.fields.keys(), &merge::State::default(), &state);
    let origin = ledger::Origin {
        user: SERVER,
        client: SERVER,
        cmd: "",
        op: "create",
        base: 0,
        mine: false,
        status: "applied",
    };
    ledger.audit(&origin, &stored, touched)?;
    ledger.close()
}

fn add_token(
    storage: &dyn Storage,
    user: &str,
    grant: &Grant,
    now: Timestamp,
) -> Result<Token, ServerError> {
    let made = storage.change(|txn| {
        if txn.principal(user)?.is_none() {
            return Ok(None);
        }
        let (token, row) = token::issue(user, grant, now)?;
        txn.put_token(&row)?;
        Ok(Some(token))
    })?;
    made.ok_or_else(|| ServerError::NoUser(user.to_owned()))
}

fn end_token(storage: &dyn Storage, id: &str) -> Result<(), ServerError> {
    let found = storage.change(|txn| {
        let Some(mut row) = txn.token(id)? else {
            return Ok(false);
        };
        row.revoked = true;
        txn.put_token(&row)?;
        Ok(true)
    })?;
    if found {
        Ok(())
    } else {
        Err(ServerError::NoToken(id.to_owned()))
    }
}
