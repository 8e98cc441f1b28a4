//! A session that is changed step by step, and what its plans can be asked.

use std::collections::BTreeMap;

use cnm::slots::{
    Attendance, Attendee, Cause, Hours, Minute, NightBudget, NightUse, Pick, Search, SeriesRequest,
    SeriesRule, Session, Shade, Span, Verdict, WeekWindows, Window, Zone, answer,
};

fn zone(name: &str) -> Zone {
    Zone::load(name).unwrap()
}

fn at(text: &str) -> Minute {
    Minute::parse(text).unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span::parse(from, to).unwrap()
}

fn office(zone_name: &str) -> Hours {
    Hours::new(
        zone(zone_name),
        WeekWindows::weekdays(Window::parse("09:00", "18:00").unwrap()),
    )
}

fn wide(zone_name: &str) -> Hours {
    office(zone_name).accepting(WeekWindows::every_day(
        Window::parse("07:00", "23:00").unwrap(),
    ))
}

/// Los Angeles and Shanghai, Monday 2 to Friday 6 March 2026 on the wall of Los Angeles.
fn pair() -> Session {
    let people = vec![
        Attendee::new("me", wide("America/Los_Angeles")),
        Attendee::new("Wei", office("Asia/Shanghai")),
    ];
    let range = span("2026-03-02T08:00Z", "2026-03-07T08:00Z");
    Session::new(Search::new(range, 60, zone("America/Los_Angeles")), people).unwrap()
}

fn starts(session: &mut Session) -> Vec<String> {
    session
        .plan()
        .unwrap()
        .slots()
        .map(|slot| slot.start().to_string())
        .collect()
}

#[test]
fn every_change_of_a_session_gives_the_plan_of_a_fresh_one() {
    let mut session = pair();
    let mut seed = 3_u32;
    let mut next = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    for _ in 0..120 {
        let shift = i32::try_from(next(40)).unwrap() * 360;
        match next(8) {
            0 => session
                .set_duration([15, 30, 45, 90][usize::try_from(next(4)).unwrap()])
                .unwrap(),
            1 => session
                .set_step([15, 30, 60][usize::try_from(next(3)).unwrap()])
                .unwrap(),
            2 => session
                .set_range(Span::lasting(at("2026-03-01T00:00Z") + shift, 4 * 1440))
                .unwrap(),
            3 => assert!(session.set_busy(
                "Wei",
                vec![Span::lasting(at("2026-03-03T00:00Z") + shift, 200)]
            )),
            4 => assert!(session.set_attendance("Wei", Attendance::Optional)),
            5 => assert!(session.set_attendance("Wei", Attendance::Required)),
            6 => session.put(Attendee::new("Ana", wide("Europe/Warsaw")).buffered(10, 5)),
            _ => {
                session.remove("Ana");
            }
        }
        let people: Vec<Attendee> = session.attendees().cloned().collect();
        let mut fresh = Session::new(session.search().clone(), people).unwrap();
        let (kept, fresh) = (session.plan().unwrap(), fresh.plan().unwrap());
        let told = |plan: &cnm::slots::Plan| -> Vec<_> {
            plan.ranked()
                .map(|slot| (slot.start(), slot.costs().collect::<Vec<_>>(), slot.total()))
                .collect()
        };
        assert_eq!(told(&kept), told(&fresh));
    }
}

#[test]
fn an_optional_person_is_missing_where_not_free_and_pays_nothing() {
    let mut session = pair();
    session.put(Attendee::new("Ana", office("Europe/Warsaw")).optional());
    let plan = session.plan().unwrap();
    // Tuesday 17:00 in Los Angeles is 02:00 in Warsaw
    let slot = plan.slot_at(at("2026-03-03T01:00Z")).unwrap();
    assert_eq!(slot.missing().collect::<Vec<_>>(), [2]);
    assert_eq!((slot.cost(2), slot.split(2)), (None, None));
}

