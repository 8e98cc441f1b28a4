//! The columns of the list of CNs, chosen in the console.

use super::{Ask, Choice, CommandError, Cx};
use crate::pane::Tone;

/// The columns that a list of CNs can have, with what they say.
pub const PORTFOLIO_COLUMNS: [(&str, &str); 15] = [
    ("weeks", "the course by week"),
    (
        "change",
        "month to date against the same day of the month before",
    ),
    ("goal", "what is reached of the month's goal"),
    ("health", "health"),
    ("mom", "the last whole month against the one before"),
    ("per-day", "the same for a day: months have 28 to 31"),
    ("yoy", "against the same month a year before"),
    ("active", "active creators"),
    ("valid", "valid LIVE days so far"),
    ("dark", "days without anything coming in"),
    (
        "steps",
        "onboarding milestones: overdue, or days to the next",
    ),
    ("creators", "how many creators"),
    ("tier", "tier"),
    ("owner", "who looks after it"),
    ("quiet", "since the last contact"),
];

/// Chooses the columns: names in their order, `+NAME`, `-NAME`, or `none` for those of the configuration.
pub(super) fn choose(cx: &mut Cx<'_>, words: &[String]) -> Result<(), CommandError> {
    let ours = cx.settings.columns.clone();
    let screen = cx.screen("network columns")?;
    let shown = if screen.columns.is_empty() {
        ours
    } else {
        screen.columns.clone()
    };
    if words.is_empty() {
        return offer(cx, &shown);
    }
    let mut columns = shown;
    let words = words.iter().flat_map(|word| word.split(','));
    let words: Vec<&str> = words
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    if !words.iter().any(|word| word.starts_with(['+', '-'])) {
        columns.clear();
    }
    for word in words.into_iter().filter(|word| *word != "none") {
        let name = word.trim_start_matches(['+', '-']);
        if !PORTFOLIO_COLUMNS.iter().any(|(known, _)| *known == name) {
            return Err(no_column(name));
        }
        columns.retain(|column| column != name);
        if !word.starts_with('-') {
            columns.push(name.to_owned());
        }
    }
    let said = if columns.is_empty() {
        "columns as configured".to_owned()
    } else {
        format!("columns: {}", columns.join(", "))
    };
    cx.screen("network columns")?.columns = columns;
    cx.say(Tone::Info, said);
    Ok(())
}

/// Says that there is no such column, and which there are.
pub(super) fn no_column(name: &str) -> CommandError {
    let known: Vec<&str> = PORTFOLIO_COLUMNS.iter().map(|(name, _)| *name).collect();
    CommandError::usage(
        format!("`{name}` is not a column"),
        format!("known: {}", known.join(", ")),
    )
}

fn place(shown: &[String], name: &str) -> Option<usize> {
    shown.iter().position(|column| column == name)
}

/// Offers each column: those that are shown to be taken away, the others to be added.
fn offer(cx: &mut Cx<'_>, shown: &[String]) -> Result<(), CommandError> {
    let mut known = PORTFOLIO_COLUMNS.to_vec();
    known.sort_by_key(|(name, _)| place(shown, name).unwrap_or(usize::MAX));
    let choice = |(name, says): &(&str, &str)| match place(shown, name) {
        Some(at) => Choice {
            key: None,
            label: format!("take away {name}"),
            detail: format!("column {}: {says}", at + 1),
            word: format!("-{name}"),
        },
        None => Choice {
            key: None,
            label: format!("add {name}"),
            detail: (*says).to_owned(),
            word: format!("+{name}"),
        },
    };
    let mut choices: Vec<Choice> = known.iter().map(choice).collect();
    choices.push(Choice {
        key: None,
        label: "as configured".to_owned(),
        detail: "those of `[portfolio] columns`".to_owned(),
        word: "none".to_owned(),
    });
    cx.ask(
        "network columns",
        Ask::Pick {
            title: "columns of the CNs, as many as fit".into(),
            command: "network columns".into(),
            choices,
        },
    )
}
