//! Every figure of a subject, with what one must know to use it: definition, window, n, age, source.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{leading_metric, metric_def};
use crate::figure::{Window, days_between, month_length, plus_days};
use crate::list::World;
use crate::record::{AnyRef, Id, MetricDef, MetricPoint, PeriodKind, PointStatus};

/// The latest figure of one metric and one kind of period.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRow {
    /// The record it comes from.
    pub point: Id<MetricPoint>,
    /// The metric.
    pub metric: Id<MetricDef>,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// How it is computed.
    pub formula: String,
    /// Which kind of period it covers; kinds are never compared with each other.
    pub kind: PeriodKind,
    /// First day (UTC).
    pub from: Date,
    /// Last day (UTC), as far as figures go.
    pub to: Date,
    /// The figure.
    pub value: Option<f64>,
    /// Number of observations.
    pub n: Option<i64>,
    /// Below this many observations it is not ranked.
    pub min_n: Option<i64>,
    /// The interval, where the backend gives one.
    pub interval: Option<(f64, f64)>,
    /// The state of the data.
    pub as_of: Option<Timestamp>,
    /// Where it comes from.
    pub source: String,
    /// How firm it is.
    pub status: PointStatus,
}

impl MetricRow {
    /// Returns the window in as few words as a column has.
    pub fn period(&self) -> String {
        let day = self.to.strftime("%-d %b");
        match self.kind {
            PeriodKind::Month => self.from.strftime("%b %Y").to_string(),
            PeriodKind::MonthToDate => format!("MTD to {day}"),
            PeriodKind::Last30Days => format!("L30D to {day}"),
            PeriodKind::Day => day.to_string(),
            PeriodKind::Custom | PeriodKind::Other(_) if self.from.month() == self.to.month() => {
                format!("{}–{day}", self.from.day())
            }
            PeriodKind::Custom | PeriodKind::Other(_) => {
                format!("{}–{day}", self.from.strftime("%-d %b"))
            }
        }
    }

    /// Returns the window in words, zone included.
    pub fn window(&self) -> String {
        match self.kind {
            PeriodKind::Month => Window::month(self.from).to_string(),
            PeriodKind::MonthToDate => format!("{} – {} (UTC, MTD)", self.from, self.to),
            PeriodKind::Last30Days => format!("{} – {} (UTC, L30D)", self.from, self.to),
            PeriodKind::Day => format!("{} (UTC)", self.from),
            PeriodKind::Custom | PeriodKind::Other(_) => {
                format!("{} – {} (UTC, {})", self.from, self.to, self.kind)
            }
        }
    }
}

/// A metric, a kind of period and a source; what a subject earns by comes first.
type Key<'a> = (bool, Id<MetricDef>, PeriodKind, &'a str);

/// Lists the latest figure of every metric, kind of period and source of a subject, what it earns by first.
pub fn metric_rows(world: &World, subject: &AnyRef) -> Vec<MetricRow> {
    let leading = leading_metric(world);
    let mut latest: BTreeMap<Key<'_>, (Id<MetricPoint>, &MetricPoint)> = BTreeMap::new();
    for (id, point) in world.table::<MetricPoint>().records() {
        let (Some(of), Some(metric), Some(_)) = (&point.subject, &point.metric, point.period)
        else {
            continue;
        };
        if of != subject {
            continue;
        }
        let key = (
            Some(metric) != leading.as_ref(),
            metric.clone(),
            point.period_kind.clone(),
            point.source.as_str(),
        );
        let newer = latest
            .get(&key)
            .is_none_or(|(_, other)| (point.period, point.as_of) > (other.period, other.as_of));
        if newer {
            latest.insert(key, (id.clone(), point));
        }
    }
    latest
        .into_iter()
        .filter_map(|((_, metric, kind, _), (id, point))| row(world, metric, kind, id, point))
        .collect()
}

fn row(
    world: &World,
    metric: Id<MetricDef>,
    kind: PeriodKind,
    id: Id<MetricPoint>,
    point: &MetricPoint,
) -> Option<MetricRow> {
    let from = point.period?;
    let known = point.daily.iter().rposition(Option::is_some);
    let days = match kind {
        PeriodKind::Month => i64::from(month_length(from)),
        PeriodKind::Last30Days => 30,
        PeriodKind::Day => 1,
        PeriodKind::MonthToDate | PeriodKind::Custom | PeriodKind::Other(_) => {
            let listed = known.and_then(|last| i64::try_from(last).ok());
            // Where no day is listed, it goes as far as whole days were over when it was taken.
            let over = point
                .as_of
                .map(|at| days_between(from, TimeZone::UTC.to_datetime(at).date()));
            listed.map_or(over.unwrap_or(1).max(1), |last| last + 1)
        }
    };
    let def = metric_def(world, &metric).unwrap_or_default().into_owned();
    let name = if def.name.is_empty() {
        metric.as_str().to_owned()
    } else {
        def.name
    };
    Some(MetricRow {
        point: id,
        metric,
        name,
        unit: def.unit,
        formula: def.formula,
        kind,
        from,
        to: plus_days(from, days - 1),
        value: point.value,
        n: point.n,
        min_n: def.min_n,
        interval: point.lo.zip(point.hi),
        as_of: point.as_of,
        source: point.source.clone(),
        status: point.status.clone(),
    })
}
