//! Follow-ups: overdue first.

mod steps;
mod tabs;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, piece};
use super::funnel::lead;
use super::layout::{Breadth, above, beside};
use super::sheet::Sheet;
use super::table::{self, Rows, cell, column, due_words, figure};
use crate::app::App;
use crate::effect::RowState;
use crate::pane::{DueView, Focus, Place, Stretch, subject_name};
use crate::record::{
    AnyRef, Due, FollowUp, Id, Kind, Lead, Message, Network, Person, Record, Severity, User,
    WaitingOn,
};
use crate::text;
use crate::when::clock;
use crate::when::recur::Recurrence;

/// Draws the follow-ups: the tabs of their views, and the view.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let area = if area.height < 12 {
        area
    } else {
        let (row, rest) = above(area, 1);
        tabs::draw(canvas, app, row);
        rest
    };
    match app.screen.due_view() {
        DueView::NoStep => steps::next_steps(canvas, app, area),
        DueView::Offers => steps::offers(canvas, app, area),
        _ => view(canvas, app, area),
    }
}

/// Draws a view of follow-ups with what is beside it.
fn view(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let focus = app.screen.focus;
    let breadth = Breadth::of(area.width);
    let key = app
        .screen
        .shelf(Place::FollowUps)
        .and_then(|shelf| shelf.list.cursor());
    let link = key.map(|key| AnyRef::new(Kind::FollowUp, key));
    let detail = |canvas: &mut Canvas<'_>, area: Rect, focused: bool| match &link {
        Some(link) => card(canvas, app, area, link, focused),
        None => {
            canvas.frame(area, "Follow-up", "", focused);
        }
    };
    let single = app.screen.zoom
        || breadth == Breadth::Narrow
        || (breadth == Breadth::Normal && area.height < 17);
    if single {
        if focus == Focus::Detail {
            detail(canvas, area, true);
        } else {
            list(canvas, app, area, true);
        }
        return;
    }
    if breadth == Breadth::Normal {
        let (upper, lower) = above(area, area.height - 8);
        list(canvas, app, upper, focus == Focus::List);
        detail(canvas, lower, focus == Focus::Detail);
        return;
    }
    let (left, right) = beside(
        area,
        area.width * if breadth == Breadth::Huge { 10 } else { 12 } / 20,
    );
    list(canvas, app, left, focus == Focus::List);
    let subject = link.as_ref().and_then(|link| subject(app, link));
    if breadth == Breadth::Huge {
        let (middle, last) = beside(right, right.width * 11 / 20);
        let half = middle.height / 2;
        let (top, bottom) = above(middle, half);
        detail(canvas, top, focus == Focus::Detail);
        about_card(canvas, app, bottom, subject.as_ref());
        let (week, rest) = above(last, 9.min(last.height));
        days(canvas, app, week);
        waiting(canvas, app, rest);
        return;
    }
    let week = if right.height >= 27 { 9 } else { 0 };
    let (rest, bottom) = above(right, right.height - week);
    if rest.height >= 20 {
        let (top, middle) = above(rest, rest.height * 2 / 5);
        detail(canvas, top, focus == Focus::Detail);
        about_card(canvas, app, middle, subject.as_ref());
    } else {
        detail(canvas, rest, focus == Focus::Detail);
    }
    if week > 0 {
        days(canvas, app, bottom);
    }
}

/// Returns the CN or the lead that a follow-up is about.
fn subject(app: &App, link: &AnyRef) -> Option<AnyRef> {
    let follow_up = app.world.table::<FollowUp>().record(&link.id)?;
    let network = follow_up.network.as_ref().map(Id::link);
    network.or_else(|| follow_up.lead.as_ref().map(Id::link))
}

/// What the follow-up is about, at a glance.
fn about_card(canvas: &mut Canvas<'_>, app: &App, area: Rect, subject: Option<&AnyRef>) {
    if canvas.lean {
        return;
    }
    let network = subject.and_then(AnyRef::id_of::<Network>);
    let lead_id = subject.and_then(AnyRef::id_of::<Lead>);
    if let Some(id) = network {
        super::card::network(canvas, app, area, &id);
    } else if let Some(id) = lead_id {
        lead::card(canvas, app, area, &id, false);
    } else {
        let inner = canvas.frame(area, "About", "", false);
        table::empty(canvas, inner, &["About no CN and no lead.", "= names one."]);
    }
}

