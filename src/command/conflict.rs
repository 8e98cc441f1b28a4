//! Settling conflicts and refused edits.

use clap::{Args, Subcommand};

use super::{Ask, CommandError, Cx};
use crate::effect::{Effect, OutboxRow, OutboxState, Resolution};
use crate::pane::{Place, Tone};

/// A way to settle a conflict.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum ConflictCommand {
    /// Sends my values again, on top of the version that I have seen.
    Mine(Which),
    /// Drops my values; the server's stand.
    Theirs(Which),
    /// Sends other values instead.
    Edit {
        /// The values, as `field=value`; without any the form opens.
        #[arg(value_name = "FIELD=VALUE")]
        values: Vec<String>,
        /// The edit in question.
        #[command(flatten)]
        which: Which,
    },
}

/// The edit in question: the one named, else the one under the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Which {
    /// Id of the edit, as the outbox shows it.
    #[arg(long, value_name = "ID")]
    pub cmd: Option<String>,
}

impl Which {
    /// Returns the id of the edit.
    pub(super) fn command(&self, cx: &Cx<'_>) -> Result<String, CommandError> {
        if let Some(cmd) = &self.cmd {
            return Ok(cmd.clone());
        }
        let screen = cx
            .screen
            .as_deref()
            .ok_or_else(|| CommandError::NoTarget("name the edit with --cmd".into()))?;
        let place = screen.place;
        if !matches!(place, Place::Conflicts | Place::Outbox) {
            return Err(CommandError::NoTarget(
                "go to the conflicts or the outbox first".into(),
            ));
        }
        screen
            .shelf(place)
            .and_then(|shelf| shelf.list.cursor())
            .map(str::to_owned)
            .ok_or_else(|| CommandError::NoTarget("there is no edit here".into()))
    }
}

impl ConflictCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let (cmd, resolution, said) = match self {
            Self::Mine(which) => (
                which.command(cx)?,
                Resolution::Mine,
                "my values go to the server",
            ),
            Self::Theirs(which) => (which.command(cx)?, Resolution::Theirs, "their values stand"),
            Self::Edit { values, which } => {
                let cmd = which.command(cx)?;
                let row = row(cx, &cmd).cloned();
                let kind = row.as_ref().map(|row| row.edit.kind);
                if values.is_empty() {
                    return ask_for_value(cx, &cmd, row.as_ref());
                }
                let kind = kind.ok_or_else(|| {
                    CommandError::NoTarget(format!(
                        "no edit `{cmd}` waits here; open the conflicts"
                    ))
                })?;
                let patch = super::input::patch_of(kind, &values, cx)?;
                (
                    cmd,
                    Resolution::Edited(patch),
                    "the new values go to the server",
                )
            }
        };
        cx.effects.push(Effect::Resolve { cmd, resolution });
        cx.effects.push(Effect::LoadOutbox);
        cx.say(Tone::Done, said);
        Ok(())
    }
}

fn row<'a>(cx: &'a Cx<'_>, cmd: &str) -> Option<&'a OutboxRow> {
    let shown = cx
        .screen
        .as_deref()
        .map_or(cx.outbox.as_slice(), |screen| &screen.outbox);
    shown.iter().find(|row| row.edit.cmd == cmd)
}

/// Asks for the value of the first field in conflict, starting from mine.
fn ask_for_value(cx: &mut Cx<'_>, cmd: &str, row: Option<&OutboxRow>) -> Result<(), CommandError> {
    cx.screen("conflict edit")?;
    let field = row.and_then(|row| match &row.state {
        OutboxState::Conflict(conflict) => conflict.fields.first().map(|field| field.name.clone()),
        _ => row
            .edit
            .patch
            .fields()
            .first()
            .map(|name| (*name).to_owned()),
    });
    let field =
        field.ok_or_else(|| CommandError::NoTarget("this edit has no field to change".into()))?;
    cx.asks.push(Ask::Prompt {
        title: format!("value of {field}"),
        command: format!("conflict edit --cmd {cmd}"),
        text: format!("{field}="),
        expects: super::cx::Expects::Text,
    });
    Ok(())
}
