//! What lies over the place: the typed line, the palette, choices, the popup of a key sequence.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, cells_of, piece, whole_words};
use super::layout::{above, sheet_width};
use super::{Areas, find, form, printed, reply, score, sweep};
use crate::app::{App, Echo, Line, Mode, Picker, PrefixBar, Purpose};
use crate::keymap::show_sequence;
use crate::pane::{Place, Spot};
use crate::text::{self, Glyphs};

/// Draws what lies over the place; returns where the terminal's cursor belongs.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, areas: &Areas) -> Option<Position> {
    match &app.mode {
        Mode::Normal => {
            match app.prefix_bar() {
                Some(bar) => prefix(canvas, &bar, areas.bar),
                None if app.shows_popup(app.world.view.now) => which_key(canvas, app, areas.body),
                None => {}
            }
            None
        }
        Mode::Line(line) => {
            if line.purpose == Purpose::Palette {
                let (over, _) = above(areas.body, areas.body.height.saturating_sub(1));
                palette(canvas, app, line, over);
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
            reply::draw(canvas, app, box_, area);
            Some(reply::cursor_in(box_, area))
        }
        Mode::Form(form) => form::draw(canvas, app, form, areas.body),
        Mode::Score(open) => score::draw(canvas, app, open, areas.body),
        Mode::Find(find) => Some(find::draw(canvas, app, find, areas)),
        Mode::Sweep(groups) => {
            sweep::draw(canvas, app, groups, areas.body);
            None
        }
        Mode::Summary(scroll) => {
            sweep::summary(canvas, app, *scroll, areas.body);
            None
        }
        Mode::Help(_) => None,
        Mode::Sheet(sheet) => {
            printed::draw(canvas, sheet, areas.body);
            None
        }
    }
}

/// Draws the typed line with its echo; returns the cursor.
fn bar(canvas: &mut Canvas<'_>, line: &Line, area: Rect) -> Position {
    canvas.fill(area, canvas.paint.strip());
    let label = match &line.purpose {
        Purpose::Palette => ":".to_owned(),
        Purpose::Filter { .. } => "/".to_owned(),
        Purpose::Prompt { title, .. } | Purpose::Answer { title, .. } => format!("{title}: "),
    };
    let mut x = area.x + 1;
    let style = canvas.paint.key();
    x += canvas.put(x, area.y, area.width, &label, style);
    let typed = line.input.text();
    let (_, column) = line.input.cursor();
    let strong = canvas.paint.strong();
    let room = area.right().saturating_sub(x + 1);
    let (shown, cursor) = around_cursor(&typed, column, room, canvas.paint.glyphs());
    canvas.put(x, area.y, room + 1, &shown, strong);
    let cursor_x = x + cursor;
    let after = x + cells_of(&text::clean_line(&shown)) + 2;
    let echo = match &line.echo {
        Echo::Silent => None,
        Echo::Reads(words) => Some((words, canvas.paint.good())),
        Echo::Wrong(words) => Some((words, canvas.paint.bad())),
    };
    if let Some((words, style)) = echo {
        said_back(canvas, words, style, (area, after));
    }
    Position {
        x: cursor_x.min(area.right().saturating_sub(1)),
        y: area.y,
    }
}

/// The part of what is typed that has room, with the cursor in it: a longer line begins later, behind a mark. Returns it
/// with the columns before the cursor.
fn around_cursor(typed: &str, column: usize, room: u16, glyphs: Glyphs) -> (String, u16) {
    let cells = |from: usize, to: usize| -> u16 {
        let part: String = typed
            .chars()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect();
        cells_of(&text::clean_line(&part))
    };
    if cells(0, column) <= room {
        return (typed.to_owned(), cells(0, column));
    }
    let mark = match glyphs {
        Glyphs::Unicode => "…",
        Glyphs::Ascii => "~",
    };
    let from = (1..=column).find(|from| cells(*from, column) < room);
    let from = from.unwrap_or(column);
    let rest: String = typed.chars().skip(from).collect();
    (format!("{mark}{rest}"), cells(from, column) + 1)
}

