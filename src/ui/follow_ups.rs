//! Follow-ups: overdue first.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::funnel::lead;
use super::layout::{Breadth, above, beside};
use super::sheet::Sheet;
use super::table::{self, Column, cell, column, due_words, figure};
use crate::app::App;
use crate::effect::RowState;
use crate::list::ListView;
use crate::pane::{Focus, Place, Stretch};
use crate::record::{
    AnyRef, FollowUp, Kind, Lead, Message, Network, Person, Record, User, WaitingOn,
};
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
            (Some(link), Focus::Detail) => card(canvas, app, area, link, true),
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
    let right = if breadth == Breadth::Normal {
        right
    } else {
        let (detail, week) = above(right, right.height.saturating_sub(9));
        days(canvas, app, week);
        detail
    };
    match &link {
        Some(link) => card(canvas, app, right, link, focus == Focus::Detail),
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
    let columns = if inner.width >= 80 {
        vec![
            figure("late", 9),
            column("what", 0),
            column("about", 14),
            column("kind", 8),
            column("due", 20),
            column("who", 10),
        ]
    } else {
        vec![figure("late", 9), column("what", 0), column("about", 12)]
    };
    let wide = columns.len() > 3;
    sections(canvas, app, inner, &shelf.list, focused, &columns, wide);
}

/// What stands in a line of the list.
enum Entry {
    Rule(Stretch, usize),
    Row(usize),
}

/// Returns the lines that fit, with the row of the cursor among them: rows with a rule above each stretch.
fn entries(stretches: &[Option<Stretch>], first: usize, here: usize, height: usize) -> Vec<Entry> {
    if height < 2 {
        return vec![Entry::Row(here)];
    }
    let mut first = first.min(here);
    loop {
        let mut lines = Vec::new();
        let mut before = None;
        for (at, stretch) in stretches.iter().enumerate().skip(first) {
            if let Some(stretch) = stretch
                && before != Some(*stretch)
            {
                let count = stretches.iter().filter(|other| **other == Some(*stretch));
                lines.push(Entry::Rule(*stretch, count.count()));
                before = Some(*stretch);
            }
            lines.push(Entry::Row(at));
            if lines.len() >= height {
                break;
            }
        }
        lines.truncate(height);
        let shown = |entry: &Entry| matches!(entry, Entry::Row(at) if *at == here);
        if first >= here || lines.iter().any(shown) {
            return lines;
        }
        first += 1;
    }
}

fn sections(
    canvas: &mut Canvas<'_>,
    app: &App,
    inner: Rect,
    list: &ListView,
    focused: bool,
    columns: &[Column],
    wide: bool,
) {
    let stretches: Vec<Option<Stretch>> = list
        .order()
        .iter()
        .map(|key| {
            let follow_up = app.world.table::<FollowUp>().record(key);
            follow_up.map(|follow_up| Stretch::of(follow_up, &app.world.view))
        })
        .collect();
    let height = usize::from(inner.height);
    let lines = entries(&stretches, list.window(height), list.position(), height);
    for (y, entry) in (inner.y..inner.bottom()).zip(lines) {
        match entry {
            Entry::Rule(stretch, count) => {
                let words = format!("{} {count}", stretch.words());
                canvas.rule(inner.x, y, inner.width, &words);
            }
            Entry::Row(at) => {
                let Some(key) = list.order().get(at) else {
                    continue;
                };
                let (cells, state) = row(canvas, app, key, wide);
                let line = Rect {
                    y,
                    height: 1,
                    ..inner
                };
                draw_row(canvas, line, (columns, &cells), state, list.is_marked(key));
                if at == list.position() {
                    if !list.is_marked(key) {
                        let style = canvas.paint.accent();
                        canvas.put(line.x, y, 1, canvas.paint.glyphs().marker(), style);
                    }
                    let style = if focused {
                        canvas.paint.cursor()
                    } else {
                        canvas.paint.strong()
                    };
                    canvas.tint(line, style);
                }
            }
        }
    }
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    line: Rect,
    (columns, cells): (&[Column], &[Vec<Piece>]),
    state: RowState,
    marked: bool,
) {
    let paint = canvas.paint;
    if marked {
        canvas.put(line.x, line.y, 1, paint.glyphs().mark(), paint.mark());
    }
    match state {
        RowState::Clean => {}
        RowState::Pending => {
            canvas.put(line.x + 1, line.y, 1, paint.glyphs().up(), paint.dim());
        }
        RowState::Conflict | RowState::Refused => {
            canvas.put(line.x + 1, line.y, 1, paint.glyphs().bang(), paint.bad());
        }
    }
    let fixed: u16 = columns.iter().map(|column| column.cells + 1).sum();
    let rest = line.width.saturating_sub(fixed + 3);
    let mut x = line.x + 2;
    for (column, pieces) in columns.iter().zip(cells) {
        let width = if column.cells == 0 {
            rest
        } else {
            column.cells
        };
        if column.right {
            canvas.line_right(x, line.y, width, pieces);
        } else {
            canvas.line(x, line.y, width, pieces);
        }
        x += width + 1;
    }
}

