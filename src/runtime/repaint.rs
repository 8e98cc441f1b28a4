//! Which cells of a frame are written.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::text::{Ambiguous, width_with};

/// A cell that is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed<'a> {
    pub(super) x: u16,
    pub(super) y: u16,
    pub(super) cell: &'a Cell,
    pub(super) link: Option<&'a str>,
}

/// The cells of a frame and the addresses that some of them lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) cells: Buffer,
    /// The address of each cell, as one more than its position in `addresses`; empty where there are none.
    linked: Vec<u16>,
    addresses: Vec<String>,
}

impl Sheet {
    pub(super) fn new(cells: Buffer, links: &[(Rect, String)]) -> Self {
        let mut sheet = Self {
            linked: Vec::new(),
            addresses: links.iter().map(|(_, address)| address.clone()).collect(),
            cells,
        };
        if links.is_empty() {
            return sheet;
        }
        sheet.linked = vec![0; sheet.cells.content.len()];
        for ((area, _), number) in links.iter().zip(1..) {
            let area = area.intersection(sheet.cells.area);
            for y in area.top()..area.bottom() {
                for x in area.left()..area.right() {
                    let at = sheet.at(x, y);
                    if let Some(cell) = sheet.linked.get_mut(at) {
                        *cell = number;
                    }
                }
            }
        }
        sheet
    }

    fn at(&self, x: u16, y: u16) -> usize {
        usize::from(y) * usize::from(self.cells.area.width) + usize::from(x)
    }

    fn link(&self, at: usize) -> Option<&str> {
        let number = self.linked.get(at).filter(|number| **number > 0)?;
        let address = self.addresses.get(usize::from(*number) - 1)?;
        Some(address.as_str())
    }

    /// Takes the cells of a part of another frame of the same size.
    pub(super) fn take(&mut self, next: &Sheet, part: Rect) {
        if next.cells.area != self.cells.area {
            return;
        }
        let part = part.intersection(self.cells.area);
        for y in part.top()..part.bottom() {
            for x in part.left()..part.right() {
                let at = self.at(x, y);
                if let (Some(cell), Some(new)) =
                    (self.cells.content.get_mut(at), next.cells.content.get(at))
                {
                    cell.clone_from(new);
                }
            }
        }
    }
}

impl Sheet {
    /// Tells whether a part looks as it does in another frame.
    pub(super) fn shows(&self, next: &Sheet, part: Rect) -> bool {
        let part = part.intersection(self.cells.area);
        let mut rows = part.top()..part.bottom();
        rows.all(|y| {
            let mut columns = part.left()..part.right();
            columns.all(|x| {
                let at = self.at(x, y);
                let cells = (self.cells.content.get(at), next.cells.content.get(at));
                matches!(cells, (Some(one), Some(other)) if alike(one, other))
            })
        })
    }
}

/// Tells whether a cell shows nothing but its ground.
pub(super) fn is_blank(cell: &Cell) -> bool {
    let shows = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    cell.symbol() == " " && !cell.modifier.intersects(shows)
}

/// Tells whether two cells look the same.
fn alike(one: &Cell, other: &Cell) -> bool {
    if one.bg != other.bg || one.symbol() != other.symbol() {
        return false;
    }
    (one.fg == other.fg && one.modifier == other.modifier) || (is_blank(one) && is_blank(other))
}

/// What a frame is drawn over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Over<'a> {
    /// A screen that was cleared.
    Blank,
    /// A frame of the same size.
    Frame(&'a Sheet),
    /// Nobody knows what.
    Anything,
}

impl<'a> Over<'a> {
    /// What is shown in a cell, and where it leads.
    fn cell(self, at: usize) -> Option<(&'a Cell, Option<&'a str>)> {
        match self {
            Self::Blank => Some((&Cell::EMPTY, None)),
            Self::Frame(shown) => Some((shown.cells.content.get(at)?, shown.link(at))),
            Self::Anything => None,
        }
    }
}

/// Returns the cells that differ, in order; with an emoji made of several code points also those behind it.
///
/// Terminals disagree about the width of such emoji: tmux before 3.4 draws a skin tone and the second
/// letter of a flag in cells of their own. As far as they may reach, what stands there is written after them,
/// at the beginning of the next row too.
pub(super) fn changed_cells<'a>(
    shown: Over<'a>,
    next: &'a Sheet,
    ambiguous: Ambiguous,
) -> Vec<Changed<'a>> {
    changed_rows(shown, next, 0..next.cells.area.height, ambiguous)
}

/// Returns the cells of some rows that differ, as [`changed_cells`] does of all.
pub(super) fn changed_rows<'a>(
    shown: Over<'a>,
    next: &'a Sheet,
    rows: Range<u16>,
    ambiguous: Ambiguous,
) -> Vec<Changed<'a>> {
    let mut cells = Vec::new();
    let mut spilled = false;
    for y in rows {
        let shown = if spilled { Over::Anything } else { shown };
        spilled = row(&mut cells, shown, next, (y, ambiguous));
    }
    cells
}

