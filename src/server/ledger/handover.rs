//! What happens in the feed when a record gets another audience.
//!
//! The records that inherit from it go with it, in the same transaction. Those who see them from now on
//! get them whole; those who no longer see them are told that they left. When that is too much for one
//! transaction, the cursors of all concerned become invalid instead and they read everything anew.

use std::collections::HashSet;

use super::Ledger;
use crate::record::Kind;
use crate::server::storage::{Child, Result, Stored};

/// How many records move in one transaction; beyond it the scope of the readers changes.
pub(crate) const CASCADE: usize = 5_000;

impl Ledger<'_> {
    /// Moves what inherits from this record to the record's new audience.
    pub(super) fn hand_over(&mut self, old_audience: i64, moved: &Stored) -> Result<()> {
        let losers = self.txn.sees_only(old_audience, moved.audience)?;
        let gainers = self.txn.sees_only(moved.audience, old_audience)?;
        let descendants = self.descendants(moved.kind, &moved.id)?;
        let many = descendants.len() > CASCADE;
        let concerned = losers.len() + gainers.len();
        let moves = !many && concerned > 0;
        let mut seen = vec![(moved.kind, moved.id.as_str())];
        for child in &descendants {
            // A new position also tells readers who are behind that what they have is no whole state.
            let to = moves.then(|| {
                self.take(&[
                    child.kind.name().as_bytes(),
                    child.id.as_bytes(),
                    b"rehoused",
                    &moved.audience.to_be_bytes(),
                ])
            });
            self.txn.rehouse(child.seq, to, moved.audience)?;
            if let Some(to) = to {
                self.moved(child.seq, to);
            }
            if !many {
                seen.push((child.kind, &child.id));
            }
        }
        for user in &losers {
            for (kind, id) in &seen {
                let seq = self.take(&[
                    user.as_bytes(),
                    kind.name().as_bytes(),
                    id.as_bytes(),
                    b"departed",
                ]);
                self.txn.depart(seq, user, *kind, id)?;
            }
        }
        if many {
            for user in losers.iter().chain(&gainers) {
                self.txn.bump_scope(user)?;
            }
        }
        Ok(())
    }

    /// Finds everything that inherits from a record, directly or not.
    fn descendants(&self, kind: Kind, id: &str) -> Result<Vec<Child>> {
        let mut seen = HashSet::from([(kind, id.to_owned())]);
        let mut found: Vec<Child> = Vec::new();
        let mut next = Some((kind, id.to_owned()));
        let mut done = 0;
        while let Some((kind, id)) = next {
            for child in self.txn.children(kind, &id, usize::MAX)? {
                if seen.insert((child.kind, child.id.clone())) {
                    found.push(child);
                }
            }
            next = found.get(done).map(|child| (child.kind, child.id.clone()));
            done += 1;
        }
        Ok(found)
    }
}
