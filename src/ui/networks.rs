//! Creator Networks: the portfolio and the page of one.

use std::fmt::Write as _;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, gauge, piece};
use super::card;
use super::funnel::lead;
use super::layout::{Breadth, above, beside};
use super::portfolio::{columns, hidden, portfolio_cell, whole};
use super::sheet::Sheet;
use super::table::{self, Rows, cell, number_words};
use crate::app::{App, Course, Hanging, Steps};
use crate::effect::RowState;
use crate::figure::{Band, Pace};
use crate::pane::{Focus, Place, Tab};
use crate::portfolio::NetworkReason;
use crate::record::{Id, Network, Person, PointStatus, Record, User};
use crate::text;
use crate::text::counted;
use crate::when::clock;

/// Draws the portfolio.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    let single = app.screen.zoom
        || breadth == Breadth::Narrow
        || (breadth == Breadth::Normal && area.height < 17);
    if single {
        if focus == Focus::Detail {
            page(canvas, app, area, true);
        } else {
            list(canvas, app, area, true);
        }
        return;
    }
    if breadth == Breadth::Normal {
        if focus == Focus::Detail {
            page(canvas, app, area, true);
        } else {
            let (upper, lower) = above(area, area.height - 8);
            list(canvas, app, upper, true);
            page(canvas, app, lower, false);
        }
        return;
    }
    let broad = breadth == Breadth::Huge;
    let (left, right) = beside(area, area.width * if broad { 14 } else { 19 } / 40);
    list(canvas, app, left, focus == Focus::List);
    if broad && focus == Focus::List {
        let (middle, last) = beside(right, right.width * 11 / 20);
        page(canvas, app, middle, false);
        open_page(canvas, app, last);
    } else {
        page(canvas, app, right, focus == Focus::Detail);
    }
}

/// The third column: what is open with the CN, what was agreed, what was noted.
fn open_page(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let key = app
        .screen
        .shelf(Place::Networks)
        .and_then(|shelf| shelf.list.cursor());
    let inner = canvas.frame(area, "Open", "t threads · f follow-ups · L leads", false);
    let Some(key) = key else { return };
    let below = app.figures.hanging(&Id::<Network>::new(key).link());
    let mut card = Sheet::new(inner);
    open_things(canvas, app, &below, &mut card);
    lead::note_lines(canvas, app, below.notes, &mut card);
    if card.is_empty() {
        table::empty(
            canvas,
            inner,
            &["Nothing is open.", "n f makes a follow-up, N a note."],
        );
        return;
    }
    card.draw(canvas, inner, 0);
}

pub(super) fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Networks) else {
        return;
    };
    let right = format!("{} · need me first", shelf.list.len());
    let inner = canvas.frame(area, "CNs", &right, focused);
    if shelf.list.is_empty() {
        let lines = if app.screen.sync.is_partial() {
            ["The first sync is on its way.", "R asks again."]
        } else {
            ["No CN here.", "n c makes one, Esc clears the filter."]
        };
        table::empty(canvas, inner, &lines);
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let used = u16::try_from(shelf.list.len()).unwrap_or(u16::MAX);
    let (inner, foot) = if inner.width >= 48 && inner.height > used.saturating_add(9) {
        above(inner, inner.height - 8)
    } else {
        (inner, Rect { height: 0, ..inner })
    };
    if foot.height > 0 {
        whole(canvas, app, foot);
    }
    let (names, columns) = columns(app, inner.width);
    if let Some(words) = hidden(app, names.len()) {
        let words = piece(words, canvas.paint.dim());
        canvas.foot(area, &[words]);
    }
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        row(canvas, app, key, &names, inner.width)
    });
}

fn row(
    canvas: &Canvas<'_>,
    app: &App,
    key: &str,
    names: &[&str],
    width: u16,
) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Network>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let network = &row.record;
    let id = Id::<Network>::new(key);
    let mut cells = vec![cell(network.name.clone(), paint.network())];
    for name in names {
        cells.push(portfolio_cell(canvas, app, &id, network, name, width >= 74));
    }
    cells.push(why(canvas, app, &id, network, width >= 74));
    (cells, row.state)
}

/// The share of the goal that is reached, in the colour of what one does about it.
pub(super) fn reached(canvas: &Canvas<'_>, pace: &Pace) -> Vec<Piece> {
    let share = pace.reached().unwrap_or(0.0);
    cell(
        format!("{:.0}%", share * 100.0),
        band_style(canvas, pace.band),
    )
}

