//! Where the cursor goes when something is taken back.

use super::App;
use crate::effect::Edit;
use crate::pane::Place;

/// Returns the keys under which the record of an edit, or what it was about, may stand in a list.
pub(super) fn rows_of(edit: &Edit) -> Vec<String> {
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
