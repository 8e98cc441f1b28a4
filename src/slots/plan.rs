//! The slots of a search, what each costs whom, and their order.

use std::sync::Arc;

use super::grid::Grid;
use super::session::Prepared;
use super::{
    Attendance, Attendee, CostSplit, Minute, NightUse, Search, SlotsError, Span, SpanSet, Wall,
};

/// The most pairs of slot and person that are worked out at once.
const MOST_COSTS: usize = 40_000_000;

/// Stands for an optional person who cannot come.
const ABSENT: u32 = u32::MAX;

/// The result of a search: slots in order of time, with costs and ranking.
///
/// Everything that needs the people's hours (splits, rows of cells, reasons) is asked of it too, so
/// that drawing needs no session.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) search: Search,
    pub(super) people: Vec<Arc<Prepared>>,
    pub(super) grid: Grid,
    coverage: Span,
    starts: Vec<Minute>,
    /// Person by person, the cost of every slot.
    costs: Vec<u32>,
    sums: Vec<Sums>,
    ranking: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    missing: u32,
    max: u32,
    total: u64,
}

impl Plan {
    /// Intersects the free time of the required people and adds up the costs of the starts inside.
    pub(super) fn work_out(
        search: Search,
        people: Vec<Arc<Prepared>>,
        grid: Grid,
        coverage: Span,
    ) -> Result<Self, SlotsError> {
        let common = common_free_time(&search, &people);
        let duration = i32::try_from(search.duration).unwrap_or(i32::MAX);
        let mut starts = Vec::new();
        for free in common
            .spans()
            .iter()
            .filter(|free| free.minutes() >= duration)
        {
            starts.extend(grid.starts(free.start, free.end - duration));
        }
        let pairs = starts.len().saturating_mul(people.len());
        if pairs > MOST_COSTS {
            return Err(SlotsError::TooManySlots {
                slots: starts.len(),
                people: people.len(),
            });
        }
        let mut costs = Vec::with_capacity(pairs);
        let mut sums = vec![Sums::default(); starts.len()];
        for person in &people {
            add_person(person, duration, &starts, &mut costs, &mut sums);
        }
        let mut ranking: Vec<usize> = (0..starts.len()).collect();
        ranking.sort_unstable_by_key(|&slot| {
            (sums[slot].missing, sums[slot].max, sums[slot].total, slot)
        });
        Ok(Self {
            search,
            people,
            grid,
            coverage,
            starts,
            costs,
            sums,
            ranking,
        })
    }

    /// Returns what was looked for.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Returns the people in the session's order; other answers name them by index.
    pub fn attendees(&self) -> impl ExactSizeIterator<Item = &Attendee> {
        self.people.iter().map(|person| person.attendee.as_ref())
    }

    /// Returns the span over which the rows of cells are right: the range and a week on both sides.
    pub fn coverage(&self) -> Span {
        self.coverage
    }

    /// Returns the number of slots.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Tells whether there is no slot; [`Plan::nearest_miss`] then says what comes closest.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Returns the slots in order of time.
    pub fn slots(&self) -> impl ExactSizeIterator<Item = Slot<'_>> {
        (0..self.starts.len()).map(|index| Slot { plan: self, index })
    }

    /// Returns the slots from best to worst: fewest optional people missing, then the least cost of
    /// the person hurt most, then the least total, then the earliest.
    pub fn ranked(&self) -> impl ExactSizeIterator<Item = Slot<'_>> {
        self.ranking.iter().map(|&index| Slot { plan: self, index })
    }

    /// Returns the best slot.
    pub fn best(&self) -> Option<Slot<'_>> {
        self.ranked().next()
    }

    /// Returns the slot that starts at an instant.
    pub fn slot_at(&self, start: Minute) -> Option<Slot<'_>> {
        self.starts
            .binary_search(&start)
            .ok()
            .map(|index| Slot { plan: self, index })
    }

    /// Returns the span of a meeting that starts at an instant.
    pub(super) fn meeting(&self, start: Minute) -> Span {
        Span::lasting(
            start,
            i32::try_from(self.search.duration).unwrap_or(i32::MAX),
        )
    }
}

/// Returns when every required person is free, within the range and after the notice.
fn common_free_time(search: &Search, people: &[Arc<Prepared>]) -> SpanSet {
    let start = search.not_before.map_or(search.range.start, |earliest| {
        earliest.max(search.range.start)
    });
    let mut common = SpanSet::from_spans(vec![Span::new(start, search.range.end)]);
    if let Some(windows) = &search.windows {
        common = common.intersect(windows);
    }
    let mut required: Vec<&SpanSet> = people
        .iter()
        .filter(|person| person.attendee.attendance == Attendance::Required)
        .map(|person| &person.free)
        .collect();
    // the emptiest calendars first: what is left then stays short
    required.sort_by_key(|free| free.spans().len());
    for free in required {
        if common.is_empty() {
            break;
        }
        common = common.intersect(free);
    }
    common
}

