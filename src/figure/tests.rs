#![expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "small whole numbers, and values that must be exact"
)]

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

fn near(left: f64, right: f64, within: f64) {
    assert!((left - right).abs() <= within, "{left} is not {right}");
}

fn window() -> Window {
    Window::month(date(2026, 11, 1))
}

fn share(hits: u64, n: u64) -> Share {
    Share::new(hits, Count::new(n, window(), None))
}

#[test]
fn small_numbers_have_wide_intervals() {
    for (hits, n, lo, hi) in [
        (0, 5, 0.0, 43.4),
        (3, 8, 13.7, 69.4),
        (9, 40, 12.3, 37.5),
        (45, 200, 17.3, 28.8),
        (6, 20, 14.5, 51.9),
        (9, 60, 8.1, 26.1),
    ] {
        let interval = wilson(hits, n);
        near(interval.lo * 100.0, lo, 0.05);
        near(interval.hi * 100.0, hi, 0.05);
    }
}

#[test]
fn thirty_percent_and_fifteen_percent_of_few_cannot_be_told_apart() {
    assert_eq!(share(6, 20).against(&share(9, 60)), Verdict::NoDifference);
    assert_eq!(share(60, 200).against(&share(90, 600)), Verdict::Higher);
    assert_eq!(share(90, 600).against(&share(60, 200)), Verdict::Lower);
    assert_eq!(share(9, 9).against(&share(0, 60)), Verdict::TooFew);
}

#[test]
fn a_share_is_never_written_without_its_number() {
    assert_eq!(share(3, 8).to_string(), "37.5 % (3 of 8, 13.7–69.4 %)");
    assert_eq!(share(45, 200).to_string(), "22.5 % (45 of 200)");
    assert_eq!(share(0, 0).to_string(), "– (0 of 0)");
    assert_eq!(format!("{:.0}", share(3, 8)), "38 % (3 of 8, 14–69 %)");
    let json = serde_json::to_value(share(3, 8)).unwrap();
    assert_eq!(json["n"], 8);
    assert_eq!(json["hits"], 3);
    assert!(json["lo"].as_f64().unwrap() > 0.13);
    assert!(json["window"]["utc"]["from"].is_string());
}

#[test]
fn footing_follows_the_three_thresholds() {
    assert!(!Footing::of(9).may_rank());
    assert!(Footing::of(10).may_rank());
    assert!(!Footing::of(19).may_colour());
    assert!(Footing::of(20).may_colour());
    assert!(Footing::of(99).shows_interval());
    assert!(!Footing::of(100).shows_interval());
}

#[test]
fn an_interval_ends_at_nothing_and_everything() {
    assert_eq!(wilson(0, 7).lo, 0.0);
    assert_eq!(wilson(7, 7).hi, 1.0);
    assert_eq!(wilson(0, 0), Interval::new(0.0, 1.0));
    assert_eq!(wilson(9, 7), wilson(7, 7));
}

#[test]
fn a_ratio_of_counts_without_base_has_no_upper_end() {
    assert_eq!(count_ratio(4, 0).hi, f64::INFINITY);
    let around_one = count_ratio(50, 50);
    assert!(around_one.contains(1.0) && around_one.lo > 0.6 && around_one.hi < 1.6);
    let json = serde_json::to_string(&count_ratio(4, 0)).unwrap();
    assert!(json.ends_with("\"hi\":null}"));
}

#[test]
fn student_quantiles_are_those_of_the_printed_tables() {
    for (degrees, quantile) in [
        (1, 12.706),
        (2, 4.303),
        (3, 3.182),
        (4, 2.776),
        (5, 2.571),
        (10, 2.228),
        (29, 2.045),
        (30, 2.042),
        (120, 1.980),
    ] {
        near(student95(degrees), quantile, 0.0006);
    }
    assert_eq!(student95(0), f64::INFINITY);
    near(student95(1_999), student95(2_000), 0.0013);
}

/// Lifetimes of a stage whose true mean is 30 days (median 20.8), entered evenly over 90 days: every
/// combination of a quantile of the exponential distribution and a half day of entry, so that no luck of
/// a sample comes in.
fn censored() -> (Vec<Lifetime>, Vec<f64>) {
    let (mut lifetimes, mut closed) = (Vec::new(), Vec::new());
    for quantile in 0..200 {
        let days = -30.0 * (1.0 - (f64::from(quantile) + 0.5) / 200.0_f64).ln();
        for entry in 0..180 {
            let watched = 89.75 - f64::from(entry) / 2.0;
            let ended = days <= watched;
            lifetimes.push(Lifetime {
                days: days.min(watched),
                ended,
            });
            if ended {
                closed.push(days);
            }
        }
    }
    (lifetimes, closed)
}

#[test]
fn the_mean_of_closed_stays_is_far_too_low_and_the_curve_is_not() {
    let (lifetimes, closed) = censored();
    let curve = Survival::of(lifetimes);
    near(curve.open() as f64 / curve.n as f64, 0.31, 0.01);
    near(mean(&closed).unwrap(), 18.2, 0.2);
    near(median(&closed).unwrap(), 13.7, 0.1);
    near(curve.median().unwrap(), 20.8, 0.3);
    let interval = curve.median_interval().unwrap();
    assert!(interval.contains(20.8) && interval.lo > 20.0 && interval.hi < 21.5);
}

