//! What stands above the list of a tab: what was computed over all of its rows.

use crate::app::App;
use crate::figure::{Share, Window};
use crate::pane::{PageFigures, Tab, dimension_rows, metric_name, utc_today};
use crate::portfolio::{Concentration, CriterionGap, CriterionState};
use crate::record::{
    Bound, Contract, Dimension, DimensionScore, DimensionSet, Goal, Id, Incident, Milestone,
    Network, Participation, Plan, PlanItem, Record,
};
use crate::text;
use crate::text::counted;
use crate::ui::canvas::{Canvas, Piece, gauge, piece};
use crate::ui::table::number_words;

type Line = Vec<Piece>;

/// Lists the lines above the list, the most important first.
pub(super) fn lines(
    canvas: &Canvas<'_>,
    app: &App,
    id: &Id<Network>,
    network: &Network,
    width: u16,
) -> Vec<Line> {
    let none = PageFigures::default();
    let page = app.page.of(id).unwrap_or(&none);
    match app.screen.tab {
        Tab::Creators => creators(canvas, app, page, width),
        Tab::Goals => goals(canvas, app, page),
        Tab::Onboarding => onboarding(canvas, app, id, page, width),
        Tab::Dimensions => dimensions(canvas, app, id),
        Tab::Coaching => vec![vec![piece(
            "own change less that of like CNs not coached",
            canvas.paint.dim(),
        )]],
        Tab::Campaigns => campaigns(canvas, app, id),
        Tab::Contacts => contracts(canvas, app, id, network),
        Tab::Incidents => incidents(canvas, app, id),
        Tab::Plan => plans(canvas, app, id, width),
        Tab::Figures => vec![vec![piece(
            "kinds of period are never compared; days cut in UTC",
            canvas.paint.dim(),
        )]],
        Tab::Overview | Tab::Timeline => Vec::new(),
    }
}

fn share(share: &Share) -> String {
    format!("{share:.0}")
}

fn creators(canvas: &Canvas<'_>, app: &App, page: &PageFigures, width: u16) -> Vec<Line> {
    let paint = &canvas.paint;
    let label = |words: &str| piece(format!("{words:<12}"), paint.dim());
    let mut lines = Vec::new();
    if let Some(found) = &page.concentration {
        lines.push(hanging(canvas, app, found));
    }
    if let Some(active) = &page.active {
        let mut line = vec![label("active"), piece(share(&active.at_end), paint.text())];
        let before = format!("of those a month before {}", share(&active.of_start));
        let moved = match active.joined + active.left {
            0 => String::new(),
            _ => format!(" +{} −{}", active.joined, active.left),
        };
        // A roster that nobody joined or left gives the same share twice.
        if moved.is_empty() {
            line.push(piece("  nobody came or left", paint.dim()));
            lines.push(line);
        } else if width < 84 {
            line.push(piece(moved, paint.dim()));
            lines.push(line);
            lines.push(vec![label(""), piece(before, paint.dim())]);
        } else {
            line.push(piece(format!("  {before} {moved}"), paint.dim()));
            lines.push(line);
        }
    }
    if let Some(valid) = &page.valid {
        lines.push(vec![
            label("valid days"),
            piece(share(valid), paint.text()),
            piece(
                format!("  ≥ 1 h, {}", short_window(&valid.of.window)),
                paint.dim(),
            ),
        ]);
    }
    if let Some(dark) = &page.dark {
        // An export that has no column for it says nothing of when they were LIVE last.
        let unknown = match dark.never.len() {
            0 => String::new(),
            many => format!("  last LIVE of {many} not known"),
        };
        lines.push(vec![
            label("dark 3 d"),
            piece(share(&dark.share), paint.text()),
            piece(unknown, paint.dim()),
        ]);
    }
    if lines.is_empty() {
        lines.push(vec![piece(
            "figures of the creators are being read",
            paint.dim(),
        )]);
    }
    lines
}

/// Days of a window as short as they can be said; the year is that of the page.
fn short_window(window: &Window) -> String {
    match window {
        Window::Utc { from, to, .. } if from.month() == to.month() => {
            format!("{}–{} (UTC)", from.day(), to.strftime("%-d %b"))
        }
        window => window.to_string(),
    }
}

