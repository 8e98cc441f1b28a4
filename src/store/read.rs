//! Reading: the mirror with the outbox replayed on top.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::columns::{Columns, done_at, parent_key};
use super::mirror::{MirrorRow, damage};
use super::overlay::overlay;
use super::{Incoming, Store, StoreError, columns, search};
use crate::effect::{CacheChange, CacheRow, Load, RowState};
use crate::record::{AnyRef, Kind};

/// How many rows are given away at a time: whoever takes them works while the next ones are read.
const PIECE: usize = 16;

impl Store {
    /// Reads rows as the screen should show them.
    ///
    /// A mirror that turns out to be damaged is moved aside; what is in the outbox is still shown.
    pub fn load(&mut self, load: &Load) -> Result<Vec<CacheRow>, StoreError> {
        let mut found = Vec::new();
        self.load_each(std::slice::from_ref(load), |mut rows| {
            found.append(&mut rows);
        })?;
        Ok(found)
    }

    /// Reads rows as [`Self::load`] does, as of one moment, and gives them away in pieces, as soon as some are read.
    ///
    /// Where the mirror turns out to be damaged, rows that were given away may come once more.
    pub fn load_each(
        &mut self,
        loads: &[Load],
        mut give: impl FnMut(Vec<CacheRow>),
    ) -> Result<(), StoreError> {
        self.refresh()?;
        let mut given = 0;
        let mut read = |store: &Self| {
            // In one transaction: the file is locked once, and what another console writes meanwhile comes later.
            let _one = store.mirror.db.unchecked_transaction()?;
            for load in loads.iter().skip(given) {
                store.try_load(load, &mut give)?;
                given += 1;
            }
            Ok(())
        };
        match read(self) {
            Err(error) if self.mirror_error(&error).is_damage() && self.read_only.is_none() => {
                let now = self.mirror.place().synced_at.unwrap_or_default();
                self.rebuild_mirror(now, &error)?;
                read(self).map_err(|error| self.mirror_error(&error))
            }
            other => other.map_err(|error| self.mirror_error(&error)),
        }
    }

    fn try_load(&self, load: &Load, give: &mut dyn FnMut(Vec<CacheRow>)) -> rusqlite::Result<()> {
        let rows = match load {
            Load::Working(kinds) => {
                for &kind in kinds {
                    self.working(kind, give)?;
                }
                return Ok(());
            }
            Load::Children {
                parent,
                kind,
                limit,
            } => self.children(parent, *kind, *limit)?,
            Load::Below {
                parent,
                through,
                kind,
                since,
                limit,
            } => self.below(parent, *through, (*kind, since.as_microsecond()), *limit)?,
            Load::Unhandled => self.unhandled()?,
            Load::Records(links) => {
                let mut rows = Vec::with_capacity(links.len());
                for link in links {
                    if let Some(kind) = link.known_kind() {
                        rows.extend(self.current(kind, &link.id)?);
                    }
                }
                rows
            }
            Load::All { kind, limit } => {
                let rows = self.mirror.latest(kind.name(), None, *limit)?;
                let mut shown = self.with_edits(*kind, rows, |_| true)?;
                shown.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
                shown.truncate(*limit);
                shown.into_iter().map(|(_, row)| row).collect()
            }
            Load::Since { kind, since, limit } => {
                let since = since.as_microsecond();
                let rows = self.mirror.latest(kind.name(), Some(since), *limit)?;
                let mut shown =
                    self.with_edits(*kind, rows, |columns| columns.at >= Some(since))?;
                shown.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
                shown.truncate(*limit);
                shown.into_iter().map(|(_, row)| row).collect()
            }
            Load::Search { text, limit } => self.find(text, *limit)?,
        };
        give(rows);
        Ok(())
    }

