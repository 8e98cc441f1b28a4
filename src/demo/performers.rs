//! Creators and what they did on each of the last ninety days (UTC).
//!
//! The shape follows what operators publish: a minority is active, hours of a valid day have a median
//! of 3.0 with tenths at 2.0 and 5.2, diamonds are heavy-tailed, weekends are stronger.

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};

use crate::record::{Creator, Id};

use super::book::{Cn, Mood};
use super::calendar::{after, days_between, days_from, utc};
use super::chance::{Chance, exp, float, whole};
use super::names;
use super::world::World;

/// The days with figures of single creators.
pub(super) const DAYS: i64 = 90;

/// What one creator did on one day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Day {
    pub(super) diamonds: i64,
    /// LIVE time in tenths of an hour.
    pub(super) tenths: i64,
    pub(super) followers: i64,
    pub(super) streams: i64,
    pub(super) matches: i64,
}

impl Day {
    /// Tells whether it is a valid go LIVE day: an hour or more.
    pub(super) fn is_valid(self) -> bool {
        self.tenths >= 10
    }
}

/// A creator with the days; the first days of one who joined later are missing.
#[derive(Clone, Debug)]
pub(super) struct Performer {
    pub(super) id: Id<Creator>,
    pub(super) record: Creator,
    /// Position of the CN.
    pub(super) network: usize,
    pub(super) joined: Date,
    habit: Habit,
    /// Ninety days, oldest first; `None` before the creator joined.
    pub(super) days: Vec<Option<Day>>,
}

/// What a creator usually does.
#[derive(Clone, Copy, Debug)]
struct Habit {
    /// Probability to be live on a day.
    often: f64,
    /// Typical hours of a day with LIVE.
    hours: f64,
    /// Diamonds an hour.
    rate: f64,
}

/// The strength of a month of the year.
pub(super) fn season(date: Date) -> f64 {
    const MONTHS: [f64; 12] = [
        0.94, 0.96, 1.0, 1.0, 0.98, 0.95, 0.97, 1.0, 1.0, 1.04, 1.08, 1.16,
    ];
    let index = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    MONTHS[index.min(11)]
}

/// The strength of a day of the week.
pub(super) fn weekday(date: Date) -> f64 {
    match date.weekday() {
        Weekday::Saturday | Weekday::Sunday => 1.16,
        Weekday::Friday => 1.05,
        Weekday::Monday => 0.88,
        _ => 0.95,
    }
}

/// The growth of a CN in a month, as a share.
pub(super) fn growth(world: &World, network: usize) -> f64 {
    world.chance("growth", network).within(-0.015, 0.045)
}

/// Draws all creators with their ninety days.
pub(super) fn perform(world: &World) -> Vec<Performer> {
    let last = world.calendar.last_day;
    let stretch = stretch(days_from(last, 1 - DAYS), DAYS, last);
    let mut all = Vec::new();
    for (network, cn) in world.networks.iter().enumerate() {
        let growth = growth(world, network);
        for place in 0..cn.creators {
            all.push(draw(world, network, cn, growth, place, &stretch));
        }
    }
    all
}

/// What all creators share on one day.
#[derive(Clone, Copy, Debug)]
struct Weather {
    date: Date,
    /// Days until the last one with figures.
    left: i64,
    weekday: f64,
    season: f64,
}

/// Describes some days from the first one on.
fn stretch(first: Date, days: i64, last: Date) -> Vec<Weather> {
    (0..days)
        .map(|offset| {
            let date = days_from(first, offset);
            let left = days_between(date, last);
            Weather {
                date,
                left,
                weekday: weekday(date),
                season: season(date),
            }
        })
        .collect()
}

fn draw(
    world: &World,
    network: usize,
    cn: &Cn,
    growth: f64,
    place: usize,
    stretch: &[Weather],
) -> Performer {
    let mut chance = world.chance("creator", network * 10_000 + place);
    let last = world.calendar.last_day;
    let joined = joined(&mut chance, cn, place, last);
    let made = after(
        utc(joined),
        SignedDuration::from_hours(chance.between(1, 22)),
    );
    let id: Id<Creator> = Id::new(chance.id(made));
    let habit = habit(&mut chance, cn, place);
    let days: Vec<Option<Day>> = stretch
        .iter()
        .map(|day| {
            (day.date >= joined).then(|| {
                let trend = 1.0 - growth * float(day.left) / 30.0;
                live(&mut chance, habit, cn.mood, day, trend)
            })
        })
        .collect();
    let first = days_from(last, 1 - DAYS);
    let handle = match cn.handles.get(place) {
        Some(handle) => handle.clone(),
        None => names::handle(&mut chance),
    };
    let record = creator(world, &mut chance, cn, handle, joined, &days, first);
    Performer {
        id,
        record,
        network,
        joined,
        habit,
        days,
    }
}

