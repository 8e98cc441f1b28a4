//! From changed cells to the fewest bytes that draw them.
//!
//! A move of the cursor is the most frequent frame of all, and over a slow line every byte of it is waited for:
//! colours and places are only said where they differ from what the terminal has already.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::repaint::{Changed, is_blank};
use crate::text::{Ambiguous, width_with};

/// Modifiers that are switched off by a parameter of their own.
const OFF: [(Modifier, &str); 7] = [
    (Modifier::BOLD, "22"),
    (Modifier::DIM, "22"),
    (Modifier::ITALIC, "23"),
    (Modifier::UNDERLINED, "24"),
    (Modifier::SLOW_BLINK, "25"),
    (Modifier::REVERSED, "27"),
    (Modifier::CROSSED_OUT, "29"),
];

/// Modifiers with the parameter that switches them on.
const ON: [(Modifier, &str); 7] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::REVERSED, "7"),
    (Modifier::CROSSED_OUT, "9"),
];

/// What the terminal was told last.
#[derive(Debug)]
struct Pen<'a> {
    fg: Color,
    bg: Color,
    modifier: Modifier,
    link: Option<&'a str>,
    /// Where the terminal writes next, where that is sure.
    at: Option<(u16, u16)>,
}

impl Pen<'_> {
    const fn fresh() -> Self {
        Self {
            fg: Color::Reset,
            bg: Color::Reset,
            modifier: Modifier::empty(),
            link: None,
            at: None,
        }
    }

    fn is_plain(&self) -> bool {
        self.fg == Color::Reset && self.bg == Color::Reset && self.modifier.is_empty()
    }
}

