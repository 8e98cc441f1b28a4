//! The figures of CNs, day by day for thirteen months; the last ninety days are the sums of their creators.

use jiff::civil::Date;

use super::calendar::{days_between, days_from, month_from};
use super::chance::{Chance, exp, float, whole};
use super::performers::{DAYS, Performer, growth, season, weekday};
use super::world::World;

/// The metrics that CNs have, by their readable ids.
pub(super) const NETWORK_METRICS: [&str; 7] = [
    "diamonds",
    "live_hours",
    "valid_days",
    "active_creators",
    "new_creators",
    "new_followers",
    "violations",
];
const DIAMONDS: usize = 0;
const HOURS: usize = 1;
const VALID: usize = 2;
pub(super) const ACTIVE: usize = 3;
const NEW: usize = 4;
const FOLLOWERS: usize = 5;
const VIOLATIONS: usize = 6;

/// The months before the present one for which a CN has figures.
pub(super) const MONTHS: i64 = 12;

/// The figures of one CN.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// The first day with figures: the first of a month, or the day of signing.
    pub(super) first: Date,
    pub(super) last: Date,
    /// By metric, then by day.
    pub(super) daily: [Vec<f64>; 7],
    /// Creators who were live at all in each of the last four months, newest first.
    pub(super) active_in_month: [f64; 4],
}

/// Sums up all creators into their CNs and writes the months before.
pub(super) fn sum_up(world: &World, performers: &[Performer]) -> Vec<Series> {
    let last = world.calendar.last_day;
    let window = days_from(last, 1 - DAYS);
    let mut recent: Vec<[Vec<f64>; 7]> = (0..world.networks.len())
        .map(|_| std::array::from_fn(|_| vec![0.0; usize::try_from(DAYS).unwrap_or(0)]))
        .collect();
    let mut active = vec![[0.0; 4]; world.networks.len()];
    for performer in performers {
        let sums = &mut recent[performer.network];
        let mut seen = [false; 4];
        for (place, (offset, day)) in (0..).zip(&performer.days).enumerate() {
            let Some(day) = day else { continue };
            sums[DIAMONDS][place] += float(day.diamonds);
            sums[HOURS][place] += float(day.tenths) / 10.0;
            sums[VALID][place] += f64::from(u8::from(day.is_valid()));
            sums[FOLLOWERS][place] += float(day.followers);
            if day.streams > 0 {
                sums[ACTIVE][place] += 1.0;
                seen[months_back(days_from(window, offset), last)] = true;
            }
            if days_from(window, offset) == performer.joined {
                sums[NEW][place] += 1.0;
            }
        }
        for (sum, seen) in active[performer.network].iter_mut().zip(seen) {
            *sum += f64::from(u8::from(seen));
        }
    }
    recent
        .into_iter()
        .zip(active)
        .enumerate()
        .map(|(network, (recent, active))| extend(world, network, recent, active))
        .collect()
}

fn months_back(date: Date, last: Date) -> usize {
    let months = (i32::from(last.year()) - i32::from(date.year())) * 12 + i32::from(last.month())
        - i32::from(date.month());
    usize::try_from(months).unwrap_or(0).min(3)
}

/// Writes the months before the ninety days, backwards from the level at which these begin.
fn extend(
    world: &World,
    network: usize,
    mut recent: [Vec<f64>; 7],
    active_in_month: [f64; 4],
) -> Series {
    let mut chance = world.chance("series", network);
    let last = world.calendar.last_day;
    let window = days_from(last, 1 - DAYS);
    let signed = world.networks[network].signed.min(last);
    let first = month_from(last, -MONTHS).max(signed);
    let growth = growth(world, network);
    for (date, value) in dates(window, last).zip(&mut recent[VIOLATIONS]) {
        *value = if date >= signed {
            violations(&mut chance)
        } else {
            0.0
        };
    }
    let base: f64 = dates(window, last).take(28).map(shape).sum();
    let before = days_from(window, -1);
    let unknown = usize::try_from(days_between(window, first)).unwrap_or(0);
    let mut daily: [Vec<f64>; 7] = std::array::from_fn(|_| Vec::with_capacity(400));
    for (metric, days) in daily.iter_mut().enumerate() {
        let level = recent[metric].iter().take(28).sum::<f64>() / base;
        for date in dates(first, before) {
            let months = float(days_between(date, window)) / 30.0;
            let value = match metric {
                VIOLATIONS => violations(&mut chance),
                NEW => newcomers(&mut chance, level),
                _ => level * shape(date) * exp(-growth * months) * (1.0 + 0.06 * chance.normal()),
            };
            let scale = if metric == HOURS { 10.0 } else { 1.0 };
            days.push(float(whole((value * scale).max(0.0))) / scale);
        }
        days.extend(
            recent[metric]
                .iter()
                .skip(unknown)
                .map(|value| float(whole(value * 10.0)) / 10.0),
        );
    }
    Series {
        first,
        last,
        daily,
        active_in_month,
    }
}

fn shape(date: Date) -> f64 {
    season(date) * weekday(date)
}

fn violations(chance: &mut Chance) -> f64 {
    if chance.yes(0.05) {
        float(chance.between(1, 2))
    } else {
        0.0
    }
}

fn newcomers(chance: &mut Chance, level: f64) -> f64 {
    // About as many as lately, on single days.
    if chance.yes((level / 1.5).min(0.9)) {
        float(chance.between(1, 2))
    } else {
        0.0
    }
}

/// Returns the days from one date to another, both included.
pub(super) fn dates(first: Date, last: Date) -> impl Iterator<Item = Date> {
    (0..=days_between(first, last)).map(move |offset| days_from(first, offset))
}

impl Series {
    /// Returns the sum of a metric from one date to another, both included.
    pub(super) fn sum(&self, metric: usize, from: Date, to: Date) -> f64 {
        self.days(metric, from, to).1.iter().sum()
    }

    /// Returns the figures of a metric from one date to another with the first date that has one.
    pub(super) fn days(&self, metric: usize, from: Date, to: Date) -> (Date, &[f64]) {
        let from = from.max(self.first);
        let to = to.min(self.last);
        let index = |date: Date| usize::try_from(days_between(self.first, date)).unwrap_or(0);
        if from > to {
            return (from, &[]);
        }
        (from, &self.daily[metric][index(from)..=index(to)])
    }
}
