//! All figures of the funnel in one piece: what the screen draws and what the command line prints.

mod words;

pub(crate) use words::{balance_words, basis_words};
pub use words::{percent, range, short_range, too_long};

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::flow::{Counted, Loss, Velocity, Week};
use super::hole::{Holes, WhatIf};
use super::journey::Journeys;
use super::pipeline::Spot;
use super::source::{Mix, WinRates, mix_shift};
use super::table::{Params, Table};
use crate::figure::{Count, Figure, Pace, Window};
use crate::record::{Goal, GoalPeriod, Id, Lead, Stage};

/// How far back the figures look, in days: twice the longest cohort that is compared, and a year for the seasons.
pub const HISTORY_DAYS: u32 = 400;

/// How steps are counted; each is named wherever it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Of the leads that entered a stage in the window, those that took the step in time.
    #[default]
    Cohort,
    /// Entries after the step over entries before it, in the same window: it punishes growth.
    Activity,
}

impl Basis {
    /// Returns the word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cohort => "cohort",
            Self::Activity => "activity",
        }
    }

    /// Returns the other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Cohort => Self::Activity,
            Self::Activity => Self::Cohort,
        }
    }
}

/// A goal of the funnel with how it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GoalPace {
    /// What it counts.
    pub counted: Counted,
    /// The length of its period.
    #[serde(serialize_with = "period_name")]
    pub period: GoalPeriod,
    /// The first day of the period (UTC).
    pub starts: Option<Date>,
    /// How many are wanted.
    pub target: f64,
    /// How many goals of single people were added up for it.
    pub goals: usize,
    /// How it stands.
    pub pace: Pace,
}

fn period_name<S: serde::Serializer>(period: &GoalPeriod, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(period.as_str())
}

/// New leads of one archetype in the running quarter against what is wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wanted {
    /// The archetype.
    pub archetype: String,
    /// New leads of it so far.
    pub new: Count,
    /// Leads wanted of it by the end of the quarter.
    pub target: f64,
}

/// What a report needs beside the journeys.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Whose leads they are, in words.
    pub whose: String,
    /// The share wanted for the step into a stage, 0 to 1.
    pub targets: BTreeMap<Id<Stage>, f64>,
    /// From which stage on a lead counts as qualified.
    pub qualified: Option<Id<Stage>>,
    /// Goals whose period runs, targets of the same kind and period added up, with how many there were.
    pub goals: Vec<(Counted, Goal, usize)>,
    /// Leads wanted of each archetype in a quarter.
    pub wanted: Vec<(String, f64)>,
}

/// The figures of the funnel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Whose leads, in words.
    pub whose: String,
    /// The present of the report.
    pub now: Timestamp,
    /// The state of the records.
    pub as_of: Option<Timestamp>,
    /// The stages with their figures.
    pub table: Table,
    /// The steps by what they cost.
    pub holes: Holes,
    /// The share wanted for the step into a stage, 0 to 1.
    pub targets: BTreeMap<Id<Stage>, f64>,
    /// Win rates by source, of the leads of the last 26 weeks.
    pub sources: WinRates,
    /// Win rates by archetype, of those of these leads of which it is known.
    pub archetypes: WinRates,
    /// Why the win rate moved between the first and the second half of these weeks, by source.
    pub mix: Option<Mix>,
    /// Why leads were lost in the last 26 weeks.
    pub losses: Vec<Loss>,
    /// New and signed leads of the last twelve weeks.
    pub weeks: Vec<Week>,
    /// Median days from the first stage to the signature.
    pub cycle_days: Figure,
    /// How much value goes through the funnel in a day; only its trend means anything.
    pub velocity: Vec<Velocity>,
    /// Goals with how they stand.
    pub goals: Vec<GoalPace>,
    /// New leads by archetype against what is wanted.
    pub wanted: Vec<Wanted>,
    /// Leads that are worked on.
    pub open: Count,
    /// Leads that are lost now.
    pub lost: Count,
    /// Leads that rest now.
    pub parked: Count,
}

