use jiff::tz::TimeZone;

use super::*;
use crate::effect::{CacheRow, RowState};

fn world() -> World {
    let now: Timestamp = "2026-11-17T16:30:00Z".parse().unwrap();
    let zone = TimeZone::get("America/Los_Angeles").unwrap();
    World::new("u1", now, zone, 7)
}

fn put(world: &mut World, kind: Kind, id: &str, fields: &str) {
    world.upsert(&CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.into(),
    });
}

#[test]
fn the_funnel_is_computed_only_where_it_is_shown_and_only_after_a_change() {
    let mut world = world();
    put(
        &mut world,
        Kind::Stage,
        "new",
        r#"{"name":"New","order":1}"#,
    );
    put(
        &mut world,
        Kind::Lead,
        "l1",
        r#"{"name":"Acme","stage":"new"}"#,
    );
    let mut figures = Figures::default();
    figures.refresh_at(
        &world,
        Place::Inbox,
        &FunnelScreen::default(),
        &Standing::default(),
    );
    assert!(figures.funnel().is_none());
    figures.refresh_at(
        &world,
        Place::Funnel,
        &FunnelScreen::default(),
        &Standing::default(),
    );
    assert_eq!(figures.funnel().unwrap().report.table.rows[0].now.n, 1);
    let before = figures.funnel.as_ref().unwrap().0.clone();
    put(&mut world, Kind::Thread, "t1", r#"{"title":"Deck"}"#);
    figures.refresh_at(
        &world,
        Place::Funnel,
        &FunnelScreen::default(),
        &Standing::default(),
    );
    assert_eq!(figures.funnel.as_ref().unwrap().0, before);
    put(
        &mut world,
        Kind::Lead,
        "l2",
        r#"{"name":"Bolt","stage":"new"}"#,
    );
    figures.refresh_at(
        &world,
        Place::Funnel,
        &FunnelScreen::default(),
        &Standing::default(),
    );
    assert_eq!(figures.funnel().unwrap().report.table.rows[0].now.n, 2);
}

#[test]
fn the_load_counts_my_open_follow_ups_by_local_day() {
    let mut world = world();
    for (id, owner, date) in [
        ("f1", "u1", "2026-11-17"),
        ("f2", "u1", "2026-11-19"),
        ("f3", "u1", "2026-11-19"),
        ("f4", "u2", "2026-11-19"),
        ("f5", "u1", "2026-11-16"),
    ] {
        let fields = format!(
            r#"{{"title":"x","state":"open","owner":"{owner}","due":{{"date":"{date}"}}}}"#
        );
        put(&mut world, Kind::FollowUp, id, &fields);
    }
    let mut figures = Figures::default();
    figures.refresh_at(
        &world,
        Place::FollowUps,
        &FunnelScreen::default(),
        &Standing::default(),
    );
    // What is late is work of today.
    assert_eq!(figures.load(), [2, 0, 2, 0, 0, 0, 0]);
    assert_eq!(figures.late(), 1);
}

#[test]
fn a_talk_in_the_books_of_several_is_shown_once_and_as_mine() {
    let mut world = world();
    for (person, user) in [("p1", "u1"), ("p2", "u2"), ("p3", "u3")] {
        let fields = format!(r#"{{"name":"{person}","user":"{user}"}}"#);
        put(&mut world, Kind::Person, person, &fields);
    }
    let talk = |owner: &str, title: &str, people: &[&str]| {
        let people: Vec<String> = (people.iter())
            .map(|person| format!(r#"{{"person":"{person}","required":true}}"#))
            .collect();
        format!(
            r#"{{"title":"{title}","owner":"{owner}","state":"confirmed","start":"2026-11-17T17:30:00Z",
                "end":"2026-11-17T17:45:00Z","attendees":[{}]}}"#,
            people.join(",")
        )
    };
    // Two books with the same stand-up; in one of them I take part.
    put(
        &mut world,
        Kind::Meeting,
        "m1",
        &talk("u2", "Stand-up", &["p2", "p3"]),
    );
    put(
        &mut world,
        Kind::Meeting,
        "m2",
        &talk("u3", "Stand-up", &["p1", "p3"]),
    );
    // Two talks of one name, of different people.
    put(
        &mut world,
        Kind::Meeting,
        "m3",
        &talk("u2", "One to one", &["p2"]),
    );
    put(
        &mut world,
        Kind::Meeting,
        "m4",
        &talk("u3", "One to one", &["p3"]),
    );
    let shown: Vec<String> = meetings(&world)
        .into_iter()
        .map(|(_, id)| id.to_string())
        .collect();
    assert_eq!(shown, ["m3", "m4", "m2"]);
}
