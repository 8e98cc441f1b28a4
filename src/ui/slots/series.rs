//! The next meetings of a series: when for whom, what moves, who pays.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, piece, whole_words};
use super::super::layout::above;
use super::{best, cost_words, first_name};
use crate::app::App;
use crate::command::{SeriesRow, SeriesTable, Timetable};
use crate::pane::Anchored;
use crate::when::{clock, zone};

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
    let shown = u16::try_from(series.rows.len()).unwrap_or(u16::MAX);
    let (rows, rest) = above(inner, shown.min(inner.height));
    for ((y, number), row) in (rows.y..rows.bottom()).zip(1..).zip(&series.rows) {
        let line = row_line(canvas, app, table, row, number);
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
    let people = u16::try_from(table.guests.len()).unwrap_or(u16::MAX);
    let notes = notes(app, series);
    let (head, rest) = above(rest, 1);
    if head.height > 0 {
        let words = format!(
            "After these {}: Gini {:.2}, same payer {} times in a row at most",
            series.rows.iter().filter(|row| row.possible).count(),
            series.fairness.gini,
            series.longest_run
        );
        let dim = canvas.paint.dim();
        canvas.put(
            head.x + 1,
            head.y,
            head.width.saturating_sub(2),
            &words,
            dim,
        );
    }
    let (bars, rest) = above(rest, people.min(rest.height));
    best::bars(canvas, app, bars, table, &series.burden);
    let warn = canvas.paint.warn();
    for (y, note) in (rest.y..rest.bottom()).zip(notes) {
        let room = rest.width.saturating_sub(2);
        canvas.put(rest.x + 1, y, room, &whole_words(&note, room), warn);
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
                notes.push(format!("! {}: {note}", clock::day_month(at.date())));
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
    number: usize,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let start = row.span.start.timestamp();
    let local = app.world.view.zone.to_datetime(start);
    let mut line = vec![
        piece(format!("{number} "), paint.accent()),
        piece(
            format!(
                "{} {}  ",
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
    let mut shown = vec![zone::name(&app.world.view.zone)];
    for (at, guest) in table.guests.iter().enumerate() {
        let name = zone::name(&guest.zone);
        if shown.contains(&name) {
            continue;
        }
        let there = guest.zone.to_datetime(start);
        line.push(piece(format!("{} ", zone::short_name(&name)), paint.info()));
        shown.push(name);
        if there.date() != local.date() {
            let word = clock::weekday_word(there.weekday());
            line.push(piece(format!("{word} "), paint.accent()));
        }
        let moved = row.moved.iter().find(|(person, _)| *person == at);
        let style = if moved.is_some() {
            paint.warn()
        } else {
            paint.text()
        };
        line.push(piece(clock::time(there.time()), style));
        if let Some((_, before)) = moved {
            let was = format!("(was {:02}:{:02})", before.minute / 60, before.minute % 60);
            line.push(piece(was, paint.warn()));
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
    line.push(outcome(canvas, app, table, row));
    line
}

fn outcome(canvas: &Canvas<'_>, app: &App, table: &Timetable, row: &SeriesRow) -> Piece {
    let paint = &canvas.paint;
    if !row.possible {
        let why = row.notes.first().cloned().unwrap_or_default();
        return piece(format!("! {why}"), paint.bad());
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
    let words = format!("{} pays {}", names.join("/"), cost_words(i64::from(most)));
    piece(words, paint.dim())
}
