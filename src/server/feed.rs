//! Pages of the feed.
//!
//! The feed is the latest state of each record in the order of its last change. A page ends where a
//! transaction ends. Only a transaction that is larger than a page is cut, and the page says so.
//!
//! A record that changed within a page's stretch and again later is not in the page: what the reader then
//! has is no state that the server ever was in. Such a page says so too, by the same flag, unless the reader
//! is still reading for the first time and has no state at all.

use std::fmt::Write as _;
use std::ops::{ControlFlow, Range};

use super::cursor::{Cursor, Identity, Stale};
use super::principal::Principal;
use super::storage::recent::{Recent, Texts};
use super::storage::{FeedQuery, FeedRow, FeedState, Result, Snapshot};

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
    /// Where each row begins in the text, its comma included, and its position.
    starts: Vec<(usize, i64)>,
    /// The position of the first row that found no place.
    next: Option<i64>,
    /// Which of the rows were read from the database, as their places in the text; nothing where nobody keeps them.
    read: Option<Vec<(i64, Range<usize>)>>,
}

/// Reads the page that follows a cursor; an empty cursor begins with everything. With `recent`, what others have read
/// before is not read again.
pub(crate) fn page(
    snapshot: &dyn Snapshot,
    identity: &Identity,
    principal: &Principal,
    cursor: &str,
    limits: PageLimits,
    recent: Option<&Recent>,
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
    let mut rows = {
        let texts = recent.map(Recent::texts);
        collect(snapshot, principal, &from, limits, texts.as_deref())?
    };
    if let Some(recent) = recent {
        recent.add(rows.fresh());
    }
    let full = rows.next.is_some();
    let (seq, cut) = rows.end(snapshot, head.last)?;
    let first_time = seq < from.fresh;
    let open = cut || (!first_time && seq < head.last && snapshot.superseded(from.whole, seq)?);
    let whole = if open || first_time { from.whole } else { seq };
    let next = from.advance(snapshot, &head, seq, whole)?;
    let news = !rows.starts.is_empty();
    let cursor = identity.sign(&next);
    let mut body = rows.text;
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        r#"],"cursor":"{cursor}","more":{},"head":{},"seq":{seq},"txn_open":{open}}}"#,
        full, head.last,
    );
    Ok(Ok(Page { body, news }))
}

fn collect(
    snapshot: &dyn Snapshot,
    principal: &Principal,
    from: &Cursor,
    limits: PageLimits,
    texts: Option<&Texts>,
) -> Result<Rows> {
    let query = FeedQuery {
        principal: &principal.user,
        after: from.seq,
        fresh_until: from.fresh,
        texts,
    };
    let mut rows = Rows {
        text: start(limits.rows),
        starts: Vec::with_capacity(limits.rows.min(1_000)),
        next: None,
        read: texts.map(|_| Vec::new()),
    };
    snapshot.feed(&query, &mut |row| {
        let count = rows.starts.len();
        if count >= limits.rows || (count > 0 && rows.text.len() >= limits.bytes) {
            rows.next = Some(row.seq);
            return Ok(ControlFlow::Break(()));
        }
        rows.push(row);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

/// Begins the text of a page, with room for what it may well become.
fn start(rows: usize) -> String {
    let mut text = String::with_capacity(rows * USUAL_ROW + ENDING);
    text.push_str(r#"{"changes":["#);
    text
}

impl Rows {
    fn push(&mut self, row: &FeedRow<'_>) {
        self.starts.push((self.text.len(), row.seq));
        if self.starts.len() > 1 {
            self.text.push(',');
        }
        let start = self.text.len();
        write_row(&mut self.text, row);
        if let (Some(read), FeedState::Live { .. }) = (&mut self.read, row.state) {
            read.push((row.seq, start..self.text.len()));
        }
    }

    /// Returns what was read from the database and may be kept.
    fn fresh(&mut self) -> Vec<(i64, Box<str>)> {
        let read = self.read.take().unwrap_or_default().into_iter();
        read.filter_map(|(seq, place)| Some((seq, self.text.get(place)?.into())))
            .collect()
    }

    /// Cuts the page at the end of a transaction; returns its position and whether it ends inside one.
    fn end(&mut self, snapshot: &dyn Snapshot, head: i64) -> Result<(i64, bool)> {
        let (Some(next), Some((_, last))) = (self.next, self.starts.last().copied()) else {
            return Ok((head, false));
        };
        // Marks older than the oldest kept deletion are gone; what is left from then stands alone.
        let first = snapshot.mark_at(next)?.map_or(next, |mark| mark.first);
        let whole = self.starts.partition_point(|(_, seq)| *seq < first);
        if whole == 0 {
            return Ok((last, true));
        }
        if let Some((start, _)) = self.starts.get(whole) {
            self.text.truncate(*start);
            self.starts.truncate(whole);
        }
        Ok((first - 1, false))
    }
}

/// Writes one record as the wire shows it; what is stored as JSON is copied as it is.
///
/// Kinds, ids and instants hold no character that JSON would have to escape.
pub(crate) fn write_row(text: &mut String, row: &FeedRow<'_>) {
    let FeedRow { seq, kind, id, .. } = *row;
    if let FeedState::Text(known) = row.state {
        text.push_str(known);
        return;
    }
    for part in [r#"{"kind":""#, kind, r#"","id":""#, id, r#"","seq":"#] {
        text.push_str(part);
    }
    let _ = match row.state {
        FeedState::Left | FeedState::Text(_) => write!(text, r#"{seq},"left":true}}"#),
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
            number(text, seq);
            text.push_str(r#","version":"#);
            number(text, version);
            let parts = [
                r#","updated_at":""#,
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

/// Writes a number that is not below zero; a format takes several times as long.
fn number(text: &mut String, number: i64) {
    let mut digits = [b'0'; 19];
    let mut rest = number.unsigned_abs();
    let mut at = digits.len();
    for place in digits.iter_mut().rev() {
        at -= 1;
        *place += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_whole() {
        for (value, expected) in [(0, "0"), (7, "7"), (10, "10"), (90_311, "90311")] {
            let mut text = "x".to_owned();
            number(&mut text, value);
            assert_eq!(text, format!("x{expected}"));
        }
        let mut text = String::new();
        number(&mut text, i64::MAX);
        assert_eq!(text, i64::MAX.to_string());
    }
}
