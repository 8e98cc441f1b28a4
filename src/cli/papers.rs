//! Papers made from the program: the manual page, completions, schemas of the files one writes.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::CliError;
use crate::command::reference;
use crate::config::Config;
use crate::keymap::{EVERYWHERE, MODES};
use crate::pane::Place;
use crate::record::Kind;
use crate::theme::{ANSI, SHIPPED, Theme};

/// Which shell is to complete.
#[derive(Debug, Args)]
pub(super) struct CompletionArgs {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Where manual pages go.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Writes a page for each command into this folder, in the place of the one page to the output.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Which file a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Paper {
    /// `config.toml`.
    Config,
    /// `keymap.toml`.
    Keymap,
    /// A file in `themes/`.
    Theme,
}

/// The schema of a file.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which file.
    file: Paper,
}

/// Prints completions.
pub(super) fn completions(args: &CompletionArgs) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "cnm", &mut script);
    put(&script)
}

/// Prints the manual page, or writes one for each command.
pub(super) fn man(args: &ManArgs) -> Result<(), CliError> {
    match &args.to {
        None => put(man_page().as_bytes()),
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(super::definition(), folder)?;
            super::print([format!("manual pages are in {}", folder.display())])
        }
    }
}

/// Prints the schema of a file.
pub(super) fn schema_of(args: &SchemaArgs) -> Result<(), CliError> {
    put(schema(args.file).as_bytes())
}

fn put(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Returns the manual page of the program, as troff.
pub fn man_page() -> String {
    let mut page = Vec::new();
    // Writing into memory does not fail.
    let _ = clap_mangen::Man::new(super::definition()).render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

/// Returns the JSON schema (2020-12) of a file that a user writes.
pub fn schema(paper: Paper) -> String {
    let schema = match paper {
        Paper::Config => {
            let mut schema = schemars::schema_for!(Config).to_value();
            if let Some(object) = schema.as_object_mut() {
                object.insert("title".into(), json!("config.toml of cnm"));
            }
            schema
        }
        Paper::Keymap => keymap(),
        Paper::Theme => theme(),
    };
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The keymap: a table for each place, a binding for each key sequence.
fn keymap() -> Json {
    let names: Vec<String> = reference().into_iter().map(|entry| entry.name).collect();
    let line = json!({
        "type": "string",
        "description": "A command line; the name of a command and its arguments.",
        "pattern": format!("^({})( .*)?$", names.join("|")),
    });
    let lines = json!({ "anyOf": [line, { "type": "array", "items": line, "minItems": 1 }] });
    let table = json!({
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                line,
                { "type": "array", "items": line, "minItems": 1 },
                {
                    "type": "object",
                    "properties": {
                        "do": lines,
                        "help": { "type": "string", "description": "A few words for the popup, the footer and the help." },
                        "hint": { "type": "boolean", "description": "Whether the footer shows it." },
                        "unbind": { "type": "boolean", "description": "Takes the key away." },
                    },
                },
            ],
        },
    });
    let places = Place::TABS
        .into_iter()
        .chain([Place::Conflicts, Place::Outbox])
        .chain(Kind::ALL.iter().map(|kind| Place::Browse(*kind)));
    let mut properties = serde_json::Map::new();
    let names = std::iter::once(EVERYWHERE).chain(places.map(Place::name));
    for name in names.chain(MODES.iter().copied()) {
        properties.insert(name.to_owned(), table.clone());
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "keymap.toml of cnm",
        "description": "A table for each place, or `everywhere`; a key sequence such as `e`, `ctrl-d` or `g i` runs a command line or a list of them.",
        "type": "object",
        "properties": properties,
    })
}

/// A theme: a name, perhaps another to inherit from, a palette, a colour for each role.
fn theme() -> Json {
    let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    let colour = json!({
        "type": "string",
        "description": "`#rrggbb`, an ANSI name, `terminal`, or a name of [palette].",
        "examples": ["#7fb4ff", "terminal", ANSI[4]],
    });
    let roles: serde_json::Map<String, Json> = Theme::ROLES
        .iter()
        .map(|role| ((*role).to_owned(), colour.clone()))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "theme of cnm",
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
            "name": { "type": "string" },
            "light": { "type": "boolean", "description": "Made for a light background." },
            "inherits": { "type": "string", "description": "The theme whose colours hold where this one says nothing.", "examples": known },
            "palette": { "type": "object", "additionalProperties": { "type": "string" } },
            "colours": { "type": "object", "additionalProperties": false, "properties": roles },
        },
    })
}
