//! The newest records as the wire shows them, so that they are written out once however many consoles ask.
//!
//! What stands at a position of the feed never changes: a record that changes moves to a newer position. So a text
//! kept by its position is true as long as the database has a row there that the reader may see, and whether it has
//! is still asked of the database for every row of every page.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// How many bytes of text are kept.
const KEPT: usize = 4 << 20;

/// The texts of live records by their positions.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    by_seq: BTreeMap<i64, Box<str>>,
    bytes: usize,
}

/// The texts of the newest records that were read.
#[derive(Debug, Default)]
pub(crate) struct Recent(RwLock<Texts>);

impl Texts {
    /// Returns the record at a position, if it is kept.
    pub(crate) fn get(&self, seq: i64) -> Option<&str> {
        self.by_seq.get(&seq).map(AsRef::as_ref)
    }

    fn add(&mut self, seq: i64, text: Box<str>) {
        self.bytes += text.len();
        if let Some(old) = self.by_seq.insert(seq, text) {
            self.bytes -= old.len();
        }
        while self.bytes > KEPT
            && let Some((_, oldest)) = self.by_seq.pop_first()
        {
            self.bytes -= oldest.len();
        }
    }
}

impl Recent {
    /// Looks at the texts; nothing can be added meanwhile.
    pub(crate) fn texts(&self) -> RwLockReadGuard<'_, Texts> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps more texts; the oldest make room.
    pub(crate) fn add(&self, new: Vec<(i64, Box<str>)>) {
        if new.is_empty() {
            return;
        }
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (seq, text) in new {
            texts.add(seq, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let recent = Recent::default();
        let text = "x".repeat(1 << 20).into_boxed_str();
        for seq in [5, 3, 4, 1, 2, 5] {
            recent.add(vec![(seq, text.clone())]);
        }
        let texts = recent.texts();
        let kept: Vec<i64> = (0..9).filter(|seq| texts.get(*seq).is_some()).collect();
        assert_eq!(kept, [2, 3, 4, 5]);
        assert_eq!(texts.bytes, 4 << 20);
    }
}
