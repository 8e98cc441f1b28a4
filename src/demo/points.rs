//! Metric definitions and the figures as records.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::record::{AnyRef, Id, Kind, MetricDef, MetricPoint, PeriodKind, PointStatus, User};

use super::calendar::{after, days_between, days_from, month_from, utc};
use super::chance::{Chance, float, whole};
use super::performers::{DAYS, Day, Performer};
use super::series::{ACTIVE, NETWORK_METRICS, Series};
use super::world::World;
use super::{Filed, filed};

/// The metrics that creators have, by their readable ids.
pub(super) const CREATOR_METRICS: [&str; 6] = [
    "diamonds",
    "live_hours",
    "valid_days",
    "new_followers",
    "live_streams",
    "matches",
];

/// Definitions: id, name, unit, direction, formula, window, smallest n that is ranked.
static DEFINITIONS: &[(&str, &str, &str, &str, &str, &str, i64)] = &[
    (
        "diamonds",
        "Diamonds",
        "diamonds",
        "up",
        "sum of the Diamonds received in LIVE",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "live_hours",
        "LIVE hours",
        "hours",
        "up",
        "sum of the LIVE duration",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "valid_days",
        "Valid go LIVE days",
        "days",
        "up",
        "days with one hour of LIVE or more",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "active_creators",
        "Active creators",
        "creators",
        "up",
        "creators with one LIVE or more",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "new_creators",
        "New creators",
        "creators",
        "up",
        "creators whose relationship began",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "new_followers",
        "New followers",
        "followers",
        "up",
        "followers won",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "live_streams",
        "LIVE streams",
        "streams",
        "up",
        "number of LIVE sessions",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "matches",
        "Matches",
        "matches",
        "up",
        "number of matches played",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "violations",
        "Violations",
        "cases",
        "down",
        "violations that stand after appeal",
        "calendar month (UTC+0)",
        20,
    ),
    (
        "new_networks",
        "New CNs",
        "CNs",
        "up",
        "contracts countersigned in the period",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "new_leads",
        "New leads",
        "leads",
        "up",
        "leads that entered the funnel in the period",
        "calendar month (UTC+0)",
        10,
    ),
    (
        "graduations",
        "Graduated CNs",
        "CNs",
        "up",
        "CNs that graduated in the period",
        "calendar month (UTC+0)",
        10,
    ),
];

/// Makes the records of the metric definitions; their ids are readable words.
pub(super) fn definitions() -> Vec<(Id<MetricDef>, MetricDef)> {
    DEFINITIONS
        .iter()
        .map(|(id, name, unit, direction, formula, window, min_n)| {
            let record = MetricDef {
                name: (*name).into(),
                unit: (*unit).into(),
                direction: (*direction).into(),
                formula: (*formula).into(),
                window: (*window).into(),
                zone: "UTC".into(),
                min_n: Some(*min_n),
            };
            (Id::new(id), record)
        })
        .collect()
}

/// What the figures of one month have in common.
#[derive(Clone, Debug)]
struct Month {
    kind: PeriodKind,
    first: Date,
    as_of: Timestamp,
    status: PointStatus,
}

impl Month {
    /// Describes the stretch of a month from one day to another.
    fn new(first: Date, to: Date, last: Date) -> Self {
        let next = month_from(first, 1);
        let begins = first.day() == 1;
        let kind = if begins && days_from(to, 1) == next {
            PeriodKind::Month
        } else if begins && to == last {
            PeriodKind::MonthToDate
        } else {
            PeriodKind::Custom
        };
        // A month becomes final twelve days after its end.
        let status = if days_between(next, last) >= 12 {
            PointStatus::Final
        } else {
            PointStatus::Provisional
        };
        let read = if status == PointStatus::Final {
            days_from(next, 12)
        } else {
            days_from(last, 1)
        };
        Self {
            kind,
            first,
            as_of: after(utc(read), SignedDuration::from_hours(8)),
            status,
        }
    }
}

/// Cuts a stretch of days into calendar months (UTC).
fn months(first: Date, last: Date) -> Vec<(Date, Date)> {
    let mut months = Vec::new();
    let mut from = first;
    while from <= last {
        let end = days_from(month_from(from, 1), -1);
        months.push((from, end.min(last)));
        from = days_from(end, 1);
    }
    months
}

fn point(subject: AnyRef, metric: &str, month: &Month, value: f64, n: usize) -> MetricPoint {
    MetricPoint {
        subject: Some(subject),
        metric: Some(Id::new(metric)),
        period_kind: month.kind.clone(),
        period: Some(month.first),
        value: Some(value),
        n: i64::try_from(n).ok(),
        as_of: Some(month.as_of),
        source: "data warehouse".into(),
        status: month.status.clone(),
        ..MetricPoint::default()
    }
}

