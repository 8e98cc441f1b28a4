//! Metric points, sorted by subject, metric and kind of period.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::figure::{
    Count, Cut, Nature, Window, days_between, month_length, month_start, plus_days, plus_months,
};
use crate::record::{AnyRef, Id, MetricDef, MetricPoint, PeriodKind, PointStatus};

/// The figure of a whole calendar month (UTC).
#[derive(Clone, Debug, PartialEq)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// The figure.
    pub total: f64,
    /// The figures of its days, where they are known.
    pub days: Vec<Option<f64>>,
    /// The state of what it was computed from.
    pub as_of: Option<Timestamp>,
    /// How firm it is.
    pub status: PointStatus,
}

/// The figure of a calendar month up to a day (UTC).
#[derive(Clone, Debug, PartialEq)]
pub struct ToDate {
    /// The first day of the month.
    pub first: Date,
    /// How many complete days it covers.
    pub elapsed: u32,
    /// The figure.
    pub total: f64,
    /// The figures of its days, where they are known.
    pub days: Vec<Option<f64>>,
    /// The state of what it was computed from.
    pub as_of: Option<Timestamp>,
    /// How firm it is.
    pub status: PointStatus,
}

/// The figure of 30 days (UTC).
#[derive(Clone, Debug, PartialEq)]
pub struct Rolling {
    /// The first of the 30 days.
    pub first: Date,
    /// The figure.
    pub total: f64,
    /// The state of what it was computed from.
    pub as_of: Option<Timestamp>,
    /// How firm it is.
    pub status: PointStatus,
}

/// Counts the days that have a figure.
pub(super) fn known(days: &[Option<f64>]) -> u64 {
    days.iter().flatten().count() as u64
}

fn length_of(days: &[Option<f64>]) -> i64 {
    i64::try_from(days.len()).unwrap_or(i64::MAX)
}

impl Month {
    /// Returns its window with the number of days that are known one by one.
    pub fn count(&self) -> Count {
        Count::new(known(&self.days), Window::month(self.first), self.as_of)
    }
}

impl ToDate {
    /// Returns its window with the number of days that are known one by one.
    pub fn count(&self) -> Count {
        let window = Window::Utc {
            cut: Cut::MonthToDate,
            from: self.first,
            to: plus_days(self.first, i64::from(self.elapsed.max(1)) - 1),
        };
        Count::new(known(&self.days), window, self.as_of)
    }
}

impl Rolling {
    /// Returns its window; it is one observation.
    pub fn count(&self) -> Count {
        let window = Window::Utc {
            cut: Cut::Last30Days,
            from: self.first,
            to: plus_days(self.first, 29),
        };
        Count::new(1, window, self.as_of)
    }
}

/// All figures of one metric for one subject. The three kinds of period are kept apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Whether the days add up.
    pub nature: Nature,
    months: BTreeMap<Date, Month>,
    to_date: BTreeMap<Date, ToDate>,
    /// Every month to date that is known, also those that a younger one of the same month follows: the same day
    /// of another month is compared with them.
    marks: BTreeMap<(Date, u32), ToDate>,
    rolling: BTreeMap<Date, Rolling>,
    single: BTreeMap<Date, f64>,
    /// Days of stretches that are no calendar month, with the age of what told them: a day is a day, whatever
    /// period it was listed in. The stretch itself is compared with nothing.
    listed: BTreeMap<Date, (Option<Timestamp>, f64)>,
}

/// Guesses from its unit whether the days of a metric add up: rates, shares and scores do not, nor do counts of people,
/// unless they are new ones, who come once.
pub fn nature_of(metric: &MetricDef) -> Nature {
    match metric.unit.trim().to_lowercase().as_str() {
        "%" | "percent" | "share" | "rate" | "ratio" | "score" => Nature::Level,
        "creators" | "people" | "accounts" | "cns" | "networks"
            if !metric.name.trim().to_lowercase().starts_with("new ") =>
        {
            Nature::Distinct
        }
        _ => Nature::Flow,
    }
}

impl Series {
    /// Makes an empty series.
    pub fn new(nature: Nature) -> Self {
        Self {
            nature,
            months: BTreeMap::new(),
            to_date: BTreeMap::new(),
            marks: BTreeMap::new(),
            rolling: BTreeMap::new(),
            single: BTreeMap::new(),
            listed: BTreeMap::new(),
        }
    }

