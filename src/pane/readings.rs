//! What was read in the threads of the inbox, kept until they change.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::list::World;
use crate::record::{Id, Kind, Message, Person, Thread};
use crate::triage::{Assessment, People};

/// Finds contacts among the records in memory.
pub struct Contacts<'a>(pub &'a World);

impl People for Contacts<'_> {
    fn person(&self, id: &Id<Person>) -> Option<&Person> {
        self.0.get(id)
    }
}

/// What the messages of each thread are, and which messages hang under it.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// The revisions of messages and people that the rest was made from.
    made_of: (u64, u64),
    talks: HashMap<Id<Thread>, Vec<Id<Message>>>,
    read: HashMap<Id<Thread>, Reading>,
}

/// A thread as it was when it was read.
#[derive(Clone, Debug)]
struct Reading {
    print: u64,
    assessment: Assessment,
}

impl Readings {
    /// Returns what the messages of a thread are; `None` where it is not in the inbox.
    pub fn of(&self, thread: &Id<Thread>) -> Option<&Assessment> {
        self.read.get(thread).map(|reading| &reading.assessment)
    }

    /// Returns the messages of a thread that are in memory, oldest first.
    pub fn messages(&self, thread: &Id<Thread>) -> &[Id<Message>] {
        self.talks.get(thread).map_or(&[], Vec::as_slice)
    }

    /// Finds again which messages hang under which thread, if any message changed.
    pub fn follow(&mut self, world: &World) {
        let people = world.revision(Kind::Person);
        if self.made_of.1 != people {
            // From which side somebody writes decides what a message is.
            self.read.clear();
            self.made_of.1 = people;
        }
        let messages = world.revision(Kind::Message);
        if self.made_of.0 == messages {
            return;
        }
        self.made_of.0 = messages;
        self.talks.clear();
        let table = world.table::<Message>();
        for (id, message) in table.records() {
            if let Some(thread) = &message.thread {
                let talk = self.talks.entry(thread.clone()).or_default();
                talk.push(id.clone());
            }
        }
        for talk in self.talks.values_mut() {
            talk.sort_by_cached_key(|id| {
                let sent = table
                    .record(id.as_str())
                    .and_then(|message| message.sent_at);
                (sent, id.clone())
            });
        }
    }

    /// Reads the threads that changed since they were read, and forgets those that are not there any more.
    pub(super) fn read(&mut self, world: &World, threads: &[(&Id<Thread>, &Thread)]) {
        self.follow(world);
        let there: HashSet<&Id<Thread>> = threads.iter().map(|(id, _)| *id).collect();
        self.read.retain(|id, _| there.contains(id));
        let table = world.table::<Message>();
        for (id, thread) in threads {
            let talk = self.talks.get(*id).map_or(&[][..], Vec::as_slice);
            let print = print(world, thread, talk);
            if self.read.get(*id).is_some_and(|known| known.print == print) {
                continue;
            }
            let messages = talk.iter().filter_map(|id| table.record(id.as_str()));
            let assessment = Assessment::of(thread, messages, &Contacts(world));
            self.read
                .insert((*id).clone(), Reading { print, assessment });
        }
    }
}

/// A number that changes with everything that an assessment looks at.
fn print(world: &World, thread: &Thread, talk: &[Id<Message>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (thread.done_at, thread.last_at, &thread.last_text).hash(&mut hasher);
    (thread.new, thread.mentions_me, thread.channel.as_str()).hash(&mut hasher);
    (
        thread.from.as_ref().map(Id::as_str),
        thread.participants.len(),
    )
        .hash(&mut hasher);
    for id in talk {
        let Some(row) = world.row::<Message>(id.as_str()) else {
            continue;
        };
        let message = &row.record;
        (id.as_str(), row.version, message.sent_at).hash(&mut hasher);
        (message.text.len(), message.mentions_me).hash(&mut hasher);
    }
    hasher.finish()
}
