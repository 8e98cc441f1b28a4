//! Each lead's way through the stages, rebuilt from its events.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::pipeline::{Pipeline, Spot};
use crate::record::{Id, Lead, Stage, StageEvent, User};

/// How a stay in a stage left the hands of those who are looked at, without a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandOff {
    /// The lead rests.
    Parked,
    /// The lead was merged into another one.
    Merged,
    /// The lead went to an owner outside the scope.
    Reassigned,
    /// The lead went to a stage that the backend did not name.
    Elsewhere,
}

/// How a stay in a stage ended, or that it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The lead went on to a later stage, perhaps past others.
    Advanced {
        /// The position on the ladder that it reached.
        to: usize,
    },
    /// The lead went back to an earlier stage.
    MovedBack {
        /// The position on the ladder to which it went.
        to: usize,
    },
    /// The lead was lost, for this reason (it may be empty).
    Lost(String),
    /// The lead left without a verdict.
    HandedOff(HandOff),
    /// The lead is still there.
    StillThere,
}

/// One stay of a lead in a stage of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Position of the stage on the ladder.
    pub rung: usize,
    /// When it began.
    pub entered: Timestamp,
    /// When it ended; empty while it goes on, or when nobody wrote down when.
    pub left: Option<Timestamp>,
    /// How it ended.
    pub outcome: Outcome,
}

/// One lead's way through the stages.
#[derive(Clone, Debug)]
pub struct Journey<'a> {
    /// The lead.
    pub id: &'a Id<Lead>,
    /// Its record.
    pub lead: &'a Lead,
    /// Its stays on the ladder, in order.
    pub stays: Cow<'a, [Stay]>,
    /// How often it came back to the ladder after it had left it.
    pub reopened: u64,
}

impl Journey<'_> {
    /// Returns when it first entered the ladder.
    pub fn began(&self) -> Option<Timestamp> {
        self.stays.first().map(|stay| stay.entered)
    }

    /// Returns the stay that goes on, if there is one.
    pub fn open_stay(&self) -> Option<&Stay> {
        self.stays
            .last()
            .filter(|stay| stay.outcome == Outcome::StillThere)
    }

    /// Returns when it first reached this position of the ladder, or one beyond it.
    pub fn reached(&self, rung: usize) -> Option<Timestamp> {
        self.stays
            .iter()
            .find(|stay| stay.rung >= rung)
            .map(|stay| stay.entered)
    }
}

/// What is kept of one lead's way until the lead or one of its events changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    stays: Vec<Stay>,
    reopened: u64,
    in_scope: bool,
    /// When it was read.
    read_at: Timestamp,
    /// It has a date that is the moment of reading, because none is known.
    drifts: bool,
    /// From when on something of it has happened that lay ahead when it was read.
    until: Option<Timestamp>,
}

impl Way {
    /// Reads the way of one lead from its events, as [`Journeys::read`] does.
    pub fn read(
        pipeline: &Pipeline,
        lead: &Lead,
        events: Vec<(&Id<StageEvent>, &StageEvent)>,
        scope: &Scope,
        now: Timestamp,
    ) -> Self {
        let dates = events.iter().filter_map(|(_, event)| event.at);
        let ahead = dates.chain(lead.entered_at).chain(lead.created_at);
        let until = ahead.filter(|at| *at > now).min();
        let past = events
            .into_iter()
            .filter(|(_, event)| event.at.is_some_and(|at| at <= now));
        let moves = moves(lead, past.collect(), now);
        let ours = scope.holds(lead.owner.as_ref());
        let in_scope = ours
            || matches!(scope, Scope::Owners(_)) && moves.iter().any(|step| scope.holds(step.by));
        let mut way = Self {
            stays: Vec::new(),
            reopened: 0,
            in_scope,
            read_at: now,
            drifts: moves.last().is_some_and(|step| step.at == now),
            until,
        };
        if in_scope {
            walk(pipeline, lead, &moves, &mut way);
            if !ours {
                hand_over(&mut way.stays, &moves, scope);
            }
        }
        way
    }

    /// Tells whether reading it again at this moment would give the same, if no record has changed.
    pub fn holds(&self, now: Timestamp) -> bool {
        now == self.read_at
            || now > self.read_at && !self.drifts && self.until.is_none_or(|until| now < until)
    }

    /// Returns the stays, in order.
    pub fn stays(&self) -> &[Stay] {
        &self.stays
    }
}

/// Whose leads are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All that are passed in.
    #[default]
    Everyone,
    /// Those of these owners; what they worked on and somebody else owns now counts as handed off.
    Owners(BTreeSet<Id<User>>),
}

impl Scope {
    /// Makes the scope of one owner.
    pub fn owner(owner: Id<User>) -> Self {
        Self::Owners(BTreeSet::from([owner]))
    }

    fn holds(&self, user: Option<&Id<User>>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Owners(owners) => user.is_some_and(|user| owners.contains(user)),
        }
    }
}

