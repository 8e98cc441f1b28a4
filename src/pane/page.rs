//! The page of a CN: its tabs, and what stands in each in which order.

mod figures;
mod graduation;
mod table;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::list::World;
use crate::portfolio::milestones;
use crate::record::{
    AnyRef, Campaign, CoachingAction, Creator, CreatorSnapshot, DimensionScore, DimensionSet, Goal,
    GoalPeriod, Id, Incident, Kind, MetricDef, MetricPoint, Milestone, Network, Note,
    Participation, ParticipationState, PeriodKind, Person, Plan, PlanItem, Record, Thread,
    exported_metric,
};

pub(super) use figures::aim_of;
pub use figures::{
    CreatorFigures, MetricGrowth, NetworkFigures, PageFigures, PortfolioFigures, leading_metric,
    series_of,
};
pub(super) use graduation::graduation_of;
pub use table::{MetricRow, metric_rows};

/// A tab of the page of a CN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tab {
    /// Why the CN needs me, its figures, what is open.
    #[default]
    Overview,
    /// Its creators.
    Creators,
    /// Its goals by year, quarter and month.
    Goals,
    /// Milestones of its onboarding, and what is missing to graduate.
    Onboarding,
    /// Its scores by dimension.
    Dimensions,
    /// Coaching actions with their effect.
    Coaching,
    /// Campaigns it takes part in.
    Campaigns,
    /// People and channels.
    Contacts,
    /// Incidents and appeals.
    Incidents,
    /// The items of its plans.
    Plan,
    /// What happened, newest first.
    Timeline,
    /// Every figure with its definition, window, n, age and source.
    Figures,
}

impl Tab {
    /// All tabs, in the order of the page.
    pub const ALL: [Tab; 12] = [
        Tab::Overview,
        Tab::Creators,
        Tab::Goals,
        Tab::Onboarding,
        Tab::Dimensions,
        Tab::Coaching,
        Tab::Campaigns,
        Tab::Contacts,
        Tab::Incidents,
        Tab::Plan,
        Tab::Timeline,
        Tab::Figures,
    ];

    /// Returns the name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Tab::Overview => "Overview",
            Tab::Creators => "Creators",
            Tab::Goals => "Goals",
            Tab::Onboarding => "Onboarding",
            Tab::Dimensions => "Dimensions",
            Tab::Coaching => "Coaching",
            Tab::Campaigns => "Campaigns",
            Tab::Contacts => "Contacts",
            Tab::Incidents => "Incidents",
            Tab::Plan => "Plan",
            Tab::Timeline => "Timeline",
            Tab::Figures => "Figures",
        }
    }

    /// Returns the name of its place in keymaps and of the command that opens it.
    pub const fn name(self) -> &'static str {
        match self {
            Tab::Overview => "cn-overview",
            Tab::Creators => "cn-creators",
            Tab::Goals => "cn-goals",
            Tab::Onboarding => "cn-onboarding",
            Tab::Dimensions => "cn-dimensions",
            Tab::Coaching => "cn-coaching",
            Tab::Campaigns => "cn-campaigns",
            Tab::Contacts => "cn-contacts",
            Tab::Incidents => "cn-incidents",
            Tab::Plan => "cn-plan",
            Tab::Timeline => "cn-timeline",
            Tab::Figures => "cn-figures",
        }
    }

    /// Finds a tab by its name, with or without `cn-`, or the beginning of it.
    pub fn from_name(name: &str) -> Option<Tab> {
        let wanted = name.trim().to_lowercase();
        let bare = wanted.strip_prefix("cn-").unwrap_or(&wanted);
        let short = |tab: &Tab| tab.title().to_lowercase();
        let exact = Self::ALL.into_iter().find(|tab| short(tab) == bare);
        exact.or_else(|| {
            let mut fits = Self::ALL
                .into_iter()
                .filter(|tab| !bare.is_empty() && short(tab).starts_with(bare));
            let first = fits.next();
            first.filter(|_| fits.next().is_none())
        })
    }

    /// Returns the kind of the records that its list holds.
    pub const fn kind(self) -> Kind {
        match self {
            Tab::Overview => Kind::Network,
            Tab::Creators => Kind::Creator,
            Tab::Goals => Kind::Goal,
            Tab::Onboarding => Kind::Milestone,
            Tab::Dimensions => Kind::DimensionScore,
            Tab::Coaching => Kind::CoachingAction,
            Tab::Campaigns => Kind::Participation,
            Tab::Contacts => Kind::Person,
            Tab::Incidents => Kind::Incident,
            Tab::Plan => Kind::PlanItem,
            Tab::Timeline => Kind::Note,
            Tab::Figures => Kind::MetricPoint,
        }
    }

    /// Returns the kinds whose records decide what stands in its list.
    pub(super) fn kinds(self) -> Vec<Kind> {
        match self {
            Tab::Overview => vec![Kind::Network],
            Tab::Creators => vec![Kind::Creator, Kind::MetricPoint, Kind::CreatorSnapshot],
            Tab::Dimensions => vec![Kind::DimensionScore, Kind::DimensionSet],
            Tab::Campaigns => vec![Kind::Participation, Kind::Campaign],
            Tab::Contacts => vec![Kind::Person, Kind::Network],
            Tab::Plan => vec![Kind::Plan, Kind::PlanItem],
            Tab::Figures => vec![Kind::MetricPoint, Kind::MetricDef],
            Tab::Timeline => vec![
                Kind::Note,
                Kind::Thread,
                Kind::Incident,
                Kind::Milestone,
                Kind::DimensionScore,
                Kind::Participation,
                Kind::Goal,
            ],
            other => vec![other.kind()],
        }
    }

    /// Returns the tab so many steps further, round the end.
    #[must_use]
    pub fn step(self, by: isize) -> Tab {
        let count = Self::ALL.len().cast_signed();
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        let next = (here.cast_signed() + by).rem_euclid(count);
        Self::ALL
            .get(next.unsigned_abs())
            .copied()
            .unwrap_or_default()
    }
}

