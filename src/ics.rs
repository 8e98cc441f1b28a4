//! Calendars (`.ics`, RFC 5545) read as busy time, and slots written as calendars.
//!
//! ```
//! use cnm::ics::{read, Options};
//!
//! let calendar = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Stand-up\r\n\
//!     DTSTART;TZID=W. Europe Standard Time:20260302T093000\r\nDURATION:PT15M\r\n\
//!     RRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\nEND:VEVENT\r\n\
//!     BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Nowhere\r\nDTSTART;TZID=Mars:20260302T093000\r\nEND:VEVENT\r\n\
//!     END:VCALENDAR\r\n";
//! let options = Options::new("2026-03-02T00:00Z".parse()?, "2026-03-09T00:00Z".parse()?);
//! let import = read(calendar, &options)?;
//! let starts: Vec<String> = import.busy().iter().map(|(start, _)| start.to_string()).collect();
//! assert_eq!(starts, ["2026-03-02T08:30:00Z", "2026-03-04T08:30:00Z"]);
//! assert_eq!(import.remarks[0].to_string(), "`Nowhere` (line 9): left out: unknown time zone `Mars`");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

mod event;
mod lines;
mod periods;
mod recurrence;
mod rule;
mod series;
mod set;
mod stamp;
mod windows_names;
mod write;
mod zones;

pub use set::RecurrenceSet;
pub use write::{Firmness, Guest, Invite, Meetings, write};

use event::Reading;
use lines::Component;
use recurrence::{Budget, Reach};
use series::{Collection, Purse};
use zones::{Clock, Zones};

/// The largest calendar that is read: 5 MiB.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

/// The most instances that are taken from one calendar.
pub const MOST_INSTANCES: usize = 20_000;

/// Steps of recurrence that the events of one calendar may cost, and as many its zones: well under a second's worth.
const MOST_STEPS: u64 = 1_000_000;

/// The most remarks that are kept; a broken calendar needs no more to be seen as one.
const MOST_REMARKS: usize = 1_000;

/// Whether events of whole days block time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllDay {
    /// Only when the event says that it does: TRANSP:OPAQUE, or busy or away in Outlook.
    #[default]
    BusyWhenSaid,
    /// Unless the event says that it does not.
    Busy,
    /// Never.
    Free,
}

/// How a calendar is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The first instant of interest.
    pub from: Timestamp,
    /// The first instant of no interest any more.
    pub to: Timestamp,
    /// The zone of times without one and of whole days; a calendar may name its own.
    pub local_zone: TimeZone,
    /// Whether events of whole days block time.
    pub all_day: AllDay,
    /// Where zones are looked up.
    pub zones: TimeZoneDatabase,
}

impl Options {
    /// Reads events between two instants, with times without a zone in UTC and the bundled zones.
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from,
            to,
            local_zone: TimeZone::UTC,
            all_day: AllDay::default(),
            zones: TimeZoneDatabase::bundled(),
        }
    }

    /// Sets the zone of times without one.
    #[must_use]
    pub fn local(mut self, zone: TimeZone) -> Self {
        self.local_zone = zone;
        self
    }
}

/// Whether an occurrence has times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From a time to a time.
    Timed,
    /// Whole local days.
    WholeDays {
        /// The first of them, in the calendar's own zone.
        first: Date,
    },
}

/// Whether an occurrence blocks time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// It does.
    Busy,
    /// It does not.
    Free,
}

/// One instance of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When it starts.
    pub start: Timestamp,
    /// When it ends; equal to the start for an event without length.
    pub end: Timestamp,
    /// The line of the event's BEGIN; 0 for a period of free and busy time.
    pub line: usize,
    /// The event's UID as written; may be empty and may hold anything.
    pub uid: Arc<str>,
    /// The event's title as written; may hold anything.
    pub summary: Arc<str>,
    /// Whether it has times.
    pub kind: Kind,
    /// Whether it blocks time.
    pub shows: Shows,
}

