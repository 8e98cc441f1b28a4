//! What a minute costs a person, and the sums over spans.
//!
//! A minute in the preferred windows costs nothing, one in the working windows one, and every other
//! minute a weight by the wall clock. Between the change points the cost is linear, so the cost of a
//! span is the difference of two values of a running sum.

use super::hours::Layers;
use super::zone::{DAY, Offsets};
use super::{Minute, Span};

/// What kind of minute it is for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Inside the preferred windows.
    Preferred,
    /// Inside the working windows.
    Working,
    /// 00:00 to 05:00 outside them.
    Night,
    /// 05:00 to 07:00 outside them.
    Early,
    /// 07:00 to 09:00 outside them.
    MorningEdge,
    /// 09:00 to 18:00 outside them.
    Day,
    /// 18:00 to 22:00 outside them.
    Evening,
    /// 22:00 to 24:00 outside them.
    Late,
}

impl Band {
    /// Returns the name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preferred => "preferred",
            Self::Working => "working",
            Self::Night => "night",
            Self::Early => "early",
            Self::MorningEdge => "morning_edge",
            Self::Day => "day",
            Self::Evening => "evening",
            Self::Late => "late",
        }
    }

    /// Tells whether such a minute is outside the person's working and preferred windows.
    pub fn is_stretch(self) -> bool {
        !matches!(self, Self::Preferred | Self::Working)
    }
}

/// The wall minutes at which a band ends, in order.
const EDGES: [(i32, Band); 6] = [
    (300, Band::Night),
    (420, Band::Early),
    (540, Band::MorningEdge),
    (1080, Band::Day),
    (1320, Band::Evening),
    (DAY, Band::Late),
];

/// The cost of one minute of each kind; a preferred minute is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// In working hours that are not preferred.
    pub working: u8,
    /// From 00:00 to 05:00.
    pub night: u8,
    /// From 05:00 to 07:00.
    pub early: u8,
    /// From 07:00 to 09:00.
    pub morning_edge: u8,
    /// From 09:00 to 18:00.
    pub day: u8,
    /// From 18:00 to 22:00.
    pub evening: u8,
    /// From 22:00 to 24:00.
    pub late: u8,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            working: 1,
            night: 8,
            early: 4,
            morning_edge: 2,
            day: 2,
            evening: 2,
            late: 4,
        }
    }
}

impl Weights {
    /// Returns the cost of a minute of that kind.
    pub fn of(self, band: Band) -> u8 {
        match band {
            Band::Preferred => 0,
            Band::Working => self.working,
            Band::Night => self.night,
            Band::Early => self.early,
            Band::MorningEdge => self.morning_edge,
            Band::Day => self.day,
            Band::Evening => self.evening,
            Band::Late => self.late,
        }
    }
}

/// What a span costs a person, minute by minute explained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostSplit {
    /// The sum in weight-minutes.
    pub total: u32,
    /// Minutes of each kind, in the order in which they come first.
    pub bands: Vec<(Band, u32)>,
}

impl CostSplit {
    /// Counts the minutes outside working and preferred windows.
    pub fn stretched_minutes(&self) -> u32 {
        self.bands
            .iter()
            .filter(|(band, _)| band.is_stretch())
            .map(|(_, minutes)| minutes)
            .sum()
    }
}

/// A stretch of minutes of one kind.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: Minute,
    /// The cost of everything before.
    before: u32,
    weight: u32,
    band: Band,
}

/// The running cost of one person over a span.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    pieces: Vec<Piece>,
    end: Minute,
}

