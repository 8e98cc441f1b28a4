//! Chinese words and numbers of a phrase.

use jiff::civil::Weekday;

use super::tongues::JAPANESE;
use super::words::{HAN, Unit, Word};

/// What begins a run of Han characters.
pub(super) enum Piece {
    Words(Vec<Word>),
    Number(i64),
}

/// Tells whether a character is a Han character.
pub(super) fn is_han(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter) || letter == '\u{3007}'
}

/// Reads the longest piece that begins `text`, with its length in characters.
pub(super) fn piece(text: &[char]) -> Option<(Piece, usize)> {
    if let Some((words, length)) = week(text) {
        return Some((Piece::Words(words), length));
    }
    let word = HAN
        .iter()
        .chain(JAPANESE)
        .filter(|(written, _)| begins(text, written))
        .max_by_key(|(written, _)| written.chars().count());
    if let Some((written, words)) = word {
        return Some((Piece::Words(words.to_vec()), written.chars().count()));
    }
    number(text).map(|(value, length)| (Piece::Number(value), length))
}

fn begins(text: &[char], word: &str) -> bool {
    text.len() >= word.chars().count() && word.chars().zip(text).all(|(left, right)| left == *right)
}

/// `周四`, `下周二`, `这个星期五`, `下下周一`, `本周末`, and the week alone.
fn week(text: &[char]) -> Option<(Vec<Word>, usize)> {
    const SHIFTS: [(&str, i32); 8] = [
        ("下下个", 2),
        ("下下", 2),
        ("下个", 1),
        ("下", 1),
        ("这个", 0),
        ("这", 0),
        ("本", 0),
        ("上", -1),
    ];
    const WEEKS: [&str; 3] = ["星期", "礼拜", "周"];
    let shift = SHIFTS.iter().find(|(written, _)| {
        let length = written.chars().count();
        begins(text, written)
            && WEEKS
                .iter()
                .any(|week| text.get(length..).is_some_and(|rest| begins(rest, week)))
    });
    let mut length = shift.map_or(0, |(written, _)| written.chars().count());
    let week = WEEKS
        .iter()
        .find(|week| text.get(length..).is_some_and(|rest| begins(rest, week)))?;
    length += week.chars().count();
    let shift = shift.map(|(_, weeks)| *weeks);
    let day = text.get(length).copied();
    if day == Some('末') {
        let which = match shift {
            Some(1) => Word::Next,
            Some(-1) => Word::Last,
            Some(2) => return None,
            _ => Word::This,
        };
        return Some((vec![which, Word::Weekend], length + 1));
    }
    let weekday = match day {
        Some('一') => Weekday::Monday,
        Some('二') => Weekday::Tuesday,
        Some('三') => Weekday::Wednesday,
        Some('四') => Weekday::Thursday,
        Some('五') => Weekday::Friday,
        Some('六') => Weekday::Saturday,
        Some('日' | '天') => Weekday::Sunday,
        _ => {
            let word = shift.map_or(Word::Unit(Unit::Week), Word::WeekShift);
            return Some((vec![word], length));
        }
    };
    let mut words = vec![Word::Weekday(weekday)];
    words.extend(shift.map(Word::WeekShift));
    Some((words, length + 1))
}

/// Numbers up to 99: `三`, `两`, `十`, `十二`, `二十`, `二十三`.
fn number(text: &[char]) -> Option<(i64, usize)> {
    let digit = |at: usize| text.get(at).copied().and_then(digit);
    let is_ten = |at: usize| text.get(at) == Some(&'十');
    match (digit(0), is_ten(0)) {
        (None, false) => None,
        (None, true) => Some(match digit(1) {
            Some(ones) => (10 + ones, 2),
            None => (10, 1),
        }),
        (Some(tens), _) if is_ten(1) => Some(match digit(2) {
            Some(ones) => (tens * 10 + ones, 3),
            None => (tens * 10, 2),
        }),
        (Some(ones), _) => Some((ones, 1)),
    }
}

fn digit(letter: char) -> Option<i64> {
    Some(match letter {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}
