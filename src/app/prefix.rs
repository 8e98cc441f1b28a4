//! The one-line bar that a prefix of dates opens at once.

use super::App;
use crate::command::inferred_title;
use crate::keymap::Binding;
use crate::list::World;
use crate::pane::{Place, Screen, at_hand};
use crate::record::{FollowUp, Id, Lead, Network, Thread};

/// What the keys of a bar do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Make a follow-up of a thread.
    FollowUp,
    /// Put a thread out of sight.
    Snooze,
    /// Move a follow-up.
    Slip,
    /// Put a follow-up out of sight.
    Sleep,
    /// Make the next step of a record.
    NextStep,
    /// Make something else of a message.
    Turn,
    /// Open an incident.
    Incident,
    /// Press a button of a card.
    Verdict,
    /// Escalate a follow-up.
    Escalate,
}

impl Prefix {
    const ALL: [(Prefix, &'static str); 16] = [
        (Prefix::FollowUp, "inbox follow-up"),
        (Prefix::Snooze, "inbox snooze"),
        (Prefix::Slip, "follow-up slip"),
        (Prefix::Sleep, "follow-up snooze"),
        (Prefix::NextStep, "follow-up add"),
        (Prefix::Turn, "inbox lead"),
        (Prefix::Turn, "inbox coach"),
        (Prefix::Turn, "inbox pain"),
        (Prefix::Turn, "inbox join"),
        (Prefix::Turn, "inbox decline"),
        (Prefix::Turn, "inbox lose"),
        (Prefix::Turn, "inbox back"),
        (Prefix::Turn, "inbox propose"),
        (Prefix::Incident, "inbox incident"),
        (Prefix::Verdict, "inbox answer"),
        (Prefix::Escalate, "follow-up escalate"),
    ];

    /// Returns the word at the left of the bar.
    pub const fn word(self) -> &'static str {
        match self {
            Prefix::FollowUp => "follow-up",
            Prefix::Snooze | Prefix::Sleep => "snooze",
            Prefix::NextStep => "next step",
            Prefix::Slip => "slip to",
            Prefix::Turn => "turn into",
            Prefix::Incident => "incident",
            Prefix::Verdict => "answer",
            Prefix::Escalate => "escalate",
        }
    }

    pub(super) fn of(binding: &Binding) -> Option<Prefix> {
        let line = binding.commands.first()?;
        Self::ALL
            .into_iter()
            .find(|(_, name)| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
            .map(|(prefix, _)| prefix)
    }
}

/// The bar above the status row after a prefix of dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixBar {
    /// What the keys do.
    pub prefix: Prefix,
    /// What it is done to: a title, or how many rows.
    pub title: String,
    /// The CN or lead that it is about.
    pub about: String,
    /// Keys and what they choose, in the order of the keymap.
    pub choices: Vec<(String, String)>,
}

impl App {
    /// Returns the bar of the keys typed so far, where all that can follow is a choice of one verb.
    pub fn prefix_bar(&self) -> Option<PrefixBar> {
        if self.pending.is_empty() {
            return None;
        }
        let mut next = self.next_keys();
        let prefix = next.first()?.1.and_then(Prefix::of)?;
        if !next
            .iter()
            .all(|(_, binding)| binding.and_then(Prefix::of) == Some(prefix))
        {
            return None;
        }
        next.sort_by_key(|(_, binding)| binding.map_or(usize::MAX, |binding| binding.source.line));
        let choices = next
            .into_iter()
            .map(|(key, binding)| {
                let help = binding.map_or("", |binding| binding.help.as_str());
                (key.to_string(), help.to_owned())
            })
            .collect();
        let (title, about) = self.prefix_subject(prefix);
        Some(PrefixBar {
            prefix,
            title,
            about,
            choices,
        })
    }

    fn prefix_subject(&self, prefix: Prefix) -> (String, String) {
        let Some(list) = self.screen.list() else {
            return Default::default();
        };
        let marks = list.mark_count();
        if marks > 1 {
            let noun = match self.screen.active() {
                Place::Inbox => "threads",
                _ => "follow-ups",
            };
            return (format!("{marks} {noun}"), String::new());
        }
        let targets = list.targets();
        let Some(key) = targets.first() else {
            return Default::default();
        };
        let about = |network: Option<&Network>, lead: Option<&Lead>| {
            network
                .map(|network| network.name.clone())
                .or_else(|| lead.map(|lead| lead.name.clone()))
                .unwrap_or_default()
        };
        let world = &self.world;
        if let (Prefix::Slip | Prefix::Sleep, Some(follow_up)) =
            (prefix, world.table::<FollowUp>().record(key))
        {
            let network = world.follow(follow_up.network.as_ref());
            let lead = world.follow(follow_up.lead.as_ref());
            return (follow_up.title.clone(), about(network, lead));
        }
        let Some(thread) = world.table::<Thread>().record(key) else {
            return Default::default();
        };
        let title = match prefix {
            Prefix::Snooze | Prefix::Slip | Prefix::Sleep | Prefix::NextStep => {
                thread.from_name.clone()
            }
            _ => inferred_title(&words(world, &self.screen, key, thread)),
        };
        let network = world.follow(thread.network.as_ref());
        let lead = world.follow(thread.lead.as_ref());
        (title, about(network, lead))
    }
}

/// The words of the message at hand of a thread, else its newest words.
fn words(world: &World, screen: &Screen, key: &str, thread: &Thread) -> String {
    let id = at_hand(world, Some(screen), &Id::new(key));
    let message = id.and_then(|id| world.get(&id));
    message
        .map(|message| message.text.to_string())
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| thread.last_text.clone())
}
