//! The form of a record.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Piece, cells_of, piece, whole_words};
use crate::app::{App, Form, FormField};
use crate::record::FieldType;
use crate::text;

/// At most this many rows of a long text are shown while it is written.
const LONG: usize = 5;

/// What stands in a row of the form.
enum Row<'a> {
    /// A line of a field; the first one carries its name.
    Field(usize, &'a FormField, usize),
    /// A line of what is wrong with the field above.
    Wrong(String),
    /// A rule before and after what is written in several lines.
    Gap,
}

/// Draws the form; returns the cursor.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    app: &App,
    form: &Form,
    body: Rect,
) -> Option<Position> {
    let width = body.width.min(100);
    let roomy = usize::from(body.height) > form.fields.len() + 10;
    let room = width.saturating_sub(20.min(width / 3) + 7);
    let rows = rows(form, roomy, usize::from(room));
    let height = u16::try_from(rows.len())
        .unwrap_or(u16::MAX)
        .saturating_add(5)
        .min(body.height);
    let area = Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let title = match &form.id {
        _ if form.title.is_some() => form.title.clone().unwrap_or_default(),
        Some(id) => app.world.any(form.kind).title(id).unwrap_or_default(),
        None => format!("New {}", form.kind.label()),
    };
    let changed = form
        .fields
        .iter()
        .filter(|field| field.is_changed())
        .count();
    let right = match changed {
        0 => form.kind.label().to_owned(),
        count => format!("{} · {count} changed", form.kind.label()),
    };
    let inner = canvas.frame(area, &title, &right, true);
    if let Some(error) = too_long(form, inner) {
        return low(canvas, form, &error, inner);
    }
    let (upper, lower) = super::layout::above(inner, inner.height.saturating_sub(3));
    let (cursor, first) = fields(canvas, form, &rows, upper);
    let below = rows.len().saturating_sub(first + usize::from(upper.height));
    super::overlay::more(canvas, area, (first, below));
    hint(canvas, app, form, lower);
    cursor
}

/// Returns what is wrong with the current field, in lines, where the fields leave no room for all of it.
fn too_long(form: &Form, inner: Rect) -> Option<Vec<String>> {
    let field = form.fields.get(form.current)?;
    let clean = text::clean_line(field.error.as_ref()?);
    let beside = inner.width.saturating_sub(20.min(inner.width / 3) + 5);
    let beside = text::wrap(&clean, usize::from(beside.max(10))).len();
    let lines = field.input.lines().len().clamp(1, LONG);
    if lines + beside <= usize::from(inner.height.saturating_sub(3)) {
        return None;
    }
    let room = usize::from(inner.width.saturating_sub(3)).max(1);
    let lines = text::wrap(&clean, room);
    Some(lines.iter().map(|line| line.text.to_string()).collect())
}

/// Draws the current field alone with all that is wrong with it: what it means and the other fields give way.
fn low(canvas: &mut Canvas<'_>, form: &Form, error: &[String], inner: Rect) -> Option<Position> {
    let field = form.fields.get(form.current)?;
    let label = 20.min(inner.width / 3);
    let x = inner.x + label + 2;
    let room = inner.right().saturating_sub(x + 1);
    let name = field.info.name.replace('_', " ");
    canvas.put_right(inner.x, inner.y, label, &name, canvas.paint.bad());
    let (line, _) = field.input.cursor();
    let cursor = value(canvas, field, line, true, (x, inner.y, room));
    let (bad, glyph) = (canvas.paint.bad(), canvas.paint.glyphs().bang());
    canvas.put(inner.x, inner.y + 1, 1, glyph, bad);
    let rows = usize::from(inner.height.saturating_sub(1));
    let whole = error.len() <= rows;
    let shown = if whole { rows } else { rows.saturating_sub(1) };
    let (x, room) = (inner.x + 2, inner.width.saturating_sub(3));
    for (y, words) in (inner.y + 1..inner.bottom()).zip(error.iter().take(shown)) {
        canvas.put(x, y, room, words, bad);
    }
    if !whole {
        let words = "… :messages has all";
        canvas.put(x, inner.bottom() - 1, room, words, canvas.paint.dim());
    }
    cursor
}

/// Lays the fields out in rows, in their own order: the current long text in several, errors below their field.
fn rows(form: &Form, roomy: bool, room: usize) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut before = false;
    for (at, field) in form.fields.iter().enumerate() {
        let long = field.info.ty == FieldType::LongText;
        if roomy && long != before && at > 0 {
            rows.push(Row::Gap);
        }
        before = long;
        let lines = field.input.lines().len().max(1);
        if at == form.current && lines > 1 {
            let (row, _) = field.input.cursor();
            let first = (row + 1).saturating_sub(LONG);
            rows.extend((first..lines.min(first + LONG)).map(|line| Row::Field(at, field, line)));
        } else {
            rows.push(Row::Field(at, field, 0));
        }
        if let Some(error) = &field.error {
            let clean = text::clean_line(error);
            let lines = text::wrap(&clean, room.max(10));
            rows.extend(lines.iter().map(|line| Row::Wrong(line.text.to_string())));
        }
    }
    rows
}

