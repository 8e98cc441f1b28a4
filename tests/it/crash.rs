//! A real child process is killed at the writes it makes; a checker that shares no code with the engine reads the
//! server's audit log and the two files and says what was lost or done twice.
//!
//! It kills at every single write; `CNM_CRASH_EVERY=7` at every seventh, shifted by the time, on a slow machine.

#![allow(clippy::unwrap_in_result, reason = "a checker may fail loudly")]

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cnm::record::{Op, Patch};
use cnm::remote::{Address, Client, Token};
use cnm::store::{Paths, Store, StoreHandle};
use cnm::sync::{Engine, Turn};
use cnm::wire::{Batch, Command};
use futures_util::stream::{self, StreamExt as _};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::cache::{batch, create, object, update};
use crate::model::instant;
use crate::online::Backend;

/// The variable by which a process of this test binary knows that it is the one to be killed.
const ORDERS: &str = "CNM_CRASH_TEST";
/// Kills at every so manyth write; 1 tries them all.
const EVERY: &str = "CNM_CRASH_EVERY";
/// Records that the child makes and changes.
const RECORDS: usize = 2;
/// Records that are there before the first console comes: several pages, whose indexes are made behind them.
const MANY: usize = 1_200;

/// A fault that is built in on purpose: the checker must find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Bug {
    AckBeforeCommit,
    CursorBeforeRows,
    NoIdempotencyRow,
}

#[derive(Serialize, Deserialize)]
struct Orders {
    folder: PathBuf,
    url: String,
    token: String,
    /// The write at which to die, counted from 1; 0 lives.
    die_at: u32,
    /// Makes edits; else it only sends and fetches what is open.
    edits: bool,
    bug: Option<Bug>,
}

fn paths(folder: &Path) -> Paths {
    Paths::new(&folder.join("cache"), &folder.join("state"))
}

// ----- the child

#[test]
fn child() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let orders: Orders = serde_json::from_str(&orders).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let writes = Arc::new(AtomicU32::new(0));
    let folder = orders.folder.clone();
    runtime.block_on(work(orders, &writes));
    std::fs::write(
        folder.join("writes"),
        writes.load(Ordering::SeqCst).to_string(),
    )
    .unwrap();
}

async fn work(orders: Orders, writes: &Arc<AtomicU32>) {
    let mut store = Store::open(&paths(&orders.folder), instant()).unwrap().0;
    seed(&mut store, orders.bug);
    let (writes, die_at) = (Arc::clone(writes), orders.die_at);
    store
        .on_write(move || {
            if writes.fetch_add(1, Ordering::SeqCst) + 1 == die_at {
                let me = rustix::process::getpid();
                let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
            }
        })
        .unwrap();
    let store = StoreHandle::spawn(store).unwrap();
    let client = Client::new(&address(&orders.url, &orders.token)).unwrap();
    let mut engine = Engine::new(store.clone(), Arc::new(client), Arc::new(instant), || 0.0);
    settle(&mut engine).await;
    if orders.edits {
        let shown = orders.folder.join("shown");
        for number in 0..RECORDS {
            let id = format!("lead-{number}");
            let made = create(&format!("{id}-c"), &id, json!({"name": "made"}));
            save(&store, &shown, made).await;
            if number % 2 == 0 {
                settle(&mut engine).await;
            }
            let base = u64::from(number % 2 == 0);
            for (cmd, set) in [
                (format!("{id}-u"), json!({"name": "changed"})),
                (format!("{id}-v"), json!({"market": "US"})),
            ] {
                save(&store, &shown, update(&cmd, &id, base, set)).await;
            }
            settle(&mut engine).await;
        }
    }
    store.close().await;
}

/// Builds a fault into the store; a release build has none to build in.
fn seed(store: &mut Store, bug: Option<Bug>) {
    #[cfg(debug_assertions)]
    match bug {
        Some(Bug::AckBeforeCommit) => store.seed_bug(cnm::store::SeededBug::AckBeforeCommit),
        Some(Bug::CursorBeforeRows) => store.seed_bug(cnm::store::SeededBug::CursorBeforeRows),
        Some(Bug::NoIdempotencyRow) | None => {}
    }
    #[cfg(not(debug_assertions))]
    let _ = (store, bug);
}

