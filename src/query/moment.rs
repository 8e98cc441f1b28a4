//! Times in a query: days, instants and distances from now, and fields of time held against them.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::record::{Due, Value, View};

use super::figure;

/// A time that a phrase names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Whole civil days, both included; one day has the same first and last.
    Days {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
    /// A time of day, to the minute.
    At(Timestamp),
}

/// Reads a date phrase such as `next fri` for the person at the console; `None` for what is no phrase.
pub type Phrases<'a> = &'a dyn Fn(&str, &View) -> Option<Moment>;

/// Knows no phrase beyond those that the language itself reads: `now`, `today`, `tomorrow`, `yesterday`,
/// ISO dates and times.
pub fn no_phrases(_: &str, _: &View) -> Option<Moment> {
    None
}

/// What is needed to give a query its meaning.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The moment, the zone and who is looking.
    pub view: &'a View,
    /// The reader of date phrases.
    pub phrases: Phrases<'a>,
}

impl<'a> Scope<'a> {
    /// Makes a scope without a reader of date phrases.
    pub fn plain(view: &'a View) -> Self {
        Self {
            view,
            phrases: &no_phrases,
        }
    }
}

/// For how long the compiled form of a time stays right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lasting {
    /// It names no time, or one that counts from now each time it is asked.
    #[default]
    Always,
    /// As long as the zone stays the same.
    Zone,
    /// Until the civil day ends.
    Day,
    /// Until the minute ends.
    Minute,
}

/// An end on the time line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edge {
    At(Timestamp),
    FromNow(SignedDuration),
}

impl Edge {
    fn instant(self, view: &View) -> Timestamp {
        match self {
            Edge::At(instant) => instant,
            Edge::FromNow(span) => view.now.checked_add(span).unwrap_or(if span.is_negative() {
                Timestamp::MIN
            } else {
                Timestamp::MAX
            }),
        }
    }
}

/// A time as written: the stretch from `start` to before `end`, and the days it touches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    start: Edge,
    end: Edge,
    /// The days, where they are known before a record is looked at.
    days: Option<(Date, Date)>,
    /// Whether the time was given in whole days.
    whole: bool,
    pub(super) lasting: Lasting,
}

/// The times that a term accepts: from `start` on, before `end`; an end that is missing is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TimeBounds {
    start: Option<Cut>,
    end: Option<Cut>,
}

/// A cut through the time line and through the calendar.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    edge: Edge,
    /// The first day after the cut; `None`: the day on which the edge lies.
    day: Option<Date>,
    /// For a cut at an edge that lies within a day: whether that day itself is after the cut.
    day_after: bool,
    whole: bool,
}

impl Stretch {
    /// Reads a time; `None` when it is none. `as_day` reads a distance from now as the whole day it ends on.
    pub(super) fn read(text: &str, as_day: bool, scope: &Scope<'_>) -> Option<Stretch> {
        let today = scope.view.today();
        let word = text.trim().to_lowercase();
        let named = match word.as_str() {
            "now" => return Some(Self::from_now(SignedDuration::ZERO)),
            "today" => Some(today),
            "tomorrow" => today.tomorrow().ok(),
            "yesterday" => today.yesterday().ok(),
            _ => None,
        };
        if let Some(day) = named {
            return Self::days(day, day, Lasting::Day, scope.view);
        }
        if let Some(written) = Self::iso(text.trim(), scope.view) {
            return Some(written);
        }
        if let Some(span) = figure::span(&word) {
            if !as_day {
                return Some(Self::from_now(span.length));
            }
            let instant = Edge::FromNow(span.length).instant(scope.view);
            let day = scope.view.zone.to_datetime(instant).date();
            return Self::days(day, day, Lasting::Minute, scope.view);
        }
        match (scope.phrases)(text.trim(), scope.view)? {
            Moment::Days { first, last } => Self::days(
                first.min(last),
                last.max(first),
                Lasting::Minute,
                scope.view,
            ),
            Moment::At(instant) => Some(Self::minute(instant, Lasting::Minute, scope.view)),
        }
    }

    fn iso(text: &str, view: &View) -> Option<Stretch> {
        let shape: String = text
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .take(20)
            .collect();
        match shape.as_str() {
            "0000-00-00" => {
                let day: Date = text.parse().ok()?;
                Self::days(day, day, Lasting::Zone, view)
            }
            "0000-00" => {
                let first: Date = format!("{text}-01").parse().ok()?;
                Self::days(first, first.last_of_month(), Lasting::Zone, view)
            }
            _ if shape.starts_with("0000-00-00T") || shape.starts_with("0000-00-00 ") => {
                let instant = if let Ok(instant) = text.parse::<Timestamp>() {
                    instant
                } else {
                    let wall: DateTime = text.parse().ok()?;
                    wall.to_zoned(view.zone.clone()).ok()?.timestamp()
                };
                Some(Self::minute(instant, Lasting::Zone, view))
            }
            _ => None,
        }
    }

