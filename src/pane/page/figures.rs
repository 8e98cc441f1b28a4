//! What is computed for the page of a CN and for the portfolio as a whole.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::graduation::graduation_of;
use super::table::{MetricRow, metric_rows};
use super::utc_today;
use crate::figure::{
    Aim, Count, Cut, Nature, Pace, Share, Window, month_start, plus_days, plus_months,
};
use crate::list::World;
use crate::portfolio::{
    ActiveRate, CascadeGap, Concentration, Dark, Effect, EffectWindows, GoalGap, GraduationGap,
    Growth, LikeForLike, MilestoneState, Pairing, Scale, Series, SeriesSet, WindowError,
    active_rate, cascade, coaching_effect, concentration, dark_days, goal_pace, like_for_like,
    matched_comparators, milestones, nature_of, valid_live_days, went_dark,
};
use crate::record::{
    AnyRef, CoachingAction, CoachingState, Creator, CreatorSnapshot, EXPORT_SOURCE, Goal,
    GoalPeriod, Id, Kind, MANAGED_CREATORS, MetricDef, MetricPoint, Milestone, Network,
};

/// How many CNs of a like level a coached one is compared with.
const COMPARATORS: usize = 12;
/// From how many days without LIVE on a creator is dark.
const DARK: i64 = 3;
/// An hour in the unit of the metric of LIVE hours.
const HOUR: f64 = 1.0;

/// Returns the metric by which a CN is judged first: what it earns. Where the backend defines none, it is what the
/// exports of the platform count.
pub fn leading_metric(world: &World) -> Option<Id<MetricDef>> {
    let defs = || world.table::<MetricDef>().records().map(|(id, _)| id);
    ["diamond", "revenue"]
        .into_iter()
        .find_map(|word| {
            defs()
                .filter(|id| id.as_str().contains(word))
                .min_by_key(|id| (id.as_str().len(), (*id).clone()))
        })
        .cloned()
        .or_else(|| Some(Id::new("diamonds")))
}

/// The figures of one creator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatorFigures {
    /// What came in this month so far.
    pub so_far: Option<f64>,
    /// Against the month before up to the same day.
    pub growth: Option<Growth>,
    /// Valid LIVE days of the month so far.
    pub valid_days: Option<f64>,
    /// LIVE hours of the month so far.
    pub hours: Option<f64>,
}

/// What is computed for the page of a CN.
#[derive(Clone, Debug, Default)]
pub struct PageFigures {
    /// How each goal stands.
    pub goals: HashMap<Id<Goal>, Result<Pace, GoalGap>>,
    /// Goals whose parts do not add up to them.
    pub gaps: Vec<CascadeGap>,
    /// What is missing to graduate; nothing for a CN that has.
    pub graduation: Option<GraduationGap>,
    /// What each coaching action has changed.
    pub effects: HashMap<Id<CoachingAction>, Result<Effect, WindowError>>,
    /// The creators.
    pub creators: HashMap<Id<Creator>, CreatorFigures>,
    /// How much hangs on few creators, month to date.
    pub concentration: Option<Concentration>,
    /// How many creators are active.
    pub active: Option<ActiveRate>,
    /// Valid LIVE days of the month so far among all days of all creators.
    pub valid: Option<Share>,
    /// Creators without LIVE for some days.
    pub dark: Option<Dark>,
    /// Growth by metric: the month to date, the last whole month, the year.
    pub growth: Vec<MetricGrowth>,
    /// Every figure with what one must know to use it.
    pub rows: Vec<MetricRow>,
}

/// How one metric grew.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricGrowth {
    /// The metric.
    pub metric: Id<MetricDef>,
    /// Month to date against the month before up to the same day.
    pub to_date: Option<Growth>,
    /// The last whole month against the one before.
    pub month: Option<Growth>,
    /// The last whole month against the same month a year before.
    pub year: Option<Growth>,
}

