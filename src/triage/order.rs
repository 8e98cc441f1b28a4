//! The order of the inbox.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::record::{Circle, Id, Thread, View};

use super::assessment::{Assessment, People};
use super::badge::Mark;

/// A thread with what was read in it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The id of the thread.
    pub id: &'a Id<Thread>,
    /// The thread.
    pub thread: &'a Thread,
    /// What its unhandled messages are.
    pub assessment: &'a Assessment,
}

/// Returns the positions of the cases in the order in which to deal with them.
///
/// 1. `!`: by the service-level clock, the one that runs out first on top.
/// 2. `●` and then `○`, each by sender, so that one person's threads come together. Senders are ordered by
///    their earliest service-level clock, then by who waits (CN owners, leads, colleagues, systems), then
///    by whoever has waited longest. Within a sender: the clock, then what is asked, then the same title,
///    then the oldest.
///
/// The order of equal cases is that of their ids, so it never changes by itself. Cost: O(n log n).
pub fn inbox_order(cases: &[Case<'_>], people: &dyn People, view: &View) -> Vec<usize> {
    let places: Vec<Place<'_>> = cases
        .iter()
        .map(|case| Place::of(case, people, view))
        .collect();
    let mut senders: HashMap<(Mark, &str), SenderPlace> = HashMap::new();
    for place in &places {
        let own = SenderPlace {
            clock: place.clock,
            rank: place.rank,
            oldest: place.last_at,
        };
        senders
            .entry((place.mark, place.sender))
            .and_modify(|sender| sender.join(own))
            .or_insert(own);
    }
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_cached_key(|&position| {
        let place = &places[position];
        let sender = senders
            .get(&(place.mark, place.sender))
            .filter(|_| place.mark != Mark::Urgent)
            .copied()
            .unwrap_or(SenderPlace {
                clock: place.clock,
                rank: place.rank,
                oldest: place.last_at,
            });
        (
            (place.mark, sender, place.sender),
            (place.clock, place.ask, place.title, place.last_at),
            place.id,
        )
    });
    order
}

/// What counts for the place of one thread.
struct Place<'a> {
    mark: Mark,
    /// When an answer is due; a thread without a clock comes after all others.
    clock: Timestamp,
    rank: u8,
    sender: &'a str,
    ask: u8,
    title: &'a str,
    last_at: Timestamp,
    id: &'a str,
}

/// What counts for the place of a sender among the others with the same mark.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SenderPlace {
    clock: Timestamp,
    rank: u8,
    oldest: Timestamp,
}

impl SenderPlace {
    fn join(&mut self, other: SenderPlace) {
        self.clock = self.clock.min(other.clock);
        self.rank = self.rank.min(other.rank);
        self.oldest = self.oldest.min(other.oldest);
    }
}

impl<'a> Place<'a> {
    fn of(case: &Case<'a>, people: &dyn People, view: &View) -> Self {
        let thread = case.thread;
        let circle = thread
            .from
            .as_ref()
            .and_then(|id| people.person(id))
            .map(|person| &person.circle);
        Place {
            mark: Mark::of(thread, case.assessment, view),
            clock: thread.sla_due.unwrap_or(Timestamp::MAX),
            rank: rank(circle),
            sender: thread
                .from
                .as_ref()
                .map_or(thread.from_name.as_str(), Id::as_str),
            ask: case.assessment.ask().map_or(u8::MAX, |ask| ask as u8),
            title: &thread.title,
            last_at: thread.last_at.unwrap_or(Timestamp::MAX),
            id: case.id.as_str(),
        }
    }
}

/// Ranks who waits: owners first, programs last; someone unknown may be a lead.
pub(super) fn rank(circle: Option<&Circle>) -> u8 {
    match circle {
        Some(Circle::Owner) => 0,
        Some(Circle::Lead) | None => 1,
        Some(Circle::Colleague | Circle::Other(_)) => 2,
        Some(Circle::System) => 3,
    }
}
