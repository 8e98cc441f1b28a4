//! Intervals for shares and for ratios of counts.

use serde::Serialize;

use super::real;

/// The 97.5 % quantile of the normal distribution: two-sided 95 %.
pub const Z95: f64 = 1.959_963_984_540_054;

/// A 95 % interval; an infinite end means that there is no bound on that side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub lo: f64,
    /// The upper end; infinite when it is open, which JSON writes as `null`.
    pub hi: f64,
}

impl Interval {
    /// Makes an interval.
    pub const fn new(lo: f64, hi: f64) -> Self {
        Self { lo, hi }
    }

    /// Makes the interval of this half width around a centre.
    pub fn around(centre: f64, half: f64) -> Self {
        Self::new(centre - half, centre + half)
    }

    /// Tells whether a value lies in it, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// Applies a rising function to both ends.
    #[must_use]
    pub fn map(self, rising: impl Fn(f64) -> f64) -> Self {
        Self::new(rising(self.lo), rising(self.hi))
    }
}

/// Returns the 95 % score interval of `hits` out of `n`; the whole range from 0 to 1 when `n` is 0.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// Journal of the American Statistical Association 22 (1927). It keeps inside 0 to 1 and stays
/// honest for 0 hits, where the textbook interval has no width.
pub fn wilson(hits: u64, n: u64) -> Interval {
    if n == 0 {
        return Interval::new(0.0, 1.0);
    }
    let hits = hits.min(n);
    let (size, share) = (real(n), real(hits) / real(n));
    let z2 = Z95 * Z95;
    let shrink = 1.0 + z2 / size;
    let centre = (share + z2 / (2.0 * size)) / shrink;
    let half = Z95 / shrink * (share * (1.0 - share) / size + z2 / (4.0 * size * size)).sqrt();
    Interval::new(
        if hits == 0 {
            0.0
        } else {
            (centre - half).max(0.0)
        },
        if hits == n {
            1.0
        } else {
            (centre + half).min(1.0)
        },
    )
}

/// Returns the 95 % interval of the difference of two independent shares, each `(hits, n)`.
///
/// Source: R. G. Newcombe, "Interval estimation for the difference between independent
/// proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), method 10: the two
/// score intervals are combined.
pub fn difference(one: (u64, u64), other: (u64, u64)) -> Interval {
    if one.1 == 0 || other.1 == 0 {
        return Interval::new(-1.0, 1.0);
    }
    let (first, second) = (real(one.0) / real(one.1), real(other.0) / real(other.1));
    let (left, right) = (wilson(one.0, one.1), wilson(other.0, other.1));
    let gap = first - second;
    Interval::new(
        gap - (first - left.lo).hypot(right.hi - second),
        gap + (left.hi - first).hypot(second - right.lo),
    )
}

/// Returns the 95 % interval of the ratio of two independent counts, `events` to `base`.
///
/// Given their sum, one of two Poisson counts is binomial with probability `r / (1 + r)`, where `r`
/// is the ratio of their rates: the score interval of that probability is turned back. Source: the
/// conditional argument of J. Przyborowski and H. Wilenski, Biometrika 31 (1940). With no base the
/// upper end is infinite.
pub fn count_ratio(events: u64, base: u64) -> Interval {
    wilson(events, events.saturating_add(base)).map(|share| {
        if share >= 1.0 {
            f64::INFINITY
        } else {
            share / (1.0 - share)
        }
    })
}
