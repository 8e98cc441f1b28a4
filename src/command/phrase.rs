//! Due phrases in commands: from the reading to a due time, and words for it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{CommandError, Cx, Settings};
use crate::list::World;
use crate::record::{Due, FollowUp, Hours, Person};
use crate::when::hours::{WeekHours, Window, next_start};
use crate::when::phrase::{PhraseContext, PhraseError, Reading, Stretch, Wall, read, stretch};
use crate::when::recur::Recurrence;
use crate::when::{clock, told, wall, zone};

/// Reads a phrase such as `thu 18:00 SGT` against the moment, the zone and the contacts of the console.
pub fn read_phrase(text: &str, cx: &Cx<'_>) -> Result<Reading, CommandError> {
    reading(text, cx.world, cx.settings)
}

/// Reads by when something is due; what has passed already is refused, since nobody means it.
pub(super) fn due_ahead(text: &str, cx: &Cx<'_>) -> Result<Due, CommandError> {
    let reading = read_phrase(text, cx)?;
    let due = due_of(&reading);
    if reading.is_past() {
        let words = due_words(&due, cx);
        return Err(CommandError::refused(
            format!("`{text}`"),
            format!("{words} has passed"),
            "name a later time",
        ));
    }
    Ok(due)
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
    reading_in(text, world, settings, now, &world.view.zone)
}

/// Reads where a meeting may lie, such as `next week` or `mon..fri 9-11am`.
pub(super) fn stretch_at(
    text: &str,
    world: &World,
    settings: &Settings,
) -> Result<Stretch, CommandError> {
    with_context(
        world,
        settings,
        world.view.now,
        &world.view.zone,
        |context| stretch(text, context),
    )
}

/// Reads a phrase as seen from a moment in a zone; see [`read_phrase`].
pub(super) fn reading_in(
    text: &str,
    world: &World,
    settings: &Settings,
    now: Timestamp,
    here: &TimeZone,
) -> Result<Reading, CommandError> {
    with_context(world, settings, now, here, |context| read(text, context))
}

/// Reads something with the contacts and the settings at hand.
fn with_context<T>(
    world: &World,
    settings: &Settings,
    now: Timestamp,
    here: &TimeZone,
    read: impl FnOnce(&PhraseContext<'_>) -> Result<T, PhraseError>,
) -> Result<T, CommandError> {
    let people: Vec<(&str, &str)> = world
        .table::<Person>()
        .records()
        .filter(|(_, person)| !person.zone.is_empty())
        .map(|(_, person)| (person.name.as_str(), person.zone.as_str()))
        .collect();
    let mut context = PhraseContext::new(now, here.clone());
    context.people = &people;
    context.settings.work_start = settings.day_start;
    context.settings.work_end = settings.day_end;
    read(&context)
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
    told::moment(at, &cx.world.view.zone, cx.world.view.today())
}

/// Writes an instant as the console's wall clock shows it, with its zone: `Fri 20 Nov 17:00 LA`.
pub(super) fn stamp_zoned(at: Timestamp, cx: &Cx<'_>) -> String {
    told::moment_zoned(at, &cx.world.view.zone, cx.world.view.today())
}

/// Writes a due time in words: `Fri 20 Nov` or `Thu 19 Nov 18:00 Singapore`.
pub(super) fn due_words(due: &Due, cx: &Cx<'_>) -> String {
    due_words_at(due, &cx.world.view.zone)
}

/// Writes a due time in words for whoever sits in a zone.
pub(super) fn due_words_at(due: &Due, here: &TimeZone) -> String {
    match due {
        Due::On { date } => clock::date_stamp(*date),
        Due::At {
            wall, zone: name, ..
        } => {
            let here = zone::name(here);
            if **name == *here {
                clock::wall_stamp(*wall)
            } else {
                format!("{} {}", clock::wall_stamp(*wall), zone::city_name(name))
            }
        }
    }
}

/// How many working days in a row somebody may be away before their next morning is given up.
const AWAY: usize = 60;

/// Returns the beginning of a person's next working day; without hours, 09:00 on weekdays in their zone. Days off and
/// the public holidays of their country are left out.
pub(super) fn their_morning(cx: &Cx<'_>, person: Option<&Person>) -> Timestamp {
    let now = cx.world.view.now;
    let (zone, hours) = their_week(cx, person);
    let mut at = now;
    for _ in 0..AWAY {
        let next = hours
            .as_ref()
            .and_then(|hours| next_start(at, &zone, hours));
        let Some(next) = next else {
            return now;
        };
        if !is_off(person, next, &zone)
            && hours
                .as_ref()
                .is_some_and(|hours| opens(next, &zone, hours))
        {
            return next;
        }
        at = next;
    }
    at
}

/// Tells whether a working window is the first one of its local day: what follows a break is no morning.
fn opens(start: Timestamp, zone: &TimeZone, hours: &WeekHours) -> bool {
    let date = zone.to_datetime(start).date();
    let midnight = wall::day_start(date, zone).unwrap_or(start);
    let before = midnight.checked_sub(SignedDuration::from_secs(1));
    before.is_ok_and(|before| next_start(before, zone, hours) == Some(start))
}

/// Returns the zone of a person, else mine, and their working hours, else 09:00 to 18:00 on weekdays.
pub(super) fn their_week(cx: &Cx<'_>, person: Option<&Person>) -> (TimeZone, Option<WeekHours>) {
    let zone = person
        .and_then(|person| zone::load(&person.zone).ok())
        .unwrap_or_else(|| cx.world.view.zone.clone());
    let hours = person
        .and_then(|person| week_hours(&person.hours))
        .or_else(|| Window::new(9 * 60, 18 * 60).ok().map(WeekHours::weekdays));
    (zone, hours)
}

/// Tells whether a person is off on the local day of an instant.
pub(super) fn is_off(person: Option<&Person>, at: Timestamp, zone: &TimeZone) -> bool {
    let date = zone.to_datetime(at).date();
    person.is_some_and(|person| super::slot::days_off(person, (date, date)).contains(&date))
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

/// Computes when a recurring follow-up is due next, after the present day and after its own due date; `None` when
/// its rule has ended.
pub(super) fn next_occurrence(
    follow_up: &FollowUp,
    cx: &Cx<'_>,
) -> Result<Option<Due>, CommandError> {
    let rule = Recurrence::parse(&follow_up.recurrence).map_err(|error| {
        CommandError::refused(
            format!("recurrence `{}`", follow_up.recurrence),
            error.to_string(),
            "change it with `follow-up repeat weekly`, or `follow-up repeat never`",
        )
    })?;
    let today = cx.world.view.today();
    let first = follow_up.due.as_ref().map_or(today, Due::date);
    let next = rule.next(first, today.max(first));
    Ok(next.map(|date| moved(follow_up.due.as_ref(), date, &cx.world.view.zone)))
}

/// Moves a due time to another date; a time of day keeps its wall clock and its zone.
pub(super) fn moved(due: Option<&Due>, date: Date, here: &TimeZone) -> Due {
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
