//! Tests of portfolio: figures.

use jiff::civil::date;

use super::*;
use crate::figure::{
    Aim, Band, Certainty, Change, Count, Figure, ProjectionMethod, Window, plus_days,
};
use crate::record::{
    Creator, CriteriaSet, Goal, GoalPeriod, MetricDef, Milestone, Network, PeriodKind, PointStatus,
};

#[test]
fn growth_of_whole_months_is_also_given_for_a_day() {
    let series = series(vec![
        point("n", PeriodKind::Month, date(2026, 1, 1), 310.0),
        point("n", PeriodKind::Month, date(2026, 2, 1), 280.0),
        point("n", PeriodKind::Month, date(2025, 2, 1), 140.0),
    ]);
    let growth = series.month_on_month(date(2026, 2, 14)).unwrap();
    near(growth.change.ratio().unwrap(), -30.0 / 310.0, 1e-12);
    near(growth.per_day.unwrap().ratio().unwrap(), 0.0, 1e-12);
    assert_eq!(growth.now.of.window.to_string(), "Feb 2026 (UTC)");
    let year = series.year_on_year(date(2026, 2, 1)).unwrap();
    near(year.change.ratio().unwrap(), 1.0, 1e-12);
    assert_eq!(
        series.year_on_year(date(2026, 1, 1)).unwrap().change,
        Change::Unknown
    );
    assert_eq!(series.month_on_month(date(2026, 3, 1)), None);
}

#[test]
fn the_interval_of_a_longer_month_is_that_of_a_day_made_longer() {
    let values = |days: i32, level: i32| -> Vec<f64> {
        (0..days).map(|day| f64::from(level + day % 4)).collect()
    };
    let series = series(vec![
        with_days("n", PeriodKind::Month, date(2026, 9, 1), &values(30, 50)),
        with_days("n", PeriodKind::Month, date(2026, 10, 1), &values(31, 60)),
    ]);
    let growth = series.month_on_month(date(2026, 10, 1)).unwrap();
    let (total, day) = (growth.change, growth.per_day.unwrap());
    let (total, day) = (total.interval().unwrap(), day.interval().unwrap());
    near(1.0 + total.lo, (1.0 + day.lo) * 31.0 / 30.0, 1e-12);
    near(1.0 + total.hi, (1.0 + day.hi) * 31.0 / 30.0, 1e-12);
    assert!(total.contains(growth.change.ratio().unwrap()));
}

#[test]
fn growth_from_nothing_is_new_and_not_infinite() {
    let series = series(vec![
        point("n", PeriodKind::Month, date(2026, 1, 1), 0.0),
        point("n", PeriodKind::Month, date(2026, 2, 1), 280.0),
    ]);
    let growth = series.month_on_month(date(2026, 2, 1)).unwrap();
    assert_eq!(growth.change, Change::New);
    assert_eq!(growth.change.to_string(), "new");
}

#[test]
fn a_running_month_is_held_against_the_same_day() {
    let october: Vec<f64> = (1..=31).map(|day| f64::from(100 + day % 3)).collect();
    let november: Vec<f64> = (1..=16).map(|day| f64::from(120 + day % 3)).collect();
    let mut running = with_days("n", PeriodKind::MonthToDate, date(2026, 11, 1), &november);
    running.as_of = Some(at("2026-11-17T06:00:00Z"));
    running.status = PointStatus::Provisional;
    let series = series(vec![
        with_days("n", PeriodKind::Month, date(2026, 10, 1), &october),
        running,
    ]);
    let growth = series.month_to_date().unwrap();
    let before: f64 = october[..16].iter().sum();
    let now: f64 = november.iter().sum();
    near(growth.change.ratio().unwrap(), now / before - 1.0, 1e-12);
    let interval = growth.change.interval().unwrap();
    assert!(interval.lo > 0.15 && interval.hi < 0.25);
    assert_eq!(growth.now.of.n, 16);
    assert_eq!(
        growth.now.of.window.to_string(),
        "1–16 Nov 2026 (UTC, month to date)"
    );
    assert_eq!(growth.now.of.as_of, Some(at("2026-11-17T06:00:00Z")));
    assert!(growth.provisional);
}

