//! Rules by which something comes again: a part of RFC 5545 that people use for their own duties, and the words
//! for it.
//!
//! Understood are `FREQ=DAILY|WEEKLY|MONTHLY|YEARLY` with `INTERVAL`, `BYDAY` (for a month with a number, as in
//! `1MO` or `-1FR`), `BYMONTHDAY` (negative from the end), `UNTIL` and `WKST`. `COUNT` is refused: a duty does not
//! know how often it was done before. Everything else is refused by name.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

/// How far ahead an occurrence is looked for, in days: ten years and a leap day or two.
const HORIZON: i32 = 3_700;

/// How often something comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// A rule by which something comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    every: Every,
    interval: i32,
    /// The weekdays; in a month with which of them, 0 for each.
    weekdays: Vec<(i8, Weekday)>,
    /// The days of a month; negative ones count from its end.
    month_days: Vec<i8>,
    until: Option<Date>,
}

/// A rule that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{part}` in a recurrence is not understood; write for example `weekly`, `every 2 weeks`, `mon,thu`, \
     `last friday`, `monthly` or `FREQ=WEEKLY;BYDAY=MO,TH`"
)]
pub struct RecurrenceError {
    /// The part.
    pub part: String,
}

const CODES: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

fn refuse(part: &str) -> RecurrenceError {
    RecurrenceError {
        part: part.trim().to_owned(),
    }
}

impl Recurrence {
    /// Reads an RFC 5545 rule, with or without `RRULE:` before it.
    pub fn parse(rule: &str) -> Result<Recurrence, RecurrenceError> {
        let mut every = None;
        let mut found = Recurrence {
            every: Every::Day,
            interval: 1,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            until: None,
        };
        for part in rule.trim().trim_start_matches("RRULE:").split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| refuse(part))?;
            match name {
                "FREQ" => {
                    every = Some(match value {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return Err(refuse(part)),
                    });
                }
                "INTERVAL" => {
                    let interval = value.parse().ok();
                    found.interval = interval
                        .filter(|count| (1..=999).contains(count))
                        .ok_or_else(|| refuse(part))?;
                }
                "BYDAY" => {
                    for day in value.split(',') {
                        found
                            .weekdays
                            .push(weekday(day).ok_or_else(|| refuse(part))?);
                    }
                }
                "BYMONTHDAY" => {
                    for day in value.split(',') {
                        let day: Option<i8> = day.parse().ok();
                        let day = day.filter(|day| *day != 0 && (-31..=31).contains(day));
                        found.month_days.push(day.ok_or_else(|| refuse(part))?);
                    }
                }
                "UNTIL" => {
                    let day = value.get(..8).unwrap_or(value);
                    let until = Date::strptime("%Y%m%d", day).map_err(|_| refuse(part))?;
                    found.until = Some(until);
                }
                "WKST" if value == "MO" => {}
                _ => return Err(refuse(part)),
            }
        }
        found.every = every.ok_or_else(|| refuse(rule))?;
        let numbered = found.weekdays.iter().any(|(which, _)| *which != 0);
        let fits = match found.every {
            Every::Month => found.weekdays.is_empty() || found.month_days.is_empty(),
            Every::Day | Every::Week => !numbered && found.month_days.is_empty(),
            Every::Year => found.weekdays.is_empty() && found.month_days.is_empty(),
        };
        if fits { Ok(found) } else { Err(refuse(rule)) }
    }

    /// Returns the first occurrence after a date, for something that first fell on `first`.
    ///
    /// Months count from `first`, so that the 31st falls back to the last day of a short month and comes back;
    /// weeks begin on Monday. `None` when the rule has ended.
    pub fn next(&self, first: Date, after: Date) -> Option<Date> {
        let mut day = after.max(first);
        if after < first {
            // Nothing has come yet: the first one is the next one only if the rule itself says so.
            day = first.yesterday().ok()?;
        }
        for _ in 0..HORIZON {
            day = day.tomorrow().ok()?;
            if self.until.is_some_and(|until| day > until) {
                return None;
            }
            if self.falls_on(first, day) {
                return Some(day);
            }
        }
        None
    }

    fn falls_on(&self, first: Date, day: Date) -> bool {
        let interval = self.interval;
        let weekday = |day: Date| {
            self.weekdays.is_empty()
                || self
                    .weekdays
                    .iter()
                    .any(|(_, named)| *named == day.weekday())
        };
        match self.every {
            Every::Day => days(first, day) % interval == 0 && weekday(day),
            Every::Week => {
                let weeks = days(monday(first), monday(day)) / 7;
                let named = if self.weekdays.is_empty() {
                    day.weekday() == first.weekday()
                } else {
                    weekday(day)
                };
                weeks % interval == 0 && named
            }
            Every::Month => {
                let months = months(first, day);
                months % interval == 0
                    && if !self.weekdays.is_empty() {
                        self.weekdays
                            .iter()
                            .any(|(which, named)| is_nth(day, *which, *named))
                    } else if self.month_days.is_empty() {
                        day.day() == first.day().min(day.days_in_month())
                    } else {
                        self.month_days
                            .iter()
                            .any(|wanted| is_month_day(day, *wanted))
                    }
            }
            Every::Year => {
                let last = Date::new(day.year(), first.month(), 1).map(Date::days_in_month);
                months(first, day) % (12 * interval) == 0
                    && day.day() == first.day().min(last.unwrap_or(31))
            }
        }
    }
}

