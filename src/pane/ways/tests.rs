use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::effect::{CacheRow, RowState};
use crate::pane::{funnel_report, journeys};

const STAGES: [(&str, &str); 6] = [
    ("new", ""),
    ("meeting", ""),
    ("proposal", ""),
    ("signed", "won"),
    ("lost", "lost"),
    ("parked", "parked"),
];

fn put(world: &mut World, kind: Kind, id: &str, fields: &serde_json::Value) {
    world.upsert(&CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    });
}

fn start() -> World {
    let now: Timestamp = "2026-11-17T16:30:00Z".parse().unwrap();
    let mut world = World::new("u0", now, TimeZone::UTC, 7);
    for (order, (id, terminal)) in STAGES.iter().enumerate() {
        let fields = json!({"name": id, "order": order + 1, "limit_days": 7, "terminal": terminal});
        put(&mut world, Kind::Stage, id, &fields);
    }
    for (user, team) in [("u0", "t1"), ("u1", "t1"), ("u2", "t2")] {
        let fields = json!({"name": user, "role": "cnm", "team": team});
        put(&mut world, Kind::User, user, &fields);
    }
    put(&mut world, Kind::Team, "t1", &json!({"name": "one"}));
    world
}

/// What can happen between two looks at the figures.
#[derive(Clone, Debug)]
enum Happening {
    /// A lead is as it says here: stage, owner, when it came and entered its stage, in hours from now.
    Lead(u8, usize, u8, i64, Option<i64>, Option<u8>),
    /// An event says so: number, lead, from, to, hours from now, by whom, whether it takes one back.
    Event(u8, u8, usize, usize, i64, u8, bool),
    /// A lead is gone.
    LeadGone(u8),
    /// An event is gone, because it was taken back before it was sent.
    EventGone(u8),
    /// Time goes on by so many hours.
    Hours(i64),
    /// Somebody changes the team.
    Moves(u8, bool),
    /// A stage gets another place.
    Stage(usize, u8),
    /// All events come in at once.
    Everything,
    /// Others are looked at.
    Reach(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    let stage = 0..STAGES.len();
    prop_oneof![
        6 => (0..8_u8, stage.clone(), 0..3_u8, -900..60_i64, prop::option::of(-900..60_i64), prop::option::weighted(0.1, 0..8_u8))
            .prop_map(|(id, stage, owner, came, entered, merged)| Happening::Lead(id, stage, owner, came, entered, merged)),
        8 => (0..24_u8, 0..8_u8, stage.clone(), stage.clone(), -900..60_i64, 0..3_u8, prop::bool::weighted(0.2))
            .prop_map(|(id, lead, from, to, at, by, undo)| Happening::Event(id, lead, from, to, at, by, undo)),
        1 => (0..8_u8).prop_map(Happening::LeadGone),
        2 => (0..24_u8).prop_map(Happening::EventGone),
        3 => (0..80_i64).prop_map(Happening::Hours),
        1 => (0..3_u8, any::<bool>()).prop_map(|(user, one)| Happening::Moves(user, one)),
        1 => (stage, 0..9_u8).prop_map(|(stage, order)| Happening::Stage(stage, order)),
        1 => Just(Happening::Everything),
        2 => (0..Reach::ALL.len()).prop_map(Happening::Reach),
    ]
}

fn happen(world: &mut World, reach: &mut Reach, what: &Happening) {
    let now = world.view.now;
    let at = |hours: i64| (now + SignedDuration::from_hours(hours)).to_string();
    match what {
        Happening::Lead(id, stage, owner, came, entered, merged) => {
            let merged = merged.filter(|other| other != id);
            let fields = json!({
                "name": format!("Lead {id}"), "stage": STAGES[*stage].0, "owner": format!("u{owner}"),
                "source": "inbound", "created_at": at(*came), "entered_at": entered.map(at),
                "duplicate_of": merged.map(|other| format!("l{other}")),
            });
            put(world, Kind::Lead, &format!("l{id}"), &fields);
        }
        Happening::Event(id, lead, from, to, hours, by, undo) => {
            let fields = json!({
                "lead": format!("l{lead}"), "from": STAGES[*from].0, "to": STAGES[*to].0,
                "at": at(*hours), "by": format!("u{by}"),
                "source": if *undo { StageEvent::UNDO } else { "" },
            });
            put(world, Kind::StageEvent, &format!("e{id}"), &fields);
        }
        Happening::LeadGone(id) => {
            world.take(Kind::Lead, &format!("l{id}"));
        }
        Happening::EventGone(id) => {
            world.take(Kind::StageEvent, &format!("e{id}"));
        }
        Happening::Hours(hours) => world.view.now = now + SignedDuration::from_hours(*hours),
        Happening::Moves(user, one) => {
            let team = if *one { "t1" } else { "t2" };
            let fields = json!({"name": "x", "role": "cnm", "team": team});
            put(world, Kind::User, &format!("u{user}"), &fields);
        }
        Happening::Stage(stage, order) => {
            let (id, terminal) = STAGES[*stage];
            let fields = json!({"name": id, "order": order, "limit_days": 7, "terminal": terminal});
            put(world, Kind::Stage, id, &fields);
        }
        Happening::Everything => {
            world.table_mut::<StageEvent>();
        }
        Happening::Reach(at) => *reach = Reach::ALL[*at],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happens, in whatever order: the ways that were kept are those that reading everything anew
    /// gives, and so are all figures.
    #[test]
    fn kept_ways_give_the_figures_of_all_records(
        rounds in prop::collection::vec(prop::collection::vec(happening(), 1..6), 1..12),
    ) {
        let mut world = start();
        let mut reach = Reach::Everyone;
        let mut ways = Ways::default();
        for round in &rounds {
            for what in round {
                happen(&mut world, &mut reach, what);
            }
            ways.follow(&world, reach);
            let (kept, anew) = (ways.journeys(&world), journeys(&world, reach));
            let stays = |of: &Journeys<'_>| -> Vec<(String, Vec<Stay>, u64)> {
                let of = of.all().iter();
                of.map(|one| (one.id.to_string(), one.stays.to_vec(), one.reopened)).collect()
            };
            prop_assert_eq!(stays(&kept), stays(&anew));
            prop_assert_eq!(
                funnel_report(&world, reach, &kept),
                funnel_report(&world, reach, &anew)
            );
        }
    }
}

#[test]
fn a_step_of_one_lead_reads_one_way_anew() {
    let mut world = start();
    for id in 0..50 {
        let fields =
            json!({"name": id.to_string(), "stage": "new", "created_at": "2026-11-01T00:00:00Z"});
        put(&mut world, Kind::Lead, &format!("l{id}"), &fields);
    }
    let mut ways = Ways::default();
    ways.follow(&world, Reach::Everyone);
    let before = world.table::<Lead>().visits();
    let fields = json!({"name": "7", "stage": "meeting", "created_at": "2026-11-01T00:00:00Z",
        "entered_at": "2026-11-17T16:30:00Z"});
    put(&mut world, Kind::Lead, "l7", &fields);
    let event = json!({"lead": "l7", "from": "new", "to": "meeting", "at": "2026-11-17T16:30:00Z"});
    put(&mut world, Kind::StageEvent, "e1", &event);
    let visited = world.table::<Lead>().visits() - before;
    ways.follow(&world, Reach::Everyone);
    let read = world.table::<Lead>().visits() - before - visited;
    assert_eq!(read, 1, "leads were looked at that nothing happened to");
    assert_eq!(ways.stays(&Id::new("l7")).len(), 2);
}
