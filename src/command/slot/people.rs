//! The people of a meeting: who they are, when they can, and what they have already.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::names::apart;
use crate::list::World;
use crate::pane::SlotsScreen;
use crate::record::{
    AnyRef, BusyBlock, Circle, Hours as RecordHours, Id, Kind, Lead, Meeting, MeetingState,
    Network, Person, Thread, ThreadState, Window as RecordWindow,
};
use crate::slots::{
    Attendee, Country, Hours, Minute, NightBudget, Span, WeekWindows, Window, Zone, holidays,
};

/// At most this many people are proposed by themselves, me among them.
const PROPOSED: usize = 6;
/// At most this many of them share a zone.
const A_ZONE: usize = 2;
/// Meetings within this many days tell whom I meet.
const SOON_DAYS: i64 = 14;

/// A person as the engine sees them, and what the screen must know besides.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) person: Id<Person>,
    pub(super) zone: TimeZone,
    pub(super) assumed: bool,
    /// The shortest name that tells them from the others.
    pub(super) short: String,
    pub(super) attendee: Attendee,
}

/// Returns the people of the slots place: those chosen, else me and those I meet or who wait for me.
pub(super) fn guests(world: &World, slots: &SlotsScreen) -> Vec<Id<Person>> {
    if !slots.people.is_empty() {
        return slots.people.clone();
    }
    let mine = world.me().and_then(|me| me.person.clone());
    let until = world
        .view
        .now
        .checked_add(SignedDuration::from_hours(24 * SOON_DAYS))
        .unwrap_or(world.view.now);
    let mut weight: HashMap<&Id<Person>, usize> = HashMap::new();
    for (_, meeting) in world.table::<Meeting>().records() {
        let soon = |at: &Timestamp| (world.view.now..until).contains(at);
        if meeting.is_off(world.view.now) || !meeting.start.as_ref().is_some_and(soon) {
            continue;
        }
        for attendee in &meeting.attendees {
            *weight.entry(&attendee.person).or_default() += 3;
        }
    }
    for (_, thread) in world.table::<Thread>().records() {
        if let (Some(person), ThreadState::Open) = (&thread.from, &thread.state) {
            *weight.entry(person).or_default() += 1;
        }
    }
    let mut others: Vec<(Reverse<usize>, &Id<Person>)> = weight
        .into_iter()
        .filter(|(id, _)| Some(*id) != mine.as_ref())
        .filter(|(id, _)| {
            world.get(*id).is_some_and(|person| {
                person.circle == Circle::Colleague
                    && !person.zone.is_empty()
                    && *person.hours != RecordHours::none()
            })
        })
        .map(|(id, weight)| (Reverse(weight), id))
        .collect();
    others.sort_unstable();
    let mut people: Vec<Id<Person>> = mine.into_iter().collect();
    let mut zones: Vec<&str> = people
        .iter()
        .filter_map(|id| Some(world.get(id)?.zone.as_str()))
        .collect();
    for (_, id) in others {
        let Some(person) = world.get(id).filter(|_| people.len() < PROPOSED) else {
            continue;
        };
        // Those who sit beside me are easy to meet: the others are what this is for.
        if zones.iter().filter(|zone| **zone == person.zone).count() < A_ZONE {
            zones.push(&person.zone);
            people.push(id.clone());
        }
    }
    people
}

/// Forgets the thread, CN or lead from which the place was entered once nobody of it is asked for any more: what is
/// proposed then must not go into that thread, nor a meeting be filed under that CN.
pub(super) fn forget_origin(world: &World, slots: &mut SlotsScreen) {
    let mine = world.me().and_then(|me| me.person.clone());
    let gone = |link: &AnyRef| {
        let mut others = people_about(world, link)
            .into_iter()
            .filter(|id| Some(id) != mine.as_ref())
            .peekable();
        others.peek().is_some() && !others.any(|id| slots.people.contains(&id))
    };
    let about = slots.about.as_ref().is_some_and(gone);
    let thread = slots.thread.as_ref().is_some_and(|id| gone(&id.link()));
    if about || thread {
        (slots.about, slots.thread) = (None, None);
    }
}

