//! How CNs stand by their figures: the part of the order of need that is computed when figures change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::page::{aim_of, graduation_of};
use super::{leading_metric, metric_name, series_of, utc_today};
use crate::figure::{Count, Figure, Pace, Window, month_start};
use crate::list::World;
use crate::portfolio::{GraduationGap, Growth, Series, dark_days, goal_pace};
use crate::record::{
    AnyRef, Goal, GoalPeriod, Id, LARGEST_CREATOR, MetricPoint, Network, PeriodKind,
};

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
    /// The part of its largest creator in the running month, 0 to 1.
    pub largest: Option<Figure>,
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
    let mut largest = largest_shares(world, wanted, month_start(today));
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
                largest: largest.remove(link),
            };
            Some((id, stands))
        })
        .collect()
}

/// Returns what the largest creator of each CN brings in a month to date, as it was told last. It is a figure of the CN,
/// made by an import or by the backend: nobody reads thousands of creators to put a list of CNs in order.
fn largest_shares<'w>(
    world: &'w World,
    wanted: &BTreeSet<AnyRef>,
    month: Date,
) -> BTreeMap<&'w AnyRef, Figure> {
    let mut told: BTreeMap<&AnyRef, (Option<Timestamp>, Figure)> = BTreeMap::new();
    for (_, point) in world.table::<MetricPoint>().records() {
        let is_share = point
            .metric
            .as_ref()
            .is_some_and(|id| id.as_str() == LARGEST_CREATOR);
        if let (true, Some(subject), Some(value)) = (is_share, &point.subject, point.value)
            && point.period_kind == PeriodKind::MonthToDate
            && point.period == Some(month)
            && wanted.contains(subject)
        {
            let n = u64::try_from(point.n.unwrap_or(0)).unwrap_or(0);
            let of = Count::new(n, Window::month(month), point.as_of);
            let figure = Figure::counted(value / 100.0, of);
            let newest = told.get(subject).is_none_or(|(at, _)| *at <= point.as_of);
            if newest {
                told.insert(subject, (point.as_of, figure));
            }
        }
    }
    told.into_iter()
        .map(|(link, (_, figure))| (link, figure))
        .collect()
}
