//! The pipeline: its stages, Ana's sixty-three leads, her team-mates' leads, and how each lead got there.

use jiff::{SignedDuration, Timestamp};

use crate::record::{
    Circle, Id, Lead, LeadSource, Money, Person, Stage, StageEvent, Terminal, User,
};

use super::book;
use super::calendar::{after, before};
use super::chance::{Chance, float};
use super::names::{self, FullName, Namer};
use super::world::{World, mail, office_hours, phone};

/// The share of the stage before that should come to each stage of the ladder, in per cent.
static TARGETS: [Option<f64>; 8] = [
    None,
    Some(75.0),
    Some(65.0),
    Some(60.0),
    Some(70.0),
    Some(65.0),
    Some(70.0),
    Some(75.0),
];

/// A stage as the demo defines it: wire id, name, limit in days, terminal, required facts.
struct Step(
    &'static str,
    &'static str,
    Option<i64>,
    Option<Terminal>,
    &'static [&'static str],
);

/// The stages in order; ids are readable words because people type them in queries.
static STEPS: [Step; 10] = [
    Step("new", "New", Some(3), None, &[]),
    Step("contacted", "Contacted", Some(7), None, &["contact"]),
    Step("replied", "Replied", Some(5), None, &[]),
    Step(
        "qualified",
        "Qualified",
        Some(10),
        None,
        &["archetype", "market", "creators"],
    ),
    Step("meeting", "Meeting", Some(10), None, &["next_due"]),
    Step(
        "proposal",
        "Proposal",
        Some(14),
        None,
        &["score", "expected_value"],
    ),
    Step(
        "contract_sent",
        "Contract sent",
        Some(14),
        None,
        &["signer", "tax_form"],
    ),
    Step(
        "signed",
        "Signed",
        None,
        Some(Terminal::Won),
        &["expected_value"],
    ),
    Step("lost", "Lost", None, Some(Terminal::Lost), &["lost_reason"]),
    Step(
        "parked",
        "Parked",
        None,
        Some(Terminal::Parked),
        &["next_due"],
    ),
];

const CONTACTED: usize = 1;
const REPLIED: usize = 2;
const QUALIFIED: usize = 3;
const MEETING: usize = 4;
const PROPOSAL: usize = 5;
const CONTRACT: usize = 6;
pub(super) const SIGNED: usize = 7;
pub(super) const LOST: usize = 8;
const PARKED: usize = 9;

/// Where a lead stands: its stage, and whether it has been there too long.
#[derive(Clone, Copy, Debug)]
struct Stand {
    stage: usize,
    late: bool,
    locale: &'static str,
    /// The CN that it became.
    became: Option<usize>,
}

const fn stand(stage: usize) -> Stand {
    Stand {
        stage,
        late: false,
        locale: "en",
        became: None,
    }
}

/// A lead with its history.
#[derive(Clone, Debug)]
pub(super) struct Prospect {
    pub(super) id: Id<Lead>,
    pub(super) record: Lead,
    pub(super) user: usize,
    pub(super) contact: usize,
    pub(super) events: Vec<(Id<StageEvent>, StageEvent)>,
}

/// Makes the records of the stages.
pub(super) fn stages() -> Vec<(Id<Stage>, Stage)> {
    STEPS
        .iter()
        .zip(1..)
        .enumerate()
        .map(|(place, (step, order))| {
            let stage = Stage {
                name: step.1.into(),
                order: Some(order),
                limit_days: step.2,
                terminal: step.3.clone().unwrap_or_default(),
                required: step.4.iter().map(|field| (*field).to_owned()).collect(),
                target_percent: TARGETS.get(place).copied().flatten(),
                qualifies: place == QUALIFIED,
            };
            (Id::new(step.0), stage)
        })
        .collect()
}

/// Returns the id of a stage.
pub(super) fn stage_id(stage: usize) -> Id<Stage> {
    Id::new(STEPS[stage].0)
}

