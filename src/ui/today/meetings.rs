//! The line of a meeting on Today, and what stands below it.

use crate::command::promise_due_words;

use super::{
    App, Canvas, FollowUp, Id, Kind, Meeting, MeetingState, Person, Piece, Rect, Timestamp, card,
    cells_of, clock, follow_ups, late_short, piece, table, thread, told, zone,
};

pub(super) fn meeting_line(
    canvas: &Canvas<'_>,
    app: &App,
    at: Timestamp,
    meeting: &Meeting,
) -> Vec<Piece> {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let (mark, style) = match meeting.state {
        MeetingState::Confirmed => (glyphs.dot(), paint.good()),
        MeetingState::Held => (glyphs.hollow(), paint.warn()),
        _ => ("?", paint.info()),
    };
    let here = &app.world.view.zone;
    let mut pieces = vec![
        piece(told::time(at, here), paint.strong()),
        piece(format!(" {mark} "), style),
        piece(format!("{}  ", meeting.title), paint.text()),
    ];
    let mut zones: Vec<String> = Vec::new();
    for attendee in &meeting.attendees {
        let person = app.world.get::<Person>(&attendee.person);
        let Some(theirs) = person.and_then(|person| zone::load(&person.zone).ok()) else {
            continue;
        };
        let name = zone::name(&theirs);
        if name == zone::name(here) || zones.contains(&name) {
            continue;
        }
        let local = theirs.to_datetime(at);
        let asleep = !(7..22).contains(&local.hour());
        let style = if asleep { paint.warn() } else { paint.dim() };
        let mine = here.to_datetime(at).date();
        let there = told::beside(at, &theirs, mine);
        let words = format!("{} {there} ", zone::short_name(&name));
        pieces.push(piece(words, style));
        zones.push(name);
    }
    pieces
}

/// When it is 09:00 to 18:00 for the people who wait, on my clock.
pub(super) fn offices(canvas: &Canvas<'_>, app: &App, cells: u16) -> Vec<Piece> {
    let paint = &canvas.paint;
    let here = &app.world.view.zone;
    let mut pieces = Vec::new();
    let mut used = 0;
    for (name, _) in app.screen.tally.zones.iter().take(3) {
        let Ok(theirs) = zone::load(name) else {
            continue;
        };
        let local = theirs.to_datetime(app.world.view.now);
        let instant = |hour: i8| {
            local
                .date()
                .at(hour, 0, 0, 0)
                .to_zoned(theirs.clone())
                .ok()
                .map(|zoned| zoned.timestamp())
        };
        let (Some(from), Some(to)) = (instant(9), instant(18)) else {
            continue;
        };
        if pieces.is_empty() {
            let label = "at work, your time:";
            pieces.push(piece(label, paint.dim()));
            used = cells_of(label);
        }
        // On my clock it may be the day before that they come to work.
        let today = app.world.view.today();
        let words = format!(
            "{}–{}",
            told::beside(from, here, today),
            clock::time_of(to, here)
        );
        let city = format!("  {} ", zone::short_name(name));
        used += cells_of(&city) + cells_of(&words);
        if used > cells {
            break;
        }
        let open = (9..18).contains(&local.hour());
        let style = if open { paint.good() } else { paint.info() };
        pieces.push(piece(city, style));
        pieces.push(piece(words, paint.text()));
    }
    pieces
}

/// What I promised and to whom, in my own words.
pub(super) fn promised(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let promises = &app.screen.tally.promises;
    let offers = app.screen.offers.list();
    let right = if offers.is_empty() {
        format!("{} open", promises.len())
    } else {
        format!(
            "{} open · {} found: + keeps, - dismisses",
            promises.len(),
            offers.len()
        )
    };
    let mine = promises
        .iter()
        .filter_map(|id| app.world.get::<FollowUp>(id))
        .all(|promise| app.world.colleague(promise.owner.as_ref()).is_none());
    let title = if mine {
        "Promises you made"
    } else {
        "Promises, yours first"
    };
    let mut inner = canvas.frame(area, title, &right, false);
    let paint = canvas.paint;
    for (y, offer) in (inner.y..inner.bottom()).zip(offers.iter().take(3)) {
        let due = promise_due_words(&app.world, &app.settings, offer);
        let pieces = [
            piece("    + ", paint.key()),
            piece(format!("{due:<14} "), paint.warn()),
            piece(format!("“{}”", offer.words), paint.text()),
        ];
        canvas.line(inner.x, y, inner.width.saturating_sub(1), &pieces);
    }
    let taken = u16::try_from(offers.len().min(3))
        .unwrap_or(0)
        .min(inner.height);
    inner.y += taken;
    inner.height -= taken;
    if inner.height == 0 {
        return;
    }
    for (y, id) in (inner.y..inner.bottom()).zip(promises) {
        let Some(promise) = app.world.get::<FollowUp>(id) else {
            continue;
        };
        let (late, style) = late_short(canvas, app, promise);
        canvas.put_right(inner.x, y, 5, &late, style);
        let about = follow_ups::about(app, promise);
        canvas.put(inner.x + 6, y, 14, &about, paint.network());
        let words = if promise.quote.is_empty() {
            promise.title.clone()
        } else {
            format!("“{}”", promise.quote)
        };
        canvas.put(
            inner.x + 21,
            y,
            inner.width.saturating_sub(22),
            &words,
            paint.text(),
        );
    }
    if promises.is_empty() && offers.is_empty() {
        canvas.remark(inner, "none open; a follow-up of kind promise stands here");
    }
}

/// The record under the cursor of the focused panel.
pub(super) fn selected(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let Some(link) = app.screen.selected() else {
        let inner = canvas.frame(area, "Preview", "", false);
        table::empty(canvas, inner, &["What is under the cursor opens here."]);
        return;
    };
    match link.known_kind() {
        Some(Kind::Thread) => thread::draw(canvas, app, area, &Id::new(&link.id), &[], false),
        Some(Kind::Network) => card::network(canvas, app, area, &Id::new(&link.id)),
        _ => table::detail(canvas, app, area, &link, false),
    }
}
