//! The state of the slots place: who, when, how long, and which of its views is shown.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::record::{AnyRef, Id, Meeting, Person, Thread};

/// In which order the best times stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlotOrder {
    /// The least hurt first.
    #[default]
    Fair,
    /// The earliest first.
    Calendar,
}

/// What stands below the hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlotView {
    /// The best times.
    #[default]
    Times,
    /// Why the other times do not do.
    Why,
    /// The next meetings of a series.
    Series,
}

/// Whose clock a series keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Anchored {
    /// Mine.
    #[default]
    Mine,
    /// That of the people farthest from me.
    Theirs,
    /// Nobody's: they take turns, whoever paid least pays next.
    Rotate,
}

/// The state of the slots place.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotsScreen {
    /// The people whose hours are shown, me first.
    pub people: Vec<Id<Person>>,
    /// Those of them without whom the meeting can take place.
    pub optional: Vec<Id<Person>>,
    /// The first local day shown.
    pub day: Option<Date>,
    /// The first day of the range in which best times are looked for, where it is not the day shown.
    pub from: Option<Date>,
    /// Days in which best times are looked for.
    pub days: i64,
    /// The windows that a phrase named, in order; the meeting lies wholly inside one of them. Everywhere without.
    pub within: Option<Vec<(Timestamp, Timestamp)>>,
    /// Length of the meeting in minutes.
    pub minutes: i64,
    /// Minutes of a cell, and between the starts that are tried: 15, 30 or 60.
    pub step: u32,
    /// The cell under the cursor, counted from local midnight.
    pub cell: usize,
    /// In which order the best times stand.
    pub order: SlotOrder,
    /// What stands below the hours.
    pub view: SlotView,
    /// Whose clock a series keeps.
    pub anchored: Anchored,
    /// When the first meeting of a series starts.
    pub first: Option<Timestamp>,
    /// Weeks from one meeting of a series to the next.
    pub every: i64,
    /// The CN or lead that the meeting is about.
    pub about: Option<AnyRef>,
    /// The thread in which it is arranged.
    pub thread: Option<Id<Thread>>,
    /// The meeting under the cursor of the agenda.
    pub meeting: Option<Id<Meeting>>,
    /// The meeting that is being moved.
    pub moving: Option<Id<Meeting>>,
}

impl Default for SlotsScreen {
    fn default() -> Self {
        Self {
            people: Vec::new(),
            optional: Vec::new(),
            day: None,
            from: None,
            days: 7,
            within: None,
            minutes: 60,
            step: 30,
            // Five in the evening: the evening here is the morning of those who are waited for.
            cell: 34,
            order: SlotOrder::default(),
            view: SlotView::default(),
            anchored: Anchored::default(),
            first: None,
            every: 1,
            about: None,
            thread: None,
            meeting: None,
            moving: None,
        }
    }
}

impl SlotsScreen {
    /// Counts the cells of an hour.
    pub fn cells_an_hour(&self) -> usize {
        usize::try_from(60 / self.step.max(1)).unwrap_or(1).max(1)
    }

    /// Makes the cells finer or coarser; the cursor stays at its time.
    pub fn set_step(&mut self, step: u32) {
        let minute = self.cell * usize::try_from(self.step).unwrap_or(30);
        self.step = step.max(1);
        self.cell = minute / usize::try_from(self.step).unwrap_or(30);
    }
}