/// Reads the series of these subjects: the backend's figures, and what exports say where the backend says nothing.
///
/// One series never holds both: their definitions may differ, and a step from one to the other would look like
/// growth.
pub fn series_of(world: &World, wanted: impl Fn(&AnyRef) -> bool) -> SeriesSet {
    let natures: HashMap<&Id<MetricDef>, Nature> = world
        .table::<MetricDef>()
        .records()
        .map(|(id, def)| (id, nature_of(def)))
        .collect();
    let imported = world
        .table::<CreatorSnapshot>()
        .records()
        .filter(|(_, told)| told.creator.as_ref().is_some_and(|id| wanted(&id.link())))
        .flat_map(|(_, told)| told.points());
    let imported: Vec<MetricPoint> = imported.collect();
    let points = || {
        let all = world.table::<MetricPoint>().records();
        all.map(|(_, point)| point)
            .filter(|point| point.subject.as_ref().is_some_and(&wanted))
            .chain(&imported)
    };
    let by_backend: HashSet<(&AnyRef, &Id<MetricDef>)> = points()
        .filter(|point| point.source != EXPORT_SOURCE)
        .filter_map(|point| point.subject.as_ref().zip(point.metric.as_ref()))
        .collect();
    let chosen = points().filter(|point| {
        let key = point.subject.as_ref().zip(point.metric.as_ref());
        point.source != EXPORT_SOURCE || key.is_none_or(|key| !by_backend.contains(&key))
    });
    SeriesSet::read(chosen, |metric| {
        natures.get(metric).copied().unwrap_or(Nature::Flow)
    })
}

pub(in crate::pane) fn aim_of(world: &World, metric: &Id<MetricDef>) -> Aim {
    match world.get(metric) {
        Some(def) if def.direction == "down" => Aim::AtMost,
        _ => Aim::AtLeast,
    }
}

fn last_whole_month(today: Date) -> Date {
    plus_months(month_start(today), -1)
}

impl PageFigures {
    /// Computes everything for one CN from what is in memory.
    pub fn of(world: &World, network: &Id<Network>) -> Self {
        let Some(record) = world.get(network) else {
            return Self::default();
        };
        let today = utc_today(world);
        let link = network.link();
        let networks = series_of(world, |subject| &*subject.kind == Kind::Network.name());
        let mut page = Self {
            growth: growth(world, &networks, &link, today),
            rows: metric_rows(world, &link),
            ..Self::default()
        };
        page.judge_goals(world, &networks, &link, today);
        page.judge_graduation(world, record, &networks, &link, today);
        page.judge_coaching(world, network, &networks);
        page.judge_creators(world, network, today);
        page
    }

    fn judge_goals(&mut self, world: &World, set: &SeriesSet, link: &AnyRef, today: Date) {
        let goals: Vec<(&Id<Goal>, &Goal)> = world
            .table::<Goal>()
            .records()
            .filter(|(_, goal)| goal.subject.as_ref() == Some(link))
            .collect();
        self.gaps = cascade(goals.iter().copied());
        self.goals = goals
            .into_iter()
            .map(|(id, goal)| {
                let metric = goal.metric.clone().unwrap_or_default();
                let pace = goal_pace(goal, set.get(link, &metric), today, aim_of(world, &metric));
                (id.clone(), pace)
            })
            .collect();
    }

    fn judge_graduation(
        &mut self,
        world: &World,
        network: &Network,
        set: &SeriesSet,
        link: &AnyRef,
        today: Date,
    ) {
        self.graduation = graduation_of(world, network, set, link, today);
    }

    fn judge_coaching(&mut self, world: &World, network: &Id<Network>, set: &SeriesSet) {
        let link = network.link();
        let own: Vec<(&Id<CoachingAction>, &CoachingAction)> = world
            .table::<CoachingAction>()
            .records()
            .filter(|(_, action)| action.network.as_ref() == Some(network))
            .collect();
        for (id, action) in own {
            let effect = EffectWindows::of(action).map(|windows| {
                let metric = action.metric.clone().unwrap_or_default();
                let nature = world.get(&metric).map_or(Nature::Flow, nature_of);
                let empty = Series::new(nature);
                let series = set.get(&link, &metric).unwrap_or(&empty);
                let coached = coached_then(world, &metric, windows);
                let others = set
                    .of_metric(&metric)
                    .filter(|(subject, _)| **subject != link && !coached.contains(*subject));
                let others = matched_comparators(series, others, windows.baseline, COMPARATORS);
                let others: Vec<&Series> = others.into_iter().map(|(_, series)| series).collect();
                let scale = match nature {
                    Nature::Level => Scale::Absolute,
                    Nature::Flow | Nature::Days | Nature::Distinct => Scale::Relative,
                };
                coaching_effect(series, &others, windows, scale, aim_of(world, &metric))
            });
            self.effects.insert(id.clone(), effect);
        }
    }

