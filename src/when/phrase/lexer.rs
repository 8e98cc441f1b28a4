//! Text to words, numbers and signs; nothing is dropped but blanks.

use std::ops::Range;

use super::words::{GLUED, VOCABULARY, Word};
use super::{han, tongues};
use crate::when::spelling::fold;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word of the vocabulary.
    Word(Word),
    /// A word that only a zone or a contact can claim; folded.
    Name(String),
    /// A number and how many digits it was written with.
    Number(i64, usize),
    /// A punctuation mark.
    Sign(char),
}

/// A piece of the phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Characters (not bytes) of the phrase.
    pub(super) span: Range<usize>,
    /// No blank stands before it.
    pub(super) glued: bool,
    /// The folded text, for contacts and messages.
    pub(super) text: String,
}

/// Splits a phrase. `is_name` tells whether a folded word is part of a contact's name *and* must be
/// taken as such; `han_name` gives the length of the contact's name that begins a Han run.
pub(super) fn tokens(
    letters: &[char],
    is_name: &dyn Fn(&str) -> bool,
    han_name: &dyn Fn(&[char]) -> Option<usize>,
) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let rest = letters.get(at..).unwrap_or_default();
        if letter.is_whitespace() {
            at += 1;
            continue;
        }
        let glued = at > 0
            && letters
                .get(at - 1)
                .is_some_and(|before| !before.is_whitespace());
        let mut push = |kind: Kind, length: usize| {
            let text: String = rest.iter().take(length).collect();
            found.push(Token {
                kind,
                span: at..at + length,
                glued,
                text: fold(&text),
            });
        };
        if letter.is_ascii_digit() {
            let length = run(rest, |letter| letter.is_ascii_digit());
            push(number(rest, length), length);
            at += length;
        } else if han::is_han(letter) {
            at += han_piece(rest, han_name, &mut push);
        } else if let Some((word, length)) = foreign(rest, glued, is_name) {
            push(Kind::Word(word), length);
            at += length;
        } else if letter.is_alphabetic() {
            let length = word_length(rest);
            let after_number =
                glued && at > 0 && letters.get(at - 1).is_some_and(char::is_ascii_digit);
            let before_number = rest.get(length).is_some_and(char::is_ascii_digit);
            let written: String = rest.iter().take(length).collect();
            push(word(&written, after_number, before_number, is_name), length);
            at += length;
        } else {
            push(Kind::Sign(plain_sign(letter)), 1);
            at += 1;
        }
    }
    found
}

/// A day in another language, unless a contact is called like its first word or it hangs on a number.
fn foreign(rest: &[char], glued: bool, is_name: &dyn Fn(&str) -> bool) -> Option<(Word, usize)> {
    if glued {
        return None;
    }
    let (word, length) = tongues::piece(rest)?;
    let first: String = rest.iter().take(word_length(rest)).collect();
    (!is_name(&fold(&first))).then_some((word, length))
}

fn han_piece(
    rest: &[char],
    han_name: &dyn Fn(&[char]) -> Option<usize>,
    push: &mut dyn FnMut(Kind, usize),
) -> usize {
    if let Some(length) = han_name(rest).or_else(|| crate::when::zone::longest_han_place(rest)) {
        let name: String = rest.iter().take(length).collect();
        push(Kind::Name(fold(&name)), length);
        return length;
    }
    match han::piece(rest) {
        Some((han::Piece::Words(words), length)) => {
            for word in words {
                push(Kind::Word(word), length);
            }
            length
        }
        Some((han::Piece::Number(value), length)) => {
            push(Kind::Number(value, 2), length);
            length
        }
        None => {
            let length = run(rest, han::is_han);
            let name: String = rest.iter().take(length).collect();
            push(Kind::Name(fold(&name)), length);
            length
        }
    }
}

fn word(
    written: &str,
    after_number: bool,
    before_number: bool,
    is_name: &dyn Fn(&str) -> bool,
) -> Kind {
    let folded = fold(written).replace('.', "");
    if is_name(&folded) {
        return Kind::Name(folded);
    }
    if after_number && let Some((_, word)) = GLUED.iter().find(|(known, _)| *known == folded) {
        return Kind::Word(*word);
    }
    if before_number && folded == "q" {
        return Kind::Word(Word::Q);
    }
    match VOCABULARY.iter().find(|(known, _)| *known == folded) {
        Some((_, word)) => Kind::Word(*word),
        None => Kind::Name(folded),
    }
}

fn number(rest: &[char], length: usize) -> Kind {
    let digits: String = rest.iter().take(length).collect();
    // Numbers too long for an i64 are out of every range anyway.
    Kind::Number(digits.parse().unwrap_or(i64::MAX), length)
}

/// Length of a Latin word: letters, `_`, apostrophes and dots inside (`a.m.`), a dot at its end
/// (`Nov.`), and a zone id with its slashes and what follows them (`Etc/GMT+8`).
fn word_length(rest: &[char]) -> usize {
    let mut length = 0;
    let mut slashed = false;
    while let Some(&letter) = rest.get(length) {
        let next = rest.get(length + 1).copied().unwrap_or(' ');
        let fits = match letter {
            '/' => next.is_ascii_alphabetic(),
            '-' | '+' => slashed && next.is_ascii_alphanumeric(),
            '\'' | '’' => next.is_alphabetic(),
            '.' => length > 0,
            '_' => true,
            digit if digit.is_ascii_digit() => slashed,
            letter => letter.is_alphabetic() && !han::is_han(letter) || is_mark(letter),
        };
        if !fits {
            break;
        }
        slashed |= letter == '/';
        length += 1;
        if letter == '.' && !next.is_alphabetic() {
            break;
        }
    }
    length.max(1)
}

fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

fn run(rest: &[char], fits: impl Fn(char) -> bool) -> usize {
    rest.iter().take_while(|letter| fits(**letter)).count()
}

fn plain_sign(sign: char) -> char {
    match sign {
        '–' | '—' | '−' | '~' | '～' | '‐' | '‑' => '-',
        '、' => ',',
        other => other,
    }
}

/// Full-width forms as ASCII, one character for one, so that positions stay.
pub(super) fn letters(text: &str) -> Vec<char> {
    text.chars()
        .map(|letter| match letter {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            other => other,
        })
        .collect()
}
