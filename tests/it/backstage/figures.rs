//! A CN whose figures come only from exports has them: portfolio, page, goals, metric explorer.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small whole numbers"
)]

use cnm::command::{Cx, Settings, UndoLog, apply_plan};
use cnm::import::backstage::{Known, Plan, Told, prepare};
use cnm::list::World;
use cnm::pane::{
    MetricRow, NetworkFigures, PageFigures, PortfolioFigures, Standing, metric_rows, network_needs,
};
use cnm::record::{
    Creator, CreatorSnapshot, EXPORT_SOURCE, Goal, Id, Kind, MetricPoint, Network, PeriodKind,
    PointStatus,
};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::files::csv;
use super::{cached, csv_of};

const CREATORS: i64 = 12;

fn world(now: &str) -> World {
    let now: Timestamp = now.parse().unwrap();
    let mut world = World::new("ana", now, TimeZone::UTC, 7);
    let nova = json!({"name": "Nova Media", "owner": "ana", "lifecycle": "active"});
    world.upsert(&cached(Kind::Network, "nova", &nova));
    world
}

fn nova() -> Id<Network> {
    Id::new("nova")
}

fn rows(world: &World, kind: Kind) -> Vec<cnm::effect::CacheRow> {
    let table = world.any(kind);
    table
        .ids()
        .iter()
        .map(|id| {
            let (_, _, fields) = table.fields(id).unwrap();
            cached(kind, id, &json!(fields))
        })
        .collect()
}

/// Reads a file, applies what it would change, and returns the plan.
fn import(world: &mut World, name: &str, text: &str) -> Plan {
    import_as(world, (name, text), true)
}

/// Does so with a file that holds all creators of its CN, or one that may not.
fn import_as(world: &mut World, (name, text): (&str, &str), whole: bool) -> Plan {
    let known = Known::new(
        &rows(world, Kind::Creator),
        &rows(world, Kind::CreatorSnapshot),
        &rows(world, Kind::Import),
    )
    .with_networks(&rows(world, Kind::Network), &rows(world, Kind::MetricPoint))
    .of_whole_files(whole);
    let told = Told {
        network: Some("nova"),
        ..Told::default()
    };
    let mut next = 0;
    let mut ids = || {
        next += 1;
        format!("{name}-{next}")
    };
    let plan = prepare(name, text.as_bytes(), &known, told, &mut ids, &mut |_| {}).unwrap();
    let settings = Settings::default();
    let mut undo = UndoLog::default();
    let mut cx = Cx::new(world, None, &settings, &mut undo);
    apply_plan(&mut cx, &plan).unwrap();
    cx.finish();
    plan
}

/// An export of twelve creators; the last one was never LIVE.
fn export(period: &str, each: i64) -> String {
    let header = [
        "Creator ID",
        "Creator's username",
        "Data period",
        "Diamonds",
        "LIVE duration",
        "Valid go LIVE days",
        "LIVE streams",
    ];
    let lines: Vec<Vec<String>> = (1..=CREATORS)
        .map(|number| {
            let live = number < CREATORS;
            let hours = if live {
                format!("{}h", number * 2)
            } else {
                "0h".into()
            };
            vec![
                (7_359_135_855_103_475_718 + number).to_string(),
                format!("maker{number}"),
                period.to_owned(),
                (if live { number * each } else { 0 }).to_string(),
                hours,
                (if live { number } else { 0 }).to_string(),
                i64::from(live).to_string(),
            ]
        })
        .collect();
    csv_of(&header, &lines)
}

/// A world in which October and November were imported, each up to its sixteenth day.
fn two_months() -> World {
    let mut world = world("2026-11-17T09:00:00Z");
    for (name, period, each) in [
        (
            "Creator data 2026_10_17 06_00 UTC+0.csv",
            "2026-10-01 ~ 2026-10-16",
            100,
        ),
        (
            "Creator data 2026_11_17 06_00 UTC+0.csv",
            "2026-11-01 ~ 2026-11-16",
            150,
        ),
    ] {
        let plan = import(&mut world, name, &export(period, each));
        assert_eq!(plan.counts.totals, 7, "{:?}", plan.counts);
    }
    world
}

