//! Conversations of the past, and the smaller inboxes of the team-mates.

use jiff::{SignedDuration, Timestamp};

use crate::record::{
    Circle, Direction, Id, LongText, Message, MessageKind, MessageState, Thread, ThreadState,
};

use super::book::Mood;
use super::calendar::{before, minutes_after};
use super::chance::Chance;
use super::fill::{Subject, fill};
use super::inbox::{Conversation, summed_up};
use super::script::{Place, Script, Who};
use super::texts::past::{CHATS, Chat, Other};
use super::world::{Contact, World};

/// How a conversation of the past stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Done,
    /// The last words of the other side are new.
    Waiting,
}

/// Draws a conversation of a user that was dealt with this many days ago.
pub(super) fn dealt_with(
    world: &World,
    chance: &mut Chance,
    user: usize,
    days: i64,
) -> Conversation {
    let end = world.calendar.days_ago(days, chance.between(0, 1400));
    converse(world, chance, user, end, Standing::Done)
}

/// Draws a conversation whose last words came in the night.
pub(super) fn waiting(world: &World, chance: &mut Chance, user: usize) -> Conversation {
    let calendar = &world.calendar;
    let room = calendar.end.duration_since(calendar.evening).as_secs();
    let end = before(
        calendar.end,
        SignedDuration::from_secs(chance.between(0, room * 9 / 10)),
    );
    converse(world, chance, user, end, Standing::Waiting)
}

fn converse(
    world: &World,
    chance: &mut Chance,
    user: usize,
    end: Timestamp,
    standing: Standing,
) -> Conversation {
    let chat = chance.pick(CHATS);
    let (other, about) = partner(world, chance, user, chat);
    let lines = said(chat, standing);
    let times = times(world, chance, lines, end, standing);
    let id: Id<Thread> = Id::new(chance.id(times.first().copied().unwrap_or(end)));
    let me = &world.people[world.users[user].1.person.as_ref().map_or(0, |person| {
        world
            .people
            .iter()
            .position(|known| known.id == *person)
            .unwrap_or(0)
    })];
    let mut messages = Vec::with_capacity(lines.len());
    for (line, at) in lines.iter().zip(&times) {
        let mut message = spoken(
            world,
            chance,
            chat,
            line,
            about,
            [me, &world.people[other]],
            *at,
        );
        message.thread = Some(id.clone());
        messages.push((Id::new(chance.id(*at)), message));
    }
    let handled = match standing {
        Standing::Done => times.last().map(|at| minutes_after(*at, 3)),
        Standing::Waiting => times
            .iter()
            .filter(|at| **at < world.calendar.evening)
            .max()
            .map(|at| minutes_after(*at, 3)),
    };
    let title = match (chat.place, about.network) {
        (Place::Email, _) => lines[0]
            .trim_start_matches('>')
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        (Place::Discord, Some(network)) => {
            format!("#general · {}", world.networks[network].record.name)
        }
        _ => String::new(),
    };
    let thread = Thread {
        title: fill(world, chance, &title, chat.lang, about),
        network: about.network.map(|index| world.networks[index].id.clone()),
        lead: about.lead.map(|index| world.leads[index].id.clone()),
        owner: Some(world.users[user].0.clone()),
        assignee: Some(world.users[user].0.clone()),
        state: if standing == Standing::Done {
            ThreadState::Done
        } else {
            ThreadState::Open
        },
        done_at: handled,
        ..Thread::default()
    };
    let thread = summed_up(world, chat.place, thread, &messages);
    Conversation {
        id,
        thread,
        messages,
    }
}

/// Makes the message of one line; `people` are the user and the other side.
fn spoken(
    world: &World,
    chance: &mut Chance,
    chat: &Chat,
    line: &str,
    about: Subject,
    people: [&Contact; 2],
    at: Timestamp,
) -> Message {
    let mine = line.strip_prefix('>');
    let person = people[usize::from(mine.is_none())];
    let text = fill(world, chance, mine.unwrap_or(line), chat.lang, about);
    Message {
        direction: if mine.is_some() {
            Direction::Out
        } else {
            Direction::In
        },
        sender: Some(person.id.clone()),
        sender_name: person.record.name.clone(),
        sent_at: Some(at),
        lang: chat.lang.into(),
        kind: if chat.place == Place::Email {
            MessageKind::Post
        } else {
            MessageKind::Text
        },
        text: LongText(text.replace("Ana", &people[0].short)),
        state: if mine.is_some() {
            MessageState::Sent
        } else {
            MessageState::default()
        },
        ..Message::default()
    }
}

