//! What the console looks like, at the sizes at which its layout changes.
//!
//! The texts below `snapshots` are screens as they are drawn; each was read by eye before it was taken.
//! `INSTA_UPDATE=always cargo test --test it screens` writes them anew.

use std::collections::{BTreeMap, BTreeSet};

use cnm::app::{App, Msg};
use cnm::effect::CacheRow;
use cnm::keymap::Keymap;
use cnm::pane::Place;
use cnm::record::Kind;
use cnm::text::{Glyphs, width};
use cnm::theme::Theme;
use cnm::ui::{Depth, Look};
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Color;

use crate::desk;

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 40), (200, 60)];

const UNICODE: Look = Look {
    depth: Depth::TrueColour,
    glyphs: Glyphs::Unicode,
};

const ASCII: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Ascii,
};

/// Places with the keys that lead there.
const PLACES: [(&str, &str); 9] = [
    ("today", "1"),
    ("inbox", "2"),
    ("funnel", "3"),
    ("networks", "4"),
    ("follow-ups", "5"),
    ("slots", "6"),
    ("conflicts", "g x"),
    ("outbox", "g o"),
    ("people", "g p"),
];

/// What lies over a place, or what it looks like after a few keys.
const STATES: [(&str, &str); 13] = [
    ("palette", "2 : i n b"),
    ("filter", "2 / p a y"),
    ("keys", "2 ?"),
    ("prefix", "2 g"),
    ("choices", "2 a"),
    ("reply", "2 r"),
    ("reply-elsewhere", "1 r"),
    ("form", "3 ="),
    ("new", "1 n l"),
    ("prompt", "2 f /"),
    ("marked", "2 x x u"),
    ("conversation", "2 enter J"),
    ("zoomed", "4 enter z"),
];

fn at(rows: &[CacheRow], keys: &str, size: (u16, u16)) -> App {
    let mut app = desk::console(rows, size);
    desk::press(&mut app, keys);
    // What is drawn of the keys are those that ship.
    app.keymap = Keymap::defaults().unwrap();
    // Longer than the popup of a key sequence waits.
    desk::wait(&mut app, SignedDuration::from_secs(1));
    app
}

/// Everything that the tests below look at: each place and state at each size, on all awkward texts.
fn everywhere(mut look_at: impl FnMut(&'static str, &str, &App)) {
    let mut rows = desk::morning();
    rows.extend(desk::awkward());
    for size in SIZES {
        for (name, keys) in PLACES.into_iter().chain(STATES) {
            let mut app = at(&rows, keys, size);
            let what = format!("{name} at {}×{}", size.0, size.1);
            look_at(name, &what, &app);
            // The awkward ones stand at the end of their lists.
            desk::press(&mut app, "end");
            look_at(name, &format!("the end of {what}"), &app);
        }
    }
}

fn snapshot(name: &str, app: &App) {
    let shown = desk::lines(&desk::draw(app, UNICODE));
    let lines: Vec<&str> = shown.iter().map(|line| line.trim_end()).collect();
    // The version of the time zone database changes with its package.
    let version = cnm::when::zone::tzdb_version();
    let text = lines
        .join("\n")
        .replace(&version, &"x".repeat(version.len()));
    insta::assert_snapshot!(name, text);
}

#[test]
fn places() {
    let rows = desk::morning();
    for (columns, lines) in SIZES {
        for (name, keys) in PLACES {
            let app = at(&rows, keys, (columns, lines));
            snapshot(&format!("{name}-{columns}x{lines}"), &app);
        }
    }
}

/// The views of the slots place besides the best times: the reasons, and the series with the clocks that change.
#[test]
fn views_of_the_slots_place() {
    let rows = desk::morning();
    for (columns, lines) in [(80, 24), (120, 40), (200, 60)] {
        let size = format!("{columns}x{lines}");
        for (name, keys) in [("why", "6 v"), ("series", "6 b s")] {
            let app = at(&rows, keys, (columns, lines));
            snapshot(&format!("slots-{name}-{size}"), &app);
        }
        // Los Angeles changes its clocks on 14 March 2027, Shanghai and Singapore never do.
        let mut app = desk::console(&rows, (columns, lines));
        desk::press(&mut app, "6");
        app.screen.slots.day = Some(jiff::civil::date(2027, 2, 24));
        desk::press(&mut app, "b s");
        desk::wait(&mut app, SignedDuration::from_secs(1));
        snapshot(&format!("slots-series-clocks-{size}"), &app);
    }
}

#[test]
fn states() {
    let rows = desk::morning();
    for (name, keys) in STATES {
        let app = at(&rows, keys, (80, 24));
        snapshot(&format!("{name}-80x24"), &app);
    }
}

#[test]
fn awkward_texts() {
    let rows = desk::awkward();
    for (name, keys) in [("inbox", "2"), ("networks", "4"), ("people", "g p")] {
        let app = at(&rows, keys, (120, 40));
        snapshot(&format!("awkward-{name}-120x40"), &app);
    }
}

#[test]
fn an_empty_console_says_what_fills_it() {
    for (name, keys) in [
        ("today", "1"),
        ("inbox", "2"),
        ("networks", "4"),
        ("slots", "6"),
    ] {
        let app = at(&[], keys, (80, 24));
        snapshot(&format!("empty-{name}-80x24"), &app);
    }
}

#[test]
fn a_terminal_that_is_too_small_says_what_is_needed() {
    let app = at(&desk::morning(), "2", (30, 8));
    snapshot("too-small-30x8", &app);
}

/// Boxes that do not begin at the left edge cut a wide letter in two that reaches into them: the canvas must
/// blank the cell before the box. They leave this list when it does.
const CUTS_LETTERS: &[&str] = &[];

/// Says where a row is not exactly as wide as the screen or a wide letter is broken, if anywhere.
fn broken(buffer: &Buffer) -> Option<String> {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[Position { x, y }].symbol();
            let cells = u16::try_from(width(symbol)).unwrap();
            if cells == 0 || x + cells > buffer.area.width {
                return Some(format!(
                    "row {y}, column {x}: {symbol:?} takes {cells} cells"
                ));
            }
            for covered in x + 1..x + cells {
                let below = buffer[Position { x: covered, y }].symbol();
                if !below.trim().is_empty() {
                    return Some(format!(
                        "row {y}, column {x}: {symbol:?} lies over {below:?}"
                    ));
                }
            }
            x += cells;
        }
    }
    None
}

