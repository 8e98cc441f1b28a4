//! Layer 1: the lead funnel as figures one can act on.
//!
//! Everything is computed from three lists of records: stages, leads and stage events. A
//! [`Pipeline`] puts the stages in order, [`Journeys`] turns each lead's events into stays, and the
//! rest reads the stays:
//!
//! * [`Journeys::table`]: the stages with counts, conversion (of a cohort and by activity, each named),
//!   median days by Kaplan–Meier with the share still open, what has stayed too long, and the balance
//!   that must add up;
//! * [`Journeys::holes`] and [`Table::what_if`]: where signed contracts are lost, and what a better step
//!   would bring;
//! * [`Journeys::win_rates`], [`Journeys::losses`], [`Journeys::weeks`], [`Journeys::velocity`],
//!   [`Journeys::against`] a goal;
//! * [`Report`]: all of it in one piece, as the screen draws it and the command line prints it;
//! * [`needs`]: the next lead that needs me, with the reason; [`missing_facts`] at a gate;
//!   [`Duplicates`].
//!
//! Records come in as `(&Id<R>, &R)`; the present comes in as an argument.

mod duplicate;
mod flow;
mod gate;
mod hole;
mod journey;
mod need;
mod pipeline;
mod report;
mod source;
mod stay;
mod table;

pub use duplicate::{Candidate, Duplicates, Likeness, folded};
pub use flow::{Counted, Loss, Velocity, Week};
pub use gate::{Fact, missing_facts};
pub use hole::{Benchmark, Hole, HoleCause, Holes, WhatIf};
pub use journey::{HandOff, Journey, Journeys, Outcome, Scope, Stay, Way};
pub use need::{Need, NeedLimits, NeedReason, needs};
pub use pipeline::{Pipeline, Rung, Spot};
pub use report::{
    Basis, Extras, GoalPace, HISTORY_DAYS, Report, Wanted, percent, range, short_range, too_long,
};
pub(crate) use report::{balance_words, basis_words};
pub use source::{GroupRate, Mix, WinRates, mix_shift};
pub use stay::{Balance, Rot, StayTime, Yardstick};
pub use table::{Conversion, Horizon, Params, SkipRule, StageRow, Table};

#[cfg(test)]
mod tests;
