//! What can be cleared as one, message by message: also what stands before a question in a thread that stays.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::alike::{Group, GroupKind, copies, readings};
use super::ask::Reading;
use super::assessment::{Line, People};
use super::order::Case;
use crate::record::{Id, Thread};

/// The unhandled messages of a thread as the sweep sees them, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// When each was sent.
    sent_at: Vec<Option<Timestamp>>,
    /// In which group each of the first ones is, up to the first that asks something.
    group: Vec<usize>,
    /// How many ask nothing but stand behind one that does.
    behind: usize,
}

impl Stack {
    /// Counts the messages.
    pub fn len(&self) -> usize {
        self.sent_at.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sent_at.is_empty()
    }

    /// Counts the messages that need no decision and are done when the one before them is.
    pub const fn behind(&self) -> usize {
        self.behind
    }

    /// Lists the positions of the messages of a group.
    pub fn of_group(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        let groups = self.group.iter().enumerate();
        groups
            .filter(move |(_, at)| **at == group)
            .map(|(at, _)| at)
    }

    /// Counts the messages from the oldest on that are cleared with these groups: what is done is done up to a time,
    /// so that the first one that stays keeps all behind it.
    pub fn cleared(&self, ticked: impl Fn(usize) -> bool) -> usize {
        let mut count = self.group.iter().take_while(|at| ticked(**at)).count();
        if count == self.len() {
            return count;
        }
        let at = |position: usize| self.sent_at.get(position).copied().flatten();
        while count > 0 && (at(count - 1).is_none() || at(count) <= at(count - 1)) {
            count -= 1;
        }
        count
    }
}

/// Sorts the messages that need no decision into groups, the largest first, with what is left of each thread.
///
/// In a thread that asks something the messages before that count, since a thread can be done up to a message; those
/// behind it go with it. Groups are:
/// * *notices*: of one template that a sender used several times, the rest of a sender, and single ones;
/// * *acknowledgements*: all of them;
/// * *cross-posts*: each text that one sender posted in several threads, the first place of a question left out;
/// * *chatter*: for each thread with several such messages, for each sender of several others, and for each office.
///
/// Cost: O(n log n) in the number of messages.
pub fn sweep(cases: &[Case<'_>], people: &dyn People) -> (Vec<Group>, BTreeMap<Id<Thread>, Stack>) {
    let copies = copies(cases);
    let mut items = Vec::new();
    let mut stacks = BTreeMap::new();
    for (position, case) in cases.iter().enumerate() {
        let readings = readings(case.assessment, position, &copies);
        let asks = |reading: &Reading| matches!(reading, Reading::Asks(_));
        let first = readings.iter().position(asks).unwrap_or(readings.len());
        let behind = readings.iter().skip(first).filter(|one| !asks(one)).count();
        let lines = &case.assessment.lines;
        for (at, (reading, line)) in readings.iter().zip(lines).take(first).enumerate() {
            items.push(Item {
                case,
                at,
                line,
                reading: *reading,
            });
        }
        let stack = Stack {
            sent_at: lines.iter().map(|line| line.sent_at).collect(),
            group: vec![0; first],
            behind,
        };
        stacks.insert(case.id.clone(), stack);
    }
    let mut heaps: BTreeMap<String, Vec<Item<'_>>> = BTreeMap::new();
    let keys = Keys::of(&items, people);
    for item in items {
        heaps
            .entry(keys.of_item(&item, people))
            .or_default()
            .push(item);
    }
    let mut heaps: Vec<(String, Vec<Item<'_>>)> = heaps.into_iter().collect();
    heaps.sort_by_key(|(_, items)| std::cmp::Reverse(items.len()));
    let mut groups = Vec::new();
    for (number, (key, items)) in heaps.into_iter().enumerate() {
        for item in &items {
            let stack = stacks.get_mut(item.case.id);
            if let Some(place) = stack.and_then(|stack| stack.group.get_mut(item.at)) {
                *place = number;
            }
        }
        groups.push(group(key, items, people));
    }
    (groups, stacks)
}

/// A message that needs no decision.
#[derive(Clone, Copy)]
struct Item<'a> {
    case: &'a Case<'a>,
    /// Its position among the unhandled messages of its thread.
    at: usize,
    line: &'a Line,
    reading: Reading,
}

impl Item<'_> {
    fn sender(&self) -> &str {
        self.line.sender.as_ref().map_or("", Id::as_str)
    }

    fn kind(&self) -> GroupKind {
        match self.reading {
            Reading::Notice => GroupKind::Notices,
            Reading::Acknowledges => GroupKind::Acknowledgements,
            Reading::Copy => GroupKind::CrossPosts,
            Reading::Chatter | Reading::Asks(_) => GroupKind::Chatter,
        }
    }

    fn office<'p>(&self, people: &'p dyn People) -> &'p str {
        let person = self.line.sender.as_ref().and_then(|id| people.person(id));
        person.map_or("", |person| person.office.as_str())
    }

    fn name(&self, people: &dyn People) -> String {
        let person = self.line.sender.as_ref().and_then(|id| people.person(id));
        match person {
            Some(person) if !person.name.is_empty() => person.name.clone(),
            _ if !self.case.thread.from_name.is_empty() => self.case.thread.from_name.clone(),
            _ => "one sender".to_owned(),
        }
    }
}