impl Report {
    /// Computes all figures from journeys.
    pub fn of(journeys: &Journeys<'_>, params: Params, extras: Extras, zone: &TimeZone) -> Self {
        let table = journeys.table(params);
        let now = journeys.now;
        let window = Window::days_before(now, 2 * params.cohort_days);
        let halves = |from: u32| {
            let to = crate::figure::minus_days(now, from);
            let half = Window::days_before(to, params.cohort_days);
            journeys.win_rates(half, |lead| lead.source.to_string())
        };
        let open = table
            .rows
            .iter()
            .enumerate()
            .filter(|(at, _)| table.signed.is_none_or(|signed| *at < signed))
            .map(|(_, row)| row.now.n)
            .sum();
        let standing = |spot: Spot| {
            let here = journeys.genuine().filter(|journey| {
                let stage = journey.lead.stage.as_ref();
                stage.is_some_and(|stage| journeys.pipeline.spot(stage) == spot)
            });
            journeys.count(here.count() as u64, Window::At(now))
        };
        Self {
            holes: journeys.holes(&table, &extras.targets),
            sources: journeys.win_rates(window, |lead| lead.source.to_string()),
            // Those without one were mostly lost before anybody asked: they would make the others look good.
            archetypes: journeys
                .only(|_, lead| !lead.archetype.trim().is_empty())
                .win_rates(window, |lead| lead.archetype.clone()),
            mix: mix_shift(&halves(params.cohort_days), &halves(0)),
            losses: journeys.losses(window),
            weeks: journeys.weeks(12, zone),
            cycle_days: journeys.cycle_days(params),
            velocity: extras
                .qualified
                .as_ref()
                .map(|stage| journeys.velocity(stage, params))
                .unwrap_or_default(),
            goals: goals(journeys, extras.goals),
            wanted: wanted(journeys, &extras.wanted),
            open: journeys.count(open, Window::At(now)),
            lost: standing(Spot::Lost),
            parked: standing(Spot::Parked),
            targets: extras.targets,
            whose: extras.whose,
            as_of: journeys.as_of,
            now,
            table,
        }
    }

    /// Returns the name of a stage of the ladder; its id where it is not on it.
    pub fn stage_name<'a>(&'a self, stage: &'a Id<Stage>) -> &'a str {
        let row = self.table.rows.iter().find(|row| row.stage == *stage);
        row.map_or(stage.as_str(), |row| &row.name)
    }

    /// Reads what is supposed of a step (`proposal 60`, `60`) and computes what it would bring.
    ///
    /// Without a stage it is the step of the biggest hole. The error says what is not understood.
    pub fn suppose(&self, text: &str) -> Result<WhatIf, String> {
        let text = text.trim().trim_end_matches('%').trim_end();
        let (stage, number) = match text
            .rsplit_once(|letter: char| letter.is_whitespace() || matches!(letter, '=' | ':'))
        {
            Some((stage, number)) => (stage.trim().trim_end_matches(['=', ':']).trim(), number),
            None => ("", text),
        };
        let percent: f64 = number
            .parse()
            .map_err(|_| "write a stage and a share, for example `proposal 60`".to_owned())?;
        if !(0.0..=100.0).contains(&percent) {
            return Err(format!("{percent} %: a share is between 0 and 100"));
        }
        let into = self.step_into(stage)?;
        self.table.what_if(&into, percent / 100.0).ok_or_else(|| {
            format!(
                "{}: no step into it was seen often enough, or it is not before the signature",
                self.stage_name(&into)
            )
        })
    }

    /// Finds the stage that a step leads into, by its id or the beginning of its name.
    fn step_into(&self, name: &str) -> Result<Id<Stage>, String> {
        if name.is_empty() {
            let hole = self.holes.biggest().or_else(|| self.holes.ranked.first());
            return hole
                .map(|hole| hole.into.clone())
                .ok_or_else(|| "no step stands out: name the stage, `proposal 60`".to_owned());
        }
        let wanted = crate::text::fold(name);
        let steps = || self.table.rows.iter().skip(1);
        let found = steps()
            .find(|row| row.stage.as_str() == name || crate::text::fold(&row.name) == wanted)
            .or_else(|| steps().find(|row| crate::text::fold(&row.name).starts_with(&wanted)));
        found.map(|row| row.stage.clone()).ok_or_else(|| {
            let known: Vec<&str> = steps().map(|row| row.name.as_str()).collect();
            format!("`{name}` is no step; known: {}", known.join(", "))
        })
    }
}

fn goals(journeys: &Journeys<'_>, goals: Vec<(Counted, Goal, usize)>) -> Vec<GoalPace> {
    goals
        .into_iter()
        .filter_map(|(counted, goal, goals)| {
            Some(GoalPace {
                pace: journeys.against(&goal, counted)?,
                counted,
                target: goal.target?,
                starts: goal.starts,
                period: goal.period,
                goals,
            })
        })
        .collect()
}

/// Counts new leads by archetype in the running quarter (UTC).
fn wanted(journeys: &Journeys<'_>, wanted: &[(String, f64)]) -> Vec<Wanted> {
    let today = TimeZone::UTC.to_datetime(journeys.now).date();
    let back = i32::from((today.month() - 1) % 3);
    let first = crate::figure::plus_months(crate::figure::month_start(today), -back);
    let to = crate::figure::plus_days(crate::figure::plus_months(first, 3), -1);
    let window = Window::Utc {
        cut: crate::figure::Cut::Days,
        from: first,
        to,
    };
    wanted
        .iter()
        .map(|(archetype, target)| {
            let new = journeys.genuine().filter(|journey| {
                let began = journey.began();
                is_of(journey.lead, archetype) && began.is_some_and(|at| window.contains(at))
            });
            Wanted {
                archetype: archetype.clone(),
                new: journeys.count(new.count() as u64, window),
                target: *target,
            }
        })
        .collect()
}

fn is_of(lead: &Lead, archetype: &str) -> bool {
    crate::text::fold(&lead.archetype) == crate::text::fold(archetype)
}
