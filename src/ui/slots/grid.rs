//! The grid of the slots place: a row a person, a column an instant.

use std::ops::Range;

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::super::canvas::{Canvas, piece};
use super::{look, words};
use crate::app::App;
use crate::command::{Guest, Timetable};
use crate::slots::Shade;
use crate::text;
use crate::when::{clock, told, zone};

/// The hour that is last where not the whole day fits: meetings lie in the afternoon and evening.
const LAST: usize = 23;
/// Fewer hours than this are not shown for the sake of broader cells.
const HOURS: usize = 15;

/// The part of a day that fits.
pub(super) struct Grid<'a> {
    app: &'a App,
    table: &'a Timetable,
    first: usize,
    shown: usize,
    cursor: usize,
    /// Columns of a cell.
    wide: u16,
    /// Columns of the names.
    label: u16,
    /// Cells of an hour.
    hour: usize,
    /// Whether a person has one row instead of two.
    compact: bool,
}

impl<'a> Grid<'a> {
    pub(super) fn new(app: &'a App, table: &'a Timetable, inner: Rect, compact: bool) -> Self {
        let label = match inner.width {
            100.. => 21,
            58.. => 17,
            _ => 12,
        };
        let hour = app.screen.slots.cells_an_hour();
        let room = inner.width.saturating_sub(label + 1);
        let wide = (1..=8_u16)
            .rev()
            .find(|wide| usize::from(room / wide) / hour >= HOURS)
            .unwrap_or(1);
        let whole = table.cells.len();
        // Whole hours only, so that a column begins with its label.
        let shown = (usize::from(room / wide) / hour * hour).min(whole);
        let cursor = app.screen.slots.cell.min(whole.saturating_sub(1));
        let usual = (LAST * hour).min(whole).saturating_sub(shown);
        let first = if cursor < usual {
            cursor / hour * hour
        } else if cursor >= usual + shown {
            (cursor + hour).saturating_sub(shown) / hour * hour
        } else {
            usual
        };
        Self {
            app,
            table,
            first: first.min(whole.saturating_sub(shown)),
            shown,
            cursor,
            wide,
            label,
            hour,
            compact,
        }
    }

    /// Counts the people for whom there is a row.
    pub(super) fn people_shown(&self, inner: Rect) -> usize {
        let (top, step) = if self.compact { (1, 1) } else { (0, 2) };
        let room = inner.height.saturating_sub(top + 1) / step;
        usize::from(room).min(self.table.guests.len())
    }

    fn visible(&self) -> Range<usize> {
        self.first..(self.first + self.shown).min(self.table.cells.len())
    }

    fn x(&self, inner: Rect, half: usize) -> u16 {
        let column = u16::try_from(half.saturating_sub(self.first)).unwrap_or(0);
        inner.x + self.label + column * self.wide
    }

