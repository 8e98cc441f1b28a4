//! A thread, read once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::record::{Channel, Circle, Direction, Id, Message, MessageKind, Person, Thread};

use super::ask::{Ask, Reading, Seen};
use super::cue::folded;

/// Finds contacts by their ids.
pub trait People {
    /// Returns a contact, if it is at hand.
    fn person(&self, id: &Id<Person>) -> Option<&Person>;
}

impl<S: std::hash::BuildHasher> People for HashMap<Id<Person>, Person, S> {
    fn person(&self, id: &Id<Person>) -> Option<&Person> {
        self.get(id)
    }
}

/// Tells whether a message came in since its thread was last done.
pub fn is_unhandled(thread: &Thread, message: &Message) -> bool {
    message.direction != Direction::Out
        && thread
            .done_at
            .is_none_or(|done| message.sent_at.is_none_or(|sent| sent > done))
}

/// What the unhandled messages of a thread are; made once and kept until the thread changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    pub(super) lines: Vec<Line>,
}

/// What is remembered of one message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) reading: Reading,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) sender: Option<Id<Person>>,
    /// The sender and the whole text, without case, spaces and punctuation; `None` for short texts, which
    /// are alike by chance.
    pub(super) text: Option<u64>,
    /// The text with figures and names after `@` taken out: what cards of one template share.
    pub(super) template: u64,
    /// The first words, to name a group by.
    pub(super) excerpt: Box<str>,
}

impl Assessment {
    /// Reads the messages of a thread; those that are not unhandled are passed over.
    ///
    /// Where no message is at hand, the thread's newest words stand for them. They then speak only for
    /// themselves: in a conversation of few people several unread messages always ask for a look.
    pub fn of<'m>(
        thread: &Thread,
        messages: impl IntoIterator<Item = &'m Message>,
        people: &dyn People,
    ) -> Self {
        let mut lines: Vec<Line> = messages
            .into_iter()
            .filter(|message| is_unhandled(thread, message))
            .map(|message| {
                let sender = message.sender.as_ref().or(thread.from.as_ref());
                let seen = Seen::message(message, thread, sender.and_then(|id| people.person(id)));
                Line::new(&seen, message.sent_at, sender.cloned())
            })
            .collect();
        if lines.is_empty() && thread.new != Some(0) && !thread.last_text.is_empty() {
            lines.extend(newest_words(thread, people));
        }
        Assessment { lines }
    }

    /// Returns the weightiest thing that is asked; `None` when nothing needs a decision.
    pub fn ask(&self) -> Option<Ask> {
        self.lines
            .iter()
            .filter_map(|line| match line.reading {
                Reading::Asks(ask) => Some(ask),
                _ => None,
            })
            .min()
    }

    /// Returns who asks the weightiest thing; `None` when nothing needs a decision or nobody is known.
    pub fn asker(&self) -> Option<&Id<Person>> {
        let ask = Reading::Asks(self.ask()?);
        let line = self.lines.iter().find(|line| line.reading == ask)?;
        line.sender.as_ref()
    }

    /// Says of each message that was read, in its order, whether it needs a decision.
    pub fn asking(&self) -> impl ExactSizeIterator<Item = bool> + '_ {
        self.lines
            .iter()
            .map(|line| matches!(line.reading, Reading::Asks(_)))
    }

    /// Counts the unhandled messages that were read.
    pub fn messages(&self) -> usize {
        self.lines.len()
    }
}

impl Line {
    fn new(seen: &Seen<'_>, sent_at: Option<Timestamp>, sender: Option<Id<Person>>) -> Self {
        let text = folded(seen.text);
        Line {
            reading: seen.read(&text),
            sent_at,
            text: same_text(&text, sender.as_ref()),
            sender,
            template: template(&text),
            excerpt: excerpt(seen.text),
        }
    }
}

/// Reads the newest words of a thread in place of its messages.
fn newest_words(thread: &Thread, people: &dyn People) -> Vec<Line> {
    /// More unread messages than this say no more about a thread.
    const MOST: usize = 200;
    let sender = thread.from.as_ref();
    let person = sender.and_then(|id| people.person(id));
    let kind = if thread.channel == Channel::LarkCard {
        MessageKind::Card
    } else {
        MessageKind::Text
    };
    let seen = Seen {
        text: &thread.last_text,
        kind: &kind,
        mentions_me: thread.mentions_me,
        recalled: false,
        channel: &thread.channel,
        people: thread.participants.len(),
        circle: person.map(|person| &person.circle),
    };
    let newest = Line::new(&seen, thread.last_at, sender.cloned());
    let unread = thread
        .new
        .and_then(|new| usize::try_from(new).ok())
        .unwrap_or(1)
        .clamp(1, MOST);
    // What was not read may be anything: notices beside notices, chatter beside chatter, else a message.
    let other = match newest.reading {
        Reading::Notice => Reading::Notice,
        _ if thread.channel == Channel::LarkGroup => Reading::Chatter,
        _ if person.is_some_and(|person| person.circle == Circle::System) => Reading::Notice,
        _ => Reading::Asks(Ask::Direct),
    };
    let unseen = Line {
        reading: other,
        text: None,
        ..newest.clone()
    };
    let mut lines = vec![unseen; unread - 1];
    lines.push(newest);
    lines
}

/// Returns a fingerprint of sender and text, for texts long enough not to be alike by chance.
fn same_text(folded: &str, sender: Option<&Id<Person>>) -> Option<u64> {
    /// Letters, or characters of an unspaced script, that a text must have.
    const LEAST: usize = 8;
    let mut hasher = DefaultHasher::new();
    sender.map(Id::as_str).hash(&mut hasher);
    let mut letters = 0;
    for c in folded.chars().filter(|c| c.is_alphanumeric()) {
        c.hash(&mut hasher);
        letters += 1;
    }
    (letters >= LEAST).then(|| hasher.finish())
}

/// Returns a fingerprint of the words of a text without figures, names after `@` and links.
fn template(folded: &str) -> u64 {
    /// The beginning of a text tells its template.
    const WORDS: usize = 8;
    let mut hasher = DefaultHasher::new();
    folded
        .split_whitespace()
        .filter(|word| {
            !word.starts_with('@')
                && !word.contains("://")
                && !word.contains(|c: char| c.is_numeric())
                && word.contains(char::is_alphanumeric)
        })
        .take(WORDS)
        .for_each(|word| word.hash(&mut hasher));
    hasher.finish()
}

/// Returns the first words of a text, without line breaks.
fn excerpt(text: &str) -> Box<str> {
    /// Characters to keep.
    const MOST: usize = 40;
    let line = text.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("").trim();
    let mut kept: String = line.chars().take(MOST).collect();
    if line.chars().nth(MOST).is_some() {
        kept.push('…');
    }
    kept.into()
}
