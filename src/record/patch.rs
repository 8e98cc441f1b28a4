//! What an edit changes: the difference between two states of one record's fields.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{FieldType, Kind};

/// What a command does to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Makes a new record; repeating it with the same id changes nothing.
    Create,
    /// Changes fields of a record.
    Update,
    /// Deletes a record.
    Delete,
}

/// A change of a record's fields, in the form that the wire carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// Fields that get a new value.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Json>,
    /// Fields that become empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
    /// Values added to set-like fields; commutes with other people's additions.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub add: Map<String, Json>,
    /// Values removed from set-like fields.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub remove: Map<String, Json>,
}

impl Patch {
    /// Tells whether the patch changes nothing.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
            && self.unset.is_empty()
            && self.add.is_empty()
            && self.remove.is_empty()
    }

    /// Returns the names of the fields that it touches, sorted.
    pub fn fields(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .set
            .keys()
            .chain(&self.unset)
            .chain(self.add.keys())
            .chain(self.remove.keys())
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Applies the patch to a record's fields.
    pub fn apply(&self, fields: &mut Map<String, Json>) {
        for (name, value) in &self.set {
            fields.insert(name.clone(), value.clone());
        }
        for name in &self.unset {
            fields.remove(name);
        }
        self.apply_to_lists(fields);
    }

    /// Applies what the patch adds to and removes from set-like fields.
    pub fn apply_to_lists(&self, fields: &mut Map<String, Json>) {
        for (name, added) in &self.add {
            let entry = fields
                .entry(name.clone())
                .or_insert_with(|| Json::Array(Vec::new()));
            if let (Json::Array(have), Json::Array(more)) = (entry, added) {
                for value in more {
                    if !have.contains(value) {
                        have.push(value.clone());
                    }
                }
            }
        }
        for (name, removed) in &self.remove {
            if let (Some(Json::Array(have)), Json::Array(gone)) = (fields.get_mut(name), removed) {
                have.retain(|value| !gone.contains(value));
                if have.is_empty() {
                    fields.remove(name);
                }
            }
        }
    }
}

/// Computes the patch that leads from one state of a record's fields to another.
///
/// Lists of plain texts, ids or links become additions and removals, so that two people who add to the
/// same list do not conflict; every other field is replaced whole.
pub fn diff(kind: Kind, before: &Map<String, Json>, after: &Map<String, Json>) -> Patch {
    let mut patch = Patch::default();
    for (name, new) in after {
        let old = before.get(name);
        if old == Some(new) {
            continue;
        }
        match (old, new) {
            (Some(Json::Array(old)), Json::Array(new)) if is_set(kind, name) => {
                let added: Vec<Json> = new
                    .iter()
                    .filter(|value| !old.contains(value))
                    .cloned()
                    .collect();
                let removed: Vec<Json> = old
                    .iter()
                    .filter(|value| !new.contains(value))
                    .cloned()
                    .collect();
                if added.is_empty() && removed.is_empty() {
                    // Only the order differs: that is an edit of the list as a whole.
                    patch.set.insert(name.clone(), Json::Array(new.clone()));
                } else {
                    if !added.is_empty() {
                        patch.add.insert(name.clone(), Json::Array(added));
                    }
                    if !removed.is_empty() {
                        patch.remove.insert(name.clone(), Json::Array(removed));
                    }
                }
            }
            (None, Json::Array(new)) if is_set(kind, name) => {
                patch.add.insert(name.clone(), Json::Array(new.clone()));
            }
            _ => {
                patch.set.insert(name.clone(), new.clone());
            }
        }
    }
    for name in before.keys() {
        if !after.contains_key(name) {
            patch.unset.push(name.clone());
        }
    }
    patch
}

fn is_set(kind: Kind, field: &str) -> bool {
    matches!(
        kind.field(field).map(|info| info.ty),
        Some(FieldType::Many(
            FieldType::Text | FieldType::Link(_) | FieldType::AnyLink | FieldType::Date
        ))
    )
}

impl Patch {
    /// Returns the patch that takes this one back, given the fields as they were before it.
    #[must_use]
    pub fn inverse(&self, before: &Map<String, Json>) -> Self {
        let mut inverse = Self::default();
        for name in self.set.keys().chain(&self.unset) {
            match before.get(name) {
                Some(old) => {
                    inverse.set.insert(name.clone(), old.clone());
                }
                None => inverse.unset.push(name.clone()),
            }
        }
        for (name, added) in &self.add {
            let had = before.get(name).and_then(Json::as_array);
            let news: Vec<Json> = added
                .as_array()
                .into_iter()
                .flatten()
                .filter(|value| had.is_none_or(|had| !had.contains(value)))
                .cloned()
                .collect();
            inverse.remove.insert(name.clone(), Json::Array(news));
        }
        for (name, removed) in &self.remove {
            let had = before.get(name).and_then(Json::as_array);
            let gone: Vec<Json> = removed
                .as_array()
                .into_iter()
                .flatten()
                .filter(|value| had.is_some_and(|had| had.contains(value)))
                .cloned()
                .collect();
            inverse.add.insert(name.clone(), Json::Array(gone));
        }
        inverse
    }
}
