//! Requests and answers as JSON: one request object, or a list of them.
//!
//! The formats are those of `cnm slots --request`; they are documented at [`answer`].

use std::collections::BTreeMap;

use jiff::tz::TimeZoneDatabase;
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};

use super::hours::parse_wall_time;
use super::zone::Clock;
use super::{
    Attendance, Attendee, Hours, Minute, NightBudget, Occurrence, Pick, Plan, Search, SeriesPlan,
    SeriesRequest, SeriesRule, Session, Slot, SlotsError, Span, Wall, WeekWindows, Weights, Window,
    Zone, difference_runs,
};

/// Answers a request in JSON, or a list of requests with a list of answers.
///
/// A request has an `op` (`slots`, the default, `series` or `offsets`) and, all instants in RFC 3339 with
/// whole minutes:
///
/// * `slots`: `range` [from, to), `duration` and `step` in minutes, `grid_zone`, optionally `now` and
///   `notice` in minutes, and `people`, each with `id`, `zone`, `working` (windows by weekday, `"0"` is
///   Monday) and optionally `preferred`, `acceptable`, `required`, `days_off`, `overrides`, `busy`,
///   `buffer_before`, `buffer_after`, `nights` (`{"per_week": 2, "from": "18:00", "until": "06:00"}`)
///   and `booked`. Answer: `slots` in order of time with costs, and `ranking`, their indices from best
///   to worst.
/// * `series`: as `slots` with `windows` in place of `range`, and optionally `fixed` (a wall time in
///   `fixed_zone`, which is `grid_zone` unless given) and `debt` by id. Answer: `picks`, `fairness` and
///   `longest_same_payer_run`.
/// * `offsets`: two `zones` and a `range`. Answer: `runs`, the minutes by which the second is ahead.
///
/// ```
/// let answer = cnm::slots::answer(r#"{
///     "op": "offsets", "zones": ["Europe/London", "America/New_York"],
///     "range": ["2026-03-07T00:00Z", "2026-03-09T00:00Z"]
/// }"#)?;
/// assert!(answer.contains("-240"));
/// # Ok::<(), cnm::slots::SlotsError>(())
/// ```
///
/// # Errors
///
/// The text is no such request, names an unknown zone, or asks for too much.
pub fn answer(request_json: &str) -> Result<String, SlotsError> {
    answer_with(&crate::when::tzdb::current().database, request_json)
}

/// Answers as [`answer`] does, with the zones of a given database, such as the system's.
///
/// # Errors
///
/// As for [`answer`].
pub fn answer_with(zones: &TimeZoneDatabase, request_json: &str) -> Result<String, SlotsError> {
    let several = request_json.trim_start().starts_with('[');
    if several {
        let requests: Vec<Request> = read(request_json)?;
        let answers = requests.into_iter().map(|request| one(zones, request));
        write(&answers.collect::<Result<Vec<Answer>, _>>()?)
    } else {
        write(&one(zones, read(request_json)?)?)
    }
}

fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, SlotsError> {
    serde_json::from_str(json).map_err(|error| SlotsError::Request {
        reason: error.to_string(),
    })
}

fn write(answer: &impl Serialize) -> Result<String, SlotsError> {
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, format);
    answer
        .serialize(&mut serializer)
        .map_err(|error| SlotsError::Request {
            reason: error.to_string(),
        })?;
    String::from_utf8(out).map_err(|error| SlotsError::Request {
        reason: error.to_string(),
    })
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    op: Operation,
    range: Option<[String; 2]>,
    duration: Option<u32>,
    step: Option<u32>,
    grid_zone: Option<String>,
    now: Option<String>,
    #[serde(default)]
    notice: i32,
    #[serde(default)]
    people: Vec<PersonEntry>,
    #[serde(default)]
    windows: Vec<[String; 2]>,
    fixed: Option<String>,
    fixed_zone: Option<String>,
    #[serde(default)]
    debt: BTreeMap<String, i64>,
    zones: Option<[String; 2]>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    #[default]
    Slots,
    Series,
    Offsets,
}

type WeekEntry = BTreeMap<String, Vec<[String; 2]>>;

#[derive(Deserialize)]
struct PersonEntry {
    id: String,
    zone: String,
    #[serde(default = "yes")]
    required: bool,
    working: WeekEntry,
    preferred: Option<WeekEntry>,
    acceptable: Option<WeekEntry>,
    #[serde(default)]
    days_off: Vec<jiff::civil::Date>,
    #[serde(default)]
    overrides: BTreeMap<jiff::civil::Date, Vec<[String; 2]>>,
    #[serde(flatten)]
    calendar: CalendarEntry,
}

#[derive(Deserialize)]
struct CalendarEntry {
    #[serde(default)]
    busy: Vec<[String; 2]>,
    #[serde(default)]
    buffer_before: u16,
    #[serde(default)]
    buffer_after: u16,
    nights: Option<NightsEntry>,
    #[serde(default)]
    booked: Vec<[String; 2]>,
}

