//! The reference backend beside a bare axum + `SQLite` floor, in interleaved rounds of one run.
//!
//! `cargo bench --bench server -- [ROWS [ROUNDS]]`; quote the ratios, not the absolute figures. The floor has
//! no rights, no audit, no idempotency, no merge: an upsert with group commit and a page of 50 rows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a benchmark may fail loudly and prints its figures"
)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use cnm::record::Kind;
use cnm::server::{Grant, NewRecord, Options, Server};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

/// How long one figure is measured.
const STRETCH: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let rows = numbers.first().copied().unwrap_or(100_000);
    let rounds = numbers.get(1).copied().unwrap_or(5);
    let folder = tempfile::tempdir_in(".").unwrap();
    let world = world(rows);
    let mut options = Options::new(Arc::new(now));
    options.rate = None;
    let server = Server::open(&folder.path().join("server.db"), options).unwrap();
    let start = Instant::now();
    let loaded = server.load(world).unwrap();
    rate("load", loaded.records, start.elapsed(), "rows/s");

    let running = server.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let token = |user| {
        server
            .create_token(user, &Grant::default())
            .unwrap()
            .reveal()
            .to_owned()
    };
    let http = Client::builder().no_proxy().build().unwrap();
    let base = running.url();
    for (user, limit) in [("lena", 5_000), ("lena", 500), ("tom", 5_000)] {
        first_read(&http, &base, &token(user), limit).await;
    }
    let floor = floor(&folder.path().join("floor.db")).await;
    let mei = token("mei");
    let page = first_page(&http, &base, &mei, 1).await;
    let cursor = page["cursor"].as_str().unwrap().to_owned();
    let threads = rows / 20;
    let (mut writes, mut reads) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let below = hammer("floor, commands", 32, |client, number| {
            http.post(format!("{floor}/write"))
                .body(mark(round, client, number, threads).to_string())
        });
        let below = below.await;
        let above = hammer("cnm, commands", 32, |client, number| {
            let request = http.post(format!("{base}/v1/commands")).bearer_auth(&mei);
            request.json(&mark(round, client, number, threads))
        });
        writes.push(above.await / below);
        let below = hammer("floor, delta reads of 50", 16, |client, number| {
            http.get(format!("{floor}/read?{}", client * 3 + number % 100))
        });
        let below = below.await;
        let above = hammer("cnm, delta reads of 50", 16, |_, _| {
            let path = format!("{base}/v1/changes?cursor={cursor}&limit=50");
            http.get(path).bearer_auth(&mei)
        });
        reads.push(above.await / below);
    }
    println!("commands: {:.2} of the floor (median)", median(writes));
    println!("delta reads: {:.2} of the floor (median)", median(reads));
    hundred_marks(&http, &base, &mei, threads).await;
    running.shutdown().await;
}

#[expect(clippy::disallowed_methods, reason = "a benchmark runs in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn record(kind: Kind, id: String, fields: Value) -> NewRecord {
    let Value::Object(fields) = fields else {
        unreachable!("fields are an object")
    };
    NewRecord {
        kind,
        id,
        fields,
        updated_at: now(),
        updated_by: "mei".to_owned(),
    }
}

fn thread_id(number: usize) -> String {
    format!("0192f3a1-0000-7000-8000-{number:012}")
}

/// One thread for every nineteen messages; every tenth thread is Tom's, the others are Mei's.
fn world(rows: usize) -> Vec<Vec<NewRecord>> {
    let user = |id: &str, role: &str| {
        record(
            Kind::User,
            id.to_owned(),
            json!({"name": id, "role": role, "team": "sg"}),
        )
    };
    let mut world = vec![vec![
        record(Kind::Team, "sg".to_owned(), json!({"name": "sg"})),
        user("mei", "cnm"),
        user("tom", "cnm"),
        user("lena", "lead"),
    ]];
    let threads: Vec<NewRecord> = (0..rows / 20)
        .map(|number| {
            let owner = if number % 10 == 0 { "tom" } else { "mei" };
            let fields = json!({
                "title": format!("thread {number}"), "channel": "lark_dm", "state": "open",
                "owner": owner, "from_name": "Somebody", "last_at": "2026-11-21T07:00:00Z",
                "last_text": "some words of the newest message in this thread", "messages": 20,
            });
            record(Kind::Thread, thread_id(number), fields)
        })
        .collect();
    let count = threads.len();
    let messages: Vec<NewRecord> = (0..rows - count)
        .map(|number| {
            let id = format!(
                "0192f3a2-0000-7000-8000-{:012}",
                number * 7_919 % 99_999_989
            );
            let fields = json!({
                "thread": thread_id(number % count), "direction": "in", "kind": "text",
                "sender_name": "Somebody", "sent_at": "2026-11-21T07:00:00Z", "lang": "en",
                "text": "hello, a message of a usual length that asks for an answer soon",
            });
            record(Kind::Message, id, fields)
        })
        .collect();
    world.extend(threads.chunks(500).map(<[_]>::to_vec));
    world.extend(messages.chunks(1_000).map(<[_]>::to_vec));
    world
}

