//! The columns of the list of CNs, and the portfolio as a whole below it.

use std::fmt::Write as _;

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::card;
use super::networks::reached;
use super::page::change_cell;
use super::sheet::Sheet;
use super::table::{self, cell, column, figure, number_words};
use crate::app::{App, Course};
use crate::figure::Window;
use crate::pane::{NetworkFigures, PortfolioFigures};
use crate::portfolio::Growth;
use crate::record::{Id, Network, Role, User};
use crate::text;
use crate::text::counted;
use crate::when::clock;

/// The portfolio as a whole: growth like for like, who is active, what hangs on few CNs, goals by band.
pub(super) fn whole(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(figures) = app.page.portfolio() else {
        return;
    };
    let paint = canvas.paint;
    let mut card = Sheet::new(area);
    card.rule(title(app, figures));
    let like = [
        ("MTD", &figures.to_date),
        ("MoM", &figures.month),
        ("YoY", &figures.year),
    ];
    for (label, like) in like {
        let Some(like) = like else { continue };
        let words = format!("{:.0}", like.same);
        let rest = format!(
            " {} CNs +{} −{}, all {:.0}",
            like.kept.n, like.joined, like.left, like.all
        );
        card.line(
            label,
            vec![piece(words, paint.text()), piece(rest, paint.dim())],
        );
    }
    if let Some(active) = &figures.active {
        card.line("active", cell(format!("{active:.0}"), paint.text()));
    }
    if let Some(found) = &figures.concentration {
        let share = |value: Option<f64>| value.map_or(0.0, |value| value * 100.0);
        let words = format!(
            "{:.0} % · {:.0} %  Gini {:.2}",
            share(found.top1.value),
            share(found.top5.value),
            found.gini
        );
        card.line("top 1·5", cell(words, paint.text()));
    }
    let bands: Vec<String> = figures
        .bands
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    card.line("goals", cell(bands.join(" · "), paint.text()));
    let words = format!(
        "{} overdue · dark {}",
        counted(usize::try_from(figures.overdue).unwrap_or(0), "milestone"),
        figures.dark
    );
    card.line("watch", cell(words, paint.text()));
    card.draw(canvas, area, 0);
}

/// Says over which CNs and days the portfolio is, and how old its figures are.
fn title(app: &App, figures: &PortfolioFigures) -> String {
    let mut words = "portfolio like for like".to_owned();
    let Some(of) = &figures.of else {
        return format!("{words}, days cut in UTC");
    };
    if let Window::Utc { from, to, .. } = of.window {
        let (from, to) = (from.day(), to.strftime("%-d %b"));
        let _ = write!(words, " · {from}–{to} (UTC)");
    }
    if let Some(at) = of.as_of {
        let age = clock::age(app.world.view.now, at);
        let _ = write!(words, " · {age} old");
    }
    words
}

/// The columns that were chosen; what nobody chose are those of the configuration, and whose CN it is for those
/// who look after more than their own.
fn chosen(app: &App) -> Vec<&str> {
    if !app.screen.columns.is_empty() {
        return app.screen.columns.iter().map(String::as_str).collect();
    }
    let mut columns = app.config.portfolio.columns();
    let leads = app.world.me().is_some_and(|me| me.role == Role::Lead);
    if leads && app.config.portfolio.columns.is_empty() && !columns.contains(&"owner") {
        columns.insert(columns.len().min(3), "owner");
    }
    columns
}

/// Chooses the columns that fit between the name and the reason.
pub(super) fn columns(app: &App, width: u16) -> (Vec<&str>, Vec<table::Column>) {
    if width < 48 {
        let columns = vec![column("name", 0), figure("goal", 4), column("needs me", 14)];
        return (vec!["goal"], columns);
    }
    let wide = width >= 74;
    let (first, reason) = if wide { (16, 30) } else { (14, 14) };
    let mut columns = vec![column("name", first)];
    let mut names = Vec::new();
    let mut left = width.saturating_sub(first + reason + 5);
    for name in chosen(app) {
        let column = portfolio_column(name, wide);
        if left < column.cells + 1 {
            break;
        }
        left -= column.cells + 1;
        names.push(name);
        columns.push(column);
    }
    columns.push(column(
        if wide { "needs me because" } else { "needs me" },
        0,
    ));
    (names, columns)
}

/// Says how many of the chosen columns have no room here.
pub(super) fn hidden(app: &App, shown: usize) -> Option<String> {
    let more = chosen(app).len().checked_sub(shown)?;
    (more > 0).then(|| counted(more, "more column"))
}