    /// Reads the open records of a kind, in pieces.
    fn working(&self, kind: Kind, give: &mut dyn FnMut(Vec<CacheRow>)) -> rusqlite::Result<()> {
        let mut piece = Vec::new();
        let sql = "WHERE kind = ?1 AND open = 1";
        self.mirror.each(sql, [kind.name()], |row| {
            if !self.active.touches(kind, &row.id) {
                piece.push(clean(row));
            }
            if piece.len() == PIECE {
                give(std::mem::replace(&mut piece, Vec::with_capacity(PIECE)));
            }
        })?;
        let edited = self.with_edits(kind, Vec::new(), |columns| columns.open)?;
        piece.extend(edited.into_iter().map(|(_, row)| row));
        if !piece.is_empty() {
            give(piece);
        }
        Ok(())
    }

    fn children(
        &self,
        parent: &AnyRef,
        kind: Kind,
        limit: usize,
    ) -> rusqlite::Result<Vec<CacheRow>> {
        let key = parent_key(parent);
        let rows = self.mirror.under((&key, kind.name()), None, limit)?;
        let mut shown = self.with_edits(kind, rows, |columns| {
            columns.parent.as_deref() == Some(&key)
        })?;
        shown.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        let extra = shown.len().saturating_sub(limit);
        Ok(shown.into_iter().skip(extra).map(|(_, row)| row).collect())
    }

    fn below(
        &self,
        parent: &AnyRef,
        through: Kind,
        (kind, since): (Kind, i64),
        limit: usize,
    ) -> rusqlite::Result<Vec<CacheRow>> {
        let mut shown = Vec::new();
        let mut parents = HashSet::new();
        for child in self.children(parent, through, usize::MAX)? {
            let key = parent_key(&AnyRef::new(through, &child.id));
            let found = self
                .mirror
                .under((&key, kind.name()), Some(since), usize::MAX)?;
            shown.extend(found);
            parents.insert(key);
        }
        let mut shown = self.with_edits(kind, shown, |columns| {
            let below = columns
                .parent
                .as_ref()
                .is_some_and(|key| parents.contains(key));
            below && columns.at >= Some(since)
        })?;
        shown.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        let extra = shown.len().saturating_sub(limit);
        Ok(shown.into_iter().skip(extra).map(|(_, row)| row).collect())
    }

    fn unhandled(&self) -> rusqlite::Result<Vec<CacheRow>> {
        let mut threads = Vec::new();
        self.working(Kind::Thread, &mut |mut more| threads.append(&mut more))?;
        let mut rows = Vec::new();
        let mut since = std::collections::HashMap::new();
        for thread in &threads {
            let key = parent_key(&AnyRef::new(Kind::Thread, &thread.id));
            let after = done_at(&thread.fields).unwrap_or(i64::MIN);
            let message = Kind::Message.name();
            let later = Some(after.saturating_add(1));
            rows.extend(self.mirror.under((&key, message), later, usize::MAX)?);
            since.insert(key, after);
        }
        let mut shown = self.with_edits(Kind::Message, rows, |columns| {
            let after = columns.parent.as_ref().and_then(|key| since.get(key));
            after.is_some_and(|after| columns.at.is_some_and(|at| at > *after))
        })?;
        shown.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        Ok(shown.into_iter().map(|(_, row)| row).collect())
    }

    fn find(&self, text: &str, limit: usize) -> rusqlite::Result<Vec<CacheRow>> {
        let mut rows = Vec::new();
        let mut seen: HashSet<(Kind, String)> = HashSet::new();
        // What was written here a moment ago is not in the index yet.
        for (kind, id) in self.active.all_records() {
            if let Some(row) = self.current(kind, id)?
                && columns::words(kind, &row.fields)
                    .is_some_and(|words| search::holds(&words, text))
                && search::has_words(text)
            {
                seen.insert((kind, row.id.clone()));
                rows.push(row);
            }
        }
        for found in self.mirror.search(text, limit)? {
            if seen.insert((found.kind, found.id.clone())) {
                rows.extend(self.shown(found)?);
            }
        }
        rows.truncate(limit);
        Ok(rows)
    }

