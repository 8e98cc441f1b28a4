//! Working hours by weekday, and when they begin next.
//!
//! A window belongs to the local date on which it starts; an end before the start means the next
//! day. Each boundary is converted to an instant on its own; if the end then is not after the
//! start, the window is empty that day. A local date that does not exist has no windows.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use thiserror::Error;

use super::wall;

/// Minutes of a day; a window may end at this minute (24:00).
pub const MINUTES_OF_DAY: u16 = 1440;

/// A stretch of wall-clock time, half open, in minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    start: u16,
    end: u16,
}

/// Why a window of hours cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "hours `{text}`: a time of day goes from 00:00 to 24:00 and starts before 24:00; write 09:00-18:00"
)]
pub struct HoursError {
    text: String,
}

impl Window {
    /// Makes a window from minutes since midnight: `start` under 1440, `end` up to 1440.
    pub fn new(start: u16, end: u16) -> Result<Window, HoursError> {
        if start < MINUTES_OF_DAY && end <= MINUTES_OF_DAY {
            Ok(Window { start, end })
        } else {
            Err(HoursError {
                text: format!("{start}-{end}"),
            })
        }
    }

    /// Reads a window from `09:00` and `18:00`; `24:00` is allowed as the end.
    pub fn parse(start: &str, end: &str) -> Result<Window, HoursError> {
        let wrong = || HoursError {
            text: format!("{start}-{end}"),
        };
        let from = minute_of_day(start).ok_or_else(wrong)?;
        let to = minute_of_day(end).ok_or_else(wrong)?;
        Window::new(from, to).map_err(|_| wrong())
    }

    /// Returns the first minute.
    pub fn start(self) -> u16 {
        self.start
    }

    /// Returns the minute after the last; before [`Window::start`] when the window runs over
    /// midnight.
    pub fn end(self) -> u16 {
        self.end
    }

    /// Tells the instants of this window on a local date; `None` when it is empty that day.
    pub fn on(self, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        wall::day_start(date, zone)?;
        let start = wall::instant(at_minute(date, self.start)?, zone);
        let last_date = if self.end < self.start {
            date.tomorrow().ok()?
        } else {
            date
        };
        let end = wall::instant(at_minute(last_date, self.end)?, zone);
        (start < end).then_some((start, end))
    }
}

/// The windows of each weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekHours {
    days: [Vec<Window>; 7],
}

impl WeekHours {
    /// Makes hours without any window.
    pub fn new() -> WeekHours {
        WeekHours::default()
    }

    /// Makes hours with the same window from Monday to Friday.
    pub fn weekdays(window: Window) -> WeekHours {
        let mut hours = WeekHours::new();
        for day in hours.days.iter_mut().take(5) {
            day.push(window);
        }
        hours
    }

    /// Adds a window to a weekday; the windows of a day are kept in order of their start.
    pub fn add(&mut self, weekday: Weekday, window: Window) {
        if let Some(day) = self.days.get_mut(index(weekday)) {
            day.push(window);
            day.sort_unstable();
        }
    }

    /// Returns the windows of a weekday, in order of their start.
    pub fn on(&self, weekday: Weekday) -> &[Window] {
        self.days.get(index(weekday)).map_or(&[], Vec::as_slice)
    }

    /// Tells whether no weekday has a window.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }
}

/// Tells whether an instant lies within the hours of someone in `zone`, windows from the evening
/// before included.
pub fn is_within(at: Timestamp, zone: &TimeZone, hours: &WeekHours) -> bool {
    let today = wall::date(at, zone);
    [today.yesterday().ok(), Some(today)]
        .into_iter()
        .flatten()
        .flat_map(|date| {
            hours
                .on(date.weekday())
                .iter()
                .filter_map(move |window| window.on(date, zone))
        })
        .any(|(start, end)| start <= at && at < end)
}

/// Returns the next start of working time strictly after `at` ("their morning"); `None` when the
/// hours have no window within five weeks.
///
/// A window that touches or overlaps the one before it goes on, it does not start.
pub fn next_start(at: Timestamp, zone: &TimeZone, hours: &WeekHours) -> Option<Timestamp> {
    let today = wall::date(at, zone);
    for ahead in 0..35_i64 {
        let date = today.checked_add(Span::new().try_days(ahead).ok()?).ok()?;
        let next = hours
            .on(date.weekday())
            .iter()
            .filter_map(|window| window.on(date, zone))
            .map(|(start, _)| start)
            .filter(|start| *start > at && !runs_on(*start, zone, hours))
            .min();
        if next.is_some() {
            return next;
        }
    }
    None
}

/// Tells whether working time already ran just before this start.
fn runs_on(start: Timestamp, zone: &TimeZone, hours: &WeekHours) -> bool {
    start
        .checked_sub(jiff::SignedDuration::from_secs(1))
        .is_ok_and(|before| is_within(before, zone, hours))
}

