//! The sheet of a record: labelled lines, rules between them, wrapped texts, scrolled where it has the keys.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, piece};
use crate::text;

/// Cells of the labels at the left.
const LABEL: u16 = 9;

enum Line {
    Pieces(String, Vec<Piece>),
    Whole(Vec<Piece>),
    Rule(String),
}

/// The lines of a card.
pub(super) struct Sheet {
    lines: Vec<Line>,
    label: u16,
    room: usize,
}

impl Sheet {
    /// Starts a card for a frame with this inside.
    pub(super) fn new(inner: Rect) -> Self {
        Self::labelled(inner, LABEL)
    }

    /// Starts a card whose labels have this many cells.
    pub(super) fn labelled(inner: Rect, label: u16) -> Self {
        Self {
            lines: Vec::new(),
            label,
            room: usize::from(inner.width.saturating_sub(label + 3)).max(8),
        }
    }

    /// Tells whether there is nothing on it.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a line with a label.
    pub(super) fn line(&mut self, label: &str, pieces: Vec<Piece>) {
        if !pieces.is_empty() {
            self.lines.push(Line::Pieces(label.to_owned(), pieces));
        }
    }

    /// Adds a line over the whole width.
    pub(super) fn whole(&mut self, pieces: Vec<Piece>) {
        self.lines.push(Line::Whole(pieces));
    }

    /// Adds raw text with a label, wrapped to as many lines as it needs; nothing where it is empty.
    pub(super) fn text(&mut self, label: &str, raw: &str, style: Style) {
        let mut label = label.to_owned();
        for part in text::clean_body(raw) {
            if part.trim().is_empty() {
                continue;
            }
            for line in text::wrap(&part, self.room) {
                let words = vec![piece(line.text, style)];
                let label = std::mem::take(&mut label);
                self.lines.push(Line::Pieces(label, words));
            }
        }
    }

    /// Adds a rule with words.
    pub(super) fn rule(&mut self, words: impl Into<String>) {
        self.lines.push(Line::Rule(words.into()));
    }

    /// Draws the lines that fit, from this line on.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, inner: Rect, scroll: usize) {
        let height = usize::from(inner.height);
        let last = self.lines.len().saturating_sub(height);
        let (dim, width) = (canvas.paint.dim(), inner.width.saturating_sub(2));
        for (y, line) in (inner.y..inner.bottom()).zip(self.lines.iter().skip(scroll.min(last))) {
            match line {
                Line::Rule(words) => canvas.rule(inner.x, y, inner.width, words),
                Line::Whole(pieces) => {
                    canvas.line(inner.x + 1, y, width, pieces);
                }
                Line::Pieces(label, pieces) => {
                    canvas.put(
                        inner.x + 1,
                        y,
                        self.label.saturating_sub(1).min(width),
                        label,
                        dim,
                    );
                    let room = width.saturating_sub(self.label);
                    canvas.line(inner.x + 1 + self.label, y, room, pieces);
                }
            }
        }
        if last > scroll.min(last) && inner.height > 2 {
            let more = self.lines.len() - scroll.min(last) - height;
            canvas.put_right(
                inner.x,
                inner.bottom() - 1,
                inner.width,
                &format!(" +{more} "),
                dim,
            );
        }
    }
}
