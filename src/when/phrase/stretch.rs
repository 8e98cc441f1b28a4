//! Stretches in which a meeting may lie: `next week`, `mon..fri 9-11am`, `weekdays 4-6pm SGT`, `by fri`.
//!
//! They use the words of a phrase, but a period means all of its days, a part of the day all of its hours, `by fri`
//! everything until then, and hours named with several days mean those hours on each of the days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::counted::{next_few, split_days};
use super::error::{PhraseError, Problem};
use super::extent::{DaysOnly, Extent, end_of, extent};
use super::grammar::EXAMPLES;
use super::laid::{Plan, window};
use super::lexer::{letters, tokens};
use super::said::{Clock, NamedZone, Said};
use super::times::{Slot, slots};
use super::words::Part;
use super::{PhraseContext, Reading, Settings, Wall, echo, exact, grammar, other_labels, people};
use crate::when::{clock, told, wall, zone};

/// Days of a stretch that names none, such as `weekdays 4-6pm`.
const USUAL_DAYS: i64 = 7;

/// Where a meeting may lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The meeting lies wholly inside one of these, in order and apart from each other.
    pub windows: Vec<(Timestamp, Timestamp)>,
    /// Or it begins at one of these, in order.
    pub starts: Vec<Timestamp>,
    /// How the words are understood, and what is doubtful about them.
    pub words: String,
    /// What else they may mean, each as a phrase that has this reading only.
    pub others: Vec<String>,
}

impl Stretch {
    /// Returns the windows for a meeting of so many minutes.
    pub fn for_minutes(&self, minutes: i64) -> Vec<(Timestamp, Timestamp)> {
        let length = SignedDuration::from_mins(minutes);
        let at = |at: &Timestamp| (*at, at.checked_add(length).unwrap_or(*at));
        let mut windows: Vec<_> = self.windows.clone();
        windows.extend(self.starts.iter().map(at));
        windows.sort_unstable();
        windows
    }
}

/// Reads a stretch of time; every word counts.
///
/// Fails as [`super::read`] does, and when the end does not come after the start.
pub fn stretch(text: &str, context: &PhraseContext<'_>) -> Result<Stretch, PhraseError> {
    let (only, rest) = split_days(text);
    let mut found = match rest.split_once("..") {
        Some((first, last)) => between(text, first.trim(), last.trim(), &only, context)?,
        None => single(text, rest.trim(), &only, context)?,
    };
    found.windows.retain(|(from, to)| from < to);
    let over = found.windows.iter().all(|(_, to)| *to <= context.now)
        && found.starts.iter().all(|start| *start < context.now);
    if over {
        return Err(refuse(text, "that is over"));
    }
    found.windows.sort_unstable();
    let windows = std::mem::take(&mut found.windows);
    for (from, to) in windows {
        match found.windows.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => found.windows.push((from, to)),
        }
    }
    Ok(found)
}

pub(super) fn refuse(text: &str, problem: impl Into<String>) -> PhraseError {
    PhraseError {
        problem: Problem::Impossible(problem.into()),
        word: text.trim().to_owned(),
        at: 1,
        hint: "write for example `next week`, `mon..fri 9-11am` or `weekdays 4-6pm SGT`".to_owned(),
    }
}

// --- reading

/// Returns what a text says; unlike a phrase, it may name hours with several days.
fn said(text: &str, context: &PhraseContext<'_>) -> Result<Said, PhraseError> {
    let people = people::People::new(context.people, &context.zone);
    let letters = letters(text);
    let han_name = |letters: &[char]| people.han_name(letters);
    let words_first = tokens(&letters, &|_| false, &han_name);
    if words_first.is_empty() {
        return Err(PhraseError {
            problem: Problem::Empty,
            word: String::new(),
            at: 1,
            hint: EXAMPLES.to_owned(),
        });
    }
    let read = |tokens: &[super::lexer::Token]| {
        grammar::Parser::new(&letters, tokens, &people)
            .of_several_days()
            .run()
    };
    read(&words_first).or_else(|refused| {
        let names_first = tokens(&letters, &|word| people.has_word(word), &han_name);
        read(&names_first).map_err(|_| refused)
    })
}

