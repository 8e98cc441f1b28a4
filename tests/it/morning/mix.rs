//! The standard mix of a morning, key by key: 120 to clear, 60 to answer, 45 to put off, 45 to follow up, 30 to
//! hand over. The reader chooses by what the screen says.

use cnm::app::{App, Mode, Msg};
use cnm::effect::{CacheRow, RowState};
use cnm::keymap::Keymap;
use cnm::record::Kind;
use serde_json::{Value as Json, json};

use super::reader;
use crate::desk;

fn row(kind: Kind, id: String, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id,
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

/// What a message says decides what becomes of it.
const SAYS: [(&str, usize); 12] = [
    ("Build 12 is on staging, nothing to do.", 48),
    ("Weekly digest: all green.", 24),
    (
        "Could you look at this once more? On second thought, forget it.",
        48,
    ),
    ("How do I add a manager to the account?", 42),
    ("What about the badge for the studio? Which one fits?", 18),
    ("Can we talk tomorrow about the plan?", 36),
    ("Can we come back to this on Thursday evening?", 9),
    ("Please send the numbers today.", 32),
    ("Please send the plan by Wednesday noon.", 13),
    ("Can Ben look at our invoice?", 24),
    ("Can Carla check the contract?", 6),
    ("", 0),
];

fn mix() -> Vec<CacheRow> {
    let mut rows = vec![
        row(
            Kind::User,
            "ana".into(),
            &json!({"name": "Ana", "role": "cnm"}),
        ),
        row(
            Kind::User,
            "ben".into(),
            &json!({"name": "Ben Ortiz", "role": "cnm"}),
        ),
        row(
            Kind::User,
            "carla".into(),
            &json!({"name": "Carla Bell", "role": "cnm"}),
        ),
        row(
            Kind::Network,
            "n1".into(),
            &json!({"name": "Nova", "owner": "ana"}),
        ),
        row(
            Kind::Snippet,
            "s1".into(),
            &json!({"key": "1", "title": "Managers", "lang": "en", "body": "Under Settings, Managers."}),
        ),
        row(
            Kind::Snippet,
            "s2".into(),
            &json!({"key": "2", "title": "Badges", "lang": "en", "body": "The blue one."}),
        ),
    ];
    for (id, circle, name) in [
        ("owner", "owner", "Dana Reyes"),
        ("bot", "system", "Build bot"),
        ("mate", "colleague", "Kim Lee"),
    ] {
        let fields = json!({"name": name, "circle": circle, "zone": "America/Los_Angeles"});
        rows.push(row(Kind::Person, id.into(), &fields));
    }
    let mut number = 0;
    for (text, count) in SAYS {
        for _ in 0..count {
            number += 1;
            let (from, channel) = if text.starts_with("Build") || text.starts_with("Weekly") {
                ("bot", "lark_card")
            } else {
                ("owner", "whatsapp")
            };
            let text = &format!("{text} (case {number})");
            let sent = desk::now() - jiff::SignedDuration::from_mins(300 - number);
            let thread = json!({
                "state": "open", "owner": "ana", "from": from, "from_name": from, "network": "n1",
                "channel": channel, "last_text": text, "last_at": sent, "new": 1, "messages": 1,
            });
            rows.push(row(Kind::Thread, format!("t{number:03}"), &thread));
            let message = json!({
                "thread": format!("t{number:03}"), "direction": "in", "sender": from,
                "sender_name": from, "sent_at": sent, "kind": "text", "text": text,
            });
            rows.push(row(Kind::Message, format!("m{number:03}"), &message));
        }
    }
    rows
}

struct Counted {
    app: App,
    keys: usize,
}

impl Counted {
    /// Opens the inbox on the list, with the conversation below it.
    fn new() -> Self {
        let mut app = desk::open("ana", mix(), (98, 60));
        app.keymap = Keymap::defaults().unwrap();
        desk::press(&mut app, "alt-2");
        assert_eq!(app.screen.tally.waiting, 300);
        Self { app, keys: 0 }
    }

    /// Opens the conversation alone; from there on keys are counted.
    fn zoomed() -> Self {
        let mut desk = Self::new();
        desk.press("enter z");
        desk.keys = 0;
        desk
    }

    fn press(&mut self, keys: &str) {
        self.keys += cnm::keymap::parse_sequence(keys).unwrap().len();
        desk::press(&mut self.app, keys);
        assert!(
            matches!(self.app.mode, Mode::Normal),
            "`{keys}` asks nothing more"
        );
    }

    fn screen(&self) -> String {
        let look = cnm::ui::Look {
            depth: cnm::ui::Depth::Off,
            glyphs: cnm::text::Glyphs::Unicode,
        };
        desk::lines(&desk::draw(&self.app, look)).join("\n")
    }

    fn waiting(&self) -> usize {
        self.app.screen.tally.waiting
    }
}

/// The keys for what a message says.
fn keys(message: &str) -> &'static str {
    let says = |words: &str| message.contains(words);
    match () {
        () if says("nothing to do") || says("all green") || says("forget it") => "e",
        () if says("add a manager") => "r 1 enter",
        () if says("Which one fits") => "r / b a enter enter",
        () if says("tomorrow") => "s m",
        () if says("Thursday evening") => "s / t h u space 9 enter",
        () if says("today") => "f t",
        () if says("by Wednesday") => "f / w e d enter",
        () if says("Can Ben") => "a b",
        () if says("Can Carla") => "a / c a enter",
        () => "space",
    }
}

