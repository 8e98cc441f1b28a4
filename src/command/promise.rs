//! Promises found in what was sent: taken as follow-ups, or dismissed.

use clap::Subcommand;

use super::inbox::conclude;
use super::phrase::{due_ahead, due_words, due_words_at, reading_at};
use super::{CommandError, Cx, Settings, due_of};
use crate::list::World;
use crate::pane::{Offer, Place, Tone, offers};
use crate::record::{Due, FollowUp, FollowUpKind, FollowUpState, Id, Message, Thread, WaitingOn};

/// A verb of promises.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum PromiseCommand {
    /// Makes follow-ups of promises found in what I sent; without a row it takes the newest one.
    Keep {
        /// When it is due, instead of what the message says.
        #[arg(value_name = "DUE")]
        due: Option<String>,
        /// Acts on the promise with this key, as `promise list` shows it; can be repeated.
        #[arg(long = "id", value_name = "KEY")]
        ids: Vec<String>,
    },
    /// Dismisses promises found in what I sent; without a row it takes the newest one.
    Dismiss {
        /// Acts on the promise with this key, as `promise list` shows it; can be repeated.
        #[arg(long = "id", value_name = "KEY")]
        ids: Vec<String>,
    },
    /// Lists the promises that were found and wait to be taken or dismissed.
    List,
}

impl PromiseCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Keep { due, ids } => keep(cx, due.as_deref(), &ids),
            Self::Dismiss { ids } => {
                let chosen = chosen(cx, &ids)?;
                for offer in &chosen {
                    settle(cx, offer)?;
                }
                conclude(cx, "promise dismissed", &keys(&chosen))
            }
            Self::List => {
                list(cx);
                Ok(())
            }
        }
    }
}

fn keys(offers: &[Offer]) -> Vec<String> {
    offers.iter().map(Offer::key).collect()
}

fn keep(cx: &mut Cx<'_>, due: Option<&str>, ids: &[String]) -> Result<(), CommandError> {
    let chosen = chosen(cx, ids)?;
    let mut shown = String::new();
    for offer in &chosen {
        let due = match due {
            Some(phrase) => Some(due_ahead(phrase, cx)?),
            None => due_of_offer(cx, offer),
        };
        shown = due
            .as_ref()
            .map_or_else(|| "without a date".to_owned(), |due| due_words(due, cx));
        let me = cx.world.my_id();
        let thread = offer.thread.clone();
        let record = cx.world.follow::<Thread>(thread.as_ref()).cloned();
        let record = record.unwrap_or_default();
        let title: String = offer.words.chars().take(72).collect();
        cx.create(FollowUp {
            title,
            quote: offer.words.clone(),
            due,
            state: FollowUpState::Open,
            kind: FollowUpKind::Promise,
            network: record.network,
            lead: record.lead,
            refs: thread.iter().map(Id::link).collect(),
            origin: Some(offer.message.clone()),
            owner: Some(me.clone()),
            created_by: Some(me),
            waiting_on: WaitingOn::Me,
            waiting_for: record.from,
            ..FollowUp::default()
        });
        settle(cx, offer)?;
    }
    conclude(cx, "promise", &keys(&chosen))?;
    if cx.edit_count() > 0 {
        cx.say(Tone::Done, format!("promise kept as a follow-up: {shown}"));
    }
    Ok(())
}

/// Reads when a promise falls due, against the moment at which it was made.
fn due_of_offer(cx: &Cx<'_>, offer: &Offer) -> Option<Due> {
    let reading = reading_at(&offer.due, cx.world, cx.settings, offer.sent_at).ok()?;
    Some(due_of(&reading))
}

/// Says when a promise falls due, as it is understood: `Fri 20 Nov`.
pub(crate) fn promise_due_words(world: &World, settings: &Settings, offer: &Offer) -> String {
    match reading_at(&offer.due, world, settings, offer.sent_at) {
        Ok(reading) => due_words_at(&due_of(&reading), &world.view.zone),
        Err(_) => "no date".to_owned(),
    }
}

/// Notes on the message that the promise needs no offer any more.
fn settle(cx: &mut Cx<'_>, offer: &Offer) -> Result<(), CommandError> {
    cx.change::<Message>(offer.message.as_str(), |message| {
        if !message.promises_settled.contains(&offer.quote) {
            message.promises_settled.push(offer.quote.clone());
        }
    })?;
    Ok(())
}

/// Finds the promises to act on: those named, else the rows of their list, else the newest one.
fn chosen(cx: &Cx<'_>, ids: &[String]) -> Result<Vec<Offer>, CommandError> {
    let all = offers(cx.world);
    let mut wanted = ids.to_vec();
    if wanted.is_empty()
        && let Some(screen) = cx
            .screen
            .as_deref()
            .filter(|screen| screen.active() == Place::Offers)
        && let Some(list) = screen.list()
    {
        wanted = list.targets();
    }
    if wanted.is_empty() {
        if cx.screen.is_none() {
            return Err(CommandError::NoTarget(
                "name the promise with --id; `cnm promise list` shows them".into(),
            ));
        }
        return match all.into_iter().next() {
            Some(newest) => Ok(vec![newest]),
            None => Err(CommandError::NoTarget(
                "no promise was found in what you sent lately".into(),
            )),
        };
    }
    wanted
        .iter()
        .map(|key| {
            let found = all.iter().find(|offer| offer.key() == *key);
            found.cloned().ok_or_else(|| {
                CommandError::NoTarget(format!(
                    "no promise `{key}` waits; `cnm promise list` shows them"
                ))
            })
        })
        .collect()
}

fn list(cx: &mut Cx<'_>) {
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.show_view(crate::pane::DueView::Offers);
        return;
    }
    for offer in offers(cx.world) {
        let due = due_of_offer(cx, &offer);
        let due = due.map_or_else(|| "no date".to_owned(), |due| due_words(&due, cx));
        let line = format!("{}  {due}  “{}”", offer.key(), offer.words);
        cx.say(Tone::Info, line);
    }
}
