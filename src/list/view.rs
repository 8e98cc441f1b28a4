//! What every list on screen is made of.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

/// An order of row keys with a cursor and marks that are bound to identity.
///
/// A row keeps its place while it changes, a row that goes away hands the cursor to its successor, and rows
/// that arrive from outside wait behind a counter until they are called in, so that the row under the cursor
/// is never another one than the eye has read.
#[derive(Clone, Debug, Default)]
pub struct ListView {
    order: Vec<String>,
    /// Where each key stands; made when it is first asked for, since a filter that is being typed puts the rows in
    /// order again with every letter.
    index: OnceLock<HashMap<String, usize>>,
    cursor: Option<String>,
    position: usize,
    marks: BTreeSet<String>,
    waiting: Vec<String>,
    anchor: Option<String>,
    admitted: BTreeSet<String>,
    gone: Option<String>,
    /// The user has chosen a row: moved the cursor or marked something.
    chosen: bool,
}

impl ListView {
    /// Lets these rows come in at the next arrangement without being called: the user made or brought them back.
    pub fn admit<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) {
        self.admitted.extend(keys.into_iter().map(str::to_owned));
    }

    /// Tells whether the user has chosen a row here.
    pub fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// Replaces the order while rows arrive for the first time: all come in, and the cursor stays on top, since
    /// nobody has chosen a row yet.
    pub fn fill(&mut self, wanted: Vec<String>) {
        self.waiting.clear();
        self.admitted.clear();
        self.take_order(wanted);
        self.put(0);
    }

    /// Replaces the order; `called` says that the user asked for it, so that new rows come in at once.
    ///
    /// Otherwise rows that were not in the list before wait behind the counter.
    pub fn arrange(&mut self, wanted: Vec<String>, called: bool) {
        if called || self.order.is_empty() {
            self.waiting.clear();
            self.admitted.clear();
            self.take_order(wanted);
            return;
        }
        let mut order = Vec::with_capacity(wanted.len());
        let mut waiting = Vec::new();
        for key in wanted {
            if self.index().contains_key(&key) || self.admitted.contains(&key) {
                order.push(key);
            } else {
                waiting.push(key);
            }
        }
        self.admitted.clear();
        self.waiting = waiting;
        if order.is_empty() && !self.waiting.is_empty() {
            order = std::mem::take(&mut self.waiting);
        }
        self.take_order(order);
    }

    fn take_order(&mut self, order: Vec<String>) {
        let successor = self.successor_in(&order);
        let left = self.cursor.take_if(|key| successor.as_ref() != Some(&*key));
        let gone = left.or_else(|| self.gone.take());
        self.order = order;
        self.index = OnceLock::new();
        if !self.marks.is_empty() {
            let mut marks = std::mem::take(&mut self.marks);
            marks.retain(|key| self.index().contains_key(key));
            self.marks = marks;
        }
        let place = |key: String| self.order.iter().position(|one| *one == key);
        match successor.and_then(place) {
            Some(at) => self.put(at),
            None => self.put(self.position),
        }
        self.gone = gone;
    }

    fn index(&self) -> &HashMap<String, usize> {
        self.index.get_or_init(|| {
            let places = self.order.iter().enumerate();
            places.map(|(at, key)| (key.clone(), at)).collect()
        })
    }

    /// Puts the cursor back on the row that it stood on when that row went away, if it is one of these, is there
    /// again, and nobody has moved the cursor since.
    pub fn come_back(&mut self, keys: &[String]) {
        if let Some(gone) = self.gone.clone().filter(|gone| keys.contains(gone)) {
            self.go_to_key(&gone);
        }
    }

    /// Finds the row that the cursor moves to: itself, else the next one that stays, else the one before.
    ///
    /// Where the next one has sunk among the others, as the second thread of somebody whose first is dealt with,
    /// whatever stands now behind the row before goes first: nothing in between is passed over.
    fn successor_in(&self, order: &[String]) -> Option<String> {
        let cursor = self.cursor.as_ref()?;
        // Nearly always it stays: one look through the rows is less than an index of them.
        if order.iter().any(|key| key == cursor) {
            return Some(cursor.clone());
        }
        let stays: HashSet<&str> = order.iter().map(String::as_str).collect();
        let at = self.order.iter().position(|key| key == cursor)?;
        let stay = |key: &&String| stays.contains(key.as_str());
        let before = || self.order.iter().take(at).filter(stay);
        let Some(next) = self.order.iter().skip(at + 1).find(stay) else {
            return before().next_back().cloned();
        };
        let place = |key: &String| order.iter().position(|one| one == key);
        let here = before().next_back().and_then(place).map_or(0, |at| at + 1);
        let sunk = place(next).is_some_and(|at| at > here && at > before().count());
        let key = if sunk { order.get(here) } else { None };
        Some(key.unwrap_or(next).clone())
    }

    /// Returns the row keys in order.
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// Counts the rows.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Tells whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Counts the rows that wait to be called in.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Returns the key under the cursor.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Returns the position of the cursor, counted from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Puts the cursor on a position that was chosen; past the end it goes to the last row.
    pub fn go_to(&mut self, position: usize) {
        self.chosen = true;
        self.put(position);
    }

    /// Puts the cursor on the first row, which is nobody's choice.
    pub fn to_top(&mut self) {
        self.put(0);
    }

    fn put(&mut self, position: usize) {
        self.gone = None;
        self.position = position.min(self.order.len().saturating_sub(1));
        self.cursor = self.order.get(self.position).cloned();
    }

    /// Puts the cursor on a key; says whether it is in the list.
    pub fn go_to_key(&mut self, key: &str) -> bool {
        let found = self.index().get(key).copied();
        if let Some(at) = found {
            self.go_to(at);
        }
        found.is_some()
    }

    /// Moves the cursor by this many rows, stopping at the ends.
    pub fn step(&mut self, by: isize) {
        self.go_to(self.position.saturating_add_signed(by));
    }

    /// Returns the marked keys, in the order of the list.
    pub fn marked(&self) -> Vec<String> {
        // Asked for before every command: without marks no row is looked at.
        if self.marks.is_empty() {
            return Vec::new();
        }
        self.order
            .iter()
            .filter(|key| self.marks.contains(*key))
            .cloned()
            .collect()
    }

    /// Counts the marks.
    pub fn mark_count(&self) -> usize {
        self.marks.len()
    }

    /// Tells whether a key is marked.
    pub fn is_marked(&self, key: &str) -> bool {
        self.marks.contains(key)
    }

    /// Marks a key or takes its mark away; it becomes the anchor of the next range.
    pub fn toggle_mark(&mut self, key: &str) {
        self.chosen = true;
        if !self.marks.remove(key) {
            self.marks.insert(key.to_owned());
        }
        self.anchor = Some(key.to_owned());
    }

    /// Marks these keys.
    pub fn mark(&mut self, keys: impl IntoIterator<Item = String>) {
        let index = self.index();
        let known: Vec<String> = keys
            .into_iter()
            .filter(|key| index.contains_key(key))
            .collect();
        self.marks.extend(known);
    }

    /// Marks everything between the last toggled row and the cursor.
    pub fn mark_range(&mut self) {
        let from = self
            .anchor
            .as_ref()
            .and_then(|key| self.index().get(key).copied())
            .unwrap_or(self.position);
        let (low, high) = (from.min(self.position), from.max(self.position));
        let keys: Vec<String> = self
            .order
            .iter()
            .skip(low)
            .take(high - low + 1)
            .cloned()
            .collect();
        self.mark(keys);
    }

    /// Takes all marks away.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
        self.anchor = None;
    }

    /// Returns what a verb acts on: the marked rows, else the row under the cursor.
    pub fn targets(&self) -> Vec<String> {
        if self.marks.is_empty() {
            self.cursor.iter().cloned().collect()
        } else {
            self.marked()
        }
    }

    /// Returns the first row of a window of this height that keeps the cursor inside.
    ///
    /// The window moves by pages, so that a single step redraws two rows and not all of them.
    pub fn window(&self, height: usize) -> usize {
        let height = height.max(1);
        (self.position / height) * height
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_row_that_goes_hands_the_cursor_to_the_next_one() {
        let mut list = ListView::default();
        list.arrange(keys(&["a", "b", "c"]), true);
        list.go_to_key("b");
        list.arrange(keys(&["a", "c"]), false);
        assert_eq!(list.cursor(), Some("c"));
        list.arrange(keys(&["a"]), false);
        assert_eq!(list.cursor(), Some("a"));
    }

    #[test]
    fn a_next_row_that_sinks_does_not_take_the_cursor_along() {
        let mut list = ListView::default();
        let after = |list: &mut ListView, order: &[&str], on: &str, then: &[&str]| {
            list.arrange(keys(order), true);
            list.go_to_key(on);
            list.arrange(keys(then), false);
            list.cursor().map(str::to_owned)
        };
        // `d2` is the second thread of whoever wrote `d1`.
        let order = ["a", "d1", "d2", "b", "c"];
        let got = after(&mut list, &order, "d1", &["a", "b", "c", "d2"]);
        assert_eq!(got.as_deref(), Some("b"));
        let got = after(&mut list, &["d1", "d2", "b", "c"], "d1", &["b", "c", "d2"]);
        assert_eq!(got.as_deref(), Some("b"), "on top");
        // Where it is the row before that moves, the next one keeps the cursor.
        let got = after(&mut list, &order, "d2", &["a", "b", "c", "d1"]);
        assert_eq!(got.as_deref(), Some("b"), "the one before sank");
        let got = after(&mut list, &order, "d2", &["d1", "a", "b", "c"]);
        assert_eq!(got.as_deref(), Some("b"), "the one before rose");
        let got = after(&mut list, &order, "c", &["a", "d1", "d2", "b"]);
        assert_eq!(got.as_deref(), Some("b"), "at the end");
    }

    #[test]
    fn the_cursor_comes_back_to_a_row_that_is_brought_back_unless_it_was_moved() {
        let mut list = ListView::default();
        list.arrange(keys(&["a", "b", "c"]), true);
        list.go_to_key("b");
        list.arrange(keys(&["a", "c"]), false);
        list.arrange(keys(&["a", "c"]), false);
        list.arrange(keys(&["a", "b", "c"]), true);
        list.come_back(&keys(&["z"]));
        assert_eq!(list.cursor(), Some("c"), "another row came back");
        list.come_back(&keys(&["b"]));
        assert_eq!(list.cursor(), Some("b"));
        list.arrange(keys(&["a", "c"]), true);
        list.step(-1);
        list.arrange(keys(&["a", "b", "c"]), true);
        list.come_back(&keys(&["b"]));
        assert_eq!(list.cursor(), Some("a"), "the user had moved on");
    }

    #[test]
    fn arrivals_wait_until_they_are_called() {
        let mut list = ListView::default();
        list.arrange(keys(&["b", "c"]), true);
        list.arrange(keys(&["a", "b", "c", "d"]), false);
        assert_eq!(
            (list.order().to_vec(), list.waiting()),
            (keys(&["b", "c"]), 2)
        );
        list.arrange(keys(&["a", "b", "c", "d"]), true);
        assert_eq!(
            (list.len(), list.waiting(), list.cursor()),
            (4, 0, Some("b"))
        );
    }

    proptest! {
        #[test]
        fn the_row_under_the_cursor_stays_the_same_while_it_exists(
            steps in prop::collection::vec((prop::collection::vec(0u8..20, 0..20), any::<bool>()), 1..20)
        ) {
            let mut list = ListView::default();
            for (wanted, called) in steps {
                let before = list.cursor().map(str::to_owned);
                let mut seen = BTreeSet::new();
                let wanted: Vec<String> = wanted
                    .into_iter()
                    .filter(|key| seen.insert(*key))
                    .map(|key| key.to_string())
                    .collect();
                let kept = before.clone().filter(|key| wanted.contains(key));
                list.arrange(wanted, called);
                if let Some(key) = kept {
                    prop_assert_eq!(list.cursor(), Some(key.as_str()));
                }
                prop_assert_eq!(list.cursor().is_none(), list.is_empty());
            }
        }
    }
}
