//! The time under the cursor in everyone's words: what it is for each, what it costs, what clocks do around it.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, cells_of, piece, whole_words};
use super::{cost_words, day_style, look, split_words, words};
use crate::app::App;
use crate::command::{Guest, Insight, Timetable, is_free};
use crate::slots::{Shade, Verdict};
use crate::text;
use crate::when::{told, zone};

/// Warnings that are shown at most.
const WARNINGS: usize = 4;

/// Returns the start of the cell under the cursor.
pub(super) fn under_cursor(app: &App, table: &Timetable) -> Option<(usize, Timestamp)> {
    let last = table.cells.len().saturating_sub(1);
    let cell = app.screen.slots.cell.min(last);
    table.cells.get(cell).map(|start| (cell, *start))
}

/// Returns how many rows it takes with its frame in so many columns.
pub(super) fn rows(app: &App, table: &Timetable, columns: u16) -> u16 {
    let insight = under_cursor(app, table).and_then(|(cell, _)| table.insight_of(cell));
    let warnings = insight.map_or(0, |insight| {
        warned(insight, columns.saturating_sub(4)).len()
    });
    u16::try_from(table.guests.len() + warnings + 2).unwrap_or(u16::MAX)
}

/// The warnings in lines of so many columns, two for each at most; the last line says how many more there are.
fn warned(insight: &Insight, columns: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let more = insight.warnings.len().saturating_sub(WARNINGS);
    for warning in insight.warnings.iter().take(WARNINGS) {
        let words = text::clean_line(warning).into_owned();
        let wrapped = text::wrap(&words, usize::from(columns.saturating_sub(2).max(10)));
        match wrapped.as_slice() {
            [] => {}
            [one] => lines.push(format!("! {}", one.text)),
            [first, ..] => {
                let rest = words.get(first.text.len()..).unwrap_or_default().trim();
                lines.push(format!("! {}", first.text));
                lines.push(format!(
                    "  {}",
                    whole_words(rest, columns.saturating_sub(2))
                ));
            }
        }
    }
    if more > 0 {
        lines.push(format!("! {more} more"));
    }
    lines
}

/// The first warnings that have room, with how many more there are.
fn warned_in(insight: &Insight, columns: u16, rows: u16) -> Vec<String> {
    let mut lines = warned(insight, columns);
    let rows = usize::from(rows);
    if lines.len() <= rows {
        return lines;
    }
    let begun = |lines: &[String]| lines.iter().filter(|line| line.starts_with('!')).count();
    lines.truncate(rows);
    let hidden = insight.warnings.len().saturating_sub(begun(&lines));
    if let Some(last) = lines.last_mut().filter(|_| hidden > 0) {
        let more = format!(" (+{hidden})");
        let room = columns.saturating_sub(cells_of(&more));
        *last = format!("{}{more}", whole_words(last, room));
    }
    lines
}

/// How many can come at the time of a cell, or why nobody need ask: it is over, or too soon for somebody.
pub(super) fn turnout_words(
    app: &App,
    table: &Timetable,
    insight: &Insight,
    (cell, start): (usize, Timestamp),
) -> String {
    if start < app.world.view.now {
        return "over".to_owned();
    }
    if let Verdict::TooSoon { earliest } = &insight.verdict {
        let here = &app.world.view.zone;
        let at = told::moment_zoned(earliest.timestamp(), here, table.today);
        return format!("too soon, from {at}");
    }
    let (free, whole) = (
        table.turnout.get(cell).copied().unwrap_or(0),
        table.guests.len(),
    );
    if free == whole {
        "everyone can come".to_owned()
    } else {
        format!("{free} of {whole} can come")
    }
}

/// Spells the time under the cursor out for everyone.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let Some((cell, start)) = under_cursor(app, table) else {
        return;
    };
    let Some(insight) = table.insight_of(cell) else {
        return;
    };
    let whole = table.guests.len();
    let here = &app.world.view.zone;
    let title = if area.width >= 60 {
        let city = zone::city_name(&zone::name(here));
        format!("{} in {city}", told::moment(start, here, table.today))
    } else {
        told::moment_zoned(start, here, table.today)
    };
    let mut right = turnout_words(app, table, insight, (cell, start));
    if usize::from(area.height.saturating_sub(2)) <= whole && !insight.warnings.is_empty() {
        // There is no row for them: at least they are there.
        right = format!("! {} · {right}", insight.warnings.len());
    }
    let inner = canvas.frame(area, &title, &right, false);
    let mut y = inner.y;
    for at in 0..whole {
        if y >= inner.bottom() {
            return;
        }
        guest(
            canvas,
            app,
            Rect {
                y,
                height: 1,
                ..inner
            },
            table,
            (at, cell, start),
            insight,
        );
        y += 1;
    }
    let warn = canvas.paint.warn();
    let room = inner.width.saturating_sub(2);
    let rows = inner.bottom().saturating_sub(y);
    for (y, line) in (y..inner.bottom()).zip(warned_in(insight, room, rows)) {
        canvas.put(inner.x + 1, y, room, &line, warn);
    }
}

