//! Objectives with their key results, and plans with their items.

use std::borrow::Cow;

use jiff::civil::Date;

use super::field::LongText;
use super::goal::GoalPeriod;
use super::{AnyRef, Audience, Derived, Id, MetricDef, Record, User};

record! {
    /// An objective of a person or a team for one period.
    Objective ("objective", "objectives") audience Audience::Users(&["owner", "shared_with"]);
    columns ["title", "period", "starts", "owner", "closed_at"];
    /// What is to be reached, in words.
    title: String,
    /// Length of the period.
    period: GoalPeriod,
    /// First day of the period.
    starts: Option<Date>,
    /// Whose it is.
    owner: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// When it was closed.
    closed_at: Option<Date>,
    /// Why it matters, and what was learned.
    notes: LongText,
}

impl Record for Objective {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

record! {
    /// A figure by which an objective is judged.
    KeyResult ("key result", "key results") audience Audience::Parent("objective");
    columns ["title", "objective", "current", "target", "unit", "confidence", "owner"];
    /// The objective.
    objective: Option<Id<Objective>>,
    /// What is counted.
    title: String,
    /// The metric, where it is one.
    metric: Option<Id<MetricDef>>,
    /// Unit of the figures.
    unit: String,
    /// Where it stood at the beginning.
    start_value: Option<f64>,
    /// What is to be reached.
    target: Option<f64>,
    /// Where it stands.
    current: Option<f64>,
    /// How likely it is to be reached, from 0 to 1, as its owner thinks.
    confidence: Option<f64>,
    /// Who answers for it.
    owner: Option<Id<User>>,
    /// Until when.
    due: Option<Date>,
    /// What changed last.
    note: LongText,
}

impl Record for KeyResult {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn parent(&self) -> Option<AnyRef> {
        self.objective.as_ref().map(Id::link)
    }
}

open_enum! {
    /// How far a plan reaches.
    PlanHorizon {
        /// A year.
        Annual = "annual",
        /// A quarter.
        Quarter = "quarter",
    }
}

open_enum! {
    /// Where a plan is in its cycle.
    PlanPhase {
        /// Being thought out.
        Planning = "planning",
        /// Waits for a yes.
        Approval = "approval",
        /// Approved; how it is done is being worked out.
        Implementation = "implementation",
        /// Being carried out.
        Execution = "execution",
        /// Being looked back on.
        Review = "review",
    }
}

record! {
    /// A plan of a CN, a team or a person.
    Plan ("plan", "plans") audience Audience::Parent("subject");
    columns ["title", "subject", "horizon", "phase", "starts", "ends", "owner"];
    /// Whose plan it is: a CN, a team, a person.
    subject: Option<AnyRef>,
    /// Title.
    title: String,
    /// How far it reaches.
    horizon: PlanHorizon,
    /// Where it is in its cycle.
    phase: PlanPhase,
    /// First day.
    starts: Option<Date>,
    /// Last day.
    ends: Option<Date>,
    /// Where the document is.
    doc_url: String,
    /// Who writes it.
    owner: Option<Id<User>>,
    /// The plan in a paragraph.
    summary: LongText,
}

impl Record for Plan {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn parent(&self) -> Option<AnyRef> {
        self.subject.clone()
    }
}

open_enum! {
    /// How far an item of a plan has come.
    PlanItemState {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}

record! {
    /// One thing that a plan wants done.
    PlanItem ("plan item", "plan items") audience Audience::Parent("plan");
    columns ["title", "plan", "state", "due", "owner", "done_at"];
    /// The plan.
    plan: Option<Id<Plan>>,
    /// What is to be done.
    title: String,
    /// Its place in the plan.
    position: Option<i64>,
    /// How far it has come.
    state: PlanItemState,
    /// When it should be done.
    due: Option<Date>,
    /// Who does it.
    owner: Option<Id<User>>,
    /// When it was done.
    done_at: Option<Date>,
    /// What belongs to it.
    refs: Vec<AnyRef>,
    /// What came of it.
    notes: LongText,
}

impl Record for PlanItem {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn is_open(&self) -> bool {
        !matches!(self.state, PlanItemState::Done | PlanItemState::Dropped)
    }
    fn parent(&self) -> Option<AnyRef> {
        self.plan.as_ref().map(Id::link)
    }
}
