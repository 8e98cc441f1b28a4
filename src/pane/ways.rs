//! The ways of all leads, kept from one change to the next: a step of one lead reads one way anew, not all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::Reach;
use crate::funnel::{Journeys, Pipeline, Scope, Stay, Way};
use crate::list::World;
use crate::record::{Id, Kind, Lead, Stage, StageEvent};

/// What all ways depend on: whose leads are looked at, the stages, and who is in which team.
type Ground = (Reach, [u64; 3]);

/// The ways of all leads in memory.
///
/// What [`Ways::journeys`] gives is what [`super::journeys`] would read from all records.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    ground: Option<Ground>,
    scope: Scope,
    leads: u64,
    events: u64,
    kept: BTreeMap<Id<Lead>, Way>,
    events_of: HashMap<Id<Lead>, Vec<Id<StageEvent>>>,
    lead_of: HashMap<Id<StageEvent>, Id<Lead>>,
}

impl Ways {
    /// Reads anew the ways of which something changed since, and those in which time changes something.
    pub fn follow(&mut self, world: &World, reach: Reach) {
        let kinds = [Kind::Stage, Kind::User, Kind::Team];
        let ground = (reach, kinds.map(|kind| world.revision(kind)));
        let stale = (self.ground == Some(ground)).then(|| self.changed(world));
        let pipeline = Pipeline::new(world.table::<Stage>().records());
        let now = world.view.now;
        if let Some(Some(mut stale)) = stale {
            let drifted = self.kept.iter().filter(|(_, way)| !way.holds(now));
            stale.extend(drifted.map(|(id, _)| id.clone()));
            for id in stale {
                self.read(world, &pipeline, &id, now);
            }
        } else {
            self.begin(world, reach);
            for (id, _) in world.table::<Lead>().records() {
                self.read(world, &pipeline, id, now);
            }
        }
        self.ground = Some(ground);
        self.leads = world.revision(Kind::Lead);
        self.events = world.revision(Kind::StageEvent);
    }

    /// Returns the journeys in reach; only right after [`Ways::follow`].
    pub fn journeys<'a>(&'a self, world: &'a World) -> Journeys<'a> {
        let leads = world.table::<Lead>();
        let ways = self.kept.iter().filter_map(|(id, way)| {
            let lead = leads.record(id.as_str())?;
            Some((id, lead, way))
        });
        let pipeline = Pipeline::new(world.table::<Stage>().records());
        Journeys::of(pipeline, ways, world.view.now)
    }

    /// Returns the stays of a lead, in order.
    pub fn stays(&self, lead: &Id<Lead>) -> &[Stay] {
        self.kept.get(lead).map_or(&[], Way::stays)
    }

    fn begin(&mut self, world: &World, reach: Reach) {
        *self = Self {
            scope: reach.owners(world).1,
            ..Self::default()
        };
        for (id, event) in world.table::<StageEvent>().records() {
            self.file(id, event);
        }
    }

    fn file(&mut self, id: &Id<StageEvent>, event: &StageEvent) {
        if let Some(lead) = &event.lead {
            let events = self.events_of.entry(lead.clone()).or_default();
            events.push(id.clone());
            self.lead_of.insert(id.clone(), lead.clone());
        }
    }

    /// Names the leads of which a record changed; nothing where any may have.
    fn changed(&mut self, world: &World) -> Option<BTreeSet<Id<Lead>>> {
        let mut stale = BTreeSet::new();
        if world.revision(Kind::Lead) != self.leads {
            let leads = world.changed_since(Kind::Lead, self.leads)?;
            stale.extend(leads.map(Id::<Lead>::new));
        }
        if world.revision(Kind::StageEvent) != self.events {
            let events = world.changed_since(Kind::StageEvent, self.events)?;
            let events: BTreeSet<Id<StageEvent>> = events.map(Id::new).collect();
            for id in events {
                if let Some(lead) = self.lead_of.remove(&id) {
                    if let Some(events) = self.events_of.get_mut(&lead) {
                        events.retain(|other| *other != id);
                    }
                    stale.insert(lead);
                }
                if let Some(event) = world.get(&id) {
                    self.file(&id, event);
                    stale.extend(event.lead.clone());
                }
            }
        }
        Some(stale)
    }

    fn read(&mut self, world: &World, pipeline: &Pipeline, id: &Id<Lead>, now: Timestamp) {
        let Some(lead) = world.get(id) else {
            self.kept.remove(id);
            return;
        };
        let events = self.events_of.get(id).into_iter().flatten();
        let events = events.filter_map(|event| Some((event, world.get(event)?)));
        let way = Way::read(pipeline, lead, events.collect(), &self.scope, now);
        self.kept.insert(id.clone(), way);
    }
}

#[cfg(test)]
mod tests;
