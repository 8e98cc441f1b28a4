//! A command that is refused leaves nothing done by half.

use super::{Command, CommandError, Cx};

impl Cx<'_> {
    /// Runs a command of the batch; where it is refused, what it did before is taken back.
    ///
    /// # Errors
    ///
    /// The command was refused; the batch is as it was before it.
    pub fn run(&mut self, command: Command) -> Result<(), CommandError> {
        let (edits, effects) = (self.edits.len(), self.effects.len());
        let ran = command.run(self);
        if ran.is_err() {
            let undone = self.edits.split_off(edits.min(self.edits.len()));
            if !undone.is_empty() {
                self.world.revert(&undone);
                self.effects.truncate(effects);
            }
        }
        ran
    }
}
