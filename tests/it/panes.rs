//! What the panes of funnel, CNs, follow-ups and slots say, held against the answers of the demo.

use std::collections::BTreeMap;

use cnm::app::{App, Mode, Msg};
use cnm::effect::{CacheRow, ConflictField, Effect, OutboxState, Resolution, RowState};
use cnm::pane::Place;
use cnm::record::{Kind, Meeting, MeetingState};
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};
use serde_json::json;

use crate::desk;
use crate::pictures::cache::Cache;

const PLAIN: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Ascii,
};

/// Opens the morning of the demo and goes to a place, everything read that it asks for.
fn morning(cache: &Cache, keys: &str) -> App {
    let (mut app, effects) = desk::opened(&cache.me, cache.working(), (120, 40));
    cache.answer(&mut app, &effects);
    for key in keys.split(' ') {
        let effects = desk::press(&mut app, key);
        cache.answer(&mut app, &effects);
    }
    app
}

fn screen(app: &App) -> String {
    desk::lines(&desk::draw(app, PLAIN)).join("\n")
}

#[test]
fn the_panes_say_what_the_morning_holds() {
    let cache = Cache::morning();
    let app = morning(&cache, "3");
    let figures = app.figures.funnel().unwrap();
    assert!(figures.history);
    let over: u64 = figures
        .report
        .table
        .rows
        .iter()
        .map(|row| row.rot.over.hits)
        .sum();
    assert_eq!(over, 12, "leads over the limit of their stage");
    let small: usize = app.screen.tally.stages.iter().map(|stage| stage.over).sum();
    assert_eq!(small, 12, "Today and the list count as the picture does");
    assert!(figures.report.lost.n > 0);
    assert!(figures.report.holes.biggest().is_some());
    let shown: usize = app.screen.tally.rungs.values().sum();
    let list = &app.screen.shelf(Place::Funnel).unwrap().list;
    assert_eq!(shown, list.len());
    let shown = screen(&app);
    assert!(shown.contains(&format!("{} open of ", list.len())));
    assert!(shown.contains(&format!(" {} lost", figures.report.lost.n)));

    let app = morning(&cache, "4");
    let networks = app.screen.shelf(Place::Networks).unwrap().list.order();
    assert_eq!(networks.len(), 24);
    let known = |id: &&String| {
        let id = cnm::record::Id::new(id);
        app.courses.leading(&id).is_some()
    };
    assert_eq!(networks.iter().filter(known).count(), 24);

    let app = morning(&cache, "5");
    let shown = screen(&app);
    assert!(
        shown.contains("41 open - 17 overdue - oldest 23d"),
        "{shown}"
    );
    assert!(shown.contains("Overdue 17"), "{shown}");
    let rows: usize = app.screen.tally.stretches.values().sum();
    assert_eq!(rows, 41);
}

#[test]
fn a_best_time_suits_everyone_and_everyone_is_me_and_those_i_meet() {
    let cache = Cache::morning();
    let app = morning(&cache, "6");
    let table = app.figures.timetable().unwrap();
    let me = app.world.me().unwrap().person.clone().unwrap();
    assert_eq!(table.guests[0].person, me);
    let mut zones: BTreeMap<String, usize> = BTreeMap::new();
    for guest in &table.guests {
        *zones.entry(cnm::when::zone::name(&guest.zone)).or_default() += 1;
    }
    assert!(zones.len() >= 3, "{zones:?}");
    assert!(zones.values().all(|people| *people <= 2), "{zones:?}");
    assert!(!table.offers.is_empty());
    for offer in &table.offers {
        let Some(half) = table.cells.iter().position(|at| *at == offer.start) else {
            continue;
        };
        assert_eq!(table.turnout[half], table.guests.len());
        assert_eq!(table.free(half), table.guests.len());
    }
    for (half, turnout) in table.turnout.iter().enumerate() {
        assert!(*turnout <= table.free(half));
    }
}

#[test]
fn the_day_is_stepped_and_begins_with_the_hours_in_which_one_meets() {
    let cache = Cache::morning();
    let mut app = morning(&cache, "6");
    let first = app.figures.timetable().unwrap().day;
    let shown = screen(&app);
    // Header and frame stand above the first person.
    let hours = shown.lines().nth(2).unwrap();
    assert!(hours.contains(" 22 ") && !hours.contains(" 03 "), "{hours}");
    desk::press(&mut app, "J J");
    let later = app.figures.timetable().unwrap().day;
    assert_eq!((later - first).get_days(), 2);
    desk::press(&mut app, "K t");
    assert_eq!(app.figures.timetable().unwrap().day, first);
    // The first hours of the day come into sight with the cursor.
    for _ in 0..40 {
        desk::press(&mut app, "h");
    }
    let shown = screen(&app);
    assert!(shown.lines().nth(2).unwrap().contains(" 03 "), "{shown}");
}

