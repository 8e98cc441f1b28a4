//! The search over everything: what is typed, and what holds the words.

use ratatui::layout::{Position, Rect};

use super::Areas;
use super::canvas::{Canvas, cells_of};
use crate::app::{App, Find};
use crate::pane::Spot;
use crate::text;

/// Columns of the kind of a hit.
const KIND: u16 = 14;
/// Columns of the date of a hit.
const DATE: u16 = 11;

/// Draws the search over the place; returns where the terminal's cursor belongs.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, find: &Find, areas: &Areas) -> Position {
    let body = Rect {
        height: areas.body.height.saturating_sub(areas.bar.height),
        ..areas.body
    };
    let rows = u16::try_from(find.hits.len()).unwrap_or(u16::MAX).max(1);
    let height = rows.saturating_add(2).min(body.height);
    let area = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    canvas.fill(area, canvas.paint.text());
    let right = match (find.hits.len(), find.more) {
        (count, true) => format!("newest {count} of more"),
        (count, false) => format!("{count} found"),
    };
    let inner = canvas.frame(area, "Everything", &right, true);
    if find.hits.is_empty() {
        let typed = find.input.text();
        let words = if typed.trim().is_empty() {
            "type words: threads, messages, leads, CNs, people, notes, open or not"
        } else if typed == find.answered {
            "nothing holds these words; Backspace takes letters away"
        } else {
            "reading…"
        };
        let width = inner.width.saturating_sub(2);
        canvas.put(inner.x + 1, inner.y, width, words, canvas.paint.dim());
    }
    hits(canvas, app, find, inner);
    bar(canvas, find, areas.bar)
}

fn hits(canvas: &mut Canvas<'_>, app: &App, find: &Find, inner: Rect) {
    let shown = usize::from(inner.height).max(1);
    let first = (find.chosen / shown) * shown;
    let dated = inner.width >= KIND + DATE + 30;
    let paint = canvas.paint;
    for (y, (at, hit)) in (inner.y..inner.bottom()).zip(find.hits.iter().enumerate().skip(first)) {
        let kind = hit.link.known_kind().map_or("", |kind| kind.label());
        canvas.put(inner.x + 1, y, KIND - 1, kind, paint.dim());
        let end = inner
            .right()
            .saturating_sub(if dated { DATE + 1 } else { 1 });
        let x = inner.x + KIND + 1;
        canvas.put(x, y, end.saturating_sub(x), &hit.title, paint.strong());
        if let (true, Some(when)) = (dated, hit.at) {
            let date = app.world.view.zone.to_datetime(when).date();
            let words = date.strftime("%-d %b %Y").to_string();
            canvas.put_right(end, y, DATE, &words, paint.dim());
        }
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        canvas.zone(row, Spot::Choice(at));
        if at == find.chosen {
            canvas.put(inner.x, y, 1, paint.glyphs().marker(), paint.accent());
            canvas.tint(row, paint.cursor());
        }
    }
}

/// Draws the typed words in the line at the bottom; returns the cursor.
fn bar(canvas: &mut Canvas<'_>, find: &Find, area: Rect) -> Position {
    canvas.fill(area, canvas.paint.strip());
    let mut x = area.x + 1;
    x += canvas.put(x, area.y, area.width, "find: ", canvas.paint.key());
    let typed = find.input.text();
    let left = area.right().saturating_sub(x);
    canvas.put(x, area.y, left, &typed, canvas.paint.strong());
    let (_, column) = find.input.cursor();
    let before: String = typed.chars().take(column).collect();
    let cells = cells_of(&text::clean_line(&before));
    Position {
        x: x.saturating_add(cells).min(area.right().saturating_sub(1)),
        y: area.y,
    }
}
