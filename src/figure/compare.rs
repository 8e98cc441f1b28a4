//! Changes from one period to the next.

use std::fmt;

use serde::Serialize;

use super::{Certainty, Interval, jackknife, mean, real_len, student95, variance};

/// How a value changed from a base, as a part of the base.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It changed by this part of the base: 0.14 is 14 % more.
    By {
        /// The change as a part of the base.
        ratio: f64,
        /// How sure it is.
        certainty: Certainty,
    },
    /// The base is zero: there is something now and there was nothing before.
    New,
    /// One of the two is missing, or the base is negative.
    Unknown,
}

impl Change {
    /// Computes the change, without an interval.
    pub fn between(before: Option<f64>, now: Option<f64>) -> Self {
        match (before, now) {
            (Some(before), Some(now)) if before > 0.0 && now.is_finite() => Self::By {
                ratio: now / before - 1.0,
                certainty: Certainty::Unknown,
            },
            (Some(before), Some(now)) if before == 0.0 && now > 0.0 => Self::New,
            (Some(before), Some(now)) if before == 0.0 && now == 0.0 => Self::By {
                ratio: 0.0,
                certainty: Certainty::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// Adds the interval of the ratio.
    #[must_use]
    pub fn within(self, interval: Option<Interval>) -> Self {
        match self {
            Self::By { ratio, .. } => Self::By {
                ratio,
                certainty: Certainty::from_interval(interval),
            },
            other => other,
        }
    }

    /// Returns the change as a part of the base.
    pub fn ratio(&self) -> Option<f64> {
        match self {
            Self::By { ratio, .. } => Some(*ratio),
            Self::New | Self::Unknown => None,
        }
    }

    /// Returns the interval of the change, where there is one.
    pub fn interval(&self) -> Option<Interval> {
        match self {
            Self::By { certainty, .. } => certainty.interval(),
            Self::New | Self::Unknown => None,
        }
    }
}

/// Writes `+14.0 % (-3.1 to +34.0 %)`, `new` or `–`.
impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = out.precision().unwrap_or(1);
        match self {
            Self::By { ratio, certainty } => {
                write!(out, "{:+.places$} %", ratio * 100.0)?;
                match certainty.interval() {
                    Some(Interval { lo, hi }) => write!(
                        out,
                        " ({:+.places$} to {:+.places$} %)",
                        lo * 100.0,
                        hi * 100.0
                    ),
                    None => Ok(()),
                }
            }
            Self::New => out.write_str("new"),
            Self::Unknown => out.write_str("–"),
        }
    }
}

/// Returns the 95 % interval of `mean(now) / mean(before) − 1`, days taken as observations.
///
/// The logarithm of the ratio has the variance `s₁²/(n₁ m₁²) + s₂²/(n₂ m₂²)` (delta method); the
/// quantile is Student's with the smaller number of days less one, which errs on the wide side. It
/// speaks of the unrest from day to day and knows nothing of weekdays. Nothing for fewer than three
/// days on a side or a mean that is not positive.
pub fn ratio_of_means(now: &[f64], before: &[f64]) -> Option<Interval> {
    let fewer = now.len().min(before.len());
    if fewer < 3 {
        return None;
    }
    let (top, bottom) = (mean(now)?, mean(before)?);
    if top <= 0.0 || bottom <= 0.0 {
        return None;
    }
    let part = |values: &[f64], middle: f64| {
        variance(values).map(|spread| spread / (real_len(values.len()) * middle * middle))
    };
    let error = (part(now, top)? + part(before, bottom)?).sqrt();
    let half = student95(fewer as u64 - 1) * error;
    let ratio = (top / bottom).ln();
    Some(Interval::around(ratio, half).map(|log| log.exp() - 1.0))
}

/// Returns the 95 % interval of `Σ now / Σ before − 1` over pairs of one subject each.
///
/// A jackknife over the subjects on the logarithm of the ratio. Nothing for fewer than three subjects
/// or where a sum is not positive.
pub fn ratio_of_sums(pairs: &[(f64, f64)]) -> Option<Interval> {
    let before: f64 = pairs.iter().map(|pair| pair.0).sum();
    let now: f64 = pairs.iter().map(|pair| pair.1).sum();
    let log = |before: f64, now: f64| (before > 0.0 && now > 0.0).then(|| (now / before).ln());
    let interval = jackknife(pairs.len(), log(before, now)?, |index| {
        log(before - pairs[index].0, now - pairs[index].1)
    })?;
    Some(interval.map(|log| log.exp() - 1.0))
}
