//! What a key, a frame and the start cost, with the threads of one morning in memory and with very many.
//!
//! At the end it prints what a verb costs to the next frame with 300 and with 100,000 messages in the cache, and the ratio of
//! the two; `cargo bench --bench console -- ratio` prints only that.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark has no readers of its interface and may stop at a wrong fixture"
)]

use std::time::{Duration, Instant};

use cnm::app::{App, Configured, Msg};
use cnm::command::Command;
use cnm::config::Config;
use cnm::effect::{CacheRow, Load, RowState};
use cnm::keymap::{Key, Keymap, parse_sequence};
use cnm::list::World;
use cnm::pane::{Place, arrange_all};
use cnm::record::Kind;
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{self, Depth, Look};
use divan::{Bencher, black_box};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};

/// Threads in memory: those of one morning, and far more than anyone has.
const THREADS: [usize; 2] = [300, 100_000];

const SIZE: (u16, u16) = (120, 40);

fn main() {
    divan::main();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut filters = args.iter().filter(|arg| !arg.starts_with("--"));
    let lists = args.iter().any(|arg| arg == "--list" || arg == "--test");
    if !lists && filters.all(|filter| filter.contains("ratio")) {
        ratios();
    }
}

/// The verbs that are measured with many messages, and their keys.
const VERBS: [(&str, &str); 5] = [
    ("done", "e"),
    ("snooze", "s m"),
    ("follow-up", "f t"),
    ("reply", "r 1 enter"),
    ("assign", "a b"),
];

/// Prints what a verb costs to the next frame with few and with many messages, in turns so that what else the machine
/// does falls on both, and the ratio of the medians.
fn ratios() {
    const ROUNDS: usize = 100;
    let sizes = messages();
    for (name, keys) in VERBS {
        let keys = parse_sequence(keys).unwrap();
        let mut desks: Vec<(App, Vec<Duration>)> = sizes
            .iter()
            .map(|messages| (with_messages(*messages), Vec::new()))
            .collect();
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        for _ in 0..ROUNDS {
            for (app, times) in &mut desks {
                let began = Instant::now();
                for key in &keys {
                    black_box(app.update(now(), Msg::Key(*key)));
                }
                ui::draw(app, look(), black_box(&mut buffer));
                times.push(began.elapsed());
            }
        }
        let medians: Vec<f64> = desks
            .into_iter()
            .map(|(app, mut times)| {
                assert!(!app.undo.done().is_empty(), "{name} took effect");
                times.sort_unstable();
                times[ROUNDS / 2].as_secs_f64() * 1e3
            })
            .collect();
        println!(
            "{name:<9} to the next frame: {:.3} ms with {} messages, {:.3} ms with {}, ratio {:.2}",
            medians[0],
            sizes[0],
            medians[1],
            sizes[1],
            medians[1] / medians[0]
        );
    }
}

fn look() -> Look {
    Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    }
}

fn now() -> Timestamp {
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

/// Threads with the people and CNs that they are from; a third of them has an SLA.
fn rows(threads: usize) -> Vec<CacheRow> {
    let people = (threads / 3).max(1);
    let start = now().as_second();
    let at = |seconds: usize| {
        let seconds = i64::try_from(seconds).unwrap();
        Timestamp::from_second(start - seconds).unwrap().to_string()
    };
    let mut rows = vec![row(
        Kind::User,
        "me".into(),
        &json!({"name": "Ana", "role": "cnm"}),
    )];
    rows.extend((0..24).map(|number| {
        let fields =
            json!({"name": format!("Network {number}"), "health": number * 4, "owner": "me"});
        row(Kind::Network, format!("n{number}"), &fields)
    }));
    rows.extend((0..people).map(|number| {
        let circle = ["colleague", "owner", "lead", "system"][number % 4];
        let office = ["Shanghai", "Singapore", "London"][number % 3];
        let fields = json!({"name": format!("Person {number}"), "circle": circle, "office": office, "zone": "Asia/Shanghai"});
        row(Kind::Person, format!("p{number}"), &fields)
    }));
    rows.extend((0..threads).map(|number| {
        let mut fields = json!({
            "title": format!("Subject {number}"),
            "state": "open",
            "owner": "me",
            "from": format!("p{}", number % people),
            "from_name": format!("Person {}", number % people),
            "network": format!("n{}", number % 24),
            "last_text": "本周直播活动素材已更新，请今天确认; payout for October",
            "last_at": at(number * 7),
            "new": 2,
        });
        if number % 3 == 0 {
            fields["sla_due"] = json!(at(number * 5));
        }
        row(Kind::Thread, format!("t{number:06}"), &fields)
    }));
    rows
}

fn configured() -> Configured {
    Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    }
}