#[test]
fn a_long_month_stops_where_the_month_before_ended() {
    let february = vec![10.0; 28];
    let march = vec![10.0; 31];
    let series = series(vec![
        with_days("n", PeriodKind::Month, date(2026, 2, 1), &february),
        with_days("n", PeriodKind::MonthToDate, date(2026, 3, 1), &march),
    ]);
    let growth = series.month_to_date().unwrap();
    near(growth.change.ratio().unwrap(), 0.0, 1e-12);
    assert_eq!(growth.now.value, Some(280.0));
}

#[test]
fn a_missing_day_is_not_a_day_of_nothing() {
    let mut october = with_days("n", PeriodKind::Month, date(2026, 10, 1), &[10.0; 31]);
    october.daily[4] = None;
    october.value = Some(300.0);
    let series = series(vec![
        with_days("n", PeriodKind::Month, date(2026, 9, 1), &[10.0; 30]),
        october,
    ]);
    let growth = series.month_on_month(date(2026, 10, 1)).unwrap();
    assert_eq!(growth.now.of.n, 30);
    near(growth.per_day.unwrap().ratio().unwrap(), 0.0, 1e-12);
    assert_eq!(series.day(date(2026, 10, 5)), None);
}

#[test]
fn three_numbers_with_one_name_are_kept_apart() {
    let series = series(vec![
        point("n", PeriodKind::Last30Days, date(2026, 10, 18), 3_000.0),
        point("n", PeriodKind::Month, date(2026, 10, 1), 2_000.0),
        MetricPoint {
            as_of: Some(at("2026-11-17T06:00:00Z")),
            ..point("n", PeriodKind::MonthToDate, date(2026, 11, 1), 1_000.0)
        },
        point(
            "n",
            PeriodKind::Other("selected".into()),
            date(2026, 11, 1),
            5.0,
        ),
    ]);
    assert_eq!(series.latest_rolling().unwrap().total.to_string(), "3000");
    assert_eq!(series.latest_to_date().unwrap().elapsed, 16);
    assert_eq!(series.months().count(), 1);
    assert_eq!(series.month(date(2026, 11, 1)), None);
    // October's days are not known, so nothing is comparable with the first 16 days of November.
    assert_eq!(series.month_to_date().unwrap().change, Change::Unknown);
}

#[test]
fn figures_of_different_kinds_are_refused() {
    let month = point("n", PeriodKind::Month, date(2026, 10, 1), 10.0);
    let rolling = point("n", PeriodKind::Last30Days, date(2026, 10, 18), 12.0);
    assert_eq!(
        compare_points(&month, &rolling).unwrap_err().to_string(),
        "cannot compare figures: `month` and `l30d` are different kinds of period; choose two of one kind"
    );
    let to_date =
        |days: usize, first| with_days("n", PeriodKind::MonthToDate, first, &vec![1.0; days]);
    let (september, october) = (date(2026, 9, 1), date(2026, 10, 1));
    assert_eq!(
        compare_points(&to_date(16, september), &to_date(17, october)),
        Err(PeriodError::Length(16, 17))
    );
    let same = compare_points(&to_date(16, september), &to_date(16, october)).unwrap();
    assert_eq!(same.ratio(), Some(0.0));
    let mut other = month.clone();
    other.metric = Some(Id::new("hours"));
    assert!(matches!(
        compare_points(&month, &other),
        Err(PeriodError::Metric(..))
    ));
    // A whole month whose state is older than its end is a month to date, whatever it calls itself.
    let mut running = point("n", PeriodKind::Month, date(2026, 11, 1), 7.0);
    running.as_of = Some(at("2026-11-17T06:00:00Z"));
    assert!(matches!(
        compare_points(&month, &running),
        Err(PeriodError::Kind(..))
    ));
}

