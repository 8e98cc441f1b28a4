//! Follow-ups: what was promised, asked or must be chased, with a due time.

use std::borrow::Cow;

use jiff::Timestamp;

use super::field::LongText;
use super::{
    AnyRef, Audience, Derived, Due, FieldInfo, FieldType, Id, Lead, Message, Network, Person,
    Record, Severity, User, Value, WaitingOn,
};

open_enum! {
    /// Whether a follow-up is still to do.
    FollowUpState {
        /// Still to do.
        Open = "open",
        /// Done.
        Done = "done",
        /// Dropped.
        Cancelled = "cancelled",
    }
}

open_enum! {
    /// Where a follow-up comes from.
    FollowUpKind {
        /// I promised it.
        Promise = "promise",
        /// Someone asked for it with a deadline.
        Request = "request",
        /// Chasing a lead.
        Lead = "lead",
        /// Helping a CN.
        Support = "support",
        /// Belongs to an incident.
        Incident = "incident",
        /// From a plan or a meeting.
        Plan = "plan",
    }
}

record! {
    /// Something to do or to chase by a due time.
    FollowUp ("follow-up", "follow-ups")
    audience Audience::Users(&["owner", "created_by", "shared_with"]);
    columns ["late", "title", "network", "kind", "owner"];
    /// What to do.
    title: String,
    /// When it is due.
    due: Option<Due>,
    /// When to be reminded.
    remind_at: Option<Timestamp>,
    /// Out of sight until then.
    snoozed_until: Option<Timestamp>,
    /// Whether it is still to do.
    state: FollowUpState,
    /// Where it comes from.
    kind: FollowUpKind,
    /// How much depends on it.
    priority: Severity,
    /// The CN it is about.
    network: Option<Id<Network>>,
    /// The lead it is about.
    lead: Option<Id<Lead>>,
    /// Other records it is about.
    refs: Vec<AnyRef>,
    /// The message it was made from.
    origin: Option<Id<Message>>,
    /// The words that made the promise.
    quote: String,
    /// Who does it.
    owner: Option<Id<User>>,
    /// Who made it.
    created_by: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// Who moves next.
    waiting_on: WaitingOn,
    /// The person waited for, or who waits.
    waiting_for: Option<Id<Person>>,
    /// Recurrence as an RFC 5545 rule.
    recurrence: String,
    /// How often it slipped.
    slipped: Option<i64>,
    /// When it was done.
    done_at: Option<Timestamp>,
    /// What came of it.
    result: String,
    /// Context for whoever takes it over.
    context: LongText,
    /// When it was escalated; from then on it cannot be closed without a root cause.
    escalated_at: Option<Timestamp>,
    /// To whom it was escalated.
    escalated_to: Option<Id<User>>,
    /// What caused it; needed to close what was escalated.
    root_cause: LongText,
    /// When who is waited for is reminded, or was reminded last.
    nudged_at: Option<Timestamp>,
}

impl Record for FollowUp {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[Derived {
        info: FieldInfo {
            name: "late",
            help: "Time since it fell due; below zero while there is time left.",
            ty: FieldType::Span,
        },
        get: |follow_up, view| follow_up.late(view).map_or(Value::Empty, Value::Span),
    }];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn is_open(&self) -> bool {
        !matches!(self.state, FollowUpState::Done | FollowUpState::Cancelled)
    }
    fn at(&self) -> Option<Timestamp> {
        match &self.due {
            Some(Due::At { instant, .. }) => Some(*instant),
            Some(Due::On { date }) => date
                .at(23, 59, 59, 0)
                .to_zoned(jiff::tz::TimeZone::UTC)
                .ok()
                .map(|zoned| zoned.timestamp()),
            None => None,
        }
    }
}

impl FollowUp {
    /// Tells whether it was escalated and cannot be closed yet.
    pub fn wants_root_cause(&self) -> bool {
        self.escalated_at.is_some() && self.root_cause.trim().is_empty()
    }

    /// Returns the local date on which it is due: as it was written, or that of a due time for whoever is looking.
    pub fn local_day(&self, view: &super::View) -> Option<jiff::civil::Date> {
        match self.due.as_ref()? {
            Due::On { date } => Some(*date),
            Due::At { instant, .. } => Some(view.zone.to_datetime(*instant).date()),
        }
    }

    /// Returns the day that it is now by the clock that its due time is measured by: the owner's for a due date, that
    /// of whoever is looking for a due time.
    pub fn today(&self, view: &super::View) -> jiff::civil::Date {
        match self.due {
            Some(Due::On { .. }) => {
                let zone = view.zone_of(self.owner.as_ref());
                zone.to_datetime(view.now).date()
            }
            _ => view.today(),
        }
    }

    /// Returns the elapsed time since it fell due, negative while there is time left.
    ///
    /// A due date is over when the local day of its owner has ended, in the zone in which they work.
    pub fn late(&self, view: &super::View) -> Option<jiff::SignedDuration> {
        let due = match self.due.as_ref()? {
            Due::At { instant, .. } => *instant,
            Due::On { date } => date
                .tomorrow()
                .ok()?
                .to_zoned(view.zone_of(self.owner.as_ref()).clone())
                .ok()?
                .timestamp(),
        };
        Some(view.now.duration_since(due))
    }
}
