//! The words of the demo, written for it: conversations by channel, follow-ups, and what records say.

mod cards;
pub(super) mod chores;
pub(super) mod craft;
mod direct_asia;
mod direct_west;
mod discord;
mod email;
mod groups_shanghai;
mod groups_world;
pub(super) mod languages;
pub(super) mod library;
pub(super) mod past;
mod past_offices;
mod whatsapp;

use super::offices::OFFICES;
use super::script::{Script, Who};

/// All conversations of the morning.
pub(super) fn scripts() -> impl Iterator<Item = &'static Script> {
    [
        direct_asia::DIRECT_ASIA,
        direct_west::DIRECT_WEST,
        groups_shanghai::GROUPS_SHANGHAI,
        groups_world::GROUPS_WORLD,
        cards::CARDS,
        cards::NOTICES,
        cards::DOCS,
        whatsapp::WHATSAPP,
        whatsapp::WHATSAPP_LEADS,
        discord::DISCORD,
        email::EMAIL,
    ]
    .into_iter()
    .flatten()
}

/// Tells whether the first other voice of a conversation writes from Asia.
pub(super) fn of_asia(script: &Script) -> bool {
    script
        .lines
        .iter()
        .find_map(|line| match line.who {
            Who::Me => None,
            Who::Office(seat) => Some(OFFICES[seat].zone.starts_with("Asia/")),
            _ => Some(false),
        })
        .unwrap_or(false)
}
