//! Conversations of the past, and the smaller inboxes of the team-mates.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};

use crate::record::{
    Circle, Direction, Id, LongText, Message, MessageKind, MessageState, Thread, ThreadState,
};

use super::book::Mood;
use super::calendar::{before, minutes_after};
use super::chance::Chance;
use super::fill::{Subject, fill};
use super::inbox::{Conversation, office_moment, summed_up};
use super::script::{Place, Script, Who};
use super::texts::past::{Chat, Other, Said, chat_at, chats, read};
use super::world::{Contact, World};

/// When a conversation of the past ended, and with that how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Some days ago; it was dealt with.
    Days(i64),
    /// In the night; the last words of the other side are new.
    Night(Timestamp),
}

/// Draws a conversation of a user that was dealt with this many days ago.
pub(super) fn dealt_with(
    world: &World,
    chance: &mut Chance,
    user: usize,
    days: i64,
) -> Conversation {
    let end = Moment::Days(days);
    converse(world, chance, user, end)
}

/// Draws a conversation whose last words came in the night.
pub(super) fn waiting(world: &World, chance: &mut Chance, user: usize) -> Conversation {
    let calendar = &world.calendar;
    let room = calendar.end.duration_since(calendar.evening).as_secs();
    let end = before(
        calendar.end,
        SignedDuration::from_secs(chance.between(0, room * 9 / 10)),
    );
    converse(world, chance, user, Moment::Night(end))
}

