//! From the state of the console to the bytes that bring a terminal from the last frame to the next.

use std::io::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::encode::encode;
use super::repaint::{Sheet, changed_cells};
use crate::app::App;
use crate::ui::{self, Look};

/// What a terminal shows, as far as it is known here.
#[derive(Debug, Default)]
pub struct Frames {
    shown: Sheet,
    cursor: Option<Position>,
}

impl Frames {
    /// Returns the bytes that draw the next frame over the last; none where nothing changed.
    ///
    /// The first frame, and each that was asked to be drawn anew, begins with an empty screen. While a list's
    /// cursor moves, what lies outside the list is left as it was.
    pub fn next(&mut self, app: &App, look: Look) -> Vec<u8> {
        let (columns, rows) = app.size;
        let area = Rect::new(0, 0, columns, rows);
        let mut cells = Buffer::empty(area);
        let painted = ui::paint(app, look, &mut cells);
        let mut next = Sheet::new(cells, &painted.links);
        let mut bytes = Vec::new();
        if app.redraw || self.shown.cells.area != area {
            self.shown = Sheet::new(Buffer::empty(area), &[]);
            bytes.extend_from_slice(b"\x1b[m\x1b[2J");
        } else if let Some(live) = painted.live.filter(|_| app.following.is_some()) {
            next.hold(&self.shown, live);
        }
        let changed = changed_cells(&self.shown, &next, app.ambiguous);
        bytes.extend(encode(&changed, columns, app.ambiguous));
        let cursor = painted.cursor;
        if !bytes.is_empty() || cursor != self.cursor {
            match cursor {
                Some(at) => {
                    let _ = write!(bytes, "\x1b[{};{}H\x1b[?25h", at.y + 1, at.x + 1);
                }
                None if self.cursor.is_some() => bytes.extend_from_slice(b"\x1b[?25l"),
                None => {}
            }
        }
        self.cursor = cursor;
        self.shown = next;
        bytes
    }
}
