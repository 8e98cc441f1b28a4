//! Days, times and zones together: from what was said to a reading with its other readings.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::days::{self, Choices};
use super::error::{PhraseError, Problem};
use super::grammar::EXAMPLES;
use super::said::{Amount, Clock, Day, NamedZone, Said};
use super::times::{Slot, Slots, slots};
use super::words::Part;
use super::{Anchor, Other, PhraseContext, Reading, Wall};
use crate::when::clock;
use crate::when::wall::{self, WallKind};
use crate::when::zone;

/// One meaning of the whole phrase in one zone.
#[derive(Clone, Debug)]
struct Draft {
    start: Wall,
    end: Option<Wall>,
    why: String,
}

struct Drafts {
    all: Vec<Draft>,
    notes: Vec<String>,
}

/// Places what was said on the clocks and calendars of the context.
pub(super) fn compose(
    said: &Said,
    context: &PhraseContext<'_>,
    text: &str,
) -> Result<Reading, PhraseError> {
    let refuse = |text_of_problem: String| PhraseError {
        problem: Problem::Impossible(text_of_problem),
        word: text.to_owned(),
        at: 1,
        hint: EXAMPLES.to_owned(),
    };
    let zone = said
        .zone
        .as_ref()
        .map_or(&context.zone, |named| &named.found.zone);
    let mut reading = in_zone(said, context, text, zone).map_err(refuse)?;
    if let Some(named) = &said.zone {
        add_zone_meanings(&mut reading, said, context, named);
    }
    Ok(reading)
}

/// Adds a doubt to the ones that a reading has.
pub(super) fn add_note(reading: &mut Reading, note: &str) {
    reading.ambiguous = Some(match reading.ambiguous.take() {
        Some(before) => format!("{before}; {note}"),
        None => note.to_owned(),
    });
}

/// Adds another reading (and its own others) unless it means the same as one that is there.
pub(super) fn add_other(reading: &mut Reading, mut other: Reading, why: String) {
    let nested = std::mem::take(&mut other.others);
    other.ambiguous = None;
    let same = |known: &Reading| {
        known.start == other.start
            && known.end == other.end
            && known.zone == other.zone
            && known.instant() == other.instant()
    };
    if !same(reading) && !reading.others.iter().any(|known| same(&known.reading)) {
        reading.others.push(Other {
            reading: other,
            why,
        });
    }
    for deeper in nested {
        add_other(reading, deeper.reading, deeper.why);
    }
}

fn in_zone(
    said: &Said,
    context: &PhraseContext<'_>,
    text: &str,
    zone: &TimeZone,
) -> Result<Reading, String> {
    if said.now {
        return Ok(moment(context.now, context, text, zone));
    }
    if let Some(amount) = &said.elapsed {
        return elapsed(amount, context, text, zone);
    }
    let drafts = drafts(said, context, zone)?;
    let mut drafts_left = drafts.all.into_iter();
    let Some(first) = drafts_left.next() else {
        return Err("this has no meaning".to_owned());
    };
    let (mut reading, doubt) = settled(&first, context, text, zone);
    let empty = |reading: &Reading| {
        matches!(reading.end, Some(Wall::Minute(_))) && reading.end_instant() <= reading.instant()
    };
    if empty(&reading) {
        return Err("the stretch lies in an hour that the clocks skip".to_owned());
    }
    for note in drafts.notes {
        add_note(&mut reading, &note);
    }
    if let Some((note, second)) = doubt {
        add_note(&mut reading, &note);
        if let Some(second) = second {
            add_other(
                &mut reading,
                second,
                "the second pass of the hour".to_owned(),
            );
        }
    }
    for draft in drafts_left {
        let (other, _) = settled(&draft, context, text, zone);
        if !empty(&other) {
            add_other(&mut reading, other, draft.why);
        }
    }
    Ok(reading)
}

fn minute_of(at: Timestamp, zone: &TimeZone) -> DateTime {
    let shown = zone.to_datetime(at);
    shown.date().at(shown.hour(), shown.minute(), 0, 0)
}

