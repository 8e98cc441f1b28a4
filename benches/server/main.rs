//! The reference backend beside a bare axum + `SQLite` floor, in interleaved rounds of one run.
//!
//! `cargo bench --bench server -- [ROWS [ROUNDS [ONLY]]]`; quote the ratios, not the absolute figures. The
//! floor has no rights, no audit, no idempotency and no merge: an upsert of the body, and a page that joins
//! texts. Both hold the same records, speak HTTP over loopback to the same client (keep-alive, nothing
//! between it and the socket), get the same bodies, answer with as many members and commit with
//! `synchronous = FULL`. Commands are measured in three ways:
//!
//! * `alone`: one client, so that each command waits for its own commit;
//! * `ungrouped`: 32 clients, one commit a command in both;
//! * `grouped`: 32 clients, waiting commands share a commit in both.
//!
//! A command is the mark of a console on a thread in the version that it knows, with the id that a console
//! gives it (a UUID of the seventh version). `behind` is `grouped` with marks on an older version than the
//! newest: the backend merges them and sends the whole record back, the floor does what it always does.
//!
//! On a machine with other work the scheduler decides; `chrt -f 10` before the command keeps it out of the
//! figures, for both alike.
//!
//! A delta read is what a console does after a poke: the fifty records that changed since its cursor, each in
//! a transaction of its own. The floor's page holds the same fifty texts. `ONLY` names one of the
//! measurements, for a profiler.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a benchmark may fail loudly and prints its figures"
)]

mod client;
mod floor;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cnm::record::Kind;
use cnm::server::{Grant, Options, Running, Server};
use jiff::Timestamp;
use serde_json::{Value, json};

use client::{Address, Connection, Request, hammer};
use floor::Floor;

/// How long one figure is measured.
const STRETCH: Duration = Duration::from_millis(500);
/// Clients at a time where commits can be shared.
const MANY: usize = 32;
/// Clients at a time that read.
const READERS: usize = 16;

