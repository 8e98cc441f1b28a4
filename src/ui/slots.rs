//! The hours of people in all zones: a row a person, columns are instants.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, piece};
use crate::app::App;
use crate::pane::Place;
use crate::record::{BusyBlock, Hours, Id, Meeting, MeetingState, Person, Window};
use crate::when::{clock, wall, zone};

/// What a person can do in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hour {
    Preferred,
    Working,
    Acceptable,
    Busy,
    No,
}

/// The people shown: those chosen, else me and the colleagues I wait for.
pub(super) fn people(app: &App) -> Vec<Id<Person>> {
    if !app.screen.slots.people.is_empty() {
        return app.screen.slots.people.clone();
    }
    let mut people: Vec<Id<Person>> = Vec::new();
    people.extend(app.world.me().and_then(|me| me.person.clone()));
    let mut others: Vec<(&str, &Id<Person>)> = app
        .world
        .table::<Person>()
        .records()
        .filter(|(_, person)| !person.zone.is_empty() && person.hours != Hours::default())
        .map(|(id, person)| (person.zone.as_str(), id))
        .collect();
    others.sort();
    let mut zones: Vec<&str> = Vec::new();
    for (zone, id) in others {
        if !zones.contains(&zone) && !people.contains(id) {
            zones.push(zone);
            people.push(id.clone());
        }
    }
    people.truncate(6);
    people
}

/// Draws the day in all zones.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let day = app
        .screen
        .slots
        .day
        .unwrap_or_else(|| app.world.view.today());
    let title = format!("Slots {}", clock::date_stamp(day));
    let right = format!(
        "{} min · tzdb {}",
        app.screen.slots.minutes,
        zone::tzdb_version()
    );
    let inner = canvas.frame(area, &title, &right, app.screen.place == Place::Slots);
    if inner.height < 3 {
        return;
    }
    let people = people(app);
    let label = 22.min(inner.width / 3);
    let room = inner.width.saturating_sub(label + 1);
    let per_cell = if room >= 96 { 4 } else { 3 };
    let hours = hours_of(app, day);
    let shown = usize::from(room / per_cell).min(hours.len());
    let first = first_hour(app, &hours, shown);
    let hours: Vec<Timestamp> = hours.into_iter().skip(first).take(shown).collect();
    let mut y = inner.y;
    let mut free = vec![0_usize; hours.len()];
    for id in &people {
        if y + 2 >= inner.bottom() {
            break;
        }
        let Some(person) = app.world.get(id) else {
            continue;
        };
        row(
            canvas,
            app,
            id,
            person,
            Rect {
                y,
                height: 2,
                ..inner
            },
            label,
            per_cell,
            &hours,
            &mut free,
        );
        y += 2;
    }
    free_row(
        canvas,
        app,
        &hours,
        &free,
        people.len(),
        Rect {
            y,
            height: 1,
            ..inner
        },
        label,
        per_cell,
        first,
    );
    y += 2;
    legend(canvas, inner, y);
    y += 2;
    agenda(
        canvas,
        app,
        day,
        Rect {
            y,
            height: inner.bottom().saturating_sub(y),
            ..inner
        },
    );
}

/// The hours of a local day as instants: 23, 24 or 25 of them.
fn hours_of(app: &App, day: Date) -> Vec<Timestamp> {
    let zone = &app.world.view.zone;
    let start = wall::day_start(day, zone).unwrap_or(app.world.view.now);
    let end = wall::day_end(day, zone);
    let mut hours = Vec::new();
    let mut at = start;
    while at < end && hours.len() < 26 {
        hours.push(at);
        let Ok(next) = at.checked_add(SignedDuration::from_hours(1)) else {
            break;
        };
        at = next;
    }
    hours
}

