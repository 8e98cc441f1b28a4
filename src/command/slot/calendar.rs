//! Calendars out of and into the console: invitations as `.ics`, and other calendars as busy blocks.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::{CommandError, Cx};
use super::book::slot_of_meeting;
use crate::ics::{self, Invite, Meetings, Options};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{BusyBlock, Id, Meeting, Person};
use crate::slots::text::{self, Language, Layout};
use crate::slots::{Attendee, Span};
use crate::when::{tzdb, zone};

/// How far back and ahead a calendar is read, in days.
const REACH: (i64, i64) = (7, 180);
/// The most busy blocks that are made from one calendar.
const MOST_BLOCKS: usize = 5_000;
/// Remarks that are said on a screen; without one all are printed.
const SAID: usize = 3;

/// Writes a meeting, or the series that it belongs to, as a calendar file.
///
/// # Errors
///
/// The meeting has no start.
pub(super) fn meeting_file(world: &World, id: &Id<Meeting>) -> Result<String, CommandError> {
    let Some(meeting) = world.get(id) else {
        return Err(CommandError::NoTarget(format!("no meeting `{id}`")));
    };
    let mut starts: Vec<Timestamp> = if meeting.series.is_empty() {
        meeting.start.into_iter().collect()
    } else {
        world
            .table::<Meeting>()
            .records()
            .filter(|(_, other)| other.series == meeting.series && !other.is_off(world.view.now))
            .filter_map(|(_, other)| other.start)
            .collect()
    };
    starts.sort_unstable();
    let uid = if meeting.series.is_empty() {
        id.as_str()
    } else {
        meeting.series.as_str()
    };
    let version = world
        .table::<Meeting>()
        .get(id.as_str())
        .map_or(0, |row| row.version);
    let people: Vec<Id<Person>> = meeting
        .attendees
        .iter()
        .map(|one| one.person.clone())
        .collect();
    let span = slot_of_meeting(meeting)?;
    let zone = zone::load(&meeting.zone).unwrap_or_else(|_| world.view.zone.clone());
    let meetings = match starts.as_slice() {
        [_, _, ..] => {
            let times = starts.iter().map(|at| zone.to_datetime(*at).time());
            let turning = times.clone().any(|time| Some(time) != times.clone().next());
            let minutes = span.minutes().unsigned_abs();
            if turning {
                Meetings::Listed { starts, minutes }
            } else {
                Meetings::Fixed {
                    starts,
                    minutes,
                    zone,
                }
            }
        }
        _ => one(span),
    };
    let mut invite = invite(world, uid, &meeting.title, &people, span);
    invite.sequence = u32::try_from(version).unwrap_or(u32::MAX);
    if !meeting.agenda.is_empty() {
        invite.description = format!("{}\n\n{}", invite.description, &*meeting.agenda);
    }
    written(&invite, &meetings)
}

fn one(span: Span) -> Meetings {
    Meetings::One {
        start: span.start.timestamp(),
        minutes: span.minutes().unsigned_abs(),
    }
}

/// Writes an invitation for a time that is not in the book yet.
///
/// # Errors
///
/// The span is empty.
pub fn invitation(
    world: &World,
    uid: &str,
    title: &str,
    people: &[Id<Person>],
    span: Span,
) -> Result<String, CommandError> {
    written(&invite(world, uid, title, people, span), &one(span))
}

fn written(invite: &Invite, meetings: &Meetings) -> Result<String, CommandError> {
    ics::write(invite, meetings).map_err(|error| {
        CommandError::refused("the invitation", error.to_string(), "choose another time")
    })
}

/// Says who is invited to what, with everyone's time in the text.
fn invite(world: &World, uid: &str, title: &str, people: &[Id<Person>], span: Span) -> Invite {
    let known = super::people::plain_attendees(world, people);
    let refs: Vec<&Attendee> = known.iter().collect();
    let mine = world.me().and_then(|me| me.person.clone());
    let guest = |id: &Id<Person>| {
        world.get(id).map(|person| ics::Guest {
            name: person.name.clone(),
            address: mail_of(person),
        })
    };
    Invite {
        uid: format!("{uid}@cnm"),
        stamp: world.view.now,
        sequence: 0,
        summary: title.to_owned(),
        description: text::slot(span, &refs, Language::English, Layout::Lines),
        organizer: mine.as_ref().and_then(guest),
        guests: people.iter().filter_map(guest).collect(),
    }
}

fn mail_of(person: &Person) -> Option<String> {
    let mail = |channel: &str| matches!(channel, "email" | "e-mail" | "mail");
    person
        .handles
        .iter()
        .find(|handle| mail(&handle.channel) && handle.address.contains('@'))
        .map(|handle| handle.address.clone())
}