/// The journeys of all leads in a scope, up to the present.
#[derive(Clone, Debug)]
pub struct Journeys<'a> {
    pub(super) pipeline: Pipeline,
    pub(super) ways: Vec<Journey<'a>>,
    pub(super) now: Timestamp,
    pub(super) as_of: Option<Timestamp>,
}

/// A move to a stage, as it is read from an event or concluded from the lead itself.
struct Move<'a> {
    at: Timestamp,
    to: Option<&'a Id<Stage>>,
    reason: &'a str,
    by: Option<&'a Id<User>>,
}

impl<'a> Journeys<'a> {
    /// Rebuilds the journeys.
    ///
    /// Events of leads that are not passed in are ignored, and so is what lies after `now`. Where the
    /// events do not tell the whole way, the lead itself does: a first event that leaves a stage means
    /// that the lead stood there since it was created, and a lead that stands elsewhere than its last
    /// event says has been moved since.
    pub fn read(
        pipeline: Pipeline,
        leads: impl IntoIterator<Item = (&'a Id<Lead>, &'a Lead)>,
        events: impl IntoIterator<Item = (&'a Id<StageEvent>, &'a StageEvent)>,
        scope: &Scope,
        now: Timestamp,
    ) -> Self {
        let mut by_lead: HashMap<&Id<Lead>, Vec<(&Id<StageEvent>, &StageEvent)>> = HashMap::new();
        for (id, event) in events {
            if let (Some(lead), Some(at)) = (&event.lead, event.at)
                && at <= now
            {
                by_lead.entry(lead).or_default().push((id, event));
            }
        }
        let mut ways: Vec<Journey<'a>> = leads
            .into_iter()
            .filter_map(|(id, lead)| {
                let events = by_lead.remove(id).unwrap_or_default();
                let way = Way::read(&pipeline, lead, events, scope, now);
                way.in_scope.then_some(Journey {
                    id,
                    lead,
                    stays: Cow::Owned(way.stays),
                    reopened: way.reopened,
                })
            })
            .collect();
        ways.sort_by(|a, b| a.id.cmp(b.id));
        Self {
            pipeline,
            ways,
            now,
            as_of: Some(now),
        }
    }

    /// Puts journeys together from ways that were kept; they come ordered by the id of the lead.
    ///
    /// Each way must still hold ([`Way::holds`]) at `now`, else the figures are those of another moment.
    pub fn of(
        pipeline: Pipeline,
        ways: impl IntoIterator<Item = (&'a Id<Lead>, &'a Lead, &'a Way)>,
        now: Timestamp,
    ) -> Self {
        let ways = ways.into_iter().filter(|(.., way)| way.in_scope);
        let ways = ways.map(|(id, lead, way)| Journey {
            id,
            lead,
            stays: Cow::Borrowed(way.stays.as_slice()),
            reopened: way.reopened,
        });
        Self {
            pipeline,
            ways: ways.collect(),
            now,
            as_of: Some(now),
        }
    }

    /// Says how old the records are, where that is not the present.
    #[must_use]
    pub fn as_of(self, as_of: Option<Timestamp>) -> Self {
        Self { as_of, ..self }
    }

    /// Keeps the journeys of some leads, for example those of one source.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Id<Lead>, &Lead) -> bool) -> Self {
        Self {
            ways: self
                .ways
                .iter()
                .filter(|journey| keep(journey.id, journey.lead))
                .cloned()
                .collect(),
            pipeline: self.pipeline.clone(),
            ..*self
        }
    }

    /// Returns the journeys, ordered by the id of the lead.
    pub fn all(&self) -> &[Journey<'a>] {
        &self.ways
    }

    /// Returns the stages in order.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    pub(super) fn stays(&self) -> impl Iterator<Item = (&Journey<'a>, &Stay)> {
        self.ways
            .iter()
            .flat_map(|journey| journey.stays.iter().map(move |stay| (journey, stay)))
    }
}

fn moves<'a>(
    lead: &'a Lead,
    mut events: Vec<(&'a Id<StageEvent>, &'a StageEvent)>,
    now: Timestamp,
) -> Vec<Move<'a>> {
    events.sort_by(|(id, event), (other_id, other)| (event.at, id).cmp(&(other.at, other_id)));
    let mut events = standing(events);
    chain(&mut events);
    let mut moves = Vec::with_capacity(events.len() + 2);
    if let Some((_, first)) = events.first()
        && let (Some(from), Some(at), Some(created)) = (&first.from, first.at, lead.created_at)
        && created <= at
    {
        moves.push(implied(created, from));
    }
    for (_, event) in &events {
        moves.push(Move {
            at: event.at.unwrap_or(now),
            to: event.to.as_ref(),
            reason: &event.reason,
            by: event.by.as_ref(),
        });
    }
    let Some(stage) = lead.stage.as_ref().filter(|stage| !stage.is_empty()) else {
        return moves;
    };
    match moves.last() {
        None => {
            // Without any date all that is known is that it stands there.
            let entered = lead.entered_at.or(lead.created_at);
            if entered.is_none_or(|at| at <= now) {
                moves.push(implied(entered.unwrap_or(now), stage));
            }
        }
        Some(last) if last.to != Some(stage) => {
            // A date of entry that is not after the last event belongs to an earlier stay: the move is
            // younger than any event, and all that is known is that it has happened.
            let entered = lead.entered_at.filter(|at| *at > last.at);
            if entered.is_none_or(|at| at <= now) {
                moves.push(implied(entered.unwrap_or(now), stage));
            }
        }
        Some(_) => {}
    }
    moves
}

