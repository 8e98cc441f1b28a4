//! The same figures computed by another program in another language, on random input.
//!
//! `independent.py` needs nothing but the standard library of Python and shares no code and, where there is a
//! choice, no method: intervals by bisection of their defining equation, quantiles by numeric integration,
//! the product limit in exact fractions, the funnel by brute force.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use cnm::figure::{
    Aim, Count, Interval, Lifetime, Nature, Pace, Progress, Survival, Window, count_ratio,
    difference, gini, jain, median_interval, plus_days, ratio_of_means, ratio_of_sums, student95,
    wilson,
};
use cnm::funnel::{Counted, Horizon, Params, Scope, SkipRule};
use cnm::portfolio::{EffectWindows, Scale, Series, coaching_effect};
use cnm::record::{MetricPoint, PeriodKind};
use jiff::civil::date;
use serde_json::{Value, json};

use super::world::{Way, World, now};

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/analytics/independent.py"
);

/// Numbers that repeat from run to run (xorshift).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    pub(super) fn real(&mut self) -> f64 {
        u32::try_from(self.below(1_000_000)).map_or(0.0, f64::from) / 1_000.0
    }

    pub(super) fn reals(&mut self, n: u64) -> Vec<f64> {
        (0..n).map(|_| self.real()).collect()
    }
}

/// Asks the other program; nothing when there is no Python on this machine.
pub(super) fn ask(script: &str, question: &Value) -> Option<Value> {
    let child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    match child {
        Ok(child) => Some(talk(child, question)),
        Err(error) => {
            println!("skipped: python3 cannot be started ({error})");
            None
        }
    }
}

