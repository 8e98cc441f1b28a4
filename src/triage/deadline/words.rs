//! What single words say about time, and days of several words.

use std::borrow::Cow;
use std::ops::Range;

/// A word of a script with spaces.
pub(super) struct Word<'t> {
    pub(super) folded: Cow<'t, str>,
    pub(super) place: Range<usize>,
    pub(super) sense: Sense,
}

/// What a word says about time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// Names a time by itself: `friday`, `tomorrow`, `5pm`, `2026-11-20`.
    Time,
    /// Names a time and binds to it: `eod`.
    BoundTime,
    /// Names a time only after a word that binds: `sat`, `may`, `noon`.
    TimeIfBound,
    /// Goes with a time: `next`, `12`, `pm`, `sgt`.
    Part,
    /// Says nothing about time.
    None,
}

/// Days of several words: Spanish, Portuguese, Vietnamese, folded.
const LONG_DAYS: &[&[&str]] = &[
    &["pasado", "manana"],
    &["depois", "de", "amanha"],
    &["hom", "nay"],
    &["ngay", "mai"],
    &["ngay", "kia"],
    &["thu", "hai"],
    &["thu", "ba"],
    &["thu", "tu"],
    &["thu", "nam"],
    &["thu", "sau"],
    &["thu", "bay"],
    &["chu", "nhat"],
];

/// Makes one word of the words of a day.
pub(super) fn joined(words: Vec<Word<'_>>) -> Vec<Word<'_>> {
    // Hardly any text holds one, and every text comes by here before the first frame.
    let last = |word: &Word<'_>| {
        matches!(
            &*word.folded,
            "manana"
                | "amanha"
                | "nay"
                | "mai"
                | "kia"
                | "hai"
                | "ba"
                | "tu"
                | "nam"
                | "sau"
                | "bay"
                | "nhat"
        )
    };
    if !words.iter().any(last) {
        return words;
    }
    let is_day = |at: usize| {
        LONG_DAYS.iter().find(|day| {
            let here = words.get(at..at + day.len());
            here.is_some_and(|here| {
                here.iter()
                    .zip(**day)
                    .all(|(word, day)| word.folded == *day)
            })
        })
    };
    let lengths: Vec<usize> = (0..words.len())
        .map(|at| is_day(at).map_or(1, |day| day.len()))
        .collect();
    let mut out: Vec<Word<'_>> = Vec::with_capacity(words.len());
    let mut inside = 0;
    for (word, length) in words.into_iter().zip(lengths) {
        if inside > 0 {
            inside -= 1;
            if let Some(day) = out.last_mut() {
                day.place.end = word.place.end;
            }
            continue;
        }
        let sense = if length > 1 { Sense::Time } else { word.sense };
        inside = length - 1;
        out.push(Word { sense, ..word });
    }
    out
}

