//! Who does it, who waits, and who is reminded when.

use jiff::{SignedDuration, Timestamp};

use super::super::cx::Expects;
use super::super::inbox::{colleagues, command_line, conclude, find_user};
use super::super::phrase::{
    due_of, instant_of, is_off, read_phrase, stamp, their_morning, their_week,
};
use super::super::{Ask, CommandError, Cx, Targets, quote_word};
use super::time::{HANDED, go_on};
use crate::list::World;
use crate::pane::{Countdown, Tone};
use crate::record::{
    AnyRef, Direction, FollowUp, Id, Kind, Lead, Message, MessageKind, MessageState, Network,
    Person, Thread, WaitingOn,
};
use crate::when::hours::is_within;
use crate::when::{clock, zone};

/// Hands follow-ups to a colleague; what it is about, its source and its quote go along.
pub(super) fn hand(
    cx: &mut Cx<'_>,
    person: Option<&str>,
    note: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let named = Targets {
        ids: ids.clone(),
        ..Targets::default()
    };
    let Some(person) = person else {
        let choices = colleagues(cx);
        return cx.ask(
            "follow-up hand",
            Ask::Pick {
                title: "hand over to".into(),
                command: command_line("follow-up hand", &named),
                choices,
            },
        );
    };
    let user = find_user(cx.world, person)?;
    let name = cx
        .world
        .get(&user)
        .map(|user| user.name.clone())
        .unwrap_or_default();
    if note.is_none() && cx.screen.is_some() {
        let command = format!(
            "{} {}",
            command_line("follow-up hand", &named),
            quote_word(user.as_str())
        );
        return cx.ask(
            "follow-up hand",
            Ask::Prompt {
                title: format!("what {name} needs to know"),
                command,
                text: String::new(),
                expects: Expects::Note,
            },
        );
    }
    let me = cx.world.my_id();
    for id in &ids {
        if let Some(note) = note.filter(|note| !note.trim().is_empty()) {
            add_context(cx, id, note)?;
        }
        cx.change::<FollowUp>(id, |follow_up| {
            follow_up.owner = Some(user.clone());
            // The next move is theirs now.
            follow_up.waiting_on = if user == me {
                WaitingOn::Me
            } else {
                WaitingOn::Them
            };
            // Who hands over goes on seeing it.
            let sees = follow_up.created_by.as_ref() == Some(&me)
                || follow_up.shared_with.contains(&me)
                || user == me;
            if !sees {
                follow_up.shared_with.push(me.clone());
            }
        })?;
    }
    go_on(cx, &ids);
    conclude(cx, &format!("{HANDED}{name}"), &ids)
}

/// Puts a line in front of what is known: who said it, when, and what.
pub(super) fn add_context(cx: &mut Cx<'_>, id: &str, note: &str) -> Result<(), CommandError> {
    let today = clock::day_month(cx.world.view.today());
    let me = cx.world.me().map(|me| me.name.clone()).unwrap_or_default();
    let line = format!("{me}, {today}: {}", note.trim());
    cx.change::<FollowUp>(id, |follow_up| {
        let before = follow_up.context.to_string();
        let all = if before.is_empty() {
            line
        } else {
            format!("{line}\n{before}")
        };
        follow_up.context = all.into();
    })?;
    Ok(())
}

/// What leaves this soon is counted down to.
const SOON: SignedDuration = SignedDuration::from_mins(2);

/// Reminds who is waited for when their working day begins.
pub(super) fn nudge(
    cx: &mut Cx<'_>,
    text: Option<&str>,
    at: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let me = cx.world.me().cloned().unwrap_or_default();
    let now = cx.world.view.now;
    let mut shown = String::new();
    let mut soonest: Option<Timestamp> = None;
    for id in &ids {
        let Some(follow_up) = cx.world.table::<FollowUp>().record(id).cloned() else {
            continue;
        };
        let thread = thread_of(cx.world, &follow_up).ok_or_else(|| {
            CommandError::refused(
                format!("nudge for “{}”", follow_up.title),
                "no thread with them is known",
                "write to them from the inbox once, or link the thread with `edit refs=thread:ID`",
            )
        })?;
        let person = waited_for(cx, id).cloned();
        let leaves = match at {
            Some(phrase) => instant_of(&due_of(&read_phrase(phrase, cx)?), cx),
            None => their_hours(cx, person.as_ref()),
        };
        if leaves < now {
            return Err(CommandError::refused(
                "nudge",
                "that time has passed",
                "name a later one",
            ));
        }
        let words = text.map_or_else(|| words_for(person.as_ref(), &follow_up), str::to_owned);
        shown = arrival(cx, leaves, person.as_ref());
        soonest = Some(soonest.map_or(leaves, |soonest| soonest.min(leaves)));
        cx.create(Message {
            thread: Some(thread),
            direction: Direction::Out,
            sender: me.person.clone(),
            sender_name: me.name.clone(),
            sent_at: Some(now),
            kind: MessageKind::Text,
            text: words.into(),
            state: MessageState::Queued,
            send_at: Some(leaves),
            ..Message::default()
        });
        cx.change::<FollowUp>(id, |follow_up| {
            follow_up.nudged_at = Some(leaves);
            follow_up.waiting_on = WaitingOn::Them;
        })?;
    }
    conclude(cx, "nudge", &ids)?;
    if cx.edit_count() > 0 {
        let waits = soonest.map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        if let Some(at) = soonest.filter(|_| waits <= SOON) {
            // They work now: it goes at once, but for the moment in which undo stops it.
            let leaving = Countdown {
                at,
                before: "nudge leaves in ".into(),
                after: format!(" ({shown}); undo stops it"),
            };
            cx.say_leaving(leaving);
        } else {
            let words = format!("nudge leaves {shown}; undo stops it until then");
            cx.say(Tone::Done, words);
        }
    }
    Ok(())
}

