//! The funnel: stages with their figures, and the leads in them.

pub(super) mod lead;
mod reasons;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, piece};
use super::layout::{Breadth, above, beside};
use super::table::{self, Rows, cell, column, figure};
use crate::app::{App, FunnelFigures};
use crate::effect::RowState;
use crate::figure::{Figure, Footing, Share};
use crate::funnel::{Conversion, StageRow};
use crate::pane::{Focus, Place};
use crate::record::{Id, Lead, Stage};
use crate::text::{self, Glyphs};
use crate::when::clock;

/// Draws the funnel.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    let key = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor());
    let id = key.map(Id::<Lead>::new);
    if app.screen.zoom || breadth == Breadth::Narrow || area.height < 14 {
        match (&id, focus) {
            (Some(id), Focus::Detail) => lead::card(canvas, app, area, id, true),
            _ => list(canvas, app, area, true),
        }
        return;
    }
    let detail = |canvas: &mut Canvas<'_>, area: Rect| match &id {
        Some(id) => lead::card(canvas, app, area, id, focus == Focus::Detail),
        None => {
            canvas.frame(area, "Lead", "", focus == Focus::Detail);
        }
    };
    let stages = app
        .figures
        .funnel()
        .map_or(8, |figures| figures.table.rows.len());
    let wanted = u16::try_from(stages).unwrap_or(10) + 6;
    if breadth == Breadth::Huge {
        let (left, rest) = beside(area, area.width * 7 / 20);
        let (middle, right) = beside(rest, rest.width * 11 / 20);
        list(canvas, app, left, focus == Focus::List);
        let (top, bottom) = above(middle, wanted.min(middle.height / 2));
        picture(canvas, app, top, false);
        reasons::draw(canvas, app, bottom);
        detail(canvas, right);
        return;
    }
    if breadth == Breadth::Normal {
        let (top, rest) = above(area, (wanted - 4).min(area.height / 2));
        picture(canvas, app, top, false);
        if focus == Focus::Detail {
            detail(canvas, rest);
        } else if rest.height >= 18 {
            let (upper, lower) = above(rest, rest.height - 8);
            list(canvas, app, upper, true);
            detail(canvas, lower);
        } else {
            list(canvas, app, rest, true);
        }
        return;
    }
    let (top, rest) = above(area, wanted.min(area.height * 9 / 20));
    let (stages, groups) = beside(top, area.width * 2 / 3);
    picture(canvas, app, stages, false);
    reasons::draw(canvas, app, groups);
    let (left, right) = beside(rest, area.width * 11 / 20);
    list(canvas, app, left, focus == Focus::List);
    detail(canvas, right);
}

/// The sign of what is not known.
fn unknown(glyphs: Glyphs) -> &'static str {
    match glyphs {
        Glyphs::Unicode => "—",
        Glyphs::Ascii => "-",
    }
}

/// A column of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Step,
    StepRange,
    Cumulative,
    CumulativeRange,
    Days,
    Over,
}

impl Part {
    /// All columns, in the order in which they are dropped last: the step is the last to go.
    const BY_WORTH: [(Part, u16); 6] = [
        (Part::Step, 5),
        (Part::Over, 8),
        (Part::Days, 5),
        (Part::Cumulative, 5),
        (Part::StepRange, 13),
        (Part::CumulativeRange, 13),
    ];
    const IN_ORDER: [Part; 6] = [
        Part::Step,
        Part::StepRange,
        Part::Cumulative,
        Part::CumulativeRange,
        Part::Days,
        Part::Over,
    ];

    const fn title(self) -> &'static str {
        match self {
            Part::Step => "step",
            Part::Cumulative => "cum",
            Part::StepRange | Part::CumulativeRange => "95% of n",
            Part::Days => "days",
            Part::Over => "too long",
        }
    }

    const fn cells(self) -> u16 {
        match self {
            Part::Step | Part::Cumulative | Part::Days => 5,
            Part::StepRange | Part::CumulativeRange => 13,
            Part::Over => 8,
        }
    }

    /// Chooses the columns for a width, and how many cells are left for the bar.
    fn fit(width: u16) -> (Vec<Part>, u16) {
        let mut left = width.saturating_sub(21);
        let mut chosen = Vec::new();
        for (part, cells) in Self::BY_WORTH {
            if left >= cells + 9 {
                left -= cells + 1;
                chosen.push(part);
            }
        }
        let parts = Self::IN_ORDER
            .into_iter()
            .filter(|part| chosen.contains(part))
            .collect();
        (parts, left)
    }
}

