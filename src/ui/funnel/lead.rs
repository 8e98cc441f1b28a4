//! The card of a lead: its way, what the next stage asks for, whom to talk to.

use std::fmt::Write as _;

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, Piece, piece};
use super::super::sheet::Sheet;
use super::super::table;
use crate::app::App;
use crate::funnel::{Outcome, missing_facts};
use crate::record::{AnyRef, Id, Lead, Note, Person, Stage, Thread, User};
use crate::text;
use crate::text::counted;
use crate::when::{clock, zone};

/// Draws the card of a lead.
pub(in crate::ui) fn card(
    canvas: &mut Canvas<'_>,
    app: &App,
    area: Rect,
    id: &Id<Lead>,
    focused: bool,
) {
    let Some(lead) = app.world.get(id) else {
        canvas.frame(area, "Lead", "not in the cache", focused);
        return;
    };
    let stage = app.world.follow::<Stage>(lead.stage.as_ref());
    let inner = canvas.frame(area, &lead.name, &standing(app, lead, stage), focused);
    let mut card = Sheet::new(inner);
    next(canvas, app, lead, &mut card);
    way(canvas, app, id, &mut card);
    gate(canvas, app, lead, stage, &mut card);
    who(canvas, app, lead, &mut card);
    facts(canvas, app, lead, &mut card);
    score(canvas, app, lead, &mut card);
    alike(canvas, app, id, &mut card);
    card.text("about", &lead.summary, canvas.paint.text());
    notes(canvas, app, id, &mut card);
    if focused {
        card.rule("all fields");
        for (name, words) in table::field_lines(app, &id.link()) {
            card.text(&name, &words, canvas.paint.text());
        }
    }
    let scroll = if focused { app.screen.detail_scroll } else { 0 };
    card.draw(canvas, inner, scroll);
}

/// Says in which stage a lead is, for how many days of how many.
pub(in crate::ui) fn standing(app: &App, lead: &Lead, stage: Option<&Stage>) -> String {
    let name = stage.map_or("no stage", |stage| &stage.name);
    let days = lead
        .entered_at
        .map(|at| app.world.view.now.duration_since(at).as_hours() / 24);
    let over = lead.entered_at.is_some_and(|entered| {
        stage.is_some_and(|stage| stage.is_over_limit(entered, app.world.view.now))
    });
    match (days, stage.and_then(|stage| stage.limit_days)) {
        (Some(days), Some(limit)) if over => {
            format!("{name} · {days}d, limit {limit}d!")
        }
        (Some(days), Some(limit)) => format!("{name} · {days}d of {limit}d"),
        (Some(days), None) => format!("{name} · {days}d"),
        (None, _) => name.to_owned(),
    }
}

fn next(canvas: &Canvas<'_>, app: &App, lead: &Lead, card: &mut Sheet) {
    let paint = &canvas.paint;
    let today = app.world.view.today();
    if lead.next_step.is_empty() {
        card.line(
            "next",
            vec![piece("no next step: t writes one", paint.warn())],
        );
    } else {
        card.text("next", &lead.next_step, paint.strong());
    }
    match lead.next_due {
        Some(date) if date < today => {
            let late = crate::figure::days_between(date, today);
            let words = format!("{}, {late}d late", clock::day_word(date, today));
            card.line("by", vec![piece(words, paint.bad())]);
        }
        Some(date) => card.line(
            "by",
            vec![piece(clock::day_word(date, today), paint.text())],
        ),
        None => card.line("by", vec![piece("no date", paint.warn())]),
    }
    if let Some(at) = lead.expires_at {
        let left = clock::left(app.world.view.now, at);
        let style = if at < app.world.view.now {
            paint.bad()
        } else {
            paint.dim()
        };
        card.line("expires", vec![piece(format!("in {left}"), style)]);
    }
}

/// The stays of the lead as a line: stage, date, days.
fn way(canvas: &Canvas<'_>, app: &App, id: &Id<Lead>, card: &mut Sheet) {
    let Some(figures) = app.figures.funnel() else {
        return;
    };
    let now = app.world.view.now;
    let arrow = canvas.paint.glyphs().arrow();
    let mut words = Vec::new();
    for stay in app.figures.way(id) {
        let name = figures.names.get(stay.rung).map_or("?", String::as_str);
        let date = clock::day_month(app.world.view.zone.to_datetime(stay.entered).date());
        let days = stay
            .left
            .unwrap_or(now)
            .duration_since(stay.entered)
            .as_hours()
            / 24;
        words.push(format!("{name} {date} ({days}d)"));
        match &stay.outcome {
            Outcome::Lost(reason) if reason.is_empty() => words.push("lost".to_owned()),
            Outcome::Lost(reason) => words.push(format!("lost: {reason}")),
            Outcome::MovedBack { .. } => words.push("back".to_owned()),
            _ => {}
        }
    }
    card.text(
        "way",
        &words.join(&format!(" {arrow} ")),
        canvas.paint.text(),
    );
}

