//! Layer 4: keys to commands.
//!
//! A binding is a list of command lines, checked when the keymap loads, with an optional condition on the
//! console and on the record under the cursor. The keys of a sequence form a trie, and a pending node of the
//! trie *is* the which-key popup. Layers are looked at in order: what the user bound for this place, what the
//! user bound everywhere, our keys for this place, our keys everywhere; so the user's keys always win. Of
//! several bindings of one key in one layer the first whose condition holds counts.

mod binding;
mod code;
mod faults;
mod hook;
mod key;
mod layout;
mod load;
mod reach;
mod review;
mod template;

pub use binding::{Binding, Prompt, VARIABLES, Wants, When};
pub(crate) use faults::{Fault, fault, faults};
pub use hook::{Event, Hook, hook_faults, read_hooks};
pub use key::{Key, KeyCode, parse_sequence};
pub use layout::{Layout, LayoutError};
pub(crate) use load::line_of;
pub use load::{KeymapError, Source};
pub use review::{Change, Finding, changes};
pub use template::{Hole, Template, is_query};

use std::collections::BTreeMap;

use crate::command::{Parsing, Step};

/// The keys that ship with the program.
pub const DEFAULT: &str = include_str!("keymap/default.toml");

/// A keymap of ours as the build has read it.
macro_rules! packed {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json"))
    };
}

/// What the plain preset changes in them.
const PLAIN: &str = packed!("plain");

/// What digits that open tabs add to them.
const TABS: &str = packed!("tabs");

/// Every set of default keys that was ever released, the oldest first; the last one is the present.
pub const VERSIONS: &[(&str, &str)] = &[("v1", include_str!("keymap/v1.toml")), ("v2", DEFAULT)];

/// The same as the build has read them.
const PACKED: [&str; VERSIONS.len()] = [packed!("v1"), packed!("default")];

/// The sets of keys to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Moves as in vim.
    #[default]
    Vim,
    /// Arrows and function keys; the letters that move in vim are free.
    Plain,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Bindings of these keys; the first whose condition holds counts.
    bindings: Vec<Binding>,
    next: BTreeMap<Key, Node>,
}

impl Node {
    /// Binds keys, in place of what they were bound to.
    fn bind(&mut self, keys: &[Key], bindings: Vec<Binding>) {
        let mut node = self;
        for key in keys {
            node = node.next.entry(*key).or_default();
        }
        // Two ways to write one key are two bindings of it.
        let same_file = |known: &Binding| {
            let new = bindings.first();
            new.is_some_and(|new| new.source.file == known.source.file)
        };
        node.bindings.retain(same_file);
        node.bindings.extend(bindings);
        node.bindings.sort_by_key(|binding| binding.source.line);
    }

    /// Tells whether something below these keys does something.
    fn leads_on(&self) -> bool {
        self.next
            .values()
            .any(|node| node.bindings.iter().any(|binding| !binding.unbound) || node.leads_on())
    }
}

/// What a sequence of keys means so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Nothing begins like this.
    Nothing,
    /// It is the beginning of something.
    Pending,
    /// It is bound.
    Bound(&'a Binding),
}

/// Everything that is bound.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    /// Scopes of the user's file.
    user: BTreeMap<String, Node>,
    /// Scopes of the defaults.
    ours: BTreeMap<String, Node>,
    /// The names of the themes there are; empty where nobody has looked.
    pub themes: Vec<String>,
    /// Macros by name.
    pub macros: BTreeMap<String, Macro>,
    /// What runs by itself.
    pub hooks: Vec<Hook>,
    /// What was worked out from the rest.
    reaches: reach::Reaches,
}

/// Command lines that are kept under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Macro {
    /// The text, with comments.
    pub text: String,
    /// What it runs.
    pub steps: Vec<Step>,
}

/// The scope that holds in every place.
pub const EVERYWHERE: &str = "everywhere";

/// The scopes that hold while something is typed or chosen.
pub const MODES: &[&str] = &[
    "palette", "filter", "prompt", "pick", "reply", "form", "score", "find", "help", SWEEP, SUMMARY,
];
/// The scope of the groups that need no decision.
pub const SWEEP: &str = "sweep";
/// The scope of the summary of the day.
pub const SUMMARY: &str = "summary";
/// The scope that holds on Today, whichever panel has the keys.
pub const TODAY: &str = "today";
/// The scope that holds on every tab of the page of a CN.
pub const PAGE: &str = "cn-page";

