//! Today: everything that needs me now, on one screen, the most urgent first.

mod meetings;
mod needs;
mod tonight;

use jiff::{SignedDuration, Timestamp};
use meetings::{promised, selected};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, cells_of, fine_bar, piece};
use super::layout::{Breadth, above, beside};
use super::networks::why;
use super::table::{self, Rows, cell, column, figure};
use super::{card, follow_ups, inbox, slots, thread};
use crate::app::App;
use crate::effect::{Line, RowState};
use crate::pane::{Panel, Place, Spot, StageCount};
use crate::record::{
    AnyRef, FollowUp, Id, Kind, Lead, Meeting, MeetingState, Network, Person, Stage, Terminal,
};
use crate::text;
use crate::when::{clock, told, zone};

/// Draws the panels that fit.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let breadth = Breadth::of(area.width);
    let panel = app.screen.panel;
    let (line, area) = above(area, 1);
    headline(canvas, app, line);
    if needs::is_first_run(app) {
        needs::welcome(canvas, area);
        return;
    }
    let needs = if app.screen.zoom || breadth == Breadth::Narrow {
        Vec::new()
    } else {
        needs::listed(app, area)
    };
    let (upper, area) = above(
        area,
        if needs.is_empty() {
            0
        } else {
            rows_of(needs.len()) + 2
        },
    );
    if !needs.is_empty() {
        needs::draw(canvas, app, upper, &needs);
    }
    if app.screen.zoom || breadth == Breadth::Narrow || area.height < 13 {
        one(canvas, app, panel, area);
        return;
    }
    match breadth {
        Breadth::Narrow | Breadth::Normal => stacked(canvas, app, area),
        Breadth::Wide => two_columns(canvas, app, area),
        Breadth::Huge => three_columns(canvas, app, area),
    }
}

/// The inbox above; below it what is late, and one more panel.
fn stacked(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    // Where there is little, the messages get more of it: a list of four rows scrolls with each step.
    let (share, of) = if area.height < 18 { (3, 5) } else { (1, 2) };
    let (upper, lower) = above(area, area.height * share / of);
    one(canvas, app, Panel::Inbox, upper);
    let (left, right) = beside(lower, lower.width * 11 / 20);
    one(canvas, app, Panel::Overdue, left);
    let last = match app.screen.panel {
        Panel::Inbox | Panel::Overdue => Panel::Networks,
        other => other,
    };
    one(canvas, app, last, right);
}

fn two_columns(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let (left, right) = beside(area, area.width * 11 / 20);
    let stages = rows_of(app.screen.tally.stages.len()) + 2;
    let (upper, funnel) = above(left, left.height - stages.min(left.height / 4).max(5));
    let meetings = (upper.height / 3).clamp(5, 12);
    let (inbox, slots) = above(upper, upper.height - meetings);
    one(canvas, app, Panel::Inbox, inbox);
    one(canvas, app, Panel::Slots, slots);
    one(canvas, app, Panel::Funnel, funnel);
    right_column(canvas, app, right);
}

fn three_columns(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let (left, rest) = beside(area, area.width * 2 / 5);
    let (middle, right) = beside(rest, rest.width * 21 / 40);
    let stages = rows_of(app.screen.tally.stages.len()) + 2;
    let (inbox, funnel) = above(left, left.height - stages.min(left.height / 3));
    one(canvas, app, Panel::Inbox, inbox);
    one(canvas, app, Panel::Funnel, funnel);
    let meetings = (middle.height / 3).clamp(8, 24);
    let (preview, slots) = above(middle, middle.height - meetings);
    selected(canvas, app, preview);
    one(canvas, app, Panel::Slots, slots);
    right_column(canvas, app, right);
}

/// What is late, the CNs that need me, what I promised.
fn right_column(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let promises = app.screen.tally.promises.len() + app.screen.offers.list().len().min(3);
    let promises = rows_of(promises).clamp(1, 9) + 2;
    let promises = if area.height >= 28 {
        promises.min(area.height / 4)
    } else {
        0
    };
    let (rest, last) = above(area, area.height - promises);
    let (overdue, networks) = above(rest, rest.height / 2);
    one(canvas, app, Panel::Overdue, overdue);
    one(canvas, app, Panel::Networks, networks);
    if promises > 2 {
        promised(canvas, app, last);
    }
}

