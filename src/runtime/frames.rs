//! From the state of the console to the bytes that bring a terminal from the last frame to the next.

use std::io::Write as _;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::encode::encode;
use super::repaint::{Over, Sheet, changed_cells, changed_rows};
use crate::app::App;
use crate::pane::Spot;
use crate::ui::{self, Look, Painted};

/// The most bytes of a frame that follows a move of a cursor.
const A_MOVE: usize = 500;

/// Bytes of [`A_MOVE`] for the place of the terminal's cursor and the end of the last colour.
const SPARE: usize = 24;

/// What a terminal shows, as far as it is known here.
#[derive(Debug, Default)]
pub struct Frames {
    /// Nothing before the first frame.
    shown: Option<Sheet>,
    cursor: Option<Position>,
    /// What the cursor of a list was on.
    row: Option<Rect>,
    /// What was said of the last key.
    said: Option<String>,
    /// What can be pointed at in each part of the screen, those that were drawn last at the end.
    parts: Vec<(Rect, Rc<Painted>)>,
}

impl Frames {
    /// Returns the bytes that draw the next frame over the last; none where nothing changed.
    ///
    /// The first frame, and each that was asked to be drawn anew, begins with an empty screen. While a list's
    /// cursor moves, what lies outside the list is left as it was but for the line that says what was done, and so
    /// are rows of the list for which 500 bytes leave no room: where a list turns its page, and where a verb took
    /// a row out of it, the row under the cursor comes first.
    pub fn next(&mut self, app: &App, look: Look) -> Vec<u8> {
        let (columns, rows) = app.size;
        let area = Rect::new(0, 0, columns, rows);
        self.shown = self
            .shown
            .take()
            .filter(|shown| !app.redraw && shown.cells.area == area);
        let mut bytes = Vec::new();
        if self.shown.is_none() {
            bytes.extend_from_slice(b"\x1b[m\x1b[2J");
        }
        let (next, painted, parts) = self.move_to(app, look).unwrap_or_else(|| {
            let mut cells = Buffer::empty(area);
            let painted = ui::paint(app, look, &mut cells);
            (sheet_of(cells, &painted, app), Rc::new(painted), None)
        });
        self.said = app.screen.notice.as_ref().map(|told| told.text.clone());
        for part in parts.unwrap_or_else(|| {
            self.parts.clear();
            vec![area]
        }) {
            self.parts
                .retain(|(covered, _)| part.union(*covered) != part);
            self.parts.push((part, Rc::clone(&painted)));
        }
        self.row = painted.row;
        let over = self.shown.as_ref().map_or(Over::Blank, Over::Frame);
        let changed = changed_cells(over, &next, app.ambiguous);
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
        self.shown = Some(next);
        bytes
    }

    /// Returns what lies at a cell of the screen, the topmost first: what whoever points there sees, whatever has
    /// happened to the console since it was drawn.
    pub fn spots(&self, at: Position) -> Vec<Spot> {
        let mut parts = self.parts.iter().rev();
        let part = parts.find(|(area, _)| area.contains(at));
        part.map(|(_, painted)| painted.spots(at))
            .unwrap_or_default()
    }

    /// Draws what a move changes, if the last key was one: the sheet, what was painted, and which parts it covers.
    fn move_to(&self, app: &App, look: Look) -> Option<(Sheet, Rc<Painted>, Option<Vec<Rect>>)> {
        let area = self.shown.as_ref()?.cells.area;
        app.following?;
        let mut cells = Buffer::empty(area);
        let painted = ui::paint_live(app, look, &mut cells);
        let sheet = sheet_of(cells, &painted, app);
        let (next, parts) = self.moved(&sheet, &painted, app)?;
        Some((next, Rc::new(painted), Some(parts)))
    }

    /// Returns what is shown with as much of the list in the next frame as a move may cost: the row that the cursor
    /// came to and the one that it left in any case, then those below it, then those above; and which parts those are.
    fn moved(&self, next: &Sheet, painted: &Painted, app: &App) -> Option<(Sheet, Vec<Rect>)> {
        let ambiguous = app.ambiguous;
        let (live, row) = (painted.live?, painted.row?);
        let shown = self.shown.as_ref()?;
        let left = self.row.filter(|left| live.intersects(*left));
        let line = |y: u16| Rect {
            y,
            height: 1,
            ..live
        };
        let below = (row.bottom()..live.bottom()).map(line);
        let above = (live.top()..row.top()).rev().map(line);
        let news = app.screen.notice.as_ref();
        let said = news
            .filter(|told| self.said.as_ref() != Some(&told.text))
            .map(|_| painted.status);
        let first = [Some(row), said, left].into_iter().flatten();
        let columns = next.cells.area.width;
        let cost = |to: &Sheet, part: Rect| {
            let rows = part.top()..part.bottom();
            let changed = changed_rows(Over::Frame(shown), to, rows, ambiguous);
            encode(&changed, columns, ambiguous).len()
        };
        let mut sheet = shown.clone();
        let all: Vec<Rect> = [Some(live), said].into_iter().flatten().collect();
        for part in &all {
            sheet.take(next, *part);
        }
        if SPARE + all.iter().map(|part| cost(&sheet, *part)).sum::<usize>() <= A_MOVE {
            return Some((sheet, all));
        }
        for part in &all {
            sheet.take(shown, *part);
        }
        let mut spent = SPARE;
        let mut parts = Vec::new();
        for (part, must) in first
            .map(|part| (part, true))
            .chain(below.chain(above).map(|part| (part, false)))
        {
            if !sheet.shows(next, part) {
                sheet.take(next, part);
                let more = cost(&sheet, part);
                if !must && spent + more > A_MOVE {
                    sheet.take(shown, part);
                    break;
                }
                spent += more;
            }
            parts.push(part);
        }
        Some((sheet, parts))
    }
}

/// Takes the painted cells, with the addresses that some of them lead to.
fn sheet_of(cells: Buffer, painted: &Painted, app: &App) -> Sheet {
    let links = if app.config.ui.links {
        painted.links.as_slice()
    } else {
        &[]
    };
    Sheet::new(cells, links)
}
