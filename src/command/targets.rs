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
    /// Acts on all open records that a query names, as in `--where "channel:lark sla<2h"`; in the shell a verb that
    /// brings back what was closed looks at closed ones too.
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
                "no {} `{missing}` here; `cnm list {kind} --all` shows them, and a closed one can be named in the shell \
                 or gone to by search",
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
            return Err(CommandError::Unnamed);
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

/// Lists the open records of a kind, all at hand where closed ones were read too: else it is a matter of chance
/// which of those are in memory.
struct Asked<'a> {
    world: &'a World,
    closed: bool,
}

impl KindVisitor for Asked<'_> {
    type Out = Vec<String>;
    fn visit<R: Record>(self) -> Vec<String> {
        let records = self.world.table::<R>().records();
        records
            .filter(|(_, record)| self.closed || record.is_open())
            .map(|(id, _)| id.as_str().to_owned())
            .collect()
    }
}

/// A query of `--where`: the kind, what must be true of its records, and the words.
struct Question<'q> {
    kind: Kind,
    filter: Filter,
    text: &'q str,
}

/// Reads the query of `--where`; where the kind is not clear its name comes first.
fn read<'q>(
    query: &'q str,
    kind: Option<Kind>,
    world: &World,
) -> Result<Question<'q>, CommandError> {
    let (kind, text) = if let Some(kind) = kind {
        (kind, query)
    } else {
        let (name, rest) = query.trim().split_once(' ').unwrap_or((query.trim(), ""));
        (super::find_kind(name)?, rest)
    };
    let filter = Filter::compile(kind, text, &world.view).map_err(|error| {
        CommandError::usage(
            format!("--where `{text}`: {error}"),
            "it is the language of `/`",
        )
    })?;
    Ok(Question { kind, filter, text })
}

/// Returns the records that a query of `--where` names, open or not: all of the kind must be in memory.
///
/// # Errors
/// The query cannot be read, or does not name its kind.
pub fn all_asked_for(
    query: &str,
    kind: Option<Kind>,
    world: &World,
) -> Result<Vec<AnyRef>, CommandError> {
    let question = read(query, kind, world)?;
    Ok(answer(&question, world, true))
}

/// Returns the kind that a query of `--where` asks for.
///
/// # Errors
/// The query does not name its kind.
pub fn kind_asked_for(query: &str, kind: Option<Kind>) -> Result<Kind, CommandError> {
    let name = query.split_whitespace().next().unwrap_or_default();
    kind.map_or_else(|| super::find_kind(name), Ok)
}

fn answer(question: &Question<'_>, world: &World, closed: bool) -> Vec<AnyRef> {
    let kind = question.kind;
    let mut ids = kind.visit(Asked { world, closed });
    ids.sort_unstable();
    let found = question.filter.apply(world, &ids);
    found.iter().map(|id| AnyRef::new(kind, id)).collect()
}

/// Returns the records that a query names; refuses where none is found for a reason that can be told.
fn asked_for(query: &str, kind: Option<Kind>, cx: &Cx<'_>) -> Result<Vec<AnyRef>, CommandError> {
    let question = read(query, kind, cx.world)?;
    let found = answer(&question, cx.world, cx.reads_closed());
    if !found.is_empty() {
        return Ok(found);
    }
    let (kind, text) = (question.kind, question.text);
    if let Some(stranger) = question.filter.strangers(cx.world).into_iter().next() {
        return Err(CommandError::NoTarget(format!(
            "--where `{text}`: {stranger}"
        )));
    }
    if cx.brings_back && !cx.reads_closed() {
        return Err(CommandError::NoTarget(format!(
            "no open {} fits `{text}`, and here only open ones are at hand; go to a closed one by search and act on \
             it there, or run the same command in the shell, which reads all",
            kind.label()
        )));
    }
    Ok(found)
}
