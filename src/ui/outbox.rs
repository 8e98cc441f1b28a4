//! Edits that wait for the server, and those that it refused.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;
use serde_json::Value as Json;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{above, beside};
use super::sheet::Sheet;
use super::table::{self, Rows, cell, column, figure};
use crate::app::App;
use crate::command::show_value;
use crate::effect::{Conflict, OutboxRow, OutboxState, RowState};
use crate::pane::Place;
use crate::record::{FieldType, Op, User};
use crate::when::{clock, told};

/// Draws the outbox or the conflicts.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let place = app.screen.place;
    let Some(shelf) = app.screen.shelf(place) else {
        return;
    };
    let (left, right) = if shelf.list.is_empty() {
        (area, area)
    } else if area.width >= 100 {
        beside(area, area.width / 2)
    } else {
        above(area, area.height / 2)
    };
    let count = format!("{}", shelf.list.len());
    let inner = canvas.frame(left, place.title(), &count, true);
    if shelf.list.is_empty() {
        let words = nothing(app, place);
        table::empty(canvas, inner, &[&words, "Esc goes back."]);
        return;
    }
    let rows = Rows {
        list: &shelf.list,
        focused: true,
        titles: inner.height > 3,
    };
    let columns = [
        figure("age", 4),
        column("what", 7),
        column("record", 0),
        column("fields", 12),
        column("state", 9),
    ];
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        find(app, key).map_or((Vec::new(), RowState::Clean), |row| {
            (cells(canvas, app, row), RowState::Clean)
        })
    });
    if let Some(row) = shelf.list.cursor().and_then(|key| find(app, key)) {
        sides(canvas, app, right, row);
    }
}

fn find<'a>(app: &'a App, cmd: &str) -> Option<&'a OutboxRow> {
    app.screen.outbox.iter().find(|row| row.edit.cmd == cmd)
}

fn cells(canvas: &Canvas<'_>, app: &App, row: &OutboxRow) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let what = match row.edit.op {
        Op::Create => "create",
        Op::Update => "change",
        Op::Delete => "delete",
    };
    let unsure = row.state == OutboxState::Queued && row.attempts > 0;
    let state = if unsure { "unsure" } else { row.state.word() };
    let style = match &row.state {
        OutboxState::Queued if !unsure => paint.info(),
        OutboxState::Queued | OutboxState::Blocked => paint.warn(),
        OutboxState::Acked { .. } => paint.good(),
        OutboxState::Conflict(_) | OutboxState::Refused { .. } | OutboxState::Damaged { .. } => {
            paint.bad()
        }
    };
    vec![
        cell(clock::age(app.world.view.now, row.at), paint.dim()),
        cell(what, paint.text()),
        vec![
            piece(format!("{} ", row.edit.kind.label()), paint.dim()),
            piece(title(app, row), paint.network()),
        ],
        cell(row.edit.patch.fields().join(", "), paint.dim()),
        cell(state, style),
    ]
}

fn title(app: &App, row: &OutboxRow) -> String {
    let known = app.world.any(row.edit.kind).title(&row.edit.id);
    known
        .filter(|title| !title.is_empty())
        .or_else(|| row.edit.title())
        .unwrap_or_else(|| row.edit.id.clone())
}

/// Says that there is nothing here, and what that means as long as edits are on their way.
fn nothing(app: &App, place: Place) -> String {
    let waiting = app.screen.sync.queued;
    if !app.screen.outbox_read {
        return "Reading the edits that wait …".to_owned();
    }
    if place == Place::Outbox {
        return "Nothing waits: the server has everything.".to_owned();
    }
    match waiting {
        0 => "No conflicts: the server and this console agree.".to_owned(),
        1 => "No conflicts so far: one edit waits for the server.".to_owned(),
        many => format!("No conflicts so far: {many} edits wait for the server."),
    }
}

/// Draws what an edit changes, or the three sides of a conflict.
fn sides(canvas: &mut Canvas<'_>, app: &App, area: Rect, row: &OutboxRow) {
    let inner = canvas.frame(area, &title(app, row), row.edit.kind.label(), false);
    let paint = canvas.paint;
    let mut sheet = Sheet::new(inner);
    match &row.state {
        OutboxState::Conflict(conflict) => {
            conflict_lines(canvas, app, row, conflict, &mut sheet);
            sheet.draw(canvas, inner, 0);
            return;
        }
        OutboxState::Refused { why, .. } => {
            sheet.text("refused", why, paint.bad());
            sheet.whole(Vec::new());
        }
        OutboxState::Damaged { what, read } => {
            sheet.text("damaged", what, paint.bad());
            sheet.whole(Vec::new());
            if !read.is_empty() {
                sheet.text("was read", read, paint.dim());
            }
        }
        _ => {}
    }
    for name in row.edit.patch.fields() {
        let before = row.edit.before.get(name);
        let patch = &row.edit.patch;
        let after = patch
            .set
            .get(name)
            .or_else(|| patch.add.get(name))
            .or_else(|| patch.remove.get(name));
        sheet.whole(vec![piece(name.replace('_', " "), paint.strong())]);
        let ty = type_of(row, name);
        for (label, value) in [("before", before), ("after", after)] {
            put(&mut sheet, label, &side(app, &ty, value), paint.text());
        }
    }
    sheet.draw(canvas, inner, 0);
}

