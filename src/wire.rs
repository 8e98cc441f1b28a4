//! Layer 1: the REST contract between console and backend; both sides use these types.
//!
//! Writes are batches of [`Command`]s with client-made ids and a base version; the server merges by field
//! and answers with one [`CommandResult`] each. Reads are a feed of the latest state by one server-wide
//! sequence ([`ChangesPage`]). Errors are [`Problem`]s (RFC 9457). Push is a poke ([`Head`]), never data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

pub use crate::record::Op;
use crate::record::Patch;

mod raw;
pub(crate) mod schema;

#[cfg(feature = "server")]
pub(crate) use raw::Key;
pub use raw::{RawPage, RawRow};

/// Paths below the base address.
pub mod path {
    /// Who the server is and what it allows; no token needed.
    pub const META: &str = "/v1/meta";
    /// The feed of changes.
    pub const CHANGES: &str = "/v1/changes";
    /// Batches of commands.
    pub const COMMANDS: &str = "/v1/commands";
    /// The poke stream (server-sent events).
    pub const EVENTS: &str = "/v1/events";
    /// The principal behind the token.
    pub const ME: &str = "/v1/me";
    /// The contract as an `OpenAPI` document; no token needed.
    pub const OPENAPI: &str = "/v1/openapi.json";
    /// Counts and sums by kind, to compare a cache with the server.
    pub const DIGEST: &str = "/v1/digest";
}

/// The version of the contract that this program speaks.
pub const API_VERSION: u32 = 1;

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Stays the same for the life of a server's data.
    pub server_id: String,
    /// Changes when the server was restored from a backup.
    pub epoch: String,
    /// Contract versions it speaks.
    pub api: ApiRange,
    /// Its clock.
    pub server_time: Timestamp,
    /// Sizes it accepts.
    pub limits: Limits,
    /// How long deletions stay in the feed, in days.
    pub tombstone_days: u32,
    /// How long command ids are remembered, in days.
    pub idempotency_days: u32,
}

/// A range of contract versions, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRange {
    /// Lowest version.
    pub min: u32,
    /// Highest version.
    pub max: u32,
}

/// Sizes that a server accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Commands in one batch.
    pub commands_per_batch: usize,
    /// Bytes of one batch.
    pub batch_bytes: usize,
    /// Bytes of one record.
    pub record_bytes: usize,
    /// Bytes of one page of changes.
    pub page_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            commands_per_batch: 1_000,
            batch_bytes: 1 << 20,
            record_bytes: 256 << 10,
            page_bytes: 4 << 20,
        }
    }
}

/// The principal behind a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The user's id.
    pub user: String,
    /// The user's role as text: roles are an open set.
    pub role: String,
    /// What the token may do.
    pub scopes: Vec<String>,
    /// When the token ends.
    pub expires_at: Option<Timestamp>,
}

/// A record as the server sends it: live, deleted, or gone from this principal's view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Wire name of the kind; unknown kinds are kept as they are.
    pub kind: String,
    /// Id of the record.
    pub id: String,
    /// Counts the changes of this record, from 1.
    #[serde(default)]
    pub version: u64,
    /// Position in the server's sequence.
    pub seq: u64,
    /// When it was last changed, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Which user changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
    /// The fields, unknown ones included.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Json>,
    /// For each field the record version that last changed it; a field that is not named here was last
    /// changed by the creation, version 1.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fv: Map<String, Json>,
    /// The record was deleted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// The record left this principal's view.
    #[serde(default, skip_serializing_if = "is_false")]
    pub left: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// One page of the feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangesPage {
    /// Records in the order of their sequence, each at most once.
    pub changes: Vec<Row>,
    /// Where the next page begins; opaque.
    pub cursor: String,
    /// Whether there is a next page now.
    pub more: bool,
    /// The newest sequence of the server.
    pub head: u64,
    /// The sequence up to which this page is complete for this principal.
    pub seq: u64,
    /// The page ends where the records are no whole state: inside a transaction, or where a record that
    /// belongs to it has changed again later. Keep its rows aside until a page that says `false`.
    pub txn_open: bool,
}

/// What a principal sees at one position of the feed, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The position; comparable only with a cache that stands there.
    pub seq: u64,
    /// One entry for each kind of which there are records.
    pub kinds: BTreeMap<String, KindDigest>,
}

/// The records of one kind, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindDigest {
    /// How many there are.
    pub count: u64,
    /// Wrapping sum of [`digest64`] over all of them, as 16 hexadecimal digits.
    #[serde(with = "hex64")]
    pub sum: u64,
}

impl KindDigest {
    /// Adds a record.
    pub fn add(&mut self, id: &str, version: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(digest64(id, version));
    }
}

