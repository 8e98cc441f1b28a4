//! Contracts with CNs and with leads that are to become CNs.

use std::borrow::Cow;

use jiff::civil::Date;

use super::field::LongText;
use super::{AnyRef, Audience, Derived, Id, Record, User};

open_enum! {
    /// How far a contract has come.
    ContractState {
        /// Being written.
        Draft = "draft",
        /// Sent to the other side.
        Sent = "sent",
        /// Came back with changes.
        Redlined = "redlined",
        /// Both sides agree on the words.
        Approved = "approved",
        /// Countersigned.
        Signed = "signed",
        /// Refused by the other side.
        Declined = "declined",
        /// Its offer or its term is over.
        Expired = "expired",
        /// Ended before its term.
        Terminated = "terminated",
    }
}

record! {
    /// A contract, in one version, with a CN or a lead.
    Contract ("contract", "contracts") audience Audience::Parent("subject");
    columns ["subject", "version", "state", "sent_at", "signed_at", "ends"];
    /// The CN or the lead.
    subject: Option<AnyRef>,
    /// Its version.
    version: String,
    /// How far it has come.
    state: ContractState,
    /// When it was sent.
    sent_at: Option<Date>,
    /// When it was countersigned.
    signed_at: Option<Date>,
    /// First day of the term.
    starts: Option<Date>,
    /// Last day of the term.
    ends: Option<Date>,
    /// Where the document is.
    doc_url: String,
    /// Who sees to it.
    owner: Option<Id<User>>,
    /// Redlines and concessions in words.
    notes: LongText,
}

impl Record for Contract {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.version)
    }
    fn is_open(&self) -> bool {
        !matches!(
            self.state,
            ContractState::Declined | ContractState::Expired | ContractState::Terminated
        )
    }
    fn parent(&self) -> Option<AnyRef> {
        self.subject.clone()
    }
}
