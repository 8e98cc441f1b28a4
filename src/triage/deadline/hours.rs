//! Hours such as `18h`, `17h30` and `half past five`, and lengths such as `within 24h`, among the words of a text.

use super::words::{Sense, Word};

/// Tells whether a folded word is a number with `h`: `18h`, `17h30`, `1730h`.
pub(super) fn is_mark(word: &str) -> bool {
    let Some((hour, rest)) = word.split_once('h') else {
        return false;
    };
    let number = |digits: &str| {
        let figures = digits.bytes().all(|byte| byte.is_ascii_digit());
        figures.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let hour = match (hour.len(), number(hour)) {
        (1 | 2, Some(hour)) => hour <= 24,
        (4, Some(clock)) => clock <= 2359 && clock % 100 < 60,
        _ => false,
    };
    let minutes = rest.trim_end_matches("min");
    let rest = match rest {
        "" | "s" => true,
        _ => minutes.len() == 2 && number(minutes).is_some_and(|minute| minute < 60),
    };
    hour && rest
}

/// Tells whether an hour stands at this place behind a word that says so: `às 18h`, `a las 18h`, `at 18h`.
pub(super) fn is_led(words: &[Word<'_>], at: usize) -> bool {
    at > 0 && is_mark(&words[at].folded) && is_lead(&words[at - 1].folded)
}

/// Tells whether this word leads to an hour: `às` of `às 18h`, `a` and `las` of `a las 18h`.
pub(super) fn leads(words: &[Word<'_>], at: usize) -> bool {
    let starts = |next: usize| {
        words
            .get(next)
            .is_some_and(|word| word.folded.starts_with(|c: char| c.is_ascii_digit()))
    };
    match &*words[at].folded {
        "a" => {
            starts(at + 1)
                || starts(at + 2)
                    && words
                        .get(at + 1)
                        .is_some_and(|word| matches!(&*word.folded, "las" | "la"))
        }
        word => is_lead(word) && starts(at + 1),
    }
}

fn is_lead(word: &str) -> bool {
    matches!(word, "as" | "a" | "las" | "la" | "at" | "um")
}

/// Counts the words that say within which length: `within`, `dentro de`.
pub(super) fn within(words: &[Word<'_>], at: usize) -> usize {
    const WITHIN: &[&[&str]] = &[
        &["within", "the", "next"],
        &["within"],
        &["dentro", "de"],
        &["en", "menos", "de"],
        &["em", "menos", "de"],
        &["em", "ate"],
    ];
    let rest = words.get(at..).unwrap_or(&[]);
    if !rest
        .first()
        .is_some_and(|word| word.folded.starts_with(['w', 'd', 'e']))
    {
        return 0;
    }
    WITHIN
        .iter()
        .find(|within| {
            rest.len() >= within.len()
                && within
                    .iter()
                    .zip(rest)
                    .all(|(wanted, word)| word.folded == *wanted)
        })
        .map_or(0, |within| within.len())
}

/// Reads `within 24h`, `within 2 days`: the last of its words.
pub(super) fn length_within(words: &[Word<'_>], at: usize) -> Option<usize> {
    let first = match within(words, at) {
        0 => return None,
        count => at + count,
    };
    let word = &words.get(first)?.folded;
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - unit.len();
    if !(1..=3).contains(&digits) {
        return None;
    }
    if is_unit(unit) {
        return Some(first);
    }
    let next = words.get(first + 1)?;
    (unit.is_empty() && is_unit(&next.folded)).then_some(first + 1)
}

fn is_unit(word: &str) -> bool {
    matches!(
        word,
        "h" | "hs"
            | "hr"
            | "hrs"
            | "hour"
            | "hours"
            | "hora"
            | "horas"
            | "d"
            | "day"
            | "days"
            | "dia"
            | "dias"
            | "week"
            | "weeks"
            | "min"
            | "minutes"
    )
}

/// Makes one word of `half past five` and `quarter to 6`.
pub(super) fn joined(words: Vec<Word<'_>>) -> Vec<Word<'_>> {
    let begins = |word: &Word<'_>| matches!(&*word.folded, "half" | "quarter");
    if !words.iter().any(begins) {
        return words;
    }
    let mut out: Vec<Word<'_>> = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let before = if begins(&word) {
            words.next_if(|next| {
                next.folded == "past" || (word.folded == "quarter" && next.folded == "to")
            })
        } else {
            None
        };
        let Some(between) = before else {
            out.push(word);
            continue;
        };
        let sense = if between.folded == "past" {
            Sense::Time
        } else {
            Sense::TimeIfBound
        };
        match words.next_if(|next| is_hour(&next.folded)) {
            Some(hour) => out.push(Word {
                place: word.place.start..hour.place.end,
                sense,
                ..word
            }),
            None => out.extend([word, between]),
        }
    }
    out
}

fn is_hour(word: &str) -> bool {
    matches!(
        word,
        "one"
            | "two"
            | "three"
            | "four"
            | "five"
            | "six"
            | "seven"
            | "eight"
            | "nine"
            | "ten"
            | "eleven"
            | "twelve"
    ) || word
        .parse::<u8>()
        .is_ok_and(|hour| (1..=12).contains(&hour))
}
