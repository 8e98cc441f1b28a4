//! Export files of other programs, read into plain values.
//!
//! Everything here is text in, values out: no file is opened and no clock is read. [`ics`] reads and
//! writes calendars; it stands by itself, because commands use it too.

pub use crate::ics;