fn world() -> World {
    World::new("me", now(), jiff::tz::TimeZone::UTC, 7)
}

/// A console in the inbox with this many threads.
fn console(threads: usize) -> App {
    let mut app = App::new(world(), configured(), SIZE);
    app.update(
        now(),
        Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows(threads)),
    );
    for key in ["alt-2", "j", "k"] {
        app.update(now(), Msg::Key(one(key)));
    }
    assert_eq!(app.screen.list().unwrap().len(), threads);
    app
}

fn one(key: &str) -> Key {
    parse_sequence(key).unwrap()[0]
}

/// Two keys: down and up again.
#[divan::bench(args = THREADS)]
fn cursor_down_and_up(bencher: Bencher<'_, '_>, threads: usize) {
    let mut app = console(threads);
    let (down, up) = (one("j"), one("k"));
    bencher.bench_local(|| {
        black_box(app.update(now(), Msg::Key(down)));
        black_box(app.update(now(), Msg::Key(up)));
    });
}

/// One key: the thread is dealt with and the cursor is on the next one.
#[divan::bench(args = THREADS, sample_count = 100, sample_size = 1)]
fn done_and_advance(bencher: Bencher<'_, '_>, threads: usize) {
    let mut app = console(threads);
    let done = one("e");
    bencher.bench_local(|| app.update(now(), Msg::Key(done)));
}

/// Messages in the cache: those of one morning, and those of years. `CNM_BENCH_MESSAGES` sets the larger number.
fn messages() -> Vec<usize> {
    let many = std::env::var("CNM_BENCH_MESSAGES").ok();
    let many = many.and_then(|many| many.parse().ok());
    vec![300, many.unwrap_or(100_000)]
}

/// The keys of a verb in a morning of three hundred threads, with so many messages in memory, and the frame
/// after them. What is typed before the verb takes effect counts.
fn verb(bencher: Bencher<'_, '_>, messages: usize, keys: &str) {
    let mut app = with_messages(messages);
    let keys = parse_sequence(keys).unwrap();
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let before = app.undo.done().len();
    let mut runs = 0;
    bencher.bench_local(|| {
        runs += 1;
        for key in &keys {
            black_box(app.update(now(), Msg::Key(*key)));
        }
        ui::draw(&app, look, black_box(&mut buffer));
    });
    let done = app.undo.done().len() - before;
    assert!(done > 0 && done <= runs, "{done} of {runs} took effect");
}

#[divan::bench(args = messages(), sample_count = 100, sample_size = 1)]
fn done_with_messages(bencher: Bencher<'_, '_>, messages: usize) {
    verb(bencher, messages, "e");
}

#[divan::bench(args = messages(), sample_count = 100, sample_size = 1)]
fn snooze_with_messages(bencher: Bencher<'_, '_>, messages: usize) {
    verb(bencher, messages, "s m");
}

#[divan::bench(args = messages(), sample_count = 100, sample_size = 1)]
fn follow_up_with_messages(bencher: Bencher<'_, '_>, messages: usize) {
    verb(bencher, messages, "f t");
}

#[divan::bench(args = messages(), sample_count = 100, sample_size = 1)]
fn reply_with_messages(bencher: Bencher<'_, '_>, messages: usize) {
    verb(bencher, messages, "r 1 enter");
}

