//! A reading as text for people and as JSON for programs.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Anchor, Precision, Reading, Wall};
use crate::when::{clock, told, wall, zone};

/// Writes what a phrase means in its own zone and at home, for the line under the input:
/// `next tue 4-6pm SGT -> Tue 10 Mar 16:00-18:00 Singapore = Tue 10 Mar 01:00-03:00 LA`.
///
/// A year is shown where it is not the present one.
pub fn echo(reading: &Reading, home: &TimeZone) -> String {
    format!("{} -> {}", reading.text, meaning(reading, home))
}

/// Writes a reading as a phrase that has this reading only: `2026-03-17 16:00-18:00 Asia/Singapore`.
///
/// An instant that is told apart from another of the same wall time is written in UTC.
pub fn exact(reading: &Reading) -> String {
    let zone = zone::name(&reading.zone);
    if let (Anchor::Instant(at), None) = (reading.anchor, reading.end)
        && wall::instant(reading.zone.to_datetime(at), &reading.zone) != at
    {
        return at.to_string();
    }
    match (reading.start, reading.end) {
        (Wall::Day(day), None) => day.to_string(),
        (Wall::Day(day), Some(last)) => format!("{day} to {}", last.date()),
        (Wall::Minute(at), Some(Wall::Minute(end))) if end.date() == at.date() => format!(
            "{} {}-{} {zone}",
            at.date(),
            clock::time(at.time()),
            clock::time(end.time())
        ),
        (Wall::Minute(at), _) => format!("{} {} {zone}", at.date(), clock::time(at.time())),
    }
}

/// Names the other readings as shortly as tells them apart from the taken one: `Tue 17 Mar`, `20:00`.
pub fn other_labels(reading: &Reading) -> Vec<String> {
    reading
        .others
        .iter()
        .map(|other| label(reading, &other.reading))
        .collect()
}

/// Renders a reading as JSON: `text`, `start`, `end`, `zone`, `precision`, `instant`, `anchor`,
/// `ambiguous` and `others` (with `why`).
///
/// Start and end are wall times (`2026-03-10T16:00` or `2026-03-10`) in `zone`; `instant` is in UTC.
pub fn to_json(reading: &Reading) -> Value {
    let mut value = plain_json(reading);
    let others: Vec<Value> = reading
        .others
        .iter()
        .map(|other| {
            let mut value = plain_json(&other.reading);
            value["why"] = json!(other.why);
            value
        })
        .collect();
    value["text"] = json!(reading.text);
    value["ambiguous"] = json!(reading.ambiguous);
    value["others"] = Value::Array(others);
    value
}

fn plain_json(reading: &Reading) -> Value {
    json!({
        "start": iso(reading.start),
        "end": reading.end.map(iso),
        "zone": zone::name(&reading.zone),
        "precision": match reading.precision() {
            Precision::Date => "date",
            Precision::Minute => "minute",
        },
        "instant": reading.instant().to_string(),
        "anchor": match reading.anchor {
            Anchor::Wall => "wall",
            Anchor::Instant(_) => "instant",
        },
    })
}

fn iso(wall: Wall) -> String {
    match wall {
        Wall::Day(date) => date.to_string(),
        Wall::Minute(at) => format!("{}T{}", at.date(), clock::time(at.time())),
    }
}

/// Says what a reading means, the weekday first: `Tue 17 Mar 16:00 Singapore = Tue 17 Mar 01:00 LA`.
pub fn meaning(reading: &Reading, home: &TimeZone) -> String {
    let this_year = wall::date(reading.as_of, home).year();
    let there = zone::name(&reading.zone);
    let here = zone::name(home);
    let written = match (reading.start, reading.end) {
        (Wall::Minute(start), Some(Wall::Minute(end))) => stretch(start, end, this_year),
        (Wall::Day(start), Some(last)) => {
            format!(
                "{} - {}",
                date(start, this_year),
                date(last.date(), this_year)
            )
        }
        (Wall::Minute(at), _) => minute(at, this_year),
        (Wall::Day(day), _) => date(day, this_year),
    };
    if there == here {
        return format!("{written} {}", zone::short_name(&here));
    }
    let start = home.to_datetime(reading.instant());
    let end = home.to_datetime(reading.end_instant());
    let at_home = match (reading.start, reading.end) {
        (Wall::Minute(_), None) => minute(start, this_year),
        (Wall::Minute(_), Some(_)) | (Wall::Day(_), _) => stretch(start, end, this_year),
    };
    format!(
        "{written} {} = {at_home} {}",
        zone::city_name(&there),
        zone::short_name(&here)
    )
}

fn date(date: Date, this_year: i16) -> String {
    let stamp = clock::date_stamp(date);
    if date.year() == this_year {
        stamp
    } else {
        format!("{stamp} {}", date.year())
    }
}

fn minute(at: DateTime, this_year: i16) -> String {
    format!("{} {}", date(at.date(), this_year), clock::time(at.time()))
}

fn stretch(start: DateTime, end: DateTime, this_year: i16) -> String {
    if start.date() == end.date() {
        format!("{}-{}", minute(start, this_year), clock::time(end.time()))
    } else {
        format!("{} - {}", minute(start, this_year), minute(end, this_year))
    }
}

fn label(taken: &Reading, other: &Reading) -> String {
    let mut parts = Vec::new();
    let time = |wall: Wall| match wall {
        Wall::Day(_) => None,
        Wall::Minute(at) => Some(clock::time(at.time())),
    };
    let day = other.start.date();
    if taken.start.date() != day {
        // The year of the taken one may be seen, that of the other one is only where it is plain.
        let this_year = wall::date(taken.as_of, &taken.zone).year();
        let plain = [taken.start.date().year(), this_year] == [day.year(); 2];
        let stamp = clock::date_stamp(day);
        parts.push(if plain {
            stamp
        } else {
            format!("{stamp} {}", day.year())
        });
    }
    let elsewhere = taken.zone != other.zone;
    if time(taken.start) != time(other.start) || parts.is_empty() || elsewhere {
        parts.extend(time(other.start));
    }
    if elsewhere {
        parts.push(zone::city_name(&zone::name(&other.zone)));
    } else if let Some(offset) = told::twice(other.instant(), &other.zone)
        && matches!(other.start, Wall::Minute(_))
    {
        // The same time comes twice on that day.
        parts.push(format!("({offset})"));
    }
    parts.join(" ")
}
