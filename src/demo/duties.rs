//! What is to be done and what was noted: follow-ups, incidents, coaching, campaigns, notes, snippets.

use jiff::Timestamp;

use crate::record::{
    AnyRef, Campaign, CampaignKind, CoachingAction, CoachingState, Due, FollowUp, FollowUpKind,
    FollowUpState, Id, Incident, IncidentKind, IncidentState, Kind, Money, Note, Participation,
    ParticipationState, Severity, Snippet, WaitingOn,
};

use super::calendar::{before, days_from, instant, minutes_after, zone};
use super::chance::Chance;
use super::fill::{Subject, fill};
use super::inbox::Inbox;
use super::texts::chores::{About, CHORES, Chore, DONE_CHORES, Term};
use super::texts::languages::TRANSLATED;
use super::texts::library::{
    CAMPAIGNS, COACHING, INCIDENTS, LEAD_NOTES, NETWORK_NOTES, SNIPPET_LANGS, SNIPPETS,
};
use super::world::{LEAD, World};

/// Makes the open follow-ups: Ana's forty-one, and some of the others.
pub(super) fn follow_ups(world: &World, inbox: &Inbox) -> Vec<(Id<FollowUp>, FollowUp)> {
    let mut all: Vec<_> = CHORES
        .iter()
        .enumerate()
        .map(|(index, chore)| {
            let mut chance = world.chance("follow-up", index);
            from_chore(world, &mut chance, inbox, chore)
        })
        .collect();
    for user in 1..=LEAD {
        let count = if user == LEAD { 4 } else { 9 + user };
        for place in 0..count {
            let mut chance = world.chance("mate follow-up", user * 100 + place);
            all.push(of_mate(world, &mut chance, user, place));
        }
    }
    all
}

fn from_chore(
    world: &World,
    chance: &mut Chance,
    inbox: &Inbox,
    chore: &Chore,
) -> (Id<FollowUp>, FollowUp) {
    let about = match chore.about {
        About::Nothing => Subject::default(),
        About::Cn(index) => Subject {
            network: Some(index),
            lead: None,
        },
        About::Lead(index) => Subject {
            network: None,
            lead: Some(index),
        },
    };
    let promise = inbox
        .promises
        .iter()
        .find(|(number, ..)| *number == chore.promise && *number > 0);
    let due = due(world, chore.term);
    let made = made_at(world, chance, chore.term);
    let network = about.network.map(|index| world.networks[index].id.clone());
    let lead = about.lead.map(|index| world.leads[index].id.clone());
    let mut refs: Vec<AnyRef> = network.iter().map(Id::link).collect();
    refs.extend(lead.iter().map(Id::link));
    let ana = world.ana().clone();
    let waits_for = chore
        .waits_for
        .map(|who| world.person(who, about.network, about.lead));
    let record = FollowUp {
        title: fill(world, chance, chore.title, "en", about),
        due: Some(due),
        state: FollowUpState::Open,
        kind: FollowUpKind::from(chore.kind),
        priority: Severity::from(chore.priority),
        network,
        lead,
        refs,
        origin: promise.map(|(_, message, _)| message.clone()),
        quote: promise.map_or_else(|| chore.quote.to_owned(), |(_, _, text)| text.clone()),
        owner: Some(ana.clone()),
        created_by: Some(ana),
        waiting_on: if waits_for.is_some() {
            WaitingOn::Them
        } else {
            WaitingOn::Me
        },
        waiting_for: waits_for.map(|index| world.people[index].id.clone()),
        recurrence: chore.recurrence.into(),
        slipped: (chore.slipped > 0).then_some(chore.slipped),
        ..FollowUp::default()
    };
    (Id::new(chance.id(made)), record)
}

/// Draws when a follow-up was made: before it fell due and before the evening.
fn made_at(world: &World, chance: &mut Chance, term: Term) -> Timestamp {
    let days = match term {
        Term::DaysAgo(days) | Term::DaysAgoNow(days) | Term::DaysAgoAt(days, _) => days,
        _ => 0,
    };
    world
        .calendar
        .days_ago(days + chance.between(2, 9), chance.between(0, 500))
}

