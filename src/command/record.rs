//! Making, changing, deleting and annotating any record by hand.

use clap::Args;
use serde_json::Map;

use super::cx::Expects;
use super::inbox::{command_line, conclude};
use super::{Ask, CommandError, Cx, Targets, state};
use crate::pane::Tone;
use crate::record::{Audience, FollowUp, Kind, Note, Op, Patch, Thread};

/// Makes a record.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct NewCommand {
    /// The kind, for example `lead`.
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Values, as `field=value`; without any the form opens.
    #[arg(value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
}

/// Changes a record.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct EditCommand {
    /// Values, as `field=value`; an empty value clears the field; without any the form opens.
    #[arg(value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
    /// The records to change.
    #[command(flatten)]
    pub targets: Targets,
}

/// Writes a note.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct NoteCommand {
    /// What it says.
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// The record that it is about.
    #[command(flatten)]
    pub targets: Targets,
}

/// Finds a kind by its name, its path or what a person calls it.
pub fn find_kind(name: &str) -> Result<Kind, CommandError> {
    let wanted = name.replace('-', "_").to_lowercase();
    Kind::from_name(&wanted)
        .or_else(|| Kind::from_path(&name.to_lowercase()))
        .or_else(|| {
            Kind::ALL.iter().copied().find(|kind| {
                kind.label().eq_ignore_ascii_case(name) || kind.plural().eq_ignore_ascii_case(name)
            })
        })
        .or_else(|| {
            let mut fits = Kind::ALL.iter().copied().filter(|kind| {
                !wanted.is_empty()
                    && (kind.name().starts_with(&wanted)
                        || kind.label().to_lowercase().starts_with(&wanted))
            });
            let first = fits.next();
            first.filter(|_| fits.next().is_none())
        })
        .ok_or_else(|| {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            CommandError::usage(
                format!("`{name}` is not a kind"),
                format!("known: {}", known.join(", ")),
            )
        })
}

impl NewCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let kind = find_kind(&self.kind)?;
        let fields = seeds(cx, kind);
        if self.values.is_empty() {
            return cx.ask(
                "new",
                Ask::Form {
                    kind,
                    id: None,
                    fields,
                },
            );
        }
        let mut patch = super::input::patch_of(kind, &self.values, cx)?;
        for (name, value) in fields {
            patch.set.entry(name).or_insert(value);
        }
        patch.unset.clear();
        if let Some(name) = needed(kind).find(|name| !patch.set.contains_key(*name)) {
            return Err(CommandError::usage(
                format!("a new {} needs its {name}", kind.label()),
                format!("write `{name}=…`"),
            ));
        }
        let doubts = super::input::doubts(kind, &self.values, cx);
        let doubts = doubts.map_or(String::new(), |doubts| format!(" ({doubts})"));
        let id = cx.world.ids.next(cx.world.view.now);
        state::complete(cx, kind, &id, &mut patch);
        cx.apply(kind, &id, Op::Create, patch)?;
        cx.label(format!("new {}", kind.label()));
        // A script goes on with the id, a person knows it by its title.
        let title = cx.world.any(kind).title(&id).unwrap_or_default();
        let words = match &cx.screen {
            Some(_) if title.trim().is_empty() => format!("new {}", kind.label()),
            Some(_) => format!("new {}: {title}", kind.label()),
            None => format!("new {} {id}", kind.label()),
        };
        cx.say(Tone::Done, format!("{words}{doubts}"));
        Ok(())
    }
}

/// Tells whether a change leaves a field without a value.
fn empties(patch: &Patch, name: &str) -> bool {
    let blank =
        |value: &serde_json::Value| value.as_str().is_some_and(|text| text.trim().is_empty());
    patch.unset.iter().any(|unset| unset == name) || patch.set.get(name).is_some_and(blank)
}

/// Refuses a change that leaves a record without what it needs, before the server has to.
pub(super) fn keeps_needed(kind: Kind, patch: &Patch) -> Result<(), CommandError> {
    match needed(kind).find(|name| empties(patch, name)) {
        None => Ok(()),
        Some(name) => Err(CommandError::usage(
            format!("a {} needs its {name}", kind.label()),
            format!("write `{name}=…`, or leave it out: it stays as it is"),
        )),
    }
}

/// Returns the fields without which a new record is nothing: by what it is called, and to what it belongs.
pub(crate) fn needed(kind: Kind) -> impl Iterator<Item = &'static str> {
    let called = crate::record::called(kind);
    let belongs = match kind.audience() {
        Audience::Parent(link) => Some(link),
        Audience::Everyone | Audience::Users(_) => None,
    };
    called.into_iter().chain(belongs)
}

