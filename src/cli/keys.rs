//! The reference of keys and commands, and what is wrong with keys.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{CliError, print};
use crate::command::reference;
use crate::keymap::{Keymap, MODES, PAGE, changes, show_sequence};
use crate::pane::Place;
use crate::runtime::Home;

/// Which keys to list.
#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    /// A place, for example `inbox`; without one every scope is listed.
    place: Option<String>,
    /// Lists what differs from an earlier version of the default keys instead, for example `v1`.
    #[arg(long, value_name = "VERSION", conflicts_with = "place")]
    changed: Option<String>,
    /// How to write them.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

/// How commands are listed.
#[derive(Debug, Args)]
pub(super) struct CommandsArgs {
    /// How to write them.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

/// How a reference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Lines to read.
    Text,
    /// A JSON object a line.
    Jsonl,
}

/// Reads the user's keymap on top of the keys that the configuration asks for.
fn keymap(home: &Home) -> Result<Keymap, CliError> {
    let config = home.config().map_err(CliError::Refused)?;
    home.keymap(&config.keys).map_err(CliError::Refused)
}

/// Lists keys.
pub(super) fn keys(args: &KeysArgs) -> Result<(), CliError> {
    let home = Home::find()?;
    if let Some(version) = &args.changed {
        let preset = home.config().map_err(CliError::Refused)?.keys.preset();
        let list =
            changes(preset, version, "").map_err(|error| CliError::Usage(error.to_string()))?;
        if list.is_empty() {
            return print([format!("the default keys are those of {version}")]);
        }
        return print(list.iter().map(ToString::to_string));
    }
    let keymap = keymap(&home)?;
    let mut lines = Vec::new();
    if let Some(name) = &args.place {
        let mode = MODES.iter().find(|mode| **mode == name.as_str()).copied();
        let scope = mode.or_else(|| Place::from_name(name).map(Place::name));
        let scope = scope.or_else(|| (name == PAGE).then_some(PAGE));
        let scope = scope.ok_or_else(|| {
            CliError::Usage(format!("`{name}` is not a place; try inbox or funnel"))
        })?;
        for (keys, binding) in keymap.all(scope) {
            lines.push(line(args.format, scope, &show_sequence(&keys), binding));
        }
        return print(lines);
    }
    for scope in keymap.scopes() {
        if args.format == Shape::Text {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(format!("[{scope}]"));
        }
        let own = keymap.own(scope);
        for (keys, binding) in keymap.all(scope) {
            if own.contains(&keys) {
                lines.push(line(args.format, scope, &show_sequence(&keys), binding));
            }
        }
    }
    print(lines)
}

fn line(shape: Shape, scope: &str, keys: &str, binding: &crate::keymap::Binding) -> String {
    match shape {
        Shape::Text => format!(
            "{keys:<12} {:<40} {}:{}",
            binding.shown(),
            binding.source.file,
            binding.source.line
        ),
        Shape::Jsonl => json!({
            "scope": scope,
            "keys": keys,
            "do": binding.commands,
            "when": binding.when.as_ref().map(crate::keymap::When::text),
            "help": binding.help,
            "file": binding.source.file,
            "line": binding.source.line,
        })
        .to_string(),
    }
}

/// Lists every command.
pub(super) fn commands(args: &CommandsArgs) -> Result<(), CliError> {
    let entries = reference();
    let width = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0);
    print(entries.iter().map(|entry| {
        match args.format {
            Shape::Text => format!("{:width$}  {} {}", entry.name, entry.help, entry.usage)
                .trim_end()
                .to_owned(),
            Shape::Jsonl => {
                json!({"name": entry.name, "help": entry.help, "usage": entry.usage}).to_string()
            }
        }
    }))
}