pub(super) fn band_style(canvas: &Canvas<'_>, band: Band) -> Style {
    let paint = &canvas.paint;
    match band {
        Band::Done | Band::OnTrack => paint.good(),
        Band::Tight => paint.warn(),
        Band::Urgent | Band::Gone => paint.bad(),
        Band::NotStarted | Band::TooEarly => paint.dim(),
    }
}

/// The most pressing reason, in few words where the column is narrow; else where the CN stands in its life.
pub(super) fn why(
    canvas: &Canvas<'_>,
    app: &App,
    id: &Id<Network>,
    network: &Network,
    wide: bool,
) -> Vec<Piece> {
    let reasons = app.figures.reasons(id);
    let Some(reason) = reasons.first() else {
        let life = network.lifecycle.as_str().replace('_', " ");
        return cell(life, canvas.paint.dim());
    };
    let words = if wide {
        reason.to_string()
    } else {
        short_reason(reason)
    };
    let mut pieces = cell(words, reason_style(canvas, reason));
    if reasons.len() > 1 {
        let more = format!(" +{}", reasons.len() - 1);
        pieces.push(piece(more, canvas.paint.dim()));
    }
    pieces
}

/// The reason in as few cells as a narrow column has.
fn short_reason(reason: &NetworkReason) -> String {
    match reason {
        NetworkReason::Incident { severity, .. } => {
            format!("{} incident", severity.as_str().to_uppercase())
        }
        NetworkReason::ReplyWaiting { waited, .. } if waited.as_hours() < 48 => {
            format!("reply {}h", waited.as_hours())
        }
        NetworkReason::ReplyWaiting { waited, .. } => {
            format!("reply {}d", waited.as_hours() / 24)
        }
        NetworkReason::WentDark { days } => format!("dark {days}d"),
        NetworkReason::FollowUpsOverdue { n, .. } => format!("{n} overdue"),
        NetworkReason::GoalBehind { band, .. } => format!("goal {band}"),
        NetworkReason::RevenueDrop(_) => "revenue falls".to_owned(),
        NetworkReason::GraduationDue { days, .. } => format!("graduate {days}d"),
        NetworkReason::MilestonesOverdue { n, .. } => format!("{n} milestones"),
        NetworkReason::Concentrated(_) => "one creator".to_owned(),
        NetworkReason::Silent { days } => format!("silent {days}d"),
        NetworkReason::LowHealth { score, .. } => format!("health {score:.0}"),
    }
}

fn reason_style(canvas: &Canvas<'_>, reason: &NetworkReason) -> Style {
    let paint = &canvas.paint;
    match reason {
        NetworkReason::Incident { .. }
        | NetworkReason::ReplyWaiting { late: true, .. }
        | NetworkReason::WentDark { .. } => paint.bad(),
        NetworkReason::ReplyWaiting { .. } | NetworkReason::FollowUpsOverdue { .. } => paint.warn(),
        _ => paint.text(),
    }
}

fn page(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    if canvas.lean {
        return;
    }
    let Some(key) = app
        .screen
        .shelf(Place::Networks)
        .and_then(|shelf| shelf.list.cursor())
    else {
        canvas.frame(area, "CN", "", focused);
        return;
    };
    let id = Id::<Network>::new(key);
    let small = !focused && area.height < 12;
    if app.screen.tab != Tab::Overview && !small {
        super::page::draw(canvas, app, area, &id, focused);
        return;
    }
    card_focused(canvas, app, area, &id, focused);
}

