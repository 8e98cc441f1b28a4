//! The HTTP face: paths, the frame around every reply, and serving.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use super::storage::{Result as StorageResult, Snapshot, StorageError};
use super::{Compression, Exposure, Inner, ServerError, random, refusal, rules, upkeep};
use crate::wire::{Problem, path};

mod about;
pub(super) mod auth;
mod changes;
mod commands;
mod events;
pub(super) mod limit;
mod listen;
mod openapi;
mod refused;
mod rest;

use listen::{Guarded, Peer};
use refused::{Pending, Refused};

/// The longest path with its query.
const URI_BYTES: usize = 8 << 10;
/// The most that all headers of a request may amount to.
const HEADER_BYTES: usize = 32 << 10;
/// How long open requests may go on after the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(5);
/// How often the queue of outgoing messages is looked at while something is in it; the clock that counts is
/// not the one that this sleeps by.
const QUEUE_NAP: Duration = Duration::from_millis(250);
/// How often it is looked at otherwise: another program may have written.
const IDLE_NAP: Duration = Duration::from_mins(1);
/// How often what is past its time is forgotten.
const PURGE: Duration = Duration::from_hours(1);

/// What every handler works with.
#[derive(Clone)]
struct App(Arc<Shared>);

struct Shared {
    inner: Arc<Inner>,
    /// Turns true, or loses its sender, when the server stops.
    stop: watch::Receiver<bool>,
    requests: RequestIds,
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Names requests: no two alike while the server runs, and hardly two of different runs.
struct RequestIds {
    run: u64,
    count: AtomicU64,
}

impl RequestIds {
    fn new() -> Result<Self, StorageError> {
        Ok(Self {
            run: u64::from_be_bytes(random::bytes()?),
            count: AtomicU64::new(0),
        })
    }

    fn next(&self) -> String {
        // An odd factor makes neighbours look different and keeps them distinct.
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mixed = count.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.run;
        format!("{mixed:016x}")
    }
}

/// A server at work.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Returns the address that it listens on, with the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the base address for a console, for example `http://127.0.0.1:7100`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening, lets open requests end (at most five seconds) and returns.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(LAST_REQUESTS, &mut self.task)
            .await
            .is_err()
        {
            self.task.abort();
        }
    }
}

/// Listens on an address and answers requests.
pub(super) async fn serve(inner: Arc<Inner>, address: SocketAddr) -> Result<Running, ServerError> {
    if inner.options.exposure == Exposure::Loopback && !address.ip().is_loopback() {
        return Err(ServerError::Public(address));
    }
    let listen = |source| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let (stop, stopped) = watch::channel(false);
    let guarded = Guarded::new(listener, inner.options.connections);
    let app = App(Arc::new(Shared {
        inner: Arc::clone(&inner),
        stop: stopped.clone(),
        requests: RequestIds::new()?,
    }));
    let service = router(app).into_make_service_with_connect_info::<Peer>();
    let mut until = stopped.clone();
    let serving = axum::serve(guarded, service).with_graceful_shutdown(async move {
        stopping(&mut until).await;
    });
    let task = tokio::spawn(async move {
        let chores = tokio::spawn(chores(inner, stopped));
        if let Err(error) = serving.await {
            tracing::error!(%error, "the server stopped");
        }
        chores.abort();
    });
    Ok(Running {
        address,
        stop,
        task,
    })
}

