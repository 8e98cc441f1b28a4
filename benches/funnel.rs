//! What the funnel costs with 2,000 leads: a key, a filter, a frame, the figures.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a benchmark has no readers of its interface and may stop at a wrong fixture"
)]

use cnm::app::{App, Configured, Msg};
use cnm::config::Config;
use cnm::effect::{CacheRow, Load, RowState};
use cnm::keymap::{Key, Keymap, parse_sequence};
use cnm::list::World;
use cnm::pane::{Reach, arrange_all, funnel_report, journeys};
use cnm::record::Kind;
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{self, Depth, Look};
use divan::{Bencher, black_box};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};

const LEADS: [usize; 2] = [200, 2_000];
const SIZE: (u16, u16) = (120, 40);
const STAGES: [(&str, &str); 9] = [
    ("new", ""),
    ("contacted", ""),
    ("replied", ""),
    ("qualified", ""),
    ("meeting", ""),
    ("proposal", ""),
    ("signed", "won"),
    ("lost", "lost"),
    ("parked", "parked"),
];

fn main() {
    divan::main();
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

/// Open leads with their ways, and as many closed ones.
fn rows(leads: usize) -> Vec<CacheRow> {
    let at = |hours: usize| {
        let hours = i64::try_from(hours).unwrap();
        Timestamp::from_second(now().as_second() - hours * 3_600)
            .unwrap()
            .to_string()
    };
    let mut rows = vec![row(
        Kind::User,
        "me".into(),
        &json!({"name": "Ana", "role": "cnm"}),
    )];
    for (order, (id, terminal)) in STAGES.iter().enumerate() {
        let fields = json!({
            "name": id, "order": order + 1, "limit_days": 7, "terminal": terminal, "target_percent": 60,
        });
        rows.push(row(Kind::Stage, (*id).into(), &fields));
    }
    for number in 0..leads * 2 {
        let open = number < leads;
        let came = if open { number % 6 } else { number % 7 };
        let id = format!("l{number:05}");
        let stage = if open || came == 6 { came } else { 7 };
        let born = 24 * (number % 380) + 700;
        let entered = if open { number % 600 + 1 } else { born - 650 };
        let source = ["inbound", "outbound", "referral", "event", "scout"][number % 5];
        let at_stage = STAGES[stage].0;
        let kind = ["Media", "Live", "Talent"][number % 3];
        let mut fields = json!({
            "name": format!("Lead {number} {kind}"),
            "stage": at_stage,
            "owner": "me",
            "source": source,
            "created_at": at(born),
            "entered_at": at(entered),
            "next_step": "call them",
            "next_due": "2026-11-20",
        });
        if !open {
            fields["closed_at"] = json!(at(entered));
        }
        rows.push(row(Kind::Lead, id.clone(), &fields));
        let mut from: Option<&str> = None;
        let steps: Vec<usize> = (0..=came.min(6)).chain((stage == 7).then_some(7)).collect();
        let count = steps.len().max(1);
        for (place, step) in steps.into_iter().enumerate() {
            let when = born - (born - entered) * (place + 1) / count;
            let to = STAGES[step].0;
            let event = json!({
                "lead": id, "from": from, "to": to, "at": at(when), "by": "me",
            });
            rows.push(row(Kind::StageEvent, format!("{id}-{place}"), &event));
            from = Some(to);
        }
    }
    rows
}

/// A console in the funnel, everything read.
fn console(leads: usize) -> App {
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    };
    let world = World::new("me", now(), jiff::tz::TimeZone::UTC, 7);
    let mut app = App::new(world, configured, SIZE);
    let rows = rows(leads);
    app.update(
        now(),
        Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows.clone()),
    );
    app.update(now(), Msg::Key(one("alt-3")));
    let since = Timestamp::from_second(0).unwrap();
    for kind in [Kind::Lead, Kind::StageEvent] {
        let of_kind = rows.iter().filter(|row| row.kind == kind).cloned();
        let load = Load::Since {
            kind,
            since,
            limit: 50_000,
        };
        app.update(now(), Msg::Loaded(load, of_kind.collect()));
    }
    assert_eq!(app.screen.list().unwrap().len(), leads);
    assert!(app.figures.funnel().unwrap().history);
    app
}

fn one(key: &str) -> Key {
    parse_sequence(key).unwrap()[0]
}

/// Two keys: down and up again.
#[divan::bench(args = LEADS)]
fn cursor_down_and_up(bencher: Bencher<'_, '_>, leads: usize) {
    let mut app = console(leads);
    let (down, up) = (one("j"), one("k"));
    bencher.bench_local(|| {
        black_box(app.update(now(), Msg::Key(down)));
        black_box(app.update(now(), Msg::Key(up)));
    });
}

/// Two keys on the board: to the next column and back.
#[divan::bench(args = LEADS)]
fn board_right_and_left(bencher: Bencher<'_, '_>, leads: usize) {
    let mut app = console(leads);
    app.update(now(), Msg::Key(one("b")));
    let (right, left) = (one("l"), one("h"));
    bencher.bench_local(|| {
        black_box(app.update(now(), Msg::Key(right)));
        black_box(app.update(now(), Msg::Key(left)));
    });
}

/// Two keys: a lead goes forward and back again, with all figures that follow from it.
#[divan::bench(args = LEADS, sample_count = 30, sample_size = 1)]
fn forward_and_back(bencher: Bencher<'_, '_>, leads: usize) {
    let mut app = console(leads);
    let (forward, back) = (one(">"), one("<"));
    bencher.bench_local(|| {
        black_box(app.update(now(), Msg::Key(forward)));
        black_box(app.update(now(), Msg::Key(back)));
    });
}

/// A filter with a sort is typed to its end: what each letter of it costs.
#[divan::bench(args = LEADS, sample_count = 50)]
fn filter_and_sort(bencher: Bencher<'_, '_>, leads: usize) {
    let mut app = console(leads);
    let shelf = app.screen.shelf_mut(cnm::pane::Place::Funnel);
    shelf.filter = "stage:proposal,meeting idle>3d source:inbound sort:-idle".into();
    bencher.bench_local(|| arrange_all(&app.world, &mut app.screen, true));
}

/// All figures from the records.
#[divan::bench(args = LEADS, sample_count = 50)]
fn all_figures(bencher: Bencher<'_, '_>, leads: usize) {
    let app = console(leads);
    bencher.bench_local(|| {
        let journeys = journeys(&app.world, Reach::Everyone);
        black_box(funnel_report(&app.world, Reach::Everyone, &journeys));
    });
}

fn draw(bencher: Bencher<'_, '_>, leads: usize, keys: &[&str]) {
    let mut app = console(leads);
    for key in keys {
        app.update(now(), Msg::Key(one(key)));
    }
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    bencher.bench_local(|| ui::draw(&app, look, black_box(&mut buffer)));
}

#[divan::bench(args = LEADS)]
fn draw_list(bencher: Bencher<'_, '_>, leads: usize) {
    draw(bencher, leads, &[]);
}

#[divan::bench(args = LEADS)]
fn draw_board(bencher: Bencher<'_, '_>, leads: usize) {
    draw(bencher, leads, &["b"]);
}

#[divan::bench(args = LEADS)]
fn draw_figures(bencher: Bencher<'_, '_>, leads: usize) {
    draw(bencher, leads, &["f"]);
}

#[divan::bench(args = LEADS)]
fn draw_stepping(bencher: Bencher<'_, '_>, leads: usize) {
    draw(bencher, leads, &["s"]);
}
