//! What there is to say about one time: who is in the way, what it costs, what clocks do around it.

use jiff::Timestamp;

use super::super::brief;
use super::Timetable;
use crate::slots::text::{self, Language};
use crate::slots::{CostSplit, Minute, Span, Verdict, warnings};
use crate::when::tzdb;

/// What there is to say about one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Insight {
    /// What it is.
    pub verdict: Verdict,
    /// Who is in the way and why, a line each.
    pub blockers: Vec<String>,
    /// The same in few words, without the names.
    pub briefly: Vec<String>,
    /// What it costs each guest, whether they would come or not.
    pub costs: Vec<CostSplit>,
    /// Changes of clocks, periods out of step and days off, a line each.
    pub warnings: Vec<String>,
}

impl Timetable {
    /// Returns what there is to say about a meeting that starts with a cell of the day shown.
    pub fn insight_of(&self, cell: usize) -> Option<&Insight> {
        let start = self.cells.get(cell)?;
        let kept = self.later.insights.get(cell)?;
        Some(kept.get_or_init(|| self.insight(*start)))
    }

    /// Says what there is to say about a meeting that starts at an instant of the day shown.
    pub fn insight(&self, start: Timestamp) -> Insight {
        let people = self.attendees();
        let start = Minute::floor(start);
        let span = Span::lasting(start, i32::try_from(self.minutes).unwrap_or(60));
        let verdict = self.day_plan.why(start);
        let blockers = match &verdict {
            Verdict::Blocked(blockers) => blockers
                .iter()
                .map(|blocker| text::blocker(blocker, &people, Language::English))
                .collect(),
            _ => Vec::new(),
        };
        let briefly = match &verdict {
            Verdict::Blocked(blockers) => blockers
                .iter()
                .map(|blocker| brief::of_one(blocker, &people, self.today))
                .collect(),
            _ => Vec::new(),
        };
        Insight {
            blockers,
            briefly,
            costs: people.iter().map(|one| one.hours.cost(span)).collect(),
            warnings: self.warn(span, Language::English),
            verdict,
        }
    }

    /// Says in few words who cannot come to a meeting that starts at an instant of the day shown, and why.
    pub fn brief_of(&self, start: Timestamp) -> String {
        match self.day_plan.why(Minute::floor(start)) {
            Verdict::Blocked(blockers) => {
                let shorts: Vec<&str> = self.guests.iter().map(|one| one.short.as_str()).collect();
                brief::reasons(&blockers, &self.attendees(), &shorts, self.today)
            }
            _ => String::new(),
        }
    }

    /// Lists what to know about a time, a line each.
    pub fn warn(&self, span: Span, language: Language) -> Vec<String> {
        let people = self.attendees();
        warnings(span, &self.grid, &people)
            .iter()
            .map(|warning| text::warning(warning, &people, language))
            .chain(tzdb::current().doubt(self.day))
            .collect()
    }
}
