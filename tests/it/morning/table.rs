//! Compares what is on the server with the table of the morning: the sums, and each message by itself.

use std::collections::{BTreeMap, BTreeSet};

use cnm::demo::{Answer, Class, Outcome, answer_key};
use cnm::record::{
    CoachingAction, Direction, FollowUp, FollowUpKind, Id, Incident, Lead, Meeting, Message,
    MessageKind, Pain, Participation, ParticipationState, Severity, Stage, StageEvent, Terminal,
    Thread, ThreadState,
};

use super::desk::{Books, Desk};

/// What was made of the messages of the morning; what was there before is left out.
struct Made {
    replies: Vec<Id<Message>>,
    cards: Vec<Id<Message>>,
    follow_ups: Vec<FollowUp>,
    incidents: Vec<Incident>,
    leads: Vec<Lead>,
    moves: Vec<StageEvent>,
    coaching: Vec<CoachingAction>,
    answers: Vec<Participation>,
    meetings: Vec<Meeting>,
    pains: Vec<Pain>,
}

impl Made {
    fn of(books: &Books, new: &BTreeSet<&Id<Message>>) -> Self {
        macro_rules! of {
            ($kind:ty) => {{
                let mut made: Vec<$kind> = books.made();
                made.retain(|one| one.origin.as_ref().is_some_and(|id| new.contains(id)));
                made
            }};
        }
        let sent = |kind: MessageKind| {
            let mut sent = Vec::new();
            for (_, message) in books.all::<Message>() {
                if message.direction == Direction::Out
                    && message.kind == kind
                    && let Some(to) = message.reply_to
                    && new.contains(&to)
                {
                    sent.push(to);
                }
            }
            sent
        };
        let mut pains: Vec<Pain> = books.made();
        pains.retain(|one| one.messages.iter().any(|id| new.contains(id)));
        Self {
            replies: sent(MessageKind::Text),
            cards: sent(MessageKind::Card),
            follow_ups: of!(FollowUp),
            incidents: of!(Incident),
            leads: of!(Lead),
            moves: of!(StageEvent),
            coaching: of!(CoachingAction),
            answers: of!(Participation),
            meetings: of!(Meeting),
            pains,
        }
    }

    /// Names what was made of one message, with how often.
    fn of_message(&self, id: &Id<Message>) -> BTreeMap<&'static str, usize> {
        let it = Some(id);
        macro_rules! count {
            ($list:ident) => {
                self.$list
                    .iter()
                    .filter(|one| one.origin.as_ref() == it)
                    .count()
            };
        }
        let same = |list: &[Id<Message>]| list.iter().filter(|one| *one == id).count();
        let pains = self.pains.iter().filter(|one| one.messages.contains(id));
        let all = [
            ("reply", same(&self.replies)),
            ("card", same(&self.cards)),
            ("follow-up", count!(follow_ups)),
            ("incident", count!(incidents)),
            ("lead", count!(leads)),
            ("move", count!(moves)),
            ("coaching", count!(coaching)),
            ("campaign", count!(answers)),
            ("meeting", count!(meetings)),
            ("pain", pains.count()),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}

/// What becomes of a message by the table.
fn expected(outcome: Outcome) -> &'static [&'static str] {
    match outcome {
        Outcome::Reply => &["reply"],
        Outcome::Delegate | Outcome::FollowUp => &["follow-up"],
        Outcome::Approve | Outcome::Reject => &["card"],
        Outcome::OpenIncident | Outcome::OpenUrgentIncident => &["follow-up", "incident"],
        Outcome::CreateLead | Outcome::MergeLead => &["lead"],
        Outcome::Advance | Outcome::Lose => &["move"],
        Outcome::Join | Outcome::Decline => &["campaign"],
        Outcome::ProposeSlots => &["meeting", "reply"],
        Outcome::Accept | Outcome::Refuse => &["card", "meeting"],
        Outcome::Coach => &["coaching"],
        Outcome::Pain => &["pain"],
        Outcome::Done | Outcome::Snooze => &[],
    }
}

/// Compares what is on the server with the table of the morning.
pub(super) async fn check(desk: &mut Desk, seed: u64) {
    let books = desk.books().await;
    let key = answer_key(&desk.options);
    let new: BTreeSet<&Id<Message>> = key.iter().map(|answer| &answer.message).collect();
    let made = Made::of(&books, &new);
    each_message(&books, &key, &made, seed);
    nothing_waits(&books, &key, seed);
    sums(&books, &key, &made, desk, seed);
}

