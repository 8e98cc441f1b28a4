//! The reference backend over real HTTP on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cnm::record::Kind;
use cnm::server::{Grant, NewRecord, Options, Running, Scope, Server};
use cnm::wire::{BatchReply, ChangesPage, CommandResult, Problem, Row};
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Map, Value as Json, json};

mod audit;
mod commands;
mod feed;
mod handover;
mod holds;
mod hostile;
mod http;
mod load;
mod names;
mod openapi;
mod rights;
mod rules;
mod upkeep;

/// The second at which every test begins: 2026-11-21T08:00:00Z.
const START: i64 = 1_795_248_000;

/// A running backend with a clock of its own.
pub(crate) struct Backend {
    pub(crate) server: Server,
    pub(crate) running: Option<Running>,
    pub(crate) folder: tempfile::TempDir,
    clock: Arc<AtomicI64>,
    http: reqwest::Client,
}

/// A principal with a token.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) token: String,
    /// The name of its cache.
    pub(crate) cache: String,
    pub(crate) http: reqwest::Client,
}

/// The people of the tests: two leads of teams one inside the other, three CNMs, an administrator.
pub(crate) const PEOPLE: &[(&str, &str, &str)] = &[
    ("boss", "lead", "apac"),
    ("lena", "lead", "sg"),
    ("mei", "cnm", "sg"),
    ("tom", "cnm", "sg"),
    ("uma", "cnm", "us"),
    ("ada", "admin", ""),
    ("vic", "viewer", "sg"),
];

pub(crate) const TEAMS: &[(&str, &str)] = &[("apac", ""), ("sg", "apac"), ("us", "")];

impl Backend {
    /// Starts a backend with the people of the tests and no limits.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts a backend after a change of its options.
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let told = Arc::clone(&clock);
        let mut options = Options::new(Arc::new(move || {
            Timestamp::from_second(told.load(Ordering::SeqCst)).unwrap()
        }));
        options.rate = None;
        change(&mut options);
        let folder = tempfile::tempdir().unwrap();
        let server = Server::open(&folder.path().join("server.db"), options).unwrap();
        server.load([people()]).unwrap();
        let running = server.serve(loopback()).await.unwrap();
        Self {
            server,
            running: Some(running),
            folder,
            clock,
            http: http_client(),
        }
    }

    pub(crate) fn base(&self) -> String {
        self.running.as_ref().unwrap().url()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Gives a person a token with all scopes.
    pub(crate) fn client(&self, user: &str) -> Client {
        self.client_with(user, Scope::ALL)
    }

    pub(crate) fn client_with(&self, user: &str, scopes: &[Scope]) -> Client {
        let grant = Grant {
            scopes: scopes.to_vec(),
            ..Grant::default()
        };
        let token = self.server.create_token(user, &grant).unwrap();
        Client {
            base: self.base(),
            token: token.reveal().to_owned(),
            cache: format!("{user}-cache"),
            http: self.http.clone(),
        }
    }

    /// Loads records as one transaction, made by the server.
    pub(crate) fn seed(&self, records: &[(Kind, &str, Json)]) {
        let records = records
            .iter()
            .map(|(kind, id, fields)| new_record(*kind, id, fields))
            .collect();
        self.server.load([records]).unwrap();
    }
}

impl Client {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn post(&self, body: &Json) -> Response {
        let request = self.request(Method::POST, "/v1/commands");
        request.json(body).send().await.unwrap()
    }

    /// Sends a batch and returns its results.
    pub(crate) async fn send(&self, commands: &[Json]) -> Vec<CommandResult> {
        self.batch(commands, false).await.results
    }

    pub(crate) async fn batch(&self, commands: &[Json], atomic: bool) -> BatchReply {
        let body = json!({"client": self.cache, "batch": commands, "atomic": atomic});
        let reply = self.post(&body).await;
        assert_eq!(reply.status(), 200, "{:?}", reply.text().await);
        reply.json().await.unwrap()
    }

    /// Sends one command and returns its result.
    pub(crate) async fn one(&self, command: Json) -> CommandResult {
        self.send(&[command]).await.remove(0)
    }

    pub(crate) async fn page(&self, cursor: &str, limit: usize) -> ChangesPage {
        let path = format!("/v1/changes?cursor={cursor}&limit={limit}");
        let reply = self.get(&path).await;
        assert_eq!(reply.status(), 200, "{:?}", reply.text().await);
        reply.json().await.unwrap()
    }

