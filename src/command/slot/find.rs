//! Meetings in words: `next tue 4-6pm SGT with wei and ana for 45m`.

use jiff::{SignedDuration, Timestamp};

use super::super::{CommandError, Settings, stretch_at};
use super::names::{apart, person_called};
use crate::list::World;
use crate::pane::SlotsScreen;
use crate::record::{Id, Person};
use crate::when::phrase::Stretch;
use crate::when::wall;

/// The shortest and the longest meeting, in minutes.
const LENGTHS: std::ops::RangeInclusive<i64> = 5..=480;

/// What a line of words asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The people named, without me.
    pub people: Vec<Id<Person>>,
    /// The length in minutes, where it is said.
    pub minutes: Option<i64>,
    /// The windows in one of which the meeting lies, in order, where any are said.
    pub within: Vec<(Timestamp, Timestamp)>,
    /// How the words for the time are understood, and what is doubtful about them.
    pub echo: String,
    /// What else the words for the time may mean, each as a whole line with that reading only.
    pub others: Vec<String>,
}

impl Wanted {
    /// Reads a line such as `next tue 4-6pm SGT with wei and ana for 45m`; every word counts.
    ///
    /// # Errors
    ///
    /// A word is not understood, a name fits nobody or several people, or the length is not possible.
    pub fn read(text: &str, world: &World, settings: &Settings) -> Result<Self, CommandError> {
        let mut wanted = Self::default();
        let (time, names) = split_word(text, "with").unwrap_or((text, ""));
        let (time, length) = take_length(time)?;
        let (names, late_length) = take_length(names)?;
        wanted.minutes = length.or(late_length);
        for name in split_names(names) {
            let id = person_called(world, name)?;
            if !wanted.people.contains(&id) {
                wanted.people.push(id);
            }
        }
        if text.trim().is_empty() {
            return Err(CommandError::usage(
                "nothing is asked for",
                "write for example `next tue 4-6pm SGT with wei and ana for 45m`",
            ));
        }
        if !time.trim().is_empty() {
            let stretch = between(time, world, settings)?;
            wanted.within = stretch.for_minutes(wanted.minutes.unwrap_or(60));
            wanted.echo = stretch.words;
            let rest = text.get(time.len()..).unwrap_or_default().trim();
            let line = |other: String| format!("{other} {rest}").trim_end().to_owned();
            wanted.others = stretch.others.into_iter().map(line).collect();
        }
        Ok(wanted)
    }

    /// Says how the line is understood.
    pub fn words(&self, world: &World) -> String {
        let mut parts = Vec::new();
        if !self.echo.is_empty() {
            parts.push(self.echo.clone());
        }
        if let Some(minutes) = self.minutes {
            parts.push(format!("{minutes} min"));
        }
        let names: Vec<String> = (apart(world, &self.people).into_iter())
            .map(|one| one.full)
            .collect();
        if !names.is_empty() {
            parts.push(format!("with {}", names.join(", ")));
        }
        parts.join("; ")
    }

    /// Lets the slots place look for it.
    pub fn apply(&self, world: &World, slots: &mut SlotsScreen) {
        if let Some(minutes) = self.minutes {
            slots.minutes = minutes;
        }
        if !self.people.is_empty() {
            let mine = world.me().and_then(|me| me.person.clone());
            // Whoever names me as well means me once.
            let others = self.people.iter().filter(|id| Some(*id) != mine.as_ref());
            let others: Vec<Id<Person>> = others.cloned().collect();
            slots.people = mine.into_iter().chain(others).collect();
            slots.optional.clear();
            super::people::forget_origin(world, slots);
        }
        slots.within = (!self.within.is_empty()).then(|| self.within.clone());
        if let (Some((from, _)), Some((_, to))) = (self.within.first(), self.within.last()) {
            let (from, to) = (*from, *to);
            let zone = &world.view.zone;
            let first = zone.to_datetime(from).date();
            let just_before = to.checked_sub(SignedDuration::from_secs(1)).unwrap_or(to);
            let last = zone.to_datetime(just_before.max(from)).date();
            slots.day = Some(first);
            slots.from = Some(first);
            slots.days = (crate::figure::days_between(first, last) + 1).clamp(1, 92);
            let start = wall::day_start(first, zone).unwrap_or(from);
            slots.cell = cell_of(from, start, slots.step);
        }
    }
}

