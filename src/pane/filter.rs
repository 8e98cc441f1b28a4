//! The filter of a list, compiled.

use crate::list::World;
use crate::record::Kind;

/// A filter in the query language, ready to be applied to rows of one kind.
pub struct Filter {
    kind: Kind,
    words: Vec<String>,
}

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("filter: {0}")]
pub struct FilterError(pub String);

impl Filter {
    /// Reads a filter for rows of a kind.
    pub fn compile(kind: Kind, text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            kind,
            words: text.split_whitespace().map(crate::text::fold).collect(),
        })
    }

    /// Keeps the rows that fit, in the order that the filter asks for.
    pub fn apply(&self, world: &World, keys: Vec<String>) -> Vec<String> {
        let table = world.any(self.kind);
        keys.into_iter()
            .filter(|id| {
                let title = crate::text::fold(&table.title(id).unwrap_or_default());
                self.words.iter().all(|word| title.contains(word))
            })
            .collect()
    }
}
