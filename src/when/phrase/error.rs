//! Why a phrase cannot be read.

use thiserror::Error;

/// A phrase that cannot be read, with the word at fault and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{word}` at character {at}: {problem}; {hint}")]
pub struct PhraseError {
    /// What is wrong.
    pub problem: Problem,
    /// The word or words at fault, as they were written.
    pub word: String,
    /// Where the word stands: the number of its first character, counted from 1.
    pub at: usize,
    /// What to write instead.
    pub hint: String,
}

/// What is wrong with a phrase.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing was written.
    #[error("nothing is written")]
    Empty,
    /// The word is no day, time, zone or contact.
    #[error("no day, time, zone or contact is called this")]
    Unknown,
    /// Several zones or contacts are called this; they are named.
    #[error("it may mean {0}")]
    Contested(String),
    /// A number that could be an hour or a day.
    #[error("a bare number may be an hour or a day")]
    BareNumber,
    /// A second day, time or zone in one phrase.
    #[error("the phrase already has a {0}")]
    Second(&'static str),
    /// Something must follow, and does not.
    #[error("{0} must follow")]
    Unfinished(&'static str),
    /// The word is known but has no place here.
    #[error("the word has no meaning here")]
    Misplaced,
    /// A date, time or length that does not exist or contradicts another part.
    #[error("{0}")]
    Impossible(String),
    /// A zone or a contact without a day or a time.
    #[error("a zone alone is no time")]
    OnlyZone,
}