#[test]
fn b_goes_to_the_best_time_enter_holds_it_and_u_gives_it_free() {
    let cache = Cache::morning();
    let mut app = morning(&cache, "6 b");
    let table = app.figures.timetable().unwrap().clone();
    let best = table.offers[0].start;
    assert_eq!(table.cells[app.screen.slots.cell], best);
    let effects = desk::press(&mut app, "enter");
    let saves = |effect: &&Effect| matches!(effect, Effect::Save(_));
    assert_eq!(effects.iter().filter(saves).count(), 1);
    let held = |app: &App| {
        app.world
            .table::<Meeting>()
            .records()
            .filter(|(_, meeting)| {
                meeting.start == Some(best) && meeting.state == MeetingState::Held
            })
            .map(|(_, meeting)| meeting.attendees.len())
            .collect::<Vec<_>>()
    };
    assert_eq!(held(&app), [table.guests.len()]);
    let now = app.figures.timetable().unwrap();
    assert_eq!(now.free(app.screen.slots.cell), 0, "the time is taken");
    desk::press(&mut app, "u");
    assert!(held(&app).is_empty());
    let effects = desk::press(&mut app, "y");
    let copied = effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains(&table.offers[0].words));
}

#[test]
fn whoever_is_added_joins_those_who_are_shown() {
    let cache = Cache::morning();
    let mut app = morning(&cache, "6");
    let before: Vec<_> = guests(&app);
    let other = app
        .world
        .table::<cnm::record::Person>()
        .records()
        .find(|(id, person)| !person.zone.is_empty() && !before.contains(id))
        .map(|(id, _)| id.clone())
        .unwrap();
    app.run_line(&format!("slot with +{other}"));
    desk::wait(&mut app, jiff::SignedDuration::from_secs(1));
    let mut wanted = before.clone();
    wanted.push(other.clone());
    assert_eq!(guests(&app), wanted);
    app.run_line(&format!("slot with -{other}"));
    desk::wait(&mut app, jiff::SignedDuration::from_secs(1));
    assert_eq!(guests(&app), before);
}

fn guests(app: &App) -> Vec<cnm::record::Id<cnm::record::Person>> {
    let table = app.figures.timetable().unwrap();
    table
        .guests
        .iter()
        .map(|guest| guest.person.clone())
        .collect()
}

#[test]
fn keys_of_a_cn_go_to_its_threads_leads_and_follow_ups() {
    let cache = Cache::morning();
    for (key, place) in [
        ("t", Place::Inbox),
        ("L", Place::Funnel),
        ("f", Place::FollowUps),
    ] {
        let app = morning(&cache, &format!("4 {key}"));
        assert_eq!(app.screen.place, place);
        assert!(app.screen.notice.is_none(), "{:?}", app.screen.notice);
        assert!(!app.screen.shelf(place).unwrap().filter.is_empty());
    }
}

#[test]
fn a_running_month_is_named_apart_and_no_step_of_the_course() {
    let mut rows = vec![
        row(
            Kind::Network,
            "nova",
            r#"{"name":"Nova","lifecycle":"mature","owner":"ana"}"#,
        ),
        row(
            Kind::MetricDef,
            "diamonds",
            r#"{"name":"Diamonds","unit":"diamonds","direction":"up"}"#,
        ),
    ];
    let months = [
        ("2026-08-01", 100),
        ("2026-09-01", 110),
        ("2026-10-01", 120),
    ];
    for (first, value) in months {
        rows.push(point(first, value, "month"));
    }
    rows.push(point("2026-11-01", 50, "mtd"));
    let mut app = desk::open("ana", Vec::new(), (120, 40));
    desk::press(&mut app, "4");
    let load = cnm::effect::Load::Working(Kind::ALL.to_vec());
    app.update(desk::now(), Msg::Loaded(load, rows.clone()));
    let points = rows.into_iter().filter(|row| row.kind == Kind::MetricPoint);
    let load = cnm::effect::Load::Children {
        parent: cnm::record::AnyRef::new(Kind::Network, "nova"),
        kind: Kind::MetricPoint,
        limit: 10,
    };
    app.update(desk::now(), Msg::Loaded(load, points.collect()));
    let course = app.courses.leading(&cnm::record::Id::new("nova")).unwrap();
    assert_eq!(course.values, [100.0, 110.0, 120.0]);
    assert!(course.running);
    assert!((course.latest - 50.0).abs() < 1e-9);
}

