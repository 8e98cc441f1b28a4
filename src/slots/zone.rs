//! Time zones, and their offsets laid out over a span.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{Minute, SlotsError, Span};
use crate::when::tzdb;

/// Minutes of a local day.
pub(super) const DAY: i32 = 1440;

/// A time zone by its IANA name.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    time_zone: TimeZone,
}

impl Zone {
    /// Loads a zone from the database of the program ([`crate::when::tzdb`]).
    ///
    /// # Errors
    ///
    /// The database has no zone of that name (names are compared without case).
    pub fn load(name: &str) -> Result<Self, SlotsError> {
        Self::load_from(&tzdb::current().database, name)
    }

    /// Loads a zone from a given database, such as the system's; all zones of a session should come
    /// from the same one, for zones of the same name count as equal.
    ///
    /// # Errors
    ///
    /// As for [`Zone::load`].
    pub fn load_from(database: &TimeZoneDatabase, name: &str) -> Result<Self, SlotsError> {
        let time_zone = database.get(name).map_err(|_| SlotsError::UnknownZone {
            name: name.to_owned(),
        })?;
        let name = time_zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { name, time_zone })
    }

    /// Returns the IANA name, such as `America/Los_Angeles`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the rules of the zone.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// Returns the last part of the name with spaces, such as `Los Angeles`.
    pub fn city(&self) -> String {
        self.name
            .rsplit('/')
            .next()
            .unwrap_or(&self.name)
            .replace('_', " ")
    }

    /// Returns the offset from UTC at an instant in whole minutes, rounded down.
    pub fn offset_at(&self, minute: Minute) -> i32 {
        self.time_zone
            .to_offset(minute.timestamp())
            .seconds()
            .div_euclid(60)
    }

    /// Returns what a clock in the zone shows at an instant.
    pub fn wall_at(&self, minute: Minute) -> Wall {
        Wall::from_epoch(minute.get().saturating_add(self.offset_at(minute)))
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// What a clock on the wall shows: a date and a minute of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall {
    /// The local date.
    pub date: Date,
    /// Minutes after local midnight, 0 to 1439.
    pub minute: u16,
}

impl Wall {
    /// Reads minutes since 1970-01-01 00:00 on the wall itself.
    pub(super) fn from_epoch(minutes: i32) -> Self {
        let minute = u16::try_from(minutes.rem_euclid(DAY)).unwrap_or_default();
        Self {
            date: date_of_day(minutes.div_euclid(DAY)),
            minute,
        }
    }

    /// Returns the hour, 0 to 23.
    pub fn hour(self) -> u16 {
        self.minute / 60
    }
}

impl fmt::Display for Wall {
    /// Writes `2026-03-02 06:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.date, Clock(self.minute))
    }
}

/// A minute of the day, shown as `06:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock(pub(super) u16);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Returns the days from 1970-01-01 to a date.
pub(super) fn day_of_date(date: Date) -> i32 {
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    i32::try_from(days).unwrap_or_default()
}

/// Returns the date that many days after 1970-01-01.
pub(super) fn date_of_day(day: i32) -> Date {
    let seconds = i64::from(day) * 86_400;
    jiff::Timestamp::from_second(seconds).map_or(Date::MAX, |t| t.to_zoned(TimeZone::UTC).date())
}

/// Returns the day of the week of a day number, 0 for Monday.
pub(super) fn weekday_of_day(day: i32) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// The offset of a zone from some instant until the next run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetRun {
    /// The first second, UTC.
    pub(super) from: i64,
    /// Seconds east of UTC.
    pub(super) offset: i64,
}

