//! What becomes of a thread when one of its messages was dealt with.

use jiff::Timestamp;

use super::{CommandError, Cx};
use crate::pane::{answered, at_hand, unhandled};
use crate::record::{Id, Message, Thread, ThreadState, WaitingOn, WakeOn};

/// The message of a thread that a verb is about, with the thread.
#[derive(Clone, Debug)]
pub(super) struct AtHand {
    pub(super) id: Id<Thread>,
    pub(super) thread: Thread,
    pub(super) message: Option<(Id<Message>, Message)>,
}

impl AtHand {
    /// Finds the message at hand of a thread.
    pub(super) fn of(cx: &Cx<'_>, thread: &str) -> Option<Self> {
        let id: Id<Thread> = Id::new(thread);
        let record = cx.world.get(&id)?.clone();
        let message = at_hand(cx.world, cx.screen.as_deref(), &id);
        let message = message.and_then(|id| Some((id.clone(), cx.world.get(&id)?.clone())));
        Some(Self {
            id,
            thread: record,
            message,
        })
    }

    /// Returns the id of the message.
    pub(super) fn origin(&self) -> Option<Id<Message>> {
        self.message.as_ref().map(|(id, _)| id.clone())
    }

    /// Returns the words of the message, or the newest words of the thread where it is not at hand.
    pub(super) fn text(&self) -> &str {
        match &self.message {
            Some((_, message)) if !message.text.is_empty() => &message.text,
            Some((_, message)) => message
                .attachments
                .first()
                .map_or("", |file| file.name.as_str()),
            None if self.thread.last_text.is_empty() => &self.thread.title,
            None => &self.thread.last_text,
        }
    }

    /// Returns the words in a language that the console reads: the translation where there is one.
    pub(super) fn words(&self) -> String {
        match &self.message {
            Some((_, message)) if !message.translation.is_empty() => {
                format!("{}\n{}", &*message.text, &*message.translation)
            }
            _ => self.text().to_owned(),
        }
    }

    /// Returns who wrote it.
    pub(super) fn sender(&self) -> Option<Id<crate::record::Person>> {
        let sender = self
            .message
            .as_ref()
            .and_then(|(_, message)| message.sender.clone());
        sender.or_else(|| self.thread.from.clone())
    }
}

/// Marks a thread done up to its newest message or now, whichever is later.
pub(super) fn finish(cx: &mut Cx<'_>, id: &str) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    cx.change::<Thread>(id, |thread| {
        thread.state = ThreadState::Done;
        // A message "from the future" (a sender's clock is ahead) is done too.
        thread.done_at = Some(thread.last_at.map_or(now, |last| last.max(now)));
        thread.new = None;
        thread.snoozed_until = None;
        thread.wake_on = WakeOn::default();
        if thread.waiting_on == WaitingOn::Me {
            thread.waiting_on = WaitingOn::Nobody;
        }
    })?;
    Ok(())
}

/// Says that the message at hand was dealt with: the thread stays, done up to there, while another message
/// of it still asks something; else it is done. Returns whether it stays.
pub(super) fn settle(cx: &mut Cx<'_>, at: &AtHand) -> Result<bool, CommandError> {
    let Some(rest) = rest(cx, at) else {
        finish(cx, at.id.as_str())?;
        return Ok(false);
    };
    cx.change::<Thread>(at.id.as_str(), |thread| {
        thread.state = ThreadState::Open;
        thread.snoozed_until = None;
        thread.wake_on = WakeOn::default();
        thread.waiting_on = WaitingOn::Me;
        thread.mentions_me = rest.mentions_me;
        thread.new = Some(rest.messages);
        if rest.done_at.is_some() {
            thread.done_at = rest.done_at;
        }
    })?;
    Ok(true)
}

/// Marks threads as done up to and with one message of each; returns the threads.
pub(super) fn done_up_to(
    cx: &mut Cx<'_>,
    messages: &[String],
) -> Result<Vec<String>, CommandError> {
    let mut threads = Vec::new();
    for message in messages {
        let record = cx.world.table::<Message>().record(message);
        let place = record.and_then(|message| message.thread.clone().zip(message.sent_at));
        let Some((thread, at)) = place else {
            return Err(CommandError::NoTarget(format!(
                "no message `{message}` of a thread in the cache; `cnm list message` shows them"
            )));
        };
        let rest = unhandled(cx.world, cx.screen.as_deref(), &thread);
        let rest = rest.iter().filter(|one| one.message.sent_at > Some(at));
        let left = rest.clone().count();
        let mentions_me = rest.clone().any(|one| one.message.mentions_me);
        if left == 0 {
            finish(cx, thread.as_str())?;
        } else {
            cx.change::<Thread>(thread.as_str(), |thread| {
                thread.done_at = thread.done_at.max(Some(at));
                thread.new = Some(i64::try_from(left).unwrap_or(i64::MAX));
                thread.mentions_me = mentions_me;
            })?;
        }
        threads.push(thread.as_str().to_owned());
    }
    Ok(threads)
}

/// What is left of a thread.
struct Rest {
    done_at: Option<Timestamp>,
    messages: i64,
    mentions_me: bool,
}

fn rest(cx: &Cx<'_>, at: &AtHand) -> Option<Rest> {
    let screen = cx.screen.as_deref();
    let origin = at.message.as_ref().map(|(id, _)| id)?;
    let waiting = unhandled(cx.world, screen, &at.id);
    let next = waiting
        .iter()
        .position(|one| one.asks && one.id != origin && !answered(cx.world, screen, one))?;
    let next_at = waiting.get(next)?.message.sent_at;
    let left = waiting.iter().filter(|one| one.message.sent_at >= next_at);
    let before = waiting.iter().filter(|one| one.message.sent_at < next_at);
    Some(Rest {
        done_at: before.filter_map(|one| one.message.sent_at).max(),
        messages: i64::try_from(left.clone().count()).unwrap_or(i64::MAX),
        mentions_me: left.clone().any(|one| one.message.mentions_me),
    })
}
