//! From dates and hours to the windows on the clocks of a zone, and the words for them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::PhraseContext;
use super::error::PhraseError;
use super::extent::{DaysOnly, Extent};
use super::stretch::{Stretch, refuse};
use super::times::Slot;
use crate::when::{clock, told, wall, zone};

/// The most days of a stretch; what is beyond is left out, and said.
const MOST_DAYS: i64 = 92;

/// What is looked for once the words are read: dates, hours, a zone.
pub(super) struct Plan<'a> {
    pub(super) text: &'a str,
    pub(super) dates: Extent,
    pub(super) only: &'a DaysOnly,
    pub(super) hours: Option<Slot>,
    pub(super) zone: TimeZone,
    pub(super) context: &'a PhraseContext<'a>,
}

impl Plan<'_> {
    /// Lays the hours out on the days that count.
    pub(super) fn stretch(&self) -> Result<Stretch, PhraseError> {
        let mut found = Stretch::default();
        let mut date = self.dates.first;
        for _ in 0..MOST_DAYS {
            if date > self.dates.last {
                break;
            }
            if self.only.has(date) {
                match &self.hours {
                    None => found.windows.extend(
                        wall::day_start(date, &self.zone)
                            .map(|start| (start, wall::day_end(date, &self.zone))),
                    ),
                    Some(slot) if slot.end.is_some() => {
                        found.windows.extend(window(date, slot, &self.zone));
                    }
                    Some(slot) => found.starts.extend(at_minute(date, slot.start, &self.zone)),
                }
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        if found.windows.is_empty() && found.starts.is_empty() {
            return Err(refuse(self.text, "no day of it is left"));
        }
        found.words = self.words(&found);
        Ok(found)
    }

    /// The same hours on the other days that a single one may be, each as a phrase with this reading only.
    pub(super) fn other_days(&self, words: &str) -> Vec<String> {
        let Ok(reading) = super::read(words, self.context) else {
            return Vec::new();
        };
        let days = reading
            .others
            .iter()
            .map(|other| other.reading.start.date());
        let mut days: Vec<Date> = days.filter(|day| *day != self.dates.first).collect();
        days.dedup();
        let zone = zone::name(&self.zone);
        let at = |minute: i32| format!("{:02}:{:02}", minute / 60, minute % 60);
        let phrase = |day: Date| match &self.hours {
            Some(Slot {
                start,
                end: Some(end),
                ..
            }) => {
                format!("{day} {}-{} {zone}", at(*start), at(*end))
            }
            Some(slot) => format!("{day} {} {zone}", at(slot.start)),
            None => day.to_string(),
        };
        days.into_iter().map(phrase).collect()
    }

    /// How the words are understood: `next week -> Mon 7 Dec – Sun 13 Dec Los Angeles`.
    fn words(&self, found: &Stretch) -> String {
        let this_year = wall::date(self.context.now, &self.context.zone).year();
        let dated = |date: Date| match date.year() {
            year if year == this_year => clock::date_stamp(date),
            year => format!("{} {year}", clock::date_stamp(date)),
        };
        let (first, last) = (self.dates.first, self.dates.last);
        let mut words = format!("{} -> {}", self.text.trim(), dated(first));
        if last != first {
            words = format!("{words} – {}", dated(last));
        }
        let several = last != first;
        let each = if several { " each day" } else { "" };
        if let Some(slot) = &self.hours {
            let at = |minute: i32| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
            words = match slot.end {
                Some(end) => format!("{words}, {}–{}{each}", at(slot.start), at(end)),
                None => format!("{words}, {}{each}", at(slot.start)),
            };
        }
        words = format!("{words} {}", zone::city_name(&zone::name(&self.zone)));
        let home = &self.context.zone;
        if zone::name(home) != zone::name(&self.zone)
            && let Some(start) = found
                .windows
                .first()
                .map(|one| one.0)
                .or(found.starts.first().copied())
        {
            let today = wall::date(self.context.now, home);
            words = format!("{words}, from {}", told::moment_zoned(start, home, today));
        }
        format!("{words}{}", self.remarks())
    }

    /// What else is to be said: which days count, what is left out, what is doubtful.
    pub(super) fn remarks(&self) -> String {
        let mut remarks: Vec<String> = Vec::new();
        if self.only.0.len() < 7
            && let Some(days) = self.only.words()
        {
            remarks.push(format!("{days} only"));
        }
        let days = self.dates.last.duration_since(self.dates.first).as_hours() / 24 + 1;
        if days > MOST_DAYS {
            remarks.push(format!(
                "only the first {MOST_DAYS} of {days} days are looked at"
            ));
        }
        remarks.extend(self.dates.note.clone());
        remarks.extend(self.skipped());
        if remarks.is_empty() {
            String::new()
        } else {
            format!(" ({})", remarks.join("; "))
        }
    }

    /// A day on which the clocks skip the beginning or the end of the hours.
    fn skipped(&self) -> Option<String> {
        let slot = self.hours.as_ref()?;
        let mut date = self.dates.first;
        while date <= self.dates.last {
            for minute in [Some(slot.start), slot.end].into_iter().flatten() {
                let at = date
                    .at(0, 0, 0, 0)
                    .checked_add(SignedDuration::from_mins(i64::from(minute)))
                    .ok()?;
                if self.only.has(date) && wall::kind(at, &self.zone) == wall::WallKind::Skipped {
                    return Some(format!(
                        "{} does not exist in {}: the clocks go forward",
                        clock::wall_stamp(at),
                        zone::city_name(&zone::name(&self.zone))
                    ));
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }
}

fn at_minute(date: Date, minute: i32, zone: &TimeZone) -> Option<Timestamp> {
    let midnight = date.at(0, 0, 0, 0);
    let at = midnight.checked_add(SignedDuration::from_mins(i64::from(minute)));
    Some(wall::instant(at.ok()?, zone))
}

/// The hours of one date; nothing where its clock skips them whole.
pub(super) fn window(date: Date, slot: &Slot, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = at_minute(date, slot.start, zone)?;
    let end = at_minute(date, slot.end?, zone)?;
    (start < end).then_some((start, end))
}
