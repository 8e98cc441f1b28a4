//! What the backend asks of a database.
//!
//! The rules of the contract (merge, rights, sequence, audit) live above this trait, so a database only
//! has to keep rows. Another one is one more file beside `storage/sqlite.rs` and one more line in
//! `storage/tests.rs`, whose suite says what is expected of it.
//!
//! Numbers of the sequence are `i64` here, because that is what databases store; they start at 1.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::principal::PrincipalRow;
use super::token::TokenRow;
use crate::record::{AnyRef, Kind};
use recent::Texts;

pub(crate) mod recent;
pub(crate) mod sqlite;

/// The audience of records that every principal may see.
pub(crate) const EVERYONE: i64 = 0;
/// The audience of records that nobody owns yet: the Growth Leads see them, so that none is lost.
pub(crate) const UNASSIGNED: i64 = 1;
/// The pseudo user that stands for every principal; no user id contains a `*`.
pub(crate) const ANYONE: &str = "*";
/// The pseudo user that stands for every Growth Lead.
pub(crate) const ANY_LEAD: &str = "*lead";

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The file was written by a newer program.
    #[error(
        "database: its schema is {found} and this program knows {known}; update cnm, nothing was changed"
    )]
    Newer {
        /// The schema of the file.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The disk is full, or the file cannot be read or written.
    #[error("database: {0}; check the space and the rights of its folder")]
    Unavailable(String),
    /// What is stored cannot be understood.
    #[error("database: {0}; restore a backup")]
    Damaged(String),
    /// The work took longer than it was allowed to.
    #[error("database: the work takes too long here; ask again")]
    Interrupted,
    /// Any other failure.
    #[error("database: {0}; this is a defect, the log has more")]
    Failed(String),
}

/// The result of asking the database.
pub(crate) type Result<T, E = StorageError> = std::result::Result<T, E>;

/// Whether a record is there or was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It is there.
    Live,
    /// It was deleted; its last fields are kept until the tombstone is purged.
    Deleted,
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// Counts the changes, from 1.
    pub(crate) version: i64,
    /// Position in the feed.
    pub(crate) seq: i64,
    pub(crate) life: Life,
    /// Who may see it, as the number of an interned set of users.
    pub(crate) audience: i64,
    /// The record from which it inherits its audience.
    pub(crate) parent: Option<AnyRef>,
    pub(crate) updated_at: Timestamp,
    pub(crate) updated_by: String,
    /// The fields as a JSON object.
    pub(crate) fields: String,
    /// The versions of the fields that changed since the creation, as a JSON object.
    pub(crate) fv: String,
    /// Which cache made each version that `fv` names, as a JSON object.
    pub(crate) makers: String,
}

/// The end of a transaction in the feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Second since 1970 at which it was made.
    pub(crate) at: i64,
    /// `SHA-256(previous chain || digest of this transaction)`.
    pub(crate) chain: [u8; 32],
}

/// A record that left its position in the feed for a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// One entry of the feed, borrowed from the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FeedRow<'a> {
    pub(crate) seq: i64,
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) state: FeedState<'a>,
}

/// What the feed says of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FeedState<'a> {
    /// It is there.
    Live {
        version: i64,
        updated_at: &'a str,
        updated_by: &'a str,
        fields: &'a str,
        fv: &'a str,
    },
    /// It is there, and this is how the wire shows it; only its position is read.
    Text(&'a str),
    /// It was deleted.
    Deleted { version: i64 },
    /// It left the principal's view.
    Left,
}

/// Which part of the feed is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FeedQuery<'a> {
    pub(crate) principal: &'a str,
    /// Only what comes after this position.
    pub(crate) after: i64,
    /// Deletions and departures up to this position are left out: the reader never had those records.
    pub(crate) fresh_until: i64,
    /// Records that need not be read to be shown.
    pub(crate) texts: Option<&'a Texts>,
}

/// Receives the rows of a query until it breaks.
pub(crate) type Sink<'a> = dyn FnMut(&FeedRow<'_>) -> Result<ControlFlow<()>> + 'a;

/// A record that inherits its audience from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) seq: i64,
}

/// The remembered result of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) digest: [u8; 32],
    pub(crate) result: String,
}

/// One line of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AuditRow {
    pub(crate) number: i64,
    pub(crate) at: String,
    pub(crate) user: String,
    pub(crate) client: String,
    /// Empty for what a rule of the server did.
    pub(crate) cmd: String,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) op: String,
    /// The version on which the change was judged.
    pub(crate) base: i64,
    pub(crate) mine: bool,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) seq: i64,
    /// The touched fields before, with their versions.
    pub(crate) before: String,
    /// The touched fields after.
    pub(crate) after: String,
    pub(crate) hash: [u8; 32],
}

