//! What the palette offers to go to, where a kind and a name are typed: `cn nova`, `lead halo`.

use super::App;
use crate::command::{Entry, quote_word, records_named};
use crate::record::Kind;

/// What can be gone to by name, and the words for it besides the kind's own.
const PLACES: [(Kind, &[&str]); 6] = [
    (Kind::Network, &["cn", "network"]),
    (Kind::Lead, &["lead"]),
    (Kind::Person, &["person", "contact", "people"]),
    (Kind::FollowUp, &["follow-up", "followup", "due"]),
    (Kind::Meeting, &["meeting"]),
    (Kind::Thread, &["thread", "conversation", "message"]),
];

/// At most so many records are offered.
const OFFERED: usize = 8;

impl App {
    /// Lists the commands that go to the records that are named, the surest first; none where no kind is named.
    pub(super) fn ways_to(&self, text: &str) -> Vec<Entry> {
        let Some((word, name)) = text.trim().split_once(' ') else {
            return Vec::new();
        };
        let word = word.to_lowercase();
        let mut places = PLACES.iter();
        let Some((kind, _)) = places.find(|(_, words)| words.contains(&word.as_str())) else {
            return Vec::new();
        };
        let found = records_named(&self.world, *kind, name);
        let titles: Vec<String> = found
            .iter()
            .map(|(_, link)| self.world.title(link))
            .collect();
        found
            .iter()
            .zip(&titles)
            .take(OFFERED)
            .map(|((_, link), title)| {
                let namesakes = titles.iter().filter(|other| *other == title).count();
                let record = if namesakes == 1 {
                    format!("{} {}", kind.name().replace('_', "-"), quote_word(title))
                } else {
                    link.to_string()
                };
                Entry {
                    name: format!("jump to {record}"),
                    help: format!("Goes to the {} {title}", kind.label()),
                    usage: String::new(),
                }
            })
            .collect()
    }
}