/// Returns the date in UTC, in which the platform cuts its days.
pub fn utc_today(world: &World) -> Date {
    TimeZone::UTC.to_datetime(world.view.now).date()
}

/// Lists the keys of the rows of a tab: ids of its kind, except on the timeline, where they are `kind:id`, and
/// for dimensions without a score, where they are `?` and the key of the dimension.
pub(super) fn keys(world: &World, network: &Id<Network>, tab: Tab) -> Vec<String> {
    match tab {
        Tab::Overview => vec![network.as_str().to_owned()],
        Tab::Creators => creators(world, network),
        Tab::Goals => goals(world, network),
        Tab::Onboarding => onboarding(world, network),
        Tab::Dimensions => dimension_rows(world, network)
            .1
            .into_iter()
            .map(|row| {
                let latest = row.scores.first();
                latest.map_or_else(|| format!("?{}", row.key), |id| id.as_str().to_owned())
            })
            .collect(),
        Tab::Coaching => of_network::<CoachingAction, _>(world, network, |action| {
            (!action.is_open(), action.due)
        }),
        Tab::Campaigns => campaigns(world, network),
        Tab::Contacts => contacts(world, network),
        Tab::Incidents => of_network::<Incident, _>(world, network, |incident| {
            (
                !incident.is_open(),
                incident.deadline.is_none(),
                incident.deadline,
                Reverse(incident.opened_at),
            )
        }),
        Tab::Plan => plan(world, network),
        Tab::Timeline => timeline(world, network)
            .into_iter()
            .map(|(_, link)| link.to_string())
            .collect(),
        Tab::Figures => metric_rows(world, &network.link())
            .into_iter()
            .map(|row| row.point.as_str().to_owned())
            .collect(),
    }
}

/// Lists the records that hang under a CN, in the order of a key.
fn of_network<R: Record, K: Ord>(
    world: &World,
    network: &Id<Network>,
    key: impl Fn(&R) -> K,
) -> Vec<String> {
    let link = network.link();
    let mut rows: Vec<(K, &Id<R>)> = world
        .table::<R>()
        .records()
        .filter(|(_, record)| record.parent().as_ref() == Some(&link))
        .map(|(id, record)| (key(record), id))
        .collect();
    rows.sort();
    rows.into_iter()
        .map(|(_, id)| id.as_str().to_owned())
        .collect()
}

