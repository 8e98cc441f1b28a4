//! The verbs of the inbox.

use clap::Subcommand;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Map;

use super::answer::{With, reply};
use super::cx::{Choice, Expects};
use super::links::link;
use super::phrase::{due_ahead, due_of, instant_of, read_phrase};
pub(super) use super::said::{Heard, heard, said};
use super::settle::{AtHand, done_up_to, finish, settle};
pub(crate) use super::title::inferred_title;
use super::turn::TurnCommand;
use super::{Ask, CommandError, Cx, Targets, quote_word};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{
    Circle, FollowUp, FollowUpKind, FollowUpState, Id, Kind, Person, Thread, ThreadState, User,
    WaitingOn, WakeOn,
};
use crate::when::{clock, zone};

/// A verb of the inbox.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum InboxCommand {
    /// Marks threads as done up to now; a later message brings them back.
    Done(Targets),
    /// Leaves the message at hand as it is and goes on to the next that asks something; the last one is done.
    Pass(Targets),
    /// Marks the threads of these messages as done up to and with them; what came later stays.
    UpTo {
        /// Ids of the messages, one for each thread.
        #[arg(value_name = "MESSAGE", required = true)]
        messages: Vec<String>,
    },
    /// Shows what needs no decision, with its counts, to clear it as one.
    Sweep,
    /// Says what was done today: left, done, pace and decisions.
    Summary {
        /// Writes it as Markdown to this file, without a name to one named by the day.
        #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "")]
        export: Option<String>,
    },
    /// Brings threads back that were done or snoozed.
    Reopen(Targets),
    /// Puts threads out of sight until a time or an event.
    Snooze {
        /// When they come back: a phrase such as `tomorrow 9am`, or `reply`, `stage` or `morning` (theirs).
        #[arg(value_name = "WHEN")]
        until: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Answers the message at hand and goes on to the next; without a text it opens the reply box.
    Reply {
        /// The answer.
        #[arg(value_name = "TEXT")]
        text: Option<String>,
        /// Keeps the thread open.
        #[arg(long)]
        keep: bool,
        /// Makes a follow-up of what the answer promises by a time, such as `by Friday`.
        #[arg(long)]
        promise: bool,
        /// Puts a proposed meeting at the best time for both into the calendar.
        #[arg(long)]
        meeting: bool,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Makes a follow-up from the message at hand, with title and CN inferred, and goes on to the next.
    FollowUp {
        /// When it is due, as a phrase such as `thu 18:00 SGT`; `said` takes the time that the message names.
        #[arg(value_name = "DUE")]
        due: Option<String>,
        /// What is to be done, instead of the title inferred from the message.
        #[arg(long)]
        title: Option<String>,
        /// Who does it, instead of me.
        #[arg(long, value_name = "PERSON")]
        owner: Option<String>,
        /// Keeps the thread open.
        #[arg(long)]
        keep: bool,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Hands threads to a colleague.
    Assign {
        /// Name or id of the colleague.
        #[arg(value_name = "PERSON")]
        person: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Says which CN or lead threads are about.
    Link {
        /// Name or id of the CN; without one, and without a lead, a list to choose from opens.
        #[arg(value_name = "CN", conflicts_with = "network")]
        cn: Option<String>,
        /// The same, by its name.
        #[arg(long, value_name = "CN")]
        network: Option<String>,
        /// Name or id of the lead.
        #[arg(long, value_name = "LEAD")]
        lead: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// What a message becomes.
    #[command(flatten)]
    Turn(TurnCommand),
}

impl InboxCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> Option<&Targets> {
        Some(match self {
            Self::Sweep | Self::Summary { .. } | Self::UpTo { .. } => return None,
            Self::Turn(command) => command.targets(),
            Self::Done(targets)
            | Self::Pass(targets)
            | Self::Reopen(targets)
            | Self::Snooze { targets, .. }
            | Self::Reply { targets, .. }
            | Self::FollowUp { targets, .. }
            | Self::Assign { targets, .. }
            | Self::Link { targets, .. } => targets,
        })
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Done(targets) => {
                let ids = targets.of(Kind::Thread, cx)?;
                for id in &ids {
                    finish(cx, id)?;
                }
                conclude(cx, "done", &ids)
            }
            Self::Pass(targets) => {
                let ids = targets.of(Kind::Thread, cx)?;
                for id in &ids {
                    if let Some(at) = AtHand::of(cx, id) {
                        settle(cx, &at)?;
                    }
                }
                conclude(cx, "seen", &ids)
            }
            Self::UpTo { messages } => {
                let ids = done_up_to(cx, &messages)?;
                conclude(cx, "cleared", &ids)
            }
            Self::Sweep => cx.ask("inbox sweep", Ask::Sweep),
            Self::Summary { export } => {
                super::summary::run(cx, export);
                Ok(())
            }
            Self::Turn(command) => command.run(cx),
            Self::Reopen(targets) => {
                let ids = targets.of(Kind::Thread, cx)?;
                for id in &ids {
                    cx.change::<Thread>(id, |thread| {
                        thread.state = ThreadState::Open;
                        thread.snoozed_until = None;
                        thread.wake_on = WakeOn::default();
                    })?;
                }
                conclude(cx, "reopened", &ids)
            }
            Self::Snooze { until, targets } => snooze(cx, until, &targets),
            Self::Reply {
                text,
                keep,
                promise,
                meeting,
                targets,
            } => {
                let with = With {
                    keep,
                    promise,
                    meeting,
                };
                reply(cx, text, with, &targets)
            }
            Self::FollowUp {
                due,
                title,
                owner,
                keep,
                targets,
            } => follow_up(
                cx,
                due.as_deref(),
                title.as_deref(),
                owner.as_deref(),
                keep,
                &targets,
            ),
            Self::Assign { person, targets } => assign(cx, person, &targets),
            Self::Link {
                cn,
                network,
                lead,
                targets,
            } => link(cx, cn.or(network).as_deref(), lead.as_deref(), &targets),
        }
    }
}

/// Labels the batch and clears the marks that it has used up.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of every verb"
)]
pub(super) fn conclude(cx: &mut Cx<'_>, verb: &str, ids: &[String]) -> Result<(), CommandError> {
    let label = match ids.len() {
        1 => verb.to_owned(),
        many => format!("{verb} ×{many}"),
    };
    if cx.edit_count() == 0 {
        let words = if ids.is_empty() {
            "nothing fits, so nothing was changed".to_owned()
        } else {
            format!("{verb}: nothing to change")
        };
        cx.say(Tone::Info, words);
        return Ok(());
    }
    cx.label(label.clone());
    cx.say(Tone::Done, label);
    if let Some(screen) = cx.screen.as_deref_mut() {
        let place = screen.active();
        screen.shelf_mut(place).list.clear_marks();
        screen.message = None;
        screen.detail_scroll = 0;
    }
    Ok(())
}

