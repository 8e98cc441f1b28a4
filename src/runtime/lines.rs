//! The linear mode: lines in, sentences out; nothing of the terminal is taken over.

use std::io::{self, BufRead as _, Write as _};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::app::App;
use crate::ui::{Speech, speak};

/// Longest line that is taken, in bytes.
const LONGEST: usize = 64 * 1024;

/// Reads lines on a thread of its own until the input ends.
pub(super) fn reader() -> UnboundedReceiver<String> {
    let (tell, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(mut line) = line else { return };
            if line.len() > LONGEST {
                let mut at = LONGEST;
                while !line.is_char_boundary(at) {
                    at -= 1;
                }
                line.truncate(at);
            }
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// What was said last.
#[derive(Debug, Default)]
pub(super) struct Voice {
    said: Speech,
    again: u32,
}

impl Voice {
    /// Says what changed since the last time, a line a change.
    pub(super) fn say(&mut self, app: &App) -> io::Result<()> {
        let speech = speak(app);
        let typed = app.said_again != self.again;
        self.again = app.said_again;
        if typed {
            self.said.notice.clear();
        }
        let mut lines = speech.after(&self.said);
        if typed && lines.is_empty() {
            // Nothing is new: where one is is said again.
            lines.extend(speech.more.iter().cloned());
            for words in [&speech.row, &speech.place] {
                if lines.is_empty() && !words.is_empty() {
                    lines.push(words.clone());
                }
            }
        }
        self.said = speech;
        let mut out = io::stdout().lock();
        for line in lines {
            writeln!(out, "{line}")?;
        }
        out.flush()
    }
}
