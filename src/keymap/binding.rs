//! What a key sequence does, on which condition, and what it asks for first.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Source;
use crate::query::{Condition, Context, Links, Query, QueryError, Row, Scope};
use crate::record::{FieldInfo, FieldType, Kind, View};

/// What a key sequence does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Command lines, run in order until one fails; `{name}` in them is filled before they run.
    pub commands: Vec<String>,
    /// A few words for the popup and the help; empty uses the command's own help.
    pub help: String,
    /// Whether the footer shows it.
    pub hint: bool,
    /// When it holds; always, where nothing is said.
    pub when: Option<When>,
    /// What is asked for before it runs, in this order.
    pub prompts: Vec<Prompt>,
    /// The question that must be answered with yes before it runs.
    pub confirm: Option<String>,
    /// Where it was bound.
    pub source: Source,
    /// The user took this key away.
    pub unbound: bool,
}

impl Binding {
    /// Tells whether it asks for something, or is filled in, before it runs.
    pub fn asks(&self) -> bool {
        !self.prompts.is_empty()
            || self.confirm.is_some()
            || self.commands.iter().any(|line| line.contains('{'))
    }

    /// Returns one line that says what it runs, with its condition.
    pub fn shown(&self) -> String {
        let commands = self.commands.join(" · ");
        match &self.when {
            Some(when) => format!("{commands}  when {}", when.text()),
            None => commands,
        }
    }
}

/// Something that a binding asks for; the answer fills `{name}` in its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The name in the commands.
    pub name: String,
    /// What is asked for.
    pub title: String,
    /// What the answer must be.
    pub wants: Wants,
    /// What to begin with.
    pub text: String,
}

/// What the answer to a prompt must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// A date phrase.
    When,
    /// A query; the only answer that goes into a query as it was typed.
    Query,
    /// One of these: the word, and what is shown for it.
    OneOf(Vec<(String, String)>),
    /// A record of this kind; the answer is its id.
    Record(Kind),
    /// One of the lines that this program prints.
    Output(Vec<String>),
}

/// A condition, checked when it was loaded.
#[derive(Clone, Debug)]
pub struct When {
    text: String,
    condition: Condition,
}

impl PartialEq for When {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for When {}

/// The places that `pane:` can name; other places are tables of a kind, which `item.kind:` names.
const PANES: &[&str] = &[
    "today",
    "inbox",
    "funnel",
    "networks",
    "follow-ups",
    "slots",
    "conflicts",
    "outbox",
];

/// What the console tells about itself in conditions.
pub const VARIABLES: &[FieldInfo] = &[
    FieldInfo {
        name: "online",
        help: "Whether the backend answers.",
        ty: FieldType::Flag,
    },
    FieldInfo {
        name: "pane",
        help: "The place that is on screen.",
        ty: FieldType::Choice(PANES),
    },
    FieldInfo {
        name: "focus",
        help: "Which part of the place has the keys.",
        ty: FieldType::Choice(&["list", "detail"]),
    },
    FieldInfo {
        name: "marked",
        help: "How many rows are marked; nothing where none is.",
        ty: FieldType::Number,
    },
    FieldInfo {
        name: "rows",
        help: "How many rows the list has.",
        ty: FieldType::Number,
    },
    FieldInfo {
        name: "filtered",
        help: "Whether the list has a filter.",
        ty: FieldType::Flag,
    },
    FieldInfo {
        name: "zoomed",
        help: "Whether a part of the place fills the screen.",
        ty: FieldType::Flag,
    },
    FieldInfo {
        name: "queued",
        help: "How many edits wait for the server.",
        ty: FieldType::Number,
    },
    FieldInfo {
        name: "conflicts",
        help: "How many edits are in conflict.",
        ty: FieldType::Number,
    },
    FieldInfo {
        name: "recording",
        help: "Whether a macro is being recorded.",
        ty: FieldType::Flag,
    },
];

impl When {
    /// Reads a condition about the console and records of these kinds.
    ///
    /// # Errors
    /// Names the word that is neither a variable nor a field, or the value that does not fit.
    pub fn read(text: &str, kinds: &[Kind]) -> Result<Self, QueryError> {
        let view = View::new(Timestamp::UNIX_EPOCH, TimeZone::UTC, "");
        let condition = Query::parse(text)?.condition(VARIABLES, kinds, &Scope::plain(&view))?;
        Ok(Self {
            text: text.to_owned(),
            condition,
        })
    }

    /// Returns the condition as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Tells whether it holds.
    pub fn holds(
        &self,
        context: &dyn Context,
        item: Option<&dyn Row>,
        view: &View,
        links: &dyn Links,
    ) -> bool {
        self.condition.holds(context, item, view, links)
    }
}
