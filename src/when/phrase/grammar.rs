//! The grammar: parts of a phrase in any order, each at most once, every token accounted for.

use super::error::{PhraseError, Problem};
use super::lexer::{Kind, Token};
use super::people::People;
use super::said::{Clock, Day, Said, Which};
use super::words::{Part, Unit, VOCABULARY, Word};
use crate::when::spelling::nearest;
use crate::when::zone;

/// A word that promises what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    In,
    Within,
    At,
    On,
    By,
    From,
    Between,
    IsoTime,
}

/// What a lead may promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Day,
    Stretch,
    Amount,
    Month,
    Edge,
    Clock,
    ClockStretch,
    Part,
    Zone,
}

impl Lead {
    fn allows(self, what: What) -> bool {
        match self {
            Lead::In => matches!(what, What::Amount | What::Month | What::Part | What::Zone),
            Lead::Within => what == What::Amount,
            Lead::At => matches!(
                what,
                What::Clock | What::ClockStretch | What::Part | What::Edge
            ),
            Lead::On => matches!(what, What::Day | What::Edge),
            Lead::By => !matches!(what, What::Zone | What::Amount),
            Lead::From | Lead::Between => matches!(what, What::Stretch | What::ClockStretch),
            Lead::IsoTime => what == What::Clock,
        }
    }

    fn promise(self) -> &'static str {
        match self {
            Lead::In => "a length (2 weeks), a month or a zone",
            Lead::Within => "a length (3 days)",
            Lead::At => "a time of day (9am, 18:00)",
            Lead::On => "a day (fri, 17 nov)",
            Lead::By => "a day or a time (fri, 5pm)",
            Lead::From | Lead::Between => "a stretch of time (4 to 6pm)",
            Lead::IsoTime => "a time of day (18:00)",
        }
    }
}

/// The state of reading one phrase.
pub(super) struct Parser<'a> {
    pub(super) letters: &'a [char],
    pub(super) tokens: &'a [Token],
    pub(super) people: &'a People<'a>,
    pub(super) at: usize,
    pub(super) lead: Option<(Lead, usize)>,
    pub(super) days: Vec<(Day, usize)>,
    pub(super) said: Said,
    /// The phrase is at an ISO time, where `-08:00` is an offset.
    pub(super) iso: bool,
    /// Hours may go with several days.
    several: bool,
    /// A number with `h` is a time of day wherever it may be one.
    pub(super) hour_marks: bool,
}

pub(super) const EXAMPLES: &str =
    "write a day (fri, 17 nov, 3d), a time (6pm, 18:00), a zone (SGT, London) or a contact";

impl<'a> Parser<'a> {
    pub(super) fn new(letters: &'a [char], tokens: &'a [Token], people: &'a People<'a>) -> Self {
        Parser {
            letters,
            tokens,
            people,
            at: 0,
            lead: None,
            days: Vec::new(),
            said: Said::default(),
            iso: false,
            several: false,
            hour_marks: false,
        }
    }

    /// Takes `18h` as a time of day wherever it may be one.
    pub(super) fn of_hour_marks(mut self, hour_marks: bool) -> Self {
        self.hour_marks = hour_marks;
        self
    }

    /// Lets hours go with several days: they are those of each day.
    pub(super) fn of_several_days(mut self) -> Self {
        self.several = true;
        self
    }

    /// Reads the whole phrase.
    pub(super) fn run(mut self) -> Result<Said, PhraseError> {
        while self.at < self.tokens.len() {
            let known = self.lead()? || self.link()? || self.part()?;
            if !known {
                return Err(self.unknown(self.at));
            }
        }
        if let Some((lead, at)) = self.lead {
            return Err(self.error(at, 1, Problem::Unfinished(lead.promise()), EXAMPLES));
        }
        self.combine_days()
    }

    // --- looking

