//! Leads that may be the same company: candidates for a person to judge, never merged by themselves.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::figure::real_len;
use crate::record::{AnyRef, Handle, Id, Lead, Network, Person};
use crate::text::fold;

/// Words of a legal form; they never tell two companies apart.
const LEGAL: &[&str] = &[
    "ab",
    "ag",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "kk",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "nv",
    "oy",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "sl",
    "spa",
    "srl",
];

/// Words of the trade; two names that differ only in them are alike, not equal.
const TRADE: &[&str] = &[
    "agency",
    "creator",
    "creators",
    "digital",
    "entertainment",
    "global",
    "group",
    "international",
    "live",
    "management",
    "media",
    "network",
    "networks",
    "official",
    "production",
    "productions",
    "studio",
    "studios",
    "talent",
    "talents",
    "the",
];

/// From which likeness on two names are worth a look: the share of common letter pairs.
const ALIKE: f64 = 0.8;

/// In what way two records are alike, the strongest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same contact.
    SameContact,
    /// Contacts with the same address on a channel.
    SameAddress(String),
    /// Names that are equal but for case, accents, width, punctuation and legal form.
    SameName,
    /// Names with this share of common letter pairs, words of the trade left out.
    SimilarName(f64),
}

impl Likeness {
    fn rank(&self) -> u8 {
        match self {
            Self::SameContact => 0,
            Self::SameAddress(_) => 1,
            Self::SameName => 2,
            Self::SimilarName(_) => 3,
        }
    }
}

/// A record that may be the same company.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The record: a lead, or a CN that has signed already.
    pub record: AnyRef,
    /// In what ways it is alike, the strongest first.
    pub likeness: Vec<Likeness>,
}

#[derive(Clone, Debug, Default)]
struct Features {
    names: BTreeSet<String>,
    cores: BTreeSet<String>,
    contact: Option<Id<Person>>,
    addresses: BTreeSet<String>,
}

/// An index over leads and CNs that finds records which may be the same company.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    features: Vec<(AnyRef, Features)>,
    by_key: HashMap<String, Vec<usize>>,
    by_pair: HashMap<[char; 2], Vec<usize>>,
    position: HashMap<AnyRef, usize>,
    people: HashMap<Id<Person>, BTreeSet<String>>,
}