#[test]
fn a_curve_by_hand() {
    let life = |days, ended| Lifetime { days, ended };
    let curve = Survival::of([
        life(6.0, true),
        life(6.0, true),
        life(6.0, true),
        life(6.0, false),
        life(7.0, true),
        life(9.0, false),
        life(10.0, true),
        life(10.0, false),
        life(11.0, false),
        life(13.0, true),
    ]);
    let beyond: Vec<(f64, u64, f64)> = curve
        .steps
        .iter()
        .map(|step| (step.days, step.at_risk, (step.beyond * 1e6).round() / 1e6))
        .collect();
    assert_eq!(
        beyond,
        [
            (6.0, 10, 0.7),
            (7.0, 6, 0.583_333),
            (10.0, 4, 0.4375),
            (13.0, 1, 0.0),
        ]
    );
    assert_eq!(curve.median(), Some(10.0));
    assert_eq!(curve.beyond(5.9), 1.0);
    assert_eq!(curve.beyond(9.9), curve.beyond(7.0));
    assert_eq!(curve.median_interval().unwrap().lo, 6.0);
    assert_eq!(curve.median_interval().unwrap().hi, f64::INFINITY);
}

#[test]
fn a_median_that_is_not_reached_is_not_given() {
    let open = Survival::of((1..9).map(|days| Lifetime {
        days: f64::from(days),
        ended: days < 3,
    }));
    assert_eq!(open.median(), None);
    assert_eq!(open.median_interval().unwrap().hi, f64::INFINITY);
    assert_eq!(Survival::of([]).median_interval(), None);
}

#[test]
fn unevenness_has_its_two_ends() {
    assert_eq!(gini(&[5.0; 8]), Some(0.0));
    near(gini(&[0.0, 0.0, 0.0, 9.0]).unwrap(), 0.75, 1e-12);
    assert_eq!(gini(&[0.0, 0.0]), None);
    assert_eq!(gini(&[]), None);
    assert_eq!(jain(&[5.0; 8]), Some(1.0));
    assert_eq!(jain(&[0.0, 0.0, 0.0, 9.0]), Some(0.25));
}

