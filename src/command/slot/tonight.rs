//! Tonight: the hours of my evening in which those whom I meet can come, and the best of them.

use std::cmp::Reverse;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::people::{Known, attendees, guests, notice};
use crate::list::World;
use crate::pane::SlotsScreen;
use crate::record::{Id, Person};
use crate::slots::{Attendee, Minute, Plan, Search, Session, Span, Zone};
use crate::when::{wall, zone};

/// The meeting that is looked for, in minutes, and the distance of its starts.
const HALF_AN_HOUR: u32 = 30;
/// When the evening begins here: the other side of the Pacific comes to work.
const EVENING: Time = Time::constant(16, 0, 0, 0);
/// From this hour on tomorrow's evening is looked at.
const LATE: Time = Time::constant(23, 0, 0, 0);

/// The hours of an evening in which some people can meet me.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evening {
    /// Who they are, without me.
    pub people: Vec<Id<Person>>,
    /// Whether these are all whom I meet.
    pub everyone: bool,
    /// Their zones, those with the same clock as well.
    pub zones: Vec<TimeZone>,
    /// When a meeting of half an hour can take place, from its first start to its last end.
    pub windows: Vec<(Timestamp, Timestamp)>,
    /// The start that hurts least.
    pub best: Option<Timestamp>,
    /// What it costs whoever it costs most, in weight-minutes.
    pub cost: u32,
}

/// The evening that is ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tonight {
    /// Its local date.
    pub day: Date,
    /// All whom I meet where there is an hour for all, then those who share a clock, the least hurt first.
    pub rows: Vec<Evening>,
}

/// Finds the free hours of this evening, or of tomorrow's once this one is over; nothing when nobody is met.
pub fn tonight(world: &World) -> Option<Tonight> {
    let here = &world.view.zone;
    let local = here.to_datetime(world.view.now);
    let day = if local.time() < LATE {
        local.date()
    } else {
        local.date().tomorrow().ok()?
    };
    let slots = SlotsScreen::default();
    let people = guests(world, &slots);
    let start = wall::instant(day.to_datetime(EVENING), here);
    let range = Span::covering(start, wall::day_end(day, here));
    let last = day.checked_add(1.days()).unwrap_or(day);
    let known = attendees(world, &people, &slots, (day, last));
    let mine = world.me().and_then(|me| me.person.clone());
    let (me, others): (Vec<&Known>, Vec<&Known>) =
        (known.iter()).partition(|one| Some(&one.person) == mine.as_ref());
    if others.is_empty() {
        return None;
    }
    let offset = here.to_offset(start).seconds();
    let evening = |those: &[&Known]| -> Option<Evening> {
        let grid = Zone::load(&zone::name(here))
            .or_else(|_| Zone::load("UTC"))
            .ok()?;
        let ids: Vec<Id<Person>> = those.iter().map(|one| one.person.clone()).collect();
        let search = Search::new(range, HALF_AN_HOUR, grid)
            .every(HALF_AN_HOUR)
            .with_notice(Minute::ceil(world.view.now), notice(world, &ids));
        let all: Vec<Attendee> = (me.iter().chain(those))
            .map(|one| one.attendee.clone())
            .collect();
        let plan = Session::new(search, all).ok()?.plan().ok()?;
        let best = plan.best();
        Some(Evening {
            people: ids,
            everyone: those.len() == others.len(),
            zones: clocks(those, start, offset),
            windows: windows(&plan),
            best: best.map(|slot| slot.start().timestamp()),
            cost: best.map_or(0, crate::slots::Slot::max),
        })
    };
    let mut groups: Vec<(i32, Vec<&Known>)> = Vec::new();
    for one in &others {
        let there = one.zone.to_offset(start).seconds();
        match groups.iter_mut().find(|(theirs, _)| *theirs == there) {
            Some((_, members)) => members.push(one),
            None => groups.push((there, vec![one])),
        }
    }
    let all = (groups.len() > 1)
        .then(|| evening(&others))
        .flatten()
        .filter(|all| all.best.is_some());
    // Those on my own clock need no search, unless there is nobody else.
    if groups.len() > 1 {
        groups.retain(|(theirs, _)| *theirs != offset);
    }
    let mut some: Vec<Evening> = groups
        .iter()
        .filter_map(|(_, members)| evening(members))
        .collect();
    some.sort_by_key(|row| (row.best.is_none(), row.cost, row.best));
    Some(Tonight {
        day,
        rows: all.into_iter().chain(some).collect(),
    })
}

/// The zones of people, each once, the farthest from my clock first.
fn clocks(people: &[&Known], at: Timestamp, mine: i32) -> Vec<TimeZone> {
    let mut zones: Vec<TimeZone> = Vec::new();
    for one in people {
        if !zones.contains(&one.zone) {
            zones.push(one.zone.clone());
        }
    }
    zones.sort_by_key(|zone| Reverse((zone.to_offset(at).seconds() - mine).abs()));
    zones
}

/// Joins the slots that follow one another.
fn windows(plan: &Plan) -> Vec<(Timestamp, Timestamp)> {
    let mut windows: Vec<Span> = Vec::new();
    for slot in plan.slots() {
        match windows.last_mut() {
            Some(last) if slot.start() <= last.end => last.end = slot.end(),
            _ => windows.push(slot.span()),
        }
    }
    (windows.iter())
        .map(|span| (span.start.timestamp(), span.end.timestamp()))
        .collect()
}
