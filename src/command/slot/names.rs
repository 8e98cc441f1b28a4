//! Names that tell people apart: two who are called the same are named with their CN, their city or what they do.

use std::borrow::Cow;

use super::super::CommandError;
use super::super::input::{find_by_name, name_grade};
use crate::list::World;
use crate::record::{Id, Kind, Network, Person};
use crate::text::{self, fold};
use crate::when::zone;

/// Columns of a short name.
const SHORT: usize = 10;

/// How a person is called among some others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// The name, with what tells it from a namesake's: `陈晨 (Nova Live)`.
    pub(super) full: String,
    /// The first word of it, with as much more as tells it from the others': `Chen`, `Chen Y`, `陈晨 SHA`.
    pub(super) short: String,
}

/// Names people so that each is told from the others.
pub(super) fn apart(world: &World, people: &[Id<Person>]) -> Vec<Called> {
    let known: Vec<(&Id<Person>, Option<&Person>)> =
        (people.iter()).map(|id| (id, world.get(id))).collect();
    let names: Vec<Cow<'_, str>> = (known.iter())
        .map(|(_, person)| text::clean_line(person.map_or("", |person| person.name.as_str())))
        .collect();
    let firsts: Vec<String> = names.iter().map(|name| first_word(name)).collect();
    (0..known.len())
        .map(|at| {
            let alike = |list: &[String]| -> Vec<usize> {
                let same = |other: &usize| list.get(*other) == list.get(at);
                (0..list.len()).filter(same).collect()
            };
            let whole: Vec<String> = names.iter().map(ToString::to_string).collect();
            let namesakes = alike(&whole);
            let name = whole.get(at).cloned().unwrap_or_default();
            let full = match distinct(&traits_of(world, &known, &namesakes), &namesakes, at) {
                Some(more) => format!("{name} ({more})"),
                None => name,
            };
            let sharing = alike(&firsts);
            let first = firsts.get(at).cloned().unwrap_or_default();
            let mut ways = vec![initials(&whole, &sharing)];
            ways.extend((traits_of(world, &known, &sharing).iter()).map(|list| shortened(list)));
            let short = match distinct(&ways, &sharing, at) {
                Some(more) => format!("{first} {more}"),
                None => first,
            };
            Called { full, short }
        })
        .collect()
}

/// Finds a person with a zone by a name, and where several are called so by words of their CN, city or role behind it.
pub(super) fn person_called(world: &World, name: &str) -> Result<Id<Person>, CommandError> {
    let id = match find_by_name::<Person>(world, name, |person| &person.name) {
        Ok(id) => id,
        Err(error) => described(world, name).ok_or(error)?,
    };
    if world.get(&id).is_some_and(|person| person.zone.is_empty()) {
        return Err(CommandError::refused(
            format!("`{name}`"),
            "their time zone is not known",
            "`edit --id person:ID zone=Asia/Shanghai` says it",
        ));
    }
    Ok(id)
}

/// Finds the one person whose name, CN, city and role hold all the words.
fn described(world: &World, words: &str) -> Option<Id<Person>> {
    let wanted = fold(words.trim().replace(['(', ')', '（', '）'], " ").trim());
    let mut found = (world.table::<Person>().records())
        .filter(|(_, person)| !person.zone.is_empty())
        .filter(|(_, person)| {
            let named = fold(&person.name);
            let first = wanted.split_whitespace().next().unwrap_or("");
            let all = fold(&format!("{} {}", person.name, about(world, person)));
            name_grade(&named, first).is_some() && name_grade(&all, &wanted).is_some()
        });
    let (id, _) = found.next()?;
    found.next().is_none().then(|| id.clone())
}

