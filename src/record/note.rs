//! Notes on anything.

use std::borrow::Cow;

use jiff::Timestamp;

use super::field::LongText;
use super::{AnyRef, Audience, Derived, Id, Record, User};

record! {
    /// A note on any record; append-only.
    Note ("note", "notes") audience Audience::Parent("subject");
    columns ["at", "by", "subject", "text"];
    /// What it is about.
    subject: Option<AnyRef>,
    /// What it says.
    text: LongText,
    /// Who wrote it.
    by: Option<Id<User>>,
    /// When.
    at: Option<Timestamp>,
}

impl Record for Note {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.text.lines().next().unwrap_or(""))
    }
    fn is_open(&self) -> bool {
        false
    }
    fn parent(&self) -> Option<AnyRef> {
        self.subject.clone()
    }
    fn at(&self) -> Option<Timestamp> {
        self.at
    }
}
