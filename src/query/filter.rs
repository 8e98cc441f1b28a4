//! A query that has been held against a kind, ready to be asked about its records.

use crate::record::{Kind, Value, View};

use super::criterion::{Criterion, Scene, Scratch, follow, names};
use super::error::{Fault, QueryError, nearest};
use super::fold::Needle;
use super::moment::Lasting;
use super::order::{Key, SortKey, in_order};
use super::row::{Links, Row, Slot};
use super::shape::Shape;
use super::syntax::{Node, Operand, Query, Relation, Term};

/// What must be true of a record.
#[derive(Clone, Debug)]
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Words(Needle),
    Field(FieldTest),
    /// The record is of one of these kinds.
    Kinds(Vec<Kind>),
    /// What must be true of the record depends on its kind; other kinds fail.
    ByKind(Vec<(Kind, FieldTest)>),
    /// What a variable of the console must be.
    Variable(&'static str, Vec<Criterion>),
}

/// What must be true of one field.
#[derive(Clone, Debug)]
pub(super) struct FieldTest {
    pub(super) slot: Slot,
    pub(super) then: Then,
}

/// What to do with the value of a field.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// One of these must accept it.
    Accept(Vec<Criterion>),
    /// It is a link, and this must be true of the record it leads to.
    Follow(Vec<(Kind, FieldTest)>),
}

/// A query checked against a kind.
///
/// Days and phrases such as `today` are read once, when the filter is made; [`Filter::is_stale`] tells when
/// to check the query again.
#[derive(Clone, Debug)]
pub struct Filter {
    query: Query,
    kind: Kind,
    test: Test,
    /// Where bare words are searched.
    searched: Vec<Slot>,
    keys: Vec<Key>,
    lasting: Lasting,
    made: View,
}

impl Filter {
    pub(super) fn new(
        query: Query,
        kind: Kind,
        test: Test,
        keys: Vec<Key>,
        lasting: Lasting,
        made: &View,
    ) -> Self {
        Self {
            query,
            kind,
            test,
            searched: Shape::of(kind).searched(),
            keys,
            lasting,
            made: made.clone(),
        }
    }

    /// Returns the query that was checked.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Returns the kind it was checked against.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Tells whether the query gives an order.
    pub fn is_sorted(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Tells whether the query has to be checked again, because a day or a time it names has moved: at
    /// midnight for `today`, each minute for phrases, when the zone changes for any date.
    pub fn is_stale(&self, view: &View) -> bool {
        /// Seconds of a minute.
        const MINUTE: i64 = 60;
        let minute = |view: &View| view.now.as_second().div_euclid(MINUTE);
        match self.lasting {
            Lasting::Always => false,
            Lasting::Zone => view.zone != self.made.zone,
            Lasting::Day => view.zone != self.made.zone || view.today() != self.made.today(),
            Lasting::Minute => view.zone != self.made.zone || minute(view) != minute(&self.made),
        }
    }

    /// Tells whether a record is one of those asked for; a record of another kind never is.
    pub fn matches(&self, row: &dyn Row, view: &View, links: &dyn Links) -> bool {
        self.matcher(view, links).matches(row)
    }

    /// Returns something that answers for many records in turn without making anything anew.
    pub fn matcher<'f>(&'f self, view: &'f View, links: &'f dyn Links) -> Matcher<'f> {
        Matcher {
            filter: self,
            scene: Scene { view, links },
            scratch: Scratch::default(),
        }
    }

    /// Returns the place of a record in the order of the query.
    pub fn sort_key(&self, row: &dyn Row, view: &View, links: &dyn Links) -> SortKey {
        SortKey::of(&self.keys, row, Scene { view, links })
    }

    /// Returns the records asked for, in order, as many as asked for; without `sort:` they keep their order.
    pub fn select<'r, T: Row>(
        &self,
        rows: impl IntoIterator<Item = &'r T>,
        view: &View,
        links: &dyn Links,
    ) -> Vec<&'r T> {
        let mut matcher = self.matcher(view, links);
        let mut found: Vec<&T> = rows
            .into_iter()
            .filter(|row| matcher.matches(*row))
            .collect();
        if self.is_sorted() {
            found = in_order(&self.keys, &found, Scene { view, links });
        }
        if let Some(limit) = self.query.limit() {
            found.truncate(limit);
        }
        found
    }

    /// Looks for names in link fields that nothing at hand bears, such as a mistyped stage or CN.
    ///
    /// These are warnings, not errors: the records may not have arrived yet. Kinds of which nothing is at hand
    /// are not checked.
    pub fn unknown_names(&self, links: &dyn Links) -> Vec<QueryError> {
        let mut warnings = Vec::new();
        walk(&self.query.root, &mut |term| {
            self.check_names(term, links, &mut warnings);
        });
        warnings
    }

    fn check_names(&self, term: &Term, links: &dyn Links, warnings: &mut Vec<QueryError>) {
        let path: Vec<&str> = term.path.steps.iter().map(|step| &*step.text).collect();
        let Some(kind) = Shape::linked_kind(self.kind, &path) else {
            return;
        };
        for operand in &term.operands {
            let Operand::One(atom) = operand else {
                continue;
            };
            let special =
                !atom.quoted && matches!(atom.text.as_str(), "none" | "any" | "me" | "my-team");
            if special {
                continue;
            }
            let needle = Needle::new(&atom.text);
            let mut titles: Vec<String> = Vec::new();
            let mut known = false;
            links.each(kind, &mut |id, row| {
                let names = names(row, &self.made);
                known |= id == atom.text
                    || names.iter().any(|name| match term.relation {
                        Relation::Exactly => needle.is_folded(name),
                        _ => needle.begins_word_of_folded(name),
                    });
                titles.push(row.row_title().into_owned());
            });
            if known || titles.is_empty() {
                continue;
            }
            let lower: Vec<String> = titles.iter().map(|title| title.to_lowercase()).collect();
            let suggestion = nearest(&atom.text, lower.iter().map(String::as_str))
                .and_then(|near| lower.iter().position(|title| title == near))
                .and_then(|position| titles.get(position));
            let hint = suggestion.map_or_else(
                || "nothing will be found".to_owned(),
                |name| format!("did you mean {name}?"),
            );
            let mut warning = QueryError::new(
                Fault::UnknownValue,
                atom.span.range(),
                &atom.text,
                format!("no {} has this name", kind.label()),
                hint,
            );
            warning.suggestion = suggestion.map(|name| super::quote(name).into_owned());
            warnings.push(warning);
        }
    }
}

