//! What can be cleared as one.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::record::{Id, Person, Thread};

use super::ask::Reading;
use super::assessment::{Assessment, Line, People};
use super::order::Case;

/// Why threads are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKind {
    /// Cards and notices of programs.
    Notices,
    /// Acknowledgements, "+1", emoji, stickers, recalled messages.
    Acknowledgements,
    /// One text that was posted in several threads.
    CrossPosts,
    /// Talk among colleagues that asks nothing of me.
    Chatter,
}

impl GroupKind {
    /// Returns what a person reads for everything of this kind.
    pub const fn words(self) -> &'static str {
        match self {
            GroupKind::Notices => "cards and notices",
            GroupKind::Acknowledgements => "acks, +1, emoji",
            GroupKind::CrossPosts => "copies of one text",
            GroupKind::Chatter => "chatter that asks nothing of you",
        }
    }
}

/// Threads that are alike and need no decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What identifies the group while its threads come and go.
    pub key: String,
    /// Why they are alike.
    pub kind: GroupKind,
    /// The reason in words; what it quotes is not sanitised.
    pub reason: String,
    /// The threads, newest first.
    pub threads: Vec<Id<Thread>>,
    /// How many unhandled messages they hold.
    pub messages: usize,
}

/// Finds the threads that need no decision and sorts them into groups, the one with most messages first.
///
/// A thread belongs to a group only if *all* its unhandled messages need no decision, because a thread is
/// done as a whole; and to one group only, the first of these:
/// * *notices*, if there is nothing but cards and notices: one group for each template that one sender used
///   in several threads, one for the rest of each sender, one for senders with a single notice;
/// * *acknowledgements*, if there is nothing else: one group for all of them;
/// * *cross-posts*, if one sender posted the same text in several threads: one group for each text. If the
///   text asks something, the thread where it came first keeps the question and only the others are copies;
/// * *chatter*: for each sender who wrote alone in several threads, for each thread with several messages,
///   and one for the single messages of each office.
///
/// Cost: O(n log n) in the number of messages.
pub fn alike(cases: &[Case<'_>], people: &dyn People) -> Vec<Group> {
    let copies = copies(cases);
    let mut heaps: BTreeMap<Heap, Vec<Member<'_>>> = BTreeMap::new();
    for (position, case) in cases.iter().enumerate() {
        let readings = readings(case.assessment, position, &copies);
        if let Some(heap) = heap(case, &readings) {
            heaps.entry(heap).or_default().push(Member { case });
        }
    }
    let mut groups = Vec::new();
    for (heap, members) in heaps {
        match heap {
            Heap::Notices => notices(members, people, &mut groups),
            Heap::Acknowledgements => groups.push(group(
                "ack".to_owned(),
                GroupKind::Acknowledgements,
                GroupKind::Acknowledgements.words().to_owned(),
                &members,
            )),
            Heap::CrossPosts(text) => groups.push(group(
                format!("copy:{text:016x}"),
                GroupKind::CrossPosts,
                format!("one text in several threads: {}", first_words(&members)),
                &members,
            )),
            Heap::Chatter => chatter(members, people, &mut groups),
        }
    }
    groups.sort_by(|left, right| {
        let most = right.messages.cmp(&left.messages);
        most.then_with(|| left.key.cmp(&right.key))
    });
    groups
}

/// Joins the groups of each kind into one, for clearing all notices, all chatter, … with one key.
pub fn merged(groups: &[Group]) -> Vec<Group> {
    let mut kinds: BTreeMap<GroupKind, Group> = BTreeMap::new();
    for group in groups {
        let all = kinds.entry(group.kind).or_insert_with(|| Group {
            key: format!("all:{:?}", group.kind).to_lowercase(),
            kind: group.kind,
            reason: group.kind.words().to_owned(),
            threads: Vec::new(),
            messages: 0,
        });
        all.threads.extend(group.threads.iter().cloned());
        all.messages += group.messages;
    }
    let mut merged: Vec<Group> = kinds.into_values().collect();
    merged.sort_by_key(|group| std::cmp::Reverse(group.messages));
    merged
}

/// Where a thread goes first; groups are made within each heap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heap {
    Notices,
    Acknowledgements,
    CrossPosts(u64),
    Chatter,
}

#[derive(Clone, Copy)]
struct Member<'a> {
    case: &'a Case<'a>,
}

impl<'a> Member<'a> {
    fn lines(self) -> &'a [Line] {
        &self.case.assessment.lines
    }

    fn newest(self) -> Option<&'a Line> {
        self.lines().iter().max_by_key(|line| line.sent_at)
    }

    /// Returns the only sender; `None` when there are several or none is known.
    fn only_sender(self) -> Option<&'a Id<Person>> {
        let mut senders = self.lines().iter().map(|line| line.sender.as_ref());
        let first = senders.next()??;
        senders.all(|sender| sender == Some(first)).then_some(first)
    }
}

