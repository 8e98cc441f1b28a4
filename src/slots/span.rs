//! Instants as whole minutes, half-open spans of them, and sorted sets of spans.

use std::fmt;
use std::ops::{Add, Sub};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::SlotsError;

/// An instant as whole minutes since 1970-01-01T00:00Z.
///
/// Covers the years from about 2100 BC to 6053; conversions from other types saturate there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(i32);

impl Minute {
    /// Makes the instant that many minutes after the epoch.
    pub const fn new(minutes: i32) -> Self {
        Self(minutes)
    }

    /// Returns the minutes since the epoch.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Returns the last whole minute at or before a timestamp.
    pub fn floor(timestamp: Timestamp) -> Self {
        let seconds = timestamp.as_second() - i64::from(timestamp.subsec_nanosecond() < 0);
        Self(saturate(seconds.div_euclid(60)))
    }

    /// Returns the first whole minute at or after a timestamp.
    pub fn ceil(timestamp: Timestamp) -> Self {
        let seconds = timestamp.as_second() + i64::from(timestamp.subsec_nanosecond() > 0);
        Self(saturate(-(-seconds).div_euclid(60)))
    }

    /// Converts to a timestamp.
    pub fn timestamp(self) -> Timestamp {
        #[expect(
            clippy::expect_used,
            reason = "2^31 minutes are 4,083 years, within jiff's range"
        )]
        Timestamp::from_second(i64::from(self.0) * 60).expect("any i32 of minutes is in range")
    }

    /// Reads an RFC 3339 instant with an offset, such as `2026-03-02T10:00Z`.
    ///
    /// # Errors
    ///
    /// The text is no instant, or it does not fall on a whole minute.
    pub fn parse(text: &str) -> Result<Self, SlotsError> {
        let timestamp: Timestamp = text.parse().map_err(|_| SlotsError::Instant {
            text: text.to_owned(),
        })?;
        let minute = Self::floor(timestamp);
        if minute.timestamp() == timestamp {
            Ok(minute)
        } else if timestamp.as_second() % 60 == 0 && timestamp.subsec_nanosecond() == 0 {
            Err(SlotsError::Request {
                reason: format!("instant `{text}`: too far away; the years 1 to 6052 are planned"),
            })
        } else {
            Err(SlotsError::NotWholeMinute {
                text: text.to_owned(),
            })
        }
    }
}

fn saturate(minutes: i64) -> i32 {
    i32::try_from(minutes).unwrap_or(if minutes < 0 { i32::MIN } else { i32::MAX })
}

impl Add<i32> for Minute {
    type Output = Self;

    fn add(self, minutes: i32) -> Self {
        Self(self.0.saturating_add(minutes))
    }
}

impl Sub<i32> for Minute {
    type Output = Self;

    fn sub(self, minutes: i32) -> Self {
        Self(self.0.saturating_sub(minutes))
    }
}

impl Sub for Minute {
    type Output = i32;

    fn sub(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }
}

impl fmt::Display for Minute {
    /// Writes `2026-03-02T10:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.timestamp().to_zoned(TimeZone::UTC);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}Z",
            utc.year(),
            utc.month(),
            utc.day(),
            utc.hour(),
            utc.minute()
        )
    }
}

/// The instants from `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first minute inside.
    pub start: Minute,
    /// The first minute after.
    pub end: Minute,
}

impl Span {
    /// Makes a span; it is empty when `end` is not after `start`.
    pub const fn new(start: Minute, end: Minute) -> Self {
        Self { start, end }
    }

    /// Makes the smallest span of whole minutes that covers two timestamps.
    pub fn covering(start: Timestamp, end: Timestamp) -> Self {
        Self {
            start: Minute::floor(start),
            end: Minute::ceil(end),
        }
    }

    /// Makes the span of that many minutes from `start`.
    pub fn lasting(start: Minute, minutes: i32) -> Self {
        Self {
            start,
            end: start + minutes,
        }
    }

    /// Reads two instants.
    ///
    /// # Errors
    ///
    /// One of the texts is no instant on a whole minute.
    pub fn parse(start: &str, end: &str) -> Result<Self, SlotsError> {
        Ok(Self {
            start: Minute::parse(start)?,
            end: Minute::parse(end)?,
        })
    }

    /// Returns the length in minutes, 0 when empty.
    pub fn minutes(self) -> i32 {
        (self.end - self.start).max(0)
    }

    /// Tells whether no minute is inside.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Tells whether a minute is inside.
    pub fn contains(self, minute: Minute) -> bool {
        self.start <= minute && minute < self.end
    }

    /// Tells whether the whole of another span is inside.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Returns the common part, which may be empty.
    #[must_use]
    pub fn clip(self, other: Self) -> Self {
        Self {
            start: self.start.max(other.start),
            end: self.end.min(other.end),
        }
    }

    /// Returns the smallest span with both inside.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Returns the span widened by minutes at both ends.
    #[must_use]
    pub fn widen(self, before: i32, after: i32) -> Self {
        Self {
            start: self.start - before,
            end: self.end + after,
        }
    }
}

/// Spans in ascending order that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanSet(Vec<Span>);

impl SpanSet {
    /// Sorts and merges spans; touching ones become one and empty ones vanish.
    ///
    /// Linear when the spans already come in order.
    pub fn from_spans(mut spans: Vec<Span>) -> Self {
        spans.retain(|span| !span.is_empty());
        if !spans.is_sorted_by_key(|span| span.start) {
            spans.sort_unstable_by_key(|span| span.start);
        }
        spans.dedup_by(|next, kept| {
            let touches = next.start <= kept.end;
            if touches {
                kept.end = kept.end.max(next.end);
            }
            touches
        });
        Self(spans)
    }

