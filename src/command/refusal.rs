//! A command that is refused leaves nothing done by half.

use super::Cx;

impl Cx<'_> {
    /// Takes back what a command did before it failed: a refusal leaves nothing done by half.
    pub fn roll_back(&mut self, (edits, effects): (usize, usize)) {
        let undone = self.edits.split_off(edits.min(self.edits.len()));
        if !undone.is_empty() {
            self.world.revert(&undone);
            self.effects.truncate(effects);
        }
    }

    /// Says how far the batch is, for [`Self::roll_back`].
    pub fn mark(&self) -> (usize, usize) {
        (self.edits.len(), self.effects.len())
    }
}
