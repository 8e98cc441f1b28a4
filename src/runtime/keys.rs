//! From the terminal library's keys to ours.

use crossterm::event::{
    KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};

use crate::keymap::{Key, KeyCode};
use crate::pane::Pointing;

/// Turns a mouse event into what it does here, if anything.
pub(super) const fn pointing(kind: MouseEventKind) -> Option<Pointing> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Pointing::Click),
        MouseEventKind::ScrollUp => Some(Pointing::WheelUp),
        MouseEventKind::ScrollDown => Some(Pointing::WheelDown),
        _ => None,
    }
}

/// Turns a key event into a key; releases and lone modifiers are none.
pub(super) fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let modifiers = event.modifiers;
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    let mut key = Key {
        code: KeyCode::Esc,
        ctrl: modifiers.contains(KeyModifiers::CONTROL),
        alt: modifiers.contains(KeyModifiers::ALT),
        shift,
    };
    key.code = match event.code {
        // A capital letter shows its Shift itself.
        Code::Char(letter) => {
            key.shift = false;
            let mut capital = letter.to_uppercase();
            match (shift, capital.next(), capital.next()) {
                (true, Some(capital), None) => KeyCode::Char(capital),
                _ => KeyCode::Char(letter),
            }
        }
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::BackTab => {
            key.shift = false;
            KeyCode::BackTab
        }
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::F(number) => KeyCode::F(number),
        _ => return None,
    };
    Some(key)
}
