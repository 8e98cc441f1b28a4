//! Consoles and the real backend on loopback: pokes, two consoles on one cache, refusals.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cnm::effect::{CacheChange, Line, Load, SyncStatus};
use cnm::record::{Kind, Role};
use cnm::remote::{Address, Token};
use cnm::server::{Clock, Grant, NewUser, Options, Running, Server};
use cnm::store::{Paths, Store, StoreHandle};
use cnm::sync::{self, Event, Handle, SyncError};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::cache::{Cache, batch, create, field, one, update};
use crate::model::instant;

/// Long enough for the slowest machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn clock() -> Clock {
    Arc::new(instant)
}

/// The real backend with one user, on a port of loopback.
pub(crate) struct Backend {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) server: Server,
    pub(crate) running: Running,
    pub(crate) token: String,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        let folder = crate::cache::folder();
        let mut options = Options::new(clock());
        options.rate = None;
        let server = Server::open(&folder.path().join("server.db"), options).unwrap();
        let user = NewUser {
            id: "mei".into(),
            name: "Mei".into(),
            role: Role::Cnm,
            team: String::new(),
            zone: "Asia/Singapore".into(),
        };
        server.create_user(&user).unwrap();
        let token = server
            .create_token("mei", &Grant::default())
            .unwrap()
            .reveal()
            .to_owned();
        let running = server.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        Self {
            folder,
            server,
            running,
            token,
        }
    }

    pub(crate) fn address(&self) -> Address {
        Address {
            url: self.running.url(),
            token: Token::new(self.token.clone()),
            ca_file: None,
        }
    }
}

/// A console without a screen.
pub(crate) struct Console {
    pub(crate) store: StoreHandle,
    pub(crate) sync: Handle,
    events: mpsc::UnboundedReceiver<Event>,
    pub(crate) status: Arc<Mutex<SyncStatus>>,
}

impl Console {
    pub(crate) fn start(paths: &Paths, address: Option<Address>) -> Self {
        let store = StoreHandle::spawn(Store::open(paths, instant()).unwrap().0).unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        let status = Arc::new(Mutex::new(SyncStatus::default()));
        let last = status.clone();
        let sync = sync::start(address, store.clone(), clock(), move |event| {
            if let Event::Status(status) = &event {
                *last.lock().unwrap() = status.clone();
            }
            let _ = sender.send(event);
        });
        Self {
            store,
            sync,
            events,
            status,
        }
    }

    /// Waits for an event that fits.
    pub(crate) async fn until(&mut self, mut fits: impl FnMut(&Event) -> bool) -> Event {
        let mut seen = Vec::new();
        let wait = async {
            loop {
                let event = self.events.recv().await.expect("the sync goes on");
                if fits(&event) {
                    return event;
                }
                seen.push(event);
            }
        };
        match timeout(PATIENCE, wait).await {
            Ok(event) => event,
            Err(waited) => panic!(
                "no such event ({waited}); {:?}; seen {seen:?}",
                self.status.lock().unwrap()
            ),
        }
    }

    /// Waits until the cache is as the server has it.
    pub(crate) async fn until_live(&mut self) {
        let live = |status: &SyncStatus| {
            status.line == Line::Live && status.synced_at.is_some() && status.loading.is_none()
        };
        self.until(|event| matches!(event, Event::Status(status) if live(status)))
            .await;
    }

    async fn until_line(&mut self, mut fits: impl FnMut(&Line) -> bool) -> SyncStatus {
        let event = self
            .until(|event| matches!(event, Event::Status(status) if fits(&status.line)))
            .await;
        let Event::Status(status) = event else {
            unreachable!()
        };
        status
    }

    /// Waits until a lead is shown with this name.
    async fn until_named(&mut self, id: &str, name: &str) {
        self.until(|event| {
            let Event::Changed(changes) = event else { return false };
            changes.iter().any(|change| {
                matches!(change, CacheChange::Upsert(row)
                    if row.kind == Kind::Lead && row.id == id && field(row, "name") == Some(json!(name)))
            })
        })
        .await;
    }

    async fn name(&self, id: &str) -> Option<serde_json::Value> {
        let id = id.to_owned();
        let row = self
            .store
            .call(move |store| Ok(one(store, Kind::Lead, &id)))
            .await
            .unwrap();
        row.and_then(|row| field(&row, "name"))
    }

