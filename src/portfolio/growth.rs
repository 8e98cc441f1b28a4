//! Growth from one period to another.

use jiff::civil::Date;
use serde::Serialize;

use super::series::{Series, ToDate, known};
use crate::figure::{
    Certainty, Change, Count, Cut, Figure, Interval, Nature, Window, month_length, month_start,
    plus_days, plus_months, ratio_of_means, ratio_of_sums, real_len,
};
use crate::record::{AnyRef, MetricPoint, PointStatus};

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowthKind {
    /// A whole month with the month before.
    MonthOnMonth,
    /// A whole month with the same month of the year before.
    YearOnYear,
    /// A month up to a day with the month before up to the same day.
    MonthToDate,
}

/// How a figure grew.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// What is compared with what.
    pub kind: GrowthKind,
    /// How the totals changed.
    pub change: Change,
    /// How the mean of a day changed: months have 28 to 31 days. Empty for what does not add up.
    pub per_day: Option<Change>,
    /// The later figure; `n` is the number of days known one by one.
    pub now: Figure,
    /// The earlier figure.
    pub before: Figure,
    /// Whether either figure may still change.
    pub provisional: bool,
}

/// A figure of a period, ready to be compared.
struct Side<'a> {
    total: f64,
    days: &'a [Option<f64>],
    length: u32,
    of: Count,
    status: &'a PointStatus,
}

impl<'a> Side<'a> {
    fn to_date(point: &'a ToDate) -> Self {
        Self {
            total: point.total,
            days: &point.days,
            length: point.elapsed,
            of: point.count(),
            status: &point.status,
        }
    }
}

impl Series {
    /// Compares a whole month with the month before; nothing when the month itself is not known.
    pub fn month_on_month(&self, first: Date) -> Option<Growth> {
        self.months_apart(GrowthKind::MonthOnMonth, first, -1)
    }

    /// Compares a whole month with the same month a year before; nothing when the month is not known.
    pub fn year_on_year(&self, first: Date) -> Option<Growth> {
        self.months_apart(GrowthKind::YearOnYear, first, -12)
    }

    /// Compares the latest month to date with the month before up to the same day.
    ///
    /// Where the month before has fewer days, both stop at its last day.
    pub fn month_to_date(&self) -> Option<Growth> {
        let latest = self.latest_to_date()?;
        let before = plus_months(latest.first, -1);
        let elapsed = latest.elapsed.min(month_length(before));
        let now = if elapsed == latest.elapsed {
            latest.clone()
        } else {
            self.up_to(latest.first, elapsed)?
        };
        let earlier = self.up_to(before, elapsed);
        let window = Window::Utc {
            cut: Cut::MonthToDate,
            from: before,
            to: plus_days(before, i64::from(elapsed.max(1)) - 1),
        };
        Some(growth(
            GrowthKind::MonthToDate,
            self.nature,
            &Side::to_date(&now),
            earlier.as_ref().map(Side::to_date).as_ref(),
            window,
        ))
    }

    fn months_apart(&self, kind: GrowthKind, first: Date, months: i32) -> Option<Growth> {
        let first = month_start(first);
        let before = plus_months(first, months);
        let side = |first: Date| {
            self.month(first).map(|month| Side {
                total: month.total,
                days: &month.days,
                length: month_length(first),
                of: month.count(),
                status: &month.status,
            })
        };
        Some(growth(
            kind,
            self.nature,
            &side(first)?,
            side(before).as_ref(),
            Window::month(before),
        ))
    }
}

fn growth(
    kind: GrowthKind,
    nature: Nature,
    now: &Side<'_>,
    before: Option<&Side<'_>>,
    window_before: Window,
) -> Growth {
    let total = Change::between(before.map(|side| side.total), Some(now.total));
    let open = |side: &Side<'_>| *side.status == PointStatus::Provisional;
    let (change, per_day) = match (nature, before) {
        (Nature::Flow | Nature::Days, Some(before)) => {
            let interval = ratio_of_means(&values(now.days), &values(before.days));
            let longer = f64::from(now.length) / f64::from(before.length.max(1));
            let per_day = Change::between(mean_day(before), mean_day(now)).within(interval);
            let whole = known(now.days) == u64::from(now.length)
                && known(before.days) == u64::from(before.length);
            let of_total = interval
                .filter(|_| whole)
                .map(|interval| interval.map(|ratio| (1.0 + ratio) * longer - 1.0));
            (total.within(of_total), Some(per_day))
        }
        _ => (total, None),
    };
    Growth {
        kind,
        change,
        per_day,
        now: Figure::counted(now.total, now.of),
        before: before.map_or_else(
            || Figure {
                value: None,
                certainty: Certainty::Unknown,
                of: Count::new(0, window_before, None),
            },
            |side| Figure::counted(side.total, side.of),
        ),
        provisional: open(now) || before.is_some_and(open),
    }
}

fn values(days: &[Option<f64>]) -> Vec<f64> {
    days.iter().flatten().copied().collect()
}

/// Returns the mean of a day: over the known days, or over all days where only the total is known.
fn mean_day(side: &Side<'_>) -> Option<f64> {
    let days = values(side.days);
    if days.is_empty() {
        (side.length > 0).then(|| side.total / f64::from(side.length))
    } else {
        Some(days.iter().sum::<f64>() / real_len(days.len()))
    }
}

/// Which periods are put side by side over many subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// A whole month and the month before.
    Month(Date),
    /// A whole month and the same month a year before.
    Year(Date),
    /// A month up to a day and the month before up to the same day.
    ToDate {
        /// The first day of the later month.
        first: Date,
        /// How many days of it.
        elapsed: u32,
    },
}

