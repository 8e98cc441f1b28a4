//! Configuration, keys, phrases, and what is wrong with them.

use std::io::Write as _;
use std::process::Command as Process;

use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;

use super::{CliError, print};
use crate::config::Config;
use crate::runtime::{Clock, Home};
use crate::store::{Comparison, Snapshot, Store};
use crate::sync::SyncError;
use crate::when::phrase::{PhraseContext, echo, other_labels, read, to_json};
use crate::when::{tzdb, zone};
use crate::wire::Digest;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Checks config, keymap, hooks, macros and theme, and names file, line and what to do; it fails where something
    /// cannot be read or a key of yours can never do what it says.
    Check {
        /// Fails also where a key of yours merely hides or blocks a default, or depends on the terminal.
        #[arg(long)]
        strict: bool,
    },
    /// Says where the files are.
    Path,
}

/// A phrase to read.
#[derive(Debug, Args)]
pub(super) struct WhenArgs {
    /// The phrase, for example `next tue 4-6pm SGT`.
    phrase: String,
    /// The moment against which it is read, as an RFC 3339 time.
    #[arg(long)]
    now: Option<jiff::Timestamp>,
    /// The zone of whoever types.
    #[arg(long)]
    zone: Option<String>,
    /// How to write the reading.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

/// How a reading is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// A line to read.
    Text,
    /// JSON.
    Json,
}

/// Says what was found damaged and repaired while the cache was read.
pub(super) fn tell_repairs(store: &mut Store) {
    for notice in store.take_notices() {
        warn(&notice);
    }
}

/// Tells the user something that is no result.
pub(super) fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "cnm: {}", crate::text::plain(text));
}

/// Says that the configuration cannot be read; what asks for it goes on with the defaults.
pub(super) fn warn_config(home: &Home) {
    if let Err(problem) = home.config() {
        warn(&format!("{problem}; until then the file is left out"));
    }
}

/// Checks the configuration or says where it is.
pub(super) fn config(command: &ConfigCommand) -> Result<(), CliError> {
    let home = Home::find()?;
    match command {
        ConfigCommand::Path => print([
            format!("config  {}", home.config_file().display()),
            format!("keymap  {}", home.keymap_file().display()),
            format!("hooks   {}", home.hooks_file().display()),
            format!("macros  {}", home.macros_folder().display()),
            format!("themes  {}", home.config.join("themes").display()),
            format!("token   {}", home.token_file().display()),
            format!("cache   {}", home.cache.display()),
            format!("state   {}", home.state.display()),
        ]),
        ConfigCommand::Check { strict } => check_files(&home, *strict),
    }
}

/// Names everything that is wrong with the files of the configuration, and what the keymap hides.
fn check_files(home: &Home, strict: bool) -> Result<(), CliError> {
    let mut configured = home.configured();
    let aside = home.themes_aside(&configured.config.ui);
    configured.problems.extend(aside);
    let findings = configured.keymap.review();
    print(findings.iter().map(ToString::to_string))?;
    if !configured.problems.is_empty() {
        // A theme that two others inherit from is wrong once.
        let mut told = std::collections::HashSet::new();
        configured
            .problems
            .retain(|problem| told.insert(problem.clone()));
        return Err(CliError::Refused(configured.problems.join("\n")));
    }
    let never = findings.iter().filter(|finding| finding.never).count();
    let words = match (never, findings.len()) {
        (1, _) => "1 binding can never do what it says".to_owned(),
        (2.., _) => format!("{never} bindings can never do what they say"),
        (0, 1) if strict => "--strict: there is 1 finding".to_owned(),
        (0, 1..) if strict => format!("--strict: there are {} findings", findings.len()),
        _ => return print(["config, keymap, hooks, macros and theme are fine"]),
    };
    Err(CliError::Refused(format!("{words}: see the lines above")))
}

/// Finds the token: from a command of the user's, or from a file that nobody else can read.
pub(super) fn token(home: &Home, config: &Config) -> Result<String, CliError> {
    if let [program, args @ ..] = config.server.token_command.as_slice() {
        let output = Process::new(program).args(args).output().map_err(|error| {
            CliError::Refused(format!(
                "token_command `{program}`: {error}; check the name"
            ))
        })?;
        if !output.status.success() {
            return Err(CliError::Refused(format!(
                "token_command `{program}` left with {}; run it by hand to see why",
                output.status
            )));
        }
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let file = home.token_file();
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => {
            return Err(CliError::Refused(format!(
                "{}: {error}; check its rights",
                file.display()
            )));
        }
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).map(|meta| meta.permissions().mode() & 0o077);
        if mode.is_ok_and(|mode| mode != 0) {
            return Err(CliError::Refused(format!(
                "{}: others can read the token; run `chmod 600` on it",
                file.display()
            )));
        }
    }
    Ok(text.trim().to_owned())
}

/// What the doctor found.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) lines: Vec<String>,
    wrong: usize,
}

impl Findings {
    pub(super) fn fine(&mut self, line: String) {
        self.lines.push(line);
    }

    pub(super) fn wrong(&mut self, why: impl std::fmt::Display) {
        self.wrong += 1;
        self.lines.push(format!("! {why}"));
    }
}

