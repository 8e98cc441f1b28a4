//! What Today, the inbox and the rows around them promise at every size.

use std::collections::BTreeSet;

use cnm::app::App;
use cnm::pane::Tone;
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};

use crate::desk;

const LOOK: Look = Look {
    depth: Depth::TrueColour,
    glyphs: Glyphs::Unicode,
};

const WIDTHS: [u16; 7] = [40, 60, 80, 100, 120, 160, 300];

fn shown(app: &App) -> Vec<String> {
    desk::lines(&desk::draw(app, LOOK))
}

fn words(line: &str) -> BTreeSet<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_bar_of_a_prefix_is_there_at_once_and_moves_nothing() {
    let rows = desk::morning();
    for width in WIDTHS {
        for (prefix, word) in [("f", "follow-up"), ("s", "snooze")] {
            let mut app = desk::console(&rows, (width, 24));
            desk::press(&mut app, "2");
            let before = shown(&app);
            desk::press(&mut app, prefix);
            let after = shown(&app);
            let bar = after.get(21).unwrap();
            assert!(bar.contains(word), "{width}: {bar}");
            assert!(bar.contains("t t"), "{width}: {bar}");
            // The header, the place and the footer stand as they did; the status row names the keys.
            assert_eq!(before.get(..21), after.get(..21), "{width}");
            assert_eq!(before.get(23), after.get(23), "{width}");
            assert!(after.get(22).unwrap().contains(prefix), "{width}");
        }
    }
}

#[test]
fn the_status_row_leaves_out_whole_parts_and_cuts_no_word() {
    let rows = desk::morning();
    let mut all: BTreeSet<String> = ["…".to_owned()].into();
    for width in WIDTHS.into_iter().rev() {
        let mut app = desk::console(&rows, (width, 24));
        desk::press(&mut app, "2 x e x");
        app.screen.say(
            Tone::Error,
            "not saved: the outbox is full; free some room on the disk and try again",
        );
        let lines = shown(&app);
        let status = words(lines.get(22).unwrap());
        if width == 300 {
            all.extend(status);
        } else {
            let cut: Vec<&String> = status.difference(&all).collect();
            assert!(cut.is_empty(), "{width}: {cut:?}");
            assert!(
                status.contains("saved:"),
                "{width}: what went wrong is shown first"
            );
        }
    }
}

#[test]
fn a_step_of_the_cursor_on_today_writes_two_rows() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let before = desk::draw(&app, LOOK);
    desk::press(&mut app, "j");
    let after = desk::draw(&app, LOOK);
    let changed: BTreeSet<u16> = before.diff(&after).into_iter().map(|(_, y, _)| y).collect();
    assert_eq!(changed.len(), 2, "{changed:?}");
}

#[test]
fn what_is_done_is_counted_on_today() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let waiting = app.screen.tally.waiting;
    assert!(waiting > 0);
    desk::press(&mut app, "2 e");
    assert_eq!(app.screen.tally.waiting, waiting - 1);
    assert_eq!(app.screen.tally.done, 1);
    desk::press(&mut app, "1");
    let headline = shown(&app).get(1).cloned().unwrap();
    assert!(headline.contains("1 done"), "{headline}");
    desk::press(&mut app, "u");
    assert_eq!(app.screen.tally.waiting, waiting);
    assert_eq!(app.screen.tally.done, 0);
}

#[test]
fn the_splits_agree_with_the_list() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2");
    for _ in 0..app.screen.tally.splits.len() {
        let shelf = app.screen.shelf(cnm::pane::Place::Inbox).unwrap();
        let split = app.screen.tally.splits.get(shelf.split).unwrap();
        assert_eq!(split.threads, shelf.list.len(), "{}", split.name);
        desk::press(&mut app, "tab");
    }
}

#[test]
fn a_count_says_that_it_is_waiting() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (80, 24));
    desk::press(&mut app, "2 0 5");
    let status = shown(&app).get(22).cloned().unwrap();
    assert!(status.contains("5×"), "{status}");
    desk::press(&mut app, "?");
    let help = shown(&app).join("\n");
    assert!(help.contains("a count begins with 0"), "{help}");
}

#[test]
fn the_footer_always_names_the_key_that_shows_all_keys() {
    let rows = desk::morning();
    for width in WIDTHS {
        for place in ["1", "2", "3", "4", "5", "6"] {
            let mut app = desk::console(&rows, (width, 24));
            desk::press(&mut app, place);
            let lines = shown(&app);
            let footer = lines.get(23).unwrap();
            assert!(footer.contains("? keys"), "{width} {place}: {footer}");
        }
    }
}

/// Draws many frames; run by hand in a release build to see what one costs.
#[test]
#[ignore = "a measurement, not a test"]
fn what_a_frame_costs() {
    let rows = desk::morning();
    for (keys, name) in [
        ("1", "today"),
        ("2", "inbox"),
        ("2 r", "reply"),
        ("?", "help"),
    ] {
        for size in [(120, 40), (200, 60)] {
            let mut app = desk::console(&rows, size);
            desk::press(&mut app, keys);
            let began = std::time::Instant::now();
            for _ in 0..200 {
                std::hint::black_box(desk::draw(&app, LOOK));
            }
            println!("{name} {size:?}: {:?} a frame", began.elapsed() / 200);
        }
    }
}
