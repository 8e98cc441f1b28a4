//! The REST face for scripts: one record by its path, with its version as `ETag`.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value as Json;

use super::auth::Caller;
use super::commands::read_body;
use super::refused::Refused;
use super::{App, json, json_of};
use crate::record::{Kind, Patch};
use crate::server::commands::{self, batch, execute, row};
use crate::server::feed::write_row;
use crate::server::merge::{merge_patch, parse_fields};
use crate::server::storage::{Life, Result as StorageResult, Stored};
use crate::server::{ledger::Ledger, random, refusal, strict, validate};
use crate::wire::{Command, CommandResult, Op, Problem, Status};

const ROWS: usize = 500;
const MOST_ROWS: usize = 5_000;

type Named = Result<Path<(String, String)>, PathRejection>;

/// `GET /v1/{path}/{id}`
pub(super) async fn read(
    State(app): State<App>,
    caller: Caller,
    named: Named,
) -> Result<Response, Refused> {
    caller.may_read()?;
    let (kind, id) = target(named)?;
    let user = caller.principal.user.clone();
    let wanted = id.clone();
    let found = app
        .read_soon(move |snapshot| snapshot.visible(&user, kind, &wanted))
        .await?;
    let record = found.ok_or_else(|| Refused::from(missing(kind, &id)))?;
    if record.life == Life::Deleted {
        return Err(deleted(&record));
    }
    with_etag(&record)
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    after: String,
    #[serde(default)]
    limit: Option<usize>,
}

/// `GET /v1/{path}?after=&limit=`: the records of a kind in the order of their ids.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refused> {
    caller.may_read()?;
    let malformed = |text: String| Refused::from(refusal::malformed(text));
    let Path(path) = path.map_err(|error| malformed(error.body_text()))?;
    let Query(asked) = asked.map_err(|error| malformed(error.body_text()))?;
    let kind = kind_of(&path)?;
    let rows = asked.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS);
    let bytes = app.inner.options.limits.page_bytes;
    let user = caller.principal.user.clone();
    let text = app
        .read(move |snapshot| {
            let mut text = r#"{"records":["#.to_owned();
            let (mut count, mut last, mut more) = (0, String::new(), false);
            snapshot.listing(&user, kind, &asked.after, &mut |record| {
                if count == rows || (count > 0 && text.len() >= bytes) {
                    more = true;
                    return Ok(ControlFlow::Break(()));
                }
                if count > 0 {
                    text.push(',');
                }
                write_row(&mut text, record);
                count += 1;
                record.id.clone_into(&mut last);
                Ok(ControlFlow::Continue(()))
            })?;
            let next = if more { Json::from(last) } else { Json::Null };
            // Writing to a string cannot fail.
            let _ = write!(text, r#"],"next":{next}}}"#);
            Ok(text)
        })
        .await?;
    Ok(json(text))
}

/// `PATCH /v1/{path}/{id}`: a JSON merge patch (RFC 7396) of the fields.
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    named: Named,
    request: Request,
) -> Result<Response, Refused> {
    let (kind, id) = target(named)?;
    let wanted = Wanted::of(request.headers())?;
    let body = read_body(request, app.inner.options.limits.record_bytes).await?;
    let malformed = |error: serde_json::Error| Refused::from(refusal::malformed(error.to_string()));
    strict::check(&body).map_err(malformed)?;
    let patch: Json = serde_json::from_slice(&body).map_err(malformed)?;
    if !patch.is_object() {
        return Err(Refused::from(refusal::malformed("the patch is no object")));
    }
    edit(app, caller, kind, id, wanted, Op::Update, patch).await
}

/// `DELETE /v1/{path}/{id}`
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    named: Named,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (kind, id) = target(named)?;
    let wanted = Wanted::of(&headers)?;
    edit(app, caller, kind, id, wanted, Op::Delete, Json::Null).await
}

/// What the headers of an edit ask for.
struct Wanted {
    version: Version,
    /// The id under which the edit happens at most once.
    cmd: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Any,
    Exactly(i64),
}

impl Wanted {
    fn of(headers: &HeaderMap) -> Result<Self, Refused> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let version = match text(header::IF_MATCH.as_str()).map(str::trim) {
            None => return Err(Refused::from(refusal::precondition_required())),
            Some("*") => Version::Any,
            Some(tag) => tag
                .strip_prefix('"')
                .and_then(|tag| tag.strip_suffix('"'))
                .and_then(|tag| tag.parse().ok())
                .map(Version::Exactly)
                .ok_or_else(|| Refused::from(refusal::precondition("no such ETag")))?,
        };
        let cmd = match text("idempotency-key").map(|key| key.trim().trim_matches('"')) {
            None => random::hex::<16>()?,
            Some(key) if validate::is_id(key) => key.to_owned(),
            Some(_) => {
                return Err(Refused::from(refusal::malformed(
                    "Idempotency-Key: 1 to 100 letters, digits and -_.:@+~",
                )));
            }
        };
        Ok(Self { version, cmd })
    }
}

