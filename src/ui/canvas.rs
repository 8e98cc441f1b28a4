//! The one way from text to cells.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;

use super::paint::{Look, Paint};
use crate::pane::Spot;
use crate::text::{self, FrameStyle, Glyphs};
use crate::theme::Theme;

/// A piece of a line.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) style: Style,
}

/// Makes a piece of a line from raw text.
pub(super) fn piece(text: impl Into<String>, style: Style) -> Piece {
    Piece {
        text: text.into(),
        style,
    }
}

/// What cells stand for when they are pointed at.
pub(super) type Zone = (Rect, Spot);
/// Cells that lead to an address.
pub(super) type Link = (Rect, String);

/// The cells of one frame.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    pub(super) paint: Paint<'a>,
    /// What can be pointed at, in the order of drawing: the last one lies on top.
    zones: Vec<(Rect, Spot)>,
    /// What leads to an address in the web.
    links: Vec<(Rect, String)>,
    /// How many cells the terminal gives to characters of ambiguous width.
    pub(super) ambiguous: text::Ambiguous,
    /// Only the list or the choices with the keys are wanted, and what is said of the last key: what lies beside them
    /// is shown as it was.
    pub(super) lean: bool,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, theme: &'a Theme, look: Look) -> Self {
        Self {
            buffer,
            paint: Paint { theme, look },
            zones: Vec::new(),
            links: Vec::new(),
            ambiguous: text::Ambiguous::Narrow,
            lean: false,
        }
    }

    /// Returns the whole screen.
    pub(super) fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Notes what these cells stand for when they are pointed at.
    pub(super) fn zone(&mut self, area: Rect, spot: Spot) {
        self.zones.push((area, spot));
    }

    /// Lets these cells lead to an address, if it is one of the web that a person could have typed.
    pub(super) fn link(&mut self, area: Rect, address: &str) {
        if self.links.len() < 512 && is_plain_web(address) {
            self.links.push((area, address.to_owned()));
        }
    }

    /// Lets the title of a frame lead to an address.
    pub(super) fn link_title(&mut self, frame: Rect, title: &str, address: &str) {
        let cells = cells_of(&text::clean_line(title)).min(frame.width.saturating_sub(6));
        let title = Rect {
            x: frame.x + 3,
            width: cells,
            height: 1,
            ..frame
        };
        self.link(title, address);
    }

    /// Returns what can be pointed at, and what leads elsewhere.
    pub(super) fn into_parts(self) -> (Vec<Zone>, Vec<Link>) {
        (self.zones, self.links)
    }

    /// Puts raw text into at most this many cells; returns how many it took.
    pub(super) fn put(&mut self, x: u16, y: u16, cells: u16, raw: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if y < area.y || y >= area.bottom() || x >= area.right() || cells == 0 {
            return 0;
        }
        let cells = cells.min(area.right() - x);
        let clean = self.plain(text::clean_line(raw));
        let ruler = text::Ruler::new(self.ambiguous, self.paint.glyphs());
        let shown = ruler.truncate(&clean, usize::from(cells));
        let style = self.paint.legible(&shown, style);
        if shown.is_ascii() {
            return self.put_ascii(x, y, &shown, style);
        }
        if self.ambiguous == text::Ambiguous::Wide {
            return self.put_wide(x, y, &shown, style);
        }
        let (end, _) = self
            .buffer
            .set_stringn(x, y, &*shown, usize::from(cells), style);
        end.saturating_sub(x)
    }

    /// Puts clean ASCII text that fits: a cell a letter, without looking for the bounds of letters first.
    fn put_ascii(&mut self, x: u16, y: u16, shown: &str, style: Style) -> u16 {
        let mut at = x;
        for letter in shown.chars() {
            let Some(cell) = self.buffer.cell_mut((at, y)) else {
                break;
            };
            cell.set_char(letter).set_style(style);
            at += 1;
        }
        at - x
    }

    /// Puts clean text that fits where characters of ambiguous width take two cells.
    fn put_wide(&mut self, x: u16, y: u16, shown: &str, style: Style) -> u16 {
        let mut at = x;
        for grapheme in shown.graphemes(true) {
            let cells = text::width_with(grapheme, self.ambiguous);
            let Ok(cells @ 1..) = u16::try_from(cells) else {
                continue;
            };
            for covered in at..at.saturating_add(cells) {
                if let Some(cell) = self.buffer.cell_mut((covered, y)) {
                    cell.reset();
                    cell.set_style(style);
                    if covered == at {
                        cell.set_symbol(grapheme);
                    }
                }
            }
            at = at.saturating_add(cells);
        }
        at - x
    }

    /// Puts one mark of a frame into a cell.
    fn mark(&mut self, x: u16, y: u16, mark: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            cell.set_symbol(mark).set_style(style);
        }
    }

    /// Writes typographic marks as ASCII where the terminal was said to have no others.
    fn plain<'t>(&self, clean: Cow<'t, str>) -> Cow<'t, str> {
        if self.paint.glyphs() == Glyphs::Unicode || clean.is_ascii() {
            return clean;
        }
        Cow::Owned(clean.chars().map(ascii).collect())
    }

    /// Says in dimmed words, on the first line of an empty frame, why nothing stands there.
    pub(super) fn remark(&mut self, inner: Rect, words: &str) {
        let style = self.paint.dim();
        self.put(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            words,
            style,
        );
    }

    /// Puts raw text at the right end of these cells; returns how many it took.
    pub(super) fn put_right(&mut self, x: u16, y: u16, cells: u16, raw: &str, style: Style) -> u16 {
        let clean = text::clean_line(raw);
        let width = text::width_with(&clean, self.ambiguous);
        let width = u16::try_from(width).unwrap_or(u16::MAX).min(cells);
        self.put(x + cells - width, y, width, raw, style)
    }

    /// Puts pieces one after another; returns the cells they took.
    pub(super) fn line(&mut self, x: u16, y: u16, cells: u16, pieces: &[Piece]) -> u16 {
        let mut used = 0;
        for piece in pieces {
            if used >= cells {
                break;
            }
            used += self.put(x + used, y, cells - used, &piece.text, piece.style);
        }
        used
    }

    /// Puts pieces at the right end of these cells, cut at their left where they do not fit.
    pub(super) fn line_right(&mut self, x: u16, y: u16, cells: u16, pieces: &[Piece]) -> u16 {
        let width: u16 = pieces
            .iter()
            .map(|piece| cells_of(&text::clean_line(&piece.text)))
            .sum();
        let width = width.min(cells);
        self.line(x + cells - width, y, width, pieces)
    }

    /// Gives all cells of an area a style and empties them.
    pub(super) fn fill(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            if area.x > self.buffer.area.x && area.width > 0 {
                // A wide letter that reaches into the area would be cut in half.
                let before = &mut self.buffer[(area.x - 1, y)];
                if text::width(before.symbol()) > 1 {
                    before.set_symbol(" ");
                }
            }
            for x in area.left()..area.right() {
                let cell = &mut self.buffer[(x, y)];
                cell.reset();
                cell.set_style(style);
            }
        }
    }

    /// Lays a style over cells and keeps their text.
    pub(super) fn tint(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, style);
    }

    /// Draws a frame with a title at its left and a word at its right; returns the inside.
    ///
    /// The focused frame is heavy, so that it shows without colour.
    pub(super) fn frame(&mut self, area: Rect, title: &str, right: &str, focused: bool) -> Rect {
        if area.width < 4 || area.height < 2 {
            return Rect { height: 0, ..area };
        }
        let lines = self.paint.glyphs().frame(if focused {
            FrameStyle::Heavy
        } else {
            FrameStyle::Light
        });
        let style = self.paint.frame(focused);
        let (last_x, last_y) = (area.right() - 1, area.bottom() - 1);
        for (y, left, corner) in [
            (area.y, lines.top_left, lines.top_right),
            (last_y, lines.bottom_left, lines.bottom_right),
        ] {
            self.mark(area.x, y, left, style);
            for x in area.x + 1..last_x {
                self.mark(x, y, lines.horizontal, style);
            }
            self.mark(last_x, y, corner, style);
        }
        for y in area.y + 1..last_y {
            self.mark(area.x, y, lines.vertical, style);
            self.mark(last_x, y, lines.vertical, style);
        }
        let room = area.width.saturating_sub(4);
        let mut used = 0;
        if !title.is_empty() {
            let style = if focused {
                self.paint.accent()
            } else {
                self.paint.strong()
            };
            used = self.put(area.x + 2, area.y, room, &format!(" {title} "), style);
        }
        let right = whole_parts(right, room.saturating_sub(used + 4));
        if !right.is_empty() {
            let dim = self.paint.dim();
            self.put_right(
                area.x + 2 + used,
                area.y,
                room - used,
                &format!(" {right} "),
                dim,
            );
        }
        Rect {
            x: area.x + 1,
            y: area.y + 1,
            width: area.width - 2,
            height: area.height - 2,
        }
    }

    /// Puts pieces into the lower line of a frame, at its right.
    pub(super) fn foot(&mut self, area: Rect, pieces: &[Piece]) {
        if pieces.is_empty() || area.width < 8 || area.height < 2 {
            return;
        }
        let ground = self.paint.dim();
        let mut padded = vec![piece(" ", ground)];
        padded.extend(pieces.iter().cloned());
        padded.push(piece(" ", ground));
        self.line_right(area.x + 2, area.bottom() - 1, area.width - 4, &padded);
    }

    /// Draws a progress bar, its open part in a colour of its own.
    pub(super) fn gauge(&mut self, x: u16, y: u16, cells: u16, ratio: f64, style: Style) {
        let pieces = gauge(&self.paint, usize::from(cells), ratio, style);
        self.line(x, y, cells, &pieces);
    }

    /// Draws a rule with words in it across an area's row.
    pub(super) fn rule(&mut self, x: u16, y: u16, cells: u16, words: &str) {
        let lines = self.paint.glyphs().frame(FrameStyle::Light);
        let across = lines.horizontal.repeat(usize::from(cells));
        let style = self.paint.frame(false);
        self.put(x, y, cells, &across, style);
        if !words.is_empty() {
            let dim = self.paint.dim();
            self.put(
                x + 1,
                y,
                cells.saturating_sub(2),
                &format!(" {words} "),
                dim,
            );
        }
    }
}