/// The first hour that is shown where not all fit: the evening is what matters.
fn first_hour(app: &App, hours: &[Timestamp], shown: usize) -> usize {
    let last = hours.len().saturating_sub(shown);
    app.screen
        .slots
        .cell
        .saturating_sub(shown.saturating_sub(1))
        .max(last)
        .min(last)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one row of a grid needs its person and its place"
)]
fn row(
    canvas: &mut Canvas<'_>,
    app: &App,
    id: &Id<Person>,
    person: &Person,
    area: Rect,
    label: u16,
    per_cell: u16,
    hours: &[Timestamp],
    free: &mut [usize],
) {
    let Ok(theirs) = zone::load(&person.zone) else {
        return;
    };
    let paint = canvas.paint;
    let name = [
        piece(format!("{:<15.15} ", person.name), paint.person()),
        piece(zone::short_name(&person.zone), paint.dim()),
    ];
    canvas.line(area.x + 1, area.y, label, &name);
    let mut before: Option<Date> = None;
    for (at, start) in hours.iter().enumerate() {
        let Ok(column) = u16::try_from(at) else { break };
        let x = area.x + label + column * per_cell;
        let local = theirs.to_datetime(*start);
        let hour = state(app, id, person, *start, &theirs);
        let (mark, style) = look(canvas, hour);
        let date_style = if before.is_some_and(|before| before != local.date()) {
            paint.warn()
        } else {
            paint.dim()
        };
        before = Some(local.date());
        let words = if local.minute() == 0 {
            format!("{:02}", local.hour())
        } else {
            format!("{:02}:{:02}", local.hour(), local.minute())
        };
        canvas.put(x, area.y, per_cell, &words, date_style);
        let cell = mark.repeat(usize::from(per_cell));
        canvas.put(x, area.y + 1, per_cell, &cell, style);
        if matches!(hour, Hour::Preferred | Hour::Working | Hour::Acceptable)
            && let Some(count) = free.get_mut(at)
        {
            *count += 1;
        }
    }
    let first = hours.first().map(|at| theirs.to_datetime(*at).date());
    if let Some(first) = first {
        canvas.put(
            area.x + 1,
            area.y + 1,
            label.saturating_sub(2),
            &clock::date_stamp(first),
            paint.dim(),
        );
    }
}

fn look(canvas: &Canvas<'_>, hour: Hour) -> (&'static str, Style) {
    let paint = &canvas.paint;
    match hour {
        Hour::Preferred => ("=", paint.fg(paint.theme.hours)),
        Hour::Working => ("-", paint.fg(paint.theme.hours)),
        Hour::Acceptable => ("~", paint.fg(paint.theme.edge)),
        Hour::Busy => ("#", paint.fg(paint.theme.busy)),
        Hour::No => (".", paint.dim()),
    }
}

fn state(
    app: &App,
    id: &Id<Person>,
    person: &Person,
    start: Timestamp,
    zone: &jiff::tz::TimeZone,
) -> Hour {
    let end = start
        .checked_add(SignedDuration::from_hours(1))
        .unwrap_or(start);
    let taken = app.world.table::<BusyBlock>().records().any(|(_, block)| {
        block.person.as_ref() == Some(id)
            && block.start.is_some_and(|from| from < end)
            && block.end.is_some_and(|to| to > start)
    });
    let local = zone.to_datetime(start);
    if person.days_off.contains(&local.date()) {
        return Hour::No;
    }
    if taken {
        return Hour::Busy;
    }
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let inside = |layer: &std::collections::BTreeMap<String, Vec<Window>>| {
        let today = weekday(local.date());
        let yesterday = local.date().yesterday().map_or(today, weekday);
        layer
            .get(today)
            .into_iter()
            .flatten()
            .any(|window| holds(window, minute))
            || layer
                .get(yesterday)
                .into_iter()
                .flatten()
                .any(|window| holds(window, minute + 1440))
    };
    if inside(&person.hours.preferred) {
        Hour::Preferred
    } else if inside(&person.hours.working) {
        Hour::Working
    } else if inside(&person.hours.acceptable) {
        Hour::Acceptable
    } else {
        Hour::No
    }
}

fn weekday(date: Date) -> &'static str {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .get(usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0))
        .copied()
        .unwrap_or("mon")
}

fn holds(window: &Window, minute: i64) -> bool {
    let parse = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        Some(hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?)
    };
    let (Some(from), Some(to)) = (parse(&window.from), parse(&window.to)) else {
        return false;
    };
    let to = if to < from { to + 1440 } else { to };
    from <= minute && minute + 60 <= to
}

