//! Layer 0: figures one can act on.
//!
//! No figure stands alone. Each carries the number of observations behind it, the stretch of time it
//! covers, the age of what it was computed from and, where it is an estimate, an interval. The types
//! here make a bare percentage unsayable: a [`Share`] cannot be built without its denominator, and
//! its [`Display`](std::fmt::Display) writes both.
//!
//! The statistics are written here, with the source of each formula beside it: the score interval of
//! Wilson, the product-limit estimate of Kaplan and Meier with Greenwood's variance, Student's
//! quantile, the jackknife, the coefficients of Gini and Jain.

mod compare;
mod interval;
mod pace;
mod spread;
mod student;
mod survival;
mod window;

pub use compare::{Change, ratio_of_means, ratio_of_sums};
pub use interval::{Interval, Z95, count_ratio, difference, wilson};
pub use pace::{
    Aim, Band, DAYS_ON_TRACK, DAYS_TIGHT, FIRST_PROJECTION, Nature, Pace, PastPeriod, Progress,
    Projection, ProjectionMethod, VALUE_TIGHT,
};
pub use spread::{gini, jackknife, jain, mean, median, median_interval, variance};
pub use student::student95;
pub use survival::{Lifetime, Step, Survival};
pub use window::{
    Cut, Window, days_between, goal_days, month_length, month_start, plus_days, plus_months,
};
pub(crate) use window::{elapsed_days, minus_days};

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// The number of observations from which on a share is printed without its interval.
pub const FIRM: u64 = 100;
/// The number of observations below which a figure has no colour that judges.
pub const COLOURED: u64 = 20;
/// The number of observations below which a figure takes no part in a ranking.
pub const RANKED: u64 = 10;

/// How much weight the number of observations can bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Footing {
    /// Fewer than [`RANKED`]: shown, but neither ranked nor coloured.
    Anecdote,
    /// Fewer than [`COLOURED`]: may be ranked, stays grey.
    Thin,
    /// Fewer than [`FIRM`]: may be coloured, the interval stays visible.
    Wide,
    /// Enough to be printed without its interval.
    Firm,
}

impl Footing {
    /// Judges a number of observations.
    pub const fn of(n: u64) -> Self {
        if n < RANKED {
            Self::Anecdote
        } else if n < COLOURED {
            Self::Thin
        } else if n < FIRM {
            Self::Wide
        } else {
            Self::Firm
        }
    }

    /// Tells whether the interval must be shown beside the figure.
    pub const fn shows_interval(self) -> bool {
        !matches!(self, Self::Firm)
    }

    /// Tells whether the figure may be coloured as good or bad.
    pub const fn may_colour(self) -> bool {
        matches!(self, Self::Wide | Self::Firm)
    }

    /// Tells whether the figure may take part in a ranking.
    pub const fn may_rank(self) -> bool {
        !matches!(self, Self::Anecdote)
    }
}

/// A number of things that were counted one by one, over a window, as known at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many.
    pub n: u64,
    /// The stretch of time that was looked at.
    pub window: Window,
    /// The state of what was counted; empty when the source did not say.
    pub as_of: Option<Timestamp>,
}

impl Count {
    /// Makes a count.
    pub const fn new(n: u64, window: Window, as_of: Option<Timestamp>) -> Self {
        Self { n, window, as_of }
    }

    /// Makes a count of something else over the same window.
    #[must_use]
    pub const fn with(self, n: u64) -> Self {
        Self { n, ..self }
    }

    /// Judges how much weight the count can bear as a number of observations.
    pub const fn footing(&self) -> Footing {
        Footing::of(self.n)
    }
}

/// A part of a whole: `hits` out of `of.n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many have the property.
    pub hits: u64,
    /// How many were looked at, over which window, as known when.
    pub of: Count,
}

impl Share {
    /// Makes a share; more hits than observations count as all of them.
    pub fn new(hits: u64, of: Count) -> Self {
        Self {
            hits: hits.min(of.n),
            of,
        }
    }

    /// Returns the share from 0 to 1, or nothing when nothing was observed.
    pub fn value(&self) -> Option<f64> {
        (self.of.n > 0).then(|| real(self.hits) / real(self.of.n))
    }

    /// Returns the 95 % score interval; the whole range when nothing was observed.
    pub fn interval(&self) -> Interval {
        wilson(self.hits, self.of.n)
    }

    /// Judges how much weight the share can bear.
    pub const fn footing(&self) -> Footing {
        self.of.footing()
    }

