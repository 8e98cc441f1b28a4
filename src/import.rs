//! Files of other programs, read into plain values.
//!
//! Everything here is text or bytes in, values out: no file is opened and no clock is read. [`backstage`] reads the
//! platform's creator exports; [`ics`] reads and writes calendars, and stands by itself, because commands use it too.

pub mod backstage;

pub use crate::ics;
