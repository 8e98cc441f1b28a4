//! The views of the follow-ups: which of them stand in each, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::arrange::Stretch;
use super::readings::Contacts;
use super::tally::Tally;
use super::{Place, Screen};
use crate::list::World;
use crate::record::{
    AnyRef, CoachingAction, FollowUp, Id, Lead, Lifecycle, Meeting, MeetingState, Network,
    Record as _, Role, Stage, Terminal, WaitingOn,
};
use crate::triage::need_you_order;

/// A view of the follow-ups, one of the tabs of the place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DueView {
    /// All that are open and awake, by stretch of time.
    #[default]
    All,
    /// What is late.
    Overdue,
    /// What is due today.
    Today,
    /// What is due by the end of Sunday.
    Week,
    /// What others have to do.
    Waiting,
    /// What comes again.
    Recurring,
    /// All, by the CN or the lead that they are about.
    Subject,
    /// Leads and CNs for which nothing is planned.
    NoStep,
    /// Promises found in what I sent, to be taken as follow-ups or dismissed.
    Offers,
    /// What is out of sight, by when it comes back.
    Snoozed,
}

impl DueView {
    /// The views in the order of the tabs.
    pub const ALL: [DueView; 10] = [
        DueView::All,
        DueView::Overdue,
        DueView::Today,
        DueView::Week,
        DueView::Waiting,
        DueView::Recurring,
        DueView::Subject,
        DueView::NoStep,
        DueView::Offers,
        DueView::Snoozed,
    ];

    /// Returns the view at a position among the tabs.
    pub fn at(position: usize) -> DueView {
        Self::ALL.get(position).copied().unwrap_or_default()
    }

    /// Returns the position among the tabs.
    pub fn position(self) -> usize {
        Self::ALL.iter().position(|view| *view == self).unwrap_or(0)
    }

    /// Returns what stands on the tab.
    pub const fn title(self) -> &'static str {
        match self {
            DueView::All => "All",
            DueView::Overdue => "Overdue",
            DueView::Today => "Today",
            DueView::Week => "Week",
            DueView::Waiting => "Waiting",
            DueView::Recurring => "Recurring",
            DueView::Subject => "By CN",
            DueView::NoStep => "No next step",
            DueView::Offers => "Promises",
            DueView::Snoozed => "Snoozed",
        }
    }

    /// Says in which order the rows of the view stand.
    pub const fn order(self) -> &'static str {
        match self {
            DueView::All | DueView::Today | DueView::Week | DueView::Recurring => {
                "by time, in it what needs me most first"
            }
            DueView::Overdue => "what needs me most first",
            DueView::Waiting => "by day, then weight",
            DueView::Subject => "by CN, what needs me most first",
            DueView::NoStep => "longest first",
            DueView::Offers => "newest first",
            DueView::Snoozed => "by when they come back",
        }
    }

    /// Returns the place whose list the view shows.
    pub const fn place(self) -> Place {
        match self {
            DueView::NoStep => Place::NextSteps,
            DueView::Offers => Place::Offers,
            _ => Place::FollowUps,
        }
    }
}

/// A tab of the follow-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueTab {
    /// What it shows.
    pub view: DueView,
    /// How many rows it holds.
    pub rows: usize,
    /// How many of them are late.
    pub late: usize,
}

/// A follow-up that stands in the lists.
#[derive(Clone, Copy)]
struct Entry<'w> {
    id: &'w Id<FollowUp>,
    follow_up: &'w FollowUp,
    stretch: Stretch,
    asleep: bool,
}

