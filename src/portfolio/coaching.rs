//! What a coaching action has changed, beyond what would have changed anyway.

use jiff::civil::Date;
use serde::Serialize;

use super::series::Series;
use crate::figure::{
    Aim, Count, Cut, Figure, Interval, Verdict, Window, days_between, mean, plus_days, real_len,
    student95, variance,
};
use crate::record::{AnyRef, CoachingAction};

/// The fewest known days in a window from which a mean is trusted.
pub const MIN_DAYS: usize = 7;
/// The fewest comparators from which their unrest is trusted.
pub const MIN_COMPARATORS: usize = 5;

/// The windows of an action: first and last day (UTC) before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EffectWindows {
    /// First and last day of the window before.
    pub baseline: (Date, Date),
    /// First and last day of the window after.
    pub effect: (Date, Date),
}

/// Why the windows of an action cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum WindowError {
    /// One of the four dates is missing.
    #[error("no windows: a date is missing; set both windows before looking at the figures")]
    Missing,
    /// A window ends before it begins.
    #[error("no windows: a window ends before it begins; exchange its dates")]
    Reversed,
    /// The window after begins before the window before has ended.
    #[error("no windows: the two windows overlap; let the effect begin after the baseline")]
    Overlap,
}

impl EffectWindows {
    /// Reads the windows of an action.
    pub fn of(action: &CoachingAction) -> Result<Self, WindowError> {
        let pair = |from: Option<Date>, to: Option<Date>| from.zip(to).ok_or(WindowError::Missing);
        let baseline = pair(action.baseline_from, action.baseline_to)?;
        let effect = pair(action.effect_from, action.effect_to)?;
        if baseline.0 > baseline.1 || effect.0 > effect.1 {
            return Err(WindowError::Reversed);
        }
        if effect.0 <= baseline.1 {
            return Err(WindowError::Overlap);
        }
        Ok(Self { baseline, effect })
    }

    fn shifted(self, days: i64) -> Self {
        let shift = |(from, to): (Date, Date)| (plus_days(from, days), plus_days(to, days));
        Self {
            baseline: shift(self.baseline),
            effect: shift(self.effect),
        }
    }
}

/// How a change is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As a part of the level before: for amounts, because CNs differ in size.
    Relative,
    /// In the unit of the metric: for rates and scores.
    Absolute,
}

/// What an action is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparatorKind {
    /// Other CNs over the same days.
    OtherNetworks,
    /// The same CN over earlier days: pairs of windows of the same lengths before the baseline.
    OwnHistory,
}

/// What an action is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparator {
    /// What it is.
    pub kind: ComparatorKind,
    /// How many changes it consists of.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
}

/// What can be said of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectVerdict {
    /// The window after is not over, or its figures are not in yet.
    TooEarly,
    /// There is nothing to compare with: what changed may have changed anyway.
    NoComparator,
    /// There are too few days or too few comparators.
    SmallN,
    /// The change is better than what happened elsewhere, beyond chance.
    Better,
    /// The change cannot be told from what happened elsewhere.
    NoDifference,
    /// The change is worse than what happened elsewhere, beyond chance.
    Worse,
}

impl EffectVerdict {
    /// Returns the words on screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::TooEarly => "too early",
            Self::NoComparator => "no comparator",
            Self::SmallN => "n small",
            Self::Better => "better",
            Self::NoDifference => "no difference",
            Self::Worse => "worse",
        }
    }
}

/// What a coaching action has changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// The windows.
    pub windows: EffectWindows,
    /// How changes are measured.
    pub scale: Scale,
    /// Mean of a known day before.
    pub before: Figure,
    /// Mean of a known day after.
    pub after: Figure,
    /// The change of the coached CN; empty where it cannot be computed.
    pub own: Option<f64>,
    /// What it is compared with.
    pub comparator: Option<Comparator>,
    /// The own change less the mean change of the comparator; `n` is the number of comparators.
    pub effect: Figure,
    /// What can be said.
    pub verdict: EffectVerdict,
}

