//! Random requests answered by the engine and by the reference program, which is written for being
//! obviously right and runs under `python3`.
//!
//! `CNM_SLOTS_ORACLE` names the program, else the shared one is used. Without it the answers recorded in
//! `tests/fixtures/slots_recorded.json` stand in.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::tz::TimeZoneDatabase;
use serde_json::{Map, Value, json};

use crate::shared_files;

/// Small and repeatable random numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const ZONES: &[&str] = &[
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Europe/London",
    "Europe/Warsaw",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Antarctica/Troll",
    "UTC",
];

/// Days on which clocks change somewhere, or a local date is missing.
const AWKWARD: &[&str] = &[
    "2011-12-29",
    "1994-12-30",
    "2018-02-17",
    "2018-11-03",
    "2024-04-26",
    "2024-10-31",
    "2025-03-08",
    "2025-03-29",
    "2025-04-05",
    "2025-10-04",
    "2025-10-25",
    "2025-11-01",
    "2026-02-14",
    "2026-03-07",
    "2026-03-28",
    "2026-04-04",
];

fn instant(minutes: i64) -> String {
    let timestamp = jiff::Timestamp::from_second(minutes * 60).unwrap();
    timestamp.strftime("%Y-%m-%dT%H:%MZ").to_string()
}

fn minutes_of(date: &str) -> i64 {
    let date: jiff::civil::Date = date.parse().unwrap();
    date.to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp()
        .as_second()
        / 60
}

