//! `cnm demo`: a backend of its own, filled with a morning, and the console on it.

use std::fs::{File, TryLockError};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::console::{Opening, open};
use super::{Account, CliError, print};
use crate::demo::{self, Player};
use crate::runtime::{Clock, Home};
use crate::server::{Grant, NewRecord, Options, Server};

/// How to open the demo.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Decides every name, number and id.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The moment at which the morning begins, as an RFC 3339 time.
    #[arg(long, value_name = "T", value_parser = moment)]
    now: Option<Timestamp>,
    /// Starts over; what was done in the demo is forgotten.
    #[arg(long)]
    fresh: bool,
    /// Only writes the data into this database file and does not open the console.
    #[arg(long, value_name = "FILE")]
    fill: Option<PathBuf>,
    /// Multiplies the history, up to about a million records.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    scale: u32,
    /// Whose console it is.
    #[arg(long = "as", value_enum, default_value_t = Part::Cnm)]
    part: Part,
    /// Only starts the backend and prints how to reach it.
    #[arg(long)]
    serve: bool,
    /// Draws nothing and says each change in a line, for screen readers.
    #[arg(long)]
    linear: bool,
}

/// Reads a moment of the command line.
fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "write date, time and zone, as in 2026-11-17T16:30:00Z".to_owned())
}

/// Gives the lessons of the tutor, on a morning of its own that begins anew each time.
pub(super) fn tutor() -> Result<(), CliError> {
    let args = DemoArgs {
        seed: None,
        now: None,
        fresh: true,
        fill: None,
        scale: 1,
        part: Part::Cnm,
        serve: false,
        linear: false,
    };
    let folder = folder()?.join("tutor");
    let memory = begin(&folder, &args)?;
    super::block_on(
        super::console::runtime()?,
        play((&args, false), &folder, memory, true),
    )
}

/// The parts one can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// One of four CNMs.
    Cnm,
    /// Their Growth Lead.
    Lead,
}

impl Part {
    /// The folder of the one who plays it, below that of the demo.
    const fn folder(self) -> &'static str {
        match self {
            Self::Cnm => "cnm",
            Self::Lead => "lead",
        }
    }
}

/// What a demo remembers between two runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    seed: u64,
    scale: u32,
    start: Timestamp,
    /// Where the clock stood when the demo was left.
    stopped: Timestamp,
    /// When, by the machine's clock, it began to run on from there; none while no demo runs.
    #[serde(default)]
    running_since: Option<Timestamp>,
}

/// The file in which a demo's home remembers its clock.
const MEMORY: &str = "demo.json";
/// The file that is locked while a demo runs.
const RUNNING: &str = "running";

/// The folder of the demo: below `CNM_HOME` if that is set, else beside the real cache.
fn folder() -> Result<PathBuf, CliError> {
    if let Some(home) = std::env::var_os("CNM_HOME").filter(|home| !home.is_empty()) {
        return Ok(Path::new(&home).join("demo"));
    }
    let dirs = directories::ProjectDirs::from("", "", "cnm").ok_or_else(|| {
        CliError::Refused("no home directory was found; set CNM_HOME to a folder".into())
    })?;
    Ok(dirs.data_local_dir().join("demo"))
}

/// Returns the clock of a demo's home; none for any other.
pub(super) fn clock_of(home: &Home) -> Option<Clock> {
    let folder = home.state.parent()?.parent()?;
    let memory = read_memory(folder)?;
    if !is_running(folder) {
        return Some(Clock::starting_at(left_at(folder, &memory)));
    }
    let running = memory
        .running_since
        .map_or_else(SignedDuration::default, |since| {
            Clock::system().now().duration_since(since)
        });
    let now = memory.stopped.checked_add(running).ok()?;
    Some(Clock::starting_at(now.max(memory.stopped)))
}

fn read_memory(folder: &Path) -> Option<Memory> {
    serde_json::from_str(&std::fs::read_to_string(folder.join(MEMORY)).ok()?).ok()
}

fn write_memory(folder: &Path, memory: &Memory) -> Result<(), CliError> {
    let text =
        serde_json::to_string(memory).map_err(|error| CliError::Refused(error.to_string()))?;
    Ok(std::fs::write(folder.join(MEMORY), text)?)
}

/// Says that a demo runs in this folder for as long as the file is open; several may.
fn running_lock(folder: &Path) -> Result<File, CliError> {
    let file = File::create(folder.join(RUNNING))?;
    // A disk that knows no locks is no reason not to play.
    let _ = file.try_lock_shared();
    Ok(file)
}

