//! The values of a term, read as the type of its field.

use std::ops::Bound;

use jiff::SignedDuration;

use crate::record::{AnyRef, FieldInfo, FieldType, Kind};

use super::choice::{self, Chosen};
use super::criterion::{Bounds, Criterion, LinkCriterion, People};
use super::error::{Fault, QueryError};
use super::figure;
use super::fold::Needle;
use super::syntax::{Atom, Operand, Relation};

/// A field as a term names it.
#[derive(Clone, Copy)]
pub(super) struct Named<'n> {
    pub(super) info: FieldInfo,
    pub(super) id: bool,
    pub(super) relation: Relation,
    pub(super) text: &'n str,
}

impl Named<'_> {
    /// Returns the only value of a term that neither compares nor spans a range.
    pub(super) fn single<'o>(&self, operand: &'o Operand) -> Result<&'o Atom, QueryError> {
        let (atom, range) = match operand {
            Operand::One(atom) => (atom, false),
            Operand::From(atom) | Operand::To(atom) | Operand::Between(atom, _) => (atom, true),
        };
        if range || self.relation.compares() {
            return Err(QueryError::new(
                Fault::WrongType,
                atom.span.range(),
                self.text,
                format!("{} has no order", type_word(&self.info.ty)),
                format!("write `{}:value`", self.text),
            ));
        }
        if atom.text.trim().is_empty() {
            return Err(QueryError::new(
                Fault::WrongType,
                atom.span.range(),
                self.text,
                "there is nothing between the quotes",
                format!("write `{}:none` to find what is empty", self.text),
            ));
        }
        Ok(atom)
    }

    pub(super) fn wrong(&self, atom: &Atom) -> QueryError {
        QueryError::new(
            Fault::WrongType,
            atom.span.range(),
            &atom.text,
            format!("not {}", words(&self.info.ty)),
            format!("{}: {}", self.text, self.info.help.trim()),
        )
    }

    /// Reads one value or a range of values that have an order.
    pub(super) fn bounds<T: PartialOrd + Clone>(
        &self,
        operand: &Operand,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Bounds<T>, QueryError> {
        let read = |atom: &Atom| read(&atom.text).ok_or_else(|| self.wrong(atom));
        Ok(match operand {
            Operand::One(atom) => {
                let value = read(atom)?;
                match self.relation {
                    Relation::Is | Relation::Exactly => {
                        (Bound::Included(value.clone()), Bound::Included(value))
                    }
                    Relation::Less => (Bound::Unbounded, Bound::Excluded(value)),
                    Relation::AtMost => (Bound::Unbounded, Bound::Included(value)),
                    Relation::More => (Bound::Excluded(value), Bound::Unbounded),
                    Relation::AtLeast => (Bound::Included(value), Bound::Unbounded),
                }
            }
            Operand::From(low) => (Bound::Included(read(low)?), Bound::Unbounded),
            Operand::To(high) => (Bound::Unbounded, Bound::Included(read(high)?)),
            Operand::Between(low, high) => {
                let (from, to) = (read(low)?, read(high)?);
                if from > to {
                    return Err(backwards(low, high));
                }
                (Bound::Included(from), Bound::Included(to))
            }
        })
    }

    /// Reads a length of time; `7d` alone means from seven days to before eight.
    pub(super) fn span(&self, operand: &Operand) -> Result<Bounds<SignedDuration>, QueryError> {
        let Operand::One(atom) = operand else {
            return self.bounds(operand, |text| figure::span(text).map(|span| span.length));
        };
        if self.relation.compares() {
            return self.bounds(operand, |text| figure::span(text).map(|span| span.length));
        }
        let span = figure::span(&atom.text).ok_or_else(|| self.wrong(atom))?;
        let more = Bound::Excluded(span.length.saturating_add(span.unit));
        let less = Bound::Excluded(span.length.saturating_sub(span.unit));
        let exact = Bound::Included(span.length);
        Ok(if span.length.is_positive() {
            (exact, more)
        } else if span.length.is_negative() {
            (less, exact)
        } else {
            (less, more)
        })
    }

    pub(super) fn money(&self, operand: &Operand) -> Result<Criterion, QueryError> {
        let thousandths =
            self.bounds(operand, |text| figure::money(text).map(|m| m.thousandths))?;
        let written = match operand {
            Operand::One(atom) | Operand::From(atom) | Operand::To(atom) => vec![atom],
            Operand::Between(low, high) => vec![low, high],
        };
        let mut currencies = written
            .into_iter()
            .filter_map(|atom| Some((figure::money(&atom.text)?.currency?, atom)));
        let currency = currencies.next();
        if let (Some((first, _)), Some((second, atom))) = (&currency, currencies.next())
            && *first != second
        {
            return Err(QueryError::new(
                Fault::WrongType,
                atom.span.range(),
                &atom.text,
                format!("the range begins in {first}"),
                "use one currency for both ends",
            ));
        }
        Ok(Criterion::Money {
            thousandths,
            currency: currency.map(|(code, _)| code),
        })
    }

    pub(super) fn choice(
        &self,
        known: &'static [&'static str],
        operand: &Operand,
    ) -> Result<Criterion, QueryError> {
        if let (Operand::One(atom), false) = (operand, self.relation.compares()) {
            if self.relation == Relation::Exactly && atom.quoted && !atom.text.trim().is_empty() {
                // The one way to ask for a value that only the server knows.
                return Ok(Criterion::Choice(vec![atom.text.as_str().into()]));
            }
            let names = self.chosen(known, atom)?;
            if self.relation == Relation::Exactly && names.len() > 1 {
                return Err(self.ambiguous(atom, &names));
            }
            return Ok(Criterion::Choice(
                names.into_iter().map(Box::from).collect(),
            ));
        }
        // First read each end for its error, then compare positions.
        let ends = match operand {
            Operand::One(atom) | Operand::From(atom) | Operand::To(atom) => vec![atom],
            Operand::Between(low, high) => vec![low, high],
        };
        for atom in ends {
            let names = self.chosen(known, atom)?;
            if names.len() > 1 {
                return Err(self.ambiguous(atom, &names));
            }
        }
        let positions = self.bounds(operand, |text| match choice::choose(known, text) {
            Chosen::These(names) => known.iter().position(|name| Some(name) == names.first()),
            Chosen::Ambiguous(_) | Chosen::Unknown => None,
        })?;
        Ok(Criterion::Rank { known, positions })
    }

    fn chosen(
        &self,
        known: &'static [&'static str],
        atom: &Atom,
    ) -> Result<Vec<&'static str>, QueryError> {
        match choice::choose(known, &atom.text) {
            Chosen::These(names) => Ok(names),
            Chosen::Ambiguous(names) => Err(self.ambiguous(atom, &names)),
            Chosen::Unknown => Err(QueryError::unknown(
                Fault::UnknownValue,
                atom.span.range(),
                &atom.text,
                format!("{} has no such value", self.text),
                known.iter().copied(),
                || {
                    format!(
                        "use one of {}, or {}=\"{}\" to look for it all the same",
                        known.join(", "),
                        self.text,
                        atom.text.replace('"', "")
                    )
                },
            )),
        }
    }

    fn ambiguous(&self, atom: &Atom, names: &[&str]) -> QueryError {
        QueryError::new(
            Fault::UnknownValue,
            atom.span.range(),
            &atom.text,
            format!("could be {}", names.join(" or ")),
            format!(
                "write one of them, or several: {}:{}",
                self.text,
                names.join(",")
            ),
        )
    }
}

