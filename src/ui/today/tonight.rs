//! The meetings ahead, and the hours of this evening in which those whom I meet can come.

use jiff::Timestamp;
use jiff::civil::Date;
use ratatui::layout::Rect;

use super::meetings::{meeting_line, offices};
use super::upcoming;
use crate::app::App;
use crate::command::Evening;
use crate::text;
use crate::ui::canvas::{Canvas, Piece, piece};
use crate::when::{clock, told, zone};

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
            ahead(date, today)
        };
        day = Some(date);
        line.insert(0, piece(format!("{word:<7}"), canvas.paint.accent()));
        canvas.line(inner.x + 1, y, room, &line);
    }
}

/// Names a day below a heading that has today's date: `Tue 17`, in another month `Tue 1 Dec`, with the year where that
/// is another one.
fn ahead(date: Date, today: Date) -> String {
    if date.year() == today.year() {
        told::day_beside(date, today)
    } else {
        told::date(date, today)
    }
}

/// The rows of the evening, or when the others are at work where nobody is met.
fn evening(canvas: &Canvas<'_>, app: &App, room: u16) -> Vec<Vec<Piece>> {
    let Some(tonight) = app.figures.tonight() else {
        let pieces = offices(canvas, app, room);
        return Some(pieces)
            .filter(|pieces| !pieces.is_empty())
            .into_iter()
            .collect();
    };
    let who: Vec<String> = tonight.rows.iter().map(who).collect();
    let cells = who.iter().map(|who| text::width(who)).max().unwrap_or(0);
    // The heading says which day today is, and whose clock this is.
    let label = if tonight.day == app.world.view.today() {
        "tonight".to_owned()
    } else {
        ahead(tonight.day, app.world.view.today())
    };
    let labels = std::iter::once(label.as_str()).chain(std::iter::repeat(""));
    (tonight.rows.iter().zip(&who).zip(labels))
        .map(|((row, who), label)| {
            let mut line = vec![
                piece(format!("{label:<7} "), canvas.paint.accent()),
                piece(
                    format!("{} ", text::fit_left(who, cells)),
                    canvas.paint.info(),
                ),
            ];
            let used = 8 + cells + 1;
            line.extend(hours(
                canvas,
                app,
                row,
                usize::from(room).saturating_sub(used),
            ));
            line
        })
        .collect()
}

/// All whom I meet by their number and mine, those who share a clock by its names.
fn who(row: &Evening) -> String {
    if row.everyone && row.zones.len() > 1 {
        return format!("all {}", row.people.len() + 1);
    }
    let names: Vec<String> = (row.zones.iter())
        .map(|theirs| zone::short_name(&zone::name(theirs)))
        .collect();
    names.join("/")
}

/// In which hours of mine, and the best start on both clocks.
fn hours(canvas: &Canvas<'_>, app: &App, row: &Evening, room: usize) -> Vec<Piece> {
    let paint = &canvas.paint;
    let here = &app.world.view.zone;
    let Some(best) = row.best else {
        return vec![piece("no half hour suits", paint.dim())];
    };
    let mut words = format!("best {}", told::time(best, here));
    if let Some(theirs) = row.zones.first() {
        let short = zone::short_name(&zone::name(theirs));
        let mine = here.to_datetime(best).date();
        words = format!("{words} {short} {}", told::beside(best, theirs, mine));
    }
    // The best start is seen whole; of the windows as many as there is room for, two at most.
    let mut pieces = Vec::new();
    let mut used = text::width(&words);
    for (from, to) in row.windows.iter().take(2) {
        let window = format!("{}–{} ", told::time(*from, here), told::time(*to, here));
        used += text::width(&window);
        if used > room && !pieces.is_empty() {
            break;
        }
        pieces.push(piece(window, paint.good()));
    }
    let style = if row.cost > 0 {
        paint.text()
    } else {
        paint.good()
    };
    pieces.push(piece(words, style));
    pieces
}
