//! What is remembered of the screen between two runs.

use serde::{Deserialize, Serialize};

use super::App;
use crate::pane::{Panel, Place, arrange};

/// Places, filters and cursors as they were left; what is not understood is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The place, by its name.
    pub place: String,
    /// The panel of Today, by its place.
    pub panel: String,
    /// Whether the focused part filled the screen.
    pub zoom: bool,
    /// The lists.
    pub shelves: Vec<RememberedShelf>,
    /// The length of a meeting in minutes, in the slots place.
    pub minutes: i64,
}

/// A list as it was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RememberedShelf {
    /// The place, by its name.
    pub place: String,
    /// The filter.
    pub filter: String,
    /// The split, by its position.
    pub split: usize,
    /// The record under the cursor.
    pub cursor: String,
}

/// At most so many lists are remembered.
const SHELVES: usize = 64;

impl App {
    /// Returns what is to be remembered of the screen.
    pub fn remembered(&self) -> Remembered {
        let screen = &self.screen;
        Remembered {
            place: screen.place.name().to_owned(),
            panel: screen.panel.place().name().to_owned(),
            zoom: screen.zoom,
            shelves: screen
                .shelves
                .iter()
                .take(SHELVES)
                .map(|(place, shelf)| RememberedShelf {
                    place: place.name().to_owned(),
                    filter: shelf.filter.clone(),
                    split: shelf.split,
                    cursor: shelf.list.cursor().unwrap_or_default().to_owned(),
                })
                .collect(),
            minutes: screen.slots.minutes,
        }
    }

    /// Puts the screen back as it was left; a filter that is not understood any more is left out.
    pub fn restore(&mut self, remembered: &Remembered) {
        for kept in &remembered.shelves {
            let Some(place) = Place::from_name(&kept.place) else {
                continue;
            };
            let understood = place.kind().is_none_or(|kind| {
                crate::pane::Filter::compile(kind, &kept.filter, &self.world.view).is_ok()
            });
            let shelf = self.screen.shelf_mut(place);
            if understood {
                shelf.filter.clone_from(&kept.filter);
            }
            shelf.split = kept.split;
        }
        let panel = Panel::ALL
            .into_iter()
            .find(|panel| panel.place().name() == remembered.panel);
        self.screen.panel = panel.unwrap_or_default();
        // Only tabs: any other place is a way to somewhere, and its records are not read yet.
        let place = Place::from_name(&remembered.place);
        if let Some(place) = place.filter(|place| Place::TABS.contains(place)) {
            self.screen.place = place;
        }
        if remembered.minutes > 0 && remembered.minutes <= 24 * 60 {
            self.screen.slots.minutes = remembered.minutes;
        }
        for kept in &remembered.shelves {
            if let Some(place) = Place::from_name(&kept.place) {
                arrange(&self.world, &mut self.screen, place, true);
                self.screen.shelf_mut(place).list.go_to_key(&kept.cursor);
            }
        }
    }
}
