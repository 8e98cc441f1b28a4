//! Clearing what needs no decision as one: the groups with their counts first, then one key.

use std::collections::{BTreeMap, BTreeSet};

use super::{App, Mode};
use crate::command::{Command, InboxCommand, Targets};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::pane::{Tone, sweepable, unhandled};
use crate::record::{Id, Message, Thread};
use crate::text::counted;
use crate::triage::{Group, Stack};

/// Groups of messages that need no decision; those that are ticked are cleared together.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The groups, the one with most messages first.
    pub groups: Vec<Group>,
    /// The unhandled messages of each thread.
    pub stacks: BTreeMap<Id<Thread>, Stack>,
    /// The group under the cursor.
    pub chosen: usize,
    /// Groups that stay, by their key.
    pub left_out: BTreeSet<String>,
}

/// What is cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Groups that are ticked.
    pub groups: usize,
    /// Threads that are done with it.
    pub done: usize,
    /// Threads that stay, done up to what they ask.
    pub begun: usize,
    /// Messages.
    pub messages: usize,
}

impl Sweep {
    /// Tells whether a group is cleared.
    pub fn is_ticked(&self, group: &Group) -> bool {
        !self.left_out.contains(&group.key)
    }

    /// Counts what is ticked.
    pub fn counts(&self) -> Cleared {
        let mut counts = Cleared {
            groups: self
                .groups
                .iter()
                .filter(|group| self.is_ticked(group))
                .count(),
            ..Cleared::default()
        };
        for (thread, messages) in self.cleared() {
            counts.messages += messages;
            let whole = self.stacks.get(thread).map(Stack::len) == Some(messages);
            if whole {
                counts.done += 1;
            } else {
                counts.begun += 1;
            }
        }
        counts
    }

    /// Counts the messages that need no decision and go with the one that they stand behind.
    pub fn behind(&self) -> usize {
        self.stacks.values().map(Stack::behind).sum()
    }

    /// Lists the threads in which something is cleared, with how many messages from the oldest on.
    fn cleared(&self) -> impl Iterator<Item = (&Id<Thread>, usize)> {
        let ticked: Vec<bool> = self
            .groups
            .iter()
            .map(|group| self.is_ticked(group))
            .collect();
        self.stacks.iter().filter_map(move |(thread, stack)| {
            let count = stack.cleared(|at| ticked.get(at).copied().unwrap_or(false));
            (count > 0).then_some((thread, count))
        })
    }
}

impl App {
    /// Opens the groups of what needs no decision.
    pub(super) fn open_sweep(&mut self) {
        let (groups, stacks) = sweepable(&self.world, &self.screen);
        if groups.is_empty() {
            self.screen.say(
                Tone::Info,
                "every thread here needs a look: nothing to sweep",
            );
            return;
        }
        self.mode = Mode::Sweep(Box::new(Sweep {
            groups,
            stacks,
            chosen: 0,
            left_out: BTreeSet::new(),
        }));
    }

    /// Takes a key while the groups have the keys: those of the keymap come as these.
    pub(super) fn sweep_key(&mut self, mut sweep: Box<Sweep>, key: Key) -> Vec<Effect> {
        let last = sweep.groups.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Char('c' | 'g') if key.ctrl => return Vec::new(),
            KeyCode::Enter => return self.sweep(&sweep),
            KeyCode::Down => sweep.chosen = (sweep.chosen + 1).min(last),
            KeyCode::Up => sweep.chosen = sweep.chosen.saturating_sub(1),
            KeyCode::Char(' ') => {
                if let Some(group) = sweep.groups.get(sweep.chosen) {
                    let key = group.key.clone();
                    if !sweep.left_out.remove(&key) {
                        sweep.left_out.insert(key);
                    }
                }
            }
            KeyCode::Char('*') => {
                sweep.left_out = if sweep.left_out.is_empty() {
                    let keys = sweep.groups.iter().map(|group| group.key.clone());
                    keys.collect()
                } else {
                    BTreeSet::new()
                };
            }
            _ => {}
        }
        self.mode = Mode::Sweep(sweep);
        Vec::new()
    }

    /// Takes a key while the summary of the day is shown.
    pub(super) fn summary_key(&mut self, scroll: usize, key: Key) -> Vec<Effect> {
        let to = match key.code {
            KeyCode::Down => scroll + 1,
            KeyCode::Up => scroll.saturating_sub(1),
            KeyCode::PageDown => scroll + 20,
            KeyCode::PageUp => scroll.saturating_sub(20),
            _ => return Vec::new(),
        };
        self.mode = Mode::Summary(to);
        Vec::new()
    }

    fn sweep(&mut self, sweep: &Sweep) -> Vec<Effect> {
        let counts = sweep.counts();
        let (mut whole, mut up_to) = (Vec::new(), Vec::new());
        for (thread, count) in sweep.cleared() {
            if self.world.get(thread).is_none() {
                continue;
            }
            if sweep.stacks.get(thread).map(Stack::len) == Some(count) {
                whole.push(thread.as_str().to_owned());
            } else if let Some(message) = self.nth_unhandled(thread, count) {
                up_to.push(message.as_str().to_owned());
            }
        }
        let mut commands = Vec::new();
        if !up_to.is_empty() {
            commands.push(Command::Inbox(InboxCommand::UpTo { messages: up_to }));
        }
        if !whole.is_empty() {
            let targets = Targets {
                ids: whole,
                query: None,
            };
            commands.push(Command::Inbox(InboxCommand::Done(targets)));
        }
        if commands.is_empty() {
            self.screen
                .say(Tone::Info, "nothing is ticked: nothing was cleared");
            return Vec::new();
        }
        self.titled = Some(format!("sweep of {}", counted(counts.messages, "message")));
        let effects = self.run(commands);
        if !effects.is_empty() {
            let words = format!(
                "{} cleared, {} done; u brings them back",
                counted(counts.messages, "message"),
                counted(counts.done, "thread"),
            );
            self.screen.say(Tone::Done, words);
        }
        effects
    }

    /// Finds a message by its number, from 1, among those that came in since their thread was last done.
    fn nth_unhandled(&self, thread: &Id<Thread>, number: usize) -> Option<Id<Message>> {
        let waiting = unhandled(&self.world, Some(&self.screen), thread);
        waiting
            .get(number.checked_sub(1)?)
            .map(|one| one.id.clone())
    }
}
