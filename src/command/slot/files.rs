//! Texts and files of the slots place: copied, written, read.

use jiff::civil::Date;

use super::super::cx::Expects;
use super::super::{CommandError, Cx, Targets, quote_word};
use super::people::{self, guests};
use super::propose::PROPOSED;
use super::{Timetable, book, calendar, names, nobody_can, prompt, timetable};
use crate::effect::{CalendarRequest, Effect};
use crate::list::World;
use crate::pane::{Focus, Place, SlotView, Tone};
use crate::record::{Id, Meeting, Person};
use crate::slots::text::{self, Language, Layout};
use crate::slots::{Attendee, Minute, Span};

/// Copies the best times, or the time of the meeting under the cursor of the agenda.
pub(super) fn copy(cx: &mut Cx<'_>, language: Language) -> Result<(), CommandError> {
    if cx.screen("slot copy")?.focus == Focus::Detail {
        let ids = book::meetings(cx, &Targets::default())?;
        let mut texts = Vec::new();
        for id in &ids {
            texts.extend(words_of(cx.world, id, language)?);
        }
        cx.effects.push(Effect::Copy(texts.join("\n")));
        cx.say(Tone::Done, "copied the meeting");
        return Ok(());
    }
    let table = timetable(cx, "slot copy")?;
    let Some(text) = table.proposal(PROPOSED, language) else {
        return Err(nobody_can(&table));
    };
    cx.effects.push(Effect::Copy(text));
    let words = match (table.offers.len().min(PROPOSED), table.found) {
        (1, 1) => "copied the only time".to_owned(),
        (1, found) => format!("copied the best time of {found}"),
        (count, found) if count == found => format!("copied all {count} times"),
        (count, found) => format!("copied the {count} best times of {found}"),
    };
    cx.say(Tone::Done, words);
    Ok(())
}

/// Writes a meeting as a text to send: what it is about, and when for each of its people.
fn words_of(
    world: &World,
    id: &Id<Meeting>,
    language: Language,
) -> Result<Option<String>, CommandError> {
    let Some(meeting) = world.get(id) else {
        return Ok(None);
    };
    let ids: Vec<Id<Person>> = (meeting.attendees.iter())
        .map(|one| one.person.clone())
        .collect();
    let span = book::slot_of_meeting(meeting)?;
    Ok(Some(invite(world, &meeting.title, &ids, span, language)))
}

fn invite(
    world: &World,
    title: &str,
    people: &[Id<Person>],
    span: Span,
    language: Language,
) -> String {
    let people = people::plain_attendees(world, people);
    let refs: Vec<&Attendee> = people.iter().collect();
    format!(
        "{title}\n{}",
        text::slot(span, &refs, language, Layout::Lines)
    )
}

/// The series that is shown, where it is what a file would be written of.
fn series_shown(cx: &mut Cx<'_>, targets: &Targets) -> Result<Option<Timetable>, CommandError> {
    let shown = cx.screen.as_deref().is_some_and(|screen| {
        screen.place == Place::Slots
            && screen.focus != Focus::Detail
            && screen.slots.view == SlotView::Series
    });
    if !shown || !targets.ids.is_empty() {
        return Ok(None);
    }
    let table = timetable(cx, "slot export")?;
    Ok(Some(table).filter(|table| table.series.is_some()))
}

/// The day of the meeting that would be written, here.
fn date_of_export(cx: &mut Cx<'_>, targets: &Targets) -> Result<Date, CommandError> {
    let zone = cx.world.view.zone.clone();
    let start = match book::meetings(cx, targets) {
        Ok(ids) => {
            let meeting = ids.first().and_then(|id| cx.world.get(id));
            meeting.and_then(|meeting| meeting.start)
        }
        Err(error) if !targets.ids.is_empty() => return Err(error),
        Err(_) if cx.screen.is_none() => None,
        Err(_) => Some(book::under_cursor(cx, "slot export")?),
    };
    Ok(start.map_or(cx.world.view.today(), |start| {
        zone.to_datetime(start).date()
    }))
}

