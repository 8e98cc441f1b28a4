//! A page of the feed with the records' JSON left as it came: read fast, kept byte for byte.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Levels of nesting that are plain.
const PLAIN_LEVELS: usize = 32;
/// Keys of one object that are plain.
const PLAIN_KEYS: usize = 64;
/// Digits of a number that are plain: any number of so many is finite.
const PLAIN_DIGITS: usize = 64;

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
                if !is_plain(text.as_bytes()) {
                    serde_json::Deserializer::from_str(text).deserialize_any(Strict)?;
                }
            }
        }
        Ok(page)
    }
}

/// Tells at a glance that JSON of good syntax names no key twice, is not nested deeply and holds no odd number.
///
/// Only what is surely so: with an escape in a key or an exponent in a number it has to be read in earnest. Nearly
/// every record is plain, and reading each in earnest costs as much as everything else that is done with a page.
fn is_plain(text: &[u8]) -> bool {
    let mut look = Look {
        rest: text,
        keys: Vec::with_capacity(32),
        open: Vec::with_capacity(8),
        key_next: false,
    };
    while let Some((&byte, rest)) = look.rest.split_first() {
        if byte != b'-' && !byte.is_ascii_digit() {
            look.rest = rest;
        }
        let plain = match byte {
            b'{' => look.enter(Some(look.keys.len())),
            b'[' => look.enter(None),
            b'}' | b']' => look.leave(),
            b',' => {
                look.key_next = matches!(look.open.last(), Some(Some(_)));
                true
            }
            b'"' => look.text(),
            b'-' | b'0'..=b'9' => look.number(),
            _ => true,
        };
        if !plain {
            return false;
        }
    }
    true
}

/// What was seen so far of a JSON text.
struct Look<'a> {
    rest: &'a [u8],
    /// The keys of all objects that are open.
    keys: Vec<&'a [u8]>,
    /// What is open: for an object the number of keys before its first one.
    open: Vec<Option<usize>>,
    /// The next text is a key.
    key_next: bool,
}

impl Look<'_> {
    fn enter(&mut self, object: Option<usize>) -> bool {
        self.open.push(object);
        self.key_next = object.is_some();
        self.open.len() <= PLAIN_LEVELS
    }

    fn leave(&mut self) -> bool {
        if let Some(Some(before)) = self.open.pop() {
            self.keys.truncate(before);
        }
        self.key_next = false;
        true
    }

    fn text(&mut self) -> bool {
        let mut end = 0;
        loop {
            match self.rest.get(end) {
                None => return false,
                Some(b'"') => break,
                Some(b'\\') if self.key_next => return false,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        if !std::mem::take(&mut self.key_next) {
            return true;
        }
        let before = self.open.last().copied().flatten().unwrap_or(0);
        let siblings = self.keys.get(before..).unwrap_or_default();
        if siblings.len() >= PLAIN_KEYS || siblings.contains(&text) {
            return false;
        }
        self.keys.push(text);
        true
    }

    fn number(&mut self) -> bool {
        let digits = |byte: &u8| matches!(byte, b'-' | b'.' | b'0'..=b'9');
        let end = self.rest.iter().position(|byte| !digits(byte));
        let end = end.unwrap_or(self.rest.len());
        let after = self.rest.get(end);
        self.rest = self.rest.get(end..).unwrap_or_default();
        end <= PLAIN_DIGITS && !matches!(after, Some(b'e' | b'E' | b'+'))
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
    use proptest::prelude::*;
    use serde::Deserializer as _;

    use super::{RawPage, Strict, is_plain};

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

    #[test]
    fn what_records_look_like_is_plain() {
        for fields in [
            "{}",
            r#"{"a":"x\\","b":[1.5,-2,{"a":null,"b":"\""},{"a":true}],"c":{"a":{},"b":[[]]},"d":"\u00e9"}"#,
            r#" { "a" : 12345678901234567890123 , "b" : "{\"a\":1,\"a\":2}" } "#,
        ] {
            assert!(is_plain(fields.as_bytes()), "{fields}");
        }
        for fields in [
            r#"{"a":1,"a":2}"#,
            r#"{"b":{"a":1},"a":2,"c":[{"x":1,"x":1}]}"#,
            r#"{"a\u0062":1}"#,
            r#"{"a":1e3}"#,
            r#"{"a":"x"#,
        ] {
            assert!(!is_plain(fields.as_bytes()), "{fields}");
        }
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,2})?([eE][+-]?[0-9]{1,3})?",
            r#""([a-c{}\[\],:]|\\["\\n]|\\u0061){0,6}""#,
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            let key = r#""([ab]|\\u0061)""#;
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec((key, inner), 0..4).prop_map(|entries| {
                    let entries: Vec<_> = entries
                        .iter()
                        .map(|(key, value)| format!("{key}: {value}"))
                        .collect();
                    format!("{{{}}}", entries.join(" , "))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_plain_at_a_glance_is_so_in_earnest(text in json()) {
            let earnest = serde_json::Deserializer::from_str(&text).deserialize_any(Strict);
            let plain = is_plain(text.as_bytes());
            prop_assert!(!plain || earnest.is_ok());
            // And the other way round, but for what only reading in earnest can tell.
            let clear = !text.contains('e') && !text.contains('E') && !text.contains("\\u0061");
            prop_assert!(plain || earnest.is_err() || !clear);
        }

        #[test]
        fn no_bytes_make_the_glance_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = is_plain(&bytes);
        }
    }
}