fn weekday(code: &str) -> Option<(i8, Weekday)> {
    let at = code.len().checked_sub(2)?;
    let (which, code) = (code.get(..at)?, code.get(at..)?);
    let (_, named) = CODES.iter().find(|(known, _)| *known == code)?;
    if which.is_empty() {
        return Some((0, *named));
    }
    let which: i8 = which.parse().ok()?;
    (which != 0 && (-5..=5).contains(&which)).then_some((which, *named))
}

fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(since.days()).unwrap_or(day)
}

fn months(from: Date, to: Date) -> i32 {
    (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month())
        - i32::from(from.month())
}

fn is_month_day(day: Date, wanted: i8) -> bool {
    let last = day.days_in_month();
    if wanted > 0 {
        day.day() == wanted.min(last)
    } else {
        day.day() == last + 1 + wanted
    }
}

fn is_nth(day: Date, which: i8, named: Weekday) -> bool {
    if day.weekday() != named {
        return false;
    }
    let from_start = (day.day() - 1) / 7 + 1;
    let from_end = (day.days_in_month() - day.day()) / 7 + 1;
    which == 0 || which == from_start || which == -from_end
}

/// Reads what people say, such as `weekly`, `every 2 weeks`, `weekdays`, `mon,thu`, `last friday`, or a rule.
///
/// Returns the rule as it is stored.
pub fn rule_of(words: &str) -> Result<String, RecurrenceError> {
    let said = words.trim().to_lowercase();
    if said.contains("freq=") {
        let rule = words.trim().to_uppercase();
        let rule = rule.trim_start_matches("RRULE:").to_owned();
        Recurrence::parse(&rule)?;
        return Ok(rule);
    }
    let rule = match said.as_str() {
        "daily" | "every day" => "FREQ=DAILY".to_owned(),
        "weekdays" | "every weekday" | "workdays" => "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR".to_owned(),
        "weekly" | "every week" => "FREQ=WEEKLY".to_owned(),
        "fortnightly" | "every other week" => "FREQ=WEEKLY;INTERVAL=2".to_owned(),
        "monthly" | "every month" => "FREQ=MONTHLY".to_owned(),
        "quarterly" | "every quarter" => "FREQ=MONTHLY;INTERVAL=3".to_owned(),
        "yearly" | "every year" => "FREQ=YEARLY".to_owned(),
        "month end" | "end of month" => "FREQ=MONTHLY;BYMONTHDAY=-1".to_owned(),
        other => every(other).ok_or_else(|| refuse(words))?,
    };
    Recurrence::parse(&rule)?;
    Ok(rule)
}

fn every(said: &str) -> Option<String> {
    let rest = said.strip_prefix("every ").unwrap_or(said);
    let words: Vec<&str> = rest
        .split([' ', ','])
        .filter(|word| !word.is_empty() && *word != "and")
        .collect();
    if let [count, unit] = words.as_slice()
        && let Ok(count) = count.parse::<u16>()
    {
        let freq = match unit.trim_end_matches('s') {
            "day" => "DAILY",
            "week" => "WEEKLY",
            "month" => "MONTHLY",
            "year" => "YEARLY",
            _ => return None,
        };
        return Some(format!("FREQ={freq};INTERVAL={count}"));
    }
    if let [which, day] = words.as_slice()
        && let Some(number) = match *which {
            "first" | "1st" => Some("1"),
            "second" | "2nd" => Some("2"),
            "third" | "3rd" => Some("3"),
            "fourth" | "4th" => Some("4"),
            "last" => Some("-1"),
            _ => None,
        }
    {
        return Some(format!("FREQ=MONTHLY;BYDAY={number}{}", code_of(day)?));
    }
    let codes: Option<Vec<&str>> = words.iter().map(|word| code_of(word)).collect();
    let codes = codes.filter(|codes| !codes.is_empty())?;
    Some(format!("FREQ=WEEKLY;BYDAY={}", codes.join(",")))
}

