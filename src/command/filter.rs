//! Narrowing the list.

use clap::Subcommand;

use super::{Ask, CommandError, Cx};
use crate::pane::{DueView, Filter, Place};
use crate::query::QueryError;
use crate::record::{Kind, View};

/// Checks a filter against the fields of a kind, for a configuration that saves it.
///
/// # Errors
///
/// The query cannot be read, or names a field or value that the kind does not have.
pub fn check_filter(kind: Kind, text: &str, view: &View) -> Result<(), QueryError> {
    Filter::compile(kind, text, view).map(drop)
}

/// A change of the filter.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum FilterCommand {
    /// Opens the filter line.
    Edit,
    /// Filters by a query such as `network.lifecycle:new sla<2h`.
    Set {
        /// The query.
        #[arg(
            value_name = "QUERY",
            trailing_var_arg = true,
            allow_hyphen_values = true
        )]
        query: Vec<String>,
    },
    /// Shows everything again.
    Clear,
    /// Goes to the next split of the list.
    NextSplit,
    /// Goes to the split before.
    PreviousSplit,
    /// Calls in the rows that arrived meanwhile.
    Refresh,
}

impl FilterCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        if self == Self::Edit {
            cx.screen("filter")?;
            cx.asks.push(Ask::Filter);
            return Ok(());
        }
        let screen = cx.screen("filter")?;
        let mut place = screen.active();
        let splits = matches!(self, Self::NextSplit | Self::PreviousSplit);
        if splits && screen.place == Place::FollowUps {
            // Some of its views are lists of their own.
            place = Place::FollowUps;
        }
        if let (Self::Set { query }, Some(kind)) = (&self, place.kind()) {
            let text = query.join(" ");
            Filter::compile(kind, &text, &cx.world.view).map_err(|error| {
                CommandError::usage(
                    format!("filter `{text}`: {error}"),
                    "the filter from before holds",
                )
            })?;
        }
        let screen = cx.screen("filter")?;
        let count = match place {
            Place::Inbox => screen.tally.splits.len(),
            Place::FollowUps => DueView::ALL.len(),
            _ => 1,
        };
        let shelf = screen.shelf_mut(place);
        match self {
            Self::Edit | Self::Refresh => {}
            Self::Set { query } => shelf.filter = query.join(" "),
            Self::Clear => {
                shelf.filter.clear();
                shelf.list.clear_marks();
            }
            Self::NextSplit => shelf.split = (shelf.split + 1) % count.max(1),
            Self::PreviousSplit => shelf.split = (shelf.split + count - 1) % count.max(1),
        }
        if let Some(screen) = cx.screen.as_deref_mut() {
            crate::pane::arrange(cx.world, screen, place, true);
        }
        Ok(())
    }
}
