//! The stretch of time that a figure covers.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::record::{Goal, GoalPeriod};

/// How a stretch of UTC days was cut; figures of different cuts are never compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A whole calendar month.
    Month,
    /// A calendar month up to a day.
    MonthToDate,
    /// Thirty days.
    Last30Days,
    /// Some days, for example a quarter or a window around a coaching action.
    Days,
}

/// The stretch of time that a figure covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The state at one instant.
    At(Timestamp),
    /// From an instant up to, and not including, another.
    Between {
        /// The first instant.
        from: Timestamp,
        /// The first instant after it.
        to: Timestamp,
    },
    /// Whole days as the platform cuts them, at midnight UTC.
    Utc {
        /// How they were cut.
        cut: Cut,
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
}

impl Window {
    /// Makes the window of this many days up to an instant.
    pub fn days_before(to: Timestamp, days: u32) -> Self {
        Self::Between {
            from: minus_days(to, days),
            to,
        }
    }

    /// Makes the window of a whole calendar month, UTC.
    pub fn month(first: Date) -> Self {
        Self::Utc {
            cut: Cut::Month,
            from: first,
            to: plus_days(first, i64::from(month_length(first)) - 1),
        }
    }

    /// Tells whether an instant lies in the window.
    pub fn contains(&self, at: Timestamp) -> bool {
        match self {
            Self::At(instant) => *instant == at,
            Self::Between { from, to } => *from <= at && at < *to,
            Self::Utc { from, to, .. } => {
                let day = TimeZone::UTC.to_datetime(at).date();
                *from <= day && day <= *to
            }
        }
    }

    /// Returns the window as words; instants are given as days in the zone of the reader.
    pub fn words(&self, zone: &TimeZone) -> String {
        match self {
            Self::At(at) => zone
                .to_datetime(*at)
                .strftime("%-d %b %Y %H:%M")
                .to_string(),
            Self::Between { from, to } => {
                let last = to
                    .checked_sub(SignedDuration::from_nanos(1))
                    .unwrap_or(*to)
                    .max(*from);
                range(
                    zone.to_datetime(*from).date(),
                    zone.to_datetime(last).date(),
                )
            }
            Self::Utc { cut, from, to } => match cut {
                Cut::Month => format!("{} (UTC)", from.strftime("%b %Y")),
                Cut::MonthToDate => format!("{} (UTC, month to date)", range(*from, *to)),
                Cut::Last30Days => format!("{} (UTC, 30 days)", range(*from, *to)),
                Cut::Days => format!("{} (UTC)", range(*from, *to)),
            },
        }
    }
}

/// Writes the window with instants as UTC days.
impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words(&TimeZone::UTC))
    }
}

fn range(from: Date, to: Date) -> String {
    let end = to.strftime("%-d %b %Y");
    if from == to {
        end.to_string()
    } else if from.year() != to.year() {
        format!("{} – {end}", from.strftime("%-d %b %Y"))
    } else if from.month() != to.month() {
        format!("{} – {end}", from.strftime("%-d %b"))
    } else {
        format!("{}–{end}", from.day())
    }
}

/// Returns the instant this many times 24 hours earlier.
pub(crate) fn minus_days(at: Timestamp, days: u32) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MIN)
}

/// Returns the number of days, with fractions, from one instant to another.
pub(crate) fn elapsed_days(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 86_400.0
}

/// Returns the date this many days later, or earlier when negative; it stops at the ends of the calendar.
pub fn plus_days(date: Date, days: i64) -> Date {
    let hours = days.saturating_mul(24);
    date.saturating_add(SignedDuration::from_hours(
        hours.clamp(-200_000_000, 200_000_000),
    ))
}

/// Returns the number of days from one date to another, negative when the other is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Returns the first day of the month of a date.
pub fn month_start(date: Date) -> Date {
    date.first_of_month()
}

/// Returns the first day of the month that lies this many months later, or earlier when negative.
pub fn plus_months(first: Date, months: i32) -> Date {
    let count = i32::from(first.year()) * 12 + i32::from(first.month()) - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    i16::try_from(year)
        .ok()
        .zip(i8::try_from(month).ok())
        .and_then(|(year, month)| Date::new(year, month, 1).ok())
        .unwrap_or(first)
}

/// Returns how many days the month of a date has.
pub fn month_length(date: Date) -> u32 {
    date.days_in_month().unsigned_abs().into()
}

/// Returns the first and the last day (UTC) of a goal's period; nothing without a start or a known length.
pub fn goal_days(goal: &Goal) -> Option<(Date, Date)> {
    let starts = goal.starts?;
    let months = match goal.period {
        GoalPeriod::Year => 12,
        GoalPeriod::Quarter => 3,
        GoalPeriod::Month => 1,
        GoalPeriod::Other(_) => return None,
    };
    let first = month_start(starts);
    Some((first, plus_days(plus_months(first, months), -1)))
}
