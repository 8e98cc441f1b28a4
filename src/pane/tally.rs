//! What is counted once while the lists are put in order, so that a frame only reads it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::Place;
use super::arrange::{Split, Standing, Stretch, standing};
use crate::list::World;
use crate::record::{
    Circle, FollowUp, FollowUpKind, Id, Lead, Lifecycle, Network, Person, Stage, Terminal, Thread,
};
use crate::when::zone;

/// An answer that is due sooner than this many seconds is urgent.
const SOON: i64 = 2 * 3600;
/// A CN of poorer health than this needs me.
const POOR: f64 = 60.0;
/// At most this many offices have a split of their own.
const OFFICES: usize = 4;
/// At most this many zones and senders are listed.
const LISTED: usize = 12;

/// How many leads stand in a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageCount {
    /// The stage.
    pub stage: Id<Stage>,
    /// How many leads.
    pub leads: usize,
    /// How many of them longer than the stage's limit.
    pub over: usize,
}

/// The figures of Today, of the header and of the splits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The splits of the inbox.
    pub splits: Vec<Split>,
    /// Threads that wait for me.
    pub waiting: usize,
    /// New messages in them.
    pub messages: i64,
    /// Threads of those whose answer is late or due within two hours.
    pub urgent: usize,
    /// Threads of those that name me.
    pub asks: usize,
    /// Threads done since the local midnight.
    pub done: usize,
    /// Zones of the people whose threads wait, mine left out, the most frequent first.
    pub zones: Vec<(String, usize)>,
    /// Senders of the threads that wait, the most frequent first.
    pub senders: Vec<(String, usize)>,
    /// Follow-ups that are late.
    pub overdue: usize,
    /// Whole days that the latest of them is late.
    pub oldest_days: i64,
    /// Promises that are still open, the latest first.
    pub promises: Vec<Id<FollowUp>>,
    /// How many rows of the follow-ups lie in each stretch of time.
    pub stretches: BTreeMap<Stretch, usize>,
    /// Leads by stage, in the order of the stages.
    pub stages: Vec<StageCount>,
    /// How many rows of the funnel stand in each stage.
    pub rungs: BTreeMap<Id<Stage>, usize>,
    /// CNs in poor health, at risk or suspended.
    pub needy: usize,
}

/// The inbox in one pass: which rows stand in the wanted split, in order, and what the tally says of it.
pub(super) fn inbox(world: &World, split: usize, tally: &mut Tally) -> Vec<String> {
    let stood: Vec<(&Id<Thread>, &Thread, Standing, Option<&Person>)> = world
        .table::<Thread>()
        .records()
        .map(|(id, thread)| {
            let person = world.follow::<Person>(thread.from.as_ref());
            (id, thread, standing(thread, world), person)
        })
        .filter(|(.., standing, _)| *standing != Standing::Elsewhere)
        .collect();
    let offices = offices(&stood);
    let mut splits: Vec<Split> = names(&offices)
        .into_iter()
        .map(|name| Split {
            name,
            ..Split::default()
        })
        .collect();
    people(world, &stood, tally);
    (tally.waiting, tally.messages, tally.done) = (0, 0, 0);
    let mut rows = Vec::new();
    for (id, thread, standing, person) in stood {
        let new = thread.new.unwrap_or(0);
        let seconds = thread
            .sla_due
            .map(|due| due.duration_since(world.view.now).as_secs());
        let urgent = seconds.is_some_and(|seconds| seconds < SOON);
        match standing {
            Standing::Waiting => {
                tally.waiting += 1;
                tally.messages += new;
            }
            Standing::DoneToday => tally.done += 1,
            Standing::Asleep | Standing::Elsewhere => {}
        }
        for at in places(standing, person, &offices).into_iter().flatten() {
            if let Some(split) = splits.get_mut(at) {
                split.threads += 1;
                split.messages += new;
                split.urgent += usize::from(urgent);
                split.asks += usize::from(thread.mentions_me);
            }
            if at == split {
                let sla = thread.sla_due.map_or(i64::MAX, jiff::Timestamp::as_second);
                rows.push((
                    sla,
                    !thread.mentions_me,
                    thread.from.as_ref(),
                    thread.last_at,
                    id.as_str(),
                ));
            }
        }
    }
    let all = splits.first();
    tally.urgent = all.map_or(0, |split| split.urgent);
    tally.asks = all.map_or(0, |split| split.asks);
    tally.splits = splits;
    rows.sort_unstable();
    rows.into_iter().map(|(.., id)| id.to_owned()).collect()
}