    /// Returns the spans in ascending order.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Tells whether there is no span.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what is in this set and not in the other; linear in both.
    #[must_use]
    pub fn subtract(&self, holes: &Self) -> Self {
        let mut out = Vec::with_capacity(self.0.len() + holes.0.len().min(1024));
        let mut at = match self.0.first() {
            Some(first) => holes.first_ending_after(first.start),
            None => return Self::default(),
        };
        for span in &self.0 {
            let mut from = span.start;
            while let Some(hole) = holes.0.get(at) {
                if hole.end <= from {
                    at += 1;
                    continue;
                }
                if hole.start >= span.end {
                    break;
                }
                if hole.start > from {
                    out.push(Span::new(from, hole.start));
                }
                from = from.max(hole.end);
                if hole.end >= span.end {
                    break;
                }
                at += 1;
            }
            if from < span.end {
                out.push(Span::new(from, span.end));
            }
        }
        Self(out)
    }

    /// Returns what is in both sets; linear in the part where they meet.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut out = Vec::with_capacity(self.0.len().min(other.0.len()));
        let (Some(first), Some(other_first)) = (self.0.first(), other.0.first()) else {
            return Self::default();
        };
        let mut i = self.first_ending_after(other_first.start);
        let mut j = other.first_ending_after(first.start);
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            let both = a.clip(*b);
            if !both.is_empty() {
                out.push(both);
            }
            if a.end <= b.end {
                i += 1;
            }
            if b.end <= a.end {
                j += 1;
            }
        }
        Self(out)
    }

    /// Returns the span of this set that has the whole of `wanted` inside.
    pub fn covering(&self, wanted: Span) -> Option<Span> {
        let span = *self.0.get(self.first_ending_after(wanted.start))?;
        span.covers(wanted).then_some(span)
    }

    /// Returns the first span that shares a minute with `wanted`.
    pub fn meeting(&self, wanted: Span) -> Option<Span> {
        let span = *self.0.get(self.first_ending_after(wanted.start))?;
        (!span.clip(wanted).is_empty()).then_some(span)
    }

    /// Counts the minutes of `wanted` that are in this set.
    pub fn minutes_within(&self, wanted: Span) -> i32 {
        self.0
            .iter()
            .skip(self.first_ending_after(wanted.start))
            .take_while(|span| span.start < wanted.end)
            .map(|span| span.clip(wanted).minutes())
            .sum()
    }

    /// Returns the index of the first span that ends after an instant.
    pub(super) fn first_ending_after(&self, minute: Minute) -> usize {
        self.0.partition_point(|span| span.end <= minute)
    }
}

impl FromIterator<Span> for SpanSet {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        Self::from_spans(spans.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(i32, i32)]) -> SpanSet {
        pairs
            .iter()
            .map(|&(a, b)| Span::new(Minute::new(a), Minute::new(b)))
            .collect()
    }

    #[test]
    fn touching_spans_merge_and_empty_ones_vanish() {
        assert_eq!(set(&[(5, 9), (0, 5), (20, 20), (8, 12)]), set(&[(0, 12)]));
    }

    #[test]
    fn a_hole_may_reach_over_several_spans() {
        assert_eq!(
            set(&[(0, 10), (20, 30), (40, 50)]).subtract(&set(&[(5, 25), (28, 41)])),
            set(&[(0, 5), (25, 28), (41, 50)])
        );
    }

    #[test]
    fn spans_that_only_touch_have_nothing_in_common() {
        assert!(set(&[(0, 10)]).intersect(&set(&[(10, 20)])).is_empty());
    }

    #[test]
    fn set_operations_agree_with_minutes_counted_one_by_one() {
        let mut seed = 7_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            i32::try_from((seed >> 8) % below).unwrap()
        };
        for _ in 0..300 {
            let mut random =
                || -> Vec<(i32, i32)> { (0..next(6)).map(|_| (next(60), next(60))).collect() };
            let (a, b) = (set(&random()), set(&random()));
            let inside =
                |s: &SpanSet, m: i32| s.spans().iter().any(|span| span.contains(Minute::new(m)));
            let (minus, both) = (a.subtract(&b), a.intersect(&b));
            for m in 0..60 {
                assert_eq!(inside(&minus, m), inside(&a, m) && !inside(&b, m));
                assert_eq!(inside(&both, m), inside(&a, m) && inside(&b, m));
            }
        }
    }

    #[test]
    fn an_instant_before_the_epoch_rounds_down_and_up() {
        let timestamp: Timestamp = "1969-12-31T23:59:30Z".parse().unwrap();
        assert_eq!(
            (Minute::floor(timestamp), Minute::ceil(timestamp)),
            (Minute::new(-1), Minute::new(0))
        );
    }

    #[test]
    fn seconds_in_an_instant_are_refused() {
        assert!(Minute::parse("2026-03-02T10:00:30Z").is_err());
        assert_eq!(
            Minute::parse("2026-03-02T10:00Z").unwrap().to_string(),
            "2026-03-02T10:00Z"
        );
        assert_eq!(
            Minute::parse("2026-03-02T10:00+05:45").unwrap().to_string(),
            "2026-03-02T04:15Z"
        );
    }
}
