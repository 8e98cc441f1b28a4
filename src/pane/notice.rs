//! What is said in the status line, for good or until a moment.

use std::borrow::Cow;
use std::collections::VecDeque;

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

/// At most so many messages are kept.
const KEPT: usize = 200;

/// What was told since the start, and what waits to be told.
#[derive(Clone, Debug, Default)]
pub struct Told {
    past: VecDeque<PastNotice>,
    /// Errors that came while another one stood there, in their order.
    waiting: VecDeque<String>,
}

/// A message that was told, or is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastNotice {
    /// When it was told; it is noted when the message was dealt with that brought it.
    pub at: Option<Timestamp>,
    /// How it is meant.
    pub tone: Tone,
    /// What it says, unsanitised.
    pub text: String,
}

impl Told {
    /// Returns the messages, oldest first.
    pub fn past(&self) -> impl DoubleEndedIterator<Item = &PastNotice> {
        self.past.iter()
    }

    /// Returns how many errors wait behind the one that is told.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn keep(&mut self, tone: Tone, text: &str) {
        // The steps of something that goes on are one message.
        let bar = |text: &str| text.starts_with('[') && text.contains('%');
        if let Some(last) = self.past.back_mut()
            && (last.text == text || bar(&last.text) && bar(text))
        {
            last.text.clear();
            last.text.push_str(text);
            return;
        }
        if self.past.len() >= KEPT {
            self.past.pop_front();
        }
        self.past.push_back(PastNotice {
            at: None,
            tone,
            text: text.to_owned(),
        });
    }
}

impl Screen {
    /// Tells the user something in the status line.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.told.keep(tone, &text);
        self.notice = Some(Notice {
            tone,
            text,
            countdown: None,
        });
    }

    /// Keeps among the messages what is told elsewhere on the screen, where it may have no room.
    pub fn note_told(&mut self, tone: Tone, text: &str) {
        self.told.keep(tone, text);
    }

    /// Tells something that happened by itself: it never takes the place of an error that stands there.
    pub fn tell(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        let stands = self
            .notice
            .as_ref()
            .filter(|notice| notice.tone == Tone::Error);
        match stands {
            None => self.say(tone, text),
            Some(notice) if notice.text == text => {}
            Some(_) => {
                self.told.keep(tone, &text);
                if tone == Tone::Error && !self.told.waiting.contains(&text) {
                    self.told.waiting.push_back(text);
                }
            }
        }
    }

    /// Tells the next error that waits, once the one before it is gone.
    pub fn tell_next(&mut self) {
        if self.notice.is_none()
            && let Some(text) = self.told.waiting.pop_front()
        {
            self.notice = Some(Notice {
                tone: Tone::Error,
                text,
                countdown: None,
            });
        }
    }

    /// Notes when the messages were told that came since the last call.
    pub fn date_told(&mut self, now: Timestamp) {
        let new = self.told.past.iter_mut().rev();
        for past in new.take_while(|past| past.at.is_none()) {
            past.at = Some(now);
        }
    }

    /// Tells the user something that counts down and is gone when its moment has come.
    pub fn say_until(&mut self, now: Timestamp, tone: Tone, countdown: Countdown) {
        let mut notice = Notice {
            tone,
            text: String::new(),
            countdown: Some(countdown),
        };
        notice.text = notice.words(now).into_owned();
        self.told.keep(tone, &notice.text);
        self.notice = Some(notice);
    }
}
