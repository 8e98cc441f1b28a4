//! The search over everything: what is typed, and what holds the words.

use ratatui::layout::{Position, Rect};

use super::Areas;
use super::canvas::{Canvas, cells_of};
use crate::app::{App, Find};
use crate::pane::Spot;
use crate::record::Kind;
use crate::text;

/// Columns of the date of a hit.
const DATE: u16 = 11;

/// Draws the search over the place; returns where the terminal's cursor belongs.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, find: &Find, areas: &Areas) -> Position {
    let body = Rect {
        height: areas.body.height.saturating_sub(areas.bar.height),
        ..areas.body
    };
    let rows = u16::try_from(lines(find).len()).unwrap_or(u16::MAX).max(1);
    let height = rows.saturating_add(2).min(body.height);
    let area = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    canvas.fill(area, canvas.paint.text());
    let right = match (find.hits.len(), find.more) {
        (count, true) => format!("{count}, and older ones · Tab: next kind"),
        (count, false) => format!("{count} found · Tab: next kind"),
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
    let (first, below) = hits(canvas, app, find, inner);
    super::overlay::more(canvas, area, (first, below));
    bar(canvas, find, areas.bar)
}

/// A line of the answer.
enum Line {
    /// The name of a kind and how many hits it has.
    Kind(Option<Kind>),
    /// A hit, by position.
    Hit(usize),
}

/// The hits with a heading for each kind.
fn lines(find: &Find) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut before = None;
    for (at, hit) in find.hits.iter().enumerate() {
        let kind = hit.link.known_kind();
        if before != Some(kind) {
            lines.push(Line::Kind(kind));
            before = Some(kind);
        }
        lines.push(Line::Hit(at));
    }
    lines
}

/// Draws the hits; returns how many lines lie above and below.
fn hits(canvas: &mut Canvas<'_>, app: &App, find: &Find, inner: Rect) -> (usize, usize) {
    let shown = usize::from(inner.height).max(1);
    let lines = lines(find);
    let here = lines
        .iter()
        .position(|line| matches!(line, Line::Hit(at) if *at == find.chosen))
        .unwrap_or(0);
    // The heading of the chosen one's kind stays in sight where there is room.
    let first = (here / shown.max(2)) * shown;
    let dated = inner.width >= DATE + 40;
    let paint = canvas.paint;
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(first)) {
        let at = match line {
            Line::Kind(kind) => {
                let words = kind.map_or("", Kind::plural);
                let count = find.count(*kind);
                let used = canvas.put(inner.x + 1, y, inner.width, words, paint.accent());
                let room = inner.width.saturating_sub(used + 3);
                canvas.put(inner.x + used + 2, y, room, &count.to_string(), paint.dim());
                continue;
            }
            Line::Hit(at) => *at,
        };
        let Some(hit) = find.hits.get(at) else { break };
        let end = inner
            .right()
            .saturating_sub(if dated { DATE + 1 } else { 1 });
        let x = inner.x + 3;
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
    (first, lines.len().saturating_sub(first + shown))
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
