//! What the server and the principal are.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;

use super::auth::Caller;
use super::refused::Refused;
use super::{App, json_of};
use crate::server::upkeep::{ANSWER_DAYS, TOMBSTONE_DAYS};
use crate::wire::{API_VERSION, ApiRange, Digest, KindDigest, Me, Meta};

/// `GET /v1/meta`
pub(super) async fn meta(State(app): State<App>) -> Result<Response, Refused> {
    let identity = app.inner.identity();
    json_of(&Meta {
        server_id: identity.server_name(),
        epoch: identity.epoch_name(),
        api: ApiRange {
            min: API_VERSION,
            max: API_VERSION,
        },
        server_time: app.inner.now(),
        limits: app.inner.options.limits,
        tombstone_days: TOMBSTONE_DAYS,
        idempotency_days: ANSWER_DAYS,
    })
}

/// `GET /v1/me`
pub(super) async fn me(Caller { principal, .. }: Caller) -> Result<Response, Refused> {
    json_of(&Me {
        role: principal.role.to_string(),
        scopes: principal
            .scopes
            .iter()
            .map(|scope| scope.name().to_owned())
            .collect(),
        expires_at: Timestamp::from_second(principal.expires_at).ok(),
        user: principal.user.clone(),
    })
}

/// `GET /v1/digest`: counts and sums of what the principal sees at the newest position.
pub(super) async fn digest(State(app): State<App>, caller: Caller) -> Result<Response, Refused> {
    caller.may_read()?;
    let user = caller.principal.user.clone();
    let digest = app
        .read(move |snapshot| {
            let mut kinds: BTreeMap<String, KindDigest> = BTreeMap::new();
            snapshot.versions(&user, &mut |kind, id, version| {
                if !kinds.contains_key(kind) {
                    kinds.insert(kind.to_owned(), KindDigest::default());
                }
                if let Some(sum) = kinds.get_mut(kind) {
                    sum.add(id, version.unsigned_abs());
                }
                Ok(())
            })?;
            Ok(Digest {
                seq: snapshot.head()?.last.unsigned_abs(),
                kinds,
            })
        })
        .await?;
    json_of(&digest)
}
