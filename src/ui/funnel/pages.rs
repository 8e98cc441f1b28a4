//! All figures of the funnel: the picture in full, and below it what each figure rests on.

use std::fmt::Write as _;

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, piece};
use super::super::layout::above;
use super::super::sheet::Sheet;
use super::picture;
use crate::app::App;
use crate::figure::Verdict;
use crate::funnel::{Report, Wanted, WinRates, balance_words, too_long};
use crate::pane::Focus;

/// Cells of the names at the left.
const NAME: u16 = 15;

/// Draws the picture and the sheet of figures.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(figures) = app.figures.funnel() else {
        picture(canvas, app, area, true);
        return;
    };
    let rows = u16::try_from(figures.report.table.rows.len()).unwrap_or(10);
    let (top, rest) = above(area, (rows + 6).min(area.height / 2 + 1));
    picture(canvas, app, top, false);
    let focused = app.screen.focus == Focus::Detail;
    let inner = canvas.frame(rest, "Figures", "j k scroll · f list", focused);
    if !figures.history {
        canvas.remark(inner, "reading the ways of all leads");
        return;
    }
    let mut sheet = Sheet::labelled(inner, NAME);
    let report = &figures.report;
    holes(canvas, report, &mut sheet);
    goals(canvas, report, &mut sheet);
    stays(canvas, report, &mut sheet);
    rates(
        canvas,
        "signed by source, 26 weeks",
        &report.sources,
        &mut sheet,
    );
    rates(
        canvas,
        "signed by archetype, where it is known, 26 weeks",
        &report.archetypes,
        &mut sheet,
    );
    mix(canvas, report, &mut sheet);
    losses(canvas, report, &mut sheet);
    flow(canvas, report, &mut sheet);
    sheet.draw(canvas, inner, app.screen.detail_scroll);
}

fn holes(canvas: &Canvas<'_>, report: &Report, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    sheet.rule("steps by what they cost");
    if report.holes.ranked.is_empty() {
        sheet.text("", "no step has ten leads in its cohort", paint.dim());
    }
    for (at, hole) in report.holes.ranked.iter().enumerate() {
        let style = if at == 0 && report.holes.biggest().is_some() {
            paint.warn()
        } else {
            paint.text()
        };
        let name = report.stage_name(&hole.into);
        sheet.text(&format!("to {name}"), &hole.to_string(), style);
    }
    for hole in &report.holes.too_few {
        let words = format!("{}: too few to rank", hole.step.share);
        let name = report.stage_name(&hole.into);
        sheet.text(&format!("to {name}"), &words, paint.dim());
    }
}

fn goals(canvas: &Canvas<'_>, report: &Report, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    if report.goals.is_empty() && report.wanted.is_empty() {
        return;
    }
    sheet.rule("against goals");
    for goal in &report.goals {
        sheet.text("", &goal.words(), paint.text());
    }
    let wanted: Vec<String> = report.wanted.iter().map(Wanted::words).collect();
    if !wanted.is_empty() {
        let words = format!("new this quarter: {}", wanted.join(" · "));
        sheet.text("", &words, paint.text());
    }
}

fn stays(canvas: &Canvas<'_>, report: &Report, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    sheet.rule("how long they stay (Kaplan-Meier, 26 weeks) and where they went (13 weeks)");
    for row in &report.table.rows {
        let mut words = format!(
            "median {:.0} days, {:.0} still there",
            row.time.median, row.time.still_open
        );
        if row.rot.over.hits > 0 {
            let _ = write!(words, " · {}", too_long(&row.rot));
        }
        if let Some(over) = row.rot.over_median.filter(|over| over.of.n > 0) {
            let _ = write!(
                words,
                " · {} of {} now beyond that median",
                over.hits, over.of.n
            );
        }
        sheet.text(&row.name, &words, paint.text());
        sheet.text("", &balance_words(row), paint.dim());
    }
}

fn rates(canvas: &Canvas<'_>, title: &str, rates: &WinRates, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    sheet.rule(title);
    for group in &rates.groups {
        let style = match group.against_rest {
            Verdict::Higher => paint.good(),
            Verdict::Lower => paint.bad(),
            Verdict::NoDifference => paint.text(),
            Verdict::TooFew => paint.dim(),
        };
        let rank = group
            .rank
            .map_or_else(|| "not ranked".to_owned(), |rank| format!("rank {rank}"));
        let verdict = match group.against_rest {
            Verdict::Higher => ", better than the rest",
            Verdict::Lower => ", worse than the rest",
            Verdict::NoDifference => ", not told from the rest",
            Verdict::TooFew => "",
        };
        let name = if group.group.is_empty() {
            "(none)"
        } else {
            &group.group
        };
        let words = format!(
            "{:.0} · {rank}{verdict} · {} undecided",
            group.won, group.undecided
        );
        sheet.text(name, &words, style);
    }
}

/// Whole percentage points; what rounds to nothing has no sign of its own.
fn points(part: f64) -> f64 {
    (part * 100.0).round() + 0.0
}

fn mix(canvas: &Canvas<'_>, report: &Report, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    let Some(mix) = &report.mix else { return };
    let words = format!(
        "{:.0} in the 13 weeks before, {:.0} in the last 13: {:+.0} points, {:+.0} inside the sources, {:+.0} by their mix",
        mix.before,
        mix.after,
        points(mix.change()),
        points(mix.within),
        points(mix.mix)
    );
    let style = if mix.misleads() {
        paint.warn()
    } else {
        paint.dim()
    };
    sheet.text("all together", &words, style);
}

fn losses(canvas: &Canvas<'_>, report: &Report, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    if report.losses.is_empty() {
        return;
    }
    sheet.rule("lost because, 26 weeks");
    for loss in &report.losses {
        let reason = if loss.reason.is_empty() {
            "no reason given"
        } else {
            &loss.reason
        };
        let from: Vec<String> = loss
            .from
            .iter()
            .take(3)
            .map(|(stage, times)| format!("{} {times}", report.stage_name(stage)))
            .collect();
        let words = format!("{reason}: {:.0}, from {}", loss.share, from.join(", "));
        sheet.text("", &words, paint.text());
    }
}

fn flow(canvas: &Canvas<'_>, report: &Report, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    sheet.rule("flow");
    let week = |count: &dyn Fn(&crate::funnel::Week) -> u64| {
        let words: Vec<String> = report
            .weeks
            .iter()
            .map(|week| format!("{}{}", count(week), if week.running { "*" } else { "" }))
            .collect();
        words.join(" ")
    };
    sheet.text("new a week", &week(&|week| week.new.n), paint.text());
    sheet.text("signed a week", &week(&|week| week.signed.n), paint.text());
    sheet.line("", vec![piece("* the running week", paint.dim())]);
    let cycle = format!(
        "{:.0} days from the first stage to the signature",
        report.cycle_days
    );
    sheet.text("cycle", &cycle, paint.text());
    for velocity in &report.velocity {
        let Some(day) = velocity.per_day.value else {
            continue;
        };
        let words = format!(
            "{:.0} {} a day: {} open × {:.0} × mean value ÷ cycle; only its trend means anything",
            day / 100.0,
            velocity.currency,
            velocity.open.n,
            velocity.win_rate
        );
        sheet.text("velocity", &words, paint.text());
    }
}