#[test]
fn who_pays_is_named_and_the_cost_is_split_by_the_kind_of_minute() {
    let mut session = pair();
    let plan = session.plan().unwrap();
    // 18:00 in Los Angeles
    let slot = plan.slot_at(at("2026-03-03T02:00Z")).unwrap();
    assert_eq!(slot.payers().collect::<Vec<_>>(), [0]);
    let split = slot.split(0).unwrap();
    assert_eq!(
        split
            .bands
            .iter()
            .map(|(band, minutes)| (band.name(), *minutes))
            .collect::<Vec<_>>(),
        [("evening", 60)]
    );
    assert_eq!(
        (split.total, slot.max(), slot.total(), slot.stretched()),
        (120, 120, 120, 1)
    );
}

#[test]
fn a_spent_night_budget_closes_the_other_nights_of_the_week() {
    let mut session = pair();
    let booked = span("2026-03-03T03:00Z", "2026-03-03T04:00Z");
    session.put(
        Attendee::new("me", wide("America/Los_Angeles")).nights(NightBudget::of(1), vec![booked]),
    );
    let plan = session.plan().unwrap();
    // Monday night is the booked one; Tuesday 18:00 would be the second; 17:00 is no night
    assert_eq!(
        plan.slot_at(at("2026-03-03T02:00Z")).unwrap().night(0),
        NightUse::SameNight
    );
    assert!(plan.slot_at(at("2026-03-04T02:00Z")).is_none());
    assert_eq!(
        plan.slot_at(at("2026-03-04T01:00Z")).unwrap().night(0),
        NightUse::None
    );
    let Verdict::Blocked(blockers) = plan.why(at("2026-03-04T02:00Z")) else {
        panic!("not blocked")
    };
    assert_eq!(
        blockers[0].causes,
        [Cause::NightsUsedUp { used: 1, limit: 1 }]
    );
}

#[test]
fn every_rejected_start_has_a_reason_and_every_open_one_has_none() {
    let mut session = pair();
    session.put(
        Attendee::new(
            "Wei",
            office("Asia/Shanghai").without([("2026-03-04".parse().unwrap(), "Off")]),
        )
        .busy(vec![span("2026-03-05T02:00Z", "2026-03-05T03:00Z")])
        .buffered(0, 15),
    );
    let plan = session.plan().unwrap();
    let rejected: BTreeMap<Minute, usize> = plan
        .rejections()
        .map(|(start, blockers)| (start, blockers.len()))
        .collect();
    let range = plan.search().range;
    for half_hour in 0..(5 * 48 - 1) {
        let start = range.start + half_hour * 30;
        match plan.why(start) {
            Verdict::Open => {
                assert!(plan.slot_at(start).is_some() && !rejected.contains_key(&start));
            }
            Verdict::Blocked(blockers) => {
                assert!(plan.slot_at(start).is_none());
                assert_eq!(rejected[&start], blockers.len());
                assert!(blockers.iter().all(|blocker| !blocker.causes.is_empty()));
            }
            other => panic!("{other:?}"),
        }
    }
    let Verdict::Blocked(blockers) = plan.why(at("2026-03-05T01:30Z")) else {
        panic!("not blocked")
    };
    // fifteen minutes are kept free before the block
    let block = span("2026-03-05T01:45Z", "2026-03-05T03:00Z");
    assert_eq!(blockers[0].causes, [Cause::Busy { block, minutes: 45 }]);
    let Verdict::Blocked(blockers) = plan.why(at("2026-03-04T02:00Z")) else {
        panic!("not blocked")
    };
    let off = Cause::DayOff {
        date: "2026-03-04".parse().unwrap(),
        name: "Off".into(),
    };
    assert_eq!(blockers[0].causes[0], off);
    assert!(matches!(
        blockers[0].causes[1..],
        [Cause::OutsideHours { minutes: 60, .. }]
    ));
    assert_eq!(plan.why(at("2026-03-03T01:10Z")), Verdict::OffGrid);
    assert_eq!(plan.why(at("2026-04-03T01:00Z")), Verdict::OutsideRange);
}

