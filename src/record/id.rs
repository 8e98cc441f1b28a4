//! Ids and links: opaque strings that know which kind they name.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Kind, Record};

/// The id of a record of type `R`: an opaque string, cheap to clone.
pub struct Id<R> {
    text: Arc<str>,
    record: PhantomData<fn() -> R>,
}

impl<R> Id<R> {
    /// Makes an id from its text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: Arc::from(text.as_ref()),
            record: PhantomData,
        }
    }

    /// Returns the text of the id.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells whether the id is the empty text, which names nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl<R: Record> Id<R> {
    /// Returns the link to this record that also names its kind.
    pub fn link(&self) -> AnyRef {
        AnyRef {
            kind: R::KIND.name().into(),
            id: Box::from(&*self.text),
        }
    }
}

impl<R> Clone for Id<R> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            record: PhantomData,
        }
    }
}
impl<R> Default for Id<R> {
    fn default() -> Self {
        Self::new("")
    }
}
impl<R> fmt::Debug for Id<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Id({})", self.text)
    }
}
impl<R> fmt::Display for Id<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
impl<R> PartialEq for Id<R> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<R> Eq for Id<R> {}
impl<R> PartialOrd for Id<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<R> Ord for Id<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}
impl<R> Hash for Id<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<R> std::borrow::Borrow<str> for Id<R> {
    fn borrow(&self) -> &str {
        &self.text
    }
}
impl<R> From<&str> for Id<R> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
impl<R> From<String> for Id<R> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
impl<R> Serialize for Id<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
impl<'de, R> Deserialize<'de> for Id<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A link to a record of any kind; the kind is kept as text so that an unknown one survives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AnyRef {
    /// The wire name of the kind.
    pub kind: Box<str>,
    /// The id of the record.
    pub id: Box<str>,
}

impl AnyRef {
    /// Makes a link from a kind and an id.
    pub fn new(kind: Kind, id: impl AsRef<str>) -> Self {
        Self {
            kind: kind.name().into(),
            id: Box::from(id.as_ref()),
        }
    }

    /// Returns the kind if this console knows it.
    pub fn known_kind(&self) -> Option<Kind> {
        Kind::from_name(&self.kind)
    }

    /// Returns the id as one of type `R` if the link names that kind.
    pub fn id_of<R: Record>(&self) -> Option<Id<R>> {
        (self.known_kind() == Some(R::KIND)).then(|| Id::new(&self.id))
    }

    /// Reads the short form `kind:id`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        (!kind.is_empty() && !id.is_empty()).then(|| Self {
            kind: kind.into(),
            id: id.into(),
        })
    }
}

impl fmt::Display for AnyRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.kind, self.id)
    }
}
