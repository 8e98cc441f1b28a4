//! The words that a team has agreed on: where leads come from, what kinds of owners there are, why leads are lost.

use std::borrow::Cow;

use super::{Audience, Derived, Record};

open_enum! {
    /// What a word is one of.
    Vocabulary {
        /// Ways in which leads come to us.
        Source = "source",
        /// Kinds of owners of a CN.
        Archetype = "archetype",
        /// Reasons for which leads are lost.
        LossReason = "loss_reason",
    }
}

record! {
    /// One word of one of the team's lists; the word itself goes into the field of the lead.
    Term ("word", "words") audience Audience::Everyone;
    columns ["list", "order", "name", "about", "key", "quarter_target"];
    /// The list that it belongs to.
    list: Vocabulary,
    /// The word.
    name: String,
    /// What it means, or what to do about it.
    about: String,
    /// Position in the list, counted from 1.
    order: Option<i64>,
    /// The one key that picks it.
    key: String,
    /// Leads wanted of it in a quarter.
    quarter_target: Option<f64>,
    /// It stands in old records and is not offered any more.
    retired: bool,
}

impl Record for Term {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
