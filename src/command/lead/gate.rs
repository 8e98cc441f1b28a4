//! The gates of the stages: facts that must be known, asked for where they are missing.

use std::fmt::Write as _;

use super::LeadCommand;
use crate::command::{Ask, CommandError, Cx};
use crate::funnel::{Fact, missing_facts};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{Id, Kind, Lead, Op, Stage};

/// Fills in facts of leads before they are looked at.
pub(super) fn fill(cx: &mut Cx<'_>, ids: &[String], facts: &[String]) -> Result<(), CommandError> {
    if facts.is_empty() {
        return Ok(());
    }
    let patch = crate::command::input::patch_of(Kind::Lead, facts, cx)?;
    for id in ids {
        cx.apply(Kind::Lead, id, Op::Update, patch.clone())?;
    }
    Ok(())
}

/// Returns the facts that a lead lacks for a stage and that can be filled in.
pub(super) fn missing(world: &World, lead: &str, stage: &Id<Stage>) -> Vec<Fact> {
    let (Some(record), Some(stage)) = (world.table::<Lead>().record(lead), world.get(stage)) else {
        return Vec::new();
    };
    missing_facts(record, stage)
        .into_iter()
        .filter(|fact| matches!(fact, Fact::Empty(_)))
        .collect()
}

/// Says which facts a lead lacks, where nobody can be asked.
pub(super) fn refusal(world: &World, lead: &str, stage: &Id<Stage>) -> CommandError {
    let facts = missing(world, lead, stage);
    let names: Vec<&str> = facts.iter().map(Fact::name).collect();
    CommandError::refused(
        format!(
            "{} → {}",
            name_of(world, lead),
            super::stage_name(world, stage)
        ),
        format!("not known yet: {}", names.join(", ")),
        format!(
            "fill it in with `--fact {}=…`",
            names.first().copied().unwrap_or("field")
        ),
    )
}

/// Opens the form of just the facts that are missing; the step goes on with them.
pub(super) fn ask(
    cx: &mut Cx<'_>,
    (lead, stage): (&str, &Id<Stage>),
    then: LeadCommand,
    more: usize,
) -> Result<(), CommandError> {
    let fields: Vec<String> = missing(cx.world, lead, stage)
        .iter()
        .map(|fact| fact.name().to_owned())
        .collect();
    let mut title = format!(
        "{} → {}: what is missing",
        name_of(cx.world, lead),
        super::stage_name(cx.world, stage)
    );
    if more > 0 {
        let _ = write!(title, " · {more} more wait");
        cx.say(
            Tone::Info,
            format!("{more} more lack facts and stay where they are"),
        );
    }
    cx.ask(
        "lead",
        Ask::Facts {
            lead: lead.to_owned(),
            title,
            fields,
            then: Box::new(then),
        },
    )
}

fn name_of(world: &World, lead: &str) -> String {
    let record = world.table::<Lead>().record(lead);
    record.map_or_else(|| lead.to_owned(), |record| record.name.clone())
}