fn single(
    text: &str,
    rest: &str,
    only: &DaysOnly,
    context: &PhraseContext<'_>,
) -> Result<Stretch, PhraseError> {
    let settings = &context.settings;
    let ahead = next_few(rest);
    let words = ahead.as_ref().map_or(rest, |(_, words)| words.as_str());
    let bare = words.is_empty() && (ahead.is_some() || !only.0.is_empty());
    let said = if bare {
        Said::default()
    } else {
        said(words, context)?
    };
    let zone = zone_of(said.zone.as_ref(), context);
    let fail = |why: String| refuse(text, why);
    if said.now || said.elapsed.is_some() {
        let reading = super::read(rest, context)?;
        return Ok(if said.until {
            Stretch {
                windows: vec![(context.now, reading.instant())],
                words: told(&reading, context),
                ..Stretch::default()
            }
        } else {
            point(&reading, context)
        });
    }
    let today = wall::date(context.now, &zone);
    let hours = hours(&said, settings).map_err(fail)?;
    let named = named(
        text,
        &said,
        ahead.as_ref().map(|(span, _)| span),
        only,
        &zone,
        context,
    )?;
    if said.until && ahead.is_none() {
        return until(
            text,
            rest,
            &said,
            named,
            (only, hours, zone, today),
            context,
        );
    }
    let part_alone = said.part.is_some() && said.clock.is_none();
    let dates = match named {
        Some(dates) if dates.period || ahead.is_some() || part_alone || !only.0.is_empty() => dates,
        // A part of a day without a day: today's, or tomorrow's once it is over.
        None if part_alone => {
            let over =
                |slot: &Slot| window(today, slot, &zone).is_none_or(|(_, end)| end <= context.now);
            let date = match &hours {
                Some(slot) if over(slot) => today.tomorrow().unwrap_or(today),
                _ => today,
            };
            Extent {
                first: date,
                last: date,
                note: None,
                period: false,
            }
        }
        // One day, or a time of it: a phrase like any other, with its other readings.
        _ => return Ok(plain(&super::read(rest, context)?, context)),
    };
    let plan = Plan {
        text,
        dates,
        only,
        hours,
        zone,
        context,
    };
    let mut found = plan.stretch()?;
    if plan.dates.first == plan.dates.last && only.0.is_empty() {
        found.others = plan.other_days(rest);
    }
    Ok(found)
}

/// The days that are named: by a day or period, by how many are to come, or by which of them count.
fn named(
    text: &str,
    said: &Said,
    ahead: Option<&jiff::Span>,
    only: &DaysOnly,
    zone: &TimeZone,
    context: &PhraseContext<'_>,
) -> Result<Option<Extent>, PhraseError> {
    let fail = |why: String| refuse(text, why);
    let today = wall::date(context.now, zone);
    let named = match (&said.day, ahead) {
        (Some(_), Some(_)) => return Err(refuse(text, "two stretches of days are named")),
        (Some(day), None) => {
            let here = wall::date(context.now, &context.zone);
            let found = extent(day, here, &context.settings).map_err(fail)?;
            // What is over by the clock there is counted from the date there.
            let past = wall::day_end(found.last, zone) <= context.now;
            Some(if past && here != today {
                extent(day, today, &context.settings).map_err(fail)?
            } else {
                found
            })
        }
        (None, Some(span)) => {
            let last = today.checked_add(*span);
            let last = last.map_err(|_| fail("this is too far away".to_owned()))?;
            Some(several(today, last))
        }
        (None, None) if !only.0.is_empty() => Some(usual(today)),
        (None, None) => None,
    };
    Ok(named)
}

fn several(first: Date, last: Date) -> Extent {
    Extent {
        first,
        last,
        note: None,
        period: true,
    }
}

fn usual(today: Date) -> Extent {
    several(
        today,
        today.checked_add((USUAL_DAYS - 1).days()).unwrap_or(today),
    )
}

/// `by fri`, `before thu 5pm`, `within 3 days`: everything until then.
fn until(
    text: &str,
    rest: &str,
    said: &Said,
    named: Option<Extent>,
    (only, hours, zone, today): (&DaysOnly, Option<Slot>, TimeZone, Date),
    context: &PhraseContext<'_>,
) -> Result<Stretch, PhraseError> {
    // A moment: until then.
    if let Some(Clock::At(_) | Clock::EndOfDay | Clock::CloseOfBusiness | Clock::Midnight) =
        said.clock
    {
        let reading = super::read(rest, context)?;
        return Ok(Stretch {
            windows: vec![(context.now, reading.instant())],
            words: told(&reading, context),
            ..Stretch::default()
        });
    }
    let Some(mut dates) = named else {
        return Err(refuse(text, "no day is named"));
    };
    dates.first = today;
    dates.period = true;
    // Whoever says before Friday has Thursday left; by Friday, Friday too.
    if said.before {
        dates.last = dates.last.yesterday().unwrap_or(dates.last);
        dates.note = None;
    }
    if dates.last < dates.first {
        return Err(refuse(text, "that is over"));
    }
    Plan {
        text,
        dates,
        only,
        hours,
        zone,
        context,
    }
    .stretch()
}

