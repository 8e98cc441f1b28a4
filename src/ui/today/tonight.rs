//! The meetings ahead, and the hours of this evening in which those whom I meet can come.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::meetings::{meeting_line, offices};
use super::upcoming;
use crate::app::App;
use crate::command::{Evening, Tonight};
use crate::ui::canvas::{Canvas, Piece, piece};
use crate::when::{clock, zone};

/// Rows of the evening that are shown at most.
const EVENINGS: usize = 3;

/// The meetings ahead, in my time and in theirs, and when whom I meet tonight can come.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let meetings = upcoming(app);
    let today = app.world.view.today();
    let on = |at: Timestamp| app.world.view.zone.to_datetime(at).date();
    let now = meetings.iter().filter(|(at, _)| on(*at) == today).count();
    let right = format!("{now} today · {} ahead", meetings.len());
    let short = zone::short_name(&zone::name(&app.world.view.zone));
    let title = format!("Meetings {} {short}", clock::date_stamp(today));
    let inner = canvas.frame(area, &title, &right, focused);
    let room = inner.width.saturating_sub(2);
    let rows = evening(canvas, app, room);
    // Half of it at most, and one line even where there are only three.
    let shown = match inner.height {
        0..=2 => 0,
        height => rows.len().min(usize::from(height / 2).min(EVENINGS)),
    };
    let last = inner.bottom() - u16::try_from(shown).unwrap_or(0);
    for (y, line) in (last..inner.bottom()).zip(&rows) {
        canvas.line(inner.x + 1, y, room, line);
    }
    if meetings.is_empty() {
        let dim = canvas.paint.dim();
        let words = "none ahead; n m makes one, 6 finds hours for all";
        canvas.put(inner.x + 1, inner.y, room, words, dim);
        return;
    }
    let mut day = None;
    for (y, (at, meeting)) in (inner.y..last).zip(meetings) {
        let date = on(at);
        let mut line = meeting_line(canvas, app, at, meeting);
        let word = if day == Some(date) {
            String::new()
        } else {
            format!("{} {}", clock::weekday_word(date.weekday()), date.day())
        };
        day = Some(date);
        line.insert(0, piece(format!("{word:<7}"), canvas.paint.accent()));
        canvas.line(inner.x + 1, y, room, &line);
    }
}

/// The rows of the evening, or when the others are at work where nobody is met.
fn evening(canvas: &Canvas<'_>, app: &App, room: u16) -> Vec<Vec<Piece>> {
    match app.figures.tonight() {
        Some(tonight) => (tonight.rows.iter().enumerate())
            .map(|(at, row)| line(canvas, app, tonight, row, at == 0))
            .collect(),
        None => Some(offices(canvas, app, room))
            .filter(|pieces| !pieces.is_empty())
            .into_iter()
            .collect(),
    }
}

/// Who, in which hours of mine, and the best of them on both clocks.
fn line(
    canvas: &Canvas<'_>,
    app: &App,
    tonight: &Tonight,
    row: &Evening,
    first: bool,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let here = &app.world.view.zone;
    let label = match (first, tonight.day == app.world.view.today()) {
        (false, _) => "",
        (true, true) => "tonight",
        (true, false) => "tomorrow",
    };
    let names: Vec<String> = (row.zones.iter())
        .map(|theirs| zone::short_name(&zone::name(theirs)))
        .collect();
    let who = if row.everyone && row.zones.len() > 1 {
        format!("all {}", row.people.len() + 1)
    } else {
        names.join("/")
    };
    let mut pieces = vec![
        piece(format!("{label:<8} "), paint.accent()),
        piece(format!("{who:<8} "), paint.info()),
    ];
    let Some(best) = row.best else {
        pieces.push(piece("no half hour suits", paint.dim()));
        return pieces;
    };
    for (from, to) in row.windows.iter().take(2) {
        let words = format!(
            "{}–{}  ",
            clock::time_of(*from, here),
            clock::time_of(*to, here)
        );
        pieces.push(piece(words, paint.good()));
    }
    if let Some(theirs) = row.zones.first() {
        let there = theirs.to_datetime(best);
        let style = if row.cost > 0 {
            paint.text()
        } else {
            paint.good()
        };
        let words = format!(
            "best {} = {} {} {}",
            clock::time_of(best, here),
            names.first().map_or("", String::as_str),
            clock::weekday_word(there.weekday()),
            clock::time(there.time())
        );
        pieces.push(piece(words, style));
    }
    pieces
}
