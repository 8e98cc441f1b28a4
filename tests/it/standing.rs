//! What figures say of a CN is part of why it needs me: where it stands in the list, and the reason in words.

use cnm::app::Msg;
use cnm::effect::{CacheRow, Load, RowState};
use cnm::list::World;
use cnm::pane::{Place, Standing, network_needs};
use cnm::record::{AnyRef, Kind};
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use crate::desk;

fn row(kind: Kind, id: &str, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn network(id: &str, name: &str) -> CacheRow {
    let fields = json!({"name": name, "owner": "u1", "lifecycle": "mature"});
    row(Kind::Network, id, &fields)
}

/// Sixteen days of November and all of October, the latter `before` a day.
fn points(id: &str, before: f64, days: &[f64]) -> [CacheRow; 2] {
    let subject = json!({"kind": "network", "id": id});
    let point = |kind: &str, first: &str, daily: Vec<f64>, as_of: &str| {
        json!({"subject": subject, "metric": "diamonds", "period_kind": kind, "period": first,
            "value": daily.iter().sum::<f64>(), "daily": daily, "n": 9, "as_of": as_of,
            "source": "warehouse", "status": "provisional"})
    };
    let october = point(
        "month",
        "2026-10-01",
        vec![before; 31],
        "2026-11-10T06:00:00Z",
    );
    let november = point("mtd", "2026-11-01", days.to_vec(), "2026-11-17T06:00:00Z");
    [
        row(Kind::MetricPoint, &format!("{id}-oct"), &october),
        row(Kind::MetricPoint, &format!("{id}-nov"), &november),
    ]
}

fn goal(id: &str, target: f64) -> CacheRow {
    let fields = json!({"subject": {"kind": "network", "id": id}, "metric": "diamonds",
        "period": "month", "starts": "2026-11-01", "target": target});
    row(Kind::Goal, &format!("{id}-goal"), &fields)
}

/// Four CNs of which nobody has said anything: only their figures tell them apart.
fn rows() -> Vec<CacheRow> {
    let mut days = [100.0; 16];
    let mut rows = vec![
        network("a-calm", "Calm"),
        network("b-behind", "Behind"),
        network("c-falls", "Falls"),
        network("d-dark", "Dark"),
    ];
    rows.extend(points("a-calm", 100.0, &days));
    rows.extend(points("b-behind", 100.0, &days));
    rows.push(goal("b-behind", 90_000.0));
    rows.extend(points("c-falls", 100.0, &[60.0; 16]));
    days[11..].fill(0.0);
    rows.extend(points("d-dark", 70.0, &days));
    rows
}

#[test]
fn dark_behind_and_falling_come_before_what_is_calm_each_with_its_reason() {
    let mut world = World::new("u1", desk::now(), TimeZone::UTC, 7);
    for row in rows() {
        world.upsert(&row);
    }
    let needs = network_needs(&world, &Standing::of(&world));
    let said: Vec<(&str, Vec<String>)> = needs
        .iter()
        .map(|need| {
            let reasons = need.reasons.iter().map(ToString::to_string).collect();
            (need.network.as_str(), reasons)
        })
        .collect();
    let ids: Vec<&str> = said.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids,
        ["d-dark", "b-behind", "c-falls", "a-calm"],
        "{said:#?}"
    );
    assert_eq!(said[0].1, ["dark for 5 d"]);
    assert_eq!(said[1].1, ["Diamonds urgent, 2 % there"]);
    assert!(said[2].1[0].starts_with("revenue -40 %"), "{said:#?}");
    assert!(said[3].1.is_empty());
    let nothing = network_needs(&world, &Standing::default());
    assert!(nothing.iter().all(|need| need.reasons.is_empty()));
}

#[test]
fn the_list_follows_when_figures_come_in_and_the_cursor_stays_on_its_row() {
    let (networks, figures): (Vec<CacheRow>, Vec<CacheRow>) = rows()
        .into_iter()
        .partition(|row| row.kind != Kind::MetricPoint);
    for moved in [false, true] {
        follows(networks.clone(), &figures, moved);
    }
}

/// Lets the figures come in; a cursor that nobody has moved stays on top, one that was moved on its row.
fn follows(networks: Vec<CacheRow>, figures: &[CacheRow], moved: bool) {
    let mut app = desk::open("u1", networks, (120, 40));
    app.screen.go(Place::Networks);
    app.update(desk::now(), Msg::Tick);
    if moved {
        desk::press(&mut app, "j k");
    }
    let order = |app: &cnm::app::App| {
        let shelf = app.screen.shelf(Place::Networks).unwrap();
        (
            shelf.list.order().to_vec(),
            shelf.list.cursor().map(str::to_owned),
        )
    };
    let (before, cursor) = order(&app);
    assert_eq!(
        before,
        ["b-behind", "a-calm", "d-dark", "c-falls"].map(str::to_owned),
        "by name"
    );
    for id in ["a-calm", "b-behind", "c-falls", "d-dark"] {
        let load = Load::Children {
            parent: AnyRef::new(Kind::Network, id),
            kind: Kind::MetricPoint,
            limit: 2_000,
        };
        let own = figures.iter().filter(|row| row.id.starts_with(id));
        app.update(desk::now(), Msg::Loaded(load, own.cloned().collect()));
    }
    let (after, kept) = order(&app);
    assert_eq!(
        after[..3],
        ["d-dark", "b-behind", "c-falls"].map(str::to_owned)
    );
    let top = Some("d-dark".to_owned());
    assert_eq!(kept, if moved { cursor } else { top });
    let look = cnm::ui::Look {
        depth: cnm::ui::Depth::Off,
        glyphs: cnm::text::Glyphs::Unicode,
    };
    let text = desk::lines(&desk::draw(&app, look)).join("\n");
    assert!(
        text.contains("dark 5d") || text.contains("dark for 5 d"),
        "{text}"
    );
}
