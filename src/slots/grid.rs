//! The starts that a meeting may have: round wall times in the organizer's zone.

use super::zone::Offsets;
use super::{Minute, Span};

/// The instants of a span at which the wall clock shows a multiple of the step.
///
/// In a fold both passes count; in a gap nothing does.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    runs: Vec<GridRun>,
    step: i32,
    count: usize,
}

/// Starts at equal distances, as long as the offset stays the same.
#[derive(Clone, Copy, Debug)]
struct GridRun {
    first: Minute,
    /// The first minute that no longer belongs to the run.
    end: Minute,
    /// How many starts come before the run.
    before: usize,
    count: usize,
}

impl Grid {
    /// Lays the grid out over a span; `step` divides 1440 and is at least 1.
    pub(super) fn over(offsets: &Offsets, step: i32, span: Span) -> Self {
        let mut grid = Self {
            runs: Vec::new(),
            step,
            count: 0,
        };
        let runs = offsets.runs();
        for (index, run) in runs.iter().enumerate() {
            let end = runs
                .get(index + 1)
                .map_or(span.end, |next| next.first_minute());
            let part = Span::new(run.first_minute(), end).clip(span);
            if part.is_empty() {
                continue;
            }
            let past = part
                .start
                .get()
                .saturating_add(run.minutes())
                .rem_euclid(step);
            let first = if past == 0 {
                part.start
            } else {
                part.start + (step - past)
            };
            let minutes = part.end - first;
            if minutes <= 0 {
                continue;
            }
            let count = index_of(minutes - 1, step) + 1;
            grid.runs.push(GridRun {
                first,
                end: part.end,
                before: grid.count,
                count,
            });
            grid.count += count;
        }
        grid
    }

    /// Returns how many starts there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Returns the index of the first start at or after an instant, or the length.
    pub(super) fn index_from(&self, minute: Minute) -> usize {
        for run in &self.runs {
            if minute < run.end {
                let ahead = (minute - run.first).max(0);
                let index = index_of(ahead + self.step - 1, self.step).min(run.count);
                return run.before + index;
            }
        }
        self.count
    }

    /// Tells whether an instant is a start.
    pub(super) fn has(&self, minute: Minute) -> bool {
        self.runs.iter().any(|run| {
            run.first <= minute && minute < run.end && (minute - run.first) % self.step == 0
        })
    }

    /// Returns all starts from an instant on, up to and including the last.
    pub(super) fn starts(&self, from: Minute, last: Minute) -> impl Iterator<Item = Minute> + '_ {
        self.runs.iter().flat_map(move |run| {
            let skip = index_of((from - run.first).max(0) + self.step - 1, self.step);
            let first = run.first
                + i32::try_from(skip)
                    .unwrap_or(i32::MAX)
                    .saturating_mul(self.step);
            let end = run.end.min(last + 1);
            let count = index_of((end - first + self.step - 1).max(0), self.step);
            (0..count).map(move |n| {
                first
                    + i32::try_from(n)
                        .unwrap_or(i32::MAX)
                        .saturating_mul(self.step)
            })
        })
    }
}

fn index_of(minutes: i32, step: i32) -> usize {
    usize::try_from(minutes / step).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Zone;

    fn check(zone: &str, from: &str, to: &str, step: i32) {
        let zone = Zone::load(zone).unwrap();
        let span = Span::parse(from, to).unwrap();
        let offsets = Offsets::over(&zone, span);
        let grid = Grid::over(&offsets, step, span);
        let want: Vec<Minute> = (span.start.get()..span.end.get())
            .map(Minute::new)
            .filter(|m| i32::from(zone.wall_at(*m).minute) % step == 0)
            .collect();
        let got: Vec<Minute> = grid.starts(span.start, span.end).collect();
        assert_eq!(got, want);
        assert_eq!(grid.len(), want.len());
        for minute in span.start.get()..span.end.get() {
            let minute = Minute::new(minute);
            assert_eq!(
                grid.index_from(minute),
                want.partition_point(|m| *m < minute),
                "{minute}"
            );
            assert_eq!(grid.has(minute), want.binary_search(&minute).is_ok());
        }
        let (from, last) = (span.start + 100, span.start + 1000);
        let part: Vec<Minute> = want
            .into_iter()
            .filter(|m| *m >= from && *m <= last)
            .collect();
        assert_eq!(grid.starts(from, last).collect::<Vec<_>>(), part);
    }

    #[test]
    fn the_grid_agrees_with_the_wall_clock_read_minute_by_minute() {
        check(
            "America/Los_Angeles",
            "2026-03-07T00:07Z",
            "2026-03-09T23:11Z",
            30,
        );
        check(
            "America/Los_Angeles",
            "2026-10-31T00:07Z",
            "2026-11-02T23:11Z",
            45,
        );
        check(
            "Australia/Lord_Howe",
            "2026-04-03T00:00Z",
            "2026-04-06T00:00Z",
            60,
        );
        check(
            "Asia/Kathmandu",
            "2026-04-03T00:00Z",
            "2026-04-06T00:00Z",
            30,
        );
        check(
            "Antarctica/Troll",
            "2026-03-28T00:00Z",
            "2026-03-30T00:00Z",
            1440,
        );
        check(
            "Africa/Monrovia",
            "1972-01-06T00:00Z",
            "1972-01-08T00:00Z",
            15,
        );
    }
}
