//! What the mirror needs to know of a record beside its JSON: whether it is open, its parent, its instant, its words.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::value::RawValue;

use super::checksum::Checksum;
use crate::record::{AnyRef, FieldType, Kind, KindVisitor, MetricPoint, Record, Value};
use crate::wire::{RawRow, Row};

/// Whether a record is there, as the feed says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is there.
    Live,
    /// It was deleted.
    Deleted,
    /// It left this user's view.
    Left,
}

/// A row of the feed, ready to be written: what costs time to find out has been found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Wire name of the kind, also one that this version does not know.
    pub kind: String,
    /// Id of the record.
    pub id: String,
    /// Version of the record.
    pub version: u64,
    /// Position in the server's sequence.
    pub seq: u64,
    /// Whether it is there.
    pub life: Life,
    /// The fields as JSON text, exactly as they came.
    pub fields: String,
    /// The version that last changed each field, as JSON text.
    pub fv: String,
    pub(super) columns: Columns,
    pub(super) sum: i64,
}

impl Incoming {
    /// Prepares a row of the feed; it costs a few microseconds and needs no file, so any thread may do it.
    pub fn new(row: RawRow) -> Self {
        let life = match (row.deleted, row.left) {
            (false, false) => Life::Live,
            (true, _) => Life::Deleted,
            (_, true) => Life::Left,
        };
        let text = |raw: Option<Box<RawValue>>| {
            raw.map_or_else(
                || "{}".to_owned(),
                |raw| Box::<str>::from(raw).into_string(),
            )
        };
        Self::build(
            (row.kind, row.id),
            (row.version, row.seq),
            life,
            (text(row.fields), text(row.fv)),
        )
    }

    fn build(
        (kind, id): (String, String),
        (version, seq): (u64, u64),
        life: Life,
        (fields, fv): (String, String),
    ) -> Self {
        let columns = match (life, Kind::from_name(&kind)) {
            (Life::Live, Some(known)) => Columns::read(known, &fields),
            _ => Columns::default(),
        };
        let sum = row_sum(&kind, &id, version, &fields);
        Self {
            kind,
            id,
            version,
            seq,
            life,
            fields,
            fv,
            columns,
            sum,
        }
    }
}

impl From<Row> for Incoming {
    fn from(row: Row) -> Self {
        let text = |map: &serde_json::Map<String, serde_json::Value>| {
            serde_json::to_string(map).unwrap_or_else(|_| "{}".to_owned())
        };
        let life = match (row.deleted, row.left) {
            (false, false) => Life::Live,
            (true, _) => Life::Deleted,
            (_, true) => Life::Left,
        };
        let texts = (text(&row.fields), text(&row.fv));
        Self::build((row.kind, row.id), (row.version, row.seq), life, texts)
    }
}

/// Adds up a row of the mirror.
pub(super) fn row_sum(kind: &str, id: &str, version: u64, fields: &str) -> i64 {
    Checksum::new()
        .text(kind)
        .text(id)
        .number(version.cast_signed())
        .text(fields)
        .end()
}

/// The columns by which the mirror finds a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// It belongs to the working set.
    pub(super) open: bool,
    /// The record it hangs under, as `kind:id`.
    pub(super) parent: Option<String>,
    /// The instant by which it is ordered, in microseconds since 1970.
    pub(super) at: Option<i64>,
}

impl Columns {
    /// Reads the columns from a record's JSON; a record that cannot be read is kept, and is not open.
    pub(super) fn read(kind: Kind, fields: &str) -> Self {
        if kind == Kind::MetricPoint
            && let Ok(figure) = serde_json::from_str::<Figure>(fields)
        {
            return Self::of(&MetricPoint::from(figure));
        }
        let mut columns = kind.visit(ReadColumns(fields));
        if kind == Kind::Thread {
            // What was done today is found by the time at which it was done, however old its words are.
            columns.at = columns.at.max(done_at(fields));
        }
        columns
    }