fn add_person(
    person: &Prepared,
    duration: i32,
    starts: &[Minute],
    costs: &mut Vec<u32>,
    sums: &mut [Sums],
) {
    let curve = &person.class.curve;
    let optional = person.attendee.attendance == Attendance::Optional;
    let Some(&first) = starts.first() else { return };
    let (mut at_start, mut at_end) = (curve.hint(first), curve.hint(first));
    let mut free = person
        .free
        .spans()
        .iter()
        .skip(person.free.first_ending_after(first))
        .peekable();
    for (&start, sum) in starts.iter().zip(sums) {
        let slot = Span::lasting(start, duration);
        if optional {
            while free.next_if(|span| span.end < slot.end).is_some() {}
            if !free.peek().is_some_and(|span| span.covers(slot)) {
                costs.push(ABSENT);
                sum.missing += 1;
                continue;
            }
        }
        let cost = curve.before(slot.end, &mut at_end) - curve.before(slot.start, &mut at_start);
        costs.push(cost);
        sum.max = sum.max.max(cost);
        sum.total += u64::from(cost);
    }
}

/// One slot of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    plan: &'a Plan,
    index: usize,
}

impl<'a> Slot<'a> {
    /// Returns the plan the slot belongs to.
    pub fn plan(self) -> &'a Plan {
        self.plan
    }

    /// Returns the place of the slot in order of time.
    pub fn index(self) -> usize {
        self.index
    }

    /// Returns the first instant.
    pub fn start(self) -> Minute {
        self.plan.starts[self.index]
    }

    /// Returns the first instant after the slot.
    pub fn end(self) -> Minute {
        self.span().end
    }

    /// Returns the span of the meeting, without buffers.
    pub fn span(self) -> Span {
        self.plan.meeting(self.start())
    }

    /// Returns what a person pays in weight-minutes; nothing for an optional person who cannot come.
    pub fn cost(self, person: usize) -> Option<u32> {
        let slots = self.plan.starts.len();
        self.plan
            .costs
            .get(person * slots + self.index)
            .copied()
            .filter(|cost| *cost != ABSENT)
    }

    /// Returns what every person pays, in the plan's order of people.
    pub fn costs(self) -> impl ExactSizeIterator<Item = Option<u32>> + 'a {
        (0..self.plan.people.len()).map(move |person| self.cost(person))
    }

    /// Returns the cost of the person hurt most.
    pub fn max(self) -> u32 {
        self.plan.sums[self.index].max
    }

    /// Returns the sum of all costs.
    pub fn total(self) -> u64 {
        self.plan.sums[self.index].total
    }

    /// Counts the optional people who cannot come.
    pub fn absent(self) -> u32 {
        self.plan.sums[self.index].missing
    }

    /// Returns the optional people who cannot come.
    pub fn missing(self) -> impl Iterator<Item = usize> + 'a {
        (0..self.plan.people.len()).filter(move |person| self.cost(*person).is_none())
    }

    /// Returns who pays most, unless nobody pays anything.
    pub fn payers(self) -> impl Iterator<Item = usize> + 'a {
        let max = self.max();
        (0..self.plan.people.len()).filter(move |person| max > 0 && self.cost(*person) == Some(max))
    }

    /// Splits a person's cost by the kind of minute; nothing for someone who cannot come.
    pub fn split(self, person: usize) -> Option<CostSplit> {
        self.cost(person)?;
        Some(self.plan.people.get(person)?.class.curve.split(self.span()))
    }

    /// Counts the people who would meet outside their working and preferred hours.
    pub fn stretched(self) -> usize {
        (0..self.plan.people.len())
            .filter_map(|person| self.split(person))
            .filter(|split| split.stretched_minutes() > 0)
            .count()
    }

    /// Returns what a person's clock shows at the start and at the end.
    pub fn wall(self, person: usize) -> Option<(Wall, Wall)> {
        let zone = &self.plan.people.get(person)?.attendee.hours.zone;
        Some((zone.wall_at(self.start()), zone.wall_at(self.end())))
    }

    /// Tells what the slot does to a person's night budget.
    pub fn night(self, person: usize) -> NightUse {
        let ledger = self
            .plan
            .people
            .get(person)
            .and_then(|person| person.nights.as_ref());
        ledger.map_or(NightUse::None, |ledger| ledger.usage(self.span()))
    }
}
