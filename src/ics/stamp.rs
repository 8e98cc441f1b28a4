//! Dates, times, durations and offsets as RFC 5545 writes them, counted in days and seconds.

use jiff::civil::{Date, DateTime};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// A date or a time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stamp {
    /// A day, counted from 1970-01-01.
    Day(i64),
    /// A wall time in a zone that is named elsewhere, in seconds from 1970-01-01 00:00.
    Wall(i64),
    /// An instant, in seconds from 1970-01-01T00:00Z.
    Utc(i64),
}

impl Stamp {
    /// Reads `20260302`, `20260302T100000` or `20260302T100000Z`; hyphens and colons inside and missing
    /// seconds are forgiven.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (body, utc) = match text.strip_suffix(['Z', 'z']) {
            Some(body) => (body, true),
            None => (text, false),
        };
        let (date, time) = match body.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (body, None),
        };
        let date = digits(date, '-', 8)?;
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
        let date = Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        let day = day_of_date(date);
        let Some(time) = time else {
            return Some(Self::Day(day));
        };
        let count = time.bytes().filter(u8::is_ascii_digit).count();
        let time = match count {
            6 => digits(time, ':', 6)?,
            4 => digits(time, ':', 4)? * 100,
            _ => return None,
        };
        let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let wall = day * DAY + hour * 3600 + minute * 60 + second.min(59);
        Some(if utc {
            Self::Utc(wall)
        } else {
            Self::Wall(wall)
        })
    }

    /// Returns the written time in seconds, whatever its zone; midnight for a day.
    pub(super) fn written(self) -> i64 {
        match self {
            Self::Day(day) => day * DAY,
            Self::Wall(seconds) | Self::Utc(seconds) => seconds,
        }
    }
}

/// Reads exactly so many digits, with separators between them forgiven.
fn digits(text: &str, separator: char, count: usize) -> Option<i64> {
    let mut value = 0_i64;
    let mut seen = 0;
    for c in text.chars().filter(|c| *c != separator) {
        value = value * 10 + i64::from(c.to_digit(10)?);
        seen += 1;
        if seen > count {
            return None;
        }
    }
    (seen == count).then_some(value)
}

/// Returns the days from 1970-01-01 to a date.
pub(super) fn day_of_date(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

/// Returns the date that many days after 1970-01-01, within the years -9999 to 9999.
pub(super) fn date_of_day(day: i64) -> Option<Date> {
    let days = i32::try_from(day).ok()?;
    Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

/// Returns the civil date and time of wall seconds from 1970-01-01 00:00.
pub(super) fn civil(wall: i64) -> Option<DateTime> {
    let date = date_of_day(wall.div_euclid(DAY))?;
    let second = wall.rem_euclid(DAY);
    let part = |value: i64| i8::try_from(value).ok();
    Some(date.at(
        part(second / 3600)?,
        part(second / 60 % 60)?,
        part(second % 60)?,
        0,
    ))
}

/// A length of time: days as the calendar counts them and seconds as a clock does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) days: i64,
    pub(super) seconds: i64,
}

/// The longest length that is believed, in days.
const LONGEST: i64 = 3_660;

impl Length {
    /// Reads `PT1H30M`, `P1D`, `P2W`; nothing for a negative or absurd length.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let body = text
            .strip_prefix('+')
            .unwrap_or(text)
            .strip_prefix(['P', 'p'])?;
        let mut length = Self {
            days: 0,
            seconds: 0,
        };
        let mut number = None;
        let mut in_time = false;
        for c in body.chars() {
            if let Some(digit) = c.to_digit(10) {
                number = Some(
                    number
                        .unwrap_or(0_i64)
                        .checked_mul(10)?
                        .checked_add(i64::from(digit))?,
                );
                continue;
            }
            if matches!((c, in_time, number), ('T' | 't', false, None)) {
                in_time = true;
                continue;
            }
            let mut take = |unit: i64| number.take().and_then(|number| number.checked_mul(unit));
            match (c.to_ascii_uppercase(), in_time) {
                ('W', false) => length.days = length.days.checked_add(take(7)?)?,
                ('D', false) => length.days = length.days.checked_add(take(1)?)?,
                ('H', true) => length.seconds = length.seconds.checked_add(take(3600)?)?,
                ('M', true) => length.seconds = length.seconds.checked_add(take(60)?)?,
                ('S', true) => length.seconds = length.seconds.checked_add(take(1)?)?,
                _ => return None,
            }
        }
        let believable = length.days <= LONGEST && length.seconds <= LONGEST * DAY;
        (number.is_none() && believable).then_some(length)
    }
}

/// Reads an offset such as `+0200`, `-033000` or `+5:45`, in seconds east of UTC.
pub(super) fn parse_offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1, body),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let clean: String = body.chars().filter(|c| *c != ':').collect();
    let value: i64 = clean
        .parse()
        .ok()
        .filter(|_| clean.bytes().all(|b| b.is_ascii_digit()))?;
    let seconds = match clean.len() {
        1 | 2 => value * 3600,
        3 | 4 => value / 100 * 3600 + value % 100 * 60,
        6 => value / 10_000 * 3600 + value / 100 % 100 * 60 + value % 100,
        _ => return None,
    };
    (seconds < DAY).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_told_apart() {
        assert_eq!(Stamp::parse("19700102"), Some(Stamp::Day(1)));
        assert_eq!(Stamp::parse("19700101T000100"), Some(Stamp::Wall(60)));
        assert_eq!(Stamp::parse("1970-01-01T00:01:00Z"), Some(Stamp::Utc(60)));
    }

    #[test]
    fn what_is_no_date_is_nothing() {
        for text in [
            "",
            "Z",
            "T",
            "20260230",
            "2026030",
            "202603021",
            "20260302T",
            "20260302T1",
            "20260302T250000",
            "２０２６0302",
        ] {
            assert_eq!(Stamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn durations_keep_days_apart_from_hours() {
        assert_eq!(
            Length::parse("P1DT2H"),
            Some(Length {
                days: 1,
                seconds: 7200
            })
        );
        assert_eq!(
            Length::parse("P2W"),
            Some(Length {
                days: 14,
                seconds: 0
            })
        );
        for text in [
            "-PT1H",
            "P",
            "PT",
            "P99999999999999999999D",
            "P1H",
            "PT5",
            "1H",
        ] {
            let empty = Some(Length {
                days: 0,
                seconds: 0,
            });
            let got = Length::parse(text);
            assert!(got.is_none() || (got == empty && text.len() <= 2), "{text}");
        }
    }

    #[test]
    fn offsets_are_read_with_and_without_colon() {
        assert_eq!(parse_offset("-0330"), Some(-12_600));
        assert_eq!(parse_offset("+5:45"), Some(20_700));
        assert_eq!(parse_offset("+9900"), None);
    }
}
