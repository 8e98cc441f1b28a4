//! The hours of people in all zones: who can meet when, and the best times of the week.

mod grid;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table;
use crate::app::App;
use crate::command::{Offer, Timetable, is_free};
use crate::record::{Meeting, MeetingState};
use crate::slots::Shade;
use crate::text::{self, Glyphs};
use crate::when::{clock, wall, zone};
use grid::Grid;

/// Draws the day in all zones, the time under the cursor in everyone's words, the best times, the meetings.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(table) = app
        .figures
        .timetable()
        .filter(|table| !table.guests.is_empty())
    else {
        let inner = canvas.frame(area, "Slots", "", true);
        let lines = [
            "Nobody to meet is known.",
            "w picks people, n p makes a contact.",
        ];
        table::empty(canvas, inner, &lines);
        return;
    };
    let people = u16::try_from(table.guests.len()).unwrap_or(u16::MAX);
    match Breadth::of(area.width) {
        Breadth::Narrow => narrow(canvas, app, area, table),
        Breadth::Normal => {
            let (upper, lower) = above(area, (people + 5).min(area.height));
            day(canvas, app, upper, table, true);
            let (left, right) = beside(lower, lower.width / 2);
            spelt(canvas, app, left, table);
            best(canvas, app, right, table);
        }
        Breadth::Wide => {
            let roomy = area.height >= people * 2 + 16;
            let rows = if roomy { people * 2 + 5 } else { people + 5 };
            let (upper, lower) = above(area, rows.min(area.height));
            day(canvas, app, upper, table, !roomy);
            let (left, right) = beside(lower, lower.width / 2);
            let (top, bottom) = above(left, (people + 2).min(left.height));
            spelt(canvas, app, top, table);
            agenda(canvas, app, bottom, table.day);
            let (top, bottom) = above(right, best_rows(table).min(right.height));
            best(canvas, app, top, table);
            message(canvas, bottom, table);
        }
        Breadth::Huge => {
            let (left, right) = beside(area, area.width * 2 / 3);
            let (upper, lower) = above(left, (people * 2 + 5).min(left.height));
            day(canvas, app, upper, table, false);
            agenda(canvas, app, lower, table.day);
            let (top, rest) = above(right, (people + 2).min(right.height));
            spelt(canvas, app, top, table);
            let (middle, bottom) = above(rest, best_rows(table).min(rest.height));
            best(canvas, app, middle, table);
            message(canvas, bottom, table);
        }
    }
}

/// One pane: the day, and as much of the time under the cursor as fits below it.
fn narrow(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let people = u16::try_from(table.guests.len()).unwrap_or(u16::MAX);
    let (upper, lower) = above(area, (people + 5).min(area.height));
    day(canvas, app, upper, table, true);
    if lower.height > 3 {
        let (top, bottom) = above(lower, (people + 2).min(lower.height));
        spelt(canvas, app, top, table);
        best(canvas, app, bottom, table);
    }
}

/// The day as a grid, with what it comes to below.
fn day(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable, compact: bool) {
    let here = zone::name(&app.world.view.zone);
    let title = format!("Slots {}", clock::date_stamp(table.day));
    let right = format!(
        "{} min · clock of {} · tzdb {}",
        table.minutes,
        zone::short_name(&here),
        zone::tzdb_version()
    );
    let inner = canvas.frame(area, &title, &right, true);
    if inner.height < 2 {
        return;
    }
    Grid::new(app, table, inner, compact).draw(canvas, inner);
}

/// A letter and a colour for each: what cannot be told by colour is told by the letter.
fn look(canvas: &Canvas<'_>, shade: Shade) -> (&'static str, Style) {
    let paint = &canvas.paint;
    let style = match shade {
        Shade::Preferred | Shade::Working => paint.fg(paint.theme.hours),
        Shade::Acceptable => paint.fg(paint.theme.edge),
        Shade::Busy | Shade::NightsUsedUp => paint.fg(paint.theme.busy),
        Shade::Closed => paint.dim(),
    };
    let mark = match (paint.glyphs(), shade) {
        (Glyphs::Unicode, Shade::Preferred) => "█",
        (Glyphs::Unicode, Shade::Working) => "▆",
        (Glyphs::Unicode, Shade::Acceptable) => "▃",
        (Glyphs::Unicode, Shade::Busy) => "╳",
        (Glyphs::Unicode, Shade::Closed) => "·",
        (Glyphs::Ascii, Shade::Preferred) => "=",
        (Glyphs::Ascii, Shade::Working) => "-",
        (Glyphs::Ascii, Shade::Acceptable) => "~",
        (Glyphs::Ascii, Shade::Busy) => "#",
        (_, Shade::NightsUsedUp) => "*",
        (Glyphs::Ascii, Shade::Closed) => ".",
    };
    (mark, style)
}

const fn words(shade: Shade) -> &'static str {
    match shade {
        Shade::Preferred => "likes it",
        Shade::Working => "at work",
        Shade::Acceptable => "would come",
        Shade::Busy => "taken",
        Shade::NightsUsedUp => "no night left",
        Shade::Closed => "not free",
    }
}

