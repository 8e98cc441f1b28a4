//! What the slots place shows: which day, which cells, which time is under the cursor, whom it is about.

use jiff::ToSpan as _;

use super::super::cx::Expects;
use super::super::{CommandError, Cx, Targets};
use super::find::{Wanted, cell_of, read_length};
use super::people::people_about;
use super::timetable::{Timetable, agenda};
use super::{book, nobody_can, prompt, timetable};
use crate::pane::{Anchored, Focus, Place, SlotView, Tone};
use crate::record::{AnyRef, Id, Person, Thread};
use crate::when::wall;

/// The lengths of a cell, in minutes.
const STEPS: [u32; 3] = [15, 30, 60];

pub(super) fn step_cells(slots: &mut crate::pane::SlotsScreen, finer: bool) {
    let at = STEPS
        .iter()
        .position(|step| *step == slots.step)
        .unwrap_or(1);
    let at = if finer { at.saturating_sub(1) } else { at + 1 };
    slots.set_step(STEPS.get(at).copied().unwrap_or(60));
}

/// Leaves one thing at a time.
pub(super) fn leave(screen: &mut crate::pane::Screen) {
    screen.notice = None;
    let slots = &mut screen.slots;
    if slots.moving.take().is_some() {
        screen.say(Tone::Info, "the meeting stays where it was");
    } else if slots.view != SlotView::Times {
        slots.view = SlotView::Times;
        slots.first = None;
    } else if screen.focus == Focus::Detail {
        screen.focus = Focus::List;
    } else if slots.within.is_some() {
        slots.within = None;
        slots.days = 7;
    } else if screen.zoom {
        screen.zoom = false;
    } else if slots.about.is_some() || slots.thread.is_some() {
        // Back to where the meeting was asked for.
        (slots.about, slots.thread) = (None, None);
        slots.people.clear();
        screen.travel(false);
    }
}

pub(super) fn step_day(cx: &mut Cx<'_>, by: i64) -> Result<(), CommandError> {
    let today = cx.world.view.today();
    let slots = &mut cx.screen("slot")?.slots;
    slots.day = slots
        .day
        .unwrap_or(today)
        .checked_add(by.days())
        .ok()
        .or(slots.day);
    Ok(())
}

/// Goes to a time of the range.
pub(super) fn go_to(
    cx: &mut Cx<'_>,
    table: &Timetable,
    at: jiff::Timestamp,
) -> Result<(), CommandError> {
    let zone = cx.world.view.zone.clone();
    let day = zone.to_datetime(at).date();
    let start = wall::day_start(day, &zone).unwrap_or(at);
    let slots = &mut cx.screen("slot")?.slots;
    slots.from = Some(table.from);
    slots.day = Some(day);
    slots.cell = cell_of(at, start, slots.step);
    Ok(())
}

/// Goes to the next or former of the best times, or of the meetings where those have the keys.
pub(super) fn next(cx: &mut Cx<'_>, forward: bool) -> Result<(), CommandError> {
    if cx.screen("slot best")?.focus == Focus::Detail {
        let slots = cx.screen("slot best")?.slots.clone();
        let day = slots.day.unwrap_or_else(|| cx.world.view.today());
        let rows = agenda(cx.world, day);
        let here = rows
            .iter()
            .position(|(_, id)| Some(id) == slots.meeting.as_ref());
        let next = match (here, forward) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(rows.len().saturating_sub(1)),
            (Some(at), false) => at.saturating_sub(1),
        };
        cx.screen("slot best")?.slots.meeting = rows.get(next).map(|(_, id)| id.clone());
        return Ok(());
    }
    let table = timetable(cx, "slot best")?;
    let zone = cx.world.view.zone.clone();
    let slots = cx.screen("slot best")?.slots.clone();
    let place = |at: jiff::Timestamp| {
        let day = zone.to_datetime(at).date();
        let start = wall::day_start(day, &zone).unwrap_or(at);
        (day, cell_of(at, start, slots.step))
    };
    let count = table.offers.len();
    if count == 0 {
        return Err(nobody_can(&table));
    }
    let here = table
        .offers
        .iter()
        .position(|offer| place(offer.start) == (table.day, slots.cell));
    let next = match (here, forward) {
        (None, true) => 0,
        (None, false) => count - 1,
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
    };
    match table.offers.get(next).map(|offer| offer.start) {
        Some(at) => go_to(cx, &table, at),
        None => Err(nobody_can(&table)),
    }
}

