//! The hours in which people can meet.

mod book;
mod calendar;
mod find;
mod people;
mod series;
mod timetable;

pub use book::{HoldArgs, release_expired};
pub use calendar::{invitation, take_calendar};
pub use find::{Stretch, Wanted, between, split_names};
pub use series::{SeriesRow, SeriesTable};
pub use timetable::{Guest, Insight, Offer, Rejection, Timetable, agenda, is_free};

use clap::{Subcommand, ValueEnum};
use jiff::ToSpan as _;

use super::cx::{Choice, Expects};
use super::{Ask, CommandError, Cx, Targets};
use crate::effect::Effect;
use crate::pane::{Anchored, Focus, Place, SlotOrder, SlotView, Tone};
use crate::record::{AnyRef, Id, MeetingState, Person, Thread};
use crate::slots::text::{self, Language, Layout};
use crate::slots::{Attendee, SlotsError};
use crate::when::wall;
use find::{cell_of, read_length};
use people::{guests, people_about};

/// The lengths of a cell, in minutes.
const STEPS: [u32; 3] = [15, 30, 60];

/// The language of a text to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::En => Language::English,
            Tongue::Zh => Language::Chinese,
        }
    }
}

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
    /// Says without whom the meeting can take place, or that they must come after all.
    Optional {
        /// Names, separated by commas.
        #[arg(value_name = "NAMES")]
        names: Option<String>,
    },
    /// Looks for a time with the people of the thread, CN, lead or contact under the cursor.
    Meet(Targets),
    /// Looks for what a line says: `next tue 4-6pm SGT with wei and ana for 45m`.
    Find {
        /// When, with whom, how long.
        #[arg(value_name = "WORDS")]
        words: Option<String>,
    },
    /// Sets the length of the meeting: `45`, `45m`, `1h30`.
    Length {
        /// The length.
        #[arg(value_name = "LENGTH")]
        length: Option<String>,
    },
    /// Sets in how many days the best times are looked for.
    Range {
        /// Days, at most 92.
        #[arg(value_name = "DAYS")]
        days: Option<i64>,
    },
    /// Makes the cells finer: 60, 30, 15 minutes.
    Finer,
    /// Makes the cells coarser: 15, 30, 60 minutes.
    Coarser,
    /// Goes to the next of the best times, the best one first; in the meetings, to the next one.
    Best,
    /// Goes to the time before among the best ones; in the meetings, to the one before.
    Former,
    /// Goes to the time that spares most whoever has paid most so far.
    Fairest,
    /// Puts the best times into the order of the calendar, or back into that of fairness.
    Order,
    /// Says why the other times of the day do not do, or shows the best times again.
    Why,
    /// Shows the next eight meetings of a series that begins at the time under the cursor.
    Series {
        /// Whose clock it keeps; without it the next one: mine, theirs, taking turns.
        #[arg(long, value_enum, value_name = "WHOSE")]
        clock: Option<Anchored>,
        /// Weeks from one meeting to the next.
        #[arg(long, value_name = "WEEKS", value_parser = clap::value_parser!(i64).range(1..=26))]
        every: Option<i64>,
    },
    /// Holds the meetings of the series that is shown.
    HoldSeries {
        /// What they are about.
        #[arg(value_name = "TITLE")]
        title: Option<String>,
    },
    /// Holds the time under the cursor until it expires: makes a meeting with the people shown.
    Hold(HoldArgs),
    /// Puts the best times into the reply of the thread that I came from, or on the clipboard.
    Propose {
        /// Keeps the times free until they expire.
        #[arg(long)]
        hold: bool,
        /// The language; without it that of whoever reads.
        #[arg(long, value_enum, value_name = "LANGUAGE")]
        language: Option<Tongue>,
    },
    /// Agrees a meeting; the other times of the same proposal are released.
    Confirm(Targets),
    /// Declines a meeting.
    Decline(Targets),
    /// Gives the time of a meeting free.
    Release(Targets),
    /// Moves a meeting; without a time it is chosen on the hours of its people.
    Move {
        /// When, as a phrase such as `tue 17:00`.
        #[arg(value_name = "WHEN")]
        to: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Copies the best times as a message, in everyone's time; in the meetings, that of the meeting.
    Copy {
        /// The language.
        #[arg(long, value_enum, default_value = "en", value_name = "LANGUAGE")]
        language: Tongue,
    },
    /// Writes a meeting, its series or the time under the cursor as a calendar file (.ics).
    Export {
        /// The file.
        #[arg(value_name = "FILE")]
        file: Option<String>,
        /// The records to act on.
        #[command(flatten)]
        targets: Targets,
    },
    /// Takes the busy time of a calendar file (.ics) into the book; doing it twice changes nothing.
    Import {
        /// The file.
        #[arg(value_name = "FILE")]
        file: Option<String>,
        /// Whose calendar it is, instead of mine.
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// Keeps the titles of the events; everyone who sees the contact sees them then.
        #[arg(long)]
        titles: bool,
    },
    /// Leaves one thing at a time: the move, the series, the reasons, the stretch that was asked for.
    Leave,
}

