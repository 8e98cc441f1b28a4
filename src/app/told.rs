//! What the status line tells: one thing at a time, the most severe first.

use super::App;
use crate::pane::Tone;

impl App {
    /// Tells what else there is to know of what was just done, behind what was said about it.
    pub(super) fn also(&mut self, words: &str) {
        let said = self.screen.notice.take();
        let (tone, words) = match said {
            Some(said) => (said.tone, format!("{}; {words}", said.text)),
            None => (Tone::Info, words.to_owned()),
        };
        self.screen.say(tone, words);
    }
}
