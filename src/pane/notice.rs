//! What is said in the status line, for good or until a moment.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Screen, Tone};

/// A message in the status line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What it says, unsanitised.
    pub text: String,
    /// What it counts down to, if it does.
    pub countdown: Option<Countdown>,
}

/// A message that counts down to a moment and is gone then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// The moment.
    pub at: Timestamp,
    /// What stands before the seconds that are left.
    pub before: String,
    /// What stands behind them.
    pub after: String,
}

impl Countdown {
    /// Returns how many seconds are left, rounded up.
    pub fn seconds(&self, now: Timestamp) -> i64 {
        let left = self.at.duration_since(now);
        let begun = i64::from(left.subsec_nanos() > 0);
        (left.as_secs() + begun).max(0)
    }
}

impl Notice {
    /// Returns what it says at this moment.
    pub fn words(&self, now: Timestamp) -> Cow<'_, str> {
        match &self.countdown {
            Some(count) => {
                let seconds = count.seconds(now);
                Cow::Owned(format!("{}{seconds} s{}", count.before, count.after))
            }
            None => Cow::Borrowed(&self.text),
        }
    }
}

impl Screen {
    /// Tells the user something that counts down and is gone when its moment has come.
    pub fn say_until(&mut self, now: Timestamp, tone: Tone, countdown: Countdown) {
        let mut notice = Notice {
            tone,
            text: String::new(),
            countdown: Some(countdown),
        };
        notice.text = notice.words(now).into_owned();
        self.notice = Some(notice);
    }
}