/// The words that say something about time, in the order of their bytes.
///
/// Every word of every message is looked up here before the first frame is drawn.
pub(super) const SENSES: [(&str, Sense); 147] = [
    ("abril", Sense::TimeIfBound),
    ("afternoon", Sense::TimeIfBound),
    ("agosto", Sense::TimeIfBound),
    ("am", Sense::Part),
    ("amanha", Sense::Time),
    ("apr", Sense::TimeIfBound),
    ("april", Sense::TimeIfBound),
    ("at", Sense::Part),
    ("aug", Sense::TimeIfBound),
    ("august", Sense::TimeIfBound),
    ("bjt", Sense::Part),
    ("brt", Sense::Part),
    ("cdt", Sense::Part),
    ("cob", Sense::BoundTime),
    ("cst", Sense::Part),
    ("ct", Sense::Part),
    ("day", Sense::Part),
    ("dec", Sense::TimeIfBound),
    ("december", Sense::TimeIfBound),
    ("demain", Sense::Time),
    ("diciembre", Sense::TimeIfBound),
    ("dienstag", Sense::Time),
    ("dimanche", Sense::Time),
    ("domingo", Sense::Time),
    ("donnerstag", Sense::Time),
    ("edt", Sense::Part),
    ("end", Sense::Part),
    ("enero", Sense::TimeIfBound),
    ("eod", Sense::BoundTime),
    ("eom", Sense::BoundTime),
    ("eoq", Sense::BoundTime),
    ("eow", Sense::BoundTime),
    ("est", Sense::Part),
    ("et", Sense::Part),
    ("evening", Sense::TimeIfBound),
    ("feb", Sense::TimeIfBound),
    ("febrero", Sense::TimeIfBound),
    ("february", Sense::TimeIfBound),
    ("freitag", Sense::Time),
    ("fri", Sense::TimeIfBound),
    ("friday", Sense::Time),
    ("gmt", Sense::Part),
    ("heute", Sense::Time),
    ("hkt", Sense::Part),
    ("hoje", Sense::Time),
    ("hoy", Sense::Time),
    ("jan", Sense::TimeIfBound),
    ("january", Sense::TimeIfBound),
    ("jeudi", Sense::Time),
    ("jst", Sense::Part),
    ("jueves", Sense::Time),
    ("jul", Sense::TimeIfBound),
    ("julio", Sense::TimeIfBound),
    ("july", Sense::TimeIfBound),
    ("jun", Sense::TimeIfBound),
    ("june", Sense::TimeIfBound),
    ("junio", Sense::TimeIfBound),
    ("latest", Sense::Part),
    ("lunch", Sense::TimeIfBound),
    ("lundi", Sense::Time),
    ("lunes", Sense::Time),
    ("manana", Sense::Time),
    ("mar", Sense::TimeIfBound),
    ("march", Sense::TimeIfBound),
    ("mardi", Sense::Time),
    ("martes", Sense::Time),
    ("marzo", Sense::TimeIfBound),
    ("may", Sense::TimeIfBound),
    ("mayo", Sense::TimeIfBound),
    ("mercredi", Sense::Time),
    ("midnight", Sense::TimeIfBound),
    ("miercoles", Sense::Time),
    ("mittwoch", Sense::Time),
    ("mon", Sense::TimeIfBound),
    ("monday", Sense::Time),
    ("montag", Sense::Time),
    ("month", Sense::Part),
    ("month-end", Sense::TimeIfBound),
    ("morning", Sense::TimeIfBound),
    ("mt", Sense::Part),
    ("next", Sense::Part),
    ("noon", Sense::TimeIfBound),
    ("nov", Sense::TimeIfBound),
    ("november", Sense::TimeIfBound),
    ("noviembre", Sense::TimeIfBound),
    ("oct", Sense::TimeIfBound),
    ("october", Sense::TimeIfBound),
    ("octubre", Sense::TimeIfBound),
    ("of", Sense::Part),
    ("pdt", Sense::Part),
    ("pm", Sense::Part),
    ("pst", Sense::Part),
    ("pt", Sense::Part),
    ("quarta", Sense::TimeIfBound),
    ("quarta-feira", Sense::Time),
    ("quarter", Sense::Part),
    ("quinta", Sense::TimeIfBound),
    ("quinta-feira", Sense::Time),
    ("sabado", Sense::Time),
    ("samedi", Sense::Time),
    ("samstag", Sense::Time),
    ("sat", Sense::TimeIfBound),
    ("saturday", Sense::Time),
    ("segunda", Sense::TimeIfBound),
    ("segunda-feira", Sense::Time),
    ("sep", Sense::TimeIfBound),
    ("sept", Sense::TimeIfBound),
    ("september", Sense::TimeIfBound),
    ("septiembre", Sense::TimeIfBound),
    ("sexta", Sense::TimeIfBound),
    ("sexta-feira", Sense::Time),
    ("sgt", Sense::Part),
    ("sonntag", Sense::Time),
    ("sun", Sense::TimeIfBound),
    ("sunday", Sense::Time),
    ("terca", Sense::TimeIfBound),
    ("terca-feira", Sense::Time),
    ("the", Sense::Part),
    ("this", Sense::Part),
    ("thu", Sense::TimeIfBound),
    ("thur", Sense::TimeIfBound),
    ("thurs", Sense::TimeIfBound),
    ("thursday", Sense::Time),
    ("tmr", Sense::Time),
    ("tmrw", Sense::Time),
    ("today", Sense::Time),
    ("tomorrow", Sense::Time),
    ("tonight", Sense::Time),
    ("tue", Sense::TimeIfBound),
    ("tues", Sense::TimeIfBound),
    ("tuesday", Sense::Time),
    ("utc", Sense::Part),
    ("vendredi", Sense::Time),
    ("viernes", Sense::Time),
    ("wed", Sense::TimeIfBound),
    ("wednesday", Sense::Time),
    ("week", Sense::Part),
    ("weekend", Sense::TimeIfBound),
    ("الاثنين", Sense::Time),
    ("الاحد", Sense::Time),
    ("الاربعاء", Sense::Time),
    ("الثلاثاء", Sense::Time),
    ("الجمعة", Sense::Time),
    ("الخميس", Sense::Time),
    ("السبت", Sense::Time),
    ("اليوم", Sense::Time),
    ("غدا", Sense::Time),
];

/// Returns what a folded word says about time.
pub(super) fn sense(word: &str) -> Sense {
    match SENSES.binary_search_by(|(known, _)| (*known).cmp(word)) {
        Ok(at) => SENSES[at].1,
        Err(_) => figure_sense(word),
    }
}

/// Reads `5pm`, `18:00`, `12th`, `11/20`, `2026-11-20`, `12`.
fn figure_sense(word: &str) -> Sense {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return Sense::None;
    }
    let figures = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = word.strip_prefix(figures).unwrap_or("");
    let parts: Vec<&str> = figures.split([':', '/', '-', '.']).collect();
    let numbers = parts.iter().all(|part| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    if super::hours::is_mark(word) {
        return Sense::TimeIfBound;
    }
    match (numbers, unit, parts.len()) {
        (true, "am" | "pm", 1 | 2) => Sense::Time,
        (true, "st" | "nd" | "rd" | "th", 1) => Sense::TimeIfBound,
        (true, "", 2) if figures.contains(':') => Sense::Time,
        (true, "", 2 | 3) if figures.contains(['/', '-']) => Sense::TimeIfBound,
        (true, "", 1) if figures.len() <= 2 => Sense::Part,
        _ => Sense::None,
    }
}
