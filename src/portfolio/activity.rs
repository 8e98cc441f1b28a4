//! What creators do: who is active, which days count, who went dark.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::series::{Series, known};
use crate::figure::{
    Count, Cut, Figure, Share, Window, days_between, month_start, plus_days, plus_months,
};
use crate::record::{AnyRef, Creator, Id};

/// The share of managed creators that were active, over both rosters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ActiveRate {
    /// Active among those managed at the end: what the platform shows.
    pub at_end: Share,
    /// Active among those managed a month before; who left counts as not active. It does not rise by
    /// creators leaving.
    pub of_start: Share,
    /// How many came since.
    pub joined: u64,
    /// How many left since.
    pub left: u64,
}

/// Computes the active rate of a month from any metric of activity, one series a creator.
///
/// A creator is managed in a month that has a figure for them, and active if it is above zero. For the
/// running month the month to date counts.
pub fn active_rate<'a>(
    series: impl IntoIterator<Item = (&'a AnyRef, &'a Series)>,
    month: Date,
) -> ActiveRate {
    let first = month_start(month);
    let running = |series: &'a Series, first: Date| {
        series.latest_to_date().filter(|point| point.first == first)
    };
    let value = |series: &'a Series, first: Date| {
        let whole = series.month(first).map(|month| month.total);
        whole.or(running(series, first).map(|point| point.total))
    };
    let mut window = Window::month(first);
    let (mut managed, mut active, mut start, mut start_active) = (0, 0, 0, 0);
    let (mut joined, mut left, mut age) = (0, 0, None);
    for (_, series) in series {
        let now = value(series, first);
        let before = value(series, plus_months(first, -1));
        let is_active = now.is_some_and(|now| now > 0.0);
        managed += u64::from(now.is_some());
        active += u64::from(is_active);
        start += u64::from(before.is_some());
        start_active += u64::from(before.is_some() && is_active);
        joined += u64::from(now.is_some() && before.is_none());
        left += u64::from(now.is_none() && before.is_some());
        if series.month(first).is_none()
            && let Some(point) = running(series, first)
        {
            window = point.count().window;
        }
        if let Some(as_of) = series.as_of().filter(|_| now.is_some()) {
            age = Some(age.map_or(as_of, |oldest: Timestamp| oldest.min(as_of)));
        }
    }
    let of = Count::new(managed, window, age);
    ActiveRate {
        at_end: Share::new(active, of),
        of_start: Share::new(start_active, of.with(start)),
        joined,
        left,
    }
}

/// Computes the share of creators that were LIVE within so many days before an instant.
///
/// `as_of` is the state of the creators' records, not the present: the exports run a day behind.
pub fn live_rate<'a>(
    creators: impl IntoIterator<Item = (&'a Id<Creator>, &'a Creator)>,
    days: u32,
    as_of: Timestamp,
) -> Share {
    let window = Window::days_before(as_of, days);
    let (mut n, mut live) = (0, 0);
    for (_, creator) in creators {
        n += 1;
        live += u64::from(
            creator
                .last_live_at
                .is_some_and(|at| at >= as_of || window.contains(at)),
        );
    }
    Share::new(live, Count::new(n, window, Some(as_of)))
}

/// How many days of a stretch were valid LIVE days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ValidDays {
    /// Days with at least one hour among the days that are known.
    pub valid: Share,
    /// Days without a figure: they are not zero.
    pub missing: u64,
    /// Mean hours of a valid day.
    pub hours_per_valid_day: Figure,
}

/// Counts the days (UTC) with at least one hour LIVE; `one_hour` is an hour in the unit of the series.
pub fn valid_live_days(series: &Series, from: Date, to: Date, one_hour: f64) -> ValidDays {
    let days = series.days(from, to);
    let valid: Vec<f64> = days
        .iter()
        .flatten()
        .filter(|value| **value >= one_hour)
        .map(|value| value / one_hour)
        .collect();
    let of = Count::new(
        known(&days),
        Window::Utc {
            cut: Cut::Days,
            from,
            to,
        },
        series.as_of(),
    );
    ValidDays {
        valid: Share::new(valid.len() as u64, of),
        missing: days.len() as u64 - known(&days),
        hours_per_valid_day: Figure {
            value: crate::figure::mean(&valid),
            certainty: crate::figure::Certainty::Counted,
            of: of.with(valid.len() as u64),
        },
    }
}

/// Returns for how many days up to the last known one nothing has come in; nothing without a known day.
///
/// Days that are not reported yet do not count, days without a figure in between end the count. Where no single
/// day is known, as in imported exports, months to date are compared: it is dark for as long as they say the same.
pub fn dark_days(series: &Series) -> Option<u32> {
    let Some(last) = series.last_day() else {
        return series.still_for();
    };
    let mut dark = 0;
    while series.day(plus_days(last, -i64::from(dark))) == Some(0.0) {
        dark += 1;
    }
    Some(dark)
}

/// The creators that have not been LIVE for some time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dark {
    /// How many of the creators that have ever been LIVE.
    pub share: Share,
    /// Who, with the whole days since, longest first.
    pub creators: Vec<(Id<Creator>, i64)>,
    /// Who has never been LIVE as far as is known.
    pub never: Vec<Id<Creator>>,
}

/// Finds the creators that have not been LIVE for at least so many days (UTC) before `as_of`.
///
/// `as_of` is the state of the creators' records: counting from the present would make everyone a day darker
/// than they are.
pub fn went_dark<'a>(
    creators: impl IntoIterator<Item = (&'a Id<Creator>, &'a Creator)>,
    as_of: Timestamp,
    days: i64,
) -> Dark {
    let today = TimeZone::UTC.to_datetime(as_of).date();
    let (mut n, mut dark, mut never) = (0, Vec::new(), Vec::new());
    for (id, creator) in creators {
        let Some(last) = creator.last_live_at else {
            never.push(id.clone());
            continue;
        };
        n += 1;
        let since = days_between(TimeZone::UTC.to_datetime(last).date(), today);
        if since >= days {
            dark.push((id.clone(), since));
        }
    }
    dark.sort_by(|(id, days), (other_id, other)| other.cmp(days).then_with(|| id.cmp(other_id)));
    never.sort();
    let of = Count::new(n, Window::At(as_of), Some(as_of));
    Dark {
        share: Share::new(dark.len() as u64, of),
        creators: dark,
        never,
    }
}
