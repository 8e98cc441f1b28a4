//! Words for the days that count: `weekdays`, `mondays`, `every day`, `the next two weeks`.

use jiff::ToSpan as _;
use jiff::civil::Weekday;

use super::extent::DaysOnly;

/// Takes words such as `weekdays`, `mondays` or `every day` out of a text, and what they say.
pub(super) fn split_days(text: &str) -> (DaysOnly, String) {
    let mut only = DaysOnly::default();
    let mut rest: Vec<String> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    let work = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
    ];
    let mut everything = false;
    while let Some(word) = words.next() {
        let plain = word.trim_end_matches(',').to_lowercase();
        let counted = rest.last().is_some_and(|before| {
            before.ends_with(|letter: char| letter.is_ascii_digit())
                || number_word(before).is_some()
                || matches!(before.to_lowercase().as_str(), "next" | "half")
        });
        let next = words
            .peek()
            .map(|word| word.trim_end_matches(',').to_lowercase());
        if !text.contains("..")
            && let Some((days, taken)) = listed(&rest, &plain, words.clone())
        {
            only.0.extend(days);
            if taken > 1 {
                words.nth(taken - 2);
            }
            rest.pop_if(|before| before.eq_ignore_ascii_case("on"));
            continue;
        }
        match (plain.as_str(), next.as_deref()) {
            ("weekdays" | "weekday" | "workdays" | "workday" | "工作日", _) if !counted => {
                only.0.extend(work);
            }
            ("business" | "working" | "work", Some("days")) if !counted => {
                words.next();
                only.0.extend(work);
            }
            ("weekends", _) => only.0.extend([Weekday::Saturday, Weekday::Sunday]),
            ("daily" | "everyday" | "每天", _) => everything = true,
            ("every" | "each" | "any", Some("day")) => {
                words.next();
                everything = true;
            }
            ("every" | "each" | "any", Some("weekday" | "workday")) => {
                words.next();
                only.0.extend(work);
            }
            ("every" | "each" | "any", Some(next)) if weekday(next).is_some() => {
                only.0.extend(weekday(next));
                words.next();
            }
            ("mornings" | "afternoons" | "evenings" | "nights", _) => {
                everything = true;
                rest.push(plain.trim_end_matches('s').to_owned());
            }
            (days, _)
                if days.ends_with("days") && weekday(days.trim_end_matches('s')).is_some() =>
            {
                only.0.extend(weekday(days.trim_end_matches('s')));
            }
            _ => rest.push(word.to_owned()),
        }
    }
    if everything && only.0.is_empty() {
        only.0.extend(work);
        only.0.extend([Weekday::Saturday, Weekday::Sunday]);
    }
    // Between two days that are named, a filter may have left a comma or an `and`.
    while rest
        .first()
        .is_some_and(|word| word.eq_ignore_ascii_case("and"))
    {
        rest.remove(0);
    }
    (only, rest.join(" "))
}

/// Reads a list of weekdays where one may stand: `next tue and thu` is none, as the word belongs to a single day.
fn listed<'a>(
    before: &[String],
    first: &str,
    rest: impl Iterator<Item = &'a str>,
) -> Option<(Vec<Weekday>, usize)> {
    const OF_ONE_DAY: [&str; 7] = ["next", "this", "last", "by", "before", "until", "after"];
    let led = before
        .last()
        .is_some_and(|word| OF_ONE_DAY.iter().any(|one| word.eq_ignore_ascii_case(one)));
    if led {
        None
    } else {
        several_weekdays(first, rest)
    }
}

/// Reads `mon, wed and fri` or `tue/thu`: two weekdays or more, and how many words they take.
fn several_weekdays<'a>(
    first: &str,
    rest: impl Iterator<Item = &'a str>,
) -> Option<(Vec<Weekday>, usize)> {
    let mut days = Vec::new();
    let mut taken = 0;
    let words = std::iter::once(first.to_owned()).chain(rest.map(str::to_lowercase));
    for (at, word) in words.enumerate() {
        let parts: Vec<&str> = word
            .split(['/', '&', ',', '、'])
            .filter(|part| !part.is_empty())
            .collect();
        if matches!(parts.as_slice(), ["and" | "or"]) || parts.is_empty() {
            if days.is_empty() {
                return None;
            }
            continue;
        }
        let Some(found) = parts
            .iter()
            .map(|part| weekday(part))
            .collect::<Option<Vec<_>>>()
        else {
            break;
        };
        days.extend(found);
        taken = at + 1;
    }
    (days.len() > 1).then_some((days, taken))
}

fn weekday(word: &str) -> Option<Weekday> {
    super::words::VOCABULARY
        .iter()
        .find_map(|(known, meaning)| match meaning {
            super::words::Word::Weekday(weekday) if *known == word => Some(*weekday),
            _ => None,
        })
}

fn number_word(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    super::words::VOCABULARY
        .iter()
        .find_map(|(known, meaning)| match meaning {
            super::words::Word::Count(count) if *known == word && word != "an" => Some(*count),
            _ => None,
        })
}

/// Reads `[the] next 3 days`, `in the next two weeks`: how many days and months ahead the stretch ends.
pub(super) fn next_few(text: &str) -> Option<(jiff::Span, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let mut at = 0;
    while matches!(
        lower.get(at).map(String::as_str),
        Some("in" | "within" | "over" | "during" | "the")
    ) {
        at += 1;
    }
    if !matches!(lower.get(at).map(String::as_str), Some("next" | "coming")) {
        return None;
    }
    let count = number_word(lower.get(at + 1)?).filter(|count| (1..=400).contains(count))?;
    let span = match lower.get(at + 2)?.trim_end_matches(',') {
        "day" | "days" => count.days(),
        "week" | "weeks" | "wk" | "wks" => count.weeks(),
        "month" | "months" => count.months(),
        _ => return None,
    };
    Some((span, words.get(at + 3..)?.join(" ")))
}
