//! The board: a column for each stage, a card for each lead; the card moves.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, piece};
use super::super::layout::{Breadth, above, beside};
use super::super::table;
use super::{detail, picture, reasons};
use crate::app::App;
use crate::pane::{Column, Focus, Place, Spot, board_columns};
use crate::record::{Id, Lead, Stage};
use crate::when::clock;

/// The smallest width of a column, its gap included.
const NARROWEST: u16 = 17;
/// Rows of a card with the blank row below it.
const CARD: u16 = 3;

/// Draws the picture, the board and the card of the lead under the cursor.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: Option<&Id<Lead>>) {
    let rows = app
        .figures
        .funnel()
        .map_or(8, |figures| figures.report.table.rows.len());
    let wanted = u16::try_from(rows).unwrap_or(10) + 3;
    if app.screen.zoom {
        board(canvas, app, area);
        return;
    }
    if Breadth::of(area.width) == Breadth::Huge {
        let (top, rest) = above(area, (wanted + 3).min(area.height / 3));
        let (left, right) = beside(top, area.width * 11 / 20);
        picture(canvas, app, left, false);
        reasons::draw(canvas, app, right);
        let (left, right) = beside(rest, area.width * 7 / 10);
        board(canvas, app, left);
        detail(canvas, app, right, id);
        return;
    }
    let (top, rest) = above(area, wanted.min(area.height / 3));
    picture(canvas, app, top, false);
    if app.screen.focus == Focus::Detail {
        detail(canvas, app, rest, id);
        return;
    }
    let card = if rest.height >= 22 { 9 } else { 0 };
    let (upper, lower) = above(rest, rest.height - card);
    board(canvas, app, upper);
    if card > 0 {
        detail(canvas, app, lower, id);
    }
}

/// Draws the columns that fit, the one of the cursor always among them.
fn board(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focused = app.screen.focus == Focus::List;
    let Some(shelf) = app.screen.shelf(Place::Funnel) else {
        return;
    };
    let right = format!(
        "{} · > < move the card · b list",
        crate::text::counted(shelf.list.len(), "lead")
    );
    let inner = canvas.frame(area, "Board", &right, focused);
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &["No open lead here.", "a adds one, Esc clears the filter."],
        );
        return;
    }
    let columns = board_columns(&app.world, shelf.list.order());
    let cursor = shelf.list.cursor();
    let here = columns
        .iter()
        .position(|column| column.cards.iter().any(|card| Some(*card) == cursor))
        .unwrap_or(0);
    let fit = usize::from((inner.width / NARROWEST).max(1)).min(columns.len().max(1));
    let first = here.saturating_sub(fit / 2).min(columns.len() - fit);
    let cells = inner.width / u16::try_from(fit).unwrap_or(1);
    for (at, column) in columns.iter().skip(first).take(fit).enumerate() {
        let x = inner.x + cells * u16::try_from(at).unwrap_or(0);
        let area = Rect {
            x,
            width: cells,
            ..inner
        };
        draw_column(canvas, app, area, column, cursor.filter(|_| focused));
    }
    let hidden = [
        (first, "to the left"),
        (columns.len() - first - fit, "to the right"),
    ];
    let words: Vec<String> = hidden
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, side)| format!("{count} more {side}"))
        .collect();
    if !words.is_empty() {
        let style = canvas.paint.dim();
        canvas.foot(area, &[piece(words.join(" · "), style)]);
    }
}

fn draw_column(
    canvas: &mut Canvas<'_>,
    app: &App,
    area: Rect,
    column: &Column<'_>,
    cursor: Option<&str>,
) {
    let paint = canvas.paint;
    let width = area.width.saturating_sub(1);
    let name = app
        .world
        .get(column.stage)
        .map_or(column.stage.as_str(), |stage| &stage.name);
    let here = column.cards.iter().position(|card| Some(*card) == cursor);
    let style = if here.is_some() {
        paint.accent()
    } else {
        paint.strong()
    };
    canvas.line(
        area.x + 1,
        area.y,
        width.saturating_sub(1),
        &[
            piece(format!("{name} "), style),
            piece(column.cards.len().to_string(), paint.info()),
        ],
    );
    canvas.rule(area.x + 1, area.y + 1, width.saturating_sub(2), "");
    let room = area.height.saturating_sub(2);
    let shown = usize::from((room / CARD).max(1));
    let first = here.map_or(0, |here| {
        here.saturating_sub(shown - 1).min(column.cards.len())
    });
    let mut y = area.y + 2;
    for card in column.cards.iter().skip(first).take(shown) {
        let at = Rect {
            y,
            height: CARD - 1,
            width,
            ..area
        };
        draw_card(canvas, app, at, card, Some(*card) == cursor);
        y += CARD;
    }
    let below = column.cards.len().saturating_sub(first + shown);
    let mut more = Vec::new();
    if first > 0 {
        more.push(format!("{first} above"));
    }
    if below > 0 {
        more.push(format!("+{below}"));
    }
    if !more.is_empty() {
        let last = area.bottom() - 1;
        canvas.put(
            area.x + 2,
            last,
            width.saturating_sub(2),
            &more.join(" · "),
            paint.dim(),
        );
    }
}

/// A card: the name with a sign when it stays too long; below it the days and what happens next.
fn draw_card(canvas: &mut Canvas<'_>, app: &App, area: Rect, key: &str, current: bool) {
    let paint = canvas.paint;
    let Some(row) = app.world.row::<Lead>(key) else {
        return;
    };
    let lead = &row.record;
    let now = app.world.view.now;
    let over = lead.entered_at.is_some_and(|entered| {
        app.world
            .follow::<Stage>(lead.stage.as_ref())
            .is_some_and(|stage| stage.is_over_limit(entered, now))
    });
    let marked = app
        .screen
        .shelf(Place::Funnel)
        .is_some_and(|shelf| shelf.list.is_marked(key));
    let sign = if current {
        piece(paint.glyphs().marker(), paint.accent())
    } else if marked {
        piece("x", paint.mark())
    } else {
        piece(" ", paint.text())
    };
    let name_style = if current {
        paint.accent()
    } else {
        paint.network()
    };
    let room = area.width.saturating_sub(if over { 4 } else { 2 });
    canvas.line(area.x, area.y, 1, &[sign]);
    let used = canvas.put(area.x + 1, area.y, room, &lead.name, name_style);
    if over {
        canvas.put(area.x + 1 + used, area.y, 2, " !", paint.bad());
    }
    let days = lead
        .entered_at
        .map_or(0, |at| now.duration_since(at).as_hours() / 24);
    let today = app.world.view.today();
    let late = lead.next_due.is_some_and(|due| due < today);
    let step = match (&lead.next_due, lead.next_step.trim()) {
        (_, "") => piece("no next step", paint.warn()),
        (Some(due), step) if late => piece(
            format!("{step}, {}", clock::day_word(*due, today)),
            paint.bad(),
        ),
        (_, step) => piece(step.to_owned(), paint.dim()),
    };
    let days_style = if over { paint.bad() } else { paint.dim() };
    canvas.line(
        area.x + 1,
        area.y + 1,
        area.width.saturating_sub(2),
        &[piece(format!("{days}d "), days_style), step],
    );
    if current {
        let line = Rect {
            width: area.width,
            ..area
        };
        canvas.tint(line, paint.cursor());
    }
    canvas.zone(area, Spot::Row(key.to_owned()));
}
