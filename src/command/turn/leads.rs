//! Leads from messages: made, merged, moved.

use super::each;
use crate::command::cx::{Choice, Expects};
use crate::command::inbox::{command_line, conclude};
use crate::command::lead::{Move, offer_reasons, pipeline, shift};
use crate::command::settle::{AtHand, settle};
use crate::command::{Ask, CommandError, Cx, Targets, input, quote_word};
use crate::funnel::Duplicates;
use crate::list::World;
use crate::record::{Circle, Id, Kind, Lead, LeadSource, Network, Person, Stage, Thread};

/// What stands for no lead.
const NONE: &str = "none";

pub(super) fn lead(
    cx: &mut Cx<'_>,
    name: Option<&str>,
    merge: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let [id] = ids.as_slice() else {
        return Err(CommandError::usage(
            "several threads make no single lead",
            "take the marks away with Esc and go to one",
        ));
    };
    let Some(at) = AtHand::of(cx, id) else {
        return Ok(());
    };
    let new = merge == Some(NONE);
    let merge = merge.filter(|_| !new);
    let Some(name) = name.or(merge) else {
        let found = company(cx.world, &at);
        let line = command_line("inbox lead", targets);
        return cx.ask(
            "inbox lead",
            Ask::Prompt {
                title: "new lead".into(),
                command: line,
                text: found,
                expects: Expects::Text,
            },
        );
    };
    let made = made_of(cx, &at, name);
    if let Some(merge) = merge {
        let lead = input::find_by_name::<Lead>(cx.world, merge, |lead| &lead.name)?;
        return join_lead(cx, &at, made, &lead);
    }
    let alike = if new {
        Vec::new()
    } else {
        alike(cx.world, &at, &made)
    };
    if !alike.is_empty() {
        return cx.ask(
            "inbox lead",
            Ask::Pick {
                title: format!("{name} looks like"),
                command: format!(
                    "{} --merge={{}} -- {}",
                    command_line("inbox lead", targets),
                    quote_word(name)
                ),
                choices: choices(cx.world, &alike, name),
            },
        );
    }
    let lead = cx.create(made);
    cx.change::<Thread>(id, |thread| thread.lead = Some(lead.clone()))?;
    settle(cx, &at)?;
    conclude(cx, &format!("lead {name}"), &ids)
}

/// The lead that a message would become.
fn made_of(cx: &Cx<'_>, at: &AtHand, name: &str) -> Lead {
    let world = &cx.world;
    let now = world.view.now;
    let sender = at.sender();
    let person = world.follow::<Person>(sender.as_ref());
    let colleague = person.is_some_and(|person| person.circle == Circle::Colleague);
    let stage = pipeline(world).into_iter().next();
    Lead {
        name: name.to_owned(),
        stage: stage.map(|(id, _)| id),
        entered_at: Some(now),
        created_at: Some(now),
        source: if colleague {
            LeadSource::Referral
        } else {
            LeadSource::Inbound
        },
        channel: at.thread.channel.as_str().to_owned(),
        owner: Some(world.my_id()),
        contact: sender.filter(|_| !colleague),
        zone: person
            .filter(|_| !colleague)
            .map(|person| person.zone.clone())
            .unwrap_or_default(),
        summary: at.text().to_owned().into(),
        origin: at.origin(),
        ..Lead::default()
    }
}

/// Leads that may be the same company, the likeliest first; the one that the thread names already comes first.
fn alike(world: &World, at: &AtHand, made: &Lead) -> Vec<Id<Lead>> {
    let index = Duplicates::index(
        world.table::<Lead>().records(),
        world.table::<Network>().records(),
        world.table::<Person>().records(),
    );
    let mut found: Vec<Id<Lead>> = at.thread.lead.clone().into_iter().collect();
    for candidate in index.of_new(made) {
        if let Some(id) = candidate.record.id_of::<Lead>()
            && !found.contains(&id)
        {
            found.push(id);
        }
    }
    found.truncate(8);
    found
}