/// Who may see what, computed from the users and teams.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// Each principal with its role and the hash of its scope.
    pub(crate) principals: Vec<(String, PrincipalRow)>,
    /// Pairs of a principal and a user whose records it may see.
    pub(crate) members: Vec<(String, String)>,
}

/// Everything older than these bounds is forgotten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry {
    /// Deletions, departures and marks of transactions made before this second.
    pub(crate) feed_before: i64,
    /// Results of commands given before this second.
    pub(crate) answers_before: i64,
}

/// A consistent view of the database.
pub(crate) trait Snapshot {
    /// Reads one of the server's own values.
    fn setting(&self, key: &str) -> Result<Option<String>>;
    /// Returns the number of [`Storage::rights`] for this view.
    fn rights(&self) -> Result<i64>;
    /// Returns the newest mark, or one with `last` 0.
    fn head(&self) -> Result<Mark>;
    /// Returns the transaction that this position belongs to, if its mark is still kept.
    fn mark_at(&self, seq: i64) -> Result<Option<Mark>>;
    /// Tells whether a record that changed in `(since, until]` has changed again later.
    fn superseded(&self, since: i64, until: i64) -> Result<bool>;
    /// Reads a record, whoever may see it.
    fn record(&self, kind: Kind, id: &str) -> Result<Option<Stored>>;
    /// Reads a record if the principal may see it.
    fn visible(&self, principal: &str, kind: Kind, id: &str) -> Result<Option<Stored>>;
    /// Reads all records of a kind, deleted ones too.
    fn all(&self, kind: Kind) -> Result<Vec<Stored>>;
    /// Passes the visible part of the feed on, in its order.
    fn feed(&self, query: &FeedQuery<'_>, sink: &mut Sink<'_>) -> Result<()>;
    /// Passes the visible live records of a kind on, in the order of their ids.
    fn listing(&self, principal: &str, kind: Kind, after: &str, sink: &mut Sink<'_>) -> Result<()>;
    /// Passes kind, id and version of each visible live record on.
    fn versions(
        &self,
        principal: &str,
        sink: &mut dyn FnMut(&str, &str, i64) -> Result<()>,
    ) -> Result<()>;
    /// Reads what is known of a principal.
    fn principal(&self, user: &str) -> Result<Option<PrincipalRow>>;
    /// Reads a token by its public part.
    fn token(&self, id: &str) -> Result<Option<TokenRow>>;
    /// Returns all tokens by user, each user's in the order in which they were made.
    fn tokens(&self) -> Result<Vec<TokenRow>>;
    /// Returns the remembered result of a command.
    fn answer(&self, principal: &str, cmd: &str) -> Result<Option<Answer>>;
    /// Returns who made a version of a record and when, if that is among the newest lines of the audit log.
    fn changed(&self, kind: Kind, id: &str, version: i64) -> Result<Option<(String, Timestamp)>>;
    /// Returns the newest line of the audit log.
    fn last_audit(&self) -> Result<Option<(i64, [u8; 32])>>;
    /// Passes the audit log on, oldest first.
    fn audit(&self, after: i64, sink: &mut dyn FnMut(AuditRow) -> Result<()>) -> Result<()>;
    /// Returns the instant (microseconds) at which the next outgoing message leaves.
    fn next_outgoing(&self) -> Result<Option<i64>>;
}

/// A view that can also change; nothing is kept until the work that was given to [`Storage::write`] returns.
pub(crate) trait Transaction: Snapshot {
    /// Begins a part that can be rolled back alone; parts nest.
    fn begin_part(&self) -> Result<()>;
    /// Keeps the innermost part.
    fn keep_part(&self) -> Result<()>;
    /// Undoes the innermost part.
    fn undo_part(&self) -> Result<()>;
    /// Writes one of the server's own values.
    fn set_setting(&self, key: &str, value: &str) -> Result<()>;
    /// Stores a record in place of the one that stood at `previous`; [`Self::mark`] is told of the move.
    fn put(&self, record: &Stored, previous: Option<i64>) -> Result<()>;
    /// Gives a record another audience and, with `to`, another position in the feed; [`Self::mark`] is told of
    /// the move.
    fn rehouse(&self, seq: i64, to: Option<i64>, audience: i64) -> Result<()>;
    /// Says in the feed of one user that a record left the view.
    fn depart(&self, seq: i64, user: &str, kind: Kind, id: &str) -> Result<()>;
    /// Ends a transaction of the feed, in which these records moved on.
    fn mark(&self, mark: &Mark, moves: &[Move]) -> Result<()>;
    /// Returns the number of the audience made of these users (sorted, without repetition).
    fn audience(&self, users: &[String]) -> Result<i64>;
    /// Returns the principals that see the first audience and not the second.
    fn sees_only(&self, audience: i64, other: i64) -> Result<Vec<String>>;
    /// Returns the live records that inherit from this one, at most `limit`.
    fn children(&self, kind: Kind, id: &str, limit: usize) -> Result<Vec<Child>>;
    /// Returns the live records whose parent was not there when they were stored.
    fn orphans(&self) -> Result<Vec<Stored>>;
    /// Returns the live threads that sleep until this lead moves, whoever may see them.
    fn sleepers(&self, lead: &str) -> Result<Vec<Stored>>;
    /// Remembers the result of a command.
    fn remember(&self, principal: &str, cmd: &str, answer: &Answer, at: i64) -> Result<()>;
    /// Appends to the audit log.
    fn append_audit(&self, row: &AuditRow) -> Result<()>;
    /// Replaces what is known of users and teams.
    fn set_directory(&self, directory: &Directory) -> Result<()>;
    /// Makes the cursors of a principal invalid once.
    fn bump_scope(&self, user: &str) -> Result<()>;
    /// Puts an outgoing message into the queue, or takes it out.
    fn queue(&self, message: &str, send_at: Option<i64>) -> Result<()>;
    /// Returns the messages that should have left by now (microseconds).
    fn due(&self, now: i64, limit: usize) -> Result<Vec<String>>;
    /// Stores a token.
    fn put_token(&self, token: &TokenRow) -> Result<()>;
    /// Notes when a token was used last (seconds), which changes nobody's rights.
    fn note_use(&self, token: &str, at: i64) -> Result<()>;
    /// Forgets what is past its time and returns the position below which cursors are no longer good.
    fn purge(&self, expiry: &Expiry) -> Result<i64>;
}

/// Work on a view.
pub(crate) type Reading<'a> = dyn FnMut(&dyn Snapshot) -> Result<()> + 'a;
/// Work that changes.
pub(crate) type Writing<'a> = dyn FnMut(&dyn Transaction) -> Result<()> + 'a;

/// Whether work that had to be brief came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brief {
    /// It is done.
    Done,
    /// It was stopped.
    TooLong,
}

