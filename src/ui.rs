//! Layer 6: drawing. It sees `&App` and cannot change anything; it is the only place with ratatui.
//!
//! All text of other people goes through `Canvas`, which puts it on screen only through the sanitiser.
//! The size decides what is shown: below 60 columns one pane, from 60 a list with a short preview, from 100
//! two columns, from 160 three.

mod browse;
mod canvas;
mod card;
mod chrome;
mod follow_ups;
mod form;
mod funnel;
mod help;
mod inbox;
mod layout;
mod networks;
mod outbox;
mod overlay;
mod paint;
mod reply;
mod sheet;
mod slots;
mod table;
mod thread;
mod today;

pub use layout::{Areas, Breadth, areas};
pub use paint::{Depth, Look};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{App, Mode};
use crate::pane::Place;
use canvas::Canvas;

/// The smallest terminal in which the console can be used, columns by rows.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Draws the console into the cells of a frame; returns where the terminal's cursor belongs, if anywhere.
pub fn draw(app: &App, look: Look, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    let mut canvas = Canvas::new(buffer, &app.theme, look);
    canvas.fill(area, canvas.paint.text());
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(&mut canvas, area);
        return None;
    }
    let areas = areas(area, app);
    chrome::header(&mut canvas, app, areas.header);
    body(&mut canvas, app, areas.body);
    chrome::status(&mut canvas, app, areas.status);
    chrome::footer(&mut canvas, app, areas.footer);
    overlay::draw(&mut canvas, app, &areas)
}

fn body(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    match app.screen.place {
        Place::Today => today::draw(canvas, app, area),
        Place::Inbox => inbox::draw(canvas, app, area),
        Place::Funnel => funnel::draw(canvas, app, area),
        Place::Networks => networks::draw(canvas, app, area),
        Place::FollowUps => follow_ups::draw(canvas, app, area),
        Place::Slots => slots::draw(canvas, app, area),
        Place::Conflicts | Place::Outbox => outbox::draw(canvas, app, area),
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
