//! Hours that many people keep, held once.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Hours;

/// The hours of a person; people of one office keep the same, and they are read and held once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedHours(Option<Arc<Hours>>);
json_field!(SharedHours);

/// Hours that nobody has said.
static NONE: Hours = Hours::none();

/// The hours that were read lately, with the text that they were read from.
static READ: Mutex<Vec<(Box<str>, Arc<Hours>)>> = Mutex::new(Vec::new());

/// At most so many are remembered: an office has one or two, and hours of one person alone push nobody out.
const REMEMBERED: usize = 32;

impl SharedHours {
    /// Returns the hours written in this JSON, the same ones for the same text.
    fn read(json: &str) -> serde_json::Result<Self> {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, hours)) = read.iter().find(|(text, _)| **text == *json) {
            return Ok(Self(Some(Arc::clone(hours))));
        }
        let hours: Hours = serde_json::from_str(json)?;
        if hours == NONE {
            return Ok(Self::default());
        }
        let hours = Arc::new(hours);
        if read.len() < REMEMBERED {
            read.push((json.into(), Arc::clone(&hours)));
        }
        Ok(Self(Some(hours)))
    }
}

impl Deref for SharedHours {
    type Target = Hours;
    fn deref(&self) -> &Hours {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl From<Hours> for SharedHours {
    fn from(hours: Hours) -> Self {
        Self((hours != NONE).then(|| Arc::new(hours)))
    }
}

impl Serialize for SharedHours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SharedHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Self::read(json.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::SharedHours;
    use crate::record::{FieldValue as _, Value};

    #[test]
    fn equal_hours_are_held_once_and_survive_a_round_trip() {
        let text = r#"{"working":{"mon":[{"from":"09:15","to":"18:00"}]}}"#;
        let one: SharedHours = serde_json::from_str(text).unwrap();
        let two: SharedHours = serde_json::from_str(text).unwrap();
        assert!(Arc::ptr_eq(
            one.0.as_ref().unwrap(),
            two.0.as_ref().unwrap()
        ));
        assert_eq!(one.working["mon"][0].from, "09:15");
        assert_eq!(serde_json::to_string(&one).unwrap(), text);
        let Value::Json(tree) = one.value() else {
            panic!("hours are edited as JSON");
        };
        assert_eq!(SharedHours::from_value(Value::Json(tree)).unwrap(), one);
    }

    #[test]
    fn no_hours_are_empty_and_a_wrong_shape_is_refused() {
        let none: SharedHours = serde_json::from_str("{}").unwrap();
        assert!(none.value().is_empty());
        assert_eq!(none, SharedHours::default());
        assert!(serde_json::from_value::<SharedHours>(json!({"working": 3})).is_err());
    }
}