fn portfolio_column(name: &str, wide: bool) -> table::Column {
    match name {
        "weeks" => column("weeks", if wide { 12 } else { 8 }),
        "change" => figure("MTD", 5),
        "goal" => figure("goal", 4),
        "mom" => figure("MoM", 5),
        "per-day" => figure("a day", 5),
        "yoy" => figure("YoY", 5),
        "active" => figure("active", 6),
        "valid" => figure("valid", 6),
        "dark" => figure("dark", 4),
        "steps" => figure("steps", 7),
        "creators" => figure("crtrs", 5),
        "tier" => column("tier", 4),
        "owner" => column("CNM", 10),
        "quiet" => figure("quiet", 5),
        _ => figure("health", 6),
    }
}

pub(super) fn portfolio_cell(
    canvas: &Canvas<'_>,
    app: &App,
    id: &Id<Network>,
    network: &Network,
    name: &str,
    wide: bool,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let course = app.courses.leading(id);
    let figures = app
        .page
        .portfolio()
        .and_then(|portfolio| portfolio.networks.get(id));
    let ratio = |growth: Option<Growth>, per_day: bool| {
        let growth = growth?;
        let change = if per_day {
            growth.per_day?
        } else {
            growth.change
        };
        change.ratio()
    };
    match name {
        "weeks" => {
            let room = if wide { 12 } else { 8 };
            course
                .map(|course| goal_line(canvas, course, room))
                .unwrap_or_default()
        }
        "change" => course
            .map(|course| vec![card::change(canvas, app, course)])
            .unwrap_or_default(),
        "goal" => course
            .and_then(|course| course.pace.as_ref())
            .map(|pace| reached(canvas, pace))
            .unwrap_or_default(),
        "health" => network
            .health
            .map(|health| cell(format!("{health:.0}"), card::health_style(canvas, health)))
            .unwrap_or_default(),
        "mom" => change_cell(
            canvas,
            figures.and_then(|own| ratio(own.month, false)),
            true,
        ),
        "per-day" => change_cell(canvas, figures.and_then(|own| ratio(own.month, true)), true),
        "yoy" => change_cell(canvas, figures.and_then(|own| ratio(own.year, false)), true),
        "active" => figures
            .and_then(|own| own.active)
            .map(|share| {
                let words = share
                    .value()
                    .map_or("–".to_owned(), |v| format!("{:.0}%", v * 100.0));
                let style = if share.footing().may_colour() {
                    paint.text()
                } else {
                    paint.dim()
                };
                cell(words, style)
            })
            .unwrap_or_default(),
        other => plain_cell(canvas, app, network, figures, other),
    }
}

/// The columns that have no figure to be judged by.
fn plain_cell(
    canvas: &Canvas<'_>,
    app: &App,
    network: &Network,
    figures: Option<&NetworkFigures>,
    name: &str,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    match name {
        "valid" => figures
            .and_then(|own| own.valid_days)
            .map(|days| cell(number_words(days), paint.text()))
            .unwrap_or_default(),
        "dark" => figures
            .and_then(|own| own.dark)
            .filter(|days| *days > 0)
            .map(|days| {
                let style = if days >= 3 { paint.bad() } else { paint.dim() };
                cell(format!("{days}d"), style)
            })
            .unwrap_or_default(),
        "steps" => match figures {
            Some(own) => match (own.overdue, own.next_milestone) {
                (Some((n, days)), _) => cell(format!("{n} −{days}d"), paint.bad()),
                (None, Some(days)) => cell(format!("{days}d"), paint.dim()),
                (None, None) => Vec::new(),
            },
            None => Vec::new(),
        },
        "creators" => cell(
            network.creators.map(|n| n.to_string()).unwrap_or_default(),
            paint.text(),
        ),
        "tier" => cell(network.tier.clone(), paint.info()),
        "owner" => cell(
            app.world
                .follow::<User>(network.owner.as_ref())
                .map(|user| user.name.clone())
                .unwrap_or_default(),
            paint.dim(),
        ),
        "quiet" => cell(
            network
                .last_contact_at
                .map(|at| clock::age(app.world.view.now, at))
                .unwrap_or_default(),
            paint.dim(),
        ),
        _ => Vec::new(),
    }
}

/// A sparkline in which whole steps that reached the goal's pace are told from those that did not: the line of
/// the goal runs between the colours.
fn goal_line(canvas: &Canvas<'_>, course: &Course, room: usize) -> Vec<Piece> {
    let paint = &canvas.paint;
    let drawn = text::sparkline(&course.values, room, paint.glyphs());
    let Some(line) = course.goal_step() else {
        return cell(drawn, paint.bar());
    };
    // The last cell is the last step; a short course has blanks before it.
    let cells = drawn.chars().count();
    drawn
        .chars()
        .enumerate()
        .map(|(at, bar)| {
            let step = (course.values.len() + at).checked_sub(cells);
            let value = step.and_then(|step| course.values.get(step));
            let style = if value.is_some_and(|value| *value >= line) {
                paint.good()
            } else {
                paint.bar()
            };
            piece(bar.to_string(), style)
        })
        .collect()
}
