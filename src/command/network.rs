//! The verbs of Creator Networks: opening one, going to what belongs to it, working on its page.

use clap::Subcommand;

use super::handover::HandOverArgs;
use super::report::{self, Format};
use super::{CommandError, Cx, Targets, columns, enrol, page};
use crate::effect::{Effect, Load};
use crate::pane::{Focus, Place, Tab};
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
    /// Opens a tab of the page: overview, creators, goals, onboarding, dimensions, coaching, campaigns,
    /// contacts, incidents, plan, timeline or figures.
    Tab {
        /// The tab, or the beginning of its name.
        #[arg(value_name = "TAB")]
        tab: String,
    },
    /// Opens the next tab of the page.
    NextTab,
    /// Opens the tab before.
    PreviousTab,
    /// Goes to the next CN and stays on the tab.
    Next,
    /// Goes to the CN before and stays on the tab.
    Previous,
    /// Adds to the tab of the page: a goal, a coaching action, a score, an item of the plan …
    Add,
    /// Moves what is selected one state on: a milestone is reached, a goal is agreed, an item is done.
    Step(Targets),
    /// Moves what is selected one state back.
    StepBack(Targets),
    /// Lets a CN off a milestone, with the reason.
    Waive {
        /// Why it is not asked for.
        #[arg(value_name = "REASON")]
        reason: Option<String>,
        /// The milestones.
        #[command(flatten)]
        targets: Targets,
    },
    /// Gives a CN a score in one dimension.
    Score {
        /// The score, on the scale of the set in force.
        #[arg(value_name = "SCORE", allow_negative_numbers = true)]
        value: Option<f64>,
        /// The dimension; that under the cursor without it.
        #[arg(long, value_name = "KEY")]
        dimension: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// The CN.
        #[command(flatten)]
        targets: Targets,
    },
    /// Notes whether CNs take part in a campaign.
    Enrol {
        /// The campaign; that under the cursor without it.
        #[arg(value_name = "CAMPAIGN")]
        campaign: Option<String>,
        /// The answer: invited, undecided, joined, declined or done.
        #[arg(long = "as", value_name = "ANSWER", default_value = "joined")]
        answer: String,
        /// The CNs.
        #[command(flatten)]
        targets: Targets,
    },
    /// Makes a follow-up for each CN that has not answered to a campaign.
    Chase {
        /// The campaign; that under the cursor without it.
        #[arg(value_name = "CAMPAIGN")]
        campaign: Option<String>,
        /// The CNs; all without it.
        #[command(flatten)]
        targets: Targets,
    },
    /// Cuts the goal of a year into quarters, that of a quarter into months.
    Split(Targets),
    /// Hands CNs and leads over to someone, at once or on a day; the one before goes on seeing them.
    HandOver(HandOverArgs),
    /// Prints the portfolio in the order of need with the reasons, or the page of a CN.
    Show {
        /// How to write it: table or json.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// The CN; the portfolio without it.
        #[command(flatten)]
        targets: Targets,
    },
    /// Chooses the columns of the list of CNs: names in their order, `+NAME`, `-NAME`, or `none` for those of the
    /// configuration; without a word it offers them.
    Columns {
        /// The columns.
        #[arg(value_name = "COLUMN", allow_hyphen_values = true)]
        columns: Vec<String>,
    },
    /// Writes every figure of CNs with definition, window, n, age and source to a file; `-` prints.
    Export {
        /// The file.
        #[arg(value_name = "FILE")]
        path: Option<String>,
        /// How to write it: csv or json; by the ending of the file without it.
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// The CNs; all without it.
        #[command(flatten)]
        targets: Targets,
    },
}

impl NetworkCommand {
    /// Returns the records that it acts on.
    pub fn targets(&self) -> Option<&Targets> {
        match self {
            Self::Open(targets)
            | Self::Threads(targets)
            | Self::Leads(targets)
            | Self::FollowUps(targets)
            | Self::Creators(targets)
            | Self::Browse(targets)
            | Self::Step(targets)
            | Self::StepBack(targets)
            | Self::Split(targets)
            | Self::Waive { targets, .. }
            | Self::Score { targets, .. }
            | Self::Enrol { targets, .. }
            | Self::Chase { targets, .. }
            | Self::HandOver(HandOverArgs { targets, .. })
            | Self::Show { targets, .. }
            | Self::Export { targets, .. } => Some(targets),
            Self::Tab { .. }
            | Self::NextTab
            | Self::PreviousTab
            | Self::Next
            | Self::Previous
            | Self::Columns { .. }
            | Self::Add => None,
        }
    }

    /// Tells whether it changes records.
    pub fn is_verb(&self) -> bool {
        matches!(
            self,
            Self::Step(_)
                | Self::StepBack(_)
                | Self::Split(_)
                | Self::Waive { .. }
                | Self::Score { .. }
                | Self::Enrol { .. }
                | Self::Chase { .. }
                | Self::HandOver(_)
        )
    }