#[derive(Deserialize)]
struct NightsEntry {
    per_week: u8,
    from: Option<String>,
    until: Option<String>,
}

fn yes() -> bool {
    true
}

fn needed<T>(field: Option<T>, name: &'static str) -> Result<T, SlotsError> {
    field.ok_or(SlotsError::Missing { field: name })
}

fn span(pair: &[String; 2]) -> Result<Span, SlotsError> {
    Span::parse(&pair[0], &pair[1])
}

fn spans(pairs: &[[String; 2]]) -> Result<Vec<Span>, SlotsError> {
    pairs.iter().map(span).collect()
}

fn window_list(list: &[[String; 2]]) -> Result<Vec<Window>, SlotsError> {
    list.iter()
        .map(|pair| Window::parse(&pair[0], &pair[1]))
        .collect()
}

fn week(entry: &WeekEntry) -> Result<WeekWindows, SlotsError> {
    let mut week = WeekWindows::new();
    for (day, list) in entry {
        let weekday = day.parse::<i8>().ok().filter(|day| (0..7).contains(day));
        let weekday = weekday.ok_or_else(|| SlotsError::Weekday { text: day.clone() })?;
        for window in window_list(list)? {
            week.push(weekday, window);
        }
    }
    Ok(week)
}

fn attendee(zones: &TimeZoneDatabase, entry: &PersonEntry) -> Result<Attendee, SlotsError> {
    let optional_week = |entry: &Option<WeekEntry>| entry.as_ref().map(week).transpose();
    let overrides = entry
        .overrides
        .iter()
        .map(|(date, list)| Ok((*date, window_list(list)?)));
    let hours = Hours {
        zone: Zone::load_from(zones, &entry.zone)?,
        working: week(&entry.working)?,
        preferred: optional_week(&entry.preferred)?,
        acceptable: optional_week(&entry.acceptable)?,
        days_off: entry
            .days_off
            .iter()
            .map(|date| (*date, String::new()))
            .collect(),
        overrides: overrides.collect::<Result<_, SlotsError>>()?,
    };
    let calendar = &entry.calendar;
    let nights = calendar.nights.as_ref().map(night_budget).transpose()?;
    Ok(Attendee {
        attendance: if entry.required {
            Attendance::Required
        } else {
            Attendance::Optional
        },
        busy: spans(&calendar.busy)?,
        buffer_before: calendar.buffer_before,
        buffer_after: calendar.buffer_after,
        nights,
        booked: spans(&calendar.booked)?,
        ..Attendee::new(entry.id.clone(), hours)
    })
}

fn night_budget(entry: &NightsEntry) -> Result<NightBudget, SlotsError> {
    let mut budget = NightBudget::of(entry.per_week);
    if let Some(from) = &entry.from {
        budget.from = parse_wall_time(from)?;
    }
    if let Some(until) = &entry.until {
        budget.until = parse_wall_time(until)?;
    }
    Ok(budget)
}

fn session(
    zones: &TimeZoneDatabase,
    request: &Request,
    range: Span,
) -> Result<Session, SlotsError> {
    let now = request.now.as_deref().map(Minute::parse).transpose()?;
    let search = Search {
        windows: None,
        range,
        duration: needed(request.duration, "duration")?,
        step: needed(request.step, "step")?,
        grid_zone: Zone::load_from(zones, needed(request.grid_zone.as_deref(), "grid_zone")?)?,
        not_before: now.map(|now| now + request.notice),
        weights: Weights::default(),
    };
    let people = request
        .people
        .iter()
        .map(|entry| attendee(zones, entry))
        .collect::<Result<_, _>>()?;
    Session::new(search, people)
}

