//! Civil days, zones, working hours, due times and date phrases.
//!
//! Everything here is pure over [`jiff`]: the present moment and the zones come in as arguments, and
//! every zone is loaded from one time-zone database ([`zone::load`]): that inside the program, so that two
//! machines with different system files give the same answers, unless the user chose otherwise ([`tzdb`]).
//!
//! * [`zone`]: what people call a zone, and how a screen names it.
//! * [`tzdb`]: where the rules of zones come from, and how old they are.
//! * [`wall`]: wall clock to instant, with the gaps and folds of daylight saving.
//! * [`phrase`]: `next tue 4-6pm SGT`, `fri eod`, `周四前`; nothing typed is silently ignored.
//! * [`due`]: when something is due: by a date, at a wall time, at an instant.
//! * [`recur`]: by which rule something comes again, in words and as a rule.
//! * [`shift`]: spans such as `+2d` and `3 workdays`.
//! * [`hours`]: working hours by weekday, and when they begin next.
//! * [`clock`]: short words for a screen (`4m`, `1:10`, `Tue 17 Nov 08:30`).
//! * [`told`]: times with everything that tells them apart: the year, and the offset where one comes twice.

pub mod clock;
pub mod due;
pub mod hours;
pub mod phrase;
pub mod recur;
pub mod shift;
mod spelling;
pub mod told;
pub mod tzdb;
pub mod wall;
pub mod zone;
