//! Messages of a thread, incoming and outgoing.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::field::LongText;
use super::{AnyRef, Audience, Derived, FieldInfo, FieldType, Id, Person, Record, Thread, Value};

open_enum! {
    /// Which way a message goes.
    Direction {
        /// From others to us.
        In = "in",
        /// From us to others.
        Out = "out",
    }
}

open_enum! {
    /// What a message is made of.
    MessageKind {
        /// Plain text.
        Text = "text",
        /// A long formatted post.
        Post = "post",
        /// A card with buttons, mostly from a bot.
        Card = "card",
        /// A picture.
        Image = "image",
        /// A file.
        File = "file",
        /// A sticker or a lone emoji.
        Sticker = "sticker",
        /// A voice message.
        Voice = "voice",
        /// Several messages forwarded as one.
        MergeForward = "merge_forward",
        /// A link to a document.
        DocLink = "doc_link",
        /// A line written by the channel itself.
        System = "system",
    }
}

open_enum! {
    /// How far an outgoing message has come.
    MessageState {
        /// Waits for its `send_at`; can be cancelled.
        Queued = "queued",
        /// Left the backend.
        Sent = "sent",
        /// Taken back before it left.
        Cancelled = "cancelled",
        /// The channel refused it.
        Failed = "failed",
    }
}

/// A file or a picture that came with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// File name as it came.
    pub name: String,
    /// Media type.
    pub media: String,
    /// Size in bytes.
    pub bytes: i64,
    /// Where it can be opened.
    pub url: String,
}
json_item!(Attachment);

record! {
    /// One message of a thread.
    Message ("message", "messages") audience Audience::Parent("thread");
    columns ["sent_at", "sender_name", "kind", "text"];
    /// The thread it belongs to.
    thread: Option<Id<Thread>>,
    /// Which way it goes.
    direction: Direction,
    /// Who sent it.
    sender: Option<Id<Person>>,
    /// The sender's name as the channel showed it at that time.
    sender_name: String,
    /// When it was sent, by the sender's clock.
    sent_at: Option<Timestamp>,
    /// When it was last edited.
    edited_at: Option<Timestamp>,
    /// When it was taken back.
    recalled_at: Option<Timestamp>,
    /// Language, as a BCP 47 tag; empty when there is none.
    lang: String,
    /// What it is made of.
    kind: MessageKind,
    /// Its text, exactly as it came.
    text: LongText,
    /// A translation that came with it.
    translation: LongText,
    /// Files and pictures.
    attachments: Vec<Attachment>,
    /// Whether it names the owner of the thread.
    mentions_me: bool,
    /// The message that it answers.
    reply_to: Option<Id<Message>>,
    /// How far an outgoing message has come.
    state: MessageState,
    /// When an outgoing message leaves.
    send_at: Option<Timestamp>,
    /// Promises in it, by their words, that became follow-ups or were dismissed.
    promises_settled: Vec<String>,
}

impl Record for Message {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[Derived {
        info: FieldInfo {
            name: "age",
            help: "Time since it was sent.",
            ty: FieldType::Span,
        },
        get: |message, view| {
            message
                .sent_at
                .map_or(Value::Empty, |at| Value::Span(view.now.duration_since(at)))
        },
    }];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.text.lines().next().unwrap_or(""))
    }
    fn is_open(&self) -> bool {
        false
    }
    fn parent(&self) -> Option<AnyRef> {
        self.thread.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        self.sent_at
    }
}
