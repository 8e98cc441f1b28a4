//! Where the cursor goes when something is taken back.

use super::App;
use crate::effect::{Batch, BatchRole, Edit, Effect};
use crate::pane::Place;

/// Returns the rows to go back to, the first that is there first: where the cursor stood, else what comes back, of
/// that the first row.
fn rows_after(stood: Option<&String>, batch: &Batch) -> Vec<String> {
    // What is taken back is undone from its end: the last edit was the first row.
    let rows = batch.edits.iter().rev().flat_map(rows_of);
    stood.cloned().into_iter().chain(rows).collect()
}

/// Returns the keys under which the record of an edit, or what it was about, may stand in a list.
fn rows_of(edit: &Edit) -> Vec<String> {
    let about = |name: &str| {
        let field = edit.before.get(name).or_else(|| edit.patch.set.get(name));
        let id = field.and_then(serde_json::Value::as_str)?;
        Some(format!("{name}:{id}"))
    };
    let own = Some(edit.id.clone());
    [own, about("lead"), about("network")]
        .into_iter()
        .flatten()
        .collect()
}

impl App {
    /// Takes note of the batches that were made while the cursor stood on a row; returns the rows to go back to.
    pub(super) fn take_note(&mut self, effects: &[Effect], stood: Option<&str>) -> Vec<String> {
        let mut back = Vec::new();
        for effect in effects {
            let Effect::Save(batch) = effect else {
                continue;
            };
            self.pending_edits.made(batch);
            for shelf in self.screen.shelves.values_mut() {
                let ids = batch.edits.iter().map(|edit| edit.id.as_str());
                shelf.list.admit(ids);
            }
            if let BatchRole::Undo(of) = &batch.role {
                back = rows_after(self.stood.get(of), batch);
            } else if let Some(stood) = stood {
                self.stood.insert(batch.id.clone(), stood.to_owned());
            }
        }
        back
    }

    /// Puts the cursor on the first of these rows that stands in the list of a place; in the other places on the
    /// row that it stood on before, where that has come back.
    pub(super) fn go_back_to(&mut self, place: Place, rows: &[String]) {
        if rows.is_empty() {
            return;
        }
        for shelf in self.screen.shelves.values_mut() {
            shelf.list.come_back(rows);
        }
        if let Some(shelf) = self.screen.shelves.get_mut(&place) {
            let _ = rows.iter().any(|key| shelf.list.go_to_key(key));
        }
    }
}
