//! The bytes of frames, read by a terminal: how many there are, and that what they draw is what was meant.

use std::num::NonZeroU16;

use cnm::app::{App, Msg};
use cnm::effect::{CacheRow, RowState};
use cnm::record::Kind;
use cnm::runtime::Frames;
use cnm::text::{Glyphs, width};
use cnm::ui::{Depth, Look};
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use serde_json::json;

use crate::desk;
use crate::pictures::cache::Cache;

/// The sizes at which the layout changes.
const SIZES: [(u16, u16); 7] = [
    (40, 10),
    (60, 20),
    (80, 24),
    (100, 30),
    (120, 40),
    (160, 50),
    (200, 60),
];

/// The most that a cursor move may write, in bytes.
const A_MOVE: usize = 500;

const UNICODE: Look = Look {
    depth: Depth::TrueColour,
    glyphs: Glyphs::Unicode,
};

/// A terminal and what was written to it.
struct Shown {
    frames: Frames,
    parser: vt100::Parser,
}

impl Shown {
    fn new((columns, rows): (u16, u16)) -> Self {
        let rows = NonZeroU16::new(rows).unwrap();
        let columns = NonZeroU16::new(columns).unwrap();
        Self {
            frames: Frames::default(),
            parser: vt100::Parser::new(rows, columns, 0),
        }
    }

    /// Draws the next frame; returns what was written.
    fn draw(&mut self, app: &mut App, look: Look) -> Vec<u8> {
        let bytes = self.frames.next(app, look);
        self.parser.process(&bytes);
        app.dirty = false;
        app.redraw = false;
        bytes
    }

    /// What stands in a line.
    fn line(&self, y: u16) -> Option<String> {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let line = screen.rows(0, columns.get()).nth(y.into())?;
        Some(line.replace('▶', " "))
    }

    /// Checks that the row under the cursor is shown as it is when everything is drawn.
    fn has_row_of_cursor(&self, app: &App, what: &str) {
        let (columns, rows) = app.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let painted = cnm::ui::paint(app, UNICODE, &mut buffer);
        let row = painted.row.unwrap_or_else(|| panic!("{what}: no row"));
        let mut x = row.left();
        while x < row.right() {
            let wanted = buffer[Position { x, y: row.y }].symbol();
            let there = self.parser.screen().cell(row.y, x).unwrap().contents();
            let there = if there.is_empty() { " " } else { there };
            let first = |text: &str| text.chars().next();
            assert_eq!(first(wanted), first(there), "{what}: {x},{}", row.y);
            x += u16::try_from(width(wanted)).map_or(1, |cells| cells.max(1));
        }
    }

    /// Says where the terminal shows something else than the console's cells, if anywhere.
    ///
    /// Of a letter of several code points only the first is asked for: terminals, and this one, disagree whether
    /// the others belong to it. What stands behind it must be where it belongs in any case.
    fn differs(&self, app: &App, look: Look) -> Option<String> {
        let buffer = desk::draw(app, look);
        let screen = self.parser.screen();
        for y in 0..buffer.area.height {
            let mut x = 0;
            while x < buffer.area.width {
                let wanted = &buffer[Position { x, y }];
                let cell = screen.cell(y, x);
                let there = cell.map_or("", vt100::Cell::contents);
                let there = if there.is_empty() { " " } else { there };
                if wanted.symbol().chars().next() != there.chars().next() {
                    let row: String = screen
                        .rows(0, buffer.area.width)
                        .nth(y.into())
                        .unwrap_or_default();
                    return Some(format!(
                        "{x},{y}: {:?} and not {there:?} in {row}",
                        wanted.symbol()
                    ));
                }
                x += u16::try_from(width(wanted.symbol())).map_or(1, |cells| cells.max(1));
            }
        }
        None
    }
}

/// The key comes when the last one has long been dealt with.
fn press_later(app: &mut App, cache: &Cache, keys: &str) {
    desk::wait(app, SignedDuration::from_secs(1));
    let effects = desk::press(app, keys);
    cache.answer(app, &effects);
}

/// The most bytes of a move, and those that wrote too many.
#[derive(Default)]
struct Count {
    moves: usize,
    /// Moves after which the list shows rows that it did not show before.
    turns: usize,
    most: (usize, String),
    over: Vec<String>,
}