/// Tells whether an address is one of the web, without a user name, blanks or control characters.
fn is_plain_web(address: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
        && address.len() <= 512
        && address.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Makes the pieces of a progress bar: what is reached in one style, what is open in another.
pub(super) fn gauge(paint: &Paint<'_>, cells: usize, ratio: f64, style: Style) -> Vec<Piece> {
    let drawn = text::progress(ratio, cells, paint.glyphs());
    let reached = paint.glyphs().reached();
    let full = drawn
        .chars()
        .take_while(|letter| reached.starts_with(*letter))
        .count();
    vec![
        piece(drawn.chars().take(full).collect::<String>(), style),
        piece(
            drawn.chars().skip(full).collect::<String>(),
            paint.bar_rest(),
        ),
    ]
}

/// Makes a bar of this length, in eighths of a cell where there are glyphs for them.
pub(super) fn fine_bar(part: f64, whole: f64, cells: usize, glyphs: Glyphs) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if glyphs == Glyphs::Ascii || whole <= 0.0 {
        return text::bar(part, whole, cells, glyphs);
    }
    let cells = u32::try_from(cells).unwrap_or(u32::MAX);
    let eighths = part / whole * f64::from(cells) * 8.0;
    let reached = (0..cells * 8)
        .take_while(|step| f64::from(*step) + 0.5 <= eighths)
        .count()
        .max(usize::from(part > 0.0));
    let mut bar = "█".repeat(reached / 8);
    bar.push_str(EIGHTHS.get(reached % 8).copied().unwrap_or(""));
    bar
}

