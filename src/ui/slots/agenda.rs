//! The meetings of the week that begins with the day shown: today's, then the others.

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, piece};
use crate::app::App;
use crate::command::{Timetable, agenda};
use crate::pane::Focus;
use crate::record::{Meeting, MeetingState};
use crate::text;
use crate::when::{clock, zone};

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
    let title = format!("Meetings from {} {here}", clock::date_stamp(table.day));
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
    let first = if focused {
        (chosen + 1).saturating_sub(height)
    } else {
        0
    };
    let mut before = None;
    for (at, (y, (start, id))) in (inner.y..inner.bottom())
        .zip(rows.iter().skip(first))
        .enumerate()
    {
        let Some(meeting) = app.world.get(id) else {
            continue;
        };
        let date = app.world.view.zone.to_datetime(*start).date();
        let dated = before != Some(date);
        before = Some(date);
        let here = focused && at + first == chosen;
        let marker = if here {
            canvas.paint.glyphs().marker()
        } else {
            " "
        };
        let mut line = vec![piece(marker, canvas.paint.accent())];
        line.extend(meeting_line(canvas, app, *start, meeting, dated));
        canvas.line(inner.x, y, inner.width.saturating_sub(1), &line);
        if here {
            let row = Rect {
                y,
                height: 1,
                ..inner
            };
            let style = canvas.paint.cursor();
            canvas.tint(row, style);
        }
    }
}

/// The meetings of the week in one line, where there is no room for more: how many, and the next of them.
pub(super) fn strip(canvas: &mut Canvas<'_>, app: &App, area: Rect, table: &Timetable) {
    let rows = agenda(&app.world, table.day);
    let here = &app.world.view.zone;
    let short = zone::short_name(&zone::name(here));
    let paint = canvas.paint;
    let mut line = vec![
        piece(" Tab ", paint.key()),
        piece(format!("{} in 7 days, {short}: ", rows.len()), paint.dim()),
    ];
    let mut used = 0;
    let room = usize::from(area.width.saturating_sub(26));
    let mut before = None;
    for (at, id) in &rows {
        let Some(meeting) = app.world.get(id) else {
            continue;
        };
        let (mark, style) = match meeting.state {
            MeetingState::Confirmed => ("", paint.text()),
            MeetingState::Held => ("hold ", paint.warn()),
            _ => ("asked ", paint.info()),
        };
        let title = text::clean_line(&meeting.title);
        let title = text::truncate(&title, 22);
        // The date stands before the first meeting of it.
        let date = here.to_datetime(*at).date();
        let stamp = if before == Some(date) {
            clock::time_of(*at, here)
        } else {
            clock::stamp(*at, here)
        };
        before = Some(date);
        used += text::width(&stamp) + text::width(mark) + text::width(&title) + 4;
        if used > room {
            line.push(piece("…", paint.dim()));
            break;
        }
        line.push(piece(format!("{stamp} "), paint.strong()));
        line.push(piece(format!("{mark}{title}  "), style));
    }
    if rows.is_empty() {
        line.push(piece("no meetings", paint.dim()));
    }
    canvas.line(area.x, area.y, area.width, &line);
}

/// Writes a meeting in a line: when for me, how firm, what, and when for the others.
fn meeting_line(
    canvas: &Canvas<'_>,
    app: &App,
    at: Timestamp,
    meeting: &Meeting,
    dated: bool,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let (mark, state) = match meeting.state {
        MeetingState::Confirmed => ("", paint.good()),
        MeetingState::Held => ("hold ", paint.warn()),
        _ => ("asked ", paint.info()),
    };
    let expires = meeting
        .expires_at
        .filter(|_| meeting.state != MeetingState::Confirmed)
        .map(|at| format!("until {}  ", clock::stamp(at, &app.world.view.zone)));
    let local = app.world.view.zone.to_datetime(at);
    let date = if dated {
        clock::date_stamp(local.date())
    } else {
        String::new()
    };
    let ends = meeting
        .end
        .filter(|end| end.duration_since(at) < SignedDuration::from_hours(24))
        .map(|end| format!("–{}", clock::time_of(end, &app.world.view.zone)))
        .unwrap_or_default();
    let mut pieces = vec![
        piece(format!("{date:<10} "), paint.dim()),
        piece(
            format!("{}{ends}  ", clock::time(local.time())),
            paint.strong(),
        ),
        piece(mark, state),
        piece(format!("{}  ", meeting.title), paint.text()),
        piece(expires.unwrap_or_default(), paint.warn()),
    ];
    let mut zones = vec![zone::name(&app.world.view.zone)];
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
        let there = theirs.to_datetime(at);
        let words = format!(
            "{} {}  ",
            zone::short_name(&person.zone),
            clock::day_stamp(there)
        );
        pieces.push(piece(words, paint.dim()));
    }
    pieces
}
