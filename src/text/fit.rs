//! Fitting clean text into a number of cells: cut, padded, aligned.

use super::category::lone_cells;
use super::glyph::Glyphs;
use super::width::{Ambiguous, cells, width_with};
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// How text is measured and how a cut is marked.
///
/// The free functions of the same names use [`Ruler::default`]: narrow ambiguous characters and
/// `…`. All of them expect clean text and never split a grapheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruler {
    ambiguous: Ambiguous,
    ellipsis: &'static str,
}

impl Default for Ruler {
    fn default() -> Self {
        Self::new(Ambiguous::Narrow, Glyphs::Unicode)
    }
}

impl Ruler {
    /// Makes a ruler for a terminal's ambiguous width and a glyph set.
    pub const fn new(ambiguous: Ambiguous, glyphs: Glyphs) -> Self {
        Self {
            ambiguous,
            ellipsis: glyphs.ellipsis(),
        }
    }

    /// Returns the cells of the text.
    pub fn width(self, text: &str) -> usize {
        width_with(text, self.ambiguous)
    }

    /// Returns the cells of one grapheme.
    pub(super) fn cells(self, grapheme: &str) -> usize {
        cells(grapheme, self.ambiguous)
    }

    /// Cuts the text to at most this many cells and marks a cut with the ellipsis.
    ///
    /// A wide character that would be halved is left out, so the result may be a cell short. Where
    /// not even the ellipsis fits, as much of it as fits is returned.
    pub fn truncate(self, text: &str, max: usize) -> Cow<'_, str> {
        // No character takes more cells than it has bytes.
        if text.len() <= max {
            return Cow::Borrowed(text);
        }
        let mark = self.width(self.ellipsis);
        if self.ambiguous == Ambiguous::Narrow {
            match fit_lone(text, max, mark) {
                Lone::Fit => return Cow::Borrowed(text),
                Lone::Cut(kept) => return self.cut(text, kept, max),
                Lone::No => {}
            }
        }
        let mut cut = Cut {
            max,
            mark,
            used: 0,
            kept: 0,
        };
        for (at, grapheme) in text.grapheme_indices(true) {
            if cut.overflows(at + grapheme.len(), self.cells(grapheme)) {
                return self.cut(text, cut.kept, max);
            }
        }
        Cow::Borrowed(text)
    }

    /// Returns the first `kept` bytes and as much of the ellipsis as `max` cells allow.
    fn cut(self, text: &str, kept: usize, max: usize) -> Cow<'static, str> {
        let head = text.get(..kept).unwrap_or_default();
        let mut room = max - self.width(head).min(max);
        let tail = self.ellipsis.graphemes(true).take_while(|dot| {
            let fits = self.cells(dot) <= room;
            room = room.saturating_sub(self.cells(dot));
            fits
        });
        Cow::Owned(std::iter::once(head).chain(tail).collect())
    }

    /// Adds spaces behind the text until it takes this many cells; longer text stays as it is.
    pub fn pad(self, text: &str, cells: usize) -> Cow<'_, str> {
        self.pad_cow(Cow::Borrowed(text), cells, Side::Behind)
    }

    /// Makes the text exactly this many cells: cut, or padded behind (for words).
    pub fn fit_left(self, text: &str, cells: usize) -> Cow<'_, str> {
        self.pad_cow(self.truncate(text, cells), cells, Side::Behind)
    }

    /// Makes the text exactly this many cells: cut, or padded in front (for numbers).
    pub fn fit_right(self, text: &str, cells: usize) -> Cow<'_, str> {
        self.pad_cow(self.truncate(text, cells), cells, Side::Before)
    }

    fn pad_cow(self, text: Cow<'_, str>, cells: usize, side: Side) -> Cow<'_, str> {
        let missing = cells.saturating_sub(self.width(&text));
        if missing == 0 {
            return text;
        }
        let mut padded = String::with_capacity(text.len() + missing);
        let blanks = || std::iter::repeat_n(' ', missing);
        match side {
            Side::Behind => {
                padded.push_str(&text);
                padded.extend(blanks());
            }
            Side::Before => {
                padded.extend(blanks());
                padded.push_str(&text);
            }
        }
        Cow::Owned(padded)
    }
}

/// Where to cut a text, while its characters are counted.
struct Cut {
    max: usize,
    /// Cells of the ellipsis.
    mark: usize,
    used: usize,
    /// Bytes that leave room for the ellipsis.
    kept: usize,
}

impl Cut {
    /// Counts what ends at this byte; returns whether the text no longer fits.
    const fn overflows(&mut self, end: usize, cells: usize) -> bool {
        self.used += cells;
        if self.used + self.mark <= self.max {
            self.kept = end;
        }
        self.used > self.max
    }
}