impl SlotCommand {
    /// Returns the records that it names.
    pub fn targets(&self) -> Option<&Targets> {
        match self {
            Self::Meet(targets)
            | Self::Confirm(targets)
            | Self::Decline(targets)
            | Self::Release(targets)
            | Self::Move { targets, .. }
            | Self::Export { targets, .. } => Some(targets),
            _ => None,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::NextDay => step_day(cx, 1),
            Self::PreviousDay => step_day(cx, -1),
            Self::With { names: None } => pick(cx),
            Self::With { names: Some(names) } => list(&names).try_for_each(|name| choose(cx, name)),
            Self::Optional { names } => optional(cx, names.as_deref()),
            Self::Meet(targets) => meet(cx, &targets),
            Self::Find { words } => look_for(cx, words.as_deref()),
            Self::Length { length } => set_length(cx, length.as_deref()),
            Self::Range { days } => set_range(cx, days),
            Self::Hold(args) => book::hold(cx, &args),
            Self::HoldSeries { title } => book::hold_series(cx, title.as_deref()),
            Self::Propose { hold, language } => {
                book::propose(cx, language.map(Language::from), hold)
            }
            Self::Confirm(targets) => book::confirm(cx, &targets),
            Self::Decline(targets) => {
                book::settle(cx, &targets, &MeetingState::Declined, "declined")
            }
            Self::Release(targets) => {
                book::settle(cx, &targets, &MeetingState::Released, "released")
            }
            Self::Move { to, targets } => book::change_time(cx, to.as_deref(), &targets),
            Self::Copy { language } => copy(cx, language.into()),
            Self::Export { file, targets } => export(cx, file, &targets),
            Self::Import { file, of, titles } => import(cx, file, of.as_deref(), titles),
            other => other.show(cx),
        }
    }

    /// Runs what changes the view alone.
    fn show(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let today = cx.world.view.today();
        match self {
            Self::Best => next(cx, true)?,
            Self::Former => next(cx, false)?,
            Self::Fairest => {
                let table = timetable(cx, "slot fairest")?;
                let Some(at) = table.fairest else {
                    return Err(nobody_can(&table));
                };
                go_to(cx, &table, at)?;
            }
            Self::Series { clock, every } => show_series(cx, clock, every)?,
            other => {
                let screen = cx.screen("slot")?;
                match other {
                    Self::Today => {
                        (screen.slots.day, screen.slots.from) = (Some(today), None);
                        screen.slots.within = None;
                    }
                    Self::Finer | Self::Coarser => {
                        step_cells(&mut screen.slots, other == Self::Finer);
                    }
                    Self::Order => {
                        screen.slots.order = match screen.slots.order {
                            SlotOrder::Fair => SlotOrder::Calendar,
                            SlotOrder::Calendar => SlotOrder::Fair,
                        };
                    }
                    Self::Why => {
                        screen.slots.view = match screen.slots.view {
                            SlotView::Why => SlotView::Times,
                            _ => SlotView::Why,
                        };
                    }
                    _ => leave(screen),
                }
            }
        }
        Ok(())
    }
}

fn step_cells(slots: &mut crate::pane::SlotsScreen, finer: bool) {
    let at = STEPS
        .iter()
        .position(|step| *step == slots.step)
        .unwrap_or(1);
    let at = if finer { at.saturating_sub(1) } else { at + 1 };
    slots.set_step(STEPS.get(at).copied().unwrap_or(60));
}