/// Measures an action: the change of the coached CN less that of its comparator.
///
/// `others` are the series of comparable CNs that were not coached (see [`matched_comparators`]); when there
/// are none, the CN's own history is used: the changes between earlier pairs of windows of the same lengths.
///
/// The interval is that of one case against a small sample: the difference ± `t s √(1 + 1/m)` with
/// `m − 1` degrees of freedom, where `s` is the standard deviation of the `m` other changes. Source: J. R.
/// Crawford and D. C. Howell, "Comparing an individual's test score against norms derived from small samples",
/// The Clinical Neuropsychologist 12 (1998). It asks whether the change is unusual among changes that happen
/// without coaching.
pub fn coaching_effect(
    own: &Series,
    others: &[&Series],
    windows: EffectWindows,
    scale: Scale,
    aim: Aim,
) -> Effect {
    let (before, after) = (known(own, windows.baseline), known(own, windows.effect));
    let own_change = change_of(&before, &after, scale);
    let (kind, changes) = if others.is_empty() {
        (ComparatorKind::OwnHistory, history(own, windows, scale))
    } else {
        let changes = others
            .iter()
            .filter_map(|other| change(other, windows, scale))
            .collect();
        (ComparatorKind::OtherNetworks, changes)
    };
    let comparator = mean(&changes).map(|mean| Comparator {
        kind,
        n: changes.len() as u64,
        mean,
    });
    let difference = own_change
        .zip(comparator)
        .map(|(own, other)| own - other.mean);
    let interval = difference
        .zip(variance(&changes))
        .map(|(difference, spread)| {
            let m = real_len(changes.len());
            let half = student95(changes.len() as u64 - 1) * (spread * (1.0 + 1.0 / m)).sqrt();
            Interval::around(difference, half)
        });
    let late = own.last_day().is_none_or(|last| last < windows.effect.1);
    let verdict = if late {
        EffectVerdict::TooEarly
    } else if before.len() < MIN_DAYS || after.len() < MIN_DAYS {
        EffectVerdict::SmallN
    } else if comparator.is_none() || own_change.is_none() {
        EffectVerdict::NoComparator
    } else if changes.len() < MIN_COMPARATORS {
        EffectVerdict::SmallN
    } else {
        judged(interval, aim)
    };
    let count = |n: usize, (from, to): (Date, Date)| {
        let cut = Cut::Days;
        Count::new(n as u64, Window::Utc { cut, from, to }, own.as_of())
    };
    Effect {
        windows,
        scale,
        before: day_mean(&before, count(before.len(), windows.baseline)),
        after: day_mean(&after, count(after.len(), windows.effect)),
        own: own_change,
        comparator,
        effect: Figure::estimate(difference, interval, count(changes.len(), windows.effect)),
        verdict,
    }
}

fn judged(interval: Option<Interval>, aim: Aim) -> EffectVerdict {
    let Some(interval) = interval else {
        return EffectVerdict::SmallN;
    };
    match (Verdict::of(&interval), aim) {
        (Verdict::Higher, Aim::AtLeast) | (Verdict::Lower, Aim::AtMost) => EffectVerdict::Better,
        (Verdict::Lower, Aim::AtLeast) | (Verdict::Higher, Aim::AtMost) => EffectVerdict::Worse,
        (Verdict::NoDifference | Verdict::TooFew, _) => EffectVerdict::NoDifference,
    }
}

fn known(series: &Series, (from, to): (Date, Date)) -> Vec<f64> {
    series.days(from, to).into_iter().flatten().collect()
}

fn day_mean(days: &[f64], of: Count) -> Figure {
    let interval = mean(days).zip(variance(days)).map(|(mean, spread)| {
        let error = (spread / real_len(days.len())).sqrt();
        Interval::around(mean, student95(days.len() as u64 - 1) * error)
    });
    Figure::estimate(mean(days), interval, of)
}

fn change_of(before: &[f64], after: &[f64], scale: Scale) -> Option<f64> {
    let (before, after) = (mean(before)?, mean(after)?);
    match scale {
        Scale::Absolute => Some(after - before),
        Scale::Relative => (before > 0.0).then(|| after / before - 1.0),
    }
}

/// Returns the change of a comparator, if it has enough known days on both sides.
fn change(series: &Series, windows: EffectWindows, scale: Scale) -> Option<f64> {
    let (before, after) = (
        known(series, windows.baseline),
        known(series, windows.effect),
    );
    (before.len() >= MIN_DAYS && after.len() >= MIN_DAYS)
        .then(|| change_of(&before, &after, scale))
        .flatten()
}

/// Returns the changes between earlier pairs of windows of the same lengths, none overlapping another pair.
fn history(own: &Series, windows: EffectWindows, scale: Scale) -> Vec<f64> {
    let span = days_between(windows.baseline.0, windows.effect.1) + 1;
    // The first pair ends on the day before the baseline begins; two years of history are plenty.
    (1..=730 / span.max(1))
        .map(|pair| windows.shifted(-span * pair))
        .map_while(|earlier| change(own, earlier, scale))
        .collect()
}

/// Returns the CNs whose level in the baseline is closest to that of the coached one, at most `most`.
///
/// Who is coached because they do badly gets better by itself on average (regression to the mean). Comparing with
/// others that did as badly takes that out; comparing with all others does not.
pub fn matched_comparators<'a>(
    own: &Series,
    candidates: impl IntoIterator<Item = (&'a AnyRef, &'a Series)>,
    baseline: (Date, Date),
    most: usize,
) -> Vec<(&'a AnyRef, &'a Series)> {
    let level = |series: &Series| {
        let days = known(series, baseline);
        mean(&days).filter(|_| days.len() >= MIN_DAYS)
    };
    let Some(target) = level(own) else {
        return Vec::new();
    };
    let mut by_distance: Vec<(f64, &AnyRef, &Series)> = candidates
        .into_iter()
        .filter_map(|(subject, series)| Some(((level(series)? - target).abs(), subject, series)))
        .collect();
    by_distance.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    by_distance
        .into_iter()
        .take(most)
        .map(|(_, subject, series)| (subject, series))
        .collect()
}
