//! What is there before an import: creators by id and handle, their figures, the files that were read.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::plan::Plan;
use super::table::Period;
use super::value::folded_handle;
use crate::effect::CacheRow;
use crate::record::{EXPORT_SOURCE, Kind, PeriodKind};

/// A record that is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) fields: Map<String, Json>,
}

impl Stored {
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
    }

    pub(super) fn at(&self, name: &str) -> Option<Timestamp> {
        self.text(name).parse().ok()
    }
}

impl From<&CacheRow> for Stored {
    fn from(row: &CacheRow) -> Self {
        Self {
            id: row.id.clone(),
            version: row.version,
            fields: serde_json::from_str(&row.fields).unwrap_or_default(),
        }
    }
}

/// What is there: creators, their figures, and what was imported before.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(super) creators: Vec<Stored>,
    pub(super) by_id: HashMap<String, usize>,
    pub(super) by_handle: HashMap<String, Vec<usize>>,
    pub(super) figures: HashMap<(String, Period), Stored>,
    pub(super) newest: HashMap<String, Timestamp>,
    pub(super) imported: HashSet<String>,
    /// The CNs that are here, with their names.
    pub(super) networks: HashMap<String, String>,
    /// Figures of CNs that former imports added up.
    pub(super) totals: HashMap<TotalKey, Stored>,
    /// Whether a file holds all creators of its CNs, however few they are.
    pub(super) whole: bool,
}

/// What the total of a CN is of: CN, metric, kind of period, first day, and for a month to date how far it goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TotalKey {
    pub(super) network: String,
    pub(super) metric: String,
    pub(super) kind: PeriodKind,
    pub(super) start: String,
    pub(super) to: Option<Date>,
}

impl TotalKey {
    fn of(stored: &Stored) -> Option<Self> {
        if stored.text("source") != EXPORT_SOURCE {
            return None;
        }
        let kind = PeriodKind::from(stored.text("period_kind"));
        let to = (kind == PeriodKind::MonthToDate)
            .then(|| Some(TimeZone::UTC.to_datetime(stored.at("as_of")?).date()))
            .flatten();
        let subject = stored.fields.get("subject")?;
        let part = |name: &str| subject.get(name).and_then(Json::as_str);
        if part("kind") != Some(Kind::Network.name()) {
            return None;
        }
        Some(Self {
            network: part("id")?.to_owned(),
            metric: stored.text("metric").to_owned(),
            kind,
            start: stored.text("period").to_owned(),
            to,
        })
    }
}

impl Known {
    /// Takes in the cached creators, figures and imports.
    pub fn new(creators: &[CacheRow], figures: &[CacheRow], imports: &[CacheRow]) -> Self {
        let mut known = Self::default();
        for row in creators {
            known.take_creator(known.creators.len(), Stored::from(row));
        }
        for row in figures {
            known.take_figures(Stored::from(row));
        }
        for row in imports {
            let stored = Stored::from(row);
            known.imported.insert(stored.text("sha256").to_owned());
        }
        known
    }

    /// Says that the files hold all creators of their CNs: what they add up to counts, however few there are.
    #[must_use]
    pub fn of_whole_files(mut self, whole: bool) -> Self {
        self.whole = whole;
        self
    }

    /// Takes in the CNs whose figures are added up from those of their creators, and what was added up before.
    #[must_use]
    pub fn with_networks(mut self, networks: &[CacheRow], points: &[CacheRow]) -> Self {
        for row in networks {
            let stored = Stored::from(row);
            let name = stored.text("name").to_owned();
            self.networks.insert(stored.id, name);
        }
        for row in points {
            self.take_total(Stored::from(row));
        }
        self
    }
}

impl Known {
    /// Takes in what a plan would change, so that the next file is compared with that.
    pub fn take(&mut self, plan: &Plan) {
        let places: HashMap<String, usize> = self
            .creators
            .iter()
            .enumerate()
            .map(|(at, stored)| (stored.id.clone(), at))
            .collect();
        for change in &plan.changes {
            let mut stored = Stored {
                id: change.id.clone(),
                version: change.base,
                fields: change.before.clone(),
            };
            change.patch.apply(&mut stored.fields);
            if change.kind == Kind::CreatorSnapshot {
                self.take_figures(stored);
            } else if change.kind == Kind::Creator {
                let at = places
                    .get(&change.id)
                    .copied()
                    .unwrap_or(self.creators.len());
                self.take_creator(at, stored);
            } else if change.kind == Kind::MetricPoint {
                self.take_total(stored);
            }
        }
        self.imported.insert(plan.sha256.clone());
    }

    fn take_creator(&mut self, at: usize, stored: Stored) {
        let id = stored.text("platform_id").to_owned();
        if !id.is_empty() {
            self.by_id.entry(id).or_insert(at);
        }
        let handle = folded_handle(stored.text("handle"));
        if !handle.is_empty() {
            let places = self.by_handle.entry(handle).or_default();
            if !places.contains(&at) {
                places.push(at);
            }
        }
        match self.creators.get_mut(at) {
            Some(place) => *place = stored,
            None => self.creators.push(stored),
        }
    }

    fn take_total(&mut self, stored: Stored) {
        if let Some(key) = TotalKey::of(&stored) {
            self.totals.insert(key, stored);
        }
    }

    fn take_figures(&mut self, stored: Stored) {
        let creator = stored.text("creator").to_owned();
        if let Some(at) = stored.at("as_of") {
            let newest = self.newest.entry(creator.clone()).or_insert(at);
            *newest = at.max(*newest);
        }
        let day = |name: &str| stored.text(name).parse().ok();
        if let (Some(start), Some(end)) = (day("period_start"), day("period_end")) {
            let kind = PeriodKind::from(stored.text("period_kind"));
            let period = Period { kind, start, end };
            self.figures.insert((creator, slot(&period)), stored);
        }
    }
}

/// The period under which figures are kept. A month has one record; a month to date has one for each day on which it was
/// told, because the same day of the next month is compared with it.
pub(super) fn slot(period: &Period) -> Period {
    let mut slot = period.clone();
    if slot.kind == PeriodKind::Month {
        slot.end = slot.start;
    }
    slot
}
