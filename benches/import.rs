//! What the import of a large export costs: 15,000 rows of 29 columns, read, compared and saved.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark may fail loudly"
)]

use std::sync::OnceLock;

use cnm::command::{Cx, Settings, UndoLog, apply_plan};
use cnm::effect::Effect;
use cnm::import::backstage::{Known, Plan, Told, prepare};
use cnm::list::World;
use cnm::store::{Paths, Store};
use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::Timestamp;
use rust_xlsxwriter::Workbook;

const ROWS: u64 = 15_000;

const HEADER: [&str; 29] = [
    "Data period",
    "Creator ID",
    "Creator's username",
    "Group",
    "Creator Network manager",
    "Join time",
    "Days since joining",
    "Diamonds",
    "LIVE duration",
    "Valid go LIVE days",
    "New followers",
    "LIVE streams",
    "Diamonds last month",
    "LIVE duration (hours) last month",
    "Valid go LIVE days last month",
    "Matches",
    "Diamonds from matches",
    "New LIVE creators",
    "Diamonds from multi-guest",
    "Diamonds from multi-guest (as host)",
    "Diamonds from multi-guest (as guest)",
    "Graduation status",
    "Tier status",
    "New fans",
    "Fan Club total Diamonds",
    "Fan contribution %",
    "Total fans",
    "Active fans from Fan Club",
    "Status",
];

fn main() {
    divan::main();
}

fn now() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

fn row_of(number: u64) -> [String; 29] {
    let id = (7_359_135_855_103_475_718 + number * 1_000_003).to_string();
    let handle = format!("creator{number}");
    let diamonds = (553_978 + number * 31).to_string();
    [
        "2026-07-01 ~ 2026-07-06",
        &id,
        &handle,
        "Not in a group",
        "agent@example.com",
        "2023-08-05 00:11:00 (UTC+0)",
        "1068",
        &diamonds,
        "23h 7m 8s",
        "6",
        "1200",
        "15",
        "2100000",
        "180.5",
        "28",
        "22",
        "5000",
        "No",
        "100",
        "50",
        "50",
        "Non-new creator",
        "Tier not maintained",
        "100",
        "535517",
        "90.13%",
        "5000",
        "200",
        "Active",
    ]
    .map(str::to_owned)
}

fn book() -> &'static [u8] {
    static BOOK: OnceLock<Vec<u8>> = OnceLock::new();
    BOOK.get_or_init(|| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in (0..).zip(HEADER) {
            sheet.write_string(0, column, name).unwrap();
        }
        for number in 0..ROWS {
            let line = u32::try_from(number + 1).unwrap();
            for (column, value) in (0..).zip(row_of(number)) {
                match value.parse::<f64>() {
                    Ok(figure) if value.len() < 12 => {
                        sheet.write_number(line, column, figure).unwrap()
                    }
                    _ => sheet.write_string(line, column, &value).unwrap(),
                };
            }
        }
        book.save_to_buffer().unwrap()
    })
}

fn text() -> &'static [u8] {
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut text = HEADER.join(",");
        for number in 0..ROWS {
            text.push('\n');
            text += &row_of(number).join(",");
        }
        text.into_bytes()
    })
}

fn plan(bytes: &[u8], known: &Known) -> Plan {
    let told = Told {
        network: Some("nova"),
        ..Told::default()
    };
    let mut next = 0;
    prepare(
        "a",
        bytes,
        known,
        told,
        &mut || {
            next += 1;
            format!("id-{next}")
        },
        &mut |_| {},
    )
    .unwrap()
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn read_a_workbook_of_new_creators(bencher: Bencher<'_, '_>) {
    let known = Known::default();
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| plan(book(), &known));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn read_a_table_of_new_creators(bencher: Bencher<'_, '_>) {
    let known = Known::default();
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| plan(text(), &known));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn read_the_same_workbook_again(bencher: Bencher<'_, '_>) {
    let mut known = Known::default();
    known.take(&plan(book(), &Known::default()));
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let again = plan(book(), &known);
        assert!(again.changes.is_empty());
    });
}

/// Makes commands of 30,001 changes and puts them into the outbox, safe on disk.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn apply_it_to_the_outbox(bencher: Bencher<'_, '_>) {
    let plan = plan(book(), &Known::default());
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    bencher
        .with_inputs(|| {
            let folder = tempfile::tempdir_in(target).unwrap();
            let (store, _) = Store::open(&Paths::new(folder.path(), folder.path()), now()).unwrap();
            (folder, store)
        })
        .bench_local_refs(|(_, store)| {
            let mut world = World::new("ana", now(), jiff::tz::TimeZone::UTC, 7);
            let settings = Settings::default();
            let mut undo = UndoLog::default();
            let mut cx = Cx::new(&mut world, None, &settings, &mut undo);
            apply_plan(&mut cx, &plan).unwrap();
            for effect in cx.finish().effects {
                if let Effect::Save(batch) = effect {
                    store.save(&batch).unwrap();
                }
            }
        });
}
