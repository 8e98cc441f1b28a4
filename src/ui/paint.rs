//! From a theme's colours to what a terminal can show.

use ratatui::style::{Color, Modifier, Style};

use crate::text::Glyphs;
use crate::theme::{Colour, Theme};

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 24 bit.
    TrueColour,
    /// The 256 colours of xterm.
    Indexed,
    /// The sixteen ANSI colours.
    Ansi,
    /// None.
    Off,
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How many colours.
    pub depth: Depth,
    /// Which marks and lines.
    pub glyphs: Glyphs,
}

/// Styles by meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint<'a> {
    pub(super) theme: &'a Theme,
    pub(super) look: Look,
}

impl Paint<'_> {
    pub(super) fn colour(&self, colour: Colour) -> Color {
        to_terminal(colour, self.look.depth)
    }

    /// A foreground on the ground of whatever it is put on.
    pub(super) fn fg(&self, colour: Colour) -> Style {
        Style::new().fg(self.colour(colour))
    }

    pub(super) fn text(&self) -> Style {
        self.fg(self.theme.text).bg(self.colour(self.theme.ground))
    }

    pub(super) fn dim(&self) -> Style {
        let style = self.fg(self.theme.dim);
        if self.look.depth == Depth::Off {
            style.add_modifier(Modifier::DIM)
        } else {
            style
        }
    }

    pub(super) fn strong(&self) -> Style {
        self.fg(self.theme.text).add_modifier(Modifier::BOLD)
    }

    pub(super) fn accent(&self) -> Style {
        self.fg(self.theme.accent).add_modifier(Modifier::BOLD)
    }

    pub(super) fn key(&self) -> Style {
        self.fg(self.theme.key).add_modifier(Modifier::BOLD)
    }

    pub(super) fn good(&self) -> Style {
        self.fg(self.theme.good)
    }

    pub(super) fn warn(&self) -> Style {
        self.fg(self.theme.warn)
    }

    pub(super) fn bad(&self) -> Style {
        self.fg(self.theme.bad).add_modifier(Modifier::BOLD)
    }

    pub(super) fn info(&self) -> Style {
        self.fg(self.theme.info)
    }

    pub(super) fn bar(&self) -> Style {
        self.fg(self.theme.bar)
    }

    pub(super) fn bar_rest(&self) -> Style {
        self.fg(self.theme.bar_rest)
    }

    pub(super) fn network(&self) -> Style {
        self.fg(self.theme.network)
    }

    pub(super) fn person(&self) -> Style {
        self.fg(self.theme.person)
    }

    pub(super) fn mark(&self) -> Style {
        self.fg(self.theme.mark).add_modifier(Modifier::BOLD)
    }

    /// The row of header and status.
    pub(super) fn strip(&self) -> Style {
        self.fg(self.theme.text).bg(self.colour(self.theme.strip))
    }

    /// The row under the cursor, in one piece whatever stands in it: bold, and reversed where there are no
    /// colours to tell it by.
    pub(super) fn cursor(&self) -> Style {
        let plain = matches!(self.theme.cursor_ground, Colour::Terminal)
            || matches!(self.look.depth, Depth::Off);
        let style = Style::new()
            .add_modifier(Modifier::BOLD)
            .remove_modifier(Modifier::DIM);
        if plain {
            // Reversed words of many colours would be a patchwork of grounds.
            style
                .fg(Color::Reset)
                .bg(Color::Reset)
                .add_modifier(Modifier::REVERSED)
        } else {
            style
                .fg(self.colour(self.theme.cursor_text))
                .bg(self.colour(self.theme.cursor_ground))
        }
    }

    /// A chip: reversed letters on an accent.
    pub(super) fn chip(&self, colour: Colour) -> Style {
        if matches!(self.look.depth, Depth::Off) || matches!(self.theme.ground, Colour::Terminal) {
            self.fg(colour)
                .add_modifier(Modifier::REVERSED | Modifier::BOLD)
        } else {
            Style::new()
                .fg(self.colour(self.theme.ground))
                .bg(self.colour(colour))
                .add_modifier(Modifier::BOLD)
        }
    }

    pub(super) fn frame(&self, focused: bool) -> Style {
        self.fg(if focused {
            self.theme.frame_focus
        } else {
            self.theme.frame
        })
    }

    /// The style in which these words are drawn: the colours of lines and of empty bars are for lines and bars, too
    /// faint to read, and words in one of them get that of quiet text.
    pub(super) fn legible(&self, words: &str, style: Style) -> Style {
        let is = |colour: Colour| style.fg == Some(self.colour(colour));
        let faint = is(self.theme.frame) || is(self.theme.bar_rest);
        if faint && !is(self.theme.dim) && words.chars().any(char::is_alphanumeric) {
            return style.fg(self.colour(self.theme.dim));
        }
        style
    }

    pub(super) fn glyphs(&self) -> Glyphs {
        self.look.glyphs
    }
}

/// Turns a theme's colour into the nearest that the terminal shows.
fn to_terminal(colour: Colour, depth: Depth) -> Color {
    match (colour, depth) {
        (_, Depth::Off) | (Colour::Terminal, _) => Color::Reset,
        (Colour::Ansi(number), _) => ansi(number),
        (Colour::Rgb(r, g, b), Depth::TrueColour) => Color::Rgb(r, g, b),
        (Colour::Rgb(r, g, b), Depth::Indexed) => Color::Indexed(cube(r, g, b)),
        (Colour::Rgb(r, g, b), Depth::Ansi) => ansi(nearest_ansi(r, g, b)),
    }
}

fn ansi(number: u8) -> Color {
    const COLOURS: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    COLOURS
        .get(usize::from(number))
        .copied()
        .unwrap_or(Color::Reset)
}

/// The steps of the colour cube of xterm's 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn cube(r: u8, g: u8, b: u8) -> u8 {
    let near = |value: u8| {
        (0_u8..6)
            .min_by_key(|step| STEPS[usize::from(*step)].abs_diff(value))
            .unwrap_or(0)
    };
    let spread = r.max(g).max(b) - r.min(g).min(b);
    if spread < 12 {
        // The grey ramp of 24 steps from 8 to 238 is finer than the cube's diagonal.
        let grey = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
        let step = grey.saturating_sub(3) / 10;
        return 232 + u8::try_from(step.min(23)).unwrap_or(23);
    }
    16 + 36 * near(r) + 6 * near(g) + near(b)
}

fn nearest_ansi(r: u8, g: u8, b: u8) -> u8 {
    const SHOWN: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    let distance = |(x, y, z): (u8, u8, u8)| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(x, r) * 3 + square(y, g) * 4 + square(z, b) * 2
    };
    (0_u8..16)
        .min_by_key(|number| distance(SHOWN[usize::from(*number)]))
        .unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_drawn_in_the_colour_of_a_line() {
        for (name, _) in crate::theme::SHIPPED {
            let theme = Theme::shipped(name).unwrap();
            let look = Look {
                depth: Depth::TrueColour,
                glyphs: Glyphs::Unicode,
            };
            let paint = Paint {
                theme: &theme,
                look,
            };
            for faint in [paint.frame(false), paint.bar_rest()] {
                assert_eq!(
                    paint.legible("── 12 ──", faint).fg,
                    paint.dim().fg,
                    "{name}"
                );
                assert_eq!(paint.legible("── · ──", faint), faint, "{name}");
            }
            assert_eq!(paint.legible("word", paint.good()), paint.good());
        }
    }
}
