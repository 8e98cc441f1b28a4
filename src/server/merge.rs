//! The three-way merge of one command into one record, field by field.
//!
//! A scalar field is in conflict when someone else changed it after the version that the user saw and the
//! values differ. Additions to and removals from set-like fields commute. Nothing is applied when any
//! field is in conflict.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::storage::{Result, StorageError};
use crate::record::Patch;

/// The fields of a record.
pub(crate) type Fields = Map<String, Json>;

/// For each field that changed since the creation the version that changed it last.
pub(crate) type Versions = BTreeMap<String, i64>;

/// For each version that is still the newest of some field the cache that made it.
pub(crate) type Makers = BTreeMap<i64, String>;

/// Reads stored fields.
pub(crate) fn parse_fields(text: &str) -> Result<Fields> {
    serde_json::from_str(text)
        .map_err(|error| StorageError::Damaged(format!("the fields of a record: {error}")))
}

/// Reads stored versions of fields.
pub(crate) fn parse_versions(text: &str) -> Result<Versions> {
    serde_json::from_str(text)
        .map_err(|error| StorageError::Damaged(format!("the versions of fields: {error}")))
}

/// Returns the version with which the record was deleted before it was brought back, or 0: it stands among the
/// makers as a number below zero.
pub(crate) fn deleted_at(makers: &Makers) -> i64 {
    makers.keys().next().map_or(0, |first| (-first).max(0))
}

/// Reads the stored makers of versions.
pub(crate) fn parse_makers(text: &str) -> Result<Makers> {
    serde_json::from_str(text)
        .map_err(|error| StorageError::Damaged(format!("the makers of versions: {error}")))
}

/// A record as the merge sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) fields: Fields,
    pub(crate) fv: Versions,
}

impl State {
    /// Returns the version that last changed a field: 1 is the creation, 0 means that it never had a value.
    pub(crate) fn version_of(&self, field: &str) -> i64 {
        match self.fv.get(field) {
            Some(version) => *version,
            None => i64::from(self.fields.contains_key(field)),
        }
    }

    /// Gives a field a value (or none) and notes the version; tells whether that was a change.
    pub(crate) fn set(&mut self, field: &str, value: Option<Json>, version: i64) -> bool {
        if same(self.fields.get(field), value.as_ref()) {
            return false;
        }
        match value {
            Some(value) => self.fields.insert(field.to_owned(), value),
            None => self.fields.remove(field),
        };
        self.fv.insert(field.to_owned(), version);
        true
    }

    /// Returns the text of a field, or an empty one.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(Json::as_str)
            .unwrap_or_default()
    }
}

/// What came of a merge.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Merged {
    /// The record afterwards; unchanged where there are conflicts.
    pub(crate) state: State,
    /// The fields that changed.
    pub(crate) changed: Vec<String>,
    /// The fields in conflict.
    pub(crate) conflicts: Vec<String>,
}

/// On which ground a command is merged.
pub(crate) struct Ground<'a> {
    /// The version that the user saw.
    pub(crate) base: i64,
    /// The version that the record gets.
    pub(crate) next: i64,
    /// Fields that the server keeps: where they moved on, the user's value gives way without a conflict.
    pub(crate) kept: &'a [&'a str],
    /// Tells whether the sender of the command made this version itself: then the user has seen it.
    pub(crate) own: &'a dyn Fn(i64) -> bool,
}

/// Merges a patch into a record.
pub(crate) fn merge(patch: &Patch, before: &State, ground: &Ground<'_>) -> Merged {
    let mut state = before.clone();
    let mut merged = Merged::default();
    let sets = patch
        .set
        .iter()
        .map(|(field, value)| (field, Some(value).filter(|value| !value.is_null())));
    for (field, value) in sets.chain(patch.unset.iter().map(|field| (field, None))) {
        if same(before.fields.get(field), value) {
            continue;
        }
        let version = before.version_of(field);
        if version > ground.base && !(ground.own)(version) {
            if !ground.kept.contains(&field.as_str()) {
                merged.conflicts.push(field.clone());
            }
            continue;
        }
        state.set(field, value.cloned(), ground.next);
        merged.changed.push(field.clone());
    }
    if !(patch.add.is_empty() && patch.remove.is_empty()) {
        patch.apply_to_lists(&mut state.fields);
        let removed = patch.remove.keys();
        let removed = removed.filter(|field| !patch.add.contains_key(*field));
        for field in patch.add.keys().chain(removed) {
            if state.fields.get(field) == Some(&Json::Array(Vec::new())) {
                state.fields.remove(field);
            }
            if !same(before.fields.get(field), state.fields.get(field)) {
                state.fv.insert(field.clone(), ground.next);
                merged.changed.push(field.clone());
            }
        }
    }
    merged.conflicts.sort_unstable();
    merged.changed.sort_unstable();
    merged.state = if merged.conflicts.is_empty() {
        state
    } else {
        before.clone()
    };
    merged
}

