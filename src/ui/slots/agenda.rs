//! The meetings of the week that begins with the day shown: today's, then the others.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, cells_of, piece};
use super::{columns, fitted};
use crate::app::App;
use crate::command::{Timetable, agenda};
use crate::pane::Focus;
use crate::record::{Meeting, MeetingState};
use crate::text;
use crate::when::{told, zone};

/// Lists the meetings of a week, the one under the cursor with its verbs.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    if area.height < 3 {
        return;
    }
    let rows = agenda(&app.world, table.day);
    let focused = app.screen.focus == Focus::Detail;
    let right = if focused {
        "C confirm · D decline · M move · F free · e .ics".to_owned()
    } else {
        format!("{} in 7 days · Tab", rows.len())
    };
    let here = zone::short_name(&zone::name(&app.world.view.zone));
    let title = format!(
        "Meetings from {} {here}",
        told::date(table.day, table.today)
    );
    let inner = canvas.frame(area, &title, &right, focused);
    if rows.is_empty() {
        canvas.remark(
            inner,
            "none this week; Enter holds the time under the cursor",
        );
        return;
    }
    let chosen = rows
        .iter()
        .position(|(_, id)| Some(id) == app.screen.slots.meeting.as_ref())
        .unwrap_or(0);
    let height = usize::from(inner.height);
    // The one under the cursor has a second line.
    let first = if focused {
        (chosen + 2).saturating_sub(height)
    } else {
        0
    };
    let mut y = inner.y;
    for (at, (start, id)) in rows.iter().enumerate().skip(first) {
        let Some(meeting) = app.world.get(id).filter(|_| y < inner.bottom()) else {
            continue;
        };
        let here = focused && at == chosen;
        let marker = if here {
            canvas.paint.glyphs().marker()
        } else {
            " "
        };
        let mut line = vec![piece(marker, canvas.paint.accent())];
        let room = inner.width.saturating_sub(2);
        let when = (*start, table.today);
        line.extend(meeting_line(canvas, app, when, meeting, room));
        canvas.line(inner.x, y, inner.width.saturating_sub(1), &line);
        if here {
            let row = Rect {
                y,
                height: 1,
                ..inner
            };
            let style = canvas.paint.cursor();
            canvas.tint(row, style);
            y += 1;
            if y < inner.bottom() {
                let words = whole(app, when, meeting);
                let dim = canvas.paint.dim();
                canvas.put(inner.x + 3, y, inner.width.saturating_sub(4), &words, dim);
            }
        }
        y += 1;
    }
}

/// What the row of a meeting may have no room for: until when it is held, when it is for the others, what it is about.
fn whole(app: &App, (at, today): (Timestamp, Date), meeting: &Meeting) -> String {
    let until = (meeting.expires_at)
        .filter(|_| meeting.state != MeetingState::Confirmed)
        .map(|at| told::moment_zoned(at, &app.world.view.zone, today))
        .map(|at| format!("held until {at}"));
    let mut parts: Vec<String> = until.into_iter().collect();
    parts.extend(other_clocks(app, at, meeting));
    parts.push(meeting.title.clone());
    parts.join(" · ")
}

/// Says the meeting under the cursor.
pub(super) fn spoken(app: &App, table: &Timetable) -> Option<String> {
    let rows = agenda(&app.world, table.day);
    let chosen = (rows.iter()).position(|(_, id)| Some(id) == app.screen.slots.meeting.as_ref());
    let at = chosen.unwrap_or(0);
    let (start, id) = rows.get(at)?;
    let words = sentence(app, table, *start, app.world.get(id)?);
    Some(format!("{}: {words}", at + 1))
}

/// Says the meetings of the week.
pub(super) fn spoken_all(app: &App, table: &Timetable) -> Vec<String> {
    let rows = agenda(&app.world, table.day);
    let from = told::date(table.day, table.today);
    let mut lines = vec![format!(
        "Meetings of 7 days from {from}: C confirms, D declines, M moves, F gives free, e writes .ics."
    )];
    lines.extend(rows.iter().zip(1..).filter_map(|((start, id), number)| {
        let words = sentence(app, table, *start, app.world.get(id)?);
        Some(format!("{number} {words}"))
    }));
    lines
}

fn sentence(app: &App, table: &Timetable, at: Timestamp, meeting: &Meeting) -> String {
    let here = &app.world.view.zone;
    let state = match meeting.state {
        MeetingState::Confirmed => "confirmed",
        MeetingState::Held => "held",
        _ => "proposed",
    };
    let until = (meeting.expires_at)
        .filter(|_| meeting.state != MeetingState::Confirmed)
        .map(|at| format!(" until {}", told::moment_zoned(at, here, table.today)))
        .unwrap_or_default();
    let mut parts = vec![
        told::moment_zoned(at, here, table.today),
        meeting.title.clone(),
        format!("{state}{until}"),
    ];
    parts.extend(other_clocks(app, at, meeting));
    format!("{}.", parts.join(", "))
}

