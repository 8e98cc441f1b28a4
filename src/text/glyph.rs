//! The marks and lines we draw ourselves, in Unicode and in ASCII, and small charts made of them.

/// A set of glyphs for the interface.
///
/// Most of the Unicode ones are of ambiguous width: where a terminal doubles those, or has no font
/// for them, the ASCII set keeps frames and columns whole. Each glyph of either set is one cell,
/// but for [`Glyphs::ellipsis`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Box drawing, blocks and symbols.
    #[default]
    Unicode,
    /// Printable ASCII only.
    Ascii,
}

/// How heavy a frame is; the focused pane is told by it, not by colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameStyle {
    /// Thin lines with round corners.
    Light,
    /// Thick lines.
    Heavy,
}

/// The glyphs of a frame around a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Top left corner.
    pub top_left: &'static str,
    /// Top right corner.
    pub top_right: &'static str,
    /// Bottom left corner.
    pub bottom_left: &'static str,
    /// Bottom right corner.
    pub bottom_right: &'static str,
    /// Top and bottom line, and rules between sections.
    pub horizontal: &'static str,
    /// Left and right line.
    pub vertical: &'static str,
    /// Where a rule starts at the left line.
    pub tee_left: &'static str,
    /// Where a rule ends at the right line.
    pub tee_right: &'static str,
}

const LIGHT: Frame = Frame {
    top_left: "╭",
    top_right: "╮",
    bottom_left: "╰",
    bottom_right: "╯",
    horizontal: "─",
    vertical: "│",
    tee_left: "├",
    tee_right: "┤",
};

const HEAVY: Frame = Frame {
    top_left: "┏",
    top_right: "┓",
    bottom_left: "┗",
    bottom_right: "┛",
    horizontal: "━",
    vertical: "┃",
    tee_left: "┣",
    tee_right: "┫",
};

const ASCII_LIGHT: Frame = Frame {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    horizontal: "-",
    vertical: "|",
    tee_left: "+",
    tee_right: "+",
};

const ASCII_HEAVY: Frame = Frame {
    top_left: "#",
    top_right: "#",
    bottom_left: "#",
    bottom_right: "#",
    horizontal: "=",
    vertical: "#",
    tee_left: "#",
    tee_right: "#",
};

impl Glyphs {
    const fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// Returns the marker of the row under the cursor.
    pub const fn marker(self) -> &'static str {
        self.pick("▶", ">")
    }

    /// Returns the sign of a marked row.
    pub const fn mark(self) -> &'static str {
        self.pick("◆", "*")
    }

    /// Returns the sign of something new or on.
    pub const fn dot(self) -> &'static str {
        self.pick("●", "o")
    }

    /// Returns the sign of something seen or off.
    pub const fn hollow(self) -> &'static str {
        self.pick("○", ".")
    }

    /// Returns the sign of something that needs attention.
    pub const fn bang(self) -> &'static str {
        "!"
    }

    /// Returns the sign of growth.
    pub const fn up(self) -> &'static str {
        self.pick("▲", "^")
    }

    /// Returns the sign of decline.
    pub const fn down(self) -> &'static str {
        self.pick("▼", "v")
    }

    /// Returns the separator between parts of one line.
    pub const fn separator(self) -> &'static str {
        self.pick("·", "-")
    }

    /// Returns the arrow between a before and an after, or to a parent's child.
    pub const fn arrow(self) -> &'static str {
        self.pick("›", ">")
    }

    /// Returns the sign of cut text; three cells in ASCII.
    pub const fn ellipsis(self) -> &'static str {
        self.pick("…", "...")
    }

    /// Returns the eight heights of a sparkline, lowest first.
    pub const fn heights(self) -> [&'static str; 8] {
        match self {
            Self::Unicode => ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            Self::Ascii => ["_", ".", "-", ":", "=", "+", "*", "#"],
        }
    }

    /// Returns one cell of a bar.
    pub const fn block(self) -> &'static str {
        self.pick("█", "#")
    }

    /// Returns one reached cell of a progress bar.
    pub const fn reached(self) -> &'static str {
        self.pick("▰", "#")
    }

    /// Returns one open cell of a progress bar.
    pub const fn open(self) -> &'static str {
        self.pick("▱", "-")
    }

    /// Returns the glyphs of a frame.
    pub const fn frame(self, style: FrameStyle) -> Frame {
        match (self, style) {
            (Self::Unicode, FrameStyle::Light) => LIGHT,
            (Self::Unicode, FrameStyle::Heavy) => HEAVY,
            (Self::Ascii, FrameStyle::Light) => ASCII_LIGHT,
            (Self::Ascii, FrameStyle::Heavy) => ASCII_HEAVY,
        }
    }
}

/// The share of the maximum above which the lowest height never starts.
const FLOOR: f64 = 0.6;

/// Draws a series as a sparkline of exactly this many cells, the latest value at the right.
///
/// Heights span from the smallest value shown, but at most from 60 % of the largest one, to the
/// largest: on a scale of its own a flat series would look wild. A value that is not finite is
/// missing and leaves a gap. Of a longer series the latest values are shown.
pub fn sparkline(series: &[f64], cells: usize, glyphs: Glyphs) -> String {
    let shown = series
        .get(series.len().saturating_sub(cells)..)
        .unwrap_or_default();
    let known = || shown.iter().copied().filter(|value| value.is_finite());
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    let low = known().fold(f64::INFINITY, f64::min);
    let low = if high > 0.0 {
        low.min(high * FLOOR)
    } else {
        low
    };
    let heights = glyphs.heights();
    let blanks = " ".repeat(cells - shown.len());
    let drawn = shown.iter().map(|value| {
        if !value.is_finite() {
            return " ";
        }
        // Halved first, so that the span of the two largest numbers stays finite.
        let span = high / 2.0 - low / 2.0;
        let ratio = if span > 0.0 {
            (value / 2.0 - low / 2.0) / span
        } else {
            0.0
        };
        let steps = heights.len() - 1;
        heights.get(rounded(ratio, steps)).copied().unwrap_or(" ")
    });
    std::iter::once(blanks.as_str()).chain(drawn).collect()
}

