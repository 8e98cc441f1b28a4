//! Conditions of the keymap: a query about the console and the record under the cursor.

use crate::record::{FieldInfo, FieldType, Kind, Value, View};

use super::check::{Checker, names_of, unknown_field};
use super::choice::{self, Chosen};
use super::criterion::{Criterion, Scene, Scratch};
use super::error::{Fault, QueryError};
use super::filter::{FieldTest, Subject, Test, Then};
use super::moment::{Lasting, Scope};
use super::operand::Named;
use super::row::{Links, Row};
use super::shape::Shape;
use super::syntax::{Atom, Name, Node, Operand, Query, Relation, Span, Term, Words};

/// What the console tells about itself: the variables of a [`Condition`].
pub trait Context {
    /// Returns the value of a variable by its name; [`Value::Empty`] where it has none.
    fn variable(&self, name: &'static str) -> Value<'_>;
}

/// A query about the console (`online`, `pane:inbox`) and the record under the cursor (`item.kind:thread`,
/// `network.lifecycle:new`).
///
/// Bare words are names of variables or of yes-or-no fields, not text to search for. A field may stand with or
/// without `item.` before it; without it a variable of the same name comes first. Where no record is under the
/// cursor, or one whose kind lacks the field, a term about a field is false.
#[derive(Clone, Debug)]
pub struct Condition {
    query: Query,
    test: Test,
    about_item: bool,
}

impl Query {
    /// Holds the query against the variables of the console and the fields of the kinds that may be under the
    /// cursor; `Kind::ALL` where any may be.
    ///
    /// # Errors
    /// Names the first word that is neither a variable nor a field of one of the kinds, the first value that
    /// does not fit, and any `sort:` or `limit:`. Times that would have to be read again tomorrow are refused,
    /// because a keymap is read once: `due<now` and `idle>7d` are fine, `due:today` is not.
    pub fn condition(
        &self,
        variables: &[FieldInfo],
        kinds: &[Kind],
        scope: &Scope<'_>,
    ) -> Result<Condition, QueryError> {
        if !self.sort.is_empty() || self.limit.is_some() {
            let text = self.to_string();
            return Err(QueryError::new(
                Fault::Syntax,
                0..0,
                &text,
                "a condition has no order and no limit",
                "leave out sort: and limit:",
            ));
        }
        let mut reader = Reader {
            checker: Checker::new(scope),
            variables,
            kinds,
            about_item: false,
        };
        let test = reader.node(&self.root)?;
        Ok(Condition {
            query: self.clone(),
            test,
            about_item: reader.about_item,
        })
    }
}

impl Condition {
    /// Returns the query it was made from.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Tells whether the answer depends on the record under the cursor.
    pub fn is_about_item(&self) -> bool {
        self.about_item
    }

    /// Tells whether the condition holds.
    pub fn holds(
        &self,
        context: &dyn Context,
        item: Option<&dyn Row>,
        view: &View,
        links: &dyn Links,
    ) -> bool {
        let subject = Subject {
            row: item,
            searched: &[],
            variable: &|name| context.variable(name),
        };
        self.test
            .holds(subject, Scene { view, links }, &mut Scratch::default())
    }
}

struct Reader<'a> {
    checker: Checker<'a>,
    variables: &'a [FieldInfo],
    kinds: &'a [Kind],
    about_item: bool,
}

