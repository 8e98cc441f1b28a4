//! What stands in each list, and in which order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tally;
use super::{FunnelScreen, Place, Screen, Standing};
use crate::effect::OutboxRow;
use crate::list::World;
use crate::portfolio::{
    Evidence, MilestoneState, NeedLimits, NetworkNeed, in_order, milestone_state, reasons,
};
use crate::record::{
    AnyRef, Due, FollowUp, Id, Incident, Kind, Lead, Milestone, Network, Record, Stage, Terminal,
    Thread, User, View, WaitingOn,
};
use crate::text::fold;

/// Puts the rows of a place in order; `called` lets new rows come in at once.
pub fn arrange(world: &World, screen: &mut Screen, place: Place, called: bool) {
    let filter = screen
        .shelf(place)
        .map(|shelf| shelf.filter.clone())
        .unwrap_or_default();
    let kept = (place == Place::Page(super::Tab::Creators)).then(|| creator_keys(world, screen));
    let keys = match place {
        Place::Conflicts | Place::Outbox => outbox_keys(world, screen, place),
        Place::Import => screen
            .import
            .as_ref()
            .map(|import| import.keys(&filter))
            .unwrap_or_default(),
        Place::Today | Place::Slots => return,
        Place::Inbox => super::inbox::keys(world, screen),
        Place::Funnel => {
            tally::stages(world, &mut screen.tally);
            lead_keys(world, &screen.funnel)
        }
        Place::Networks => {
            let keys = network_keys(world, &screen.standing);
            tally::networks(world, &keys, &mut screen.tally);
            keys
        }
        Place::FollowUps => {
            screen.offers.follow(world);
            let view = screen.due_view();
            super::follow_ups::keys(world, screen, view)
        }
        Place::NextSteps => {
            let links = super::follow_ups::without_next_step(world, &screen.standing);
            links.iter().map(ToString::to_string).collect()
        }
        Place::Offers => {
            screen.offers.follow(world);
            screen.offers.list().iter().map(super::Offer::key).collect()
        }
        Place::Browse(kind) => browse_keys(world, kind),
        // Those of a large CN are many: they are looked at where they are kept.
        Place::Page(super::Tab::Creators) => Vec::new(),
        Place::Page(tab) => match screen.network() {
            Some(network) => super::page::keys(world, &network, tab),
            None => Vec::new(),
        },
    };
    let rows = kept.as_deref().unwrap_or(&keys);
    let keys = match place.kind() {
        Some(kind) if !filter.is_empty() => {
            match super::Filter::compile(kind, &filter, &world.view) {
                Ok(filter) => filter.apply(world, rows),
                Err(error) => {
                    screen.say(super::Tone::Error, error.to_string());
                    rows.to_vec()
                }
            }
        }
        _ => kept.map_or(keys, |kept| kept.to_vec()),
    };
    tally::groups(world, place, &keys, &mut screen.tally);
    // What is derived from what I do comes and goes at once; the cursor stays on its row.
    let called = called || matches!(place, Place::NextSteps | Place::Offers);
    let first = screen.sync.synced_at.is_none() && screen.sync.loading.is_some();
    // CNs stand in the order of their figures, which come a moment after them: until somebody moves the cursor it is on top.
    let first = first || place == Place::Networks;
    let list = &mut screen.shelf_mut(place).list;
    if first && !list.is_chosen() {
        list.fill(keys);
    } else {
        list.arrange(keys, called);
    }
    if let Some(stamp) = stamp(world, screen, place) {
        screen.arranged.insert(place, stamp);
    }
}