/// How much hangs on few creators.
fn hanging(canvas: &Canvas<'_>, app: &App, found: &Concentration) -> Line {
    let paint = &canvas.paint;
    let part =
        |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{:.0} %", v * 100.0));
    let largest = found
        .largest
        .as_ref()
        .map(|link| format!(" @{}", app.world.title(link)))
        .unwrap_or_default();
    let risky = found.top1.value.is_some_and(|share| share >= 0.4);
    let style = if risky { paint.warn() } else { paint.text() };
    vec![
        piece(format!("{:<12}", "top 1·5·10"), paint.dim()),
        piece(part(found.top1.value), style),
        piece(
            format!(
                " · {} · {}",
                part(found.top5.value),
                part(found.top10.value)
            ),
            paint.text(),
        ),
        piece(format!("  Gini {:.2}", found.gini), paint.dim()),
        piece(largest, paint.dim()),
    ]
}

fn goals(canvas: &Canvas<'_>, app: &App, page: &PageFigures) -> Vec<Line> {
    let paint = &canvas.paint;
    page.gaps
        .iter()
        .map(|gap| {
            let goal = app.world.get(&gap.parent).cloned().unwrap_or_default();
            vec![
                piece(format!("{} ", goal_words(app, &goal)), paint.text()),
                piece(
                    format!(
                        "parts add up to {} of {}",
                        number_words(gap.parts),
                        number_words(gap.target)
                    ),
                    paint.warn(),
                ),
                piece(format!("  {} of {} set", gap.n, gap.wanted), paint.dim()),
            ]
        })
        .collect()
}

/// Names a goal: `Diamonds Q4 2026`.
pub(super) fn goal_words(app: &App, goal: &Goal) -> String {
    use crate::record::GoalPeriod::{Month, Other, Quarter, Year};
    let metric = metric_name(&app.world, goal.metric.as_ref());
    let Some(starts) = goal.starts else {
        return metric;
    };
    match &goal.period {
        Year => format!("{metric} {}", starts.year()),
        Quarter => format!(
            "{metric} Q{} {}",
            (starts.month() - 1) / 3 + 1,
            starts.year()
        ),
        Month => format!("{metric} {}", starts.strftime("%b %Y")),
        Other(_) => format!("{metric} from {starts}"),
    }
}

/// One condition of graduation: threshold, best month so far, what is missing.
fn criterion(canvas: &Canvas<'_>, app: &App, item: &CriterionGap, cells: usize) -> Line {
    let paint = &canvas.paint;
    let name = metric_name(&app.world, Some(&item.criterion.metric));
    let op = match item.criterion.op {
        Bound::AtLeast => "≥",
        Bound::AtMost => "≤",
    };
    let now = item.now.and_then(|now| now.value);
    let (words, style) = match &item.state {
        CriterionState::Met => ("met".to_owned(), paint.good()),
        CriterionState::Short {
            missing,
            need_per_day,
        } => (
            match need_per_day {
                Some(need) => format!(
                    "{} short, {} a day",
                    number_words(*missing),
                    number_words(*need)
                ),
                None => format!("{} short", number_words(*missing)),
            },
            paint.warn(),
        ),
        CriterionState::Missed { missing } => {
            (format!("missed by {}", number_words(*missing)), paint.bad())
        }
        CriterionState::Unknown => ("no figure: not zero".to_owned(), paint.dim()),
    };
    let mut line = vec![
        piece(
            format!("{} ", text::fit_left(&text::clean_line(&name), 16)),
            paint.text(),
        ),
        piece(
            format!("{op}{:>7} ", number_words(item.criterion.value)),
            paint.dim(),
        ),
        piece(
            format!("{:>8} ", now.map_or("–".into(), number_words)),
            paint.strong(),
        ),
    ];
    let share = now.map_or(0.0, |now| now / item.criterion.value.max(f64::EPSILON));
    line.extend(gauge(paint, cells, share.min(1.0), style));
    line.push(piece(format!(" {words}"), style));
    line
}

