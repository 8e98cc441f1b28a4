//! Layer 9: the command line: the console by default, every command without a screen, and the tools around it.
//!
//! Exit codes: 0 done or queued, 1 refused, 2 usage, 3 offline.

mod check;
mod console;
mod demo;
mod doctor;
mod exec;
mod headless;
mod import;
mod keys;
mod list;
mod named;
mod outbox;
mod page;
mod papers;
mod practice;
mod run;
mod serve;
mod slots;
mod sync;

pub use papers::{Paper, man_page, schema};

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::command::{Command, CommandError, ImportCommand};
use crate::config::Config;
use crate::runtime::{Home, HomeError, RunError};
use crate::when::tzdb::Source;

/// A terminal console for Creator Network Managers.
#[derive(Debug, Parser)]
#[command(
    name = "cnm",
    version,
    about = "A terminal console for Creator Network Managers",
    after_help = "Without a command it opens the console. `cnm demo` shows everything on invented data."
)]
struct Root {
    /// Draws nothing and says each change in a line, for screen readers; so does `TERM=dumb`.
    #[arg(long)]
    linear: bool,
    /// The time zone database: `bundled`, the same on every machine, or that of the `system`.
    #[arg(long, value_enum, value_name = "WHICH")]
    tzdb: Option<Source>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

impl Root {
    /// Returns the time zone database that is asked for.
    fn asked_tzdb(&self) -> Option<Source> {
        let of_verb = match &self.verb {
            Some(Verb::Slots(args)) => args.tzdb(),
            _ => None,
        };
        of_verb.or(self.tzdb)
    }
}

/// What the program can be asked to do.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Opens the console on a morning of invented data, with a backend of its own.
    Demo(demo::DemoArgs),
    /// Teaches the keys in lessons on invented data, in about ten minutes.
    Tutor,
    /// Runs the reference backend.
    Serve(serve::ServeArgs),
    /// Makes, lists and revokes the tokens of a backend's users.
    #[command(subcommand)]
    Token(serve::TokenCommand),
    /// Makes and lists the users of a backend.
    #[command(subcommand)]
    User(serve::UserCommand),
    /// Checks the audit log of a backend.
    #[command(subcommand)]
    Audit(serve::AuditCommand),
    /// Lists records of a kind, from the cache.
    List(list::ListArgs),
    /// Runs a file of commands, one a line; nothing runs unless all of it can be read.
    Run(run::RunArgs),
    /// Sends commands to the running console and prints what came of them as JSON.
    Remote(run::RemoteArgs),
    /// Finds the times at which people can meet, and what each costs whom.
    Slots(slots::SlotsArgs),
    /// Sends what waits, fetches what is new, and says what happened.
    Sync,
    /// Checks the configuration, or says where it is.
    #[command(subcommand)]
    Config(check::ConfigCommand),
    /// Says what is wrong and what to do about it.
    Doctor,
    /// Lists every command.
    Commands(keys::CommandsArgs),
    /// Lists the keys of a place, or of all.
    Keys(keys::KeysArgs),
    /// Prints completions for a shell.
    Completions(papers::CompletionArgs),
    /// Prints the manual page, or writes one for each command.
    Man(papers::ManArgs),
    /// Prints the JSON schema of a file that you write: config, keymap or theme.
    Schema(papers::SchemaArgs),
    /// Reads a date phrase and says how it is understood.
    When(check::WhenArgs),
    #[command(flatten)]
    Command(Command),
}

/// Why the program stopped.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The words on the command line do not fit.
    #[error("{0}")]
    Usage(String),
    /// A command was refused.
    #[error("{0}")]
    Refused(String),
    /// The server cannot be reached.
    #[error("{0}")]
    Offline(String),
    /// The output was closed by whoever reads it.
    #[error("the output was closed")]
    Closed,
}

impl CliError {
    fn code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Offline(_) => 3,
        }
    }
}

impl From<CommandError> for CliError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Usage { .. }
            | CommandError::NeedsScreen(_)
            | CommandError::Unnamed
            | CommandError::NeedsWords(_) => Self::Usage(error.to_string()),
            CommandError::NoTarget(_) | CommandError::Refused { .. } => {
                Self::Refused(error.to_string())
            }
        }
    }
}

impl From<HomeError> for CliError {
    fn from(error: HomeError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<crate::store::StoreError> for CliError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Refused(error.to_string())
        }
    }
}