/// The creators of the CN under the cursor, as they stand without a filter: those of a large CN are put in order once,
/// and not with every letter of a filter that is being typed.
fn creator_keys(world: &World, screen: &mut Screen) -> Arc<[String]> {
    let tab = super::Tab::Creators;
    let Some(network) = screen.network() else {
        return Arc::default();
    };
    let kinds = tab.kinds().into_iter().chain([Kind::MetricDef]);
    let mut made_of: Vec<u64> = kinds.map(|kind| world.revision(kind)).collect();
    let month = crate::figure::month_start(super::page::utc_today(world));
    made_of.push(
        u64::from(month.year().unsigned_abs()) * 12 + u64::from(month.month().unsigned_abs()),
    );
    match &screen.creators {
        Some((of, then, keys)) if *of == network && *then == made_of => Arc::clone(keys),
        _ => {
            let keys: Arc<[String]> = super::page::keys(world, &network, tab).into();
            screen.creators = Some((network, made_of, Arc::clone(&keys)));
            keys
        }
    }
}

/// What the order of a place was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    revisions: Vec<u64>,
    minute: i64,
    filter: String,
    split: usize,
    funnel: Option<FunnelScreen>,
    /// The state of how CNs stand by their figures, where that decides the order.
    standing: Option<u64>,
    /// The CN whose page it is.
    of: Option<Id<Network>>,
}

/// Returns the kinds whose records decide what stands in a place, and in which order.
fn kinds_of(place: Place) -> Vec<Kind> {
    match place {
        Place::Inbox => vec![Kind::Thread, Kind::Message, Kind::Person, Kind::User],
        Place::Funnel => vec![Kind::Lead, Kind::Stage],
        Place::Networks => vec![
            Kind::Network,
            Kind::Incident,
            Kind::Thread,
            Kind::FollowUp,
            Kind::Milestone,
        ],
        Place::FollowUps | Place::NextSteps | Place::Offers => vec![
            Kind::FollowUp,
            Kind::Person,
            Kind::User,
            Kind::Lead,
            Kind::Network,
            Kind::Meeting,
            Kind::CoachingAction,
            Kind::Message,
        ],
        Place::Browse(kind) => vec![kind],
        Place::Page(tab) => tab.kinds(),
        Place::Today | Place::Slots | Place::Outbox | Place::Conflicts | Place::Import => {
            Vec::new()
        }
    }
}

fn stamp(world: &World, screen: &Screen, place: Place) -> Option<Stamp> {
    let shelf = screen.shelf(place)?;
    let kinds = kinds_of(place);
    // A filter may follow a link to records of any kind.
    let kinds = if shelf.filter.is_empty() {
        kinds.as_slice()
    } else {
        Kind::ALL
    };
    (!kinds.is_empty()).then(|| Stamp {
        revisions: kinds.iter().map(|kind| world.revision(*kind)).collect(),
        minute: world.view.now.as_second().div_euclid(60),
        filter: shelf.filter.clone(),
        split: screen.split_of(place),
        funnel: (place == Place::Funnel).then(|| screen.funnel.clone()),
        standing: matches!(place, Place::Networks | Place::NextSteps)
            .then(|| screen.standing.revision()),
        of: matches!(place, Place::Page(_))
            .then(|| screen.network())
            .flatten(),
    })
}

/// Puts the rows of a place in order if what they were made from has changed; another page begins at its top.
pub fn arrange_stale(world: &World, screen: &mut Screen, place: Place) {
    let before = screen.arranged.get(&place).cloned();
    screen.shelf_mut(place);
    let now = stamp(world, screen, place);
    if before.is_some() && before == now {
        return;
    }
    let other = before.map(|stamp| stamp.of) != now.map(|stamp| stamp.of);
    arrange(world, screen, place, other);
    if other {
        let list = &mut screen.shelf_mut(place).list;
        list.clear_marks();
        list.go_to(0);
    }
}

/// Puts the rows of every place in order whose records, filter or minute have changed; with `called`, of all.
pub fn arrange_all(world: &World, screen: &mut Screen, called: bool) {
    let mut places: Vec<Place> = Place::TABS.to_vec();
    places.extend([Place::NextSteps, Place::Offers]);
    places.extend(
        screen
            .shelves
            .keys()
            .copied()
            .filter(|place| !Place::TABS.contains(place)),
    );
    places.sort_unstable();
    places.dedup();
    for place in places {
        let now = stamp(world, screen, place);
        if called || now.is_none() || screen.arranged.get(&place) != now.as_ref() {
            arrange(world, screen, place, called);
        }
    }
}