/// Returns whom a record is about: me first, then whoever writes in the thread, owns the CN or signs for the lead.
pub(super) fn people_about(world: &World, link: &AnyRef) -> Vec<Id<Person>> {
    let mut people: Vec<Id<Person>> = world
        .me()
        .and_then(|me| me.person.clone())
        .into_iter()
        .collect();
    let mut add = |id: Option<&Id<Person>>| {
        let known = id.filter(|id| world.get(*id).is_some_and(|person| !person.zone.is_empty()));
        people.extend(known.filter(|id| !people.contains(id)).cloned());
    };
    match link.known_kind() {
        Some(Kind::Thread) => {
            let thread = world.table::<Thread>().record(&link.id);
            add(thread.and_then(|thread| thread.from.as_ref()));
        }
        Some(Kind::Lead) => {
            let lead = world.table::<Lead>().record(&link.id);
            add(lead.and_then(|lead| lead.contact.as_ref()));
        }
        Some(Kind::Person) => add(Some(&Id::new(&link.id))),
        Some(Kind::Network) => {
            let network: Id<Network> = Id::new(&link.id);
            let mut members: Vec<(&Id<Person>, &Person)> = world
                .table::<Person>()
                .records()
                .filter(|(_, person)| person.network.as_ref() == Some(&network))
                .collect();
            members.sort_by_key(|(id, person)| (person.circle != Circle::Owner, (*id).clone()));
            let owner = members.first().map(|(id, _)| (*id).clone());
            add(owner.as_ref());
        }
        _ => {}
    }
    people
}

/// Makes the people of a meeting for a range of local days.
pub(super) fn attendees(
    world: &World,
    people: &[Id<Person>],
    slots: &SlotsScreen,
    days: (Date, Date),
) -> Vec<Known> {
    let mut busy = busy(world, people, slots.moving.as_ref());
    let mut booked = booked(world, people, slots.moving.as_ref());
    let names = apart(world, people);
    (people.iter().zip(names))
        .filter_map(|(id, name)| {
            let person = world.get(id)?;
            let zone = Zone::load(&person.zone).ok()?;
            let time_zone = zone.time_zone().clone();
            let buffer = minutes_of(person.buffer);
            let hours = hours_of(person, zone, days);
            let mut attendee = Attendee::new(name.full, hours)
                .busy(busy.remove(id).unwrap_or_default())
                .buffered(buffer, buffer);
            if let Some(nights) = person.nights {
                let budget = NightBudget::of(u8::try_from(nights.clamp(0, 7)).unwrap_or(7));
                attendee = attendee.nights(budget, booked.remove(id).unwrap_or_default());
            }
            if slots.optional.contains(id) {
                attendee = attendee.optional();
            }
            Some(Known {
                person: id.clone(),
                zone: time_zone,
                assumed: person.hours.working.is_empty(),
                short: name.short,
                attendee,
            })
        })
        .collect()
}

fn minutes_of(length: Option<SignedDuration>) -> u16 {
    let minutes = length.map_or(0, |length| length.as_mins().clamp(0, 1440));
    u16::try_from(minutes).unwrap_or(0)
}

/// Returns how many minutes ahead a meeting must be for all of these people.
pub(super) fn notice(world: &World, people: &[Id<Person>]) -> i32 {
    let longest = people
        .iter()
        .filter_map(|id| world.get(id)?.notice)
        .map(|notice| notice.as_mins().clamp(0, 60 * 24 * 365))
        .max();
    i32::try_from(longest.unwrap_or(0)).unwrap_or(0)
}

type Blocks<'a> = BTreeMap<&'a Id<Person>, Vec<Span>>;

/// What people have in their calendars and what they meet for: times that are kept free until they expire count.
fn busy<'a>(world: &World, people: &'a [Id<Person>], moving: Option<&Id<Meeting>>) -> Blocks<'a> {
    let mut busy: Blocks<'a> = people.iter().map(|id| (id, Vec::new())).collect();
    for (_, block) in world.table::<BusyBlock>().records() {
        if let (Some(person), Some(start), Some(end)) = (&block.person, block.start, block.end)
            && let Some(spans) = busy.get_mut(person)
        {
            spans.push(Span::covering(start, end));
        }
    }
    let takes_time = |meeting: &Meeting| meeting.takes_time(world.view.now);
    meet(world, &mut busy, moving, takes_time);
    busy
}

/// The meetings of people that count against their evenings.
fn booked<'a>(world: &World, people: &'a [Id<Person>], moving: Option<&Id<Meeting>>) -> Blocks<'a> {
    let mut booked: Blocks<'a> = people.iter().map(|id| (id, Vec::new())).collect();
    let counts = |meeting: &Meeting| meeting.takes_time(world.view.now);
    meet(world, &mut booked, moving, counts);
    booked
}

fn meet(
    world: &World,
    blocks: &mut Blocks<'_>,
    moving: Option<&Id<Meeting>>,
    counts: impl Fn(&Meeting) -> bool,
) {
    for (id, meeting) in world.table::<Meeting>().records() {
        let (Some(start), Some(end), true) = (meeting.start, meeting.end, counts(meeting)) else {
            continue;
        };
        if Some(id) == moving {
            continue;
        }
        for attendee in &meeting.attendees {
            if let Some(spans) = blocks.get_mut(&attendee.person) {
                spans.push(Span::covering(start, end));
            }
        }
    }
}