/// Draws a part of a whole as a bar in exactly this many cells, blanks behind it.
///
/// A part above zero has at least one cell, one above the whole fills all of them.
pub fn bar(part: f64, whole: f64, cells: usize, glyphs: Glyphs) -> String {
    let ratio = if whole > 0.0 { part / whole } else { 0.0 };
    let mut filled = rounded(ratio, cells);
    if ratio > 0.0 {
        filled = filled.max(1).min(cells);
    }
    glyphs.block().repeat(filled) + &" ".repeat(cells - filled)
}

/// Draws a progress bar of exactly this many cells.
///
/// Below 1 it is never full and above 0 never empty, where there are two cells for it; what is not a
/// number is no progress.
pub fn progress(ratio: f64, cells: usize, glyphs: Glyphs) -> String {
    let mut filled = rounded(ratio, cells);
    if cells > 1 && ratio > 0.0 && ratio < 1.0 {
        filled = filled.clamp(1, cells - 1);
    }
    glyphs.reached().repeat(filled) + &glyphs.open().repeat(cells - filled)
}

/// Returns the share of so many steps, rounded to whole ones; 0 for what is not a number.
fn rounded(ratio: f64, steps: usize) -> usize {
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    let reached = ratio * f64::from(steps);
    (0..steps)
        .take_while(|&step| f64::from(step) + 0.5 <= reached)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width;
    use proptest::prelude::*;

    #[test]
    fn every_glyph_takes_one_cell_and_ascii_is_ascii() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let mut all = vec![
                glyphs.marker(),
                glyphs.mark(),
                glyphs.dot(),
                glyphs.hollow(),
                glyphs.bang(),
                glyphs.up(),
                glyphs.down(),
                glyphs.separator(),
                glyphs.arrow(),
                glyphs.block(),
                glyphs.reached(),
                glyphs.open(),
            ];
            all.extend(glyphs.heights());
            for style in [FrameStyle::Light, FrameStyle::Heavy] {
                let frame = glyphs.frame(style);
                all.extend([frame.top_left, frame.top_right, frame.bottom_left]);
                all.extend([frame.bottom_right, frame.horizontal, frame.vertical]);
                all.extend([frame.tee_left, frame.tee_right]);
            }
            for glyph in all {
                assert_eq!(width(glyph), 1, "{glyph}");
                assert!(glyphs == Glyphs::Unicode || glyph.is_ascii(), "{glyph}");
            }
        }
    }

    #[test]
    fn a_flat_series_looks_flat() {
        assert_eq!(sparkline(&[99.0, 100.0, 98.0], 3, Glyphs::Unicode), "███");
        assert_eq!(sparkline(&[60.0, 80.0, 100.0], 3, Glyphs::Unicode), "▁▅█");
        assert_eq!(sparkline(&[0.0, 50.0, 100.0], 3, Glyphs::Ascii), "_=#");
        assert_eq!(sparkline(&[0.0, 0.0], 2, Glyphs::Unicode), "▁▁");
    }

    #[test]
    fn missing_values_are_gaps_and_the_latest_is_at_the_right() {
        assert_eq!(
            sparkline(&[1.0, f64::NAN, 1.0], 5, Glyphs::Unicode),
            "  █ █"
        );
        assert_eq!(sparkline(&[0.0, 9.0, 0.0], 2, Glyphs::Unicode), "█▁");
        assert_eq!(sparkline(&[], 3, Glyphs::Unicode), "   ");
    }

    #[test]
    fn bars_show_the_share() {
        assert_eq!(bar(3.0, 6.0, 6, Glyphs::Unicode), "███   ");
        assert_eq!(bar(0.01, 6.0, 4, Glyphs::Ascii), "#   ");
        assert_eq!(bar(9.0, 6.0, 4, Glyphs::Ascii), "####");
        assert_eq!(bar(1.0, 0.0, 2, Glyphs::Ascii), "  ");
    }

    #[test]
    fn progress_is_full_only_when_done() {
        assert_eq!(progress(0.86, 17, Glyphs::Unicode), "▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▱▱");
        assert_eq!(progress(0.99, 5, Glyphs::Ascii), "####-");
        assert_eq!(progress(0.001, 5, Glyphs::Ascii), "#----");
        assert_eq!(progress(1.3, 5, Glyphs::Ascii), "#####");
        assert_eq!(progress(f64::NAN, 3, Glyphs::Ascii), "---");
    }

    proptest! {
        #[test]
        fn charts_have_exactly_their_cells(
            series in proptest::collection::vec(any::<f64>(), 0..20),
            ratio in any::<f64>(),
            whole in any::<f64>(),
            cells in 0_usize..30,
        ) {
            prop_assert_eq!(width(&sparkline(&series, cells, Glyphs::Unicode)), cells);
            prop_assert_eq!(width(&bar(ratio, whole, cells, Glyphs::Unicode)), cells);
            prop_assert_eq!(width(&progress(ratio, cells, Glyphs::Unicode)), cells);
        }
    }
}
