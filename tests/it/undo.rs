//! Undo after each verb of the console restores exactly the former state: in memory, on screen, in the cache and,
//! after a sync, on the server as another device sees it; at once and after a restart.
//!
//! The verbs come from the program's own list of commands. A new one is tried on the record that its namespace
//! is about; one that needs words gets them in [`LINES`], and one that is no edit is named in [`EXEMPT`] with the
//! reason.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cnm::app::{App, Configured, Msg};
use cnm::config::Config;
use cnm::effect::{Batch, BatchRole, Edit, Effect, Load, OutboxState};
use cnm::keymap::Keymap;
use cnm::list::World;
use cnm::pane::Place;
use cnm::record::{Kind, Op, Patch, Role};
use cnm::remote::{Address, Token};
use cnm::server::{Grant, NewRecord, NewUser, Options, Running, Server};
use cnm::store::{BatchState, Store, StoreHandle};
use cnm::sync;
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{Depth, Look};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use crate::cache::{Cache, folder};
use crate::desk;
use crate::model::instant;

/// Commands that are no edits of records, by their beginning, and why undo has nothing to do with them.
const EXEMPT: &[(&str, &str)] = &[
    ("undo", "it is what is tested"),
    ("redo", "it is what is tested"),
    (
        "note",
        "notes are never changed: what was written stays as it was written",
    ),
    ("cursor", "it moves on the screen"),
    ("mark", "it marks on the screen"),
    ("pane", "it shows something else"),
    ("filter", "it narrows a list"),
    ("app", "it concerns the program, not the records"),
    (
        "conflict",
        "it settles an edit that was refused; what it sends is a new edit of its own",
    ),
    ("outbox", "it looks after edits that were made before"),
    (
        "inbox sweep",
        "it shows what can be cleared; clearing it is `inbox done` and `inbox up-to`",
    ),
    ("inbox summary", "it shows what was done"),
    (
        "inbox propose",
        "it opens the reply box; sending it is `inbox reply`",
    ),
    (
        "inbox answer",
        "it needs a card; it makes a message as `inbox reply` makes it",
    ),
    ("network open", "it goes to a page"),
    ("network threads", "it goes to a list"),
    ("network leads", "it goes to a list"),
    ("network follow-ups", "it goes to a list"),
    ("network creators", "it goes to a list"),
    ("network browse", "it opens a page in the browser"),
    ("network tab", "it goes to a tab"),
    ("network next-tab", "it goes to a tab"),
    ("network previous-tab", "it goes to a tab"),
    ("network next", "it goes to a page"),
    ("network previous", "it goes to a page"),
    (
        "network add",
        "it opens the form of a new record; saving it is `new`",
    ),
    (
        "network score",
        "it needs the dimensions of a team; it makes records as `new dimension_score` does",
    ),
    ("network columns", "it chooses what is shown"),
    ("network show", "it prints figures"),
    ("network export", "it writes a file"),
    ("jump", "it goes to a record"),
    (
        "import",
        "it reads a file of another program; its own tests take it back",
    ),
    (
        "exec",
        "it runs a program; the commands that it answers with are edits of their own",
    ),
    ("macro", "it plays commands, each of which is tried here"),
    ("notify", "it tells something"),
    ("input", "it edits what is being typed"),
    ("promise list", "it shows a list"),
    ("funnel", "it shows figures"),
    ("lead duplicates", "it shows a list"),
    (
        "lead score",
        "it needs the rubric of a team; it changes fields as `edit lead` does",
    ),
    ("slot next-day", "it shows another day"),
    ("slot previous-day", "it shows another day"),
    ("slot today", "it shows another day"),
    ("slot with", "it chooses who is shown"),
    ("slot length", "it sets what is looked for"),
    ("slot best", "it moves on the screen"),
    ("slot copy", "it copies text"),
    ("slot optional", "it chooses who is shown"),
    ("slot meet", "it chooses who is shown"),
    ("slot find", "it sets what is looked for"),
    ("slot range", "it sets what is looked for"),
    ("slot finer", "it changes the grid"),
    ("slot coarser", "it changes the grid"),
    ("slot former", "it moves on the screen"),
    ("slot fairest", "it moves on the screen"),
    ("slot order", "it changes the order of a list"),
    ("slot why", "it shows a reason"),
    ("slot series", "it shows a series"),
    ("slot leave", "it leaves a view"),
    ("slot export", "it writes a file"),
    (
        "slot import",
        "it reads a file; what it makes are busy blocks as `new busy_block` makes them",
    ),
    (
        "slot hold-series",
        "it makes the same meetings as `slot hold`, one for each week that a series shows",
    ),
    (
        "slot propose",
        "it makes the same meetings as `slot hold`, and a message as `inbox reply` makes it",
    ),
];

