//! What pointing at something does; everything it does has a key too.

use super::{App, Mode};
use crate::effect::Effect;
use crate::keymap::{Key, KeyCode};
use crate::pane::{Focus, Panel, Place, Pointing, Spot, arrange};

/// How many rows the wheel moves.
const WHEEL: usize = 3;

impl App {
    /// Takes a click or a turn of the wheel; `spots` is what lies there, the topmost first.
    pub(super) fn point(&mut self, pointing: Pointing, spots: &[Spot]) -> Vec<Effect> {
        let key = |code| Key {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        };
        let wheel = match pointing {
            Pointing::Click => None,
            Pointing::WheelUp => Some(KeyCode::Up),
            Pointing::WheelDown => Some(KeyCode::Down),
        };
        match (&mut self.mode, wheel) {
            (Mode::Normal, _) => self.point_at_place(pointing, spots),
            (
                Mode::Help(_)
                | Mode::Sheet(_)
                | Mode::Pick(_)
                | Mode::Line(_)
                | Mode::Find(_)
                | Mode::Sweep(_)
                | Mode::Summary(_),
                Some(code),
            ) => self.typed(key(code)),
            (Mode::Sweep(sweep), None) => {
                // A click looks into a group; clearing needs the key.
                if let Some(Spot::Choice(at)) = spots.first() {
                    sweep.chosen = *at;
                }
                Vec::new()
            }
            (Mode::Help(_) | Mode::Summary(_), None) => {
                self.mode = Mode::Normal;
                Vec::new()
            }
            (mode @ (Mode::Pick(_) | Mode::Line(_) | Mode::Find(_)), None) => {
                let Some(Spot::Choice(at)) = spots.first() else {
                    return Vec::new();
                };
                match mode {
                    Mode::Pick(picker) => picker.chosen = *at,
                    Mode::Line(line) => line.chosen = *at,
                    Mode::Find(find) => find.chosen = *at,
                    _ => {}
                }
                self.typed(key(KeyCode::Enter))
            }
            // What is being written is not lost to a slip of the hand.
            (Mode::Reply(_) | Mode::Form(_) | Mode::Score(_) | Mode::Sheet(_), _) => Vec::new(),
        }
    }

    fn point_at_place(&mut self, pointing: Pointing, spots: &[Spot]) -> Vec<Effect> {
        self.forget_sequence();
        let panel = spots.iter().find_map(|spot| match spot {
            Spot::Panel(panel) => Some(*panel),
            _ => None,
        });
        let place = panel.map_or_else(|| self.screen.active(), Panel::place);
        let up = match pointing {
            Pointing::Click => return self.click(spots, panel, place),
            Pointing::WheelUp => true,
            Pointing::WheelDown => false,
        };
        if matches!(spots.first(), Some(Spot::Detail)) && panel.is_none() {
            self.screen.focus = Focus::Detail;
            let scroll = &mut self.screen.detail_scroll;
            *scroll = if up {
                scroll.saturating_sub(WHEEL)
            } else {
                scroll.saturating_add(WHEEL).min(100_000)
            };
            return Vec::new();
        }
        let by = WHEEL.cast_signed();
        let list = &mut self.screen.shelf_mut(place).list;
        list.step(if up { -by } else { by });
        self.screen.detail_scroll = 0;
        self.screen.message = None;
        Vec::new()
    }

    fn click(&mut self, spots: &[Spot], panel: Option<Panel>, place: Place) -> Vec<Effect> {
        let Some(spot) = spots.first() else {
            return Vec::new();
        };
        match spot {
            Spot::Tab(place) => return self.run_line(&format!("pane show {}", place.name())),
            Spot::Split(at) => {
                if let Some(panel) = panel {
                    self.screen.panel = panel;
                }
                let place = match self.screen.place {
                    Place::FollowUps => Place::FollowUps,
                    _ => Place::Inbox,
                };
                self.screen.shelf_mut(place).split = *at;
                arrange(&self.world, &mut self.screen, place, true);
            }
            Spot::Panel(panel) => self.screen.panel = *panel,
            Spot::List => self.screen.focus = Focus::List,
            Spot::Detail => self.screen.focus = Focus::Detail,
            Spot::Choice(_) => {}
            Spot::Row(key) => {
                let here = self.screen.active() == place
                    && self.screen.list().and_then(|list| list.cursor()) == Some(key);
                if here {
                    // The row that has the cursor already opens.
                    return self.run_line("pane open");
                }
                if let Some(panel) = panel {
                    self.screen.panel = panel;
                }
                // On the page of a CN two lists are on screen: the one that has the row gets the keys.
                let tab = Place::Page(self.screen.tab);
                let on_page = self.screen.place == Place::Networks
                    && self
                        .screen
                        .shelf(tab)
                        .is_some_and(|shelf| shelf.list.order().contains(key));
                let (place, focus) = match (on_page, place) {
                    (true, _) => (tab, Focus::Detail),
                    (false, Place::Page(_)) => (Place::Networks, Focus::List),
                    (false, place) => (place, Focus::List),
                };
                self.screen.focus = focus;
                self.screen.detail_scroll = 0;
                self.screen.message = None;
                self.screen.shelf_mut(place).list.go_to_key(key);
            }
        }
        Vec::new()
    }
}