fn rows_of(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn one(canvas: &mut Canvas<'_>, app: &App, panel: Panel, area: Rect) {
    let focused = panel == app.screen.panel;
    canvas.zone(area, Spot::Panel(panel));
    if canvas.lean && !focused {
        return;
    }
    match panel {
        Panel::Inbox => waiting(canvas, app, area, focused),
        Panel::Overdue => due(canvas, app, area, focused),
        Panel::Funnel => funnel(canvas, app, area, focused),
        Panel::Networks => networks(canvas, app, area, focused),
        Panel::Slots => tonight::draw(canvas, app, area, focused),
    }
}

/// What needs me, in one line: the figures that matter and how far the day is.
fn headline(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let paint = canvas.paint;
    let tally = &app.screen.tally;
    let mut parts: Vec<Vec<Piece>> = Vec::new();
    let mut part = |count: usize, words: &str, style: Style| {
        if count > 0 {
            parts.push(vec![
                piece(format!(" {count} "), style),
                piece(format!(" {words}"), paint.text()),
            ]);
        }
    };
    part(tally.urgent, "due in 2 h", paint.chip(paint.theme.bad));
    part(tally.overdue, "overdue", paint.chip(paint.theme.bad));
    part(tally.asks, "ask you", paint.chip(paint.theme.warn));
    let offers = app.screen.offers.list().len();
    part(
        offers,
        "promised: + keep - dismiss",
        paint.chip(paint.theme.info),
    );
    part(tally.needy, "CNs at risk", paint.chip(paint.theme.network));
    if let Some((at, meeting)) = upcoming(app).into_iter().next() {
        let left = at.duration_since(app.world.view.now);
        let when = if left.is_positive() {
            format!("in {}", clock::length(left))
        } else {
            "now".to_owned()
        };
        parts.push(vec![
            piece(format!("next {when} "), paint.info()),
            piece(meeting.title.clone(), paint.text()),
        ]);
    }
    if parts.is_empty() {
        let (words, style) = if app.screen.sync.synced_at.is_some() {
            ("Nothing is late, nobody waits.", paint.good())
        } else if app.screen.sync.line == Line::Live {
            ("Your records are on their way.", paint.dim())
        } else {
            ("Nothing has been synced yet.", paint.warn())
        };
        parts.push(vec![piece(words, style)]);
    }
    let cells = if area.width >= 160 { 10 } else { 5 };
    let pace = inbox::pace(canvas, app, cells);
    let width = |pieces: &[Piece]| -> u16 {
        pieces
            .iter()
            .map(|piece| cells_of(&text::clean_line(&piece.text)))
            .sum()
    };
    let end = area.right().saturating_sub(1);
    let pace_cells = width(&pace);
    let mut x = area.x + 1;
    if area.width >= 60 {
        canvas.line_right(area.x, area.y, area.width.saturating_sub(1), &pace);
    }
    let limit = if area.width >= 60 {
        end.saturating_sub(pace_cells + 2)
    } else {
        end
    };
    for part in parts {
        let cells = width(&part);
        if x + cells > limit {
            continue;
        }
        x += canvas.line(x, area.y, cells, &part) + 3;
    }
}

/// The inbox: how much stands in each split, then the threads that cannot wait.
fn waiting(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let tally = &app.screen.tally;
    let right = format!(
        "{} · {} due in 2 h · {} ask you",
        text::counted(tally.waiting, "thread"),
        tally.urgent,
        tally.asks
    );
    let inner = canvas.frame(area, "Inbox", &right, focused);
    let active = app
        .screen
        .shelf(Place::Inbox)
        .map_or(0, |shelf| shelf.split);
    let splits: Vec<(usize, &crate::pane::Split)> = tally
        .splits
        .iter()
        .enumerate()
        .skip(1)
        .take(tally.splits.len().saturating_sub(3))
        .filter(|(_, split)| split.threads > 0)
        .collect();
    let bars = rows_of(splits.len());
    let mut rest = inner;
    if inner.height >= bars + 8 && bars > 0 {
        let (upper, lower) = above(inner, bars);
        let most = splits.iter().map(|(_, split)| split.threads).max();
        for (y, (at, split)) in (upper.y..upper.bottom()).zip(splits) {
            let row = Rect {
                y,
                height: 1,
                ..upper
            };
            canvas.zone(row, Spot::Split(at));
            split_bar(canvas, split, at == active, most.unwrap_or(1), (upper, y));
        }
        canvas.rule(lower.x, lower.y, lower.width, "most urgent");
        (_, rest) = above(lower, 1);
    }
    let empty = app
        .screen
        .shelf(Place::Inbox)
        .is_none_or(|shelf| shelf.list.is_empty());
    if empty {
        let lines = if app.screen.sync.synced_at.is_none() {
            ["The first sync is on its way.", "R asks again."]
        } else {
            ["Inbox zero.", "2 opens the inbox, n f makes a follow-up."]
        };
        table::empty(canvas, rest, &lines);
    } else {
        inbox::rows(canvas, app, rest, focused);
    }
}

fn split_bar(
    canvas: &mut Canvas<'_>,
    split: &crate::pane::Split,
    active: bool,
    most: usize,
    (area, y): (Rect, u16),
) {
    let paint = canvas.paint;
    let style = if active { paint.accent() } else { paint.text() };
    canvas.put(area.x + 1, y, 12, &split.name, style);
    canvas.put_right(
        area.x + 13,
        y,
        4,
        &split.threads.to_string(),
        paint.strong(),
    );
    let tail = 22.min(area.width / 3);
    let room = area.width.saturating_sub(19 + tail);
    if let (Ok(part), Ok(whole)) = (u32::try_from(split.threads), u32::try_from(most)) {
        let bar = fine_bar(
            f64::from(part),
            f64::from(whole),
            usize::from(room),
            paint.glyphs(),
        );
        canvas.put(area.x + 18, y, room, &bar, paint.bar());
    }
    let mut pieces = Vec::new();
    if split.urgent > 0 {
        pieces.push(piece(format!("{} in 2 h", split.urgent), paint.bad()));
    }
    if split.asks > 0 {
        let gap = if pieces.is_empty() { "" } else { "  " };
        pieces.push(piece(format!("{gap}{} ask you", split.asks), paint.warn()));
    }
    canvas.line_right(area.right() - tail, y, tail - 1, &pieces);
}

/// Follow-ups, the latest first.
fn due(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::FollowUps) else {
        return;
    };
    let tally = &app.screen.tally;
    let right = format!(
        "{} late · oldest {}d · {} open",
        tally.overdue,
        tally.oldest_days,
        shelf.list.len()
    );
    let right = if tally.overdue == 0 {
        format!("{} open, none late", shelf.list.len())
    } else {
        right
    };
    let inner = canvas.frame(area, "Due", &right, focused);
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &["Nothing to follow up.", "n f makes one; f on a thread too."],
        );
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: false,
    };
    let wide = inner.width >= 44;
    let columns = if wide {
        vec![figure("late", 4), column("what", 0), column("about", 13)]
    } else {
        vec![figure("late", 4), column("what", 0)]
    };
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        let Some(row) = app.world.row::<FollowUp>(key) else {
            return (Vec::new(), RowState::Clean);
        };
        let (late, style) = late_short(canvas, app, &row.record);
        let mut cells = vec![
            cell(late, style),
            cell(row.record.title.clone(), canvas.paint.text()),
        ];
        if wide {
            let about = follow_ups::about(app, &row.record);
            cells.push(cell(about, canvas.paint.network()));
        }
        (cells, row.state)
    });
}

