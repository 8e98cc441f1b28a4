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

/// The words of the rule above the group that a row belongs to.
pub(super) type Group<'g> = &'g dyn Fn(&str) -> Option<String>;

/// Draws the visible rows of a list; `cells` makes the pieces of a row, one list of pieces a column.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    rows: &Rows<'_>,
    columns: &[Column],
    cells: impl FnMut(&Canvas<'_>, &str) -> (Vec<Vec<Piece>>, RowState),
) {
    draw_grouped(canvas, area, rows, columns, &|_| None, cells);
}

/// Draws the visible rows of a list with a rule above each group.
pub(super) fn draw_grouped(
    canvas: &mut Canvas<'_>,
    area: Rect,
    rows: &Rows<'_>,
    columns: &[Column],
    group: Group<'_>,
    mut cells: impl FnMut(&Canvas<'_>, &str) -> (Vec<Vec<Piece>>, RowState),
) {
    if area.height == 0 || area.width < 6 {
        return;
    }
    let mut y = area.y;
    if rows.titles {
        titles(canvas, Rect { height: 1, ..area }, columns);
        y += 1;
    }
    let height = usize::from(area.bottom().saturating_sub(y));
    let list = rows.list;
    let first = list.window(height);
    for (y, entry) in
        (y..area.bottom()).zip(entries(list.order(), first, list.position(), height, group))
    {
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        match entry {
            Entry::Rule(words) => canvas.rule(line.x, y, line.width, &words),
            Entry::Row(at) => {
                let Some(key) = list.order().get(at) else {
                    continue;
                };
                let (pieces, state) = cells(canvas, key);
                canvas.zone(line, Spot::Row(key.clone()));
                row(canvas, line, columns, &pieces);
                let here = at == list.position();
                let focus = here.then_some(rows.focused);
                margin(canvas, line, (list.is_marked(key), state), focus);
            }
        }
    }
}

/// What stands in a line of a list.
enum Entry {
    Rule(String),
    Row(usize),
}

/// Returns the lines that fit, with the row of the cursor among them: rows, and a rule above each group.
fn entries(
    order: &[String],
    first: usize,
    here: usize,
    height: usize,
    group: Group<'_>,
) -> Vec<Entry> {
    if height < 4 {
        let rows = first..order.len().min(first + height);
        return rows.map(Entry::Row).collect();
    }
    let mut first = first.min(here);
    loop {
        let mut lines = Vec::new();
        let mut before = None;
        for (at, key) in order.iter().enumerate().skip(first).take(height) {
            let words = group(key);
            if let Some(words) = &words
                && before.as_ref() != Some(words)
            {
                lines.push(Entry::Rule(words.clone()));
            }
            before = words;
            lines.push(Entry::Row(at));
        }
        lines.truncate(height);
        let shown = |entry: &Entry| matches!(entry, Entry::Row(at) if *at == here);
        if first >= here || lines.iter().any(shown) {
            return lines;
        }
        first += 1;
    }
}

/// The cells of a column: what is given, or what the others leave.
fn width(column: &Column, columns: &[Column], area: Rect) -> u16 {
    if column.cells > 0 {
        return column.cells;
    }
    let fixed: u16 = columns.iter().map(|column| column.cells + 1).sum();
    area.width.saturating_sub(fixed + 3)
}

fn titles(canvas: &mut Canvas<'_>, line: Rect, columns: &[Column]) {
    let dim = canvas.paint.dim();
    let mut x = line.x + 2;
    for column in columns {
        let cells = width(column, columns, line);
        if column.right {
            canvas.put_right(x, line.y, cells, column.title, dim);
        } else {
            canvas.put(x, line.y, cells, column.title, dim);
        }
        x += cells + 1;
    }
}

fn row(canvas: &mut Canvas<'_>, line: Rect, columns: &[Column], pieces: &[Vec<Piece>]) {
    let mut x = line.x + 2;
    for (column, pieces) in columns.iter().zip(pieces) {
        let cells = width(column, columns, line);
        if column.right {
            canvas.line_right(x, line.y, cells, pieces);
        } else {
            canvas.line(x, line.y, cells, pieces);
        }
        x += cells + 1;
    }
}

/// Draws the mark, how the record stands to the server, and the cursor; `focus` says that the cursor is here,
/// and whether the list has the keys.
fn margin(
    canvas: &mut Canvas<'_>,
    line: Rect,
    (marked, state): (bool, RowState),
    focus: Option<bool>,
) {
    let glyphs = canvas.paint.glyphs();
    if !marked && focus.is_some() {
        let style = canvas.paint.accent();
        canvas.put(line.x, line.y, 1, glyphs.marker(), style);
    }
    let (flag, style) = match state {
        RowState::Clean => (" ", canvas.paint.dim()),
        RowState::Pending => (glyphs.up(), canvas.paint.dim()),
        RowState::Conflict | RowState::Refused => (glyphs.bang(), canvas.paint.bad()),
    };
    canvas.put(line.x + 1, line.y, 1, flag, style);
    match focus {
        Some(true) => canvas.tint(line, canvas.paint.cursor()),
        Some(false) => canvas.tint(line, canvas.paint.strong()),
        None => {}
    }
    if marked {
        // The mark stays told apart from the row under the cursor.
        let style = canvas.paint.mark();
        canvas.put(line.x, line.y, 1, glyphs.mark(), style);
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
        Value::Instant(at) => {
            let here = &app.world.view.zone;
            let short = zone::short_name(&zone::name(here));
            format!("{} {short}", clock::stamp(*at, here))
        }
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
    if canvas.lean {
        return;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_the_cursor_is_always_among_the_lines() {
        let order: Vec<String> = (0..8).map(|at| format!("{at}")).collect();
        let group = |key: &str| Some(if key < "5" { "late" } else { key }.to_owned());
        for height in 1..12 {
            for here in 0..order.len() {
                for first in (here + 1_usize).saturating_sub(height)..=here {
                    let lines = entries(&order, first, here, height, &group);
                    assert!(lines.len() <= height);
                    let shown = |entry: &Entry| matches!(entry, Entry::Row(at) if *at == here);
                    assert!(lines.iter().any(shown), "{here} of {first} in {height}");
                }
            }
        }
    }
}
