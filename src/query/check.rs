//! From what was written to what it means for the fields of a kind.

use crate::record::{FieldInfo, FieldType, Kind};

use super::criterion::Criterion;
use super::error::{Fault, QueryError};
use super::figure::Decimal;
use super::filter::{FieldTest, Filter, Test, Then};
use super::fold::Needle;
use super::moment::{Lasting, Scope, Stretch, TimeBounds};
use super::operand::{Named, backwards, flag, link, presence};
use super::order::Key;
use super::row::Slot;
use super::shape::Shape;
use super::syntax::{Atom, Name, Node, Operand, Path, Query, Relation, Span, Term};

/// How many links a dotted field may follow.
const STEPS: usize = 6;

impl Query {
    /// Holds the query against the fields of a kind.
    ///
    /// # Errors
    /// Names the first field that the kind does not have, the first value that its field cannot hold, or
    /// the first choice that is not known.
    pub fn check(&self, kind: Kind, scope: &Scope<'_>) -> Result<Filter, QueryError> {
        let mut checker = Checker::new(scope);
        let test = checker.node(&self.root, kind)?;
        let sort = self
            .sort
            .iter()
            .map(|sort| Checker::key(&sort.path, sort.descending, kind))
            .collect::<Result<Vec<Key>, QueryError>>()?;
        Ok(Filter::new(
            self.clone(),
            kind,
            test,
            sort,
            checker.lasting,
            scope.view,
        ))
    }
}

/// Gives meaning to the parts of one query.
pub(super) struct Checker<'a> {
    scope: &'a Scope<'a>,
    pub(super) lasting: Lasting,
}

impl<'a> Checker<'a> {
    pub(super) fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            lasting: Lasting::Always,
        }
    }

    fn node(&mut self, node: &Node, kind: Kind) -> Result<Test, QueryError> {
        Ok(match node {
            Node::All(parts) => Test::All(self.nodes(parts, kind)?),
            Node::Any(parts) => Test::Any(self.nodes(parts, kind)?),
            Node::Not(inner) => Test::Not(Box::new(self.node(inner, kind)?)),
            Node::Words(words) => Test::Words(Needle::new(&words.text)),
            Node::Term(term) => Test::Field(self.field(kind, &term.path.steps, term)?),
        })
    }

    fn nodes(&mut self, nodes: &[Node], kind: Kind) -> Result<Vec<Test>, QueryError> {
        nodes.iter().map(|node| self.node(node, kind)).collect()
    }

    /// Finds the field that the steps lead to from a kind, and what it must be.
    pub(super) fn field(
        &mut self,
        kind: Kind,
        steps: &[Name],
        term: &Term,
    ) -> Result<FieldTest, QueryError> {
        let (slot, info, name, rest) = step(kind, steps, &term.path)?;
        if rest.is_empty() {
            let named = Named {
                info,
                id: slot == Slot::Id,
                relation: term.relation,
                text: &name.text,
            };
            let criteria = self.criteria(&named, &term.operands)?;
            return Ok(FieldTest {
                slot,
                then: Then::Accept(criteria),
            });
        }
        let targets = match targets(&info) {
            Targets::One(kind) => vec![(kind, self.field(kind, rest, term)?)],
            Targets::Every => self.field_of_any(rest, term, Kind::ALL)?,
            Targets::None => return Err(no_link(name)),
        };
        Ok(FieldTest {
            slot,
            then: Then::Follow(targets),
        })
    }

    /// Finds the field in each of the kinds that have it; an error if none has.
    pub(super) fn field_of_any(
        &mut self,
        steps: &[Name],
        term: &Term,
        kinds: &[Kind],
    ) -> Result<Vec<(Kind, FieldTest)>, QueryError> {
        let mut found = Vec::new();
        let mut error: Option<QueryError> = None;
        for kind in kinds {
            match self.field(*kind, steps, term) {
                Ok(test) => found.push((*kind, test)),
                // The most telling error comes from a kind that has at least the first field.
                Err(new) => {
                    let better = match &error {
                        None => true,
                        Some(old) => {
                            old.fault == Fault::UnknownField && new.fault != Fault::UnknownField
                        }
                    };
                    if better {
                        error = Some(new);
                    }
                }
            }
        }
        match error {
            Some(mut error) if found.is_empty() => {
                if error.fault == Fault::UnknownField {
                    let names: Vec<&str> = kinds.iter().flat_map(|kind| names_of(*kind)).collect();
                    error = unknown_field(
                        steps.first().map_or(Span::default(), |name| name.span),
                        steps.first().map_or("", |name| &name.text),
                        "no record that could stand here has such a field".to_owned(),
                        &names,
                    );
                }
                Err(error)
            }
            _ => Ok(found),
        }
    }

    fn key(path: &Path, descending: bool, mut kind: Kind) -> Result<Key, QueryError> {
        let mut steps = path.steps.as_slice();
        let mut slots = Vec::new();
        loop {
            let (slot, info, name, rest) = step(kind, steps, path)?;
            slots.push(slot);
            if rest.is_empty() {
                return Ok(Key::new(slots, &info, descending));
            }
            let Targets::One(next) = targets(&info) else {
                return Err(no_link(name));
            };
            (kind, steps) = (next, rest);
        }
    }

    /// Reads the values of a term as the type of its field.
    pub(super) fn criteria(
        &mut self,
        named: &Named<'_>,
        operands: &[Operand],
    ) -> Result<Vec<Criterion>, QueryError> {
        operands
            .iter()
            .map(|operand| self.criterion(named, &named.info.ty, operand))
            .collect()
    }

    fn criterion(
        &mut self,
        named: &Named<'_>,
        ty: &FieldType,
        operand: &Operand,
    ) -> Result<Criterion, QueryError> {
        if let Some(criterion) = presence(ty, named.relation, operand) {
            return Ok(criterion);
        }
        let relation = named.relation;
        match ty {
            FieldType::Many(inner) => self.criterion(named, inner, operand),
            FieldType::Text | FieldType::LongText | FieldType::Json => {
                let atom = named.single(operand)?;
                if named.id {
                    return Ok(Criterion::Id(atom.text.as_str().into()));
                }
                let needle = Needle::new(&atom.text);
                Ok(match relation {
                    Relation::Exactly => Criterion::Whole(needle),
                    _ => Criterion::Contains(needle),
                })
            }
            FieldType::Number => named
                .bounds(operand, |text| Decimal::read(text)?.number())
                .map(Criterion::Number),
            FieldType::Money => named.money(operand),
            FieldType::Flag => {
                let atom = named.single(operand)?;
                flag(&atom.text)
                    .map(Criterion::Flag)
                    .ok_or_else(|| named.wrong(atom))
            }
            FieldType::Instant | FieldType::Date | FieldType::Due => self.time(named, operand),
            FieldType::Span => named.span(operand).map(Criterion::Span),
            FieldType::Choice(known) => named.choice(known, operand),
            FieldType::Link(kind) => {
                let atom = named.single(operand)?;
                Ok(Criterion::Link(link(Some(*kind), atom, relation)))
            }
            FieldType::AnyLink => {
                let atom = named.single(operand)?;
                Ok(Criterion::Link(link(None, atom, relation)))
            }
        }
    }

    fn time(&mut self, named: &Named<'_>, operand: &Operand) -> Result<Criterion, QueryError> {
        let same = !named.relation.compares();
        let scope = self.scope;
        let lasting = &mut self.lasting;
        let mut read = |atom: &Atom, as_day: bool| {
            let stretch =
                Stretch::read(&atom.text, as_day, scope).ok_or_else(|| named.wrong(atom))?;
            *lasting = (*lasting).max(stretch.lasting);
            Ok::<Stretch, QueryError>(stretch)
        };
        let bounds = match operand {
            Operand::One(atom) => {
                let stretch = read(atom, same)?;
                match named.relation {
                    Relation::Is | Relation::Exactly => TimeBounds::within(&stretch),
                    Relation::Less => TimeBounds::less(&stretch),
                    Relation::AtMost => TimeBounds::between(None, Some(&stretch)),
                    Relation::More => TimeBounds::more(&stretch),
                    Relation::AtLeast => TimeBounds::between(Some(&stretch), None),
                }
            }
            Operand::From(low) => TimeBounds::between(Some(&read(low, false)?), None),
            Operand::To(high) => TimeBounds::between(None, Some(&read(high, false)?)),
            Operand::Between(low, high) => {
                let (from, to) = (read(low, false)?, read(high, false)?);
                if from.is_after(&to, scope.view) {
                    return Err(backwards(low, high));
                }
                TimeBounds::between(Some(&from), Some(&to))
            }
        };
        Ok(Criterion::Time(bounds))
    }
}

