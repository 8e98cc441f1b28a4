//! Which cells of a frame are written.

use ratatui::buffer::{Buffer, Cell};

/// A letter of several code points this near to the right edge may spill into the next row.
const NEAR_EDGE: usize = 4;

/// A cell with its column and row.
type Placed<'a> = (u16, u16, &'a Cell);

/// Returns the cells that differ, in order; of a row with emoji made of several code points all of them.
///
/// Terminals disagree about the width of such emoji: tmux before 3.4 draws a skin tone and the second
/// letter of a flag in cells of their own. What they spill over is written after them here, and what they
/// spilled over is written again when they go.
pub(super) fn changed_cells<'a>(shown: &'a Buffer, next: &'a Buffer) -> Vec<Placed<'a>> {
    let diff = shown.diff(next);
    let rows = next.area.height;
    let risky: Vec<Spill> = (0..rows)
        .map(|y| spill(shown, y).max(spill(next, y)))
        .collect();
    if shown.area != next.area || risky.iter().all(|spill| *spill == Spill::None) {
        return diff;
    }
    let mut changed = vec![false; usize::from(rows)];
    for (_, y, _) in &diff {
        if let Some(row) = changed.get_mut(usize::from(*y)) {
            *row = true;
        }
    }
    let mut cells = Vec::with_capacity(diff.len());
    let mut rest = diff.into_iter().peekable();
    for y in 0..rows {
        let at = usize::from(y);
        let is = |row: usize, spill: Spill| risky.get(row).is_some_and(|risk| *risk >= spill);
        let was = |row: usize| changed.get(row).copied().unwrap_or(false);
        let from_above = at > 0 && was(at - 1) && is(at - 1, Spill::Below);
        let whole = from_above || (was(at) && is(at, Spill::Row));
        while let Some(cell) = rest.next_if(|(_, row, _)| *row <= y) {
            if !whole {
                cells.push(cell);
            }
        }
        if whole {
            cells.extend(row(next, y));
        }
    }
    cells
}

/// How far the letters of a row may reach beyond their cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spill {
    /// Not at all.
    None,
    /// Over what stands behind them.
    Row,
    /// Into the next row.
    Below,
}

fn spill(buffer: &Buffer, y: u16) -> Spill {
    let width = usize::from(buffer.area.width);
    if y >= buffer.area.height {
        return Spill::None;
    }
    let row = buffer.content.chunks(width.max(1)).nth(usize::from(y));
    let last = row.and_then(|row| row.iter().rposition(|cell| is_composed(cell.symbol())));
    match last {
        None => Spill::None,
        Some(x) if x + NEAR_EDGE >= width => Spill::Below,
        Some(_) => Spill::Row,
    }
}

/// Returns the cells of a row, without those that a wide letter covers.
fn row(buffer: &Buffer, y: u16) -> impl Iterator<Item = Placed<'_>> {
    let mut covered = 0;
    (0..buffer.area.width).filter_map(move |x| {
        if covered > 0 {
            covered -= 1;
            return None;
        }
        let cell = buffer.cell((x, y))?;
        covered = crate::text::width(cell.symbol()).saturating_sub(1);
        Some((x, y, cell))
    })
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
        let (shown, next) = (Buffer::with_lines(shown), Buffer::with_lines(next));
        let mut rows = vec![String::new(); 3];
        for (_, y, cell) in changed_cells(&shown, &next) {
            rows[usize::from(y)].push_str(cell.symbol());
        }
        rows
    }

    #[test]
    fn only_what_differs_is_written() {
        let rows = written(["one 王", "two", "three"], ["one 王", "twa", "three"]);
        assert_eq!(rows, ["", "a", ""]);
    }

    #[test]
    fn a_row_with_a_composed_emoji_is_written_whole_when_it_changes_and_when_it_goes() {
        let (toned, plain) = ("\u{1F4AA}\u{1F3FF} ab      ", "x  ab      ");
        let other = toned.replace("ab", "ac");
        let same = "y          ";
        assert_eq!(
            written([same, toned, same], [same, &other, same]),
            ["", &other, ""]
        );
        assert_eq!(
            written([same, toned, same], [same, plain, same]),
            ["", plain, ""]
        );
        assert_eq!(
            written([same, toned, same], [same, toned, same]),
            ["", "", ""]
        );
    }

    #[test]
    fn a_flag_at_the_right_edge_may_reach_into_the_next_row() {
        let flag = "a    \u{1F1E7}\u{1F1F7}|";
        let rows = written(
            ["n       ", "a       ", "b       "],
            ["n       ", flag, "b       "],
        );
        assert_eq!(rows, ["", flag, "b       "]);
    }
}
