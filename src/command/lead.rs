//! The verbs of the funnel.

use clap::Subcommand;

use super::inbox::{command_line, conclude};
use super::{Ask, CommandError, Cx, Targets};
use crate::list::World;
use crate::record::Record as _;
use crate::record::{Field, Id, Kind, Lead, Stage, StageEvent, Terminal};

use super::cx::Expects;

/// A verb of the funnel.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum LeadCommand {
    /// Moves leads one stage forward, if the facts that the next stage needs are known.
    Advance(Targets),
    /// Moves leads one stage back.
    Back {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Marks leads as lost, with the reason.
    Lose {
        /// Why they are lost.
        #[arg(value_name = "REASON")]
        reason: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Lets leads rest.
    Park(Targets),
    /// Moves leads to a stage by its name.
    Move {
        /// Name or id of the stage.
        #[arg(value_name = "STAGE")]
        stage: String,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
}

impl LeadCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> &Targets {
        match self {
            Self::Advance(targets)
            | Self::Park(targets)
            | Self::Back { targets, .. }
            | Self::Lose { targets, .. }
            | Self::Move { targets, .. } => targets,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Advance(targets) => step(cx, &targets, 1, ""),
            Self::Back { reason, targets } => {
                step(cx, &targets, -1, reason.as_deref().unwrap_or(""))
            }
            Self::Lose { reason, targets } => {
                let Some(reason) = reason else {
                    targets.of(Kind::Lead, cx)?;
                    return cx.ask(
                        "lead lose",
                        Ask::Prompt {
                            title: "lost because".into(),
                            command: command_line("lead lose", &targets),
                            text: String::new(),
                            expects: Expects::Text,
                        },
                    );
                };
                end(cx, &targets, &Terminal::Lost, &reason)
            }
            Self::Park(targets) => end(cx, &targets, &Terminal::Parked, ""),
            Self::Move { stage, targets } => {
                let stage =
                    super::input::find_by_name::<Stage>(cx.world, &stage, |stage| &stage.name)?;
                let ids = targets.of(Kind::Lead, cx)?;
                for id in &ids {
                    check_gate(cx.world, id, &stage)?;
                    enter(cx, id, &stage, "")?;
                }
                let name = stage_name(cx.world, &stage);
                conclude(cx, &format!("→ {name}"), &ids)
            }
        }
    }
}

/// Returns the stages in the order of the pipeline.
pub(super) fn pipeline(world: &World) -> Vec<(Id<Stage>, Stage)> {
    let mut stages: Vec<(Id<Stage>, Stage)> = world
        .table::<Stage>()
        .records()
        .map(|(id, stage)| (id.clone(), stage.clone()))
        .collect();
    stages.sort_by(|(a_id, a), (b_id, b)| (a.order, a_id).cmp(&(b.order, b_id)));
    stages
}

fn stage_name(world: &World, stage: &Id<Stage>) -> String {
    world
        .get(stage)
        .map_or_else(|| stage.as_str().to_owned(), |stage| stage.name.clone())
}

fn step(cx: &mut Cx<'_>, targets: &Targets, by: isize, reason: &str) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    // The path of a lead: the stages that are not a loss and not a rest, the signed one last.
    let path: Vec<Id<Stage>> = pipeline(cx.world)
        .into_iter()
        .filter(|(_, stage)| stage.terminal.is_none() || stage.terminal == Terminal::Won)
        .map(|(id, _)| id)
        .collect();
    let mut name = String::new();
    for id in &ids {
        let lead = cx
            .world
            .table::<Lead>()
            .record(id)
            .cloned()
            .unwrap_or_default();
        let here = lead
            .stage
            .as_ref()
            .and_then(|stage| path.iter().position(|step| step == stage));
        let next = match here {
            Some(here) => here.checked_add_signed(by),
            // A lost or parked lead comes back to where it was, or to the first stage.
            None => Some(last_open_stage(cx.world, id, &path)),
        };
        let Some(stage) = next.and_then(|next| path.get(next)).cloned() else {
            let what = if by > 0 { "advance" } else { "go back" };
            return Err(CommandError::refused(
                format!("{}: {what}", lead.name),
                format!(
                    "{} is the end of the pipeline",
                    stage_name_of(cx.world, &lead)
                ),
                "use `lead move` for another stage",
            ));
        };
        if by > 0 {
            check_gate(cx.world, id, &stage)?;
        }
        enter(cx, id, &stage, reason)?;
        name = stage_name(cx.world, &stage);
    }
    conclude(cx, &format!("→ {name}"), &ids)
}

fn stage_name_of(world: &World, lead: &Lead) -> String {
    lead.stage
        .as_ref()
        .map_or_else(|| "no stage".into(), |stage| stage_name(world, stage))
}

fn last_open_stage(world: &World, lead: &str, path: &[Id<Stage>]) -> usize {
    world
        .table::<StageEvent>()
        .records()
        .filter(|(_, event)| event.lead.as_ref().is_some_and(|id| id.as_str() == lead))
        .max_by_key(|(id, event)| (event.at, (*id).clone()))
        .and_then(|(_, event)| {
            path.iter()
                .position(|stage| Some(stage) == event.from.as_ref())
        })
        .unwrap_or(0)
}

/// Refuses a step into a stage while facts that it needs are missing, and names them.
fn check_gate(world: &World, lead: &str, stage: &Id<Stage>) -> Result<(), CommandError> {
    let (Some(record), Some(stage)) = (world.table::<Lead>().record(lead), world.get(stage)) else {
        return Ok(());
    };
    let missing: Vec<&str> = stage
        .required
        .iter()
        .filter(|name| {
            Lead::FIELDS
                .iter()
                .find(|field: &&Field<Lead>| field.info.name == name.as_str())
                .is_some_and(|field| (field.get)(record).is_empty())
        })
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(CommandError::refused(
        format!("{} → {}", record.name, stage.name),
        format!("not known yet: {}", missing.join(", ")),
        format!(
            "fill it in with `edit {}=…`",
            missing.first().copied().unwrap_or("field")
        ),
    ))
}

fn enter(cx: &mut Cx<'_>, lead: &str, stage: &Id<Stage>, reason: &str) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    let from = cx
        .world
        .table::<Lead>()
        .record(lead)
        .and_then(|lead| lead.stage.clone());
    if from.as_ref() == Some(stage) {
        return Ok(());
    }
    let ends = cx
        .world
        .get(stage)
        .is_some_and(|stage| matches!(stage.terminal, Terminal::Won | Terminal::Lost));
    cx.change::<Lead>(lead, |lead| {
        lead.stage = Some(stage.clone());
        lead.entered_at = Some(now);
        lead.closed_at = ends.then_some(now);
    })?;
    let by = Some(cx.world.my_id());
    cx.create(StageEvent {
        lead: Some(Id::new(lead)),
        from,
        to: Some(stage.clone()),
        at: Some(now),
        by,
        reason: reason.to_owned(),
        source: "console".into(),
    });
    Ok(())
}

fn end(
    cx: &mut Cx<'_>,
    targets: &Targets,
    terminal: &Terminal,
    reason: &str,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let stage = pipeline(cx.world)
        .into_iter()
        .find(|(_, stage)| stage.terminal == *terminal)
        .ok_or_else(|| {
            CommandError::refused(
                format!("mark as {terminal}"),
                "the backend has no such stage",
                "ask whoever keeps the pipeline",
            )
        })?;
    for id in &ids {
        enter(cx, id, &stage.0, reason)?;
        if *terminal == Terminal::Lost {
            cx.change::<Lead>(id, |lead| reason.clone_into(&mut lead.lost_reason))?;
        }
    }
    conclude(cx, terminal.as_str(), &ids)
}
