//! From a signed contract to a mature CN: milestones, criteria, rates.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::figure::{
    Count, Cut, Figure, Lifetime, Share, Survival, Window, days_between, plus_days,
};
use crate::record::{Bound, CriteriaSet, Criterion, Id, MetricDef, Milestone, Network};

/// How one condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionState {
    /// It is met.
    Met,
    /// It is not met yet.
    Short {
        /// What is missing, or too much for an upper limit.
        missing: f64,
        /// What each day that is left must bring; empty without a limit of time or for an upper limit.
        need_per_day: Option<f64>,
    },
    /// It is not met and its time is over.
    Missed {
        /// What is missing.
        missing: f64,
    },
    /// There is no figure: that is not zero.
    Unknown,
}

/// One condition with its figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionGap {
    /// The condition.
    pub criterion: Criterion,
    /// The value as far as it is known.
    pub now: Option<Figure>,
    /// Until when it must be met.
    pub deadline: Option<Date>,
    /// How it stands.
    pub state: CriterionState,
}

/// What a CN still needs to graduate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraduationGap {
    /// The version of the conditions.
    pub version: String,
    /// The conditions in their order.
    pub items: Vec<CriterionGap>,
    /// How many are met.
    pub met: u64,
    /// The nearest limit of time among those that are not met, and the days left until then.
    pub next_deadline: Option<(Date, i64)>,
}

impl GraduationGap {
    /// Tells whether all conditions are met; never for an empty set.
    pub fn is_closed(&self) -> bool {
        !self.items.is_empty() && self.met == self.items.len() as u64
    }
}

/// Holds a CN against the conditions; `known` gives the figure of a metric for this CN.
pub fn graduation_gap(
    set: &CriteriaSet,
    network: &Network,
    today: Date,
    known: impl Fn(&Id<MetricDef>) -> Option<Figure>,
) -> GraduationGap {
    let items: Vec<CriterionGap> = set
        .items
        .iter()
        .map(|criterion| {
            let now = known(&criterion.metric);
            let deadline = network
                .signed_at
                .zip(criterion.within_days)
                .map(|(signed, days)| plus_days(signed, i64::from(days)));
            CriterionGap {
                state: state(criterion, now.and_then(|now| now.value), deadline, today),
                criterion: criterion.clone(),
                now,
                deadline,
            }
        })
        .collect();
    let met = items
        .iter()
        .filter(|item| item.state == CriterionState::Met)
        .count() as u64;
    let next_deadline = items
        .iter()
        .filter(|item| item.state != CriterionState::Met)
        .filter_map(|item| item.deadline)
        .min()
        .map(|deadline| (deadline, days_between(today, deadline)));
    GraduationGap {
        version: set.version.clone(),
        items,
        met,
        next_deadline,
    }
}

fn state(
    criterion: &Criterion,
    value: Option<f64>,
    deadline: Option<Date>,
    today: Date,
) -> CriterionState {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return CriterionState::Unknown;
    };
    let missing = match criterion.op {
        Bound::AtLeast => criterion.value - value,
        Bound::AtMost => value - criterion.value,
    };
    if missing <= 0.0 {
        return CriterionState::Met;
    }
    // The day of the deadline itself still counts.
    let left = deadline.map(|deadline| days_between(today, deadline) + 1);
    match left {
        Some(left) if left <= 0 => CriterionState::Missed { missing },
        left => CriterionState::Short {
            missing,
            need_per_day: left
                .filter(|_| criterion.op == Bound::AtLeast)
                .and_then(|left| i32::try_from(left).ok())
                .map(|left| missing / f64::from(left)),
        },
    }
}

/// How a milestone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MilestoneState {
    /// Late by so many days.
    Overdue(i64),
    /// Due in so many days; 0 is today.
    DueIn(i64),
    /// It has no date.
    Undated,
    /// Done, so many days after it was due (negative: before).
    Done(i64),
    /// Waived.
    Waived,
}

