//! Batches: reading them, and running them in order.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::{Caller, execute, refused, refused_by_id};
use crate::record::{Kind, Patch};
use crate::server::ledger::{Ledger, parent_of};
use crate::server::storage::Result;
use crate::server::{refusal, strict, validate};
use crate::wire::{Command, CommandResult, Limits, Op, Problem, Status};

/// A batch whose outer form is right.
pub(crate) struct ParsedBatch {
    pub(crate) client: String,
    pub(crate) atomic: bool,
    pub(crate) commands: Vec<Parsed>,
}

/// One command, or why it is none.
pub(crate) enum Parsed {
    /// It can be tried.
    Command {
        command: Box<Command>,
        digest: [u8; 32],
    },
    /// It has an id to answer to, but no meaning.
    Broken { cmd: String, problem: Box<Problem> },
}

#[derive(Deserialize)]
struct Outer<'b> {
    client: String,
    #[serde(borrow)]
    batch: Vec<&'b RawValue>,
    #[serde(default)]
    atomic: bool,
}

#[derive(Deserialize)]
struct OnlyId {
    cmd: String,
}

/// The form of a batch, as the published contract shows it.
#[derive(Deserialize)]
#[serde(rename = "Batch")]
#[expect(dead_code, reason = "only its form is read, by way of `Deserialize`")]
pub(crate) struct Shape {
    client: String,
    batch: Vec<Flat>,
    #[serde(default)]
    atomic: bool,
}

/// A [`Command`] with the parts of its patch beside the others: what is read with flattened parts is read
/// twice.
#[derive(Deserialize)]
#[serde(rename = "Command")]
struct Flat {
    cmd: String,
    kind: String,
    id: String,
    op: Op,
    #[serde(default)]
    base: Option<u64>,
    #[serde(default)]
    set: Map<String, Json>,
    #[serde(default)]
    unset: Vec<String>,
    #[serde(default)]
    add: Map<String, Json>,
    #[serde(default)]
    remove: Map<String, Json>,
    #[serde(default)]
    mine: bool,
    #[serde(default)]
    at: Option<Timestamp>,
}

impl From<Flat> for Command {
    fn from(flat: Flat) -> Self {
        Self {
            cmd: flat.cmd,
            kind: flat.kind,
            id: flat.id,
            op: flat.op,
            base: flat.base,
            patch: Patch {
                set: flat.set,
                unset: flat.unset,
                add: flat.add,
                remove: flat.remove,
            },
            mine: flat.mine,
            at: flat.at,
        }
    }
}

/// Reads the body of a request.
pub(crate) fn parse(
    body: &[u8],
    limits: &Limits,
) -> std::result::Result<ParsedBatch, Box<Problem>> {
    let unreadable = |error: serde_json::Error| malformed(error.to_string());
    strict::check(body).map_err(unreadable)?;
    let outer: Outer<'_> = serde_json::from_slice(body).map_err(unreadable)?;
    if outer.batch.len() > limits.commands_per_batch {
        let most = limits.commands_per_batch;
        let problem = refusal::too_large(format!("a batch has at most {most} commands"));
        return Err(Box::new(problem));
    }
    if !validate::is_id(&outer.client) {
        return Err(malformed("client: 1 to 100 letters, digits and -_.:@+~"));
    }
    let commands = outer
        .batch
        .into_iter()
        .map(parse_one)
        .collect::<std::result::Result<_, _>>()?;
    Ok(ParsedBatch {
        client: outer.client,
        atomic: outer.atomic,
        commands,
    })
}

fn malformed(detail: impl Into<String>) -> Box<Problem> {
    Box::new(refusal::malformed(detail))
}

fn parse_one(raw: &RawValue) -> std::result::Result<Parsed, Box<Problem>> {
    let check = |cmd: &str| {
        if validate::is_id(cmd) {
            Ok(())
        } else {
            Err(malformed("cmd: 1 to 100 letters, digits and -_.:@+~"))
        }
    };
    Ok(match serde_json::from_str::<Flat>(raw.get()) {
        Ok(flat) => {
            check(&flat.cmd)?;
            let command = Command::from(flat);
            Parsed::Command {
                digest: digest(&command),
                command: Box::new(command),
            }
        }
        Err(error) => {
            let id: OnlyId = serde_json::from_str(raw.get())
                .map_err(|error| malformed(format!("a command: {error}")))?;
            check(&id.cmd)?;
            let error = super::field_problem("", "command", &error.to_string());
            Parsed::Broken {
                cmd: id.cmd,
                problem: Box::new(refusal::invalid(vec![error])),
            }
        }
    })
}

/// Returns a digest of the content of a command that does not depend on the order of its keys.
pub(crate) fn digest(command: &Command) -> [u8; 32] {
    // Maps are sorted, so equal commands give equal text; writing to memory cannot fail.
    let text = serde_json::to_vec(command).unwrap_or_default();
    Sha256::digest(text).into()
}

/// Runs a batch in its order; each command is a transaction of its own, or all are one.
pub(crate) fn run(
    ledger: &mut Ledger<'_>,
    caller: Caller<'_>,
    batch: &ParsedBatch,
) -> Result<Vec<CommandResult>> {
    if !batch.atomic {
        return run_each(ledger, caller, batch);
    }
    let start = ledger.progress();
    ledger.txn.begin_part()?;
    let results = run_each(ledger, caller, batch)?;
    if results.iter().all(|result| result.status.is_settled()) {
        ledger.txn.keep_part()?;
        ledger.close()?;
        return Ok(results);
    }
    ledger.txn.undo_part()?;
    ledger.go_back(start);
    // What failed says why; the others say that they did not happen.
    Ok(results
        .into_iter()
        .map(|result| match result.status {
            Status::Applied | Status::Merged | Status::Noop => {
                refused_by_id(&result.cmd, Status::Blocked, refusal::blocked())
            }
            _ => result,
        })
        .collect())
}

fn run_each(
    ledger: &mut Ledger<'_>,
    caller: Caller<'_>,
    batch: &ParsedBatch,
) -> Result<Vec<CommandResult>> {
    let mut failed = HashSet::new();
    let mut results = Vec::with_capacity(batch.commands.len());
    for parsed in &batch.commands {
        let result = match parsed {
            Parsed::Broken { cmd, problem } => {
                refused_by_id(cmd, Status::Rejected, (**problem).clone())
            }
            Parsed::Command { command, digest } => {
                let result = if builds_on(command, &failed) {
                    refused(command, Status::Blocked, refusal::blocked())
                } else {
                    execute(ledger, caller, command, *digest)?
                };
                if !result.status.is_settled() {
                    failed.insert((command.kind.clone(), command.id.clone()));
                }
                result
            }
        };
        results.push(result);
        if !batch.atomic {
            ledger.close()?;
        }
    }
    Ok(results)
}

/// Tells whether a command changes a record on which an earlier one failed, or one that belongs to it.
fn builds_on(command: &Command, failed: &HashSet<(String, String)>) -> bool {
    if failed.is_empty() {
        return false;
    }
    if failed.contains(&(command.kind.clone(), command.id.clone())) {
        return true;
    }
    Kind::from_name(&command.kind)
        .and_then(|kind| parent_of(kind, &command.patch.set))
        .is_some_and(|parent| failed.contains(&(parent.kind.to_string(), parent.id.to_string())))
}
