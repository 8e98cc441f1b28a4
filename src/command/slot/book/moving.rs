//! A meeting that moves: to a time that is named, or to one that is chosen on the hours of its people.

use jiff::{SignedDuration, Timestamp};

use super::{conclude, due_start, expiry, meetings, slot_of_meeting, turnout};
use crate::command::phrase::{instant_of, stamp_zoned as zoned};
use crate::command::{CommandError, Cx, Targets};
use crate::pane::{Place, SlotsScreen, Tone};
use crate::record::{Id, Meeting, MeetingState, Person};
use crate::when::{wall, zone};

/// Moves a meeting to a time that is named, or lets the user choose it on the hours of its people.
pub(in crate::command::slot) fn change_time(
    cx: &mut Cx<'_>,
    to: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = meetings(cx, targets)?;
    let Some(id) = ids.first().cloned() else {
        return Ok(());
    };
    if let Some(phrase) = to {
        let (due, doubt) = due_start(cx, phrase)?;
        return move_to(cx, &id, instant_of(&due, cx), &doubt);
    }
    let Some(meeting) = cx.world.get(&id).cloned() else {
        return Err(CommandError::NoTarget(format!("no meeting `{id}`")));
    };
    let span = slot_of_meeting(&meeting)?;
    let here = cx.world.view.zone.clone();
    let day = here.to_datetime(span.start.timestamp()).date();
    let today = cx.world.view.today();
    let screen = cx.screen("slot move")?;
    screen.go(Place::Slots);
    let slots = &mut screen.slots;
    slots.people = meeting
        .attendees
        .iter()
        .map(|one| one.person.clone())
        .collect();
    slots.optional = meeting
        .attendees
        .iter()
        .filter(|one| !one.required)
        .map(|one| one.person.clone())
        .collect();
    slots.minutes = i64::from(span.minutes()).clamp(5, 480);
    slots.day = Some(day.max(today));
    (slots.from, slots.within) = (None, None);
    // The cells are fine enough for one to begin with the meeting.
    let minute = here
        .to_datetime(span.start.timestamp())
        .minute()
        .unsigned_abs();
    let fits = |step: &u32| *step <= slots.step && u32::from(minute) % step == 0;
    let step = [60, 30, 15, 10, 5].into_iter().find(fits).unwrap_or(5);
    slots.set_step(step);
    if let Some(start) = wall::day_start(day, &here) {
        slots.cell = crate::command::slot::find::cell_of(span.start.timestamp(), start, slots.step);
    }
    slots.moving = Some(id);
    cx.say(
        Tone::Info,
        format!(
            "moving `{}`: choose a time, Enter moves it, Esc leaves it",
            meeting.title
        ),
    );
    Ok(())
}

pub(super) fn move_to(
    cx: &mut Cx<'_>,
    id: &Id<Meeting>,
    start: Timestamp,
    doubt: &str,
) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    if start < now {
        return Err(CommandError::refused(
            format!("a meeting at {}", zoned(start, cx)),
            "that is over",
            "choose a later time",
        ));
    }
    let Some(meeting) = cx.world.get(id).cloned() else {
        return Err(CommandError::NoTarget(format!("no meeting `{id}`")));
    };
    let minutes = meeting.start.map_or(60, |_| {
        slot_of_meeting(&meeting).map_or(60, |span| i64::from(span.minutes()))
    });
    let end = start.checked_add(SignedDuration::from_mins(minutes)).ok();
    let expires = expiry(cx, None, start)?;
    let here = zone::name(&cx.world.view.zone);
    cx.change::<Meeting>(id.as_str(), |meeting| {
        let off = meeting.is_off(now);
        (meeting.start, meeting.end) = (Some(start), end);
        meeting.zone = here;
        if off {
            meeting.state = MeetingState::Held;
        }
        meeting.expires_at = (meeting.state != MeetingState::Confirmed).then_some(expires);
    })?;
    let at = zoned(start, cx);
    let cannot = cannot_come(cx, (id, &meeting), minutes, start)?;
    conclude(
        cx,
        "move",
        format!("moved to {at}{doubt}{cannot}; u takes it back"),
    )
}

/// Says who of a meeting cannot come at another time, and why.
fn cannot_come(
    cx: &Cx<'_>,
    (id, meeting): (&Id<Meeting>, &Meeting),
    minutes: i64,
    start: Timestamp,
) -> Result<String, CommandError> {
    let required = meeting.attendees.iter().filter(|one| one.required);
    let people: Vec<Id<Person>> = required.map(|one| one.person.clone()).collect();
    let slots = SlotsScreen {
        minutes,
        // It does not stand in its own way.
        moving: Some(id.clone()),
        ..SlotsScreen::default()
    };
    let (free, whole, why) = turnout(cx.world, &slots, &people, start)?;
    if free >= whole {
        return Ok(String::new());
    }
    Ok(format!(", {} of {whole} cannot come: {why}", whole - free))
}
