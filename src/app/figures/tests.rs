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