fn between(
    text: &str,
    first: &str,
    last: &str,
    only: &DaysOnly,
    context: &PhraseContext<'_>,
) -> Result<Stretch, PhraseError> {
    let settings = &context.settings;
    let fail = |why: String| refuse(text, why);
    let (left, right) = (said(first, context)?, said(last, context)?);
    // A zone that one side names is that of both.
    let of_left = left.zone.as_ref().or(right.zone.as_ref());
    let of_right = right.zone.as_ref().or(left.zone.as_ref());
    let (from_zone, to_zone) = (zone_of(of_left, context), zone_of(of_right, context));
    let at = |zone: &TimeZone| PhraseContext {
        zone: zone.clone(),
        ..context.clone()
    };
    let today = wall::date(context.now, &from_zone);
    let timed = |said: &Said| said.clock.is_some() || said.part.is_some();
    let stretched = |said: &Said| {
        matches!(said.clock, Some(Clock::Span(..))) || (said.part.is_some() && said.clock.is_none())
    };
    if stretched(&left) || stretched(&right) {
        if timed(&left) && timed(&right) {
            return Err(refuse(text, "hours are named twice"));
        }
        let said = if stretched(&left) { &left } else { &right };
        let zone = zone_of(said.zone.as_ref().or(of_left), context);
        return each_day(text, (&left, &right), said, only, zone, context);
    }
    let (start, day, note) = match &left.day {
        Some(day) if !timed(&left) => {
            let found = extent(day, today, settings).map_err(fail)?;
            (begin(found.first, &from_zone), found.first, found.note)
        }
        _ => {
            let reading = super::read(first, &at(&from_zone))?;
            (reading.instant(), reading.start.date(), reading.ambiguous)
        }
    };
    let end = match &right.day {
        Some(day_said) if !timed(&right) => {
            let last = end_of(day_said, day, today, settings).map_err(fail)?;
            wall::day_end(last, &to_zone)
        }
        // A weekday means the next one after the day itself: seen from the day before, `mon..mon 5pm` is one day.
        Some(_) => {
            let noon = day.yesterday().unwrap_or(day).at(12, 0, 0, 0);
            let seen = wall::instant(noon, &to_zone).max(context.now);
            seen_from(last, seen, &at(&to_zone))?
        }
        None => seen_from(last, start.max(context.now), &at(&to_zone))?,
    };
    if end <= start {
        return Err(refuse(
            text,
            format!(
                "it ends {}, before it begins {}",
                clock::stamp(end, &context.zone),
                clock::stamp(start, &context.zone)
            ),
        ));
    }
    from_to(text, (start, end), (day, note), (only, from_zone), context)
}

/// From one moment to another, on the days that count.
fn from_to(
    text: &str,
    (start, end): (Timestamp, Timestamp),
    (first, note): (Date, Option<String>),
    (only, zone): (&DaysOnly, TimeZone),
    context: &PhraseContext<'_>,
) -> Result<Stretch, PhraseError> {
    let just_before = end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(end);
    let plan = Plan {
        text,
        dates: Extent {
            first,
            last: wall::date(just_before, &zone),
            note,
            period: true,
        },
        only,
        hours: None,
        zone,
        context,
    };
    let mut found = plan.stretch()?;
    // Both ends are where they were said to be, whatever days count between them.
    for one in &mut found.windows {
        *one = (one.0.max(start), one.1.min(end));
    }
    let home = &context.zone;
    let today = wall::date(context.now, home);
    found.words = format!(
        "{} -> {} to {} {}{}",
        text.trim(),
        told::moment(start, home, today),
        told::moment(end, home, today),
        zone::city_name(&zone::name(home)),
        plan.remarks()
    );
    Ok(found)
}

