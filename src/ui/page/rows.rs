//! The cells of a row, tab by tab.

use ratatui::style::Style;

use super::head::goal_words;
use crate::app::App;
use crate::effect::RowState;
use crate::figure::Band;
use crate::pane::{Tab, dimension_rows, metric_name, utc_today};
use crate::portfolio::{Effect, EffectVerdict, MilestoneState, Scale, milestone_state};
use crate::record::{
    AnyRef, Campaign, CoachingAction, Creator, DimensionScore, DimensionSet, Goal, GoalPeriod, Id,
    Incident, MetricPoint, Milestone, Money, Participation, ParticipationState, Person, PlanItem,
    Record, Severity, User, Value,
};
use crate::text;
use crate::ui::canvas::{Canvas, Piece, gauge, piece};
use crate::ui::networks::band_style;
use crate::ui::table::{self, cell, number_words};
use crate::when::{clock, zone};

type Cells = Vec<Vec<Piece>>;

/// Makes the cells of a row in the order of the tab's columns.
pub(super) fn cells(canvas: &Canvas<'_>, app: &App, tab: Tab, key: &str) -> (Cells, RowState) {
    let cells = match tab {
        Tab::Overview => None,
        Tab::Creators => creator(canvas, app, key),
        Tab::Goals => goal(canvas, app, key),
        Tab::Onboarding => milestone(canvas, app, key),
        Tab::Dimensions => dimension(canvas, app, key),
        Tab::Coaching => coaching(canvas, app, key),
        Tab::Campaigns => campaign(canvas, app, key),
        Tab::Contacts => contact(canvas, app, key),
        Tab::Incidents => incident(canvas, app, key),
        Tab::Plan => item(canvas, app, key),
        Tab::Timeline => happening(canvas, app, key),
        Tab::Figures => point(canvas, app, key),
    };
    let link = crate::pane::link_of(crate::pane::Place::Page(tab), tab.kind(), key);
    let state = link
        .known_kind()
        .and_then(|kind| app.world.any(kind).fields(&link.id))
        .map(|(_, state, _)| state)
        .unwrap_or_default();
    (cells.unwrap_or_default(), state)
}

fn number(canvas: &Canvas<'_>, value: Option<f64>) -> Vec<Piece> {
    match value {
        Some(value) => cell(number_words(value), canvas.paint.text()),
        None => cell("–".to_owned(), canvas.paint.dim()),
    }
}

/// A change with its sign; few observations keep it grey.
pub(in crate::ui) fn change_cell(
    canvas: &Canvas<'_>,
    ratio: Option<f64>,
    colour: bool,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let Some(ratio) = ratio else {
        return cell("–".to_owned(), paint.dim());
    };
    let style = match ratio * 100.0 {
        _ if !colour => paint.dim(),
        percent if percent >= 1.0 => paint.good(),
        percent if percent <= -1.0 => paint.bad(),
        _ => paint.dim(),
    };
    let words = if ratio > 9.99 {
        ">10×".to_owned()
    } else {
        format!("{:+.0}%", ratio * 100.0)
    };
    cell(words, style)
}

fn creator(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let id = Id::<Creator>::new(key);
    let creator = app.world.get(&id)?;
    let figures = app
        .page
        .shown()
        .and_then(|page| page.creators.get(&id))
        .cloned();
    let figures = figures.unwrap_or_default();
    let dark = creator
        .last_live_at
        .map(|at| app.world.view.now.duration_since(at).as_hours() / 24);
    let style = match dark {
        Some(days) if days >= 7 => paint.bad(),
        Some(days) if days >= 3 => paint.warn(),
        _ => paint.dim(),
    };
    let ratio = figures.growth.and_then(|growth| growth.change.ratio());
    Some(vec![
        cell(format!("@{}", creator.handle), paint.person()),
        number(canvas, figures.so_far),
        change_cell(canvas, ratio, true),
        number(canvas, figures.valid_days),
        number(canvas, figures.hours),
        cell(dark.map_or("–".into(), |days| format!("{days}d")), style),
        cell(creator.tier_status.clone(), paint.dim()),
        cell(creator.relationship_status.clone(), paint.dim()),
    ])
}