    fn judge_creators(&mut self, world: &World, network: &Id<Network>, today: Date) {
        let creators: Vec<(&Id<Creator>, &Creator)> = world
            .table::<Creator>()
            .records()
            .filter(|(_, creator)| creator.network.as_ref() == Some(network))
            .collect();
        if creators.is_empty() {
            return;
        }
        let as_of = creators
            .iter()
            .filter_map(|(_, creator)| creator.last_live_at)
            .max();
        let state = as_of.map_or(world.view.now, |at| at.min(world.view.now));
        self.dark = Some(went_dark(creators.iter().copied(), state, DARK));
        let ids: HashSet<&str> = creators.iter().map(|(id, _)| id.as_str()).collect();
        let set = series_of(world, |subject| {
            &*subject.kind == Kind::Creator.name() && ids.contains(&*subject.id)
        });
        let first = month_start(today);
        let find = |word: &str| set.metrics().find(|id| id.as_str() == word).cloned();
        let (hours, days) = (find("live_hours"), find("valid_days"));
        let leading = leading_metric(world);
        let so_far = |series: &Series| {
            let point = series
                .latest_to_date()
                .filter(|point| point.first == first)?;
            Some(point.total)
        };
        for (id, _) in &creators {
            let link = id.link();
            let of = |metric: &Option<Id<MetricDef>>| set.get(&link, metric.as_ref()?);
            let earned = of(&leading);
            let figures = CreatorFigures {
                so_far: earned.and_then(so_far),
                growth: earned.and_then(Series::month_to_date),
                valid_days: of(&days).and_then(so_far),
                hours: of(&hours).and_then(so_far),
            };
            self.creators.insert((*id).clone(), figures);
        }
        if let Some(metric) = &leading {
            let known: Vec<(&AnyRef, f64, &Series)> = set
                .of_metric(metric)
                .filter_map(|(subject, series)| Some((subject, so_far(series)?, series)))
                .collect();
            if let Some((.., series)) = known.first()
                && let Some(point) = series.latest_to_date()
            {
                let values = known.iter().map(|(subject, value, _)| (*subject, *value));
                self.concentration = Some(concentration(values, point.count()));
            }
        }
        if let Some(metric) = hours.as_ref().or(leading.as_ref()) {
            self.active = Some(active_rate(set.of_metric(metric), first));
        }
        self.valid = hours.as_ref().and_then(|metric| {
            let (mut hits, mut count) = (0, None::<Count>);
            for (_, series) in set.of_metric(metric) {
                let Some(last) = series.last_day().filter(|last| *last >= first) else {
                    continue;
                };
                let valid = valid_live_days(series, first, last, HOUR).valid;
                hits += valid.hits;
                count = Some(match count {
                    Some(sum) => sum.with(sum.n + valid.of.n),
                    None => valid.of,
                });
            }
            count.map(|of| Share::new(hits, of))
        });
        if self.valid.is_none() {
            self.valid = days
                .as_ref()
                .and_then(|metric| valid_as_told(&set, metric, first));
        }
    }
}

/// Valid LIVE days among all days of the month so far, where only their number is known and not which.
fn valid_as_told(set: &SeriesSet, metric: &Id<MetricDef>, first: Date) -> Option<Share> {
    let (mut hits, mut days, mut of) = (0, 0, None::<Count>);
    for (_, series) in set.of_metric(metric) {
        let Some(point) = series.latest_to_date().filter(|point| point.first == first) else {
            continue;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of days of a month"
        )]
        let valid = point.total.max(0.0) as u64;
        hits += valid.min(u64::from(point.elapsed));
        days += u64::from(point.elapsed);
        of.get_or_insert(point.count());
    }
    of.map(|of| Share::new(hits, of.with(days)))
}

