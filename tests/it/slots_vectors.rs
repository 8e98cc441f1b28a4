//! Facts about zones, recurrences, intervals, windows, slots and calendars, kind by kind.
//!
//! `CNM_SLOTS_VECTORS` names the file, else the shared one is used; without either the test skips. A case
//! marked `optional` is counted but need not pass.

use std::collections::BTreeMap;

use cnm::ics::{Kind, Options, RecurrenceSet, read};
use cnm::slots::{
    Attendee, Hours, Minute, Search, Session, Span, SpanSet, WeekWindows, Window, Zone,
};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, Disambiguation, TimeZone};
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use crate::shared_files;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn zone(name: &str) -> TimeZone {
    Zone::load(name).unwrap().time_zone().clone()
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(list) => list
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

/// Reads a list of [from, to) with any offset; the vectors use whole minutes here.
fn spans(value: &Value) -> Vec<Span> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|pair| Span::covering(instant(&pair[0]), instant(&pair[1])))
        .collect()
}

fn pairs(spans: &SpanSet) -> Value {
    let text = |minute: Minute| minute.timestamp().to_string();
    spans
        .spans()
        .iter()
        .map(|span| json!([text(span.start), text(span.end)]))
        .collect()
}

fn same_instants(got: &Value, want: &Value) -> bool {
    let flat = |value: &Value| -> Vec<Vec<String>> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| strings(pair).iter().map(|one| normal(one)).collect())
            .collect()
    };
    flat(got) == flat(want)
}

/// Writes an instant the one way, whatever its offset; other text stays.
fn normal(text: &str) -> String {
    text.parse::<Timestamp>()
        .map_or_else(|_| text.to_owned(), |at| at.to_string())
}

fn check(kind: &str, input: &Value, want: &Value) -> Result<(), String> {
    let got = match kind {
        "utc_to_local" => {
            let local = instant(&input["utc"]).to_zoned(zone(text(input, "zone")));
            json!({ "local": local.datetime().to_string(), "offset_seconds": local.offset().seconds() })
        }
        "local_to_utc" => local_to_utc(input),
        "local_kind" => local_kind(input),
        "day" => day(input),
        "rrule" | "rrule_set" => recurrence(input, want, &TimeZone::UTC, |at| {
            written_like(text(input, "dtstart"), at)
        }),
        "rrule_tz" => recurrence(input, want, &zone(text(input, "tzid")), |at| {
            at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
        }),
        "interval_intersect" => {
            let people = input["people"].as_array().unwrap();
            let sets = people
                .iter()
                .map(|spans_of| SpanSet::from_spans(spans(spans_of)));
            pairs(&sets.reduce(|a, b| a.intersect(&b)).unwrap_or_default())
        }
        "interval_subtract" => pairs(
            &SpanSet::from_spans(spans(&input["from"]))
                .subtract(&SpanSet::from_spans(spans(&input["remove"]))),
        ),
        "interval_merge" => pairs(&SpanSet::from_spans(spans(&input["ranges"]))),
        "working_hours" => working_hours(input),
        "slots" => starts(input),
        "freebusy" => {
            let import = read(text(input, "ics").as_bytes(), &options(input))
                .map_err(|error| error.to_string())?;
            import
                .busy()
                .iter()
                .map(|(start, end)| json!([start.to_string(), end.to_string()]))
                .collect()
        }
        "ics_occurrences" => occurrences(input, want)?,
        _ => return Err(format!("unknown kind {kind}")),
    };
    let alike = got == *want
        || (want.is_array()
            && want.as_array().unwrap().iter().all(Value::is_array)
            && same_instants(&got, want));
    if alike {
        Ok(())
    } else {
        Err(format!("got {got}, want {want}"))
    }
}

fn local_to_utc(input: &Value) -> Value {
    let local: DateTime = text(input, "local").parse().unwrap();
    let how = match text(input, "disambiguation") {
        "earlier" => Disambiguation::Earlier,
        "later" => Disambiguation::Later,
        "reject" => Disambiguation::Reject,
        _ => Disambiguation::Compatible,
    };
    match zone(text(input, "zone"))
        .to_ambiguous_timestamp(local)
        .disambiguate(how)
    {
        Ok(at) => json!({ "utc": at.to_string() }),
        Err(_) => json!({ "error": true }),
    }
}

fn local_kind(input: &Value) -> Value {
    let local: DateTime = text(input, "local").parse().unwrap();
    match zone(text(input, "zone"))
        .to_ambiguous_timestamp(local)
        .offset()
    {
        AmbiguousOffset::Unambiguous { offset } => {
            json!({ "kind": "unambiguous", "offset_seconds": offset.seconds() })
        }
        AmbiguousOffset::Gap { before, after } => {
            json!({ "kind": "gap", "before_seconds": before.seconds(), "after_seconds": after.seconds() })
        }
        AmbiguousOffset::Fold { before, after } => {
            json!({ "kind": "fold", "before_seconds": before.seconds(), "after_seconds": after.seconds() })
        }
    }
}

fn day(input: &Value) -> Value {
    let date: Date = text(input, "date").parse().unwrap();
    let zone = zone(text(input, "zone"));
    let (start, next) = (
        date.to_zoned(zone.clone()).unwrap(),
        date.tomorrow().unwrap().to_zoned(zone).unwrap(),
    );
    let minutes = start.duration_until(&next).as_mins();
    json!({ "starts_local": start.datetime().to_string(), "minutes": minutes })
}

/// Writes an instance as its DTSTART is written: a date, a wall time or an instant.
fn written_like(start: &str, at: &Zoned) -> String {
    let form = match start.len() {
        8 => "%Y%m%d",
        _ if start.ends_with('Z') => "%Y%m%dT%H%M%SZ",
        _ => "%Y%m%dT%H%M%S",
    };
    at.strftime(form).to_string()
}

