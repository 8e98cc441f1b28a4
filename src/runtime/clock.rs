//! The one clock of the program; everything else is told the time.

use jiff::{SignedDuration, Timestamp};

/// A clock that can run with an offset: the demo lives on a day of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    offset: SignedDuration,
}

impl Clock {
    /// Returns the machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns a clock that shows this instant now and runs on from there.
    pub fn starting_at(at: Timestamp) -> Self {
        Self {
            offset: at.duration_since(machine()),
        }
    }

    /// Returns the present instant.
    pub fn now(self) -> Timestamp {
        let now = machine();
        now.checked_add(self.offset).unwrap_or(now)
    }

    /// Returns how long it takes until the clock shows this instant.
    pub fn until(self, at: Timestamp) -> std::time::Duration {
        std::time::Duration::try_from(at.duration_since(self.now())).unwrap_or_default()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the injected clock")]
fn machine() -> Timestamp {
    Timestamp::now()
}
