//! Goals of a CN: year, quarter, month.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::series::Series;
use crate::figure::{
    Aim, Certainty, Count, Cut, Figure, Nature, Pace, PastPeriod, Progress, Window, days_between,
    goal_days, month_length, plus_days, plus_months,
};
use crate::record::{Goal, GoalPeriod, Id};

/// Why nothing can be said about a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalGap {
    /// It has no start, or a period of an unknown length.
    NoPeriod,
    /// It has no target.
    NoTarget,
    /// There are no figures in its period: that is not zero.
    NoFigures,
}

impl GoalGap {
    /// Returns the words on screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoPeriod => "no period",
            Self::NoTarget => "no target",
            Self::NoFigures => "no figures",
        }
    }
}

/// Judges a goal by its series at a date (UTC).
///
/// Days without figures count as days that can still bring something: the exports run a day behind. A
/// projection takes the shape of the period before where that is known, and is never made before the third
/// day.
pub fn goal_pace(
    goal: &Goal,
    series: Option<&Series>,
    today: Date,
    aim: Aim,
) -> Result<Pace, GoalGap> {
    let (from, to) = goal_days(goal).ok_or(GoalGap::NoPeriod)?;
    let target = goal.target.ok_or(GoalGap::NoTarget)?;
    let length = u32::try_from(days_between(from, to) + 1).map_err(|_| GoalGap::NoPeriod)?;
    let as_of = series.and_then(Series::as_of);
    let known_to = series.and_then(|series| last_known(series, from, to, today));
    let window = |last: Date| Window::Utc {
        cut: Cut::Days,
        from,
        to: last,
    };
    let Some((series, last)) = series.zip(known_to) else {
        if today >= from {
            return Err(GoalGap::NoFigures);
        }
        let progress = Progress {
            elapsed: 0,
            left: length,
        };
        let of = Count::new(0, window(to), as_of);
        return Ok(Pace::of_flow(target, aim, 0.0, &[], progress, None, of));
    };
    let elapsed = u32::try_from(days_between(from, last) + 1).unwrap_or(0);
    let progress = Progress {
        elapsed,
        left: length.saturating_sub(elapsed),
    };
    if matches!(series.nature, Nature::Level | Nature::Distinct) {
        let (value, n) = latest_level(series, from, last);
        let now = Figure {
            value,
            certainty: Certainty::Counted,
            of: Count::new(n, window(last), as_of),
        };
        return Ok(Pace::of_level(target, aim, now, progress));
    }
    let (so_far, n) = series.sum(from, last).ok_or(GoalGap::NoFigures)?;
    let of = Count::new(n, window(last), as_of);
    if series.nature == Nature::Days && aim == Aim::AtLeast {
        return Ok(Pace::of_days(target, so_far, progress, of));
    }
    let days: Vec<f64> = series.days(from, last).into_iter().flatten().collect();
    let past = past_period(series, &goal.period, from, elapsed);
    Ok(Pace::of_flow(
        target, aim, so_far, &days, progress, past, of,
    ))
}

/// Returns the last day of a period that is covered by figures and lies before today.
fn last_known(series: &Series, from: Date, to: Date, today: Date) -> Option<Date> {
    let whole = series
        .months()
        .next_back()
        .map(|month| plus_days(month.first, i64::from(month_length(month.first)) - 1));
    let running = series
        .latest_to_date()
        .filter(|point| point.elapsed > 0)
        .map(|point| plus_days(point.first, i64::from(point.elapsed) - 1));
    let last = whole.max(running).max(series.last_day())?;
    let last = last.min(to).min(today);
    (last >= from).then_some(last)
}

fn latest_level(series: &Series, from: Date, last: Date) -> (Option<f64>, u64) {
    let days = series.days(from, last);
    let known = days.iter().flatten().count() as u64;
    let last_day = days.iter().rev().flatten().next();
    if let Some(value) = last_day.filter(|_| series.nature == Nature::Level) {
        return (Some(*value), known);
    }
    let month = series
        .months()
        .rev()
        .find(|month| from <= month.first && month.first <= last);
    let running = series
        .latest_to_date()
        .filter(|point| from <= point.first && point.first <= last);
    let latest = match (month, running) {
        (Some(month), Some(running)) if month.first >= running.first => Some(month.total),
        (month, running) => running
            .map(|point| point.total)
            .or(month.map(|month| month.total)),
    };
    (latest, u64::from(latest.is_some()))
}

fn past_period(
    series: &Series,
    period: &GoalPeriod,
    from: Date,
    elapsed: u32,
) -> Option<PastPeriod> {
    let months = match period {
        GoalPeriod::Year => 12,
        GoalPeriod::Quarter => 3,
        GoalPeriod::Month => 1,
        GoalPeriod::Other(_) => return None,
    };
    let before = plus_months(from, -months);
    let end = plus_days(from, -1);
    // A CN that began in the middle of it has no shape to go by: its first days would count for all of them.
    if series.month(before).is_none() && series.day(before).is_none() {
        return None;
    }
    let same_day = plus_days(before, i64::from(elapsed) - 1).min(end);
    Some(PastPeriod {
        same_day: series.sum(before, same_day)?.0,
        total: series.sum(before, end)?.0,
    })
}

/// Goals are agreed on in round numbers: parts that miss their sum by less than this part of it do add up.
const ROUNDING: f64 = 0.005;

/// A goal whose parts do not add up to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CascadeGap {
    /// The goal of the longer period.
    pub parent: Id<Goal>,
    /// Its target.
    pub target: f64,
    /// The targets of its parts together.
    pub parts: f64,
    /// How many parts there are.
    pub n: u64,
    /// How many there should be: 4 quarters of a year, 3 months of a quarter, 12 of a year.
    pub wanted: u64,
}

/// Adds the goals of the shorter periods up and returns those that do not reach their parent's target.
///
/// Only for flows: levels do not add up. Goals are matched by `parent_goal`; a parent without parts is left out.
pub fn cascade<'a>(
    goals: impl IntoIterator<Item = (&'a Id<Goal>, &'a Goal)> + Clone,
) -> Vec<CascadeGap> {
    let mut parts: BTreeMap<&Id<Goal>, (f64, u64, &GoalPeriod)> = BTreeMap::new();
    for (_, goal) in goals.clone() {
        if let (Some(parent), Some(target)) = (&goal.parent_goal, goal.target) {
            let entry = parts.entry(parent).or_insert((0.0, 0, &goal.period));
            entry.0 += target;
            entry.1 += 1;
        }
    }
    let mut gaps: Vec<CascadeGap> = goals
        .into_iter()
        .filter_map(|(id, goal)| {
            let (sum, n, period) = parts.get(id)?;
            let target = goal.target?;
            let wanted = match (&goal.period, period) {
                (GoalPeriod::Year, GoalPeriod::Quarter) => 4,
                (GoalPeriod::Year, GoalPeriod::Month) => 12,
                (GoalPeriod::Quarter, GoalPeriod::Month) => 3,
                _ => *n,
            };
            (*sum < target * (1.0 - ROUNDING)).then(|| CascadeGap {
                parent: id.clone(),
                target,
                parts: *sum,
                n: *n,
                wanted,
            })
        })
        .collect();
    gaps.sort_by(|a, b| a.parent.cmp(&b.parent));
    gaps
}
