//! The tabs of the inbox.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::record::{Channel, Circle, Thread, ThreadState, View};

use super::assessment::People;

/// Where a thread is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// In the inbox.
    Waiting,
    /// Out of sight until a time or an event.
    Snoozed,
    /// Dealt with today, by the day of the person at the console.
    DoneToday,
    /// Dealt with earlier.
    Done,
}

impl Standing {
    /// Finds where a thread is: a snooze ends by itself at its time, and a message that is newer than
    /// `done_at` brings a thread back.
    pub fn of(thread: &Thread, view: &View) -> Standing {
        match thread.state {
            ThreadState::Open | ThreadState::Other(_) => Standing::Waiting,
            ThreadState::Snoozed => match thread.snoozed_until {
                Some(until) if until <= view.now => Standing::Waiting,
                _ => Standing::Snoozed,
            },
            ThreadState::Done => {
                let newer = |done: Timestamp| thread.last_at.is_some_and(|last| last > done);
                let unread = thread.new.is_some_and(|new| new > 0);
                match thread.done_at {
                    Some(done) if newer(done) && unread => Standing::Waiting,
                    Some(done) if view.zone.to_datetime(done).date() == view.today() => {
                        Standing::DoneToday
                    }
                    _ => Standing::Done,
                }
            }
        }
    }
}

/// What a tab shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Everything in the inbox.
    All,
    /// What owners and managers of CNs write.
    Owners,
    /// What colleagues of one office write; the empty name stands for those without one.
    Office(Box<str>),
    /// What leads write.
    Leads,
    /// Cards and notices of programs.
    Systems,
    /// What waits for others of one's team: a Growth Lead reads it and need not answer it.
    Team,
    /// What is snoozed.
    Snoozed,
    /// What was done today.
    DoneToday,
    /// What a saved filter shows of all that waits.
    Saved(Box<str>),
}

impl Rule {
    /// Returns the tab beside All that shows a thread while it waits; `None` when the sender is not known.
    pub fn of(thread: &Thread, people: &dyn People) -> Option<Rule> {
        side(thread, people)
    }

    /// Tells whether the tab shows a thread.
    pub fn holds(&self, thread: &Thread, people: &dyn People, view: &View) -> bool {
        match (self, Standing::of(thread, view)) {
            (Rule::Snoozed, standing) => standing == Standing::Snoozed,
            (Rule::DoneToday, standing) => standing == Standing::DoneToday,
            // What a filter says of it stands in its query alone.
            (Rule::All | Rule::Team | Rule::Saved(_), standing) => standing == Standing::Waiting,
            (_, Standing::Waiting) => side(thread, people).as_ref() == Some(self),
            _ => false,
        }
    }

    /// Returns the tab in the query language, for a saved view or the command line. The query says when a
    /// thread is snoozed or done by its state alone.
    pub fn query(&self) -> String {
        match self {
            Rule::All => "state:open".to_owned(),
            Rule::Team => "state:open -assignee:me".to_owned(),
            Rule::Owners => "state:open from.circle:owner -channel:lark_card,platform".to_owned(),
            Rule::Office(office) if office.is_empty() => {
                "state:open from.circle:colleague from.office:none -channel:lark_card,platform"
                    .to_owned()
            }
            Rule::Office(office) => {
                let office = office.replace('\\', "\\\\").replace('"', "\\\"");
                format!(
                    "state:open from.circle:colleague from.office=\"{office}\" -channel:lark_card,platform"
                )
            }
            Rule::Leads => "state:open from.circle:lead -channel:lark_card,platform".to_owned(),
            Rule::Systems => {
                "state:open (from.circle:system or channel:lark_card,platform)".to_owned()
            }
            Rule::Snoozed => "state:snoozed".to_owned(),
            Rule::DoneToday => "state:done done_at:today".to_owned(),
            Rule::Saved(filter) => format!("state:open ({filter})"),
        }
    }

    fn name(&self) -> String {
        match self {
            Rule::All => "All".to_owned(),
            Rule::Team => "Team".to_owned(),
            Rule::Owners => "CN owners".to_owned(),
            Rule::Office(office) if office.is_empty() => "Colleagues".to_owned(),
            Rule::Office(office) => office.to_string(),
            Rule::Leads => "Leads".to_owned(),
            Rule::Systems => "Systems".to_owned(),
            Rule::Snoozed => "Snoozed".to_owned(),
            Rule::DoneToday => "Done today".to_owned(),
            Rule::Saved(filter) => filter.to_string(),
        }
    }
}

/// A tab of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Its name on screen; the name of an office is not sanitised.
    pub name: String,
    /// What it shows.
    pub rule: Rule,
    /// How many threads it shows.
    pub threads: usize,
    /// How many new messages they hold; a thread that does not say counts as one.
    pub messages: usize,
}

/// Finds from which side the newest message of a thread comes; `None` when the sender is not known, so that
/// the thread shows under All alone.
fn side(thread: &Thread, people: &dyn People) -> Option<Rule> {
    if matches!(thread.channel, Channel::LarkCard | Channel::Platform) {
        return Some(Rule::Systems);
    }
    let sender = thread.from.as_ref().and_then(|id| people.person(id))?;
    match &sender.circle {
        Circle::Owner => Some(Rule::Owners),
        Circle::Lead => Some(Rule::Leads),
        Circle::System => Some(Rule::Systems),
        Circle::Colleague => Some(Rule::Office(sender.office.as_str().into())),
        Circle::Other(_) => None,
    }
}

/// Returns the tabs of the inbox with their counts: all, CN owners, each office by its number of threads,
/// leads, systems, snoozed, done today. Only offices can be missing, when nothing waits from them.
pub fn splits<'t>(
    threads: impl IntoIterator<Item = &'t Thread>,
    people: &dyn People,
    view: &View,
) -> Vec<Split> {
    let mut counts: HashMap<Rule, (usize, usize)> = HashMap::new();
    for thread in threads {
        let shown = match Standing::of(thread, view) {
            Standing::Waiting => [Some(Rule::All), side(thread, people)],
            Standing::Snoozed => [Some(Rule::Snoozed), None],
            Standing::DoneToday => [Some(Rule::DoneToday), None],
            Standing::Done => [None, None],
        };
        let messages = thread
            .new
            .map_or(1, |new| usize::try_from(new).unwrap_or(0));
        for rule in shown.into_iter().flatten() {
            let count = counts.entry(rule).or_default();
            count.0 += 1;
            count.1 += messages;
        }
    }
    let mut offices: Vec<Rule> = counts
        .keys()
        .filter(|rule| matches!(rule, Rule::Office(_)))
        .cloned()
        .collect();
    offices.sort_by_cached_key(|rule| (Reverse(counts.get(rule).copied()), rule.name()));
    [Rule::All, Rule::Owners]
        .into_iter()
        .chain(offices)
        .chain([Rule::Leads, Rule::Systems, Rule::Snoozed, Rule::DoneToday])
        .map(|rule| {
            let (threads, messages) = counts.get(&rule).copied().unwrap_or_default();
            Split {
                name: rule.name(),
                rule,
                threads,
                messages,
            }
        })
        .collect()
}