/// Calls `visit` with every term of the tree.
fn walk<'n>(node: &'n Node, visit: &mut impl FnMut(&'n Term)) {
    match node {
        Node::All(parts) | Node::Any(parts) => {
            for part in parts {
                walk(part, visit);
            }
        }
        Node::Not(inner) => walk(inner, visit),
        Node::Term(term) => visit(term),
        Node::Words(_) => {}
    }
}

/// Asks a filter about one record after the other.
pub struct Matcher<'f> {
    filter: &'f Filter,
    scene: Scene<'f>,
    scratch: Scratch,
}

impl Matcher<'_> {
    /// Tells whether a record is one of those asked for; a record of another kind never is.
    pub fn matches(&mut self, row: &dyn Row) -> bool {
        row.row_kind() == self.filter.kind
            && self.filter.test.holds(
                Subject {
                    row: Some(row),
                    searched: &self.filter.searched,
                    variable: &|_| Value::Empty,
                },
                self.scene,
                &mut self.scratch,
            )
    }
}

/// What a test is asked about.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) row: Option<&'a dyn Row>,
    pub(super) searched: &'a [Slot],
    pub(super) variable: &'a dyn Fn(&'static str) -> Value<'a>,
}

impl Test {
    pub(super) fn holds(
        &self,
        subject: Subject<'_>,
        scene: Scene<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.holds(subject, scene, scratch)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(subject, scene, scratch)),
            Test::Not(test) => !test.holds(subject, scene, scratch),
            Test::Words(needle) => subject
                .row
                .is_some_and(|row| found(needle, row, subject.searched, scene, scratch)),
            Test::Field(test) => subject
                .row
                .is_some_and(|row| test.holds(row, scene, scratch)),
            Test::Kinds(kinds) => subject
                .row
                .is_some_and(|row| kinds.contains(&row.row_kind())),
            Test::ByKind(tests) => subject.row.is_some_and(|row| {
                let kind = row.row_kind();
                tests
                    .iter()
                    .any(|(of, test)| *of == kind && test.holds(row, scene, scratch))
            }),
            Test::Variable(name, criteria) => {
                let value = (subject.variable)(name);
                criteria
                    .iter()
                    .any(|criterion| criterion.accepts(&value, scene, scratch))
            }
        }
    }
}

impl FieldTest {
    fn holds(&self, row: &dyn Row, scene: Scene<'_>, scratch: &mut Scratch) -> bool {
        self.accepts(&row.cell(self.slot, scene.view), scene, scratch)
    }

    fn accepts(&self, value: &Value<'_>, scene: Scene<'_>, scratch: &mut Scratch) -> bool {
        match (&self.then, value) {
            (Then::Accept(criteria), _) => criteria
                .iter()
                .any(|criterion| criterion.accepts(value, scene, scratch)),
            (Then::Follow(_), Value::List(values)) if !values.is_empty() => values
                .iter()
                .any(|value| self.accepts(value, scene, scratch)),
            (Then::Follow(targets), Value::Link(link)) => match follow(link, scene) {
                Some(row) => {
                    let kind = row.row_kind();
                    targets
                        .iter()
                        .any(|(of, test)| *of == kind && test.holds(row, scene, scratch))
                }
                None => self.accepts_nothing(scene, scratch),
            },
            (Then::Follow(_), _) => self.accepts_nothing(scene, scratch),
        }
    }

    /// Tells whether the field at the end of the links may be empty, for links that lead nowhere.
    fn accepts_nothing(&self, scene: Scene<'_>, scratch: &mut Scratch) -> bool {
        match &self.then {
            Then::Accept(criteria) => criteria
                .iter()
                .any(|criterion| criterion.accepts(&Value::Empty, scene, scratch)),
            Then::Follow(targets) => targets
                .iter()
                .any(|(_, test)| test.accepts_nothing(scene, scratch)),
        }
    }
}

/// Tells whether the words stand in one of the searched fields.
fn found(
    needle: &Needle,
    row: &dyn Row,
    searched: &[Slot],
    scene: Scene<'_>,
    scratch: &mut Scratch,
) -> bool {
    searched
        .iter()
        .any(|slot| match row.cell(*slot, scene.view) {
            Value::Text(text) => needle.is_in(&text, &mut scratch.text),
            Value::List(values) => values.iter().any(
                |value| matches!(value, Value::Text(text) if needle.is_in(text, &mut scratch.text)),
            ),
            Value::Link(link) => {
                scratch.any_name(&link, scene, |folded| needle.is_in_folded(folded))
            }
            _ => false,
        })
}
