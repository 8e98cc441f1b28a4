//! `cnm slots`: the times at which people can meet, from the shell.

mod words;

use std::io::{Read as _, Write as _};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json, json};

use super::{CliError, headless};
use crate::command::{Offer, Timetable, Wanted, between, invitation};
use crate::effect::Load;
use crate::list::World;
use crate::pane::{SlotOrder, SlotsScreen};
use crate::record::{AnyRef, Id, Kind, Person};
use crate::runtime::{Home, read_file};
use crate::slots::text::Language;
use crate::slots::{Span, answer};
use crate::when::tzdb::{self, Source};
use crate::when::zone;

/// The largest request that is read, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// People, busy blocks and meetings that are read at most.
const MOST: usize = 2_000_000;

/// Whom to look for, when, and how it is written.
#[derive(Debug, Args)]
pub(super) struct SlotsArgs {
    /// When, with whom and how long, as a line: `next tue 4-6pm SGT with wei and ana for 45m`.
    words: Option<String>,
    /// The people, separated by commas; you are always among them.
    #[arg(long, value_name = "NAMES")]
    with: Option<String>,
    /// People who need not come.
    #[arg(long, value_name = "NAMES")]
    optional: Option<String>,
    /// How long: `45`, `45m`, `1h30`.
    #[arg(long = "for", value_name = "LENGTH")]
    length: Option<String>,
    /// When: `mon..fri 9-11am`, `next week`, `weekdays 4-6pm SGT`, `by fri`; the next seven days otherwise.
    #[arg(long, value_name = "WHEN", conflicts_with = "words")]
    between: Option<String>,
    /// Minutes between starts; divides a day.
    #[arg(long, default_value_t = 30, value_name = "MINUTES")]
    step: u32,
    /// How many times are written at most.
    #[arg(long, default_value_t = 8, value_name = "TIMES")]
    count: usize,
    /// The earliest first instead of the least hurt.
    #[arg(long)]
    calendar: bool,
    /// The language of the times.
    #[arg(long, value_enum, default_value_t = Tongue::En, value_name = "LANGUAGE")]
    language: Tongue,
    /// Also says, day by day, why the other times do not do.
    #[arg(long)]
    why: bool,
    /// How to write it; `ics` is an invitation to the best time.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Answers a request in JSON from a file, or from the standard input (`-`), instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "with", "between", "length"])]
    request: Option<String>,
    /// The time zone database: `bundled`, the same on every machine, or that of the `system`.
    #[arg(long, value_enum, value_name = "WHICH")]
    tzdb: Option<Source>,
}

impl SlotsArgs {
    /// Returns the time zone database that is asked for.
    pub(super) fn tzdb(&self) -> Option<Source> {
        self.tzdb
    }
}

/// How times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading and sending.
    Text,
    /// One JSON object.
    Json,
    /// A calendar file.
    Ics,
}

/// The language of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tongue {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::En => Self::English,
            Tongue::Zh => Self::Chinese,
        }
    }
}

/// Looks for times.
pub(super) fn run(args: &SlotsArgs) -> Result<(), CliError> {
    if let Some(file) = &args.request {
        return answer_request(file);
    }
    let home = Home::find()?;
    let now = super::console::clock(&home).now();
    let configured = home.configured();
    super::check::warn_config(&home);
    let mut store = headless::open_store(&home, now)?;
    let mut kinds = headless::NAMED.to_vec();
    kinds.push(Kind::BusyBlock);
    let mut world = headless::world(&mut store, &configured, now, &kinds)?;
    // Whoever is named may be in no open thread: all contacts are looked through.
    for kind in [Kind::Person, Kind::Meeting] {
        for row in store.load(&Load::All { kind, limit: MOST })? {
            world.upsert(&row);
        }
    }
    let mine: Vec<AnyRef> = world
        .me()
        .and_then(|me| me.person.clone())
        .iter()
        .map(Id::link)
        .collect();
    for row in store.load(&Load::Records(mine))? {
        world.upsert(&row);
    }
    let (slots, echo) = asked(args, &world, &configured.config.settings())?;
    let table =
        Timetable::of(&world, &slots).map_err(|error| CliError::Refused(error.to_string()))?;
    match args.format {
        Format::Json => write_json(&world, &table, args),
        Format::Text => words::write(&world, (&slots, &echo), &table, args),
        Format::Ics => write_ics(&mut world, &table),
    }
}

