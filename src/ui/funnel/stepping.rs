//! Stepping through the leads that need me: the next one, why, and how many are left.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, gauge, piece};
use super::super::layout::{Breadth, above, beside};
use super::super::table::{self, Rows, cell, column};
use super::lead;
use crate::app::App;
use crate::effect::RowState;
use crate::figure::{real, real_len};
use crate::pane::{Focus, Place, Stepping};
use crate::record::{Id, Lead};

/// Draws the strip with the counts, what is left, and the card of the lead under the cursor.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: Option<&Id<Lead>>) {
    let Some(stepping) = &app.screen.funnel.stepping else {
        return;
    };
    let (top, rest) = above(area, 4.min(area.height));
    strip(canvas, app, top, stepping);
    let Some(id) = id else {
        summary(canvas, rest, stepping);
        return;
    };
    if Breadth::of(area.width) < Breadth::Wide || rest.height < 10 {
        lead::card(canvas, app, rest, id, app.screen.focus == Focus::Detail);
        return;
    }
    let (left, right) = beside(rest, area.width * 2 / 5);
    queue(canvas, app, left);
    lead::card(canvas, app, right, id, app.screen.focus == Focus::Detail);
}

/// How far I am, what became of the others, and why this one needs me.
fn strip(canvas: &mut Canvas<'_>, app: &App, area: Rect, stepping: &Stepping) {
    let paint = canvas.paint;
    let done = stepping.decided.sum();
    let whole = stepping.queue.len();
    let left = stepping.left().count();
    let right = format!("{done} done · {left} left");
    let inner = canvas.frame(area, "Leads that need me", &right, true);
    let ratio = if whole == 0 {
        1.0
    } else {
        real(done as u64) / real_len(whole)
    };
    let mut pieces = gauge(&paint, 20, ratio, paint.good());
    let words = stepping.decided.words();
    if words.is_empty() {
        pieces.push(piece(
            "  > forward  < back  d lost  p park  s later",
            paint.dim(),
        ));
    } else {
        pieces.push(piece(format!("  {words}"), paint.text()));
        pieces.push(piece("  u ", paint.key()));
        pieces.push(piece("takes back", paint.dim()));
    }
    canvas.line(inner.x + 1, inner.y, inner.width.saturating_sub(2), &pieces);
    let key = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor());
    let Some(key) = key.filter(|_| inner.height > 1) else {
        return;
    };
    let why = reasons(canvas, app, key);
    let mut pieces = vec![piece("because ", paint.dim())];
    pieces.extend(why);
    canvas.line(
        inner.x + 1,
        inner.y + 1,
        inner.width.saturating_sub(2),
        &pieces,
    );
}

fn reasons(canvas: &Canvas<'_>, app: &App, key: &str) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut pieces = Vec::new();
    for (at, reason) in app.figures.needs(key).iter().enumerate() {
        if at > 0 {
            pieces.push(piece(" · ", paint.dim()));
        }
        let style = if at == 0 { paint.warn() } else { paint.text() };
        pieces.push(piece(reason.to_string(), style));
    }
    if pieces.is_empty() {
        pieces.push(piece("nothing any more", paint.dim()));
    }
    pieces
}

fn queue(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(shelf) = app.screen.shelf(Place::Funnel) else {
        return;
    };
    let focused = app.screen.focus == Focus::List;
    let inner = canvas.frame(area, "Next", "the most pressing first", focused);
    let columns = [column("name", 20), column("because", 0)];
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        let Some(row) = app.world.row::<Lead>(key) else {
            return (Vec::new(), RowState::Clean);
        };
        let paint = &canvas.paint;
        let why = app.figures.needs(key).first();
        let why = why.map_or_else(String::new, ToString::to_string);
        (
            vec![
                cell(row.record.name.clone(), paint.network()),
                cell(why, paint.text()),
            ],
            row.state,
        )
    });
}

/// What stands there when all are decided.
fn summary(canvas: &mut Canvas<'_>, area: Rect, stepping: &Stepping) {
    let inner = canvas.frame(area, "Done", "", true);
    let words = stepping.decided.words();
    let first = format!("All {} decided: {words}.", stepping.decided.sum());
    table::empty(
        canvas,
        inner,
        &[&first, "u takes the last one back, Esc leaves."],
    );
}
