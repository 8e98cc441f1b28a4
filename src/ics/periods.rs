//! Years, months and weeks of a rule of whole days, and the days that each names.

use super::rule::{DayParts, Frequency, NthDay, Rule};
use super::stamp::{DAY, civil, day_of_date};

fn year_month_day(day: i64) -> (i64, i64, i64) {
    civil(day * DAY).map_or((9999, 12, 31), |t| {
        (
            i64::from(t.year()),
            i64::from(t.month()),
            i64::from(t.day()),
        )
    })
}

/// Returns the day number of a date; months may run over into other years.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let month = year * 12 + month - 1;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let year = i16::try_from(year).unwrap_or(9999).clamp(-9998, 9999);
    let first = jiff::civil::Date::new(year, i8::try_from(month).unwrap_or(1), 1)
        .unwrap_or(jiff::civil::Date::MAX);
    day_of_date(first) + day - 1
}

fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

fn week_begin(day: i64, week_start: i64) -> i64 {
    day - (weekday(day) - week_start).rem_euclid(7)
}

/// Returns the first day of week 1: the first week with four days in the year.
fn first_week(year: i64, week_start: i64) -> i64 {
    week_begin(day_number(year, 1, 4), week_start)
}

fn week_year(day: i64, week_start: i64) -> i64 {
    let year = year_month_day(day).0;
    if day >= first_week(year + 1, week_start) {
        year + 1
    } else if day < first_week(year, week_start) {
        year - 1
    } else {
        year
    }
}

/// Tells whether a number in a list, counted from the end when negative, is this one.
fn counted_in(list: &[i64], number: i64, length: i64) -> bool {
    list.iter()
        .any(|&wanted| wanted == number || wanted == number - length - 1)
}

/// Tells whether a day passes all parts of a rule as limits; ordinals of weekdays are ignored.
pub(super) fn day_allowed(parts: &DayParts, day: i64, week_start: i64) -> bool {
    let (year, month, date) = year_month_day(day);
    let in_month = parts.months == 0 || parts.months >> month & 1 == 1;
    let on_date = || {
        let length = day_number(year, month + 1, 1) - day_number(year, month, 1);
        parts.month_days.is_empty() || counted_in(&parts.month_days, date, length)
    };
    let in_year = || {
        let first = day_number(year, 1, 1);
        let length = day_number(year + 1, 1, 1) - first;
        parts.year_days.is_empty() || counted_in(&parts.year_days, day - first + 1, length)
    };
    let in_week = || {
        let owner = week_year(day, week_start);
        let first = first_week(owner, week_start);
        let length = (first_week(owner + 1, week_start) - first) / 7;
        parts.weeks.is_empty() || counted_in(&parts.weeks, (day - first) / 7 + 1, length)
    };
    let on_weekday = || {
        parts.weekdays.is_empty() || parts.weekdays.iter().any(|nth| nth.weekday == weekday(day))
    };
    in_month && on_date() && in_year() && in_week() && on_weekday()
}

/// The periods of a rule of whole days and the days that each names.
pub(super) struct Periods<'a> {
    rule: &'a Rule,
    /// Day, week begin, month or year of the start, counted from the epoch or as a number.
    origin: i64,
    start_day: i64,
}

impl<'a> Periods<'a> {
    pub(super) fn of(rule: &'a Rule, start: i64) -> Self {
        let start_day = start.div_euclid(DAY);
        let (year, month, _) = year_month_day(start_day);
        let origin = match rule.frequency {
            Frequency::Yearly => year,
            Frequency::Monthly => year * 12 + month - 1,
            Frequency::Weekly => week_begin(start_day, rule.week_start),
            _ => start_day,
        };
        let mut periods = Self {
            rule,
            origin,
            start_day,
        };
        if rule.frequency == Frequency::Yearly && !rule.days.weeks.is_empty() {
            // the first week can begin in the old year and the last end in the new one: the start then
            // counts for the year of its week, if the rule names a day there
            let owner = week_year(start_day, rule.week_start);
            let mut days = Vec::new();
            periods.days_of_year(owner, &mut days);
            if days.iter().any(|day| year_month_day(*day).0 == year) {
                periods.origin = owner;
            }
        }
        periods
    }

    fn at(&self, period: i64) -> i64 {
        let unit = if self.rule.frequency == Frequency::Weekly {
            7
        } else {
            1
        };
        let ahead = period
            .saturating_mul(self.rule.interval)
            .saturating_mul(unit);
        self.origin.saturating_add(ahead)
    }

    /// Returns a day at or before every day of a period.
    pub(super) fn first_day(&self, period: i64) -> i64 {
        let at = self.at(period);
        let day = match self.rule.frequency {
            Frequency::Yearly if at > 9_990 => i64::MAX,
            Frequency::Yearly => day_number(at, 1, 1) - 7,
            Frequency::Monthly if at > 9_990 * 12 => i64::MAX,
            Frequency::Monthly => day_number(0, at + 1, 1),
            _ => at,
        };
        // the calendar ends before the year 10000
        if day > day_number(9_990, 1, 1) {
            i64::MAX
        } else {
            day
        }
    }

    /// Returns a period that ends before a day, or the first one.
    pub(super) fn before(&self, day: i64) -> i64 {
        let (year, month, _) = year_month_day(day);
        let ahead = match self.rule.frequency {
            Frequency::Yearly => year - 1 - self.origin,
            Frequency::Monthly => year * 12 + month - 2 - self.origin,
            Frequency::Weekly => (day - self.origin).div_euclid(7) - 1,
            _ => day - 1 - self.origin,
        };
        ahead.div_euclid(self.rule.interval).max(0)
    }

