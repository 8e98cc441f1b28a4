//! Handing CNs and leads over: at once, or by the backend on a day.

use jiff::civil::Date;

use super::cx::Expects;
use super::inbox::{colleagues, command_line, conclude, find_user};
use super::{Ask, Choice, CommandError, Cx, Targets};
use crate::record::{FollowUp, FollowUpState, Id, Kind, Lead, Network, Record, Role, User};

/// The words of a hand-over.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct HandOverArgs {
    /// To whom.
    #[arg(value_name = "PERSON")]
    who: Option<String>,
    /// From which day on, as a phrase such as `mon` or `2026-12-01`; the backend does it then (UTC).
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// Everything of this person instead of the selection.
    #[arg(long, value_name = "PERSON")]
    of: Option<String>,
    /// Takes the open follow-ups along (only at once).
    #[arg(long)]
    with_follow_ups: bool,
    /// Asks from which day on, as the key does.
    #[arg(long, conflicts_with = "on")]
    ask_day: bool,
    /// The CNs and leads.
    #[command(flatten)]
    pub(super) targets: Targets,
}

impl HandOverArgs {
    /// Returns the phrase that names the day.
    pub(super) fn day(&self) -> Option<&str> {
        self.on.as_deref()
    }

    /// Hands over; a bare id is one of this kind.
    pub(super) fn run(
        &self,
        name: &'static str,
        kind: Kind,
        cx: &mut Cx<'_>,
    ) -> Result<(), CommandError> {
        let over = HandOver {
            name,
            kind,
            who: self.who.clone(),
            on: self.on.clone(),
            of: self.of.clone(),
            with_follow_ups: self.with_follow_ups,
            ask_day: self.ask_day,
            targets: &self.targets,
        };
        over.run(cx)
    }
}

/// What is handed over, and when.
struct HandOver<'a> {
    /// The command.
    name: &'static str,
    /// The kind of a bare id.
    kind: Kind,
    /// To whom.
    who: Option<String>,
    /// From which day on (a date phrase); now without one.
    on: Option<String>,
    /// Everything of this user instead of the selection.
    of: Option<String>,
    /// Whether open follow-ups go along.
    with_follow_ups: bool,
    /// Whether the day is asked for.
    ask_day: bool,
    /// The CNs and leads.
    targets: &'a Targets,
}

/// A record that belongs to someone.
trait Owned: Record {
    fn hands(&mut self) -> Hands<'_>;
}

/// The fields in which an owner changes.
struct Hands<'a> {
    owner: &'a mut Option<Id<User>>,
    shared_with: &'a mut Vec<Id<User>>,
    next_owner: &'a mut Option<Id<User>>,
    handover_on: &'a mut Option<Date>,
}

macro_rules! owned {
    ($($kind:ident),*) => {$(
        impl Owned for $kind {
            fn hands(&mut self) -> Hands<'_> {
                Hands {
                    owner: &mut self.owner,
                    shared_with: &mut self.shared_with,
                    next_owner: &mut self.next_owner,
                    handover_on: &mut self.handover_on,
                }
            }
        }
    )*};
}
owned!(Network, Lead);

