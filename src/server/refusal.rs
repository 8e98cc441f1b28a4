//! The refusals of the contract, as [`Problem`]s.

use crate::wire::{FieldProblem, Problem, problem};

fn refusal(kind: &str, title: &str, status: u16, detail: impl Into<String>) -> Problem {
    Problem {
        kind: kind.to_owned(),
        title: title.to_owned(),
        status,
        detail: detail.into(),
        ..Problem::default()
    }
}

/// 400: the request cannot be read.
pub(crate) fn malformed(detail: impl Into<String>) -> Problem {
    refusal(
        problem::MALFORMED,
        "The request cannot be read",
        400,
        detail,
    )
}

/// 400: the cursor is not one of this server.
pub(crate) fn bad_cursor() -> Problem {
    refusal(
        problem::BAD_CURSOR,
        "The cursor is not valid",
        400,
        "it was not made by this server or was changed; begin with an empty cursor",
    )
}

/// 401: no token, or one that is not good.
pub(crate) fn invalid_token(detail: impl Into<String>) -> Problem {
    refusal(
        problem::INVALID_TOKEN,
        "The token is not valid",
        401,
        detail,
    )
}

/// 403: visible, but not allowed.
pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
    refusal(problem::FORBIDDEN, "Not allowed", 403, detail)
}

/// 404: nothing there for this principal.
pub(crate) fn not_found(detail: impl Into<String>) -> Problem {
    refusal(problem::NOT_FOUND, "Not found", 404, detail)
}

/// 405: the path does not know this method.
pub(crate) fn method() -> Problem {
    refusal(
        problem::METHOD,
        "The path does not know this method",
        405,
        "",
    )
}

/// 409: someone else changed the same.
pub(crate) fn conflict(detail: impl Into<String>) -> Problem {
    refusal(problem::CONFLICT, "Someone else changed it", 409, detail)
}

/// 409: the server's history is not the one that the cursor knows.
pub(crate) fn epoch_changed(epoch: String, restored_seq: Option<u64>) -> Problem {
    Problem {
        epoch: Some(epoch),
        restored_seq,
        ..refusal(
            problem::EPOCH_CHANGED,
            "The server was restored",
            409,
            "begin with an empty cursor, then send again what is newer than the restored state",
        )
    }
}

/// 409: the principal sees other records now.
pub(crate) fn scope_changed() -> Problem {
    refusal(
        problem::SCOPE_CHANGED,
        "What you may see has changed",
        409,
        "begin with an empty cursor",
    )
}

/// 410: the cursor is older than what is kept of deletions.
pub(crate) fn cursor_expired() -> Problem {
    refusal(
        problem::CURSOR_EXPIRED,
        "The cursor is too old",
        410,
        "begin with an empty cursor",
    )
}

/// 410: the record was deleted.
pub(crate) fn gone(detail: impl Into<String>) -> Problem {
    refusal(problem::GONE, "It was deleted", 410, detail)
}

/// 412: the record has another version.
pub(crate) fn precondition(detail: impl Into<String>) -> Problem {
    refusal(
        problem::PRECONDITION,
        "The version is not the present one",
        412,
        detail,
    )
}

/// 428: a version must be named.
pub(crate) fn precondition_required() -> Problem {
    refusal(
        problem::PRECONDITION_REQUIRED,
        "A version must be named",
        428,
        "send the record's ETag as If-Match",
    )
}

/// 413: too many bytes.
pub(crate) fn too_large(detail: impl Into<String>) -> Problem {
    refusal(problem::TOO_LARGE, "Too large", 413, detail)
}

/// 414: the address is too long.
pub(crate) fn uri_too_long(most: usize) -> Problem {
    let detail = format!("path and query have at most {most} bytes");
    refusal(
        problem::URI_TOO_LONG,
        "The address is too long",
        414,
        detail,
    )
}

/// 431: the headers are too large.
pub(crate) fn headers_too_large(most: usize) -> Problem {
    let detail = format!("all headers together have at most {most} bytes");
    refusal(
        problem::HEADERS_TOO_LARGE,
        "The headers are too large",
        431,
        detail,
    )
}

/// 415: not JSON.
pub(crate) fn media_type() -> Problem {
    refusal(
        problem::MEDIA_TYPE,
        "The body is not JSON",
        415,
        "send application/json",
    )
}

/// 422: the record would not be valid.
pub(crate) fn invalid(errors: Vec<FieldProblem>) -> Problem {
    let detail = errors
        .first()
        .map(|error| format!("{}: {}", error.pointer, error.detail))
        .unwrap_or_default();
    Problem {
        errors,
        ..refusal(
            problem::INVALID,
            "The record would not be valid",
            422,
            detail,
        )
    }
}

/// 422: the id of the command was used for another one.
pub(crate) fn reused() -> Problem {
    refusal(
        problem::REUSED,
        "The command id was used before",
        422,
        "the earlier command with this id had another content; use a new id",
    )
}

/// 424: an earlier command on the same record failed.
pub(crate) fn blocked() -> Problem {
    refusal(
        problem::BLOCKED,
        "An earlier command failed",
        424,
        "an earlier command of this batch that this one builds on failed",
    )
}

/// 429: too many requests.
pub(crate) fn rate_limited() -> Problem {
    refusal(problem::RATE_LIMITED, "Too many requests", 429, "")
}

/// 500: a defect of the server.
pub(crate) fn internal() -> Problem {
    refusal(
        problem::INTERNAL,
        "The server failed",
        500,
        "nothing was changed; the server's log has more under this request id",
    )
}

/// 503: the server cannot store anything now.
pub(crate) fn unavailable() -> Problem {
    refusal(
        problem::UNAVAILABLE,
        "The server cannot work now",
        503,
        "nothing was changed; try again later",
    )
}

/// 408: the request did not arrive in time.
pub(crate) fn timeout() -> Problem {
    refusal(
        problem::TIMEOUT,
        "The request took too long",
        408,
        "the body did not arrive within 30 seconds",
    )
}
