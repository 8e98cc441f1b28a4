//! What goes along with a state that is set by hand: an edit says what the verb for it would have said.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{CommandError, Cx};
use crate::record::{FollowUp, Kind, Patch};

/// Adds to a patch what belongs to the state that it sets: when it was done, and what no longer holds. What the patch
/// says itself stands.
pub(super) fn complete(cx: &Cx<'_>, kind: Kind, id: &str, patch: &mut Patch) {
    let before = cx.world.any(kind).fields(id);
    let before = before.map(|(_, _, fields)| fields).unwrap_or_default();
    let text = |fields: &Map<String, Json>, name: &str| {
        let value = fields.get(name).and_then(Json::as_str);
        value.map(str::to_owned)
    };
    let Some(state) =
        text(&patch.set, "state").filter(|state| text(&before, "state").as_ref() != Some(state))
    else {
        return;
    };
    let now = cx.world.view.now;
    let (set, unset): (Vec<(&str, Json)>, &[&str]) = match (kind, state.as_str()) {
        (Kind::FollowUp, "done") => (
            vec![("done_at", now.to_string().into())],
            &["snoozed_until"],
        ),
        (Kind::FollowUp, "open") => (Vec::new(), &["done_at", "snoozed_until"]),
        (Kind::PlanItem, "done") => {
            let today = cx.world.view.today();
            (vec![("done_at", today.to_string().into())], &[])
        }
        (Kind::PlanItem, _) => (Vec::new(), &["done_at"]),
        (Kind::Thread, "done") => {
            let last: Option<Timestamp> = text(&before, "last_at").and_then(|at| at.parse().ok());
            let at = last.map_or(now, |last| last.max(now));
            let mut set = vec![("done_at", Json::from(at.to_string()))];
            if text(&before, "waiting_on").as_deref() == Some("me") {
                set.push(("waiting_on", "nobody".into()));
            }
            (set, &["new", "snoozed_until", "wake_on"])
        }
        (Kind::Thread, "open") => (Vec::new(), &["snoozed_until", "wake_on"]),
        _ => return,
    };
    let said: Vec<String> = patch.fields().into_iter().map(str::to_owned).collect();
    let free = |name: &str| !said.iter().any(|said| said == name);
    for (name, value) in set {
        if free(name) {
            patch.set.insert(name.to_owned(), value);
        }
    }
    for name in unset {
        if free(name) && before.contains_key(*name) {
            patch.unset.push((*name).to_owned());
        }
    }
}

/// Makes the next one of a follow-up that comes again, where an edit has closed it.
pub(super) fn follow(
    cx: &mut Cx<'_>,
    kind: Kind,
    id: &str,
    before: Option<FollowUp>,
) -> Result<(), CommandError> {
    let Some(before) = before.filter(|_| kind == Kind::FollowUp) else {
        return Ok(());
    };
    let after = cx.world.table::<FollowUp>().record(id);
    let done = after.is_some_and(|after| after.state == crate::record::FollowUpState::Done);
    if done {
        super::follow_up::make_next(cx, &before)?;
    }
    Ok(())
}
