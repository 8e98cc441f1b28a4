//! A real backend on loopback and consoles on it, for tests that go from end to end.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use cnm::record::{Kind, Role};
use cnm::runtime::Clock;
use cnm::server::{Grant, NewRecord, NewUser, Options, Running, Server};
use serde_json::{Map, Value as Json, json};

/// A backend with two CNMs and a Growth Lead of one team.
pub(crate) struct Backend {
    runtime: tokio::runtime::Runtime,
    server: Server,
    running: Option<Running>,
    address: std::net::SocketAddr,
    pub(crate) folder: tempfile::TempDir,
}

impl Backend {
    /// Starts a backend with two threads and two leads of Ana's.
    pub(crate) fn start() -> Self {
        Self::with(|_| Vec::new())
    }

    /// Starts a backend with more records than those of [`Backend::start`].
    pub(crate) fn with(more: fn(Clock) -> Vec<NewRecord>) -> Self {
        Self::tuned(more, |_| {})
    }

    /// Starts a backend with more records and other options.
    pub(crate) fn tuned(more: fn(Clock) -> Vec<NewRecord>, tune: fn(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let mut options = Options::new(Arc::new(move || clock.now()));
        options.rate = None;
        tune(&mut options);
        let server = Server::open(&folder.path().join("server.db"), options).unwrap();
        for (id, name, role) in [
            ("ana", "Ana Belmonte", Role::Cnm),
            ("ben", "Ben Ortiz", Role::Cnm),
            ("lea", "Lea Park", Role::Lead),
        ] {
            let user = NewUser {
                id: id.into(),
                name: name.into(),
                role,
                team: "west".into(),
                zone: "America/Los_Angeles".into(),
            };
            server.create_user(&user).unwrap();
        }
        server.load([records(clock), more(clock)]).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let running = runtime.block_on(server.serve(any)).unwrap();
        let address = running.address();
        Self {
            runtime,
            server,
            running: Some(running),
            address,
            folder,
        }
    }

    /// Stops answering; the address stays the same for a later [`Backend::resume`].
    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }

    /// Answers again.
    pub(crate) fn resume(&mut self) {
        self.running = Some(
            self.runtime
                .block_on(self.server.serve(self.address))
                .unwrap(),
        );
    }

    /// Returns a console of this user with a home of its own.
    pub(crate) fn console(&self, user: &str) -> Console {
        let token = self.server.create_token(user, &Grant::default()).unwrap();
        let home = self.folder.path().join(format!("home-{user}"));
        Console {
            home,
            server: format!("http://{}", self.address),
            token: token.reveal().to_owned(),
        }
    }

    /// Reads a record as the server has it.
    pub(crate) fn record(&self, path: &str, token: &str) -> Json {
        let url = format!("http://{}/v1/{path}", self.address);
        self.runtime
            .block_on(async { reqwest_get(&url, token).await })
    }
}

async fn reqwest_get(url: &str, token: &str) -> Json {
    // Another test may have installed it first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let reply = client.get(url).bearer_auth(token).send().await.unwrap();
    serde_json::from_str(&reply.text().await.unwrap()).unwrap()
}

/// A record as it is loaded into a backend.
pub(crate) fn new_record(clock: Clock, kind: Kind, id: &str, fields: Json) -> NewRecord {
    let Json::Object(fields) = fields else {
        panic!("fields are an object")
    };
    let fields: Map<String, Json> = fields;
    NewRecord {
        kind,
        id: id.into(),
        fields,
        updated_at: clock.now(),
        updated_by: "ana".into(),
    }
}

fn records(clock: Clock) -> Vec<NewRecord> {
    let new = |kind: Kind, id: &str, fields: Json| new_record(clock, kind, id, fields);
    let stage = |id: &str, order: i64, name: &str, required: Json| {
        new(
            Kind::Stage,
            id,
            json!({"name": name, "order": order, "limit_days": 7, "required": required}),
        )
    };
    vec![
        stage("new", 1, "New", json!([])),
        stage("contacted", 2, "Contacted", json!([])),
        stage("proposal", 3, "Proposal", json!(["signer"])),
        new(
            Kind::Person,
            "dana",
            json!({"name": "Dana Reyes", "circle": "owner", "zone": "America/New_York"}),
        ),
        new(
            Kind::Network,
            "nova",
            json!({"name": "Nova Media", "lifecycle": "new", "owner": "ana"}),
        ),
        new(
            Kind::Thread,
            "t1",
            json!({
                "title": "", "channel": "whatsapp", "state": "open", "owner": "ana", "from": "dana",
                "from_name": "Dana Reyes", "network": "nova", "last_text": "Where is the October payout? Third request.",
                "last_at": "2026-11-17T10:00:00Z", "messages": 1, "new": 1, "waiting_on": "me"
            }),
        ),
        new(
            Kind::Message,
            "m1",
            json!({
                "thread": "t1", "direction": "in", "sender": "dana", "sender_name": "Dana Reyes", "kind": "text",
                "sent_at": "2026-11-17T10:00:00Z", "text": "Where is the October payout? Third request."
            }),
        ),
        new(
            Kind::Thread,
            "t2",
            json!({
                "title": "Ops", "channel": "lark_group", "state": "open", "owner": "ana", "from": "dana",
                "from_name": "Evil\u{202e}gnp\u{1b}[31m", "last_text": "red \u{1b}[2J\u{7}alert", "last_at": "2026-11-17T11:00:00Z",
                "messages": 1, "new": 1
            }),
        ),
        new(
            Kind::Lead,
            "halo",
            json!({"name": "Halo", "stage": "new", "owner": "ana", "entered_at": "2026-11-01T00:00:00Z"}),
        ),
        new(
            Kind::Lead,
            "tide",
            json!({"name": "Tidepool", "stage": "contacted", "owner": "ana", "shared_with": ["ben"]}),
        ),
    ]
}

/// The program with a home, a server and a token.
pub(crate) struct Console {
    pub(crate) home: PathBuf,
    pub(crate) server: String,
    pub(crate) token: String,
}

impl Console {
    /// Runs a command and returns what it printed and its exit code.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let output = program(&self.home)
            .args(args)
            .env("CNM_SERVER", &self.server)
            .env("CNM_TOKEN", &self.token)
            .output()
            .unwrap();
        Ran::of(&output)
    }
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Expects success and returns what was printed.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
}

/// The program with a clean environment.
pub(crate) fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cnm"));
    command
        .env_clear()
        .env("CNM_HOME", home)
        .env("LANG", "C.UTF-8")
        .env("TZ", "America/Los_Angeles");
    command
}
