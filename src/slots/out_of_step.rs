//! When two zones are out of step: the runs of the difference between their offsets.

use super::zone::Offsets;
use super::{Minute, Span, Zone};

/// A stretch during which one zone is ahead of another by the same minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferenceRun {
    /// From the first to the last such minute.
    pub span: Span,
    /// Minutes by which the second zone is ahead of the first.
    pub minutes: i32,
}

/// Returns the difference between two zones over a range, as maximal runs in order of time.
pub fn difference_runs(first: &Zone, second: &Zone, range: Span) -> Vec<DifferenceRun> {
    if range.is_empty() {
        return Vec::new();
    }
    let (a, b) = (Offsets::over(first, range), Offsets::over(second, range));
    let mut changes: Vec<Minute> = a
        .runs()
        .iter()
        .chain(b.runs())
        .map(|run| run.first_minute())
        .collect();
    changes.retain(|change| range.start < *change && *change < range.end);
    changes.push(range.start);
    changes.sort_unstable();
    changes.dedup();
    let mut runs: Vec<DifferenceRun> = Vec::new();
    for (index, &start) in changes.iter().enumerate() {
        let end = changes.get(index + 1).copied().unwrap_or(range.end);
        let minutes = b.wall(start) - a.wall(start);
        match runs.last_mut() {
            Some(last) if last.minutes == minutes => last.span.end = end,
            _ => runs.push(DifferenceRun {
                span: Span::new(start, end),
                minutes,
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn london_and_new_york_are_out_of_step_for_three_weeks_in_march() {
        let (london, new_york) = (
            Zone::load("Europe/London").unwrap(),
            Zone::load("America/New_York").unwrap(),
        );
        let range = Span::parse("2026-01-01T00:00Z", "2026-07-01T00:00Z").unwrap();
        let runs: Vec<String> = difference_runs(&london, &new_york, range)
            .iter()
            .map(|run| format!("{} {}", run.span.start, run.minutes))
            .collect();
        assert_eq!(
            runs,
            [
                "2026-01-01T00:00Z -300",
                "2026-03-08T07:00Z -240",
                "2026-03-29T01:00Z -300"
            ]
        );
    }
}
