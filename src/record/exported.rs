//! What the platform's exports count, as metrics: imported figures speak the same words as the backend's.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{CreatorSnapshot, Id, MetricDef, MetricPoint, PeriodKind, PointStatus};

/// The source of figures that come from an import.
pub const EXPORT_SOURCE: &str = "backstage export";

/// After so many days the platform no longer corrects the figures of a period.
const FIRM_DAYS: i32 = 12;

/// A figure of creators that adds up over creators and days.
struct Counted {
    metric: &'static str,
    name: &'static str,
    unit: &'static str,
    formula: &'static str,
    /// The field of the creator's figures, and how many of it make one.
    field: &'static str,
    per: f64,
}

const COUNTED: [Counted; 6] = [
    Counted {
        metric: "diamonds",
        name: "Diamonds",
        unit: "diamonds",
        formula: "sum of the Diamonds of the creators in the export",
        field: "diamonds",
        per: 1.0,
    },
    Counted {
        metric: "live_hours",
        name: "LIVE hours",
        unit: "hours",
        formula: "sum of the LIVE duration of the creators in the export",
        field: "live_seconds",
        per: 3_600.0,
    },
    Counted {
        metric: "valid_days",
        name: "Valid go LIVE days",
        unit: "days",
        formula: "sum of the days with one hour of LIVE or more of the creators in the export",
        field: "valid_days",
        per: 1.0,
    },
    Counted {
        metric: "new_followers",
        name: "New followers",
        unit: "followers",
        formula: "sum of the followers that the creators in the export won",
        field: "new_followers",
        per: 1.0,
    },
    Counted {
        metric: "live_streams",
        name: "LIVE streams",
        unit: "streams",
        formula: "LIVE sessions of the creators in the export",
        field: "live_streams",
        per: 1.0,
    },
    Counted {
        metric: "matches",
        name: "Matches",
        unit: "matches",
        formula: "matches that the creators in the export played",
        field: "matches",
        per: 1.0,
    },
];

/// The metric that counts the creators with a LIVE in the period.
pub const ACTIVE_CREATORS: &str = "active_creators";
/// The metric that counts the creators that an export lists.
pub const MANAGED_CREATORS: &str = "managed_creators";

/// The metric that says which part of the Diamonds the creator with the most of them brings, in per cent.
pub const LARGEST_CREATOR: &str = "largest_creator_share";

/// Figures of creators added up, exactly: what the exports count are whole numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportSum {
    sums: [(f64, i64); COUNTED.len()],
    active: (f64, i64),
    creators: i64,
    /// The most Diamonds of one creator.
    most: f64,
}

