//! Why the other times of the day do not do.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, piece};
use crate::app::App;
use crate::command::{Rejection, Timetable};
use crate::text;
use crate::when::{told, zone};

/// Lists the stretches of the day that somebody rejects, each with who and why, and the closest miss.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let mine = &app.world.view.zone;
    let here = zone::short_name(&zone::name(mine));
    let title = format!("Why not, {} {here}", told::date(table.day, table.today));
    let inner = canvas.frame(
        area,
        &title,
        "J K other days · v shows the best times",
        false,
    );
    let paint = canvas.paint;
    let room = usize::from(inner.width.saturating_sub(2));
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut closest = |words: String, at: String, reasons: &[String]| {
        for words in [words, at] {
            for line in text::wrap(&words, room) {
                lines.push(vec![piece(line.text.to_owned(), paint.warn())]);
            }
        }
        for reason in reasons {
            for line in text::wrap(&text::clean_line(reason), room.saturating_sub(3)) {
                lines.push(vec![piece(format!("   {}", line.text), paint.text())]);
            }
        }
    };
    let mut said = None;
    if let Some((start, reasons)) = &table.miss {
        said = Some(*start);
        let at = told::moment_zoned(*start, mine, table.today);
        let days = match (&app.screen.slots.within, table.days) {
            (Some(_), _) => "where it was looked for".to_owned(),
            (None, 1) => "of this day".to_owned(),
            (None, days) => format!("in {days} days"),
        };
        closest(
            format!("No time {days} suits everyone."),
            format!("Closest is {at}, but:"),
            reasons,
        );
    }
    // The whole of the day that is shown, whatever the other days hold.
    if let Some((start, reasons)) = table.day_miss().filter(|(start, _)| said != Some(*start)) {
        let at = told::moment_zoned(*start, mine, table.today);
        let (words, at) = if table.day_open {
            let at = format!("{at}, but:");
            ("Closest of the times of this day that do not do:", at)
        } else {
            let at = format!("Closest is {at}, but:");
            ("No time of this day suits everyone.", at)
        };
        closest(words.to_owned(), at, reasons);
    }
    let rejections = table.rejections();
    if rejections.is_empty() {
        lines.push(vec![piece(
            "Every time of this day suits everyone.",
            paint.good(),
        )]);
    }
    lines.extend(stretches(canvas, app, rejections, room));
    let scroll = app.screen.detail_scroll.min(lines.len().saturating_sub(1));
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(scroll)) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
}

/// The stretches of the day that somebody rejects, each with who and why.
fn stretches(
    canvas: &Canvas<'_>,
    app: &App,
    rejections: &[Rejection],
    room: usize,
) -> Vec<Vec<Piece>> {
    let (paint, mine) = (&canvas.paint, &app.world.view.zone);
    let mut lines = Vec::new();
    for rejection in rejections {
        let first = told::time(rejection.first, mine);
        let last = told::time(rejection.last, mine);
        let times = if first == last {
            first
        } else {
            format!("{first}–{last}")
        };
        let reasons = text::clean_line(&rejection.brief).into_owned();
        for (at, line) in text::wrap(&reasons, room.saturating_sub(13).max(10))
            .iter()
            .enumerate()
        {
            let times = if at == 0 { times.as_str() } else { "" };
            lines.push(vec![
                piece(format!("{times:<12} "), paint.strong()),
                piece(line.text.to_owned(), paint.dim()),
            ]);
        }
    }
    lines
}
