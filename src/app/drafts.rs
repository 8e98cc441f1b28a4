//! Drafts of replies: what is kept while it is typed, and what comes back when a reply is taken back.

use super::App;
use crate::command::words_of;
use crate::effect::{Batch, Effect, redraft};
use crate::pane::{Tone, arrange_all};

impl App {
    /// Takes in what commands do to drafts; what words come back to is known here.
    pub(super) fn with_drafts(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        effects
            .into_iter()
            .map(|effect| {
                let (key, text) = match effect {
                    Effect::Draft { key, text } => (key, text),
                    Effect::Redraft { key, words, back } => {
                        let draft = self.drafts.get(&key).map_or("", String::as_str);
                        let text = redraft(draft, &words, back);
                        (key, text)
                    }
                    other => return other,
                };
                if text.is_empty() {
                    self.drafts.remove(&key);
                } else {
                    self.drafts.insert(key.clone(), text.clone());
                }
                Effect::Draft { key, text }
            })
            .collect()
    }

    /// Undoes on screen what could not be saved, and says so before anyone believes it.
    pub(super) fn take_back(&mut self, batch: &Batch, why: &str) -> Vec<Effect> {
        self.world.revert(&batch.edits);
        self.pending_edits.saved(&batch.id);
        self.undo.forget(&batch.id);
        arrange_all(&self.world, &mut self.screen, true);
        self.screen.say(Tone::Error, format!("not saved: {why}"));
        // The words of a reply are nowhere else.
        let words = batch
            .edits
            .iter()
            .filter_map(|edit| words_of(batch, edit, true));
        self.with_drafts(words.collect())
    }
}