fn goal(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let id = Id::<Goal>::new(key);
    let goal = app.world.get(&id)?;
    let indent = match goal.period {
        GoalPeriod::Year => "",
        GoalPeriod::Quarter => "  ",
        GoalPeriod::Month | GoalPeriod::Other(_) => "    ",
    };
    let name = cell(
        format!("{indent}{}", goal_words(app, goal)),
        if goal.period == GoalPeriod::Month {
            paint.text()
        } else {
            paint.strong()
        },
    );
    let agreed = match goal.aligned_at {
        Some(_) => cell("agreed".to_owned(), paint.dim()),
        None => cell("not yet".to_owned(), paint.warn()),
    };
    let pace = app.page.shown().and_then(|page| page.goals.get(&id));
    let target = goal.target.map_or_else(|| "–".to_owned(), number_words);
    Some(match pace {
        Some(Ok(pace)) => {
            let style = band_style(canvas, pace.band);
            let share = pace.reached().unwrap_or(0.0);
            let over = matches!(pace.band, Band::Done | Band::Gone) || pace.progress.left == 0;
            vec![
                name,
                number(canvas, pace.so_far.value),
                cell(target, paint.dim()),
                cell(format!("{:.0}%", share * 100.0), style),
                cell(pace.band.word().to_owned(), style),
                if over {
                    Vec::new()
                } else {
                    number(canvas, pace.need_per_day)
                },
                cell(format!("{}d", pace.progress.left), paint.dim()),
                agreed,
            ]
        }
        Some(Err(gap)) => vec![
            name,
            cell("–".to_owned(), paint.dim()),
            cell(target, paint.dim()),
            Vec::new(),
            cell(gap.words().to_owned(), paint.dim()),
            Vec::new(),
            Vec::new(),
            agreed,
        ],
        None => vec![name, Vec::new(), cell(target, paint.dim())],
    })
}

fn milestone(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let milestone = app.world.table::<Milestone>().record(key)?;
    let (words, style) = match milestone_state(milestone, utc_today(&app.world)) {
        MilestoneState::Overdue(days) => (format!("{days}d overdue"), paint.bad()),
        MilestoneState::DueIn(0) => ("due today".to_owned(), paint.warn()),
        MilestoneState::DueIn(days) if days <= 7 => (format!("due in {days}d"), paint.warn()),
        MilestoneState::DueIn(days) => (format!("due in {days}d"), paint.text()),
        MilestoneState::Undated => ("no date".to_owned(), paint.dim()),
        MilestoneState::Done(late) if late > 0 => (format!("reached +{late}d"), paint.good()),
        MilestoneState::Done(_) => ("reached".to_owned(), paint.good()),
        MilestoneState::Waived => ("waived".to_owned(), paint.dim()),
    };
    let evidence = if milestone.waived_reason.is_empty() {
        &milestone.evidence
    } else {
        &milestone.waived_reason
    };
    Some(vec![
        cell(milestone.title().into_owned(), paint.text()),
        cell(words, style),
        cell(
            milestone.due.map(clock::date_stamp).unwrap_or_default(),
            paint.dim(),
        ),
        cell(evidence.clone(), paint.dim()),
    ])
}

fn dimension(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let network = app.screen.network()?;
    let (set, rows) = dimension_rows(&app.world, &network);
    let set: &DimensionSet = app.world.get(&set?)?;
    let score = app.world.table::<DimensionScore>().record(key);
    let dimension = match score {
        Some(score) => score.key.as_str(),
        None => key.strip_prefix('?')?,
    };
    let known = set.dimensions.iter().find(|one| one.key == dimension);
    let name = known.map_or(dimension, |one| one.name());
    let Some(score) = score else {
        return Some(vec![
            cell(name.to_owned(), paint.text()),
            cell("–".to_owned(), paint.dim()),
            cell("not scored".to_owned(), paint.dim()),
        ]);
    };
    let before = rows
        .iter()
        .find(|row| row.key == dimension)
        .and_then(|row| app.world.get(row.scores.get(1)?)?.value);
    let (low, high) = (set.scale_min.unwrap_or(0.0), set.scale_max.unwrap_or(10.0));
    let share = score
        .value
        .map_or(0.0, |value| (value - low) / (high - low).max(1e-9));
    let plain = |value: f64| format!("{value}");
    Some(vec![
        cell(name.to_owned(), paint.text()),
        cell(score.value.map_or("–".into(), plain), paint.strong()),
        gauge(paint, 10, share, paint.info()),
        cell(before.map(plain).unwrap_or_default(), paint.dim()),
        cell(
            score
                .at
                .map(|at| clock::date_stamp(app.world.view.zone.to_datetime(at).date()))
                .unwrap_or_default(),
            paint.dim(),
        ),
        cell(score.note.to_string(), paint.dim()),
    ])
}

