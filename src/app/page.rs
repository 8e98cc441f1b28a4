//! The figures of the page of a CN and of the portfolio, computed after a change and not while drawing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::list::World;
use crate::pane::{PageFigures, Place, PortfolioFigures, Screen, Tab, timeline};
use crate::record::{AnyRef, Id, Kind, Network};

/// What decides the figures of the page.
const KINDS: &[Kind] = &[
    Kind::Network,
    Kind::Goal,
    Kind::MetricDef,
    Kind::MetricPoint,
    Kind::CriteriaSet,
    Kind::CoachingAction,
    Kind::Creator,
    Kind::CreatorSnapshot,
    Kind::Milestone,
];

/// What was computed of a CN, and the state of what it was computed from.
type Kept<T> = (Vec<u64>, Id<Network>, T);

/// The figures that were computed last.
#[derive(Clone, Debug, Default)]
pub struct Page {
    shown: Option<Kept<PageFigures>>,
    portfolio: Option<(Vec<u64>, PortfolioFigures)>,
    timeline: Option<Kept<BTreeMap<AnyRef, Timestamp>>>,
}

impl Page {
    /// Returns the figures of a CN, if they are those that were computed last.
    pub fn of(&self, network: &Id<Network>) -> Option<&PageFigures> {
        let (_, shown, page) = self.shown.as_ref()?;
        (shown == network).then_some(page)
    }

    /// Returns the figures that were computed last.
    pub fn shown(&self) -> Option<&PageFigures> {
        self.shown.as_ref().map(|(.., page)| page)
    }

    /// Returns the figures of the portfolio.
    pub fn portfolio(&self) -> Option<&PortfolioFigures> {
        self.portfolio.as_ref().map(|(_, figures)| figures)
    }

    /// Returns when something on the timeline of a CN happened.
    pub fn when(&self, network: &Id<Network>, link: &AnyRef) -> Option<Timestamp> {
        let (_, shown, times) = self.timeline.as_ref()?;
        (shown == network)
            .then(|| times.get(link).copied())
            .flatten()
    }

    /// Computes anew what is shown and has changed.
    pub(super) fn refresh(&mut self, world: &World, screen: &Screen) {
        if screen.place != Place::Networks {
            return;
        }
        // Days end and windows close: once an hour is enough.
        let hour = u64::try_from(world.view.now.as_second() / 3_600).unwrap_or(0);
        let stamp = |kinds: &[Kind]| -> Vec<u64> {
            let revisions = kinds.iter().map(|kind| world.revision(*kind));
            revisions.chain([hour]).collect()
        };
        let now = stamp(KINDS);
        if self.portfolio.as_ref().is_none_or(|(then, _)| *then != now) {
            self.portfolio = Some((now.clone(), PortfolioFigures::of(world)));
        }
        let Some(network) = screen.network() else {
            return;
        };
        let same = |(then, shown, _): &Kept<PageFigures>| *then == now && *shown == network;
        if screen.tab != Tab::Overview && !self.shown.as_ref().is_some_and(same) {
            self.shown = Some((now, network.clone(), PageFigures::of(world, &network)));
        }
        if screen.tab == Tab::Timeline {
            let now = stamp(&[
                Kind::Note,
                Kind::Thread,
                Kind::Incident,
                Kind::Milestone,
                Kind::DimensionScore,
                Kind::Participation,
                Kind::Goal,
            ]);
            let same = |(then, shown, _): &Kept<BTreeMap<AnyRef, Timestamp>>| {
                *then == now && *shown == network
            };
            if !self.timeline.as_ref().is_some_and(same) {
                let times = timeline(world, &network)
                    .into_iter()
                    .map(|(at, link)| (link, at))
                    .collect();
                self.timeline = Some((now, network, times));
            }
        }
    }
}