impl Pairing {
    fn pair(self, series: &Series) -> (Option<f64>, Option<f64>) {
        let month = |first: Date| series.month(first).map(|month| month.total);
        match self {
            Self::Month(first) => (month(plus_months(first, -1)), month(first)),
            Self::Year(first) => (month(plus_months(first, -12)), month(first)),
            Self::ToDate { first, elapsed } => {
                let before = plus_months(first, -1);
                let elapsed = elapsed.min(month_length(before)).min(month_length(first));
                let up_to = |first: Date| series.up_to(first, elapsed).map(|point| point.total);
                (up_to(before), up_to(first))
            }
        }
    }

    fn window(self) -> Window {
        match self {
            Self::Month(first) | Self::Year(first) => Window::month(month_start(first)),
            Self::ToDate { first, elapsed } => Window::Utc {
                cut: Cut::MonthToDate,
                from: month_start(first),
                to: plus_days(month_start(first), i64::from(elapsed.max(1)) - 1),
            },
        }
    }
}

/// Growth over the subjects that are there in both periods, beside that of all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LikeForLike {
    /// Growth of the subjects that have a figure in both periods; the interval comes from how they differ.
    pub same: Change,
    /// Growth of the totals, with those that came and went.
    pub all: Change,
    /// How many subjects have a figure in both periods; also the window and age of the later one.
    pub kept: Count,
    /// How many have one only in the later period.
    pub joined: u64,
    /// How many have one only in the earlier period.
    pub left: u64,
    /// The totals of the kept subjects, earlier and later.
    pub totals: (f64, f64),
}

/// Computes growth over the subjects that are present in both periods.
///
/// Without it, signing and losing CNs dominates the growth of a portfolio; and looking at today's CNs alone
/// would count only survivors, which is why the growth of all stands beside it. A figure of zero is present.
pub fn like_for_like<'a>(
    series: impl IntoIterator<Item = (&'a AnyRef, &'a Series)>,
    pairing: Pairing,
) -> LikeForLike {
    let (mut pairs, mut all) = (Vec::new(), (0.0, 0.0));
    let (mut joined, mut left, mut oldest) = (0, 0, None);
    let mut any = (false, false);
    for (_, series) in series {
        let (before, now) = pairing.pair(series);
        all.0 += before.unwrap_or(0.0);
        all.1 += now.unwrap_or(0.0);
        any = (any.0 || before.is_some(), any.1 || now.is_some());
        if now.is_some()
            && let Some(as_of) = series.as_of()
        {
            oldest = Some(oldest.map_or(as_of, |age: jiff::Timestamp| age.min(as_of)));
        }
        match (before, now) {
            (Some(before), Some(now)) => pairs.push((before, now)),
            (None, Some(_)) => joined += 1,
            (Some(_), None) => left += 1,
            (None, None) => {}
        }
    }
    let before: f64 = pairs.iter().map(|pair| pair.0).sum();
    let now: f64 = pairs.iter().map(|pair| pair.1).sum();
    let some = !pairs.is_empty();
    LikeForLike {
        same: Change::between(some.then_some(before), some.then_some(now))
            .within(ratio_of_sums(&pairs)),
        all: Change::between(any.0.then_some(all.0), any.1.then_some(all.1)),
        kept: Count::new(pairs.len() as u64, pairing.window(), oldest),
        joined,
        left,
        totals: (before, now),
    }
}

/// Two figures that must not be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// They are figures of different metrics.
    #[error("cannot compare figures: `{0}` and `{1}` are different metrics; choose one metric")]
    Metric(String, String),
    /// One is, for example, a month to date and the other a rolling window of 30 days.
    #[error(
        "cannot compare figures: `{0}` and `{1}` are different kinds of period; choose two of one kind"
    )]
    Kind(String, String),
    /// Two months to date reach to different days.
    #[error(
        "cannot compare figures: one covers {0} days of its month and the other {1}; choose the same day"
    )]
    Length(u32, u32),
    /// A point has no value, period or metric.
    #[error("cannot compare figures: one of them has no value or period; choose another")]
    Incomplete,
}

/// Compares two figures of any subjects, the earlier one first, if their periods are of one kind.
pub fn compare_points(before: &MetricPoint, now: &MetricPoint) -> Result<Change, PeriodError> {
    let (Some(old), Some(new)) = (&before.metric, &now.metric) else {
        return Err(PeriodError::Incomplete);
    };
    if old != new {
        return Err(PeriodError::Metric(old.to_string(), new.to_string()));
    }
    if before.period_kind != now.period_kind {
        return Err(PeriodError::Kind(
            before.period_kind.to_string(),
            now.period_kind.to_string(),
        ));
    }
    let read = |point: &MetricPoint| {
        let mut series = Series::new(Nature::Flow);
        series.add(point).then_some(series)
    };
    let (old, new) = (read(before), read(now));
    if let Some((old, new)) = old.as_ref().zip(new.as_ref())
        && let Some((old, new)) = old.latest_to_date().zip(new.latest_to_date())
        && old.elapsed != new.elapsed
    {
        return Err(PeriodError::Length(old.elapsed, new.elapsed));
    }
    if let Some((old, new)) = old.as_ref().zip(new.as_ref())
        && old.latest_to_date().is_some() != new.latest_to_date().is_some()
    {
        return Err(PeriodError::Kind("month".into(), "mtd".into()));
    }
    match (before.value, now.value) {
        (Some(old), Some(new)) => {
            let bounds = now.lo.zip(now.hi).filter(|_| old > 0.0);
            Ok(Change::between(Some(old), Some(new))
                .within(bounds.map(|(lo, hi)| Interval::new(lo / old - 1.0, hi / old - 1.0))))
        }
        _ => Err(PeriodError::Incomplete),
    }
}
