//! Who can meet when: the half hours of the people of the slots place, and the best times of a week.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::list::World;
use crate::pane::SlotsScreen;
use crate::record::{
    BusyBlock, Circle, Hours as RecordHours, Id, Meeting, MeetingState, Person, Thread,
    ThreadState, Window as RecordWindow,
};
use crate::slots::{
    Attendee, Hours, Minute, Plan, Search, Session, Shade, Slot, SlotsError, Span, WeekWindows,
    Window, Zone, text,
};
use crate::when::{wall, zone};

/// At most this many people are proposed by themselves, me among them.
const PROPOSED: usize = 6;
/// At most this many of them share a zone.
const A_ZONE: usize = 2;
/// Meetings within this many days tell whom I meet.
const SOON_DAYS: i64 = 14;
/// Best times that are named.
const OFFERS: usize = 8;
/// Days in which best times are looked for, the shown one first.
const DAYS: i64 = 7;
/// Minutes of a cell.
const HALF_HOUR: u32 = 30;

/// One person of the timetable.
#[derive(Clone, Debug, PartialEq)]
pub struct Guest {
    /// Who it is.
    pub person: Id<Person>,
    /// Where they are.
    pub zone: TimeZone,
    /// Whether their hours are not known and taken as Monday to Friday, nine to six.
    pub assumed: bool,
    /// What each half hour of the day is for them.
    pub halves: Vec<Shade>,
}

/// A time at which everyone can meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// When it starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Guests, by position, who would meet outside their working hours.
    pub stretched: Vec<usize>,
    /// The time in the words of everyone's clock.
    pub words: String,
}

/// Who can meet when on a day, and the best times of the week that begins with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Timetable {
    /// The local day.
    pub day: Date,
    /// The first day of the week in which the best times are looked for.
    pub from: Date,
    /// Length of the meeting in minutes.
    pub minutes: i64,
    /// The starts of the half hours of the day: 46, 48 or 50 of them.
    pub halves: Vec<Timestamp>,
    /// The people, me first.
    pub guests: Vec<Guest>,
    /// How many of them could come to a meeting of that length that starts with the half hour.
    pub turnout: Vec<usize>,
    /// Times that suit everyone, the best first, none overlapping another.
    pub offers: Vec<Offer>,
    /// Where no time suits everyone: the closest one, and what stands in the way.
    pub miss: Option<(Timestamp, Vec<String>)>,
}

impl Timetable {
    /// Works out the timetable of the slots place.
    ///
    /// # Errors
    ///
    /// The length of the meeting is not one that can be planned.
    pub fn of(world: &World, slots: &SlotsScreen) -> Result<Self, SlotsError> {
        let here = &world.view.zone;
        let day = slots.day.unwrap_or_else(|| world.view.today());
        let ahead = |from: &Date| (0..DAYS).contains(&crate::figure::days_between(*from, day));
        let from = slots.from.filter(ahead).unwrap_or(day);
        let start = wall::day_start(from, here).unwrap_or(world.view.now);
        let last = from.checked_add(DAYS.days()).unwrap_or(from);
        let end = wall::day_start(last, here).unwrap_or(start);
        let range = Span::new(Minute::floor(start), Minute::ceil(end));
        let grid = Zone::load(&zone::name(here)).or_else(|_| Zone::load("UTC"))?;
        let length = u32::try_from(slots.minutes).unwrap_or(60);
        let search = Search::new(range, length, grid)
            .every(HALF_HOUR)
            .with_notice(Minute::ceil(world.view.now), 0);
        let (people, attendees): (Vec<_>, Vec<_>) = attendees(world, slots).into_iter().unzip();
        let plan = Session::new(search, attendees)?.plan()?;
        let day_start = wall::day_start(day, here).map_or(range.start, Minute::floor);
        let day_end = Minute::ceil(wall::day_end(day, here));
        let (halves, turnout): (Vec<_>, Vec<_>) = plan
            .turnout()
            .into_iter()
            .filter(|(start, _)| (day_start..day_end).contains(start))
            .map(|(start, heads)| {
                let heads = usize::try_from(heads.all()).unwrap_or(usize::MAX);
                (start.timestamp(), heads)
            })
            .unzip();
        let whole_day = Span::new(day_start, day_end);
        let guests = people
            .into_iter()
            .enumerate()
            .map(|(at, (person, zone, assumed))| Guest {
                person,
                zone,
                assumed,
                halves: plan.shades(at, whole_day, HALF_HOUR),
            })
            .collect();
        Ok(Self {
            day,
            from,
            minutes: slots.minutes,
            halves,
            guests,
            turnout,
            offers: offers(&plan),
            miss: miss(&plan),
        })
    }

