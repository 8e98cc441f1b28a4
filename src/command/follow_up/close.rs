//! Closing follow-ups, and escalating those that must not be closed without a root cause.

use super::super::cx::{Choice, Expects};
use super::super::inbox::{command_line, conclude, find_user};
use super::super::phrase::next_occurrence;
use super::super::{Ask, CommandError, Cx, Targets, quote_word};
use super::people::add_context;
use crate::pane::Tone;
use crate::record::{Due, FollowUp, FollowUpState, Id, Kind, Role, Severity, User};

/// Marks follow-ups as done; those that were escalated ask for their root cause first.
pub(super) fn done(
    cx: &mut Cx<'_>,
    result: Option<&str>,
    ask: bool,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    if ask && result.is_none() {
        let named = Targets {
            ids,
            ..Targets::default()
        };
        return cx.ask(
            "follow-up done",
            Ask::Prompt {
                title: "what came of it".into(),
                command: command_line("follow-up done", &named),
                text: String::new(),
                expects: Expects::Text,
            },
        );
    }
    let (held, free): (Vec<String>, Vec<String>) =
        ids.into_iter().partition(|id| wants_cause(cx, id));
    if held.is_empty() {
        for id in &free {
            close(cx, id, result, None)?;
        }
        return conclude(cx, "done", &free);
    }
    if cx.screen.is_none() {
        return Err(CommandError::refused(
            format!("close {}", held.join(", ")),
            "it was escalated and has no root cause",
            "`cnm follow-up resolve CAUSE --id ID` closes it with one",
        ));
    }
    for id in &free {
        close(cx, id, result, None)?;
    }
    if !free.is_empty() {
        conclude(cx, "done", &free)?;
    }
    ask_cause(cx, result, held)
}

/// Closes follow-ups with their root cause.
pub(super) fn resolve(
    cx: &mut Cx<'_>,
    cause: Option<&str>,
    result: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(cause) = cause else {
        return ask_cause(cx, result, ids);
    };
    if !says_something(cause) {
        return Err(CommandError::refused(
            "resolve",
            format!("`{}` is no root cause", cause.trim()),
            "say in a few words what caused it",
        ));
    }
    for id in &ids {
        close(cx, id, result, Some(cause))?;
    }
    conclude(cx, "resolved", &ids)
}

/// Tells whether a root cause has words: two of a script with spaces, or two characters of one without.
fn says_something(cause: &str) -> bool {
    let letters = |word: &str| word.chars().filter(|letter| letter.is_alphabetic()).count();
    let words = cause
        .split_whitespace()
        .filter(|word| letters(word) > 1)
        .count();
    let unspaced = |letter: &char| matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}');
    words > 1 || cause.chars().filter(unspaced).count() > 1
}

fn ask_cause(cx: &mut Cx<'_>, result: Option<&str>, ids: Vec<String>) -> Result<(), CommandError> {
    let title = match ids.as_slice() {
        [_] => "root cause".to_owned(),
        many => format!("root cause of {} escalated", many.len()),
    };
    let mut command = command_line(
        "follow-up resolve",
        &Targets {
            ids,
            ..Targets::default()
        },
    );
    if let Some(result) = result {
        command.push_str(" --result ");
        command.push_str(&quote_word(result));
    }
    cx.ask(
        "follow-up resolve",
        Ask::Prompt {
            title,
            command,
            text: String::new(),
            expects: Expects::Text,
        },
    )
}

fn wants_cause(cx: &Cx<'_>, id: &str) -> bool {
    let follow_up = cx.world.table::<FollowUp>().record(id);
    follow_up.is_some_and(FollowUp::wants_root_cause)
}

/// Refuses to drop what was escalated before its root cause is known.
pub(super) fn may_drop(cx: &Cx<'_>, ids: &[String]) -> Result<(), CommandError> {
    if ids.iter().any(|id| wants_cause(cx, id)) {
        return Err(CommandError::refused(
            "drop",
            "it was escalated and has no root cause yet",
            "close it with `follow-up resolve` and what caused it",
        ));
    }
    Ok(())
}

/// Makes the next one of an open follow-up that recurs, which is about to be closed.
pub(in crate::command) fn make_next(
    cx: &mut Cx<'_>,
    before: &FollowUp,
) -> Result<(), CommandError> {
    if !before.recurrence.is_empty()
        && before.state == FollowUpState::Open
        && let Some(due) = next_occurrence(before, cx)?
    {
        cx.create(FollowUp {
            due: Some(due),
            slipped: None,
            snoozed_until: None,
            remind_at: None,
            nudged_at: None,
            escalated_at: None,
            escalated_to: None,
            root_cause: String::new().into(),
            result: String::new(),
            ..before.clone()
        });
    }
    Ok(())
}