/// Leaves one thing at a time.
fn leave(screen: &mut crate::pane::Screen) {
    screen.notice = None;
    let slots = &mut screen.slots;
    if slots.moving.take().is_some() {
        screen.say(Tone::Info, "the meeting stays where it was");
    } else if slots.view != SlotView::Times {
        slots.view = SlotView::Times;
        slots.first = None;
    } else if screen.focus == Focus::Detail {
        screen.focus = Focus::List;
    } else if slots.within.is_some() {
        slots.within = None;
        slots.days = 7;
    } else if screen.zoom {
        screen.zoom = false;
    } else if slots.about.is_some() || slots.thread.is_some() {
        // Back to where the meeting was asked for.
        (slots.about, slots.thread) = (None, None);
        slots.people.clear();
        screen.travel(false);
    }
}

fn step_day(cx: &mut Cx<'_>, by: i64) -> Result<(), CommandError> {
    let today = cx.world.view.today();
    let slots = &mut cx.screen("slot")?.slots;
    slots.day = slots
        .day
        .unwrap_or(today)
        .checked_add(by.days())
        .ok()
        .or(slots.day);
    Ok(())
}

fn timetable(cx: &mut Cx<'_>, name: &'static str) -> Result<Timetable, CommandError> {
    let slots = cx.screen(name)?.slots.clone();
    Timetable::of(cx.world, &slots).map_err(cannot_plan)
}

/// Says why the times of these people cannot be worked out.
fn cannot_plan(error: SlotsError) -> CommandError {
    CommandError::refused(
        "the slots of these people",
        error.to_string(),
        "w changes them",
    )
}

fn nobody_can(table: &Timetable) -> CommandError {
    CommandError::refused(
        format!("a meeting of {} minutes", table.minutes),
        format!("no time in these {} days suits everyone", table.days),
        "v says why, J looks further, w leaves someone out, o makes someone optional",
    )
}

/// Goes to a time of the range.
fn go_to(cx: &mut Cx<'_>, table: &Timetable, at: jiff::Timestamp) -> Result<(), CommandError> {
    let zone = cx.world.view.zone.clone();
    let day = zone.to_datetime(at).date();
    let start = wall::day_start(day, &zone).unwrap_or(at);
    let slots = &mut cx.screen("slot")?.slots;
    slots.from = Some(table.from);
    slots.day = Some(day);
    slots.cell = cell_of(at, start, slots.step);
    Ok(())
}

/// Goes to the next or former of the best times, or of the meetings where those have the keys.
fn next(cx: &mut Cx<'_>, forward: bool) -> Result<(), CommandError> {
    if cx.screen("slot best")?.focus == Focus::Detail {
        let slots = cx.screen("slot best")?.slots.clone();
        let day = slots.day.unwrap_or_else(|| cx.world.view.today());
        let rows = agenda(cx.world, day);
        let here = rows
            .iter()
            .position(|(_, id)| Some(id) == slots.meeting.as_ref());
        let next = match (here, forward) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(rows.len().saturating_sub(1)),
            (Some(at), false) => at.saturating_sub(1),
        };
        cx.screen("slot best")?.slots.meeting = rows.get(next).map(|(_, id)| id.clone());
        return Ok(());
    }
    let table = timetable(cx, "slot best")?;
    let zone = cx.world.view.zone.clone();
    let slots = cx.screen("slot best")?.slots.clone();
    let place = |at: jiff::Timestamp| {
        let day = zone.to_datetime(at).date();
        let start = wall::day_start(day, &zone).unwrap_or(at);
        (day, cell_of(at, start, slots.step))
    };
    let count = table.offers.len();
    if count == 0 {
        return Err(nobody_can(&table));
    }
    let here = table
        .offers
        .iter()
        .position(|offer| place(offer.start) == (table.day, slots.cell));
    let next = match (here, forward) {
        (None, true) => 0,
        (None, false) => count - 1,
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
    };
    match table.offers.get(next).map(|offer| offer.start) {
        Some(at) => go_to(cx, &table, at),
        None => Err(nobody_can(&table)),
    }
}

fn show_series(
    cx: &mut Cx<'_>,
    clock: Option<Anchored>,
    every: Option<i64>,
) -> Result<(), CommandError> {
    let shown = cx.screen("slot series")?.slots.view == SlotView::Series;
    if !shown {
        let at = book::under_cursor(cx, "slot series")?;
        cx.screen("slot series")?.slots.first = Some(at);
    }
    let slots = &mut cx.screen("slot series")?.slots;
    slots.view = SlotView::Series;
    slots.every = every.unwrap_or(slots.every);
    slots.anchored = match clock {
        Some(clock) => clock,
        None if !shown => slots.anchored,
        None => match slots.anchored {
            Anchored::Mine => Anchored::Theirs,
            Anchored::Theirs => Anchored::Rotate,
            Anchored::Rotate => Anchored::Mine,
        },
    };
    Ok(())
}