    fn of<R: Record>(record: &R) -> Self {
        Self {
            open: record.is_open(),
            parent: record.parent().map(|link| parent_key(&link)),
            at: record.at().map(Timestamp::as_microsecond),
        }
    }
}

/// What the columns of a figure are made of: most records of a cache are figures, and most of their text is the numbers
/// of single days, which need not be read for this.
#[derive(serde::Deserialize)]
struct Figure {
    #[serde(default)]
    subject: Option<AnyRef>,
    #[serde(default)]
    period: Option<Date>,
}

impl From<Figure> for MetricPoint {
    fn from(figure: Figure) -> Self {
        Self {
            subject: figure.subject,
            period: figure.period,
            ..Self::default()
        }
    }
}

struct ReadColumns<'a>(&'a str);

impl KindVisitor for ReadColumns<'_> {
    type Out = Columns;
    fn visit<R: Record>(self) -> Columns {
        crate::record::read::<R>(self.0)
            .map_or_else(|_| Columns::default(), |record| Columns::of(&record))
    }
}

/// Writes a link as the mirror's parent column has it.
pub(super) fn parent_key(link: &AnyRef) -> String {
    link.to_string()
}

/// Returns the words of a record that a search should find, or nothing for kinds that are only figures.
pub(super) fn words(kind: Kind, fields: &str) -> Option<String> {
    let figures = matches!(
        kind,
        Kind::MetricPoint
            | Kind::CreatorSnapshot
            | Kind::MetricDef
            | Kind::StageEvent
            | Kind::BusyBlock
            | Kind::CriteriaSet
            | Kind::DimensionSet
    );
    (!figures).then(|| kind.visit(ReadWords(fields)))
}

struct ReadWords<'a>(&'a str);

impl KindVisitor for ReadWords<'_> {
    type Out = String;
    fn visit<R: Record>(self) -> String {
        let mut out = String::new();
        let Ok(record) = crate::record::read::<R>(self.0) else {
            return out;
        };
        for field in R::FIELDS {
            if is_words(field.info.ty) {
                push_words(&mut out, &(field.get)(&record));
            }
        }
        out
    }
}

fn is_words(ty: FieldType) -> bool {
    match ty {
        FieldType::Text | FieldType::LongText => true,
        FieldType::Many(inner) => is_words(*inner),
        _ => false,
    }
}

fn push_words(out: &mut String, value: &Value<'_>) {
    match value {
        Value::Text(text) => {
            // One message of forty kilobytes must not fill the index with its tail.
            out.extend(text.chars().take(8_000));
            out.push(' ');
        }
        Value::List(values) => {
            for value in values {
                push_words(out, value);
            }
        }
        _ => {}
    }
}

/// Reads a thread's `done_at` from its JSON, in microseconds since 1970.
pub(super) fn done_at(fields: &str) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Done {
        done_at: Option<Timestamp>,
    }
    let done: Done = serde_json::from_str(fields).ok()?;
    done.done_at.map(Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_are_half_read_stand_where_whole_ones_would() {
        let subject = r#"{"kind":"network","id":"n1"}"#;
        for fields in [
            "{}".to_owned(),
            format!(
                r#"{{"subject":{subject},"period":"2026-11-01","value":1.5,"daily":[1,null,2.5]}}"#
            ),
            format!(r#"{{"daily":"none","value":"odd","new":{{"period":1}},"subject":{subject}}}"#),
            format!(r#"{{"subject":{subject},"period":null}}"#),
            format!(r#"{{"subject":{subject},"period":"no day"}}"#),
            r#"{"subject":null,"period":"2026-11-01"}"#.to_owned(),
            r#"{"subject":"n1","period":"2026-11-01"}"#.to_owned(),
            r#"{"subject":{"kind":7},"period":20261101}"#.to_owned(),
            "[]".to_owned(),
            "7".to_owned(),
        ] {
            let whole = Kind::MetricPoint.visit(ReadColumns(&fields));
            assert_eq!(Columns::read(Kind::MetricPoint, &fields), whole, "{fields}");
        }
    }
}