impl ExportSum {
    /// Adds the figures of one creator, read by the names of the fields of [`CreatorSnapshot`].
    pub fn add(&mut self, field: impl Fn(&str) -> Option<f64>) {
        self.creators += 1;
        for (sum, counted) in self.sums.iter_mut().zip(&COUNTED) {
            if let Some(value) = field(counted.field) {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
        self.most = self.most.max(field("diamonds").unwrap_or(0.0));
        if let Some(live) = was_live(field) {
            self.active = (self.active.0 + f64::from(u8::from(live)), self.active.1 + 1);
        }
    }

    /// Returns each metric that any creator has, with its value and the number of creators that have it.
    pub fn totals(&self) -> Vec<(&'static str, f64, i64)> {
        let counted = self
            .sums
            .iter()
            .zip(&COUNTED)
            .map(|((sum, n), counted)| (counted.metric, sum / counted.per, *n));
        let people = [
            (ACTIVE_CREATORS, self.active.0, self.active.1),
            (MANAGED_CREATORS, whole(self.creators), self.creators),
        ];
        let mut totals: Vec<_> = counted.filter(|(.., n)| *n > 0).collect();
        // An export without a single figure of the period says nothing of who is managed in it.
        if !totals.is_empty() {
            totals.extend(people.into_iter().filter(|(.., n)| *n > 0));
        }
        let diamonds = totals.iter().find(|(metric, ..)| *metric == "diamonds");
        if let Some((_, sum, n)) = diamonds.copied().filter(|(_, sum, _)| *sum > 0.0) {
            totals.push((LARGEST_CREATOR, self.most / sum * 100.0, n));
        }
        totals
    }
}

/// Tells whether a creator was LIVE, where any figure says so.
fn was_live(field: impl Fn(&str) -> Option<f64>) -> Option<bool> {
    let signs = ["live_seconds", "live_streams", "valid_days"];
    let known = signs.iter().filter_map(|name| field(name));
    known.fold(None, |live, value| {
        Some(live.unwrap_or(false) || value > 0.0)
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of the platform are far below 2^53"
)]
const fn whole(count: i64) -> f64 {
    count as f64
}

/// Returns what a metric of the exports means, for a backend that does not define it.
pub fn exported_metric(metric: &str) -> Option<MetricDef> {
    let (name, unit, formula) = match metric {
        ACTIVE_CREATORS => (
            "Active creators",
            "creators",
            "creators in the export with one LIVE or more",
        ),
        MANAGED_CREATORS => (
            "Managed creators",
            "creators",
            "creators that the export lists",
        ),
        LARGEST_CREATOR => (
            "Largest creator's share",
            "%",
            "Diamonds of the creator with the most, divided by those of all creators in the export",
        ),
        _ => {
            let counted = COUNTED.iter().find(|counted| counted.metric == metric)?;
            (counted.name, counted.unit, counted.formula)
        }
    };
    Some(MetricDef {
        name: name.to_owned(),
        unit: unit.to_owned(),
        direction: if metric == LARGEST_CREATOR {
            "down"
        } else {
            "up"
        }
        .to_owned(),
        formula: formula.to_owned(),
        window: "the period of the export (UTC+0)".to_owned(),
        zone: "UTC".to_owned(),
        min_n: Some(10),
    })
}

/// Returns the state that figures of a period have: of a month to date never later than the end of its last day,
/// since that is how far it goes.
pub fn exported_state(kind: &PeriodKind, end: Date, made: Option<Timestamp>) -> Option<Timestamp> {
    let after = end.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    match made {
        Some(made)
            if *kind != PeriodKind::MonthToDate
                || made.to_zoned(TimeZone::UTC).date() <= after.date() =>
        {
            Some(made)
        }
        _ => Some(after.timestamp()),
    }
}

/// Tells how firm figures of a period are: the platform corrects them for some days after its end.
pub fn exported_status(end: Date, made: Option<Timestamp>) -> PointStatus {
    let age = made.map(|made| (made.to_zoned(TimeZone::UTC).date() - end).get_days());
    if age.is_some_and(|days| days >= FIRM_DAYS) {
        PointStatus::Final
    } else {
        PointStatus::Provisional
    }
}

impl CreatorSnapshot {
    /// Returns a figure by the name of its field.
    fn figure(&self, field: &str) -> Option<f64> {
        let count = match field {
            "diamonds" => self.diamonds,
            "live_seconds" => self.live_seconds,
            "valid_days" => self.valid_days,
            "new_followers" => self.new_followers,
            "live_streams" => self.live_streams,
            "matches" => self.matches,
            _ => None,
        };
        count.map(whole)
    }

    /// Returns its figures as points of metrics, and of the month before what this export says of it.
    ///
    /// Points of different kinds of period are different points, so that they cannot be compared by mistake.
    pub fn points(&self) -> Vec<MetricPoint> {
        let (Some(creator), Some(start), Some(end)) =
            (&self.creator, self.period_start, self.period_end)
        else {
            return Vec::new();
        };
        let point = |metric: &str, value: f64| MetricPoint {
            subject: Some(creator.link()),
            metric: Some(Id::new(metric)),
            period_kind: self.period_kind.clone(),
            period: Some(start),
            value: Some(value),
            n: Some(1),
            as_of: exported_state(&self.period_kind, end, self.as_of),
            source: EXPORT_SOURCE.to_owned(),
            status: exported_status(end, self.as_of),
            ..MetricPoint::default()
        };
        let mut points: Vec<MetricPoint> = COUNTED
            .iter()
            .filter_map(|counted| {
                let value = self.figure(counted.field)?;
                Some(point(counted.metric, value / counted.per))
            })
            .collect();
        let monthly = matches!(
            self.period_kind,
            PeriodKind::MonthToDate | PeriodKind::Month
        );
        if monthly && let Ok(last) = start.first_of_month().yesterday() {
            let before = [
                ("diamonds", self.last_month_diamonds.map(whole)),
                ("live_hours", self.last_month_hours),
                ("valid_days", self.last_month_valid_days.map(whole)),
            ];
            points.extend(before.into_iter().filter_map(|(metric, value)| {
                Some(MetricPoint {
                    period_kind: PeriodKind::Month,
                    period: Some(last.first_of_month()),
                    as_of: self.as_of,
                    status: exported_status(last, self.as_of),
                    ..point(metric, value?)
                })
            }));
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn snapshot() -> CreatorSnapshot {
        CreatorSnapshot {
            creator: Some(Id::new("c1")),
            period_kind: PeriodKind::MonthToDate,
            period_start: Some(date(2026, 11, 1)),
            period_end: Some(date(2026, 11, 16)),
            as_of: "2026-11-17T06:00:00Z".parse().ok(),
            diamonds: Some(900),
            live_seconds: Some(5_400),
            last_month_diamonds: Some(2_000),
            ..CreatorSnapshot::default()
        }
    }

    #[test]
    fn figures_become_points_of_their_own_kind_of_period() {
        let points = snapshot().points();
        let of = |metric: &str, kind: &PeriodKind| {
            let mut all = points.iter().filter(|point| {
                point
                    .metric
                    .as_ref()
                    .is_some_and(|id| id.as_str() == metric)
                    && point.period_kind == *kind
            });
            (all.next().cloned(), all.count())
        };
        let (now, more) = of("diamonds", &PeriodKind::MonthToDate);
        let now = now.unwrap();
        assert_eq!((now.value, more), (Some(900.0), 0));
        assert_eq!(now.source, EXPORT_SOURCE);
        assert_eq!(now.status, PointStatus::Provisional);
        assert_eq!(
            of("live_hours", &PeriodKind::MonthToDate).0.unwrap().value,
            Some(1.5)
        );
        let before = of("diamonds", &PeriodKind::Month).0.unwrap();
        assert_eq!(
            (before.value, before.period),
            (Some(2_000.0), Some(date(2026, 10, 1)))
        );
        assert_eq!(before.status, PointStatus::Final);
        assert!(of("valid_days", &PeriodKind::MonthToDate).0.is_none());
    }

    #[test]
    fn a_month_to_date_is_never_younger_than_its_last_day() {
        let late = "2026-11-20T06:00:00Z".parse().ok();
        let state = |kind| exported_state(&kind, date(2026, 11, 16), late);
        assert_eq!(
            state(PeriodKind::MonthToDate),
            "2026-11-17T00:00:00Z".parse().ok()
        );
        assert_eq!(state(PeriodKind::Last30Days), late);
        let none = exported_state(&PeriodKind::Month, date(2026, 10, 31), None);
        assert_eq!(none, "2026-11-01T00:00:00Z".parse().ok());
    }

    #[test]
    fn sums_say_how_many_creators_they_rest_on() {
        let mut sum = ExportSum::default();
        sum.add(|name| (name == "live_seconds").then_some(1_800.0));
        sum.add(|name| (name == "live_seconds" || name == "diamonds").then_some(0.0));
        sum.add(|_| None);
        let totals = sum.totals();
        assert_eq!(
            totals,
            [
                ("diamonds", 0.0, 1),
                ("live_hours", 0.5, 2),
                (ACTIVE_CREATORS, 1.0, 2),
                (MANAGED_CREATORS, 3.0, 3),
            ]
        );
        assert!(
            totals
                .iter()
                .all(|(metric, ..)| exported_metric(metric).is_some())
        );
    }
}