fn due(world: &World, term: Term) -> Due {
    let calendar = &world.calendar;
    let on = |days: i64| Due::On {
        date: calendar.day(days),
    };
    let at = |days: i64, hour: i8, zone_name: &str| {
        let wall = calendar.day(days).at(hour, 0, 0, 0);
        let instant = instant(&zone(zone_name), wall, calendar.now);
        Due::At {
            wall,
            zone: zone_name.into(),
            instant,
        }
    };
    let exactly = |instant: Timestamp| {
        let wall = calendar.home.to_datetime(instant);
        Due::At {
            wall,
            zone: super::calendar::HOME.into(),
            instant,
        }
    };
    match term {
        Term::DaysAgoNow(days) => exactly(calendar.days_ago(days, 30)),
        Term::DaysAgo(days) => on(-days),
        Term::DaysAgoAt(days, hour) => at(-days, hour, super::calendar::HOME),
        Term::Today => on(0),
        Term::TodayIn(hours) => {
            let later = minutes_after(calendar.now, hours * 60 + 30);
            if calendar.date(later) == calendar.today {
                exactly(later)
            } else {
                on(0)
            }
        }
        Term::InDays(days) => on(days),
        Term::InDaysAt(days, hour, zone) => at(days, hour, zone),
        Term::Weekday(day) => {
            let today = calendar.today.weekday().to_monday_zero_offset();
            let ahead = i64::from(day - today).rem_euclid(7);
            on(if ahead == 0 { 7 } else { ahead })
        }
    }
}

fn of_mate(
    world: &World,
    chance: &mut Chance,
    user: usize,
    place: usize,
) -> (Id<FollowUp>, FollowUp) {
    let chore = &CHORES[(place * 3 + user * 7) % CHORES.len()];
    let networks: Vec<usize> = (0..world.networks.len())
        .filter(|index| world.networks[*index].user == user || user == LEAD)
        .collect();
    let leads: Vec<usize> = (0..world.leads.len())
        .filter(|index| world.leads[*index].user == user || user == LEAD)
        .collect();
    let about = match chore.about {
        About::Lead(_) => Subject {
            network: None,
            lead: Some(*chance.pick(&leads)),
        },
        _ => Subject {
            network: Some(*chance.pick(&networks)),
            lead: None,
        },
    };
    let offset = chance.between(-9, 14);
    let made = world
        .calendar
        .days_ago(10 - offset.min(0), chance.between(0, 600));
    let owner = world.users[user].0.clone();
    let record = FollowUp {
        title: fill(world, chance, chore.title, "en", about),
        due: Some(Due::On {
            date: world.calendar.day(offset),
        }),
        state: FollowUpState::Open,
        kind: FollowUpKind::from(chore.kind),
        priority: Severity::from(chore.priority),
        network: about.network.map(|index| world.networks[index].id.clone()),
        lead: about.lead.map(|index| world.leads[index].id.clone()),
        owner: Some(owner.clone()),
        created_by: Some(owner),
        waiting_on: WaitingOn::Me,
        ..FollowUp::default()
    };
    (Id::new(chance.id(made)), record)
}

/// Draws a follow-up of Ana's that was done this many days ago.
pub(super) fn done(world: &World, chance: &mut Chance, days: i64) -> (Id<FollowUp>, FollowUp) {
    let (title, result) = *chance.pick(DONE_CHORES);
    let about = Subject {
        network: Some(chance.below(24)),
        lead: None,
    };
    let done = world.calendar.days_ago(days, chance.between(0, 600));
    let made = before(
        done,
        jiff::SignedDuration::from_hours(chance.between(20, 200)),
    );
    let late = chance.between(-3, 1);
    let ana = world.ana().clone();
    let record = FollowUp {
        title: fill(world, chance, title, "en", about),
        due: Some(Due::On {
            date: days_from(world.calendar.date(done), -late),
        }),
        state: FollowUpState::Done,
        kind: FollowUpKind::from(*chance.pick(&["support", "promise", "plan", "request"])),
        priority: Severity::from(*chance.pick(&["p3", "p3", "p4", "p2"])),
        network: about.network.map(|index| world.networks[index].id.clone()),
        owner: Some(ana.clone()),
        created_by: Some(ana),
        waiting_on: WaitingOn::Nobody,
        done_at: Some(done),
        result: fill(world, chance, result, "en", about),
        ..FollowUp::default()
    };
    (Id::new(chance.id(made)), record)
}

