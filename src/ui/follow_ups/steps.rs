//! The views that list no follow-ups: leads and CNs without a next step, and promises found in what was sent.

use ratatui::layout::Rect;

use crate::app::App;
use crate::command::promise_due_words;
use crate::effect::RowState;
use crate::pane::Place;
use crate::record::{AnyRef, Id, Lead, Network, Person, Stage, Thread};
use crate::ui::canvas::{Canvas, Piece, piece};
use crate::ui::layout::{Breadth, above, beside};
use crate::ui::sheet::Sheet;
use crate::ui::table::{self, Rows, cell, column, figure};
use crate::ui::{card, funnel};
use crate::when::clock;

/// Cuts the area into a list and what is shown beside or below it; nothing where there is no room.
fn parts(app: &App, area: Rect) -> (Rect, Option<Rect>) {
    let breadth = Breadth::of(area.width);
    match breadth {
        _ if app.screen.zoom => (area, None),
        Breadth::Wide | Breadth::Huge => {
            let (left, right) = beside(area, area.width * 12 / 20);
            (left, Some(right))
        }
        Breadth::Normal if area.height >= 17 => {
            let (upper, lower) = above(area, area.height - 8);
            (upper, Some(lower))
        }
        Breadth::Normal | Breadth::Narrow => (area, None),
    }
}

/// Draws the leads and CNs for which nothing is planned.
pub(super) fn next_steps(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let (list, detail) = parts(app, area);
    let Some(shelf) = app.screen.shelf(Place::NextSteps) else {
        return;
    };
    let right = format!("{} · a key gives the next step", shelf.list.len());
    let inner = canvas.frame(list, "Nothing planned", &right, true);
    if shelf.list.is_empty() {
        let lines = [
            "Every lead and every CN of yours has a next step.",
            "Tab goes to the next view.",
        ];
        table::empty(canvas, inner, &lines);
    } else {
        steps(canvas, app, inner);
    }
    let Some(detail) = detail else { return };
    let link = app.screen.selected();
    let lead = link.as_ref().and_then(AnyRef::id_of::<Lead>);
    let network = link.as_ref().and_then(AnyRef::id_of::<Network>);
    if let Some(id) = lead {
        funnel::lead::card(canvas, app, detail, &id, false);
    } else if let Some(id) = network {
        card::network(canvas, app, detail, &id);
    } else {
        canvas.frame(detail, "About", "", false);
    }
}

fn steps(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(shelf) = app.screen.shelf(Place::NextSteps) else {
        return;
    };
    let rows = Rows {
        list: &shelf.list,
        focused: true,
        titles: false,
    };
    let columns = [column("name", 24), figure("days", 5), column("why", 0)];
    let count = |kind: &str| {
        let order = shelf.list.order().iter();
        order.filter(|key| key.starts_with(kind)).count()
    };
    let (leads, networks) = (count("lead:"), count("network:"));
    let group = |key: &str| {
        Some(if key.starts_with("lead:") {
            format!("Leads {leads}")
        } else {
            format!("CNs {networks}")
        })
    };
    table::draw_grouped(canvas, area, &rows, &columns, &group, |canvas, key| {
        step_row(canvas, app, key)
    });
}