/// Adds the cells of a row that differ, all of them over anything; tells whether what is written may reach into the
/// next row.
fn row<'a>(
    cells: &mut Vec<Changed<'a>>,
    shown: Over<'a>,
    next: &'a Sheet,
    (y, ambiguous): (u16, Ambiguous),
) -> bool {
    let width = next.cells.area.width;
    // Cells whose letter was wider before, or that a letter that went covered, are written in any case.
    let mut torn = 0;
    let mut spills = false;
    let mut x = 0;
    while x < width {
        let at = next.at(x, y);
        let Some(cell) = next.cells.content.get(at) else {
            break;
        };
        let cells_now = cells_of(cell, ambiguous);
        let link = next.link(at);
        let before = shown.cell(at);
        let same = before.is_some_and(|(before, linked)| alike(before, cell) && linked == link);
        if !same || x < torn {
            // Whatever reached out of the cells that are written over now is torn there.
            for covered in (x..x + cells_now).filter(|_| !same) {
                let before = shown.cell(next.at(covered, y));
                let reach = before.map_or(1, |(before, _)| reach(before, ambiguous));
                torn = torn.max((covered + reach).max(x + cells_now));
            }
            torn = torn.max(x + reach(cell, ambiguous));
            spills |= is_composed(cell.symbol()) && torn > width;
            cells.push(Changed { x, y, cell, link });
        }
        x += cells_now;
    }
    spills
}

/// How many cells a letter may take in any terminal: each of its code points one of its own.
fn reach(cell: &Cell, ambiguous: Ambiguous) -> u16 {
    let cells = cells_of(cell, ambiguous);
    if !is_composed(cell.symbol()) {
        return cells;
    }
    let mut letter = [0; 4];
    cell.symbol()
        .chars()
        .map(|point| width_with(point.encode_utf8(&mut letter), ambiguous).max(1))
        .fold(0, |sum, wide| sum + u16::try_from(wide).unwrap_or(1))
        .max(cells)
}

fn cells_of(cell: &Cell, ambiguous: Ambiguous) -> u16 {
    if let [b' '..=b'~'] = cell.symbol().as_bytes() {
        // Nearly every cell of every frame.
        return 1;
    }
    let cells = width_with(cell.symbol(), ambiguous);
    u16::try_from(cells).unwrap_or(1).max(1)
}

/// Tells whether a grapheme is an emoji of several code points.
fn is_composed(symbol: &str) -> bool {
    symbol.len() > 4
        && symbol.chars().any(|letter| {
            matches!(
                letter,
                '\u{200D}' | '\u{20E3}' | '\u{FE0F}' | '\u{1F1E6}'..='\u{1F1FF}'
                    | '\u{1F3FB}'..='\u{1F3FF}'
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shown: [&str; 3], next: [&str; 3]) -> Vec<String> {
        let shown = Sheet::new(Buffer::with_lines(shown), &[]);
        let next = Sheet::new(Buffer::with_lines(next), &[]);
        let mut rows = vec![String::new(); 3];
        for changed in changed_cells(Over::Frame(&shown), &next, Ambiguous::Narrow) {
            rows[usize::from(changed.y)].push_str(changed.cell.symbol());
        }
        rows
    }

    #[test]
    fn only_what_differs_is_written() {
        let rows = written(["one 王", "two", "three"], ["one 王", "twa", "three"]);
        assert_eq!(rows, ["", "a", ""]);
    }

    #[test]
    fn what_a_composed_emoji_may_reach_is_written_after_it_and_when_it_goes() {
        let (toned, plain) = ("\u{1F4AA}\u{1F3FF} abcd    ", "x  abcd    ");
        let other = toned.replace("bc", "bx");
        let same = "y          ";
        assert_eq!(
            written([same, toned, same], [same, &other, same]),
            ["", "x", ""],
            "it stays as it is"
        );
        assert_eq!(
            written([same, plain, same], [same, toned, same]),
            ["", "\u{1F4AA}\u{1F3FF} a", ""]
        );
        assert_eq!(
            written([same, toned, same], [same, plain, same]),
            ["", "x  a", ""]
        );
        assert_eq!(
            written([same, toned, same], [same, toned, same]),
            ["", "", ""]
        );
    }

    #[test]
    fn a_family_near_the_right_edge_may_reach_into_the_next_row() {
        let flag = "a    \u{1F468}\u{200D}\u{1F467}|";
        let rows = written(
            ["n       ", "a       ", "b       "],
            ["n       ", flag, "b       "],
        );
        assert_eq!(rows, ["", flag.trim_start_matches("a    "), "b       "]);
    }
}
