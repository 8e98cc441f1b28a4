//! Short words for a screen: how old, how long, which day.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Tells how long ago `then` was: `now` (under a minute), `4m`, `3h`, `18d`, always rounded down.
///
/// A moment in the future (a sender's clock is wrong) has a plus sign: `+3h`.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs();
    let sign = if seconds < 0 { "+" } else { "" };
    match seconds.abs() {
        less if less < MINUTE => "now".to_owned(),
        less if less < HOUR => format!("{sign}{}m", less / MINUTE),
        less if less < DAY => format!("{sign}{}h", less / HOUR),
        more => format!("{sign}{}d", more / DAY),
    }
}

/// Tells how long ago `then` was, in words that end a sentence: `now`, `3h ago`.
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    let age = age(now, then);
    if age == "now" {
        age
    } else {
        format!("{age} ago")
    }
}

/// Tells how long is left until `then`: `1:10` (hours and minutes) under a day, else `2d`.
///
/// Time left is rounded down and time past (`-0:05`, `-3d`) away from zero, so nothing that is late
/// ever shows as `0:00`; late days are whole days.
pub fn left(now: Timestamp, then: Timestamp) -> String {
    let seconds = then.duration_since(now).as_secs();
    let late = then < now;
    let sign = if late { "-" } else { "" };
    let size = seconds.abs();
    if size >= DAY {
        return format!("{sign}{}d", size / DAY);
    }
    let minutes = if late {
        (size / MINUTE + i64::from(size % MINUTE > 0)).max(1)
    } else {
        size / MINUTE
    };
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

/// Writes a length of time with one unit, rounded down: `45m`, `7h`, from two days on `3d`.
pub fn rough(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    if minutes < 60 {
        format!("{minutes}m")
    } else if minutes < 48 * 60 {
        format!("{}h", minutes / 60)
    } else {
        format!("{}d", minutes / (24 * 60))
    }
}

/// Writes a length of time with its largest two units: `45m`, `1h 30m`, `2d 4h`.
pub fn length(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let sign = if seconds < 0 { "-" } else { "" };
    let size = seconds.abs();
    let (large, small) = if size >= DAY {
        ((size / DAY, "d"), (size % DAY / HOUR, "h"))
    } else if size >= HOUR {
        ((size / HOUR, "h"), (size % HOUR / MINUTE, "m"))
    } else {
        ((size / MINUTE, "m"), (0, ""))
    };
    match small {
        (0, _) => format!("{sign}{}{}", large.0, large.1),
        (rest, unit) => format!("{sign}{}{} {rest}{unit}", large.0, large.1),
    }
}

/// Writes an instant as weekday, date and time in a zone: `Tue 17 Nov 08:30`.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    wall_stamp(zone.to_datetime(at))
}

/// Writes a wall time as weekday, date and time: `Tue 17 Nov 08:30`.
pub fn wall_stamp(wall: DateTime) -> String {
    format!("{} {}", date_stamp(wall.date()), time(wall.time()))
}

/// Writes a wall time for a row below a heading that names the month: `Tue 17 08:30`.
pub fn day_stamp(wall: DateTime) -> String {
    let weekday = weekday_word(wall.date().weekday());
    format!("{weekday} {} {}", wall.day(), time(wall.time()))
}

/// Writes a date with its weekday: `Tue 17 Nov`.
pub fn date_stamp(date: Date) -> String {
    format!("{} {}", weekday_word(date.weekday()), day_month(date))
}

/// Writes a date without its weekday: `17 Nov`.
pub fn day_month(date: Date) -> String {
    format!("{} {}", date.day(), month_word(date.month()))
}

/// Writes a time of day with 24 hours: `08:30`.
pub fn time(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Writes the wall time of an instant in a zone: `08:30`.
pub fn time_of(at: Timestamp, zone: &TimeZone) -> String {
    time(zone.to_datetime(at).time())
}

/// Names a date as seen from `today`: `today`, `tomorrow`, `yesterday`, the weekday within the next
/// six days, else `17 Nov`, with the year where it differs.
pub fn day_word(date: Date, today: Date) -> String {
    match date.duration_since(today).as_secs() / DAY {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2..=6 => weekday_word(date.weekday()).to_owned(),
        _ if date.year() == today.year() => day_month(date),
        _ => format!("{} {}", day_month(date), date.year()),
    }
}

/// Shortens a weekday: `Tue`.
pub fn weekday_word(weekday: Weekday) -> &'static str {
    usize::try_from(weekday.to_monday_zero_offset())
        .ok()
        .and_then(|offset| WEEKDAYS.get(offset))
        .copied()
        .unwrap_or_default()
}

fn month_word(month: i8) -> &'static str {
    usize::try_from(month - 1)
        .ok()
        .and_then(|offset| MONTHS.get(offset))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::zone::load;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ago(seconds: i64) -> String {
        let now = at("2026-11-23T15:42:00Z");
        age(now, now - SignedDuration::from_secs(seconds))
    }

    fn until(seconds: i64) -> String {
        let now = at("2026-11-23T15:42:00Z");
        left(now, now + SignedDuration::from_secs(seconds))
    }

    #[test]
    fn ages_are_one_unit_rounded_down() {
        assert_eq!(ago(0), "now");
        assert_eq!(ago(59), "now");
        assert_eq!(ago(4 * 60 + 59), "4m");
        assert_eq!(ago(3 * 3600 + 3599), "3h");
        assert_eq!(ago(18 * 86_400 + 5), "18d");
        assert_eq!(ago(-3 * 3600), "+3h");
    }

    #[test]
    fn time_left_is_a_clock_and_then_days() {
        assert_eq!(until(70 * 60), "1:10");
        assert_eq!(until(40 * 60 + 59), "0:40");
        assert_eq!(until(11 * 3600 + 30 * 60), "11:30");
        assert_eq!(until(2 * 86_400 + 7200), "2d");
        assert_eq!(until(30), "0:00");
    }

    #[test]
    fn lateness_never_shows_as_zero() {
        assert_eq!(until(-1), "-0:01");
        assert_eq!(until(-60), "-0:01");
        assert_eq!(until(-61), "-0:02");
        assert_eq!(until(-3 * 86_400 - 5), "-3d");
    }

    #[test]
    fn lengths_have_two_units() {
        assert_eq!(length(SignedDuration::from_mins(45)), "45m");
        assert_eq!(length(SignedDuration::from_mins(90)), "1h 30m");
        assert_eq!(length(SignedDuration::from_hours(52)), "2d 4h");
        assert_eq!(length(SignedDuration::from_hours(-48)), "-2d");
    }

    #[test]
    fn stamps_carry_weekday_and_date() {
        let zone = load("America/Los_Angeles").unwrap();
        assert_eq!(stamp(at("2026-11-17T16:30:00Z"), &zone), "Tue 17 Nov 08:30");
        assert_eq!(time_of(at("2026-11-17T16:30:00Z"), &zone), "08:30");
    }

    #[test]
    fn days_are_named_as_seen_from_today() {
        let today = date(2026, 11, 23);
        assert_eq!(day_word(today, today), "today");
        assert_eq!(day_word(date(2026, 11, 24), today), "tomorrow");
        assert_eq!(day_word(date(2026, 11, 22), today), "yesterday");
        assert_eq!(day_word(date(2026, 11, 29), today), "Sun");
        assert_eq!(day_word(date(2026, 11, 30), today), "30 Nov");
        assert_eq!(day_word(date(2026, 11, 17), today), "17 Nov");
        assert_eq!(day_word(date(2027, 1, 5), today), "5 Jan 2027");
    }
}
