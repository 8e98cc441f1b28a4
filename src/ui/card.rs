//! The card of what a thread is about: how the CN does, what is open, when we last talked.

mod lead;
mod person;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, gauge, piece};
use super::table::number_words;
use super::{follow_ups, table};
use crate::app::{App, Course};
use crate::pane::is_needy;
use crate::record::{
    AnyRef, FollowUp, FollowUpState, Id, Kind, Lifecycle, MetricDef, Network, Person, Thread, User,
};
use crate::text;
use crate::when::clock;

/// Draws the card of the CN, the lead or the person that a thread is about.
pub(super) fn of_thread(canvas: &mut Canvas<'_>, app: &App, area: Rect, thread: Option<&Thread>) {
    if canvas.lean {
        return;
    }
    let Some(thread) = thread else {
        canvas.frame(area, "About", "", false);
        return;
    };
    let other = match (&thread.network, &thread.lead, &thread.from) {
        (Some(id), ..) => {
            network(canvas, app, area, id);
            return;
        }
        (None, Some(id), _) => {
            lead::draw(canvas, app, area, id);
            return;
        }
        (None, None, Some(id)) if app.world.get(id).is_some() => {
            person::draw(canvas, app, area, id);
            return;
        }
        (None, None, Some(id)) => AnyRef::new(Kind::Person, id.as_str()),
        (None, None, None) => {
            canvas.frame(area, "About", "", false);
            return;
        }
    };
    table::detail(canvas, app, area, &other, false);
}

/// The style of a health between 0 and 100.
pub(super) fn health_style(canvas: &Canvas<'_>, health: f64) -> Style {
    match health {
        health if health < 50.0 => canvas.paint.bad(),
        health if health < 70.0 => canvas.paint.warn(),
        _ => canvas.paint.good(),
    }
}

/// A change with its sign: `+14%`, styled by whether more is better.
pub(super) fn change(canvas: &Canvas<'_>, app: &App, course: &Course) -> Piece {
    let paint = &canvas.paint;
    let Some(ratio) = course.change else {
        return piece("", paint.dim());
    };
    let better = app
        .world
        .get(&course.metric)
        .is_none_or(|def| def.direction != "down");
    let percent = (ratio * 100.0).round();
    let style = if percent.abs() < 1.0 {
        paint.dim()
    } else if (percent > 0.0) == better {
        paint.good()
    } else {
        paint.bad()
    };
    let words = if percent.abs() > 999.0 {
        "  >10×".to_owned()
    } else {
        format!("{percent:+.0}%")
    };
    piece(words, style)
}

/// Says where a CN stands in its life, with the days since it signed: `live · day 40`.
pub(super) fn life(app: &App, network: &Network) -> String {
    let life = network.lifecycle.as_str().replace('_', " ");
    match network.signed_at {
        Some(signed) => {
            let days = (app.world.view.today() - signed).get_days();
            format!("{life} · day {days}")
        }
        None => life,
    }
}

/// Draws the card of a CN.
pub(super) fn network(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: &Id<Network>) {
    let Some(network) = app.world.get(id) else {
        canvas.frame(area, "CN", "not in the cache", false);
        return;
    };
    let inner = canvas.frame(area, &network.name, &life(app, network), false);
    canvas.link_title(area, &network.name, &network.url);
    let mut lines = vec![health(canvas, network, inner.width)];
    let room = usize::from(inner.height);
    let open = open_follow_ups(canvas, app, |follow_up| {
        follow_up.network.as_ref() == Some(id)
    });
    let courses = app.courses.of(&id.link());
    let kept = room.saturating_sub(3 + open.len().min(2)).clamp(1, 7);
    lines.extend(
        courses
            .iter()
            .take(kept)
            .map(|course| figures(canvas, app, course, inner.width)),
    );
    if courses.is_empty() {
        let words = if app.screen.sync.is_partial() {
            "figures: not fetched yet"
        } else {
            "no figures yet"
        };
        lines.push(vec![piece(words, canvas.paint.dim())]);
    }
    lines.push(contact(canvas, app, network));
    lines.extend(open);
    put_lines(canvas, (area, inner), &lines, "g n");
}

/// Draws the lines of a card, and how many more there are by which key.
fn put_lines(
    canvas: &mut Canvas<'_>,
    (area, inner): (Rect, Rect),
    lines: &[Vec<Piece>],
    key: &str,
) {
    for (y, line) in (inner.y..inner.bottom()).zip(lines) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
    let room = usize::from(inner.height);
    if lines.len() > room {
        let more = format!("{} more · ", lines.len() - room);
        let style = canvas.paint.key();
        let dim = canvas.paint.dim();
        canvas.foot(area, &[piece(more, dim), piece(key, style)]);
    }
}

