//! A real child process is killed at every write it makes; a checker that shares no code with the engine reads
//! the server's audit log and the two files and says what was lost or done twice.

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
use cnm::store::{Paths, SeededBug, Store, StoreHandle};
use cnm::sync::{Engine, Turn};
use cnm::wire::{Batch, Command};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::cache::{batch, create, object, update};
use crate::model::instant;
use crate::online::Backend;

/// The variable by which a process of this test binary knows that it is the one to be killed.
const ORDERS: &str = "CNM_CRASH_TEST";
/// Records that the child makes and changes.
const RECORDS: usize = 3;

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
    /// Makes the ids of this run differ from those of all others on the same server.
    run: String,
    /// The write at which to die; 0 only settles what an earlier child left behind.
    die_at: u32,
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
    runtime.block_on(work(orders));
}

async fn work(orders: Orders) {
    let mut store = Store::open(&paths(&orders.folder), instant()).unwrap().0;
    match orders.bug {
        Some(Bug::AckBeforeCommit) => store.seed_bug(SeededBug::AckBeforeCommit),
        Some(Bug::CursorBeforeRows) => store.seed_bug(SeededBug::CursorBeforeRows),
        Some(Bug::NoIdempotencyRow) | None => {}
    }
    let writes = Arc::new(AtomicU32::new(0));
    let die_at = orders.die_at;
    store
        .on_write(move || {
            if writes.fetch_add(1, Ordering::SeqCst) + 1 == die_at {
                let me = rustix::process::getpid();
                let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
            }
        })
        .unwrap();
    let store = StoreHandle::spawn(store).unwrap();
    let address = Address {
        url: orders.url.clone(),
        token: Token::new(orders.token.clone()),
        ca_file: None,
    };
    let client = Arc::new(Client::new(&address).unwrap());
    let mut engine = Engine::new(store.clone(), client, Arc::new(instant), || 0.0);
    settle(&mut engine).await;
    if die_at > 0 {
        let shown = orders.folder.join("shown");
        for number in 0..RECORDS {
            let id = format!("{}-{number}", orders.run);
            let made = create(&format!("{id}-c"), &id, json!({"name": "made"}));
            save(&store, &shown, made).await;
            if number % 2 == 0 {
                settle(&mut engine).await;
            }
            let base = u64::from(number % 2 == 0);
            save(
                &store,
                &shown,
                update(&format!("{id}-u"), &id, base, json!({"name": "changed"})),
            )
            .await;
            save(
                &store,
                &shown,
                update(&format!("{id}-v"), &id, base, json!({"market": "US"})),
            )
            .await;
            settle(&mut engine).await;
        }
    }
    store.close().await;
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

/// Changes what the child made, as another device of the same user.
async fn interfere(client: &Client, run: &str) {
    let commands = (0..RECORDS)
        .map(|number| Command {
            cmd: format!("{run}-other-{number}"),
            kind: "lead".into(),
            id: format!("{run}-{number}"),
            op: Op::Update,
            base: Some(0),
            patch: Patch {
                set: object(json!({"name": "other"})),
                ..Patch::default()
            },
            mine: true,
            at: None,
        })
        .collect::<Vec<_>>();
    // On the version that is there, whatever it is: this device has seen everything.
    for mut command in commands {
        for version in 1..6 {
            command.base = Some(version);
            command.cmd = format!("{run}-{}-other-{version}", command.id);
            let batch = Batch {
                client: "other".into(),
                batch: vec![command.clone()],
                atomic: false,
            };
            client.commands(&batch).await.unwrap();
        }
    }
}

/// Says what is wrong after a run, from the files alone.
fn check(folder: &Path, server: &Path, run: &str) -> Result<(), String> {
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
    let mut there: BTreeMap<String, Json> = BTreeMap::new();
    let mut rows = audit
        .prepare("SELECT id, after FROM audit WHERE kind = 'lead' AND id LIKE ?1 || '-%' ORDER BY number")
        .unwrap();
    let rows = rows
        .query_map([run], |row| {
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

/// Kills a child at its first write, the next one at its second and so on; stops at the first fault, or when a
/// child gets through.
async fn kill_at_every_write(bug: Option<Bug>) -> Result<u32, String> {
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
    let other = Client::new(&backend.address()).unwrap();
    let mut die_at = 0;
    loop {
        die_at += 1;
        let folder = tempfile::tempdir().unwrap();
        let mut orders = Orders {
            folder: folder.path().to_owned(),
            url: backend.running.url(),
            token: backend.token.clone(),
            run: format!("r{die_at}"),
            die_at,
            bug,
        };
        let run = orders.run.clone();
        let dead = tokio::task::spawn_blocking(move || {
            let dead = child_dies(&orders);
            orders.die_at = 0;
            (dead, orders)
        });
        let (dead, orders) = dead.await.unwrap();
        // Half of the time: a later change would also bring back a row that a bad cursor had skipped.
        let interferes = match bug {
            None => die_at % 2 == 0,
            Some(bug) => bug == Bug::NoIdempotencyRow,
        };
        if interferes {
            interfere(&other, &run).await;
        }
        let again = tokio::task::spawn_blocking(move || child_dies(&orders))
            .await
            .unwrap();
        assert!(!again, "the second child only settles");
        check(folder.path(), &server, &run)
            .map_err(|fault| format!("killed at write {die_at}: {fault}"))?;
        if !dead {
            return Ok(die_at);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_wherever_the_console_dies() {
    let writes = kill_at_every_write(None).await.unwrap();
    assert!(
        writes > 40,
        "only {writes} writes: the child does not do its work"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_finds_an_edit_shown_before_it_was_saved() {
    let fault = kill_at_every_write(Some(Bug::AckBeforeCommit))
        .await
        .unwrap_err();
    assert!(fault.contains("is lost"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_finds_a_cursor_written_before_its_rows() {
    let fault = kill_at_every_write(Some(Bug::CursorBeforeRows))
        .await
        .unwrap_err();
    assert!(fault.contains("the mirror"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_finds_a_server_that_forgets_what_it_did() {
    let fault = kill_at_every_write(Some(Bug::NoIdempotencyRow))
        .await
        .unwrap_err();
    assert!(
        fault.contains("shown as failed") || fault.contains("times"),
        "{fault}"
    );
}