/// What the next stage requires, each fact with whether it is known.
fn gate(canvas: &Canvas<'_>, app: &App, lead: &Lead, stage: Option<&Stage>, card: &mut Sheet) {
    let paint = &canvas.paint;
    let Some(order) = stage.and_then(|stage| stage.order) else {
        return;
    };
    let coming = app
        .world
        .table::<Stage>()
        .records()
        .map(|(_, stage)| stage)
        .filter(|stage| stage.order.is_some_and(|other| other > order))
        .min_by_key(|stage| stage.order);
    let Some(coming) = coming else { return };
    if coming.required.is_empty() {
        let words = format!("{} asks for nothing more", coming.name);
        card.line("gate", vec![piece(words, paint.dim())]);
        return;
    }
    let missing = missing_facts(lead, coming);
    let whole = coming.required.len();
    let known = whole.saturating_sub(missing.len());
    let style = if missing.is_empty() {
        paint.good()
    } else {
        paint.warn()
    };
    card.line(
        "gate",
        vec![piece(
            format!(
                "{} needs {}, {known} known",
                coming.name,
                counted(whole, "fact")
            ),
            style,
        )],
    );
    for name in &coming.required {
        let open = missing.iter().any(|fact| fact.name() == name.trim());
        let (mark, style) = if open {
            ("[ ] ", paint.warn())
        } else {
            ("[x] ", paint.good())
        };
        card.line(
            "",
            vec![
                piece(mark, style),
                piece(name.replace('_', " "), paint.text()),
            ],
        );
    }
}

fn who(canvas: &Canvas<'_>, app: &App, lead: &Lead, card: &mut Sheet) {
    let paint = &canvas.paint;
    if let Some(person) = app.world.follow::<Person>(lead.contact.as_ref()) {
        card.line("contact", contact(canvas, app, person, &lead.zone));
    }
    if let Some(owner) = app.world.follow::<User>(lead.owner.as_ref()) {
        card.line("owner", vec![piece(owner.name.clone(), paint.person())]);
    }
}

/// Writes a person with the time it is there now.
pub(in crate::ui) fn contact(
    canvas: &Canvas<'_>,
    app: &App,
    person: &Person,
    otherwise: &str,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let mut pieces = vec![piece(person.name.clone(), paint.person())];
    if !person.role.is_empty() {
        pieces.push(piece(format!("  {}", person.role), paint.dim()));
    }
    let name = if person.zone.is_empty() {
        otherwise
    } else {
        &person.zone
    };
    if !name.is_empty()
        && let Ok(theirs) = zone::load(name)
    {
        let local = theirs.to_datetime(app.world.view.now);
        let words = format!(
            "  {} {} {}",
            zone::city_name(name),
            clock::weekday_word(local.weekday()),
            clock::time(local.time())
        );
        pieces.push(piece(words, paint.info()));
    }
    pieces
}

/// The answers behind the score, with what they rest on.
fn score(canvas: &Canvas<'_>, app: &App, lead: &Lead, card: &mut Sheet) {
    let paint = &canvas.paint;
    let Some((_, rubric)) = crate::command::current_rubric(&app.world) else {
        return;
    };
    if lead.score.is_none() && lead.score_answers.is_empty() {
        card.line(
            "score",
            vec![
                piece("none yet: ", paint.dim()),
                piece("c", paint.key()),
                piece(" asks the questions", paint.dim()),
            ],
        );
        return;
    }
    let mut words = match lead.score {
        Some(score) => format!("{score:.1} of 5 by {}", lead.score_version),
        None => format!("not whole yet by {}", lead.score_version),
    };
    if lead.score_version != rubric.name {
        let _ = write!(words, ", not by {}", rubric.name);
    }
    card.line("score", vec![piece(words, paint.text())]);
    let answers: Vec<String> = lead
        .score_answers
        .iter()
        .map(|answer| {
            let evidence = if answer.evidence.is_empty() {
                String::new()
            } else {
                format!(" ({})", answer.evidence)
            };
            format!("{} {}{evidence}", answer.question, answer.points)
        })
        .collect();
    card.text("", &answers.join(" · "), paint.dim());
}