/// Counts the tabs and returns the rows of a view; `keys` of all that are open and awake go into the tally.
pub(super) fn keys(world: &World, screen: &mut Screen, view: DueView) -> Vec<String> {
    let entries = entries(world);
    let awake: Vec<String> = entries
        .iter()
        .filter(|entry| !entry.asleep)
        .map(|entry| entry.id.as_str().to_owned())
        .collect();
    super::tally::follow_ups(world, &awake, &mut screen.tally);
    let offers = screen.offers.list().len();
    // Their number needs no order.
    let (leads, networks) = unplanned(world);
    let steps = leads.len() + networks.len();
    tabs(world, &entries, (steps, offers), &mut screen.tally);
    let mut shown: Vec<Entry<'_>> = entries
        .into_iter()
        .filter(|entry| holds(view, entry, world))
        .collect();
    match view {
        DueView::Snoozed => shown.sort_by_key(|entry| entry.follow_up.snoozed_until),
        DueView::Subject => by_subject(world, &mut shown),
        DueView::Waiting => shown.sort_by_key(|entry| {
            let day = entry.follow_up.local_day(&world.view);
            (entry.stretch, day.is_none(), day)
        }),
        // Stable: within a stretch the order of need stays.
        _ => shown.sort_by_key(|entry| entry.stretch),
    }
    shown
        .into_iter()
        .map(|entry| entry.id.as_str().to_owned())
        .collect()
}

/// Follow-ups that are mine and not closed, what needs me most first: how late, how heavy, who waits.
fn entries(world: &World) -> Vec<Entry<'_>> {
    let me = world.my_id();
    let all = world.me().is_some_and(|me| me.role == Role::Lead);
    let rows: Vec<(&Id<FollowUp>, &FollowUp)> = world
        .table::<FollowUp>()
        .records()
        .filter(|(_, follow_up)| {
            let mine =
                follow_up.owner.as_ref() == Some(&me) || follow_up.created_by.as_ref() == Some(&me);
            // What I handed to somebody goes on waiting with me.
            let handed =
                follow_up.waiting_on == WaitingOn::Them && follow_up.shared_with.contains(&me);
            follow_up.is_open() && (mine || handed || all)
        })
        .collect();
    need_you_order(&rows, &Contacts(world), &world.view)
        .into_iter()
        .filter_map(|at| rows.get(at).copied())
        .map(|(id, follow_up)| Entry {
            id,
            follow_up,
            stretch: Stretch::of(follow_up, &world.view),
            asleep: follow_up
                .snoozed_until
                .is_some_and(|until| until > world.view.now),
        })
        .collect()
}

fn holds(view: DueView, entry: &Entry<'_>, world: &World) -> bool {
    if entry.asleep {
        return view == DueView::Snoozed;
    }
    match view {
        DueView::All | DueView::Subject => true,
        DueView::Overdue => entry.stretch == Stretch::Overdue,
        // Whoever has the next move: it falls due then, and the load of the days counts it.
        DueView::Today => falls_due(entry, world, 0),
        DueView::Week => {
            let weekday = world.view.today().weekday();
            falls_due(entry, world, 7 - i64::from(weekday.to_monday_one_offset()))
        }
        DueView::Waiting => entry.follow_up.waiting_on == WaitingOn::Them,
        DueView::Recurring => !entry.follow_up.recurrence.is_empty(),
        DueView::NoStep | DueView::Offers | DueView::Snoozed => false,
    }
}

/// Tells whether a follow-up is late, whoever has it.
fn is_late(entry: &Entry<'_>, world: &World) -> bool {
    let late = entry.follow_up.late(&world.view);
    late.is_some_and(|late| late.is_positive())
}

/// Tells whether a follow-up that is not late falls due from today to so many days ahead.
fn falls_due(entry: &Entry<'_>, world: &World, ahead: i64) -> bool {
    let last = crate::figure::plus_days(world.view.today(), ahead);
    let day = entry.follow_up.local_day(&world.view);
    !is_late(entry, world) && day.is_some_and(|day| day <= last)
}

