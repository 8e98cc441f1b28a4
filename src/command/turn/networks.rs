//! What a message says about its CN: coaching, pain points, campaigns.

use jiff::ToSpan as _;

use super::each;
use super::leads::last_lines;
use crate::command::cx::Choice;
use crate::command::inbox::{command_line, excerpt, inferred_title};
use crate::command::settle::AtHand;
use crate::command::{Ask, CommandError, Cx, Targets, input};
use crate::list::World;
use crate::record::{
    Campaign, CoachingAction, CoachingState, Id, Kind, MetricDef, Network, Pain, PainState,
    Participation, ParticipationState, Record as _, Severity,
};
use crate::text::fold;

/// Days after which a coaching action is looked at again.
const COACHING_DAYS: i64 = 14;

/// Returns the CN of a thread, or says how to name it.
fn network_of(at: &AtHand, what: &str) -> Result<Id<Network>, CommandError> {
    at.thread.network.clone().ok_or_else(|| {
        CommandError::refused(
            what,
            "this thread is about no CN",
            "`inbox link --network NAME` names it",
        )
    })
}

pub(super) fn coach(
    cx: &mut Cx<'_>,
    topic: Option<&str>,
    metric: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let metric = metric
        .map(|name| input::find_by_name::<MetricDef>(cx.world, name, |def| &def.name))
        .transpose()?;
    let me = cx.world.my_id();
    each(cx, targets, |cx, at| {
        let network = network_of(at, "a coaching action")?;
        let today = cx.world.view.today();
        let due = today.checked_add(COACHING_DAYS.days()).ok();
        let topic = topic.map_or_else(|| inferred_title(&last_lines(at)), str::to_owned);
        cx.create(CoachingAction {
            network: Some(network),
            topic: topic.clone(),
            opportunity: excerpt(at.text(), 200),
            owner: Some(me.clone()),
            due,
            state: CoachingState::Proposed,
            metric: metric.clone(),
            origin: at.origin(),
            ..CoachingAction::default()
        });
        Ok(format!("coaching: {topic}"))
    })
}

pub(super) fn pain(
    cx: &mut Cx<'_>,
    title: Option<&str>,
    join: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let join = join
        .map(|name| input::find_by_name::<Pain>(cx.world, name, |pain| &pain.title))
        .transpose()?;
    let me = cx.world.my_id();
    each(cx, targets, |cx, at| {
        let title = title.map_or_else(|| inferred_title(&last_lines(at)), str::to_owned);
        let known = join.clone().or_else(|| same_pain(cx.world, &title));
        let Some(known) = known else {
            cx.create(Pain {
                title: title.clone(),
                severity: Severity::P3,
                networks: at.thread.network.clone().into_iter().collect(),
                messages: at.origin().into_iter().collect(),
                state: PainState::New,
                owner: Some(me.clone()),
                notes: at.words().into(),
                ..Pain::default()
            });
            return Ok(format!("pain point: {title}"));
        };
        cx.change::<Pain>(known.as_str(), |pain| {
            let network = at.thread.network.clone();
            let network = network.filter(|id| !pain.networks.contains(id));
            pain.networks.extend(network);
            let message = at.origin().filter(|id| !pain.messages.contains(id));
            pain.messages.extend(message);
        })?;
        let name = cx.world.get(&known).map(|pain| pain.title.clone());
        Ok(format!("added to: {}", name.unwrap_or_default()))
    })
}

/// Finds an open pain point of the same name.
fn same_pain(world: &World, title: &str) -> Option<Id<Pain>> {
    let title = fold(title);
    world
        .table::<Pain>()
        .records()
        .filter(|(_, pain)| pain.is_open() && fold(&pain.title) == title)
        .map(|(id, _)| id.clone())
        .min()
}

pub(super) fn campaign_answer(
    cx: &mut Cx<'_>,
    campaign: Option<String>,
    state: &ParticipationState,
    targets: &Targets,
) -> Result<(), CommandError> {
    let joins = *state == ParticipationState::Joined;
    let verb = if joins { "inbox join" } else { "inbox decline" };
    let chosen = campaign
        .map(|name| input::find_by_name::<Campaign>(cx.world, &name, |campaign| &campaign.name))
        .transpose()?;
    let ids = targets.of(Kind::Thread, cx)?;
    let first = ids.first().and_then(|id| AtHand::of(cx, id));
    let named = first.and_then(|at| campaign_in(cx.world, &at.words()));
    let Some(campaign) = chosen.or(named) else {
        let choices = campaigns(cx.world);
        if choices.is_empty() {
            return Err(CommandError::NoTarget(
                "no campaign is open for an answer; `--campaign NAME` names one that is over"
                    .into(),
            ));
        }
        return cx.ask(
            if joins { "inbox join" } else { "inbox decline" },
            Ask::Pick {
                title: "which campaign".into(),
                command: command_line(verb, targets),
                choices,
            },
        );
    };
    let name = cx.world.get(&campaign).map(|one| one.name.clone());
    let name = name.unwrap_or_default();
    each(cx, targets, |cx, at| {
        let network = network_of(at, "an answer to a campaign")?;
        let now = cx.world.view.now;
        let known = cx
            .world
            .table::<Participation>()
            .records()
            .find(|(_, one)| {
                one.network.as_ref() == Some(&network)
                    && one.campaign.as_ref() == Some(&campaign)
                    && one.creator.is_none()
            })
            .map(|(id, _)| id.clone());
        if let Some(id) = known {
            cx.change::<Participation>(id.as_str(), |one| {
                one.state = state.clone();
                one.answered_at = Some(now);
                one.origin = at.origin();
            })?;
        } else {
            cx.create(Participation {
                campaign: Some(campaign.clone()),
                network: Some(network),
                state: state.clone(),
                answered_at: Some(now),
                origin: at.origin(),
                ..Participation::default()
            });
        }
        let word = if joins { "joins" } else { "declines" };
        Ok(format!("{word} {name}"))
    })
}

/// Finds the campaign that a text names; of several the one with the longest name.
fn campaign_in(world: &World, text: &str) -> Option<Id<Campaign>> {
    let text = fold(text);
    world
        .table::<Campaign>()
        .records()
        .filter(|(_, campaign)| !campaign.name.is_empty() && !is_over(world, campaign))
        .filter(|(_, campaign)| text.contains(&*fold(&campaign.name)))
        .max_by_key(|(id, campaign)| (campaign.name.len(), (*id).clone()))
        .map(|(id, _)| id.clone())
}

/// Nobody joins a campaign that has ended.
fn is_over(world: &World, campaign: &Campaign) -> bool {
    campaign.ends.is_some_and(|last| last < world.view.today())
}

fn campaigns(world: &World) -> Vec<Choice> {
    let all = world.table::<Campaign>().records();
    let mut all: Vec<(&Id<Campaign>, &Campaign)> = all
        .filter(|(_, campaign)| !is_over(world, campaign))
        .collect();
    all.sort_by_key(|(id, campaign)| (std::cmp::Reverse(campaign.ends), (*id).clone()));
    all.into_iter()
        .zip(('1'..='9').map(Some).chain(std::iter::repeat(None)))
        .map(|((id, campaign), key)| Choice {
            key,
            label: campaign.name.clone(),
            detail: campaign
                .ends
                .map(|day| format!("ends {day}"))
                .unwrap_or_default(),
            word: id.as_str().to_owned(),
        })
        .collect()
}
