//! The best times with what they cost whom, and who has paid how much so far.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, cells_of, fine_bar, piece};
use super::{clocks, cost_words, fitted, name, spelt, split_words};
use crate::app::App;
use crate::command::{Offer, Timetable};
use crate::pane::SlotOrder;
use crate::text;
use crate::when::{told, zone};

/// Returns how many rows the best times take with their frame; the one under the cursor has two.
pub(super) fn rows(app: &App, table: &Timetable) -> u16 {
    let rows = match table.offers.len() {
        0 => table
            .miss
            .as_ref()
            .map_or(1, |(_, reasons)| reasons.len() + 2),
        some => some + usize::from(under(app, table).is_some()),
    };
    u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2)
}

fn under(app: &App, table: &Timetable) -> Option<usize> {
    let (_, start) = spelt::under_cursor(app, table)?;
    table.offers.iter().position(|offer| offer.start == start)
}

/// The best times of the range, or what stands in the way of the closest one.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let (title, other) = match app.screen.slots.order {
        SlotOrder::Fair => ("Best times", "least hurt first"),
        SlotOrder::Calendar => ("Earliest times", "by calendar"),
    };
    let span = match &app.screen.slots.within {
        Some(windows) => within_words(windows, &app.world.view.zone, table.today),
        None => format!(
            "{} days from {}",
            table.days,
            told::date(table.from, table.today)
        ),
    };
    let here = zone::short_name(&zone::name(&app.world.view.zone));
    // The rows say the whole date; the heading says whose clock it is.
    let title = format!("{title} {here}");
    let count = match (table.offers.len(), table.found) {
        (0, _) => String::new(),
        (shown, found) if shown == found => format!(" · all {found}"),
        (shown, found) => format!(" · best {shown} of {found}"),
    };
    let right = format!("{span}{count} · {other} · j k");
    let inner = canvas.frame(area, &title, &right, false);
    if table.offers.is_empty() {
        nobody(canvas, app, inner, table);
        return;
    }
    let under = under(app, table);
    let mut y = inner.y;
    for (at, offer) in table.offers.iter().enumerate() {
        if y >= inner.bottom() {
            return;
        }
        let here = under == Some(at);
        let line = offer_line(canvas, app, table, offer, at + 1, (here, inner.width));
        canvas.line(inner.x, y, inner.width, &line);
        y += 1;
        if here && y < inner.bottom() {
            let pieces = split_line(canvas, table, offer);
            canvas.line(inner.x + 3, y, inner.width.saturating_sub(4), &pieces);
            y += 1;
        }
    }
}

/// Says in which windows best times are looked for.
fn within_words(windows: &[(Timestamp, Timestamp)], zone: &TimeZone, today: Date) -> String {
    let (Some((from, first)), Some((_, last))) = (windows.first(), windows.last()) else {
        return String::new();
    };
    let date = |at: Timestamp| zone.to_datetime(at).date();
    let just_before = |at: &Timestamp| at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(*at);
    let whole_days = zone.to_datetime(*from).time() == Time::midnight()
        && zone.to_datetime(*last).time() == Time::midnight();
    match windows.len() {
        1 if whole_days && date(*from) == date(just_before(last)) => told::date(date(*from), today),
        1 if whole_days => format!(
            "{} to {}",
            told::date(date(*from), today),
            told::date(date(just_before(last)), today)
        ),
        1 => told::stretch(*from, *last, zone, today),
        count => format!(
            "{} and {} more to {}",
            told::stretch(*from, *first, zone, today),
            count - 1,
            told::date(date(just_before(last)), today)
        ),
    }
}

