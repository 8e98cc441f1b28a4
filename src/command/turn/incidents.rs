//! Incidents from messages, each with its follow-up.

use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan as _};

use super::{Said, each};
use crate::command::cx::Choice;
use crate::command::inbox::{Heard, about, command_line, heard, inferred_title};
use crate::command::phrase::{due_words, stamp_zoned};
use crate::command::settle::AtHand;
use crate::command::{Ask, CommandError, Cx, Targets};
use crate::record::{
    Due, FollowUp, FollowUpKind, Incident, IncidentKind, IncidentState, Kind, Severity,
};
use crate::text::fold;
use crate::when::zone;

pub(super) fn incident(
    cx: &mut Cx<'_>,
    severity: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let Some(severity) = severity else {
        targets.of(Kind::Thread, cx)?;
        let choices = [
            ('1', "p1", "now, due today"),
            ('2', "p2", "today or tomorrow"),
            ('3', "p3", "this week"),
            ('4', "p4", "when there is time"),
        ];
        let choices = choices.map(|(key, word, detail)| Choice {
            key: Some(key),
            label: word.into(),
            detail: detail.into(),
            word: word.into(),
        });
        return cx.ask(
            "inbox incident",
            Ask::Pick {
                title: "how bad is it".into(),
                command: command_line("inbox incident", targets),
                choices: choices.into(),
            },
        );
    };
    let severity = named(severity)?;
    let me = cx.world.my_id();
    each(cx, targets, |cx, at| {
        let now = cx.world.view.now;
        let title = inferred_title(at.text());
        let heard = heard(cx, at);
        let hours = within(&at.words());
        let deadline = hours.and_then(|hours| deadline(at, now, hours));
        let id = cx.create(Incident {
            title: title.clone(),
            network: at.thread.network.clone(),
            kind: incident_kind(&at.words()),
            severity: severity.clone(),
            state: IncidentState::Open,
            opened_at: Some(now),
            deadline,
            owner: Some(me.clone()),
            origin: at.origin(),
            ..Incident::default()
        });
        let due = incident_due(cx, &severity, heard.due.as_ref());
        let due = before_deadline(cx, due, deadline);
        let label = format!("incident {severity}, follow-up {}", due_words(&due, cx));
        let said = echo(cx, &heard, &due, deadline);
        let about = about(cx, at, &me);
        let mut refs = about.refs.clone();
        refs.push(id.link());
        cx.create(FollowUp {
            title,
            due: Some(due),
            kind: FollowUpKind::Incident,
            priority: severity.clone(),
            refs,
            ..about
        });
        Ok(Said {
            label,
            also: said,
            warning: heard
                .unread
                .filter(|words| !is_length(words, hours))
                .map(|words| format!("{words} in the message is not read; = in Due sets the time")),
        })
    })
}

fn named(severity: &str) -> Result<Severity, CommandError> {
    match Severity::from(severity.to_lowercase().as_str()) {
        Severity::Other(other) => Err(CommandError::usage(
            format!("`{other}` is no severity"),
            "p1, p2, p3 or p4",
        )),
        known => Ok(known),
    }
}

/// Until when they can appeal: the hours count from when it was written.
fn deadline(at: &AtHand, now: Timestamp, hours: i64) -> Option<Timestamp> {
    let sent = at.message.as_ref().and_then(|(_, message)| message.sent_at);
    sent.unwrap_or(now).min(now).checked_add(hours.hours()).ok()
}

/// Tells whether what looks like an hour is the length that was read: `24h`.
fn is_length(words: &str, hours: Option<i64>) -> bool {
    let digits = words.trim_start_matches('`');
    let number: String = digits.chars().take_while(char::is_ascii_digit).collect();
    hours.is_some() && number.parse().ok() == hours && !words.contains(':')
}

/// Says what was understood of the times in the message: by when they want it, where the follow-up is due at another
/// time, and until when they can appeal.
fn echo(cx: &Cx<'_>, heard: &Heard, due: &Due, deadline: Option<Timestamp>) -> String {
    let mut words = match &heard.due {
        Some(asked) if asked == due => " as they say".to_owned(),
        Some(asked) => format!(", they say {}", due_words(asked, cx)),
        None => String::new(),
    };
    if let Some(at) = deadline {
        let passed = if at <= cx.world.view.now {
            ", over"
        } else {
            ""
        };
        let _ = write!(words, ", deadline {}{passed}", stamp_zoned(at, cx));
    }
    words
}

/// When the follow-up of an incident is due: p1 today, p2 tomorrow, else what they asked for, else this week.
fn incident_due(cx: &Cx<'_>, severity: &Severity, asked: Option<&Due>) -> Due {
    let today = cx.world.view.today();
    let days = match severity {
        Severity::P1 => 0,
        Severity::P2 => 1,
        Severity::P3 => 3,
        _ => 7,
    };
    let date = today.checked_add(days.days()).unwrap_or(today);
    match asked {
        Some(due) if due.date() <= date && due.date() >= today && days > 0 => due.clone(),
        _ => Due::On { date },
    }
}

/// What has to be done by a deadline that was read is not due after it; where that is over, today.
fn before_deadline(cx: &Cx<'_>, due: Due, deadline: Option<Timestamp>) -> Due {
    let Some(deadline) = deadline else {
        return due;
    };
    let zone = &cx.world.view.zone;
    let today = cx.world.view.today();
    let last = zone.to_datetime(deadline);
    let late = match &due {
        Due::At { instant, .. } => *instant > deadline,
        // P1 is due today whatever the hour.
        Due::On { date } => *date >= last.date() && *date > today,
    };
    if !late {
        due
    } else if deadline <= cx.world.view.now {
        Due::On { date: today }
    } else {
        Due::At {
            wall: last,
            zone: zone::name(zone).into(),
            instant: deadline,
        }
    }
}

/// Tells from the words what kind of thing happened.
fn incident_kind(words: &str) -> IncidentKind {
    let words = fold(words);
    let says = |cues: &[&str]| cues.iter().any(|cue| words.contains(cue));
    if says(&["permanent", "banned", "baned", "永久", "封禁"]) {
        IncidentKind::Ban
    } else if says(&["payout", "pago", "pagamento", "statement", "打款", "结算"]) {
        IncidentKind::Payout
    } else if says(&[
        "suspen",
        "lost live access",
        "封号",
        "停播",
        "took over",
        "盗号",
    ]) {
        IncidentKind::Suspension
    } else if says(&["violation", "strike", "违规", "infraccion"]) {
        IncidentKind::Violation
    } else {
        IncidentKind::Tool
    }
}

/// Finds how many hours an appeal has, as in `24h`, `48 h`, `within 24 hours`.
fn within(words: &str) -> Option<i64> {
    let words = fold(words);
    let mut digits = String::new();
    let mut rest = words.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if let Ok(hours) = digits.parse::<i64>()
            && (1..=240).contains(&hours)
        {
            let letter = if letter == ' ' {
                rest.peek().copied().unwrap_or(' ')
            } else {
                letter
            };
            if letter == 'h' || letter == '小' {
                return Some(hours);
            }
        }
        digits.clear();
    }
    None
}
