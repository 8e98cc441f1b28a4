//! What was read in the threads of the inbox, kept until they change.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

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
    /// Under which thread each message hangs.
    places: HashMap<Id<Message>, Id<Thread>>,
    /// Threads of which a message changed since they were read.
    stale: HashSet<Id<Thread>>,
    read: HashMap<Id<Thread>, Reading>,
}

/// What was found in one thread.
#[derive(Debug)]
pub struct Read {
    thread: Id<Thread>,
    reading: Reading,
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

    /// Follows the messages that changed: only they and their threads are looked at, unless so much changed
    /// that nobody knows what.
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
        match world.changed_since(Kind::Message, self.made_of.0) {
            Some(ids) => {
                let ids: HashSet<Id<Message>> = ids.map(Id::new).collect();
                self.follow_some(world, &ids);
            }
            None => self.follow_all(world),
        }
        self.made_of.0 = messages;
    }

    fn follow_all(&mut self, world: &World) {
        self.talks.clear();
        self.places.clear();
        self.read.clear();
        let table = world.table::<Message>();
        for (id, message) in table.records() {
            if let Some(thread) = &message.thread {
                let talk = self.talks.entry(thread.clone()).or_default();
                talk.push(id.clone());
                self.places.insert(id.clone(), thread.clone());
            }
        }
        for talk in self.talks.values_mut() {
            talk.sort_by_cached_key(|id| (sent_at(world, id), id.clone()));
        }
    }

    fn follow_some(&mut self, world: &World, ids: &HashSet<Id<Message>>) {
        // All of them leave their places first: what stays is in order by what it says now.
        for id in ids {
            let Some(thread) = self.places.remove(id) else {
                continue;
            };
            if let Some(talk) = self.talks.get_mut(&thread) {
                talk.retain(|known| known != id);
                if talk.is_empty() {
                    self.talks.remove(&thread);
                }
            }
            self.stale.insert(thread);
        }
        for id in ids {
            let Some(thread) = world.get(id).and_then(|message| message.thread.clone()) else {
                continue;
            };
            let talk = self.talks.entry(thread.clone()).or_default();
            let key = (sent_at(world, id), id);
            let at = talk.partition_point(|known| (sent_at(world, known), known) < key);
            talk.insert(at, id.clone());
            self.places.insert(id.clone(), thread.clone());
            self.stale.insert(thread);
        }
    }

    /// Reads the threads that changed since they were read, and forgets those that are not there any more.
    pub(super) fn read(&mut self, world: &World, threads: &[(&Id<Thread>, &Thread)]) {
        self.follow(world);
        let there: HashSet<&Id<Thread>> = threads.iter().map(|(id, _)| *id).collect();
        self.read.retain(|id, _| there.contains(id));
        let found: Vec<Read> = threads
            .iter()
            .filter(|(id, thread)| {
                let known = self.read.get(*id);
                known.is_none_or(|known| known.print != print(thread)) || self.stale.contains(*id)
            })
            .map(|(id, thread)| self.assess(world, id, thread))
            .collect();
        self.take(found);
        self.stale.clear();
    }

    /// Reads a part of all threads in memory, counted from 0, so that several can share the work; [`take`] puts
    /// together what they found.
    ///
    /// [`take`]: Self::take
    pub fn part(&self, world: &World, nth: usize, of: usize) -> Vec<Read> {
        let threads = world.table::<Thread>().records();
        threads
            .skip(nth)
            .step_by(of.max(1))
            .map(|(id, thread)| self.assess(world, id, thread))
            .collect()
    }

    /// Takes in threads that were read.
    pub fn take(&mut self, found: Vec<Read>) {
        self.read
            .extend(found.into_iter().map(|read| (read.thread, read.reading)));
    }

    fn assess(&self, world: &World, id: &Id<Thread>, thread: &Thread) -> Read {
        let table = world.table::<Message>();
        let talk = self.talks.get(id).map_or(&[][..], Vec::as_slice);
        let messages = talk.iter().filter_map(|id| table.record(id.as_str()));
        Read {
            thread: id.clone(),
            reading: Reading {
                print: print(thread),
                assessment: Assessment::of(thread, messages, &Contacts(world)),
            },
        }
    }
}

fn sent_at(world: &World, id: &Id<Message>) -> Option<Timestamp> {
    world.get(id).and_then(|message| message.sent_at)
}

/// A number that changes with everything of a thread that an assessment looks at, its messages left out.
fn print(thread: &Thread) -> u64 {
    let mut hasher = DefaultHasher::new();
    (thread.done_at, thread.last_at, &thread.last_text).hash(&mut hasher);
    (thread.new, thread.mentions_me, thread.channel.as_str()).hash(&mut hasher);
    (
        thread.from.as_ref().map(Id::as_str),
        thread.participants.len(),
    )
        .hash(&mut hasher);
    hasher.finish()
}
