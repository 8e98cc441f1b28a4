//! The reply box.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, cells_of, piece};
use super::layout::above;
use crate::app::{App, ReplyBox};
use crate::record::{Person, Thread};
use crate::text;
use crate::when::{clock, zone};

/// Rows of what is answered that stay in sight above the box: a frame, who wrote it, and its last lines.
const ABOVE: u16 = 6;
/// In an area of this many rows the box is as high for a few words as for the list of snippets, so that it does not jump.
const ROOMY: u16 = 20;

/// How many rows the box takes of this area.
pub(super) fn height(reply: &ReplyBox, area: Rect) -> u16 {
    let width = usize::from(area.width.saturating_sub(4)).max(1);
    let lines: usize = reply
        .input
        .lines()
        .iter()
        .map(|line| broken(line, width).len())
        .sum();
    let lines = u16::try_from(lines).unwrap_or(u16::MAX).max(2);
    let hints = if is_choosing(reply) || area.height >= ROOMY {
        u16::try_from(reply.snippets.len()).unwrap_or(0).min(6) + 3
    } else {
        0
    };
    let above = if area.height > ABOVE + 4 { ABOVE } else { 3 };
    lines
        .saturating_add(2)
        .max(hints)
        .min(area.height.saturating_sub(above))
        .max(4)
}

/// Tells whether the snippets are shown instead of what is written.
fn is_choosing(reply: &ReplyBox) -> bool {
    reply.input.is_empty() || reply.search.is_some()
}

/// Draws the box: to whom, what is written, and the snippets while it is empty.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, reply: &ReplyBox, area: Rect) {
    canvas.fill(area, canvas.paint.text());
    let thread = app.world.get(&reply.thread);
    let person = app.world.follow::<Person>(reply.reader.as_ref());
    let known = person.map_or("", |person| person.name.as_str());
    let name = match thread {
        Some(thread) if known.is_empty() || thread.from == reply.reader => &thread.from_name,
        _ => known,
    };
    let there = there(app, thread, person);
    let inner = canvas.frame(area, &format!("Reply to {name}"), &there, true);
    let width = usize::from(inner.width.saturating_sub(2)).max(1);
    let style = canvas.paint.text();
    let rows: Vec<String> = reply
        .input
        .lines()
        .iter()
        .flat_map(|line| broken(line, width))
        .collect();
    let first = first_row(reply, width, usize::from(inner.height));
    for (y, line) in (inner.y..inner.bottom()).zip(rows.iter().skip(first)) {
        // The space at which a line was broken may stand beyond the last cell.
        let line = line.trim_end_matches(' ');
        canvas.put(inner.x + 1, y, inner.width.saturating_sub(2), line, style);
    }
    if is_choosing(reply) {
        canvas.fill(inner, style);
        choices(canvas, reply, area, inner);
    } else {
        let letters = reply.input.text().chars().count();
        let (dim, key) = (canvas.paint.dim(), canvas.paint.key());
        let mut pieces = Vec::new();
        match reply.promise() {
            Some(words) if reply.keeps_promise => {
                let words = format!("“{words}” becomes a follow-up · ");
                pieces.push(piece(words, canvas.paint.good()));
            }
            Some(words) => {
                pieces.push(piece(format!("“{words}”: "), canvas.paint.warn()));
                pieces.push(piece("Ctrl-P", key));
                pieces.push(piece(" keeps the promise · ", dim));
            }
            None => {}
        }
        pieces.push(piece(format!("{letters} letters"), dim));
        canvas.foot(area, &pieces);
    }
}

/// The snippets and figures that can be put in, the chosen one among them, with what lies above and below.
fn choices(canvas: &mut Canvas<'_>, reply: &ReplyBox, area: Rect, inner: Rect) {
    let (key, strong, dim) = (
        canvas.paint.key(),
        canvas.paint.strong(),
        canvas.paint.dim(),
    );
    let typed = reply.search.as_ref().map(crate::app::Input::text);
    let words = match &typed {
        Some(typed) => format!("/{typed}"),
        None if inner.width < 66 => "a key puts in its snippet, / finds one:".to_owned(),
        None => "type, or put in a snippet by its key, / finds one or a figure:".to_owned(),
    };
    let style = if typed.is_some() { strong } else { dim };
    let room = inner.width.saturating_sub(3);
    canvas.put(inner.x + 2, inner.y, room, &words, style);
    let shown = reply.shown();
    let rows = usize::from(inner.height.saturating_sub(1)).max(1);
    let first = if typed.is_some() {
        (reply.chosen / rows) * rows
    } else {
        0
    };
    super::overlay::more(
        canvas,
        area,
        (first, shown.len().saturating_sub(first + rows)),
    );
    let title = shown.iter().map(|(_, title, _)| cells_of(title)).max();
    let title = title.unwrap_or(0).min(inner.width / 3);
    for (y, (at, (letter, name, body))) in
        (inner.y + 1..inner.bottom()).zip(shown.into_iter().enumerate().skip(first))
    {
        if typed.is_none() {
            canvas.put(inner.x + 2, y, 1, &letter.to_string(), key);
        } else if at == reply.chosen {
            let marker = canvas.paint.glyphs().marker();
            canvas.put(inner.x + 2, y, 1, marker, key);
        }
        canvas.put(inner.x + 4, y, title, name, strong);
        let x = inner.x + 6 + title;
        let body = body.lines().next().unwrap_or("");
        canvas.put(x, y, inner.right().saturating_sub(x + 1), body, dim);
    }
}

