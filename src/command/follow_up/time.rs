//! When follow-ups are due, are seen again, and come again.

use super::super::cx::Expects;
use super::super::inbox::{command_line, conclude};
use super::super::phrase::{
    due_ahead, due_of, due_words, instant_of, read_phrase, stamp, their_morning,
};
use super::super::{Ask, CommandError, Cx, Targets};
use super::people::waited_for;
use crate::effect::Batch;
use crate::pane::Place;
use crate::record::{Due, FollowUp, Kind};
use crate::when::recur::{Recurrence, rule_of};
use crate::when::shift::Shift;
use crate::when::{wall, zone};

/// Moves follow-ups to one time.
pub(super) fn slip(
    cx: &mut Cx<'_>,
    to: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(to) = to else {
        return prompt(cx, "slip to", "follow-up slip", ids, Expects::When);
    };
    let due = due_ahead(to, cx)?;
    for id in &ids {
        move_to(cx, id, due.clone())?;
    }
    let shown = due_words(&due, cx);
    go_on(cx, &ids);
    conclude(cx, &format!("{SLIPPED}{shown}"), &ids)
}

/// How the batch of a slip is called.
const SLIPPED: &str = "slipped to ";
/// How the batch of a handing over is called.
pub(super) const HANDED: &str = "handed to ";

/// Goes on to the next row, where these stay in the list and stand elsewhere in it: they are dealt with.
pub(super) fn go_on(cx: &mut Cx<'_>, ids: &[String]) {
    let Some(screen) = cx.screen.as_deref_mut() else {
        return;
    };
    if screen.active() != Place::FollowUps || cx.edits.is_empty() {
        return;
    }
    let list = &screen.shelf_mut(Place::FollowUps).list;
    let (order, here) = (list.order(), list.position());
    if !order.get(here).is_some_and(|key| ids.contains(key)) {
        return;
    }
    let free = |key: &&String| !ids.contains(key);
    let next = order.iter().skip(here + 1).find(free);
    let next = next.or_else(|| order.iter().take(here).rev().find(free));
    screen.returning = next.cloned();
}

/// Goes on as the verb did whose batch is done again.
pub(in crate::command) fn go_on_again(cx: &mut Cx<'_>, batch: &Batch) {
    if [SLIPPED, HANDED]
        .iter()
        .any(|begins| batch.label.starts_with(begins))
    {
        let ids: Vec<String> = batch.edits.iter().map(|edit| edit.id.clone()).collect();
        go_on(cx, &ids);
    }
}

/// Gives a follow-up another due time; one that is later counts as a slip.
pub(super) fn move_to(cx: &mut Cx<'_>, id: &str, due: Due) -> Result<bool, CommandError> {
    let Some(before) = cx.world.table::<FollowUp>().record(id) else {
        return Ok(false);
    };
    let later = match &before.due {
        None => false,
        Some(before) => before.date() < due.date() || instant_of(before, cx) < instant_of(&due, cx),
    };
    cx.change::<FollowUp>(id, |follow_up| {
        follow_up.due = Some(due);
        if later {
            follow_up.slipped = Some(follow_up.slipped.unwrap_or(0) + 1);
        }
    })
}

/// Moves each follow-up by a span from its own due time.
pub(super) fn shift(
    cx: &mut Cx<'_>,
    by: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(by) = by else {
        return prompt(cx, "shift by", "follow-up shift", ids, Expects::Text);
    };
    let shift = Shift::parse(by).map_err(|error| {
        CommandError::usage(
            error.to_string(),
            "write `+2d`, `-1d`, `1w`, `3 workdays` or `4h`",
        )
    })?;
    let mut moved = Vec::new();
    let mut undated = 0;
    for id in &ids {
        let due = cx
            .world
            .table::<FollowUp>()
            .record(id)
            .and_then(|follow_up| follow_up.due.clone());
        let Some(due) = due else {
            undated += 1;
            continue;
        };
        let Some(due) = shifted(&due, &shift, cx) else {
            return Err(CommandError::refused(
                format!("shift by {by}"),
                "a due date has no hours, or the calendar ends there",
                "shift it by days, or slip it to a time of day",
            ));
        };
        move_to(cx, id, due)?;
        moved.push(id.clone());
    }
    conclude(cx, &format!("shifted by {by}"), &moved)?;
    if undated > 0 {
        let words = format!(
            "shifted {} by {by}; {undated} without a due date stay",
            moved.len()
        );
        cx.say(crate::pane::Tone::Info, words);
    }
    Ok(())
}

