//! The inbox: its splits, what stands in them, and in which order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::readings::{Contacts, Readings};
use super::tally::{LISTED, Pressing, Tally};
use super::{Place, Screen};
use crate::list::World;
use crate::record::{Circle, Id, Kind, Person, Role, Thread, ThreadState};
use crate::triage::{Case, Group, Mark, Rule, Stack, Standing, alike, inbox_order, splits, sweep};
use crate::when::zone;

/// One tab of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub rule: Rule,
    /// How many threads it holds.
    pub threads: usize,
    /// How many new messages they hold.
    pub messages: usize,
    /// How many threads are late or due within two hours.
    pub urgent: usize,
    /// How many threads ask something of me, and are not urgent.
    pub asks: usize,
}

/// Counts the splits, reads the threads that changed, and returns the rows of the active split in order:
/// late and soon by the clock, then what asks, then the rest, one sender's threads together.
pub(super) fn keys(world: &World, screen: &mut Screen) -> Vec<String> {
    let view = &world.view;
    let contacts = Contacts(world);
    let mine: Vec<(&Id<Thread>, &Thread, Standing)> = world
        .table::<Thread>()
        .records()
        .filter(|(_, thread)| is_mine(thread, world))
        .map(|(id, thread)| (id, thread, Standing::of(thread, view)))
        .filter(|(.., standing)| *standing != Standing::Done)
        .collect();
    let waiting: Vec<(&Id<Thread>, &Thread)> = mine
        .iter()
        .filter(|(.., standing)| *standing == Standing::Waiting)
        .map(|(id, thread, _)| (*id, *thread))
        .collect();
    screen.readings.read(world, &waiting);
    let cases = cases_of(waiting.iter().copied(), &screen.readings);

    let active = screen.shelf(Place::Inbox).map_or(0, |shelf| shelf.split);
    let before = &screen.tally.splits;
    let rule = before.get(active).map(|split| split.rule.clone());
    let counted = splits(mine.iter().map(|(_, thread, _)| *thread), &contacts, view);
    let mut tabs = in_their_places(counted, before);
    let team = of_the_team(world);
    if !team.is_empty() {
        let at = tabs.iter().position(|split| split.rule == Rule::Snoozed);
        tabs.insert(at.unwrap_or(tabs.len()), team_tab(&team));
    }
    let found = saved_views(world, screen, &waiting, &mut tabs);
    let at = rule
        .and_then(|rule| tabs.iter().position(|split| split.rule == rule))
        .unwrap_or(active.min(tabs.len().saturating_sub(1)));

    let pressing = count_marks(&mut tabs, &cases, world);
    super::tally::pressing(pressing, &mut screen.tally);
    let rule = tabs.get(at).map_or(Rule::All, |split| split.rule.clone());
    let keys = match rule {
        Rule::Team => team.iter().map(|(id, _)| id.as_str().to_owned()).collect(),
        Rule::Snoozed => asleep(&mine),
        Rule::DoneToday => done(&mine),
        Rule::Saved(filter) => {
            let shown = found.iter().find(|(known, _)| *known == filter);
            let shown: HashSet<&str> = shown
                .map(|(_, keys)| keys.iter().map(String::as_str).collect())
                .unwrap_or_default();
            in_order(&cases, |case| shown.contains(case.id.as_str()), world)
        }
        rule => in_order(
            &cases,
            |case| rule.holds(case.thread, &contacts, view),
            world,
        ),
    };
    let groups = alike(&cases, &contacts);
    let done = mine
        .iter()
        .filter(|(.., standing)| *standing == Standing::DoneToday)
        .count();

    let tally = &mut screen.tally;
    people(world, &waiting, tally);
    tally.groups = groups;
    tally.done = done;
    tally.waiting = waiting.len();
    let all = tabs.first();
    tally.messages = all.map_or(0, |split| split.messages);
    tally.urgent = all.map_or(0, |split| split.urgent);
    tally.asks = all.map_or(0, |split| split.asks);
    tally.splits = tabs;
    screen.shelf_mut(Place::Inbox).split = at;
    keys
}