/// The edits that are not settled; a filter finds words of the record, the fields and what became of them.
fn outbox_keys(world: &World, screen: &Screen, place: Place) -> Vec<String> {
    use crate::effect::OutboxState;
    let filter = screen.shelf(place).map(|shelf| fold(&shelf.filter));
    let wanted: Vec<&str> = filter
        .iter()
        .flat_map(|text| text.split_whitespace())
        .collect();
    let found = |row: &OutboxRow| {
        if wanted.is_empty() {
            return true;
        }
        let link = AnyRef::new(row.edit.kind, &row.edit.id);
        let words = [
            row.edit.kind.label(),
            &world.title(&link),
            &row.edit.patch.fields().join(" "),
            row.state.word(),
            row.state.refusal().unwrap_or_default(),
        ];
        let words = fold(&words.join(" "));
        wanted.iter().all(|wanted| words.contains(wanted))
    };
    screen
        .outbox
        .iter()
        .filter(|row| match row.state {
            OutboxState::Conflict(_) | OutboxState::Refused { .. } => true,
            OutboxState::Queued | OutboxState::Blocked | OutboxState::Damaged { .. } => {
                place == Place::Outbox
            }
            OutboxState::Acked { .. } => false,
        })
        .filter(|row| found(row))
        .map(|row| row.edit.cmd.clone())
        .collect()
}

/// The funnel: stage by stage, in each the lead first that has been there longest; while leads are stepped
/// through, what is left of them in their order.
fn lead_keys(world: &World, funnel: &FunnelScreen) -> Vec<String> {
    if let Some(stepping) = &funnel.stepping {
        let table = world.table::<Lead>();
        let here = stepping.left().filter(|id| table.get(id).is_some());
        return here.cloned().collect();
    }
    let (_, scope) = funnel.reach.owners(world);
    let mut rows: Vec<_> = world
        .table::<Lead>()
        .records()
        .filter(|(_, lead)| super::funnel::owned(lead, &scope))
        .filter(|(_, lead)| lead.duplicate_of.as_ref().is_none_or(Id::is_empty))
        .filter_map(|(id, lead)| {
            let stage = world.follow::<Stage>(lead.stage.as_ref());
            let terminal = stage
                .map(|stage| stage.terminal.clone())
                .unwrap_or_default();
            if matches!(terminal, Terminal::Lost | Terminal::Parked | Terminal::Won) {
                return None;
            }
            let order = stage.and_then(|stage| stage.order).unwrap_or(i64::MAX);
            Some((order, lead.entered_at, id.as_str().to_owned()))
        })
        .collect();
    rows.sort();
    rows.into_iter().map(|(.., id)| id).collect()
}

/// CNs: those that need me first, by the most pressing reason; the others by health and name.
fn network_keys(world: &World, standing: &Standing) -> Vec<String> {
    let needs = network_needs(world, standing);
    let (pressing, calm): (Vec<_>, Vec<_>) =
        needs.into_iter().partition(|need| !need.reasons.is_empty());
    let mut calm: Vec<_> = calm
        .into_iter()
        .map(|need| {
            let network = world.get(&need.network);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "health is between 0 and 100"
            )]
            let health = network
                .and_then(|network| network.health)
                .map_or(i64::MAX, |health| (health * 10.0) as i64);
            let name = network.map(|network| network.name.clone());
            (health, name, need.network)
        })
        .collect();
    calm.sort();
    pressing
        .into_iter()
        .map(|need| need.network)
        .chain(calm.into_iter().map(|(.., id)| id))
        .map(|id| id.as_str().to_owned())
        .collect()
}