    /// Shows the rows that were read, and the records with edits that belong to them now, with their instants.
    fn with_edits(
        &self,
        kind: Kind,
        rows: Vec<MirrorRow>,
        belongs: impl Fn(&Columns) -> bool,
    ) -> rusqlite::Result<Vec<(Option<i64>, CacheRow)>> {
        let mut shown: Vec<(Option<i64>, CacheRow)> = Vec::with_capacity(rows.len());
        for row in rows {
            if !self.active.touches(kind, &row.id) {
                shown.push((row.at, clean(row)));
            }
        }
        for id in self.active.records(kind) {
            if let Some(row) = self.current(kind, id)? {
                let columns = Columns::read(kind, &row.fields);
                if belongs(&columns) {
                    shown.push((columns.at, row));
                }
            }
        }
        Ok(shown)
    }

    /// Reads one record as the screen should show it.
    pub(super) fn current(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<CacheRow>> {
        match self.mirror.get(kind, id)? {
            Some(row) => self.shown(row),
            None => self.replay(kind, id, None),
        }
    }

    fn shown(&self, row: MirrorRow) -> rusqlite::Result<Option<CacheRow>> {
        if self.active.touches(row.kind, &row.id) {
            self.replay(row.kind, &row.id, Some((row.version, &row.fields)))
        } else {
            Ok(Some(clean(row)))
        }
    }

    fn replay(
        &self,
        kind: Kind,
        id: &str,
        server: Option<(u64, &str)>,
    ) -> rusqlite::Result<Option<CacheRow>> {
        let (version, fields) = match server {
            Some((version, text)) => {
                let fields: Map<String, Json> = serde_json::from_str(text)
                    .map_err(|error| damage(format!("{kind} {id}: {error}")))?;
                (version, Some(fields))
            }
            None => (0, None),
        };
        let Some(shown) = overlay(fields, self.active.parts(kind, id)) else {
            return Ok(None);
        };
        let fields =
            serde_json::to_string(&shown.fields).map_err(|error| damage(error.to_string()))?;
        Ok(Some(CacheRow {
            kind,
            id: id.to_owned(),
            version,
            state: shown.state,
            fields,
        }))
    }

    /// Says how these records look now.
    pub(super) fn changes(
        &mut self,
        records: impl IntoIterator<Item = (Kind, String)>,
    ) -> Result<Vec<CacheChange>, StoreError> {
        records
            .into_iter()
            .map(|(kind, id)| {
                let row = self
                    .current(kind, &id)
                    .map_err(|error| self.mirror_error(&error))?;
                Ok(row.map_or(CacheChange::Remove(kind, id), CacheChange::Upsert))
            })
            .collect()
    }

    /// Says how a record looks that has just come from the server, without reading it again if nothing is on top.
    pub(super) fn change_from(&self, row: &Incoming) -> rusqlite::Result<Option<CacheChange>> {
        let Some(kind) = Kind::from_name(&row.kind) else {
            return Ok(None);
        };
        let live = row.life == super::Life::Live;
        let shown = if self.active.touches(kind, &row.id) {
            let server = live.then_some((row.version, row.fields.as_str()));
            self.replay(kind, &row.id, server)?
        } else {
            live.then(|| CacheRow {
                kind,
                id: row.id.clone(),
                version: row.version,
                state: RowState::Clean,
                fields: row.fields.clone(),
            })
        };
        Ok(Some(shown.map_or_else(
            || CacheChange::Remove(kind, row.id.clone()),
            CacheChange::Upsert,
        )))
    }
}

fn clean(row: MirrorRow) -> CacheRow {
    CacheRow {
        kind: row.kind,
        id: row.id,
        version: row.version,
        state: RowState::Clean,
        fields: row.fields,
    }
}