/// Draws the page of a CN: whom to talk to, why it needs me, its figures, what is open.
fn card_focused(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: &Id<Network>, focused: bool) {
    let Some(network) = app.world.get(id) else {
        canvas.frame(area, "CN", "not in the cache", focused);
        return;
    };
    let mut inner = canvas.frame(area, &network.name, &card::life(app, network), focused);
    canvas.link_title(area, &network.name, &network.url);
    if focused && inner.height > 4 {
        super::page::strip(canvas, inner, app.screen.tab, focused);
        inner.y += 1;
        inner.height -= 1;
    }
    let mut card = Sheet::new(inner);
    let link = id.link();
    if !focused && inner.height < 10 {
        card.whole(who(canvas, app, network));
        glance(canvas, app, id, inner, &mut card);
        card.draw(canvas, inner, 0);
        return;
    }
    card.line("who", who(canvas, app, network));
    if let Some(contact) = app.world.follow::<Person>(network.contact.as_ref()) {
        card.line(
            "contact",
            lead::contact(canvas, app, contact, &network.zone),
        );
    }
    for (at, reason) in app.figures.reasons(id).iter().enumerate() {
        let label = if at == 0 { "needs me" } else { "" };
        let style = reason_style(canvas, reason);
        card.text(label, &reason.to_string(), style);
    }
    if !network.health_reason.is_empty() {
        card.text("health", &network.health_reason, canvas.paint.text());
    }
    figures(canvas, app, id, inner.width, &mut card);
    // On a broad screen these have a column of their own beside the list.
    if focused || Breadth::of(app.size.0) < Breadth::Huge || app.screen.zoom {
        let below = app.figures.hanging(&link);
        open_things(canvas, app, &below, &mut card);
        lead::note_lines(canvas, app, below.notes, &mut card);
    }
    if focused {
        card.rule("all fields");
        for (name, words) in table::field_lines(app, &link) {
            card.text(&name, &words, canvas.paint.text());
        }
    }
    let scroll = if focused { app.screen.detail_scroll } else { 0 };
    card.draw(canvas, inner, scroll);
}

fn who(canvas: &Canvas<'_>, app: &App, network: &Network) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut line = Vec::new();
    if let Some(creators) = network.creators {
        line.push(piece(format!("{creators} creators  "), paint.text()));
    }
    if !network.tier.is_empty() {
        line.push(piece(format!("{}  ", network.tier), paint.info()));
    }
    if let Some(owner) = app.world.follow::<User>(network.owner.as_ref()) {
        line.push(piece(format!("CNM {}  ", owner.name), paint.dim()));
    }
    if let Some(at) = network.last_contact_at {
        let age = clock::ago(app.world.view.now, at);
        line.push(piece(format!("talked {age}"), paint.dim()));
    }
    line
}

/// Each metric in a line: its course, the newest figure, how it changed, how its goal stands.
fn figures(canvas: &Canvas<'_>, app: &App, id: &Id<Network>, width: u16, card: &mut Sheet) {
    let courses = app.courses.of(&id.link());
    let Some(first) = courses.first() else {
        card.rule("figures");
        let words = if app.screen.sync.is_partial() {
            "not fetched yet"
        } else {
            "none yet; the next import brings them"
        };
        let words = vec![piece(words, canvas.paint.dim())];
        card.whole(words);
        return;
    };
    let mut words = "figures".to_owned();
    if let Some(creators) = app.world.get(id).and_then(|network| network.creators) {
        let _ = write!(words, " of {creators} creators");
    }
    if let Some((from, to)) = first.days {
        let _ = write!(words, " · {}–{} (UTC)", from.day(), to.strftime("%-d %b"));
    }
    if let Some(at) = first.as_of {
        let _ = write!(words, " · {} old", clock::age(app.world.view.now, at));
    }
    card.rule(words);
    // Wide enough for the longest name: what is left belongs to the course.
    let spare = usize::from(width.saturating_sub(64));
    let longest = courses
        .iter()
        .map(|course| text::width(&text::clean_line(&course.name)));
    let name = longest.max().unwrap_or(14).clamp(10, 14 + spare.min(8));
    let cells = usize::from(width.saturating_sub(44))
        .saturating_sub(name)
        .clamp(6, 24);
    card.whole(figure_titles(canvas, first, name, cells));
    for course in courses {
        card.whole(figure_line(canvas, app, course, name, cells));
    }
}

fn figure_line(
    canvas: &Canvas<'_>,
    app: &App,
    course: &Course,
    wide: usize,
    cells: usize,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let name = text::clean_line(&course.name);
    let firm = match course.status {
        PointStatus::Provisional => "?",
        _ => " ",
    };
    let mut line = vec![
        piece(format!("{} ", text::fit_left(&name, wide)), paint.text()),
        piece(
            text::sparkline(&course.values, cells, paint.glyphs()),
            paint.bar(),
        ),
        piece(
            format!("{:>8}", number_words(course.latest)),
            paint.strong(),
        ),
        piece(firm, paint.dim()),
    ];
    let change = card::change(canvas, app, course);
    line.push(piece(format!("{:>6}  ", change.text), change.style));
    if let Some(pace) = &course.pace {
        // The band in words matters more than a long bar.
        let bar = if cells > 6 { 8 } else { 5 };
        line.extend(goal(canvas, pace, bar));
    }
    line
}

