//! Wall clocks, days and working hours against shared vectors.

use std::path::PathBuf;

use cnm::when::hours::{WeekHours, Window, next_start};
use cnm::when::wall::{self, WallKind};
use cnm::when::zone::load;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use serde_json::Value;

fn vectors(kind: &str) -> Vec<Value> {
    let path = std::env::var_os("CNM_SLOTS_VECTORS").map_or_else(
        || {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join("shared/data/slots_vectors.json")
        },
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!(
            "SKIPPED: no vectors at {}; set CNM_SLOTS_VECTORS to their file",
            path.display()
        );
        return Vec::new();
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let cases: Vec<Value> = file["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["kind"] == kind)
        .cloned()
        .collect();
    println!("{} vectors of kind {kind}", cases.len());
    cases
}

fn text<'a>(case: &'a Value, place: &str, name: &str) -> &'a str {
    case[place][name].as_str().unwrap()
}

#[test]
fn walls_become_instants() {
    for case in vectors("local_to_utc") {
        if case["in"]["disambiguation"]
            .as_str()
            .is_some_and(|way| way != "compatible")
        {
            continue;
        }
        let zone = load(text(&case, "in", "zone")).unwrap();
        let local: DateTime = text(&case, "in", "local").parse().unwrap();
        let wanted: Timestamp = text(&case, "out", "utc").parse().unwrap();
        assert_eq!(wall::instant(local, &zone), wanted, "{case}");
    }
}

#[test]
fn skipped_and_doubled_walls_are_known() {
    for case in vectors("local_kind") {
        let zone = load(text(&case, "in", "zone")).unwrap();
        let local: DateTime = text(&case, "in", "local").parse().unwrap();
        let found = match wall::kind(local, &zone) {
            WallKind::Once => "unambiguous",
            WallKind::Skipped => "gap",
            WallKind::Twice(_) => "fold",
        };
        assert_eq!(found, text(&case, "out", "kind"), "{case}");
    }
}

#[test]
fn days_start_and_last_as_they_should() {
    for case in vectors("day") {
        let zone = load(text(&case, "in", "zone")).unwrap();
        let date: Date = text(&case, "in", "date").parse().unwrap();
        let start = wall::day_start(date, &zone).unwrap();
        let wanted: DateTime = text(&case, "out", "starts_local").parse().unwrap();
        assert_eq!(zone.to_datetime(start), wanted, "{case}");
        let minutes = wall::day_end(date, &zone).duration_since(start).as_mins();
        assert_eq!(Some(minutes), case["out"]["minutes"].as_i64(), "{case}");
    }
}

/// The starts of working time within a range are the starts of the expected windows.
#[test]
fn working_time_starts_where_it_should() {
    for case in vectors("working_hours") {
        let zone = load(text(&case, "in", "zone")).unwrap();
        let mut hours = WeekHours::new();
        for (day, windows) in case["in"]["working"].as_object().unwrap() {
            let weekday = Weekday::from_monday_zero_offset(day.parse().unwrap()).unwrap();
            for window in windows.as_array().unwrap() {
                let (start, end) = (window[0].as_str().unwrap(), window[1].as_str().unwrap());
                hours.add(weekday, Window::parse(start, end).unwrap());
            }
        }
        let plain = case["in"]
            .as_object()
            .unwrap()
            .keys()
            .all(|key| ["zone", "working", "range"].contains(&key.as_str()));
        if !plain {
            println!("{} has more than hours, left out", case["id"]);
            continue;
        }
        let range: Vec<Timestamp> = case["in"]["range"]
            .as_array()
            .unwrap()
            .iter()
            .map(|end| end.as_str().unwrap().parse().unwrap())
            .collect();
        let wanted: Vec<Timestamp> = case["out"]
            .as_array()
            .unwrap()
            .iter()
            .map(|window| window[0].as_str().unwrap().parse().unwrap())
            .filter(|start| *start > range[0])
            .collect();
        let found: Vec<Timestamp> =
            std::iter::successors(next_start(range[0], &zone, &hours), |start| {
                next_start(*start, &zone, &hours)
            })
            .take_while(|start| *start < range[1])
            .collect();
        assert_eq!(found, wanted, "{case}");
    }
}
