//! The verbs of the funnel.

mod add;
mod gate;
mod merge;
mod plan;
mod score;
mod shift;

pub(crate) use add::{likeness_words, quick_lead};
pub(crate) use plan::{due_shown, planned};
pub(crate) use score::current_rubric;
pub(super) use shift::{Move, shift};

use clap::{Args, Subcommand};

use super::handover::HandOverArgs;
use super::inbox::{command_line, conclude};
use super::{Ask, Choice, CommandError, Cx, Targets};
use crate::list::World;
use crate::pane::terms;
use crate::record::{Id, Kind, Lead, Message, Stage, StageEvent, Terminal, Vocabulary};

use super::cx::Expects;

/// Facts that are filled in with a step, where the stage asks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Facts {
    /// Fills in a fact that the stage asks for; can be repeated.
    #[arg(long = "fact", value_name = "FIELD=VALUE")]
    pub facts: Vec<String>,
}

/// A verb of the funnel.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum LeadCommand {
    /// Adds a lead from a line such as `Brightwell, referral, US, 40`; looks for doubles first.
    Add {
        /// Name, then in any order source, archetype, market and number of creators, parted by commas.
        #[arg(value_name = "LINE")]
        line: Option<String>,
        /// What to do where it looks known: `new` adds it anyway, `lead:ID` goes there.
        #[arg(value_name = "KNOWN")]
        known: Option<String>,
    },
    /// Moves leads one stage forward; facts that the next stage needs are asked for.
    Advance {
        /// Facts that go with it.
        #[command(flatten)]
        facts: Facts,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
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
        /// Facts that go with it.
        #[command(flatten)]
        facts: Facts,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Lets leads rest; facts that resting needs are asked for.
    Park {
        /// Facts that go with it.
        #[command(flatten)]
        facts: Facts,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Moves leads to a stage by its name.
    Move {
        /// Name or id of the stage.
        #[arg(value_name = "STAGE")]
        stage: String,
        /// Facts that go with it.
        #[command(flatten)]
        facts: Facts,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says what happens next and by when: `call Tom tue`.
    Next {
        /// The step with its day at the end.
        #[arg(value_name = "STEP")]
        step: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says when leads expire if nothing happens; `never` takes it away.
    Expires {
        /// When, as a phrase such as `fri` or `+10d`.
        #[arg(value_name = "WHEN")]
        at: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Scores a lead by the rubric, 0 to 5 points for each question.
    Score {
        /// Answers such as `trend=4` or `growth=3:met the plan twice`; without any the questions are asked.
        #[arg(value_name = "QUESTION=POINTS")]
        answers: Vec<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Merges leads into one: it takes over what it lacks, their threads and their follow-ups.
    Merge {
        /// The lead that stays; without it the likely ones are offered.
        #[arg(value_name = "INTO")]
        into: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Hands leads over to someone, at once or on a day; the one before goes on seeing them.
    HandOver(HandOverArgs),
    /// Lists leads that look like another one.
    Duplicates,
}

impl LeadCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> Option<&Targets> {
        match self {
            Self::Advance { targets, .. }
            | Self::Park { targets, .. }
            | Self::Back { targets, .. }
            | Self::Lose { targets, .. }
            | Self::Move { targets, .. }
            | Self::Next { targets, .. }
            | Self::Expires { targets, .. }
            | Self::Score { targets, .. }
            | Self::Merge { targets, .. }
            | Self::HandOver(HandOverArgs { targets, .. }) => Some(targets),
            Self::Add { .. } | Self::Duplicates => None,
        }
    }

    /// Returns the same step with these facts.
    #[must_use]
    pub fn with_facts(mut self, values: Vec<String>) -> Self {
        match &mut self {
            Self::Advance { facts, .. }
            | Self::Park { facts, .. }
            | Self::Lose { facts, .. }
            | Self::Move { facts, .. } => facts.facts = values,
            _ => {}
        }
        self
    }

    /// Returns the same step for one lead.
    fn of_one(mut self, id: &str) -> Self {
        match &mut self {
            Self::Advance { targets, .. }
            | Self::Park { targets, .. }
            | Self::Lose { targets, .. }
            | Self::Move { targets, .. } => {
                targets.ids = vec![format!("lead:{id}")];
                targets.query = None;
            }
            _ => {}
        }
        self
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let again = self.clone();
        match self {
            Self::Add { line, known } => add::add(cx, line, known.as_deref()),
            Self::Advance { facts, targets } => step(cx, &targets, 1, "", (&facts, &again)),
            Self::Back { reason, targets } => {
                let none = Facts::default();
                let reason = reason.as_deref().unwrap_or("");
                step(cx, &targets, -1, reason, (&none, &again))
            }
            Self::Lose {
                reason,
                facts,
                targets,
            } => match reason.filter(|reason| !reason.trim().is_empty()) {
                Some(reason) if reason != OTHER => {
                    let again = again.with_reason(&reason);
                    end(cx, &targets, &Terminal::Lost, &reason, (&facts, &again))
                }
                typed => ask_reason(cx, &targets, typed.is_some()),
            },
            Self::Park { facts, targets } => {
                end(cx, &targets, &Terminal::Parked, "", (&facts, &again))
            }
            Self::Move {
                stage,
                facts,
                targets,
            } => {
                let stage =
                    super::input::find_by_name::<Stage>(cx.world, &stage, |stage| &stage.name)?;
                let ids = targets.of(Kind::Lead, cx)?;
                let moves = ids.into_iter().map(|id| (id, stage.clone())).collect();
                pass(cx, moves, "", (&facts, &again))
            }
            Self::Next { step, targets } => plan::next(cx, step, &targets),
            Self::Expires { at, targets } => plan::expires(cx, at, &targets),
            Self::Score { answers, targets } => score::score(cx, &answers, &targets),
            Self::Merge { into, targets } => merge::merge(cx, into, &targets),
            Self::HandOver(over) => over.run("lead hand-over", Kind::Lead, cx),
            Self::Duplicates => {
                merge::duplicates(cx);
                Ok(())
            }
        }
    }

    fn with_reason(mut self, why: &str) -> Self {
        if let Self::Lose { reason, .. } = &mut self {
            *reason = Some(why.to_owned());
        }
        self
    }
}

/// The word of the choice to type a reason that is not on the list.
pub(super) const OTHER: &str = "…";

/// Offers the reasons that the team has agreed on; where there are none, or another one is wanted, it is typed.
fn ask_reason(cx: &mut Cx<'_>, targets: &Targets, typed: bool) -> Result<(), CommandError> {
    targets.of(Kind::Lead, cx)?;
    offer_reasons(cx, ("lead lose", targets), typed, "")
}

/// Offers the reasons for which leads are lost to a command, those first that what was said speaks of.
pub(super) fn offer_reasons(
    cx: &mut Cx<'_>,
    (name, targets): (&'static str, &Targets),
    typed: bool,
    said: &str,
) -> Result<(), CommandError> {
    let command = command_line(name, targets);
    let mut reasons = terms(cx.world, &Vocabulary::LossReason);
    let said = crate::text::fold(said);
    reasons.sort_by_key(|term| std::cmp::Reverse(spoken_of(&said, &term.name, &term.about)));
    if typed || reasons.is_empty() {
        return cx.ask(
            name,
            Ask::Prompt {
                title: "lost because".into(),
                command,
                text: String::new(),
                expects: Expects::Text,
            },
        );
    }
    let mut choices: Vec<Choice> = reasons
        .into_iter()
        .map(|term| Choice {
            key: term.key.chars().next(),
            label: term.name.clone(),
            detail: term.about.clone(),
            word: term.name.clone(),
        })
        .collect();
    choices.push(Choice {
        key: Some('.'),
        label: "another reason".into(),
        detail: "typed by hand".into(),
        word: OTHER.into(),
    });
    cx.ask(
        name,
        Ask::Pick {
            title: "lost because".into(),
            command,
            choices,
        },
    )
}

/// Counts the words of a reason that stand in a folded text; short words say nothing.
fn spoken_of(said: &str, name: &str, about: &str) -> usize {
    let words = format!("{name} {about}");
    let words = crate::text::fold(&words);
    let words = words.split(|letter: char| !letter.is_alphanumeric());
    words
        .filter(|word| word.chars().count() > 3 && said.contains(word))
        .count()
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

fn step(
    cx: &mut Cx<'_>,
    targets: &Targets,
    by: isize,
    reason: &str,
    with: (&Facts, &LeadCommand),
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let mut moves = Vec::new();
    for id in ids {
        let stage = beside(cx, &id, by)?;
        moves.push((id, stage));
    }
    if by > 0 {
        return pass(cx, moves, reason, with);
    }
    let mut name = String::new();
    for (id, stage) in &moves {
        enter(cx, id, stage, reason)?;
        name = stage_name(cx.world, stage);
    }
    let ids: Vec<String> = moves.into_iter().map(|(id, _)| id).collect();
    conclude(cx, &format!("→ {name}"), &ids)
}

/// Moves leads through the gates of their stages: those that lack facts stay, and the facts of the first of
/// them are asked for.
fn pass(
    cx: &mut Cx<'_>,
    moves: Vec<(String, Id<Stage>)>,
    reason: &str,
    (facts, again): (&Facts, &LeadCommand),
) -> Result<(), CommandError> {
    let all: Vec<String> = moves.iter().map(|(id, _)| id.clone()).collect();
    gate::fill(cx, &all, &facts.facts)?;
    let (through, held): (Vec<_>, Vec<_>) = moves
        .into_iter()
        .partition(|(id, stage)| gate::missing(cx.world, id, stage).is_empty());
    if let Some((id, stage)) = held.first()
        && cx.screen.is_none()
    {
        return Err(gate::refusal(cx.world, id, stage));
    }
    let mut name = String::new();
    for (id, stage) in &through {
        enter(cx, id, stage, reason)?;
        name = stage_name(cx.world, stage);
    }
    let moved: Vec<String> = through.iter().map(|(id, _)| id.clone()).collect();
    if held.is_empty() || !moved.is_empty() {
        conclude(cx, &format!("→ {name}"), &moved)?;
    } else if cx.edit_count() > 0 {
        conclude(cx, "facts", &all)?;
    }
    if let Some((id, stage)) = held.first() {
        let one = again.clone().of_one(id).with_facts(Vec::new());
        gate::ask(cx, (id, stage), one, held.len() - 1)?;
    }
    Ok(())
}

/// The path of a lead: the stages that are not a loss and not a rest, the signed one last.
fn path(world: &World) -> Vec<Id<Stage>> {
    pipeline(world)
        .into_iter()
        .filter(|(_, stage)| stage.terminal.is_none() || stage.terminal == Terminal::Won)
        .map(|(id, _)| id)
        .collect()
}

/// Returns the stage that lies so many steps beside that of a lead.
fn beside(cx: &Cx<'_>, id: &str, by: isize) -> Result<Id<Stage>, CommandError> {
    let path = path(cx.world);
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
    next.and_then(|next| path.get(next))
        .cloned()
        .ok_or_else(|| {
            let what = if by > 0 { "advance" } else { "go back" };
            CommandError::refused(
                format!("{}: {what}", lead.name),
                format!(
                    "{} is the end of the pipeline",
                    stage_name_of(cx.world, &lead)
                ),
                "use `lead move` for another stage",
            )
        })
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

fn enter(cx: &mut Cx<'_>, lead: &str, stage: &Id<Stage>, reason: &str) -> Result<(), CommandError> {
    enter_because(cx, lead, stage, reason, None)
}

fn enter_because(
    cx: &mut Cx<'_>,
    lead: &str,
    stage: &Id<Stage>,
    reason: &str,
    origin: Option<Id<Message>>,
) -> Result<(), CommandError> {
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
        origin,
    });
    shift::wake_threads(cx, lead)
}

fn terminal_stage(cx: &Cx<'_>, terminal: &Terminal) -> Result<Id<Stage>, CommandError> {
    pipeline(cx.world)
        .into_iter()
        .find(|(_, stage)| stage.terminal == *terminal)
        .map(|(id, _)| id)
        .ok_or_else(|| {
            CommandError::refused(
                format!("mark as {terminal}"),
                "the backend has no such stage",
                "ask whoever keeps the pipeline",
            )
        })
}

fn end(
    cx: &mut Cx<'_>,
    targets: &Targets,
    terminal: &Terminal,
    reason: &str,
    (facts, again): (&Facts, &LeadCommand),
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let stage = terminal_stage(cx, terminal)?;
    gate::fill(cx, &ids, &facts.facts)?;
    let lost = *terminal == Terminal::Lost;
    // The reason is at hand: it is no fact to ask for.
    let known = if lost { "lost_reason" } else { "" };
    let (through, held): (Vec<String>, Vec<String>) = ids.into_iter().partition(|id| {
        let missing = gate::missing(cx.world, id, &stage);
        missing.iter().all(|fact| fact.name() == known)
    });
    if let Some(id) = held.first()
        && cx.screen.is_none()
    {
        return Err(gate::refusal(cx.world, id, &stage));
    }
    for id in &through {
        enter(cx, id, &stage, reason)?;
        if lost {
            cx.change::<Lead>(id, |lead| reason.clone_into(&mut lead.lost_reason))?;
        }
    }
    if held.is_empty() || !through.is_empty() {
        conclude(cx, terminal.as_str(), &through)?;
    }
    if let Some(id) = held.first() {
        let one = again.clone().of_one(id).with_facts(Vec::new());
        gate::ask(cx, (id, &stage), one, held.len() - 1)?;
    }
    Ok(())
}
