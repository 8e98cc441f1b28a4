//! The verbs of the inbox.

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::Map;

use super::cx::{Choice, Expects};
use super::phrase::{due_of, instant_of, read_phrase};
use super::{Ask, CommandError, Cx, Targets, quote_word};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{
    Circle, Direction, FollowUp, FollowUpKind, FollowUpState, Id, Kind, Lead, Message, MessageKind,
    MessageState, Network, Person, Thread, ThreadState, User, WaitingOn, WakeOn,
};

/// A verb of the inbox.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum InboxCommand {
    /// Marks threads as done up to now; a later message brings them back.
    Done(Targets),
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
    /// Answers a thread and marks it done; without a text it opens the reply box.
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
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Makes a follow-up from a thread, with title and CN inferred, and marks the thread done.
    FollowUp {
        /// When it is due, as a phrase such as `thu 18:00 SGT`.
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
        /// Name or id of the CN.
        #[arg(long, value_name = "CN")]
        network: Option<String>,
        /// Name or id of the lead.
        #[arg(long, value_name = "LEAD")]
        lead: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
}

impl InboxCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> &Targets {
        match self {
            Self::Done(targets)
            | Self::Reopen(targets)
            | Self::Snooze { targets, .. }
            | Self::Reply { targets, .. }
            | Self::FollowUp { targets, .. }
            | Self::Assign { targets, .. }
            | Self::Link { targets, .. } => targets,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Done(targets) => {
                let ids = targets.of(Kind::Thread, cx)?;
                for id in &ids {
                    finish_thread(cx, id)?;
                }
                conclude(cx, "done", &ids)
            }
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
                targets,
            } => reply(cx, text, keep, promise, &targets),
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
                network,
                lead,
                targets,
            } => link(cx, network.as_deref(), lead.as_deref(), &targets),
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
        cx.say(Tone::Info, format!("{verb}: nothing to change"));
        return Ok(());
    }
    cx.label(label.clone());
    cx.say(Tone::Done, label);
    if let Some(screen) = cx.screen.as_deref_mut() {
        let place = screen.active();
        screen.shelf_mut(place).list.clear_marks();
        screen.message = 0;
        screen.detail_scroll = 0;
    }
    Ok(())
}

/// Marks a thread done up to its newest message or now, whichever is later.
fn finish_thread(cx: &mut Cx<'_>, id: &str) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    cx.change::<Thread>(id, |thread| {
        thread.state = ThreadState::Done;
        // A message "from the future" (a sender's clock is ahead) is done too.
        thread.done_at = Some(thread.last_at.map_or(now, |last| last.max(now)));
        thread.new = None;
        thread.snoozed_until = None;
        thread.wake_on = WakeOn::default();
        if thread.waiting_on == WaitingOn::Me {
            thread.waiting_on = WaitingOn::Nobody;
        }
    })?;
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
        "stage" => Ok((None, WakeOn::Stage, "the lead moves".into())),
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

fn reply(
    cx: &mut Cx<'_>,
    text: Option<String>,
    keep: bool,
    promise: bool,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let Some(text) = text else {
        let Some(first) = ids.first() else {
            return Ok(());
        };
        return cx.ask(
            "inbox reply",
            Ask::Reply {
                thread: first.clone(),
            },
        );
    };
    if text.trim().is_empty() {
        return Err(CommandError::refused(
            "reply",
            "the text is empty",
            "write something or leave",
        ));
    }
    let promised = if promise {
        Some(promised(cx, &text)?)
    } else {
        None
    };
    let now = cx.world.view.now;
    let send_at = now.checked_add(cx.settings.send_delay).unwrap_or(now);
    let me = cx.world.me().cloned().unwrap_or_default();
    for id in &ids {
        let answered = newest_incoming(cx.world, id);
        cx.create(Message {
            thread: Some(Id::new(id)),
            direction: Direction::Out,
            sender: me.person.clone(),
            sender_name: me.name.clone(),
            sent_at: Some(now),
            kind: MessageKind::Text,
            text: text.clone().into(),
            reply_to: answered,
            state: MessageState::Queued,
            send_at: Some(send_at),
            ..Message::default()
        });
        let thread = cx.world.table::<Thread>().record(id).cloned();
        if let (Some(promise), Some(thread)) = (&promised, thread) {
            cx.create(FollowUp {
                network: thread.network.clone(),
                lead: thread.lead.clone(),
                refs: vec![Id::<Thread>::new(id).link()],
                waiting_for: thread.from.clone(),
                ..promise.clone()
            });
        }
        if !keep {
            finish_thread(cx, id)?;
        }
        cx.change::<Thread>(id, |thread| thread.waiting_on = WaitingOn::Them)?;
        cx.effects.push(crate::effect::Effect::Draft {
            key: format!("reply:{id}"),
            text: String::new(),
        });
    }
    conclude(cx, "reply", &ids)?;
    let seconds = cx.settings.send_delay.as_secs();
    let also = match promised.and_then(|promise| promise.due) {
        Some(due) => format!(", promise {}", super::phrase::due_words(&due, cx)),
        None => String::new(),
    };
    cx.say(
        Tone::Done,
        format!("reply leaves in {seconds} s{also}; undo stops it"),
    );
    Ok(())
}

