//! Snippets: answers that are written once.

use std::borrow::Cow;

use super::field::LongText;
use super::{Audience, Derived, Record};

record! {
    /// A prepared answer, filled from the CN, the lead and the sender.
    Snippet ("snippet", "snippets") audience Audience::Everyone;
    columns ["key", "title", "lang", "body"];
    /// What it says, in a few words.
    title: String,
    /// The one key that picks it.
    key: String,
    /// Language, as a BCP 47 tag; snippets with the same key are translations of each other.
    lang: String,
    /// The text, with `{{ sender.name }}`-like places.
    body: LongText,
    /// Words it is found by.
    tags: Vec<String>,
}

impl Record for Snippet {
    record_consts!();
    const DERIVED: &'static [Derived<Self>] = &[];
    fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.title)
    }
}