/// Names the columns; the running month is no part of the course and named apart.
fn figure_titles(canvas: &Canvas<'_>, first: &Course, name: usize, cells: usize) -> Vec<Piece> {
    let steps = match first.steps {
        Steps::Weeks => "weeks",
        Steps::Months => "months",
    };
    let now = if first.running { "so far" } else { "month" };
    let words = format!(
        "{} {}{now:>8}  {:>5}  goal",
        text::fit_left("metric", name),
        text::fit_left(steps, cells),
        "change"
    );
    vec![piece(words, canvas.paint.dim())]
}

/// The share of the goal that is reached, and what one does about it.
fn goal(canvas: &Canvas<'_>, pace: &Pace, bar: usize) -> Vec<Piece> {
    let paint = &canvas.paint;
    let style = band_style(canvas, pace.band);
    let reached = pace.reached().unwrap_or(0.0);
    let mut pieces = gauge(paint, bar, reached, style);
    pieces.push(piece(format!("{:>4.0}% ", reached * 100.0), paint.text()));
    pieces.push(piece(pace.band.word(), style));
    pieces.push(piece(
        format!(" of {}", number_words(pace.target)),
        paint.dim(),
    ));
    pieces
}

fn open_things(canvas: &Canvas<'_>, app: &App, below: &Hanging<'_>, card: &mut Sheet) {
    let paint = &canvas.paint;
    if !below.incidents.is_empty() {
        card.rule(counted(below.incidents.len(), "incident"));
    }
    let incidents = below.incidents.iter().filter_map(|id| app.world.get(id));
    for incident in incidents.take(20) {
        let style = if incident.is_open() {
            paint.bad()
        } else {
            paint.dim()
        };
        let severity = incident.severity.as_str().to_uppercase();
        let state = incident.state.as_str().replace('_', " ");
        let mut line = vec![
            piece(format!("{severity} {state}  "), style),
            piece(incident.title.clone(), paint.text()),
        ];
        if let (Some(at), true) = (incident.deadline, incident.is_open()) {
            let left = clock::left(app.world.view.now, at);
            line.insert(1, piece(format!("{left} left  "), paint.warn()));
        }
        card.whole(line);
    }
    if !below.follow_ups.is_empty() {
        card.rule(counted(below.follow_ups.len(), "follow-up"));
    }
    for follow_up in below.follow_ups.iter().filter_map(|id| app.world.get(id)) {
        let (late, style) = super::follow_ups::lateness(canvas, app, follow_up);
        card.whole(vec![
            piece(format!("{late:<9}"), style),
            piece(follow_up.title.clone(), paint.text()),
        ]);
    }
    lead::thread_lines(canvas, app, below.threads, card);
    if !below.coaching.is_empty() {
        card.rule(counted(below.coaching.len(), "coaching action"));
    }
    let coaching = below.coaching.iter().filter_map(|id| app.world.get(id));
    for action in coaching.take(20) {
        let due = action.due.map(clock::date_stamp).unwrap_or_default();
        card.whole(vec![
            piece(format!("{:<9}", action.state.as_str()), paint.info()),
            piece(action.topic.clone(), paint.text()),
            piece(format!("  {due}"), paint.dim()),
        ]);
    }
}

/// What a few rows have room for: the pressing reason, the leading figures, how much is open.
fn glance(canvas: &Canvas<'_>, app: &App, id: &Id<Network>, inner: Rect, card: &mut Sheet) {
    let paint = &canvas.paint;
    if let Some((first, more)) = app.figures.reasons(id).split_first() {
        let mut line = cell(first.to_string(), reason_style(canvas, first));
        if !more.is_empty() {
            line.push(piece(format!("  +{}", more.len()), paint.dim()));
        }
        card.whole(line);
    }
    let cells = usize::from(inner.width.saturating_sub(56)).clamp(6, 24);
    for course in app.courses.of(&id.link()).iter().take(2) {
        card.whole(figure_line(canvas, app, course, 14, cells));
    }
    let below = app.figures.hanging(&id.link());
    let counts = [
        (below.incidents.len(), "incident"),
        (below.follow_ups.len(), "follow-up"),
        (below.threads.len(), "thread"),
        (below.notes.len(), "note"),
    ];
    let words: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(*count, word))
        .collect();
    card.whole(cell(words.join(" · "), paint.dim()));
}
