//! Follow-ups: overdue first.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Rows, cell, column, due_words, figure};
use crate::app::App;
use crate::effect::RowState;
use crate::pane::{Focus, Place};
use crate::record::{AnyRef, FollowUp, Kind, Lead, Network, User};
use crate::when::clock;

/// Counts my open follow-ups that are overdue.
pub(super) fn overdue(app: &App) -> usize {
    let Some(shelf) = app.screen.shelf(Place::FollowUps) else {
        return 0;
    };
    let late = |id: &String| {
        app.world
            .table::<FollowUp>()
            .record(id)
            .and_then(|follow_up| follow_up.late(&app.world.view))
            .is_some_and(|late| late.is_positive())
    };
    shelf.list.order().iter().filter(|id| late(id)).count()
}

/// Draws the follow-ups.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    let key = app
        .screen
        .shelf(Place::FollowUps)
        .and_then(|shelf| shelf.list.cursor());
    let link = key.map(|key| AnyRef::new(Kind::FollowUp, key));
    if app.screen.zoom
        || breadth == Breadth::Narrow
        || (breadth == Breadth::Normal && area.height < 20)
    {
        match (&link, focus) {
            (Some(link), Focus::Detail) => table::detail(canvas, app, area, link, true),
            _ => list(canvas, app, area, true),
        }
        return;
    }
    let (left, right) = if breadth == Breadth::Normal {
        above(area, area.height - 9)
    } else {
        beside(area, area.width * 13 / 20)
    };
    list(canvas, app, left, focus == Focus::List);
    match &link {
        Some(link) => table::detail(canvas, app, right, link, focus == Focus::Detail),
        None => {
            canvas.frame(right, "Follow-up", "", false);
        }
    }
}

pub(super) fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::FollowUps) else {
        return;
    };
    let right = format!("{} open · {} overdue", shelf.list.len(), overdue(app));
    let inner = canvas.frame(area, "Follow-ups", &right, focused);
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &[
                "Nothing to follow up.",
                "n f makes one; f in the inbox makes one from a message.",
            ],
        );
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let columns = if inner.width >= 80 {
        vec![
            figure("late", 7),
            column("what", 0),
            column("about", 14),
            column("kind", 8),
            column("due", 20),
            column("who", 10),
        ]
    } else {
        vec![figure("late", 7), column("what", 0), column("about", 12)]
    };
    let wide = columns.len() > 3;
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        row(canvas, app, key, wide)
    });
}

fn row(canvas: &Canvas<'_>, app: &App, key: &str, wide: bool) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<FollowUp>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let follow_up = &row.record;
    let (late, style) = lateness(canvas, app, follow_up);
    let mut cells = vec![
        cell(late, style),
        title(canvas, follow_up),
        cell(about(app, follow_up), paint.network()),
    ];
    if wide {
        cells.push(cell(follow_up.kind.to_string(), paint.dim()));
        let due = follow_up
            .due
            .as_ref()
            .map(|due| due_words(due, app))
            .unwrap_or_default();
        cells.push(cell(due, paint.dim()));
        let owner = app.world.follow::<User>(follow_up.owner.as_ref());
        let owner = owner.map_or("", |user| user.name.split_whitespace().next().unwrap_or(""));
        cells.push(cell(owner, paint.person()));
    }
    (cells, row.state)
}

fn title(canvas: &Canvas<'_>, follow_up: &FollowUp) -> Vec<Piece> {
    let mut pieces = vec![piece(follow_up.title.clone(), canvas.paint.text())];
    if let Some(slipped) = follow_up.slipped.filter(|slipped| *slipped > 0) {
        pieces.push(piece(format!("  slipped {slipped}×"), canvas.paint.warn()));
    }
    if !follow_up.recurrence.is_empty() {
        pieces.push(piece("  recurring", canvas.paint.info()));
    }
    pieces
}

/// Names the CN or the lead that a follow-up is about.
pub(super) fn about(app: &App, follow_up: &FollowUp) -> String {
    let network = app.world.follow::<Network>(follow_up.network.as_ref());
    let lead = app.world.follow::<Lead>(follow_up.lead.as_ref());
    network
        .map(|network| network.name.clone())
        .or_else(|| lead.map(|lead| lead.name.clone()))
        .unwrap_or_default()
}

/// Says how late a follow-up is, or how much time is left.
pub(super) fn lateness(
    canvas: &Canvas<'_>,
    app: &App,
    follow_up: &FollowUp,
) -> (String, ratatui::style::Style) {
    let paint = &canvas.paint;
    match follow_up.late(&app.world.view) {
        None => ("no date".into(), paint.dim()),
        Some(late) if late.is_positive() => {
            let days = late.as_hours() / 24;
            let words = if days > 0 {
                format!("{days}d late")
            } else {
                format!("{} late", clock::length(late))
            };
            (words, paint.bad())
        }
        Some(left) => {
            let left = left.abs();
            let style = if left.as_hours() < 24 {
                paint.warn()
            } else {
                paint.dim()
            };
            (format!("in {}", clock::length(left)), style)
        }
    }
}