fn snooze(cx: &mut Cx<'_>, until: Option<String>, targets: &Targets) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let Some(until) = until else {
        return cx.ask(
            "inbox snooze",
            Ask::Prompt {
                title: "snooze until".into(),
                command: command_line("inbox snooze", targets),
                text: String::new(),
                expects: Expects::When,
            },
        );
    };
    let mut words = String::new();
    for id in &ids {
        let (at, wake, shown) = wake_up(cx, id, &until)?;
        words = shown;
        cx.change::<Thread>(id, |thread| {
            thread.state = ThreadState::Snoozed;
            thread.snoozed_until = at;
            thread.wake_on = wake;
        })?;
    }
    conclude(cx, &format!("snoozed until {words}"), &ids)
}

fn wake_up(
    cx: &Cx<'_>,
    thread: &str,
    until: &str,
) -> Result<(Option<Timestamp>, WakeOn, String), CommandError> {
    match until {
        "reply" => Ok((None, WakeOn::Reply, "a reply".into())),
        "stage" => {
            let record = cx.world.table::<Thread>().record(thread);
            if record.is_some_and(|thread| thread.lead.is_none()) {
                return Err(CommandError::refused(
                    "snooze until the lead moves",
                    "the conversation belongs to no lead",
                    "link one with `inbox link --lead NAME`, or snooze until a reply",
                ));
            }
            Ok((None, WakeOn::Stage, "the lead moves".into()))
        }
        "morning" => {
            let record = cx.world.table::<Thread>().record(thread);
            let person = record.and_then(|thread| cx.world.follow(thread.from.as_ref()));
            let at = super::phrase::their_morning(cx, person);
            let shown = super::phrase::stamp(at, cx);
            Ok((
                Some(at),
                WakeOn::TheirMorning,
                format!("their morning, {shown}"),
            ))
        }
        phrase => {
            let due = due_of(&read_phrase(phrase, cx)?);
            let at = instant_of(&due, cx);
            if at <= cx.world.view.now {
                return Err(CommandError::refused(
                    format!("snooze until {phrase}"),
                    "that has passed",
                    "name a later time",
                ));
            }
            Ok((Some(at), WakeOn::default(), super::phrase::stamp(at, cx)))
        }
    }
}

