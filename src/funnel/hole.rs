//! Where signed contracts are lost, and what a better step would bring.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::journey::{Journeys, Outcome};
use super::table::{Conversion, Params, Table};
use crate::figure::{Certainty, Figure, Interval, Share, real};
use crate::record::{Id, Lead, Stage};

/// Days of a quarter: 13 weeks.
const QUARTER: f64 = 91.0;

/// What a step is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Benchmark {
    /// The share that was agreed on.
    Target(f64),
    /// The same step of the cohort before.
    Before(Share),
    /// Everyone going on: all that is lost at the step. Used where there is nothing better.
    Everyone,
}

impl Benchmark {
    /// Returns the share to compare with.
    pub fn share(&self) -> Option<f64> {
        match self {
            Self::Target(share) => Some(*share),
            Self::Before(share) => share.value(),
            Self::Everyone => Some(1.0),
        }
    }
}

/// Why leads do not take a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HoleCause {
    /// Leads that stand before the step now.
    pub waiting: u64,
    /// Of those, longer than the stage's limit (or its own median).
    pub over_limit: u64,
    /// Of those, without a next step.
    pub no_next_step: u64,
    /// Leads of the last cohort window that were lost there.
    pub lost: u64,
    /// The reason given most often for it, and how often.
    pub top_loss: Option<(String, u64)>,
    /// Leads of the last cohort window that went back.
    pub moved_back: u64,
    /// Leads of the last cohort window that left without a verdict.
    pub handed_off: u64,
}

/// Writes the cause in words, the heaviest part first.
impl fmt::Display for HoleCause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.lost > 0 {
            let reason = match &self.top_loss {
                Some((reason, times)) if !reason.is_empty() => {
                    format!("{} lost ({reason} {times})", self.lost)
                }
                _ => format!("{} lost", self.lost),
            };
            parts.push((self.lost, reason));
        }
        if self.waiting > 0 {
            let mut waiting = format!("{} waiting", self.waiting);
            if self.over_limit > 0 {
                write!(waiting, ", {} too long", self.over_limit)?;
            }
            if self.no_next_step > 0 {
                write!(waiting, ", {} without a next step", self.no_next_step)?;
            }
            parts.push((self.waiting, waiting));
        }
        if self.moved_back > 0 {
            parts.push((self.moved_back, format!("{} moved back", self.moved_back)));
        }
        if self.handed_off > 0 {
            parts.push((self.handed_off, format!("{} handed off", self.handed_off)));
        }
        parts.sort_by(|(one, _), (other, _)| other.cmp(one));
        let words: Vec<String> = parts.into_iter().map(|(_, words)| words).collect();
        out.write_str(&words.join("; "))
    }
}

/// One step of the funnel and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hole {
    /// The stage before the step.
    pub from: Id<Stage>,
    /// The stage after it.
    pub into: Id<Stage>,
    /// The share of the cohort that took it.
    pub step: Conversion,
    /// What it is measured against.
    pub benchmark: Benchmark,
    /// Signed contracts a quarter that the distance costs; the interval comes from the step alone.
    pub cost: Figure,
    /// Why leads do not take it.
    pub cause: HoleCause,
    /// The leads that stand before it, longest first.
    pub leads: Vec<Id<Lead>>,
}

/// The steps by what they cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Holes {
    /// Steps with enough leads to be ranked, the costliest first.
    pub ranked: Vec<Hole>,
    /// Steps with fewer than ten leads in the cohort: not ranked.
    pub too_few: Vec<Hole>,
}

impl Holes {
    /// Returns the step that costs most; nothing when too few leads were seen or none costs anything.
    pub fn biggest(&self) -> Option<&Hole> {
        self.ranked
            .first()
            .filter(|hole| hole.cost.value.is_some_and(|cost| cost > 0.0))
    }
}

/// What a better step would bring.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIf {
    /// The stage after the step.
    pub into: Id<Stage>,
    /// The share that is supposed.
    pub rate: f64,
    /// The share as it is.
    pub now: Share,
    /// Signed contracts a quarter (13 weeks) more, or fewer when negative. The interval comes from the
    /// step as it is; the steps after it are taken as they are.
    pub extra: Figure,
}

/// Writes `at 60 %: +4.0 signed a quarter (+1.2 to +6.9), now 53.0 % (9 of 17, …)`.
impl fmt::Display for WhatIf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "at {:.0} %: ", self.rate * 100.0)?;
        match self.extra.value {
            Some(extra) => write!(out, "{extra:+.1} signed a quarter")?,
            None => out.write_str("unknown")?,
        }
        if let Some(Interval { lo, hi }) = self.extra.certainty.interval() {
            write!(out, " ({lo:+.1} to {hi:+.1})")?;
        }
        write!(out, ", now {}", self.now)
    }
}

impl Table {
    /// Computes how many more contracts a quarter would be signed if a step had this share (0 to 1).
    ///
    /// The entries before the step, per quarter, times the change of the share, times the shares of
    /// the steps after it. Nothing for the first stage, for stages after the signed one, and where a
    /// later step has not been observed.
    pub fn what_if(&self, into: &Id<Stage>, rate: f64) -> Option<WhatIf> {
        let rung = self.rows.iter().position(|row| row.stage == *into)?;
        let step = self.rows[rung].cohort_step?.share;
        let reach = self.reach(rung)?;
        let now = step.value()?;
        let range = step.interval();
        Some(WhatIf {
            into: into.clone(),
            rate,
            now: step,
            extra: Figure {
                value: Some((rate - now) * reach),
                certainty: Certainty::Within(Interval::new(
                    (rate - range.hi) * reach,
                    (rate - range.lo) * reach,
                )),
                of: step.of,
            },
        })
    }

