//! The inbox: splits, threads, the conversation, and the CN beside it.

mod badge;

use badge::{badge, why};
use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, cells_of, gauge, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Column, Rows, cell, column, figure};
use super::{card, reply, thread};
use crate::app::{App, Mode};
use crate::effect::RowState;
use crate::pane::{Focus, Place, Split, Spot};
use crate::record::{Channel, Circle, Id, Lead, Network, Person, Thread};
use crate::text::clean_line;
use crate::when::{clock, zone};

/// The parts of the inbox; an empty one is not shown.
struct Parts {
    tabs: Rect,
    splits: Rect,
    list: Rect,
    preview: Rect,
    card: Rect,
}

fn parts(area: Rect, app: &App) -> Parts {
    let none = Rect {
        width: 0,
        height: 0,
        ..area
    };
    let breadth = Breadth::of(area.width);
    let writing = matches!(app.mode, Mode::Reply(_));
    let (tabs, rest) = if breadth == Breadth::Huge || area.height < 12 {
        (none, area)
    } else {
        above(area, 1)
    };
    let mut parts = Parts {
        tabs,
        splits: none,
        list: none,
        preview: none,
        card: none,
    };
    if app.screen.zoom || breadth == Breadth::Narrow {
        if app.screen.focus == Focus::Detail || writing {
            parts.preview = rest;
        } else {
            parts.list = rest;
        }
        return parts;
    }
    match breadth {
        Breadth::Narrow | Breadth::Normal => {
            let lower = match rest.height {
                // What one answers and the answer need most of the rows.
                height @ 0..16 if writing => height,
                height if writing => height - (height / 4).max(5),
                0..16 => 0,
                height => (height * 9 / 20).max(9),
            };
            (parts.list, parts.preview) = above(rest, rest.height - lower);
        }
        Breadth::Wide => {
            let (left, right) = beside(rest, (rest.width * 3 / 5).max(rest.width - 64));
            parts.list = left;
            let card = match right.height {
                0..24 => 0,
                height => (height / 3).clamp(9, 16),
            };
            (parts.preview, parts.card) = above(right, right.height - card);
        }
        Breadth::Huge => {
            let (left, rest) = beside(rest, 28);
            let (middle, right) = beside(rest, rest.width * 11 / 20);
            parts.splits = left;
            parts.list = middle;
            let card = (right.height / 3).clamp(9, 20);
            (parts.preview, parts.card) = above(right, right.height - card);
        }
    }
    parts
}

/// Returns the area of the conversation, in which the reply box stands at the bottom.
pub(super) fn preview_area(area: Rect, app: &App) -> Rect {
    parts(area, app).preview
}

/// Draws the inbox.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let parts = parts(area, app);
    let focus = app.screen.focus;
    if parts.tabs.height > 0 {
        split_row(canvas, app, parts.tabs);
    }
    if parts.splits.height > 0 {
        split_column(canvas, app, parts.splits);
    }
    if parts.list.height > 2 {
        list(canvas, app, parts.list, focus == Focus::List);
    }
    if parts.preview.height > 2 {
        preview(canvas, app, parts.preview, focus == Focus::Detail);
    }
    if parts.card.height > 2 {
        card::of_thread(canvas, app, parts.card, under_cursor(app));
    }
}

/// Returns the thread under the cursor.
pub(super) fn under_cursor(app: &App) -> Option<&Thread> {
    let key = app.screen.shelf(Place::Inbox)?.list.cursor()?;
    app.world.table::<Thread>().record(key)
}

fn active_split(app: &App) -> usize {
    app.screen
        .shelf(Place::Inbox)
        .map_or(0, |shelf| shelf.split)
}

/// The splits in a row: the active one as a chip, each with what is urgent in it; those that do not fit around
/// the active one are left out whole.
fn split_row(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let active = active_split(app);
    let splits = &app.screen.tally.splits;
    let drawn: Vec<Vec<Piece>> = splits
        .iter()
        .enumerate()
        .map(|(at, split)| split_pieces(canvas, split, at == active))
        .collect();
    let cells = |pieces: &[Piece]| -> u16 {
        pieces
            .iter()
            .map(|piece| cells_of(&clean_line(&piece.text)))
            .sum()
    };
    let room = area.width.saturating_sub(6);
    // The first split that is shown: as far left as it can be with the active one still on the row.
    let first = (0..=active)
        .find(|first| {
            let shown = drawn.iter().take(active + 1).skip(*first);
            shown.map(|pieces| cells(pieces)).sum::<u16>() <= room
        })
        .unwrap_or(active);
    let dim = canvas.paint.dim();
    let mut x = area.x + 1;
    if first > 0 {
        x += canvas.put(x, area.y, 2, "‹ ", dim);
    }
    for (at, pieces) in drawn.iter().enumerate().skip(first) {
        if x + cells(pieces) + 2 > area.right() {
            canvas.put(area.right().saturating_sub(2), area.y, 1, "›", dim);
            break;
        }
        let zone = Rect {
            x,
            width: cells(pieces),
            ..area
        };
        canvas.zone(zone, Spot::Split(at));
        x += canvas.line(x, area.y, area.right().saturating_sub(x), pieces);
    }
}