fn follow_up(
    cx: &mut Cx<'_>,
    due: Option<&str>,
    title: Option<&str>,
    owner: Option<&str>,
    keep: bool,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let Some(due) = due else {
        return cx.ask(
            "inbox follow-up",
            Ask::Prompt {
                title: "follow up".into(),
                command: command_line("inbox follow-up", targets),
                text: String::new(),
                expects: Expects::When,
            },
        );
    };
    let fixed = match due {
        "said" => None,
        phrase => Some(due_ahead(phrase, cx)?),
    };
    let me = cx.world.my_id();
    let owner = owner.map_or(Ok(me.clone()), |name| find_user(cx.world, name))?;
    let mut shown = String::new();
    let mut unread = None;
    for id in &ids {
        let Some(at) = AtHand::of(cx, id) else {
            continue;
        };
        let due = if let Some(due) = &fixed {
            due.clone()
        } else {
            let said = said(cx, &at)?;
            unread = said.warning(cx).or(unread);
            said.due
        };
        shown = super::phrase::due_words(&due, cx);
        let title = title.map_or_else(|| inferred_title(at.text()), str::to_owned);
        cx.create(FollowUp {
            title,
            due: Some(due),
            owner: Some(owner.clone()),
            ..about(cx, &at, &me)
        });
        if !keep {
            settle(cx, &at)?;
        }
    }
    conclude(cx, "follow-up", &ids)?;
    let words = format!("follow-up {shown}");
    match unread {
        Some(unread) => cx.say(Tone::Error, format!("{words}; {unread}")),
        None => cx.say(Tone::Done, words),
    }
    Ok(())
}

/// A follow-up of mine about the message at hand, without title and due time.
pub(super) fn about(cx: &Cx<'_>, at: &AtHand, me: &Id<User>) -> FollowUp {
    FollowUp {
        state: FollowUpState::Open,
        kind: kind_of_sender(cx.world, at),
        network: at.thread.network.clone(),
        lead: at.thread.lead.clone(),
        refs: vec![at.id.link()],
        origin: at.origin(),
        quote: excerpt(at.text(), 200),
        owner: Some(me.clone()),
        created_by: Some(me.clone()),
        waiting_on: WaitingOn::Me,
        waiting_for: at.sender(),
        ..FollowUp::default()
    }
}

