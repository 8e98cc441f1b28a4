//! The times as text for reading and sending, in English or Chinese.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::super::{CliError, print};
use super::SlotsArgs;
use crate::command::{Offer, Timetable};
use crate::list::World;
use crate::pane::SlotsScreen;
use crate::slots::text::{self, Language};
use crate::slots::{Band, Minute, Span, Zone};
use crate::when::{told, wall, zone};

/// Writes the best times, what each costs whom, and where asked for why the others do not do.
pub(super) fn write(
    world: &World,
    (slots, echo): (&SlotsScreen, &str),
    table: &Timetable,
    args: &SlotsArgs,
) -> Result<(), CliError> {
    let language = args.language.into();
    let names: Vec<String> = table.attendees().iter().map(|one| one.id.clone()).collect();
    let offers = table.best(args.count, slots.order, language);
    let here = &world.view.zone;
    let mut lines = vec![header(
        table,
        &names,
        &range(slots, echo, table, here, language),
        offers.len(),
        language,
    )];
    // A warning about several of the times stands there once, with their numbers.
    let mut warnings: Vec<(String, Vec<String>)> = Vec::new();
    for (offer, number) in offers.iter().zip(1_usize..) {
        lines.push(format!("{number}. {}", offer.words));
        lines.push(format!("   {}", cost_line(offer, &names, language)));
        let span = Span::covering(offer.start, offer.end);
        for warning in table.warn(span, language) {
            match warnings.iter_mut().find(|(one, _)| *one == warning) {
                Some((_, of)) => of.push(number.to_string()),
                None => warnings.push((warning, vec![number.to_string()])),
            }
        }
    }
    let all = offers.len();
    lines.extend(
        warnings
            .iter()
            .map(|(warning, of)| match (of.len(), language) {
                (many, _) if many == all => format!("! {warning}"),
                (_, Language::English) => format!("! {}: {warning}", of.join(", ")),
                (_, Language::Chinese) => format!("! {}：{warning}", of.join("、")),
            }),
    );
    lines.extend(assumed(table, &names, language));
    if args.why {
        lines.extend(reasons(table, here, language));
    }
    print(lines)?;
    nobody(world, table, language)
}

/// Whose hours are not known, and what they were taken as.
fn assumed(table: &Timetable, names: &[String], language: Language) -> Option<String> {
    let unknown = table
        .guests
        .iter()
        .zip(names)
        .filter(|(guest, _)| guest.assumed);
    let unknown: Vec<&str> = unknown.map(|(_, name)| name.as_str()).collect();
    if unknown.is_empty() {
        return None;
    }
    Some(match language {
        Language::English => format!(
            "! hours not known, taken as Mon to Fri 09:00-18:00 of their own clock: {}",
            unknown.join(", ")
        ),
        Language::Chinese => format!(
            "! 工作时间未知，按当地周一至周五09:00-18:00计算：{}",
            unknown.join("、")
        ),
    })
}

/// How long, with whom, when, and how many times there are.
fn header(
    table: &Timetable,
    names: &[String],
    range: &str,
    shown: usize,
    language: Language,
) -> String {
    let (minutes, found) = (table.minutes, table.found);
    let tzdb = zone::tzdb_version();
    match language {
        Language::English => {
            let starts = match (found, shown) {
                (0, _) => "no start suits everyone".to_owned(),
                (1, _) => "1 start suits everyone".to_owned(),
                (_, 0) => format!("{found} starts suit everyone"),
                (_, 1) => format!("{found} starts suit everyone, the best of them"),
                _ if found == shown => format!("{found} starts suit everyone"),
                _ => format!("{found} starts suit everyone, the best {shown} that do not overlap"),
            };
            let names = names.join(", ");
            format!("{minutes} min with {names}; {range}; {starts}; tzdb {tzdb}")
        }
        Language::Chinese => {
            let starts = match (found, shown) {
                (0, _) => "没有适合所有人的时间".to_owned(),
                _ if found == shown => format!("{found}个开始时间适合所有人"),
                _ => format!("{found}个开始时间适合所有人，以下为互不重叠的最佳{shown}个"),
            };
            let names = names.join("、");
            format!("{minutes}分钟；{names}；{range}；{starts}；tzdb {tzdb}")
        }
    }
}

/// Where they are looked for: as the words were understood, else the days.
fn range(
    slots: &SlotsScreen,
    echo: &str,
    table: &Timetable,
    here: &TimeZone,
    language: Language,
) -> String {
    let city = zone::city_name(&zone::name(here));
    match (language, &slots.within) {
        (Language::English, Some(_)) if !echo.is_empty() => echo.to_owned(),
        (Language::English, _) => format!(
            "{} days from {} ({city})",
            table.days,
            told::date(table.from, table.today)
        ),
        (Language::Chinese, within) => {
            let last = table.from.checked_add((table.days - 1).days());
            let days = (
                wall::day_start(table.from, here),
                last.map(|last| wall::day_end(last, here)).ok(),
            );
            let ends = match within {
                Some(windows) => windows.first().zip(windows.last()),
                None => None,
            };
            let ends = ends.map(|(first, last)| (first.0, last.1));
            let ends = ends.or_else(|| days.0.zip(days.1));
            let zone = Zone::load(&zone::name(here)).or_else(|_| Zone::load("UTC"));
            match (ends, zone) {
                (Some((from, to)), Ok(zone)) => {
                    let at = |at| text::moment(Minute::floor(at), &zone, language);
                    let count = within.as_ref().map_or(1, Vec::len);
                    let parts = if count > 1 {
                        format!("（{count}个时段）")
                    } else {
                        String::new()
                    };
                    format!("{} 至 {}{parts}", at(from), at(to))
                }
                _ => format!("{}起{}天（{city}）", table.from, table.days),
            }
        }
    }
}

