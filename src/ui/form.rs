//! The form of a record.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, cells_of, piece};
use crate::app::{App, Form};
use crate::record::FieldType;
use crate::text;

/// Draws the form; returns the cursor.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    app: &App,
    form: &Form,
    body: Rect,
) -> Option<Position> {
    let width = body.width.min(96);
    let rows = u16::try_from(form.fields.len()).unwrap_or(u16::MAX);
    let height = (rows.saturating_add(5)).min(body.height);
    let area = Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let title = match &form.id {
        Some(id) => app.world.any(form.kind).title(id).unwrap_or_default(),
        None => format!("New {}", form.kind.label()),
    };
    let inner = canvas.frame(area, &title, form.kind.label(), true);
    let fields_height = usize::from(inner.height.saturating_sub(3)).max(1);
    let first = form.current.saturating_sub(fields_height.saturating_sub(1));
    let label = 20.min(inner.width / 3);
    let mut cursor = None;
    let (dim, strong, good) = (
        canvas.paint.dim(),
        canvas.paint.strong(),
        canvas.paint.good(),
    );
    let bad = canvas.paint.bad();
    for (row, (at, field)) in form
        .fields
        .iter()
        .enumerate()
        .skip(first)
        .take(fields_height)
        .enumerate()
    {
        let y = inner.y + u16::try_from(row).unwrap_or(0);
        let here = at == form.current;
        let style = if here { canvas.paint.accent() } else { dim };
        canvas.put_right(inner.x, y, label, &field.info.name.replace('_', " "), style);
        let changed = if field.is_changed() { good } else { strong };
        let (line_at, column) = field.input.cursor();
        let lines = field.input.lines();
        let shown = lines
            .get(if here { line_at } else { 0 })
            .map_or("", String::as_str);
        let x = inner.x + label + 2;
        let room = inner.right().saturating_sub(x);
        canvas.put(
            x,
            y,
            room,
            shown,
            if field.error.is_some() { bad } else { changed },
        );
        if lines.len() > 1 {
            let count = format!(
                "line {} of {}",
                if here { line_at + 1 } else { 1 },
                lines.len()
            );
            canvas.put_right(x, y, room, &count, dim);
        }
        if here {
            let style = canvas.paint.cursor();
            canvas.tint(
                Rect {
                    x: inner.x,
                    y,
                    width: inner.width,
                    height: 1,
                },
                style,
            );
            let before: String = shown.chars().take(column).collect();
            let at = x + cells_of(&text::clean_line(&before));
            cursor = Some(Position {
                x: at.min(inner.right().saturating_sub(1)),
                y,
            });
        }
    }
    hint(canvas, form, inner);
    cursor
}

/// Below the fields: what the current one holds, or what is wrong with it.
fn hint(canvas: &mut Canvas<'_>, form: &Form, inner: Rect) {
    let Some(field) = form.fields.get(form.current) else {
        return;
    };
    let y = inner.bottom().saturating_sub(2);
    canvas.rule(inner.x, y.saturating_sub(1), inner.width, "");
    let (dim, bad) = (canvas.paint.dim(), canvas.paint.bad());
    if let Some(error) = &field.error {
        let glyph = canvas.paint.glyphs().bang();
        for (y, line) in (y..inner.bottom())
            .zip(text::wrap(error, usize::from(inner.width.saturating_sub(4))).iter())
        {
            canvas.line(
                inner.x + 1,
                y,
                inner.width,
                &[
                    piece(format!("{glyph} "), bad),
                    piece(line.text.to_string(), bad),
                ],
            );
        }
        return;
    }
    canvas.put(
        inner.x + 1,
        y,
        inner.width.saturating_sub(2),
        field.info.help.trim(),
        dim,
    );
    let holds = match field.info.ty {
        FieldType::Choice(known) => format!("←→ {}", known.join(" · ")),
        other => other.words().into_owned(),
    };
    canvas.put(
        inner.x + 1,
        y + 1,
        inner.width.saturating_sub(2),
        &holds,
        dim,
    );
}
