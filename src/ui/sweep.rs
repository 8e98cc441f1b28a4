//! What needs no decision, in groups with their counts; and what was done today.

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece};
use super::layout::{above, sheet_width};
use crate::app::{App, Sweep};
use crate::command::Summary;
use crate::keymap::show_sequence;
use crate::pane::Spot;
use crate::record::{Message, Thread};
use crate::text::counted;

/// The threads of a group that are looked at are shown on at most this many rows.
const PEEK: u16 = 9;

/// Draws the groups over the place.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, sweep: &Sweep, body: Rect) {
    let rows = u16::try_from(sweep.groups.len()).unwrap_or(u16::MAX);
    let height = rows.saturating_add(PEEK + 4).min(body.height);
    let area = Rect {
        x: body.x,
        y: body.bottom() - height,
        width: sheet_width(body.width, 132),
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let counts = sweep.counts();
    let messages = counts.messages;
    let mut count = format!(
        "{}, {}, {}",
        counted(messages, "message"),
        counted(counts.done + counts.begun, "thread"),
        counted(counts.groups, "group")
    );
    let inside = height.saturating_sub(2);
    let peek = if inside >= 12 { PEEK } else { 0 };
    let shown = usize::from(inside.saturating_sub(peek)).max(1);
    let first = (sweep.chosen / shown) * shown;
    let further = sweep.groups.len().saturating_sub(first + shown);
    let glyphs = canvas.paint.glyphs();
    if first > 0 {
        count = format!(
            "{count} {} {} {first} above",
            glyphs.separator(),
            glyphs.up()
        );
    }
    if further > 0 {
        count = format!(
            "{count} {} {} {further} more",
            glyphs.separator(),
            glyphs.down()
        );
    }
    let inner = canvas.frame(area, "Needs no decision", &count, true);
    let (list, below) = above(inner, inner.height.saturating_sub(peek));
    for (y, (at, group)) in (list.y..list.bottom()).zip(sweep.groups.iter().enumerate().skip(first))
    {
        let paint = canvas.paint;
        let ticked = sweep.is_ticked(group);
        let style = if ticked { paint.text() } else { paint.dim() };
        let pieces = [
            piece(if ticked { " [x] " } else { " [ ] " }, paint.key()),
            piece(format!("{:>4} ", group.messages), paint.strong()),
            piece(format!("in {:<3} ", group.threads.len()), paint.dim()),
            piece(group.reason.clone(), style),
        ];
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        canvas.line(row.x, y, row.width, &pieces);
        canvas.zone(row, Spot::Choice(at));
        if at == sweep.chosen {
            canvas.tint(row, paint.cursor());
        }
    }
    if below.height > 1 {
        self::peek(canvas, app, sweep, below);
    }
    let words = keys(sweep, messages, body.width >= 110);
    foot(canvas, app, area, &words);
}

