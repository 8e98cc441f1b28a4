//! The leads of the last year that were signed or lost, brought over from what was used before, so that the
//! funnel has something to count: sources that differ, a step that got worse lately.

use crate::record::{Id, Lead, LeadSource, User};

use super::calendar::after;
use super::chance::Chance;
use super::names;
use super::pipeline::{self, LOST, Prospect, SIGNED};
use super::world::World;
use jiff::SignedDuration;

/// How many closed leads Ana has, and each of her team-mates.
const CLOSED: [usize; 2] = [210, 70];
/// Over how many days they are spread.
const DAYS: i64 = 390;
/// The share that takes each step, from New on.
const STEPS: [f64; SIGNED] = [0.74, 0.66, 0.60, 0.74, 0.68, 0.72, 0.78];
/// The step from Meeting to Proposal since about four months ago.
const WORSE: f64 = 0.44;
const WORSE_SINCE: i64 = 135;
/// How sources differ, in the order of the known ones.
const SOURCES: &[(&str, f64, i64)] = &[
    ("inbound", 1.0, 28),
    ("outbound", 0.86, 34),
    ("referral", 1.14, 16),
    ("event", 1.02, 10),
    ("scout", 0.9, 12),
];

/// Makes the closed leads.
pub(super) fn closed(world: &World) -> Vec<Prospect> {
    let mut leads = Vec::new();
    for (index, (user, _)) in world.users.iter().enumerate().take(4) {
        for place in 0..CLOSED[usize::from(index > 0)] {
            let mut chance = world.chance("closed lead", index * 1000 + place);
            leads.push(draw(world, &mut chance, user, index));
        }
    }
    leads
}

fn draw(world: &World, chance: &mut Chance, user: &Id<User>, index: usize) -> Prospect {
    let days = chance.between(2, DAYS);
    let (source, factor) = source(chance);
    let mut path = vec![0];
    let mut at = 0;
    while at < SIGNED {
        let rate = if at == 4 && days < WORSE_SINCE {
            WORSE
        } else {
            STEPS[at]
        };
        if !chance.yes((rate * factor).min(0.97)) {
            break;
        }
        at += 1;
        // A few go past a stage: those who come with everything in hand.
        if at == 2 && chance.yes(0.06) {
            continue;
        }
        path.push(at);
    }
    if at > 4 && chance.yes(0.12) {
        // A call that did not take place.
        let again = path.iter().position(|stage| *stage == 4);
        if let Some(again) = again {
            path.splice(again + 1..=again, [3, 4]);
        }
    }
    let signed = at == SIGNED;
    if !signed {
        path.push(LOST);
    }
    let entered = world.calendar.days_ago(days, chance.between(0, 1400));
    let (id, mut events) = pipeline::history(chance, &path, entered, user, false);
    for (_, event) in &mut events {
        event.source = "import".into();
    }
    let reason = if signed { "" } else { reason(chance, at) };
    if let Some((_, last)) = events.last_mut() {
        reason.clone_into(&mut last.reason);
    }
    let mut record: Lead = pipeline::facts(chance, at, "");
    record.name = names::company(chance);
    record.stage = Some(pipeline::stage_id(if signed { SIGNED } else { LOST }));
    record.entered_at = Some(entered);
    record.closed_at = Some(entered);
    record.created_at = events.first().and_then(|(_, event)| event.at);
    record.owner = Some(user.clone());
    record.source = LeadSource::from(source);
    record.lost_reason = reason.into();
    if record.market.is_empty() {
        record.market = "US".into();
    }
    if source == "scout" {
        record.expires_at = record
            .created_at
            .map(|at| after(at, SignedDuration::from_hours(24 * 30)));
    }
    Prospect {
        id,
        record,
        user: index,
        contact: 0,
        events,
    }
}

fn source(chance: &mut Chance) -> (&'static str, f64) {
    let mut left = chance.between(0, SOURCES.iter().map(|source| source.2).sum::<i64>() - 1);
    for (name, factor, weight) in SOURCES {
        if left < *weight {
            return (name, *factor);
        }
        left -= weight;
    }
    ("inbound", 1.0)
}

/// Why a lead is lost depends on how far it came.
fn reason(chance: &mut Chance, at: usize) -> &'static str {
    let reasons: &[&'static str] = match at {
        0 | 1 => &["no answer", "no answer", "no answer", "too few creators"],
        2 | 3 => &[
            "too few creators",
            "no answer",
            "not allowed by an older contract",
        ],
        4 => &[
            "terms",
            "terms",
            "signed with a rival",
            "not allowed by an older contract",
        ],
        _ => &["terms", "signed with a rival", "signed with a rival"],
    };
    let place = chance.below(reasons.len());
    reasons.get(place).copied().unwrap_or("no answer")
}
