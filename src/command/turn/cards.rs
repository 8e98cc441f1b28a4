//! Answers to cards, and meetings.

use jiff::Timestamp;

use super::{MEETING_MINUTES, Verdict, each};
use crate::command::answer::answer;
use crate::command::cx::Expects;
use crate::command::inbox::{command_line, excerpt, inferred_title};
use crate::command::phrase::read_phrase;
use crate::command::settle::AtHand;
use crate::command::{Ask, CommandError, Cx, Targets, Timetable};
use crate::pane::{SlotsScreen, Tone};
use crate::record::{Attendee, Id, Kind, Meeting, MeetingState, MessageKind, Person};
use crate::slots::text::Language;
use crate::text::fold;
use crate::when::phrase::Wall;
use crate::when::zone;

/// Times that a proposal names.
const TIMES: usize = 3;

pub(super) fn press(
    cx: &mut Cx<'_>,
    verdict: Verdict,
    reason: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    for at in ids.iter().filter_map(|id| AtHand::of(cx, id)) {
        button(&at, verdict)?;
    }
    let first = ids.first().and_then(|id| AtHand::of(cx, id));
    let wants_reason = verdict == Verdict::No
        && reason.is_none()
        && first.is_some_and(|at| invitation(&at).is_none());
    if wants_reason && cx.screen.is_some() {
        return cx.ask(
            "inbox answer",
            Ask::Prompt {
                title: "no, because".into(),
                command: command_line("inbox answer", targets) + " no",
                text: String::new(),
                expects: Expects::Text,
            },
        );
    }
    each(cx, targets, |cx, at| {
        let label = button(at, verdict)?;
        let text = match reason {
            Some(reason) => format!("{label}: {reason}"),
            None => label.clone(),
        };
        answer(cx, at, MessageKind::Card, &text);
        if let Some(title) = invitation(at) {
            let (start, end) = times(cx, at);
            let state = match verdict {
                Verdict::Yes => MeetingState::Confirmed,
                Verdict::No => MeetingState::Declined,
            };
            cx.create(Meeting {
                title,
                start,
                end,
                state,
                ..meeting_of(cx, at)
            });
        }
        Ok(label.to_lowercase())
    })
}

/// The label of the button that says yes or no.
fn button(at: &AtHand, verdict: Verdict) -> Result<String, CommandError> {
    let wanted: &[&str] = match verdict {
        Verdict::Yes => &[
            "approve", "accept", "同意", "接受", "批准", "aprobar", "aceptar",
        ],
        Verdict::No => &["reject", "decline", "拒绝", "rechazar", "谢绝"],
    };
    let refuse = |why: &str| {
        CommandError::refused(
            format!("{} on “{}”", verdict.word(), inferred_title(at.text())),
            why,
            "r answers in words; v y and v n are for cards that ask for a yes or a no",
        )
    };
    let card = at
        .message
        .as_ref()
        .is_none_or(|(_, message)| message.kind == MessageKind::Card);
    let words = at.words();
    let labels = words.split(['[', '［']).skip(1);
    let labels = labels.filter_map(|rest| Some(rest.split_once([']', '］'])?.0));
    let labels: Vec<&str> = labels.filter(|_| card).collect();
    if labels.is_empty() {
        return Err(refuse("this message has no buttons"));
    }
    let says = |label: &&&str| {
        let folded = fold(label);
        wanted.iter().any(|word| folded.contains(word))
    };
    let label = labels.iter().find(says);
    let label = label.ok_or_else(|| refuse("none of the buttons of this message says that"))?;
    let label = label.split([',', '，']).next().unwrap_or(label);
    Ok(label.trim().to_owned())
}

/// The title of the meeting that a card invites to; `None` where it is no invitation.
fn invitation(at: &AtHand) -> Option<String> {
    let folded = fold(&at.words());
    let invites = ["invitation from", "invites you", "日程邀请", "invitacion"];
    if !invites.iter().any(|word| folded.contains(word)) {
        return None;
    }
    let quoted = at.text().split(['"', '“', '”', '「', '」']).nth(1);
    Some(quoted.map_or_else(|| at.thread.title.clone(), str::to_owned))
}

