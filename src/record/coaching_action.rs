//! Coaching: what was agreed with a CN, and on which metric it should show.

use std::borrow::Cow;

use jiff::civil::Date;

use super::field::LongText;
use super::{AnyRef, Audience, Derived, Id, Message, MetricDef, Network, Record, User};

open_enum! {
    /// How far a coaching action has come.
    CoachingState {
        /// Thought of.
        Proposed = "proposed",
        /// The CN agreed.
        Agreed = "agreed",
        /// Under way.
        Doing = "doing",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}

record! {
    /// An improvement agreed with a CN.
    CoachingAction ("coaching action", "coaching actions") audience Audience::Parent("network");
    columns ["topic", "network", "state", "due", "metric", "owner"];
    /// The CN that is coached.
    network: Option<Id<Network>>,
    /// What is to improve.
    topic: String,
    /// What made us think of it.
    opportunity: String,
    /// Who follows it up.
    owner: Option<Id<User>>,
    /// When it should be done.
    due: Option<Date>,
    /// How far it has come.
    state: CoachingState,
    /// The metric on which it should show.
    metric: Option<Id<MetricDef>>,
    /// First day of the window before.
    baseline_from: Option<Date>,
    /// Last day of the window before.
    baseline_to: Option<Date>,
    /// First day of the window after.
    effect_from: Option<Date>,
    /// Last day of the window after.
    effect_to: Option<Date>,
    /// The message it came from.
    origin: Option<Id<Message>>,
    /// What was said.
    notes: LongText,
}

impl Record for CoachingAction {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.topic)
    }
    fn is_open(&self) -> bool {
        !matches!(self.state, CoachingState::Done | CoachingState::Dropped)
    }
    fn parent(&self) -> Option<AnyRef> {
        self.network.as_ref().map(Id::link)
    }
}
