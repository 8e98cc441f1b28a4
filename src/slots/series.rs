//! A series of meetings: at one wall time, or taking turns so that the burden is shared.

use std::collections::BTreeMap;

use super::zone::{DAY, Offsets};
use super::{Minute, Plan, Search, Session, Slot, SlotsError, Span, Verdict, Wall, Zone};

/// How the slots of a series are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesRule {
    /// The same wall time in a zone, the organizer's or another side's; that zone's clock is then the
    /// grid, so its clock changes move the others.
    Fixed {
        /// Minutes after midnight.
        minute: u16,
        /// Whose clock.
        zone: Zone,
    },
    /// In order of time the slot that keeps the greatest debt lowest, then the sum of squares, then
    /// the total, then the earliest.
    Rotate,
}

/// What a series is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesRequest {
    /// One span for each meeting, in order of time.
    pub windows: Vec<Span>,
    /// How the slots are chosen.
    pub rule: SeriesRule,
    /// What people have paid before, in weight-minutes by id.
    pub debt: BTreeMap<String, i64>,
}

/// A meeting of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// From start to end.
    pub slot: Span,
    /// What each person pays, in the session's order; nothing for an optional person who is missing.
    pub costs: Vec<Option<u32>>,
    /// Who pays most, sorted by id.
    pub payers: Vec<usize>,
    /// What each person's clock shows at the start.
    pub walls: Vec<Wall>,
    /// The people whose wall time differs from the occurrence before, with the old time.
    pub moved: Vec<(usize, Wall)>,
}

/// The outcome for one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A slot was found.
    Meeting(Occurrence),
    /// There is none.
    Missed {
        /// The window.
        window: Span,
        /// The start that a fixed series wanted, if the window has one.
        wanted: Option<Minute>,
        /// The nearest miss of the window, where no start was wanted; none where none of it is still to come.
        closest: Option<Minute>,
        /// Why the start that was wanted does not do, or the verdict on the nearest miss.
        verdict: Verdict,
    },
}

impl Pick {
    /// Returns the meeting, if a slot was found.
    pub fn meeting(&self) -> Option<&Occurrence> {
        match self {
            Self::Meeting(occurrence) => Some(occurrence),
            Self::Missed { .. } => None,
        }
    }
}

/// How evenly a burden is shared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fairness {
    /// The greatest burden.
    pub max: i64,
    /// The sum of all burdens.
    pub total: i64,
    /// The Gini coefficient: 0 when all carry the same, near 1 when one carries all.
    pub gini: f64,
    /// Jain's index: 1 when all carry the same, 1/n when one carries all.
    pub jain: f64,
}

impl Fairness {
    /// Measures burdens; nobody paying anything counts as perfectly fair.
    pub fn of(burdens: &[i64]) -> Self {
        let mut sorted = burdens.to_vec();
        sorted.sort_unstable();
        let total: i64 = sorted.iter().sum();
        let max = sorted.last().copied().unwrap_or(0);
        if total == 0 {
            return Self {
                max,
                total,
                gini: 0.0,
                jain: 1.0,
            };
        }
        let n = i128::try_from(sorted.len()).unwrap_or(i128::MAX);
        let mut weighted = 0_i128;
        let mut squares = 0_i128;
        let mut place = 0_i128;
        for burden in sorted.into_iter().map(i128::from) {
            place += 1;
            weighted += (2 * place - n - 1) * burden;
            squares += burden * burden;
        }
        let total_wide = i128::from(total);
        Self {
            max,
            total,
            gini: ratio(weighted, n * total_wide),
            jain: ratio(total_wide * total_wide, n * squares),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "burdens stay far below 2^53 weight-minutes"
)]
fn ratio(part: i128, whole: i128) -> f64 {
    part as f64 / whole as f64
}

/// A series with who has paid what.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPlan {
    /// One for each window.
    pub picks: Vec<Pick>,
    /// What each person has paid at the end, debts included, in the session's order.
    pub burden: Vec<i64>,
    /// How evenly.
    pub fairness: Fairness,
    /// How many meetings in a row the same people paid most.
    pub longest_same_payer_run: usize,
}

