//! Display width in terminal cells, counted as the terminal library counts when it draws.

use super::category::lone_cells;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many cells the terminal gives to characters of ambiguous East Asian width (`…`, `─`, `█`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ambiguous {
    /// One cell, as almost everywhere.
    #[default]
    Narrow,
    /// Two cells, as in terminals set up for legacy Chinese, Japanese or Korean programs.
    Wide,
}

/// Returns the cells by which drawing the text moves the cursor.
///
/// Counts grapheme by grapheme, because the terminal library does so when it fills its buffer:
/// ligatures across graphemes do not shrink, and graphemes that hold a control character take no
/// cell.
pub fn width(text: &str) -> usize {
    width_with(text, Ambiguous::Narrow)
}

/// Returns the cells of the text when ambiguous characters take one or two cells.
pub fn width_with(text: &str, ambiguous: Ambiguous) -> usize {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) {
        return text.len();
    }
    if ambiguous == Ambiguous::Narrow {
        let lone = text
            .chars()
            .try_fold(0, |sum, c| Some(sum + lone_cells(c)?));
        if let Some(cells) = lone {
            return cells;
        }
    }
    text.graphemes(true)
        .map(|grapheme| cells(grapheme, ambiguous))
        .sum()
}

/// Returns the cells of one grapheme.
///
/// The terminal library adds a cell for each half-width voicing mark, U+FF9E and U+FF9F, on top of
/// the width tables. What counts is where it draws the next grapheme, so the same is added here.
pub(super) fn cells(grapheme: &str, ambiguous: Ambiguous) -> usize {
    if grapheme.len() == 1 {
        return usize::from(!grapheme.contains(char::is_control));
    }
    if grapheme.contains(char::is_control) {
        return 0;
    }
    let drawn = match ambiguous {
        Ambiguous::Narrow => grapheme.width(),
        Ambiguous::Wide => grapheme.width_cjk(),
    };
    drawn
        + grapheme
            .chars()
            .filter(|c| matches!(c, '\u{FF9E}' | '\u{FF9F}'))
            .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_cells_and_latin_one() {
        assert_eq!(width("Lei Wang 王磊"), 13);
        assert_eq!(width("ｈｉ！"), 6);
        assert_eq!(width("Łódź"), 4);
        assert_eq!(width(""), 0);
    }

    #[test]
    fn sequences_take_the_cells_of_one_emoji() {
        assert_eq!(width("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"), 2);
        assert_eq!(width("\u{1F1E8}\u{1F1F3}"), 2);
        assert_eq!(width("1\u{FE0F}\u{20E3}"), 2);
        assert_eq!(width("e\u{301}"), 1);
    }

    #[test]
    fn control_characters_take_no_cell() {
        assert_eq!(width("a\u{1b}b\r\n"), 2);
        assert_eq!(width("王\u{9b}"), 2);
    }

    #[test]
    fn ambiguous_characters_double_on_request() {
        assert_eq!(width("●…─"), 3);
        assert_eq!(width_with("●…─", Ambiguous::Wide), 6);
        assert_eq!(width_with("▶ok", Ambiguous::Narrow), 3);
        assert_eq!(width_with("plain", Ambiguous::Wide), 5);
    }
}
