//! Date phrases: a shared file of expectations, and the promise that nothing is silently ignored.

use std::path::PathBuf;

use cnm::when::phrase::{PhraseContext, Reading, exact, read, to_json};
use cnm::when::zone::{find_zone, load};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use serde_json::Value;

/// Wednesday 4 March 2026, 10:30 in Los Angeles.
const NOW: &str = "2026-03-04T18:30:00Z";

fn context(zone: &str) -> PhraseContext<'static> {
    PhraseContext::new(NOW.parse().unwrap(), load(zone).unwrap())
}

fn expectations() -> Option<(PathBuf, Value)> {
    let named = std::env::var_os("CNM_DATE_PHRASES").map(PathBuf::from);
    if let Some(path) = named {
        // A file that was named is not passed over.
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("CNM_DATE_PHRASES names {}: {error}", path.display()));
        return Some((path, serde_json::from_str(&text).unwrap()));
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join("shared/data/date_phrases.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!(
            "SKIPPED: no date phrases at {}; set CNM_DATE_PHRASES to their file",
            path.display()
        );
        return None;
    };
    Some((path, serde_json::from_str(&text).unwrap()))
}

/// What is wrong with the reading of one case; empty when all is as expected.
fn faults(case: &Value, fallback: &Value) -> Vec<String> {
    let field = |name: &str| {
        let value = case.get(name).or_else(|| fallback.get(name));
        value.and_then(Value::as_str).unwrap_or_default()
    };
    let now: Timestamp = field("now").parse().unwrap();
    let zone: TimeZone = load(field("zone")).unwrap();
    let text = case["text"].as_str().unwrap();
    let reading = match read(text, &PhraseContext::new(now, zone)) {
        Ok(reading) => to_json(&reading),
        Err(refused) => return vec![refused.to_string()],
    };
    let mut faults = Vec::new();
    for name in ["start", "end", "zone", "precision"] {
        let wanted = &case["out"][name];
        if !wanted.is_null() && *wanted != reading[name] {
            faults.push(format!("{name}: wanted {wanted}, read {}", reading[name]));
        }
    }
    if case["out"]["end"].is_null() && !reading["end"].is_null() {
        faults.push(format!("end: wanted none, read {}", reading["end"]));
    }
    if case.get("ambiguous").is_some() && reading["ambiguous"].is_null() {
        faults.push("the doubt is not shown".to_owned());
    }
    let others = reading["others"].as_array().unwrap();
    for wanted in case["also_acceptable"].as_array().unwrap_or(&Vec::new()) {
        if !others.iter().any(|other| other["start"] == *wanted) {
            faults.push(format!("{wanted} is not among the other readings"));
        }
    }
    faults
}

#[test]
fn shared_phrases_are_read_as_expected() {
    let Some((path, file)) = expectations() else {
        return;
    };
    let cases = file["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let faults = faults(case, &file["default"]);
        if !faults.is_empty() {
            wrong.push(format!(
                "{} {}: {}",
                case["id"],
                case["text"],
                faults.join(", ")
            ));
        }
    }
    println!(
        "{} of {} phrases of {} pass",
        cases.len() - wrong.len(),
        cases.len(),
        path.display()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!cases.is_empty());
}

/// Every reading of every shared phrase, and of those below, can be written as a phrase that means it alone: that
/// is what the key for the other reading puts in the place of what was typed.
#[test]
fn each_reading_has_a_phrase_of_its_own() {
    let mut cases: Vec<(String, Timestamp, TimeZone)> = VALID
        .iter()
        .map(|text| {
            let zone = load("America/Los_Angeles").unwrap();
            ((*text).to_owned(), NOW.parse().unwrap(), zone)
        })
        .collect();
    if let Some((_, file)) = expectations() {
        for case in file["cases"].as_array().unwrap() {
            let field = |name: &str| {
                let value = case.get(name).or_else(|| file["default"].get(name));
                value.and_then(Value::as_str).unwrap_or_default()
            };
            let text = case["text"].as_str().unwrap().to_owned();
            cases.push((
                text,
                field("now").parse().unwrap(),
                load(field("zone")).unwrap(),
            ));
        }
    }
    let mut seen = 0;
    for (text, now, zone) in cases {
        let context = PhraseContext::new(now, zone);
        let Ok(reading) = read(&text, &context) else {
            continue;
        };
        let others = reading.others.iter().map(|other| &other.reading);
        for one in others.chain([&reading]) {
            let phrase = exact(one);
            let again = read(&phrase, &context);
            let Ok(again) = again else {
                panic!("{text} -> {phrase}: {again:?}");
            };
            assert!(again.others.is_empty(), "{text} -> {phrase} is doubtful");
            assert_eq!(again.end, one.end, "{text} -> {phrase}");
            if matches!(one.start, cnm::when::phrase::Wall::Minute(_)) {
                assert_eq!(again.instant(), one.instant(), "{text} -> {phrase}");
            } else {
                assert_eq!(again.start, one.start, "{text} -> {phrase}");
            }
            seen += 1;
        }
    }
    println!("{seen} readings written and read again");
    assert!(seen > VALID.len());
}

