//! Times as a screen tells them: weekday, date and time, the year where it is not this one, and the offset where a
//! clock shows the same time twice.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::wall::{WallKind, kind};
use super::{clock, zone};

/// Writes a date with its weekday, and its year where that is not the year of `today`: `Tue 17 Nov`, `Wed 6 Jan 2027`.
pub fn date(date: Date, today: Date) -> String {
    let stamp = clock::date_stamp(date);
    if date.year() == today.year() {
        stamp
    } else {
        format!("{stamp} {}", date.year())
    }
}

/// Writes the time of day in a zone; in an hour that comes twice with the offset that tells the passes apart:
/// `01:30 (UTC-7)`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    match twice(at, zone) {
        Some(offset) => format!("{} ({offset})", clock::time_of(at, zone)),
        None => clock::time_of(at, zone),
    }
}

/// Writes weekday, date and time in a zone that is named beside it: `Tue 17 Nov 08:30`, `Wed 6 Jan 2027 17:00`.
pub fn moment(at: Timestamp, zone: &TimeZone, today: Date) -> String {
    let local = zone.to_datetime(at);
    format!("{} {}", date(local.date(), today), time(at, zone))
}

/// Writes weekday, date, time and zone: `Tue 17 Nov 08:30 LA`, `Sun 1 Nov 01:30 LA (UTC-7)`.
pub fn moment_zoned(at: Timestamp, zone: &TimeZone, today: Date) -> String {
    let local = zone.to_datetime(at);
    let short = zone::short_name(&zone::name(zone));
    let day = date(local.date(), today);
    let clock = clock::time(local.time());
    match twice(at, zone) {
        Some(offset) => format!("{day} {clock} {short} ({offset})"),
        None => format!("{day} {clock} {short}"),
    }
}

/// Writes the day of a time that stands beside another one whose whole date is seen: `Thu 19`, and the month where it
/// is another one: `Tue 1 Dec`. The two are at most a day apart, so the year is plain.
pub fn day_beside(date: Date, lead: Date) -> String {
    if (date.year(), date.month()) == (lead.year(), lead.month()) {
        format!("{} {}", clock::weekday_word(date.weekday()), date.day())
    } else {
        clock::date_stamp(date)
    }
}

/// Writes a time beside another one of the same instant whose whole date is seen: `Thu 19 10:00`.
pub fn beside(at: Timestamp, zone: &TimeZone, lead: Date) -> String {
    let date = zone.to_datetime(at).date();
    format!("{} {}", day_beside(date, lead), time(at, zone))
}

/// Writes from when to when, the second date only where it is another one: `Tue 17 Nov 16:00–18:00`.
pub fn stretch(from: Timestamp, to: Timestamp, zone: &TimeZone, today: Date) -> String {
    let (first, last) = (zone.to_datetime(from).date(), zone.to_datetime(to).date());
    if first == last {
        format!("{}–{}", moment(from, zone, today), time(to, zone))
    } else {
        format!(
            "{} – {}",
            moment(from, zone, today),
            moment(to, zone, today)
        )
    }
}

/// Returns the offset of an instant whose wall time comes twice, as on the night on which clocks go back.
pub fn twice(at: Timestamp, zone: &TimeZone) -> Option<String> {
    let wall: DateTime = zone.to_datetime(at);
    matches!(kind(wall, zone), WallKind::Twice(_)).then(|| zone::offset_name(zone.to_offset(at)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as civil;

    use super::super::zone::load;
    use super::*;

    #[test]
    fn the_year_is_said_where_it_is_another_one_and_the_offset_where_a_time_comes_twice() {
        let la = load("America/Los_Angeles").unwrap();
        let today = civil(2026, 11, 17);
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        assert_eq!(
            moment_zoned(at("2026-11-19T02:00Z"), &la, today),
            "Wed 18 Nov 18:00 LA"
        );
        assert_eq!(
            moment(at("2027-01-07T01:00Z"), &la, today),
            "Wed 6 Jan 2027 17:00"
        );
        // 01:30 comes twice on 1 November 2026.
        assert_eq!(
            moment_zoned(at("2026-11-01T08:30Z"), &la, today),
            "Sun 1 Nov 01:30 LA (UTC-7)"
        );
        assert_eq!(
            moment(at("2026-11-01T09:30Z"), &la, today),
            "Sun 1 Nov 01:30 (UTC-8)"
        );
        assert_eq!(time(at("2026-11-01T10:30Z"), &la), "02:30");
    }

    #[test]
    fn beside_a_whole_date_the_month_is_said_where_it_is_another_one() {
        let shanghai = load("Asia/Shanghai").unwrap();
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        assert_eq!(
            beside(at("2026-11-19T02:00Z"), &shanghai, civil(2026, 11, 18)),
            "Thu 19 10:00"
        );
        assert_eq!(
            beside(at("2026-12-01T01:00Z"), &shanghai, civil(2026, 11, 30)),
            "Tue 1 Dec 09:00"
        );
    }

    #[test]
    fn a_stretch_over_midnight_has_both_dates() {
        let la = load("America/Los_Angeles").unwrap();
        let today = civil(2026, 11, 17);
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        assert_eq!(
            stretch(at("2026-11-19T02:00Z"), at("2026-11-19T03:00Z"), &la, today),
            "Wed 18 Nov 18:00–19:00"
        );
        assert_eq!(
            stretch(at("2026-11-19T07:30Z"), at("2026-11-19T08:30Z"), &la, today),
            "Wed 18 Nov 23:30 – Thu 19 Nov 00:30"
        );
    }
}
