//! Student's quantile, for intervals from few observations.

use std::f64::consts::FRAC_2_PI;

use super::Z95;

/// The degrees of freedom from which on the normal quantile is used; it differs by 0.001 there.
const NORMAL_FROM: u64 = 2_000;

/// Returns the two-sided 95 % quantile of Student's distribution; infinite without a degree of freedom.
///
/// The quantile is found by halving, to 1e-12. Source of the distribution: the finite sums 26.7.3 and
/// 26.7.4 in M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964).
pub fn student95(degrees: u64) -> f64 {
    if degrees == 0 {
        return f64::INFINITY;
    }
    if degrees >= NORMAL_FROM {
        return Z95;
    }
    let (mut low, mut high) = (0.0, 13.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if inside(middle, degrees) < 0.95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Returns the probability that a Student variable lies between `-t` and `t`.
///
/// Source: the finite sums 26.7.3 and 26.7.4 in M. Abramowitz and I. A. Stegun, "Handbook of
/// Mathematical Functions" (1964), for whole degrees of freedom.
#[expect(
    clippy::cast_precision_loss,
    reason = "degrees of freedom stay below NORMAL_FROM"
)]
fn inside(t: f64, degrees: u64) -> f64 {
    let angle = (t / (degrees as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let odd = degrees % 2 == 1;
    let (mut term, mut power) = if odd { (cosine, 1) } else { (1.0, 0) };
    let mut sum = 0.0;
    while power + 2 <= degrees {
        sum += term;
        power += 2;
        let step = power as f64;
        term *= (step - 1.0) / step * cosine * cosine;
    }
    if odd {
        FRAC_2_PI * (angle + sine * sum)
    } else {
        sine * sum
    }
}
