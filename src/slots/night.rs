//! Not every night: how many evenings a week a person gives to meetings.

use std::collections::BTreeMap;

use jiff::civil::Weekday;

use super::zone::{DAY, Offsets, weekday_of_day};
use super::{Span, SpanSet};

/// How many nights a week may hold a meeting.
///
/// A night belongs to the local date on which it begins, and a week begins on `week_starts`. A
/// second meeting in a night that already has one costs no further night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NightBudget {
    /// The wall minute at which a night begins.
    pub from: u16,
    /// The wall minute at which it ends; on the next day unless it is later than `from`.
    pub until: u16,
    /// Nights a week.
    pub per_week: u8,
    /// The first day of the week.
    pub week_starts: Weekday,
}

impl NightBudget {
    /// Allows that many nights a week, each from 18:00 to 06:00, the week beginning on Monday.
    pub fn of(per_week: u8) -> Self {
        Self {
            from: 18 * 60,
            until: 6 * 60,
            per_week,
            week_starts: Weekday::Monday,
        }
    }
}

/// What a slot does to a night budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NightUse {
    /// The slot is not at night, or there is no budget.
    None,
    /// That night already has a meeting.
    SameNight,
    /// One more night of the week.
    OneMore {
        /// Nights used in that week before this slot.
        used: u8,
        /// Nights allowed.
        limit: u8,
    },
    /// The week has no night left.
    Over {
        /// Nights used in that week before this slot.
        used: u8,
        /// Nights allowed.
        limit: u8,
    },
}

#[derive(Clone, Copy, Debug)]
struct Night {
    span: Span,
    week: i32,
    booked: bool,
}

/// The nights of one person over a span, with those already given away.
#[derive(Clone, Debug, Default)]
pub(super) struct NightLedger {
    nights: Vec<Night>,
    used: BTreeMap<i32, u8>,
    limit: u8,
}

impl NightLedger {
    /// Counts booked meetings against a budget, in every week that a span touches.
    pub(super) fn over(
        budget: NightBudget,
        offsets: &Offsets,
        span: Span,
        booked: &SpanSet,
    ) -> Self {
        let first = offsets.wall(span.start).div_euclid(DAY) - 8;
        let last = offsets.wall(span.end).div_euclid(DAY) + 8;
        let begins = budget.week_starts.to_monday_zero_offset();
        let (from, until) = (i32::from(budget.from), i32::from(budget.until));
        let mut ledger = Self {
            nights: Vec::new(),
            used: BTreeMap::new(),
            limit: budget.per_week,
        };
        for day in first..=last {
            let into_week =
                (i32::try_from(weekday_of_day(day)).unwrap_or(0) - i32::from(begins)).rem_euclid(7);
            let midnight = day.saturating_mul(DAY);
            let end = if until > from {
                midnight + until
            } else {
                midnight + DAY + until
            };
            let span = Span::new(offsets.instant(midnight + from), offsets.instant(end));
            let booked = booked.meeting(span).is_some();
            let week = day - into_week;
            if booked {
                let used = ledger.used.entry(week).or_default();
                *used = used.saturating_add(1);
            }
            ledger.nights.push(Night { span, week, booked });
        }
        ledger
    }

    /// Returns the nights that are no longer to be had.
    pub(super) fn closed(&self) -> SpanSet {
        self.nights
            .iter()
            .filter(|night| !night.booked && self.used_in(night.week) >= self.limit)
            .map(|night| night.span)
            .collect()
    }

    /// Tells what a slot would do to the budget.
    pub(super) fn usage(&self, slot: Span) -> NightUse {
        let touched = self
            .nights
            .iter()
            .filter(|night| !night.span.clip(slot).is_empty());
        let mut usage = NightUse::None;
        for night in touched {
            let used = self.used_in(night.week);
            let limit = self.limit;
            usage = match usage {
                NightUse::Over { .. } => return usage,
                NightUse::None if night.booked => NightUse::SameNight,
                _ if night.booked => usage,
                _ if used >= limit => NightUse::Over { used, limit },
                _ => NightUse::OneMore { used, limit },
            };
        }
        usage
    }

    fn used_in(&self, week: i32) -> u8 {
        self.used.get(&week).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Zone;

    fn ledger(limit: u8, booked: &[(&str, &str)]) -> NightLedger {
        let zone = Zone::load("America/Los_Angeles").unwrap();
        let span = Span::parse("2026-03-02T00:00Z", "2026-03-16T00:00Z").unwrap();
        let booked = booked
            .iter()
            .map(|(a, b)| Span::parse(a, b).unwrap())
            .collect();
        NightLedger::over(
            NightBudget::of(limit),
            &Offsets::over(&zone, span),
            span,
            &booked,
        )
    }

    fn usage(ledger: &NightLedger, start: &str) -> NightUse {
        ledger.usage(Span::lasting(
            crate::slots::Minute::parse(start).unwrap(),
            60,
        ))
    }

    #[test]
    fn a_second_meeting_in_the_same_night_costs_nothing_more() {
        // Monday 2 March 20:00 in Los Angeles is booked
        let ledger = ledger(1, &[("2026-03-03T04:00Z", "2026-03-03T05:00Z")]);
        assert_eq!(usage(&ledger, "2026-03-03T06:00Z"), NightUse::SameNight);
        assert_eq!(
            usage(&ledger, "2026-03-04T04:00Z"),
            NightUse::Over { used: 1, limit: 1 }
        );
        assert_eq!(usage(&ledger, "2026-03-03T20:00Z"), NightUse::None);
    }

    #[test]
    fn the_hours_after_midnight_belong_to_the_evening_before() {
        // Sunday 8 March 21:00 and Monday 9 March 01:00 are one night of the first week
        let ledger = ledger(1, &[("2026-03-09T04:00Z", "2026-03-09T05:00Z")]);
        assert_eq!(usage(&ledger, "2026-03-09T08:00Z"), NightUse::SameNight);
        assert_eq!(
            usage(&ledger, "2026-03-10T04:00Z"),
            NightUse::OneMore { used: 0, limit: 1 }
        );
    }

    #[test]
    fn only_the_nights_of_a_full_week_close() {
        let ledger = ledger(1, &[("2026-03-03T04:00Z", "2026-03-03T05:00Z")]);
        let closed = ledger.closed();
        let night = |text: &str| {
            closed.covering(Span::lasting(
                crate::slots::Minute::parse(text).unwrap(),
                30,
            ))
        };
        assert!(night("2026-03-04T04:00Z").is_some());
        assert!(night("2026-03-03T04:00Z").is_none());
        assert!(night("2026-03-11T04:00Z").is_none());
    }
}