/// Says when a message leaves: on their clock, and on mine where it differs.
fn arrival(cx: &Cx<'_>, at: Timestamp, person: Option<&Person>) -> String {
    let mine = stamp(at, cx);
    let theirs = person.and_then(|person| zone::load(&person.zone).ok());
    match theirs.filter(|zone| *zone != cx.world.view.zone) {
        None => mine,
        Some(zone) => {
            let city = zone::city_name(&zone::name(&zone));
            format!("{} {city} = {mine} here", clock::stamp(at, &zone))
        }
    }
}

/// The words of a nudge in the reader's language, where it is one of those we can write.
fn words_for(person: Option<&Person>, follow_up: &FollowUp) -> String {
    let name = person.map_or("", |person| person.name.as_str());
    let first = name.split_whitespace().next().unwrap_or(name);
    let locale = person.map_or("", |person| person.locale.as_str());
    let title = &follow_up.title;
    match locale.split('-').next().unwrap_or("") {
        "zh" => format!("{name}，您好！想跟进一下这件事：{title}。目前进展如何？谢谢！"),
        "es" => format!("Hola {first}, ¿cómo va esto? {title}. ¡Gracias!"),
        "pt" => format!("Oi {first}, como está isto? {title}. Obrigado!"),
        "ja" => {
            format!("{name}様、こちらの件はいかがでしょうか：{title}。よろしくお願いいたします。")
        }
        _ if first.is_empty() => {
            format!("Hi, a quick nudge on this: {title}. Where does it stand? Thank you!")
        }
        _ => format!("Hi {first}, a quick nudge on this: {title}. Where does it stand? Thank you!"),
    }
}

/// Returns the thread in which a follow-up is talked about: the one it names, that of its message, else the
/// newest with who is waited for, or with whoever speaks for the lead or the CN that it is about.
fn thread_of(world: &World, follow_up: &FollowUp) -> Option<Id<Thread>> {
    let named = follow_up.refs.iter().find_map(AnyRef::id_of::<Thread>);
    let origin = world.follow::<Message>(follow_up.origin.as_ref());
    named
        .or_else(|| origin.and_then(|message| message.thread.clone()))
        .or_else(|| {
            let known = follow_up.waiting_for.as_ref();
            let person = known.or_else(|| speaker(world, follow_up))?;
            world
                .table::<Thread>()
                .records()
                .filter(|(_, thread)| thread.from.as_ref() == Some(person))
                .max_by_key(|(id, thread)| (thread.last_at, (*id).clone()))
                .map(|(id, _)| id.clone())
        })
}

/// Returns whoever speaks for the lead or the CN that a follow-up is about.
fn speaker<'w>(world: &'w World, follow_up: &FollowUp) -> Option<&'w Id<Person>> {
    let lead = world.follow::<Lead>(follow_up.lead.as_ref());
    let network = world.follow::<Network>(follow_up.network.as_ref());
    let contact = lead.and_then(|lead| lead.contact.as_ref());
    contact.or_else(|| network.and_then(|network| network.contact.as_ref()))
}

/// Returns who is waited for, or who wrote in the thread that a follow-up is about.
pub(super) fn waited_for<'c>(cx: &'c Cx<'_>, id: &str) -> Option<&'c Person> {
    let follow_up = cx.world.table::<FollowUp>().record(id)?;
    let person = cx.world.follow::<Person>(follow_up.waiting_for.as_ref());
    let person = person.or_else(|| {
        let thread = cx.world.get(&thread_of(cx.world, follow_up)?)?;
        cx.world.follow::<Person>(thread.from.as_ref())
    });
    person.or_else(|| cx.world.follow(speaker(cx.world, follow_up)))
}

/// Returns when a message best reaches somebody: now, while they work, else when their next working day begins.
/// Without hours of their own they work 09:00 to 18:00 on weekdays; days off and public holidays are left out.
fn their_hours(cx: &Cx<'_>, person: Option<&Person>) -> Timestamp {
    let now = cx.world.view.now;
    let (zone, hours) = their_week(cx, person);
    let works = hours.is_some_and(|hours| is_within(now, &zone, &hours));
    if works && !is_off(person, now, &zone) {
        return now.checked_add(cx.settings.send_delay).unwrap_or(now);
    }
    their_morning(cx, person)
}

/// Reads who has the next move.
pub(in crate::command) fn read_waiting(who: &str) -> Result<WaitingOn, CommandError> {
    match who {
        "me" => Ok(WaitingOn::Me),
        "them" => Ok(WaitingOn::Them),
        "nobody" => Ok(WaitingOn::Nobody),
        other => Err(CommandError::usage(
            format!("`{other}` is nobody who can have the next move"),
            "write me, them or nobody",
        )),
    }
}

/// Says who has the next move.
pub(super) fn wait(
    cx: &mut Cx<'_>,
    who: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let fixed = who.map(read_waiting).transpose()?;
    let mut last = WaitingOn::Me;
    for id in &ids {
        cx.change::<FollowUp>(id, |follow_up| {
            let turned = match follow_up.waiting_on {
                WaitingOn::Them => WaitingOn::Me,
                _ => WaitingOn::Them,
            };
            follow_up.waiting_on = fixed.clone().unwrap_or(turned);
            last = follow_up.waiting_on.clone();
        })?;
    }
    let words = match last {
        WaitingOn::Them => "their move",
        WaitingOn::Me => "my move",
        _ => "nobody's move",
    };
    conclude(cx, words, &ids)
}