/// The lines with which a command is run; `{…}` stands for the records of the morning. Lines before the last one
/// set the stage and are not taken back.
const LINES: &[(&str, &[&[&str]])] = &[
    (
        "inbox reopen",
        &[&["inbox done --id t1", "inbox reopen --id t1"]],
    ),
    (
        "inbox snooze",
        &[
            &["inbox snooze fri --id t1"],
            &["inbox snooze reply --id t1"],
            &["inbox snooze morning --id t1 --id t2"],
        ],
    ),
    (
        "inbox reply",
        &[
            &["inbox reply \"Paid on Friday.\" --id t1"],
            &["inbox reply --keep \"Yes.\" --id t1 --id t2"],
            &["inbox reply --promise \"I will send it by Friday.\" --id t1"],
        ],
    ),
    (
        "inbox follow-up",
        &[
            &["inbox follow-up \"thu 18:00 SGT\" --id t1"],
            &["inbox follow-up fri --keep --id t1 --id t2"],
        ],
    ),
    ("inbox up-to", &[&["inbox up-to m1"]]),
    ("inbox delegate", &[&["inbox delegate ben --id t1"]]),
    ("inbox incident", &[&["inbox incident p2 --id t1"]]),
    ("inbox lead", &[&["inbox lead Brightwell --id t2"]]),
    (
        "inbox advance",
        &[&["inbox link --lead halo --id t1", "inbox advance --id t1"]],
    ),
    (
        "inbox back",
        &[&["inbox link --lead tide --id t1", "inbox back --id t1"]],
    ),
    (
        "inbox lose",
        &[&["inbox link --lead halo --id t1", "inbox lose price --id t1"]],
    ),
    (
        "inbox coach",
        &[&["inbox coach \"Host retention\" --id t1"]],
    ),
    ("inbox pain", &[&["inbox pain \"Late payouts\" --id t1"]]),
    ("inbox join", &[&["inbox join games --id t1"]]),
    ("inbox decline", &[&["inbox decline games --id t1"]]),
    ("inbox assign", &[&["inbox assign ben --id t1"]]),
    (
        "inbox link",
        &[&["inbox link --network comet --lead halo --id t1"]],
    ),
    ("lead back", &[&["lead back --id tide"]]),
    (
        "lead add",
        &[&["lead add \"Brightwell, referral, US, 40\" new"]],
    ),
    ("lead next", &[&["lead next \"call Tom tue\" --id halo"]]),
    ("lead expires", &[&["lead expires fri --id halo"]]),
    ("lead merge", &[&["lead merge tide --id halo"]]),
    ("lead lose", &[&["lead lose price --id halo"]]),
    ("lead move", &[&["lead move contacted --id halo"]]),
    (
        "lead hand-over",
        &[
            &["lead hand-over ben --id halo"],
            &["lead hand-over ben --on 2026-12-01 --id halo --id tide"],
        ],
    ),
    (
        "network hand-over",
        &[
            &["network hand-over ben --id nova --id lead:halo"],
            &["network hand-over ben --with-follow-ups --id nova"],
        ],
    ),
    (
        "network step",
        &[
            &[
                "new milestone title=Signed network=nova",
                "network step --id milestone:MADE",
            ],
            &["network step --id incident:ban"],
        ],
    ),
    (
        "network step-back",
        &[&[
            "new milestone title=Signed network=nova",
            "network step --id milestone:MADE",
            "network step-back --id milestone:MADE",
        ]],
    ),
    (
        "network waive",
        &[&[
            "new milestone title=Signed network=nova",
            "network waive \"agreed otherwise\" --id milestone:MADE",
        ]],
    ),
    (
        "network enrol",
        &[
            &["network enrol games --id nova"],
            &[
                "network enrol games --as undecided --id nova",
                "network enrol games --as declined --id nova --id comet",
            ],
        ],
    ),
    (
        "network chase",
        &[&[
            "network enrol games --as undecided --id comet",
            "network chase games",
        ]],
    ),
    (
        "network split",
        &[&[
            "new metric_def name=diamonds",
            "new goal subject=network:nova metric=MADE period=year starts=2027-01-01 target=1200",
            "network split --id goal:MADE",
        ]],
    ),
    (
        "follow-up done",
        &[
            &["follow-up done --id call"],
            &["follow-up done \"sent the numbers\" --id call --id plan"],
            &["follow-up done --id weekly"],
        ],
    ),
    (
        "follow-up slip",
        &[
            &["follow-up slip fri --id call"],
            &["follow-up slip +2d --id call --id plan"],
        ],
    ),
    (
        "follow-up reopen",
        &[&["follow-up done --id call", "follow-up reopen --id call"]],
    ),
    (
        "follow-up add",
        &[
            &["follow-up add fri --id lead:halo"],
            &["follow-up add mon --repeat weekly --id network:comet --id incident:ban"],
        ],
    ),
    (
        "follow-up resolve",
        &[&[
            "follow-up escalate p2 --id plan",
            "follow-up resolve \"a bank holiday\" --id plan",
        ]],
    ),
    (
        "follow-up shift",
        &[&["follow-up shift +1d --id call --id plan"]],
    ),
    (
        "follow-up snooze",
        &[
            &["follow-up snooze fri --id call"],
            &["follow-up snooze morning --id plan"],
        ],
    ),
    (
        "follow-up hand",
        &[&["follow-up hand ben \"call Dana first\" --id call"]],
    ),
    ("follow-up nudge", &[&["follow-up nudge --id plan"]]),
    (
        "follow-up escalate",
        &[&["follow-up escalate p1 --to lea --why \"third time\" --id plan"]],
    ),
    (
        "follow-up repeat",
        &[&["follow-up repeat \"mon,thu\" --id call"]],
    ),
    ("follow-up level", &[&["follow-up level all --cap 1"]]),
    ("promise keep", &[&["promise keep"], &["promise keep fri"]]),
    ("promise dismiss", &[&["promise dismiss"]]),
    (
        "slot confirm",
        &[&[
            "new meeting title=Talk start=2026-11-20T17:00:00Z end=2026-11-20T18:00:00Z state=held",
            "slot confirm --id meeting:MADE",
        ]],
    ),
    (
        "slot decline",
        &[&[
            "new meeting title=Talk start=2026-11-20T17:00:00Z end=2026-11-20T18:00:00Z state=held",
            "slot decline --id meeting:MADE",
        ]],
    ),
    (
        "slot release",
        &[&[
            "new meeting title=Talk start=2026-11-20T17:00:00Z end=2026-11-20T18:00:00Z state=held",
            "slot release --id meeting:MADE",
        ]],
    ),
    (
        "slot move",
        &[&[
            "new meeting title=Talk start=2026-11-20T17:00:00Z end=2026-11-20T18:00:00Z state=held",
            "slot move \"mon 17:00\" --id meeting:MADE",
        ]],
    ),
    (
        "slot hold",
        &[&[
            "pane show slots",
            "slot with \"Dana Reyes\"",
            "slot hold Review",
        ]],
    ),
];

/// The record on which a verb of a namespace is tried.
const TARGETS: &[(&str, &str)] = &[
    ("inbox", "t1"),
    ("lead", "halo"),
    ("network", "nova"),
    ("follow-up", "call"),
];

/// Kinds whose records are never changed: undo adds the way back.
fn grows(kind: Kind) -> bool {
    kind.is_append_only()
}

