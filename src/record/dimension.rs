//! Scored dimensions of a CN: a versioned set that the backend supplies, and scores given under it.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::field::LongText;
use super::{AnyRef, Audience, Derived, Id, MetricDef, Network, Record, User};

/// One dimension of a set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dimension {
    /// The key by which scores name it.
    pub key: String,
    /// Name on screen; the key where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its part in a composite; without weights no composite is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Metrics that speak for or against a score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence_metrics: Vec<Id<MetricDef>>,
    /// How to score it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub guidance: String,
}
json_item!(Dimension);

impl Dimension {
    /// Returns the name on screen: the label, or the key where there is none.
    pub fn name(&self) -> &str {
        self.label
            .as_deref()
            .filter(|label| !label.trim().is_empty())
            .unwrap_or(&self.key)
    }
}

record! {
    /// A set of dimensions by which CNs are scored, in one of its versions.
    DimensionSet ("dimension set", "dimension sets") audience Audience::Everyone;
    columns ["name", "version", "effective_from", "scale_min", "scale_max", "dimensions"];
    /// Name.
    name: String,
    /// Its version; scores of different versions are not compared.
    version: String,
    /// First day (UTC) on which it holds; the latest one that has begun is in force.
    effective_from: Option<Date>,
    /// The lowest score.
    scale_min: Option<f64>,
    /// The highest score.
    scale_max: Option<f64>,
    /// The step between two scores.
    scale_step: Option<f64>,
    /// The dimensions in their order: key, label, weight, evidence metrics, guidance.
    dimensions: Vec<Dimension>,
}

impl Record for DimensionSet {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

record! {
    /// The score of a CN in one dimension, given under one version of the set; a new score is a new record.
    DimensionScore ("score", "scores") audience Audience::Parent("network");
    columns ["network", "key", "value", "version", "at", "by"];
    /// The CN.
    network: Option<Id<Network>>,
    /// The set under which it was given.
    set: Option<Id<DimensionSet>>,
    /// The version of that set.
    version: String,
    /// The dimension.
    key: String,
    /// The score; a missing score is not zero.
    value: Option<f64>,
    /// When it was given.
    at: Option<Timestamp>,
    /// Who gave it.
    by: Option<Id<User>>,
    /// What it rests on.
    evidence: Vec<AnyRef>,
    /// Why it is what it is.
    note: LongText,
}

impl Record for DimensionScore {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }
    fn parent(&self) -> Option<AnyRef> {
        self.network.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        self.at
    }
}
