//! The pipeline's stages, as the backend defines them.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

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
    /// Share of the leads of the stage before that should come here, in per cent.
    target_percent: Option<f64>,
    /// From here on a lead counts as qualified.
    qualifies: bool,
}

impl Stage {
    /// Tells whether a lead that came here at an instant has been here longer than the limit, to the second.
    pub fn is_over_limit(&self, entered: Timestamp, now: Timestamp) -> bool {
        self.limit_days
            .filter(|days| *days > 0)
            .is_some_and(|days| {
                now.duration_since(entered) > SignedDuration::from_hours(days.saturating_mul(24))
            })
    }
}

impl Record for Stage {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