/// What was done with an event that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no END for its BEGIN.
    NotClosed,
    /// It has no DTSTART.
    NoStart,
    /// A date, time or duration is none.
    BadTime {
        /// What is written.
        text: String,
    },
    /// A recurrence rule has a part that is not understood.
    BadRule {
        /// The part.
        part: String,
    },
    /// A zone is neither in the database nor described in the file.
    UnknownZone {
        /// The name.
        name: String,
    },
    /// It is cancelled.
    Cancelled,
    /// It takes place but blocks no time.
    ShownAsFree,
    /// It is of whole days, and nothing says that it blocks them.
    WholeDays,
    /// It takes place but has no length: neither DTEND nor DURATION.
    NoLength,
    /// Its rule ends before it begins.
    EndsBeforeItBegins,
    /// All of its times are excepted.
    AllExcepted,
    /// None of it lies in the time that is read.
    OutOfReach {
        /// The date on which it begins, on its own clock.
        begins: Option<Date>,
    },
    /// The calendar has more instances than are taken.
    TooManyInstances,
    /// It alone has so many instances that it leaves no room for the others.
    Crowds {
        /// How many.
        instances: usize,
    },
    /// It stands inside a component that no calendar has.
    Inside {
        /// The component's name.
        name: String,
    },
    /// A property that an event has once stands there again.
    Twice {
        /// The property.
        name: &'static str,
    },
    /// Its repetitions take too long to work out; those found are kept.
    TooMuchWork,
    /// It ended before it started; the two were swapped.
    EndsSwapped,
    /// One of its further dates or exceptions is none and was passed over.
    DateIgnored {
        /// What is written.
        text: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotClosed => f.write_str("left out: BEGIN without END"),
            Self::NoStart => f.write_str("left out: no DTSTART"),
            Self::BadTime { text } => write!(
                f,
                "left out: `{text}` is not understood as date, time or duration"
            ),
            Self::BadRule { part } => {
                write!(f, "left out: recurrence rule not understood at `{part}`")
            }
            Self::UnknownZone { name } => write!(f, "left out: unknown time zone `{name}`"),
            Self::Cancelled => f.write_str("left out: cancelled"),
            Self::ShownAsFree => f.write_str("blocks no time: shown as free"),
            Self::WholeDays => f.write_str("blocks no time: of whole days, and not marked as busy"),
            Self::NoLength => {
                f.write_str("blocks no time: without length, neither an end nor a duration")
            }
            Self::EndsBeforeItBegins => {
                f.write_str("left out: its rule ends before it begins, so it never takes place")
            }
            Self::AllExcepted => {
                f.write_str("left out: its exceptions take away every time in that range")
            }
            Self::OutOfReach { begins: None } => f.write_str("left out: no time in that range"),
            Self::OutOfReach { begins: Some(date) } => write!(
                f,
                "left out: no time in that range, it begins {}",
                date.strftime("%a %-d %b %Y")
            ),
            Self::TooManyInstances => write!(
                f,
                "left out from here on: more than {MOST_INSTANCES} instances"
            ),
            Self::Crowds { instances } => write!(
                f,
                "left out: {instances} instances in that range, more than a calendar of meetings has"
            ),
            Self::Inside { name } => {
                write!(
                    f,
                    "left out: it stands inside `{name}`, which is no part of a calendar"
                )
            }
            Self::Twice { name } => {
                write!(
                    f,
                    "mended: {name} stands there twice, the first one was taken"
                )
            }
            Self::TooMuchWork => f.write_str("left out in part: too many repetitions to follow"),
            Self::EndsSwapped => {
                f.write_str("mended: it ended before it started, so both were exchanged")
            }
            Self::DateIgnored { text } => {
                write!(f, "mended: passed over `{text}`, which is no date")
            }
        }
    }
}

/// An event that was left out, in part or whole, or mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The event's title or UID without control characters, shortened; may be empty.
    pub event: String,
    /// The line of its BEGIN.
    pub line: usize,
    /// What was done and why.
    pub reason: Reason,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.event.is_empty() {
            return write!(
                f,
                "an event without a title (line {}): {}",
                self.line, self.reason
            );
        }
        write!(f, "`{}` (line {}): {}", self.event, self.line, self.reason)
    }
}

/// Why a calendar cannot be read or written at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcsError {
    /// It is too large.
    #[error(
        "calendar of {bytes} bytes: larger than 5 MiB; export a shorter time or fewer calendars"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is something else.
    #[error(
        "calendar: no BEGIN:VCALENDAR or BEGIN:VEVENT in it; choose iCalendar (.ics) when exporting"
    )]
    NotACalendar,
    /// A rule or date to repeat is not understood.
    #[error("recurrence `{text}`: not understood; see RFC 5545, 3.3.10")]
    Recurrence {
        /// The text.
        text: String,
    },
    /// A meeting of a series to write has no time in the calendar's range of years.
    #[error("series: no meetings to write; choose at least one slot")]
    NoMeetings,
}

/// What a calendar holds in the range asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The calendar's name, if it has one.
    pub name: Option<String>,
    /// The instances in order of start, those that block no time included.
    pub occurrences: Vec<Occurrence>,
    /// What was left out or mended.
    pub remarks: Vec<Remark>,
    /// How many more remarks there were than are kept.
    pub unsaid: usize,
    /// How many events have no time in the range asked for.
    pub outside: usize,
    /// Which those are, the first thousand of them.
    pub outside_events: Vec<Remark>,
    range: Option<(Timestamp, Timestamp)>,
}

