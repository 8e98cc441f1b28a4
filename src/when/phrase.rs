//! Date phrases: `next tue 4-6pm SGT`, `fri eod`, `in 3d`, `17 nov`, `wei 10am`, `周四前`.
//!
//! Every word counts: one that is not understood is an error with its place and a suggestion. What
//! people read in two ways (`next tue`, `eod`, `3/12`, `CST`) is shown or refused, never guessed in
//! silence: [`Reading::ambiguous`] says what is doubtful and [`Reading::others`] has the other
//! readings.
//!
//! Rules for the plain cases: a bare time that is past means tomorrow; a weekday means the next
//! such day, on that day itself a week later; a day and month that are past mean next year; `3d`
//! keeps the wall clock across a change of daylight saving, `72h` is elapsed time. When a zone is
//! named, times belong to it; `thu` and `tomorrow` are counted on the calendar of the one who types
//! unless that lies in the past already.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::due::Due;
use super::wall;
use lexer::{letters, tokens};

mod clock_rules;
mod compose;
mod counted;
mod day_rules;
mod days;
mod error;
mod extent;
mod grammar;
mod han;
mod hour_marks;
mod laid;
mod lexer;
mod people;
mod said;
mod show;
mod stretch;
mod times;
mod tongues;
mod words;
mod zone_rules;

pub use error::{PhraseError, Problem};
pub use show::{echo, exact, meaning, other_labels, to_json};
pub use stretch::{Stretch, stretch};

/// What a phrase is read against.
#[derive(Clone, Debug)]
pub struct PhraseContext<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// The zone of the one who types; a phrase without a zone belongs to it.
    pub zone: TimeZone,
    /// Contacts as name and IANA zone; a word of a name stands for the zone.
    pub people: &'a [(&'a str, &'a str)],
    /// What people differ about.
    pub settings: Settings,
}

impl PhraseContext<'_> {
    /// Makes a context without contacts and with the default settings.
    pub fn new(now: Timestamp, zone: TimeZone) -> PhraseContext<'static> {
        PhraseContext {
            now,
            zone,
            people: &[],
            settings: Settings::default(),
        }
    }
}

/// What people differ about when they read dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The beginning of work, one meaning of `morning`; 09:00.
    pub work_start: Time,
    /// The end of work, one meaning of `eod`; 18:00.
    pub work_end: Time,
    /// The first day of a week; Monday.
    pub week_start: Weekday,
    /// The hour of `morning`; 06:00.
    pub morning: Time,
    /// The hour of `afternoon`; 15:00.
    pub afternoon: Time,
    /// The hour of `evening`; 20:00.
    pub evening: Time,
    /// The hour of `tonight` and `night`; 22:00.
    pub tonight: Time,
    /// The meaning of `eod`; the last minute of the day.
    pub end_of_day: EndOfDay,
    /// How `3/12` is read first; month, then day.
    pub date_order: DateOrder,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            work_start: Time::constant(9, 0, 0, 0),
            work_end: Time::constant(18, 0, 0, 0),
            week_start: Weekday::Monday,
            morning: Time::constant(6, 0, 0, 0),
            afternoon: Time::constant(15, 0, 0, 0),
            evening: Time::constant(20, 0, 0, 0),
            tonight: Time::constant(22, 0, 0, 0),
            end_of_day: EndOfDay::LastMinute,
            date_order: DateOrder::MonthFirst,
        }
    }
}

/// What `eod` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOfDay {
    /// 23:59.
    LastMinute,
    /// The end of work.
    WorkEnd,
}

/// How a date of two numbers is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// `3/12` is 3 December.
    DayFirst,
    /// `3/12` is 12 March.
    MonthFirst,
}

/// A local date, or a local date with its time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wall {
    /// A whole day.
    Day(Date),
    /// A minute of a day.
    Minute(DateTime),
}

impl Wall {
    /// Returns the date.
    pub fn date(self) -> Date {
        match self {
            Wall::Day(date) => date,
            Wall::Minute(at) => at.date(),
        }
    }
}

