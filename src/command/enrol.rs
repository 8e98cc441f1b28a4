//! CNs and campaigns: who takes part, and chasing those who have not answered.

use jiff::civil::Date;

use super::inbox::{command_line, conclude};
use super::input::find_by_name;
use super::page::tab_here;
use super::{Ask, Choice, CommandError, Cx, Targets, network};
use crate::figure::plus_days;
use crate::pane::{Place, Tab, Tone};
use crate::record::{
    Campaign, Due, FollowUp, FollowUpKind, FollowUpState, Id, Participation, ParticipationState,
    WaitingOn,
};

pub(super) fn set_participation(
    cx: &mut Cx<'_>,
    id: &str,
    state: &ParticipationState,
) -> Result<bool, CommandError> {
    let now = cx.world.view.now;
    let answered = matches!(
        state,
        ParticipationState::Joined | ParticipationState::Declined | ParticipationState::Done
    );
    cx.change::<Participation>(id, |part| {
        if part.state != *state {
            part.state = state.clone();
            part.answered_at = answered.then_some(now);
        }
    })
}

/// Finds the campaign that is named or under the cursor.
fn campaign_here(cx: &Cx<'_>, named: Option<&str>) -> Result<Option<Id<Campaign>>, CommandError> {
    if let Some(name) = named {
        return find_by_name::<Campaign>(cx.world, name, |campaign| &campaign.name).map(Some);
    }
    if tab_here(cx) != Some(Tab::Campaigns) {
        return Ok(None);
    }
    let cursor = cx
        .screen
        .as_deref()
        .and_then(|screen| screen.list()?.cursor());
    let part = cursor.and_then(|id| cx.world.table::<Participation>().record(id));
    Ok(part.and_then(|part| part.campaign.clone()))
}

pub(super) fn ask_campaign(
    cx: &mut Cx<'_>,
    name: &'static str,
    command: String,
) -> Result<(), CommandError> {
    let today = cx.world.view.today();
    let mut open: Vec<(Option<Date>, String, Id<Campaign>)> = cx
        .world
        .table::<Campaign>()
        .records()
        .filter(|(_, campaign)| campaign.ends.is_none_or(|ends| ends >= today))
        .map(|(id, campaign)| (campaign.ends, campaign.name.clone(), id.clone()))
        .collect();
    open.sort();
    if open.is_empty() {
        return Err(CommandError::NoTarget("no campaign is open".into()));
    }
    let choices = open
        .into_iter()
        .zip('a'..='z')
        .map(|((ends, name, id), key)| Choice {
            key: Some(key),
            label: name,
            detail: ends.map(|ends| format!("until {ends}")).unwrap_or_default(),
            word: id.as_str().to_owned(),
        })
        .collect();
    cx.ask(
        name,
        Ask::Pick {
            title: "campaign".into(),
            command,
            choices,
        },
    )
}

/// Says that this is no answer to a campaign, and which there are.
pub(super) fn no_answer(word: &str) -> CommandError {
    CommandError::usage(
        format!("`{word}` is no answer"),
        format!("known: {}", ParticipationState::KNOWN.join(", ")),
    )
}

/// Sets whether CNs take part in a campaign; makes the record where there is none.
pub(super) fn enrol(
    cx: &mut Cx<'_>,
    campaign: Option<&str>,
    answer: &str,
    targets: &Targets,
) -> Result<(), CommandError> {
    if !ParticipationState::KNOWN.contains(&answer) {
        return Err(no_answer(answer));
    }
    let networks = network::networks_of(cx, targets)?;
    let Some(campaign) = campaign_here(cx, campaign)? else {
        let command = command_line("network enrol", targets);
        let command = format!("{command} --as {answer}");
        return ask_campaign(cx, "network enrol", command);
    };
    let state = ParticipationState::from(answer);
    let now = cx.world.view.now;
    let mut ids = Vec::new();
    for network in networks {
        let there = cx
            .world
            .table::<Participation>()
            .records()
            .find(|(_, part)| {
                part.campaign.as_ref() == Some(&campaign)
                    && part.network.as_ref() == Some(&network)
                    && part.creator.is_none()
            })
            .map(|(id, _)| id.as_str().to_owned());
        if let Some(id) = there {
            if set_participation(cx, &id, &state)? {
                ids.push(id);
            }
            continue;
        }
        let answered = !matches!(
            state,
            ParticipationState::Invited | ParticipationState::Undecided
        );
        let id = cx.create(Participation {
            campaign: Some(campaign.clone()),
            network: Some(network),
            state: state.clone(),
            answered_at: answered.then_some(now),
            ..Participation::default()
        });
        ids.push(id.as_str().to_owned());
    }
    let name = cx.world.title(&campaign.link());
    conclude(cx, &format!("{name}: {state}"), &ids)
}

/// Makes a follow-up for each CN that has not answered to a campaign; twice makes none twice.
pub(super) fn chase(
    cx: &mut Cx<'_>,
    campaign: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let Some(campaign) = campaign_here(cx, campaign)? else {
        let command = command_line("network chase", targets);
        return ask_campaign(cx, "network chase", command);
    };
    // On the page of a CN it is that one, in a list the marked ones or all.
    let networks = match cx.screen.as_deref() {
        Some(screen) if matches!(screen.active(), Place::Page(_)) => {
            network::networks_of(cx, targets)?
        }
        _ => network::networks_or_all(cx, targets)?,
    };
    let record = cx.world.get(&campaign).cloned().unwrap_or_default();
    let today = cx.world.view.today();
    // Two days before it begins; tomorrow where that is over.
    let due = record
        .starts
        .map(|starts| plus_days(starts, -2))
        .filter(|due| *due > today)
        .unwrap_or_else(|| plus_days(today, 1));
    let mut ids = Vec::new();
    for network in networks {
        let undecided = cx
            .world
            .table::<Participation>()
            .records()
            .any(|(_, part)| {
                part.campaign.as_ref() == Some(&campaign)
                    && part.network.as_ref() == Some(&network)
                    && matches!(
                        part.state,
                        ParticipationState::Undecided | ParticipationState::Invited
                    )
            });
        let chased = cx
            .world
            .table::<FollowUp>()
            .records()
            .any(|(_, follow_up)| {
                follow_up.state == FollowUpState::Open
                    && follow_up.network.as_ref() == Some(&network)
                    && follow_up.refs.contains(&campaign.link())
            });
        if !undecided || chased {
            continue;
        }
        let name = cx.world.title(&network.link());
        let contact = cx
            .world
            .get(&network)
            .and_then(|network| network.contact.clone());
        let me = cx.world.my_id();
        // Whoever looks after the CN asks.
        let owner = cx
            .world
            .get(&network)
            .and_then(|network| network.owner.clone());
        let id = cx.create(FollowUp {
            title: format!("Ask {name}: {}, yes or no?", record.name),
            due: Some(Due::On { date: due }),
            state: FollowUpState::Open,
            kind: FollowUpKind::Plan,
            network: Some(network.clone()),
            refs: vec![campaign.link(), network.link()],
            owner: owner.or_else(|| Some(me.clone())),
            created_by: Some(me),
            waiting_on: WaitingOn::Me,
            waiting_for: contact,
            ..FollowUp::default()
        });
        ids.push(id.as_str().to_owned());
    }
    if ids.is_empty() {
        cx.say(
            Tone::Info,
            "nobody to chase: all have answered or are chased already",
        );
        return Ok(());
    }
    conclude(cx, "chased", &ids)
}
