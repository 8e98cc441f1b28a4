//! Reading from `SQLite`.

use std::ops::ControlFlow;

use jiff::Timestamp;
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::FromSql;
use rusqlite::{OptionalExtension, Row, Statement, params};

use super::Session;
use crate::record::{AnyRef, Kind};
use crate::server::principal::PrincipalRow;
use crate::server::storage::recent::Texts;
use crate::server::storage::{
    Answer, AuditRow, FeedQuery, FeedRow, FeedState, Life, Mark, Result, Sink, Snapshot,
    StorageError, Stored,
};
use crate::server::token::TokenRow;

/// The one rule of visibility: every query on records for a principal (`?1`) contains it.
macro_rules! visible {
    () => {
        "EXISTS (SELECT 1 FROM sight s WHERE s.principal = ?1 AND s.audience = r.audience)"
    };
}

/// The columns that [`stored`] reads.
macro_rules! record_columns {
    () => {
        "r.kind, r.id, r.version, r.seq, r.deleted, r.audience, r.parent_kind, r.parent_id, \
         r.updated_at, r.updated_by, r.fields, r.fv, r.makers"
    };
}
pub(super) use record_columns;

/// The columns that [`live`] reads.
macro_rules! feed_columns {
    () => {
        "r.seq, r.kind, r.id, r.version, r.deleted, r.updated_at, r.updated_by, r.fields, r.fv"
    };
}

/// Counts the changes of tokens and rights.
pub(super) const RIGHTS: &str = "SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'rights'";

/// The records that left the view of a principal, in the order of their positions.
struct Departures<'s>(rusqlite::Rows<'s>);

impl<'s> Departures<'s> {
    fn of(mut rows: rusqlite::Rows<'s>) -> Result<Self> {
        rows.advance()?;
        Ok(Self(rows))
    }