/// What the lead looks like a double of.
fn alike(canvas: &Canvas<'_>, app: &App, id: &Id<Lead>, card: &mut Sheet) {
    let paint = &canvas.paint;
    let Some(index) = app.figures.duplicates() else {
        return;
    };
    for one in index.of(&id.link()).iter().take(2) {
        let words = format!(
            "{}: {}",
            record_words(app, &one.record),
            crate::command::likeness_words(&one.likeness)
        );
        card.line(
            "alike",
            vec![
                piece("m ", paint.key()),
                piece("merges ", paint.dim()),
                piece(words, paint.warn()),
            ],
        );
    }
}

/// Names a lead with its stage, or a CN as such: two of one name are told apart.
fn record_words(app: &App, link: &AnyRef) -> String {
    let title = app.world.title(link);
    let lead = link.id_of::<Lead>().and_then(|id| app.world.get(&id));
    match lead {
        Some(lead) => match app.world.follow::<Stage>(lead.stage.as_ref()) {
            Some(stage) => format!("{title} ({})", stage.name),
            None => title,
        },
        None => format!("{title} (CN)"),
    }
}

fn facts(canvas: &Canvas<'_>, app: &App, lead: &Lead, card: &mut Sheet) {
    let paint = &canvas.paint;
    let mut words: Vec<String> = vec![lead.source.to_string()];
    for text in [&lead.channel, &lead.campaign, &lead.archetype, &lead.market] {
        if !text.is_empty() {
            words.push(text.clone());
        }
    }
    if let Some(creators) = lead.creators {
        words.push(format!("{creators} creators"));
    }
    if let Some(money) = &lead.expected_value {
        let value = crate::record::Value::Money(money.clone());
        words.push(format!("{} in 90 days", table::words(&value, app)));
    }
    words.retain(|word| !word.is_empty());
    card.text("facts", &words.join(" · "), paint.dim());
}

fn notes(canvas: &Canvas<'_>, app: &App, id: &Id<Lead>, card: &mut Sheet) {
    let below = app.figures.hanging(&id.link());
    if !below.follow_ups.is_empty() {
        card.rule(counted(below.follow_ups.len(), "follow-up"));
        for follow_up in below.follow_ups.iter().filter_map(|id| app.world.get(id)) {
            let (late, style) = super::super::follow_ups::lateness(canvas, app, follow_up);
            card.whole(vec![
                piece(format!("{late:<9}"), style),
                piece(follow_up.title.clone(), canvas.paint.text()),
            ]);
        }
    }
    thread_lines(canvas, app, below.threads, card);
    note_lines(canvas, app, below.notes, card);
}

/// Adds threads, newest first: how old, from whom, what.
pub(in crate::ui) fn thread_lines(
    canvas: &Canvas<'_>,
    app: &App,
    threads: &[Id<Thread>],
    card: &mut Sheet,
) {
    if threads.is_empty() {
        return;
    }
    let paint = &canvas.paint;
    card.rule(counted(threads.len(), "thread"));
    for thread in threads.iter().take(20).filter_map(|id| app.world.get(id)) {
        let age = thread
            .last_at
            .map(|at| clock::age(app.world.view.now, at))
            .unwrap_or_default();
        let person = app.world.follow::<Person>(thread.from.as_ref());
        let name = person.map_or(thread.from_name.as_str(), |person| &person.name);
        let name = text::fit_left(&text::clean_line(name), 14).into_owned();
        let words = if thread.title.is_empty() {
            piece(thread.last_text.clone(), paint.text())
        } else {
            piece(thread.title.clone(), paint.text())
        };
        card.whole(vec![
            piece(format!("{age:<4} "), paint.dim()),
            piece(format!("{name} "), paint.person()),
            words,
        ]);
    }
}

/// Adds notes, newest first, with their date.
pub(in crate::ui) fn note_lines(
    canvas: &Canvas<'_>,
    app: &App,
    notes: &[Id<Note>],
    card: &mut Sheet,
) {
    if notes.is_empty() {
        return;
    }
    card.rule(counted(notes.len(), "note"));
    for note in notes.iter().take(50).filter_map(|id| app.world.get(id)) {
        let date = note
            .at
            .map(|at| clock::day_month(app.world.view.zone.to_datetime(at).date()))
            .unwrap_or_default();
        card.text(&date, &note.text, canvas.paint.text());
    }
}