    /// Draws what fits: the people, who is free, in which hours everyone is, and the legend.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, inner: Rect) {
        let mut y = inner.y;
        if self.compact {
            let zone = self.app.world.view.zone.clone();
            self.hours(canvas, inner, y, &zone);
            let words = told::date(self.table.day, self.table.today);
            let style = canvas.paint.strong();
            canvas.put(inner.x + 1, y, self.label.saturating_sub(2), &words, style);
            y += 1;
        }
        let step = if self.compact { 1 } else { 2 };
        let top = y;
        for guest in &self.table.guests {
            if y + step >= inner.bottom() {
                break;
            }
            self.guest(canvas, inner, y, guest);
            y += step;
        }
        if y < inner.bottom() {
            self.free(canvas, inner, y);
            y += 1;
        }
        self.cursor(canvas, inner, top, y);
        if y < inner.bottom() {
            self.everyone(canvas, inner, y);
            y += 1;
        }
        if y < inner.bottom() && !self.compact {
            self.legend(canvas, inner, y);
        }
    }

    fn guest(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16, guest: &Guest) {
        let Some(person) = self.app.world.get(&guest.person) else {
            return;
        };
        let paint = canvas.paint;
        let short = zone::short_name(&person.zone);
        let room = usize::from(self.label).saturating_sub(text::width(&short) + 3);
        let name = text::clean_line(&person.name);
        let name = text::fit_left(&name, room).into_owned();
        let label = [
            piece(format!("{name} "), paint.person()),
            piece(short, paint.info()),
        ];
        canvas.line(inner.x + 1, y, self.label.saturating_sub(2), &label);
        if self.compact {
            self.bars(canvas, inner, y, guest);
            return;
        }
        self.hours(canvas, inner, y, &guest.zone);
        let ends = (
            self.table.cells.get(self.first),
            self.table.cells.get(self.visible().end.saturating_sub(1)),
        );
        if let (Some(first), Some(last)) = ends {
            // Where clocks change in what is shown, both are true.
            let (words, later) = (self.beside_me(guest, *first), self.beside_me(guest, *last));
            let words = if words == later {
                words
            } else {
                format!("{} → {later}", words.trim_end_matches(" h"))
            };
            let cells = self.label.saturating_sub(2);
            canvas.put(inner.x + 1, y + 1, cells, &words, paint.dim());
        }
        self.bars(canvas, inner, y + 1, guest);
    }

    /// Says how far a clock is ahead of mine.
    fn beside_me(&self, guest: &Guest, at: Timestamp) -> String {
        let mine = self.app.world.view.zone.to_offset(at).seconds();
        let minutes = (guest.zone.to_offset(at).seconds() - mine) / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        match (hours, rest) {
            (0, 0) => "my clock".to_owned(),
            (_, 0) => format!("{sign}{hours} h"),
            _ => format!("{sign}{hours}:{rest:02} h"),
        }
    }

    /// The local hours above the bars; where a date begins stands the day. Where no cell begins with an hour, as
    /// in Kathmandu, the minutes stand beside it.
    fn hours(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16, theirs: &jiff::tz::TimeZone) {
        let paint = canvas.paint;
        let an_hour = self.wide * u16::try_from(self.hour).unwrap_or(1);
        let step = i8::try_from(self.table.step.min(60)).unwrap_or(60);
        let end = inner.right();
        for cell in self.visible() {
            let Some(at) = self.table.cells.get(cell) else {
                continue;
            };
            let local = theirs.to_datetime(*at);
            if local.minute() >= step {
                continue;
            }
            let x = self.x(inner, cell);
            let (words, style) = if local.hour() == 0 {
                let word = clock::weekday_word(local.weekday()).to_owned();
                (word, paint.accent())
            } else if local.minute() == 0 {
                (format!("{:02}", local.hour()), paint.dim())
            } else {
                (clock::time(local.time()), paint.dim())
            };
            // As many hours are left out as the words need.
            let every = (super::super::canvas::cells_of(&words) / an_hour.max(1)) + 1;
            let every = i8::try_from(every).unwrap_or(24);
            if local.hour() == 0 || local.hour() % every == 0 {
                let room = (an_hour * u16::try_from(every).unwrap_or(1)).min(end - x);
                if room > 1 {
                    canvas.put(x, y, room, &words, style);
                }
            }
        }
    }

    fn bars(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16, guest: &Guest) {
        for half in self.visible() {
            let Some(shade) = guest.cells.get(half) else {
                continue;
            };
            let (mark, style) = look(canvas, *shade);
            let bar = mark.repeat(usize::from(self.wide));
            canvas.put(self.x(inner, half), y, self.wide, &bar, style);
        }
        if self.compact {
            self.hours_in_bars(canvas, inner, y, guest);
        }
    }

    /// Writes the local hour into the bar of an hour that is of one kind throughout, so that nothing is hidden:
    /// its last column still says which kind.
    fn hours_in_bars(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16, guest: &Guest) {
        let an_hour = usize::from(self.wide) * self.hour;
        for cell in self.visible() {
            let hour = guest.cells.get(cell..cell + self.hour).unwrap_or_default();
            let Some(at) = self.table.cells.get(cell) else {
                continue;
            };
            let local = guest.zone.to_datetime(*at);
            let alike = hour
                .first()
                .filter(|first| hour.iter().all(|one| one == *first));
            let first = u32::try_from(local.minute()).unwrap_or(0) < self.table.step;
            let shade = match (alike, hour.first()) {
                (Some(shade), _) if first => shade,
                // An hour of several kinds stands behind the mark of its first cell: whole where that has three columns,
                // else its last digit, and the hours beside it say the rest.
                (None, Some(shade)) if first && self.wide >= 2 && local.hour() != 0 => {
                    let words = if self.wide >= 3 {
                        format!("{:02}", local.hour())
                    } else {
                        (local.hour() % 10).to_string()
                    };
                    let style = look(canvas, *shade).1;
                    canvas.put(self.x(inner, cell) + 1, y, self.wide - 1, &words, style);
                    continue;
                }
                _ => continue,
            };
            let whole = clock::time(local.time());
            let (words, style) = if local.hour() == 0 {
                let word = clock::weekday_word(local.weekday());
                (word.to_owned(), canvas.paint.accent())
            } else if local.minute() == 0 {
                (format!("{:02}", local.hour()), look(canvas, *shade).1)
            } else if usize::from(super::super::canvas::cells_of(&whole)) < an_hour {
                // No cell begins with the hour, as in Kathmandu.
                (whole, look(canvas, *shade).1)
            } else {
                (format!("{:02}:", local.hour()), look(canvas, *shade).1)
            };
            let cells = super::super::canvas::cells_of(&words);
            if usize::from(cells) < an_hour {
                canvas.put(self.x(inner, cell), y, cells, &words, style);
            }
        }
    }

    /// How many are free in each half hour.
    fn free(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16) {
        let paint = canvas.paint;
        let whole = self.table.guests.len();
        let title = format!("free of {whole}");
        let cells = self.label.saturating_sub(2);
        canvas.put(inner.x + 1, y, cells, &title, paint.dim());
        for half in self.visible() {
            let count = self.table.free(half);
            let x = self.x(inner, half);
            if count == whole {
                let style = paint.chip(paint.theme.good);
                let words = format!("{count:^cells$}", cells = usize::from(self.wide));
                canvas.put(x, y, self.wide, &words, style);
            } else if count > 0 {
                let style = if count + 1 == whole {
                    paint.text()
                } else {
                    paint.dim()
                };
                let words = format!("{count:^cells$}", cells = usize::from(self.wide));
                canvas.put(x, y, self.wide, &words, style);
            }
        }
    }

    /// Tints the meeting under the cursor across all people.
    fn cursor(&self, canvas: &mut Canvas<'_>, inner: Rect, top: u16, bottom: u16) {
        let length = usize::try_from(self.table.minutes)
            .unwrap_or(60)
            .div_ceil(usize::try_from(self.table.step.max(1)).unwrap_or(30));
        let meeting = self.cursor..self.cursor + length;
        let style = canvas.paint.cursor();
        for half in self.visible().filter(|half| meeting.contains(half)) {
            let column = Rect {
                x: self.x(inner, half),
                y: top,
                width: self.wide,
                height: bottom.saturating_sub(top),
            };
            canvas.tint(column, style);
        }
    }

    /// The stretches of the day in which everyone is free.
    fn everyone(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16) {
        let paint = canvas.paint;
        let whole = self.table.guests.len();
        let stretches = self.stretches();
        let (words, style) = if stretches.is_empty() {
            let best = (0..self.table.cells.len())
                .max_by_key(|half| (self.table.free(*half), std::cmp::Reverse(*half)));
            let best = best.and_then(|half| {
                let at = self.table.cells.get(half)?;
                let here = &self.app.world.view.zone;
                let time = told::moment_zoned(*at, here, self.table.today);
                Some(format!(
                    "no cell suits all; {time} suits {} of {whole}",
                    self.table.free(half)
                ))
            });
            (best.unwrap_or_default(), paint.warn())
        } else {
            let here = zone::short_name(&zone::name(&self.app.world.view.zone));
            let day = told::date(self.table.day, self.table.today);
            let words = format!("everyone, {day} {here}  {}", stretches.join("  "));
            (words, paint.good())
        };
        let room = inner.width.saturating_sub(2);
        canvas.put(inner.x + 1, y, room, &words, style);
    }

    /// What the marks mean; those of the night budget where there are any.
    fn legend(&self, canvas: &mut Canvas<'_>, inner: Rect, y: u16) {
        let dim = canvas.paint.dim();
        let shown = |shade: Shade| {
            let cells = |guest: &Guest| {
                guest
                    .cells
                    .get(self.visible())
                    .unwrap_or_default()
                    .contains(&shade)
            };
            self.table.guests.iter().any(cells)
        };
        let mut pieces = Vec::new();
        for shade in [
            Shade::Preferred,
            Shade::Working,
            Shade::Acceptable,
            Shade::Busy,
            Shade::NightsUsedUp,
            Shade::Closed,
        ] {
            if shade == Shade::NightsUsedUp && !shown(shade) {
                continue;
            }
            let (mark, style) = look(canvas, shade);
            pieces.push(piece(format!("{mark}{mark} "), style));
            pieces.push(piece(format!("{}  ", words(shade)), dim));
        }
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &pieces);
    }

    fn stretches(&self) -> Vec<String> {
        let whole = self.table.guests.len();
        let zone = &self.app.world.view.zone;
        let mut found: Vec<(usize, usize)> = Vec::new();
        for half in (0..self.table.cells.len()).filter(|half| self.table.free(*half) == whole) {
            match found.last_mut() {
                Some((_, end)) if *end == half => *end = half + 1,
                _ => found.push((half, half + 1)),
            }
        }
        let time = |half: usize| {
            let last = self.table.cells.last().copied();
            let at = self.table.cells.get(half).copied();
            let step = jiff::SignedDuration::from_mins(i64::from(self.table.step));
            let at = at.or_else(|| last?.checked_add(step).ok());
            at.map(|at| told::time(at, zone)).unwrap_or_default()
        };
        found
            .into_iter()
            .map(|(start, end)| format!("{}–{}", time(start), time(end)))
            .collect()
    }
}
