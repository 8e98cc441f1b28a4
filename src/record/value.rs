//! Values as the table, the form and the query language see them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::AnyRef;

/// The value of one field of one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing was given.
    Empty,
    /// Text, or the name of an enumerated value.
    Text(Cow<'a, str>),
    /// A count, a score or a figure; its unit is the field's.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// An instant on the time line (UTC).
    Instant(Timestamp),
    /// A civil date without a zone.
    Date(Date),
    /// When something falls due.
    Due(Due),
    /// A length of elapsed time.
    Span(SignedDuration),
    /// An amount of money.
    Money(Money),
    /// A link to another record.
    Link(AnyRef),
    /// Several values.
    List(Vec<Value<'a>>),
    /// A structure, as the JSON that it is on the wire.
    Json(serde_json::Value),
}

impl Value<'_> {
    /// Makes the value independent of the record that it was read from.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Empty => Value::Empty,
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Number(number) => Value::Number(number),
            Value::Flag(flag) => Value::Flag(flag),
            Value::Instant(instant) => Value::Instant(instant),
            Value::Date(date) => Value::Date(date),
            Value::Due(due) => Value::Due(due),
            Value::Span(span) => Value::Span(span),
            Value::Money(money) => Value::Money(money),
            Value::Link(link) => Value::Link(link),
            Value::List(values) => Value::List(values.into_iter().map(Value::into_owned).collect()),
            Value::Json(json) => Value::Json(json),
        }
    }

    /// Tells whether nothing was given.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Empty => true,
            Value::List(values) => values.is_empty(),
            _ => false,
        }
    }

    /// Compares two values for sorting: empty ones last, unlike ones by their kind.
    pub fn order(&self, other: &Value<'_>) -> Ordering {
        match (self, other) {
            (Value::Empty, Value::Empty) => Ordering::Equal,
            (Value::Empty, _) => Ordering::Greater,
            (_, Value::Empty) => Ordering::Less,
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
            (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
            (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Due(a), Value::Due(b)) => a.civil().cmp(&b.civil()),
            (Value::Span(a), Value::Span(b)) => a.cmp(b),
            (Value::Money(a), Value::Money(b)) => a.minor.cmp(&b.minor),
            (Value::Link(a), Value::Link(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => a
                .iter()
                .zip(b)
                .map(|(a, b)| a.order(b))
                .find(|order| order.is_ne())
                .unwrap_or_else(|| a.len().cmp(&b.len())),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Number(_) => 0,
            Value::Flag(_) => 1,
            Value::Date(_) => 2,
            Value::Instant(_) => 3,
            Value::Due(_) => 4,
            Value::Span(_) => 5,
            Value::Money(_) => 6,
            Value::Text(_) => 7,
            Value::Link(_) => 8,
            Value::List(_) => 9,
            Value::Json(_) => 10,
            Value::Empty => 11,
        }
    }
}

/// When something falls due: a whole day, or a wall time in a zone with the instant it meant when it was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Due {
    /// Due at a wall time in a zone.
    At {
        /// The wall clock time that was asked for.
        wall: DateTime,
        /// The IANA name of the zone of that wall clock.
        zone: Box<str>,
        /// The instant that wall time was when it was last computed.
        instant: Timestamp,
    },
    /// Due on a date; overdue when the owner's local day has ended.
    On {
        /// The civil date.
        date: Date,
    },
}

impl Due {
    /// Returns the civil time to sort by: a bare date sorts at the end of its day.
    pub fn civil(&self) -> DateTime {
        match self {
            Due::At { wall, .. } => *wall,
            Due::On { date } => date.at(23, 59, 59, 0),
        }
    }

    /// Returns the civil date, in the zone in which the due time was set.
    pub fn date(&self) -> Date {
        match self {
            Due::At { wall, .. } => wall.date(),
            Due::On { date } => *date,
        }
    }
}

/// An amount of money in minor units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount in minor units, for example cents.
    pub minor: i64,
    /// The ISO 4217 code of the currency.
    pub currency: Box<str>,
}

/// What a derived figure may know besides the record: the moment and who is looking.
#[derive(Clone, Debug)]
pub struct View {
    /// The present instant.
    pub now: Timestamp,
    /// The zone of the person at the console.
    pub zone: jiff::tz::TimeZone,
    /// The id of the person at the console as a user.
    pub me: Box<str>,
    /// The zones in which colleagues work, by their ids as users.
    pub zones: std::sync::Arc<BTreeMap<Box<str>, jiff::tz::TimeZone>>,
}

impl View {
    /// Makes the view of a person who knows no zone but their own.
    pub fn new(now: Timestamp, zone: jiff::tz::TimeZone, me: &str) -> Self {
        Self {
            now,
            zone,
            me: me.into(),
            zones: std::sync::Arc::default(),
        }
    }

    /// Returns the zone in which a user works; that of the console for who is at it, for nobody and for those who
    /// name none.
    pub fn zone_of(&self, user: Option<&super::Id<super::User>>) -> &jiff::tz::TimeZone {
        user.filter(|user| *user.as_str() != *self.me)
            .and_then(|user| self.zones.get(user.as_str()))
            .unwrap_or(&self.zone)
    }

    /// Returns the civil date at the console.
    pub fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }
}