/// Says what is wrong and what to do about it; that something is wrong is an error.
pub(super) fn doctor() -> Result<(), CliError> {
    let home = Home::find()?;
    let now = super::console::clock(&home).now();
    let mut found = Findings::default();
    found.fine(format!(
        "cnm {} · tzdb {}",
        env!("CARGO_PKG_VERSION"),
        tzdb::current()
    ));
    super::doctor::tzdb(now, &mut found);
    found.fine(format!("config  {}", home.config.display()));
    found.fine(format!("cache   {}", home.cache.display()));
    found.fine(format!("state   {}", home.state.display()));
    for problem in home.configured().problems {
        found.wrong(problem);
    }
    let mut store = match Store::open(&home.store(), now) {
        Ok((mut store, report)) => {
            for notice in report.notices.iter().chain(&report.read_only) {
                found.wrong(notice);
            }
            examine_store(&mut store, now, &mut found)?;
            Some(store)
        }
        Err(error) => {
            found.wrong(error);
            None
        }
    };
    let is_demo = super::demo::clock_of(&home).is_some();
    match super::account(&home) {
        Ok(None) if is_demo => found.fine("server  the demo's own, while `cnm demo` runs".into()),
        Ok(None) => found.wrong(SyncError::Unconfigured),
        Ok(Some(account)) => match super::sync::probe(&account) {
            Ok(probe) => {
                found.fine(format!("server  {}", probe.words));
                let here = if is_demo { now } else { Clock::system().now() };
                super::doctor::server(&probe.heard, here, &mut found);
                if let (Some(store), Some(digest)) = (&mut store, &probe.digest) {
                    compare(store, digest, &mut found)?;
                }
            }
            Err(error) => found.wrong(format!("server: {error}")),
        },
        // A configuration that cannot be read was named above.
        Err(_) if home.config().is_err() => {}
        Err(error) => found.wrong(error),
    }
    super::doctor::terminal(&home.config().unwrap_or_default(), &mut found);
    let Findings { mut lines, wrong } = found;
    if wrong == 0 {
        lines.push("all is well".into());
        return print(&lines);
    }
    print(&lines)?;
    let things = if wrong == 1 { "thing" } else { "things" };
    Err(CliError::Refused(format!(
        "{wrong} {things} to look at: the lines that begin with `!`"
    )))
}

fn examine_store(
    store: &mut Store,
    now: jiff::Timestamp,
    found: &mut Findings,
) -> Result<(), CliError> {
    store.verify_outbox(now)?;
    store.verify_mirror(now)?;
    for notice in store.take_notices() {
        found.wrong(notice);
    }
    let counts = store.counts()?;
    let identity = store.identity()?;
    let place = store.place()?;
    found.fine(format!(
        "cache   of user {} ({}), up to date as of {}",
        identity.user.as_deref().unwrap_or("nobody yet"),
        identity.role.as_deref().unwrap_or("no role"),
        place
            .synced_at
            .map_or_else(|| "never".to_owned(), |at| at.to_string())
    ));
    found.fine(format!(
        "outbox  {} queued, {} in conflict, {} refused",
        counts.queued, counts.conflicts, counts.refused
    ));
    Ok(())
}

/// Compares the cache with what the server says it should hold; a difference is healed by the next sync.
fn compare(store: &mut Store, theirs: &Digest, found: &mut Findings) -> Result<(), CliError> {
    if store.read_only().is_some() || store.place()?.snapshot.is_some() {
        return Ok(());
    }
    match store.compare(theirs)? {
        Comparison::Equal { records } => {
            found.fine(format!("equal   the cache holds all {records} records that the server has"));
        }
        Comparison::Elsewhere => found.fine(
            "behind  the cache and the server are not at the same place; `cnm sync` brings what is new".into(),
        ),
        Comparison::Different { kinds } => {
            store.begin_snapshot(&Snapshot::anew())?;
            found.wrong(format!(
                "the cache differs from the server in {}: the next sync fetches everything again, your edits \
                 are untouched; run `cnm sync` and look again",
                kinds.join(", ")
            ));
        }
    }
    Ok(())
}

/// Reads a date phrase and says how it is understood.
pub(super) fn when(args: &WhenArgs) -> Result<(), CliError> {
    let now = args.now.unwrap_or_else(|| Clock::system().now());
    // A console that is set up has a zone and working hours; without one the machine's zone counts.
    let config = Home::find().ok().map(|home| home.configured().config);
    let configured = config.as_ref().map(|config| config.ui.zone.as_str());
    let here = match (&args.zone, configured.filter(|name| !name.is_empty())) {
        (Some(name), _) => {
            zone::find_zone(name)
                .map_err(|error| CliError::Usage(error.to_string()))?
                .zone
        }
        (None, Some(name)) => {
            zone::load(name).map_err(|error| CliError::Usage(error.to_string()))?
        }
        (None, None) => zone::ours(&TimeZone::try_system().unwrap_or(TimeZone::UTC)),
    };
    let mut context = PhraseContext::new(now, here.clone());
    if let Some(config) = &config {
        let settings = config.settings();
        context.settings.work_start = settings.day_start;
        context.settings.work_end = settings.day_end;
    }
    let reading =
        read(&args.phrase, &context).map_err(|error| CliError::Refused(error.to_string()))?;
    match args.format {
        Shape::Json => print([to_json(&reading).to_string()]),
        Shape::Text => {
            let mut lines = vec![echo(&reading, &here)];
            if let Some(doubt) = &reading.ambiguous {
                lines.push(format!("doubtful: {doubt}"));
            }
            for label in other_labels(&reading) {
                lines.push(format!("or {label}"));
            }
            print(lines)
        }
    }
}
