//! Merging leads that are the same company, and finding them.

use super::add::{index, standing};
use crate::command::inbox::{command_line, conclude};
use crate::command::{Ask, Choice, CommandError, Cx, Targets};
use crate::pane::{FunnelView, Place, Tone, arrange};
use crate::record::{AnyRef, FollowUp, Id, Kind, Lead, Meeting, Record, Stage, Thread};

/// At most this many likely leads are offered.
const OFFERED: usize = 9;

/// Fields of the lead that stays which are its own: a double never fills them in.
const OWN: [&str; 10] = [
    "name",
    "stage",
    "entered_at",
    "created_at",
    "closed_at",
    "owner",
    "duplicate_of",
    "lost_reason",
    "shared_with",
    "summary",
];

pub(super) fn merge(
    cx: &mut Cx<'_>,
    into: Option<String>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Lead, cx)?;
    let into = match into {
        Some(into) => crate::command::input::find_by_name::<Lead>(
            cx.world,
            into.trim_start_matches("lead:"),
            |lead| &lead.name,
        )?,
        None if ids.len() > 1 => survivor(cx, &ids),
        None => return offer(cx, &ids, targets),
    };
    let doubles: Vec<String> = ids.into_iter().filter(|id| *id != into.as_str()).collect();
    if doubles.is_empty() {
        return Err(CommandError::NoTarget(
            "a lead cannot be merged into itself: mark the double, too".into(),
        ));
    }
    for double in &doubles {
        one(cx, double, &into)?;
    }
    let name = cx.world.get(&into).map_or("", |lead| &lead.name).to_owned();
    conclude(cx, &format!("merged into {name}"), &doubles)?;
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.shelf_mut(Place::Funnel).list.admit([into.as_str()]);
        arrange(cx.world, screen, Place::Funnel, true);
        screen
            .shelf_mut(Place::Funnel)
            .list
            .go_to_key(into.as_str());
    }
    Ok(())
}

/// Of several marked leads the one under the cursor stays, else the one that came furthest, then the oldest.
fn survivor(cx: &Cx<'_>, ids: &[String]) -> Id<Lead> {
    let cursor = cx
        .screen
        .as_deref()
        .and_then(|screen| screen.list())
        .and_then(|list| list.cursor())
        .filter(|cursor| ids.iter().any(|id| id == cursor));
    if let Some(cursor) = cursor {
        return Id::new(cursor);
    }
    let table = cx.world.table::<Lead>();
    let place = |id: &String| {
        let lead = table.record(id);
        let stage = lead.and_then(|lead| cx.world.follow::<Stage>(lead.stage.as_ref()));
        let order = stage.and_then(|stage| stage.order);
        let created = lead.and_then(|lead| lead.created_at);
        (std::cmp::Reverse(order), created, id.clone())
    };
    let first = ids.iter().min_by_key(|id| place(id));
    Id::new(first.map_or("", String::as_str))
}

/// Offers the leads that look like this one; where none does, all that are worked on.
fn offer(cx: &mut Cx<'_>, ids: &[String], targets: &Targets) -> Result<(), CommandError> {
    let Some(id) = ids.first() else {
        return Ok(());
    };
    let link = Id::<Lead>::new(id).link();
    let likely: Vec<Choice> = index(cx.world)
        .of(&link)
        .into_iter()
        .filter(|one| one.record.id_of::<Lead>().is_some())
        .take(OFFERED)
        .zip('1'..)
        .map(|(one, key)| Choice {
            key: Some(key),
            label: cx.world.title(&one.record),
            detail: standing(cx.world, &one),
            word: one.record.id.to_string(),
        })
        .collect();
    let choices = if likely.is_empty() {
        let mut others: Vec<Choice> = cx
            .world
            .table::<Lead>()
            .records()
            .filter(|(other, lead)| {
                other.as_str() != id.as_str() && lead.is_open() && lead.duplicate_of.is_none()
            })
            .map(|(other, lead)| Choice {
                key: None,
                label: lead.name.clone(),
                detail: super::stage_name_of(cx.world, lead),
                word: other.as_str().to_owned(),
            })
            .collect();
        others.sort_by(|a, b| a.label.cmp(&b.label));
        others
    } else {
        likely
    };
    cx.ask(
        "lead merge",
        Ask::Pick {
            title: format!("merge {} into", cx.world.title(&link)),
            command: command_line("lead merge", targets),
            choices,
        },
    )
}

