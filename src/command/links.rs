//! What a thread is about: the CN or the lead that it is linked to.

use super::cx::Choice;
use super::inbox::{command_line, conclude};
use super::{Ask, CommandError, Cx, Targets};
use crate::record::{Kind, Lead, Network, Thread};

/// Links threads to a CN or a lead; asks for the CN where nothing is named.
pub(super) fn link(
    cx: &mut Cx<'_>,
    network: Option<&str>,
    lead: Option<&str>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let ids = targets.of(Kind::Thread, cx)?;
    if network.is_none() && lead.is_none() {
        let named = Targets {
            ids,
            ..Targets::default()
        };
        return cx.ask(
            "inbox link",
            Ask::Pick {
                title: "which CN it is about".into(),
                command: command_line("inbox link", &named),
                choices: networks(cx),
            },
        );
    }
    let network = network
        .map(|name| super::input::find_by_name::<Network>(cx.world, name, |network| &network.name))
        .transpose()?;
    let lead = lead
        .map(|name| super::input::find_by_name::<Lead>(cx.world, name, |lead| &lead.name))
        .transpose()?;
    for id in &ids {
        cx.change::<Thread>(id, |thread| {
            if network.is_some() {
                thread.network.clone_from(&network);
            }
            if lead.is_some() {
                thread.lead.clone_from(&lead);
            }
        })?;
    }
    conclude(cx, "linked", &ids)
}

/// The CNs one can choose from, by their names.
fn networks(cx: &Cx<'_>) -> Vec<Choice> {
    let mut found: Vec<(String, String)> = cx
        .world
        .table::<Network>()
        .records()
        .map(|(id, network)| (network.name.clone(), id.as_str().to_owned()))
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(name, id)| Choice {
            key: None,
            label: name,
            detail: String::new(),
            word: id,
        })
        .collect()
}
