//! Wall clock to instant, with the gaps and folds of daylight saving.
//!
//! The rule is RFC 5545 section 3.3.5 (the same as Temporal's and jiff's `compatible`): a wall time
//! that happens twice means its first pass; a wall time that is skipped uses the offset before the
//! gap, so 02:30 shows as 03:30.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// How often a wall time happens in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallKind {
    /// Exactly once.
    Once,
    /// Never: the clock jumps over it.
    Skipped,
    /// Twice: the clock goes back; the second pass has this offset.
    Twice(Offset),
}

/// Tells whether a wall time happens once, never or twice in the zone.
pub fn kind(wall: DateTime, zone: &TimeZone) -> WallKind {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { .. } => WallKind::Once,
        AmbiguousOffset::Gap { .. } => WallKind::Skipped,
        AmbiguousOffset::Fold { after, .. } => WallKind::Twice(after),
    }
}

/// Converts a wall time to its instant by the rule of this module.
///
/// Wall times outside the range of [`Timestamp`] (years -9999 to 9999) become its nearest end.
pub fn instant(wall: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(wall).unwrap_or_else(|_| {
        if wall.year() < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        }
    })
}

/// Returns the first instant of a local date, which is not always 00:00 (São Paulo, 4 November
/// 2018: 01:00); `None` for a date that the zone skipped whole (Apia, 30 December 2011).
pub fn day_start(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let noon = zone.to_zoned(date.at(12, 0, 0, 0)).ok()?;
    if noon.date() != date {
        return None;
    }
    Some(noon.start_of_day().ok()?.timestamp())
}

/// Returns the instant at which a local date is over: the first instant of the next local date that
/// exists in the zone.
pub fn day_end(date: Date, zone: &TimeZone) -> Timestamp {
    // No zone ever skipped two dates in a row; three tries leave room.
    let mut next = date;
    for _ in 0..3 {
        let Ok(following) = next.tomorrow() else {
            return Timestamp::MAX;
        };
        next = following;
        if let Some(start) = day_start(next, zone) {
            return start;
        }
    }
    instant(next.at(0, 0, 0, 0), zone)
}

/// Returns the local date of an instant.
pub fn date(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as civil;

    use super::super::zone::load;
    use super::*;

    #[test]
    fn a_skipped_wall_time_shows_an_hour_later() {
        let zone = load("America/Los_Angeles").unwrap();
        let wall = civil(2026, 3, 8).at(2, 30, 0, 0);
        assert_eq!(kind(wall, &zone), WallKind::Skipped);
        assert_eq!(instant(wall, &zone).to_string(), "2026-03-08T10:30:00Z");
        assert_eq!(
            zone.to_datetime(instant(wall, &zone)),
            civil(2026, 3, 8).at(3, 30, 0, 0)
        );
    }

    #[test]
    fn a_doubled_wall_time_means_its_first_pass() {
        let zone = load("America/Los_Angeles").unwrap();
        let wall = civil(2026, 11, 1).at(1, 30, 0, 0);
        assert_eq!(kind(wall, &zone), WallKind::Twice(Offset::constant(-8)));
        assert_eq!(instant(wall, &zone).to_string(), "2026-11-01T08:30:00Z");
    }

    #[test]
    fn a_day_starts_at_its_first_instant() {
        let zone = load("America/Sao_Paulo").unwrap();
        let start = day_start(civil(2018, 11, 4), &zone).unwrap();
        assert_eq!(zone.to_datetime(start), civil(2018, 11, 4).at(1, 0, 0, 0));
        let end = day_end(civil(2018, 11, 3), &zone);
        assert_eq!(end, start);
    }

    #[test]
    fn a_skipped_date_has_no_start_and_ends_no_day() {
        let zone = load("Pacific/Apia").unwrap();
        assert_eq!(day_start(civil(2011, 12, 30), &zone), None);
        assert_eq!(
            day_end(civil(2011, 12, 29), &zone),
            day_start(civil(2011, 12, 31), &zone).unwrap()
        );
    }

    #[test]
    fn far_dates_do_not_fail() {
        let zone = load("Asia/Kathmandu").unwrap();
        assert_eq!(day_end(Date::MAX, &zone), Timestamp::MAX);
        let _ = instant(DateTime::MIN, &zone);
        let _ = instant(DateTime::MAX, &zone);
    }
}