/// Merges one double: the lead that stays takes over what it lacks and what hangs under the double.
fn one(cx: &mut Cx<'_>, double: &str, into: &Id<Lead>) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    let Some(lost) = cx.world.table::<Lead>().record(double).cloned() else {
        return Ok(());
    };
    cx.change::<Lead>(into.as_str(), |lead| {
        for field in Lead::FIELDS {
            let empty = (field.get)(lead).is_empty();
            if empty && !OWN.contains(&field.info.name) {
                // A value of the same field always fits.
                let _ = (field.set)(lead, (field.get)(&lost));
            }
        }
        lead.created_at = match (lead.created_at, lost.created_at) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        let others = lost.owner.iter().chain(&lost.shared_with);
        for user in others {
            if lead.owner.as_ref() != Some(user) && !lead.shared_with.contains(user) {
                lead.shared_with.push(user.clone());
            }
        }
        if !lost.summary.trim().is_empty() && !lead.summary.contains(lost.summary.trim()) {
            lead.summary = format!("{}\n{}", lead.summary.trim_end(), lost.summary.trim())
                .trim_start()
                .to_owned()
                .into();
        }
    })?;
    cx.change::<Lead>(double, |lead| {
        lead.duplicate_of = Some(into.clone());
        lead.closed_at = lead.closed_at.or(Some(now));
    })?;
    hang_over::<Thread>(cx, double, into, |thread| &mut thread.lead)?;
    hang_over::<FollowUp>(cx, double, into, |follow_up| &mut follow_up.lead)?;
    hang_over::<Meeting>(cx, double, into, |meeting| &mut meeting.lead)
}

/// Hangs the records of a kind under the lead that stays.
fn hang_over<R: Record>(
    cx: &mut Cx<'_>,
    double: &str,
    into: &Id<Lead>,
    link: impl Fn(&mut R) -> &mut Option<Id<Lead>>,
) -> Result<(), CommandError> {
    let ids: Vec<String> = cx
        .world
        .table::<R>()
        .records()
        .filter(|(_, record)| {
            let mut record = (*record).clone();
            link(&mut record)
                .as_ref()
                .is_some_and(|lead| lead.as_str() == double)
        })
        .map(|(id, _)| id.as_str().to_owned())
        .collect();
    for id in ids {
        cx.change::<R>(&id, |record| *link(record) = Some(into.clone()))?;
    }
    Ok(())
}

/// Lists the leads that look like another lead or a CN: on paper, or as the rows of the list.
pub(super) fn duplicates(cx: &mut Cx<'_>) {
    let pairs = index(cx.world).pairs();
    let open = |id: &Id<Lead>| cx.world.get(id).is_some_and(Record::is_open);
    let pairs: Vec<_> = pairs
        .into_iter()
        .filter(|(one, other)| {
            let either = [one, &other.record];
            either
                .iter()
                .filter_map(|link| link.id_of::<Lead>())
                .any(|id| open(&id))
        })
        .collect();
    if cx.screen.is_none() {
        for (one, other) in &pairs {
            cx.output.push(format!(
                "{one} `{}`  {} `{}`  {}",
                cx.world.title(one),
                other.record,
                cx.world.title(&other.record),
                standing(cx.world, other)
            ));
        }
        cx.output.push(format!("{} pairs look alike", pairs.len()));
        return;
    }
    let mut ids: Vec<String> = pairs
        .iter()
        .flat_map(|(one, other)| [one, &other.record])
        .filter_map(AnyRef::id_of::<Lead>)
        .filter(open)
        .map(|id| id.as_str().to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        cx.say(Tone::Done, "no open lead looks like another");
        return;
    }
    let words = match ids.len() {
        1 => "1 lead looks like another; m merges".to_owned(),
        many => format!("{many} leads look like another; m merges"),
    };
    let filter = format!("id:{}", ids.join(","));
    if let Some(screen) = cx.screen.as_deref_mut() {
        if screen.place != Place::Funnel {
            screen.go(Place::Funnel);
        }
        screen.funnel.view = FunnelView::List;
        screen.funnel.stepping = None;
        screen.shelf_mut(Place::Funnel).filter = filter;
        arrange(cx.world, screen, Place::Funnel, true);
        screen.shelf_mut(Place::Funnel).list.go_to(0);
    }
    cx.say(Tone::Info, words);
}