/// Makes the incidents that are known before the night.
pub(super) fn incidents(world: &World) -> Vec<(Id<Incident>, Incident)> {
    INCIDENTS
        .iter()
        .enumerate()
        .map(|(index, (title, kind, severity, state, network))| {
            let mut chance = world.chance("incident", index);
            let about = Subject {
                network: Some(*network),
                lead: None,
            };
            let state = IncidentState::from(*state);
            let over = matches!(
                state,
                IncidentState::Won | IncidentState::Lost | IncidentState::Closed
            );
            let opened = world.calendar.days_ago(
                if over {
                    chance.between(9, 40)
                } else {
                    chance.between(1, 5)
                },
                90,
            );
            let deadline =
                (!over).then(|| minutes_after(world.calendar.now, chance.between(600, 4000)));
            let record = Incident {
                title: fill(world, &mut chance, title, "en", about),
                network: Some(world.networks[*network].id.clone()),
                kind: IncidentKind::from(*kind),
                severity: Severity::from(*severity),
                root_cause: if over {
                    "Checked with the desk; cause noted in the case.".into()
                } else {
                    "".into()
                },
                state,
                opened_at: Some(opened),
                deadline,
                owner: Some(world.ana().clone()),
                evidence: vec![format!(
                    "https://files.example/case/{}",
                    chance.between(1000, 9999)
                )],
                ..Incident::default()
            };
            (Id::new(chance.id(opened)), record)
        })
        .collect()
}

/// Makes the coaching actions: some under way, some done with the windows in which they should show.
pub(super) fn coaching(world: &World) -> Vec<(Id<CoachingAction>, CoachingAction)> {
    const STATES: [&str; 8] = [
        "doing", "agreed", "done", "proposed", "doing", "done", "agreed", "dropped",
    ];
    let calendar = &world.calendar;
    (0..30)
        .map(|index| {
            let mut chance = world.chance("coaching", index);
            // Sixteen for Ana's CNs, the others for her team-mates'.
            let network = if index < 16 {
                (index * 5 + 1) % 24
            } else {
                24 + index % 27
            };
            let (topic, why, metric, notes) = COACHING[index % COACHING.len()];
            let state = CoachingState::from(STATES[(index / 2) % STATES.len()]);
            let about = Subject {
                network: Some(network),
                lead: None,
            };
            let began = match state {
                CoachingState::Done => -chance.between(45, 60),
                CoachingState::Doing => -chance.between(8, 20),
                _ => chance.between(1, 6),
            };
            let length = 21;
            let record = CoachingAction {
                network: Some(world.networks[network].id.clone()),
                topic: topic.into(),
                opportunity: why.into(),
                owner: Some(world.users[world.networks[network].user].0.clone()),
                due: Some(calendar.day(began + length)),
                state,
                metric: Some(Id::new(metric)),
                baseline_from: Some(calendar.day(began - length)),
                baseline_to: Some(calendar.day(began - 1)),
                effect_from: Some(calendar.day(began)),
                effect_to: Some(calendar.day(began + length - 1)),
                notes: fill(world, &mut chance, notes, "en", about).into(),
                ..CoachingAction::default()
            };
            (
                Id::new(chance.id(calendar.days_ago(-began.min(-3), 200))),
                record,
            )
        })
        .collect()
}

/// Makes the campaigns.
pub(super) fn campaigns(world: &World) -> Vec<(Id<Campaign>, Campaign)> {
    let dollars = |amount: i64| {
        Some(Money {
            minor: amount * 100,
            currency: "USD".into(),
        })
    };
    CAMPAIGNS
        .iter()
        .enumerate()
        .map(
            |(index, (name, kind, starts, ends, rules, prizes, budget))| {
                let mut chance = world.chance("campaign", index);
                let record = Campaign {
                    name: (*name).into(),
                    kind: CampaignKind::from(*kind),
                    starts: Some(world.calendar.day(*starts)),
                    ends: Some(world.calendar.day(*ends)),
                    rules: (*rules).into(),
                    prize_pool: dollars(*prizes),
                    budget: dollars(*budget),
                    brief_url: format!("https://docs.example/brief/{index}"),
                };
                (Id::new(chance.id(world.calendar.days_ago(35, 0))), record)
            },
        )
        .collect()
}

/// The answers that come in the night: until then these CNs have not made up their minds.
const UNDECIDED: [(usize, usize); 7] =
    [(7, 1), (10, 2), (19, 0), (1, 0), (16, 1), (23, 1), (20, 2)];

