//! What lies over the place: the typed line, the palette, choices, the popup of a key sequence.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, cells_of, piece};
use super::{Areas, form, reply};
use crate::app::{App, Echo, Line, Mode, Picker, Purpose};
use crate::keymap::show_sequence;
use crate::pane::Place;
use crate::text;

/// Draws what lies over the place; returns where the terminal's cursor belongs.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, areas: &Areas) -> Option<Position> {
    match &app.mode {
        Mode::Normal => {
            if app.shows_popup(app.world.view.now) {
                which_key(canvas, app, areas.body);
            }
            None
        }
        Mode::Line(line) => {
            if line.purpose == Purpose::Palette {
                palette(canvas, app, line, areas.body);
            }
            Some(bar(canvas, line, areas.bar))
        }
        Mode::Pick(picker) => pick(canvas, picker, areas.body),
        Mode::Reply(box_) if app.screen.place == Place::Inbox => {
            let cursor = reply::cursor(box_, areas.body, app);
            Some(cursor)
        }
        Mode::Reply(box_) => {
            let height = reply::height(box_, areas.body).min(areas.body.height);
            let area = Rect {
                y: areas.body.bottom() - height,
                height,
                ..areas.body
            };
            canvas.fill(area, canvas.paint.text());
            reply::draw(canvas, box_, area);
            Some(reply::cursor_in(box_, area))
        }
        Mode::Form(form) => form::draw(canvas, app, form, areas.body),
        Mode::Help(_) => None,
    }
}

/// Draws the typed line with its echo; returns the cursor.
fn bar(canvas: &mut Canvas<'_>, line: &Line, area: Rect) -> Position {
    canvas.fill(area, canvas.paint.strip());
    let label = match &line.purpose {
        Purpose::Palette => ":".to_owned(),
        Purpose::Filter { .. } => "/".to_owned(),
        Purpose::Prompt { title, .. } => format!("{title}: "),
    };
    let mut x = area.x + 1;
    let style = canvas.paint.key();
    x += canvas.put(x, area.y, area.width, &label, style);
    let typed = line.input.text();
    let (_, column) = line.input.cursor();
    let strong = canvas.paint.strong();
    canvas.put(x, area.y, area.right().saturating_sub(x), &typed, strong);
    let before: String = typed.chars().take(column).collect();
    let cursor_x = x + cells_of(&text::clean_line(&before));
    let after = x + cells_of(&text::clean_line(&typed)) + 2;
    let room = area.right().saturating_sub(after + 1);
    match &line.echo {
        Echo::Silent => {}
        Echo::Reads(words) => {
            let style = canvas.paint.good();
            canvas.put(after, area.y, room, words, style);
        }
        Echo::Wrong(words) => {
            let style = canvas.paint.bad();
            canvas.put(after, area.y, room, words, style);
        }
    }
    Position {
        x: cursor_x.min(area.right().saturating_sub(1)),
        y: area.y,
    }
}

