//! How a value of an export meets the value that is there.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use super::table::Entry;
use super::value::folded_handle;

/// How far two readings of one countdown may lie apart: exports round it to minutes.
const JITTER: SignedDuration = SignedDuration::from_mins(5);

/// Takes a new handle; the old one is kept among the former ones.
pub(super) fn rename(after: &mut Map<String, Json>, entry: &Entry) {
    let Some(handle) = &entry.handle else { return };
    let old = after
        .get("handle")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned();
    if old == *handle {
        return;
    }
    after.insert("handle".into(), handle.clone().into());
    if !old.is_empty() && folded_handle(&old) != folded_handle(handle) {
        let former = after
            .entry("former_handles")
            .or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(former) = former {
            let old = Json::from(old);
            if !former.contains(&old) {
                former.push(old);
            }
        }
    }
}

/// Takes away the end of a countdown when the status has none any more.
pub(super) fn end_countdowns(after: &mut Map<String, Json>, entry: &Entry) {
    if !entry.creator.contains_key("status") && !entry.creator.contains_key("relationship_status") {
        return;
    }
    for name in ["invitation_expires_at", "trial_ends_at"] {
        if !entry.creator.contains_key(name) {
            after.remove(name);
        }
    }
}

/// Tells whether two values are the same, however they are written: `5` and `5.0`, instants within the rounding
/// of a countdown.
pub(super) fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        (Json::String(one), Json::String(other)) if one != other => {
            match (one.parse::<Timestamp>(), other.parse::<Timestamp>()) {
                (Ok(one), Ok(other)) => one.duration_since(other).abs() <= JITTER,
                _ => false,
            }
        }
        _ => one == other,
    }
}
