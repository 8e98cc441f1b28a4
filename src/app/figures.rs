//! What is computed from many records: once after a change, never while drawing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::figure::{Aim, Nature, Pace, Window};
use crate::funnel::{Hole, Journeys, Loss, Params, Pipeline, Scope, Stay, Table, Week, WinRates};
use crate::list::World;
use crate::pane::{Place, Stretch, network_needs};
use crate::portfolio::{Growth, NetworkReason, SeriesSet, goal_pace, nature_of};
use crate::record::{
    AnyRef, BusyBlock, CoachingAction, Due, FollowUp, FollowUpState, Goal, GoalPeriod, Id,
    Incident, Kind, Lead, Meeting, MeetingState, MetricDef, MetricPoint, Network, Note, PeriodKind,
    Person, PointStatus, Record, Stage, StageEvent, Thread, ThreadState,
};

/// Months of a course that are kept.
const MONTHS: usize = 24;

/// The figures of the funnel.
#[derive(Clone, Debug)]
pub struct FunnelFigures {
    /// The stages with their figures.
    pub table: Table,
    /// The costliest step, if one can be named.
    pub hole: Option<Hole>,
    /// Win rates by source, of the leads of the last 26 weeks.
    pub wins: WinRates,
    /// Why leads were lost in the last 26 weeks.
    pub losses: Vec<Loss>,
    /// New and signed leads of the last twelve weeks.
    pub weeks: Vec<Week>,
    /// The names of the stages of the ladder, first stage first.
    pub names: Vec<String>,
    /// Whether the stage events of all leads are in memory; without them only the counts are right.
    pub history: bool,
    ways: HashMap<Id<Lead>, Vec<Stay>>,
}

impl FunnelFigures {
    /// Returns the stays of a lead, in order.
    pub fn way(&self, lead: &Id<Lead>) -> &[Stay] {
        self.ways.get(lead).map_or(&[], Vec::as_slice)
    }
}

/// The course of one metric of one CN.
#[derive(Clone, Debug)]
pub struct Course {
    /// The metric.
    pub metric: Id<MetricDef>,
    /// Its name on screen.
    pub name: String,
    /// Whole months, oldest first.
    pub months: Vec<f64>,
    /// The newest figure in the metric's unit.
    pub value: f64,
    /// The kind of period that it covers.
    pub kind: PeriodKind,
    /// The state of its data.
    pub as_of: Option<Timestamp>,
    /// How firm it is.
    pub status: PointStatus,
    /// How the month to date compares with the month before up to the same day.
    pub growth: Option<Growth>,
    /// How the goal of the month stands.
    pub pace: Option<Pace>,
}

/// What hangs under a record, newest or most pressing first.
#[derive(Clone, Debug, Default)]
pub struct Hanging {
    /// Notes, newest first.
    pub notes: Vec<Id<Note>>,
    /// Open follow-ups, the most pressing first.
    pub follow_ups: Vec<Id<FollowUp>>,
    /// Threads that are not done, newest first.
    pub threads: Vec<Id<Thread>>,
    /// Incidents: open ones first, then the newest.
    pub incidents: Vec<Id<Incident>>,
    /// Coaching actions: open ones first.
    pub coaching: Vec<Id<CoachingAction>>,
}

/// From when until when.
type Span = (Timestamp, Timestamp);

/// Everything that is computed from many records.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    funnel: Option<(Vec<u64>, FunnelFigures)>,
    history: bool,
    courses: (Vec<u64>, BTreeMap<Id<Network>, Vec<Course>>),
    reasons: (Vec<u64>, BTreeMap<Id<Network>, Vec<NetworkReason>>),
    hanging: (Vec<u64>, BTreeMap<AnyRef, Hanging>),
    load: (Vec<u64>, [usize; 7]),
    busy: (Vec<u64>, BTreeMap<Id<Person>, Vec<Span>>),
    meetings: (Vec<u64>, Vec<(Timestamp, Id<Meeting>)>),
}

impl Figures {
    /// Returns the figures of the funnel, once the place or Today has been shown.
    pub fn funnel(&self) -> Option<&FunnelFigures> {
        self.funnel.as_ref().map(|(_, figures)| figures)
    }