fn onboarding(
    canvas: &Canvas<'_>,
    app: &App,
    id: &Id<Network>,
    page: &PageFigures,
    width: u16,
) -> Vec<Line> {
    let paint = &canvas.paint;
    let milestones = || {
        app.world
            .table::<Milestone>()
            .records()
            .filter(|(_, one)| one.network.as_ref() == Some(id))
    };
    let done = milestones()
        .filter(|(_, one)| one.done_at.is_some())
        .count();
    let mut lines = Vec::new();
    if let Some(gap) = &page.graduation {
        let mut line = vec![piece(
            format!(
                "graduation v{}: {} of {} met",
                gap.version,
                gap.met,
                gap.items.len()
            ),
            paint.strong(),
        )];
        if let Some((date, days)) = gap.next_deadline {
            let style = if days < 14 { paint.warn() } else { paint.dim() };
            line.push(piece(format!("  next limit {date}, {days} d"), style));
        }
        lines.push(line);
        let cells = usize::from(width.saturating_sub(60)).clamp(5, 16);
        let items = gap.items.iter();
        lines.extend(items.map(|item| criterion(canvas, app, item, cells)));
    } else if let Some(date) = app.world.get(id).and_then(|cn| cn.graduated_at) {
        lines.push(vec![piece(format!("graduated {date}"), paint.good())]);
    }
    let all = milestones().count();
    if all > 0 {
        lines.push(vec![piece(
            format!("{done} of {all} milestones reached; month figures, cut in UTC"),
            paint.dim(),
        )]);
    }
    lines
}

fn dimensions(canvas: &Canvas<'_>, app: &App, id: &Id<Network>) -> Vec<Line> {
    let paint = &canvas.paint;
    let (set, rows) = dimension_rows(&app.world, id);
    let Some(set) = set.and_then(|set| app.world.get(&set)) else {
        return Vec::new();
    };
    let scored = rows.iter().filter(|row| !row.scores.is_empty()).count();
    let scale = match (set.scale_min, set.scale_max) {
        (Some(low), Some(high)) => format!(", {low}–{high}"),
        _ => String::new(),
    };
    let mut line = vec![
        piece(format!("{} v{}", set.name, set.version), paint.strong()),
        piece(
            format!("{scale} · {scored} of {} scored", rows.len()),
            paint.text(),
        ),
    ];
    let words = match composite(app, set, &rows) {
        Composite::None => String::new(),
        Composite::Missing(n) => format!("no composite: {n} not scored, and that is not zero"),
        Composite::Value(value) => {
            line.push(piece(format!("  composite {value:.1}"), paint.text()));
            String::new()
        }
    };
    let others = rows.iter().filter(|row| row.other.is_some()).count();
    let mut lines = vec![line];
    if !words.is_empty() {
        lines.push(vec![piece(words, paint.dim())]);
    }
    if others > 0 {
        lines.push(vec![piece(
            format!("{others} scored under another version too: never compared"),
            paint.dim(),
        )]);
    }
    lines
}

enum Composite {
    /// The set defines no weights.
    None,
    /// So many dimensions with a weight have no score.
    Missing(usize),
    Value(f64),
}

fn composite(app: &App, set: &DimensionSet, rows: &[crate::pane::DimensionRow]) -> Composite {
    let weighed: Vec<(&Dimension, f64)> = set
        .dimensions
        .iter()
        .filter_map(|one| Some((one, one.weight.filter(|weight| *weight > 0.0)?)))
        .collect();
    if weighed.is_empty() {
        return Composite::None;
    }
    let value = |key: &str| {
        let row = rows.iter().find(|row| row.key == key)?;
        let score: &DimensionScore = app.world.get(row.scores.first()?)?;
        score.value
    };
    let known: Vec<(f64, f64)> = weighed
        .iter()
        .filter_map(|(one, weight)| Some((value(&one.key)?, *weight)))
        .collect();
    if known.len() < weighed.len() {
        return Composite::Missing(weighed.len() - known.len());
    }
    let weights: f64 = known.iter().map(|(_, weight)| weight).sum();
    let sum: f64 = known.iter().map(|(value, weight)| value * weight).sum();
    Composite::Value(sum / weights)
}

