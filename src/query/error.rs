//! What can be wrong with a query, where, and what was probably meant.

use std::ops::Range;

/// The sort of mistake in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text does not follow the grammar.
    Syntax,
    /// The kind has no field of this name.
    UnknownField,
    /// A choice field has no such value.
    UnknownValue,
    /// The value cannot be read as the type of the field.
    WrongType,
}

/// A query that cannot be used: what, why and a hint, with the place in the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}; {hint}")]
pub struct QueryError {
    /// The place of the mistake, in bytes of the text, on character boundaries.
    pub span: Range<usize>,
    /// The sort of mistake.
    pub fault: Fault,
    /// The words that are wrong, shortened.
    pub what: String,
    /// What is wrong with them.
    pub why: String,
    /// What to do about it.
    pub hint: String,
    /// The text that probably belongs at `span` instead.
    pub suggestion: Option<String>,
}

impl QueryError {
    /// Makes an error about the words at `span`.
    pub(super) fn new(
        fault: Fault,
        span: Range<usize>,
        what: &str,
        why: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            span,
            fault,
            what: shorten(what),
            why: why.into(),
            hint: hint.into(),
            suggestion: None,
        }
    }

    /// Makes an error whose hint is the nearest of the known names, or else `otherwise`.
    pub(super) fn unknown<'n>(
        fault: Fault,
        span: Range<usize>,
        what: &str,
        why: impl Into<String>,
        names: impl Iterator<Item = &'n str>,
        otherwise: impl FnOnce() -> String,
    ) -> Self {
        let suggestion = nearest(what, names).map(str::to_owned);
        let hint = suggestion
            .as_ref()
            .map_or_else(otherwise, |name| format!("did you mean {name}?"));
        Self {
            suggestion,
            ..Self::new(fault, span, what, why, hint)
        }
    }
}

/// Cuts a text for a message after 40 characters.
fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

/// Finds the name that was probably meant: the only one that begins with the word, else the one with the
/// fewest typing mistakes, at most one mistake for every three letters.
pub(super) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const LONGEST: usize = 40;
    let word: Vec<char> = word
        .chars()
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .collect();
    if word.is_empty() {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let letters: Vec<char> = name.chars().collect();
        let distance = if letters.starts_with(&word) {
            1
        } else {
            distance(&word, &letters)
        };
        let allowed = (word.len().max(letters.len()) / 3).max(1);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Counts the typing mistakes between two words: letters missing, added, replaced or swapped with their
/// neighbour (optimal string alignment distance).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}
