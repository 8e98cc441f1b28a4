//! Threads: conversations on any channel.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{
    Audience, Derived, FieldInfo, FieldType, Id, Lead, Network, Person, Record, User, Value,
};

open_enum! {
    /// Where a conversation takes place.
    Channel {
        /// A direct conversation in Lark.
        LarkDm = "lark_dm",
        /// A group in Lark.
        LarkGroup = "lark_group",
        /// A card from a Lark bot.
        LarkCard = "lark_card",
        /// A mention in a Lark document.
        LarkDoc = "lark_doc",
        /// The `WhatsApp` messenger.
        WhatsApp = "whatsapp",
        /// A Discord server.
        Discord = "discord",
        /// E-mail.
        Email = "email",
        /// A notice of the platform.
        Platform = "platform",
    }
}

open_enum! {
    /// Whether a thread still wants something.
    ThreadState {
        /// In the inbox.
        Open = "open",
        /// Out of sight until a time or an event.
        Snoozed = "snoozed",
        /// Dealt with up to `done_at`; a later message brings it back.
        Done = "done",
    }
}

open_enum! {
    /// Who moves next.
    WaitingOn {
        /// They wait for me.
        Me = "me",
        /// I wait for them.
        Them = "them",
        /// Nobody waits.
        Nobody = "none",
    }
}

open_enum! {
    /// The event that wakes a snoozed thread.
    WakeOn {
        /// A new message in the thread.
        Reply = "reply",
        /// The lead of the thread changes its stage.
        Stage = "stage",
        /// The sender's working day begins.
        TheirMorning = "their_morning",
    }
}

record! {
    /// A conversation on one channel.
    Thread ("thread", "threads") audience Audience::Users(&["owner", "assignee", "shared_with"]);
    columns ["age", "from", "network", "title", "sla"];
    /// Subject, name of the group, or the first words.
    title: String,
    /// Where it takes place.
    channel: Channel,
    /// Everyone in it.
    participants: Vec<Id<Person>>,
    /// The CN it is about.
    network: Option<Id<Network>>,
    /// The lead it is about.
    lead: Option<Id<Lead>>,
    /// Whether it still wants something.
    state: ThreadState,
    /// Everything up to this instant has been dealt with.
    done_at: Option<Timestamp>,
    /// When a snoozed thread comes back.
    snoozed_until: Option<Timestamp>,
    /// The event that brings a snoozed thread back earlier.
    wake_on: WakeOn,
    /// Whose inbox it came to.
    owner: Option<Id<User>>,
    /// Who deals with it.
    assignee: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// Who moves next.
    waiting_on: WaitingOn,
    /// When an answer is due by the service level.
    sla_due: Option<Timestamp>,
    /// Sender of the newest message.
    from: Option<Id<Person>>,
    /// The sender's name as the channel showed it.
    from_name: String,
    /// First words of the newest message.
    last_text: String,
    /// When the newest message was sent.
    last_at: Option<Timestamp>,
    /// Number of messages.
    messages: Option<i64>,
    /// Incoming messages since `done_at`.
    new: Option<i64>,
    /// Whether a message since `done_at` mentions the owner by name.
    mentions_me: bool,
}

impl Record for Thread {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[
        Derived {
            info: FieldInfo {
                name: "age",
                help: "Time since the newest message.",
                ty: FieldType::Span,
            },
            get: |thread, view| {
                thread
                    .last_at
                    .map_or(Value::Empty, |at| Value::Span(view.now.duration_since(at)))
            },
        },
        Derived {
            info: FieldInfo {
                name: "sla",
                help: "Time left until an answer is due; below zero when it is late.",
                ty: FieldType::Span,
            },
            get: |thread, view| {
                thread.sla_due.map_or(Value::Empty, |due| {
                    Value::Span(due.duration_since(view.now))
                })
            },
        },
    ];
    fn title(&self) -> Cow<'_, str> {
        if self.title.is_empty() {
            Cow::Borrowed(&self.last_text)
        } else {
            Cow::Borrowed(&self.title)
        }
    }
    fn is_open(&self) -> bool {
        self.state != ThreadState::Done
    }
    fn at(&self) -> Option<Timestamp> {
        self.last_at
    }
}