/// Draws how many follow-ups fall due on each of the next seven days.
fn days(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let load = app.figures.load();
    let whole: usize = load.iter().sum();
    let inner = canvas.frame(area, "Next 7 days", &format!("{whole} due"), false);
    let paint = canvas.paint;
    let today = app.world.view.today();
    let most = load.iter().copied().max().unwrap_or(1).max(6);
    let room = usize::from(inner.width.saturating_sub(18));
    for ((y, ahead), count) in (inner.y..inner.bottom()).zip(0_i64..).zip(load) {
        let date = crate::figure::plus_days(today, ahead);
        let bar = crate::text::bar(
            crate::figure::real_len(count),
            crate::figure::real_len(most),
            room,
            paint.glyphs(),
        );
        let day = if ahead == 0 {
            paint.strong()
        } else {
            paint.dim()
        };
        canvas.put(inner.x + 1, y, 10, &clock::date_stamp(date), day);
        let style = if count * 3 > whole && count > 3 {
            paint.warn()
        } else {
            paint.bar()
        };
        let cells = u16::try_from(room).unwrap_or(0);
        canvas.put(inner.x + 12, y, cells, &bar, style);
        let style = paint.text();
        canvas.put_right(inner.x + 12 + cells, y, 4, &count.to_string(), style);
    }
}

/// Draws the card of a follow-up: where it comes from, in whose words, how often it slipped.
fn card(canvas: &mut Canvas<'_>, app: &App, area: Rect, link: &AnyRef, focused: bool) {
    let Some(follow_up) = app.world.table::<FollowUp>().record(&link.id) else {
        canvas.frame(area, "Follow-up", "not in the cache", focused);
        return;
    };
    let (late, style) = lateness(canvas, app, follow_up);
    let inner = canvas.frame(area, &follow_up.title, &late, focused);
    let paint = canvas.paint;
    let mut card = Sheet::new(inner);
    card.text("what", &follow_up.title, paint.strong());
    let due = follow_up.due.as_ref().map(|due| due_words(due, app));
    let mut when = vec![
        piece(due.unwrap_or_else(|| "no date".into()), paint.text()),
        piece(format!("  {late}"), style),
    ];
    if let Some(slipped) = follow_up.slipped.filter(|slipped| *slipped > 0) {
        when.push(piece(format!("  moved {slipped}×"), paint.warn()));
    }
    card.line("due", when);
    card.line("about", pieces_of(&about(app, follow_up), paint.network()));
    if !follow_up.quote.is_empty() {
        card.text("quote", &format!("\"{}\"", follow_up.quote), paint.info());
    }
    if let Some(message) = app.world.follow::<Message>(follow_up.origin.as_ref()) {
        let person = app.world.follow::<Person>(message.sender.as_ref());
        let name = person.map_or("", |person| &person.name);
        let at = message
            .at()
            .map(|at| clock::stamp(at, &app.world.view.zone))
            .unwrap_or_default();
        card.line(
            "source",
            vec![piece(format!("{name}  {at}"), paint.person())],
        );
    } else if follow_up.origin.is_some() {
        card.line(
            "source",
            vec![piece("a message: g m opens it", paint.dim())],
        );
    }
    card.line("kind", pieces_of(follow_up.kind.as_str(), paint.text()));
    if let Some(person) = app.world.follow::<Person>(follow_up.waiting_for.as_ref()) {
        let label = match follow_up.waiting_on {
            WaitingOn::Them => "wait for",
            _ => "waits",
        };
        card.line(label, lead::contact(canvas, app, person, ""));
    }
    if let Some(owner) = app.world.follow::<User>(follow_up.owner.as_ref()) {
        card.line("owner", vec![piece(owner.name.clone(), paint.person())]);
    }
    card.text("repeats", &follow_up.recurrence, paint.info());
    card.text("context", &follow_up.context, paint.text());
    card.text("result", &follow_up.result, paint.good());
    let below = app.figures.hanging(link);
    lead::note_lines(canvas, app, below.notes, &mut card);
    if focused {
        card.rule("all fields");
        for (name, words) in table::field_lines(app, link) {
            card.text(&name, &words, paint.text());
        }
    }
    let scroll = if focused { app.screen.detail_scroll } else { 0 };
    card.draw(canvas, inner, scroll);
}

fn pieces_of(words: &str, style: ratatui::style::Style) -> Vec<Piece> {
    if words.is_empty() {
        Vec::new()
    } else {
        vec![piece(words, style)]
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_the_cursor_is_always_among_the_lines() {
        let mut stretches = vec![Some(Stretch::Overdue); 5];
        stretches.extend([
            Some(Stretch::Today),
            Some(Stretch::Week),
            Some(Stretch::Later),
        ]);
        for height in 2..12 {
            for here in 0..stretches.len() {
                for first in 0..=here {
                    let lines = entries(&stretches, first, here, height);
                    assert!(lines.len() <= height);
                    let shown = |entry: &Entry| matches!(entry, Entry::Row(at) if *at == here);
                    assert!(lines.iter().any(shown), "{here} of {first} in {height}");
                }
            }
        }
    }
}