/// A database that can hold the backend's records.
pub(crate) trait Storage: Send + Sync {
    /// Runs the work on one consistent view; several may run at once.
    fn read(&self, work: &mut Reading<'_>) -> Result<()>;
    /// Runs the work on one consistent view if that takes about a millisecond at most; otherwise stops it on
    /// the way. Good where waiting would hold up others.
    fn read_briefly(&self, work: &mut Reading<'_>) -> Result<Brief>;
    /// Runs the work alone and makes it durable, or undoes all of it when it fails.
    fn write(&self, work: &mut Writing<'_>) -> Result<()>;
    /// Returns a number that changes with every token, right or scope, whichever program changed it: as long
    /// as it stays, what was read of them is still true.
    fn rights(&self) -> Result<i64>;
    /// Prepares for a great many records: quicker, and only safe while the database is disposable.
    fn loading(&self, on: bool) -> Result<()>;
    /// Writes a consistent copy to a new file.
    fn backup(&self, to: &std::path::Path) -> Result<()>;
}

impl dyn Storage + '_ {
    /// Runs the work on one consistent view and returns what it found.
    pub(crate) fn view<T>(&self, work: impl FnOnce(&dyn Snapshot) -> Result<T>) -> Result<T> {
        let mut work = Some(work);
        let mut found = None;
        self.read(&mut |snapshot| {
            if let Some(work) = work.take() {
                found = Some(work(snapshot)?);
            }
            Ok(())
        })?;
        found.ok_or_else(|| StorageError::Failed("the work was not run".to_owned()))
    }

    /// Runs brief work on one consistent view; `None` when it was stopped on the way.
    pub(crate) fn glance<T>(
        &self,
        mut work: impl FnMut(&dyn Snapshot) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        let ended = self.read_briefly(&mut |snapshot| {
            found = Some(work(snapshot)?);
            Ok(())
        })?;
        Ok(found.filter(|_| ended == Brief::Done))
    }

    /// Runs the work alone, makes it durable and returns its result.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&dyn Transaction) -> Result<T>) -> Result<T> {
        let mut work = Some(work);
        let mut made = None;
        self.write(&mut |transaction| {
            if let Some(work) = work.take() {
                made = Some(work(transaction)?);
            }
            Ok(())
        })?;
        made.ok_or_else(|| StorageError::Failed("the work was not run".to_owned()))
    }
}

#[cfg(test)]
mod tests;