/// Makes the follow-up of the first promise in a text of mine, without what it is about.
fn promised(cx: &Cx<'_>, text: &str) -> Result<FollowUp, CommandError> {
    let promise = crate::triage::promises(text).into_iter().next();
    let promise = promise.ok_or_else(|| {
        CommandError::refused(
            "reply --promise",
            "the text promises nothing by a time",
            "write for example `by Friday`, or leave --promise out",
        )
    })?;
    let me = cx.world.my_id();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(FollowUp {
        title: words.chars().take(72).collect(),
        quote: words.chars().take(200).collect(),
        due: Some(due_of(&read_phrase(&promise.due, cx)?)),
        state: FollowUpState::Open,
        kind: FollowUpKind::Promise,
        owner: Some(me.clone()),
        created_by: Some(me),
        waiting_on: WaitingOn::Me,
        ..FollowUp::default()
    })
}

fn newest_incoming(world: &World, thread: &str) -> Option<Id<Message>> {
    world
        .table::<Message>()
        .records()
        .filter(|(_, message)| {
            message.direction != Direction::Out
                && message
                    .thread
                    .as_ref()
                    .is_some_and(|id| id.as_str() == thread)
        })
        .max_by_key(|(id, message)| (message.sent_at, (*id).clone()))
        .map(|(id, _)| id.clone())
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
    let due = due_of(&read_phrase(due, cx)?);
    let me = cx.world.my_id();
    let owner = owner.map_or(Ok(me.clone()), |name| find_user(cx.world, name))?;
    for id in &ids {
        let Some(thread) = cx.world.table::<Thread>().record(id).cloned() else {
            continue;
        };
        let title = title.map_or_else(|| inferred_title(&thread), str::to_owned);
        cx.create(FollowUp {
            title,
            due: Some(due.clone()),
            state: FollowUpState::Open,
            kind: kind_of_sender(cx.world, &thread),
            network: thread.network.clone(),
            lead: thread.lead.clone(),
            refs: vec![Id::<Thread>::new(id).link()],
            origin: newest_incoming(cx.world, id),
            owner: Some(owner.clone()),
            created_by: Some(me.clone()),
            waiting_on: WaitingOn::Me,
            waiting_for: thread.from.clone(),
            ..FollowUp::default()
        });
        if !keep {
            finish_thread(cx, id)?;
        }
    }
    let shown = super::phrase::due_words(&due, cx);
    conclude(cx, "follow-up", &ids)?;
    cx.say(Tone::Done, format!("follow-up {shown}"));
    Ok(())
}

fn kind_of_sender(world: &World, thread: &Thread) -> FollowUpKind {
    match world
        .follow::<Person>(thread.from.as_ref())
        .map(|person| &person.circle)
    {
        Some(Circle::Owner) => FollowUpKind::Support,
        Some(Circle::Lead) => FollowUpKind::Lead,
        _ => FollowUpKind::Request,
    }
}

/// Names what is to be done about a thread: the first sentence of its newest words, at most 72 characters.
pub(crate) fn inferred_title(thread: &Thread) -> String {
    let text = if thread.last_text.is_empty() {
        &thread.title
    } else {
        &thread.last_text
    };
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("Follow up");
    let end = line
        .find(['.', '?', '!', '。', '？', '！'])
        .unwrap_or(line.len());
    let sentence = line
        .get(..end)
        .filter(|part| part.chars().count() > 8)
        .unwrap_or(line);
    let mut title: String = sentence.trim().chars().take(72).collect();
    if title.is_empty() {
        title.push_str("Follow up");
    }
    title
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
                detail: user.zone.clone(),
                word: id.as_str().to_owned(),
            }
        })
        .collect()
}

/// Finds a user by id, by full name, or by a name that only one begins with.
pub(super) fn find_user(world: &World, name: &str) -> Result<Id<User>, CommandError> {
    if name == "me" {
        return Ok(world.my_id());
    }
    super::input::find_by_name::<User>(world, name, |user| &user.name)
}

fn link(
    cx: &mut Cx<'_>,
    network: Option<&str>,
    lead: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    if network.is_none() && lead.is_none() {
        return Err(CommandError::usage(
            "nothing to link",
            "name a --network or a --lead",
        ));
    }
    let network = network
        .map(|name| super::input::find_by_name::<Network>(cx.world, name, |network| &network.name))
        .transpose()?;
    let lead = lead
        .map(|name| super::input::find_by_name::<Lead>(cx.world, name, |lead| &lead.name))
        .transpose()?;
    for id in &ids {
        cx.change::<Thread>(id, |thread| {
            if network.is_some() {
                thread.network.clone_from(&network);
            }
            if lead.is_some() {
                thread.lead.clone_from(&lead);
            }
        })?;
    }
    conclude(cx, "linked", &ids)
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