#[divan::bench(args = messages(), sample_count = 100, sample_size = 1)]
fn assign_with_messages(bencher: Bencher<'_, '_>, messages: usize) {
    verb(bencher, messages, "a b");
}

/// A console with three hundred threads of one new message each; the other messages are the past, a tenth of it
/// in these threads.
fn with_messages(messages: usize) -> App {
    const OPEN: usize = 300;
    let mut app = console(OPEN);
    let at = |seconds: usize| {
        let seconds = now().as_second() - i64::try_from(seconds).unwrap();
        Timestamp::from_second(seconds).unwrap().to_string()
    };
    let handled = 2 * 3_600;
    let mut rows: Vec<CacheRow> = rows(OPEN);
    for row in &mut rows {
        if row.kind == Kind::Thread {
            let mut fields: Json = serde_json::from_str(&row.fields).unwrap();
            fields["done_at"] = json!(at(handled));
            row.fields = fields.to_string();
        }
    }
    rows.push(row(
        Kind::User,
        "ben".into(),
        &json!({"name": "Ben", "role": "cnm"}),
    ));
    rows.push(row(
        Kind::Snippet,
        "s1".into(),
        &json!({"key": "1", "title": "Payouts", "lang": "en", "body": "Payouts come on the 15th."}),
    ));
    rows.extend((0..messages).map(|number| {
        let (thread, sent) = match number {
            ..OPEN => (format!("t{number:06}"), number * 7),
            _ if number % 10 == 0 => (format!("t{:06}", number / 10 % OPEN), handled + number * 7),
            _ => (format!("old{:06}", number % 5_000), handled + number * 7),
        };
        let fields = json!({
            "thread": thread,
            "direction": "in",
            "sender": "p1",
            "sender_name": "Person 1",
            "sent_at": at(sent),
            "kind": "text",
            "text": "Could you check the payout of October for us?",
        });
        row(Kind::Message, format!("m{number:06}"), &fields)
    }));
    app.update(now(), Msg::Loaded(Load::Unhandled, rows));
    app
}

/// A minute goes by.
#[divan::bench(args = THREADS)]
fn tick(bencher: Bencher<'_, '_>, threads: usize) {
    let mut app = console(threads);
    bencher.bench_local(|| app.update(now(), Msg::Tick));
}

/// All lists put in order, which is most of what the keys above cost.
#[divan::bench(args = THREADS)]
fn every_list_in_order(bencher: Bencher<'_, '_>, threads: usize) {
    let mut app = console(threads);
    bencher.bench_local(|| arrange_all(&app.world, &mut app.screen, false));
}

fn draw(bencher: Bencher<'_, '_>, threads: usize, place: Place) {
    let mut app = console(threads);
    app.screen.go(place);
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    bencher.bench_local(|| ui::draw(&app, look, black_box(&mut buffer)));
}

#[divan::bench(args = THREADS)]
fn draw_today(bencher: Bencher<'_, '_>, threads: usize) {
    draw(bencher, threads, Place::Today);
}

#[divan::bench(args = THREADS)]
fn draw_inbox(bencher: Bencher<'_, '_>, threads: usize) {
    draw(bencher, threads, Place::Inbox);
}

#[divan::bench(args = THREADS)]
fn draw_slots(bencher: Bencher<'_, '_>, threads: usize) {
    draw(bencher, threads, Place::Slots);
}

/// Everything but the records: keymap, theme, state.
#[divan::bench]
fn start_without_records() -> App {
    App::new(world(), configured(), SIZE)
}

#[divan::bench]
fn start_keymap() -> Keymap {
    Keymap::defaults().unwrap()
}

#[divan::bench]
fn start_theme() -> Theme {
    Theme::shipped("midnight").unwrap()
}