impl HandOver<'_> {
    fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let (networks, leads) = self.what(cx)?;
        let count = networks.len() + leads.len();
        let Some(who) = &self.who else {
            return self.ask_person(cx, count);
        };
        let to = find_user(cx.world, who)?;
        if self.ask_day {
            let name = cx.world.title(&to.link());
            let who = super::quote_word(who);
            return cx.ask(
                self.name,
                Ask::Prompt {
                    title: format!("{name} takes {count} over from"),
                    command: format!("{} {who} --on={{}}", self.line()),
                    text: "today".into(),
                    expects: Expects::When,
                },
            );
        }
        let today = cx.world.view.today();
        let on = match &self.on {
            Some(phrase) => Some(super::due_of(&super::read_phrase(phrase, cx)?).date()),
            None => None,
        };
        if let Some(past) = on.filter(|on| *on < today) {
            return Err(CommandError::usage(
                format!("{past} is over: nothing can be handed over in the past"),
                "leave `--on` out to hand it over now, or name a day that comes",
            ));
        }
        let on = on.filter(|on| *on > today);
        let name = cx.world.title(&to.link());
        let mut ids = Vec::new();
        for id in networks {
            hand::<Network>(cx, &id, &to, on, &mut ids)?;
        }
        for id in leads {
            hand::<Lead>(cx, &id, &to, on, &mut ids)?;
        }
        let moved = self.follow_ups(cx, &ids, &to, on)?;
        let mut words = match on {
            Some(on) => format!("to {name} on {on}"),
            None => format!("to {name}"),
        };
        if moved > 0 {
            words = format!("{words}, {}", crate::text::counted(moved, "follow-up"));
        }
        conclude(cx, &words, &ids)
    }

    /// Writes the command with everything that was said, without the person and the day.
    fn line(&self) -> String {
        let mut command = command_line(self.name, self.targets);
        if let Some(of) = &self.of {
            command = format!("{command} --of {}", super::quote_word(of));
        }
        if self.with_follow_ups {
            command.push_str(" --with-follow-ups");
        }
        command
    }

    /// Asks to whom, and where no day was named then for that too.
    fn ask_person(&self, cx: &mut Cx<'_>, count: usize) -> Result<(), CommandError> {
        let day = match &self.on {
            Some(on) => format!("--on {}", super::quote_word(on)),
            None => "--ask-day".to_owned(),
        };
        let mut choices = colleagues(cx);
        // Whoever leads a team takes over what others had, too.
        let me = cx.world.me().filter(|me| me.role == Role::Lead);
        if let Some(me) = me {
            choices.push(Choice {
                key: None,
                label: me.name.clone(),
                detail: "me".into(),
                word: cx.world.view.me.to_string(),
            });
        }
        let command = format!("{} {day}", self.line());
        cx.ask(
            self.name,
            Ask::Pick {
                title: format!("hand {count} over to"),
                command,
                choices,
            },
        )
    }

    /// Lists the CNs and the leads to hand over.
    fn what(&self, cx: &Cx<'_>) -> Result<(Vec<String>, Vec<String>), CommandError> {
        if let Some(of) = &self.of {
            let of = find_user(cx.world, of)?;
            let networks = cx.world.table::<Network>().records();
            let leads = cx.world.table::<Lead>().records();
            return Ok((
                networks
                    .filter(|(_, network)| network.owner.as_ref() == Some(&of) && network.is_open())
                    .map(|(id, _)| id.as_str().to_owned())
                    .collect(),
                leads
                    .filter(|(_, lead)| lead.owner.as_ref() == Some(&of) && lead.is_open())
                    .map(|(id, _)| id.as_str().to_owned())
                    .collect(),
            ));
        }
        if let Some(page) = super::network::page_network(cx, self.targets) {
            return Ok((vec![page.as_str().to_owned()], Vec::new()));
        }
        let (mut networks, mut leads) = (Vec::new(), Vec::new());
        for link in self.targets.any(Some(self.kind), cx)? {
            match link.known_kind() {
                Some(Kind::Network) => networks.push(link.id.to_string()),
                Some(Kind::Lead) => leads.push(link.id.to_string()),
                _ => {
                    return Err(CommandError::NoTarget(
                        "only CNs and leads are handed over; `edit owner=…` changes others".into(),
                    ));
                }
            }
        }
        Ok((networks, leads))
    }

    /// Takes the open follow-ups of the one before along; returns how many.
    fn follow_ups(
        &self,
        cx: &mut Cx<'_>,
        ids: &[String],
        to: &Id<User>,
        on: Option<Date>,
    ) -> Result<usize, CommandError> {
        if !self.with_follow_ups || on.is_some() {
            return Ok(0);
        }
        let about = |link: Option<&str>| link.is_some_and(|id| ids.iter().any(|one| one == id));
        let moving: Vec<String> = cx
            .world
            .table::<FollowUp>()
            .records()
            .filter(|(_, follow_up)| {
                follow_up.state == FollowUpState::Open
                    && follow_up.owner.as_ref() != Some(to)
                    && (about(follow_up.network.as_ref().map(Id::as_str))
                        || about(follow_up.lead.as_ref().map(Id::as_str)))
            })
            .map(|(id, _)| id.as_str().to_owned())
            .collect();
        for id in &moving {
            cx.change::<FollowUp>(id, |follow_up| follow_up.owner = Some(to.clone()))?;
        }
        Ok(moving.len())
    }
}

/// Changes the owner, or notes who it will be; the one before goes on seeing it.
fn hand<R: Owned>(
    cx: &mut Cx<'_>,
    id: &str,
    to: &Id<User>,
    on: Option<Date>,
    ids: &mut Vec<String>,
) -> Result<(), CommandError> {
    let changed = cx.change::<R>(id, |record| {
        let hands = record.hands();
        if let Some(on) = on {
            *hands.next_owner = Some(to.clone());
            *hands.handover_on = Some(on);
            return;
        }
        if let Some(before) = hands.owner.replace(to.clone())
            && before != *to
            && !hands.shared_with.contains(&before)
        {
            hands.shared_with.push(before);
        }
        hands.shared_with.retain(|user| user != to);
        *hands.next_owner = None;
        *hands.handover_on = None;
    })?;
    if changed {
        ids.push(id.to_owned());
    }
    Ok(())
}