pub(super) fn show_series(
    cx: &mut Cx<'_>,
    clock: Option<Anchored>,
    every: Option<i64>,
) -> Result<(), CommandError> {
    let shown = cx.screen("slot series")?.slots.view == SlotView::Series;
    if !shown {
        let at = book::under_cursor(cx, "slot series")?;
        cx.screen("slot series")?.slots.first = Some(at);
    }
    let slots = &mut cx.screen("slot series")?.slots;
    slots.view = SlotView::Series;
    slots.every = every.unwrap_or(slots.every);
    slots.anchored = match clock {
        Some(clock) => clock,
        None if !shown => slots.anchored,
        None => match slots.anchored {
            Anchored::Mine => Anchored::Theirs,
            Anchored::Theirs => Anchored::Rotate,
            Anchored::Rotate => Anchored::Mine,
        },
    };
    Ok(())
}

pub(super) fn set_length(cx: &mut Cx<'_>, length: Option<&str>) -> Result<(), CommandError> {
    let Some(length) = length else {
        return cx.ask(
            "slot length",
            prompt("length of the meeting", "slot length", "45m", Expects::Text),
        );
    };
    let minutes = read_length(length)?;
    cx.screen("slot")?.slots.minutes = minutes;
    cx.say(Tone::Info, format!("{minutes} minutes"));
    Ok(())
}

pub(super) fn set_range(cx: &mut Cx<'_>, days: Option<i64>) -> Result<(), CommandError> {
    let Some(days) = days else {
        return cx.ask(
            "slot range",
            prompt("look ahead how many days", "slot range", "7", Expects::Text),
        );
    };
    if !(1..=92).contains(&days) {
        return Err(CommandError::refused(
            format!("a range of {days} days"),
            "it is between 1 and 92 days long",
            "try 7, 14 or 28",
        ));
    }
    let slots = &mut cx.screen("slot")?.slots;
    (slots.days, slots.within) = (days, None);
    cx.say(Tone::Info, format!("best times of {days} days"));
    Ok(())
}

/// Looks for what a line of words says.
pub(super) fn look_for(cx: &mut Cx<'_>, words: Option<&str>) -> Result<(), CommandError> {
    let Some(words) = words else {
        return cx.ask(
            "slot find",
            prompt("meet", "slot find", "", Expects::Meeting),
        );
    };
    let wanted = Wanted::read(words, cx.world, cx.settings)?;
    let mut slots = cx.screen("slot find")?.slots.clone();
    wanted.apply(cx.world, &mut slots);
    let told = wanted.words(cx.world);
    let screen = cx.screen("slot find")?;
    screen.go(Place::Slots);
    screen.slots = slots;
    let table = timetable(cx, "slot find")?;
    let first = table.offers.first().map(|offer| offer.start);
    if let Some(at) = first {
        go_to(cx, &table, at)?;
        let words = match (table.offers.len(), table.found) {
            (_, 1) => "1 start suits everyone".to_owned(),
            (shown, found) if shown == found => format!("{found} starts suit everyone"),
            (shown, found) => format!("{found} starts suit everyone, the best {shown} are listed"),
        };
        cx.say(Tone::Info, format!("{told}: {words}"));
    } else {
        cx.screen("slot find")?.slots.view = SlotView::Why;
        cx.say(Tone::Info, format!("{told}: no time suits everyone"));
    }
    Ok(())
}

/// Looks for a time with the people of a record.
pub(super) fn meet(cx: &mut Cx<'_>, targets: &Targets) -> Result<(), CommandError> {
    let links = targets.any(None, cx)?;
    let mut people: Vec<Id<Person>> = Vec::new();
    for link in &links {
        for person in people_about(cx.world, link) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
    }
    if people.len() < 2 {
        let title = links
            .first()
            .map(|link| cx.world.title(link))
            .unwrap_or_default();
        return Err(CommandError::refused(
            format!("a meeting about {title}"),
            "nobody with a time zone belongs to it",
            "`edit` gives its contact a zone, w in Slots picks people",
        ));
    }
    let thread: Option<Id<Thread>> = links.first().and_then(AnyRef::id_of::<Thread>);
    let about = match thread.as_ref().and_then(|id| cx.world.get(id)) {
        Some(thread) => {
            let network = thread.network.as_ref().map(Id::link);
            thread.lead.as_ref().map(Id::link).or(network)
        }
        None => links.first().cloned(),
    };
    let screen = cx.screen("slot meet")?;
    screen.go(Place::Slots);
    screen.slots = crate::pane::SlotsScreen {
        people,
        about,
        thread,
        minutes: screen.slots.minutes,
        step: screen.slots.step,
        ..crate::pane::SlotsScreen::default()
    };
    screen.slots.set_step(screen.slots.step);
    let table = timetable(cx, "slot meet")?;
    if let Some(at) = table.offers.first().map(|offer| offer.start) {
        go_to(cx, &table, at)?;
    }
    Ok(())
}