/// The lines of every verb: each is a run of its own.
fn runs() -> Vec<(String, Vec<String>)> {
    let mut runs = Vec::new();
    for entry in cnm::command::reference() {
        let name = entry.name.as_str();
        let begins = |part: &str| name == part || name.starts_with(&format!("{part} "));
        if EXEMPT.iter().any(|(part, _)| begins(part)) {
            continue;
        }
        if let Some((_, lines)) = LINES.iter().find(|(known, _)| *known == name) {
            for lines in *lines {
                runs.push((
                    name.to_owned(),
                    lines.iter().map(|&line| line.to_owned()).collect(),
                ));
            }
            continue;
        }
        if matches!(name, "new" | "edit" | "delete") {
            continue;
        }
        let space = name.split(' ').next().unwrap_or_default();
        let target = TARGETS.iter().find(|(known, _)| *known == space);
        let line = target.map_or_else(|| name.to_owned(), |(_, id)| format!("{name} --id {id}"));
        runs.push((name.to_owned(), vec![line]));
    }
    for kind in Kind::ALL.iter().filter(|kind| !grows(**kind)) {
        // Users and teams are made by the keeper of the server; messages come from outside, and the server moves
        // their threads by itself (what one writes oneself is `inbox reply`). Imports make their own records.
        if matches!(
            kind,
            Kind::User | Kind::Team | Kind::Message | Kind::Import | Kind::CreatorSnapshot
        ) {
            continue;
        }
        let word = kind.name();
        let Some(text) = text_field(*kind) else {
            continue;
        };
        let new = format!("new {word} {text}=Made{}", needed(*kind));
        runs.push((format!("new {word}"), vec![new.clone()]));
        let edit = format!("edit {text}=Changed --id {word}:MADE");
        runs.push((format!("edit {word}"), vec![new.clone(), edit]));
        let delete = format!("delete --id {word}:MADE");
        runs.push((format!("delete {word}"), vec![new, delete]));
    }
    runs
}

/// A field of the kind that takes any word.
fn text_field(kind: Kind) -> Option<&'static str> {
    use cnm::record::FieldType;
    let fields = kind.fields();
    let named = |name: &str| fields.iter().find(|field| field.name == name);
    let text = |ty: &FieldType| matches!(ty, FieldType::Text | FieldType::LongText);
    ["name", "title", "text"]
        .into_iter()
        .find_map(named)
        .filter(|field| text(&field.ty))
        .or_else(|| fields.iter().find(|field| text(&field.ty)))
        .map(|field| field.name)
}

/// The parent that records of a kind must have.
fn needed(kind: Kind) -> String {
    use cnm::record::{Audience, FieldType};
    let Audience::Parent(field) = kind.audience() else {
        return String::new();
    };
    let parent = match kind.field(field).map(|field| field.ty) {
        Some(FieldType::Link(Kind::Thread)) => "t1",
        Some(FieldType::Link(Kind::Lead)) => "halo",
        Some(FieldType::Link(Kind::Network)) => "nova",
        Some(FieldType::Link(Kind::Campaign)) => "games",
        Some(FieldType::Link(Kind::Objective)) => "grow",
        Some(FieldType::Link(Kind::Plan)) => "year",
        Some(FieldType::AnyLink) => "network:nova",
        // Its parent is of a kind that this morning has none of.
        other => panic!(
            "{} hangs under {other:?}: add one to the morning",
            kind.name()
        ),
    };
    format!(" {field}={parent}")
}

/// A console as it runs, its screen left out: state, cache, sync, and another device that watches the server.
struct Desk {
    app: App,
    store: StoreHandle,
    mine: Address,
    watcher: StoreHandle,
    theirs: Address,
    _server: (Server, Running),
    _folders: (Cache, Cache, tempfile::TempDir),
}

const PLAIN: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Ascii,
};

static SEED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1_000);

type Records = BTreeMap<(Kind, String), Map<String, Json>>;

impl Desk {
    async fn open() -> Self {
        let home = folder();
        let mut options = Options::new(Arc::new(instant));
        options.rate = None;
        let server = Server::open(&home.path().join("server.db"), options).unwrap();
        for (id, name, role) in [
            ("ana", "Ana Belmonte", Role::Lead),
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
        server.load([morning()]).unwrap();
        let running = server.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = || Address {
            url: running.url(),
            token: Token::new(
                server
                    .create_token("ana", &Grant::default())
                    .unwrap()
                    .reveal(),
            ),
            ca_file: None,
        };
        let (mine, theirs) = (address(), address());
        let caches = (Cache::new(), Cache::new());
        let open = |cache: &Cache| {
            StoreHandle::spawn(Store::open(&cache.paths(), instant()).unwrap().0).unwrap()
        };
        let (store, watcher) = (open(&caches.0), open(&caches.1));
        let mut desk = Self {
            app: console(Vec::new()),
            store,
            mine,
            watcher,
            theirs,
            _server: (server, running),
            _folders: (caches.0, caches.1, home),
        };
        desk.sync().await;
        desk.restart().await;
        desk
    }

    /// Sends and fetches everything, and lets the other device see it.
    async fn sync(&mut self) {
        let report = sync::once(
            Some(self.mine.clone()),
            self.store.clone(),
            Arc::new(instant),
        )
        .await
        .unwrap();
        assert_eq!(
            (report.queued, report.conflicts, report.refused),
            (0, 0, 0),
            "{:?}",
            self.store.outbox().await
        );
        sync::once(
            Some(self.theirs.clone()),
            self.watcher.clone(),
            Arc::new(instant),
        )
        .await
        .unwrap();
    }

    /// Opens the console anew from what is on disk.
    async fn restart(&mut self) {
        let rows = self
            .store
            .load(Load::Working(Kind::ALL.to_vec()))
            .await
            .unwrap();
        self.app = console(Vec::new());
        let effects = self.app.update(
            instant(),
            Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows),
        );
        self.carry(effects).await;
        self.read_log().await;
    }

    /// Tells the console what the log of undo holds.
    async fn read_log(&mut self) {
        let logged = self.store.recent_batches(50).await.unwrap();
        let (mut done, mut undone) = (Vec::new(), Vec::new());
        for one in logged {
            match one.state {
                BatchState::Done => done.insert(0, one.batch),
                BatchState::Undone => undone.push(one.batch),
            }
        }
        let effects = self.app.update(instant(), Msg::UndoLog(done, undone));
        self.carry(effects).await;
        let waiting = self.store.outbox().await.unwrap();
        self.app.update(instant(), Msg::Outbox(waiting));
    }