    /// Returns the courses of a CN, the leading metric first; empty while its figures are not read.
    pub fn courses(&self, network: &Id<Network>) -> &[Course] {
        self.courses.1.get(network).map_or(&[], Vec::as_slice)
    }

    /// Returns why a CN needs me, the most pressing reason first.
    pub fn reasons(&self, network: &Id<Network>) -> &[NetworkReason] {
        self.reasons.1.get(network).map_or(&[], Vec::as_slice)
    }

    /// Returns what hangs under a record.
    pub fn hanging(&self, link: &AnyRef) -> Option<&Hanging> {
        self.hanging.1.get(link)
    }

    /// Returns how many of my follow-ups fall due on each of the next seven local days, today first.
    pub const fn load(&self) -> [usize; 7] {
        self.load.1
    }

    /// Returns when a person is taken.
    pub fn busy(&self, person: &Id<Person>) -> &[(Timestamp, Timestamp)] {
        self.busy.1.get(person).map_or(&[], Vec::as_slice)
    }

    /// Returns the meetings that were not declined, in order.
    pub fn meetings(&self) -> &[(Timestamp, Id<Meeting>)] {
        &self.meetings.1
    }

    /// Takes note that all records of a kind are in memory.
    pub(super) fn whole(&mut self, kind: Kind) {
        if kind == Kind::StageEvent && !self.history {
            self.history = true;
            self.funnel = None;
        }
    }

    /// Computes anew what this place shows and what has changed since; the rest waits until it is shown.
    pub(super) fn refresh(&mut self, world: &World, place: Place) {
        let here = |places: &[Place]| places.contains(&place);
        let hour = stamp_hour(world);
        let stamp = |kinds: &[Kind]| -> Vec<u64> {
            let mut stamp: Vec<u64> = kinds.iter().map(|kind| world.revision(*kind)).collect();
            stamp.push(hour);
            stamp
        };
        if here(&[Place::Funnel, Place::Today]) {
            let now = stamp(&[Kind::Stage, Kind::Lead, Kind::StageEvent]);
            if self.funnel.as_ref().is_none_or(|(then, _)| *then != now) {
                self.funnel = Some((now, funnel_figures(world, self.history)));
            }
        }
        if here(&[Place::Networks, Place::Today]) {
            renew(
                &mut self.courses,
                stamp(&[Kind::MetricPoint, Kind::MetricDef, Kind::Goal]),
                || courses(world),
            );
            let kinds = [Kind::Network, Kind::Thread, Kind::FollowUp, Kind::Incident];
            renew(&mut self.reasons, stamp(&kinds), || {
                network_needs(world)
                    .into_iter()
                    .map(|need| (need.network, need.reasons))
                    .collect()
            });
        }
        if here(&[Place::Networks, Place::Funnel, Place::FollowUps]) {
            let kinds = [
                Kind::Note,
                Kind::Thread,
                Kind::FollowUp,
                Kind::Incident,
                Kind::CoachingAction,
            ];
            renew(&mut self.hanging, stamp(&kinds), || hanging(world));
        }
        if here(&[Place::FollowUps, Place::Today]) {
            renew(&mut self.load, stamp(&[Kind::FollowUp]), || load(world));
        }
        if here(&[Place::Slots, Place::Today]) {
            renew(&mut self.busy, stamp(&[Kind::BusyBlock]), || busy(world));
            renew(&mut self.meetings, stamp(&[Kind::Meeting]), || {
                meetings(world)
            });
        }
    }
}

fn renew<T>(kept: &mut (Vec<u64>, T), now: Vec<u64>, make: impl FnOnce() -> T) {
    if kept.0 != now {
        *kept = (now, make());
    }
}

/// Days go on and stays grow longer: what depends on the present is computed anew every hour.
fn stamp_hour(world: &World) -> u64 {
    u64::try_from(world.view.now.as_second() / 3_600).unwrap_or(0)
}