fn talk(mut child: Child, question: &Value) -> Value {
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the other program failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(super) fn same(ours: f64, theirs: &Value, what: &str) {
    match theirs.as_f64() {
        Some(theirs) => {
            let scale = theirs.abs().max(1.0);
            assert!(
                (ours - theirs).abs() <= 1e-7 * scale,
                "{what}: {ours} is not {theirs}"
            );
        }
        None => assert!(!ours.is_finite(), "{what}: {ours} has no counterpart"),
    }
}

fn same_interval(ours: Option<Interval>, theirs: &Value, what: &str) {
    match ours {
        Some(ours) => {
            same(ours.lo, &theirs[0], what);
            same(ours.hi, &theirs[1], what);
        }
        None => assert!(theirs.is_null(), "{what}: nothing is not {theirs}"),
    }
}

#[test]
fn statistics_agree_with_another_program() {
    let mut dice = Dice(0x5eed);
    let pairs: Vec<(u64, u64)> = (0..60)
        .map(|_| {
            let n = dice.below(300);
            (dice.below(n + 1), n)
        })
        .collect();
    let degrees: Vec<u64> = (1..40).chain([60, 99, 250, 1_500]).collect();
    let lists: Vec<Vec<f64>> = (0..30)
        .map(|_| {
            let n = 3 + dice.below(60);
            dice.reals(n)
        })
        .collect();
    let lives: Vec<Vec<(f64, bool)>> = (0..30)
        .map(|_| {
            (0..=dice.below(70))
                .map(|_| {
                    let days = u32::try_from(dice.below(40)).map_or(0.0, f64::from);
                    (days, dice.below(3) > 0)
                })
                .collect()
        })
        .collect();
    let mut pair = || [dice.reals(14), dice.reals(14)];
    let coached = pair();
    let others: Vec<[Vec<f64>; 2]> = (0..9).map(|_| pair()).collect();
    let question = json!({
        "shares": pairs, "degrees": degrees, "lists": lists, "lives": lives,
        "coached": coached, "others": others,
    });
    let Some(answer) = ask(SCRIPT, &question) else {
        return;
    };
    for (index, (hits, n)) in pairs.iter().enumerate() {
        same_interval(Some(wilson(*hits, *n)), &answer["wilson"][index], "share");
        let ratio = count_ratio(*hits, n - hits);
        same_interval(
            Some(ratio),
            &answer["count_ratio"][index],
            "ratio of counts",
        );
        let other = pairs[(index + 1) % pairs.len()];
        let gap = difference((*hits, *n), other);
        same_interval(Some(gap), &answer["difference"][index], "difference");
    }
    for (index, degrees) in degrees.iter().enumerate() {
        same(student95(*degrees), &answer["student"][index], "Student");
    }
    for (index, list) in lists.iter().enumerate() {
        same(gini(list).unwrap(), &answer["gini"][index], "Gini");
        same(jain(list).unwrap(), &answer["jain"][index], "Jain");
        let theirs = &answer["median_interval"][index];
        same_interval(median_interval(list), theirs, "median");
        let next = &lists[(index + 1) % lists.len()];
        let theirs = &answer["ratio_of_means"][index];
        same_interval(ratio_of_means(list, next), theirs, "ratio of means");
        let pairs: Vec<(f64, f64)> = list.iter().copied().zip(next.iter().copied()).collect();
        let theirs = &answer["ratio_of_sums"][index];
        same_interval(ratio_of_sums(&pairs), theirs, "ratio of sums");
    }
    for (index, list) in lists.iter().enumerate() {
        let left = 1 + list.len() % 20;
        same_projection(list, left, &answer["projection"][index]);
    }
    same_effect(&coached, &others, &answer["coaching"]);
    for (index, lives) in lives.iter().enumerate() {
        same_curve(lives, &answer["survival"][index]);
    }
}

fn same_curve(lives: &[(f64, bool)], theirs: &Value) {
    let curve = Survival::of(lives.iter().map(|(days, ended)| Lifetime {
        days: *days,
        ended: *ended,
    }));
    assert_eq!(curve.steps.len(), theirs["steps"].as_array().unwrap().len());
    for (step, theirs) in curve.steps.iter().zip(theirs["steps"].as_array().unwrap()) {
        same(step.days, &theirs[0], "time of a step");
        same(step.beyond, &theirs[1], "height of a step");
        same_interval(curve.band(step.days), &theirs[2], "band");
    }
    match curve.median() {
        Some(median) => same(median, &theirs["median"], "median"),
        None => assert!(theirs["median"].is_null()),
    }
    same_interval(curve.median_interval(), &theirs["interval"], "median");
}

fn same_projection(days: &[f64], left: usize, theirs: &Value) {
    let progress = Progress {
        elapsed: u32::try_from(days.len()).unwrap(),
        left: u32::try_from(left).unwrap(),
    };
    let of = Count::new(days.len() as u64, Window::month(date(2026, 11, 1)), None);
    let so_far = days.iter().sum();
    let pace = Pace::of_flow(1.0, Aim::AtLeast, so_far, days, progress, None, of);
    let at_end = pace.projection.unwrap().at_end;
    same(at_end.value.unwrap(), &theirs[0], "projection");
    let interval = at_end.certainty.interval().unwrap();
    same(interval.lo, &theirs[1], "projection");
    same(interval.hi, &theirs[2], "projection");
}

/// A fortnight before and a fortnight after, from the first of September on.
fn series([before, after]: &[Vec<f64>; 2]) -> Series {
    let mut series = Series::new(Nature::Flow);
    for (value, offset) in before.iter().chain(after).zip(0..) {
        series.add(&MetricPoint {
            period_kind: PeriodKind::Day,
            period: Some(plus_days(date(2026, 9, 1), offset)),
            value: Some(*value),
            ..MetricPoint::default()
        });
    }
    series
}

fn same_effect(coached: &[Vec<f64>; 2], others: &[[Vec<f64>; 2]], theirs: &Value) {
    let others: Vec<Series> = others.iter().map(series).collect();
    let others: Vec<&Series> = others.iter().collect();
    let windows = EffectWindows {
        baseline: (date(2026, 9, 1), date(2026, 9, 14)),
        effect: (date(2026, 9, 15), date(2026, 9, 28)),
    };
    let own = series(coached);
    let found = coaching_effect(&own, &others, windows, Scale::Relative, Aim::AtLeast);
    same(found.effect.value.unwrap(), &theirs[0], "effect");
    let interval = found.effect.certainty.interval().unwrap();
    same(interval.lo, &theirs[1], "effect");
    same(interval.hi, &theirs[2], "effect");
}

fn ways(dice: &mut Dice, number: u64) -> Vec<Way> {
    (0..number)
        .map(|_| {
            let mut hour = i64::try_from(200 + dice.below(6_000)).unwrap();
            let mut stage = dice.below(2);
            let mut moves = Vec::new();
            while hour > 0 && moves.len() < 9 {
                moves.push((usize::try_from(stage).unwrap(), hour));
                hour -= i64::try_from(1 + dice.below(700)).unwrap();
                stage = match dice.below(10) {
                    0 => 6,
                    1 => 7,
                    2 => dice.below(6),
                    3 => (stage + 2).min(5),
                    _ if stage > 5 => dice.below(4),
                    _ => (stage + 1).min(5),
                };
            }
            Way {
                merged: dice.below(20) == 0,
                source: usize::try_from(dice.below(5)).unwrap(),
                owner: 0,
                moves,
            }
        })
        .collect()
}

#[test]
fn the_funnel_agrees_with_another_program() {
    let mut dice = Dice(0xf00d);
    for _ in 0..4 {
        let number = 20 + dice.below(200);
        let ways = ways(&mut dice, number);
        let world = World::new(&ways);
        let leads: Vec<Value> = ways
            .iter()
            .zip(&world.leads)
            .map(|(way, (_, lead))| {
                json!({"merged": way.merged, "moves": way.moves, "source": lead.source.to_string()})
            })
            .collect();
        for (skip, horizon) in [
            (SkipRule::Passed, Horizon::Within(28)),
            (SkipRule::Passed, Horizon::Ever),
            (SkipRule::Entered, Horizon::Within(28)),
            (SkipRule::Entered, Horizon::Ever),
        ] {
            let params = Params {
                skip,
                step_horizon: horizon,
                cycle_horizon: horizon,
                ..Params::default()
            };
            let days = match horizon {
                Horizon::Within(days) => Some(days),
                Horizon::Ever => None,
            };
            let question = json!({
                "funnel": {"leads": leads, "passed": skip == SkipRule::Passed, "horizon": days},
            });
            let Some(answer) = ask(SCRIPT, &question) else {
                return;
            };
            compare(&world, params, &answer["funnel"]);
        }
    }
}

fn compare(world: &World, params: Params, theirs: &Value) {
    let journeys = world.journeys(&Scope::Everyone);
    let table = journeys.table(params);
    for (row, theirs) in table.rows.iter().zip(theirs["rows"].as_array().unwrap()) {
        let balance = &row.balance;
        assert_eq!(
            json!([
                balance.entries.n,
                balance.advanced,
                balance.lost,
                balance.moved_back,
                balance.handed_off,
                balance.still_there
            ]),
            theirs["balance"],
            "balance of {}",
            row.name
        );
        assert_eq!(json!(row.now.n), theirs["now"]);
        assert_eq!(json!(row.entries.n), theirs["entries"]);
        if let Some(step) = row.cohort_step {
            let ours = json!([step.share.hits, step.share.of.n, step.pending]);
            assert_eq!(ours, theirs["step"], "step into {} {params:?}", row.name);
        }
        let cumulative = row.cohort_cumulative;
        let ours = json!([
            cumulative.share.hits,
            cumulative.share.of.n,
            cumulative.pending
        ]);
        assert_eq!(ours, theirs["cumulative"], "way to {} {params:?}", row.name);
        match row.time.median.value {
            Some(days) => same(days, &theirs["median"], "median days"),
            None => assert!(theirs["median"].is_null()),
        }
        assert_eq!(json!(row.time.still_open.hits), theirs["open"]);
    }
    let rates = journeys.win_rates(Window::days_before(now(), 120), |lead| {
        lead.source.to_string()
    });
    let mut ours: Vec<Value> = rates
        .groups
        .iter()
        .map(|rate| json!([rate.group, rate.won.hits, rate.won.of.n, rate.undecided]))
        .collect();
    ours.sort_by_key(Value::to_string);
    assert_eq!(Value::Array(ours), theirs["sources"]);
    let weeks: Vec<Value> = journeys
        .weeks(8, &jiff::tz::TimeZone::UTC)
        .iter()
        .map(|week| json!([week.new.n, week.signed.n]))
        .collect();
    assert_eq!(Value::Array(weeks), theirs["weeks"]);
    assert_eq!(
        json!(journeys.instants(Counted::Signed).len()),
        theirs["signed"]
    );
}
