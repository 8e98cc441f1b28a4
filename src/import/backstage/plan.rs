//! What an export would change: rows against what is there.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

pub use super::change::{Change, Counts, Kept};
use super::columns::{ColumnMap, Home, Owner};
use super::grid::{Grid, Progress};
use super::known::{Known, Stored, slot};
use super::merge::{end_countdowns, rename, same};
use super::table::{Entry, Period, Table, Unmatched, unmatched};
use super::totals::Totals;
use super::value::folded_handle;
use crate::record::{Kind, Op, Patch, diff};

/// What an import would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Which export it is.
    pub report: String,
    /// How the file is written.
    pub written: String,
    /// Version of the column map.
    pub map_version: i64,
    /// When the export was made.
    pub exported_at: Option<Timestamp>,
    /// The period, where all rows have one.
    pub period: Option<Period>,
    /// How many rows of which fate.
    pub counts: Counts,
    /// The record that keeps what was imported.
    pub import: String,
    /// What changes, in the order of the file.
    pub changes: Vec<Change>,
    /// What people typed and what stays.
    pub kept: Vec<Kept>,
    /// Columns that the map does not know.
    pub unknown_columns: Vec<String>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Rows that could not be used.
    pub unmatched: Vec<Unmatched>,
    /// Whether this very file was imported before.
    pub seen: bool,
}

impl Plan {
    /// Tells whether applying it would change anything.
    pub fn is_empty(&self) -> bool {
        let notable = !self.unmatched.is_empty() || !self.unknown_columns.is_empty();
        self.changes.is_empty() && (self.seen || !notable)
    }
}

/// What a plan is made for.
pub struct Terms<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The cells of the file.
    pub grid: &'a Grid,
    /// The CN of creators that are not known yet.
    pub network: Option<&'a str>,
    /// Makes ids.
    pub ids: &'a mut dyn FnMut() -> String,
}

/// Compares an export with what is there.
pub fn plan(
    table: Table,
    known: &Known,
    map: &ColumnMap,
    terms: Terms<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Plan {
    let import = (terms.ids)();
    let mut periods: Vec<Option<&Period>> =
        table.rows.iter().map(|row| row.period.as_ref()).collect();
    periods.dedup();
    let period = match periods.as_slice() {
        [Some(one)] => Some((*one).clone()),
        _ => None,
    };
    let counts = Counts {
        rows: table.count,
        ..Counts::default()
    };
    let mut work = Work {
        known,
        owners: owners(map, &table.header),
        exported_at: table.exported_at,
        network: terms.network,
        ids: terms.ids,
        grid: terms.grid,
        taken: HashMap::new(),
        told: HashSet::new(),
        made: HashMap::new(),
        totals: Totals::default(),
        outdated: 0,
        plan: Plan {
            file: terms.file.to_owned(),
            seen: known.imported.contains(&terms.sha256),
            sha256: terms.sha256,
            report: table.report,
            written: terms.grid.written.clone(),
            map_version: map.version,
            exported_at: table.exported_at,
            period,
            counts,
            import,
            changes: Vec::new(),
            kept: Vec::new(),
            unknown_columns: table.unknown,
            warnings: table.warnings,
            unmatched: table.unmatched,
        },
    };
    // Of several periods in one file the newest says how the creator stands.
    let mut rows = table.rows;
    rows.sort_by_key(|row| std::cmp::Reverse(row.period.as_ref().map(|period| period.end)));
    let total = rows.len() as u64;
    for (at, entry) in rows.iter().enumerate() {
        work.row(entry);
        if at.is_multiple_of(512) {
            progress(Progress::Comparing(at as u64, total));
        }
    }
    let made = (work.network, work.made.len());
    let (totals, parts) = work.totals.changes(known, made, work.ids);
    let mut plan = work.plan;
    plan.warnings.extend(parts);
    if work.outdated > 0 {
        plan.warnings.push(format!(
            "{} told by a newer export: what this file says of them but their figures is left out",
            crate::text::counted(work.outdated, "creator")
        ));
    }
    plan.counts.totals = totals.len();
    plan.changes.extend(totals);
    plan.counts.unmatched = plan.unmatched.len();
    plan.changes.sort_by_key(|change| change.line);
    plan.unmatched.sort_by_key(|row| row.line);
    plan
}

/// Which fields people may change too.
fn owners(map: &ColumnMap, header: &[String]) -> HashSet<String> {
    let columns = header.iter().filter_map(|name| map.find(name));
    columns
        .filter(|column| column.owner == Owner::Shared)
        .filter_map(|column| match &column.into {
            Home::Creator(field) => Some(field.clone()),
            _ => None,
        })
        .collect()
}

/// A creator that a row belongs to.
enum Who<'a> {
    There(&'a Stored),
    New(String),
}

impl Who<'_> {
    fn id(&self) -> &str {
        match self {
            Who::There(stored) => &stored.id,
            Who::New(id) => id,
        }
    }
}

