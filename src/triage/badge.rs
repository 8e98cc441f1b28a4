//! How urgent a thread is, in one sign and a few words.

use jiff::SignedDuration;

use crate::record::{Person, Thread, View, WaitingOn};

use super::assessment::Assessment;

/// An answer that is due sooner than this is urgent: two hours.
pub const SLA_SOON: SignedDuration = SignedDuration::from_hours(2);

/// The sign before a thread, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// `!`: an answer is late or due within [`SLA_SOON`].
    Urgent,
    /// `●`: it asks something of me.
    Asks,
    /// `○`: for information.
    Fyi,
}

impl Mark {
    /// Finds the mark of a thread. What waits for others asks nothing of me, whatever it said.
    pub fn of(thread: &Thread, assessment: &Assessment, view: &View) -> Mark {
        let waits_for_others = thread.waiting_on == WaitingOn::Them;
        match left(thread, view) {
            Some(left) if left < SLA_SOON => Mark::Urgent,
            _ if waits_for_others => Mark::Fyi,
            _ if assessment.ask().is_some() => Mark::Asks,
            _ => Mark::Fyi,
        }
    }
}

/// The mark of a thread and the reason for it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The sign.
    pub mark: Mark,
    /// The reason, for example `answer due in 40 min` or `Dana Reyes asks a question`; what it quotes is not
    /// sanitised.
    pub reason: String,
}

impl Badge {
    /// Makes the badge of a thread.
    pub fn of(
        thread: &Thread,
        assessment: &Assessment,
        sender: Option<&Person>,
        view: &View,
    ) -> Badge {
        let mark = Mark::of(thread, assessment, view);
        let name = match sender {
            Some(sender) if !sender.name.is_empty() => &sender.name,
            _ if !thread.from_name.is_empty() => &thread.from_name,
            _ => "someone",
        };
        let reason = match (mark, assessment.ask()) {
            (Mark::Urgent, _) => match left(thread, view) {
                Some(left) if left.is_negative() => {
                    format!("answer late by {}", length(left))
                }
                Some(left) => format!("answer due in {}", length(left)),
                None => "answer due".to_owned(),
            },
            (Mark::Asks, Some(ask)) => format!("{name} {}", ask.words()),
            (Mark::Fyi, _) if thread.waiting_on == WaitingOn::Them => {
                format!("waits for {name}")
            }
            _ => "asks nothing of you".to_owned(),
        };
        Badge { mark, reason }
    }
}

fn left(thread: &Thread, view: &View) -> Option<SignedDuration> {
    thread.sla_due.map(|due| due.duration_since(view.now))
}

/// Words a length of time in its two largest units: `2 d 5 h`, `1 h 10 min`, `40 min`.
pub(super) fn length(span: SignedDuration) -> String {
    let minutes = span.as_secs().abs() / 60;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours, rest) {
        (0, 0, rest) => format!("{rest} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, rest) => format!("{hours} h {rest} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
