//! The next meetings of a series: when for whom, what moves, who pays.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, piece};
use super::super::layout::above;
use super::{Shown, best, clocks, cost_words, fitted, name};
use crate::app::App;
use crate::command::{SeriesRow, SeriesTable, Timetable};
use crate::pane::Anchored;
use crate::slots::Wall;
use crate::text;
use crate::when::{told, zone};

/// Columns in which a clock that shows another time than before says which.
const ROOMY: u16 = 66;
/// Rows of notes for which the bars of the burden give way.
const NOTES: usize = 3;

/// Returns how many rows it takes with its frame in so many columns.
pub(super) fn rows(app: &App, table: &Timetable, columns: u16) -> u16 {
    let Some(series) = &table.series else {
        return 3;
    };
    let room = usize::from(columns.saturating_sub(4));
    let notes: usize = (notes(app, table, series).iter())
        .map(|note| text::wrap(note, room).len())
        .sum();
    let all = series.rows.len() + 1 + table.guests.len() + notes + 2;
    u16::try_from(all).unwrap_or(u16::MAX)
}

/// Draws the meetings, the burden that they make, and what to know about them.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let Some(series) = &table.series else {
        return;
    };
    let slots = &app.screen.slots;
    let every = match slots.every {
        1 => "every week".to_owned(),
        weeks => format!("every {weeks} weeks"),
    };
    let clock = match (slots.anchored, &series.zone) {
        (Anchored::Rotate, _) | (_, None) => "taking turns".to_owned(),
        (_, Some(clock)) => format!("on the clock of {}", zone::city_name(&zone::name(clock))),
    };
    let title = format!("Series {every}, {clock}");
    let keys = if area.width >= 90 {
        "s whose clock · S holds all · e .ics · Esc"
    } else {
        "s clock · S holds · e .ics"
    };
    let inner = canvas.frame(area, &title, keys, false);
    let shown = u16::try_from(series.rows.len()).unwrap_or(u16::MAX);
    let (rows, rest) = above(inner, shown.min(inner.height));
    let dated = dates(app, table, series);
    for ((y, number), row) in (rows.y..rows.bottom()).zip(1..).zip(&series.rows) {
        let line = row_line(canvas, app, table, row, (number, inner.width, dated));
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
    let room = inner.width.saturating_sub(2);
    let notes: Vec<String> = (notes(app, table, series).iter())
        .flat_map(|note| {
            let lines = text::wrap(note, usize::from(room));
            let lines = lines.iter().map(|line| line.text.to_owned());
            lines.collect::<Vec<String>>()
        })
        .collect();
    let rest = burden(canvas, table, series, rest, notes.len());
    let warn = canvas.paint.warn();
    let height = usize::from(rest.height);
    for (at, (y, note)) in (rest.y..rest.bottom()).zip(&notes).enumerate() {
        let more = notes.len() - at - 1;
        let words = if at + 1 == height && more > 0 {
            format!("{note} (+{more})")
        } else {
            note.clone()
        };
        canvas.put(rest.x + 1, y, room, &words, warn);
    }
}

/// What everyone has paid after them, as bars, or in a line where the warnings need the room; returns what is left.
fn burden(
    canvas: &mut Canvas<'_>,
    table: &Timetable,
    series: &SeriesTable,
    rest: Rect,
    notes: usize,
) -> Rect {
    let (gini, run) = (series.fairness.gini, series.longest_run);
    let dim = canvas.paint.dim();
    let (head, rest) = above(rest, 1.min(rest.height));
    if head.height == 0 {
        return rest;
    }
    let room = head.width.saturating_sub(2);
    let some = series.rows.iter().filter(|row| row.possible).count();
    if some == 0 {
        let words = "None of these suits everyone; s tries another clock, l another hour";
        canvas.put(head.x + 1, head.y, room, words, dim);
        return rest;
    }
    let people = table.guests.len();
    if usize::from(rest.height) >= people + notes.min(NOTES) {
        let words =
            format!("After these {some}: Gini {gini:.2}, same payer {run} times in a row at most");
        canvas.put(head.x + 1, head.y, room, &words, dim);
        let rows = u16::try_from(people).unwrap_or(u16::MAX);
        let (bars, rest) = above(rest, rows.min(rest.height));
        best::bars(canvas, bars, table, &series.burden);
        return rest;
    }
    let mut groups = best::burdens(canvas, table, &series.burden);
    let words = format!("  Gini {gini:.2}, {run}× in a row");
    groups.insert(0, vec![piece(words, dim)]);
    let start = vec![piece(format!("after {some}:"), dim)];
    let line = fitted(canvas, start, groups, room);
    canvas.line(head.x + 1, head.y, room, &line);
    rest
}