#[test]
fn the_younger_of_two_figures_stays() {
    let mut old = point("n", PeriodKind::Month, date(2026, 3, 1), 10.0);
    old.as_of = Some(at("2026-04-02T00:00:00Z"));
    let mut restated = point("n", PeriodKind::Month, date(2026, 3, 1), 12.0);
    restated.as_of = Some(at("2026-04-12T13:54:07Z"));
    restated.status = PointStatus::Restated;
    for points in [vec![old.clone(), restated.clone()], vec![restated, old]] {
        assert_eq!(
            series(points)
                .month(date(2026, 3, 1))
                .unwrap()
                .total
                .to_string(),
            "12"
        );
    }
}

#[test]
fn like_for_like_growth_leaves_out_who_came_and_went() {
    let month = |id: &str, first, value| point(id, PeriodKind::Month, first, value);
    let (january, february) = (date(2026, 1, 1), date(2026, 2, 1));
    let set = set(vec![
        month("a", january, 100.0),
        month("a", february, 110.0),
        month("b", january, 200.0),
        month("b", february, 190.0),
        month("c", january, 100.0),
        month("c", february, 120.0),
        month("gone", january, 500.0),
        month("new", february, 900.0),
    ]);
    let growth = like_for_like(
        set.of_metric(&Id::new("diamonds")),
        Pairing::Month(february),
    );
    near(growth.same.ratio().unwrap(), 420.0 / 400.0 - 1.0, 1e-12);
    near(growth.all.ratio().unwrap(), 1320.0 / 900.0 - 1.0, 1e-12);
    assert_eq!((growth.kept.n, growth.joined, growth.left), (3, 1, 1));
    assert!(growth.same.interval().unwrap().contains(0.05));
}

#[test]
fn leaving_creators_raise_the_active_rate_only_at_the_end() {
    let month = |id: String, first, value| MetricPoint {
        subject: Some(AnyRef::new(Kind::Creator, id)),
        ..point("", PeriodKind::Month, first, value)
    };
    let (january, february) = (date(2026, 1, 1), date(2026, 2, 1));
    let mut points = Vec::new();
    for creator in 0..10 {
        let active = if creator < 4 { 5.0 } else { 0.0 };
        points.push(month(format!("c{creator}"), january, active));
        if creator < 8 {
            points.push(month(format!("c{creator}"), february, active));
        }
    }
    let set = set(points);
    let rate = active_rate(set.of_metric(&Id::new("diamonds")), february);
    assert_eq!((rate.at_end.hits, rate.at_end.of.n), (4, 8));
    assert_eq!((rate.of_start.hits, rate.of_start.of.n), (4, 10));
    assert_eq!((rate.joined, rate.left), (0, 2));
}

#[test]
fn a_valid_day_has_an_hour() {
    let mut point = with_days(
        "n",
        PeriodKind::Month,
        date(2026, 10, 1),
        &[3600.0, 3599.0, 0.0, 10_800.0],
    );
    point.daily[2] = None;
    let days = valid_live_days(
        &series(vec![point]),
        date(2026, 10, 1),
        date(2026, 10, 5),
        3600.0,
    );
    assert_eq!((days.valid.hits, days.valid.of.n, days.missing), (2, 3, 2));
    assert_eq!(days.hours_per_valid_day.value, Some(2.0));
}