fn choices(world: &World, alike: &[Id<Lead>], name: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> = alike
        .iter()
        .zip('1'..='8')
        .filter_map(|(id, key)| {
            let lead = world.get(id)?;
            let stage = world.follow(lead.stage.as_ref());
            let stage = stage.map_or("", |stage: &Stage| stage.name.as_str());
            Some(Choice {
                key: Some(key),
                label: format!("merge into {}", lead.name),
                detail: stage.to_owned(),
                word: id.as_str().to_owned(),
            })
        })
        .collect();
    choices.push(Choice {
        key: Some('n'),
        label: format!("new: {name}"),
        detail: "another company".into(),
        word: NONE.to_owned(),
    });
    choices
}

/// Files the message under a lead that is there already: what it says is kept as a closed duplicate.
fn join_lead(
    cx: &mut Cx<'_>,
    at: &AtHand,
    made: Lead,
    lead: &Id<Lead>,
) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    let name = cx.world.get(lead).map(|lead| lead.name.clone());
    let contact = made.contact.clone();
    cx.create(Lead {
        name: name.clone().unwrap_or(made.name),
        stage: None,
        entered_at: None,
        closed_at: Some(now),
        duplicate_of: Some(lead.clone()),
        ..made
    });
    cx.change::<Lead>(lead.as_str(), |lead| {
        if lead.contact.is_none() {
            lead.contact = contact;
        }
    })?;
    cx.change::<Thread>(at.id.as_str(), |thread| thread.lead = Some(lead.clone()))?;
    settle(cx, at)?;
    let label = format!("merged into {}", name.unwrap_or_default());
    conclude(cx, &label, &[at.id.as_str().to_owned()])
}

/// Guesses the company that a message is from: a name of several capitalised words beside words such as
/// "I run", else the organisation of the sender, else the sender.
fn company(world: &World, at: &AtHand) -> String {
    if let Some(lead) = world.follow::<Lead>(at.thread.lead.as_ref()) {
        return lead.name.clone();
    }
    let sender = at.sender();
    let person = world.follow::<Person>(sender.as_ref());
    let lead = person.filter(|person| person.circle == Circle::Lead);
    if let Some(org) = lead.map(|person| &person.org).filter(|org| !org.is_empty()) {
        return org.clone();
    }
    let text = at.text();
    for cue in [
        "I run ",
        "we are ",
        "We are ",
        "company is ",
        " runs ",
        "from ",
        " de ",
        "soy de ",
    ] {
        for (found, _) in text.match_indices(cue) {
            let rest = text.get(found + cue.len()..).unwrap_or("");
            let name = capitalised(rest);
            if name.split(' ').count() > 1 {
                return name;
            }
        }
    }
    lead.map_or_else(String::new, |person| person.name.clone())
}

/// The capitalised words at the beginning of a text.
fn capitalised(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        if !word.starts_with(char::is_uppercase) {
            break;
        }
        let bare = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
        words.push(bare);
        if bare.len() < word.len() || words.len() == 4 {
            break;
        }
    }
    words.join(" ")
}

pub(super) fn move_lead(
    cx: &mut Cx<'_>,
    targets: &Targets,
    way: &Move,
) -> Result<(), CommandError> {
    each(cx, targets, |cx, at| {
        let Some(lead) = &at.thread.lead else {
            return Err(CommandError::refused(
                "move the lead",
                "this thread is about no lead",
                "t l makes one, `inbox link --lead NAME` names one",
            ));
        };
        if !cx.world.any(Kind::Lead).has(lead.as_str()) {
            return Err(CommandError::NoTarget(
                "the lead of this thread is not in the cache; R syncs".into(),
            ));
        }
        let name = cx.world.get(lead).map(|lead| lead.name.clone());
        let stage = shift(cx, lead.as_str(), way, at.origin())?;
        Ok(format!("{}: {stage}", name.unwrap_or_default()))
    })
}

pub(super) fn why_lost(
    cx: &mut Cx<'_>,
    targets: &Targets,
    typed: bool,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    let at = ids.first().and_then(|id| AtHand::of(cx, id));
    let said = at.map(|at| at.words()).unwrap_or_default();
    offer_reasons(cx, ("inbox lose", targets), typed, &said)
}

/// What they said, in a language that the console reads.
pub(super) fn last_lines(at: &AtHand) -> String {
    match &at.message {
        Some((_, message)) if !message.translation.is_empty() => message.translation.to_string(),
        _ => at.text().to_owned(),
    }
}
