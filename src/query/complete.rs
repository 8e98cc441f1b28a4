//! What could come next while a query is typed.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::record::{FieldInfo, FieldType, Kind};
use crate::text::fold;

use super::row::Links;
use super::shape::Shape;
use super::syntax::{plain, quote};

/// The most completions to offer.
const MOST: usize = 50;

/// What a completion puts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// The name of a field.
    Field,
    /// A value of a field.
    Value,
    /// A word of the grammar.
    Keyword,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it replaces, in bytes of the text.
    pub range: Range<usize>,
    /// What it puts there.
    pub insert: String,
    /// What it is, in a few words.
    pub help: String,
    /// What sort of thing it is.
    pub kind: CompletionKind,
}

/// Offers what could stand at the cursor: names of fields, words of the grammar, and after a relation the
/// values of the field. What begins like the word at the cursor comes first, then what contains it.
///
/// `cursor` is a byte position; one that lies outside the text or within a character offers nothing.
pub fn complete(text: &str, cursor: usize, kind: Kind, links: &dyn Links) -> Vec<Completion> {
    let Some(before) = text.get(..cursor) else {
        return Vec::new();
    };
    let at = Place::find(before);
    let word = before.get(at.start..).unwrap_or("");
    let word = word.trim_start_matches(|c| plain(c) == '"');
    let mut offers = Offers {
        range: at.start..cursor,
        word: fold(word),
        found: BTreeMap::new(),
    };
    match at.field {
        None if at.quoted => {}
        None => offers.names(word, kind),
        Some("sort") => offers.sort_names(word, kind),
        Some("limit") => {}
        Some(path) => offers.values(path, kind, links),
    }
    offers.found.into_values().take(MOST).collect()
}

/// Where the cursor stands.
struct Place<'t> {
    /// Where the word or value at the cursor begins.
    start: usize,
    /// The field, if the cursor is after its relation.
    field: Option<&'t str>,
    /// Whether a quote is open.
    quoted: bool,
}

impl<'t> Place<'t> {
    fn find(before: &'t str) -> Self {
        let mut place = Place {
            start: 0,
            field: None,
            quoted: false,
        };
        let mut last = ' ';
        for (at, c) in before.char_indices() {
            let next = at + c.len_utf8();
            let sign = plain(c);
            if place.quoted {
                place.quoted = sign != '"' || last == '\\';
                last = if last == '\\' { ' ' } else { c };
                continue;
            }
            match sign {
                '"' => {
                    place.quoted = true;
                    if place.field.is_none() {
                        place.start = at;
                    }
                }
                '(' | ')' => {
                    place.start = next;
                    place.field = None;
                }
                _ if c.is_whitespace() => {
                    place.start = next;
                    place.field = None;
                }
                ':' | '=' | '<' | '>' if place.field.is_none() => {
                    place.field = before.get(place.start..at);
                    place.start = next;
                }
                '=' if at == place.start && matches!(last, '<' | '>') => place.start = next,
                ',' if place.field.is_some() => place.start = next,
                '.' if place.field.is_some() && last == '.' => place.start = next,
                '-' if at == place.start
                    && (place.field.is_none() || place.field == Some("sort")) =>
                {
                    place.start = next;
                }
                _ => {}
            }
            last = sign;
        }
        place
    }
}

struct Offers {
    range: Range<usize>,
    /// The word at the cursor, folded.
    word: String,
    /// What was found: first what begins like the word, then what contains it, each in the order offered.
    found: BTreeMap<(bool, usize), Completion>,
}

impl Offers {
    fn add(&mut self, kind: CompletionKind, insert: &str, search: &str, help: &str) {
        let search = fold(search);
        if !search.contains(&self.word) {
            return;
        }
        let later = !search.starts_with(&self.word);
        let completion = Completion {
            range: self.range.clone(),
            insert: insert.to_owned(),
            help: help.trim().to_owned(),
            kind,
        };
        self.found.insert((later, self.found.len()), completion);
    }

    fn value(&mut self, insert: &str, help: &str) {
        self.add(CompletionKind::Value, insert, insert, help);
    }