/// Makes the state of every CN in every campaign.
pub(super) fn participations(
    world: &World,
    campaigns: &[(Id<Campaign>, Campaign)],
) -> Vec<(Id<Participation>, Participation)> {
    let mut all = Vec::new();
    for (network, cn) in world.networks.iter().enumerate() {
        for (place, (campaign, _)) in campaigns.iter().enumerate() {
            let mut chance = world.chance("participation", network * 10 + place);
            let over = place + 1 == campaigns.len();
            let state = if UNDECIDED.contains(&(network, place)) {
                ParticipationState::Undecided
            } else if over {
                ParticipationState::from(*chance.pick(&["done", "done", "declined"]))
            } else {
                ParticipationState::from(*chance.pick(&[
                    "invited",
                    "joined",
                    "joined",
                    "undecided",
                    "declined",
                ]))
            };
            let took_part = matches!(state, ParticipationState::Joined | ParticipationState::Done);
            let answered = matches!(
                state,
                ParticipationState::Joined
                    | ParticipationState::Done
                    | ParticipationState::Declined
            );
            let won = state == ParticipationState::Done && chance.yes(0.3);
            let record = Participation {
                campaign: Some(campaign.clone()),
                network: Some(cn.id.clone()),
                creators: took_part.then(|| chance.between(4, 26)),
                answered_at: answered.then(|| world.calendar.days_ago(chance.between(2, 12), 45)),
                result: if won {
                    "second place".into()
                } else {
                    String::new()
                },
                payout: won.then(|| Money {
                    minor: chance.between(2, 9) * 10_000,
                    currency: "USD".into(),
                }),
                state,
                ..Participation::default()
            };
            all.push((Id::new(chance.id(world.calendar.days_ago(30, 0))), record));
        }
    }
    all
}

/// Makes the notes on CNs and leads.
pub(super) fn notes(world: &World) -> Vec<(Id<Note>, Note)> {
    let mut all = Vec::new();
    for (network, cn) in world.networks.iter().enumerate() {
        let mut chance = world.chance("network note", network);
        let about = Subject {
            network: Some(network),
            lead: None,
        };
        for _ in 0..chance.between(1, 4) {
            let text = *chance.pick(NETWORK_NOTES);
            let text = fill(world, &mut chance, text, "en", about);
            all.push(note(
                world,
                &mut chance,
                AnyRef::new(Kind::Network, cn.id.as_str()),
                text,
                cn.user,
            ));
        }
    }
    for (place, lead) in world.leads.iter().enumerate() {
        let mut chance = world.chance("lead note", place);
        if chance.yes(0.5) {
            let about = Subject {
                network: None,
                lead: Some(place),
            };
            let text = *chance.pick(LEAD_NOTES);
            let text = fill(world, &mut chance, text, "en", about);
            all.push(note(world, &mut chance, lead.id.link(), text, lead.user));
        }
    }
    all
}

fn note(
    world: &World,
    chance: &mut Chance,
    subject: AnyRef,
    text: String,
    user: usize,
) -> (Id<Note>, Note) {
    let at = world
        .calendar
        .days_ago(chance.between(1, 60), chance.between(0, 900));
    let by = Some(world.users[user].0.clone());
    let record = Note {
        subject: Some(subject),
        text: text.into(),
        by,
        at: Some(at),
    };
    (Id::new(chance.id(at)), record)
}

/// Makes the snippets: nine keys in the languages that people of the demo read.
pub(super) fn snippets(world: &World) -> Vec<(Id<Snippet>, Snippet)> {
    let mut chance = world.chance("snippets", 0);
    let mut all = Vec::new();
    for prepared in SNIPPETS {
        for (place, lang) in SNIPPET_LANGS.iter().enumerate() {
            let record = Snippet {
                title: prepared.title[place].into(),
                key: prepared.key.into(),
                lang: (*lang).into(),
                body: prepared.body[place].into(),
                tags: prepared.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            };
            all.push((Id::new(chance.id(world.founded())), record));
        }
    }
    // Those that came later draw from a stream of their own, so that nothing else moves.
    let mut chance = world.chance("snippets in other languages", 0);
    for (lang, texts) in TRANSLATED {
        for (prepared, (title, body)) in SNIPPETS.iter().zip(texts) {
            let record = Snippet {
                title: (*title).into(),
                key: prepared.key.into(),
                lang: (*lang).into(),
                body: (*body).to_owned().into(),
                tags: prepared.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            };
            all.push((Id::new(chance.id(world.founded())), record));
        }
    }
    all
}
