//! JSON without double meanings: no key twice in an object, no number that a double would change.
//!
//! `serde_json` keeps the last of two equal keys and turns `12345678901234567890123` into
//! `1.2345678901234568e22` without a word; both would let what is stored differ from what was sent.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::wire::Key;

/// The largest integer that every reader of JSON keeps exactly: 2^53 - 1.
const LARGEST: u64 = (1 << 53) - 1;

/// How many keys of an object are compared one by one.
const FEW: usize = 32;

/// Checks a whole text; the error says what is wrong and where.
pub(crate) fn check(text: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<Strict>(text).map(drop)
}

/// Accepts any strict JSON and keeps nothing of it.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
        Ok(Strict)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Strict, E> {
        if number <= LARGEST {
            Ok(Strict)
        } else {
            Err(E::custom("a number beyond 2^53 - 1; send it as text"))
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Strict, E> {
        self.visit_u64(number.unsigned_abs())
    }

    #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact as a double")]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Strict, E> {
        if number.abs() <= LARGEST as f64 {
            Ok(Strict)
        } else {
            Err(E::custom("a number beyond 2^53 - 1; send it as text"))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strict, A::Error> {
        while seq.next_element::<Strict>()?.is_some() {}
        Ok(Strict)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        // Nearly all objects have few keys: a set pays off for the odd large one only.
        let mut few: Vec<Cow<'de, str>> = Vec::with_capacity(8);
        let mut many: HashSet<Cow<'de, str>> = HashSet::new();
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            if few.contains(&key) || many.contains(&key) {
                let key: String = key.chars().take(60).collect();
                return Err(A::Error::custom(format_args!(
                    "the key `{key}` is there twice"
                )));
            }
            if few.len() < FEW {
                few.push(key);
            } else {
                many.insert(key);
            }
            map.next_value::<Strict>()?;
        }
        Ok(Strict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_there_twice_is_refused_at_any_depth() {
        assert!(check(br#"{"a":[{"b":1,"b":2}]}"#).is_err());
        assert!(check(br#"{"a":1,"\u0061":2}"#).is_err());
        assert!(check(br#"{"a":{"b":1},"b":{"a":1}}"#).is_ok());
    }

    #[test]
    fn a_number_that_would_change_is_refused() {
        for text in ["9007199254740992", "-9007199254740992", "1e400", "1e22"] {
            assert!(check(text.as_bytes()).is_err(), "{text}");
        }
        for text in ["9007199254740991", "-9007199254740991", "0.1", "-0", "1e15"] {
            assert!(check(text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn deep_text_is_refused_without_using_the_stack() {
        assert!(check("[".repeat(1_000_000).as_bytes()).is_err());
    }
}
