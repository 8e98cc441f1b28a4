//! What is computed from many records: once after a change, never while drawing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::command::{Desk, Timetable, Tonight, level_plan, tonight};
use crate::funnel::{Duplicates, NeedReason, Report, Stay};
use crate::list::World;
use crate::pane::{
    FunnelScreen, Place, Reach, Screen, SlotsScreen, Standing, Stretch, Ways, funnel_report,
    network_needs, pressing,
};
use crate::portfolio::NetworkReason;
use crate::record::{
    AnyRef, CoachingAction, FollowUp, FollowUpState, Id, Incident, Kind, Lead, Meeting, Network,
    Note, Person, Record, Thread, ThreadState, WaitingOn,
};
use crate::triage::work_day;

/// The figures of the funnel.
#[derive(Clone, Debug)]
pub struct FunnelFigures {
    /// The figures, as the command line prints them too.
    pub report: Report,
    /// The names of the stages of the ladder, first stage first.
    pub names: Vec<String>,
    /// Whether the stage events of all leads are in memory; without them only the counts of open leads
    /// are right.
    pub history: bool,
}

/// What hangs under a record, newest or most pressing first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hanging<'a> {
    /// Notes, newest first.
    pub notes: &'a [Id<Note>],
    /// Open follow-ups, the most pressing first.
    pub follow_ups: &'a [Id<FollowUp>],
    /// Threads that are not done, newest first.
    pub threads: &'a [Id<Thread>],
    /// Incidents: open ones first, then the newest.
    pub incidents: &'a [Id<Incident>],
    /// Coaching actions: open ones first.
    pub coaching: &'a [Id<CoachingAction>],
}

/// What was computed, and the state of what it was computed from.
type Kept<T> = (Vec<u64>, T);

/// Records of one kind by what they hang under.
type Under<R> = BTreeMap<AnyRef, Vec<Id<R>>>;

/// Everything that is computed from many records.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    funnel: Option<Kept<FunnelFigures>>,
    ways: Ways,
    history: bool,
    reasons: Kept<BTreeMap<Id<Network>, Vec<NetworkReason>>>,
    notes: Kept<Under<Note>>,
    follow_ups: Kept<Under<FollowUp>>,
    threads: Kept<Under<Thread>>,
    incidents: Kept<Under<Incident>>,
    coaching: Kept<Under<CoachingAction>>,
    load: Kept<([usize; 7], usize)>,
    moves: Kept<usize>,
    awaited: Kept<Vec<Id<FollowUp>>>,
    meetings: Kept<Vec<(Timestamp, Id<Meeting>)>>,
    timetable: Option<(Vec<u64>, SlotsScreen, Timetable)>,
    desk: Desk,
    tonight: Kept<Option<Tonight>>,
    needs: Kept<HashMap<String, Vec<NeedReason>>>,
    /// The index, the names it was made of, and the revisions at which they were looked at last.
    duplicates: Option<(u64, Duplicates)>,
    looked: [u64; 3],
}

impl Figures {
    /// Returns the index of leads and CNs that finds those that look alike, once the funnel has been shown.
    pub fn duplicates(&self) -> Option<&Duplicates> {
        self.duplicates.as_ref().map(|(_, index)| index)
    }

    /// Returns why a lead needs me, the most pressing reason first, while leads are stepped through.
    pub fn needs(&self, lead: &str) -> &[NeedReason] {
        self.needs.1.get(lead).map_or(&[], Vec::as_slice)
    }

    /// Returns the figures of the funnel, once the place or Today has been shown.
    pub fn funnel(&self) -> Option<&FunnelFigures> {
        self.funnel.as_ref().map(|(_, figures)| figures)
    }

    /// Returns the stays of a lead, in order, once the figures of the funnel were computed.
    pub fn way(&self, lead: &Id<Lead>) -> &[Stay] {
        self.ways.stays(lead)
    }

    /// Returns why a CN needs me, the most pressing reason first.
    pub fn reasons(&self, network: &Id<Network>) -> &[NetworkReason] {
        self.reasons.1.get(network).map_or(&[], Vec::as_slice)
    }

