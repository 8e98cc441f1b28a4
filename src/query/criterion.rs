//! What one value of a field must be, prepared so that asking costs little.

use std::collections::HashMap;
use std::ops::{Bound, RangeBounds};

use jiff::SignedDuration;

use crate::record::{AnyRef, Kind, Value, View};
use crate::text::fold;

use super::figure;
use super::fold::Needle;
use super::moment::TimeBounds;
use super::row::{Links, Row, Slot};

/// The least and the greatest value, each included, excluded or open.
pub(super) type Bounds<T> = (Bound<T>, Bound<T>);

/// What a value must be.
#[derive(Clone, Debug)]
pub(super) enum Criterion {
    /// Nothing is there, or the choice that says so.
    Missing {
        or: Option<&'static str>,
    },
    /// Something is there, other than the choice that says nothing is.
    Present {
        but: Option<&'static str>,
    },
    Contains(Needle),
    Whole(Needle),
    Id(Box<str>),
    Number(Bounds<f64>),
    Money {
        thousandths: Bounds<i128>,
        currency: Option<Box<str>>,
    },
    Flag(bool),
    Time(TimeBounds),
    Span(Bounds<SignedDuration>),
    /// One of these names.
    Choice(Vec<Box<str>>),
    /// A known name whose position lies within the bounds.
    Rank {
        known: &'static [&'static str],
        positions: Bounds<usize>,
    },
    Link(LinkCriterion),
}

/// What a link must lead to.
#[derive(Clone, Debug)]
pub(super) enum LinkCriterion {
    /// The person at the console.
    Me(People),
    /// The team of the person at the console, the teams under it and everyone in them.
    MyTeam(People),
    /// A record with this id, or one with this name or a word of its name that begins so.
    Named {
        id: Box<str>,
        name: Needle,
        whole: bool,
    },
    /// Any record of this kind.
    OfKind(Kind),
    /// This record.
    To(AnyRef),
}

/// Where people, users and teams say how they belong together.
#[derive(Clone, Copy, Debug)]
pub(super) struct People {
    person_user: Option<Slot>,
    user_team: Option<Slot>,
    team_parent: Option<Slot>,
}

/// What is needed to answer, and stays the same from record to record.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) view: &'a View,
    pub(super) links: &'a dyn Links,
}

/// What is kept from record to record so that it need not be made again.
#[derive(Default)]
pub(super) struct Scratch {
    /// Room for folded text.
    pub(super) text: String,
    my_team: MyTeam,
    /// The folded names of the records that links lead to; thousands of rows link to the same few.
    names: HashMap<AnyRef, Vec<String>>,
}

/// The team of the person at the console.
#[derive(Default)]
enum MyTeam {
    #[default]
    NotLookedUp,
    None,
    Team(Box<str>),
}

impl Scratch {
    /// Tells whether the test holds for one of the folded names of the record that a link leads to: its
    /// title, and the aliases of a CN.
    pub(super) fn any_name(
        &mut self,
        link: &AnyRef,
        scene: Scene<'_>,
        test: impl Fn(&str) -> bool,
    ) -> bool {
        if let Some(names) = self.names.get(link) {
            return names.iter().any(|name| test(name));
        }
        let names = follow(link, scene).map_or_else(Vec::new, |row| names(row, scene.view));
        let found = names.iter().any(|name| test(name));
        self.names.insert(link.clone(), names);
        found
    }
}

impl People {
    pub(super) fn new() -> Self {
        Self {
            person_user: Slot::stored(Kind::Person, "user"),
            user_team: Slot::stored(Kind::User, "team"),
            team_parent: Slot::stored(Kind::Team, "parent"),
        }
    }

    /// Returns the user behind a link to a user or a contact.
    fn user(self, link: &AnyRef, scene: Scene<'_>) -> Option<Box<str>> {
        match link.known_kind()? {
            Kind::User => Some(link.id.clone()),
            Kind::Person => {
                let person = scene.links.row(Kind::Person, &link.id)?;
                linked(person, self.person_user?, scene.view)
            }
            _ => None,
        }
    }

    fn team(self, user: &str, scene: Scene<'_>) -> Option<Box<str>> {
        let user = scene.links.row(Kind::User, user)?;
        linked(user, self.user_team?, scene.view)
    }

    fn in_my_team(self, link: &AnyRef, scene: Scene<'_>, scratch: &mut Scratch) -> bool {
        /// Teams do not nest deeper; the bound ends the walk when a team is its own ancestor.
        const LEVELS: usize = 16;
        let team = if link.known_kind() == Some(Kind::Team) {
            Some(link.id.clone())
        } else {
            let Some(user) = self.user(link, scene) else {
                return false;
            };
            if user == scene.view.me {
                return true;
            }
            self.team(&user, scene)
        };
        if matches!(scratch.my_team, MyTeam::NotLookedUp) {
            scratch.my_team = self
                .team(&scene.view.me, scene)
                .map_or(MyTeam::None, MyTeam::Team);
        }
        let (MyTeam::Team(mine), Some(mut team)) = (&scratch.my_team, team) else {
            return false;
        };
        for _ in 0..LEVELS {
            if team == *mine {
                return true;
            }
            let parent = scene
                .links
                .row(Kind::Team, &team)
                .and_then(|row| linked(row, self.team_parent?, scene.view));
            match parent {
                Some(parent) => team = parent,
                None => return false,
            }
        }
        false
    }
}