/// Says how a line is understood: behind what is typed, and where that has no room for all of it, in rows of its own
/// above. No part of a date, a zone or a reason is ever cut.
fn said_back(canvas: &mut Canvas<'_>, words: &str, style: Style, (area, after): (Rect, u16)) {
    /// A reason that needs more rows than this says too much.
    const MOST: usize = 4;
    let clean = text::clean_line(words);
    let room = area.right().saturating_sub(after + 1);
    if cells_of(&clean) <= room {
        canvas.put(after, area.y, room, words, style);
        return;
    }
    let width = area.width.saturating_sub(2);
    let lines = text::wrap(&clean, usize::from(width).max(1));
    let count = lines.len().min(MOST).min(usize::from(area.y));
    let top = area.y - u16::try_from(count).unwrap_or(0);
    for (y, line) in (top..area.y).zip(&lines) {
        let strip = canvas.paint.strip();
        canvas.fill(Rect { y, ..area }, strip);
        canvas.put(area.x + 1, y, width, line.text, style);
    }
}

/// Draws the bar of a prefix: what the keys do, to what, and the keys; whole parts, the keys first.
fn prefix(canvas: &mut Canvas<'_>, bar: &PrefixBar, area: Rect) {
    canvas.fill(area, canvas.paint.strip());
    let paint = canvas.paint;
    let cells = |pieces: &[Piece]| -> u16 {
        pieces
            .iter()
            .map(|piece| cells_of(&text::clean_line(&piece.text)))
            .sum()
    };
    let head = vec![piece(
        format!(" {} ", bar.prefix.word()),
        paint.chip(paint.theme.accent),
    )];
    // The last choice is to type: of the others those that do not fit are left out whole, the last ones first.
    let mut choices: Vec<[Piece; 2]> = bar
        .choices
        .iter()
        .map(|(key, help)| {
            [
                piece(format!("  {key}"), paint.key()),
                piece(format!(" {help}"), paint.strip()),
            ]
        })
        .collect();
    let all = choices.len();
    let most = area.width.saturating_sub(cells(&head) + 8);
    while choices.len() > 2 && choices.iter().map(|choice| cells(choice)).sum::<u16>() > most {
        choices.remove(choices.len() - 2);
    }
    let leave = if choices.len() < all {
        "  …  Esc"
    } else {
        "  Esc"
    };
    let leave = piece(leave, paint.dim());
    let mut keys: Vec<Piece> = choices.into_iter().flatten().collect();
    keys.push(leave);
    let room = area.width.saturating_sub(cells(&head) + cells(&keys) + 2);
    let mut x = area.x + canvas.line(area.x, area.y, area.width, &head);
    let about = cells_of(&text::clean_line(&bar.about));
    let about = if about > 0 && room >= about + 10 {
        about + 2
    } else {
        0
    };
    if room >= 10 + about && !bar.title.is_empty() {
        let title = whole_words(&bar.title, (room - about).saturating_sub(4).min(48));
        x += canvas.put(x, area.y, room, &format!(" “{title}”"), paint.strong());
        if about > 0 {
            x += canvas.put(
                x,
                area.y,
                about,
                &format!("  {}", bar.about),
                paint.network(),
            );
        }
    }
    canvas.line(x, area.y, area.right().saturating_sub(x), &keys);
}

