//! `POST /v1/commands`: batches of edits.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::StreamExt as _;

use super::auth::Presumed;
use super::refused::Refused;
use super::{App, json_of};
use crate::server::commands::{self, batch};
use crate::server::refusal;
use crate::wire::BatchReply;

/// How long a body may take to arrive.
const BODY: Duration = Duration::from_secs(30);

/// `POST /v1/commands`
pub(super) async fn commands(
    State(app): State<App>,
    Presumed(mut caller): Presumed,
    request: Request,
) -> Result<Response, Refused> {
    let limits = app.inner.options.limits;
    let body = read_body(request, limits.batch_bytes).await?;
    let batch = batch::parse(&body, &limits).map_err(|problem| Refused::from(*problem))?;
    let batch = Arc::new(batch);
    let (results, head) = loop {
        let (principal, rights) = (Arc::clone(&caller.principal), caller.rights);
        let batch = Arc::clone(&batch);
        let ran = app
            .inner
            .writer
            .submit(move |ledger| {
                if ledger.txn.rights()? != rights {
                    return Ok(None);
                }
                let caller = commands::Caller {
                    principal: &principal,
                    client: &batch.client,
                    record_bytes: limits.record_bytes,
                };
                let results = batch::run(ledger, caller, &batch)?;
                Ok(Some((results, ledger.head())))
            })
            .await?;
        match ran {
            Some(ran) => break ran,
            // A token, a user or a team has changed since.
            None => caller.look_again(&app)?,
        }
    };
    json_of(&BatchReply {
        results,
        head: head.unsigned_abs(),
        server_time: app.inner.now(),
    })
}

/// Reads a body of JSON that must not be larger than this.
pub(super) async fn read_body(request: Request, most: usize) -> Result<Vec<u8>, Refused> {
    if !is_json(request.headers()) {
        return Err(Refused::from(refusal::media_type()));
    }
    let large = || Refused::from(refusal::too_large(format!("at most {most} bytes")));
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(large());
    }
    let reading = collect(request.into_body(), most, announced.unwrap_or(0));
    match tokio::time::timeout(BODY, reading).await {
        Ok(Ok(Some(body))) => Ok(body),
        Ok(Ok(None)) => Err(large()),
        Ok(Err(error)) => Err(Refused::from(refusal::malformed(error.to_string()))),
        Err(_) => Err(Refused::from(refusal::timeout())),
    }
}

async fn collect(body: Body, most: usize, expected: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    let mut collected = Vec::with_capacity(expected);
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part?;
        if collected.len() + part.len() > most {
            return Ok(None);
        }
        collected.extend_from_slice(&part);
    }
    Ok(Some(collected))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    matches!(kind, "application/json" | "application/merge-patch+json")
}
