//! The hours in which people can meet.

mod book;
mod brief;
mod calendar;
mod choose;
mod files;
mod find;
mod names;
mod offers;
mod people;
mod propose;
mod series;
mod taken;
mod timetable;
mod tonight;
mod view;

pub use book::{HoldArgs, release_expired};
pub use calendar::invitation;
pub(super) use find::read_length;
pub use find::{Wanted, between, split_names};
pub(super) use names::about_person;
pub use offers::Offer;
pub(super) use people::days_off;
pub use propose::SeriesArgs;
pub use series::{SeriesRow, SeriesTable};
pub use taken::take_calendar;
pub use timetable::{Desk, Guest, Insight, Rejection, Timetable, agenda, is_free};
pub use tonight::{Evening, Tonight, tonight};

use clap::{Subcommand, ValueEnum};

use super::cx::Expects;
use super::{Ask, CommandError, Cx, Targets};
use crate::effect::CalendarRequest;
use crate::pane::{Anchored, SlotOrder, SlotView};
use crate::record::MeetingState;
use crate::slots::SlotsError;
use crate::slots::text::Language;
use choose::{choose, optional, pick};
use files::{copy, export, import};
use view::{
    go_to, leave, look_for, meet, next, set_length, set_range, show_series, step_cells, step_day,
};

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
    /// Holds the next eight meetings of the series that is shown, or of one that begins at a time that is named.
    HoldSeries(SeriesArgs),
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
        /// Keeps it under this name: two calendars of one name stand beside each other.
        #[arg(long = "as", value_name = "NAME")]
        called: Option<String>,
        /// Takes the place of the calendar of this name, however different that was.
        #[arg(long)]
        replace: bool,
        /// Events of whole days block time too, unless they are marked as free; else only those marked as busy.
        #[arg(long)]
        whole_days: bool,
        /// Names every event without a time in the half year that is read, not only the first twenty.
        #[arg(long)]
        verbose: bool,
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
            Self::With { names: Some(names) } => choose(cx, &names),
            Self::Optional { names } => optional(cx, names.as_deref()),
            Self::Meet(targets) => meet(cx, &targets),
            Self::Find { words } => look_for(cx, words.as_deref()),
            Self::Length { length } => set_length(cx, length.as_deref()),
            Self::Range { days } => set_range(cx, days),
            Self::Hold(args) => book::hold(cx, &args),
            Self::HoldSeries(args) => propose::hold_series(cx, &args),
            Self::Propose { hold, language } => {
                propose::propose(cx, language.map(Language::from), hold)
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
            Self::Import {
                file,
                of,
                titles,
                called,
                replace,
                whole_days,
                verbose,
            } => {
                let request = CalendarRequest {
                    person: of.unwrap_or_default(),
                    titles,
                    called,
                    replace,
                    whole_days,
                    verbose,
                };
                import(cx, file, request)
            }
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

fn timetable(cx: &mut Cx<'_>, name: &'static str) -> Result<Timetable, CommandError> {
    let slots = cx.screen(name)?.slots.clone();
    Timetable::of(cx.world, &slots).map_err(|error| cannot_plan(&error))
}

/// Says why the times of these people cannot be worked out.
fn cannot_plan(error: &SlotsError) -> CommandError {
    CommandError::refused(
        "the slots of these people",
        error.to_string(),
        "w changes them",
    )
}

fn nobody_can(table: &Timetable) -> CommandError {
    CommandError::refused(
        format!("a meeting of {} minutes", table.minutes),
        match table.days {
            1 => "no time of this day suits everyone".to_owned(),
            days => format!("no time in these {days} days suits everyone"),
        },
        "v says why, J looks further, w leaves someone out, o makes someone optional",
    )
}

fn prompt(title: &str, command: &str, text: &str, expects: Expects) -> Ask {
    Ask::Prompt {
        title: title.into(),
        command: command.into(),
        text: text.into(),
        expects,
    }
}

fn list(names: &str) -> impl Iterator<Item = &str> {
    names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}
