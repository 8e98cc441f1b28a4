//! `cnm run`: files of command lines, without a screen; and `cnm remote`: commands for the running console.

use std::io::Read as _;

use clap::Args;
use serde_json::{Value as Json, json};

use super::headless::Session;
use super::{CliError, print};
use crate::command::{Parsing, Step, read_steps};
use crate::config::MAX_BYTES;
use crate::runtime::Home;
#[cfg(unix)]
use crate::runtime::Unheard;

/// What to run.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A file of command lines, `-` for the standard input, or the name of a macro.
    #[arg(value_name = "FILE")]
    file: String,
    /// Checks the lines and lists them, and runs nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What to ask of the running console.
#[derive(Debug, Args)]
pub(super) struct RemoteArgs {
    /// Command lines, each one word: `cnm remote 'inbox done --id t1'`; also `list KIND QUERY` and `status`.
    #[arg(value_name = "COMMAND", required = true)]
    commands: Vec<String>,
}

/// Runs a file of command lines; nothing runs unless every line can be read, and the first that fails ends it.
pub(super) fn run(args: &RunArgs) -> Result<(), CliError> {
    let home = Home::find()?;
    let Source {
        name,
        text,
        is_macro,
    } = read(&home, &args.file)?;
    let steps = read_steps(&text, &mut Parsing::new()).map_err(|wrongs| {
        let lines: Vec<String> = wrongs
            .iter()
            .map(|(number, error)| format!("{name}:{number}: {error}"))
            .collect();
        CliError::Usage(format!("{}\nnothing was run", lines.join("\n")))
    })?;
    if args.dry_run {
        return print(
            steps
                .iter()
                .map(|step| format!("{}  {}", step.number, step.line)),
        );
    }
    let mut session = Session::open(home)?;
    session.beside_macros = is_macro;
    let mut failed = None;
    for Step {
        number, command, ..
    } in steps
    {
        if let Err(error) = session.perform(vec![command]) {
            failed = Some((number, error));
            break;
        }
    }
    // What was done before a failure is sent all the same.
    let sent = session.send();
    match failed {
        None => sent,
        Some((number, error)) => {
            if let Err(error) = sent {
                super::check::warn(&error.to_string());
            }
            let words = format!("{name}:{number}: {error}; what follows was not run");
            Err(match error {
                CliError::Usage(_) => CliError::Usage(words),
                CliError::Offline(_) => CliError::Offline(words),
                CliError::Closed => CliError::Closed,
                CliError::Refused(_) => CliError::Refused(words),
            })
        }
    }
}

/// What is run.
struct Source {
    name: String,
    text: String,
    is_macro: bool,
}

/// Reads what is to be run.
fn read(home: &Home, file: &str) -> Result<Source, CliError> {
    let source = |name: String, text: String, is_macro| Source {
        name,
        text,
        is_macro,
    };
    let mut text = String::new();
    if file == "-" {
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        std::io::stdin()
            .lock()
            .take(limit)
            .read_to_string(&mut text)
            .map_err(|error| CliError::Usage(format!("-: {error}; it must be UTF-8 text")))?;
        return Ok(source("-".into(), text, false));
    }
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(source(file.to_owned(), text, false)),
        Err(error) => {
            let macros = home.macros(&mut Vec::new());
            match macros.get(file) {
                Some(known) => Ok(source(format!("macro {file}"), known.text.clone(), true)),
                None => Err(CliError::Usage(format!(
                    "{file}: {error}; name a file of commands, `-`, or a macro"
                ))),
            }
        }
    }
}

/// Sends commands to the running console and prints what it answers, a JSON object for each.
#[cfg(unix)]
pub(super) fn remote(args: &RemoteArgs) -> Result<(), CliError> {
    let home = Home::find()?;
    let request = json!({"run": args.commands}).to_string();
    let answer = crate::runtime::ask(&home.state, &request).map_err(|error| match error {
        Unheard::Nobody(error) => CliError::Offline(format!(
            "no console is running here ({}: {error}); open one with `cnm`, or leave `remote` out",
            crate::runtime::socket(&home.state).display()
        )),
        Unheard::Sleeps => CliError::Offline(error.to_string()),
        Unheard::Silent(_) => CliError::Refused(error.to_string()),
    })?;
    let answer: Json = serde_json::from_str(&answer)
        .map_err(|error| CliError::Refused(format!("the console's answer is cut off: {error}")))?;
    if let Some(why) = answer.get("error").and_then(Json::as_str) {
        return Err(CliError::Refused(why.to_owned()));
    }
    let results = answer.get("results").and_then(Json::as_array);
    print(results.into_iter().flatten().map(ToString::to_string))?;
    if answer.get("ok") == Some(&Json::Bool(true)) {
        return Ok(());
    }
    let last = results.and_then(|results| results.last());
    let why = last
        .and_then(|result| result.get("error"))
        .and_then(Json::as_str);
    Err(CliError::Refused(
        why.unwrap_or("it was refused").to_owned(),
    ))
}

#[cfg(not(unix))]
pub(super) fn remote(_: &RemoteArgs) -> Result<(), CliError> {
    Err(CliError::Usage(
        "`remote` needs a socket that this system does not have; use the commands themselves"
            .into(),
    ))
}