fn point(first: &str, value: i64, kind: &str) -> CacheRow {
    let fields = format!(
        r#"{{"subject":{{"kind":"network","id":"nova"}},"metric":"diamonds","period_kind":"{kind}","period":"{first}","value":{value},"as_of":"2026-11-17T00:00:00Z"}}"#
    );
    row(Kind::MetricPoint, &format!("{first}-{kind}"), &fields)
}

fn row(kind: Kind, id: &str, fields: &str) -> CacheRow {
    CacheRow {
        kind,
        id: id.into(),
        version: 1,
        state: RowState::Clean,
        fields: fields.into(),
    }
}

#[test]
fn the_sides_of_a_conflict_are_shown_in_full_and_another_value_is_asked_for_each_field() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "g x");
    let rows = &mut app.screen.outbox;
    let is_conflict = |state: &OutboxState| matches!(state, OutboxState::Conflict(_));
    let row = rows.iter_mut().find(|row| is_conflict(&row.state)).unwrap();
    row.edit.patch.set.insert("score".into(), json!(71));
    let OutboxState::Conflict(conflict) = &mut row.state else {
        panic!("no conflict")
    };
    let long = |end: &str| Some(json!(format!("{}ends {end}", "word ".repeat(20))));
    conflict.fields = vec![
        ConflictField {
            name: "next_step".into(),
            base: None,
            mine: long("here"),
            theirs: long("there"),
        },
        ConflictField {
            name: "name".into(),
            base: Some(json!("Ámbar")),
            mine: Some(json!("Ambar One")),
            theirs: Some(json!("Ambar Two")),
        },
    ];
    let shown = screen(&app);
    assert!(shown.contains("ends here"), "{shown}");
    assert!(shown.contains("ends there"), "{shown}");

    desk::press(&mut app, "e");
    let shown = screen(&app);
    assert!(shown.contains("Ambar One"), "{shown}");
    let effects = desk::press(&mut app, "enter");
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Resolve {
            resolution: Resolution::Edited(patch),
            ..
        } => Some(patch.fields()),
        _ => None,
    });
    let mut sent = sent.unwrap();
    sent.sort_unstable();
    assert_eq!(sent, ["name", "next_step", "score"]);
}

/// Everything that is kept of the screen is put back; each of the things that are kept is another one than at first.
#[test]
fn a_screen_comes_back_as_it_was_left_with_its_tab_filters_sorts_splits_and_forms() {
    let size = (120, 40);
    let first = serde_json::to_value(desk::console(&desk::morning(), size).remembered()).unwrap();
    // The board and all figures are forms of the same place.
    for (form, name) in [("b", "board"), ("f", "figures")] {
        let mut app = desk::console(&desk::morning(), size);
        let keys = [
            "2 j j tab",
            "/ o enter",
            "3 j v S",
            form,
            "/ s o r t : n a m e enter",
        ];
        for keys in
            keys.into_iter()
                .chain(["4 / - f e s t enter C q u i e t enter", "6 c -", "1 l", "5"])
        {
            desk::press(&mut app, keys);
        }
        let left = app.remembered();
        let mut opened = desk::console(&desk::morning(), size);
        opened.restore(&left);
        // The page of a CN has no rows before one is opened.
        let lists = |mut kept: cnm::app::Remembered| {
            kept.shelves.retain(|shelf| !shelf.place.starts_with("cn-"));
            kept
        };
        assert_eq!(lists(opened.remembered()), lists(left.clone()));
        let shelf = |place: Place| opened.screen.shelf(place).unwrap();
        assert_eq!(shelf(Place::Inbox).filter, "o");
        assert_ne!(shelf(Place::Inbox).split, 0);
        assert_eq!(shelf(Place::Funnel).filter, "sort:name");
        assert_eq!(shelf(Place::Networks).filter, "-fest");
        assert_eq!(opened.screen.place, Place::FollowUps);
        let left = serde_json::to_value(&left).unwrap();
        for kept in [
            "place",
            "panel",
            "columns",
            "by_activity",
            "by_calendar",
            "reach",
            "step",
            name,
        ] {
            assert_ne!(left[kept], first[kept], "{kept}: {left}");
        }
        // As a file it is read again, and one of an older version too.
        let text = serde_json::to_string(&left).unwrap();
        let read: cnm::app::Remembered = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), left);
        let old: cnm::app::Remembered = serde_json::from_str("{\"place\": \"slots\"}").unwrap();
        opened.restore(&old);
        assert_eq!(opened.screen.place, Place::Slots);
    }
}

