//! What people call a zone, and how a screen names it.
//!
//! Every zone of the program is loaded by [`load`], from the one database that [`tzdb`] names: that inside the
//! binary, so that answers repeat on every machine, unless the user chose that of the operating system.

use std::sync::LazyLock;

use jiff::tz::{Offset, TimeZone};
use thiserror::Error;

use super::spelling::{fold, nearest};
use super::tzdb;

mod names;

use names::{ABBREVIATIONS, CONTESTED, EVERYDAY_WORDS, PLACES, REGIONS_WITHOUT_CITIES, SHORT};

/// A zone together with what the word for it literally states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundZone {
    /// The zone that is meant.
    pub zone: TimeZone,
    /// The offset an abbreviation states: `PST` is UTC-8 even in July, when Los Angeles is not.
    pub literal: Option<Offset>,
}

/// Why a word is no zone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// No zone, city or abbreviation is called this.
    #[error("zone `{word}`: no city, zone or abbreviation has this name; {}", hint(suggestion.as_deref()))]
    Unknown {
        /// The word as it was written.
        word: String,
        /// The nearest known word.
        suggestion: Option<String>,
    },
    /// Several places claim the word.
    #[error("zone `{word}`: it may mean {}; write the city", candidates.join(" or "))]
    Contested {
        /// The word as it was written.
        word: String,
        /// The places that claim it, each with its zone.
        candidates: &'static [&'static str],
    },
    /// An offset that no place on earth has.
    #[error("zone `{word}`: offsets go from UTC-12 to UTC+14; write UTC+8 or UTC+5:30")]
    Offset {
        /// The word as it was written.
        word: String,
    },
}

fn hint(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write a city (Singapore), an id (Asia/Singapore) or an offset (UTC+8)".to_owned(),
    }
}

/// Loads the zone of a stored name: an IANA id in any case, or an offset such as `UTC+8`.
///
/// The database is that of [`tzdb::current`]. Fails with [`ZoneError::Unknown`] or
/// [`ZoneError::Offset`].
pub fn load(name: &str) -> Result<TimeZone, ZoneError> {
    let trimmed = name.trim();
    if let Some(offset) = stated_offset(trimmed)? {
        return Ok(fixed(offset));
    }
    tzdb::current()
        .database
        .get(trimmed)
        .map_err(|_| unknown(trimmed))
}

/// Returns the zone of the same name with the rules of our database, such as for the machine's own zone.
pub fn ours(zone: &TimeZone) -> TimeZone {
    zone.iana_name()
        .and_then(|name| load(name).ok())
        .unwrap_or_else(|| zone.clone())
}

/// Finds the zone that a word names: IANA id, city, country, abbreviation or offset, in any case.
///
/// Fails for unknown words (with the nearest known one) and for words that several large places
/// claim, such as `CST` (with the candidates).
pub fn find_zone(word: &str) -> Result<FoundZone, ZoneError> {
    look_up(word)?.ok_or_else(|| unknown(word.trim()))
}

/// Finds a zone like [`find_zone`], without the search for a suggestion.
pub(super) fn look_up(word: &str) -> Result<Option<FoundZone>, ZoneError> {
    let trimmed = word.trim();
    if let Some(offset) = stated_offset(trimmed)? {
        return Ok(Some(FoundZone {
            zone: fixed(offset),
            literal: Some(offset),
        }));
    }
    let key = key(trimmed);
    if let Some((_, candidates)) = CONTESTED.iter().find(|(known, _)| *known == key) {
        return Err(ZoneError::Contested {
            word: trimmed.to_owned(),
            candidates,
        });
    }
    if let Some((_, id, minutes)) = ABBREVIATIONS.iter().find(|(known, ..)| *known == key) {
        return Ok(Some(FoundZone {
            zone: load(id)?,
            literal: minutes.and_then(|minutes| Offset::from_seconds(minutes * 60).ok()),
        }));
    }
    let id = PLACES
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, id)| *id)
        .or_else(|| city_id(&key))
        .or_else(|| trimmed.contains('/').then_some(trimmed));
    let zone = id.and_then(|id| tzdb::current().database.get(id).ok());
    Ok(zone.map(|zone| FoundZone {
        zone,
        literal: None,
    }))
}

/// Returns the length of the longest Chinese place name that begins the text.
pub(super) fn longest_han_place(text: &[char]) -> Option<usize> {
    PLACES
        .iter()
        .map(|(known, _)| known)
        .filter(|known| known.chars().all(|letter| letter >= '\u{2e80}'))
        .filter(|known| known.chars().count() <= text.len())
        .filter(|known| {
            known
                .chars()
                .eq(text.iter().copied().take(known.chars().count()))
        })
        .map(|known| known.chars().count())
        .max()
}