    /// Carries out what the console asks for, as the runtime does; returns the ids of records that it made.
    async fn carry(&mut self, effects: Vec<Effect>) -> Vec<String> {
        let mut made = Vec::new();
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            let msgs = match effect {
                Effect::Save(batch) => {
                    let new = batch.edits.iter().filter(|edit| edit.op == Op::Create);
                    made.extend(new.map(|edit| edit.id.clone()));
                    let id = batch.id.clone();
                    let changes = self.store.save(batch).await.unwrap();
                    vec![Msg::Saved(id), Msg::Changed(changes)]
                }
                Effect::Resolve {
                    cmd,
                    resolution,
                    again,
                } => {
                    let chosen = self.store.choose(cmd, resolution, again, instant()).await;
                    vec![Msg::Changed(chosen.unwrap())]
                }
                Effect::Load(load) => {
                    let rows = self.store.load(load.clone()).await.unwrap();
                    vec![Msg::Loaded(load, rows)]
                }
                _ => Vec::new(),
            };
            for msg in msgs {
                queue.extend(self.app.update(instant(), msg));
            }
        }
        made
    }

    /// Runs one line; what went wrong is a failure of the test.
    async fn run(&mut self, line: &str) -> Vec<String> {
        let effects = self.app.run_line(line);
        let notice = self.app.screen.notice.clone();
        assert!(
            notice
                .as_ref()
                .is_none_or(|notice| notice.tone != cnm::pane::Tone::Error),
            "`{line}`: {notice:?}"
        );
        assert!(
            matches!(self.app.mode, cnm::app::Mode::Normal),
            "`{line}` asks for more words: give it a line in LINES"
        );
        self.carry(effects).await
    }

    /// Goes to a place, with everything read that it asks for.
    async fn show(&mut self, place: Place) {
        let mut effects = self.app.run_line(&format!("pane show {}", place.name()));
        effects.extend(self.app.update(instant(), Msg::Tick));
        self.carry(effects).await;
    }

    /// Goes to the place of the verbs of a namespace and puts the cursor on their record, as a hand would.
    async fn stand_on(&mut self, name: &str, line: &str) {
        let space = name.split(' ').next().unwrap_or_default();
        let place = match space {
            "inbox" => Place::Inbox,
            "lead" => Place::Funnel,
            "network" => Place::Networks,
            "follow-up" | "promise" => Place::FollowUps,
            _ => return,
        };
        self.show(place).await;
        if let Some((_, rest)) = line.split_once("--id ") {
            let target = rest.split(' ').next().unwrap_or_default();
            self.app.screen.shelf_mut(place).list.go_to_key(target);
        }
    }

    /// The row under the cursor of the place at hand.
    fn cursor(&self) -> Option<String> {
        let list = self.app.screen.list()?;
        list.cursor().map(str::to_owned)
    }

    /// Puts the cursor back on a row: a verb that makes a record may have left it there, and what stands beside
    /// the list depends on it.
    fn stand_where(&mut self, row: Option<&str>) {
        let place = self.app.screen.active();
        if let Some(row) = row {
            self.app.screen.shelf_mut(place).list.go_to_key(row);
        }
    }

    /// Everything as the cache shows it.
    async fn cached(&self) -> Records {
        records(&self.store).await
    }

    /// Everything as the server has it, seen from another device.
    async fn served(&self) -> Records {
        records(&self.watcher).await
    }

    /// What is in memory of these records.
    fn remembered(&self, of: &Records) -> Records {
        let world = &self.app.world;
        of.keys()
            .filter_map(|(kind, id)| Some(((*kind, id.clone()), world.any(*kind).fields(id)?.2)))
            .collect()
    }

    /// The places as they look, the line of messages, the cursor and the marks of what waits for the server left out:
    /// the cursor of the place at hand is compared with its list.
    async fn looks(&mut self) -> Vec<String> {
        let here = self.app.screen.place;
        self.app.screen.notice = None;
        let mut frames = Vec::new();
        for place in Place::TABS {
            self.show(place).await;
            self.app.screen.notice = None;
            let list = self.app.screen.list();
            frames.push(format!(
                "{} {:?}",
                place.title(),
                list.map(cnm::list::ListView::order)
            ));
            let buffer = desk::draw(&self.app, PLAIN);
            frames.extend(
                desk::lines(&buffer)
                    .into_iter()
                    .skip(1)
                    .map(|line| line.replace(['↑', '^', '*', '>'], " ")),
            );
        }
        self.show(here).await;
        self.app.screen.notice = None;
        frames
    }
}

fn console(rows: Vec<cnm::effect::CacheRow>) -> App {
    let configured = Configured {
        config: Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: Vec::new(),
    };
    let zone = cnm::when::zone::load("America/Los_Angeles").unwrap();
    // Each console makes ids of its own.
    let seed = SEED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut app = App::new(
        World::new("ana", instant(), zone, seed),
        configured,
        (120, 40),
    );
    app.update(
        instant(),
        Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows),
    );
    app
}

async fn records(store: &StoreHandle) -> Records {
    let mut all = Records::new();
    for kind in Kind::ALL {
        let load = Load::All {
            kind: *kind,
            limit: 10_000,
        };
        for row in store.load(load).await.unwrap() {
            let fields = serde_json::from_str(&row.fields).unwrap();
            all.insert((row.kind, row.id), fields);
        }
    }
    all
}

/// Compares two states; where records are never changed there may be more of them.
fn assert_same(what: &str, after: &Records, before: &Records) {
    for (key, fields) in before {
        assert_eq!(after.get(key), Some(fields), "{what}: {key:?}");
    }
    let extra: Vec<_> = after
        .keys()
        .filter(|key| !before.contains_key(*key) && !grows(key.0))
        .collect();
    assert_eq!(
        extra,
        Vec::<&(Kind, String)>::new(),
        "{what}: more than before"
    );
}

/// Compares two pictures line by line.
fn assert_looks(what: &str, after: &[String], before: &[String]) {
    assert_eq!(after.len(), before.len(), "{what}");
    // The words of a reply that was taken back wait in its box, and the thread says so.
    let waits = " a draft waits r ";
    let plain = |line: &String| line.replace(waits, &"-".repeat(waits.len()));
    let (after, before): (Vec<String>, Vec<String>) = (
        after.iter().map(plain).collect(),
        before.iter().map(plain).collect(),
    );
    let differ = |(now, then): &(&String, &String)| now != then;
    let lines: Vec<String> = after
        .iter()
        .zip(&before)
        .filter(differ)
        .map(|(now, then)| format!("was {then}\nis  {now}"))
        .collect();
    assert!(lines.is_empty(), "{what}:\n{}", lines.join("\n"));
}

fn changed(after: &Records, before: &Records) -> bool {
    after != before
}