/// Returns as many of the parts between ` · ` as fit, the first ones; never a part of one.
pub(super) fn whole_parts(words: &str, cells: u16) -> String {
    let mut kept = String::new();
    for part in words.split(" · ") {
        let longer = if kept.is_empty() {
            part.to_owned()
        } else {
            format!("{kept} · {part}")
        };
        if cells_of(&text::clean_line(&longer)) > cells {
            break;
        }
        kept = longer;
    }
    kept
}

/// Cuts text between words so that it fits, with an ellipsis where something is missing.
pub(super) fn whole_words(words: &str, cells: u16) -> String {
    let clean = text::clean_line(words);
    if cells_of(&clean) <= cells {
        return clean.into_owned();
    }
    let mut kept = String::new();
    for word in clean.split_inclusive(' ') {
        if cells_of(&kept) + cells_of(word.trim_end()) + 2 > cells {
            break;
        }
        kept.push_str(word);
    }
    if kept.is_empty() {
        return text::truncate(&clean, usize::from(cells)).into_owned();
    }
    format!("{} …", kept.trim_end())
}

/// The ASCII letter for a typographic mark of one cell.
const fn ascii(letter: char) -> char {
    match letter {
        '·' | '—' | '–' | '‐' | '−' | '─' | '━' => '-',
        '…' => '.',
        '×' => 'x',
        '│' | '┃' => '|',
        '›' | '↳' | '→' | '▸' | '≥' => '>',
        '‹' | '←' | '≤' => '<',
        '↑' => '^',
        '↓' => 'v',
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' => '\'',
        '✓' => '+',
        other => other,
    }
}

/// Counts the cells of clean text, as far as a screen reaches.
pub(super) fn cells_of(clean: &str) -> u16 {
    u16::try_from(text::width(clean)).unwrap_or(u16::MAX)
}
