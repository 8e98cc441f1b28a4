//! The inbox of the morning: threads and messages made from the scripts, and the answer key.

use jiff::{SignedDuration, Timestamp};

use crate::record::{
    Attachment, Channel, Circle, Direction, Id, LongText, Message, MessageKind, MessageState,
    Person, Thread, ThreadState, WaitingOn,
};

use super::Answer;
use super::calendar::{after, before, is_weekend, minutes_after};
use super::chance::Chance;
use super::fill::{Subject, fill};
use super::offices::OFFICES;
use super::past;
use super::script::{Line, Mark, Place, Script, Shape, Who, ZH};
use super::texts;
use super::world::World;

/// A thread with its messages, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub(super) id: Id<Thread>,
    pub(super) thread: Thread,
    pub(super) messages: Vec<(Id<Message>, Message)>,
}

/// The morning's conversations with what the generator knows of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Inbox {
    pub(super) conversations: Vec<Conversation>,
    pub(super) answers: Vec<Answer>,
    /// The messages that promised something, by the number of the promise.
    pub(super) promises: Vec<(usize, Id<Message>, String)>,
}

/// The number of bytes that the long forward has at least.
const LONG: usize = 40 * 1024;

/// Writes Ana's inbox.
pub(super) fn write(world: &World) -> Inbox {
    let mut inbox = Inbox::default();
    // Conversations of the past that have been told already.
    let mut used = Vec::new();
    for (index, script) in texts::scripts().enumerate() {
        let mut chance = world.chance("thread", index);
        perform(world, &mut chance, script, &mut used, &mut inbox);
    }
    inbox
}

/// Notes in the CNs when someone last talked to them.
pub(super) fn note_contact(world: &mut World, inbox: &Inbox) {
    for conversation in &inbox.conversations {
        let last = conversation
            .messages
            .iter()
            .filter_map(|(_, message)| message.sent_at)
            .filter(|at| *at <= world.calendar.now)
            .max();
        for cn in &mut world.networks {
            if conversation.thread.network.as_ref() == Some(&cn.id)
                && last > cn.record.last_contact_at
            {
                cn.record.last_contact_at = last;
            }
        }
    }
}

fn perform(
    world: &World,
    chance: &mut Chance,
    script: &Script,
    used: &mut Vec<usize>,
    inbox: &mut Inbox,
) {
    let about = Subject {
        network: script.network,
        lead: script.lead,
    };
    let times = times(world, chance, script);
    let first = times.first().copied().unwrap_or(world.calendar.end);
    let earlier = past::prelude(world, chance, script, used);
    let began = earlier
        .first()
        .and_then(|message| message.sent_at)
        .unwrap_or(first);
    let thread_id: Id<Thread> = Id::new(chance.id(began));
    let mut messages: Vec<(Id<Message>, Message)> = Vec::with_capacity(script.lines.len());
    let mut handled = earlier
        .last()
        .and_then(|message| message.sent_at)
        .map(|at| minutes_after(at, 3));
    for mut message in earlier {
        message.thread = Some(thread_id.clone());
        messages.push((
            Id::new(chance.id(message.sent_at.unwrap_or(first))),
            message,
        ));
    }
    for (line, at) in script.lines.iter().zip(times) {
        let id: Id<Message> = Id::new(chance.id(at));
        let reply_to = answered(chance, line, &messages, at);
        let mut message = message(world, chance, script.place, line, about, at);
        message.thread = Some(thread_id.clone());
        message.reply_to = reply_to;
        match line.intent {
            Some((class, outcome)) => inbox.answers.push(Answer {
                message: id.clone(),
                thread: thread_id.clone(),
                class,
                outcome,
                due: fill(world, chance, line.due, line.lang, about),
            }),
            None => handled = Some(minutes_after(at, chance.between(2, 40))),
        }
        if line.promise > 0 {
            inbox
                .promises
                .push((line.promise, id.clone(), message.text.0.clone()));
        }
        messages.push((id, message));
    }
    let title = title(world, chance, script, about);
    let thread = Thread {
        title,
        network: script.network.map(|index| world.networks[index].id.clone()),
        lead: script.lead.map(|index| world.leads[index].id.clone()),
        owner: Some(world.ana().clone()),
        assignee: Some(world.ana().clone()),
        state: ThreadState::Open,
        done_at: handled,
        ..Thread::default()
    };
    let thread = summed_up(world, script.place, thread, &messages);
    inbox.conversations.push(Conversation {
        id: thread_id,
        thread,
        messages,
    });
}