/// Makes the hours of a person, with the public holidays of their country in a range of days.
pub(super) fn hours_of(person: &Person, zone: Zone, (first, last): (Date, Date)) -> Hours {
    let working = match week(&person.hours.working) {
        Some(week) => week,
        None => WeekWindows::weekdays(Window::new(9 * 60, 18 * 60)),
    };
    let mut hours = Hours::new(zone, working);
    if let Some(preferred) = week(&person.hours.preferred) {
        hours = hours.preferring(preferred);
    }
    if let Some(acceptable) = week(&person.hours.acceptable) {
        hours = hours.accepting(acceptable);
    }
    if let Some(country) = country_of(person) {
        for year in first.year()..=last.year() {
            let days = holidays(country, year).unwrap_or_default();
            hours = hours.without(days);
        }
    }
    // A day off of one's own on a holiday keeps the holiday's name.
    for date in &person.days_off {
        hours.days_off.entry(*date).or_default();
    }
    hours
}

/// Returns the days of a range on which a person does not work besides weekends: days off and the public holidays of
/// their country, by their own dates.
pub(in crate::command) fn days_off(person: &Person, (first, last): (Date, Date)) -> Vec<Date> {
    let mut days = person.days_off.clone();
    if let Some(country) = country_of(person) {
        for year in first.year()..=last.year() {
            let known = holidays(country, year).unwrap_or_default();
            days.extend(known.into_iter().map(|(date, _)| date));
        }
    }
    days.retain(|day| (first..=last).contains(day));
    days
}

/// Returns the country whose holidays a person keeps: the one they say, else that of their zone.
pub(super) fn country_of(person: &Person) -> Option<Country> {
    let code = match person.country.trim() {
        "" => match person.zone.as_str() {
            "Asia/Shanghai" | "Asia/Urumqi" => "CN",
            "Asia/Singapore" => "SG",
            "Asia/Tokyo" => "JP",
            "Europe/London" => "GB",
            "Europe/Warsaw" => "PL",
            "America/Los_Angeles"
            | "America/New_York"
            | "America/Chicago"
            | "America/Denver"
            | "America/Phoenix" => "US",
            _ => return None,
        },
        code => code,
    };
    Country::ALL
        .into_iter()
        .find(|country| country.code().eq_ignore_ascii_case(code))
}

fn week(layer: &BTreeMap<String, Vec<RecordWindow>>) -> Option<WeekWindows> {
    if layer.is_empty() {
        return None;
    }
    let mut week = WeekWindows::new();
    for (name, day) in RecordHours::WEEKDAYS {
        for window in layer.get(name).into_iter().flatten() {
            if let Ok(window) = Window::parse(&window.from, &window.to) {
                week = week.with(day, window);
            }
        }
    }
    Some(week)
}

/// What the last meetings of these people have cost each of them, in weight-minutes; at most so many of the
/// newest that took place or are agreed before a moment, and in which at least two of them met.
pub(super) fn burdens(world: &World, known: &[Known], newest: usize) -> (Vec<i64>, usize) {
    let now = Minute::floor(world.view.now);
    let mut met: Vec<(Span, Vec<usize>)> = world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| meeting.state == MeetingState::Confirmed)
        .filter_map(|(_, meeting)| {
            let span = Span::covering(meeting.start?, meeting.end?);
            let there: Vec<usize> = known
                .iter()
                .enumerate()
                .filter(|(_, one)| meeting.attendees.iter().any(|at| at.person == one.person))
                .map(|(at, _)| at)
                .collect();
            (span.end <= now && there.len() > 1).then_some((span, there))
        })
        .collect();
    met.sort();
    let skip = met.len().saturating_sub(newest);
    let mut burdens = vec![0; known.len()];
    let last = met.split_off(skip);
    for (span, there) in &last {
        for at in there {
            if let (Some(burden), Some(one)) = (burdens.get_mut(*at), known.get(*at)) {
                *burden += i64::from(one.attendee.hours.cost(*span).total);
            }
        }
    }
    (burdens, last.len())
}

/// Makes people for texts: who they are and where, without calendars.
pub(super) fn plain_attendees(world: &World, people: &[Id<Person>]) -> Vec<Attendee> {
    let today = world.view.today();
    people
        .iter()
        .filter_map(|id| {
            let person = world.get(id)?;
            let zone = Zone::load(&person.zone).ok()?;
            Some(Attendee::new(
                id.as_str(),
                hours_of(person, zone, (today, today)),
            ))
        })
        .collect()
}