fn funnel_figures(world: &World, history: bool) -> FunnelFigures {
    let now = world.view.now;
    let params = Params::default();
    let journeys = Journeys::read(
        Pipeline::new(world.table::<Stage>().records()),
        world.table::<Lead>().records(),
        world.table::<StageEvent>().records(),
        &Scope::Everyone,
        now,
    );
    let table = journeys.table(params);
    let window = Window::days_before(now, 2 * params.cohort_days);
    FunnelFigures {
        hole: journeys.holes(&table, &BTreeMap::new()).biggest().cloned(),
        wins: journeys.win_rates(window, |lead| lead.source.to_string()),
        losses: journeys.losses(window),
        weeks: journeys.weeks(12, &world.view.zone),
        names: table.rows.iter().map(|row| row.name.clone()).collect(),
        ways: journeys
            .all()
            .iter()
            .map(|journey| (journey.id.clone(), journey.stays.clone()))
            .collect(),
        table,
        history,
    }
}

fn courses(world: &World) -> BTreeMap<Id<Network>, Vec<Course>> {
    let of_networks = world.table::<MetricPoint>().records().filter(|(_, point)| {
        let subject = point.subject.as_ref();
        subject.and_then(AnyRef::known_kind) == Some(Kind::Network)
    });
    let defs = world.table::<MetricDef>();
    let set = SeriesSet::read(of_networks, |metric| {
        defs.record(metric.as_str()).map_or(Nature::Flow, nature_of)
    });
    let today = jiff::tz::TimeZone::UTC.to_datetime(world.view.now).date();
    let mut goals: HashMap<(&AnyRef, &Id<MetricDef>), &Goal> = HashMap::new();
    for (_, goal) in world.table::<Goal>().records() {
        let month = goal.starts.map(crate::figure::month_start);
        if let (Some(subject), Some(metric)) = (&goal.subject, &goal.metric)
            && goal.period == GoalPeriod::Month
            && month == Some(crate::figure::month_start(today))
        {
            goals.insert((subject, metric), goal);
        }
    }
    let mut metrics: Vec<(&Id<MetricDef>, &MetricDef)> = defs.records().collect();
    metrics.sort_by_key(|(id, _)| (rank(id), (*id).clone()));
    let mut found: BTreeMap<Id<Network>, Vec<Course>> = BTreeMap::new();
    for (metric, def) in metrics {
        for (subject, series) in set.of_metric(metric) {
            let mut months: Vec<f64> = series.months().map(|month| month.total).collect();
            months.drain(..months.len().saturating_sub(MONTHS));
            let to_date = series.latest_to_date();
            let month = series.months().next_back();
            let (value, kind, as_of, status) = match (to_date, month) {
                (Some(now), month) if month.is_none_or(|month| month.first < now.first) => (
                    now.total,
                    PeriodKind::MonthToDate,
                    now.as_of,
                    now.status.clone(),
                ),
                (_, Some(month)) => (
                    month.total,
                    PeriodKind::Month,
                    month.as_of,
                    month.status.clone(),
                ),
                (_, None) => continue,
            };
            let aim = if def.direction == "down" {
                Aim::AtMost
            } else {
                Aim::AtLeast
            };
            let pace = goals
                .get(&(subject, metric))
                .and_then(|goal| goal_pace(goal, Some(series), today, aim).ok());
            found.entry(Id::new(&subject.id)).or_default().push(Course {
                metric: metric.clone(),
                name: def.name.clone(),
                months,
                value,
                kind,
                as_of,
                status,
                growth: series.month_to_date(),
                pace,
            });
        }
    }
    found
}

/// What a CN earns by stands first; the ids of metrics are words.
fn rank(metric: &Id<MetricDef>) -> usize {
    ["diamond", "revenue"]
        .iter()
        .position(|word| metric.as_str().contains(word))
        .unwrap_or(usize::MAX)
}

