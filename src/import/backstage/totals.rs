//! The figures of a CN, added up from those of its creators.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::known::{Known, Stored, TotalKey};
use super::merge::same;
use super::plan::Change;
use super::table::Period;
use crate::record::{
    AnyRef, EXPORT_SOURCE, ExportSum, Kind, Op, Patch, PeriodKind, diff, exported_state,
    exported_status,
};

/// What an import says of the creators of one CN in one period.
#[derive(Clone, Debug, Default)]
struct Group {
    sum: ExportSum,
    creators: HashSet<String>,
    /// The oldest state of what was added up.
    made: Option<Timestamp>,
}

/// Adds up the figures of creators while the rows of an import are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    groups: BTreeMap<(String, Slot), Group>,
}

/// The part of a CN's creators that a file must name for its sum to be the CN's: four of five.
const ENOUGH: (usize, usize) = (4, 5);

/// A period that can be put in order.
type Slot = (String, jiff::civil::Date, jiff::civil::Date);

fn slot_of(period: &Period) -> Slot {
    (period.kind.as_str().to_owned(), period.start, period.end)
}

impl Totals {
    /// Takes in the figures of a creator of a CN.
    pub(super) fn take(
        &mut self,
        network: &str,
        creator: &str,
        period: &Period,
        figures: &Map<String, Json>,
        made: Option<Timestamp>,
    ) {
        let key = (network.to_owned(), slot_of(period));
        self.groups
            .entry(key)
            .or_default()
            .add(creator, figures, made);
    }

    /// Returns the changes that make the figures of the CNs what their creators add up to.
    ///
    /// Creators that are not in this file count with what a former one said of the very same days; those that
    /// were last told of other days do not count, and the number of creators says so.
    ///
    /// A file with few of a CN's creators was filtered before it was saved: what it adds up to says nothing of the CN. It
    /// is left out and said, unless the files are said to be whole.
    pub(super) fn changes(
        mut self,
        known: &Known,
        made: (Option<&str>, usize),
        ids: &mut dyn FnMut() -> String,
    ) -> (Vec<Change>, Vec<String>) {
        self.groups
            .retain(|(network, _), _| known.networks.contains_key(network));
        if self.groups.is_empty() {
            return (Vec::new(), Vec::new());
        }
        self.take_the_rest(known);
        let warnings = if known.whole {
            Vec::new()
        } else {
            self.leave_parts(known, made)
        };
        let mut changes = Vec::new();
        for ((network, (kind, start, end)), group) in &self.groups {
            let period = Period {
                kind: PeriodKind::from(kind.as_str()),
                start: *start,
                end: *end,
            };
            for (metric, value, n) in group.sum.totals() {
                let total = Total {
                    network,
                    metric,
                    period: &period,
                    value,
                    n,
                    made: group.made,
                };
                changes.extend(total.change(known, ids));
            }
        }
        (changes, warnings)
    }

    /// Leaves out what comes from too few creators of a CN, and says so.
    fn leave_parts(&mut self, known: &Known, (home, made): (Option<&str>, usize)) -> Vec<String> {
        let mut warnings = Vec::new();
        self.groups.retain(|(network, (kind, start, end)), group| {
            let there = known.creators.iter().filter(|creator| {
                let ended = creator.text("contract_end");
                creator.text("network") == network
                    && (ended.is_empty() || ended >= start.to_string().as_str())
            });
            let new = if home == Some(network) { made } else { 0 };
            let (told, all) = (group.creators.len(), there.count() + new);
            if told * ENOUGH.1 >= all * ENOUGH.0 {
                return true;
            }
            let name = known.networks.get(network).map_or("", String::as_str);
            warnings.push(format!(
                "{name}: {told} of {all} creators are told of {start} to {end} ({}), too few to say anything of the CN: its \
                 own figures stay as they are; `--whole` takes them if nobody is missing",
                kind.replace('_', " ")
            ));
            false
        });
        warnings
    }