/// Creators by what they bring this month, the most first.
fn creators(world: &World, network: &Id<Network>) -> Vec<String> {
    let leading = leading_metric(world);
    let first = crate::figure::month_start(utc_today(world));
    let mut brings: HashMap<&str, f64> = HashMap::new();
    let diamonds = |id: &Id<MetricDef>| id.as_str() == "diamonds";
    if leading.as_ref().is_some_and(diamonds) {
        // A month to date is told once for each day on which it was exported: the last of them counts.
        let mut told: Vec<&CreatorSnapshot> = (world.table::<CreatorSnapshot>().records())
            .map(|(_, told)| told)
            .filter(|told| {
                told.period_start == Some(first) && told.period_kind == PeriodKind::MonthToDate
            })
            .collect();
        told.sort_by_key(|told| told.period_end);
        for told in told {
            if let (Some(creator), Some(count)) = (&told.creator, told.diamonds) {
                #[expect(clippy::cast_precision_loss, reason = "only their order counts")]
                brings.insert(creator.as_str(), count as f64);
            }
        }
    }
    for (_, point) in world.table::<MetricPoint>().records() {
        if point.period == Some(first)
            && point.period_kind == PeriodKind::MonthToDate
            && point.metric == leading
            && let (Some(subject), Some(value)) = (&point.subject, point.value)
            && &*subject.kind == Kind::Creator.name()
        {
            brings.insert(&*subject.id, value);
        }
    }
    let mut rows: Vec<(&Id<Creator>, &Creator, f64)> = world
        .table::<Creator>()
        .records()
        .filter(|(_, creator)| creator.network.as_ref() == Some(network))
        .map(|(id, creator)| {
            let value = brings.get(id.as_str()).copied().unwrap_or(-1.0);
            (id, creator, value)
        })
        .collect();
    rows.sort_by(|a, b| {
        b.2.total_cmp(&a.2)
            .then_with(|| b.1.last_live_at.cmp(&a.1.last_live_at))
            .then_with(|| a.1.handle.cmp(&b.1.handle))
            .then_with(|| a.0.cmp(b.0))
    });
    rows.into_iter()
        .map(|(id, ..)| id.as_str().to_owned())
        .collect()
}

/// Goals as a tree: by metric, then each year with its quarters and each quarter with its months.
fn goals(world: &World, network: &Id<Network>) -> Vec<String> {
    let link = network.link();
    let leading = leading_metric(world);
    let mut rows: Vec<_> = world
        .table::<Goal>()
        .records()
        .filter(|(_, goal)| goal.subject.as_ref() == Some(&link))
        .map(|(id, goal)| {
            let starts = goal.starts.unwrap_or(Date::MAX);
            let quarter = (starts.month() - 1) / 3 + 1;
            let place = match goal.period {
                GoalPeriod::Year => (0, 0),
                GoalPeriod::Quarter => (quarter, 0),
                GoalPeriod::Month | GoalPeriod::Other(_) => (quarter, starts.month()),
            };
            let metric = (goal.metric != leading, goal.metric.clone());
            ((metric, Reverse(starts.year()), place), id)
        })
        .collect();
    rows.sort();
    rows.into_iter()
        .map(|(_, id)| id.as_str().to_owned())
        .collect()
}

fn onboarding(world: &World, network: &Id<Network>) -> Vec<String> {
    let all = world
        .table::<Milestone>()
        .records()
        .filter(|(_, milestone)| milestone.network.as_ref() == Some(network));
    milestones(all, utc_today(world))
        .into_iter()
        .map(|(id, ..)| id.as_str().to_owned())
        .collect()
}

/// One dimension of a CN.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionRow {
    /// The key of the dimension.
    pub key: String,
    /// Its scores under the version that is shown, newest first; none is not zero.
    pub scores: Vec<Id<DimensionScore>>,
    /// Its newest score under another version: named, never compared.
    pub other: Option<Id<DimensionScore>>,
}

/// Returns the set of dimensions in force (the latest that has begun, UTC) and a row for each dimension: those
/// of the set in its order, then unknown ones that were scored under it.
pub fn dimension_rows(
    world: &World,
    network: &Id<Network>,
) -> (Option<Id<DimensionSet>>, Vec<DimensionRow>) {
    let today = utc_today(world);
    let set = world
        .table::<DimensionSet>()
        .records()
        .filter(|(_, set)| set.effective_from.is_none_or(|from| from <= today))
        .max_by_key(|(id, set)| (set.effective_from, (*id).clone()));
    let Some((set_id, set)) = set else {
        return (None, Vec::new());
    };
    let mut scores: Vec<(&Id<DimensionScore>, &DimensionScore)> = world
        .table::<DimensionScore>()
        .records()
        .filter(|(_, score)| score.network.as_ref() == Some(network))
        .collect();
    scores.sort_by_key(|(id, score)| (Reverse(score.at), (*id).clone()));
    let mut keys: Vec<&str> = set.dimensions.iter().map(|one| one.key.as_str()).collect();
    let under =
        |score: &DimensionScore| score.set.as_ref() == Some(set_id) && score.version == set.version;
    for (_, score) in &scores {
        if under(score) && !keys.contains(&score.key.as_str()) {
            keys.push(&score.key);
        }
    }
    let rows = keys
        .into_iter()
        .map(|key| DimensionRow {
            key: key.to_owned(),
            scores: scores
                .iter()
                .filter(|(_, score)| score.key == key && under(score))
                .map(|(id, _)| (*id).clone())
                .collect(),
            other: scores
                .iter()
                .find(|(_, score)| score.key == key && !under(score))
                .map(|(id, _)| (*id).clone()),
        })
        .collect();
    (Some(set_id.clone()), rows)
}

