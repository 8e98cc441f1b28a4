//! Refusals as replies.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};

use super::limit::Wait;
use crate::server::cursor::{Identity, Stale};
use crate::server::refusal;
use crate::server::storage::StorageError;
use crate::server::writer::WriteError;
use crate::wire::Problem;

/// A request that was refused.
#[derive(Debug)]
pub(super) struct Refused {
    problem: Box<Problem>,
    /// Members beside those of every problem, such as the server's record in a conflict.
    extra: Map<String, Json>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A refusal on its way out, where it gets its request id.
#[derive(Clone)]
pub(super) struct Pending(pub(super) Box<Problem>, pub(super) Map<String, Json>);

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let mut refused = Self {
            problem: Box::new(problem),
            extra: Map::new(),
            headers: Vec::new(),
        };
        if refused.problem.status == 401 {
            let value = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
            refused.headers.push((header::WWW_AUTHENTICATE, value));
        }
        if refused.problem.status == 503 {
            refused = refused.after(5);
        }
        refused
    }
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "the database failed");
        Self::from(match error {
            StorageError::Unavailable(_) => refusal::unavailable(),
            _ => refusal::internal(),
        })
    }
}

impl From<WriteError> for Refused {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Storage(error) => error.into(),
            WriteError::Panic => Self::from(refusal::internal()),
            WriteError::Stopped => Self::from(refusal::unavailable()),
        }
    }
}

impl Refused {
    /// Adds a member to the body.
    pub(super) fn with(mut self, name: &str, value: Json) -> Self {
        self.extra.insert(name.to_owned(), value);
        self
    }

    /// Says after how many seconds another try makes sense.
    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.headers
            .push((header::RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }

    /// Says which limit was reached and when it lets a request through again.
    pub(super) fn limited(wait: &Wait) -> Self {
        let mut refused = Self::from(refusal::rate_limited()).after(wait.seconds);
        let Wait {
            policy,
            burst,
            window,
            seconds,
        } = wait;
        let policy_text = format!("\"{policy}\";q={burst};w={window}");
        let state = format!("\"{policy}\";r=0;t={seconds}");
        for (name, text) in [("ratelimit-policy", policy_text), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                refused.headers.push((HeaderName::from_static(name), value));
            }
        }
        refused
    }

    /// Says why a cursor cannot be continued.
    pub(super) fn stale(stale: Stale, identity: &Identity) -> Self {
        Self::from(match stale {
            Stale::Forged => refusal::bad_cursor(),
            Stale::Epoch | Stale::Diverged => refusal::epoch_changed(
                identity.epoch_name(),
                identity.restored.map(i64::unsigned_abs),
            ),
            Stale::Scope => refusal::scope_changed(),
            Stale::Expired => refusal::cursor_expired(),
        })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.extend(self.headers);
        let pending = Pending(self.problem, self.extra);
        response.extensions_mut().insert(pending);
        response
    }
}

/// Writes the body of a refusal.
pub(super) fn body(problem: &Problem, extra: &Map<String, Json>) -> String {
    let mut body = match serde_json::to_value(problem) {
        Ok(Json::Object(body)) => body,
        _ => Map::new(),
    };
    body.extend(extra.clone());
    Json::Object(body).to_string()
}
