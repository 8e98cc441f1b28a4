//! Promises in what was just sent, offered at once.

use super::App;
use crate::command::promise_due_words;
use crate::effect::{BatchRole, Effect};
use crate::keymap::show_sequence;
use crate::pane::Tone;
use crate::record::{Kind, Op};

impl App {
    /// Says after a reply that its promise can become a follow-up, and by which keys.
    pub(super) fn offer_promises(&mut self, effects: &[Effect]) {
        let sent: Vec<&str> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Save(batch) if batch.role == BatchRole::Edit => Some(&batch.edits),
                _ => None,
            })
            .flatten()
            .filter(|edit| edit.kind == Kind::Message && edit.op == Op::Create)
            .map(|edit| edit.id.as_str())
            .collect();
        if sent.is_empty() {
            return;
        }
        self.screen.offers.follow(&self.world);
        let offers = self.screen.offers.list();
        let found = offers
            .iter()
            .find(|offer| sent.contains(&offer.message.as_str()));
        let Some(offer) = found.cloned() else {
            return;
        };
        let scope = self.screen.scope();
        let key = |name: &str| {
            let keys = self.keymap.keys_of(scope, name);
            keys.map_or_else(|| format!(":{name}"), |keys| show_sequence(&keys))
        };
        let due = promise_due_words(&self.world, &self.settings, &offer);
        let words = format!(
            "you promised “{}” ({due}): {} keeps it as a follow-up, {} dismisses it",
            offer.quote,
            key("promise keep"),
            key("promise dismiss"),
        );
        let said = self.screen.notice.take().map(|notice| notice.text);
        let words = said.map_or_else(|| words.clone(), |said| format!("{said}; {words}"));
        self.screen.say(Tone::Done, words);
    }
}
