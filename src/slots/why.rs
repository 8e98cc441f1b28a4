//! Why a start is not a slot, and which comes closest.

use jiff::civil::Date;

use super::session::Prepared;
use super::zone::DAY;
use super::zone::date_of_day;
use super::{Attendance, Minute, NightUse, Plan, Span, SpanSet};

/// What stands in a person's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A day off or a holiday, by the person's own date.
    DayOff {
        /// The local date.
        date: Date,
        /// The holiday's name, or an empty text.
        name: String,
    },
    /// Minutes outside what the person accepts.
    OutsideHours {
        /// How many minutes of the slot.
        minutes: u32,
        /// By how many minutes the nearest window would have to grow to hold the slot; the whole length
        /// of a day if there is none near.
        stretch: u32,
    },
    /// Something else, with the buffers around it.
    Busy {
        /// The merged block with its buffers.
        block: Span,
        /// How many minutes of the slot.
        minutes: u32,
    },
    /// The week has no night left.
    NightsUsedUp {
        /// Nights already given to meetings.
        used: u8,
        /// Nights allowed.
        limit: u8,
    },
}

/// A required person who cannot come, with every cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The index of the person in the plan.
    pub person: usize,
    /// At least one.
    pub causes: Vec<Cause>,
}

impl Blocker {
    /// Tells whether the person is off on that day.
    pub fn is_off(&self) -> bool {
        (self.causes.iter()).any(|cause| matches!(cause, Cause::DayOff { .. }))
    }

    /// Returns the causes worth telling: whoever is off is outside their hours anyway.
    pub fn told(&self) -> impl Iterator<Item = &Cause> {
        let off = self.is_off();
        let causes = self.causes.iter();
        causes.filter(move |cause| !off || !matches!(cause, Cause::OutsideHours { .. }))
    }

    /// Returns by how many minutes the person would have to bend: longer hours and moved blocks together.
    pub fn minutes(&self) -> u32 {
        self.causes
            .iter()
            .map(|cause| match cause {
                Cause::OutsideHours {
                    stretch: minutes, ..
                }
                | Cause::Busy { minutes, .. } => *minutes,
                Cause::DayOff { .. } | Cause::NightsUsedUp { .. } => 0,
            })
            .sum()
    }

    /// Tells whether longer hours alone would do: no busy block, day off or spent night.
    pub fn only_hours(&self) -> bool {
        self.causes
            .iter()
            .all(|cause| matches!(cause, Cause::OutsideHours { .. }))
    }
}

/// What a start is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A slot of the plan.
    Open,
    /// The meeting would begin before the range or end after it.
    OutsideRange,
    /// It is earlier than now plus the notice.
    TooSoon {
        /// The earliest start.
        earliest: Minute,
    },
    /// The organizer's clock does not show a multiple of the step.
    OffGrid,
    /// Required people cannot come.
    Blocked(Vec<Blocker>),
}

/// The rejected start that takes least bending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearestMiss {
    /// When the meeting would begin.
    pub start: Minute,
    /// Who is in the way; as few as anywhere in the range.
    pub blockers: Vec<Blocker>,
    /// The minutes that all of them would have to bend.
    pub minutes: u32,
}

/// How many rejected starts are looked at more closely.
const CLOSE_LOOKS: usize = 20_000;

impl Plan {
    /// Explains a start.
    pub fn why(&self, start: Minute) -> Verdict {
        let slot = self.meeting(start);
        if !self.search.admits(slot) {
            return Verdict::OutsideRange;
        }
        if let Some(earliest) = self.search.not_before.filter(|earliest| start < *earliest) {
            return Verdict::TooSoon { earliest };
        }
        if !self.grid.has(start) {
            return Verdict::OffGrid;
        }
        let blockers = self.blockers(slot);
        if blockers.is_empty() {
            Verdict::Open
        } else {
            Verdict::Blocked(blockers)
        }
    }