fn reading(
    start: Wall,
    end: Option<Wall>,
    anchor: Anchor,
    context: &PhraseContext<'_>,
    text: &str,
    zone: &TimeZone,
) -> Reading {
    Reading {
        text: text.to_owned(),
        start,
        end,
        zone: zone.clone(),
        anchor,
        as_of: context.now,
        ambiguous: None,
        others: Vec::new(),
    }
}

/// A reading at an instant, cut to its minute.
fn moment(at: Timestamp, context: &PhraseContext<'_>, text: &str, zone: &TimeZone) -> Reading {
    let seconds = at.as_second().rem_euclid(60);
    let whole = Timestamp::from_second(at.as_second() - seconds).unwrap_or(at);
    let start = Wall::Minute(minute_of(whole, zone));
    reading(start, None, Anchor::Instant(whole), context, text, zone)
}

/// `72h`, `45m`, `1d 4h`: the calendar part keeps the wall clock, the rest passes by it.
fn elapsed(
    amount: &Amount,
    context: &PhraseContext<'_>,
    text: &str,
    zone: &TimeZone,
) -> Result<Reading, String> {
    let at = |amount: &Amount| -> Result<Timestamp, String> {
        let now = context.zone.to_datetime(context.now);
        let base = if amount.has_days() {
            let date = days::ahead(now.date(), amount)?;
            wall::instant(date.to_datetime(now.time()), &context.zone)
        } else {
            context.now
        };
        base.checked_add(SignedDuration::from_mins(amount.minutes))
            .map_err(|_| "this is too far away".to_owned())
    };
    let mut reading = moment(at(amount)?, context, text, zone);
    if amount.short_minutes {
        add_note(&mut reading, "m is taken as minutes; write mo for months");
        let months = Amount {
            months: amount.minutes,
            ..Amount::default()
        };
        let today = wall::date(context.now, &context.zone);
        if let Ok(date) = days::ahead(today, &months)
            && (1900..=2999).contains(&date.year())
        {
            let months = self::reading(Wall::Day(date), None, Anchor::Wall, context, text, zone);
            add_other(&mut reading, months, "m as months".to_owned());
        }
    }
    Ok(reading)
}

// --- days with times

fn drafts(said: &Said, context: &PhraseContext<'_>, zone: &TimeZone) -> Result<Drafts, String> {
    let there = wall::date(context.now, zone);
    let slots = slots(said, &context.settings)?;
    let Some(day) = &said.day else {
        let slots = slots.ok_or_else(|| "a day or a time is missing".to_owned())?;
        if said.clock == Some(Clock::EndOfDay) {
            let today = days::place(&Day::Shift(0), there, &context.settings)?;
            return Ok(timed(&today, &slots, said, context.now, zone, there));
        }
        return Ok(next_times(slots, there, context.now, zone));
    };
    let here = wall::date(context.now, &context.zone);
    let on = |today: Date| -> Result<Drafts, String> {
        let choices = days::place(day, today, &context.settings)?;
        Ok(match &slots {
            Some(slots) => timed(&choices, slots, said, context.now, zone, today),
            None => whole_days(choices, said.before),
        })
    };
    // `thu` on a Thursday there: the other calendar reads the same day second.
    let meant = |drafts: &Drafts, taken: &Drafts| {
        let start = taken.all.first().map(|draft| draft.start);
        drafts.all.iter().any(|draft| Some(draft.start) == start)
    };
    let mut taken = on(here)?;
    if here != there {
        let by_zone = on(there)?;
        let date = |drafts: &Drafts| drafts.all.first().map(|draft| draft.start);
        if date(&taken) != date(&by_zone) {
            let past = |drafts: &Drafts| {
                drafts
                    .all
                    .first()
                    .is_some_and(|draft| over(draft, zone) <= context.now)
            };
            if past(&taken) {
                taken = by_zone;
            } else if !past(&by_zone) && !meant(&by_zone, &taken) {
                let city = zone::city_name(&zone::name(zone));
                let weekday = clock::weekday_word(there.weekday());
                taken.notes.push(format!(
                    "the day is counted from {} here; in {city} it is {} {weekday}",
                    clock::weekday_word(here.weekday()),
                    if there > here { "already" } else { "still" },
                ));
                taken
                    .all
                    .extend(by_zone.all.into_iter().take(1).map(|draft| Draft {
                        why: format!("counted from {weekday} in {city}"),
                        ..draft
                    }));
            }
        }
    }
    Ok(taken)
}

