//! The hours of this evening on Today, who comes by name, and what the slots place keeps from key to key.

use cnm::app::App;
use cnm::command::{Desk, Timetable, tonight};
use cnm::effect::{CacheRow, RowState};
use cnm::pane::SlotsScreen;
use cnm::record::{Id, Kind};
use jiff::Timestamp;
use serde_json::json;

use crate::desk;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn row(kind: Kind, id: &str, fields: &serde_json::Value) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 3,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn open(rows: &[CacheRow], keys: &str) -> App {
    let mut app = desk::open("ana", rows.to_vec(), (120, 40));
    desk::press(&mut app, keys);
    app
}

#[test]
fn today_names_the_hours_of_the_evening_in_which_those_whom_i_meet_can_come() {
    let app = open(&desk::morning(), "1");
    let found = app.figures.tonight().unwrap();
    assert_eq!(found.day.to_string(), "2026-11-17");
    let evening = &found.rows[0];
    let people: Vec<&str> = evening.people.iter().map(Id::as_str).collect();
    assert_eq!(people, ["p-chen", "p-ng"]);
    assert!(evening.everyone);
    // 17:00 to 18:00 and 20:00 to 21:00 in Los Angeles: Chen is busy in between.
    assert_eq!(
        evening.windows,
        [
            (at("2026-11-18T01:00:00Z"), at("2026-11-18T02:00:00Z")),
            (at("2026-11-18T04:00:00Z"), at("2026-11-18T05:00:00Z")),
        ]
    );
    // From half past nine on Chen is at work, and that costs least.
    assert_eq!(evening.best, Some(at("2026-11-18T01:30:00Z")));
    let look = cnm::ui::Look {
        depth: cnm::ui::Depth::Off,
        glyphs: cnm::text::Glyphs::Unicode,
    };
    let shown = desk::lines(&desk::draw(&app, look)).join("\n");
    assert!(
        shown.contains("17:00–18:00 best 17:30 SHA Wed 18 09:30"),
        "{shown}"
    );
    // What comes into a calendar closes the hour.
    let mut rows = desk::morning();
    rows.push(row(
        Kind::BusyBlock,
        "late",
        &json!({ "person": "p-ng", "start": "2026-11-18T00:45:00Z", "end": "2026-11-18T02:00:00Z" }),
    ));
    let app = open(&rows, "1");
    let evening = &app.figures.tonight().unwrap().rows[0];
    assert_eq!(evening.windows.len(), 1);
    assert_eq!(evening.best, Some(at("2026-11-18T04:00:00Z")));
}

#[test]
fn late_at_night_it_is_the_evening_of_tomorrow() {
    let mut app = open(&desk::morning(), "1");
    app.world.view.now = at("2026-11-18T06:59:00Z");
    assert_eq!(tonight(&app.world).unwrap().day.to_string(), "2026-11-17");
    app.world.view.now = at("2026-11-18T07:00:00Z");
    let found = tonight(&app.world).unwrap();
    assert_eq!(found.day.to_string(), "2026-11-18");
    let now = app.world.view.now;
    assert!(
        (found.rows.iter())
            .flat_map(|row| &row.windows)
            .all(|(from, _)| *from > now)
    );
}

#[test]
fn whoever_is_shown_is_taken_out_by_a_name_that_others_share_and_a_wrong_name_changes_nothing() {
    let mut rows = desk::morning();
    rows.push(row(
        Kind::Person,
        "p-other",
        &json!({ "name": "Chen Yue", "zone": "Asia/Tokyo" }),
    ));
    let mut app = open(&rows, "6");
    let shown = |app: &App| -> Vec<String> {
        let guests = &app.figures.timetable().unwrap().guests;
        guests
            .iter()
            .map(|guest| guest.person.to_string())
            .collect()
    };
    let before = shown(&app);
    assert_eq!(before, ["p-ana", "p-chen", "p-ng"]);
    app.run_line("slot with '-ng, +Zaphod'");
    desk::wait(&mut app, jiff::SignedDuration::from_secs(1));
    assert_eq!(shown(&app), before);
    app.run_line("slot with '-chen yue'");
    desk::wait(&mut app, jiff::SignedDuration::from_secs(1));
    assert_eq!(shown(&app), ["p-ana", "p-ng"]);
    app.run_line("slot with '+p-chen, ng'");
    desk::wait(&mut app, jiff::SignedDuration::from_secs(1));
    assert_eq!(
        shown(&app),
        ["p-ana", "p-ng", "p-chen"],
        "the same person twice is one"
    );
}

#[test]
fn what_is_kept_from_key_to_key_gives_the_timetable_that_a_new_search_gives() {
    let app = open(&desk::morning(), "6");
    let mut kept = Desk::default();
    let mut slots = SlotsScreen::default();
    let all: Vec<Id<cnm::record::Person>> = ["p-ana", "p-chen", "p-ng"].map(Id::new).to_vec();
    let mut seed = 5_u32;
    let mut next = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    for _ in 0..60 {
        match next(6) {
            0 => slots.minutes = i64::from(15 * (1 + next(8))),
            1 => slots.step = [15, 30, 60][usize::try_from(next(3)).unwrap()],
            2 => {
                let days = i64::from(next(40));
                let first = jiff::civil::date(2026, 11, 17);
                slots.day = first.checked_add(jiff::Span::new().days(days)).ok();
            }
            3 => slots.days = i64::from(1 + next(20)),
            4 => {
                let one = all[usize::try_from(next(3)).unwrap()].clone();
                if slots.optional.contains(&one) {
                    slots.optional.retain(|other| *other != one);
                } else {
                    slots.optional.push(one);
                }
            }
            _ => slots.people = all[..usize::try_from(1 + next(3)).unwrap()].to_vec(),
        }
        let again = Timetable::at(&mut kept, &app.world, &slots).unwrap();
        let anew = Timetable::of(&app.world, &slots).unwrap();
        assert_eq!(again.offers, anew.offers, "{slots:?}");
        assert_eq!(again.guests, anew.guests, "{slots:?}");
        assert_eq!(again.turnout, anew.turnout, "{slots:?}");
        assert_eq!(
            (again.found, again.fairest, again.miss, again.cells),
            (anew.found, anew.fairest, anew.miss, anew.cells)
        );
    }
}

#[test]
fn a_series_to_which_nobody_can_come_still_says_whose_clock_moves() {
    let mut app = open(&desk::morning(), "6");
    // A Sunday at one in the night; Los Angeles changes its clocks on 14 March, an hour after the third meeting.
    app.screen.slots.day = Some(jiff::civil::date(2027, 2, 28));
    app.screen.slots.cell = 2;
    desk::press(&mut app, "s");
    let series = app.figures.timetable().unwrap().series.clone().unwrap();
    assert!(
        series
            .rows
            .iter()
            .all(|row| !row.possible && !row.absent.is_empty())
    );
    let moved: Vec<Vec<usize>> = (series.rows.iter())
        .map(|row| row.moved.iter().map(|(person, _)| *person).collect())
        .collect();
    let nobody: Vec<usize> = Vec::new();
    assert_eq!(moved[3], [1, 2], "{moved:?}");
    assert!(
        moved
            .iter()
            .enumerate()
            .all(|(at, who)| at == 3 || *who == nobody)
    );
}
