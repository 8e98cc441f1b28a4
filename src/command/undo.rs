//! Undo and redo by batch, over restarts and after sync.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{CommandError, Cx};
use crate::effect::{Batch, BatchRole, Edit};
use crate::pane::Tone;
use crate::record::{AnyRef, Kind, Op, Patch, StageEvent};

/// The batches that can be taken back and those that can be done again.
///
/// The store keeps the same log on disk, so it is filled again at start.
#[derive(Clone, Debug, Default)]
pub struct UndoLog {
    done: Vec<Batch>,
    undone: Vec<Batch>,
    /// The batches whose records were asked for: the one to take back next, the one to do again next.
    read: [String; 2],
}

impl UndoLog {
    /// Puts what is on disk, oldest first, behind what was done since the start.
    pub fn restore(&mut self, done: Vec<Batch>, undone: Vec<Batch>) {
        let known = |id: &str| {
            self.done
                .iter()
                .chain(&self.undone)
                .any(|batch| batch.id == id)
        };
        let older: Vec<Batch> = done.into_iter().filter(|batch| !known(&batch.id)).collect();
        let older_undone: Vec<Batch> = undone
            .into_iter()
            .filter(|batch| self.done.is_empty() && !known(&batch.id))
            .collect();
        self.done.splice(0..0, older);
        self.undone.splice(0..0, older_undone);
    }

    /// Takes in a batch that was made.
    pub fn record(&mut self, batch: &Batch) {
        match &batch.role {
            BatchRole::Edit => {
                self.done.push(batch.clone());
                self.undone.clear();
            }
            BatchRole::Undo(id) => {
                if let Some(at) = self.done.iter().rposition(|done| done.id == *id) {
                    let taken = self.done.remove(at);
                    self.undone.push(taken);
                }
            }
            BatchRole::Redo(id) => {
                if let Some(at) = self.undone.iter().rposition(|undone| undone.id == *id) {
                    let mut again = self.undone.remove(at);
                    again.edits.clone_from(&batch.edits);
                    again.id.clone_from(&batch.id);
                    self.done.push(again);
                }
            }
        }
    }

    /// Returns what undo would take back.
    pub fn last(&self) -> Option<&Batch> {
        self.done.last()
    }

    /// Returns what was done and still stands, oldest first.
    pub fn standing(&self) -> &[Batch] {
        &self.done
    }

    /// Returns what redo would do again.
    pub fn next(&self) -> Option<&Batch> {
        self.undone.last()
    }

    /// Names the records that taking back, or doing again, would change next; each batch is asked about once,
    /// until [`UndoLog::read_again`].
    pub fn unread(&mut self) -> Vec<AnyRef> {
        let mut links = Vec::new();
        for (batches, read) in [&self.done, &self.undone].into_iter().zip(&mut self.read) {
            let Some(batch) = batches.last().filter(|batch| batch.id != *read) else {
                continue;
            };
            read.clone_from(&batch.id);
            let changed = batch.edits.iter().filter(|edit| edit.op != Op::Delete);
            links.extend(changed.map(|edit| AnyRef::new(edit.kind, &edit.id)));
        }
        links
    }

    /// Notes that what was read is not in memory any more.
    pub fn read_again(&mut self) {
        self.read = Default::default();
    }

    /// Forgets a batch that could not be saved.
    pub fn forget(&mut self, id: &str) {
        self.done.retain(|batch| batch.id != id);
    }
}

/// Takes back the last batch.
pub(super) fn undo(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let Some(batch) = cx.undo.last().cloned() else {
        return Err(CommandError::NoTarget("there is nothing to undo".into()));
    };
    let mut kept = 0;
    let mut copies = Copies::default();
    for edit in batch.edits.iter().rev() {
        if edit.kind.is_append_only() {
            kept += usize::from(!step_back(cx, edit));
        } else {
            let (op, patch) = take_back(edit);
            copies.apply(cx, edit, op, &patch)?;
        }
    }
    let all = kept == batch.edits.len();
    cx.label(format!("undo: {}", batch.label));
    cx.set_role(BatchRole::Undo(batch.id.clone()));
    if all {
        let stays = "it stays as it was written, write another that corrects it";
        cx.say(Tone::Info, format!("{}: {stays}", batch.label));
    } else {
        cx.say(Tone::Done, format!("took back: {}", batch.label));
    }
    Ok(())
}

/// Does again the batch that was taken back last.
pub(super) fn redo(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let Some(batch) = cx.undo.next().cloned() else {
        return Err(CommandError::NoTarget("there is nothing to redo".into()));
    };
    let mut copies = Copies::default();
    for edit in &batch.edits {
        if !edit.kind.is_append_only() {
            copies.apply(cx, edit, edit.op, &edit.patch)?;
        } else if let Some(event) = event_of(edit) {
            let at = Some(cx.world.view.now);
            cx.create(StageEvent { at, ..event });
        }
    }
    cx.label(format!("redo: {}", batch.label));
    cx.set_role(BatchRole::Redo(batch.id.clone()));
    cx.say(Tone::Done, format!("did again: {}", batch.label));
    Ok(())
}

/// Enters the way back into the history of a lead, which keeps both steps; says whether there was a step.
fn step_back(cx: &mut Cx<'_>, edit: &Edit) -> bool {
    let Some(event) = event_of(edit) else {
        return false;
    };
    let by = Some(cx.world.my_id());
    cx.create(StageEvent {
        from: event.to,
        to: event.from,
        at: Some(cx.world.view.now),
        by,
        reason: "taken back".into(),
        ..event
    });
    true
}

fn event_of(edit: &Edit) -> Option<StageEvent> {
    if edit.kind != Kind::StageEvent {
        return None;
    }
    serde_json::from_value(edit.patch.set.clone().into()).ok()
}

/// The new ids of records that were deleted and are made again: a deleted id stays deleted.
#[derive(Default)]
struct Copies(HashMap<String, String>);

impl Copies {
    /// Applies an edit of a batch, with the new ids in the place of the old ones.
    fn apply(
        &mut self,
        cx: &mut Cx<'_>,
        edit: &Edit,
        op: Op,
        patch: &Patch,
    ) -> Result<(), CommandError> {
        if op == Op::Create {
            let id = cx.world.ids.next(cx.world.view.now);
            self.0.insert(edit.id.clone(), id);
        }
        let patch = Patch {
            set: self.renamed(&patch.set),
            unset: patch.unset.clone(),
            add: self.renamed(&patch.add),
            remove: self.renamed(&patch.remove),
        };
        let id = self.of(&edit.id).unwrap_or(&edit.id).to_owned();
        cx.apply(edit.kind, &id, op, patch)
    }

    fn of(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    fn renamed(&self, fields: &Map<String, Json>) -> Map<String, Json> {
        let mut fields = fields.clone();
        fields.values_mut().for_each(|value| self.rename(value));
        fields
    }

    fn rename(&self, value: &mut Json) {
        match value {
            Json::String(text) => {
                if let Some(new) = self.of(text) {
                    new.clone_into(text);
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Json::Object(fields) => fields.values_mut().for_each(|item| self.rename(item)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

/// Computes the operation that takes an edit back.
fn take_back(edit: &Edit) -> (Op, Patch) {
    match edit.op {
        Op::Create => (Op::Delete, Patch::default()),
        Op::Delete => (
            Op::Create,
            Patch {
                set: edit.before.clone(),
                ..Patch::default()
            },
        ),
        Op::Update => (Op::Update, edit.patch.inverse(&edit.before)),
    }
}
