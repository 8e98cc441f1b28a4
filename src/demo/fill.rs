//! Fills the places of a text: `{cn}`, `{own}`, `{h1}`, `{12-40}`, …

use super::calendar::{month_from, month_name, written};
use super::chance::Chance;
use super::texts::library::CAMPAIGNS;
use super::world::World;

/// What a text is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subject {
    /// Position of the CN among all CNs.
    pub(super) network: Option<usize>,
    /// Position of the lead among all leads.
    pub(super) lead: Option<usize>,
}

/// Fills the places of a text.
///
/// `{cn}`, `{own}`, `{h1}` … `{h3}`: name, owner and creators of the CN; `{lead}`, `{con}`: the lead and
/// its contact; with `:n` those of the n-th. `{c:n}`: a campaign; `{s:n}`, `{sc:n}`: a stranger and the
/// company; `{me}`; `{m}`, `{m-1}`: this month and the last; `{d+n}`: a date; `{3-9}`, `{1.0-2.0}`: a number.
pub(super) fn fill(
    world: &World,
    chance: &mut Chance,
    text: &str,
    lang: &str,
    about: Subject,
) -> String {
    let mut out = String::with_capacity(text.len() + 24);
    let mut rest = text;
    while let Some((plain, open)) = rest.split_once('{') {
        out.push_str(plain);
        if let Some((key, tail)) = open.split_once('}') {
            out.push_str(&value(world, chance, key, lang, about));
            rest = tail;
        } else {
            out.push('{');
            rest = open;
        }
    }
    out.push_str(rest);
    out
}

fn value(world: &World, chance: &mut Chance, key: &str, lang: &str, about: Subject) -> String {
    let (name, place) = match key.split_once(':') {
        Some((name, place)) => (name, place.parse().ok()),
        None => (key, None),
    };
    let network = place
        .or(about.network)
        .and_then(|index| world.networks.get(index));
    let lead = place
        .or(about.lead)
        .and_then(|index| world.leads.get(index));
    let stranger = place.and_then(|index| world.strangers.get(index));
    let short = |person: usize| world.people[person].short.clone();
    let handle = |index: usize| network.map(|cn| cn.handles[index].clone());
    let found = match name {
        "me" => Some("Ana".to_owned()),
        "cn" => network.map(|cn| cn.record.name.clone()),
        "own" => network.map(|cn| short(cn.owner)),
        "h1" => handle(0),
        "h2" => handle(1),
        "h3" => handle(2),
        "lead" => lead.map(|lead| lead.record.name.clone()),
        "con" => lead.map(|lead| short(lead.contact)),
        "c" => place
            .and_then(|index| CAMPAIGNS.get(index))
            .map(|campaign| campaign.0.to_owned()),
        "s" => stranger.map(|stranger| world.people[stranger.person].record.name.clone()),
        "sc" => stranger.map(|stranger| stranger.company.clone()),
        "m" => Some(month_name(world.calendar.today, lang)),
        "m-1" => Some(month_name(month_from(world.calendar.today, -1), lang)),
        _ => None,
    };
    found
        .or_else(|| date(world, name, lang))
        .or_else(|| number(chance, name))
        .unwrap_or_else(|| format!("{{{key}}}"))
}

fn date(world: &World, key: &str, lang: &str) -> Option<String> {
    let days = key.strip_prefix("d+")?.parse().ok()?;
    Some(written(world.calendar.day(days), lang))
}

fn number(chance: &mut Chance, key: &str) -> Option<String> {
    let (low, high) = key.split_once('-')?;
    if key.contains('.') {
        let drawn = chance.within(low.parse().ok()?, high.parse().ok()?);
        return Some(format!("{drawn:.2}").trim_end_matches('0').to_owned());
    }
    Some(
        chance
            .between(low.parse().ok()?, high.parse().ok()?)
            .to_string(),
    )
}
