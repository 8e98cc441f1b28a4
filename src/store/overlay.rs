//! What the screen shows: the server's state with the outbox replayed on top.
//!
//! A pure function of one record and the edits that wait for it, so that the same edits always give the same
//! picture, in this console, in a second one and after a restart.

use serde_json::{Map, Value as Json};

use crate::effect::{Edit, RowState};
use crate::record::{Kind, Op};

/// How an edit takes part in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It is shown and the server has not confirmed it.
    Waiting,
    /// It is shown and the server has confirmed it; the mirror has not caught up yet.
    Confirmed,
    /// It is not shown, because the server's value differs and the user has to choose.
    Conflict,
    /// It is not shown, because the server refused it.
    Refused,
}

/// A record as the screen shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) state: RowState,
    pub(super) fields: Map<String, Json>,
}

/// Replays edits on the server's state; `None` stands for a record that is not there.
pub(super) fn overlay<'a>(
    server: Option<Map<String, Json>>,
    edits: impl IntoIterator<Item = (&'a Edit, Part)>,
) -> Option<Shown> {
    let mut there = server.is_some();
    let mut fields = server.unwrap_or_default();
    let mut state = RowState::Clean;
    for (edit, part) in edits {
        let replay = match part {
            Part::Waiting => {
                state = worse(state, RowState::Pending);
                true
            }
            Part::Confirmed => true,
            Part::Conflict => {
                state = worse(state, RowState::Conflict);
                false
            }
            // A creation that was refused has nothing of the server's to show instead.
            Part::Refused => {
                state = worse(state, RowState::Refused);
                edit.op == Op::Create && !there
            }
        };
        if !replay {
            continue;
        }
        match edit.op {
            Op::Create => {
                there = true;
                edit.patch.apply(&mut fields);
            }
            Op::Update if there => update(edit, &mut fields),
            // The record is gone on the server: there is nothing to show the edit on.
            Op::Update => {}
            Op::Delete => {
                there = false;
                fields.clear();
            }
        }
    }
    there.then_some(Shown { state, fields })
}

/// Applies an edit; messages that came into a thread since the edit saw it stay counted, as the server counts them.
fn update(edit: &Edit, fields: &mut Map<String, Json>) {
    let count = |fields: &Map<String, Json>| {
        let count = fields.get("new").and_then(Json::as_i64);
        count.unwrap_or_default()
    };
    let counts = edit.kind == Kind::Thread && edit.patch.fields().contains(&"new");
    let arrived = count(fields) - count(&edit.before);
    edit.patch.apply(fields);
    if counts && arrived > 0 {
        let new = count(fields) + arrived;
        fields.insert("new".to_owned(), new.into());
    }
}

fn worse(one: RowState, other: RowState) -> RowState {
    let rank = |state| match state {
        RowState::Clean => 0,
        RowState::Pending => 1,
        RowState::Refused => 2,
        RowState::Conflict => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::Patch;

    fn edit(op: Op, set: Json) -> Edit {
        let Json::Object(set) = set else {
            panic!("an object")
        };
        Edit {
            cmd: "c".into(),
            kind: Kind::Lead,
            id: "l".into(),
            op,
            base: Some(1),
            patch: Patch {
                set,
                ..Patch::default()
            },
            before: Map::new(),
        }
    }

    fn server() -> Option<Map<String, Json>> {
        json!({"name": "Ann", "stage": "new"}).as_object().cloned()
    }

    #[test]
    fn edits_are_replayed_in_order() {
        let one = edit(Op::Update, json!({"stage": "pitch"}));
        let two = edit(Op::Update, json!({"stage": "signed"}));
        let shown = overlay(server(), [(&one, Part::Confirmed), (&two, Part::Waiting)]).unwrap();
        assert_eq!(shown.fields["stage"], "signed");
        assert_eq!(shown.fields["name"], "Ann");
        assert_eq!(shown.state, RowState::Pending);
    }

    #[test]
    fn a_conflict_shows_the_server_and_says_so() {
        let one = edit(Op::Update, json!({"stage": "pitch"}));
        let two = edit(Op::Update, json!({"name": "Bo"}));
        let shown = overlay(server(), [(&one, Part::Conflict), (&two, Part::Waiting)]).unwrap();
        assert_eq!(shown.fields["stage"], "new");
        assert_eq!(shown.fields["name"], "Bo");
        assert_eq!(shown.state, RowState::Conflict);
    }

    #[test]
    fn what_exists_only_here_is_shown_until_it_is_deleted() {
        let create = edit(Op::Create, json!({"name": "New"}));
        let delete = edit(Op::Delete, json!({}));
        let shown = overlay(None, [(&create, Part::Waiting)]).unwrap();
        assert_eq!(shown.fields["name"], "New");
        assert_eq!(
            overlay(None, [(&create, Part::Waiting), (&delete, Part::Waiting)]),
            None
        );
        let refused = overlay(None, [(&create, Part::Refused)]).unwrap();
        assert_eq!(refused.state, RowState::Refused);
    }

    /// Three were new and done; one came in since, and the thread was reopened: four are.
    #[test]
    fn what_came_in_meanwhile_stays_counted() {
        let thread = |set: Json, unset: &[&str], before: Json| Edit {
            kind: Kind::Thread,
            patch: Patch {
                set: set.as_object().cloned().unwrap(),
                unset: unset.iter().map(|&name| name.to_owned()).collect(),
                ..Patch::default()
            },
            before: before.as_object().cloned().unwrap(),
            ..edit(Op::Update, json!({}))
        };
        let done = thread(json!({"state": "done"}), &["new"], json!({"new": 3}));
        let server = || json!({"state": "open", "new": 4}).as_object().cloned();
        let shown = overlay(server(), [(&done, Part::Waiting)]).unwrap();
        assert_eq!(shown.fields["new"], 1);
        for (set, before) in [(4, json!({"new": 1})), (3, json!({}))] {
            let back = thread(json!({"state": "open", "new": set}), &[], before);
            let edits = [(&done, Part::Waiting), (&back, Part::Waiting)];
            let shown = overlay(server(), edits).unwrap();
            assert_eq!(shown.fields["new"], 4, "taken back with {set}");
        }
        let same = json!({"state": "open", "new": 3}).as_object().cloned();
        let shown = overlay(same, [(&done, Part::Confirmed)]).unwrap();
        assert_eq!(shown.fields.get("new"), None);
    }

    #[test]
    fn an_edit_of_a_record_that_is_gone_brings_nothing_back() {
        let update = edit(Op::Update, json!({"name": "Bo"}));
        assert_eq!(overlay(None, [(&update, Part::Waiting)]), None);
    }
}
