//! The next meetings of a series: when for whom, what moves, who pays.

use jiff::Timestamp;
use jiff::civil::DateTime;
use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, piece};
use super::super::layout::{above, beside};
use super::{best, cost_words, first_name};
use crate::app::App;
use crate::command::{SeriesRow, SeriesTable, Timetable};
use crate::pane::Anchored;
use crate::slots::Wall;
use crate::text;
use crate::when::{clock, zone};

/// Columns of the burden where it stands beside the meetings.
const ASIDE: u16 = 22;
/// Columns in which a clock that shows another time than before says which.
const ROOMY: u16 = 66;

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
    let inner = canvas.frame(area, &title, "s whose clock · S holds all · Esc", false);
    let people = u16::try_from(table.guests.len()).unwrap_or(u16::MAX);
    let shown = u16::try_from(series.rows.len()).unwrap_or(u16::MAX);
    // The burden stands below the meetings, or beside them where the rows end before.
    let below = inner.height > shown.saturating_add(people);
    let (inner, aside) = if below || inner.width < 70 {
        (inner, None)
    } else {
        let (left, right) = beside(inner, inner.width - ASIDE);
        (left, Some(right))
    };
    let (rows, rest) = above(inner, shown.min(inner.height));
    for ((y, number), row) in (rows.y..rows.bottom()).zip(1..).zip(&series.rows) {
        let line = row_line(canvas, app, table, row, (number, inner.width));
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
    let (gini, run) = (series.fairness.gini, series.longest_run);
    let dim = canvas.paint.dim();
    if let Some(aside) = aside {
        let (head, list) = above(aside, 1);
        let words = format!("Gini {gini:.2}, {run}× in a row");
        canvas.put(head.x, head.y, head.width.saturating_sub(1), &words, dim);
        best::burdens(canvas, app, list, table, &series.burden);
        return;
    }
    let (head, rest) = above(rest, 1);
    if head.height > 0 {
        let words = match series.rows.iter().filter(|row| row.possible).count() {
            0 => "None of these suits everyone; s tries another clock, l another hour".to_owned(),
            some => format!(
                "After these {some}: Gini {gini:.2}, same payer {run} times in a row at most"
            ),
        };
        let room = head.width.saturating_sub(2);
        canvas.put(head.x + 1, head.y, room, &words, dim);
    }
    let (bars, rest) = above(rest, people.min(rest.height));
    best::bars(canvas, app, bars, table, &series.burden);
    let warn = canvas.paint.warn();
    let notes = notes(app, series);
    let room = rest.width.saturating_sub(2);
    let mut y = rest.y;
    for note in &notes {
        for line in text::wrap(note, usize::from(room)) {
            if y < rest.bottom() {
                canvas.put(rest.x + 1, y, room, line.text, warn);
                y += 1;
            }
        }
    }
}

/// What to know, said once with the first meeting that it is about.
fn notes(app: &App, series: &SeriesTable) -> Vec<String> {
    let mut said: Vec<&str> = Vec::new();
    let mut notes = Vec::new();
    for row in &series.rows {
        for note in &row.notes {
            if !said.contains(&note.as_str()) {
                said.push(note);
                let at = app.world.view.zone.to_datetime(row.span.start.timestamp());
                notes.push(format!("! {}: {note}", clock::date_stamp(at.date())));
            }
        }
    }
    notes
}

