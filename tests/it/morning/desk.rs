//! A console, its cache and the real backend in one process; time goes on by keys.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use cnm::app::{App, Configured, Msg};
use cnm::config::Config;
use cnm::demo::{Filed, Options, Outcome, answer_key, cast, generate};
use cnm::effect::{Effect, Line, Load};
use cnm::keymap::{Keymap, parse_sequence};
use cnm::list::World;
use cnm::record::{
    Due, Id, Kind, Lead, Message, Op, Patch, Person, Record, Stage, Thread, ThreadState,
};
use cnm::remote::{Address, Client, Token};
use cnm::server::{Clock, Grant, NewRecord, Options as ServerOptions, Running, Server};
use cnm::store::{BatchState, Store, StoreHandle};
use cnm::sync::{self, Event, Handle};
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{Depth, Look};
use cnm::when::phrase::{PhraseContext, Wall};
use cnm::wire::{Batch as WireBatch, Command as WireCommand, Status};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use tokio::sync::mpsc;

use crate::cache::Cache;

/// Large enough for whole messages; what a reader sees.
const SIZE: (u16, u16) = (220, 48);
/// Long enough for the slowest machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(40);
/// What a key takes by the clock of console and backend.
const KEY: i64 = 700_000;

const LOOK: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Unicode,
};

/// What the morning needs: the past and the figures of creators are left out.
const KINDS: &[Kind] = &[
    Kind::User,
    Kind::Team,
    Kind::Stage,
    Kind::Term,
    Kind::Network,
    Kind::Thread,
    Kind::Lead,
    Kind::FollowUp,
    Kind::Meeting,
    Kind::Person,
    Kind::BusyBlock,
    Kind::Snippet,
    Kind::Incident,
    Kind::CoachingAction,
    Kind::Campaign,
    Kind::Participation,
    Kind::MetricDef,
    Kind::Message,
];

fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = Arc::clone(now);
    Arc::new(move || Timestamp::from_microsecond(now.load(Ordering::SeqCst)).unwrap())
}

/// The records of the morning in their transactions.
fn morning(options: &Options) -> Vec<Vec<NewRecord>> {
    let mut open = HashSet::new();
    let figures = |filed: &Filed| filed.kind == Kind::MetricPoint;
    generate(options)
        .take_while(|part| !part.records.iter().any(figures))
        .map(|part| {
            part.records
                .into_iter()
                .filter(|filed| KINDS.contains(&filed.kind))
                .filter(|filed| match filed.kind {
                    Kind::Thread => {
                        let done = filed.fields.get("state") == Some(&json!("done"));
                        if !done {
                            open.insert(filed.id.clone());
                        }
                        !done
                    }
                    Kind::Message => {
                        let thread = filed.fields.get("thread").and_then(|id| id.as_str());
                        thread.is_some_and(|id| open.contains(id))
                    }
                    _ => true,
                })
                .map(|filed| NewRecord {
                    kind: filed.kind,
                    id: filed.id,
                    fields: filed.fields,
                    updated_at: filed.updated_at,
                    updated_by: filed.updated_by,
                })
                .collect()
        })
        .collect()
}

/// Ana's desk.
pub(super) struct Desk {
    pub(super) options: Options,
    now: Arc<AtomicI64>,
    folder: tempfile::TempDir,
    server: Server,
    running: Option<Running>,
    address: Address,
    cache: Cache,
    app: App,
    store: StoreHandle,
    sync: Option<Handle>,
    events: mpsc::UnboundedReceiver<Event>,
    keys: usize,
    letters: usize,
    /// The lead that a team-mate moved too, with the name of the stage that she chose.
    moved: Option<(Id<Lead>, String)>,
}

type Link = (StoreHandle, Handle, mpsc::UnboundedReceiver<Event>);

fn connect(cache: &Cache, address: &Address, now: &Arc<AtomicI64>) -> Link {
    let at = clock(now)();
    let store = StoreHandle::spawn(Store::open(&cache.paths(), at).unwrap().0).unwrap();
    let (sender, events) = mpsc::unbounded_channel();
    let sync = sync::start(
        Some(address.clone()),
        store.clone(),
        clock(now),
        move |event| {
            let _ = sender.send(event);
        },
    );
    (store, sync, events)
}