/// Reads when a meeting is from the words of its invitation.
fn times(cx: &Cx<'_>, at: &AtHand) -> (Option<Timestamp>, Option<Timestamp>) {
    let after = at.text().rsplit(['"', '”', '」']).next().unwrap_or("");
    let words = after.trim_start_matches([',', ' ', '，', ':']);
    let words = words.split(['(', '（', '\n']).next().unwrap_or("");
    let words = words.replace(['–', '—'], "-");
    let Ok(reading) = read_phrase(words.trim(), cx) else {
        return (None, None);
    };
    let start = match reading.start {
        Wall::Minute(_) => Some(reading.instant()),
        Wall::Day(_) => None,
    };
    (start, start.and(reading.end.map(|_| reading.end_instant())))
}

/// A meeting between me and whoever wrote the message at hand.
fn meeting_of(cx: &Cx<'_>, at: &AtHand) -> Meeting {
    let mine = cx.world.me().and_then(|me| me.person.clone());
    let required = |person: Id<Person>| Attendee {
        person,
        required: true,
    };
    Meeting {
        zone: zone::name(&cx.world.view.zone),
        attendees: mine.into_iter().chain(at.sender()).map(required).collect(),
        owner: Some(cx.world.my_id()),
        network: at.thread.network.clone(),
        lead: at.thread.lead.clone(),
        origin: at.origin(),
        ..Meeting::default()
    }
}

/// Finds the best times for me and whoever wrote the message at hand.
fn offers(cx: &Cx<'_>, at: &AtHand, minutes: i64) -> Result<Timetable, CommandError> {
    let refuse = |why: String| {
        CommandError::refused("times to meet", why, "6 looks at more days and people")
    };
    let mine = cx.world.me().and_then(|me| me.person.clone());
    let people: Vec<Id<Person>> = mine.into_iter().chain(at.sender()).collect();
    if people.len() < 2 {
        return Err(refuse("it is not known who asks".into()));
    }
    let slots = SlotsScreen {
        people,
        minutes,
        ..SlotsScreen::default()
    };
    let table = Timetable::of(cx.world, &slots).map_err(|error| refuse(error.to_string()))?;
    if table.offers.is_empty() {
        return Err(refuse("no time in seven days suits both".into()));
    }
    Ok(table)
}

pub(super) fn propose(
    cx: &mut Cx<'_>,
    minutes: i64,
    targets: &Targets,
) -> Result<(), CommandError> {
    if !(5..=480).contains(&minutes) {
        return Err(CommandError::refused(
            format!("a meeting of {minutes} minutes"),
            "it is between 5 minutes and 8 hours long",
            "try 30, 45 or 60",
        ));
    }
    let ids = targets.of(Kind::Thread, cx)?;
    let Some(at) = ids.first().and_then(|id| AtHand::of(cx, id)) else {
        return Ok(());
    };
    let reader = at.sender().and_then(|id| cx.world.get(&id));
    let language = match reader {
        Some(person) if person.locale.starts_with("zh") => Language::Chinese,
        _ => Language::English,
    };
    let text = offers(cx, &at, minutes)?
        .proposal(TIMES, language)
        .unwrap_or_default();
    cx.ask(
        "inbox propose",
        Ask::Reply {
            thread: at.id.as_str().to_owned(),
            text,
            meeting: true,
        },
    )
}

/// Puts the best of the times that were offered into the calendar, as a proposal.
pub(in crate::command) fn proposed_meeting(
    cx: &mut Cx<'_>,
    at: &AtHand,
) -> Result<(), CommandError> {
    let table = offers(cx, at, MEETING_MINUTES)?;
    let name = at
        .sender()
        .and_then(|id| cx.world.get(&id).map(|one| one.name.clone()));
    let best = table.offers.first();
    cx.create(Meeting {
        title: format!("Meeting with {}", name.unwrap_or_default()),
        start: best.map(|offer| offer.start),
        end: best.map(|offer| offer.end),
        state: MeetingState::Proposed,
        agenda: excerpt(at.text(), 200).into(),
        ..meeting_of(cx, at)
    });
    cx.say(Tone::Done, "proposed");
    Ok(())
}
