//! The figures of the portfolio by another program on random input, and the traps that its numbers set.

use cnm::figure::{Count, Nature, Pace, Progress, Share, Window, plus_days, wilson};
use cnm::portfolio::{
    EffectVerdict, EffectWindows, Pairing, Scale, Series, SeriesSet, active_rate, coaching_effect,
    concentration, dark_days, graduation_rate, like_for_like, matched_comparators, valid_live_days,
};
use cnm::record::{AnyRef, Id, Kind, MetricPoint, Network, PeriodKind};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::independent::{Dice, ask, same};

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/analytics/portfolio.py"
);

fn point(subject: &AnyRef, kind: PeriodKind, first: Date, days: &[Option<f64>]) -> MetricPoint {
    let known = days.iter().flatten();
    let end = plus_days(first, 31).at(0, 0, 0, 0);
    MetricPoint {
        subject: Some(subject.clone()),
        metric: Some(Id::new("diamonds")),
        value: Some(known.sum()),
        as_of: (kind == PeriodKind::Month)
            .then(|| end.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()),
        period_kind: kind,
        period: Some(first),
        daily: days.to_vec(),
        ..MetricPoint::default()
    }
}

fn creator(number: usize) -> AnyRef {
    AnyRef::new(Kind::Creator, format!("c{number:03}"))
}

fn series(points: impl IntoIterator<Item = MetricPoint>) -> Series {
    let mut series = Series::new(Nature::Flow);
    for point in points {
        assert!(series.add(&point));
    }
    series
}

fn known(days: &[f64]) -> Vec<Option<f64>> {
    days.iter().copied().map(Some).collect()
}

/// Random input for the other program.
fn question(dice: &mut Dice) -> Value {
    let months: Vec<[Vec<f64>; 2]> = (0..25).map(|_| [dice.reals(31), dice.reals(28)]).collect();
    let to_date: Vec<[Vec<f64>; 2]> = (1..29)
        .map(|day| [dice.reals(31), dice.reals(day)])
        .collect();
    let maybe = |dice: &mut Dice| (dice.below(5) > 0).then(|| dice.real());
    let like: Vec<Vec<[Option<f64>; 2]>> = (0..20)
        .map(|_| (0..12).map(|_| [maybe(dice), maybe(dice)]).collect())
        .collect();
    let values: Vec<Vec<f64>> = (0..30)
        .map(|_| {
            let n = 1 + dice.below(60);
            dice.reals(n)
        })
        .collect();
    let hours: Vec<Vec<Option<f64>>> = (0..20)
        .map(|_| {
            (0..30)
                .map(|_| {
                    (dice.below(6) > 0)
                        .then(|| f64::from(u32::try_from(dice.below(40)).unwrap()) / 10.0)
                })
                .collect()
        })
        .collect();
    let dark: Vec<Vec<f64>> = (0..20)
        .map(|_| {
            let silent = usize::try_from(dice.below(9)).unwrap();
            let mut days = dice.reals(30);
            for day in days.iter_mut().rev().take(silent) {
                *day = 0.0;
            }
            days
        })
        .collect();
    let roster = |dice: &mut Dice| match dice.below(4) {
        0 => None,
        1 => Some(0.0),
        _ => Some(1.0 + dice.real()),
    };
    let rosters: Vec<Vec<[Option<f64>; 2]>> = (0..20)
        .map(|_| (0..40).map(|_| [roster(dice), roster(dice)]).collect())
        .collect();
    let days: Vec<[u64; 3]> = (0..80)
        .map(|_| [1 + dice.below(28), dice.below(29), dice.below(20)])
        .collect();
    let graduation: Vec<Value> = (0..15)
        .map(|_| {
            let networks: Vec<[Option<String>; 2]> = (0..25)
                .map(|_| {
                    let ago = i64::try_from(dice.below(400)).unwrap();
                    let signed = plus_days(date(2026, 11, 17), -ago);
                    let took = i64::try_from(dice.below(200)).unwrap();
                    let graduated =
                        (dice.below(3) > 0).then(|| plus_days(signed, took).to_string());
                    [Some(signed.to_string()), graduated]
                })
                .collect();
            json!([networks, 90, "2026-04-01", "2026-12-31", "2026-11-17"])
        })
        .collect();
    json!({
        "months": months, "to_date": to_date, "like": like, "values": values, "hours": hours,
        "dark": dark, "rosters": rosters, "days": days, "graduation": graduation,
    })
}