    /// Tells whether it reads figures.
    pub fn reads_figures(&self) -> bool {
        matches!(self, Self::Show { .. } | Self::Export { .. })
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
            other => other.work(cx),
        }
    }

    /// What is done on the page and with the portfolio.
    fn work(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        match self {
            Self::Tab { tab } => {
                let tab = Tab::from_name(&tab).ok_or_else(|| no_tab(&tab))?;
                turn_to(cx, |_| tab)
            }
            Self::NextTab => turn_to(cx, |tab| tab.step(1)),
            Self::PreviousTab => turn_to(cx, |tab| tab.step(-1)),
            Self::Next | Self::Previous => {
                let by = if self == Self::Next { 1 } else { -1 };
                let screen = cx.screen("network next")?;
                screen.detail_scroll = 0;
                screen.shelf_mut(Place::Networks).list.step(by);
                Ok(())
            }
            Self::Add => page::add(cx),
            Self::Step(targets) => page::step(cx, &targets, true),
            Self::StepBack(targets) => page::step(cx, &targets, false),
            Self::Waive { reason, targets } => page::waive(cx, reason, &targets),
            Self::Score {
                value,
                dimension,
                note,
                targets,
            } => page::score(cx, value, dimension, note, &targets),
            Self::Enrol {
                campaign,
                answer,
                targets,
            } => enrol::enrol(cx, campaign.as_deref(), &answer, &targets),
            Self::Chase { campaign, targets } => enrol::chase(cx, campaign.as_deref(), &targets),
            Self::Split(targets) => page::split(cx, &targets),
            Self::HandOver(over) => over.run("network hand-over", Kind::Network, cx),
            Self::Columns { columns } => columns::choose(cx, &columns),
            Self::Show { format, targets } => report::show(cx, format, &targets),
            Self::Export {
                path,
                format,
                targets,
            } => report::export(cx, path, format, &targets),
            Self::Open(_)
            | Self::Threads(_)
            | Self::Leads(_)
            | Self::FollowUps(_)
            | Self::Creators(_)
            | Self::Browse(_) => Ok(()),
        }
    }
}

/// Says that there is no such tab, and which there are.
pub(super) fn no_tab(name: &str) -> CommandError {
    let known: Vec<&str> = Tab::ALL.iter().map(|tab| tab.title()).collect();
    CommandError::usage(
        format!("`{name}` is not a tab of the page"),
        format!("known: {}", known.join(", ").to_lowercase()),
    )
}

/// Opens the page on a tab.
fn turn_to(cx: &mut Cx<'_>, tab: impl FnOnce(Tab) -> Tab) -> Result<(), CommandError> {
    let screen = cx.screen("network tab")?;
    if screen.place != Place::Networks {
        screen.go(Place::Networks);
    }
    screen.tab = tab(screen.tab);
    screen.focus = Focus::Detail;
    screen.detail_scroll = 0;
    Ok(())
}

/// Returns the CN whose page has the keys, unless records are named.
pub(super) fn page_network(cx: &Cx<'_>, targets: &Targets) -> Option<Id<Network>> {
    let free = targets.is_empty() && cx.subject.is_none();
    let screen = cx.screen.as_deref().filter(|_| free)?;
    matches!(screen.active(), Place::Page(_))
        .then(|| screen.network())
        .flatten()
}

/// Finds the CN that the selection is, or is about.
pub(super) fn network_of(cx: &Cx<'_>, targets: &Targets) -> Result<Id<Network>, CommandError> {
    networks_of(cx, targets)?
        .into_iter()
        .next()
        .ok_or_else(|| CommandError::NoTarget("nothing is selected".into()))
}

/// Finds the CNs that the selection is, or is about, each once.
pub(super) fn networks_of(
    cx: &Cx<'_>,
    targets: &Targets,
) -> Result<Vec<Id<Network>>, CommandError> {
    if let Some(network) = page_network(cx, targets) {
        return Ok(vec![network]);
    }
    let links = targets.any(Some(Kind::Network), cx)?;
    let mut networks: Vec<Id<Network>> = Vec::new();
    for link in &links {
        let network = about(cx, link)?;
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    Ok(networks)
}

/// Finds the CNs that are named or marked; all of the portfolio where none is.
pub(super) fn networks_or_all(
    cx: &Cx<'_>,
    targets: &Targets,
) -> Result<Vec<Id<Network>>, CommandError> {
    let marked = cx
        .screen
        .as_deref()
        .is_some_and(|screen| screen.list().is_some_and(|list| list.mark_count() > 0));
    if !targets.is_empty() || cx.subject.is_some() || marked {
        return networks_of(cx, targets);
    }
    if let Some(network) = page_network(cx, targets)
        && cx
            .screen
            .as_deref()
            .is_some_and(|screen| screen.active() != Place::Page(Tab::Campaigns))
    {
        return Ok(vec![network]);
    }
    let mut all: Vec<Id<Network>> = cx
        .world
        .table::<Network>()
        .records()
        .map(|(id, _)| id.clone())
        .collect();
    all.sort();
    Ok(all)
}

/// Finds the CN that a record is, or is about.
fn about(cx: &Cx<'_>, link: &AnyRef) -> Result<Id<Network>, CommandError> {
    if let Some(id) = link.id_of::<Network>() {
        return Ok(id);
    }
    let cell = |name: &str| {
        let kind = link.known_kind()?;
        cx.world.any(kind).cell(&link.id, name, &cx.world.view)
    };
    match cell("network").or_else(|| cell("subject")) {
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
