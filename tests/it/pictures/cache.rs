//! The demo's morning as the cache of its CNM holds it.

use std::collections::{BTreeMap, BTreeSet};

use cnm::app::{App, Msg};
use cnm::demo::{self, Filed, Options};
use cnm::effect::{CacheRow, Effect, Load, RowState};
use cnm::record::{AnyRef, Audience, Kind, KindVisitor, Record};
use serde_json::Value as Json;

/// What a record says of its place in the cache.
struct Place {
    open: bool,
    parent: Option<AnyRef>,
    audience: Audience,
}

/// Reads a record's place from its fields.
struct Read<'a>(&'a Filed);

impl KindVisitor for Read<'_> {
    type Out = Place;
    fn visit<R: Record>(self) -> Place {
        let record: R = serde_json::from_value(Json::Object(self.0.fields.clone())).unwrap();
        Place {
            open: record.is_open(),
            parent: record.parent(),
            audience: R::AUDIENCE,
        }
    }
}

/// The records that one user sees.
pub(crate) struct Cache {
    pub(crate) me: String,
    working: Vec<CacheRow>,
    closed: Vec<CacheRow>,
    children: BTreeMap<(AnyRef, Kind), Vec<CacheRow>>,
}

impl Cache {
    /// Generates the morning of the demo and keeps what its CNM sees.
    pub(crate) fn morning() -> Self {
        let options = Options::default();
        let me = demo::cast(&options).ana.user.as_str().to_owned();
        let mut cache = Self {
            me,
            working: Vec::new(),
            closed: Vec::new(),
            children: BTreeMap::new(),
        };
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for filed in demo::generate(&options).flat_map(|transaction| transaction.records) {
            let place = filed.kind.visit(Read(&filed));
            if cache.sees(&filed, place.audience, &seen) {
                seen.insert(filed.id.clone());
                cache.take(&filed, place);
            }
        }
        cache
    }

    /// Tells whether the user sees a record; parents come before their children.
    fn sees(&self, filed: &Filed, audience: Audience, seen: &BTreeSet<String>) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Users(fields) => fields.iter().any(|field| match filed.fields.get(*field) {
                Some(Json::String(user)) => *user == self.me,
                Some(Json::Array(users)) => users.iter().any(|user| user == self.me.as_str()),
                _ => false,
            }),
            Audience::Parent(field) => match filed.fields.get(field) {
                Some(Json::String(id)) => seen.contains(id),
                Some(Json::Object(link)) => link
                    .get("id")
                    .and_then(Json::as_str)
                    .is_some_and(|id| seen.contains(id)),
                _ => false,
            },
        }
    }

    fn take(&mut self, filed: &Filed, place: Place) {
        let row = CacheRow {
            kind: filed.kind,
            id: filed.id.clone(),
            version: 1,
            state: RowState::Clean,
            fields: Json::Object(filed.fields.clone()).to_string(),
        };
        if place.open {
            self.working.push(row.clone());
        } else if place.parent.is_none() {
            self.closed.push(row.clone());
        }
        if let Some(parent) = place.parent {
            self.children
                .entry((parent, filed.kind))
                .or_default()
                .push(row);
        }
    }

    /// The records that a console holds from its start.
    pub(crate) fn working(&self) -> Vec<CacheRow> {
        self.working.clone()
    }

    /// Answers what a console asks of its cache.
    pub(crate) fn answer(&self, app: &mut App, effects: &[Effect]) {
        for effect in effects {
            let Effect::Load(load) = effect else { continue };
            let rows = match load {
                Load::Children { parent, kind, .. } => {
                    self.children.get(&(parent.clone(), *kind)).cloned()
                }
                Load::Below {
                    parent,
                    through,
                    kind,
                    ..
                } => {
                    let children = self.children.get(&(parent.clone(), *through));
                    let links = children.into_iter().flatten().map(|child| {
                        let link = AnyRef::new(*through, &child.id);
                        self.children.get(&(link, *kind))
                    });
                    Some(links.flatten().flatten().cloned().collect())
                }
                Load::All { kind, .. } => {
                    let of_kind = |row: &&CacheRow| row.kind == *kind;
                    let below = self.children.values().flatten().filter(of_kind).cloned();
                    Some(below.collect())
                }
                Load::Since { kind, since, .. } => {
                    let done_at = |row: &CacheRow| {
                        let fields: serde_json::Value = serde_json::from_str(&row.fields).unwrap();
                        let done = fields["done_at"].as_str().map(str::to_owned);
                        done.and_then(|done| done.parse::<jiff::Timestamp>().ok())
                    };
                    let of_kind = |row: &&CacheRow| {
                        let late = row.kind != Kind::Thread || done_at(row) >= Some(*since);
                        row.kind == *kind && late
                    };
                    let below = self.children.values().flatten();
                    Some(below.chain(&self.closed).filter(of_kind).cloned().collect())
                }
                _ => continue,
            };
            let rows = rows.unwrap_or_default();
            app.update(app.world.view.now, Msg::Loaded(load.clone(), rows));
        }
    }
}