/// Sorts what needs no decision among all threads that wait for me.
pub fn sweepable(world: &World, screen: &Screen) -> (Vec<Group>, BTreeMap<Id<Thread>, Stack>) {
    let waits = |thread: &Thread| {
        is_mine(thread, world) && Standing::of(thread, &world.view) == Standing::Waiting
    };
    let threads = world.table::<Thread>().records();
    let waiting = threads.filter(|(_, thread)| waits(thread));
    sweep(&cases_of(waiting, &screen.readings), &Contacts(world))
}

/// Joins threads with what was read of them, by their ids: the table has no order of its own, and groups of equal size
/// must not change places.
fn cases_of<'a>(
    threads: impl Iterator<Item = (&'a Id<Thread>, &'a Thread)>,
    readings: &'a Readings,
) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'a>> = threads
        .filter_map(|(id, thread)| {
            let assessment = readings.of(id)?;
            Some(Case {
                id,
                thread,
                assessment,
            })
        })
        .collect();
    cases.sort_by_key(|case| case.id);
    cases
}

/// Orders the threads that a split holds.
fn in_order(cases: &[Case<'_>], holds: impl Fn(&Case<'_>) -> bool, world: &World) -> Vec<String> {
    let held: Vec<Case<'_>> = cases.iter().filter(|case| holds(case)).copied().collect();
    inbox_order(&held, &Contacts(world), &world.view)
        .into_iter()
        .filter_map(|at| held.get(at))
        .map(|case| case.id.as_str().to_owned())
        .collect()
}

/// Adds a tab for each saved view, before what is snoozed and done; returns what each shows.
fn saved_views(
    world: &World,
    screen: &Screen,
    waiting: &[(&Id<Thread>, &Thread)],
    tabs: &mut Vec<Split>,
) -> Vec<(Box<str>, Vec<String>)> {
    let mut found = Vec::new();
    for (name, text) in &screen.views {
        // The configuration has checked it; a filter that is wrong all the same shows nothing.
        let Ok(filter) = super::Filter::compile(Kind::Thread, text, &world.view) else {
            continue;
        };
        let keys = waiting.iter().map(|(id, _)| id.as_str().to_owned());
        let keys = filter.apply(world, &keys.collect::<Vec<_>>());
        let threads = world.table::<Thread>();
        let new = |key: &String| threads.record(key).and_then(|thread| thread.new);
        let messages: i64 = keys.iter().map(|key| new(key).unwrap_or(1)).sum();
        let at = tabs.len().saturating_sub(2);
        tabs.insert(
            at,
            Split {
                name: name.clone(),
                rule: Rule::Saved(text.as_str().into()),
                threads: keys.len(),
                messages: usize::try_from(messages).unwrap_or(0),
                urgent: 0,
                asks: 0,
            },
        );
        found.push((text.as_str().into(), keys));
    }
    found
}

/// Counts what is urgent and what asks in each split; returns those threads, with whether they are not urgent and
/// by when they want an answer.
fn count_marks<'t>(tabs: &mut [Split], cases: &[Case<'t>], world: &World) -> Vec<Pressing<'t>> {
    let mut pressing = Vec::new();
    let places: HashMap<Rule, usize> = tabs
        .iter()
        .enumerate()
        .map(|(at, split)| (split.rule.clone(), at))
        .collect();
    for case in cases {
        let mark = Mark::of(case.thread, case.assessment, &world.view);
        let side = Rule::of(case.thread, &Contacts(world));
        for rule in [Some(Rule::All), side].into_iter().flatten() {
            if let Some(split) = places.get(&rule).and_then(|at| tabs.get_mut(*at)) {
                split.urgent += usize::from(mark == Mark::Urgent);
                split.asks += usize::from(mark == Mark::Asks);
            }
        }
        if mark != Mark::Fyi && case.thread.state == ThreadState::Open {
            let due = case.thread.sla_due.or(case.thread.last_at);
            let no_clock = case.thread.sla_due.is_none();
            pressing.push((mark != Mark::Urgent, no_clock, due, case.id));
        }
    }
    pressing
}

