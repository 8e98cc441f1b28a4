//! The tutor, jumps and history, played on the demo's morning.

use cnm::app::{App, Mode};
use cnm::pane::Place;

use crate::desk;
use crate::pictures::cache::Cache;

fn press(app: &mut App, cache: &Cache, keys: &str) {
    for key in keys.split(' ') {
        let effects = desk::press(app, key);
        cache.answer(app, &effects);
    }
}

fn morning() -> (App, Cache) {
    let cache = Cache::morning();
    let (mut app, effects) = desk::opened(&cache.me, cache.working(), (120, 40));
    cache.answer(&mut app, &effects);
    (app, cache)
}

#[test]
fn every_lesson_is_done_by_what_it_asks_for() {
    let (mut app, cache) = morning();
    app.begin_lessons();
    let mut seen = Vec::new();
    let lessons = app.lecture().unwrap().number.1;
    let steps = [
        "2",
        "j j j",
        "enter",
        "esc",
        "e",
        "u",
        "f f",
        "s m",
        "x x e",
        "/ a enter",
        "esc",
        "; a",
        "[",
        "LEAD",
        ":",
        "esc ctrl-f",
        "esc ?",
        "esc",
    ];
    for step in steps {
        let before = app.lecture().map(|lecture| lecture.number.0);
        if step == "LEAD" {
            press(&mut app, &cache, "3");
            for _ in 0..12 {
                press(&mut app, &cache, ">");
                if !matches!(app.mode, Mode::Normal) {
                    press(&mut app, &cache, "esc");
                }
                if app.lecture().map(|lecture| lecture.number.0) != before {
                    break;
                }
                press(&mut app, &cache, "j");
            }
        } else {
            press(&mut app, &cache, step);
        }
        seen.push((step, before, app.lecture().map(|lecture| lecture.number.0)));
    }
    assert!(app.lecture().is_none(), "of {lessons} lessons: {seen:?}");
    assert!(
        app.screen
            .notice
            .as_ref()
            .is_some_and(|notice| notice.text.contains("last lesson"))
    );
}

#[test]
fn the_words_of_a_lesson_name_the_keys_of_this_keymap() {
    let (mut app, _) = morning();
    app.begin_lessons();
    assert!(app.lecture().unwrap().text.contains("2 opens the inbox"));
    app.keymap = cnm::keymap::Keymap::defaults()
        .unwrap()
        .with_user("[everywhere]\n2 = { unbind = true }\n\"alt-2\" = { unbind = true }\n\"g i\" = { unbind = true }\nI = \"pane show inbox\"\n", "keymap.toml")
        .unwrap();
    let text = app.lecture().unwrap().text;
    assert!(text.contains("I opens the inbox"), "{text}");
}

#[test]
fn one_key_jumps_between_what_belongs_together_and_history_comes_back_with_filter_and_cursor() {
    let (mut app, cache) = morning();
    press(&mut app, &cache, "5");
    // A follow-up with a CN: to the CN and back.
    let mut jumped = 0;
    for _ in 0..20 {
        let here = app.screen.selected();
        press(&mut app, &cache, "alt-n");
        if app.screen.place == Place::Networks {
            jumped += 1;
            press(&mut app, &cache, "alt-f");
            assert_eq!(app.screen.place, Place::FollowUps);
            press(&mut app, &cache, "[ [");
            assert_eq!(
                (app.screen.place, app.screen.selected()),
                (Place::FollowUps, here)
            );
            press(&mut app, &cache, "]");
            assert_eq!(app.screen.place, Place::Networks);
            press(&mut app, &cache, "alt-left");
        }
        press(&mut app, &cache, "j");
    }
    assert!(jumped > 3, "only {jumped}");
    // A filter that the jump has to take away is there again afterwards.
    press(&mut app, &cache, "2 / a enter j j");
    let (here, filter) = (
        app.screen.selected(),
        app.screen.shelf(Place::Inbox).unwrap().filter.clone(),
    );
    assert_eq!(filter, "a");
    press(&mut app, &cache, "!");
    assert!(app.screen.place != Place::Inbox || app.screen.selected() != here);
    press(&mut app, &cache, "[");
    assert_eq!(app.screen.place, Place::Inbox);
    assert_eq!(app.screen.shelf(Place::Inbox).unwrap().filter, filter);
    assert_eq!(app.screen.selected(), here);
}

#[test]
fn what_needs_me_comes_from_several_places_with_a_reason_each() {
    let (mut app, cache) = morning();
    let needs = app.needs(30);
    let places: std::collections::BTreeSet<Place> = needs.iter().map(|need| need.place).collect();
    assert!(places.len() >= 3, "{places:?}");
    assert!(
        needs
            .iter()
            .all(|need| !need.why.is_empty() && !need.title.is_empty())
    );
    let pressures: Vec<_> = needs.iter().map(|need| need.pressure).collect();
    assert!(pressures.is_sorted(), "{pressures:?}");
    for need in &needs {
        press(&mut app, &cache, "!");
        assert_eq!(app.screen.selected(), need.link, "{need:?}");
    }
    press(&mut app, &cache, "!");
    assert_eq!(app.screen.selected(), needs[0].link, "round again");
    // From any place and any row that needs nothing it begins with what is most pressing.
    for from in ["1", "2 G", "3 G", "4 G", "5 tab tab G", "6"] {
        press(&mut app, &cache, from);
        press(&mut app, &cache, "!");
        assert_eq!(app.screen.selected(), needs[0].link, "from `{from}`");
    }
}

/// What needs me does not depend on what a list happens to show.
#[test]
fn what_needs_me_is_the_same_behind_every_filter_and_view() {
    let (mut app, cache) = morning();
    let needs = app.needs(30);
    for hide in [
        "2 / zzz enter",
        "4 / zzz enter",
        "5 tab tab tab tab tab",
        "2 tab tab",
    ] {
        press(&mut app, &cache, &hide.replace("zzz", "z z z"));
        assert_eq!(app.needs(30), needs, "after `{hide}`");
    }
}

#[test]
fn the_palette_finds_by_another_word_and_by_key() {
    let (mut app, cache) = morning();
    let first = |app: &App| match &app.mode {
        Mode::Line(line) => line.entries.first().map(|entry| entry.name.clone()),
        _ => None,
    };
    for (typed, name) in [
        ("a r c h i v e", "inbox done"),
        ("p o s t p o n e", "inbox snooze"),
        ("g space n", "network open"),
    ] {
        press(&mut app, &cache, "2 :");
        press(&mut app, &cache, typed);
        let entries = match &app.mode {
            Mode::Line(line) => line
                .entries
                .iter()
                .take(3)
                .map(|entry| entry.name.clone())
                .collect(),
            _ => Vec::new(),
        };
        assert!(
            entries.iter().any(|entry| entry == name),
            "{typed}: {entries:?}"
        );
        if typed.starts_with('g') {
            assert_eq!(first(&app).as_deref(), Some(name));
        }
        press(&mut app, &cache, "esc esc");
    }
}
