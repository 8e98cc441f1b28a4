//! Slots as text to copy: weekday, date, time, city and UTC offset for everyone, never a bare
//! abbreviation of a zone.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::city::chinese_name;
use super::zone::Clock;
use super::{Attendee, Blocker, Cause, Minute, Span, Wall, Warning, Zone};

/// The language of a text to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English: `Mon 2 Mar 2026`.
    English,
    /// Simplified Chinese: `2026年3月2日 周一`.
    Chinese,
}

/// How the local times of one slot are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// All in one line, joined by ` = `.
    Line,
    /// One line for each group of people with the same local time.
    Lines,
}

/// People whose clocks show the same throughout a slot.
struct Group {
    zone: Zone,
    start_offset: i32,
    end_offset: i32,
    cities: Vec<String>,
}

/// Writes one slot in every local time, the easternmost first; people whose clocks agree share a place.
///
/// `Mon 2 Mar 2026 13:00-14:00 Singapore/Shanghai (UTC+8) = Mon 2 Mar 06:00-07:00 Warsaw (UTC+1)`
pub fn slot(slot: Span, people: &[&Attendee], language: Language, layout: Layout) -> String {
    let mut year = None;
    let parts: Vec<String> = groups(slot, people, language)
        .iter()
        .map(|group| {
            let start = group.zone.wall_at(slot.start);
            let shown = (year != Some(start.date.year())).then_some(start.date.year());
            year = year.or(shown);
            part(group, slot, shown, language)
        })
        .collect();
    match layout {
        Layout::Line => parts.join(" = "),
        Layout::Lines => parts.join("\n"),
    }
}

/// Writes several slots as a numbered list, one line each.
pub fn list(slots: &[Span], people: &[&Attendee], language: Language) -> String {
    let mut out = String::new();
    for (index, &one) in slots.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        let _ = write!(
            out,
            "{separator}{}. {}",
            index + 1,
            slot(one, people, language, Layout::Line)
        );
    }
    out
}

/// Writes one instant with weekday, date, time, city and offset: `Mon 2 Mar 2026 13:00 Singapore (UTC+8)`.
pub fn moment(minute: Minute, zone: &Zone, language: Language) -> String {
    let wall = zone.wall_at(minute);
    let city = city_in(&zone.city(), zone, language);
    let day = day(wall.date, Some(wall.date.year()), language);
    format!(
        "{day} {} {city} ({})",
        Clock(wall.minute),
        utc_offset(zone.offset_at(minute))
    )
}

/// Writes an offset from UTC in minutes as `UTC+8`, `UTC-3:30` or `UTC+0`.
pub fn utc_offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// Writes a date with its weekday, the year only when given.
fn day(date: Date, year: Option<i16>, language: Language) -> String {
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    match language {
        Language::English => {
            let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
            let months = [
                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
            ];
            let month = usize::try_from(date.month() - 1).unwrap_or(0);
            let year = year.map_or_else(String::new, |year| format!(" {year}"));
            format!("{} {} {}{year}", names[weekday], date.day(), months[month])
        }
        Language::Chinese => {
            let names = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
            let year = year.map_or_else(String::new, |year| format!("{year}年"));
            format!(
                "{year}{}月{}日 {}",
                date.month(),
                date.day(),
                names[weekday]
            )
        }
    }
}

fn part(group: &Group, slot: Span, year: Option<i16>, language: Language) -> String {
    let (start, end) = (group.zone.wall_at(slot.start), group.zone.wall_at(slot.end));
    let offset = if group.start_offset == group.end_offset {
        utc_offset(group.start_offset)
    } else {
        let then = match language {
            Language::English => ", then ",
            Language::Chinese => "，之后 ",
        };
        format!(
            "{}{then}{}",
            utc_offset(group.start_offset),
            utc_offset(group.end_offset)
        )
    };
    let times = times(start, end, year, language);
    format!("{times} {} ({offset})", group.cities.join("/"))
}

fn times(start: Wall, end: Wall, year: Option<i16>, language: Language) -> String {
    let first = format!(
        "{} {}",
        day(start.date, year, language),
        Clock(start.minute)
    );
    if start.date == end.date {
        format!("{first}-{}", Clock(end.minute))
    } else {
        let year = (start.date.year() != end.date.year()).then_some(end.date.year());
        format!(
            "{first} - {} {}",
            day(end.date, year, language),
            Clock(end.minute)
        )
    }
}

