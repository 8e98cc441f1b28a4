//! What comes in and goes out: weeks, losses, velocity, goals.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::journey::{Journeys, Outcome};
use super::pipeline::Spot;
use super::table::{Horizon, Params};
use crate::figure::{
    Aim, Count, Cut, Figure, Interval, Pace, Progress, Share, Window, days_between, elapsed_days,
    goal_days, mean, median, median_interval, plus_days, real, real_len, student95, variance,
};
use crate::record::{Goal, Id, Stage};

/// One week of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// Leads that entered the funnel.
    pub new: Count,
    /// Leads that signed.
    pub signed: Count,
    /// Whether the week goes on.
    pub running: bool,
}

/// One reason for which leads were lost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loss {
    /// The reason as it was given; empty when none was.
    pub reason: String,
    /// Its part of all losses.
    pub share: Share,
    /// From which stages, most often first.
    pub from: Vec<(Id<Stage>, u64)>,
}

/// How much value goes through the funnel in a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Velocity {
    /// The ISO 4217 code; amounts of different currencies are never added.
    pub currency: String,
    /// Qualified leads that are open and have an expected value in this currency.
    pub open: Count,
    /// Signed among the decided leads of the cohort.
    pub win_rate: Share,
    /// Mean expected value of those open leads, in minor units.
    pub value: Figure,
    /// Median days from the first stage to the signature, of those that signed.
    pub cycle_days: Figure,
    /// Open × win rate × value ÷ cycle, in minor units a day. The interval comes from the win rate
    /// alone. Only its trend means anything.
    pub per_day: Figure,
}

/// What a goal of the funnel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Leads that entered the funnel.
    New,
    /// Leads that signed.
    Signed,
}