    /// Returns how many contracts a quarter would be signed if everyone took the step into a stage.
    fn reach(&self, rung: usize) -> Option<f64> {
        let signed = self.signed.filter(|signed| *signed >= rung)?;
        let before = self.rows.get(rung.checked_sub(1)?)?;
        let entries = real(before.entries.n) * QUARTER / f64::from(self.params.cohort_days);
        self.rows[rung + 1..=signed]
            .iter()
            .map(|row| row.cohort_step.and_then(|step| step.share.value()))
            .try_fold(entries, |product, share| share.map(|share| product * share))
    }
}

impl Journeys<'_> {
    /// Ranks the steps by the signed contracts that they cost.
    ///
    /// All steps are measured the same way. Where targets are given (the share wanted for the step into a
    /// stage), only those steps are ranked, by the distance to the target. Otherwise each step is
    /// compared with the cohort before, if at least one of them has fallen since; and if none has, with
    /// everyone going on.
    pub fn holes(&self, table: &Table, targets: &BTreeMap<Id<Stage>, f64>) -> Holes {
        let last = table.signed.unwrap_or(0);
        let mut candidates: Vec<Vec<Hole>> = Vec::new();
        if targets.is_empty() {
            let before: Vec<Hole> = (1..=last)
                .filter_map(|rung| {
                    let earlier = self.step(rung - 1, table.params, 1).share;
                    let bears = earlier.footing().may_rank();
                    bears.then(|| self.hole(table, rung, Benchmark::Before(earlier)))?
                })
                .collect();
            if before.iter().any(Hole::costs) {
                candidates.push(before);
            } else {
                candidates.push(
                    (1..=last)
                        .filter_map(|rung| self.hole(table, rung, Benchmark::Everyone))
                        .collect(),
                );
            }
        } else {
            candidates.push(
                (1..=last)
                    .filter_map(|rung| {
                        let target = targets.get(&table.rows[rung].stage)?;
                        self.hole(table, rung, Benchmark::Target(*target))
                    })
                    .collect(),
            );
        }
        let mut holes = Holes::default();
        for hole in candidates.into_iter().flatten() {
            if hole.step.share.footing().may_rank() {
                holes.ranked.push(hole);
            } else {
                holes.too_few.push(hole);
            }
        }
        holes.ranked.sort_by(|a, b| {
            let cost = |hole: &Hole| hole.cost.value.unwrap_or(f64::NEG_INFINITY);
            cost(b)
                .total_cmp(&cost(a))
                .then_with(|| a.into.cmp(&b.into))
        });
        holes
    }

    fn hole(&self, table: &Table, rung: usize, benchmark: Benchmark) -> Option<Hole> {
        let row = &table.rows[rung];
        let before = &table.rows[rung - 1];
        let step = row.cohort_step?;
        let cost = table.what_if(&row.stage, benchmark.share()?).map_or_else(
            || Figure::estimate(None, None, step.share.of),
            |what_if| what_if.extra,
        );
        let mut open = self.open_in(rung - 1);
        open.sort_by(|(id, days), (other_id, other)| {
            other.total_cmp(days).then_with(|| id.cmp(other_id))
        });
        Some(Hole {
            from: before.stage.clone(),
            into: row.stage.clone(),
            step,
            benchmark,
            cost,
            cause: self.cause(table, rung - 1),
            leads: open.into_iter().map(|(id, _)| id).collect(),
        })
    }

    fn cause(&self, table: &Table, rung: usize) -> HoleCause {
        let row = &table.rows[rung];
        let Params { cohort_days, .. } = table.params;
        let window = self.days_before_now(cohort_days);
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, stay) in self.stays() {
            if stay.rung == rung
                && window.contains(stay.entered)
                && let Outcome::Lost(reason) = &stay.outcome
            {
                *reasons.entry(reason).or_default() += 1;
            }
        }
        let top = reasons
            .into_iter()
            .max_by_key(|(reason, times)| (!reason.is_empty(), *times));
        let no_next_step = self
            .open_journeys(rung)
            .filter(|(journey, _)| {
                journey.lead.next_step.trim().is_empty() && journey.lead.next_due.is_none()
            })
            .count() as u64;
        HoleCause {
            waiting: row.now.n,
            over_limit: row.rot.over.hits,
            no_next_step,
            lost: row.balance.lost,
            top_loss: top.map(|(reason, times)| (reason.to_owned(), times)),
            moved_back: row.balance.moved_back,
            handed_off: row.balance.handed_off,
        }
    }
}

impl Hole {
    fn costs(&self) -> bool {
        self.step.share.footing().may_rank() && self.cost.value.is_some_and(|cost| cost > 0.0)
    }
}

/// Writes `53.0 % (9 of 17, …), was 60.0 % (…): costs 1.2 signed a quarter; 4 waiting, 3 too long`.
impl fmt::Display for Hole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.step.share)?;
        match &self.benchmark {
            Benchmark::Target(target) => write!(out, ", target {:.0} %", target * 100.0)?,
            Benchmark::Before(before) => write!(out, ", was {before}")?,
            Benchmark::Everyone => {}
        }
        if let Some(cost) = self.cost.value {
            if cost < 0.0 {
                write!(out, ": brings {:.1} signed a quarter more", -cost)?;
            } else {
                write!(out, ": costs {cost:.1} signed a quarter")?;
            }
        }
        let cause = self.cause.to_string();
        if cause.is_empty() {
            Ok(())
        } else {
            write!(out, "; {cause}")
        }
    }
}