fn index(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)
}

fn at_minute(date: Date, minute: u16) -> Option<DateTime> {
    if minute >= MINUTES_OF_DAY {
        return Some(date.tomorrow().ok()?.at(0, 0, 0, 0));
    }
    let hour = i8::try_from(minute / 60).ok()?;
    let rest = i8::try_from(minute % 60).ok()?;
    Some(date.at(hour, rest, 0, 0))
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |part: &str| {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= MINUTES_OF_DAY).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::super::zone::load;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn office() -> WeekHours {
        WeekHours::weekdays(Window::parse("09:00", "18:00").unwrap())
    }

    #[test]
    fn hours_are_half_open_and_local() {
        let zone = load("Asia/Singapore").unwrap();
        assert!(!is_within(at("2026-03-05T00:59:59Z"), &zone, &office()));
        assert!(is_within(at("2026-03-05T01:00:00Z"), &zone, &office()));
        assert!(!is_within(at("2026-03-05T10:00:00Z"), &zone, &office()));
        // Saturday
        assert!(!is_within(at("2026-03-07T03:00:00Z"), &zone, &office()));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_evening() {
        let zone = load("America/Los_Angeles").unwrap();
        let mut hours = WeekHours::new();
        hours.add(Weekday::Monday, Window::parse("20:00", "02:00").unwrap());
        // Tuesday 01:30 in Los Angeles is still Monday's window.
        assert!(is_within(at("2026-03-03T09:30:00Z"), &zone, &hours));
        assert!(!is_within(at("2026-03-03T10:00:00Z"), &zone, &hours));
        // Monday 01:30 is not.
        assert!(!is_within(at("2026-03-02T09:30:00Z"), &zone, &hours));
    }

    #[test]
    fn their_morning_skips_the_weekend() {
        let zone = load("Asia/Singapore").unwrap();
        // Friday 20:00 in Singapore: Monday 09:00.
        assert_eq!(
            next_start(at("2026-03-06T12:00:00Z"), &zone, &office()),
            Some(at("2026-03-09T01:00:00Z"))
        );
        // During work: the next day.
        assert_eq!(
            next_start(at("2026-03-05T01:00:00Z"), &zone, &office()),
            Some(at("2026-03-06T01:00:00Z"))
        );
        assert_eq!(
            next_start(at("2026-03-05T01:00:00Z"), &zone, &WeekHours::new()),
            None
        );
    }

    #[test]
    fn a_morning_in_the_gap_starts_when_the_clock_does() {
        let zone = load("America/Los_Angeles").unwrap();
        let mut hours = WeekHours::new();
        hours.add(Weekday::Sunday, Window::parse("02:30", "10:00").unwrap());
        let start = next_start(at("2026-03-08T00:00:00Z"), &zone, &hours).unwrap();
        assert_eq!(start, at("2026-03-08T10:30:00Z"));
        // A window that lies in the gap whole is empty: 02:00 and 02:30 both show after 03:00, but
        // 02:30 to 03:00 ends before it starts.
        let mut gone = WeekHours::new();
        gone.add(Weekday::Sunday, Window::parse("02:30", "03:00").unwrap());
        assert_eq!(
            next_start(at("2026-03-08T00:00:00Z"), &zone, &gone),
            Some(at("2026-03-15T09:30:00Z"))
        );
    }

    #[test]
    fn a_date_that_never_was_has_no_windows() {
        let zone = load("Pacific/Apia").unwrap();
        let mut hours = WeekHours::new();
        hours.add(Weekday::Friday, Window::parse("09:00", "18:00").unwrap());
        // Friday 30 December 2011 was skipped.
        let next = next_start(at("2011-12-29T00:00:00Z"), &zone, &hours).unwrap();
        assert_eq!(wall::date(next, &zone).to_string(), "2012-01-06");
    }

    #[test]
    fn touching_windows_are_one_stretch() {
        let zone = load("UTC").unwrap();
        let mut hours = WeekHours::new();
        hours.add(Weekday::Monday, Window::parse("22:00", "24:00").unwrap());
        hours.add(Weekday::Tuesday, Window::parse("00:00", "01:00").unwrap());
        assert_eq!(
            next_start(at("2026-03-02T23:00:00Z"), &zone, &hours),
            Some(at("2026-03-09T22:00:00Z"))
        );
    }

    #[test]
    fn wrong_hours_are_refused() {
        assert!(Window::parse("9", "18:00").is_err());
        assert!(Window::parse("24:00", "02:00").is_err());
        assert!(Window::parse("09:60", "18:00").is_err());
        assert!(Window::new(0, 1441).is_err());
        assert_eq!(Window::parse("9:00", "24:00").unwrap().end(), 1440);
    }
}