    fn take_the_rest(&mut self, known: &Known) {
        let home: HashMap<&str, &str> = known
            .creators
            .iter()
            .map(|stored| (stored.id.as_str(), stored.text("network")))
            .collect();
        let slots: HashSet<Slot> = self.groups.keys().map(|(_, slot)| slot.clone()).collect();
        for ((creator, _), stored) in &known.figures {
            let day = |name: &str| stored.text(name).parse().ok();
            let (Some(start), Some(end), Some(network)) = (
                day("period_start"),
                day("period_end"),
                home.get(creator.as_str()),
            ) else {
                continue;
            };
            let slot = (stored.text("period_kind").to_owned(), start, end);
            if slots.contains(&slot)
                && let Some(group) = self.groups.get_mut(&((*network).to_owned(), slot))
            {
                group.add(creator, &stored.fields, stored.at("as_of"));
            }
        }
    }
}

impl Group {
    fn add(&mut self, creator: &str, figures: &Map<String, Json>, made: Option<Timestamp>) {
        if !self.creators.insert(creator.to_owned()) {
            return;
        }
        self.sum
            .add(|name| figures.get(name).and_then(Json::as_f64));
        self.made = match (self.made, made) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// One figure of a CN.
struct Total<'a> {
    network: &'a str,
    metric: &'a str,
    period: &'a Period,
    value: f64,
    n: i64,
    made: Option<Timestamp>,
}

impl Total<'_> {
    fn change(&self, known: &Known, ids: &mut dyn FnMut() -> String) -> Option<Change> {
        let Period { kind, start, end } = self.period;
        let state = exported_state(kind, *end, self.made)?;
        let to_date = *kind == PeriodKind::MonthToDate;
        let key = TotalKey {
            network: self.network.to_owned(),
            metric: self.metric.to_owned(),
            kind: kind.clone(),
            start: start.to_string(),
            to: to_date.then(|| TimeZone::UTC.to_datetime(state).date()),
        };
        let stored = known.totals.get(&key);
        let older = stored
            .and_then(|stored| stored.at("as_of"))
            .is_some_and(|seen| state < seen);
        if older {
            return None;
        }
        let mut after = stored
            .map(|stored| stored.fields.clone())
            .unwrap_or_default();
        let subject = AnyRef::new(Kind::Network, self.network);
        let subject = serde_json::to_value(subject).unwrap_or_default();
        let values: [(&str, Json); 9] = [
            ("subject", subject),
            ("metric", self.metric.into()),
            ("period_kind", kind.as_str().into()),
            ("period", start.to_string().into()),
            ("value", self.value.into()),
            ("n", self.n.into()),
            ("as_of", state.to_string().into()),
            ("source", EXPORT_SOURCE.into()),
            ("status", exported_status(*end, self.made).as_str().into()),
        ];
        for (name, value) in values {
            if after.get(name).is_none_or(|before| !same(before, &value)) {
                after.insert(name.to_owned(), value);
            }
        }
        if stored.is_some_and(|stored| stored.fields == after) {
            return None;
        }
        let name = known.networks.get(self.network).cloned();
        Some(change(stored, after, name.unwrap_or_default(), ids))
    }
}

fn change(
    stored: Option<&Stored>,
    after: Map<String, Json>,
    who: String,
    ids: &mut dyn FnMut() -> String,
) -> Change {
    let before = stored
        .map(|stored| stored.fields.clone())
        .unwrap_or_default();
    let patch = if stored.is_some() {
        diff(Kind::MetricPoint, &before, &after)
    } else {
        Patch {
            set: after,
            ..Patch::default()
        }
    };
    Change {
        kind: Kind::MetricPoint,
        id: stored.map_or_else(ids, |stored| stored.id.clone()),
        op: if stored.is_some() {
            Op::Update
        } else {
            Op::Create
        },
        base: stored.map_or(0, |stored| stored.version),
        before,
        patch,
        who,
        line: 0,
    }
}
