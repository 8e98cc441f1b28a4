//! Pages of the feed.
//!
//! The feed is the latest state of each record in the order of its last change. A page ends where a
//! transaction ends. Only a transaction that is larger than a page is cut, and the page says so.
//!
//! A record that changed within a page's stretch and again later is not in the page: what the reader then
//! has is no state that the server ever was in. Such a page says so too, by the same flag, unless the reader
//! is still reading for the first time and has no state at all.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use super::cursor::{Cursor, Identity, Stale};
use super::principal::Principal;
use super::storage::{Extent, FeedQuery, FeedRow, FeedState, Result, Snapshot};

/// The usual size of a record as text, in bytes.
const USUAL_ROW: usize = 512;
/// The most that follows the records of a page, in bytes.
const ENDING: usize = 512;

/// How much a page may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageLimits {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

/// A page as it goes over the wire.
pub(crate) struct Page {
    pub(crate) body: String,
    /// Whether there is anything in it that the reader did not have.
    pub(crate) news: bool,
}

/// The rows of a page while they are collected.
struct Rows {
    text: String,
    count: usize,
    last: i64,
    /// Where the newest transaction that is complete in this page ends.
    whole: Option<Whole>,
    txn_ends: i64,
    full: bool,
}

#[derive(Clone, Copy)]
struct Whole {
    bytes: usize,
    seq: i64,
}

/// Reads the page that follows a cursor; an empty cursor begins with everything.
pub(crate) fn page(
    snapshot: &dyn Snapshot,
    identity: &Identity,
    principal: &Principal,
    cursor: &str,
    limits: PageLimits,
) -> Result<std::result::Result<Page, Stale>> {
    let head = snapshot.head()?;
    let from = if cursor.is_empty() {
        Cursor::fresh(principal.scope, &head)
    } else {
        match identity.check(snapshot, &head, cursor, principal.scope)? {
            Ok(cursor) => cursor,
            Err(stale) => return Ok(Err(stale)),
        }
    };
    let mut rows = collect(snapshot, principal, &from, limits)?;
    let (seq, cut) = rows.end(head.last);
    let first_time = seq < from.fresh;
    let open = cut || (!first_time && seq < head.last && snapshot.superseded(from.whole, seq)?);
    let whole = if open || first_time { from.whole } else { seq };
    let next = from.advance(snapshot, &head, seq, whole)?;
    let news = rows.count > 0;
    let cursor = identity.sign(&next);
    let mut body = rows.text;
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        r#"],"cursor":"{cursor}","more":{},"head":{},"seq":{seq},"txn_open":{open}}}"#,
        rows.full, head.last,
    );
    Ok(Ok(Page { body, news }))
}

fn collect(
    snapshot: &dyn Snapshot,
    principal: &Principal,
    from: &Cursor,
    limits: PageLimits,
) -> Result<Rows> {
    let query = FeedQuery {
        principal: &principal.user,
        after: from.seq,
        fresh_until: from.fresh,
    };
    let mut rows = Rows {
        text: start(limits.rows),
        count: 0,
        last: from.seq,
        whole: None,
        txn_ends: 0,
        full: false,
    };
    snapshot.feed(&query, &mut |row| {
        if row.seq > rows.txn_ends {
            rows.next_transaction(row.txn);
        }
        if rows.count >= limits.rows || (rows.count > 0 && rows.text.len() >= limits.bytes) {
            rows.full = true;
            return Ok(ControlFlow::Break(()));
        }
        rows.push(row);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

/// Begins the text of a page, with room for what it may well become.
fn start(rows: usize) -> String {
    let mut text = String::with_capacity(rows.min(1_000) * USUAL_ROW + ENDING);
    text.push_str(r#"{"changes":["#);
    text
}

impl Rows {
    fn next_transaction(&mut self, txn: Extent) {
        if self.count > 0 {
            self.whole = Some(Whole {
                bytes: self.text.len(),
                seq: txn.first - 1,
            });
        }
        self.txn_ends = txn.last;
    }

    fn push(&mut self, row: &FeedRow<'_>) {
        if self.count > 0 {
            self.text.push(',');
        }
        write_row(&mut self.text, row);
        self.count += 1;
        self.last = row.seq;
    }

    /// Cuts the page at the end of a transaction; returns its position and whether it ends inside one.
    fn end(&mut self, head: i64) -> (i64, bool) {
        if !self.full {
            return (head, false);
        }
        match self.whole {
            Some(whole) => {
                self.text.truncate(whole.bytes);
                (whole.seq, false)
            }
            None => (self.last, true),
        }
    }
}

/// Writes one record as the wire shows it; what is stored as JSON is copied as it is.
///
/// Kinds, ids and instants hold no character that JSON would have to escape.
pub(crate) fn write_row(text: &mut String, row: &FeedRow<'_>) {
    let FeedRow { seq, kind, id, .. } = *row;
    for part in [r#"{"kind":""#, kind, r#"","id":""#, id, r#"","seq":"#] {
        text.push_str(part);
    }
    let _ = match row.state {
        FeedState::Left => write!(text, r#"{seq},"left":true}}"#),
        FeedState::Deleted { version } => {
            write!(text, r#"{seq},"version":{version},"deleted":true}}"#)
        }
        FeedState::Live {
            version,
            updated_at,
            updated_by,
            fields,
            fv,
        } => {
            let _ = write!(text, r#"{seq},"version":{version},"#);
            let parts = [
                r#""updated_at":""#,
                updated_at,
                r#"","updated_by":""#,
                updated_by,
                r#"","fields":"#,
                fields,
                r#","fv":"#,
                fv,
                "}",
            ];
            for part in parts {
                text.push_str(part);
            }
            Ok(())
        }
    };
}
