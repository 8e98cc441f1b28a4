//! Taking edits off the screen again that were not saved.

use super::World;
use crate::effect::{CacheRow, Edit, RowState};
use crate::record::Op;

impl World {
    /// Takes edits back that were made a moment ago, the last one first.
    pub fn revert(&mut self, edits: &[Edit]) {
        for edit in edits.iter().rev() {
            match edit.op {
                Op::Create => {
                    self.take(edit.kind, &edit.id);
                }
                Op::Update | Op::Delete => {
                    let (version, mut fields) = match self.any(edit.kind).fields(&edit.id) {
                        Some((version, _, fields)) => (version, fields),
                        None => (edit.base.unwrap_or(0), edit.before.clone()),
                    };
                    edit.patch.inverse(&edit.before).apply(&mut fields);
                    self.upsert(&CacheRow {
                        kind: edit.kind,
                        id: edit.id.clone(),
                        version,
                        state: RowState::Clean,
                        fields: serde_json::Value::Object(fields).to_string(),
                    });
                }
            }
        }
    }
}
