//! The figures of the funnel as words: one way to write each, on screen and on paper.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{Basis, GoalPace, Report, Wanted};
use crate::figure::{Figure, Footing, Interval, Share};
use crate::funnel::flow::Counted;
use crate::funnel::hole::WhatIf;
use crate::funnel::stay::{Rot, StayTime};
use crate::funnel::table::{Horizon, Params, StageRow};

/// Writes a share in whole per cent: `53%`; nothing where nothing was seen.
pub fn percent(share: &Share) -> String {
    share
        .value()
        .map_or_else(String::new, |value| format!("{:.0}%", value * 100.0))
}

/// Writes the interval where few were seen, and how many were: `31-74 of 17`, `of 240`.
pub fn range(share: &Share) -> String {
    bounded(share, " of ", "of ")
}

/// Writes the same in fewer cells: `31-74/17`, `/240`.
pub fn short_range(share: &Share) -> String {
    bounded(share, "/", "/")
}

fn bounded(share: &Share, of: &str, alone: &str) -> String {
    let n = share.of.n;
    if n == 0 {
        return String::new();
    }
    if !Footing::of(n).shows_interval() {
        return format!("{alone}{n}");
    }
    let interval = share.interval();
    format!(
        "{:.0}-{:.0}{of}{n}",
        interval.lo * 100.0,
        interval.hi * 100.0
    )
}

/// Writes what stays too long: `4 >14d`; with nothing too long only the yardstick.
pub fn too_long(rot: &Rot) -> String {
    match (rot.over.hits, rot.yardstick.days()) {
        (0, None) => String::new(),
        (0, Some(days)) => format!("{days:.0}d"),
        (over, None) => over.to_string(),
        (over, Some(days)) => format!("{over} >{days:.0}d"),
    }
}

impl StayTime {
    /// Writes the median by Kaplan–Meier in days: `6d`; nothing until half have left.
    pub fn days(&self) -> Option<String> {
        self.median.value.map(|days| format!("{days:.0}d"))
    }

    /// Writes what stands behind the median: `4-9d of 34, 12% open`.
    pub fn basis(&self) -> String {
        if self.median.of.n == 0 {
            return String::new();
        }
        let mut words = String::new();
        match self.median.certainty.interval() {
            Some(Interval { lo, hi }) if hi.is_finite() => {
                let _ = write!(words, "{lo:.0}-{hi:.0}d ");
            }
            Some(Interval { lo, .. }) => {
                let _ = write!(words, "{lo:.0}d+ ");
            }
            None => {}
        }
        let _ = write!(
            words,
            "of {}, {} open",
            self.median.of.n,
            percent(&self.still_open)
        );
        words
    }
}

impl StageRow {
    /// Returns the step into this stage on a basis: its share in words and what it rests on.
    pub fn step_words(&self, basis: Basis) -> Option<(String, String)> {
        match basis {
            Basis::Cohort => {
                let step = self.cohort_step?;
                step.share.value()?;
                Some((percent(&step.share), range(&step.share)))
            }
            Basis::Activity => ratio(&self.activity_step?),
        }
    }

    /// Returns the way from the first stage to this one on a basis.
    pub fn cumulative_words(&self, basis: Basis, first: bool) -> Option<(String, String)> {
        match basis {
            // The first stage is what the others are shares of: nothing about it is uncertain.
            _ if first => {
                let of = match basis {
                    Basis::Cohort => self.cohort_cumulative.share.of.n,
                    Basis::Activity => self.activity_cumulative.of.n,
                };
                (of > 0).then(|| ("100%".to_owned(), format!("of {of}")))
            }
            Basis::Cohort => {
                let share = &self.cohort_cumulative.share;
                share.value()?;
                Some((percent(share), range(share)))
            }
            Basis::Activity => ratio(&self.activity_cumulative),
        }
    }
}

/// Writes a ratio of entries: it may lie above 100 %.
fn ratio(figure: &Figure) -> Option<(String, String)> {
    let value = figure.value?;
    let n = figure.of.n;
    let range = match figure.certainty.interval() {
        Some(Interval { lo, hi }) if Footing::of(n).shows_interval() && hi.is_finite() => {
            format!("{:.0}-{:.0} of {n}", lo * 100.0, hi.min(9.99) * 100.0)
        }
        _ => format!("of {n}"),
    };
    Some((format!("{:.0}%", value * 100.0), range))
}

/// Says how steps are counted: `cohort of 13 weeks, 28 days a step`.
pub(crate) fn basis_words(basis: Basis, params: &Params) -> String {
    let weeks = params.cohort_days / 7;
    match (basis, params.step_horizon) {
        (Basis::Activity, _) => format!("activity of {weeks} weeks"),
        (Basis::Cohort, Horizon::Within(days)) => {
            format!("cohort of {weeks} weeks, {days} days a step")
        }
        (Basis::Cohort, Horizon::Ever) => format!("cohort of {weeks} weeks"),
    }
}

