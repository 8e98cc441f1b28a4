//! The stages with their figures.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::journey::{Journey, Journeys, Outcome};
use super::stay::{Balance, Rot, StayTime};
use crate::figure::{Count, Figure, Share, Window, count_ratio, minus_days, real};
use crate::record::{Id, Stage};

/// How long a lead has to take a step before it counts as not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Horizon {
    /// So many days. Only leads for which these days are over are counted, whether they took the step
    /// or not, so that young leads do not push the share down.
    Within(u32),
    /// Until now. The share is too low by those that are still on their way; their number is given.
    Ever,
}

impl Horizon {
    fn days(self) -> u32 {
        match self {
            Self::Within(days) => days,
            Self::Ever => 0,
        }
    }
}

/// What a lead that jumps over a stage means for that stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipRule {
    /// It counts as having passed the stage: who got beyond it has taken the step.
    Passed,
    /// It does not count: only leads that stood in both stages have taken the step.
    Entered,
}

/// How the table is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Params {
    /// Length of a cohort in days, 13 weeks by default: at one signed contract a week the rates of a
    /// month are noise.
    pub cohort_days: u32,
    /// How long a lead has for one step.
    pub step_horizon: Horizon,
    /// How long a lead has from its first stage to any later one.
    pub cycle_horizon: Horizon,
    /// Stays that began within so many days are used for the median days.
    pub stay_days: u32,
    /// What jumping over a stage means.
    pub skip: SkipRule,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            cohort_days: 91,
            step_horizon: Horizon::Within(28),
            cycle_horizon: Horizon::Within(56),
            stay_days: 182,
            skip: SkipRule::Passed,
        }
    }
}

/// The share of a cohort that took a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// The share; its window says when the cohort entered.
    pub share: Share,
    /// How many more entered and are not counted yet, or may still take the step.
    pub pending: u64,
    /// How long each had.
    pub horizon: Horizon,
}

/// One stage with its figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageRow {
    /// The stage.
    pub stage: Id<Stage>,
    /// Its name.
    pub name: String,
    /// Leads that stand in it now.
    pub now: Count,
    /// Entries in the window of activity, jumps counted by the skip rule.
    pub entries: Count,
    /// Where the stays that began in the window of activity went.
    pub balance: Balance,
    /// Of the cohort that entered the stage before, the share that came here (or beyond).
    pub cohort_step: Option<Conversion>,
    /// Entries here over entries into the stage before, in the same window. Named activity because it
    /// compares different leads: it falls while the number of new leads grows and rises while it falls.
    pub activity_step: Option<Figure>,
    /// Of the cohort that entered the funnel, the share that came here (or beyond).
    pub cohort_cumulative: Conversion,
    /// Entries here over entries into the first stage, in the same window.
    pub activity_cumulative: Figure,
    /// How long stays last.
    pub time: StayTime,
    /// Which stays are too long.
    pub rot: Rot,
}

/// The stages with their figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// One row a stage of the ladder, first stage first.
    pub rows: Vec<StageRow>,
    /// How it was computed.
    pub params: Params,
    /// Moves in the window of activity that went past at least one stage.
    pub skipped: Count,
    /// Journeys of the scope that came back after they had been lost or put to rest.
    pub reopened: Count,
    /// Position of the first stage where a lead has signed.
    pub signed: Option<usize>,
}

/// An entry into a stage, real or by jumping over it, and the stays that come after it.
struct Entry {
    at: Timestamp,
    next: usize,
}

