//! Hours with a letter behind them, as French, Spanish and Portuguese write them (`18h`, `17h30`, `1730h`), and hours
//! in words (`half past five`).
//!
//! `18h` is a time of day after `at`, `by`, `às`, `a las`, `até`, `um` or a day, and a length everywhere else: alone it
//! is the length, with the time of day as its other reading.

use super::clock_rules::bare_form;
use super::error::PhraseError;
use super::grammar::{Lead, Parser};
use super::lexer::{Kind, Token};
use super::said::{ClockTime, Form};
use super::words::{Unit, Word};

/// Tells whether a token is the letter of an hour: `h`, `hs`, `horas`.
fn is_letter(token: &Token) -> bool {
    token.kind == Kind::Word(Word::Unit(Unit::Hour))
        && matches!(
            token.text.trim_end_matches('.'),
            "h" | "hs" | "hora" | "horas"
        )
}

/// Returns the first number of a phrase that may be an hour or a length, as it is written: `18h`.
pub(super) fn doubtful(tokens: &[Token]) -> Option<String> {
    tokens.windows(2).find_map(|pair| match pair {
        [number, letter] if is_letter(letter) => matches!(number.kind, Kind::Number(_, 1 | 2 | 4))
            .then(|| format!("{}{}", number.text, letter.text)),
        _ => None,
    })
}

/// Tells whether minutes are written with their unit, so that a length is meant: `1h 30m`.
pub(super) fn is_length(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .any(|token| token.kind == Kind::Word(Word::Unit(Unit::Minute)))
}

impl Parser<'_> {
    /// Tells whether a number with `h` is a time of day here.
    pub(super) fn hours_here(&self) -> bool {
        match self.lead {
            Some((Lead::At | Lead::By | Lead::From | Lead::Between, _)) => true,
            Some((Lead::In | Lead::Within | Lead::On | Lead::IsoTime, _)) => false,
            None => self.hour_marks || !self.days.is_empty() || self.said.part.is_some(),
        }
    }

    /// Reads `18h`, `17h30`, `1730h`, where a time of day may stand.
    pub(super) fn hour_mark(&self, at: usize) -> Option<(ClockTime, usize)> {
        let (value, digits) = self.number(at).filter(|_| self.hours_here())?;
        let value = i32::try_from(value).ok()?;
        self.tokens.get(at + 1).filter(|letter| is_letter(letter))?;
        let (hour, mut minute) = match digits {
            1 | 2 => (value, 0),
            4 => (value / 100, value % 100),
            _ => return None,
        };
        let mut next = at + 2;
        if self.glued(next)
            && let Some((minutes, 2)) = self.number(next).filter(|_| digits < 4)
        {
            minute = i32::try_from(minutes).ok()?;
            next += 1;
            if self.word(next) == Some(Word::Unit(Unit::Minute)) && self.glued(next) {
                next += 1;
            }
        }
        let exists = (0..24).contains(&hour) && (0..60).contains(&minute);
        let part = matches!(self.word(next), Some(Word::Part(_)));
        // `6h da tarde` leaves the half of the day to the words.
        let form = if part && hour <= 12 {
            Form::Bare
        } else {
            Form::Sure
        };
        let time = ClockTime { hour, minute, form };
        (exists || (hour, minute) == (24, 0)).then_some((time, next))
    }

    /// Reads `half past five`, `a quarter to six pm`, `five o'clock`, `five pm`, and `five` after `at`.
    pub(super) fn hour_in_words(
        &self,
        at: usize,
    ) -> Result<Option<(ClockTime, usize)>, PhraseError> {
        let quarter = Some(Word::Unit(Unit::Quarter));
        let article = self.word(at) == Some(Word::A) && self.word(at + 1) == quarter;
        let from = at + usize::from(article);
        let past = self
            .tokens
            .get(from + 1)
            .is_some_and(|token| token.text == "past");
        let to = self.word(from + 1) == Some(Word::To);
        let (before, minute) = match self.word(from) {
            Some(Word::Half) if past => (0, 30),
            word if word == quarter && past => (0, 15),
            word if word == quarter && to => (1, 45),
            _ => return self.counted_hour(at),
        };
        let number = self.number(from + 2).map(|(hour, _)| hour);
        let number = number.filter(|hour| (1..=12).contains(hour));
        let Some(hour) = number.or_else(|| self.hour_word(from + 2)) else {
            return Ok(None);
        };
        let hour = i32::try_from(hour).unwrap_or(12) - before;
        let hour = if hour == 0 { 12 } else { hour };
        let next = from + 3 + usize::from(self.word(from + 3) == Some(Word::Oclock));
        if let Some(pm) = self.meridiem(next) {
            let time = self.twelve(at, next + 1, hour, minute, pm)?;
            return Ok(Some((time, next + 1)));
        }
        let form = Form::Bare;
        Ok(Some((ClockTime { hour, minute, form }, next)))
    }

    /// An hour that is written as a word: from one to twelve.
    fn hour_word(&self, at: usize) -> Option<i64> {
        let article = self.tokens.get(at).is_some_and(|token| token.text == "an");
        match self.word(at)? {
            Word::Count(hour @ 1..=12) if !article => Some(hour),
            _ => None,
        }
    }

    fn counted_hour(&self, at: usize) -> Result<Option<(ClockTime, usize)>, PhraseError> {
        let Some(hour) = self.hour_word(at) else {
            return Ok(None);
        };
        let hour = i32::try_from(hour).unwrap_or(12);
        let oclock = self.word(at + 1) == Some(Word::Oclock);
        let next = at + 1 + usize::from(oclock);
        if let Some(pm) = self.meridiem(next) {
            return Ok(Some((self.twelve(at, next + 1, hour, 0, pm)?, next + 1)));
        }
        let after_at = matches!(self.lead, Some((Lead::At, _)));
        let unit = matches!(self.word(next), Some(Word::Unit(_) | Word::Business));
        if !oclock && (!after_at || unit) {
            return Ok(None);
        }
        let form = bare_form(hour, 1);
        Ok(Some((
            ClockTime {
                hour,
                minute: 0,
                form,
            },
            next,
        )))
    }
}
