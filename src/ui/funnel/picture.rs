//! A bar a stage: how many stand there, how many came on, how long they stay, where most is lost.

use std::fmt::Write as _;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::canvas::{Canvas, Piece, piece, whole_parts};
use crate::app::{App, FunnelFigures};
use crate::figure::real;
use crate::funnel::{Basis, Report, StageRow, balance_words, basis_words, short_range, too_long};
use crate::pane::Place;
use crate::record::{Id, Lead, Stage};
use crate::text::{self, Glyphs};
use crate::when::clock;

/// The sign of what is not known.
pub(super) fn unknown(glyphs: Glyphs) -> &'static str {
    match glyphs {
        Glyphs::Unicode => "—",
        Glyphs::Ascii => "-",
    }
}

/// Of fewer stays than these nothing is said without its interval.
const FEW: u64 = 10;

/// A column of the picture. A share never stands without what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Step,
    ShortStep,
    Cumulative,
    ShortCumulative,
    Days,
    LongDays,
    Open,
    Over,
}

use Part::{Cumulative, Days, LongDays, Open, Over, ShortCumulative, ShortStep, Step};

impl Part {
    /// The sets of columns, the richest first.
    const SETS: [&'static [Part]; 6] = [
        &[Step, Cumulative, LongDays, Over],
        &[Step, Cumulative, Days, Open, Over],
        &[ShortStep, ShortCumulative, Days, Open, Over],
        &[ShortStep, Days, Open, Over],
        &[ShortStep, Over],
        &[ShortStep],
    ];

    const fn cells(self) -> u16 {
        match self {
            Step | Cumulative => 17,
            ShortStep | ShortCumulative => 14,
            Days => 4,
            Open => 7,
            LongDays => 29,
            Over => 8,
        }
    }

    /// Chooses the columns for a width, and how many cells are left for the bar.
    fn fit(width: u16) -> (&'static [Part], u16) {
        let left = width.saturating_sub(21);
        let taken = |set: &[Part]| set.iter().map(|part| part.cells() + 1).sum::<u16>();
        let set = Self::SETS.into_iter().find(|set| left >= taken(set) + 5);
        let set = set.unwrap_or(&[]);
        (set, left.saturating_sub(taken(set)))
    }
}

/// Draws a bar a stage with count, conversion, median days and what stays too long.
pub(in crate::ui) fn picture(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let leads = app.world.table::<Lead>().len();
    let Some(figures) = app.figures.funnel() else {
        canvas.frame(area, "Funnel", &text::counted(leads, "lead"), focused);
        return;
    };
    let inner = canvas.frame(area, "Funnel", &title_figures(figures, leads), focused);
    foot(canvas, app, figures, area);
    let here = app
        .screen
        .shelf(Place::Funnel)
        .and_then(|shelf| shelf.list.cursor())
        .and_then(|key| app.world.table::<Lead>().record(key))
        .and_then(|lead| lead.stage.clone());
    let rows = &figures.report.table.rows;
    // All who ever signed would dwarf those who are worked on.
    let signed = figures.report.table.signed.unwrap_or(rows.len());
    let open = rows.iter().take(signed);
    let most = open.map(|row| row.now.n).max().unwrap_or(1).max(1);
    let (parts, room) = Part::fit(inner.width);
    let stages = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let basis = app.screen.funnel.basis;
    let mut y = inner.y;
    if inner.height > stages {
        titles(canvas, inner, y, parts, room);
        y += 1;
    }
    for (rung, row) in rows.iter().enumerate() {
        if y >= inner.bottom() {
            return;
        }
        let at = Rect {
            y,
            height: 1,
            ..inner
        };
        let line = Line {
            row,
            current: here.as_ref() == Some(&row.stage),
            won: figures
                .report
                .table
                .signed
                .is_some_and(|signed| rung >= signed),
            first: rung == 0,
            most,
            basis,
        };
        line.draw(canvas, at, figures, (parts, room));
        y += 1;
    }
    let area = Rect {
        y,
        height: inner.bottom().saturating_sub(y),
        ..inner
    };
    notes(canvas, app, figures, here.as_ref(), area);
}

fn title_figures(figures: &FunnelFigures, leads: usize) -> String {
    let report = &figures.report;
    if !figures.history {
        return format!("{} open", report.open.n);
    }
    let mut parts = vec![format!("{} open of {leads}", report.open.n)];
    let ended = [(report.lost.n, "lost"), (report.parked.n, "parked")];
    parts.extend(
        ended
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{n} {what}")),
    );
    parts.join(" · ")
}

/// Says in the lower line of the frame whose leads, how steps are counted, and how old the records are.
fn foot(canvas: &mut Canvas<'_>, app: &App, figures: &FunnelFigures, area: Rect) {
    if !figures.history {
        return;
    }
    let report = &figures.report;
    let mut words = format!(
        "{} · {}",
        basis_words(app.screen.funnel.basis, &report.table.params),
        report.whose
    );
    if let Some(at) = app.screen.sync.synced_at {
        let age = app.world.view.now.duration_since(at);
        let _ = write!(words, " · {} old", clock::rough(age));
    }
    let shown = whole_parts(&words, area.width.saturating_sub(8));
    let style = canvas.paint.info();
    canvas.foot(area, &[piece(shown, style)]);
}

