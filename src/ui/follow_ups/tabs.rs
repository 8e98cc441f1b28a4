//! The views of the follow-ups in a row, each with its count and what is late in it.

use ratatui::layout::Rect;

use crate::app::App;
use crate::pane::{DueTab, DueView, Spot};
use crate::text::clean_line;
use crate::ui::canvas::{Canvas, Piece, cells_of, piece};

/// Draws the tabs; those that do not fit around the active one are left out whole.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let active = app.screen.due_view();
    let drawn: Vec<(DueView, Vec<Piece>)> = app
        .screen
        .tally
        .due
        .iter()
        .map(|tab| (tab.view, pieces(canvas, tab, tab.view == active)))
        .collect();
    let cells = |pieces: &[Piece]| -> u16 {
        let cells = pieces
            .iter()
            .map(|piece| cells_of(&clean_line(&piece.text)));
        cells.sum()
    };
    let room = area.width.saturating_sub(6);
    let at = active.position();
    // As far left as it can be with the active one still on the row.
    let first = (0..=at)
        .find(|first| {
            let shown = drawn.iter().take(at + 1).skip(*first);
            shown.map(|(_, pieces)| cells(pieces)).sum::<u16>() <= room
        })
        .unwrap_or(at);
    let dim = canvas.paint.dim();
    let mut x = area.x + 1;
    if first > 0 {
        x += canvas.put(x, area.y, 2, "‹ ", dim);
    }
    for (view, pieces) in drawn.iter().skip(first) {
        if x + cells(pieces) + 2 > area.right() {
            canvas.put(area.right().saturating_sub(2), area.y, 1, "›", dim);
            break;
        }
        let zone = Rect {
            x,
            width: cells(pieces),
            ..area
        };
        canvas.zone(zone, Spot::Split(view.position()));
        x += canvas.line(x, area.y, area.right().saturating_sub(x), pieces);
    }
}

fn pieces(canvas: &Canvas<'_>, tab: &DueTab, active: bool) -> Vec<Piece> {
    let paint = &canvas.paint;
    let style = if active {
        paint.chip(paint.theme.accent)
    } else if tab.rows == 0 {
        paint.dim()
    } else {
        paint.text()
    };
    let mut pieces = vec![piece(format!(" {}", tab.view.title()), style)];
    if tab.rows > 0 {
        let style = if active { style } else { paint.dim() };
        pieces.push(piece(format!(" {}", tab.rows), style));
    }
    pieces.push(piece(" ", style));
    let all_late = matches!(tab.view, DueView::Overdue);
    if tab.late > 0 && !all_late {
        pieces.push(piece(format!("{}! ", tab.late), paint.bad()));
    }
    pieces
}
