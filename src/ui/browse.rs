//! Any kind of record as a table.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Column, Rows, cell, words};
use crate::app::App;
use crate::effect::RowState;
use crate::pane::{Focus, Place};
use crate::record::{AnyRef, FieldType, Kind, KindVisitor, Record};

/// Draws the records of a kind.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, kind: Kind, area: Rect) {
    let focus = app.screen.focus;
    let Some(shelf) = app.screen.shelf(Place::Browse(kind)) else {
        canvas.frame(area, kind.plural(), "", true);
        return;
    };
    let breadth = Breadth::of(area.width);
    let link = shelf.list.cursor().map(|key| AnyRef::new(kind, key));
    let whole = app.screen.zoom || breadth == Breadth::Narrow || area.height < 20;
    if let (Some(link), Focus::Detail, true) = (&link, focus, whole) {
        table::detail(canvas, app, area, link, true);
        return;
    }
    let (left, right) = match (whole, breadth) {
        (true, _) => (area, Rect { height: 0, ..area }),
        (false, Breadth::Normal) => above(area, area.height - 10),
        _ => beside(area, area.width * 13 / 20),
    };
    let count = format!("{}", shelf.list.len());
    let inner = canvas.frame(left, kind.plural(), &count, focus == Focus::List);
    if shelf.list.is_empty() {
        let line = format!("No {} here; `:new {kind}` makes one.", kind.plural());
        table::empty(canvas, inner, &[&line]);
    }
    let columns = kind.visit(Columns { room: inner.width });
    let rows = Rows {
        list: &shelf.list,
        focused: focus == Focus::List,
        titles: true,
    };
    let names: Vec<&'static str> = columns.iter().map(|column| column.title).collect();
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        row(canvas, app, kind, key, &names)
    });
    if let (Some(link), true) = (&link, right.height > 2) {
        table::detail(canvas, app, right, link, focus == Focus::Detail);
    }
}

fn row(
    canvas: &Canvas<'_>,
    app: &App,
    kind: Kind,
    key: &str,
    names: &[&'static str],
) -> (Vec<Vec<Piece>>, RowState) {
    let table = app.world.any(kind);
    let state = table
        .fields(key)
        .map(|(_, state, _)| state)
        .unwrap_or_default();
    let cells = names
        .iter()
        .map(|name| {
            let value = table.cell(key, name, &app.world.view);
            cell(
                value.map(|value| words(&value, app)).unwrap_or_default(),
                canvas.paint.text(),
            )
        })
        .collect();
    (cells, state)
}

/// Chooses the columns that fit.
struct Columns {
    room: u16,
}

impl KindVisitor for Columns {
    type Out = Vec<Column>;
    fn visit<R: Record>(self) -> Vec<Column> {
        let mut left = self.room.saturating_sub(3);
        let mut columns = Vec::new();
        for (at, name) in R::COLUMNS.iter().enumerate() {
            let info = R::FIELDS
                .iter()
                .map(|field| field.info)
                .chain(R::DERIVED.iter().map(|derived| derived.info))
                .find(|info| info.name == *name);
            let (cells, right) = match info.map(|info| info.ty) {
                Some(FieldType::Number) => (9, true),
                Some(FieldType::Span) => (7, true),
                Some(FieldType::Flag) => (5, false),
                Some(FieldType::Date) => (11, false),
                Some(FieldType::Instant | FieldType::Due) => (21, false),
                Some(FieldType::Choice(_)) => (12, false),
                _ => (18, false),
            };
            if at > 0 && left < cells + 1 {
                break;
            }
            left = left.saturating_sub(cells + 1);
            columns.push(Column {
                title: name,
                cells,
                right,
            });
        }
        // The first column that is text takes what is left.
        if let Some(wide) = columns.iter_mut().find(|column| column.cells == 18) {
            wide.cells = 0;
        }
        columns
    }
}
