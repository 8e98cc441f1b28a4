#![expect(clippy::cast_precision_loss, reason = "small whole numbers")]

mod coaching;
mod figures;
mod needs;

use jiff::Timestamp;
use jiff::civil::Date;

use super::*;
use crate::figure::Nature;
use crate::record::{AnyRef, Id, Kind, MetricPoint, PeriodKind};

pub(super) fn near(left: f64, right: f64, within: f64) {
    assert!((left - right).abs() <= within, "{left} is not {right}");
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn subject(id: &str) -> AnyRef {
    AnyRef::new(Kind::Network, id)
}

pub(super) fn point(id: &str, kind: PeriodKind, period: Date, value: f64) -> MetricPoint {
    MetricPoint {
        subject: Some(subject(id)),
        metric: Some(Id::new("diamonds")),
        period_kind: kind,
        period: Some(period),
        value: Some(value),
        ..MetricPoint::default()
    }
}

pub(super) fn with_days(id: &str, kind: PeriodKind, period: Date, days: &[f64]) -> MetricPoint {
    MetricPoint {
        value: Some(days.iter().sum()),
        daily: days.iter().copied().map(Some).collect(),
        ..point(id, kind, period, 0.0)
    }
}

pub(super) fn set(points: Vec<MetricPoint>) -> SeriesSet {
    let points: Vec<(Id<MetricPoint>, MetricPoint)> = points
        .into_iter()
        .enumerate()
        .map(|(index, point)| (Id::new(format!("p{index}")), point))
        .collect();
    SeriesSet::read(points.iter().map(|(_, point)| point), |_| Nature::Flow)
}

pub(super) fn series(points: Vec<MetricPoint>) -> Series {
    let set = set(points);
    set.of_metric(&Id::new("diamonds"))
        .next()
        .unwrap()
        .1
        .clone()
}

/// A small repeatable source of numbers between 0 and 1 (a linear congruence), for tests only.
pub(super) struct Noise(pub(super) u64);

impl Noise {
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}