    pub(crate) async fn stop(self) {
        self.sync.stop().await;
        self.store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_in_one_place_is_poked_to_the_other() {
    let backend = Backend::start().await;
    let (one_cache, other_cache) = (Cache::new(), Cache::new());
    let mut here = Console::start(&one_cache.paths(), Some(backend.address()));
    let mut there = Console::start(&other_cache.paths(), Some(backend.address()));
    here.until_live().await;
    there.until_live().await;
    here.store
        .save(batch("b", vec![create("c1", "l1", json!({"name": "Ann"}))]))
        .await
        .unwrap();
    there.until_named("l1", "Ann").await;
    there
        .store
        .save(batch(
            "b",
            vec![update("c2", "l1", 1, json!({"name": "Anna"}))],
        ))
        .await
        .unwrap();
    here.until_named("l1", "Anna").await;
    here.stop().await;
    there.stop().await;
    backend.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_without_the_server_and_is_sent_when_it_is_back() {
    let backend = Backend::start().await;
    let cache = Cache::new();
    let address = backend.address();
    let mut console = Console::start(&cache.paths(), Some(address.clone()));
    console.until_live().await;
    let port = backend.running.address();
    backend.running.shutdown().await;
    console
        .store
        .save(batch("b", vec![create("c1", "l1", json!({"name": "Ann"}))]))
        .await
        .unwrap();
    let status = console
        .until_line(|line| matches!(line, Line::Offline { .. }))
        .await;
    let Line::Offline { why } = status.line else {
        unreachable!()
    };
    assert!(
        why.contains("127.0.0.1") && !why.contains(&backend.token),
        "{why}"
    );
    assert_eq!(console.name("l1").await, Some(json!("Ann")));
    let running = backend.server.serve(port).await.unwrap();
    console.sync.poke();
    console
        .until(|event| matches!(event, Event::Status(status) if status.line == Line::Live && status.queued == 0))
        .await;
    let audit = rusqlite::Connection::open(backend.folder.path().join("server.db")).unwrap();
    let lines: i64 = audit
        .query_row("SELECT count(*) FROM audit WHERE cmd = 'c1'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(lines, 1);
    console.stop().await;
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_consoles_on_one_cache_share_it_and_one_sends() {
    let backend = Backend::start().await;
    let cache = Cache::new();
    let mut first = Console::start(&cache.paths(), Some(backend.address()));
    first.until_live().await;
    let mut second = Console::start(&cache.paths(), Some(backend.address()));
    second.until_line(|line| *line == Line::Follower).await;
    second
        .store
        .save(batch(
            "b1",
            vec![create("c1", "l1", json!({"name": "Second"}))],
        ))
        .await
        .unwrap();
    first.until_named("l1", "Second").await;
    first
        .store
        .save(batch(
            "b2",
            vec![create("c2", "l2", json!({"name": "First"}))],
        ))
        .await
        .unwrap();
    second.until_named("l2", "First").await;
    let report = second.sync.round().await.unwrap();
    assert_eq!(report.queued, 0);
    // When the one that sends is gone, the other one takes over.
    first.stop().await;
    second.until_live().await;
    second
        .store
        .save(batch(
            "b3",
            vec![create("c3", "l3", json!({"name": "Third"}))],
        ))
        .await
        .unwrap();
    second.until(|event| matches!(event, Event::Status(status) if status.line == Line::Live && status.queued == 0)).await;
    assert_eq!(second.sync.round().await.unwrap().queued, 0);
    second.stop().await;
    backend.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syncing_once_works_alone_and_beside_a_console() {
    let backend = Backend::start().await;
    let cache = Cache::new();
    let once = || async {
        let store = StoreHandle::spawn(cache.open().0).unwrap();
        let id = format!("l{}", store.outbox().await.unwrap().len());
        store
            .save(batch(
                &id,
                vec![create(&format!("c{id}"), &id, json!({"name": id}))],
            ))
            .await
            .unwrap();
        let report = sync::once(Some(backend.address()), store.clone(), clock())
            .await
            .unwrap();
        store.close().await;
        report
    };
    let alone = once().await;
    assert_eq!((alone.pushed, alone.queued), (1, 0));
    let mut console = Console::start(&cache.paths(), Some(backend.address()));
    console.until_live().await;
    let store = StoreHandle::spawn(cache.open().0).unwrap();
    store
        .save(batch(
            "b9",
            vec![create("c9", "l9", json!({"name": "Nine"}))],
        ))
        .await
        .unwrap();
    let beside = sync::once(Some(backend.address()), store.clone(), clock())
        .await
        .unwrap();
    assert_eq!(beside.queued, 0);
    console.until_named("l9", "Nine").await;
    console.stop().await;
    backend.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_setting_gets_its_sentence() {
    let backend = Backend::start().await;
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let with = |url: &str, token: &str| Address {
        url: url.into(),
        token: Token::new(token),
        ca_file: None,
    };
    let url = backend.running.url();
    let token = backend.token.as_str();
    let cases = [
        (
            Some(with(&url, "cnm_pat_nonsense")),
            "does not accept the token",
        ),
        (
            Some(with(&format!("{url}/elsewhere"), token)),
            "is not the address of a cnm server",
        ),
        (Some(with("http://cnm.example.com", token)), "use https"),
        (Some(with("nonsense", token)), "server address nonsense"),
        (Some(with(&dead, token)), "cannot reach 127.0.0.1"),
        (None, "no server is configured"),
    ];
    for (address, expected) in cases {
        let cache = Cache::new();
        let store = StoreHandle::spawn(cache.store()).unwrap();
        store
            .save(batch("b", vec![create("c1", "l1", json!({"name": "x"}))]))
            .await
            .unwrap();
        let error = sync::once(address, store.clone(), clock())
            .await
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains(token), "{error}");
        assert_eq!(
            matches!(error, SyncError::Offline(_)),
            expected.starts_with("cannot reach")
        );
        assert_eq!(store.counts().await.unwrap().queued, 1, "{expected}");
    }
    backend.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_stops_the_sending_and_nothing_else() {
    let backend = Backend::start().await;
    let cache = Cache::new();
    let mut console = Console::start(&cache.paths(), Some(backend.address()));
    console.until_live().await;
    let id = backend
        .token
        .strip_prefix("cnm_pat_")
        .unwrap()
        .split('_')
        .next()
        .unwrap();
    backend.server.revoke_token(id).unwrap();
    console
        .store
        .save(batch("b", vec![create("c1", "l1", json!({"name": "Ann"}))]))
        .await
        .unwrap();
    let status = console
        .until_line(|line| matches!(line, Line::Refused { .. }))
        .await;
    assert_eq!(status.queued, 1);
    assert_eq!(
        console
            .store
            .load(Load::Working(vec![Kind::Lead]))
            .await
            .unwrap()
            .len(),
        1
    );
    console.stop().await;
    backend.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_gets_back_what_it_lost() {
    let backend = Backend::start().await;
    let cache = Cache::new();
    let console = Console::start(&cache.paths(), Some(backend.address()));
    let save = |number: u8, edit| console.store.save(batch(&format!("b{number}"), vec![edit]));
    save(1, create("c1", "l1", json!({"name": "Before"})))
        .await
        .unwrap();
    console.sync.round().await.unwrap();
    let copy: PathBuf = backend.folder.path().join("copy.db");
    backend.server.backup(&copy).unwrap();
    save(2, update("c2", "l1", 1, json!({"name": "After"})))
        .await
        .unwrap();
    save(3, create("c3", "l3", json!({"name": "New"})))
        .await
        .unwrap();
    console.sync.round().await.unwrap();
    backend.running.shutdown().await;
    console.stop().await;
    let db = backend.folder.path().join("restored.db");
    cnm::server::restore(&copy, &db).unwrap();
    let mut options = Options::new(clock());
    options.rate = None;
    let server = Server::open(&db, options).unwrap();
    let running = server.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = Address {
        url: running.url(),
        token: Token::new(backend.token.clone()),
        ca_file: None,
    };
    let store = StoreHandle::spawn(cache.open().0).unwrap();
    let report = sync::once(Some(address), store.clone(), clock())
        .await
        .unwrap();
    assert_eq!((report.queued, report.conflicts, report.refused), (0, 0, 0));
    let audit = rusqlite::Connection::open(&db).unwrap();
    let mut statement = audit
        .prepare("SELECT cmd FROM audit WHERE cmd <> '' ORDER BY cmd")
        .unwrap();
    let cmds: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(cmds, ["c1", "c2", "c3"]);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_two_consoles_still_see_each_other() {
    let cache = Cache::new();
    let mut first = Console::start(&cache.paths(), None);
    first.until_line(|line| *line == Line::Unconfigured).await;
    let mut second = Console::start(&cache.paths(), None);
    second.until_line(|line| *line == Line::Follower).await;
    second
        .store
        .save(batch("b", vec![create("c1", "l1", json!({"name": "Ann"}))]))
        .await
        .unwrap();
    first.until_named("l1", "Ann").await;
    first.stop().await;
    second.stop().await;
}

/// Whoever has a server sends for a console on the same cache that has none, and that one sees what comes of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_without_a_server_lets_one_that_has_one_send() {
    let backend = Backend::start().await;
    let cache = Cache::new();
    let mut idle = Console::start(&cache.paths(), None);
    idle.until_line(|line| *line == Line::Unconfigured).await;
    idle.store
        .save(batch(
            "b1",
            vec![create("c1", "l1", json!({"name": "Waits"}))],
        ))
        .await
        .unwrap();
    // A command that comes and goes.
    for name in ["Once", "Twice"] {
        let store = StoreHandle::spawn(cache.open().0).unwrap();
        let edit = update(&format!("c-{name}"), "l1", 1, json!({"name": name}));
        store
            .save(batch(&format!("b-{name}"), vec![edit]))
            .await
            .unwrap();
        let report = timeout(
            PATIENCE,
            sync::once(Some(backend.address()), store.clone(), clock()),
        );
        let report = report.await.unwrap().unwrap();
        assert_eq!((report.queued, report.conflicts, report.refused), (0, 0, 0));
        store.close().await;
        // The console has the cache again, and shows what the server has.
        idle.until_line(|line| *line == Line::Unconfigured).await;
        assert_eq!(idle.name("l1").await, Some(json!(name)));
    }
    // A console that stays.
    let mut able = Console::start(&cache.paths(), Some(backend.address()));
    able.until_live().await;
    idle.until_line(|line| *line == Line::Follower).await;
    able.stop().await;
    idle.until_line(|line| *line == Line::Unconfigured).await;
    idle.stop().await;
    backend.running.shutdown().await;
}