    /// Adds a point and tells whether it could be placed.
    ///
    /// Of two points for the same period the younger one stays. A point for a whole month whose state is
    /// older than the end of that month is a month to date, whatever it calls itself. A month to date
    /// covers the days it lists, or those that were complete when it was taken.
    pub fn add(&mut self, point: &MetricPoint) -> bool {
        let Some(period) = point.period else {
            return false;
        };
        let days = trimmed(&point.daily);
        let Some(total) = point.value.or_else(|| self.total_of(days)) else {
            return false;
        };
        match point.period_kind {
            PeriodKind::Month => {
                let first = month_start(period);
                if running(first, point.as_of) {
                    return self.add_to_date(first, total, days, point);
                }
                let month = Month {
                    first,
                    total,
                    days: days.to_vec(),
                    as_of: point.as_of,
                    status: point.status.clone(),
                };
                replace(&mut self.months, first, month, |month| month.as_of);
            }
            PeriodKind::MonthToDate => {
                return self.add_to_date(month_start(period), total, days, point);
            }
            PeriodKind::Last30Days => {
                let rolling = Rolling {
                    first: period,
                    total,
                    as_of: point.as_of,
                    status: point.status.clone(),
                };
                replace(&mut self.rolling, period, rolling, |rolling| rolling.as_of);
            }
            PeriodKind::Day => {
                self.single.insert(period, total);
            }
            PeriodKind::Custom | PeriodKind::Other(_) => {
                return self.add_listed(period, days, point.as_of);
            }
        }
        true
    }

    /// Takes the days of a stretch that is no calendar month; tells whether it listed any.
    fn add_listed(&mut self, from: Date, days: &[Option<f64>], as_of: Option<Timestamp>) -> bool {
        for (offset, value) in (0_i64..).zip(days) {
            if let Some(value) = value {
                let day = plus_days(from, offset);
                replace(&mut self.listed, day, (as_of, *value), |(as_of, _)| *as_of);
            }
        }
        known(days) > 0
    }

    fn add_to_date(
        &mut self,
        first: Date,
        total: f64,
        days: &[Option<f64>],
        point: &MetricPoint,
    ) -> bool {
        let length = month_length(first);
        let elapsed = if days.is_empty() {
            let Some(as_of) = point.as_of else {
                return false;
            };
            days_between(first, TimeZone::UTC.to_datetime(as_of).date())
        } else {
            length_of(days)
        };
        let elapsed = u32::try_from(elapsed.clamp(0, i64::from(length))).unwrap_or(length);
        let to_date = ToDate {
            first,
            elapsed,
            total,
            days: days.to_vec(),
            as_of: point.as_of,
            status: point.status.clone(),
        };
        let mark = (first, elapsed);
        replace(&mut self.marks, mark, to_date.clone(), |mark| mark.as_of);
        replace(&mut self.to_date, first, to_date, |to_date| to_date.as_of);
        true
    }

    fn total_of(&self, days: &[Option<f64>]) -> Option<f64> {
        match self.nature {
            Nature::Flow | Nature::Days => (known(days) > 0).then(|| days.iter().flatten().sum()),
            Nature::Level => days.iter().rev().flatten().next().copied(),
            Nature::Distinct => None,
        }
    }

    /// Returns the figure of a whole month.
    pub fn month(&self, first: Date) -> Option<&Month> {
        self.months.get(&month_start(first))
    }

    /// Returns all whole months, oldest first.
    pub fn months(&self) -> impl DoubleEndedIterator<Item = &Month> {
        self.months.values()
    }

    /// Returns the latest month to date.
    pub fn latest_to_date(&self) -> Option<&ToDate> {
        self.to_date.values().next_back()
    }

    /// Returns the latest figure of 30 days.
    pub fn latest_rolling(&self) -> Option<&Rolling> {
        self.rolling.values().next_back()
    }

    /// Returns the figure of a month up to its `elapsed`th day, if its days are known that far.
    pub fn up_to(&self, first: Date, elapsed: u32) -> Option<ToDate> {
        let first = month_start(first);
        if let Some(exact) = self
            .to_date
            .get(&first)
            .filter(|to_date| to_date.elapsed == elapsed)
        {
            return Some(exact.clone());
        }
        if let Some(mark) = self.marks.get(&(first, elapsed)) {
            return Some(mark.clone());
        }
        let (days, as_of, status) = self.days_of(first)?;
        let days = days.get(..usize::try_from(elapsed).ok()?)?;
        Some(ToDate {
            first,
            elapsed,
            total: self.total_of(days)?,
            days: days.to_vec(),
            as_of,
            status,
        })
    }

