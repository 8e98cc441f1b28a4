//! An import in the console: read, looked at, applied by a key, taken back by one undo.

use cnm::app::{App, Msg};
use cnm::effect::{BatchRole, Effect, ImportRequest};
use cnm::import::backstage::Known;
use cnm::pane::Place;
use cnm::record::{Creator, Kind};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};
use serde_json::json;

use super::files::csv;
use super::{cached, read};
use crate::desk;

const LOOK: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Unicode,
};

/// Five rows: a change, a name in another script, an id that was rounded, a new creator, a stranger.
fn export() -> String {
    let header = [
        "Creator ID",
        "Creator's username",
        "Group",
        "Tier status",
        "Followers",
        "Data period",
        "Diamonds",
        "LIVE duration",
        "Fan contribution %",
        "Shoe size",
    ];
    let week = "2026-11-01 ~ 2026-11-16";
    let rows: [&[&str]; 5] = [
        &[
            "7359135855103475718",
            "queen",
            "Group A",
            "Tier not maintained",
            "430336",
            week,
            "2.98M",
            "119h 47m 31s",
            "∞%",
            "38",
        ],
        &[
            "7359135855103475719",
            "小雨",
            "Not in a group",
            "Ranked up",
            "12,004",
            week,
            "88.46K",
            "88.46h",
            "90.13%",
            "-",
        ],
        &[
            "7.35914E+18",
            "mango",
            "-",
            "-",
            "77",
            week,
            "12",
            "45m 20s",
            "-",
            "-",
        ],
        &[
            "7359135855103475720",
            "newcomer",
            "Group B",
            "-",
            "9",
            week,
            "1,055",
            "3h",
            "-",
            "-",
        ],
        &["-", "stranger", "-", "-", "-", week, "5", "-", "-", "-"],
    ];
    csv(&header, &rows)
}

/// A console that was given an export with something of everything in it.
fn shown(size: (u16, u16)) -> App {
    let mut app = desk::console(&desk::morning(), size);
    let there = [
        cached(
            Kind::Creator,
            "c1",
            &json!({"handle": "queen", "platform_id": "7359135855103475718", "network": "n1",
            "group": "Night shift", "tier_status": "Tier maintained", "followers": 430_100}),
        ),
        cached(
            Kind::Creator,
            "c2",
            &json!({"handle": "小雨", "platform_id": "7359135855103475719", "network": "n1"}),
        ),
    ];
    let text = export();
    let name = "Creator data 2026_11_17 06_00 UTC+0 (1).csv";
    let plan = read(
        name,
        text.as_bytes(),
        &Known::new(&there, &[], &[]),
        Some("n1"),
    )
    .unwrap();
    app.update(desk::now(), Msg::Imported(Ok(vec![plan])));
    app
}

fn text_of(app: &App) -> String {
    let lines = desk::lines(&desk::draw(app, LOOK));
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n")
}

#[test]
fn an_import_is_looked_at_before_anything_changes() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let app = shown((columns, rows));
        insta::assert_snapshot!(format!("import_{columns}x{rows}"), text_of(&app));
    }
}

#[test]
fn the_command_asks_for_a_file_and_reads_it_away_from_the_screen() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "g I");
    let typed = desk::press(&mut app, "a . x l s x enter");
    let request = ImportRequest {
        files: vec!["a.xlsx".into()],
        ..ImportRequest::default()
    };
    assert!(typed.contains(&Effect::Import(request)), "{typed:?}");
    app.update(
        desk::now(),
        Msg::Imported(Err(
            "a.xlsx: the file is empty; download the export again".into()
        )),
    );
    assert!(
        text_of(&app).contains("the file is empty"),
        "{}",
        text_of(&app)
    );
}

#[test]
fn a_key_applies_it_as_one_batch_and_one_undo_takes_it_back() {
    let mut app = shown((120, 40));
    assert!(
        app.world.table::<Creator>().record("c1").is_none(),
        "nothing is changed yet"
    );
    let effects = desk::press(&mut app, "a");
    let saved: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(batch) => Some(batch),
            _ => None,
        })
        .collect();
    assert_eq!(saved.len(), 1);
    // Two creators changed, one new, three figures for the period, three for thirty days, one record of the import.
    assert_eq!(saved[0].edits.len(), 10, "{:#?}", saved[0].edits);
    let creator = app.world.table::<Creator>().record("c1").unwrap();
    assert_eq!(
        (creator.tier_status.as_str(), creator.group.as_str()),
        ("Tier not maintained", "Night shift")
    );
    assert_ne!(app.screen.place, Place::Import);
    let effects = desk::press(&mut app, "u");
    let taken_back = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Save(batch) if matches!(batch.role, BatchRole::Undo(_)) && batch.edits.len() == 10));
    assert!(taken_back, "{effects:?}");
    assert_eq!(
        app.world
            .table::<Creator>()
            .record("c1")
            .unwrap()
            .tier_status,
        "Tier maintained"
    );
}

#[test]
fn it_can_be_dropped() {
    let mut app = shown((120, 40));
    let effects = desk::press(&mut app, "d");
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Save(_)))
    );
    assert!(app.screen.import.is_none() && app.screen.place != Place::Import);
    assert!(text_of(&app).contains("nothing was changed"));
}
