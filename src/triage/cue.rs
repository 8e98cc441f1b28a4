//! Cues: what the words of a text point to.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::fold;

use super::lexicon::PHRASES;

/// What some words point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    Incident = 1,
    Approval = 2,
    Question = 4,
    /// A question mark, or words that hardly ever are anything but a question.
    PlainQuestion = 8,
    Request = 16,
    Commitment = 32,
}

/// The cues of one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cues(u8);

impl Cues {
    pub(super) const fn has(self, cue: Cue) -> bool {
        self.0 & cue as u8 != 0
    }

    fn add(&mut self, cue: Cue) {
        self.0 |= cue as u8;
    }

    /// Finds the cues of a text.
    pub(super) fn of(text: &str) -> Cues {
        Self::of_folded(&folded(text))
    }

    /// Finds the cues of a text that went through [`folded`].
    pub(super) fn of_folded(text: &str) -> Cues {
        let mut cues = Cues::default();
        for (cue, _) in Phrases::get().matches(text) {
            cues.add(cue);
        }
        if asks_with_a_mark(text) {
            cues.add(Cue::PlainQuestion);
        }
        cues
    }
}

/// Folds a text and makes its apostrophes plain.
pub(super) fn folded(text: &str) -> String {
    let folded = fold(text);
    if folded.contains('’') {
        folded.replace('’', "'")
    } else {
        folded
    }
}

/// Tells whether there is a question mark that is not part of a link.
fn asks_with_a_mark(text: &str) -> bool {
    text.contains(['?', '؟', '¿'])
        && text.split_whitespace().any(|word| {
            word.contains(['?', '؟', '¿']) && !word.contains("://") && !word.starts_with("www.")
        })
}

/// Tells whether words are written without spaces in the script of this character.
pub(super) const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}')
}

/// Tells whether a character continues a word of a script with spaces.
pub(super) fn continues_word(c: char) -> bool {
    c.is_alphanumeric() && !is_unspaced(c)
}

/// The phrases of the lexicon by their first character.
struct Phrases {
    ascii: Vec<Vec<Phrase>>,
    others: HashMap<char, Vec<Phrase>>,
}

#[derive(Clone, Copy)]
struct Phrase {
    cue: Cue,
    text: &'static str,
    /// Whether it may be the beginning of a word.
    open: bool,
}

impl Phrases {
    fn get() -> &'static Phrases {
        static PHRASES_BY_FIRST: LazyLock<Phrases> = LazyLock::new(|| {
            let mut ascii: Vec<Vec<Phrase>> = vec![Vec::new(); 128];
            let mut others: HashMap<char, Vec<Phrase>> = HashMap::new();
            for (cue, phrases) in PHRASES {
                for phrase in *phrases {
                    let text = phrase.strip_suffix('*').unwrap_or(phrase);
                    let Some(first) = text.chars().next() else {
                        continue;
                    };
                    let list = match ascii.get_mut(first as usize) {
                        Some(list) => list,
                        None => others.entry(first).or_default(),
                    };
                    list.push(Phrase {
                        cue: *cue,
                        text,
                        open: text.len() < phrase.len(),
                    });
                }
            }
            Phrases { ascii, others }
        });
        &PHRASES_BY_FIRST
    }

    /// Returns every phrase that stands in a folded text, with its place.
    fn matches<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (Cue, usize)> + 't {
        let mut before = ' ';
        text.char_indices().flat_map(move |(at, c)| {
            let inside = continues_word(before) && continues_word(c);
            before = c;
            let candidates = match self.ascii.get(c as usize) {
                _ if inside => &[],
                Some(list) => list.as_slice(),
                None => self.others.get(&c).map_or(&[][..], Vec::as_slice),
            };
            let rest = text.get(at..).unwrap_or("");
            candidates.iter().filter_map(move |phrase| {
                let after = rest.strip_prefix(phrase.text)?;
                let ends = phrase.open
                    || !phrase.text.ends_with(continues_word)
                    || !after.starts_with(continues_word);
                ends.then_some((phrase.cue, at))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_folded_and_finds_itself() {
        for (cue, phrases) in PHRASES {
            for phrase in *phrases {
                let text = phrase.strip_suffix('*').unwrap_or(phrase);
                assert_eq!(folded(text), text, "{phrase}");
                assert!(Cues::of(text).has(*cue), "{phrase}");
            }
        }
    }

    #[test]
    fn words_of_letters_stand_by_themselves() {
        assert!(Cues::of("She was suspended.").has(Cue::Incident));
        assert!(Cues::of("perma banned!").has(Cue::Incident));
        assert!(!Cues::of("urban bandwidth").has(Cue::Incident));
        assert!(Cues::of("账号被封了").has(Cue::Incident));
        assert!(Cues::of("I’ll send it").has(Cue::Commitment));
    }

    #[test]
    fn a_question_mark_in_a_link_asks_nothing() {
        assert!(!Cues::of("see https://example.org/a?b=c").has(Cue::PlainQuestion));
        assert!(Cues::of("真的吗？").has(Cue::PlainQuestion));
        assert!(Cues::of("¿cuánto tarda?").has(Cue::Question));
    }
}