    /// Returns what hangs under a record.
    pub fn hanging(&self, link: &AnyRef) -> Hanging<'_> {
        fn of<'a, R: Record>(under: &'a Under<R>, link: &AnyRef) -> &'a [Id<R>] {
            under.get(link).map_or(&[], Vec::as_slice)
        }
        Hanging {
            notes: of(&self.notes.1, link),
            follow_ups: of(&self.follow_ups.1, link),
            threads: of(&self.threads.1, link),
            incidents: of(&self.incidents.1, link),
            coaching: of(&self.coaching.1, link),
        }
    }

    /// Returns how many of my follow-ups fall due on each of the next seven local days, today first.
    pub const fn load(&self) -> [usize; 7] {
        self.load.1.0
    }

    /// Returns how many follow-ups of mine that are work today were due on a day before.
    pub const fn late(&self) -> usize {
        self.load.1.1
    }

    /// Returns how many follow-ups of mine levelling would move.
    pub const fn moves(&self) -> usize {
        self.moves.1
    }

    /// Counts what levelling would move, with at most so many a day, where that is shown.
    pub(super) fn level(&mut self, world: &World, screen: &Screen, cap: usize) {
        if screen.place != Place::FollowUps {
            return;
        }
        let kinds = [Kind::FollowUp, Kind::Person, Kind::User];
        let mut now: Vec<u64> = kinds.iter().map(|kind| world.revision(*kind)).collect();
        now.extend([stamp_hour(world), u64::try_from(cap).unwrap_or(0)]);
        renew(&mut self.moves, now, || level_plan(world, cap).len());
    }

    /// Returns the follow-ups of mine, and those that I gave to somebody, in which somebody else has the next move, the
    /// longest wait first.
    pub fn awaited(&self) -> &[Id<FollowUp>] {
        &self.awaited.1
    }

    /// Returns who can meet when, once the slots place has been shown.
    pub fn timetable(&self) -> Option<&Timetable> {
        self.timetable.as_ref().map(|(.., timetable)| timetable)
    }

    /// Returns in which hours of this evening those whom I meet can come, once Today has been shown.
    pub fn tonight(&self) -> Option<&Tonight> {
        self.tonight.1.as_ref()
    }

    /// Returns the meetings that are not off, in order.
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

    /// Computes anew what is on screen and what has changed since; the rest waits until it is shown.
    pub(super) fn refresh(&mut self, world: &World, screen: &Screen) {
        self.refresh_at(world, screen.place, &screen.funnel, &screen.standing);
    }

    fn refresh_at(
        &mut self,
        world: &World,
        place: Place,
        funnel: &FunnelScreen,
        standing: &Standing,
    ) {
        let here = |places: &[Place]| places.contains(&place);
        let hour = stamp_hour(world);
        let stamp = |kinds: &[Kind]| -> Vec<u64> {
            let mut stamp: Vec<u64> = kinds.iter().map(|kind| world.revision(*kind)).collect();
            stamp.push(hour);
            stamp
        };
        if here(&[Place::Funnel, Place::Today]) {
            let kinds = [
                Kind::Stage,
                Kind::Lead,
                Kind::StageEvent,
                Kind::Goal,
                Kind::Term,
                Kind::User,
                Kind::Team,
            ];
            // Today shows what everyone does, whatever the funnel place looks at.
            let reach = match place {
                Place::Funnel => funnel.reach,
                _ => Reach::Everyone,
            };
            let mut now = stamp(&kinds);
            now.push(reach as u64);
            if self.funnel.as_ref().is_none_or(|(then, _)| *then != now) {
                self.ways.follow(world, reach);
                let figures = funnel_figures(world, reach, &self.ways, self.history);
                self.funnel = Some((now, figures));
            }
        }
        if here(&[Place::Funnel]) {
            self.look_alike(world);
        }
        if here(&[Place::Funnel]) && funnel.stepping.is_some() {
            let mut now = stamp(&[Kind::Lead, Kind::Thread, Kind::Stage]);
            now.push(funnel.reach as u64);
            renew(&mut self.needs, now, || {
                pressing(world, funnel.reach).into_iter().collect()
            });
        }
        if here(&[Place::Networks, Place::Today]) {
            let kinds = [Kind::Network, Kind::Thread, Kind::FollowUp, Kind::Incident];
            let mut now = stamp(&kinds);
            now.push(standing.revision());
            renew(&mut self.reasons, now, || {
                network_needs(world, standing)
                    .into_iter()
                    .map(|need| (need.network, need.reasons))
                    .collect()
            });
        }
        if here(&[Place::Networks, Place::Funnel, Place::FollowUps]) {
            self.hang(world, &stamp);
        }
        if here(&[Place::FollowUps, Place::Today]) {
            let now = stamp(&[Kind::FollowUp]);
            renew(&mut self.load, now.clone(), || load(world));
            renew(&mut self.awaited, now, || awaited(world));
        }
        if here(&[Place::Today]) {
            let kinds = [Kind::Person, Kind::BusyBlock, Kind::Meeting, Kind::User];
            let mut now: Vec<u64> = kinds.iter().map(|kind| world.revision(*kind)).collect();
            // Whom I meet hangs on who waits for an answer: it is enough to see that when threads come in.
            now.push(u64::try_from(world.table::<Thread>().len()).unwrap_or(0));
            now.push(u64::try_from(world.view.now.as_second() / 1_800).unwrap_or(0));
            renew(&mut self.tonight, now, || tonight(world));
        }
        if here(&[Place::Slots, Place::Today]) {
            renew(&mut self.meetings, stamp(&[Kind::Meeting]), || {
                meetings(world)
            });
        }
    }

    /// Indexes names and contacts anew when one of them has changed: a step of a lead changes none.
    fn look_alike(&mut self, world: &World) {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let kinds = [Kind::Lead, Kind::Network, Kind::Person];
        let revisions = kinds.map(|kind| world.revision(kind));
        if self.duplicates.is_some() && self.looked == revisions {
            return;
        }
        self.looked = revisions;
        let mut names = DefaultHasher::new();
        for (id, lead) in world.table::<Lead>().records() {
            let merged = lead.duplicate_of.is_some();
            (id.as_str(), &lead.name, &lead.contact, merged).hash(&mut names);
        }
        let kinds = [Kind::Network, Kind::Person];
        kinds.map(|kind| world.revision(kind)).hash(&mut names);
        let now = names.finish();
        if self
            .duplicates
            .as_ref()
            .is_none_or(|(then, _)| *then != now)
        {
            let index = Duplicates::index(
                world.table::<Lead>().records(),
                world.table::<Network>().records(),
                world.table::<Person>().records(),
            );
            self.duplicates = Some((now, index));
        }
    }

    /// Each kind by itself: notes come in with every move of the cursor, threads are many.
    fn hang(&mut self, world: &World, stamp: &impl Fn(&[Kind]) -> Vec<u64>) {
        renew(&mut self.notes, stamp(&[Kind::Note]), || notes(world));
        renew(&mut self.follow_ups, stamp(&[Kind::FollowUp]), || {
            follow_ups(world)
        });
        renew(&mut self.threads, stamp(&[Kind::Thread]), || threads(world));
        renew(&mut self.incidents, stamp(&[Kind::Incident]), || {
            incidents(world)
        });
        renew(&mut self.coaching, stamp(&[Kind::CoachingAction]), || {
            coaching(world)
        });
    }

    /// Computes anew who can meet when, if the slots place is shown and something of it changed.
    pub(super) fn meet(&mut self, world: &World, screen: &Screen) {
        if screen.place != Place::Slots {
            return;
        }
        let kinds = [Kind::Person, Kind::BusyBlock, Kind::Meeting, Kind::User];
        let mut now: Vec<u64> = kinds.iter().map(|kind| world.revision(*kind)).collect();
        if screen.slots.people.is_empty() {
            now.push(world.revision(Kind::Thread));
        }
        // What is over is not offered.
        now.push(u64::try_from(world.view.now.as_second() / 1_800).unwrap_or(0));
        let mut slots = screen.slots.clone();
        // The cursor moves over the table without changing it.
        slots.cell = 0;
        let same =
            |(then, shown, _): &(Vec<u64>, SlotsScreen, Timetable)| *then == now && *shown == slots;
        if !self.timetable.as_ref().is_some_and(same) {
            self.timetable = Timetable::at(&mut self.desk, world, &slots)
                .ok()
                .map(|timetable| (now, slots, timetable));
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

fn funnel_figures(world: &World, reach: Reach, ways: &Ways, history: bool) -> FunnelFigures {
    let report = funnel_report(world, reach, &ways.journeys(world));
    FunnelFigures {
        names: (report.table.rows.iter())
            .map(|row| row.name.clone())
            .collect(),
        report,
        history,
    }
}

/// Puts records under what they are about, each list in the order of the key.
fn under<R: Record, K: Ord>(
    world: &World,
    about: impl Fn(&R) -> Vec<AnyRef>,
    key: impl Fn(&R) -> K,
) -> Under<R> {
    let mut keyed: BTreeMap<AnyRef, Vec<(K, Id<R>)>> = BTreeMap::new();
    for (id, record) in world.table::<R>().records() {
        for link in about(record) {
            keyed
                .entry(link)
                .or_default()
                .push((key(record), id.clone()));
        }
    }
    keyed
        .into_iter()
        .map(|(link, mut rows)| {
            rows.sort();
            (link, rows.into_iter().map(|(_, id)| id).collect())
        })
        .collect()
}

fn notes(world: &World) -> Under<Note> {
    under(
        world,
        |note: &Note| note.subject.iter().cloned().collect(),
        |note| Reverse(note.at),
    )
}

fn follow_ups(world: &World) -> Under<FollowUp> {
    under(
        world,
        |follow_up: &FollowUp| {
            if follow_up.state != FollowUpState::Open {
                return Vec::new();
            }
            let network = follow_up.network.as_ref().map(Id::link);
            let lead = follow_up.lead.as_ref().map(Id::link);
            network.into_iter().chain(lead).collect()
        },
        |follow_up| {
            (
                Stretch::of(follow_up, &world.view),
                Reverse(follow_up.late(&world.view)),
            )
        },
    )
}

fn threads(world: &World) -> Under<Thread> {
    under(
        world,
        |thread: &Thread| {
            if thread.state == ThreadState::Done {
                return Vec::new();
            }
            let network = thread.network.as_ref().map(Id::link);
            let lead = thread.lead.as_ref().map(Id::link);
            network.into_iter().chain(lead).collect()
        },
        |thread| Reverse(thread.last_at),
    )
}

fn incidents(world: &World) -> Under<Incident> {
    under(
        world,
        |incident: &Incident| incident.network.iter().map(Id::link).collect(),
        |incident| (!incident.is_open(), Reverse(incident.opened_at)),
    )
}

fn coaching(world: &World) -> Under<CoachingAction> {
    under(
        world,
        |action: &CoachingAction| action.network.iter().map(Id::link).collect(),
        |action| (!action.is_open(), action.due),
    )
}

/// How many follow-ups of mine are work on each of the next seven days, and how many of those of today are late.
fn load(world: &World) -> ([usize; 7], usize) {
    let mut days = [0; 7];
    let mut late = 0;
    let me = world.my_id();
    let today = world.view.today();
    for (_, follow_up) in world.table::<FollowUp>().records() {
        if follow_up.owner.as_ref() != Some(&me) {
            continue;
        }
        let Some(date) = work_day(follow_up, &world.view) else {
            continue;
        };
        late += usize::from(
            follow_up
                .local_day(&world.view)
                .is_some_and(|day| day < today),
        );
        let ahead = usize::try_from(crate::figure::days_between(today, date)).ok();
        if let Some(day) = ahead.and_then(|ahead| days.get_mut(ahead)) {
            *day += 1;
        }
    }
    (days, late)
}

fn awaited(world: &World) -> Vec<Id<FollowUp>> {
    let me = world.my_id();
    let mut rows: Vec<_> = world
        .table::<FollowUp>()
        .records()
        .filter(|(_, follow_up)| {
            let mine = follow_up.owner.as_ref() == Some(&me);
            // What I gave to somebody goes on waiting with me.
            let handed =
                follow_up.created_by.as_ref() == Some(&me) || follow_up.shared_with.contains(&me);
            follow_up.is_open() && follow_up.waiting_on == WaitingOn::Them && (mine || handed)
        })
        .map(|(id, follow_up)| (Reverse(follow_up.late(&world.view)), id))
        .collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, id)| id.clone()).collect()
}

