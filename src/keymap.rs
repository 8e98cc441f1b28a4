//! Layer 4: keys to commands.
//!
//! A binding is a list of command lines, checked when the keymap loads. The keys of a sequence form a trie,
//! and a pending node of the trie *is* the which-key popup. Layers are looked at in order: what the user
//! bound for this place, what the user bound everywhere, our keys for this place, our keys everywhere; so the
//! user's keys always win.

mod key;
mod load;

pub use key::{Key, KeyCode, parse_sequence};
pub(crate) use load::line_of;
pub use load::{KeymapError, Source};

use std::collections::BTreeMap;

use crate::command::Parsing;

/// The keys that ship with the program.
pub const DEFAULT: &str = include_str!("keymap/default.toml");

/// What a key sequence does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Command lines, run in order until one fails.
    pub commands: Vec<String>,
    /// A few words for the popup and the help; empty uses the command's own help.
    pub help: String,
    /// Whether the footer shows it.
    pub hint: bool,
    /// Where it was bound.
    pub source: Source,
    /// The user took this key away.
    pub unbound: bool,
}

#[derive(Clone, Debug, Default)]
struct Node {
    binding: Option<Binding>,
    next: BTreeMap<Key, Node>,
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
}

/// The scope that holds in every place.
pub const EVERYWHERE: &str = "everywhere";

impl Keymap {
    /// Reads the defaults; they are checked by a test and so are not checked again at start.
    pub fn defaults() -> Result<Self, KeymapError> {
        Ok(Self {
            ours: load::read(DEFAULT, "default keys", None)?,
            ..Self::default()
        })
    }

    /// Adds the user's keys; every command is checked.
    pub fn with_user(mut self, text: &str, file: &str) -> Result<Self, KeymapError> {
        self.user = load::read(text, file, Some(&mut Parsing::new()))?;
        Ok(self)
    }

    /// Checks every command of the defaults.
    pub fn check_defaults() -> Result<(), KeymapError> {
        load::read(DEFAULT, "default keys", Some(&mut Parsing::new())).map(|_| ())
    }

    fn layers<'a>(&'a self, scope: &'a str) -> impl Iterator<Item = &'a Node> {
        [
            (&self.user, scope),
            (&self.user, EVERYWHERE),
            (&self.ours, scope),
            (&self.ours, EVERYWHERE),
        ]
        .into_iter()
        .filter_map(|(scopes, scope)| scopes.get(scope))
    }

    /// Looks a sequence up.
    pub fn find<'a>(&'a self, scope: &'a str, keys: &[Key]) -> Found<'a> {
        for node in self.layers(scope).filter_map(|root| walk(root, keys)) {
            match &node.binding {
                Some(binding) if binding.unbound => return Found::Nothing,
                Some(binding) => return Found::Bound(binding),
                None if node.next.is_empty() => {}
                None => return Found::Pending,
            }
        }
        Found::Nothing
    }

    /// Lists what can follow a sequence: the next key and what it does or begins.
    pub fn continuations<'a>(
        &'a self,
        scope: &'a str,
        keys: &[Key],
    ) -> Vec<(Key, Option<&'a Binding>)> {
        let mut list: Vec<(Key, Option<&Binding>)> = Vec::new();
        for node in self.layers(scope).filter_map(|root| walk(root, keys)) {
            for (key, next) in &node.next {
                if !list.iter().any(|(known, _)| known == key) {
                    list.push((*key, next.binding.as_ref()));
                }
            }
        }
        list.retain(|(_, binding)| binding.is_none_or(|binding| !binding.unbound));
        list
    }

    /// Lists every binding that holds in a scope, the scope's own first, each with its sequence.
    pub fn all<'a>(&'a self, scope: &'a str) -> Vec<(Vec<Key>, &'a Binding)> {
        let mut found: Vec<(Vec<Key>, &Binding)> = Vec::new();
        for root in self.layers(scope) {
            let mut here = Vec::new();
            gather(root, &mut Vec::new(), &mut here);
            here.sort_by_key(|(keys, binding)| (binding.source.line, keys.clone()));
            for (keys, binding) in here {
                if !found.iter().any(|(known, _)| *known == keys) {
                    found.push((keys, binding));
                }
            }
        }
        found.retain(|(_, binding)| !binding.unbound);
        found
    }

    /// Lists the sequences that are bound for this scope itself, not everywhere.
    pub fn own(&self, scope: &str) -> std::collections::BTreeSet<Vec<Key>> {
        let mut found = Vec::new();
        for scopes in [&self.user, &self.ours] {
            if let Some(root) = scopes.get(scope) {
                gather(root, &mut Vec::new(), &mut found);
            }
        }
        found.into_iter().map(|(keys, _)| keys).collect()
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
}

fn walk<'a>(root: &'a Node, keys: &[Key]) -> Option<&'a Node> {
    keys.iter().try_fold(root, |node, key| node.next.get(key))
}

fn gather<'a>(node: &'a Node, path: &mut Vec<Key>, found: &mut Vec<(Vec<Key>, &'a Binding)>) {
    if let Some(binding) = &node.binding {
        found.push((path.clone(), binding));
    }
    for (key, next) in &node.next {
        path.push(*key);
        gather(next, path, found);
        path.pop();
    }
}

/// Writes a sequence as people read it: `g i`.
pub fn show_sequence(keys: &[Key]) -> String {
    keys.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        parse_sequence(text).unwrap()
    }

    #[test]
    fn every_default_binding_is_a_command() {
        Keymap::check_defaults().unwrap();
    }

    #[test]
    fn the_user_wins_over_a_default_of_the_same_place() {
        let keymap = Keymap::defaults()
            .unwrap()
            .with_user("[everywhere]\ne = \"app redraw\"\n", "keymap.toml")
            .unwrap();
        match keymap.find("inbox", &keys("e")) {
            Found::Bound(binding) => assert_eq!(binding.commands, ["app redraw"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_key_can_be_taken_away() {
        let keymap = Keymap::defaults()
            .unwrap()
            .with_user("[inbox]\ne = { unbind = true }\n", "keymap.toml")
            .unwrap();
        assert_eq!(keymap.find("inbox", &keys("e")), Found::Nothing);
    }

    #[test]
    fn a_wrong_command_names_file_line_key_and_a_suggestion() {
        let error = Keymap::defaults()
            .unwrap()
            .with_user("[inbox]\n\ne = \"inbox dnoe\"\n", "keymap.toml")
            .unwrap_err()
            .to_string();
        assert!(error.contains("keymap.toml:3"), "{error}");
        assert!(error.contains("`e`") && error.contains("done"), "{error}");
    }

    #[test]
    fn no_default_sits_on_a_key_that_terminals_or_multiplexers_take() {
        let keymap = Keymap::defaults().unwrap();
        for scope in keymap.ours.keys() {
            for (sequence, _) in keymap.all(scope) {
                for key in sequence {
                    let taken = key.ctrl
                        && matches!(
                            key.code,
                            KeyCode::Char('a' | 'b' | 's' | 'q' | 'h' | 'i' | 'm' | 'j')
                        );
                    assert!(!taken, "{scope}: {key}");
                }
            }
        }
    }
}