fn joined(chance: &mut Chance, cn: &Cn, place: usize, last: Date) -> Date {
    let age = days_between(cn.signed, last).max(2);
    let days = if place < 3 {
        // Those whom people talk about have been there for a while.
        age - 1
    } else if chance.yes(0.05) {
        chance.between(1, (age - 1).min(85))
    } else {
        chance.between((age / 8).max(95).min(age - 1), age - 1)
    };
    days_from(last, -days)
}

fn habit(chance: &mut Chance, cn: &Cn, place: usize) -> Habit {
    let kind = if place < 3 { 0.0 } else { chance.unit() };
    let often = if kind < 0.42 {
        chance.within(0.45, 0.92)
    } else if kind < 0.78 {
        chance.within(0.06, 0.32)
    } else {
        chance.within(0.0, 0.02)
    };
    let hours = 3.0 * exp(0.25 * chance.normal()) * if kind < 0.42 { 1.0 } else { 0.55 };
    // The first places carry a CN: a share that falls with the rank.
    let rank = 1.0 + 14.0 / (float(i64::try_from(place).unwrap_or(i64::MAX / 2)) + 1.0);
    let size = if cn.creators > 100 { 1.0 } else { 0.8 };
    let rate = 170.0 * size * rank * exp(0.9 * chance.normal());
    Habit { often, hours, rate }
}

fn live(chance: &mut Chance, habit: Habit, mood: Mood, day: &Weather, trend: f64) -> Day {
    let left = day.left;
    let push = match mood {
        Mood::Dark if left < 6 => return Day::default(),
        // The push before the silence; the middle of the month looked better than ever.
        Mood::Dark if left < 16 => 1.5,
        Mood::Behind if left < 24 => 0.8,
        _ => 1.0,
    };
    let busy = day.weekday;
    if !chance.yes((habit.often * busy * push).min(0.97)) {
        return Day::default();
    }
    let hours = (habit.hours * exp(0.28 * chance.normal())).clamp(0.1, 12.0);
    let tenths = whole(hours * 10.0);
    let diamonds =
        hours * habit.rate * trend * day.season * busy * push * exp(0.35 * chance.normal());
    Day {
        diamonds: whole(diamonds),
        tenths,
        followers: whole(hours * chance.within(0.5, 9.0)),
        streams: 1 + i64::from(chance.yes(0.22)),
        matches: if chance.yes(0.4) {
            chance.between(1, 9)
        } else {
            0
        },
    }
}

fn creator(
    world: &World,
    chance: &mut Chance,
    cn: &Cn,
    handle: String,
    joined: Date,
    days: &[Option<Day>],
    first: Date,
) -> Creator {
    let last_live = (0..)
        .zip(days)
        .filter(|(_, day)| day.is_some_and(|day| day.streams > 0))
        .map(|(offset, _)| days_from(first, offset))
        .last();
    let trial = days_between(joined, world.calendar.last_day) < 7;
    let tier = *chance.pick(&[
        "Tier maintained",
        "Tier maintained",
        "Tier not maintained",
        "Ranked up",
    ]);
    let former = if chance.yes(0.05) {
        vec![names::handle(chance)]
    } else {
        Vec::new()
    };
    Creator {
        name: names::display_name(chance, &handle),
        handle,
        // Nineteen digits: beyond what a floating number holds.
        platform_id: format!("7{:018}", chance.between(0, 999_999_999_999_999_999)),
        former_handles: former,
        network: Some(cn.id.clone()),
        group: if chance.yes(0.2) {
            String::new()
        } else {
            format!("Group {}", *chance.pick(&["A", "B", "C", "Night"]))
        },
        manager: world.people[cn.staff].record.name.clone(),
        joined_at: Some(joined),
        relationship_status: if trial {
            "Trial ongoing".into()
        } else {
            "Managed by Creator Network".into()
        },
        invitation_type: (*chance.pick(&["Standard", "Standard", "Premium"])).into(),
        graduation_status: if days_between(joined, world.calendar.last_day) > 60 {
            "Non-new creator".into()
        } else {
            "Active".into()
        },
        tier_status: tier.into(),
        followers: Some(whole(900.0 * exp(1.5 * chance.normal())) + chance.between(20, 400)),
        last_live_at: last_live.map(|date| evening_of(date, chance)),
        ..Creator::default()
    }
}

fn evening_of(date: Date, chance: &mut Chance) -> Timestamp {
    after(
        utc(date),
        SignedDuration::from_mins(chance.between(30, 1400)),
    )
}

impl Performer {
    /// Draws the days of an earlier month, for the figures of the past.
    pub(super) fn earlier(&self, world: &World, first: Date, days: i64) -> Vec<Option<Day>> {
        let last = world.calendar.last_day;
        let label = usize::try_from(days_between(first, last)).unwrap_or(0);
        let mut chance = world.chance(self.id.as_str(), label);
        stretch(first, days, last)
            .iter()
            .map(|day| {
                (day.date >= self.joined)
                    .then(|| live(&mut chance, self.habit, Mood::Steady, day, 0.9))
            })
            .collect()
    }
}
