//! Goals of a CN, a team or a person.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{AnyRef, Audience, Derived, Id, MetricDef, Record, User};

open_enum! {
    /// The length of a goal's period.
    GoalPeriod {
        /// A calendar year.
        Year = "year",
        /// A calendar quarter.
        Quarter = "quarter",
        /// A calendar month.
        Month = "month",
    }
}

record! {
    /// A target for one metric in one period.
    Goal ("goal", "goals") audience Audience::Parent("subject");
    columns ["subject", "metric", "period", "starts", "target", "stretch"];
    /// What it is a goal of.
    subject: Option<AnyRef>,
    /// The metric.
    metric: Option<Id<MetricDef>>,
    /// Length of the period.
    period: GoalPeriod,
    /// First day of the period (UTC+0, as the exports are cut).
    starts: Option<Date>,
    /// What is to be reached.
    target: Option<f64>,
    /// What would be excellent.
    stretch: Option<f64>,
    /// The goal of the longer period that this one is a part of.
    parent_goal: Option<Id<Goal>>,
    /// When it was agreed with the CN.
    aligned_at: Option<Timestamp>,
    /// Who agreed it.
    aligned_by: Option<Id<User>>,
}

impl Record for Goal {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.metric.as_ref().map_or("", Id::as_str))
    }
    fn parent(&self) -> Option<AnyRef> {
        self.subject.clone()
    }
}