/// Finds the message that a line answers; one line answers a message that was never seen.
fn answered(
    chance: &mut Chance,
    line: &Line,
    messages: &[(Id<Message>, Message)],
    at: Timestamp,
) -> Option<Id<Message>> {
    if line.mark == Mark::Rootless {
        let unseen = before(at, SignedDuration::from_hours(30));
        return Some(Id::new(chance.id(unseen)));
    }
    let back = line.answers.checked_sub(1)?;
    let place = messages.len().checked_sub(back + 1)?;
    Some(messages[place].0.clone())
}

/// Fills the title of a conversation in its own language.
fn title(world: &World, chance: &mut Chance, script: &Script, about: Subject) -> String {
    let han = '\u{4e00}'..='\u{9fff}';
    let chinese = script.title.chars().any(|letter| han.contains(&letter));
    fill(
        world,
        chance,
        script.title,
        if chinese { ZH } else { "en" },
        about,
    )
}

/// Completes a thread from its messages: who is in it, the newest words, what is new and who waits.
pub(super) fn summed_up(
    world: &World,
    place: Place,
    mut thread: Thread,
    messages: &[(Id<Message>, Message)],
) -> Thread {
    thread.channel = channel(place);
    for (_, message) in messages {
        if let Some(sender) = &message.sender
            && !thread.participants.contains(sender)
        {
            thread.participants.push(sender.clone());
        }
    }
    let owner = world
        .users
        .iter()
        .find(|(id, _)| Some(id) == thread.owner.as_ref());
    if let Some(me) = owner.and_then(|(_, user)| user.person.as_ref())
        && !thread.participants.contains(me)
    {
        thread.participants.push(me.clone());
    }
    let new: Vec<&Message> = messages
        .iter()
        .map(|(_, message)| message)
        .filter(|message| message.direction == Direction::In)
        .filter(|message| thread.done_at.is_none() || message.sent_at > thread.done_at)
        .collect();
    thread.mentions_me = new.iter().any(|message| message.mentions_me);
    thread.new = i64::try_from(new.len()).ok();
    thread.messages = i64::try_from(messages.len()).ok();
    let asking = new.iter().find_map(|message| {
        let sender = world
            .people
            .iter()
            .find(|person| Some(&person.id) == message.sender.as_ref())?;
        let personal = matches!(place, Place::Direct | Place::WhatsApp | Place::Email);
        let hours = waits(&sender.record, personal || message.mentions_me)?;
        Some((message.sent_at?, hours))
    });
    thread.waiting_on = if asking.is_some() {
        WaitingOn::Me
    } else {
        WaitingOn::Nobody
    };
    thread.sla_due = asking.map(|(at, hours)| after(at, SignedDuration::from_hours(hours)));
    if let Some((_, newest)) = messages.iter().max_by_key(|(_, message)| message.sent_at) {
        thread.from.clone_from(&newest.sender);
        thread.from_name.clone_from(&newest.sender_name);
        thread.last_at = newest.sent_at;
        thread.last_text = newest.text.chars().take(120).collect();
        if let (true, Some(file)) = (thread.last_text.is_empty(), newest.attachments.first()) {
            thread.last_text.clone_from(&file.name);
        }
    }
    thread
}