#[expect(
    clippy::too_many_arguments,
    reason = "one row of a grid needs its figures and its place"
)]
fn free_row(
    canvas: &mut Canvas<'_>,
    app: &App,
    hours: &[Timestamp],
    free: &[usize],
    people: usize,
    area: Rect,
    label: u16,
    per_cell: u16,
    first: usize,
) {
    if area.height == 0 {
        return;
    }
    let paint = canvas.paint;
    canvas.put(area.x + 1, area.y, label, "free", paint.strong());
    for (at, count) in free.iter().enumerate() {
        let Ok(column) = u16::try_from(at) else { break };
        let x = area.x + label + column * per_cell;
        let style = if *count == people {
            paint.good()
        } else {
            paint.dim()
        };
        canvas.put(x, area.y, per_cell, &format!("{count:>2}"), style);
        if at + first == app.screen.slots.cell {
            canvas.tint(
                Rect {
                    x,
                    y: area.y,
                    width: per_cell,
                    height: 1,
                },
                paint.cursor(),
            );
        }
    }
    let common: Vec<String> = hours
        .iter()
        .zip(free)
        .filter(|(_, count)| **count == people && people > 0)
        .map(|(at, _)| clock::time_of(*at, &app.world.view.zone))
        .collect();
    let words = if common.is_empty() {
        "no hour suits everyone".to_owned()
    } else {
        format!("everyone: {}", common.join(" "))
    };
    let style = if common.is_empty() {
        paint.warn()
    } else {
        paint.good()
    };
    canvas.put(
        area.x + 1,
        area.y + 1,
        area.width.saturating_sub(2),
        &words,
        style,
    );
}

fn legend(canvas: &mut Canvas<'_>, inner: Rect, y: u16) {
    if y + 1 >= inner.bottom() {
        return;
    }
    let dim = canvas.paint.dim();
    let mut pieces = Vec::new();
    for (hour, words) in [
        (Hour::Preferred, "preferred"),
        (Hour::Working, "working"),
        (Hour::Acceptable, "acceptable"),
        (Hour::Busy, "busy"),
        (Hour::No, "no"),
    ] {
        let (mark, style) = look(canvas, hour);
        pieces.push(piece(format!("{mark}{mark} "), style));
        pieces.push(piece(format!("{words}  "), dim));
    }
    canvas.line(inner.x + 1, y + 1, inner.width.saturating_sub(2), &pieces);
}

/// Lists the meetings from this day on.
fn agenda(canvas: &mut Canvas<'_>, app: &App, day: Date, area: Rect) {
    if area.height < 2 {
        return;
    }
    canvas.rule(area.x, area.y, area.width, "meetings");
    let rows = meetings(app, day);
    for (y, (at, meeting)) in (area.y + 1..area.bottom()).zip(rows) {
        let line = meeting_line(canvas, app, at, meeting);
        canvas.line(area.x + 1, y, area.width.saturating_sub(2), &line);
    }
}

/// Returns the meetings from a local day on, in order.
pub(super) fn meetings(app: &App, day: Date) -> Vec<(Timestamp, &Meeting)> {
    let from = wall::day_start(day, &app.world.view.zone).unwrap_or(app.world.view.now);
    let mut meetings: Vec<(Timestamp, &Meeting)> = app
        .world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| meeting.state != MeetingState::Declined)
        .filter_map(|(_, meeting)| Some((meeting.start?, meeting)))
        .filter(|(at, _)| *at >= from)
        .collect();
    meetings.sort_by_key(|(at, meeting)| (*at, meeting.title.clone()));
    meetings
}

/// Writes a meeting in a line: when for me, what, how firm, and when for the others.
pub(super) fn meeting_line(
    canvas: &Canvas<'_>,
    app: &App,
    at: Timestamp,
    meeting: &Meeting,
) -> Vec<super::canvas::Piece> {
    let paint = &canvas.paint;
    let state = match meeting.state {
        MeetingState::Confirmed => paint.good(),
        MeetingState::Held => paint.warn(),
        _ => paint.info(),
    };
    let here = zone::short_name(&zone::name(&app.world.view.zone));
    let mut pieces = vec![
        piece(
            format!("{} {here}  ", clock::stamp(at, &app.world.view.zone)),
            paint.strong(),
        ),
        piece(format!("{}  ", meeting.title), paint.text()),
        piece(format!("{}  ", meeting.state), state),
    ];
    let mut zones: Vec<&str> = Vec::new();
    for attendee in &meeting.attendees {
        let Some(person) = app.world.get(&attendee.person) else {
            continue;
        };
        if person.zone.is_empty() || zones.contains(&person.zone.as_str()) {
            continue;
        }
        zones.push(&person.zone);
        let Ok(theirs) = zone::load(&person.zone) else {
            continue;
        };
        if zone::name(&theirs) == zone::name(&app.world.view.zone) {
            continue;
        }
        let local = theirs.to_datetime(at);
        let words = format!(
            "{} {} {}  ",
            zone::short_name(&person.zone),
            clock::weekday_word(local.weekday()),
            clock::time(local.time())
        );
        pieces.push(piece(words, paint.dim()));
    }
    pieces
}
