//! Clearing what needs no decision as one: the groups with their counts first, then one key.

use std::collections::BTreeSet;

use super::{App, Mode};
use crate::command::{Command, InboxCommand, Targets};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::pane::Tone;
use crate::record::{Id, Thread};
use crate::text::counted;
use crate::triage::Group;

/// Groups of threads that need no decision; those that are ticked are cleared together.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The groups, the one with most messages first.
    pub groups: Vec<Group>,
    /// The group under the cursor.
    pub chosen: usize,
    /// Groups that stay, by their key.
    pub left_out: BTreeSet<String>,
}

impl Sweep {
    /// Tells whether a group is cleared.
    pub fn is_ticked(&self, group: &Group) -> bool {
        !self.left_out.contains(&group.key)
    }

    /// Counts groups, threads and messages that are ticked.
    pub fn counts(&self) -> (usize, usize, usize) {
        let ticked = self.groups.iter().filter(|group| self.is_ticked(group));
        ticked.fold((0, 0, 0), |(groups, threads, messages), group| {
            (
                groups + 1,
                threads + group.threads.len(),
                messages + group.messages,
            )
        })
    }

    fn threads(&self) -> Vec<&Id<Thread>> {
        let ticked = self.groups.iter().filter(|group| self.is_ticked(group));
        ticked.flat_map(|group| &group.threads).collect()
    }
}

impl App {
    /// Opens the groups of what needs no decision.
    pub(super) fn open_sweep(&mut self) {
        let groups = self.screen.tally.groups.clone();
        if groups.is_empty() {
            self.screen.say(
                Tone::Info,
                "every thread here needs a look: nothing to sweep",
            );
            return;
        }
        self.mode = Mode::Sweep(Box::new(Sweep {
            groups,
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
        let (_, threads, messages) = sweep.counts();
        let ids: Vec<String> = sweep
            .threads()
            .into_iter()
            .filter(|id| self.world.get(*id).is_some())
            .map(|id| id.as_str().to_owned())
            .collect();
        if ids.is_empty() {
            self.screen
                .say(Tone::Info, "nothing is ticked: nothing was cleared");
            return Vec::new();
        }
        let command = Command::Inbox(InboxCommand::Done(Targets { ids, query: None }));
        let effects = self.run(vec![command]);
        if !effects.is_empty() {
            let words = format!(
                "{}, {} cleared; u brings them back",
                counted(threads, "thread"),
                counted(messages, "message")
            );
            self.screen.say(Tone::Done, words);
        }
        effects
    }
}
