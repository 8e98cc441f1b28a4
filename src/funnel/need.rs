//! The next lead that needs me, and why.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Pipeline;
use crate::figure::{days_between, elapsed_days};
use crate::record::{Id, Lead, Thread, ThreadState, View, WaitingOn};
use crate::when::clock;

/// From when on something counts as a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeedLimits {
    /// A lead that expires within so many hours needs me.
    pub expires_hours: u32,
}

impl Default for NeedLimits {
    fn default() -> Self {
        Self { expires_hours: 72 }
    }
}

/// Why a lead needs me; the earlier in this list, the more it presses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedReason {
    /// It expires soon, or has expired: nothing brings it back.
    Expires {
        /// When.
        at: Timestamp,
        /// How long until then; negative when it is past.
        left: SignedDuration,
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
    /// The next step should have happened.
    StepOverdue {
        /// What it is; it may be empty.
        step: String,
        /// When it was due.
        due: Date,
        /// By how many days it is late.
        days: i64,
    },
    /// The next step is due today.
    StepToday {
        /// What it is; it may be empty.
        step: String,
    },
    /// It has been in its stage for longer than the limit.
    OverLimit {
        /// Name of the stage.
        stage: String,
        /// Whole days in it.
        days: i64,
        /// The limit.
        limit: i64,
    },
    /// Nothing is planned.
    NoNextStep,
}

impl NeedReason {
    fn rank(&self) -> u8 {
        match self {
            Self::Expires { .. } => 0,
            Self::ReplyWaiting { late: true, .. } => 1,
            Self::ReplyWaiting { late: false, .. } => 2,
            Self::StepOverdue { .. } => 3,
            Self::StepToday { .. } => 4,
            Self::OverLimit { .. } => 5,
            Self::NoNextStep => 6,
        }
    }

    /// Compares two reasons: the one that presses more comes first.
    pub fn order(&self, other: &Self) -> Ordering {
        self.rank()
            .cmp(&other.rank())
            .then_with(|| match (self, other) {
                (Self::Expires { at, .. }, Self::Expires { at: other, .. })
                | (Self::ReplyWaiting { since: at, .. }, Self::ReplyWaiting { since: other, .. }) => {
                    at.cmp(other)
                }
                (Self::StepOverdue { due, .. }, Self::StepOverdue { due: other, .. }) => {
                    due.cmp(other)
                }
                (
                    Self::OverLimit { days, limit, .. },
                    Self::OverLimit {
                        days: other_days,
                        limit: other_limit,
                        ..
                    },
                ) => Reverse(days - limit).cmp(&Reverse(other_days - other_limit)),
                _ => Ordering::Equal,
            })
    }
}

/// Writes the reason in a few words, the figure first, for example `12 d, limit 8: Proposal`.
impl fmt::Display for NeedReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = |step: &str| {
            if step.trim().is_empty() {
                "next step".to_owned()
            } else {
                step.trim().to_owned()
            }
        };
        match self {
            Self::Expires { left, .. } if left.is_negative() => {
                write!(out, "expired {} ago", clock::rough(left.abs()))
            }
            Self::Expires { left, .. } => write!(out, "expires in {}", clock::rough(*left)),
            Self::ReplyWaiting { waited, late, .. } => write!(
                out,
                "waits {} for a reply{}",
                clock::rough(*waited),
                if *late { ", late" } else { "" }
            ),
            Self::StepOverdue {
                step: what, days, ..
            } => {
                write!(out, "{days} d overdue: {}", step(what))
            }
            Self::StepToday { step: what } => write!(out, "today: {}", step(what)),
            Self::OverLimit { stage, days, limit } => {
                write!(out, "{days} d, limit {limit}: {stage}")
            }
            Self::NoNextStep => out.write_str("no next step"),
        }
    }
}

/// A lead that needs me.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Need {
    /// The lead.
    pub lead: Id<Lead>,
    /// Why, the most pressing reason first; never empty.
    pub reasons: Vec<NeedReason>,
}