/// What time it is where the answer is read.
fn there(app: &App, thread: Option<&Thread>, person: Option<&Person>) -> String {
    let Some(thread) = thread else {
        return String::new();
    };
    let channel = thread.channel.as_str().replace('_', " ");
    let Some(theirs) = person.and_then(|person| zone::load(&person.zone).ok()) else {
        return channel;
    };
    let local = theirs.to_datetime(app.world.view.now);
    let asleep = if (7..22).contains(&local.hour()) {
        ""
    } else {
        ", asleep"
    };
    let city = zone::short_name(&zone::name(&theirs));
    format!("{channel} · {city} {}{asleep}", clock::time(local.time()))
}

/// Breaks a line into rows after spaces, or inside a word that is longer than a row. No letter is left out, so
/// that the cursor can be found by counting them.
fn broken(line: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        let cells = text::width(&text::clean_line(word.trim_end()));
        if used > 0 && used + cells > width {
            rows.push(String::new());
            used = 0;
        }
        for letter in word.chars() {
            let cells = text::width(&text::clean_line(letter.encode_utf8(&mut [0; 4])));
            if used + cells > width && letter != ' ' {
                rows.push(String::new());
                used = 0;
            }
            if let Some(row) = rows.last_mut() {
                row.push(letter);
            }
            used += cells;
        }
    }
    rows
}

/// Returns row and column of the cursor among the broken rows; the column in letters before it in its row.
fn spot(reply: &ReplyBox, width: usize) -> (usize, String) {
    let (line_at, column) = reply.input.cursor();
    let lines = reply.input.lines();
    let before: usize = lines
        .iter()
        .take(line_at)
        .map(|line| broken(line, width).len())
        .sum();
    let rows = broken(lines.get(line_at).map_or("", String::as_str), width);
    let mut left = column;
    for (at, row) in rows.iter().enumerate() {
        let letters = row.chars().count();
        if left < letters || at + 1 == rows.len() {
            return (before + at, row.chars().take(left).collect());
        }
        left -= letters;
    }
    (before, String::new())
}

fn first_row(reply: &ReplyBox, width: usize, height: usize) -> usize {
    let (row, _) = spot(reply, width);
    (row + 1).saturating_sub(height.max(1))
}

/// Returns where the cursor stands when the box is drawn in this area.
pub(super) fn cursor_in(reply: &ReplyBox, area: Rect) -> Position {
    if let Some(search) = &reply.search {
        let typed = cells_of(&text::clean_line(&search.text()));
        return Position {
            x: (area.x + 4 + typed).min(area.right().saturating_sub(2)),
            y: (area.y + 1).min(area.bottom().saturating_sub(2)),
        };
    }
    let width = usize::from(area.width.saturating_sub(4)).max(1);
    let height = usize::from(area.height.saturating_sub(2)).max(1);
    let (row, before) = spot(reply, width);
    let first = first_row(reply, width, height);
    let x = area.x + 2 + cells_of(&text::clean_line(&before));
    let y = area.y + 1 + u16::try_from(row - first).unwrap_or(0);
    Position {
        x: x.min(area.right().saturating_sub(2)),
        y: y.min(area.bottom().saturating_sub(2)),
    }
}

/// Returns where the cursor stands in the inbox, which gives the box the lower part of its preview.
pub(super) fn cursor(reply: &ReplyBox, body: Rect, app: &App) -> Position {
    let preview = super::inbox::preview_area(body, app);
    let height = height(reply, preview);
    let (_, lower) = above(preview, preview.height.saturating_sub(height));
    cursor_in(reply, lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn breaking_a_line_loses_no_letter_and_no_row_is_too_wide(
            line in "[a-z界é ]{0,80}",
            width in 2_usize..20,
        ) {
            let rows = broken(&line, width);
            prop_assert_eq!(rows.concat(), line);
            for row in rows {
                prop_assert!(text::width(row.trim_end_matches(' ')) <= width);
            }
        }
    }
}
