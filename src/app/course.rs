//! How the figures of a CN went lately, computed when its figures change and not when a frame is drawn.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::figure::{Aim, Change, Pace, month_length, month_start, plus_days, plus_months};
use crate::list::World;
use crate::pane::{metric_def, series_of};
use crate::portfolio::{Series, ToDate, goal_pace};
use crate::record::{AnyRef, Goal, GoalPeriod, Id, Kind, MetricDef, Network, PointStatus};

/// How many weeks or months a course shows at most.
const STEPS: u32 = 24;

/// What a course is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// Whole weeks.
    Weeks,
    /// Whole months.
    Months,
}

/// The course of one metric of one CN.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The metric.
    pub metric: Id<MetricDef>,
    /// Its name on screen.
    pub name: String,
    /// Sums of the last whole weeks, of whole months where more of them are known; NaN is a gap.
    ///
    /// What still runs is left out: drawn beside whole ones it would look like a fall.
    pub values: Vec<f64>,
    /// What the values are sums of.
    pub steps: Steps,
    /// The figure of the running month, else of the last one, in the metric's unit.
    pub latest: f64,
    /// Whether that month is still running.
    pub running: bool,
    /// The days that it covers (UTC), first and last.
    pub days: Option<(Date, Date)>,
    /// The state of its data.
    pub as_of: Option<Timestamp>,
    /// How firm it is.
    pub status: PointStatus,
    /// The change against the month before up to the same day, as a part of it: 0.14 is 14 % more.
    pub change: Option<f64>,
    /// The goal of that month.
    pub target: Option<f64>,
    /// How the goal of the running month stands.
    pub pace: Option<Pace>,
}

impl Course {
    /// Returns what a whole step must bring for the goal of the month, where more is better and the steps are
    /// weeks (a month counted as its days over seven) or months.
    pub fn goal_step(&self) -> Option<f64> {
        let pace = self.pace.as_ref().filter(|pace| pace.aim == Aim::AtLeast)?;
        let days = f64::from(pace.progress.elapsed + pace.progress.left);
        match self.steps {
            Steps::Weeks => (days > 0.0).then(|| pace.target * 7.0 / days),
            Steps::Months => Some(pace.target),
        }
    }
}

/// The courses of all CNs whose figures were read.
#[derive(Clone, Debug, Default)]
pub struct Courses {
    by_subject: BTreeMap<AnyRef, Vec<Course>>,
    stale: BTreeSet<AnyRef>,
    made_for: Option<(Date, u64, u64)>,
}