/// Why the other times do not do, those in a row for the same reasons together.
fn reasons(table: &Timetable, here: &TimeZone, language: Language) -> Vec<String> {
    let city = zone::city_name(&zone::name(here));
    let date = |at| here.to_datetime(at).date();
    table
        .all_rejections(language)
        .into_iter()
        .map(|rejection| {
            if let (Language::Chinese, Ok(zone)) = (language, Zone::load(&zone::name(here))) {
                let at = |moment| text::moment(Minute::floor(moment), &zone, language);
                let times = if rejection.first == rejection.last {
                    at(rejection.first)
                } else {
                    format!("{} 至 {}", at(rejection.first), at(rejection.last))
                };
                return format!("{times}：{}", rejection.blockers.join("；"));
            }
            let first = told::moment(rejection.first, here, table.today);
            let times = if rejection.first == rejection.last {
                first
            } else if date(rejection.first) == date(rejection.last) {
                format!("{first} to {}", told::time(rejection.last, here))
            } else {
                let last = told::moment(rejection.last, here, table.today);
                format!("{first} to {last}")
            };
            format!("{times} {city}: {}", rejection.blockers.join("; "))
        })
        .collect()
}

/// Where no time suits everyone: an error that names the closest one.
pub(super) fn nobody(world: &World, table: &Timetable, language: Language) -> Result<(), CliError> {
    if table.found > 0 {
        return Ok(());
    }
    let here = Zone::load(&zone::name(&world.view.zone)).or_else(|_| Zone::load("UTC"));
    let closest = table.closest(language).zip(here.ok());
    let words = match (language, closest) {
        (Language::English, Some(((start, reasons), here))) => format!(
            "no time suits everyone; the closest is {}, but: {}",
            text::moment(Minute::floor(start), &here, language),
            reasons.join("; ")
        ),
        (Language::English, None) => "no time suits everyone; --between looks elsewhere".to_owned(),
        (Language::Chinese, Some(((start, reasons), here))) => format!(
            "没有适合所有人的时间；最接近的是{}，但是：{}",
            text::moment(Minute::floor(start), &here, language),
            reasons.join("；")
        ),
        (Language::Chinese, None) => "没有适合所有人的时间；可用 --between 另找一段时间".to_owned(),
    };
    Err(CliError::Refused(words))
}

/// What a time costs each of them, and who pays most.
fn cost_line(offer: &Offer, names: &[String], language: Language) -> String {
    let (joint, plus) = match language {
        Language::English => (", ", " + "),
        Language::Chinese => ("，", "＋"),
    };
    let costs: Vec<String> = names
        .iter()
        .zip(&offer.costs)
        .map(|(name, cost)| match (cost, language) {
            (None, Language::English) => format!("{name} cannot come"),
            (None, Language::Chinese) => format!("{name} 不能参加"),
            (Some(cost), _) if cost.total == 0 => format!("{name} 0"),
            (Some(cost), _) => {
                let parts: Vec<String> = cost
                    .bands
                    .iter()
                    .map(|(band, minutes)| match language {
                        Language::English => {
                            format!("{minutes} {}", band.name().replace('_', " "))
                        }
                        Language::Chinese => format!("{}{minutes}分钟", chinese(*band)),
                    })
                    .collect();
                format!("{name} {} ({})", cost.total, parts.join(plus))
            }
        })
        .collect();
    let payers: Vec<&str> = offer
        .payers
        .iter()
        .filter_map(|at| names.get(*at).map(String::as_str))
        .collect();
    let costs = costs.join(joint);
    match (language, payers.is_empty()) {
        (Language::English, true) => format!("cost {costs}; nobody pays"),
        (Language::English, false) => format!("cost {costs}; pays most: {}", payers.join(", ")),
        (Language::Chinese, true) => format!("代价：{costs}；无人付出代价"),
        (Language::Chinese, false) => format!("代价：{costs}；付出最多：{}", payers.join("、")),
    }
}

fn chinese(band: Band) -> &'static str {
    match band {
        Band::Preferred => "理想时间",
        Band::Working => "工作时间",
        Band::Night => "深夜",
        Band::Early => "清晨",
        Band::MorningEdge => "上班前",
        Band::Day => "白天",
        Band::Evening => "傍晚",
        Band::Late => "夜晚",
    }
}