#[test]
fn darkness_is_counted_from_the_state_of_the_records() {
    let live = |id: &str, at_text: Option<&str>| {
        let creator = Creator {
            last_live_at: at_text.map(at),
            ..Creator::default()
        };
        (Id::<Creator>::new(id), creator)
    };
    let creators = [
        live("a", Some("2026-11-13T23:59:00Z")),
        live("b", Some("2026-11-14T00:01:00Z")),
        live("c", Some("2026-10-01T00:00:00Z")),
        live("d", None),
    ];
    let all = || creators.iter().map(|(id, creator)| (id, creator));
    let dark = went_dark(all(), at("2026-11-16T12:00:00Z"), 3);
    let who: Vec<(&str, i64)> = dark
        .creators
        .iter()
        .map(|(id, days)| (id.as_str(), *days))
        .collect();
    assert_eq!(who, [("c", 46), ("a", 3)]);
    assert_eq!(dark.share.to_string(), "66.7 % (2 of 3, 20.8–93.9 %)");
    assert_eq!(dark.never.len(), 1);
    let rate = live_rate(all(), 7, at("2026-11-16T12:00:00Z"));
    assert_eq!((rate.hits, rate.of.n), (2, 4));
    let quiet = with_days(
        "n",
        PeriodKind::MonthToDate,
        date(2026, 11, 1),
        &[5.0, 0.0, 4.0, 0.0, 0.0, 0.0],
    );
    assert_eq!(dark_days(&series(vec![quiet])), Some(3));
    assert_eq!(dark_days(&Series::new(Nature::Flow)), None);
}

#[test]
fn concentration_names_the_risk() {
    let subjects: Vec<AnyRef> = (0..20).map(|id| subject(&id.to_string())).collect();
    let of = Count::new(0, Window::month(date(2026, 10, 1)), None);
    let values = |index: usize| if index == 7 { 810.0 } else { 10.0 };
    let found = concentration(
        subjects
            .iter()
            .enumerate()
            .map(|(index, id)| (id, values(index))),
        of,
    );
    near(found.top1.value.unwrap(), 0.81, 1e-12);
    near(found.top5.value.unwrap(), 0.85, 1e-12);
    near(found.top10.value.unwrap(), 0.90, 1e-12);
    assert_eq!(found.top1.of.n, 20);
    assert_eq!(found.largest, Some(subject("7")));
    near(found.gini.value.unwrap(), 0.76, 1e-12);
    assert!(found.gini.certainty.interval().unwrap().contains(0.76));
    let nothing = concentration(subjects.iter().map(|id| (id, 0.0)), of);
    assert_eq!(nothing.top1.value, None);
    assert_eq!(nothing.top1.certainty, Certainty::Unknown);
}

fn goal(period: GoalPeriod, starts: Date, target: f64) -> Goal {
    Goal {
        period,
        starts: Some(starts),
        target: Some(target),
        ..Goal::default()
    }
}

#[test]
fn a_quarter_adds_months_and_the_running_one() {
    let november: Vec<f64> = vec![30.0; 16];
    let series = series(vec![
        point("n", PeriodKind::Month, date(2026, 10, 1), 900.0),
        with_days("n", PeriodKind::MonthToDate, date(2026, 11, 1), &november),
    ]);
    let goal = goal(GoalPeriod::Quarter, date(2026, 10, 1), 3_000.0);
    let pace = goal_pace(&goal, Some(&series), date(2026, 11, 17), Aim::AtLeast).unwrap();
    assert_eq!(pace.so_far.value, Some(1_380.0));
    assert_eq!((pace.progress.elapsed, pace.progress.left), (47, 45));
    near(pace.need_per_day.unwrap(), 36.0, 1e-12);
    // 1,620 are short; 45 days like the 47 so far bring 1,321.
    assert_eq!(pace.band, Band::Tight);
    assert_eq!(
        pace.projection.unwrap().method,
        ProjectionMethod::StraightPace
    );
}

#[test]
fn a_month_takes_the_shape_of_the_month_before() {
    // October brought a quarter in its first ten days.
    let mut october = vec![10.0; 10];
    october.extend(vec![300.0 / 21.0; 21]);
    let series = series(vec![
        with_days("n", PeriodKind::Month, date(2026, 10, 1), &october),
        with_days("n", PeriodKind::MonthToDate, date(2026, 11, 1), &[12.0; 10]),
    ]);
    let goal = goal(GoalPeriod::Month, date(2026, 11, 1), 470.0);
    let pace = goal_pace(&goal, Some(&series), date(2026, 11, 11), Aim::AtLeast).unwrap();
    let projection = pace.projection.unwrap();
    assert_eq!(projection.method, ProjectionMethod::LastPeriod);
    near(projection.at_end.value.unwrap(), 480.0, 1e-9);
    assert_eq!(pace.band, Band::OnTrack);
}