/// Every message got what the table says, not only as many of each sort.
fn each_message(books: &Books, key: &[Answer], made: &Made, seed: u64) {
    let messages: BTreeMap<Id<Message>, Message> = books.all().into_iter().collect();
    let mut wrong = Vec::new();
    for answer in key {
        let made = made.of_message(&answer.message);
        let wanted: BTreeMap<&str, usize> = expected(answer.outcome)
            .iter()
            .map(|one| (*one, 1))
            .collect();
        if made != wanted {
            let message = messages.get(&answer.message);
            wrong.push(format!(
                "{:?} {:?}: {made:?} of {:?}",
                answer.class,
                answer.outcome,
                message.map_or("?", |message| &*message.text)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "seed {seed}: {} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every thread of the morning is done, but those that were put off.
fn nothing_waits(books: &Books, key: &[Answer], seed: u64) {
    let threads: BTreeMap<Id<Thread>, Thread> = books.all().into_iter().collect();
    let snoozed: BTreeSet<&Id<Thread>> = key
        .iter()
        .filter(|answer| answer.outcome == Outcome::Snooze)
        .map(|answer| &answer.thread)
        .collect();
    for answer in key {
        let thread = &threads[&answer.thread];
        let wanted = if snoozed.contains(&answer.thread) {
            ThreadState::Snoozed
        } else {
            ThreadState::Done
        };
        assert_eq!(thread.state, wanted, "seed {seed}: {thread:?}");
    }
}

/// The sums of the table.
fn sums(books: &Books, key: &[Answer], made: &Made, desk: &Desk, seed: u64) {
    let wanted = |outcomes: &[Outcome]| {
        let fits = |answer: &&Answer| outcomes.contains(&answer.outcome);
        key.iter().filter(fits).count()
    };
    let proposed = wanted(&[Outcome::ProposeSlots]);
    assert_eq!(made.replies.len() - proposed, 57, "seed {seed}: replies");
    assert_eq!(
        made.cards.len(),
        wanted(&[
            Outcome::Approve,
            Outcome::Reject,
            Outcome::Accept,
            Outcome::Refuse
        ])
    );
    assert_eq!((made.meetings.len(), proposed), (6, 4), "seed {seed}");
    assert_eq!(made.incidents.len(), 7, "seed {seed}: incidents");
    assert_eq!(made.coaching.len(), 6, "seed {seed}: coaching");
    assert_eq!(made.pains.len(), 3, "seed {seed}: pains");
    let urgent = |one: &&Incident| one.severity == Severity::P1;
    assert_eq!(made.incidents.iter().filter(urgent).count(), 2);

    follow_ups(books, key, made, desk, seed);

    let merged = |lead: &&Lead| lead.duplicate_of.is_some();
    let merged = made.leads.iter().filter(merged).count();
    assert_eq!(
        (made.leads.len() - merged, merged),
        (5, 1),
        "seed {seed}: leads"
    );
    let lost: BTreeSet<Id<Stage>> = books
        .all::<Stage>()
        .into_iter()
        .filter(|(_, stage)| stage.terminal == Terminal::Lost)
        .map(|(id, _)| id)
        .collect();
    let lost = made
        .moves
        .iter()
        .filter(|one| one.to.as_ref().is_some_and(|to| lost.contains(to)));
    assert_eq!(
        (made.moves.len(), lost.count()),
        (7, 2),
        "seed {seed}: stage moves"
    );
    let joined = |one: &&Participation| one.state == ParticipationState::Joined;
    let joined = made.answers.iter().filter(joined).count();
    assert_eq!(
        (made.answers.len(), joined),
        (7, 6),
        "seed {seed}: campaigns"
    );
    assert_eq!(wanted(&[Outcome::Done]), 171);
}

/// Thirty follow-ups: five for others, fourteen with the time that the message names, four of support, seven of
/// incidents, of which two are due today.
fn follow_ups(books: &Books, key: &[Answer], made: &Made, desk: &Desk, seed: u64) {
    let classes: BTreeMap<&Id<Message>, &Answer> =
        key.iter().map(|answer| (&answer.message, answer)).collect();
    let of = |one: &FollowUp| one.origin.as_ref().map(|id| classes[id]);
    let class = |wanted: Class| {
        let fits = |one: &&FollowUp| of(one).is_some_and(|answer| answer.class == wanted);
        made.follow_ups.iter().filter(fits).count()
    };
    let delegated = made
        .follow_ups
        .iter()
        .filter(|one| one.owner != one.created_by);
    let of_incident = made
        .follow_ups
        .iter()
        .filter(|one| one.kind == FollowUpKind::Incident);
    assert_eq!(made.follow_ups.len(), 30, "seed {seed}: follow-ups");
    assert_eq!((delegated.count(), of_incident.count()), (5, 7));
    assert_eq!(
        (
            class(Class::Figure),
            class(Class::Deadline),
            class(Class::Support),
            class(Class::Incident)
        ),
        (5, 14, 4, 7),
        "seed {seed}: follow-ups by what was asked"
    );
    let today = desk.today();
    let due_today = made.follow_ups.iter().filter(|one| {
        one.priority == Severity::P1 && one.due.as_ref().is_some_and(|due| due.date() == today)
    });
    assert_eq!(due_today.count(), 2, "seed {seed}: P1 due today");
    let messages: BTreeMap<Id<Message>, Message> = books.all().into_iter().collect();
    for one in &made.follow_ups {
        let answer = of(one).unwrap();
        if answer.class == Class::Deadline {
            let said = desk.reads(&answer.due, &messages[&answer.message]);
            assert_eq!(one.due, Some(said), "seed {seed}: {answer:?}");
        }
    }
}
