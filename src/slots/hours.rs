//! When a person can be met: windows by weekday in three layers, days off and overrides.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::cost::Curve;
use super::zone::{DAY, Offsets, date_of_day, day_of_date, weekday_of_day};
use super::{CostSplit, SlotsError, Span, SpanSet, Weights, Zone};

/// A window of wall time that belongs to the local date on which it starts.
///
/// An end before the start means the next day; equal ends mean an empty window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    start: u16,
    end: u16,
}

/// The latest wall time a window may name: the end of the day after.
const LATEST: u16 = 48 * 60;

impl Window {
    /// Makes a window from minutes after local midnight; 1440 is the next midnight.
    pub fn new(start: u16, end: u16) -> Self {
        Self {
            start: start.min(LATEST),
            end: end.min(LATEST),
        }
    }

    /// Reads two wall times such as `09:00` and `24:00`.
    ///
    /// # Errors
    ///
    /// One of the texts is no wall time.
    pub fn parse(start: &str, end: &str) -> Result<Self, SlotsError> {
        Ok(Self {
            start: parse_wall_time(start)?,
            end: parse_wall_time(end)?,
        })
    }

    /// Returns the minutes after the midnight of its date at which it starts and ends.
    fn bounds(self) -> Option<(i32, i32)> {
        let (start, end) = (i32::from(self.start), i32::from(self.end));
        match start.cmp(&end) {
            std::cmp::Ordering::Less => Some((start, end)),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some((start, end + DAY)),
        }
    }
}

/// Reads a wall time such as `09:30` as minutes after midnight; `24:00` is allowed.
pub(super) fn parse_wall_time(text: &str) -> Result<u16, SlotsError> {
    let bad = || SlotsError::WallTime {
        text: text.to_owned(),
    };
    let (hours, minutes) = text.trim().split_once(':').ok_or_else(bad)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return Err(bad());
    }
    let hours: u16 = hours.parse().map_err(|_| bad())?;
    let minutes: u16 = minutes.parse().map_err(|_| bad())?;
    if minutes > 59 || hours > 48 {
        return Err(bad());
    }
    let total = hours * 60 + minutes;
    if total > LATEST {
        Err(bad())
    } else {
        Ok(total)
    }
}

/// The windows of each weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekWindows([Vec<Window>; 7]);

impl WeekWindows {
    /// Makes a week without windows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a week with one window from Monday to Friday.
    pub fn weekdays(window: Window) -> Self {
        let mut week = Self::new();
        for day in &mut week.0[..5] {
            day.push(window);
        }
        week
    }

    /// Makes a week with one window on every day.
    pub fn every_day(window: Window) -> Self {
        Self(std::array::from_fn(|_| vec![window]))
    }

    /// Adds a window to a weekday.
    #[must_use]
    pub fn with(mut self, weekday: Weekday, window: Window) -> Self {
        self.push(weekday.to_monday_zero_offset(), window);
        self
    }

    /// Adds a window to a weekday counted from Monday = 0; other numbers are ignored.
    pub(super) fn push(&mut self, weekday: i8, window: Window) {
        if let Some(day) = usize::try_from(weekday)
            .ok()
            .and_then(|day| self.0.get_mut(day))
        {
            day.push(window);
        }
    }

    fn on(&self, weekday: usize) -> &[Window] {
        self.0.get(weekday).map_or(&[], Vec::as_slice)
    }
}

/// A person's zone, three layers of windows, days off and overrides.
///
/// *Acceptable* is the hard limit and defaults to *working*; *preferred* costs nothing and defaults
/// to *working* too. Weekdays and dates are the person's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    /// The zone in which all windows and dates are read.
    pub zone: Zone,
    /// The ordinary hours.
    pub working: WeekWindows,
    /// The hours that cost nothing, if they are not the working hours.
    pub preferred: Option<WeekWindows>,
    /// The hours at which a meeting is possible at all, if they are not the working hours.
    pub acceptable: Option<WeekWindows>,
    /// Local dates without any meeting, with the reason (a holiday's name) or an empty text.
    pub days_off: BTreeMap<Date, String>,
    /// Windows that replace a date's working and acceptable ones; the preferred ones stay.
    pub overrides: BTreeMap<Date, Vec<Window>>,
}

impl Hours {
    /// Makes hours with working windows only.
    pub fn new(zone: Zone, working: WeekWindows) -> Self {
        Self {
            zone,
            working,
            preferred: None,
            acceptable: None,
            days_off: BTreeMap::new(),
            overrides: BTreeMap::new(),
        }
    }

    /// Sets the windows that cost nothing.
    #[must_use]
    pub fn preferring(mut self, windows: WeekWindows) -> Self {
        self.preferred = Some(windows);
        self
    }

    /// Sets the windows at which a meeting is possible at all.
    #[must_use]
    pub fn accepting(mut self, windows: WeekWindows) -> Self {
        self.acceptable = Some(windows);
        self
    }

    /// Lays out when a meeting is possible at all, within a span.
    pub fn acceptable_within(&self, span: Span) -> SpanSet {
        let offsets = Offsets::over(&self.zone, span);
        Layers::over(self, &offsets, span)
            .acceptable
            .intersect(&SpanSet::from_spans(vec![span]))
    }

    /// Works out what a span costs the person with the default weights, whether they would accept it or not.
    pub fn cost(&self, span: Span) -> CostSplit {
        let around = span.widen(DAY, DAY);
        let offsets = Offsets::over(&self.zone, around);
        let layers = Layers::over(self, &offsets, around);
        Curve::over(&layers, &offsets, Weights::default(), around).split(span)
    }

