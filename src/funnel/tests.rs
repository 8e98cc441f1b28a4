#![expect(clippy::cast_precision_loss, reason = "small whole numbers")]

mod figures;
mod people;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::record::{Id, Lead, LeadSource, Stage, StageEvent, Terminal, User};

pub(super) const LADDER: [&str; 6] = [
    "new",
    "contacted",
    "qualified",
    "proposal",
    "contract",
    "signed",
];

pub(super) fn near(left: f64, right: f64, within: f64) {
    assert!((left - right).abs() <= within, "{left} is not {right}");
}

/// Tuesday 2026-11-17 16:30 UTC.
pub(super) fn now() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

pub(super) fn ago(days: f64) -> Timestamp {
    now() - SignedDuration::from_secs_f64(days * 86_400.0)
}

#[derive(Default)]
pub(super) struct World {
    pub(super) stages: Vec<(Id<Stage>, Stage)>,
    pub(super) leads: BTreeMap<Id<Lead>, Lead>,
    pub(super) events: Vec<(Id<StageEvent>, StageEvent)>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut stages = Vec::new();
        for (name, order) in LADDER.iter().chain(&["lost", "parked"]).zip(1..) {
            let terminal = match *name {
                "signed" => Terminal::Won,
                "lost" => Terminal::Lost,
                "parked" => Terminal::Parked,
                _ => Terminal::default(),
            };
            let stage = Stage {
                name: (*name).to_owned(),
                order: Some(order),
                terminal,
                ..Stage::default()
            };
            stages.push((Id::new(name), stage));
        }
        Self {
            stages,
            ..Self::default()
        }
    }

    /// Adds a lead that came in so many days ago and made these moves, each `(stage, days ago)`.
    pub(super) fn lead(&mut self, id: &str, moves: &[(&str, f64)]) -> &mut Lead {
        let mut from: Option<Id<Stage>> = None;
        for (stage, days) in moves {
            let event = StageEvent {
                lead: Some(Id::new(id)),
                from: from.clone(),
                to: Some(Id::new(stage)),
                at: Some(ago(*days)),
                by: Some(Id::new("ana")),
                ..StageEvent::default()
            };
            let name = format!("e{:06}", self.events.len());
            self.events.push((Id::new(name), event));
            from = Some(Id::new(stage));
        }
        let lead = Lead {
            name: id.to_owned(),
            stage: from,
            entered_at: moves.last().map(|(_, days)| ago(*days)),
            created_at: moves.first().map(|(_, days)| ago(*days)),
            owner: Some(Id::new("ana")),
            source: LeadSource::Inbound,
            ..Lead::default()
        };
        self.leads.entry(Id::new(id)).or_insert(lead)
    }

    pub(super) fn stage(&mut self, id: &str) -> &mut Stage {
        let found = self
            .stages
            .iter_mut()
            .find(|(stage, _)| stage.as_str() == id);
        &mut found.unwrap().1
    }

    pub(super) fn pipeline(&self) -> Pipeline {
        Pipeline::new(self.stages.iter().map(|(id, stage)| (id, stage)))
    }

    pub(super) fn journeys(&self) -> Journeys<'_> {
        self.scoped(&Scope::Everyone)
    }

    pub(super) fn scoped(&self, scope: &Scope) -> Journeys<'_> {
        Journeys::read(
            self.pipeline(),
            &self.leads,
            self.events.iter().map(|(id, event)| (id, event)),
            scope,
            now(),
        )
    }
}

fn outcomes(world: &World, id: &str) -> Vec<(usize, Outcome)> {
    let journeys = world.journeys();
    let journey = journeys
        .all()
        .iter()
        .find(|journey| journey.id.as_str() == id);
    journey
        .unwrap()
        .stays
        .iter()
        .map(|stay| (stay.rung, stay.outcome.clone()))
        .collect()
}

#[test]
fn the_ladder_follows_the_order_and_ends_with_the_signature() {
    let mut world = World::new();
    world.stage("signed").order = Some(1);
    world.stages.reverse();
    let pipeline = world.pipeline();
    let names: Vec<&str> = pipeline
        .rungs()
        .iter()
        .map(|rung| rung.id.as_str())
        .collect();
    assert_eq!(names, LADDER);
    assert_eq!(pipeline.first_won(), Some(5));
    assert_eq!(pipeline.spot(&Id::new("lost")), Spot::Lost);
    assert_eq!(pipeline.spot(&Id::new("gone")), Spot::Unknown);
    assert!(pipeline.is_open(&Id::new("contract")) && !pipeline.is_open(&Id::new("signed")));
}

#[test]
fn a_journey_with_a_jump_a_step_back_and_a_loss() {
    let mut world = World::new();
    world.lead(
        "a",
        &[
            ("new", 40.0),
            ("qualified", 30.0),
            ("contacted", 20.0),
            ("lost", 10.0),
            ("contacted", 5.0),
        ],
    );
    assert_eq!(
        outcomes(&world, "a"),
        [
            (0, Outcome::Advanced { to: 2 }),
            (2, Outcome::MovedBack { to: 1 }),
            (1, Outcome::Lost(String::new())),
            (1, Outcome::StillThere),
        ]
    );
    assert_eq!(world.journeys().table(Params::default()).reopened.n, 1);
    assert_eq!(world.journeys().table(Params::default()).skipped.n, 1);
}