impl Count {
    fn add(&mut self, what: &str, bytes: &[u8]) {
        self.moves += 1;
        if bytes.len() <= self.most.0.min(A_MOVE) {
            return;
        }
        let what = format!("{what}: {:?}", String::from_utf8_lossy(bytes));
        if bytes.len() > A_MOVE {
            self.over.push(format!("{} {what}", bytes.len()));
        }
        self.most = (bytes.len(), what).max(std::mem::take(&mut self.most));
    }

    fn check(mut self) {
        self.over.sort();
        eprintln!(
            "{} moves, {} turns, {:?}",
            self.moves, self.turns, self.most
        );
        let many = self.over.len();
        self.over.truncate(40);
        assert_eq!(many, 0, "{}", self.over.join("\n"));
    }
}

const DEPTHS: [Depth; 4] = [Depth::TrueColour, Depth::Indexed, Depth::Ansi, Depth::Off];

/// Moves the cursor by keys in a place, at a size, in every depth of colour.
fn moves(count: &mut Count, app: &mut App, cache: &Cache, (size, place): ((u16, u16), &str)) {
    let look = |depth| Look {
        depth,
        glyphs: Glyphs::Unicode,
    };
    app.update(desk::now(), Msg::Resize(size.0, size.1));
    desk::press(app, "home");
    app.following = None;
    let buffer = &mut Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let painted = cnm::ui::paint(app, UNICODE, buffer);
    let rows = painted.live.map_or(1, |live| live.height.max(1));
    // To the last rows of the first page, over its edge and back; then by pages, and to the ends.
    let down = format!("{} j", (rows.saturating_sub(3)).max(1));
    let keys = [
        "j", "j", "k", &down, "j", "j", "j", "j", "k", "k", "k", "ctrl-d", "j", "end", "k", "home",
        "j",
    ];
    let mut shown = DEPTHS.map(|depth| (depth, Shown::new(size)));
    for (depth, shown) in &mut shown {
        shown.draw(app, look(*depth));
    }
    let mut first = None;
    for key in keys {
        let mut effects = Vec::new();
        let key = key.strip_suffix(" j").map_or_else(
            || key.to_owned(),
            |times| vec!["j"; times.parse().unwrap()].join(" "),
        );
        let single = !key.contains(' ');
        effects.extend(desk::press(app, &key));
        let moved = app.following.is_some();
        for (depth, shown) in &mut shown {
            let bytes = shown.draw(app, look(*depth));
            if moved && single {
                let what = format!("{key} in {place} at {}×{} {depth:?}", size.0, size.1);
                count.add(&what, &bytes);
            }
        }
        if moved {
            let what = format!("{key} in {place} at {}×{}", size.0, size.1);
            shown[0].1.has_row_of_cursor(app, &what);
        }
        cache.answer(app, &effects);
        // What does not fit into a move, and what lies beside the list, has followed when the keys have rested.
        app.following = None;
        for (depth, shown) in &mut shown {
            shown.draw(app, look(*depth));
        }
        let (_, there) = &shown[0];
        assert_eq!(there.differs(app, UNICODE), None, "{key} in {place}");
        let top = painted.live.and_then(|live| there.line(live.y));
        count.turns += usize::from(first.is_some() && first != top);
        first = top;
    }
}

#[test]
fn a_cursor_move_writes_few_bytes_in_every_list_at_every_size_and_depth() {
    let cache = Cache::morning();
    let mut count = Count::default();
    for place in [
        "1", "1 l", "2", "3", "3 b", "3 v", "4", "5", "5 tab", "6", "g p", "g m", "4 enter", "g c",
    ] {
        let (mut app, effects) = desk::opened(&cache.me, cache.working(), (80, 24));
        cache.answer(&mut app, &effects);
        for key in place.split(' ') {
            press_later(&mut app, &cache, key);
        }
        for size in [(80, 24), (120, 40), (200, 60)] {
            moves(&mut count, &mut app, &cache, (size, place));
        }
    }
    assert!(count.moves > 800, "only {} moves", count.moves);
    assert!(count.turns > 100, "only {} turns", count.turns);
    count.check();
}

