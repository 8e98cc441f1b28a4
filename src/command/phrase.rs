//! Due phrases in commands: from the reading to a due time, and words for it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::{CommandError, Cx, Settings};
use crate::list::World;
use crate::record::{Due, FollowUp, Hours, Person};
use crate::when::hours::{WeekHours, Window, next_start};
use crate::when::phrase::{PhraseContext, Reading, Wall, read};
use crate::when::{clock, wall, zone};

/// Reads a phrase such as `thu 18:00 SGT` against the moment, the zone and the contacts of the console.
pub fn read_phrase(text: &str, cx: &Cx<'_>) -> Result<Reading, CommandError> {
    reading(text, cx.world, cx.settings)
}

/// Reads a phrase; see [`read_phrase`].
pub(crate) fn reading(
    text: &str,
    world: &World,
    settings: &Settings,
) -> Result<Reading, CommandError> {
    reading_at(text, world, settings, world.view.now)
}

/// Reads a phrase as seen from a moment; see [`read_phrase`].
pub(crate) fn reading_at(
    text: &str,
    world: &World,
    settings: &Settings,
    now: Timestamp,
) -> Result<Reading, CommandError> {
    let people: Vec<(&str, &str)> = world
        .table::<Person>()
        .records()
        .filter(|(_, person)| !person.zone.is_empty())
        .map(|(_, person)| (person.name.as_str(), person.zone.as_str()))
        .collect();
    let mut context = PhraseContext::new(now, world.view.zone.clone());
    context.people = &people;
    context.settings.work_start = settings.day_start;
    context.settings.work_end = settings.day_end;
    read(text, &context)
        .map_err(|error| CommandError::usage(error.to_string(), "try `fri` or `thu 18:00 SGT`"))
}

/// Turns a reading into a due time: a day stays a day, a time keeps its wall clock, zone and instant.
pub fn due_of(reading: &Reading) -> Due {
    match reading.end.unwrap_or(reading.start) {
        Wall::Day(date) => Due::On { date },
        Wall::Minute(at) => Due::At {
            wall: at,
            zone: zone::name(&reading.zone).into(),
            instant: reading.end_instant(),
        },
    }
}

/// Returns the instant of a due time; a day counts from the start of work at the console.
pub(super) fn instant_of(due: &Due, cx: &Cx<'_>) -> Timestamp {
    match due {
        Due::At { instant, .. } => *instant,
        Due::On { date } => {
            wall::instant(date.to_datetime(cx.settings.day_start), &cx.world.view.zone)
        }
    }
}

/// Writes an instant as the console's wall clock shows it.
pub(super) fn stamp(at: Timestamp, cx: &Cx<'_>) -> String {
    clock::stamp(at, &cx.world.view.zone)
}

/// Writes a due time in words: `Fri 20 Nov` or `Thu 19 Nov 18:00 Singapore`.
pub(super) fn due_words(due: &Due, cx: &Cx<'_>) -> String {
    match due {
        Due::On { date } => clock::date_stamp(*date),
        Due::At {
            wall, zone: name, ..
        } => {
            let here = zone::name(&cx.world.view.zone);
            if **name == *here {
                clock::wall_stamp(*wall)
            } else {
                format!("{} {}", clock::wall_stamp(*wall), zone::city_name(name))
            }
        }
    }
}

/// Returns the beginning of a person's next working day; without hours, 09:00 on weekdays in their zone.
pub(super) fn their_morning(cx: &Cx<'_>, person: Option<&Person>) -> Timestamp {
    let now = cx.world.view.now;
    let zone = person
        .and_then(|person| zone::load(&person.zone).ok())
        .unwrap_or_else(|| cx.world.view.zone.clone());
    let hours = person
        .and_then(|person| week_hours(&person.hours))
        .or_else(|| Window::new(9 * 60, 18 * 60).ok().map(WeekHours::weekdays));
    hours
        .and_then(|hours| next_start(now, &zone, &hours))
        .unwrap_or(now)
}

/// Turns the working hours of a record into the hours that `when` computes with.
pub(crate) fn week_hours(hours: &Hours) -> Option<WeekHours> {
    let mut week = WeekHours::new();
    for (name, weekday) in Hours::WEEKDAYS {
        for window in hours.working.get(name).into_iter().flatten() {
            if let Ok(window) = Window::parse(&window.from, &window.to) {
                week.add(weekday, window);
            }
        }
    }
    (!week.is_empty()).then_some(week)
}

/// Computes when a recurring follow-up is due next, after the present day and after its own due date.
pub(super) fn next_occurrence(follow_up: &FollowUp, cx: &Cx<'_>) -> Result<Due, CommandError> {
    let rule = &follow_up.recurrence;
    let refuse = || {
        CommandError::refused(
            format!("recurrence `{rule}`"),
            "only FREQ=DAILY, WEEKLY, MONTHLY or YEARLY with INTERVAL is understood",
            "change it with `edit recurrence=FREQ=WEEKLY`",
        )
    };
    let mut step = None;
    let mut interval = 1_i32;
    for part in rule.trim_start_matches("RRULE:").split(';') {
        match part.split_once('=') {
            Some(("FREQ", "DAILY")) => step = Some(1.day()),
            Some(("FREQ", "WEEKLY")) => step = Some(1.week()),
            Some(("FREQ", "MONTHLY")) => step = Some(1.month()),
            Some(("FREQ", "YEARLY")) => step = Some(1.year()),
            Some(("INTERVAL", count)) => {
                interval = count
                    .parse()
                    .ok()
                    .filter(|count| (1..=999).contains(count))
                    .ok_or_else(refuse)?;
            }
            // The days of a weekly rule are those of the due date itself.
            Some(("BYDAY" | "BYMONTHDAY", _)) => {}
            _ => return Err(refuse()),
        }
    }
    let step = step.ok_or_else(refuse)?;
    let today = cx.world.view.today();
    let first = follow_up.due.as_ref().map_or(today, Due::date);
    // Counting from the first date keeps the 31st from wandering to the 28th.
    let next = (1..10_000_i32)
        .map_while(|count| {
            let span = step
                .checked_mul(i64::from(count) * i64::from(interval))
                .ok()?;
            first.checked_add(span).ok()
        })
        .find(|date| *date > today)
        .ok_or_else(refuse)?;
    Ok(moved(follow_up.due.as_ref(), next, &cx.world.view.zone))
}

fn moved(due: Option<&Due>, date: Date, here: &TimeZone) -> Due {
    match due {
        Some(Due::At {
            wall: at,
            zone: name,
            ..
        }) => {
            let wall = date.to_datetime(at.time());
            let zone = zone::load(name).unwrap_or_else(|_| here.clone());
            Due::At {
                wall,
                zone: name.clone(),
                instant: wall::instant(wall, &zone),
            }
        }
        _ => Due::On { date },
    }
}