/// Returns the cell of a day in which an instant lies.
pub(super) fn cell_of(at: Timestamp, day_start: Timestamp, step: u32) -> usize {
    let minutes = at.duration_since(day_start).as_mins().max(0);
    usize::try_from(minutes / i64::from(step.max(1))).unwrap_or(0)
}

/// Reads where a meeting may lie: `mon..fri 9-11am`, `tue 4-6pm SGT`, `next week`, `weekdays 4-6pm`, `by fri`; what it
/// says in words tells how it is understood.
///
/// # Errors
///
/// A word is not understood, or the end does not come after the start.
pub fn between(text: &str, world: &World, settings: &Settings) -> Result<Stretch, CommandError> {
    stretch_at(text, world, settings)
}

/// Splits names at commas, `and`, `&` and their Chinese equals.
pub fn split_names(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '&', '，', '、', '和'])
        .flat_map(|part| {
            let mut rest = Some(part);
            std::iter::from_fn(move || {
                let text = rest?;
                let parted = split_word(text, "and");
                rest = parted.map(|(_, more)| more);
                Some(parted.map_or(text, |(name, _)| name))
            })
        })
        .map(str::trim)
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("me"))
}

/// Splits a text at the first whole word that is this one, in any case.
fn split_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut from = 0;
    for part in text.split_inclusive(char::is_whitespace) {
        let to = from + part.len();
        if part.trim().eq_ignore_ascii_case(word) {
            return Some((text.get(..from)?, text.get(to..)?));
        }
        from = to;
    }
    None
}

/// Takes a length such as `for 45m` out of a text.
fn take_length(text: &str) -> Result<(&str, Option<i64>), CommandError> {
    match split_word(text, "for") {
        None => Ok((text, None)),
        Some((before, length)) => Ok((before, Some(read_length(length)?))),
    }
}

/// Reads a length such as `45`, `45m`, `1h`, `1h30` or `90 minutes` as minutes.
///
/// # Errors
///
/// It is no length, shorter than five minutes or longer than eight hours.
pub(in crate::command) fn read_length(text: &str) -> Result<i64, CommandError> {
    let word: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    let minutes = match word.split_once('h') {
        Some((hours, rest)) => {
            let rest = rest.trim_start_matches("ours").trim_start_matches("our");
            let rest = if rest.is_empty() {
                Some(0)
            } else {
                plain_minutes(rest)
            };
            let hours = match hours.split_once('.') {
                Some((whole, "5")) => whole.parse::<i64>().ok().map(|whole| whole * 60 + 30),
                _ => hours
                    .parse::<i64>()
                    .ok()
                    .map(|hours| hours.saturating_mul(60)),
            };
            hours
                .zip(rest)
                .map(|(hours, rest)| hours.saturating_add(rest))
        }
        None => plain_minutes(&word),
    };
    let Some(minutes) = minutes else {
        return Err(CommandError::usage(
            format!("`{}` is no length of a meeting", text.trim()),
            "write 30m, 45m or 1h30",
        ));
    };
    if !LENGTHS.contains(&minutes) {
        return Err(CommandError::refused(
            format!("a meeting of {minutes} minutes"),
            "a slot is between 5 minutes and 8 hours long",
            "try 30, 45 or 60",
        ));
    }
    Ok(minutes)
}

fn plain_minutes(word: &str) -> Option<i64> {
    let units = ["minutes", "minute", "mins", "min", "m", ""];
    let digits = units.iter().find_map(|unit| word.strip_suffix(unit))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{read_length, split_names};

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, minutes) in [
            ("45", 45),
            ("45m", 45),
            ("90 minutes", 90),
            ("1h", 60),
            ("1h30", 90),
            ("1h 30m", 90),
            ("1.5h", 90),
            ("2 hours", 120),
        ] {
            assert_eq!(read_length(text).ok(), Some(minutes), "{text}");
        }
        for text in ["", "soon", "4m", "9h", "-30", "1h1h"] {
            assert!(read_length(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_parted_and_i_am_there_anyway() {
        let names: Vec<&str> = split_names("Wei Ling and me, Ana & 王磊、Dana").collect();
        assert_eq!(names, ["Wei Ling", "Ana", "王磊", "Dana"]);
        assert_eq!(
            split_names("Sandy Anders").collect::<Vec<_>>(),
            ["Sandy Anders"]
        );
    }
}
