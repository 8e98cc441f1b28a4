//! Notifications through the terminal, which shows them also while another window has the keys.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::Via;
use crate::text;

/// Most characters of a notification.
const LONG: usize = 200;

/// Tells the user something through the terminal.
pub(super) fn notify(via: Via, bell: bool, title: &str, body: &str) -> Result<(), String> {
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    let via = match via {
        Via::Auto => guess(&value("TERM"), &value("TERM_PROGRAM"), &value("WT_SESSION")),
        via => via,
    };
    let mut bytes = sequence(via, title, body);
    if !bytes.is_empty() && std::env::var_os("TMUX").is_some() && bytes != "\x07" {
        bytes = format!("\x1bPtmux;{}\x1b\\", bytes.replace('\x1b', "\x1b\x1b"));
    }
    if bell && via != Via::Bell && via != Via::Off {
        bytes.push('\x07');
    }
    let mut out = std::io::stdout().lock();
    out.write_all(bytes.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| format!("notify: {error}"))
}

/// Chooses the sequence that the terminal knows.
fn guess(term: &str, program: &str, windows_terminal: &str) -> Via {
    let program = program.to_lowercase();
    if term.contains("kitty") {
        Via::Osc99
    } else if term.starts_with("foot") || term.contains("rxvt") {
        Via::Osc777
    } else if matches!(program.as_str(), "iterm.app" | "wezterm" | "ghostty")
        || term.contains("ghostty")
        || !windows_terminal.is_empty()
    {
        Via::Osc9
    } else {
        Via::Bell
    }
}

/// Writes the sequence; what others wrote cannot end it or begin another.
fn sequence(via: Via, title: &str, body: &str) -> String {
    let clean = |words: &str| -> String {
        let line = text::plain(words);
        let letters = line.chars().filter(|letter| !letter.is_control());
        letters.take(LONG).collect()
    };
    let (title, body) = (clean(title), clean(body));
    match via {
        Via::Auto | Via::Bell => "\x07".into(),
        Via::Off => String::new(),
        // A text that begins like a progress report is one to some terminals.
        Via::Osc9 => format!("\x1b]9;{title}: {body}\x1b\\"),
        Via::Osc777 => format!(
            "\x1b]777;notify;{};{}\x1b\\",
            title.replace(';', ","),
            body.replace(';', ",")
        ),
        Via::Osc99 => format!(
            "\x1b]99;i=cnm:d=0:e=1:p=title;{}\x1b\\\x1b]99;i=cnm:e=1:p=body;{}\x1b\\",
            STANDARD.encode(title.as_bytes()),
            STANDARD.encode(body.as_bytes())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_within_the_sequence() {
        let evil = "x\x1b\\\x1b]52;c;AAAA\x07\u{9c}y;z\n\u{202e}";
        for via in [Via::Osc9, Via::Osc777, Via::Osc99] {
            let bytes = sequence(via, evil, evil);
            let controls = bytes.chars().filter(|letter| letter.is_control()).count();
            let own = if via == Via::Osc99 { 4 } else { 2 };
            assert_eq!(controls, own, "{bytes:?}");
        }
        assert_eq!(sequence(Via::Osc777, "a;b", "c").matches(';').count(), 3);
        assert_eq!(sequence(Via::Off, "a", "b"), "");
    }

    #[test]
    fn the_terminal_decides_how_it_is_told() {
        assert_eq!(guess("xterm-kitty", "", ""), Via::Osc99);
        assert_eq!(guess("foot", "", ""), Via::Osc777);
        assert_eq!(guess("xterm-256color", "WezTerm", ""), Via::Osc9);
        assert_eq!(guess("xterm-256color", "", ""), Via::Bell);
    }
}
