//! What the language knows of a kind: its fields, stored and computed.

use crate::record::{FieldInfo, FieldType, Kind, KindVisitor, Record};

use super::row::Slot;

/// The fields of one kind.
pub(super) struct Shape {
    pub(super) kind: Kind,
    stored: &'static [FieldInfo],
    derived: Vec<FieldInfo>,
    columns: &'static [&'static str],
}

const ID: FieldInfo = FieldInfo {
    name: "id",
    help: "The id of the record.",
    ty: FieldType::Text,
};

impl Shape {
    pub(super) fn of(kind: Kind) -> Shape {
        struct Read;
        impl KindVisitor for Read {
            type Out = Shape;
            fn visit<R: Record>(self) -> Shape {
                Shape {
                    kind: R::KIND,
                    stored: R::INFO,
                    derived: R::DERIVED.iter().map(|derived| derived.info).collect(),
                    columns: R::COLUMNS,
                }
            }
        }
        kind.visit(Read)
    }

    /// Returns every field with its place, stored ones first.
    pub(super) fn fields(&self) -> impl Iterator<Item = (Slot, FieldInfo)> + '_ {
        let stored = self.stored.iter().enumerate();
        let derived = self.derived.iter().enumerate();
        stored
            .map(|(position, info)| (Slot::Stored(position), *info))
            .chain(derived.map(|(position, info)| (Slot::Derived(position), *info)))
            .chain(std::iter::once((Slot::Id, ID)))
    }

    pub(super) fn find(&self, name: &str) -> Option<(Slot, FieldInfo)> {
        self.fields().find(|(_, info)| info.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.fields().map(|(_, info)| info.name)
    }

    /// Returns the one kind to which a dotted field links, if it is a link to a single kind.
    pub(super) fn linked_kind(kind: Kind, path: &[&str]) -> Option<Kind> {
        let mut kind = kind;
        for name in path {
            let (_, info) = Shape::of(kind).find(name)?;
            kind = match info.ty {
                FieldType::Link(kind) => kind,
                FieldType::Many(FieldType::Link(kind)) => *kind,
                _ => return None,
            };
        }
        Some(kind)
    }

    /// Returns the fields in which bare words are searched: text, and links that are columns of the table
    /// and do not lead to a user, because nearly everything links to the people who own it.
    pub(super) fn searched(&self) -> Vec<Slot> {
        self.fields()
            .filter(|(slot, info)| match info.ty {
                FieldType::Text | FieldType::LongText => *slot != Slot::Id,
                FieldType::Many(inner) => *inner == FieldType::Text,
                FieldType::Link(kind) => {
                    kind != Kind::User && kind != Kind::Message && self.columns.contains(&info.name)
                }
                FieldType::AnyLink => self.columns.contains(&info.name),
                _ => false,
            })
            .map(|(slot, _)| slot)
            .collect()
    }
}