impl GoalPace {
    /// Writes `signed this quarter 4 of 9, needs 0.12 a day, tight`.
    pub fn words(&self) -> String {
        let what = match self.counted {
            Counted::New => "new",
            Counted::Signed => "signed",
        };
        let mut words = format!(
            "{what} this {}: {:.0} of {:.0}",
            self.period,
            self.pace.so_far.value.unwrap_or(0.0),
            self.target
        );
        if let Some(need) = self.pace.need_per_day.filter(|need| *need > 0.0) {
            let _ = write!(words, ", needs {:.1} a week", need * 7.0);
        }
        let _ = write!(words, ", {}", self.pace.band);
        if self.goals > 1 {
            let _ = write!(words, " ({} goals together)", self.goals);
        }
        words
    }
}

impl Wanted {
    /// Writes `talent agency 4 of 12`.
    pub fn words(&self) -> String {
        format!("{} {} of {:.0}", self.archetype, self.new.n, self.target)
    }
}

impl Report {
    /// Says how steps are counted, of which leads, and as of when.
    pub fn heading(&self, basis: Basis, zone: &TimeZone) -> String {
        let stamp = self.as_of.unwrap_or(self.now);
        format!(
            "{} · {} · as of {}",
            self.whose,
            basis_words(basis, &self.table.params),
            zone.to_datetime(stamp).strftime("%-d %b %H:%M")
        )
    }

    /// Writes all figures as lines of plain text.
    pub fn lines(&self, basis: Basis, supposed: &[WhatIf], zone: &TimeZone) -> Vec<String> {
        let mut lines = vec![format!("Funnel · {}", self.heading(basis, zone))];
        if let Some(row) = self.table.rows.get(1).and_then(|row| row.cohort_step) {
            lines.push(format!(
                "cohort entered {} · cycle within {} · activity {}",
                row.share.of.window.words(zone),
                match self.table.params.cycle_horizon {
                    Horizon::Within(days) => format!("{days} days"),
                    Horizon::Ever => "any time".to_owned(),
                },
                self.table.rows[0].entries.window.words(zone)
            ));
        }
        lines.push(String::new());
        lines.extend(grid(&self.stage_cells(basis)));
        lines.push(String::new());
        lines.extend(self.remarks(supposed));
        lines.push(String::new());
        lines.extend(self.groups());
        lines
    }

    /// The table of the stages, titles first.
    fn stage_cells(&self, basis: Basis) -> Vec<Vec<String>> {
        let title = [
            "stage",
            "now",
            "entered",
            "step",
            "95% of n",
            "cumulative",
            "95% of n",
        ];
        let mut cells: Vec<Vec<String>> = vec![
            title
                .iter()
                .chain(&["median stay", "95% of n, still open", "too long", "target"])
                .map(|title| (*title).to_owned())
                .collect(),
        ];
        for (rung, row) in self.table.rows.iter().enumerate() {
            let blank = || ("–".to_owned(), String::new());
            let (step, step_of) = row.step_words(basis).unwrap_or_else(blank);
            let cumulative = row.cumulative_words(basis, rung == 0);
            let (cumulative, cumulative_of) = cumulative.unwrap_or_else(blank);
            let target = self.targets.get(&row.stage);
            let won = self.table.signed.is_some_and(|signed| rung >= signed);
            cells.push(vec![
                row.name.clone(),
                row.now.n.to_string(),
                row.entries.n.to_string(),
                step,
                step_of,
                cumulative,
                cumulative_of,
                // Nobody leaves a signature.
                row.time
                    .days()
                    .filter(|_| !won)
                    .unwrap_or_else(|| "–".to_owned()),
                if won { String::new() } else { row.time.basis() },
                too_long(&row.rot),
                target.map_or_else(String::new, |target| format!("{:.0}%", target * 100.0)),
            ]);
        }
        cells
    }

    /// Why no hole can be named.
    pub fn no_hole_words(&self) -> String {
        match (self.holes.ranked.last(), self.holes.ranked.first()) {
            (Some(_), Some(least)) => format!(
                "no step is below its target; least to spare: {}",
                self.stage_name(&least.into)
            ),
            _ => "no step has the ten leads of a cohort that it takes to be ranked".to_owned(),
        }
    }

