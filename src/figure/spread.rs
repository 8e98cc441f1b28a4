//! Middle, spread and unevenness of a list of values; values that are not finite are left out.

use super::{Interval, Z95, real_len, student95};

fn finite(values: &[f64]) -> impl Iterator<Item = f64> + Clone {
    values.iter().copied().filter(|value| value.is_finite())
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = finite(values).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Returns the arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    let n = finite(values).count();
    (n > 0).then(|| finite(values).sum::<f64>() / real_len(n))
}

/// Returns the variance of the sample, with `n − 1` below the line; nothing for fewer than two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    let n = finite(values).count();
    let middle = mean(values)?;
    (n > 1).then(|| {
        finite(values)
            .map(|value| (value - middle).powi(2))
            .sum::<f64>()
            / real_len(n - 1)
    })
}

/// Returns the median; the middle of the two middle values when their number is even.
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = sorted.get(sorted.len() / 2 - 1)?;
    Some(f64::midpoint(*lower, upper))
}

/// Returns the 95 % interval of the median from the order statistics; nothing for fewer than six values.
///
/// The ends are the `j`th smallest and the `j`th largest value, where `j` is the largest number for
/// which fewer than `j` heads in `n` tosses have a chance of at most 2.5 %. Source: H. A. David,
/// "Order Statistics" (1970), section 2.5. No shape of the distribution is assumed. From 1,000 values
/// on the binomial is taken as normal.
pub fn median_interval(values: &[f64]) -> Option<Interval> {
    let sorted = sorted(values);
    let rank = median_rank(sorted.len())?;
    Some(Interval::new(
        *sorted.get(rank - 1)?,
        *sorted.get(sorted.len() - rank)?,
    ))
}

/// The tail that is cut off at each end.
const TAIL: f64 = 0.025;

fn median_rank(n: usize) -> Option<usize> {
    if n > 1_000 {
        let size = real_len(n);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and half of n"
        )]
        return Some((0.5 * (size - Z95 * size.sqrt())).floor() as usize);
    }
    let mut chance = 0.5_f64.powi(i32::try_from(n).ok()?);
    let (mut below, mut rank) = (0.0, 0);
    while below + chance <= TAIL {
        below += chance;
        rank += 1;
        chance *= real_len(n + 1 - rank) / real_len(rank);
    }
    (rank > 0).then_some(rank)
}

/// Returns the 95 % jackknife interval of a statistic of `n` observations around its `whole` value.
///
/// `without(i)` is the statistic of all observations but the `i`th. Source: J. W. Tukey, "Bias and
/// confidence in not-quite large samples", Annals of Mathematical Statistics 29 (1958), with Student's
/// quantile. Nothing for fewer than three observations or where leaving one out leaves no value.
pub fn jackknife(n: usize, whole: f64, without: impl Fn(usize) -> Option<f64>) -> Option<Interval> {
    if n < 3 || !whole.is_finite() {
        return None;
    }
    let parts: Vec<f64> = (0..n)
        .map(|index| without(index).filter(|part| part.is_finite()))
        .collect::<Option<_>>()?;
    let middle = mean(&parts)?;
    let squares: f64 = parts.iter().map(|part| (part - middle).powi(2)).sum();
    let error = (squares * real_len(n - 1) / real_len(n)).sqrt();
    Some(Interval::around(whole, student95(n as u64 - 1) * error))
}

/// Returns the coefficient of Gini: 0 when all are equal, `1 − 1/n` when one has everything.
///
/// Source: C. Gini, "Variabilità e mutabilità" (1912), in the form for sorted values
/// `Σ (2i − n − 1) x_i / (n Σ x)`. Nothing without a positive sum; values below zero count as zero.
pub fn gini(values: &[f64]) -> Option<f64> {
    let mut values = sorted(values);
    for value in &mut values {
        *value = value.max(0.0);
    }
    let total: f64 = values.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let n = real_len(values.len());
    let weighted: f64 = values
        .iter()
        .enumerate()
        .map(|(index, value)| (2.0 * real_len(index + 1) - n - 1.0) * value)
        .sum();
    Some((weighted / (n * total)).max(0.0))
}

/// Returns the fairness index of Jain: 1 when all are equal, `1/n` when one has everything.
///
/// Source: R. Jain, D. Chiu, W. Hawe, "A quantitative measure of fairness and discrimination",
/// DEC technical report 301 (1984): `(Σ x)² / (n Σ x²)`. Nothing when all values are zero.
pub fn jain(values: &[f64]) -> Option<f64> {
    let n = finite(values).count();
    let sum: f64 = finite(values).sum();
    let squares: f64 = finite(values).map(|value| value * value).sum();
    (squares > 0.0).then(|| sum * sum / (real_len(n) * squares))
}
