//! Triage: what waits, in which order, what is alike, and what was promised.
//!
//! Everything here is a pure function of records and the present moment, and looks only at what a person
//! could see on the screen: the text, who wrote it and where, who is named, what is due.
//!
//! * [`Assessment`] reads the messages of a thread once and remembers what each of them is: something
//!   asked ([`Ask`]), a notice, an acknowledgement, chatter. Keep it until the thread changes; everything
//!   below is cheap.
//! * [`Badge`] says how urgent a thread is and why; [`inbox_order`] puts late ones first, then what asks,
//!   then the rest, and keeps one sender's threads together.
//! * [`splits`] are the tabs of the inbox with their counts.
//! * [`alike`] finds threads that are alike; [`sweep`] sorts what needs no decision, message by message, to be cleared
//!   as one.
//! * [`Urgency`] orders follow-ups by lateness × weight × who waits; [`Bucket`] sorts them by when.
//! * [`level`] spreads what is due over the days, at most so many a day.
//! * [`promises`] finds what a sent text promised, and by when.
//!
//! The rules stand in the doc comments of each of these, in words that can be shown to the person.

mod acknowledgement;
mod alike;
mod ask;
mod assessment;
mod badge;
mod courtesy;
mod cue;
mod deadline;
mod level;
mod lexicon;
mod order;
mod promise;
mod split;
mod sweep;
mod urgency;

pub use alike::{Group, GroupKind, alike, merged};
pub use ask::Ask;
pub use assessment::{Assessment, People, is_unhandled};
pub use badge::{Badge, Mark, SLA_SOON};
pub use courtesy::first_content;
pub use deadline::{due_places, names_hour};
pub use level::{Duty, Move, level, work_day};
pub use order::{Case, inbox_order};
pub use promise::{Promise, promises};
pub use split::{Rule, Split, Standing, splits};
pub use sweep::{Stack, sweep};
pub use urgency::{Bucket, Urgency, need_you_order};

#[cfg(test)]
mod tests;
