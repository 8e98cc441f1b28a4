//! The time that a message names, as its writer means it; what looks like an hour and was not read is said.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::phrase::{due_of, reading_in};
use super::settle::AtHand;
use super::{CommandError, Cx};
use crate::record::{Due, Person};
use crate::when::phrase::{Precision, Reading};
use crate::when::zone;

/// The time that a message names.
pub(super) struct Said {
    /// By when it wants something.
    pub(super) due: Due,
    /// What looks like an hour beside the day that was read, and was not understood.
    unread: Option<String>,
}

impl Said {
    fn of(reading: &Reading, text: &str, read: Range<usize>) -> Said {
        let day = reading.precision() == Precision::Date;
        Said {
            due: due_of(reading),
            unread: day.then(|| unread_time(text, read)).flatten(),
        }
    }

    /// Says that the time has passed by now, or which hour was not understood.
    pub(super) fn warning(&self, cx: &Cx<'_>) -> Option<String> {
        let view = &cx.world.view;
        let passed = match &self.due {
            Due::At { instant, .. } => *instant <= view.now,
            Due::On { date } => *date < view.today(),
        };
        if passed {
            let words = "that time has passed, so it is late: u undoes, f / types another";
            return Some(words.to_owned());
        }
        let hour = self.unread.as_ref()?;
        Some(format!(
            "`{hour}` in the message is not read: u undoes, f / types the time"
        ))
    }
}

/// What a verb that goes on without one understood of the time that a message names.
pub(super) struct Heard {
    /// By when the message wants something, where it says so.
    pub(super) due: Option<Due>,
    /// What in it looks like a time and was not understood, in words.
    pub(super) unread: Option<String>,
}

/// Reads the time by which the message at hand wants something, for a verb that also goes on without one.
pub(super) fn heard(cx: &Cx<'_>, at: &AtHand) -> Heard {
    match read(cx, at) {
        Some(Ok(said)) => Heard {
            due: Some(said.due),
            unread: said.unread.as_deref().map(quoted),
        },
        Some(Err(_)) => {
            let hour = unread_time(at.text(), 0..0).as_deref().map(quoted);
            Heard {
                due: None,
                unread: hour.or_else(|| Some("the time".to_owned())),
            }
        }
        // A time that has passed says when it happened, and was understood.
        None if !crate::triage::due_places(at.text()).is_empty() => Heard {
            due: None,
            unread: None,
        },
        None => Heard {
            due: None,
            unread: unread_time(at.text(), 0..0).as_deref().map(quoted),
        },
    }
}

fn quoted(hour: &str) -> String {
    format!("`{hour}`")
}

/// Reads the time by which the message at hand wants something.
pub(super) fn said(cx: &Cx<'_>, at: &AtHand) -> Result<Said, CommandError> {
    read(cx, at).unwrap_or_else(|| {
        let why = match unread_time(at.text(), 0..0) {
            Some(hour) => format!("`{hour}` in the message is not understood as a time"),
            None => "the message names no time".to_owned(),
        };
        Err(CommandError::refused(
            "follow-up as they said",
            why,
            "f and another key chooses one, f / types it",
        ))
    })
}

fn read(cx: &Cx<'_>, at: &AtHand) -> Option<Result<Said, CommandError>> {
    let now = cx.world.view.now;
    let sent = at.message.as_ref().and_then(|(_, message)| message.sent_at);
    // A clock that is ahead names no later tomorrow.
    let sent = sent.unwrap_or(now).min(now);
    let sender = at.sender();
    let sender = cx.world.follow::<Person>(sender.as_ref());
    let there = sender.and_then(|person| zone::load(&person.zone).ok());
    let there = there.unwrap_or_else(|| cx.world.view.zone.clone());
    due_in(at.text(), (sent, &there), cx)
}

