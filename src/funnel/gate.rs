//! The facts that must be known before a lead may enter a stage.

use super::{Pipeline, Rung, Spot};
use crate::record::{FieldInfo, Id, Lead, Record, Stage};

/// A required fact that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The lead has this field and it is empty; it can be asked for.
    Empty(FieldInfo),
    /// The stage asks for a field that leads do not have here: a newer backend, or a misspelling.
    Unknown(String),
}

impl Fact {
    /// Returns the name of the field.
    pub fn name(&self) -> &str {
        match self {
            Self::Empty(info) => info.name,
            Self::Unknown(name) => name,
        }
    }
}

/// Returns the facts that a stage requires and the lead does not have, in the order of the stage.
///
/// A flag that is not set counts as missing. An unknown field never blocks by itself: the caller shows it.
pub fn missing_facts(lead: &Lead, stage: &Stage) -> Vec<Fact> {
    let mut missing: Vec<Fact> = Vec::new();
    for name in &stage.required {
        let name = name.trim();
        if name.is_empty() || missing.iter().any(|fact| fact.name() == name) {
            continue;
        }
        match Lead::FIELDS.iter().find(|field| field.info.name == name) {
            Some(field) if (field.get)(lead).is_empty() => missing.push(Fact::Empty(field.info)),
            Some(_) => {}
            None => missing.push(Fact::Unknown(name.to_owned())),
        }
    }
    missing
}

impl Pipeline {
    /// Returns the stages that a lead would jump over on its way from one stage to another, first one first.
    pub fn between(&self, from: &Id<Stage>, to: &Id<Stage>) -> &[Rung] {
        match (self.spot(from), self.spot(to)) {
            (Spot::Rung(from), Spot::Rung(to)) if to > from + 1 => &self.rungs()[from + 1..to],
            _ => &[],
        }
    }
}
