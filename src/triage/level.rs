//! Spreading what is due over the days, at most so many a day.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::assessment::People;
use super::urgency::Urgency;
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
/// where it is; of the rest the least urgent of a day (see [`Urgency`]) moves on, to the first later weekday that
/// has room, is no day off of mine (`off`) and none of the person it is for. What finds no room stays. Snoozed and
/// undated ones take no part. The moves come in the order of the day they leave, the least urgent first.
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
    let mut loads: BTreeMap<Date, Vec<(f64, &Duty<'_>)>> = BTreeMap::new();
    for duty in duties {
        let Some(day) = work_day(duty.follow_up, view).filter(|day| *day <= last) else {
            continue;
        };
        let score = Urgency::of(duty.follow_up, people, view).score;
        loads.entry(day).or_default().push((score, duty));
    }
    let mut counts: BTreeMap<Date, usize> =
        loads.iter().map(|(day, load)| (*day, load.len())).collect();
    let works = |day: Date, away: &[Date]| {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !off.contains(&day)
            && !away.contains(&day)
    };
    let mut moves = Vec::new();
    for (day, mut load) in loads {
        load.sort_by(|(left, one), (right, other)| {
            left.total_cmp(right).then_with(|| one.id.cmp(other.id))
        });
        for (_, duty) in load {
            if counts.get(&day).copied().unwrap_or(0) <= cap {
                break;
            }
            if stays(duty.follow_up) {
                continue;
            }
            let mut to = crate::figure::plus_days(day, 1);
            let room = loop {
                if to > last {
                    break None;
                }
                if works(to, &duty.away) && counts.get(&to).copied().unwrap_or(0) < cap {
                    break Some(to);
                }
                to = crate::figure::plus_days(to, 1);
            };
            if let Some(to) = room {
                *counts.entry(day).or_default() -= 1;
                *counts.entry(to).or_default() += 1;
                moves.push(Move {
                    id: duty.id.clone(),
                    from: day,
                    to,
                });
            }
        }
    }
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