fn of_portfolio(world: &World) -> NetworkFigures {
    PortfolioFigures::of(world).networks[&nova()].clone()
}

fn row(world: &World, metric: &str, kind: &PeriodKind, source: &str) -> MetricRow {
    let rows = metric_rows(world, &nova().link());
    let found = rows
        .iter()
        .find(|row| row.metric.as_str() == metric && row.kind == *kind && row.source == source);
    found
        .unwrap_or_else(|| panic!("{metric} {kind}: {rows:#?}"))
        .clone()
}

#[test]
fn the_portfolio_has_the_figures_of_a_cn_that_only_exports_know() {
    let world = two_months();
    let sum: i64 = (1..CREATORS).sum();
    let figures = of_portfolio(&world);
    let growth = figures.to_date.unwrap();
    assert_eq!(growth.now.value, Some((sum * 150) as f64));
    assert_eq!(growth.before.value, Some((sum * 100) as f64));
    assert!((growth.change.ratio().unwrap() - 0.5).abs() < 1e-12);
    assert!(growth.provisional);
    assert_eq!(
        growth.now.of.window.to_string(),
        "1–16 Nov 2026 (UTC, month to date)"
    );
    let active = figures.active.unwrap();
    assert_eq!((active.hits, active.of.n), (11, 12));
    assert_eq!(figures.valid_days, Some(sum as f64));
    assert_eq!(
        (figures.month, figures.year),
        (None, None),
        "no whole month was imported"
    );
    let all = PortfolioFigures::of(&world);
    let like = all.to_date.unwrap();
    assert_eq!((like.kept.n, like.joined, like.left), (1, 0, 0));
}

#[test]
fn the_page_has_concentration_activity_and_the_creators_one_by_one() {
    let world = two_months();
    let page = PageFigures::of(&world, &nova());
    let sum: i64 = (1..CREATORS).sum();
    let found = page.concentration.unwrap();
    let top = found.top1.value.unwrap();
    assert!((top - 11.0 / sum as f64).abs() < 1e-12, "{top}");
    assert_eq!(found.top1.of.n, 12);
    let active = page.active.unwrap().at_end;
    assert_eq!((active.hits, active.of.n), (11, 12));
    let valid = page.valid.unwrap();
    assert_eq!((valid.hits, valid.of.n), (sum as u64, 12 * 16));
    let table = world.table::<Creator>();
    let (id, _) = table
        .records()
        .find(|(_, creator)| creator.handle == "maker7")
        .unwrap();
    let one = &page.creators[id];
    assert_eq!(
        (one.so_far, one.valid_days, one.hours),
        (Some(1_050.0), Some(7.0), Some(14.0))
    );
    let growth = one.growth.as_ref().unwrap();
    assert!((growth.change.ratio().unwrap() - 0.5).abs() < 1e-12);
}

#[test]
fn the_explorer_says_source_window_n_and_age() {
    let world = two_months();
    let diamonds = row(&world, "diamonds", &PeriodKind::MonthToDate, EXPORT_SOURCE);
    assert_eq!(diamonds.source, "backstage export");
    assert_eq!(
        (diamonds.name.as_str(), diamonds.unit.as_str()),
        ("Diamonds", "diamonds")
    );
    assert!(diamonds.formula.contains("creators in the export"));
    assert_eq!(diamonds.window(), "2026-11-01 – 2026-11-16 (UTC, MTD)");
    assert_eq!(diamonds.n, Some(12));
    assert_eq!(diamonds.as_of, "2026-11-17T06:00:00Z".parse().ok());
    assert_eq!(diamonds.status, PointStatus::Provisional);
    let people = row(
        &world,
        "active_creators",
        &PeriodKind::MonthToDate,
        EXPORT_SOURCE,
    );
    assert_eq!(people.value, Some(11.0));
}

