//! Tests of funnel: figures.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::figure::{Band, Verdict, Window};
use crate::record::{Goal, GoalPeriod, LeadSource, Money};

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand"
)]
fn whole(size: f64) -> usize {
    size.round() as usize
}

/// Weeks of leads whose number grows by a factor a week; every fifth goes on after exactly eight weeks.
fn growing(factor: f64, first: f64) -> World {
    let mut world = World::new();
    let mut size = first;
    for week in 0..30 {
        let came = f64::from(30 - week) * 7.0 - 0.05;
        for lead in 0..whole(size) {
            let moves = [("new", came), ("contacted", came - 56.0)];
            let taken = if lead % 5 == 0 && came >= 56.0 { 2 } else { 1 };
            world.lead(&format!("{week}-{lead}"), &moves[..taken]);
        }
        size *= factor;
    }
    world
}

#[test]
fn the_activity_view_punishes_growth_and_flatters_decline() {
    let params = Params {
        step_horizon: Horizon::Within(60),
        ..Params::default()
    };
    for (factor, first, activity) in [
        (1.0, 100.0, 0.20),
        (1.05, 100.0, 0.135),
        (1.10, 60.0, 0.093),
        (0.95, 1000.0, 0.301),
    ] {
        let table = growing(factor, first).journeys().table(params);
        let row = &table.rows[1];
        near(row.cohort_step.unwrap().share.value().unwrap(), 0.20, 0.003);
        let shown = row.activity_step.unwrap();
        near(shown.value.unwrap(), activity, 0.003);
        assert!(shown.certainty.interval().unwrap().contains(activity));
    }
}

#[test]
fn a_thousand_leads_end_in_fifty_one_signatures() {
    let mut world = World::new();
    let reached = [1000, 700, 315, 173, 130, 78, 51];
    // The last figure is the signed contract, the six rates lead from one to the next.
    let ladder = [
        "new",
        "contacted",
        "qualified",
        "proposal",
        "contract",
        "countersigned",
        "signed",
    ];
    let countersigned = Stage {
        name: "countersigned".to_owned(),
        order: Some(5),
        ..Stage::default()
    };
    world.stages.push((Id::new("countersigned"), countersigned));
    for lead in 0..1000 {
        let moves: Vec<(&str, f64)> = ladder
            .iter()
            .zip(reached)
            .take_while(|(_, number)| lead < *number)
            .enumerate()
            .map(|(step, (stage, _))| (*stage, 100.0 - 2.0 * step as f64))
            .collect();
        world.lead(&format!("l{lead:04}"), &moves);
    }
    let table = world.journeys().table(Params::default());
    let last = table.rows.last().unwrap();
    assert_eq!(last.cohort_cumulative.share.hits, 51);
    assert_eq!(last.cohort_cumulative.share.of.n, 1000);
    let product: f64 = table
        .rows
        .iter()
        .filter_map(|row| row.cohort_step)
        .map(|step| step.share.value().unwrap())
        .product();
    near(product, 0.051, 1e-9);
    for (row, rate) in table.rows[1..]
        .iter()
        .zip([0.70, 0.45, 0.55, 0.75, 0.60, 0.65])
    {
        near(row.cohort_step.unwrap().share.value().unwrap(), rate, 0.005);
    }
}

#[test]
fn a_young_lead_does_not_push_a_rate_down() {
    let mut world = World::new();
    for lead in 0..10 {
        world.lead(&format!("old{lead}"), &[("new", 40.0), ("contacted", 30.0)]);
        world.lead(&format!("young{lead}"), &[("new", 3.0)]);
    }
    let step = world.journeys().step(0, Params::default(), 0);
    assert_eq!(
        (step.share.hits, step.share.of.n, step.pending),
        (10, 10, 10)
    );
    let ever = Params {
        step_horizon: Horizon::Ever,
        ..Params::default()
    };
    let step = world.journeys().step(0, ever, 0);
    assert_eq!(
        (step.share.hits, step.share.of.n, step.pending),
        (10, 20, 10)
    );
}

#[test]
fn a_step_after_its_horizon_is_not_taken() {
    let mut world = World::new();
    world.lead("slow", &[("new", 60.0), ("contacted", 31.0)]);
    world.lead("quick", &[("new", 60.0), ("contacted", 32.0)]);
    let step = world.journeys().step(0, Params::default(), 0);
    assert_eq!((step.share.hits, step.share.of.n), (1, 2));
}

