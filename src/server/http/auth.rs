//! Who asks: the token in the `Authorization` header.
//!
//! A [`Caller`] was checked against the database before its request is looked at. A [`Presumed`] one is who it was
//! when the database was last asked: its work reads the number of the rights in its own view (or in its own write)
//! and does nothing when that has moved on. So a token that another program revoked is refused at once either way,
//! and the usual request asks the database once less.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::limit::Place;
use super::listen::Peer;
use super::refused::Refused;
use super::{App, StorageResult};
use crate::record::Role;
use crate::server::principal::Principal;
use crate::server::refusal;
use crate::server::storage::Snapshot;
use crate::server::token::{Credential, Scope, TokenRow};

/// How often (seconds) the use of a token is noted.
const NOTE_USE: i64 = 60;

/// How many tokens are remembered at most.
const MOST_KNOWN: usize = 10_000;

/// What was read of a token that somebody showed.
pub(in crate::server) struct Known {
    /// The state of all tokens and rights in which it was read.
    rights: i64,
    token: TokenRow,
    principal: Arc<Principal>,
}

/// A principal, and the state of all tokens and rights in which it is what it is.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) rights: i64,
    pub(super) principal: Arc<Principal>,
}

/// The principal of a request, and what it showed for it.
pub(super) struct Caller {
    pub(super) principal: Arc<Principal>,
    /// The state of all tokens and rights in which it was found good.
    pub(super) rights: i64,
    pub(super) credential: Credential,
    /// Kept while the request is at work.
    pub(super) place: Place,
}

/// A caller that was good when the database was last asked.
pub(super) struct Presumed(pub(super) Caller);

impl FromRequestParts<App> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        app.caller(parts, |credential| app.verify(credential))
    }
}

impl FromRequestParts<App> for Presumed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let caller = app.caller(parts, |credential| match app.recall(credential) {
            Some(standing) => Ok(Some(standing)),
            None => app.verify(credential),
        });
        caller.map(Self)
    }
}

/// Refuses a token that is missing, unknown, revoked or over.
pub(super) fn invalid() -> Refused {
    Refused::from(refusal::invalid_token(
        "it is missing, unknown, revoked or over",
    ))
}

impl Caller {
    /// Looks again at a caller whose rights have moved on.
    pub(super) fn look_again(&mut self, app: &App) -> Result<(), Refused> {
        let standing = app.verify(&self.credential)?.ok_or_else(invalid)?;
        self.rights = standing.rights;
        self.principal = standing.principal;
        Ok(())
    }

    /// Refuses a token that may not read.
    pub(super) fn may_read(&self) -> Result<(), Refused> {
        if self.principal.scopes.contains(&Scope::Read) {
            return Ok(());
        }
        let detail = format!("the token lacks the scope {}", Scope::Read.name());
        Err(Refused::from(refusal::forbidden(detail)))
    }
}

impl App {
    /// Finds out who made a request.
    fn caller(
        &self,
        parts: &Parts,
        find: impl FnOnce(&Credential) -> Result<Option<Standing>, Refused>,
    ) -> Result<Caller, Refused> {
        let peer = parts.extensions.get::<axum::extract::ConnectInfo<Peer>>();
        let peer = peer.map(|peer| peer.0.0.ip());
        let credential = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .and_then(|(_, token)| Credential::parse(token.trim()));
        let standing = match &credential {
            Some(credential) => find(credential)?,
            None => None,
        };
        let (Some(credential), Some(standing)) = (credential, standing) else {
            if let Some(Err(wait)) = peer.map(|peer| self.inner.limiter.wrong_token(peer)) {
                return Err(Refused::limited(&wait));
            }
            return Err(invalid());
        };
        let Standing { rights, principal } = standing;
        let place = self.inner.limiter.request(&principal.token);
        let place = place.map_err(|wait| Refused::limited(&wait))?;
        self.note_use(&principal);
        Ok(Caller {
            principal,
            rights,
            credential,
            place,
        })
    }

    /// Finds the principal of a credential as it was when the database was last asked.
    pub(super) fn recall(&self, credential: &Credential) -> Option<Standing> {
        let known = self.inner.known();
        let known = known.get(&credential.id)?;
        let good = known.token.admits(credential, self.inner.now());
        good.then(|| known.standing())
    }

    /// Finds the principal of a credential, if it is good at this moment.
    ///
    /// A look-up by key in a few microseconds tells whether what is remembered of the token is still true,
    /// so that a token which another program revoked is refused at once: not worth another thread.
    pub(super) fn verify(&self, credential: &Credential) -> Result<Option<Standing>, Refused> {
        let now = self.inner.now();
        let storage = &self.inner.storage;
        let rights = storage.rights()?;
        if let Some(known) = self.inner.known().get(&credential.id)
            && known.rights == rights
        {
            let good = known.token.admits(credential, now);
            return Ok(good.then(|| known.standing()));
        }
        let found = storage.view(|snapshot| {
            let Some(token) = snapshot.token(&credential.id)? else {
                return Ok(None);
            };
            let rights = snapshot.rights()?;
            Ok(principal(snapshot, &token)?.map(|principal| Known {
                rights,
                token,
                principal: Arc::new(principal),
            }))
        })?;
        let Some(found) = found.filter(|found| found.token.admits(credential, now)) else {
            return Ok(None);
        };
        let standing = found.standing();
        let mut known = self.inner.known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(credential.id.clone(), found);
        Ok(Some(standing))
    }

    /// Notes that a token was used, once a minute and behind the request.
    fn note_use(&self, principal: &Principal) {
        let now = self.inner.now().as_second();
        let mut uses = self
            .inner
            .uses
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let last = uses.get(&principal.token);
        if last.is_some_and(|last| now < last.saturating_add(NOTE_USE)) {
            return;
        }
        uses.insert(principal.token.clone(), now);
        drop(uses);
        let (inner, token) = (self.inner.clone(), principal.token.clone());
        tokio::spawn(async move {
            let noted = inner
                .writer
                .submit(move |ledger| ledger.txn.note_use(&token, now));
            if let Err(error) = noted.await {
                tracing::warn!(%error, "the use of a token was not noted");
            }
        });
    }
}

impl Known {
    fn standing(&self) -> Standing {
        Standing {
            rights: self.rights,
            principal: Arc::clone(&self.principal),
        }
    }
}

fn principal(snapshot: &dyn Snapshot, token: &TokenRow) -> StorageResult<Option<Principal>> {
    let row = snapshot.principal(&token.user)?;
    Ok(row.map(|row| Principal {
        user: token.user.clone(),
        role: Role::from(row.role.as_str()),
        scope: row.scope_hash(),
        scopes: token.scopes(),
        token: token.id.clone(),
        expires_at: token.expires_at,
    }))
}
