//! Edits that cannot be read back: they are not sent, and listed with what waits until the user lets them go.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::outbox::{DamagedEdit, Fate, State, write_fate, write_log};
use super::{Store, StoreError};
use crate::effect::{CacheChange, Edit, OutboxRow, OutboxState};
use crate::record::{Kind, Op, Patch};

impl Store {
    /// Takes in which edits cannot be read; those that were not known are told.
    pub(super) fn take_damaged(&mut self, damaged: Vec<DamagedEdit>) {
        for bad in &damaged {
            let known = |other: &DamagedEdit| other.cmd == bad.cmd;
            if !self.damaged.iter().chain(&self.report.damaged).any(known) {
                self.report.notices.push(format!(
                    "{}: {}; it is not sent, and listed in the outbox (`outbox show`) with what to do",
                    self.paths.outbox.display(),
                    bad.what
                ));
                self.report.damaged.push(bad.clone());
            }
        }
        self.damaged = damaged;
    }

    /// Returns the edits that cannot be read, as the outbox lists them.
    pub(super) fn damaged_rows(&self) -> impl Iterator<Item = OutboxRow> {
        self.damaged.iter().map(row)
    }

    /// Tells whether an edit is one of those that cannot be read.
    pub(super) fn is_damaged(&self, cmd: &str) -> bool {
        self.damaged.iter().any(|bad| bad.cmd == cmd)
    }

    /// Takes an edit that cannot be read off the list; its row stays in the file with those that ended.
    pub(super) fn discard_damaged(
        &mut self,
        cmd: &str,
        now: Timestamp,
    ) -> Result<Vec<CacheChange>, StoreError> {
        let fate = Fate {
            state: State::Dropped,
            ended_at: Some(now),
            ..Fate::queued()
        };
        self.outbox
            .durably(|db| {
                write_fate(db, cmd, &fate)?;
                write_log(db, now, cmd, "discarded (damaged)")
            })
            .map_err(|error| self.outbox_error(&error))?;
        self.damaged.retain(|bad| bad.cmd != cmd);
        Ok(Vec::new())
    }

    /// Finds edits of which nothing says what became of them: they are sent again, which does no harm, or listed.
    pub(super) fn find_lost(&mut self) -> Result<(), StoreError> {
        let found = self.outbox.without_fate();
        let found = found.map_err(|error| self.outbox_error(&error))?;
        if found.is_empty() {
            return Ok(());
        }
        self.outbox
            .durably(|db| {
                found.iter().try_for_each(|one| match one {
                    Ok(entry) => write_fate(db, &entry.edit.cmd, &entry.fate),
                    Err(bad) => write_fate(db, &bad.cmd, &Fate::queued()),
                })
            })
            .map_err(|error| self.outbox_error(&error))?;
        let whole = found.iter().filter(|one| one.is_ok()).count();
        if whole > 0 {
            let edits = if whole == 1 { "edit" } else { "edits" };
            self.report.notices.push(format!(
                "{}: nothing said what became of {whole} {edits}, so they are sent again; the server takes each once",
                self.paths.outbox.display()
            ));
        }
        self.reload_active()
            .map_err(|error| self.outbox_error(&error))
    }
}

/// How the text of a row begins that only says that an edit was lost.
pub(super) const LOST: &str = "!lost ";

/// Keeps a damaged edit in the list of those that wait, under its own number where it has one: it is never sent, and
/// whoever looks at the outbox sees it.
pub(super) fn keep_damaged(db: &Connection, bad: &DamagedEdit) -> rusqlite::Result<()> {
    let number = (bad.number > 0).then_some(bad.number);
    let body = if bad.body.is_empty() {
        format!("{LOST}{}", bad.what)
    } else {
        bad.body.clone()
    };
    // A sum of 0 is right for no row.
    db.prepare_cached(
        "INSERT OR IGNORE INTO edit(number, place, cmd, batch, kind, record, body, mine, at, sum) \
         VALUES (?1, 0, ?2, '', ?3, ?4, ?5, 0, ?6, 0)",
    )?
    .execute(params![
        number,
        bad.cmd,
        bad.kind,
        bad.record,
        body,
        bad.at.map_or(0, Timestamp::as_microsecond)
    ])?;
    write_fate(db, &bad.cmd, &Fate::queued())
}

/// Says what choices there are for an edit that cannot be read.
pub(super) fn no_choice(cmd: &str) -> StoreError {
    StoreError::Edit {
        cmd: cmd.to_owned(),
        why: "it is damaged and cannot be sent; make the change again by hand, then discard it"
            .to_owned(),
    }
}

fn row(bad: &DamagedEdit) -> OutboxRow {
    let read: Option<Edit> = serde_json::from_str(&bad.body).ok();
    let kind = Kind::from_name(&bad.kind);
    let known = read.is_some();
    let edit = read.unwrap_or_else(|| Edit {
        cmd: bad.cmd.clone(),
        kind: kind.unwrap_or(Kind::Note),
        id: bad.record.clone(),
        op: Op::Update,
        base: None,
        patch: Patch::default(),
        before: serde_json::Map::new(),
    });
    OutboxRow {
        number: bad.number,
        edit: Edit {
            cmd: bad.cmd.clone(),
            ..edit
        },
        batch: String::new(),
        at: bad.at.unwrap_or_default(),
        state: OutboxState::Damaged {
            what: format!(
                "{}; it is not sent: make the change again by hand, then discard it here",
                bad.what
            ),
            read: if known {
                String::new()
            } else {
                bad.body.clone()
            },
        },
        attempts: 0,
    }
}
