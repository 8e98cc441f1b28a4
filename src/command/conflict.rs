//! Settling conflicts and refused edits.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json};

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
                let row = row.ok_or_else(|| {
                    CommandError::NoTarget(format!(
                        "no edit `{cmd}` waits here; open the conflicts"
                    ))
                })?;
                if values.is_empty() {
                    return ask_for_values(cx, &row);
                }
                let patch = super::input::patch_of(row.edit.kind, &values, cx)?;
                super::record::keeps_needed(row.edit.kind, &patch)?;
                (
                    cmd,
                    Resolution::Edited(patch),
                    "the new values go to the server",
                )
            }
        };
        cx.effects.push(Effect::Resolve {
            cmd,
            resolution,
            again: None,
        });
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

/// Opens the form of everything that the edit changes, starting from my values: what is sent instead
/// takes the place of the whole edit.
fn ask_for_values(cx: &mut Cx<'_>, row: &OutboxRow) -> Result<(), CommandError> {
    cx.screen("conflict edit")?;
    let edit = &row.edit;
    let mut fields = Map::new();
    if let Some((_, _, now)) = cx.world.any(edit.kind).fields(&edit.id) {
        for name in edit.patch.fields() {
            if let Some(value) = now.get(name) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
    }
    fields.extend(edit.patch.set.clone());
    if let OutboxState::Conflict(conflict) = &row.state {
        for field in &conflict.fields {
            let mine = field.mine.clone().unwrap_or(Json::Null);
            fields.insert(field.name.clone(), mine);
        }
    }
    if fields.is_empty() {
        return Err(CommandError::NoTarget(
            "this edit has no field to change".into(),
        ));
    }
    cx.asks.push(Ask::Settle {
        cmd: edit.cmd.clone(),
        kind: edit.kind,
        id: edit.id.clone(),
        fields,
    });
    Ok(())
}