fn conflict_lines(
    canvas: &Canvas<'_>,
    app: &App,
    row: &OutboxRow,
    conflict: &Conflict,
    sheet: &mut Sheet,
) {
    let paint = &canvas.paint;
    let who = conflict
        .changed_by
        .as_ref()
        .and_then(|id| app.world.table::<User>().record(id))
        .map_or_else(|| "someone".to_owned(), |user| user.name.clone());
    let when = conflict
        .changed_at
        .map(|at| match clock::age(app.world.view.now, at).as_str() {
            "now" => " just now".to_owned(),
            age => format!(" {age} ago"),
        })
        .unwrap_or_default();
    let i_delete = row.edit.op == Op::Delete;
    let (what, mine, theirs) = match (conflict.deleted, i_delete, conflict.fields.len()) {
        (true, ..) => (
            "deleted this",
            " keep mine as a copy   ",
            " leave it deleted   ",
        ),
        (_, true, _) => (
            "changed what you delete",
            " delete it all the same   ",
            " keep it   ",
        ),
        (_, _, 1) => ("changed the same field", " mine   ", " theirs   "),
        _ => ("changed the same fields", " mine   ", " theirs   "),
    };
    sheet.whole(vec![piece(format!("{who} {what}{when}"), paint.warn())]);
    let mut choices = vec![
        piece("m", paint.key()),
        piece(mine, paint.dim()),
        piece("t", paint.key()),
        piece(theirs, paint.dim()),
    ];
    if !i_delete {
        choices.push(piece("e", paint.key()));
        choices.push(piece(" another value", paint.dim()));
    }
    sheet.whole(choices);
    for field in &conflict.fields {
        sheet.whole(Vec::new());
        sheet.whole(vec![piece(field.name.replace('_', " "), paint.strong())]);
        let ty = type_of(row, &field.name);
        let [before, mut mine, mut theirs] =
            [&field.base, &field.mine, &field.theirs].map(|value| side(app, &ty, value.as_ref()));
        if mine == theirs {
            // Times of one minute.
            mine.push_str(&seconds(&ty, field.mine.as_ref()));
            theirs.push_str(&seconds(&ty, field.theirs.as_ref()));
        }
        for (label, words) in [("before", before), ("mine", mine), ("theirs", theirs)] {
            let words = if words.trim().is_empty() {
                "—"
            } else {
                &words
            };
            sheet.text(&format!("  {label}"), words, paint.text());
        }
    }
}

fn type_of(row: &OutboxRow, field: &str) -> FieldType {
    let info = row.edit.kind.field(field);
    info.map_or(FieldType::Text, |info| info.ty)
}

/// Adds one side of a field, wrapped: the sides of a long text may differ in the last word only.
fn put(sheet: &mut Sheet, label: &str, words: &str, style: Style) {
    let words = if words.trim().is_empty() {
        "—"
    } else {
        words
    };
    sheet.text(&format!("  {label}"), words, style);
}

/// Says one side of a field; a time as it is said everywhere, on the user's clock.
fn side(app: &App, ty: &FieldType, value: Option<&Json>) -> String {
    let view = &app.world.view;
    instant(ty, value).map_or_else(
        || show_value(ty, value, &app.world),
        |at| told::moment_zoned(at, &view.zone, view.today()),
    )
}

fn instant(ty: &FieldType, value: Option<&Json>) -> Option<Timestamp> {
    let text = value.filter(|_| *ty == FieldType::Instant)?.as_str()?;
    text.parse().ok()
}

/// Says the seconds of a time, for two that differ in nothing else.
fn seconds(ty: &FieldType, value: Option<&Json>) -> String {
    instant(ty, value).map_or_else(String::new, |at| {
        let seconds = at.as_second().rem_euclid(60);
        format!(", {seconds}.{:03} s", at.subsec_millisecond().abs())
    })
}
