//! The portfolio and the page of a CN on paper, and every figure as a file.

use clap::ValueEnum;
use serde_json::{Value as Json, json};

use super::{
    Ask, CommandError, Cx, Targets, cx::Expects, inbox::command_line, network, quote_word,
};
use crate::effect::Effect;
use crate::list::World;
use crate::pane::{
    Focus, MetricRow, PageFigures, Place, PortfolioFigures, Standing, Tone, metric_name,
    metric_rows, network_needs,
};
use crate::portfolio::{CriterionState, Growth, LikeForLike};
use crate::record::{Bound, Id, Network};
use crate::text;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading.
    Table,
    /// JSON.
    Json,
    /// Comma-separated values.
    Csv,
}

/// Prints the portfolio, or the page of a CN; on a screen it goes there.
pub(super) fn show(cx: &mut Cx<'_>, format: Format, targets: &Targets) -> Result<(), CommandError> {
    let named = !targets.is_empty();
    if let Some(screen) = cx.screen.as_deref_mut() {
        screen.go(Place::Networks);
        if named {
            screen.focus = Focus::Detail;
        }
        return Ok(());
    }
    if format == Format::Csv {
        return Err(CommandError::usage(
            "a page is no table of values",
            "`network export` writes CSV",
        ));
    }
    let mut lines = Vec::new();
    if named {
        for id in network::networks_of(cx, targets)? {
            match format {
                Format::Json => lines.extend(json_lines(&page_json(cx.world, &id))),
                Format::Table | Format::Csv => page_lines(cx.world, &id, &mut lines),
            }
        }
    } else if format == Format::Json {
        lines.extend(json_lines(&portfolio_json(cx.world)));
    } else {
        portfolio_lines(cx.world, &mut lines);
    }
    let lines = lines.iter().map(|line| text::plain(line).into_owned());
    cx.output.extend(lines);
    Ok(())
}

/// Writes JSON a line for each value: a line that is printed has an end, a document need not.
fn json_lines(json: &Json) -> Vec<String> {
    let text = serde_json::to_string_pretty(json).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn growth_words(growth: &Growth) -> String {
    let per_day = growth
        .per_day
        .map(|change| format!(", {change:.0} a day"))
        .unwrap_or_default();
    let open = if growth.provisional {
        ", provisional"
    } else {
        ""
    };
    format!(
        "{:.0}{per_day} in {}{open}",
        growth.change, growth.now.of.window
    )
}

fn like_words(like: Option<&LikeForLike>) -> String {
    like.map_or_else(
        || "–".into(),
        |like| {
            format!(
                "{:.0} over {} CNs in both, all {:.0}, {} came, {} went; {}",
                like.same, like.kept.n, like.all, like.joined, like.left, like.kept.window
            )
        },
    )
}

fn portfolio_lines(world: &World, lines: &mut Vec<String>) {
    let figures = PortfolioFigures::of(world);
    lines.push(format!(
        "month to date  {}",
        like_words(figures.to_date.as_ref())
    ));
    lines.push(format!(
        "month          {}",
        like_words(figures.month.as_ref())
    ));
    lines.push(format!(
        "year           {}",
        like_words(figures.year.as_ref())
    ));
    if let Some(active) = figures.active {
        lines.push(format!("active         {active}"));
    }
    if let Some(found) = &figures.concentration {
        lines.push(format!(
            "concentration  largest CN {}, five largest {}, Gini {:.2}",
            percent(found.top1.value),
            percent(found.top5.value),
            found.gini
        ));
    }
    let bands: Vec<String> = figures
        .bands
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    lines.push(format!("goals          {}", bands.join(", ")));
    lines.push(format!(
        "onboarding     {} milestones overdue; went dark {}",
        figures.overdue, figures.dark
    ));
    lines.push(String::new());
    for need in network_needs(world, &Standing::of(world)) {
        let name = world.title(&need.network.link());
        let reasons: Vec<String> = need.reasons.iter().map(ToString::to_string).collect();
        let why = if reasons.is_empty() {
            "–".to_owned()
        } else {
            reasons.join("; ")
        };
        lines.push(format!("{}  {why}", text::fit_left(&name, 24)));
    }
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |value| format!("{:.0} %", value * 100.0))
}

fn portfolio_json(world: &World) -> Json {
    let figures = PortfolioFigures::of(world);
    let networks: Vec<Json> = network_needs(world, &Standing::of(world))
        .into_iter()
        .map(|need| {
            let own = figures.networks.get(&need.network);
            json!({
                "id": need.network.as_str(),
                "name": world.title(&need.network.link()),
                "reasons": need.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "month_to_date": own.and_then(|own| own.to_date),
                "month": own.and_then(|own| own.month),
                "year": own.and_then(|own| own.year),
                "active": own.and_then(|own| own.active),
                "valid_days": own.and_then(|own| own.valid_days),
                "dark_days": own.and_then(|own| own.dark),
                "milestones_overdue": own.and_then(|own| own.overdue).map(|(n, _)| n),
            })
        })
        .collect();
    json!({
        "like_for_like": {
            "month_to_date": figures.to_date,
            "month": figures.month,
            "year": figures.year,
        },
        "active": figures.active,
        "concentration": figures.concentration,
        "goals": figures.bands,
        "dark": figures.dark,
        "milestones_overdue": figures.overdue,
        "networks": networks,
    })
}

