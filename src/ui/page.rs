//! The page of a CN: a strip of tabs, what is computed for the tab, its list, and the row under the cursor.

mod head;
mod more;
mod rows;

pub(super) use rows::change_cell;

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::card;
use super::sheet::Sheet;
use super::table::{self, Column, Rows, column, figure};
use crate::app::App;
use crate::pane::{Place, Tab};
use crate::record::{Id, Network};
use crate::text::counted;

/// Draws the tab that is open, except the overview.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    app: &App,
    area: Rect,
    id: &Id<Network>,
    focused: bool,
) {
    let Some(network) = app.world.get(id) else {
        canvas.frame(area, "CN", "not in the cache", focused);
        return;
    };
    let tab = app.screen.tab;
    let inner = canvas.frame(area, &network.name, &card::life(app, network), focused);
    if inner.height < 3 {
        return;
    }
    strip(canvas, inner, tab, focused);
    let mut y = inner.y + 1;
    let room = inner.height - 1;
    let head = head::lines(canvas, app, id, network, inner.width);
    let most = usize::from(room.saturating_sub(6)).min(usize::from(room / 3).max(2));
    for line in head.iter().take(most) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
        y += 1;
    }
    if !head.is_empty() && inner.bottom() > y {
        canvas.rule(inner.x, y, inner.width, "");
        y += 1;
    }
    let rest = Rect {
        y,
        height: inner.bottom().saturating_sub(y),
        ..inner
    };
    let below = if rest.height >= 14 {
        (rest.height / 3).min(12)
    } else {
        0
    };
    let list = Rect {
        height: rest.height - below,
        ..rest
    };
    draw_list(canvas, app, list, tab, focused);
    let all = columns(tab).len();
    let hidden = all - fitting(columns(tab), list.width).len();
    if hidden > 0 {
        let words = counted(hidden, "more column");
        // Where it has the whole screen already, only a broader one helps.
        let words = if area.width >= app.size.0 {
            words
        } else {
            format!("{words}: z")
        };
        let words = piece(words, canvas.paint.dim());
        canvas.foot(area, &[words]);
    }
    if below > 0 {
        let detail = Rect {
            y: list.bottom(),
            height: below,
            ..rest
        };
        draw_more(canvas, app, detail, tab);
    }
}

fn draw_list(canvas: &mut Canvas<'_>, app: &App, area: Rect, tab: Tab, focused: bool) {
    let Some(shelf) = app
        .screen
        .shelf(Place::Page(tab))
        .filter(|shelf| !shelf.list.is_empty())
    else {
        table::empty(canvas, area, &nothing(tab));
        return;
    };
    let columns = fitting(columns(tab), area.width);
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: area.height > 3,
    };
    table::draw(canvas, area, &rows, &columns, |canvas, key| {
        let (mut cells, state) = rows::cells(canvas, app, tab, key);
        cells.truncate(columns.len());
        (cells, state)
    });
}

fn draw_more(canvas: &mut Canvas<'_>, app: &App, area: Rect, tab: Tab) {
    let cursor = app
        .screen
        .shelf(Place::Page(tab))
        .and_then(|shelf| shelf.list.cursor());
    let Some(key) = cursor else { return };
    let mut sheet = Sheet::new(area);
    sheet.rule("");
    more::fill(canvas, app, tab, key, &mut sheet);
    sheet.draw(canvas, area, 0);
}

/// Draws the names of the tabs, as many as fit around the one that is open.
pub(super) fn strip(canvas: &mut Canvas<'_>, inner: Rect, open: Tab, focused: bool) {
    let line = strip_pieces(canvas, inner.width.saturating_sub(2), open, focused);
    canvas.line(inner.x + 1, inner.y, inner.width.saturating_sub(2), &line);
}

fn strip_pieces(canvas: &Canvas<'_>, width: u16, open: Tab, focused: bool) -> Vec<Piece> {
    let paint = &canvas.paint;
    let room = usize::from(width);
    let here = Tab::ALL.iter().position(|tab| *tab == open).unwrap_or(0);
    let cells = |tab: &Tab| tab.title().len() + 2;
    let (mut first, mut last) = (here, here);
    let mut used = Tab::ALL.get(here).map_or(0, cells) + 4;
    loop {
        let right = Tab::ALL.get(last + 1).map(cells);
        let left = first
            .checked_sub(1)
            .and_then(|at| Tab::ALL.get(at))
            .map(cells);
        // The side that shows fewer grows first.
        let rightward = right.is_some() && (left.is_none() || last - here <= here - first);
        let grown = if rightward { right } else { left };
        let Some(grown) = grown.filter(|grown| used + grown <= room) else {
            break;
        };
        used += grown;
        if rightward {
            last += 1;
        } else {
            first -= 1;
        }
    }
    let mut line = Vec::new();
    line.push(piece(if first > 0 { "‹ " } else { "  " }, paint.dim()));
    for tab in Tab::ALL.iter().take(last + 1).skip(first) {
        let style = match (*tab == open, focused) {
            (true, true) => paint.accent(),
            (true, false) => paint.strong(),
            (false, _) => paint.dim(),
        };
        let words = if *tab == open {
            format!("[{}]", tab.title())
        } else {
            format!(" {} ", tab.title())
        };
        line.push(piece(words, style));
    }
    if last + 1 < Tab::ALL.len() {
        line.push(piece(" ›", paint.dim()));
    }
    line
}

