//! Days in the other languages of the people one writes with: Spanish, Portuguese, French, German, Japanese, Vietnamese, Arabic.
//!
//! Each stands for one word of the vocabulary, so that grammar and calendar are the same in every language. Only words
//! that mean nothing else in English are here.

use jiff::civil::Weekday;

use super::words::{Part, Unit, Word};
use crate::when::spelling::fold;

/// The words, folded (lower case, no accents); the longest that fits is taken.
const TONGUES: &[(&str, Word)] = &[
    // Spanish
    ("hoy", Word::Day(0)),
    ("manana", Word::Day(1)),
    ("pasado manana", Word::Day(2)),
    ("lunes", Word::Weekday(Weekday::Monday)),
    ("martes", Word::Weekday(Weekday::Tuesday)),
    ("miercoles", Word::Weekday(Weekday::Wednesday)),
    ("jueves", Word::Weekday(Weekday::Thursday)),
    ("viernes", Word::Weekday(Weekday::Friday)),
    ("sabado", Word::Weekday(Weekday::Saturday)),
    ("domingo", Word::Weekday(Weekday::Sunday)),
    ("a las", Word::At),
    ("a la", Word::At),
    ("de la manana", Word::Part(Part::Morning)),
    ("por la manana", Word::Part(Part::Morning)),
    ("de la tarde", Word::Part(Part::Afternoon)),
    ("por la tarde", Word::Part(Part::Afternoon)),
    ("de la noche", Word::Part(Part::Night)),
    ("por la noche", Word::Part(Part::Night)),
    ("enero", Word::Month(1)),
    ("febrero", Word::Month(2)),
    ("marzo", Word::Month(3)),
    ("abril", Word::Month(4)),
    ("mayo", Word::Month(5)),
    ("junio", Word::Month(6)),
    ("julio", Word::Month(7)),
    ("agosto", Word::Month(8)),
    ("septiembre", Word::Month(9)),
    ("octubre", Word::Month(10)),
    ("noviembre", Word::Month(11)),
    ("diciembre", Word::Month(12)),
    // Portuguese
    ("hoje", Word::Day(0)),
    ("amanha", Word::Day(1)),
    ("depois de amanha", Word::Day(2)),
    ("segunda-feira", Word::Weekday(Weekday::Monday)),
    ("terca-feira", Word::Weekday(Weekday::Tuesday)),
    ("quarta-feira", Word::Weekday(Weekday::Wednesday)),
    ("quinta-feira", Word::Weekday(Weekday::Thursday)),
    ("sexta-feira", Word::Weekday(Weekday::Friday)),
    ("segunda", Word::Weekday(Weekday::Monday)),
    ("terca", Word::Weekday(Weekday::Tuesday)),
    ("quarta", Word::Weekday(Weekday::Wednesday)),
    ("quinta", Word::Weekday(Weekday::Thursday)),
    ("sexta", Word::Weekday(Weekday::Friday)),
    ("as", Word::At),
    ("ate", Word::By),
    ("da manha", Word::Part(Part::Morning)),
    ("de manha", Word::Part(Part::Morning)),
    ("da tarde", Word::Part(Part::Afternoon)),
    ("da noite", Word::Part(Part::Night)),
    // German
    ("heute", Word::Day(0)),
    ("montag", Word::Weekday(Weekday::Monday)),
    ("dienstag", Word::Weekday(Weekday::Tuesday)),
    ("mittwoch", Word::Weekday(Weekday::Wednesday)),
    ("donnerstag", Word::Weekday(Weekday::Thursday)),
    ("freitag", Word::Weekday(Weekday::Friday)),
    ("samstag", Word::Weekday(Weekday::Saturday)),
    ("sonntag", Word::Weekday(Weekday::Sunday)),
    ("um", Word::At),
    // French
    ("demain", Word::Day(1)),
    ("lundi", Word::Weekday(Weekday::Monday)),
    ("mardi", Word::Weekday(Weekday::Tuesday)),
    ("mercredi", Word::Weekday(Weekday::Wednesday)),
    ("jeudi", Word::Weekday(Weekday::Thursday)),
    ("vendredi", Word::Weekday(Weekday::Friday)),
    ("samedi", Word::Weekday(Weekday::Saturday)),
    ("dimanche", Word::Weekday(Weekday::Sunday)),
    // Vietnamese
    ("hom nay", Word::Day(0)),
    ("ngay mai", Word::Day(1)),
    ("ngay kia", Word::Day(2)),
    ("thu hai", Word::Weekday(Weekday::Monday)),
    ("thu ba", Word::Weekday(Weekday::Tuesday)),
    ("thu tu", Word::Weekday(Weekday::Wednesday)),
    ("thu nam", Word::Weekday(Weekday::Thursday)),
    ("thu sau", Word::Weekday(Weekday::Friday)),
    ("thu bay", Word::Weekday(Weekday::Saturday)),
    ("chu nhat", Word::Weekday(Weekday::Sunday)),
    // Arabic
    ("اليوم", Word::Day(0)),
    ("غدا", Word::Day(1)),
    ("بعد غد", Word::Day(2)),
    ("الاثنين", Word::Weekday(Weekday::Monday)),
    ("الثلاثاء", Word::Weekday(Weekday::Tuesday)),
    ("الاربعاء", Word::Weekday(Weekday::Wednesday)),
    ("الخميس", Word::Weekday(Weekday::Thursday)),
    ("الجمعة", Word::Weekday(Weekday::Friday)),
    ("السبت", Word::Weekday(Weekday::Saturday)),
    ("الاحد", Word::Weekday(Weekday::Sunday)),
];

