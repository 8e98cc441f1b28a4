//! What a record must say before it can be closed.

use serde_json::{Map, Value as Json};

use super::Kind;

/// Returns the field that is still empty although the record is being closed: the root cause of a follow-up that
/// was escalated, and of an incident. The console asks for it, and the server refuses without it.
///
/// Only the step into the closed state is judged: records that were closed before stay editable.
pub fn missing_to_close(
    kind: Kind,
    before: &Map<String, Json>,
    after: &Map<String, Json>,
) -> Option<&'static str> {
    let text = |fields: &Map<String, Json>, name: &str| -> String {
        let value = fields.get(name).and_then(Json::as_str);
        value.unwrap_or_default().trim().to_owned()
    };
    let closes = |state: &str| text(after, "state") == state && text(before, "state") != state;
    let closing = match kind {
        Kind::FollowUp => {
            let escalated = |fields| !text(fields, "escalated_at").is_empty();
            // Whoever closes it cannot take the escalation back in the same edit.
            (closes("done") || closes("cancelled")) && (escalated(before) || escalated(after))
        }
        Kind::Incident => closes("closed"),
        _ => false,
    };
    (closing && text(after, "root_cause").is_empty()).then_some("root_cause")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_escalation_that_is_cleared_while_it_is_closed_still_wants_its_cause() {
        let fields = |json: Json| json.as_object().cloned().unwrap();
        let missing = |before: Json, after: Json| {
            missing_to_close(Kind::FollowUp, &fields(before), &fields(after))
        };
        let held = json!({"state": "open", "escalated_at": "2026-11-16T10:00:00Z"});
        for state in ["done", "cancelled"] {
            for after in [
                json!({"state": state}),
                json!({"state": state, "escalated_at": null}),
            ] {
                assert_eq!(missing(held.clone(), after), Some("root_cause"), "{state}");
            }
            let told = json!({"state": state, "root_cause": "the bank was closed"});
            assert_eq!(missing(held.clone(), told), None);
            assert_eq!(
                missing(json!({"state": "open"}), json!({"state": state})),
                None
            );
        }
        // Undo of an escalation, and what is closed already.
        assert_eq!(missing(held, json!({"state": "open"})), None);
        let closed = json!({"state": "done", "escalated_at": "2026-11-16T10:00:00Z"});
        assert_eq!(
            missing(closed, json!({"state": "done", "title": "x"})),
            None
        );
    }
}
