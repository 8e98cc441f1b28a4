//! Edits that wait for the server.

use clap::Subcommand;

use super::conflict::Which;
use super::{CommandError, Cx};
use crate::effect::Effect;
use crate::pane::{Place, Tone};

/// A look at the outbox.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum OutboxCommand {
    /// Shows the edits that wait.
    Show,
    /// Takes an edit out of the queue before it is sent; the log keeps what it was.
    Discard(Which),
}

impl OutboxCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Show => {
                cx.effects.push(Effect::LoadOutbox);
                if let Some(screen) = cx.screen.as_deref_mut() {
                    screen.go(Place::Outbox);
                }
            }
            Self::Discard(which) => {
                let cmd = which.command(cx)?;
                cx.effects.push(Effect::Discard { cmd });
                cx.effects.push(Effect::LoadOutbox);
                cx.say(Tone::Done, "taken out of the queue");
            }
        }
        Ok(())
    }
}