/// Writes a calendar file, and copies the words of the invitation that goes with it.
pub(super) fn export(
    cx: &mut Cx<'_>,
    file: Option<String>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let series = series_shown(cx, targets)?;
    let Some(file) = file else {
        let first = (series.as_ref())
            .and_then(|table| table.series.as_ref()?.rows.first())
            .map(|row| row.span.start.timestamp());
        let named = match first {
            Some(first) => {
                let first = cx.world.view.zone.to_datetime(first).date();
                format!("series-{first}.ics")
            }
            None => format!("meeting-{}.ics", date_of_export(cx, targets)?),
        };
        let mut command = "slot export".to_owned();
        for id in &targets.ids {
            command.push_str(" --id ");
            command.push_str(&quote_word(id));
        }
        return cx.ask(
            "slot export",
            prompt("calendar file", &command, &named, Expects::Text),
        );
    };
    if let Some(table) = series {
        return export_series(cx, file, &table);
    }
    let (text, words) = match book::meetings(cx, targets) {
        Ok(ids) => match ids.first() {
            Some(id) => (
                calendar::meeting_file(cx.world, id)?,
                words_of(cx.world, id, Language::English)?.unwrap_or_default(),
            ),
            None => return Ok(()),
        },
        Err(error) => {
            let asked = !targets.ids.is_empty();
            if asked
                || cx
                    .screen
                    .as_deref()
                    .is_none_or(|screen| screen.place != Place::Slots)
            {
                return Err(error);
            }
            let start = book::under_cursor(cx, "slot export")?;
            let slots = cx.screen("slot export")?.slots.clone();
            let people = guests(cx.world, &slots);
            let length = i32::try_from(slots.minutes).unwrap_or(60);
            let span = Span::lasting(Minute::floor(start), length);
            let uid = cx.world.ids.next(cx.world.view.now);
            let title = book::title_of(cx.world, &people);
            let words = invite(cx.world, &title, &people, span, Language::English);
            (
                calendar::invitation(cx.world, &uid, &title, &people, span)?,
                words,
            )
        }
    };
    // A shell has its file; in the console the invitation is about to be pasted somewhere.
    if cx.screen.is_some() {
        cx.effects.push(Effect::Copy(words));
        cx.say(
            Tone::Done,
            format!("written: {file}; the invitation is copied"),
        );
    } else {
        cx.say(Tone::Done, format!("written: {file}"));
    }
    cx.effects.push(Effect::Export { path: file, text });
    Ok(())
}

/// Writes the series that is shown, without the meetings that somebody cannot come to.
fn export_series(cx: &mut Cx<'_>, file: String, table: &Timetable) -> Result<(), CommandError> {
    let Some(series) = &table.series else {
        return Ok(());
    };
    let now = cx.world.view.now;
    let spans: Vec<Span> = (series.rows.iter())
        .filter(|row| row.possible && row.span.start.timestamp() >= now)
        .map(|row| row.span)
        .collect();
    let left = series.rows.len() - spans.len();
    let slots = cx.screen("slot export")?.slots.clone();
    let people = guests(cx.world, &slots);
    let uid = cx.world.ids.next(now);
    let title = book::title_of(cx.world, &people);
    let clock = series.zone.as_ref();
    let (text, words) = calendar::series_file(cx.world, (&uid, &title), &people, &spans, clock)?;
    let count = spans.len();
    let without = match left {
        0 => String::new(),
        left => format!(", {left} left out that somebody cannot come to"),
    };
    cx.effects.push(Effect::Copy(words));
    cx.say(
        Tone::Done,
        format!(
            "written: {file}, the {count} meetings of the series{without}; the invitation is copied"
        ),
    );
    cx.effects.push(Effect::Export { path: file, text });
    Ok(())
}

/// Asks for a calendar file to be read; what is in it comes back to [`take_calendar`].
pub(super) fn import(
    cx: &mut Cx<'_>,
    file: Option<String>,
    request: CalendarRequest,
) -> Result<(), CommandError> {
    let Some(file) = file else {
        return cx.ask(
            "slot import",
            prompt(
                "calendar file (.ics) of mine",
                "slot import",
                "",
                Expects::Text,
            ),
        );
    };
    let mine = cx.world.me().and_then(|me| me.person.clone());
    let person = match request.person.as_str() {
        "" => mine,
        name => Some(names::person_called(cx.world, name)?),
    };
    let Some(person) = person else {
        return Err(CommandError::refused(
            file,
            "no contact is yours, so nobody has this calendar",
            "name one with --of",
        ));
    };
    cx.effects.push(Effect::ReadCalendar {
        path: file,
        request: CalendarRequest {
            person: person.to_string(),
            ..request
        },
    });
    Ok(())
}
