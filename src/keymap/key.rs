//! Keys, independent of any terminal library.

use std::fmt;

/// What was pressed, without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A character; capital letters stand for themselves.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What was pressed.
    pub code: KeyCode,
    /// With Control.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift, where the character does not show it already.
    pub shift: bool,
}

impl Key {
    /// Makes a key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// Makes the key of a character.
    pub const fn char(letter: char) -> Self {
        Self::plain(KeyCode::Char(letter))
    }

    /// Returns the character that the key types, if it types one.
    pub const fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if !self.ctrl && !self.alt => Some(letter),
            _ => None,
        }
    }

    /// Returns what arrives for it from a terminal that does not speak kitty's keyboard protocol, as most do not:
    /// the key itself, another one, or nothing at all.
    pub fn arrives_as(self) -> Option<Self> {
        let plain = Self {
            ctrl: false,
            shift: false,
            ..self
        };
        let as_code = |code| Some(Self { code, ..plain });
        let with_ctrl = |letter| {
            Some(Self {
                code: KeyCode::Char(letter),
                ctrl: true,
                ..plain
            })
        };
        match self.code {
            // No terminal says that Shift was held with what is no letter: the other character arrives.
            KeyCode::Char(letter) if self.shift && letter != ' ' => None,
            KeyCode::Char(letter) if self.ctrl => match letter.to_ascii_lowercase() {
                'i' => as_code(KeyCode::Tab),
                'm' => as_code(KeyCode::Enter),
                '[' | '3' => as_code(KeyCode::Esc),
                '8' | '?' => as_code(KeyCode::Backspace),
                '2' | '@' | ' ' => with_ctrl(' '),
                '\\' | '4' => with_ctrl('4'),
                ']' | '5' => with_ctrl('5'),
                '^' | '6' => with_ctrl('6'),
                '_' | '/' | '7' => with_ctrl('7'),
                small @ 'a'..='z' => with_ctrl(small),
                other => as_code(KeyCode::Char(other)),
            },
            // What begins the keys that are no letters.
            KeyCode::Char('[' | 'O') if self.alt => None,
            KeyCode::BackTab => Some(Self {
                shift: self.shift,
                ..plain
            }),
            KeyCode::Backspace if self.ctrl => with_ctrl('h'),
            KeyCode::Char(' ')
            | KeyCode::Enter
            | KeyCode::Esc
            | KeyCode::Tab
            | KeyCode::Backspace => Some(plain),
            _ => Some(self),
        }
    }

    /// Reads a key such as `e`, `G`, `ctrl-d`, `alt-enter`, `space`, `f5`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut key = Self::plain(KeyCode::Esc);
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                key.ctrl = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty())
            {
                key.alt = true;
                rest = after;
            } else if let Some(after) = rest
                .strip_prefix("shift-")
                .filter(|after| !after.is_empty())
            {
                key.shift = true;
                rest = after;
            } else {
                break;
            }
        }
        key.code = code(rest)?;
        if (key.code, key.shift) == (KeyCode::Tab, true) {
            // Terminals say so, whatever else they can say.
            (key.code, key.shift) = (KeyCode::BackTab, false);
        }
        if let (true, KeyCode::Char(letter)) = (key.shift, key.code) {
            // A capital letter shows its Shift itself: `ctrl-shift-a` is `ctrl-A`.
            let mut capital = letter.to_uppercase();
            if let (Some(capital), None) = (capital.next(), capital.next())
                && capital != letter
            {
                (key.code, key.shift) = (KeyCode::Char(capital), false);
            }
        }
        Some(key)
    }
}

fn code(name: &str) -> Option<KeyCode> {
    Some(match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "insert" => KeyCode::Insert,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "page-up" => KeyCode::PageUp,
        "page-down" => KeyCode::PageDown,
        "space" => KeyCode::Char(' '),
        _ => {
            let mut letters = name.chars();
            let letter = letters.next()?;
            if letters.next().is_none() {
                KeyCode::Char(letter)
            } else {
                let number = name.strip_prefix('f')?.parse::<u8>().ok()?;
                (1..=24).contains(&number).then_some(KeyCode::F(number))?
            }
        }
    })
}

/// Reads a sequence of keys separated by blanks, such as `g i`.
pub fn parse_sequence(text: &str) -> Option<Vec<Key>> {
    let keys: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
    keys.filter(|keys| !keys.is_empty())
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            out.write_str("Ctrl-")?;
        }
        if self.alt {
            out.write_str("Alt-")?;
        }
        if self.shift {
            out.write_str("Shift-")?;
        }
        match self.code {
            KeyCode::Char(' ') => out.write_str("Space"),
            KeyCode::Char(letter) if self.ctrl && letter.is_ascii_uppercase() => {
                write!(out, "Shift-{letter}")
            }
            KeyCode::Char(letter) if self.ctrl => write!(out, "{}", letter.to_ascii_uppercase()),
            KeyCode::Char(letter) => write!(out, "{letter}"),
            KeyCode::PageUp => out.write_str("PgUp"),
            KeyCode::PageDown => out.write_str("PgDn"),
            KeyCode::BackTab => out.write_str("Shift-Tab"),
            KeyCode::F(number) => write!(out, "F{number}"),
            other => write!(out, "{other:?}"),
        }
    }
}