fn address(url: &str, token: &str) -> Address {
    Address {
        url: url.to_owned(),
        token: Token::new(token),
        ca_file: None,
    }
}

/// Saves an edit and then notes that the user was shown it as saved.
async fn save(store: &StoreHandle, shown: &Path, edit: cnm::effect::Edit) {
    let cmd = edit.cmd.clone();
    store.save(batch(&cmd, vec![edit])).await.unwrap();
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(shown)
        .unwrap();
    writeln!(file, "{cmd}").unwrap();
}

async fn settle(engine: &mut Engine<Client>) {
    engine.plan().wake();
    let mut now = Duration::ZERO;
    for _ in 0..500 {
        match engine.turn(now).await {
            Turn::Did => {}
            Turn::Wait(Some(until)) => now = until,
            Turn::Wait(None) => return,
        }
    }
    panic!("it never comes to rest: {:?}", engine.status());
}

// ----- the parent

/// Starts a child and waits for its end; tells whether it was killed.
fn child_dies(orders: &Orders) -> bool {
    let ended = Process::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::child",
            "--nocapture",
            "--test-threads",
            "1",
        ])
        .env(ORDERS, serde_json::to_string(orders).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    match ended.status.code() {
        Some(0) => false,
        None => true,
        Some(_) => panic!("{}", String::from_utf8_lossy(&ended.stderr)),
    }
}

/// Changes what the child made, as another device of the same user that has seen everything.
async fn interfere(client: &Client) {
    for number in 0..RECORDS {
        for version in 1..6 {
            let command = Command {
                cmd: format!("other-{number}-{version}"),
                kind: "lead".into(),
                id: format!("lead-{number}"),
                op: Op::Update,
                // On the version that is there, whatever it is.
                base: Some(version),
                patch: Patch {
                    set: object(json!({"name": "other"})),
                    ..Patch::default()
                },
                mine: true,
                at: None,
            };
            let batch = Batch {
                client: "other".into(),
                batch: vec![command],
                atomic: false,
            };
            client.commands(&batch).await.unwrap();
        }
    }
}

