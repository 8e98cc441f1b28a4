//! Creator Networks: the portfolio and the page of one.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Rows, cell, column, figure, number_words};
use crate::app::App;
use crate::effect::RowState;
use crate::pane::{Focus, Place};
use crate::record::{
    AnyRef, FollowUp, FollowUpState, Goal, GoalPeriod, Id, Kind, Lifecycle, MetricDef, MetricPoint,
    Network, PeriodKind, Person, Thread, User,
};
use crate::text;
use crate::when::clock;

/// Draws the portfolio.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    if app.screen.zoom || breadth < Breadth::Wide {
        if focus == Focus::Detail {
            page(canvas, app, area, true);
        } else if breadth == Breadth::Normal && area.height >= 20 && !app.screen.zoom {
            let (upper, lower) = above(area, area.height - 9);
            list(canvas, app, upper, true);
            page(canvas, app, lower, false);
        } else {
            list(canvas, app, area, true);
        }
        return;
    }
    let (left, right) = beside(area, (area.width * 9 / 20).min(78));
    list(canvas, app, left, focus == Focus::List);
    page(canvas, app, right, focus == Focus::Detail);
}

pub(super) fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Networks) else {
        return;
    };
    let right = format!("{} · need me first", shelf.list.len());
    let inner = canvas.frame(area, "CNs", &right, focused);
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &["No CN here.", "n c makes one, Esc clears the filter."],
        );
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let columns = if inner.width >= 60 {
        vec![
            column("name", 0),
            column("life", 10),
            figure("health", 6),
            column("why", 24),
            figure("creators", 8),
        ]
    } else {
        vec![
            column("name", 0),
            column("life", 10),
            figure("health", 6),
            figure("creators", 8),
        ]
    };
    let wide = columns.len() == 5;
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        row(canvas, app, key, wide)
    });
}

fn row(canvas: &Canvas<'_>, app: &App, key: &str, wide: bool) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Network>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let network = &row.record;
    let life = match network.lifecycle {
        Lifecycle::New | Lifecycle::Onboarding => paint.info(),
        Lifecycle::AtRisk | Lifecycle::Suspended => paint.bad(),
        _ => paint.dim(),
    };
    let health = network.health.map(|health| {
        let style = match health {
            health if health < 50.0 => paint.bad(),
            health if health < 70.0 => paint.warn(),
            _ => paint.good(),
        };
        cell(format!("{health:.0}"), style)
    });
    let mut cells = vec![
        cell(network.name.clone(), paint.network()),
        cell(network.lifecycle.as_str().replace('_', " "), life),
        health.unwrap_or_default(),
    ];
    if wide {
        cells.push(cell(network.health_reason.clone(), paint.dim()));
    }
    cells.push(cell(
        network
            .creators
            .map_or_else(String::new, |count| count.to_string()),
        paint.text(),
    ));
    (cells, row.state)
}

fn page(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(key) = app
        .screen
        .shelf(Place::Networks)
        .and_then(|shelf| shelf.list.cursor())
    else {
        canvas.frame(area, "CN", "", focused);
        return;
    };
    let id = Id::<Network>::new(key);
    let (top, bottom) = above(area, (area.height / 2).max(area.height.saturating_sub(22)));
    if area.height < 24 {
        card_focused(canvas, app, area, &id, focused);
        return;
    }
    card_focused(canvas, app, top, &id, focused);
    table::detail(
        canvas,
        app,
        bottom,
        &AnyRef::new(Kind::Network, id.as_str()),
        false,
    );
}

/// Draws the card of a CN: goal, figures with their course, what is open.
fn card_focused(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: &Id<Network>, focused: bool) {
    let Some(network) = app.world.get(id) else {
        canvas.frame(area, "CN", "not in the cache", focused);
        return;
    };
    let days = network
        .signed_at
        .map(|signed| (app.world.view.today() - signed).get_days());
    let right = match days {
        Some(days) => format!("{} · day {days}", network.lifecycle),
        None => network.lifecycle.to_string(),
    };
    let inner = canvas.frame(area, &network.name, &right, focused);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    lines.push(who(canvas, app, network));
    lines.extend(figures(canvas, app, id, inner.width));
    lines.push(open_things(canvas, app, id));
    if !network.health_reason.is_empty() {
        lines.push(vec![
            piece("why    ", canvas.paint.dim()),
            piece(network.health_reason.clone(), canvas.paint.text()),
        ]);
    }
    for (y, line) in (inner.y..inner.bottom()).zip(&lines) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
}