#[test]
fn the_nearest_miss_is_the_start_with_least_bending() {
    let people = vec![
        Attendee::new("me", office("America/Los_Angeles")),
        Attendee::new("Ana", office("Europe/Warsaw")),
    ];
    let range = span("2026-03-03T08:00Z", "2026-03-04T08:00Z");
    let mut session =
        Session::new(Search::new(range, 60, zone("America/Los_Angeles")), people).unwrap();
    let plan = session.plan().unwrap();
    assert!(plan.is_empty());
    // Ana stops at 18:00, which is 09:00 for me: one of us has to bend by an hour, I at 08:00 first
    let miss = plan.nearest_miss().unwrap();
    assert_eq!(
        (miss.start, miss.minutes, miss.blockers.len()),
        (at("2026-03-03T16:00Z"), 60, 1)
    );
    assert!(miss.blockers[0].only_hours());
}

#[test]
fn the_notice_is_a_reason_of_its_own() {
    let mut session = pair();
    let search = session
        .search()
        .clone()
        .with_notice(at("2026-03-03T00:00Z"), 120);
    session.set_search(search).unwrap();
    let plan = session.plan().unwrap();
    assert_eq!(
        plan.why(at("2026-03-03T01:00Z")),
        Verdict::TooSoon {
            earliest: at("2026-03-03T02:00Z")
        }
    );
    assert_eq!(
        plan.slots().next().unwrap().start(),
        at("2026-03-03T02:00Z")
    );
}

#[test]
fn cells_and_headcounts_agree_with_the_plan() {
    let mut session = pair();
    session.put(
        Attendee::new("Wei", office("Asia/Shanghai"))
            .busy(vec![span("2026-03-03T02:00Z", "2026-03-03T03:00Z")]),
    );
    session.put(Attendee::new("Ana", wide("Europe/Warsaw")).optional());
    let plan = session.plan().unwrap();
    let day = span("2026-03-02T16:00Z", "2026-03-03T16:00Z");
    let row: String = plan
        .shades(1, day, 60)
        .iter()
        .map(|shade| shade.mark())
        .collect();
    assert_eq!(row, ".........=#=======......");
    let row: String = plan
        .shades(0, day, 60)
        .iter()
        .map(|shade| shade.mark())
        .collect();
    assert_eq!(row, "~=========~~~~~........~");
    let heads = plan.headcounts(day, 60);
    for (index, heads) in heads.iter().enumerate() {
        let free = |person: usize| plan.shades(person, day, 60)[index] < Shade::Busy;
        assert_eq!(heads.required, u32::from(free(0)) + u32::from(free(1)));
        assert_eq!(heads.optional, u32::from(free(2)));
    }
    for (start, heads) in plan.turnout() {
        assert_eq!(
            heads.required == 2,
            plan.slot_at(start).is_some(),
            "{start}"
        );
    }
}

fn weeks(count: i32) -> Vec<Span> {
    // Monday to Friday on the wall of Los Angeles
    (0..count)
        .map(|n| Span::lasting(at("2026-02-23T08:00Z") + n * 7 * 1440, 5 * 1440))
        .collect()
}

fn request(rule: SeriesRule) -> SeriesRequest {
    SeriesRequest {
        windows: weeks(6),
        rule,
        debt: BTreeMap::new(),
    }
}

#[test]
fn a_series_fixed_to_one_side_moves_for_the_other_when_clocks_change() {
    let mut session = pair();
    session.put(Attendee::new("Wei", wide("Asia/Shanghai")));
    let fixed = SeriesRule::Fixed {
        minute: 17 * 60,
        zone: zone("America/Los_Angeles"),
    };
    let plan = session.series(&request(fixed)).unwrap();
    let meetings: Vec<_> = plan.picks.iter().filter_map(Pick::meeting).collect();
    assert_eq!(meetings.len(), 6);
    assert!(meetings.iter().all(|one| one.walls[0].minute == 17 * 60));
    let moved: Vec<usize> = meetings
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.moved.is_empty())
        .map(|(n, _)| n)
        .collect();
    // the third meeting is the first after 8 March
    assert_eq!(moved, [2]);
    assert_eq!(meetings[2].moved[0].0, 1);
}

