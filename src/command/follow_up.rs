//! The verbs of follow-ups.

mod add;
mod close;
mod level;
pub(crate) use level::level_plan;
mod people;
mod time;
pub(super) use close::{make_next, read_severity};
pub(super) use people::read_waiting;
pub(super) use time::{go_on_again, read_rule};

use clap::Subcommand;

use super::inbox::conclude;
use super::{CommandError, Cx, Targets};
use crate::record::{FollowUp, FollowUpState, Kind};

/// A verb of follow-ups.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum FollowUpCommand {
    /// Makes the next step of what is selected: a lead, a CN, a thread, an incident or another record.
    Add {
        /// When it is due, as a phrase such as `fri` or `thu 18:00 SGT`.
        #[arg(value_name = "DUE")]
        due: Option<String>,
        /// What is to be done, instead of the title inferred from the record.
        #[arg(long)]
        title: Option<String>,
        /// Who does it, instead of me.
        #[arg(long, value_name = "PERSON")]
        owner: Option<String>,
        /// How it comes again, such as `weekly` or `every 2 weeks`.
        #[arg(long, value_name = "RULE")]
        repeat: Option<String>,
        /// The records that it is about.
        #[command(flatten)]
        targets: Targets,
    },
    /// Marks follow-ups as done; a recurring one makes its successor, an escalated one asks for its root cause.
    Done {
        /// What came of it.
        #[arg(value_name = "RESULT")]
        result: Option<String>,
        /// Asks what came of it.
        #[arg(long)]
        ask: bool,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Closes follow-ups with their root cause, without which an escalated one cannot be closed.
    Resolve {
        /// What caused it.
        #[arg(value_name = "CAUSE")]
        cause: Option<String>,
        /// What came of it.
        #[arg(long, value_name = "TEXT")]
        result: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Moves follow-ups to a later time and counts that they slipped.
    Slip {
        /// The new due time, as a phrase such as `fri` or `+2d`.
        #[arg(value_name = "WHEN")]
        to: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Moves each follow-up by the same span from its own due time: `+2d`, `-1d`, `1w`, `3 workdays`, `4h`.
    Shift {
        /// By how much.
        #[arg(value_name = "SPAN", allow_hyphen_values = true)]
        by: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Puts follow-ups out of sight until a time, their due time kept: a phrase, or `morning` (theirs).
    Snooze {
        /// When they come back.
        #[arg(value_name = "WHEN")]
        until: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Hands follow-ups to a colleague with a note; source, quote and context go along.
    Hand {
        /// Name or id of the colleague.
        #[arg(value_name = "PERSON")]
        person: Option<String>,
        /// What they need to know; may be empty.
        #[arg(value_name = "NOTE")]
        note: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Reminds who is waited for, in their thread, when their working day begins.
    Nudge {
        /// The words, instead of those made from the title in their language.
        #[arg(value_name = "TEXT")]
        text: Option<String>,
        /// When it leaves, instead of their next working hour.
        #[arg(long, value_name = "WHEN")]
        at: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says who has the next move: `me`, `them` or `nobody`; without a word it goes to the other side.
    Wait {
        /// Who.
        #[arg(value_name = "WHO")]
        who: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Escalates follow-ups with a severity; from then on they cannot be closed without a root cause.
    Escalate {
        /// How bad it is: p1, p2, p3 or p4.
        #[arg(value_name = "SEVERITY")]
        severity: Option<String>,
        /// To whom, instead of my team's Growth Lead.
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says how follow-ups come again: `weekly`, `every 2 weeks`, `mon,thu`, `last friday`, a rule, or `never`.
    Repeat {
        /// The rule.
        #[arg(value_name = "RULE")]
        rule: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Spreads what is due over the days, at most so many a day: shows the plan, then moves what is chosen.
    Level {
        /// `all` carries the plan out; an id moves that follow-up alone.
        #[arg(value_name = "WHICH")]
        which: Option<String>,
        /// How many days ahead are looked at.
        #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=90))]
        days: u16,
        /// At most this many a day, instead of the configured cap.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
        cap: Option<u16>,
    },
    /// Opens follow-ups again.
    Reopen(Targets),
    /// Drops follow-ups that are not needed any more.
    Drop(Targets),
}

/// What a verb acts on that looks at all follow-ups.
static EVERYTHING: Targets = Targets {
    ids: Vec::new(),
    query: None,
};

impl FollowUpCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> &Targets {
        match self {
            Self::Reopen(targets)
            | Self::Drop(targets)
            | Self::Add { targets, .. }
            | Self::Done { targets, .. }
            | Self::Resolve { targets, .. }
            | Self::Slip { targets, .. }
            | Self::Shift { targets, .. }
            | Self::Snooze { targets, .. }
            | Self::Hand { targets, .. }
            | Self::Nudge { targets, .. }
            | Self::Wait { targets, .. }
            | Self::Escalate { targets, .. }
            | Self::Repeat { targets, .. } => targets,
            Self::Level { .. } => &EVERYTHING,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Add {
                due,
                title,
                owner,
                repeat,
                targets,
            } => {
                let words = add::Words {
                    title: title.as_deref(),
                    owner: owner.as_deref(),
                    repeat: repeat.as_deref(),
                };
                add::add(cx, due.as_deref(), &words, &targets)
            }
            Self::Done {
                result,
                ask,
                targets,
            } => close::done(cx, result.as_deref(), ask, &targets),
            Self::Resolve {
                cause,
                result,
                targets,
            } => close::resolve(cx, cause.as_deref(), result.as_deref(), &targets),
            Self::Slip { to, targets } => time::slip(cx, to.as_deref(), &targets),
            Self::Shift { by, targets } => time::shift(cx, by.as_deref(), &targets),
            Self::Snooze { until, targets } => time::snooze(cx, until.as_deref(), &targets),
            Self::Hand {
                person,
                note,
                targets,
            } => people::hand(cx, person.as_deref(), note.as_deref(), &targets),
            Self::Nudge { text, at, targets } => {
                people::nudge(cx, text.as_deref(), at.as_deref(), &targets)
            }
            Self::Wait { who, targets } => people::wait(cx, who.as_deref(), &targets),
            Self::Escalate {
                severity,
                to,
                why,
                targets,
            } => close::escalate(
                cx,
                severity.as_deref(),
                to.as_deref(),
                why.as_deref(),
                &targets,
            ),
            Self::Repeat { rule, targets } => time::repeat(cx, rule.as_deref(), &targets),
            Self::Level { which, days, cap } => level::level(cx, which.as_deref(), days, cap),
            Self::Reopen(targets) => {
                let ids = targets.of(Kind::FollowUp, cx)?;
                for id in &ids {
                    cx.change::<FollowUp>(id, |follow_up| {
                        follow_up.state = FollowUpState::Open;
                        follow_up.done_at = None;
                        follow_up.snoozed_until = None;
                    })?;
                }
                conclude(cx, "reopened", &ids)
            }
            Self::Drop(targets) => {
                let ids = targets.of(Kind::FollowUp, cx)?;
                close::may_drop(cx, &ids)?;
                for id in &ids {
                    cx.change::<FollowUp>(id, |follow_up| {
                        follow_up.state = FollowUpState::Cancelled;
                    })?;
                }
                conclude(cx, "dropped", &ids)
            }
        }
    }
}
