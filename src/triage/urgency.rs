//! Follow-ups: which of them needs me most.

use std::cmp::Ordering;

use jiff::SignedDuration;

use crate::record::{Circle, FollowUp, Id, Person, Severity, View, WaitingOn};

use super::assessment::People;
use super::badge::length;

/// When a follow-up is to be dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// It is late.
    Overdue,
    /// It is due today, by the day of the person at the console.
    Today,
    /// It is due by the end of Sunday.
    ThisWeek,
    /// It is due later, or never.
    Later,
    /// Others move next, whether it is late or not: it wants a nudge, not work.
    WaitingOnOthers,
    /// It is out of sight until a time.
    Snoozed,
}

impl Bucket {
    /// Every bucket in the order of the screen.
    pub const ALL: [Bucket; 6] = [
        Bucket::Overdue,
        Bucket::Today,
        Bucket::ThisWeek,
        Bucket::Later,
        Bucket::WaitingOnOthers,
        Bucket::Snoozed,
    ];

    /// Finds the bucket of a follow-up; `None` when it is done or dropped.
    pub fn of(follow_up: &FollowUp, view: &View) -> Option<Bucket> {
        use crate::record::Record as _;
        if !follow_up.is_open() {
            return None;
        }
        if follow_up
            .snoozed_until
            .is_some_and(|until| until > view.now)
        {
            return Some(Bucket::Snoozed);
        }
        if follow_up.waiting_on == WaitingOn::Them {
            return Some(Bucket::WaitingOnOthers);
        }
        let Some(late) = follow_up.late(view) else {
            return Some(Bucket::Later);
        };
        if !late.is_negative() {
            return Some(Bucket::Overdue);
        }
        let today = view.today();
        let due = view.now.checked_sub(late).ok();
        let day = match (&follow_up.due, due) {
            (Some(crate::record::Due::On { date }), _) => *date,
            (_, Some(due)) => view.zone.to_datetime(due).date(),
            _ => return Some(Bucket::Later),
        };
        let to_sunday = 7 - i64::from(today.weekday().to_monday_one_offset());
        let sunday = today.saturating_add(jiff::Span::new().days(to_sunday));
        Some(if day <= today {
            Bucket::Today
        } else if day <= sunday {
            Bucket::ThisWeek
        } else {
            Bucket::Later
        })
    }

    /// Returns what a person reads above the bucket.
    pub const fn words(self) -> &'static str {
        match self {
            Bucket::Overdue => "Overdue",
            Bucket::Today => "Today",
            Bucket::ThisWeek => "This week",
            Bucket::Later => "Later",
            Bucket::WaitingOnOthers => "Waiting on others",
            Bucket::Snoozed => "Snoozed",
        }
    }
}

/// How much a follow-up needs me, and why.
///
/// The score is lateness × weight × who waits:
/// * lateness: 1 plus the days it is late; before it is due, 1 / (1 + the days left); 0.1 without a due time;
/// * weight: 8, 4, 2, 1 for P1 to P4, 2 where nobody has set a priority;
/// * who waits: 2 when they wait for me, 1 when nobody does, ½ when I wait for them; times 1½ for a CN
///   owner or a lead, ½ for a program.
///
/// The figures are our own proposal; only their order matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Urgency {
    /// The score; only good for comparing.
    pub score: f64,
    /// The reason in words, for example `3 d late, P1, Dana Reyes waits`; names are not sanitised.
    pub reason: String,
}

impl Urgency {
    /// Weighs a follow-up.
    pub fn of(follow_up: &FollowUp, people: &dyn People, view: &View) -> Urgency {
        let person = follow_up
            .waiting_for
            .as_ref()
            .and_then(|id| people.person(id));
        Urgency {
            score: score(follow_up, person, view),
            reason: reason(follow_up, person, view),
        }
    }
}

/// Returns the positions of the follow-ups in the order in which they need me; equal ones by due time, then by id.
/// Cost: O(n log n).
pub fn need_you_order(
    follow_ups: &[(&Id<FollowUp>, &FollowUp)],
    people: &dyn People,
    view: &View,
) -> Vec<usize> {
    let weighed: Vec<(f64, SignedDuration)> = follow_ups
        .iter()
        .map(|(_, follow_up)| {
            let person = follow_up
                .waiting_for
                .as_ref()
                .and_then(|id| people.person(id));
            let late = follow_up.late(view).unwrap_or(SignedDuration::MIN);
            (score(follow_up, person, view), late)
        })
        .collect();
    let mut order: Vec<usize> = (0..follow_ups.len()).collect();
    order.sort_by(|&left, &right| {
        let ((score_left, late_left), (score_right, late_right)) = (weighed[left], weighed[right]);
        score_right
            .total_cmp(&score_left)
            .then_with(|| late_right.cmp(&late_left))
            .then_with(|| -> Ordering { follow_ups[left].0.cmp(follow_ups[right].0) })
    });
    order
}

fn score(follow_up: &FollowUp, person: Option<&Person>, view: &View) -> f64 {
    /// Seconds of a day.
    const DAY: f64 = 86_400.0;
    let lateness = follow_up.late(view).map_or(0.1, |late| {
        let days = late.as_secs_f64() / DAY;
        if days >= 0.0 {
            1.0 + days
        } else {
            1.0 / (1.0 - days)
        }
    });
    let weight = match follow_up.priority {
        Severity::P1 => 8.0,
        Severity::P2 => 4.0,
        Severity::P3 | Severity::Other(_) => 2.0,
        Severity::P4 => 1.0,
    };
    let waits = match follow_up.waiting_on {
        WaitingOn::Me => 2.0,
        WaitingOn::Nobody | WaitingOn::Other(_) => 1.0,
        WaitingOn::Them => 0.5,
    };
    let circle = match person.map(|person| &person.circle) {
        Some(Circle::Owner | Circle::Lead) => 1.5,
        Some(Circle::System) => 0.5,
        Some(Circle::Colleague | Circle::Other(_)) | None => 1.0,
    };
    lateness * weight * waits * circle
}

fn reason(follow_up: &FollowUp, person: Option<&Person>, view: &View) -> String {
    let mut parts = vec![match follow_up.late(view) {
        None => "no due time".to_owned(),
        Some(late) if late.is_negative() => format!("due in {}", length(late)),
        Some(late) => format!("{} late", length(late)),
    }];
    if !follow_up.priority.is_none() {
        parts.push(follow_up.priority.as_str().to_uppercase());
    }
    let name = match person {
        Some(person) if !person.name.is_empty() => person.name.as_str(),
        _ => "someone",
    };
    match follow_up.waiting_on {
        WaitingOn::Me => parts.push(format!("{name} waits")),
        WaitingOn::Them => parts.push(format!("you wait for {name}")),
        WaitingOn::Nobody | WaitingOn::Other(_) => {}
    }
    parts.join(", ")
}