fn page_lines(world: &World, id: &Id<Network>, lines: &mut Vec<String>) {
    let page = PageFigures::of(world, id);
    lines.push(world.title(&id.link()));
    figure_lines(world, &page, lines);
    for (goal, pace) in sorted(&page.goals) {
        let Some(record) = world.get(goal) else {
            continue;
        };
        let what = format!(
            "goal {} {} {}",
            metric_name(world, record.metric.as_ref()),
            record.period,
            record
                .starts
                .map(|date| date.to_string())
                .unwrap_or_default()
        );
        lines.push(match pace {
            Ok(pace) => format!(
                "{what}: {:.0} of {:.0}, {}, {} d left{}",
                pace.so_far.value.unwrap_or(0.0),
                pace.target,
                pace.band,
                pace.progress.left,
                pace.need_per_day
                    .map(|need| format!(", needs {need:.0} a day"))
                    .unwrap_or_default()
            ),
            Err(gap) => format!("{what}: {}", gap.words()),
        });
    }
    if let Some(gap) = &page.graduation {
        lines.push(format!(
            "graduation v{}: {} of {} met",
            gap.version,
            gap.met,
            gap.items.len()
        ));
        for item in &gap.items {
            let name = metric_name(world, Some(&item.criterion.metric));
            let now = item.now.and_then(|now| now.value);
            lines.push(format!(
                "  {name}: {} of {} {}: {}",
                now.map_or_else(|| "–".to_owned(), plain),
                match item.criterion.op {
                    Bound::AtLeast => "at least",
                    Bound::AtMost => "at most",
                },
                plain(item.criterion.value),
                criterion_words(&item.state)
            ));
        }
    }
    if let Some(found) = &page.concentration {
        lines.push(format!(
            "concentration: largest creator {}, five {}, ten {}, Gini {:.2}, {}",
            percent(found.top1.value),
            percent(found.top5.value),
            percent(found.top10.value),
            found.gini,
            found.gini.of.window
        ));
    }
    if let Some(active) = page.active {
        lines.push(format!(
            "active: {}; of those a month before {}",
            active.at_end, active.of_start
        ));
    }
    if let Some(valid) = page.valid {
        lines.push(format!("valid go LIVE days: {valid}"));
    }
    if let Some(dark) = &page.dark {
        lines.push(format!("went dark: {}", dark.share));
    }
}

/// Lists every figure with what it rests on, and how it grew where there is something to compare it with.
fn figure_lines(world: &World, page: &PageFigures, lines: &mut Vec<String>) {
    for row in &page.rows {
        let n = row.n.map_or_else(|| "–".to_owned(), |n| n.to_string());
        let age = row.as_of.map(|at| format!(", data of {at}"));
        lines.push(format!(
            "{}: {}, n {n}, {}{}, {}",
            row.name,
            row.value.map_or_else(|| "–".to_owned(), plain),
            row.window(),
            age.unwrap_or_default(),
            row.status,
        ));
    }
    for growth in &page.growth {
        let name = metric_name(world, Some(&growth.metric));
        let pairs = [
            ("month to date", &growth.to_date),
            ("month", &growth.month),
            ("year", &growth.year),
        ];
        for (what, growth) in pairs {
            let known = growth.filter(|growth| growth.change.ratio().is_some());
            if let Some(growth) = known {
                let words = growth_words(&growth);
                lines.push(format!("growth of {name}, {what}: {words}"));
            }
        }
    }
}