/// How many lines the meetings of the week take where they have no frame.
pub(super) fn strip_rows(app: &App, table: &Timetable) -> u16 {
    let rows = agenda(&app.world, table.day).len().max(1);
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// The meetings of the week without a frame, where there is no room for one: how many, and the next of them.
pub(super) fn strip(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let rows = agenda(&app.world, table.day);
    let short = zone::short_name(&zone::name(&app.world.view.zone));
    let paint = canvas.paint;
    let head = [
        piece(" Tab ", paint.key()),
        piece(format!("{} in 7 days, {short}: ", rows.len()), paint.dim()),
    ];
    let used = canvas.line(area.x, area.y, area.width, &head);
    if rows.is_empty() {
        canvas.put(
            area.x + used,
            area.y,
            area.width.saturating_sub(used),
            "no meetings",
            paint.dim(),
        );
        return;
    }
    let room = area.width.saturating_sub(used);
    let shown = usize::from(area.height).min(rows.len());
    for ((y, (at, id)), number) in (area.y..area.bottom()).zip(&rows).zip(1..) {
        let Some(meeting) = app.world.get(id) else {
            continue;
        };
        let more = if number == shown {
            rows.len() - shown
        } else {
            0
        };
        let words = if more > 0 {
            format!(" +{more}")
        } else {
            String::new()
        };
        let cells = room.saturating_sub(cells_of(&words));
        let line = meeting_line(canvas, app, (*at, table.today), meeting, cells);
        let x = area.x + used;
        let end = canvas.line(x, y, cells, &line);
        canvas.put(x + end, y, cells_of(&words), &words, paint.key());
    }
}

/// Writes a meeting in a line: when for me, how firm, what, until when it is held, and when for the others; what does
/// not fit is left out whole, and the title gives way first.
fn meeting_line(
    canvas: &Canvas<'_>,
    app: &App,
    (at, today): (Timestamp, Date),
    meeting: &Meeting,
    room: u16,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let here = &app.world.view.zone;
    let (mark, state) = match meeting.state {
        MeetingState::Confirmed => ("", paint.good()),
        MeetingState::Held => ("hold ", paint.warn()),
        _ => ("asked ", paint.info()),
    };
    let expires = meeting
        .expires_at
        .filter(|_| meeting.state != MeetingState::Confirmed)
        .map(|at| format!("until {}  ", told::moment(at, here, today)))
        .unwrap_or_default();
    let local = here.to_datetime(at);
    let date = told::date(local.date(), today);
    let ends = meeting
        .end
        .filter(|end| end.duration_since(at) < SignedDuration::from_hours(24))
        .map(|end| format!("–{}", told::time(end, here)))
        .unwrap_or_default();
    let head = vec![
        piece(format!("{date:<10} "), paint.dim()),
        piece(format!("{}{ends}  ", told::time(at, here)), paint.strong()),
        piece(mark, state),
    ];
    let title = text::clean_line(&meeting.title);
    let wide = cells_of(&title);
    let left = room.saturating_sub(columns(&head) + 2);
    // A title of a dozen columns is worth more than until when it is held, and that more than the other clocks.
    let until = cells_of(&expires);
    let until = if left >= until + wide.min(14) {
        until
    } else {
        0
    };
    let mut others = others(canvas, app, at, meeting);
    let first = others.first().map_or(0, |one| columns(one) + 1);
    if left < until + first + wide.min(14) {
        others.clear();
    }
    let clocks = if others.is_empty() { 0 } else { first };
    let cells = left.saturating_sub(until + clocks);
    let title = text::truncate(&title, usize::from(cells.max(4))).into_owned();
    let mut line = head;
    line.push(piece(format!("{title}  "), paint.text()));
    let until = (until > 0).then(|| vec![piece(expires, paint.warn())]);
    fitted(canvas, line, until.into_iter().chain(others), room)
}

/// When a meeting is for the others, a group for each zone.
fn others(canvas: &Canvas<'_>, app: &App, at: Timestamp, meeting: &Meeting) -> Vec<Vec<Piece>> {
    let dim = canvas.paint.dim();
    (other_clocks(app, at, meeting).into_iter())
        .map(|words| vec![piece(format!("{words}  "), dim)])
        .collect()
}

/// When a meeting is for the others, by zone: `SHA Wed 18 08:00`.
fn other_clocks(app: &App, at: Timestamp, meeting: &Meeting) -> Vec<String> {
    let here = &app.world.view.zone;
    let mine = here.to_datetime(at).date();
    let mut zones = vec![zone::name(here)];
    let mut groups = Vec::new();
    for attendee in &meeting.attendees {
        let Some(person) = app.world.get(&attendee.person) else {
            continue;
        };
        if person.zone.is_empty() || zones.contains(&person.zone) {
            continue;
        }
        zones.push(person.zone.clone());
        let Ok(theirs) = zone::load(&person.zone) else {
            continue;
        };
        let short = zone::short_name(&person.zone);
        groups.push(format!("{short} {}", told::beside(at, &theirs, mine)));
    }
    groups
}