/// Moves among choices: from the first to the last of a page and over its edge, and back.
fn chooses(count: &mut Count, app: &mut App, cache: &Cache, (size, open): ((u16, u16), &str)) {
    let look = |depth| Look {
        depth,
        glyphs: Glyphs::Unicode,
    };
    app.update(desk::now(), Msg::Resize(size.0, size.1));
    for key in open.split(' ') {
        press_later(app, cache, key);
    }
    assert!(app.chosen().is_some(), "`{open}` offers no choices");
    let mut shown = DEPTHS.map(|depth| (depth, Shown::new(size)));
    for (depth, shown) in &mut shown {
        shown.draw(app, look(*depth));
    }
    let keys = ["down"].repeat(16).into_iter().chain(["up"].repeat(3));
    for key in keys {
        let before = app.chosen();
        let effects = desk::press(app, key);
        let moved = app.chosen() != before;
        assert_eq!(app.following.is_some(), moved, "{key} after `{open}`");
        for (depth, shown) in &mut shown {
            let bytes = shown.draw(app, look(*depth));
            if moved {
                let what = format!("{key} after {open} at {}×{} {depth:?}", size.0, size.1);
                count.add(&what, &bytes);
            }
        }
        cache.answer(app, &effects);
        app.following = None;
        for (depth, shown) in &mut shown {
            shown.draw(app, look(*depth));
        }
        assert_eq!(shown[0].1.differs(app, UNICODE), None, "{key} after {open}");
    }
}

#[test]
fn a_move_among_choices_writes_few_bytes_at_every_size_and_depth() {
    let cache = Cache::morning();
    let mut count = Count::default();
    for open in [
        ":",
        ": l",
        "2 a",
        "2 a /",
        "2 S",
        ": a p p space t h e m e enter",
        "ctrl-f n o v",
    ] {
        for size in [(80, 24), (200, 60)] {
            let (mut app, effects) = desk::opened(&cache.me, cache.working(), size);
            cache.answer(&mut app, &effects);
            chooses(&mut count, &mut app, &cache, (size, open));
        }
    }
    assert!(count.moves > 800, "only {} moves", count.moves);
    count.check();
}

/// What is done with a row takes it out of the list: the next one comes under the cursor, and what was done is said.
#[test]
fn a_verb_that_goes_on_to_the_next_row_writes_as_few_bytes_as_a_move() {
    let cache = Cache::morning();
    let mut count = Count::default();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let (mut app, effects) = desk::opened(&cache.me, cache.working(), size);
        cache.answer(&mut app, &effects);
        press_later(&mut app, &cache, "2");
        let look = |depth| Look {
            depth,
            glyphs: Glyphs::Unicode,
        };
        let mut shown = DEPTHS.map(|depth| (depth, Shown::new(size)));
        for (depth, shown) in &mut shown {
            shown.draw(&mut app, look(*depth));
        }
        for key in ["e", "e", "j", "e", "j", "e", "e"] {
            let effects = desk::press(&mut app, key);
            assert!(app.following.is_some(), "{key}: what lies beside follows");
            let said = app.screen.notice.as_ref().map(|told| told.text.clone());
            for (depth, shown) in &mut shown {
                let bytes = shown.draw(&mut app, look(*depth));
                if key.len() == 1 {
                    let what = format!("{key} at {}×{} {depth:?}", size.0, size.1);
                    count.add(&what, &bytes);
                }
            }
            // The line that says what was done does not wait.
            if let Some(said) = said.filter(|_| key == "e") {
                let words: String = said.chars().take(12).collect();
                let screen = shown[0].1.parser.screen().contents();
                assert!(screen.contains(&words), "{words} is not in\n{screen}");
            }
            cache.answer(&mut app, &effects);
            app.following = None;
            for (depth, shown) in &mut shown {
                shown.draw(&mut app, look(*depth));
            }
            assert_eq!(shown[0].1.differs(&app, UNICODE), None, "after {key}");
        }
    }
    assert!(count.moves > 70, "only {} verbs", count.moves);
    count.check();
}

