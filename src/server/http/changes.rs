//! `GET /v1/changes`: pages of the feed, at once or when there is news.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tokio::time::Instant;

use super::auth::{Caller, Presumed};
use super::refused::Refused;
use super::{App, json, stopping};
use crate::server::cursor::{Identity, Stale};
use crate::server::feed::{self, Page, PageLimits};
use crate::server::refusal;
use crate::server::storage::Snapshot;

/// Rows of a page when the reader names no number.
const ROWS: usize = 500;
/// Rows of a page that is read at once rather than on another thread.
const FEW_ROWS: usize = 100;
/// Rows of a page at most.
const MOST_ROWS: usize = 5_000;
/// The longest wait for news.
const LONGEST_WAIT: u64 = 30;
/// How often a waiting reader is looked at: its token may have ended, another program may have written.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    cursor: String,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    wait: Option<u64>,
}

/// `GET /v1/changes?cursor=&limit=&wait=`
pub(super) async fn changes(
    State(app): State<App>,
    Presumed(mut caller): Presumed,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refused> {
    caller.may_read()?;
    let Query(asked) =
        asked.map_err(|error| Refused::from(refusal::malformed(error.body_text())))?;
    let wait = asked.wait.unwrap_or(0).min(LONGEST_WAIT);
    let limits = &app.inner.options.limits;
    let limits = PageLimits {
        rows: asked.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS),
        // A page is full before the row that would make it larger than promised.
        bytes: limits.page_bytes.saturating_sub(2 * limits.record_bytes),
    };
    let deadline = Instant::now() + Duration::from_secs(wait);
    let mut heads = app.inner.news.head.subscribe();
    let mut stop = app.stop.clone();
    loop {
        heads.borrow_and_update();
        let Some(page) = page(&app, &caller, asked.cursor.clone(), limits).await? else {
            // A token, a user or a team has changed since.
            caller.look_again(&app)?;
            caller.may_read()?;
            continue;
        };
        if page.news || Instant::now() >= deadline || *stop.borrow() {
            return Ok(json(page.body));
        }
        // Who only waits takes nobody's place.
        caller.place.take();
        let look_again = deadline.min(Instant::now() + LOOK_AGAIN);
        tokio::select! {
            _ = heads.changed() => {}
            () = tokio::time::sleep_until(look_again) => {}
            () = stopping(&mut stop) => return Ok(json(page.body)),
        }
        caller.look_again(&app)?;
    }
}

/// Reads the page that follows a cursor; nothing when the caller's rights have moved on.
async fn page(
    app: &App,
    caller: &Caller,
    cursor: String,
    limits: PageLimits,
) -> Result<Option<Page>, Refused> {
    let identity = app.inner.identity();
    let of = identity.clone();
    let (principal, rights) = (Arc::clone(&caller.principal), caller.rights);
    let few = limits.rows <= FEW_ROWS;
    let inner = Arc::clone(&app.inner);
    let read = move |snapshot: &dyn Snapshot| {
        if snapshot.rights()? != rights {
            return Ok(None);
        }
        // Large pages are of those who read everything once: their records are not what others ask for.
        let recent = few.then_some(&inner.recent);
        feed::page(snapshot, &of, &principal, &cursor, limits, recent).map(Some)
    };
    let page = if few {
        app.read_soon(read).await?
    } else {
        app.read(read).await?
    };
    match page {
        None => Ok(None),
        Some(Ok(page)) => Ok(Some(page)),
        Some(Err(Stale::Diverged)) => Err(app.diverged(identity).await?),
        Some(Err(stale)) => Err(Refused::stale(stale, &identity)),
    }
}

impl App {
    /// Begins a new epoch: a cursor of ours knows a history that is not the one here, so this database was
    /// put back to an older state by other means than `restore`.
    async fn diverged(&self, seen: Identity) -> Result<Refused, Refused> {
        tracing::warn!("a cursor of this server knows another history: a new epoch begins");
        let identity = self
            .inner
            .writer
            .submit(move |ledger| {
                // Of several readers that find out at once, the first one does it.
                match Identity::read(ledger.txn)? {
                    Some(now) if now.epoch != seen.epoch => Ok(now),
                    _ => Identity::renew(ledger.txn, None),
                }
            })
            .await?;
        let refused = Refused::stale(Stale::Diverged, &identity);
        *self
            .inner
            .identity
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = identity;
        Ok(refused)
    }
}
