//! What the tutor says, between the place and the status row.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells_of, piece};
use crate::app::App;
use crate::text;

/// Draws the lesson that is on.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(lecture) = app.lecture().filter(|_| area.height > 0) else {
        return;
    };
    let paint = canvas.paint;
    canvas.fill(area, paint.strip());
    let (number, count) = lecture.number;
    let title = format!(" Lesson {number} of {count}: {} ", lecture.title);
    let mut pieces = vec![piece(title, paint.chip(paint.theme.accent))];
    if lecture.praise {
        pieces.push(piece("  done, well", paint.good()));
    }
    let used = canvas.line(area.x, area.y, area.width, &pieces);
    let words = ":app lesson next skips, stop ends";
    let room = area.width.saturating_sub(used + 2);
    if cells_of(words) <= room {
        canvas.put_right(area.x + used, area.y, room + 1, words, paint.dim());
    }
    let lines = text::wrap(&lecture.text, usize::from(area.width.saturating_sub(2)));
    for (y, line) in (area.y + 1..area.bottom()).zip(&lines) {
        canvas.put(
            area.x + 1,
            y,
            area.width.saturating_sub(2),
            line.text,
            paint.strong(),
        );
    }
}