    /// Counts who is free in a half hour, whatever the length of the meeting.
    pub fn free(&self, half: usize) -> usize {
        let free = |guest: &&Guest| guest.halves.get(half).is_some_and(|shade| is_free(*shade));
        self.guests.iter().filter(free).count()
    }

    /// Writes the best times for a message, one a line, in everyone's time.
    pub fn proposal(&self, times: usize) -> Option<String> {
        let lines: Vec<&str> = self
            .offers
            .iter()
            .take(times)
            .map(|offer| offer.words.as_str())
            .collect();
        if lines.is_empty() {
            return None;
        }
        Some(format!(
            "Could we meet for {} minutes at one of these times?\n{}",
            self.minutes,
            lines
                .iter()
                .zip(1..)
                .map(|(line, number)| format!("{number}. {line}"))
                .collect::<Vec<_>>()
                .join("\n")
        ))
    }
}

/// Tells whether a person can meet in a stretch of this kind.
pub const fn is_free(shade: Shade) -> bool {
    matches!(shade, Shade::Preferred | Shade::Working | Shade::Acceptable)
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
        if meeting.state == MeetingState::Declined || !meeting.start.as_ref().is_some_and(soon) {
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
                    && person.hours != RecordHours::default()
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

type Known = (Id<Person>, TimeZone, bool);

fn attendees(world: &World, slots: &SlotsScreen) -> Vec<(Known, Attendee)> {
    let people = guests(world, slots);
    let mut busy: BTreeMap<&Id<Person>, Vec<Span>> =
        people.iter().map(|id| (id, Vec::new())).collect();
    for (_, block) in world.table::<BusyBlock>().records() {
        if let (Some(person), Some(start), Some(end)) = (&block.person, block.start, block.end)
            && let Some(spans) = busy.get_mut(person)
        {
            spans.push(Span::new(Minute::floor(start), Minute::ceil(end)));
        }
    }
    for (_, meeting) in world.table::<Meeting>().records() {
        let firm = matches!(meeting.state, MeetingState::Held | MeetingState::Confirmed);
        let (Some(start), Some(end), true) = (meeting.start, meeting.end, firm) else {
            continue;
        };
        for attendee in &meeting.attendees {
            if let Some(spans) = busy.get_mut(&attendee.person) {
                spans.push(Span::new(Minute::floor(start), Minute::ceil(end)));
            }
        }
    }
    let mut names: Vec<String> = Vec::new();
    people
        .iter()
        .filter_map(|id| {
            let person = world.get(id)?;
            let zone = Zone::load(&person.zone).ok()?;
            let time_zone = zone.time_zone().clone();
            let assumed = person.hours.working.is_empty();
            let name = if names.contains(&person.name) {
                format!("{} ({id})", person.name)
            } else {
                person.name.clone()
            };
            names.push(name.clone());
            let spans = busy.remove(id).unwrap_or_default();
            let attendee = Attendee::new(name, hours_of(person, zone)).busy(spans);
            Some(((id.clone(), time_zone, assumed), attendee))
        })
        .collect()
}

fn hours_of(person: &Person, zone: Zone) -> Hours {
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
    hours.without(person.days_off.iter().map(|date| (*date, "")))
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

fn offers(plan: &Plan) -> Vec<Offer> {
    let people: Vec<&Attendee> = plan.attendees().collect();
    if people.is_empty() {
        return Vec::new();
    }
    let mut chosen: Vec<Slot<'_>> = Vec::new();
    for slot in plan.ranked() {
        let apart = |other: &Slot<'_>| other.end() <= slot.start() || slot.end() <= other.start();
        if chosen.iter().all(apart) {
            chosen.push(slot);
        }
        if chosen.len() >= OFFERS {
            break;
        }
    }
    chosen
        .into_iter()
        .map(|slot| Offer {
            start: slot.start().timestamp(),
            end: slot.end().timestamp(),
            stretched: (0..people.len())
                .filter(|person| {
                    slot.split(*person)
                        .is_some_and(|split| split.stretched_minutes() > 0)
                })
                .collect(),
            words: text::slot(
                slot.span(),
                &people,
                text::Language::English,
                text::Layout::Line,
            ),
        })
        .collect()
}

fn miss(plan: &Plan) -> Option<(Timestamp, Vec<String>)> {
    if !plan.is_empty() {
        return None;
    }
    let people: Vec<&Attendee> = plan.attendees().collect();
    let miss = plan.nearest_miss()?;
    let words = miss
        .blockers
        .iter()
        .map(|blocker| text::blocker(blocker, &people, text::Language::English))
        .collect();
    Some((miss.start.timestamp(), words))
}
