//! Fields: how the text of a form, a column of a table and a term of a query meet a Rust field.

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::{AnyRef, Due, Id, Kind, Money, Record, Value, View};

/// The type of a field, as far as forms and queries care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// A number.
    Number,
    /// Money in minor units with its currency.
    Money,
    /// Yes or no.
    Flag,
    /// An instant.
    Instant,
    /// A civil date.
    Date,
    /// A due date or due time.
    Due,
    /// A length of time.
    Span,
    /// One of these names, or an unknown one that came from the server.
    Choice(&'static [&'static str]),
    /// A link to a record of this kind.
    Link(Kind),
    /// A link to a record of any kind.
    AnyLink,
    /// Several values of a type.
    Many(&'static FieldType),
    /// A structure, edited as JSON.
    Json,
}

impl FieldType {
    /// Returns the words for this type in a message to a person.
    pub fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            FieldType::Text | FieldType::LongText => "text",
            FieldType::Number => "a number",
            FieldType::Money => "an amount such as `1200.50 USD`",
            FieldType::Flag => "yes or no",
            FieldType::Instant => "a time such as `tue 16:00`",
            FieldType::Date => "a date such as `fri` or `2026-11-20`",
            FieldType::Due => "a due time such as `fri` or `thu 18:00 SGT`",
            FieldType::Span => "a length of time such as `45m`",
            FieldType::Choice(known) => {
                return Cow::Owned(format!("one of {}", known.join(", ")));
            }
            FieldType::Link(kind) => return Cow::Owned(format!("a {}", kind.label())),
            FieldType::AnyLink => "a link such as `network:ID`",
            FieldType::Many(inner) => {
                return Cow::Owned(format!("a list ({})", inner.words()));
            }
            FieldType::Json => "JSON",
        })
    }
}

/// What is known of a field without its record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The name on the wire, in queries and in forms.
    pub name: &'static str,
    /// One sentence on what it holds.
    pub help: &'static str,
    /// Its type.
    pub ty: FieldType,
}

/// A stored field of `R` with its accessors.
pub struct Field<R: 'static> {
    /// What is known of it without `R`.
    pub info: FieldInfo,
    /// Reads it.
    pub get: for<'a> fn(&'a R) -> Value<'a>,
    /// Replaces it; a value of the wrong shape is refused and nothing changes.
    pub set: fn(&mut R, Value<'_>) -> Result<(), FieldError>,
}

/// A figure computed from a record and the present moment.
pub struct Derived<R: 'static> {
    /// What is known of it without `R`.
    pub info: FieldInfo,
    /// Computes it.
    pub get: fn(&R, &View) -> Value<'static>,
}

/// A value that a field cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value}: not {expected}")]
pub struct FieldError {
    /// The value that was offered, shortened.
    pub value: String,
    /// What the field holds.
    pub expected: String,
}

impl FieldError {
    /// Makes the error for a value of the wrong shape.
    pub fn shape(ty: &FieldType, value: &Value<'_>) -> Self {
        let value = match value {
            Value::Text(text) => text.chars().take(60).collect(),
            other => format!("{other:?}").chars().take(60).collect(),
        };
        Self {
            value,
            expected: ty.words().into_owned(),
        }
    }
}

/// A Rust type that can be a field of a record.
pub trait FieldValue: Sized {
    /// How forms and queries treat it.
    const TYPE: FieldType;
    /// Reads it as a [`Value`].
    fn value(&self) -> Value<'_>;
    /// Makes it from a [`Value`]; [`Value::Empty`] clears it.
    fn from_value(value: Value<'_>) -> Result<Self, FieldError>;
    /// Tells whether it is left out of the JSON.
    fn is_empty(&self) -> bool {
        self.value().is_empty()
    }
}

thread_local! {
    /// Whether a field of the wrong shape ends the reading of its record; see [`read`].
    static STRICT: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Reads a record from the text of its fields; a field of the wrong shape reads as empty.
///
/// Nearly every record is as it should be. It is read in one pass; only where that fails is it read again, field
/// by field, each from its own text. A first frame reads a thousand records, a first sync all of them.
///
/// # Errors
///
/// The text is no JSON object.
pub fn read<R: Record>(json: &str) -> serde_json::Result<R> {
    STRICT.set(true);
    let record = serde_json::from_str(json);
    STRICT.set(false);
    record.or_else(|_| serde_json::from_str(json))
}

/// Reads a field and falls back to empty when it has a shape that this version does not know.
///
/// The field is read from its own text and not from a tree, which would be made only to be taken apart.
pub fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    if STRICT.get() {
        return T::deserialize(deserializer);
    }
    let json = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(json.get()).unwrap_or_default())
}