    /// Offers the fields of the kind that the dotted word has come to.
    fn names(&mut self, word: &str, kind: Kind) {
        let (path, last) = match word.rsplit_once('.') {
            Some((path, last)) => (Some(path), last),
            None => (None, word),
        };
        let Some(kinds) = kinds_at(path, kind) else {
            return;
        };
        self.range.start = self.range.end - last.len();
        self.word = fold(last);
        self.fields(&kinds);
        if path.is_none() {
            for (word, help) in [
                ("sort:", "order: field, -field for downwards"),
                ("limit:", "the most records to show"),
            ] {
                self.add(CompletionKind::Keyword, word, word, help);
            }
            if !self.word.is_empty() {
                for (word, help) in [("or", "one or the other"), ("not", "not the next term")] {
                    self.add(CompletionKind::Keyword, word, word, help);
                }
            }
        }
    }

    fn sort_names(&mut self, word: &str, kind: Kind) {
        let (path, last) = match word.rsplit_once('.') {
            Some((path, last)) => (Some(path), last),
            None => (None, word),
        };
        if let Some(kinds) = kinds_at(path, kind) {
            self.range.start = self.range.end - last.len();
            self.word = fold(last);
            self.fields(&kinds);
        }
    }

    fn fields(&mut self, kinds: &[Kind]) {
        let mut seen: Vec<&str> = Vec::new();
        for kind in kinds {
            for (_, info) in Shape::of(*kind).fields() {
                if !seen.contains(&info.name) {
                    seen.push(info.name);
                    self.add(CompletionKind::Field, info.name, info.name, info.help);
                }
            }
        }
    }

    /// Offers values of the field at the end of the path.
    fn values(&mut self, path: &str, kind: Kind, links: &dyn Links) {
        let (before, last) = match path.rsplit_once('.') {
            Some((before, last)) => (Some(before), last),
            None => (None, path),
        };
        let name = last.to_lowercase().replace('-', "_");
        let infos = kinds_at(before, kind)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|kind| Shape::of(kind).find(&name));
        for (_, info) in infos.take(1) {
            self.values_of(&info, links);
            self.value("none", "nothing is there");
            self.value("any", "something is there");
        }
    }

    fn values_of(&mut self, info: &FieldInfo, links: &dyn Links) {
        let ty = match info.ty {
            FieldType::Many(inner) => *inner,
            other => other,
        };
        match ty {
            FieldType::Choice(known) => {
                for name in known {
                    self.value(name, info.help);
                }
            }
            FieldType::Flag => {
                self.value("yes", info.help);
                self.value("no", info.help);
            }
            FieldType::Instant | FieldType::Date | FieldType::Due => {
                self.value("today", "the whole day");
                self.value("tomorrow", "the whole day");
                self.value("yesterday", "the whole day");
                self.value("now", "this instant");
                self.value("2h", "in two hours; -2h: two hours ago");
            }
            FieldType::Span => {
                for (span, help) in [
                    ("2h", "hours"),
                    ("7d", "days"),
                    ("3w", "weeks"),
                    ("45m", "minutes"),
                ] {
                    self.value(span, help);
                }
            }
            FieldType::Link(kind) => {
                if matches!(kind, Kind::User | Kind::Person) {
                    self.value("me", "who is at the console");
                }
                if matches!(kind, Kind::User | Kind::Person | Kind::Team) {
                    self.value("my-team", "everyone of my team");
                }
                links.each(kind, &mut |_, row| {
                    let title = row.row_title();
                    if self.found.len() < MOST * 4 && !title.is_empty() {
                        self.add(CompletionKind::Value, &quote(&title), &title, kind.label());
                    }
                });
            }
            FieldType::AnyLink => {
                for kind in Kind::ALL {
                    self.value(kind.name(), kind.label());
                }
            }
            _ => {}
        }
    }
}

/// Returns the kinds to which a dotted path leads; `None` when it leads nowhere.
fn kinds_at(path: Option<&str>, kind: Kind) -> Option<Vec<Kind>> {
    let mut kinds = vec![kind];
    for name in path.into_iter().flat_map(|path| path.split('.')) {
        let name = name.to_lowercase().replace('-', "_");
        let mut next = Vec::new();
        for kind in kinds {
            let Some((_, info)) = Shape::of(kind).find(&name) else {
                continue;
            };
            match info.ty {
                FieldType::Link(kind) => next.push(kind),
                FieldType::Many(FieldType::Link(kind)) => next.push(*kind),
                FieldType::AnyLink | FieldType::Many(FieldType::AnyLink) => {
                    next.extend_from_slice(Kind::ALL);
                }
                _ => {}
            }
        }
        next.sort_unstable();
        next.dedup();
        kinds = next;
    }
    (!kinds.is_empty()).then_some(kinds)
}