#[test]
fn a_jump_over_a_stage_counts_by_the_rule_that_is_named() {
    let mut world = World::new();
    world.lead("jumps", &[("new", 60.0), ("qualified", 55.0)]);
    world.lead(
        "walks",
        &[("new", 60.0), ("contacted", 58.0), ("qualified", 55.0)],
    );
    world.lead("begins", &[("qualified", 60.0)]);
    world.lead("stays", &[("new", 60.0)]);
    let rates = |skip| {
        let params = Params {
            skip,
            ..Params::default()
        };
        let table = world.journeys().table(params);
        let step = |rung: usize| table.rows[rung].cohort_step.unwrap().share;
        let cumulative = table.rows[1].cohort_cumulative.share;
        [step(1), step(2), cumulative].map(|share| (share.hits, share.of.n))
    };
    assert_eq!(rates(SkipRule::Passed), [(3, 4), (3, 3), (3, 4)]);
    assert_eq!(rates(SkipRule::Entered), [(1, 3), (1, 1), (1, 4)]);
}

#[test]
fn rot_is_measured_by_the_limit_or_by_the_own_median() {
    let mut world = World::new();
    world.stage("proposal").limit_days = Some(8);
    for (id, days) in [("a", 12.0), ("b", 15.0), ("c", 4.0)] {
        world.lead(id, &[("proposal", days)]);
    }
    for lead in 0..9 {
        let days = f64::from(lead);
        world.lead(
            &format!("d{lead}"),
            &[("contacted", 60.0), ("qualified", 60.0 - days)],
        );
    }
    world.lead("e", &[("contacted", 30.0)]);
    world.lead("f", &[("contacted", 2.0)]);
    let table = world.journeys().table(Params::default());
    let proposal = &table.rows[3].rot;
    assert_eq!(proposal.yardstick, Yardstick::Limit(8));
    assert_eq!(proposal.over.to_string(), "66.7 % (2 of 3, 20.8–93.9 %)");
    let longest: Vec<&str> = proposal.leads.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(longest, ["b", "a"]);
    let contacted = &table.rows[1].rot;
    assert_eq!(contacted.yardstick, Yardstick::Median(5.0));
    assert_eq!((contacted.over.hits, contacted.over.of.n), (1, 2));
    assert_eq!(
        table.rows[1].time.still_open.to_string(),
        "18.2 % (2 of 11, 5.1–47.7 %)"
    );
}

#[test]
fn a_hole_is_found_by_what_it_costs_and_says_why() {
    let mut world = World::new();
    // Cohort: 40 leads; 30 contacted, 12 qualified, then everyone signs.
    for lead in 0..40 {
        let way = [
            ("new", 80.0),
            ("contacted", 78.0),
            ("qualified", 76.0),
            ("proposal", 74.0),
            ("contract", 72.0),
            ("signed", 70.0),
        ];
        let length = if lead < 12 {
            6
        } else if lead < 30 {
            2
        } else {
            1
        };
        let id = format!("l{lead:02}");
        world.lead(&id, &way[..length]);
        if (12..22).contains(&lead) {
            let mut moves = way[..2].to_vec();
            moves.push(("lost", 60.0));
            world.leads.remove(&Id::<Lead>::new(&id));
            world
                .events
                .retain(|(_, event)| event.lead != Some(Id::new(&id)));
            world.lead(&id, &moves).lost_reason =
                if lead < 19 { "no fit" } else { "no reply" }.into();
        }
    }
    let journeys = world.journeys();
    let table = journeys.table(Params::default());
    let holes = journeys.holes(&table, &BTreeMap::new());
    let biggest = holes.biggest().unwrap();
    assert_eq!(biggest.into.as_str(), "qualified");
    assert_eq!(biggest.benchmark, Benchmark::Everyone);
    near(biggest.cost.value.unwrap(), 18.0, 1e-9);
    assert_eq!(biggest.leads.len(), 8);
    assert_eq!(
        biggest.to_string(),
        "40.0 % (12 of 30, 24.6–57.7 %): costs 18.0 signed a quarter; 10 lost (no fit 7); \
         8 waiting, 8 too long, 8 without a next step"
    );
    // With targets only the steps that have one are ranked.
    let targets = BTreeMap::from([(Id::new("contacted"), 0.9), (Id::new("qualified"), 0.42)]);
    let holes = journeys.holes(&table, &targets);
    assert_eq!(holes.biggest().unwrap().into.as_str(), "contacted");
    assert_eq!(holes.ranked.len(), 2);
    let what_if = table.what_if(&Id::new("qualified"), 0.6).unwrap();
    near(what_if.extra.value.unwrap(), 6.0, 1e-9);
    assert_eq!(
        what_if.to_string(),
        "at 60 %: +6.0 signed a quarter (+0.7 to +10.6), now 40.0 % (12 of 30, 24.6–57.7 %)"
    );
    assert_eq!(table.what_if(&Id::new("new"), 0.6), None);
}

