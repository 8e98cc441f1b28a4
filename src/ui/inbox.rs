//! The inbox: splits, threads, the conversation, and the CN beside it.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Rows, cell, column, figure};
use super::{networks, reply, thread};
use crate::app::{App, Mode};
use crate::effect::RowState;
use crate::pane::{Focus, Place, splits};
use crate::record::{AnyRef, Circle, Id, Kind, Network, Person, Thread};
use crate::when::clock;

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
            let lower = if rest.height < 16 {
                0
            } else {
                (rest.height * 2 / 5).max(9)
            };
            let lower = if writing { rest.height * 3 / 5 } else { lower };
            (parts.list, parts.preview) = above(rest, rest.height - lower);
        }
        Breadth::Wide => {
            let (left, right) = beside(rest, rest.width * 11 / 20);
            parts.list = left;
            (parts.preview, parts.card) = above(right, right.height.saturating_sub(9));
        }
        Breadth::Huge => {
            let (left, rest) = beside(rest, 26);
            let (middle, right) = beside(rest, rest.width * 11 / 20);
            parts.splits = left;
            parts.list = middle;
            (parts.preview, parts.card) = above(right, right.height * 2 / 3);
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
        network_card(canvas, app, parts.card);
    }
}

/// The splits in a row, the active one in brackets of its own.
fn split_row(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let active = app
        .screen
        .shelf(Place::Inbox)
        .map_or(0, |shelf| shelf.split);
    let mut pieces: Vec<Piece> = vec![piece(" ", canvas.paint.text())];
    for (at, split) in splits(Place::Inbox, &app.world).into_iter().enumerate() {
        let style = if at == active {
            canvas.paint.accent()
        } else {
            canvas.paint.dim()
        };
        let name = if at == active {
            format!("[{}", split.name)
        } else {
            format!(" {}", split.name)
        };
        pieces.push(piece(name, style));
        if split.threads > 0 {
            pieces.push(piece(format!(" {}", split.threads), style));
        }
        pieces.push(piece(if at == active { "] " } else { "  " }, style));
    }
    canvas.line(area.x, area.y, area.width, &pieces);
}

/// The splits in a column, with the progress of the day below.
fn split_column(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let inner = canvas.frame(area, "Splits", "Tab", false);
    let active = app
        .screen
        .shelf(Place::Inbox)
        .map_or(0, |shelf| shelf.split);
    let all = splits(Place::Inbox, &app.world);
    let mut y = inner.y;
    for (at, split) in all.iter().enumerate() {
        let style = if at == active {
            canvas.paint.accent()
        } else {
            canvas.paint.text()
        };
        let mark = if at == active {
            canvas.paint.glyphs().marker()
        } else {
            " "
        };
        canvas.put(
            inner.x,
            y,
            inner.width,
            &format!("{mark} {}", split.name),
            style,
        );
        let count = format!("{:>4} {:>4} ", split.threads, split.messages);
        let dim = canvas.paint.dim();
        canvas.put_right(inner.x, y, inner.width, &count, dim);
        y += 1;
    }
    let left = all.first().map_or(0, |split| split.threads);
    let done = all.last().map_or(0, |split| split.threads);
    let (Ok(left), Ok(done)) = (u32::try_from(left), u32::try_from(done)) else {
        return;
    };
    if y + 4 < inner.bottom() && left + done > 0 {
        canvas.rule(inner.x, y + 1, inner.width, "today");
        let ratio = f64::from(done) / f64::from(left + done);
        let bar = crate::text::progress(ratio, usize::from(inner.width) - 2, canvas.paint.glyphs());
        let style = canvas.paint.good();
        canvas.put(inner.x + 1, y + 2, inner.width, &bar, style);
        let dim = canvas.paint.dim();
        let words = format!("{done} of {} threads done", left + done);
        canvas.put(inner.x + 1, y + 3, inner.width, &words, dim);
    }
}

pub(super) fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Inbox) else {
        return;
    };
    let position = if shelf.list.is_empty() {
        0
    } else {
        shelf.list.position() + 1
    };
    let right = format!("{position} of {} · SLA, then sender", shelf.list.len());
    let inner = canvas.frame(area, "Threads", &right, focused);
    if shelf.list.is_empty() {
        let lines: &[&str] = if shelf.filter.is_empty() {
            &[
                "Nothing waits here.",
                "Tab shows the next split, 1 shows today.",
            ]
        } else {
            &["Nothing fits the filter.", "Esc shows everything again."]
        };
        table::empty(canvas, inner, lines);
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let wide = inner.width >= 76;
    let columns = if wide {
        vec![
            column("", 1),
            figure("age", 4),
            column("from", 17),
            column("CN", 11),
            column("about", 0),
            figure("SLA", 6),
        ]
    } else {
        vec![
            column("", 1),
            figure("age", 4),
            column("from", 14),
            column("about", 0),
            figure("SLA", 5),
        ]
    };
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        row(canvas, app, &Id::new(key), wide)
    });
}