    /// Adds days off with their names, such as the public holidays of a country.
    #[must_use]
    pub fn without<N: Into<String>>(mut self, days: impl IntoIterator<Item = (Date, N)>) -> Self {
        self.days_off
            .extend(days.into_iter().map(|(date, name)| (date, name.into())));
        self
    }
}

/// The three layers of one person's hours as instants.
#[derive(Clone, Debug)]
pub(super) struct Layers {
    pub(super) preferred: SpanSet,
    pub(super) working: SpanSet,
    pub(super) acceptable: SpanSet,
    /// The whole local dates without meetings.
    pub(super) closed: SpanSet,
}

impl Layers {
    /// Lays the windows out over a span.
    pub(super) fn over(hours: &Hours, offsets: &Offsets, span: Span) -> Self {
        let closed: SpanSet = hours
            .days_off
            .keys()
            .map(|&date| day_of_date(date))
            .filter(|&day| near(day, offsets, span))
            .map(|day| Span::new(offsets.day_start(day), offsets.day_start(day + 1)))
            .collect();
        let lay = |week: &WeekWindows, overrides: Overrides| {
            windows(hours, week, overrides, offsets, span).subtract(&closed)
        };
        let working = lay(&hours.working, Overrides::Apply);
        let acceptable = match &hours.acceptable {
            Some(week) => lay(week, Overrides::Apply),
            None => working.clone(),
        };
        let preferred = match &hours.preferred {
            Some(week) => lay(week, Overrides::Ignore),
            None if hours.overrides.is_empty() => working.clone(),
            None => lay(&hours.working, Overrides::Ignore),
        };
        Self {
            preferred,
            working,
            acceptable,
            closed,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Overrides {
    Apply,
    Ignore,
}

/// Tells whether windows that start on a local day can reach into a span: a window lasts two days at
/// most, and a day starts within two days of the same day in UTC.
fn near(day: i32, offsets: &Offsets, span: Span) -> bool {
    first_day(offsets, span) <= day && day <= last_day(offsets, span)
}

fn first_day(offsets: &Offsets, span: Span) -> i32 {
    offsets.wall(span.start).div_euclid(DAY) - 3
}

fn last_day(offsets: &Offsets, span: Span) -> i32 {
    offsets.wall(span.end).div_euclid(DAY) + 2
}

fn windows(
    hours: &Hours,
    week: &WeekWindows,
    overrides: Overrides,
    offsets: &Offsets,
    span: Span,
) -> SpanSet {
    let mut out = Vec::new();
    for day in first_day(offsets, span)..=last_day(offsets, span) {
        let date = date_of_day(day);
        if hours.days_off.contains_key(&date) || !offsets.day_exists(day) {
            continue;
        }
        let replaced = match overrides {
            Overrides::Apply => hours.overrides.get(&date),
            Overrides::Ignore => None,
        };
        let list = replaced.map_or_else(|| week.on(weekday_of_day(day)), Vec::as_slice);
        for (start, end) in list.iter().filter_map(|window| window.bounds()) {
            let midnight = day.saturating_mul(DAY);
            let window = Span::new(
                offsets.instant(midnight + start),
                offsets.instant(midnight + end),
            );
            out.push(window);
        }
    }
    SpanSet::from_spans(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Minute;

    fn laid(hours: &Hours, from: &str, to: &str) -> Vec<String> {
        let span = Span::parse(from, to).unwrap();
        let offsets = Offsets::over(&hours.zone, span);
        let set: SpanSet = [span].into_iter().collect();
        Layers::over(hours, &offsets, span)
            .acceptable
            .intersect(&set)
            .spans()
            .iter()
            .map(|s| format!("{} {}", s.start, s.end))
            .collect()
    }

    fn week(zone: &str, start: &str, end: &str) -> Hours {
        Hours::new(
            Zone::load(zone).unwrap(),
            WeekWindows::every_day(Window::parse(start, end).unwrap()),
        )
    }

    #[test]
    fn a_window_over_midnight_loses_its_tail_on_a_day_off() {
        let hours =
            week("Asia/Shanghai", "22:00", "02:00").without([(Date::constant(2026, 3, 3), "")]);
        assert_eq!(
            laid(&hours, "2026-03-02T00:00Z", "2026-03-05T00:00Z"),
            [
                "2026-03-02T14:00Z 2026-03-02T16:00Z",
                "2026-03-04T14:00Z 2026-03-04T18:00Z"
            ]
        );
    }

    #[test]
    fn a_window_that_the_skipped_hour_swallows_is_empty() {
        let hours = week("America/Los_Angeles", "02:30", "03:30");
        assert_eq!(
            laid(&hours, "2026-03-08T00:00Z", "2026-03-09T00:00Z"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_override_replaces_what_is_acceptable() {
        let mut hours = week("UTC", "09:00", "18:00");
        hours.overrides.insert(
            Date::constant(2026, 3, 3),
            vec![Window::parse("10:00", "12:00").unwrap()],
        );
        assert_eq!(
            laid(&hours, "2026-03-03T00:00Z", "2026-03-04T00:00Z"),
            ["2026-03-03T10:00Z 2026-03-03T12:00Z"]
        );
    }

    #[test]
    fn bad_wall_times_are_refused() {
        for text in ["", "9", "24:60", "49:00", "-1:00", "ab:cd", "48:01"] {
            assert!(Window::parse(text, "10:00").is_err(), "{text}");
        }
        assert!(Window::parse("9:05", "24:00").is_ok());
        assert_eq!(Minute::new(0).get(), 0);
    }
}
