//! What the store costs: opening, saving and applying pages, at a thousand, a hundred thousand and a million records.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may fail loudly"
)]

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use cnm::effect::{Batch, BatchRole, Edit, Load};
use cnm::record::{Kind, Op, Patch};
use cnm::store::{Page, Paths, Store};
use cnm::wire::RawPage;
use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::Timestamp;
use serde_json::{Map, json};

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const PAGE: usize = 2_000;

fn main() {
    divan::main();
    for folder in FOLDERS.get().into_iter().flat_map(|folders| {
        folders
            .lock()
            .unwrap()
            .values()
            .cloned()
            .collect::<Vec<_>>()
    }) {
        let _ = std::fs::remove_dir_all(folder);
    }
}

static FOLDERS: OnceLock<Mutex<HashMap<usize, PathBuf>>> = OnceLock::new();

fn now() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

/// One page of the feed as bytes: mostly messages of old threads, at the beginning the open work of one person.
fn page(first: usize, rows: usize, last: usize) -> Vec<u8> {
    let changes: Vec<_> = (first..first + rows)
        .map(|number| {
            let (kind, fields) = match number {
                0..118 => ("thread", json!({"title": format!("Thread {number}"), "state": "open", "channel": "lark_dm",
                    "last_text": "Can we talk about the battle on Friday?", "last_at": "2026-11-17T08:00:00Z"})),
                118..142 => ("network", json!({"name": format!("CN {number}"), "lifecycle": "mature", "market": "US"})),
                142..205 => ("lead", json!({"name": format!("Lead {number}"), "stage": "s3", "summary": "x".repeat(200)})),
                205..246 => ("follow_up", json!({"title": format!("Call {number}"), "state": "open"})),
                _ => ("message", json!({"thread": format!("t{}", number % 5_000), "direction": "in",
                    "sent_at": format!("2026-{:02}-{:02}T0{}:00:00Z", number % 11 + 1, number % 28 + 1, number % 10),
                    "sender_name": "Mei Tanaka", "kind": "text", "lang": "en",
                    "text": format!("Message {number}: the numbers of last week look better, can you send me the plan for the holiday battle?")})),
            };
            json!({"kind": kind, "id": format!("0192f3a0-{:08x}-{number:012x}", number.wrapping_mul(2_654_435_761)),
                "version": 1, "seq": number + 1, "updated_at": "2026-11-17T08:00:00Z", "updated_by": "u1",
                "fields": fields, "fv": {}})
        })
        .collect();
    let seq = first + rows;
    serde_json::to_vec(
        &json!({"changes": changes, "cursor": format!("c{seq}"), "more": seq < last, "head": last,
        "seq": seq, "txn_open": false}),
    )
    .unwrap()
}

fn paths(folder: &std::path::Path) -> Paths {
    Paths::new(&folder.join("cache"), &folder.join("state"))
}

/// A cache with so many records, made once.
fn cache(size: usize) -> Paths {
    let folders = FOLDERS.get_or_init(Mutex::default);
    let mut folders = folders.lock().unwrap();
    let folder = folders.entry(size).or_insert_with(|| {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut store = Store::open(&paths(&folder), now()).unwrap().0;
        for first in (0..size).step_by(PAGE) {
            let raw = RawPage::read(&page(first, PAGE.min(size - first), size)).unwrap();
            store.apply(&Page::from(raw), now()).unwrap();
        }
        while store.index(5_000).unwrap() {}
        folder
    });
    paths(folder)
}

#[divan::bench(args = SIZES)]
fn open_and_read_the_working_set(bencher: Bencher<'_, '_>, size: usize) {
    let paths = cache(size);
    let kinds = vec![
        Kind::Thread,
        Kind::Network,
        Kind::Lead,
        Kind::FollowUp,
        Kind::Stage,
        Kind::User,
    ];
    bencher.bench(|| {
        let mut store = Store::open(&paths, now()).unwrap().0;
        store.load(&Load::Working(kinds.clone())).unwrap().len()
    });
}

#[divan::bench(args = SIZES)]
fn read_a_thread(bencher: Bencher<'_, '_>, size: usize) {
    let mut store = Store::open(&cache(size), now()).unwrap().0;
    let parent = cnm::record::AnyRef::new(Kind::Thread, "t300");
    let load = Load::Children {
        parent,
        kind: Kind::Message,
        limit: 50,
    };
    bencher.bench_local(|| store.load(&load).unwrap().len());
}

