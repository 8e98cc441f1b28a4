//! What is counted once while the lists are put in order, so that a frame only reads it.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::Place;
use super::arrange::Stretch;
use super::follow_ups::DueTab;
use super::inbox::Split;
use crate::list::World;
use crate::record::{
    FollowUp, FollowUpKind, Id, Lead, Lifecycle, Network, Stage, Terminal, Thread,
};
use crate::triage::Group;

/// A CN of poorer health than this needs me.
const POOR: f64 = 60.0;
/// At most this many of each kind are looked at for what needs me.
const FIRST: usize = 24;
/// How long before it is due a follow-up needs me.
const SOON: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// At most this many zones and senders are listed.
pub(super) const LISTED: usize = 12;

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
    pub messages: usize,
    /// Threads of those whose answer is late or due within two hours.
    pub urgent: usize,
    /// Threads of those that ask something of me and are not urgent.
    pub asks: usize,
    /// Threads done since the local midnight.
    pub done: usize,
    /// Zones of the people whose threads wait, mine left out, the most frequent first.
    pub zones: Vec<(String, usize)>,
    /// Senders of the threads that wait, the most frequent first.
    pub senders: Vec<(String, usize)>,
    /// Threads that are alike and need no decision, the largest group first.
    pub groups: Vec<Group>,
    /// Follow-ups that are late.
    pub overdue: usize,
    /// Whole days that the latest of them is late.
    pub oldest_days: i64,
    /// Promises that are still open, the latest first.
    pub promises: Vec<Id<FollowUp>>,
    /// How many rows of the follow-ups lie in each stretch of time, as the list shows them.
    pub stretches: BTreeMap<Stretch, usize>,
    /// How many rows of the list are overdue, and whole days that the latest of them is late.
    pub overdue_shown: (usize, i64),
    /// The same of all rows that are late, those that I handed to somebody too.
    pub late_shown: (usize, i64),
    /// The tabs of the follow-ups.
    pub due: Vec<DueTab>,
    /// Leads by stage, in the order of the stages.
    pub stages: Vec<StageCount>,
    /// How many rows of the funnel stand in each stage.
    pub rungs: BTreeMap<Id<Stage>, usize>,
    /// CNs in poor health, at risk or suspended.
    pub needy: usize,
    /// What needs me, whatever the lists show at the moment.
    pub first: First,
}

/// The first of each kind in the order of need, filters, splits and views left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct First {
    /// Threads that are urgent or ask something, by their clock.
    pub threads: Vec<Id<Thread>>,
    /// Follow-ups that are late or due within a day.
    pub follow_ups: Vec<Id<FollowUp>>,
    /// CNs.
    pub networks: Vec<Id<Network>>,
}

impl Tally {
    /// Returns the group of threads that a thread is like, if it needs no decision.
    pub fn group_of(&self, thread: &Id<Thread>) -> Option<&Group> {
        self.groups
            .iter()
            .find(|group| group.threads.contains(thread))
    }
}

/// Counts what is late and what was promised, from the rows in their order.
pub(super) fn follow_ups(world: &World, keys: &[String], tally: &mut Tally) {
    let table = world.table::<FollowUp>();
    tally.overdue = 0;
    tally.oldest_days = 0;
    tally.promises.clear();
    tally.first.follow_ups.clear();
    let mut theirs = Vec::new();
    for key in keys {
        let Some(follow_up) = table.record(key) else {
            continue;
        };
        let late = follow_up.late(&world.view);
        if late.is_some_and(|late| late > -SOON) {
            // Mine first: whoever looks after a team has few of their own among all of theirs.
            let colleague = world.colleague(follow_up.owner.as_ref()).is_some();
            let first = if colleague {
                &mut theirs
            } else {
                &mut tally.first.follow_ups
            };
            if first.len() < FIRST {
                first.push(Id::new(key));
            }
        }
        let mine = !super::arrange::is_handed(follow_up, &world.view);
        if let Some(late) = late.filter(|late| late.is_positive() && mine) {
            tally.overdue += 1;
            tally.oldest_days = tally.oldest_days.max(late.as_hours() / 24);
        }
        if follow_up.kind == FollowUpKind::Promise {
            tally.promises.push(Id::new(key));
        }
    }
    tally.first.follow_ups.append(&mut theirs);
    tally.first.follow_ups.truncate(FIRST);
    let theirs = |id: &Id<FollowUp>| {
        let owner = world.get(id).and_then(|one| one.owner.as_ref());
        world.colleague(owner).is_some()
    };
    tally.promises.sort_by_key(theirs);
}

/// Counts the rows of each group of a list, as it is shown.
pub(super) fn groups(world: &World, place: Place, keys: &[String], tally: &mut Tally) {
    match place {
        Place::FollowUps => {
            tally.stretches.clear();
            (tally.overdue_shown, tally.late_shown) = ((0, 0), (0, 0));
            let table = world.table::<FollowUp>();
            for follow_up in keys.iter().filter_map(|key| table.record(key)) {
                let stretch = Stretch::of(follow_up, &world.view);
                *tally.stretches.entry(stretch).or_default() += 1;
                let late = follow_up.late(&world.view);
                let Some(late) = late.filter(jiff::SignedDuration::is_positive) else {
                    continue;
                };
                let days = late.as_hours() / 24;
                let more = |(rows, oldest): (usize, i64)| (rows + 1, oldest.max(days));
                tally.late_shown = more(tally.late_shown);
                if stretch == Stretch::Overdue {
                    tally.overdue_shown = more(tally.overdue_shown);
                }
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
        let over = lead.entered_at.is_some_and(|entered| {
            world
                .get(stage)
                .is_some_and(|stage| stage.is_over_limit(entered, world.view.now))
        });
        let count = counts.entry(stage.as_str()).or_default();
        count.0 += 1;
        count.1 += usize::from(over);
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

/// A thread that may need me: whether it is not urgent, whether it has no clock, and its clock or its newest message.
pub(super) type Pressing<'t> = (bool, bool, Option<Timestamp>, &'t Id<Thread>);

/// Keeps the first of what is pressing: the urgent before the others, those with a clock before those without.
pub(super) fn pressing(mut found: Vec<Pressing<'_>>, tally: &mut Tally) {
    found.sort_unstable();
    let ids = found.into_iter().take(FIRST).map(|(.., id)| id.clone());
    tally.first.threads = ids.collect();
}

/// Counts the CNs that need me; `keys` of all, in the order of need.
pub(super) fn networks(world: &World, keys: &[String], tally: &mut Tally) {
    tally.first.networks = keys.iter().take(FIRST).map(Id::new).collect();
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
