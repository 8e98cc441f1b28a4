//! Layer 2: what the core may ask of the world, and what the world answers.
//!
//! The core never touches a file, a socket or a clock. It returns [`Effect`]s; the runtime carries them out
//! and sends the answers back as messages built from the types here. The command line uses the same types
//! without a screen.

mod program;

pub use program::{End, OUTPUT_MAX, OutputTo, Program, Purpose, Ran};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::record::{AnyRef, Kind, Op, Patch};

/// One edit of one record, as it goes to the outbox and later to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The command's id (`UUIDv7`), the key of idempotency.
    pub cmd: String,
    /// Kind of the record.
    pub kind: Kind,
    /// Id of the record.
    pub id: String,
    /// What is done to it.
    pub op: Op,
    /// The version of the record on screen when the edit was made; absent for a creation. A creation that has
    /// one brings a deleted record back under its own id.
    pub base: Option<u64>,
    /// The change; for a creation all fields are set.
    pub patch: Patch,
    /// The touched fields as they were before: what undo restores and what a conflict shows as the base.
    pub before: Map<String, Json>,
}

impl Edit {
    /// Returns the title of the record as the edit knows it, unsanitised; nothing where it knows too little.
    pub fn title(&self) -> Option<String> {
        let mut fields = self.before.clone();
        self.patch.apply(&mut fields);
        self.kind.title_of(&fields)
    }
}

/// Everything that one key press changed: it is saved, undone and redone as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The batch's id.
    pub id: String,
    /// What it did, for the status line: `done ×6`.
    pub label: String,
    /// When it was made.
    pub at: Timestamp,
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// Whether it is an ordinary batch or takes another one back.
    pub role: BatchRole,
}

/// How a batch stands in the undo log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchRole {
    /// The user did something new.
    Edit,
    /// The user settled a conflict or a refused edit.
    Choice {
        /// The command of the edit that was settled.
        cmd: String,
        /// Whether the server's values stand: then the edits of the batch only tell how to take it back.
        theirs: bool,
    },
    /// Takes back the batch with this id.
    Undo(String),
    /// Does again the batch with this id, which had been taken back.
    Redo(String),
    /// The console did it by itself because its time had come: nobody takes it back.
    Aside,
}

/// Where a row stands between this console and the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowState {
    /// As the server has it.
    #[default]
    Clean,
    /// With an edit that the server has not confirmed yet.
    Pending,
    /// With an edit that the server refused because someone else changed the same field.
    Conflict,
    /// With an edit that the server refused for another reason.
    Refused,
}

/// A row of the cache as the screen should show it: the server's state with the outbox replayed on top.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheRow {
    /// Kind of the record.
    pub kind: Kind,
    /// Id of the record.
    pub id: String,
    /// Version of the server's state; 0 for a record that exists only here.
    pub version: u64,
    /// Where it stands between here and the server.
    pub state: RowState,
    /// The fields as JSON text, unknown ones included.
    pub fields: String,
}

/// A change of the cached state that the screen has to follow.
#[derive(Clone, Debug, PartialEq)]
pub enum CacheChange {
    /// The row is new or changed.
    Upsert(CacheRow),
    /// The row is gone: deleted, or out of this user's view.
    Remove(Kind, String),
}

/// What to read from the cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Load {
    /// The open records of these kinds.
    Working(Vec<Kind>),
    /// The records of a kind that hang under a parent, newest last, at most this many of the newest.
    Children {
        /// The parent.
        parent: AnyRef,
        /// The kind of its children.
        kind: Kind,
        /// At most this many.
        limit: usize,
    },
    /// The records of a kind that hang under the children of a parent, of the time since an instant, at most this
    /// many of the newest: the figures of the creators of a CN.
    Below {
        /// The parent.
        parent: AnyRef,
        /// The kind of its children.
        through: Kind,
        /// The kind of what hangs under them.
        kind: Kind,
        /// From when on.
        since: Timestamp,
        /// At most this many.
        limit: usize,
    },
    /// The messages of all open threads that came after the thread was last dealt with, oldest first.
    Unhandled,
    /// Single records.
    Records(Vec<AnyRef>),
    /// All records of a kind, open or not, at most this many, newest first.
    All {
        /// The kind.
        kind: Kind,
        /// At most this many.
        limit: usize,
    },
    /// The records of a kind that belong to the time since an instant, open or not, at most this many,
    /// newest first.
    Since {
        /// The kind.
        kind: Kind,
        /// From when on.
        since: Timestamp,
        /// At most this many.
        limit: usize,
    },
    /// Full-text search over everything, newest first.
    Search {
        /// The words.
        text: String,
        /// At most this many.
        limit: usize,
    },
}