fn recurrence(
    input: &Value,
    want: &Value,
    zone: &TimeZone,
    write: impl Fn(&Zoned) -> String,
) -> Value {
    let set = RecurrenceSet {
        start: text(input, "dtstart").to_owned(),
        rules: strings(&input["rrule"]),
        except_rules: strings(&input["exrule"]),
        dates: strings(&input["rdate"]),
        except_dates: strings(&input["exdate"]),
    };
    // one more than wanted, so that a rule that should have ended is caught
    let more = want.as_array().map_or(0, Vec::len) + 1;
    let limit = input["limit"]
        .as_u64()
        .map_or(more, |limit| usize::try_from(limit).unwrap());
    match set.instances(zone, limit) {
        Ok(instances) => instances.iter().map(|at| Value::from(write(at))).collect(),
        Err(error) => Value::from(error.to_string()),
    }
}

fn windows(value: &Value) -> Vec<Window> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|pair| Window::parse(pair[0].as_str().unwrap(), pair[1].as_str().unwrap()).unwrap())
        .collect()
}

fn working_hours(input: &Value) -> Value {
    let mut week = WeekWindows::new();
    for (day, list) in input["working"].as_object().unwrap() {
        let weekday = Weekday::from_monday_zero_offset(day.parse().unwrap()).unwrap();
        week = windows(list)
            .into_iter()
            .fold(week, |week, window| week.with(weekday, window));
    }
    let mut hours = Hours::new(Zone::load(text(input, "zone")).unwrap(), week);
    for date in strings(&input["days_off"]) {
        hours = hours.without([(date.parse::<Date>().unwrap(), "")]);
    }
    for (date, list) in input["overrides"].as_object().into_iter().flatten() {
        hours.overrides.insert(date.parse().unwrap(), windows(list));
    }
    let (from, to) = (instant(&input["range"][0]), instant(&input["range"][1]));
    let span = Span::covering(from, to);
    // the engine knows whole minutes; a range with seconds is clipped here
    let clipped = hours.acceptable_within(span).spans().to_vec();
    clipped
        .iter()
        .map(|window| {
            (
                window.start.timestamp().max(from),
                window.end.timestamp().min(to),
            )
        })
        .filter(|(start, end)| start < end)
        .map(|(start, end)| json!([start.to_string(), end.to_string()]))
        .collect()
}

/// One person who is busy whenever not free.
fn starts(input: &Value) -> Value {
    let free = SpanSet::from_spans(spans(&input["free"]));
    let Some(range) = free.spans().iter().copied().reduce(Span::hull) else {
        return json!([]);
    };
    let busy = SpanSet::from_spans(vec![range]).subtract(&free);
    let always = Hours::new(
        Zone::load("UTC").unwrap(),
        WeekWindows::every_day(Window::new(0, 1440)),
    );
    let person = Attendee::new("p", always).busy(busy.spans().to_vec());
    let number = |key: &str| u32::try_from(input[key].as_u64().unwrap()).unwrap();
    let grid = Zone::load(text(input, "grid_zone")).unwrap();
    let mut search = Search::new(range, number("duration"), grid.clone()).every(number("step"));
    search.not_before = input["not_before"]
        .as_str()
        .map(|at| Minute::ceil(at.parse().unwrap()));
    let plan = Session::new(search, vec![person]).unwrap().plan().unwrap();
    plan.slots()
        .map(|slot| {
            let local = slot.start().timestamp().to_zoned(grid.time_zone().clone());
            Value::from(local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        })
        .collect()
}

fn options(input: &Value) -> Options {
    let options = Options::new(instant(&input["range"][0]), instant(&input["range"][1]));
    match input["zone"].as_str() {
        Some(name) => options.local(zone(name)),
        None => options,
    }
}

fn occurrences(input: &Value, want: &Value) -> Result<Value, String> {
    let import =
        read(text(input, "ics").as_bytes(), &options(input)).map_err(|error| error.to_string())?;
    // whole days may be wanted as bare dates, or as midnights in UTC
    let written = |at: Timestamp, kind: Kind, index: usize| {
        let wanted = want[index][0].as_str().unwrap_or_default();
        match kind {
            Kind::WholeDays { first } if wanted.len() <= 10 => first.to_string(),
            Kind::WholeDays { first } => format!("{first}T00:00:00Z"),
            Kind::Timed => at.to_string(),
        }
    };
    let list = import.occurrences.iter().enumerate();
    Ok(list
        .map(|(index, one)| json!([written(one.start, one.kind, index), one.summary.to_string()]))
        .collect())
}

#[test]
fn every_shared_fact_holds() {
    let Some(path) = shared_files::find("CNM_SLOTS_VECTORS", "data/slots_vectors.json") else {
        eprintln!("SKIPPED: no file of vectors (CNM_SLOTS_VECTORS)");
        return;
    };
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["cases"]
        .as_array()
        .or_else(|| file.as_array())
        .unwrap();
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in cases {
        let kind = text(case, "kind");
        let count = counts.entry(kind).or_default();
        count.1 += 1;
        let optional = case["optional"].as_bool().unwrap_or(false);
        match check(kind, &case["in"], &case["out"]) {
            Ok(()) => count.0 += 1,
            Err(_) if optional => count.2 += 1,
            Err(reason) => failures.push(format!("{}: {reason}", text(case, "id"))),
        }
    }
    for (kind, (passed, all, optional)) in &counts {
        let note = if *optional > 0 {
            format!(" ({optional} optional ones failed)")
        } else {
            String::new()
        };
        println!("{kind}: {passed} of {all} passed{note}");
    }
    assert!(
        !counts.is_empty() && failures.is_empty(),
        "{}",
        failures.join("\n")
    );
}