/// Tells whether a terminal would obey this letter instead of showing it.
fn steers(letter: char) -> bool {
    let bidi = matches!(
        letter,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    );
    letter.is_control() || bidi || matches!(letter, '\u{FEFF}' | '\u{00AD}' | '\u{2060}')
}

#[test]
fn every_row_has_exactly_its_cells_and_nothing_in_them_steers_the_terminal() {
    let mut cut = BTreeSet::new();
    everywhere(|name, what, app| {
        for look in [UNICODE, ASCII] {
            let buffer = desk::draw(app, look);
            if let Some(wrong) = broken(&buffer) {
                assert!(CUTS_LETTERS.contains(&name), "{what}, {look:?}: {wrong}");
                cut.insert(name);
            }
            for cell in &buffer.content {
                assert!(
                    !cell.symbol().contains(steers),
                    "{what}: {:?}",
                    cell.symbol()
                );
            }
        }
    });
    let known: BTreeSet<&str> = CUTS_LETTERS.iter().copied().collect();
    assert_eq!(cut, known, "what is whole again leaves CUTS_LETTERS");
}

/// The two checks above must be able to fail.
#[test]
fn a_broken_letter_and_a_control_byte_are_found() {
    let app = at(&desk::morning(), "2", (80, 24));
    let mut buffer = desk::draw(&app, UNICODE);
    assert_eq!(broken(&buffer), None);
    buffer[Position { x: 79, y: 5 }].set_symbol("本");
    assert!(broken(&buffer).is_some_and(|text| text.contains("takes 2 cells")));
    buffer[Position { x: 79, y: 5 }].set_symbol(" ");
    buffer[Position { x: 20, y: 5 }].set_symbol("本");
    buffer[Position { x: 21, y: 5 }].set_symbol("│");
    assert!(broken(&buffer).is_some_and(|text| text.contains("lies over")));
    assert!(steers('\u{1b}') && steers('\u{202e}') && !steers('é'));
}

#[test]
fn without_colours_nothing_is_coloured() {
    let look = Look {
        depth: Depth::Off,
        glyphs: Glyphs::Unicode,
    };
    everywhere(|_, what, app| {
        let coloured = desk::draw(app, look)
            .content
            .iter()
            .any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert!(!coloured, "{what}");
    });
}

#[test]
fn without_colours_the_row_under_the_cursor_is_told_by_its_weight() {
    let app = at(&desk::morning(), "2", (80, 24));
    let plain = Look {
        depth: Depth::Off,
        glyphs: Glyphs::Unicode,
    };
    let buffer = desk::draw(&app, plain);
    let lines = desk::lines(&buffer);
    let row = lines.iter().position(|line| line.contains('▶')).unwrap();
    let cell = &buffer[Position {
        x: 10,
        y: u16::try_from(row).unwrap(),
    }];
    assert!(cell.modifier.contains(ratatui::style::Modifier::REVERSED));
}

#[test]
fn a_theme_is_only_colours() {
    let mut app = at(&desk::morning(), "2", (120, 40));
    let before = desk::lines(&desk::draw(&app, UNICODE));
    for (name, _) in cnm::theme::SHIPPED {
        app.theme = Theme::shipped(name).unwrap();
        assert_eq!(desk::lines(&desk::draw(&app, UNICODE)), before, "{name}");
    }
}

/// Rows whose every text is ASCII, so that whatever else is drawn is ours.
fn ascii_rows() -> Vec<CacheRow> {
    let mut rows = desk::morning();
    for row in &mut rows {
        row.fields = row
            .fields
            .chars()
            .map(|letter| if letter.is_ascii() { letter } else { '?' })
            .collect();
    }
    rows
}

#[test]
fn with_ascii_glyphs_everything_that_is_ours_is_ascii() {
    let rows = ascii_rows();
    let mut found = BTreeMap::<char, String>::new();
    for size in SIZES {
        for (name, keys) in PLACES.into_iter().chain(STATES) {
            let app = at(&rows, keys, size);
            for line in desk::lines(&desk::draw(&app, ASCII)) {
                for letter in line.chars().filter(|letter| !letter.is_ascii()) {
                    let line = format!("{name} {}×{}: {}", size.0, size.1, line.trim());
                    found.entry(letter).or_insert(line);
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn drawing_asks_nothing_of_places_that_were_never_opened() {
    for kind in Kind::ALL {
        let mut app = desk::console(&desk::morning(), (80, 24));
        app.screen.go(Place::Browse(*kind));
        app.update(desk::now(), Msg::Tick);
        assert_eq!(broken(&desk::draw(&app, UNICODE)), None, "{kind}");
    }
}
