//! A small morning made by hand, on which screens, pictures and references are drawn.
//!
//! `desk/morning.jsonl` is a morning as it should look; `desk/awkward.jsonl` has the texts that break frames:
//! scripts from right to left, joined emoji, heaps of marks, escape sequences, wide letters, blanks.

use cnm::app::{App, Configured, Msg};
use cnm::config::Config;
use cnm::effect::{
    CacheRow, Conflict, ConflictField, Edit, Effect, Line, Load, OutboxRow, OutboxState, RowState,
    SyncStatus,
};
use cnm::keymap::{Keymap, parse_sequence};
use cnm::list::World;
use cnm::record::{Kind, Op, Patch};
use cnm::theme::Theme;
use cnm::ui::{self, Look};
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::{Map, Value as Json, json};

/// Half past eight on Tuesday, 17 November 2026, in Los Angeles.
pub(crate) fn now() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

/// A morning as it should look.
pub(crate) fn morning() -> Vec<CacheRow> {
    rows(include_str!("desk/morning.jsonl"))
}

/// Records whose every text is awkward.
pub(crate) fn awkward() -> Vec<CacheRow> {
    rows(include_str!("desk/awkward.jsonl"))
}

fn rows(lines: &str) -> Vec<CacheRow> {
    lines.lines().map(row).collect()
}

fn row(line: &str) -> CacheRow {
    let json: Json = serde_json::from_str(line).unwrap();
    let kind = json["kind"].as_str().unwrap();
    CacheRow {
        kind: Kind::from_name(kind).unwrap(),
        id: json["id"].as_str().unwrap().to_owned(),
        version: 3,
        state: RowState::Clean,
        fields: json["fields"].to_string(),
    }
}

/// Opens Ana's console on rows, with a few edits that wait or conflict.
pub(crate) fn console(rows: &[CacheRow], size: (u16, u16)) -> App {
    let mut app = open("ana", rows.to_vec(), size);
    app.update(now(), Msg::Outbox(outbox()));
    let status = SyncStatus {
        queued: 2,
        conflicts: 1,
        refused: 1,
        ..app.screen.sync.clone()
    };
    app.update(now(), Msg::Sync(status));
    app
}

/// Opens a user's console on rows, as the runtime does after it has read the cache.
pub(crate) fn open(me: &str, rows: Vec<CacheRow>, size: (u16, u16)) -> App {
    opened(me, rows, size).0
}

/// Opens a user's console on rows; returns also what it asks its cache for at once.
pub(crate) fn opened(me: &str, rows: Vec<CacheRow>, size: (u16, u16)) -> (App, Vec<Effect>) {
    let zone = cnm::when::zone::load("America/Los_Angeles").unwrap();
    let configured = Configured {
        config: Config::default(),
        // Tests say a place with one digit; that digits are counts as shipped has tests of its own.
        keymap: Keymap::defaults().unwrap().with_digits(true).unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    };
    let mut app = App::new(World::new(me, now(), zone, 7), configured, size);
    let load = Load::Working(Kind::ALL.to_vec());
    let effects = app.update(now(), Msg::Loaded(load, rows));
    let status = SyncStatus {
        line: Line::Live,
        synced_at: now().checked_sub(SignedDuration::from_secs(100)).ok(),
        ..SyncStatus::default()
    };
    app.update(now(), Msg::Sync(status));
    (app, effects)
}

/// Presses keys one after another, in no time; returns what the console asks for.
pub(crate) fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in parse_sequence(keys).unwrap() {
        let now = app.world.view.now;
        effects.extend(app.update(now, Msg::Key(key)));
    }
    effects
}

/// Lets time pass.
pub(crate) fn wait(app: &mut App, time: SignedDuration) {
    let now = app.world.view.now.checked_add(time).unwrap();
    app.update(now, Msg::Tick);
}

/// Draws the console into cells of its own size.
pub(crate) fn draw(app: &App, look: Look) -> Buffer {
    let (columns, rows) = app.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    ui::draw(app, look, &mut buffer);
    buffer
}

/// Returns the text of each row, what a wide letter covers left out.
pub(crate) fn lines(buffer: &Buffer) -> Vec<String> {
    (0..buffer.area.height)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < buffer.area.width {
                let symbol = buffer[Position { x, y }].symbol();
                line.push_str(symbol);
                x += u16::try_from(cnm::text::width(symbol)).unwrap().max(1);
            }
            line
        })
        .collect()
}

/// One edit of each state: queued, in conflict, refused, waiting behind another.
fn outbox() -> Vec<OutboxRow> {
    let conflict = Conflict {
        fields: vec![ConflictField {
            name: "next_step".into(),
            base: Some(json!("send the deck")),
            mine: Some(json!("send the Spanish deck")),
            theirs: Some(json!("call Luz first")),
        }],
        version: 5,
        changed_by: Some("ben".into()),
        changed_at: Some(minutes_ago(12)),
        deleted: false,
    };
    let refused = OutboxState::Refused {
        why: "`proposal` needs the field signer; fill it in first".into(),
        server: None,
    };
    [
        (
            Kind::Thread,
            "t-done",
            "state",
            json!("done"),
            OutboxState::Queued,
        ),
        (
            Kind::Lead,
            "ambar",
            "next_step",
            json!("send the Spanish deck"),
            OutboxState::Conflict(Box::new(conflict)),
        ),
        (Kind::Lead, "kestrel", "stage", json!("proposal"), refused),
        (
            Kind::Lead,
            "kestrel",
            "score",
            json!(71),
            OutboxState::Blocked,
        ),
    ]
    .into_iter()
    .zip(1..)
    .map(|((kind, id, field, value, state), number)| OutboxRow {
        number,
        edit: edit(number, kind, id, field, value),
        batch: format!("batch-{number}"),
        at: minutes_ago(4 * number),
        state,
        attempts: 0,
    })
    .collect()
}

fn minutes_ago(minutes: i64) -> Timestamp {
    now()
        .checked_sub(SignedDuration::from_mins(minutes))
        .unwrap()
}

fn edit(number: i64, kind: Kind, id: &str, field: &str, value: Json) -> Edit {
    let mut patch = Patch::default();
    patch.set.insert(field.to_owned(), value);
    let mut before = Map::new();
    before.insert(field.to_owned(), Json::Null);
    Edit {
        cmd: format!("command-{number}"),
        kind,
        id: id.to_owned(),
        op: Op::Update,
        base: Some(3),
        patch,
        before,
    }
}