impl Import {
    /// Returns the time that is blocked, merged and clipped to the range asked for.
    pub fn busy(&self) -> Vec<(Timestamp, Timestamp)> {
        let (from, to) = self.range.unwrap_or((Timestamp::MIN, Timestamp::MAX));
        let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
        let busy = self
            .occurrences
            .iter()
            .filter(|occurrence| occurrence.shows == Shows::Busy);
        for (start, end) in
            busy.map(|occurrence| (occurrence.start.max(from), occurrence.end.min(to)))
        {
            match merged.last_mut() {
                _ if start >= end => {}
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }
}

/// Reads a calendar.
///
/// A file in UTF-16 with its mark is decoded, lines may end as on any system, bytes that are no UTF-8 are replaced. A broken event costs only itself: it is left out, or mended,
/// and named in the remarks.
///
/// # Errors
///
/// The file is larger than 5 MiB, or holds no calendar at all.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, IcsError> {
    if bytes.len() > MOST_BYTES {
        return Err(IcsError::TooLarge { bytes: bytes.len() });
    }
    let text = lines::decoded(bytes);
    let root = lines::components(text.trim_start_matches('\u{feff}'));
    if root.children.is_empty() {
        return Err(IcsError::NotACalendar);
    }
    let reach = Reach {
        from: options.from.as_second(),
        to: options.to.as_second(),
    };
    let mut zones = Zones::of(
        &root,
        options.zones.clone(),
        reach,
        &mut Budget::new(MOST_STEPS),
    );
    let mut remarks = Vec::new();
    let mut periods = Vec::new();
    let mut events = Vec::new();
    let mut name = None;
    let mut open = vec![(&root, Clock::Rules(options.local_zone.clone()))];
    while let Some((component, floating)) = open.pop() {
        let own = component
            .first("X-WR-TIMEZONE")
            .and_then(|zone| zones.resolve(&zone.value));
        let floating = own.unwrap_or(floating);
        name = name.or_else(|| calendar_name(component));
        let mut reading = Reading {
            zones: &mut zones,
            floating: floating.clone(),
            all_day: options.all_day,
            remarks: &mut remarks,
        };
        for child in &component.children {
            match child.kind.as_str() {
                "VEVENT" => events.extend(reading.event(child)),
                "VFREEBUSY" => periods.extend(reading.free_busy(child)),
                "VCALENDAR" => open.push((child, floating.clone())),
                _ => {}
            }
        }
    }
    let blocks = free_busy_blocks(&periods, reach, &mut remarks);
    let mut collection = Collection {
        reach,
        budget: Budget::new(MOST_STEPS),
        purse: Purse::Shared,
        cut: false,
        ran_out: false,
        excepted: false,
        occurrences: blocks,
        outside: 0,
        outside_events: Vec::new(),
        remarks: &mut remarks,
    };
    collection.add_all(&series::by_uid(events));
    let outside = collection.outside;
    let mut outside_events = std::mem::take(&mut collection.outside_events);
    outside_events.sort_by_key(|remark| remark.line);
    let mut occurrences = collection.occurrences;
    occurrences.sort_by_key(|occurrence| (occurrence.start, occurrence.end));
    remarks.sort_by_key(|remark| remark.line);
    let unsaid = remarks.len().saturating_sub(MOST_REMARKS);
    remarks.truncate(MOST_REMARKS);
    Ok(Import {
        name,
        occurrences,
        remarks,
        unsaid,
        outside,
        outside_events,
        range: Some((options.from, options.to)),
    })
}

fn calendar_name(component: &Component<'_>) -> Option<String> {
    let property = component
        .first("X-WR-CALNAME")
        .or_else(|| component.first("NAME"))?;
    Some(event::excerpt(&property.text())).filter(|name| !name.is_empty())
}

fn free_busy_blocks(
    periods: &[(i64, i64)],
    reach: Reach,
    remarks: &mut Vec<Remark>,
) -> Vec<Occurrence> {
    let timestamp = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    let mut blocks: Vec<Occurrence> = periods
        .iter()
        .filter(move |(start, end)| *start < reach.to && reach.from < *end)
        .take(MOST_INSTANCES + 1)
        .map(move |(start, end)| Occurrence {
            start: timestamp(*start),
            end: timestamp(*end),
            line: 0,
            uid: "".into(),
            summary: "".into(),
            kind: Kind::Timed,
            shows: Shows::Busy,
        })
        .collect();
    if blocks.len() > MOST_INSTANCES {
        blocks.truncate(MOST_INSTANCES);
        remarks.push(Remark {
            event: "free/busy periods".to_owned(),
            line: 1,
            reason: Reason::TooManyInstances,
        });
    }
    blocks
}
