//! Marks.

use clap::Subcommand;

use super::{CommandError, Cx};
use crate::pane::Tone;

/// A change of the marks.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum MarkCommand {
    /// Marks the row under the cursor or takes its mark away, and goes on.
    Toggle,
    /// Marks everything from the last mark to the cursor.
    Range,
    /// Marks every row of the list.
    All,
    /// Takes all marks away.
    Clear,
}

impl MarkCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let screen = cx.screen("mark")?;
        let place = screen.active();
        let list = &mut screen.shelf_mut(place).list;
        match self {
            Self::Toggle => {
                if let Some(key) = list.cursor().map(str::to_owned) {
                    list.toggle_mark(&key);
                    list.step(1);
                }
            }
            Self::Range => list.mark_range(),
            Self::All => {
                let keys = list.order().to_vec();
                list.mark(keys);
            }
            Self::Clear => list.clear_marks(),
        }
        let count = list.mark_count();
        if count > 0 {
            screen.say(Tone::Info, format!("{count} marked"));
        }
        Ok(())
    }
}