fn kind_of_sender(world: &World, at: &AtHand) -> FollowUpKind {
    let sender = at.sender();
    match world
        .follow::<Person>(sender.as_ref())
        .map(|person| &person.circle)
    {
        Some(Circle::Owner) => FollowUpKind::Support,
        Some(Circle::Lead) => FollowUpKind::Lead,
        _ => FollowUpKind::Request,
    }
}

/// The first words of a text on one line.
pub(super) fn excerpt(text: &str, letters: usize) -> String {
    crate::text::first_words(text, letters)
}

fn assign(cx: &mut Cx<'_>, person: Option<String>, targets: &Targets) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let Some(person) = person else {
        let choices = colleagues(cx);
        return cx.ask(
            "inbox assign",
            Ask::Pick {
                title: "assign to".into(),
                command: command_line("inbox assign", targets),
                choices,
            },
        );
    };
    let user = find_user(cx.world, &person)?;
    let name = cx
        .world
        .get(&user)
        .map(|user| user.name.clone())
        .unwrap_or_default();
    for id in &ids {
        cx.change::<Thread>(id, |thread| thread.assignee = Some(user.clone()))?;
    }
    conclude(cx, &format!("assigned to {name}"), &ids)
}

/// Lists the colleagues for a pick, favourites first, each with the first free letter of their name.
pub(super) fn colleagues(cx: &Cx<'_>) -> Vec<Choice> {
    let mut users: Vec<(&Id<User>, &User)> = cx
        .world
        .table::<User>()
        .records()
        .filter(|(id, _)| id.as_str() != &*cx.world.view.me)
        .collect();
    let favourite = |id: &Id<User>, user: &User| {
        cx.settings
            .favourites
            .iter()
            .position(|name| name == id.as_str() || *name == user.name)
            .unwrap_or(usize::MAX)
    };
    users.sort_by_key(|(id, user)| (favourite(id, user), user.name.clone(), (*id).clone()));
    let now = cx.world.view.now;
    let mut taken = Vec::new();
    users
        .into_iter()
        .map(|(id, user)| {
            let key = user
                .name
                .to_lowercase()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .find(|letter| !taken.contains(letter));
            taken.extend(key);
            Choice {
                key,
                label: user.name.clone(),
                detail: zone::load(&user.zone)
                    .map_or_else(|_| user.zone.clone(), |zone| local_time(&zone, now)),
                word: id.as_str().to_owned(),
            }
        })
        .collect()
}

/// Says what time it is in a zone: `Wed 00:30 Singapore, asleep`.
pub(crate) fn local_time(there: &TimeZone, now: Timestamp) -> String {
    let local = there.to_datetime(now);
    let asleep = if (7..22).contains(&local.hour()) {
        ""
    } else {
        ", asleep"
    };
    let day = clock::weekday_word(local.weekday());
    let city = zone::city_name(&zone::name(there));
    format!("{day} {} {city}{asleep}", clock::time(local.time()))
}

/// Finds a user by id, by full name, or by a name that only one begins with.
pub(super) fn find_user(world: &World, name: &str) -> Result<Id<User>, CommandError> {
    if name == "me" {
        return Ok(world.my_id());
    }
    super::input::find_by_name::<User>(world, name, |user| &user.name)
}

/// Writes a command line again with the targets it was given.
pub(super) fn command_line(name: &str, targets: &Targets) -> String {
    let mut line = name.to_owned();
    for id in &targets.ids {
        line.push_str(" --id ");
        line.push_str(&quote_word(id));
    }
    if let Some(query) = &targets.query {
        line.push_str(" --where ");
        line.push_str(&quote_word(query));
    }
    line
}

/// Returns the fields that a new record takes from the thread it is made from.
pub(super) fn seeds(thread: &Thread) -> Map<String, serde_json::Value> {
    let mut fields = Map::new();
    if let Some(network) = &thread.network {
        fields.insert("network".into(), network.as_str().into());
    }
    if let Some(lead) = &thread.lead {
        fields.insert("lead".into(), lead.as_str().into());
    }
    fields
}
