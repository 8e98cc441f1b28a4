//! How a goal stands: what is short, what each day that is left must bring, and where it will end.

use std::fmt;

use serde::Serialize;

use super::{Certainty, Count, Figure, Interval, mean, real_len, student95, variance};

/// What one does about a goal, in the order of concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Reached.
    Done,
    /// Will be reached as things go.
    OnTrack,
    /// Will be missed by a little as things go.
    Tight,
    /// Will be missed unless something changes now.
    Urgent,
    /// Can no longer be reached.
    Gone,
    /// Nothing has been brought in yet.
    NotStarted,
    /// Fewer than three days of the period are known: nothing can be said.
    TooEarly,
}

impl Band {
    /// Returns the word on screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::OnTrack => "on track",
            Self::Tight => "tight",
            Self::Urgent => "urgent",
            Self::Gone => "gone",
            Self::NotStarted => "not started",
            Self::TooEarly => "too early",
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.word())
    }
}

/// Whether more or less is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// The target is a floor.
    AtLeast,
    /// The target is a ceiling, for example for violations.
    AtMost,
}

/// Whether the values of the days add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// The days add up to the period: revenue, hours, signed contracts.
    Flow,
    /// Each day is a state of its own: a rate, a score.
    Level,
    /// How many different ones there were on any of the days, such as active creators: whoever comes on two days counts
    /// once, so neither the sum of the days nor any of them is that of the period.
    Distinct,
    /// A number of days: they add up, and a day brings at most one.
    Days,
}

/// How many complete days of a period lie behind, and how many lie ahead (today included).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Complete days with figures.
    pub elapsed: u32,
    /// Days that can still bring something.
    pub left: u32,
}

/// The same stretch of the period before, for the shape of a projection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PastPeriod {
    /// What it had brought at the same day.
    pub same_day: f64,
    /// What it brought in all.
    pub total: f64,
}

/// How a projection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionMethod {
    /// What is there, times the total of the period before over its value at the same day.
    LastPeriod,
    /// What is there, over the days elapsed, times all days.
    StraightPace,
}

/// Where a period will end as things go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Projection {
    /// The value at the end; its interval comes from the unrest of the days so far.
    pub at_end: Figure,
    /// How it was made.
    pub method: ProjectionMethod,
}

/// How a goal stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pace {
    /// What is to be reached, or not to be exceeded.
    pub target: f64,
    /// Which of the two.
    pub aim: Aim,
    /// What is there; `n` is the number of days known.
    pub so_far: Figure,
    /// What is missing, never below zero; for a ceiling, what is above it.
    pub short: f64,
    /// Where in the period this is.
    pub progress: Progress,
    /// What each day that is left must bring; for a ceiling, what it may bring. Empty when it is over.
    pub need_per_day: Option<f64>,
    /// What a day has brought so far.
    pub rate_per_day: Option<f64>,
    /// Where it will end; never given before the third day.
    pub projection: Option<Projection>,
    /// What one does about it.
    pub band: Band,
}

/// Days short over days left up to which a goal of days is on track.
pub const DAYS_ON_TRACK: f64 = 0.4;
/// Days short over days left up to which a goal of days is tight.
pub const DAYS_TIGHT: f64 = 0.7;
/// Needed over expected up to which a goal of any other value is tight; up to 1 it is on track.
pub const VALUE_TIGHT: f64 = 1.25;
/// The day from which on a period is projected.
pub const FIRST_PROJECTION: u32 = 3;

impl Pace {
    /// Judges a goal of days, of which each day that is left can bring at most one.
    ///
    /// The bands are those that people who coach creators use: up to 0.4 days needed for each day left
    /// is on track, up to 0.7 tight, above that urgent, and more than one is gone.
    pub fn of_days(target: f64, so_far: f64, progress: Progress, of: Count) -> Self {
        let short = (target - so_far).max(0.0);
        let left = f64::from(progress.left);
        let band = if short <= 0.0 {
            Band::Done
        } else if short > left {
            Band::Gone
        } else if so_far <= 0.0 {
            Band::NotStarted
        } else if short <= DAYS_ON_TRACK * left {
            Band::OnTrack
        } else if short <= DAYS_TIGHT * left {
            Band::Tight
        } else {
            Band::Urgent
        };
        Self {
            target,
            aim: Aim::AtLeast,
            so_far: Figure::counted(so_far, of),
            short,
            progress,
            need_per_day: (progress.left > 0).then(|| short / left),
            rate_per_day: rate(so_far, progress),
            projection: None,
            band,
        }
    }