fn set_length(cx: &mut Cx<'_>, length: Option<&str>) -> Result<(), CommandError> {
    let Some(length) = length else {
        return cx.ask(
            "slot length",
            prompt("length of the meeting", "slot length", "45m", Expects::Text),
        );
    };
    let minutes = read_length(length)?;
    cx.screen("slot")?.slots.minutes = minutes;
    cx.say(Tone::Info, format!("{minutes} minutes"));
    Ok(())
}

fn set_range(cx: &mut Cx<'_>, days: Option<i64>) -> Result<(), CommandError> {
    let Some(days) = days else {
        return cx.ask(
            "slot range",
            prompt("look ahead how many days", "slot range", "7", Expects::Text),
        );
    };
    if !(1..=92).contains(&days) {
        return Err(CommandError::refused(
            format!("a range of {days} days"),
            "it is between 1 and 92 days long",
            "try 7, 14 or 28",
        ));
    }
    let slots = &mut cx.screen("slot")?.slots;
    (slots.days, slots.within) = (days, None);
    cx.say(Tone::Info, format!("best times of {days} days"));
    Ok(())
}

fn prompt(title: &str, command: &str, text: &str, expects: Expects) -> Ask {
    Ask::Prompt {
        title: title.into(),
        command: command.into(),
        text: text.into(),
        expects,
    }
}

/// Looks for what a line of words says.
fn look_for(cx: &mut Cx<'_>, words: Option<&str>) -> Result<(), CommandError> {
    let Some(words) = words else {
        return cx.ask(
            "slot find",
            prompt("meet", "slot find", "", Expects::Meeting),
        );
    };
    let wanted = Wanted::read(words, cx.world, cx.settings)?;
    let mut slots = cx.screen("slot find")?.slots.clone();
    wanted.apply(cx.world, &mut slots);
    let told = wanted.words(cx.world);
    let screen = cx.screen("slot find")?;
    screen.go(Place::Slots);
    screen.slots = slots;
    let table = timetable(cx, "slot find")?;
    let first = table.offers.first().map(|offer| offer.start);
    match first {
        Some(at) => {
            go_to(cx, &table, at)?;
            let tone = Tone::Info;
            cx.say(
                tone,
                format!("{told}: {} starts suit everyone", table.found),
            );
        }
        None => {
            cx.screen("slot find")?.slots.view = SlotView::Why;
            cx.say(Tone::Info, format!("{told}: no time suits everyone"));
        }
    }
    Ok(())
}

/// Looks for a time with the people of a record.
fn meet(cx: &mut Cx<'_>, targets: &Targets) -> Result<(), CommandError> {
    let links = targets.any(None, cx)?;
    let mut people: Vec<Id<Person>> = Vec::new();
    for link in &links {
        for person in people_about(cx.world, link) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
    }
    if people.len() < 2 {
        let title = links
            .first()
            .map(|link| cx.world.title(link))
            .unwrap_or_default();
        return Err(CommandError::refused(
            format!("a meeting about {title}"),
            "nobody with a time zone belongs to it",
            "`edit` gives its contact a zone, w in Slots picks people",
        ));
    }
    let thread: Option<Id<Thread>> = links.first().and_then(AnyRef::id_of::<Thread>);
    let about = match thread.as_ref().and_then(|id| cx.world.get(id)) {
        Some(thread) => {
            let network = thread.network.as_ref().map(Id::link);
            thread.lead.as_ref().map(Id::link).or(network)
        }
        None => links.first().cloned(),
    };
    let screen = cx.screen("slot meet")?;
    screen.go(Place::Slots);
    screen.slots = crate::pane::SlotsScreen {
        people,
        about,
        thread,
        minutes: screen.slots.minutes,
        step: screen.slots.step,
        ..crate::pane::SlotsScreen::default()
    };
    screen.slots.set_step(screen.slots.step);
    let table = timetable(cx, "slot meet")?;
    if let Some(at) = table.offers.first().map(|offer| offer.start) {
        go_to(cx, &table, at)?;
    }
    Ok(())
}

