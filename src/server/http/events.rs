//! `GET /v1/events`: pokes as server-sent events; never data.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, interval_at};

use super::auth::Caller;
use super::refused::Refused;
use super::{App, stopping};
use crate::server::token::Credential;

/// How often a ping shows that the stream lives.
const PING: Duration = Duration::from_secs(20);
/// How often the token is looked at: a revoked one ends its stream within five seconds.
const LOOK: Duration = Duration::from_secs(3);
/// How long (seconds) before its end a token's holder is asked for a new one.
const REAUTH: i64 = 300;
/// What a reader is told to wait before it connects again.
const RETRY: Duration = Duration::from_secs(2);

/// One open stream.
struct Pokes {
    app: App,
    credential: Credential,
    heads: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    ping: Interval,
    look: Interval,
    told: Option<u64>,
    expires_at: i64,
    greeting: Greeting,
    reauth: Reauth,
}

#[derive(PartialEq, Eq)]
enum Greeting {
    Due,
    Said,
}

#[derive(PartialEq, Eq)]
enum Reauth {
    Ahead,
    Said,
}

/// What a look at the token found.
enum Look {
    Fine,
    Reauth,
    Ended,
}

/// `GET /v1/events`
pub(super) async fn events(State(app): State<App>, caller: Caller) -> Result<Response, Refused> {
    caller.may_read()?;
    let now = Instant::now();
    let pokes = Pokes {
        credential: caller.credential,
        heads: app.inner.news.head.subscribe(),
        stop: app.stop.clone(),
        ping: interval_at(now + PING, PING),
        look: interval_at(now + LOOK, LOOK),
        told: None,
        expires_at: caller.principal.expires_at,
        greeting: Greeting::Due,
        reauth: Reauth::Ahead,
        app,
    };
    let stream = stream::unfold(pokes, |mut pokes| async move {
        let event = pokes.next().await?;
        Some((Ok::<_, Infallible>(event), pokes))
    });
    // Proxies that know this header pass each event on at once.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), "no");
    let kind = (header::CONTENT_TYPE, "text/event-stream");
    Ok(([unbuffered, kind], Sse::new(stream)).into_response())
}

impl Pokes {
    /// Returns the next event, or nothing when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        if self.greeting == Greeting::Due {
            // At once: silence would look like a proxy that holds the stream back.
            self.greeting = Greeting::Said;
            return Some(Event::default().event("ping").retry(RETRY).data("{}"));
        }
        loop {
            let head = *self.heads.borrow_and_update();
            if self.told.is_none_or(|told| head > told) {
                self.told = Some(head);
                let event = Event::default().event("head").id(head.to_string());
                return Some(event.data(format!(r#"{{"seq":{head}}}"#)));
            }
            tokio::select! {
                changed = self.heads.changed() => changed.ok()?,
                () = stopping(&mut self.stop) => return None,
                _ = self.ping.tick() => {
                    return Some(Event::default().event("ping").data("{}"));
                }
                _ = self.look.tick() => {
                    match self.look() {
                        Look::Fine => {}
                        Look::Reauth => {
                            return Some(Event::default().event("reauth").data("{}"));
                        }
                        Look::Ended => return None,
                    }
                }
            }
        }
    }

    /// Looks whether the token is still good and whether another program wrote.
    fn look(&mut self) -> Look {
        let inner = &self.app.inner;
        if !matches!(self.app.verify(&self.credential), Ok(Some(_))) {
            return Look::Ended;
        }
        if let Err(error) = inner.announce() {
            tracing::warn!(%error, "the newest position cannot be read");
        }
        let left = self.expires_at - inner.now().as_second();
        if left < REAUTH && self.reauth == Reauth::Ahead {
            self.reauth = Reauth::Said;
            return Look::Reauth;
        }
        Look::Fine
    }
}
