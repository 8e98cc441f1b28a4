//! The verbs of follow-ups.

use clap::Subcommand;

use super::cx::Expects;
use super::inbox::{command_line, conclude};
use super::phrase::{due_of, due_words, next_occurrence, read_phrase};
use super::{Ask, CommandError, Cx, Targets};
use crate::record::{FollowUp, FollowUpState, Kind};

/// A verb of follow-ups.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum FollowUpCommand {
    /// Marks follow-ups as done; a recurring one makes its successor.
    Done {
        /// What came of it.
        #[arg(value_name = "RESULT")]
        result: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Moves follow-ups to a later time and counts that they slipped.
    Slip {
        /// The new due time, as a phrase such as `fri` or `+2d`.
        #[arg(value_name = "WHEN")]
        to: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Opens follow-ups again.
    Reopen(Targets),
    /// Drops follow-ups that are not needed any more.
    Drop(Targets),
}

impl FollowUpCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> &Targets {
        match self {
            Self::Reopen(targets)
            | Self::Drop(targets)
            | Self::Done { targets, .. }
            | Self::Slip { targets, .. } => targets,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Done { result, targets } => {
                let ids = targets.of(Kind::FollowUp, cx)?;
                for id in &ids {
                    done(cx, id, result.as_deref())?;
                }
                conclude(cx, "done", &ids)
            }
            Self::Slip { to, targets } => slip(cx, to.as_deref(), &targets),
            Self::Reopen(targets) => {
                let ids = targets.of(Kind::FollowUp, cx)?;
                for id in &ids {
                    cx.change::<FollowUp>(id, |follow_up| {
                        follow_up.state = FollowUpState::Open;
                        follow_up.done_at = None;
                    })?;
                }
                conclude(cx, "reopened", &ids)
            }
            Self::Drop(targets) => {
                let ids = targets.of(Kind::FollowUp, cx)?;
                for id in &ids {
                    cx.change::<FollowUp>(id, |follow_up| {
                        follow_up.state = FollowUpState::Cancelled;
                    })?;
                }
                conclude(cx, "dropped", &ids)
            }
        }
    }
}

fn done(cx: &mut Cx<'_>, id: &str, result: Option<&str>) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    let Some(before) = cx.world.table::<FollowUp>().record(id).cloned() else {
        return Ok(());
    };
    if !before.recurrence.is_empty() && before.state == FollowUpState::Open {
        let due = next_occurrence(&before, cx)?;
        cx.create(FollowUp {
            due: Some(due),
            slipped: None,
            snoozed_until: None,
            remind_at: None,
            ..before
        });
    }
    cx.change::<FollowUp>(id, |follow_up| {
        follow_up.state = FollowUpState::Done;
        follow_up.done_at = Some(now);
        if let Some(result) = result {
            result.clone_into(&mut follow_up.result);
        }
    })?;
    Ok(())
}

fn slip(cx: &mut Cx<'_>, to: Option<&str>, targets: &Targets) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(to) = to else {
        return cx.ask(
            "follow-up slip",
            Ask::Prompt {
                title: "slip to".into(),
                command: command_line("follow-up slip", targets),
                text: String::new(),
                expects: Expects::When,
            },
        );
    };
    let due = due_of(&read_phrase(to, cx)?);
    for id in &ids {
        cx.change::<FollowUp>(id, |follow_up| {
            follow_up.due = Some(due.clone());
            follow_up.slipped = Some(follow_up.slipped.unwrap_or(0) + 1);
        })?;
    }
    let shown = due_words(&due, cx);
    conclude(cx, &format!("slipped to {shown}"), &ids)
}