    /// Compares it with another share; see [`difference`].
    pub fn against(&self, other: &Share) -> Verdict {
        if !self.footing().may_rank() || !other.footing().may_rank() {
            return Verdict::TooFew;
        }
        Verdict::of(&difference(
            (self.hits, self.of.n),
            (other.hits, other.of.n),
        ))
    }
}

/// Writes `37.5 % (3 of 8, 13.7–69.4 %)`; the interval is left out from [`FIRM`] observations on.
///
/// A precision in the format string sets the decimal places, one by default.
impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = out.precision().unwrap_or(1);
        let Some(value) = self.value() else {
            return write!(out, "– (0 of 0)");
        };
        write!(
            out,
            "{:.places$} % ({} of {}",
            value * 100.0,
            self.hits,
            self.of.n
        )?;
        if self.footing().shows_interval() {
            let Interval { lo, hi } = self.interval();
            write!(out, ", {:.places$}–{:.places$} %", lo * 100.0, hi * 100.0)?;
        }
        out.write_str(")")
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written {
            share: Option<f64>,
            hits: u64,
            n: u64,
            lo: f64,
            hi: f64,
            window: Window,
            as_of: Option<Timestamp>,
        }
        let Interval { lo, hi } = self.interval();
        Written {
            share: self.value(),
            hits: self.hits,
            n: self.of.n,
            lo,
            hi,
            window: self.of.window,
            as_of: self.of.as_of,
        }
        .serialize(serializer)
    }
}

/// What a comparison of two figures allows one to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval of the difference lies above zero.
    Higher,
    /// The interval of the difference lies below zero.
    Lower,
    /// The interval of the difference holds zero: the two cannot be told apart.
    NoDifference,
    /// There are too few observations to compare.
    TooFew,
}

impl Verdict {
    /// Reads the verdict from the interval of a difference.
    pub fn of(difference: &Interval) -> Self {
        if difference.lo > 0.0 {
            Self::Higher
        } else if difference.hi < 0.0 {
            Self::Lower
        } else {
            Self::NoDifference
        }
    }
}

/// How sure a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It was counted or added up completely: there is nothing to estimate.
    Counted,
    /// It is an estimate; the true value lies in this interval with 95 % confidence.
    Within(Interval),
    /// It is an estimate from too few observations for an interval.
    Unknown,
}

impl Certainty {
    /// Makes it from an interval that may not exist.
    pub fn from_interval(interval: Option<Interval>) -> Self {
        interval.map_or(Self::Unknown, Self::Within)
    }

    /// Returns the interval, where there is one.
    pub fn interval(&self) -> Option<Interval> {
        match self {
            Self::Within(interval) => Some(*interval),
            Self::Counted | Self::Unknown => None,
        }
    }
}

/// A value with everything needed to judge it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The value in the unit that the owner of the figure names; empty when it cannot be known.
    pub value: Option<f64>,
    /// How sure it is.
    pub certainty: Certainty,
    /// On how many observations it rests, over which window, as known when.
    pub of: Count,
}

impl Figure {
    /// Makes a figure that was added up completely.
    pub fn counted(value: f64, of: Count) -> Self {
        Self {
            value: Some(value),
            certainty: Certainty::Counted,
            of,
        }
    }

    /// Makes an estimate.
    pub fn estimate(value: Option<f64>, interval: Option<Interval>, of: Count) -> Self {
        Self {
            value,
            certainty: Certainty::from_interval(interval),
            of,
        }
    }

    /// Judges how much weight the figure can bear.
    pub const fn footing(&self) -> Footing {
        self.of.footing()
    }
}

/// Writes `20.0 (n 41, 14.0–31.0)`, without a unit; an interval without an end says so.
impl fmt::Display for Figure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = out.precision().unwrap_or(1);
        match self.value {
            Some(value) => write!(out, "{value:.places$} (n {}", self.of.n)?,
            None => write!(out, "– (n {}", self.of.n)?,
        }
        match self.certainty {
            Certainty::Within(Interval { lo, hi }) if hi.is_finite() => {
                write!(out, ", {lo:.places$}–{hi:.places$}")?;
            }
            Certainty::Within(Interval { lo, .. }) => write!(out, ", {lo:.places$} or more")?,
            Certainty::Unknown if self.value.is_some() => out.write_str(", no interval")?,
            Certainty::Unknown | Certainty::Counted => {}
        }
        out.write_str(")")
    }
}

/// Turns a count into a real number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of records stay far below 2^53"
)]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}

/// Turns the length of a list into a real number.
pub(crate) const fn real_len(length: usize) -> f64 {
    real(length as u64)
}

#[cfg(test)]
mod tests;