pub(super) fn list(canvas: &mut Canvas<'_>, app: &App, area: Rect, focused: bool) {
    let Some(shelf) = app.screen.shelf(Place::FollowUps) else {
        return;
    };
    let tally = &app.screen.tally;
    let shown = app.screen.due_view();
    let state = match shown {
        DueView::Snoozed => "out of sight",
        _ => "open",
    };
    // What the list shows, not what there is besides.
    let (late, oldest) = match shown {
        // Of what waits on others it is late wherever it lies.
        DueView::Waiting => tally.late_shown,
        _ => tally.overdue_shown,
    };
    let right = if late > 0 {
        format!(
            "{} {state} · {late} overdue · oldest {oldest}d",
            shelf.list.len(),
        )
    } else {
        format!("{} {state}", shelf.list.len())
    };
    let title = if shown == DueView::All {
        "Follow-ups"
    } else {
        shown.title()
    };
    let inner = canvas.frame(area, title, &right, focused);
    if shelf.list.is_empty() && shown != DueView::All {
        let lines = ["Nothing stands in this view.", "Tab goes to the next one."];
        table::empty(canvas, inner, &lines);
        return;
    }
    if shelf.list.is_empty() {
        table::empty(
            canvas,
            inner,
            &[
                "Nothing to follow up.",
                "n f makes one; f in the inbox makes one from a message.",
            ],
        );
        return;
    }
    let wide = inner.width >= 84;
    let columns = match inner.width {
        84.. => vec![
            figure("due", 9),
            figure("moved", 5),
            column("P", 2),
            column("what", 0),
            column("about", 18),
            column("kind", 8),
            column("who", 8),
        ],
        50.. => vec![
            figure("due", 9),
            figure("", 2),
            column("", 2),
            column("what", 0),
            column("about", 14),
        ],
        _ => vec![
            figure("due", 9),
            figure("", 2),
            column("", 2),
            column("what", 0),
        ],
    };
    let rows = Rows {
        list: &shelf.list,
        focused,
        titles: wide,
    };
    let group = |key: &str| group_words(app, key);
    table::draw_grouped(canvas, inner, &rows, &columns, &group, |canvas, key| {
        row(canvas, app, key, wide)
    });
}

/// The words above the group of a row: its CN in that view, else its stretch of time.
fn group_words(app: &App, key: &str) -> Option<String> {
    let follow_up = app.world.table::<FollowUp>().record(key)?;
    match app.screen.due_view() {
        DueView::Subject => {
            let name = subject_name(&app.world, follow_up);
            Some(name.unwrap_or_else(|| "About no CN".to_owned()))
        }
        DueView::Snoozed => None,
        _ => {
            let stretch = Stretch::of(follow_up, &app.world.view);
            let counts = &app.screen.tally.stretches;
            let count = counts.get(&stretch).copied().unwrap_or(0);
            Some(format!("{} {count}", stretch.words()))
        }
    }
}

/// Lists what others have to do, the longest wait first.
fn waiting(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let theirs = app.figures.awaited();
    let inner = canvas.frame(area, "Waiting on others", &theirs.len().to_string(), false);
    if theirs.is_empty() {
        let lines = ["Nobody owes you anything.", "= sets who has the next move."];
        table::empty(canvas, inner, &lines);
        return;
    }
    let rows = theirs.iter().filter_map(|id| app.world.get(id));
    for (y, follow_up) in (inner.y..inner.bottom()).zip(rows) {
        let (late, style) = lateness(canvas, app, follow_up);
        let person = app.world.follow::<Person>(follow_up.waiting_for.as_ref());
        let name = person.map_or("", |person| &person.name);
        // I wait for whom I gave it to.
        let owner = app.world.colleague(follow_up.owner.as_ref());
        let name = owner.unwrap_or(name);
        let name = text::fit_left(&text::clean_line(name), 14).into_owned();
        let line = [
            piece(format!("{late:>9} "), style),
            piece(format!("{name} "), canvas.paint.person()),
            piece(follow_up.title.clone(), canvas.paint.text()),
        ];
        canvas.line(inner.x, y, inner.width.saturating_sub(1), &line);
    }
}

