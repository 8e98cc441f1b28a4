//! What a program wrote, or the commands that it proposes, over the place.

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece};
use crate::app::Sheet;
use crate::text;

/// Returns the lines as they fit: a text is broken where it is too long, a command stays one line.
fn lines(sheet: &Sheet, width: usize) -> Vec<String> {
    if !sheet.plan.is_empty() {
        return sheet.lines.clone();
    }
    let clean = sheet.lines.iter().map(|line| text::clean_line(line));
    clean
        .flat_map(|line| {
            let parts = text::wrap(&line, width);
            let parts: Vec<String> = parts.iter().map(|part| part.text.to_owned()).collect();
            if parts.is_empty() {
                vec![String::new()]
            } else {
                parts
            }
        })
        .collect()
}

/// Draws the lines of a sheet in a frame; commands have their numbers.
pub(super) fn draw(canvas: &mut Canvas<'_>, sheet: &Sheet, body: Rect) {
    let lines = lines(sheet, usize::from(body.width.saturating_sub(4)));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let height = rows.saturating_add(2).clamp(3, body.height);
    let area = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    canvas.fill(area, canvas.paint.text());
    let many = sheet.plan.len();
    let right = match many {
        0 => "Esc closes".to_owned(),
        1 => "Enter runs it, Esc runs nothing".to_owned(),
        many => format!("Enter runs these {many}, Esc runs nothing"),
    };
    let inner = canvas.frame(area, &sheet.title, &right, true);
    let shown = usize::from(inner.height);
    let first = sheet.scroll.min(lines.len().saturating_sub(shown));
    let (text, dim) = (canvas.paint.text(), canvas.paint.dim());
    let digits = many.to_string().len();
    for (y, (at, line)) in (inner.y..inner.bottom()).zip(lines.iter().enumerate().skip(first)) {
        let mut pieces = Vec::new();
        if many > 0 {
            pieces.push(piece(format!("{:>digits$}  ", at + 1), dim));
        }
        // A line that was broken in the middle of a text is still one command.
        pieces.push(piece(line.replace('\n', " ⏎ "), text));
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &pieces);
    }
    let below = lines.len().saturating_sub(first + shown);
    if below > 0 || first > 0 {
        let (key, dim) = (canvas.paint.key(), canvas.paint.dim());
        let words = format!(" scrolls, {below} more below");
        canvas.foot(area, &[piece("j k", key), piece(words, dim)]);
    }
}