fn converse(world: &World, chance: &mut Chance, user: usize, moment: Moment) -> Conversation {
    // Not every user has someone who speaks the language of every conversation.
    let (chat, (other, about)) = loop {
        let chat = chat_at(chance.below(chats().len()));
        if let Some(partner) = partner(world, chance, user, chat) {
            break (chat, partner);
        }
    };
    let lines = said(chat, moment);
    let times = times(world, chance, chat, &lines, moment);
    let first = times.first().copied().unwrap_or(world.calendar.evening);
    let id: Id<Thread> = Id::new(chance.id(first));
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
    let handled = match moment {
        Moment::Days(_) => times.last().map(|at| minutes_after(*at, 3)),
        Moment::Night(_) => times
            .iter()
            .filter(|at| **at < world.calendar.evening)
            .max()
            .map(|at| minutes_after(*at, 3)),
    };
    let title = match (chat.place, chat.other) {
        (Place::Email, Other::Contact) => "{lead}, next steps",
        (Place::Email, _) => "{cn}, plan and dates",
        (Place::Discord, _) => "#general · {cn}",
        _ => "",
    };
    let thread = Thread {
        title: fill(world, chance, title, chat.lang, about),
        network: about.network.map(|index| world.networks[index].id.clone()),
        lead: about.lead.map(|index| world.leads[index].id.clone()),
        owner: Some(world.users[user].0.clone()),
        assignee: Some(world.users[user].0.clone()),
        state: if matches!(moment, Moment::Days(_)) {
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
    line: &Said,
    about: Subject,
    people: [&Contact; 2],
    at: Timestamp,
) -> Message {
    let person = people[usize::from(!line.mine)];
    let text = fill(world, chance, line.text, chat.lang, about);
    Message {
        direction: if line.mine {
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
        state: if line.mine {
            MessageState::Sent
        } else {
            MessageState::default()
        },
        ..Message::default()
    }
}

/// Makes what Ana and the other side of a conversation of the morning talked about weeks ago.
///
/// Takes a conversation that `used` does not hold yet; returns nothing where none fits the place and
/// the language.
pub(super) fn prelude(
    world: &World,
    chance: &mut Chance,
    script: &Script,
    used: &mut Vec<usize>,
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
    let record = &world.people[person].record;
    let mut fitting: Vec<usize> = (0..chats().len())
        .filter(|index| {
            let chat = chat_at(*index);
            let who = match (chat.other, other) {
                (Other::Office(zone), Who::Office(_)) => zone == record.zone,
                (Other::Owner, Who::Owner) | (Other::Contact, Who::Contact) => true,
                _ => false,
            };
            who && chat.place == script.place
                && chat.place != Place::Email
                && chat.lang == record.locale
                && !used.contains(index)
        })
        .collect();
    chance.shuffle(&mut fitting);
    let Some(index) = fitting.first() else {
        return Vec::new();
    };
    used.push(*index);
    let chat = chat_at(*index);
    let about = Subject {
        network: about.network.or(Some(0)),
        lead: about.lead,
    };
    let moment = Moment::Days(chance.between(6, 26));
    let lines = said(chat, moment);
    let times = times(world, chance, chat, &lines, moment);
    let people = [&world.people[0], &world.people[person]];
    lines
        .iter()
        .zip(times)
        .map(|(line, at)| spoken(world, chance, chat, line, about, people, at))
        .collect()
}

/// Reads the lines of a conversation; a waiting one ends with the last words of the other side.
fn said(chat: &Chat, moment: Moment) -> Vec<Said> {
    let mut lines: Vec<Said> = chat.lines.iter().map(|line| read(line)).collect();
    if let (Moment::Night(_), Some(last)) = (moment, lines.iter().rposition(|line| !line.mine)) {
        lines.truncate(last + 1);
    }
    lines
}

/// Draws when the lines were said: on working days, the new ones in the night.
fn times(
    world: &World,
    chance: &mut Chance,
    chat: &Chat,
    lines: &[Said],
    moment: Moment,
) -> Vec<Timestamp> {
    let asia = matches!(chat.other, Other::Office(zone) if zone.starts_with("Asia/"));
    let (mut at, new) = match moment {
        Moment::Days(days) => (office_moment(world, chance, asia, days, days), 0),
        Moment::Night(end) => {
            let new = lines
                .iter()
                .rev()
                .take_while(|line| !line.mine && !line.later)
                .count();
            (end, new.max(1))
        }
    };
    let mut times = Vec::with_capacity(lines.len());
    for (place, line) in (1..).zip(lines.iter().rev()) {
        times.push(at);
        at = match place.cmp(&new) {
            // What came before the night was dealt with on a day before.
            Ordering::Equal => office_moment(world, chance, asia, 1, 3),
            Ordering::Less => before(at, SignedDuration::from_secs(chance.between(20, 200)))
                .max(minutes_after(world.calendar.evening, 1)),
            Ordering::Greater => {
                let days = if line.later {
                    chance.between(1, 4) * 86_400
                } else {
                    0
                };
                before(
                    at,
                    SignedDuration::from_secs(days + chance.between(40, 1200)),
                )
            }
        };
    }
    times.reverse();
    times
}

/// Draws who the conversation is with, and the CN or lead it is about.
fn partner(
    world: &World,
    chance: &mut Chance,
    user: usize,
    chat: &Chat,
) -> Option<(usize, Subject)> {
    let speaks = |person: usize| world.people[person].record.locale == chat.lang;
    let one = |chance: &mut Chance, fitting: Vec<usize>| {
        (!fitting.is_empty()).then(|| *chance.pick(&fitting))
    };
    // Nobody has talked to the CNs that went dark.
    let mine = |index: &usize| {
        let cn = &world.networks[*index];
        cn.user == user && cn.mood != Mood::Dark
    };
    match chat.other {
        Other::Owner => {
            let fitting = (0..world.networks.len())
                .filter(|index| mine(index) && speaks(world.networks[*index].owner));
            let network = one(chance, fitting.collect())?;
            Some((
                world.networks[network].owner,
                Subject {
                    network: Some(network),
                    lead: None,
                },
            ))
        }
        Other::Contact => {
            let fitting = (0..world.leads.len()).filter(|index| {
                world.leads[*index].user == user && speaks(world.leads[*index].contact)
            });
            let lead = one(chance, fitting.collect())?;
            Some((
                world.leads[lead].contact,
                Subject {
                    network: None,
                    lead: Some(lead),
                },
            ))
        }
        Other::Office(zone) => {
            let fitting = (0..world.people.len()).filter(|index| {
                let person = &world.people[*index].record;
                person.zone == zone
                    && person.circle == Circle::Colleague
                    && person.user.as_ref() != Some(&world.users[user].0)
            });
            let seat = one(chance, fitting.collect())?;
            let network = one(chance, (0..world.networks.len()).filter(mine).collect());
            Some((
                seat,
                Subject {
                    network,
                    lead: None,
                },
            ))
        }
    }
}
