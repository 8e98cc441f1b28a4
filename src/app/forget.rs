//! What leaves memory because nobody looked at it for long.

use std::collections::BTreeSet;

use super::App;
use crate::record::{Id, Kind, Message, Record, Thread};

impl App {
    /// Drops the messages of a thread; there may be very many others.
    pub(super) fn forget_talk(&mut self, thread: &Id<Thread>, kept: &BTreeSet<String>) {
        let is_gone = |id: &&Id<Message>| {
            let message = self.world.get(*id);
            !kept.contains(id.as_str()) && message.is_some_and(|message| !message.is_open())
        };
        let talk = self.screen.readings.messages(thread).iter();
        let gone: Vec<Id<Message>> = talk.filter(is_gone).cloned().collect();
        for id in gone {
            self.world.take(Kind::Message, id.as_str());
        }
    }
}
