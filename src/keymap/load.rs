//! Reading keymap files.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Binding, EVERYWHERE, Node, parse_sequence};
use crate::command::Parsing;
use crate::pane::Place;

/// Where a binding was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A keymap that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}; {hint}")]
pub struct KeymapError {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// A value in the file: one command line, several, or a table with more to say.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    One(String),
    Several(Vec<String>),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    #[serde(default, rename = "do")]
    commands: Commands,
    #[serde(default)]
    help: String,
    #[serde(default)]
    hint: bool,
    #[serde(default)]
    unbind: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Commands {
    One(String),
    Several(Vec<String>),
}

impl Default for Commands {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl From<Commands> for Vec<String> {
    fn from(commands: Commands) -> Self {
        match commands {
            Commands::One(line) => vec![line],
            Commands::Several(lines) => lines,
        }
    }
}

type File = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Entry>>;

/// Reads a keymap; with a parser every command is checked.
pub(super) fn read(
    text: &str,
    file: &str,
    mut parsing: Option<&mut Parsing>,
) -> Result<BTreeMap<String, Node>, KeymapError> {
    let fail = |at: usize, what: String, hint: String| KeymapError {
        file: file.to_owned(),
        line: line_of(text, at),
        what,
        hint,
    };
    let parsed: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fail(
            at,
            error.message().to_owned(),
            "a key is bound as `\"g i\" = \"pane show inbox\"`".into(),
        )
    })?;
    let mut scopes = BTreeMap::new();
    for (scope, entries) in parsed {
        if scope.get_ref() != EVERYWHERE && Place::from_name(scope.get_ref()).is_none() {
            let known: Vec<&str> = Place::TABS.iter().map(|place| place.name()).collect();
            return Err(fail(
                scope.span().start,
                format!("`{}` is not a place", scope.get_ref()),
                format!(
                    "known: {EVERYWHERE}, {}, conflicts, outbox, or a kind",
                    known.join(", ")
                ),
            ));
        }
        let root: &mut Node = scopes.entry(scope.into_inner()).or_default();
        for (name, entry) in entries {
            let at = name.span().start;
            let Some(keys) = parse_sequence(name.get_ref()) else {
                return Err(fail(
                    at,
                    format!("`{}` is not a key", name.get_ref()),
                    "write for example `e`, `ctrl-d`, `alt-enter`, `space` or `g i`".into(),
                ));
            };
            let binding = binding(
                entry,
                Source {
                    file: file.to_owned(),
                    line: line_of(text, at),
                },
            );
            if let Some(parsing) = parsing.as_deref_mut() {
                for line in &binding.commands {
                    parsing.read(line).map_err(|error| {
                        fail(
                            at,
                            format!("`{}`: {error}", name.get_ref()),
                            "see `cnm commands`".into(),
                        )
                    })?;
                }
            }
            if binding.commands.is_empty() && !binding.unbound {
                return Err(fail(
                    at,
                    format!("`{}` does nothing", name.get_ref()),
                    "give it a command or write `{ unbind = true }`".into(),
                ));
            }
            let mut node = &mut *root;
            for key in keys {
                node = node.next.entry(key).or_default();
            }
            node.binding = Some(binding);
        }
    }
    Ok(scopes)
}

fn binding(entry: Entry, source: Source) -> Binding {
    match entry {
        Entry::One(line) => Binding {
            commands: vec![line],
            help: String::new(),
            hint: false,
            source,
            unbound: false,
        },
        Entry::Several(commands) => Binding {
            commands,
            help: String::new(),
            hint: false,
            source,
            unbound: false,
        },
        Entry::Full(full) => Binding {
            commands: full.commands.into(),
            help: full.help,
            hint: full.hint,
            source,
            unbound: full.unbind,
        },
    }
}

/// Returns the line of a byte offset, counted from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
