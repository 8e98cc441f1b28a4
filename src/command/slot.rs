//! The hours in which people can meet.

mod timetable;

use timetable::guests;
pub use timetable::{Guest, Offer, Timetable, is_free};

use clap::Subcommand;
use jiff::{SignedDuration, ToSpan as _};

use super::{CommandError, Cx};
use crate::effect::Effect;
use crate::pane::Tone;
use crate::record::{Attendee, Id, Meeting, MeetingState, Person};
use crate::when::{clock, wall, zone};

/// Best times that go into a proposal.
const PROPOSED: usize = 3;

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
    /// Goes to the next of the best times, the best one first.
    Best,
    /// Holds the half hour under the cursor: makes a meeting with the people shown.
    Hold {
        /// What it is about.
        #[arg(value_name = "TITLE")]
        title: Option<String>,
    },
    /// Copies the best times as a message, in everyone's time.
    Copy,
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
            Self::Today => {
                let slots = &mut cx.screen("slot")?.slots;
                (slots.day, slots.from) = (Some(today), None);
            }
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
            Self::Best => best(cx)?,
            Self::Hold { title } => hold(cx, title)?,
            Self::Copy => {
                let table = timetable(cx, "slot copy")?;
                let Some(text) = table.proposal(PROPOSED) else {
                    return Err(nobody_can(&table));
                };
                cx.effects.push(Effect::Copy(text));
                let count = table.offers.len().min(PROPOSED);
                cx.say(Tone::Done, format!("copied the {count} best times"));
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

fn timetable(cx: &mut Cx<'_>, name: &'static str) -> Result<Timetable, CommandError> {
    let slots = cx.screen(name)?.slots.clone();
    Timetable::of(cx.world, &slots).map_err(|error| {
        CommandError::refused(
            "the slots of these people",
            error.to_string(),
            "w changes them",
        )
    })
}

fn nobody_can(table: &Timetable) -> CommandError {
    CommandError::refused(
        format!("a meeting of {} minutes", table.minutes),
        "no time in these seven days suits everyone",
        "J looks further, w leaves someone out, m makes it shorter",
    )
}

/// Goes to the best time that comes after the one under the cursor in the order of the offers.
fn best(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let table = timetable(cx, "slot best")?;
    let zone = cx.world.view.zone.clone();
    let places: Vec<_> = table
        .offers
        .iter()
        .map(|offer| {
            let day = zone.to_datetime(offer.start).date();
            let start = wall::day_start(day, &zone).unwrap_or(offer.start);
            let minutes = offer.start.duration_since(start).as_mins();
            (day, usize::try_from(minutes / 30).unwrap_or(0))
        })
        .collect();
    let slots = &mut cx.screen("slot best")?.slots;
    let here = (table.day, slots.cell);
    let next = places
        .iter()
        .position(|place| *place == here)
        .map_or(0, |at| (at + 1) % places.len());
    let Some((day, cell)) = places.get(next) else {
        return Err(nobody_can(&table));
    };
    slots.from = Some(table.from);
    (slots.day, slots.cell) = (Some(*day), *cell);
    Ok(())
}

fn hold(cx: &mut Cx<'_>, title: Option<String>) -> Result<(), CommandError> {
    let table = timetable(cx, "slot hold")?;
    let cell = cx.screen("slot hold")?.slots.cell;
    let cell = cell.min(table.halves.len().saturating_sub(1));
    let Some(start) = table.halves.get(cell).copied() else {
        return Err(CommandError::NoTarget(
            "there is no hour under the cursor".into(),
        ));
    };
    if start < cx.world.view.now {
        return Err(CommandError::refused(
            format!("a meeting at {}", clock::stamp(start, &cx.world.view.zone)),
            "that is over",
            "l and J go on in time",
        ));
    }
    let mine = cx.world.me().and_then(|me| me.person.clone());
    let names: Vec<String> = table
        .guests
        .iter()
        .filter(|guest| Some(&guest.person) != mine.as_ref())
        .filter_map(|guest| cx.world.get(&guest.person))
        .map(|person| person.name.clone())
        .collect();
    let attendee = |guest: &Guest| Attendee {
        person: guest.person.clone(),
        required: true,
    };
    let id = cx.create(Meeting {
        title: title.unwrap_or_else(|| format!("Meeting with {}", names.join(", "))),
        start: Some(start),
        end: start
            .checked_add(SignedDuration::from_mins(table.minutes))
            .ok(),
        zone: zone::name(&cx.world.view.zone),
        attendees: table.guests.iter().map(attendee).collect(),
        state: MeetingState::Held,
        owner: Some(cx.world.my_id()),
        ..Meeting::default()
    });
    let at = clock::stamp(start, &cx.world.view.zone);
    let free = table.turnout.get(cell).copied().unwrap_or(0);
    let whole = table.guests.len();
    cx.label(format!("hold {at}"));
    let words = if free < whole {
        format!("held {at}, {} of {whole} cannot come: {id}", whole - free)
    } else {
        format!("held {at}, everyone can come")
    };
    cx.say(Tone::Done, words);
    Ok(())
}

/// Lets the user pick one more person, or take one out.
fn pick(cx: &mut Cx<'_>) -> Result<(), CommandError> {
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
    let slots = cx.screen("slot with")?.slots.clone();
    // Whoever is shown stays, also where the console chose them by itself.
    let shown = guests(cx.world, &slots);
    let people = &mut cx.screen("slot with")?.slots.people;
    *people = shown;
    people.retain(|person| *person != id);
    if sign == "+" {
        people.push(id);
    }
    Ok(())
}
