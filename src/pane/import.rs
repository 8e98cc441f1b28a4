//! What an import would change, as it is shown before anything is changed.

use crate::import::backstage::{Plan, ReportLine};

/// The import that waits for a decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportScreen {
    /// What each file would change, in the order in which they are applied.
    pub plans: Vec<Plan>,
    /// The report on all of them.
    pub lines: Vec<ReportLine>,
}

impl ImportScreen {
    /// Takes in what files would change.
    pub fn new(plans: Vec<Plan>) -> Self {
        let lines = plans.iter().flat_map(Plan::lines).collect();
        Self { plans, lines }
    }

    /// Returns the keys of the lines that hold all words of a filter, in order.
    pub fn keys(&self, filter: &str) -> Vec<String> {
        let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
        let holds = |line: &ReportLine| {
            let text = line.text.to_lowercase();
            let topic = line.topic.word();
            words
                .iter()
                .all(|word| text.contains(word) || topic.contains(word.as_str()))
        };
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| words.is_empty() || holds(line))
            .map(|(at, _)| at.to_string())
            .collect()
    }

    /// Returns the line with a key.
    pub fn line(&self, key: &str) -> Option<&ReportLine> {
        self.lines.get(key.parse::<usize>().ok()?)
    }
}
