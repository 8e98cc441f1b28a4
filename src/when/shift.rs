//! A span by which something is moved: `+2d`, `-1w`, `3 workdays`, `1d 4h`.

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, ToSpan as _};

/// A span of calendar units, which keep the wall clock, and of elapsed hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    months: i64,
    days: i64,
    workdays: i64,
    minutes: i64,
}

/// A span that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no span")]
pub struct ShiftError {
    /// The word.
    pub word: String,
}

/// More than anyone plans ahead, in units of any kind.
const MOST: i64 = 10_000;

impl Shift {
    /// Reads a span; a sign before the first part counts for all of it.
    pub fn parse(text: &str) -> Result<Shift, ShiftError> {
        let refuse = |word: &str| ShiftError {
            word: word.trim().to_owned(),
        };
        let said = text.trim();
        let (sign, rest) = match said.strip_prefix(['-', '−']) {
            Some(rest) => (-1, rest),
            None => (1, said.strip_prefix('+').unwrap_or(said)),
        };
        let mut shift = Shift::default();
        let mut rest = rest.trim_start();
        if rest.is_empty() {
            return Err(refuse(text));
        }
        while !rest.is_empty() {
            let digits = rest
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let count: i64 = number.parse().map_err(|_| refuse(rest))?;
            if count > MOST {
                return Err(refuse(number));
            }
            let tail = tail.trim_start();
            let letters = tail
                .find(|letter: char| !letter.is_alphabetic())
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            let count = sign * count;
            match unit {
                "mo" | "month" | "months" => shift.months += count,
                "w" | "wk" | "week" | "weeks" => shift.days += 7 * count,
                "d" | "day" | "days" => shift.days += count,
                "wd" | "bd" | "workday" | "workdays" | "weekday" | "weekdays" => {
                    shift.workdays += count;
                }
                "h" | "hr" | "hour" | "hours" => shift.minutes += 60 * count,
                "m" | "min" | "minute" | "minutes" => shift.minutes += count,
                _ => return Err(refuse(if unit.is_empty() { number } else { unit })),
            }
            rest = tail.trim_start();
        }
        Ok(shift)
    }

    /// Tells whether elapsed time takes part.
    pub const fn has_hours(&self) -> bool {
        self.minutes != 0
    }

    /// Tells whether calendar units take part.
    pub const fn has_days(&self) -> bool {
        self.months != 0 || self.days != 0 || self.workdays != 0
    }

    /// Returns the elapsed part.
    pub const fn elapsed(&self) -> SignedDuration {
        SignedDuration::from_mins(self.minutes)
    }

    /// Moves a date by the calendar part; workdays are Monday to Friday. `None` past the end of the calendar.
    pub fn date(&self, from: Date) -> Option<Date> {
        let mut day = from.checked_add(self.months.months()).ok()?;
        day = day.checked_add(self.days.days()).ok()?;
        let step = self.workdays.signum();
        let mut left = self.workdays.abs();
        while left > 0 {
            day = day.checked_add(step.days()).ok()?;
            if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                left -= 1;
            }
        }
        Some(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(span: &str, from: &str) -> String {
        let shift = Shift::parse(span).unwrap();
        shift.date(from.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn spans_move_dates() {
        for (span, from, to) in [
            ("+2d", "2026-11-17", "2026-11-19"),
            ("-1d", "2026-11-17", "2026-11-16"),
            ("1 w 1 d", "2026-11-17", "2026-11-25"),
            ("3 workdays", "2026-11-19", "2026-11-24"),
            ("-1wd", "2026-11-16", "2026-11-13"),
            ("1mo", "2026-01-31", "2026-02-28"),
        ] {
            assert_eq!(moved(span, from), to, "{span}");
        }
        assert_eq!(
            Shift::parse("-1d 4h").unwrap().elapsed(),
            SignedDuration::from_hours(-4)
        );
    }

    #[test]
    fn nothing_is_ignored() {
        for wrong in [
            "",
            "+",
            "2",
            "d",
            "2d x",
            "2 fortnights",
            "99999d",
            "1.5d",
            "two days",
            "2d-1d",
        ] {
            assert!(Shift::parse(wrong).is_err(), "{wrong}");
        }
    }
}