/// Reads the time by which a text wants something, as its writer means it: from when and where it was written,
/// so that the `tomorrow` of last night is today, and `EOD` of Shanghai ends there.
///
/// Of the places where a time is named, what is bound to one (`by Friday`) goes before what only names one; from
/// there as many words as can be read, those before it too (`Thu` of `Thu 11:00 SGT`).
fn due_in(
    text: &str,
    (at, here): (Timestamp, &TimeZone),
    cx: &Cx<'_>,
) -> Option<Result<Said, CommandError>> {
    let places = crate::triage::due_places(text);
    let days = places
        .iter()
        .filter_map(|place| weekday_before(text, *place));
    let mut starts: Vec<usize> = places.iter().copied().chain(days).collect();
    starts.sort_unstable();
    let mut refused = None;
    for place in places {
        for start in starts.iter().copied().filter(|start| *start <= place) {
            for words in phrases(text, start, place) {
                let end = start + words.len();
                // A weekday or a zone may stand in brackets: `11月20日（周五） 18:00（北京时间）`.
                let words = words.replace(['(', ')', '（', '）'], " ");
                let words = if crate::triage::names_hour(text, start) {
                    format!("by {words}")
                } else {
                    words
                };
                match reading_in(&words, cx.world, cx.settings, at, here) {
                    Ok(reading) if !reading.is_past() => {
                        return Some(Ok(Said::of(&reading, text, start..end)));
                    }
                    Ok(_) => {}
                    Err(error) => refused = Some(error),
                }
            }
        }
    }
    refused.map(Err)
}

/// Finds the weekday in front of a time: `Thu` alone names none (one sat, one may be wed), `Thu 11:00` does.
fn weekday_before(text: &str, place: usize) -> Option<usize> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let head = text.get(..place)?.trim_end_matches([' ', ',']);
    let letters = head.char_indices().rev();
    let letters = letters.take_while(|(_, letter)| letter.is_ascii_alphabetic());
    let start = letters.last().map(|(at, _)| at)?;
    let word = head.get(start..)?.to_ascii_lowercase();
    (word.len() <= 5 && DAYS.iter().any(|day| word.starts_with(day))).then_some(start)
}

/// Lists what may be one phrase from a place on that reaches beyond another one, the longest first.
fn phrases(text: &str, start: usize, beyond: usize) -> Vec<&str> {
    /// A time is not longer than this many letters.
    const LONGEST: usize = 36;
    let rest = text.get(start..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("");
    let ends: Vec<usize> = line
        .char_indices()
        .take(LONGEST)
        .map(|(at, letter)| at + letter.len_utf8())
        .filter(|end| start + end > beyond)
        .collect();
    let whole = |end: &usize| {
        let inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '０'..='９');
        let next = line.get(*end..).and_then(|rest| rest.chars().next());
        let words = line.get(..*end).unwrap_or("");
        !(next.is_some_and(inside) && words.ends_with(inside))
    };
    let ends = ends.into_iter().rev().filter(whole);
    ends.filter_map(|end| line.get(..end)).collect()
}

/// Finds what looks like an hour in the sentence around the words that were read.
fn unread_time(text: &str, read: Range<usize>) -> Option<String> {
    /// An hour further away belongs to something else.
    const NEAR: usize = 48;
    let whole = read.is_empty();
    let before = text.get(..read.start).unwrap_or("");
    let after = text.get(read.end..).unwrap_or("");
    let ends = sentence_ends(before);
    let before = before.get(ends.last().copied().unwrap_or(0)..)?;
    let skip = before.chars().count().saturating_sub(NEAR);
    let before: String = before.chars().skip(skip).collect();
    let first = sentence_ends(after).first().copied();
    let after = match first {
        Some(end) if !whole => after.get(..end)?,
        _ => after,
    };
    let after: String = after.chars().take(if whole { 400 } else { NEAR }).collect();
    hour_like(&after).or_else(|| hour_like(&before))
}

/// The places behind the ends of sentences.
fn sentence_ends(text: &str) -> Vec<usize> {
    let mut letters = text.char_indices().peekable();
    let mut found = Vec::new();
    while let Some((at, letter)) = letters.next() {
        let blank = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        // The dot of `kl. 18` ends nothing.
        let short = letter == '.' && text.get(at + 1..).is_some_and(before_number);
        let latin = matches!(letter, '.' | '?' | '!') && !short;
        if matches!(letter, '\n' | '。' | '？' | '！') || (latin && blank) {
            found.push(at + letter.len_utf8());
        }
    }
    found
}

fn before_number(rest: &str) -> bool {
    rest.trim_start()
        .starts_with(|letter: char| letter.is_ascii_digit())
}

