//! The order in which CNs need me, and why.

use std::cmp::{Ordering, Reverse};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::graduation::GraduationGap;
use super::growth::Growth;
use crate::figure::{Band, Change, Figure, Pace};
use crate::record::{
    FollowUp, Id, Incident, Lifecycle, Network, Record, Severity, Thread, ThreadState, View,
    WaitingOn,
};
use crate::when::clock;

/// From when on something is a reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeedLimits {
    /// A fall of the month to date by more than this part is a reason.
    pub drop: f64,
    /// Days without anything coming in.
    pub dark_days: u32,
    /// Days without talking to the CN.
    pub silent_days: i64,
    /// Share of the largest creator.
    pub concentration: f64,
    /// Days before the limit of graduation.
    pub graduation_days: i64,
    /// Health below this is a reason.
    pub health: f64,
}

impl Default for NeedLimits {
    fn default() -> Self {
        Self {
            drop: 0.05,
            dark_days: 3,
            silent_days: 14,
            concentration: 0.4,
            graduation_days: 14,
            health: 50.0,
        }
    }
}

/// What is known of one CN besides its own record; leave out what is not known.
#[derive(Clone, Debug, Default)]
pub struct Evidence<'a> {
    /// Its incidents.
    pub incidents: Vec<&'a Incident>,
    /// Its threads.
    pub threads: Vec<&'a Thread>,
    /// Its follow-ups.
    pub follow_ups: Vec<&'a FollowUp>,
    /// Its goals: name of the metric and pace.
    pub goals: Vec<(String, Pace)>,
    /// Its revenue, month to date.
    pub revenue: Option<Growth>,
    /// Days without anything coming in.
    pub dark_days: Option<u32>,
    /// Share of its largest creator.
    pub largest: Option<Figure>,
    /// What it needs to graduate.
    pub graduation: Option<GraduationGap>,
    /// Overdue milestones of its onboarding: how many, and by how many days the oldest.
    pub overdue_milestones: Option<(u64, i64)>,
}

/// Why a CN needs me.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkReason {
    /// An incident is open.
    Incident {
        /// How bad it is.
        severity: Severity,
        /// What happened.
        title: String,
        /// How long until an appeal is no longer possible; negative when it is too late.
        deadline_in: Option<SignedDuration>,
    },
    /// They have written and wait for my answer.
    ReplyWaiting {
        /// Since when.
        since: Timestamp,
        /// How long.
        waited: SignedDuration,
        /// Whether the answer is late by the service level.
        late: bool,
    },
    /// Nothing comes in any more.
    WentDark {
        /// For how many days.
        days: u32,
    },
    /// Follow-ups are overdue.
    FollowUpsOverdue {
        /// How many.
        n: u64,
        /// By how long the oldest.
        oldest: SignedDuration,
    },
    /// A goal will be missed, or can no longer be reached.
    GoalBehind {
        /// The metric.
        metric: String,
        /// How it stands.
        band: Band,
        /// The share that is reached.
        reached: Option<f64>,
    },
    /// Revenue falls against the same day of the month before.
    RevenueDrop(Growth),
    /// The time to graduate runs out.
    GraduationDue {
        /// Days left; negative when it is over.
        days: i64,
        /// How many conditions are not met.
        open: u64,
    },
    /// Milestones of the onboarding are overdue.
    MilestonesOverdue {
        /// How many.
        n: u64,
        /// By how many days the oldest.
        days: i64,
    },
    /// Too much hangs on one creator.
    Concentrated(Figure),
    /// Nobody has talked to them for some time.
    Silent {
        /// For how many days.
        days: i64,
    },
    /// The backend scores its health low.
    LowHealth {
        /// The score from 0 to 100.
        score: f64,
        /// Why, in the words of the backend.
        reason: String,
    },
}

impl NetworkReason {
    fn rank(&self) -> u8 {
        match self {
            Self::Incident { severity, .. } => match severity {
                Severity::P1 => 0,
                Severity::P2 => 2,
                Severity::P3 | Severity::P4 | Severity::Other(_) => 9,
            },
            Self::ReplyWaiting { late: true, .. } => 1,
            Self::WentDark { .. } => 3,
            Self::ReplyWaiting { late: false, .. } => 4,
            Self::FollowUpsOverdue { .. } => 5,
            Self::GoalBehind { band, .. } if *band != Band::Gone => 6,
            Self::RevenueDrop(_) => 7,
            Self::GraduationDue { .. } => 8,
            Self::GoalBehind { .. } => 10,
            Self::MilestonesOverdue { .. } => 11,
            Self::Concentrated(_) => 12,
            Self::Silent { .. } => 13,
            Self::LowHealth { .. } => 14,
        }
    }