    /// Lists the days of a period in order.
    pub(super) fn days(&self, period: i64, out: &mut Vec<i64>) {
        let at = self.at(period);
        match self.rule.frequency {
            Frequency::Yearly => self.days_of_year(at, out),
            Frequency::Monthly => {
                let month = at.rem_euclid(12) + 1;
                if self.rule.days.months == 0 || self.rule.days.months >> month & 1 == 1 {
                    self.days_of_month(at.div_euclid(12), month, out);
                    out.retain(|day| self.passes_odd_limits(*day));
                }
            }
            Frequency::Weekly => {
                let wanted = |day: i64| match self.rule.days.weekdays.as_slice() {
                    [] => weekday(day) == weekday(self.start_day),
                    list => list.iter().any(|nth| nth.weekday == weekday(day)),
                };
                out.extend((at..at + 7).filter(|day| wanted(*day)));
                out.retain(|day| day_allowed(&self.rule.days, *day, self.rule.week_start));
            }
            _ => out.extend(
                Some(at).filter(|day| day_allowed(&self.rule.days, *day, self.rule.week_start)),
            ),
        }
        out.sort_unstable();
        out.dedup();
    }

    /// Applies the parts that RFC 5545 does not foresee in a monthly rule, as limits.
    fn passes_odd_limits(&self, day: i64) -> bool {
        let DayParts {
            year_days, weeks, ..
        } = &self.rule.days;
        let limits = DayParts {
            year_days: year_days.clone(),
            weeks: weeks.clone(),
            ..DayParts::default()
        };
        day_allowed(&limits, day, self.rule.week_start)
    }

    fn days_of_year(&self, year: i64, out: &mut Vec<i64>) {
        let parts = &self.rule.days;
        let first = day_number(year, 1, 1);
        let length = day_number(year + 1, 1, 1) - first;
        let limits = |day: &i64| day_allowed(parts, *day, self.rule.week_start);
        if !parts.weeks.is_empty() {
            self.days_of_weeks(year, out);
            out.retain(limits);
        } else if !parts.year_days.is_empty() {
            out.extend(parts.year_days.iter().map(|&n| {
                if n > 0 {
                    first + n - 1
                } else {
                    first + length + n
                }
            }));
            out.retain(|day| (first..first + length).contains(day));
            out.retain(limits);
        } else if parts.months == 0 && parts.month_days.is_empty() && !parts.weekdays.is_empty() {
            nth_weekdays(&parts.weekdays, first, length, out);
        } else {
            let own_month = year_month_day(self.start_day).1;
            for month in bit_list(parts.months, own_month) {
                self.days_of_month(year, month, out);
            }
        }
    }

    fn days_of_weeks(&self, year: i64, out: &mut Vec<i64>) {
        let parts = &self.rule.days;
        let first = first_week(year, self.rule.week_start);
        let weeks = (first_week(year + 1, self.rule.week_start) - first) / 7;
        // the weekday of the start stands in only where nothing else names days
        let own_weekday =
            parts.weekdays.is_empty() && parts.month_days.is_empty() && parts.year_days.is_empty();
        for week in (1..=weeks).filter(|week| counted_in(&parts.weeks, *week, weeks)) {
            let begin = first + (week - 1) * 7;
            out.extend(
                (begin..begin + 7)
                    .filter(|day| !own_weekday || weekday(*day) == weekday(self.start_day)),
            );
        }
    }

    fn days_of_month(&self, year: i64, month: i64, out: &mut Vec<i64>) {
        let parts = &self.rule.days;
        let first = day_number(year, month, 1);
        let length = day_number(year, month + 1, 1) - first;
        let mut found = Vec::new();
        if parts.month_days.is_empty() && !parts.weekdays.is_empty() {
            nth_weekdays(&parts.weekdays, first, length, &mut found);
        } else {
            let own_date = [year_month_day(self.start_day).2];
            let dates = if parts.month_days.is_empty() {
                &own_date[..]
            } else {
                &parts.month_days
            };
            found.extend(dates.iter().map(|&n| {
                if n > 0 {
                    first + n - 1
                } else {
                    first + length + n
                }
            }));
            found.retain(|day| (first..first + length).contains(day));
            if !parts.weekdays.is_empty() {
                let mut named = Vec::new();
                nth_weekdays(&parts.weekdays, first, length, &mut named);
                found.retain(|day| named.contains(day));
            }
        }
        out.append(&mut found);
    }
}

/// Lists the weekdays named within a stretch of days, counting ordinals within it.
fn nth_weekdays(list: &[NthDay], first: i64, length: i64, out: &mut Vec<i64>) {
    for nth in list {
        let begin = first + (nth.weekday - weekday(first)).rem_euclid(7);
        let end = first + length;
        match nth.nth {
            0 => out.extend((begin..end).step_by(7)),
            n if n > 0 => out.extend(Some(begin + (n - 1) * 7).filter(|day| *day < end)),
            n => {
                let last = begin + (end - 1 - begin).div_euclid(7) * 7;
                out.extend(Some(last + (n + 1) * 7).filter(|day| *day >= first));
            }
        }
    }
}

/// Lists the numbers of the bits set, or the one number given when none is.
pub(super) fn bit_list(bits: u64, otherwise: i64) -> impl Iterator<Item = i64> {
    let one = (bits == 0).then_some(otherwise);
    (0..64).filter(move |bit| bits >> bit & 1 == 1).chain(one)
}