/// Ana's leads: the first nine are those of the morning's conversations.
fn ana() -> Vec<Stand> {
    let mut stands = vec![
        stand(CONTACTED),
        stand(PROPOSAL),
        Stand {
            locale: "es",
            ..stand(REPLIED)
        },
        Stand {
            locale: "es",
            ..stand(QUALIFIED)
        },
        stand(PROPOSAL),
        stand(CONTRACT),
        stand(PROPOSAL),
        Stand {
            locale: "es",
            ..stand(REPLIED)
        },
        stand(CONTACTED),
    ];
    let rest = [
        (0, 10, 2),
        (CONTACTED, 10, 4),
        (REPLIED, 6, 2),
        (QUALIFIED, 6, 1),
        (MEETING, 5, 1),
        (PROPOSAL, 1, 1),
        (CONTRACT, 2, 1),
    ];
    for (stage, count, late) in rest {
        for place in 0..count {
            let locale = if place % 4 == 3 { "es" } else { "en" };
            stands.push(Stand {
                late: place < late,
                locale,
                ..stand(stage)
            });
        }
    }
    // The newest CNs but two came through this pipeline.
    stands.extend((17..22).map(|network| Stand {
        became: Some(network),
        ..stand(SIGNED)
    }));
    stands.extend([stand(LOST); 6]);
    stands.extend([stand(PARKED); 3]);
    stands
}

fn mate(book: usize) -> Vec<Stand> {
    let mut stands = Vec::new();
    for (stage, count, late) in [
        (0, 3, 1),
        (CONTACTED, 4, 1),
        (REPLIED, 3, 1),
        (QUALIFIED, 2, 0),
        (MEETING, 2, 0),
        (PROPOSAL, 1, 1),
        (CONTRACT, 1, 0),
    ] {
        for place in 0..count {
            stands.push(Stand {
                late: place < late,
                ..stand(stage)
            });
        }
    }
    let first = 24 + (book - 1) * 9;
    stands.extend((first..first + 3).map(|network| Stand {
        became: Some(network),
        ..stand(SIGNED)
    }));
    stands.extend([stand(LOST), stand(LOST), stand(PARKED)]);
    stands
}

/// Fills the pipelines.
pub(super) fn open(world: &mut World, namer: &mut Namer) {
    for user in 0..4 {
        let stands = if user == 0 { ana() } else { mate(user) };
        for (place, stand) in stands.into_iter().enumerate() {
            let index = world.leads.len();
            let mut chance = world.chance("lead", index);
            let name = match stand.became {
                Some(network) => world.networks[network].record.name.clone(),
                None => namer.company(&mut chance),
            };
            let contact = match stand.became {
                Some(network) => world.networks[network].owner,
                None => add_contact(world, namer, &mut chance, stand.locale, &name),
            };
            let spoken = user == 0 && place < 9;
            let draft = Draft {
                name,
                stand,
                user,
                contact,
                spoken,
            };
            let lead = draw(world, &mut chance, draft);
            world.leads.push(lead);
        }
    }
}

fn add_contact(
    world: &mut World,
    namer: &mut Namer,
    chance: &mut Chance,
    locale: &str,
    company: &str,
) -> usize {
    let FullName { full, short } = namer.person(chance, locale);
    let zone = *chance.pick(ZONES);
    let person = Person {
        name: full,
        org: company.into(),
        circle: Circle::Lead,
        role: (*chance.pick(&["Founder", "Managing partner", "Head of talent", "Owner"])).into(),
        zone: zone.into(),
        locale: locale.into(),
        handles: vec![phone(chance), mail(&short, company)],
        hours: office_hours(zone),
        ..Person::default()
    };
    world.add_person(person, short)
}

const ZONES: &[&str] = &[
    "America/Los_Angeles",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Mexico_City",
];
const LOSSES: &[&str] = &[
    "signed with a rival",
    "too few creators",
    "terms",
    "no answer",
    "not allowed by an older contract",
];
const NEXT_STEPS: [&str; 10] = [
    "First message",
    "Second message on the other channel",
    "Ask for market and roster",
    "Set a date for the call",
    "Hold the call, agree on the numbers",
    "Get the answer to the proposal",
    "Chase the signature",
    "Kick-off",
    "",
    "Ask again",
];