impl Duplicates {
    /// Indexes leads and CNs by name, contact and the addresses of the contact; merged leads are left out.
    pub fn index<'a>(
        leads: impl IntoIterator<Item = (&'a Id<Lead>, &'a Lead)>,
        networks: impl IntoIterator<Item = (&'a Id<Network>, &'a Network)>,
        people: impl IntoIterator<Item = (&'a Id<Person>, &'a Person)>,
    ) -> Self {
        let mut index = Self {
            people: people
                .into_iter()
                .map(|(id, person)| (id.clone(), addresses(&person.handles)))
                .collect(),
            ..Self::default()
        };
        for (id, lead) in leads {
            if lead.duplicate_of.as_ref().is_none_or(Id::is_empty) {
                let features = index.features_of_lead(lead);
                index.add(id.link(), features);
            }
        }
        for (id, network) in networks {
            let names = std::iter::once(&network.name).chain(&network.aliases);
            let features = index.features_of(names, network.contact.as_ref());
            index.add(id.link(), features);
        }
        index
    }

    /// Returns what a new lead may be a second copy of, the likeliest first.
    pub fn of_new(&self, lead: &Lead) -> Vec<Candidate> {
        self.candidates(&self.features_of_lead(lead), None)
    }

    /// Returns what an indexed record may be a second copy of, the likeliest first.
    pub fn of(&self, record: &AnyRef) -> Vec<Candidate> {
        self.position.get(record).map_or_else(Vec::new, |position| {
            self.candidates(&self.features[*position].1, Some(*position))
        })
    }

    /// Returns all pairs that may be the same company, each once, the likeliest first.
    pub fn pairs(&self) -> Vec<(AnyRef, Candidate)> {
        let mut pairs: Vec<(AnyRef, Candidate)> = Vec::new();
        for (position, (record, features)) in self.features.iter().enumerate() {
            for candidate in self.candidates(features, Some(position)) {
                if self.position.get(&candidate.record) > Some(&position) {
                    pairs.push((record.clone(), candidate));
                }
            }
        }
        pairs.sort_by(|(record, a), (other, b)| by_likeness(a, b).then_with(|| record.cmp(other)));
        pairs
    }

    fn add(&mut self, record: AnyRef, features: Features) {
        let position = self.features.len();
        for key in keys(&features) {
            self.by_key.entry(key).or_default().push(position);
        }
        let pairs: BTreeSet<[char; 2]> = features
            .cores
            .iter()
            .flat_map(|core| letter_pairs(core))
            .collect();
        for pair in pairs {
            self.by_pair.entry(pair).or_default().push(position);
        }
        self.position.insert(record.clone(), position);
        self.features.push((record, features));
    }

    fn features_of_lead(&self, lead: &Lead) -> Features {
        self.features_of(std::iter::once(&lead.name), lead.contact.as_ref())
    }

    fn features_of<'a>(
        &self,
        names: impl Iterator<Item = &'a String>,
        contact: Option<&Id<Person>>,
    ) -> Features {
        let names: BTreeSet<String> = names
            .map(|name| folded(name))
            .filter(|name| !name.is_empty())
            .collect();
        Features {
            cores: names.iter().map(|name| core(name)).collect(),
            names,
            contact: contact.filter(|contact| !contact.is_empty()).cloned(),
            addresses: contact
                .and_then(|contact| self.people.get(contact))
                .cloned()
                .unwrap_or_default(),
        }
    }

    fn candidates(&self, features: &Features, myself: Option<usize>) -> Vec<Candidate> {
        let mut likely: BTreeSet<usize> = keys(features)
            .iter()
            .filter_map(|key| self.by_key.get(key))
            .flatten()
            .copied()
            .collect();
        likely.extend(self.alike(features));
        let mut candidates: Vec<Candidate> = likely
            .into_iter()
            .filter(|position| Some(*position) != myself)
            .filter_map(|position| {
                let (record, other) = &self.features[position];
                let likeness = likeness(features, other);
                (!likeness.is_empty()).then(|| Candidate {
                    record: record.clone(),
                    likeness,
                })
            })
            .collect();
        candidates.sort_by(by_likeness);
        candidates
    }

    /// Returns the records that share enough letter pairs with a name to be worth the exact comparison.
    fn alike(&self, features: &Features) -> Vec<usize> {
        let mut found = Vec::new();
        for core in &features.cores {
            let pairs: BTreeSet<[char; 2]> = letter_pairs(core).into_iter().collect();
            // A count for each record: nearly all share a pair with any name, and a map of them costs far more.
            let mut common = vec![0_u16; self.features.len()];
            for position in pairs
                .iter()
                .filter_map(|pair| self.by_pair.get(pair))
                .flatten()
            {
                if let Some(count) = common.get_mut(*position) {
                    *count = count.saturating_add(1);
                }
            }
            // Names that reach the likeness share two thirds of their pairs; half leaves room for pairs
            // that occur more than once.
            let enough = pairs.len().div_ceil(2);
            found.extend(
                common
                    .into_iter()
                    .enumerate()
                    .filter(|(_, common)| *common > 0 && usize::from(*common) >= enough)
                    .map(|(position, _)| position),
            );
        }
        found
    }
}

fn keys(features: &Features) -> Vec<String> {
    let contact = features.contact.iter().map(|id| format!("contact {id}"));
    let addresses = features.addresses.iter().map(|text| format!("at {text}"));
    let names = features.names.iter().map(|name| format!("name {name}"));
    contact.chain(addresses).chain(names).collect()
}

