//! Text being typed: the one place below `ui` that uses the text area widget, for its state only.
//!
//! The widget never draws: `ui` draws its lines through the sanitiser, because a text that is edited may
//! have come from someone else.

use ratatui_textarea::{CursorMove, Input as Typed, Key as TypedKey, TextArea};

use crate::keymap::{Key, KeyCode};

/// A text with a cursor.
#[derive(Debug)]
pub struct Input {
    area: TextArea<'static>,
    single: bool,
}

impl Input {
    /// Starts a text of one line.
    pub fn line(text: &str) -> Self {
        Self::start(text, true)
    }

    /// Starts a text of several lines.
    pub fn body(text: &str) -> Self {
        Self::start(text, false)
    }

    fn start(text: &str, single: bool) -> Self {
        let mut input = Self {
            area: TextArea::default(),
            single,
        };
        input.set(text);
        input
    }

    /// Replaces the text and puts the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.area = TextArea::new(if self.single {
            vec![text.replace(['\n', '\r'], " ")]
        } else {
            text.lines().map(str::to_owned).collect()
        });
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// Returns the whole text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Returns the lines.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Tells whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Returns the cursor as line and character, counted from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Puts the cursor on a line and a letter, counted from 0.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let to = CursorMove::Jump(small(line), small(column));
        self.area.move_cursor(to);
    }

    /// Deletes this many letters behind the cursor.
    pub fn delete(&mut self, letters: usize) {
        self.area.delete_str(letters);
    }

    /// Inserts a text at the cursor.
    pub fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.single {
            self.area.insert_str(text.replace('\n', " "));
        } else {
            self.area.insert_str(text);
        }
    }

    /// Starts a new line.
    pub fn new_line(&mut self) {
        if !self.single {
            self.area.insert_newline();
        }
    }

    /// Takes a key in; says whether it was one that edits or moves.
    pub fn key(&mut self, key: Key) -> bool {
        let code = match key.code {
            KeyCode::Char(letter) => TypedKey::Char(letter),
            KeyCode::Backspace => TypedKey::Backspace,
            KeyCode::Delete => TypedKey::Delete,
            KeyCode::Left => TypedKey::Left,
            KeyCode::Right => TypedKey::Right,
            KeyCode::Home => TypedKey::Home,
            KeyCode::End => TypedKey::End,
            KeyCode::Up if !self.single => TypedKey::Up,
            KeyCode::Down if !self.single => TypedKey::Down,
            _ => return false,
        };
        // As in a shell: what stands before the cursor on its line goes.
        if key.ctrl && key.code == KeyCode::Char('u') {
            self.area.delete_line_by_head();
            return true;
        }
        // Ctrl-M and Ctrl-J would break a single line; a bare Ctrl-C leaves the box.
        if key.ctrl && matches!(key.code, KeyCode::Char('m' | 'j' | 'c')) {
            return false;
        }
        self.area.input(Typed {
            key: code,
            ctrl: key.ctrl,
            alt: key.alt,
            shift: key.shift,
        });
        true
    }
}
