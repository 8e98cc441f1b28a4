//! The query language: one way to say "which records", for `/` filters, saved views, `when` in
//! keymaps, `cnm list` and scripts.
//!
//! ```text
//! stage:negotiation idle>7d -source:outbound owner:me "holiday battle" (channel:lark or channel:whatsapp) sort:-sla
//! network.lifecycle:new sla<2h              a dotted field follows a link
//! ```
//!
//! A text goes through three steps. [`Query::parse`] reads it and knows only the grammar.
//! [`Query::check`] holds it against the fields of a kind and gives a [`Filter`]; an unknown field, a
//! value of the wrong type or an unknown choice is a [`QueryError`] with its place and a suggestion.
//! [`Filter::matches`] then answers for one record; what can be prepared has been prepared.
//! For keymaps, [`Query::condition`] gives a [`Condition`], which also knows variables of the console.
//!
//! # What a query may say
//!
//! | written | meaning |
//! |---|---|
//! | `a b`, `a or b`, `-a`, `not a`, `( )` | all of them, one of them, not, grouping; *or* binds weakest |
//! | `word`, `"two words"` | some text field, or the name of a linked record in a column, contains it |
//! | `field:a,b` | the field is one of them; text: contains it; choices: the name, a family (`lark`) or a unique prefix; links: the id or the start of a word of the name; a list field: one of its entries |
//! | `field=a` | the same without guessing: the whole text, the whole name |
//! | `field:none`, `field:any` | nothing is there, something is there |
//! | `field>v` `>=` `<` `<=`, `field:a..b` | comparisons; a range includes both ends, and one end may be left out |
//! | `me`, `my-team` | in links to people: who is at the console, and everyone of the same team or a team under it |
//! | `2h` `7d` `3w` `45m` `1h30m` | a length of elapsed time; in a time field: that long from now (`-2h` ago) |
//! | `now` `today` `tomorrow` `2026-11-20` `"next fri"` | a time, by the clock of the person at the console; a day is the whole day |
//! | `1.5M` `88k` `2.98M` `3万` | numbers and amounts of money; `"200 USD"` looks only at that currency |
//! | `network.lifecycle:new` | a dotted field follows a link, several steps if need be |
//! | `sort:field,-other` `limit:n` | order and number of the result |
//!
//! Text is compared folded: case, accents and full-width forms do not matter. A comparison with a field
//! that is empty is false, and `-` turns the answer around, so `-due<today` also finds what is never due.
//! Full-width punctuation (`：`, `（`, `“`) works like its ASCII form, for those who type with an input method.

mod check;
mod choice;
mod complete;
mod condition;
mod criterion;
mod error;
mod figure;
mod filter;
mod fold;
mod moment;
mod operand;
mod order;
mod parse;
mod row;
mod shape;
mod syntax;

pub use complete::{Completion, CompletionKind, complete};
pub use condition::{Condition, Context};
pub use error::{Fault, QueryError};
pub use filter::{Filter, Matcher};
pub use moment::{Moment, Phrases, Scope, no_phrases};
pub use order::SortKey;
pub use row::{Keyed, Links, NoLinks, Row, Slot};
pub use syntax::{Query, quote};

#[cfg(test)]
mod tests;
