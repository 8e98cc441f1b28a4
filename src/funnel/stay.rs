//! How long leads stay in a stage, which have stayed too long, and where the stays went.

use jiff::Timestamp;
use serde::Serialize;

use super::journey::{HandOff, Journey, Journeys, Outcome, Stay};
use crate::figure::{Count, Figure, Lifetime, Share, Survival, Window, elapsed_days};
use crate::record::{Id, Lead};

/// Where the stays that began in a window went: the parts always add up to the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Stays that began in the window, each visit counted.
    pub entries: Count,
    /// Went on to a later stage.
    pub advanced: u64,
    /// Of those, went past at least one stage.
    pub skipping: u64,
    /// Were lost.
    pub lost: u64,
    /// Went back to an earlier stage.
    pub moved_back: u64,
    /// Left without a verdict, all four reasons together.
    pub handed_off: u64,
    /// Of those, went to rest.
    pub parked: u64,
    /// Of those, were merged into another lead.
    pub merged: u64,
    /// Of those, went to an owner outside the scope.
    pub reassigned: u64,
    /// Are still there.
    pub still_there: u64,
}

impl Balance {
    /// Adds the parts up; it equals the entries.
    pub const fn sum(&self) -> u64 {
        self.advanced + self.lost + self.moved_back + self.handed_off + self.still_there
    }
}

/// How long stays in a stage last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StayTime {
    /// Median days by Kaplan–Meier; empty until half would have left.
    pub median: Figure,
    /// The share of the stays that still go on.
    pub still_open: Share,
}

/// By what a stay is too long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Yardstick {
    /// The limit of the stage, in days.
    Limit(i64),
    /// The median of the stage's own stays, in days, where it has no limit.
    Median(f64),
    /// Neither is known.
    Nothing,
}

impl Yardstick {
    /// Returns the number of days from which on a stay is too long.
    #[expect(
        clippy::cast_precision_loss,
        reason = "limits are a few hundred days at most"
    )]
    pub fn days(&self) -> Option<f64> {
        match self {
            Self::Limit(days) => Some(*days as f64),
            Self::Median(days) => Some(*days),
            Self::Nothing => None,
        }
    }
}

/// The open stays of a stage that are too long.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rot {
    /// By what they are too long.
    pub yardstick: Yardstick,
    /// How many of the open stays are beyond the yardstick.
    pub over: Share,
    /// How many are beyond the median of the stage's own stays, where that is known.
    pub over_median: Option<Share>,
    /// The leads beyond the yardstick with their days, longest first.
    pub leads: Vec<(Id<Lead>, f64)>,
}

impl Journeys<'_> {
    /// Counts where the stays of a stage that began in a window went.
    pub fn balance(&self, rung: usize, window: Window) -> Balance {
        let mut balance = Balance {
            entries: self.count(0, window),
            advanced: 0,
            skipping: 0,
            lost: 0,
            moved_back: 0,
            handed_off: 0,
            parked: 0,
            merged: 0,
            reassigned: 0,
            still_there: 0,
        };
        for (_, stay) in self.stays_of(rung, window) {
            balance.entries.n += 1;
            match &stay.outcome {
                Outcome::Advanced { to } => {
                    balance.advanced += 1;
                    balance.skipping += u64::from(*to > rung + 1);
                }
                Outcome::MovedBack { .. } => balance.moved_back += 1,
                Outcome::Lost(_) => balance.lost += 1,
                Outcome::HandedOff(how) => {
                    balance.handed_off += 1;
                    match how {
                        HandOff::Parked => balance.parked += 1,
                        HandOff::Merged => balance.merged += 1,
                        HandOff::Reassigned => balance.reassigned += 1,
                        HandOff::Elsewhere => {}
                    }
                }
                Outcome::StillThere => balance.still_there += 1,
            }
        }
        balance
    }

    /// Estimates how long the stays last that began in a window.
    ///
    /// A stay that goes on is watched until now; one that ended by a merge is left out, because nobody
    /// wrote down when.
    pub fn survival(&self, rung: usize, window: Window) -> Survival {
        Survival::of(
            self.stays_of(rung, window)
                .filter(|(_, stay)| stay.outcome != Outcome::HandedOff(HandOff::Merged))
                .map(|(_, stay)| Lifetime {
                    days: elapsed_days(stay.entered, stay.left.unwrap_or(self.now)),
                    ended: stay.left.is_some(),
                }),
        )
    }

    /// Returns the median stay that began in a window, with the share that still goes on.
    pub fn stay_time(&self, rung: usize, window: Window) -> StayTime {
        let curve = self.survival(rung, window);
        let of = self.count(curve.n, window);
        StayTime {
            median: Figure::estimate(curve.median(), curve.median_interval(), of),
            still_open: Share::new(curve.open(), of),
        }
    }

    /// Finds the open stays that are longer than the stage's limit, or than its own median where it has
    /// no limit.
    pub fn rot(&self, rung: usize, time: &StayTime) -> Rot {
        let open = self.open_in(rung);
        let of = self.count(open.len() as u64, Window::At(self.now));
        let limit = self
            .pipeline
            .rungs()
            .get(rung)
            .and_then(|rung| rung.limit_days);
        let median = time.median.value;
        let yardstick = match (limit, median) {
            (Some(limit), _) => Yardstick::Limit(limit),
            (None, Some(median)) => Yardstick::Median(median),
            (None, None) => Yardstick::Nothing,
        };
        let beyond = |days: f64| open.iter().filter(move |(_, stay)| *stay > days);
        let mut leads: Vec<(Id<Lead>, f64)> = yardstick
            .days()
            .map(|days| beyond(days).cloned().collect())
            .unwrap_or_default();
        leads.sort_by(|(id, days), (other_id, other)| {
            other.total_cmp(days).then_with(|| id.cmp(other_id))
        });
        Rot {
            yardstick,
            over: Share::new(leads.len() as u64, of),
            over_median: median.map(|days| Share::new(beyond(days).count() as u64, of)),
            leads,
        }
    }

    /// Returns the leads that stand in a stage now, with the days they have been there.
    pub fn open_in(&self, rung: usize) -> Vec<(Id<Lead>, f64)> {
        self.open_journeys(rung)
            .map(|(journey, stay)| (journey.id.clone(), elapsed_days(stay.entered, self.now)))
            .collect()
    }

    pub(super) fn open_journeys(&self, rung: usize) -> impl Iterator<Item = (&Journey<'_>, &Stay)> {
        self.ways.iter().filter_map(move |journey| {
            let stay = journey.open_stay().filter(|stay| stay.rung == rung)?;
            Some((journey, stay))
        })
    }

    fn stays_of(&self, rung: usize, window: Window) -> impl Iterator<Item = (&Journey<'_>, &Stay)> {
        self.stays()
            .filter(move |(_, stay)| stay.rung == rung && window.contains(stay.entered))
    }

    pub(super) fn count(&self, n: u64, window: Window) -> Count {
        Count::new(n, window, self.as_of)
    }

    pub(super) fn days_before_now(&self, days: u32) -> Window {
        // The present instant itself belongs to the window: a lead that came in this very second counts.
        let to = self
            .now
            .checked_add(jiff::SignedDuration::from_nanos(1))
            .unwrap_or(Timestamp::MAX);
        Window::Between {
            from: crate::figure::minus_days(to, days),
            to,
        }
    }
}
