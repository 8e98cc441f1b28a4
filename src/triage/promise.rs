//! What a sent text promised, and by when.

use std::ops::Range;

use super::cue::{Cue, Cues};
use super::deadline::{self, Firmness};

/// A promise found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The words that say when, as they stand in the text: `by Friday`, `周五前`.
    pub quote: String,
    /// The time alone, for the reader of date phrases: `Friday`, `周五`.
    pub due: String,
    /// Where the quote stands, in bytes of the text.
    pub place: Range<usize>,
}

/// Finds the promises in a text that I wrote, at most one in a sentence.
///
/// A sentence promises if it names a time and is neither a question nor a request: a time with "by",
/// "before", "until", 前 is enough, a time without them needs words such as "I'll" or 我会. Quoted lines
/// (`> …`) are not mine.
pub fn promises(text: &str) -> Vec<Promise> {
    sentences(text)
        .filter_map(|(start, sentence)| {
            let dues = deadline::find(sentence);
            let due = dues
                .iter()
                .find(|due| due.firmness == Firmness::Bound)
                .or(dues.first())?;
            let cues = Cues::of(sentence);
            let committed = cues.has(Cue::Commitment);
            let asks = cues.has(Cue::PlainQuestion)
                || (!committed && (cues.has(Cue::Request) || cues.has(Cue::Question)));
            if asks || !(committed || due.firmness == Firmness::Bound) {
                return None;
            }
            Some(Promise {
                quote: sentence.get(due.quote.clone())?.to_owned(),
                due: readable(sentence, due.time.clone())?,
                place: start + due.quote.start..start + due.quote.end,
            })
        })
        .collect()
}

/// A time as a phrase that reads alone as it is meant: `18h` after `até` is no length.
fn readable(sentence: &str, time: Range<usize>) -> Option<String> {
    let words = sentence.get(time.clone())?;
    Some(if deadline::names_hour(sentence, time.start) {
        format!("by {words}")
    } else {
        words.to_owned()
    })
}

/// Cuts a text into sentences with the places where they begin; quoted lines are left out.
fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').flat_map(move |line| {
        let start = at;
        at += line.len();
        let quoted = line.trim_start().starts_with('>');
        sentences_of_line(if quoted { "" } else { line })
            .into_iter()
            .map(move |(offset, sentence)| (start + offset, sentence))
    })
}

fn sentences_of_line(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut rest = line.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let spaced = rest.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends =
            matches!(c, '。' | '！' | '？') || (matches!(c, '.' | '!' | '?' | ';') && spaced);
        if ends {
            let end = at + c.len_utf8();
            found.extend(line.get(start..end).map(|sentence| (start, sentence)));
            start = end;
        }
    }
    found.extend(line.get(start..).map(|sentence| (start, sentence)));
    found
}