struct Work<'a> {
    known: &'a Known,
    grid: &'a Grid,
    owners: HashSet<String>,
    exported_at: Option<Timestamp>,
    network: Option<&'a str>,
    ids: &'a mut dyn FnMut() -> String,
    /// What was read of each creator and period, to see rows that come twice.
    taken: HashMap<(String, Option<Period>), (usize, Entry)>,
    /// Creators whose newest row was read.
    told: HashSet<String>,
    /// Creators that this file makes, by platform id.
    made: HashMap<String, String>,
    /// What the figures of each CN add up to.
    totals: Totals,
    /// Creators whose fields stay, since a newer export told them, though this file says something else.
    outdated: usize,
    plan: Plan,
}

impl<'a> Work<'a> {
    fn row(&mut self, entry: &Entry) {
        let who = match self.find(entry) {
            Ok(who) => who,
            Err(why) => return self.refuse(entry.line, why),
        };
        let key = (who.id().to_owned(), entry.period.as_ref().map(slot));
        let mut bare = entry.clone();
        bare.line = 0;
        if let Some((line, first)) = self.taken.get(&key) {
            if *first == bare {
                self.plan.counts.repeated += 1;
            } else {
                let why = format!(
                    "row {line} is of the same creator and period and says something else; row {line} was taken"
                );
                self.refuse(entry.line, why);
            }
            return;
        }
        let before = self.plan.changes.len();
        if self.told.insert(key.0.clone()) {
            match &who {
                Who::There(stored) => self.update(stored, entry),
                Who::New(id) => self.create(id.clone(), entry),
            }
        }
        self.taken.insert(key, (entry.line, bare));
        let network = match &who {
            Who::There(stored) => stored.text("network"),
            Who::New(_) => self.network.unwrap_or_default(),
        };
        let older = self.figures((who.id(), network), entry);
        if self.plan.changes.len() == before {
            let counts = &mut self.plan.counts;
            *if older {
                &mut counts.older
            } else {
                &mut counts.unchanged
            } += 1;
        }
    }

    fn refuse(&mut self, number: usize, why: String) {
        let lines = &self.grid.lines;
        let at = lines.binary_search_by_key(&number, |line| line.number);
        let line = at.ok().and_then(|at| lines.get(at));
        self.plan
            .unmatched
            .extend(line.map(|line| unmatched(line, why)));
    }

