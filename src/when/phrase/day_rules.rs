//! The grammar of days: `next tue`, `17 nov`, `3/12`, `in 2 weeks`, `end of next month`.

use super::error::{PhraseError, Problem};
use super::grammar::{EXAMPLES, Lead, Parser};
use super::lexer::Kind;
use super::said::{Amount, Day, Edge, Which};
use super::words::{Unit, Word};

type Found<T> = Result<Option<(T, usize)>, PhraseError>;

/// The most of one unit that a length of time may have; keeps all arithmetic far from overflow.
const MOST: i64 = 100_000;

impl Parser<'_> {
    /// Reads a day that begins at this token.
    pub(super) fn day_at(&self, at: usize) -> Found<Day> {
        match self.word(at) {
            Some(Word::Day(days)) => Ok(Some((Day::Shift(days), at + 1))),
            Some(Word::Weekday(weekday)) => Ok(Some((Day::Weekday(weekday, Which::Bare), at + 1))),
            Some(Word::WeekShift(weeks)) => Ok(Some((Day::Week(weeks), at + 1))),
            Some(Word::Weekend) => Ok(Some((Day::Weekend(0), at + 1))),
            Some(Word::EndOf(unit, shift)) => Ok(Some((Day::Edge(Edge::End, unit, shift), at + 1))),
            Some(Word::StartOf(unit, shift)) => {
                Ok(Some((Day::Edge(Edge::Start, unit, shift), at + 1)))
            }
            Some(Word::Month(month)) => self.month_first(at, month),
            Some(Word::This | Word::Next | Word::Last | Word::Coming) => self.modified(at),
            Some(Word::End) => self.edge_of(at, Edge::End),
            Some(Word::Start) => self.edge_of(at, Edge::Start),
            Some(Word::Q) => self.quarter(at, None),
            Some(Word::Unit(unit)) => Ok(self.after_tomorrow(at, unit)),
            _ if self.number(at).is_some() => match self.dated(at)? {
                Some(found) => Ok(Some(found)),
                None => self.ahead(at),
            },
            _ => self.ahead(at),
        }
    }

    /// `day after tomorrow`, `day before yesterday`, `week after next`.
    fn after_tomorrow(&self, at: usize, unit: Unit) -> Option<(Day, usize)> {
        let day = match (unit, self.word(at + 1)?, self.word(at + 2)?) {
            (Unit::Day, Word::After, Word::Day(1)) => Day::Shift(2),
            (Unit::Day, Word::Before, Word::Day(-1)) => Day::Shift(-2),
            (Unit::Week, Word::After, Word::Next) => Day::Week(2),
            _ => return None,
        };
        Some((day, at + 3))
    }

    /// `this`, `next`, `last` and `coming` with what they belong to.
    fn modified(&self, at: usize) -> Found<Day> {
        let which = self.word(at);
        let shift = match which {
            Some(Word::Next) => 1,
            Some(Word::Last) => -1,
            _ => 0,
        };
        let coming = which == Some(Word::Coming);
        let unit = match self.word(at + 1) {
            Some(Word::Weekday(weekday)) => {
                let which = match which {
                    Some(Word::Next) => Which::Next,
                    Some(Word::Last) => Which::Last,
                    Some(Word::This) => Which::This,
                    _ => Which::Bare,
                };
                return Ok(Some((Day::Weekday(weekday, which), at + 2)));
            }
            Some(Word::Weekend) => return Ok(Some((Day::Weekend(shift), at + 2))),
            Some(Word::Business) if self.word(at + 2) == Some(Word::Unit(Unit::Day)) => {
                (Unit::Workday, at + 3)
            }
            Some(Word::Unit(unit)) => (unit, at + 2),
            // `this afternoon` and `last night` are parts of a day.
            Some(Word::Part(_)) if which != Some(Word::Next) => return Ok(None),
            _ => return Err(self.unfinished(at, "a weekday, week, month, quarter or year")),
        };
        let day = match unit.0 {
            Unit::Week => Day::Week(shift + i32::from(coming)),
            Unit::Month | Unit::Quarter | Unit::Year => {
                Day::Period(unit.0, shift + i32::from(coming))
            }
            Unit::Workday if shift == 1 => Day::Ahead(
                Amount {
                    workdays: 1,
                    ..Amount::default()
                },
                Box::new(Day::Shift(0)),
            ),
            Unit::Day if shift == 1 => Day::Shift(1),
            _ => return Err(self.unfinished(at, "a weekday, week, month, quarter or year")),
        };
        Ok(Some((day, unit.1)))
    }

    /// `end of [the|this|next] month`, `end of november`, `end of q4`.
    fn edge_of(&self, at: usize, edge: Edge) -> Found<Day> {
        if self.word(at + 1) != Some(Word::Of) {
            return Err(self.unfinished(at, "`of` and a week, month, quarter or year"));
        }
        let (shift, unit_at) = match self.word(at + 2) {
            Some(Word::Next) => (1, at + 3),
            Some(Word::Last) => (-1, at + 3),
            Some(Word::This | Word::The) => (0, at + 3),
            _ => (0, at + 2),
        };
        match self.word(unit_at) {
            Some(Word::Unit(unit @ (Unit::Week | Unit::Month | Unit::Quarter | Unit::Year))) => {
                Ok(Some((Day::Edge(edge, unit, shift), unit_at + 1)))
            }
            // `end of day` is a time of day.
            Some(Word::Unit(Unit::Day) | Word::Business) if edge == Edge::End => Ok(None),
            Some(Word::Month(month)) if shift == 0 => {
                Ok(Some((Day::EdgeOfMonth(edge, month), unit_at + 1)))
            }
            Some(Word::Q) if shift == 0 => self.quarter(unit_at, Some(edge)),
            None if matches!(self.number(unit_at), Some((_, 4))) => {
                let value = self.number(unit_at).map_or(0, |(value, _)| value);
                let year = Some(self.year(unit_at, value)?);
                let (month, day) = match edge {
                    Edge::Start => (1, 1),
                    Edge::End => (12, 31),
                };
                Ok(Some((Day::Exact { year, month, day }, unit_at + 1)))
            }
            _ => Err(self.unfinished(at, "a week, month, quarter or year")),
        }
    }

    /// `q4`, `q1 2027`.
    fn quarter(&self, at: usize, edge: Option<Edge>) -> Found<Day> {
        let number = self
            .number(at + 1)
            .and_then(|(value, _)| i8::try_from(value).ok());
        match number {
            Some(quarter @ 1..=4) => {
                let (year, next) = self.year_after(at + 2)?;
                let day = match edge {
                    Some(edge) => Day::EdgeOfQuarter(edge, quarter, year),
                    None => Day::Quarter(quarter, year),
                };
                Ok(Some((day, next)))
            }
            _ => Err(self.impossible(at, 2, "a year has the quarters q1 to q4".to_owned())),
        }
    }

    /// `nov`, `nov 17`, `nov 17th, 2026`, `nov 17-19`, `nov 2026`.
    fn month_first(&self, at: usize, month: i8) -> Found<Day> {
        let Some((value, digits)) = self.number(at + 1) else {
            return Ok(Some((Day::MonthOnly { month, year: None }, at + 1)));
        };
        if digits == 4 && self.sign(at + 2) != Some(':') {
            let year = Some(self.year(at + 1, value)?);
            return Ok(Some((Day::MonthOnly { month, year }, at + 2)));
        }
        if digits > 2 || self.time_at(at + 1, false)?.is_some() {
            return Ok(Some((Day::MonthOnly { month, year: None }, at + 1)));
        }
        let day = self.day_number(at + 1, value)?;
        let mut next = self.past_ordinal(at + 2);
        let mut last = None;
        if let (Some('-'), Some((value, 1..=2))) = (self.sign(next), self.number(next + 1)) {
            let end = self.past_ordinal(next + 2);
            if self.time_at(next + 1, false)?.is_none() && !self.begins_month(end) {
                last = Some(self.day_number(next + 1, value)?);
                next = end;
            }
        }
        let (year, next) = self.year_after(next)?;
        let first = self.exact(at, next, year, month, day)?;
        match last {
            None => Ok(Some((first, next))),
            Some(day) => {
                let last = self.exact(at, next, year, month, day)?;
                Ok(Some((Day::Span(Box::new(first), Box::new(last)), next)))
            }
        }
    }

    /// Days that begin with a number and are no length of time.
    fn dated(&self, at: usize) -> Found<Day> {
        let Some((value, digits)) = self.number(at) else {
            return Ok(None);
        };
        if let Some(found) = self.punctuated(at, value, digits)? {
            return Ok(Some(found));
        }
        if let Some(found) = self.han_date(at, value, digits)? {
            return Ok(Some(found));
        }
        if digits > 2 {
            return Ok(None);
        }
        if let Some(found) = self.hyphened(at, value)? {
            return Ok(Some(found));
        }
        let ordinal = self.word(at + 1) == Some(Word::Ordinal);
        let after = self.past_ordinal(at + 1);
        let of = usize::from(self.word(after) == Some(Word::Of));
        if let Some(Word::Month(month)) = self.word(after + of) {
            let day = self.day_number(at, value)?;
            let (year, next) = self.year_after(after + of + 1)?;
            return Ok(Some((self.exact(at, next, year, month, day)?, next)));
        }
        let connects = self.sign(after) == Some('-') || self.word(after) == Some(Word::To);
        if let (true, Some((last, 1..=2))) = (connects, self.number(after + 1)) {
            let end = self.past_ordinal(after + 2);
            if let Some(Word::Month(month)) = self.word(end) {
                let (year, next) = self.year_after(end + 1)?;
                let first = self.day_number(at, value)?;
                let last = self.day_number(after + 1, last)?;
                let first = self.exact(at, next, year, month, first)?;
                let last = self.exact(at, next, year, month, last)?;
                return Ok(Some((Day::Span(Box::new(first), Box::new(last)), next)));
            }
        }
        if ordinal {
            return Ok(Some((Day::OfMonth(self.day_number(at, value)?), after)));
        }
        Ok(None)
    }

    /// `2026-11-17`, `17/11`, `17/11/26`, `17.11.2026`.
    fn punctuated(&self, at: usize, value: i64, digits: usize) -> Found<Day> {
        let Some(sign @ ('-' | '/' | '.')) = self.sign(at + 1) else {
            return Ok(None);
        };
        let joined = (1..=2).all(|step| self.glued(at + step));
        let Some((second, second_digits)) = self.number(at + 2).filter(|_| joined) else {
            return Ok(None);
        };
        let more = self.sign(at + 3) == Some(sign) && self.glued(at + 3) && self.glued(at + 4);
        let third = self.number(at + 4).filter(|_| more);
        if digits == 4 {
            let Some((third, _)) = third else {
                return Ok(None);
            };
            let year = Some(self.year(at, value)?);
            let month = self.month_number(at, second)?;
            let day = self.day_number(at + 4, third)?;
            return Ok(Some((self.exact(at, at + 5, year, month, day)?, at + 5)));
        }
        let year = match third {
            Some((year, 4)) => Some(self.year(at + 4, year)?),
            Some((year, 2)) if sign != '-' => Some(self.year(at + 4, 2000 + year)?),
            Some(_) => return Err(self.impossible(at, 5, "the year is not clear".to_owned())),
            None if sign == '/' => None,
            None => return Ok(None),
        };
        let next = at + if year.is_some() { 5 } else { 3 };
        if digits > 2 || second_digits > 2 {
            return Err(self.impossible(at, next - at, "there is no such date".to_owned()));
        }
        if sign == '.' {
            let day = self.day_number(at, value)?;
            let month = self.month_number(at + 2, second)?;
            return Ok(Some((self.exact(at, next, year, month, day)?, next)));
        }
        let first = self.day_number(at, value)?;
        let second = self.day_number(at + 2, second)?;
        let possible = [(first, second), (second, first)]
            .into_iter()
            .any(|(day, month)| self.exact(at, next, year, month, day).is_ok());
        if !possible {
            return Err(self.impossible(at, next - at, "there is no such date".to_owned()));
        }
        let day = Day::Slashed {
            first,
            second,
            year,
        };
        Ok(Some((day, next)))
    }

    /// `17-nov`, `17-nov-2026`, `17/nov/2026`.
    fn hyphened(&self, at: usize, value: i64) -> Found<Day> {
        let sign = self.sign(at + 1).filter(|sign| matches!(sign, '-' | '/'));
        let joined = |from: usize| self.glued(from) && self.glued(from + 1);
        let Some(Word::Month(month)) = self.word(at + 2) else {
            return Ok(None);
        };
        if sign.is_none() || !joined(at + 1) {
            return Ok(None);
        }
        let day = self.day_number(at, value)?;
        let (year, next) = match self.number(at + 4) {
            Some((year, 4)) if self.sign(at + 3) == sign && joined(at + 3) => {
                (Some(self.year(at + 4, year)?), at + 5)
            }
            _ => (None, at + 3),
        };
        Ok(Some((self.exact(at, next, year, month, day)?, next)))
    }

    /// `2026年11月17日`, `11月17号`, `11月`, `17号`.
    fn han_date(&self, at: usize, value: i64, digits: usize) -> Found<Day> {
        let (year, month_at) = match self.word(at + 1) {
            Some(Word::YearMark) if digits == 4 => (Some(self.year(at, value)?), at + 2),
            Some(Word::MonthMark) => (None, at),
            Some(Word::DayMark) => {
                return Ok(Some((Day::OfMonth(self.day_number(at, value)?), at + 2)));
            }
            _ => return Ok(None),
        };
        let month = match (self.number(month_at), self.word(month_at + 1)) {
            (Some((month, _)), Some(Word::MonthMark)) => self.month_number(month_at, month)?,
            _ => return Err(self.unfinished(at, "a month")),
        };
        let day_at = month_at + 2;
        match (self.number(day_at), self.word(day_at + 1)) {
            (Some((day, _)), Some(Word::DayMark)) => {
                let day = self.day_number(day_at, day)?;
                Ok(Some((
                    self.exact(at, day_at + 2, year, month, day)?,
                    day_at + 2,
                )))
            }
            _ => Ok(Some((Day::MonthOnly { month, year }, day_at))),
        }
    }

    // --- lengths of time

    /// A length with days, counted from today or from another day: `3d`, `2 days before eom`.
    fn ahead(&self, at: usize) -> Found<Day> {
        let Some((amount, next)) = self.amount(at)? else {
            return Ok(None);
        };
        let (amount, from, next) = self.anchored(amount, next)?;
        if from == Day::Shift(0) && amount.minutes != 0 {
            return Ok(None);
        }
        if amount.minutes != 0 {
            let text = "hours cannot be counted from a day".to_owned();
            return Err(self.impossible(at, next - at, text));
        }
        Ok(Some((Day::Ahead(amount, Box::new(from)), next)))
    }

    /// A length with hours or minutes, counted from now.
    pub(super) fn elapsed_at(&self, at: usize) -> Found<Amount> {
        let Some((amount, next)) = self.amount(at)? else {
            return Ok(None);
        };
        let (amount, _, next) = self.anchored(amount, next)?;
        Ok((amount.minutes != 0 || !amount.has_days()).then_some((amount, next)))
    }

    /// `ago`, `from now`, `后`, `after fri`, or nothing.
    fn anchored(&self, amount: Amount, at: usize) -> Result<(Amount, Day, usize), PhraseError> {
        let today = Day::Shift(0);
        let (amount, from_at) = match self.word(at) {
            Some(Word::Ago) => return Ok((amount.negated(), today, at + 1)),
            Some(Word::Before) if self.is_han(at) => {
                return Ok((amount.negated(), today, at + 1));
            }
            Some(Word::Later) => return Ok((amount, today, at + 1)),
            Some(Word::Within) if self.is_han(at) => return Ok((amount, today, at + 1)),
            Some(Word::From | Word::After) if self.word(at + 1) == Some(Word::Now) => {
                return Ok((amount, today, at + 2));
            }
            Some(Word::From | Word::After) => (amount, at + 1),
            Some(Word::Before) => (amount.negated(), at + 1),
            _ => return Ok((amount, today, at)),
        };
        let from_at = from_at + usize::from(self.word(from_at) == Some(Word::The));
        match self.day_at(from_at)? {
            Some((Day::Ahead(..) | Day::Span(..), _)) | None => {
                Err(self.unfinished(at, "a day (fri, 17 nov)"))
            }
            Some((day, next)) => Ok((amount, day, next)),
        }
    }

    /// `3d`, `+2 weeks`, `-2d`, `1h 30m`, `an hour and 10 minutes`, `half an hour`, `1.5h`.
    fn amount(&self, at: usize) -> Found<Amount> {
        let sign = self.sign(at).filter(|sign| {
            let free = at == 0 || !self.glued(at);
            matches!(sign, '+' | '-') && free && self.number(at + 1).is_some()
        });
        let mut next = at + usize::from(sign.is_some());
        let mut total = Amount::default();
        let mut terms = 0;
        loop {
            let and = usize::from(terms > 0 && self.word(next) == Some(Word::And));
            let Some((end, short)) = self.term(next + and, &mut total)? else {
                break;
            };
            total.short_minutes = short && terms == 0;
            terms += 1;
            next = end;
        }
        if terms == 0 {
            return Ok(None);
        }
        if sign == Some('-') && matches!(self.lead, Some((Lead::In | Lead::Within, _))) {
            let length = next - at;
            let what = "a length after this word goes forward".to_owned();
            let hint = "write `3d` for three days from now, `3d ago` for the past".to_owned();
            return Err(PhraseError {
                hint,
                ..self.impossible(at, length, what)
            });
        }
        let amount = if sign == Some('-') {
            total.negated()
        } else {
            total
        };
        Ok(Some((amount, next)))
    }

    /// One number with its unit, added to the total; returns where it ends and whether the unit was
    /// written `m`.
    fn term(&self, at: usize, total: &mut Amount) -> Result<Option<(usize, bool)>, PhraseError> {
        if self.word(at) == Some(Word::Half) {
            let article = usize::from(matches!(self.word(at + 1), Some(Word::A | Word::Count(1))));
            if self.word(at + 1 + article) == Some(Word::Unit(Unit::Hour)) {
                total.minutes += 30;
                return Ok(Some((at + 2 + article, false)));
            }
            return Ok(None);
        }
        let (value, mut next) = match (self.word(at), self.number(at)) {
            (Some(Word::A), _) => (1, at + 1),
            (Some(Word::Count(value)), _) | (_, Some((value, _))) => (value, at + 1),
            _ => return Ok(None),
        };
        let fraction = match (self.sign(next), self.number(next + 1)) {
            (Some('.'), Some((tenths, 1))) if self.glued(next) && self.glued(next + 1) => {
                next += 2;
                Some(tenths)
            }
            _ => None,
        };
        let business = self.word(next) == Some(Word::Business);
        let unit_at = next + usize::from(business);
        let unit = match self.word(unit_at) {
            Some(Word::Unit(Unit::Day)) if business => Unit::Workday,
            _ if business => return Ok(None),
            Some(Word::Unit(unit)) => unit,
            Some(Word::YearMark) if value < 100 => Unit::Year,
            Some(Word::MinuteMark) if total.minutes > 0 => Unit::Minute,
            _ => return Ok(None),
        };
        if value > MOST {
            return Err(self.impossible(at, unit_at + 1 - at, "this is too long".to_owned()));
        }
        let text = self.tokens.get(unit_at).map(|token| &token.text);
        let short = unit == Unit::Minute && text.is_some_and(|text| text == "m");
        if let Some(tenths) = fraction {
            if unit != Unit::Hour {
                let text = "only hours may have a fraction".to_owned();
                return Err(self.impossible(at, unit_at + 1 - at, text));
            }
            total.minutes += tenths * 6;
        }
        if let Some(minutes) = self.glued_minutes(unit_at + 1)
            && unit == Unit::Hour
        {
            total.minutes += value * 60 + minutes;
            return Ok(Some((unit_at + 2, false)));
        }
        match unit {
            Unit::Minute => total.minutes += value,
            Unit::Hour => total.minutes += value * 60,
            Unit::Day => total.days += value,
            Unit::Workday => total.workdays += value,
            Unit::Week | Unit::WorkWeek => total.weeks += value,
            Unit::Month => total.months += value,
            Unit::Quarter => total.months += value * 3,
            Unit::Year => total.months += value * 12,
        }
        Ok(Some((unit_at + 1, short)))
    }

    /// The minutes of `1h30`.
    fn glued_minutes(&self, at: usize) -> Option<i64> {
        let (minutes, digits) = self.number(at)?;
        let unit = matches!(self.word(at + 1), Some(Word::Unit(_) | Word::MinuteMark));
        (digits == 2 && minutes < 60 && self.glued(at) && !unit).then_some(minutes)
    }

    // --- numbers

    fn past_ordinal(&self, at: usize) -> usize {
        at + usize::from(self.word(at) == Some(Word::Ordinal))
    }

    fn begins_month(&self, at: usize) -> bool {
        matches!(self.word(at), Some(Word::Month(_)))
    }

    /// An optional year of four digits, with a comma before it if there is one.
    fn year_after(&self, at: usize) -> Result<(Option<i16>, usize), PhraseError> {
        let comma = usize::from(self.sign(at) == Some(','));
        match self.number(at + comma) {
            Some((value, 4)) if self.sign(at + comma + 1) != Some(':') => {
                Ok((Some(self.year(at + comma, value)?), at + comma + 1))
            }
            _ => Ok((None, at)),
        }
    }

    fn year(&self, at: usize, value: i64) -> Result<i16, PhraseError> {
        i16::try_from(value)
            .ok()
            .filter(|year| (1900..=2999).contains(year))
            .ok_or_else(|| self.impossible(at, 1, "years go from 1900 to 2999".to_owned()))
    }

    fn month_number(&self, at: usize, value: i64) -> Result<i8, PhraseError> {
        i8::try_from(value)
            .ok()
            .filter(|month| (1..=12).contains(month))
            .ok_or_else(|| self.impossible(at, 1, "a year has the months 1 to 12".to_owned()))
    }

    fn day_number(&self, at: usize, value: i64) -> Result<i8, PhraseError> {
        i8::try_from(value)
            .ok()
            .filter(|day| (1..=31).contains(day))
            .ok_or_else(|| self.impossible(at, 1, "a month has the days 1 to 31".to_owned()))
    }

    /// A date that exists, in its year or in a leap year when none is said.
    fn exact(
        &self,
        at: usize,
        next: usize,
        year: Option<i16>,
        month: i8,
        day: i8,
    ) -> Result<Day, PhraseError> {
        if jiff::civil::Date::new(year.unwrap_or(2024), month, day).is_err() {
            return Err(self.impossible(at, next - at, "there is no such date".to_owned()));
        }
        Ok(Day::Exact { year, month, day })
    }

    pub(super) fn impossible(&self, at: usize, length: usize, text: String) -> PhraseError {
        self.error(at, length, Problem::Impossible(text), EXAMPLES)
    }

    fn unfinished(&self, at: usize, what: &'static str) -> PhraseError {
        // A word that nobody knows is the better thing to point at.
        let next = self.tokens.get(at + 1);
        match next.map(|token| &token.kind) {
            Some(Kind::Name(_)) => self.error(at + 1, 1, Problem::Unknown, format!("write {what}")),
            _ => self.error(at, 1, Problem::Unfinished(what), EXAMPLES),
        }
    }
}