/// A lead before its record is drawn.
struct Draft {
    name: String,
    stand: Stand,
    user: usize,
    contact: usize,
    /// Whether one of the morning's conversations is about it.
    spoken: bool,
}

fn draw(world: &World, chance: &mut Chance, draft: Draft) -> Prospect {
    let Draft {
        name,
        stand,
        user,
        contact,
        spoken,
    } = draft;
    let owner = world.users[user].0.clone();
    let calendar = &world.calendar;
    let path = path(chance, stand.stage);
    let entered = match stand.became {
        Some(network) => {
            let days = book::age(world, &world.networks[network]);
            calendar.days_ago(days, chance.between(30, 300))
        }
        None => entered_at(world, chance, stand, spoken),
    };
    let source = LeadSource::from(*chance.pick(LeadSource::KNOWN));
    let (id, events) = history(chance, &path, entered, &owner, source == LeadSource::Scout);
    let created = events
        .first()
        .and_then(|(_, event)| event.at)
        .unwrap_or(entered);
    let reached = path
        .iter()
        .copied()
        .filter(|stage| *stage <= SIGNED)
        .max()
        .unwrap_or(0);
    let person = &world.people[contact];
    // Every lead of a conversation has the facts that its next stage requires.
    let mut record = facts(chance, reached + usize::from(spoken), &person.record.name);
    record.name = name;
    record.stage = Some(stage_id(stand.stage));
    record.entered_at = Some(entered);
    record.closed_at = [SIGNED, LOST].contains(&stand.stage).then_some(entered);
    record.created_at = Some(created);
    record.owner = Some(owner);
    record.contact = Some(person.id.clone());
    record.zone.clone_from(&person.record.zone);
    record.network = stand
        .became
        .map(|network| world.networks[network].id.clone());
    if source == LeadSource::Event {
        record.campaign = "Creators' Night".into();
    }
    if source == LeadSource::Scout && stand.stage < REPLIED {
        let hours = SignedDuration::from_hours(chance.between(6, 150));
        record.expires_at = Some(after(calendar.now, hours));
    }
    record.source = source;
    if let (LOST, Some((_, event))) = (stand.stage, events.last()) {
        record.lost_reason.clone_from(&event.reason);
    }
    let open = stand.stage < SIGNED;
    // Some leads have been left without a next step.
    let forgotten = open && !spoken && stand.stage != MEETING && chance.yes(0.12);
    if (open && !forgotten) || stand.stage == PARKED {
        let low = if stand.stage == PARKED { 20 } else { -2 };
        record.next_due = Some(calendar.day(chance.between(low, low + 14)));
        record.next_step = NEXT_STEPS[stand.stage].into();
    }
    Prospect {
        id,
        record,
        user,
        contact,
        events,
    }
}

/// Draws what is known of a lead that has come this far.
pub(super) fn facts(chance: &mut Chance, reached: usize, signer: &str) -> Lead {
    let channel = *chance.pick(&[
        "web form",
        "e-mail",
        "whatsapp",
        "lark",
        "social media",
        "meet-up",
    ]);
    let mut lead = Lead {
        channel: channel.into(),
        ..Lead::default()
    };
    if reached >= QUALIFIED {
        lead.archetype = book::archetype(chance);
        lead.market = (*chance.pick(&["US", "US", "US", "CA", "MX"])).into();
        lead.creators = Some(chance.between(8, 120));
    }
    if reached >= PROPOSAL {
        lead.score = Some(float(chance.between(5, 10)) / 2.0);
        lead.score_version = "rubric 3".into();
        lead.expected_value = Some(Money {
            minor: chance.between(80, 900) * 10_000,
            currency: "USD".into(),
        });
    }
    if reached >= CONTRACT {
        signer.clone_into(&mut lead.signer);
        lead.tax_form = true;
    }
    lead
}