#[test]
fn what_the_events_do_not_tell_the_lead_tells() {
    let mut world = World::new();
    // The first event leaves a stage: the lead stood there since it was created.
    world.lead("early", &[("new", 30.0), ("contacted", 20.0)]);
    world.events.remove(0);
    assert_eq!(
        outcomes(&world, "early"),
        [(0, Outcome::Advanced { to: 1 }), (1, Outcome::StillThere)]
    );
    // The lead stands elsewhere than its last event says: it was moved just now.
    world.lead("late", &[("new", 30.0)]).stage = Some(Id::new("proposal"));
    assert_eq!(
        outcomes(&world, "late"),
        [(0, Outcome::Advanced { to: 3 }), (3, Outcome::StillThere)]
    );
    let journeys = world.journeys();
    let late = journeys
        .all()
        .iter()
        .find(|journey| journey.id.as_str() == "late");
    assert_eq!(late.unwrap().stays[1].entered, now());
    // No events at all: it has stood in its stage since it entered.
    world.lead("bare", &[("contacted", 12.0)]);
    world
        .events
        .retain(|(_, event)| event.lead != Some(Id::new("bare")));
    assert_eq!(outcomes(&world, "bare"), [(1, Outcome::StillThere)]);
}

#[test]
fn events_of_one_instant_are_put_in_their_chain() {
    let mut world = World::new();
    world.lead("a", &[("new", 3.0), ("contacted", 3.0), ("qualified", 3.0)]);
    world.events.reverse();
    for (index, (id, _)) in world.events.iter_mut().enumerate() {
        *id = Id::new(format!("x{index}"));
    }
    assert_eq!(
        outcomes(&world, "a"),
        [
            (0, Outcome::Advanced { to: 1 }),
            (1, Outcome::Advanced { to: 2 }),
            (2, Outcome::StillThere),
        ]
    );
}

#[test]
fn what_lies_in_the_future_has_not_happened() {
    let mut world = World::new();
    world.lead("a", &[("new", 3.0), ("contacted", -1.0)]);
    assert_eq!(outcomes(&world, "a"), [(0, Outcome::StillThere)]);
}

#[test]
fn merged_parked_and_reassigned_leads_are_handed_off() {
    let mut world = World::new();
    world.lead("merged", &[("new", 9.0)]).duplicate_of = Some(Id::new("other"));
    world.lead("parked", &[("new", 9.0), ("parked", 2.0)]);
    world.lead("elsewhere", &[("new", 9.0), ("abolished", 2.0)]);
    let given = world.lead("given", &[("new", 9.0), ("contacted", 5.0)]);
    given.owner = Some(Id::new("bo"));
    let scope = Scope::owner(Id::new("ana"));
    let journeys = world.scoped(&scope);
    let balance = journeys.balance(0, crate::figure::Window::days_before(now(), 30));
    assert_eq!(balance.entries.n, 4);
    assert_eq!(balance.handed_off, 3);
    assert_eq!((balance.merged, balance.parked), (1, 1));
    assert_eq!(balance.advanced, 1);
    let balance = journeys.balance(1, crate::figure::Window::days_before(now(), 30));
    assert_eq!((balance.entries.n, balance.reassigned), (1, 1));
    let others = world.scoped(&Scope::owner(Id::<User>::new("cy")));
    assert!(others.all().is_empty());
}

#[test]
fn a_journey_ends_for_a_scope_where_it_left_it() {
    let mut world = World::new();
    let moves = [
        ("new", 30.0),
        ("contacted", 20.0),
        ("qualified", 10.0),
        ("proposal", 5.0),
    ];
    world.lead("given", &moves).owner = Some(Id::new("bo"));
    for (_, event) in world.events.iter_mut().skip(2) {
        event.by = Some(Id::new("bo"));
    }
    world.lead("lost", &[("new", 30.0), ("lost", 20.0)]).owner = Some(Id::new("bo"));
    let scope = Scope::owner(Id::new("ana"));
    let journeys = world.scoped(&scope);
    let stays: Vec<Vec<(usize, Outcome)>> = journeys
        .all()
        .iter()
        .map(|journey| {
            let stays = journey.stays.iter();
            stays
                .map(|stay| (stay.rung, stay.outcome.clone()))
                .collect()
        })
        .collect();
    assert_eq!(
        stays,
        [
            vec![
                (0, Outcome::Advanced { to: 1 }),
                (1, Outcome::HandedOff(HandOff::Reassigned)),
            ],
            vec![(0, Outcome::Lost(String::new()))],
        ]
    );
}

#[test]
fn a_merged_lead_counts_in_no_rate() {
    let mut world = World::new();
    world.lead("a", &[("new", 40.0), ("contacted", 39.0)]);
    world.lead("b", &[("new", 40.0)]).duplicate_of = Some(Id::new("a"));
    let step = world.journeys().step(0, Params::default(), 0);
    assert_eq!((step.share.hits, step.share.of.n), (1, 1));
}
