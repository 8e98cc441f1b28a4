//! From a signed contract to a mature CN: milestones, criteria, rates.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::figure::{
    Count, Cut, Figure, Lifetime, Share, Survival, Window, days_between, plus_days,
};
use crate::record::{Id, MetricDef, Network};

/// How a value is held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// It must be at least the threshold.
    #[serde(rename = ">=", alias = "at_least")]
    AtLeast,
    /// It must be at most the threshold.
    #[serde(rename = "<=", alias = "at_most")]
    AtMost,
}

/// One condition of graduation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The metric.
    pub metric: Id<MetricDef>,
    /// How it is held against the value.
    pub op: Op,
    /// The threshold.
    pub value: f64,
    /// Days after signing within which it must be met; no limit when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_days: Option<u32>,
}

/// The conditions of graduation as the backend sets them: all of them must be met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CriteriaSet {
    /// Its version; gaps of different versions are not compared.
    pub version: String,
    /// The conditions.
    pub items: Vec<Criterion>,
}

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
        Op::AtLeast => criterion.value - value,
        Op::AtMost => value - criterion.value,
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
                .filter(|_| criterion.op == Op::AtLeast)
                .and_then(|left| i32::try_from(left).ok())
                .map(|left| missing / f64::from(left)),
        },
    }
}

/// One step of the onboarding of a CN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Its key in the template.
    pub key: String,
    /// When it is due.
    pub due: Date,
    /// When it was done.
    #[serde(default)]
    pub done: Option<Date>,
    /// Why it was waived; empty when it was not.
    #[serde(default)]
    pub waived: String,
}

/// How a milestone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MilestoneState {
    /// Late by so many days.
    Overdue(i64),
    /// Due in so many days; 0 is today.
    DueIn(i64),
    /// Done, so many days after it was due (negative: before).
    Done(i64),
    /// Waived.
    Waived,
}

/// Judges milestones at a date: the most overdue first, then what is due next, then what is done.
pub fn milestones(list: &[Milestone], today: Date) -> Vec<(&Milestone, MilestoneState)> {
    let mut states: Vec<(&Milestone, MilestoneState)> = list
        .iter()
        .map(|milestone| {
            let state = match milestone.done {
                Some(done) => MilestoneState::Done(days_between(milestone.due, done)),
                None if !milestone.waived.trim().is_empty() => MilestoneState::Waived,
                None => match days_between(milestone.due, today) {
                    late if late > 0 => MilestoneState::Overdue(late),
                    early => MilestoneState::DueIn(-early),
                },
            };
            (milestone, state)
        })
        .collect();
    states.sort_by_key(|(milestone, state)| {
        let class = match state {
            MilestoneState::Overdue(_) => 0,
            MilestoneState::DueIn(_) => 1,
            MilestoneState::Done(_) => 2,
            MilestoneState::Waived => 3,
        };
        (class, milestone.due, milestone.key.clone())
    });
    states
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
