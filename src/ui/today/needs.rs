//! What needs me now, over all places, and what a new user sees instead.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, cells_of, piece, whole_words};
use crate::app::{App, Need, Pressure};
use crate::keymap::show_sequence;
use crate::pane::Place;
use crate::text;

/// What is listed in a place of this height; nothing where there is no room.
pub(super) fn listed(app: &App, area: Rect) -> Vec<Need> {
    match area.height {
        0..20 => Vec::new(),
        // A terminal of 24 rows: three are better than none, and the lists below keep their heads.
        20..30 => app.needs(3),
        30..44 => app.needs(5),
        _ => app.needs(8),
    }
}

/// Draws the list.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, needs: &[Need]) {
    if canvas.lean {
        return;
    }
    let keys = app
        .keymap
        .keys_of(app.screen.scope(), "jump urgent")
        .map(|keys| show_sequence(&keys));
    let right = keys.map_or_else(String::new, |keys| format!("{keys} goes to the first"));
    let inner = canvas.frame(area, "Needs you now", &right, false);
    let paint = canvas.paint;
    let glyphs = paint.glyphs();
    for (y, need) in (inner.y..inner.bottom()).zip(needs) {
        let (mark, style) = match need.pressure {
            Pressure::Now => (glyphs.bang(), paint.bad()),
            Pressure::Today => (glyphs.dot(), paint.warn()),
            Pressure::Soon => (glyphs.hollow(), paint.info()),
        };
        canvas.put(inner.x + 1, y, 1, mark, style);
        canvas.put(inner.x + 3, y, 10, word(need.place), paint.dim());
        let room = inner.width.saturating_sub(15);
        let why = whole_words(&need.why, room / 2);
        let why_cells = cells_of(&why);
        let title = whole_words(
            &text::clean_line(&need.title),
            room.saturating_sub(why_cells + 2),
        );
        let used = canvas.line(inner.x + 13, y, room, &[piece(title, paint.strong())]);
        let end = room.saturating_sub(used + 2);
        canvas.put_right(inner.x + 13 + used + 2, y, end, &why, style);
    }
}

const fn word(place: Place) -> &'static str {
    match place {
        Place::Inbox => "message",
        Place::FollowUps => "follow-up",
        Place::Networks => "CN",
        Place::Funnel => "lead",
        Place::Conflicts => "conflict",
        _ => "meeting",
    }
}

/// Tells whether nothing is here because nothing was ever set up.
pub(super) fn is_first_run(app: &App) -> bool {
    use crate::effect::Line;
    use crate::record::{FollowUp, Lead, Network, Thread};
    app.screen.sync.line == Line::Unconfigured
        && app.world.table::<Thread>().is_empty()
        && app.world.table::<Network>().is_empty()
        && app.world.table::<Lead>().is_empty()
        && app.world.table::<FollowUp>().is_empty()
}

/// What a new user sees: three ways to begin, and the keys that help.
pub(super) fn welcome(canvas: &mut Canvas<'_>, area: Rect) {
    const WAYS: [(&str, &str); 6] = [
        (
            "cnm tutor",
            "teaches the keys in ten minutes, on invented data",
        ),
        ("cnm demo", "opens an invented morning; nothing can break"),
        (
            "cnm config path",
            "names config.toml; its [server] url is your backend",
        ),
        ("token", "goes into the file `token` beside it"),
        (
            "cnm serve",
            "runs a backend of your own, if there is none yet",
        ),
        ("cnm doctor", "says what is missing and what to do"),
    ];
    let inner = canvas.frame(area, "Welcome", "nothing is set up yet", true);
    let paint = canvas.paint;
    let mut y = inner.y;
    let width = inner.width.saturating_sub(2);
    let intro = "cnm keeps your inbox, funnel, CNs, follow-ups and meetings in one place, also offline. To begin:";
    for line in text::wrap(intro, usize::from(width)) {
        canvas.put(inner.x + 1, y, width, line.text, paint.text());
        y += 1;
    }
    for (name, help) in WAYS {
        if y >= inner.bottom() {
            return;
        }
        canvas.put(inner.x + 2, y, 16, name, paint.key());
        canvas.put(
            inner.x + 19,
            y,
            width.saturating_sub(18),
            help,
            paint.text(),
        );
        y += 1;
    }
    if y + 1 < inner.bottom() {
        let words = "Here: n makes a record, ? shows the keys, : finds any command, q leaves.";
        canvas.put(inner.x + 1, y + 1, width, words, paint.dim());
    }
}