/// Parts the scope of a panel, as `today/inbox`, into that of the place in which it stands, which comes first, and that
/// of the place of which it is a view.
fn parted(scope: &str) -> (&str, &str) {
    scope.split_once('/').unwrap_or(("", scope))
}

/// Returns the scope around a tab of a page; there is none around a place (an empty name is never bound).
fn wider(scope: &str) -> &str {
    if scope.starts_with("cn-") && scope != PAGE {
        PAGE
    } else {
        ""
    }
}

impl Keymap {
    /// Reads the defaults; they are checked by a test and so are not checked again at start.
    pub fn defaults() -> Result<Self, KeymapError> {
        let mut ours = BTreeMap::new();
        let [.., newest] = PACKED;
        load::read_packed(newest, "default keys", &mut ours, None)?;
        Ok(Self {
            ours,
            ..Self::default()
        })
    }

    /// Reads a preset in the version of this name; an empty name takes the present one.
    ///
    /// # Errors
    /// There is no such version.
    pub fn shipped(preset: Preset, version: &str) -> Result<Self, KeymapError> {
        Self::read_shipped(preset, version, None)
    }

    fn read_shipped(
        preset: Preset,
        version: &str,
        mut parsing: Option<&mut Parsing>,
    ) -> Result<Self, KeymapError> {
        let packed = VERSIONS
            .iter()
            .zip(PACKED)
            .rev()
            .find(|((name, _), _)| version.is_empty() || *name == version)
            .map(|(_, packed)| packed)
            .ok_or_else(|| KeymapError {
                file: "config.toml".into(),
                line: 1,
                what: format!("keys.defaults: there are no default keys `{version}`"),
                hint: format!(
                    "known: {}",
                    VERSIONS
                        .iter()
                        .map(|(name, _)| *name)
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            })?;
        let mut ours = BTreeMap::new();
        load::read_packed(packed, "default keys", &mut ours, parsing.as_deref_mut())?;
        if preset == Preset::Plain {
            load::read_packed(PLAIN, "default keys, plain", &mut ours, parsing)?;
        }
        Ok(Self {
            ours,
            ..Self::default()
        })
    }

    /// Makes the digits 1 to 6 of the shipped keys open their tabs, or takes them away so that they begin a count.
    ///
    /// # Errors
    /// The keys that are added cannot be read, which a test rules out.
    pub fn with_digits(mut self, tabs: bool) -> Result<Self, KeymapError> {
        if tabs {
            load::read_packed(TABS, "default keys, tabs", &mut self.ours, None)?;
        } else if let Some(root) = self.ours.get_mut(EVERYWHERE) {
            root.next
                .retain(|key, _| !matches!(key.typed(), Some('1'..='6')));
        }
        self.reaches = reach::Reaches::default();
        Ok(self)
    }

    /// Adds the user's keys; every command is checked.
    pub fn with_user(mut self, text: &str, file: &str) -> Result<Self, KeymapError> {
        self.user = BTreeMap::new();
        self.reaches = reach::Reaches::default();
        load::read(text, file, &mut self.user, Some(&mut Parsing::new()))?;
        Ok(self)
    }

    /// Returns all that is wrong with a keymap of the user's, in the order of its lines.
    pub fn faults(text: &str, file: &str) -> Vec<KeymapError> {
        let mut parsing = Parsing::new();
        faults(text, file, |text| {
            load::read(text, file, &mut BTreeMap::new(), Some(&mut parsing)).err()
        })
    }

    /// Checks every command of the defaults, in every version and preset.
    pub fn check_defaults() -> Result<(), KeymapError> {
        let mut parsing = Parsing::new();
        for (version, _) in VERSIONS {
            for preset in [Preset::Vim, Preset::Plain] {
                Self::read_shipped(preset, version, Some(&mut parsing))?;
            }
        }
        Ok(())
    }

    fn layers<'a>(&'a self, scope: &'a str) -> impl Iterator<Item = &'a Node> {
        // While something is typed the keys of places are letters.
        let outer = if MODES.contains(&scope) {
            ""
        } else {
            EVERYWHERE
        };
        let (around, scope) = parted(scope);
        [
            (&self.user, around),
            (&self.user, scope),
            (&self.user, wider(scope)),
            (&self.user, outer),
            (&self.ours, around),
            (&self.ours, scope),
            (&self.ours, wider(scope)),
            (&self.ours, outer),
        ]
        .into_iter()
        .filter_map(|(scopes, scope)| scopes.get(scope))
    }

    /// Looks a sequence up as if every condition held.
    pub fn find<'a>(&'a self, scope: &'a str, keys: &[Key]) -> Found<'a> {
        self.look_up(scope, keys, &|_| true)
            .unwrap_or(Found::Nothing)
    }

    /// Looks a sequence up; `holds` answers for conditions. `None` where nobody said anything about it,
    /// [`Found::Nothing`] where the user took it away.
    pub fn look_up<'a>(
        &'a self,
        scope: &'a str,
        keys: &[Key],
        holds: &dyn Fn(&When) -> bool,
    ) -> Option<Found<'a>> {
        for node in self.layers(scope).filter_map(|root| walk(root, keys)) {
            let holding = node
                .bindings
                .iter()
                .find(|binding| binding.when.as_ref().is_none_or(holds));
            match holding {
                Some(binding) if binding.unbound => return Some(Found::Nothing),
                Some(binding) => return Some(Found::Bound(binding)),
                None if node.leads_on() => return Some(Found::Pending),
                None => {}
            }
        }
        None
    }

    /// Lists what can follow a sequence: the next key and what it does or begins.
    pub fn continuations<'a>(
        &'a self,
        scope: &'a str,
        keys: &[Key],
        holds: &dyn Fn(&When) -> bool,
    ) -> Vec<(Key, Option<&'a Binding>)> {
        let mut next: Vec<Key> = Vec::new();
        for node in self.layers(scope).filter_map(|root| walk(root, keys)) {
            for key in node.next.keys() {
                if !next.contains(key) {
                    next.push(*key);
                }
            }
        }
        let mut sequence = keys.to_vec();
        next.into_iter()
            .filter_map(|key| {
                sequence.push(key);
                let found = self.look_up(scope, &sequence, holds);
                sequence.pop();
                match found? {
                    Found::Nothing => None,
                    Found::Pending => Some((key, None)),
                    Found::Bound(binding) => Some((key, Some(binding))),
                }
            })
            .collect()
    }

    /// Lists every binding that can be reached in a scope, the scope's own first, each with its sequence; a
    /// key that does different things on different conditions stands there once for each.
    pub fn all<'a>(&'a self, scope: &'a str) -> Vec<(Vec<Key>, &'a Binding)> {
        let mut found = self.reachable(scope);
        found.retain(|(_, binding)| !binding.unbound);
        found
    }

    /// Lists what each sequence does now, the scope's own first.
    pub fn live<'a>(
        &'a self,
        scope: &'a str,
        holds: &dyn Fn(&When) -> bool,
    ) -> Vec<(Vec<Key>, &'a Binding)> {
        let mut list: Vec<(Vec<Key>, &Binding)> = Vec::new();
        for (keys, binding) in self.reachable(scope) {
            let holding = binding.when.as_ref().is_none_or(holds);
            if holding && !list.iter().any(|(known, _)| *known == keys) {
                list.push((keys, binding));
            }
        }
        list.retain(|(_, binding)| !binding.unbound);
        list
    }

    /// Lists the sequences that are bound for this scope itself, not everywhere.
    pub fn own(&self, scope: &str) -> std::collections::BTreeSet<Vec<Key>> {
        let mut found = Vec::new();
        let (around, scope) = parted(scope);
        for scopes in [&self.user, &self.ours] {
            for root in [around, scope]
                .iter()
                .filter_map(|scope| scopes.get(*scope))
            {
                reach::gather(root, &mut Vec::new(), &mut found);
            }
        }
        found.into_iter().map(|(keys, ..)| keys).collect()
    }

    /// Finds the shortest sequence in a scope that runs exactly this command line.
    pub fn keys_of(&self, scope: &str, command: &str) -> Option<Vec<Key>> {
        self.all(scope)
            .into_iter()
            .filter(|(_, binding)| {
                binding.commands.len() == 1 && binding.commands.iter().any(|line| line == command)
            })
            .map(|(keys, _)| keys)
            .min_by_key(Vec::len)
    }

    /// Tells whether the user or the defaults say anything about a key in a scope, alone or as a beginning.
    pub fn knows(&self, scope: &str, key: Key) -> bool {
        self.layers(scope).any(|root| root.next.contains_key(&key))
    }
}

fn walk<'a>(root: &'a Node, keys: &[Key]) -> Option<&'a Node> {
    keys.iter().try_fold(root, |node, key| node.next.get(key))
}

/// Writes a sequence as people read it: `g i`.
pub fn show_sequence(keys: &[Key]) -> String {
    keys.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests;