impl Journeys<'_> {
    /// Counts new and signed leads of the last weeks, oldest first; weeks begin on Monday in this zone.
    ///
    /// Leads that were merged into others are left out.
    pub fn weeks(&self, weeks: u32, zone: &TimeZone) -> Vec<Week> {
        let today = zone.to_datetime(self.now).date();
        let monday = plus_days(today, -i64::from(today.weekday().to_monday_zero_offset()));
        let midnight = |date: Date| {
            date.to_zoned(zone.clone())
                .map_or(self.now, |zoned| zoned.timestamp())
        };
        let (new, signed) = (self.instants(Counted::New), self.instants(Counted::Signed));
        (0..weeks)
            .rev()
            .map(|ago| {
                let monday = plus_days(monday, -7 * i64::from(ago));
                let window = Window::Between {
                    from: midnight(monday),
                    to: midnight(plus_days(monday, 7)),
                };
                Week {
                    monday,
                    new: self.count(within(&new, window), window),
                    signed: self.count(within(&signed, window), window),
                    running: ago == 0,
                }
            })
            .collect()
    }

    /// Returns when leads entered the funnel or signed, each lead once, in order.
    pub fn instants(&self, counted: Counted) -> Vec<Timestamp> {
        let signed = self.pipeline.first_won();
        let mut instants: Vec<Timestamp> = self
            .genuine()
            .filter_map(|journey| match counted {
                Counted::New => journey.began(),
                Counted::Signed => journey.reached(signed?),
            })
            .collect();
        instants.sort_unstable();
        instants
    }

    /// Counts the losses in a window by reason, the most frequent first.
    pub fn losses(&self, window: Window) -> Vec<Loss> {
        let mut reasons: BTreeMap<&str, BTreeMap<usize, u64>> = BTreeMap::new();
        let mut all = 0;
        for (_, stay) in self.stays() {
            if let (Outcome::Lost(reason), Some(left)) = (&stay.outcome, stay.left)
                && window.contains(left)
            {
                all += 1;
                *reasons
                    .entry(reason)
                    .or_default()
                    .entry(stay.rung)
                    .or_default() += 1;
            }
        }
        let of = self.count(all, window);
        let mut losses: Vec<Loss> = reasons
            .into_iter()
            .map(|(reason, rungs)| {
                let mut from: Vec<(Id<Stage>, u64)> = rungs
                    .iter()
                    .map(|(rung, times)| (self.pipeline.rungs()[*rung].id.clone(), *times))
                    .collect();
                from.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
                Loss {
                    reason: reason.to_owned(),
                    share: Share::new(rungs.values().sum(), of),
                    from,
                }
            })
            .collect();
        losses.sort_by_key(|loss| std::cmp::Reverse(loss.share.hits));
        losses
    }

    /// Returns the median days from the first stage to the signature, of the leads of the cohort that signed
    /// within the horizon.
    ///
    /// Only leads are looked at for which the horizon is over: looking at all that have signed so far
    /// would favour the quick ones.
    pub fn cycle_days(&self, params: Params) -> Figure {
        let window = self.cohort_window(params.cohort_days, params.cycle_horizon, 0);
        let most = match params.cycle_horizon {
            Horizon::Within(days) => f64::from(days),
            Horizon::Ever => f64::INFINITY,
        };
        let signed = self.pipeline.first_won();
        let days: Vec<f64> = self
            .genuine()
            .filter_map(|journey| {
                let began = journey.began().filter(|began| window.contains(*began))?;
                let days = elapsed_days(began, journey.reached(signed?)?);
                (days <= most).then_some(days)
            })
            .collect();
        let of = self.count(days.len() as u64, window);
        Figure::estimate(median(&days), median_interval(&days), of)
    }

    /// Computes the velocity, one figure a currency: open qualified leads × win rate × value ÷ cycle.
    ///
    /// A lead is qualified from the stage `qualified` on. The win rate is that of the cohort whose
    /// horizon is over.
    pub fn velocity(&self, qualified: &Id<Stage>, params: Params) -> Vec<Velocity> {
        let Spot::Rung(from) = self.pipeline.spot(qualified) else {
            return Vec::new();
        };
        let end = self.pipeline.first_won().unwrap_or(usize::MAX);
        let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for journey in self.genuine() {
            let open = journey
                .open_stay()
                .is_some_and(|stay| (from..end).contains(&stay.rung));
            if let Some(money) = journey.lead.expected_value.as_ref().filter(|_| open) {
                values
                    .entry(&money.currency)
                    .or_default()
                    .push(minor(money.minor));
            }
        }
        let cohort = self.cohort_window(params.cohort_days, params.cycle_horizon, 0);
        let win_rate = self.win_rates(cohort, |_| String::new()).total;
        let cycle_days = self.cycle_days(params);
        values
            .into_iter()
            .map(|(currency, amounts)| {
                let open = self.count(amounts.len() as u64, Window::At(self.now));
                let value = Figure::estimate(mean(&amounts), mean_interval(&amounts), open);
                let product = |share: f64| {
                    let cycle = cycle_days.value.filter(|days| *days > 0.0)?;
                    Some(real(open.n) * share * value.value? / cycle)
                };
                let range = win_rate.interval();
                let per_day = Figure::estimate(
                    win_rate.value().and_then(product),
                    product(range.lo)
                        .zip(product(range.hi))
                        .map(|(lo, hi)| Interval::new(lo, hi)),
                    win_rate.of,
                );
                Velocity {
                    currency: currency.to_owned(),
                    open,
                    win_rate,
                    value,
                    cycle_days,
                    per_day,
                }
            })
            .collect()
    }

    /// Judges a goal of new or signed leads; nothing when the goal has no period or target.
    ///
    /// Days are cut at midnight UTC as goals are; today counts as a day that has passed.
    pub fn against(&self, goal: &Goal, counted: Counted) -> Option<Pace> {
        let (from, to) = goal_days(goal)?;
        let target = goal.target?;
        let window = Window::Utc {
            cut: Cut::Days,
            from,
            to,
        };
        let today = TimeZone::UTC.to_datetime(self.now).date();
        let length = days_between(from, to) + 1;
        let elapsed = (days_between(from, today) + 1).clamp(0, length);
        let instants = self.instants(counted);
        let mut days = vec![0.0; usize::try_from(elapsed).ok()?];
        for at in instants.iter().filter(|at| window.contains(**at)) {
            let day = days_between(from, TimeZone::UTC.to_datetime(*at).date());
            if let Some(day) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) {
                *day += 1.0;
            }
        }
        Some(Pace::of_flow(
            target,
            Aim::AtLeast,
            days.iter().sum(),
            &days,
            Progress {
                elapsed: u32::try_from(elapsed).ok()?,
                left: u32::try_from(length - elapsed).ok()?,
            },
            None,
            self.count(days.len() as u64, window),
        ))
    }
}

fn within(instants: &[Timestamp], window: Window) -> u64 {
    instants.iter().filter(|at| window.contains(**at)).count() as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "minor units of expected revenue stay far below 2^53"
)]
fn minor(amount: i64) -> f64 {
    amount as f64
}

/// Returns the 95 % interval of a mean by Student's quantile.
fn mean_interval(values: &[f64]) -> Option<Interval> {
    let error = (variance(values)? / real_len(values.len())).sqrt();
    let half = student95(values.len() as u64 - 1) * error;
    Some(Interval::around(mean(values)?, half))
}
