//! The hours of people in all zones: who can meet when, and the best times of a range of days.

mod agenda;
mod best;
mod grid;
mod series;
mod spelt;
pub(super) mod spoken;
mod why;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, cells_of, piece};
use super::layout::{Breadth, above, beside};
use super::table;
use crate::app::App;
use crate::command::Timetable;
use crate::pane::{Focus, SlotView};
use crate::record::Meeting;
use crate::slots::text::Language;
use crate::slots::{Shade, Wall};
use crate::text::{self, Glyphs};
use crate::when::{told, wall, zone};
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
        Breadth::Narrow | Breadth::Normal => small(canvas, app, area, table),
        Breadth::Wide => {
            let roomy = area.height >= people * 2 + 22;
            let rows = if roomy { people * 2 + 5 } else { people + 5 };
            let (upper, lower) = above(area, rows.min(area.height));
            day(canvas, app, upper, table, !roomy);
            // A series needs the whole width for the clocks of everyone.
            let lower = if app.screen.slots.view == SlotView::Series && lower.height >= 20 {
                let rows = series::rows(app, table, lower.width).min(lower.height - 7);
                let (top, rest) = above(lower, rows);
                series::draw(canvas, app, top, table);
                let (left, right) = beside(rest, rest.width / 2);
                spelt::draw(canvas, app, left, table);
                agenda::draw(canvas, app, right, table);
                return;
            } else {
                lower
            };
            // Reasons and series are longer than the times, and these than the time under the cursor.
            let half = match app.screen.slots.view {
                SlotView::Times => lower.width * 9 / 20,
                SlotView::Why | SlotView::Series => lower.width * 2 / 5,
            };
            let (left, right) = beside(lower, half);
            let (top, bottom) = above(left, spelt::rows(app, table, left.width).min(left.height));
            spelt::draw(canvas, app, top, table);
            agenda::draw(canvas, app, bottom, table);
            ranked(canvas, app, right, table);
        }
        Breadth::Huge => {
            let (left, right) = beside(area, area.width * 61 / 100);
            let (upper, lower) = above(left, (people * 2 + 5).min(left.height));
            day(canvas, app, upper, table, false);
            let (middle, bottom) = above(lower, lower.height / 2);
            if app.screen.slots.view == SlotView::Series {
                series::draw(canvas, app, middle, table);
            } else {
                why::draw(canvas, app, middle, table);
            }
            agenda::draw(canvas, app, bottom, table);
            let (top, rest) = above(
                right,
                spelt::rows(app, table, right.width).min(right.height),
            );
            spelt::draw(canvas, app, top, table);
            let (top, rest) = above(rest, best::rows(app, table).min(rest.height));
            best::draw(canvas, app, top, table);
            let paid = if table.counted > 0 { people + 2 } else { 0 };
            let (top, rest) = above(rest, paid.min(rest.height));
            best::paid(canvas, top, table);
            message(canvas, rest, table);
        }
    }
}

/// The best times with what else there is room for, or what was asked for instead.
fn ranked(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    if app.screen.slots.view != SlotView::Times {
        chosen(canvas, app, area, table);
        return;
    }
    let (top, rest) = above(area, best::rows(app, table).min(area.height));
    best::draw(canvas, app, top, table);
    let people = u16::try_from(table.guests.len()).unwrap_or(u16::MAX);
    let paid = if rest.height >= people + 10 {
        people + 3
    } else {
        0
    };
    let (top, rest) = above(rest, paid);
    best::paid(canvas, top, table);
    message(canvas, rest, table);
}

/// What was asked for: reasons, the series, or the best times.
fn chosen(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    match app.screen.slots.view {
        SlotView::Times => best::draw(canvas, app, area, table),
        SlotView::Why => why::draw(canvas, app, area, table),
        SlotView::Series => series::draw(canvas, app, area, table),
    }
}

/// The day, and below it one thing: the meetings when they have the keys, what was asked for, or the time under
/// the cursor beside the best times.
fn small(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let people = u16::try_from(table.guests.len()).unwrap_or(u16::MAX);
    let agenda = app.screen.focus == Focus::Detail;
    let times = !agenda && app.screen.slots.view == SlotView::Times;
    // Two rows a person, hours above bars, where at least ten are left for the best times and the meetings.
    let roomy = times && area.width >= 60 && area.height >= people * 2 + 15;
    let rows = match (roomy, times) {
        (true, _) => people * 2 + 4,
        (false, true) => people + 5,
        // What was asked for is seen whole: eight meetings, their burden and a warning.
        (false, false) => (people + 5).min(area.height.saturating_sub(13).max(5)),
    };
    let (upper, lower) = above(area, rows.min(area.height));
    day(canvas, app, upper, table, !roomy);
    if lower.height < 4 {
        return;
    }
    if agenda {
        agenda::draw(canvas, app, lower, table);
        return;
    }
    if !times {
        chosen(canvas, app, lower, table);
        return;
    }
    // The meetings of the week have lines of their own, as many as the rest can spare.
    let lower = if lower.height >= 6 && area.width >= 60 {
        let wanted = (people + 2).max(best::rows(app, table).min(8)).max(5);
        let spare = lower.height.saturating_sub(wanted).max(1);
        let rows = agenda::strip_rows(app, table).min(spare.min(4));
        let (rest, strip) = above(lower, lower.height - rows);
        agenda::strip(canvas, app, strip, table);
        rest
    } else {
        lower
    };
    if area.width < 60 {
        let (top, bottom) = above(lower, (people + 2).min(lower.height));
        spelt::draw(canvas, app, top, table);
        best::draw(canvas, app, bottom, table);
    } else {
        let (left, right) = beside(lower, lower.width * 11 / 20);
        spelt::draw(canvas, app, left, table);
        best::draw(canvas, app, right, table);
    }
}