impl FieldValue for String {
    const TYPE: FieldType = FieldType::Text;
    fn value(&self) -> Value<'_> {
        if self.is_empty() {
            Value::Empty
        } else {
            Value::Text(Cow::Borrowed(self))
        }
    }
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(String::new()),
            Value::Text(text) => Ok(text.into_owned()),
            other => Err(FieldError::shape(&Self::TYPE, &other)),
        }
    }
}

/// Text of several lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(transparent)]
pub struct LongText(pub String);

impl std::ops::Deref for LongText {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}
impl From<&str> for LongText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
impl From<String> for LongText {
    fn from(text: String) -> Self {
        Self(text)
    }
}
impl FieldValue for LongText {
    const TYPE: FieldType = FieldType::LongText;
    fn value(&self) -> Value<'_> {
        self.0.value()
    }
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        String::from_value(value).map(Self)
    }
}

impl FieldValue for Option<bool> {
    const TYPE: FieldType = FieldType::Flag;
    fn value(&self) -> Value<'_> {
        self.map_or(Value::Empty, Value::Flag)
    }
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(None),
            Value::Flag(flag) => Ok(Some(flag)),
            other => Err(FieldError::shape(&Self::TYPE, &other)),
        }
    }
}

impl FieldValue for bool {
    const TYPE: FieldType = FieldType::Flag;
    fn value(&self) -> Value<'_> {
        if *self {
            Value::Flag(true)
        } else {
            Value::Empty
        }
    }
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(false),
            Value::Flag(flag) => Ok(flag),
            other => Err(FieldError::shape(&Self::TYPE, &other)),
        }
    }
}

macro_rules! scalar_field {
    ($rust:ty, $ty:ident, $variant:ident) => {
        impl FieldValue for Option<$rust> {
            const TYPE: FieldType = FieldType::$ty;
            fn value(&self) -> Value<'_> {
                self.clone().map_or(Value::Empty, Value::$variant)
            }
            fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
                match value {
                    Value::Empty => Ok(None),
                    Value::$variant(inner) => Ok(Some(inner)),
                    other => Err(FieldError::shape(&Self::TYPE, &other)),
                }
            }
        }
    };
}
scalar_field!(Timestamp, Instant, Instant);
scalar_field!(Date, Date, Date);
scalar_field!(Due, Due, Due);
scalar_field!(SignedDuration, Span, Span);
scalar_field!(Money, Money, Money);
scalar_field!(f64, Number, Number);
scalar_field!(AnyRef, AnyLink, Link);

impl FieldValue for Option<i64> {
    const TYPE: FieldType = FieldType::Number;
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts stay far below 2^53; ids are strings"
    )]
    fn value(&self) -> Value<'_> {
        self.map_or(Value::Empty, |number| Value::Number(number as f64))
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and within 2^53"
    )]
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(None),
            Value::Number(number)
                if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0 =>
            {
                Ok(Some(number as i64))
            }
            other => Err(FieldError::shape(&Self::TYPE, &other)),
        }
    }
}

impl<R: Record> FieldValue for Option<Id<R>> {
    const TYPE: FieldType = FieldType::Link(R::KIND);
    fn value(&self) -> Value<'_> {
        match self {
            Some(id) if !id.is_empty() => Value::Link(id.link()),
            _ => Value::Empty,
        }
    }
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(None),
            Value::Link(link) => match link.id_of::<R>() {
                Some(id) => Ok(Some(id)),
                None => Err(FieldError::shape(&Self::TYPE, &Value::Link(link))),
            },
            other => Err(FieldError::shape(&Self::TYPE, &other)),
        }
    }
}

