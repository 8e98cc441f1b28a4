//! What happens around the slots place: holds that expire, proposals, calendars that come in.

use super::{App, Mode, ReplyBox};
use crate::command::{Cx, release_expired, take_calendar};
use crate::effect::{CalendarRequest, Effect};
use crate::pane::{Tone, arrange_all};

impl App {
    /// Releases the times of mine that were kept free until a moment that has come, also while the console was closed.
    pub(super) fn release_holds(&mut self) -> Vec<Effect> {
        let before = self.screen.notice.clone();
        let effects = self.change_aside(|cx| release_expired(cx).map(|_| ()));
        if effects.is_empty() {
            self.screen.notice = before;
        }
        effects
    }

    /// Takes the busy time of a calendar file into the book.
    pub(super) fn take_calendar(
        &mut self,
        path: &str,
        request: &CalendarRequest,
        bytes: Result<Vec<u8>, String>,
    ) -> Vec<Effect> {
        match bytes {
            Ok(bytes) => {
                let mut effects = self.change_aside(|cx| take_calendar(cx, path, request, &bytes));
                effects.extend(self.answer_asks());
                effects
            }
            Err(why) => {
                self.screen.say(Tone::Error, why);
                Vec::new()
            }
        }
    }

    /// Opens the reply box with a proposal behind what was begun.
    pub(super) fn open_proposal(&mut self, thread: &str, text: &str) -> Vec<Effect> {
        let draft = self.drafts.get(&format!("reply:{thread}"));
        let draft = match draft.map(|draft| draft.trim_end()) {
            None | Some("") => text.to_owned(),
            // Proposed twice: the same words once.
            Some(begun) if begun.ends_with(text) => begun.to_owned(),
            Some(begun) => format!("{begun}\n\n{text}"),
        };
        let reply = ReplyBox::open((&self.world, &self.screen), &self.courses, thread, &draft);
        self.keep_draft(&reply);
        let effects = vec![reply.draft()];
        self.mode = Mode::Reply(Box::new(reply));
        effects
    }

    /// Makes a batch of edits that no key asked for.
    fn change_aside(
        &mut self,
        change: impl FnOnce(&mut Cx<'_>) -> Result<(), crate::command::CommandError>,
    ) -> Vec<Effect> {
        let mut cx = Cx::new(
            &mut self.world,
            Some(&mut self.screen),
            &self.settings,
            &mut self.undo,
        );
        let result = change(&mut cx);
        let outcome = cx.finish();
        self.asks.extend(outcome.asks);
        if let Err(error) = result {
            self.screen.say(Tone::Error, error.to_string());
        }
        for effect in &outcome.effects {
            if let Effect::Save(batch) = effect {
                self.pending_edits.made(batch);
            }
        }
        if !outcome.effects.is_empty() {
            arrange_all(&self.world, &mut self.screen, false);
        }
        outcome.effects
    }
}