/// Finds the first words that look like an hour: `18h`, `6 pm`, `18:00`, `18 Uhr`, `kl. 18`, `half past five`, 18時.
fn hour_like(text: &str) -> Option<String> {
    const WORDS: [&str; 10] = [
        "noon",
        "midnight",
        "midday",
        "mediodia",
        "meio-dia",
        "mezzogiorno",
        "midi",
        "half past",
        "quarter past",
        "quarter to",
    ];
    let folded = crate::text::fold(text);
    let letters: Vec<char> = folded.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let run = letters[at..]
            .iter()
            .take_while(|letter| letter.is_ascii_digit())
            .count();
        if run == 0 {
            at += 1;
            continue;
        }
        let free = at.checked_sub(1).and_then(|before| letters.get(before));
        let free = free.is_none_or(|before| {
            !before.is_ascii_alphanumeric() && !matches!(before, '.' | ':' | '/' | '$' | '#' | '@')
        });
        if let Some(length) = free.then(|| hour_at(&letters, at, run)).flatten() {
            return Some(letters[at..at + length].iter().collect());
        }
        at += run;
    }
    let is_word = |word: &&&str| {
        folded
            .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | ' '))
            .any(|part| format!(" {part} ").contains(&format!(" {word} ")))
    };
    WORDS.iter().find(is_word).map(|word| (*word).to_owned())
}

/// The length of an hour whose digits begin here; `None` where it is another number.
fn hour_at(letters: &[char], at: usize, run: usize) -> Option<usize> {
    const MARKS: [&str; 24] = [
        "o'clock", "heures", "heure", "horas", "hora", "uhr", "uur", "gio", "hrs", "a.m", "p.m",
        "am", "pm", "hs", "h", "點", "点", "時", "时", "시", "ч", "น.", "ore", "klo",
    ];
    let digits: String = letters.get(at..at + run)?.iter().collect();
    let value: u32 = digits.parse().ok()?;
    let hour = match run {
        1 | 2 => value <= 24,
        4 => value <= 2359 && value % 100 < 60,
        _ => false,
    };
    let end = at + run;
    let rest: String = letters.get(end..)?.iter().take(12).collect();
    let two_digits = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        digits == 2
    };
    if !hour {
        return None;
    }
    if rest.strip_prefix([':', '：']).is_some_and(two_digits) {
        return Some(run + 3);
    }
    // `17.30h` is an hour, `17.30` may be money.
    if let Some(minutes) = rest.strip_prefix('.').filter(|rest| two_digits(rest)) {
        let behind =
            minutes.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
        let marked = ["h", "uhr", "am", "pm", "a.m", "p.m"];
        return marked
            .iter()
            .any(|mark| behind.starts_with(mark))
            .then_some(run + 3);
    }
    let blank = usize::from(rest.starts_with(' '));
    let behind = rest.trim_start_matches(' ');
    let mark = MARKS.iter().find(|mark| {
        behind.strip_prefix(**mark).is_some_and(|after| {
            let letter = after.chars().next();
            let unspaced = mark.chars().all(|letter| !letter.is_ascii());
            unspaced || letter.is_none_or(|letter| !letter.is_alphabetic())
        })
    });
    if let Some(mark) = mark {
        return Some(run + blank + mark.chars().count());
    }
    let head: String = letters.get(..at)?.iter().collect();
    let before = head.trim_end().trim_end_matches('.');
    let word = before.rsplit([' ', ',', '(']).next().unwrap_or("");
    // `at 3` may be three of something; `kl. 18` is an hour.
    let led = matches!(word, "at" | "as" | "@");
    let clock = matches!(word, "las" | "um" | "kl" | "alle" | "luc");
    let alone = behind
        .chars()
        .next()
        .is_none_or(|next| !next.is_alphanumeric() && !matches!(next, '%' | '/' | '$'));
    (run <= 2 && (clock || (led && alone))).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_hour_is_found_beside_what_was_read() {
        for (text, hour) in [
            ("by Friday kl. 18 please, ok", Some("18")),
            ("by Friday kl. 18, ok", Some("18")),
            ("by Friday, 18 ore", Some("18 ore")),
            ("by Friday, say 17.30h", Some("17.30")),
            ("by Friday, 17.30 dollars", None),
            ("by Friday around 1730h", Some("1730h")),
            ("at 6 pm sharp, by Friday", Some("6 pm")),
            ("by Friday 오후 6시까지", Some("6시")),
            ("by Friday around noon", Some("noon")),
            ("by Friday, 40 hosts and 3 payouts", None),
            ("We met at 5pm. Send it by Friday.", None),
            ("by Friday, 20 hot hosts", None),
        ] {
            let at = text.find("Friday").unwrap();
            let found = unread_time(text, at..at + "Friday".len());
            assert_eq!(found.as_deref(), hour, "{text}");
        }
        assert_eq!(
            unread_time("kannst du 18 uhr?", 0..0).as_deref(),
            Some("18 uhr")
        );
    }
}