impl Reader<'_> {
    fn node(&mut self, node: &Node) -> Result<Test, QueryError> {
        Ok(match node {
            Node::All(parts) => Test::All(self.nodes(parts)?),
            Node::Any(parts) => Test::Any(self.nodes(parts)?),
            Node::Not(inner) => Test::Not(Box::new(self.node(inner)?)),
            Node::Words(words) => self.word(words)?,
            Node::Term(term) => self.term(term)?,
        })
    }

    fn nodes(&mut self, nodes: &[Node]) -> Result<Vec<Test>, QueryError> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    /// Reads a bare word: a variable that is set, or a yes-or-no field that says yes.
    fn word(&mut self, words: &Words) -> Result<Test, QueryError> {
        let name = choice::normal(&words.text);
        if let Some(variable) = self.variable(&name) {
            let criterion = match variable.ty {
                FieldType::Flag => Criterion::Flag(true),
                _ => Criterion::Present { but: None },
            };
            return Ok(Test::Variable(variable.name, vec![criterion]));
        }
        let name = name.strip_prefix("item.").unwrap_or(&name);
        let flags: Vec<(Kind, FieldTest)> = self
            .kinds
            .iter()
            .filter_map(|kind| {
                let (slot, info) = Shape::of(*kind).find(name)?;
                let then = Then::Accept(vec![Criterion::Flag(true)]);
                (info.ty == FieldType::Flag).then_some((*kind, FieldTest { slot, then }))
            })
            .collect();
        if flags.is_empty() {
            let why = "neither a variable nor a yes-or-no field";
            return Err(self.unknown(words.span, &words.text, why));
        }
        self.about_item = true;
        Ok(Test::ByKind(flags))
    }

    fn term(&mut self, term: &Term) -> Result<Test, QueryError> {
        match term.path.steps.as_slice() {
            [name] => {
                if let Some(variable) = self.variable(&name.text) {
                    let criteria = self.values(variable, name, term)?;
                    return Ok(Test::Variable(variable.name, criteria));
                }
                self.field(&term.path.steps, term)
            }
            [item, kind] if item.text == "item" && kind.text == "kind" => {
                self.about_item = true;
                kinds(term).map(Test::Kinds)
            }
            [item, rest @ ..] if item.text == "item" => self.field(rest, term),
            steps => self.field(steps, term),
        }
    }

    fn field(&mut self, steps: &[Name], term: &Term) -> Result<Test, QueryError> {
        let first = steps.first().or(term.path.steps.first());
        if let Some(name) = first
            && !self
                .kinds
                .iter()
                .any(|kind| Shape::of(*kind).find(&name.text).is_some())
        {
            let why = "neither a variable nor a field of what may be under the cursor";
            return Err(self.unknown(name.span, &name.text, why));
        }
        let tests = self.checker.field_of_any(steps, term, self.kinds)?;
        self.refuse_moving_times(term)?;
        self.about_item = true;
        Ok(Test::ByKind(tests))
    }

    fn values(
        &mut self,
        variable: FieldInfo,
        name: &Name,
        term: &Term,
    ) -> Result<Vec<Criterion>, QueryError> {
        let named = Named {
            info: variable,
            id: false,
            relation: term.relation,
            text: &name.text,
        };
        let criteria = self.checker.criteria(&named, &term.operands)?;
        self.refuse_moving_times(term)?;
        Ok(criteria)
    }

    fn refuse_moving_times(&self, term: &Term) -> Result<(), QueryError> {
        if self.checker.lasting <= Lasting::Zone {
            return Ok(());
        }
        let span = term.path.span();
        Err(QueryError::new(
            Fault::WrongType,
            span.range(),
            &term.to_string(),
            "a condition is read once, and this time moves",
            "count from now instead, as in `due<now` or `due<2h`",
        ))
    }

    fn variable(&self, name: &str) -> Option<FieldInfo> {
        self.variables
            .iter()
            .find(|variable| variable.name == name)
            .copied()
    }

    fn unknown(&self, span: Span, word: &str, why: &str) -> QueryError {
        let fields = self.kinds.iter().flat_map(|kind| names_of(*kind));
        let names: Vec<&str> = self
            .variables
            .iter()
            .map(|variable| variable.name)
            .chain(fields)
            .collect();
        unknown_field(span, word, why.to_owned(), &names)
    }
}

/// Reads the kinds of `item.kind:`.
fn kinds(term: &Term) -> Result<Vec<Kind>, QueryError> {
    let mut kinds = Vec::new();
    for operand in &term.operands {
        let (Operand::One(atom), Relation::Is | Relation::Exactly) = (operand, term.relation)
        else {
            return Err(QueryError::new(
                Fault::WrongType,
                term.path.span().range(),
                "item.kind",
                "kinds have no order",
                "write `item.kind:thread`",
            ));
        };
        kinds.extend(kinds_named(atom)?);
    }
    Ok(kinds)
}

fn kinds_named(atom: &Atom) -> Result<Vec<Kind>, QueryError> {
    let names = match choice::choose(choice::KINDS, &atom.text) {
        Chosen::These(names) => names,
        Chosen::Ambiguous(names) => {
            return Err(QueryError::new(
                Fault::UnknownValue,
                atom.span.range(),
                &atom.text,
                format!("could be {}", names.join(" or ")),
                "write one of them",
            ));
        }
        Chosen::Unknown => {
            return Err(QueryError::unknown(
                Fault::UnknownValue,
                atom.span.range(),
                &atom.text,
                "no kind of record has this name",
                choice::KINDS.iter().copied(),
                || format!("use one of {}", choice::KINDS.join(", ")),
            ));
        }
    };
    Ok(names.into_iter().filter_map(Kind::from_name).collect())
}