/// Campaigns of a CN: those without an answer first, running ones before those that are over.
fn campaigns(world: &World, network: &Id<Network>) -> Vec<String> {
    let today = world.view.today();
    of_network::<Participation, _>(world, network, |part| {
        let campaign = world.follow::<Campaign>(part.campaign.as_ref());
        let ends = campaign.and_then(|campaign| campaign.ends);
        let rank = match part.state {
            ParticipationState::Undecided => 0,
            ParticipationState::Invited => 1,
            ParticipationState::Joined => 2,
            _ => 3,
        };
        (ends.is_some_and(|ends| ends < today), rank, ends)
    })
}

/// People of a CN, the one to talk to first.
fn contacts(world: &World, network: &Id<Network>) -> Vec<String> {
    let first = world
        .get(network)
        .and_then(|network| network.contact.clone());
    let mut rows: Vec<_> = world
        .table::<Person>()
        .records()
        .filter(|(id, person)| {
            person.network.as_ref() == Some(network) || Some(*id) == first.as_ref()
        })
        .map(|(id, person)| (Some(id) != first.as_ref(), &person.name, id))
        .collect();
    rows.sort();
    rows.into_iter()
        .map(|(.., id)| id.as_str().to_owned())
        .collect()
}

/// The items of the plans of a CN: plan by plan, the newest first, open items by date, then the rest.
fn plan(world: &World, network: &Id<Network>) -> Vec<String> {
    let link = network.link();
    let plans: BTreeMap<&Id<Plan>, Option<Date>> = world
        .table::<Plan>()
        .records()
        .filter(|(_, plan)| plan.subject.as_ref() == Some(&link))
        .map(|(id, plan)| (id, plan.starts))
        .collect();
    let mut rows: Vec<_> = world
        .table::<PlanItem>()
        .records()
        .filter_map(|(id, item)| {
            let plan = item.plan.as_ref()?;
            let starts = plans.get(plan)?;
            let order = (Reverse(*starts), plan, !item.is_open(), item.due);
            Some((order, item.position, id))
        })
        .collect();
    rows.sort();
    rows.into_iter()
        .map(|(.., id)| id.as_str().to_owned())
        .collect()
}

/// At most this many things stand on the timeline.
const TIMELINE: usize = 500;

/// Lists what happened with a CN, newest first.
pub fn timeline(world: &World, network: &Id<Network>) -> Vec<(Timestamp, AnyRef)> {
    let link = network.link();
    let mut all: Vec<(Timestamp, AnyRef)> = Vec::new();
    let day = |date: Option<Date>| {
        let zoned = date?.to_zoned(TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    happened::<Note>(world, &mut all, |note| {
        note.at.filter(|_| note.subject.as_ref() == Some(&link))
    });
    happened::<Thread>(world, &mut all, |thread| {
        thread
            .last_at
            .filter(|_| thread.network.as_ref() == Some(network))
    });
    happened::<Incident>(world, &mut all, |incident| {
        incident
            .opened_at
            .filter(|_| incident.network.as_ref() == Some(network))
    });
    happened::<Milestone>(world, &mut all, |milestone| {
        day(milestone
            .done_at
            .filter(|_| milestone.network.as_ref() == Some(network)))
    });
    happened::<DimensionScore>(world, &mut all, |score| {
        score.at.filter(|_| score.network.as_ref() == Some(network))
    });
    happened::<Participation>(world, &mut all, |part| {
        part.answered_at
            .filter(|_| part.network.as_ref() == Some(network))
    });
    happened::<Goal>(world, &mut all, |goal| {
        goal.aligned_at
            .filter(|_| goal.subject.as_ref() == Some(&link))
    });
    all.sort_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    all.truncate(TIMELINE);
    all
}

fn happened<R: Record>(
    world: &World,
    all: &mut Vec<(Timestamp, AnyRef)>,
    at: impl Fn(&R) -> Option<Timestamp>,
) {
    let rows = world.table::<R>().records();
    all.extend(rows.filter_map(|(id, record)| Some((at(record)?, id.link()))));
}

/// Returns the name of a metric on screen.
pub fn metric_name(world: &World, metric: Option<&Id<MetricDef>>) -> String {
    let Some(metric) = metric else {
        return String::new();
    };
    match metric_def(world, metric) {
        Some(def) if !def.name.is_empty() => def.name.clone(),
        _ => metric.as_str().to_owned(),
    }
}

/// Returns what a metric means: as the backend defines it, else what the exports of the platform count by it.
pub fn metric_def<'a>(world: &'a World, metric: &Id<MetricDef>) -> Option<Cow<'a, MetricDef>> {
    let defined = world.get(metric).map(Cow::Borrowed);
    defined.or_else(|| exported_metric(metric.as_str()).map(Cow::Owned))
}
