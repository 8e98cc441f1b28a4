//! How the figures of a CN went lately, computed when its figures are read and not when a frame is drawn.

use std::collections::BTreeMap;

use crate::figure::Change;
use crate::list::World;
use crate::portfolio::{Series, nature_of};
use crate::record::{AnyRef, Goal, GoalPeriod, Id, MetricDef, MetricPoint};

/// How many weeks or months a course shows at most.
const STEPS: u32 = 16;

/// The course of one metric of one CN.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The metric.
    pub metric: Id<MetricDef>,
    /// Sums of the last weeks, of months where days are not known; NaN is a gap.
    pub values: Vec<f64>,
    /// The figure of the running month, else of the last one.
    pub latest: f64,
    /// Whether that month is still running.
    pub running: bool,
    /// The change against the month before up to the same day, as a part of it: 0.14 is 14 % more.
    pub change: Option<f64>,
    /// The goal of that month.
    pub target: Option<f64>,
}

/// The courses of all CNs whose figures were read.
#[derive(Clone, Debug, Default)]
pub struct Courses {
    by_subject: BTreeMap<AnyRef, Vec<Course>>,
}

impl Courses {
    /// Returns the courses of a CN, the first metric of the definitions first.
    pub fn of(&self, subject: &AnyRef) -> &[Course] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    pub(super) fn clear(&mut self) {
        self.by_subject.clear();
    }

    pub(super) fn forget(&mut self, subject: &AnyRef) {
        self.by_subject.remove(subject);
    }

    /// Computes the courses of a subject from the figures in memory.
    pub(super) fn read(&mut self, world: &World, subject: &AnyRef) {
        let mut series: BTreeMap<&Id<MetricDef>, Series> = BTreeMap::new();
        for (_, point) in world.table::<MetricPoint>().records() {
            let (Some(of), Some(metric)) = (&point.subject, &point.metric) else {
                continue;
            };
            if of != subject {
                continue;
            }
            let Some(def) = world.get(metric) else {
                continue;
            };
            series
                .entry(metric)
                .or_insert_with(|| Series::new(nature_of(def)))
                .add(point);
        }
        let courses: Vec<Course> = series
            .into_iter()
            .filter_map(|(metric, series)| course(world, subject, metric, &series))
            .collect();
        if courses.is_empty() {
            self.by_subject.remove(subject);
        } else {
            self.by_subject.insert(subject.clone(), courses);
        }
    }
}

fn course(
    world: &World,
    subject: &AnyRef,
    metric: &Id<MetricDef>,
    series: &Series,
) -> Option<Course> {
    let to_date = series.latest_to_date();
    let month = series.months().next_back();
    let (first, latest, running) = match (to_date, month) {
        (Some(to_date), month) if month.is_none_or(|month| month.first < to_date.first) => {
            (to_date.first, to_date.total, true)
        }
        (_, Some(month)) => (month.first, month.total, false),
        (_, None) => return None,
    };
    let growth = if running {
        series.month_to_date()
    } else {
        series.month_on_month(first)
    };
    let change = growth.and_then(|growth| match growth.change {
        Change::By { ratio, .. } => Some(ratio),
        Change::New | Change::Unknown => None,
    });
    let months: Vec<f64> = series.months().map(|month| month.total).collect();
    let from = months.len().saturating_sub(STEPS as usize);
    let mut weeks = series.weeks(STEPS, world.view.today());
    // The running week is not whole and would look like a fall.
    weeks.pop();
    let weeks: Vec<f64> = weeks
        .into_iter()
        .map(|(_, value)| value.unwrap_or(f64::NAN))
        .skip_while(|value| value.is_nan())
        .collect();
    let values = if weeks.len() >= 6 {
        weeks
    } else {
        months.get(from..).unwrap_or_default().to_vec()
    };
    let target = world
        .table::<Goal>()
        .records()
        .find(|(_, goal)| {
            goal.subject.as_ref() == Some(subject)
                && goal.metric.as_ref() == Some(metric)
                && goal.period == GoalPeriod::Month
                && goal.starts == Some(first)
        })
        .and_then(|(_, goal)| goal.target)
        .filter(|target| *target > 0.0);
    Some(Course {
        metric: metric.clone(),
        values,
        latest,
        running,
        change,
        target,
    })
}
