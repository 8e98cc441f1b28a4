//! Calendars: Ana's meetings of the week, some of her team-mates', and four weeks of busy blocks.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::record::{Attendee, BusyBlock, Circle, Id, Meeting, MeetingState};

use super::calendar::{days_from, instant, is_weekend, minutes_after, zone};
use super::chance::Chance;
use super::fill::{Subject, fill};
use super::offices::{
    BLOOM, CHEN_SG, GOH, GU, HE, JOAN, KEZIA, LIM, MIZUNO, NURUL, RAVI, SHEN, TEO, THEO,
};
use super::script::Who;
use super::texts::library::{BUSY, MEETINGS};
use super::world::World;

/// Makes the meetings of the week.
pub(super) fn meetings(world: &World) -> Vec<(Id<Meeting>, Meeting)> {
    let calendar = &world.calendar;
    let weekday = i64::from(calendar.today.weekday().to_monday_zero_offset());
    let mut all = Vec::new();
    for user in 0..4 {
        for (index, planned) in MEETINGS.iter().enumerate() {
            if user > 0 && (index + user) % 3 != 0 {
                continue;
            }
            let mut chance = world.chance("meeting", user * 100 + index);
            let network = planned.network.map(|slot| {
                if user == 0 {
                    slot
                } else {
                    24 + (user - 1) * 9 + slot % 9
                }
            });
            let start = calendar.local(planned.day - weekday, planned.hour, planned.minute);
            let about = Subject {
                network,
                lead: None,
            };
            let state = MeetingState::from(planned.state);
            let record = Meeting {
                title: fill(world, &mut chance, planned.title, "en", about),
                start: Some(start),
                end: Some(minutes_after(start, planned.minutes)),
                zone: super::calendar::HOME.into(),
                attendees: attendees(world, planned.title, user, network),
                expires_at: (state == MeetingState::Held).then(|| calendar.local(2, 18, 0)),
                state,
                owner: Some(world.users[user].0.clone()),
                network: network.map(|index| world.networks[index].id.clone()),
                notes_url: format!(
                    "https://docs.example/notes/{}",
                    chance.between(10_000, 99_999)
                ),
                ..Meeting::default()
            };
            let made = calendar.days_ago(chance.between(5, 12), chance.between(0, 500));
            all.push((Id::new(chance.id(made)), record));
        }
    }
    all
}

fn attendees(world: &World, title: &str, user: usize, network: Option<usize>) -> Vec<Attendee> {
    let others: &[Who] = match title {
        "Team stand-up" => &[JOAN, THEO, KEZIA, RAVI],
        "Pipeline review" | "Portfolio review with Joan" => &[JOAN],
        "Asia sync" => &[SHEN, TEO, LIM],
        "Appeals clinic with Singapore" => &[NURUL, CHEN_SG],
        "Contract questions with Legal" => &[BLOOM],
        "Incentive rules with Shanghai" | "Incentive review" => &[HE, SHEN],
        "Campaign clinic" => &[GU, GOH, MIZUNO],
        _ => &[],
    };
    let me = world.users[user].1.person.clone().unwrap_or_default();
    let mut people = vec![me];
    people.extend(
        others
            .iter()
            .map(|who| world.people[world.person(*who, None, None)].id.clone()),
    );
    people.extend(network.map(|index| world.people[world.networks[index].owner].id.clone()));
    let mut attendees: Vec<Attendee> = Vec::new();
    for person in people {
        if !attendees.iter().any(|known| known.person == person) {
            let required = attendees.len() < 3;
            attendees.push(Attendee { person, required });
        }
    }
    attendees
}

/// Makes the busy blocks of Ana, her colleagues and a few owners for four weeks.
pub(super) fn busy(world: &World) -> Vec<(Id<BusyBlock>, BusyBlock)> {
    let owners: Vec<usize> = [0, 3, 4, 6, 9, 13]
        .iter()
        .map(|slot| world.networks[*slot].owner)
        .collect();
    let colleagues = (0..world.people.len())
        .filter(|index| world.people[*index].record.circle == Circle::Colleague);
    let mut all = Vec::new();
    for person in colleagues.chain(owners) {
        let mut chance = world.chance("busy", person);
        for offset in -1..27 {
            let date = world.calendar.day(offset);
            if !is_weekend(date) {
                day(world, &mut chance, person, date, &mut all);
            }
        }
    }
    all
}

fn day(
    world: &World,
    chance: &mut Chance,
    person: usize,
    date: Date,
    all: &mut Vec<(Id<BusyBlock>, BusyBlock)>,
) {
    let who = &world.people[person];
    let zone = zone(&who.record.zone);
    let mut minute = 9 * 60 + chance.between(0, 4) * 30;
    for _ in 0..chance.between(2, 5) {
        let length = *chance.pick(&[30, 30, 45, 60, 60, 90]);
        if minute + length > 19 * 60 {
            break;
        }
        let start = at(&zone, date, minute, world.calendar.now);
        let end = minutes_after(start, length);
        minute += length + chance.between(1, 6) * 15;
        if kept_free(world, start, end) {
            continue;
        }
        let block = BusyBlock {
            person: Some(who.id.clone()),
            start: Some(start),
            end: Some(end),
            title: (*chance.pick(BUSY)).into(),
            source: "calendar".into(),
        };
        let made = world.calendar.days_ago(chance.between(6, 20), 0);
        all.push((Id::new(chance.id(made)), block));
    }
}

fn at(zone: &jiff::tz::TimeZone, date: Date, minute: i64, fallback: Timestamp) -> Timestamp {
    let date = days_from(date, minute / 1440);
    let hour = i8::try_from(minute / 60 % 24).unwrap_or(0);
    let minute = i8::try_from(minute % 60).unwrap_or(0);
    instant(zone, date.at(hour, minute, 0, 0), fallback)
}

/// Tells whether a block would close the windows of tonight in which Los Angeles and Asia can meet.
fn kept_free(world: &World, start: Timestamp, end: Timestamp) -> bool {
    [(17, 0, 45), (18, 30, 60), (20, 0, 45)]
        .iter()
        .any(|(hour, minute, length)| {
            let from = world.calendar.local(0, *hour, *minute);
            start < minutes_after(from, *length) && end > from
        })
}