/// The records of the working set read from their JSON and put in order.
#[divan::bench(args = THREADS, sample_count = 10)]
fn start_records(bencher: Bencher<'_, '_>, threads: usize) {
    let rows = rows(threads);
    bencher
        .with_inputs(|| {
            let app = App::new(world(), configured(), SIZE);
            (app, rows.clone())
        })
        .bench_local_values(|(mut app, rows)| {
            app.update(now(), Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows));
            app
        });
}

/// The parser of command lines is built when the first key is pressed.
#[divan::bench]
fn first_key(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| App::new(world(), configured(), SIZE))
        .bench_local_values(|mut app| {
            app.update(now(), Msg::Key(one("j")));
            app
        });
}

#[divan::bench]
fn parse_a_command_line() -> Command {
    Command::parse(black_box("inbox snooze 'tomorrow 9am'")).unwrap()
}

/// Creators of one CN: those of a small one, and more than any CN is known to manage.
const CREATORS: [usize; 2] = [60, 15_000];

/// Opens the page of a CN on its creators.
fn creators(count: usize) -> App {
    let mut rows = rows(300);
    rows.push(row(
        Kind::Network,
        "big".into(),
        &json!({"name": "Aaa", "lifecycle": "mature", "owner": "me", "health": 10.0}),
    ));
    rows.push(row(
        Kind::MetricDef,
        "diamonds".into(),
        &json!({"name": "Diamonds", "unit": "diamonds", "direction": "up"}),
    ));
    for number in 0..count {
        let id = format!("c{number:05}");
        let hours = i64::try_from(number % 400).unwrap();
        let live = now().as_second() - hours * 3_600;
        rows.push(row(
            Kind::Creator,
            id.clone(),
            &json!({
                "handle": format!("handle{:05}", number * 7_919 % 100_000),
                "platform_id": format!("7{number:018}"),
                "network": "big",
                "tier_status": "Tier maintained",
                "followers": number * 31 % 50_000,
                "last_live_at": Timestamp::from_second(live).unwrap().to_string(),
            }),
        ));
        rows.push(row(
            Kind::MetricPoint,
            format!("p{number:05}"),
            &json!({
                "subject": {"kind": "creator", "id": id},
                "metric": "diamonds", "period_kind": "mtd", "period": "2026-11-01",
                "value": number * 13 % 9_000, "n": 16, "as_of": "2026-11-17T00:00:00Z",
            }),
        ));
    }
    let mut app = App::new(world(), configured(), SIZE);
    app.update(now(), Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows));
    for key in ["alt-4", "v", "c"] {
        app.update(now(), Msg::Key(one(key)));
    }
    while app.screen.network().is_some_and(|id| id.as_str() != "big") {
        app.update(now(), Msg::Key(one("]")));
    }
    let list = app.screen.list().unwrap();
    assert_eq!(list.len(), count, "the creators are on the page");
    app
}

#[divan::bench(args = CREATORS)]
fn creators_scroll(bencher: Bencher<'_, '_>, count: usize) {
    let mut app = creators(count);
    let keys = [one("j"), one("k")];
    bencher.bench_local(|| {
        for key in keys {
            app.update(now(), Msg::Key(key));
        }
    });
}

#[divan::bench(args = CREATORS)]
fn creators_draw(bencher: Bencher<'_, '_>, count: usize) {
    let app = creators(count);
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    bencher.bench_local(|| ui::draw(&app, look, black_box(&mut buffer)));
}

/// Filters and sorts, as a line that is typed does.
#[divan::bench(args = CREATORS)]
fn creators_filter_and_sort(bencher: Bencher<'_, '_>, count: usize) {
    let mut app = creators(count);
    let place = app.screen.active();
    let mut wide = false;
    bencher.bench_local(|| {
        wide = !wide;
        let filter = if wide {
            "dark>3d sort:-followers"
        } else {
            "dark>7d sort:handle"
        };
        app.screen.shelf_mut(place).filter = filter.into();
        cnm::pane::arrange(&app.world, &mut app.screen, place, true);
    });
}
