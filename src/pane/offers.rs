//! Promises found in what I sent, offered as follow-ups until they are taken or dismissed.

use std::collections::HashMap;

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
    made_of: Option<(u64, u64)>,
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

    /// Looks again, if anything changed.
    pub(super) fn follow(&mut self, world: &World) {
        let now = (
            world.revision(Kind::Message),
            world.revision(Kind::FollowUp),
        );
        if self.made_of != Some(now) {
            self.made_of = Some(now);
            self.list = self.find(world);
        }
    }

    fn find(&mut self, world: &World) -> Vec<Offer> {
        let me = world.me();
        let since = world.view.now - OFFERED;
        let mut found = Vec::new();
        for (id, message) in world.table::<Message>().records() {
            let by_me = me.is_some_and(|me| match &me.person {
                Some(person) => message.sender.as_ref() == Some(person),
                None => message.sender_name == me.name,
            });
            let mine = message.direction == Direction::Out
                && by_me
                && !matches!(
                    message.state,
                    MessageState::Cancelled | MessageState::Failed
                );
            let Some(sent_at) = message.sent_at.filter(|at| mine && *at >= since) else {
                continue;
            };
            let known = self
                .read
                .get(id)
                .is_some_and(|(text, _)| *text == *message.text);
            if !known {
                let text = message.text.to_string();
                let made = promises(&text);
                self.read.insert(id.clone(), (text, made));
            }
            let Some((text, made)) = self.read.get(id) else {
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
