//! Goals of the CNs: year, quarters and months, cut so that two of Ana's are behind their pace.

use jiff::civil::Date;

use crate::record::{AnyRef, Goal, GoalPeriod, Id, Kind, MetricDef};

use super::book::Mood;
use super::calendar::{days_between, days_from, month_from, utc};
use super::chance::{Chance, float, whole};
use super::series::Series;
use super::world::World;

const DIAMONDS: usize = 0;
const HOURS: usize = 1;

/// The share of the pace that each goal of the present has reached: a goal at 1.0 is just in time.
#[derive(Clone, Copy, Debug)]
struct Pace {
    month: f64,
    longer: f64,
}

/// Sets the goals of all CNs.
pub(super) fn set(world: &World, series: &[Series]) -> Vec<(Id<Goal>, Goal)> {
    let mut goals = Vec::new();
    for (index, series) in series.iter().enumerate() {
        let mut chance = world.chance("goals", index);
        let cn = &world.networks[index];
        let month = match cn.mood {
            Mood::Behind => chance.within(0.7, 0.8),
            _ => chance.within(1.12, 1.3),
        };
        let pace = Pace {
            month,
            longer: 1.12,
        };
        year(world, &mut chance, index, series, pace, &mut goals);
        if cn.graduated() {
            continue;
        }
        // New CNs are measured by their hours, too.
        let first = series.last.first_of_month();
        let reached = series.sum(HOURS, first, series.last);
        let target = reached * length(first, 1) / elapsed(first, series.last) / 1.2;
        let goal = goal(
            world,
            &mut chance,
            index,
            "live_hours",
            GoalPeriod::Month,
            first,
            target,
        );
        goals.push((Id::new(chance.id(utc(first))), goal));
    }
    goals
}

/// Sets the goals of the calendar year: months first, quarters and the year as their sums.
fn year(
    world: &World,
    chance: &mut Chance,
    index: usize,
    series: &Series,
    pace: Pace,
    goals: &mut Vec<(Id<Goal>, Goal)>,
) {
    let january = series.last.first_of_year();
    let targets = month_targets(series, pace);
    let start = series.first.first_of_month().max(january);
    // A CN that was signed during a year or a quarter is measured by the shorter periods only.
    let signed = world.networks[index].signed;
    let whole_year = signed <= january;
    let year_id: Id<Goal> = Id::new(chance.id(utc(start)));
    let mut children = Vec::new();
    for quarter in 0..4 {
        let first = month_from(january, quarter * 3);
        if month_from(first, 3) <= start {
            continue;
        }
        let id: Id<Goal> = Id::new(chance.id(utc(first.max(start))));
        let three = usize::try_from(quarter * 3).unwrap_or(0);
        let sum: f64 = targets[three..three + 3].iter().sum();
        let mut record = goal(
            world,
            chance,
            index,
            "diamonds",
            GoalPeriod::Quarter,
            first,
            sum,
        );
        record.parent_goal = whole_year.then(|| year_id.clone());
        let whole_quarter = signed <= first;
        if whole_quarter {
            children.push((id.clone(), record));
        }
        for (offset, target) in (0..3).zip(&targets[three..three + 3]) {
            let month = month_from(first, offset);
            if month < start {
                continue;
            }
            let mut record = goal(
                world,
                chance,
                index,
                "diamonds",
                GoalPeriod::Month,
                month,
                *target,
            );
            record.parent_goal = whole_quarter.then(|| id.clone());
            children.push((Id::new(chance.id(utc(month))), record));
        }
    }
    if whole_year {
        let sum = targets.iter().sum();
        let record = goal(
            world,
            chance,
            index,
            "diamonds",
            GoalPeriod::Year,
            january,
            sum,
        );
        goals.push((year_id, record));
    }
    goals.append(&mut children);
}

/// Returns the target of each month of the year.
///
/// A month of the past asked for less than was reached. The present one asks for what makes its pace; the
/// rest of the quarter and of the year ask for what keeps the longer goals at theirs.
fn month_targets(series: &Series, pace: Pace) -> [f64; 12] {
    let last = series.last;
    let january = last.first_of_year();
    let present = last.first_of_month();
    let mut targets = [0.0; 12];
    for (offset, target) in (0..).zip(&mut targets) {
        let month = month_from(january, offset);
        let end = days_from(month_from(month, 1), -1);
        let reached = series.sum(DIAMONDS, month, end);
        if month < present {
            *target = reached / 1.25;
        } else if month == present {
            *target = reached * length(month, 1) / elapsed(month, last) / pace.month;
        }
    }
    let now = usize::try_from(last.month()).unwrap_or(1).saturating_sub(1);
    let quarter = now / 3 * 3;
    let quarter_start = month_from(january, i64::try_from(quarter).unwrap_or(0));
    fill_rest(
        &mut targets[quarter..quarter + 3],
        now - quarter,
        series.sum(DIAMONDS, quarter_start, last) * length(quarter_start, 3)
            / elapsed(quarter_start, last)
            / pace.longer,
    );
    let year = series.sum(DIAMONDS, january, last) * length(january, 12) / elapsed(january, last);
    let known = quarter + 2;
    fill_rest(&mut targets, known, year / pace.longer);
    targets
}

/// Spreads what is missing to a total over the places after `known`, a modest amount at least.
fn fill_rest(targets: &mut [f64], known: usize, total: f64) {
    let have: f64 = targets[..=known].iter().sum();
    let places = targets.len() - known - 1;
    if places == 0 {
        return;
    }
    let places = float(i64::try_from(places).unwrap_or(1));
    let least = targets[known] * 0.25;
    let each = ((total - have) / places).max(least);
    for target in &mut targets[known + 1..] {
        *target = each;
    }
}

/// Returns the days of some months from their first day on.
fn length(first: Date, months: i64) -> f64 {
    float(days_between(first, month_from(first, months)))
}

/// Returns the days from the first one to the last one with figures, both included.
fn elapsed(first: Date, last: Date) -> f64 {
    float(days_between(first, last) + 1)
}

fn goal(
    world: &World,
    chance: &mut Chance,
    index: usize,
    metric: &str,
    period: GoalPeriod,
    starts: Date,
    target: f64,
) -> Goal {
    let cn = &world.networks[index];
    let aligned = chance.yes(0.8);
    let owner = world.users[cn.user].0.clone();
    Goal {
        subject: Some(AnyRef::new(Kind::Network, cn.id.as_str())),
        metric: Some(Id::<MetricDef>::new(metric)),
        period,
        starts: Some(starts),
        target: Some(rounded(target)),
        stretch: Some(rounded(target * 1.15)),
        aligned_at: aligned.then(|| {
            utc(days_from(
                starts.min(world.calendar.today),
                -chance.between(2, 12),
            ))
        }),
        aligned_by: aligned.then_some(owner),
        ..Goal::default()
    }
}

/// Rounds a target to two leading figures, as people agree on round numbers; never up.
fn rounded(target: f64) -> f64 {
    let mut step = 1;
    while target > float(step) * 1000.0 {
        step *= 10;
    }
    let step = float(step);
    float(whole((target / step - 0.5).max(1.0))) * step
}