    /// What the stages do not show: the hole, what is supposed, goals, cycle and velocity.
    fn remarks(&self, supposed: &[WhatIf]) -> Vec<String> {
        let mut lines = Vec::new();
        match self.holes.biggest() {
            Some(hole) => lines.push(format!(
                "biggest hole  {} → {}: {hole}",
                self.stage_name(&hole.from),
                self.stage_name(&hole.into)
            )),
            None => lines.push(format!("biggest hole  {}", self.no_hole_words())),
        }
        for what_if in supposed {
            lines.push(format!("what if       {}", self.what_if_words(what_if)));
        }
        lines.extend(
            self.goals
                .iter()
                .map(|goal| format!("goal          {}", goal.words())),
        );
        if !self.wanted.is_empty() {
            let words: Vec<String> = self.wanted.iter().map(Wanted::words).collect();
            lines.push(format!("this quarter  {}", words.join(" · ")));
        }
        lines.push(format!("cycle         {:.0} days to sign", self.cycle_days));
        for velocity in &self.velocity {
            let day = velocity.per_day.value.map_or_else(
                || "unknown".to_owned(),
                |minor| format!("{:.0} {} a day", minor / 100.0, velocity.currency),
            );
            lines.push(format!(
                "velocity      {day}: {} open × {} ÷ {:.0} days; only its trend means anything",
                velocity.open.n, velocity.win_rate, velocity.cycle_days
            ));
        }
        lines.push(format!(
            "off the way   {} lost · {} parked · skipped a stage {} · came back {}",
            self.lost.n, self.parked.n, self.table.skipped.n, self.table.reopened.n
        ));
        lines
    }

    /// Writes what a better step would bring: `Contacted → Replied at 60 %: +4.0 signed a quarter (…)`.
    pub fn what_if_words(&self, what_if: &WhatIf) -> String {
        let rung = self
            .table
            .rows
            .iter()
            .position(|row| row.stage == what_if.into);
        let before = rung
            .and_then(|rung| self.table.rows.get(rung.checked_sub(1)?))
            .map_or("?", |row| row.name.as_str());
        format!("{before} → {} {what_if}", self.stage_name(&what_if.into))
    }

    /// Win rates by source and archetype, losses and weeks.
    fn groups(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (title, rates) in [("source", &self.sources), ("archetype", &self.archetypes)] {
            let mut cells = vec![vec![
                title.to_owned(),
                "signed of decided".to_owned(),
                "95%".to_owned(),
                "undecided".to_owned(),
                "rank".to_owned(),
            ]];
            for group in &rates.groups {
                let interval = group.won.interval();
                cells.push(vec![
                    if group.group.is_empty() {
                        "(none)".to_owned()
                    } else {
                        group.group.clone()
                    },
                    format!(
                        "{} of {} {}",
                        group.won.hits,
                        group.won.of.n,
                        percent(&group.won)
                    ),
                    if group.won.of.n == 0 {
                        String::new()
                    } else {
                        format!("{:.0}-{:.0}%", interval.lo * 100.0, interval.hi * 100.0)
                    },
                    group.undecided.to_string(),
                    group
                        .rank
                        .map_or_else(|| "n < 10".to_owned(), |rank| rank.to_string()),
                ]);
            }
            lines.extend(grid(&cells));
            lines.push(String::new());
        }
        if let Some(mix) = self.mix.as_ref().filter(|mix| mix.misleads()) {
            lines.push(format!(
                "the win rate moved by {:+.0} points, {:+.0} within the sources and {:+.0} by their mix: read the sources",
                mix.change() * 100.0,
                mix.within * 100.0,
                mix.mix * 100.0
            ));
        }
        let losses: Vec<String> = self
            .losses
            .iter()
            .map(|loss| {
                let reason = if loss.reason.is_empty() {
                    "no reason given"
                } else {
                    &loss.reason
                };
                format!("{reason} {}", loss.share.hits)
            })
            .collect();
        if !losses.is_empty() {
            lines.push(format!("lost because  {}", losses.join(" · ")));
        }
        let week = |count: &dyn Fn(&super::Week) -> u64| -> String {
            let words: Vec<String> = self
                .weeks
                .iter()
                .map(|week| {
                    let mark = if week.running { "*" } else { "" };
                    format!("{}{mark}", count(week))
                })
                .collect();
            words.join(" ")
        };
        lines.push(format!("new a week    {}", week(&|week| week.new.n)));
        lines.push(format!("signed        {}", week(&|week| week.signed.n)));
        lines
    }
}

/// Puts cells into columns, the first one at its left and the others at their right.
fn grid(cells: &[Vec<String>]) -> Vec<String> {
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            let column = cells.iter().filter_map(|row| row.get(at));
            column
                .map(|cell| crate::text::width(&crate::text::clean_line(cell)))
                .max()
                .unwrap_or(0)
        })
        .collect();
    cells
        .iter()
        .map(|row| {
            let mut line = String::new();
            for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let clean = crate::text::clean_line(cell);
                let blank = " ".repeat(width.saturating_sub(crate::text::width(&clean)));
                if at == 0 {
                    line.push_str(&clean);
                    line.push_str(&blank);
                } else {
                    line.push_str("  ");
                    line.push_str(&blank);
                    line.push_str(&clean);
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// Returns how a stage's balance adds up: `17 in = 9 on + 3 lost + 1 back + 1 off + 3 here`.
pub(crate) fn balance_words(row: &StageRow) -> String {
    let balance = &row.balance;
    format!(
        "{} in = {} on + {} lost + {} back + {} handed off + {} here",
        balance.entries.n,
        balance.advanced,
        balance.lost,
        balance.moved_back,
        balance.handed_off,
        balance.still_there
    )
}
