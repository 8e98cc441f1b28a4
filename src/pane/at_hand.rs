//! The message that a verb is about: a thread may hold several that ask something.

use super::Screen;
use super::readings::Contacts;
use crate::list::World;
use crate::record::{
    CoachingAction, Direction, FollowUp, Id, Incident, Lead, Meeting, Message, Pain, Participation,
    StageEvent, Thread,
};
use crate::triage::{Assessment, is_unhandled};

/// A message that came in since its thread was last done.
#[derive(Clone, Copy, Debug)]
pub struct Unhandled<'w> {
    /// Its id.
    pub id: &'w Id<Message>,
    /// The message.
    pub message: &'w Message,
    /// Whether it needs a decision, by what it says.
    pub asks: bool,
}

/// Returns the messages of a thread that came in since it was last done, oldest first.
///
/// Where there is no screen that knows them, they are sought among all messages in memory.
pub fn unhandled<'w>(
    world: &'w World,
    screen: Option<&'w Screen>,
    id: &Id<Thread>,
) -> Vec<Unhandled<'w>> {
    let Some(thread) = world.get(id) else {
        return Vec::new();
    };
    let table = world.table::<Message>();
    let mut talk: Vec<(&Id<Message>, &Message)> = if let Some(screen) = screen {
        let ids = screen.readings.messages(id).iter();
        ids.filter_map(|id| Some((id, table.record(id.as_str())?)))
            .collect()
    } else {
        let mut talk: Vec<_> = table
            .records()
            .filter(|(_, message)| message.thread.as_ref() == Some(id))
            .collect();
        talk.sort_by_key(|(id, message)| (message.sent_at, *id));
        talk
    };
    talk.retain(|(_, message)| is_unhandled(thread, message));
    let messages = talk.iter().map(|(_, message)| *message);
    let asking: Vec<bool> = match screen.and_then(|screen| screen.readings.of(id)) {
        Some(read) if read.messages() == talk.len() => read.asking().collect(),
        _ => Assessment::of(thread, messages, &Contacts(world))
            .asking()
            .collect(),
    };
    talk.into_iter()
        .zip(asking)
        .map(|((id, message), asks)| Unhandled { id, message, asks })
        .collect()
}

/// Returns the message that a verb on a thread is about: the one that the user went to, else the first that
/// asks something, else the newest that came in.
pub fn at_hand(world: &World, screen: Option<&Screen>, thread: &Id<Thread>) -> Option<Id<Message>> {
    if let Some(screen) = screen
        && let Some(back) = screen.message
        && screen.list().and_then(|list| list.cursor()) == Some(thread.as_str())
    {
        let messages = screen.readings.messages(thread);
        let at = messages.len().saturating_sub(back + 1);
        return messages.get(at).cloned();
    }
    let waiting = unhandled(world, screen, thread);
    let first = waiting.iter().find(|one| one.asks).or(waiting.last());
    if let Some(first) = first {
        return Some(first.id.clone());
    }
    let came_in = |id: &&Id<Message>| {
        let message = world.get(*id);
        message.is_some_and(|message| message.direction != Direction::Out)
    };
    match screen {
        Some(screen) => {
            let mut talk = screen.readings.messages(thread).iter().rev();
            talk.find(came_in).cloned()
        }
        None => world
            .table::<Message>()
            .records()
            .filter(|(_, message)| {
                message.direction != Direction::Out && message.thread.as_ref() == Some(thread)
            })
            .max_by_key(|(id, message)| (message.sent_at, (*id).clone()))
            .map(|(id, _)| id.clone()),
    }
}

/// Tells whether something was made of a message: an answer, a follow-up, a lead, an incident, …
pub fn answered(world: &World, screen: Option<&Screen>, one: &Unhandled<'_>) -> bool {
    let origin = Some(one.id);
    let replied = |message: &Message| {
        message.direction == Direction::Out && message.reply_to.as_ref() == origin
    };
    let talk = one.message.thread.as_ref();
    let by_reply = match (screen, talk) {
        (Some(screen), Some(thread)) => screen
            .readings
            .messages(thread)
            .iter()
            .any(|id| world.get(id).is_some_and(replied)),
        _ => world
            .table::<Message>()
            .records()
            .any(|(_, message)| replied(message)),
    };
    macro_rules! made {
        ($($kind:ty),+) => {
            $(world.table::<$kind>().records().any(|(_, made)| made.origin.as_ref() == origin))||+
        };
    }
    let told = world
        .table::<Pain>()
        .records()
        .any(|(_, pain)| pain.messages.contains(one.id));
    by_reply
        || told
        || made!(
            FollowUp,
            Incident,
            CoachingAction,
            Participation,
            Lead,
            StageEvent,
            Meeting
        )
}