/// Returns the fields that a new record takes from who makes it and what is selected.
fn seeds(cx: &Cx<'_>, kind: Kind) -> Map<String, serde_json::Value> {
    let mut fields = Map::new();
    for name in ["owner", "created_by", "by"] {
        if kind.field(name).is_some() {
            fields.insert(name.into(), cx.world.view.me.to_string().into());
        }
    }
    if kind == Kind::FollowUp {
        fields.insert("state".into(), "open".into());
    }
    if kind == Kind::Lead {
        fields.insert("created_at".into(), cx.world.view.now.to_string().into());
        fields.insert("entered_at".into(), cx.world.view.now.to_string().into());
        if let Some((stage, _)) = super::lead::pipeline(cx.world).first() {
            fields.insert("stage".into(), stage.as_str().into());
        }
    }
    let selected = cx.screen.as_deref().and_then(crate::pane::Screen::selected);
    if let Some(link) = selected {
        if kind.field("subject").is_some() {
            let link = serde_json::to_value(&link).unwrap_or_default();
            fields.insert("subject".into(), link);
        }
        if let Some(thread) = link.id_of::<Thread>().and_then(|id| cx.world.get(&id)) {
            fields.extend(super::inbox::seeds(thread));
        } else if matches!(link.known_kind(), Some(Kind::Network | Kind::Lead)) {
            fields.insert(link.kind.to_string(), link.id.to_string().into());
        }
        fields.retain(|name, _| kind.field(name).is_some());
    }
    fields
}

impl EditCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let links = self.targets.any(None, cx)?;
        let mut ids = Vec::new();
        let mut doubts = None;
        for link in &links {
            let kind = find_kind(&link.kind)?;
            if self.values.is_empty() {
                return cx.ask(
                    "edit",
                    Ask::Form {
                        kind,
                        id: Some(link.id.to_string()),
                        fields: Map::new(),
                    },
                );
            }
            let mut patch = super::input::patch_of(kind, &self.values, cx)?;
            doubts = doubts.or(super::input::doubts(kind, &self.values, cx));
            keeps_needed(kind, &patch)?;
            keeps_escalation(cx, kind, &link.id, &patch)?;
            state::complete(cx, kind, &link.id, &mut patch);
            let before = cx.world.table::<FollowUp>().record(&link.id).cloned();
            cx.apply(kind, &link.id, Op::Update, patch)?;
            state::follow(cx, kind, &link.id, before)?;
            ids.push(link.id.to_string());
        }
        let changed = cx.edit_count() > 0;
        conclude(cx, "edited", &ids)?;
        // A time that the clocks skip is moved: that is not done in silence.
        if let Some(doubts) = doubts.filter(|_| changed) {
            cx.say(Tone::Done, format!("edited, {doubts}"));
        }
        Ok(())
    }
}

/// Refuses to clear an escalation whose root cause nobody has written down: without it the follow-up could be closed as
/// if nothing had been. Undo of an escalation goes another way.
fn keeps_escalation(cx: &Cx<'_>, kind: Kind, id: &str, patch: &Patch) -> Result<(), CommandError> {
    if kind != Kind::FollowUp || !empties(patch, "escalated_at") {
        return Ok(());
    }
    let written = |fields: &Map<String, serde_json::Value>| {
        let cause = fields.get("root_cause").and_then(serde_json::Value::as_str);
        cause.is_some_and(|cause| !cause.trim().is_empty())
    };
    let there = cx.world.any(kind).fields(id);
    if written(&patch.set) || there.is_some_and(|(_, _, fields)| written(&fields)) {
        return Ok(());
    }
    Err(CommandError::refused(
        "an escalation",
        "it is not cleared before its root cause is written down",
        "`u` takes an escalation back that was none; else write `root_cause=…` with it",
    ))
}

impl NoteCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        let links = self.targets.any(None, cx)?;
        let Some(text) = self.text else {
            return cx.ask(
                "note",
                Ask::Prompt {
                    title: "note".into(),
                    command: command_line("note", &self.targets),
                    text: String::new(),
                    expects: Expects::Text,
                },
            );
        };
        for link in &links {
            let kind = find_kind(&link.kind)?;
            if !cx.world.any(kind).has(&link.id) {
                return Err(CommandError::NoTarget(format!(
                    "there is no {} `{}` here; nothing was written",
                    kind.label(),
                    link.id
                )));
            }
        }
        let now = cx.world.view.now;
        let me = cx.world.my_id();
        let mut ids = Vec::new();
        for link in links {
            ids.push(link.id.to_string());
            cx.create(Note {
                subject: Some(link),
                text: text.clone().into(),
                by: Some(me.clone()),
                at: Some(now),
            });
        }
        conclude(cx, "note", &ids)
    }
}

/// Deletes records.
pub(super) fn delete(targets: &Targets, cx: &mut Cx<'_>) -> Result<(), CommandError> {
    let links = targets.any(None, cx)?;
    let mut ids = Vec::new();
    for link in &links {
        let kind = find_kind(&link.kind)?;
        cx.apply(kind, &link.id, Op::Delete, Patch::default())?;
        ids.push(link.id.to_string());
    }
    conclude(cx, "deleted", &ids)
}