/// Returns within how many hours an answer is due, if one is: the service level knows who writes and
/// where, not what about.
fn waits(sender: &Person, to_me: bool) -> Option<i64> {
    match sender.circle {
        Circle::System => ["Approvals", "Invitations"]
            .contains(&sender.role.as_str())
            .then_some(24),
        _ if !to_me => None,
        Circle::Owner => Some(14),
        Circle::Lead => Some(20),
        _ => Some(18),
    }
}

/// Returns the channel of a place.
pub(super) fn channel(place: Place) -> Channel {
    match place {
        Place::Direct => Channel::LarkDm,
        Place::Group => Channel::LarkGroup,
        Place::Card => Channel::LarkCard,
        Place::Doc => Channel::LarkDoc,
        Place::WhatsApp => Channel::WhatsApp,
        Place::Discord => Channel::Discord,
        Place::Email => Channel::Email,
        Place::Platform => Channel::Platform,
    }
}

/// Draws when the lines were sent: the old ones on days before, the new ones in the night.
fn times(world: &World, chance: &mut Chance, script: &Script) -> Vec<Timestamp> {
    let calendar = &world.calendar;
    let fresh = script
        .lines
        .iter()
        .filter(|line| line.intent.is_some())
        .count();
    let (from, to) = if script.dawn {
        (minutes_after(calendar.dawn, 2), calendar.end)
    } else {
        let night = calendar.dawn.duration_since(calendar.evening).as_secs();
        let share = match script
            .lines
            .iter()
            .find(|line| line.intent.is_some())
            .map(|line| line.who)
        {
            Some(Who::Bot(_)) => 98,
            _ if texts::of_asia(script) => 94,
            _ => 68,
        };
        let to = after(
            calendar.evening,
            SignedDuration::from_secs(night * share / 100),
        );
        (minutes_after(calendar.evening, 1), to)
    };
    let widest = if script.place == Place::Group {
        25 * 60
    } else {
        9 * 60
    };
    let room = to.duration_since(from).as_secs().max(60);
    let count = i64::try_from(fresh).unwrap_or(1).max(1);
    let widest = widest.min(room / (count + 1));
    let gaps: Vec<i64> = (0..fresh)
        .map(|_| chance.between(widest / 9, widest))
        .collect();
    let span: i64 = gaps.iter().sum();
    let mut at = after(
        from,
        SignedDuration::from_secs(chance.between(0, (room - span).max(0))),
    );
    let mut gaps = gaps.into_iter();
    let asia = texts::of_asia(script);
    let mut earlier = office_moment(world, chance, asia, 1, 4);
    let mut olds = Vec::new();
    for _ in 0..script.lines.len() - fresh {
        olds.push(earlier);
        earlier = before(earlier, SignedDuration::from_secs(chance.between(50, 900)));
    }
    script
        .lines
        .iter()
        .map(|line| match line.intent {
            None => olds.pop().unwrap_or(calendar.evening),
            Some(_) if line.mark == Mark::Ahead => {
                minutes_after(calendar.now, chance.between(13, 58))
            }
            Some(_) => {
                at = after(at, SignedDuration::from_secs(gaps.next().unwrap_or(1)));
                at
            }
        })
        .collect()
}

/// Draws a moment of a working day in the past at which Los Angeles and the other side are both up.
pub(super) fn office_moment(
    world: &World,
    chance: &mut Chance,
    asia: bool,
    nearest: i64,
    farthest: i64,
) -> Timestamp {
    let calendar = &world.calendar;
    let mut back = chance.between(nearest, farthest);
    while is_weekend(calendar.day(-back)) {
        back += 1;
    }
    let (from, minutes) = match (asia, back) {
        (true, 1) => (17, 55),
        (true, _) => (17, 210),
        (false, _) => (9, 480),
    };
    let minute = chance.between(0, minutes);
    minutes_after(calendar.local(-back, from, 0), minute)
}