/// How often what makes a group occurs.
#[derive(Default)]
struct Keys {
    templates: HashMap<String, usize>,
    notices: HashMap<String, usize>,
    talks: HashMap<String, usize>,
    talkers: HashMap<String, usize>,
}

impl Keys {
    fn of(items: &[Item<'_>], people: &dyn People) -> Self {
        let mut keys = Self::default();
        for item in items {
            match item.kind() {
                GroupKind::Notices => *keys.templates.entry(template(item)).or_default() += 1,
                GroupKind::Chatter => *keys.talks.entry(talk(item)).or_default() += 1,
                GroupKind::Acknowledgements | GroupKind::CrossPosts => {}
            }
        }
        for item in items {
            let key = keys.of_item(item, people);
            if key == "notices" {
                *keys.notices.entry(item.sender().to_owned()).or_default() += 1;
            } else if key.starts_with("chatter:office:") {
                *keys.talkers.entry(item.sender().to_owned()).or_default() += 1;
            }
        }
        keys
    }

    /// Names the group of a message.
    fn of_item(&self, item: &Item<'_>, people: &dyn People) -> String {
        let several = |counts: &HashMap<String, usize>, key: &str| {
            counts.get(key).is_some_and(|count| *count > 1)
        };
        let sender = item.sender();
        let known = !sender.is_empty();
        match item.kind() {
            GroupKind::Notices if several(&self.templates, &template(item)) => template(item),
            GroupKind::Notices if known && several(&self.notices, sender) => {
                format!("notices:{sender}")
            }
            GroupKind::Notices => "notices".to_owned(),
            GroupKind::Acknowledgements => "ack".to_owned(),
            GroupKind::CrossPosts => format!("copy:{:016x}", item.line.text.unwrap_or(0)),
            GroupKind::Chatter if several(&self.talks, &talk(item)) => talk(item),
            GroupKind::Chatter if known && several(&self.talkers, sender) => {
                format!("chatter:from:{sender}")
            }
            GroupKind::Chatter => format!("chatter:office:{}", item.office(people)),
        }
    }
}

fn template(item: &Item<'_>) -> String {
    format!("card:{}:{:016x}", item.sender(), item.line.template)
}

fn talk(item: &Item<'_>) -> String {
    format!("chatter:in:{}", item.case.id)
}

fn group(key: String, mut items: Vec<Item<'_>>, people: &dyn People) -> Group {
    items.sort_by_key(|item| std::cmp::Reverse(item.line.sent_at));
    let first = items.first().copied();
    let reason = first.map(|first| reason(&key, &first, people));
    let mut threads: Vec<Id<Thread>> = Vec::new();
    for item in &items {
        if !threads.contains(item.case.id) {
            threads.push(item.case.id.clone());
        }
    }
    Group {
        kind: first.map_or(GroupKind::Chatter, |first| first.kind()),
        reason: reason.unwrap_or_default(),
        messages: items.len(),
        key,
        threads,
    }
}

/// Says why the messages of a group are alike, from its key and its newest message.
fn reason(key: &str, item: &Item<'_>, people: &dyn People) -> String {
    let words = &item.line.excerpt;
    let (kind, rest) = key.split_once(':').unwrap_or((key, ""));
    match (kind, rest.split_once(':').map(|(how, _)| how)) {
        ("card", _) => format!("cards of one template: {words}"),
        ("notices", _) if !rest.is_empty() => format!("notices of {}", item.name(people)),
        ("notices", _) => "single cards and notices".to_owned(),
        ("ack", _) => GroupKind::Acknowledgements.words().to_owned(),
        ("copy", _) => format!("cross-posts, one text in several threads: {words}"),
        ("chatter", Some("in")) => {
            let title = &item.case.thread.title;
            format!("talk in {title}, asks nothing of you")
        }
        ("chatter", Some("from")) => format!("talk of {}, asks nothing of you", item.name(people)),
        _ => match item.office(people) {
            "" => "single messages from elsewhere, ask nothing of you".to_owned(),
            office => format!("single messages from {office}, ask nothing of you"),
        },
    }
}
