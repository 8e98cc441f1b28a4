//! Whether the ground of the terminal is dark or light.
//!
//! The terminal is asked for the colour of its background (OSC 11) after the first frame, and only where the
//! configuration has a theme for each ground. A question that every terminal answers follows, so that one which
//! does not know the first does not keep the keys waiting. What was answered is remembered for the next first frame.

use std::path::Path;

use crate::keymap::{Key, KeyCode};

/// The file in which the ground is remembered: `light` or `dark`.
const FILE: &str = "ground";

/// What the terminal answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// Whether the ground is not what was remembered.
    pub(super) changed: bool,
    /// Keys that were typed in the meantime.
    pub(super) keys: Vec<Key>,
}

/// Returns what is remembered, else what the environment says.
pub(super) fn is_light(state: &Path) -> bool {
    match std::fs::read_to_string(state.join(FILE)) {
        Ok(text) => text.trim() == "light",
        // Foreground and background by number, as rxvt and others say it.
        Err(_) => std::env::var("COLORFGBG")
            .ok()
            .and_then(|text| text.rsplit(';').next()?.parse::<u8>().ok())
            .is_some_and(|ground| matches!(ground, 7 | 11..=15)),
    }
}

/// Asks the terminal and remembers what it says; `None` where it is no terminal.
#[cfg(unix)]
pub(super) fn ask(state: &Path) -> Option<Answer> {
    let bytes = exchange(b"\x1b]11;?\x1b\\\x1b[c")?;
    let (answers, rest) = apart(&bytes);
    let keys = typed(&rest);
    let before = is_light(state);
    let light = answers.iter().find_map(|answer| brightness(answer));
    let light = light.map_or(before, |brightness| brightness > 0.5);
    if light != before {
        let _ =
            super::outside::write_private(&state.join(FILE), if light { "light" } else { "dark" });
    }
    Some(Answer {
        changed: light != before,
        keys,
    })
}

#[cfg(not(unix))]
pub(super) fn ask(_: &Path) -> Option<Answer> {
    None
}

/// Writes a question and reads until its last answer is there or nothing comes for a fifth of a second.
#[cfg(unix)]
fn exchange(question: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write as _;

    use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
    let terminal = std::io::stdin();
    let before = tcgetattr(&terminal).ok()?;
    let mut patient = before.clone();
    // At most two tenths of a second for each piece.
    patient.special_codes[SpecialCodeIndex::VMIN] = 0;
    patient.special_codes[SpecialCodeIndex::VTIME] = 2;
    tcsetattr(&terminal, OptionalActions::Now, &patient).ok()?;
    let mut out = std::io::stdout().lock();
    let asked = out.write_all(question).and_then(|()| out.flush());
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 256];
    // Every turn waits for at most a fifth of a second; nobody types for longer without a pause.
    for _ in 0..64 {
        if asked.is_err() || is_answered(&bytes) {
            break;
        }
        match rustix::io::read(&terminal, &mut chunk) {
            Ok(read @ 1..) => bytes.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            _ => break,
        }
    }
    let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    Some(bytes)
}

/// Tells whether the answer to the second question, `CSI ? … c`, is there.
fn is_answered(bytes: &[u8]) -> bool {
    apart(bytes).0.iter().any(|answer| answer.starts_with("[?"))
}

/// Takes answers out of what came: OSC up to BEL or ST, and device attributes; the rest was typed.
fn apart(bytes: &[u8]) -> (Vec<String>, String) {
    let text = String::from_utf8_lossy(bytes);
    let (mut answers, mut rest) = (Vec::new(), String::new());
    let mut left = &*text;
    while let Some((before, after)) = left.split_once('\x1b') {
        rest.push_str(before);
        let end = if after.starts_with(']') {
            let bell = after.find('\x07').map(|at| (at, 1));
            let string = after.find("\x1b\\").map(|at| (at, 2));
            match (bell, string) {
                (Some(bell), Some(string)) => Some(bell.min(string)),
                (one, other) => one.or(other),
            }
        } else if after.starts_with("[?") {
            after.find('c').map(|at| (at, 1))
        } else {
            rest.push('\x1b');
            left = after;
            continue;
        };
        let Some((at, length)) = end else {
            // The rest of an answer that has not come yet.
            return (answers, rest);
        };
        answers.push(after.get(..at).unwrap_or_default().to_owned());
        left = after.get(at + length..).unwrap_or_default();
    }
    rest.push_str(left);
    (answers, rest)
}

/// Reads `]11;rgb:RRRR/GGGG/BBBB`, one to four digits each, as a brightness from 0 to 1 (Rec. 709).
fn brightness(answer: &str) -> Option<f64> {
    let colours = answer.strip_prefix("]11;rgb:")?;
    let mut parts = colours.split('/').map(|digits| {
        let most = 16_u32
            .checked_pow(u32::try_from(digits.len()).ok()?)?
            .checked_sub(1)?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        (most > 0).then(|| f64::from(value) / f64::from(most))
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

/// The keys of plain characters; a sequence that a function key sends is left out.
fn typed(rest: &str) -> Vec<Key> {
    if rest.contains('\x1b') {
        return Vec::new();
    }
    rest.chars()
        .filter_map(|letter| match letter {
            '\r' => Some(Key::plain(KeyCode::Enter)),
            '\t' => Some(Key::plain(KeyCode::Tab)),
            '\x7f' => Some(Key::plain(KeyCode::Backspace)),
            letter if letter.is_control() => None,
            letter => Some(Key::char(letter)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_what_was_typed() {
        let (answers, rest) = apart(b"3\x1b]11;rgb:ffff/fafa/f0f0\x1b\\j\x1b[?62;4c2");
        assert_eq!(answers, ["]11;rgb:ffff/fafa/f0f0", "[?62;4"]);
        assert_eq!(rest, "3j2");
        assert_eq!(typed(&rest).len(), 3);
        assert!(!is_answered(b"\x1b]11;rgb:ff/ff/ff\x07") && !is_answered(b"\x1b[?6"));
        assert!(is_answered(b"\x1b[?62;c"));
        let half = apart(b"x\x1b]11;rgb:ff");
        assert_eq!((half.0.len(), half.1.as_str()), (0, "x"));
    }

    #[test]
    fn a_ground_is_dark_or_light_in_every_form() {
        let light = |answer: &str| brightness(answer).map(|bright| bright > 0.5);
        assert_eq!(light("]11;rgb:ffff/ffff/ffff"), Some(true));
        assert_eq!(light("]11;rgb:fd/f6/e3"), Some(true));
        assert_eq!(light("]11;rgb:1e1e/1e1e/2e2e"), Some(false));
        for odd in [
            "",
            "]11;?",
            "]11;rgb:",
            "]11;rgb:x/y/z",
            "]10;rgb:ff/ff/ff",
            "]11;rgb:f",
        ] {
            assert_eq!(brightness(odd), None, "{odd}");
        }
    }
}
