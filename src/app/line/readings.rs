//! How a phrase or a meeting in words is understood while it is typed, and what else it may mean.

use super::{Echo, Line};
use crate::app::App;

impl App {
    /// Puts the next reading of what was typed in its place, as a phrase that has only this one; after the last
    /// one stands again what was typed.
    pub(super) fn other_reading(&self, line: &mut Line) {
        if line.readings.is_empty() {
            let typed = line.input.text();
            let others: Vec<String> = if line.purpose.is_when() {
                let reading = crate::command::reading(&typed, &self.world, &self.settings);
                let exact = |reading: crate::when::phrase::Reading| {
                    let others = reading.others.iter();
                    let others = others.map(|other| crate::when::phrase::exact(&other.reading));
                    others.collect()
                };
                reading.map(exact).unwrap_or_default()
            } else {
                let wanted = crate::command::Wanted::read(&typed, &self.world, &self.settings);
                wanted.map(|wanted| wanted.others).unwrap_or_default()
            };
            if others.is_empty() {
                return;
            }
            line.readings = std::iter::once(typed).chain(others).collect();
            line.reading = 0;
        }
        line.reading = (line.reading + 1) % line.readings.len();
        if let Some(text) = line.readings.get(line.reading) {
            line.input.set(text);
        }
        if line.purpose.is_when() {
            self.read_phrase(line);
        } else {
            self.read_meeting(line);
        }
    }

    /// Says how a meeting in words is understood, and which key shows what else it may mean.
    pub(super) fn read_meeting(&self, line: &mut Line) {
        let text = line.input.text();
        line.echo = match crate::command::Wanted::read(&text, &self.world, &self.settings) {
            Ok(wanted) => {
                let mut words = meant(&wanted.words(&self.world));
                if !wanted.others.is_empty() {
                    words.push_str("  [Tab other reading]");
                } else if !line.readings.is_empty() {
                    words.push_str("  [Tab next reading]");
                }
                Echo::Reads(words)
            }
            Err(error) => Echo::Wrong(error.to_string()),
        };
    }

    /// Says how the phrase is understood, what is doubtful about it and which key shows the other reading.
    pub(super) fn read_phrase(&self, line: &mut Line) {
        let text = line.input.text();
        line.echo = match crate::command::reading(&text, &self.world, &self.settings) {
            Ok(reading) => {
                let mut words = crate::when::phrase::meaning(&reading, &self.world.view.zone);
                let others = crate::when::phrase::other_labels(&reading);
                if !others.is_empty() {
                    words.push_str("  [Tab other reading: ");
                    words.push_str(&others.join(", "));
                    words.push(']');
                } else if !line.readings.is_empty() {
                    words.push_str("  [Tab next reading]");
                }
                Echo::Reads(words)
            }
            Err(error) => Echo::Wrong(error.to_string()),
        };
    }
}

/// Returns what is understood without the words that were typed, which stand before it: `Tue 10 Mar 16:00-18:00 …`.
fn meant(words: &str) -> String {
    match words.split_once(" -> ") {
        Some((_, meaning)) => meaning.to_owned(),
        None => words.to_owned(),
    }
}