fn split_pieces(canvas: &Canvas<'_>, split: &Split, active: bool) -> Vec<Piece> {
    let paint = &canvas.paint;
    let style = if active {
        paint.chip(paint.theme.accent)
    } else if split.threads == 0 {
        paint.frame(false)
    } else {
        paint.text()
    };
    let mut pieces = vec![piece(format!(" {}", split.name), style)];
    if split.threads > 0 {
        let style = if active { style } else { paint.dim() };
        pieces.push(piece(format!(" {}", split.threads), style));
    }
    pieces.push(piece(" ", style));
    if split.urgent > 0 {
        pieces.push(piece(format!("{}! ", split.urgent), paint.bad()));
    }
    pieces
}

/// The splits in a column, with who writes most, and the progress of the day below.
fn split_column(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let inner = canvas.frame(area, "Splits", "Tab", false);
    let active = active_split(app);
    let tally = &app.screen.tally;
    let most = tally
        .splits
        .iter()
        .skip(1)
        .map(|split| split.threads)
        .max()
        .unwrap_or(0);
    let mut y = inner.y;
    let asleep = tally.splits.len().saturating_sub(2);
    for (at, split) in tally.splits.iter().enumerate() {
        if at == 1 || at == asleep {
            y += 1;
        }
        if y >= inner.bottom() {
            return;
        }
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        canvas.zone(row, Spot::Split(at));
        split_line(canvas, split, at == active, most, (inner, y));
        y += 1;
    }
    if y + 8 < inner.bottom() {
        canvas.rule(inner.x, y + 1, inner.width, "who waits");
        y += 2;
        let (dim, person) = (canvas.paint.dim(), canvas.paint.person());
        let room = inner.bottom().saturating_sub(y + 6);
        for (name, count) in tally.senders.iter().take(usize::from(room)) {
            canvas.put(inner.x + 2, y, inner.width.saturating_sub(7), name, person);
            canvas.put_right(
                inner.x,
                y,
                inner.width.saturating_sub(1),
                &count.to_string(),
                dim,
            );
            y += 1;
        }
    }
    if y + 4 < inner.bottom() {
        progress(canvas, app, (inner.x, inner.bottom() - 3, inner.width));
    }
}

fn split_line(
    canvas: &mut Canvas<'_>,
    split: &Split,
    active: bool,
    most: usize,
    (inner, y): (Rect, u16),
) {
    let paint = canvas.paint;
    let style = match (active, split.threads) {
        (true, _) => paint.accent(),
        (_, 0) => paint.dim(),
        _ => paint.text(),
    };
    let mark = if active { paint.glyphs().marker() } else { " " };
    canvas.put(
        inner.x,
        y,
        inner.width,
        &format!("{mark} {}", split.name),
        style,
    );
    let mut right = Vec::new();
    if split.urgent > 0 {
        right.push(piece(format!("{}! ", split.urgent), paint.bad()));
    }
    let bar = match (u32::try_from(split.threads), u32::try_from(most)) {
        (Ok(part), Ok(whole)) if whole > 0 && split.threads <= most => {
            super::canvas::fine_bar(f64::from(part), f64::from(whole), 4, paint.glyphs())
        }
        _ => String::new(),
    };
    right.push(piece(format!("{:>3} ", split.threads), style));
    let bar = crate::text::fit_left(&bar, 4).into_owned();
    right.push(piece(bar, paint.bar()));
    canvas.line_right(inner.x, y, inner.width.saturating_sub(1), &right);
}

/// How much of the day's inbox is done, in three rows.
fn progress(canvas: &mut Canvas<'_>, app: &App, (x, y, width): (u16, u16, u16)) {
    let tally = &app.screen.tally;
    canvas.rule(x, y, width, "today");
    let ratio = share(tally.done, tally.waiting);
    let style = canvas.paint.good();
    canvas.gauge(x + 1, y + 1, width.saturating_sub(2), ratio, style);
    let words = format!("{} done · {} left", tally.done, tally.waiting);
    let dim = canvas.paint.dim();
    canvas.put(x + 1, y + 2, width, &words, dim);
}