/// Says who a person is besides the name: CN, city, what they do.
pub(super) fn about(world: &World, person: &Person) -> String {
    let parts = [
        network_of(world, person),
        city_of(person),
        person.role.clone(),
    ];
    let parts: Vec<String> = (parts.into_iter())
        .map(|part| text::clean_line(&part).into_owned())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// Says who a record of a kind is besides the name, where it is a person of whom something more is known.
pub(in crate::command) fn about_person(world: &World, kind: Kind, id: &str) -> Option<String> {
    if kind != Kind::Person {
        return None;
    }
    let person = world.table::<Person>().record(id)?;
    Some(about(world, person)).filter(|words| !words.is_empty())
}

fn network_of(world: &World, person: &Person) -> String {
    let network = world.follow::<Network>(person.network.as_ref());
    network.map_or_else(|| person.org.clone(), |network| network.name.clone())
}

fn city_of(person: &Person) -> String {
    if person.zone.is_empty() {
        return String::new();
    }
    zone::city_name(&person.zone)
}

/// What may tell some people apart, a list for each way: CN, city, what they do, and what always does.
fn traits_of(
    world: &World,
    known: &[(&Id<Person>, Option<&Person>)],
    those: &[usize],
) -> Vec<Vec<String>> {
    let of = |value: fn(&World, &Person) -> String| -> Vec<String> {
        (those.iter())
            .map(|at| match known.get(*at) {
                Some((_, Some(person))) => {
                    text::clean_line(&value(world, person)).trim().to_owned()
                }
                _ => String::new(),
            })
            .collect()
    };
    let numbers = (1..=those.len()).map(|number| number.to_string()).collect();
    vec![
        of(network_of),
        of(|_, person| city_of(person)),
        of(|_, person| person.role.clone()),
        numbers,
    ]
}

fn shortened(list: &[String]) -> Vec<String> {
    (list.iter())
        .map(|word| text::truncate(word, SHORT - 2).into_owned())
        .collect()
}

/// The initial of the second word of each name: `Y` of `Chen Yue`.
fn initials(names: &[String], those: &[usize]) -> Vec<String> {
    (those.iter())
        .map(|at| {
            let name = names.get(*at).map_or("", String::as_str);
            let second = name.split_whitespace().nth(1).unwrap_or("");
            second.chars().take(1).collect()
        })
        .collect()
}

/// Returns what tells one from its namesakes by the first way in which they all differ; nothing where it has none.
fn distinct(ways: &[Vec<String>], those: &[usize], at: usize) -> Option<String> {
    if those.len() < 2 {
        return None;
    }
    let here = those.iter().position(|one| *one == at)?;
    let differs = |list: &&Vec<String>| {
        let mut sorted: Vec<&String> = list.iter().collect();
        sorted.sort();
        sorted.dedup();
        sorted.len() == those.len() && list.iter().all(|one| !one.is_empty())
    };
    ways.iter().find(differs)?.get(here).cloned()
}

/// The word of a name by which people are called: the first.
fn first_word(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or("");
    text::truncate(first, SHORT).into_owned()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::effect::{CacheRow, RowState};

    fn world(people: &[(&str, &str, &str, &str)]) -> (World, Vec<Id<Person>>) {
        let mut world = World::new("me", Timestamp::UNIX_EPOCH, TimeZone::UTC, 1);
        let mut ids = Vec::new();
        for (id, name, zone, role) in people {
            let fields = json!({ "name": name, "zone": zone, "role": role });
            world.upsert(&CacheRow {
                kind: Kind::Person,
                id: (*id).to_owned(),
                version: 1,
                state: RowState::Clean,
                fields: fields.to_string(),
            });
            ids.push(Id::new(*id));
        }
        (world, ids)
    }

    fn called(people: &[(&str, &str, &str, &str)]) -> Vec<(String, String)> {
        let (world, ids) = world(people);
        let called = apart(&world, &ids);
        (called.into_iter())
            .map(|one| (one.full, one.short))
            .collect()
    }

    #[test]
    fn namesakes_are_told_apart_by_city_then_role_and_never_by_id() {
        let got = called(&[
            ("p1", "陈晨", "Asia/Shanghai", "owner"),
            ("p2", "陈晨", "Asia/Singapore", "owner"),
            ("p3", "Ana Duarte", "UTC", ""),
        ]);
        assert_eq!(
            got,
            [
                ("陈晨 (Shanghai)".into(), "陈晨 Shanghai".into()),
                ("陈晨 (Singapore)".into(), "陈晨 Singapo…".into()),
                ("Ana Duarte".into(), "Ana".into()),
            ]
        );
        let got = called(&[
            ("p1", "陈晨", "Asia/Shanghai", "owner"),
            ("p2", "陈晨", "Asia/Shanghai", "agent"),
        ]);
        assert_eq!(got[0], ("陈晨 (owner)".into(), "陈晨 owner".into()));
        let got = called(&[("p1", "陈晨", "", ""), ("p2", "陈晨", "", "")]);
        assert_eq!(got[1], ("陈晨 (2)".into(), "陈晨 2".into()));
    }

    #[test]
    fn the_same_first_word_takes_the_initial_of_the_second() {
        let got = called(&[
            ("p1", "Chen Yue 陈悦", "Asia/Shanghai", ""),
            ("p2", "Chen Wei", "Asia/Shanghai", ""),
        ]);
        assert_eq!(got[0], ("Chen Yue 陈悦".into(), "Chen Y".into()));
        assert_eq!(got[1], ("Chen Wei".into(), "Chen W".into()));
    }

    #[test]
    fn a_namesake_is_found_by_the_city() {
        let (world, _) = world(&[
            ("p1", "陈晨", "Asia/Shanghai", "owner"),
            ("p2", "陈晨", "Asia/Singapore", "owner"),
        ]);
        assert!(person_called(&world, "陈晨").is_err());
        let found = person_called(&world, "陈晨 singapore");
        assert_eq!(found.ok(), Some(Id::new("p2")));
        assert_eq!(
            person_called(&world, "陈晨 (Shanghai)").ok(),
            Some(Id::new("p1"))
        );
    }
}