/// Draws a bar a stage with count, conversion, median days and what stays too long.
pub(super) fn picture(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let leads = app.world.table::<Lead>().len();
    let Some(figures) = app.figures.funnel() else {
        canvas.frame(area, "Funnel", &format!("{leads} leads"), focused);
        return;
    };
    let right = title_figures(figures, leads);
    let inner = canvas.frame(area, "Funnel", &right, focused);
    let here = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor())
        .and_then(|key| app.world.table::<Lead>().record(key))
        .and_then(|lead| lead.stage.clone());
    let rows = &figures.table.rows;
    let most = rows.iter().map(|row| row.now.n).max().unwrap_or(1).max(1);
    let (parts, room) = Part::fit(inner.width);
    let stages = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let mut y = inner.y;
    if inner.height > stages {
        titles(canvas, inner, y, &parts, room);
        y += 1;
    }
    for row in rows {
        if y >= inner.bottom() {
            return;
        }
        let at = Rect {
            y,
            height: 1,
            ..inner
        };
        let current = here.as_ref() == Some(&row.stage);
        stage_line(canvas, at, figures, row, (&parts, room, most, current));
        y += 1;
    }
    notes(
        canvas,
        figures,
        Rect {
            y,
            height: inner.bottom().saturating_sub(y),
            ..inner
        },
    );
}

fn title_figures(figures: &FunnelFigures, leads: usize) -> String {
    let open: u64 = figures
        .table
        .rows
        .iter()
        .enumerate()
        .filter(|(at, _)| figures.table.signed.is_none_or(|signed| *at < signed))
        .map(|(_, row)| row.now.n)
        .sum();
    let signed = figures
        .table
        .signed
        .and_then(|at| figures.table.rows.get(at))
        .filter(|_| figures.history)
        .and_then(|row| row.cohort_cumulative.share.value());
    if !figures.history {
        return format!("{open} open");
    }
    let mut parts = vec![format!("{open} open of {leads}")];
    let ended = [(figures.lost, "lost"), (figures.parked, "parked")];
    parts.extend(
        ended
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{n} {what}")),
    );
    parts.extend(signed.map(|signed| format!("{:.0}% sign in 8 weeks", signed * 100.0)));
    parts.join(" · ")
}

fn titles(canvas: &mut Canvas<'_>, inner: Rect, y: u16, parts: &[Part], room: u16) {
    let dim = canvas.paint.dim();
    canvas.put(inner.x + 2, y, 13, "stage", dim);
    canvas.put_right(inner.x + 15, y, 4, "now", dim);
    let mut x = inner.x + 20 + room;
    for part in parts {
        canvas.put_right(x, y, part.cells(), part.title(), dim);
        x += part.cells() + 1;
    }
}

fn stage_line(
    canvas: &mut Canvas<'_>,
    at: Rect,
    figures: &FunnelFigures,
    row: &StageRow,
    (parts, room, most, current): (&[Part], u16, u64, bool),
) {
    let paint = canvas.paint;
    let style = if current {
        paint.accent()
    } else {
        paint.text()
    };
    if current {
        canvas.put(at.x, at.y, 1, paint.glyphs().marker(), style);
    }
    canvas.put(at.x + 2, at.y, 13, &row.name, style);
    let position = figures.table.rows.iter().position(|other| other == row);
    let won = position >= figures.table.signed && figures.table.signed.is_some();
    // Signed leads are read when they are asked for: until then their number is not known.
    let now = if won && !figures.history && row.now.n == 0 {
        unknown(paint.glyphs()).to_owned()
    } else {
        row.now.n.to_string()
    };
    canvas.put_right(at.x + 15, at.y, 4, &now, style);
    let bar = text::bar(
        crate::figure::real(row.now.n),
        crate::figure::real(most),
        usize::from(room.saturating_sub(1)),
        paint.glyphs(),
    );
    let bar_style = if won { paint.good() } else { paint.bar() };
    canvas.put(at.x + 20, at.y, room.saturating_sub(1), &bar, bar_style);
    let mut x = at.x + 20 + room;
    for part in parts {
        let (words, style) = part_words(canvas, figures, row, *part);
        canvas.put_right(x, at.y, part.cells(), &words, style);
        x += part.cells() + 1;
    }
}

fn part_words(
    canvas: &Canvas<'_>,
    figures: &FunnelFigures,
    row: &StageRow,
    part: Part,
) -> (String, Style) {
    let paint = &canvas.paint;
    let blank = || (unknown(paint.glyphs()).to_owned(), paint.dim());
    let worst = figures
        .hole
        .as_ref()
        .is_some_and(|hole| hole.into == row.stage);
    match part {
        _ if !figures.history && part != Part::Over => blank(),
        Part::Step => match row.cohort_step.and_then(|step| step.share.value()) {
            Some(_) if worst => (percent(row.cohort_step), paint.bad()),
            Some(_) => (percent(row.cohort_step), paint.strong()),
            None => blank(),
        },
        Part::StepRange => row
            .cohort_step
            .map_or_else(blank, |step| (range(&step.share), paint.dim())),
        Part::Cumulative => match row.cohort_cumulative.share.value() {
            Some(_) => (percent(Some(row.cohort_cumulative)), paint.text()),
            None => blank(),
        },
        Part::CumulativeRange => (range(&row.cohort_cumulative.share), paint.dim()),
        Part::Days => days(&row.time.median).map_or_else(blank, |days| (days, paint.text())),
        Part::Over if row.rot.over.hits > 0 => {
            let of = row
                .rot
                .yardstick
                .days()
                .map_or_else(String::new, |days| format!(">{days:.0}d"));
            (format!("{} {of}", row.rot.over.hits), paint.bad())
        }
        Part::Over => {
            let limit = row.rot.yardstick.days();
            let words = limit.map_or_else(String::new, |days| format!("{days:.0}d"));
            (words, paint.dim())
        }
    }
}

