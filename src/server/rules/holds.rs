//! Times that were kept free or proposed until a moment: released when it has come, whoever looks.

use jiff::Timestamp;
use serde_json::json;

use super::super::ledger::{Ledger, SERVER, state_of};
use super::super::merge::State;
use super::super::storage::{Life, Result};
use super::{By, queue_key, store};
use crate::record::{Kind, MeetingState};

/// Says that the holds of a database from before holds were queued are in the queue.
const QUEUED: &str = "holds_queued";

/// Returns when a meeting that waits for an answer is released (microseconds).
pub(crate) fn expires_at(meeting: &State) -> Option<i64> {
    let waits = matches!(
        MeetingState::from(meeting.text("state")),
        MeetingState::Held | MeetingState::Proposed
    );
    let at: Timestamp = meeting.text("expires_at").parse().ok()?;
    waits.then(|| at.as_microsecond())
}

/// Releases a meeting whose time to wait is over.
pub(super) fn release(ledger: &mut Ledger<'_>, id: &str) -> Result<()> {
    let Some(old) = ledger.txn.record(Kind::Meeting, id)? else {
        return Ok(());
    };
    let before = state_of(&old)?;
    let due = expires_at(&before).is_some_and(|at| at <= ledger.now.as_microsecond());
    if old.life == Life::Deleted || !due {
        return Ok(());
    }
    store(
        ledger,
        &old,
        &before,
        By::server(SERVER),
        |meeting, next| {
            meeting.set("state", Some(json!("released")), next);
        },
    )?;
    Ok(())
}

/// Puts the holds of an older database into the queue, once.
pub(crate) fn queue_known(ledger: &mut Ledger<'_>) -> Result<()> {
    if ledger.txn.setting(QUEUED)?.is_some() {
        return Ok(());
    }
    for stored in ledger.txn.all(Kind::Meeting)? {
        if stored.life == Life::Live
            && let Some(at) = expires_at(&state_of(&stored)?)
        {
            let key = queue_key(Kind::Meeting, &stored.id);
            ledger.queue(&key, Some(at))?;
        }
    }
    ledger.txn.set_setting(QUEUED, "1")
}
