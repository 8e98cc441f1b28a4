//! When something is due, as it was said.
//!
//! A due *date* has no time of day: it is overdue when the owner's local day has ended. A due *wall
//! time* belongs to a zone, and its instant is computed afresh each time, so a new time-zone
//! database moves it. A due *instant* (`in 72h`) is fixed.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// By the end of this date, wherever the owner is.
    Day(Date),
    /// At this wall time in this zone.
    Wall(DateTime, TimeZone),
    /// At this instant.
    Instant(Timestamp),
}
