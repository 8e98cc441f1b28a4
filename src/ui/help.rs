//! The keys of this place.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::layout::beside;
use crate::app::{App, HelpRow, Mode, help_rows};
use crate::keymap::{Found, Key};
use crate::text;

/// Cells of the keys.
const KEYS: usize = 11;

/// The groups of the keys that hold everywhere, by the first word of the command.
const GROUPS: [(&str, &[&str]); 5] = [
    ("go", &["pane"]),
    ("move", &["cursor"]),
    ("mark and filter", &["mark", "filter"]),
    (
        "make and change",
        &["new", "edit", "note", "undo", "redo", "delete"],
    ),
    ("the rest", &[]),
];

/// Draws all keys that hold here, this place's own first.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, body: Rect) {
    let Mode::Help(scroll) = app.mode else { return };
    canvas.fill(body, canvas.paint.text());
    let place = app.screen.active().title();
    let inner = canvas.frame(
        body,
        &format!("Keys in {place}"),
        "any other key closes",
        true,
    );
    let lines = lines(canvas, app, inner.width);
    let columns: u16 = if inner.width >= 110 { 2 } else { 1 };
    let room = usize::from(inner.height) * usize::from(columns);
    let first = scroll.min(lines.len().saturating_sub(room));
    let (left, right) = beside(inner, inner.width / columns);
    let mut rest = lines.iter().skip(first);
    for area in [left, right].into_iter().take(usize::from(columns)) {
        for y in area.y..area.bottom() {
            let Some(line) = rest.next() else { break };
            canvas.line(area.x + 1, y, area.width.saturating_sub(2), line);
        }
    }
    let more = rest.count();
    if more > 0 || first > 0 {
        let (key, dim) = (canvas.paint.key(), canvas.paint.dim());
        let words = format!(" scrolls, {more} more below");
        canvas.foot(body, &[piece("j k", key), piece(words, dim)]);
    }
}

fn lines(canvas: &Canvas<'_>, app: &App, width: u16) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let rows = merged(help_rows(app));
    let place = app.screen.active().title();
    let heading = |words: &str| vec![piece(format!("── {words} ──"), paint.accent())];
    let digit = app.keymap.find(app.screen.scope(), &[Key::char('3')]);
    let mut lines = if matches!(digit, Found::Bound(_)) {
        let words = "  a count begins with a digit that is no key here";
        vec![vec![piece("03e", paint.key()), piece(words, paint.text())]]
    } else {
        vec![
            vec![
                piece("3e", paint.key()),
                piece("  a count: the verb takes three rows", paint.text()),
            ],
            vec![
                piece("3 Enter", paint.key()),
                piece("  the third tab, as Alt-3", paint.text()),
            ],
        ]
    };
    lines.extend([
        vec![
            piece("g n", paint.key()),
            piece("  wait a moment: what can follow is shown", paint.text()),
        ],
        Vec::new(),
    ]);
    let findings = app.findings();
    let column = if width >= 110 { width / 2 } else { width };
    if !findings.is_empty() {
        lines.push(heading("what your keymap hides"));
        for finding in findings {
            let style = if finding.blocks {
                paint.warn()
            } else {
                paint.dim()
            };
            for part in text::wrap(&finding.to_string(), usize::from(column).saturating_sub(4)) {
                lines.push(vec![piece(part.text.to_owned(), style)]);
            }
        }
        lines.push(Vec::new());
    }
    lines.push(heading(&format!("only in {place}")));
    lines.extend(
        rows.iter()
            .filter(|row| row.here)
            .map(|row| line(canvas, row, width)),
    );
    let mut left: Vec<&HelpRow> = rows.iter().filter(|row| !row.here).collect();
    for (name, verbs) in GROUPS {
        let (group, others): (Vec<&HelpRow>, Vec<&HelpRow>) = left.into_iter().partition(|row| {
            let verb = row.command.split_whitespace().next().unwrap_or_default();
            verbs.is_empty() || verbs.contains(&verb)
        });
        left = others;
        if group.is_empty() {
            continue;
        }
        lines.push(Vec::new());
        lines.push(heading(name));
        lines.extend(group.into_iter().map(|row| line(canvas, row, width)));
    }
    lines
}

/// Puts the keys of one command into one row.
fn merged(rows: Vec<HelpRow>) -> Vec<HelpRow> {
    let mut kept: Vec<HelpRow> = Vec::new();
    for row in rows {
        let same = kept.iter_mut().find(|known| {
            known.command == row.command
                && known.here == row.here
                && known.keys.chars().count() + row.keys.chars().count() < KEYS
        });
        match same {
            Some(known) => {
                known.keys.push(' ');
                known.keys.push_str(&row.keys);
            }
            None => kept.push(row),
        }
    }
    kept
}

fn line(canvas: &Canvas<'_>, row: &HelpRow, width: u16) -> Vec<Piece> {
    let paint = &canvas.paint;
    let own = !row.source.starts_with("default");
    let help = if row.help.is_empty() {
        &row.command
    } else {
        &row.help
    };
    let help_cells = if width >= 70 { 26 } else { 22 };
    let mut pieces = vec![
        piece(
            text::fit_right(&text::clean_line(&row.keys), KEYS).into_owned(),
            paint.key(),
        ),
        piece("  ", paint.text()),
        piece(
            text::fit_left(&text::clean_line(help), help_cells).into_owned(),
            paint.text(),
        ),
        piece(format!(" :{}", row.command), paint.dim()),
    ];
    if own {
        // Keys of the user's own say where they were bound.
        pieces.push(piece(format!("  {}", row.source), paint.info()));
    }
    pieces
}