/// How an edit ended.
enum Edited {
    Done(Box<CommandResult>, Option<Box<Stored>>),
    Mismatch(Box<Stored>),
    Missing,
}

async fn edit(
    app: App,
    caller: Caller,
    kind: Kind,
    id: String,
    wanted: Wanted,
    op: Op,
    patch: Json,
) -> Result<Response, Refused> {
    let record_bytes = app.inner.options.limits.record_bytes;
    let detail = missing(kind, &id);
    let edited = app
        .inner
        .writer
        .submit(move |ledger| {
            let caller = commands::Caller {
                principal: &caller.principal,
                client: "",
                record_bytes,
            };
            run_edit(ledger, caller, kind, &id, &wanted, op, &patch)
        })
        .await?;
    match edited {
        Edited::Missing => Err(Refused::from(detail)),
        Edited::Mismatch(now) => {
            let detail = format!("the present version is {}", now.version);
            let refused = Refused::from(refusal::precondition(detail));
            Err(with_record(refused, &now)?)
        }
        Edited::Done(result, record) => answer(*result, record.map(|record| *record)),
    }
}

fn run_edit(
    ledger: &mut Ledger<'_>,
    caller: commands::Caller<'_>,
    kind: Kind,
    id: &str,
    wanted: &Wanted,
    op: Op,
    patch: &Json,
) -> StorageResult<Edited> {
    let user = &caller.principal.user;
    let Some(now) = ledger.txn.visible(user, kind, id)? else {
        return Ok(Edited::Missing);
    };
    let base = match wanted.version {
        Version::Any => now.version,
        Version::Exactly(version) => version,
    };
    let mut command = Command {
        cmd: wanted.cmd.clone(),
        kind: kind.name().to_owned(),
        id: id.to_owned(),
        op,
        base: Some(base.unsigned_abs()),
        patch: Patch::default(),
        mine: false,
        at: None,
    };
    // The digest is of what was asked, so that a repetition is known whatever happened in between.
    command.patch.set = patch.as_object().cloned().unwrap_or_default();
    if wanted.version == Version::Any {
        command.base = None;
    }
    let digest = batch::digest(&command);
    command.base = Some(base.unsigned_abs());
    let repeated = ledger.txn.answer(user, &wanted.cmd)?.is_some();
    let names: Vec<String> = command.patch.set.keys().cloned().collect();
    let allowed = caller.principal.refusal(kind, op, &names).is_none();
    if !repeated && allowed && now.life == Life::Live && now.version != base {
        return Ok(Edited::Mismatch(Box::new(now)));
    }
    let fields = parse_fields(&now.fields)?;
    for (name, value) in &mut command.patch.set {
        if value.is_object() {
            *value = merge_patch(fields.get(name), value);
        }
    }
    let result = execute(ledger, caller, &command, digest)?;
    let record = ledger.txn.visible(user, kind, id)?;
    Ok(Edited::Done(Box::new(result), record.map(Box::new)))
}

fn answer(result: CommandResult, record: Option<Stored>) -> Result<Response, Refused> {
    if result.status.is_settled() {
        return match record.filter(|record| record.life == Life::Live) {
            Some(record) => with_etag(&record),
            None => Ok(StatusCode::NO_CONTENT.into_response()),
        };
    }
    let mut problem = result.problem.unwrap_or_else(refusal::internal);
    if result.status == Status::Conflict {
        problem = refusal::precondition(problem.detail);
    }
    let mut refused = Refused::from(problem);
    if let Some(server) = result.server {
        refused = refused.with("server", to_json(&server)?);
    }
    if !result.fields.is_empty() {
        refused = refused.with("fields", Json::from(result.fields));
    }
    Err(refused)
}

fn target(named: Named) -> Result<(Kind, String), Refused> {
    let Path((path, id)) =
        named.map_err(|error| Refused::from(refusal::malformed(error.body_text())))?;
    Ok((kind_of(&path)?, id))
}

fn kind_of(path: &str) -> Result<Kind, Refused> {
    Kind::from_path(path).ok_or_else(|| Refused::from(refusal::not_found("there is no such path")))
}

fn missing(kind: Kind, id: &str) -> Problem {
    let id: String = id.chars().take(100).collect();
    refusal::not_found(format!("there is no {} {id}", kind.label()))
}

fn deleted(record: &Stored) -> Refused {
    let detail = format!("{} {} was deleted", record.kind.label(), record.id);
    let refused = Refused::from(refusal::gone(detail));
    with_record(refused, record).unwrap_or_else(|refused| refused)
}

fn with_record(refused: Refused, record: &Stored) -> Result<Refused, Refused> {
    Ok(refused.with("server", to_json(&row(record)?)?))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Json, Refused> {
    serde_json::to_value(value)
        .map_err(|error| crate::server::StorageError::Failed(error.to_string()).into())
}

fn with_etag(record: &Stored) -> Result<Response, Refused> {
    let mut response = json_of(&row(record)?)?;
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", record.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