impl Session {
    /// Chooses one slot in each window, counting chosen meetings against night budgets as it goes.
    ///
    /// The session itself stays as it is.
    ///
    /// # Errors
    ///
    /// The windows span more than ten years, or a window has too many slots.
    pub fn series(&self, request: &SeriesRequest) -> Result<SeriesPlan, SlotsError> {
        let mut session = self.clone();
        if let SeriesRule::Fixed { zone, .. } = &request.rule {
            session.set_search(Search {
                grid_zone: zone.clone(),
                ..session.search().clone()
            })?;
        }
        if let Some(hull) = request.windows.iter().copied().reduce(Span::hull) {
            session.cover(hull)?;
        }
        let ids: Vec<String> = session
            .attendees()
            .map(|attendee| attendee.id.clone())
            .collect();
        let mut burden: Vec<i64> = ids
            .iter()
            .map(|id| request.debt.get(id).copied().unwrap_or(0))
            .collect();
        let mut picks: Vec<Pick> = Vec::with_capacity(request.windows.len());
        for &window in &request.windows {
            session.set_range(window)?;
            let plan = session.plan()?;
            let before = picks.iter().rev().find_map(Pick::meeting);
            match choose(&plan, &request.rule, &burden) {
                Some(slot) => {
                    let occurrence = occurrence(slot, &ids, before);
                    for (burden, cost) in burden.iter_mut().zip(&occurrence.costs) {
                        *burden = burden.saturating_add(i64::from(cost.unwrap_or(0)));
                    }
                    let present =
                        (0..ids.len()).filter(|&person| occurrence.costs[person].is_some());
                    session.book_night(occurrence.slot, present);
                    picks.push(Pick::Meeting(occurrence));
                }
                None => picks.push(missed(&plan, &request.rule, window)),
            }
        }
        let fairness = Fairness::of(&burden);
        let longest_same_payer_run = longest_run(&picks);
        Ok(SeriesPlan {
            picks,
            burden,
            fairness,
            longest_same_payer_run,
        })
    }
}

fn choose<'a>(plan: &'a Plan, rule: &SeriesRule, burden: &[i64]) -> Option<Slot<'a>> {
    let wanted = |slot: &Slot<'_>| match rule {
        SeriesRule::Fixed { minute, zone } => zone.wall_at(slot.start()).minute == *minute,
        SeriesRule::Rotate => true,
    };
    plan.slots().filter(wanted).min_by_key(|slot| {
        let after = || {
            burden
                .iter()
                .zip(slot.costs())
                .map(|(debt, cost)| debt + i64::from(cost.unwrap_or(0)))
        };
        let greatest = after().max().unwrap_or(0);
        let squares: i128 = after()
            .map(|burden| i128::from(burden) * i128::from(burden))
            .sum();
        (greatest, squares, slot.total(), slot.index())
    })
}

fn occurrence(slot: Slot<'_>, ids: &[String], before: Option<&Occurrence>) -> Occurrence {
    let mut payers: Vec<usize> = slot.payers().collect();
    payers.sort_by_key(|&person| &ids[person]);
    let walls: Vec<Wall> = (0..ids.len())
        .filter_map(|person| slot.wall(person))
        .map(|(start, _)| start)
        .collect();
    let moved = before.map_or_else(Vec::new, |before| {
        let pairs = before.walls.iter().zip(&walls).enumerate();
        pairs
            .filter(|(_, (old, new))| old.minute != new.minute)
            .map(|(person, (old, _))| (person, *old))
            .collect()
    });
    Occurrence {
        slot: slot.span(),
        costs: slot.costs().collect(),
        payers,
        walls,
        moved,
    }
}

fn missed(plan: &Plan, rule: &SeriesRule, window: Span) -> Pick {
    let wanted = match rule {
        SeriesRule::Rotate => None,
        SeriesRule::Fixed { minute, zone } => {
            let offsets = Offsets::over(zone, window);
            let first = offsets.wall(window.start).div_euclid(DAY);
            let last = offsets.wall(window.end).div_euclid(DAY);
            (first..=last)
                .map(|day| offsets.instant(day.saturating_mul(DAY) + i32::from(*minute)))
                .find(|start| window.contains(*start))
        }
    };
    let closest = match wanted {
        Some(_) => None,
        None => plan.nearest_miss().map(|miss| miss.start),
    };
    let start = wanted.or(closest);
    let verdict = start.map_or(Verdict::OutsideRange, |start| plan.why(start));
    Pick::Missed {
        window,
        wanted,
        closest,
        verdict,
    }
}

fn longest_run(picks: &[Pick]) -> usize {
    let (mut best, mut run) = (0, 0);
    let mut before: &[usize] = &[];
    for pick in picks {
        let payers = pick
            .meeting()
            .map_or(&[][..], |occurrence| occurrence.payers.as_slice());
        run = match payers {
            [] => 0,
            _ if payers == before => run + 1,
            _ => 1,
        };
        best = best.max(run);
        before = payers;
    }
    best
}
