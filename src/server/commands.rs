//! Commands: what one edit does to one record, and what the sender is told.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::ledger::{
    Change, Ledger, Origin, Touched, audience_users, parent_of, state_of, to_text,
};
use super::merge::{
    Ground, Makers, Merged, State, deleted_at, merge, parse_fields, parse_makers, parse_versions,
};
use super::principal::Principal;
use super::storage::{Answer, Life, Result, Stored};
use super::{refusal, rules, validate};
use crate::record::{Audience, Kind, Patch, missing_to_close, nameless};
use crate::wire::{Command, CommandResult, Op, Problem, Row, Status};

pub(crate) mod batch;
mod restore;

/// Who sends commands.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'c> {
    pub(crate) principal: &'c Principal,
    /// The cache that sends them; empty for scripts.
    pub(crate) client: &'c str,
    /// The largest record, in bytes of its fields as JSON.
    pub(crate) record_bytes: usize,
}

/// A command whose kind is known.
struct Edit<'e> {
    caller: Caller<'e>,
    command: &'e Command,
    kind: Kind,
}

/// Runs one command and remembers its result when it took effect.
///
/// `digest` stands for the content: the same id with another content is refused.
pub(crate) fn execute(
    ledger: &mut Ledger<'_>,
    caller: Caller<'_>,
    command: &Command,
    digest: [u8; 32],
) -> Result<CommandResult> {
    let user = caller.principal.user.as_str();
    if let Some(answer) = ledger.txn.answer(user, &command.cmd)? {
        return repeat(command, &answer, digest);
    }
    let mut result = run(ledger, caller, command)?;
    if result.status.is_settled() {
        // The record of the moment is not worth keeping.
        let server = result.server.take();
        let answer = Answer {
            digest,
            result: to_text(&result)?,
        };
        result.server = server;
        let at = ledger.now.as_second();
        ledger.txn.remember(user, &command.cmd, &answer, at)?;
    }
    Ok(result)
}

fn repeat(command: &Command, answer: &Answer, digest: [u8; 32]) -> Result<CommandResult> {
    if answer.digest != digest {
        return Ok(refused(command, Status::Reused, refusal::reused()));
    }
    let first: CommandResult = serde_json::from_str(&answer.result)
        .map_err(|error| super::storage::StorageError::Damaged(error.to_string()))?;
    Ok(CommandResult {
        status: Status::Duplicate,
        ..first
    })
}

fn run(ledger: &mut Ledger<'_>, caller: Caller<'_>, command: &Command) -> Result<CommandResult> {
    let Some(kind) = Kind::from_name(&command.kind) else {
        let error = field_problem("/kind", "unknown", "the server does not know this kind");
        return Ok(rejected(command, vec![error]));
    };
    if !validate::is_id(&command.id) {
        let error = field_problem("/id", "id", "1 to 100 letters, digits and -_.:@+~");
        return Ok(rejected(command, vec![error]));
    }
    let edit = Edit {
        caller,
        command,
        kind,
    };
    let principal = &caller.principal.user;
    let seen = ledger.txn.visible(principal, kind, &command.id)?;
    match (seen, command.op) {
        (None, Op::Create) => edit.create(ledger),
        (None, _) => Ok(edit.not_found()),
        (Some(old), Op::Delete) if old.life == Life::Deleted => edit.noop(ledger, &old),
        (Some(old), _) if old.life == Life::Deleted && edit.brings_back(&old) => {
            edit.restore(ledger, &old)
        }
        (Some(old), _) if old.life == Life::Deleted => edit.gone(&old),
        (Some(old), Op::Create | Op::Update) => edit.update(ledger, &old),
        (Some(old), Op::Delete) => edit.delete(ledger, &old),
    }
}

