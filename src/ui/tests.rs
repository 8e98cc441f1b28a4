//! What a verb costs up to its frame, counted in messages that are looked at and not in time.

#![allow(clippy::unwrap_used, reason = "a test may stop at a wrong fixture")]

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};

use super::{Depth, Look, draw};
use crate::app::{App, Configured, Msg};
use crate::config::Config;
use crate::effect::{CacheRow, Effect, Line, Load, RowState};
use crate::keymap::{Keymap, parse_sequence};
use crate::list::World;
use crate::pane::Tone;
use crate::record::{Kind, Message};
use crate::text::Glyphs;
use crate::theme::Theme;

const OPEN: usize = 300;

fn now() -> jiff::Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

fn row(kind: Kind, id: String, fields: &Json) -> CacheRow {
    CacheRow {
        kind,
        id,
        version: 1,
        state: RowState::Clean,
        fields: fields.to_string(),
    }
}

fn sent(thread: &str, minutes: usize, out: bool) -> Json {
    let ago = jiff::SignedDuration::from_mins(i64::try_from(minutes).unwrap());
    json!({
        "thread": thread, "direction": if out { "out" } else { "in" },
        "sender": "dana", "sender_name": "Dana Reyes", "sent_at": now() - ago, "kind": "text",
        "text": "Could you check the payout of October for us?",
    })
}

/// A console on the inbox: three hundred threads with one new message each, and so many messages of the past.
fn console(past: usize) -> App {
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    };
    let world = World::new("ana", now(), jiff::tz::TimeZone::UTC, 7);
    let mut app = App::new(world, configured, (120, 40));
    let mut rows = vec![
        row(
            Kind::User,
            "ana".into(),
            &json!({"name": "Ana", "role": "cnm"}),
        ),
        row(
            Kind::User,
            "ben".into(),
            &json!({"name": "Ben", "role": "cnm"}),
        ),
        row(
            Kind::Person,
            "dana".into(),
            &json!({"name": "Dana Reyes", "circle": "owner", "zone": "America/New_York"}),
        ),
        row(
            Kind::Snippet,
            "s1".into(),
            &json!({"key": "1", "title": "Payouts", "lang": "en", "body": "Payouts come on the 15th."}),
        ),
    ];
    for number in 0..OPEN {
        let fields = json!({
            "state": "open", "owner": "ana", "from": "dana", "from_name": "Dana Reyes",
            "channel": "whatsapp", "new": 1, "last_text": "Could you check the payout?",
            "last_at": now() - jiff::SignedDuration::from_mins(i64::try_from(number % 60).unwrap()),
            "done_at": now() - jiff::SignedDuration::from_hours(2),
        });
        rows.push(row(Kind::Thread, format!("t{number:03}"), &fields));
    }
    app.update(now(), Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows));
    let new = (0..OPEN).map(|number| {
        let fields = sent(&format!("t{number:03}"), number % 60, false);
        row(Kind::Message, format!("m{number:03}"), &fields)
    });
    // Every third of the past is my own.
    let past = (0..past).map(|number| {
        let fields = sent(
            &format!("old{:04}", number % 4_000),
            200 + number,
            number % 3 == 0,
        );
        row(Kind::Message, format!("p{number:06}"), &fields)
    });
    let rows = new.chain(past).collect();
    app.update(now(), Msg::Loaded(Load::Unhandled, rows));
    // The preview asks for what hangs under the thread; that was read.
    press(&mut app, "alt-2");
    app
}

/// A message never leaves the status row empty, and never hides how old everything is.
#[test]
fn a_message_stands_with_the_state_at_every_width() {
    let mut app = console(0);
    app.screen.sync.synced_at = Some(now() - jiff::SignedDuration::from_hours(3));
    app.screen.sync.line = Line::Offline { why: String::new() };
    app.screen.sync.queued = 3;
    let words = "the server at http://127.0.0.1:1 cannot be reached: connection refused; edits are kept and sent when it returns";
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    for width in 60..=180 {
        app.size = (width, 30);
        app.screen.say(Tone::Info, words);
        let area = Rect::new(0, 0, width, 30);
        let mut buffer = Buffer::empty(area);
        draw(&app, look, &mut buffer);
        let text: String = buffer
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        for part in [
            "the server at",
            "returns",
            "offline",
            "3 queued",
            "synced 3h ago",
        ] {
            assert!(text.contains(part), "{part} at {width}");
        }
    }
}