/// Draws how many follow-ups are work on each of the next seven days: what is late counts today.
fn days(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let load = app.figures.load();
    let late = app.figures.late();
    let whole: usize = load.iter().sum();
    let cap = app.settings.day_cap;
    let moves = app.figures.moves();
    let right = if moves > 0 {
        format!("at most {cap} · L moves {moves}")
    } else {
        format!("{whole} due · at most {cap} a day")
    };
    let inner = canvas.frame(area, "Next 7 days", &right, false);
    let paint = canvas.paint;
    let today = app.world.view.today();
    let most = load.iter().copied().max().unwrap_or(1).max(6);
    let room = usize::from(inner.width.saturating_sub(18));
    for ((y, ahead), count) in (inner.y..inner.bottom()).zip(0_i64..).zip(load) {
        let date = crate::figure::plus_days(today, ahead);
        let bar = text::bar(
            crate::figure::real_len(count),
            crate::figure::real_len(most),
            room,
            paint.glyphs(),
        );
        let day = if ahead == 0 {
            paint.strong()
        } else {
            paint.dim()
        };
        canvas.put(inner.x + 1, y, 10, &clock::date_stamp(date), day);
        let style = if count > cap {
            paint.warn()
        } else {
            paint.bar()
        };
        let cells = u16::try_from(room).unwrap_or(0);
        canvas.put(inner.x + 12, y, cells, &bar, style);
        if ahead == 0 && late > 0 {
            // What is late is work of today.
            let part = text::bar(
                crate::figure::real_len(late),
                crate::figure::real_len(most),
                room,
                paint.glyphs(),
            );
            canvas.put(inner.x + 12, y, cells, part.trim_end(), paint.bad());
        }
        let style = paint.text();
        canvas.put_right(inner.x + 12 + cells, y, 4, &count.to_string(), style);
    }
}

/// Draws the card of a follow-up: where it comes from, in whose words, how often it slipped.
fn card(canvas: &mut Canvas<'_>, app: &App, area: Rect, link: &AnyRef, focused: bool) {
    if canvas.lean {
        return;
    }
    let Some(follow_up) = app.world.table::<FollowUp>().record(&link.id) else {
        canvas.frame(area, "Follow-up", "not in the cache", focused);
        return;
    };
    let (late, style) = lateness(canvas, app, follow_up);
    let inner = canvas.frame(area, &follow_up.title, &late, focused);
    let paint = canvas.paint;
    let mut card = Sheet::new(inner);
    if text::width(&follow_up.title) + 16 > usize::from(area.width) {
        card.text("what", &follow_up.title, paint.strong());
    }
    let due = follow_up.due.as_ref().map(|due| due_words(due, app));
    let mut when = vec![
        piece(due.unwrap_or_else(|| "no date".into()), paint.text()),
        piece(format!("  {late}"), style),
    ];
    if let Some(slipped) = follow_up.slipped.filter(|slipped| *slipped > 0) {
        when.push(piece(format!("  moved {slipped}×"), paint.warn()));
    }
    card.line("due", when);
    card.line("about", pieces_of(&about(app, follow_up), paint.network()));
    if !follow_up.quote.is_empty() {
        card.text("quote", &format!("\"{}\"", follow_up.quote), paint.info());
    }
    if let Some(message) = app.world.follow::<Message>(follow_up.origin.as_ref()) {
        let person = app.world.follow::<Person>(message.sender.as_ref());
        let name = person.map_or("", |person| &person.name);
        let at = message
            .at()
            .map(|at| clock::stamp(at, &app.world.view.zone))
            .unwrap_or_default();
        let words = vec![
            piece(format!("{name}  "), paint.person()),
            piece(at, paint.dim()),
        ];
        card.line("source", words);
        card.text("", &message.text, paint.text());
    } else if follow_up.origin.is_some() {
        card.line(
            "source",
            vec![piece("a message: g m opens it", paint.dim())],
        );
    }
    card.line("kind", pieces_of(follow_up.kind.as_str(), paint.text()));
    if let Some(person) = app.world.follow::<Person>(follow_up.waiting_for.as_ref()) {
        let label = match follow_up.waiting_on {
            WaitingOn::Them => "wait for",
            _ => "waits",
        };
        card.line(label, lead::contact(canvas, app, person, ""));
    }
    if let Some(owner) = app.world.follow::<User>(follow_up.owner.as_ref()) {
        card.line("owner", vec![piece(owner.name.clone(), paint.person())]);
    }
    standing(canvas, app, follow_up, &mut card);
    card.text("context", &follow_up.context, paint.text());
    card.text("result", &follow_up.result, paint.good());
    let below = app.figures.hanging(link);
    lead::note_lines(canvas, app, below.notes, &mut card);
    if focused {
        card.rule("all fields");
        for (name, words) in table::field_lines(app, link) {
            card.text(&name, &words, paint.text());
        }
    }
    let scroll = if focused { app.screen.detail_scroll } else { 0 };
    card.draw(canvas, inner, scroll);
}

