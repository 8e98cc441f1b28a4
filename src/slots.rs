//! Who meets when, and who pays for it: the pure engine behind slots.
//!
//! Every person has a zone and three layers of windows by weekday: *preferred*, *working* and
//! *acceptable*. A start is a slot when every required person is free and the organizer's clock shows
//! a multiple of the step; what it costs each person is added up from the kind of every minute. All
//! time is whole minutes, all spans are half-open, wall times become instants as in RFC 5545, 3.3.5.
//!
//! A [`Session`] holds what does not depend on the meeting (windows laid out once for all people with
//! the same hours, free time of each person), so a change of duration, step, range or attendance costs
//! little. Its [`Plan`] answers everything else: ranking, costs, rows of cells, reasons, warnings.
//!
//! ```
//! use cnm::slots::{text, Attendee, Hours, Minute, Search, Session, Span, WeekWindows, Window, Zone};
//!
//! let los_angeles = Zone::load("America/Los_Angeles")?;
//! let office = WeekWindows::weekdays(Window::parse("09:00", "18:00")?);
//! let late = WeekWindows::weekdays(Window::parse("08:00", "22:00")?);
//! let me = Attendee::new("me", Hours::new(los_angeles.clone(), office.clone()).accepting(late));
//! let wei = Attendee::new("Wei", Hours::new(Zone::load("Asia/Shanghai")?, office));
//!
//! let range = Span::parse("2026-03-02T08:00Z", "2026-03-04T08:00Z")?;
//! let mut session = Session::new(Search::new(range, 60, los_angeles), vec![me, wei])?;
//! let plan = session.plan()?;
//! let best = plan.best().ok_or("no slot")?;
//! assert_eq!(best.start(), Minute::parse("2026-03-03T01:00Z")?);
//!
//! let people: Vec<&Attendee> = plan.attendees().collect();
//! assert_eq!(
//!     text::slot(best.span(), &people, text::Language::English, text::Layout::Line),
//!     "Tue 3 Mar 2026 09:00-10:00 Shanghai (UTC+8) = Mon 2 Mar 17:00-18:00 Los Angeles (UTC-8)"
//! );
//!
//! // half an hour of it is after work in Los Angeles, at two a minute
//! session.set_duration(90)?;
//! let plan = session.plan()?;
//! let best = plan.best().ok_or("no slot")?;
//! assert_eq!((best.cost(0), best.cost(1)), (Some(60), Some(0)));
//! assert_eq!(best.payers().collect::<Vec<_>>(), [0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod attendee;
mod cells;
mod city;
mod cost;
mod grid;
mod holiday;
mod hours;
mod night;
mod out_of_step;
mod plan;
mod series;
mod session;
mod span;
pub mod text;
mod warning;
mod why;
mod zone;

pub use answer::{answer, answer_with};
pub use attendee::{Attendance, Attendee};
pub use cells::{Headcount, Shade};
pub use cost::{Band, CostSplit, Weights};
pub use holiday::{Country, holidays};
pub use hours::{Hours, WeekWindows, Window};
pub use night::{NightBudget, NightUse};
pub use out_of_step::{DifferenceRun, difference_runs};
pub use plan::{Plan, Slot};
pub use series::{Fairness, Occurrence, Pick, SeriesPlan, SeriesRequest, SeriesRule};
pub use session::{Search, Session};
pub use span::{Minute, Span, SpanSet};
pub use warning::{Warning, warnings};
pub use why::{Blocker, Cause, NearestMiss, Verdict};
pub use zone::{Wall, Zone};

/// Why a request cannot be worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotsError {
    /// A text is no instant.
    #[error("instant `{text}`: not RFC 3339 with an offset; write it as 2026-03-02T10:00Z")]
    Instant {
        /// The text.
        text: String,
    },
    /// An instant has seconds.
    #[error("instant `{text}`: has seconds; only whole minutes are planned")]
    NotWholeMinute {
        /// The text.
        text: String,
    },
    /// A text is no wall time.
    #[error(
        "wall time `{text}`: not of the form HH:MM; write it as 09:30, or 24:00 for the end of the day"
    )]
    WallTime {
        /// The text.
        text: String,
    },
    /// A key of a table of windows is no weekday.
    #[error("weekday `{text}`: unknown; days are 0 (Monday) to 6 (Sunday)")]
    Weekday {
        /// The text.
        text: String,
    },
    /// The database has no such zone.
    #[error(
        "zone `{name}`: not in the time zone database {}; use a name such as Asia/Shanghai",
        crate::when::zone::tzdb_version()
    )]
    UnknownZone {
        /// The name.
        name: String,
    },
    /// A calendar of holidays does not reach a year.
    #[error("holidays of {country} in {year}: not known; enter them as days off")]
    NoHolidays {
        /// The two letters.
        country: &'static str,
        /// The year.
        year: i16,
    },
    /// Two people have the same id.
    #[error("person `{id}`: named twice; ids must differ")]
    DuplicatePerson {
        /// The id.
        id: String,
    },
    /// The meeting is too short or too long.
    #[error("duration of {minutes} min: not possible; choose 1 minute to two weeks")]
    Duration {
        /// The minutes.
        minutes: u32,
    },
    /// The grid does not fit into a day.
    #[error("step of {minutes} min: does not divide a day; choose 5, 10, 15, 30 or 60")]
    Step {
        /// The minutes.
        minutes: u32,
    },
    /// The range is too long.
    #[error("range of {days} days: too long; ask for ten years at most")]
    Range {
        /// The days.
        days: i32,
    },
    /// There is too much to work out.
    #[error(
        "{slots} slots for {people} people: too many to compare; shorten the range or widen the step"
    )]
    TooManySlots {
        /// Slots found.
        slots: usize,
        /// People asked for.
        people: usize,
    },
    /// A range or a block ends before it begins.
    #[error("it ends at {end}, before it begins at {start}; write the earlier instant first")]
    Backwards {
        /// The first instant.
        start: String,
        /// The second one.
        end: String,
    },
    /// A wall time lies after the end of the day.
    #[error(
        "wall time `{text}`: a day ends at 24:00; write 02:00 for what ends two hours after midnight"
    )]
    AfterMidnight {
        /// The text.
        text: String,
    },
    /// A field that another operation has.
    #[error("`{field}` means nothing for `{op}`; take it out, or write \"op\": \"{belongs}\"")]
    Foreign {
        /// The field's name.
        field: &'static str,
        /// The operation asked for.
        op: &'static str,
        /// The operation that has it.
        belongs: &'static str,
    },
    /// Something of a request is wrong.
    #[error("{place}: {error}")]
    At {
        /// Where: `people[1] (wei), busy[0]`.
        place: String,
        /// What.
        error: Box<SlotsError>,
    },
    /// A request lacks a field.
    #[error("request: `{field}` is missing; docs/slots.md describes requests")]
    Missing {
        /// The field's name.
        field: &'static str,
    },
    /// A request is not understood.
    #[error("request: {reason}; docs/slots.md describes requests")]
    Request {
        /// What the parser said.
        reason: String,
    },
}