#[test]
fn a_goal_without_figures_is_not_a_goal_at_zero() {
    let goal = goal(GoalPeriod::Month, date(2026, 11, 1), 470.0);
    let pace = |today| goal_pace(&goal, None, today, Aim::AtLeast);
    assert_eq!(pace(date(2026, 11, 5)), Err(GoalGap::NoFigures));
    assert_eq!(pace(date(2026, 10, 25)).unwrap().band, Band::NotStarted);
    assert_eq!(
        goal_pace(&Goal::default(), None, date(2026, 11, 5), Aim::AtLeast),
        Err(GoalGap::NoPeriod)
    );
}

#[test]
fn valid_days_are_chased_by_days() {
    let days = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let mut series = Series::new(Nature::Days);
    assert!(series.add(&with_days(
        "n",
        PeriodKind::MonthToDate,
        date(2026, 11, 1),
        &days
    )));
    let pace = |target| {
        let goal = goal(GoalPeriod::Month, date(2026, 11, 1), target);
        goal_pace(&goal, Some(&series), date(2026, 11, 11), Aim::AtLeast)
            .unwrap()
            .band
    };
    assert_eq!(pace(9.0), Band::Done);
    assert_eq!(pace(17.0), Band::OnTrack);
    assert_eq!(pace(23.0), Band::Tight);
    assert_eq!(pace(25.0), Band::Urgent);
    assert_eq!(pace(30.0), Band::Gone);
}

#[test]
fn a_level_is_never_projected() {
    let mut series = Series::new(Nature::Level);
    let rates = [0.50, 0.52, 0.55, 0.58];
    series.add(&with_days(
        "n",
        PeriodKind::MonthToDate,
        date(2026, 11, 1),
        &rates,
    ));
    let goal = goal(GoalPeriod::Month, date(2026, 11, 1), 0.60);
    let pace = goal_pace(&goal, Some(&series), date(2026, 11, 5), Aim::AtLeast).unwrap();
    assert_eq!(pace.so_far.value, Some(0.58));
    assert_eq!((pace.projection, pace.band), (None, Band::Tight));
}

#[test]
fn parts_that_do_not_reach_their_whole_are_named() {
    let part = |parent: &str, month: i8, target: f64| Goal {
        parent_goal: Some(Id::new(parent)),
        ..goal(GoalPeriod::Month, date(2026, month, 1), target)
    };
    let goals = [
        (
            Id::new("q4"),
            goal(GoalPeriod::Quarter, date(2026, 10, 1), 100.0),
        ),
        (Id::new("oct"), part("q4", 10, 30.0)),
        (Id::new("nov"), part("q4", 11, 40.0)),
    ];
    let gaps = cascade(goals.iter().map(|(id, goal)| (id, goal)));
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].n, gaps[0].wanted), (2, 3));
    near(gaps[0].parts, 70.0, 1e-12);
}

fn network(signed: Date, graduated: Option<Date>) -> Network {
    Network {
        signed_at: Some(signed),
        graduated_at: graduated,
        ..Network::default()
    }
}