    /// Passes on those up to a position.
    fn until(&mut self, seq: i64, sink: &mut Sink<'_>) -> Result<ControlFlow<()>> {
        while let Some(row) = self.0.get() {
            let departure = departed(row)?;
            if departure.seq > seq {
                break;
            }
            if sink(&departure)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            self.0.advance()?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Which audiences a principal sees, asked for once in a query however many rows have them.
///
/// It is the rule of `visible!` for a scan of the feed, where asking for each row costs as much as the row.
struct Sight<'s> {
    ask: rusqlite::CachedStatement<'s>,
    principal: &'s str,
    known: Vec<(i64, bool)>,
}

impl<'s> Sight<'s> {
    /// How many audiences are remembered: pages of more than so many different ones ask again.
    const KEPT: usize = 64;

    fn of(session: &'s Session<'_>, principal: &'s str) -> Result<Self> {
        Ok(Self {
            ask: session
                .prepare("SELECT 1 FROM sight s WHERE s.principal = ?1 AND s.audience = ?2")?,
            principal,
            known: Vec::new(),
        })
    }

    fn sees(&mut self, audience: i64) -> Result<bool> {
        if let Some((_, sees)) = self
            .known
            .iter()
            .rev()
            .find(|(known, _)| *known == audience)
        {
            return Ok(*sees);
        }
        let sees = self.ask.exists(params![self.principal, audience])?;
        if self.known.len() >= Self::KEPT {
            self.known.clear();
        }
        self.known.push((audience, sees));
        Ok(sees)
    }
}

impl Session<'_> {
    pub(super) fn prepare(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        Ok(self.conn.prepare_cached(sql)?)
    }

    pub(super) fn one<T: FromSql>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<Option<T>> {
        Ok(self
            .prepare(sql)?
            .query_row(values, |row| row.get(0))
            .optional()?)
    }
}

impl Session<'_> {
    /// Passes the visible records after a position on.
    fn scan(&self, query: &FeedQuery<'_>, pass: &mut Sink<'_>) -> Result<ControlFlow<()>> {
        let mut sight = Sight::of(self, query.principal)?;
        let mut rows = self.prepare(concat!(
            "SELECT ",
            feed_columns!(),
            ", r.audience FROM record r WHERE r.seq > ?1 ORDER BY r.seq"
        ))?;
        let mut rows = rows.query([query.after])?;
        while let Some(row) = rows.next()? {
            if sight.sees(row.get(9)?)? && pass(&feed_row(row)?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Passes the visible records after a position on, reading those only whose texts are not there.
    fn scan_beside(
        &self,
        query: &FeedQuery<'_>,
        texts: &Texts,
        pass: &mut Sink<'_>,
    ) -> Result<ControlFlow<()>> {
        let mut sight = Sight::of(self, query.principal)?;
        let mut whole = self.prepare(concat!(
            "SELECT ",
            feed_columns!(),
            " FROM record r WHERE r.seq = ?1"
        ))?;
        let mut rows =
            self.prepare("SELECT seq, audience FROM record WHERE seq > ?1 ORDER BY seq")?;
        let mut rows = rows.query([query.after])?;
        while let Some(row) = rows.next()? {
            if !sight.sees(row.get(1)?)? {
                continue;
            }
            let seq = row.get(0)?;
            let passed = match texts.get(seq) {
                Some(text) => pass(&FeedRow {
                    seq,
                    kind: "",
                    id: "",
                    state: FeedState::Text(text),
                })?,
                None => match whole.query([seq])?.next()? {
                    Some(row) => pass(&feed_row(row)?)?,
                    None => ControlFlow::Continue(()),
                },
            };
            if passed.is_break() {
                return Ok(passed);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Snapshot for Session<'_> {
    fn setting(&self, key: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM setting WHERE key = ?1", [key])
    }

    fn rights(&self) -> Result<i64> {
        Ok(self.one(RIGHTS, [])?.unwrap_or_default())
    }

    fn head(&self) -> Result<Mark> {
        let found = self
            .prepare("SELECT first, last, at, chain FROM txn ORDER BY last DESC LIMIT 1")?
            .query_row([], mark)
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    fn mark_at(&self, seq: i64) -> Result<Option<Mark>> {
        let found = self
            .prepare(
                "SELECT first, last, at, chain FROM txn WHERE last >= ?1 ORDER BY last LIMIT 1",
            )?
            .query_row([seq], mark)
            .optional()?;
        Ok(found.filter(|mark| mark.first <= seq))
    }

    fn superseded(&self, since: i64, until: i64) -> Result<bool> {
        let found: Option<i64> = self.one(
            "SELECT 1 FROM txn WHERE last > ?2 AND moved > ?1 AND moved <= ?2 UNION ALL
             SELECT 1 FROM superseded WHERE new > ?2 AND old > ?1 AND old <= ?2 LIMIT 1",
            [since, until],
        )?;
        Ok(found.is_some())
    }

    fn record(&self, kind: Kind, id: &str) -> Result<Option<Stored>> {
        let found = self
            .prepare(concat!(
                "SELECT ",
                record_columns!(),
                " FROM record r WHERE r.kind = ?1 AND r.id = ?2"
            ))?
            .query_row(params![kind.name(), id], |row| Ok(stored(row)))
            .optional()?;
        found.transpose()
    }

    fn visible(&self, principal: &str, kind: Kind, id: &str) -> Result<Option<Stored>> {
        let found = self
            .prepare(concat!(
                "SELECT ",
                record_columns!(),
                " FROM record r WHERE r.kind = ?2 AND r.id = ?3 AND ",
                visible!()
            ))?
            .query_row(params![principal, kind.name(), id], |row| Ok(stored(row)))
            .optional()?;
        found.transpose()
    }

    fn all(&self, kind: Kind) -> Result<Vec<Stored>> {
        let mut statement = self.prepare(concat!(
            "SELECT ",
            record_columns!(),
            " FROM record r WHERE r.kind = ?1 ORDER BY r.id"
        ))?;
        let mut rows = statement.query([kind.name()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(stored(row)?);
        }
        Ok(found)
    }

    fn feed(&self, query: &FeedQuery<'_>, sink: &mut Sink<'_>) -> Result<()> {
        let mut left = self.prepare(
            "SELECT seq, kind, id FROM departed WHERE user = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let from = query.after.max(query.fresh_until);
        let mut departures = Departures::of(left.query(params![query.principal, from])?)?;
        let mut pass = |row: &FeedRow<'_>| {
            if row.seq <= query.fresh_until && matches!(row.state, FeedState::Deleted { .. }) {
                return Ok(ControlFlow::Continue(()));
            }
            if departures.until(row.seq, sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            sink(row)
        };
        let ended = match query.texts {
            None => self.scan(query, &mut pass)?,
            Some(texts) => self.scan_beside(query, texts, &mut pass)?,
        };
        if ended.is_continue() {
            // The sink may stop here too; nothing comes after.
            let _ = departures.until(i64::MAX, sink)?;
        }
        Ok(())
    }

    fn listing(&self, principal: &str, kind: Kind, after: &str, sink: &mut Sink<'_>) -> Result<()> {
        let mut statement = self.prepare(concat!(
            "SELECT ",
            feed_columns!(),
            " FROM record r WHERE r.kind = ?2 AND r.id > ?3 AND r.deleted = 0 AND ",
            visible!(),
            " ORDER BY r.id"
        ))?;
        let mut rows = statement.query(params![principal, kind.name(), after])?;
        while let Some(row) = rows.next()? {
            if let ControlFlow::Break(()) = sink(&feed_row(row)?)? {
                break;
            }
        }
        Ok(())
    }

    fn versions(
        &self,
        principal: &str,
        sink: &mut dyn FnMut(&str, &str, i64) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepare(concat!(
            "SELECT r.kind, r.id, r.version FROM record r WHERE r.deleted = 0 AND ",
            visible!()
        ))?;
        let mut rows = statement.query([principal])?;
        while let Some(row) = rows.next()? {
            sink(text(row, 0)?, text(row, 1)?, row.get(2)?)?;
        }
        Ok(())
    }

    fn principal(&self, user: &str) -> Result<Option<PrincipalRow>> {
        let found = self
            .prepare(
                "SELECT p.role, p.scope, coalesce(b.count, 0) FROM principal p
                 LEFT JOIN scope_bump b ON b.user = p.user WHERE p.user = ?1",
            )?
            .query_row([user], |row| {
                Ok(PrincipalRow {
                    role: row.get(0)?,
                    scope: row.get(1)?,
                    bumps: row.get(2)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    fn token(&self, id: &str) -> Result<Option<TokenRow>> {
        let found = self
            .prepare(
                "SELECT id, user, name, scopes, hash, created_at, expires_at, revoked, last_used
                 FROM token WHERE id = ?1",
            )?
            .query_row([id], token_row)
            .optional()?;
        Ok(found)
    }

    fn tokens(&self) -> Result<Vec<TokenRow>> {
        let mut statement = self.prepare(
            "SELECT id, user, name, scopes, hash, created_at, expires_at, revoked, last_used
             FROM token ORDER BY user, created_at, id",
        )?;
        let rows = statement.query_map([], token_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn answer(&self, principal: &str, cmd: &str) -> Result<Option<Answer>> {
        let found = self
            .prepare("SELECT digest, result FROM answer WHERE principal = ?1 AND cmd = ?2")?
            .query_row([principal, cmd], |row| {
                Ok(Answer {
                    digest: row.get(0)?,
                    result: row.get(1)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    fn changed(&self, kind: Kind, id: &str, version: i64) -> Result<Option<(String, Timestamp)>> {
        // The log has no index by record: only its end is looked through, where conflicts come from.
        let found = self
            .prepare(
                "SELECT user, at FROM audit
                 WHERE number > (SELECT coalesce(max(number), 0) FROM audit) - 20000
                   AND kind = ?1 AND id = ?2 AND version = ?3 AND status <> 'noop'
                 ORDER BY number DESC LIMIT 1",
            )?
            .query_row(params![kind.name(), id, version], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        Ok(found.and_then(|(user, at)| Some((user, at.parse().ok()?))))
    }

    fn last_audit(&self) -> Result<Option<(i64, [u8; 32])>> {
        let found = self
            .prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found)
    }

    fn audit(&self, after: i64, sink: &mut dyn FnMut(AuditRow) -> Result<()>) -> Result<()> {
        let mut statement = self.prepare(
            "SELECT number, at, user, client, cmd, kind, id, op, base, mine, status, version, seq,
             before, after, hash FROM audit WHERE number > ?1 ORDER BY number",
        )?;
        let mut rows = statement.query([after])?;
        while let Some(row) = rows.next()? {
            sink(audit_row(row)?)?;
        }
        Ok(())
    }

    fn next_outgoing(&self) -> Result<Option<i64>> {
        self.one("SELECT send_at FROM outgoing ORDER BY send_at LIMIT 1", [])
    }
}

fn mark(row: &Row<'_>) -> rusqlite::Result<Mark> {
    Ok(Mark {
        first: row.get(0)?,
        last: row.get(1)?,
        at: row.get(2)?,
        chain: row.get(3)?,
    })
}

/// Reads a record from [`record_columns`].
pub(super) fn stored(row: &Row<'_>) -> Result<Stored> {
    let kind = text(row, 0)?;
    let parent: (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(Stored {
        kind: known(kind)?,
        id: row.get(1)?,
        version: row.get(2)?,
        seq: row.get(3)?,
        life: life(row.get(4)?),
        audience: row.get(5)?,
        parent: match parent {
            (Some(kind), Some(id)) => Some(AnyRef {
                kind: kind.into(),
                id: id.into(),
            }),
            _ => None,
        },
        updated_at: instant(text(row, 8)?)?,
        updated_by: row.get(9)?,
        fields: row.get(10)?,
        fv: row.get(11)?,
        makers: row.get(12)?,
    })
}

pub(super) fn known(kind: &str) -> Result<Kind> {
    Kind::from_name(kind)
        .ok_or_else(|| StorageError::Damaged(format!("records of the unknown kind {kind}")))
}

fn instant(text: &str) -> Result<Timestamp> {
    text.parse()
        .map_err(|_| StorageError::Damaged(format!("{text} is no instant")))
}

fn life(deleted: bool) -> Life {
    if deleted { Life::Deleted } else { Life::Live }
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)?
        .as_str()
        .map_err(|error| StorageError::Damaged(error.to_string()))
}

fn feed_row<'a>(row: &'a Row<'_>) -> Result<FeedRow<'a>> {
    let version = row.get(3)?;
    Ok(FeedRow {
        seq: row.get(0)?,
        kind: text(row, 1)?,
        id: text(row, 2)?,
        state: match life(row.get(4)?) {
            Life::Deleted => FeedState::Deleted { version },
            Life::Live => FeedState::Live {
                version,
                updated_at: text(row, 5)?,
                updated_by: text(row, 6)?,
                fields: text(row, 7)?,
                fv: text(row, 8)?,
            },
        },
    })
}

fn departed<'a>(row: &'a Row<'_>) -> Result<FeedRow<'a>> {
    Ok(FeedRow {
        seq: row.get(0)?,
        kind: text(row, 1)?,
        id: text(row, 2)?,
        state: FeedState::Left,
    })
}

fn audit_row(row: &Row<'_>) -> Result<AuditRow> {
    Ok(AuditRow {
        number: row.get(0)?,
        at: row.get(1)?,
        user: row.get(2)?,
        client: row.get(3)?,
        cmd: row.get(4)?,
        kind: row.get(5)?,
        id: row.get(6)?,
        op: row.get(7)?,
        base: row.get(8)?,
        mine: row.get(9)?,
        status: row.get(10)?,
        version: row.get(11)?,
        seq: row.get(12)?,
        before: row.get(13)?,
        after: row.get(14)?,
        hash: row.get(15)?,
    })
}

/// Runs a statement that returns no rows.
pub(super) fn run(statement: &mut Statement<'_>, values: impl rusqlite::Params) -> Result<()> {
    statement.execute(values)?;
    Ok(())
}

fn token_row(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        id: row.get(0)?,
        user: row.get(1)?,
        name: row.get(2)?,
        scopes: row.get(3)?,
        hash: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        revoked: row.get(7)?,
        last_used: row.get(8)?,
    })
}
