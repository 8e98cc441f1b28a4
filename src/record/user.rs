//! Users of the backend and the teams they belong to.

use std::borrow::Cow;

use super::{Audience, Derived, Id, Record};

open_enum! {
    /// What a user may see and do.
    Role {
        /// Sees what they own, are assigned or was shared with them.
        Cnm = "cnm",
        /// A Growth Lead: sees the rows of the whole team.
        Lead = "lead",
        /// Manages users and tokens; reads no message bodies.
        Admin = "admin",
    }
}

record! {
    /// Someone who can sign in: a CNM, a Growth Lead or an administrator.
    User ("person", "people") audience Audience::Everyone;
    columns ["name", "role", "team", "zone", "email"];
    /// Full name.
    name: String,
    /// E-mail address.
    email: String,
    /// What they may see and do.
    role: Role,
    /// Team they belong to.
    team: Option<Id<Team>>,
    /// IANA time zone they work in.
    zone: String,
    /// Language of the interface and of snippets, as a BCP 47 tag.
    locale: String,
    /// The contact record of the same human being.
    person: Option<Id<super::Person>>,
    /// Start of the evening window for meetings, as local `HH:MM`.
    meetings_from: String,
    /// End of the evening window for meetings, as local `HH:MM`.
    meetings_to: String,
    /// How many evenings a week may hold meetings.
    max_nights: Option<i64>,
}

impl Record for User {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

record! {
    /// A team of CNMs under a Growth Lead.
    Team ("team", "teams") audience Audience::Everyone;
    columns ["name", "parent"];
    /// Name of the team.
    name: String,
    /// Team that this one is a part of.
    parent: Option<Id<Team>>,
    /// Region or functional area.
    area: String,
}

impl Record for Team {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