/// Writes the cells, in order; leaves the terminal with its own colours and no open link.
pub(super) fn encode(cells: &[Changed<'_>], columns: u16, ambiguous: Ambiguous) -> Vec<u8> {
    let mut out = Vec::with_capacity(cells.len() * 2 + 64);
    let mut pen = Pen::fresh();
    for changed in cells {
        let Changed { x, y, cell, link } = *changed;
        go(&mut out, &mut pen, (x, y));
        paint(&mut out, &mut pen, cell);
        if link != pen.link {
            open_link(&mut out, link);
            pen.link = link;
        }
        let symbol = cell.symbol();
        let cells = match symbol.as_bytes() {
            [_] => 1,
            _ => width_with(symbol, ambiguous).max(1),
        };
        let next = x.saturating_add(u16::try_from(cells).unwrap_or(1));
        if cells > 1 && !is_sure(symbol) {
            blank(&mut out, (x, y), cells, next < columns);
        }
        out.extend_from_slice(symbol.as_bytes());
        // At the right edge, and after letters about whose width terminals disagree, the place is said anew.
        pen.at = (next < columns && is_sure(symbol)).then_some((next, y));
    }
    if pen.link.is_some() {
        open_link(&mut out, None);
    }
    if !pen.is_plain() {
        out.extend_from_slice(b"\x1b[m");
    }
    out
}

/// Clears the cells of a symbol before it is drawn: a terminal that takes fewer would leave what stood in the rest.
fn blank(out: &mut Vec<u8>, (x, y): (u16, u16), cells: usize, within: bool) {
    out.extend(std::iter::repeat_n(b' ', cells));
    // Behind the last column the cursor stands on it: from there steps cannot be counted.
    let _ = if within {
        write!(out, "\x1b[{cells}D")
    } else {
        write!(out, "\x1b[{};{}H", y + 1, x + 1)
    };
}

/// Tells whether every terminal moves on by the same number of cells.
fn is_sure(symbol: &str) -> bool {
    let mut letters = symbol.chars();
    // Tables of widths change with every version of Unicode, and mostly where emoji are.
    let first = letters.next().is_none_or(|letter| letter < '\u{10000}');
    symbol.is_ascii() || (first && letters.next().is_none())
}

fn open_link(out: &mut Vec<u8>, link: Option<&str>) {
    out.extend_from_slice(b"\x1b]8;;");
    out.extend_from_slice(link.unwrap_or_default().as_bytes());
    out.extend_from_slice(b"\x1b\\");
}

fn go(out: &mut Vec<u8>, pen: &mut Pen<'_>, (x, y): (u16, u16)) {
    match pen.at {
        Some(at) if at == (x, y) => {}
        Some((from, row)) if row == y && from < x => {
            let _ = match x - from {
                1 => out.write_all(b"\x1b[C"),
                by => write!(out, "\x1b[{by}C"),
            };
        }
        _ => {
            let _ = match x {
                0 => write!(out, "\x1b[{}H", y + 1),
                _ => write!(out, "\x1b[{};{}H", y + 1, x + 1),
            };
        }
    }
}

/// Says what differs between the pen and the cell; what cannot be seen on a blank is left as it is.
fn paint(out: &mut Vec<u8>, pen: &mut Pen<'_>, cell: &Cell) {
    let blank = is_blank(cell);
    let (fg, modifier) = if blank {
        // Reversed or underlined blanks are not blank; nothing else shows on one.
        let shows = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        (pen.fg, pen.modifier.difference(shows))
    } else {
        (cell.fg, cell.modifier)
    };
    if (fg, cell.bg, modifier) == (pen.fg, pen.bg, pen.modifier) {
        return;
    }
    if fg == Color::Reset && cell.bg == Color::Reset && modifier.is_empty() {
        out.extend_from_slice(b"\x1b[m");
    } else {
        let mut words: Vec<String> = Vec::new();
        modify(&mut words, pen.modifier, modifier);
        if fg != pen.fg {
            words.push(colour(fg, Ground::Fore));
        }
        if cell.bg != pen.bg {
            words.push(colour(cell.bg, Ground::Back));
        }
        let _ = write!(out, "\x1b[{}m", words.join(";"));
    }
    (pen.fg, pen.bg, pen.modifier) = (fg, cell.bg, modifier);
}

fn modify(words: &mut Vec<String>, from: Modifier, to: Modifier) {
    let mut gone = from.difference(to);
    let mut on = to.difference(from);
    let weight = Modifier::BOLD | Modifier::DIM;
    if gone.intersects(weight) {
        // One parameter takes both weights away.
        words.push("22".into());
        on |= to.intersection(weight);
        gone.remove(weight);
    }
    let named = |table: &[(Modifier, &str)], which: Modifier, words: &mut Vec<String>| {
        for (modifier, word) in table {
            if which.contains(*modifier) {
                words.push((*word).to_owned());
            }
        }
    };
    named(&OFF, gone, words);
    named(&ON, on, words);
}

/// What a colour is put on.
#[derive(Clone, Copy)]
enum Ground {
    Fore,
    Back,
}

fn colour(colour: Color, ground: Ground) -> String {
    let (dark, bright, more, own) = match ground {
        Ground::Fore => (30_u8, 90_u8, 38, 39),
        Ground::Back => (40, 100, 48, 49),
    };
    let named = |number: u8| (dark + number).to_string();
    let light = |number: u8| (bright + number).to_string();
    match colour {
        Color::Reset => own.to_string(),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => light(0),
        Color::LightRed => light(1),
        Color::LightGreen => light(2),
        Color::LightYellow => light(3),
        Color::LightBlue => light(4),
        Color::LightMagenta => light(5),
        Color::LightCyan => light(6),
        Color::White => light(7),
        Color::Indexed(number) => format!("{more};5;{number}"),
        Color::Rgb(red, green, blue) => format!("{more};2;{red};{green};{blue}"),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::runtime::repaint::{Over, Sheet, changed_cells};

    fn bytes(shown: &Buffer, next: &Buffer) -> Vec<u8> {
        let shown = Sheet::new(shown.clone(), &[]);
        let next = Sheet::new(next.clone(), &[]);
        let cells = changed_cells(Over::Frame(&shown), &next, Ambiguous::Narrow);
        encode(&cells, next.cells.area.width, Ambiguous::Narrow)
    }

    /// Any frame drawn over any other gives the cells of the new one.
    #[test]
    fn what_is_written_draws_the_frame() {
        let texts = [
            "plain",
            "王磊 wide",
            "e\u{301}x",
            "a  b   c",
            "",
            "│ line │",
            "完了ab完",
        ];
        let styles = [
            Style::new(),
            Style::new().fg(Color::Rgb(1, 2, 3)),
            Style::new()
                .bg(Color::Indexed(7))
                .add_modifier(Modifier::BOLD),
            Style::new().add_modifier(Modifier::ITALIC | Modifier::UNDERLINED),
            Style::new()
                .fg(Color::LightRed)
                .add_modifier(Modifier::REVERSED),
        ];
        let area = Rect::new(0, 0, 12, 3);
        let mut state = 7_u64;
        let mut roll = |upto: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % upto
        };
        let mut terminal = vt100::Parser::new(
            std::num::NonZeroU16::new(3).unwrap(),
            std::num::NonZeroU16::new(12).unwrap(),
            0,
        );
        let mut shown = Buffer::empty(area);
        for _ in 0..400 {
            let mut next = Buffer::empty(area);
            for _ in 0..4 {
                let (x, y) = (roll(12), roll(3));
                next.set_stringn(
                    u16::try_from(x).unwrap(),
                    u16::try_from(y).unwrap(),
                    texts[roll(texts.len())],
                    12 - x,
                    styles[roll(styles.len())],
                );
            }
            terminal.process(&bytes(&shown, &next));
            for y in 0..3 {
                let mut x = 0;
                while x < 12 {
                    let wanted = &next[(x, y)];
                    let there = terminal.screen().cell(y, x).unwrap();
                    let words = there.contents();
                    let words = if words.is_empty() { " " } else { words };
                    assert_eq!(words, wanted.symbol(), "{x},{y}");
                    let bold = wanted.modifier.contains(Modifier::BOLD);
                    let reversed = wanted.modifier.contains(Modifier::REVERSED);
                    if !is_blank(wanted) {
                        assert_eq!((there.bold(), there.inverse()), (bold, reversed), "{x},{y}");
                    }
                    x += u16::try_from(crate::text::width(wanted.symbol()))
                        .unwrap()
                        .max(1);
                }
            }
            shown = next;
        }
    }

    /// A terminal that draws the symbol in one cell shows nothing of the row before in the other.
    #[test]
    fn nothing_stays_behind_a_symbol_of_unsure_width() {
        let area = Rect::new(0, 0, 6, 1);
        let mut shown = Buffer::empty(area);
        shown.set_string(0, 0, "abcdef", Style::new());
        let mut next = Buffer::empty(area);
        next.set_string(0, 0, "\u{260e}\u{fe0f}o \u{260e}\u{fe0f}", Style::new());
        let written = String::from_utf8(bytes(&shown, &next)).unwrap();
        let told = written.find("\u{260e}").unwrap();
        assert!(
            written.split_at(told).0.ends_with("  \u{1b}[2D"),
            "{written:?}"
        );
        let last = written.rfind("\u{260e}").unwrap();
        assert!(
            written.split_at(last).0.ends_with("  \u{1b}[1;5H"),
            "{written:?}"
        );
        // As such a terminal would read it.
        let narrow = written.replace('\u{fe0f}', "");
        let mut terminal = vt100::Parser::new(
            std::num::NonZeroU16::new(1).unwrap(),
            std::num::NonZeroU16::new(6).unwrap(),
            0,
        );
        terminal.process(b"abcdef");
        terminal.process(narrow.as_bytes());
        assert_eq!(terminal.screen().contents(), "\u{260e} o \u{260e} ");
    }

    #[test]
    fn nothing_is_said_twice() {
        let area = Rect::new(0, 0, 20, 2);
        let mut next = Buffer::empty(area);
        let style = Style::new().fg(Color::Rgb(1, 2, 3));
        next.set_string(2, 0, "ab cd", style);
        next.set_string(2, 1, "ef", style);
        let written = String::from_utf8(bytes(&Buffer::empty(area), &next)).unwrap();
        assert_eq!(
            written,
            "\u{1b}[1;3H\u{1b}[38;2;1;2;3mab\u{1b}[Ccd\u{1b}[2;3Hef\u{1b}[m"
        );
    }
}