/// Draws the rows that fit; returns the cursor and how many lie above.
fn fields(
    canvas: &mut Canvas<'_>,
    form: &Form,
    rows: &[Row<'_>],
    area: Rect,
) -> (Option<Position>, usize) {
    let height = usize::from(area.height).max(1);
    let last = rows
        .iter()
        .rposition(|row| matches!(row, Row::Field(at, ..) if *at == form.current))
        .unwrap_or(0);
    // An error below the current field stays in sight.
    let wrong = rows.iter().skip(last + 1);
    let last = last + wrong.take_while(|row| matches!(row, Row::Wrong(_))).count();
    let first = (last + 1).saturating_sub(height);
    let label = 20.min(area.width / 3);
    let x = area.x + label + 2;
    let room = area.right().saturating_sub(x + 1);
    let mut cursor = None;
    let mut named = usize::MAX;
    for (y, row) in (area.y..area.bottom()).zip(rows.iter().skip(first)) {
        match row {
            Row::Gap => canvas.rule(area.x, y, area.width, ""),
            Row::Wrong(words) => {
                let (bad, glyph) = (canvas.paint.bad(), canvas.paint.glyphs().bang());
                canvas.put(x, y, room, &format!("{glyph} {words}"), bad);
            }
            Row::Field(at, field, line) => {
                let here = *at == form.current;
                if named != *at {
                    let style = match (here, &field.error) {
                        (_, Some(_)) => canvas.paint.bad(),
                        (true, _) => canvas.paint.accent(),
                        _ => canvas.paint.dim(),
                    };
                    let name = field.info.name.replace('_', " ");
                    canvas.put_right(area.x, y, label, &name, style);
                    named = *at;
                }
                let found = value(canvas, field, *line, here, (x, y, room));
                cursor = cursor.or(found);
            }
        }
    }
    (cursor, first)
}

/// Draws a line of a field; returns the cursor where it stands in it.
fn value(
    canvas: &mut Canvas<'_>,
    field: &FormField,
    line: usize,
    here: bool,
    (x, y, room): (u16, u16, u16),
) -> Option<Position> {
    let paint = canvas.paint;
    let lines = field.input.lines();
    let shown = lines.get(line).map_or("", String::as_str);
    let (cursor_line, column) = field.input.cursor();
    let style = match (&field.error, field.is_changed()) {
        (Some(_), _) => paint.bad(),
        (None, true) => paint.good(),
        (None, false) => paint.text(),
    };
    let before: String = shown.chars().take(column).collect();
    let reach = cells_of(&text::clean_line(&before));
    let mine = here && line == cursor_line;
    // A value that is longer than its room slides so that the cursor stays in sight.
    let skip = if mine {
        reach.saturating_sub(room.saturating_sub(1))
    } else {
        0
    };
    let slid: String = shown.chars().skip(usize::from(skip)).collect();
    let used = canvas.put(x, y, room, &slid, style);
    if shown.is_empty() && !here {
        canvas.put(x, y, room, "—", paint.frame(false));
    }
    if !here && lines.len() > 1 {
        let more = format!("{} lines", lines.len());
        canvas.put_right(x, y, room, &more, paint.dim());
    } else if here && shown.is_empty() && used == 0 {
        canvas.put(
            x + 1,
            y,
            room.saturating_sub(1),
            &field.info.ty.words(),
            paint.dim(),
        );
    }
    if here {
        let row = Rect {
            x: x.saturating_sub(1),
            y,
            width: room + 1,
            height: 1,
        };
        canvas.tint(row, paint.cursor());
    }
    mine.then(|| Position {
        x: (x + reach - skip).min(x + room.saturating_sub(1)),
        y,
    })
}

/// The words that the arrows go through, the one that is typed marked.
fn choices(canvas: &Canvas<'_>, words: &[String], typed: &str) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut pieces = vec![piece("← → ", paint.key())];
    for word in words {
        let style = if word == typed {
            paint.accent()
        } else {
            paint.dim()
        };
        pieces.push(piece(format!("{word}  "), style));
    }
    pieces
}

/// Below the fields: what the current one means and holds.
fn hint(canvas: &mut Canvas<'_>, app: &App, form: &Form, area: Rect) {
    let Some(field) = form.fields.get(form.current) else {
        return;
    };
    let place = format!("{} of {}", form.current + 1, form.fields.len());
    canvas.rule(area.x, area.y, area.width, &place);
    let (dim, text, key) = (canvas.paint.dim(), canvas.paint.text(), canvas.paint.key());
    let (x, room) = (area.x + 1, area.width.saturating_sub(2));
    let help = whole_words(field.info.help.trim(), room);
    canvas.put(x, area.y + 1, room, &help, text);
    let agreed = crate::command::agreed_words(&app.world, form.kind, field.info.name);
    let pieces = match field.info.ty {
        _ if !agreed.is_empty() => choices(canvas, &agreed, &field.input.text()),
        FieldType::Choice(known) => {
            let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
            choices(canvas, &known, &field.input.text())
        }
        FieldType::LongText => vec![
            piece(field.info.ty.words().into_owned(), dim),
            piece("  Alt-Enter", key),
            piece(" new line  ", dim),
            piece("Ctrl-E", key),
            piece(" editor", dim),
        ],
        FieldType::Link(_) => {
            let found = form.suggestions(&app.world, 4);
            let mut pieces = Vec::new();
            if !found.is_empty() {
                pieces.push(piece("→ ", key));
            }
            for (at, title) in found.into_iter().enumerate() {
                let style = if at == 0 { canvas.paint.accent() } else { dim };
                pieces.push(piece(format!("{title}  "), style));
            }
            if pieces.is_empty() {
                pieces.push(piece(field.info.ty.words().into_owned(), dim));
            }
            pieces
        }
        other => vec![piece(other.words().into_owned(), dim)],
    };
    canvas.line(x, area.y + 2, room, &pieces);
}