impl Courses {
    /// Returns the courses of a CN, what it earns by first; empty while its figures are not read.
    pub fn of(&self, subject: &AnyRef) -> &[Course] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Returns the course by which a CN is judged first.
    pub fn leading(&self, network: &Id<Network>) -> Option<&Course> {
        self.of(&network.link()).first()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn forget(&mut self, subject: &AnyRef) {
        self.by_subject.remove(subject);
    }

    /// Takes note that the figures of a subject changed.
    pub(super) fn mark(&mut self, subject: &AnyRef) {
        if subject.known_kind() == Some(Kind::Network) {
            self.stale.insert(subject.clone());
        }
    }

    /// Computes the courses anew whose figures changed; all of them after a change of goals, metrics or day. Says
    /// whose those are.
    pub(super) fn refresh(&mut self, world: &World) -> BTreeSet<AnyRef> {
        let today = jiff::tz::TimeZone::UTC.to_datetime(world.view.now).date();
        let made_for = (
            today,
            world.revision(Kind::Goal),
            world.revision(Kind::MetricDef),
        );
        if self.made_for != Some(made_for) {
            self.stale.extend(self.by_subject.keys().cloned());
            self.made_for = Some(made_for);
        }
        if self.stale.is_empty() {
            return BTreeSet::new();
        }
        let stale = std::mem::take(&mut self.stale);
        let mut found = courses(world, &stale, today);
        for subject in &stale {
            match found.remove(subject) {
                Some(courses) => self.by_subject.insert(subject.clone(), courses),
                None => self.by_subject.remove(subject),
            };
        }
        stale
    }
}

/// The goals of the months, by whom and what they are for.
type Goals<'a> = HashMap<(&'a AnyRef, &'a Id<MetricDef>, Date), &'a Goal>;

fn courses(
    world: &World,
    subjects: &BTreeSet<AnyRef>,
    today: Date,
) -> BTreeMap<AnyRef, Vec<Course>> {
    let set = series_of(world, |subject| subjects.contains(subject));
    let goals: Goals<'_> = world
        .table::<Goal>()
        .records()
        .filter(|(_, goal)| goal.period == GoalPeriod::Month)
        .filter_map(|(_, goal)| {
            let subject = goal.subject.as_ref()?;
            Some((
                (subject, goal.metric.as_ref()?, month_start(goal.starts?)),
                goal,
            ))
        })
        .collect();
    let mut found: BTreeMap<AnyRef, Vec<Course>> = BTreeMap::new();
    for metric in set.metrics() {
        let Some(def) = metric_def(world, metric) else {
            continue;
        };
        for (subject, series) in set.of_metric(metric) {
            if let Some(course) = course(subject, metric, &def, series, &goals, today) {
                found.entry(subject.clone()).or_default().push(course);
            }
        }
    }
    for courses in found.values_mut() {
        courses.sort_by_cached_key(|course| (rank(&course.metric), course.metric.clone()));
    }
    found
}

fn course(
    subject: &AnyRef,
    metric: &Id<MetricDef>,
    def: &MetricDef,
    series: &Series,
    goals: &Goals<'_>,
    today: Date,
) -> Option<Course> {
    let to_date = series.latest_to_date();
    let month = series.months().next_back();
    let (first, latest, running, as_of, status) = match (to_date, month) {
        (Some(now), month) if month.is_none_or(|month| month.first < now.first) => {
            (now.first, now.total, true, now.as_of, &now.status)
        }
        (_, Some(month)) => (month.first, month.total, false, month.as_of, &month.status),
        (_, None) => return None,
    };
    let change = match to_date.filter(|_| running) {
        Some(now) if !adds_up(now) => by_days(series, now),
        Some(_) => series
            .month_to_date()
            .and_then(|growth| growth.change.ratio()),
        None => {
            let growth = series.month_on_month(first);
            growth.and_then(|growth| growth.change.ratio())
        }
    };
    let days = match to_date.filter(|_| running) {
        Some(now) => i64::from(now.elapsed),
        None => i64::from(month_length(first)),
    };
    let (values, steps) = whole_steps(series, today);
    let goal = goals.get(&(subject, metric, first));
    let aim = if def.direction == "down" {
        Aim::AtMost
    } else {
        Aim::AtLeast
    };
    Some(Course {
        metric: metric.clone(),
        name: def.name.clone(),
        values,
        steps,
        latest,
        running,
        days: (days > 0).then(|| (first, plus_days(first, days - 1))),
        as_of,
        status: status.clone(),
        change,
        target: goal
            .and_then(|goal| goal.target)
            .filter(|target| *target > 0.0),
        pace: goal
            .filter(|_| running && first == month_start(today))
            .and_then(|goal| goal_pace(goal, Some(series), today, aim).ok()),
    })
}

/// Tells whether the figure of a month is the sum of its days: one of different people is not.
fn adds_up(now: &ToDate) -> bool {
    let days: f64 = now.days.iter().flatten().sum();
    now.days.iter().all(Option::is_none) || (days - now.total).abs() <= now.total.abs() * 0.05
}

/// Compares the days themselves with the same days of the month before.
fn by_days(series: &Series, now: &ToDate) -> Option<f64> {
    let before = plus_months(now.first, -1);
    let before = series.up_to(before, now.elapsed.min(month_length(before)))?;
    let sum = |days: &[Option<f64>]| days.iter().flatten().sum::<f64>();
    Change::between(Some(sum(&before.days)), Some(sum(&now.days))).ratio()
}

/// Returns the last whole weeks, of whole months where too few weeks are known.
fn whole_steps(series: &Series, today: Date) -> (Vec<f64>, Steps) {
    let mut weeks = series.weeks(STEPS, today);
    weeks.pop();
    let weeks: Vec<f64> = weeks
        .into_iter()
        .map(|(_, value)| value.unwrap_or(f64::NAN))
        .skip_while(|value| value.is_nan())
        .collect();
    if weeks.len() >= 6 {
        return (weeks, Steps::Weeks);
    }
    let running = month_start(today);
    let months: Vec<f64> = series
        .months()
        .filter(|month| month.first < running)
        .map(|month| month.total)
        .collect();
    // A new CN has no months yet, and its few weeks say more.
    if weeks.len() > months.len() {
        return (weeks, Steps::Weeks);
    }
    let from = months.len().saturating_sub(STEPS as usize);
    (
        months.get(from..).unwrap_or_default().to_vec(),
        Steps::Months,
    )
}

/// What a CN earns by stands first; the ids of metrics are words.
fn rank(metric: &Id<MetricDef>) -> usize {
    ["diamond", "revenue"]
        .iter()
        .position(|word| metric.as_str().contains(word))
        .unwrap_or(usize::MAX)
}