    pub(crate) async fn refused_page(&self, cursor: &str) -> Problem {
        let reply = self.get(&format!("/v1/changes?cursor={cursor}")).await;
        problem(reply).await
    }

    /// Reads everything that the principal sees.
    pub(crate) async fn everything(&self) -> BTreeMap<(String, String), Row> {
        let mut mirror = Mirror::default();
        mirror.catch_up(self, 5_000).await;
        mirror.rows
    }

    /// Tells whether a record is in everything that the principal sees.
    pub(crate) async fn has(&self, kind: &str, id: &str) -> bool {
        let key = (kind.to_owned(), id.to_owned());
        self.everything().await.contains_key(&key)
    }
}

/// Reads a refusal and checks that its form is right.
pub(crate) async fn problem(reply: Response) -> Problem {
    let status = reply.status().as_u16();
    let id = header(&reply, "x-request-id");
    assert_eq!(header(&reply, "content-type"), "application/problem+json");
    let problem: Problem = reply.json().await.unwrap();
    assert_eq!(problem.status, status);
    assert_eq!(problem.instance, id);
    assert!(problem.kind.starts_with("urn:cnm:problem:"), "{problem:?}");
    problem
}

pub(crate) fn header(reply: &Response, name: &str) -> String {
    let value = reply.headers().get(name);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

/// What a console would keep: records and a cursor, published only where the server says so.
#[derive(Clone, Default)]
pub(crate) struct Mirror {
    pub(crate) rows: BTreeMap<(String, String), Row>,
    pub(crate) cursor: String,
    pub(crate) seq: u64,
    pub(crate) staged: Vec<Row>,
}

impl Mirror {
    /// Takes one page; tells whether there is more.
    pub(crate) async fn pull(&mut self, client: &Client, limit: usize) -> bool {
        let page = client.page(&self.cursor, limit).await;
        assert!(page.changes.is_sorted_by_key(|row| row.seq));
        assert!(page.changes.len() <= limit);
        self.cursor = page.cursor;
        self.staged.extend(page.changes);
        if !page.txn_open {
            for row in std::mem::take(&mut self.staged) {
                let key = (row.kind.clone(), row.id.clone());
                if row.deleted || row.left {
                    self.rows.remove(&key);
                } else {
                    self.rows.insert(key, row);
                }
            }
            self.seq = page.seq;
        }
        page.more
    }

    pub(crate) async fn catch_up(&mut self, client: &Client, limit: usize) {
        while self.pull(client, limit).await {}
        assert!(
            self.staged.is_empty(),
            "a reader at the head has a whole state"
        );
    }
}

pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A client that shows replies as they came over the wire.
pub(crate) fn plain_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .build()
        .unwrap()
}

pub(crate) fn new_record(kind: Kind, id: &str, fields: &Json) -> NewRecord {
    NewRecord {
        kind,
        id: id.to_owned(),
        fields: fields.as_object().cloned().unwrap_or_else(Map::new),
        updated_at: Timestamp::from_second(START).unwrap(),
        updated_by: "server".to_owned(),
    }
}

pub(crate) fn people() -> Vec<NewRecord> {
    let teams = TEAMS
        .iter()
        .map(|(id, parent)| new_record(Kind::Team, id, &json!({"name": id, "parent": parent})));
    let users = PEOPLE.iter().map(|(id, role, team)| {
        new_record(
            Kind::User,
            id,
            &json!({"name": id, "role": role, "team": team}),
        )
    });
    teams.chain(users).collect()
}

pub(crate) fn create(cmd: &str, kind: &str, id: &str, set: Json) -> Json {
    let mut command = json!({"cmd": cmd, "kind": kind, "id": id, "op": "create"});
    command["set"] = set;
    command
}

pub(crate) fn update(cmd: &str, kind: &str, id: &str, base: u64, set: Json) -> Json {
    let mut command = json!({"cmd": cmd, "kind": kind, "id": id, "op": "update", "base": base});
    command["set"] = set;
    command
}

pub(crate) fn delete(cmd: &str, kind: &str, id: &str, base: u64) -> Json {
    json!({"cmd": cmd, "kind": kind, "id": id, "op": "delete", "base": base})
}