#[test]
fn a_gap_says_what_is_missing_and_how_fast() {
    let set: CriteriaSet = serde_json::from_value(serde_json::json!({
        "version": "2026-1",
        "items": [
            {"metric": "creators", "op": ">=", "value": 30, "within_days": 90},
            {"metric": "hours", "op": "at_least", "value": 100, "within_days": 90},
            {"metric": "violations", "op": "<=", "value": 1},
            {"metric": "quality", "op": ">=", "value": 4, "within_days": 90},
            {"metric": "kickoff", "op": ">=", "value": 1, "within_days": 14},
        ],
    }))
    .unwrap();
    let of = Count::new(1, Window::month(date(2026, 11, 1)), None);
    let known = |metric: &Id<MetricDef>| {
        let value = match metric.as_str() {
            "creators" => 31.0,
            "hours" => 80.0,
            "violations" => 3.0,
            "kickoff" => 0.0,
            _ => return None,
        };
        Some(Figure::counted(value, of))
    };
    let network = network(date(2026, 8, 29), None);
    let gap = graduation_gap(&set, &network, date(2026, 11, 18), known);
    let states: Vec<CriterionState> = gap.items.iter().map(|item| item.state).collect();
    assert_eq!(
        states,
        [
            CriterionState::Met,
            CriterionState::Short {
                missing: 20.0,
                need_per_day: Some(2.0)
            },
            CriterionState::Short {
                missing: 2.0,
                need_per_day: None
            },
            CriterionState::Unknown,
            CriterionState::Missed { missing: 1.0 },
        ]
    );
    assert_eq!((gap.met, gap.is_closed()), (1, false));
    assert_eq!(gap.next_deadline, Some((date(2026, 9, 12), -67)));
}

#[test]
fn only_due_networks_count_for_the_graduation_rate() {
    let networks = [
        (
            "in time",
            network(date(2026, 7, 10), Some(date(2026, 9, 20))),
        ),
        ("late", network(date(2026, 7, 10), Some(date(2026, 10, 20)))),
        ("never", network(date(2026, 7, 20), None)),
        (
            "not due",
            network(date(2026, 10, 15), Some(date(2026, 11, 1))),
        ),
        ("young", network(date(2026, 8, 25), None)),
    ]
    .map(|(id, network)| (Id::<Network>::new(id), network));
    let all = || networks.iter().map(|(id, network)| (id, network));
    let found = graduation_rate(
        all(),
        90,
        (date(2026, 10, 1), date(2026, 12, 31)),
        at("2026-11-17T16:30:00Z"),
    );
    assert_eq!((found.rate.hits, found.rate.of.n, found.not_due), (1, 3, 1));
    assert_eq!((found.still_open.hits, found.still_open.of.n), (2, 5));
    assert_eq!(found.days.value, Some(102.0));
    let signed = signed_in(all(), date(2026, 7, 1), date(2026, 7, 31), None);
    assert_eq!(signed.n, 3);
}

#[test]
fn milestones_come_overdue_first() {
    let milestone = |key: &str, day: i8, done: Option<i8>, waived: &str| Milestone {
        key: key.into(),
        due: Some(date(2026, 11, day)),
        done_at: done.map(|day| date(2026, 11, day)),
        waived_reason: waived.into(),
        ..Milestone::default()
    };
    let list = [
        milestone("later", 20, None, ""),
        milestone("done", 5, Some(7), ""),
        milestone("late", 10, None, ""),
        milestone("waived", 1, None, "no studio"),
        milestone("today", 17, None, ""),
    ];
    let ids = list.each_ref().map(|milestone| Id::new(&milestone.key));
    let found: Vec<(&str, MilestoneState)> = milestones(ids.iter().zip(&list), date(2026, 11, 17))
        .into_iter()
        .map(|(_, milestone, state)| (milestone.key.as_str(), state))
        .collect();
    assert_eq!(
        found,
        [
            ("late", MilestoneState::Overdue(7)),
            ("today", MilestoneState::DueIn(0)),
            ("later", MilestoneState::DueIn(3)),
            ("done", MilestoneState::Done(2)),
            ("waived", MilestoneState::Waived),
        ]
    );
}

#[test]
fn weeks_of_a_series_begin_on_monday() {
    let days: Vec<f64> = (1..=16).map(f64::from).collect();
    let series = series(vec![with_days(
        "n",
        PeriodKind::MonthToDate,
        date(2026, 11, 1),
        &days,
    )]);
    let weeks = series.weeks(4, date(2026, 11, 17));
    assert_eq!(weeks[0], (date(2026, 10, 26), Some(1.0)));
    assert_eq!(weeks[1].1, Some((2..=8).map(f64::from).sum()));
    assert_eq!(weeks[3], (date(2026, 11, 16), Some(16.0)));
    assert_eq!(series.last_day(), Some(plus_days(date(2026, 11, 1), 15)));
}