fn groups(slot: Span, people: &[&Attendee], language: Language) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for person in people {
        let zone = &person.hours.zone;
        let (start_offset, end_offset) = (zone.offset_at(slot.start), zone.offset_at(slot.end));
        let city = city_in(&person.city(), zone, language);
        let alike = |group: &&mut Group| {
            (group.start_offset, group.end_offset) == (start_offset, end_offset)
        };
        match groups.iter_mut().find(alike) {
            Some(group) if group.cities.contains(&city) => {}
            Some(group) => group.cities.push(city),
            None => groups.push(Group {
                zone: zone.clone(),
                start_offset,
                end_offset,
                cities: vec![city],
            }),
        }
    }
    groups.sort_by_key(|group| (-group.start_offset, -group.end_offset));
    groups
}

/// Names a city in a language; a name that was typed in loses its control characters.
fn city_in(city: &str, zone: &Zone, language: Language) -> String {
    if language == Language::Chinese
        && city == zone.city()
        && let Some(name) = chinese_name(zone.name())
    {
        return name.to_owned();
    }
    city.chars().filter(|c| !c.is_control()).collect()
}

/// Writes a warning as one line.
pub fn warning(warning: &Warning, people: &[&Attendee], language: Language) -> String {
    match warning {
        Warning::ClockChange {
            zone,
            people: members,
            at,
            jump,
        } => {
            let (who, when) = (
                names(members, people, zone, language),
                moment(*at, zone, language),
            );
            clock_change(&who, &when, *jump, language)
        }
        Warning::OutOfStep {
            organizer,
            other,
            people: members,
            period,
            now,
            usually,
        } => {
            let who = names(members, people, other, language);
            let home = city_in(&organizer.city(), organizer, language);
            let (from, to) = (
                moment(period.start, organizer, language),
                moment(period.end, organizer, language),
            );
            let (now, usually) = (ahead(*now, language), ahead(*usually, language));
            match language {
                Language::English => format!(
                    "Out of step: {who} is {now} from {home} instead of {usually}, from {from} to {to}"
                ),
                Language::Chinese => {
                    format!("时差不同步：{from} 至 {to}，{who}的时钟比{home}{now}，平时{usually}")
                }
            }
        }
        Warning::RepeatedHour {
            zone,
            people: members,
        } => {
            let who = names(members, people, zone, language);
            match language {
                Language::English => {
                    format!("This time comes twice for {who}: go by the UTC offset")
                }
                Language::Chinese => format!("{who}当天该时间出现两次：请以UTC偏移为准"),
            }
        }
        Warning::SkippedHour {
            zone,
            people: members,
        } => {
            let who = names(members, people, zone, language);
            match language {
                Language::English => format!("The clock jumps forward during the slot for {who}"),
                Language::Chinese => format!("会议期间{who}的时钟会拨快"),
            }
        }
        Warning::DayOff { person, date, name } => {
            let who = people.get(*person).map_or("", |person| person.id.as_str());
            day_off(who, *date, name, language)
        }
    }
}

fn clock_change(who: &str, when: &str, jump: i32, language: Language) -> String {
    let minutes = jump.abs();
    match (language, jump > 0) {
        (Language::English, true) => {
            format!("Clocks go forward by {minutes} min for {who}: {when}")
        }
        (Language::English, false) => format!("Clocks go back by {minutes} min for {who}: {when}"),
        (Language::Chinese, true) => format!("{who}的时钟将拨快{minutes}分钟：{when}"),
        (Language::Chinese, false) => format!("{who}的时钟将拨慢{minutes}分钟：{when}"),
    }
}

fn day_off(who: &str, date: Date, name: &str, language: Language) -> String {
    let date = day(date, Some(date.year()), language);
    let name = if name.is_empty() {
        String::new()
    } else {
        format!(" ({name})")
    };
    match language {
        Language::English => format!("{date} is a day off for {who}{name}"),
        Language::Chinese => format!("{date}是{who}的休息日{name}"),
    }
}

/// Writes who is in the way of a start and why, as one line in the person's own time.
pub fn blocker(blocker: &Blocker, people: &[&Attendee], language: Language) -> String {
    let Some(person) = people.get(blocker.person) else {
        return String::new();
    };
    let zone = &person.hours.zone;
    let causes: Vec<String> = blocker
        .told()
        .map(|one| cause(one, zone, language))
        .collect();
    match language {
        Language::English => format!("{}: {}", person.id, causes.join("; ")),
        Language::Chinese => format!("{}：{}", person.id, causes.join("；")),
    }
}

/// Beyond a day the distance is not counted on.
fn is_far(minutes: impl Into<i64>) -> bool {
    minutes.into() >= 24 * 60
}