async fn until_live(events: &mut mpsc::UnboundedReceiver<Event>) {
    let wait = async {
        while let Some(event) = events.recv().await {
            if let Event::Status(status) = event
                && status.line == Line::Live
                && status.synced_at.is_some()
                && status.loading.is_none()
            {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("the first sync ends");
}

impl Desk {
    /// Fills a backend with the morning of a seed, syncs for the first time and opens the console.
    pub(super) async fn open(seed: u64) -> Self {
        let options = Options {
            seed,
            ..Options::default()
        };
        let now = Arc::new(AtomicI64::new(options.now.as_microsecond()));
        let folder = crate::cache::folder();
        let mut server = ServerOptions::new(clock(&now));
        server.rate = None;
        let server = Server::open(&folder.path().join("server.db"), server).unwrap();
        server.load(morning(&options)).unwrap();
        let token = server
            .create_token(cast(&options).ana.user.as_str(), &Grant::default())
            .unwrap();
        let running = server.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = Address {
            url: running.url(),
            token: Token::new(token.reveal().to_owned()),
            ca_file: None,
        };
        let cache = Cache::new();
        let (store, sync, mut events) = connect(&cache, &address, &now);
        until_live(&mut events).await;
        let app = console(&options, clock(&now)());
        let mut desk = Self {
            options,
            now,
            folder,
            server,
            running: Some(running),
            address,
            cache,
            app,
            store,
            sync: Some(sync),
            events,
            keys: 0,
            letters: 0,
            moved: None,
        };
        desk.read_cache().await;
        desk
    }

    /// Reads what a console reads when it starts.
    async fn read_cache(&mut self) {
        for load in [Load::Working(Kind::ALL.to_vec()), Load::Unhandled] {
            let rows = self.store.load(load.clone()).await.unwrap();
            self.tell(Msg::Loaded(load, rows)).await;
        }
        let logged = self.store.recent_batches(1_000).await.unwrap();
        let done = logged
            .into_iter()
            .rev()
            .filter(|logged| logged.state == BatchState::Done)
            .map(|logged| logged.batch)
            .collect();
        self.tell(Msg::UndoLog(done, Vec::new())).await;
        let drafts = self.store.drafts().await.unwrap();
        self.tell(Msg::Drafts(drafts)).await;
    }

    fn time(&self) -> Timestamp {
        clock(&self.now)()
    }

    /// Tells the console something and does what it asks for.
    async fn tell(&mut self, msg: Msg) {
        let mut waiting = self.app.update(self.time(), msg);
        while !waiting.is_empty() {
            let mut next = Vec::new();
            for effect in waiting {
                let answer = match effect {
                    Effect::Save(batch) => {
                        let id = batch.id.clone();
                        self.store.save(batch).await.unwrap();
                        Some(Msg::Saved(id))
                    }
                    Effect::Load(load) => {
                        let rows = self.store.load(load.clone()).await.unwrap();
                        Some(Msg::Loaded(load, rows))
                    }
                    Effect::LoadOutbox => Some(Msg::Outbox(self.store.outbox().await.unwrap())),
                    Effect::Resolve {
                        cmd,
                        resolution,
                        again,
                    } => {
                        let at = self.time();
                        let changes = self.store.choose(cmd, resolution, again, at).await.unwrap();
                        Some(Msg::Changed(changes))
                    }
                    Effect::Draft { key, text } => {
                        let at = self.time();
                        self.store.set_draft(key, text, at).await.unwrap();
                        None
                    }
                    _ => None,
                };
                if let Some(answer) = answer {
                    next.extend(self.app.update(self.time(), answer));
                }
            }
            waiting = next;
        }
    }

    /// Takes in what the sync says.
    async fn listen(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::Changed(changes) => self.tell(Msg::Changed(changes)).await,
                Event::Status(status) => self.tell(Msg::Sync(status)).await,
                _ => {}
            }
        }
    }

    /// Presses keys, each of which counts.
    pub(super) async fn press(&mut self, keys: &str) {
        for key in parse_sequence(keys).unwrap() {
            self.now.fetch_add(KEY, Ordering::SeqCst);
            self.keys += 1;
            self.tell(Msg::Key(key)).await;
        }
        self.listen().await;
    }

    /// Types a text; its letters are counted by themselves.
    pub(super) async fn write(&mut self, text: &str) {
        self.letters += text.chars().count();
        for letter in text.chars() {
            let key = match letter {
                ' ' => "space".to_owned(),
                other => other.to_string(),
            };
            let key = parse_sequence(&key).unwrap()[0];
            self.tell(Msg::Key(key)).await;
        }
    }

    pub(super) fn take_keys(&mut self) -> usize {
        std::mem::take(&mut self.keys)
    }

    pub(super) fn take_letters(&mut self) -> usize {
        std::mem::take(&mut self.letters)
    }

    /// Returns the cells of the screen as text.
    pub(super) fn screen(&self) -> String {
        crate::desk::lines(&crate::desk::draw(&self.app, LOOK)).join("\n")
    }

    /// Counts new messages of threads that wait, as the header does.
    pub(super) fn unhandled(&self) -> usize {
        self.app.screen.tally.messages
    }

    pub(super) fn waiting(&self) -> usize {
        self.app.screen.tally.waiting
    }

    pub(super) fn today(&self) -> Date {
        self.app.world.view.today()
    }

    /// Reads a time that the writer of a message named: as of then, and where they are.
    pub(super) fn reads(&self, phrase: &str, message: &Message) -> Due {
        let world = &self.app.world;
        let sender = world.follow::<Person>(message.sender.as_ref());
        let there = sender.and_then(|person| cnm::when::zone::load(&person.zone).ok());
        let there = there.unwrap_or_else(|| world.view.zone.clone());
        let sent = message.sent_at.unwrap();
        let people: Vec<(&str, &str)> = world
            .table::<Person>()
            .records()
            .map(|(_, person)| (person.name.as_str(), person.zone.as_str()))
            .filter(|(_, zone)| !zone.is_empty())
            .collect();
        let mut context = PhraseContext::new(sent, there);
        context.people = &people;
        // What stands in brackets belongs to it: the weekday, the zone.
        let phrase = phrase.replace(['（', '）'], " ");
        let reading = cnm::when::phrase::read(&phrase, &context);
        let reading = reading.unwrap_or_else(|error| panic!("{phrase}: {error}"));
        match reading.end.unwrap_or(reading.start) {
            Wall::Day(date) => Due::On { date },
            Wall::Minute(wall) => Due::At {
                wall,
                zone: cnm::when::zone::name(&reading.zone).into(),
                instant: reading.end_instant(),
            },
        }
    }

    pub(super) async fn queued(&self) -> usize {
        self.store.counts().await.unwrap().queued
    }

    /// The server cannot be reached any more; meanwhile a team-mate moves a lead that Ana is about to move.
    pub(super) async fn drop_line(&mut self) {
        self.until(|desk| desk.app.screen.sync.queued == 0).await;
        self.running.take().unwrap().shutdown().await;
        // She reaches the server by another way, which Ana's line does not lead to.
        let running = self.server.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        self.moved = Some(self.team_mate(running.url()).await);
        running.shutdown().await;
    }

    /// Counts the threads in which a lead still waits to be moved.
    pub(super) fn leads_to_move(&self) -> usize {
        self.lead_threads().len()
    }

    fn lead_threads(&self) -> Vec<&Thread> {
        let inbox = self.app.world.table::<Thread>();
        answer_key(&self.options)
            .iter()
            .filter(|answer| matches!(answer.outcome, Outcome::Advance | Outcome::Lose))
            .filter_map(|answer| {
                let thread = inbox.record(answer.thread.as_str())?;
                let message = self.app.world.get::<Message>(&answer.message)?;
                let waits = thread.state == ThreadState::Open && message.sent_at > thread.done_at;
                waits.then_some(thread)
            })
            .collect()
    }

    /// A team-mate moves a lead two stages on, in a console of her own.
    async fn team_mate(&self, url: String) -> (Id<Lead>, String) {
        let threads = self.lead_threads();
        let thread = threads.last().expect("a lead still waits to be moved");
        let lead = thread.lead.clone().unwrap();
        let record = self.app.world.row::<Lead>(lead.as_str()).unwrap();
        let mut stages: Vec<(&Id<Stage>, &Stage)> =
            self.app.world.table::<Stage>().records().collect();
        stages.sort_by_key(|(id, stage)| (stage.order, (*id).clone()));
        let here = stages
            .iter()
            .position(|(id, _)| Some(*id) == record.record.stage.as_ref())
            .unwrap();
        // Not where Ana is going to put it.
        let (stage, name) = [here + 2, here.saturating_sub(1)]
            .into_iter()
            .chain((0..stages.len()).rev())
            .filter(|at| *at != here && *at != here + 1)
            .filter_map(|at| stages.get(at))
            // A stage that asks for facts which the lead does not have is refused.
            .find(|(_, stage)| stage.terminal.is_none() && stage.required.is_empty())
            .map(|(id, stage)| ((*id).clone(), stage.name.clone()))
            .unwrap();
        let boss = cast(&self.options).lead.user;
        let token = self
            .server
            .create_token(boss.as_str(), &Grant::default())
            .unwrap();
        let client = Client::new(&Address {
            url,
            token: Token::new(token.reveal().to_owned()),
            ca_file: None,
        })
        .unwrap();
        let mut patch = Patch::default();
        patch.set.insert("stage".into(), json!(stage));
        patch.set.insert("entered_at".into(), json!(self.time()));
        let command = WireCommand {
            cmd: "team-mate-1".into(),
            kind: "lead".into(),
            id: lead.as_str().into(),
            op: Op::Update,
            base: Some(record.version),
            patch,
            mine: false,
            at: None,
        };
        let batch = WireBatch {
            client: "team-mate".into(),
            batch: vec![command],
            atomic: false,
        };
        let reply = client.commands(&batch).await.unwrap();
        let result = reply.results.first().unwrap();
        assert_eq!(result.status, Status::Applied, "{result:?}");
        (lead, name)
    }

    /// Stops the console in the midst of work: what is in memory is gone.
    pub(super) async fn kill_and_restart(&mut self) {
        self.sync.take().unwrap().stop().await;
        let (store, sync, events) = connect(&self.cache, &self.address, &self.now);
        self.store = store;
        self.sync = Some(sync);
        self.events = events;
        self.app = console(&self.options, self.time());
        self.read_cache().await;
        self.until(|desk| matches!(desk.app.screen.sync.line, Line::Offline { .. }))
            .await;
    }

    async fn until(&mut self, fits: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.listen().await;
            if fits(self) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{:?}", self.app.screen.sync);
            if let Some(sync) = &self.sync {
                sync.poke();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The server is back: the queue drains up to the conflict, which shows both versions.
    pub(super) async fn conflict_shown_and_settled(&mut self) {
        let (lead, theirs) = self.moved.clone().unwrap();
        let record = self.app.world.get(&lead).unwrap();
        let (name, mine) = (record.name.clone(), record.stage.clone().unwrap());
        let mine = self.app.world.get(&mine).unwrap().name.clone();
        assert_ne!(mine, theirs, "Ana moved it too");
        let port = self
            .address
            .url
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let running = self
            .server
            .serve(([127, 0, 0, 1], port).into())
            .await
            .unwrap();
        self.running = Some(running);
        self.until(|desk| desk.app.screen.sync.conflicts > 0).await;
        self.press("g x").await;
        let screen = self.screen();
        for words in [&name, &mine, &theirs] {
            assert!(screen.contains(words.as_str()), "{words}: {screen}");
        }
        self.press("m").await;
        self.until(|desk| desk.app.screen.sync.conflicts == 0).await;
    }

    /// Waits until nothing is queued; every command took effect once.
    pub(super) async fn drained(&mut self) {
        self.until(|desk| desk.app.screen.sync.queued == 0).await;
        let audit = rusqlite::Connection::open(self.folder.path().join("server.db")).unwrap();
        let twice: i64 = audit
            .query_row(
                "SELECT count(*) FROM (SELECT cmd FROM audit WHERE cmd <> '' GROUP BY cmd HAVING count(*) > 1)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(twice, 0, "a command took effect twice");
        let refused = self.app.screen.sync.refused;
        assert_eq!(refused, 0, "{:?}", self.store.outbox().await.unwrap());
    }

    /// Reads what is on the server, as another device of hers sees it.
    pub(super) async fn books(&mut self) -> Books {
        let cache = Cache::new();
        let (store, sync, mut events) = connect(&cache, &self.address, &self.now);
        until_live(&mut events).await;
        let mut world = World::new("", self.time(), jiff::tz::TimeZone::UTC, 1);
        for kind in KINDS.iter().chain(&[Kind::StageEvent, Kind::Pain]) {
            let load = Load::All {
                kind: *kind,
                limit: 100_000,
            };
            for row in store.load(load).await.unwrap() {
                world.upsert(&row);
            }
        }
        sync.stop().await;
        store.close().await;
        Books(world)
    }

    pub(super) async fn close(mut self) {
        if let Some(sync) = self.sync.take() {
            sync.stop().await;
        }
        self.store.close().await;
        if let Some(running) = self.running.take() {
            running.shutdown().await;
        }
    }
}

/// What is on the server.
pub(super) struct Books(World);

impl Books {
    pub(super) fn all<R: Record>(&self) -> Vec<(Id<R>, R)> {
        let table = self.0.table::<R>();
        table
            .records()
            .map(|(id, record)| (id.clone(), record.clone()))
            .collect()
    }

    pub(super) fn made<R: Record>(&self) -> Vec<R> {
        self.all().into_iter().map(|(_, record)| record).collect()
    }
}

fn console(options: &Options, now: Timestamp) -> App {
    let zone = cnm::when::zone::load("America/Los_Angeles").unwrap();
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    };
    let me = cast(options).ana.user;
    App::new(
        World::new(me.as_str(), now, zone, now.as_microsecond().unsigned_abs()),
        configured,
        SIZE,
    )
}
