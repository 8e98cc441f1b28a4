//! The questions of the rubric: a digit for each, what the digits mean, and what the answers rest on.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, cells_of, piece};
use crate::app::{App, ScoreBox};
use crate::record::{Id, Lead, Rubric};
use crate::text;

/// Cells of the questions at the left.
const NAME: u16 = 24;

/// Draws the questions; returns the cursor.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    app: &App,
    open: &ScoreBox,
    body: Rect,
) -> Option<Position> {
    let width = body.width.min(90);
    let rows = u16::try_from(open.rows.len()).unwrap_or(8);
    let levels = u16::try_from(Rubric::MOST).unwrap_or(5) + 1;
    let height = (rows + levels + 6).min(body.height);
    let area = Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let lead = app.world.get(&Id::<Lead>::new(&open.lead));
    let name = lead.map_or("", |lead| lead.name.as_str());
    let score = open.score().map_or_else(
        || {
            let done = open.rows.iter().filter(|row| row.points.is_some()).count();
            format!("{done} of {} answered", open.rows.len())
        },
        |score| format!("score {score:.1} of 5"),
    );
    let title = format!("Score {name}");
    let inner = canvas.frame(
        area,
        &title,
        &format!("{score} · {}", open.rubric.name),
        true,
    );
    let mut y = inner.y;
    let mut cursor = None;
    for at in 0..open.rows.len() {
        if y >= inner.bottom() {
            break;
        }
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        cursor = cursor.or(question(canvas, open, at, line));
        y += 1;
    }
    levels_of(canvas, open, inner, y);
    let hint = if open.typing {
        "Enter keeps what it rests on"
    } else {
        "0-5 answer · e evidence · j k move · Enter saves · Esc leaves"
    };
    let style = canvas.paint.dim();
    canvas.foot(area, &[piece(hint, style)]);
    cursor
}

/// Draws a question with its points and what they rest on; returns the cursor where that is typed.
fn question(canvas: &mut Canvas<'_>, open: &ScoreBox, at: usize, area: Rect) -> Option<Position> {
    let (question, row) = (open.rubric.questions.get(at)?, open.rows.get(at)?);
    let paint = canvas.paint;
    let here = at == open.current;
    let style = if here { paint.accent() } else { paint.text() };
    if here {
        canvas.put(area.x, area.y, 1, paint.glyphs().marker(), style);
    }
    canvas.put(area.x + 2, area.y, NAME, &question.name, style);
    let points = row
        .points
        .map_or_else(|| "-".to_owned(), |points| points.to_string());
    let mark = if row.points.is_some() {
        paint.strong()
    } else {
        paint.dim()
    };
    canvas.put(area.x + 3 + NAME, area.y, 1, &points, mark);
    let filled = row.points.and_then(|points| u32::try_from(points).ok());
    let bar = text::bar(f64::from(filled.unwrap_or(0)), 5.0, 5, paint.glyphs());
    canvas.put(area.x + 5 + NAME, area.y, 5, &bar, paint.bar());
    let x = area.x + 12 + NAME;
    let room = area.right().saturating_sub(x + 1);
    let evidence = row.evidence.text();
    let typing = here && open.typing;
    let style = if typing { paint.strong() } else { paint.dim() };
    canvas.put(x, area.y, room, &evidence, style);
    let (_, column) = row.evidence.cursor();
    let before: String = evidence.chars().take(column).collect();
    let at = x + cells_of(&text::clean_line(&before));
    typing.then(|| Position {
        x: at.min(area.right().saturating_sub(1)),
        y: area.y,
    })
}

/// Says what the points of the current question mean.
fn levels_of(canvas: &mut Canvas<'_>, open: &ScoreBox, inner: Rect, mut y: u16) {
    let Some(question) = open.rubric.questions.get(open.current) else {
        return;
    };
    if y + 1 >= inner.bottom() || question.levels.is_empty() {
        return;
    }
    canvas.rule(inner.x, y, inner.width, &question.name);
    y += 1;
    let given = open.rows.get(open.current).and_then(|row| row.points);
    for (points, level) in (0..).zip(&question.levels) {
        if y >= inner.bottom() {
            return;
        }
        let paint = canvas.paint;
        let style = if given == Some(points) {
            paint.strong()
        } else {
            paint.text()
        };
        canvas.line(
            inner.x + 2,
            y,
            inner.width.saturating_sub(3),
            &[
                piece(format!("{points} "), paint.key()),
                piece(level.clone(), style),
            ],
        );
        y += 1;
    }
}
