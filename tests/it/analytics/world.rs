//! A funnel made of arbitrary moves.

use cnm::funnel::{Journeys, Pipeline, Scope};
use cnm::record::{Id, Lead, LeadSource, Stage, StageEvent, Terminal};
use jiff::{SignedDuration, Timestamp};

/// The stages: six on the ladder, then the two ways off it, then one that the backend does not name.
pub(super) const STAGES: [&str; 9] = [
    "new",
    "contacted",
    "qualified",
    "proposal",
    "contract",
    "signed",
    "lost",
    "parked",
    "unnamed",
];

/// The present of every world.
pub(super) fn now() -> Timestamp {
    "2026-11-17T16:30:00Z".parse().unwrap()
}

/// One lead: where it is merged into another, its moves as (stage, hours before now), oldest first.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) merged: bool,
    pub(super) source: usize,
    pub(super) owner: usize,
    pub(super) moves: Vec<(usize, i64)>,
}

pub(super) struct World {
    pub(super) stages: Vec<(Id<Stage>, Stage)>,
    pub(super) leads: Vec<(Id<Lead>, Lead)>,
    pub(super) events: Vec<(Id<StageEvent>, StageEvent)>,
}

impl World {
    pub(super) fn new(ways: &[Way]) -> Self {
        let stages = STAGES[..8]
            .iter()
            .zip(1..)
            .map(|(name, order)| {
                let stage = Stage {
                    name: (*name).to_owned(),
                    order: Some(order),
                    limit_days: (order % 2 == 0).then_some(7 * order),
                    terminal: Terminal::from(match *name {
                        "signed" => "won",
                        "lost" | "parked" => name,
                        _ => "",
                    }),
                    ..Stage::default()
                };
                (Id::new(name), stage)
            })
            .collect();
        let mut world = Self {
            stages,
            leads: Vec::new(),
            events: Vec::new(),
        };
        for (number, way) in ways.iter().enumerate() {
            world.add(number, way);
        }
        world
    }

    fn add(&mut self, number: usize, way: &Way) {
        let id = Id::new(format!("lead{number:04}"));
        let mut from: Option<Id<Stage>> = None;
        for (stage, hours) in &way.moves {
            let event = StageEvent {
                lead: Some(id.clone()),
                from: from.take(),
                to: Some(Id::new(STAGES[*stage])),
                at: Some(now() - SignedDuration::from_hours(*hours)),
                by: Some(Id::new(format!("user{}", (way.owner + stage) % 3))),
                reason: if stage % 2 == 0 { "no fit" } else { "" }.to_owned(),
                ..StageEvent::default()
            };
            let name = format!("event{:05}", self.events.len());
            from.clone_from(&event.to);
            self.events.push((Id::new(name), event));
        }
        let instant = |step: Option<&(usize, i64)>| {
            step.map(|step| now() - SignedDuration::from_hours(step.1))
        };
        let lead = Lead {
            name: format!("Lead {number}"),
            stage: from,
            created_at: instant(way.moves.first()),
            entered_at: instant(way.moves.last()),
            source: LeadSource::from(LeadSource::KNOWN[way.source % LeadSource::KNOWN.len()]),
            owner: Some(Id::new(format!("user{}", way.owner % 3))),
            duplicate_of: way.merged.then(|| Id::new("another")),
            ..Lead::default()
        };
        self.leads.push((id, lead));
    }

    pub(super) fn pipeline(&self) -> Pipeline {
        Pipeline::new(self.stages.iter().map(|(id, stage)| (id, stage)))
    }

    pub(super) fn journeys(&self, scope: &Scope) -> Journeys<'_> {
        Journeys::read(
            self.pipeline(),
            self.leads.iter().map(|(id, lead)| (id, lead)),
            self.events.iter().map(|(id, event)| (id, event)),
            scope,
            now(),
        )
    }
}
