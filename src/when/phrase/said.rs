//! What a phrase says, before it is placed on a calendar.

use jiff::civil::Weekday;

use super::words::{Part, Unit};
use crate::when::zone::FoundZone;

/// A day or a stretch of days, as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Counted from today.
    Shift(i32),
    Weekday(Weekday, Which),
    /// The weekday of the week that lies so many weeks ahead.
    WeekdayOfWeek(Weekday, i32),
    /// "tue in 2 weeks".
    WeekdayAhead(Weekday, i64),
    Week(i32),
    Weekend(i32),
    /// "next month", "this quarter".
    Period(Unit, i32),
    Edge(Edge, Unit, i32),
    EdgeOfMonth(Edge, i8),
    EdgeOfQuarter(Edge, i8, Option<i16>),
    /// `q4` alone.
    Quarter(i8, Option<i16>),
    Exact {
        year: Option<i16>,
        month: i8,
        day: i8,
    },
    /// `3/12`: the order of day and month is a guess.
    Slashed {
        first: i8,
        second: i8,
        year: Option<i16>,
    },
    OfMonth(i8),
    MonthOnly {
        month: i8,
        year: Option<i16>,
    },
    /// So far from another day.
    Ahead(Amount, Box<Day>),
    /// Another day, whose weekday is said as well.
    Checked(Weekday, Box<Day>),
    /// From one day to another, both included.
    Span(Box<Day>, Box<Day>),
}

/// Which of the days with one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Bare,
    This,
    Next,
    Last,
}

/// The beginning or the end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Start,
    End,
}

/// A length of time in the units it was said in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) months: i64,
    pub(super) weeks: i64,
    pub(super) days: i64,
    pub(super) workdays: i64,
    pub(super) minutes: i64,
    /// The minutes were written `m`, which others read as months.
    pub(super) short_minutes: bool,
}

impl Amount {
    /// Tells whether calendar units take part, so that the wall time is kept.
    pub(super) fn has_days(&self) -> bool {
        self.months != 0 || self.weeks != 0 || self.days != 0 || self.workdays != 0
    }

    pub(super) fn negated(self) -> Amount {
        Amount {
            months: -self.months,
            weeks: -self.weeks,
            days: -self.days,
            workdays: -self.workdays,
            minutes: -self.minutes,
            short_minutes: self.short_minutes,
        }
    }
}

/// A time of day as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClockTime {
    pub(super) hour: i32,
    pub(super) minute: i32,
    pub(super) form: Form,
}

/// How sure a written hour is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// With am or pm.
    Twelve,
    /// Plainly of 24 hours (`18:00`, `09:00`).
    Sure,
    /// `4:30`: of 24 hours as written, though some mean the afternoon.
    Short,
    /// `at 8`, `3点`.
    Bare,
}

/// A time of day or a stretch of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    At(ClockTime),
    Span(ClockTime, ClockTime),
    Midnight,
    EndOfDay,
    CloseOfBusiness,
}

/// The zone that was named, and the second meaning of its name if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedZone {
    pub(super) found: FoundZone,
    /// As it was written.
    pub(super) word: String,
    pub(super) other: Option<(FoundZone, String)>,
}

/// Everything a phrase says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) day: Option<Day>,
    pub(super) clock: Option<Clock>,
    pub(super) part: Option<Part>,
    pub(super) zone: Option<NamedZone>,
    /// Time from now that is to pass by the clock, with the calendar part before it.
    pub(super) elapsed: Option<Amount>,
    pub(super) now: bool,
    /// "before": the day itself may or may not count.
    pub(super) before: bool,
    /// "by", "before", "within": the end of a stretch that has begun.
    pub(super) until: bool,
}
