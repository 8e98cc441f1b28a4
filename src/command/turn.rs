//! What a message becomes: a lead, a stage move, an incident, a coaching action, an answer to a campaign or a
//! card, a proposal to meet, a task of someone else. Each keeps the message that it was made from.

mod cards;
mod incidents;
mod leads;
mod networks;

use cards::{press, propose};
use incidents::incident;
use leads::{lead, move_lead, why_lost};
use networks::{campaign_answer, coach, pain};

use clap::{Subcommand, ValueEnum};

use super::inbox::{about, colleagues, command_line, conclude, find_user, inferred_title, said};
use super::lead::{Move, OTHER};
use super::phrase::{due_ahead, due_words};
use super::settle::{AtHand, settle};
use super::{Ask, CommandError, Cx, Targets};
use crate::pane::Tone;
use crate::record::{FollowUp, Kind, ParticipationState, WaitingOn};

pub(super) use cards::proposed_meeting;

/// Minutes of a meeting that is proposed from the inbox.
const MEETING_MINUTES: i64 = 30;

/// A verb that makes something of the message at hand.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum TurnCommand {
    /// Gives what the message asks for to a colleague, as a follow-up of theirs with the words of the message.
    Delegate {
        /// Name or id of the colleague.
        #[arg(value_name = "PERSON")]
        person: Option<String>,
        /// When it is due: a phrase, or `said` for the time that the message names.
        #[arg(long, value_name = "DUE", default_value = "tomorrow")]
        due: String,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Opens an incident with its follow-up; one of severity p1 is due today.
    Incident {
        /// How bad it is: p1, p2, p3 or p4.
        #[arg(value_name = "SEVERITY")]
        severity: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Makes a lead; where one is alike it asks whether the message belongs to that one.
    Lead {
        /// Name of the company or person, instead of the one found in the message.
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Name or id of the lead that the message belongs to; `none` makes a new one where others are alike.
        #[arg(long, value_name = "LEAD")]
        merge: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Moves the lead of the thread one stage forward.
    Advance(Targets),
    /// Moves the lead of the thread one stage back.
    Back(Targets),
    /// Marks the lead of the thread as lost, with the reason.
    Lose {
        /// Why it is lost.
        #[arg(value_name = "REASON")]
        reason: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Makes a coaching action with the CN of the thread, due in two weeks.
    Coach {
        /// What is to improve, instead of the words of the message.
        #[arg(value_name = "TOPIC")]
        topic: Option<String>,
        /// Name or id of the metric on which it should show.
        #[arg(long, value_name = "METRIC")]
        metric: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Logs a pain point of the CN; one of the same name gets the CN and the message added.
    Pain {
        /// What the trouble is, instead of the words of the message.
        #[arg(value_name = "TITLE")]
        title: Option<String>,
        /// Name or id of the pain point that it belongs to.
        #[arg(long, value_name = "PAIN")]
        join: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says that the CN of the thread takes part in a campaign.
    Join {
        /// Name or id of the campaign, instead of the one that the message names.
        #[arg(value_name = "CAMPAIGN")]
        campaign: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says that the CN of the thread does not take part in a campaign.
    Decline {
        /// Name or id of the campaign, instead of the one that the message names.
        #[arg(value_name = "CAMPAIGN")]
        campaign: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Presses a button of a card: approves or accepts, rejects or declines.
    Answer {
        /// Which button.
        #[arg(value_name = "yes|no", value_enum)]
        verdict: Verdict,
        /// Why, for a no.
        #[arg(value_name = "REASON")]
        reason: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Offers the best times to meet, in both clocks, in the reply box.
    Propose {
        /// Length of the meeting in minutes.
        #[arg(long, value_name = "MINUTES", default_value_t = MEETING_MINUTES)]
        minutes: i64,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
}

/// Which button of a card is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// Approve, accept.
    Yes,
    /// Reject, decline.
    No,
}

impl Verdict {
    /// Returns the word that the command line takes for it.
    const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

impl TurnCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> &Targets {
        match self {
            Self::Advance(targets)
            | Self::Back(targets)
            | Self::Delegate { targets, .. }
            | Self::Incident { targets, .. }
            | Self::Lead { targets, .. }
            | Self::Lose { targets, .. }
            | Self::Coach { targets, .. }
            | Self::Pain { targets, .. }
            | Self::Join { targets, .. }
            | Self::Decline { targets, .. }
            | Self::Answer { targets, .. }
            | Self::Propose { targets, .. } => targets,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Delegate {
                person,
                due,
                targets,
            } => delegate(cx, person, &due, &targets),
            Self::Incident { severity, targets } => incident(cx, severity.as_deref(), &targets),
            Self::Lead {
                name,
                merge,
                targets,
            } => lead(cx, name.as_deref(), merge.as_deref(), &targets),
            Self::Advance(targets) => move_lead(cx, &targets, &Move::Forward),
            Self::Back(targets) => move_lead(cx, &targets, &Move::Back),
            Self::Lose { reason, targets } => match reason {
                Some(reason) if reason != OTHER => move_lead(cx, &targets, &Move::Lost(reason)),
                typed => why_lost(cx, &targets, typed.is_some()),
            },
            Self::Coach {
                topic,
                metric,
                targets,
            } => coach(cx, topic.as_deref(), metric.as_deref(), &targets),
            Self::Pain {
                title,
                join,
                targets,
            } => pain(cx, title.as_deref(), join.as_deref(), &targets),
            Self::Join { campaign, targets } => {
                campaign_answer(cx, campaign, &ParticipationState::Joined, &targets)
            }
            Self::Decline { campaign, targets } => {
                campaign_answer(cx, campaign, &ParticipationState::Declined, &targets)
            }
            Self::Answer {
                verdict,
                reason,
                targets,
            } => press(cx, verdict, reason.as_deref(), &targets),
            Self::Propose { minutes, targets } => propose(cx, minutes, &targets),
        }
    }
}

/// What a verb did with a message.
struct Said {
    /// What the batch is called.
    label: String,
    /// What is said behind it.
    also: String,
    /// What was not understood.
    warning: Option<String>,
}

impl From<String> for Said {
    fn from(label: String) -> Self {
        Self {
            label,
            also: String::new(),
            warning: None,
        }
    }
}

/// Runs a verb on the message at hand of each thread and settles it; of several the last warning is shown.
fn each<S: Into<Said>>(
    cx: &mut Cx<'_>,
    targets: &Targets,
    mut act: impl FnMut(&mut Cx<'_>, &AtHand) -> Result<S, CommandError>,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let mut last = Said::from(String::new());
    for id in &ids {
        let Some(at) = AtHand::of(cx, id) else {
            continue;
        };
        let mut said = act(cx, &at)?.into();
        said.warning = said.warning.or(last.warning);
        last = said;
        settle(cx, &at)?;
    }
    conclude(cx, &last.label, &ids)?;
    // Of several the label says what the last one became.
    let also = if ids.len() == 1 {
        last.also
    } else {
        String::new()
    };
    let (tone, warning) = match last.warning {
        Some(words) => (Tone::Error, format!("; {words}")),
        None => (Tone::Done, String::new()),
    };
    let more = format!("{also}{warning}");
    if !more.is_empty() && cx.screen.is_some() {
        cx.say(tone, format!("{}{more}", last.label));
    } else if !more.is_empty() {
        // The label stands in the line before.
        cx.say(tone, more.trim_start_matches([',', ';', ' ']));
    }
    Ok(())
}

fn delegate(
    cx: &mut Cx<'_>,
    person: Option<String>,
    due: &str,
    targets: &Targets,
) -> Result<(), CommandError> {
    let Some(person) = person else {
        targets.of(Kind::Thread, cx)?;
        let choices = colleagues(cx);
        let mut command = command_line("inbox delegate", targets);
        if due != "tomorrow" {
            command.push_str(" --due ");
            command.push_str(&super::quote_word(due));
        }
        return cx.ask(
            "inbox delegate",
            Ask::Pick {
                title: "delegate to".into(),
                command,
                choices,
            },
        );
    };
    let owner = find_user(cx.world, &person)?;
    let name = cx.world.get(&owner).map(|user| user.name.clone());
    let name = name.unwrap_or_default();
    let me = cx.world.my_id();
    each(cx, targets, |cx, at| {
        let (when, unread) = match due {
            "said" => {
                let said = said(cx, at)?;
                let warning = said.warning(cx);
                (said.due, warning)
            }
            phrase => (due_ahead(phrase, cx)?, None),
        };
        let shown = due_words(&when, cx);
        cx.create(FollowUp {
            title: inferred_title(at.text()),
            due: Some(when),
            owner: Some(owner.clone()),
            waiting_on: WaitingOn::Them,
            context: at.words().into(),
            ..about(cx, at, &me)
        });
        Ok(Said {
            label: format!("delegated to {name}, {shown}"),
            also: String::new(),
            warning: unread,
        })
    })
}
