//! The order of a result.

use std::cmp::Ordering;

use crate::record::{AnyRef, FieldInfo, FieldType, Kind, Value};
use crate::text::fold;

use super::criterion::{Scene, follow};
use super::figure;
use super::moment::deadline;
use super::row::{Row, Slot};

/// One field of `sort:`.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The field, and before it the links that lead to its record.
    slots: Vec<Slot>,
    choices: Option<&'static [&'static str]>,
    descending: bool,
}

/// The place of a record in a sorted result: compare two of them.
///
/// Text is compared folded, choices by their order in the trade (`p1` before `p2`), links by name, stages by
/// their place in the pipeline, due dates by the instant at which they are over. What is empty comes last in
/// either direction.
#[derive(Clone, Debug)]
pub struct SortKey {
    parts: Vec<(Value<'static>, bool)>,
}

impl Key {
    pub(super) fn new(slots: Vec<Slot>, info: &FieldInfo, descending: bool) -> Self {
        Self {
            slots,
            choices: match info.ty {
                FieldType::Choice(known) => Some(known),
                _ => None,
            },
            descending,
        }
    }

    fn part(&self, row: &dyn Row, scene: Scene<'_>) -> Value<'static> {
        let Some((last, links)) = self.slots.split_last() else {
            return Value::Empty;
        };
        let mut row = row;
        for slot in links {
            let next = match row.cell(*slot, scene.view) {
                Value::Link(link) => follow(&link, scene),
                Value::List(values) => values.first().and_then(|value| match value {
                    Value::Link(link) => follow(link, scene),
                    _ => None,
                }),
                _ => None,
            };
            match next {
                Some(next) => row = next,
                None => return Value::Empty,
            }
        }
        match row.cell(*last, scene.view) {
            Value::Text(text) => match self.choices.map(|known| position(known, &text)) {
                Some(Some(position)) => Value::Number(position),
                _ => Value::Text(fold(&text).into()),
            },
            Value::Link(link) => by_name(&link, scene),
            Value::Due(due) => deadline(&due, scene.view).map_or(Value::Empty, Value::Instant),
            Value::Money(money) => Value::Number(amount(&money)),
            other => other.into_owned(),
        }
    }
}

/// Returns the position of a choice as a number to sort by.
fn position(known: &[&str], name: &str) -> Option<f64> {
    let position = known.iter().position(|known| *known == name)?;
    Some(f64::from(u32::try_from(position).ok()?))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an order of magnitude beyond 2^53 thousandths needs no exact neighbour"
)]
fn amount(money: &crate::record::Money) -> f64 {
    figure::thousandths(money.minor, &money.currency) as f64
}

fn by_name(link: &AnyRef, scene: Scene<'_>) -> Value<'static> {
    let Some(row) = follow(link, scene) else {
        return Value::Text(fold(&link.id).into());
    };
    if row.row_kind() == Kind::Stage
        && let Some(slot) = Slot::stored(Kind::Stage, "order")
        && let order @ Value::Number(_) = row.cell(slot, scene.view)
    {
        return order.into_owned();
    }
    Value::Text(fold(&row.row_title()).into())
}

impl SortKey {
    pub(super) fn of(keys: &[Key], row: &dyn Row, scene: Scene<'_>) -> SortKey {
        let part = |key: &Key| (key.part(row, scene), key.descending);
        SortKey {
            parts: keys.iter().map(part).collect(),
        }
    }
}

/// Compares two values of one key: what is empty comes last in either direction.
fn by_value(left: &Value<'_>, right: &Value<'_>, descending: bool) -> Ordering {
    let order = left.order(right);
    if descending && !left.is_empty() && !right.is_empty() {
        order.reverse()
    } else {
        order
    }
}

/// Puts records in the order of the keys; those that are equal by all of them keep theirs.
///
/// The values of each key lie side by side: nothing is made for each record, of which there may be very many.
pub(super) fn in_order<'r, T: Row>(keys: &[Key], rows: &[&'r T], scene: Scene<'_>) -> Vec<&'r T> {
    let columns: Vec<(Vec<Value<'static>>, bool)> = keys
        .iter()
        .map(|key| {
            let values = rows.iter().map(|row| key.part(*row, scene));
            (values.collect(), key.descending)
        })
        .collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|one, other| {
        let parts = columns.iter();
        let mut parts = parts.filter_map(|(values, descending)| {
            Some(by_value(
                values.get(*one)?,
                values.get(*other)?,
                *descending,
            ))
        });
        parts.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    order
        .into_iter()
        .filter_map(|at| rows.get(at).copied())
        .collect()
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        for ((left, descending), (right, _)) in self.parts.iter().zip(&other.parts) {
            let order = by_value(left, right, *descending);
            if order.is_ne() {
                return order;
            }
        }
        self.parts.len().cmp(&other.parts.len())
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKey {}