/// Runs a verb, takes it back, does it again and takes that back, and looks everywhere.
#[expect(
    clippy::too_many_lines,
    reason = "the life of one verb, told in its order"
)]
async fn try_verb(desk: &mut Desk, name: &str, lines: &[String], sync_first: bool, restart: bool) {
    let mut made = Vec::new();
    let (last, stage) = lines.split_last().unwrap();
    let fill =
        |line: &str, made: &[String]| line.replace("MADE", made.last().map_or("", String::as_str));
    for line in stage {
        made.extend(desk.run(&fill(line, &made)).await);
    }
    desk.sync().await;
    desk.restart().await;
    for line in stage
        .iter()
        .filter(|line| line.starts_with("pane ") || line.starts_with("slot "))
    {
        desk.run(line).await;
    }
    desk.stand_on(name, last).await;
    let cursor = desk.cursor();
    let (looks, cached, served) = (desk.looks().await, desk.cached().await, desk.served().await);
    let remembered = desk.remembered(&cached);
    desk.run(&fill(last, &made)).await;
    let done = desk.cached().await;
    assert!(
        changed(&done, &cached),
        "`{last}` changed nothing: give it a line in LINES or name it in EXEMPT"
    );
    let done_looks = desk.looks().await;
    for round in 0..2 {
        if sync_first {
            desk.sync().await;
            assert_same(
                &format!("{name}: done on the server"),
                &desk.served().await,
                &done_where_kept(&done),
            );
        }
        if restart {
            desk.restart().await;
        }
        desk.run("undo").await;
        desk.stand_where(cursor.as_deref());
        if !restart {
            // After a restart only what is open is in memory.
            let now = desk.remembered(&remembered);
            assert_same(&format!("{name}: memory, round {round}"), &now, &remembered);
        }
        assert_same(
            &format!("{name}: cache, round {round}"),
            &desk.cached().await,
            &cached,
        );
        if !restart {
            assert_looks(
                &format!("{name}: screen, round {round}"),
                &desk.looks().await,
                &looks,
            );
        }
        if sync_first {
            desk.sync().await;
            assert_same(
                &format!("{name}: server, round {round}"),
                &desk.served().await,
                &served,
            );
        }
        if round == 0 {
            desk.run("redo").await;
            assert_same(
                &format!("{name}: again"),
                &desk.cached().await,
                &done_where_kept(&done),
            );
            if !restart
                && !done
                    .keys()
                    .any(|key| grows(key.0) && !cached.contains_key(key))
            {
                assert_looks(
                    &format!("{name}: screen after redo"),
                    &desk.looks().await,
                    &done_looks,
                );
            }
        }
    }
    desk.sync().await;
    assert_same(
        &format!("{name}: server at the end"),
        &desk.served().await,
        &served,
    );
    desk.restart().await;
    desk.stand_on(name, last).await;
    // Whose hours are looked at is not kept over a restart.
    if !name.starts_with("slot ") {
        assert_looks(
            &format!("{name}: screen after a sync and a restart"),
            &desk.looks().await,
            &looks,
        );
    }
}

/// The records that redo makes the same: those that are never changed are written anew.
fn done_where_kept(done: &Records) -> Records {
    let kept = done.iter().filter(|((kind, _), _)| !grows(*kind));
    kept.map(|(key, fields)| (key.clone(), fields.clone()))
        .collect()
}

/// Tries all verbs one after another on one desk; after a failure on a new one, so that each failure is told.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a closure is written where it is passed"
)]
fn try_all(what: impl AsyncFn(&mut Desk, &str, &[String])) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut desk = runtime.block_on(Desk::open());
    let runs = runs();
    let mut failures = Vec::new();
    for (name, lines) in &runs {
        let attempt = || runtime.block_on(what(&mut desk, name, lines));
        if let Err(panic) = catch_unwind(AssertUnwindSafe(attempt)) {
            let words = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|&words| words.into()));
            failures.push(format!("{lines:?}: {}", words.unwrap_or_default()));
            desk = runtime.block_on(Desk::open());
        }
    }
    println!(
        "{} runs of {} verbs",
        runs.len(),
        cnm::command::reference().len()
    );
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn undo_after_each_verb_restores_the_former_state() {
    try_all(async |desk, name, lines| try_verb(desk, name, lines, true, false).await);
}

#[test]
fn undo_after_a_restart_restores_the_former_state() {
    try_all(async |desk, name, lines| {
        try_verb(desk, name, lines, true, true).await;
        if lines.len() == 1 {
            try_verb(desk, name, lines, false, false).await;
        }
    });
}