fn palette(canvas: &mut Canvas<'_>, app: &App, line: &Line, body: Rect) {
    let rows = u16::try_from(line.entries.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 14);
    let height = (rows + 4).min(body.height);
    let area = Rect {
        x: body.x,
        y: body.bottom() - height,
        width: sheet_width(body.width, 120),
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let count = match line.entries.len() {
        0 => "none".to_owned(),
        many => format!("{} of {many}", line.chosen + 1),
    };
    let inner = canvas.frame(area, "Commands", &count, true);
    if line.entries.is_empty() {
        canvas.remark(inner, "no command fits; Esc leaves, ? shows the keys");
        return;
    }
    let (list, foot) = above(inner, inner.height.saturating_sub(2).max(1));
    let shown = usize::from(list.height).max(1);
    let first = (line.chosen / shown) * shown;
    let scope = app.screen.scope();
    let typed = line.input.text();
    for (y, (at, entry)) in (list.y..list.bottom()).zip(line.entries.iter().enumerate().skip(first))
    {
        let paint = canvas.paint;
        let own = line.keys_of(entry).map(show_sequence);
        let keys = own.unwrap_or_else(|| keys_of(app, scope, &entry.name));
        let mut pieces = vec![piece(" ", paint.text())];
        pieces.extend(matched(&entry.name, &typed, paint.strong(), paint.accent()));
        let name = list.x + 1 + canvas.line(list.x, y, list.width, &pieces).max(24);
        let room = list.right().saturating_sub(name + 10);
        let help = whole_words(entry.help.trim_end_matches('.'), room);
        canvas.put(name, y, room, &help, paint.dim());
        canvas.put_right(list.x, y, list.width.saturating_sub(1), &keys, paint.key());
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        canvas.zone(row, Spot::Choice(at));
        if at == line.chosen {
            canvas.tint(row, paint.cursor());
        }
    }
    if let (Some(entry), true) = (line.entries.get(line.chosen), foot.height == 2) {
        canvas.rule(foot.x, foot.y, foot.width, "how to write it");
        let (strong, dim, key) = (
            canvas.paint.strong(),
            canvas.paint.dim(),
            canvas.paint.key(),
        );
        let mut pieces = vec![
            piece(format!(" :{} ", entry.name), strong),
            piece(format!("{}  ", entry.usage), dim),
        ];
        if let Some(keys) = line.keys_of(entry) {
            // A binding of the user's own is no command that could be typed.
            pieces = vec![
                piece(format!(" {}  ", show_sequence(keys)), key),
                piece(format!("{} ", entry.help), strong),
                piece(entry.usage.clone(), dim),
            ];
        }
        for (keys, line, source) in bound_to(app, scope, &entry.name).into_iter().take(4) {
            pieces.push(piece(keys, key));
            let rest = line.strip_prefix(&entry.name).unwrap_or_default();
            pieces.push(piece(format!("{rest} ({source})  "), dim));
        }
        canvas.line(foot.x, foot.y + 1, foot.width, &pieces);
    }
}

/// Returns the keys of a command here; of a verb that is only bound with an argument, its prefix.
fn keys_of(app: &App, scope: &str, name: &str) -> String {
    let exact = app.keymap.keys_of(scope, name);
    exact.map(|keys| show_sequence(&keys)).unwrap_or_default()
}

/// Lists the keys that run a command here, with the line they run and where they were bound.
fn bound_to(app: &App, scope: &str, name: &str) -> Vec<(String, String, String)> {
    let runs = |line: &str| line == name || line.starts_with(&format!("{name} "));
    app.keymap
        .all(scope)
        .into_iter()
        .filter_map(|(keys, binding)| {
            let line = binding.commands.first().filter(|line| runs(line))?;
            let source = &binding.source;
            Some((
                show_sequence(&keys),
                line.clone(),
                format!("{}:{}", source.file, source.line),
            ))
        })
        .collect()
}

/// Shows which letters of a name were typed: a run of them, else letter by letter.
fn matched(name: &str, typed: &str, style: Style, hit: Style) -> Vec<Piece> {
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return vec![piece(name, style)];
    }
    if let Some((before, after)) = name.split_once(typed.as_str()) {
        return vec![piece(before, style), piece(typed, hit), piece(after, style)];
    }
    let mut wanted = typed.chars().filter(|letter| *letter != ' ').peekable();
    name.chars()
        .map(|letter| {
            let fits = wanted.next_if_eq(&letter).is_some();
            piece(letter.to_string(), if fits { hit } else { style })
        })
        .collect()
}

