//! From what was said about the time of day to minutes, with every other sensible meaning.

use jiff::civil::Time;

use super::clock_rules::minute;
use super::said::{Clock, ClockTime, Form, Said};
use super::words::Part;
use super::{EndOfDay, Settings};

const MINUTES_OF_DAY: i32 = 1440;

/// A stretch of minutes counted from midnight of a date; past 1440 it lies on the next date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) start: i32,
    pub(super) end: Option<i32>,
    pub(super) why: String,
}

/// The time taken (first) and the other ones.
pub(super) struct Slots {
    pub(super) all: Vec<Slot>,
    pub(super) note: Option<String>,
}

impl Slots {
    fn sure(start: i32, end: Option<i32>) -> Slots {
        Slots {
            all: vec![slot(start, end, "")],
            note: None,
        }
    }
}

fn slot(start: i32, end: Option<i32>, why: impl Into<String>) -> Slot {
    Slot {
        start,
        end,
        why: why.into(),
    }
}

/// The times that were said, or `None` when only a day was.
pub(super) fn slots(said: &Said, settings: &Settings) -> Result<Option<Slots>, String> {
    let found = match (said.clock, said.part) {
        (None, None) => return Ok(None),
        (None, Some(part)) => part_alone(part, settings),
        (Some(Clock::At(hour)), None) => hour_alone(hour),
        (Some(Clock::At(hour)), Some(part)) => Slots::sure(within(hour, part)?, None),
        (Some(Clock::Span(start, end)), part) => stretch(start, end, part)?,
        (Some(Clock::Midnight), None) if said.day.is_some() => Slots {
            all: vec![
                slot(MINUTES_OF_DAY, None, ""),
                slot(0, None, "the midnight that begins the day"),
            ],
            note: Some("midnight is taken as the one that ends the day".to_owned()),
        },
        (Some(Clock::Midnight), None | Some(Part::Night)) => Slots::sure(MINUTES_OF_DAY, None),
        (Some(Clock::EndOfDay), None) => end_of_day(settings),
        (Some(Clock::CloseOfBusiness), None) => Slots::sure(of_day(settings.work_end), None),
        (Some(_), Some(_)) => return Err("two times of the day contradict each other".to_owned()),
    };
    Ok(Some(found))
}

fn of_day(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

fn written(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// The first of several times, the others as doubts.
fn one_of(times: &[i32], word: &str) -> Slots {
    let mut all: Vec<Slot> = Vec::new();
    for &time in times {
        if !all.iter().any(|known| known.start == time) {
            all.push(slot(time, None, format!("{word} as {}", written(time))));
        }
    }
    let others: Vec<String> = all.iter().skip(1).map(|slot| written(slot.start)).collect();
    let note = times.first().map(|taken| {
        format!(
            "{word} is taken as {}; others mean {}",
            written(*taken),
            others.join(" or ")
        )
    });
    Slots {
        note: note.filter(|_| !others.is_empty()),
        all,
    }
}

fn end_of_day(settings: &Settings) -> Slots {
    let work_end = of_day(settings.work_end);
    match settings.end_of_day {
        EndOfDay::LastMinute => one_of(&[1439, work_end, 17 * 60], "eod"),
        EndOfDay::WorkEnd => one_of(&[work_end, 1439, 17 * 60], "eod"),
    }
}

fn part_alone(part: Part, settings: &Settings) -> Slots {
    match part {
        Part::Small => one_of(&[3 * 60, 0], "凌晨"),
        Part::Morning => one_of(
            &[
                of_day(settings.morning),
                of_day(settings.work_start),
                8 * 60,
            ],
            "morning",
        ),
        Part::Midday => Slots::sure(12 * 60, None),
        Part::Afternoon => one_of(&[of_day(settings.afternoon), 14 * 60, 13 * 60], "afternoon"),
        Part::Evening => one_of(&[of_day(settings.evening), 19 * 60, 18 * 60], "evening"),
        Part::Night => one_of(&[of_day(settings.tonight), 20 * 60, 18 * 60], "night"),
    }
}

/// The two meanings of an hour without am or pm: 1 to 6 are taken as the afternoon.
fn hour_alone(hour: ClockTime) -> Slots {
    let taken = minute(hour);
    let (first, second) = match hour.form {
        Form::Twelve | Form::Sure => return Slots::sure(taken, None),
        Form::Bare if hour.hour <= 6 => (taken + 720, taken),
        Form::Bare if hour.hour == 12 => (taken, taken - 720),
        Form::Short | Form::Bare => (taken, taken + 720),
    };
    Slots {
        all: vec![
            slot(first, None, ""),
            slot(second, None, "the other half of the day"),
        ],
        note: Some(format!(
            "{} is taken as {}; write am or pm",
            plain(hour),
            written(first)
        )),
    }
}

/// An hour as it was written.
fn plain(hour: ClockTime) -> String {
    match hour.form {
        Form::Short | Form::Bare if hour.form == Form::Short || hour.minute > 0 => {
            format!("{}:{:02}", hour.hour, hour.minute)
        }
        _ => hour.hour.to_string(),
    }
}

/// A stretch whose hours may leave am or pm open.
fn stretch(start: ClockTime, end: ClockTime, part: Option<Part>) -> Result<Slots, String> {
    let open = |hour: ClockTime| matches!(hour.form, Form::Bare | Form::Short);
    let length_from = |from: i32| {
        let steps: &[i32] = if open(end) {
            &[0, 720, 1440, 2160]
        } else {
            &[0, 1440]
        };
        let written = if open(end) {
            minute(end) % 720
        } else {
            minute(end)
        };
        steps
            .iter()
            .map(|step| written + step)
            .find(|end| *end > from)
            .unwrap_or(written)
    };
    if let Some(part) = part {
        let from = within(start, part)?;
        return Ok(Slots::sure(from, Some(length_from(from))));
    }
    let starts = hour_alone(start);
    let all = starts
        .all
        .into_iter()
        .map(|found| {
            let end = length_from(found.start);
            slot(found.start, Some(end), found.why)
        })
        .collect();
    Ok(Slots {
        all,
        note: starts.note,
    })
}

/// The minute that an hour means within a part of the day.
fn within(hour: ClockTime, part: Part) -> Result<i32, String> {
    let (name, from, to) = match part {
        Part::Small => ("small hours", 0, 6 * 60),
        Part::Morning => ("morning", 0, 12 * 60),
        Part::Midday => ("middle of the day", 11 * 60, 15 * 60),
        Part::Afternoon => ("afternoon", 12 * 60, 19 * 60),
        Part::Evening => ("evening", 16 * 60, 24 * 60),
        Part::Night => ("night", 17 * 60, 29 * 60),
    };
    let plain = minute(hour);
    let half = plain % 720;
    let open = matches!(hour.form, Form::Bare | Form::Short);
    let choices: &[i32] = if open {
        &[half, half + 720, half + 1440]
    } else {
        &[plain, plain + 1440]
    };
    choices
        .iter()
        .copied()
        .find(|minute| (from..=to).contains(minute))
        .ok_or_else(|| format!("{} is not in the {name}", written(plain)))
}
