//! Today: everything that needs me now, on one screen.

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece};
use super::layout::{Breadth, above, beside};
use super::{follow_ups, funnel, inbox, networks, slots};
use crate::app::App;
use crate::pane::Panel;

/// Draws the panels that fit.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let breadth = Breadth::of(area.width);
    let panel = app.screen.panel;
    if app.screen.zoom || breadth == Breadth::Narrow || area.height < 14 {
        one(canvas, app, panel, area, true);
        return;
    }
    let focus = |this: Panel| this == panel;
    if breadth == Breadth::Normal {
        let (top, rest) = above(area, area.height * 2 / 5);
        let (middle, bottom) = above(rest, rest.height / 2);
        one(canvas, app, Panel::Inbox, top, focus(Panel::Inbox));
        one(canvas, app, Panel::Overdue, middle, focus(Panel::Overdue));
        let last = match panel {
            Panel::Inbox | Panel::Overdue | Panel::Funnel => Panel::Funnel,
            other => other,
        };
        one(canvas, app, last, bottom, focus(last));
        return;
    }
    let (left, right) = beside(area, area.width * 11 / 20);
    let (inbox, rest) = above(left, area.height * 2 / 5);
    let (funnel, slots) = above(rest, rest.height / 2);
    let (overdue, networks) = above(right, area.height * 9 / 20);
    one(canvas, app, Panel::Inbox, inbox, focus(Panel::Inbox));
    one(canvas, app, Panel::Funnel, funnel, focus(Panel::Funnel));
    one(canvas, app, Panel::Slots, slots, focus(Panel::Slots));
    one(canvas, app, Panel::Overdue, overdue, focus(Panel::Overdue));
    one(
        canvas,
        app,
        Panel::Networks,
        networks,
        focus(Panel::Networks),
    );
}

fn one(canvas: &mut Canvas<'_>, app: &App, panel: Panel, area: Rect, focused: bool) {
    match panel {
        Panel::Inbox => inbox::list(canvas, app, area, focused),
        Panel::Overdue => follow_ups::list(canvas, app, area, focused),
        Panel::Funnel => funnel::picture(canvas, app, area, focused),
        Panel::Networks => networks::list(canvas, app, area, focused),
        Panel::Slots => tonight(canvas, app, area, focused),
    }
}

/// The meetings from today on.
fn tonight(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let today = app.world.view.today();
    let meetings = slots::meetings(app, today);
    let inner = canvas.frame(
        area,
        "Meetings",
        &format!("{} ahead", meetings.len()),
        focused,
    );
    if meetings.is_empty() {
        let dim = canvas.paint.dim();
        canvas.line(
            inner.x + 1,
            inner.y,
            inner.width,
            &[piece("none ahead; n m makes one", dim)],
        );
    }
    for (y, (at, meeting)) in (inner.y..inner.bottom()).zip(meetings) {
        let line = slots::meeting_line(canvas, app, at, meeting);
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
}