fn hanging(world: &World) -> BTreeMap<AnyRef, Hanging> {
    let mut under: BTreeMap<AnyRef, Hanging> = BTreeMap::new();
    for (id, note) in world.table::<Note>().records() {
        if let Some(subject) = &note.subject {
            under
                .entry(subject.clone())
                .or_default()
                .notes
                .push(id.clone());
        }
    }
    for (id, follow_up) in world.table::<FollowUp>().records() {
        if follow_up.state != FollowUpState::Open {
            continue;
        }
        let network = follow_up.network.as_ref().map(Id::link);
        let lead = follow_up.lead.as_ref().map(Id::link);
        for link in network.into_iter().chain(lead) {
            under.entry(link).or_default().follow_ups.push(id.clone());
        }
    }
    for (id, thread) in world.table::<Thread>().records() {
        if let (Some(network), false) = (&thread.network, thread.state == ThreadState::Done) {
            let below = under.entry(network.link()).or_default();
            below.threads.push(id.clone());
        }
    }
    for (id, incident) in world.table::<Incident>().records() {
        if let Some(network) = &incident.network {
            let below = under.entry(network.link()).or_default();
            below.incidents.push(id.clone());
        }
    }
    for (id, action) in world.table::<CoachingAction>().records() {
        if let Some(network) = &action.network {
            let below = under.entry(network.link()).or_default();
            below.coaching.push(id.clone());
        }
    }
    for below in under.values_mut() {
        in_order(world, below);
    }
    under
}

fn in_order(world: &World, below: &mut Hanging) {
    below.notes.sort_by_cached_key(|id| {
        let at = world.get(id).and_then(|note| note.at);
        (Reverse(at), id.clone())
    });
    below.follow_ups.sort_by_cached_key(|id| {
        let follow_up = world.get(id);
        let stretch = follow_up.map(|follow_up| Stretch::of(follow_up, &world.view));
        let late = follow_up.and_then(|follow_up| follow_up.late(&world.view));
        (stretch, Reverse(late), id.clone())
    });
    below.threads.sort_by_cached_key(|id| {
        let at = world.get(id).and_then(|thread| thread.last_at);
        (Reverse(at), id.clone())
    });
    below.incidents.sort_by_cached_key(|id| {
        let incident = world.get(id);
        let open = incident.is_some_and(Record::is_open);
        let at = incident.and_then(|incident| incident.opened_at);
        (!open, Reverse(at), id.clone())
    });
    below.coaching.sort_by_cached_key(|id| {
        let action = world.get(id);
        let open = action.is_some_and(Record::is_open);
        (!open, action.and_then(|action| action.due), id.clone())
    });
}

fn load(world: &World) -> [usize; 7] {
    let mut days = [0; 7];
    let me = world.my_id();
    let today = world.view.today();
    for (_, follow_up) in world.table::<FollowUp>().records() {
        if follow_up.state != FollowUpState::Open || follow_up.owner.as_ref() != Some(&me) {
            continue;
        }
        let date = match &follow_up.due {
            Some(Due::On { date }) => *date,
            Some(Due::At { instant, .. }) => world.view.zone.to_datetime(*instant).date(),
            None => continue,
        };
        let ahead = usize::try_from(crate::figure::days_between(today, date)).ok();
        if let Some(day) = ahead.and_then(|ahead| days.get_mut(ahead)) {
            *day += 1;
        }
    }
    days
}

fn busy(world: &World) -> BTreeMap<Id<Person>, Vec<(Timestamp, Timestamp)>> {
    let mut busy: BTreeMap<Id<Person>, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for (_, block) in world.table::<BusyBlock>().records() {
        if let (Some(person), Some(start), Some(end)) = (&block.person, block.start, block.end) {
            busy.entry(person.clone()).or_default().push((start, end));
        }
    }
    for blocks in busy.values_mut() {
        blocks.sort();
    }
    busy
}

fn meetings(world: &World) -> Vec<(Timestamp, Id<Meeting>)> {
    let mut meetings: Vec<(Timestamp, Id<Meeting>)> = world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| meeting.state != MeetingState::Declined)
        .filter_map(|(id, meeting)| Some((meeting.start?, id.clone())))
        .collect();
    meetings.sort_by_cached_key(|(at, id)| {
        let title = world.get(id).map(|meeting| meeting.title.clone());
        (*at, title, id.clone())
    });
    meetings
}

#[cfg(test)]
mod tests;