/// The columns of a tab, the most important first; the one without a width takes what is left.
fn columns(tab: Tab) -> Vec<Column> {
    match tab {
        Tab::Overview => Vec::new(),
        Tab::Creators => vec![
            column("creator", 0),
            figure("so far", 8),
            figure("change", 6),
            figure("valid", 5),
            figure("hours", 6),
            figure("dark", 5),
            column("tier", 18),
            column("relationship", 20),
        ],
        Tab::Goals => vec![
            column("goal", 0),
            figure("so far", 8),
            figure("target", 8),
            figure("", 5),
            column("band", 11),
            figure("need/day", 8),
            figure("left", 5),
            column("agreed", 7),
        ],
        Tab::Onboarding => vec![
            column("milestone", 0),
            column("state", 15),
            column("due", 11),
            column("evidence", 22),
        ],
        Tab::Dimensions => vec![
            column("dimension", 0),
            figure("score", 6),
            column("", 10),
            figure("before", 6),
            column("scored", 11),
            column("why", 24),
        ],
        Tab::Coaching => vec![
            column("action", 0),
            column("state", 9),
            column("verdict", 13),
            column("effect", 20),
            column("metric", 14),
            column("due", 11),
        ],
        Tab::Campaigns => vec![
            column("campaign", 0),
            column("answer", 10),
            column("until", 11),
            figure("creators", 8),
            column("kind", 9),
            figure("prizes", 12),
            column("result", 16),
        ],
        tab => more_columns(tab),
    }
}

fn more_columns(tab: Tab) -> Vec<Column> {
    match tab {
        Tab::Contacts => vec![
            column("contact", 0),
            column("there", 10),
            column("channels", 26),
            column("role", 16),
            column("language", 8),
        ],
        Tab::Incidents => vec![
            column("incident", 0),
            column("", 3),
            column("state", 17),
            figure("left", 8),
            column("opened", 11),
        ],
        Tab::Plan => vec![
            column("item", 0),
            column("due", 11),
            column("state", 8),
            column("who", 14),
        ],
        Tab::Timeline => vec![column("what", 0), column("when", 17), column("kind", 13)],
        Tab::Figures => vec![
            column("metric", 0),
            figure("figure", 9),
            column("period (UTC)", 15),
            figure("n", 5),
            column("data of", 17),
            column("source", 14),
        ],
        _ => Vec::new(),
    }
}

/// Keeps the first columns that leave the wide one room to be read.
fn fitting(mut columns: Vec<Column>, width: u16) -> Vec<Column> {
    const WIDE: u16 = 16;
    while columns.len() > 2 {
        let fixed: u16 = columns.iter().map(|column| column.cells + 1).sum();
        if fixed + 3 + WIDE <= width {
            break;
        }
        columns.pop();
    }
    columns
}

/// What an empty tab says, and how to fill it.
const fn nothing(tab: Tab) -> [&'static str; 2] {
    match tab {
        Tab::Overview => ["", ""],
        Tab::Creators => ["No creators in the cache.", "The next import brings them."],
        Tab::Goals => ["No goals.", "a sets one; | cuts a year into its parts."],
        Tab::Onboarding => ["No milestones.", "a adds one."],
        Tab::Dimensions => [
            "The backend has no set of dimensions.",
            "Leads and administrators keep it.",
        ],
        Tab::Coaching => ["No coaching action.", "a agrees one, with its windows."],
        Tab::Campaigns => [
            "No campaign asked for yet.",
            "a asks them to take part in one.",
        ],
        Tab::Contacts => ["Nobody to talk to.", "a adds a contact."],
        Tab::Incidents => ["No incidents.", "a opens one."],
        Tab::Plan => ["No plan.", "a adds the first item."],
        Tab::Timeline => ["Nothing has happened yet.", "a writes a note."],
        Tab::Figures => ["No figures yet.", "The next import brings them."],
    }
}