fn pick(canvas: &mut Canvas<'_>, picker: &Picker, body: Rect) -> Option<Position> {
    let rows = u16::try_from(picker.shown.len())
        .unwrap_or(u16::MAX)
        .clamp(1, 16);
    let height = (rows + 2).min(body.height);
    let area = Rect {
        x: body.x,
        y: body.bottom() - height,
        width: sheet_width(body.width, 84),
        height,
    };
    canvas.fill(area, canvas.paint.text());
    let typed = picker.input.as_ref().map(crate::app::Input::text);
    let title = match &typed {
        Some(typed) => format!("{}: {typed}", picker.title),
        None => picker.title.clone(),
    };
    let right = match &typed {
        Some(_) => format!("{} fit", picker.shown.len()),
        None => "a key picks · / types".to_owned(),
    };
    let inner = canvas.frame(area, &title, &right, true);
    let shown = usize::from(inner.height).max(1);
    let first = (picker.chosen / shown) * shown;
    let paint = canvas.paint;
    let label = picker
        .shown
        .iter()
        .skip(first)
        .take(shown)
        .map(|choice| cells_of(&text::clean_line(&choice.label)))
        .max()
        .unwrap_or(0)
        .min(inner.width / 2);
    let below = picker.shown.len().saturating_sub(first + shown);
    more(canvas, area, (first, below));
    if picker.shown.is_empty() {
        let words = "nothing fits; Backspace takes letters away";
        canvas.put(
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            words,
            paint.dim(),
        );
    }
    for (y, (at, choice)) in
        (inner.y..inner.bottom()).zip(picker.shown.iter().enumerate().skip(first))
    {
        let letter = choice
            .key
            .filter(|_| typed.is_none())
            .map(|key| key.to_string());
        let letter = letter.unwrap_or_default();
        canvas.put(inner.x + 1, y, 1, &letter, paint.key());
        canvas.put(inner.x + 4, y, label, &choice.label, paint.strong());
        let x = inner.x + label + 6;
        canvas.put(
            x,
            y,
            inner.right().saturating_sub(x + 1),
            &choice.detail,
            paint.dim(),
        );
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        canvas.zone(row, Spot::Choice(at));
        if at == picker.chosen {
            canvas.tint(row, paint.cursor());
        }
    }
    let typed = typed?;
    let x = area.x + 3 + cells_of(&text::clean_line(&format!("{}: {typed}", picker.title)));
    Some(Position {
        x: x.min(area.right().saturating_sub(1)),
        y: area.y,
    })
}

/// Says at the foot of a frame how many rows lie above and below what it shows.
pub(super) fn more(canvas: &mut Canvas<'_>, area: Rect, (above, below): (usize, usize)) {
    let glyphs = canvas.paint.glyphs();
    let mut words = Vec::new();
    if above > 0 {
        words.push(format!("{} {above} above", glyphs.up()));
    }
    if below > 0 {
        words.push(format!("{} {below} more", glyphs.down()));
    }
    if words.is_empty() {
        return;
    }
    let dim = canvas.paint.dim();
    canvas.foot(area, &[piece(words.join(" · "), dim)]);
}

/// Draws what can follow the keys typed so far, in columns, in the order of the keymap.
fn which_key(canvas: &mut Canvas<'_>, app: &App, body: Rect) {
    let mut next = app.next_keys();
    next.sort_by_key(|(_, binding)| binding.map_or(usize::MAX, |binding| binding.source.line));
    let columns = (body.width / 26).clamp(1, 5);
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
    if rows > inner.height {
        let dim = canvas.paint.dim();
        canvas.foot(area, &[piece("more than fit here: ? shows all", dim)]);
    }
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
        let (x, y) = (inner.x + column * width, inner.y + row);
        canvas.put_right(x, y, 3, &next.to_string(), key);
        canvas.put(x + 4, y, width.saturating_sub(5), &help, text);
    }
}