/// Copies the best times, or the time of the meeting under the cursor of the agenda.
fn copy(cx: &mut Cx<'_>, language: Language) -> Result<(), CommandError> {
    if cx.screen("slot copy")?.focus == Focus::Detail {
        let ids = book::meetings(cx, &Targets::default())?;
        let mut lines = Vec::new();
        for id in &ids {
            let Some(meeting) = cx.world.get(id).cloned() else {
                continue;
            };
            let ids: Vec<Id<Person>> = meeting
                .attendees
                .iter()
                .map(|one| one.person.clone())
                .collect();
            let people = people::plain_attendees(cx.world, &ids);
            let refs: Vec<&Attendee> = people.iter().collect();
            let span = book::slot_of_meeting(&meeting)?;
            lines.push(meeting.title);
            lines.push(text::slot(span, &refs, language, Layout::Lines));
        }
        cx.effects.push(Effect::Copy(lines.join("\n")));
        cx.say(Tone::Done, "copied the meeting");
        return Ok(());
    }
    let table = timetable(cx, "slot copy")?;
    let Some(text) = table.proposal(book::PROPOSED, language) else {
        return Err(nobody_can(&table));
    };
    cx.effects.push(Effect::Copy(text));
    let count = table.offers.len().min(book::PROPOSED);
    cx.say(Tone::Done, format!("copied the {count} best times"));
    Ok(())
}

/// Writes a calendar file.
fn export(cx: &mut Cx<'_>, file: Option<String>, targets: &Targets) -> Result<(), CommandError> {
    let Some(file) = file else {
        let named = format!("meeting-{}.ics", cx.world.view.today());
        let mut command = "slot export".to_owned();
        for id in &targets.ids {
            command.push_str(" --id ");
            command.push_str(&super::quote_word(id));
        }
        return cx.ask(
            "slot export",
            prompt("calendar file", &command, &named, Expects::Text),
        );
    };
    let text = match book::meetings(cx, targets) {
        Ok(ids) => match ids.first() {
            Some(id) => calendar::meeting_file(cx.world, id)?,
            None => return Ok(()),
        },
        Err(error) => {
            let asked = !targets.ids.is_empty();
            if asked
                || cx
                    .screen
                    .as_deref()
                    .is_none_or(|screen| screen.place != Place::Slots)
            {
                return Err(error);
            }
            let start = book::under_cursor(cx, "slot export")?;
            let slots = cx.screen("slot export")?.slots.clone();
            let people = guests(cx.world, &slots);
            let length = i32::try_from(slots.minutes).unwrap_or(60);
            let span = crate::slots::Span::lasting(crate::slots::Minute::floor(start), length);
            let uid = cx.world.ids.next(cx.world.view.now);
            let title = book::title_of(cx.world, &people);
            invitation(cx.world, &uid, &title, &people, span)?
        }
    };
    cx.say(Tone::Done, format!("written: {file}"));
    cx.effects.push(Effect::Export { path: file, text });
    Ok(())
}

/// Asks for a calendar file to be read; what is in it comes back to [`take_calendar`].
fn import(
    cx: &mut Cx<'_>,
    file: Option<String>,
    of: Option<&str>,
    titles: bool,
) -> Result<(), CommandError> {
    let Some(file) = file else {
        return cx.ask(
            "slot import",
            prompt(
                "calendar file (.ics) of mine",
                "slot import",
                "",
                Expects::Text,
            ),
        );
    };
    let mine = cx.world.me().and_then(|me| me.person.clone());
    let person = match of {
        Some(name) => Some(find::person_called(cx.world, name)?),
        None => mine,
    };
    let Some(person) = person else {
        return Err(CommandError::refused(
            file,
            "no contact is yours, so nobody has this calendar",
            "name one with --of",
        ));
    };
    cx.effects.push(Effect::ReadCalendar {
        path: file,
        person: person.to_string(),
        titles,
    });
    Ok(())
}

fn list(names: &str) -> impl Iterator<Item = &str> {
    names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// Makes people optional, or required again.
fn optional(cx: &mut Cx<'_>, names: Option<&str>) -> Result<(), CommandError> {
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
        let id = find::person_called(cx.world, name)?;
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
            Choice {
                key: None,
                label: format!("{sign} {}", person.name),
                detail: format!("{} {}", person.org, person.zone),
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
