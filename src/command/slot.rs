//! The hours in which people can meet.

use clap::Subcommand;
use jiff::ToSpan as _;

use super::{CommandError, Cx};
use crate::pane::Tone;
use crate::record::{Id, Person};

/// A change of the slots place.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum SlotCommand {
    /// Shows the next day.
    NextDay,
    /// Shows the day before.
    PreviousDay,
    /// Shows today.
    Today,
    /// Chooses the people by name; `+NAME` adds one, `-NAME` takes one out.
    With {
        /// Names, separated by commas.
        #[arg(value_name = "NAMES", allow_hyphen_values = true)]
        names: Option<String>,
    },
    /// Sets the length of the meeting in minutes.
    Length {
        /// Minutes.
        #[arg(value_name = "MINUTES")]
        minutes: i64,
    },
}

impl SlotCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let today = cx.world.view.today();
        match self {
            Self::NextDay | Self::PreviousDay => {
                let by = if self == Self::NextDay { 1 } else { -1 };
                let slots = &mut cx.screen("slot")?.slots;
                slots.day = slots
                    .day
                    .unwrap_or(today)
                    .checked_add(by.days())
                    .ok()
                    .or(slots.day);
            }
            Self::Today => cx.screen("slot")?.slots.day = Some(today),
            Self::Length { minutes } => {
                if !(5..=480).contains(&minutes) {
                    return Err(CommandError::refused(
                        format!("a meeting of {minutes} minutes"),
                        "a slot is between 5 minutes and 8 hours long",
                        "try 30, 45 or 60",
                    ));
                }
                cx.screen("slot")?.slots.minutes = minutes;
                cx.say(Tone::Info, format!("{minutes} minutes"));
            }
            Self::With { names: None } => pick(cx)?,
            Self::With { names: Some(names) } => {
                for name in names
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                {
                    choose(cx, name)?;
                }
            }
        }
        Ok(())
    }
}

/// Lets the user pick one more person, or take one out.
fn pick(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let shown = cx.screen("slot with")?.slots.people.clone();
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
            super::cx::Choice {
                key: None,
                label: format!("{sign} {}", person.name),
                detail: format!("{} {}", person.org, person.zone),
                word: format!("{sign}{}", id.as_str()),
            }
        })
        .collect();
    cx.asks.push(super::Ask::Pick {
        title: "people".into(),
        command: "slot with".into(),
        choices,
    });
    Ok(())
}

fn choose(cx: &mut Cx<'_>, name: &str) -> Result<(), CommandError> {
    let (sign, name) = match name.split_at_checked(1) {
        Some((sign @ ("+" | "-"), rest)) => (sign, rest),
        _ => ("+", name),
    };
    let id = super::input::find_by_name::<Person>(cx.world, name, |person| &person.name)?;
    let people = &mut cx.screen("slot with")?.slots.people;
    people.retain(|person| *person != id);
    if sign == "+" {
        people.push(id);
    }
    Ok(())
}
