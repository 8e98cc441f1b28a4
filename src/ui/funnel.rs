//! The funnel: stages with their figures, and the leads in them.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Rows, cell, column, figure};
use crate::app::App;
use crate::effect::RowState;
use crate::pane::{Focus, Place};
use crate::record::{AnyRef, Id, Kind, Lead, Stage, Terminal};
use crate::text;
use crate::when::clock;

/// Draws the funnel.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    let key = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor());
    let link = key.map(|key| AnyRef::new(Kind::Lead, key));
    if app.screen.zoom || breadth == Breadth::Narrow {
        match (&link, focus) {
            (Some(link), Focus::Detail) => table::detail(canvas, app, area, link, true),
            _ => list(canvas, app, area, true),
        }
        return;
    }
    let stages = u16::try_from(stages(app).len()).unwrap_or(10) + 3;
    let (top, rest) = above(area, stages.min(area.height / 2));
    if breadth == Breadth::Normal {
        picture(canvas, app, top, false);
        match (&link, focus) {
            (Some(link), Focus::Detail) => table::detail(canvas, app, rest, link, true),
            _ => list(canvas, app, rest, true),
        }
        return;
    }
    let (left, right) = beside(area, area.width * 13 / 20);
    let (top, rest) = above(left, stages.min(area.height / 2));
    picture(canvas, app, top, false);
    list(canvas, app, rest, focus == Focus::List);
    match &link {
        Some(link) => table::detail(canvas, app, right, link, focus == Focus::Detail),
        None => {
            canvas.frame(right, "Lead", "", false);
        }
    }
}

/// Returns the stages that a lead goes through, in order.
fn stages(app: &App) -> Vec<(&Id<Stage>, &Stage)> {
    let mut stages: Vec<_> = app.world.table::<Stage>().records().collect();
    stages.sort_by_key(|(id, stage)| (stage.order, (*id).clone()));
    stages
}

/// Draws a bar a stage: how many leads are there now, how many too long.
#[expect(
    clippy::too_many_lines,
    reason = "one bar is one stretch of cells after the other"
)]
pub(super) fn picture(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let leads: Vec<&Lead> = app
        .world
        .table::<Lead>()
        .records()
        .map(|(_, lead)| lead)
        .collect();
    let right = format!("{} leads", leads.len());
    let inner = canvas.frame(area, "Funnel", &right, focused);
    let here = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor())
        .and_then(|key| app.world.table::<Lead>().record(key))
        .and_then(|lead| lead.stage.clone());
    let now = app.world.view.now;
    let rows: Vec<(&Id<Stage>, &Stage, usize, usize)> = stages(app)
        .into_iter()
        .map(|(id, stage)| {
            let inside = leads.iter().filter(|lead| lead.stage.as_ref() == Some(id));
            let limit = stage.limit_days;
            let over = inside
                .clone()
                .filter(|lead| {
                    let days = lead
                        .entered_at
                        .map(|at| now.duration_since(at).as_hours() / 24);
                    limit.is_some_and(|limit| days.is_some_and(|days| days > limit))
                })
                .count();
            (id, stage, inside.count(), over)
        })
        .collect();
    let most = rows
        .iter()
        .map(|(.., count, _)| *count)
        .max()
        .unwrap_or(1)
        .max(1);
    let room = inner.width.saturating_sub(38);
    for (y, (id, stage, count, over)) in (inner.y..inner.bottom()).zip(rows) {
        let paint = canvas.paint;
        let current = here.as_ref() == Some(id);
        let style = if current {
            paint.accent()
        } else {
            paint.text()
        };
        let mark = if current {
            paint.glyphs().marker()
        } else {
            " "
        };
        let colour = match stage.terminal {
            Terminal::Won => paint.good(),
            Terminal::Lost => paint.bad(),
            Terminal::Parked => paint.dim(),
            Terminal::Other(_) => paint.bar(),
        };
        let (Ok(part), Ok(whole)) = (u32::try_from(count), u32::try_from(most)) else {
            continue;
        };
        let bar = text::bar(
            f64::from(part),
            f64::from(whole),
            usize::from(room),
            paint.glyphs(),
        );
        let limit = stage
            .limit_days
            .map_or_else(String::new, |days| format!("limit {days}d"));
        let over_words = if over > 0 {
            format!("{over} over")
        } else {
            String::new()
        };
        canvas.put(inner.x, y, 16, &format!("{mark} {}", stage.name), style);
        canvas.put_right(inner.x + 15, y, 4, &count.to_string(), style);
        canvas.put(inner.x + 20, y, room, &bar, colour);
        canvas.put_right(inner.x + 20 + room, y, 9, &limit, paint.dim());
        canvas.put_right(inner.x + 29 + room, y, 8, &over_words, paint.bad());
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
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let columns = if inner.width >= 70 {
        vec![
            column("name", 20),
            column("stage", 13),
            figure("days", 5),
            column("source", 9),
            column("next step", 0),
            column("when", 10),
        ]
    } else {
        vec![
            column("name", 0),
            column("stage", 13),
            figure("days", 5),
            column("source", 9),
        ]
    };
    let wide = columns.len() > 4;
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        row(canvas, app, key, wide)
    });
}

fn row(canvas: &Canvas<'_>, app: &App, key: &str, wide: bool) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Lead>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let lead = &row.record;
    let stage = app.world.follow::<Stage>(lead.stage.as_ref());
    let days = lead
        .entered_at
        .map(|at| app.world.view.now.duration_since(at).as_hours() / 24);
    let over = match (days, stage.and_then(|stage| stage.limit_days)) {
        (Some(days), Some(limit)) => days > limit,
        _ => false,
    };
    let days_style = if over { paint.bad() } else { paint.dim() };
    let days = days.map_or_else(String::new, |days| format!("{days}d"));
    let mut cells = vec![
        cell(lead.name.clone(), paint.network()),
        cell(stage.map_or("", |stage| &stage.name), paint.text()),
        cell(days, days_style),
        cell(lead.source.to_string(), paint.dim()),
    ];
    if wide {
        let step = if lead.next_step.is_empty() {
            piece("no next step", paint.warn())
        } else {
            piece(lead.next_step.clone(), paint.text())
        };
        cells.push(vec![step]);
        let today = app.world.view.today();
        let due = lead
            .next_due
            .map(|date| clock::day_word(date, today))
            .unwrap_or_default();
        let late = lead.next_due.is_some_and(|date| date < today);
        cells.push(cell(due, if late { paint.bad() } else { paint.dim() }));
    }
    (cells, row.state)
}