/// Returns the leads that need me, the most pressing first.
///
/// Signed, lost, resting and merged leads are left out. `threads` may be all threads of the console: those
/// of no lead, and those where nobody waits for me, are ignored. Whole days are days of the reader's zone.
pub fn needs<'a>(
    pipeline: &Pipeline,
    leads: impl IntoIterator<Item = (&'a Id<Lead>, &'a Lead)>,
    threads: impl IntoIterator<Item = (&'a Id<Thread>, &'a Thread)>,
    view: &View,
    limits: NeedLimits,
) -> Vec<Need> {
    let mut waiting: HashMap<&Id<Lead>, (Timestamp, bool)> = HashMap::new();
    for (_, thread) in threads {
        if let (Some(lead), Some(since)) = (&thread.lead, thread.last_at)
            && thread.state == ThreadState::Open
            && thread.waiting_on == WaitingOn::Me
        {
            let late = thread.sla_due.is_some_and(|due| due < view.now);
            waiting
                .entry(lead)
                .and_modify(|(oldest, any_late)| {
                    *oldest = since.min(*oldest);
                    *any_late |= late;
                })
                .or_insert((since, late));
        }
    }
    let mut needs: Vec<(String, Need)> = leads
        .into_iter()
        .filter_map(|(id, lead)| {
            let merged = lead
                .duplicate_of
                .as_ref()
                .is_some_and(|other| !other.is_empty());
            let open = lead
                .stage
                .as_ref()
                .is_none_or(|stage| pipeline.is_open(stage));
            let reasons = reasons(pipeline, lead, waiting.get(id).copied(), view, limits);
            (open && !merged && !reasons.is_empty()).then(|| {
                let need = Need {
                    lead: id.clone(),
                    reasons,
                };
                (lead.name.clone(), need)
            })
        })
        .collect();
    needs.sort_by(|(name, need), (other_name, other)| {
        need.reasons[0]
            .order(&other.reasons[0])
            .then_with(|| other.reasons.len().cmp(&need.reasons.len()))
            .then_with(|| name.cmp(other_name))
            .then_with(|| need.lead.cmp(&other.lead))
    });
    needs.into_iter().map(|(_, need)| need).collect()
}

fn reasons(
    pipeline: &Pipeline,
    lead: &Lead,
    waiting: Option<(Timestamp, bool)>,
    view: &View,
    limits: NeedLimits,
) -> Vec<NeedReason> {
    let mut reasons = Vec::new();
    if let Some(at) = lead.expires_at {
        let left = at.duration_since(view.now);
        if left <= SignedDuration::from_hours(limits.expires_hours.into()) {
            reasons.push(NeedReason::Expires { at, left });
        }
    }
    if let Some((since, late)) = waiting {
        reasons.push(NeedReason::ReplyWaiting {
            since,
            waited: view.now.duration_since(since),
            late,
        });
    }
    match lead.next_due {
        Some(due) => {
            let days = days_between(due, view.today());
            if days > 0 {
                reasons.push(NeedReason::StepOverdue {
                    step: lead.next_step.clone(),
                    due,
                    days,
                });
            } else if days == 0 {
                reasons.push(NeedReason::StepToday {
                    step: lead.next_step.clone(),
                });
            }
        }
        None if lead.next_step.trim().is_empty() => reasons.push(NeedReason::NoNextStep),
        None => {}
    }
    if let Some(rung) = lead.stage.as_ref().and_then(|stage| pipeline.rung(stage))
        && let (Some(limit), Some(entered)) = (rung.limit_days, lead.entered_at)
    {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "days between two instants of the calendar"
        )]
        let days = elapsed_days(entered, view.now).floor() as i64;
        if days > limit {
            reasons.push(NeedReason::OverLimit {
                stage: rung.name.clone(),
                days,
                limit,
            });
        }
    }
    reasons.sort_by(NeedReason::order);
    reasons
}