/// Days keep the wall clock over the change to daylight saving, hours are elapsed time.
#[test]
fn days_keep_the_wall_clock_and_hours_pass() {
    // Friday 6 March 2026, 10:30 in Los Angeles; the clocks change on Sunday.
    let now = "2026-03-06T18:30:00Z".parse().unwrap();
    let context = PhraseContext::new(now, load("America/Los_Angeles").unwrap());
    let wall = |text: &str| to_json(&read(text, &context).unwrap());
    let days = wall("in 3d 10:30");
    assert_eq!(days["start"], "2026-03-09T10:30");
    assert_eq!(days["instant"], "2026-03-09T17:30:00Z", "71 hours later");
    let hours = wall("in 72h");
    assert_eq!(hours["start"], "2026-03-09T11:30");
    assert_eq!(hours["instant"], "2026-03-09T18:30:00Z");
    assert_eq!(hours["anchor"], "instant");
}

/// Phrases of every shape, all readable.
const VALID: &[&str] = &[
    "today",
    "tomorrow 9am",
    "next tue 4-6pm SGT",
    "fri eod",
    "in 3 days",
    "2 weeks from now",
    "72h",
    "17 nov 2026",
    "nov 17-19",
    "2026-11-17T18:00Z",
    "tue 17 nov 08:30",
    "end of next month",
    "tomorrow morning at 9",
    "tonight at 8",
    "this afternoon at 3",
    "between 4 and 6pm london",
    "fri 9am (new york)",
    "mon to wed",
    "2 days before eom",
    "3 business days",
    "before thu 18:00 UTC+8",
    "周五下午3点",
    "下周二 10:00 新加坡时间",
    "18h",
    "at 18h",
    "sexta às 17h30",
    "1730h",
    "fri half past five",
    "金曜日の18時",
];

#[test]
fn the_valid_phrases_are_valid() {
    for phrase in VALID {
        if let Err(refused) = read(phrase, &context("America/Los_Angeles")) {
            panic!("{phrase}: {refused}");
        }
    }
}

/// Puts a word before the given word of a phrase, or at its end.
fn with_word(phrase: &str, word: &str, place: usize) -> String {
    let mut words: Vec<&str> = phrase.split(' ').collect();
    words.insert(place.min(words.len()), word);
    words.join(" ")
}

fn same_meaning(left: &Reading, right: &Reading) -> bool {
    left.instant() == right.instant()
        && left.end == right.end
        && left.start == right.start
        && left.zone == right.zone
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    /// An unknown word anywhere is refused, and the refusal names it.
    #[test]
    fn no_unknown_word_is_ignored(
        phrase in proptest::sample::select(VALID),
        word in "[a-zäßøñ]{3,9}|[\u{4e00}-\u{4e20}]{5}|[бдж]{3,5}",
        place in 0_usize..8,
    ) {
        let alone = read(&format!("fri {word}"), &context("UTC"));
        // A word that means something (a zone, a day) may stand in a phrase.
        prop_assume!(alone.is_err() && find_zone(&word).is_err());
        let text = with_word(phrase, &word, place);
        match read(&text, &context("America/Los_Angeles")) {
            Ok(reading) => {
                let plain = read(phrase, &context("America/Los_Angeles")).unwrap();
                prop_assert!(
                    !same_meaning(&reading, &plain),
                    "`{text}` means the same as `{phrase}`: `{word}` was ignored"
                );
            }
            Err(refused) => prop_assert!(refused.at >= 1 && !refused.word.is_empty()),
        }
    }

    /// Signs and numbers are not ignored either, and nothing makes the reader fail hard.
    #[test]
    fn no_stray_sign_or_number_is_ignored(
        phrase in proptest::sample::select(VALID),
        stray in "[!#$%&*;<=>?^_`|{}\\[\\]\"\\\\]|[0-9]{5,24}|:|/",
        place in 0_usize..8,
    ) {
        let text = with_word(phrase, &stray, place);
        prop_assert!(read(&text, &context("America/Los_Angeles")).is_err(), "{text}");
    }

    /// Any text at all is either read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        let _ = read(&text, &context("Asia/Kathmandu"));
    }

    /// Words and signs of the grammar in any order are either read or refused, and what is read
    /// can be rendered.
    #[test]
    fn any_words_are_read_or_refused(
        words in proptest::collection::vec(
            proptest::sample::select(&[
                "fri", "next", "17", "nov", "4", "-", "6pm", "at", "the", "end", "of", "month", "3",
                "d", "in", "ago", "/", "12", ":", "30", "2026", "eod", "SGT", "before", "half", "a",
                "周", "四", "前", "点", "半", "3月", "下", "q", "+", "99999", "th", "tonight", "this",
                "week", "and", "hour", "from", "to", "between", "midnight", "last", "(", ")", ",",
            ][..]),
            1..7,
        ),
        glue in "[ ]{0,1}",
    ) {
        let text = words.join(&glue);
        if let Ok(reading) = read(&text, &context("Europe/Warsaw")) {
            prop_assert!(to_json(&reading)["start"].is_string());
            prop_assert!(reading.end_instant() >= reading.instant(), "{text}: {reading:?}");
        }
    }
}
