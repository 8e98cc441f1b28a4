//! How CNs stand by their figures: the part of the order of need that is computed when figures change.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{aim_of, graduation_of};
use super::{leading_metric, metric_name, series_of, utc_today};
use crate::figure::{Pace, month_start};
use crate::list::World;
use crate::portfolio::{GraduationGap, Growth, Series, dark_days, goal_pace};
use crate::record::{AnyRef, Goal, GoalPeriod, Id, Network};

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

/// Computes how these CNs stand by their figures; those without a figure are left out.
fn standing_of(world: &World, wanted: &BTreeSet<AnyRef>) -> BTreeMap<Id<Network>, Stands> {
    let today = utc_today(world);
    let set = series_of(world, |subject| wanted.contains(subject));
    let leading = leading_metric(world);
    let mut goals: BTreeMap<&AnyRef, Vec<(String, Pace)>> = BTreeMap::new();
    for (_, goal) in world.table::<Goal>().records() {
        let running = goal.starts.map(month_start) == Some(month_start(today));
        if let (Some(subject), Some(metric), GoalPeriod::Month, true) =
            (&goal.subject, &goal.metric, &goal.period, running)
            && wanted.contains(subject)
            && let Ok(pace) =
                goal_pace(goal, set.get(subject, metric), today, aim_of(world, metric))
        {
            let name = metric_name(world, Some(metric));
            goals.entry(subject).or_default().push((name, pace));
        }
    }
    for paces in goals.values_mut() {
        paces.sort_by(|one, other| one.0.cmp(&other.0));
    }
    let networks = world.table::<Network>();
    wanted
        .iter()
        .filter_map(|link| {
            let id = link.id_of::<Network>()?;
            let network = networks.record(id.as_str())?;
            let earned = leading.as_ref().and_then(|metric| set.get(link, metric));
            let stands = Stands {
                goals: goals.remove(link).unwrap_or_default(),
                revenue: earned.and_then(Series::month_to_date),
                dark_days: earned.and_then(dark_days),
                graduation: graduation_of(world, network, &set, link, today),
            };
            Some((id, stands))
        })
        .collect()
}