fn tabs(world: &World, entries: &[Entry<'_>], others: (usize, usize), tally: &mut Tally) {
    tally.due = DueView::ALL
        .into_iter()
        .map(|view| {
            let held = entries.iter().filter(|entry| holds(view, entry, world));
            let (mut rows, mut late) = (0, 0);
            for entry in held {
                rows += 1;
                late += usize::from(match view {
                    DueView::Waiting => is_late(entry, world),
                    _ => entry.stretch == Stretch::Overdue,
                });
            }
            match view {
                DueView::NoStep => rows = others.0,
                DueView::Offers => rows = others.1,
                _ => {}
            }
            DueTab { view, rows, late }
        })
        .collect();
}

/// Puts rows of one CN or lead together, the one with the most pressing row first, those of none at the end.
fn by_subject(world: &World, rows: &mut [Entry<'_>]) {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, entry) in rows.iter().enumerate() {
        let name = subject_name(world, entry.follow_up).unwrap_or_default();
        let end = usize::MAX;
        places
            .entry(name.clone())
            .or_insert(if name.is_empty() { end } else { at });
    }
    rows.sort_by_key(|entry| {
        let name = subject_name(world, entry.follow_up).unwrap_or_default();
        (places.get(&name).copied(), name)
    });
}

/// Returns the name of the CN that a follow-up is about, else of the lead.
pub fn subject_name(world: &World, follow_up: &FollowUp) -> Option<String> {
    let network = world.follow::<Network>(follow_up.network.as_ref());
    let lead = world.follow::<Lead>(follow_up.lead.as_ref());
    network
        .map(|network| network.name.clone())
        .or_else(|| lead.map(|lead| lead.name.clone()))
}

/// Returns the leads and CNs of mine for which nothing is planned: leads that have been in their stage longest
/// first, then CNs in the order in which they need me.
///
/// A lead has a next step if one is written on it, if it has a date, or if a follow-up is open; a CN if a
/// follow-up or a coaching action is open or a meeting lies ahead.
pub fn without_next_step(world: &World, standing: &super::Standing) -> Vec<AnyRef> {
    let (leads, wanted) = unplanned(world);
    let mut found: Vec<AnyRef> = leads.into_iter().map(Id::link).collect();
    if !wanted.is_empty() {
        let needs = super::network_needs(world, standing);
        let ordered = needs.iter().map(|need| &need.network);
        found.extend(ordered.filter(|id| wanted.contains(id)).map(Id::link));
    }
    found
}

/// Returns my leads, the longest in their stage first, and my CNs that nothing is planned for.
fn unplanned(world: &World) -> (Vec<&Id<Lead>>, BTreeSet<&Id<Network>>) {
    let mut planned: BTreeSet<AnyRef> = BTreeSet::new();
    for (_, follow_up) in world.table::<FollowUp>().records() {
        if follow_up.is_open() {
            planned.extend(follow_up.network.as_ref().map(Id::link));
            planned.extend(follow_up.lead.as_ref().map(Id::link));
            planned.extend(follow_up.refs.iter().cloned());
        }
    }
    for (_, action) in world.table::<CoachingAction>().records() {
        if action.is_open() {
            planned.extend(action.network.as_ref().map(Id::link));
        }
    }
    for (_, meeting) in world.table::<Meeting>().records() {
        let ahead = meeting.start.is_some_and(|start| start > world.view.now);
        if ahead && meeting.state != MeetingState::Declined {
            planned.extend(meeting.network.as_ref().map(Id::link));
            planned.extend(meeting.lead.as_ref().map(Id::link));
        }
    }
    let me = world.my_id();
    let mut leads: Vec<_> = world
        .table::<Lead>()
        .records()
        .filter(|(id, lead)| {
            let stage = world.follow::<Stage>(lead.stage.as_ref());
            let over = stage.is_some_and(|stage| {
                matches!(
                    stage.terminal,
                    Terminal::Won | Terminal::Lost | Terminal::Parked
                )
            });
            lead.is_open()
                && !over
                && lead.owner.as_ref() == Some(&me)
                && lead.next_step.trim().is_empty()
                && lead.next_due.is_none()
                && !planned.contains(&id.link())
        })
        .map(|(id, lead)| (lead.entered_at, id))
        .collect();
    leads.sort();
    let networks = world.table::<Network>().records().filter(|(id, network)| {
        !matches!(network.lifecycle, Lifecycle::Exited)
            && network.owner.as_ref() == Some(&me)
            && !planned.contains(&id.link())
    });
    let networks = networks.map(|(id, _)| id).collect();
    (leads.into_iter().map(|(_, id)| id).collect(), networks)
}