fn mark(round: usize, client: usize, number: usize, threads: usize) -> Value {
    // Not one of Tom's threads.
    let thread = (client * 977 + number * 31) % threads / 10 * 10 + 1;
    json!({"client": format!("cache-{client}"), "batch": [{
        "cmd": format!("{round}-{client}-{number}"), "kind": "thread", "id": thread_id(thread),
        "op": "update", "base": 1, "set": {"state": "done", "done_at": "2026-11-21T08:00:00Z"},
        "add": {"participants": [format!("p{}", number % 8)]},
        "remove": {"participants": [format!("p{}", (number + 4) % 8)]},
    }]})
}

async fn first_page(http: &Client, base: &str, token: &str, limit: usize) -> Value {
    let request = http.get(format!("{base}/v1/changes?limit={limit}"));
    request
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

/// Reads everything that a principal sees, page by page.
async fn first_read(http: &Client, base: &str, token: &str, limit: usize) {
    let start = Instant::now();
    let (mut cursor, mut rows) = (String::new(), 0);
    loop {
        let request = http.get(format!("{base}/v1/changes?cursor={cursor}&limit={limit}"));
        let text = request
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        rows += text.matches("\"updated_by\"").count();
        let (_, tail) = text.rsplit_once("\"cursor\":\"").unwrap();
        tail.split('"').next().unwrap().clone_into(&mut cursor);
        if tail.contains("\"more\":false") {
            break;
        }
    }
    rate(
        &format!("first read in pages of {limit}"),
        rows,
        start.elapsed(),
        "rows/s",
    );
}

async fn hundred_marks(http: &Client, base: &str, token: &str, threads: usize) {
    let commands: Vec<Value> = (0..100)
        .map(|number| {
            let id = thread_id(number * 10 % threads + 2);
            json!({"cmd": format!("m{number}"), "kind": "thread", "id": id, "op": "update", "base": 1,
                   "set": {"state": "done"}})
        })
        .collect();
    let start = Instant::now();
    let request = http.post(format!("{base}/v1/commands")).bearer_auth(token);
    let reply = request
        .json(&json!({"client": "x", "batch": commands}))
        .send()
        .await
        .unwrap();
    reply.bytes().await.unwrap();
    println!("100 triage marks in one batch: {:?}", start.elapsed());
}

/// Sends requests from several clients for a while and returns how many a second were answered.
async fn hammer(
    what: &str,
    clients: usize,
    request: impl Fn(usize, usize) -> RequestBuilder,
) -> f64 {
    let count = AtomicUsize::new(0);
    let start = Instant::now();
    let all = (0..clients).map(|client| {
        let (request, count) = (&request, &count);
        async move {
            let mut number = 0;
            while start.elapsed() < STRETCH {
                let reply = request(client, number).send().await.unwrap();
                assert!(reply.status().is_success(), "{:?}", reply.text().await);
                reply.bytes().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                number += 1;
            }
        }
    });
    futures_util::future::join_all(all).await;
    rate(what, count.into_inner(), start.elapsed(), "requests/s")
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

/// The least that a backend could do.
#[derive(Clone)]
struct Floor {
    writes: mpsc::UnboundedSender<(String, oneshot::Sender<()>)>,
    path: PathBuf,
    readers: Arc<Mutex<Vec<Connection>>>,
}

async fn floor(path: &Path) -> String {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE record (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)",
    )
    .unwrap();
    let (writes, waiting) = mpsc::unbounded_channel();
    std::thread::spawn(move || floor_writer(&conn, waiting));
    let floor = Floor {
        writes,
        path: path.to_owned(),
        readers: Arc::default(),
    };
    let router = Router::new()
        .route("/write", post(floor_write))
        .route("/read", get(floor_read))
        .with_state(floor);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

fn floor_writer(
    conn: &Connection,
    mut waiting: mpsc::UnboundedReceiver<(String, oneshot::Sender<()>)>,
) {
    let mut seq = 0_i64;
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while let Ok(next) = waiting.try_recv() {
            group.push(next);
        }
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        for (body, _) in &group {
            seq += 1;
            let parsed: Value = serde_json::from_str(body).unwrap();
            let id = parsed["batch"][0]["id"].as_str().unwrap();
            conn.prepare_cached(
                "INSERT INTO record (seq, id, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, body = excluded.body",
            )
            .unwrap()
            .execute(params![seq, id, body])
            .unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
        for (_, done) in group {
            let _ = done.send(());
        }
    }
}

async fn floor_write(State(floor): State<Floor>, body: String) -> &'static str {
    let (done, written) = oneshot::channel();
    floor.writes.send((body, done)).unwrap();
    written.await.unwrap();
    "{}"
}

async fn floor_read(State(floor): State<Floor>, RawQuery(query): RawQuery) -> String {
    let after: i64 = query.unwrap().parse().unwrap();
    let read = move || {
        let conn = floor.readers.lock().unwrap().pop();
        let conn = conn.unwrap_or_else(|| Connection::open(&floor.path).unwrap());
        let mut text = "[".to_owned();
        {
            let mut page = conn
                .prepare_cached("SELECT body FROM record WHERE seq > ?1 ORDER BY seq LIMIT 50")
                .unwrap();
            let mut rows = page.query([after]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                if text.len() > 1 {
                    text.push(',');
                }
                text.push_str(row.get_ref(0).unwrap().as_str().unwrap());
            }
        }
        floor.readers.lock().unwrap().push(conn);
        text.push(']');
        text
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}