fn list<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn the_portfolio_agrees_with_another_program() {
    let mut dice = Dice(0xcafe);
    let question = question(&mut dice);
    let Some(answer) = ask(SCRIPT, &question) else {
        return;
    };
    growth(&question, &answer);
    creators(&question, &answer);
    goals(&question, &answer);
}

/// Whole months (January against February), months to date, and like for like.
fn growth(question: &Value, answer: &Value) {
    let link = creator(0);
    for (at, pair) in list::<Vec<[Vec<f64>; 2]>>(&question["months"])
        .iter()
        .enumerate()
    {
        let series = series([
            point(&link, PeriodKind::Month, date(2026, 1, 1), &known(&pair[0])),
            point(&link, PeriodKind::Month, date(2026, 2, 1), &known(&pair[1])),
        ]);
        let growth = series.month_on_month(date(2026, 2, 1)).unwrap();
        let theirs = &answer["months"][at];
        same(growth.change.ratio().unwrap(), &theirs[0], "month on month");
        let daily = growth.per_day.unwrap().ratio().unwrap();
        same(daily, &theirs[1], "month on month, a day");
    }
    for (at, pair) in list::<Vec<[Vec<f64>; 2]>>(&question["to_date"])
        .iter()
        .enumerate()
    {
        let series = series([
            point(
                &link,
                PeriodKind::Month,
                date(2026, 10, 1),
                &known(&pair[0]),
            ),
            point(
                &link,
                PeriodKind::MonthToDate,
                date(2026, 11, 1),
                &known(&pair[1]),
            ),
        ]);
        let growth = series.month_to_date().unwrap();
        same(
            growth.change.ratio().unwrap(),
            &answer["to_date"][at],
            "month to date",
        );
    }
    for (at, pairs) in list::<Vec<Vec<[Option<f64>; 2]>>>(&question["like"])
        .iter()
        .enumerate()
    {
        let points = months_of(pairs, [date(2026, 1, 1), date(2026, 2, 1)]);
        let set = SeriesSet::read(points.iter().map(|(_, point)| point), |_| Nature::Flow);
        let found = like_for_like(
            set.of_metric(&Id::new("diamonds")),
            Pairing::Month(date(2026, 2, 1)),
        );
        let theirs = &answer["like"][at];
        if !theirs[0].is_null() {
            same(found.same.ratio().unwrap(), &theirs[0], "like for like");
        }
        if !theirs[1].is_null() {
            same(found.all.ratio().unwrap(), &theirs[1], "all");
        }
        assert_eq!(
            json!([found.kept.n, found.joined, found.left]),
            json!([theirs[2], theirs[3], theirs[4]])
        );
    }
}

/// Concentration, valid LIVE days, darkness, active rate.
fn creators(question: &Value, answer: &Value) {
    let of = Count::new(0, Window::month(date(2026, 10, 1)), None);
    for (at, values) in list::<Vec<Vec<f64>>>(&question["values"])
        .iter()
        .enumerate()
    {
        let links: Vec<AnyRef> = (0..values.len()).map(creator).collect();
        let found = concentration(links.iter().zip(values.iter().copied()), of);
        let ours = [found.top1, found.top5, found.top10, found.gini];
        for (ours, theirs) in ours.iter().zip(answer["values"][at].as_array().unwrap()) {
            match ours.value {
                Some(value) => same(value, theirs, "concentration"),
                None => assert!(theirs.is_null()),
            }
        }
    }
    let first = date(2026, 9, 1);
    for (at, hours) in list::<Vec<Vec<Option<f64>>>>(&question["hours"])
        .iter()
        .enumerate()
    {
        let series = series([point(&creator(0), PeriodKind::Month, first, hours)]);
        let found = valid_live_days(&series, first, plus_days(first, 29), 1.0);
        let ours = json!([found.valid.hits, found.valid.of.n, found.missing]);
        assert_eq!(ours, answer["hours"][at], "valid days");
    }
    for (at, days) in list::<Vec<Vec<f64>>>(&question["dark"]).iter().enumerate() {
        let series = series([point(&creator(0), PeriodKind::Month, first, &known(days))]);
        assert_eq!(json!(dark_days(&series)), answer["dark"][at], "dark");
    }
    for (at, roster) in list::<Vec<Vec<[Option<f64>; 2]>>>(&question["rosters"])
        .iter()
        .enumerate()
    {
        let points = months_of(roster, [date(2026, 9, 1), date(2026, 10, 1)]);
        let set = SeriesSet::read(points.iter().map(|(_, point)| point), |_| Nature::Flow);
        let found = active_rate(set.of_metric(&Id::new("diamonds")), date(2026, 10, 1));
        let ours = json!([
            found.at_end.hits,
            found.at_end.of.n,
            found.of_start.hits,
            found.of_start.of.n
        ]);
        assert_eq!(ours, answer["rosters"][at], "active rate");
    }
}