/// Turns the words of the command line into what the slots place would be asked for.
fn asked(
    args: &SlotsArgs,
    world: &World,
    settings: &crate::command::Settings,
) -> Result<(SlotsScreen, String), CliError> {
    let mut wanted = match &args.words {
        Some(words) => Wanted::read(words, world, settings)?,
        None => Wanted::default(),
    };
    let names = |text: &Option<String>| -> Result<Vec<Id<Person>>, CliError> {
        match text {
            Some(text) => Ok(Wanted::read(&format!("with {text}"), world, settings)?.people),
            None => Ok(Vec::new()),
        }
    };
    if let Some(length) = &args.length {
        wanted.minutes = Wanted::read(&format!("for {length}"), world, settings)?.minutes;
    }
    if let Some(phrase) = &args.between {
        let stretch = between(phrase, world, settings)?;
        wanted.within = stretch.for_minutes(wanted.minutes.unwrap_or(60));
        wanted.echo = stretch.words;
    }
    let optional = names(&args.optional)?;
    for person in names(&args.with)?.iter().chain(&optional) {
        if !wanted.people.contains(person) {
            wanted.people.push(person.clone());
        }
    }
    if wanted.people.is_empty() {
        return Err(CliError::Usage(
            "nobody to meet is named; write --with NAME,NAME or `… with wei and ana`".into(),
        ));
    }
    let mut slots = SlotsScreen {
        step: args.step,
        order: if args.calendar {
            SlotOrder::Calendar
        } else {
            SlotOrder::Fair
        },
        ..SlotsScreen::default()
    };
    wanted.apply(world, &mut slots);
    slots.optional = optional;
    Ok((slots, wanted.echo))
}

/// Answers a request of the engine's own form.
fn answer_request(file: &str) -> Result<(), CliError> {
    let mut bytes = Vec::new();
    if file == "-" {
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        bytes = read_file(file, MOST_BYTES).map_err(CliError::Refused)?;
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| CliError::Usage(format!("{file}: not UTF-8; a request is JSON")))?;
    let answered = answer(&text).map_err(|error| CliError::Refused(error.to_string()))?;
    raw(&super::list::escape_invisible(&answered))
}

fn raw(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    out.flush()?;
    Ok(())
}

fn write_json(world: &World, table: &Timetable, args: &SlotsArgs) -> Result<(), CliError> {
    let order = if args.calendar {
        SlotOrder::Calendar
    } else {
        SlotOrder::Fair
    };
    let language = args.language.into();
    let ids: Vec<String> = table
        .guests
        .iter()
        .map(|guest| guest.person.to_string())
        .collect();
    let people: Vec<Json> = table
        .guests
        .iter()
        .zip(table.attendees())
        .map(|(guest, attendee)| {
            json!({
                "id": guest.person.as_str(),
                "name": attendee.id,
                "zone": attendee.hours.zone.name(),
                "optional": guest.optional,
                "hours_assumed": guest.assumed,
                "burden": guest.burden,
            })
        })
        .collect();
    let slots: Vec<Json> = table
        .best(args.count, order, language)
        .iter()
        .map(|offer| slot_json(offer, &ids, table, language))
        .collect();
    let miss = table
        .miss
        .as_ref()
        .map(|(start, reasons)| json!({ "start": start.to_string(), "reasons": reasons }));
    let answer = json!({
        "tzdb": tzdb::current().version,
        "tzdb_source": tzdb::current().source.to_string(),
        "zone": zone::name(&world.view.zone),
        "minutes": table.minutes,
        "step": table.step,
        "people": people,
        "found": table.found,
        "slots": slots,
        "miss": miss,
    });
    let text = serde_json::to_string_pretty(&answer)
        .map_err(|error| CliError::Refused(error.to_string()))?;
    raw(&super::list::escape_invisible(&text))?;
    words::nobody(world, table, language)
}

fn slot_json(offer: &Offer, ids: &[String], table: &Timetable, language: Language) -> Json {
    let mut costs = Map::new();
    let mut bands = Map::new();
    let mut missing = Vec::new();
    for (id, cost) in ids.iter().zip(&offer.costs) {
        let Some(cost) = cost else {
            missing.push(id);
            continue;
        };
        costs.insert(id.clone(), cost.total.into());
        let split: Map<String, Json> = cost
            .bands
            .iter()
            .map(|(band, minutes)| (band.name().to_owned(), (*minutes).into()))
            .collect();
        bands.insert(id.clone(), Json::Object(split));
    }
    let total: u64 = offer
        .costs
        .iter()
        .flatten()
        .map(|cost| u64::from(cost.total))
        .sum();
    let most = offer
        .costs
        .iter()
        .flatten()
        .map(|cost| cost.total)
        .max()
        .unwrap_or(0);
    let payers: Vec<&String> = offer.payers.iter().filter_map(|at| ids.get(*at)).collect();
    json!({
        "start": offer.start.to_string(),
        "end": offer.end.to_string(),
        "costs": costs,
        "bands": bands,
        "max": most,
        "total": total,
        "payers": payers,
        "missing": missing,
        "text": offer.words,
        "warnings": table.warn(Span::covering(offer.start, offer.end), language),
    })
}

fn write_ics(world: &mut World, table: &Timetable) -> Result<(), CliError> {
    let Some(best) = table.offers.first() else {
        return words::nobody(world, table, Language::English);
    };
    let uid = world.ids.next(world.view.now);
    let people: Vec<Id<Person>> = table
        .guests
        .iter()
        .map(|guest| guest.person.clone())
        .collect();
    let names: Vec<String> = table
        .attendees()
        .iter()
        .skip(1)
        .map(|one| one.id.clone())
        .collect();
    let title = format!("Meeting with {}", names.join(", "));
    let span = Span::covering(best.start, best.end);
    let file = invitation(world, &uid, &title, &people, span)?;
    let mut out = std::io::stdout().lock();
    out.write_all(file.as_bytes())?;
    out.flush()?;
    Ok(())
}