/// Tells whether a thread is dealt with at this console: handed to me, else mine by its CN, else nobody's.
fn is_mine(thread: &Thread, world: &World) -> bool {
    match (&thread.assignee, &thread.owner) {
        (Some(assignee), _) => assignee.as_str() == &*world.view.me,
        (None, Some(owner)) => owner.as_str() == &*world.view.me,
        (None, None) => true,
    }
}

/// What waits for others, as far as a Growth Lead sees it, the newest first; nothing for anyone else.
fn of_the_team(world: &World) -> Vec<(&Id<Thread>, &Thread)> {
    if world.me().is_none_or(|me| me.role != Role::Lead) {
        return Vec::new();
    }
    let mut rows: Vec<(&Id<Thread>, &Thread)> = world
        .table::<Thread>()
        .records()
        .filter(|(_, thread)| {
            !is_mine(thread, world) && Standing::of(thread, &world.view) == Standing::Waiting
        })
        .collect();
    rows.sort_by_key(|(id, thread)| (Reverse(thread.last_at), *id));
    rows
}

fn team_tab(team: &[(&Id<Thread>, &Thread)]) -> Split {
    let new = team.iter().map(|(_, thread)| thread.new.unwrap_or(1));
    Split {
        name: "Team".to_owned(),
        rule: Rule::Team,
        threads: team.len(),
        messages: new.map(|new| usize::try_from(new).unwrap_or(0)).sum(),
        urgent: 0,
        asks: 0,
    }
}

/// Puts the splits where they were before: an office that has a tab keeps it and its place, new ones come after
/// the others, so that nothing moves under the hand that goes from tab to tab.
fn in_their_places(counted: Vec<crate::triage::Split>, before: &[Split]) -> Vec<Split> {
    let is_office = |rule: &Rule| matches!(rule, Rule::Office(_));
    let mut known: Vec<Split> = before
        .iter()
        .filter(|split| is_office(&split.rule))
        .map(|split| Split {
            threads: 0,
            messages: 0,
            urgent: 0,
            asks: 0,
            ..split.clone()
        })
        .collect();
    let mut tabs: Vec<Split> = Vec::new();
    let mut after = Vec::new();
    for split in counted {
        let split = Split {
            name: split.name,
            rule: split.rule,
            threads: split.threads,
            messages: split.messages,
            urgent: 0,
            asks: 0,
        };
        if is_office(&split.rule) {
            match known.iter_mut().find(|known| known.rule == split.rule) {
                Some(known) => *known = split,
                None => known.push(split),
            }
        } else if matches!(split.rule, Rule::All | Rule::Owners) {
            tabs.push(split);
        } else {
            after.push(split);
        }
    }
    tabs.extend(known);
    tabs.extend(after);
    tabs
}

/// What sleeps, by when it wakes.
fn asleep(mine: &[(&Id<Thread>, &Thread, Standing)]) -> Vec<String> {
    let mut rows: Vec<_> = mine
        .iter()
        .filter(|(.., standing)| *standing == Standing::Snoozed)
        .map(|(id, thread, _)| {
            (
                thread.snoozed_until.is_none(),
                thread.snoozed_until,
                id.as_str(),
            )
        })
        .collect();
    rows.sort_unstable();
    rows.into_iter().map(|(.., id)| id.to_owned()).collect()
}

/// What was done today, the last one first.
fn done(mine: &[(&Id<Thread>, &Thread, Standing)]) -> Vec<String> {
    let mut rows: Vec<_> = mine
        .iter()
        .filter(|(.., standing)| *standing == Standing::DoneToday)
        .map(|(id, thread, _)| (Reverse(thread.done_at), id.as_str()))
        .collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, id)| id.to_owned()).collect()
}

/// Counts who waits and in which zones.
fn people(world: &World, waiting: &[(&Id<Thread>, &Thread)], tally: &mut Tally) {
    let here = zone::name(&world.view.zone);
    let mut zones: HashMap<&str, usize> = HashMap::new();
    let mut senders: HashMap<&str, usize> = HashMap::new();
    for (_, thread) in waiting {
        let person = world.follow::<Person>(thread.from.as_ref());
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