/// Bands of goals of days, and the graduation rate of the due cohort.
fn goals(question: &Value, answer: &Value) {
    let of = Count::new(0, Window::month(date(2026, 10, 1)), None);
    for (at, [target, done, left]) in list::<Vec<[u32; 3]>>(&question["days"])
        .into_iter()
        .enumerate()
    {
        let progress = Progress { elapsed: 10, left };
        let pace = Pace::of_days(f64::from(target), f64::from(done), progress, of);
        let theirs = &answer["days"][at];
        same(pace.short, &theirs[0], "days short");
        match pace.need_per_day {
            Some(need) => same(need, &theirs[1], "need rate"),
            None => assert!(theirs[1].is_null()),
        }
        assert_eq!(json!(pace.band.word()), theirs[2], "{target} {done} {left}");
    }
    let rows = question["graduation"].as_array().unwrap();
    for (at, row) in rows.iter().enumerate() {
        let networks: Vec<(Id<Network>, Network)> = list::<Vec<[Option<String>; 2]>>(&row[0])
            .into_iter()
            .enumerate()
            .map(|(number, [signed, graduated])| {
                let day = |text: Option<String>| text.map(|text| text.parse().unwrap());
                let network = Network {
                    signed_at: day(signed),
                    graduated_at: day(graduated),
                    ..Network::default()
                };
                (Id::new(number.to_string()), network)
            })
            .collect();
        let found = graduation_rate(
            networks.iter().map(|(id, network)| (id, network)),
            90,
            (date(2026, 4, 1), date(2026, 12, 31)),
            "2026-11-17T12:00:00Z".parse().unwrap(),
        );
        assert_eq!(
            json!([found.rate.hits, found.rate.of.n]),
            answer["graduation"][at]
        );
    }
}

#[test]
fn three_of_eight_is_not_a_bare_percentage() {
    let of = |n| Count::new(n, Window::month(date(2026, 10, 1)), None);
    assert_eq!(
        Share::new(3, of(8)).to_string(),
        "37.5 % (3 of 8, 13.7–69.4 %)"
    );
    for (hits, n, lo, hi) in [
        (0, 5, 0.0, 43.4),
        (9, 40, 12.3, 37.5),
        (45, 200, 17.3, 28.8),
        (6, 20, 14.5, 51.9),
        (9, 60, 8.1, 26.1),
    ] {
        let interval = wilson(hits, n);
        assert!(
            (interval.lo * 100.0 - lo).abs() < 0.05,
            "{hits}/{n}: {interval:?}"
        );
        assert!(
            (interval.hi * 100.0 - hi).abs() < 0.05,
            "{hits}/{n}: {interval:?}"
        );
    }
}

#[test]
fn a_creator_who_leaves_raises_the_rate_at_the_end_only() {
    // Fifty managed, twenty active; ten silent ones leave: 20 of 40 looks like growth, 20 of 50 does not.
    let mut points = Vec::new();
    for number in 0..50 {
        let value = if number < 20 { 9.0 } else { 0.0 };
        for first in [date(2026, 9, 1), date(2026, 10, 1)] {
            if first == date(2026, 10, 1) && number >= 40 {
                continue;
            }
            let id = Id::<MetricPoint>::new(format!("{number}{first}"));
            points.push((
                id,
                point(&creator(number), PeriodKind::Month, first, &[Some(value)]),
            ));
        }
    }
    let set = SeriesSet::read(points.iter().map(|(_, point)| point), |_| Nature::Flow);
    let rate = |first| active_rate(set.of_metric(&Id::new("diamonds")), first);
    let (before, after) = (rate(date(2026, 9, 1)), rate(date(2026, 10, 1)));
    assert_eq!(before.at_end.value(), Some(0.4));
    assert_eq!(after.at_end.value(), Some(0.5));
    assert_eq!(after.of_start.value(), Some(0.4));
    assert_eq!(after.left, 10);
}

