//! Where things are, from the size alone; mouse and drawing use the same answer.

use ratatui::layout::Rect;

use crate::app::{App, Mode};

/// How broad the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// Below 60 columns: one pane.
    Narrow,
    /// From 60: a list with a short preview below.
    Normal,
    /// From 100: two columns.
    Wide,
    /// From 160: three columns.
    Huge,
}

impl Breadth {
    /// Returns the breadth of this many columns.
    pub const fn of(columns: u16) -> Self {
        match columns {
            0..=59 => Self::Narrow,
            60..=99 => Self::Normal,
            100..=159 => Self::Wide,
            _ => Self::Huge,
        }
    }
}

/// The parts of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// Tabs and clocks.
    pub header: Rect,
    /// The place.
    pub body: Rect,
    /// What the tutor says; empty outside of its lessons.
    pub lecture: Rect,
    /// What is typed above the status row, over the last row of the place; empty when nothing is.
    pub bar: Rect,
    /// Filter, marks, sync, undo.
    pub status: Rect,
    /// The keys of this row.
    pub footer: Rect,
}

/// Divides the screen.
pub fn areas(area: Rect, app: &App) -> Areas {
    let row = |y: u16| Rect {
        x: area.x,
        y,
        width: area.width,
        height: 1,
    };
    // The bar lies over the last row of the place: a place that gave way to it would jump.
    let bar_height = match &app.mode {
        Mode::Line(_) | Mode::Find(_) => 1,
        Mode::Normal if app.prefix_bar().is_some() => 1,
        _ => 0,
    };
    let bottom = area.bottom();
    let lecture_height = match area.height {
        _ if app.tutor.is_none() => 0,
        0..16 => 2,
        _ => 4,
    };
    let body_height = area.height.saturating_sub(3 + lecture_height);
    Areas {
        header: row(area.y),
        body: Rect {
            x: area.x,
            y: area.y + 1,
            width: area.width,
            height: body_height,
        },
        lecture: Rect {
            x: area.x,
            y: area.y + 1 + body_height,
            width: area.width,
            height: lecture_height,
        },
        bar: Rect {
            x: area.x,
            y: area.y + 1 + body_height - bar_height,
            width: area.width,
            height: bar_height,
        },
        status: row(bottom.saturating_sub(2)),
        footer: row(bottom.saturating_sub(1)),
    }
}

/// Returns the columns of a sheet that lies over the place and wants so many: all of them where beside it only scraps of
/// the place would stand.
pub(super) const fn sheet_width(columns: u16, wanted: u16) -> u16 {
    /// Fewer columns than these say nothing.
    const SCRAPS: u16 = 30;
    if columns.saturating_sub(wanted) < SCRAPS {
        columns
    } else {
        wanted
    }
}

/// Cuts an area in two side by side; the left part gets this many columns.
pub(super) fn beside(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    (
        Rect {
            width: left,
            ..area
        },
        Rect {
            x: area.x + left,
            width: area.width - left,
            ..area
        },
    )
}

/// Cuts an area in two one above the other; the upper part gets this many rows.
pub(super) fn above(area: Rect, upper: u16) -> (Rect, Rect) {
    let upper = upper.min(area.height);
    (
        Rect {
            height: upper,
            ..area
        },
        Rect {
            y: area.y + upper,
            height: area.height - upper,
            ..area
        },
    )
}