/// Writes what an action changed: `+12 % (-3 to 27), n 9`.
pub(super) fn effect_words(effect: &Effect) -> String {
    let Some(value) = effect.effect.value else {
        return "–".to_owned();
    };
    let (factor, unit) = match effect.scale {
        Scale::Relative => (100.0, " %"),
        Scale::Absolute => (1.0, ""),
    };
    let interval = effect.effect.certainty.interval().map(|interval| {
        format!(
            " ({:+.0} to {:+.0})",
            interval.lo * factor,
            interval.hi * factor
        )
    });
    format!(
        "{:+.0}{unit}{} n {}",
        value * factor,
        interval.unwrap_or_default(),
        effect.effect.of.n
    )
}

fn coaching(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let id = Id::<CoachingAction>::new(key);
    let action = app.world.get(&id)?;
    let effect = app.page.shown().and_then(|page| page.effects.get(&id));
    let (verdict, style, effect) = match effect {
        Some(Ok(effect)) => {
            let style = match effect.verdict {
                EffectVerdict::Better => paint.good(),
                EffectVerdict::Worse => paint.bad(),
                EffectVerdict::NoDifference => paint.text(),
                _ => paint.dim(),
            };
            // What is too early to be judged shows no number that one could fall for.
            let words = if effect.verdict == EffectVerdict::TooEarly {
                String::new()
            } else {
                effect_words(effect)
            };
            (effect.verdict.words().to_owned(), style, words)
        }
        Some(Err(_)) => ("no windows".to_owned(), paint.dim(), String::new()),
        None => (String::new(), paint.dim(), String::new()),
    };
    let open = if action.is_open() {
        paint.info()
    } else {
        paint.dim()
    };
    Some(vec![
        cell(action.topic.clone(), paint.text()),
        cell(action.state.as_str().to_owned(), open),
        cell(verdict, style),
        cell(effect, paint.text()),
        cell(metric_name(&app.world, action.metric.as_ref()), paint.dim()),
        cell(
            action.due.map(clock::date_stamp).unwrap_or_default(),
            paint.dim(),
        ),
    ])
}

fn campaign(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let part = app.world.table::<Participation>().record(key)?;
    let campaign = app.world.follow::<Campaign>(part.campaign.as_ref());
    let over = campaign
        .and_then(|campaign| campaign.ends)
        .is_some_and(|ends| ends < app.world.view.today());
    let style = match part.state {
        _ if over => paint.dim(),
        ParticipationState::Undecided | ParticipationState::Invited => paint.warn(),
        ParticipationState::Joined | ParticipationState::Done => paint.good(),
        _ => paint.dim(),
    };
    let name = campaign.map_or("–", |campaign| &campaign.name);
    let money = |money: &Money| table::words(&Value::Money(money.clone()), app);
    let payout = part.payout.as_ref().map(|paid| format!(" {}", money(paid)));
    Some(vec![
        cell(
            name.to_owned(),
            if over { paint.dim() } else { paint.text() },
        ),
        cell(part.state.as_str().to_owned(), style),
        cell(
            campaign
                .and_then(|campaign| campaign.ends)
                .map(clock::date_stamp)
                .unwrap_or_default(),
            paint.dim(),
        ),
        cell(
            part.creators.map(|n| n.to_string()).unwrap_or_default(),
            paint.text(),
        ),
        cell(
            campaign
                .map_or("", |campaign| campaign.kind.as_str())
                .to_owned(),
            paint.dim(),
        ),
        cell(
            campaign
                .and_then(|campaign| campaign.prize_pool.as_ref())
                .map(money)
                .unwrap_or_default(),
            paint.info(),
        ),
        cell(
            format!("{}{}", part.result, payout.unwrap_or_default()),
            paint.dim(),
        ),
    ])
}

fn contact(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let person = app.world.table::<Person>().record(key)?;
    let there = zone::load(&person.zone)
        .map(|zone| {
            zone.to_datetime(app.world.view.now)
                .strftime("%a %H:%M")
                .to_string()
        })
        .unwrap_or_default();
    let mut channels: Vec<&str> = Vec::new();
    for handle in &person.handles {
        if handle.preferred {
            channels.insert(0, &handle.channel);
        } else {
            channels.push(&handle.channel);
        }
    }
    Some(vec![
        cell(person.name.clone(), paint.person()),
        cell(there, paint.dim()),
        cell(channels.join(", "), paint.text()),
        cell(person.role.clone(), paint.dim()),
        cell(person.locale.clone(), paint.dim()),
    ])
}