/// How exactly a phrase tells a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// A day.
    Date,
    /// A minute.
    Minute,
}

/// What stays fixed when the rules of a zone change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The wall time; its instant is computed afresh.
    Wall,
    /// The instant (`in 72h`, `now`, the second pass of a doubled hour).
    Instant(Timestamp),
}

/// What a phrase means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The phrase, trimmed.
    pub text: String,
    /// The day or minute; the wall time that the clock will show, so never one that it skips.
    pub start: Wall,
    /// The end of a stretch: a minute is half open, a day is included.
    pub end: Option<Wall>,
    /// The zone that start and end belong to.
    pub zone: TimeZone,
    /// Whether wall time or instant is what was said.
    pub anchor: Anchor,
    /// The moment against which the phrase was read.
    pub as_of: Timestamp,
    /// What is doubtful, for people to read; the reading must then be shown.
    pub ambiguous: Option<String>,
    /// The other sensible readings, the likeliest first; they have none of their own.
    pub others: Vec<Other>,
}

/// Another reading of the same phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The reading.
    pub reading: Reading,
    /// Why some read it so.
    pub why: String,
}

impl Reading {
    /// Tells whether a day or a minute is meant.
    pub fn precision(&self) -> Precision {
        match self.start {
            Wall::Day(_) => Precision::Date,
            Wall::Minute(_) => Precision::Minute,
        }
    }

    /// Returns the instant at which it starts; a day starts at its first instant in its zone.
    pub fn instant(&self) -> Timestamp {
        match (self.anchor, self.start) {
            (Anchor::Instant(at), _) => at,
            (Anchor::Wall, Wall::Minute(at)) => wall::instant(at, &self.zone),
            (Anchor::Wall, Wall::Day(date)) => wall::day_start(date, &self.zone)
                .unwrap_or_else(|| wall::instant(date.at(0, 0, 0, 0), &self.zone)),
        }
    }

    /// Returns the instant at which it is over: the end of the stretch or of the day; for a single
    /// minute, the minute itself.
    pub fn end_instant(&self) -> Timestamp {
        match (self.end, self.start) {
            (Some(Wall::Day(last)), _) | (None, Wall::Day(last)) => wall::day_end(last, &self.zone),
            (Some(Wall::Minute(end)), Wall::Minute(start)) => match self.anchor {
                Anchor::Wall => wall::instant(end, &self.zone),
                // The pass of a doubled hour is settled by the start; the length is what was said.
                Anchor::Instant(at) => at
                    .checked_add(end.duration_since(start).max(SignedDuration::ZERO))
                    .unwrap_or(at),
            },
            (Some(Wall::Minute(end)), Wall::Day(_)) => wall::instant(end, &self.zone),
            (None, Wall::Minute(_)) => self.instant(),
        }
    }

    /// Tells whether it was over already when the phrase was read.
    pub fn is_past(&self) -> bool {
        let over = match (self.start, self.end) {
            // A single minute lasts to its end.
            (Wall::Minute(_), None) => self
                .instant()
                .checked_add(SignedDuration::from_mins(1))
                .unwrap_or(Timestamp::MAX),
            _ => self.end_instant(),
        };
        over <= self.as_of
    }

    /// Turns the reading into a due time: the end of a stretch, else the day or the minute.
    pub fn due(&self) -> Due {
        match (self.anchor, self.end.unwrap_or(self.start)) {
            (_, Wall::Day(date)) => Due::Day(date),
            (Anchor::Instant(_), Wall::Minute(_)) => Due::Instant(self.end_instant()),
            (Anchor::Wall, Wall::Minute(at)) => Due::Wall(at, self.zone.clone()),
        }
    }
}

