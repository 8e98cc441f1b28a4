//! Tests of portfolio: coaching.

use jiff::civil::{Date, date};

use super::*;
use crate::figure::{Aim, days_between, plus_days};
use crate::record::{CoachingAction, PeriodKind};

const START: Date = date(2026, 6, 1);

/// Makes a series from the values of consecutive days from the first of June on.
fn daily(values: impl IntoIterator<Item = f64>) -> Series {
    let mut series = Series::new(Nature::Flow);
    for (value, offset) in values.into_iter().zip(0..) {
        let day = plus_days(START, offset);
        assert!(series.add(&point("n", PeriodKind::Day, day, value)));
    }
    series
}

fn windows() -> EffectWindows {
    EffectWindows {
        baseline: (date(2026, 9, 1), date(2026, 9, 14)),
        effect: (date(2026, 9, 15), date(2026, 9, 28)),
    }
}

fn length() -> i64 {
    days_between(START, date(2026, 9, 28)) + 1
}

fn step_at_effect(before: f64, after: f64) -> Series {
    let effect = days_between(START, windows().effect.0);
    daily((0..length()).map(|day| {
        let level = if day < effect { before } else { after };
        level * (1.0 + 0.02 * ((day % 7) as f64 - 3.0))
    }))
}

fn verdict(own: &Series, others: &[&Series]) -> EffectVerdict {
    coaching_effect(own, others, windows(), Scale::Relative, Aim::AtLeast).verdict
}

#[test]
fn what_everyone_gains_is_no_effect() {
    // A season lifts everyone by about 20 %.
    let others: Vec<Series> = [1.15, 1.25, 1.18, 1.22, 1.20, 1.19]
        .map(|lift| step_at_effect(500.0, 500.0 * lift))
        .to_vec();
    let others: Vec<&Series> = others.iter().collect();
    let same = step_at_effect(100.0, 121.0);
    let effect = coaching_effect(&same, &others, windows(), Scale::Relative, Aim::AtLeast);
    near(effect.own.unwrap(), 0.21, 0.02);
    near(effect.effect.value.unwrap(), 0.012, 0.01);
    assert_eq!(effect.effect.of.n, 6);
    assert_eq!(effect.verdict, EffectVerdict::NoDifference);
    assert_eq!(
        verdict(&step_at_effect(100.0, 150.0), &others),
        EffectVerdict::Better
    );
    assert_eq!(
        verdict(&step_at_effect(100.0, 95.0), &others),
        EffectVerdict::Worse
    );
    let fewer = step_at_effect(100.0, 95.0);
    let effect = coaching_effect(&fewer, &others, windows(), Scale::Relative, Aim::AtMost);
    assert_eq!(effect.verdict, EffectVerdict::Better);
}

#[test]
fn what_cannot_be_said_is_said_so() {
    let own = step_at_effect(100.0, 150.0);
    let other = step_at_effect(100.0, 100.0);
    assert_eq!(
        verdict(&own, &[&other, &other, &other]),
        EffectVerdict::SmallN
    );
    let short = daily((0..length() - 3).map(|_| 100.0));
    assert_eq!(verdict(&short, &[&other; 6]), EffectVerdict::TooEarly);
    let empty = Series::new(Nature::Flow);
    assert_eq!(verdict(&own, &[&empty; 6]), EffectVerdict::NoComparator);
    assert_eq!(verdict(&empty, &[&other; 6]), EffectVerdict::TooEarly);
    let mut sparse = Series::new(Nature::Flow);
    for day in [date(2026, 9, 2), date(2026, 9, 16), date(2026, 9, 28)] {
        sparse.add(&point("n", PeriodKind::Day, day, 5.0));
    }
    assert_eq!(verdict(&sparse, &[&other; 6]), EffectVerdict::SmallN);
}

#[test]
fn without_others_the_own_history_is_the_comparator() {
    let own = daily((0..length()).map(|day| 100.0 + (day % 5) as f64));
    let effect = coaching_effect(&own, &[], windows(), Scale::Relative, Aim::AtLeast);
    let comparator = effect.comparator.unwrap();
    assert_eq!(comparator.kind, ComparatorKind::OwnHistory);
    // 92 days before the baseline hold three pairs of 14 + 14 days: too few to judge.
    assert_eq!(comparator.n, 3);
    assert_eq!(effect.verdict, EffectVerdict::SmallN);
}

#[test]
fn coaching_the_worst_works_by_itself_unless_the_comparator_did_as_badly() {
    let mut noise = Noise(7);
    // All CNs have the same true level; each fortnight has its own luck. Nobody is coached.
    let effect_at = days_between(START, windows().effect.0);
    let mut portfolio: Vec<(AnyRef, Series)> = (0..60)
        .map(|cn| {
            let luck = [0, 1].map(|_| 100.0 + 60.0 * (noise.next() + noise.next() - 1.0));
            let values = (0..length()).map(|day| luck[usize::from(day >= effect_at)]);
            (subject(&format!("cn{cn:02}")), daily(values))
        })
        .collect();
    let level = |series: &Series| series.day(windows().baseline.0).unwrap();
    portfolio.sort_by(|(_, a), (_, b)| level(a).total_cmp(&level(b)));
    let (mut naive, mut unmatched, mut matched) = (0.0, 0.0, 0.0);
    for worst in 0..5 {
        let own = &portfolio[worst].1;
        let rest = || {
            portfolio
                .iter()
                .enumerate()
                .filter(move |(index, _)| *index != worst)
                .map(|(_, (id, series))| (id, series))
        };
        let effect = |others: Vec<&Series>| {
            coaching_effect(own, &others, windows(), Scale::Absolute, Aim::AtLeast)
        };
        let all = effect(rest().map(|(_, series)| series).collect());
        let alike = matched_comparators(own, rest(), windows().baseline, 10);
        let alike = effect(alike.into_iter().map(|(_, series)| series).collect());
        naive += all.own.unwrap() / 5.0;
        unmatched += all.effect.value.unwrap() / 5.0;
        matched += alike.effect.value.unwrap() / 5.0;
    }
    assert!(
        naive > 25.0,
        "the worst five gain {naive} without any coaching"
    );
    assert!(unmatched > 25.0, "and against all others {unmatched}");
    assert!(matched.abs() < 15.0, "but against their like {matched}");
}

#[test]
fn windows_must_be_set_and_in_order() {
    let action = |dates: [Option<Date>; 4]| CoachingAction {
        baseline_from: dates[0],
        baseline_to: dates[1],
        effect_from: dates[2],
        effect_to: dates[3],
        ..CoachingAction::default()
    };
    let day = |day: i8| Some(date(2026, 9, day));
    let of = |dates| EffectWindows::of(&action(dates));
    assert_eq!(
        of([day(1), day(7), day(8), None]),
        Err(WindowError::Missing)
    );
    assert_eq!(
        of([day(7), day(1), day(8), day(9)]),
        Err(WindowError::Reversed)
    );
    assert_eq!(
        of([day(1), day(8), day(8), day(9)]),
        Err(WindowError::Overlap)
    );
    assert!(of([day(1), day(7), day(8), day(14)]).is_ok());
}