impl Curve {
    /// Sweeps over the change points of the windows and the wall clock.
    pub(super) fn over(layers: &Layers, offsets: &Offsets, weights: Weights, span: Span) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = span.start;
        let mut sum = 0_u32;
        let preferred = layers.preferred.spans();
        let working = layers.working.spans();
        let mut next_preferred = layers.preferred.first_ending_after(at);
        let mut next_working = layers.working.first_ending_after(at);
        while at < span.end {
            while preferred.get(next_preferred).is_some_and(|s| s.end <= at) {
                next_preferred += 1;
            }
            while working.get(next_working).is_some_and(|s| s.end <= at) {
                next_working += 1;
            }
            let mut stop = span.end;
            let mut band = None;
            match preferred.get(next_preferred) {
                Some(s) if s.start <= at => {
                    band = Some(Band::Preferred);
                    stop = stop.min(s.end);
                }
                Some(s) => stop = stop.min(s.start),
                None => {}
            }
            if band.is_none() {
                match working.get(next_working) {
                    Some(s) if s.start <= at => {
                        band = Some(Band::Working);
                        stop = stop.min(s.end);
                    }
                    Some(s) => stop = stop.min(s.start),
                    None => {}
                }
            }
            let band = band.unwrap_or_else(|| {
                let (band, until) = wall_band(offsets, at);
                stop = stop.min(until);
                band
            });
            let weight = u32::from(weights.of(band));
            if pieces.last().is_none_or(|last| last.band != band) {
                pieces.push(Piece {
                    start: at,
                    before: sum,
                    weight,
                    band,
                });
            }
            sum = sum.saturating_add(weight.saturating_mul(length(at, stop)));
            at = stop;
        }
        Self {
            pieces,
            end: span.end,
        }
    }

    /// Returns the index of the piece an instant lies in.
    pub(super) fn hint(&self, minute: Minute) -> usize {
        self.pieces
            .partition_point(|piece| piece.start <= minute)
            .saturating_sub(1)
    }

    /// Returns the cost of everything before an instant; `hint` is the index of a piece that starts
    /// at or before it and moves along, so that rising questions cost constant time.
    pub(super) fn before(&self, minute: Minute, hint: &mut usize) -> u32 {
        while self
            .pieces
            .get(*hint + 1)
            .is_some_and(|next| next.start <= minute)
        {
            *hint += 1;
        }
        self.pieces.get(*hint).map_or(0, |piece| {
            piece.before + piece.weight * length(piece.start, minute.min(self.end))
        })
    }

    /// Splits the cost of a span by the kind of minute.
    pub(super) fn split(&self, span: Span) -> CostSplit {
        let first = self.hint(span.start);
        let mut split = CostSplit::default();
        for (index, piece) in self.pieces.iter().enumerate().skip(first) {
            if piece.start >= span.end {
                break;
            }
            let end = self
                .pieces
                .get(index + 1)
                .map_or(self.end, |next| next.start);
            let minutes = length(piece.start.max(span.start), end.min(span.end));
            if minutes == 0 {
                continue;
            }
            split.total += piece.weight * minutes;
            match split.bands.iter_mut().find(|(band, _)| *band == piece.band) {
                Some((_, known)) => *known += minutes,
                None => split.bands.push((piece.band, minutes)),
            }
        }
        split
    }
}

/// Returns the band of the wall clock and the instant at which it ends or the clock changes.
fn wall_band(offsets: &Offsets, at: Minute) -> (Band, Minute) {
    let minute = offsets.wall(at).rem_euclid(DAY);
    let (edge, band) = EDGES
        .into_iter()
        .find(|(edge, _)| minute < *edge)
        .unwrap_or((DAY, Band::Late));
    let change = offsets
        .runs()
        .iter()
        .map(|run| run.first_minute())
        .find(|first| *first > at);
    let until = at + (edge - minute);
    (band, change.map_or(until, |change| until.min(change)))
}

fn length(from: Minute, to: Minute) -> u32 {
    u32::try_from(to - from).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Hours, WeekWindows, Window, Zone};

    fn split(zone: &str, start: &str, minutes: i32) -> CostSplit {
        let hours = Hours::new(
            Zone::load(zone).unwrap(),
            WeekWindows::weekdays(Window::new(540, 1080)),
        )
        .preferring(WeekWindows::weekdays(Window::new(600, 960)));
        let span = Span::lasting(Minute::parse(start).unwrap(), minutes);
        let offsets = Offsets::over(&hours.zone, span);
        let wide = span.widen(DAY, DAY);
        let curve = Curve::over(
            &Layers::over(&hours, &offsets, wide),
            &offsets,
            Weights::default(),
            wide,
        );
        let split = curve.split(span);
        let (mut a, mut b) = (0, 0);
        assert_eq!(
            split.total,
            curve.before(span.end, &mut a) - curve.before(span.start, &mut b)
        );
        split
    }

    #[test]
    fn a_slot_over_the_edge_of_the_preferred_hours_is_split() {
        // Monday 09:30 to 10:30 in Warsaw
        let split = split("Europe/Warsaw", "2026-03-02T08:30Z", 60);
        assert_eq!(
            (split.total, split.bands),
            (30, vec![(Band::Working, 30), (Band::Preferred, 30)])
        );
    }

    #[test]
    fn the_skipped_hour_costs_nothing() {
        // 01:30 PST, then 03:00 PDT follows 01:59
        let split = split("America/Los_Angeles", "2026-03-08T09:30Z", 240);
        assert_eq!(split.bands, vec![(Band::Night, 150), (Band::Early, 90)]);
        assert_eq!(split.total, 150 * 8 + 90 * 4);
    }

    #[test]
    fn a_band_that_comes_twice_is_counted_once() {
        // Friday 17:00 to Saturday 19:00 in UTC
        let split = split("UTC", "2026-03-06T17:00Z", 26 * 60);
        assert_eq!(
            split.bands,
            vec![
                (Band::Working, 60),
                (Band::Evening, 240 + 60),
                (Band::Late, 120),
                (Band::Night, 300),
                (Band::Early, 120),
                (Band::MorningEdge, 120),
                (Band::Day, 540)
            ]
        );
    }
}