/// Records that try to shift a row: every text is a heap of what takes no cell, two cells, or who knows how many.
fn heavy() -> Vec<CacheRow> {
    let marks = "\u{301}\u{316}\u{20dd}".repeat(3_400);
    let texts = [
        format!("o{marks}x"),
        "王磊 全角ＡＢＣ　｡ﾊﾝｶｸ".repeat(4),
        "👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🇧🇷🇹🇷 1️⃣ ❤️ ☎ ☎️ ✌🏿".repeat(3),
        "שלום עולם مرحبا بالعالم \u{202e}abc".repeat(3),
        "क्षत्रिय ကြောင် ไทยน้ำ 각각 ཧཱུྃ".repeat(3),
        "a\u{200b}b\u{200d}c\u{2060}d\u{ad}e\tf\u{0}g\u{1b}[31mh".into(),
    ];
    let row = |kind: Kind, id: String, fields: serde_json::Value| CacheRow {
        kind,
        id,
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    };
    texts
        .iter()
        .zip(0..)
        .flat_map(|(text, at)| {
            [
                row(
                    Kind::Thread,
                    format!("heavy-t{at}"),
                    json!({"from_name": text, "subject": text, "last_text": text, "owner": "ana",
                        "state": "open", "new": 2, "channel": "discord", "last_at": "2026-11-17T15:00:00Z"}),
                ),
                row(
                    Kind::Lead,
                    format!("heavy-l{at}"),
                    json!({"name": text, "next_step": text, "owner": "ana", "stage": "new"}),
                ),
                row(
                    Kind::Network,
                    format!("heavy-n{at}"),
                    json!({"name": text, "owner": "ana", "lifecycle": "active"}),
                ),
                row(
                    Kind::FollowUp,
                    format!("heavy-f{at}"),
                    json!({"title": text, "owner": "ana", "due": "2026-11-16", "state": "open"}),
                ),
                row(
                    Kind::Person,
                    format!("heavy-p{at}"),
                    json!({"name": text}),
                ),
                row(
                    Kind::Meeting,
                    format!("heavy-m{at}"),
                    json!({"title": text, "start": "2026-11-17T18:00:00Z", "end": "2026-11-17T18:30:00Z",
                        "state": "proposed", "owner": "ana", "attendees": []}),
                ),
            ]
        })
        .collect()
}

#[test]
fn no_text_shifts_a_row_at_any_size() {
    let mut rows = desk::morning();
    rows.extend(desk::awkward());
    rows.extend(heavy());
    let mut seen = 0;
    for size in SIZES {
        let mut app = desk::console(&rows, size);
        let mut shown = Shown::new(size);
        for keys in [
            "1", "end", "2", "j", "j", "end", "k", "k", "enter", "J", "esc", "3", "end", "k", "b",
            "b", "4", "end", "k", "enter", "esc", "5", "end", "k", "6", "j", "g p", "end", "k",
            "g m", "end", "g x", "g o", "2", "?", "esc", ":", "n", "esc", "r", "esc", "f /", "esc",
            "3", "=", "esc", "z", "1",
        ] {
            desk::press(&mut app, keys);
            app.following = None;
            shown.draw(&mut app, UNICODE);
            assert_eq!(
                shown.differs(&app, UNICODE),
                None,
                "{keys} at {}×{}",
                size.0,
                size.1
            );
            let screen = shown.parser.screen().contents();
            seen += usize::from(screen.contains("王磊 全角")) + usize::from(screen.contains('ש'));
        }
    }
    assert!(seen > 50, "the awkward texts were hardly on screen: {seen}");
}

/// The check above must be able to fail.
#[test]
fn a_shifted_row_is_found() {
    let mut app = desk::console(&desk::morning(), (80, 24));
    desk::press(&mut app, "2");
    let mut shown = Shown::new((80, 24));
    let bytes = shown.draw(&mut app, UNICODE);
    assert_eq!(shown.differs(&app, UNICODE), None);
    // A letter that takes a cell more than was thought moves what follows it without a place of its own.
    let wider = String::from_utf8(bytes)
        .unwrap()
        .replacen("Milo", "Milo\u{ff01}", 1);
    let mut other = Shown::new((80, 24));
    other.parser.process(wider.as_bytes());
    assert!(other.differs(&app, UNICODE).is_some());
}
