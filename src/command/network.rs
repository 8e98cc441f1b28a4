//! The verbs of Creator Networks: opening one and going to what belongs to it.

use clap::Subcommand;

use super::{CommandError, Cx, Targets};
use crate::effect::{Effect, Load};
use crate::pane::{Focus, Place};
use crate::record::{AnyRef, Id, Kind, Network};

/// A verb of Creator Networks.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum NetworkCommand {
    /// Opens the page of a CN.
    Open(Targets),
    /// Goes to the threads of the CN that the selection is about.
    Threads(Targets),
    /// Goes to the leads that the selection's CN brought or became.
    Leads(Targets),
    /// Goes to the follow-ups of the CN that the selection is about.
    FollowUps(Targets),
    /// Goes to the creators of the CN that the selection is about.
    Creators(Targets),
    /// Opens the CN's dashboard in the browser.
    Browse(Targets),
}

impl NetworkCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> &Targets {
        match self {
            Self::Open(targets)
            | Self::Threads(targets)
            | Self::Leads(targets)
            | Self::FollowUps(targets)
            | Self::Creators(targets)
            | Self::Browse(targets) => targets,
        }
    }

    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Open(targets) => {
                let id = network_of(cx, &targets)?;
                let screen = cx.screen("network open")?;
                screen.go(Place::Networks);
                screen.focus = Focus::Detail;
                let shelf = screen.shelf_mut(Place::Networks);
                if !shelf.list.go_to_key(id.as_str()) {
                    shelf.filter.clear();
                    shelf.list.arrange(vec![id.as_str().to_owned()], false);
                    shelf.list.go_to_key(id.as_str());
                }
                Ok(())
            }
            Self::Threads(targets) => jump(cx, &targets, Place::Inbox),
            Self::Leads(targets) => jump(cx, &targets, Place::Funnel),
            Self::FollowUps(targets) => jump(cx, &targets, Place::FollowUps),
            Self::Creators(targets) => {
                let id = network_of(cx, &targets)?;
                cx.effects.push(Effect::Load(Load::Children {
                    parent: AnyRef::new(Kind::Network, id.as_str()),
                    kind: Kind::Creator,
                    limit: 20_000,
                }));
                jump(cx, &targets, Place::Browse(Kind::Creator))
            }
            Self::Browse(targets) => {
                let id = network_of(cx, &targets)?;
                let url = cx
                    .world
                    .get(&id)
                    .map(|network| network.url.clone())
                    .unwrap_or_default();
                if url.is_empty() {
                    return Err(CommandError::refused(
                        "open the dashboard",
                        "this CN has no address",
                        "set one with `edit url=https://…`",
                    ));
                }
                cx.effects.push(Effect::Open(url));
                Ok(())
            }
        }
    }
}

/// Finds the CN that the selection is, or is about.
pub(super) fn network_of(cx: &Cx<'_>, targets: &Targets) -> Result<Id<Network>, CommandError> {
    let links = targets.any(Some(Kind::Network), cx)?;
    let Some(link) = links.first() else {
        return Err(CommandError::NoTarget("nothing is selected".into()));
    };
    if let Some(id) = link.id_of::<Network>() {
        return Ok(id);
    }
    let field = link
        .known_kind()
        .and_then(|kind| cx.world.any(kind).cell(&link.id, "network", &cx.world.view));
    match field {
        Some(crate::record::Value::Link(link)) => link
            .id_of::<Network>()
            .ok_or_else(|| CommandError::NoTarget("it names no CN".into())),
        _ => Err(CommandError::NoTarget(
            "the selection belongs to no CN; link one with `edit network=NAME`".into(),
        )),
    }
}

/// Goes to a place and narrows it to one CN.
fn jump(cx: &mut Cx<'_>, targets: &Targets, place: Place) -> Result<(), CommandError> {
    let id = network_of(cx, targets)?;
    let name = cx
        .world
        .get(&id)
        .map_or_else(|| id.as_str().to_owned(), |network| network.name.clone());
    let screen = cx.screen("network …")?;
    screen.go(place);
    let shelf = screen.shelf_mut(place);
    shelf.filter = format!("network:\"{}\"", name.replace('"', ""));
    shelf.split = 0;
    shelf.list.clear_marks();
    Ok(())
}