    /// Returns how much it presses among reasons of the same kind; more is more pressing.
    fn weight(&self) -> f64 {
        let hours = |span: SignedDuration| span.as_secs_f64() / 3600.0;
        match self {
            Self::Incident { deadline_in, .. } => {
                deadline_in.map_or(f64::NEG_INFINITY, |left| -hours(left))
            }
            Self::ReplyWaiting { waited, .. } => hours(*waited),
            Self::WentDark { days } => f64::from(*days),
            Self::FollowUpsOverdue { oldest, .. } => hours(*oldest),
            Self::GoalBehind { reached, .. } => -reached.unwrap_or(0.0),
            Self::RevenueDrop(growth) => -growth.change.ratio().unwrap_or(0.0),
            Self::GraduationDue { days, .. } => -whole(*days),
            Self::MilestonesOverdue { days, .. } | Self::Silent { days } => whole(*days),
            Self::Concentrated(share) => share.value.unwrap_or(0.0),
            Self::LowHealth { score, .. } => -score,
        }
    }

    /// Compares two reasons: the one that presses more comes first.
    pub fn order(&self, other: &Self) -> Ordering {
        self.rank()
            .cmp(&other.rank())
            .then_with(|| other.weight().total_cmp(&self.weight()))
    }
}

/// Writes the reason in a few words, for example `diamonds urgent, 71 % there`.
impl fmt::Display for NetworkReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident {
                severity,
                title,
                deadline_in,
            } => {
                write!(out, "{} {title}", severity.as_str().to_uppercase())?;
                match deadline_in {
                    Some(left) if left.is_negative() => out.write_str(", deadline passed"),
                    Some(left) => write!(out, ", {} left", clock::rough(*left)),
                    None => Ok(()),
                }
            }
            Self::ReplyWaiting { waited, late, .. } => write!(
                out,
                "waits {} for a reply{}",
                clock::rough(*waited),
                if *late { ", late" } else { "" }
            ),
            Self::WentDark { days } => write!(out, "dark for {days} d"),
            Self::FollowUpsOverdue { n, oldest } => {
                let what = plural(*n, "follow-up");
                write!(out, "{what} overdue, oldest {}", clock::rough(*oldest))
            }
            Self::GoalBehind {
                metric,
                band,
                reached,
            } => {
                write!(out, "{metric} {band}")?;
                match reached {
                    Some(reached) => write!(out, ", {:.0} % there", reached * 100.0),
                    None => Ok(()),
                }
            }
            Self::RevenueDrop(growth) => {
                write!(
                    out,
                    "revenue {:.0} in {}",
                    growth.change, growth.now.of.window
                )
            }
            Self::GraduationDue { days, open } => {
                match *days {
                    days if days < 0 => write!(out, "graduation {} d past its limit", -days)?,
                    days => write!(out, "graduation in {days} d")?,
                }
                write!(out, ", {} open", plural(*open, "gate"))
            }
            Self::MilestonesOverdue { n, days } => {
                write!(out, "{} overdue, oldest {days} d", plural(*n, "milestone"))
            }
            Self::Concentrated(share) => write!(
                out,
                "largest creator {:.0} % of {}",
                share.value.unwrap_or(0.0) * 100.0,
                share.of.n
            ),
            Self::Silent { days } => write!(out, "no contact for {days} d"),
            Self::LowHealth { score, reason } if reason.is_empty() => {
                write!(out, "health {score:.0}")
            }
            Self::LowHealth { score, reason } => write!(out, "health {score:.0}: {reason}"),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number of days of the calendar"
)]
fn whole(days: i64) -> f64 {
    days as f64
}

fn plural(n: u64, word: &str) -> String {
    if n == 1 {
        format!("1 {word}")
    } else {
        format!("{n} {word}s")
    }
}

/// Returns why a CN needs me, the most pressing reason first; empty when it does not.
///
/// These are also the reasons of its health: each names the figure it comes from.
pub fn reasons(
    network: &Network,
    evidence: &Evidence<'_>,
    view: &View,
    limits: NeedLimits,
) -> Vec<NetworkReason> {
    let mut reasons = Vec::new();
    people(evidence, view, &mut reasons);
    figures(network, evidence, limits, &mut reasons);
    if let Some(last) = network.last_contact_at {
        let days = view.now.duration_since(last).as_hours() / 24;
        if days >= limits.silent_days {
            reasons.push(NetworkReason::Silent { days });
        }
    }
    if let Some(score) = network.health.filter(|score| *score < limits.health) {
        reasons.push(NetworkReason::LowHealth {
            score,
            reason: network.health_reason.clone(),
        });
    }
    reasons.sort_by(NetworkReason::order);
    reasons
}

