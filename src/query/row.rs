//! How the language sees a record whose type it does not know, and finds the records it links to.

use std::borrow::Cow;

use crate::record::{Kind, Record, Value, View};

/// The place of a field in its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The id of the record.
    Id,
    /// A stored field, by its position in `Record::FIELDS`.
    Stored(usize),
    /// A computed figure, by its position in `Record::DERIVED`.
    Derived(usize),
}

impl Slot {
    /// Finds the stored field of this name.
    pub fn stored(kind: Kind, name: &str) -> Option<Slot> {
        let position = kind.fields().iter().position(|field| field.name == name)?;
        Some(Slot::Stored(position))
    }
}

/// A record of any kind, as the language reads it.
pub trait Row {
    /// Returns its kind.
    fn row_kind(&self) -> Kind;
    /// Returns the one line by which a person knows it.
    fn row_title(&self) -> Cow<'_, str>;
    /// Reads a field; [`Value::Empty`] where the kind has none there.
    fn cell(&self, slot: Slot, view: &View) -> Value<'_>;
}

impl<R: Record> Row for R {
    fn row_kind(&self) -> Kind {
        R::KIND
    }
    fn row_title(&self) -> Cow<'_, str> {
        self.title()
    }
    fn cell(&self, slot: Slot, view: &View) -> Value<'_> {
        match slot {
            Slot::Id => Value::Empty,
            Slot::Stored(position) => R::FIELDS
                .get(position)
                .map_or(Value::Empty, |field| (field.get)(self)),
            Slot::Derived(position) => R::DERIVED
                .get(position)
                .map_or(Value::Empty, |derived| (derived.get)(self, view)),
        }
    }
}

/// A record together with its id.
#[derive(Clone, Copy, Debug)]
pub struct Keyed<'r, R> {
    /// The id.
    pub id: &'r str,
    /// The record.
    pub record: &'r R,
}

impl<R: Record> Row for Keyed<'_, R> {
    fn row_kind(&self) -> Kind {
        R::KIND
    }
    fn row_title(&self) -> Cow<'_, str> {
        self.record.title()
    }
    fn cell(&self, slot: Slot, view: &View) -> Value<'_> {
        match slot {
            Slot::Id if self.id.is_empty() => Value::Empty,
            Slot::Id => Value::Text(Cow::Borrowed(self.id)),
            _ => self.record.cell(slot, view),
        }
    }
}

/// Finds the records that links name.
pub trait Links {
    /// Returns the record of this kind and id, if it is at hand.
    fn row(&self, kind: Kind, id: &str) -> Option<&dyn Row>;
    /// Calls `visit` with the id and the record of everything of a kind that is at hand, to offer names
    /// and to check them; a source that cannot list its records leaves this out.
    fn each(&self, _kind: Kind, _visit: &mut dyn FnMut(&str, &dyn Row)) {}
}

/// Links of which none can be followed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLinks;

impl Links for NoLinks {
    fn row(&self, _: Kind, _: &str) -> Option<&dyn Row> {
        None
    }
}