/// For each text that one sender posted in several threads: where it came first, by the position of its case.
pub(super) fn copies(cases: &[Case<'_>]) -> HashMap<u64, usize> {
    let mut places: HashMap<u64, (Option<Timestamp>, usize, bool)> = HashMap::new();
    for (position, case) in cases.iter().enumerate() {
        for line in &case.assessment.lines {
            let Some(text) = line.text else { continue };
            if matches!(line.reading, Reading::Acknowledges | Reading::Notice) {
                continue;
            }
            let place = places
                .entry(text)
                .or_insert((line.sent_at, position, false));
            place.2 |= place.1 != position;
            if line.sent_at < place.0 {
                (place.0, place.1) = (line.sent_at, position);
            }
        }
    }
    places
        .into_iter()
        .filter(|(_, (.., several))| *several)
        .map(|(text, (_, first, _))| (text, first))
        .collect()
}

/// Returns what the messages of a thread are once copies are recognised.
pub(super) fn readings(
    assessment: &Assessment,
    position: usize,
    copies: &HashMap<u64, usize>,
) -> Vec<Reading> {
    assessment
        .lines
        .iter()
        .map(|line| {
            let first = line.text.and_then(|text| copies.get(&text));
            match (line.reading, first) {
                (Reading::Asks(_), Some(first)) if *first != position => Reading::Copy,
                (Reading::Chatter, Some(_)) => Reading::Copy,
                (reading, _) => reading,
            }
        })
        .collect()
}

fn heap(case: &Case<'_>, readings: &[Reading]) -> Option<Heap> {
    let any = |wanted: Reading| readings.contains(&wanted);
    if readings.is_empty()
        || readings
            .iter()
            .any(|reading| matches!(reading, Reading::Asks(_)))
    {
        return None;
    }
    if any(Reading::Chatter) || (any(Reading::Notice) && any(Reading::Copy)) {
        return Some(Heap::Chatter);
    }
    if any(Reading::Notice) {
        return Some(Heap::Notices);
    }
    let copied = readings
        .iter()
        .zip(&case.assessment.lines)
        .find(|(reading, _)| **reading == Reading::Copy)
        .and_then(|(_, line)| line.text);
    Some(copied.map_or(Heap::Acknowledgements, Heap::CrossPosts))
}

fn group(key: String, kind: GroupKind, reason: String, members: &[Member<'_>]) -> Group {
    let mut newest: Vec<&Member<'_>> = members.iter().collect();
    newest.sort_by_key(|member| {
        let last = member.newest().and_then(|line| line.sent_at);
        (std::cmp::Reverse(last), member.case.id.as_str())
    });
    Group {
        key,
        kind,
        reason,
        threads: newest.iter().map(|member| member.case.id.clone()).collect(),
        messages: members.iter().map(|member| member.lines().len()).sum(),
    }
}

/// Groups notices by sender and template, then by sender, then all that are left.
fn notices(members: Vec<Member<'_>>, people: &dyn People, groups: &mut Vec<Group>) {
    let mut templates: BTreeMap<(&str, u64), Vec<Member<'_>>> = BTreeMap::new();
    for member in members {
        let sender = member.only_sender().map_or("", Id::as_str);
        let template = member.newest().map_or(0, |line| line.template);
        templates
            .entry((sender, template))
            .or_default()
            .push(member);
    }
    let mut senders: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for ((sender, template), members) in templates {
        if members.len() > 1 {
            let words = first_words(&members);
            groups.push(group(
                format!("card:{sender}:{template:016x}"),
                GroupKind::Notices,
                format!("notices of one template: {words}"),
                &members,
            ));
        } else {
            senders.entry(sender).or_default().extend(members);
        }
    }
    let mut rest = Vec::new();
    for (sender, members) in senders {
        if members.len() > 1 && !sender.is_empty() {
            let name = sender_name(&members, people);
            groups.push(group(
                format!("notices:{sender}"),
                GroupKind::Notices,
                format!("notices of {name}"),
                &members,
            ));
        } else {
            rest.extend(members);
        }
    }
    if !rest.is_empty() {
        let reason = "single notices".to_owned();
        groups.push(group(
            "notices".to_owned(),
            GroupKind::Notices,
            reason,
            &rest,
        ));
    }
}

/// Groups chatter by sender, then by thread, then by office.
fn chatter(members: Vec<Member<'_>>, people: &dyn People, groups: &mut Vec<Group>) {
    let mut senders: BTreeMap<Option<&str>, Vec<Member<'_>>> = BTreeMap::new();
    for member in members {
        let sender = member.only_sender().map(Id::as_str);
        senders.entry(sender).or_default().push(member);
    }
    let mut offices: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for (sender, members) in senders {
        if let (Some(sender), true) = (sender, members.len() > 1) {
            let name = sender_name(&members, people);
            groups.push(group(
                format!("chatter:from:{sender}"),
                GroupKind::Chatter,
                format!("{name} in {} threads, asks nothing of you", members.len()),
                &members,
            ));
            continue;
        }
        for member in members {
            if member.lines().len() > 1 {
                let title = &member.case.thread.title;
                groups.push(group(
                    format!("chatter:in:{}", member.case.id),
                    GroupKind::Chatter,
                    format!("talk in {title}, asks nothing of you"),
                    &[member],
                ));
            } else {
                let sender = member.lines().iter().find_map(|line| line.sender.as_ref());
                let person = sender.and_then(|id| people.person(id));
                let office = person.map_or("", |person| person.office.as_str());
                offices.entry(office).or_default().push(member);
            }
        }
    }
    for (office, members) in offices {
        let from = if office.is_empty() {
            "elsewhere"
        } else {
            office
        };
        groups.push(group(
            format!("chatter:office:{office}"),
            GroupKind::Chatter,
            format!("single messages from {from}, ask nothing of you"),
            &members,
        ));
    }
}

fn first_words(members: &[Member<'_>]) -> String {
    members
        .iter()
        .find_map(|member| member.newest())
        .map_or_else(String::new, |line| line.excerpt.to_string())
}

fn sender_name(members: &[Member<'_>], people: &dyn People) -> String {
    let sender = members.iter().find_map(|member| member.only_sender());
    let person = sender.and_then(|id| people.person(id));
    match (person, members.first()) {
        (Some(person), _) if !person.name.is_empty() => person.name.clone(),
        (_, Some(member)) if !member.case.thread.from_name.is_empty() => {
            member.case.thread.from_name.clone()
        }
        _ => "one sender".to_owned(),
    }
}