    /// Returns for how many days up to the latest month to date its total has not grown, where single days are
    /// not known: as far back as an earlier one of the same month said the same.
    pub(super) fn still_for(&self) -> Option<u32> {
        let latest = self.latest_to_date()?;
        if latest.total <= 0.0 {
            return Some(latest.elapsed);
        }
        let of_month = (latest.first, 0)..=(latest.first, latest.elapsed);
        let same = self
            .marks
            .range(of_month)
            .rev()
            .take_while(|(_, mark)| mark.total >= latest.total);
        let first = same.last().map(|((_, elapsed), _)| *elapsed)?;
        Some(latest.elapsed - first)
    }

    /// Returns the days of a month from its youngest point that has any, padded to the month's length
    /// where the month is over.
    fn days_of(&self, first: Date) -> Option<(Vec<Option<f64>>, Option<Timestamp>, PointStatus)> {
        let month = self
            .months
            .get(&first)
            .filter(|month| known(&month.days) > 0);
        let to_date = self
            .to_date
            .get(&first)
            .filter(|to_date| known(&to_date.days) > 0);
        let month = month.map(|month| {
            let mut days = month.days.clone();
            days.resize(month_length(first) as usize, None);
            (days, month.as_of, month.status.clone())
        });
        let to_date = to_date.map(|point| (point.days.clone(), point.as_of, point.status.clone()));
        match (month, to_date) {
            (Some(month), Some(to_date)) if to_date.1 > month.1 => Some(to_date),
            (Some(month), _) => Some(month),
            (None, to_date) => to_date,
        }
    }

    /// Returns the figure of one day, if it is known.
    pub fn day(&self, date: Date) -> Option<f64> {
        if let Some(value) = self.single.get(&date) {
            return Some(*value);
        }
        let first = month_start(date);
        let index = usize::try_from(date.day()).ok()?.checked_sub(1)?;
        let of_month = self.months.get(&first);
        let of_to_date = self.to_date.get(&first);
        let from_month = of_month.and_then(|month| month.days.get(index).copied().flatten());
        let from_to_date =
            of_to_date.and_then(|to_date| to_date.days.get(index).copied().flatten());
        let younger = of_to_date.map(|point| point.as_of) > of_month.map(|point| point.as_of);
        let told = if younger {
            from_to_date.or(from_month)
        } else {
            from_month.or(from_to_date)
        };
        told.or_else(|| self.listed.get(&date).map(|(_, value)| *value))
    }

    /// Returns the figures of the days from one date to another, both included; unknown days are empty.
    pub fn days(&self, from: Date, to: Date) -> Vec<Option<f64>> {
        (0..=days_between(from, to).max(-1))
            .map(|offset| self.day(plus_days(from, offset)))
            .collect()
    }

    /// Returns the last day with a figure.
    pub fn last_day(&self) -> Option<Date> {
        let last = |first: Date, days: &[Option<f64>]| {
            (!days.is_empty()).then(|| plus_days(first, length_of(days) - 1))
        };
        let month = self
            .months
            .values()
            .rev()
            .find_map(|month| last(month.first, &month.days));
        let to_date = self
            .to_date
            .values()
            .rev()
            .find_map(|point| last(point.first, &point.days));
        let single = self.single.keys().next_back().copied();
        let listed = self.listed.keys().next_back().copied();
        month.max(to_date).max(single).max(listed)
    }

    /// Returns the age of the latest figure.
    pub fn as_of(&self) -> Option<Timestamp> {
        let months = self.months.values().map(|month| month.as_of);
        let to_date = self.to_date.values().map(|point| point.as_of);
        let rolling = self.rolling.values().map(|point| point.as_of);
        let listed = self.listed.values().map(|(as_of, _)| *as_of);
        let told = months.chain(to_date).chain(rolling).chain(listed);
        told.max().flatten()
    }

