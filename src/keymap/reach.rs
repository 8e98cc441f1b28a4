//! What can be reached in a scope: worked out once for each and kept, because every frame asks for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Binding, Key, Keymap, Node, walk};

/// Where a binding stands: the layer, counted from the top, and the place among those of its sequence.
#[derive(Clone, Debug)]
struct Spot {
    keys: Vec<Key>,
    layer: usize,
    nth: usize,
}

/// The bindings of each scope that no other hides for good.
#[derive(Debug, Default)]
pub(super) struct Reaches(Mutex<BTreeMap<String, Arc<[Spot]>>>);

/// A copy may be given other keys, and works them out anew.
impl Clone for Reaches {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Keymap {
    /// Lists what no binding above it hides for good, with the keys that were taken away.
    pub(super) fn reachable<'a>(&'a self, scope: &'a str) -> Vec<(Vec<Key>, &'a Binding)> {
        let layers: Vec<&Node> = self.layers(scope).collect();
        let known = {
            let mut all = self
                .reaches
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = all.get(scope) {
                Arc::clone(known)
            } else {
                let found: Arc<[Spot]> = search(&layers).into();
                all.insert(scope.to_owned(), Arc::clone(&found));
                found
            }
        };
        known
            .iter()
            .filter_map(|spot| {
                let node = walk(layers.get(spot.layer)?, &spot.keys)?;
                Some((spot.keys.clone(), node.bindings.get(spot.nth)?))
            })
            .collect()
    }
}

fn search(layers: &[&Node]) -> Vec<Spot> {
    let mut found: Vec<(Spot, &Binding)> = Vec::new();
    for (layer, root) in layers.iter().enumerate() {
        let mut here = Vec::new();
        gather(root, &mut Vec::new(), &mut here);
        here.sort_by_key(|(keys, _, binding)| (binding.source.line, keys.clone()));
        let above = found.len();
        for (keys, nth, binding) in here {
            let hidden = found.iter().enumerate().any(|(at, (spot, other))| {
                let known = &spot.keys;
                let covers = other.when.is_none() && keys.starts_with(known);
                let waits = at < above && !other.unbound && known.len() > keys.len();
                covers || (waits && known.starts_with(&keys))
            });
            if !hidden {
                found.push((Spot { keys, layer, nth }, binding));
            }
        }
    }
    found.into_iter().map(|(spot, _)| spot).collect()
}

/// Lists the bindings below a node, each with its sequence and its place among those of the sequence.
pub(super) fn gather<'a>(
    node: &'a Node,
    path: &mut Vec<Key>,
    found: &mut Vec<(Vec<Key>, usize, &'a Binding)>,
) {
    for (nth, binding) in node.bindings.iter().enumerate() {
        found.push((path.clone(), nth, binding));
    }
    for (key, next) in &node.next {
        path.push(*key);
        gather(next, path, found);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use crate::keymap::{Keymap, Preset, parse_sequence};

    #[test]
    fn keys_that_are_read_over_others_are_not_answered_from_memory() {
        let shipped = Keymap::shipped(Preset::Vim, "").unwrap();
        let before = shipped.keys_of("inbox", "inbox done");
        assert!(before.is_some());
        let mine = shipped
            .clone()
            .with_user("[inbox]\n\"Z\" = \"inbox done\"\n", "keymap.toml")
            .unwrap();
        let key = parse_sequence("Z").unwrap();
        assert!(mine.all("inbox").iter().any(|(keys, _)| *keys == key));
        assert!(!shipped.all("inbox").iter().any(|(keys, _)| *keys == key));
        assert_eq!(shipped.keys_of("inbox", "inbox done"), before);
    }
}