/// Japanese days that Chinese does not write in the same way.
pub(super) const JAPANESE: &[(&str, &[Word])] = &[
    ("明後日", &[Word::Day(2)]),
    ("今日中", &[Word::EndOfDay]),
    ("月曜日", &[Word::Weekday(Weekday::Monday)]),
    ("火曜日", &[Word::Weekday(Weekday::Tuesday)]),
    ("水曜日", &[Word::Weekday(Weekday::Wednesday)]),
    ("木曜日", &[Word::Weekday(Weekday::Thursday)]),
    ("金曜日", &[Word::Weekday(Weekday::Friday)]),
    ("土曜日", &[Word::Weekday(Weekday::Saturday)]),
    ("日曜日", &[Word::Weekday(Weekday::Sunday)]),
    ("月曜", &[Word::Weekday(Weekday::Monday)]),
    ("火曜", &[Word::Weekday(Weekday::Tuesday)]),
    ("水曜", &[Word::Weekday(Weekday::Wednesday)]),
    ("木曜", &[Word::Weekday(Weekday::Thursday)]),
    ("金曜", &[Word::Weekday(Weekday::Friday)]),
    ("土曜", &[Word::Weekday(Weekday::Saturday)]),
    ("日曜", &[Word::Weekday(Weekday::Sunday)]),
    ("来週", &[Word::WeekShift(1)]),
    ("午前", &[Word::Part(Part::Morning)]),
    ("午後", &[Word::Part(Part::Afternoon)]),
    ("正午", &[Word::Noon]),
    ("時", &[Word::Oclock]),
    ("時間", &[Word::Unit(Unit::Hour)]),
];

/// What may stand before a weekday and adds nothing: `el viernes`, `يوم الجمعة`.
const ARTICLES: &[&str] = &["el", "le", "de", "del", "da", "do", "na", "no", "يوم"];

/// Reads the word that begins these letters, with its length in letters; a longer word that begins alike is not it.
pub(super) fn piece(rest: &[char]) -> Option<(Word, usize)> {
    let article = ARTICLES.iter().find_map(|article| length(article, rest));
    if let Some(article) = article.map(|article| article + 1)
        && let Some((word @ Word::Weekday(_), length)) = known(rest.get(article..)?)
    {
        return Some((word, article + length));
    }
    known(rest)
}

fn known(rest: &[char]) -> Option<(Word, usize)> {
    let first = fold(&rest.first()?.to_string());
    TONGUES
        .iter()
        .filter(|(known, _)| known.starts_with(first.as_str()))
        .filter_map(|(known, word)| Some((*word, length(known, rest)?)))
        .max_by_key(|(_, length)| *length)
}

/// Counts the letters that spell a folded word.
fn length(known: &str, rest: &[char]) -> Option<usize> {
    let mut wanted = known.chars().peekable();
    let mut taken = 0;
    while let Some(letter) = rest.get(taken) {
        let folded = fold(&letter.to_string());
        if folded.is_empty() {
            // An accent that stands by itself belongs to the letter before it.
            taken += 1;
            continue;
        }
        if wanted.peek().is_none() {
            break;
        }
        for letter in folded.chars() {
            if wanted.next() != Some(letter) {
                return None;
            }
        }
        taken += 1;
    }
    let next = rest.get(taken);
    let ends = wanted.peek().is_none() && !next.is_some_and(|next| next.is_alphabetic());
    ends.then_some(taken)
}