fn code_of(word: &str) -> Option<&'static str> {
    let word = word.to_uppercase();
    let known = [
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
        "SUNDAY",
    ];
    let at = known
        .iter()
        .position(|name| word.len() >= 3 && name.starts_with(word.trim_end_matches('S')))?;
    CODES.get(at).map(|(code, _)| *code)
}

/// Says a rule in words: `every 2 weeks on Mon, Thu`.
impl fmt::Display for Recurrence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.every {
            Every::Day => "day",
            Every::Week => "week",
            Every::Month => "month",
            Every::Year => "year",
        };
        if self.interval == 1 {
            write!(out, "every {unit}")?;
        } else {
            write!(out, "every {} {unit}s", self.interval)?;
        }
        let day = |(which, named): &(i8, Weekday)| {
            let named = super::clock::weekday_word(*named);
            match which {
                0 => named.to_owned(),
                -1 => format!("last {named}"),
                which => format!("{which}. {named}"),
            }
        };
        let mut on: Vec<String> = self.weekdays.iter().map(day).collect();
        on.extend(self.month_days.iter().map(|day| match day {
            -1 => "last day".to_owned(),
            day => format!("day {day}"),
        }));
        if !on.is_empty() {
            write!(out, " on {}", on.join(", "))?;
        }
        match self.until {
            Some(until) => write!(out, " until {until}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn next(rule: &str, first: &str, after: &str) -> Option<String> {
        let rule = Recurrence::parse(rule).unwrap();
        rule.next(date(first), date(after))
            .map(|day| day.to_string())
    }

    #[test]
    fn the_next_one_follows_the_rule() {
        // Monday 16 November 2026.
        for (rule, first, after, wanted) in [
            ("FREQ=DAILY", "2026-11-16", "2026-11-17", "2026-11-18"),
            (
                "FREQ=DAILY;INTERVAL=3",
                "2026-11-16",
                "2026-11-17",
                "2026-11-19",
            ),
            (
                "RRULE:FREQ=WEEKLY",
                "2026-11-16",
                "2026-11-16",
                "2026-11-23",
            ),
            (
                "FREQ=WEEKLY;BYDAY=MO,TH",
                "2026-11-16",
                "2026-11-17",
                "2026-11-19",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
                "2026-11-16",
                "2026-11-20",
                "2026-11-30",
            ),
            ("FREQ=MONTHLY", "2026-01-31", "2026-02-01", "2026-02-28"),
            ("FREQ=MONTHLY", "2026-01-31", "2026-02-28", "2026-03-31"),
            (
                "FREQ=MONTHLY;BYDAY=-1FR",
                "2026-11-27",
                "2026-11-27",
                "2026-12-25",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "2026-11-30",
                "2026-11-30",
                "2026-12-31",
            ),
            ("FREQ=YEARLY", "2024-02-29", "2026-01-01", "2026-02-28"),
            ("FREQ=YEARLY", "2024-02-29", "2027-12-01", "2028-02-29"),
        ] {
            assert_eq!(next(rule, first, after).as_deref(), Some(wanted), "{rule}");
        }
        assert_eq!(
            next(
                "FREQ=DAILY;UNTIL=20261118T000000Z",
                "2026-11-16",
                "2026-11-18"
            ),
            None
        );
    }

    #[test]
    fn words_become_rules_and_are_said_again() {
        for (words, rule, said) in [
            ("weekly", "FREQ=WEEKLY", "every week"),
            ("every 2 weeks", "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"),
            (
                "Mon, thu",
                "FREQ=WEEKLY;BYDAY=MO,TH",
                "every week on Mon, Thu",
            ),
            (
                "weekdays",
                "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                "every week on Mon, Tue, Wed, Thu, Fri",
            ),
            (
                "last friday",
                "FREQ=MONTHLY;BYDAY=-1FR",
                "every month on last Fri",
            ),
            (
                "end of month",
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "every month on last day",
            ),
            ("rrule:freq=daily", "FREQ=DAILY", "every day"),
        ] {
            assert_eq!(rule_of(words).as_deref(), Ok(rule));
            assert_eq!(Recurrence::parse(rule).unwrap().to_string(), said);
        }
        for wrong in [
            "",
            "sometimes",
            "every 0 days",
            "FREQ=HOURLY",
            "FREQ=DAILY;COUNT=3",
            "every blue moon",
        ] {
            assert!(rule_of(wrong).is_err(), "{wrong}");
        }
    }
}