fn meetings(world: &World) -> Vec<(Timestamp, Id<Meeting>)> {
    let mut meetings: Vec<(Timestamp, Id<Meeting>)> = world
        .table::<Meeting>()
        .records()
        .filter(|(_, meeting)| !meeting.is_off(world.view.now))
        .filter_map(|(id, meeting)| Some((meeting.start?, id.clone())))
        .collect();
    let mine = |meeting: &Meeting| {
        let people = meeting.attendees.iter();
        let mut people = people.filter_map(|one| world.get(&one.person)?.user.as_ref());
        people.any(|user| user.as_str() == &*world.view.me)
    };
    meetings.sort_by_cached_key(|(at, id)| {
        let meeting = world.get(id);
        let title = meeting.map(|meeting| meeting.title.clone());
        (*at, title, !meeting.is_some_and(mine), id.clone())
    });
    // One talk stands in the book of everybody who keeps one: whoever sees several books sees it once, as
    // their own where they take part.
    meetings.dedup_by(|(at, id), (kept_at, kept)| {
        let (Some(one), Some(kept)) = (world.get(id), world.get(kept)) else {
            return false;
        };
        at == kept_at
            && one.title == kept.title
            && one.end == kept.end
            && one.owner != kept.owner
            && (one.attendees.iter()).any(|who| {
                let mut others = kept.attendees.iter();
                others.any(|other| other.person == who.person)
            })
    });
    meetings
}

#[cfg(test)]
mod tests;