#[test]
fn a_series_may_be_anchored_to_the_other_side() {
    let session = pair();
    let fixed = SeriesRule::Fixed {
        minute: 9 * 60,
        zone: zone("Asia/Shanghai"),
    };
    let plan = session.series(&request(fixed)).unwrap();
    let meetings: Vec<_> = plan.picks.iter().filter_map(Pick::meeting).collect();
    assert!(meetings.iter().all(|one| one.walls[1].minute == 9 * 60));
    assert_eq!(
        meetings[2]
            .moved
            .iter()
            .map(|(person, _)| *person)
            .collect::<Vec<_>>(),
        [0]
    );
}

#[test]
fn a_fixed_series_says_why_an_occurrence_is_missing() {
    let mut session = pair();
    let off: Vec<_> = (2..=6)
        .map(|day| (jiff::civil::Date::constant(2026, 3, day), "Week off"))
        .collect();
    session.put(Attendee::new("Wei", office("Asia/Shanghai").without(off)));
    let fixed = SeriesRule::Fixed {
        minute: 17 * 60,
        zone: zone("America/Los_Angeles"),
    };
    let plan = session.series(&request(fixed)).unwrap();
    let Pick::Missed {
        wanted, verdict, ..
    } = &plan.picks[1]
    else {
        panic!("found a slot in a week off")
    };
    assert_eq!(*wanted, Some(at("2026-03-03T01:00Z")));
    assert!(matches!(verdict, Verdict::Blocked(blockers) if blockers[0].person == 1));
}

#[test]
fn a_rotating_series_shares_the_burden_and_remembers_debts() {
    let people = vec![
        Attendee::new("me", wide("America/New_York")),
        Attendee::new("Ana", wide("Europe/Warsaw")),
        Attendee::new("Wei", wide("Asia/Shanghai")),
    ];
    let search = Search::new(weeks(1)[0], 60, zone("America/New_York"));
    let session = Session::new(search, people).unwrap();
    let plan = session.series(&request(SeriesRule::Rotate)).unwrap();
    assert!(plan.picks.iter().all(|pick| pick.meeting().is_some()));
    let total: i64 = plan
        .picks
        .iter()
        .filter_map(Pick::meeting)
        .flat_map(|one| one.costs.iter().flatten())
        .map(|cost| i64::from(*cost))
        .sum();
    assert_eq!(plan.burden.iter().sum::<i64>(), total);
    let mut owing = request(SeriesRule::Rotate);
    owing.debt.insert("me".into(), 10_000);
    let later = session.series(&owing).unwrap();
    assert!(later.burden[0] - 10_000 <= plan.burden[0]);
}

#[test]
fn a_series_spends_the_night_budget_as_it_goes() {
    let mut session = pair();
    session.put(
        Attendee::new("me", wide("America/Los_Angeles")).nights(NightBudget::of(1), Vec::new()),
    );
    // two windows in one week, each only at night
    let evenings = |day: i32| Span::lasting(at("2026-03-03T02:00Z") + day * 1440, 120);
    let windows = vec![evenings(0), evenings(1), evenings(7)];
    let plan = session
        .series(&SeriesRequest {
            windows,
            ..request(SeriesRule::Rotate)
        })
        .unwrap();
    let found: Vec<bool> = plan
        .picks
        .iter()
        .map(|pick| pick.meeting().is_some())
        .collect();
    assert_eq!(found, [true, false, true]);
    assert!(starts(&mut session).contains(&"2026-03-04T02:00Z".to_owned()));
}

