//! How CNs stand by their figures: the part of the order of need that is computed when figures change.

use std::collections::{BTreeMap, BTreeSet};

use super::page::standing_of;
use crate::figure::Pace;
use crate::list::World;
use crate::portfolio::{GraduationGap, Growth};
use crate::record::{AnyRef, Id, Network};

/// How one CN stands by its figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stands {
    /// Its goals of the running month: name of the metric and pace.
    pub goals: Vec<(String, Pace)>,
    /// What it earns, month to date against the same day of the month before.
    pub revenue: Option<Growth>,
    /// Days without anything coming in.
    pub dark_days: Option<u32>,
    /// What it needs to graduate.
    pub graduation: Option<GraduationGap>,
}

/// How all CNs stand whose figures are in memory.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    networks: BTreeMap<Id<Network>, Stands>,
    revision: u64,
}

impl Standing {
    /// Computes it for every CN.
    pub fn of(world: &World) -> Self {
        let all = world.table::<Network>().records();
        let all: BTreeSet<AnyRef> = all.map(|(id, _)| id.link()).collect();
        let mut standing = Self::default();
        standing.renew(world, &all);
        standing
    }

    /// Computes it anew for the CNs whose figures changed.
    pub fn renew(&mut self, world: &World, changed: &BTreeSet<AnyRef>) {
        let found = standing_of(world, changed);
        let mut other = false;
        for (id, stands) in found {
            if self.networks.get(&id) != Some(&stands) {
                self.networks.insert(id, stands);
                other = true;
            }
        }
        if other {
            self.revision += 1;
        }
    }

    /// Returns how a CN stands, if its figures are in memory.
    pub fn get(&self, network: &Id<Network>) -> Option<&Stands> {
        self.networks.get(network)
    }

    /// Returns a number that grows with every change.
    pub const fn revision(&self) -> u64 {
        self.revision
    }
}
