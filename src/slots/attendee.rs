//! Someone a meeting is for.

use super::{Hours, NightBudget, Span};

/// Whether a meeting can take place without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attendance {
    /// No slot exists unless this person is free.
    Required,
    /// Never blocks; is listed as missing when not free.
    Optional,
}

/// A person with hours, busy blocks and a night budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// The name that answers use; unique within a session.
    pub id: String,
    /// Where the person sits, if the zone's own city would mislead.
    pub city: Option<String>,
    /// The zone, windows, days off and overrides.
    pub hours: Hours,
    /// Whether the meeting can do without the person.
    pub attendance: Attendance,
    /// When the person has something else, in any order, overlapping or not.
    pub busy: Vec<Span>,
    /// Minutes kept free before a meeting.
    pub buffer_before: u16,
    /// Minutes kept free after a meeting.
    pub buffer_after: u16,
    /// How many nights a week may be spent on meetings, if limited.
    pub nights: Option<NightBudget>,
    /// Meetings already held or confirmed, counted against the night budget; they block time only
    /// when they are in `busy` too.
    pub booked: Vec<Span>,
}

impl Attendee {
    /// Makes a required person without busy blocks, buffers or night budget.
    pub fn new(id: impl Into<String>, hours: Hours) -> Self {
        Self {
            id: id.into(),
            city: None,
            hours,
            attendance: Attendance::Required,
            busy: Vec::new(),
            buffer_before: 0,
            buffer_after: 0,
            nights: None,
            booked: Vec::new(),
        }
    }

    /// Makes the person optional.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.attendance = Attendance::Optional;
        self
    }

    /// Sets the busy blocks.
    #[must_use]
    pub fn busy(mut self, busy: Vec<Span>) -> Self {
        self.busy = busy;
        self
    }

    /// Sets the minutes kept free before and after a meeting.
    #[must_use]
    pub fn buffered(mut self, before: u16, after: u16) -> Self {
        self.buffer_before = before;
        self.buffer_after = after;
        self
    }

    /// Limits the nights a week, counting meetings that are already booked.
    #[must_use]
    pub fn nights(mut self, budget: NightBudget, booked: Vec<Span>) -> Self {
        self.nights = Some(budget);
        self.booked = booked;
        self
    }

    /// Returns the city to show for the person.
    pub fn city(&self) -> String {
        self.city.clone().unwrap_or_else(|| self.hours.zone.city())
    }
}