/// `mon..fri 9-11am`: the hours of one side on each of the days.
fn each_day(
    text: &str,
    (left, right): (&Said, &Said),
    said: &Said,
    only: &DaysOnly,
    zone: TimeZone,
    context: &PhraseContext<'_>,
) -> Result<Stretch, PhraseError> {
    let settings = &context.settings;
    let fail = |why: String| refuse(text, why);
    let today = wall::date(context.now, &zone);
    let (Some(start), Some(end)) = (&left.day, &right.day) else {
        return Err(refuse(text, "a day must stand on both sides of `..`"));
    };
    let hours = hours(said, settings).map_err(fail)?;
    let start = extent(start, today, settings).map_err(fail)?;
    let last = end_of(end, start.first, today, settings).map_err(fail)?;
    if last < start.first {
        return Err(backwards(text, start.first, last));
    }
    Plan {
        text,
        dates: Extent {
            last,
            period: true,
            ..start
        },
        only,
        hours,
        zone,
        context,
    }
    .stretch()
}

fn backwards(text: &str, first: Date, last: Date) -> PhraseError {
    refuse(
        text,
        format!(
            "it ends {}, before it begins {}",
            clock::date_stamp(last),
            clock::date_stamp(first)
        ),
    )
}

/// The moment at which what a phrase says is over, as seen from a moment.
fn seen_from(
    text: &str,
    seen: Timestamp,
    context: &PhraseContext<'_>,
) -> Result<Timestamp, PhraseError> {
    let context = PhraseContext {
        now: seen,
        ..context.clone()
    };
    Ok(super::read(text, &context)?.end_instant())
}

fn zone_of(named: Option<&NamedZone>, context: &PhraseContext<'_>) -> TimeZone {
    named.map_or_else(|| context.zone.clone(), |named| named.found.zone.clone())
}

/// The hours of each day that are said; a part of the day is all of its hours.
fn hours(said: &Said, settings: &Settings) -> Result<Option<Slot>, String> {
    if let (None, Some(part)) = (said.clock, said.part) {
        let morning =
            i32::from(settings.morning.hour()) * 60 + i32::from(settings.morning.minute());
        let (start, end) = match part {
            Part::Small => (0, 6 * 60),
            Part::Morning => (morning.min(11 * 60), 12 * 60),
            Part::Midday => (11 * 60, 14 * 60),
            Part::Afternoon => (12 * 60, 18 * 60),
            Part::Evening => (18 * 60, 22 * 60),
            Part::Night => (18 * 60, 24 * 60),
        };
        return Ok(Some(Slot {
            start,
            end: Some(end),
            why: String::new(),
        }));
    }
    Ok(slots(said, settings)?.and_then(|slots| slots.all.into_iter().next()))
}

fn begin(date: Date, zone: &TimeZone) -> Timestamp {
    wall::day_start(date, zone).unwrap_or_else(|| wall::instant(date.at(0, 0, 0, 0), zone))
}

/// One moment.
fn point(reading: &Reading, context: &PhraseContext<'_>) -> Stretch {
    Stretch {
        starts: vec![reading.instant()],
        words: told(reading, context),
        others: exactly(reading),
        ..Stretch::default()
    }
}

/// A day, a moment, or the hours of a day.
fn plain(reading: &Reading, context: &PhraseContext<'_>) -> Stretch {
    match (reading.start, reading.end) {
        (Wall::Minute(_), None) => point(reading, context),
        _ => Stretch {
            windows: vec![(reading.instant(), reading.end_instant())],
            words: told(reading, context),
            others: exactly(reading),
            ..Stretch::default()
        },
    }
}

/// The other readings, each as a phrase that has only this one.
fn exactly(reading: &Reading) -> Vec<String> {
    reading
        .others
        .iter()
        .map(|other| exact(&other.reading))
        .collect()
}

/// The reading in words, with what is doubtful about it.
fn told(reading: &Reading, context: &PhraseContext<'_>) -> String {
    let words = echo(reading, &context.zone);
    // Another reading that is written the same is told apart by the doubt alone.
    let others: Vec<String> = other_labels(reading)
        .into_iter()
        .filter(|other| !words.contains(other.as_str()))
        .collect();
    let other = (!others.is_empty()).then(|| format!("not {}", others.join(", ")));
    let doubts: Vec<String> = [other, reading.ambiguous.clone()]
        .into_iter()
        .flatten()
        .collect();
    if doubts.is_empty() {
        words
    } else {
        format!("{words} ({})", doubts.join("; "))
    }
}