/// A type that can stand several times in a list field.
pub trait ListItem: Sized {
    /// The type of one item.
    const ITEM: FieldType;
    /// Reads it as a [`Value`].
    fn item(&self) -> Value<'_>;
    /// Makes it from a [`Value`].
    fn from_item(value: Value<'_>) -> Result<Self, FieldError>;
}

impl<T: ListItem> FieldValue for Vec<T> {
    const TYPE: FieldType = FieldType::Many(&T::ITEM);
    fn value(&self) -> Value<'_> {
        if self.is_empty() {
            Value::Empty
        } else {
            Value::List(self.iter().map(ListItem::item).collect())
        }
    }
    fn from_value(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(Vec::new()),
            Value::List(values) => values.into_iter().map(T::from_item).collect(),
            one => Ok(vec![T::from_item(one)?]),
        }
    }
}

impl ListItem for String {
    const ITEM: FieldType = FieldType::Text;
    fn item(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
    fn from_item(value: Value<'_>) -> Result<Self, FieldError> {
        String::from_value(value)
    }
}
impl<R: Record> ListItem for Id<R> {
    const ITEM: FieldType = FieldType::Link(R::KIND);
    fn item(&self) -> Value<'_> {
        Value::Link(self.link())
    }
    fn from_item(value: Value<'_>) -> Result<Self, FieldError> {
        Option::<Id<R>>::from_value(value)?
            .ok_or_else(|| FieldError::shape(&Self::ITEM, &Value::Empty))
    }
}
impl ListItem for AnyRef {
    const ITEM: FieldType = FieldType::AnyLink;
    fn item(&self) -> Value<'_> {
        Value::Link(self.clone())
    }
    fn from_item(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Link(link) => Ok(link),
            other => Err(FieldError::shape(&Self::ITEM, &other)),
        }
    }
}
impl ListItem for Date {
    const ITEM: FieldType = FieldType::Date;
    fn item(&self) -> Value<'_> {
        Value::Date(*self)
    }
    fn from_item(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Date(date) => Ok(date),
            other => Err(FieldError::shape(&Self::ITEM, &other)),
        }
    }
}

/// Makes a serialisable structure usable as a field: it is shown and edited as JSON.
macro_rules! json_field {
    ($ty:ty) => {
        impl $crate::record::FieldValue for $ty {
            const TYPE: $crate::record::FieldType = $crate::record::FieldType::Json;
            fn value(&self) -> $crate::record::Value<'_> {
                if *self == <$ty>::default() {
                    $crate::record::Value::Empty
                } else {
                    serde_json::to_value(self)
                        .map_or($crate::record::Value::Empty, $crate::record::Value::Json)
                }
            }
            fn from_value(
                value: $crate::record::Value<'_>,
            ) -> Result<Self, $crate::record::FieldError> {
                match value {
                    $crate::record::Value::Empty => Ok(Self::default()),
                    $crate::record::Value::Json(json) => serde_json::from_value(json.clone())
                        .map_err(|_| {
                            $crate::record::FieldError::shape(
                                &Self::TYPE,
                                &$crate::record::Value::Json(json),
                            )
                        }),
                    other => Err($crate::record::FieldError::shape(&Self::TYPE, &other)),
                }
            }
        }
    };
}

/// Makes a serialisable structure usable as an item of a list field.
macro_rules! json_item {
    ($ty:ty) => {
        impl $crate::record::ListItem for $ty {
            const ITEM: $crate::record::FieldType = $crate::record::FieldType::Json;
            fn item(&self) -> $crate::record::Value<'_> {
                serde_json::to_value(self)
                    .map_or($crate::record::Value::Empty, $crate::record::Value::Json)
            }
            fn from_item(
                value: $crate::record::Value<'_>,
            ) -> Result<Self, $crate::record::FieldError> {
                match value {
                    $crate::record::Value::Json(json) => serde_json::from_value(json.clone())
                        .map_err(|_| {
                            $crate::record::FieldError::shape(
                                &Self::ITEM,
                                &$crate::record::Value::Json(json),
                            )
                        }),
                    other => Err($crate::record::FieldError::shape(&Self::ITEM, &other)),
                }
            }
        }
    };
}
