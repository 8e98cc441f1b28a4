//! The records that a verb acts on.

use super::{CommandError, Cx};
use crate::list::World;
use crate::pane::{Filter, Place};
use crate::record::{AnyRef, Kind, KindVisitor, Record};

/// The rows a verb acts on: the ids named, else the marked rows, else the row under the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Targets {
    /// Acts on the record with this id (`kind:id` where the kind is not clear); can be repeated.
    #[arg(long = "id", value_name = "ID")]
    pub ids: Vec<String>,
    /// Acts on all open records that a query names, as in `--where "channel:lark sla<2h"`.
    #[arg(long = "where", value_name = "QUERY")]
    pub query: Option<String>,
}

impl Targets {
    /// Names one record.
    pub fn one(link: &AnyRef) -> Self {
        Self {
            ids: vec![link.to_string()],
            query: None,
        }
    }

    /// Tells whether no record is named.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.query.is_none()
    }

    /// Returns the ids of the records of one kind to act on.
    pub fn of(&self, kind: Kind, cx: &Cx<'_>) -> Result<Vec<String>, CommandError> {
        let links = self.any(Some(kind), cx)?;
        if let Some(odd) = links.iter().find(|link| link.known_kind() != Some(kind)) {
            return Err(CommandError::NoTarget(format!(
                "the selection is a {}, not a {}; go to one or name it with --id",
                odd.known_kind()
                    .map_or_else(|| odd.kind.to_string(), |kind| kind.label().to_owned()),
                kind.label()
            )));
        }
        let ids: Vec<String> = links.into_iter().map(|link| link.id.to_string()).collect();
        if let Some(missing) = ids.iter().find(|id| !cx.world.any(kind).has(id)) {
            return Err(CommandError::NoTarget(format!(
                "no {} `{missing}` in the cache; `cnm list {kind}` shows them",
                kind.label()
            )));
        }
        Ok(ids)
    }

    /// Returns the links of the records to act on; a bare id is taken as one of `kind`.
    pub fn any(&self, kind: Option<Kind>, cx: &Cx<'_>) -> Result<Vec<AnyRef>, CommandError> {
        if let Some(query) = &self.query {
            if !self.ids.is_empty() {
                return Err(CommandError::usage(
                    "--id and --where name records in two ways",
                    "leave one of them out",
                ));
            }
            return asked_for(query, kind, cx);
        }
        if !self.ids.is_empty() {
            return self
                .ids
                .iter()
                .map(|text| match (AnyRef::parse(text), kind) {
                    (Some(link), _) if link.known_kind().is_some() => Ok(link),
                    (_, Some(kind)) => Ok(AnyRef::new(kind, text)),
                    _ => Err(CommandError::usage(
                        format!("`{text}` does not say which kind it is"),
                        "write `kind:id`, for example `lead:0190…`",
                    )),
                })
                .collect();
        }
        if let Some(subject) = &cx.subject {
            return Ok(subject.clone());
        }
        let Some(screen) = cx.screen.as_deref() else {
            return Err(CommandError::NoTarget(
                "name the record with --id, or records with --where".into(),
            ));
        };
        let place = screen.active();
        let rows = match place {
            Place::NextSteps | Place::Offers => Some("rows"),
            place => place.kind().map(Kind::plural),
        };
        let (Some(rows), Some(list)) = (rows, screen.list()) else {
            return Err(CommandError::NoTarget("no record is selected here".into()));
        };
        let targets = list.targets();
        if targets.is_empty() {
            return Err(CommandError::NoTarget(format!(
                "the list of {rows} is empty"
            )));
        }
        let links = targets.iter().filter_map(|key| screen.link_of(place, key));
        Ok(links.collect())
    }
}

/// Lists the open records of a kind: which closed ones are in memory is a matter of chance.
struct Open<'a>(&'a World);

impl KindVisitor for Open<'_> {
    type Out = Vec<String>;
    fn visit<R: Record>(self) -> Vec<String> {
        let records = self.0.table::<R>().records();
        records
            .filter(|(_, record)| record.is_open())
            .map(|(id, _)| id.as_str().to_owned())
            .collect()
    }
}

/// Returns the open records that a query names; where the kind is not clear its name comes first.
fn asked_for(query: &str, kind: Option<Kind>, cx: &Cx<'_>) -> Result<Vec<AnyRef>, CommandError> {
    let (kind, text) = if let Some(kind) = kind {
        (kind, query)
    } else {
        let (name, rest) = query.trim().split_once(' ').unwrap_or((query.trim(), ""));
        (super::find_kind(name)?, rest)
    };
    let filter = Filter::compile(kind, text, &cx.world.view).map_err(|error| {
        CommandError::usage(
            format!("--where `{text}`: {error}"),
            "it is the language of `/`",
        )
    })?;
    let mut ids = kind.visit(Open(cx.world));
    ids.sort_unstable();
    let found = filter.apply(cx.world, ids);
    Ok(found.iter().map(|id| AnyRef::new(kind, id)).collect())
}
