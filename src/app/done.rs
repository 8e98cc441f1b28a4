//! What was done today, also before a restart and on other devices: closed threads are not read at start.

use super::App;
use crate::effect::{CacheRow, Effect, Load};
use crate::record::{Kind, Thread};
use crate::triage::Standing;

/// At most this many threads that moved today are read for what was done today.
const DONE: usize = 5_000;

impl App {
    /// Tells whether a row is a thread that was done today, here or on another device: today's count holds it.
    pub(super) fn is_done_today(&self, row: &CacheRow) -> bool {
        row.kind == Kind::Thread
            && crate::record::read::<Thread>(&row.fields)
                .is_ok_and(|thread| Standing::of(&thread, &self.world.view) == Standing::DoneToday)
    }

    /// Returns what was done since the local midnight, once it is known whose midnight: closed threads are not
    /// read at start, and today's count and its split are made of them.
    pub(super) fn wanted_done(&mut self) -> Option<Effect> {
        let ready = self.world.me().is_some();
        if !(ready && self.whole.insert(Kind::Thread)) {
            return None;
        }
        let view = &self.world.view;
        let midnight = view.today().to_zoned(view.zone.clone()).ok()?;
        Some(Effect::Load(Load::Since {
            kind: Kind::Thread,
            since: midnight.timestamp(),
            limit: DONE,
        }))
    }
}