/// Waits until the server is told to stop, or its handle is gone.
async fn stopping(stop: &mut watch::Receiver<bool>) {
    // An error means that the handle was dropped, which stops the server too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Does what has a time whose time has come, such as messages that leave and holds that expire, and forgets what is past its time.
///
/// It sleeps until the next of that is due or something is put into the queue: an idle server stays idle, and one
/// that only stores records is not looked at.
async fn chores(inner: Arc<Inner>, mut stop: watch::Receiver<bool>) {
    let mut purge = tokio::time::interval(PURGE);
    if let Err(error) = inner.writer.submit(rules::holds::queue_known).await {
        tracing::error!(%error, "the times that are kept free could not be looked through");
    }
    loop {
        let nap = match send_due(&inner).await {
            Ok(Queue::Waiting(wait)) => wait.clamp(QUEUE_NAP, IDLE_NAP),
            Ok(Queue::Empty) => IDLE_NAP,
            Err(error) => {
                tracing::error!(%error, "queued messages could not leave");
                IDLE_NAP
            }
        };
        tokio::select! {
            () = stopping(&mut stop) => return,
            () = inner.news.bell.notified() => {}
            () = tokio::time::sleep(nap) => {}
            _ = purge.tick() => {
                if let Err(error) = inner.writer.submit(upkeep::purge).await {
                    tracing::error!(%error, "old deletions could not be purged");
                }
            }
        }
    }
}

/// Whether something waits for its time, and how long that is away by the server's clock.
enum Queue {
    Waiting(Duration),
    Empty,
}

async fn send_due(inner: &Arc<Inner>) -> Result<Queue, super::writer::WriteError> {
    // Most of the time there is nothing to send: that must not cost a write.
    let next = inner.storage.view(|snapshot| snapshot.next_outgoing())?;
    // A clock that jumped ahead is noticed with the next write.
    let due = next.unwrap_or(i64::MAX);
    inner.news.due.store(due, Ordering::Relaxed);
    let Some(next) = next else {
        return Ok(Queue::Empty);
    };
    let away = next.saturating_sub(inner.now().as_microsecond());
    if away <= 0 {
        inner.writer.submit(rules::send_due).await?;
    }
    Ok(Queue::Waiting(Duration::from_micros(
        u64::try_from(away).unwrap_or(0),
    )))
}

fn router(app: App) -> Router {
    let compression = app.inner.options.compression;
    let compress = CompressionLayer::new()
        .gzip(true)
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(512).and(NotForContentType::SSE).and(
            move |_: StatusCode, _: Version, _: &HeaderMap, told: &Extensions| {
                compression == Compression::Always || told.get::<Nearby>().is_none()
            },
        ));
    Router::new()
        .route(path::META, get(about::meta))
        .route(path::OPENAPI, get(openapi::document))
        .route(path::ME, get(about::me))
        .route(path::DIGEST, get(about::digest))
        .route(path::CHANGES, get(changes::changes))
        .route(path::COMMANDS, post(commands::commands))
        .route(path::EVENTS, get(events::events))
        .route("/v1/{path}", get(rest::list))
        .route(
            "/v1/{path}/{id}",
            get(rest::read).patch(rest::change).delete(rest::delete),
        )
        .fallback(|| async { Refused::from(refusal::not_found("there is no such path")) })
        .method_not_allowed_fallback(|| async { Refused::from(refusal::method()) })
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked");
            Refused::from(refusal::internal()).into_response()
        }))
        .layer(middleware::from_fn_with_state(app.clone(), frame))
        .layer(compress)
        .with_state(app)
}

/// Marks replies to the same machine.
#[derive(Clone, Copy)]
struct Nearby;

/// Gives every reply its request id, its date and its rules for caches, and every refusal its body.
async fn frame(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let id = app.requests.next();
    let mut response = match too_large(&request) {
        Some(problem) => Refused::from(problem).into_response(),
        None => next.run(request).await,
    };
    if let Some(Pending(mut problem, extra)) = response.extensions_mut().remove::<Pending>() {
        if problem.status >= 500 {
            tracing::error!(request = %id, %problem, "a request failed");
        }
        problem.instance.clone_from(&id);
        *response.body_mut() = Body::from(refused::body(&problem, &extra));
    }
    if peer.0.ip().is_loopback() {
        response.extensions_mut().insert(Nearby);
    }
    let headers = response.headers_mut();
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let mut set = |name, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    set(header::HeaderName::from_static("x-request-id"), id);
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    if let Ok(date) = printer.timestamp_to_rfc9110_string(&app.inner.now()) {
        set(header::DATE, date);
    }
    response
}

/// Says which part of a request's head is too large, if any. Much larger ones do not come this far: they end
/// with a bare status where HTTP itself is read.
fn too_large(request: &Request) -> Option<Problem> {
    let path = request.uri().path_and_query();
    if path.is_some_and(|path| path.as_str().len() > URI_BYTES) {
        return Some(refusal::uri_too_long(URI_BYTES));
    }
    let headers = request.headers().iter();
    let bytes: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    (bytes > HEADER_BYTES).then(|| refusal::headers_too_large(HEADER_BYTES))
}

impl App {
    /// Reads the database: at once if that is brief, otherwise on a thread that may wait for it.
    async fn read_soon<T, F>(&self, work: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: Fn(&dyn Snapshot) -> StorageResult<T> + Send + 'static,
    {
        match self.inner.storage.glance(&work)? {
            Some(found) => Ok(found),
            None => self.read(work).await,
        }
    }

    /// Reads the database on a thread that may wait for it.
    async fn read<T, F>(&self, work: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Snapshot) -> StorageResult<T> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        // More readers than this only wait for each other; the semaphore is never closed.
        let place = Arc::clone(&inner.readers).acquire_owned().await.ok();
        let read = tokio::task::spawn_blocking(move || {
            let found = inner.storage.view(work);
            drop(place);
            found
        })
        .await;
        match read {
            Ok(found) => Ok(found?),
            Err(error) => Err(StorageError::Failed(error.to_string()).into()),
        }
    }
}

/// Makes a reply of JSON text.
fn json(text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, text).into_response()
}

/// Makes a reply of a value.
fn json_of<T: serde::Serialize>(value: &T) -> Result<Response, Refused> {
    serde_json::to_string(value)
        .map(json)
        .map_err(|error| StorageError::Failed(error.to_string()).into())
}