fn nobody(canvas: &mut Canvas<'_>, app: &App, inner: Rect, table: &Timetable) {
    let room = inner.width.saturating_sub(2);
    let paint = canvas.paint;
    let words = "No time suits everyone; v says why.";
    canvas.put(inner.x + 1, inner.y, room, words, paint.warn());
    let Some((start, reasons)) = &table.miss else {
        return;
    };
    let here = &app.world.view.zone;
    let closest = told::moment_zoned(*start, here, table.today);
    let mut lines = vec![(format!("Closest is {closest}, but:"), paint.text())];
    lines.extend(reasons.iter().map(|reason| (reason.clone(), paint.dim())));
    // Nothing of a reason is cut: what does not fit into a line goes on in the next.
    let lines = lines.iter().flat_map(|(words, style)| {
        let words = text::clean_line(words).into_owned();
        let wrapped = text::wrap(&words, usize::from(room.max(10)));
        let wrapped: Vec<String> = wrapped.iter().map(|line| line.text.to_owned()).collect();
        wrapped.into_iter().map(|line| (line, *style))
    });
    for (y, (words, style)) in (inner.y + 1..inner.bottom()).zip(lines) {
        canvas.put(inner.x + 1, y, room, &words, style);
    }
}

/// When it is for whom, and who pays most.
fn offer_line(
    canvas: &Canvas<'_>,
    app: &App,
    table: &Timetable,
    offer: &Offer,
    number: usize,
    (here, width): (bool, u16),
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mine = &app.world.view.zone;
    let mark = if here { paint.glyphs().marker() } else { " " };
    let local = mine.to_datetime(offer.start);
    let date = told::date(local.date(), table.today);
    let dates = table.offers.iter().map(|offer| {
        let date = mine.to_datetime(offer.start).date();
        text::width(&told::date(date, table.today))
    });
    let cells = dates.max().unwrap_or(10);
    // The key that goes there stands beside the one that spares most.
    let fairest = if table.fairest == Some(offer.start) {
        "f"
    } else {
        " "
    };
    let mut line = vec![
        piece(format!("{mark}{number}"), paint.accent()),
        piece(format!("{fairest} "), paint.good()),
        piece(
            format!("{date:<cells$} {} ", told::time(offer.start, mine)),
            paint.strong(),
        ),
    ];
    // Who pays stands before the clocks of the others: it is what the order of the list is about.
    let pays = payer(canvas, table, offer, width < 80);
    line.push(if width < 50 {
        let used: u16 = line.iter().map(|piece| cells_of(&piece.text)).sum();
        let room = usize::from(width.saturating_sub(used + 1));
        // What it costs is never cut: it goes before the names.
        let words = if text::width(&pays.text) <= room {
            pays.text
        } else {
            let (who, cost) = payers(table, offer);
            format!("{cost} {who}")
        };
        piece(words, pays.style)
    } else {
        let cells = if width < 60 { 16 } else { 18 };
        piece(text::fit_left(&pays.text, cells).into_owned(), pays.style)
    });
    let missing: Vec<String> = (offer.costs.iter().enumerate())
        .filter(|(_, cost)| cost.is_none())
        .map(|(at, _)| name(table, at))
        .collect();
    let mut groups = Vec::new();
    if !missing.is_empty() {
        let words = format!(" without {}", missing.join(", "));
        groups.push(vec![piece(words, paint.warn())]);
    }
    // Where there is little room the time under the cursor is spelt out beside it.
    if width >= 50 {
        let others = clocks(table, offer.start, &[]).into_iter();
        groups.extend(others.filter(|one| !one.is(local)).map(|one| {
            let style = if one.there.date() == local.date() {
                paint.dim()
            } else {
                paint.accent()
            };
            let day = told::day_beside(one.there.date(), local.date());
            vec![
                piece(format!(" {} ", one.names), paint.info()),
                piece(format!("{day:<6} "), style),
                piece(told::time(offer.start, &one.zone), paint.text()),
            ]
        }));
        if table.fairest == Some(offer.start) && width >= 80 {
            groups.push(vec![piece("  fairest", paint.good())]);
        }
    }
    fitted(canvas, line, groups, width.saturating_sub(1))
}

/// Who pays most, the first of them by name, and how much.
fn payers(table: &Timetable, offer: &Offer) -> (String, String) {
    let most = offer.costs.iter().flatten().map(|cost| cost.total).max();
    let cost = cost_words(i64::from(most.unwrap_or(0)));
    let first = offer.payers.first().map(|at| name(table, *at));
    let first = first.unwrap_or_default();
    let who = match offer.payers.len() {
        0 | 1 => first,
        many => format!("{first} +{}", many - 1),
    };
    (who, cost)
}