/// Takes the busy time of a calendar file into the book: what is new is added, what is gone from the same
/// calendar is removed, what is there already stays. Titles are kept only when asked for: everyone sees blocks.
///
/// # Errors
///
/// The file is no calendar, is too large, or holds more than 5,000 blocks.
pub fn take_calendar(
    cx: &mut Cx<'_>,
    person: &str,
    file: &str,
    titles: bool,
    bytes: &[u8],
) -> Result<(), CommandError> {
    // What the reader says ends with what to do.
    let refuse = |why: String| match why.rsplit_once("; ") {
        Some((why, hint)) => CommandError::refused(file.to_owned(), why.to_owned(), hint),
        None => CommandError::refused(file.to_owned(), why, "export it again as iCalendar (.ics)"),
    };
    let person: Id<Person> = Id::new(person);
    let Some(whose) = cx.world.get(&person).cloned() else {
        return Err(CommandError::NoTarget(format!("no contact `{person}`")));
    };
    let now = cx.world.view.now;
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let from = now.checked_sub(days(REACH.0)).unwrap_or(now);
    let to = now.checked_add(days(REACH.1)).unwrap_or(now);
    let local = zone::load(&whose.zone).unwrap_or_else(|_| cx.world.view.zone.clone());
    let mut options = Options::new(from, to).local(local);
    options.zones = tzdb::current().database.clone();
    let import = ics::read(bytes, &options).map_err(|error| refuse(error.to_string()))?;
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let source = format!("ics:{}", import.name.as_deref().unwrap_or(base));
    let mut wanted = blocks(&import, titles, (from, to));
    if wanted.len() > MOST_BLOCKS {
        return Err(refuse(format!(
            "{} busy blocks in half a year are more than {MOST_BLOCKS}",
            wanted.len()
        )));
    }
    let (mut gone, mut kept) = (Vec::new(), 0_usize);
    for (id, block) in cx.world.table::<BusyBlock>().records() {
        if block.person.as_ref() != Some(&person) || block.source != source {
            continue;
        }
        let (Some(start), Some(end)) = (block.start, block.end) else {
            continue;
        };
        match wanted.get_mut(&(start, end, block.title.clone())) {
            Some(times) if *times == 0 => {
                *times = 1;
                kept += 1;
            }
            // Blocks of the past that the file need not hold any more stay as they are; doubles go.
            Some(_) => gone.push(id.clone()),
            None if end > from && start < to && start >= from => gone.push(id.clone()),
            None => {}
        }
    }
    for id in &gone {
        cx.delete(crate::record::Kind::BusyBlock, id.as_str())?;
    }
    let mut added = 0_usize;
    for ((start, end, title), there) in wanted {
        if there == 0 {
            added += 1;
            cx.create(BusyBlock {
                person: Some(person.clone()),
                start: Some(start),
                end: Some(end),
                title,
                source: source.clone(),
            });
        }
    }
    cx.label(format!("calendar of {}", whose.name));
    told(cx, &whose, base, (added, gone.len(), kept), &import.remarks);
    Ok(())
}

/// The busy time that a calendar holds in a range, with titles where they are kept; none is in the book yet.
fn blocks(
    import: &ics::Import,
    titles: bool,
    (from, to): (Timestamp, Timestamp),
) -> BTreeMap<(Timestamp, Timestamp, String), usize> {
    if !titles {
        let merged = merged(import, from, to).into_iter();
        return merged
            .map(|(start, end)| ((start, end, String::new()), 0))
            .collect();
    }
    import
        .occurrences
        .iter()
        .filter(|one| one.shows == ics::Shows::Busy && one.end > one.start)
        .filter(|one| one.end > from && one.start < to)
        .map(|one| {
            let title = crate::text::plain(&one.summary).into_owned();
            ((one.start, one.end, title), 0)
        })
        .collect()
}

/// Merges the busy time that reaches into a range without cutting it: a block must be the same on every day on
/// which the calendar is read.
fn merged(import: &ics::Import, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for one in &import.occurrences {
        let busy = one.shows == ics::Shows::Busy && one.end > one.start;
        if !busy || one.end <= from || one.start >= to {
            continue;
        }
        match merged.last_mut() {
            Some(last) if one.start <= last.1 => last.1 = last.1.max(one.end),
            _ => merged.push((one.start, one.end)),
        }
    }
    merged
}

/// Says what came of a calendar, and which events were left out and why.
fn told(
    cx: &mut Cx<'_>,
    whose: &Person,
    file: &str,
    (added, gone, kept): (usize, usize, usize),
    remarks: &[ics::Remark],
) {
    let mut words = format!(
        "{file}: {added} busy blocks of {} added, {gone} removed, {kept} as they were",
        whose.name
    );
    if cx.screen.is_none() {
        cx.say(Tone::Done, words);
        for remark in remarks {
            cx.say(Tone::Info, remark.to_string());
        }
        return;
    }
    for remark in remarks.iter().take(SAID) {
        words.push_str("; ");
        words.push_str(&remark.to_string());
    }
    if remarks.len() > SAID {
        let more = remarks.len() - SAID;
        words = format!("{words}; and {more} more: `cnm slot import` lists them all");
    }
    cx.say(Tone::Done, words);
}
