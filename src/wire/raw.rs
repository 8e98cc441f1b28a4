//! A page of the feed with the records' JSON left as it came: read fast, kept byte for byte.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A record of the feed whose fields were not taken apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RawRow {
    /// Wire name of the kind; unknown kinds are kept as they are.
    pub kind: String,
    /// Id of the record.
    pub id: String,
    /// Counts the changes of this record, from 1.
    #[serde(default)]
    pub version: u64,
    /// Position in the server's sequence.
    pub seq: u64,
    /// The fields, an object.
    #[serde(default)]
    pub fields: Option<Box<RawValue>>,
    /// For each field the record version that last changed it, an object.
    #[serde(default)]
    pub fv: Option<Box<RawValue>>,
    /// The record was deleted.
    #[serde(default)]
    pub deleted: bool,
    /// The record left this principal's view.
    #[serde(default)]
    pub left: bool,
}

/// One page of the feed; see [`super::ChangesPage`] for the meaning of its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RawPage {
    /// Records in the order of their sequence.
    pub changes: Vec<RawRow>,
    /// Where the next page begins; opaque.
    pub cursor: String,
    /// Whether there is a next page now.
    pub more: bool,
    /// The newest sequence of the server.
    pub head: u64,
    /// The sequence up to which this page is complete for this principal.
    pub seq: u64,
    /// The page ends inside a transaction.
    pub txn_open: bool,
}

impl RawPage {
    /// Reads a page strictly: an object with a key twice, or nested deeper than 128 levels, is an error.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let page: Self = serde_json::from_slice(bytes)?;
        for row in &page.changes {
            for raw in [&row.fields, &row.fv].into_iter().flatten() {
                let text = raw.get();
                if !text.starts_with('{') {
                    return Err(de::Error::custom(format!(
                        "{} {}: its fields are not an object",
                        row.kind, row.id
                    )));
                }
                serde_json::Deserializer::from_str(text).deserialize_any(Strict)?;
            }
        }
        Ok(page)
    }
}

/// Walks through JSON and refuses objects that name a key twice.
///
/// `serde_json` takes the last of two equal keys, another reader the first: whoever sends such a thing
/// could show one value to a check and another one to the user.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A key that borrows from the input unless it holds an escape.
#[derive(PartialEq)]
pub(crate) struct Key<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Strict)?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        // Records have a few dozen fields; a set pays off only for the odd large map.
        let mut few: Vec<Key<'de>> = Vec::with_capacity(16);
        let mut many = std::collections::HashSet::new();
        while let Some(key) = entries.next_key::<Key<'de>>()? {
            let twice = few.contains(&key) || many.contains(&key.0);
            if twice {
                return Err(de::Error::custom(format!("the key `{}` twice", key.0)));
            }
            if few.len() < 64 {
                few.push(key);
            } else {
                many.insert(key.0);
            }
            entries.next_value_seed(Strict)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::RawPage;

    fn page(fields: &str) -> String {
        format!(
            r#"{{"changes":[{{"kind":"lead","id":"l1","version":1,"seq":3,"fields":{fields}}}],"cursor":"c","more":false,"head":3,"seq":3,"txn_open":false}}"#
        )
    }

    #[test]
    fn fields_are_kept_byte_for_byte() {
        let fields = r#"{"name":"A\u0042","new_thing":12345678901234567890123}"#;
        let read = RawPage::read(page(fields).as_bytes()).unwrap();
        assert_eq!(read.changes[0].fields.as_ref().unwrap().get(), fields);
    }

    #[test]
    fn a_key_twice_is_refused_at_any_depth() {
        for fields in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[{"b":1,"\u0062":1}]}"#,
        ] {
            assert!(RawPage::read(page(fields).as_bytes()).is_err(), "{fields}");
        }
    }

    #[test]
    fn depth_and_odd_numbers_are_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000));
        assert!(RawPage::read(page(&deep).as_bytes()).is_err());
        assert!(RawPage::read(page(r#"{"a":1e400}"#).as_bytes()).is_err());
        assert!(RawPage::read(page("[]").as_bytes()).is_err());
    }
}