/// Runs the program with the arguments of the process and returns its exit code.
pub fn main() -> ExitCode {
    let result = if std::env::args_os().len() <= 1 {
        // The common case opens the console without building the parser of the command line first.
        choose(None).and_then(|()| console::open_default(false))
    } else {
        match Root::try_parse() {
            Ok(root) => choose(root.asked_tzdb()).and_then(|()| run(root)),
            Err(error) => return usage(&error),
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !matches!(error, CliError::Closed) {
                let text = crate::text::plain_body(&error.to_string()).into_owned();
                let _ = writeln!(std::io::stderr(), "cnm: {text}");
            }
            ExitCode::from(error.code())
        }
    }
}

/// Settles which time zone database all zones come from, before any is loaded.
fn choose(asked: Option<Source>) -> Result<(), CliError> {
    crate::runtime::choose_tzdb(asked).map_err(CliError::Refused)
}

/// Reports what clap says: help and version to the standard output, the rest as a usage error.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}

fn run(root: Root) -> Result<(), CliError> {
    match root.verb {
        None => console::open_default(root.linear),
        Some(Verb::Demo(args)) => demo::run(&args, root.linear),
        Some(Verb::Tutor) => demo::tutor(),
        Some(Verb::Serve(args)) => serve::run(&args),
        Some(Verb::Token(command)) => serve::token(&command),
        Some(Verb::User(command)) => serve::user(&command),
        Some(Verb::Audit(command)) => serve::audit(&command),
        Some(Verb::List(args)) => list::run(&args),
        Some(Verb::Run(args)) => run::run(&args),
        Some(Verb::Remote(args)) => run::remote(&args),
        Some(Verb::Slots(args)) => slots::run(&args),
        Some(Verb::Sync) => sync::run(),
        Some(Verb::Config(command)) => check::config(&command),
        Some(Verb::Doctor) => check::doctor(),
        Some(Verb::Commands(args)) => keys::commands(&args),
        Some(Verb::Keys(args)) => keys::keys(&args),
        Some(Verb::Completions(args)) => papers::completions(&args),
        Some(Verb::Man(args)) => papers::man(&args),
        Some(Verb::Schema(args)) => papers::schema_of(&args),
        Some(Verb::When(args)) => check::when(&args),
        Some(Verb::Command(Command::Import(ImportCommand::Backstage(args)))) => import::run(&args),
        Some(Verb::Command(command)) => headless::run(command),
    }
}

/// Returns the definition of the command line, for completions and the manual page.
pub fn definition() -> clap::Command {
    Root::command()
}

/// Writes lines to the standard output, sanitised line by line.
fn print(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", crate::text::plain(line.as_ref()))?;
    }
    out.flush()?;
    Ok(())
}

/// Runs work to its end and does not wait for what it left behind, such as a name that nobody resolves.
fn block_on<T>(runtime: tokio::runtime::Runtime, work: impl Future<Output = T>) -> T {
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// Where the backend is and with which token to speak to it.
#[derive(Clone, PartialEq, Eq)]
struct Account {
    url: String,
    token: String,
    ca_file: Option<PathBuf>,
}

/// Finds the backend: environment first, then the configuration.
///
/// A configuration that cannot be read is an error unless the environment names server and token.
fn account(home: &Home) -> Result<Option<Account>, CliError> {
    let from_env = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.trim().is_empty())
    };
    let (server, token) = (from_env("CNM_SERVER"), from_env("CNM_TOKEN"));
    let config = match home.config() {
        Err(_) if server.is_some() && token.is_some() => Config::default(),
        config => config.map_err(CliError::Refused)?,
    };
    let url = server.unwrap_or(config.server.url.clone());
    if url.trim().is_empty() {
        return Ok(None);
    }
    let token = match token {
        Some(token) => token,
        None => check::token(home, &config)?,
    };
    let ca_file = Some(config.server.ca_file)
        .filter(|file| !file.is_empty())
        .map(PathBuf::from);
    Ok(Some(Account {
        url: url.trim().to_owned(),
        token: token.trim().to_owned(),
        ca_file,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_knows_which_commands_only_the_shell_has() {
        let entries = crate::command::reference();
        let ours: Vec<&str> = entries
            .iter()
            .filter_map(|entry| entry.name.split(' ').next())
            .collect();
        let root = Root::command();
        let verbs = root.get_subcommands().map(clap::Command::get_name);
        let shell: Vec<&str> = verbs.filter(|verb| !ours.contains(verb)).collect();
        assert_eq!(shell, crate::command::SHELL_ONLY);
    }
}
