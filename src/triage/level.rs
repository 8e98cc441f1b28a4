//! Spreading what is due over the days, at most so many a day.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::assessment::People;
use super::urgency::need_you_order;
use crate::record::{Due, FollowUp, FollowUpKind, Id, Record as _, Severity, View};

/// A follow-up with the days on which who is waited for is away.
#[derive(Clone, Debug)]
pub struct Duty<'a> {
    /// Its id.
    pub id: &'a Id<FollowUp>,
    /// The follow-up.
    pub follow_up: &'a FollowUp,
    /// Days off of the person it is for, as their own local dates.
    pub away: Vec<Date>,
}

/// A follow-up that moves to another day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The follow-up.
    pub id: Id<FollowUp>,
    /// The local day on which it counts now: what is late counts today.
    pub from: Date,
    /// The day to which it moves.
    pub to: Date,
}

/// Works out which follow-ups move, so that no working day of the next `days` holds more than `cap`.
///
/// What is late counts today. P1, what was promised, what belongs to an incident and what was escalated stays
/// where it is; of the rest the least urgent of a day (see [`need_you_order`]) moves on, to a later weekday that
/// has room, is no day off of mine (`off`) and none of the person it is for. Of all that move the most urgent gets the
/// first such day, and what needs me least goes farthest. What finds no room stays. Snoozed and undated ones take no
/// part. The moves come in the order of the day they leave, the most urgent first.
pub fn level(
    duties: &[Duty<'_>],
    people: &dyn People,
    view: &View,
    off: &[Date],
    cap: usize,
    days: u16,
) -> Vec<Move> {
    let today = view.today();
    let last = crate::figure::plus_days(today, i64::from(days));
    // What needs me most comes first, as in the lists.
    let rows: Vec<_> = duties.iter().map(|one| (one.id, one.follow_up)).collect();
    let ranked = need_you_order(&rows, people, view);
    let ranked: Vec<&Duty<'_>> = ranked.into_iter().filter_map(|at| duties.get(at)).collect();
    let mut loads: BTreeMap<Date, Vec<(usize, &Duty<'_>)>> = BTreeMap::new();
    for (rank, duty) in ranked.into_iter().enumerate() {
        if let Some(day) = work_day(duty.follow_up, view).filter(|day| *day <= last) {
            loads.entry(day).or_default().push((rank, duty));
        }
    }
    let before: BTreeMap<Date, usize> =
        loads.iter().map(|(day, load)| (*day, load.len())).collect();
    let free = |counts: &BTreeMap<Date, usize>, day: Date, duty: &Duty<'_>| {
        let mut days = (1..=i64::from(days)).map(|on| crate::figure::plus_days(day, on));
        days.find(|to| {
            let weekend = matches!(to.weekday(), Weekday::Saturday | Weekday::Sunday);
            let works = !weekend && !off.contains(to) && !duty.away.contains(to);
            *to <= last && works && counts.get(to).copied().unwrap_or(0) < cap
        })
    };
    // First what leaves: of each day that which least needs me, as long as some day has room for it.
    let mut counts = before.clone();
    let mut leaving = Vec::new();
    for (&day, load) in &loads {
        for &(rank, duty) in load.iter().rev() {
            if counts.get(&day).copied().unwrap_or(0) <= cap {
                break;
            }
            if stays(duty.follow_up) {
                continue;
            }
            if let Some(to) = free(&counts, day, duty) {
                *counts.entry(day).or_default() -= 1;
                *counts.entry(to).or_default() += 1;
                leaving.push((rank, day, duty, to));
            }
        }
    }
    // Then where to: what needs me most has the choice of the days. A day that is too full has no room before and none
    // after. Where somebody's days off leave one without a day, all go where there was room for them.
    leaving.sort_by_key(|(rank, ..)| *rank);
    let mut counts = before;
    let mut nearest = Vec::new();
    for &(_, day, duty, _) in &leaving {
        if let Some(to) = free(&counts, day, duty) {
            *counts.entry(to).or_default() += 1;
            nearest.push(to);
        }
    }
    let whole = nearest.len() == leaving.len();
    let mut moves: Vec<Move> = leaving
        .iter()
        .enumerate()
        .map(|(at, (_, from, duty, to))| Move {
            id: duty.id.clone(),
            from: *from,
            to: nearest.get(at).copied().filter(|_| whole).unwrap_or(*to),
        })
        .collect();
    moves.sort_by_key(|step| step.from);
    moves
}

/// Returns the local day on which a follow-up is work, none where it is not: what is late is work of today, what
/// sleeps of no day.
pub fn work_day(follow_up: &FollowUp, view: &View) -> Option<Date> {
    let asleep = follow_up
        .snoozed_until
        .is_some_and(|until| until > view.now);
    if !follow_up.is_open() || asleep {
        return None;
    }
    let day = match follow_up.due.as_ref()? {
        Due::On { date } => *date,
        Due::At { instant, .. } => view.zone.to_datetime(*instant).date(),
    };
    Some(day.max(view.today()))
}

fn stays(follow_up: &FollowUp) -> bool {
    follow_up.priority == Severity::P1
        || follow_up.escalated_at.is_some()
        || matches!(
            follow_up.kind,
            FollowUpKind::Promise | FollowUpKind::Incident
        )
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::record::Person;

    struct Nobody;
    impl People for Nobody {
        fn person(&self, _: &Id<Person>) -> Option<&Person> {
            None
        }
    }

    fn view() -> View {
        View::new(
            "2026-11-17T16:30:00Z".parse().unwrap(),
            TimeZone::UTC,
            "ana",
        )
    }

    fn due(day: i64, kind: FollowUpKind) -> FollowUp {
        FollowUp {
            due: Some(Due::On {
                date: crate::figure::plus_days(view().today(), day),
            }),
            kind,
            ..FollowUp::default()
        }
    }

    fn plan(follow_ups: &[FollowUp], off: &[Date], cap: usize) -> Vec<Move> {
        let ids: Vec<Id<FollowUp>> = (0..follow_ups.len())
            .map(|at| Id::new(format!("f{at:03}")))
            .collect();
        let duties: Vec<Duty<'_>> = ids
            .iter()
            .zip(follow_ups)
            .map(|(id, follow_up)| Duty {
                id,
                follow_up,
                away: Vec::new(),
            })
            .collect();
        level(&duties, &Nobody, &view(), off, cap, 14)
    }

    #[test]
    fn what_can_wait_moves_to_the_next_free_weekday() {
        let mut load = vec![due(-9, FollowUpKind::Promise); 2];
        load.extend(vec![due(0, FollowUpKind::Plan); 3]);
        let thursday: Date = "2026-11-19".parse().unwrap();
        let moves = plan(&load, &[thursday], 2);
        let to: Vec<String> = moves.iter().map(|step| step.to.to_string()).collect();
        // Wednesday takes two; Thursday is a day off; Friday takes the third.
        assert_eq!(to, ["2026-11-18", "2026-11-18", "2026-11-20"]);
        assert!(moves.iter().all(|step| step.from == view().today()));
        assert!(
            moves.iter().all(|step| step.id.as_str() >= "f002"),
            "promises stay"
        );
    }

    #[test]
    fn what_needs_me_most_gets_the_nearest_day() {
        let of = |day: i64, priority: Severity| FollowUp {
            priority,
            ..due(day, FollowUpKind::Plan)
        };
        let load = [
            of(0, Severity::P4),
            of(0, Severity::P2),
            of(0, Severity::P3),
            of(0, Severity::P1),
            of(1, Severity::P4),
            of(1, Severity::P2),
            of(1, Severity::P1),
        ];
        let moves = plan(&load, &[], 1);
        let to = |id: &str| {
            moves
                .iter()
                .find(|step| step.id.as_str() == id)
                .map(|step| step.to)
        };
        let days = ["f001", "f005", "f002", "f004", "f000"].map(|id| to(id).unwrap().to_string());
        let p2 = days[0].clone().max(days[1].clone());
        let p4 = days[3].clone().min(days[4].clone());
        assert!(p2 < days[2] && days[2] < p4, "{days:?}");
        assert_eq!(
            days[0].as_str().min(&days[1]),
            "2026-11-19",
            "the first free day"
        );
        assert_eq!((to("f003"), to("f006")), (None, None), "P1 stays");
    }

    proptest! {
        /// No day that could be relieved stays above the cap, nothing moves earlier or to a weekend, and a
        /// second plan after the first has nothing to do.
        #[test]
        fn no_day_is_above_the_cap_afterwards(days in prop::collection::vec(-20_i64..14, 0..30), cap in 1_usize..6) {
            let mut load: Vec<FollowUp> = days.iter().map(|day| due(*day, FollowUpKind::Plan)).collect();
            let moves = plan(&load, &[], cap);
            for step in &moves {
                prop_assert!(step.to > step.from);
                prop_assert!(!matches!(step.to.weekday(), Weekday::Saturday | Weekday::Sunday));
                let at: usize = step.id.as_str().trim_start_matches('f').parse().unwrap();
                load[at].due = Some(Due::On { date: step.to });
            }
            prop_assert_eq!(plan(&load, &[], cap), Vec::new());
        }
    }
}