/// The ways to send commands: name, clients, commands that may share a commit.
const WAYS: [(&str, usize, usize); 4] = [
    ("alone", 1, 256),
    ("ungrouped", MANY, 1),
    ("grouped", MANY, 256),
    (BEHIND, MANY, 256),
];
/// The way in which commands come on an older version.
const BEHIND: &str = "behind";

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let rows = numbers.first().copied().unwrap_or(100_000);
    let rounds = numbers.get(1).copied().unwrap_or(12);
    let only = args
        .iter()
        .find(|arg| !arg.starts_with('-') && arg.parse::<usize>().is_err());
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only.as_str()));
    let plain = world::plain(rows, now());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, clients, group) in WAYS {
        if wanted(name) {
            let path = folder.path().join(name);
            let side = Side::open(&path, rows, group).await;
            let floor = Floor::open(&path, group, &plain).await;
            let (above, below) = (Marks::new(rows / 20), Marks::new(rows / 20));
            for _ in 0..rounds {
                let ratio = commands(&side, &floor, name, clients, [&above, &below]).await;
                ratios.entry(name).or_default().push(ratio);
            }
            if name == "grouped" {
                hundred_marks(&side, &above).await;
            }
        }
    }
    if wanted("reads") {
        let path = folder.path().join("reads");
        let side = Side::open(&path, rows, 256).await;
        let floor = Floor::open(&path, 256, &plain).await;
        for round in 0..rounds {
            let ratio = delta_reads(&side, &floor, round).await;
            ratios.entry("delta reads of 50").or_default().push(ratio);
        }
    }
    if wanted("first") {
        let path = folder.path().join("first");
        let side = Side::open(&path, rows, 256).await;
        let floor = Floor::open(&path, 256, &[]).await;
        floor.load(&everything(&side).await);
        for _ in 0..rounds {
            let ratio = first_reads(&side, &floor).await;
            ratios.entry("first reads").or_default().push(ratio);
        }
    }
    for (name, ratios) in ratios {
        println!("{name}: {:.2} of the floor (median)", median(ratios));
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark runs in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// The backend with a world of records.
struct Side {
    _running: Running,
    server: Server,
    address: Address,
    threads: usize,
}

impl Side {
    async fn open(path: &Path, rows: usize, group: usize) -> Self {
        std::fs::create_dir(path).unwrap();
        let mut options = Options::new(Arc::new(now));
        options.rate = None;
        options.group = group;
        let server = Server::open(&path.join("server.db"), options).unwrap();
        let world = world::world(rows, now());
        let start = Instant::now();
        let loaded = server.load(world).unwrap();
        rate("load", loaded.records, start.elapsed(), "rows/s");
        let running = server.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self {
            address: running.address(),
            _running: running,
            server,
            threads: rows / 20,
        }
    }

    fn token(&self, user: &str) -> String {
        let token = self.server.create_token(user, &Grant::default()).unwrap();
        token.reveal().to_owned()
    }
}

/// Sends commands to both; returns how much of the floor's rate the backend reached.
async fn commands(
    side: &Side,
    floor: &Floor,
    name: &str,
    clients: usize,
    [above, below]: [&Marks; 2],
) -> f64 {
    let behind = name == BEHIND;
    let marks = below.clone();
    let below = hammer(floor.address, clients, STRETCH, move |client, number| {
        Request::post("/write", "", &marks.next(client, clients, number, behind))
    });
    let below = rate(
        &format!("floor, {name}"),
        below.await,
        STRETCH,
        "commands/s",
    );
    let token = side.token("mei");
    let marks = above.clone();
    let above = hammer(side.address, clients, STRETCH, move |client, number| {
        let body = marks.next(client, clients, number, behind);
        Request::post("/v1/commands", &token, &body)
    });
    rate(&format!("cnm, {name}"), above.await, STRETCH, "commands/s") / below
}

/// Changes fifty records and reads them again and again.
async fn delta_reads(side: &Side, floor: &Floor, round: usize) -> f64 {
    let token = side.token("mei");
    let mut connection = Connection::open(side.address).await;
    let mut cursor = String::new();
    loop {
        let page = connection.json(&changes(&token, &cursor, 5_000)).await;
        page["cursor"].as_str().unwrap().clone_into(&mut cursor);
        if page["more"] == false {
            break;
        }
    }
    let batch: Vec<Value> = (0..50)
        .map(|number| {
            let thread = (round * 50 + number) * 10 % side.threads + 1;
            one_mark(&format!("r{round}-{number}"), thread, number + round)
        })
        .collect();
    let body = json!({"client": "r", "batch": batch}).to_string();
    let request = Request::post("/v1/commands", &token, &body);
    let reply = connection.json(&request).await;
    assert!(!reply.to_string().contains("problem"), "{reply}");
    let page = connection.json(&changes(&token, &cursor, 50)).await;
    let records = page["changes"].as_array().unwrap();
    assert_eq!(records.len(), 50);
    let after = floor.load(records);
    let below = hammer(floor.address, READERS, STRETCH, move |_, _| {
        Request::get(&format!("/read?{after}+50"), "")
    });
    let below = rate("floor, delta reads", below.await, STRETCH, "pages/s");
    let above = hammer(side.address, READERS, STRETCH, move |_, _| {
        changes(&token, &cursor, 50)
    });
    rate("cnm, delta reads", above.await, STRETCH, "pages/s") / below
}

/// Reads everything that a lead sees from the backend, and as much from the floor.
async fn first_reads(side: &Side, floor: &Floor) -> f64 {
    let token = side.token("lena");
    let mut connection = Connection::open(floor.address).await;
    let (start, mut count, mut after) = (Instant::now(), 0, 0);
    loop {
        let request = Request::get(&format!("/read?{after}+5000"), "");
        let page = connection.send(&request).await;
        count += memchr_count(&page, b"\"updated_by\"");
        after += 5_000;
        if page.len() < 10 {
            break;
        }
    }
    let below = rate("floor, first read", count, start.elapsed(), "rows/s");
    let mut connection = Connection::open(side.address).await;
    let (start, mut count, mut cursor) = (Instant::now(), 0, String::new());
    loop {
        let page = connection.send(&changes(&token, &cursor, 5_000)).await;
        count += memchr_count(&page, b"\"updated_by\"");
        let tail = String::from_utf8_lossy(&page[page.len().saturating_sub(400)..]).into_owned();
        let (_, tail) = tail.rsplit_once("\"cursor\":\"").unwrap();
        tail.split('"').next().unwrap().clone_into(&mut cursor);
        if tail.contains("\"more\":false") {
            break;
        }
    }
    rate("cnm, first read", count, start.elapsed(), "rows/s") / below
}

async fn everything(side: &Side) -> Vec<Value> {
    let token = side.token("lena");
    let mut connection = Connection::open(side.address).await;
    let (mut cursor, mut records) = (String::new(), Vec::new());
    loop {
        let mut page = connection.json(&changes(&token, &cursor, 5_000)).await;
        let Value::Array(rows) = page["changes"].take() else {
            unreachable!("a page has records")
        };
        records.extend(rows);
        page["cursor"].as_str().unwrap().clone_into(&mut cursor);
        if page["more"] == false {
            return records;
        }
    }
}

fn memchr_count(text: &[u8], word: &[u8]) -> usize {
    let text = String::from_utf8_lossy(text);
    text.matches(std::str::from_utf8(word).unwrap()).count()
}

fn changes(token: &str, cursor: &str, limit: usize) -> Request {
    let path = format!("/v1/changes?cursor={cursor}&limit={limit}");
    Request::get(&path, token)
}

/// How often each of Mei's threads was marked; each thread belongs to one client.
#[derive(Clone)]
struct Marks(Arc<Vec<(usize, AtomicUsize)>>);

impl Marks {
    fn new(threads: usize) -> Self {
        let of_mei = (0..threads).filter(|number| number % 10 != 0);
        let unmarked = of_mei.map(|number| (number, AtomicUsize::new(0)));
        Self(Arc::new(unmarked.collect()))
    }

    /// Makes the next batch of a client: a mark on one of its threads in turn.
    fn next(&self, client: usize, clients: usize, number: usize, behind: bool) -> String {
        let own = self.0.len() / clients;
        assert!(
            own > 0,
            "there are fewer threads than clients: ask for more rows"
        );
        let (thread, count) = &self.0[number % own * clients + client];
        let count = count.fetch_add(1, Ordering::Relaxed);
        let mut command = one_mark(&uuid::Uuid::now_v7().to_string(), *thread, count);
        command["base"] = json!(if behind { 1 } else { count + 1 });
        json!({"client": format!("cache-{client}"), "batch": [command]}).to_string()
    }
}

fn one_mark(cmd: &str, thread: usize, number: usize) -> Value {
    json!({
        "cmd": cmd, "kind": Kind::Thread.name(), "id": world::thread_id(thread),
        "op": "update", "base": 1, "set": {"state": "done", "done_at": "2026-11-21T08:00:00Z"},
        "add": {"participants": [format!("p{}", number % 8)]},
        "remove": {"participants": [format!("p{}", (number + 4) % 8)]},
    })
}

async fn hundred_marks(side: &Side, marks: &Marks) {
    let commands: Vec<Value> = (marks.0.iter().take(100).enumerate())
        .map(|(number, (thread, count))| {
            let base = 1 + count.fetch_add(1, Ordering::Relaxed);
            json!({"cmd": format!("m{number}"), "kind": "thread", "id": world::thread_id(*thread),
                   "op": "update", "base": base, "set": {"state": "open"}})
        })
        .collect();
    let token = side.token("mei");
    let mut connection = Connection::open(side.address).await;
    let body = json!({"client": "x", "batch": commands}).to_string();
    let start = Instant::now();
    let reply = connection
        .json(&Request::post("/v1/commands", &token, &body))
        .await;
    println!("100 triage marks in one batch: {:?}", start.elapsed());
    let applied = reply["results"].as_array().unwrap().iter();
    assert_eq!(
        applied.filter(|one| one["status"] == "applied").count(),
        100
    );
}

fn rate(what: &str, count: usize, time: Duration, unit: &str) -> f64 {
    let rate = count as f64 / time.as_secs_f64();
    println!("{what}: {count} in {time:.2?} = {rate:.0} {unit}");
    rate
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
