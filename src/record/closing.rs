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
            (closes("done") || closes("cancelled")) && !text(after, "escalated_at").is_empty()
        }
        Kind::Incident => closes("closed"),
        _ => false,
    };
    (closing && text(after, "root_cause").is_empty()).then_some("root_cause")
}
