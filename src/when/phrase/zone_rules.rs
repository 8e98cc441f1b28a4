//! The grammar of zones and contacts: `SGT`, `(los angeles)`, `UTC+8`, `wei's time`, `my time`.

use super::error::{PhraseError, Problem};
use super::grammar::{EXAMPLES, Parser, What};
use super::lexer::Kind;
use super::said::NamedZone;
use super::words::Word;
use crate::when::zone::{self, ZoneError};

impl Parser<'_> {
    pub(super) fn zone(&mut self, at: usize) -> Result<bool, PhraseError> {
        let bracket = self.sign(at) == Some('(');
        let from = at + usize::from(bracket);
        let Some((zone, mut next)) = self.zone_at(from)? else {
            return Ok(false);
        };
        if self.word(next) == Some(Word::Time) {
            next += 1;
        }
        if bracket {
            if self.sign(next) != Some(')') {
                return Err(self.error(at, next - at, Problem::Unfinished("`)`"), EXAMPLES));
            }
            next += 1;
        }
        self.settle(What::Zone, at, next - at)?;
        if self.said.zone.is_some() {
            return Err(self.error(at, next - at, Problem::Second("zone"), "write one zone"));
        }
        self.said.zone = Some(zone);
        self.at = next;
        Ok(true)
    }

    fn zone_at(&self, at: usize) -> Result<Option<(NamedZone, usize)>, PhraseError> {
        if self.word(at) == Some(Word::My) && self.word(at + 1) == Some(Word::Time) {
            let found = zone::FoundZone {
                zone: self.people.own_zone().clone(),
                literal: None,
            };
            let word = self.written(at, at + 2);
            let other = None;
            return Ok(Some((NamedZone { found, word, other }, at + 2)));
        }
        for length in (1..=5).rev() {
            if !self.may_name(at, length) {
                continue;
            }
            let written = self.written(at, at + length);
            let person = self
                .people
                .find(&written)
                .map_err(|(problem, hint)| self.error(at, length, problem, hint))?;
            let place = match zone::look_up(&written) {
                Ok(found) => found,
                Err(_) if person.is_some() => None,
                Err(ZoneError::Contested { candidates, .. }) => {
                    let problem = Problem::Contested(candidates.join(" or "));
                    return Err(self.error(at, length, problem, "write the city"));
                }
                Err(_) => {
                    let problem =
                        Problem::Impossible("offsets go from UTC-12 to UTC+14".to_owned());
                    return Err(self.error(at, length, problem, "write UTC+8 or a city"));
                }
            };
            let other = place
                .clone()
                .map(|place| (place, format!("`{written}` is also the name of a place")));
            if let Some(found) = person {
                let other = other.filter(|(place, _)| place.zone != found.zone);
                let word = written;
                return Ok(Some((NamedZone { found, word, other }, at + length)));
            }
            if let Some(found) = place {
                let (word, other) = (written, None);
                return Ok(Some((NamedZone { found, word, other }, at + length)));
            }
        }
        Ok(None)
    }

    /// Tells whether these tokens could together be a name or an offset.
    fn may_name(&self, at: usize, length: usize) -> bool {
        let Some(tokens) = self.tokens.get(at..at + length) else {
            return false;
        };
        let first = match tokens.first().map(|token| &token.kind) {
            Some(Kind::Name(_)) => true,
            Some(Kind::Sign('+')) => length > 1 && self.glued(at),
            Some(Kind::Sign('-')) => length > 1 && self.glued(at) && self.iso,
            _ => false,
        };
        first
            && tokens.windows(2).all(|pair| match pair {
                [before, after] => match (&before.kind, &after.kind) {
                    (_, Kind::Sign('+' | '-' | ':')) | (Kind::Sign('+' | '-' | ':'), _) => {
                        after.glued
                    }
                    (_, Kind::Sign(_)) | (Kind::Sign(_), _) => false,
                    (_, Kind::Number(..)) => after.glued,
                    _ => true,
                },
                _ => true,
            })
    }
}