/// Writes a figure with one decimal where it has any.
fn plain(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Says how a condition of graduation stands.
fn criterion_words(state: &CriterionState) -> String {
    match state {
        CriterionState::Met => "met".into(),
        CriterionState::Short {
            missing,
            need_per_day,
        } => format!(
            "{missing:.0} missing{}",
            need_per_day
                .map(|need| format!(", {need:.1} a day"))
                .unwrap_or_default()
        ),
        CriterionState::Missed { missing } => format!("missed by {missing:.0}"),
        CriterionState::Unknown => "no figure".into(),
    }
}

fn sorted<K: Ord, V>(map: &std::collections::HashMap<K, V>) -> Vec<(&K, &V)> {
    let mut rows: Vec<(&K, &V)> = map.iter().collect();
    rows.sort_by_key(|(key, _)| *key);
    rows
}

fn page_json(world: &World, id: &Id<Network>) -> Json {
    let page = PageFigures::of(world, id);
    let growth: Vec<Json> = page
        .growth
        .iter()
        .map(|growth| {
            json!({
                "metric": growth.metric.as_str(),
                "month_to_date": growth.to_date,
                "month": growth.month,
                "year": growth.year,
            })
        })
        .collect();
    let goals: Vec<Json> = sorted(&page.goals)
        .into_iter()
        .map(|(goal, pace)| match pace {
            Ok(pace) => json!({"id": goal.as_str(), "pace": pace}),
            Err(gap) => json!({"id": goal.as_str(), "unknown": gap}),
        })
        .collect();
    let effects: Vec<Json> = sorted(&page.effects)
        .into_iter()
        .map(|(action, effect)| match effect {
            Ok(effect) => json!({"id": action.as_str(), "effect": effect}),
            Err(error) => json!({"id": action.as_str(), "error": error.to_string()}),
        })
        .collect();
    json!({
        "id": id.as_str(),
        "name": world.title(&id.link()),
        "growth": growth,
        "goals": goals,
        "goals_that_do_not_add_up": page.gaps,
        "graduation": page.graduation,
        "coaching": effects,
        "concentration": page.concentration,
        "active": page.active,
        "valid_days": page.valid,
        "dark": page.dark.map(|dark| dark.share),
    })
}

/// Writes every figure of CNs to a file, or prints it.
pub(super) fn export(
    cx: &mut Cx<'_>,
    path: Option<String>,
    format: Option<Format>,
    targets: &Targets,
) -> Result<(), CommandError> {
    let Some(path) = path else {
        let command = command_line("network export", targets);
        return cx.ask(
            "network export",
            Ask::Prompt {
                title: "figures to file (.csv or .json)".into(),
                command: match format {
                    Some(Format::Json) => format!("{command} --format json"),
                    Some(Format::Csv) => format!("{command} --format csv"),
                    Some(Format::Table) | None => command,
                },
                text: "figures.csv".into(),
                expects: Expects::Text,
            },
        );
    };
    let by_ending = if path.to_lowercase().ends_with(".json") {
        Format::Json
    } else {
        Format::Csv
    };
    let format = format.unwrap_or(by_ending);
    if format == Format::Table {
        return Err(CommandError::usage(
            "an export is no table",
            "choose csv or json",
        ));
    }
    let networks = network::networks_or_all(cx, targets)?;
    let mut rows = Vec::new();
    for id in &networks {
        let name = cx.world.title(&id.link());
        let found = metric_rows(cx.world, &id.link());
        rows.extend(found.into_iter().map(|row| (name.clone(), id.clone(), row)));
    }
    let written = match format {
        Format::Json => json_file(&rows),
        Format::Csv | Format::Table => csv_file(&rows),
    };
    let count = rows.len();
    if path == "-" {
        cx.output.extend(written.lines().map(str::to_owned));
        return Ok(());
    }
    let shown = quote_word(&path);
    cx.effects.push(Effect::Export {
        path,
        text: written,
    });
    cx.say(Tone::Done, format!("{count} figures to {shown}"));
    Ok(())
}

/// The columns of an export.
const COLUMNS: [&str; 17] = [
    "cn",
    "cn_id",
    "metric",
    "metric_id",
    "definition",
    "unit",
    "period_kind",
    "from",
    "to",
    "value",
    "n",
    "min_n",
    "lo",
    "hi",
    "as_of",
    "source",
    "status",
];

type Row = (String, Id<Network>, MetricRow);

fn csv_file(rows: &[Row]) -> String {
    let mut out = COLUMNS.join(",");
    out.push('\n');
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for (name, id, row) in rows {
        let words = |text: &str| text::csv_cell(text, false);
        let cells = [
            words(name),
            words(id.as_str()),
            words(&row.name),
            words(row.metric.as_str()),
            words(&row.formula),
            words(&row.unit),
            words(row.kind.as_str()),
            row.from.to_string(),
            row.to.to_string(),
            number(row.value),
            row.n.map(|n| n.to_string()).unwrap_or_default(),
            row.min_n.map(|n| n.to_string()).unwrap_or_default(),
            number(row.interval.map(|(lo, _)| lo)),
            number(row.interval.map(|(_, hi)| hi)),
            row.as_of.map(|at| at.to_string()).unwrap_or_default(),
            words(&row.source),
            words(row.status.as_str()),
        ];
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

fn json_file(rows: &[Row]) -> String {
    let clean = |raw: &str| Json::from(text::plain(raw).into_owned());
    let rows: Vec<Json> = rows
        .iter()
        .map(|(name, id, row)| {
            json!({
                "cn": clean(name),
                "cn_id": clean(id.as_str()),
                "metric": clean(&row.name),
                "metric_id": clean(row.metric.as_str()),
                "definition": clean(&row.formula),
                "unit": clean(&row.unit),
                "period_kind": clean(row.kind.as_str()),
                "from": row.from,
                "to": row.to,
                "value": row.value,
                "n": row.n,
                "min_n": row.min_n,
                "lo": row.interval.map(|(lo, _)| lo),
                "hi": row.interval.map(|(_, hi)| hi),
                "as_of": row.as_of,
                "source": clean(&row.source),
                "status": clean(row.status.as_str()),
            })
        })
        .collect();
    let mut out = serde_json::to_string_pretty(&rows).unwrap_or_default();
    out.push('\n');
    out
}