#[test]
fn a_step_of_few_leads_is_no_hole() {
    let mut world = World::new();
    for lead in 0..9 {
        world.lead(&format!("l{lead}"), &[("new", 50.0)]);
    }
    let journeys = world.journeys();
    let holes = journeys.holes(&journeys.table(Params::default()), &BTreeMap::new());
    assert_eq!(holes.biggest(), None);
    assert!(!holes.too_few.is_empty());
}

#[test]
fn a_hole_is_a_step_that_has_fallen() {
    let mut world = World::new();
    for lead in 0..20 {
        let before = [
            ("new", 160.0),
            ("contacted", 150.0),
            ("qualified", 140.0),
            ("proposal", 139.0),
            ("contract", 138.0),
            ("signed", 137.0),
        ];
        world.lead(
            &format!("before{lead}"),
            &before[..if lead < 10 { 6 } else { 2 }],
        );
        let after = [
            ("new", 60.0),
            ("contacted", 55.0),
            ("qualified", 50.0),
            ("proposal", 49.0),
            ("contract", 48.0),
            ("signed", 47.0),
        ];
        let length = if lead < 8 {
            6
        } else if lead < 12 {
            2
        } else {
            1
        };
        world.lead(&format!("after{lead}"), &after[..length]);
    }
    let journeys = world.journeys();
    let holes = journeys.holes(&journeys.table(Params::default()), &BTreeMap::new());
    let biggest = holes.biggest().unwrap();
    // 12 of 20 are contacted now, all 20 were before; 8 of 12 go on to be qualified, 10 of 20 did.
    assert_eq!(biggest.into.as_str(), "contacted");
    assert!(matches!(biggest.benchmark, Benchmark::Before(share) if share.hits == 20));
}

fn closed(world: &mut World, source: &LeadSource, won: usize, lost: usize) {
    for lead in 0..won + lost {
        let end = if lead < won { "signed" } else { "lost" };
        let id = format!("{source}-{lead}");
        world.lead(&id, &[("new", 50.0), (end, 40.0)]).source = source.clone();
    }
}