    /// Finds the creator: by id, then by handle, never by the display name.
    fn find(&mut self, entry: &Entry) -> Result<Who<'a>, String> {
        let known = self.known;
        let there = |at: &usize| known.creators.get(*at);
        let handle = entry
            .handle
            .as_deref()
            .map(folded_handle)
            .unwrap_or_default();
        let same_handle: Vec<&Stored> = known
            .by_handle
            .get(&handle)
            .into_iter()
            .flatten()
            .filter_map(there)
            .collect();
        let Some(id) = &entry.platform_id else {
            return match same_handle.as_slice() {
                [one] => {
                    self.plan.counts.by_handle += 1;
                    Ok(Who::There(one))
                }
                [] => {
                    Err("no creator with this handle is known here, and the row has no id".into())
                }
                several => Err(format!(
                    "{} creators have this handle, and the row has no id to tell them apart",
                    several.len()
                )),
            };
        };
        if let Some(stored) = known.by_id.get(id).and_then(there) {
            self.plan.counts.by_id += 1;
            return Ok(Who::There(stored));
        }
        if let Some(made) = self.made.get(id) {
            return Ok(Who::New(made.clone()));
        }
        let (without_id, with_another): (Vec<&Stored>, Vec<&Stored>) = same_handle
            .into_iter()
            .partition(|stored| stored.text("platform_id").is_empty());
        if let [one] = without_id.as_slice()
            && with_another.is_empty()
            && !self.told.contains(&one.id)
        {
            self.plan.counts.by_handle += 1;
            return Ok(Who::There(one));
        }
        if self.network.is_none() {
            return Err(
                "the creator is not known here yet; --network NAME files new creators under that CN".into(),
            );
        }
        if !with_another.is_empty() {
            self.plan.warnings.push(format!(
                "row {}: the handle `{handle}` belonged to another id; ids decide, so this is a new creator",
                entry.line
            ));
        }
        let made = (self.ids)();
        self.made.insert(id.clone(), made.clone());
        Ok(Who::New(made))
    }

    fn push(
        &mut self,
        kind: Kind,
        stored: Option<&Stored>,
        id: String,
        patch: Patch,
        entry: &Entry,
    ) {
        let who = entry.handle.clone().or_else(|| entry.platform_id.clone());
        self.plan.changes.push(Change {
            kind,
            id,
            op: if stored.is_some() {
                Op::Update
            } else {
                Op::Create
            },
            base: stored.map_or(0, |stored| stored.version),
            before: stored
                .map(|stored| stored.fields.clone())
                .unwrap_or_default(),
            patch,
            who: who.unwrap_or_default(),
            line: entry.line,
        });
    }

    fn create(&mut self, id: String, entry: &Entry) {
        let mut fields = entry.creator.clone();
        if let Some(platform_id) = &entry.platform_id {
            fields.insert("platform_id".into(), platform_id.clone().into());
        }
        if let Some(handle) = &entry.handle {
            fields.insert("handle".into(), handle.clone().into());
        }
        if let Some(network) = self.network {
            fields.insert("network".into(), network.into());
        }
        let shared = fields
            .iter()
            .filter(|(name, _)| self.owners.contains(*name));
        let imported: Map<String, Json> = shared
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !imported.is_empty() {
            fields.insert("imported".into(), imported.into());
        }
        if let Some(at) = self.exported_at {
            fields.insert("exported_at".into(), at.to_string().into());
        }
        self.plan.counts.created += 1;
        let patch = Patch {
            set: fields,
            ..Patch::default()
        };
        self.push(Kind::Creator, None, id, patch, entry);
    }

    fn update(&mut self, stored: &Stored, entry: &Entry) {
        let mut after = stored.fields.clone();
        if let Some(id) = &entry.platform_id
            && stored.text("platform_id").is_empty()
        {
            after.insert("platform_id".into(), id.clone().into());
        }
        let seen = self
            .known
            .newest
            .get(&stored.id)
            .copied()
            .max(stored.at("exported_at"));
        let older = seen
            .zip(self.exported_at)
            .is_some_and(|(seen, made)| made < seen);
        let mut imported: Map<String, Json> = stored
            .fields
            .get("imported")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default();
        let says = |(name, value): (&String, &Json)| {
            let there = stored.fields.get(name).filter(|there| !there.is_null());
            there.is_none_or(|there| !same(there, value))
        };
        self.outdated += usize::from(older && entry.creator.iter().any(says));
        if !older {
            rename(&mut after, entry);
            for (name, value) in &entry.creator {
                let mine = stored.fields.get(name).filter(|mine| !mine.is_null());
                if !self.owners.contains(name) {
                    if mine.is_none_or(|mine| !same(mine, value)) {
                        after.insert(name.clone(), value.clone());
                    }
                    continue;
                }
                // What differs from the last export was typed by somebody.
                match mine {
                    Some(mine) if same(mine, value) => {}
                    Some(mine) if imported.get(name).is_none_or(|last| !same(last, mine)) => {
                        self.plan.kept.push(Kept {
                            line: entry.line,
                            who: entry.handle.clone().unwrap_or_default(),
                            field: name.clone(),
                            mine: mine.clone(),
                            theirs: value.clone(),
                        });
                        continue;
                    }
                    _ => {
                        after.insert(name.clone(), value.clone());
                    }
                }
                imported.insert(name.clone(), value.clone());
            }
            end_countdowns(&mut after, entry);
        }
        if after == stored.fields {
            return;
        }
        if !imported.is_empty() {
            after.insert("imported".into(), imported.into());
        }
        if let Some(at) = self.exported_at.filter(|_| !older) {
            after.insert("exported_at".into(), at.to_string().into());
        }
        let patch = diff(Kind::Creator, &stored.fields, &after);
        self.plan.counts.updated += 1;
        self.push(Kind::Creator, Some(stored), stored.id.clone(), patch, entry);
    }

    /// Files the figures of a row; says whether what is there is newer.
    fn figures(&mut self, creator: (&str, &str), entry: &Entry) -> bool {
        let mut older = false;
        let thirty = self.exported_at.and_then(super::table::thirty_days);
        let own = entry.period.clone();
        let (mut row, mut rolling) = (entry.figures.clone(), entry.thirty.clone());
        if !entry.bonus.is_empty() {
            let items = serde_json::to_value(&entry.bonus).unwrap_or_default();
            row.insert("bonus_items".into(), items);
        }
        if !entry.other.is_empty() {
            let other = serde_json::to_value(&entry.other).unwrap_or_default();
            let home = if own.is_some() {
                &mut row
            } else {
                &mut rolling
            };
            home.insert("other".into(), other);
        }
        for (period, figures) in [(own, row), (thirty, rolling)] {
            if let Some(period) = period
                && !figures.is_empty()
            {
                older |= self.file(creator, &period, figures, entry);
            }
        }
        older
    }

    fn file(
        &mut self,
        (creator, network): (&str, &str),
        period: &Period,
        figures: Map<String, Json>,
        entry: &Entry,
    ) -> bool {
        let known = self.known;
        let stored = known.figures.get(&(creator.to_owned(), slot(period)));
        let made = self.exported_at;
        let mut after = stored
            .map(|stored| stored.fields.clone())
            .unwrap_or_default();
        // What was told of other days does not add up with what is told of these.
        let same_days =
            stored.is_none_or(|stored| stored.text("period_end") == period.end.to_string());
        let told = (!same_days).then(|| figures.clone());
        if let Some(stored) = stored
            && stored
                .at("as_of")
                .zip(made)
                .is_some_and(|(seen, made)| made < seen)
        {
            // The creator's figures go on; how far the CN was on that day is still worth knowing.
            self.totals.take(network, creator, period, &figures, made);
            return true;
        }
        for (name, value) in figures {
            let value = match (after.get(&name), value) {
                // Columns that this export does not have stay as the last one left them.
                (Some(Json::Object(before)), Json::Object(new)) => {
                    let mut both = before.clone();
                    both.extend(new);
                    Json::Object(both)
                }
                (_, value) => value,
            };
            if after.get(&name).is_none_or(|before| !same(before, &value)) {
                after.insert(name, value);
            }
        }
        after.insert("creator".into(), creator.into());
        after.insert("period_kind".into(), period.kind.as_str().into());
        after.insert("period_start".into(), period.start.to_string().into());
        let end = period.end.to_string();
        if stored.is_none_or(|stored| stored.text("period_end") < end.as_str()) {
            after.insert("period_end".into(), end.into());
        }
        if let Some(made) = made
            && stored.is_none_or(|stored| stored.at("as_of") != Some(made))
        {
            after.insert("as_of".into(), made.to_string().into());
        }
        let told = told.as_ref().unwrap_or(&after);
        self.totals.take(network, creator, period, told, made);
        if stored.is_some_and(|stored| stored.fields == after) {
            return false;
        }
        after.insert("import".into(), self.plan.import.clone().into());
        let (id, patch) = if let Some(stored) = stored {
            self.plan.counts.changed_figures += 1;
            let patch = diff(Kind::CreatorSnapshot, &stored.fields, &after);
            (stored.id.clone(), patch)
        } else {
            self.plan.counts.new_figures += 1;
            let patch = Patch {
                set: after,
                ..Patch::default()
            };
            ((self.ids)(), patch)
        };
        self.push(Kind::CreatorSnapshot, stored, id, patch, entry);
        false
    }
}