fn implied(at: Timestamp, to: &Id<Stage>) -> Move<'_> {
    Move {
        at,
        to: Some(to),
        reason: "",
        by: None,
    }
}

/// Leaves out each move that was taken back, together with its way back: by the lead's own dates it never
/// happened, and its stay goes on.
fn standing<'a>(
    mut events: Vec<(&'a Id<StageEvent>, &'a StageEvent)>,
) -> Vec<(&'a Id<StageEvent>, &'a StageEvent)> {
    let is_undo = |event: &StageEvent| event.source == StageEvent::UNDO;
    let mut at = 0;
    while let Some((_, undo)) = events.get(at).copied() {
        let undone = events
            .iter()
            .rposition(|(_, event)| {
                !is_undo(event)
                    && event.at <= undo.at
                    && event.from == undo.to
                    && event.to == undo.from
            })
            .filter(|_| is_undo(undo));
        let Some(undone) = undone else {
            at += 1;
            continue;
        };
        events.remove(at.max(undone));
        events.remove(at.min(undone));
        at = at.saturating_sub(usize::from(undone < at));
    }
    events
}

/// Puts events of the same instant into the order in which each leaves the stage that the one before
/// has entered.
fn chain(events: &mut [(&Id<StageEvent>, &StageEvent)]) {
    for index in 0..events.len() {
        let here = events[index].1.at;
        let stands = index
            .checked_sub(1)
            .and_then(|before| events[before].1.to.as_ref());
        let found = events[index..]
            .iter()
            .take_while(|(_, event)| event.at == here)
            .position(|(_, event)| event.from.as_ref() == stands);
        if let Some(offset) = found {
            events[index..=index + offset].rotate_right(1);
        }
    }
}

fn walk(pipeline: &Pipeline, lead: &Lead, moves: &[Move<'_>], way: &mut Way) {
    let Way {
        stays, reopened, ..
    } = way;
    let mut open = false;
    for step in moves {
        let spot = step.to.map_or(Spot::Unknown, |to| pipeline.spot(to));
        if let Some(stay) = stays.last_mut().filter(|_| open) {
            let outcome = match spot {
                Spot::Rung(to) if to == stay.rung => continue,
                Spot::Rung(to) if to > stay.rung => Outcome::Advanced { to },
                Spot::Rung(to) => Outcome::MovedBack { to },
                Spot::Lost => Outcome::Lost(loss_reason(step, lead)),
                Spot::Parked => Outcome::HandedOff(HandOff::Parked),
                Spot::Unknown => Outcome::HandedOff(HandOff::Elsewhere),
            };
            stay.left = Some(step.at);
            stay.outcome = outcome;
        } else if matches!(spot, Spot::Rung(_)) && !stays.is_empty() {
            *reopened += 1;
        }
        open = matches!(spot, Spot::Rung(_));
        if let Spot::Rung(rung) = spot {
            stays.push(Stay {
                rung,
                entered: step.at,
                left: None,
                outcome: Outcome::StillThere,
            });
        }
    }
    let merged = lead
        .duplicate_of
        .as_ref()
        .is_some_and(|other| !other.is_empty());
    if let Some(stay) = stays.last_mut().filter(|_| open && merged) {
        stay.outcome = Outcome::HandedOff(HandOff::Merged);
    }
}

fn loss_reason(step: &Move<'_>, lead: &Lead) -> String {
    let reason = step.reason.trim();
    if reason.is_empty() {
        lead.lost_reason.trim().to_owned()
    } else {
        reason.to_owned()
    }
}

/// Cuts a journey off where it left the scope: after the last stay that someone in the scope began.
fn hand_over(stays: &mut Vec<Stay>, moves: &[Move<'_>], scope: &Scope) {
    let Some(last) = moves.iter().rev().find(|step| scope.holds(step.by)) else {
        return;
    };
    stays.retain(|stay| stay.entered <= last.at);
    if let Some(stay) = stays.last_mut()
        && stay.left.is_none_or(|left| left > last.at)
        && stay.outcome != Outcome::HandedOff(HandOff::Merged)
    {
        stay.outcome = Outcome::HandedOff(HandOff::Reassigned);
    }
}