/// Makes the figures of one CN: a record for each metric and month, with its days.
pub(super) fn of_network(world: &World, index: usize, series: &Series) -> Vec<Filed> {
    let cn = &world.networks[index];
    let mut chance = world.chance("network points", index);
    let by = &world.users[cn.user].0;
    let mut records = Vec::new();
    let months = months(series.first, series.last);
    let count = months.len();
    for (place, (from, to)) in months.into_iter().enumerate() {
        let month = Month::new(from, to, series.last);
        for (metric, name) in NETWORK_METRICS.iter().enumerate() {
            let days = series.days(metric, from, to).1;
            let sum: f64 = days.iter().sum();
            let value = match (metric, series.active_in_month.get(count - 1 - place)) {
                (ACTIVE, Some(distinct)) if count - 1 - place < 3 => *distinct,
                (ACTIVE, _) => float(whole(days.iter().copied().fold(0.0, f64::max) * 1.3)),
                _ => float(whole(sum * 10.0)) / 10.0,
            };
            let subject = AnyRef::new(Kind::Network, cn.id.as_str());
            let mut record = point(subject, name, &month, value, cn.creators);
            record.daily = days.iter().copied().map(Some).collect();
            records.push(filed(
                &Id::new(chance.id(month.as_of)),
                &record,
                month.as_of,
                by,
            ));
        }
    }
    records
}

/// Makes the figures of one creator for the ninety days.
pub(super) fn of_creator(world: &World, performer: &Performer) -> Vec<Filed> {
    let first = days_from(world.calendar.last_day, 1 - DAYS);
    records(world, performer, first, &performer.days, "creator points")
}

/// Makes the figures of one creator for a month before the ninety days; `back` counts from 0.
///
/// The first one is the rest of the month in which the ninety days begin.
pub(super) fn of_creator_earlier(world: &World, performer: &Performer, back: i64) -> Vec<Filed> {
    let window = days_from(world.calendar.last_day, 1 - DAYS);
    let first = month_from(window, -back);
    let end = days_from(month_from(first, 1), -1).min(days_from(window, -1));
    if end < first || end < performer.joined {
        return Vec::new();
    }
    let days = performer.earlier(world, first, days_between(first, end) + 1);
    records(world, performer, first, &days, "earlier points")
}

fn records(
    world: &World,
    performer: &Performer,
    first: Date,
    days: &[Option<Day>],
    label: &str,
) -> Vec<Filed> {
    let last = world.calendar.last_day;
    let cn = &world.networks[performer.network];
    let by = &world.users[cn.user].0;
    let seed = world.seed
        ^ u64::try_from(days_between(first, last))
            .unwrap_or(0)
            .rotate_left(40);
    let mut chance = Chance::new(seed ^ text_seed(performer.id.as_str()), label, 0);
    let end = days_from(first, i64::try_from(days.len()).unwrap_or(1) - 1);
    let mut out = Vec::with_capacity(24);
    for (from, to) in months(first, end) {
        let index = |date: Date| usize::try_from(days_between(first, date)).unwrap_or(0);
        let days = &days[index(from)..=index(to)];
        let month = Month::new(from, to, last);
        let n = days.iter().flatten().count();
        if n == 0 {
            // The creator had not joined yet.
            continue;
        }
        let subject = AnyRef::new(Kind::Creator, performer.id.as_str());
        // What the six metrics share is written once and copied.
        let shared = filed(
            &Id::default(),
            &point(subject, "", &month, 0.0, n),
            month.as_of,
            by,
        );
        for metric in CREATOR_METRICS {
            let total: i64 = days.iter().flatten().map(|day| read(*day, metric)).sum();
            let figure = |figure: i64| Json::from(float(figure) / unit(metric));
            let daily = days
                .iter()
                .map(|day| day.map_or(Json::Null, |day| figure(read(day, metric))))
                .collect();
            let mut record = shared.clone();
            record.id = chance.id(month.as_of);
            record.fields.insert("metric".into(), metric.into());
            record.fields.insert("value".into(), figure(total));
            record.fields.insert("daily".into(), Json::Array(daily));
            out.push(record);
        }
    }
    out
}

fn text_seed(text: &str) -> u64 {
    text.bytes().fold(7, |seed: u64, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    })
}

fn read(day: Day, metric: &str) -> i64 {
    match metric {
        "diamonds" => day.diamonds,
        "live_hours" => day.tenths,
        "valid_days" => i64::from(day.is_valid()),
        "new_followers" => day.followers,
        "live_streams" => day.streams,
        _ => day.matches,
    }
}

fn unit(metric: &str) -> f64 {
    if metric == "live_hours" { 10.0 } else { 1.0 }
}

/// Makes the figures of the users: contracts signed and CNs graduated, month by month.
pub(super) fn of_users(world: &World) -> Vec<Filed> {
    let last = world.calendar.last_day;
    let start = month_from(last, -12);
    let mut out = Vec::new();
    for (index, (user, _)) in world.users.iter().enumerate().take(4) {
        let mut chance = world.chance("user points", index);
        for (from, to) in months(start, last) {
            let month = Month::new(from, to, last);
            let within = |date: Option<Date>| date.is_some_and(|date| date >= from && date <= to);
            let own = || world.networks.iter().filter(|cn| cn.user == index);
            let signed = own().filter(|cn| within(Some(cn.signed))).count();
            let graduated = own().filter(|cn| within(cn.record.graduated_at)).count();
            for (metric, count) in [("new_networks", signed), ("graduations", graduated)] {
                let record = user_point(user, metric, &month, count);
                out.push(filed(
                    &Id::new(chance.id(month.as_of)),
                    &record,
                    month.as_of,
                    user,
                ));
            }
        }
    }
    out
}

fn user_point(user: &Id<User>, metric: &str, month: &Month, count: usize) -> MetricPoint {
    let value = float(i64::try_from(count).unwrap_or(0));
    let mut record = point(
        AnyRef::new(Kind::User, user.as_str()),
        metric,
        month,
        value,
        count,
    );
    record.source = "pipeline".into();
    record
}