/// Spells the time under the cursor out for everyone.
fn spelt(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let cell = app
        .screen
        .slots
        .cell
        .min(table.halves.len().saturating_sub(1));
    let Some(start) = table.halves.get(cell).copied() else {
        return;
    };
    let whole = table.guests.len();
    let free = table.turnout.get(cell).copied().unwrap_or(0);
    let title = format!(
        "{} in {}",
        clock::stamp(start, &app.world.view.zone),
        zone::city_name(&zone::name(&app.world.view.zone))
    );
    let right = if start < app.world.view.now {
        "over".to_owned()
    } else if free == whole {
        "everyone can come".to_owned()
    } else {
        format!("{free} of {whole} can come")
    };
    let inner = canvas.frame(area, &title, &right, false);
    let length = usize::try_from(table.minutes).unwrap_or(60).div_ceil(30);
    let paint = canvas.paint;
    let room = usize::from(inner.width);
    let name_cells = room.saturating_sub(26).clamp(8, 18);
    for (y, guest) in (inner.y..inner.bottom()).zip(&table.guests) {
        let Some(person) = app.world.get(&guest.person) else {
            continue;
        };
        let worst = guest
            .halves
            .iter()
            .skip(cell)
            .take(length)
            .max()
            .copied()
            .unwrap_or(Shade::Closed);
        let (mark, style) = look(canvas, worst);
        let name = text::clean_line(&person.name);
        let name = text::fit_left(&name, name_cells).into_owned();
        let local = guest.zone.to_datetime(start);
        let mut line = vec![
            piece(format!("{mark} "), style),
            piece(format!("{name} "), paint.person()),
            piece(
                format!("{} ", clock::weekday_word(local.weekday())),
                day_style(canvas, table.day, local.date()),
            ),
            piece(format!("{}  ", clock::time(local.time())), paint.strong()),
        ];
        if room > name_cells + 46 {
            let city = zone::city_name(&person.zone);
            let city = format!("{} ", text::fit_left(&city, 13));
            let offset = zone::offset_name(guest.zone.to_offset(start));
            line.push(piece(format!("{city}{offset:<8} "), paint.dim()));
        } else if room >= 44 {
            let short = zone::short_name(&person.zone);
            line.push(piece(format!("{short:<4} "), paint.dim()));
        }
        let word = if guest.assumed && is_free(worst) {
            "hours not known"
        } else {
            words(worst)
        };
        line.push(piece(word, style));
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
}

/// Another date than that of the grid stands out.
fn day_style(canvas: &Canvas<'_>, day: Date, date: Date) -> Style {
    if date == day {
        canvas.paint.dim()
    } else {
        canvas.paint.accent()
    }
}

fn best_rows(table: &Timetable) -> u16 {
    let rows = table.offers.len().max(2);
    u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2)
}

/// The best times of the week, or what stands in the way of the closest one.
fn best(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let right = format!("week of {} · b goes there", clock::day_month(table.from));
    let inner = canvas.frame(area, "Best times", &right, false);
    let room = inner.width.saturating_sub(2);
    if table.offers.is_empty() {
        let paint = canvas.paint;
        canvas.put(
            inner.x + 1,
            inner.y,
            room,
            "No time suits everyone.",
            paint.warn(),
        );
        let Some((start, reasons)) = &table.miss else {
            return;
        };
        let at = clock::stamp(*start, &app.world.view.zone);
        let closest = format!("Closest is {at}, but:");
        if inner.height > 1 {
            canvas.put(inner.x + 1, inner.y + 1, room, &closest, paint.text());
        }
        for (y, reason) in (inner.y + 2..inner.bottom()).zip(reasons) {
            canvas.put(inner.x + 1, y, room, reason, paint.dim());
        }
        return;
    }
    let under = table.halves.get(app.screen.slots.cell).copied();
    for ((y, number), offer) in (inner.y..inner.bottom()).zip(1_u8..).zip(&table.offers) {
        let here = under == Some(offer.start);
        let line = offer_line(canvas, app, table, offer, number, here);
        canvas.line(inner.x, y, inner.width, &line);
    }
}

fn offer_line(
    canvas: &Canvas<'_>,
    app: &App,
    table: &Timetable,
    offer: &Offer,
    number: u8,
    here: bool,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mine = &app.world.view.zone;
    let mark = if here { paint.glyphs().marker() } else { " " };
    let local = mine.to_datetime(offer.start);
    let stamp = format!(
        "{} {} {}",
        clock::weekday_word(local.weekday()),
        local.day(),
        clock::time(local.time())
    );
    let mut line = vec![
        piece(format!("{mark}{number} "), paint.accent()),
        piece(format!("{stamp:<12} "), paint.strong()),
    ];
    for (names, there) in clocks(table, offer.start) {
        if there.time() == local.time() && there.date() == local.date() {
            continue;
        }
        line.push(piece(format!("{names} "), paint.info()));
        if there.date() != local.date() {
            let word = clock::weekday_word(there.weekday());
            line.push(piece(format!("{word} "), paint.accent()));
        }
        line.push(piece(
            format!("{}  ", clock::time(there.time())),
            paint.text(),
        ));
    }
    let names: Vec<String> = offer
        .stretched
        .iter()
        .filter_map(|at| table.guests.get(*at))
        .filter_map(|guest| app.world.get(&guest.person))
        .map(|person| first_name(&person.name))
        .collect();
    line.push(match names.as_slice() {
        [] => piece("all at work", paint.good()),
        [name] => piece(format!("stretches {name}"), paint.warn()),
        names => piece(format!("stretches {}", names.len()), paint.warn()),
    });
    line
}

