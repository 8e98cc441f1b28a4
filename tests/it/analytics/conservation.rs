//! What must hold for any input: nothing is lost, nothing leaves its bounds, order does not matter.

use std::collections::BTreeMap;

use cnm::figure::{
    Aim, Band, Count, Interval, Lifetime, Nature, Pace, Progress, Share, Survival, Window, gini,
    jain, median, median_interval, month_start, plus_days, wilson,
};
use cnm::funnel::{Horizon, NeedLimits, Params, Scope, SkipRule, mix_shift, needs};
use cnm::portfolio::{Pairing, SeriesSet, concentration, like_for_like};
use cnm::record::{AnyRef, Id, Kind, MetricPoint, PeriodKind, View};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::world::{Way, World, now};

fn way() -> impl Strategy<Value = Way> {
    let moves = prop::collection::vec((0_usize..9, 0_i64..6_000), 1..9);
    (prop::bool::weighted(0.1), 0_usize..5, 0_usize..3, moves).prop_map(
        |(merged, source, owner, mut moves)| {
            moves.sort_by_key(|step| std::cmp::Reverse(step.1));
            Way {
                merged,
                source,
                owner,
                moves,
            }
        },
    )
}

fn ways() -> impl Strategy<Value = Vec<Way>> {
    prop::collection::vec(way(), 0..40)
}

fn all_params() -> Vec<Params> {
    let mut all = Vec::new();
    for skip in [SkipRule::Passed, SkipRule::Entered] {
        for horizon in [Horizon::Within(28), Horizon::Ever] {
            all.push(Params {
                skip,
                step_horizon: horizon,
                cycle_horizon: horizon,
                ..Params::default()
            });
        }
    }
    all
}

fn scopes() -> [Scope; 2] {
    [Scope::Everyone, Scope::owner(Id::new("user1"))]
}