/// Marks one follow-up as done; where it recurs, the next one is made.
fn close(
    cx: &mut Cx<'_>,
    id: &str,
    result: Option<&str>,
    cause: Option<&str>,
) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    let Some(before) = cx.world.table::<FollowUp>().record(id).cloned() else {
        return Ok(());
    };
    make_next(cx, &before)?;
    cx.change::<FollowUp>(id, |follow_up| {
        follow_up.state = FollowUpState::Done;
        follow_up.done_at = Some(now);
        follow_up.snoozed_until = None;
        if let Some(result) = result {
            result.clone_into(&mut follow_up.result);
        }
        if let Some(cause) = cause {
            follow_up.root_cause = cause.to_owned().into();
        }
    })?;
    Ok(())
}

/// Escalates follow-ups: who decides sees them, and they cannot be closed without a root cause.
pub(super) fn escalate(
    cx: &mut Cx<'_>,
    severity: Option<&str>,
    to: Option<&str>,
    why: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(severity) = severity else {
        let mut command = command_line(
            "follow-up escalate",
            &Targets {
                ids,
                ..Targets::default()
            },
        );
        for (name, value) in [("--to", to), ("--why", why)] {
            if let Some(value) = value {
                for part in [" ", name, " ", &quote_word(value)] {
                    command.push_str(part);
                }
            }
        }
        return cx.ask(
            "follow-up escalate",
            Ask::Pick {
                title: "escalate as".into(),
                command,
                choices: severities(),
            },
        );
    };
    let severity = read_severity(severity)?;
    let to = match to {
        Some(name) => Some(find_user(cx.world, name)?),
        None => my_lead(cx),
    };
    let today = cx.world.view.today();
    let now = cx.world.view.now;
    for id in &ids {
        if let Some(why) = why {
            add_context(cx, id, why)?;
        }
        cx.change::<FollowUp>(id, |follow_up| {
            follow_up.priority = severity.clone();
            follow_up.escalated_at.get_or_insert(now);
            if let Some(to) = &to {
                follow_up.escalated_to = Some(to.clone());
                let owns = follow_up.owner.as_ref() == Some(to);
                if !owns && !follow_up.shared_with.contains(to) {
                    follow_up.shared_with.push(to.clone());
                }
            }
            // Drop everything: it is due today.
            let later = follow_up.due.as_ref().is_none_or(|due| due.date() > today);
            if severity == Severity::P1 && later {
                follow_up.due = Some(Due::On { date: today });
            }
        })?;
    }
    let name = to
        .and_then(|to| cx.world.get(&to).map(|user| user.name.clone()))
        .map_or_else(String::new, |name| format!(" to {name}"));
    let shown = severity.as_str().to_uppercase();
    conclude(cx, &format!("escalated as {shown}{name}"), &ids)?;
    if cx.edit_count() > 0 {
        let words = format!("escalated as {shown}{name}; closing it will ask for the root cause");
        cx.say(Tone::Done, words);
    }
    Ok(())
}

fn severities() -> Vec<Choice> {
    [
        ('1', "P1", "drop everything: due today"),
        ('2', "P2", "today"),
        ('3', "P3", "this week"),
        ('4', "P4", "when there is time"),
    ]
    .into_iter()
    .map(|(key, label, detail)| Choice {
        key: Some(key),
        label: label.into(),
        detail: detail.into(),
        word: label.to_lowercase(),
    })
    .collect()
}

/// Reads how bad something is.
pub(in crate::command) fn read_severity(word: &str) -> Result<Severity, CommandError> {
    match Severity::from(word.trim().to_lowercase().as_str()) {
        Severity::Other(_) => Err(CommandError::usage(
            format!("`{word}` is no severity"),
            "write p1, p2, p3 or p4",
        )),
        severity => Ok(severity),
    }
}

/// Returns the Growth Lead of my team, if there is one.
fn my_lead(cx: &Cx<'_>) -> Option<Id<User>> {
    let team = cx.world.me()?.team.clone()?;
    let leads = cx.world.table::<User>().records();
    let mut leads: Vec<&Id<User>> = leads
        .filter(|(id, user)| {
            user.role == Role::Lead
                && user.team.as_ref() == Some(&team)
                && id.as_str() != &*cx.world.view.me
        })
        .map(|(id, _)| id)
        .collect();
    leads.sort();
    leads.first().map(|id| (*id).clone())
}