/// Lists the CNs that were coached on this metric in these windows: they compare with nothing.
fn coached_then(world: &World, metric: &Id<MetricDef>, windows: EffectWindows) -> HashSet<AnyRef> {
    let (from, to) = (windows.baseline.0, windows.effect.1);
    world
        .table::<CoachingAction>()
        .records()
        .filter(|(_, action)| {
            action.metric.as_ref() == Some(metric)
                && matches!(action.state, CoachingState::Doing | CoachingState::Done)
                && action.effect_from.is_some_and(|first| first <= to)
                && action.effect_to.is_none_or(|last| last >= from)
        })
        .filter_map(|(_, action)| action.network.as_ref().map(Id::link))
        .collect()
}

fn growth(world: &World, set: &SeriesSet, link: &AnyRef, today: Date) -> Vec<MetricGrowth> {
    let leading = leading_metric(world);
    let whole = last_whole_month(today);
    let mut metrics: Vec<&Id<MetricDef>> = set
        .metrics()
        .filter(|id| set.get(link, id).is_some())
        .collect();
    metrics.sort_by_key(|id| (Some(*id) != leading.as_ref(), (*id).clone()));
    metrics
        .into_iter()
        .filter_map(|metric| {
            let series = set.get(link, metric)?;
            Some(MetricGrowth {
                metric: metric.clone(),
                to_date: series.month_to_date(),
                month: series.month_on_month(whole),
                year: series.year_on_year(whole),
            })
        })
        .collect()
}

/// What the list of CNs shows of one.
#[derive(Clone, Debug, Default)]
pub struct NetworkFigures {
    /// What it earns, month to date, against the same day of the month before.
    pub to_date: Option<Growth>,
    /// The last whole month against the one before.
    pub month: Option<Growth>,
    /// The last whole month against the same month a year before.
    pub year: Option<Growth>,
    /// Active creators of the month among those managed.
    pub active: Option<Share>,
    /// Valid LIVE days of its creators in the month so far.
    pub valid_days: Option<f64>,
    /// Days without anything coming in.
    pub dark: Option<u32>,
    /// Milestones that are overdue, and the days of the oldest.
    pub overdue: Option<(u64, i64)>,
    /// The next milestone that is due, in days.
    pub next_milestone: Option<i64>,
}

/// The portfolio as a whole.
#[derive(Clone, Debug, Default)]
pub struct PortfolioFigures {
    /// Each CN.
    pub networks: HashMap<Id<Network>, NetworkFigures>,
    /// Month to date over CNs that were there in both months, and over all.
    pub to_date: Option<LikeForLike>,
    /// The last whole month against the one before.
    pub month: Option<LikeForLike>,
    /// The last whole month against the same month a year before.
    pub year: Option<LikeForLike>,
    /// Goals of the running month by band.
    pub bands: BTreeMap<&'static str, u64>,
    /// How much hangs on few CNs, month to date.
    pub concentration: Option<Concentration>,
    /// Active creators among those managed, month to date.
    pub active: Option<Share>,
    /// CNs with nothing coming in for three days or more.
    pub dark: u64,
    /// Milestones that are overdue.
    pub overdue: u64,
    /// The window of the running month and the age of its figures.
    pub of: Option<Count>,
}

