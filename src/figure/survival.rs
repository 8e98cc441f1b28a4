//! How long something lasts when some of it has not ended yet.

use serde::Serialize;

use super::{Interval, Z95, real};

/// A length of time that has ended, or that still goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lifetime {
    /// Its length in days: from start to end, or from start to now.
    pub days: f64,
    /// Whether it has ended; one that still goes on is known to last longer than `days`.
    pub ended: bool,
}

/// One step of the curve: what happened at one length of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The length in days.
    pub days: f64,
    /// How many lasted at least that long and were still watched.
    pub at_risk: u64,
    /// How many ended at exactly that length.
    pub ended: u64,
    /// The estimated share that lasts longer.
    pub beyond: f64,
    /// Greenwood's sum `Σ d / (n (n − d))` up to here; infinite once the share is zero.
    pub greenwood: f64,
}

/// The product-limit estimate of the share that lasts longer than a given time.
///
/// Source: E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
/// Journal of the American Statistical Association 53 (1958). What still goes on counts as watched
/// until now and not as ended, so that long stays are not forgotten: the mean of the ended ones alone
/// is far too low.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Survival {
    /// The steps, shortest time first.
    pub steps: Vec<Step>,
    /// How many were observed.
    pub n: u64,
    /// How many of them have ended.
    pub ended: u64,
}

/// Rounding to allow for when the share is compared with one half.
const ROUNDING: f64 = 1e-12;

impl Survival {
    /// Estimates the curve; negative and undefined lengths are left out.
    ///
    /// Where an end and an open stay have the same length, the end comes first.
    pub fn of(lifetimes: impl IntoIterator<Item = Lifetime>) -> Self {
        let mut lifetimes: Vec<Lifetime> = lifetimes
            .into_iter()
            .filter(|lifetime| lifetime.days.is_finite() && lifetime.days >= 0.0)
            .collect();
        lifetimes.sort_by(|a, b| a.days.total_cmp(&b.days));
        let mut at_risk = lifetimes.len() as u64;
        let mut curve = Self {
            n: at_risk,
            ..Self::default()
        };
        let (mut beyond, mut greenwood) = (1.0, 0.0);
        for same in lifetimes.chunk_by(|a, b| a.days.total_cmp(&b.days).is_eq()) {
            let ended = same.iter().filter(|lifetime| lifetime.ended).count() as u64;
            if ended > 0 {
                let left = at_risk - ended;
                beyond *= real(left) / real(at_risk);
                greenwood += real(ended) / (real(at_risk) * real(left));
                curve.ended += ended;
                curve.steps.push(Step {
                    days: same[0].days,
                    at_risk,
                    ended,
                    beyond,
                    greenwood,
                });
            }
            at_risk -= same.len() as u64;
        }
        curve
    }

    /// Returns how many still go on.
    pub const fn open(&self) -> u64 {
        self.n - self.ended
    }

    /// Returns the estimated share that lasts longer than this many days.
    pub fn beyond(&self, days: f64) -> f64 {
        self.step_at(days).map_or(1.0, |step| step.beyond)
    }

    /// Returns the 95 % interval of [`beyond`](Self::beyond) on the log-log scale.
    ///
    /// Source: Greenwood's variance (1926) on `log(−log S)`, as J. D. Kalbfleisch and R. L. Prentice
    /// give it in "The Statistical Analysis of Failure Time Data" (1980): it stays inside 0 to 1.
    /// Nothing before the first end, and nothing where everything has ended.
    pub fn band(&self, days: f64) -> Option<Interval> {
        self.step_at(days).and_then(Step::band)
    }

    /// Returns the first length at which no more than half last longer; nothing if that is not reached yet.
    pub fn median(&self) -> Option<f64> {
        self.first(|step| step.beyond)
    }

    /// Returns the 95 % interval of the median; its upper end is infinite while that is not reached.
    ///
    /// Source: R. Brookmeyer and J. Crowley, "A confidence interval for the median survival time",
    /// Biometrics 38 (1982): all lengths whose log-log band holds one half. Nothing when nothing has
    /// ended.
    pub fn median_interval(&self) -> Option<Interval> {
        if self.steps.is_empty() {
            return None;
        }
        // Where everything has ended the band does not exist: its lower end is zero and its upper
        // end stays what it was.
        let mut upper = 1.0;
        let hi = self.first(|step| {
            if let Some(band) = step.band() {
                upper = band.hi;
            }
            upper
        });
        let lo = self.first(|step| step.band().map_or(0.0, |band| band.lo));
        Some(Interval::new(
            lo.unwrap_or(0.0),
            hi.unwrap_or(f64::INFINITY),
        ))
    }

    fn first(&self, mut height: impl FnMut(&Step) -> f64) -> Option<f64> {
        self.steps
            .iter()
            .find(|step| height(step) <= 0.5 + ROUNDING)
            .map(|step| step.days)
    }

    fn step_at(&self, days: f64) -> Option<&Step> {
        let after = self.steps.partition_point(|step| step.days <= days);
        self.steps.get(after.checked_sub(1)?)
    }
}

impl Step {
    fn band(&self) -> Option<Interval> {
        if self.beyond <= 0.0 || self.beyond >= 1.0 {
            return None;
        }
        let half = Z95 * self.greenwood.sqrt() / self.beyond.ln();
        Some(Interval::new(
            self.beyond.powf((-half).exp()),
            self.beyond.powf(half.exp()),
        ))
    }
}