impl Journeys<'_> {
    /// Computes the table.
    pub fn table(&self, params: Params) -> Table {
        let window = self.days_before_now(params.cohort_days);
        let first = self.entries(0, window, params.skip);
        let rows: Vec<StageRow> = (0..self.pipeline.rungs().len())
            .map(|rung| self.row(rung, params, window, first))
            .collect();
        let skipped = rows.iter().map(|row| row.balance.skipping).sum();
        let reopened = self.ways.iter().map(|journey| journey.reopened).sum();
        Table {
            rows,
            params,
            skipped: self.count(skipped, window),
            reopened: self.count(reopened, Window::At(self.now)),
            signed: self.pipeline.first_won(),
        }
    }

    fn row(&self, rung: usize, params: Params, window: Window, first: u64) -> StageRow {
        let stage = &self.pipeline.rungs()[rung];
        let time = self.stay_time(rung, self.days_before_now(params.stay_days));
        let entries = self.entries(rung, window, params.skip);
        let before = rung
            .checked_sub(1)
            .map(|before| (before, self.entries(before, window, params.skip)));
        StageRow {
            stage: stage.id.clone(),
            name: stage.name.clone(),
            now: self.count(
                self.open_journeys(rung).count() as u64,
                Window::At(self.now),
            ),
            entries: self.count(entries, window),
            balance: self.balance(rung, window),
            cohort_step: before.map(|(before, _)| self.step(before, params, 0)),
            activity_step: before.map(|(_, base)| self.activity(entries, base, window)),
            cohort_cumulative: self.cumulative(rung, params),
            activity_cumulative: self.activity(entries, first, window),
            rot: self.rot(rung, &time),
            time,
        }
    }

    /// Computes the step from a stage to the next one, `cohorts_ago` cohorts back (0 is the latest).
    ///
    /// Leads that were merged into others are left out.
    pub fn step(&self, from: usize, params: Params, cohorts_ago: u32) -> Conversion {
        let window = self.cohort_window(params.cohort_days, params.step_horizon, cohorts_ago);
        let (mut hits, mut n, mut pending) = (0, 0, 0);
        for journey in self.genuine() {
            let entry = journey
                .entries(from, params.skip)
                .filter(|entry| {
                    let young = cohorts_ago == 0 && self.is_young(entry.at, window);
                    young || window.contains(entry.at)
                })
                .min_by_key(|entry| (!window.contains(entry.at), entry.at));
            let Some(entry) = entry else { continue };
            if !window.contains(entry.at) {
                pending += 1;
                continue;
            }
            n += 1;
            if journey.took(from, &entry, params) {
                hits += 1;
            } else if params.step_horizon == Horizon::Ever && journey.open_stay().is_some() {
                pending += 1;
            }
        }
        Conversion {
            share: Share::new(hits, self.count(n, window)),
            pending,
            horizon: params.step_horizon,
        }
    }

    /// Computes the share of the cohort that entered the funnel and came to a stage (or beyond).
    pub fn cumulative(&self, rung: usize, params: Params) -> Conversion {
        let window = self.cohort_window(params.cohort_days, params.cycle_horizon, 0);
        let (mut hits, mut n, mut pending) = (0, 0, 0);
        for journey in self.genuine() {
            let Some(began) = journey.began() else {
                continue;
            };
            if !window.contains(began) {
                pending += u64::from(self.is_young(began, window));
                continue;
            }
            n += 1;
            let arrived = journey.stays.iter().any(|stay| {
                let there = match params.skip {
                    SkipRule::Passed => stay.rung >= rung,
                    SkipRule::Entered => stay.rung == rung,
                };
                there && in_time(began, stay.entered, params.cycle_horizon)
            });
            if arrived {
                hits += 1;
            } else if params.cycle_horizon == Horizon::Ever && journey.open_stay().is_some() {
                pending += 1;
            }
        }
        Conversion {
            share: Share::new(hits, self.count(n, window)),
            pending,
            horizon: params.cycle_horizon,
        }
    }

    /// Counts the entries into a stage in a window, jumps over it by the skip rule.
    pub fn entries(&self, rung: usize, window: Window, skip: SkipRule) -> u64 {
        self.ways
            .iter()
            .flat_map(|journey| journey.entries(rung, skip))
            .filter(|entry| window.contains(entry.at))
            .count() as u64
    }

    fn activity(&self, entries: u64, base: u64, window: Window) -> Figure {
        let of = self.count(base, window);
        if base == 0 {
            return Figure::estimate(None, None, of);
        }
        Figure::estimate(
            Some(real(entries) / real(base)),
            Some(count_ratio(entries, base)),
            of,
        )
    }

    /// Returns the journeys that are not duplicates of others.
    pub(super) fn genuine(&self) -> impl Iterator<Item = &Journey<'_>> {
        self.ways
            .iter()
            .filter(|journey| journey.lead.duplicate_of.as_ref().is_none_or(Id::is_empty))
    }

    pub(super) fn cohort_window(&self, days: u32, horizon: Horizon, cohorts_ago: u32) -> Window {
        let Window::Between { to, .. } = self.days_before_now(0) else {
            return Window::At(self.now);
        };
        let to = minus_days(to, horizon.days() + days * cohorts_ago);
        Window::days_before(to, days)
    }

    /// Tells whether an entry is too young for the latest cohort: its horizon is not over yet.
    fn is_young(&self, at: Timestamp, window: Window) -> bool {
        let Window::Between { to, .. } = window else {
            return false;
        };
        to <= at && at <= self.now
    }
}

impl Journey<'_> {
    /// Returns the entries into a stage, in order.
    fn entries(&self, rung: usize, skip: SkipRule) -> impl Iterator<Item = Entry> {
        let passed = skip == SkipRule::Passed;
        let first = self.stays.first();
        let first = first.filter(|stay| passed && stay.rung > rung);
        let came = self.stays.iter().enumerate();
        let came = came.filter_map(move |(index, stay)| {
            let at = if stay.rung == rung {
                stay.entered
            } else if passed
                && stay.rung < rung
                && let (Outcome::Advanced { to }, Some(left)) = (&stay.outcome, stay.left)
                && *to > rung
            {
                left
            } else {
                return None;
            };
            let next = index + 1;
            Some(Entry { at, next })
        });
        first
            .map(|stay| Entry {
                at: stay.entered,
                next: 0,
            })
            .into_iter()
            .chain(came)
    }

    /// Tells whether the lead took the step after an entry in time.
    fn took(&self, from: usize, entry: &Entry, params: Params) -> bool {
        self.stays.iter().skip(entry.next).any(|stay| {
            let there = match params.skip {
                SkipRule::Passed => stay.rung > from,
                SkipRule::Entered => stay.rung == from + 1,
            };
            there && in_time(entry.at, stay.entered, params.step_horizon)
        })
    }
}

fn in_time(from: Timestamp, at: Timestamp, horizon: Horizon) -> bool {
    match horizon {
        Horizon::Ever => true,
        Horizon::Within(days) => {
            at.duration_since(from) <= SignedDuration::from_hours(24 * i64::from(days))
        }
    }
}