/// Days keep the wall clock of the follow-up's own zone, hours are elapsed time.
fn shifted(due: &Due, shift: &Shift, cx: &Cx<'_>) -> Option<Due> {
    match due {
        Due::On { .. } if shift.has_hours() => None,
        Due::On { date } => Some(Due::On {
            date: shift.date(*date)?,
        }),
        Due::At {
            wall: at,
            zone: name,
            instant,
        } => {
            let zone = zone::load(name).unwrap_or_else(|_| cx.world.view.zone.clone());
            let start = if shift.has_days() {
                wall::instant(shift.date(at.date())?.to_datetime(at.time()), &zone)
            } else {
                *instant
            };
            let instant = start.checked_add(shift.elapsed()).ok()?;
            Some(Due::At {
                wall: zone.to_datetime(instant),
                zone: name.clone(),
                instant,
            })
        }
    }
}

/// Puts follow-ups out of sight for a while.
pub(super) fn snooze(
    cx: &mut Cx<'_>,
    until: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(until) = until else {
        return prompt(
            cx,
            "out of sight until",
            "follow-up snooze",
            ids,
            Expects::When,
        );
    };
    let mut shown = String::new();
    for id in &ids {
        let at = if until == "morning" {
            their_morning(cx, waited_for(cx, id))
        } else {
            instant_of(&due_of(&read_phrase(until, cx)?), cx)
        };
        if at <= cx.world.view.now {
            return Err(CommandError::refused(
                format!("snooze until {until}"),
                "that has passed",
                "name a later time",
            ));
        }
        shown = stamp(at, cx);
        cx.change::<FollowUp>(id, |follow_up| follow_up.snoozed_until = Some(at))?;
    }
    conclude(cx, &format!("out of sight until {shown}"), &ids)
}

/// Says how follow-ups come again.
pub(super) fn repeat(
    cx: &mut Cx<'_>,
    rule: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::FollowUp, cx)?;
    let Some(words) = rule else {
        return prompt(cx, "repeat", "follow-up repeat", ids, Expects::Text);
    };
    let rule = read_rule(words)?;
    for id in &ids {
        cx.change::<FollowUp>(id, |follow_up| follow_up.recurrence.clone_from(&rule))?;
    }
    let said = Recurrence::parse(&rule).map_or_else(|_| "never".into(), |rule| rule.to_string());
    conclude(cx, &format!("repeats {said}"), &ids)
}

/// Reads how something comes again; `never` gives an empty rule.
pub(in crate::command) fn read_rule(words: &str) -> Result<String, CommandError> {
    if matches!(words.trim(), "never" | "none" | "no" | "once") {
        return Ok(String::new());
    }
    rule_of(words)
        .map_err(|error| CommandError::usage(error.to_string(), "`never` takes the rule away"))
}

/// Asks for the rest of a command, its records bound by their ids.
pub(super) fn prompt(
    cx: &mut Cx<'_>,
    title: &str,
    name: &'static str,
    ids: Vec<String>,
    expects: Expects,
) -> Result<(), CommandError> {
    cx.ask(
        name,
        Ask::Prompt {
            title: title.into(),
            command: command_line(
                name,
                &Targets {
                    ids,
                    ..Targets::default()
                },
            ),
            text: String::new(),
            expects,
        },
    )
}
