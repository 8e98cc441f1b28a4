//! Calendars out of the console: invitations as `.ics`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::CommandError;
use super::book::slot_of_meeting;
use crate::ics::{self, Firmness, Invite, Meetings};
use crate::list::World;
use crate::record::{Id, Meeting, MeetingState, Person};
use crate::slots::text::{self, Language, Layout};
use crate::slots::{Attendee, Span};
use crate::when::zone;

/// Writes a meeting, or the series that it belongs to, as a calendar file.
///
/// # Errors
///
/// The meeting has no start.
pub(super) fn meeting_file(world: &World, id: &Id<Meeting>) -> Result<String, CommandError> {
    let Some(meeting) = world.get(id) else {
        return Err(CommandError::NoTarget(format!("no meeting `{id}`")));
    };
    let mut all: Vec<(Timestamp, &Meeting)> = if meeting.series.is_empty() {
        meeting
            .start
            .map(|start| (start, meeting))
            .into_iter()
            .collect()
    } else {
        world
            .table::<Meeting>()
            .records()
            .filter(|(_, other)| other.series == meeting.series && !other.is_off(world.view.now))
            .filter_map(|(_, other)| Some((other.start?, other)))
            .collect()
    };
    all.sort_unstable_by_key(|(start, _)| *start);
    let starts: Vec<Timestamp> = all.iter().map(|(start, _)| *start).collect();
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
    let agreed = |one: &Meeting| one.state == MeetingState::Confirmed;
    // A series has one standing: it is agreed once all of it is.
    invite.standing = Some(if all.iter().all(|(_, one)| agreed(one)) {
        Firmness::Confirmed
    } else {
        Firmness::Tentative
    });
    if all.len() > 1 {
        invite.description = times_of_all(world, &all, &people)?;
    }
    if !meeting.agenda.is_empty() {
        invite.description = format!("{}\n\n{}", invite.description, &*meeting.agenda);
    }
    written(&invite, &meetings)
}

/// Writes every meeting of a series in everyone's time, with how firm each is where they differ.
fn times_of_all(
    world: &World,
    all: &[(Timestamp, &Meeting)],
    people: &[Id<Person>],
) -> Result<String, CommandError> {
    let known = super::people::plain_attendees(world, people);
    let refs: Vec<&Attendee> = known.iter().collect();
    let mut lines = Vec::new();
    for ((_, meeting), number) in all.iter().zip(1..) {
        let span = slot_of_meeting(meeting)?;
        let times = text::slot(span, &refs, Language::English, Layout::Line);
        let firm = match meeting.state {
            MeetingState::Confirmed => "confirmed",
            MeetingState::Held => "held",
            _ => "proposed",
        };
        lines.push(format!("{number}. {times} ({firm})"));
    }
    Ok(lines.join("\n"))
}

/// Writes the meetings of a series that is not in the book yet as a calendar file; with it come their times in words.
///
/// # Errors
///
/// There are none.
pub(super) fn series_file(
    world: &World,
    (uid, title): (&str, &str),
    people: &[Id<Person>],
    spans: &[Span],
    clock: Option<&TimeZone>,
) -> Result<(String, String), CommandError> {
    let Some(first) = spans.first() else {
        return Err(CommandError::refused(
            "a series",
            "none of its meetings suits everyone",
            "s tries another clock, l another hour",
        ));
    };
    let known = super::people::plain_attendees(world, people);
    let refs: Vec<&Attendee> = known.iter().collect();
    let times = text::list(spans, &refs, Language::English);
    let starts: Vec<Timestamp> = spans.iter().map(|span| span.start.timestamp()).collect();
    let minutes = first.minutes().unsigned_abs();
    let meetings = match (starts.as_slice(), clock) {
        ([_], _) => one(*first),
        (_, Some(zone)) => Meetings::Fixed {
            starts,
            minutes,
            zone: zone.clone(),
        },
        (_, None) => Meetings::Listed { starts, minutes },
    };
    let mut invite = invite(world, uid, title, people, *first);
    invite.description.clone_from(&times);
    invite.standing = Some(Firmness::Tentative);
    Ok((written(&invite, &meetings)?, format!("{title}\n{times}")))
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
        standing: None,
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