/// The part of the day's threads that is done.
pub(super) fn share(done: usize, left: usize) -> f64 {
    match (u32::try_from(done), u32::try_from(done + left)) {
        (Ok(done), Ok(all)) if all > 0 => f64::from(done) / f64::from(all),
        _ => 0.0,
    }
}

/// Draws the threads in a frame.
fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Inbox) else {
        return;
    };
    let position = if shelf.list.is_empty() {
        0
    } else {
        shelf.list.position() + 1
    };
    let tally = &app.screen.tally;
    let split = tally.splits.get(active_split(app));
    let mut right = format!("{position} of {}", shelf.list.len());
    if let Some(split) = split.filter(|split| split.urgent > 0) {
        let due = format!(" · {} due in 2 h", split.urgent);
        right.push_str(&due);
    }
    right.push_str(" · by clock, then sender");
    let name = split.map_or("Threads", |split| split.name.as_str());
    let inner = canvas.frame(area, name, &right, focused);
    if shelf.list.is_empty() {
        nothing(canvas, app, inner);
        return;
    }
    rows(canvas, app, inner, focused);
}

fn nothing(canvas: &mut Canvas<'_>, app: &App, inner: Rect) {
    let tally = &app.screen.tally;
    let filtered = app
        .screen
        .shelf(Place::Inbox)
        .is_some_and(|shelf| !shelf.filter.is_empty());
    let done = format!("{} done today.", crate::text::counted(tally.done, "thread"));
    if filtered {
        let lines = [
            "Nothing fits the filter.",
            "Esc shows everything again, / changes it.",
        ];
        table::empty(canvas, inner, &lines);
    } else if app.screen.sync.synced_at.is_none() {
        table::empty(
            canvas,
            inner,
            &["The first sync is on its way.", "R asks again."],
        );
    } else if tally.waiting == 0 {
        let lines = [
            "Inbox zero.",
            done.as_str(),
            "5 shows what is due, 3 the funnel, R syncs now.",
        ];
        table::empty(canvas, inner, &lines);
    } else {
        let lines = [
            "Nothing waits here.",
            "Tab shows the next split, 1 shows today.",
        ];
        table::empty(canvas, inner, &lines);
    }
}

/// How much room the rows have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    Tight,
    Small,
    Normal,
    Large,
}

/// Draws the rows of threads without a frame.
pub(super) fn rows(canvas: &mut Canvas<'_>, app: &App, inner: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Inbox) else {
        return;
    };
    let room = match inner.width {
        0..46 => Room::Tight,
        46..64 => Room::Small,
        64..92 => Room::Normal,
        _ => Room::Large,
    };
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 5,
    };
    table::draw(canvas, inner, &rows, columns(room), |canvas, key| {
        row(canvas, app, &Id::new(key), room)
    });
}

const fn columns(room: Room) -> &'static [Column] {
    match room {
        Room::Tight => {
            const {
                &[
                    column("", 1),
                    column("from", 12),
                    column("about", 0),
                    figure("SLA", 5),
                ]
            }
        }
        Room::Small => {
            const {
                &[
                    column("", 1),
                    figure("age", 4),
                    column("from", 14),
                    column("about", 0),
                    figure("SLA", 5),
                ]
            }
        }
        Room::Normal => {
            const {
                &[
                    column("", 1),
                    figure("age", 4),
                    column("from", 15),
                    column("CN", 11),
                    column("about", 0),
                    figure("SLA", 5),
                ]
            }
        }
        Room::Large => {
            const {
                &[
                    column("", 1),
                    column("why", 8),
                    figure("age", 4),
                    column("from", 18),
                    column("org", 4),
                    column("CN", 14),
                    column("about", 0),
                    column("by", 5),
                    figure("SLA", 5),
                ]
            }
        }
    }
}