fn cause(cause: &Cause, zone: &Zone, language: Language) -> String {
    match (cause, language) {
        (Cause::DayOff { date, name }, _) => {
            let date = day(*date, Some(date.year()), language);
            let name = if name.is_empty() {
                String::new()
            } else {
                format!(" ({name})")
            };
            match language {
                Language::English => format!("day off {date}{name}"),
                Language::Chinese => format!("{date}休息{name}"),
            }
        }
        (Cause::OutsideHours { stretch, .. }, Language::English) => {
            let long = length(i32::try_from(*stretch).unwrap_or(i32::MAX), language);
            let more = if is_far(*stretch) { " or more" } else { "" };
            format!("outside acceptable hours by {long}{more}")
        }
        (Cause::OutsideHours { stretch, .. }, Language::Chinese) => {
            let long = length(i32::try_from(*stretch).unwrap_or(i32::MAX), language);
            let more = if is_far(*stretch) { "以上" } else { "" };
            format!("超出可接受时间{long}{more}")
        }
        (Cause::Busy { block, .. }, _) => {
            let (start, end) = (zone.wall_at(block.start), zone.wall_at(block.end));
            let times = times(start, end, Some(start.date.year()), language);
            let place = format!(
                "{} ({})",
                city_in(&zone.city(), zone, language),
                utc_offset(zone.offset_at(block.start))
            );
            match language {
                Language::English => format!("busy {times} {place}"),
                Language::Chinese => format!("{times} {place} 已有安排"),
            }
        }
        (Cause::NightsUsedUp { used, limit }, Language::English) => {
            format!("{used} of {limit} nights this week are taken")
        }
        (Cause::NightsUsedUp { used, limit }, Language::Chinese) => {
            format!("本周晚间会议已用{used}次，上限{limit}次")
        }
    }
}

/// Writes minutes as people say them: `90 min`, `2 h 30 min`, `11 h`; `90分钟`, `2小时30分钟`.
pub fn length(minutes: i32, language: Language) -> String {
    let minutes = minutes.unsigned_abs();
    let (hour, minute) = match language {
        Language::English => (" h", " min"),
        Language::Chinese => ("小时", "分钟"),
    };
    match (minutes / 60, minutes % 60) {
        (0 | 1, _) => format!("{minutes}{minute}"),
        (hours, 0) => format!("{hours}{hour}"),
        (hours, rest) if language == Language::English => format!("{hours}{hour} {rest}{minute}"),
        (hours, rest) => format!("{hours}{hour}{rest}{minute}"),
    }
}

fn names(members: &[usize], people: &[&Attendee], zone: &Zone, language: Language) -> String {
    let mut cities: Vec<String> = Vec::new();
    for person in members.iter().filter_map(|&member| people.get(member)) {
        let city = city_in(&person.city(), zone, language);
        if !cities.contains(&city) {
            cities.push(city);
        }
    }
    if cities.is_empty() {
        city_in(&zone.city(), zone, language)
    } else {
        cities.join("/")
    }
}