#[test]
fn every_exemption_is_of_a_command_that_exists() {
    let names: Vec<String> = cnm::command::reference()
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    let known = |part: &str| {
        names
            .iter()
            .any(|name| name == part || name.starts_with(&format!("{part} ")))
    };
    for (part, why) in EXEMPT {
        assert!(known(part) && !why.is_empty(), "{part}");
    }
    for (name, _) in LINES {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
}

/// A desk on which I and somebody else gave the same lead another name, mine in conflict; with the command of my edit.
async fn in_conflict() -> (Desk, String) {
    let mut desk = Desk::open().await;
    let was = desk.served().await[&halo()].clone();
    let theirs = edit_of("their-edit", &was, "Theirs");
    desk.watcher.save(theirs).await.unwrap();
    their_turn(&desk).await;
    desk.run("edit name=Mine --id lead:halo").await;
    let sent = sync::once(
        Some(desk.mine.clone()),
        desk.store.clone(),
        Arc::new(instant),
    );
    assert_eq!(sent.await.unwrap().conflicts, 1);
    let waiting = desk.store.outbox().await.unwrap();
    let cmd = waiting[0].edit.cmd.clone();
    desk.read_log().await;
    (desk, cmd)
}

fn halo() -> (Kind, String) {
    (Kind::Lead, "halo".to_owned())
}

/// The one conflict of a desk: name of the field, base, mine, theirs.
async fn sides(desk: &Desk, cmd: &str) -> [String; 4] {
    let waiting = desk.store.outbox().await.unwrap();
    let open: Vec<_> = waiting
        .iter()
        .filter_map(|row| match &row.state {
            OutboxState::Conflict(conflict) => Some((row, conflict)),
            _ => None,
        })
        .collect();
    let [(row, conflict)] = open.as_slice() else {
        panic!("{waiting:?}")
    };
    assert_eq!(row.edit.cmd, cmd);
    assert_eq!(conflict.changed_by.as_deref(), Some("ana"));
    let text = |value: &Option<Json>| value.as_ref().unwrap().as_str().unwrap().to_owned();
    let field = &conflict.fields[0];
    [
        field.name.clone(),
        text(&field.base),
        text(&field.mine),
        text(&field.theirs),
    ]
}

/// Sends and fetches what can be.
async fn sync_some(desk: &Desk) -> sync::SyncReport {
    let mine = Some(desk.mine.clone());
    let sent = sync::once(mine, desk.store.clone(), Arc::new(instant));
    let sent = sent.await.unwrap();
    their_turn(desk).await;
    sent
}

/// Every choice in a conflict can be thought better of: the conflict is there again as it was, whether the choice was
/// sent or not, also after a restart; it can be settled in every way from there, and redo makes the choice again.
#[tokio::test]
async fn undo_of_a_choice_brings_the_conflict_back_as_it_was() {
    for (choice, name) in [
        ("conflict mine", "Mine"),
        ("conflict theirs", "Theirs"),
        ("conflict edit name=Both", "Both"),
    ] {
        for (sent, restarts) in [(false, false), (false, true), (true, false), (true, true)] {
            let what = format!("{choice}, sent: {sent}, restarts: {restarts}");
            let (mut desk, cmd) = Box::pin(in_conflict()).await;
            let before = sides(&desk, &cmd).await;
            desk.run(&format!("{choice} --cmd {cmd}")).await;
            if sent {
                desk.sync().await;
                assert_eq!(desk.served().await[&halo()]["name"], name, "{what}");
            }
            for (again, next) in [("redo", name), ("mine", "Mine"), ("theirs", "Theirs")] {
                // The log is read again, as the console does after a choice, or by a restart.
                if restarts {
                    desk.restart().await;
                } else {
                    desk.read_log().await;
                }
                desk.run("undo").await;
                let said = desk.app.screen.notice.clone().unwrap().text;
                assert!(said.contains("open again"), "{what}: {said}");
                assert_eq!(sides(&desk, &cmd).await, before, "{what}");
                if restarts {
                    desk.restart().await;
                    assert_eq!(sides(&desk, &cmd).await, before, "{what}");
                }
                // On the server and on every screen theirs stands until a choice is made.
                assert_eq!(desk.cached().await[&halo()]["name"], "Theirs", "{what}");
                let report = sync_some(&desk).await;
                assert_eq!((report.queued, report.conflicts), (0, 1), "{what}");
                assert_eq!(desk.served().await[&halo()]["name"], "Theirs", "{what}");
                assert_eq!(sides(&desk, &cmd).await, before, "{what}");
                desk.read_log().await;
                let line = match again {
                    "redo" => "redo".to_owned(),
                    other => format!("conflict {other} --cmd {cmd}"),
                };
                desk.run(&line).await;
                if sent {
                    desk.sync().await;
                    assert_eq!(
                        desk.served().await[&halo()]["name"],
                        next,
                        "{what}, {again}"
                    );
                }
                assert_eq!(
                    desk.cached().await[&halo()]["name"],
                    next,
                    "{what}, {again}"
                );
            }
            desk.sync().await;
            assert_eq!(desk.served().await[&halo()]["name"], "Theirs", "{what}");
        }
    }
}

/// A conflict is not settled with a value that the server would have to refuse.
#[tokio::test]
async fn a_conflict_is_not_settled_without_a_name() {
    let (mut desk, cmd) = Box::pin(in_conflict()).await;
    let effects = desk
        .app
        .run_line(&format!("conflict edit name= --cmd {cmd}"));
    assert_eq!(effects, []);
    let told = desk.app.screen.notice.clone().unwrap().text;
    assert!(told.contains("a lead needs its name"), "{told}");
    sides(&desk, &cmd).await;
}

/// The store says what it did where a choice had reached the server.
#[tokio::test]
async fn undo_of_a_choice_that_was_sent_says_so() {
    for sent in [false, true] {
        let (mut desk, cmd) = Box::pin(in_conflict()).await;
        desk.run(&format!("conflict mine --cmd {cmd}")).await;
        if sent {
            desk.sync().await;
        }
        desk.read_log().await;
        desk.run("undo").await;
        let said = desk
            .store
            .call(|store| Ok(store.take_said()))
            .await
            .unwrap();
        assert_eq!(
            said.iter().any(|words| words.contains("had been sent")),
            sent,
            "{said:?}"
        );
    }
}

/// Whoever wrote after my choice is not written over: the conflict that comes back shows their value.
#[tokio::test]
async fn undo_of_a_choice_shows_what_somebody_else_wrote_since() {
    let (mut desk, cmd) = Box::pin(in_conflict()).await;
    desk.run(&format!("conflict mine --cmd {cmd}")).await;
    desk.sync().await;
    their_turn(&desk).await;
    let held = desk.served().await[&halo()].clone();
    let mut third = edit_of("third-edit", &held, "Third");
    third.edits[0].base = Some(3);
    desk.watcher.save(third).await.unwrap();
    their_turn(&desk).await;
    desk.sync().await;
    desk.restart().await;
    assert_eq!(desk.cached().await[&halo()]["name"], "Third");
    desk.run("undo").await;
    let report = sync_some(&desk).await;
    assert_eq!((report.queued, report.conflicts), (0, 1));
    assert_eq!(desk.served().await[&halo()]["name"], "Third");
    let waiting = desk.store.outbox().await.unwrap();
    let OutboxState::Conflict(conflict) = &waiting[0].state else {
        panic!("{waiting:?}")
    };
    assert_eq!(conflict.fields[0].theirs, Some("Third".into()));
    desk.run(&format!("conflict mine --cmd {cmd}")).await;
    desk.sync().await;
    assert_eq!(desk.served().await[&halo()]["name"], "Mine");
}

/// What was deleted all the same comes back whole when the choice is taken back.
#[tokio::test]
async fn undo_of_a_deletion_in_conflict_brings_the_record_back_whole() {
    let mut desk = Desk::open().await;
    let was = desk.served().await[&halo()].clone();
    let theirs = edit_of("their-edit", &was, "Theirs");
    desk.watcher.save(theirs).await.unwrap();
    their_turn(&desk).await;
    desk.run("delete --id lead:halo").await;
    assert_eq!(sync_some(&desk).await.conflicts, 1);
    let cmd = desk.store.outbox().await.unwrap()[0].edit.cmd.clone();
    desk.run(&format!("conflict mine --cmd {cmd}")).await;
    desk.sync().await;
    assert!(!desk.served().await.contains_key(&halo()));
    desk.read_log().await;
    desk.run("undo").await;
    assert_eq!(sync_some(&desk).await.conflicts, 1);
    let mut whole = was.clone();
    whole.insert("name".into(), "Theirs".into());
    assert_eq!(desk.served().await[&halo()], whole);
    desk.run(&format!("conflict mine --cmd {cmd}")).await;
    desk.sync().await;
    assert!(!desk.served().await.contains_key(&halo()));
}

/// Lets the other device send what it made and read what there is.
async fn their_turn(desk: &Desk) {
    let sent = sync::once(
        Some(desk.theirs.clone()),
        desk.watcher.clone(),
        Arc::new(instant),
    );
    assert_eq!(sent.await.unwrap().queued, 0);
}

/// Taking back what I did never takes back what somebody else wrote since, here and on the server; the field that nobody
/// touched is taken back, and the next undo goes on with what I did before. Doing it again is the same.
#[tokio::test]
async fn undo_and_redo_leave_what_somebody_else_wrote_since() {
    let mut desk = Desk::open().await;
    let lead = (Kind::Lead, "halo".to_owned());
    let was = desk.served().await[&lead].clone();
    desk.run("edit market=first --id lead:halo").await;
    desk.run("edit name=Mine market=second --id lead:halo")
        .await;
    desk.sync().await;
    their_turn(&desk).await;
    let mut held = was.clone();
    held.insert("name".into(), "Mine".into());
    let mut theirs = edit_of("their-edit", &held, "Theirs");
    theirs.edits[0].base = Some(3);
    desk.watcher.save(theirs).await.unwrap();
    their_turn(&desk).await;
    desk.sync().await;
    desk.restart().await;
    assert_eq!(desk.cached().await[&lead]["name"], "Theirs");
    for (verb, market) in [
        ("undo", Json::from("first")),
        ("undo", was.get("market").cloned().unwrap_or_default()),
        ("redo", "first".into()),
        ("redo", "second".into()),
    ] {
        desk.run(verb).await;
        desk.sync().await;
        for records in [desk.cached().await, desk.served().await] {
            let lead = &records[&lead];
            assert_eq!(lead["name"], "Theirs", "{verb}");
            let there = lead.get("market").cloned().unwrap_or_default();
            assert_eq!(there, market, "{verb}");
        }
    }
    assert!(desk.store.outbox().await.unwrap().is_empty());
}

/// A record that I made and somebody else wrote to stays when I take its making back.
#[tokio::test]
async fn undo_of_a_new_record_leaves_it_to_whoever_wrote_to_it() {
    let mut desk = Desk::open().await;
    let made = desk.run("new lead name=Undoable stage=new").await;
    let lead = (Kind::Lead, made.first().unwrap().clone());
    desk.sync().await;
    their_turn(&desk).await;
    let held = desk.served().await[&lead].clone();
    let mut theirs = edit_of("their-edit", &held, "Undoable GmbH");
    theirs.edits[0].id.clone_from(&lead.1);
    desk.watcher.save(theirs).await.unwrap();
    their_turn(&desk).await;
    desk.sync().await;
    desk.restart().await;
    desk.run("undo").await;
    desk.sync().await;
    assert_eq!(desk.served().await[&lead]["name"], "Undoable GmbH");
    // Nobody has written to this one.
    let made = desk.run("new lead name=Alone stage=new").await;
    let alone = (Kind::Lead, made.first().unwrap().clone());
    desk.sync().await;
    desk.run("undo").await;
    desk.sync().await;
    assert!(!desk.served().await.contains_key(&alone));
}

/// Whoever lets theirs stand does not send what was written on top of the values that gave way.
#[tokio::test]
async fn theirs_takes_what_was_written_on_top_of_mine_with_it() {
    let mut desk = Desk::open().await;
    let lead = (Kind::Lead, "halo".to_owned());
    let was = desk.served().await[&lead].clone();
    let theirs = edit_of("their-edit", &was, "Theirs");
    desk.watcher.save(theirs).await.unwrap();
    their_turn(&desk).await;
    desk.run("edit name=Mine --id lead:halo").await;
    desk.run("edit name=Later --id lead:halo").await;
    let mine = Some(desk.mine.clone());
    let sent = sync::once(mine, desk.store.clone(), Arc::new(instant)).await;
    assert_eq!(sent.unwrap().conflicts, 1);
    let waiting = desk.store.outbox().await.unwrap();
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    let cmd = waiting[0].edit.cmd.clone();
    desk.run(&format!("conflict theirs --cmd {cmd}")).await;
    desk.sync().await;
    assert!(desk.store.outbox().await.unwrap().is_empty());
    assert_eq!(desk.served().await[&lead]["name"], "Theirs");
    // With the conflict comes back what was written on top of mine, and waits for it again.
    desk.read_log().await;
    desk.run("undo").await;
    assert_eq!(sync_some(&desk).await.conflicts, 1);
    let waiting = desk.store.outbox().await.unwrap();
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    assert_eq!(waiting[1].state, OutboxState::Blocked);
    desk.run(&format!("conflict mine --cmd {cmd}")).await;
    desk.sync().await;
    assert_eq!(desk.served().await[&lead]["name"], "Later");
}

/// A message of Dana in the first thread, later than all others.
fn message_of_dana(id: &str, text: &str) -> Batch {
    let fields = serde_json::json!({
        "thread": "t1", "direction": "in", "sender": "dana", "sender_name": "Dana Reyes", "kind": "text",
        "sent_at": "2026-11-17T16:31:00Z", "text": text,
    });
    Batch {
        id: format!("{id}-batch"),
        label: "wrote".into(),
        at: instant(),
        edits: vec![Edit {
            cmd: format!("{id}-cmd"),
            kind: Kind::Message,
            id: id.into(),
            op: Op::Create,
            base: None,
            patch: Patch {
                set: fields.as_object().unwrap().clone(),
                ..Patch::default()
            },
            before: Map::new(),
        }],
        role: BatchRole::Edit,
    }
}

/// What comes in after a thread was done stays counted and in the inbox when the verb is taken back and done again: in
/// the cache, on the server, whether the verb was sent before or not.
#[tokio::test]
async fn undo_keeps_what_came_in_meanwhile_counted() {
    for sent in [true, false] {
        let mut desk = Desk::open().await;
        let thread = (Kind::Thread, "t1".to_owned());
        desk.run("inbox done --id t1").await;
        if sent {
            desk.sync().await;
        }
        let later = message_of_dana("later", "And the one of September?");
        desk.watcher.save(later).await.unwrap();
        their_turn(&desk).await;
        desk.sync().await;
        desk.restart().await;
        let state = |records: &Records| {
            let thread = &records[&thread];
            (
                thread["state"].as_str().unwrap().to_owned(),
                thread.get("new").and_then(Json::as_i64),
                thread.contains_key("done_at"),
            )
        };
        assert_eq!(state(&desk.cached().await).0, "open", "it is back");
        for (verb, new, done) in [("undo", 2, false), ("redo", 1, true), ("undo", 2, false)] {
            desk.run(verb).await;
            let wanted = ("open".to_owned(), Some(new), done);
            assert_eq!(state(&desk.cached().await), wanted, "{verb}, sent {sent}");
            desk.sync().await;
            assert_eq!(state(&desk.served().await), wanted, "{verb}, sent {sent}");
            assert_eq!(state(&desk.cached().await), wanted, "{verb}, sent {sent}");
        }
    }
}

/// All that a sweep clears comes back with one key, also after a sync and a restart.
#[tokio::test]
async fn a_sweep_is_one_undo_after_a_sync_and_a_restart() {
    let mut desk = Desk::open().await;
    for (id, text) in [("ack", "+1"), ("ack-2", "👍")] {
        let mut batch = message_of_dana(id, text);
        batch.edits[0]
            .patch
            .set
            .insert("thread".into(), "t3".into());
        let thread = serde_json::json!({
            "title": "Chat", "channel": "lark_group", "state": "open", "owner": "ana", "from": "dana",
            "from_name": "Dana Reyes", "last_text": text,
        });
        let mut made = batch.edits[0].clone();
        (made.cmd, made.kind, made.id) = (format!("{id}-thread"), Kind::Thread, "t3".into());
        made.patch.set = thread.as_object().unwrap().clone();
        if id == "ack" {
            batch.edits.insert(0, made);
        }
        desk.watcher.save(batch).await.unwrap();
    }
    their_turn(&desk).await;
    desk.sync().await;
    desk.restart().await;
    desk.show(Place::Inbox).await;
    let before = desk.cached().await;
    let mut effects = Vec::new();
    for key in cnm::keymap::parse_sequence("S enter").unwrap() {
        effects.extend(desk.app.update(instant(), Msg::Key(key)));
    }
    desk.carry(effects).await;
    let swept = desk.cached().await;
    assert_eq!(swept[&(Kind::Thread, "t3".into())]["state"], "done");
    let label = desk.app.undo.last().unwrap().label.clone();
    assert_eq!(label, "sweep of 2 messages");
    desk.sync().await;
    desk.restart().await;
    desk.run("undo").await;
    assert_same("the sweep", &desk.cached().await, &before);
    desk.sync().await;
    assert_same("the sweep on the server", &desk.served().await, &before);
}

/// An edit of the name of a lead by somebody else.
fn edit_of(cmd: &str, was: &Map<String, Json>, name: &str) -> Batch {
    let mut patch = Patch::default();
    patch.set.insert("name".into(), name.into());
    let before = [("name".to_owned(), was["name"].clone())];
    Batch {
        id: format!("{cmd}-batch"),
        label: "edited".into(),
        at: instant(),
        edits: vec![Edit {
            cmd: cmd.into(),
            kind: Kind::Lead,
            id: "halo".into(),
            op: Op::Update,
            base: Some(1),
            patch,
            before: before.into_iter().collect(),
        }],
        role: BatchRole::Edit,
    }
}

/// A link to a record that was made, taken back and made again is the same link.
#[tokio::test]
async fn what_links_to_a_record_still_finds_it_after_undo_and_redo() {
    let mut desk = Desk::open().await;
    let made = desk.run("new network name=Orbit").await;
    let network = made.first().unwrap().clone();
    desk.run(&format!("inbox link --network {network} --id t1"))
        .await;
    desk.sync().await;
    desk.run("undo").await;
    desk.run("undo").await;
    desk.sync().await;
    assert!(
        !desk
            .served()
            .await
            .contains_key(&(Kind::Network, network.clone()))
    );
    desk.restart().await;
    desk.run("redo").await;
    desk.run("redo").await;
    desk.sync().await;
    let served = desk.served().await;
    assert!(served.contains_key(&(Kind::Network, network.clone())));
    assert_eq!(
        served[&(Kind::Thread, "t1".into())]["network"],
        network.as_str()
    );
}

fn steps() -> impl Strategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((any::<usize>(), 0_u8..8), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any verbs one after another, with syncs and restarts between them, are taken back one by one in the
    /// opposite order, and every state on the way is met again.
    #[test]
    fn any_sequence_is_taken_back_step_by_step(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut desk = Desk::open().await;
            let single: Vec<(String, Vec<String>)> = runs().into_iter().filter(|(_, lines)| lines.len() == 1).collect();
            let mut states = vec![desk.cached().await];
            for (at, chance) in steps {
                let (_, lines) = &single[at % single.len()];
                let effects = desk.app.run_line(&lines[0]);
                desk.app.mode = cnm::app::Mode::Normal;
                // A verb may be refused where an earlier one has changed the record.
                let did = effects.iter().any(|effect| matches!(effect, Effect::Save(_)));
                desk.carry(effects).await;
                if did {
                    states.push(desk.cached().await);
                }
                match chance {
                    0 => desk.sync().await,
                    1 => { desk.sync().await; desk.restart().await; }
                    2 => desk.restart().await,
                    _ => {}
                }
            }
            states.pop();
            while let Some(before) = states.pop() {
                desk.run("undo").await;
                assert_same("a step back", &desk.cached().await, &before);
            }
            desk.sync().await;
            let (cached, served) = (desk.cached().await, desk.served().await);
            assert_same("the server", &served, &cached);
        });
    }
}

fn morning() -> Vec<NewRecord> {
    let lines = include_str!("undo/morning.jsonl");
    lines
        .lines()
        .map(|line| {
            let json: Json = serde_json::from_str(line).unwrap();
            let Json::Object(fields) = json["fields"].clone() else {
                panic!("{line}")
            };
            NewRecord {
                kind: Kind::from_name(json["kind"].as_str().unwrap()).unwrap(),
                id: json["id"].as_str().unwrap().into(),
                fields,
                updated_at: instant(),
                updated_by: "ana".into(),
            }
        })
        .collect()
}
