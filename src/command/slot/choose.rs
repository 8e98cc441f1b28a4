//! Who comes to a meeting, and who need not.

use super::super::cx::Choice;
use super::super::input::name_grade;
use super::super::{Ask, CommandError, Cx};
use super::list;
use super::names::{about, person_called};
use super::people::{forget_origin, guests};
use crate::record::{Id, Person};
use crate::text::fold;

/// Makes people optional, or required again.
pub(super) fn optional(cx: &mut Cx<'_>, names: Option<&str>) -> Result<(), CommandError> {
    let slots = cx.screen("slot optional")?.slots.clone();
    let shown = guests(cx.world, &slots);
    let Some(names) = names else {
        let choices = shown
            .iter()
            .filter_map(|id| Some((id, cx.world.get(id)?)))
            .map(|(id, person)| Choice {
                key: None,
                label: person.name.clone(),
                detail: if slots.optional.contains(id) {
                    "optional now".into()
                } else {
                    "must come now".into()
                },
                word: id.to_string(),
            })
            .collect();
        cx.asks.push(Ask::Pick {
            title: "optional or not".into(),
            command: "slot optional".into(),
            choices,
        });
        return Ok(());
    };
    for name in list(names) {
        let id = person_called(cx.world, name)?;
        let optional = &mut cx.screen("slot optional")?.slots.optional;
        if optional.contains(&id) {
            optional.retain(|one| *one != id);
        } else {
            optional.push(id);
        }
    }
    // Whoever is shown stays, also where the console chose them by itself.
    cx.screen("slot optional")?.slots.people = shown;
    Ok(())
}

/// Lets the user pick one more person, or take one out.
pub(super) fn pick(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let slots = cx.screen("slot with")?.slots.clone();
    let shown = guests(cx.world, &slots);
    let mut people: Vec<(&Id<Person>, &Person)> = cx
        .world
        .table::<Person>()
        .records()
        .filter(|(_, person)| !person.zone.is_empty())
        .collect();
    people.sort_by_key(|(id, person)| (!shown.contains(id), person.name.clone(), (*id).clone()));
    let choices = people
        .into_iter()
        .map(|(id, person)| {
            let sign = if shown.contains(id) { '-' } else { '+' };
            Choice {
                key: None,
                label: format!("{sign} {}", person.name),
                detail: about(cx.world, person),
                word: format!("{sign}{}", id.as_str()),
            }
        })
        .collect();
    cx.asks.push(Ask::Pick {
        title: "people".into(),
        command: "slot with".into(),
        choices,
    });
    Ok(())
}

/// Adds and takes out people by name; nothing changes unless every name is understood.
pub(super) fn choose(cx: &mut Cx<'_>, names: &str) -> Result<(), CommandError> {
    let slots = cx.screen("slot with")?.slots.clone();
    // Whoever is shown stays, also where the console chose them by itself.
    let mut people = guests(cx.world, &slots);
    for name in list(names) {
        let (sign, name) = match name.split_at_checked(1) {
            Some((sign @ ("+" | "-"), rest)) => (sign, rest),
            _ => ("+", name),
        };
        if sign == "-" {
            let id = shown_called(cx, &people, name)?;
            people.retain(|person| *person != id);
            continue;
        }
        let id = person_called(cx.world, name)?;
        if !people.contains(&id) {
            people.push(id);
        }
    }
    let mut slots = slots;
    slots.people = people;
    forget_origin(cx.world, &mut slots);
    cx.screen("slot with")?.slots = slots;
    Ok(())
}

/// Finds who of those shown is called so: whoever shares the name and is not shown does not make it doubtful.
fn shown_called(cx: &Cx<'_>, shown: &[Id<Person>], name: &str) -> Result<Id<Person>, CommandError> {
    let wanted = fold(name.trim());
    let named: Vec<(&Id<Person>, String)> = (shown.iter())
        .filter_map(|id| Some((id, fold(&cx.world.get(id)?.name))))
        .collect();
    let alike = |grade: u8| -> Vec<&Id<Person>> {
        (named.iter())
            .filter(|(id, have)| {
                id.as_str() == name || name_grade(have, &wanted).is_some_and(|best| best <= grade)
            })
            .map(|(id, _)| *id)
            .collect()
    };
    let (exact, near) = (alike(0), alike(u8::MAX));
    match (exact.as_slice(), near.as_slice()) {
        ([one], _) | ([], [one]) => Ok((*one).clone()),
        // Nobody or several: the search through all contacts says so.
        _ => super::super::input::find_by_name::<Person>(cx.world, name, |person| &person.name),
    }
}
