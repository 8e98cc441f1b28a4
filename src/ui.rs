//! Layer 6: drawing. It sees `&App` and cannot change anything; it is the only place with ratatui.
//!
//! All text of other people goes through `Canvas`, which puts it on screen only through the sanitiser.
//! The size decides what is shown: below 60 columns one pane, from 60 a list with a short preview, from 100
//! two columns, from 160 three.

mod browse;
mod canvas;
mod card;
mod chrome;
mod find;
mod follow_ups;
mod form;
mod funnel;
mod help;
mod import;
mod inbox;
mod layout;
mod lecture;
mod linear;
mod networks;
mod outbox;
mod overlay;
mod page;
mod paint;
mod portfolio;
mod printed;
mod reply;
mod score;
mod sheet;
mod slots;
mod sweep;
mod table;
mod thread;
mod today;

#[cfg(test)]
mod tests;

pub use layout::{Areas, Breadth, areas};
pub use linear::{Speech, speak};
pub use paint::{Depth, Look};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{App, Mode};
use crate::pane::{Place, Spot, Tone};
use canvas::Canvas;

pub use crate::app::SMALLEST;

/// What a frame is besides its cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Painted {
    /// Where the terminal's cursor belongs, if anywhere.
    pub cursor: Option<Position>,
    /// The rows of the list that has the keys; what lies beside them may follow a moment later.
    pub live: Option<Rect>,
    /// What the cursor of that list is on.
    pub row: Option<Rect>,
    /// Where it is said what a key has done.
    pub status: Rect,
    /// What leads to an address in the web.
    pub links: Vec<(Rect, String)>,
    /// What can be pointed at, in the order of drawing: the last one lies on top.
    pub zones: Vec<(Rect, Spot)>,
}

impl Painted {
    /// Returns what lies at a cell, the topmost first.
    pub fn spots(&self, at: Position) -> Vec<Spot> {
        self.zones
            .iter()
            .rev()
            .filter(|(area, _)| area.contains(at))
            .map(|(_, spot)| spot.clone())
            .collect()
    }
}

/// Draws the console into the cells of a frame; returns where the terminal's cursor belongs, if anywhere.
pub fn draw(app: &App, look: Look, buffer: &mut Buffer) -> Option<Position> {
    paint(app, look, buffer).cursor
}

/// Draws the console into the cells of a frame and says what else belongs to it.
pub fn paint(app: &App, look: Look, buffer: &mut Buffer) -> Painted {
    paint_part(app, look, buffer, false)
}

/// Draws no more of the console than the list or the choices with the keys, and what is said of the last key.
pub fn paint_live(app: &App, look: Look, buffer: &mut Buffer) -> Painted {
    paint_part(app, look, buffer, true)
}

fn paint_part(app: &App, look: Look, buffer: &mut Buffer, lean: bool) -> Painted {
    let mut canvas = canvas(app, look, buffer);
    canvas.lean = lean;
    let (cursor, status) = paint_all(app, &mut canvas);
    let (zones, links) = canvas.into_parts();
    Painted {
        cursor,
        live: live(app, &zones),
        row: row(app, &zones),
        status,
        links,
        zones,
    }
}

fn canvas<'a>(app: &'a App, look: Look, buffer: &'a mut Buffer) -> Canvas<'a> {
    let mut canvas = Canvas::new(buffer, &app.theme, look);
    canvas.ambiguous = app.ambiguous;
    canvas
}

/// Returns the rows of the list or of the choices that have the keys, from what can be pointed at in them.
fn live(app: &App, zones: &[(Rect, Spot)]) -> Option<Rect> {
    if app.chosen().is_some() {
        let choices = zones
            .iter()
            .filter(|(_, spot)| matches!(spot, Spot::Choice(_)));
        return choices.map(|(area, _)| *area).reduce(Rect::union);
    }
    if app.screen.place == Place::Today {
        let panel = Spot::Panel(app.screen.panel);
        let found = zones.iter().find(|(_, spot)| *spot == panel);
        return found.map(|(area, _)| *area);
    }
    let cursor = app.screen.list()?.cursor()?;
    let is_row = |spot: &Spot| matches!(spot, Spot::Row(_));
    let here = |spot: &Spot| matches!(spot, Spot::Row(key) if key == cursor);
    zones.iter().find(|(_, spot)| here(spot))?;
    zones
        .iter()
        .filter(|(_, spot)| is_row(spot))
        .map(|(area, _)| *area)
        .reduce(Rect::union)
}

/// Returns the part of the screen that the cursor of the list or of the choices with the keys is on.
fn row(app: &App, zones: &[(Rect, Spot)]) -> Option<Rect> {
    if let Some(chosen) = app.chosen() {
        let found = zones.iter().find(|(_, spot)| *spot == Spot::Choice(chosen));
        return found.map(|(area, _)| *area);
    }
    let screen = &app.screen;
    let cursor = screen.shelf(screen.active())?.list.cursor()?;
    let here = |spot: &Spot| matches!(spot, Spot::Row(key) if key == cursor);
    let inside = live(app, zones)?;
    let found = zones
        .iter()
        .find(|(area, spot)| here(spot) && inside.intersects(*area));
    found.map(|(area, _)| *area)
}

/// Draws the parts; returns where the terminal's cursor belongs and where it is said what a key has done.
fn paint_all(app: &App, canvas: &mut Canvas<'_>) -> (Option<Position>, Rect) {
    let area = canvas.area();
    canvas.fill(area, canvas.paint.text());
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(canvas, area);
        return (None, Rect::ZERO);
    }
    let areas = areas(area, app);
    chrome::header(canvas, app, areas.header);
    canvas.zone(areas.body, Spot::List);
    if !canvas.lean || app.chosen().is_none() {
        body(canvas, app, areas.body);
    }
    if !canvas.lean {
        lecture::draw(canvas, app, areas.lecture);
    }
    chrome::status(canvas, app, areas.status);
    let failed = app
        .screen
        .notice
        .as_ref()
        .is_some_and(|told| told.tone == Tone::Error);
    if !failed {
        chrome::long_notice(canvas, app, &areas);
    }
    chrome::footer(canvas, app, areas.footer);
    let cursor = overlay::draw(canvas, app, &areas);
    if failed {
        // What went wrong stands over whatever is open.
        chrome::long_notice(canvas, app, &areas);
    }
    (cursor, areas.status)
}

fn body(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    match app.screen.place {
        Place::Today => today::draw(canvas, app, area),
        Place::Inbox => inbox::draw(canvas, app, area),
        Place::Funnel => funnel::draw(canvas, app, area),
        Place::Networks | Place::Page(_) => networks::draw(canvas, app, area),
        Place::FollowUps | Place::NextSteps | Place::Offers => {
            follow_ups::draw(canvas, app, area);
        }
        Place::Slots => slots::draw(canvas, app, area),
        Place::Conflicts | Place::Outbox => outbox::draw(canvas, app, area),
        Place::Import => import::draw(canvas, app, area),
        Place::Browse(kind) => browse::draw(canvas, app, kind, area),
    }
    if matches!(app.mode, Mode::Help(_)) {
        help::draw(canvas, app, area);
    }
}

fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let words = format!(
        "cnm needs {}×{} cells; this terminal has {}×{}. Make it larger; nothing is lost.",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    let style = canvas.paint.text();
    for (row, line) in crate::text::wrap(&words, usize::from(area.width))
        .iter()
        .enumerate()
    {
        let Ok(row) = u16::try_from(row) else { return };
        if row >= area.height {
            return;
        }
        canvas.put(area.x, area.y + row, area.width, line.text, style);
    }
}
