//! The funnel: stages with their figures, and the leads in them.

mod board;
pub(super) mod lead;
mod pages;
mod picture;
mod reasons;
mod stepping;

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Rows, cell, column, figure};
use crate::app::App;
use crate::effect::RowState;
use crate::pane::{Focus, FunnelView, Place};
use crate::record::{Id, Lead, Stage};
use crate::when::clock;

pub(super) use picture::picture;

/// Draws the funnel.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let breadth = Breadth::of(area.width);
    let key = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor());
    let id = key.map(Id::<Lead>::new);
    if app.screen.funnel.stepping.is_some() {
        stepping::draw(canvas, app, area, id.as_ref());
        return;
    }
    match app.screen.funnel.view {
        FunnelView::Figures => pages::draw(canvas, app, area),
        // A board needs columns of a width that can be read.
        FunnelView::Board if breadth >= Breadth::Wide && area.height >= 14 => {
            board::draw(canvas, app, area, id.as_ref());
        }
        FunnelView::Board | FunnelView::List => listed(canvas, app, area, id.as_ref()),
    }
}

fn listed(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: Option<&Id<Lead>>) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    if app.screen.zoom || breadth == Breadth::Narrow || area.height < 14 {
        match (id, focus) {
            (Some(id), Focus::Detail) => lead::card(canvas, app, area, id, true),
            _ => list(canvas, app, area, true),
        }
        return;
    }
    let stages = app
        .figures
        .funnel()
        .map_or(8, |figures| figures.report.table.rows.len());
    let wanted = u16::try_from(stages).unwrap_or(10) + 7;
    if breadth == Breadth::Normal {
        let (top, rest) = above(area, (wanted - 4).min(area.height / 2 + 1));
        picture(canvas, app, top, false);
        if focus == Focus::Detail {
            detail(canvas, app, rest, id);
        } else if rest.height >= 18 {
            let (upper, lower) = above(rest, rest.height - 8);
            list(canvas, app, upper, true);
            detail(canvas, app, lower, id);
        } else {
            list(canvas, app, rest, true);
        }
        return;
    }
    if breadth == Breadth::Huge {
        let (left, rest) = beside(area, area.width * 3 / 10);
        list(canvas, app, left, focus == Focus::List);
        let (top, bottom) = above(rest, (wanted + 1).min(rest.height / 2));
        picture(canvas, app, top, false);
        let (groups, card) = beside(bottom, bottom.width / 2);
        reasons::draw(canvas, app, groups);
        detail(canvas, app, card, id);
        return;
    }
    let (top, rest) = above(area, wanted.min(area.height * 9 / 20));
    let (stages, groups) = beside(top, area.width * 2 / 3);
    picture(canvas, app, stages, false);
    reasons::draw(canvas, app, groups);
    let (left, right) = beside(rest, area.width * 11 / 20);
    list(canvas, app, left, focus == Focus::List);
    detail(canvas, app, right, id);
}

fn detail(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: Option<&Id<Lead>>) {
    if canvas.lean {
        return;
    }
    let focused = app.screen.focus == Focus::Detail;
    match id {
        Some(id) => lead::card(canvas, app, area, id, focused),
        None => {
            canvas.frame(area, "Lead", "", focused);
        }
    }
}

fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Funnel) else {
        return;
    };
    let right = format!("{} · by stage, longest first", shelf.list.len());
    let inner = canvas.frame(area, "Leads", &right, focused);
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &[
                "No open lead here.",
                "n l makes one, Esc clears the filter.",
            ],
        );
        return;
    }
    let columns = match inner.width {
        84.. => vec![
            column("name", 24),
            figure("days", 4),
            column("source", 9),
            column("next step", 0),
            figure("by", 9),
        ],
        50.. => vec![
            column("name", 20),
            figure("days", 4),
            column("next step", 0),
            figure("by", 9),
        ],
        _ => vec![column("name", 0), figure("days", 4), figure("by", 9)],
    };
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let group = |key: &str| {
        let lead = app.world.table::<Lead>().record(key)?;
        let id = lead.stage.as_ref()?;
        let count = app.screen.tally.rungs.get(id).copied().unwrap_or(0);
        let name = app.world.get(id).map_or(id.as_str(), |stage| &stage.name);
        Some(format!("{name} {count}"))
    };
    table::draw_grouped(canvas, inner, &rows, &columns, &group, |canvas, key| {
        row(canvas, app, key, columns.len())
    });
}

fn row(canvas: &Canvas<'_>, app: &App, key: &str, columns: usize) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Lead>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let lead = &row.record;
    let stage = app.world.follow::<Stage>(lead.stage.as_ref());
    let days = lead
        .entered_at
        .map(|at| app.world.view.now.duration_since(at).as_hours() / 24);
    let over = lead.entered_at.is_some_and(|entered| {
        stage.is_some_and(|stage| stage.is_over_limit(entered, app.world.view.now))
    });
    let days_style = if over { paint.bad() } else { paint.dim() };
    let days = days.map_or_else(String::new, |days| format!("{days}d"));
    let mut cells = vec![
        cell(lead.name.clone(), paint.network()),
        cell(days, days_style),
    ];
    if columns > 4 {
        cells.push(cell(lead.source.to_string(), paint.dim()));
    }
    if columns > 3 {
        let step = if lead.next_step.is_empty() {
            piece("no next step", paint.warn())
        } else {
            piece(lead.next_step.clone(), paint.text())
        };
        cells.push(vec![step]);
    }
    let today = app.world.view.today();
    let due = lead
        .next_due
        .map(|date| clock::day_word(date, today))
        .unwrap_or_default();
    let late = lead.next_due.is_some_and(|date| date < today);
    cells.push(cell(due, if late { paint.bad() } else { paint.dim() }));
    (cells, row.state)
}
