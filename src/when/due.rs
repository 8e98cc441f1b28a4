//! Whether something is overdue, and since when.
//!
//! A due *date* has no time of day: it is overdue when the owner's local day has ended. A due *wall
//! time* belongs to a zone, and its instant is computed afresh each time, so a new time-zone
//! database moves it. A due *instant* (`in 72h`) is fixed.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::wall;

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// By the end of this date, wherever the owner is.
    Day(Date),
    /// At this wall time in this zone.
    Wall(DateTime, TimeZone),
    /// At this instant.
    Instant(Timestamp),
}

/// Returns the instant from which on something is overdue; a date ends in the owner's zone.
pub fn deadline(due: &Due, owner: &TimeZone) -> Timestamp {
    match due {
        Due::Day(date) => wall::day_end(*date, owner),
        Due::Wall(at, zone) => wall::instant(*at, zone),
        Due::Instant(at) => *at,
    }
}

/// Tells for how long something has been overdue at `now`; `None` while it is not.
///
/// The deadline itself already counts as overdue, by zero.
pub fn overdue_by(due: &Due, now: Timestamp, owner: &TimeZone) -> Option<SignedDuration> {
    let late = now.duration_since(deadline(due, owner));
    (!late.is_negative()).then_some(late)
}

/// Tells how long is left at `now`; `None` once it is overdue.
pub fn left(due: &Due, now: Timestamp, owner: &TimeZone) -> Option<SignedDuration> {
    let left = deadline(due, owner).duration_since(now);
    left.is_positive().then_some(left)
}

/// Counts the whole local days between a due date and today, for `11 d late`: zero on the day
/// itself, negative before it.
pub fn days_late(due: &Due, now: Timestamp, owner: &TimeZone) -> i32 {
    let day = match due {
        Due::Day(date) => *date,
        Due::Wall(..) | Due::Instant(_) => wall::date(deadline(due, owner), owner),
    };
    let seconds = wall::date(now, owner).duration_since(day).as_secs();
    i32::try_from(seconds / 86_400).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::zone::load;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_is_overdue_only_after_the_owners_day() {
        let owner = load("America/Los_Angeles").unwrap();
        let due = Due::Day(date(2026, 3, 4));
        // 23:59 on the day in Los Angeles; long the next day in Singapore.
        assert_eq!(overdue_by(&due, at("2026-03-05T07:59:00Z"), &owner), None);
        assert_eq!(
            overdue_by(&due, at("2026-03-05T08:00:00Z"), &owner),
            Some(SignedDuration::ZERO)
        );
        let singapore = load("Asia/Singapore").unwrap();
        assert_eq!(
            overdue_by(&due, at("2026-03-05T07:00:00Z"), &singapore),
            Some(SignedDuration::from_hours(15))
        );
    }

    #[test]
    fn the_day_of_the_change_has_23_hours() {
        let owner = load("America/Los_Angeles").unwrap();
        let saturday = deadline(&Due::Day(date(2026, 3, 7)), &owner);
        let sunday = deadline(&Due::Day(date(2026, 3, 8)), &owner);
        assert_eq!(
            sunday.duration_since(saturday),
            SignedDuration::from_hours(23)
        );
    }

    #[test]
    fn a_wall_time_is_converted_in_its_own_zone() {
        let owner = load("America/Los_Angeles").unwrap();
        let zone = load("Asia/Singapore").unwrap();
        let due = Due::Wall(date(2026, 3, 5).at(18, 0, 0, 0), zone);
        assert_eq!(deadline(&due, &owner), at("2026-03-05T10:00:00Z"));
        assert_eq!(
            left(&due, at("2026-03-05T09:00:00Z"), &owner),
            Some(SignedDuration::from_hours(1))
        );
        assert_eq!(left(&due, at("2026-03-05T10:00:00Z"), &owner), None);
    }

    #[test]
    fn days_late_are_local_days() {
        let owner = load("America/Los_Angeles").unwrap();
        let due = Due::Day(date(2026, 11, 12));
        assert_eq!(days_late(&due, at("2026-11-23T15:42:00Z"), &owner), 11);
        assert_eq!(days_late(&due, at("2026-11-13T07:00:00Z"), &owner), 0);
        assert_eq!(
            days_late(
                &Due::Instant(at("2026-11-23T01:00:00Z")),
                at("2026-11-23T15:42:00Z"),
                &owner
            ),
            1
        );
    }
}