/// The day as a grid, with what it comes to below.
fn day(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable, compact: bool) {
    let here = zone::name(&app.world.view.zone);
    let slots = &app.screen.slots;
    let mut title = format!("Slots {}", told::date(table.day, table.today));
    if let Some(moving) = slots.moving.as_ref().and_then(|id| app.world.get(id)) {
        title = format!("{title}: moving {}", text::truncate(&moving.title, 30));
    } else if let Some(about) = &slots.about {
        title = format!("{title}: {}", text::truncate(&app.world.title(about), 30));
    }
    let right = format!(
        "{} min · clock of {} · tzdb {} · cells of {} min",
        table.minutes,
        zone::short_name(&here),
        zone::tzdb_version(),
        table.step
    );
    let focused = app.screen.focus == Focus::List;
    let inner = canvas.frame(area, &title, &right, focused);
    if inner.height < 2 {
        return;
    }
    let grid = Grid::new(app, table, inner, compact);
    let (shown, whole) = (grid.people_shown(inner), table.guests.len());
    if shown < whole {
        let words = format!("{title}, {shown} of {whole} people");
        canvas.frame(area, &words, &right, focused);
    }
    grid.draw(canvas, inner);
}

/// Writes a weight in minutes with the shortest number of digits.
fn cost_words(cost: i64) -> String {
    if cost >= 100_000 {
        format!("{}k", cost / 1_000)
    } else {
        cost.to_string()
    }
}

/// Writes how many minutes of which kind a cost is made of.
fn split_words(split: &crate::slots::CostSplit) -> String {
    let parts: Vec<String> = split
        .bands
        .iter()
        .map(|(band, minutes)| format!("{minutes} {}", band.name().replace('_', " ")))
        .collect();
    parts.join(" + ")
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

/// Another date than that of the grid stands out.
fn day_style(canvas: &Canvas<'_>, day: Date, date: Date) -> Style {
    if date == day {
        canvas.paint.dim()
    } else {
        canvas.paint.accent()
    }
}

/// What one or several clocks show at an instant.
struct Shown {
    /// The zones that agree, such as `SHA/SIN`.
    names: String,
    zone: TimeZone,
    there: DateTime,
    /// What they showed at the meeting before, where that was another time.
    before: Option<Wall>,
}

impl Shown {
    /// Whether they show what mine does.
    fn is(&self, local: DateTime) -> bool {
        self.there == local
    }
}

/// The clocks at an instant: those that agree share a place. Those that changed come first, then those farthest from
/// mine: where there is no room for all they are the ones to see.
fn clocks(table: &Timetable, at: Timestamp, moved: &[(usize, Wall)]) -> Vec<Shown> {
    let mut clocks: Vec<Shown> = Vec::new();
    for (index, guest) in table.guests.iter().enumerate() {
        let there = guest.zone.to_datetime(at);
        let short = zone::short_name(&zone::name(&guest.zone));
        let before = moved.iter().find(|(person, _)| *person == index);
        let before = before.map(|(_, before)| *before);
        match (clocks.iter_mut()).find(|one| (one.there, one.before) == (there, before)) {
            Some(one) if one.names.split('/').any(|name| name == short) => {}
            Some(one) => {
                one.names.push('/');
                one.names.push_str(&short);
            }
            None => clocks.push(Shown {
                names: short,
                zone: guest.zone.clone(),
                there,
                before,
            }),
        }
    }
    let mine = clocks.first().map(|one| one.there);
    clocks.sort_by_key(|one| {
        let apart = mine.map_or(0, |mine| one.there.duration_since(mine).abs().as_mins());
        (one.before.is_none(), std::cmp::Reverse(apart))
    });
    clocks
}

/// Columns of pieces.
fn columns(pieces: &[Piece]) -> u16 {
    let cells = pieces
        .iter()
        .map(|piece| cells_of(&text::clean_line(&piece.text)));
    cells.sum()
}

/// Puts groups of pieces behind a line, each whole or not at all; what is left out leaves its mark.
fn fitted(
    canvas: &Canvas<'_>,
    mut line: Vec<Piece>,
    groups: impl IntoIterator<Item = Vec<Piece>>,
    room: u16,
) -> Vec<Piece> {
    let mut used = columns(&line);
    let mut groups = groups.into_iter().peekable();
    while let Some(group) = groups.next() {
        let cells = columns(&group);
        // What is left out needs a column for its mark.
        let spare = u16::from(groups.peek().is_some());
        if used + cells + spare > room {
            if used < room {
                let ellipsis = match canvas.paint.glyphs() {
                    Glyphs::Unicode => "…",
                    Glyphs::Ascii => "~",
                };
                line.push(piece(ellipsis, canvas.paint.dim()));
            }
            break;
        }
        used += cells;
        line.extend(group);
    }
    line
}

/// What the people are called, by position.
fn name(table: &Timetable, at: usize) -> String {
    let guest = table.guests.get(at);
    guest.map_or(String::new(), |guest| guest.short.clone())
}

/// The message that `y` copies.
fn message(canvas: &mut Canvas<'_>, area: Rect, table: &Timetable) {
    if area.height < 4 {
        return;
    }
    let keys = match table.reader {
        Language::English => "p puts it into the reply · y copies it, Y in Chinese",
        Language::Chinese => "p puts it into the reply · Y copies it, y in English",
    };
    let inner = canvas.frame(area, "Message", keys, false);
    let style = canvas.paint.text();
    let Some(proposal) = table.message(3) else {
        canvas.remark(inner, "nothing to propose: no time suits everyone");
        return;
    };
    let room = usize::from(inner.width.saturating_sub(2));
    let mut y = inner.y;
    for part in text::clean_body(proposal) {
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
