//! The edits that wait, a line each.

use crate::effect::{OutboxRow, OutboxState};

/// Says of an edit what it is and how far it has come.
pub(super) fn line(row: &OutboxRow) -> String {
    let word = row.state.word();
    let mut state = match row.state.refusal() {
        Some(why) => format!("{word}: {why}"),
        None => word.to_owned(),
    };
    if let OutboxState::Damaged { read, .. } = &row.state
        && !read.is_empty()
    {
        state.push_str("; was read: ");
        state.extend(read.chars().take(500));
    }
    format!(
        "{}  {}:{}  {}  {state}",
        row.edit.cmd,
        row.edit.kind,
        row.edit.id,
        row.edit.patch.fields().join(",")
    )
}