impl Edit<'_> {
    fn create(&self, ledger: &mut Ledger<'_>) -> Result<CommandResult> {
        let command = self.command;
        if ledger.txn.record(self.kind, &command.id)?.is_some() {
            // It exists outside the view, which must not show.
            return Ok(self.not_found());
        }
        let patch = &command.patch;
        if let Some(result) = self.forbidden(&patch_fields(patch)) {
            return Ok(result);
        }
        let problems = validate::patch_problems(self.kind, patch);
        if !problems.is_empty() {
            return Ok(rejected(command, problems));
        }
        let mut state = State::default();
        patch.apply(&mut state.fields);
        state.fields.retain(|_, value| !value.is_null());
        rules::complete(self.kind, &mut state, ledger.now);
        self.claim(&mut state);
        let fields = match self.check(ledger, None, &state)? {
            Ok(fields) => fields,
            Err(refusal) => return Ok(*refusal),
        };
        let stored = self.put(ledger, &state, fields, Life::Live, None)?;
        let touched = Touched::new(state.fields.keys(), &State::default(), &state);
        self.audit(ledger, &stored, touched, Status::Applied, 0)?;
        self.follow(ledger, Op::Create, &stored, &state)?;
        Ok(done(command, Status::Applied, &stored))
    }

    /// Gives a record that names no user to its maker, so that it does not leave their view.
    fn claim(&self, state: &mut State) {
        if let Audience::Users(names) = self.kind.audience()
            && let Some(first) = names.first()
            && audience_users(names, &state.fields).is_empty()
        {
            let maker = Json::from(self.caller.principal.user.as_str());
            state.fields.insert((*first).to_owned(), maker);
        }
    }

    fn update(&self, ledger: &mut Ledger<'_>, old: &Stored) -> Result<CommandResult> {
        let command = self.command;
        let creates = command.op == Op::Create;
        if let Some(result) = self.forbidden(&patch_fields(&command.patch)) {
            return Ok(result);
        }
        let Some(base) = self.base() else {
            return Ok(self.base_missing());
        };
        let problems = validate::patch_problems(self.kind, &command.patch);
        if !problems.is_empty() {
            return Ok(rejected(command, problems));
        }
        let before = state_of(old)?;
        let next = old.version + 1;
        if base > old.version {
            // The user saw a version that this server does not have: it was restored.
            return self.conflict(ledger, old, patch_fields(&command.patch));
        }
        let makers = parse_makers(&old.makers)?;
        let own = |version| self.is_own(&makers, base, version);
        let arrived = before.version_of("new");
        let unseen = arrived > base && !own(arrived);
        let ground = Ground {
            base,
            next,
            kept: rules::kept(self.kind),
            own: &own,
        };
        let mut merged = merge(&command.patch, &before, &ground);
        if creates && self.is_append_only() && !merged.changed.is_empty() {
            merged.conflicts = patch_fields(&command.patch);
        }
        let late = rules::too_late(self.kind, &before, &merged.changed);
        merged.conflicts.extend(late);
        if !merged.conflicts.is_empty() {
            return self.conflict(ledger, old, merged.conflicts);
        }
        if merged.changed.is_empty() {
            return self.noop(ledger, old);
        }
        rules::keep_open(self.kind, unseen, &mut merged, next);
        let record = (self.kind, old.id.as_str());
        rules::recount(ledger, record, unseen, &mut merged, next)?;
        self.store(ledger, old, &before, &merged, base)
    }

    fn store(
        &self,
        ledger: &mut Ledger<'_>,
        old: &Stored,
        before: &State,
        merged: &Merged,
        base: i64,
    ) -> Result<CommandResult> {
        let fields = match self.check(ledger, Some(before), &merged.state)? {
            Ok(fields) => fields,
            Err(refusal) => return Ok(*refusal),
        };
        let stored = self.put(ledger, &merged.state, fields, Life::Live, Some(old))?;
        let touched = Touched::new(merged.changed.iter(), before, &merged.state);
        let status = if old.version > base {
            Status::Merged
        } else {
            Status::Applied
        };
        // Where the sender's own later version was the ground, that is the base of the judgement.
        let patch = &self.command.patch;
        let judged = merged
            .changed
            .iter()
            .filter(|field| patch.set.contains_key(*field) || patch.unset.contains(field))
            .map(|field| before.version_of(field))
            .fold(base, i64::max);
        self.audit(ledger, &stored, touched, status, judged)?;
        self.follow(ledger, Op::Update, &stored, &merged.state)?;
        if self.kind == Kind::Lead && merged.changed.iter().any(|field| field == "stage") {
            let by = rules::By {
                author: &self.caller.principal.user,
                maker: &self.maker(),
            };
            rules::wake_sleepers(ledger, &stored.id, by)?;
        }
        let mut result = done(self.command, status, &stored);
        if status == Status::Merged {
            result.server = Some(row(&stored)?);
        }
        Ok(result)
    }

    fn delete(&self, ledger: &mut Ledger<'_>, old: &Stored) -> Result<CommandResult> {
        let command = self.command;
        if let Some(result) = self.forbidden(&[]) {
            return Ok(result);
        }
        let Some(base) = self.base() else {
            return Ok(self.base_missing());
        };
        let state = state_of(old)?;
        let makers = parse_makers(&old.makers)?;
        let unseen: Vec<String> = state
            .fv
            .iter()
            .filter(|(_, version)| **version > base && !self.is_own(&makers, base, **version))
            .map(|(field, _)| field.clone())
            .collect();
        if !unseen.is_empty() || base > old.version {
            return self.conflict(ledger, old, unseen);
        }
        let stored = self.put(ledger, &state, old.fields.clone(), Life::Deleted, Some(old))?;
        let touched = Touched::new(state.fields.keys(), &state, &State::default());
        self.audit(ledger, &stored, touched, Status::Applied, base)?;
        self.follow(ledger, Op::Delete, &stored, &state)?;
        Ok(done(command, Status::Applied, &stored))
    }

    /// Checks what needs the whole record: its size, and that its parent is there to be seen. Returns its
    /// fields as text.
    fn check(
        &self,
        ledger: &Ledger<'_>,
        before: Option<&State>,
        after: &State,
    ) -> Result<std::result::Result<String, Box<CommandResult>>> {
        let fields = to_text(&after.fields)?;
        if fields.len() > self.caller.record_bytes {
            let detail = format!("a record has at most {} bytes", self.caller.record_bytes);
            let problem = refusal::too_large(detail);
            let refusal = refused(self.command, Status::Rejected, problem);
            return Ok(Err(Box::new(refusal)));
        }
        let nothing = State::default();
        let old = &before.unwrap_or(&nothing).fields;
        if let Some(field) = missing_to_close(self.kind, old, &after.fields) {
            let detail = "it cannot be closed before its root cause is written down";
            let error = validate::problem("set", field, "required", detail);
            return Ok(Err(Box::new(rejected(self.command, vec![error]))));
        }
        if let Some(field) = before.and_then(|_| nameless(self.kind, old, &after.fields)) {
            let detail = format!("a {} needs its {field}", self.kind.label());
            let unset = self.command.patch.unset.iter().any(|name| name == field);
            let part = if unset { "unset" } else { "set" };
            let error = validate::problem(part, field, "required", &detail);
            return Ok(Err(Box::new(rejected(self.command, vec![error]))));
        }
        Ok(match self.check_parent(ledger, before, after)? {
            None => Ok(fields),
            Some(refusal) => Err(Box::new(refusal)),
        })
    }

    fn check_parent(
        &self,
        ledger: &Ledger<'_>,
        before: Option<&State>,
        after: &State,
    ) -> Result<Option<CommandResult>> {
        let Audience::Parent(link) = self.kind.audience() else {
            return Ok(None);
        };
        let parent = parent_of(self.kind, &after.fields);
        if before.is_some_and(|before| parent_of(self.kind, &before.fields) == parent) {
            return Ok(None);
        }
        let missing = |code, detail| {
            let error = validate::problem("set", link, code, detail);
            Ok(Some(rejected(self.command, vec![error])))
        };
        let Some(parent) = parent else {
            return missing("required", "the record must belong to another one");
        };
        let Some(kind) = parent.known_kind() else {
            return missing("kind", "the server does not know this kind");
        };
        if kind == self.kind && *parent.id == *self.command.id {
            return missing("cycle", "a record cannot belong to itself");
        }
        let principal = &self.caller.principal.user;
        let found = ledger.txn.visible(principal, kind, &parent.id)?;
        if found.is_some_and(|parent| parent.life == Life::Live) {
            return Ok(None);
        }
        let problem = refusal::not_found(format!("there is no {} {}", kind.label(), parent.id));
        Ok(Some(refused(self.command, Status::NotFound, problem)))
    }

    fn put(
        &self,
        ledger: &mut Ledger<'_>,
        state: &State,
        fields: String,
        life: Life,
        old: Option<&Stored>,
    ) -> Result<Stored> {
        ledger.put(Change {
            kind: self.kind,
            id: &self.command.id,
            state,
            fields,
            life,
            old,
            author: &self.caller.principal.user,
            maker: &self.maker(),
        })
    }

    /// Lets the rules do what follows from what was stored.
    fn follow(
        &self,
        ledger: &mut Ledger<'_>,
        op: Op,
        stored: &Stored,
        state: &State,
    ) -> Result<()> {
        rules::follow(ledger, op, stored, state, &self.caller.principal.user)
    }

    /// Names the cache that the command comes from; scripts have none.
    fn maker(&self) -> String {
        if self.caller.client.is_empty() {
            String::new()
        } else {
            format!("{}/{}", self.caller.principal.user, self.caller.client)
        }
    }

    fn audit(
        &self,
        ledger: &mut Ledger<'_>,
        stored: &Stored,
        touched: Touched,
        status: Status,
        base: i64,
    ) -> Result<()> {
        let op = match self.command.op {
            Op::Create => "create",
            Op::Update => "update",
            Op::Delete => "delete",
        };
        let status = match status {
            Status::Merged => "merged",
            Status::Noop => "noop",
            _ => "applied",
        };
        let origin = Origin {
            user: &self.caller.principal.user,
            client: self.caller.client,
            cmd: &self.command.cmd,
            op,
            base,
            mine: self.command.mine,
            status,
        };
        ledger.audit(&origin, stored, touched)
    }

    fn refusal(&self, fields: &[String]) -> Option<String> {
        let principal = self.caller.principal;
        principal.refusal(self.kind, self.command.op, fields)
    }

    /// Answers that the sender may not change these fields, if that is so.
    fn forbidden(&self, fields: &[String]) -> Option<CommandResult> {
        let reason = self.refusal(fields)?;
        let problem = refusal::forbidden(reason);
        Some(refused(self.command, Status::Forbidden, problem))
    }

    fn is_append_only(&self) -> bool {
        self.kind.is_append_only()
    }

    /// Tells whether a version was made by the sender itself, and so was seen by them. An edit from before a
    /// deletion has not seen what the record became when it was brought back, whoever did that.
    fn is_own(&self, makers: &Makers, base: i64, version: i64) -> bool {
        base >= deleted_at(makers)
            && makers.get(&version).is_some_and(|maker| {
                maker.split_once('/') == Some((&self.caller.principal.user, self.caller.client))
            })
    }

    /// Returns the version that the edit was made on; a creation has seen none.
    fn base(&self) -> Option<i64> {
        match (self.command.op, self.command.base) {
            (Op::Create, _) => Some(0),
            (_, Some(base)) => Some(i64::try_from(base).unwrap_or(i64::MAX)),
            (_, None) => None,
        }
    }

    fn base_missing(&self) -> CommandResult {
        let error = field_problem("/base", "required", "the version that the edit was made on");
        rejected(self.command, vec![error])
    }

    fn not_found(&self) -> CommandResult {
        let detail = format!("there is no {} {}", self.kind.label(), self.command.id);
        refused(self.command, Status::NotFound, refusal::not_found(detail))
    }

    fn noop(&self, ledger: &mut Ledger<'_>, old: &Stored) -> Result<CommandResult> {
        let base = self.base().unwrap_or_default();
        self.audit(ledger, old, Touched::nothing(), Status::Noop, base)?;
        Ok(done(self.command, Status::Noop, old))
    }

    fn gone(&self, old: &Stored) -> Result<CommandResult> {
        let detail = format!("{} {} was deleted", self.kind.label(), old.id);
        Ok(CommandResult {
            server: Some(row(old)?),
            version: version(old),
            ..refused(self.command, Status::Gone, refusal::gone(detail))
        })
    }

    fn conflict(
        &self,
        ledger: &Ledger<'_>,
        old: &Stored,
        fields: Vec<String>,
    ) -> Result<CommandResult> {
        let changed = rival(ledger, old, &fields)?;
        let detail = format!(
            "version {} of {} by {} has other values",
            old.version, old.updated_at, old.updated_by
        );
        Ok(CommandResult {
            fields,
            base: self.base().map(i64::unsigned_abs),
            changed_at: changed.as_ref().map(|(_, at)| *at),
            changed_by: changed.map(|(user, _)| user),
            server: Some(row(old)?),
            version: version(old),
            ..refused(self.command, Status::Conflict, refusal::conflict(detail))
        })
    }
}

