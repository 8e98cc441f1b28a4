//! The card of a lead beside its conversation: how it stands, what comes next, whom to talk to.

use ratatui::layout::Rect;

use super::{open_follow_ups, put_lines};
use crate::app::App;
use crate::record::{Id, Lead, Person, Stage, Thread, User};
use crate::ui::canvas::{Canvas, Piece, gauge, piece};
use crate::ui::funnel::lead::standing;
use crate::ui::table;
use crate::when::clock;

/// Points of the best lead by the rubric.
const BEST: f64 = 5.0;
/// Without a word for so long a lead has gone quiet.
const QUIET_DAYS: i64 = 7;

/// Draws the card.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: &Id<Lead>) {
    let Some(lead) = app.world.get(id) else {
        canvas.frame(area, "Lead", "not in the cache", false);
        return;
    };
    let stage = app.world.follow::<Stage>(lead.stage.as_ref());
    let inner = canvas.frame(area, &lead.name, &standing(app, lead, stage), false);
    let mut lines = vec![stay(canvas, app, lead, stage, inner.width)];
    lines.push(worth(canvas, app, lead, inner.width));
    lines.push(next(canvas, app, lead));
    lines.push(contact(canvas, app, id, lead));
    lines.extend(open_follow_ups(canvas, app, |follow_up| {
        follow_up.lead.as_ref() == Some(id) || follow_up.refs.contains(&id.link())
    }));
    put_lines(canvas, (area, inner), &lines, "Alt-l");
}

/// How long it has been in its stage, against the limit of the stage.
fn stay(
    canvas: &Canvas<'_>,
    app: &App,
    lead: &Lead,
    stage: Option<&Stage>,
    width: u16,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let Some(entered) = lead.entered_at else {
        return vec![piece("in no stage yet", paint.dim())];
    };
    let days = app.world.view.now.duration_since(entered).as_hours() / 24;
    let Some(limit) = stage.and_then(|stage| stage.limit_days) else {
        return vec![piece(
            format!("{days}d in this stage, no limit"),
            paint.text(),
        )];
    };
    let over = stage.is_some_and(|stage| stage.is_over_limit(entered, app.world.view.now));
    let style = if over {
        paint.bad()
    } else if days * 4 >= limit * 3 {
        paint.warn()
    } else {
        paint.good()
    };
    let mut line = vec![piece(format!("stage {days:>3}d "), style)];
    let cells = if width >= 60 { 10 } else { 5 };
    let count = |days: i64| crate::figure::real(u64::try_from(days).unwrap_or(0));
    let share = count(days) / count(limit.max(1));
    line.extend(gauge(paint, cells, share, style));
    let words = if over {
        format!("  {}d over its limit of {limit}d", (days - limit).max(0))
    } else {
        format!("  {}d left of {limit}d", limit - days)
    };
    line.push(piece(words, if over { paint.bad() } else { paint.dim() }));
    line
}

/// Its score, what it may bring, where it comes from.
fn worth(canvas: &Canvas<'_>, app: &App, lead: &Lead, width: u16) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut line = match lead.score {
        Some(score) => {
            let mut line = vec![piece(format!("score {score:>3.1} "), paint.text())];
            let cells = if width >= 60 { 10 } else { 5 };
            line.extend(gauge(paint, cells, score / BEST, paint.info()));
            line.push(piece("  ", paint.dim()));
            line
        }
        None => vec![piece("not scored yet  ", paint.dim())],
    };
    let mut words = Vec::new();
    if let Some(money) = &lead.expected_value {
        let value = crate::record::Value::Money(money.clone());
        words.push(format!("{} in 90 days", table::words(&value, app)));
    }
    if let Some(creators) = lead.creators {
        words.push(format!("{creators} creators"));
    }
    words.push(lead.source.to_string());
    words.retain(|word| !word.is_empty());
    line.push(piece(words.join(" · "), paint.dim()));
    line
}

fn next(canvas: &Canvas<'_>, app: &App, lead: &Lead) -> Vec<Piece> {
    let paint = &canvas.paint;
    let today = app.world.view.today();
    let when = match lead.next_due {
        Some(date) if date < today => {
            let late = crate::figure::days_between(date, today);
            piece(format!("{late}d late  "), paint.bad())
        }
        Some(date) => piece(format!("{}  ", clock::day_word(date, today)), paint.info()),
        None if lead.next_step.is_empty() => piece("", paint.dim()),
        None => piece("no date  ", paint.warn()),
    };
    let step = if lead.next_step.is_empty() {
        piece("none planned", paint.warn())
    } else {
        piece(lead.next_step.clone(), paint.strong())
    };
    vec![piece("next  ", paint.dim()), when, step]
}

/// When we last talked, with whom, and whose lead it is.
fn contact(canvas: &Canvas<'_>, app: &App, id: &Id<Lead>, lead: &Lead) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut line = Vec::new();
    let threads = app.world.table::<Thread>().records();
    let last = threads
        .filter(|(_, thread)| thread.lead.as_ref() == Some(id))
        .filter_map(|(_, thread)| thread.last_at)
        .max();
    if let Some(at) = last {
        let age = clock::ago(app.world.view.now, at);
        let quiet = app.world.view.now.duration_since(at).as_hours() >= 24 * QUIET_DAYS;
        let style = if quiet { paint.warn() } else { paint.text() };
        line.push(piece(format!("talked {age}  "), style));
    }
    if let Some(contact) = app.world.follow::<Person>(lead.contact.as_ref()) {
        line.push(piece(contact.name.clone(), paint.person()));
        line.push(piece("  ", paint.dim()));
    }
    if let Some(owner) = app.world.follow::<User>(lead.owner.as_ref()) {
        let mine = lead.owner.as_ref() == Some(&app.world.my_id());
        let words = if mine {
            "owner me".to_owned()
        } else {
            format!("owner {}", owner.name)
        };
        line.push(piece(words, paint.dim()));
    }
    line
}
