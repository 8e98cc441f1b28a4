//! The traps of the trade with their numbers: what a careless figure would say, and what ours says.

use cnm::figure::{Count, Share, Verdict, Window};
use cnm::funnel::{GroupRate, Horizon, Params, Scope, WinRates, mix_shift};

use super::world::{Way, World, now};

/// Leads that enter the first stage week by week, of which a fifth takes the next step after eight weeks.
/// `growth` is how much more come each week.
fn weeks(growth: f64) -> World {
    let mut ways = Vec::new();
    for ago in 0..34_i32 {
        // In fives, so that a fifth of them is a whole number.
        let fives = (80.0 * growth.powi(-ago)).round();
        for number in 0.. {
            if f64::from(number) >= fives * 5.0 {
                break;
            }
            let entered = i64::from(ago) * 168 + 12;
            let mut moves = vec![(0, entered)];
            if number % 5 == 0 && ago >= 8 {
                moves.push((1, entered - 8 * 168));
            }
            ways.push(Way {
                merged: false,
                source: 0,
                owner: 0,
                moves,
            });
        }
    }
    World::new(&ways)
}

#[test]
fn activity_punishes_growth_and_flatters_decline_and_a_cohort_does_not() {
    for (growth, activity) in [(1.0, 20.0), (1.05, 13.5), (1.10, 9.3), (0.95, 30.1)] {
        let world = weeks(growth);
        let params = Params {
            step_horizon: Horizon::Within(60),
            ..Params::default()
        };
        let table = world.journeys(&Scope::Everyone).table(params);
        let row = &table.rows[1];
        let shown = row.activity_step.unwrap().value.unwrap() * 100.0;
        assert!(
            (shown - activity).abs() < 0.6,
            "{growth}: activity shows {shown}"
        );
        let cohort = row.cohort_step.unwrap().share;
        let value = cohort.value().unwrap() * 100.0;
        assert!(
            (value - 20.0).abs() < 0.05,
            "{growth}: the cohort shows {value}"
        );
        assert!(cohort.of.n > 500);
    }
}

fn group(name: &str, won: u64, decided: u64) -> GroupRate {
    GroupRate {
        group: name.to_owned(),
        won: Share::new(won, count(decided)),
        undecided: 0,
        rank: None,
        against_rest: Verdict::TooFew,
    }
}

fn count(n: u64) -> Count {
    Count::new(n, Window::At(now()), Some(now()))
}

#[test]
fn a_total_can_fall_while_every_part_of_it_rises() {
    let before = WinRates {
        groups: vec![group("inbound", 40, 100), group("outbound", 10, 100)],
        total: Share::new(50, count(200)),
    };
    let after = WinRates {
        groups: vec![group("inbound", 20, 40), group("outbound", 24, 160)],
        total: Share::new(44, count(200)),
    };
    let mix = mix_shift(&before, &after).unwrap();
    assert!((mix.change() + 0.03).abs() < 1e-12, "{mix:?}");
    assert!(mix.within > 0.0 && mix.mix < 0.0, "{mix:?}");
    assert!((mix.within + mix.mix - mix.change()).abs() < 1e-12);
}