/// The instant at which a draft is over.
fn over(draft: &Draft, zone: &TimeZone) -> Timestamp {
    match draft.end.unwrap_or(draft.start) {
        Wall::Day(date) => wall::day_end(date, zone),
        Wall::Minute(at) => wall::instant(at, zone),
    }
}

fn begins(draft: &Draft, zone: &TimeZone) -> Timestamp {
    match draft.start {
        Wall::Day(date) => wall::instant(date.at(0, 0, 0, 0), zone),
        Wall::Minute(at) => wall::instant(at, zone),
    }
}

/// Times without a day: each the next one to come.
fn next_times(slots: Slots, today: Date, now: Timestamp, zone: &TimeZone) -> Drafts {
    let all = slots
        .all
        .into_iter()
        .filter_map(|slot| {
            let draft = on_date(today, &slot)?;
            if begins(&draft, zone) < now {
                return on_date(today.tomorrow().ok()?, &slot);
            }
            Some(draft)
        })
        .collect();
    Drafts {
        all,
        notes: slots.note.into_iter().collect(),
    }
}

/// Days without a time of day.
fn whole_days(choices: Choices, strictly_before: bool) -> Drafts {
    let mut notes: Vec<String> = choices.note.into_iter().collect();
    let mut all: Vec<Draft> = choices
        .all
        .into_iter()
        .map(|choice| Draft {
            start: Wall::Day(choice.date),
            end: choice.last.map(Wall::Day),
            why: choice.why,
        })
        .collect();
    if strictly_before {
        before(&mut all, &mut notes);
    }
    Drafts { all, notes }
}

/// Days with times: the first day with every time, the other days with the first time. What is
/// past already is no other reading of something to come.
fn timed(
    days: &Choices,
    slots: &Slots,
    said: &Said,
    now: Timestamp,
    zone: &TimeZone,
    today: Date,
) -> Drafts {
    let mut all = Vec::new();
    let mut notes = Vec::new();
    if let (Some(day), Some(slot)) = (days.all.first(), slots.all.first()) {
        all.extend(on_date(day.date, slot));
        let other_days = days.all.iter().skip(1).filter_map(|other| {
            let draft = on_date(other.date, slot)?;
            let why = other.why.clone();
            Some(Draft { why, ..draft })
        });
        let other_times = slots
            .all
            .iter()
            .skip(1)
            .filter_map(|other| on_date(day.date, other));
        let open = |draft: &Draft| begins(draft, zone) >= now;
        let by_day: Vec<Draft> = other_days.filter(open).collect();
        let by_time: Vec<Draft> = other_times.filter(open).collect();
        notes.extend(
            days.note
                .clone()
                .filter(|_| days.all.len() == 1 || !by_day.is_empty()),
        );
        notes.extend(slots.note.clone().filter(|_| !by_time.is_empty()));
        all.extend(by_day);
        all.extend(by_time);
    }
    // `tonight` after its own hour, `eod` after work: the rest of the day is what is left.
    let part_only = said.part == Some(Part::Night) && said.clock.is_none();
    let end_of_day = said.clock == Some(Clock::EndOfDay);
    if (part_only || end_of_day)
        && let Some(first) = all.first_mut()
        && first.start.date() == today
        && begins(first, zone) < now
    {
        let last = Wall::Minute(today.at(23, 59, 0, 0));
        if first.start != last {
            first.start = last;
            notes.push("the usual hour is past, so the last minute of the day is taken".to_owned());
        }
    }
    Drafts { all, notes }
}

