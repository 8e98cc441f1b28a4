//! The reply box.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, cells_of, piece};
use super::layout::above;
use crate::app::{App, ReplyBox};
use crate::text;

/// How many rows the box takes of this area.
pub(super) fn height(reply: &ReplyBox, area: Rect) -> u16 {
    let lines = u16::try_from(reply.input.lines().len()).unwrap_or(u16::MAX);
    let hints = u16::try_from(reply.snippets.len()).unwrap_or(0).min(4);
    (lines.max(3).saturating_add(2) + hints)
        .min(area.height.saturating_sub(3))
        .max(4)
}

/// Draws the box: what is written, and the snippets while it is empty.
pub(super) fn draw(canvas: &mut Canvas<'_>, reply: &ReplyBox, area: Rect) {
    let inner = canvas.frame(area, "Reply", "Enter sends", true);
    let lines = reply.input.lines();
    let (row, _) = reply.input.cursor();
    let height = usize::from(inner.height);
    let first = row.saturating_sub(height.saturating_sub(1));
    let style = canvas.paint.text();
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(first)) {
        canvas.put(inner.x + 1, y, inner.width.saturating_sub(2), line, style);
    }
    if reply.input.is_empty() {
        let (key, strong, dim) = (
            canvas.paint.key(),
            canvas.paint.strong(),
            canvas.paint.dim(),
        );
        for (y, (letter, title, body)) in (inner.y + 1..inner.bottom()).zip(&reply.snippets) {
            let pieces = [
                piece(format!("{letter} "), key),
                piece(format!("{title}  "), strong),
                piece(body.lines().next().unwrap_or("").to_owned(), dim),
            ];
            canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &pieces);
        }
    }
}

/// Returns where the cursor stands when the box is drawn in this area.
pub(super) fn cursor_in(reply: &ReplyBox, area: Rect) -> Position {
    let (row, column) = reply.input.cursor();
    let height = usize::from(area.height.saturating_sub(2)).max(1);
    let first = row.saturating_sub(height - 1);
    let line = reply.input.lines().get(row).map_or("", String::as_str);
    let before: String = line.chars().take(column).collect();
    let x = area.x + 2 + cells_of(&text::clean_line(&before));
    let y = area.y + 1 + u16::try_from(row - first).unwrap_or(0);
    Position {
        x: x.min(area.right().saturating_sub(2)),
        y: y.min(area.bottom().saturating_sub(2)),
    }
}

/// Returns where the cursor stands in the inbox, which gives the box the lower part of its preview.
pub(super) fn cursor(reply: &ReplyBox, body: Rect, app: &App) -> Position {
    let preview = super::inbox::preview_area(body, app);
    let height = height(reply, preview);
    let (_, lower) = above(preview, preview.height.saturating_sub(height));
    cursor_in(reply, lower)
}
