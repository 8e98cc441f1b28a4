//! How much hangs on how few.

use serde::Serialize;

use crate::figure::{Count, Figure, Interval, gini, jackknife};
use crate::record::AnyRef;

/// How much of a total hangs on its largest parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Concentration {
    /// The share of the largest one; the loss of one creator is the risk of a CN.
    pub top1: Figure,
    /// The share of the five largest.
    pub top5: Figure,
    /// The share of the ten largest.
    pub top10: Figure,
    /// The coefficient of Gini, with a jackknife interval where there are fewer than a hundred.
    pub gini: Figure,
    /// The total.
    pub total: Figure,
    /// The largest one.
    pub largest: Option<AnyRef>,
}

/// Computes the concentration of a value over its subjects; `of` gives the window and age, its `n` is replaced.
///
/// The shares are counted, not estimated: they are those of this period. Values that are not positive count
/// as zero; without a positive value all shares are empty.
pub fn concentration<'a>(
    values: impl IntoIterator<Item = (&'a AnyRef, f64)>,
    of: Count,
) -> Concentration {
    let mut values: Vec<(&AnyRef, f64)> = values
        .into_iter()
        .filter(|(_, value)| value.is_finite())
        .map(|(subject, value)| (subject, value.max(0.0)))
        .collect();
    values.sort_by(|(subject, value), (other_subject, other)| {
        other
            .total_cmp(value)
            .then_with(|| subject.cmp(other_subject))
    });
    let of = of.with(values.len() as u64);
    let amounts: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let total: f64 = amounts.iter().sum();
    let top = |count: usize| {
        if total > 0.0 {
            let part: f64 = amounts.iter().take(count).sum();
            Figure::counted((part / total).min(1.0), of)
        } else {
            Figure::estimate(None, None, of)
        }
    };
    let whole = gini(&amounts);
    let interval = whole
        .filter(|_| of.footing().shows_interval())
        .and_then(|whole| {
            jackknife(amounts.len(), whole, |left_out| {
                let mut rest = amounts.clone();
                rest.remove(left_out);
                gini(&rest)
            })
        })
        .map(|range| Interval::new(range.lo.max(0.0), range.hi.min(1.0)));
    Concentration {
        top1: top(1),
        top5: top(5),
        top10: top(10),
        gini: Figure::estimate(whole, interval, of),
        total: Figure::counted(total, of),
        largest: values
            .first()
            .filter(|(_, value)| *value > 0.0)
            .map(|(subject, _)| (*subject).clone()),
    }
}