/// Reads a phrase.
///
/// Fails when anything in it is not understood, contradicts itself or is claimed by several zones
/// or contacts; the error names the word and its place.
pub fn read(text: &str, context: &PhraseContext<'_>) -> Result<Reading, PhraseError> {
    let people = people::People::new(context.people, &context.zone);
    let letters = letters(text);
    let han_name = |letters: &[char]| people.han_name(letters);
    let words_first = tokens(&letters, &|_| false, &han_name);
    let names_first = tokens(&letters, &|word| people.has_word(word), &han_name);
    if words_first.is_empty() {
        return Err(PhraseError {
            problem: Problem::Empty,
            word: String::new(),
            at: 1,
            hint: grammar::EXAMPLES.to_owned(),
        });
    }
    let read_as = |tokens: &[lexer::Token], hour_marks: bool| {
        let parser = grammar::Parser::new(&letters, tokens, &people);
        let said = parser.of_hour_marks(hour_marks).run()?;
        compose::compose(&said, context, text.trim())
    };
    let read = |tokens: &[lexer::Token]| {
        let plain = read_as(tokens, false);
        match hour_marks::doubtful(tokens) {
            Some(hour) => with_hour(plain, read_as(tokens, true), &hour, tokens),
            None => plain,
        }
    };
    let first = read(&words_first).map(|mut reading| {
        if let Some((number, day)) = as_day_of_month(&words_first)
            && let Ok(other) = read(&day)
        {
            compose::add_note(
                &mut reading,
                &format!("{number} is taken as an hour; others mean the day"),
            );
            compose::add_other(&mut reading, other, "the day of the month".to_owned());
        }
        reading
    });
    if words_first == names_first {
        return first;
    }
    // A contact is called like a word of the vocabulary: Tom, May, Mon.
    match (first, read(&names_first)) {
        (Ok(mut reading), Ok(named)) => {
            let why = "a contact has this name".to_owned();
            compose::add_note(&mut reading, "a word of it is also the name of a contact");
            compose::add_other(&mut reading, named, why);
            Ok(reading)
        }
        (Ok(reading), Err(_)) => Ok(reading),
        (Err(_), Ok(mut named)) => {
            compose::add_note(&mut named, "a word of it is taken as the name of a contact");
            Ok(named)
        }
        (Err(refused), Err(_)) => Err(refused),
    }
}

/// A phrase with a number such as `18h`, read with it as a length where it stands alone, and with it as a time of day.
fn with_hour(
    plain: Result<Reading, PhraseError>,
    clock: Result<Reading, PhraseError>,
    hour: &str,
    tokens: &[lexer::Token],
) -> Result<Reading, PhraseError> {
    let Ok(mut plain) = plain else {
        return clock.or(plain);
    };
    let clock = clock.ok().filter(|clock| {
        let differs = (clock.start, clock.instant()) != (plain.start, plain.instant());
        differs && !hour_marks::is_length(tokens)
    });
    if let Some(clock) = clock {
        let note = format!("{hour} is taken as a length; others mean the time of day");
        compose::add_note(&mut plain, &note);
        compose::add_other(&mut plain, clock, "a time of day".to_owned());
    }
    Ok(plain)
}

/// Where a bare number from 13 to 24 stands alone, or beside a weekday or a zone, it may be an hour or a day of the
/// month: the number, and the phrase as one that says the day.
fn as_day_of_month(tokens: &[lexer::Token]) -> Option<(i64, Vec<lexer::Token>)> {
    use lexer::Kind;
    use words::Word;
    let mut at = None;
    for (place, token) in tokens.iter().enumerate() {
        match &token.kind {
            Kind::Number(13..=24, 1..=2) if at.is_none() => at = Some(place),
            Kind::Word(Word::Weekday(_) | Word::By | Word::Before | Word::The)
            | Kind::Name(_)
            | Kind::Sign(',') => {}
            _ => return None,
        }
    }
    let at = at?;
    let number = tokens.get(at)?;
    let Kind::Number(value, _) = number.kind else {
        return None;
    };
    let mut day = tokens.to_vec();
    day.insert(
        at + 1,
        lexer::Token {
            kind: Kind::Word(Word::Ordinal),
            glued: true,
            ..number.clone()
        },
    );
    Some((value, day))
}

#[cfg(test)]
mod tests;