/// The clocks at an instant: those that agree share a place.
fn clocks(table: &Timetable, at: Timestamp) -> Vec<(String, DateTime)> {
    let mut clocks: Vec<(String, DateTime)> = Vec::new();
    for guest in &table.guests {
        let there = guest.zone.to_datetime(at);
        let short = zone::short_name(&zone::name(&guest.zone));
        match clocks.iter_mut().find(|(_, time)| *time == there) {
            Some((names, _)) if names.split('/').any(|name| name == short) => {}
            Some((names, _)) => {
                names.push('/');
                names.push_str(&short);
            }
            None => clocks.push((short, there)),
        }
    }
    clocks
}

fn first_name(name: &str) -> String {
    let clean = text::clean_line(name);
    let first = clean.split_whitespace().next().unwrap_or("");
    text::truncate(first, 10).into_owned()
}

/// The message that `y` copies.
fn message(canvas: &mut Canvas<'_>, area: Rect, table: &Timetable) {
    if area.height < 4 {
        return;
    }
    let inner = canvas.frame(area, "Message", "y copies it", false);
    let style = canvas.paint.text();
    let Some(proposal) = table.proposal(3) else {
        return;
    };
    let room = usize::from(inner.width.saturating_sub(2));
    let mut y = inner.y;
    for part in text::clean_body(&proposal) {
        for line in text::wrap(&part, room) {
            if y >= inner.bottom() {
                return;
            }
            canvas.put(
                inner.x + 1,
                y,
                inner.width.saturating_sub(2),
                line.text,
                style,
            );
            y += 1;
        }
    }
}

/// Lists the meetings from this day on.
fn agenda(canvas: &mut Canvas<'_>, app: &App, area: Rect, day: Date) {
    if area.height < 3 {
        return;
    }
    let rows = meetings(app, day);
    let right = format!("{} ahead", rows.len());
    let inner = canvas.frame(area, "Meetings", &right, false);
    if rows.is_empty() {
        canvas.remark(inner, "none ahead; enter holds the time under the cursor");
        return;
    }
    let mut before = None;
    for (y, (at, meeting)) in (inner.y..inner.bottom()).zip(rows) {
        let date = app.world.view.zone.to_datetime(at).date();
        let line = meeting_line(canvas, app, at, meeting, before != Some(date));
        before = Some(date);
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
}

/// Returns the meetings from a local day on, in order.
pub(super) fn meetings(app: &App, day: Date) -> Vec<(Timestamp, &Meeting)> {
    let from = wall::day_start(day, &app.world.view.zone).unwrap_or(app.world.view.now);
    let all = app.figures.meetings();
    let first = all.partition_point(|(at, _)| *at < from);
    all.iter()
        .skip(first)
        .filter_map(|(at, id)| Some((*at, app.world.get(id)?)))
        .collect()
}

/// Writes a meeting in a line: when for me, how firm, what, and when for the others.
fn meeting_line(
    canvas: &Canvas<'_>,
    app: &App,
    at: Timestamp,
    meeting: &Meeting,
    dated: bool,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let (mark, state) = match meeting.state {
        MeetingState::Confirmed => ("", paint.good()),
        MeetingState::Held => ("hold ", paint.warn()),
        _ => ("asked ", paint.info()),
    };
    let local = app.world.view.zone.to_datetime(at);
    let date = if dated {
        clock::date_stamp(local.date())
    } else {
        String::new()
    };
    let ends = meeting
        .end
        .filter(|end| end.duration_since(at) < SignedDuration::from_hours(24))
        .map(|end| format!("–{}", clock::time_of(end, &app.world.view.zone)))
        .unwrap_or_default();
    let mut pieces = vec![
        piece(format!("{date:<10} "), paint.dim()),
        piece(
            format!("{}{ends}  ", clock::time(local.time())),
            paint.strong(),
        ),
        piece(mark, state),
        piece(format!("{}  ", meeting.title), paint.text()),
    ];
    let mut zones = vec![zone::name(&app.world.view.zone)];
    for attendee in &meeting.attendees {
        let Some(person) = app.world.get(&attendee.person) else {
            continue;
        };
        if person.zone.is_empty() || zones.contains(&person.zone) {
            continue;
        }
        zones.push(person.zone.clone());
        let Ok(theirs) = zone::load(&person.zone) else {
            continue;
        };
        let there = theirs.to_datetime(at);
        let words = format!(
            "{} {} {}  ",
            zone::short_name(&person.zone),
            clock::weekday_word(there.weekday()),
            clock::time(there.time())
        );
        pieces.push(piece(words, paint.dim()));
    }
    pieces
}