fn palette(canvas: &mut Canvas<'_>, app: &App, line: &Line, body: Rect) {
    let rows = u16::try_from(line.entries.len())
        .unwrap_or(u16::MAX)
        .min(12);
    let height = (rows + 2).min(body.height);
    let width = body.width.min(100);
    let area = Rect {
        x: body.x,
        y: body.bottom() - height,
        width,
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let count = format!("{} of {}", line.chosen + 1, line.entries.len());
    let inner = canvas.frame(area, "Commands", &count, true);
    let shown = usize::from(inner.height);
    let first = (line.chosen / shown.max(1)) * shown.max(1);
    let scope = app.screen.active().name();
    let (strong, dim, key) = (
        canvas.paint.strong(),
        canvas.paint.dim(),
        canvas.paint.key(),
    );
    for (y, (at, entry)) in
        (inner.y..inner.bottom()).zip(line.entries.iter().enumerate().skip(first))
    {
        let keys = app.keymap.keys_of(scope, &entry.name);
        let keys = keys.map(|keys| show_sequence(&keys)).unwrap_or_default();
        let pieces = [
            piece(format!(" {} ", entry.name), strong),
            piece(format!("{}  ", entry.usage), dim),
            piece(entry.help.clone(), dim),
        ];
        canvas.line(inner.x, y, inner.width.saturating_sub(8), &pieces);
        canvas.put_right(inner.x, y, inner.width.saturating_sub(1), &keys, key);
        if at == line.chosen {
            let style = canvas.paint.cursor();
            canvas.tint(
                Rect {
                    y,
                    height: 1,
                    ..inner
                },
                style,
            );
        }
    }
}

fn pick(canvas: &mut Canvas<'_>, picker: &Picker, body: Rect) -> Option<Position> {
    let rows = u16::try_from(picker.shown.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 14);
    let height = (rows + 2).min(body.height);
    let width = body.width.min(72);
    let area = Rect {
        x: body.x,
        y: body.bottom() - height,
        width,
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let typed = picker.input.as_ref().map(crate::app::Input::text);
    let title = match &typed {
        Some(typed) => format!("{}: {typed}", picker.title),
        None => format!("{} (a key picks, / types)", picker.title),
    };
    let inner = canvas.frame(area, &title, &picker.shown.len().to_string(), true);
    let shown = usize::from(inner.height).max(1);
    let first = (picker.chosen / shown) * shown;
    let (key, strong, dim) = (
        canvas.paint.key(),
        canvas.paint.strong(),
        canvas.paint.dim(),
    );
    for (y, (at, choice)) in
        (inner.y..inner.bottom()).zip(picker.shown.iter().enumerate().skip(first))
    {
        let letter = choice
            .key
            .filter(|_| typed.is_none())
            .map_or(' ', |key| key);
        let pieces = [
            piece(format!(" {letter} "), key),
            piece(format!("{}  ", choice.label), strong),
            piece(choice.detail.clone(), dim),
        ];
        canvas.line(inner.x, y, inner.width, &pieces);
        if at == picker.chosen {
            let style = canvas.paint.cursor();
            canvas.tint(
                Rect {
                    y,
                    height: 1,
                    ..inner
                },
                style,
            );
        }
    }
    let typed = typed?;
    let x = area.x + 3 + cells_of(&text::clean_line(&format!("{}: {typed}", picker.title)));
    Some(Position {
        x: x.min(area.right().saturating_sub(1)),
        y: area.y,
    })
}

/// Draws what can follow the keys typed so far.
fn which_key(canvas: &mut Canvas<'_>, app: &App, body: Rect) {
    let scope = app.screen.active().name();
    let next = app.keymap.continuations(scope, &app.pending);
    let columns = (body.width / 30).clamp(1, 4);
    let rows = u16::try_from(next.len())
        .unwrap_or(1)
        .div_ceil(columns)
        .max(1);
    let height = (rows + 2).min(body.height);
    let area = Rect {
        y: body.bottom() - height,
        height,
        width: body.width,
        x: body.x,
    };
    canvas.fill(area, canvas.paint.text());
    let title = format!("{} …", show_sequence(&app.pending));
    let inner = canvas.frame(area, &title, "Esc leaves", true);
    let width = inner.width / columns;
    let (key, text) = (canvas.paint.key(), canvas.paint.text());
    for (at, (next, binding)) in next.into_iter().enumerate() {
        let Ok(at) = u16::try_from(at) else { break };
        let (column, row) = (at / rows, at % rows);
        if row >= inner.height {
            continue;
        }
        let help = binding.map_or_else(
            || "more…".to_owned(),
            |binding| {
                if binding.help.is_empty() {
                    binding.commands.join(" · ")
                } else {
                    binding.help.clone()
                }
            },
        );
        let pieces = [piece(format!(" {next} "), key), piece(help, text)];
        canvas.line(inner.x + column * width, inner.y + row, width, &pieces);
    }
}
