//! What is remembered of the screen between two runs.

use serde::{Deserialize, Serialize};

use super::App;
use crate::command::PORTFOLIO_COLUMNS;
use crate::funnel::Basis;
use crate::pane::{FunnelView, Panel, Place, Reach, SlotOrder, arrange};

/// Places, filters and cursors as they were left; what is not understood is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a file with a name for each thing that is on or off"
)]
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
    /// Whether the best times stood by the calendar and not by fairness.
    pub by_calendar: bool,
    /// How many days of times were shown.
    pub days: i64,
    /// Minutes of a cell of the times.
    pub step: u32,
    /// Whether the funnel was a board.
    pub board: bool,
    /// Whether the funnel showed all figures.
    pub figures: bool,
    /// Whether the funnel counted by activity and not by cohort.
    pub by_activity: bool,
    /// Whose leads were looked at, by its name.
    pub reach: String,
    /// The columns of the list of CNs, where they were chosen in the console.
    pub columns: Vec<String>,
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
            by_calendar: screen.slots.order == SlotOrder::Calendar,
            days: screen.slots.days,
            step: screen.slots.step,
            board: screen.funnel.view == FunnelView::Board,
            figures: screen.funnel.view == FunnelView::Figures,
            by_activity: screen.funnel.basis == Basis::Activity,
            reach: screen.funnel.reach.name().to_owned(),
            columns: screen.columns.clone(),
        }
    }

    /// Puts the screen back as it was left; a filter that is not understood any more is left out.
    pub fn restore(&mut self, remembered: &Remembered) {
        // Where everything stands as it did, the order is there already.
        let mut other = Vec::new();
        for kept in &remembered.shelves {
            let Some(place) = Place::from_name(&kept.place) else {
                continue;
            };
            let understood = place.kind().is_none_or(|kind| {
                crate::pane::Filter::compile(kind, &kept.filter, &self.world.view).is_ok()
            });
            let shelf = self.screen.shelf_mut(place);
            let before = (shelf.filter.clone(), shelf.split);
            if understood {
                shelf.filter.clone_from(&kept.filter);
            }
            shelf.split = kept.split;
            // Leads and times stand by views that are put back below.
            let viewed = matches!(place, Place::Funnel | Place::Slots);
            if viewed || before != (shelf.filter.clone(), shelf.split) {
                other.push(place);
            }
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
        self.restore_views(remembered);
        for kept in &remembered.shelves {
            if let Some(place) = Place::from_name(&kept.place) {
                if other.contains(&place) {
                    arrange(&self.world, &mut self.screen, place, true);
                }
                self.screen.shelf_mut(place).list.go_to_key(&kept.cursor);
            }
        }
    }

    /// Puts back in which order and form the funnel and the times stood.
    fn restore_views(&mut self, remembered: &Remembered) {
        if remembered.by_calendar {
            self.screen.slots.order = SlotOrder::Calendar;
        }
        if (1..=92).contains(&remembered.days) {
            self.screen.slots.days = remembered.days;
        }
        if [15, 30, 60].contains(&remembered.step) {
            self.screen.slots.step = remembered.step;
        }
        if remembered.board {
            self.screen.funnel.view = FunnelView::Board;
        } else if remembered.figures {
            self.screen.funnel.view = FunnelView::Figures;
        }
        if remembered.by_activity {
            self.screen.funnel.basis = Basis::Activity;
        }
        let known = |name: &&String| PORTFOLIO_COLUMNS.iter().any(|(known, _)| known == name);
        self.screen.columns = remembered.columns.iter().filter(known).cloned().collect();
        if let Some(reach) = Reach::from_name(&remembered.reach) {
            self.screen.funnel.reach = reach;
        }
    }
}