/// Returns the CNs in the order in which they need me, with the reasons that the records in memory give:
/// incidents, waiting answers, overdue follow-ups and milestones, silence, health, and what their figures say: days
/// without anything coming in, goals that will be missed, falls against the same day of the month before.
pub fn network_needs(world: &World, standing: &Standing) -> Vec<NetworkNeed> {
    let mut evidence: BTreeMap<&Id<Network>, Evidence<'_>> = BTreeMap::new();
    for (_, incident) in world.table::<Incident>().records() {
        if let (Some(network), true) = (&incident.network, incident.is_open()) {
            evidence
                .entry(network)
                .or_default()
                .incidents
                .push(incident);
        }
    }
    for (_, thread) in world.table::<Thread>().records() {
        if let Some(network) = &thread.network {
            evidence.entry(network).or_default().threads.push(thread);
        }
    }
    for (_, follow_up) in world.table::<FollowUp>().records() {
        if let Some(network) = &follow_up.network {
            evidence
                .entry(network)
                .or_default()
                .follow_ups
                .push(follow_up);
        }
    }
    let today = super::utc_today(world);
    let steps = world.table::<Milestone>().records();
    for (_, milestone) in steps {
        if let (Some(network), MilestoneState::Overdue(days)) =
            (&milestone.network, milestone_state(milestone, today))
        {
            let overdue = &mut evidence.entry(network).or_default().overdue_milestones;
            let (n, oldest) = overdue.unwrap_or((0, 0));
            *overdue = Some((n + 1, oldest.max(days)));
        }
    }
    in_order(world.table::<Network>().records().map(|(id, network)| {
        let mut evidence = evidence.remove(id).unwrap_or_default();
        if let Some(stands) = standing.get(id) {
            evidence.goals.clone_from(&stands.goals);
            evidence.revenue = stands.revenue;
            evidence.dark_days = stands.dark_days;
            evidence.graduation.clone_from(&stands.graduation);
            evidence.largest = stands.largest;
        }
        let why = reasons(network, &evidence, &world.view, NeedLimits::default());
        (id.clone(), why)
    }))
}

/// Tells whether I gave a follow-up to a colleague, who has the next move: what is late of it is theirs, and I wait.
pub(super) fn is_handed(follow_up: &FollowUp, view: &View) -> bool {
    let me = |id: &Id<User>| id.as_str() == &*view.me;
    follow_up.waiting_on == WaitingOn::Them
        && follow_up.owner.as_ref().is_some_and(|owner| !me(owner))
        && (follow_up.created_by.as_ref().is_some_and(me) || follow_up.shared_with.iter().any(me))
}

/// The stretch of time in which a follow-up is due, as the list is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stretch {
    /// It is late.
    Overdue,
    /// It is due today.
    Today,
    /// It is due within the next seven local days.
    Week,
    /// It is due later.
    Later,
    /// It has no due time.
    Undated,
    /// Somebody else has the next move: it is not late, or it is late and theirs since I handed it to them.
    Waiting,
}

impl Stretch {
    /// Returns the stretch of a follow-up for whoever is looking.
    pub fn of(follow_up: &FollowUp, view: &View) -> Self {
        let late = follow_up.late(view);
        if late.is_some_and(|late| late.is_positive()) && !is_handed(follow_up, view) {
            return Self::Overdue;
        }
        if follow_up.waiting_on == WaitingOn::Them {
            return Self::Waiting;
        }
        let due = match &follow_up.due {
            None => return Self::Undated,
            Some(Due::On { date }) => *date,
            Some(Due::At { instant, .. }) => view.zone.to_datetime(*instant).date(),
        };
        match crate::figure::days_between(follow_up.today(view), due) {
            ..=0 => Self::Today,
            1..=7 => Self::Week,
            _ => Self::Later,
        }
    }

    /// Returns the words of the rule above it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Today => "Today",
            Self::Week => "Next 7 days",
            Self::Later => "Later",
            Self::Undated => "Without a date",
            Self::Waiting => "Waiting on others",
        }
    }
}

fn browse_keys(world: &World, kind: Kind) -> Vec<String> {
    let table = world.any(kind);
    let mut rows: Vec<(String, String)> = table
        .ids()
        .into_iter()
        .map(|id| (table.title(&id).unwrap_or_default(), id))
        .collect();
    rows.sort();
    rows.into_iter().map(|(_, id)| id).collect()
}
