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
/// Nothing is passed over: an unknown field, a field of another operation, a range that ends before it begins and an hour
/// after 24:00 are refused, with the place where they stand. A request has an `op` (`slots`, the default, `series` or `offsets`) and, all instants in RFC 3339 with
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
        let answers = requests.into_iter().enumerate().map(|(number, request)| {
            one(zones, request).map_err(|error| within(format!("request {}", number + 1), error))
        });
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

/// Says where in a request something is wrong; places from the outside in.
fn within(place: String, error: SlotsError) -> SlotsError {
    match error {
        SlotsError::At {
            place: inner,
            error,
        } => SlotsError::At {
            place: format!("{place}, {inner}"),
            error,
        },
        error => SlotsError::At {
            place,
            error: Box::new(error),
        },
    }
}

/// Reads each of a list, and says which of them is wrong.
fn each<T, R>(
    name: &str,
    list: &[T],
    read: impl Fn(&T) -> Result<R, SlotsError>,
) -> Result<Vec<R>, SlotsError> {
    (list.iter().enumerate())
        .map(|(at, one)| read(one).map_err(|error| within(format!("{name}[{at}]"), error)))
        .collect()
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a request, which is an object such as {\"op\": \"slots\", …}"
)]
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
    windows: Option<Vec<[String; 2]>>,
    fixed: Option<String>,
    fixed_zone: Option<String>,
    debt: Option<BTreeMap<String, i64>>,
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
#[serde(
    deny_unknown_fields,
    expecting = "a person, which is an object with `id`, `zone` and `working`"
)]
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
#[serde(
    deny_unknown_fields,
    expecting = "nights, which are an object such as {\"per_week\": 2}"
)]
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
    let span = Span::parse(&pair[0], &pair[1])?;
    if span.end < span.start {
        return Err(SlotsError::Backwards {
            start: pair[0].clone(),
            end: pair[1].clone(),
        });
    }
    Ok(span)
}

fn range_of(range: Option<[String; 2]>) -> Result<Span, SlotsError> {
    span(&needed(range, "range")?).map_err(|error| within("range".to_owned(), error))
}

fn spans(name: &str, pairs: &[[String; 2]]) -> Result<Vec<Span>, SlotsError> {
    each(name, pairs, span)
}

/// Reads a wall time of a request: a day ends at 24:00.
fn wall_time(text: &str) -> Result<u16, SlotsError> {
    let minutes = parse_wall_time(text)?;
    if minutes > 24 * 60 {
        return Err(SlotsError::AfterMidnight {
            text: text.to_owned(),
        });
    }
    Ok(minutes)
}

fn window_list(name: &str, list: &[[String; 2]]) -> Result<Vec<Window>, SlotsError> {
    each(name, list, |pair| {
        Ok(Window::new(wall_time(&pair[0])?, wall_time(&pair[1])?))
    })
}

fn week(name: &str, entry: &WeekEntry) -> Result<WeekWindows, SlotsError> {
    let mut week = WeekWindows::new();
    for (day, list) in entry {
        let weekday = day.parse::<i8>().ok().filter(|day| (0..7).contains(day));
        let weekday = weekday
            .ok_or_else(|| within(name.to_owned(), SlotsError::Weekday { text: day.clone() }))?;
        for window in window_list(&format!("{name}.{day}"), list)? {
            week.push(weekday, window);
        }
    }
    Ok(week)
}

fn attendee(zones: &TimeZoneDatabase, entry: &PersonEntry) -> Result<Attendee, SlotsError> {
    let layer = |name: &str, entry: &Option<WeekEntry>| {
        (entry.as_ref()).map(|entry| week(name, entry)).transpose()
    };
    let overrides = entry.overrides.iter().map(|(date, list)| {
        let windows = window_list(&format!("overrides.{date}"), list)?;
        Ok((*date, windows))
    });
    let hours = Hours {
        zone: Zone::load_from(zones, &entry.zone)?,
        working: week("working", &entry.working)?,
        preferred: layer("preferred", &entry.preferred)?,
        acceptable: layer("acceptable", &entry.acceptable)?,
        days_off: entry
            .days_off
            .iter()
            .map(|date| (*date, String::new()))
            .collect(),
        overrides: overrides.collect::<Result<_, SlotsError>>()?,
    };
    let nights = entry.nights.as_ref().map(night_budget).transpose();
    let nights = nights.map_err(|error| within("nights".to_owned(), error))?;
    Ok(Attendee {
        attendance: if entry.required {
            Attendance::Required
        } else {
            Attendance::Optional
        },
        busy: spans("busy", &entry.busy)?,
        buffer_before: entry.buffer_before,
        buffer_after: entry.buffer_after,
        nights,
        booked: spans("booked", &entry.booked)?,
        ..Attendee::new(entry.id.clone(), hours)
    })
}

