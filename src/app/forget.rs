//! What leaves memory because nobody looked at it for long.

use std::collections::BTreeSet;

use super::App;
use crate::record::{
    AnyRef, Creator, CreatorSnapshot, Id, Kind, KindVisitor, Message, MetricPoint, Record, Thread,
};

/// At most four times this many parents keep their children in memory; beyond that so many are forgotten.
const PARENTS: usize = 64;

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

    /// Drops the children of the parents that were looked at longest ago.
    pub(super) fn forget_oldest(&mut self) {
        struct Drop<'a> {
            world: &'a mut crate::list::World,
            parent: AnyRef,
            /// Messages whose promises are offered.
            kept: &'a BTreeSet<String>,
        }
        impl KindVisitor for Drop<'_> {
            type Out = ();
            fn visit<R: Record>(self) {
                let table = self.world.table_mut::<R>();
                let gone: Vec<String> = table
                    .records()
                    .filter(|(_, record)| {
                        !record.is_open() && record.parent().as_ref() == Some(&self.parent)
                    })
                    .filter(|(id, _)| !self.kept.contains(id.as_str()))
                    .map(|(id, _)| id.as_str().to_owned())
                    .collect();
                for id in gone {
                    table.remove(&id);
                }
            }
        }
        if self.screen.loaded.len() <= PARENTS * 4 {
            return;
        }
        let offers = self.screen.offers.list().iter();
        let kept = offers.map(|offer| offer.message.as_str().to_owned());
        let kept: BTreeSet<String> = kept.collect();
        let old: Vec<(AnyRef, Kind)> = self.screen.loaded.drain(..PARENTS).collect();
        for (parent, kind) in old {
            if &*parent.kind == "creators_of" {
                self.forget_creators(&parent.id);
                continue;
            }
            if let (Kind::Message, Some(thread)) = (kind, parent.id_of::<Thread>()) {
                self.forget_talk(&thread, &kept);
                continue;
            }
            if kind == Kind::MetricPoint {
                self.courses.forget(&parent);
            }
            kind.visit(Drop {
                world: &mut self.world,
                parent,
                kept: &kept,
            });
        }
    }

    /// Drops the figures of the creators of a CN.
    fn forget_creators(&mut self, network: &str) {
        let creators: std::collections::HashSet<String> = self
            .world
            .table::<Creator>()
            .records()
            .filter(|(_, creator)| {
                creator
                    .network
                    .as_ref()
                    .is_some_and(|id| id.as_str() == network)
            })
            .map(|(id, _)| id.as_str().to_owned())
            .collect();
        let known = |link: &AnyRef| {
            link.known_kind() == Some(Kind::Creator) && creators.contains(&*link.id)
        };
        forget(self.world.table_mut::<MetricPoint>(), known);
        forget(self.world.table_mut::<CreatorSnapshot>(), known);
    }
}

/// Drops the records that hang under one of these.
fn forget<R: Record>(table: &mut crate::list::Table<R>, parents: impl Fn(&AnyRef) -> bool) {
    let gone: Vec<String> = table
        .records()
        .filter(|(_, record)| record.parent().as_ref().is_some_and(&parents))
        .map(|(id, _)| id.as_str().to_owned())
        .collect();
    for id in gone {
        table.remove(&id);
    }
}