fn press(app: &mut App, keys: &str) -> usize {
    let mut saved = 0;
    for key in parse_sequence(keys).unwrap() {
        for effect in app.update(now(), Msg::Key(key)) {
            if let Effect::Save(batch) = effect {
                saved += 1;
                app.update(now(), Msg::Saved(batch.id));
            }
        }
    }
    saved
}

/// Counts the messages that are looked at from the first key of a verb to the end of its frame.
fn visits(app: &mut App, keys: &str) -> usize {
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
    draw(app, look, &mut buffer);
    let before = app.world.table::<Message>().visits();
    let saved = press(app, keys);
    draw(app, look, &mut buffer);
    assert_eq!(saved, 1, "{keys} is one batch");
    app.world.table::<Message>().visits() - before
}

#[test]
fn a_verb_looks_at_no_more_messages_among_very_many_than_among_few() {
    let (mut few, mut many) = (console(0), console(12_000));
    assert_eq!(many.world.table::<Message>().len(), 12_300);
    for keys in [
        "e",
        "s m",
        "f t",
        "r 1 enter",
        "a b",
        "space",
        "i 2",
        "u",
        "r o k enter",
        "u",
        "0 5 e",
    ] {
        let (among_few, among_many) = (visits(&mut few, keys), visits(&mut many, keys));
        assert_eq!(among_few, among_many, "`{keys}`");
        assert!(among_many < 2_000, "`{keys}` looks at {among_many}");
    }
}

#[test]
fn what_changes_one_by_one_leaves_the_same_as_what_is_read_at_once() {
    let (mut step_by_step, mut at_once) = (console(0), console(0));
    for keys in ["r 1 enter", "r o k enter", "u", "e", "r 1 enter"] {
        press(&mut step_by_step, keys);
        press(&mut at_once, keys);
        // Nobody says what changed, so everything is read again.
        at_once.world.table_mut::<Message>();
        at_once.update(now(), Msg::Tick);
        step_by_step.update(now(), Msg::Tick);
    }
    let threads = (0..OPEN).map(|number| crate::record::Id::new(format!("t{number:03}")));
    for thread in threads {
        let (one, other) = (&step_by_step.screen.readings, &at_once.screen.readings);
        assert_eq!(one.messages(&thread), other.messages(&thread), "{thread}");
    }
    let shelf = |app: &App| app.screen.list().unwrap().order().to_vec();
    assert_eq!(shelf(&step_by_step), shelf(&at_once));
    assert_eq!(
        step_by_step.screen.offers.list(),
        at_once.screen.offers.list()
    );
}

/// Offline on a cache that was never whole: what is missing is not told as if it were not there.
#[test]
fn a_first_sync_that_was_cut_short_is_told() {
    let mut app = console(0);
    let shown = |app: &App| {
        let area = Rect::new(0, 0, 120, 40);
        let mut buffer = Buffer::empty(area);
        let look = Look {
            depth: Depth::Off,
            glyphs: Glyphs::Unicode,
        };
        draw(app, look, &mut buffer);
        let cells = buffer.content.iter().map(ratatui::buffer::Cell::symbol);
        cells.collect::<String>()
    };
    app.size = (120, 40);
    app.screen.sync.synced_at = None;
    app.screen.sync.line = Line::Offline { why: String::new() };
    assert!(shown(&app).contains("first sync unfinished"));
    press(&mut app, "alt-4");
    let screen = shown(&app);
    assert!(screen.contains("The first sync is on its way."), "{screen}");
    press(&mut app, "g x");
    let screen = shown(&app);
    assert!(screen.contains("Reading the edits"), "{screen}");
    app.update(now(), Msg::Outbox(Vec::new()));
    let screen = shown(&app);
    assert!(screen.contains("No conflicts"), "{screen}");
    app.screen.sync.synced_at = Some(now());
    assert!(!shown(&app).contains("unfinished"));
}