/// Collects what people wait for.
fn people(evidence: &Evidence<'_>, view: &View, reasons: &mut Vec<NetworkReason>) {
    for incident in evidence
        .incidents
        .iter()
        .filter(|incident| incident.is_open())
    {
        reasons.push(NetworkReason::Incident {
            severity: incident.severity.clone(),
            title: incident.title.clone(),
            deadline_in: incident
                .deadline
                .map(|deadline| deadline.duration_since(view.now)),
        });
    }
    let waiting = evidence
        .threads
        .iter()
        .filter(|thread| thread.state == ThreadState::Open && thread.waiting_on == WaitingOn::Me)
        .filter_map(|thread| {
            let late = thread.sla_due.is_some_and(|due| due < view.now);
            Some((Reverse(late), thread.last_at?))
        })
        .min();
    if let Some((Reverse(late), since)) = waiting {
        reasons.push(NetworkReason::ReplyWaiting {
            since,
            waited: view.now.duration_since(since),
            late,
        });
    }
    let late: Vec<SignedDuration> = evidence
        .follow_ups
        .iter()
        .filter(|follow_up| follow_up.is_open())
        .filter_map(|follow_up| follow_up.late(view))
        .filter(SignedDuration::is_positive)
        .collect();
    if let Some(oldest) = late.iter().max() {
        reasons.push(NetworkReason::FollowUpsOverdue {
            n: late.len() as u64,
            oldest: *oldest,
        });
    }
}

/// Collects what the figures say.
fn figures(
    network: &Network,
    evidence: &Evidence<'_>,
    limits: NeedLimits,
    reasons: &mut Vec<NetworkReason>,
) {
    if let Some(days) = evidence.dark_days.filter(|days| *days >= limits.dark_days) {
        reasons.push(NetworkReason::WentDark { days });
    }
    for (metric, pace) in &evidence.goals {
        if matches!(pace.band, Band::Urgent | Band::Gone) {
            reasons.push(NetworkReason::GoalBehind {
                metric: metric.clone(),
                band: pace.band,
                reached: pace.reached(),
            });
        }
    }
    if let Some(growth) = evidence
        .revenue
        .filter(|growth| falls(&growth.change, limits))
    {
        reasons.push(NetworkReason::RevenueDrop(growth));
    }
    let is_new = matches!(network.lifecycle, Lifecycle::New | Lifecycle::Onboarding);
    if let Some(gap) = evidence.graduation.as_ref().filter(|_| is_new)
        && let Some((_, days)) = gap.next_deadline
        && days <= limits.graduation_days
    {
        reasons.push(NetworkReason::GraduationDue {
            days,
            open: gap.items.len() as u64 - gap.met,
        });
    }
    if let Some((n, days)) = evidence.overdue_milestones.filter(|(n, _)| *n > 0) {
        reasons.push(NetworkReason::MilestonesOverdue { n, days });
    }
    if let Some(share) = evidence.largest
        && share
            .value
            .is_some_and(|value| value >= limits.concentration)
    {
        reasons.push(NetworkReason::Concentrated(share));
    }
}

/// Tells whether a change is a fall worth a reason: large enough, and not explained by the unrest of the days.
fn falls(change: &Change, limits: NeedLimits) -> bool {
    let large = change.ratio().is_some_and(|ratio| ratio <= -limits.drop);
    large && change.interval().is_none_or(|interval| interval.hi < 0.0)
}

/// A CN that needs me.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkNeed {
    /// The CN.
    pub network: Id<Network>,
    /// Why, the most pressing reason first.
    pub reasons: Vec<NetworkReason>,
}

/// Puts CNs in the order in which they need me; those without a reason come last, by id.
pub fn in_order(
    networks: impl IntoIterator<Item = (Id<Network>, Vec<NetworkReason>)>,
) -> Vec<NetworkNeed> {
    let mut needs: Vec<NetworkNeed> = networks
        .into_iter()
        .map(|(network, reasons)| NetworkNeed { network, reasons })
        .collect();
    needs.sort_by(|a, b| {
        let first = match (a.reasons.first(), b.reasons.first()) {
            (Some(one), Some(other)) => one.order(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        first
            .then_with(|| b.reasons.len().cmp(&a.reasons.len()))
            .then_with(|| a.network.cmp(&b.network))
    });
    needs
}
