//! Why the other times of the day do not do.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, piece};
use crate::app::App;
use crate::command::Timetable;
use crate::text;
use crate::when::{clock, zone};

/// Lists the stretches of the day that somebody rejects, each with who and why, and the closest miss.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let mine = &app.world.view.zone;
    let here = zone::short_name(&zone::name(mine));
    let title = format!("Why not, {} {here}", clock::date_stamp(table.day));
    let inner = canvas.frame(
        area,
        &title,
        "J K other days · v shows the best times",
        false,
    );
    let paint = canvas.paint;
    let room = usize::from(inner.width.saturating_sub(2));
    let mut lines: Vec<Vec<super::super::canvas::Piece>> = Vec::new();
    if let Some((start, reasons)) = &table.miss {
        let at = clock::stamp(*start, mine);
        let days = match table.days {
            1 => "of this day".to_owned(),
            days => format!("in {days} days"),
        };
        let words = format!("No time {days} suits everyone. Closest is {at}, but:");
        lines.push(vec![piece(words, paint.warn())]);
        for reason in reasons {
            lines.push(vec![piece(format!("   {reason}"), paint.text())]);
        }
    }
    let rejections = table.rejections();
    if rejections.is_empty() {
        lines.push(vec![piece(
            "Every time of this day suits everyone.",
            paint.good(),
        )]);
    }
    for rejection in rejections {
        let first = clock::time_of(rejection.first, mine);
        let last = clock::time_of(rejection.last, mine);
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
    let scroll = app.screen.detail_scroll.min(lines.len().saturating_sub(1));
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(scroll)) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
}