/// What counting character by character has found.
enum Lone {
    /// All fit.
    Fit,
    /// So many bytes fit in front of the ellipsis.
    Cut(usize),
    /// Not every character stands alone: graphemes have to be counted.
    No,
}

fn fit_lone(text: &str, max: usize, mark: usize) -> Lone {
    let mut cut = Cut {
        max,
        mark,
        used: 0,
        kept: 0,
    };
    let mut chars = text
        .char_indices()
        .map(|(at, c)| (at + c.len_utf8(), lone_cells(c)))
        .peekable();
    while let Some((end, cells)) = chars.next() {
        let Some(cells) = cells else { return Lone::No };
        if cut.overflows(end, cells) {
            // What follows may join this character and change its width.
            return match chars.peek() {
                Some((_, None)) => Lone::No,
                _ => Lone::Cut(cut.kept),
            };
        }
    }
    Lone::Fit
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    Behind,
}

/// Cuts clean text to at most this many cells, see [`Ruler::truncate`].
pub fn truncate(text: &str, cells: usize) -> Cow<'_, str> {
    Ruler::default().truncate(text, cells)
}

/// Pads clean text with spaces behind it, see [`Ruler::pad`].
pub fn pad(text: &str, cells: usize) -> Cow<'_, str> {
    Ruler::default().pad(text, cells)
}

/// Makes clean text exactly this many cells, left-aligned, see [`Ruler::fit_left`].
pub fn fit_left(text: &str, cells: usize) -> Cow<'_, str> {
    Ruler::default().fit_left(text, cells)
}

/// Makes clean text exactly this many cells, right-aligned, see [`Ruler::fit_right`].
pub fn fit_right(text: &str, cells: usize) -> Cow<'_, str> {
    Ruler::default().fit_right(text, cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean::tests::nasty;
    use crate::text::{clean_line, width};
    use proptest::prelude::*;

    #[test]
    fn a_cut_is_marked() {
        assert_eq!(truncate("Graduation deck", 10), "Graduatio…");
        assert_eq!(truncate("Graduation", 10), "Graduation");
        assert_eq!(truncate("deck", 1), "…");
        assert_eq!(truncate("deck", 0), "");
    }

    #[test]
    fn a_wide_character_is_not_halved() {
        assert_eq!(truncate("本周直播活动", 6), "本周…");
        assert_eq!(truncate("本周直播活动", 12), "本周直播活动");
        assert_eq!(fit_left("本周直播活动", 6), "本周… ");
    }

    #[test]
    fn a_grapheme_is_not_split() {
        let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}";
        assert_eq!(truncate(&family.repeat(3), 4), format!("{family}…"));
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }

    #[test]
    fn padding_aligns() {
        assert_eq!(pad("王", 4), "王  ");
        assert_eq!(pad("long enough", 4), "long enough");
        assert_eq!(fit_left("Nova", 6), "Nova  ");
        assert_eq!(fit_right("1.21M", 8), "   1.21M");
    }

    #[test]
    fn an_ascii_ellipsis_shrinks_with_its_room() {
        let ruler = Ruler::new(Ambiguous::Wide, Glyphs::Ascii);
        assert_eq!(ruler.truncate("Graduation deck", 10), "Graduat...");
        assert_eq!(ruler.truncate("deck", 2), "..");
        assert_eq!(ruler.truncate("●●●", 6), "●●●");
        assert_eq!(ruler.truncate("●●●●", 6), "●...");
    }

    proptest! {
        #[test]
        fn never_wider_than_asked(raw in nasty(), cells in 0_usize..30) {
            let clean = clean_line(&raw);
            for ambiguous in [Ambiguous::Narrow, Ambiguous::Wide] {
                for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
                    let ruler = Ruler::new(ambiguous, glyphs);
                    let cut = ruler.truncate(&clean, cells);
                    prop_assert!(ruler.width(&cut) <= cells);
                    prop_assert_eq!(cut == clean, ruler.width(&clean) <= cells);
                    prop_assert_eq!(ruler.width(&ruler.fit_left(&clean, cells)), cells);
                    prop_assert_eq!(ruler.width(&ruler.fit_right(&clean, cells)), cells);
                }
            }
        }

        #[test]
        fn no_text_is_wider_than_its_bytes(raw in nasty()) {
            let clean = clean_line(&raw);
            prop_assert!(width(&clean) <= clean.len());
            prop_assert!(width_with(&clean, Ambiguous::Wide) <= clean.len());
        }
    }
}
