//! Contacts whose zone a phrase may name: `wei 10am`.

use jiff::tz::TimeZone;

use super::error::Problem;
use crate::when::spelling::fold;
use crate::when::zone::{self, FoundZone};

/// The contacts, with their names split into folded words.
pub(super) struct People<'a> {
    own_zone: &'a TimeZone,
    people: Vec<Person<'a>>,
}

struct Person<'a> {
    name: &'a str,
    zone: &'a str,
    words: Vec<String>,
}

impl<'a> People<'a> {
    pub(super) fn new(people: &[(&'a str, &'a str)], own_zone: &'a TimeZone) -> Self {
        let people = people
            .iter()
            .map(|&(name, zone)| Person {
                name,
                zone,
                words: name_words(name),
            })
            .collect();
        People { own_zone, people }
    }

    pub(super) fn own_zone(&self) -> &TimeZone {
        self.own_zone
    }

    /// Lists the words of all names.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.people
            .iter()
            .flat_map(|person| person.words.iter().map(String::as_str))
    }

    /// Tells whether a folded word of three letters or more is part of a name; shorter ones (`An`,
    /// `M.`) are too often something else.
    pub(super) fn has_word(&self, word: &str) -> bool {
        let words = name_words(word);
        let [word] = words.as_slice() else {
            return false;
        };
        word.chars().count() >= 3 && self.words().any(|known| known == word)
    }

    /// Returns the length of the longest Han name, of two characters or more, that begins the letters.
    pub(super) fn han_name(&self, letters: &[char]) -> Option<usize> {
        self.words()
            .filter(|word| word.chars().all(super::han::is_han))
            .map(|word| (word.chars().count(), word))
            .filter(|(length, word)| {
                *length > 1
                    && *length <= letters.len()
                    && word
                        .chars()
                        .zip(letters)
                        .all(|(left, right)| left == *right)
            })
            .map(|(length, _)| length)
            .max()
    }

    /// Finds the zone of the contact with this name, or with this word in their name.
    ///
    /// Fails when several contacts in different zones answer to it.
    pub(super) fn find(&self, written: &str) -> Result<Option<FoundZone>, (Problem, String)> {
        let asked = name_words(written);
        let Some(first) = asked.first() else {
            return Ok(None);
        };
        let exact: Vec<&Person<'_>> = self
            .people
            .iter()
            .filter(|person| person.words == asked)
            .collect();
        let matching: Vec<&Person<'_>> = if exact.is_empty() {
            self.people
                .iter()
                .filter(|person| {
                    person.words.starts_with(&asked)
                        || (asked.len() == 1 && person.words.contains(first))
                })
                .collect()
        } else {
            exact
        };
        let Some(person) = matching.first() else {
            return Ok(None);
        };
        if matching.iter().any(|other| other.zone != person.zone) {
            let mut names: Vec<String> = matching
                .iter()
                .map(|person| format!("{} ({})", person.name, zone::city_name(person.zone)))
                .collect();
            names.dedup();
            return Err((
                Problem::Contested(names.join(" or ")),
                "write more of the name, or the city".to_owned(),
            ));
        }
        let zone = zone::load(person.zone).map_err(|refused| {
            (
                Problem::Impossible(format!(
                    "{} has a zone that cannot be read: {refused}",
                    person.name
                )),
                "write the city".to_owned(),
            )
        })?;
        Ok(Some(FoundZone {
            zone,
            literal: None,
        }))
    }
}

/// Folds a name the way contacts are compared: no possessive, no dots.
fn name_words(name: &str) -> Vec<String> {
    let folded = fold(name).replace('’', "'");
    folded
        .split_whitespace()
        .map(|word| word.trim_end_matches("'s").replace(['.', ','], ""))
        .filter(|word| !word.is_empty())
        .collect()
}