fn titles(canvas: &mut Canvas<'_>, inner: Rect, y: u16, parts: &[Part], room: u16) {
    let dim = canvas.paint.dim();
    canvas.put(inner.x + 2, y, 13, "stage", dim);
    canvas.put_right(inner.x + 15, y, 4, "now", dim);
    let mut x = inner.x + 20 + room;
    for part in parts {
        let words = match part {
            Step => "step    95% of n ",
            ShortStep => "step    95%/n",
            Cumulative => "cum    95% of n ",
            ShortCumulative => "cum    95%/n",
            Days => "days",
            LongDays => "days  95% of n, still there",
            Open => "open/n",
            Over => "too long",
        };
        canvas.put_right(x, y, part.cells(), words, dim);
        x += part.cells() + 1;
    }
}

/// One stage of the picture.
struct Line<'a> {
    row: &'a StageRow,
    current: bool,
    won: bool,
    /// Whether it is the first stage.
    first: bool,
    most: u64,
    basis: Basis,
}

impl Line<'_> {
    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        at: Rect,
        figures: &FunnelFigures,
        (parts, room): (&[Part], u16),
    ) {
        let paint = canvas.paint;
        let row = self.row;
        let style = if self.current {
            paint.accent()
        } else {
            paint.text()
        };
        if self.current {
            canvas.put(at.x, at.y, 1, paint.glyphs().marker(), style);
        }
        canvas.put(at.x + 2, at.y, 13, &row.name, style);
        // Signed leads are read when they are asked for: until then their number is not known.
        let now = if self.won && !figures.history && row.now.n == 0 {
            unknown(paint.glyphs()).to_owned()
        } else {
            row.now.n.to_string()
        };
        canvas.put_right(at.x + 15, at.y, 4, &now, style);
        let cells = room.saturating_sub(1);
        let bar = text::bar(
            real(row.now.n.min(self.most)),
            real(self.most),
            usize::from(cells),
            paint.glyphs(),
        );
        let bar_style = if self.won { paint.good() } else { paint.bar() };
        canvas.put(at.x + 20, at.y, cells, &bar, bar_style);
        let mut x = at.x + 20 + room;
        for part in parts {
            let pieces = self.words(canvas, figures, *part);
            canvas.line_right(x, at.y, part.cells(), &pieces);
            x += part.cells() + 1;
        }
    }

    fn words(&self, canvas: &Canvas<'_>, figures: &FunnelFigures, part: Part) -> Vec<Piece> {
        let paint = &canvas.paint;
        let blank = || vec![piece(unknown(paint.glyphs()), paint.dim())];
        let row = self.row;
        if !figures.history && part != Over {
            return blank();
        }
        match part {
            Step | ShortStep => {
                let short = part == ShortStep;
                share(
                    row.step_words(self.basis),
                    short,
                    canvas,
                    self.judged(canvas, figures),
                )
                .unwrap_or_else(blank)
            }
            Cumulative | ShortCumulative => {
                let short = part == ShortCumulative;
                share(
                    row.cumulative_words(self.basis, self.first),
                    short,
                    canvas,
                    paint.text(),
                )
                .unwrap_or_else(blank)
            }
            // Nobody leaves a signature.
            Days | LongDays | Open if self.won => blank(),
            // Of few stays a median without its interval says nothing.
            Days if row.time.still_open.of.n < FEW => blank(),
            Days => row
                .time
                .days()
                .map_or_else(blank, |days| vec![piece(days, paint.text())]),
            LongDays => {
                let days = row
                    .time
                    .days()
                    .unwrap_or_else(|| unknown(paint.glyphs()).into());
                vec![
                    piece(days, paint.text()),
                    piece(format!("  {:<23}", row.time.basis()), paint.dim()),
                ]
            }
            Open if row.time.still_open.of.n == 0 => blank(),
            Open => {
                let open = &row.time.still_open;
                let share = if open.of.n < FEW {
                    unknown(paint.glyphs()).to_owned()
                } else {
                    crate::funnel::percent(open)
                };
                vec![piece(format!("{share}/{}", open.of.n), paint.dim())]
            }
            Over if row.rot.over.hits > 0 => vec![piece(too_long(&row.rot), paint.bad())],
            Over => vec![piece(too_long(&row.rot), paint.dim())],
        }
    }

    /// The colour of a step: bad for the biggest hole, none while fewer than twenty were seen.
    fn judged(&self, canvas: &Canvas<'_>, figures: &FunnelFigures) -> Style {
        let paint = &canvas.paint;
        let worst = figures
            .report
            .holes
            .biggest()
            .is_some_and(|hole| hole.into == self.row.stage);
        let enough = self
            .row
            .cohort_step
            .is_some_and(|step| step.share.footing().may_colour());
        if worst && enough && self.basis == Basis::Cohort {
            paint.bad()
        } else if enough {
            paint.strong()
        } else {
            paint.text()
        }
    }
}

