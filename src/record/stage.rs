//! The pipeline's stages, as the backend defines them.

use std::borrow::Cow;

use super::{Audience, Derived, Record};

open_enum! {
    /// What it means that a lead's journey ends in a stage.
    Terminal {
        /// The contract is signed.
        Won = "won",
        /// The lead is lost, with a reason.
        Lost = "lost",
        /// The lead rests; it can come back.
        Parked = "parked",
    }
}

record! {
    /// One stage of the pipeline.
    Stage ("stage", "stages") audience Audience::Everyone;
    columns ["order", "name", "limit_days", "terminal"];
    /// Name on screen.
    name: String,
    /// Position in the pipeline, counted from 1.
    order: Option<i64>,
    /// Days after which a lead has been here too long.
    limit_days: Option<i64>,
    /// Set where a journey ends.
    terminal: Terminal,
    /// Facts that must be known before a lead may enter: names of the lead's fields.
    required: Vec<String>,
}

impl Record for Stage {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