#[divan::bench(args = SIZES)]
fn search_for_a_common_word(bencher: Bencher<'_, '_>, size: usize) {
    let mut store = Store::open(&cache(size), now()).unwrap().0;
    let load = Load::Search {
        text: "batt".into(),
        limit: 50,
    };
    bencher.bench_local(|| store.load(&load).unwrap().len());
}

fn edit(number: usize) -> Batch {
    Batch {
        id: format!("b{number}"),
        label: "done".into(),
        at: now(),
        edits: vec![Edit {
            cmd: format!("c{number}"),
            kind: Kind::Lead,
            id: format!("l{number}"),
            op: Op::Create,
            base: None,
            patch: Patch {
                set: json!({"name": "x"})
                    .as_object()
                    .cloned()
                    .unwrap_or_default(),
                ..Patch::default()
            },
            before: Map::new(),
        }],
        role: BatchRole::Edit,
    }
}

#[divan::bench(sample_count = 50)]
fn save_one_edit_durably(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&paths(folder.path()), now()).unwrap().0;
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        store.save(&edit(number)).unwrap().len()
    });
}

#[divan::bench(sample_count = 20)]
fn save_a_hundred_edits_together(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&paths(folder.path()), now()).unwrap().0;
    let mut number = 0;
    bencher.bench_local(|| {
        let batches: Vec<Batch> = (0..100).map(|step| edit(number + step)).collect();
        number += 100;
        store.save_all(&batches).len()
    });
}

const LOADED: usize = 100_000;

#[divan::bench(sample_count = 3, sample_size = 1)]
fn read_pages(bencher: Bencher<'_, '_>) {
    let pages: Vec<Vec<u8>> = (0..LOADED)
        .step_by(PAGE)
        .map(|first| page(first, PAGE, LOADED))
        .collect();
    bencher.counter(ItemsCount::new(LOADED)).bench(|| {
        pages
            .iter()
            .map(|bytes| Page::from(RawPage::read(bytes).unwrap()).rows.len())
            .sum::<usize>()
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn apply_pages(bencher: Bencher<'_, '_>) {
    let pages: Vec<Page> = (0..LOADED)
        .step_by(PAGE)
        .map(|first| Page::from(RawPage::read(&page(first, PAGE, LOADED)).unwrap()))
        .collect();
    bencher.counter(ItemsCount::new(LOADED)).bench_local(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&paths(folder.path()), now()).unwrap().0;
        pages
            .iter()
            .map(|page| store.apply(page, now()).unwrap().rows)
            .sum::<usize>()
    });
}

/// The floor: the same rows into one table with one index, as strings.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn load_plain(bencher: Bencher<'_, '_>) {
    let pages: Vec<Page> = (0..LOADED)
        .step_by(PAGE)
        .map(|first| Page::from(RawPage::read(&page(first, PAGE, LOADED)).unwrap()))
        .collect();
    bencher.counter(ItemsCount::new(LOADED)).bench_local(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut db = rusqlite::Connection::open(folder.path().join("plain.db")).unwrap();
        db.execute_batch(
            "PRAGMA journal_mode = wal; PRAGMA synchronous = normal;
             CREATE TABLE msg(id INTEGER PRIMARY KEY, ts INT, kind TEXT, name TEXT, body TEXT); CREATE INDEX msg_ts ON msg(ts);",
        )
        .unwrap();
        let transaction = db.transaction().unwrap();
        let mut insert = transaction.prepare("INSERT INTO msg VALUES (?, ?, ?, ?, ?)").unwrap();
        for row in pages.iter().flat_map(|page| &page.rows) {
            let seq = row.seq.cast_signed();
            insert.execute(rusqlite::params![seq, seq, row.kind, row.id, row.fields]).unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
        LOADED
    });
}

#[divan::bench(sample_count = 2, sample_size = 1)]
fn fill_the_index(bencher: Bencher<'_, '_>) {
    let pages: Vec<Page> = (0..LOADED)
        .step_by(PAGE)
        .map(|first| Page::from(RawPage::read(&page(first, PAGE, LOADED)).unwrap()))
        .collect();
    bencher.counter(ItemsCount::new(LOADED)).bench_local(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&paths(folder.path()), now()).unwrap().0;
        for page in &pages {
            store.apply(page, now()).unwrap();
        }
        while store.index(200).unwrap() {}
        LOADED
    });
}
