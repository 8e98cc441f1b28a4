//! The way of a CN from its signature to graduation: milestones and the conditions of graduation.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AnyRef, Audience, Derived, Id, MetricDef, Network, Record, User};

record! {
    /// A step of the onboarding programme that a CN should have taken by a date.
    Milestone ("milestone", "milestones") audience Audience::Parent("network");
    columns ["title", "network", "due", "done_at", "waived_reason", "owner"];
    /// The CN.
    network: Option<Id<Network>>,
    /// What is to be reached.
    title: String,
    /// Its key in the template of the programme.
    key: String,
    /// When it is due.
    due: Option<Date>,
    /// When it was reached.
    done_at: Option<Date>,
    /// Why this CN need not reach it.
    waived_reason: String,
    /// What shows that it was reached.
    evidence: String,
    /// Who sees to it.
    owner: Option<Id<User>>,
}

impl Record for Milestone {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(if self.title.is_empty() {
            &self.key
        } else {
            &self.title
        })
    }
    fn is_open(&self) -> bool {
        self.done_at.is_none() && self.waived_reason.trim().is_empty()
    }
    fn parent(&self) -> Option<AnyRef> {
        self.network.as_ref().map(Id::link)
    }
}

/// How a value is held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bound {
    /// It must be at least the threshold.
    #[serde(rename = ">=", alias = "at_least")]
    AtLeast,
    /// It must be at most the threshold.
    #[serde(rename = "<=", alias = "at_most")]
    AtMost,
}

/// One condition of graduation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The metric.
    pub metric: Id<MetricDef>,
    /// How it is held against the value.
    pub op: Bound,
    /// The threshold.
    pub value: f64,
    /// Days after signing within which it must be met; no limit when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_days: Option<u32>,
}
json_item!(Criterion);

record! {
    /// The conditions under which a new CN graduates, as the backend sets them: all must be met.
    CriteriaSet ("criteria set", "criteria sets") audience Audience::Everyone;
    columns ["name", "version", "effective_from", "items"];
    /// Name.
    name: String,
    /// Its version; gaps of different versions are not compared.
    version: String,
    /// First day (UTC) on which it holds; the latest one that has begun is in force.
    effective_from: Option<Date>,
    /// The conditions: metric, `>=` or `<=`, value, days after signing.
    items: Vec<Criterion>,
}

impl Record for CriteriaSet {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
