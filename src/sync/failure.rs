//! What a failed request means: for the plan, and for a snapshot that is under way.

use super::planner::Failure;
use crate::remote::RemoteError;
use crate::store::{Snapshot, SnapshotReason};

/// Joins a snapshot under way with the reason for another one: what either makes necessary is done.
pub(super) fn combine(have: Snapshot, wanted: Snapshot) -> Snapshot {
    if have.reason != SnapshotReason::Epoch {
        return wanted;
    }
    if wanted.reason != SnapshotReason::Epoch {
        return have;
    }
    let restored_seq = match (have.restored_seq, wanted.restored_seq) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => None,
    };
    Snapshot {
        restored_seq,
        ..wanted
    }
}

/// Says what a failure means for the plan; `pushing` is for requests that carry edits.
pub(super) fn kind_of(error: &RemoteError, pushing: bool) -> Failure {
    match error {
        RemoteError::Busy { wait, .. } => Failure::Busy(*wait),
        RemoteError::TooLarge { .. } => Failure::TooLarge,
        RemoteError::Failed { .. } | RemoteError::Odd { .. } => Failure::Server,
        // A command on which the server dies looks like this.
        RemoteError::Unanswered { .. } if pushing => Failure::Server,
        RemoteError::Unauthorized { .. }
        | RemoteError::Forbidden { .. }
        | RemoteError::Address { .. } => Failure::Halt,
        RemoteError::Tls { .. } | RemoteError::WrongBase { .. } | RemoteError::Refused { .. } => {
            Failure::Repair
        }
        RemoteError::Unreachable { .. }
        | RemoteError::Unanswered { .. }
        | RemoteError::Proxy { .. }
        | RemoteError::BadCursor { .. }
        | RemoteError::CursorExpired { .. }
        | RemoteError::ScopeChanged { .. }
        | RemoteError::EpochChanged { .. } => Failure::Line,
    }
}
