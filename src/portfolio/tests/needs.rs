//! Tests of portfolio: needs.

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::figure::{Count, Figure, Pace, Progress, Window};
use crate::record::{
    Bound, CriteriaSet, Criterion, Due, FollowUp, FollowUpState, Incident, IncidentState,
    Lifecycle, Network, PeriodKind, Severity, Thread, ThreadState, View, WaitingOn,
};

fn view() -> View {
    View::new(
        at("2026-11-17T16:30:00Z"),
        TimeZone::get("America/Los_Angeles").unwrap(),
        "ana",
    )
}

fn words(network: &Network, evidence: &Evidence<'_>) -> Vec<String> {
    reasons(network, evidence, &view(), NeedLimits::default())
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn growth(before: &[f64], now: &[f64]) -> Option<Growth> {
    series(vec![
        with_days("n", PeriodKind::Month, date(2026, 10, 1), before),
        with_days("n", PeriodKind::MonthToDate, date(2026, 11, 1), now),
    ])
    .month_to_date()
}

fn creators() -> Count {
    Count::new(61, Window::month(date(2026, 11, 1)), None)
}

fn days_goal(target: f64, so_far: f64) -> Pace {
    let progress = Progress {
        elapsed: 16,
        left: 14,
    };
    Pace::of_days(target, so_far, progress, creators())
}

#[test]
fn every_reason_is_in_words_and_in_order() {
    let incident = Incident {
        title: "@kaylalive suspended".into(),
        severity: Severity::P1,
        state: IncidentState::Open,
        deadline: Some(at("2026-11-19T16:30:00Z")),
        ..Incident::default()
    };
    let closed = Incident {
        state: IncidentState::Closed,
        ..incident.clone()
    };
    let thread = Thread {
        state: ThreadState::Open,
        waiting_on: WaitingOn::Me,
        last_at: Some(at("2026-11-17T13:30:00Z")),
        ..Thread::default()
    };
    let late = FollowUp {
        due: Some(Due::On {
            date: date(2026, 11, 10),
        }),
        state: FollowUpState::Open,
        ..FollowUp::default()
    };
    let done = FollowUp {
        state: FollowUpState::Done,
        ..late.clone()
    };
    let network = Network {
        lifecycle: Lifecycle::New,
        signed_at: Some(date(2026, 8, 22)),
        health: Some(41.0),
        health_reason: "hours falling".into(),
        last_contact_at: Some(at("2026-10-27T16:30:00Z")),
        ..Network::default()
    };
    let criteria = CriteriaSet {
        version: "1".into(),
        items: vec![Criterion {
            metric: Id::new("hours"),
            op: Bound::AtLeast,
            value: 100.0,
            within_days: Some(90),
        }],
        ..CriteriaSet::default()
    };
    let graduation = graduation_gap(&criteria, &network, date(2026, 11, 17), |_| None);
    let evidence = Evidence {
        incidents: vec![&closed, &incident],
        threads: vec![&thread],
        follow_ups: vec![&late, &done],
        goals: vec![
            ("valid days".into(), days_goal(22.0, 10.0)),
            ("hours".into(), days_goal(12.0, 12.0)),
        ],
        revenue: growth(&[100.0, 101.0, 99.0, 100.0], &[80.0, 81.0, 79.0, 80.0]),
        dark_days: Some(4),
        largest: Some(Figure::counted(0.52, creators())),
        graduation: Some(graduation),
        overdue_milestones: Some((2, 9)),
    };
    assert_eq!(
        words(&network, &evidence),
        [
            "P1 @kaylalive suspended, 2d left",
            "dark for 4 d",
            "waits 3h for a reply",
            "1 follow-up overdue, oldest 6d",
            "valid days urgent, 45 % there",
            "revenue -20 % (-22 to -18 %) in 1–4 Nov 2026 (UTC, month to date)",
            "graduation in 3 d, 1 gate open",
            "2 milestones overdue, oldest 9 d",
            "largest creator 52 % of 61",
            "no contact for 21 d",
            "health 41: hours falling",
        ]
    );
}

#[test]
fn a_fall_within_the_unrest_of_the_days_is_no_reason() {
    let evidence = Evidence {
        revenue: growth(&[150.0, 20.0, 160.0, 90.0], &[20.0, 150.0, 80.0, 130.0]),
        ..Evidence::default()
    };
    assert!(evidence.revenue.unwrap().change.ratio().unwrap() < -0.05);
    assert!(words(&Network::default(), &evidence).is_empty());
}

#[test]
fn networks_come_in_the_order_of_their_reasons() {
    let dark = |days| NetworkReason::WentDark { days };
    let silent = |days| NetworkReason::Silent { days };
    let order: Vec<String> = in_order([
        (Id::new("calm"), vec![]),
        (Id::new("silent"), vec![silent(90)]),
        (Id::new("dark"), vec![dark(3)]),
        (Id::new("darker"), vec![dark(9)]),
        (Id::new("dark and silent"), vec![dark(3), silent(20)]),
    ])
    .into_iter()
    .map(|need| need.network.to_string())
    .collect();
    assert_eq!(
        order,
        ["darker", "dark and silent", "dark", "silent", "calm"]
    );
}