#[test]
fn the_unit_says_whether_days_add_up() {
    let metric = |unit: &str| MetricDef {
        unit: unit.into(),
        ..MetricDef::default()
    };
    assert_eq!(nature_of(&metric("%")), Nature::Level);
    assert_eq!(nature_of(&metric("diamonds")), Nature::Flow);
    assert_eq!(nature_of(&metric("creators")), Nature::Distinct);
    let new = MetricDef {
        name: "New creators".into(),
        ..metric("creators")
    };
    assert_eq!(nature_of(&new), Nature::Flow);
}

/// Twelve creators who come on different days are twelve, whatever the days add up to; what is not told of the same days
/// of the month before is compared with nothing.
#[test]
fn people_of_several_days_are_not_added_up() {
    let days: Vec<Option<f64>> = vec![Some(8.0); 16];
    let point = |kind: PeriodKind, first: Date, value: f64, daily: &[Option<f64>]| MetricPoint {
        period_kind: kind,
        period: Some(first),
        value: Some(value),
        daily: daily.to_vec(),
        as_of: Some("2026-11-17T06:00:00Z".parse().unwrap()),
        ..MetricPoint::default()
    };
    let mut series = Series::new(Nature::Distinct);
    let october = vec![Some(8.0); 31];
    series.add(&point(PeriodKind::Month, date(2026, 10, 1), 12.0, &october));
    series.add(&point(
        PeriodKind::MonthToDate,
        date(2026, 11, 1),
        11.0,
        &days,
    ));
    let growth = series.month_to_date().unwrap();
    assert_eq!((growth.now.value, growth.before.value), (Some(11.0), None));
    assert_eq!(series.up_to(date(2026, 10, 1), 16), None);
    assert_eq!(series.weeks(1, date(2026, 11, 12))[0].1, Some(8.0));
}

#[test]
fn the_days_of_a_month_that_began_with_the_contract_count_and_are_compared_with_nothing() {
    // Signed on the fifth: the backend lists the rest of October as a stretch of its own.
    let stretch = with_days("n", PeriodKind::Custom, date(2026, 10, 5), &[10.0; 27]);
    let running = with_days("n", PeriodKind::MonthToDate, date(2026, 11, 1), &[12.0; 16]);
    let known = series(vec![stretch, running]);
    assert_eq!(known.day(date(2026, 10, 4)), None);
    assert_eq!(known.day(date(2026, 10, 5)), Some(10.0));
    assert_eq!(known.day(date(2026, 10, 31)), Some(10.0));
    // Its own goal is judged by the days that it had.
    let october = goal(GoalPeriod::Month, date(2026, 10, 1), 300.0);
    let today = date(2026, 11, 17);
    let pace = goal_pace(&october, Some(&known), today, Aim::AtLeast).unwrap();
    assert_eq!(pace.so_far.value, Some(270.0));
    assert_eq!((pace.so_far.of.n, pace.progress.left), (27, 0));
    assert_eq!(pace.band, Band::Gone);
    // A part of a month is no month: no growth, and no shape for a projection.
    assert!(known.month(date(2026, 10, 1)).is_none());
    assert!(known.month_on_month(date(2026, 11, 1)).is_none());
    assert!(
        known
            .month_to_date()
            .is_none_or(|growth| growth.change.ratio().is_none())
    );
    let november = goal(GoalPeriod::Month, date(2026, 11, 1), 400.0);
    let pace = goal_pace(&november, Some(&known), today, Aim::AtLeast).unwrap();
    let end = pace.projection.unwrap().at_end.value.unwrap();
    near(end, 12.0 * 30.0, 1e-6);
    // Without days it says nothing that could be placed.
    let bare = point("n", PeriodKind::Custom, date(2026, 10, 5), 270.0);
    assert_eq!(set(vec![bare]).unplaced, 1);
}
