//! What is known beyond single CNs: pain points that several have, and articles of the library.

use std::borrow::Cow;

use jiff::civil::Date;

use super::field::LongText;
use super::{Audience, Derived, Id, Message, Network, Record, Severity, User};

open_enum! {
    /// How far a pain point has come.
    PainState {
        /// Just logged.
        New = "new",
        /// Looked at.
        Triaged = "triaged",
        /// Asked of another team.
        Requested = "requested",
        /// Solved.
        Shipped = "shipped",
        /// Will not be solved.
        WontFix = "wontfix",
    }
}

record! {
    /// A trouble that CNs have with tools, rules or the platform.
    Pain ("pain", "pains") audience Audience::Everyone;
    columns ["title", "severity", "state", "category", "networks", "request_team", "request_eta"];
    /// What the trouble is.
    title: String,
    /// Kind of trouble; the names are data.
    category: String,
    /// How bad it is.
    severity: Severity,
    /// CNs that have it.
    networks: Vec<Id<Network>>,
    /// Messages that tell of it.
    messages: Vec<Id<Message>>,
    /// How far it has come.
    state: PainState,
    /// The team that was asked.
    request_team: String,
    /// When they expect to have it.
    request_eta: Option<Date>,
    /// Where the request is.
    request_url: String,
    /// The pain point that this one is a copy of.
    merged_into: Option<Id<Pain>>,
    /// Who sees to it.
    owner: Option<Id<User>>,
    /// What is known of it.
    notes: LongText,
}

impl Record for Pain {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
    fn is_open(&self) -> bool {
        self.merged_into.is_none() && !matches!(self.state, PainState::Shipped | PainState::WontFix)
    }
}

open_enum! {
    /// What an article is.
    ArticleKind {
        /// A practice that worked.
        Practice = "practice",
        /// A standard procedure with its steps.
        Sop = "sop",
        /// A rule of the platform or the company.
        Policy = "policy",
        /// A text to send.
        Snippet = "snippet",
    }
}

record! {
    /// An article of the library.
    Article ("article", "articles") audience Audience::Everyone;
    columns ["title", "kind", "tags", "lang", "verified_at", "source_network"];
    /// Title.
    title: String,
    /// What it is.
    kind: ArticleKind,
    /// The text (Markdown).
    body: LongText,
    /// The steps of a procedure, in order.
    steps: Vec<String>,
    /// Tags.
    tags: Vec<String>,
    /// The CN from which it comes.
    source_network: Option<Id<Network>>,
    /// When somebody last made sure that it still holds.
    verified_at: Option<Date>,
    /// Language, as a BCP 47 tag.
    lang: String,
    /// Who keeps it.
    owner: Option<Id<User>>,
}

impl Record for Article {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
}