fn payer(canvas: &Canvas<'_>, table: &Timetable, offer: &Offer, brief: bool) -> Piece {
    let paint = &canvas.paint;
    let (who, cost) = payers(table, offer);
    match (offer.payers.len(), offer.stretched.is_empty()) {
        (0, _) => piece("costs nobody", paint.good()),
        (_, true) if brief => piece(format!("at work, {who} {cost}"), paint.good()),
        (_, true) => piece(format!("all at work, {who} {cost}"), paint.good()),
        (1, false) => piece(format!("{who} pays {cost}"), paint.warn()),
        (_, false) => piece(format!("{who} pay {cost}"), paint.warn()),
    }
}

/// What it costs each of them.
fn split_line(canvas: &Canvas<'_>, table: &Timetable, offer: &Offer) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut pieces = Vec::new();
    for (at, cost) in offer.costs.iter().enumerate() {
        if !pieces.is_empty() {
            pieces.push(piece("  ", paint.dim()));
        }
        pieces.push(piece(format!("{} ", name(table, at)), paint.person()));
        let words = match cost {
            None => "cannot".to_owned(),
            Some(cost) if cost.total == 0 => "0".to_owned(),
            Some(cost) => {
                let total = cost_words(i64::from(cost.total));
                format!("{total} ({})", split_words(cost))
            }
        };
        pieces.push(piece(words, paint.dim()));
    }
    pieces
}

/// Who has paid how much so far, and whose turn it is.
pub(super) fn paid(canvas: &mut Canvas<'_>, area: Rect, table: &Timetable) {
    if area.height < 3 {
        return;
    }
    let title = "Who has paid";
    let right = format!("last {} meetings of them · f spares most", table.counted);
    let inner = canvas.frame(area, title, &right, false);
    if table.counted == 0 {
        canvas.remark(inner, "no meeting of these people is over yet");
        return;
    }
    let burdens: Vec<i64> = table.guests.iter().map(|guest| guest.burden).collect();
    bars(canvas, inner, table, &burdens);
}

/// Figures and who is to pay next in one line, where there is no room for bars.
pub(super) fn burdens(canvas: &Canvas<'_>, table: &Timetable, burdens: &[i64]) -> Vec<Vec<Piece>> {
    let most = burdens.iter().copied().max().unwrap_or(0);
    let least = burdens.iter().copied().min().unwrap_or(0);
    let paint = canvas.paint;
    (burdens.iter().enumerate())
        .map(|(at, burden)| {
            let next = if *burden == least && least < most {
                " next"
            } else {
                ""
            };
            vec![
                piece(format!("  {} ", name(table, at)), paint.person()),
                piece(cost_words(*burden), paint.strong()),
                piece(next, paint.good()),
            ]
        })
        .collect()
}

/// A bar a person, and who is to pay next.
pub(super) fn bars(canvas: &mut Canvas<'_>, inner: Rect, table: &Timetable, burdens: &[i64]) {
    let most = burdens.iter().copied().max().unwrap_or(0).max(1);
    let least = burdens.iter().copied().min().unwrap_or(0);
    let cells = usize::from(inner.width).saturating_sub(32).clamp(4, 40);
    let paint = canvas.paint;
    for (y, (at, burden)) in (inner.y..inner.bottom()).zip(burdens.iter().enumerate()) {
        let part = f64::from(i32::try_from(*burden).unwrap_or(i32::MAX));
        let whole = f64::from(i32::try_from(most).unwrap_or(i32::MAX));
        let bar = fine_bar(part, whole, cells, paint.glyphs());
        let next = if *burden == least && least < most {
            "  pays next"
        } else {
            ""
        };
        let line = [
            piece(
                text::fit_left(&name(table, at), 11).into_owned(),
                paint.person(),
            ),
            piece(format!("{:>6} ", cost_words(*burden)), paint.strong()),
            piece(bar, paint.warn()),
            piece(next, paint.good()),
        ];
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &line);
    }
}