fn holds(share: &Share) {
    assert!(share.hits <= share.of.n);
    if let Some(value) = share.value() {
        let Interval { lo, hi } = share.interval();
        assert!(0.0 <= lo && lo <= value + 1e-12 && value <= hi + 1e-12 && hi <= 1.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn entries_are_advanced_lost_moved_back_handed_off_or_still_there(
        ways in ways(), days in 1_u32..400,
    ) {
        let world = World::new(&ways);
        for scope in &scopes() {
            let journeys = world.journeys(scope);
            let window = Window::days_before(now(), days);
            for rung in 0..6 {
                let balance = journeys.balance(rung, window);
                prop_assert_eq!(balance.sum(), balance.entries.n);
                let named = balance.parked + balance.merged + balance.reassigned;
                prop_assert!(named <= balance.handed_off && balance.skipping <= balance.advanced);
            }
            let ever = Window::Between { from: jiff::Timestamp::MIN, to: jiff::Timestamp::MAX };
            let entries: u64 = (0..6).map(|rung| journeys.balance(rung, ever).entries.n).sum();
            let stays: usize = journeys.all().iter().map(|journey| journey.stays.len()).sum();
            prop_assert_eq!(entries, stays as u64);
            // Nothing comes into a stage but from a beginning, another stage, or from off the ladder.
            let left: u64 = (0..6).map(|rung| {
                let balance = journeys.balance(rung, ever);
                balance.advanced + balance.moved_back
            }).sum();
            let begun = journeys.all().iter().filter(|journey| !journey.stays.is_empty()).count();
            let reopened: u64 = journeys.all().iter().map(|journey| journey.reopened).sum();
            if *scope == Scope::Everyone {
                prop_assert_eq!(entries, left + begun as u64 + reopened);
            }
        }
    }

    #[test]
    fn the_order_of_records_does_not_matter(ways in ways(), turn in 0_usize..50) {
        let world = World::new(&ways);
        let mut turned = World::new(&ways);
        turned.leads.reverse();
        turned.stages.reverse();
        turned.events.reverse();
        let length = turned.events.len();
        if length > 0 {
            turned.events.rotate_left(turn % length);
        }
        for params in all_params() {
            for scope in &scopes() {
                prop_assert_eq!(
                    world.journeys(scope).table(params),
                    turned.journeys(scope).table(params)
                );
            }
        }
        let (one, other) = (world.journeys(&Scope::Everyone), turned.journeys(&Scope::Everyone));
        let table = one.table(Params::default());
        prop_assert_eq!(one.holes(&table, &BTreeMap::new()), other.holes(&table, &BTreeMap::new()));
        let window = Window::days_before(now(), 200);
        prop_assert_eq!(one.losses(window), other.losses(window));
    }

    #[test]
    fn figures_stay_inside_their_bounds(ways in ways()) {
        let world = World::new(&ways);
        let journeys = world.journeys(&Scope::Everyone);
        for params in all_params() {
            let table = journeys.table(params);
            let mut below = u64::MAX;
            let mut standing = 0;
            for row in &table.rows {
                row.cohort_step.iter().for_each(|step| holds(&step.share));
                holds(&row.cohort_cumulative.share);
                holds(&row.time.still_open);
                holds(&row.rot.over);
                prop_assert_eq!(row.rot.leads.len() as u64, row.rot.over.hits);
                prop_assert_eq!(row.rot.over.of.n, row.now.n);
                if params.skip == SkipRule::Passed {
                    prop_assert!(row.cohort_cumulative.share.hits <= below);
                    below = row.cohort_cumulative.share.hits;
                } else {
                    prop_assert_eq!(row.entries.n, row.balance.entries.n);
                }
                standing += row.now.n;
                if let (Some(days), Some(range)) =
                    (row.time.median.value, row.time.median.certainty.interval())
                {
                    prop_assert!(days >= 0.0 && range.lo <= days && days <= range.hi);
                }
            }
            let open = journeys.all().iter().filter(|journey| journey.open_stay().is_some());
            prop_assert_eq!(standing, open.count() as u64);
        }
    }

    #[test]
    fn the_shift_of_a_total_is_its_parts_and_its_mix(before in ways(), after in ways()) {
        let (before, after) = (World::new(&before), World::new(&after));
        let window = Window::days_before(now(), 400);
        let rates = |world: &World| {
            world.journeys(&Scope::Everyone).win_rates(window, |lead| lead.source.to_string())
        };
        let (old, new) = (rates(&before), rates(&after));
        for rates in [&old, &new] {
            let won: u64 = rates.groups.iter().map(|group| group.won.hits).sum();
            let n: u64 = rates.groups.iter().map(|group| group.won.of.n).sum();
            prop_assert_eq!((won, n), (rates.total.hits, rates.total.of.n));
        }
        if let Some(mix) = mix_shift(&old, &new) {
            let change = new.total.value().unwrap() - old.total.value().unwrap();
            prop_assert!((mix.change() - change).abs() < 1e-12);
        }
    }

    #[test]
    fn every_week_counts_each_lead_once(ways in ways()) {
        let world = World::new(&ways);
        let journeys = world.journeys(&Scope::Everyone);
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        let weeks = journeys.weeks(60, &zone);
        let new: u64 = weeks.iter().map(|week| week.new.n).sum();
        let genuine = world.leads.iter().zip(&ways).filter(|(_, way)| {
            !way.merged && way.moves.iter().any(|(stage, _)| *stage < 6)
        });
        prop_assert_eq!(new, genuine.count() as u64);
    }

    #[test]
    fn needs_come_in_order_and_each_lead_once(ways in ways()) {
        let world = World::new(&ways);
        let view = View::new(now(), TimeZone::UTC, "user1");
        let leads = || world.leads.iter().map(|(id, lead)| (id, lead));
        let found = needs(&world.pipeline(), leads(), [], &view, NeedLimits::default());
        for pair in found.windows(2) {
            prop_assert!(pair[0].reasons[0].order(&pair[1].reasons[0]).is_le());
            prop_assert!(pair[0].lead != pair[1].lead);
        }
        for need in &found {
            prop_assert!(!need.reasons.is_empty());
            prop_assert!(need.reasons.windows(2).all(|pair| pair[0].order(&pair[1]).is_le()));
        }
    }

    #[test]
    fn unevenness_and_middles_stay_inside(values in prop::collection::vec(0.0..1e6, 1..60)) {
        let n = u32::try_from(values.len()).map_or(0.0, f64::from);
        let mut turned = values.clone();
        turned.reverse();
        if let Some(gini_of) = gini(&values) {
            prop_assert!((0.0..=1.0 - 1.0 / n + 1e-9).contains(&gini_of));
            prop_assert!((gini_of - gini(&turned).unwrap()).abs() < 1e-9);
            let jain_of = jain(&values).unwrap();
            prop_assert!((1.0 / n - 1e-9..=1.0 + 1e-9).contains(&jain_of));
        }
        let middle = median(&values).unwrap();
        prop_assert_eq!(Some(middle), median(&turned));
        if let Some(range) = median_interval(&values) {
            prop_assert!(range.contains(middle));
        }
        let subjects: Vec<AnyRef> =
            (0..values.len()).map(|id| AnyRef::new(Kind::Creator, id.to_string())).collect();
        let of = Count::new(0, Window::month(date(2026, 10, 1)), None);
        let found = concentration(subjects.iter().zip(values.iter().copied()), of);
        prop_assert_eq!(found.total.of.n, values.len() as u64);
        if let (Some(one), Some(five), Some(ten)) =
            (found.top1.value, found.top5.value, found.top10.value)
        {
            prop_assert!(1.0 / n <= one + 1e-9 && one <= five && five <= ten && ten <= 1.0);
        }
    }

    #[test]
    fn a_curve_falls_and_its_band_holds_it(
        lifetimes in prop::collection::vec((0_u32..50, any::<bool>()), 0..80),
    ) {
        let lifetimes: Vec<Lifetime> = lifetimes
            .into_iter()
            .map(|(days, ended)| Lifetime { days: f64::from(days), ended })
            .collect();
        let curve = Survival::of(lifetimes.iter().copied());
        prop_assert_eq!(&curve, &Survival::of(lifetimes.iter().rev().copied()));
        prop_assert_eq!(curve.n, lifetimes.len() as u64);
        let mut height = 1.0;
        for step in &curve.steps {
            prop_assert!(step.beyond < height && step.beyond >= 0.0);
            height = step.beyond;
            if let Some(band) = curve.band(step.days) {
                prop_assert!(band.lo <= step.beyond && step.beyond <= band.hi);
                prop_assert!(band.lo >= 0.0 && band.hi <= 1.0);
            }
        }
        if lifetimes.iter().all(|lifetime| lifetime.ended) && !lifetimes.is_empty() {
            prop_assert_eq!(curve.open(), 0);
            prop_assert!(curve.median().is_some());
        }
    }

    #[test]
    fn a_pace_adds_up(
        target in 0.1..1e6, elapsed in 0_u32..30, days in prop::collection::vec(0.0..1e4, 30),
    ) {
        let days = &days[..elapsed as usize];
        let so_far: f64 = days.iter().sum();
        let progress = Progress { elapsed, left: 30 - elapsed };
        let of = Count::new(u64::from(elapsed), Window::month(date(2026, 11, 1)), None);
        for aim in [Aim::AtLeast, Aim::AtMost] {
            let pace = Pace::of_flow(target, aim, so_far, days, progress, None, of);
            let room = pace.need_per_day.unwrap() * f64::from(progress.left);
            prop_assert!((room - (target - so_far).max(0.0)).abs() < 1e-6);
            prop_assert_eq!(pace.projection.is_some(), elapsed >= 3);
            if let Some(projection) = pace.projection {
                let at_end = projection.at_end.value.unwrap();
                prop_assert!(at_end >= so_far - 1e-9);
                if let Some(range) = projection.at_end.certainty.interval() {
                    prop_assert!(range.lo <= at_end + 1e-9 && at_end <= range.hi + 1e-9);
                }
            }
            match aim {
                Aim::AtLeast => prop_assert_eq!(pace.band == Band::Done, so_far >= target),
                Aim::AtMost => prop_assert_eq!(pace.band == Band::Gone, so_far > target),
            }
        }
    }

    #[test]
    fn the_order_of_figures_does_not_matter(
        figures in prop::collection::vec((0_u8..6, 0_i32..8, 0.0..1e6, 0_usize..31), 0..60),
    ) {
        let points: Vec<(Id<MetricPoint>, MetricPoint)> = figures
            .iter()
            .enumerate()
            .map(|(number, (subject, month, value, days))| {
                let first = cnm::figure::plus_months(date(2026, 1, 1), *month);
                let taken = plus_days(first, 3 * i64::try_from(number).unwrap());
                let point = MetricPoint {
                    subject: Some(AnyRef::new(Kind::Network, subject.to_string())),
                    metric: Some(Id::new("diamonds")),
                    period_kind: if number % 2 == 0 { PeriodKind::Month } else { PeriodKind::MonthToDate },
                    period: Some(first),
                    value: Some(*value),
                    daily: vec![Some(value / 31.0); *days],
                    as_of: Some(taken.to_zoned(TimeZone::UTC).unwrap().timestamp()),
                    ..MetricPoint::default()
                };
                (Id::new(number.to_string()), point)
            })
            .collect();
        let read = |points: &[(Id<MetricPoint>, MetricPoint)]| {
            SeriesSet::read(points.iter().map(|(_, point)| point), |_| Nature::Flow)
        };
        let mut turned = points.clone();
        turned.reverse();
        let set = read(&points);
        prop_assert_eq!(&set, &read(&turned));
        let metric = Id::new("diamonds");
        let july = month_start(date(2026, 7, 9));
        let growth = like_for_like(set.of_metric(&metric), Pairing::Month(july));
        let either = set.of_metric(&metric).filter(|(_, series)| {
            series.month(july).is_some() || series.month(date(2026, 6, 1)).is_some()
        });
        prop_assert_eq!(growth.kept.n + growth.joined + growth.left, either.count() as u64);
    }

    #[test]
    fn a_larger_sample_has_a_narrower_interval(hits in 0_u64..50, more in 1_u64..50) {
        let n = hits + more;
        let (small, large) = (wilson(hits, n), wilson(hits * 10, n * 10));
        prop_assert!(large.hi - large.lo < small.hi - small.lo);
        prop_assert!(small.lo <= large.lo + 1e-12 && large.hi <= small.hi + 1e-12);
    }
}
