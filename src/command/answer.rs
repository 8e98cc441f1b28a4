//! Answers to messages.

use super::inbox::conclude;
use super::phrase::{due_of, due_words, read_phrase};
use super::settle::{AtHand, settle};
use super::turn::proposed_meeting;
use super::{Ask, CommandError, Cx, Targets};
use crate::effect::Effect;
use crate::pane::Countdown;
use crate::record::{
    Direction, FollowUp, FollowUpKind, FollowUpState, Kind, Message, MessageKind, MessageState,
    Thread, WaitingOn,
};

/// What else an answer does.
#[derive(Clone, Copy)]
pub(super) struct With {
    /// The thread stays open.
    pub(super) keep: bool,
    /// What it promises becomes a follow-up.
    pub(super) promise: bool,
    /// It proposes a meeting.
    pub(super) meeting: bool,
}

/// Answers the message at hand of each thread, or opens the reply box.
pub(super) fn reply(
    cx: &mut Cx<'_>,
    text: Option<String>,
    with: With,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let Some(text) = text else {
        let Some(first) = ids.first() else {
            return Ok(());
        };
        if ids.len() > 1 {
            return Err(CommandError::refused(
                format!("reply to {} threads at once", ids.len()),
                "each reads words of its own, and only one is on screen",
                "`r` on one of them without a count or marks; `:inbox reply TEXT` sends the same words to all",
            ));
        }
        return cx.ask(
            "inbox reply",
            Ask::Reply {
                thread: first.clone(),
                text: String::new(),
                meeting: false,
            },
        );
    };
    if text.trim().is_empty() {
        return Err(CommandError::refused(
            "reply",
            "the text is empty",
            "write something or leave",
        ));
    }
    let promised = if with.promise {
        Some(promised(cx, &text)?)
    } else {
        None
    };
    for id in &ids {
        let Some(at) = AtHand::of(cx, id) else {
            continue;
        };
        answer(cx, &at, MessageKind::Text, &text);
        if let Some(promise) = &promised {
            cx.create(FollowUp {
                network: at.thread.network.clone(),
                lead: at.thread.lead.clone(),
                refs: vec![at.id.link()],
                waiting_for: at.sender(),
                ..promise.clone()
            });
        }
        if with.meeting {
            proposed_meeting(cx, &at)?;
        }
        if with.keep || !settle(cx, &at)? {
            cx.change::<Thread>(id, |thread| thread.waiting_on = WaitingOn::Them)?;
        }
        cx.effects.push(Effect::Draft {
            key: format!("reply:{id}"),
            text: String::new(),
        });
    }
    conclude(cx, "reply", &ids)?;
    let also = match promised.and_then(|promise| promise.due) {
        Some(due) => format!(", promise {}", due_words(&due, cx)),
        None => String::new(),
    };
    let now = cx.world.view.now;
    let countdown = Countdown {
        at: now.checked_add(cx.settings.send_delay).unwrap_or(now),
        before: "reply leaves in ".into(),
        after: format!("{also}; undo stops it"),
    };
    cx.say_leaving(countdown);
    Ok(())
}

/// Queues an answer to the message at hand; it leaves when the delay is over, unless undo stops it.
pub(super) fn answer(cx: &mut Cx<'_>, at: &AtHand, kind: MessageKind, text: &str) {
    let now = cx.world.view.now;
    let send_at = now.checked_add(cx.settings.send_delay).unwrap_or(now);
    let me = cx.world.me().cloned().unwrap_or_default();
    cx.create(Message {
        thread: Some(at.id.clone()),
        direction: Direction::Out,
        sender: me.person.clone(),
        sender_name: me.name.clone(),
        sent_at: Some(now),
        kind,
        text: text.to_owned().into(),
        reply_to: at.origin(),
        state: MessageState::Queued,
        send_at: Some(send_at),
        ..Message::default()
    });
}

/// Makes the follow-up of the first promise in a text of mine, without what it is about.
fn promised(cx: &Cx<'_>, text: &str) -> Result<FollowUp, CommandError> {
    let promise = crate::triage::promises(text).into_iter().next();
    let promise = promise.ok_or_else(|| {
        CommandError::refused(
            "reply --promise",
            "the text promises nothing by a time",
            "write for example `by Friday`, or leave --promise out",
        )
    })?;
    let me = cx.world.my_id();
    Ok(FollowUp {
        title: crate::text::first_words(text, 72),
        quote: crate::text::first_words(text, 200),
        due: Some(due_of(&read_phrase(&promise.due, cx)?)),
        state: FollowUpState::Open,
        kind: FollowUpKind::Promise,
        owner: Some(me.clone()),
        created_by: Some(me),
        waiting_on: WaitingOn::Me,
        ..FollowUp::default()
    })
}