/// "before thu" may include Thursday or end with Wednesday.
fn before(all: &mut Vec<Draft>, notes: &mut Vec<String>) {
    let Some(Draft {
        start: Wall::Day(date),
        end: None,
        ..
    }) = all.first()
    else {
        return;
    };
    let Ok(eve) = date.yesterday() else {
        return;
    };
    notes.push(format!(
        "before {} is taken as by its end",
        clock::weekday_word(date.weekday())
    ));
    all.insert(
        1,
        Draft {
            start: Wall::Day(eve),
            end: None,
            why: format!("by the end of {}", clock::date_stamp(eve)),
        },
    );
}

fn on_date(date: Date, slot: &Slot) -> Option<Draft> {
    Some(Draft {
        start: Wall::Minute(at_minute(date, slot.start)?),
        end: match slot.end {
            Some(end) => Some(Wall::Minute(at_minute(date, end)?)),
            None => None,
        },
        why: slot.why.clone(),
    })
}

fn at_minute(date: Date, minute: i32) -> Option<DateTime> {
    let midnight = date.at(0, 0, 0, 0);
    midnight
        .checked_add(SignedDuration::from_mins(i64::from(minute)))
        .ok()
}

/// A draft with its wall times as the clock will show them, and what is doubtful about its hour.
fn settled(
    draft: &Draft,
    context: &PhraseContext<'_>,
    text: &str,
    zone: &TimeZone,
) -> (Reading, Option<(String, Option<Reading>)>) {
    let shown = |wall: Wall| match wall {
        Wall::Day(date) => Wall::Day(date),
        Wall::Minute(at) => Wall::Minute(zone.to_datetime(wall::instant(at, zone))),
    };
    let start = shown(draft.start);
    let end = draft.end.map(shown);
    let taken = reading(start, end, Anchor::Wall, context, text, zone);
    let Wall::Minute(at) = draft.start else {
        return (taken, missing_date(draft.start.date(), zone));
    };
    let city = zone::city_name(&zone::name(zone));
    let doubt = match wall::kind(at, zone) {
        WallKind::Once => None,
        WallKind::Skipped => {
            let hour = clock::time(at.time());
            let note = format!("{hour} does not exist in {city} that day: the clocks go forward");
            Some((note, None))
        }
        WallKind::Twice(offset) => {
            let note = format!(
                "{} happens twice in {city} that day; the first is taken",
                clock::time(at.time())
            );
            let second = offset
                .to_timestamp(at)
                .ok()
                .map(|instant| reading(start, end, Anchor::Instant(instant), context, text, zone));
            Some((note, second))
        }
    };
    (taken, doubt)
}

fn missing_date(date: Date, zone: &TimeZone) -> Option<(String, Option<Reading>)> {
    if wall::day_start(date, zone).is_some() {
        return None;
    }
    let city = zone::city_name(&zone::name(zone));
    let note = format!("{} does not exist in {city}", clock::date_stamp(date));
    Some((note, None))
}

// --- zones with two meanings

fn add_zone_meanings(
    reading: &mut Reading,
    said: &Said,
    context: &PhraseContext<'_>,
    named: &NamedZone,
) {
    let text = reading.text.clone();
    if let Some((place, why)) = &named.other
        && let Ok(other) = in_zone(said, context, &text, &place.zone)
    {
        add_note(reading, why);
        add_other(reading, other, why.clone());
    }
    let Some(literal) = named.found.literal else {
        return;
    };
    let actual = reading.zone.to_offset(reading.instant());
    let Wall::Minute(_) = reading.start else {
        return;
    };
    if actual == literal || said.now || said.elapsed.is_some() {
        return;
    }
    let city = zone::city_name(&zone::name(&reading.zone));
    let word = &named.word;
    let stated = zone::offset_name(literal);
    add_note(
        reading,
        &format!(
            "{word} states {stated}, but {city} is on {} then",
            offset(actual)
        ),
    );
    let fixed = TimeZone::fixed(literal);
    if let Ok(other) = in_zone(said, context, &text, &fixed) {
        add_other(reading, other, format!("{word} as {stated}"));
    }
}

fn offset(offset: Offset) -> String {
    zone::offset_name(offset)
}