/// Where the records are that a field links to.
enum Targets {
    None,
    One(Kind),
    Every,
}

fn targets(info: &FieldInfo) -> Targets {
    match info.ty {
        FieldType::Link(kind) => Targets::One(kind),
        FieldType::Many(FieldType::Link(kind)) => Targets::One(*kind),
        FieldType::AnyLink | FieldType::Many(FieldType::AnyLink) => Targets::Every,
        _ => Targets::None,
    }
}

/// Finds the first of the steps in a kind.
fn step<'s>(
    kind: Kind,
    steps: &'s [Name],
    path: &Path,
) -> Result<(Slot, FieldInfo, &'s Name, &'s [Name]), QueryError> {
    let too_long = || {
        QueryError::new(
            Fault::Syntax,
            path.span().range(),
            &path.to_string(),
            format!("follows more than {STEPS} links"),
            "shorten it",
        )
    };
    let (name, rest) = steps.split_first().ok_or_else(too_long)?;
    if path.steps.len() > STEPS + 1 {
        return Err(too_long());
    }
    let shape = Shape::of(kind);
    let (slot, info) = shape.find(&name.text).ok_or_else(|| {
        let names: Vec<&str> = shape.names().collect();
        let why = format!("{} have no such field", shape.kind.plural());
        unknown_field(name.span, &name.text, why, &names)
    })?;
    Ok((slot, info, name, rest))
}

pub(super) fn names_of(kind: Kind) -> Vec<&'static str> {
    Shape::of(kind).names().collect()
}

pub(super) fn unknown_field(span: Span, name: &str, why: String, names: &[&str]) -> QueryError {
    QueryError::unknown(
        Fault::UnknownField,
        span.range(),
        name,
        why,
        names.iter().copied(),
        || {
            /// More names than one kind has help nobody.
            const MOST: usize = 40;
            if names.len() > MOST {
                "put the words in quotes to search for them".to_owned()
            } else {
                let names = names.join(", ");
                format!("use one of {names}, or put the words in quotes to search for them")
            }
        },
    )
}

fn no_link(name: &Name) -> QueryError {
    QueryError::new(
        Fault::WrongType,
        name.span.range(),
        &name.text,
        "not a link to another record",
        "put a dot only after a link, as in network.lifecycle",
    )
}
