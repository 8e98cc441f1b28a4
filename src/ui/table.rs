//! The table that every list is drawn with, and the detail of any record.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use crate::app::App;
use crate::effect::RowState;
use crate::list::ListView;
use crate::pane::Spot;
use crate::record::{AnyRef, Due, Kind, KindVisitor, Record, Value};
use crate::when::{clock, zone};

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    /// Cells; 0 takes what is left.
    pub(super) cells: u16,
    /// Whether its content stands at the right.
    pub(super) right: bool,
}

/// Makes a column.
pub(super) const fn column(title: &'static str, cells: u16) -> Column {
    Column {
        title,
        cells,
        right: false,
    }
}

/// Makes a column whose content stands at the right.
pub(super) const fn figure(title: &'static str, cells: u16) -> Column {
    Column {
        title,
        cells,
        right: true,
    }
}

/// What the table needs to know of its list.
pub(super) struct Rows<'a> {
    pub(super) list: &'a ListView,
    /// Whether the list has the keys.
    pub(super) focused: bool,
    /// Whether the titles of the columns are shown.
    pub(super) titles: bool,
}

/// Draws the visible rows of a list; `cells` makes the pieces of a row, one list of pieces a column.
#[expect(
    clippy::too_many_lines,
    reason = "one row is one stretch of cells after the other"
)]
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    rows: &Rows<'_>,
    columns: &[Column],
    mut cells: impl FnMut(&Canvas<'_>, &str) -> (Vec<Vec<Piece>>, RowState),
) {
    if area.height == 0 || area.width < 6 {
        return;
    }
    let fixed: u16 = columns.iter().map(|column| column.cells + 1).sum();
    let rest = area.width.saturating_sub(fixed + 3);
    let width = |column: &Column| {
        if column.cells == 0 {
            rest
        } else {
            column.cells
        }
    };
    let mut y = area.y;
    if rows.titles {
        let dim = canvas.paint.dim();
        let mut x = area.x + 2;
        for column in columns {
            if column.right {
                canvas.put_right(x, y, width(column), column.title, dim);
            } else {
                canvas.put(x, y, width(column), column.title, dim);
            }
            x += width(column) + 1;
        }
        y += 1;
    }
    let height = usize::from(area.bottom().saturating_sub(y));
    let first = rows.list.window(height);
    for (at, key) in rows
        .list
        .order()
        .iter()
        .enumerate()
        .skip(first)
        .take(height)
    {
        let (pieces, state) = cells(canvas, key);
        let here = at == rows.list.position();
        let row = Rect {
            x: area.x,
            y,
            width: area.width,
            height: 1,
        };
        canvas.zone(row, Spot::Row(key.clone()));
        let glyphs = canvas.paint.glyphs();
        let mut marked = false;
        if rows.list.is_marked(key) {
            let style = canvas.paint.mark();
            canvas.put(area.x, y, 1, glyphs.mark(), style);
            marked = true;
        } else if here {
            let style = canvas.paint.accent();
            canvas.put(area.x, y, 1, glyphs.marker(), style);
        }
        let (flag, style) = match state {
            RowState::Clean => (" ", canvas.paint.dim()),
            RowState::Pending => (glyphs.up(), canvas.paint.dim()),
            RowState::Conflict | RowState::Refused => (glyphs.bang(), canvas.paint.bad()),
        };
        canvas.put(area.x + 1, y, 1, flag, style);
        let mut x = area.x + 2;
        for (column, pieces) in columns.iter().zip(&pieces) {
            if column.right {
                canvas.line_right(x, y, width(column), pieces);
            } else {
                canvas.line(x, y, width(column), pieces);
            }
            x += width(column) + 1;
        }
        if here {
            let style = if rows.focused {
                canvas.paint.cursor()
            } else {
                canvas.paint.strong()
            };
            canvas.tint(row, style);
            if marked {
                // The mark stays told apart from the row under the cursor.
                let style = canvas.paint.mark();
                canvas.put(area.x, y, 1, glyphs.mark(), style);
            }
        }
        y += 1;
    }
}

/// Says what fills an empty list.
pub(super) fn empty(canvas: &mut Canvas<'_>, area: Rect, lines: &[&str]) {
    let style = canvas.paint.dim();
    let top = area.y
        + area
            .height
            .saturating_sub(u16::try_from(lines.len()).unwrap_or(0))
            / 2;
    for (row, line) in (top..area.bottom()).zip(lines) {
        let width = u16::try_from(line.chars().count())
            .unwrap_or(0)
            .min(area.width);
        canvas.put(area.x + (area.width - width) / 2, row, width, line, style);
    }
}