/// Returns the folded names by which a link finds a record: its title, and the aliases of a CN.
pub(super) fn names(row: &dyn Row, view: &View) -> Vec<String> {
    let mut names = vec![fold(&row.row_title())];
    if row.row_kind() == Kind::Network
        && let Some(slot) = Slot::stored(Kind::Network, "aliases")
        && let Value::List(aliases) = row.cell(slot, view)
    {
        names.extend(aliases.iter().filter_map(|alias| match alias {
            Value::Text(text) => Some(fold(text)),
            _ => None,
        }));
    }
    names
}

/// Returns the id that a link field of a record names.
fn linked(row: &dyn Row, slot: Slot, view: &View) -> Option<Box<str>> {
    match row.cell(slot, view) {
        Value::Link(link) => Some(link.id),
        _ => None,
    }
}

/// Returns the record that a link leads to, if it is at hand.
pub(super) fn follow<'a>(link: &AnyRef, scene: Scene<'a>) -> Option<&'a dyn Row> {
    scene.links.row(link.known_kind()?, &link.id)
}

impl Criterion {
    /// Tells whether the value is what it must be; of a list, whether one of its entries is.
    pub(super) fn accepts(
        &self,
        value: &Value<'_>,
        scene: Scene<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        let text_is = |name: Option<&str>| matches!((value, name), (Value::Text(text), Some(name)) if text == name);
        match self {
            Criterion::Missing { or } => return value.is_empty() || text_is(*or),
            Criterion::Present { but } => return !value.is_empty() && !text_is(*but),
            _ => {}
        }
        match value {
            Value::Empty => matches!(self, Criterion::Flag(false)),
            Value::List(values) => values
                .iter()
                .any(|value| self.accepts(value, scene, scratch)),
            Value::Json(json) => self.accepts_json(json, scratch),
            _ => self.accepts_one(value, scene, scratch),
        }
    }

    fn accepts_one(&self, value: &Value<'_>, scene: Scene<'_>, scratch: &mut Scratch) -> bool {
        match (self, value) {
            (Criterion::Contains(needle), Value::Text(text)) => {
                needle.is_in(text, &mut scratch.text)
            }
            (Criterion::Whole(needle), Value::Text(text)) => needle.is(text, &mut scratch.text),
            (Criterion::Id(id), Value::Text(text)) => **id == **text,
            (Criterion::Number(bounds), Value::Number(number)) => bounds.contains(number),
            (
                Criterion::Money {
                    thousandths,
                    currency,
                },
                Value::Money(money),
            ) => {
                currency
                    .as_ref()
                    .is_none_or(|currency| *currency == money.currency)
                    && thousandths.contains(&figure::thousandths(money.minor, &money.currency))
            }
            (Criterion::Flag(wanted), Value::Flag(flag)) => wanted == flag,
            (Criterion::Time(bounds), time) => bounds.accept(time, scene.view),
            (Criterion::Span(bounds), Value::Span(span)) => bounds.contains(span),
            (Criterion::Choice(names), Value::Text(text)) => {
                names.iter().any(|name| **name == **text)
            }
            (Criterion::Rank { known, positions }, Value::Text(text)) => known
                .iter()
                .position(|name| *name == text)
                .is_some_and(|position| positions.contains(&position)),
            (Criterion::Link(wanted), Value::Link(link)) => wanted.accepts(link, scene, scratch),
            _ => false,
        }
    }

    /// Looks for text in the strings and numbers of a structure, not in the names of its fields.
    fn accepts_json(&self, json: &serde_json::Value, scratch: &mut Scratch) -> bool {
        match json {
            serde_json::Value::Array(values) => {
                values.iter().any(|value| self.accepts_json(value, scratch))
            }
            serde_json::Value::Object(fields) => fields
                .values()
                .any(|value| self.accepts_json(value, scratch)),
            serde_json::Value::String(text) => self.accepts_text(text, scratch),
            serde_json::Value::Number(number) => self.accepts_text(&number.to_string(), scratch),
            _ => false,
        }
    }

    fn accepts_text(&self, text: &str, scratch: &mut Scratch) -> bool {
        match self {
            Criterion::Contains(needle) => needle.is_in(text, &mut scratch.text),
            Criterion::Whole(needle) => needle.is(text, &mut scratch.text),
            _ => false,
        }
    }
}

impl LinkCriterion {
    fn accepts(&self, link: &AnyRef, scene: Scene<'_>, scratch: &mut Scratch) -> bool {
        match self {
            LinkCriterion::Me(people) => match people.user(link, scene) {
                Some(user) => user == scene.view.me,
                None => false,
            },
            LinkCriterion::MyTeam(people) => people.in_my_team(link, scene, scratch),
            LinkCriterion::OfKind(kind) => *link.kind == *kind.name(),
            LinkCriterion::To(target) => link == target,
            LinkCriterion::Named { id, name, whole } => {
                link.id == *id
                    || scratch.any_name(link, scene, |folded| {
                        if *whole {
                            name.is_folded(folded)
                        } else {
                            name.begins_word_of_folded(folded)
                        }
                    })
            }
        }
    }
}