/// Lists every word that names a zone, folded, for suggestions.
pub(super) fn words<'a>() -> impl Iterator<Item = &'a str> {
    let abbreviations = ABBREVIATIONS.iter().map(|(word, ..)| -> &'a str { word });
    let places = PLACES.iter().map(|(word, _)| -> &'a str { word });
    let cities = CITIES.iter().map(|(word, _)| -> &'a str { word });
    abbreviations.chain(places).chain(cities)
}

/// Names a zone for storage: its IANA id, or `UTC+8` for a fixed offset; [`load`] reads it back.
pub fn name(zone: &TimeZone) -> String {
    if let Some(id) = zone.iana_name() {
        return id.to_owned();
    }
    zone.to_fixed_offset()
        .map_or_else(|_| "local".to_owned(), offset_name)
}

/// Writes an offset the way people do: `UTC+8`, `UTC-3:30`, `UTC`.
pub fn offset_name(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { '-' } else { '+' };
    match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// Names the city of a zone id: `America/Los_Angeles` is `Los Angeles`; offsets stay as they are.
pub fn city_name(iana: &str) -> String {
    match iana {
        "Asia/Ho_Chi_Minh" => return "Ho Chi Minh City".to_owned(),
        "Etc/UTC" | "Etc/Universal" | "Etc/Zulu" | "GMT" | "Etc/GMT" => return "UTC".to_owned(),
        _ => {}
    }
    if iana.starts_with("Etc/") {
        return iana.to_owned();
    }
    let last = iana.rsplit('/').next().unwrap_or(iana);
    last.replace('_', " ")
}

/// Shortens a zone id for a crowded screen: `LA`, `NYC`, `SHA`, `SIN`, else the first three letters
/// of the city in capitals; offsets stay as they are.
pub fn short_name(iana: &str) -> String {
    if let Some((_, short)) = SHORT.iter().find(|(id, _)| *id == iana) {
        return (*short).to_owned();
    }
    if iana.starts_with("UTC") || iana.starts_with("Etc/") {
        return iana.to_owned();
    }
    city_name(iana)
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .take(3)
        .flat_map(char::to_uppercase)
        .collect()
}

/// Names the release of the IANA database that zones come from: `2026e`, or `2025b (system)` where it is not ours.
pub fn tzdb_version() -> String {
    let tzdb = tzdb::current();
    match tzdb.source {
        tzdb::Source::Bundled => tzdb.version.clone(),
        tzdb::Source::System => tzdb.to_string(),
    }
}

fn unknown(word: &str) -> ZoneError {
    ZoneError::Unknown {
        word: word.to_owned(),
        suggestion: nearest(&key(word), words()).map(str::to_owned),
    }
}

fn fixed(offset: Offset) -> TimeZone {
    if offset.is_zero() {
        TimeZone::UTC
    } else {
        TimeZone::fixed(offset)
    }
}

/// Folds a zone word: case, accents, `_` and `-` as blanks, `time` at the end dropped.
fn key(word: &str) -> String {
    let folded = fold(word).replace(['_', '-'], " ").replace('.', "");
    let mut parts: Vec<&str> = folded.split_whitespace().collect();
    if parts.len() > 1 && parts.last() == Some(&"time") {
        parts.pop();
    }
    parts.join(" ")
}

/// Reads `UTC+8`, `gmt-3:30`, `UTC+0530` or `+08:00`; `None` when the word is no offset.
fn stated_offset(word: &str) -> Result<Option<Offset>, ZoneError> {
    let folded = fold(word);
    let bare = folded
        .strip_prefix("utc")
        .or_else(|| folded.strip_prefix("gmt"));
    let named = bare.is_some();
    let rest = bare.unwrap_or(&folded).trim();
    let (sign, digits) = match (rest.strip_prefix('+'), rest.strip_prefix(['-', '−'])) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return Ok(None),
    };
    let four = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let parsed = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => number(hours).zip(number(minutes)),
        None if four => number(digits).map(|both| (both / 100, both % 100)),
        None if named => number(digits).map(|hours| (hours, 0)),
        _ => None,
    };
    let Some((hours, minutes)) = parsed else {
        return Ok(None);
    };
    let total = sign * (hours * 60 + minutes);
    let offset = Offset::from_seconds(total * 60).ok();
    match offset {
        Some(offset) if minutes < 60 && (-12 * 60..=14 * 60).contains(&total) => Ok(Some(offset)),
        _ => Err(ZoneError::Offset {
            word: word.to_owned(),
        }),
    }
}

fn number(digits: &str) -> Option<i32> {
    let plain =
        (1..=4).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// City words derived from the ids of the database, sorted by word.
static CITIES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let database = &tzdb::current().database;
    let mut cities: Vec<(String, String)> = database
        .available()
        .filter_map(|id| {
            let id = id.as_str();
            let (region, last) = match id.split_once('/') {
                Some((region, rest)) => (region, rest.rsplit('/').next().unwrap_or(rest)),
                None => ("", id),
            };
            let word = key(last);
            // `GMT0` and `EST5EDT` are ids, not words.
            let hidden = id.contains(|letter: char| letter.is_ascii_digit())
                || REGIONS_WITHOUT_CITIES.contains(&region)
                || EVERYDAY_WORDS.contains(&word.as_str());
            (!hidden).then(|| (word, id.to_owned()))
        })
        .collect();
    // Old and new ids can share a city (`America/Louisville`): the longer, newer id comes first.
    cities.sort_by(|(left, left_id), (right, right_id)| {
        left.cmp(right)
            .then(right_id.len().cmp(&left_id.len()))
            .then(left_id.cmp(right_id))
    });
    cities.dedup_by(|next, kept| next.0 == kept.0);
    cities
});

fn city_id(key: &str) -> Option<&'static str> {
    CITIES
        .binary_search_by(|(word, _)| word.as_str().cmp(key))
        .ok()
        .and_then(|found| CITIES.get(found))
        .map(|(_, id)| id.as_str())
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn found(word: &str) -> String {
        name(&find_zone(word).unwrap().zone)
    }

    #[test]
    fn every_listed_word_leads_to_a_zone_of_the_database() {
        for (word, id, _) in ABBREVIATIONS {
            assert_eq!(found(word), *id, "{word}");
        }
        for (word, id) in PLACES {
            assert_eq!(found(word), *id, "{word}");
        }
        for (word, candidates) in CONTESTED {
            let refused = find_zone(word).unwrap_err();
            assert!(matches!(refused, ZoneError::Contested { .. }), "{word}");
            for candidate in *candidates {
                let id = candidate.split(['(', ')']).nth(1).unwrap();
                assert!(load(id).is_ok(), "{candidate}");
            }
        }
    }

    #[test]
    fn every_id_of_the_database_is_found_by_itself() {
        for id in TimeZoneDatabase::bundled().available() {
            let id = id.as_str();
            if id.contains('/') && id != "Etc/Unknown" {
                let zone = find_zone(id).unwrap().zone;
                assert_eq!(zone, TimeZoneDatabase::bundled().get(id).unwrap(), "{id}");
            }
        }
    }

    #[test]
    fn cities_are_found_in_any_case_and_with_accents() {
        assert_eq!(found("los angeles"), "America/Los_Angeles");
        assert_eq!(found("New York"), "America/New_York");
        assert_eq!(found("SÃO PAULO"), "America/Sao_Paulo");
        assert_eq!(found("ho chi minh"), "Asia/Ho_Chi_Minh");
        assert_eq!(found("mexico city"), "America/Mexico_City");
        assert_eq!(found("warsaw"), "Europe/Warsaw");
        assert_eq!(found("hong_kong"), "Asia/Hong_Kong");
        assert_eq!(found("port-au-prince"), "America/Port-au-Prince");
        assert_eq!(found("asia/singapore"), "Asia/Singapore");
        assert_eq!(found("pacific time"), "America/Los_Angeles");
    }

    #[test]
    fn offsets_are_read_with_their_human_sign() {
        assert_eq!(found("UTC+8"), "UTC+8");
        assert_eq!(found("gmt-3:30"), "UTC-3:30");
        assert_eq!(found("utc+0530"), "UTC+5:30");
        assert_eq!(found("+08:00"), "UTC+8");
        assert_eq!(found("UTC+0"), "UTC");
        assert_eq!(found("Etc/GMT+8"), "Etc/GMT+8");
        assert!(matches!(find_zone("UTC+15"), Err(ZoneError::Offset { .. })));
        assert!(find_zone("+8").is_err());
    }

    #[test]
    fn stored_names_load_back() {
        for word in ["UTC+8", "UTC-3:30", "UTC", "Asia/Kathmandu"] {
            assert_eq!(name(&load(word).unwrap()), word);
        }
        assert!(load("Mars/Olympus").is_err());
    }

    #[test]
    fn contested_abbreviations_are_refused_with_their_candidates() {
        let text = find_zone("CST").unwrap_err().to_string();
        assert!(text.contains("Asia/Shanghai") && text.contains("America/Chicago"));
        assert!(find_zone("ist").is_err() && find_zone("AST").is_err());
    }

    #[test]
    fn an_unknown_word_comes_with_the_nearest_one() {
        let text = find_zone("singapor").unwrap_err().to_string();
        assert!(text.contains("did you mean `singapore`?"), "{text}");
        assert!(find_zone("center").is_err());
    }

    #[test]
    fn pst_states_an_offset_and_pt_does_not() {
        assert_eq!(
            find_zone("PST").unwrap().literal.map(Offset::seconds),
            Some(-8 * 3600)
        );
        assert_eq!(find_zone("PT").unwrap().literal, None);
    }

    #[test]
    fn screen_names_are_the_ones_people_use() {
        assert_eq!(short_name("America/Los_Angeles"), "LA");
        assert_eq!(short_name("America/New_York"), "NYC");
        assert_eq!(short_name("Asia/Shanghai"), "SHA");
        assert_eq!(short_name("Asia/Singapore"), "SIN");
        assert_eq!(short_name("Europe/Warsaw"), "WAR");
        assert_eq!(short_name("UTC+8"), "UTC+8");
        assert_eq!(city_name("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(city_name("America/Los_Angeles"), "Los Angeles");
    }
}