/// One person: the worst of the meeting for them, their clock, and the cost or what is in the way.
fn guest(
    canvas: &mut Canvas<'_>,
    app: &App,
    row: Rect,
    table: &Timetable,
    (at, cell, start): (usize, usize, Timestamp),
    insight: &Insight,
) {
    let Some(guest) = table.guests.get(at) else {
        return;
    };
    let Some(person) = app.world.get(&guest.person) else {
        return;
    };
    let length = usize::try_from(table.minutes)
        .unwrap_or(60)
        .div_ceil(usize::try_from(table.step.max(1)).unwrap_or(30));
    let worst = guest
        .cells
        .iter()
        .skip(cell)
        .take(length)
        .max()
        .copied()
        .unwrap_or(Shade::Closed);
    let (mark, style) = look(canvas, worst);
    let paint = canvas.paint;
    let room = usize::from(row.width);
    let mine = app.world.view.zone.to_datetime(start).date();
    let local = guest.zone.to_datetime(start);
    // The heading has the whole date of mine: where there is little room the row says what differs from it.
    let broad = room >= 66;
    let day = if broad {
        told::date(local.date(), table.today)
    } else {
        told::day_beside(local.date(), mine)
    };
    let day = format!("{day:<cells$}", cells = if broad { 10 } else { 6 });
    let time = told::time(start, &guest.zone);
    let short = zone::short_name(&person.zone);
    let zones = (table.guests.iter())
        .map(|guest| text::width(&zone::short_name(&zone::name(&guest.zone))))
        .max()
        .unwrap_or(3);
    // Mark, day, time and zone stand whole; the outcome has eleven columns, and the name what is left.
    let fixed = 2 + text::width(&day) + text::width(&time) + zones + 5;
    let name_cells = room.saturating_sub(fixed + 11).clamp(6, 18);
    let whole = text::clean_line(&person.name);
    let name = if text::width(&whole) > name_cells {
        text::fit_left(&guest.short, name_cells).into_owned()
    } else {
        text::fit_left(&whole, name_cells).into_owned()
    };
    let mut line = vec![
        piece(format!("{mark} "), style),
        piece(format!("{name} "), paint.person()),
        piece(
            format!("{day} "),
            day_style(canvas, table.day, local.date()),
        ),
        piece(format!("{time} "), paint.strong()),
    ];
    if room > name_cells + 60 {
        let city = zone::city_name(&person.zone);
        let city = format!(" {} ", text::fit_left(&city, 13));
        let offset = zone::offset_name(guest.zone.to_offset(start));
        line.push(piece(format!("{city}{offset:<8} "), paint.dim()));
    } else {
        line.push(piece(format!("{short:<zones$} "), paint.info()));
    }
    let used: u16 = (line.iter())
        .map(|piece| cells_of(&text::clean_line(&piece.text)))
        .sum();
    let left = row.width.saturating_sub(used + 2);
    line.extend(outcome(
        canvas,
        guest,
        (at, worst),
        insight,
        (left >= 17, left),
    ));
    canvas.line(row.x + 1, row.y, row.width.saturating_sub(2), &line);
}

/// What it is for a person and what it costs them, or what is in the way.
fn outcome(
    canvas: &Canvas<'_>,
    guest: &Guest,
    (at, worst): (usize, Shade),
    insight: &Insight,
    (roomy, left): (bool, u16),
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let (_, style) = look(canvas, worst);
    let mut pieces = Vec::new();
    let optional = if guest.optional { ", optional" } else { "" };
    let reason = match &insight.verdict {
        Verdict::Blocked(blockers) => blockers
            .iter()
            .position(|blocker| blocker.person == at)
            .and_then(|index| {
                let (_, reason) = insight.blockers.get(index)?.split_once(": ")?;
                // What has no room whole is said in fewer words before its end is cut.
                if cells_of(reason) + cells_of(optional) <= left {
                    return Some(reason.to_owned());
                }
                insight.briefly.get(index).cloned()
            }),
        _ => None,
    };
    match reason {
        Some(reason) if roomy => {
            pieces.push(piece(format!("{reason}{optional}"), paint.warn()));
        }
        _ if guest.assumed && is_free(worst) => {
            pieces.push(piece(format!("hours not known{optional}"), style));
        }
        _ if is_free(worst) => {
            let split = insight.costs.get(at).filter(|split| split.total > 0);
            if left < 15
                && let Some(split) = split
            {
                // The mark before the name says of which kind it is.
                let cost = cost_words(i64::from(split.total));
                pieces.push(piece(format!("costs {cost}"), style));
                return pieces;
            }
            let cost = split.map(|split| {
                let cost = cost_words(i64::from(split.total));
                let whole = format!(", {cost} ({})", split_words(split));
                let plain = cells_of(words(worst)) + cells_of(optional);
                // Of what kind the minutes are is left out before it is cut.
                if plain + cells_of(&whole) <= left {
                    whole
                } else {
                    format!(", {cost}")
                }
            });
            let cost = cost.unwrap_or_default();
            pieces.push(piece(format!("{}{optional}", words(worst)), style));
            pieces.push(piece(cost, paint.dim()));
        }
        _ => pieces.push(piece(format!("{}{optional}", words(worst)), style)),
    }
    pieces
}