fn likeness(one: &Features, other: &Features) -> Vec<Likeness> {
    let mut likeness = Vec::new();
    if one.contact.is_some() && one.contact == other.contact {
        likeness.push(Likeness::SameContact);
    } else if let Some(address) = one.addresses.intersection(&other.addresses).next() {
        likeness.push(Likeness::SameAddress(address.clone()));
    }
    if one.names.intersection(&other.names).next().is_some() {
        likeness.push(Likeness::SameName);
    } else {
        let closest = one
            .cores
            .iter()
            .flat_map(|core| other.cores.iter().map(|with| dice(core, with)))
            .fold(0.0, f64::max);
        if closest >= ALIKE {
            likeness.push(Likeness::SimilarName(closest));
        }
    }
    likeness
}

fn by_likeness(a: &Candidate, b: &Candidate) -> std::cmp::Ordering {
    let ranks = |candidate: &Candidate| {
        let ranks: Vec<u8> = candidate.likeness.iter().map(Likeness::rank).collect();
        ranks
    };
    let close = |candidate: &Candidate| {
        candidate
            .likeness
            .iter()
            .map(|likeness| match likeness {
                Likeness::SimilarName(close) => *close,
                _ => 1.0,
            })
            .fold(0.0, f64::max)
    };
    ranks(a)
        .cmp(&ranks(b))
        .then_with(|| close(b).total_cmp(&close(a)))
        .then_with(|| a.record.cmp(&b.record))
}

/// Folds a name for comparison: width, case and accents gone, words joined by one blank, legal forms dropped.
pub fn folded(name: &str) -> String {
    let plain = fold(name);
    let words: Vec<&str> = plain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let kept: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !LEGAL.contains(word))
        .collect();
    if kept.is_empty() { words } else { kept }.join(" ")
}

/// Drops the words of the trade and all blanks; a name made of nothing else keeps them.
fn core(folded: &str) -> String {
    let kept: String = folded
        .split(' ')
        .filter(|word| !TRADE.contains(word))
        .collect();
    if kept.is_empty() {
        folded.replace(' ', "")
    } else {
        kept
    }
}

fn letter_pairs(text: &str) -> Vec<[char; 2]> {
    let letters: Vec<char> = text.chars().collect();
    if let [only] = letters[..] {
        return vec![[only, ' ']];
    }
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// Returns twice the common letter pairs over all letter pairs: 1 for equal texts, 0 for nothing in common.
///
/// Source: L. R. Dice, "Measures of the amount of ecologic association between species", Ecology 26
/// (1945), on pairs of letters counted as often as they occur.
fn dice(one: &str, other: &str) -> f64 {
    let (one, mut other) = (letter_pairs(one), letter_pairs(other));
    let all = one.len() + other.len();
    if all == 0 {
        return 0.0;
    }
    let mut common = 0;
    for pair in &one {
        if let Some(found) = other.iter().position(|with| with == pair) {
            other.swap_remove(found);
            common += 1;
        }
    }
    2.0 * real_len(common) / real_len(all)
}

fn addresses(handles: &[Handle]) -> BTreeSet<String> {
    handles
        .iter()
        .filter_map(|handle| address(&handle.channel, &handle.address))
        .collect()
}

/// Brings an address into one form: mail in lower case, telephone numbers as digits, names without the at sign.
fn address(channel: &str, address: &str) -> Option<String> {
    let text = address.trim().to_lowercase();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let telephone = digits.len() >= 7
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || " +-().".contains(letter));
    if telephone {
        return Some(format!("tel {}", digits.trim_start_matches('0')));
    }
    let name = text.trim_start_matches('@');
    if name.is_empty() {
        None
    } else if name.contains('@') {
        Some(format!("mail {name}"))
    } else {
        Some(format!("{} {name}", channel.trim().to_lowercase()))
    }
}