fn step_row(canvas: &Canvas<'_>, app: &App, key: &str) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let link = AnyRef::parse(key);
    let lead = link.as_ref().and_then(AnyRef::id_of::<Lead>);
    let network = link.as_ref().and_then(AnyRef::id_of::<Network>);
    let now = app.world.view.now;
    if let Some(lead) = lead.and_then(|id| app.world.get(&id)) {
        let stage = app.world.follow::<Stage>(lead.stage.as_ref());
        let days = lead
            .entered_at
            .map(|at| now.duration_since(at).as_hours() / 24);
        let over = stage
            .zip(lead.entered_at)
            .is_some_and(|(stage, entered)| stage.is_over_limit(entered, now));
        let style = if over { paint.bad() } else { paint.text() };
        let days = days.map_or_else(String::new, |days| format!("{days}d"));
        let name = stage.map_or("", |stage| &stage.name);
        let why = if over {
            format!("{name}, longer than its limit")
        } else {
            name.to_owned()
        };
        return (
            vec![
                cell(lead.name.clone(), paint.network()),
                cell(days, style),
                cell(why, paint.text()),
            ],
            RowState::Clean,
        );
    }
    if let Some(id) = network
        && let Some(network) = app.world.get(&id)
    {
        let quiet = network
            .last_contact_at
            .map(|at| now.duration_since(at).as_hours() / 24);
        let days = quiet.map_or_else(String::new, |days| format!("{days}d"));
        let mut why: Vec<String> = app
            .figures
            .reasons(&id)
            .iter()
            .take(2)
            .map(ToString::to_string)
            .collect();
        if why.is_empty() {
            why.push("nothing open, nothing ahead".to_owned());
        }
        return (
            vec![
                cell(network.name.clone(), paint.network()),
                cell(days, paint.dim()),
                cell(why.join(" · "), paint.text()),
            ],
            RowState::Clean,
        );
    }
    (vec![cell(key, paint.dim())], RowState::Clean)
}

/// Draws the promises found in what was sent.
pub(super) fn offers(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let (list, detail) = parts(app, area);
    let Some(shelf) = app.screen.shelf(Place::Offers) else {
        return;
    };
    let right = format!("{} · + keeps, - dismisses", shelf.list.len());
    let inner = canvas.frame(list, "Promises found", &right, true);
    if shelf.list.is_empty() {
        let lines = [
            "No promise waits in what you sent in the last 7 days.",
            "Write `by Friday` or 周五前 in an answer, and it is offered here.",
        ];
        table::empty(canvas, inner, &lines);
    } else {
        let rows = Rows {
            list: &shelf.list,
            focused: true,
            titles: true,
        };
        let columns = [
            column("due", 16),
            column("to", 16),
            column("in your words", 0),
        ];
        table::draw(canvas, inner, &rows, &columns, |canvas, key| {
            let paint = &canvas.paint;
            let Some(offer) = app.screen.offers.of(key) else {
                return (Vec::new(), RowState::Clean);
            };
            let due = promise_due_words(&app.world, &app.settings, offer);
            let cells = vec![
                cell(due, paint.warn()),
                cell(reader(app, offer.thread.as_ref()), paint.person()),
                cell(format!("“{}”", offer.words), paint.text()),
            ];
            (cells, RowState::Clean)
        });
    }
    let Some(detail) = detail else { return };
    let offer = shelf
        .list
        .cursor()
        .and_then(|key| app.screen.offers.of(key));
    let inner = canvas.frame(detail, "Promise", "", false);
    let Some(offer) = offer else { return };
    let paint = canvas.paint;
    let mut sheet = Sheet::new(inner);
    sheet.text("words", &offer.words, paint.strong());
    sheet.text("by", &offer.quote, paint.info());
    let due = promise_due_words(&app.world, &app.settings, offer);
    sheet.line("due", vec![piece(due, paint.warn())]);
    let to = reader(app, offer.thread.as_ref());
    sheet.line("to", vec![piece(to, paint.person())]);
    let at = clock::stamp(offer.sent_at, &app.world.view.zone);
    sheet.line("sent", vec![piece(at, paint.dim())]);
    if let Some(message) = app.world.get(&offer.message) {
        sheet.rule("message");
        sheet.text("", &message.text, paint.text());
    }
    sheet.draw(canvas, inner, 0);
}

/// Names who reads in a thread.
fn reader(app: &App, thread: Option<&Id<Thread>>) -> String {
    let Some(thread) = app.world.follow::<Thread>(thread) else {
        return String::new();
    };
    let person = app.world.follow::<Person>(thread.from.as_ref());
    person.map_or_else(|| thread.from_name.clone(), |person| person.name.clone())
}