fn row_line(
    canvas: &Canvas<'_>,
    app: &App,
    table: &Timetable,
    row: &SeriesRow,
    (number, width): (usize, u16),
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let start = row.span.start.timestamp();
    let local = app.world.view.zone.to_datetime(start);
    let here = zone::short_name(&zone::name(&app.world.view.zone));
    let mut line = vec![
        piece(format!("{number} "), paint.accent()),
        piece(
            format!(
                "{:<10} {} {here}  ",
                clock::date_stamp(local.date()),
                clock::time(local.time())
            ),
            if row.possible {
                paint.strong()
            } else {
                paint.warn()
            },
        ),
    ];
    let roomy = width >= ROOMY;
    // The clocks of the others must be seen: who pays gives way.
    let cells = match width {
        100.. => 20,
        ROOMY.. => 15,
        _ => 13,
    };
    let said = outcome(canvas, app, table, row);
    let words = text::fit_left(&said.text, cells).into_owned();
    line.push(piece(format!("{words} "), said.style));
    for (names, there, moved) in clocks(table, row, start) {
        if there == local {
            continue;
        }
        line.push(piece(format!("{names} "), paint.info()));
        let day = format!("{} ", clock::weekday_word(there.weekday()));
        let other = if there.date() == local.date() {
            paint.dim()
        } else {
            paint.accent()
        };
        line.push(piece(day, other));
        let style = if moved.is_some() {
            paint.warn()
        } else {
            paint.text()
        };
        line.push(piece(clock::time(there.time()), style));
        match moved {
            Some(before) if roomy => {
                let was = format!(" (was {:02}:{:02})", before.minute / 60, before.minute % 60);
                line.push(piece(was, paint.warn()));
            }
            Some(_) => line.push(piece("!", paint.warn())),
            None => {}
        }
        line.push(piece("  ", paint.dim()));
    }
    if let Some((_, before)) = row.moved.iter().find(|(person, _)| *person == 0) {
        let was = format!(
            "mine moves from {:02}:{:02}  ",
            before.minute / 60,
            before.minute % 60
        );
        line.push(piece(was, paint.warn()));
    }
    line
}

/// The clocks at a meeting, those that agree together, with what they showed at the meeting before where it was
/// another time.
fn clocks(
    table: &Timetable,
    row: &SeriesRow,
    start: Timestamp,
) -> Vec<(String, DateTime, Option<Wall>)> {
    let mut clocks: Vec<(String, DateTime, Option<Wall>)> = Vec::new();
    for (at, guest) in table.guests.iter().enumerate() {
        let there = guest.zone.to_datetime(start);
        let short = zone::short_name(&zone::name(&guest.zone));
        let moved = row.moved.iter().find(|(person, _)| *person == at);
        let moved = moved.map(|(_, before)| *before);
        match clocks
            .iter_mut()
            .find(|(_, time, was)| (*time, *was) == (there, moved))
        {
            Some((names, ..)) if names.split('/').any(|name| name == short) => {}
            Some((names, ..)) => {
                names.push('/');
                names.push_str(&short);
            }
            None => clocks.push((short, there, moved)),
        }
    }
    // Those farthest from mine first: where there is no room for all they are the ones to see.
    let mine = clocks.first().map(|(_, mine, _)| *mine);
    clocks.sort_by_key(|(_, there, _)| {
        std::cmp::Reverse(mine.map_or(0, |mine| there.duration_since(mine).abs().as_mins()))
    });
    clocks
}

fn outcome(canvas: &Canvas<'_>, app: &App, table: &Timetable, row: &SeriesRow) -> Piece {
    let paint = &canvas.paint;
    if !row.possible {
        let names: Vec<String> = (row.absent.iter().take(1))
            .filter_map(|at| table.guests.get(*at))
            .filter_map(|guest| app.world.get(&guest.person))
            .map(|person| first_name(&person.name))
            .collect();
        let more = match row.absent.len().saturating_sub(names.len()) {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        return if names.is_empty() {
            let why = row.notes.first().cloned().unwrap_or_default();
            piece(format!("! {why}"), paint.bad())
        } else {
            piece(format!("! not {}{more}", names.join("/")), paint.bad())
        };
    }
    let most = row.costs.iter().flatten().max().copied().unwrap_or(0);
    let names: Vec<String> = row
        .payers
        .iter()
        .take(2)
        .filter_map(|at| table.guests.get(*at))
        .filter_map(|guest| app.world.get(&guest.person))
        .map(|person| first_name(&person.name))
        .collect();
    if names.is_empty() {
        return piece("costs nobody", paint.good());
    }
    let verb = if names.len() > 1 { "pay" } else { "pays" };
    let words = format!("{} {verb} {}", names.join("/"), cost_words(i64::from(most)));
    piece(words, paint.dim())
}