/// What to know, said once with the first meeting that it is about: whose clock shows another time from there on, and
/// what else there is.
fn notes(app: &App, table: &Timetable, series: &SeriesTable) -> Vec<String> {
    let mut said: Vec<&str> = Vec::new();
    let mut notes = Vec::new();
    let mut rest = Vec::new();
    for row in &series.rows {
        let start = row.span.start.timestamp();
        if series.zone.is_some() {
            for one in clocks(table, start, &row.moved) {
                if let Some(before) = one.before {
                    let day = told::date(one.there.date(), table.today);
                    notes.push(format!(
                        "! moves to {} for {} from {day} on (was {})",
                        told::time(start, &one.zone),
                        one.names,
                        wall_time(before)
                    ));
                }
            }
        }
        for note in &row.notes {
            if !said.contains(&note.as_str()) {
                said.push(note);
                let at = app.world.view.zone.to_datetime(start);
                rest.push(format!("! {}: {note}", told::date(at.date(), table.today)));
            }
        }
    }
    notes.extend(rest);
    notes
}

/// Says the meetings, what to know about them and who has paid what in the end.
pub(super) fn spoken(app: &App, table: &Timetable) -> Vec<String> {
    let Some(series) = &table.series else {
        return Vec::new();
    };
    let here = &app.world.view.zone;
    let clock = match &series.zone {
        Some(clock) => format!("on the clock of {}", zone::city_name(&zone::name(clock))),
        None => "taking turns".to_owned(),
    };
    let mut lines = vec![format!(
        "Series every {}, {clock}; s another clock, S holds all, e writes .ics:",
        text::counted(usize::try_from(app.screen.slots.every).unwrap_or(1), "week")
    )];
    for (row, number) in series.rows.iter().zip(1..) {
        let start = row.span.start.timestamp();
        let local = here.to_datetime(start);
        if !row.timed {
            let date = told::date(local.date(), table.today);
            lines.push(format!("{number} {date}: {}.", untimed(row)));
            continue;
        }
        let mut parts = vec![
            told::moment_zoned(start, here, table.today),
            verdict(table, row, series.zone.is_none()).0,
        ];
        let others = clocks(table, start, &[]).into_iter();
        parts.extend(others.filter(|one| !one.is(local)).map(|one| {
            let there = told::moment(start, &one.zone, table.today);
            format!("{} {there}", one.names)
        }));
        lines.push(format!("{number} {}.", parts.join(", ")));
    }
    lines.extend((notes(app, table, series).iter()).map(|note| {
        let note = note.trim_start_matches("! ");
        format!("Warning: {note}.")
    }));
    let burdens: Vec<String> = (series.burden.iter().enumerate())
        .map(|(at, burden)| format!("{} {}", name(table, at), cost_words(*burden)))
        .collect();
    lines.push(format!("Paid after them: {}.", burdens.join(", ")));
    lines
}

fn wall_time(wall: Wall) -> String {
    format!("{:02}:{:02}", wall.minute / 60, wall.minute % 60)
}

/// Columns of the longest date.
fn dates(app: &App, table: &Timetable, series: &SeriesTable) -> usize {
    let dates = series.rows.iter().map(|row| {
        let at = app.world.view.zone.to_datetime(row.span.start.timestamp());
        text::width(&told::date(at.date(), table.today))
    });
    dates.max().unwrap_or(10)
}