fn is_running(folder: &Path) -> bool {
    File::open(folder.join(RUNNING))
        .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The moment from which the demo goes on. One that was killed did not say when: its clock had run until it wrote last.
fn left_at(folder: &Path, memory: &Memory) -> Timestamp {
    let Some(since) = memory.running_since else {
        return memory.stopped;
    };
    let wrote = |file: &Path| Timestamp::try_from(file.metadata().ok()?.modified().ok()?).ok();
    let files = ["server.db", "server.db-wal"].map(|name| folder.join(name));
    let outboxes = ["cnm", "lead"].into_iter().flat_map(|part| {
        ["outbox.db", "outbox.db-wal"].map(|name| folder.join(part).join("state").join(name))
    });
    let last = files
        .into_iter()
        .chain(outboxes)
        .filter_map(|file| wrote(&file))
        .max();
    let ran = last.map_or(SignedDuration::ZERO, |last| last.duration_since(since));
    // Nothing may stand behind what was stamped in the second it died.
    let ran = ran.max(SignedDuration::ZERO) + SignedDuration::from_secs(1);
    memory.stopped.checked_add(ran).unwrap_or(memory.stopped)
}

/// Opens the demo, or only fills a database.
///
/// `linear` is the option as it stands before the word `demo`.
pub(super) fn run(args: &DemoArgs, linear: bool) -> Result<(), CliError> {
    if let Some(file) = &args.fill {
        if file.metadata().is_ok_and(|found| found.len() > 0) {
            return Err(CliError::Refused(format!(
                "{}: it is there already, and two mornings do not mix; name another file or move this one away",
                file.display()
            )));
        }
        let options = options(args, None);
        let count = fill(file, &options)?;
        return print([format!("{count} records in {}", file.display())]);
    }
    let folder = folder()?;
    let asked = args.seed.is_some() || args.now.is_some() || args.scale != 1;
    let memory = match read_memory(&folder).filter(|_| !args.fresh) {
        Some(memory) => {
            let same = args.seed.is_none_or(|seed| seed == memory.seed)
                && args.now.is_none_or(|now| now == memory.start)
                && (args.scale == 1 || args.scale == memory.scale);
            if asked && !same {
                return Err(CliError::Usage(format!(
                    "there is a demo already, with seed {}, scale {} and its morning at {}; --fresh begins another, and what was done in this one is gone",
                    memory.seed, memory.scale, memory.start
                )));
            }
            memory
        }
        None => begin(&folder, args)?,
    };
    super::block_on(
        super::console::runtime()?,
        play((args, linear), &folder, memory, false),
    )
}

fn options(args: &DemoArgs, memory: Option<&Memory>) -> demo::Options {
    let defaults = demo::Options::default();
    demo::Options {
        seed: memory.map_or(args.seed.unwrap_or(defaults.seed), |memory| memory.seed),
        now: memory.map_or(args.now.unwrap_or(defaults.now), |memory| memory.start),
        scale: memory.map_or(args.scale, |memory| memory.scale),
    }
}

/// Starts over: an empty folder with a filled database.
fn begin(folder: &Path, args: &DemoArgs) -> Result<Memory, CliError> {
    if folder.exists() {
        if is_running(folder) {
            return Err(CliError::Refused(format!(
                "a demo runs in {}; leave it with q first, or set CNM_HOME to another folder",
                folder.display()
            )));
        }
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let options = options(args, None);
    if std::io::stderr().is_terminal() {
        super::check::warn("an invented morning is being written, some 76,000 records; a moment");
    }
    fill(&folder.join("server.db"), &options)?;
    let memory = Memory {
        seed: options.seed,
        scale: options.scale,
        start: options.now,
        stopped: options.now,
        running_since: None,
    };
    write_memory(folder, &memory)?;
    if let Ok(mine) = Home::find() {
        for part in [Part::Cnm, Part::Lead] {
            super::practice::take_over(&mine, &Home::below(&folder.join(part.folder())));
        }
    }
    Ok(memory)
}

/// Writes the morning into a database file.
fn fill(file: &Path, options: &demo::Options) -> Result<usize, CliError> {
    let records = demo::generate(options).map(|transaction| {
        transaction
            .records
            .into_iter()
            .map(|filed| NewRecord {
                kind: filed.kind,
                id: filed.id,
                fields: filed.fields,
                updated_at: filed.updated_at,
                updated_by: filed.updated_by,
            })
            .collect::<Vec<_>>()
    });
    let loaded = crate::server::load(file, options.now, records)?;
    Ok(loaded.records)
}

/// Serves the database on loopback and opens the console on it.
async fn play(
    (args, linear): (&DemoArgs, bool),
    folder: &Path,
    mut memory: Memory,
    lessons: bool,
) -> Result<(), CliError> {
    let _running = running_lock(folder)?;
    let clock = Clock::starting_at(left_at(folder, &memory));
    memory.stopped = clock.now();
    // Commands beside it are told the same time.
    memory.running_since = Some(Clock::system().now());
    write_memory(folder, &memory)?;
    let mut options = Options::new(super::sync::shared(clock));
    options.rate = None;
    let server = Server::open(&folder.join("server.db"), options)?;
    let running = server
        .serve(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
        .await?;
    let cast = demo::cast(&self::options(args, Some(&memory)));
    let player = match args.part {
        Part::Cnm => &cast.ana,
        Part::Lead => &cast.lead,
    };
    let account = Account {
        url: running.url(),
        token: token(&server, player)?,
        ca_file: None,
    };
    let home = Home::below(&folder.join(args.part.folder()));
    let result = if args.serve {
        serve(&account, &home).await
    } else {
        Box::pin(open(Opening {
            home,
            clock,
            account: Some(account),
            notice: None,
            lessons,
            linear: args.linear || linear || super::console::is_bare_terminal(),
        }))
        .await
    };
    running.shutdown().await;
    memory.stopped = clock.now();
    memory.running_since = None;
    write_memory(folder, &memory)?;
    result
}

fn token(server: &Server, player: &Player) -> Result<String, CliError> {
    let grant = Grant {
        name: "demo".into(),
        ..Grant::default()
    };
    Ok(server
        .create_token(player.user.as_str(), &grant)?
        .reveal()
        .to_owned())
}

/// Prints how to reach the demo's backend, and waits.
async fn serve(account: &Account, home: &Home) -> Result<(), CliError> {
    let folder = home
        .state
        .parent()
        .map(|folder| folder.display().to_string())
        .unwrap_or_default();
    print([
        format!("export CNM_SERVER={}", account.url),
        format!("export CNM_TOKEN={}", account.token),
        format!("export CNM_HOME={}", crate::command::quote_word(&folder)),
    ])?;
    super::serve::until_stopped().await
}
