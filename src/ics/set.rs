//! A recurrence by itself: rules and dates without an event around them.

use jiff::Timestamp;
use jiff::Zoned;
use jiff::tz::TimeZone;

use super::IcsError;
use super::event::{Named, instant};
use super::recurrence::{Budget, Flow, Reach, expand};
use super::rule::Rule;
use super::stamp::Stamp;
use super::zones::Clock;

/// Rules and dates as RFC 5545 writes them, to be followed from a start.
///
/// ```
/// use cnm::ics::RecurrenceSet;
///
/// let set = RecurrenceSet { rules: vec!["FREQ=DAILY;COUNT=3".into()], ..RecurrenceSet::starting("20260423T000000") };
/// let cairo = jiff::tz::TimeZoneDatabase::bundled().get("Africa/Cairo")?;
/// let days: Vec<String> = set.instances(&cairo, 10)?.iter().map(|at| at.datetime().to_string()).collect();
/// // the clocks of Cairo skip the midnight of 24 April
/// assert_eq!(days, ["2026-04-23T00:00:00", "2026-04-24T01:00:00", "2026-04-25T00:00:00"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecurrenceSet {
    /// DTSTART: a date, a wall time, or an instant ending in `Z`.
    pub start: String,
    /// RRULE, any number.
    pub rules: Vec<String>,
    /// EXRULE, any number.
    pub except_rules: Vec<String>,
    /// RDATE, one date or time each.
    pub dates: Vec<String>,
    /// EXDATE, one date or time each.
    pub except_dates: Vec<String>,
}

/// Steps that one set may cost.
const MOST_STEPS: u64 = 3_000_000;

impl RecurrenceSet {
    /// Starts a set without rules.
    pub fn starting(start: impl Into<String>) -> Self {
        Self {
            start: start.into(),
            ..Self::default()
        }
    }

    /// Lists the first instances, up to a limit, in a zone; a set without rules and dates has its start
    /// alone, and a start that no rule names is no instance.
    ///
    /// # Errors
    ///
    /// A rule or date is not understood, or following it takes too long.
    pub fn instances(&self, zone: &TimeZone, limit: usize) -> Result<Vec<Zoned>, IcsError> {
        let stamp = |text: &String| {
            Stamp::parse(text).ok_or_else(|| IcsError::Recurrence { text: text.clone() })
        };
        let start = stamp(&self.start)?;
        let clock = match start {
            Stamp::Utc(_) => Clock::Fixed(0),
            Stamp::Wall(_) | Stamp::Day(_) => Clock::Rules(zone.clone()),
        };
        let mut except = Named::default();
        for text in &self.except_dates {
            except.add(stamp(text)?, &clock, start);
        }
        let mut instants = Vec::new();
        for text in &self.dates {
            instants.push(instant(stamp(text)?, &clock));
        }
        let excluded = follow(&self.except_rules, start, &clock, usize::MAX)?;
        // what is excluded makes room for more of what is not
        let wanted =
            limit.saturating_add(except.instants.len() + except.days.len() + excluded.len());
        instants.extend(follow(&self.rules, start, &clock, wanted)?);
        if self.rules.is_empty() && self.dates.is_empty() {
            instants.push(instant(start, &clock));
        }
        instants.sort_unstable();
        instants.dedup();
        instants.retain(|at| !except.has(*at, &clock) && excluded.binary_search(at).is_err());
        let zoned = |at: &i64| {
            Timestamp::from_second(*at)
                .ok()
                .map(|at| at.to_zoned(zone.clone()))
        };
        Ok(instants.iter().filter_map(zoned).take(limit).collect())
    }
}

fn follow(
    rules: &[String],
    start: Stamp,
    clock: &Clock,
    limit: usize,
) -> Result<Vec<i64>, IcsError> {
    let mut found = Vec::new();
    let mut budget = Budget::new(MOST_STEPS);
    let first = instant(start, clock);
    let reach = Reach {
        from: first,
        to: i64::MAX / 4,
    };
    for text in rules {
        let bad = || IcsError::Recurrence { text: text.clone() };
        let rule = Rule::parse(text).map_err(|_| bad())?;
        let rule = if matches!(start, Stamp::Day(_)) {
            rule.for_whole_days()
        } else {
            rule
        };
        let mut taken = 0;
        let mut emit = |at: i64| {
            found.push(at);
            taken += 1;
            if taken < limit {
                Flow::More
            } else {
                Flow::Enough
            }
        };
        let outcome = expand(&rule, start.written(), clock, reach, &mut budget, &mut emit);
        if outcome.is_err() && found.len() < limit && limit != usize::MAX {
            return Err(bad());
        }
    }
    found.sort_unstable();
    Ok(found)
}