/// What the keys of the sweep do, with what they do it to.
fn keys(sweep: &Sweep, messages: usize, roomy: bool) -> [(&'static str, String); 4] {
    // What stands behind a question is neither cleared here nor forgotten.
    let behind = sweep.behind();
    let accept = match behind {
        0 => format!(" clears {messages} · "),
        behind if roomy => format!(" clears {messages}, {behind} behind a question go with it · "),
        behind => format!(" clears {messages}, {behind} go with a question · "),
    };
    let (keeps, all) = if roomy || behind == 0 {
        (" keeps a group · ", " all or none · ")
    } else {
        (" keeps · ", " all · ")
    };
    [
        ("input accept", accept),
        ("input toggle", keeps.to_owned()),
        ("input toggle-all", all.to_owned()),
        ("input leave", String::new()),
    ]
}

/// Writes the keys of commands and what they do below a frame.
fn foot(canvas: &mut Canvas<'_>, app: &App, area: Rect, words: &[(&str, String)]) {
    let (key, dim) = (canvas.paint.key(), canvas.paint.dim());
    let mut pieces = Vec::new();
    for (command, words) in words {
        let keys = app.keymap.keys_of(app.scope(), command);
        if let Some(keys) = keys {
            pieces.push(piece(show_sequence(&keys), key));
            pieces.push(piece(words.clone(), dim));
        }
    }
    canvas.foot(area, &pieces);
}

/// The newest words of each thread of the group under the cursor.
fn peek(canvas: &mut Canvas<'_>, app: &App, sweep: &Sweep, area: Rect) {
    let Some(group) = sweep.groups.get(sweep.chosen) else {
        return;
    };
    let paint = canvas.paint;
    let mut lines = Vec::new();
    for id in &group.threads {
        let Some(thread) = app.world.get(id) else {
            continue;
        };
        let handled = |message: &&Message| crate::triage::is_unhandled(thread, message);
        let messages = app.screen.readings.messages(id).iter();
        let messages: Vec<&Message> = messages
            .filter_map(|id| app.world.get(id))
            .filter(handled)
            .collect();
        // Of its thread only what is in this group.
        let messages: Vec<&Message> = match sweep.stacks.get(id) {
            Some(stack) if stack.len() == messages.len() => stack
                .of_group(sweep.chosen)
                .filter_map(|at| messages.get(at).copied())
                .collect(),
            _ => messages,
        };
        if messages.is_empty() {
            lines.push(line(thread, &thread.from_name, &thread.last_text, paint));
        }
        for message in messages {
            lines.push(line(thread, &message.sender_name, &message.text, paint));
        }
    }
    let shown = usize::from(area.height.saturating_sub(1));
    let words = if lines.len() > shown {
        format!("in it, {shown} of {}", lines.len())
    } else {
        "in it".to_owned()
    };
    canvas.rule(area.x, area.y, area.width, &words);
    for (y, pieces) in (area.y + 1..area.bottom()).zip(&lines) {
        canvas.line(area.x + 1, y, area.width.saturating_sub(2), pieces);
    }
}

fn line(
    thread: &Thread,
    from: &str,
    words: &str,
    paint: super::paint::Paint<'_>,
) -> Vec<super::canvas::Piece> {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let from: String = from.chars().take(18).collect();
    vec![
        piece(format!("{from:<19}"), paint.person()),
        piece(format!("{}  ", thread.title), paint.dim()),
        piece(words, paint.text()),
    ]
}

/// Draws what was done today over the place, from this line on.
pub(super) fn summary(canvas: &mut Canvas<'_>, app: &App, scroll: usize, body: Rect) {
    let summary = Summary::of(&app.world, app.undo.done());
    // The whole place: beside a narrower one the ends of its rows would stand.
    let area = body;
    canvas.fill(area, canvas.paint.text());
    let title = format!("Done, {}", summary.day);
    let inner = canvas.frame(area, &title, &summary.line(), true);
    let paint = canvas.paint;
    let mut lines = Vec::new();
    if summary.decisions.is_empty() {
        lines.push(vec![piece("Nothing was decided yet today.", paint.dim())]);
    }
    for (words, about) in &summary.decisions {
        lines.push(vec![
            piece(format!("{:>4} ", about.len()), paint.strong()),
            piece(words.clone(), paint.accent()),
        ]);
        lines.extend(about.iter().map(|line| {
            vec![
                piece("     ", paint.dim()),
                piece(line.clone(), paint.text()),
            ]
        }));
    }
    let last = lines.len().saturating_sub(usize::from(inner.height));
    for (y, pieces) in (inner.y..inner.bottom()).zip(lines.iter().skip(scroll.min(last))) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), pieces);
    }
    let more = match last.saturating_sub(scroll) {
        0 => " down · ".to_owned(),
        more => format!(" down, {more} more · "),
    };
    let words = [
        ("input next", more),
        ("input previous", " up · ".to_owned()),
        (
            "inbox summary --export",
            " writes it as Markdown · ".to_owned(),
        ),
        ("input leave", String::new()),
    ];
    foot(canvas, app, area, &words);
}
