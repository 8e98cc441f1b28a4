//! Writing to `SQLite`.

use rusqlite::params;

use super::Session;
use super::read::{known, record_columns, run, stored};
use crate::record::Kind;
use crate::server::storage::{
    Answer, AuditRow, Child, Directory, Expiry, Life, Mark, Move, Result, Snapshot, Stored,
    Transaction,
};
use crate::server::token::TokenRow;

/// What of a thread says for whose next step it sleeps.
#[derive(serde::Deserialize)]
struct Sleep {
    wake_on: serde_json::Value,
    lead: Option<serde_json::Value>,
}

/// Returns the lead for whose next step a thread sleeps.
fn sleeps_for(record: &Stored) -> Option<String> {
    let may = record.kind == Kind::Thread
        && record.life == Life::Live
        && record.fields.contains(r#""wake_on""#);
    if !may {
        return None;
    }
    let sleep: Sleep = serde_json::from_str(&record.fields).ok()?;
    (sleep.wake_on == "stage")
        .then(|| sleep.lead?.as_str().map(str::to_owned))
        .flatten()
}

impl Session<'_> {
    /// Lets everybody who remembers tokens or rights look again.
    fn renew_rights(&self) -> Result<()> {
        self.execute(
            "INSERT INTO setting (key, value) VALUES ('rights', '1')
             ON CONFLICT (key) DO UPDATE SET value = value + 1",
            [],
        )
    }

    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        run(&mut *self.prepare(sql)?, values)
    }
}