/// Says what is wrong after a run, from the files alone.
fn check(folder: &Path, server: &Path) -> Result<(), String> {
    let audit = Connection::open(server).unwrap();
    let outbox = Connection::open(paths(folder).outbox).unwrap();
    let mirror = Connection::open(paths(folder).mirror).unwrap();
    let shown = std::fs::read_to_string(folder.join("shown")).unwrap_or_default();
    for cmd in shown.lines() {
        let count = |db: &Connection, sql: &str| -> i64 {
            db.query_row(sql, [cmd], |row| row.get(0)).unwrap()
        };
        let effects = count(&audit, "SELECT count(*) FROM audit WHERE cmd = ?1");
        let open = count(
            &outbox,
            "SELECT count(*) FROM edit e JOIN fate f ON f.cmd = e.cmd WHERE e.cmd = ?1 AND (f.state IN ('conflict', 'refused') \
             OR f.state = 'queued' AND EXISTS (SELECT 1 FROM edit a JOIN fate b ON b.cmd = a.cmd \
               WHERE a.record = e.record AND a.number < e.number AND b.state IN ('conflict', 'refused')))",
        );
        match (effects, open) {
            (1, 0) | (0, 1) => {}
            (0, 0) => return Err(format!("{cmd} was shown as saved and is lost")),
            (1, 1) => return Err(format!("{cmd} took effect and is shown as failed")),
            (effects, _) => return Err(format!("{cmd} took effect {effects} times")),
        }
    }
    // Also what was saved and not shown any more takes effect once at most.
    let mut twice = audit
        .prepare("SELECT cmd, count(*) FROM audit WHERE cmd <> '' GROUP BY cmd HAVING count(*) > 1")
        .unwrap();
    let mut twice = twice.query([]).unwrap();
    if let Some(row) = twice.next().unwrap() {
        let (cmd, times): (String, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
        return Err(format!("{cmd} took effect {times} times"));
    }
    let mut there: BTreeMap<String, Json> = BTreeMap::new();
    let mut rows = audit
        .prepare("SELECT id, after FROM audit WHERE kind = 'lead' ORDER BY number")
        .unwrap();
    let rows = rows
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .unwrap();
    for (id, after) in rows.map(Result::unwrap) {
        let after: Json = serde_json::from_str(&after).unwrap();
        if let Some(name) = after.get("name") {
            there.insert(id, name.clone());
        }
    }
    let live: i64 = mirror
        .query_row("SELECT live FROM place", [], |row| row.get(0))
        .unwrap();
    for (id, name) in there {
        let fields: Result<String, _> = mirror.query_row(
            &format!("SELECT fields FROM row{live} WHERE id = ?1"),
            [&id],
            |row| row.get(0),
        );
        let fields = fields.map_err(|_| format!("{id} is on the server and not in the mirror"))?;
        let fields: Json = serde_json::from_str(&fields).unwrap();
        if fields["name"] != name {
            return Err(format!(
                "{id} is {name} on the server and {} in the mirror",
                fields["name"]
            ));
        }
    }
    Ok(())
}

/// Kills a child at a write, sometimes also the one that comes after it, lets the next one finish and checks.
async fn kill_at(write: u32, bug: Option<Bug>) -> Result<(), String> {
    let backend = Backend::start().await;
    let server = backend.folder.path().join("server.db");
    if bug == Some(Bug::NoIdempotencyRow) {
        let db = Connection::open(&server).unwrap();
        db.execute_batch(
            "CREATE TRIGGER forgets AFTER INSERT ON answer BEGIN \
               DELETE FROM answer WHERE principal = NEW.principal AND cmd = NEW.cmd; END",
        )
        .unwrap();
    }
    let folder = crate::cache::folder();
    let orders = |die_at, edits| Orders {
        folder: folder.path().to_owned(),
        url: backend.running.url(),
        token: backend.token.clone(),
        die_at,
        edits,
        bug,
    };
    let first = orders(write, true);
    let died = tokio::task::spawn_blocking(move || child_dies(&first))
        .await
        .unwrap();
    assert!(died, "there is no write {write}");
    // Half of the time: a later change would also bring back a row that a bad cursor had skipped.
    let interferes = match bug {
        None => write.is_multiple_of(2),
        Some(bug) => bug == Bug::NoIdempotencyRow,
    };
    if interferes {
        interfere(&Client::new(&backend.address()).unwrap()).await;
    }
    if bug.is_none() && write.is_multiple_of(3) {
        let second = orders(1 + write / 3 % 7, false);
        tokio::task::spawn_blocking(move || child_dies(&second))
            .await
            .unwrap();
    }
    let last = Orders {
        bug: None,
        ..orders(0, false)
    };
    work(last, &Arc::default()).await;
    check(folder.path(), &server).map_err(|fault| format!("killed at write {write}: {fault}"))
}

/// Counts the writes of a child that is left alone.
async fn writes() -> u32 {
    let backend = Backend::start().await;
    let folder = crate::cache::folder();
    let orders = Orders {
        folder: folder.path().to_owned(),
        url: backend.running.url(),
        token: backend.token.clone(),
        die_at: 0,
        edits: true,
        bug: None,
    };
    let died = tokio::task::spawn_blocking(move || child_dies(&orders))
        .await
        .unwrap();
    assert!(!died, "nobody killed it");
    let server = backend.folder.path().join("server.db");
    check(folder.path(), &server).unwrap();
    let writes = std::fs::read_to_string(folder.path().join("writes")).unwrap();
    writes.parse().unwrap()
}

/// Kills at these writes, two children at a time, and stops at the first fault.
async fn kill_at_each(writes: impl Iterator<Item = u32>, bug: Option<Bug>) -> Result<(), String> {
    let mut runs = stream::iter(writes)
        .map(|write| kill_at(write, bug))
        .buffered(2);
    while let Some(run) = runs.next().await {
        run?;
    }
    Ok(())
}

async fn kill_at_every(step: u32) {
    let writes = writes().await;
    assert!(
        writes > 40,
        "only {writes} writes: the child does not do its work"
    );
    let minutes = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() / 60;
    let first = 1 + u32::try_from(minutes % u64::from(step)).unwrap();
    let each = (first..=writes).step_by(usize::try_from(step).unwrap());
    kill_at_each(each, None).await.unwrap();
}

/// Kills at one write after the other until the checker finds the fault that was built in.
async fn found(bug: Bug) -> String {
    let writes = writes().await;
    kill_at_each(1..=writes, Some(bug))
        .await
        .expect_err("the checker must find a fault that is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_wherever_the_console_dies() {
    let step = std::env::var(EVERY).map_or(1, |step| step.parse().unwrap());
    kill_at_every(step).await;
}

/// Puts records on the server that no console has seen.
async fn fill(client: &Client) {
    let numbers: Vec<usize> = (0..MANY).collect();
    for part in numbers.chunks(100) {
        let commands = part.iter().map(|number| Command {
            cmd: format!("before-{number}"),
            kind: "lead".into(),
            id: format!("before-{number}"),
            op: Op::Create,
            base: None,
            patch: Patch {
                set: object(json!({"name": format!("before {number}")})),
                ..Patch::default()
            },
            mine: true,
            at: None,
        });
        let batch = Batch {
            client: "before".into(),
            batch: commands.collect(),
            atomic: false,
        };
        client.commands(&batch).await.unwrap();
    }
}

/// Runs a child that fetches and sends; returns how many writes it made where it was not killed.
async fn fetch(backend: &Backend, folder: &Path, die_at: u32) -> Option<u32> {
    let orders = Orders {
        folder: folder.to_owned(),
        url: backend.running.url(),
        token: backend.token.clone(),
        die_at,
        edits: false,
        bug: None,
    };
    let died = tokio::task::spawn_blocking(move || child_dies(&orders))
        .await
        .unwrap();
    let writes = || std::fs::read_to_string(folder.join("writes")).unwrap();
    (!died).then(|| writes().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_that_is_killed_goes_on_and_is_whole() {
    let backend = Backend::start().await;
    fill(&Client::new(&backend.address()).unwrap()).await;
    let server = backend.folder.path().join("server.db");
    let whole = |folder: &Path| {
        check(folder, &server).unwrap();
        let mirror = Connection::open(paths(folder).mirror).unwrap();
        let count = |sql: &str| -> i64 { mirror.query_row(sql, [], |row| row.get(0)).unwrap() };
        let live = count("SELECT live FROM place");
        let rows = format!("SELECT count(*) FROM row{live} WHERE kind = 'lead'");
        assert_eq!(count(&rows), i64::try_from(MANY).unwrap());
        let indexes = format!(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'row{live}'"
        );
        assert_eq!(count(&indexes), 4, "every index is there");
    };
    let alone = crate::cache::folder();
    let writes = fetch(&backend, alone.path(), 0).await.unwrap();
    assert!(
        usize::try_from(writes).unwrap() > MANY,
        "only {writes} writes"
    );
    whole(alone.path());
    // In the first page, between pages, and near the end, where the indexes are made; some die twice.
    for part in 1..=10 {
        let folder = crate::cache::folder();
        let at = writes * part / 10;
        let made = fetch(&backend, folder.path(), at).await;
        // How many writes the last steps take depends on the time.
        assert!(made.is_none() || part == 10, "{at} of {writes}");
        if part % 3 == 0 {
            fetch(&backend, folder.path(), 1 + part).await;
        }
        fetch(&backend, folder.path(), 0).await.unwrap();
        whole(folder.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(debug_assertions)]
async fn the_checker_finds_an_edit_shown_before_it_was_saved() {
    let fault = found(Bug::AckBeforeCommit).await;
    assert!(fault.contains("is lost"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(debug_assertions)]
async fn the_checker_finds_a_cursor_written_before_its_rows() {
    let fault = found(Bug::CursorBeforeRows).await;
    assert!(fault.contains("the mirror"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_finds_a_server_that_forgets_what_it_did() {
    let fault = found(Bug::NoIdempotencyRow).await;
    assert!(
        fault.contains("shown as failed") || fault.contains("times"),
        "{fault}"
    );
}