fn one(zones: &TimeZoneDatabase, request: Request) -> Result<Answer, SlotsError> {
    match request.op {
        Operation::Slots => {
            let range = span(&needed(request.range.clone(), "range")?)?;
            Ok(slots_answer(&session(zones, &request, range)?.plan()?))
        }
        Operation::Series => {
            let windows = spans(&request.windows)?;
            let epoch = Span::new(Minute::new(0), Minute::new(0));
            let session = session(zones, &request, windows.first().copied().unwrap_or(epoch))?;
            let rule = match &request.fixed {
                None => SeriesRule::Rotate,
                Some(text) => {
                    let zone = request
                        .fixed_zone
                        .as_deref()
                        .or(request.grid_zone.as_deref())
                        .unwrap_or("UTC");
                    SeriesRule::Fixed {
                        minute: parse_wall_time(text)?,
                        zone: Zone::load_from(zones, zone)?,
                    }
                }
            };
            let plan = session.series(&SeriesRequest {
                windows,
                rule,
                debt: request.debt,
            })?;
            Ok(series_answer(&session, &plan))
        }
        Operation::Offsets => {
            let [first, second] = needed(request.zones, "zones")?;
            let range = span(&needed(request.range, "range")?)?;
            let runs = difference_runs(
                &Zone::load_from(zones, &first)?,
                &Zone::load_from(zones, &second)?,
                range,
            );
            let runs = runs
                .iter()
                .map(|run| (text(run.span.start), text(run.span.end), run.minutes))
                .collect();
            Ok(Answer::Offsets { runs })
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Slots {
        slots: Vec<SlotEntry>,
        ranking: Vec<usize>,
    },
    Series {
        picks: Vec<Option<PickEntry>>,
        fairness: FairnessEntry,
        longest_same_payer_run: usize,
    },
    Offsets {
        runs: Vec<(String, String, i32)>,
    },
}

/// A map that keeps the order in which it was filled.
struct Ordered<V>(Vec<(String, V)>);

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct SlotEntry {
    start: String,
    end: String,
    costs: Ordered<u32>,
    bands: Ordered<Ordered<u32>>,
    max: u32,
    total: u64,
    optional_missing: Vec<String>,
    local: Ordered<String>,
}

#[derive(Serialize)]
struct PickEntry {
    start: String,
    costs: Ordered<u32>,
    payers: Vec<String>,
    local: Ordered<String>,
}

#[derive(Serialize)]
struct FairnessEntry {
    burden: Ordered<i64>,
    max: i64,
    total: i64,
    gini: serde_json::Number,
    jain: serde_json::Number,
}

fn text(minute: Minute) -> String {
    minute.to_string()
}

fn local(wall: Wall) -> String {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekday = usize::try_from(wall.date.weekday().to_monday_zero_offset()).unwrap_or(0);
    format!("{} {} {}", names[weekday], wall.date, Clock(wall.minute))
}

fn slots_answer(plan: &Plan) -> Answer {
    let ids: Vec<&str> = plan
        .attendees()
        .map(|attendee| attendee.id.as_str())
        .collect();
    let slots = plan.slots().map(|slot| slot_entry(slot, &ids)).collect();
    Answer::Slots {
        slots,
        ranking: plan.ranked().map(Slot::index).collect(),
    }
}

fn slot_entry(slot: Slot<'_>, ids: &[&str]) -> SlotEntry {
    let people = || {
        ids.iter()
            .enumerate()
            .map(|(person, id)| (person, (*id).to_owned()))
    };
    let split = |person: usize| {
        let bands = slot.split(person)?.bands;
        Some(Ordered(
            bands
                .into_iter()
                .map(|(band, minutes)| (band.name().to_owned(), minutes))
                .collect(),
        ))
    };
    SlotEntry {
        start: text(slot.start()),
        end: text(slot.end()),
        costs: Ordered(
            people()
                .filter_map(|(person, id)| Some((id, slot.cost(person)?)))
                .collect(),
        ),
        bands: Ordered(
            people()
                .filter_map(|(person, id)| Some((id, split(person)?)))
                .collect(),
        ),
        max: slot.max(),
        total: slot.total(),
        optional_missing: slot
            .missing()
            .map(|person| ids[person].to_owned())
            .collect(),
        local: Ordered(
            people()
                .filter_map(|(person, id)| Some((id, local(slot.wall(person)?.0))))
                .collect(),
        ),
    }
}

fn series_answer(session: &Session, plan: &SeriesPlan) -> Answer {
    let ids: Vec<String> = session
        .attendees()
        .map(|attendee| attendee.id.clone())
        .collect();
    let fairness = plan.fairness;
    let number = |value: f64, fair: i64| {
        // nobody paid anything: the measures are exact, not rounded
        let rounded = format!("{value:.6}")
            .parse()
            .ok()
            .and_then(serde_json::Number::from_f64);
        if fairness.total == 0 {
            fair.into()
        } else {
            rounded.unwrap_or_else(|| fair.into())
        }
    };
    Answer::Series {
        picks: plan
            .picks
            .iter()
            .map(|pick| pick_entry(pick, &ids))
            .collect(),
        fairness: FairnessEntry {
            burden: Ordered(
                ids.iter()
                    .cloned()
                    .zip(plan.burden.iter().copied())
                    .collect(),
            ),
            max: fairness.max,
            total: fairness.total,
            gini: number(fairness.gini, 0),
            jain: number(fairness.jain, 1),
        },
        longest_same_payer_run: plan.longest_same_payer_run,
    }
}

fn pick_entry(pick: &Pick, ids: &[String]) -> Option<PickEntry> {
    let Occurrence {
        slot,
        costs,
        payers,
        walls,
        ..
    } = pick.meeting()?;
    let costs = ids
        .iter()
        .zip(costs)
        .filter_map(|(id, cost)| Some((id.clone(), (*cost)?)));
    Some(PickEntry {
        start: text(slot.start),
        costs: Ordered(costs.collect()),
        payers: payers.iter().map(|&person| ids[person].clone()).collect(),
        local: Ordered(
            ids.iter()
                .zip(walls)
                .map(|(id, wall)| (id.clone(), local(*wall)))
                .collect(),
        ),
    })
}