fn wall(random: &mut Random) -> String {
    let minute = random.below(96) * 15;
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn windows(random: &mut Random) -> Value {
    match random.below(8) {
        0 => json!([]),
        1 => json!([["00:00", "24:00"]]),
        2 => json!([["22:00", "06:00"]]),
        3 => json!([["08:00", "12:00"], ["13:00", "17:30"]]),
        4 => json!([[wall(random), wall(random)]]),
        5 => json!([["20:00", "24:00"], ["00:00", "07:00"]]),
        _ => json!([["09:00", "18:00"]]),
    }
}

fn week(random: &mut Random) -> Value {
    let mut week = Map::new();
    let usual = windows(random);
    for day in 0..7 {
        if random.chance(85) {
            let list = if random.chance(80) {
                usual.clone()
            } else {
                windows(random)
            };
            week.insert(day.to_string(), list);
        }
    }
    Value::Object(week)
}

fn date_near(random: &mut Random, from: i64, days: u64) -> String {
    let day = from + i64::try_from(random.below(days + 3)).unwrap() * 1440 - 1440;
    let timestamp = jiff::Timestamp::from_second(day * 60).unwrap();
    timestamp.strftime("%Y-%m-%d").to_string()
}

fn person(random: &mut Random, index: usize, from: i64, days: u64) -> Value {
    let mut person = Map::new();
    person.insert("id".into(), json!(format!("p{index}")));
    person.insert("zone".into(), json!(random.pick(ZONES)));
    person.insert("working".into(), week(random));
    for layer in ["preferred", "acceptable"] {
        if random.chance(50) {
            let wide = json!([["06:00", "23:00"]]);
            let all: Map<String, Value> =
                (0..7).map(|day| (day.to_string(), wide.clone())).collect();
            let value = if random.chance(50) {
                Value::Object(all)
            } else {
                week(random)
            };
            person.insert(layer.into(), value);
        }
    }
    if random.chance(25) {
        person.insert("required".into(), json!(false));
    }
    if random.chance(30) {
        person.insert(
            "days_off".into(),
            json!([date_near(random, from, days), date_near(random, from, days)]),
        );
    }
    if random.chance(30) {
        let date = date_near(random, from, days);
        person.insert("overrides".into(), json!({ date: windows(random) }));
    }
    let blocks: Vec<Value> = (0..random.below(8))
        .map(|_| {
            let start = from + i64::try_from(random.below(days * 1440)).unwrap() - 60;
            let length = i64::try_from(random.below(9) * 25).unwrap();
            json!([instant(start), instant(start + length)])
        })
        .collect();
    person.insert("busy".into(), Value::Array(blocks));
    if random.chance(40) {
        person.insert("buffer_before".into(), json!(random.below(4) * 10));
        person.insert("buffer_after".into(), json!(random.below(4) * 5));
    }
    Value::Object(person)
}

fn request(random: &mut Random) -> Value {
    let day = if random.chance(60) {
        let date: &&str = random.pick(AWKWARD);
        minutes_of(date)
    } else {
        minutes_of("2025-03-01") + i64::try_from(random.below(300) * 1440).unwrap()
    };
    let from = day + i64::try_from(random.below(1440)).unwrap();
    let days = 1 + random.below(4);
    let to = from + i64::try_from(days * 1440 + random.below(700)).unwrap();
    let op = random.below(20);
    if op == 0 {
        let far = from + i64::try_from(random.below(20) * 1440).unwrap() + 1440;
        return json!({ "op": "offsets", "zones": [random.pick(ZONES), random.pick(ZONES)], "range": [instant(from), instant(far)] });
    }
    let mut request = Map::new();
    // the reference has no answer for a series without people
    let fewest = usize::from(op <= 3);
    let count = usize::try_from(random.below(5)).unwrap().max(fewest);
    let people: Vec<Value> = (0..count)
        .map(|index| person(random, index, from, days))
        .collect();
    request.insert("people".into(), Value::Array(people));
    request.insert(
        "duration".into(),
        json!(random.pick(&[5, 15, 30, 30, 45, 60, 60, 90, 240])),
    );
    request.insert(
        "step".into(),
        json!(random.pick(&[5, 10, 15, 20, 30, 30, 45, 60, 90, 120, 1440])),
    );
    request.insert("grid_zone".into(), json!(random.pick(ZONES)));
    if random.chance(25) {
        request.insert(
            "now".into(),
            json!(instant(
                from + i64::try_from(random.below(1440)).unwrap() - 700
            )),
        );
        request.insert("notice".into(), json!(random.below(300)));
    }
    if op <= 3 {
        request.insert("op".into(), json!("series"));
        let count = i64::try_from(2 + random.below(4)).unwrap();
        let list: Vec<Value> = (0..count)
            .map(|n| {
                json!([
                    instant(from + n * 1440 * 2),
                    instant(from + n * 1440 * 2 + 1200)
                ])
            })
            .collect();
        request.insert("windows".into(), Value::Array(list));
        if random.chance(40) {
            request.insert(
                "fixed".into(),
                json!(format!(
                    "{:02}:{}",
                    random.below(24),
                    random.pick(&["00", "30"])
                )),
            );
        }
        if random.chance(40) {
            request.insert(
                "debt".into(),
                json!({ "p0": random.below(900), "p2": random.below(900) }),
            );
        }
    } else {
        request.insert("range".into(), json!([instant(from), instant(to)]));
    }
    Value::Object(request)
}

fn requests(seed: u64, count: usize) -> Vec<Value> {
    let mut random = Random(seed);
    (0..count).map(|_| request(&mut random)).collect()
}

fn ask_oracle(program: &Path, requests: &[Value]) -> Vec<Value> {
    let mut child = Command::new("python3")
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = serde_json::to_vec(requests).unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the reference program failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Compares answer by answer and returns how many slots were compared.
fn compare(zones: &TimeZoneDatabase, requests: &[Value], wanted: &[Value]) -> usize {
    let got = cnm::slots::answer_with(zones, &Value::Array(requests.to_vec()).to_string()).unwrap();
    let got: Vec<Value> = serde_json::from_str(&got).unwrap();
    assert_eq!(got.len(), wanted.len());
    let mut slots = 0;
    for ((request, got), wanted) in requests.iter().zip(&got).zip(wanted) {
        assert!(
            got == wanted,
            "request {request}\nwanted {wanted}\ngot {got}"
        );
        slots += wanted
            .get("slots")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
    }
    slots
}

fn has_python() -> bool {
    Command::new("python3")
        .arg("-c")
        .arg("import zoneinfo")
        .status()
        .is_ok_and(|status| status.success())
}

fn agree(seed: u64, count: usize, batch: usize) {
    let Some(program) =
        shared_files::find("CNM_SLOTS_ORACLE", "oracle/slots_oracle.py").filter(|_| has_python())
    else {
        eprintln!(
            "SKIPPED: no reference program (CNM_SLOTS_ORACLE) or no python3; the recorded answers are compared instead"
        );
        return;
    };
    // python reads the system's zones, so the engine does too where there are some
    let zones = TimeZoneDatabase::from_dir("/usr/share/zoneinfo")
        .unwrap_or_else(|_| TimeZoneDatabase::bundled());
    let requests = requests(seed, count);
    let mut slots = 0;
    for batch in requests.chunks(batch) {
        slots += compare(&zones, batch, &ask_oracle(&program, batch));
    }
    println!("{count} random requests, {slots} slots: no disagreement");
}

#[test]
fn the_engine_agrees_with_the_reference_on_200_random_requests() {
    agree(20_260_302, 200, 200);
}

/// The long run: `cargo test --release --test it slots_oracle_long -- --ignored --nocapture`.
#[test]
#[ignore = "ten thousand requests take the reference program a good while"]
fn slots_oracle_long() {
    agree(1, 10_000, 250);
}

const RECORDED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/slots_recorded.json"
);

#[test]
fn the_engine_agrees_with_the_recorded_answers() {
    let text = std::fs::read_to_string(RECORDED).unwrap();
    let pairs: Vec<(Value, Value)> = serde_json::from_str(&text).unwrap();
    let (requests, answers): (Vec<Value>, Vec<Value>) = pairs.into_iter().unzip();
    assert!(requests.len() >= 40);
    compare(&TimeZoneDatabase::bundled(), &requests, &answers);
}

/// Writes the recorded answers anew; only for changes of the requests' format.
#[test]
#[ignore = "writes tests/fixtures/slots_recorded.json with the reference program"]
fn slots_oracle_record() {
    let program = shared_files::find("CNM_SLOTS_ORACLE", "oracle/slots_oracle.py")
        .expect("the reference program");
    let all = requests(77, 400);
    let answers = ask_oracle(&program, &all);
    let mut lines = Vec::new();
    for (request, answer) in all.iter().zip(&answers) {
        let line = serde_json::to_string(&(request, answer)).unwrap();
        let empty = answer
            .get("slots")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty);
        if line.len() < 6_000 && !(empty && lines.len() % 4 != 0) && lines.len() < 60 {
            lines.push(line);
        }
    }
    std::fs::write(RECORDED, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
}