#[test]
fn the_interval_of_a_median_needs_six_values() {
    assert_eq!(median_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]), None);
    assert_eq!(
        median_interval(&[6.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        Some(Interval::new(1.0, 6.0))
    );
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    assert_eq!(median_interval(&ten), Some(Interval::new(2.0, 9.0)));
    assert_eq!(median(&ten), Some(5.5));
}

#[test]
fn a_change_from_nothing_is_new() {
    assert_eq!(Change::between(Some(0.0), Some(5.0)), Change::New);
    assert_eq!(Change::New.to_string(), "new");
    assert_eq!(Change::between(None, Some(5.0)), Change::Unknown);
    assert_eq!(Change::between(Some(8.0), Some(10.0)).ratio(), Some(0.25));
    assert_eq!(Change::between(Some(0.0), Some(0.0)).ratio(), Some(0.0));
    let change = Change::between(Some(10.0), Some(11.0)).within(Some(Interval::new(-0.05, 0.3)));
    assert_eq!(change.to_string(), "+10.0 % (-5.0 to +30.0 %)");
}

#[test]
fn windows_say_how_they_are_cut() {
    let words = |window: Window| window.to_string();
    assert_eq!(words(window()), "Nov 2026 (UTC)");
    let days = |cut, from, to| words(Window::Utc { cut, from, to });
    assert_eq!(
        days(Cut::MonthToDate, date(2026, 11, 1), date(2026, 11, 16)),
        "1–16 Nov 2026 (UTC, month to date)"
    );
    assert_eq!(
        days(Cut::Last30Days, date(2026, 10, 18), date(2026, 11, 16)),
        "18 Oct – 16 Nov 2026 (UTC, 30 days)"
    );
    let los_angeles = TimeZone::get("America/Los_Angeles").unwrap();
    let window = Window::Between {
        from: "2026-11-16T08:00:00Z".parse::<Timestamp>().unwrap(),
        to: "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap(),
    };
    assert_eq!(window.words(&los_angeles), "16–22 Nov 2026");
}

#[test]
fn months_are_counted_over_the_turn_of_the_year() {
    assert_eq!(plus_months(date(2026, 1, 1), -1), date(2025, 12, 1));
    assert_eq!(plus_months(date(2026, 11, 1), 3), date(2027, 2, 1));
    assert_eq!(plus_months(date(2026, 11, 1), -12), date(2025, 11, 1));
    assert_eq!(month_length(date(2028, 2, 1)), 29);
    assert_eq!(days_between(date(2026, 3, 1), date(2026, 2, 26)), -3);
    assert_eq!(plus_days(date(2026, 12, 31), 1), date(2027, 1, 1));
}

fn days_goal(target: f64, so_far: f64, left: u32) -> Band {
    let progress = Progress {
        elapsed: 30 - left,
        left,
    };
    Pace::of_days(target, so_far, progress, Count::new(10, window(), None)).band
}

#[test]
fn a_goal_of_days_has_the_bands_of_those_who_chase_it() {
    assert_eq!(days_goal(20.0, 20.0, 0), Band::Done);
    assert_eq!(days_goal(20.0, 16.0, 10), Band::OnTrack);
    assert_eq!(days_goal(20.0, 15.0, 10), Band::Tight);
    assert_eq!(days_goal(20.0, 13.0, 10), Band::Tight);
    assert_eq!(days_goal(20.0, 12.0, 10), Band::Urgent);
    assert_eq!(days_goal(20.0, 10.0, 10), Band::Urgent);
    assert_eq!(days_goal(20.0, 9.0, 10), Band::Gone);
    assert_eq!(days_goal(20.0, 0.0, 25), Band::NotStarted);
    assert_eq!(days_goal(20.0, 0.0, 19), Band::Gone);
}

fn flow_goal(so_far: f64, elapsed: u32, past: Option<PastPeriod>) -> Pace {
    let progress = Progress {
        elapsed,
        left: 30 - elapsed,
    };
    let days = vec![so_far / f64::from(elapsed.max(1)); elapsed as usize];
    Pace::of_flow(
        300.0,
        Aim::AtLeast,
        so_far,
        &days,
        progress,
        past,
        Count::new(u64::from(elapsed), window(), None),
    )
}

#[test]
fn nothing_is_projected_before_the_third_day() {
    assert_eq!(flow_goal(50.0, 2, None).projection, None);
    assert_eq!(flow_goal(50.0, 2, None).band, Band::TooEarly);
    let third = flow_goal(30.0, 3, None);
    assert_eq!(third.projection.unwrap().at_end.value, Some(300.0));
    assert_eq!(third.band, Band::OnTrack);
}

#[test]
fn a_projection_takes_the_shape_of_the_period_before() {
    let late_month = PastPeriod {
        same_day: 50.0,
        total: 250.0,
    };
    let pace = flow_goal(60.0, 10, Some(late_month));
    let projection = pace.projection.unwrap();
    assert_eq!(projection.method, ProjectionMethod::LastPeriod);
    assert_eq!(projection.at_end.value, Some(300.0));
    assert_eq!(pace.band, Band::OnTrack);
    let straight = flow_goal(60.0, 10, None);
    assert_eq!(straight.projection.unwrap().at_end.value, Some(180.0));
    assert_eq!(straight.band, Band::Urgent);
    assert_eq!(straight.need_per_day, Some(12.0));
    assert_eq!(straight.rate_per_day, Some(6.0));
}

#[test]
fn a_goal_of_a_value_is_gone_only_when_its_time_is_over() {
    assert_eq!(flow_goal(299.0, 30, None).band, Band::Gone);
    assert_eq!(flow_goal(300.0, 30, None).band, Band::Done);
    assert_eq!(flow_goal(10.0, 29, None).band, Band::Urgent);
    assert_eq!(flow_goal(90.0, 10, None).band, Band::Tight);
    assert_eq!(flow_goal(0.0, 10, None).band, Band::NotStarted);
}

#[test]
fn a_ceiling_is_broken_as_soon_as_it_is_passed() {
    let ceiling = |so_far: f64, elapsed: u32| {
        Pace::of_flow(
            4.0,
            Aim::AtMost,
            so_far,
            &[],
            Progress {
                elapsed,
                left: 30 - elapsed,
            },
            None,
            Count::new(u64::from(elapsed), window(), None),
        )
        .band
    };
    assert_eq!(ceiling(5.0, 2), Band::Gone);
    assert_eq!(ceiling(4.0, 30), Band::Done);
    assert_eq!(ceiling(1.0, 10), Band::OnTrack);
    assert_eq!(ceiling(3.0, 20), Band::Tight);
    assert_eq!(ceiling(4.0, 10), Band::Urgent);
}

#[test]
fn restless_days_make_a_wide_projection() {
    let progress = Progress {
        elapsed: 10,
        left: 20,
    };
    let project = |days: &[f64]| {
        Pace::of_flow(
            300.0,
            Aim::AtLeast,
            days.iter().sum(),
            days,
            progress,
            None,
            Count::new(10, window(), None),
        )
        .projection
        .unwrap()
        .at_end
        .certainty
        .interval()
        .unwrap()
    };
    let calm = project(&[10.0, 11.0, 9.0, 10.0, 10.0, 11.0, 9.0, 10.0, 10.0, 10.0]);
    let wild = project(&[0.0, 30.0, 0.0, 0.0, 40.0, 0.0, 0.0, 30.0, 0.0, 0.0]);
    assert!(calm.hi - calm.lo < wild.hi - wild.lo);
    assert!(wild.lo >= 100.0, "what is there cannot be lost again");
    assert!(calm.contains(300.0));
}