impl OffsetRun {
    /// Returns the first whole minute of the run.
    pub(super) fn first_minute(self) -> Minute {
        let minute = -(-self.from).div_euclid(60);
        Minute::new(i32::try_from(minute).unwrap_or(if minute < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Returns what to add to an instant to read the wall clock, in minutes rounded down.
    pub(super) fn minutes(self) -> i32 {
        i32::try_from(self.offset.div_euclid(60)).unwrap_or_default()
    }
}

/// The offsets of one zone over a span with a margin, so that conversions are arithmetic.
#[derive(Clone, Debug)]
pub(super) struct Offsets {
    runs: Vec<OffsetRun>,
}

/// How far the offsets are known on both sides of the span asked for, in days.
const MARGIN_DAYS: i32 = 12;

impl Offsets {
    /// Lays out the offsets of a zone over a span and twelve days on both sides.
    pub(super) fn over(zone: &Zone, span: Span) -> Self {
        let reach = span.widen(MARGIN_DAYS * DAY, MARGIN_DAYS * DAY);
        let time_zone = zone.time_zone();
        let start = reach.start.timestamp();
        let first = i64::from(time_zone.to_offset(start).seconds());
        let mut runs = vec![OffsetRun {
            from: i64::MIN / 2,
            offset: first,
        }];
        for transition in time_zone.following(start) {
            if transition.timestamp() >= reach.end.timestamp() {
                break;
            }
            let offset = i64::from(transition.offset().seconds());
            if runs.last().is_none_or(|last| last.offset != offset) {
                runs.push(OffsetRun {
                    from: transition.timestamp().as_second(),
                    offset,
                });
            }
        }
        Self { runs }
    }

    /// Returns the runs in order of time.
    pub(super) fn runs(&self) -> &[OffsetRun] {
        &self.runs
    }

    /// Returns the run in force at an instant.
    fn run_at(&self, minute: Minute) -> OffsetRun {
        let second = i64::from(minute.get()) * 60;
        let after = self.runs.partition_point(|run| run.from <= second);
        self.runs[after.saturating_sub(1)]
    }

    /// Returns the minutes since 1970-01-01 00:00 that a wall clock shows at an instant.
    pub(super) fn wall(&self, minute: Minute) -> i32 {
        minute.get().saturating_add(self.run_at(minute).minutes())
    }

    /// Converts wall minutes to an instant as RFC 5545, 3.3.5: the first of two in a fold, and with
    /// the offset before the gap where the clock skips that time.
    pub(super) fn instant(&self, wall: i32) -> Minute {
        let wall = i64::from(wall) * 60;
        let mut before = self.runs[0].offset;
        for (index, run) in self.runs.iter().enumerate() {
            if wall < run.from.saturating_add(run.offset) {
                break;
            }
            before = run.offset;
            let next = self.runs.get(index + 1).map_or(i64::MAX, |next| next.from);
            if wall < next.saturating_add(run.offset) {
                break;
            }
        }
        let minutes = (wall - before).div_euclid(60);
        Minute::new(i32::try_from(minutes).unwrap_or(if minutes < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Returns the first instant whose local date is that day or later.
    pub(super) fn day_start(&self, day: i32) -> Minute {
        let wall = i64::from(day) * i64::from(DAY) * 60;
        for pair in self.runs.windows(2) {
            let (old, new) = (pair[0], pair[1]);
            // midnight lies in what this change skips
            if wall >= new.from + old.offset && wall < new.from + new.offset {
                return new.first_minute();
            }
        }
        self.instant(day.saturating_mul(DAY))
    }

    /// Tells whether a local date exists: Apia has no 30 December 2011.
    pub(super) fn day_exists(&self, day: i32) -> bool {
        self.wall(self.day_start(day)).div_euclid(DAY) == day
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Disambiguation;

    #[test]
    fn the_offsets_agree_with_jiff_around_every_change_of_awkward_zones() {
        let zones = [
            "America/Los_Angeles",
            "Australia/Lord_Howe",
            "Africa/Cairo",
            "Antarctica/Troll",
            "Pacific/Apia",
            "America/Sao_Paulo",
            "America/Havana",
            "Africa/Casablanca",
            "Asia/Kathmandu",
            "Pacific/Kiritimati",
            "Europe/London",
            "America/St_Johns",
            "Africa/Monrovia",
        ];
        for name in zones {
            let zone = Zone::load(name).unwrap();
            for year in [1971_i16, 1994, 2011, 2018, 2026, 2040] {
                let start = Minute::floor(
                    Date::constant(year, 1, 1)
                        .to_zoned(TimeZone::UTC)
                        .unwrap()
                        .timestamp(),
                );
                let offsets = Offsets::over(&zone, Span::lasting(start, 366 * DAY));
                for step in 0..(366 * 48) {
                    let wall = start.get() + step * 30;
                    let shown = Wall::from_epoch(wall);
                    let civil = shown.date.at(
                        i8::try_from(shown.hour()).unwrap(),
                        i8::try_from(shown.minute % 60).unwrap(),
                        0,
                        0,
                    );
                    let want = zone
                        .time_zone()
                        .to_ambiguous_timestamp(civil)
                        .disambiguate(Disambiguation::Compatible)
                        .unwrap();
                    assert_eq!(offsets.instant(wall), Minute::floor(want), "{name} {civil}");
                    let minute = Minute::new(wall);
                    assert_eq!(
                        offsets.wall(minute),
                        minute.get() + zone.offset_at(minute),
                        "{name} {minute}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_day_starts_where_the_skipped_midnight_ends() {
        let zone = Zone::load("America/Sao_Paulo").unwrap();
        let day = day_of_date(Date::constant(2018, 11, 4));
        let offsets = Offsets::over(&zone, Span::lasting(Minute::new(day * DAY), 0));
        assert_eq!(offsets.wall(offsets.day_start(day)), day * DAY + 60);
    }

    #[test]
    fn apia_has_no_30_december_2011() {
        let zone = Zone::load("Pacific/Apia").unwrap();
        let day = day_of_date(Date::constant(2011, 12, 30));
        let offsets = Offsets::over(&zone, Span::lasting(Minute::new(day * DAY), 0));
        assert!(
            offsets.day_exists(day - 1) && !offsets.day_exists(day) && offsets.day_exists(day + 1)
        );
    }

    #[test]
    fn dates_and_day_numbers_are_inverse() {
        for day in [-719_162, -1, 0, 1, 20_514, 400_000] {
            assert_eq!(day_of_date(date_of_day(day)), day);
        }
        assert_eq!(weekday_of_day(day_of_date(Date::constant(2026, 3, 2))), 0);
    }

    #[test]
    fn zone_names_are_read_without_case_and_unknown_ones_are_refused() {
        assert_eq!(Zone::load("europe/warsaw").unwrap().name(), "Europe/Warsaw");
        assert_eq!(
            Zone::load("America/Argentina/Buenos_Aires").unwrap().city(),
            "Buenos Aires"
        );
        assert!(Zone::load("Mars/Olympus").is_err());
    }
}
