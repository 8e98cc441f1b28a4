//! The keys of this place.

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece};
use crate::app::{App, Mode, help_rows};

/// Draws all keys that hold here, this place's own first.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, body: Rect) {
    let Mode::Help(scroll) = app.mode else { return };
    canvas.fill(body, canvas.paint.text());
    let place = app.screen.active().title();
    let inner = canvas.frame(
        body,
        &format!("Keys in {place}"),
        "j k scroll, any other key closes",
        true,
    );
    let rows = help_rows(app);
    let paint = canvas.paint;
    let mut lines = Vec::new();
    for (here, heading) in [
        (true, format!("only in {place}")),
        (false, "everywhere".to_owned()),
    ] {
        lines.push(vec![piece(format!("── {heading} "), paint.accent())]);
        for row in rows.iter().filter(|row| row.here == here) {
            lines.push(vec![
                piece(format!("{:>12}  ", row.keys), paint.key()),
                piece(format!("{:<34.34} ", row.help), paint.text()),
                piece(format!("{:<30.30} ", row.command), paint.dim()),
                piece(row.source.clone(), paint.dim()),
            ]);
        }
        lines.push(Vec::new());
    }
    let room = usize::from(inner.height);
    let first = scroll.min(lines.len().saturating_sub(room));
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(first)) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
}
