//! The grammar of times of day: `6pm`, `18:00`, `4-6pm`, `下午3点半`, `eod`.

use super::error::PhraseError;
use super::grammar::{Lead, Parser};
use super::said::{Clock, ClockTime, Form};
use super::words::{Unit, Word};

type Found<T> = Result<Option<(T, usize)>, PhraseError>;

impl Parser<'_> {
    /// Reads a time of day or a stretch of it; `loose` allows bare numbers as hours, `single`
    /// refuses stretches.
    pub(super) fn clock_at(&self, at: usize, loose: bool, single: bool) -> Found<Clock> {
        match self.word(at) {
            Some(Word::Midnight) => return Ok(Some((Clock::Midnight, at + 1))),
            Some(Word::EndOfDay) => return Ok(Some((Clock::EndOfDay, at + 1))),
            Some(Word::CloseOfBusiness) => return Ok(Some((Clock::CloseOfBusiness, at + 1))),
            Some(Word::End) if self.word(at + 1) == Some(Word::Of) => {
                return Ok(self.end_of_day(at + 2));
            }
            _ => {}
        }
        let before_part = self.word(at + 1) == Some(Word::Tonight)
            || matches!(
                (self.word(at + 1), self.word(at + 2), self.word(at + 3)),
                (Some(Word::In), Some(Word::The), Some(Word::Part(_)))
            );
        let loose = loose || before_part;
        let Some((start, next)) = self.time_at(at, true)? else {
            return Ok(None);
        };
        if !single
            && self.connects(next)
            && let Some((end, after)) = self.end_at(next + 1)?
            && (loose || start.form != Form::Bare || end.form != Form::Bare)
        {
            return Ok(Some((self.stretch(at, after, start, end)?, after)));
        }
        let allowed =
            loose || start.form != Form::Bare || self.number(at).is_none() || self.marked(at, next);
        Ok(allowed.then_some((Clock::At(start), next)))
    }

    /// The end of a stretch, which may be midnight.
    fn end_at(&self, at: usize) -> Found<ClockTime> {
        if self.word(at) == Some(Word::Midnight) {
            let midnight = ClockTime {
                hour: 24,
                minute: 0,
                form: Form::Sure,
            };
            return Ok(Some((midnight, at + 1)));
        }
        self.time_at(at, true)
    }

    fn connects(&self, at: usize) -> bool {
        let between = matches!(self.lead, Some((Lead::Between, _)));
        self.sign(at) == Some('-')
            || self.word(at) == Some(Word::To)
            || (between && self.word(at) == Some(Word::And))
    }

    /// A bare hour with its own mark: `3点`, `3 o'clock`.
    fn marked(&self, at: usize, next: usize) -> bool {
        (at..next).any(|at| self.word(at) == Some(Word::Oclock))
    }

    /// `day`, `the day`, `business` after `end of`.
    fn end_of_day(&self, at: usize) -> Option<(Clock, usize)> {
        let at = at + usize::from(matches!(self.word(at), Some(Word::The | Word::This)));
        match (self.word(at), self.word(at + 1)) {
            (Some(Word::Unit(Unit::Day)), _) => Some((Clock::EndOfDay, at + 1)),
            (Some(Word::Business), Some(Word::Unit(Unit::Day))) => {
                Some((Clock::CloseOfBusiness, at + 2))
            }
            (Some(Word::Business), _) => Some((Clock::CloseOfBusiness, at + 1)),
            _ => None,
        }
    }

    /// Both ends of a stretch, where one end may tell am or pm for the other.
    fn stretch(
        &self,
        at: usize,
        next: usize,
        start: ClockTime,
        end: ClockTime,
    ) -> Result<Clock, PhraseError> {
        let sure = |minute: i32| ClockTime {
            hour: minute / 60 % 24,
            minute: minute % 60,
            form: Form::Sure,
        };
        let (start, end) = match (start.form, end.form) {
            // `4-6pm`, `11-1pm`: the latest such time before the end.
            (Form::Bare | Form::Short, Form::Twelve) if start.hour <= 12 => {
                let latest = [720, 0]
                    .into_iter()
                    .map(|more| minute(start) % 720 + more)
                    .find(|minute| *minute < minute_of_end(end));
                (latest.map_or(start, sure), end)
            }
            // `9-17:00` is of 24 hours on both sides.
            (Form::Bare | Form::Short, Form::Sure) => (sure(minute(start)), end),
            // `10am-2`, `16:00-6`: the first such time after the start.
            (Form::Twelve | Form::Sure, Form::Bare | Form::Short) => {
                let first = [0, 720, 1440]
                    .into_iter()
                    .map(|more| minute(end) % 720 + more)
                    .find(|later| *later > minute(start));
                (start, first.map_or(end, sure))
            }
            _ => (start, end),
        };
        if minute(start) == minute(end) {
            return Err(self.impossible(at, next - at, "the stretch is empty".to_owned()));
        }
        Ok(Clock::Span(start, end))
    }

    /// Reads one time of day; without `bare` a lone number is none.
    pub(super) fn time_at(&self, at: usize, bare: bool) -> Found<ClockTime> {
        if self.word(at) == Some(Word::Noon) {
            let noon = ClockTime {
                hour: 12,
                minute: 0,
                form: Form::Sure,
            };
            return Ok(Some((noon, at + 1)));
        }
        if let Some(found) = self.hour_mark(at) {
            return Ok(Some(found));
        }
        if let Some(found) = self.hour_in_words(at)? {
            return Ok(Some(found));
        }
        let Some((value, digits @ 1..=2)) = self.number(at) else {
            return Ok(None);
        };
        let hour = i32::try_from(value).unwrap_or(i32::MAX);
        if self.sign(at + 1) == Some(':') && self.number(at + 2).is_some() {
            return self.with_colon(at, hour, digits).map(Some);
        }
        let dotted = self.sign(at + 1) == Some('.') && self.glued(at + 1) && self.glued(at + 2);
        if let Some((minute, 2)) = self.number(at + 2).filter(|_| dotted) {
            let minute = i32::try_from(minute).unwrap_or(i32::MAX);
            return match self.meridiem(at + 3) {
                Some(pm) => Ok(Some((self.twelve(at, at + 4, hour, minute, pm)?, at + 4))),
                None => Ok(None),
            };
        }
        if let Some(pm) = self.meridiem(at + 1) {
            return Ok(Some((self.twelve(at, at + 2, hour, 0, pm)?, at + 2)));
        }
        if self.word(at + 1) == Some(Word::Oclock) {
            return self.with_mark(at, hour).map(Some);
        }
        let claimed = matches!(
            self.word(at + 1),
            Some(
                Word::Unit(_)
                    | Word::Business
                    | Word::Month(_)
                    | Word::Ordinal
                    | Word::Half
                    | Word::YearMark
                    | Word::MonthMark
                    | Word::DayMark
                    | Word::MinuteMark
            )
        ) || matches!(self.sign(at + 1), Some('/' | '.' | ':'));
        if !bare || claimed || hour > 24 {
            return Ok(None);
        }
        let found = self.checked(at, at + 1, hour, 0, bare_form(hour, digits))?;
        Ok(Some((found, at + 1)))
    }

    /// `18:00`, `6:30pm`, `18:00:00`.
    fn with_colon(
        &self,
        at: usize,
        hour: i32,
        digits: usize,
    ) -> Result<(ClockTime, usize), PhraseError> {
        let mut next = at + 3;
        let Some((minute, 2)) = self.number(at + 2) else {
            return Err(self.impossible(at, 3, "minutes have two digits".to_owned()));
        };
        let minute = i32::try_from(minute).unwrap_or(i32::MAX);
        if self.sign(next) == Some(':') {
            if self.number(next + 1) != Some((0, 2)) {
                return Err(self.impossible(at, next + 2 - at, "seconds are not kept".to_owned()));
            }
            next += 2;
        }
        if let Some(pm) = self.meridiem(next) {
            return Ok((self.twelve(at, next + 1, hour, minute, pm)?, next + 1));
        }
        let short = digits == 1 && (1..=6).contains(&hour);
        let form = if short { Form::Short } else { Form::Sure };
        Ok((self.checked(at, next, hour, minute, form)?, next))
    }

    /// `3点`, `3点半`, `3点一刻`, `3点20分`, `3 o'clock pm`.
    fn with_mark(&self, at: usize, hour: i32) -> Result<(ClockTime, usize), PhraseError> {
        let (minute, next) = match (self.word(at + 2), self.number(at + 2)) {
            (Some(Word::HalfPast), _) => (30, at + 3),
            (Some(Word::Past(minute)), _) => (i32::from(minute), at + 3),
            (_, Some((minute, _))) if self.glued(at + 2) => {
                let minute = i32::try_from(minute).unwrap_or(i32::MAX);
                let mark = usize::from(self.word(at + 3) == Some(Word::MinuteMark));
                (minute, at + 3 + mark)
            }
            _ => (0, at + 2),
        };
        if let Some(pm) = self.meridiem(next) {
            return Ok((self.twelve(at, next + 1, hour, minute, pm)?, next + 1));
        }
        let form = bare_form(hour, 1);
        Ok((self.checked(at, next, hour, minute, form)?, next))
    }

    /// Am (`false`) or pm (`true`); a lone `a` only right after the number.
    pub(super) fn meridiem(&self, at: usize) -> Option<bool> {
        match self.word(at)? {
            Word::Pm => Some(true),
            Word::Am => Some(false),
            Word::A if self.glued(at) => Some(false),
            _ => None,
        }
    }

    pub(super) fn twelve(
        &self,
        at: usize,
        next: usize,
        hour: i32,
        minute: i32,
        pm: bool,
    ) -> Result<ClockTime, PhraseError> {
        if !(1..=12).contains(&hour) {
            let text = "with am or pm the hours go from 1 to 12".to_owned();
            return Err(self.impossible(at, next - at, text));
        }
        let hour = hour % 12 + if pm { 12 } else { 0 };
        self.checked(at, next, hour, minute, Form::Twelve)
    }

    fn checked(
        &self,
        at: usize,
        next: usize,
        hour: i32,
        minute: i32,
        form: Form,
    ) -> Result<ClockTime, PhraseError> {
        let exists = (0..24).contains(&hour) && (0..60).contains(&minute);
        let midnight = hour == 24 && minute == 0;
        if !exists && !midnight {
            let text = "a day goes from 00:00 to 24:00".to_owned();
            return Err(self.impossible(at, next - at, text));
        }
        Ok(ClockTime { hour, minute, form })
    }
}

/// Minutes since midnight.
pub(super) fn minute(hour: ClockTime) -> i32 {
    hour.hour * 60 + hour.minute
}

/// Minutes since midnight of the end of a stretch: midnight is the end of the day.
fn minute_of_end(end: ClockTime) -> i32 {
    match minute(end) {
        0 => 1440,
        minute => minute,
    }
}

pub(super) fn bare_form(hour: i32, digits: usize) -> Form {
    let plain = hour == 0 || hour > 12 || (digits == 2 && hour < 10);
    if plain { Form::Sure } else { Form::Bare }
}
