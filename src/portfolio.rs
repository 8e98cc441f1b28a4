//! Layer 1: the portfolio of CNs as figures one can act on.
//!
//! Figures come in as metric points. [`SeriesSet`] sorts them by subject and metric into [`Series`],
//! where whole months, months to date and rolling 30 days are different types and cannot be mixed up.
//! All days and months are cut at midnight UTC, as the platform cuts them, and every window says so.
//!
//! * growth: [`Series::month_on_month`], [`Series::year_on_year`], [`Series::month_to_date`],
//!   [`like_for_like`], and [`compare_points`] for any two figures;
//! * what creators do: [`active_rate`], [`valid_live_days`], [`went_dark`], [`concentration`];
//! * goals: [`goal_pace`], [`cascade`]; graduation: [`graduation_gap`], [`graduation_rate`],
//!   [`milestones`];
//! * coaching: [`coaching_effect`] against a comparator;
//! * the order in which CNs need me, with the reason in words: [`reasons`], [`in_order`].

mod activity;
mod coaching;
mod concentration;
mod goal;
mod graduation;
mod growth;
mod need;
mod series;

pub use activity::{
    ActiveRate, Dark, ValidDays, active_rate, dark_days, live_rate, valid_live_days, went_dark,
};
pub use coaching::{
    Comparator, ComparatorKind, Effect, EffectVerdict, EffectWindows, MIN_COMPARATORS, MIN_DAYS,
    Scale, WindowError, coaching_effect, matched_comparators,
};
pub use concentration::{Concentration, concentration};
pub use goal::{CascadeGap, GoalGap, cascade, goal_pace};
pub use graduation::{
    CriterionGap, CriterionState, Graduation, GraduationGap, MilestoneState, graduation_gap,
    graduation_rate, milestone_state, milestones, signed_in,
};
pub use growth::{
    Growth, GrowthKind, LikeForLike, Pairing, PeriodError, compare_points, like_for_like,
};
pub use need::{Evidence, NeedLimits, NetworkNeed, NetworkReason, in_order, reasons};
pub use series::{Month, Rolling, Series, SeriesSet, ToDate, nature_of};

#[cfg(test)]
mod tests;
