//! Edits of one record that follow each other: which version does the next one stand on?
//!
//! Two edits made before the first was sent have the same base version. When the server has applied the
//! first, its version is higher, and the second would meet a conflict with the user's own change. So the
//! base of the second moves on to the version that the first one made, but only when every field that it
//! touches was seen by the user in that state: unchanged since its old base, or changed by the own edit.
//! Otherwise it stays, and the server reports the conflict that there is.

use serde_json::{Map, Value as Json};

/// An own edit of the same record that the server has applied.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// The version that it made.
    pub(super) version: u64,
    /// The version that it stood on; 0 for a creation.
    pub(super) base: u64,
    /// The fields that it touched.
    pub(super) fields: Vec<String>,
    /// Which version changed each field last, where the server sent the record along.
    pub(super) fv: Option<Map<String, Json>>,
}

/// What the next edit touches.
#[derive(Clone, Copy, Debug)]
pub(super) enum Touched<'a> {
    /// These fields.
    Fields(&'a [&'a str]),
    /// All of the record: it is to be deleted.
    Everything,
}

/// Returns the version that the next edit may stand on, given the own edits before it in their order.
pub(super) fn base_after(base: u64, touched: Touched<'_>, own: &[Own]) -> u64 {
    own.iter().fold(base, |base, own| {
        if own.version > base && covers(base, touched, own) {
            own.version
        } else {
            base
        }
    })
}

fn covers(base: u64, touched: Touched<'_>, own: &Own) -> bool {
    // It made the version right after its own base: nobody else changed anything in between.
    if own.version == own.base + 1 && own.base <= base {
        return true;
    }
    let seen = |version: &Json| {
        version
            .as_u64()
            .is_some_and(|at| at <= base || at == own.version)
    };
    match (touched, &own.fv) {
        (Touched::Fields(fields), fv) => fields.iter().all(|field| {
            own.fields.iter().any(|mine| mine == field)
                || fv
                    .as_ref()
                    .is_some_and(|fv| fv.get(*field).is_none_or(seen))
        }),
        (Touched::Everything, Some(fv)) => fv.values().all(seen),
        (Touched::Everything, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn own(version: u64, base: u64, fields: &[&str], fv: Option<Json>) -> Own {
        Own {
            version,
            base,
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
            fv: fv.and_then(|fv| fv.as_object().cloned()),
        }
    }

    #[test]
    fn the_next_edit_stands_on_the_own_version() {
        let first = own(18, 17, &["stage"], None);
        assert_eq!(
            base_after(
                17,
                Touched::Fields(&["stage"]),
                std::slice::from_ref(&first)
            ),
            18
        );
        assert_eq!(
            base_after(17, Touched::Fields(&["name"]), std::slice::from_ref(&first)),
            18
        );
        assert_eq!(base_after(17, Touched::Everything, &[first]), 18);
    }

    #[test]
    fn a_whole_chain_is_followed() {
        let chain = [own(18, 17, &["a"], None), own(19, 18, &["b"], None)];
        assert_eq!(base_after(17, Touched::Fields(&["a"]), &chain), 19);
    }

    #[test]
    fn a_field_that_others_changed_stays_a_conflict() {
        let fv = json!({"stage": 19, "name": 18, "note": 3});
        let merged = own(19, 17, &["stage"], Some(fv));
        let after = |fields: &[&str]| {
            base_after(17, Touched::Fields(fields), std::slice::from_ref(&merged))
        };
        assert_eq!(after(&["name"]), 17);
        assert_eq!(after(&["stage", "name"]), 17);
        assert_eq!(after(&["note"]), 19);
        assert_eq!(after(&["stage"]), 19);
        assert_eq!(
            base_after(17, Touched::Everything, std::slice::from_ref(&merged)),
            17
        );
    }

    #[test]
    fn without_the_record_only_the_own_fields_are_known() {
        // The reply to the first sending was lost, and others may have come before it.
        let late = own(20, 17, &["stage"], None);
        assert_eq!(
            base_after(17, Touched::Fields(&["stage"]), std::slice::from_ref(&late)),
            20
        );
        assert_eq!(base_after(17, Touched::Fields(&["name"]), &[late]), 17);
    }

    #[test]
    fn what_stood_on_a_newer_version_hides_nothing() {
        // "Mine" was chosen on top of version 20; a later edit made on 17 never saw what 18 to 20 did.
        let mine = own(21, 20, &["stage"], None);
        assert_eq!(
            base_after(17, Touched::Fields(&["name"]), std::slice::from_ref(&mine)),
            17
        );
        assert_eq!(base_after(17, Touched::Fields(&["stage"]), &[mine]), 21);
    }

    #[test]
    fn an_older_own_edit_changes_nothing() {
        assert_eq!(
            base_after(30, Touched::Everything, &[own(18, 17, &[], None)]),
            30
        );
    }
}