/// An edit that waits, failed or conflicts, for the outbox and conflicts views.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// Position in the queue.
    pub number: i64,
    /// The edit.
    pub edit: Edit,
    /// The batch it belongs to.
    pub batch: String,
    /// When it was made.
    pub at: Timestamp,
    /// How far it has come.
    pub state: OutboxState,
    /// How often it was sent without an answer.
    pub attempts: u32,
}

/// How far an edit has come.
#[derive(Clone, Debug, PartialEq)]
pub enum OutboxState {
    /// Not sent yet, or sent with unknown outcome.
    Queued,
    /// The server has it; the mirror has not caught up yet.
    Acked {
        /// The sequence at which it is in the feed.
        seq: u64,
    },
    /// Someone else changed the same fields.
    Conflict(Box<Conflict>),
    /// The server refused it: not valid, not allowed, or the record is gone.
    Refused {
        /// The reason in words.
        why: String,
        /// The server's record, where it sent one.
        server: Option<Box<CacheRow>>,
    },
    /// Waits behind an earlier edit of the same record that failed.
    Blocked,
    /// Its row in the file cannot be read: it is not sent.
    Damaged {
        /// What is wrong and what to do.
        what: String,
        /// What was read of it, where that is no edit; it may be anything.
        read: String,
    },
}

impl OutboxState {
    /// Says in a word how far the edit has come.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Acked { .. } => "sent",
            Self::Conflict(_) => "conflict",
            Self::Refused { .. } => "refused",
            Self::Blocked => "blocked",
            Self::Damaged { .. } => "damaged",
        }
    }

    /// Returns why the server refused it, or why it cannot be sent.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Refused { why, .. } => Some(why),
            Self::Damaged { what, .. } => Some(what),
            _ => None,
        }
    }
}

/// The two sides of a conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The fields that both sides changed, with all three values; `None` is empty.
    pub fields: Vec<ConflictField>,
    /// The server's version that holds their values.
    pub version: u64,
    /// The user who changed it on the server.
    pub changed_by: Option<String>,
    /// When they changed it, by the server's clock.
    pub changed_at: Option<Timestamp>,
    /// The record was deleted on the server.
    pub deleted: bool,
}

/// One field of a conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictField {
    /// Name of the field.
    pub name: String,
    /// The value that both sides started from.
    pub base: Option<Json>,
    /// My value.
    pub mine: Option<Json>,
    /// The value on the server.
    pub theirs: Option<Json>,
}

/// How the user settles a conflict or a refused edit.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// Send my values again, on top of the version that I have seen.
    Mine,
    /// Drop my values; the server's stand.
    Theirs,
    /// Send these values instead.
    Edited(Patch),
}

/// How the console stands to its server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncStatus {
    /// The state of the line.
    pub line: Line,
    /// When the cache was last known to be up to date.
    pub synced_at: Option<Timestamp>,
    /// Edits that the server has not confirmed.
    pub queued: usize,
    /// Edits in conflict.
    pub conflicts: usize,
    /// Edits that were refused.
    pub refused: usize,
    /// Rows received so far while a first sync runs.
    pub loading: Option<u64>,
}

impl SyncStatus {
    /// Tells whether the cache has never been whole: records are missing that the server has.
    pub fn is_partial(&self) -> bool {
        let away = matches!(self.line, Line::Offline { .. } | Line::Refused { .. });
        self.loading.is_some() || (away && self.synced_at.is_none())
    }
}

/// The state of the line to the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Line {
    /// Nothing has been tried yet.
    #[default]
    Starting,
    /// Connected; pokes arrive by stream.
    Live,
    /// Connected; the console asks now and then because the stream does not get through.
    Polling,
    /// Not reachable.
    Offline {
        /// Why, in a sentence with what, where and what to do.
        why: String,
    },
    /// The server answers but refuses: bad token, wrong address, version.
    Refused {
        /// Why, in a sentence with what, where and what to do.
        why: String,
    },
    /// Another console on the same cache does the sending.
    Follower,
    /// No server is configured.
    Unconfigured,
}