fn message(
    world: &World,
    chance: &mut Chance,
    place: Place,
    line: &Line,
    about: Subject,
    at: Timestamp,
) -> Message {
    let person = &world.people[world.person(line.who, about.network, about.lead)];
    // The translation draws the same numbers as the original.
    let text = fill(world, &mut chance.clone(), line.text, line.lang, about);
    let translation = fill(world, chance, line.translation, "en", about);
    let mut text = match line.shape {
        Shape::LongForward => long_forward(world, chance, &text),
        _ => text,
    };
    let mine = line.who == Who::Me;
    let mentions_me = line.text.contains("@{me}");
    let edited_at = (line.mark == Mark::Edited).then(|| minutes_after(at, 1));
    let recalled_at = (line.mark == Mark::Recalled).then(|| minutes_after(at, 2));
    if recalled_at.is_some() {
        text.clear();
    }
    let attachments = attachment(world, chance, line.shape, about);
    Message {
        direction: if mine { Direction::Out } else { Direction::In },
        sender: Some(person.id.clone()),
        sender_name: if line.alias.is_empty() {
            person.record.name.clone()
        } else {
            line.alias.into()
        },
        sent_at: Some(at),
        edited_at,
        recalled_at,
        lang: line.lang.into(),
        kind: kind(place, line.shape),
        text: LongText(text),
        translation: LongText(translation),
        attachments,
        mentions_me,
        state: if mine {
            MessageState::Sent
        } else {
            MessageState::default()
        },
        ..Message::default()
    }
}

fn kind(place: Place, shape: Shape) -> MessageKind {
    match (shape, place) {
        (Shape::Usual, Place::Card) => MessageKind::Card,
        (Shape::Usual, Place::Email) | (Shape::Post, _) => MessageKind::Post,
        (Shape::Usual, _) => MessageKind::Text,
        (Shape::Image(_), _) => MessageKind::Image,
        (Shape::File(_), _) => MessageKind::File,
        (Shape::Sticker, _) => MessageKind::Sticker,
        (Shape::Voice(_), _) => MessageKind::Voice,
        (Shape::Forward | Shape::LongForward, _) => MessageKind::MergeForward,
        (Shape::DocLink(_), _) => MessageKind::DocLink,
    }
}

fn attachment(world: &World, chance: &mut Chance, shape: Shape, about: Subject) -> Vec<Attachment> {
    let (Shape::Image(name) | Shape::File(name) | Shape::Voice(name) | Shape::DocLink(name)) =
        shape
    else {
        return Vec::new();
    };
    let name = fill(world, chance, name, ZH, about);
    let media = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("pdf") => "application/pdf",
        Some("ogg" | "opus") => "audio/ogg",
        _ => "text/html",
    };
    let url = format!("https://files.example/{:012x}", chance.bits() >> 16);
    vec![Attachment {
        name,
        media: media.into(),
        bytes: chance.between(18_000, 2_400_000),
        url,
    }]
}

/// Writes a merged forward of more than 40 KB from what was said in the groups.
fn long_forward(world: &World, chance: &mut Chance, title: &str) -> String {
    let said: Vec<(&str, &Line)> = texts::scripts()
        .filter(|script| script.place == Place::Group)
        .flat_map(|script| script.lines)
        .filter(|line| line.lang == ZH && line.shape == Shape::Usual)
        .filter(|line| !line.text.contains("{me}") && !line.text.contains("多群"))
        .filter_map(|line| match line.who {
            Who::Office(seat) => Some((OFFICES[seat].name, line)),
            _ => None,
        })
        .collect();
    let about = Subject {
        network: Some(0),
        lead: None,
    };
    let mut out = format!("{title}\n");
    let mut minute = chance.between(0, 30);
    while out.len() < LONG {
        let (name, line) = chance.pick(&said);
        let text = fill(world, chance, line.text, ZH, about);
        let time = format!("{:02}:{:02}", 9 + minute / 60 % 9, minute % 60);
        for part in [*name, " ", &time, "\n", &text, "\n"] {
            out.push_str(part);
        }
        minute += chance.between(0, 4);
    }
    out
}