fn campaigns(canvas: &Canvas<'_>, app: &App, id: &Id<Network>) -> Vec<Line> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (_, part) in app.world.table::<Participation>().records() {
        if part.network.as_ref() == Some(id) {
            *counts.entry(part.state.as_str()).or_default() += 1;
        }
    }
    if counts.is_empty() {
        return Vec::new();
    }
    let words: Vec<String> = counts
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    vec![vec![piece(words.join(" · "), canvas.paint.text())]]
}

fn contracts(canvas: &Canvas<'_>, app: &App, id: &Id<Network>, network: &Network) -> Vec<Line> {
    let paint = &canvas.paint;
    let link = id.link();
    let mut rows: Vec<(&Id<Contract>, &Contract)> = app
        .world
        .table::<Contract>()
        .records()
        .filter(|(_, contract)| contract.subject.as_ref() == Some(&link))
        .collect();
    rows.sort_by_key(|(id, contract)| (std::cmp::Reverse(contract.starts), (*id).clone()));
    let today = utc_today(&app.world);
    let mut lines: Vec<Line> = rows
        .into_iter()
        .map(|(_, contract)| {
            let mut line = vec![
                piece(format!("contract v{} ", contract.version), paint.dim()),
                piece(contract.state.as_str().to_owned(), paint.text()),
            ];
            if let Some(ends) = contract.ends {
                let days = (ends - today).get_days();
                let style = if days < 90 { paint.warn() } else { paint.dim() };
                line.push(piece(format!("  ends {ends}, {days} d"), style));
            }
            line
        })
        .collect();
    if !network.platform_id.is_empty() {
        lines.push(vec![piece(
            format!(
                "platform id {}  {}",
                network.platform_id,
                network.aliases.join(", ")
            ),
            paint.dim(),
        )]);
    }
    lines
}

fn incidents(canvas: &Canvas<'_>, app: &App, id: &Id<Network>) -> Vec<Line> {
    let open = app
        .world
        .table::<Incident>()
        .records()
        .filter(|(_, incident)| incident.network.as_ref() == Some(id) && incident.is_open())
        .count();
    let style = if open > 0 {
        canvas.paint.warn()
    } else {
        canvas.paint.dim()
    };
    vec![vec![piece(
        format!("{} open", counted(open, "incident")),
        style,
    )]]
}

fn plans(canvas: &Canvas<'_>, app: &App, id: &Id<Network>, width: u16) -> Vec<Line> {
    let paint = &canvas.paint;
    let link = id.link();
    let mut lines = Vec::new();
    for (plan_id, plan) in app.world.table::<Plan>().records() {
        if plan.subject.as_ref() != Some(&link) {
            continue;
        }
        let items = || {
            app.world
                .table::<PlanItem>()
                .records()
                .filter(|(_, item)| item.plan.as_ref() == Some(plan_id))
        };
        let done = items().filter(|(_, item)| item.done_at.is_some()).count();
        let phase = format!("{}  ", plan.phase);
        let count = format!("{done} of {} done", items().count());
        let ends = plan.ends.map(|ends| format!(", ends {ends}"));
        let ends = ends.unwrap_or_default();
        // The title is the only part that may be long.
        let taken = text::width(&phase) + text::width(&count) + text::width(&ends);
        let room = usize::from(width.saturating_sub(4)).saturating_sub(taken);
        let title = text::clean_line(&plan.title);
        lines.push(vec![
            piece(
                format!("{}  ", text::truncate(&title, room.max(8))),
                paint.strong(),
            ),
            piece(phase, paint.info()),
            piece(count, paint.text()),
            piece(ends, paint.dim()),
        ]);
        let summary = text::clean_line(&plan.summary);
        if !summary.trim().is_empty() {
            let rows = text::wrap(&summary, usize::from(width.saturating_sub(2)).max(8));
            let rows = rows.into_iter();
            lines.extend(rows.map(|row| vec![piece(row.text, paint.dim())]));
        }
    }
    lines
}
