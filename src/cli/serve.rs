//! The reference backend from the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CliError, print};
use crate::record::Role;
use crate::runtime::Clock;
use crate::server::{self, Exposure, Grant, NewUser, Options, RateLimit, Server, ServerError};

/// How to run the backend.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// The database file; it is made if it is not there.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7700")]
    listen: SocketAddr,
    /// Something in front of it speaks TLS, so that it may listen on a public address.
    #[arg(long)]
    behind_proxy: bool,
    /// Answers as fast as it can instead of 20 requests a second for each token.
    #[arg(long)]
    no_rate_limit: bool,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Makes a token and prints it; it is not stored and cannot be shown again.
    Create {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
        /// The user it is for.
        #[arg(long)]
        user: String,
        /// The device or program that will hold it.
        #[arg(long, default_value = "console")]
        name: String,
        /// Days until it ends.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// Lists the tokens: public part, user, device, end and last use.
    List {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
    /// Ends a token by its public part, the twelve characters after `cnm_pat_`.
    Revoke {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
        /// The public part.
        id: String,
    },
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Makes a user.
    Create {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
        /// The id by which tokens and records name the user.
        #[arg(long)]
        id: String,
        /// Full name.
        #[arg(long)]
        name: String,
        /// `cnm`, `lead` or `admin`.
        #[arg(long, default_value = "cnm")]
        role: String,
        /// Id of the team.
        #[arg(long, default_value = "")]
        team: String,
        /// IANA time zone.
        #[arg(long, default_value = "")]
        zone: String,
    },
    /// Lists the users: id, role, team, zone and name.
    List {
        /// The database file.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Checks that each line follows from the one before; a changed or removed line shows.
    Verify {
        /// The database file; a server may be running on it.
        #[arg(long, value_name = "FILE")]
        db: PathBuf,
    },
}

impl From<ServerError> for CliError {
    fn from(error: ServerError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Runs the backend until it is stopped.
pub(super) fn run(args: &ServeArgs) -> Result<(), CliError> {
    log_to_stderr();
    let clock = Clock::system();
    let mut options = Options::new(super::sync::shared(clock));
    if args.behind_proxy {
        options.exposure = Exposure::BehindProxy;
    }
    options.rate = (!args.no_rate_limit).then(RateLimit::default);
    let server = Server::open(&args.db, options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let running = server.serve(args.listen).await?;
        print([format!(
            "serving {} on {}",
            args.db.display(),
            running.url()
        )])?;
        until_stopped().await?;
        running.shutdown().await;
        Ok(())
    })
}

/// Shows on standard error what the backend warns of; without it a database that fails would fail unseen.
fn log_to_stderr() {
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(tracing::Level::WARN)
        .try_init();
}

/// Waits for a signal to leave.
pub(super) async fn until_stopped() -> Result<(), CliError> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// Makes or ends a token.
pub(super) fn token(command: &TokenCommand) -> Result<(), CliError> {
    match command {
        TokenCommand::Create {
            db,
            user,
            name,
            days,
        } => {
            let grant = Grant {
                name: name.clone(),
                days: *days,
                ..Grant::default()
            };
            let token = server::create_token(db, user, &grant, Clock::system().now())?;
            print([token.reveal()])
        }
        TokenCommand::List { db } => {
            let now = Clock::system().now();
            print(server::tokens(db)?.iter().map(|token| {
                let state = if token.revoked {
                    "revoked"
                } else if token.expires_at <= now {
                    "over"
                } else {
                    "good"
                };
                let used = token
                    .last_used
                    .map_or_else(|| "never".to_owned(), |at| at.to_string());
                format!(
                    "{}  {}  {}  {state}  until {}  last used {used}",
                    token.id, token.user, token.name, token.expires_at
                )
            }))
        }
        TokenCommand::Revoke { db, id } => {
            server::revoke_token(db, id)?;
            print([format!("token {id} is revoked")])
        }
    }
}

/// Makes or lists users.
pub(super) fn user(command: &UserCommand) -> Result<(), CliError> {
    let (db, id, name, role, team, zone) = match command {
        UserCommand::List { db } => {
            return print(server::users(db)?.iter().map(|user| {
                let or_none = |text: &str| if text.is_empty() { "-" } else { text }.to_owned();
                format!(
                    "{}  {}  {}  {}  {}",
                    user.id,
                    user.role,
                    or_none(&user.team),
                    or_none(&user.zone),
                    user.name
                )
            }));
        }
        UserCommand::Create {
            db,
            id,
            name,
            role,
            team,
            zone,
        } => (db, id, name, role, team, zone),
    };
    if !Role::KNOWN.contains(&role.as_str()) {
        return Err(CliError::Usage(format!(
            "role `{role}`: known are {}",
            Role::KNOWN.join(", ")
        )));
    }
    if !zone.is_empty() {
        crate::when::zone::load(zone).map_err(|error| CliError::Usage(error.to_string()))?;
    }
    let user = NewUser {
        id: id.clone(),
        name: name.clone(),
        role: Role::from(role.as_str()),
        team: team.clone(),
        zone: zone.clone(),
    };
    server::create_user(db, &user, Clock::system().now())?;
    print([format!(
        "user {id} is made; give them a token with `cnm token create`"
    )])
}

/// Checks the audit log.
pub(super) fn audit(command: &AuditCommand) -> Result<(), CliError> {
    let AuditCommand::Verify { db } = command;
    let report = server::verify_audit(db)?;
    match report.broken_at {
        None => print([format!(
            "{} lines, each follows from the one before",
            report.lines
        )]),
        Some(line) => Err(CliError::Refused(format!(
            "{}: audit log: line {line} of {} does not follow from the one before; \
             it was changed after it was written: compare with a backup",
            db.display(),
            report.lines
        ))),
    }
}