    /// Lists the starts of the grid that come before the present and the notice, whoever could come, in order of time.
    pub fn too_soon(&self) -> impl Iterator<Item = Minute> + '_ {
        let range = self.search.range;
        let earliest = self.search.not_before.unwrap_or(range.start);
        self.grid
            .starts(range.start, earliest - 1)
            .filter(|start| self.search.admits(self.meeting(*start)))
    }

    /// Explains every start of the grid that required people reject, in order of time.
    pub fn rejections(&self) -> impl Iterator<Item = (Minute, Vec<Blocker>)> + '_ {
        self.possible_starts().filter_map(|start| {
            let blockers = self.blockers(self.meeting(start));
            (!blockers.is_empty()).then_some((start, blockers))
        })
    }

    /// Returns the rejected start with the fewest people in the way, and of those the one where longer
    /// hours alone would do, then the fewest minutes, then the earliest.
    pub fn nearest_miss(&self) -> Option<NearestMiss> {
        let required = self
            .people
            .iter()
            .filter(|p| p.attendee.attendance == Attendance::Required)
            .count();
        let required = u32::try_from(required).unwrap_or(u32::MAX);
        let rejected: Vec<(Minute, u32)> = self
            .turnout()
            .into_iter()
            .filter(|(start, _)| {
                self.search.admits(self.meeting(*start))
                    && self.search.not_before.is_none_or(|t| t <= *start)
            })
            .map(|(start, count)| (start, required.saturating_sub(count.required)))
            .filter(|(_, blocked)| *blocked > 0)
            .collect();
        let fewest = rejected.iter().map(|(_, blocked)| *blocked).min()?;
        rejected
            .into_iter()
            .filter(|(_, blocked)| *blocked == fewest)
            .take(CLOSE_LOOKS)
            .map(|(start, _)| {
                let blockers = self.blockers(self.meeting(start));
                let minutes = blockers.iter().map(Blocker::minutes).sum();
                NearestMiss {
                    start,
                    blockers,
                    minutes,
                }
            })
            .min_by_key(|miss| {
                let beyond_hours = miss
                    .blockers
                    .iter()
                    .filter(|blocker| !blocker.only_hours())
                    .count();
                (beyond_hours, miss.minutes, miss.start)
            })
    }

    fn possible_starts(&self) -> impl Iterator<Item = Minute> + '_ {
        let range = self.search.range;
        let first = self
            .search
            .not_before
            .map_or(range.start, |earliest| earliest.max(range.start));
        self.grid
            .starts(first, range.end - self.meeting(range.start).minutes())
            .filter(|start| self.search.admits(self.meeting(*start)))
    }

    fn blockers(&self, slot: Span) -> Vec<Blocker> {
        let required = |person: &Prepared| person.attendee.attendance == Attendance::Required;
        self.people
            .iter()
            .enumerate()
            .filter(|(_, person)| required(person) && person.free.covering(slot).is_none())
            .map(|(index, person)| Blocker {
                person: index,
                causes: causes(person, slot),
            })
            .collect()
    }
}

/// Returns by how many minutes the nearest window would have to grow to hold a slot.
fn stretch(windows: &SpanSet, slot: Span) -> i32 {
    let next = windows.first_ending_after(slot.start);
    let around = windows.spans().iter().skip(next.saturating_sub(1)).take(3);
    let growth =
        around.map(|window| (window.start - slot.start).max(0) + (slot.end - window.end).max(0));
    growth.min().unwrap_or(DAY).min(DAY)
}

/// Lists everything that keeps a person from a slot.
fn causes(person: &Prepared, slot: Span) -> Vec<Cause> {
    let mut causes = Vec::new();
    let layers = &person.class.layers;
    let off = layers
        .closed
        .meeting(slot)
        .map(|closed| closed.start.max(slot.start));
    if let Some(first) = off {
        let date = date_of_day(person.class.offsets.wall(first).div_euclid(DAY));
        let name = person
            .attendee
            .hours
            .days_off
            .get(&date)
            .cloned()
            .unwrap_or_default();
        causes.push(Cause::DayOff { date, name });
    }
    let outside = slot.minutes() - layers.acceptable.minutes_within(slot);
    if outside > 0 {
        let stretch = stretch(&layers.acceptable, slot).unsigned_abs();
        causes.push(Cause::OutsideHours {
            minutes: outside.unsigned_abs(),
            stretch,
        });
    }
    if let Some(block) = person.busy.meeting(slot) {
        let minutes = person.busy.minutes_within(slot).unsigned_abs();
        causes.push(Cause::Busy { block, minutes });
    }
    if let Some(NightUse::Over { used, limit }) =
        person.nights.as_ref().map(|ledger| ledger.usage(slot))
    {
        causes.push(Cause::NightsUsedUp { used, limit });
    }
    causes
}
