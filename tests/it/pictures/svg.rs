//! Cells of a screen as a picture.
//!
//! Backgrounds of like colour are merged, else seams show between cells. Lines, blocks and corners are drawn
//! as shapes, because fonts leave gaps between rows. Wide letters get the room of their cells by `textLength`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cnm::text::width;
use cnm::theme::{Colour, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};

/// Width of a cell; the advance of most fonts of even width at [`FONT`].
const CELL: f64 = 8.4;
/// Height of a cell.
const ROW: f64 = 18.0;
/// Size of the letters.
const FONT: u32 = 14;
/// From the top of a cell to the line on which letters stand.
const BASE: f64 = 13.5;
/// Room around the screen.
const MARGIN: f64 = 10.0;

/// What the sixteen colours look like in a picture.
const ANSI: [&str; 16] = [
    "#16181d", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0",
    "#8a92a3", "#ff7b86", "#b5e890", "#ffd68a", "#82c4ff", "#de9bf0", "#7fd6e0", "#ffffff",
];

/// Draws a screen.
pub(crate) fn draw(buffer: &Buffer, theme: &Theme) -> String {
    let area = buffer.area;
    let (ground, text) = (own(theme.ground, ANSI[0]), own(theme.text, ANSI[7]));
    let picture = Picture {
        buffer,
        ground,
        text,
    };
    let across = f64::from(area.width) * CELL + 2.0 * MARGIN;
    let down = f64::from(area.height) * ROW + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across:.0}\" height=\"{down:.0}\" \
         viewBox=\"0 0 {across:.1} {down:.1}\" xml:space=\"preserve\">\n\
         <style>text{{font:{FONT}px \"DejaVu Sans Mono\",\"Cascadia Mono\",Menlo,Consolas,\"Noto Sans Mono CJK SC\",\
         \"Noto Sans CJK SC\",monospace;white-space:pre}}.b{{font-weight:bold}}.d{{opacity:.65}}.s{{text-decoration:line-through}}\
         </style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\">\n",
        picture.ground
    );
    picture.grounds(&mut svg);
    picture.shapes(&mut svg);
    picture.letters(&mut svg);
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Returns a theme's own colour, or what a picture takes for the terminal's.
fn own(colour: Colour, terminal: &str) -> String {
    match colour {
        Colour::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Colour::Ansi(number) => ANSI[usize::from(number) % 16].to_owned(),
        Colour::Terminal => terminal.to_owned(),
    }
}

struct Picture<'a> {
    buffer: &'a Buffer,
    ground: String,
    text: String,
}

/// A stretch of cells that look alike.
struct Run {
    x: u16,
    cells: u16,
    words: String,
    fill: String,
    class: &'static str,
}

impl Picture<'_> {
    fn cell(&self, x: u16, y: u16) -> &Cell {
        &self.buffer[Position { x, y }]
    }

    /// Returns the colours of a cell: letters, then ground.
    fn colours(&self, cell: &Cell) -> (String, String) {
        let front = colour(cell.fg, &self.text);
        let back = colour(cell.bg, &self.ground);
        if cell.modifier.contains(Modifier::REVERSED) {
            (back, front)
        } else {
            (front, back)
        }
    }

    /// Draws the grounds that differ from the picture's own, merged along rows and then down.
    fn grounds(&self, svg: &mut String) {
        let mut open: BTreeMap<(u16, u16, String), (u16, u16)> = BTreeMap::new();
        for y in 0..self.buffer.area.height {
            let mut x = 0;
            while x < self.buffer.area.width {
                let (_, back) = self.colours(self.cell(x, y));
                let from = x;
                while x < self.buffer.area.width && self.colours(self.cell(x, y)).1 == back {
                    x += 1;
                }
                if back == self.ground {
                    continue;
                }
                let rows = open.entry((from, x, back.clone())).or_insert((y, y));
                if rows.1 == y {
                    rows.1 = y + 1;
                } else {
                    rect(svg, from, x, *rows, &back);
                    *rows = (y, y + 1);
                }
            }
        }
        for ((from, to, back), rows) in open {
            rect(svg, from, to, rows, &back);
        }
    }

    /// Draws lines, corners and blocks, one path a colour and weight.
    fn shapes(&self, svg: &mut String) {
        let mut paths: BTreeMap<(String, &'static str), String> = BTreeMap::new();
        for y in 0..self.buffer.area.height {
            for x in 0..self.buffer.area.width {
                let cell = self.cell(x, y);
                let Some((kind, path)) = shape(cell.symbol(), x, y) else {
                    continue;
                };
                let (front, _) = self.colours(cell);
                paths.entry((front, kind)).or_default().push_str(&path);
            }
        }
        for ((front, kind), path) in paths {
            let paint = match kind {
                "fill" => format!("fill=\"{front}\""),
                weight => format!("fill=\"none\" stroke=\"{front}\" stroke-width=\"{weight}\""),
            };
            let _ = writeln!(svg, "<path {paint} d=\"{path}\"/>");
        }
    }

    /// Draws everything else as letters, a row after another.
    fn letters(&self, svg: &mut String) {
        for y in 0..self.buffer.area.height {
            for run in self.runs(y) {
                let words = escaped(run.words.trim_end());
                let class = match run.class {
                    "" => String::new(),
                    class => format!(" class=\"{class}\""),
                };
                let room = if run.words.is_ascii() {
                    String::new()
                } else {
                    format!(" textLength=\"{}\"", tenth(f64::from(run.cells) * CELL))
                };
                let _ = writeln!(
                    svg,
                    "<text x=\"{}\" y=\"{}\" fill=\"{}\"{class}{room}>{words}</text>",
                    tenth(f64::from(run.x) * CELL),
                    tenth(f64::from(y) * ROW + BASE),
                    run.fill,
                );
            }
        }
    }

    /// Divides a row into stretches of one look; what is no plain letter stands alone, so that no font can
    /// push what follows out of its cells. Two blanks end a stretch.
    fn runs(&self, y: u16) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut x = 0;
        let mut open = false;
        while x < self.buffer.area.width {
            let cell = self.cell(x, y);
            let symbol = cell.symbol();
            let cells = u16::try_from(width(symbol)).unwrap().max(1);
            let (at, blank, plain) = (x, symbol.trim().is_empty(), symbol.is_ascii());
            x += cells;
            if shape(symbol, at, y).is_some() {
                open = false;
                continue;
            }
            let (fill, _) = self.colours(cell);
            let class = class(cell.modifier);
            let goes_on = |run: &Run| {
                let gap = blank && run.words.ends_with(' ');
                open && plain && !gap && run.fill == fill && run.class == class
            };
            if let Some(run) = runs.last_mut().filter(|run| goes_on(run)) {
                run.words.push_str(symbol);
                run.cells += cells;
            } else if blank {
                open = false;
            } else {
                runs.push(Run {
                    x: at,
                    cells,
                    words: symbol.to_owned(),
                    fill,
                    class,
                });
                open = plain;
            }
        }
        runs
    }
}

