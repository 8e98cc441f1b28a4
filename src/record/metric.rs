//! Metric definitions and their figures.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{AnyRef, Audience, Derived, FieldError, FieldType, Id, ListItem, Record, Value};

open_enum! {
    /// The kind of period that a figure covers; figures of different kinds are never compared.
    PeriodKind {
        /// A calendar month to date (UTC+0).
        MonthToDate = "mtd",
        /// A rolling window of 30 days.
        Last30Days = "l30d",
        /// A whole calendar month (UTC+0).
        Month = "month",
        /// A single day (UTC+0).
        Day = "day",
        /// Any other stretch.
        Custom = "custom",
    }
}

open_enum! {
    /// How firm a figure is.
    PointStatus {
        /// It will not change.
        Final = "final",
        /// It may still change.
        Provisional = "provisional",
        /// It was changed after it had been final.
        Restated = "restated",
    }
}

record! {
    /// What a metric means: unit, direction, formula, window.
    MetricDef ("metric", "metrics") audience Audience::Everyone;
    columns ["name", "unit", "direction", "window", "formula"];
    /// Name on screen.
    name: String,
    /// Unit of the figures.
    unit: String,
    /// `up` when more is better, `down` when less is.
    direction: String,
    /// How it is computed, in words.
    formula: String,
    /// The stretch of time it covers.
    window: String,
    /// IANA zone in which days and months are cut.
    zone: String,
    /// Below this many observations the figure is not ranked.
    min_n: Option<i64>,
}

impl Record for MetricDef {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

record! {
    /// The figure of one metric for one subject and period.
    MetricPoint ("figure", "figures") audience Audience::Parent("subject");
    columns ["subject", "metric", "period_kind", "period", "value", "n", "as_of"];
    /// What it is a figure of: a CN, a creator, a team, a user.
    subject: Option<AnyRef>,
    /// The metric.
    metric: Option<Id<MetricDef>>,
    /// Kind of the period.
    period_kind: PeriodKind,
    /// First day of the period (UTC+0).
    period: Option<Date>,
    /// The figure for the period.
    value: Option<f64>,
    /// The figures of the single days, first day first; `null` where a day has none.
    daily: Vec<Option<f64>>,
    /// Number of observations.
    n: Option<i64>,
    /// Lower end of the interval, where the backend gives one.
    lo: Option<f64>,
    /// Upper end of the interval, where the backend gives one.
    hi: Option<f64>,
    /// State of the data.
    as_of: Option<Timestamp>,
    /// Where it comes from.
    source: String,
    /// How firm it is.
    status: PointStatus,
}

impl ListItem for Option<f64> {
    const ITEM: FieldType = FieldType::Number;
    fn item(&self) -> Value<'_> {
        self.map_or(Value::Empty, Value::Number)
    }
    fn from_item(value: Value<'_>) -> Result<Self, FieldError> {
        match value {
            Value::Empty => Ok(None),
            Value::Number(number) => Ok(Some(number)),
            other => Err(FieldError::shape(&Self::ITEM, &other)),
        }
    }
}

impl Record for MetricPoint {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.metric.as_ref().map_or("", Id::as_str))
    }
    fn is_open(&self) -> bool {
        false
    }
    fn parent(&self) -> Option<AnyRef> {
        self.subject.clone()
    }
    fn at(&self) -> Option<Timestamp> {
        let zoned = self.period?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    }
}
