//! The least that a backend could do: upsert a body by id and say where it stands, join the texts of a page.
//!
//! It holds as many records as the backend beside it, reads as much of a command as it needs to store it, and
//! answers with as much text. What it leaves out although nobody could: whose request it is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::client::Address;

/// A body, its id, and who waits for its position.
type Job = (String, String, oneshot::Sender<i64>);

#[derive(Deserialize)]
struct Batch {
    batch: Vec<Command>,
}

#[derive(Deserialize)]
struct Command {
    cmd: String,
    id: String,
    base: i64,
}

/// The floor at work.
pub(crate) struct Floor {
    pub(crate) address: Address,
    path: PathBuf,
}

#[derive(Clone)]
struct App {
    writes: mpsc::UnboundedSender<Job>,
    path: PathBuf,
    readers: Arc<Mutex<Vec<Connection>>>,
}

impl Floor {
    /// Serves a database with these records in this folder; this many bodies may share one commit.
    pub(crate) async fn open(folder: &Path, group: usize, records: &[(String, Value)]) -> Self {
        let path = folder.join("floor.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE record (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT)",
        )
        .unwrap();
        fill(&path, records);
        let (writes, waiting) = mpsc::unbounded_channel();
        let seq = i64::try_from(records.len()).unwrap();
        std::thread::spawn(move || work_off(&conn, waiting, group, seq));
        let app = App {
            writes,
            path: path.clone(),
            readers: Arc::default(),
        };
        let router = Router::new()
            .route("/write", post(write))
            .route("/read", get(read))
            .with_state(app);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, path }
    }

    /// Appends records; returns the position before them.
    pub(crate) fn load(&self, records: &[Value]) -> i64 {
        let mut conn = Connection::open(&self.path).unwrap();
        let txn = conn.transaction().unwrap();
        let newest = "SELECT coalesce(max(seq), 0) FROM record";
        let after: i64 = txn.query_row(newest, [], |row| row.get(0)).unwrap();
        for (seq, record) in (after + 1..).zip(records) {
            txn.prepare_cached("INSERT INTO record (seq, body) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![seq, record.to_string()])
                .unwrap();
        }
        txn.commit().unwrap();
        after
    }
}

fn fill(path: &Path, records: &[(String, Value)]) {
    let mut conn = Connection::open(path).unwrap();
    let txn = conn.transaction().unwrap();
    for (id, record) in records {
        txn.prepare_cached("INSERT INTO record (id, body) VALUES (?1, ?2)")
            .unwrap()
            .execute(params![id, record.to_string()])
            .unwrap();
    }
    txn.commit().unwrap();
}

fn work_off(
    conn: &Connection,
    mut waiting: mpsc::UnboundedReceiver<Job>,
    most: usize,
    mut seq: i64,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < most
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        conn.prepare_cached("BEGIN IMMEDIATE")
            .unwrap()
            .execute([])
            .unwrap();
        let start = seq;
        for (body, id, _) in &group {
            seq += 1;
            conn.prepare_cached(
                "INSERT INTO record (seq, id, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, body = excluded.body",
            )
            .unwrap()
            .execute(params![seq, id, body])
            .unwrap();
        }
        conn.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
        for (seq, (_, _, done)) in (start + 1..).zip(group) {
            let _ = done.send(seq);
        }
    }
}

async fn write(State(app): State<App>, body: String) -> impl IntoResponse {
    let mut read: Batch = serde_json::from_str(&body).unwrap();
    let Command { cmd, id, base } = read.batch.pop().unwrap();
    let (done, written) = oneshot::channel();
    app.writes.send((body, id, done)).unwrap();
    let seq = written.await.unwrap();
    let version = base + 1;
    let text = format!(
        r#"{{"results":[{{"cmd":"{cmd}","status":"applied","version":{version},"seq":{seq}}}],"head":{seq}}}"#
    );
    ([(header::CONTENT_TYPE, "application/json")], text)
}

/// `/read?AFTER+LIMIT`
async fn read(State(app): State<App>, RawQuery(query): RawQuery) -> impl IntoResponse {
    let query = query.unwrap();
    let (after, limit) = query.split_once('+').unwrap();
    let asked: [i64; 2] = [after.parse().unwrap(), limit.parse().unwrap()];
    let work = move || {
        let conn = app.readers.lock().unwrap().pop();
        let conn = conn.unwrap_or_else(|| Connection::open(&app.path).unwrap());
        let mut text = "[".to_owned();
        {
            let mut page = conn
                .prepare_cached("SELECT body FROM record WHERE seq > ?1 ORDER BY seq LIMIT ?2")
                .unwrap();
            let mut rows = page.query(asked).unwrap();
            while let Some(row) = rows.next().unwrap() {
                if text.len() > 1 {
                    text.push(',');
                }
                text.push_str(row.get_ref(0).unwrap().as_str().unwrap());
            }
        }
        app.readers.lock().unwrap().push(conn);
        text.push(']');
        text
    };
    let text = tokio::task::spawn_blocking(work).await.unwrap();
    ([(header::CONTENT_TYPE, "application/json")], text)
}