fn percent(step: Option<Conversion>) -> String {
    step.and_then(|step| step.share.value())
        .map_or_else(String::new, |share| format!("{:.0}%", share * 100.0))
}

/// Writes the interval where few were seen, and how many were: `31-74 of 17`, `of 240`.
pub(super) fn range(share: &Share) -> String {
    let n = share.of.n;
    if n == 0 {
        return String::new();
    }
    if !Footing::of(n).shows_interval() {
        return format!("of {n}");
    }
    let interval = share.interval();
    format!(
        "{:.0}-{:.0} of {n}",
        interval.lo * 100.0,
        interval.hi * 100.0
    )
}

fn days(median: &Figure) -> Option<String> {
    median.value.map(|days| format!("{days:.0}d"))
}

/// Says under the stages where most is lost, why, and what the stages do not show.
fn notes(canvas: &mut Canvas<'_>, figures: &FunnelFigures, area: Rect) {
    let paint = canvas.paint;
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    if !figures.history {
        lines.push(vec![piece("reading the ways of all leads", paint.dim())]);
    } else if let Some(hole) = &figures.hole {
        let name = |id: &Id<Stage>| {
            let row = figures.table.rows.iter().find(|row| row.stage == *id);
            row.map_or_else(|| id.to_string(), |row| row.name.clone())
        };
        let step = format!(
            "{} {} {}",
            name(&hole.from),
            paint.glyphs().arrow(),
            name(&hole.into)
        );
        let cost = hole.cost.value.map_or_else(String::new, |cost| {
            format!(" costs {cost:.1} signed a quarter")
        });
        lines.push(vec![
            piece("biggest hole ", paint.dim()),
            piece(step, paint.bad()),
            piece(cost, paint.text()),
        ]);
        lines.push(vec![
            piece("because      ", paint.dim()),
            piece(hole.cause.to_string(), paint.warn()),
        ]);
    }
    if figures.history {
        let words = format!(
            "skipped a stage {} · came back {} · steps within 28 days, cohort of 13 weeks",
            figures.table.skipped.n, figures.table.reopened.n
        );
        lines.push(vec![piece(words, paint.dim())]);
    }
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        canvas.line(area.x + 2, y, area.width.saturating_sub(3), line);
    }
}

fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::Funnel) else {
        return;
    };
    let right = format!("{} · by stage, longest first", shelf.list.len());
    let inner = canvas.frame(area, "Leads", &right, focused);
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &[
                "No open lead here.",
                "n l makes one, Esc clears the filter.",
            ],
        );
        return;
    }
    let columns = match inner.width {
        84.. => vec![
            column("name", 24),
            figure("days", 4),
            column("source", 9),
            column("next step", 0),
            figure("by", 9),
        ],
        50.. => vec![
            column("name", 20),
            figure("days", 4),
            column("next step", 0),
            figure("by", 9),
        ],
        _ => vec![column("name", 0), figure("days", 4), figure("by", 9)],
    };
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: inner.height > 4,
    };
    let group = |key: &str| {
        let lead = app.world.table::<Lead>().record(key)?;
        let id = lead.stage.as_ref()?;
        let count = app.screen.tally.rungs.get(id).copied().unwrap_or(0);
        let name = app.world.get(id).map_or(id.as_str(), |stage| &stage.name);
        Some(format!("{name} {count}"))
    };
    table::draw_grouped(canvas, inner, &rows, &columns, &group, |canvas, key| {
        row(canvas, app, key, columns.len())
    });
}

fn row(canvas: &Canvas<'_>, app: &App, key: &str, columns: usize) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<Lead>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let lead = &row.record;
    let stage = app.world.follow::<Stage>(lead.stage.as_ref());
    let days = lead
        .entered_at
        .map(|at| app.world.view.now.duration_since(at).as_hours() / 24);
    let over = lead.entered_at.is_some_and(|entered| {
        stage.is_some_and(|stage| stage.is_over_limit(entered, app.world.view.now))
    });
    let days_style = if over { paint.bad() } else { paint.dim() };
    let days = days.map_or_else(String::new, |days| format!("{days}d"));
    let mut cells = vec![
        cell(lead.name.clone(), paint.network()),
        cell(days, days_style),
    ];
    if columns > 4 {
        cells.push(cell(lead.source.to_string(), paint.dim()));
    }
    if columns > 3 {
        let step = if lead.next_step.is_empty() {
            piece("no next step", paint.warn())
        } else {
            piece(lead.next_step.clone(), paint.text())
        };
        cells.push(vec![step]);
    }
    let today = app.world.view.today();
    let due = lead
        .next_due
        .map(|date| clock::day_word(date, today))
        .unwrap_or_default();
    let late = lead.next_due.is_some_and(|date| date < today);
    cells.push(cell(due, if late { paint.bad() } else { paint.dim() }));
    (cells, row.state)
}
