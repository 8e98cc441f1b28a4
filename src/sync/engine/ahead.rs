//! Pages that are asked for before their turn: one is fetched while the one before it is read and another one is written.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Backend, LARGE_PAGE};
use crate::remote::RemoteError;
use crate::store::Page;
use crate::wire::RawPage;

/// Pages that may be here, or on their way, before they are written.
const PAGES: usize = 2;
/// Rows that are read at once rather than on another thread.
const FEW_ROWS: usize = 200;

/// A page on its way, with those that follow it; they are given up when it is dropped.
pub(super) struct Ahead {
    cursor: String,
    task: JoinHandle<Result<Fetched, RemoteError>>,
}

struct Fetched {
    page: Page,
    next: Option<Ahead>,
    /// Given back when the page is taken.
    _place: Option<OwnedSemaphorePermit>,
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ahead {
    /// Asks for the page after a cursor, and for the next ones as soon as it is known where they begin.
    pub(super) fn ask<B: Backend>(backend: &Arc<B>, cursor: &str) -> Self {
        fetch(
            Arc::clone(backend),
            cursor.to_owned(),
            Arc::new(Semaphore::new(PAGES)),
        )
    }

    /// Tells whether this is the page after a cursor.
    pub(super) fn follows(&self, cursor: &str) -> bool {
        self.cursor == cursor
    }

    /// Waits for the page; returns the one after it too, where that has been asked for. Nothing comes of it when its
    /// task ended in an unusual way: then it has to be asked for again.
    pub(super) async fn page(mut self) -> Option<Result<(Page, Option<Self>), RemoteError>> {
        let fetched = (&mut self.task).await.ok()?;
        Some(fetched.map(|fetched| (fetched.page, fetched.next)))
    }
}

fn fetch<B: Backend>(backend: Arc<B>, cursor: String, places: Arc<Semaphore>) -> Ahead {
    let after = cursor.clone();
    let task = tokio::spawn(async move {
        let place = Arc::clone(&places).acquire_owned().await.ok();
        let raw = backend.changes(Some(&after), LARGE_PAGE).await?;
        let more = (raw.more || raw.txn_open) && raw.cursor != after;
        let next = more.then(|| fetch(backend, raw.cursor.clone(), places));
        let page = read(raw).await;
        Ok(Fetched {
            page,
            next,
            _place: place,
        })
    });
    Ahead { cursor, task }
}

/// Prepares the rows of a page, beside the thread that talks to the server if there are many.
async fn read(raw: RawPage) -> Page {
    if raw.changes.len() <= FEW_ROWS {
        return Page::from(raw);
    }
    match spawn_blocking(move || Page::from(raw)).await {
        Ok(page) => page,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The program ends.
            Err(_) => std::future::pending().await,
        },
    }
}