pub(super) fn backwards(low: &Atom, high: &Atom) -> QueryError {
    QueryError::new(
        Fault::WrongType,
        low.span.start..high.span.end,
        &format!("{low}..{high}"),
        "the range runs backwards",
        "write the smaller value first",
    )
}

/// Reads `none` and `any`; a choice that says "nothing" in its own words counts as nothing.
pub(super) fn presence(ty: &FieldType, relation: Relation, operand: &Operand) -> Option<Criterion> {
    let Operand::One(atom) = operand else {
        return None;
    };
    if atom.quoted || relation.compares() {
        return None;
    }
    let nothing = match ty {
        FieldType::Choice(known) => known.iter().copied().find(|name| *name == "none"),
        _ => None,
    };
    match atom.text.as_str() {
        "none" => Some(Criterion::Missing { or: nothing }),
        "any" => Some(Criterion::Present { but: nothing }),
        _ => None,
    }
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "y" | "1" | "on" => Some(true),
        "no" | "false" | "n" | "0" | "off" => Some(false),
        _ => None,
    }
}

/// Reads what a link must lead to; `None` for a link to any kind.
pub(super) fn link(kind: Option<Kind>, atom: &Atom, relation: Relation) -> LinkCriterion {
    let people = matches!(kind, None | Some(Kind::User | Kind::Person));
    if !atom.quoted {
        match atom.text.as_str() {
            "me" if people => return LinkCriterion::Me(People::new()),
            "my-team" if people || kind == Some(Kind::Team) => {
                return LinkCriterion::MyTeam(People::new());
            }
            _ => {}
        }
    }
    if kind.is_none() {
        if let Some(kind) = Kind::from_name(&atom.text) {
            return LinkCriterion::OfKind(kind);
        }
        if let Some(target) = AnyRef::parse(&atom.text).filter(|link| link.known_kind().is_some()) {
            return LinkCriterion::To(target);
        }
    }
    LinkCriterion::Named {
        id: atom.text.as_str().into(),
        name: Needle::new(&atom.text),
        whole: relation == Relation::Exactly,
    }
}

/// Returns what a value of the type looks like in a query.
fn words(ty: &FieldType) -> String {
    match ty {
        FieldType::Number => "a number such as `40`, `88k` or `1.5M`".to_owned(),
        FieldType::Money => "an amount such as `1.5M` or `\"1200.50 USD\"`".to_owned(),
        FieldType::Span => "a length of time such as `45m`, `2h`, `7d` or `3w`".to_owned(),
        FieldType::Instant | FieldType::Date | FieldType::Due => {
            "a time such as `today`, `2026-11-20`, `-2h` or `\"next fri\"`".to_owned()
        }
        FieldType::Many(inner) => words(inner),
        other => other.words().into_owned(),
    }
}

/// Returns the word for values that are the same or not, and nothing else.
fn type_word(ty: &FieldType) -> &'static str {
    match ty {
        FieldType::Flag => "yes and no",
        FieldType::Link(_) | FieldType::AnyLink => "a link",
        FieldType::Many(inner) => type_word(inner),
        _ => "text",
    }
}