fn offices(stood: &[(&Id<Thread>, &Thread, Standing, Option<&Person>)]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (.., standing, person) in stood {
        if let (Standing::Waiting, Some(person)) = (standing, person)
            && person.circle == Circle::Colleague
            && !person.office.is_empty()
        {
            *counts.entry(&person.office).or_default() += 1;
        }
    }
    let mut offices: Vec<(&str, usize)> = counts.into_iter().collect();
    offices.sort_by_key(|(name, count)| (Reverse(*count), *name));
    offices
        .into_iter()
        .take(OFFICES)
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn names(offices: &[String]) -> Vec<String> {
    let mut names = vec!["All".to_owned(), "CN owners".to_owned()];
    names.extend(offices.iter().cloned());
    names.extend(["Leads", "Systems", "Snoozed", "Done today"].map(str::to_owned));
    names
}

/// Returns the positions of the splits that a thread stands in.
fn places(standing: Standing, person: Option<&Person>, offices: &[String]) -> [Option<usize>; 2] {
    let count = offices.len();
    match standing {
        Standing::Elsewhere => [None, None],
        Standing::Asleep => [Some(count + 4), None],
        Standing::DoneToday => [Some(count + 5), None],
        Standing::Waiting => {
            let second = match person.map(|person| &person.circle) {
                Some(Circle::Owner) => Some(1),
                Some(Circle::Lead) => Some(count + 2),
                Some(Circle::System) => Some(count + 3),
                _ => {
                    let office = person.map(|person| person.office.as_str());
                    offices
                        .iter()
                        .position(|known| Some(known.as_str()) == office)
                        .map(|at| at + 2)
                }
            };
            [Some(0), second]
        }
    }
}

/// Counts who waits and in which zones.
fn people(
    world: &World,
    stood: &[(&Id<Thread>, &Thread, Standing, Option<&Person>)],
    tally: &mut Tally,
) {
    let here = zone::name(&world.view.zone);
    let mut zones: HashMap<&str, usize> = HashMap::new();
    let mut senders: HashMap<&str, usize> = HashMap::new();
    for (_, thread, standing, person) in stood {
        if *standing != Standing::Waiting {
            continue;
        }
        let name = person.map_or(thread.from_name.as_str(), |person| person.name.as_str());
        *senders.entry(name).or_default() += 1;
        if let Some(person) = person
            && person.circle != Circle::System
            && !person.zone.is_empty()
            && *person.zone != *here
        {
            *zones.entry(&person.zone).or_default() += 1;
        }
    }
    let most = |counts: HashMap<&str, usize>| {
        let mut counts: Vec<(String, usize)> = counts
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count))
            .collect();
        counts.sort_by(|one, other| (Reverse(one.1), &one.0).cmp(&(Reverse(other.1), &other.0)));
        counts.truncate(LISTED);
        counts
    };
    tally.zones = most(zones);
    tally.senders = most(senders);
}

/// Counts what is late and what was promised, from the rows in their order.
pub(super) fn follow_ups(world: &World, keys: &[String], tally: &mut Tally) {
    let table = world.table::<FollowUp>();
    tally.overdue = 0;
    tally.oldest_days = 0;
    tally.promises.clear();
    for key in keys {
        let Some(follow_up) = table.record(key) else {
            continue;
        };
        if let Some(late) = follow_up
            .late(&world.view)
            .filter(jiff::SignedDuration::is_positive)
        {
            tally.overdue += 1;
            tally.oldest_days = tally.oldest_days.max(late.as_hours() / 24);
        }
        if follow_up.kind == FollowUpKind::Promise {
            tally.promises.push(Id::new(key));
        }
    }
}

/// Counts the rows of each group of a list, as it is shown.
pub(super) fn groups(world: &World, place: Place, keys: &[String], tally: &mut Tally) {
    match place {
        Place::FollowUps => {
            tally.stretches.clear();
            let table = world.table::<FollowUp>();
            for follow_up in keys.iter().filter_map(|key| table.record(key)) {
                let stretch = Stretch::of(follow_up, &world.view);
                *tally.stretches.entry(stretch).or_default() += 1;
            }
        }
        Place::Funnel => {
            tally.rungs.clear();
            let table = world.table::<Lead>();
            for stage in keys
                .iter()
                .filter_map(|key| table.record(key)?.stage.as_ref())
            {
                *tally.rungs.entry(stage.clone()).or_default() += 1;
            }
        }
        _ => {}
    }
}

/// Counts the leads of each stage in one pass.
pub(super) fn stages(world: &World, tally: &mut Tally) {
    let mut stages: Vec<(&Id<Stage>, &Stage)> = world.table::<Stage>().records().collect();
    stages.sort_by_key(|(id, stage)| (stage.order, (*id).clone()));
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (_, lead) in world.table::<Lead>().records() {
        let Some(stage) = &lead.stage else { continue };
        let limit = world.get(stage).and_then(|stage| stage.limit_days);
        let days = lead
            .entered_at
            .map(|at| world.view.now.duration_since(at).as_hours() / 24);
        let count = counts.entry(stage.as_str()).or_default();
        count.0 += 1;
        count.1 += usize::from(limit.is_some_and(|limit| days.is_some_and(|days| days > limit)));
    }
    tally.stages = stages
        .into_iter()
        .filter(|(_, stage)| !matches!(stage.terminal, Terminal::Lost | Terminal::Parked))
        .map(|(id, _)| {
            let (leads, over) = counts.get(id.as_str()).copied().unwrap_or_default();
            StageCount {
                stage: id.clone(),
                leads,
                over,
            }
        })
        .collect();
}

/// Counts the CNs that need me.
pub(super) fn networks(world: &World, tally: &mut Tally) {
    tally.needy = world
        .table::<Network>()
        .records()
        .filter(|(_, network)| is_needy(network))
        .count();
}

/// Tells whether a CN needs me: poor health, at risk, or suspended.
pub fn is_needy(network: &Network) -> bool {
    network.health.is_some_and(|health| health < POOR)
        || matches!(network.lifecycle, Lifecycle::AtRisk | Lifecycle::Suspended)
}