fn row(canvas: &Canvas<'_>, app: &App, id: &Id<Thread>, wide: bool) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Thread>(id.as_str()) else {
        return (Vec::new(), RowState::Clean);
    };
    let thread = &row.record;
    let now = app.world.view.now;
    let (badge, badge_style) = badge(canvas, app, thread);
    let age = thread
        .last_at
        .map(|at| clock::age(now, at))
        .unwrap_or_default();
    let network = app.world.follow::<Network>(thread.network.as_ref());
    let mut about = Vec::new();
    if let Some(count) = thread.new.filter(|count| *count > 1) {
        about.push(piece(format!("{count}× "), paint.info()));
    }
    let titled = !thread.title.is_empty() && thread.title != thread.last_text;
    if titled {
        about.push(piece(format!("{}  ", thread.title), paint.strong()));
    }
    let text_style = if titled { paint.dim() } else { paint.text() };
    about.push(piece(thread.last_text.clone(), text_style));
    let mut cells = vec![
        cell(badge, badge_style),
        cell(age, paint.dim()),
        cell(thread.from_name.clone(), paint.person()),
    ];
    if wide {
        cells.push(cell(
            network.map_or("", |network| &network.name),
            paint.network(),
        ));
    }
    cells.push(about);
    cells.push(sla(canvas, app, thread));
    (cells, row.state)
}

/// The badge of a thread: late or due soon, names me, or merely there.
fn badge(canvas: &Canvas<'_>, app: &App, thread: &Thread) -> (&'static str, ratatui::style::Style) {
    let glyphs = canvas.paint.glyphs();
    let left = thread
        .sla_due
        .map(|due| due.duration_since(app.world.view.now));
    if left.is_some_and(|left| left.as_secs() < 2 * 3600) {
        (glyphs.bang(), canvas.paint.bad())
    } else if thread.mentions_me {
        (glyphs.dot(), canvas.paint.warn())
    } else {
        let system = app
            .world
            .follow::<Person>(thread.from.as_ref())
            .is_some_and(|person| person.circle == Circle::System);
        (
            if system {
                glyphs.separator()
            } else {
                glyphs.hollow()
            },
            canvas.paint.dim(),
        )
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
    let style = if due.duration_since(now).as_hours() < 2 {
        canvas.paint.warn()
    } else {
        canvas.paint.dim()
    };
    cell(clock::left(now, due), style)
}

fn preview(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let area = match &app.mode {
        Mode::Reply(reply) => {
            let (upper, lower) =
                above(area, area.height.saturating_sub(reply::height(reply, area)));
            reply::draw(canvas, reply, lower);
            upper
        }
        _ => area,
    };
    match app
        .screen
        .shelf(Place::Inbox)
        .and_then(|shelf| shelf.list.cursor())
    {
        Some(key) => thread::draw(canvas, app, area, &Id::new(key), focused),
        None => {
            canvas.frame(area, "Conversation", "", focused);
        }
    }
}

/// The CN that the thread is about.
fn network_card(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let thread = app
        .screen
        .shelf(Place::Inbox)
        .and_then(|shelf| shelf.list.cursor());
    let thread = thread.and_then(|key| app.world.table::<Thread>().record(key));
    match thread.and_then(|thread| thread.network.clone()) {
        Some(id) => networks::card(canvas, app, area, &id),
        None => match thread.and_then(|thread| thread.lead.clone()) {
            Some(id) => {
                table::detail(
                    canvas,
                    app,
                    area,
                    &AnyRef::new(Kind::Lead, id.as_str()),
                    false,
                );
            }
            None => person_card(canvas, app, area, thread),
        },
    }
}

fn person_card(canvas: &mut Canvas<'_>, app: &App, area: Rect, thread: Option<&Thread>) {
    match thread.and_then(|thread| thread.from.clone()) {
        Some(id) => table::detail(
            canvas,
            app,
            area,
            &AnyRef::new(Kind::Person, id.as_str()),
            false,
        ),
        None => {
            canvas.frame(area, "About", "", false);
        }
    }
}