/// Writes a value as a table and a detail show it.
pub(super) fn words(value: &Value<'_>, app: &App) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number_words(*number),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Instant(at) => clock::stamp(*at, &app.world.view.zone),
        Value::Date(date) => clock::date_stamp(*date),
        Value::Due(due) => due_words(due, app),
        Value::Span(span) => {
            let words = clock::length(span.abs());
            if span.is_negative() {
                format!("-{words}")
            } else {
                words
            }
        }
        Value::Money(money) => format!("{} {}", number_words(minor(money.minor)), money.currency),
        Value::Link(link) => app.world.title(link),
        Value::List(values) => values
            .iter()
            .map(|value| words(value, app))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Json(json) => json_words(json),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn minor(minor: i64) -> f64 {
    minor as f64 / 100.0
}

/// Writes a structure without its braces: `from 09:00, to 18:00`.
fn json_words(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Object(map) => map
            .iter()
            .map(|(name, value)| format!("{name} {}", json_words(value)))
            .collect::<Vec<_>>()
            .join(", "),
        serde_json::Value::Array(items) => {
            items.iter().map(json_words).collect::<Vec<_>>().join("; ")
        }
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Writes a due time; a zone that is not the console's is named.
pub(super) fn due_words(due: &Due, app: &App) -> String {
    match due {
        Due::On { date } => clock::date_stamp(*date),
        Due::At {
            wall, zone: name, ..
        } => {
            if **name == *zone::name(&app.world.view.zone) {
                clock::wall_stamp(*wall)
            } else {
                format!("{} {}", clock::wall_stamp(*wall), zone::short_name(name))
            }
        }
    }
}

/// Writes a number with at most three significant digits after thousands: `1.21M`, `88.4k`, `12`.
pub(super) fn number_words(number: f64) -> String {
    let size = number.abs();
    if size >= 1e9 {
        format!("{:.2}B", number / 1e9)
    } else if size >= 1e6 {
        format!("{:.2}M", number / 1e6)
    } else if size >= 1e4 {
        format!("{:.1}k", number / 1e3)
    } else if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    }
}

/// Lists the filled fields of a record as name and words, derived ones first.
pub(super) fn field_lines(app: &App, link: &AnyRef) -> Vec<(String, String)> {
    struct Lines<'a> {
        app: &'a App,
        id: &'a str,
    }
    impl KindVisitor for Lines<'_> {
        type Out = Vec<(String, String)>;
        fn visit<R: Record>(self) -> Self::Out {
            let Some(record) = self.app.world.table::<R>().record(self.id) else {
                return Vec::new();
            };
            let derived = R::DERIVED.iter().map(|derived| {
                (
                    derived.info.name,
                    (derived.get)(record, &self.app.world.view),
                )
            });
            let stored = R::FIELDS
                .iter()
                .map(|field| (field.info.name, (field.get)(record)));
            derived
                .chain(stored)
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.replace('_', " "), words(&value, self.app)))
                .collect()
        }
    }
    let Some(kind) = link.known_kind() else {
        return Vec::new();
    };
    kind.visit(Lines { app, id: &link.id })
}

/// Draws all filled fields of a record.
pub(super) fn detail(canvas: &mut Canvas<'_>, app: &App, area: Rect, link: &AnyRef, focused: bool) {
    let kind = link.known_kind().map_or("", Kind::label);
    let title = app.world.title(link);
    let inner = canvas.frame(area, &title, kind, focused);
    canvas.zone(area, Spot::Detail);
    let lines = field_lines(app, link);
    let label = lines
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0)
        .min(20);
    let label = u16::try_from(label).unwrap_or(20);
    let (dim, text) = (canvas.paint.dim(), canvas.paint.text());
    let mut rows: Vec<(String, String)> = Vec::new();
    let room = usize::from(inner.width.saturating_sub(label + 3)).max(8);
    for (name, words) in lines {
        let mut name = name;
        for part in crate::text::clean_body(&words) {
            for line in crate::text::wrap(&part, room) {
                rows.push((std::mem::take(&mut name), line.text.to_string()));
            }
        }
    }
    let skip = if focused {
        app.screen.detail_scroll.min(rows.len().saturating_sub(1))
    } else {
        0
    };
    for (y, (name, words)) in (inner.y..inner.bottom()).zip(rows.iter().skip(skip)) {
        canvas.put_right(inner.x + 1, y, label, name, dim);
        canvas.put(
            inner.x + label + 2,
            y,
            inner.width.saturating_sub(label + 2),
            words,
            text,
        );
    }
}

/// Makes a cell of one piece.
pub(super) fn cell(text: impl Into<String>, style: ratatui::style::Style) -> Vec<Piece> {
    vec![piece(text, style)]
}
