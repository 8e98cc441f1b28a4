//! What the stages do not show: who signs, why leads are lost, how many come in.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, fine_bar, piece};
use super::super::table;
use crate::app::{App, FunnelFigures};
use crate::figure::{Verdict, real};
use crate::funnel::{GroupRate, Week, range};
use crate::text;

/// Cells of the names at the left.
const NAME: usize = 11;

/// Draws win rates by source, why leads are lost, and the weeks.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(figures) = app.figures.funnel() else {
        canvas.frame(area, "Signed by source", "", false);
        return;
    };
    let total = &figures.report.sources.total;
    let right = format!("{} of {} decided · 26 weeks", total.hits, total.of.n);
    let inner = canvas.frame(area, "Signed by source", &right, false);
    let room = usize::from(inner.width)
        .saturating_sub(NAME + 24)
        .clamp(4, 24);
    let sources = sources(canvas, figures, room);
    let losses = losses(canvas, figures, room);
    let weeks = weeks(canvas, &figures.report.weeks);
    // The weeks stand at the foot; what is left is shared by sources and losses.
    let free = usize::from(inner.height).saturating_sub(weeks.len() + 2);
    let kept = sources
        .len()
        .min(free.saturating_sub(losses.len().min(free / 2)));
    let mut y = inner.y;
    let put = |canvas: &mut Canvas<'_>, y: &mut u16, line: &[Piece]| {
        if *y < inner.bottom() {
            canvas.line(inner.x + 1, *y, inner.width.saturating_sub(2), line);
            *y += 1;
        }
    };
    if sources.is_empty() {
        table::empty(
            canvas,
            Rect { height: 1, ..inner },
            &["no lead was decided yet"],
        );
        y += 1;
    }
    for line in sources.iter().take(kept) {
        put(canvas, &mut y, line);
    }
    if !losses.is_empty() && free > kept {
        canvas.rule(inner.x, y, inner.width, "lost because");
        y += 1;
        for line in losses.iter().take(free - kept) {
            put(canvas, &mut y, line);
        }
    }
    if y < inner.bottom() {
        canvas.rule(inner.x, y, inner.width, "by week, this one apart");
        y += 1;
        for line in &weeks {
            put(canvas, &mut y, line);
        }
    }
}

/// A share gets a colour only where enough were decided to tell it from the rest.
fn sources(canvas: &Canvas<'_>, figures: &FunnelFigures, room: usize) -> Vec<Vec<Piece>> {
    figures
        .report
        .sources
        .groups
        .iter()
        .map(|group| source(canvas, group, room))
        .collect()
}

fn source(canvas: &Canvas<'_>, group: &GroupRate, room: usize) -> Vec<Piece> {
    let paint = &canvas.paint;
    let style = match group.against_rest {
        Verdict::Higher => paint.good(),
        Verdict::Lower => paint.bad(),
        Verdict::NoDifference => paint.text(),
        Verdict::TooFew => paint.dim(),
    };
    let value = group.won.value();
    let bar_style = if group.won.footing().may_colour() {
        paint.bar()
    } else {
        paint.bar_rest()
    };
    let share = value.map_or_else(String::new, |share| format!("{:.0}%", share * 100.0));
    let bar = fine_bar(value.unwrap_or(0.0), 1.0, room, paint.glyphs());
    vec![
        piece(named(&group.group), paint.text()),
        piece(text::pad(&bar, room).into_owned(), bar_style),
        piece(format!(" {share:>4}  "), style),
        piece(range(&group.won), paint.dim()),
    ]
}

fn losses(canvas: &Canvas<'_>, figures: &FunnelFigures, room: usize) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let most = figures
        .report
        .losses
        .iter()
        .map(|loss| loss.share.hits)
        .max();
    figures
        .report
        .losses
        .iter()
        .map(|loss| {
            let reason = if loss.reason.is_empty() {
                "no reason given"
            } else {
                &loss.reason
            };
            let cells = room.min(10);
            let bar = fine_bar(
                real(loss.share.hits),
                real(most.unwrap_or(1)),
                cells,
                paint.glyphs(),
            );
            vec![
                piece(format!("{:>4} ", loss.share.hits), paint.strong()),
                piece(format!("{} ", text::pad(&bar, cells)), paint.warn()),
                piece(reason, paint.text()),
            ]
        })
        .collect()
}

/// The running week is named apart: drawn beside whole ones it would look like a fall.
fn weeks(canvas: &Canvas<'_>, weeks: &[Week]) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let line = |label: &str, count: &dyn Fn(&Week) -> u64| {
        let whole: Vec<f64> = weeks
            .iter()
            .filter(|week| !week.running)
            .map(|week| real(count(week)))
            .collect();
        let now = weeks.iter().rev().find(|week| week.running).map(count);
        let now = now.map_or_else(String::new, |now| format!("  {now} this week"));
        vec![
            piece(named(label), paint.dim()),
            piece(counts(&whole, canvas), paint.bar()),
            piece(now, paint.text()),
        ]
    };
    vec![
        line("new", &|week| week.new.n),
        line("signed", &|week| week.signed.n),
    ]
}

/// Few a week are counts and no course: they begin at nought.
fn counts(values: &[f64], canvas: &Canvas<'_>) -> String {
    let mut grounded = vec![0.0];
    grounded.extend_from_slice(values);
    let drawn = text::sparkline(&grounded, grounded.len(), canvas.paint.glyphs());
    drawn.chars().skip(1).collect()
}

fn named(name: &str) -> String {
    let clean = text::clean_line(name);
    text::fit_left(&clean, NAME).into_owned()
}