impl Transaction for Session<'_> {
    fn begin_part(&self) -> Result<()> {
        self.execute("SAVEPOINT part", [])
    }

    fn keep_part(&self) -> Result<()> {
        self.execute("RELEASE part", [])
    }

    fn undo_part(&self) -> Result<()> {
        self.execute("ROLLBACK TO part", [])?;
        self.execute("RELEASE part", [])
    }

    fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        self.execute(
            "INSERT INTO setting (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )
    }

    fn put(&self, record: &Stored, previous: Option<i64>) -> Result<()> {
        let parent = record.parent.as_ref();
        let sleeps_for = sleeps_for(record);
        if let Some(previous) = previous {
            return self.execute(
                "UPDATE record SET seq = ?1, version = ?2, deleted = ?3, audience = ?4,
                 parent_kind = ?5, parent_id = ?6, updated_at = ?7, updated_by = ?8, fields = ?9,
                 fv = ?10, makers = ?11, sleeps_for = ?13 WHERE seq = ?12",
                params![
                    record.seq,
                    record.version,
                    record.life == Life::Deleted,
                    record.audience,
                    parent.map(|parent| &*parent.kind),
                    parent.map(|parent| &*parent.id),
                    record.updated_at.to_string(),
                    record.updated_by,
                    record.fields,
                    record.fv,
                    record.makers,
                    previous,
                    sleeps_for,
                ],
            );
        }
        self.execute(
            "INSERT INTO record (seq, kind, id, version, deleted, audience, parent_kind, parent_id,
             updated_at, updated_by, fields, fv, makers, sleeps_for)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                record.seq,
                record.kind.name(),
                record.id,
                record.version,
                record.life == Life::Deleted,
                record.audience,
                parent.map(|parent| &*parent.kind),
                parent.map(|parent| &*parent.id),
                record.updated_at.to_string(),
                record.updated_by,
                record.fields,
                record.fv,
                record.makers,
                sleeps_for,
            ],
        )
    }

    fn rehouse(&self, seq: i64, to: Option<i64>, audience: i64) -> Result<()> {
        self.execute(
            "UPDATE record SET seq = ?2, audience = ?3 WHERE seq = ?1",
            [seq, to.unwrap_or(seq), audience],
        )
    }

    fn depart(&self, seq: i64, user: &str, kind: Kind, id: &str) -> Result<()> {
        self.execute(
            "INSERT INTO departed (user, seq, kind, id) VALUES (?1, ?2, ?3, ?4)",
            params![user, seq, kind.name(), id],
        )
    }

    fn mark(&self, mark: &Mark, moves: &[Move]) -> Result<()> {
        // Most transactions are of one record: its move stands with them, which saves a tree to write to.
        let mut moved = None;
        for step in moves {
            if step.to == mark.last {
                moved = Some(step.from);
            } else {
                self.execute(
                    "INSERT INTO superseded (old, new) VALUES (?1, ?2)",
                    [step.from, step.to],
                )?;
            }
        }
        self.execute(
            "INSERT INTO txn (last, first, at, chain, moved) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![mark.last, mark.first, mark.at, mark.chain, moved],
        )
    }

    fn audience(&self, users: &[String]) -> Result<i64> {
        let members = users.join(",");
        let found = self.one(
            "SELECT audience FROM audience WHERE members = ?1",
            [&members],
        )?;
        if let Some(audience) = found {
            return Ok(audience);
        }
        self.execute("INSERT INTO audience (members) VALUES (?1)", [&members])?;
        let audience = self.conn.last_insert_rowid();
        for user in users {
            self.execute(
                "INSERT INTO audience_user (user, audience) VALUES (?1, ?2)",
                params![user, audience],
            )?;
        }
        self.execute(
            "INSERT INTO sight (principal, audience)
             SELECT DISTINCT m.principal, a.audience
             FROM audience_user a JOIN member m ON m.user = a.user WHERE a.audience = ?1",
            [audience],
        )?;
        Ok(audience)
    }

    fn sees_only(&self, audience: i64, other: i64) -> Result<Vec<String>> {
        let mut statement = self.prepare(
            "SELECT principal FROM sight WHERE audience = ?1
             EXCEPT SELECT principal FROM sight WHERE audience = ?2 ORDER BY 1",
        )?;
        let found = statement.query_map([audience, other], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    fn children(&self, kind: Kind, id: &str, limit: usize) -> Result<Vec<Child>> {
        let mut statement = self.prepare(
            "SELECT kind, id, seq FROM record
             WHERE parent_kind = ?1 AND parent_id = ?2 AND deleted = 0 ORDER BY seq LIMIT ?3",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![kind.name(), id, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            found.push(Child {
                kind: known(&kind)?,
                id: row.get(1)?,
                seq: row.get(2)?,
            });
        }
        Ok(found)
    }

    fn orphans(&self) -> Result<Vec<Stored>> {
        let mut statement = self.prepare(concat!(
            "SELECT ",
            record_columns!(),
            " FROM record r JOIN record p ON p.kind = r.parent_kind AND p.id = r.parent_id
             WHERE r.parent_id IS NOT NULL AND r.deleted = 0 AND r.audience <> p.audience"
        ))?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(stored(row)?);
        }
        Ok(found)
    }

    fn sleepers(&self, lead: &str) -> Result<Vec<Stored>> {
        let mut statement = self.prepare(concat!(
            "SELECT ",
            record_columns!(),
            " FROM record r WHERE sleeps_for = ?1 ORDER BY seq"
        ))?;
        let mut rows = statement.query([lead])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(stored(row)?);
        }
        Ok(found)
    }

    fn remember(&self, principal: &str, cmd: &str, answer: &Answer, at: i64) -> Result<()> {
        self.execute(
            "INSERT INTO answer (principal, cmd, digest, result, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![principal, cmd, answer.digest, answer.result, at],
        )
    }

    fn append_audit(&self, row: &AuditRow) -> Result<()> {
        self.execute(
            "INSERT INTO audit (number, at, user, client, cmd, kind, id, op, base, mine, status,
             version, seq, before, after, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                row.number,
                row.at,
                row.user,
                row.client,
                row.cmd,
                row.kind,
                row.id,
                row.op,
                row.base,
                row.mine,
                row.status,
                row.version,
                row.seq,
                row.before,
                row.after,
                row.hash,
            ],
        )
    }

    fn set_directory(&self, directory: &Directory) -> Result<()> {
        self.renew_rights()?;
        for table in [
            "DELETE FROM principal",
            "DELETE FROM member",
            "DELETE FROM sight",
        ] {
            self.execute(table, [])?;
        }
        for (user, row) in &directory.principals {
            self.execute(
                "INSERT INTO principal (user, role, scope) VALUES (?1, ?2, ?3)",
                params![user, row.role, row.scope],
            )?;
        }
        for (principal, user) in &directory.members {
            self.execute(
                "INSERT OR IGNORE INTO member (user, principal) VALUES (?1, ?2)",
                params![user, principal],
            )?;
        }
        self.execute(
            "INSERT INTO sight (principal, audience)
             SELECT DISTINCT m.principal, a.audience
             FROM member m JOIN audience_user a ON a.user = m.user",
            [],
        )
    }

    fn bump_scope(&self, user: &str) -> Result<()> {
        self.renew_rights()?;
        self.execute(
            "INSERT INTO scope_bump (user, count) VALUES (?1, 1)
             ON CONFLICT (user) DO UPDATE SET count = count + 1",
            [user],
        )
    }

    fn queue(&self, message: &str, send_at: Option<i64>) -> Result<()> {
        match send_at {
            Some(send_at) => self.execute(
                "INSERT INTO outgoing (message, send_at) VALUES (?1, ?2)
                 ON CONFLICT (message) DO UPDATE SET send_at = excluded.send_at",
                params![message, send_at],
            ),
            None => self.execute("DELETE FROM outgoing WHERE message = ?1", [message]),
        }
    }

    fn due(&self, now: i64, limit: usize) -> Result<Vec<String>> {
        let mut statement = self.prepare(
            "SELECT message FROM outgoing WHERE send_at <= ?1 ORDER BY send_at, message LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = statement.query_map([now, limit], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    fn put_token(&self, token: &TokenRow) -> Result<()> {
        self.renew_rights()?;
        self.execute(
            "INSERT OR REPLACE INTO token
             (id, user, name, scopes, hash, created_at, expires_at, revoked, last_used)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                token.id,
                token.user,
                token.name,
                token.scopes,
                token.hash,
                token.created_at,
                token.expires_at,
                token.revoked,
                token.last_used,
            ],
        )
    }

    fn note_use(&self, token: &str, at: i64) -> Result<()> {
        self.execute(
            "UPDATE token SET last_used = ?2 WHERE id = ?1",
            params![token, at],
        )
    }

    fn purge(&self, expiry: &Expiry) -> Result<i64> {
        self.execute("DELETE FROM answer WHERE at < ?1", [expiry.answers_before])?;
        let head = self.head()?.last;
        let floor: i64 = self
            .one(
                "SELECT coalesce(max(last), 0) FROM txn WHERE at < ?1 AND last < ?2",
                [expiry.feed_before, head],
            )?
            .unwrap_or(0);
        if floor > 0 {
            // Deleted users stay: the lead of their team still has to see what they owned.
            self.execute(
                "DELETE FROM record WHERE deleted = 1 AND seq <= ?1 AND kind NOT IN ('user', 'team')",
                [floor],
            )?;
            self.execute("DELETE FROM departed WHERE seq <= ?1", [floor])?;
            self.execute("DELETE FROM superseded WHERE new <= ?1", [floor])?;
            self.execute("DELETE FROM txn WHERE last < ?1", [floor])?;
        }
        Ok(floor)
    }
}