fn row_line(
    canvas: &Canvas<'_>,
    app: &App,
    table: &Timetable,
    row: &SeriesRow,
    (number, width, dated): (usize, u16, usize),
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let start = row.span.start.timestamp();
    let local = app.world.view.zone.to_datetime(start);
    let here = zone::short_name(&zone::name(&app.world.view.zone));
    let date = told::date(local.date(), table.today);
    let style = if row.possible {
        paint.strong()
    } else {
        paint.warn()
    };
    let mut line = vec![piece(format!("{number} "), paint.accent())];
    if !row.timed {
        line.push(piece(format!("{date:<dated$} "), style));
        line.push(piece(format!("! {}", untimed(row)), paint.bad()));
        return line;
    }
    let time = told::time(start, &app.world.view.zone);
    line.push(piece(format!("{date:<dated$} {time} {here}  "), style));
    // The clocks of the others must be seen: who pays gives way.
    let cells = match width {
        100.. => 22,
        ROOMY.. => 15,
        _ => 13,
    };
    let said = outcome(canvas, table, row, series_turns(table));
    let words = text::fit_left(&said.text, cells).into_owned();
    line.push(piece(format!("{words} "), said.style));
    let moved: &[(usize, Wall)] = if series_turns(table) { &[] } else { &row.moved };
    let mut groups = Vec::new();
    if let Some((_, before)) = moved.iter().find(|(person, _)| *person == 0) {
        let was = format!("mine was {}  ", wall_time(*before));
        groups.push(vec![piece(was, paint.warn())]);
    }
    let others = clocks(table, start, moved).into_iter();
    groups.extend(
        (others.filter(|one| !one.is(local)))
            .map(|one| other(canvas, &one, start, (local.date(), width >= ROOMY))),
    );
    fitted(canvas, line, groups, width.saturating_sub(2))
}

/// Why a day has no time at all: somebody is off, or it is over.
fn untimed(row: &SeriesRow) -> String {
    match row.notes.first() {
        Some(note) if !row.absent.is_empty() => note.clone(),
        _ => "no time of that day is left".to_owned(),
    }
}

/// What another clock shows, marked where it showed another time before.
fn other(
    canvas: &Canvas<'_>,
    one: &Shown,
    start: jiff::Timestamp,
    (mine, roomy): (jiff::civil::Date, bool),
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let day = told::day_beside(one.there.date(), mine);
    let other = if one.there.date() == mine {
        paint.dim()
    } else {
        paint.accent()
    };
    let style = if one.before.is_some() {
        paint.warn()
    } else {
        paint.text()
    };
    let was = match one.before {
        Some(before) if roomy => format!(" was {}", wall_time(before)),
        Some(_) => "!".to_owned(),
        None => String::new(),
    };
    vec![
        piece(format!("{} ", one.names), paint.info()),
        piece(format!("{day:<6} "), other),
        piece(told::time(start, &one.zone), style),
        piece(format!("{was}  "), paint.warn()),
    ]
}

/// Whether people take turns, so that the times change by themselves.
fn series_turns(table: &Timetable) -> bool {
    (table.series.as_ref()).is_some_and(|series| series.zone.is_none())
}

/// What kind of outcome a meeting has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Impossible,
    Free,
    Paid,
}

fn outcome(canvas: &Canvas<'_>, table: &Timetable, row: &SeriesRow, turns: bool) -> Piece {
    let paint = &canvas.paint;
    let (words, kind) = verdict(table, row, turns);
    match kind {
        Kind::Impossible => piece(format!("! {words}"), paint.bad()),
        Kind::Free => piece(words, paint.good()),
        Kind::Paid => piece(words, paint.dim()),
    }
}

/// Who cannot come, or who pays what.
fn verdict(table: &Timetable, row: &SeriesRow, turns: bool) -> (String, Kind) {
    if !row.possible {
        let names: Vec<String> = (row.absent.iter().take(1))
            .map(|at| name(table, *at))
            .collect();
        let more = match row.absent.len().saturating_sub(names.len()) {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        // Taking turns, it is the closest of the day, which nobody asked for.
        let closest = if turns { "closest, " } else { "" };
        return if names.is_empty() {
            let why = row.notes.first().cloned().unwrap_or_default();
            (why, Kind::Impossible)
        } else {
            let words = format!("{closest}not {}{more}", names.join("/"));
            (words, Kind::Impossible)
        };
    }
    let most = row.costs.iter().flatten().max().copied().unwrap_or(0);
    let names: Vec<String> = (row.payers.iter().take(2))
        .map(|at| name(table, *at))
        .collect();
    if names.is_empty() {
        return ("costs nobody".to_owned(), Kind::Free);
    }
    let verb = if names.len() > 1 { "pay" } else { "pays" };
    let words = format!("{} {verb} {}", names.join("/"), cost_words(i64::from(most)));
    (words, Kind::Paid)
}