#[test]
fn sources_are_ranked_and_coloured_only_with_enough_leads() {
    let mut world = World::new();
    closed(&mut world, &LeadSource::Inbound, 6, 14);
    closed(&mut world, &LeadSource::Outbound, 9, 51);
    closed(&mut world, &LeadSource::Referral, 9, 3);
    closed(&mut world, &LeadSource::Event, 3, 0);
    world.lead("open", &[("new", 5.0)]);
    let window = Window::days_before(now(), 91);
    let rates = world
        .journeys()
        .win_rates(window, |lead| lead.source.to_string());
    let seen: Vec<(&str, Option<u64>, Verdict, u64)> = rates
        .groups
        .iter()
        .map(|rate| {
            (
                rate.group.as_str(),
                rate.rank,
                rate.against_rest,
                rate.undecided,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("referral", Some(1), Verdict::TooFew, 0),
            ("inbound", Some(2), Verdict::NoDifference, 1),
            ("outbound", Some(3), Verdict::Lower, 0),
            ("event", None, Verdict::TooFew, 0),
        ]
    );
    assert_eq!(
        rates.compare("inbound", "outbound"),
        Some(Verdict::NoDifference)
    );
    assert_eq!(rates.compare("event", "outbound"), Some(Verdict::TooFew));
    assert_eq!(rates.total.of.n, 95);
}

#[test]
fn a_total_can_fall_while_each_source_rises() {
    let mut before = World::new();
    closed(&mut before, &LeadSource::Referral, 40, 60);
    closed(&mut before, &LeadSource::Outbound, 10, 90);
    let mut after = World::new();
    closed(&mut after, &LeadSource::Referral, 22, 28);
    closed(&mut after, &LeadSource::Outbound, 36, 264);
    let window = Window::days_before(now(), 91);
    let (before, after) = (before.journeys(), after.journeys());
    let rates =
        |journeys: &Journeys<'_>| journeys.win_rates(window, |lead| lead.source.to_string());
    let mix = mix_shift(&rates(&before), &rates(&after)).unwrap();
    near(mix.change(), 58.0 / 350.0 - 0.25, 1e-12);
    assert!(mix.within > 0.0 && mix.mix < 0.0 && mix.misleads());
}

#[test]
fn weeks_begin_on_monday_where_the_reader_is() {
    let mut world = World::new();
    let los_angeles = TimeZone::get("America/Los_Angeles").unwrap();
    // Sunday 22:30 in Los Angeles is Monday in UTC: it belongs to the week before.
    let sunday: Timestamp = "2026-11-16T06:30:00Z".parse().unwrap();
    world.lead("a", &[("new", crate::figure::elapsed_days(sunday, now()))]);
    world.lead("b", &[("new", 0.5), ("signed", 0.2)]);
    let weeks = world.journeys().weeks(8, &los_angeles);
    assert_eq!(weeks.len(), 8);
    assert_eq!(weeks[7].monday, date(2026, 11, 16));
    assert_eq!(
        (weeks[7].new.n, weeks[7].signed.n, weeks[7].running),
        (1, 1, true)
    );
    assert_eq!((weeks[6].new.n, weeks[6].running), (1, false));
    assert_eq!(weeks[6].new.window.words(&los_angeles), "9–15 Nov 2026");
}

#[test]
fn losses_are_counted_by_reason_and_stage() {
    let mut world = World::new();
    world.lead("a", &[("new", 9.0), ("lost", 3.0)]).lost_reason = "no fit".into();
    world
        .lead("b", &[("proposal", 9.0), ("lost", 3.0)])
        .lost_reason = " no fit ".into();
    world.lead("c", &[("proposal", 9.0), ("lost", 3.0)]);
    world.lead("d", &[("proposal", 99.0), ("lost", 98.0)]);
    let losses = world.journeys().losses(Window::days_before(now(), 91));
    let seen: Vec<(&str, String)> = losses
        .iter()
        .map(|loss| (loss.reason.as_str(), loss.share.to_string()))
        .collect();
    assert_eq!(
        seen,
        [
            ("no fit", "66.7 % (2 of 3, 20.8–93.9 %)".to_owned()),
            ("", "33.3 % (1 of 3, 6.1–79.2 %)".to_owned()),
        ]
    );
    assert_eq!(losses[0].from.len(), 2);
}

#[test]
fn velocity_keeps_currencies_apart() {
    let mut world = World::new();
    for lead in 0..20 {
        let end = if lead < 5 { "signed" } else { "lost" };
        let cycle = 20.0 + f64::from(lead);
        world.lead(&format!("c{lead}"), &[("new", 100.0), (end, 100.0 - cycle)]);
    }
    // It took longer than the eight weeks that a lead has: it is no signature of the cohort.
    world.lead("slow", &[("new", 100.0), ("signed", 30.0)]);
    for (id, minor, currency) in [("a", 100, "USD"), ("b", 300, "USD"), ("c", 900, "SGD")] {
        world.lead(id, &[("qualified", 3.0)]).expected_value = Some(Money {
            minor,
            currency: currency.into(),
        });
    }
    let velocity = world
        .journeys()
        .velocity(&Id::new("qualified"), Params::default());
    assert_eq!(velocity.len(), 2);
    let dollars = &velocity[1];
    assert_eq!((dollars.currency.as_str(), dollars.open.n), ("USD", 2));
    assert_eq!(dollars.cycle_days.value, Some(22.0));
    near(
        dollars.per_day.value.unwrap(),
        2.0 * (6.0 / 21.0) * 200.0 / 22.0,
        1e-9,
    );
    assert!(dollars.per_day.certainty.interval().is_some());
}

#[test]
fn a_goal_of_signatures_is_held_against_its_quarter() {
    let mut world = World::new();
    for lead in 0..4 {
        world.lead(&format!("s{lead}"), &[("new", 30.0), ("signed", 10.0)]);
    }
    let goal = Goal {
        period: GoalPeriod::Quarter,
        starts: Some(date(2026, 10, 1)),
        target: Some(6.0),
        ..Goal::default()
    };
    let pace = world.journeys().against(&goal, Counted::Signed).unwrap();
    assert_eq!(pace.so_far.value, Some(4.0));
    assert_eq!((pace.progress.elapsed, pace.progress.left), (48, 44));
    assert_eq!(pace.band, Band::OnTrack);
    near(
        pace.projection.unwrap().at_end.value.unwrap(),
        4.0 * 92.0 / 48.0,
        1e-9,
    );
    assert_eq!(
        world.journeys().against(&Goal::default(), Counted::New),
        None
    );
}

#[test]
fn every_figure_of_the_table_says_its_number_window_and_age() {
    let mut world = World::new();
    world.lead("a", &[("new", 50.0), ("contacted", 45.0)]);
    let json = serde_json::to_value(world.journeys().table(Params::default())).unwrap();
    let row = &json["rows"][1];
    for figure in [
        &row["now"],
        &row["entries"],
        &row["cohort_step"]["share"],
        &row["cohort_cumulative"]["share"],
        &row["activity_step"]["of"],
        &row["time"]["median"]["of"],
        &row["time"]["still_open"],
        &row["rot"]["over"],
    ] {
        assert!(figure["n"].is_u64(), "{figure}");
        assert!(figure["window"].is_object(), "{figure}");
        assert!(figure["as_of"].is_string(), "{figure}");
    }
    assert!(row["cohort_step"]["share"]["lo"].is_f64());
}