/// Returns who changed these fields last, and when; nothing where that lies too far back to be found.
fn rival(
    ledger: &Ledger<'_>,
    old: &Stored,
    fields: &[String],
) -> Result<Option<(String, Timestamp)>> {
    let fv = state_of(old)?.fv;
    let version = fields.iter().filter_map(|field| fv.get(field)).max();
    match version {
        Some(version) if *version < old.version => ledger.txn.changed(old.kind, &old.id, *version),
        _ => Ok(Some((old.updated_by.clone(), old.updated_at))),
    }
}

fn patch_fields(patch: &Patch) -> Vec<String> {
    patch.fields().into_iter().map(str::to_owned).collect()
}

fn field_problem(pointer: &str, code: &str, detail: &str) -> crate::wire::FieldProblem {
    crate::wire::FieldProblem {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

fn done(command: &Command, status: Status, stored: &Stored) -> CommandResult {
    CommandResult {
        cmd: command.cmd.clone(),
        status,
        version: version(stored),
        seq: Some(stored.seq.unsigned_abs()),
        fields: Vec::new(),
        base: None,
        changed_by: None,
        changed_at: None,
        server: None,
        problem: None,
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the field of the result is optional"
)]
fn version(stored: &Stored) -> Option<u64> {
    Some(stored.version.unsigned_abs())
}

fn refused(command: &Command, status: Status, problem: Problem) -> CommandResult {
    refused_by_id(&command.cmd, status, problem)
}

fn refused_by_id(cmd: &str, status: Status, problem: Problem) -> CommandResult {
    CommandResult {
        cmd: cmd.to_owned(),
        status,
        version: None,
        seq: None,
        fields: Vec::new(),
        base: None,
        changed_by: None,
        changed_at: None,
        server: None,
        problem: Some(problem),
    }
}

fn rejected(command: &Command, errors: Vec<crate::wire::FieldProblem>) -> CommandResult {
    refused(command, Status::Rejected, refusal::invalid(errors))
}

/// Returns a stored record as the wire shows it; a deleted one with its last fields.
pub(crate) fn row(stored: &Stored) -> Result<Row> {
    Ok(Row {
        kind: stored.kind.name().to_owned(),
        id: stored.id.clone(),
        version: stored.version.unsigned_abs(),
        seq: stored.seq.unsigned_abs(),
        updated_at: Some(stored.updated_at),
        updated_by: Some(stored.updated_by.clone()),
        fields: parse_fields(&stored.fields)?,
        fv: parse_versions(&stored.fv)?
            .into_iter()
            .map(|(field, version)| (field, Json::from(version)))
            .collect(),
        deleted: stored.life == Life::Deleted,
        left: false,
    })
}
