//! The days around the morning: the evening before, dawn, today in Los Angeles and the UTC days of the figures.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

/// The zone in which Ana and her team live.
pub(super) const HOME: &str = "America/Los_Angeles";

/// The moments that the morning is arranged around.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// The moment at which the console is opened.
    pub(super) now: Timestamp,
    /// The zone of Los Angeles.
    pub(super) home: TimeZone,
    /// The civil date in Los Angeles.
    pub(super) today: Date,
    /// 18:40 of the evening before: up to here the inbox had been emptied.
    pub(super) evening: Timestamp,
    /// 04:00 in Los Angeles, when Asia has gone home and the east coast gets up.
    pub(super) dawn: Timestamp,
    /// The last moment at which something arrived.
    pub(super) end: Timestamp,
    /// The last UTC day with figures: exports run a day behind.
    pub(super) last_day: Date,
}

impl Calendar {
    /// Arranges the days around this moment.
    pub(super) fn new(now: Timestamp) -> Self {
        let home = zone(HOME);
        let today = home.to_datetime(now).date();
        let end = before(now, SignedDuration::from_mins(4));
        let evening = instant(&home, days_from(today, -1).at(18, 40, 0, 0), now);
        let mut dawn = instant(&home, today.at(4, 0, 0, 0), now);
        if end.duration_since(dawn) < SignedDuration::from_mins(40) {
            // Opened in the night: keep the proportion of late and early messages.
            let span = end.duration_since(evening).as_secs();
            dawn = before(end, SignedDuration::from_secs(span * 14 / 100));
        }
        let last_day = days_from(TimeZone::UTC.to_datetime(now).date(), -1);
        Self {
            now,
            home,
            today,
            evening,
            dawn,
            end,
            last_day,
        }
    }

    /// Returns the date some days from today in Los Angeles.
    pub(super) fn day(&self, offset: i64) -> Date {
        days_from(self.today, offset)
    }

    /// Returns the instant of a local time in Los Angeles, some days from today.
    pub(super) fn local(&self, offset: i64, hour: i8, minute: i8) -> Timestamp {
        instant(
            &self.home,
            self.day(offset).at(hour, minute, 0, 0),
            self.now,
        )
    }

    /// Returns the instant this many minutes before now.
    pub(super) fn ago(&self, minutes: i64) -> Timestamp {
        before(self.now, SignedDuration::from_mins(minutes))
    }

    /// Returns the instant this many whole days and some minutes before now.
    pub(super) fn days_ago(&self, days: i64, minutes: i64) -> Timestamp {
        self.ago(days.saturating_mul(1440).saturating_add(minutes))
    }

    /// Returns the local date in Los Angeles of an instant.
    pub(super) fn date(&self, at: Timestamp) -> Date {
        self.home.to_datetime(at).date()
    }
}

/// Finds a zone; all names used here are in every database of zones.
pub(super) fn zone(name: &str) -> TimeZone {
    crate::when::zone::load(name).unwrap_or(TimeZone::UTC)
}

/// Returns the instant of a civil time in a zone, or `fallback` beyond the ends of the calendar.
pub(super) fn instant(zone: &TimeZone, civil: DateTime, fallback: Timestamp) -> Timestamp {
    civil
        .to_zoned(zone.clone())
        .map_or(fallback, |zoned| zoned.timestamp())
}

/// Returns an earlier instant, or the same one at the beginning of time.
pub(super) fn before(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(at)
}

/// Returns a later instant, or the same one at the end of time.
pub(super) fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

/// Returns a later instant by minutes.
pub(super) fn minutes_after(at: Timestamp, minutes: i64) -> Timestamp {
    after(at, SignedDuration::from_mins(minutes))
}

/// Returns the date some days away.
pub(super) fn days_from(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().try_days(days).unwrap_or_default())
}

/// Returns the first day of the month some months away.
pub(super) fn month_from(date: Date, months: i64) -> Date {
    date.first_of_month()
        .saturating_add(Span::new().try_months(months).unwrap_or_default())
}

/// Returns the whole days from one date to another.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// Returns the start of a UTC day.
pub(super) fn utc(date: Date) -> Timestamp {
    instant(&TimeZone::UTC, date.at(0, 0, 0, 0), Timestamp::UNIX_EPOCH)
}

/// Tells whether most offices are closed.
pub(super) fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Writes a date as people write it in a message of this language.
pub(super) fn written(date: Date, lang: &str) -> String {
    const ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    const ES: [&str; 7] = ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"];
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    match lang {
        "zh" => format!("{}月{}日（周{}）", date.month(), date.day(), ZH[weekday]),
        "es" => format!("{} {}/{}", ES[weekday], date.day(), date.month()),
        _ => date.strftime("%a %-d %b").to_string(),
    }
}

/// Writes the name of a month as people write it in a message of this language.
pub(super) fn month_name(date: Date, lang: &str) -> String {
    const ES: [&str; 12] = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    match lang {
        "zh" | "ja" => format!("{}月", date.month()),
        "es" => {
            let index = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
            ES[index.min(11)].to_owned()
        }
        _ => date.strftime("%B").to_string(),
    }
}
