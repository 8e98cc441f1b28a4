//! How a list stands again when something is taken back: its cursor, its marks, the message pointed at.

use super::App;
use crate::effect::{Batch, BatchRole, Edit, Effect};
use crate::pane::Place;

/// How a list stood before a batch was made.
#[derive(Clone, Debug)]
pub(super) struct Stood {
    place: Place,
    /// The row under the cursor.
    cursor: Option<String>,
    /// The marked rows.
    marks: Vec<String>,
    /// The message that the user had gone to, counted from the newest.
    message: Option<usize>,
}

/// Where to go back to.
#[derive(Clone, Debug, Default)]
pub(super) struct Back {
    /// Rows, the first that is there first: where the cursor stood, else what comes back, of that the first row.
    rows: Vec<String>,
    /// How the list stood, where that is known.
    stood: Option<Stood>,
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
    /// Returns how the list in front stands; of rows that a count has marked, as it was before them.
    pub(super) fn stands(&self) -> Option<Stood> {
        let list = self.screen.list()?;
        let marks = list.marked();
        let marks = match &self.counted {
            Some((counted, former)) if *counted == marks => former.clone(),
            _ => marks,
        };
        Some(Stood {
            place: self.screen.active(),
            cursor: list.cursor().map(str::to_owned),
            marks,
            message: self.screen.message,
        })
    }

    /// Returns on how many rows a verb is about to run because a count said so.
    pub(super) fn counted_rows(&self) -> Option<usize> {
        let (counted, _) = self.counted.as_ref()?;
        let list = self.screen.list()?;
        (list.marked() == *counted).then_some(counted.len())
    }

    /// Takes note of the batches that were made while a list stood like this; returns where to go back to.
    pub(super) fn take_note(&mut self, effects: &[Effect], stood: Option<&Stood>) -> Back {
        let mut back = Back::default();
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
                back = Back::of(self.stood.get(of), batch);
                continue;
            }
            if let BatchRole::Redo(of) = &batch.role
                && let Some(first) = self.stood.get(of).filter(|first| !first.marks.is_empty())
            {
                // The verb had used its marks up.
                let place = first.place;
                self.screen.shelf_mut(place).list.clear_marks();
            }
            if let Some(stood) = stood {
                self.stood.insert(batch.id.clone(), stood.clone());
            }
        }
        back
    }

    /// Puts the cursor on the first of these rows that stands in the list of a place; in the other places on the
    /// row that it stood on before, where that has come back. Marks and the message pointed at come back too.
    pub(super) fn go_back_to(&mut self, place: Place, back: Back) {
        if back.rows.is_empty() {
            return;
        }
        for shelf in self.screen.shelves.values_mut() {
            shelf.list.come_back(&back.rows);
        }
        if let Some(shelf) = self.screen.shelves.get_mut(&place) {
            let _ = back.rows.iter().any(|key| shelf.list.go_to_key(key));
        }
        let Some(stood) = back.stood else {
            return;
        };
        if let Some(shelf) = self.screen.shelves.get_mut(&stood.place) {
            shelf.list.mark(stood.marks);
            if stood.place == place && shelf.list.cursor() == stood.cursor.as_deref() {
                self.screen.message = stood.message;
            }
        }
    }
}

impl Back {
    fn of(stood: Option<&Stood>, batch: &Batch) -> Self {
        // What is taken back is undone from its end: the last edit was the first row.
        let rows = batch.edits.iter().rev().flat_map(rows_of);
        let cursor = stood.and_then(|stood| stood.cursor.clone());
        Self {
            rows: cursor.into_iter().chain(rows).collect(),
            stood: stood.cloned(),
        }
    }
}
