//! The next step of a record.

use super::super::cx::Expects;
use super::super::inbox::{conclude, find_user, inferred_title};
use super::super::phrase::{due_ahead, due_words};
use super::super::{CommandError, Cx, Targets};
use super::time::{prompt, read_rule};
use crate::pane::Tone;
use crate::record::{
    AnyRef, FollowUp, FollowUpKind, FollowUpState, Id, Incident, Kind, Lead, Network, Person,
    Stage, Thread, WaitingOn,
};

/// What the words of the command say besides the due time.
pub(super) struct Words<'w> {
    pub(super) title: Option<&'w str>,
    pub(super) owner: Option<&'w str>,
    pub(super) repeat: Option<&'w str>,
}

/// Makes a follow-up for each record that is selected.
pub(super) fn add(
    cx: &mut Cx<'_>,
    due: Option<&str>,
    words: &Words<'_>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let links = targets.any(None, cx)?;
    let Some(phrase) = due else {
        let ids = links.iter().map(ToString::to_string).collect();
        return prompt(cx, "next step", "follow-up add", ids, Expects::When);
    };
    let due = due_ahead(phrase, cx)?;
    let me = cx.world.my_id();
    let owner = match words.owner {
        Some(name) => find_user(cx.world, name)?,
        None => me.clone(),
    };
    let recurrence = match words.repeat {
        Some(rule) => read_rule(rule)?,
        None => String::new(),
    };
    let mut ids = Vec::new();
    for link in &links {
        let known = link
            .known_kind()
            .is_some_and(|kind| cx.world.any(kind).has(&link.id));
        if !known {
            return Err(CommandError::NoTarget(format!(
                "no record `{link}` in the cache"
            )));
        }
        let mut follow_up = about(cx, link);
        if let Some(title) = words.title {
            title.clone_into(&mut follow_up.title);
        }
        cx.create(FollowUp {
            due: Some(due.clone()),
            state: FollowUpState::Open,
            owner: Some(owner.clone()),
            created_by: Some(me.clone()),
            recurrence: recurrence.clone(),
            ..follow_up
        });
        ids.push(link.id.to_string());
    }
    let shown = due_words(&due, cx);
    conclude(cx, "next step", &ids)?;
    if cx.edit_count() > 0 {
        cx.say(Tone::Done, format!("next step {shown}"));
    }
    Ok(())
}

/// Begins a follow-up about a record: its title, its CN, its lead, and who waits.
fn about(cx: &Cx<'_>, link: &AnyRef) -> FollowUp {
    let world = &*cx.world;
    if let Some(id) = link.id_of::<Lead>()
        && let Some(lead) = world.get(&id)
    {
        let stage = world.follow::<Stage>(lead.stage.as_ref());
        let title = match stage {
            _ if !lead.next_step.trim().is_empty() => lead.next_step.clone(),
            Some(stage) => format!("{}: next step in {}", lead.name, stage.name),
            None => format!("{}: next step", lead.name),
        };
        return FollowUp {
            title,
            kind: FollowUpKind::Lead,
            network: lead.network.clone(),
            waiting_for: lead.contact.clone(),
            waiting_on: WaitingOn::Me,
            lead: Some(id),
            ..FollowUp::default()
        };
    }
    if let Some(id) = link.id_of::<Network>()
        && let Some(network) = world.get(&id)
    {
        let owner = world
            .table::<Person>()
            .records()
            .filter(|(_, person)| person.network.as_ref() == Some(&id))
            .map(|(id, _)| id)
            .min();
        return FollowUp {
            title: format!("Check in with {}", network.name),
            kind: FollowUpKind::Support,
            waiting_for: owner.cloned(),
            waiting_on: WaitingOn::Me,
            network: Some(id),
            ..FollowUp::default()
        };
    }
    if let Some(id) = link.id_of::<Thread>()
        && let Some(thread) = world.get(&id)
    {
        let words = match thread.last_text.as_str() {
            "" => thread.title.as_str(),
            text => text,
        };
        return FollowUp {
            title: inferred_title(words),
            kind: FollowUpKind::Request,
            network: thread.network.clone(),
            lead: thread.lead.clone(),
            waiting_for: thread.from.clone(),
            waiting_on: WaitingOn::Me,
            refs: vec![link.clone()],
            ..FollowUp::default()
        };
    }
    let incident = link.id_of::<Incident>().and_then(|id| world.get(&id));
    FollowUp {
        title: world.title(link),
        kind: if incident.is_some() {
            FollowUpKind::Incident
        } else {
            FollowUpKind::Plan
        },
        priority: incident
            .map(|incident| incident.severity.clone())
            .unwrap_or_default(),
        network: incident
            .and_then(|incident| incident.network.clone())
            .or_else(|| network_of(cx, link)),
        refs: vec![link.clone()],
        waiting_on: WaitingOn::Me,
        ..FollowUp::default()
    }
}

/// Returns the CN that a record of any kind names.
fn network_of(cx: &Cx<'_>, link: &AnyRef) -> Option<Id<Network>> {
    let kind: Kind = link.known_kind()?;
    match cx
        .world
        .any(kind)
        .cell(&link.id, "network", &cx.world.view)?
    {
        crate::record::Value::Link(link) => link.id_of::<Network>(),
        _ => None,
    }
}
