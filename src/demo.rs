//! Layer 8: the deterministic morning; the same seed gives the same bytes, ids included.
//!
//! The data is the working set of a CNM called Ana at half past eight on a Tuesday: three hundred
//! messages in 118 threads since the evening before, 24 CNs, 63 leads, 41 open follow-ups, 2,400
//! creators with ninety days of figures, and the smaller books of three team-mates under one Growth
//! Lead. [`generate`] hands it out in transactions, what a console needs first coming first.
//!
//! * Conversations are written in `texts`, with places for names and numbers; [`Options::seed`] decides
//!   what fills them, who sends when, and every id.
//! * [`Options::scale`] multiplies the past (threads that were dealt with, closed leads, done
//!   follow-ups, earlier months of figures) and leaves the open working set as it is.
//! * Every name is invented.

mod agenda;
mod book;
mod calendar;
mod chance;
mod craft;
mod duties;
mod fill;
mod goals;
mod history;
mod inbox;
mod names;
mod offices;
mod past;
mod performers;
mod pipeline;
mod points;
mod script;
mod series;
mod stream;
mod texts;
mod vocabulary;
mod world;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use crate::record::{Id, Kind, Message, Record, Role, Thread, User};

pub use stream::generate;

/// What to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Decides every name, number, time and id.
    pub seed: u64,
    /// The moment at which the console is opened.
    pub now: Timestamp,
    /// How much past there is: 1 is a quarter of figures and two months of old conversations; every
    /// further step adds about twenty thousand records, so that 45 makes a million.
    pub scale: u32,
}

impl Default for Options {
    /// Half past eight on Tuesday, 17 November 2026, in Los Angeles.
    fn default() -> Self {
        let opened = SignedDuration::from_secs(1_794_933_000);
        Self {
            seed: 7,
            now: Timestamp::UNIX_EPOCH
                .checked_add(opened)
                .unwrap_or(Timestamp::UNIX_EPOCH),
            scale: 1,
        }
    }
}

/// One record as the backend stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Filed {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its fields as they stand on the wire.
    pub fields: Map<String, Json>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who changed it.
    pub updated_by: String,
}

/// Records that are stored together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transaction {
    /// The records, parents before their children.
    pub records: Vec<Filed>,
}

/// What a message of the morning is, as a reader would call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Talk in a group that needs no answer.
    GroupTalk,
    /// A notice of a bot or a system.
    Notice,
    /// A thank-you, an emoji, a post that went to several groups.
    Acknowledgement,
    /// A question that a sentence answers.
    Question,
    /// A question for a figure.
    Figure,
    /// A request with a deadline.
    Deadline,
    /// A request to approve.
    Approval,
    /// A CN needs help.
    Support,
    /// Something went wrong for a creator.
    Incident,
    /// A CN talks about its results.
    Performance,
    /// Someone wants to become a CN.
    NewLead,
    /// A lead moves, or does not.
    LeadProgress,
    /// A CN answers to a campaign.
    Campaign,
    /// Someone wants to meet.
    Meeting,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing is to be decided.
    Done,
    /// An answer is sent.
    Reply,
    /// A colleague gets it as a follow-up.
    Delegate,
    /// A follow-up is made.
    FollowUp,
    /// It is approved.
    Approve,
    /// It is refused with a reason.
    Reject,
    /// It is put off: until a meeting, or until the day that the lead names.
    Snooze,
    /// A pain point is logged.
    Pain,
    /// An incident and its follow-up are opened.
    OpenIncident,
    /// An incident that cannot wait is opened, its follow-up due today.
    OpenUrgentIncident,
    /// A coaching action is made.
    Coach,
    /// A lead is made.
    CreateLead,
    /// It belongs to a lead that exists already.
    MergeLead,
    /// The lead moves one stage on.
    Advance,
    /// The lead is lost.
    Lose,
    /// The CN takes part.
    Join,
    /// The CN does not take part.
    Decline,
    /// Times to meet are offered.
    ProposeSlots,
    /// An invitation is accepted.
    Accept,
    /// An invitation is declined.
    Refuse,
}

/// What the generator knows of a message of the morning; it stands nowhere in the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The message.
    pub message: Id<Message>,
    /// Its thread.
    pub thread: Id<Thread>,
    /// What it is.
    pub class: Class,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The words of the text that say by when; empty where there are none.
    pub due: String,
}

/// Returns what each of the three hundred messages is and what becomes of it. For tests only: a console
/// that reads it proves nothing.
pub fn answer_key(options: &Options) -> Vec<Answer> {
    inbox::write(&world::World::new(options)).answers
}

/// One of the people for whom a token can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The user's id.
    pub user: Id<User>,
    /// The full name.
    pub name: String,
    /// The role.
    pub role: Role,
}

/// The users of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The CNM who opens the demo.
    pub ana: Player,
    /// The Growth Lead, who sees all four books.
    pub lead: Player,
    /// Ana's three team-mates.
    pub mates: Vec<Player>,
}

/// Returns the users of the demo; their ids depend on the seed and on the moment.
pub fn cast(options: &Options) -> Cast {
    let world = world::World::new(options);
    let player = |index: usize| {
        let (id, user) = &world.users[index];
        Player {
            user: id.clone(),
            name: user.name.clone(),
            role: user.role.clone(),
        }
    };
    Cast {
        ana: player(0),
        lead: player(world::LEAD),
        mates: (1..world::LEAD).map(player).collect(),
    }
}

/// Writes a typed record in the form in which it is stored.
fn filed<R: Record>(id: &Id<R>, record: &R, at: Timestamp, by: &Id<User>) -> Filed {
    let fields = match serde_json::to_value(record) {
        Ok(Json::Object(fields)) => fields,
        // A record is a struct of serialisable fields: there is no other case.
        _ => Map::new(),
    };
    Filed {
        kind: R::KIND,
        id: id.as_str().to_owned(),
        fields,
        updated_at: at,
        updated_by: by.as_str().to_owned(),
    }
}
