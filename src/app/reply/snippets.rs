//! Snippets: filled for one reader, in their language, from what is known; what is not known stays a visible hole.

use super::figures;
use crate::app::Course;
use crate::list::World;
use crate::record::{Circle, Lead, Network, Person, Snippet, User};

/// What the places of a snippet are filled from.
pub(super) struct Facts<'w> {
    /// Who reads the answer.
    pub(super) person: Option<&'w Person>,
    /// What they asked.
    pub(super) question: &'w str,
    pub(super) network: Option<&'w Network>,
    pub(super) lead: Option<&'w Lead>,
    pub(super) me: Option<&'w User>,
    /// How the CN does.
    pub(super) figures: &'w [Course],
}

/// A place of a snippet that is not filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    /// The line on which it stands, counted from 0.
    pub(super) line: usize,
    /// The letters before it on its line.
    pub(super) column: usize,
    /// How many letters it takes.
    pub(super) letters: usize,
    /// What it is for.
    pub(super) place: String,
}

/// Finds the first place of a snippet that is not filled.
pub(super) fn hole(text: &str) -> Option<Hole> {
    text.lines().enumerate().find_map(|(line, words)| {
        let (before, rest) = words.split_once("{{")?;
        let (place, _) = rest.split_once("}}")?;
        Some(Hole {
            line,
            column: before.chars().count(),
            letters: place.chars().count() + 4,
            place: place.trim().to_owned(),
        })
    })
}

/// What stands in a greeting in the place of a name where nobody can be greeted by one: a program posted the message,
/// and whoever follows the channel reads the answer.
fn everybody(lang: &str) -> &'static str {
    match lang.split('-').next().unwrap_or("") {
        "zh" => "各位",
        "es" => "equipo",
        "pt" => "pessoal",
        "ja" => "皆さん",
        "vi" => "mọi người",
        "ar" => "جميعًا",
        _ => "all",
    }
}

/// Fills the snippets for one reader: in their language where there is a translation, else in English.
pub(super) fn snippets(world: &World, facts: &Facts<'_>) -> Vec<(char, String, String)> {
    let wanted = facts
        .person
        .map_or("", |person| person.locale.split('-').next().unwrap_or(""));
    let mut best: Vec<(char, u8, &Snippet)> = Vec::new();
    for (_, snippet) in world.table::<Snippet>().records() {
        // One without a key is found by typing.
        let key = snippet.key.chars().next().unwrap_or(' ');
        let lang = snippet.lang.split('-').next().unwrap_or("");
        let grade = match lang {
            lang if lang == wanted => 0,
            "en" => 1,
            _ => 2,
        };
        let same = |known: char, other: &Snippet| {
            known == key && (key != ' ' || other.title == snippet.title)
        };
        match best
            .iter_mut()
            .find(|(known, _, other)| same(*known, other))
        {
            Some(known) if known.1 > grade => *known = (key, grade, snippet),
            Some(_) => {}
            None => best.push((key, grade, snippet)),
        }
    }
    best.sort_by_key(|(key, _, snippet)| (*key == ' ', *key, snippet.title.clone()));
    best.into_iter()
        .map(|(key, _, snippet)| (key, snippet.title.clone(), fill(snippet, facts)))
        .chain(
            facts
                .figures
                .iter()
                .map(|course| figures::entry(course, wanted)),
        )
        .collect()
}

/// Puts names into a snippet; a value never becomes a place for another value.
fn fill(snippet: &Snippet, facts: &Facts<'_>) -> String {
    let body: &str = &snippet.body;
    let me = facts.me;
    let program = facts
        .person
        .is_some_and(|person| person.circle == Circle::System);
    let (full, first) = if program {
        let all = everybody(&snippet.lang);
        (all, all)
    } else {
        let full = facts.person.map_or("", |person| person.name.as_str());
        (full, full.split_whitespace().next().unwrap_or(full))
    };
    let mut filled = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((place, tail)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        let place = place.trim();
        match place {
            "sender.name" if !full.is_empty() => filled.push_str(full),
            "sender.first_name" | "sender.first" if !first.is_empty() => filled.push_str(first),
            "network.name" | "cn.name" if facts.network.is_some() => {
                filled.push_str(facts.network.map_or("", |network| network.name.as_str()));
            }
            "lead.name" if facts.lead.is_some() => {
                filled.push_str(facts.lead.map_or("", |lead| lead.name.as_str()));
            }
            "me.name" => filled.push_str(me.map_or("", |me| me.name.as_str())),
            "me.first" | "me.first_name" => {
                let name = me.map_or("", |me| me.name.as_str());
                filled.push_str(name.split_whitespace().next().unwrap_or(name));
            }
            other if figures::meant(facts.figures, other, facts.question).is_some() => {
                let figure = figures::meant(facts.figures, other, facts.question);
                let words = figure.map(|figure| figures::words(figure, &snippet.lang));
                filled.push_str(&words.unwrap_or_default());
            }
            other => {
                // A place that is not known here stays visible, so that nobody sends a hole.
                filled.push_str("{{ ");
                filled.push_str(other);
                filled.push_str(" }}");
            }
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet(body: &str, lang: &str) -> Snippet {
        Snippet {
            body: body.to_owned().into(),
            lang: lang.into(),
            ..Snippet::default()
        }
    }

    fn facts(person: &Person) -> Facts<'_> {
        Facts {
            person: Some(person),
            question: "",
            network: None,
            lead: None,
            me: None,
            figures: &[],
        }
    }

    #[test]
    fn a_program_is_not_greeted_by_the_name_of_a_person() {
        let mut person = Person {
            name: "Gate Keeper".into(),
            ..Person::default()
        };
        let hello = snippet("Hi {{ sender.first_name }}, thanks.", "en");
        assert_eq!(fill(&hello, &facts(&person)), "Hi Gate, thanks.");
        person.circle = Circle::System;
        assert_eq!(fill(&hello, &facts(&person)), "Hi all, thanks.");
        let hello = snippet("{{ sender.first_name }} 你好", "zh-CN");
        assert_eq!(fill(&hello, &facts(&person)), "各位 你好");
    }

    #[test]
    fn a_hole_is_found_where_it_stands() {
        let found = hole("Hi 你好,\nthe figure: {{ figure }}.").unwrap();
        assert_eq!((found.line, found.column, found.letters), (1, 12, 12));
        assert_eq!(found.place, "figure");
        assert_eq!(
            hole("no {{ end, and }} no { begin }"),
            hole("{{ end, and }}").map(|hole| Hole { column: 3, ..hole })
        );
        assert_eq!(hole("a { b } c"), None);
    }
}