/// The columns of the list of CNs are chosen by a key, one after another, and shown at once.
#[test]
fn columns_are_chosen_by_a_key() {
    let cache = Cache::morning();
    let mut app = morning(&cache, "4");
    let picture = |app: &App| desk::lines(&desk::draw(app, PLAIN)).join("\n");
    app.update(desk::now(), Msg::Resize(200, 50));
    let titles = |app: &App| {
        let lines = picture(app);
        let line = lines
            .lines()
            .find(|line| line.contains("needs me") && line.contains("name"));
        line.unwrap().to_owned()
    };
    assert!(titles(&app).contains("health") && !titles(&app).contains("quiet"));
    desk::press(&mut app, "C");
    assert!(
        picture(&app).contains("take away health"),
        "{}",
        picture(&app)
    );
    desk::press(&mut app, "esc");
    for line in ["-health", "quiet,goal,weeks", "+mom", "-weeks"] {
        let request = json!({"run": [format!("network columns {line}")]}).to_string();
        app.update(desk::now(), Msg::Asked { id: 1, request });
    }
    assert_eq!(app.screen.columns, ["quiet", "goal", "mom"]);
    let shown = titles(&app);
    let at = |word: &str| {
        shown
            .find(word)
            .unwrap_or_else(|| panic!("{word}: {shown}"))
    };
    assert!(at("quiet") < at("goal") && at("goal") < at("MoM"));
    assert!(!shown.contains("health") && !shown.contains("weeks"));
    let request = json!({"run": ["network columns none"]}).to_string();
    app.update(desk::now(), Msg::Asked { id: 2, request });
    assert!(titles(&app).contains("health"));
}

/// Whoever cannot see a row must not close it: below the smallest size keys leave the console and do nothing else.
#[test]
fn no_key_acts_on_what_cannot_be_seen() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "g i");
    app.update(desk::now(), Msg::Resize(20, 5));
    for keys in ["e", "E", "x", "g u", "r", "enter", "3 e"] {
        let effects = desk::press(&mut app, keys);
        assert!(effects.is_empty(), "{keys}: {effects:?}");
        assert!(matches!(app.mode, Mode::Normal), "{keys}");
    }
    let effects = app.update(desk::now(), Msg::Paste("e".into()));
    assert!(effects.is_empty(), "{effects:?}");
    let effects = desk::press(&mut app, "q");
    assert!(effects.contains(&Effect::Quit), "{effects:?}");
    // With room again the keys are what they were.
    app.update(desk::now(), Msg::Resize(120, 40));
    let effects = desk::press(&mut app, "e");
    assert!(
        effects.iter().any(|one| matches!(one, Effect::Save(_))),
        "{effects:?}"
    );
}

/// What is typed into a form is on the disk with the key, comes back after a crash, and is forgotten when it is saved.
#[test]
fn what_is_typed_into_a_form_outlives_the_console() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    desk::press(&mut app, "n f");
    let effects = desk::press(&mut app, "C a l l");
    let Some(Effect::Draft { key, text }) = effects.last().cloned() else {
        panic!("{effects:?}")
    };
    assert!(text.contains("Call"), "{text}");
    // The console is gone without a word.
    let mut app = desk::console(&desk::morning(), (120, 40));
    app.update(desk::now(), Msg::Drafts(vec![(key.clone(), text)]));
    desk::press(&mut app, "n f");
    let shown = screen(&app);
    assert!(shown.contains("Call"), "{shown}");
    assert!(shown.contains("what you typed is back"), "{shown}");
    let effects = desk::press(&mut app, "enter");
    let forgets = Effect::Draft {
        key,
        text: String::new(),
    };
    assert!(effects.contains(&forgets), "{effects:?}");
    let saved = effects.iter().find_map(|effect| match effect {
        Effect::Save(batch) => Some(batch.edits.len()),
        _ => None,
    });
    assert_eq!(saved, Some(1), "{effects:?}");
    desk::press(&mut app, "n f");
    assert!(!screen(&app).contains("what you typed is back"));
}