/// Draws the stages that a lead went through; a few take a step back on the way.
fn path(chance: &mut Chance, stage: usize) -> Vec<usize> {
    let last_open = if stage >= LOST {
        chance.between(1, 5).unsigned_abs().try_into().unwrap_or(1)
    } else {
        stage
    };
    let mut path: Vec<usize> = (0..=last_open).collect();
    if last_open > MEETING && chance.yes(0.25) {
        // A call that did not take place: back to qualified, then on again.
        let after_meeting = MEETING + 1;
        path.splice(after_meeting..after_meeting, [QUALIFIED, MEETING]);
    }
    if stage >= LOST {
        path.push(stage);
    }
    path
}

/// Draws when a lead entered its stage, clearly inside or clearly beyond the limit.
fn entered_at(world: &World, chance: &mut Chance, stand: Stand, spoken: bool) -> Timestamp {
    let day = 24 * 60;
    let minutes = match STEPS[stand.stage].2 {
        Some(limit) if stand.late => chance.between(limit * day + 14 * 60, (limit + 11) * day),
        Some(limit) if spoken => chance.between(20 * 60, (limit - 1) * day - 12 * 60),
        Some(limit) => chance.between(5 * 60, limit * day - 30 * 60),
        None => chance.between(4 * day, 120 * day),
    };
    world.calendar.ago(minutes)
}

/// Draws the events that led to the last stage of the path, entered at this instant.
pub(super) fn history(
    chance: &mut Chance,
    path: &[usize],
    entered: Timestamp,
    by: &Id<User>,
    scouted: bool,
) -> (Id<Lead>, Vec<(Id<StageEvent>, StageEvent)>) {
    let mut times = vec![entered];
    let mut at = entered;
    for stage in path.iter().rev().skip(1) {
        let limit = STEPS[*stage].2.unwrap_or(10);
        let minutes = chance.between(4 * 60, limit * 24 * 60 * 5 / 4);
        at = before(at, SignedDuration::from_mins(minutes));
        times.push(at);
    }
    times.reverse();
    let lead: Id<Lead> = Id::new(chance.id(times[0]));
    let events = path
        .iter()
        .zip(&times)
        .enumerate()
        .map(|(place, (stage, at))| {
            let from = place.checked_sub(1).map(|earlier| path[earlier]);
            let back = from.is_some_and(|from| from > *stage);
            let reason = if *stage == LOST {
                *chance.pick(LOSSES)
            } else if back {
                "did not show up"
            } else {
                ""
            };
            let source = if place == 0 && scouted {
                "import"
            } else {
                "console"
            };
            let event = StageEvent {
                lead: Some(lead.clone()),
                from: from.map(stage_id),
                to: Some(stage_id(*stage)),
                at: Some(*at),
                by: Some(by.clone()),
                reason: reason.into(),
                source: source.into(),
                origin: None,
            };
            (Id::new(chance.id(*at)), event)
        })
        .collect();
    (lead, events)
}

/// Draws a lead of the past that was signed or lost, with its events.
pub(super) fn past_lead(world: &World, chance: &mut Chance, days: i64) -> Prospect {
    let stage = if chance.yes(0.2) { SIGNED } else { LOST };
    let path = path(chance, stage);
    let entered = world.calendar.days_ago(days, chance.between(0, 1400));
    let owner = world.ana().clone();
    let source = LeadSource::from(*chance.pick(LeadSource::KNOWN));
    let (id, events) = history(chance, &path, entered, &owner, false);
    let reached = path
        .iter()
        .copied()
        .filter(|step| *step <= SIGNED)
        .max()
        .unwrap_or(0);
    let reason = events.last().map(|(_, event)| event.reason.clone());
    let record = Lead {
        name: names::company(chance),
        stage: Some(stage_id(stage)),
        entered_at: Some(entered),
        closed_at: Some(entered),
        created_at: events.first().and_then(|(_, event)| event.at),
        source,
        archetype: if reached >= QUALIFIED {
            book::archetype(chance)
        } else {
            String::new()
        },
        owner: Some(owner),
        market: "US".into(),
        creators: (reached >= QUALIFIED).then(|| chance.between(8, 120)),
        lost_reason: reason.unwrap_or_default(),
        ..Lead::default()
    };
    Prospect {
        id,
        record,
        user: 0,
        contact: 0,
        events,
    }
}
