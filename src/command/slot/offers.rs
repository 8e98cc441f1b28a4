//! The best times of a plan in words, the one that is fairest, and the closest miss where there is none.

use jiff::Timestamp;

use crate::pane::SlotOrder;
use crate::slots::text::{self, Language};
use crate::slots::{Attendee, CostSplit, Minute, Plan, Slot};

/// A time at which everyone can meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// When it starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// What it costs each guest; nothing for an optional one who cannot come.
    pub costs: Vec<Option<CostSplit>>,
    /// Guests, by position, who pay most; nobody when it is free for all.
    pub payers: Vec<usize>,
    /// Guests, by position, who would meet outside their working hours.
    pub stretched: Vec<usize>,
    /// The time in the words of everyone's clock.
    pub words: String,
}

/// Returns the best slots of a plan in an order, at most so many, none overlapping another.
pub(super) fn offers(plan: &Plan, order: SlotOrder, most: usize, language: Language) -> Vec<Offer> {
    let people: Vec<&Attendee> = plan.attendees().collect();
    if people.is_empty() {
        return Vec::new();
    }
    let ordered: Box<dyn Iterator<Item = Slot<'_>> + '_> = match order {
        SlotOrder::Fair => Box::new(plan.ranked()),
        SlotOrder::Calendar => Box::new(plan.slots()),
    };
    let mut chosen: Vec<Slot<'_>> = Vec::new();
    for slot in ordered {
        let apart = |other: &Slot<'_>| other.end() <= slot.start() || slot.end() <= other.start();
        if chosen.iter().all(apart) {
            chosen.push(slot);
        }
        if chosen.len() >= most {
            break;
        }
    }
    chosen
        .into_iter()
        .map(|slot| offer(slot, &people, language))
        .collect()
}

fn offer(slot: Slot<'_>, people: &[&Attendee], language: Language) -> Offer {
    let costs: Vec<Option<CostSplit>> =
        (0..people.len()).map(|person| slot.split(person)).collect();
    let stretched = |cost: &Option<CostSplit>| {
        cost.as_ref()
            .is_some_and(|cost| cost.stretched_minutes() > 0)
    };
    Offer {
        start: slot.start().timestamp(),
        end: slot.end().timestamp(),
        payers: slot.payers().collect(),
        stretched: (0..people.len())
            .filter(|at| costs.get(*at).is_some_and(stretched))
            .collect(),
        costs,
        words: text::slot(slot.span(), people, language, text::Layout::Line),
    }
}

/// Returns the start after which the greatest burden is least, then the sum of squares, then the total.
pub(super) fn fairest(plan: &Plan, burdens: &[i64]) -> Option<Timestamp> {
    let fewest = plan.best()?.absent();
    let mut best: Option<(i64, i128, u64, Minute)> = None;
    for slot in plan.slots().filter(|slot| slot.absent() == fewest) {
        let (mut greatest, mut squares) = (0, 0_i128);
        for (burden, cost) in burdens.iter().zip(slot.costs()) {
            let after = burden + i64::from(cost.unwrap_or(0));
            greatest = greatest.max(after);
            // Most starts cost somebody more than the best one so far: the others need not be added up.
            if best.is_some_and(|best| greatest > best.0) {
                break;
            }
            squares += i128::from(after) * i128::from(after);
        }
        let key = (greatest, squares, slot.total(), slot.start());
        if best.is_none_or(|best| key < best) {
            best = Some(key);
        }
    }
    best.map(|(.., start)| start.timestamp())
}

/// Returns the closest of the rejected starts of a plan, and what stands in the way.
pub(super) fn miss(plan: &Plan, language: Language) -> Option<(Timestamp, Vec<String>)> {
    let people: Vec<&Attendee> = plan.attendees().collect();
    let miss = plan.nearest_miss()?;
    let words = miss
        .blockers
        .iter()
        .map(|blocker| text::blocker(blocker, &people, language))
        .collect();
    Some((miss.start.timestamp(), words))
}