/// Draws CNs that only wander around a level of their own, and coaches those that were worst.
#[test]
fn coaching_the_worst_five_always_works_unless_it_is_compared() {
    let first = date(2026, 8, 1);
    let windows = EffectWindows {
        baseline: (first, date(2026, 8, 21)),
        effect: (date(2026, 8, 22), date(2026, 9, 11)),
    };
    let (mut naive, mut better, mut trials) = (0, 0, 0);
    let mut dice = Dice(0x5117);
    for _ in 0..40 {
        let all: Vec<(AnyRef, Series)> = (0..40)
            .map(|number| {
                // Both windows have moods of their own around one hundred a day: nothing lasts.
                let moods = [dice.real() / 20.0, dice.real() / 20.0];
                let days: Vec<f64> = (0..42)
                    .map(|day| 75.0 + moods[usize::from(day >= 21)] + dice.real() / 100.0)
                    .collect();
                let link = creator(number);
                let (one, other) = days.split_at(31);
                let series = series([
                    point(&link, PeriodKind::Month, first, &known(one)),
                    point(
                        &link,
                        PeriodKind::MonthToDate,
                        date(2026, 9, 1),
                        &known(other),
                    ),
                ]);
                (link, series)
            })
            .collect();
        let level = |series: &Series| {
            series
                .sum(windows.baseline.0, windows.baseline.1)
                .unwrap()
                .0
        };
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|a, b| level(&all[*a].1).total_cmp(&level(&all[*b].1)));
        for worst in &order[..5] {
            let (link, own) = &all[*worst];
            let others = all
                .iter()
                .filter(|(other, _)| !order[..5].iter().any(|at| all[*at].0 == *other))
                .map(|(link, series)| (link, series));
            let others = matched_comparators(own, others, windows.baseline, 12);
            let others: Vec<&Series> = others.into_iter().map(|(_, series)| series).collect();
            let effect = coaching_effect(
                own,
                &others,
                windows,
                Scale::Relative,
                cnm::figure::Aim::AtLeast,
            );
            trials += 1;
            naive += u32::from(effect.own.unwrap() > 0.0);
            better += u32::from(effect.verdict == EffectVerdict::Better);
            assert_ne!(*link, creator(999));
        }
    }
    // Nobody was coached at all: the bare change says yes nearly always, the comparison hardly ever.
    assert!(naive * 100 >= trials * 85, "{naive} of {trials}");
    assert!(better * 100 <= trials * 15, "{better} of {trials}");
}

#[test]
fn the_month_is_that_of_utc_and_a_late_restatement_replaces_it() {
    // Half past four in the afternoon of 31 October in Los Angeles is 1 November in UTC.
    let evening: jiff::Timestamp = "2026-10-31T23:30:00Z".parse().unwrap();
    let zone = cnm::when::zone::load("America/Los_Angeles").unwrap();
    assert_eq!(zone.to_datetime(evening).date(), date(2026, 10, 31));
    let later: jiff::Timestamp = "2026-11-01T00:30:00Z".parse().unwrap();
    assert_eq!(zone.to_datetime(later).date(), date(2026, 10, 31));
    let window = Window::month(date(2026, 11, 1));
    assert!(!window.contains(evening) && window.contains(later));
    assert!(window.to_string().contains("UTC"));
    // The final file of March came on 12 April.
    let link = creator(1);
    let march = |value: f64, at: &str| MetricPoint {
        value: Some(value),
        as_of: Some(at.parse().unwrap()),
        ..point(&link, PeriodKind::Month, date(2026, 3, 1), &[Some(value)])
    };
    let series = series([
        march(102.0, "2026-04-12T13:54:07Z"),
        march(97.0, "2026-04-01T02:00:00Z"),
    ]);
    let total = series.month(date(2026, 3, 1)).unwrap().total;
    assert!((total - 102.0).abs() < 1e-9);
}

/// Returns the figures of creators for two months; where one has none it is left out.
fn months_of(pairs: &[[Option<f64>; 2]], months: [Date; 2]) -> Vec<(Id<MetricPoint>, MetricPoint)> {
    let mut points = Vec::new();
    for (number, pair) in pairs.iter().enumerate() {
        for (first, value) in months.into_iter().zip(pair) {
            if let Some(value) = value {
                let id = Id::<MetricPoint>::new(format!("{number}{first}"));
                let days = [Some(*value)];
                points.push((id, point(&creator(number), PeriodKind::Month, first, &days)));
            }
        }
    }
    points
}
