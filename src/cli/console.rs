//! Opening the console.

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::{Account, CliError, headless};
use crate::app::{App, Msg};
use crate::effect::{Line, Load, SyncStatus};
use crate::list::World;
use crate::pane::{Tone, arrange_all};
use crate::record::Kind;
use crate::runtime::{self, Clock, Home, Screen, Signals, Wiring};
use crate::store::{OpenReport, Store, StoreHandle};
use crate::sync::{self, Event, SyncError};

/// Kinds that the first frame needs, the most important first.
const FIRST: &[Kind] = &[
    Kind::User,
    Kind::Team,
    Kind::Stage,
    Kind::Network,
    Kind::Thread,
    Kind::Lead,
    Kind::FollowUp,
    Kind::Meeting,
];

/// Kinds that are read right after it.
const SECOND: &[Kind] = &[
    Kind::Person,
    Kind::BusyBlock,
    Kind::Goal,
    Kind::Term,
    Kind::Rubric,
    Kind::Snippet,
    Kind::Incident,
    Kind::CoachingAction,
    Kind::Campaign,
    Kind::Participation,
    Kind::MetricDef,
    Kind::Milestone,
    Kind::CriteriaSet,
    Kind::DimensionSet,
    Kind::DimensionScore,
    Kind::Contract,
    Kind::Pain,
    Kind::Article,
    Kind::Objective,
    Kind::KeyResult,
    Kind::Plan,
    Kind::PlanItem,
];

/// What each thread of the start writes into memory, roughly, in bytes.
const ROOM: usize = 1 << 20;

/// What the console is opened on.
pub(super) struct Opening {
    pub(super) home: Home,
    pub(super) clock: Clock,
    pub(super) account: Option<Account>,
    /// What to tell the user at first.
    pub(super) notice: Option<String>,
    /// Whether the tutor gives its lessons.
    pub(super) lessons: bool,
    /// Whether changes are said line by line and nothing is drawn.
    pub(super) linear: bool,
}

/// Returns the clock of a home: the demo's home has one of its own.
pub(super) fn clock(home: &Home) -> Clock {
    super::demo::clock_of(home).unwrap_or_else(Clock::system)
}

/// Opens the console on the user's own backend.
pub(super) fn open_default(linear: bool) -> Result<(), CliError> {
    let home = Home::find()?;
    let (account, notice) = match super::account(&home) {
        Ok(account) => (account, None),
        // Without a token one can still read and write offline.
        Err(error) => (None, Some(error.to_string())),
    };
    let clock = clock(&home);
    let opening = Opening {
        home,
        clock,
        account,
        notice,
        lessons: false,
        linear: linear || is_bare_terminal(),
    };
    runtime::keep_room(ROOM);
    let prepared = prepare(&opening)?;
    // Its threads would take their share of two cores while the cache is read.
    super::block_on(runtime()?, run(opening, prepared))
}

/// Makes the runtime of the console.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

/// What the first frame is drawn from.
struct Prepared {
    app: App,
    store: Store,
}

/// Opens the console: the first frame shows what is cached, everything else follows.
pub(super) async fn open(opening: Opening) -> Result<(), CliError> {
    let prepared = prepare(&opening)?;
    Box::pin(run(opening, prepared)).await
}

/// Reads config and cache and puts everything in its place; nothing is on screen yet.
fn prepare(opening: &Opening) -> Result<Prepared, CliError> {
    if !opening.linear {
        require_terminal()?;
    }
    let now = opening.clock.now();
    // Config, keys and theme are read while the cache is.
    let (configured, cached) = std::thread::scope(|scope| {
        let configured = scope.spawn(|| {
            runtime::keep_room(ROOM);
            opening.home.configured()
        });
        let cached = cached(&opening.home, now);
        (configured.join(), cached)
    });
    let configured = configured.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let (mut store, report, mut world) = cached?;
    world.view.zone = headless::console_zone(&configured, &world);
    let synced_at = store.place()?.synced_at;
    runtime::install_panic_hook();
    let mut app = App::new(world, configured, Screen::size());
    app.screen.sync = SyncStatus {
        line: if opening.account.is_some() {
            Line::Starting
        } else {
            Line::Unconfigured
        },
        synced_at,
        ..SyncStatus::default()
    };
    read_inbox(&mut app);
    arrange_all(&app.world, &mut app.screen, true);
    if opening.lessons {
        app.begin_lessons();
    } else if let Some(remembered) = opening.home.remembered() {
        app.restore(&remembered);
    }
    let news = opening.home.keys_changed(&app.config.keys);
    say_first(&mut app, report, opening.notice.clone());
    let quiet = app.screen.notice.as_ref();
    if quiet.is_none_or(|notice| notice.tone == Tone::Info) {
        if let Some(news) = news {
            app.screen.say(Tone::Info, news);
        }
        opening.home.saw_keys();
    }
    Ok(Prepared { app, store })
}

