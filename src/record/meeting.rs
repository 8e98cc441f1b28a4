//! Meetings and the busy blocks of people's calendars.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::field::LongText;
use super::{AnyRef, Audience, Derived, Id, Lead, Message, Network, Person, Record, Thread, User};

open_enum! {
    /// How firm a meeting is.
    MeetingState {
        /// Offered to the others.
        Proposed = "proposed",
        /// The time is kept free until `expires_at`.
        Held = "held",
        /// Agreed.
        Confirmed = "confirmed",
        /// Declined.
        Declined = "declined",
        /// Was kept free until it expired, or until another time was agreed.
        Released = "released",
    }
}

/// Someone who is asked to a meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attendee {
    /// The person.
    pub person: Id<Person>,
    /// Whether the meeting makes no sense without them.
    pub required: bool,
}
impl Default for Attendee {
    fn default() -> Self {
        Self {
            person: Id::default(),
            required: true,
        }
    }
}
json_item!(Attendee);

record! {
    /// A meeting, from a proposal to a confirmed date.
    Meeting ("meeting", "meetings") audience Audience::Users(&["owner", "shared_with"]);
    columns ["start", "title", "state", "network"];
    /// What it is about.
    title: String,
    /// When it starts.
    start: Option<Timestamp>,
    /// When it ends.
    end: Option<Timestamp>,
    /// IANA zone in which it was arranged.
    zone: String,
    /// Who is asked.
    attendees: Vec<Attendee>,
    /// How firm it is.
    state: MeetingState,
    /// When a hold is released by itself.
    expires_at: Option<Timestamp>,
    /// Who arranged it.
    owner: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// The CN it is about.
    network: Option<Id<Network>>,
    /// The lead it is about.
    lead: Option<Id<Lead>>,
    /// The thread in which it is arranged.
    thread: Option<Id<Thread>>,
    /// What the times of one proposal share: when one is agreed, the others are released.
    proposal: String,
    /// What the meetings of one series share.
    series: String,
    /// Where the notes are.
    notes_url: String,
    /// What to prepare, or what was said.
    agenda: LongText,
    /// The message that asked for it.
    origin: Option<Id<Message>>,
}

impl Meeting {
    /// Tells whether it takes people's time at a moment: agreed, or kept free and not expired yet.
    pub fn takes_time(&self, now: Timestamp) -> bool {
        match self.state {
            MeetingState::Confirmed => true,
            MeetingState::Held => !self.has_expired(now),
            _ => false,
        }
    }

    /// Tells whether it was kept free until a moment that has come.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let waits = matches!(self.state, MeetingState::Held | MeetingState::Proposed);
        waits && self.expires_at.is_some_and(|at| at <= now)
    }

    /// Tells whether it is off: declined, released or expired.
    pub fn is_off(&self, now: Timestamp) -> bool {
        let off = matches!(self.state, MeetingState::Declined | MeetingState::Released);
        off || self.has_expired(now)
    }
}

impl Record for Meeting {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn at(&self) -> Option<Timestamp> {
        self.start
    }
}

record! {
    /// A stretch of time in which a person cannot meet.
    BusyBlock ("busy block", "busy blocks") audience Audience::Everyone;
    columns ["start", "end", "person", "title"];
    /// Whose time it is.
    person: Option<Id<Person>>,
    /// Start.
    start: Option<Timestamp>,
    /// End.
    end: Option<Timestamp>,
    /// What it is, if that may be known.
    title: String,
    /// Where it was read from.
    source: String,
}

impl Record for BusyBlock {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn parent(&self) -> Option<AnyRef> {
        self.person.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        self.start
    }
}
