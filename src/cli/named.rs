//! The records that commands name, which are read whether they are open or not.

use super::CliError;
use crate::command::Command;
use crate::effect::Load;
use crate::list::World;
use crate::record::{AnyRef, FieldType, Kind};
use crate::store::Store;

/// At most this many records of a kind are read to bring some of them back.
const MOST: usize = 2_000_000;

/// Reads the records that commands name into memory; returns which those are.
pub(super) fn read(
    store: &mut Store,
    world: &mut World,
    commands: &[Command],
) -> Result<Vec<AnyRef>, CliError> {
    let mut named: Vec<AnyRef> = commands.iter().flat_map(named_links).collect();
    for row in store.load(&Load::Records(named.clone()))? {
        world.upsert(&row);
    }
    for command in commands {
        named.extend(brought_back(store, world, command)?);
    }
    Ok(named)
}

/// Reads all records of the kind that a command brings back by a query; returns those that it names.
fn brought_back(
    store: &mut Store,
    world: &mut World,
    command: &Command,
) -> Result<Vec<AnyRef>, CliError> {
    let (kind, targets) = command.named();
    // A step on the page of a CN may be one of several kinds: the query names it.
    let kind = kind.filter(|_| !matches!(command, Command::Network(_)));
    let query = targets.and_then(|targets| targets.query.as_deref());
    let Some(query) = query.filter(|_| command.brings_back()) else {
        return Ok(Vec::new());
    };
    let load = Load::All {
        kind: crate::command::kind_asked_for(query, kind)?,
        limit: MOST,
    };
    for row in store.load(&load)? {
        world.upsert(&row);
    }
    Ok(crate::command::all_asked_for(query, kind, world)?)
}

/// Lists the records that a command names with `--id` or as the value of a field, so that they can be read whether
/// open or not.
pub(super) fn named_links(command: &Command) -> Vec<AnyRef> {
    let (kind, targets) = command.named();
    let values = match command {
        Command::New(new) => linked_values(crate::command::find_kind(&new.kind).ok(), &new.values),
        Command::Edit(edit) => {
            let kinds = edit
                .targets
                .ids
                .iter()
                .filter_map(|id| AnyRef::parse(id)?.known_kind());
            kinds
                .flat_map(|kind| linked_values(Some(kind), &edit.values))
                .collect()
        }
        _ => Vec::new(),
    };
    let ids = targets.map_or(&[][..], |targets| &targets.ids);
    ids.iter()
        .filter_map(|text| {
            AnyRef::parse(text)
                .filter(|link| link.known_kind().is_some())
                .or_else(|| kind.map(|kind| AnyRef::new(kind, text)))
        })
        .chain(values)
        .collect()
}

/// Lists the records that values of link fields name by their id.
fn linked_values(kind: Option<Kind>, values: &[String]) -> Vec<AnyRef> {
    let link = |value: &String| {
        let (name, id) = value.split_once('=')?;
        match kind?.field(name)?.ty {
            FieldType::Link(to) => Some(AnyRef::new(to, id.trim())),
            _ => None,
        }
    };
    values.iter().filter_map(link).collect()
}