/// Draws the first frame and runs the console until it is left.
async fn run(opening: Opening, prepared: Prepared) -> Result<(), CliError> {
    let Opening {
        home,
        clock,
        account,
        linear,
        ..
    } = opening;
    let Prepared { mut app, store } = prepared;
    let signals = Signals::new(!linear)?;
    let mut screen = if linear {
        Screen::linear()
    } else {
        Screen::open()?
    };
    screen.draw(&app, runtime::look(&app))?;
    app.dirty = false;
    store.read_mapped(false);
    let store = StoreHandle::spawn(store)?;
    let (tell, incoming) = unbounded_channel();
    read_the_rest(&store, &tell);
    let events = tell.clone();
    let again = store.clone();
    let sync = sync::start(
        account.map(|account| account.address()),
        store.clone(),
        super::sync::shared(clock),
        move |event| forward(event, &again, &events),
    );
    let sync = std::sync::Arc::new(sync);
    let poke = std::sync::Arc::clone(&sync);
    let wiring = Wiring {
        store: store.clone(),
        clock,
        home,
        incoming,
        poke: Box::new(move || poke.poke()),
        signals,
    };
    let result = runtime::run(&mut app, &mut screen, wiring).await;
    drop(screen);
    if let Some(sync) = std::sync::Arc::into_inner(sync) {
        let _ = tokio::time::timeout(std::time::Duration::from_millis(30), sync.stop()).await;
    }
    let queued = store.counts().await.map_or(0, |counts| counts.queued);
    store.close().await;
    result?;
    if queued > 0 {
        super::print([format!(
            "{queued} edits wait in the queue; they are sent when the console runs again"
        )])?;
    }
    Ok(())
}

/// Reads what the first frame needs from the cache.
fn cached(home: &Home, now: Timestamp) -> Result<(Store, OpenReport, World), CliError> {
    let (mut store, mut report) = Store::open(&home.store(), now)?;
    let mut world = headless::unzoned(&mut store, now, &[])?;
    store.read_mapped(true);
    // One thread takes rows out of the file while the other reads them as records.
    let (give, rows) = std::sync::mpsc::channel();
    let read = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            runtime::keep_room(ROOM);
            let kinds: Vec<Load> = FIRST
                .iter()
                .map(|kind| Load::Working(vec![*kind]))
                .collect();
            let read = store.load_each(&kinds, |rows| drop(give.send(rows)));
            drop(give);
            read
        });
        for row in rows.iter().flatten() {
            world.upsert(&row);
        }
        reader.join()
    });
    read.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    for row in store.load(&Load::Records(headless::linked(&world)))? {
        world.upsert(&row);
    }
    report.notices.extend(store.take_notices());
    Ok((store, report, world))
}

/// Reads what the threads of the inbox ask for: all of them before the first frame, and two do it sooner.
fn read_inbox(app: &mut App) {
    let (world, readings) = (&app.world, &mut app.screen.readings);
    readings.follow(world);
    let found = std::thread::scope(|scope| {
        let other = scope.spawn(|| readings.part(world, 1, 2));
        [Ok(readings.part(world, 0, 2)), other.join()]
    });
    for part in found {
        readings.take(part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    }
}

/// Says what was found wrong on the way to the first frame.
fn say_first(app: &mut App, report: OpenReport, notice: Option<String>) {
    let told = app.screen.notice.take().map(|told| told.text);
    let mut words: Vec<String> = told.into_iter().collect();
    words.extend(notice);
    words.extend(report.notices);
    words.extend(report.read_only);
    words.dedup();
    if !words.is_empty() {
        app.screen.say(Tone::Error, words.join("; also: "));
    } else if app.screen.sync.line == Line::Unconfigured {
        let why = SyncError::Unconfigured.to_string();
        app.screen.say(Tone::Info, why);
    }
}

/// Tells whether the terminal says of itself that it cannot place a cursor.
pub(super) fn is_bare_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Refuses to draw where nobody can see it.
fn require_terminal() -> Result<(), CliError> {
    use std::io::IsTerminal as _;
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(CliError::Usage(
        "the console needs a terminal for input and output; without one use commands such as `cnm list thread`, or `cnm --linear`".into(),
    ))
}

/// Reads what the first frame did without.
fn read_the_rest(store: &StoreHandle, tell: &UnboundedSender<Msg>) {
    let (store, tell) = (store.clone(), tell.clone());
    tokio::spawn(async move {
        let load = Load::Working(SECOND.to_vec());
        if let Ok(rows) = store.load(load.clone()).await {
            let _ = tell.send(Msg::Loaded(load, rows));
        }
        runtime::tell_repairs(&store, &tell).await;
    });
}

/// Passes on what the sync says.
fn forward(event: Event, store: &StoreHandle, tell: &UnboundedSender<Msg>) {
    let msg = match event {
        Event::Changed(changes) => Msg::Changed(changes),
        Event::Status(status) => Msg::Sync(status),
        Event::Notice(text) => Msg::Tell(Tone::Info, text),
        Event::ClockOffset(offset) => {
            let seconds = offset.as_secs().abs();
            if seconds <= 120 {
                return;
            }
            Msg::Tell(
                Tone::Error,
                format!("this machine's clock is {seconds} s away from the server's; set it right"),
            )
        }
        Event::Reload => {
            let (store, tell) = (store.clone(), tell.clone());
            tokio::spawn(async move {
                let load = Load::Working(FIRST.iter().chain(SECOND).copied().collect());
                let Ok(rows) = store.load(load).await else {
                    return;
                };
                let me = store.call(Store::identity).await;
                let user = me
                    .ok()
                    .and_then(|identity| identity.user)
                    .unwrap_or_default();
                let _ = tell.send(Msg::Reloaded { user, rows });
            });
            return;
        }
    };
    let _ = tell.send(msg);
}