fn who(canvas: &Canvas<'_>, app: &App, network: &Network) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut line = Vec::new();
    if let Some(contact) = app.world.follow::<Person>(network.contact.as_ref()) {
        line.push(piece(contact.name.clone(), paint.person()));
        line.push(piece("  ", paint.dim()));
    }
    if let Some(owner) = app.world.follow::<User>(network.owner.as_ref()) {
        line.push(piece(format!("CNM {}  ", owner.name), paint.dim()));
    }
    if let Some(at) = network.last_contact_at {
        let age = clock::age(app.world.view.now, at);
        line.push(piece(format!("last contact {age} ago"), paint.dim()));
    }
    line
}

/// The months of each metric as a sparkline, the newest figure with its period, and the goal.
fn figures(canvas: &Canvas<'_>, app: &App, id: &Id<Network>, width: u16) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let subject = id.link();
    let mut by_metric: std::collections::BTreeMap<&str, Vec<&MetricPoint>> =
        std::collections::BTreeMap::new();
    for (_, point) in app.world.table::<MetricPoint>().records() {
        let monthly = matches!(
            point.period_kind,
            PeriodKind::Month | PeriodKind::MonthToDate
        );
        if monthly
            && point.subject.as_ref() == Some(&subject)
            && let Some(metric) = &point.metric
        {
            by_metric.entry(metric.as_str()).or_default().push(point);
        }
    }
    let cells = usize::from(width.saturating_sub(52)).clamp(8, 24);
    let mut lines = Vec::new();
    for (metric, mut points) in by_metric {
        points.sort_by_key(|point| point.period);
        let name = app
            .world
            .table::<MetricDef>()
            .record(metric)
            .map_or(metric, |def| &def.name);
        let course: Vec<f64> = points
            .iter()
            .rev()
            .take(cells)
            .rev()
            .filter_map(|point| point.value)
            .collect();
        let Some(newest) = points.last() else {
            continue;
        };
        let value = newest.value.map(number_words).unwrap_or_default();
        let mut line = vec![
            piece(format!("{name:<16.16} "), paint.text()),
            piece(text::sparkline(&course, cells, paint.glyphs()), paint.bar()),
            piece(format!(" {value:>8}"), paint.strong()),
            piece(format!(" {:<5}", newest.period_kind.as_str()), paint.dim()),
        ];
        line.extend(goal(canvas, app, &subject, metric, newest));
        lines.push(line);
    }
    lines
}

fn goal(
    canvas: &Canvas<'_>,
    app: &App,
    subject: &AnyRef,
    metric: &str,
    newest: &MetricPoint,
) -> Vec<Piece> {
    let month = newest.period;
    let found = app.world.table::<Goal>().records().find(|(_, goal)| {
        goal.subject.as_ref() == Some(subject)
            && goal.metric.as_ref().is_some_and(|id| id.as_str() == metric)
            && goal.period == GoalPeriod::Month
            && goal.starts == month
    });
    let (Some((_, goal)), Some(value)) = (found, newest.value) else {
        return Vec::new();
    };
    let Some(target) = goal.target.filter(|target| *target > 0.0) else {
        return Vec::new();
    };
    let ratio = value / target;
    let paint = &canvas.paint;
    vec![
        piece(
            format!(" {}", text::progress(ratio, 8, paint.glyphs())),
            paint.good(),
        ),
        piece(
            format!(" {:.0}% of {}", ratio * 100.0, number_words(target)),
            paint.dim(),
        ),
    ]
}

fn open_things(canvas: &Canvas<'_>, app: &App, id: &Id<Network>) -> Vec<Piece> {
    let follow_ups = app
        .world
        .table::<FollowUp>()
        .records()
        .filter(|(_, follow_up)| {
            follow_up.network.as_ref() == Some(id) && follow_up.state == FollowUpState::Open
        })
        .count();
    let threads = app
        .world
        .table::<Thread>()
        .records()
        .filter(|(_, thread)| thread.network.as_ref() == Some(id))
        .count();
    vec![
        piece("open   ", canvas.paint.dim()),
        piece(
            format!("{follow_ups} follow-ups · {threads} threads"),
            canvas.paint.text(),
        ),
    ]
}