fn incident(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let incident = app.world.table::<Incident>().record(key)?;
    let open = incident.is_open();
    let style: Style = match (&incident.severity, open) {
        (_, false) => paint.dim(),
        (Severity::P1, true) => paint.bad(),
        (Severity::P2, true) => paint.warn(),
        _ => paint.text(),
    };
    let left = incident.deadline.filter(|_| open).map(|at| {
        let words = clock::left(app.world.view.now, at);
        cell(words, paint.warn())
    });
    Some(vec![
        cell(
            incident.title.clone(),
            if open { paint.text() } else { paint.dim() },
        ),
        cell(incident.severity.as_str().to_uppercase(), style),
        cell(incident.state.as_str().replace('_', " "), style),
        left.unwrap_or_default(),
        cell(
            incident
                .opened_at
                .map(|at| clock::date_stamp(app.world.view.zone.to_datetime(at).date()))
                .unwrap_or_default(),
            paint.dim(),
        ),
    ])
}

fn item(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let item = app.world.table::<PlanItem>().record(key)?;
    let open = item.is_open();
    let late = item
        .due
        .is_some_and(|due| open && due < app.world.view.today());
    let who = app
        .world
        .follow::<User>(item.owner.as_ref())
        .map_or("", |user| &user.name);
    Some(vec![
        cell(
            format!("{} {}", if open { "[ ]" } else { "[x]" }, item.title),
            if open { paint.text() } else { paint.dim() },
        ),
        cell(
            item.due.map(clock::date_stamp).unwrap_or_default(),
            if late { paint.bad() } else { paint.dim() },
        ),
        cell(item.state.as_str().to_owned(), paint.dim()),
        cell(who.to_owned(), paint.dim()),
    ])
}

fn happening(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let link = AnyRef::parse(key)?;
    let network = app.screen.network()?;
    let at = app.page.when(&network, &link);
    let kind = link.known_kind()?;
    Some(vec![
        cell(
            text::clean_line(&happened(app, &link)).into_owned(),
            paint.text(),
        ),
        cell(
            at.map(|at| clock::stamp(at, &app.world.view.zone))
                .unwrap_or_default(),
            paint.dim(),
        ),
        cell(kind.label().to_owned(), paint.info()),
    ])
}

/// Says in a line what happened.
pub(super) fn happened(app: &App, link: &AnyRef) -> String {
    if let Some(score) = link
        .id_of::<DimensionScore>()
        .and_then(|id| app.world.get(&id))
    {
        let value = score
            .value
            .map_or("–".to_owned(), |value| value.to_string());
        return format!(
            "{} scored {value} (v{}) {}",
            score.key, score.version, &*score.note
        );
    }
    if let Some(part) = link
        .id_of::<Participation>()
        .and_then(|id| app.world.get(&id))
    {
        let name = part.campaign.as_ref().map(|id| app.world.title(&id.link()));
        return format!("{}: {}", name.unwrap_or_default(), part.state);
    }
    if let Some(goal) = link.id_of::<Goal>().and_then(|id| app.world.get(&id)) {
        return format!("agreed: {}", goal_words(app, goal));
    }
    app.world.title(link)
}

fn point(canvas: &Canvas<'_>, app: &App, key: &str) -> Option<Cells> {
    let paint = &canvas.paint;
    let network = app.screen.network()?;
    let id = Id::<MetricPoint>::new(key);
    let rows = &app.page.of(&network)?.rows;
    let row = rows.iter().find(|row| row.point == id)?;
    let few = row.min_n.zip(row.n).is_some_and(|(least, n)| n < least);
    let firm = match row.status {
        crate::record::PointStatus::Provisional => "?",
        crate::record::PointStatus::Restated => "*",
        _ => " ",
    };
    Some(vec![
        cell(row.name.clone(), paint.text()),
        vec![
            piece(
                row.value.map_or("–".to_owned(), number_words),
                if few { paint.dim() } else { paint.strong() },
            ),
            piece(firm, paint.dim()),
        ],
        cell(row.period(), paint.dim()),
        cell(
            row.n.map_or("–".to_owned(), |n| n.to_string()),
            if few { paint.warn() } else { paint.text() },
        ),
        cell(
            row.as_of
                .map(|at| clock::stamp(at, &app.world.view.zone))
                .unwrap_or_default(),
            paint.dim(),
        ),
        cell(row.source.clone(), paint.dim()),
    ])
}