    pub(super) fn word(&self, at: usize) -> Option<Word> {
        match self.tokens.get(at)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The value and the digits of a number.
    pub(super) fn number(&self, at: usize) -> Option<(i64, usize)> {
        match self.tokens.get(at)?.kind {
            Kind::Number(value, digits) => Some((value, digits)),
            _ => None,
        }
    }

    pub(super) fn sign(&self, at: usize) -> Option<char> {
        match self.tokens.get(at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    pub(super) fn glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.glued)
    }

    pub(super) fn is_han(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .and_then(|token| token.text.chars().next())
            .is_some_and(super::han::is_han)
    }

    pub(super) fn written(&self, from: usize, to: usize) -> String {
        let start = self.tokens.get(from).map_or(0, |token| token.span.start);
        let end = to
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(start, |token| token.span.end);
        self.letters
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .collect()
    }

    // --- errors

    pub(super) fn error(
        &self,
        at: usize,
        length: usize,
        problem: Problem,
        hint: impl Into<String>,
    ) -> PhraseError {
        PhraseError {
            problem,
            word: self.written(at, at + length),
            at: self.tokens.get(at).map_or(0, |token| token.span.start) + 1,
            hint: hint.into(),
        }
    }

    fn unknown(&self, at: usize) -> PhraseError {
        let Some(token) = self.tokens.get(at) else {
            return self.error(at, 1, Problem::Empty, EXAMPLES);
        };
        match &token.kind {
            Kind::Name(name) => {
                let known = VOCABULARY
                    .iter()
                    .map(|(word, _)| *word)
                    .chain(zone::words())
                    .chain(self.people.words());
                let hint = nearest(name, known).map_or_else(
                    || EXAMPLES.to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                self.error(at, 1, Problem::Unknown, hint)
            }
            Kind::Number(value, digits) => {
                let hint = match (value, digits) {
                    (0..=2359, 4) if value % 100 < 60 => {
                        format!("write {:02}:{:02} for a time", value / 100, value % 100)
                    }
                    (1..=12, _) => format!("write {value}am, {value}pm or {value}:00, or {value}d"),
                    (0..=23, _) => format!("write {value}:00 for a time, {value}d for days"),
                    (24..=31, _) => format!("write a day and a month ({value} nov), or {value}d"),
                    _ => EXAMPLES.to_owned(),
                };
                self.error(at, 1, Problem::BareNumber, hint)
            }
            Kind::Sign(_) | Kind::Word(_) => self.error(at, 1, Problem::Misplaced, EXAMPLES),
        }
    }

    // --- words between the parts

    fn lead(&mut self) -> Result<bool, PhraseError> {
        let at = self.at;
        let lead = match self.word(at) {
            Some(Word::Before | Word::Within) if self.is_han(at) => return self.suffix(at),
            Some(Word::In) => Some(Lead::In),
            Some(Word::Within) => Some(Lead::Within),
            Some(Word::At) => Some(Lead::At),
            Some(Word::On) => Some(Lead::On),
            Some(Word::By | Word::Before) => Some(Lead::By),
            Some(Word::From) => Some(Lead::From),
            Some(Word::Between) => Some(Lead::Between),
            Some(Word::IsoTime) if self.after_iso_date() => Some(Lead::IsoTime),
            _ if self.sign(at) == Some('@') => Some(Lead::At),
            // `kl. 18`, which is not Kuala Lumpur.
            _ if self.written(at, at + 1) == "kl." && self.number(at + 1).is_some() => {
                Some(Lead::At)
            }
            // `à 18h`
            Some(Word::A) if self.written(at, at + 1).eq_ignore_ascii_case("à") => Some(Lead::At),
            _ => None,
        };
        let Some(lead) = lead else {
            return Ok(false);
        };
        if let Some((waiting, before)) = self.lead
            && !(waiting == Lead::By && self.may_follow_by(before, lead))
        {
            return Err(self.error(before, 2, Problem::Unfinished(waiting.promise()), EXAMPLES));
        }
        self.said.before |= self.word(at) == Some(Word::Before);
        self.said.until |= matches!(lead, Lead::By | Lead::Within);
        self.iso |= lead == Lead::IsoTime;
        self.lead = Some((lead, at));
        self.at += 1;
        Ok(true)
    }

    /// `by at 5pm`, and after `due` any lead but a stretch.
    fn may_follow_by(&self, by: usize, lead: Lead) -> bool {
        let due = self.tokens.get(by).is_some_and(|token| token.text == "due");
        lead == Lead::At || due && matches!(lead, Lead::By | Lead::On | Lead::In | Lead::Within)
    }

    /// `17T18:00`: the letter stands between two digits, after a day.
    fn after_iso_date(&self) -> bool {
        self.days.len() == 1 && self.glued(self.at + 1) && self.number(self.at + 1).is_some()
    }

    /// 前 and 内 after what they belong to.
    fn suffix(&mut self, at: usize) -> Result<bool, PhraseError> {
        let before = self.word(at) == Some(Word::Before);
        let fits = match self.days.last() {
            Some((Day::Shift(_) | Day::Week(_) | Day::Edge(..), _)) => true,
            Some(_) => before,
            None => before && (self.said.clock.is_some() || self.said.part.is_some()),
        };
        if !fits || self.lead.is_some() {
            return Err(self.error(at, 1, Problem::Misplaced, EXAMPLES));
        }
        self.said.before |= before;
        self.said.until = true;
        self.at += 1;
        Ok(true)
    }

    /// Commas and 的 between two parts; `the` before what may have an article.
    fn link(&mut self) -> Result<bool, PhraseError> {
        let at = self.at;
        let comma = self.sign(at) == Some(',') || self.word(at) == Some(Word::Link);
        if comma {
            let between = at > 0 && at + 1 < self.tokens.len() && self.lead.is_none();
            let doubled = self.sign(at + 1) == Some(',');
            if !between || doubled {
                return Err(self.error(at, 1, Problem::Misplaced, EXAMPLES));
            }
            self.at += 1;
            return Ok(true);
        }
        if self.word(at) == Some(Word::The) {
            let ordinal = self.number(at + 1).is_some() && self.word(at + 2) == Some(Word::Ordinal);
            let fits = matches!(
                self.word(at + 1),
                Some(
                    Word::Part(_)
                        | Word::End
                        | Word::Start
                        | Word::Weekend
                        | Word::Unit(Unit::Day | Unit::Week)
                        | Word::Next
                        | Word::Coming
                )
            );
            if !ordinal && !fits {
                return Err(self.error(at, 1, Problem::Unfinished("a day"), EXAMPLES));
            }
            self.at += 1;
            return Ok(true);
        }
        Ok(false)
    }

    // --- the parts

    fn part(&mut self) -> Result<bool, PhraseError> {
        let at = self.at;
        if self.word(at) == Some(Word::Now) {
            self.settle(What::Clock, at, 1)?;
            if self.said.now {
                return Err(self.error(at, 1, Problem::Second("time"), EXAMPLES));
            }
            self.said.now = true;
            self.at += 1;
            return Ok(true);
        }
        if (self.hour_mark(at).is_some() || self.hour_in_words(at)?.is_some()) && self.clock(at)? {
            return Ok(true);
        }
        if let Some((day, next)) = self.day_or_stretch(at)? {
            self.add_day(day, at, next)?;
            return Ok(true);
        }
        if let Some((amount, next)) = self.elapsed_at(at)? {
            self.settle(What::Amount, at, next - at)?;
            if self.said.elapsed.is_some() {
                return Err(self.error(at, next - at, Problem::Second("length"), EXAMPLES));
            }
            self.said.elapsed = Some(amount);
            self.at = next;
            return Ok(true);
        }
        Ok(self.day_part(at)? || self.clock(at)? || self.zone(at)?)
    }

    fn day_or_stretch(&self, at: usize) -> Result<Option<(Day, usize)>, PhraseError> {
        let Some((first, next)) = self.day_at(at)? else {
            return Ok(None);
        };
        let connects = self.sign(next) == Some('-') || self.word(next) == Some(Word::To);
        let whole = matches!(first, Day::Span(..) | Day::Ahead(..));
        if connects
            && !whole
            && self.time_at(next + 1, true)?.is_none()
            && let Some((last, end)) = self.day_at(next + 1)?
        {
            return Ok(Some((Day::Span(Box::new(first), Box::new(last)), end)));
        }
        Ok(Some((first, next)))
    }

    fn add_day(&mut self, day: Day, at: usize, next: usize) -> Result<(), PhraseError> {
        let what = match &day {
            Day::Ahead(..) => What::Amount,
            Day::Span(..) => What::Stretch,
            Day::MonthOnly { .. } | Day::EdgeOfQuarter(..) | Day::Quarter(..) => What::Month,
            Day::Edge(..) | Day::EdgeOfMonth(..) => What::Edge,
            _ => What::Day,
        };
        let exact_month = matches!(
            day,
            Day::MonthOnly { .. } | Day::EdgeOfQuarter(..) | Day::Quarter(..)
        );
        let by_day = matches!(self.lead, Some((Lead::On | Lead::By, _)));
        self.settle(
            if exact_month && by_day {
                What::Day
            } else {
                what
            },
            at,
            next - at,
        )?;
        self.days.push((day, at));
        self.at = next;
        Ok(())
    }

    /// `tonight`, `this afternoon`, `last night`, `morning`.
    fn day_part(&mut self, at: usize) -> Result<bool, PhraseError> {
        let (part, shift, length) = match (self.word(at), self.word(at + 1)) {
            (Some(Word::Part(part)), _) => (part, None, 1),
            (Some(Word::Tonight), _) => (Part::Night, Some(0), 1),
            (Some(Word::This), Some(Word::Part(part))) => (part, Some(0), 2),
            (Some(Word::Last), Some(Word::Part(Part::Night))) => (Part::Night, Some(-1), 2),
            _ => return Ok(false),
        };
        self.settle(What::Part, at, length)?;
        if self.said.part.is_some() {
            return Err(self.error(at, length, Problem::Second("part of the day"), EXAMPLES));
        }
        self.said.part = Some(part);
        if let Some(days) = shift {
            self.days.push((Day::Shift(days), at));
        }
        self.at += length;
        Ok(true)
    }

    fn clock(&mut self, at: usize) -> Result<bool, PhraseError> {
        let loose = !self.days.is_empty() || self.said.part.is_some();
        let led = matches!(
            self.lead,
            Some((Lead::At | Lead::From | Lead::Between | Lead::IsoTime, _))
        );
        let Some((clock, next)) = self.clock_at(at, loose || led, self.iso)? else {
            return Ok(false);
        };
        let what = match clock {
            Clock::Span(..) => What::ClockStretch,
            _ => What::Clock,
        };
        self.settle(what, at, next - at)?;
        if self.said.clock.is_some() {
            return Err(self.error(
                at,
                next - at,
                Problem::Second("time"),
                "write one time with one zone",
            ));
        }
        self.said.clock = Some(clock);
        self.at = next;
        Ok(true)
    }

    pub(super) fn settle(
        &mut self,
        what: What,
        at: usize,
        length: usize,
    ) -> Result<(), PhraseError> {
        if let Some((lead, lead_at)) = self.lead {
            if !lead.allows(what) {
                let whole = at + length - lead_at;
                return Err(self.error(
                    lead_at,
                    whole,
                    Problem::Unfinished(lead.promise()),
                    EXAMPLES,
                ));
            }
            self.lead = None;
        }
        Ok(())
    }

    // --- days together

    /// Several words may tell one day: `tue in 2 weeks`, `fri next week`, `tue 17 nov`.
    fn combine_days(mut self) -> Result<Said, PhraseError> {
        let mut days = std::mem::take(&mut self.days);
        if days.len() > 2 {
            return Err(self.second_day(&days));
        }
        let second = days.pop();
        let first = days.pop();
        self.said.day = match (first, second) {
            (Some((left, left_at)), Some((right, right_at))) => {
                let day = pair(&left, &right).or_else(|| pair(&right, &left));
                if day.is_none() {
                    return Err(self.second_day(&[(left, left_at), (right, right_at)]));
                }
                day
            }
            (_, only) => only.map(|(day, _)| day),
        };
        self.check()?;
        Ok(self.said)
    }

    fn second_day(&self, days: &[(Day, usize)]) -> PhraseError {
        let at = days.last().map_or(0, |(_, at)| *at);
        self.error(at, 1, Problem::Second("day"), "write one day")
    }

    /// Refuses parts that cannot stand together.
    fn check(&self) -> Result<(), PhraseError> {
        let said = &self.said;
        let last = self.tokens.len();
        let timed = said.clock.is_some() || said.part.is_some();
        let problem = if (said.now || said.elapsed.is_some()) && (timed || said.day.is_some()) {
            "a length of time from now leaves no room for a day or a time"
        } else if said.now && said.elapsed.is_some() {
            "now is a moment of its own"
        } else if timed && !self.several && matches!(said.day, Some(Day::MonthOnly { .. })) {
            "a time needs a day of the month"
        } else if timed && !self.several && matches!(said.day, Some(Day::Span(..))) {
            "a time cannot go with several days"
        } else {
            let nothing = !timed && said.day.is_none() && said.elapsed.is_none() && !said.now;
            if nothing {
                return Err(self.error(
                    0,
                    last,
                    Problem::OnlyZone,
                    "add a day (fri) or a time (9am)",
                ));
            }
            return Ok(());
        };
        Err(self.error(0, last, Problem::Impossible(problem.to_owned()), EXAMPLES))
    }
}

/// One day out of two, where the first is a bare weekday or a stretch of them.
fn pair(left: &Day, right: &Day) -> Option<Day> {
    if let (Day::Span(first, last), Day::Week(weeks)) = (left, right)
        && let (Day::Weekday(first, Which::Bare), Day::Weekday(last, Which::Bare)) =
            (first.as_ref(), last.as_ref())
    {
        let day = |weekday| Box::new(Day::WeekdayOfWeek(weekday, *weeks));
        return Some(Day::Span(day(*first), day(*last)));
    }
    let Day::Weekday(weekday, Which::Bare) = *left else {
        return None;
    };
    match right {
        Day::Week(weeks) => Some(Day::WeekdayOfWeek(weekday, *weeks)),
        Day::Ahead(amount, from) if **from == Day::Shift(0) => {
            let weeks_only = super::said::Amount {
                weeks: amount.weeks,
                ..Default::default()
            };
            (*amount == weeks_only && amount.weeks > 0)
                .then_some(Day::WeekdayAhead(weekday, amount.weeks))
        }
        Day::Shift(_) | Day::Exact { .. } | Day::Slashed { .. } | Day::OfMonth(_) => {
            Some(Day::Checked(weekday, Box::new(right.clone())))
        }
        _ => None,
    }
}
