//! Bringing in the exports of the platform: first shown, then applied, taken back by one undo.

use clap::{Args, Subcommand, ValueEnum};

use super::cx::{Expects, fields_of};
use super::{Ask, CommandError, Cx};
use crate::effect::{CacheRow, Effect, ImportRequest, RowState};
use crate::import::backstage::{Plan, zoned};
use crate::list::World;
use crate::pane::{Place, Tone};
use crate::record::{Kind, Network, Op, Patch};

/// Files of other programs.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum ImportCommand {
    /// Reads creator exports of the platform's Backstage (XLSX or CSV); the console shows what would change first.
    Backstage(BackstageArgs),
    /// Applies the import that is shown.
    Apply,
    /// Drops the import that is shown; nothing was changed.
    Drop,
}

/// Which files, and what they do not say themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct BackstageArgs {
    /// The files.
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// The CN, by name or id, under which creators are filed that are not known yet.
    #[arg(long, value_name = "CN")]
    pub network: Option<String>,
    /// When the export was made (UTC+0), where the file does not say it: `2026-06-02 14:59`.
    #[arg(long, value_name = "TIME")]
    pub exported_at: Option<String>,
    /// The files hold all creators of their CNs: what they add up to counts, however few there are.
    #[arg(long)]
    pub whole: bool,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Lists every change, not only the first ones.
    #[arg(long)]
    pub all: bool,
    /// How the report is written, outside the console.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ImportFormat::Table)]
    pub format: ImportFormat,
}

/// How the report on an import is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// For reading.
    #[default]
    Table,
    /// For programs.
    Json,
}

impl BackstageArgs {
    /// Checks what was said and finds the CN.
    pub fn request(&self, world: &World) -> Result<ImportRequest, CommandError> {
        let network = self
            .network
            .as_deref()
            .map(|name| find_network(world, name))
            .transpose()?;
        let exported_at = match &self.exported_at {
            Some(text) => Some(zoned(text).ok_or_else(|| {
                CommandError::usage(
                    format!("`{text}` is not a time"),
                    "write it as `2026-06-02 14:59`, in UTC+0",
                )
            })?),
            None => None,
        };
        Ok(ImportRequest {
            files: self.files.clone(),
            network,
            exported_at,
            whole: self.whole,
        })
    }
}

/// Finds a CN by id or by a name that only one has.
fn find_network(world: &World, name: &str) -> Result<String, CommandError> {
    let table = world.table::<Network>();
    if table.record(name).is_some() {
        return Ok(name.to_owned());
    }
    let wanted = name.trim().to_lowercase();
    let named: Vec<String> = table
        .records()
        .filter(|(_, network)| network.name.to_lowercase() == wanted)
        .map(|(id, _)| id.to_string())
        .collect();
    match named.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(CommandError::usage(
            format!("no CN `{name}` in the cache"),
            "`cnm list network` shows their names",
        )),
        several => Err(CommandError::usage(
            format!("{} CNs are called `{name}`", several.len()),
            "give the id; `cnm list network` shows it",
        )),
    }
}

impl ImportCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Backstage(args) if args.files.is_empty() => cx.ask(
                "import backstage",
                Ask::Prompt {
                    title: "export file (XLSX or CSV)".into(),
                    command: "import backstage".into(),
                    text: String::new(),
                    expects: Expects::Text,
                },
            ),
            Self::Backstage(args) => {
                let request = args.request(cx.world)?;
                cx.say(Tone::Info, "reading; nothing is changed before you say so");
                cx.effects.push(Effect::Import(request));
                Ok(())
            }
            Self::Apply => apply(cx),
            Self::Drop => {
                let screen = cx.screen("import drop")?;
                if screen.import.take().is_none() {
                    return Err(nothing());
                }
                leave(cx);
                cx.say(Tone::Done, "dropped: nothing was changed");
                Ok(())
            }
        }
    }
}

fn nothing() -> CommandError {
    CommandError::NoTarget("no import is shown; `import backstage FILE` reads one".into())
}

fn leave(cx: &mut Cx<'_>) {
    if let Some(screen) = cx.screen.as_deref_mut()
        && screen.place == Place::Import
        && !screen.travel(false)
    {
        screen.go(Place::Networks);
    }
}

fn apply(cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let screen = cx.screen("import apply")?;
    let import = screen.import.take().ok_or_else(nothing)?;
    let mut said = Vec::new();
    for plan in &import.plans {
        if !plan.is_empty() {
            apply_plan(cx, plan)?;
        }
        said.push(plan.headline());
    }
    let files: Vec<&str> = import.plans.iter().map(|plan| plan.file.as_str()).collect();
    cx.label(format!("import {}", files.join(", ")));
    leave(cx);
    let said = said.join("; ");
    if cx.edit_count() == 0 {
        cx.say(Tone::Info, format!("nothing to change: {said}"));
    } else {
        cx.say(Tone::Done, format!("imported: {said}"));
    }
    Ok(())
}

/// Makes a plan's changes, and the record that keeps what was imported, part of the batch.
pub fn apply_plan(cx: &mut Cx<'_>, plan: &Plan) -> Result<(), CommandError> {
    let now = cx.world.view.now;
    let me = cx.world.view.me.to_string();
    let ids = &mut cx.world.ids;
    for (id, record) in plan.records(&me, now, &mut || ids.next(now)) {
        let patch = Patch {
            set: fields_of(&record),
            ..Patch::default()
        };
        cx.apply(Kind::Import, &id, Op::Create, patch)?;
    }
    for change in &plan.changes {
        if change.op == Op::Update && !cx.world.any(change.kind).has(&change.id) {
            cx.world.upsert(&CacheRow {
                kind: change.kind,
                id: change.id.clone(),
                version: change.base,
                state: RowState::Clean,
                fields: serde_json::Value::Object(change.before.clone()).to_string(),
            });
        }
        cx.apply(change.kind, &change.id, change.op, change.patch.clone())?;
    }
    cx.label(format!("import {}", plan.file));
    Ok(())
}
