//! Spreading what is due over the days.

use super::super::inbox::conclude;
use super::super::phrase::moved;
use super::super::slot::days_off;
use super::super::{Ask, Choice, CommandError, Cx};
use super::time::move_to;
use crate::list::World;
use crate::pane::Tone;
use crate::record::{FollowUp, Person};
use crate::triage::{Duty, Move, level as spread};
use crate::when::clock;

/// Shows how what is due can be spread, and moves what is chosen.
pub(super) fn level(
    cx: &mut Cx<'_>,
    which: Option<&str>,
    days: u16,
    cap: Option<u16>,
) -> Result<(), CommandError> {
    let cap = cap.map_or(cx.settings.day_cap, usize::from);
    let plan = plan(cx.world, cap, days);
    if plan.is_empty() {
        cx.say(
            Tone::Info,
            format!("no day of the next {days} holds more than {cap} that can move"),
        );
        return Ok(());
    }
    let Some(which) = which else {
        return show(cx, &plan, days, cap);
    };
    let chosen: Vec<&Move> = plan
        .iter()
        .filter(|step| which == "all" || step.id.as_str() == which)
        .collect();
    if chosen.is_empty() {
        return Err(CommandError::NoTarget(format!(
            "the plan does not move `{which}`; `follow-up level` shows it"
        )));
    }
    let mut ids = Vec::new();
    for step in chosen {
        let before = cx
            .world
            .get(&step.id)
            .and_then(|follow_up| follow_up.due.clone());
        let due = moved(before.as_ref(), step.to, &cx.world.view.zone);
        move_to(cx, step.id.as_str(), due)?;
        ids.push(step.id.as_str().to_owned());
    }
    conclude(cx, "levelled", &ids)
}

/// Works out which follow-ups of mine move to which day, with the days that `L` looks ahead.
pub(crate) fn level_plan(world: &World, cap: usize) -> Vec<Move> {
    plan(world, cap, AHEAD)
}

/// How many days ahead levelling looks where nothing is said.
pub(super) const AHEAD: u16 = 14;

/// Works out which follow-ups of mine move to which day.
fn plan(world: &World, cap: usize, days: u16) -> Vec<Move> {
    let me = world.my_id();
    let today = world.view.today();
    let range = (today, crate::figure::plus_days(today, i64::from(days)));
    let away = |follow_up: &FollowUp| {
        let person = world.follow::<Person>(follow_up.waiting_for.as_ref());
        person
            .map(|person| days_off(person, range))
            .unwrap_or_default()
    };
    // Who has no contact record keeps the holidays of the zone in which they work.
    let own = world.me().map(|me| {
        let known = world.follow::<Person>(me.person.as_ref());
        known.cloned().unwrap_or_else(|| Person {
            zone: me.zone.clone(),
            ..Person::default()
        })
    });
    let mine_off = own
        .map(|person| days_off(&person, range))
        .unwrap_or_default();
    let duties: Vec<Duty<'_>> = world
        .table::<FollowUp>()
        .records()
        .filter(|(_, follow_up)| follow_up.owner.as_ref() == Some(&me))
        .map(|(id, follow_up)| Duty {
            id,
            follow_up,
            away: away(follow_up),
        })
        .collect();
    spread(
        &duties,
        &crate::pane::Contacts(world),
        &world.view,
        &mine_off,
        cap,
        days,
    )
}

fn show(cx: &mut Cx<'_>, plan: &[Move], days: u16, cap: usize) -> Result<(), CommandError> {
    let line = |step: &Move| {
        let title = cx
            .world
            .get(&step.id)
            .map_or("", |follow_up| &follow_up.title);
        let from = clock::date_stamp(step.from);
        (
            title.to_owned(),
            format!("{from} → {}", clock::date_stamp(step.to)),
        )
    };
    if cx.screen.is_none() {
        let mut lines: Vec<String> = plan
            .iter()
            .map(|step| {
                let (title, days) = line(step);
                format!("{days}  {title}  {}", step.id)
            })
            .collect();
        lines.push(format!(
            "{} would move, at most {cap} a day; `cnm follow-up level all` moves them",
            plan.len()
        ));
        for line in lines {
            cx.say(Tone::Info, line);
        }
        return Ok(());
    }
    let mut choices = vec![Choice {
        key: Some('a'),
        label: format!("Move all {}", plan.len()),
        detail: format!("at most {cap} a day"),
        word: "all".into(),
    }];
    let letters = ('b'..='z').map(Some).chain(std::iter::repeat(None));
    choices.extend(plan.iter().zip(letters).map(|(step, key)| {
        let (label, detail) = line(step);
        Choice {
            key,
            label,
            detail,
            word: step.id.as_str().to_owned(),
        }
    }));
    cx.ask(
        "follow-up level",
        Ask::Pick {
            title: "level: a moves all, another letter only its own".into(),
            command: format!("follow-up level --days {days} --cap {cap}"),
            choices,
        },
    )
}