    /// Adds up what a flow brought from one date to another, with the number of known days.
    ///
    /// A whole month counts with its own figure. Nothing when a part of the time is not covered at all;
    /// single days without a figure inside a covered month bring nothing and are not counted as known.
    pub fn sum(&self, from: Date, to: Date) -> Option<(f64, u64)> {
        let (mut total, mut days_known) = (0.0, 0);
        let mut day = from;
        while day <= to {
            let first = month_start(day);
            let last = plus_days(plus_months(first, 1), -1).min(to);
            let whole = day == first && last == plus_days(plus_months(first, 1), -1);
            if let Some(month) = self.months.get(&first).filter(|_| whole) {
                total += month.total;
                days_known += known(&month.days);
            } else {
                let days = self.days(day, last);
                let exact = u32::try_from(days.len())
                    .ok()
                    .filter(|_| day == first)
                    .and_then(|elapsed| self.up_to(first, elapsed));
                if let Some(to_date) = exact {
                    total += to_date.total;
                } else if known(&days) > 0 {
                    total += days.iter().flatten().sum::<f64>();
                } else {
                    return None;
                }
                days_known += known(&days);
            }
            day = plus_days(last, 1);
        }
        Some((total, days_known))
    }

    /// Returns the sums (flows) or last values (levels) of the last weeks, oldest first; weeks begin on
    /// Monday, UTC. A week without any known day is empty, the last week is the one of `today`.
    pub fn weeks(&self, weeks: u32, today: Date) -> Vec<(Date, Option<f64>)> {
        let monday = plus_days(today, -i64::from(today.weekday().to_monday_zero_offset()));
        (0..weeks)
            .rev()
            .map(|ago| {
                let monday = plus_days(monday, -7 * i64::from(ago));
                let days = self.days(monday, plus_days(monday, 6));
                let value = match self.nature {
                    // At least as many as on its best day.
                    Nature::Distinct => days.iter().flatten().copied().reduce(f64::max),
                    _ => self.total_of(&days),
                };
                (monday, value)
            })
            .collect()
    }
}

/// Tells whether a month was not over yet when its figure was taken.
fn running(first: Date, as_of: Option<Timestamp>) -> bool {
    as_of.is_some_and(|as_of| TimeZone::UTC.to_datetime(as_of).date() < plus_months(first, 1))
}

/// Drops the empty days at the end: they have not happened yet or are not reported yet.
fn trimmed(days: &[Option<f64>]) -> &[Option<f64>] {
    let used = days
        .iter()
        .rposition(Option::is_some)
        .map_or(0, |last| last + 1);
    &days[..used]
}

fn replace<K: Ord, T>(
    points: &mut BTreeMap<K, T>,
    at: K,
    point: T,
    as_of: impl Fn(&T) -> Option<Timestamp>,
) {
    match points.get(&at) {
        Some(there) if as_of(there) > as_of(&point) => {}
        _ => {
            points.insert(at, point);
        }
    }
}

/// All series, by metric and subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesSet {
    by_metric: HashMap<Id<MetricDef>, BTreeMap<AnyRef, Series>>,
    /// How many points named no subject, metric, period or value, or a period of an unknown kind.
    pub unplaced: u64,
}

impl SeriesSet {
    /// Sorts points; `nature` says of each metric whether its days add up, see [`nature_of`].
    ///
    /// The order of the points does not matter, except among points of the same age for one period.
    pub fn read<'a>(
        points: impl IntoIterator<Item = &'a MetricPoint>,
        nature: impl Fn(&Id<MetricDef>) -> Nature,
    ) -> Self {
        let mut set = Self::default();
        for point in points {
            let (Some(subject), Some(metric)) = (&point.subject, &point.metric) else {
                set.unplaced += 1;
                continue;
            };
            let placed = set
                .by_metric
                .entry(metric.clone())
                .or_default()
                .entry(subject.clone())
                .or_insert_with(|| Series::new(nature(metric)))
                .add(point);
            set.unplaced += u64::from(!placed);
        }
        set
    }

    /// Returns the series of one metric for one subject.
    pub fn get(&self, subject: &AnyRef, metric: &Id<MetricDef>) -> Option<&Series> {
        self.by_metric.get(metric)?.get(subject)
    }

    /// Returns the metrics of which any subject has a figure, in no order.
    pub fn metrics(&self) -> impl Iterator<Item = &Id<MetricDef>> {
        self.by_metric.keys()
    }

    /// Returns the series of one metric for all subjects, ordered by subject.
    pub fn of_metric(
        &self,
        metric: &Id<MetricDef>,
    ) -> impl Iterator<Item = (&AnyRef, &Series)> + Clone {
        self.by_metric.get(metric).into_iter().flatten()
    }
}
