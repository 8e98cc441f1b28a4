//! Header, status row and footer.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Breadth;
use super::canvas::{Canvas, Piece, piece};
use crate::app::{App, footer as footer_keys};
use crate::effect::Line;
use crate::pane::{Place, Standing, Tone, standing};
use crate::record::{Circle, Person, Thread, User};
use crate::when::{clock, zone};

/// The figure beside a tab.
fn count(app: &App, place: Place) -> String {
    match place {
        Place::Inbox => {
            let new: i64 = app
                .world
                .table::<Thread>()
                .records()
                .filter(|(_, thread)| standing(thread, &app.world) == Standing::Waiting)
                .map(|(_, thread)| thread.new.unwrap_or(0))
                .sum();
            new.to_string()
        }
        Place::FollowUps => {
            let late = super::follow_ups::overdue(app);
            if late > 0 {
                format!("{late}!")
            } else {
                String::new()
            }
        }
        Place::Funnel | Place::Networks => app
            .screen
            .shelf(place)
            .filter(|shelf| shelf.filter.is_empty())
            .map(|shelf| shelf.list.len().to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// Draws the tabs with their figures, and the clocks of me and of the people I wait for.
pub(super) fn header(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let strip = canvas.paint.strip();
    canvas.fill(area, strip);
    let accent = canvas.paint.theme.accent;
    let mut pieces = vec![piece(" cnm ", canvas.paint.chip(accent)), piece(" ", strip)];
    let breadth = Breadth::of(area.width);
    for (at, place) in Place::TABS.into_iter().enumerate() {
        let active = app.screen.place == place;
        let mut name = format!("{} {}", at + 1, place.title());
        if breadth == Breadth::Narrow && !active {
            name = (at + 1).to_string();
        } else if breadth == Breadth::Normal && place == Place::FollowUps {
            name = format!("{} Due", at + 1);
        }
        let figure = if breadth == Breadth::Narrow && !active {
            String::new()
        } else {
            count(app, place)
        };
        let style = if active {
            canvas
                .paint
                .accent()
                .bg(canvas.paint.colour(canvas.paint.theme.ground))
        } else {
            canvas.paint.dim()
        };
        pieces.push(piece(format!(" {name}"), style));
        if !figure.is_empty() {
            let style = if figure.ends_with('!') {
                canvas.paint.bad()
            } else {
                style
            };
            pieces.push(piece(format!(" {figure}"), style));
        }
        pieces.push(piece(" ", style));
    }
    if !Place::TABS.contains(&app.screen.place) {
        let style = canvas.paint.accent();
        pieces.push(piece(format!(" {} ", app.screen.place.title()), style));
    }
    let used = canvas.line(area.x, area.y, area.width, &pieces);
    let room = area.width.saturating_sub(used + 1);
    let clocks = clocks(canvas, app, room);
    canvas.line_right(area.x + used, area.y, room, &clocks);
}

/// The clocks: mine, then those of the zones of the people in my inbox, most frequent first.
fn clocks(canvas: &Canvas<'_>, app: &App, room: u16) -> Vec<Piece> {
    let now = app.world.view.now;
    let here = zone::name(&app.world.view.zone);
    let mine = format!(
        "{} {}",
        clock::stamp(now, &app.world.view.zone),
        zone::short_name(&here)
    );
    let mut pieces = vec![piece(mine.clone(), canvas.paint.strong())];
    let mut left = usize::from(room).saturating_sub(mine.chars().count());
    for name in waiting_zones(app) {
        if name == here || left < 12 {
            continue;
        }
        let Ok(theirs) = zone::load(&name) else {
            continue;
        };
        let local = theirs.to_datetime(now);
        let asleep = !(7..23).contains(&local.hour());
        let style = if asleep {
            canvas.paint.dim()
        } else {
            canvas.paint.info()
        };
        let text = format!(
            " │ {} {}",
            zone::short_name(&name),
            clock::time(local.time())
        );
        left = left.saturating_sub(text.chars().count());
        pieces.push(piece(text, style));
    }
    if usize::from(room) < mine.chars().count() {
        pieces = vec![piece(
            clock::time_of(now, &app.world.view.zone),
            canvas.paint.strong(),
        )];
    }
    pieces
}

fn waiting_zones(app: &App) -> Vec<String> {
    let mut zones: Vec<(usize, &str)> = Vec::new();
    for (_, person) in app.world.table::<Person>().records() {
        if person.circle != Circle::Colleague || person.zone.is_empty() {
            continue;
        }
        match zones.iter_mut().find(|(_, zone)| *zone == person.zone) {
            Some((count, _)) => *count += 1,
            None => zones.push((1, &person.zone)),
        }
    }
    zones.sort_by_key(|(count, zone)| (std::cmp::Reverse(*count), *zone));
    zones
        .into_iter()
        .take(4)
        .map(|(_, zone)| zone.to_owned())
        .collect()
}

/// Draws filter, marks and messages at the left; sync, queue, undo and place at the right.
pub(super) fn status(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let strip = canvas.paint.strip();
    canvas.fill(area, strip);
    let right = status_right(canvas, app);
    let used = canvas.line_right(area.x, area.y, area.width.saturating_sub(1), &right);
    let room = area.width.saturating_sub(used + 2);
    let mut pieces = vec![piece(" ", strip)];
    if let Some(notice) = &app.screen.notice {
        let glyphs = canvas.paint.glyphs();
        let (mark, style) = match notice.tone {
            Tone::Done => (glyphs.reached(), canvas.paint.good()),
            Tone::Info => (glyphs.dot(), canvas.paint.info()),
            Tone::Error => (glyphs.bang(), canvas.paint.bad()),
        };
        pieces.push(piece(format!("{mark} "), style));
        pieces.push(piece(notice.text.clone(), style));
        pieces.push(piece("  ", strip));
    }
    if let Some(count) = app.count {
        pieces.push(piece(format!("{count}× "), canvas.paint.key()));
    }
    if let Some(shelf) = app.screen.shelf(app.screen.active()) {
        let marks = shelf.list.mark_count();
        if marks > 0 {
            let glyph = canvas.paint.glyphs().mark();
            pieces.push(piece(
                format!("{glyph} {marks} marked  "),
                canvas.paint.mark(),
            ));
        }
        if shelf.list.waiting() > 0 {
            let text = format!("{} new wait (g .)  ", shelf.list.waiting());
            pieces.push(piece(text, canvas.paint.info()));
        }
        if !shelf.filter.is_empty() {
            pieces.push(piece("filter ", canvas.paint.dim()));
            pieces.push(piece(format!("{}  ", shelf.filter), canvas.paint.warn()));
        }
    }
    canvas.line(area.x, area.y, room, &pieces);
}

fn status_right(canvas: &Canvas<'_>, app: &App) -> Vec<Piece> {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let sync = &app.screen.sync;
    let age = sync.synced_at.map(|at| clock::age(app.world.view.now, at));
    let age = age.map_or_else(String::new, |age| format!(" · {age}"));
    let (mark, words, style) = match &sync.line {
        Line::Starting => (glyphs.hollow(), "starting".to_owned(), paint.dim()),
        Line::Live => (glyphs.dot(), format!("live{age}"), paint.good()),
        Line::Polling => (glyphs.dot(), format!("poll{age}"), paint.info()),
        Line::Offline { .. } => (glyphs.hollow(), format!("offline, data{age}"), paint.warn()),
        Line::Refused { .. } => (glyphs.bang(), "refused".to_owned(), paint.bad()),
        Line::Follower => (glyphs.dot(), format!("shared{age}"), paint.info()),
        Line::Unconfigured => (glyphs.hollow(), "no server".to_owned(), paint.warn()),
    };
    let mut pieces = vec![piece(format!("{mark} {words}"), style)];
    if let Some(rows) = sync.loading {
        pieces.push(piece(format!(" · loading {rows}"), paint.info()));
    }
    if sync.queued > 0 {
        pieces.push(piece(format!(" · {} queued", sync.queued), paint.warn()));
    }
    let stuck = sync.conflicts + sync.refused;
    if stuck > 0 {
        pieces.push(piece(format!(" · {stuck} in conflict (g x)"), paint.bad()));
    }
    if let Some(batch) = app.undo.last() {
        pieces.push(piece(format!(" · undo: {} (u)", batch.label), paint.dim()));
    }
    pieces.push(piece(format!("  {}", breadcrumb(app)), paint.strong()));
    pieces
}

fn breadcrumb(app: &App) -> String {
    let place = app.screen.place;
    match place {
        Place::Inbox => {
            let splits = crate::pane::splits(place, &app.world);
            let split = app.screen.shelf(place).map_or(0, |shelf| shelf.split);
            let name = splits.get(split).map_or("", |split| split.name.as_str());
            format!("Inbox › {name}")
        }
        Place::Networks => match app.screen.selected() {
            Some(link) => format!("CNs › {}", app.world.title(&link)),
            None => "CNs".into(),
        },
        _ => place.title().to_owned(),
    }
}

/// Draws the verbs of the focused row.
pub(super) fn footer(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let (key, dim) = (canvas.paint.key(), canvas.paint.dim());
    let mut x = area.x + 1;
    for (keys, help) in footer_keys(app) {
        let cells = keys.chars().count() + help.chars().count() + 3;
        let Ok(cells) = u16::try_from(cells) else {
            break;
        };
        if x + cells > area.right() {
            break;
        }
        x += canvas.put(
            x,
            area.y,
            area.right() - x,
            &keys,
            key.remove_modifier(Modifier::DIM),
        );
        x += canvas.put(x, area.y, area.right() - x, &format!(" {help}  "), dim);
    }
    if let Some(me) = app.world.table::<User>().record(&app.world.view.me) {
        let room = area.right().saturating_sub(x + 1);
        if usize::from(room) > me.name.chars().count() + 2 {
            canvas.put_right(x, area.y, room, &me.name, dim);
        }
    }
}