/// Returns a colour as pictures write it; `reset` stands for the terminal's own.
fn colour(colour: Color, reset: &str) -> String {
    let number = match colour {
        Color::Rgb(red, green, blue) => return format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Reset | Color::Indexed(_) => return reset.to_owned(),
    };
    ANSI[number].to_owned()
}

fn class(modifier: Modifier) -> &'static str {
    let bold = modifier.contains(Modifier::BOLD);
    if modifier.contains(Modifier::CROSSED_OUT) {
        "s"
    } else if modifier.contains(Modifier::DIM) {
        "d"
    } else if bold {
        "b"
    } else {
        ""
    }
}

fn rect(svg: &mut String, from: u16, to: u16, (top, bottom): (u16, u16), fill: &str) {
    let _ = writeln!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>",
        tenth(f64::from(from) * CELL),
        tenth(f64::from(top) * ROW),
        tenth(f64::from(to - from) * CELL),
        tenth(f64::from(bottom - top) * ROW),
    );
}

/// Writes a length with at most one digit behind the point.
fn tenth(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

const LIGHT: &str = "1.2";
const HEAVY: &str = "2.6";

/// Returns a line, a corner or a block as a path with its weight, or `fill`.
fn shape(symbol: &str, x: u16, y: u16) -> Option<(&'static str, String)> {
    let (left, top) = (f64::from(x) * CELL, f64::from(y) * ROW);
    let (middle, centre) = (left + CELL / 2.0, top + ROW / 2.0);
    let (right, bottom) = (left + CELL, top + ROW);
    let point = |x: f64, y: f64| format!("{} {}", tenth(x), tenth(y));
    let line = |from: (f64, f64), to: (f64, f64)| {
        format!("M{}L{}", point(from.0, from.1), point(to.0, to.1))
    };
    let bend = |from: (f64, f64), to: (f64, f64)| {
        let (from, to) = (point(from.0, from.1), point(to.0, to.1));
        format!("M{from}Q{} {to}", point(middle, centre))
    };
    let (west, east) = ((left, centre), (right, centre));
    let (north, south) = ((middle, top), (middle, bottom));
    let both = |one: (f64, f64), other: (f64, f64)| {
        format!(
            "{}L{}",
            line(one, (middle, centre)),
            point(other.0, other.1)
        )
    };
    let block = |low: f64| {
        let top = bottom - ROW * low;
        let (width, height) = (tenth(CELL), tenth(ROW * low));
        format!("M{}h{width}v{height}h-{width}z", point(left, top))
    };
    Some(match symbol {
        "─" => (LIGHT, line(west, east)),
        "│" => (LIGHT, line(north, south)),
        "╭" => (LIGHT, bend(east, south)),
        "╮" => (LIGHT, bend(west, south)),
        "╰" => (LIGHT, bend(east, north)),
        "╯" => (LIGHT, bend(west, north)),
        "├" => (LIGHT, line(north, south) + &line((middle, centre), east)),
        "┤" => (LIGHT, line(north, south) + &line((middle, centre), west)),
        "━" => (HEAVY, line(west, east)),
        "┃" => (HEAVY, line(north, south)),
        "┏" => (HEAVY, both(east, south)),
        "┓" => (HEAVY, both(west, south)),
        "┗" => (HEAVY, both(east, north)),
        "┛" => (HEAVY, both(west, north)),
        "┣" => (HEAVY, line(north, south) + &line((middle, centre), east)),
        "┫" => (HEAVY, line(north, south) + &line((middle, centre), west)),
        "▁" => ("fill", block(0.125)),
        "▂" => ("fill", block(0.25)),
        "▃" => ("fill", block(0.375)),
        "▄" => ("fill", block(0.5)),
        "▅" => ("fill", block(0.625)),
        "▆" => ("fill", block(0.75)),
        "▇" => ("fill", block(0.875)),
        "█" => ("fill", block(1.0)),
        _ => return None,
    })
}