fn work_through(desk: &mut Counted) {
    while let Some(message) = reader::at_hand(&desk.screen()) {
        let before = desk.waiting();
        desk.press(keys(&message));
        assert_eq!(desk.waiting(), before - 1, "{message}");
    }
    assert_eq!(desk.waiting(), 0);
}

#[test]
fn three_hundred_messages_item_by_item_take_at_most_720_keys() {
    let mut desk = Counted::zoomed();
    work_through(&mut desk);
    println!("standard mix, item by item: {} keys", desk.keys);
    assert!(desk.keys <= 720, "{}", desk.keys);
}

#[test]
fn three_hundred_messages_with_batches_take_at_most_550_keys() {
    let mut desk = Counted::new();
    // What needs no decision goes as one, with the count shown first.
    desk::press(&mut desk.app, "S");
    assert_eq!(reader::swept(&desk.screen()), Some(72));
    desk.press("enter");
    desk.keys += 1;
    // Rows that say the same lie together: a count before the verb takes five of them.
    while let Some((message, alike)) = reader::row_at_hand(&desk.screen()) {
        let verb = keys(&message);
        let before = desk.waiting();
        if alike >= 5 && matches!(verb.as_bytes().first(), Some(b's' | b'a' | b'e')) {
            desk.press(&format!("0 5 {verb}"));
            assert_eq!(desk.waiting(), before - 5, "{message}");
        } else {
            desk.press(verb);
            assert_eq!(desk.waiting(), before - 1, "{message}");
        }
    }
    println!("standard mix, with batches: {} keys", desk.keys);
    assert!(desk.keys <= 550, "{}", desk.keys);
}

#[test]
fn every_verb_keeps_its_budget_and_undo_brings_everything_back() {
    for (verb, budget) in [
        ("e", 1),
        ("s m", 2),
        ("a b", 2),
        ("f t", 2),
        ("r 1 enter", 3),
        ("space", 1),
        ("i 2", 2),
        ("t c", 2),
        ("d enter", 2),
    ] {
        let mut desk = Counted::zoomed();
        let before = desk.screen();
        let threads = desk.waiting();
        let message = reader::at_hand(&before);
        desk.press(verb);
        assert!(desk.keys <= budget, "{verb}");
        assert_eq!(desk.waiting(), threads - 1, "{verb}");
        assert_ne!(desk.screen(), before, "{verb}");
        desk.press("u");
        assert_eq!(desk.waiting(), threads, "{verb}");
        assert_eq!(reader::at_hand(&desk.screen()), message, "{verb}");
        desk.app.update(desk::now(), Msg::Tick);
    }
}