/// Writes by how much a clock is ahead: `+7 h`, `-3:30 h`; `快7小时`, `慢3小时30分钟`.
fn ahead(minutes: i32, language: Language) -> String {
    if language == Language::Chinese {
        return match minutes {
            0 => "一致".to_owned(),
            more @ 1.. => format!("快{}", length(more, language)),
            less => format!("慢{}", length(less, language)),
        };
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{sign}{hours} h"),
        (hours, rest) => format!("{sign}{hours}:{rest:02} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Hours, WeekWindows, warnings};

    fn people(zones: &[&str]) -> Vec<Attendee> {
        zones
            .iter()
            .map(|zone| {
                Attendee::new(
                    *zone,
                    Hours::new(Zone::load(zone).unwrap(), WeekWindows::new()),
                )
            })
            .collect()
    }

    fn written(
        start: &str,
        minutes: i32,
        zones: &[&str],
        language: Language,
        layout: Layout,
    ) -> String {
        let people = people(zones);
        let refs: Vec<&Attendee> = people.iter().collect();
        slot(
            Span::lasting(Minute::parse(start).unwrap(), minutes),
            &refs,
            language,
            layout,
        )
    }

    const FOUR: [&str; 4] = [
        "America/Los_Angeles",
        "Asia/Singapore",
        "Europe/Warsaw",
        "Asia/Shanghai",
    ];

    #[test]
    fn people_with_the_same_offset_share_a_place_and_the_east_comes_first() {
        assert_eq!(
            written(
                "2026-03-02T05:00Z",
                60,
                &FOUR,
                Language::English,
                Layout::Line
            ),
            "Mon 2 Mar 2026 13:00-14:00 Singapore/Shanghai (UTC+8) = Mon 2 Mar 06:00-07:00 Warsaw (UTC+1) \
             = Sun 1 Mar 21:00-22:00 Los Angeles (UTC-8)"
        );
    }

    #[test]
    fn the_same_in_chinese() {
        assert_eq!(
            written(
                "2026-03-02T05:00Z",
                60,
                &FOUR,
                Language::Chinese,
                Layout::Lines
            ),
            "2026年3月2日 周一 13:00-14:00 新加坡/上海 (UTC+8)\n3月2日 周一 06:00-07:00 华沙 (UTC+1)\n\
             3月1日 周日 21:00-22:00 洛杉矶 (UTC-8)"
        );
    }

    #[test]
    fn a_slot_over_midnight_and_new_year_names_both_dates() {
        assert_eq!(
            written(
                "2026-12-31T15:30Z",
                60,
                &["Asia/Shanghai", "America/St_Johns"],
                Language::English,
                Layout::Line
            ),
            "Thu 31 Dec 2026 23:30 - Fri 1 Jan 2027 00:30 Shanghai (UTC+8) = Thu 31 Dec 12:00-13:00 St Johns (UTC-3:30)"
        );
        assert_eq!(
            written(
                "2027-01-01T01:00Z",
                60,
                &["Asia/Shanghai", "America/Los_Angeles"],
                Language::English,
                Layout::Line
            ),
            "Fri 1 Jan 2027 09:00-10:00 Shanghai (UTC+8) = Thu 31 Dec 2026 17:00-18:00 Los Angeles (UTC-8)"
        );
    }

    #[test]
    fn a_slot_over_a_clock_change_names_both_offsets() {
        assert_eq!(
            written(
                "2026-03-08T09:30Z",
                60,
                &["America/Los_Angeles"],
                Language::English,
                Layout::Line
            ),
            "Sun 8 Mar 2026 01:30-03:30 Los Angeles (UTC-8, then UTC-7)"
        );
    }

    #[test]
    fn several_slots_are_numbered() {
        let people = people(&["Asia/Kathmandu"]);
        let refs: Vec<&Attendee> = people.iter().collect();
        let start = Minute::parse("2026-03-02T05:00Z").unwrap();
        let slots = [Span::lasting(start, 30), Span::lasting(start + 1440, 30)];
        assert_eq!(
            list(&slots, &refs, Language::English),
            "1. Mon 2 Mar 2026 10:45-11:15 Kathmandu (UTC+5:45)\n2. Tue 3 Mar 2026 10:45-11:15 Kathmandu (UTC+5:45)"
        );
    }

    #[test]
    fn the_warning_about_zones_out_of_step_names_both_differences() {
        let people = people(&["America/Los_Angeles", "Europe/Warsaw"]);
        let refs: Vec<&Attendee> = people.iter().collect();
        let slot = Span::lasting(Minute::parse("2026-03-20T16:00Z").unwrap(), 60);
        let said: Vec<String> = warnings(slot, &people[0].hours.zone, &refs)
            .iter()
            .map(|one| warning(one, &refs, Language::English))
            .collect();
        assert_eq!(
            said,
            [
                "Clocks go forward by 60 min for Warsaw: Sun 29 Mar 2026 03:00 Warsaw (UTC+2)",
                "Out of step: Warsaw is +8 h from Los Angeles instead of +9 h, \
                 from Sun 8 Mar 2026 03:00 Los Angeles (UTC-7) to Sat 28 Mar 2026 18:00 Los Angeles (UTC-7)"
            ]
        );
    }

    #[test]
    fn the_warning_in_chinese_holds_no_english_unit() {
        let people = people(&["America/Los_Angeles", "Europe/Warsaw"]);
        let refs: Vec<&Attendee> = people.iter().collect();
        let slot = Span::lasting(Minute::parse("2026-03-20T16:00Z").unwrap(), 60);
        let said: Vec<String> = warnings(slot, &people[0].hours.zone, &refs)
            .iter()
            .map(|one| warning(one, &refs, Language::Chinese))
            .collect();
        assert!(
            said[1].contains("华沙的时钟比洛杉矶快8小时，平时快9小时"),
            "{said:?}"
        );
        assert!(!said.iter().any(|one| one.contains(" h")), "{said:?}");
    }

    #[test]
    fn a_city_that_was_typed_in_cannot_carry_control_characters() {
        let mut person = people(&["Asia/Shanghai"]).remove(0);
        person.city = Some("Pu\u{1b}[31mdong".to_owned());
        let start = Minute::parse("2026-03-02T05:00Z").unwrap();
        let text = slot(
            Span::lasting(start, 30),
            &[&person],
            Language::Chinese,
            Layout::Line,
        );
        assert!(text.contains("Pu[31mdong") && !text.contains('\u{1b}'));
    }
}