/// How late in four cells: `23d`, `5h`; `+2d` while there is time left.
fn late_short(canvas: &Canvas<'_>, app: &App, follow_up: &FollowUp) -> (String, Style) {
    let paint = &canvas.paint;
    let short = |time: SignedDuration| match time.as_hours() {
        0 => format!("{}m", time.as_mins()),
        hours if hours < 24 => format!("{hours}h"),
        hours => format!("{}d", hours / 24),
    };
    match follow_up.late(&app.world.view) {
        None => ("—".into(), paint.dim()),
        Some(late) if late.is_positive() => (short(late), paint.bad()),
        Some(left) if left.abs().as_hours() < 24 => {
            (format!("+{}", short(left.abs())), paint.warn())
        }
        Some(left) => (format!("+{}", short(left.abs())), paint.dim()),
    }
}

/// The funnel, small: a bar a stage, how many stand there too long; below it the lead under the cursor.
fn funnel(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let tally = &app.screen.tally;
    let over: usize = tally.stages.iter().map(|stage| stage.over).sum();
    // Signed leads are in memory only once they were asked for: counted here they would come and go.
    let is_open = |stage: &&StageCount| {
        let known = app.world.get::<Stage>(&stage.stage);
        known.is_none_or(|known| known.terminal != Terminal::Won)
    };
    let open = tally.stages.iter().filter(is_open);
    let leads: usize = open.map(|stage| stage.leads).sum();
    let right = format!("{} · {over} too long", text::counted(leads, "lead"));
    let inner = canvas.frame(area, "Funnel", &right, focused);
    if tally.stages.is_empty() {
        table::empty(canvas, inner, &["No stages yet.", "n l makes a lead."]);
        return;
    }
    let lead = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor())
        .and_then(|key| app.world.table::<Lead>().record(key));
    let here = lead.and_then(|lead| lead.stage.clone());
    let most = tally.stages.iter().map(|stage| stage.leads).max();
    let room = inner.width.saturating_sub(32);
    for (y, count) in (inner.y..inner.bottom()).zip(&tally.stages) {
        let Some(stage) = app.world.get::<Stage>(&count.stage) else {
            continue;
        };
        let paint = canvas.paint;
        let current = focused && here.as_ref() == Some(&count.stage);
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
        canvas.put(inner.x, y, 15, &format!("{mark}{}", stage.name), style);
        canvas.put_right(inner.x + 14, y, 4, &count.leads.to_string(), paint.strong());
        let colour = match stage.terminal {
            Terminal::Won => paint.good(),
            _ => paint.bar(),
        };
        if let (Ok(part), Ok(whole)) = (
            u32::try_from(count.leads),
            u32::try_from(most.unwrap_or(1).max(1)),
        ) {
            let bar = fine_bar(
                f64::from(part),
                f64::from(whole),
                usize::from(room),
                paint.glyphs(),
            );
            canvas.put(inner.x + 19, y, room, &bar, colour);
        }
        if count.over > 0 {
            let words = format!("{} too long", count.over);
            canvas.put_right(inner.x, y, inner.width - 1, &words, paint.bad());
        }
    }
    if let Some(lead) = lead.filter(|_| focused) {
        let (dim, network) = (canvas.paint.dim(), canvas.paint.network());
        let pieces = [
            piece(lead.name.clone(), network),
            piece(" under the cursor", dim),
        ];
        canvas.foot(area, &pieces);
    }
}