fn row(canvas: &Canvas<'_>, app: &App, id: &Id<Thread>, room: Room) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Thread>(id.as_str()) else {
        return (Vec::new(), RowState::Clean);
    };
    let thread = &row.record;
    let now = app.world.view.now;
    let person = app.world.follow::<Person>(thread.from.as_ref());
    let badge = badge(canvas, app, id, thread);
    let age = thread
        .last_at
        .map(|at| clock::age(now, at))
        .unwrap_or_default();
    let network = app.world.follow::<Network>(thread.network.as_ref());
    // A thread about a lead that became no CN yet is about the lead.
    let lead = app.world.follow::<Lead>(thread.lead.as_ref());
    let network = match (network, lead) {
        (Some(network), _) => cell(network.name.as_str(), paint.network()),
        (None, Some(lead)) => cell(lead.name.as_str(), paint.dim()),
        (None, None) => cell("", paint.dim()),
    };
    let from = cell(thread.from_name.clone(), paint.person());
    let about = about(canvas, thread);
    let sla = sla(canvas, app, thread);
    let age = cell(age, paint.dim());
    let glyph = cell(badge.glyph, badge.style);
    let cells = match room {
        Room::Tight => vec![glyph, from, about, sla],
        Room::Small => vec![glyph, age, from, about, sla],
        Room::Normal => vec![glyph, age, from, network, about, sla],
        Room::Large => vec![
            glyph,
            cell(badge.word, badge.style),
            age,
            from,
            cell(org(person), paint.dim()),
            network,
            about,
            cell(channel(&thread.channel), paint.dim()),
            sla,
        ],
    };
    (cells, row.state)
}

fn about(canvas: &Canvas<'_>, thread: &Thread) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut about = Vec::new();
    if let Some(count) = thread.new.filter(|count| *count > 1) {
        about.push(piece(format!("{count}× "), paint.info()));
    }
    let titled = !thread.title.is_empty() && thread.title != thread.last_text;
    if titled {
        about.push(piece(format!("{}  ", thread.title), paint.strong()));
    }
    let style = if titled { paint.dim() } else { paint.text() };
    about.push(piece(thread.last_text.clone(), style));
    about
}

/// From which side a person writes, in four letters.
fn org(person: Option<&Person>) -> String {
    match person.map(|person| (&person.circle, person)) {
        Some((Circle::Owner, _)) => "CN".into(),
        Some((Circle::Lead, _)) => "LEAD".into(),
        Some((Circle::System, _)) => "SYS".into(),
        Some((_, person)) if !person.zone.is_empty() => zone::short_name(&person.zone),
        _ => String::new(),
    }
}

/// A channel in five letters.
pub(super) fn channel(channel: &Channel) -> &str {
    match channel {
        Channel::LarkDm => "Lark",
        Channel::LarkGroup => "Lark#",
        Channel::LarkCard => "card",
        Channel::LarkDoc => "doc",
        Channel::WhatsApp => "WA",
        Channel::Discord => "Disc",
        Channel::Email => "mail",
        Channel::Platform => "plat",
        Channel::Other(name) => name,
    }
}

fn sla(canvas: &Canvas<'_>, app: &App, thread: &Thread) -> Vec<Piece> {
    let Some(due) = thread.sla_due else {
        return Vec::new();
    };
    let now = app.world.view.now;
    if due <= now {
        return cell(format!("-{}", clock::age(now, due)), canvas.paint.bad());
    }
    let style = match due.duration_since(now).as_mins() {
        0..60 => canvas.paint.bad(),
        60..120 => canvas.paint.warn(),
        120..240 => canvas.paint.text(),
        _ => canvas.paint.dim(),
    };
    cell(clock::left(now, due), style)
}

fn preview(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    if canvas.lean {
        return;
    }
    let area = match &app.mode {
        Mode::Reply(reply) => {
            let (upper, lower) =
                above(area, area.height.saturating_sub(reply::height(reply, area)));
            reply::draw(canvas, app, reply, lower);
            upper
        }
        _ => area,
    };
    let cursor = app
        .screen
        .shelf(Place::Inbox)
        .and_then(|shelf| shelf.list.cursor());
    if let Some(key) = cursor {
        let id = Id::new(key);
        let reason = match app.world.get(&id) {
            Some(thread) if area.height >= 8 => why(canvas, app, &id, thread),
            _ => Vec::new(),
        };
        thread::draw(canvas, app, area, &id, &reason, focused);
    } else {
        let inner = canvas.frame(area, "Conversation", "", focused);
        table::empty(canvas, inner, &["The thread under the cursor opens here."]);
    }
}

/// How far the day is, in one line: a bar, what is done, what is left.
pub(super) fn pace(canvas: &Canvas<'_>, app: &App, cells: usize) -> Vec<Piece> {
    let paint = &canvas.paint;
    let tally = &app.screen.tally;
    let mut line = gauge(paint, cells, share(tally.done, tally.waiting), paint.good());
    line.push(piece(format!(" {} done", tally.done), paint.good()));
    line.push(piece(format!(" · {} left", tally.waiting), paint.dim()));
    line
}