#[test]
fn what_makes_no_sense_is_refused_with_a_hint() {
    let refused = |search: Search| Session::new(search, Vec::new()).unwrap_err().to_string();
    let search = pair().search().clone();
    assert!(
        refused(Search {
            step: 7,
            ..search.clone()
        })
        .starts_with("step of 7 min")
    );
    assert!(
        refused(Search {
            duration: 0,
            ..search.clone()
        })
        .starts_with("duration of 0 min")
    );
    assert!(
        refused(Search {
            range: span("2000-01-01T00:00Z", "2026-01-01T00:00Z"),
            ..search.clone()
        })
        .starts_with("range of")
    );
    let twice = vec![
        Attendee::new("a", office("UTC")),
        Attendee::new("a", office("UTC")),
    ];
    assert!(
        Session::new(search, twice)
            .unwrap_err()
            .to_string()
            .starts_with("person `a`: named twice")
    );
}

#[test]
fn a_request_that_is_not_understood_says_what_is_wrong() {
    let refused = |json: &str| answer(json).unwrap_err().to_string();
    assert!(refused("{}").contains("`range` is missing"));
    assert!(refused("{\"op\":\"guess\"}").contains("unknown variant"));
    assert!(refused("[1,").contains("request:"));
    assert!(refused(r#"{"op":"offsets","zones":["UTC","Mars/X"],"range":["2026-01-01T00:00Z","2026-01-02T00:00Z"]}"#).contains("zone `Mars/X`"));
    let week = r#"{"range":["2026-01-01T00:00Z","2026-01-02T00:00Z"],"duration":30,"step":30,"grid_zone":"UTC","people":[{"id":"a","zone":"UTC","working":{"7":[]}}]}"#;
    assert!(refused(week).contains("weekday `7`"));
}

#[test]
fn a_request_that_is_not_understood_is_refused_with_its_place() {
    let request = |change: &str| {
        let plain = r#"{ "range": ["2026-03-02T08:00Z", "2026-03-04T08:00Z"], "duration": 60, "step": 30,
            "grid_zone": "UTC", "people": [{ "id": "me", "zone": "UTC", "working": { "0": [["09:00", "18:00"]] } }] }"#;
        let (from, to) = change.split_once(" => ").unwrap();
        assert!(plain.contains(from), "{from}");
        plain.replacen(from, to, 1)
    };
    for (change, said) in [
        (
            r#""2026-03-04T08:00Z"] => "2026-03-01T08:00Z"]"#,
            "range: it ends at 2026-03-01T08:00Z, before it begins at 2026-03-02T08:00Z",
        ),
        (
            r#""09:00" => "25:00""#,
            "people[0] (me), working.0[0]: wall time `25:00`: a day ends at 24:00",
        ),
        (
            r#""09:00" => "9""#,
            "people[0] (me), working.0[0]: wall time `9`",
        ),
        (
            r#""0": => "7":"#,
            "people[0] (me), working: weekday `7`: unknown",
        ),
        (r#""working" => "workng""#, "unknown field `workng`"),
        (r#""step" => "stepp""#, "unknown field `stepp`"),
        (
            r#""duration" => "windows": [], "duration""#,
            "`windows` means nothing for `slots`",
        ),
        (
            r#""range": => "op": "series", "range":"#,
            "`range` means nothing for `series`",
        ),
        (
            r#""range": ["2026-03-02T08:00Z", "2026-03-04T08:00Z"] => "op": "series""#,
            "`windows` is missing",
        ),
        (
            r#""zone": "UTC", "working" => "zone": "Mars", "working""#,
            "people[0] (me): zone `Mars`",
        ),
    ] {
        let error = answer(&request(change)).unwrap_err().to_string();
        assert!(error.contains(said), "{change}: {error}");
        let several = format!("[{}]", request(change));
        assert!(answer(&several).is_err(), "{change}");
    }
    assert!(answer(&request("60 => 30")).is_ok());
}
