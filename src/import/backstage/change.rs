//! What an import changes, what it leaves, and how many rows have which fate.

use serde_json::{Map, Value as Json};

use crate::record::{Kind, Op, Patch};

/// A change of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Kind of the record.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What is done.
    pub op: Op,
    /// The version that was compared; 0 for a new record.
    pub base: u64,
    /// The fields as they are.
    pub before: Map<String, Json>,
    /// The change.
    pub patch: Patch,
    /// The creator's handle, or the id where there is none.
    pub who: String,
    /// The row of the file; 0 for a figure of a CN, which comes from many rows.
    pub line: usize,
}

/// A value that a person typed and that stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The row of the file.
    pub line: usize,
    /// The creator's handle.
    pub who: String,
    /// The field.
    pub field: String,
    /// The value that stays.
    pub mine: Json,
    /// What the file says.
    pub theirs: Json,
}

/// How many rows of which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Rows below the header.
    pub rows: usize,
    /// Rows whose creator was found by id.
    pub by_id: usize,
    /// Rows whose creator was found by handle.
    pub by_handle: usize,
    /// Creators that are made.
    pub created: usize,
    /// Creators that change.
    pub updated: usize,
    /// Figures that are made.
    pub new_figures: usize,
    /// Figures that change.
    pub changed_figures: usize,
    /// Figures of CNs that are made or change: what their creators add up to.
    pub totals: usize,
    /// Rows that say nothing new.
    pub unchanged: usize,
    /// Rows that say again what another row of the file says.
    pub repeated: usize,
    /// Rows older than what is there.
    pub older: usize,
    /// Rows that could not be used.
    pub unmatched: usize,
}
