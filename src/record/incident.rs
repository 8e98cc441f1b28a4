//! Incidents and appeals.

use std::borrow::Cow;

use jiff::Timestamp;

use super::field::LongText;
use super::{AnyRef, Audience, Creator, Derived, Id, Message, Network, Record, User};

open_enum! {
    /// How bad it is.
    Severity {
        /// Drop everything.
        P1 = "p1",
        /// Today.
        P2 = "p2",
        /// This week.
        P3 = "p3",
        /// When there is time.
        P4 = "p4",
    }
}

open_enum! {
    /// What happened.
    IncidentKind {
        /// An account was banned for good.
        Ban = "ban",
        /// An account was suspended.
        Suspension = "suspension",
        /// Money is missing or wrong.
        Payout = "payout",
        /// A rule was broken.
        Violation = "violation",
        /// A tool does not work.
        Tool = "tool",
    }
}

open_enum! {
    /// How far an incident has come.
    IncidentState {
        /// Nobody has done anything yet.
        Open = "open",
        /// The appeal is handed in.
        Submitted = "submitted",
        /// The platform looks at it.
        WaitingPlatform = "waiting_platform",
        /// The appeal was granted.
        Won = "won",
        /// The appeal was refused.
        Lost = "lost",
        /// Closed.
        Closed = "closed",
    }
}

record! {
    /// Something that went wrong for a CN or a creator.
    Incident ("incident", "incidents") audience Audience::Users(&["owner", "shared_with"]);
    columns ["severity", "title", "network", "kind", "state", "deadline"];
    /// What happened, in a line.
    title: String,
    /// The CN.
    network: Option<Id<Network>>,
    /// The creator.
    creator: Option<Id<Creator>>,
    /// What kind of thing happened.
    kind: IncidentKind,
    /// How bad it is.
    severity: Severity,
    /// How far it has come.
    state: IncidentState,
    /// When it was opened.
    opened_at: Option<Timestamp>,
    /// Until when an appeal can be handed in.
    deadline: Option<Timestamp>,
    /// Who deals with it.
    owner: Option<Id<User>>,
    /// Colleagues who may see it too.
    shared_with: Vec<Id<User>>,
    /// The message that reported it.
    origin: Option<Id<Message>>,
    /// Links to evidence.
    evidence: Vec<String>,
    /// What caused it; needed to close it.
    root_cause: LongText,
}

impl Record for Incident {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn is_open(&self) -> bool {
        !matches!(
            self.state,
            IncidentState::Won | IncidentState::Lost | IncidentState::Closed
        )
    }
    fn parent(&self) -> Option<AnyRef> {
        self.network.as_ref().map(Id::link)
    }
    fn at(&self) -> Option<Timestamp> {
        self.opened_at
    }
}