/// A share with what it rests on, the numbers behind it in a column of their own.
fn share(
    words: Option<(String, String)>,
    short: bool,
    canvas: &Canvas<'_>,
    style: Style,
) -> Option<Vec<Piece>> {
    let (share, range) = words?;
    let (range, cells) = if short {
        (range.replacen(" of ", "/", 1).replacen("of ", "/", 1), 9)
    } else {
        (range, 12)
    };
    let range = format!(" {}", text::pad(&range, cells));
    Some(vec![piece(share, style), piece(range, canvas.paint.dim())])
}

/// Says under the stages where most is lost, why, what is supposed, and what the stages do not show.
fn notes(
    canvas: &mut Canvas<'_>,
    app: &App,
    figures: &FunnelFigures,
    here: Option<&Id<Stage>>,
    area: Rect,
) {
    let paint = canvas.paint;
    let report = &figures.report;
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    if figures.history {
        lines.extend(hole_lines(canvas, report));
        lines.extend(supposed(canvas, app, report));
        lines.extend(goal_line(canvas, report));
        let row = here.and_then(|stage| report.table.rows.iter().find(|row| row.stage == *stage));
        lines.extend(row.map(|row| stage_line(canvas, row)));
        let words = format!(
            "skipped a stage {} · came back {}",
            report.table.skipped.n, report.table.reopened.n
        );
        lines.push(vec![
            piece("off the way  ", paint.dim()),
            piece(words, paint.dim()),
        ]);
    } else {
        lines.push(vec![piece("reading the ways of all leads", paint.dim())]);
    }
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        canvas.line(area.x + 2, y, area.width.saturating_sub(3), line);
    }
}

fn hole_lines(canvas: &Canvas<'_>, report: &Report) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let Some(hole) = report.holes.biggest() else {
        let words = report.no_hole_words();
        return vec![vec![
            piece("biggest hole ", paint.dim()),
            piece(words, paint.dim()),
        ]];
    };
    let step = format!(
        "{} {} {}",
        report.stage_name(&hole.from),
        paint.glyphs().arrow(),
        report.stage_name(&hole.into)
    );
    let cost = hole.cost.value.map_or_else(String::new, |cost| {
        format!(" costs {cost:.1} signed a quarter")
    });
    let against = match &hole.benchmark {
        crate::funnel::Benchmark::Target(target) => format!(", target {:.0}%", target * 100.0),
        crate::funnel::Benchmark::Before(before) => {
            format!(
                ", was {} {}",
                crate::funnel::percent(before),
                short_range(before)
            )
        }
        crate::funnel::Benchmark::Everyone => String::new(),
    };
    vec![
        vec![
            piece("biggest hole ", paint.dim()),
            piece("! ", paint.key()),
            piece(step, paint.bad()),
            piece(cost, paint.text()),
            piece(against, paint.dim()),
        ],
        vec![
            piece("because      ", paint.dim()),
            piece(hole.cause.to_string(), paint.warn()),
        ],
    ]
}

/// What a better step would bring, as it was typed last.
fn supposed(canvas: &Canvas<'_>, app: &App, report: &Report) -> Option<Vec<Piece>> {
    let paint = &canvas.paint;
    let typed = app.screen.funnel.supposed.as_str();
    if typed.is_empty() {
        return None;
    }
    let (words, style) = match report.suppose(typed) {
        Ok(what_if) => (report.what_if_words(&what_if), paint.info()),
        Err(why) => (why, paint.warn()),
    };
    Some(vec![
        piece("what if      ", paint.dim()),
        piece(words, style),
    ])
}

fn goal_line(canvas: &Canvas<'_>, report: &Report) -> Option<Vec<Piece>> {
    let paint = &canvas.paint;
    if report.goals.is_empty() {
        return None;
    }
    let mut pieces = vec![piece("goals        ", paint.dim())];
    for (at, goal) in report.goals.iter().enumerate() {
        use crate::figure::Band;
        let style = match goal.pace.band {
            Band::Done | Band::OnTrack => paint.good(),
            Band::Tight | Band::NotStarted => paint.warn(),
            Band::Urgent | Band::Gone => paint.bad(),
            Band::TooEarly => paint.text(),
        };
        if at > 0 {
            pieces.push(piece(" · ", paint.dim()));
        }
        pieces.push(piece(goal.words(), style));
    }
    Some(pieces)
}

/// What the columns leave out of the stage under the cursor.
fn stage_line(canvas: &Canvas<'_>, row: &StageRow) -> Vec<Piece> {
    let paint = &canvas.paint;
    let label = text::pad(&text::fit_left(&text::clean_line(&row.name), 12), 13).into_owned();
    let mut words = balance_words(row);
    if let Some(over) = row.rot.over_median.filter(|over| over.of.n > 0) {
        let _ = write!(
            words,
            " · {} of {} there beyond its median",
            over.hits, over.of.n
        );
    }
    vec![piece(label, paint.accent()), piece(words, paint.text())]
}