fn health(canvas: &Canvas<'_>, network: &Network, width: u16) -> Vec<Piece> {
    let paint = &canvas.paint;
    let Some(health) = network.health else {
        return vec![piece("health not scored yet", paint.dim())];
    };
    let style = health_style(canvas, health);
    let mut line = vec![piece(format!("health {health:>3.0} "), style)];
    let cells = if width >= 60 { 10 } else { 5 };
    line.extend(gauge(paint, cells, health / 100.0, style));
    line.push(piece(
        format!("  {}", network.health_reason),
        if is_needy(network) {
            paint.text()
        } else {
            paint.dim()
        },
    ));
    line
}

/// One metric: its name, its course, the figure of the month, its change, and how far the goal is.
fn figures(canvas: &Canvas<'_>, app: &App, course: &Course, width: u16) -> Vec<Piece> {
    let paint = &canvas.paint;
    let name = app
        .world
        .table::<MetricDef>()
        .record(course.metric.as_str())
        .map_or(course.metric.as_str(), |def| def.name.as_str());
    // Where it is narrow the goal stays whole and the rest gives way.
    let narrow = width < 51;
    let (label, reach) = if narrow { (11, 3) } else { (14, 5) };
    let name = text::fit_left(&text::clean_line(name), label).into_owned();
    let cells = usize::from(width.saturating_sub(50)).clamp(6, 15);
    let mut line = vec![
        piece(format!("{name} "), paint.dim()),
        piece(
            text::sparkline(&course.values, cells, paint.glyphs()),
            paint.bar(),
        ),
        piece(
            format!("{:>8}", number_words(course.latest)),
            paint.strong(),
        ),
    ];
    let change = change(canvas, app, course);
    line.push(piece(format!(" {:>6}", change.text), change.style));
    if let Some(target) = course.target {
        let ratio = course.latest / target;
        line.push(piece(if narrow { " " } else { "  " }, paint.dim()));
        line.extend(gauge(paint, reach, ratio, paint.info()));
        let percent = (ratio * 100.0).round();
        let words = if percent > 999.0 {
            " >10×".to_owned()
        } else {
            format!(" {percent:.0}%")
        };
        line.push(piece(words, paint.text()));
    }
    line
}

fn contact(canvas: &Canvas<'_>, app: &App, network: &Network) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut line = Vec::new();
    if let Some(at) = network.last_contact_at {
        let age = clock::ago(app.world.view.now, at);
        let quiet = app.world.view.now.duration_since(at).as_hours() >= 24 * 14;
        let style = if quiet { paint.warn() } else { paint.text() };
        line.push(piece(format!("talked {age}  "), style));
    }
    if let Some(contact) = app.world.follow::<Person>(network.contact.as_ref()) {
        line.push(piece(contact.name.clone(), paint.person()));
        line.push(piece("  ", paint.dim()));
    }
    if let Some(owner) = app.world.follow::<User>(network.owner.as_ref()) {
        let mine = network.owner.as_ref() == Some(&app.world.my_id());
        let words = if mine {
            "CNM me".to_owned()
        } else {
            format!("CNM {}", owner.name)
        };
        line.push(piece(words, paint.dim()));
    }
    if matches!(network.lifecycle, Lifecycle::New | Lifecycle::Onboarding)
        && let Some(creators) = network.creators
    {
        line.push(piece(format!("  {creators} creators"), paint.dim()));
    }
    line
}

/// What is still open with a CN or a lead: its follow-ups, the latest first, then how many threads wait.
fn open_follow_ups(
    canvas: &Canvas<'_>,
    app: &App,
    about: impl Fn(&FollowUp) -> bool,
) -> Vec<Vec<Piece>> {
    let paint = &canvas.paint;
    let mut open: Vec<&FollowUp> = app
        .world
        .table::<FollowUp>()
        .records()
        .map(|(_, follow_up)| follow_up)
        .filter(|follow_up| about(follow_up) && follow_up.state == FollowUpState::Open)
        .collect();
    open.sort_by_key(|follow_up| std::cmp::Reverse(follow_up.late(&app.world.view)));
    let mut lines: Vec<Vec<Piece>> = open
        .into_iter()
        .map(|follow_up| {
            let (late, style) = follow_ups::lateness(canvas, app, follow_up);
            vec![
                piece(format!("{late:>9} "), style),
                piece(follow_up.title.clone(), paint.text()),
            ]
        })
        .collect();
    if lines.is_empty() {
        lines.push(vec![piece(
            "nothing open; f on a thread makes a follow-up",
            paint.dim(),
        )]);
    }
    lines
}
