//! Promises found in what I sent, offered as follow-ups until they are taken or dismissed.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::list::World;
use crate::record::{Direction, FollowUp, FollowUpKind, Id, Kind, Message, MessageState, Thread};
use crate::triage::{Promise, promises};

/// For how long a promise that was found is offered.
pub const OFFERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A promise in a message of mine that is neither a follow-up nor dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The message.
    pub message: Id<Message>,
    /// Its thread.
    pub thread: Option<Id<Thread>>,
    /// When it was sent; the words about time are read against that moment.
    pub sent_at: Timestamp,
    /// The words that say when, as they stand in the text.
    pub quote: String,
    /// The time alone, for the reader of date phrases.
    pub due: String,
    /// The sentence or line in which it stands.
    pub words: String,
    number: usize,
}

impl Offer {
    /// Returns the key of its row: the message, and which of its promises it is.
    pub fn key(&self) -> String {
        format!("{}#{}", self.message, self.number)
    }
}

/// Finds the promises that are to be offered, the newest first.
pub fn offers(world: &World) -> Vec<Offer> {
    Offers::default().find(world)
}

/// The offers, kept until a message or a follow-up changes.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    made_of: Option<MadeOf>,
    /// What I sent lately, with what it promises.
    read: HashMap<Id<Message>, (String, Vec<Promise>)>,
    list: Vec<Offer>,
}

impl Offers {
    /// Returns the offers, the newest first.
    pub fn list(&self) -> &[Offer] {
        &self.list
    }

    /// Finds the offer of a row.
    pub fn of(&self, key: &str) -> Option<&Offer> {
        self.list.iter().find(|offer| offer.key() == key)
    }

    /// Looks again, if anything changed: at the messages that did, unless nobody knows which.
    pub fn follow(&mut self, world: &World) {
        let now = MadeOf::of(world);
        if self.made_of.as_ref() != Some(&now) {
            self.list = self.find(world);
            self.made_of = Some(now);
        }
    }

    fn find(&mut self, world: &World) -> Vec<Offer> {
        let since = world.view.now - OFFERED;
        let table = world.table::<Message>();
        let known = self.made_of.as_ref().filter(|made_of| {
            // Who I am decides what is mine.
            made_of.users == world.revision(Kind::User)
        });
        let changed = known.and_then(|known| world.changed_since(Kind::Message, known.messages));
        if let Some(ids) = changed {
            let ids: HashSet<&str> = ids.collect();
            for id in ids {
                self.look_at(world, &Id::new(id), since);
            }
        } else {
            let kept: HashSet<Id<Message>> = self.read.keys().cloned().collect();
            for id in kept {
                self.look_at(world, &id, since);
            }
            for (id, message) in table.records() {
                if is_mine(world, message, since) {
                    self.look_at(world, id, since);
                }
            }
        }
        let mut found = Vec::new();
        for (id, (text, made)) in &self.read {
            let Some(message) = world.get(id) else {
                continue;
            };
            let Some(sent_at) = message.sent_at.filter(|at| *at >= since) else {
                continue;
            };
            for (number, promise) in made.iter().enumerate() {
                if message.promises_settled.contains(&promise.quote)
                    || is_kept(world, id, message, promise)
                {
                    continue;
                }
                found.push(Offer {
                    message: id.clone(),
                    thread: message.thread.clone(),
                    sent_at,
                    quote: promise.quote.clone(),
                    due: promise.due.clone(),
                    words: line_of(text, promise),
                    number,
                });
            }
        }
        found.sort_by(|one, other| {
            (other.sent_at, &other.message, one.number).cmp(&(
                one.sent_at,
                &one.message,
                other.number,
            ))
        });
        found
    }

    /// Reads what a message promises, if it is mine, and forgets it if it is not, or not any more.
    fn look_at(&mut self, world: &World, id: &Id<Message>, since: Timestamp) {
        let message = world.get(id);
        let Some(message) = message.filter(|message| is_mine(world, message, since)) else {
            self.read.remove(id);
            return;
        };
        let known = self.read.get(id);
        if known.is_none_or(|(text, _)| *text != *message.text) {
            let text = message.text.to_string();
            let made = promises(&text);
            self.read.insert(id.clone(), (text, made));
        }
    }
}

/// What the offers were made from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MadeOf {
    messages: u64,
    follow_ups: u64,
    users: u64,
}

impl MadeOf {
    fn of(world: &World) -> Self {
        Self {
            messages: world.revision(Kind::Message),
            follow_ups: world.revision(Kind::FollowUp),
            users: world.revision(Kind::User),
        }
    }
}

/// Tells whether a message is one that I sent since, and that arrives.
fn is_mine(world: &World, message: &Message, since: Timestamp) -> bool {
    let by_me = world.me().is_some_and(|me| match &me.person {
        Some(person) => message.sender.as_ref() == Some(person),
        None => message.sender_name == me.name,
    });
    message.direction == Direction::Out
        && by_me
        && !matches!(
            message.state,
            MessageState::Cancelled | MessageState::Failed
        )
        && message.sent_at.is_some_and(|at| at >= since)
}

/// Tells whether a follow-up was made of the promise already, for example while the answer was written.
fn is_kept(world: &World, id: &Id<Message>, message: &Message, promise: &Promise) -> bool {
    world.table::<FollowUp>().records().any(|(_, follow_up)| {
        follow_up.kind == FollowUpKind::Promise
            && follow_up.quote.contains(&promise.quote)
            && (follow_up.origin.as_ref() == Some(id)
                || message
                    .thread
                    .as_ref()
                    .is_some_and(|thread| follow_up.refs.contains(&thread.link())))
    })
}

/// Returns the line in which a promise stands, at most 200 letters.
fn line_of(text: &str, promise: &Promise) -> String {
    let start = text
        .get(..promise.place.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next());
    line.unwrap_or_default().trim().chars().take(200).collect()
}