/// Draws what Ana and the other side of a conversation of the morning talked about weeks ago.
///
/// Returns nothing where no conversation of the past fits the place and the language.
pub(super) fn prelude(
    world: &World,
    chance: &mut Chance,
    script: &Script,
    before_this: Timestamp,
) -> Vec<Message> {
    let about = Subject {
        network: script.network,
        lead: script.lead,
    };
    let other = script
        .lines
        .iter()
        .map(|line| line.who)
        .find(|who| *who != Who::Me);
    let Some(other) = other else {
        return Vec::new();
    };
    let person = world.person(other, about.network, about.lead);
    let (record, zone) = (
        &world.people[person].record,
        world.people[person].record.zone.as_str(),
    );
    let fitting: Vec<&Chat> = CHATS
        .iter()
        .filter(|chat| chat.place == script.place && chat.lang == record.locale)
        .filter(|chat| match (chat.other, other) {
            (Other::Office(place), Who::Office(_)) => place == zone,
            (Other::Owner, Who::Owner) => chat.place == Place::WhatsApp,
            (Other::Contact, Who::Contact) => chat.place == Place::WhatsApp,
            _ => false,
        })
        .collect();
    if fitting.is_empty() {
        return Vec::new();
    }
    let chat = *chance.pick(&fitting);
    let about = Subject {
        network: about.network.or(Some(0)),
        lead: about.lead,
    };
    let end = before(
        before_this,
        SignedDuration::from_hours(chance.between(60, 600)),
    );
    let times = times(world, chance, chat.lines, end, Standing::Done);
    let people = [&world.people[0], &world.people[person]];
    chat.lines
        .iter()
        .zip(times)
        .map(|(line, at)| spoken(world, chance, chat, line, about, people, at))
        .collect()
}

/// Cuts a waiting conversation after the last words of the other side.
fn said(chat: &Chat, standing: Standing) -> &'static [&'static str] {
    let lines = chat.lines;
    if standing == Standing::Done {
        return lines;
    }
    let end = lines
        .iter()
        .rposition(|line| !line.starts_with('>'))
        .map_or(lines.len(), |last| last + 1);
    &lines[..end]
}

fn times(
    world: &World,
    chance: &mut Chance,
    lines: &[&str],
    end: Timestamp,
    standing: Standing,
) -> Vec<Timestamp> {
    let new = match standing {
        Standing::Done => 0,
        Standing::Waiting => lines
            .iter()
            .rev()
            .take_while(|line| !line.starts_with('>'))
            .count(),
    };
    let mut at = end;
    let mut times = Vec::with_capacity(lines.len());
    for place in 0..lines.len() {
        times.push(at);
        if standing == Standing::Waiting && place + 1 == new {
            // What came before the night was dealt with the day before.
            at = before(
                world.calendar.evening,
                SignedDuration::from_mins(chance.between(20, 900)),
            );
        } else if place + 1 < new {
            let earlier = before(at, SignedDuration::from_secs(chance.between(20, 200)));
            at = earlier.max(minutes_after(world.calendar.evening, 1));
        } else {
            at = before(at, SignedDuration::from_secs(chance.between(40, 5400)));
        }
    }
    times.reverse();
    times
}

/// Draws who the conversation is with, and the CN or lead it is about.
fn partner(world: &World, chance: &mut Chance, user: usize, chat: &Chat) -> (usize, Subject) {
    let books: Vec<usize> = (0..world.networks.len())
        .filter(|index| world.networks[*index].user == user)
        // Nobody has talked to the CNs that went dark.
        .filter(|index| world.networks[*index].mood != Mood::Dark)
        .collect();
    let leads: Vec<usize> = (0..world.leads.len())
        .filter(|index| world.leads[*index].user == user)
        .collect();
    let network = *chance.pick(&books);
    let own = Subject {
        network: Some(network),
        lead: None,
    };
    match chat.other {
        Other::Owner => (world.networks[network].owner, own),
        Other::Contact => {
            let lead = *chance.pick(&leads);
            (
                world.leads[lead].contact,
                Subject {
                    network: None,
                    lead: Some(lead),
                },
            )
        }
        Other::Office(zone) => {
            let seats: Vec<usize> = (0..world.people.len())
                .filter(|index| {
                    let person = &world.people[*index].record;
                    person.zone == zone && person.circle == Circle::Colleague
                })
                .collect();
            (*chance.pick(&seats), own)
        }
    }
}
