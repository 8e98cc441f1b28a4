//! Moving the cursor.

use clap::Subcommand;

use super::{CommandError, Cx};
use crate::pane::{Focus, FunnelView, Place, Tab, board_step};

/// A move of the cursor.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum CursorCommand {
    /// Goes down by rows.
    Down {
        /// How many.
        #[arg(default_value_t = 1, value_name = "ROWS")]
        by: usize,
    },
    /// Goes up by rows.
    Up {
        /// How many.
        #[arg(default_value_t = 1, value_name = "ROWS")]
        by: usize,
    },
    /// Goes down by a page.
    PageDown,
    /// Goes up by a page.
    PageUp,
    /// Goes to the first row.
    Top,
    /// Goes to the last row.
    Bottom,
    /// Goes to the right: the next hour, the detail, or the next panel of Today.
    Right,
    /// Goes to the left: the hour before, the list, or the panel before on Today.
    Left,
}

/// How many rows a page moves; the screen's real height is not known to commands.
const PAGE: usize = 20;

impl CursorCommand {
    pub(super) fn run(self, cx: &mut Cx<'_>) -> Result<(), CommandError> {
        if on_board(cx) {
            self.run_on_board(cx);
            return Ok(());
        }
        let screen = cx.screen("cursor")?;
        let (place, focus) = (screen.active(), screen.focus);
        let step = match self {
            Self::Down { by } => isize::try_from(by).unwrap_or(isize::MAX),
            Self::Up { by } => -isize::try_from(by).unwrap_or(isize::MAX),
            Self::PageDown => PAGE.cast_signed(),
            Self::PageUp => -PAGE.cast_signed(),
            Self::Top => -isize::MAX,
            Self::Bottom => isize::MAX,
            Self::Right | Self::Left => {
                let forward = self == Self::Right;
                if screen.place == Place::Today {
                    super::go::turn(screen, forward);
                } else if place == Place::Slots {
                    let by = if forward { 1 } else { -1 };
                    // The longest day has fifty half hours.
                    let cell = screen.slots.cell.saturating_add_signed(by);
                    screen.slots.cell = cell.min(49);
                } else {
                    screen.focus = if forward { Focus::Detail } else { Focus::List };
                }
                return Ok(());
            }
        };
        // A tab of a CN's page has a list of its own; everything else beside a list is scrolled.
        let scrolls = match place {
            Place::Page(tab) => tab == Tab::Overview,
            _ => screen.place != Place::Today,
        };
        if focus == Focus::Detail && scrolls {
            screen.detail_scroll = screen
                .detail_scroll
                .saturating_add_signed(step)
                .min(100_000);
            if step == -isize::MAX {
                screen.detail_scroll = 0;
            }
            return Ok(());
        }
        let list = &mut screen.shelf_mut(place).list;
        if step == isize::MAX {
            list.go_to(usize::MAX);
        } else {
            list.step(step);
        }
        screen.detail_scroll = 0;
        screen.message = None;
        Ok(())
    }

    /// Moves from card to card: up and down stay in the column.
    fn run_on_board(self, cx: &mut Cx<'_>) {
        let (across, down) = match self {
            Self::Down { by } => (0, isize::try_from(by).unwrap_or(isize::MAX)),
            Self::Up { by } => (0, -isize::try_from(by).unwrap_or(isize::MAX)),
            Self::PageDown => (0, PAGE.cast_signed()),
            Self::PageUp => (0, -PAGE.cast_signed()),
            Self::Top => (0, -isize::MAX),
            Self::Bottom => (0, isize::MAX),
            Self::Right => (1, 0),
            Self::Left => (-1, 0),
        };
        let Some(screen) = cx.screen.as_deref_mut() else {
            return;
        };
        let list = &mut screen.shelf_mut(Place::Funnel).list;
        let to = list
            .cursor()
            .and_then(|cursor| board_step(cx.world, list.order(), cursor, across, down));
        if let Some(to) = to {
            list.go_to_key(&to);
            screen.detail_scroll = 0;
        }
    }
}

/// Tells whether the keys go to the board.
fn on_board(cx: &Cx<'_>) -> bool {
    cx.screen.as_deref().is_some_and(|screen| {
        screen.place == Place::Funnel
            && screen.focus == Focus::List
            && screen.funnel.view == FunnelView::Board
            && screen.funnel.stepping.is_none()
    })
}
