//! The rows of one kind of record.

use std::any::Any;
use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::effect::{CacheRow, RowState};
use crate::query::Keyed;
use crate::record::{Id, Record, Value, View};

/// One record with where it stands between here and the server.
#[derive(Clone, Debug)]
pub struct Row<R> {
    /// The server's version; 0 for a record that exists only here.
    pub version: u64,
    /// Where it stands between here and the server.
    pub state: RowState,
    /// The record.
    pub record: R,
}

/// The rows of one kind.
#[derive(Clone, Debug)]
pub struct Table<R> {
    rows: HashMap<Id<R>, Row<R>>,
    /// How many rows were looked at; tests alone count.
    #[cfg(test)]
    visits: Visits,
}

/// A count that goes on while the rows are only read.
#[cfg(test)]
#[derive(Debug, Default)]
struct Visits(std::sync::atomic::AtomicUsize);

#[cfg(test)]
impl Visits {
    fn count(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[cfg(test)]
impl Clone for Visits {
    fn clone(&self) -> Self {
        Self(self.count().into())
    }
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
            #[cfg(test)]
            visits: Visits::default(),
        }
    }
}

impl<R: Record> Table<R> {
    /// Returns the row with this id.
    pub fn get(&self, id: &str) -> Option<&Row<R>> {
        #[cfg(test)]
        self.visit();
        self.rows.get(id)
    }

    /// Returns the record with this id.
    pub fn record(&self, id: &str) -> Option<&R> {
        self.get(id).map(|row| &row.record)
    }

    #[cfg(test)]
    fn visit(&self) {
        self.visits
            .0
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    /// Counts how many rows were looked at so far.
    #[cfg(test)]
    pub(crate) fn visits(&self) -> usize {
        self.visits.count()
    }

    /// Returns the row with this id for a change.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Row<R>> {
        self.rows.get_mut(id)
    }

    /// Puts a row in, replacing one with the same id.
    pub fn insert(&mut self, id: Id<R>, row: Row<R>) {
        self.rows.insert(id, row);
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: &str) -> Option<Row<R>> {
        self.rows.remove(id)
    }

    /// Goes over all rows, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&Id<R>, &Row<R>)> {
        let rows = self.rows.iter();
        #[cfg(test)]
        let rows = rows.inspect(|_| self.visit());
        rows
    }

    /// Goes over all records, in no particular order.
    pub fn records(&self) -> impl Iterator<Item = (&Id<R>, &R)> {
        self.iter().map(|(id, row)| (id, &row.record))
    }

    /// Counts the rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A table of any kind, for code that learns the kind only at run time.
pub trait AnyTable: Any + Send + Sync {
    /// Puts in or replaces a row that came from the cache; says whether the JSON could be read.
    fn upsert(&mut self, row: &CacheRow) -> bool;
    /// Takes out a row; says whether it was there.
    fn take(&mut self, id: &str) -> bool;
    /// Tells whether there is a row with this id.
    fn has(&self, id: &str) -> bool;
    /// Returns the ids of all rows.
    fn ids(&self) -> Vec<String>;
    /// Returns the title of a row, unsanitised.
    fn title(&self, id: &str) -> Option<String>;
    /// Returns the row as the query language reads it.
    fn query_row(&self, id: &str) -> Option<&dyn crate::query::Row>;
    /// Calls `visit` with the id and the row of every record.
    fn each(&self, visit: &mut dyn FnMut(&str, &dyn crate::query::Row));
    /// Returns a stored or derived field of a row.
    fn cell(&self, id: &str, field: &str, view: &View) -> Option<Value<'static>>;
    /// Returns a row's version, state and fields as they are on the wire.
    fn fields(&self, id: &str) -> Option<(u64, RowState, Map<String, Json>)>;
    /// Gives access to the typed table.
    fn as_any(&self) -> &dyn Any;
    /// Gives access to the typed table for a change.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<R: Record> AnyTable for Table<R> {
    fn upsert(&mut self, row: &CacheRow) -> bool {
        let Ok(record) = crate::record::read::<R>(&row.fields) else {
            return false;
        };
        self.insert(
            Id::new(&row.id),
            Row {
                version: row.version,
                state: row.state,
                record,
            },
        );
        true
    }

    fn take(&mut self, id: &str) -> bool {
        self.rows.remove(id).is_some()
    }

    fn has(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    fn ids(&self) -> Vec<String> {
        self.rows.keys().map(|id| id.as_str().to_owned()).collect()
    }

    fn title(&self, id: &str) -> Option<String> {
        self.record(id).map(|record| record.title().into_owned())
    }

    fn query_row(&self, id: &str) -> Option<&dyn crate::query::Row> {
        self.record(id)
            .map(|record| record as &dyn crate::query::Row)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &dyn crate::query::Row)) {
        for (id, row) in &self.rows {
            visit(
                id.as_str(),
                &Keyed {
                    id: id.as_str(),
                    record: &row.record,
                },
            );
        }
    }

    fn cell(&self, id: &str, field: &str, view: &View) -> Option<Value<'static>> {
        let record = self.record(id)?;
        if let Some(stored) = R::FIELDS.iter().find(|stored| stored.info.name == field) {
            return Some((stored.get)(record).into_owned());
        }
        let derived = R::DERIVED
            .iter()
            .find(|derived| derived.info.name == field)?;
        Some((derived.get)(record, view))
    }

    fn fields(&self, id: &str) -> Option<(u64, RowState, Map<String, Json>)> {
        let row = self.get(id)?;
        match serde_json::to_value(&row.record) {
            Ok(Json::Object(fields)) => Some((row.version, row.state, fields)),
            _ => None,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
