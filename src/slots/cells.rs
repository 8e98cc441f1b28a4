//! Rows of cells for drawing: what each stretch of time is for a person, and how many are free.

use super::session::Prepared;
use super::{Attendance, Minute, Plan, Span};

/// What a cell is for a person: the worst of its minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shade {
    /// Preferred throughout.
    Preferred,
    /// Working hours.
    Working,
    /// Possible, but outside the working hours.
    Acceptable,
    /// Something else is booked, buffers included.
    Busy,
    /// Possible, but the week has no night left.
    NightsUsedUp,
    /// Outside everything acceptable.
    Closed,
}

impl Shade {
    /// Returns the character that tells the shades apart without colour.
    pub fn mark(self) -> char {
        match self {
            Self::Preferred => '=',
            Self::Working => '-',
            Self::Acceptable => '~',
            Self::Busy => '#',
            Self::NightsUsedUp => '*',
            Self::Closed => '.',
        }
    }
}

/// How many people are free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headcount {
    /// Required people.
    pub required: u32,
    /// Optional people.
    pub optional: u32,
}

impl Headcount {
    /// Returns how many are free in all.
    pub fn all(self) -> u32 {
        self.required + self.optional
    }
}

impl Plan {
    /// Shades a span in cells of so many minutes for one person; the last cell may reach past the end.
    ///
    /// Right within [`Plan::coverage`]; empty for an unknown person or an empty span.
    pub fn shades(&self, person: usize, span: Span, cell: u32) -> Vec<Shade> {
        let Some(person) = self.people.get(person) else {
            return Vec::new();
        };
        cells(span, cell).map(|cell| shade(person, cell)).collect()
    }

    /// Counts who is free throughout each cell of so many minutes, with a difference array over the
    /// change points.
    pub fn headcounts(&self, span: Span, cell: u32) -> Vec<Headcount> {
        let length = cell_minutes(cell);
        let count = cells(span, cell).count();
        let index = |minutes: i32| usize::try_from(minutes / length).unwrap_or(0).min(count);
        self.count_free(count, span, |free| {
            let first = index((free.start - span.start).max(0).saturating_add(length - 1));
            let after = index((free.end - span.start).max(0));
            (first, after)
        })
    }

    /// Counts for every start of the grid in the range who could come to a meeting of the duration.
    pub fn turnout(&self) -> Vec<(Minute, Headcount)> {
        let range = self.search.range;
        let duration = self.meeting(range.start).minutes();
        let counts = self.count_free(self.grid.len(), range, |free| {
            let last = free.end.min(range.end) - duration;
            (
                self.grid.index_from(free.start.max(range.start)),
                self.grid.index_from(last + 1),
            )
        });
        self.grid
            .starts(range.start, range.end)
            .zip(counts)
            .collect()
    }

    /// Adds one person to every place from the first to the one before the last that `places` names
    /// for each free span.
    fn count_free(
        &self,
        count: usize,
        span: Span,
        places: impl Fn(Span) -> (usize, usize),
    ) -> Vec<Headcount> {
        let mut changes = [vec![0_i32; count + 1], vec![0_i32; count + 1]];
        for person in &self.people {
            let changes = match person.attendee.attendance {
                Attendance::Required => &mut changes[0],
                Attendance::Optional => &mut changes[1],
            };
            let free = person
                .free
                .spans()
                .iter()
                .skip(person.free.first_ending_after(span.start));
            for free in free.take_while(|free| free.start < span.end) {
                let (first, after) = places(*free);
                if first < after {
                    changes[first] += 1;
                    changes[after] -= 1;
                }
            }
        }
        let (mut required, mut optional) = (0_i32, 0_i32);
        let [first, second] = changes;
        first
            .into_iter()
            .zip(second)
            .take(count)
            .map(|(more, more_optional)| {
                required += more;
                optional += more_optional;
                Headcount {
                    required: u32::try_from(required).unwrap_or(0),
                    optional: u32::try_from(optional).unwrap_or(0),
                }
            })
            .collect()
    }
}

fn cell_minutes(cell: u32) -> i32 {
    i32::try_from(cell).unwrap_or(i32::MAX).max(1)
}

fn cells(span: Span, cell: u32) -> impl Iterator<Item = Span> {
    let length = cell_minutes(cell);
    std::iter::successors(Some(span.start), move |start| Some(*start + length))
        .take_while(move |start| *start < span.end)
        .map(move |start| Span::lasting(start, length))
}

fn shade(person: &Prepared, cell: Span) -> Shade {
    if person.class.layers.acceptable.covering(cell).is_none() {
        return Shade::Closed;
    }
    if person.busy.meeting(cell).is_some() {
        return Shade::Busy;
    }
    if person.free.covering(cell).is_none() {
        return Shade::NightsUsedUp;
    }
    let split = person.class.curve.split(cell);
    match split.bands.iter().map(|(band, _)| *band).max() {
        Some(band) if band.is_stretch() => Shade::Acceptable,
        Some(super::Band::Working) => Shade::Working,
        _ => Shade::Preferred,
    }
}