/// Tells whether two values mean the same: an absent field equals an empty one.
pub(crate) fn same(left: Option<&Json>, right: Option<&Json>) -> bool {
    match (
        left.filter(|v| !is_empty(v)),
        right.filter(|v| !is_empty(v)),
    ) {
        (None, None) => true,
        (Some(Json::Number(left)), Some(Json::Number(right))) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// Applies a JSON merge patch (RFC 7396) to one value.
pub(crate) fn merge_patch(target: Option<&Json>, patch: &Json) -> Json {
    let Json::Object(patch) = patch else {
        return patch.clone();
    };
    let mut merged = match target {
        Some(Json::Object(fields)) => fields.clone(),
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            merged.remove(name);
        } else {
            let value = merge_patch(merged.get(name), value);
            merged.insert(name.clone(), value);
        }
    }
    Json::Object(merged)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(fields: &Json, fv: &Json) -> State {
        State {
            fields: fields.as_object().unwrap().clone(),
            fv: serde_json::from_value(fv.clone()).unwrap(),
        }
    }

    fn patch(json: &Json) -> Patch {
        serde_json::from_value(json.clone()).unwrap()
    }

    fn merged(change: &Json, before: &State, base: i64) -> Merged {
        merge(
            &patch(change),
            before,
            &Ground {
                base,
                next: 9,
                kept: &["new"],
                own: &|version| version == 5,
            },
        )
    }

    /// One row a case: the patch, the version it was based on, the fields that change, the conflicts.
    #[test]
    fn the_merge_table() {
        let before = state(
            &json!({"stage": "b", "note": "n", "labels": ["x"], "new": 3, "mine": "m", "n": 1}),
            &json!({"stage": 8, "labels": 8, "new": 8, "mine": 5}),
        );
        let cases = [
            (json!({"set": {"stage": "c"}}), 8, vec!["stage"], vec![]),
            (json!({"set": {"stage": "c"}}), 7, vec![], vec!["stage"]),
            (json!({"set": {"stage": "b"}}), 7, vec![], vec![]),
            (json!({"unset": ["stage"]}), 7, vec![], vec!["stage"]),
            (json!({"set": {"stage": null}}), 8, vec!["stage"], vec![]),
            (json!({"set": {"note": "o"}}), 1, vec!["note"], vec![]),
            (json!({"set": {"note": "o"}}), 0, vec![], vec!["note"]),
            (
                json!({"set": {"note": "o", "stage": "c"}}),
                7,
                vec!["note"],
                vec!["stage"],
            ),
            (json!({"add": {"labels": ["y"]}}), 1, vec!["labels"], vec![]),
            (json!({"add": {"labels": ["x"]}}), 1, vec![], vec![]),
            (
                json!({"remove": {"labels": ["x"]}}),
                1,
                vec!["labels"],
                vec![],
            ),
            (json!({"remove": {"labels": ["z"]}}), 1, vec![], vec![]),
            (json!({"set": {"labels": ["z"]}}), 7, vec![], vec!["labels"]),
            (json!({"set": {"new": 0}}), 7, vec![], vec![]),
            (json!({"set": {"new": 0}}), 8, vec!["new"], vec![]),
            (json!({"set": {"mine": "n"}}), 2, vec!["mine"], vec![]),
            (json!({"set": {"n": 1.0}}), 1, vec![], vec![]),
            (json!({"set": {"unheard": ""}}), 1, vec![], vec![]),
            (
                json!({"set": {"unheard": {"of": 1}}}),
                0,
                vec!["unheard"],
                vec![],
            ),
        ];
        for (change, base, changed, conflicts) in cases {
            let merged = merged(&change, &before, base);
            assert_eq!(merged.changed, changed, "{change} on {base}");
            assert_eq!(merged.conflicts, conflicts, "{change} on {base}");
            if !conflicts.is_empty() {
                assert_eq!(merged.state, before, "{change} on {base}");
            }
            for field in changed.iter().filter(|_| conflicts.is_empty()) {
                assert_eq!(merged.state.version_of(field), 9);
            }
        }
    }

    #[test]
    fn a_merge_patch_reaches_into_objects() {
        let target = json!({"minor": 1, "currency": "USD"});
        let merged = merge_patch(Some(&target), &json!({"minor": 2}));
        assert_eq!(merged, json!({"minor": 2, "currency": "USD"}));
        let cleared = merge_patch(Some(&target), &json!({"currency": null}));
        assert_eq!(cleared, json!({"minor": 1}));
    }
}