/// Export files to be read and compared with the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// The files, in the order in which they are read.
    pub files: Vec<String>,
    /// The CN of creators that are not known yet.
    pub network: Option<String>,
    /// When the exports were made, where the user said so.
    pub exported_at: Option<Timestamp>,
    /// Whether the files hold all creators of their CNs, however few they are.
    pub whole: bool,
}

/// Whose calendar a file is, and how it is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word that the command takes, and any may be given with any other"
)]
pub struct CalendarRequest {
    /// The contact whose calendar it is.
    pub person: String,
    /// Whether the titles of the events are kept.
    pub titles: bool,
    /// The name under which it is kept, instead of its own.
    pub called: Option<String>,
    /// Whether it takes the place of what was kept under that name, however different that is.
    pub replace: bool,
    /// Whether events of whole days block time too, unless they say that they do not.
    pub whole_days: bool,
    /// Whether every event that was left out is named, however many there are.
    pub verbose: bool,
}

/// What the runtime is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Commit a batch to the outbox.
    Save(Batch),
    /// Read from the cache; the answer names the request again.
    Load(Load),
    /// Read the outbox for its view.
    LoadOutbox,
    /// Settle a conflict or a refused edit.
    Resolve {
        /// The command in question.
        cmd: String,
        /// What to do with it.
        resolution: Resolution,
        /// The batch of a choice that was taken back and is made again.
        again: Option<String>,
    },
    /// Take an edit that was not sent yet out of the queue; it is logged, not lost silently.
    Discard {
        /// The command in question.
        cmd: String,
    },
    /// Keep what is being typed, so that it survives a crash; empty text forgets it.
    Draft {
        /// What is being written, for example `reply:THREAD`.
        key: String,
        /// The text so far.
        text: String,
    },
    /// Give the words of a reply back to the draft because it was taken back, or take them out of it because it is
    /// sent after all; what else was written there stays.
    Redraft {
        /// What is being written, for example `reply:THREAD`.
        key: String,
        /// The words of the reply.
        words: String,
        /// Whether they come back.
        back: bool,
    },
    /// Sync now.
    Sync,
    /// Read the undo log again.
    LoadUndo {
        /// Also where no other program has written to it since it was read last.
        whole: bool,
    },
    /// Edit a text in `$EDITOR`; the answer names the purpose again.
    Editor {
        /// What the text is for.
        purpose: String,
        /// What to begin with.
        text: String,
    },
    /// Put a text on the clipboard.
    Copy(String),
    /// Open an address in the browser.
    Open(String),
    /// Wake the core at this instant.
    WakeAt(Timestamp),
    /// Write a text to a file that the user named.
    Export {
        /// Where to.
        path: String,
        /// What.
        text: String,
    },
    /// Run a program of the user's; the answer names the purpose again.
    Exec(Box<Program>, Purpose),
    /// Tell the user something through the terminal, also while another window has the keys.
    Notify {
        /// What it is about.
        title: String,
        /// What it says.
        text: String,
    },
    /// Keep a macro under a name; without a text it is forgotten.
    KeepMacro {
        /// The name.
        name: String,
        /// Its command lines.
        text: Option<String>,
    },
    /// Answer what came over the socket, once everything before it is on the disk.
    Answer {
        /// Who asked.
        id: u64,
        /// The answer as JSON.
        text: String,
    },
    /// Say when everything before this was carried out, for whoever asked over the socket.
    Follow(u64),
    /// Read a calendar file; the answer names file and request again.
    ReadCalendar {
        /// The file.
        path: String,
        /// Whose it is, and how it is taken.
        request: CalendarRequest,
    },
    /// Read export files and say what they would change; nothing is changed.
    Import(ImportRequest),
    /// Read config, keymap and theme again.
    Reload,
    /// Read a theme by its name.
    Theme(String),
    /// Stop the program and give the terminal back for a while (Ctrl-Z).
    Suspend,
    /// Leave.
    Quit,
}

/// Returns a draft after the words of a reply came back into it, or left it again.
pub fn redraft(draft: &str, words: &str, back: bool) -> String {
    let rest = draft.strip_prefix(words);
    match (back, rest) {
        (true, None) if draft.trim().is_empty() => words.to_owned(),
        (true, None) => format!("{words}\n\n{draft}"),
        (false, Some(rest)) => rest.trim_start_matches('\n').to_owned(),
        (true, Some(_)) | (false, None) => draft.to_owned(),
    }
}