/// The CNs, those that need me first: health, course and change of the first metric, and why.
fn networks(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Networks) else {
        return;
    };
    let mut right = format!(
        "{} at risk · of {}",
        app.screen.tally.needy,
        shelf.list.len()
    );
    // The sparklines are of the metric that the first CN shows.
    let metric = shelf.list.order().first().and_then(|key| {
        let course = app.courses.of(&AnyRef::new(Kind::Network, key)).first()?;
        app.world.get(&course.metric)
    });
    if let Some(metric) = metric {
        right.push_str(" · ");
        right.push_str(&metric.name);
    }
    let inner = canvas.frame(area, "CNs", &right, focused);
    if shelf.list.is_empty() {
        let lines = if app.screen.sync.is_partial() {
            ["The first sync is on its way.", "R asks again."]
        } else {
            ["No CN here.", "n c makes one."]
        };
        table::empty(canvas, inner, &lines);
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: false,
    };
    let wide = inner.width >= 48;
    let columns = if wide {
        vec![
            column("name", 14),
            figure("health", 3),
            column("weeks", 8),
            figure("change", 5),
            column("why", 0),
        ]
    } else {
        vec![
            column("name", 0),
            figure("health", 3),
            column("weeks", 6),
            figure("change", 5),
        ]
    };
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        network_row(canvas, app, key, wide)
    });
}

fn network_row(
    canvas: &Canvas<'_>,
    app: &App,
    key: &str,
    wide: bool,
) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Network>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let network = &row.record;
    let health = network
        .health
        .map(|health| cell(format!("{health:.0}"), card::health_style(canvas, health)));
    let course = app.courses.of(&AnyRef::new(Kind::Network, key)).first();
    let (line, change) = match course {
        Some(course) => {
            let change = card::change(canvas, app, course);
            let style = if course.change.is_some_and(|change| change < -0.05) {
                paint.bad()
            } else {
                paint.bar()
            };
            let cells = if wide { 8 } else { 6 };
            let line = text::sparkline(&course.values, cells, paint.glyphs());
            (cell(line, style), vec![change])
        }
        None => (Vec::new(), Vec::new()),
    };
    let mut cells = vec![
        cell(network.name.clone(), paint.network()),
        health.unwrap_or_default(),
        line,
        change,
    ];
    if wide {
        cells.push(why(canvas, app, &Id::new(key), network, false));
    }
    (cells, row.state)
}

/// The meetings that are not over yet, in order.
fn upcoming(app: &App) -> Vec<(Timestamp, &Meeting)> {
    let now = app.world.view.now;
    let mut meetings = slots::meetings(app, app.world.view.today());
    meetings.retain(|(at, _)| now.duration_since(*at) < SignedDuration::from_mins(30));
    meetings
}