    /// Judges a goal of a value that adds up over the period.
    ///
    /// `days` are the values of the days that are known, for the interval of the projection: the sum of
    /// `r` more days like the `k` known ones lies within `t s √(r + r²/k)` of its mean (the
    /// prediction interval of a sum).
    pub fn of_flow(
        target: f64,
        aim: Aim,
        so_far: f64,
        days: &[f64],
        progress: Progress,
        past: Option<PastPeriod>,
        of: Count,
    ) -> Self {
        let projection = project(so_far, days, progress, past, of);
        let expected = projection.and_then(|projection| projection.at_end.value);
        let (short, band) = match aim {
            Aim::AtLeast => (
                (target - so_far).max(0.0),
                floor_band(target, so_far, progress, expected),
            ),
            Aim::AtMost => (
                (so_far - target).max(0.0),
                ceiling_band(target, so_far, progress, expected),
            ),
        };
        let room = (target - so_far).max(0.0);
        Self {
            target,
            aim,
            so_far: Figure::counted(so_far, of),
            short,
            progress,
            need_per_day: (progress.left > 0).then(|| room / f64::from(progress.left)),
            rate_per_day: rate(so_far, progress),
            projection,
            band,
        }
    }

    /// Judges a goal of a state that each day has anew; a state is never projected.
    pub fn of_level(target: f64, aim: Aim, now: Figure, progress: Progress) -> Self {
        let value = now.value.unwrap_or(0.0);
        let (short, off) = match aim {
            Aim::AtLeast => ((target - value).max(0.0), target / value),
            Aim::AtMost => ((value - target).max(0.0), value / target),
        };
        let band = if now.value.is_none() || progress.elapsed == 0 {
            Band::NotStarted
        } else if short <= 0.0 {
            if progress.left == 0 {
                Band::Done
            } else {
                Band::OnTrack
            }
        } else if progress.left == 0 {
            Band::Gone
        } else if off <= VALUE_TIGHT {
            Band::Tight
        } else {
            Band::Urgent
        };
        Self {
            target,
            aim,
            so_far: now,
            short,
            progress,
            need_per_day: None,
            rate_per_day: None,
            projection: None,
            band,
        }
    }

    /// Returns the share of the target that is there, from 0 upwards; nothing for a target of zero.
    pub fn reached(&self) -> Option<f64> {
        let so_far = self.so_far.value?;
        (self.target > 0.0).then(|| so_far / self.target)
    }
}

fn rate(so_far: f64, progress: Progress) -> Option<f64> {
    (progress.elapsed > 0).then(|| so_far / f64::from(progress.elapsed))
}

fn floor_band(target: f64, so_far: f64, progress: Progress, expected: Option<f64>) -> Band {
    let short = target - so_far;
    if short <= 0.0 {
        return Band::Done;
    }
    if progress.left == 0 {
        return Band::Gone;
    }
    if progress.elapsed == 0 {
        return Band::NotStarted;
    }
    let Some(expected) = expected else {
        return if so_far <= 0.0 {
            Band::NotStarted
        } else {
            Band::TooEarly
        };
    };
    if so_far <= 0.0 {
        return Band::NotStarted;
    }
    let coming = expected - so_far;
    if short <= coming {
        Band::OnTrack
    } else if short <= VALUE_TIGHT * coming {
        Band::Tight
    } else {
        Band::Urgent
    }
}

fn ceiling_band(target: f64, so_far: f64, progress: Progress, expected: Option<f64>) -> Band {
    if so_far > target {
        return Band::Gone;
    }
    if progress.left == 0 {
        return Band::Done;
    }
    match expected {
        None if progress.elapsed == 0 => Band::NotStarted,
        None => Band::TooEarly,
        Some(expected) if expected <= target => Band::OnTrack,
        Some(expected) if expected <= VALUE_TIGHT * target => Band::Tight,
        Some(_) => Band::Urgent,
    }
}

fn project(
    so_far: f64,
    days: &[f64],
    progress: Progress,
    past: Option<PastPeriod>,
    of: Count,
) -> Option<Projection> {
    if progress.elapsed < FIRST_PROJECTION {
        return None;
    }
    let (elapsed, left) = (f64::from(progress.elapsed), f64::from(progress.left));
    let (at_end, method) = match past {
        Some(past) if past.same_day > 0.0 && past.total >= past.same_day => (
            so_far * past.total / past.same_day,
            ProjectionMethod::LastPeriod,
        ),
        _ => (
            so_far * (elapsed + left) / elapsed,
            ProjectionMethod::StraightPace,
        ),
    };
    if progress.left == 0 {
        return Some(Projection {
            at_end: Figure::counted(so_far, of),
            method,
        });
    }
    let interval = rest_half(days, left, at_end - so_far).map(|half| {
        let wide = Interval::around(at_end, half);
        Interval::new(wide.lo.max(so_far.min(at_end)), wide.hi)
    });
    Some(Projection {
        at_end: Figure {
            value: Some(at_end),
            certainty: Certainty::from_interval(interval),
            of,
        },
        method,
    })
}

/// Returns the half width of the prediction interval of the days that are left.
///
/// Where the period before says that the rest will be larger or smaller than its straight share, the
/// unrest of the days is scaled with it.
fn rest_half(days: &[f64], left: f64, coming: f64) -> Option<f64> {
    let known = real_len(days.len());
    let middle = mean(days)?;
    let spread = variance(days)?.sqrt();
    let scale = if middle > 0.0 {
        (coming / (left * middle)).max(0.0)
    } else {
        1.0
    };
    let quantile = student95(days.len() as u64 - 1);
    let half = quantile * spread * scale * (left + left * left / known).sqrt();
    half.is_finite().then_some(half)
}