/// Judges milestones at a date: the most overdue first, then what is due next, then what is done.
pub fn milestones<'a>(
    list: impl IntoIterator<Item = (&'a Id<Milestone>, &'a Milestone)>,
    today: Date,
) -> Vec<(&'a Id<Milestone>, &'a Milestone, MilestoneState)> {
    let mut states: Vec<_> = list
        .into_iter()
        .map(|(id, milestone)| (id, milestone, milestone_state(milestone, today)))
        .collect();
    states.sort_by_key(|(id, milestone, state)| {
        let class = match state {
            MilestoneState::Overdue(_) => 0,
            MilestoneState::DueIn(_) => 1,
            MilestoneState::Undated => 2,
            MilestoneState::Done(_) => 3,
            MilestoneState::Waived => 4,
        };
        (class, milestone.due, milestone.key.clone(), (*id).clone())
    });
    states
}

/// Says how a milestone stands at a date.
pub fn milestone_state(milestone: &Milestone, today: Date) -> MilestoneState {
    match (milestone.done_at, milestone.due) {
        (Some(done), due) => MilestoneState::Done(due.map_or(0, |due| days_between(due, done))),
        (None, _) if !milestone.waived_reason.trim().is_empty() => MilestoneState::Waived,
        (None, None) => MilestoneState::Undated,
        (None, Some(due)) => match days_between(due, today) {
            late if late > 0 => MilestoneState::Overdue(late),
            early => MilestoneState::DueIn(-early),
        },
    }
}

/// Counts the contracts that were countersigned from one date to another, both included.
pub fn signed_in<'a>(
    networks: impl IntoIterator<Item = (&'a Id<Network>, &'a Network)>,
    from: Date,
    to: Date,
    as_of: Option<Timestamp>,
) -> Count {
    let n = networks
        .into_iter()
        .filter(|(_, network)| {
            network
                .signed_at
                .is_some_and(|signed| from <= signed && signed <= to)
        })
        .count();
    Count::new(n as u64, days(from, to), as_of)
}

/// How many CNs graduate, and how long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Graduation {
    /// Graduated within the days among those whose last day lies in the period.
    pub rate: Share,
    /// CNs whose last day lies in the period but is not over yet: not counted.
    pub not_due: u64,
    /// Median days from signing to graduation by Kaplan–Meier, over all CNs that signed.
    pub days: Figure,
    /// How many of those have not graduated.
    pub still_open: Share,
}

/// Computes the graduation rate of the *due* cohort: CNs whose `within`th day after signing lies in a period.
///
/// Dividing by all new CNs would count those that have had no time yet as failures.
pub fn graduation_rate<'a>(
    networks: impl IntoIterator<Item = (&'a Id<Network>, &'a Network)>,
    within: u32,
    (from, to): (Date, Date),
    now: Timestamp,
) -> Graduation {
    let today = TimeZone::UTC.to_datetime(now).date();
    let (mut due, mut graduated, mut not_due) = (0, 0, 0);
    let mut lifetimes = Vec::new();
    for (_, network) in networks {
        let Some(signed) = network.signed_at.filter(|signed| *signed <= today) else {
            continue;
        };
        let took = network
            .graduated_at
            .filter(|date| *date <= today)
            .map(|date| days_between(signed, date).max(0));
        let days = took.unwrap_or_else(|| days_between(signed, today));
        lifetimes.push(Lifetime {
            days: i32::try_from(days).map_or(f64::MAX, f64::from),
            ended: took.is_some(),
        });
        let last = plus_days(signed, i64::from(within));
        if last < from || last > to {
            continue;
        }
        if last >= today {
            not_due += 1;
            continue;
        }
        due += 1;
        graduated += u64::from(took.is_some_and(|days| days <= i64::from(within)));
    }
    let curve = Survival::of(lifetimes);
    let all = Count::new(curve.n, Window::At(now), Some(now));
    Graduation {
        rate: Share::new(graduated, Count::new(due, days(from, to), Some(now))),
        not_due,
        days: Figure::estimate(curve.median(), curve.median_interval(), all),
        still_open: Share::new(curve.open(), all),
    }
}

fn days(from: Date, to: Date) -> Window {
    Window::Utc {
        cut: Cut::Days,
        from,
        to,
    }
}