    fn days(first: Date, last: Date, lasting: Lasting, view: &View) -> Option<Stretch> {
        let start = day_start(first, view)?;
        let end = last
            .tomorrow()
            .ok()
            .and_then(|next| day_start(next, view))
            .unwrap_or(Timestamp::MAX);
        Some(Stretch {
            start: Edge::At(start),
            end: Edge::At(end),
            days: Some((first, last)),
            whole: true,
            lasting,
        })
    }

    fn minute(instant: Timestamp, lasting: Lasting, view: &View) -> Stretch {
        let end = instant.checked_add(1.minute()).unwrap_or(Timestamp::MAX);
        let day = view.zone.to_datetime(instant).date();
        Stretch {
            start: Edge::At(instant),
            end: Edge::At(end),
            days: Some((day, day)),
            whole: false,
            lasting,
        }
    }

    fn from_now(span: SignedDuration) -> Stretch {
        let next = span.saturating_add(SignedDuration::from_nanos(1));
        Stretch {
            start: Edge::FromNow(span),
            end: Edge::FromNow(next),
            days: None,
            whole: false,
            lasting: Lasting::Always,
        }
    }

    /// Tells whether the stretch begins after the other has ended.
    pub(super) fn is_after(&self, other: &Stretch, view: &View) -> bool {
        self.start.instant(view) >= other.end.instant(view)
    }

    /// The cut before the stretch.
    fn before(&self) -> Cut {
        Cut {
            edge: self.start,
            day: self.days.map(|(first, _)| first),
            day_after: true,
            whole: self.whole,
        }
    }

    /// The cut after the stretch.
    fn after(&self) -> Cut {
        Cut {
            edge: self.end,
            day: self
                .days
                .map(|(_, last)| last.tomorrow().unwrap_or(Date::MAX)),
            day_after: false,
            whole: self.whole,
        }
    }
}

impl TimeBounds {
    pub(super) fn within(stretch: &Stretch) -> Self {
        Self::between(Some(stretch), Some(stretch))
    }

    pub(super) fn between(low: Option<&Stretch>, high: Option<&Stretch>) -> Self {
        Self {
            start: low.map(Stretch::before),
            end: high.map(Stretch::after),
        }
    }

    pub(super) fn less(stretch: &Stretch) -> Self {
        Self {
            start: None,
            end: Some(stretch.before()),
        }
    }

    pub(super) fn more(stretch: &Stretch) -> Self {
        Self {
            start: Some(stretch.after()),
            end: None,
        }
    }

    /// Tells whether a value of time lies within the bounds.
    pub(super) fn accept(&self, value: &Value<'_>, view: &View) -> bool {
        match value {
            Value::Instant(instant) | Value::Due(Due::At { instant, .. }) => {
                self.accept_instant(*instant, view)
            }
            Value::Date(day) => self.accept_day(*day, view),
            Value::Due(Due::On { date }) => {
                let whole = self.start.iter().chain(&self.end).all(|cut| cut.whole);
                if whole {
                    return self.accept_day(*date, view);
                }
                // A due date is over when its day has ended, so it stands for the last instant of the day.
                let next = date.tomorrow().ok().and_then(|next| day_start(next, view));
                next.and_then(|next| next.checked_sub(SignedDuration::from_nanos(1)).ok())
                    .is_some_and(|end| self.accept_instant(end, view))
            }
            _ => false,
        }
    }

    fn accept_instant(&self, instant: Timestamp, view: &View) -> bool {
        self.start
            .is_none_or(|cut| instant >= cut.edge.instant(view))
            && self.end.is_none_or(|cut| instant < cut.edge.instant(view))
    }

    fn accept_day(&self, day: Date, view: &View) -> bool {
        self.start.is_none_or(|cut| day >= cut.first_day(view))
            && self.end.is_none_or(|cut| day < cut.first_day(view))
    }
}

impl Cut {
    /// Returns the first day after the cut.
    fn first_day(&self, view: &View) -> Date {
        self.day.unwrap_or_else(|| {
            let day = view.zone.to_datetime(self.edge.instant(view)).date();
            if self.day_after {
                day
            } else {
                day.tomorrow().unwrap_or(Date::MAX)
            }
        })
    }
}

/// Returns the first instant of a civil day at the console.
fn day_start(day: Date, view: &View) -> Option<Timestamp> {
    Some(day.to_zoned(view.zone.clone()).ok()?.timestamp())
}

/// Returns the instant at which a due time has passed: a date ends with its day at the console.
pub(super) fn deadline(due: &Due, view: &View) -> Option<Timestamp> {
    match due {
        Due::At { instant, .. } => Some(*instant),
        Due::On { date } => day_start(date.tomorrow().ok()?, view),
    }
}