#[test]
fn a_month_to_date_and_thirty_days_stay_two_figures() {
    let mut world = two_months();
    let header = ["Creator ID", "Creator's username", "Diamonds in L30D"];
    let lines: [&[&str]; 2] = [
        &["7359135855103475719", "maker1", "90000"],
        &["7359135855103475720", "maker2", "1000"],
    ];
    let name = "Manage creators 2026_11_17 07_00 UTC+0.csv";
    import(&mut world, name, &csv(&header, &lines));
    let rolling = row(&world, "diamonds", &PeriodKind::Last30Days, EXPORT_SOURCE);
    assert_eq!((rolling.value, rolling.n), (Some(91_000.0), Some(2)));
    assert_eq!(rolling.window(), "2026-10-18 – 2026-11-16 (UTC, L30D)");
    let sum: i64 = (1..CREATORS).sum();
    let growth = of_portfolio(&world).to_date.unwrap();
    assert_eq!(growth.now.value, Some((sum * 150) as f64));
    let page = PageFigures::of(&world, &nova());
    assert_eq!(
        page.concentration.unwrap().total.value,
        Some((sum * 150) as f64)
    );
}

#[test]
fn the_same_file_again_changes_no_figure_and_an_older_one_adds_only_its_day() {
    let mut world = two_months();
    let name = "Creator data 2026_11_17 06_00 UTC+0.csv";
    let again = import(&mut world, name, &export("2026-11-01 ~ 2026-11-16", 150));
    assert!(
        again.changes.is_empty() && again.is_empty(),
        "{:#?}",
        again.changes
    );
    let snapshots = |world: &World| {
        let table = world.table::<CreatorSnapshot>();
        let mut all: Vec<_> = table
            .records()
            .map(|(id, one)| (id.clone(), one.clone()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    let before = snapshots(&world);
    let name = "Creator data 2026_11_11 06_00 UTC+0.csv";
    let older = import(&mut world, name, &export("2026-11-01 ~ 2026-11-10", 90));
    assert_eq!(older.counts.new_figures, 12, "{:?}", older.counts);
    assert_eq!(older.counts.totals, 7);
    let after = snapshots(&world);
    assert_eq!(after.len(), before.len() + 12);
    assert!(
        before.iter().all(|one| after.contains(one)),
        "what is newer stays"
    );
    let sum: i64 = (1..CREATORS).sum();
    let now = of_portfolio(&world).to_date.unwrap().now.value;
    assert_eq!(
        now,
        Some((sum * 150) as f64),
        "the CN stands as the newest export says"
    );
}

/// Whoever imports every day has the same day of the month before, whatever days came between.
#[test]
fn an_import_every_day_keeps_what_the_next_month_is_compared_with() {
    let mut world = two_months();
    for (name, period, each) in [
        (
            "Creator data 2026_10_21 06_00 UTC+0.csv",
            "2026-10-01 ~ 2026-10-20",
            130,
        ),
        (
            "Creator data 2026_10_31 06_00 UTC+0.csv",
            "2026-10-01 ~ 2026-10-30",
            190,
        ),
    ] {
        import(&mut world, name, &export(period, each));
    }
    let page = PageFigures::of(&world, &nova());
    let growth = page.creators.values().filter_map(|creator| creator.growth);
    let changes: Vec<f64> = growth.filter_map(|growth| growth.change.ratio()).collect();
    let half = changes
        .iter()
        .filter(|change| (**change - 0.5).abs() < 1e-9);
    assert_eq!(half.count(), 11, "{changes:?}");
}

/// A file that was filtered before it was saved says nothing of the CN.
#[test]
fn few_of_a_cns_creators_are_not_its_figures() {
    let mut world = two_months();
    let before = of_portfolio(&world).to_date.unwrap().now.value;
    let whole = export("2026-11-01 ~ 2026-11-18", 190);
    let few: Vec<&str> = whole.lines().take(4).collect();
    let few = few.join("\n");
    let name = "Creator data 2026_11_19 06_00 UTC+0.csv";
    let plan = import_as(&mut world, (name, &few), false);
    assert_eq!(plan.counts.totals, 0, "{:?}", plan.counts);
    assert_eq!(plan.counts.new_figures, 3);
    let said = plan.warnings.join("\n");
    assert!(
        said.contains("3 of 12 creators are told of 2026-11-01 to 2026-11-18"),
        "{said}"
    );
    assert_eq!(of_portfolio(&world).to_date.unwrap().now.value, before);
    // Unless nobody is missing.
    let plan = import_as(&mut world, (name, &few), true);
    assert!(
        plan.counts.totals > 0 && plan.warnings.is_empty(),
        "{:?}",
        plan.warnings
    );
}

#[test]
fn a_cn_whose_months_to_date_stand_still_went_dark() {
    let mut world = two_months();
    assert_eq!(of_portfolio(&world).dark, Some(0));
    world.view.now = "2026-11-21T09:00:00Z".parse().unwrap();
    let name = "Creator data 2026_11_21 06_00 UTC+0.csv";
    import(&mut world, name, &export("2026-11-01 ~ 2026-11-20", 150));
    assert_eq!(of_portfolio(&world).dark, Some(4));
}

#[test]
fn goals_are_held_against_imported_figures() {
    let mut world = two_months();
    let goal = json!({"subject": {"kind": "network", "id": "nova"}, "metric": "diamonds", "period": "month",
        "starts": "2026-11-01", "target": 19_800});
    world.upsert(&cached(Kind::Goal, "g", &goal));
    let page = PageFigures::of(&world, &nova());
    let pace = page.goals[&Id::<Goal>::new("g")].as_ref().unwrap();
    assert!((pace.reached().unwrap() - 0.5).abs() < 1e-12, "{pace:?}");
    assert_eq!((pace.progress.elapsed, pace.progress.left), (16, 14));
}

#[test]
fn figures_of_the_backend_and_of_exports_never_make_one_series() {
    let mut world = two_months();
    let point = json!({"subject": {"kind": "network", "id": "nova"}, "metric": "diamonds", "period_kind": "mtd",
        "period": "2026-11-01", "value": 7, "n": 1, "as_of": "2026-11-16T00:00:00Z",
        "source": "warehouse"});
    world.upsert(&cached(Kind::MetricPoint, "theirs", &point));
    let growth = of_portfolio(&world).to_date.unwrap();
    assert_eq!((growth.now.value, growth.before.value), (Some(7.0), None));
    let theirs = row(&world, "diamonds", &PeriodKind::MonthToDate, "warehouse");
    let ours = row(&world, "diamonds", &PeriodKind::MonthToDate, EXPORT_SOURCE);
    assert_eq!(theirs.value, Some(7.0));
    assert_ne!(ours.value, theirs.value);
    // The sixteen days of two months that exports told, as records of the CN.
    let points = world.table::<MetricPoint>().records();
    let days: std::collections::BTreeSet<_> = points
        .filter(|(_, point)| point.source == EXPORT_SOURCE)
        .map(|(_, point)| (point.period, point.as_of))
        .collect();
    assert_eq!(days.len(), 2);
    assert!(
        days.iter()
            .any(|(period, _)| *period == Some(date(2026, 10, 1)))
    );
}

#[test]
fn one_creator_who_brings_nearly_all_is_a_reason_to_look_at_a_cn() {
    let mut world = two_months();
    let reasons = |world: &World| -> Vec<String> {
        let needs = network_needs(world, &Standing::of(world));
        let found = needs.into_iter().find(|need| need.network == nova());
        found
            .unwrap()
            .reasons
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let told = |reasons: &[String]| reasons.iter().any(|why| why.contains("largest creator"));
    assert!(!told(&reasons(&world)), "{:?}", reasons(&world));
    // The next export says that one of them brought most of it.
    let header = [
        "Data period",
        "Creator ID",
        "Creator's username",
        "Diamonds",
    ];
    let lines: [&[&str]; 3] = [
        &[
            "2026-11-01 ~ 2026-11-17",
            "7359135855103475719",
            "maker1",
            "9000",
        ],
        &[
            "2026-11-01 ~ 2026-11-17",
            "7359135855103475720",
            "maker2",
            "700",
        ],
        &[
            "2026-11-01 ~ 2026-11-17",
            "7359135855103475721",
            "maker3",
            "300",
        ],
    ];
    let name = "Creator data 2026_11_18 07_00 UTC+0.csv";
    import(&mut world, name, &csv(&header, &lines));
    let why = reasons(&world);
    assert!(
        why.contains(&"largest creator 90 % of 3".to_owned()),
        "{why:?}"
    );
}