/// How it comes again, when it comes back, who was reminded, and how far it was escalated.
fn standing(canvas: &Canvas<'_>, app: &App, follow_up: &FollowUp, card: &mut Sheet) {
    let paint = &canvas.paint;
    let rule = Recurrence::parse(&follow_up.recurrence);
    let repeats = rule.map_or_else(|_| follow_up.recurrence.clone(), |rule| rule.to_string());
    card.text("repeats", &repeats, paint.info());
    if let Some(at) = follow_up
        .snoozed_until
        .filter(|at| *at > app.world.view.now)
    {
        let words = clock::stamp(at, &app.world.view.zone);
        card.line("back", vec![piece(words, paint.info())]);
    }
    if let Some(at) = follow_up.nudged_at {
        let words = clock::stamp(at, &app.world.view.zone);
        card.line("nudge", vec![piece(words, paint.info())]);
    }
    if let Some(at) = follow_up.escalated_at {
        let mut words = clock::stamp(at, &app.world.view.zone);
        if let Some(to) = app.world.follow::<User>(follow_up.escalated_to.as_ref()) {
            words.push_str(" to ");
            words.push_str(&to.name);
        }
        let severity = follow_up.priority.as_str().to_uppercase();
        let pieces = vec![
            piece(format!("{severity}  "), paint.bad()),
            piece(words, paint.warn()),
        ];
        card.line("escalated", pieces);
        if follow_up.wants_root_cause() {
            card.text("cause", "closing it asks for the root cause", paint.dim());
        }
    }
    card.text("cause", &follow_up.root_cause, paint.text());
}

fn pieces_of(words: &str, style: Style) -> Vec<Piece> {
    if words.is_empty() {
        Vec::new()
    } else {
        vec![piece(words, style)]
    }
}

fn row(canvas: &Canvas<'_>, app: &App, key: &str, wide: bool) -> (Vec<Vec<Piece>>, RowState) {
    let paint = &canvas.paint;
    let Some(row) = app.world.row::<FollowUp>(key) else {
        return (Vec::new(), RowState::Clean);
    };
    let follow_up = &row.record;
    let (due, style) = due_cell(canvas, app, follow_up);
    let mut cells = vec![
        cell(due, style),
        moved(canvas, follow_up),
        priority(canvas, follow_up),
        title(canvas, follow_up),
        cell(about(app, follow_up), paint.network()),
    ];
    if wide {
        cells.push(cell(follow_up.kind.to_string(), paint.dim()));
        let owner = app.world.follow::<User>(follow_up.owner.as_ref());
        let owner = owner.map_or("", |user| user.name.split_whitespace().next().unwrap_or(""));
        cells.push(cell(owner, paint.person()));
    }
    (cells, row.state)
}