impl PortfolioFigures {
    /// Computes the portfolio of these CNs from what is in memory.
    pub fn of(world: &World) -> Self {
        let today = utc_today(world);
        let set = series_of(world, |subject| &*subject.kind == Kind::Network.name());
        let mut all = Self::default();
        let Some(leading) = leading_metric(world) else {
            return all;
        };
        let whole = last_whole_month(today);
        let elapsed = set
            .of_metric(&leading)
            .filter_map(|(_, series)| series.latest_to_date())
            .filter(|point| point.first == month_start(today))
            .map(|point| point.elapsed)
            .min();
        let pair = |pairing| Some(like_for_like(set.of_metric(&leading), pairing));
        all.month = pair(Pairing::Month(whole));
        all.year = pair(Pairing::Year(whole));
        all.to_date = elapsed.and_then(|elapsed| {
            pair(Pairing::ToDate {
                first: month_start(today),
                elapsed,
            })
        });
        let mut active = (0, 0, None::<Timestamp>);
        let mut earned: Vec<(AnyRef, f64)> = Vec::new();
        for (id, network) in world.table::<Network>().records() {
            let figures = network_figures(world, &set, &leading, id, network, today);
            if let Some(share) = figures.active {
                active.0 += share.hits;
                active.1 += share.of.n;
                active.2 = active.2.max(share.of.as_of);
            }
            if let Some(value) = figures.to_date.and_then(|growth| growth.now.value) {
                earned.push((id.link(), value));
            }
            all.dark += u64::from(figures.dark.is_some_and(|days| days >= 3));
            all.overdue += figures.overdue.map_or(0, |(n, _)| n);
            all.networks.insert(id.clone(), figures);
        }
        let window = Window::Utc {
            cut: Cut::MonthToDate,
            from: month_start(today),
            to: plus_days(month_start(today), i64::from(elapsed.unwrap_or(1)) - 1),
        };
        let of = Count::new(0, window, active.2);
        all.of = Some(of);
        all.active = (active.1 > 0).then(|| Share::new(active.0, of.with(active.1)));
        if !earned.is_empty() {
            let values = earned.iter().map(|(link, value)| (link, *value));
            all.concentration = Some(concentration(values, of));
        }
        all.bands = bands(world, &set, today);
        all
    }
}

fn network_figures(
    world: &World,
    set: &SeriesSet,
    leading: &Id<MetricDef>,
    id: &Id<Network>,
    network: &Network,
    today: Date,
) -> NetworkFigures {
    let link = id.link();
    let first = month_start(today);
    let whole = last_whole_month(today);
    let series = set.get(&link, leading);
    let so_far = |metric: &str| {
        let series = set.get(&link, &Id::new(metric))?;
        let point = series
            .latest_to_date()
            .filter(|point| point.first == first)?;
        Some((point.total, point.count()))
    };
    // An export says itself how many creators it lists.
    let listed = so_far(MANAGED_CREATORS).map(|(count, _)| people(count));
    let managed = network.creators.and_then(|count| u64::try_from(count).ok());
    let managed = listed.or(managed);
    let active = so_far("active_creators")
        .zip(managed)
        .map(|((active, of), managed)| {
            let hits = people(active);
            Share::new(hits, of.with(managed.max(hits)))
        });
    let steps = milestones(
        world
            .table::<Milestone>()
            .records()
            .filter(|(_, one)| one.network.as_ref() == Some(id)),
        today,
    );
    let overdue: Vec<i64> = steps
        .iter()
        .filter_map(|(.., state)| match state {
            MilestoneState::Overdue(days) => Some(*days),
            _ => None,
        })
        .collect();
    let next_milestone = steps.iter().find_map(|(.., state)| match state {
        MilestoneState::DueIn(days) => Some(*days),
        _ => None,
    });
    NetworkFigures {
        to_date: series.and_then(Series::month_to_date),
        month: series.and_then(|series| series.month_on_month(whole)),
        year: series.and_then(|series| series.year_on_year(whole)),
        active,
        valid_days: so_far("valid_days").map(|(days, _)| days),
        dark: series.and_then(dark_days),
        overdue: overdue
            .iter()
            .max()
            .map(|oldest| (overdue.len() as u64, *oldest)),
        next_milestone,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of people"
)]
const fn people(count: f64) -> u64 {
    count.max(0.0) as u64
}

/// Counts the goals of the running month by band.
fn bands(world: &World, set: &SeriesSet, today: Date) -> BTreeMap<&'static str, u64> {
    let mut bands = BTreeMap::new();
    for (_, goal) in world.table::<Goal>().records() {
        let running = goal.starts.map(month_start) == Some(month_start(today));
        if goal.period != GoalPeriod::Month || !running {
            continue;
        }
        let (Some(subject), Some(metric)) = (&goal.subject, &goal.metric) else {
            continue;
        };
        if &*subject.kind != Kind::Network.name() {
            continue;
        }
        let pace = goal_pace(goal, set.get(subject, metric), today, aim_of(world, metric));
        let word = pace.map_or_else(GoalGap::words, |pace| pace.band.word());
        *bands.entry(word).or_default() += 1;
    }
    bands
}