/// Hashes id and version of a record for [`KindDigest`]: FNV-1a (64 bits) over the id, a zero byte and the
/// version in big-endian order. Both sides compute it; it guards against accidents, not against forgery.
pub fn digest64(id: &str, version: u64) -> u64 {
    let bytes = id
        .bytes()
        .chain(std::iter::once(0))
        .chain(version.to_be_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

mod hex64 {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    pub(super) fn serialize<S: Serializer>(sum: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{sum:016x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

/// One edit, made by a client, with an id that makes it happen at most once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// `UUIDv7` made by the client; the key of idempotency.
    pub cmd: String,
    /// Wire name of the kind.
    pub kind: String,
    /// Id of the record.
    pub id: String,
    /// What to do.
    pub op: Op,
    /// The version that the edit was made on; absent for a creation. A creation that names the version at which
    /// the record was deleted brings it back under its own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    /// The change.
    #[serde(flatten)]
    pub patch: Patch,
    /// The user has seen the other side's value of these fields and chose this one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mine: bool,
    /// When it was made, by the client's clock; orders nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A batch of commands in the order in which they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Id of the cache that sends it.
    pub client: String,
    /// The commands.
    pub batch: Vec<Command>,
    /// Whether all are applied or none.
    #[serde(default)]
    pub atomic: bool,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Applied as it was.
    Applied,
    /// Applied beside other people's changes of other fields.
    Merged,
    /// Nothing had to change.
    Noop,
    /// Had been applied before; the first result stands.
    Duplicate,
    /// Someone else changed the same field; nothing was applied.
    Conflict,
    /// The record would not be valid.
    Rejected,
    /// The principal may see the record but not do this.
    Forbidden,
    /// There is no such record in the principal's view.
    NotFound,
    /// The record was deleted.
    Gone,
    /// The id was used before for another command.
    Reused,
    /// An earlier command of this batch on the same record failed.
    Blocked,
}

impl Status {
    /// Tells whether the command has taken effect and can be settled.
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::Applied | Self::Merged | Self::Noop | Self::Duplicate
        )
    }
}

/// The answer to one command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandResult {
    /// The command's id.
    pub cmd: String,
    /// What became of it.
    pub status: Status,
    /// The record's version afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The sequence at which the effect is in the feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The fields in conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// In a conflict, the version that the edit was made on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    /// In a conflict, the id of the user who changed these fields last, where the server still knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
    /// In a conflict, when that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// The server's record: after a merge, in a conflict, or the last version of a deleted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Row>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// The answers to a batch, in its order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchReply {
    /// One result a command.
    pub results: Vec<CommandResult>,
    /// The newest sequence of the server.
    pub head: u64,
    /// The server's clock.
    pub server_time: Timestamp,
}

/// The poke of the event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The newest sequence of the server.
    pub seq: u64,
}

/// A refusal in the form of RFC 9457.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable URN such as `urn:cnm:problem:cursor-expired`; see [`problem`].
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What exactly happened.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The id of the request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instance: String,
    /// The fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The present epoch, with `epoch-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The sequence to which the server was restored, with `epoch-changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_seq: Option<u64>,
}

/// One wrong field of a refused record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON pointer to the field.
    pub pointer: String,
    /// A stable word for the fault.
    pub code: String,
    /// The fault in words.
    pub detail: String,
}

/// The types of [`Problem`].
pub mod problem {
    /// The token is missing, unknown, revoked or over.
    pub const INVALID_TOKEN: &str = "urn:cnm:problem:invalid-token";
    /// The token lacks a right.
    pub const FORBIDDEN: &str = "urn:cnm:problem:forbidden";
    /// There is no such thing in the principal's view.
    pub const NOT_FOUND: &str = "urn:cnm:problem:not-found";
    /// The request cannot be read.
    pub const MALFORMED: &str = "urn:cnm:problem:malformed";
    /// The cursor was not made by this server or was changed.
    pub const BAD_CURSOR: &str = "urn:cnm:problem:bad-cursor";
    /// The cursor is older than the oldest deletion that is kept.
    pub const CURSOR_EXPIRED: &str = "urn:cnm:problem:cursor-expired";
    /// The server was restored or is another one.
    pub const EPOCH_CHANGED: &str = "urn:cnm:problem:epoch-changed";
    /// The principal's role or team changed.
    pub const SCOPE_CHANGED: &str = "urn:cnm:problem:scope-changed";
    /// A version that was asked for is not the present one.
    pub const PRECONDITION: &str = "urn:cnm:problem:precondition-failed";
    /// A version must be named.
    pub const PRECONDITION_REQUIRED: &str = "urn:cnm:problem:precondition-required";
    /// The body is too large.
    pub const TOO_LARGE: &str = "urn:cnm:problem:too-large";
    /// The record would not be valid.
    pub const INVALID: &str = "urn:cnm:problem:invalid";
    /// A command id was used for two commands.
    pub const REUSED: &str = "urn:cnm:problem:reused";
    /// Too many requests.
    pub const RATE_LIMITED: &str = "urn:cnm:problem:rate-limited";
    /// The server failed.
    pub const INTERNAL: &str = "urn:cnm:problem:internal";
    /// The server cannot store anything now.
    pub const UNAVAILABLE: &str = "urn:cnm:problem:unavailable";
    /// Someone else changed the same field.
    pub const CONFLICT: &str = "urn:cnm:problem:conflict";
    /// The record was deleted.
    pub const GONE: &str = "urn:cnm:problem:gone";
    /// An earlier command of the batch, on which this one builds, failed.
    pub const BLOCKED: &str = "urn:cnm:problem:blocked";
    /// The path does not know this method.
    pub const METHOD: &str = "urn:cnm:problem:method-not-allowed";
    /// The body is not JSON.
    pub const MEDIA_TYPE: &str = "urn:cnm:problem:unsupported-media-type";
    /// The address of the request is too long.
    pub const URI_TOO_LONG: &str = "urn:cnm:problem:uri-too-long";
    /// The headers of the request are too large.
    pub const HEADERS_TOO_LARGE: &str = "urn:cnm:problem:headers-too-large";
    /// The body did not arrive in time.
    pub const TIMEOUT: &str = "urn:cnm:problem:timeout";
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ({})", self.title, self.status)?;
        if !self.detail.is_empty() {
            write!(out, ": {}", self.detail)?;
        }
        Ok(())
    }
}