/// Says when in the words of its stretch: how late, at what time today, on which day.
fn due_cell(canvas: &Canvas<'_>, app: &App, follow_up: &FollowUp) -> (String, Style) {
    let paint = &canvas.paint;
    let zone = &app.world.view.zone;
    let (date, time) = match &follow_up.due {
        None => return (String::new(), paint.dim()),
        Some(Due::On { date }) => (*date, None),
        Some(Due::At { instant, .. }) => {
            let local = zone.to_datetime(*instant);
            (local.date(), Some(clock::time(local.time())))
        }
    };
    let day = clock::weekday_word(date.weekday());
    let late = follow_up.late(&app.world.view);
    match Stretch::of(follow_up, &app.world.view) {
        // What is late and not mine says so too.
        _ if late.is_some_and(|late| late.is_positive()) => lateness(canvas, app, follow_up),
        _ if date == app.world.view.today() => {
            (time.unwrap_or_else(|| "today".to_owned()), paint.warn())
        }
        Stretch::Week => {
            let words = time.map_or_else(|| day.to_owned(), |time| format!("{day} {time}"));
            (words, paint.text())
        }
        _ => (clock::day_month(date), paint.dim()),
    }
}

/// How often it slipped.
fn moved(canvas: &Canvas<'_>, follow_up: &FollowUp) -> Vec<Piece> {
    let slipped = follow_up.slipped.filter(|slipped| *slipped > 0);
    slipped.map_or_else(Vec::new, |slipped| {
        cell(format!("{slipped}×"), canvas.paint.warn())
    })
}

/// How much it weighs.
fn priority(canvas: &Canvas<'_>, follow_up: &FollowUp) -> Vec<Piece> {
    let paint = &canvas.paint;
    let style = match follow_up.priority {
        Severity::P1 => paint.bad(),
        Severity::P2 => paint.warn(),
        _ => paint.dim(),
    };
    let words = follow_up.priority.as_str().to_uppercase();
    cell(words, style)
}

fn title(canvas: &Canvas<'_>, follow_up: &FollowUp) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if follow_up.escalated_at.is_some() {
        let mark = format!("{} ", canvas.paint.glyphs().up());
        pieces.push(piece(mark, canvas.paint.bad()));
    }
    pieces.push(piece(follow_up.title.clone(), canvas.paint.text()));
    if !follow_up.recurrence.is_empty() {
        pieces.push(piece("  recurring", canvas.paint.info()));
    }
    pieces
}

/// Names the CN or the lead that a follow-up is about.
pub(super) fn about(app: &App, follow_up: &FollowUp) -> String {
    let network = app.world.follow::<Network>(follow_up.network.as_ref());
    let lead = app.world.follow::<Lead>(follow_up.lead.as_ref());
    let name = network
        .map(|network| network.name.clone())
        .or_else(|| lead.map(|lead| lead.name.clone()))
        .unwrap_or_default();
    // Whoever looks after a team sees whose it is.
    match app.world.colleague(follow_up.owner.as_ref()) {
        Some(whose) if name.is_empty() => whose.to_owned(),
        Some(whose) => format!("{whose}: {name}"),
        None => name,
    }
}

/// Says how late a follow-up is, or how much time is left.
pub(super) fn lateness(canvas: &Canvas<'_>, app: &App, follow_up: &FollowUp) -> (String, Style) {
    let paint = &canvas.paint;
    match follow_up.late(&app.world.view) {
        None => ("no date".into(), paint.dim()),
        Some(late) if late.is_positive() => {
            let days = late.as_hours() / 24;
            let words = match (days, late.as_hours()) {
                (0, 0) => format!("{}m late", late.as_mins()),
                (0, hours) => format!("{hours}h late"),
                (days, _) => format!("{days}d late"),
            };
            (words, paint.bad())
        }
        Some(left) => {
            let left = left.abs();
            let style = if left.as_hours() < 24 {
                paint.warn()
            } else {
                paint.dim()
            };
            let words = match (left.as_hours() / 24, left.as_hours()) {
                (0, 0) => format!("in {}m", left.as_mins()),
                (0, hours) => format!("in {hours}h"),
                (days, _) => format!("in {days}d"),
            };
            (words, style)
        }
    }
}
