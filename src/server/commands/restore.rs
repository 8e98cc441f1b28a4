//! Bringing back a record that was deleted, under its own id.

use serde_json::Value as Json;

use super::{Edit, done, patch_fields, rejected};
use crate::record::Patch;
use crate::server::ledger::{Ledger, Touched};
use crate::server::merge::{State, parse_fields};
use crate::server::storage::{Life, Result, Stored};
use crate::server::{rules, validate};
use crate::wire::{CommandResult, Op, Status};

impl Edit<'_> {
    /// Tells whether a creation means the deletion that the server has: only who has seen it can take it back.
    pub(super) fn brings_back(&self, old: &Stored) -> bool {
        self.command.op == Op::Create
            && self.command.base == u64::try_from(old.version).ok()
            && !self.is_append_only()
    }

    /// Makes a deleted record live again with the fields of the command; what the contract does not know of it
    /// stays as it was.
    pub(super) fn restore(&self, ledger: &mut Ledger<'_>, old: &Stored) -> Result<CommandResult> {
        let command = self.command;
        if let Some(result) = self.forbidden(&patch_fields(&command.patch)) {
            return Ok(result);
        }
        let problems = validate::patch_problems(self.kind, &command.patch);
        if !problems.is_empty() {
            return Ok(rejected(command, problems));
        }
        let mut fields = parse_fields(&old.fields)?;
        let known: Vec<String> = fields.keys().cloned().collect();
        fields.retain(|name, _| self.kind.field(name).is_none());
        let patch = Patch {
            set: command.patch.set.clone(),
            ..Patch::default()
        };
        patch.apply(&mut fields);
        fields.retain(|_, value: &mut Json| !value.is_null());
        let mut state = State {
            fields,
            ..State::default()
        };
        rules::complete(self.kind, &mut state, ledger.now);
        self.claim(&mut state);
        let next = old.version + 1;
        state.fv = state
            .fields
            .keys()
            .chain(&known)
            .map(|name| (name.clone(), next))
            .collect();
        let fields = match self.check(ledger, None, &state)? {
            Ok(fields) => fields,
            Err(refusal) => return Ok(*refusal),
        };
        let stored = self.put(ledger, &state, fields, Life::Live, Some(old))?;
        let touched = Touched::new(state.fields.keys(), &State::default(), &state);
        self.audit(ledger, &stored, touched, Status::Applied, old.version)?;
        self.follow(ledger, Op::Update, &stored, &state)?;
        Ok(done(command, Status::Applied, &stored))
    }
}