fn night_budget(entry: &NightsEntry) -> Result<NightBudget, SlotsError> {
    let mut budget = NightBudget::of(entry.per_week);
    if let Some(from) = &entry.from {
        budget.from = wall_time(from)?;
    }
    if let Some(until) = &entry.until {
        budget.until = wall_time(until)?;
    }
    Ok(budget)
}

fn session(
    zones: &TimeZoneDatabase,
    request: &Request,
    range: Span,
) -> Result<Session, SlotsError> {
    let now = request.now.as_deref().map(Minute::parse).transpose()?;
    if request.notice < 0 {
        return Err(SlotsError::Request {
            reason: format!(
                "notice of {} min: not possible; write 0 or more",
                request.notice
            ),
        });
    }
    let search = Search {
        windows: None,
        range,
        duration: needed(request.duration, "duration")?,
        step: needed(request.step, "step")?,
        grid_zone: Zone::load_from(zones, needed(request.grid_zone.as_deref(), "grid_zone")?)?,
        not_before: now.map(|now| now + request.notice),
        weights: Weights::default(),
    };
    let people = (request.people.iter().enumerate())
        .map(|(at, entry)| {
            let place = || format!("people[{at}] ({})", entry.id);
            attendee(zones, entry).map_err(|error| within(place(), error))
        })
        .collect::<Result<_, _>>()?;
    Session::new(search, people)
}

fn one(zones: &TimeZoneDatabase, request: Request) -> Result<Answer, SlotsError> {
    foreign(&request)?;
    match request.op {
        Operation::Slots => {
            let range = range_of(request.range.clone())?;
            Ok(slots_answer(&session(zones, &request, range)?.plan()?))
        }
        Operation::Series => {
            let windows = spans("windows", &needed(request.windows.clone(), "windows")?)?;
            let Some(first) = windows.first().copied() else {
                return Err(SlotsError::Request {
                    reason: "`windows` is empty; a series needs one window for each meeting".into(),
                });
            };
            let session = session(zones, &request, first)?;
            let rule = match &request.fixed {
                None => SeriesRule::Rotate,
                Some(text) => {
                    let zone = request
                        .fixed_zone
                        .as_deref()
                        .or(request.grid_zone.as_deref())
                        .unwrap_or("UTC");
                    SeriesRule::Fixed {
                        minute: wall_time(text)
                            .and_then(|minute| {
                                let text = text.clone();
                                (minute < 24 * 60)
                                    .then_some(minute)
                                    .ok_or(SlotsError::WallTime { text })
                            })
                            .map_err(|error| within("fixed".to_owned(), error))?,
                        zone: Zone::load_from(zones, zone)?,
                    }
                }
            };
            let plan = session.series(&SeriesRequest {
                windows,
                rule,
                debt: request.debt.unwrap_or_default(),
            })?;
            Ok(series_answer(&session, &plan))
        }
        Operation::Offsets => {
            let [first, second] = needed(request.zones, "zones")?;
            let range = range_of(request.range)?;
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

/// Refuses what means nothing for the operation: it would be passed over in silence.
fn foreign(request: &Request) -> Result<(), SlotsError> {
    let (op, series, offsets) = match request.op {
        Operation::Slots => ("slots", false, false),
        Operation::Series => ("series", true, false),
        Operation::Offsets => ("offsets", false, true),
    };
    let fields = [
        ("windows", "series", request.windows.is_some(), series),
        ("fixed", "series", request.fixed.is_some(), series),
        ("fixed_zone", "series", request.fixed_zone.is_some(), series),
        ("debt", "series", request.debt.is_some(), series),
        ("range", "slots", request.range.is_some(), !series),
        ("zones", "offsets", request.zones.is_some(), offsets),
        ("people", "slots", !request.people.is_empty(), !offsets),
    ];
    let wrong = (fields.into_iter()).find(|(_, _, given, known)| *given && !known);
    match wrong {
        Some((field, belongs, ..)) => Err(SlotsError::Foreign { field, op, belongs }),
        None => Ok(()),
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
