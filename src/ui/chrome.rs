//! Header, status row and footer.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::canvas::{Canvas, Piece, cells_of, piece, whole_words};
use super::{Areas, Breadth};
use crate::app::{App, Mode, footer as footer_keys};
use crate::effect::Line;
use crate::keymap::show_sequence;
use crate::pane::{Notice, Place, Spot, Tab, Tone};
use crate::record::User;
use crate::text::clean_line;
use crate::when::{clock, zone};

/// The figure beside a tab.
fn count(app: &App, place: Place) -> String {
    let tally = &app.screen.tally;
    let number = match place {
        Place::Inbox => tally.messages,
        Place::FollowUps if tally.overdue > 0 => return format!("{}!", tally.overdue),
        Place::Funnel | Place::Networks => app
            .screen
            .shelf(place)
            .filter(|shelf| shelf.filter.is_empty())
            .map_or(0, |shelf| shelf.list.len()),
        _ => 0,
    };
    if number > 0 {
        number.to_string()
    } else {
        String::new()
    }
}

const BRAND: &str = " cnm ";

/// Draws the tabs with their figures, and the clocks of me and of the people I wait for.
pub(super) fn header(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let strip = canvas.paint.strip();
    canvas.fill(area, strip);
    let accent = canvas.paint.theme.accent;
    let cells = |pieces: &[Piece]| -> u16 {
        let cells = pieces.iter().map(|piece| cells_of(&piece.text));
        cells.sum()
    };
    let breadth = Breadth::of(area.width);
    // The fullest names with which every tab is on screen.
    let (mut pieces, mut zones) = (Vec::new(), Vec::new());
    for fullness in [breadth, Breadth::Normal, Breadth::Narrow] {
        pieces = vec![piece(BRAND, canvas.paint.chip(accent))];
        zones.clear();
        for (at, place) in Place::TABS.into_iter().enumerate() {
            let from = cells(&pieces);
            let fullness = fullness.min(breadth);
            tab(canvas, app, (at + 1, place), fullness, &mut pieces);
            zones.push((from, cells(&pieces) - from, place));
        }
        // The time stands at the right.
        if cells(&pieces) + 6 <= area.width {
            break;
        }
    }
    // The whole date of my clock is worth more than the program's name.
    let whole = 2 + cells_of(&my_clocks(app)[0]);
    let brand = cells_of(BRAND);
    if cells(&pieces) + whole > area.width && cells(&pieces) - brand + whole <= area.width {
        pieces.remove(0);
        for (from, ..) in &mut zones {
            *from -= brand;
        }
    }
    for (from, width, place) in zones {
        let zone = Rect {
            x: area.x + from,
            width,
            ..area
        };
        canvas.zone(zone, Spot::Tab(place));
    }
    if !Place::TABS.contains(&app.screen.place) {
        let name = piece(
            format!(" {} ", app.screen.place.title()),
            canvas.paint.accent(),
        );
        // The status row names the place as well; nothing else tells the time.
        let room = area.width.saturating_sub(cells(&pieces) + 1);
        let with = room.saturating_sub(cells_of(&name.text));
        if clocks(canvas, app, room, breadth).is_empty()
            || !clocks(canvas, app, with, breadth).is_empty()
        {
            pieces.push(name);
        }
    }
    let used = canvas.line(area.x, area.y, area.width, &pieces);
    // The bracket of the last tab would touch the clock.
    let touches = Place::TABS.last() == Some(&app.screen.place);
    let used = (used + u16::from(touches)).min(area.width);
    let room = area.width.saturating_sub(used + 1);
    let clocks = clocks(canvas, app, room, breadth);
    canvas.line_right(area.x + used, area.y, room, &clocks);
}

fn tab(
    canvas: &Canvas<'_>,
    app: &App,
    (number, place): (usize, Place),
    breadth: Breadth,
    pieces: &mut Vec<Piece>,
) {
    let active = app.screen.place == place;
    let title = match (breadth, place) {
        (Breadth::Wide | Breadth::Normal | Breadth::Narrow, Place::FollowUps) => "Due",
        _ => place.title(),
    };
    let name = match breadth {
        Breadth::Narrow if !active => number.to_string(),
        _ => format!("{number} {title}"),
    };
    let urgent = matches!(place, Place::Inbox | Place::FollowUps);
    let figure = match breadth {
        Breadth::Narrow => String::new(),
        Breadth::Normal if !urgent => String::new(),
        _ => count(app, place),
    };
    let paint = &canvas.paint;
    // Brackets tell the active tab without colours; it is as wide as before.
    let (open, close) = if active { ("[", "]") } else { (" ", " ") };
    let style = if active {
        paint.accent().bg(paint.colour(paint.theme.ground))
    } else {
        paint.dim()
    };
    pieces.push(piece(format!("{open}{name}"), style));
    if !figure.is_empty() {
        let mut figure_style = if figure.ends_with('!') {
            paint.bad()
        } else {
            paint.info()
        };
        if active {
            figure_style = figure_style.bg(paint.colour(paint.theme.ground));
        }
        pieces.push(piece(format!(" {figure}"), figure_style));
    }
    pieces.push(piece(close, style));
}

/// My clock from its longest form to its shortest. Without its day a time is worth nothing to whoever works with the
/// other side of the world.
fn my_clocks(app: &App) -> [String; 3] {
    let now = app.world.view.now;
    let mine = zone::short_name(&zone::name(&app.world.view.zone));
    let stamp = clock::stamp(now, &app.world.view.zone);
    let local = app.world.view.zone.to_datetime(now);
    let short = clock::day_stamp(local);
    let weekday = clock::weekday_word(local.weekday());
    let time = clock::time(local.time());
    [
        format!("{stamp} {mine}"),
        format!("{short} {mine}"),
        format!("{weekday} {time} {mine}"),
    ]
}

/// The clocks: mine, then those of the people who wait in my inbox, most frequent first, as many as fit.
///
/// Where it is between 22:00 and 07:00 the clock is dim and says `zz`.
fn clocks(canvas: &Canvas<'_>, app: &App, room: u16, breadth: Breadth) -> Vec<Piece> {
    let paint = &canvas.paint;
    let now = app.world.view.now;
    let forms = my_clocks(app);
    let Some(mine) = forms.iter().find(|form| cells_of(form) <= room) else {
        return Vec::new();
    };
    let mut left = room - cells_of(mine);
    let mut pieces = vec![piece(mine.clone(), paint.strong())];
    let shown = if breadth == Breadth::Huge { 5 } else { 3 };
    // Mine carries the month; the others say weekday and day.
    for (name, _) in app.screen.tally.zones.iter().take(shown) {
        let Ok(theirs) = zone::load(name) else {
            continue;
        };
        let local = theirs.to_datetime(now);
        let asleep = !(7..22).contains(&local.hour());
        let time = clock::time(local.time());
        let short = zone::short_name(name);
        let asleep_word = if asleep { " zz" } else { "" };
        let day = clock::weekday_word(local.weekday());
        let words = format!(" {short} {day} {} {time}{asleep_word}", local.day());
        let cells = cells_of(&words) + 2;
        if cells > left {
            break;
        }
        left -= cells;
        pieces.push(piece(" │", paint.frame(false)));
        let style = if asleep { paint.dim() } else { paint.info() };
        pieces.push(piece(words, style));
    }
    pieces
}

/// A part of the status row that is shown whole or not at all.
struct Segment {
    pieces: Vec<Piece>,
    /// What goes first when there is no room: the smallest.
    weight: u8,
    right: bool,
    /// Whether it is shortened where there is no room, and never left out.
    message: bool,
}

impl Segment {
    fn cells(&self) -> u16 {
        self.pieces
            .iter()
            .map(|piece| cells_of(&clean_line(&piece.text)))
            .sum::<u16>()
            + 2
    }
}

fn left(weight: u8, text: impl Into<String>, style: Style) -> Segment {
    Segment {
        pieces: vec![piece(text, style)],
        weight,
        right: false,
        message: false,
    }
}

fn right(weight: u8, text: impl Into<String>, style: Style) -> Segment {
    Segment {
        right: true,
        ..left(weight, text, style)
    }
}

/// Draws filter, marks and messages at the left; sync, queue, undo and place at the right. What does not fit
/// is left out whole, the least important first.
pub(super) fn status(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let strip = canvas.paint.strip();
    canvas.fill(area, strip);
    let room = area.width.saturating_sub(2);
    let mut segments = status_left(canvas, app, room);
    segments.extend(status_right(canvas, app));
    loop {
        let used: u16 = segments.iter().map(Segment::cells).sum();
        if used <= room + 2 {
            break;
        }
        // A message is shortened before it goes: half of it says more than nothing.
        let least = (0..segments.len())
            .filter(|at| segments.get(*at).is_some_and(|one| !one.message))
            .min_by_key(|at| segments.get(*at).map(|one| one.weight));
        let weight = |at: usize| segments.get(at).map_or(0, |one| one.weight);
        match least {
            Some(at) if segments.len() > 1 && weight(at) < STATE => segments.remove(at),
            _ => break,
        };
    }
    let mut end = area.right().saturating_sub(1);
    for segment in segments.iter().rev().filter(|segment| segment.right) {
        let cells = segment.cells() - 2;
        end = end.saturating_sub(cells);
        canvas.line(end, area.y, cells, &segment.pieces);
        end = end.saturating_sub(2);
    }
    let mut x = area.x + 1;
    for segment in segments.iter().filter(|segment| !segment.right) {
        x += canvas.line(x, area.y, end.saturating_sub(x), &segment.pieces) + 2;
    }
}

/// What weighs this much stays, however little room there is.
const STATE: u8 = 88;

fn status_left(canvas: &Canvas<'_>, app: &App, room: u16) -> Vec<Segment> {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let mut segments = Vec::new();
    let counted = app.count.map(|count| format!("{count}×"));
    let keys = (!app.pending.is_empty()).then(|| format!("{} …", show_sequence(&app.pending)));
    if counted.is_some() || keys.is_some() {
        let words = [counted, keys].into_iter().flatten().collect::<Vec<_>>();
        let mut counting = left(100, words.join(" "), paint.key());
        if let Some(count) = app.count.filter(|_| app.pending.is_empty()) {
            counting.pieces.extend(what_a_count_does(paint, count));
        }
        segments.push(counting);
    }
    if let Some((name, lines)) = app.recording() {
        let words = format!("{} rec {name} {lines}", glyphs.bang());
        segments.push(left(90, words, paint.bad()));
    }
    if let Some(notice) = &app.screen.notice {
        let (weight, mark, style) = match notice.tone {
            Tone::Done => (80, "✓", paint.good()),
            Tone::Info => (80, glyphs.dot(), paint.info()),
            Tone::Error => (95, glyphs.bang(), paint.bad()),
        };
        if !is_long(canvas, app, room) {
            let text = said(app, notice);
            let mut message = left(weight, format!("{mark} {text}"), style);
            message.message = true;
            segments.push(message);
        }
    }
    let Some(shelf) = app.screen.shelf(app.screen.active()) else {
        return segments;
    };
    let marks = shelf.list.mark_count();
    if marks > 0 {
        let words = format!("{} {marks} marked", glyphs.mark());
        segments.push(left(85, words, paint.mark()));
    }
    if !shelf.filter.is_empty() {
        let found = shelf.list.len();
        let mut filter = left(75, "filter ", paint.dim());
        let words = whole_words(&shelf.filter, 40);
        filter.pieces.push(piece(words, paint.warn()));
        let found = format!(" · {found} found");
        filter.pieces.push(piece(found, paint.dim()));
        segments.push(filter);
    }
    if segments.is_empty() {
        // With nothing else to say: in which order the rows stand, and that nothing is left out.
        let words = format!("no filter {} {}", glyphs.separator(), order(app));
        segments.push(left(5, words, paint.dim()));
    }
    if shelf.list.waiting() > 0 {
        let words = format!("{} new", shelf.list.waiting());
        let mut new = left(60, words, paint.info());
        new.pieces.push(piece(" g .", paint.key()));
        segments.push(new);
    }
    segments
}

/// What can follow a count: a verb on that many rows, or Enter for the tab of that number.
fn what_a_count_does(paint: &super::paint::Paint<'_>, count: usize) -> Vec<Piece> {
    let dim = paint.dim();
    let rows = if count == 1 { "row" } else { "rows" };
    let mut pieces = vec![piece(format!("  a verb takes {count} {rows}"), dim)];
    if let Some(place) = Place::of_tab(count) {
        pieces.push(piece(" · ", dim));
        pieces.push(piece("Enter", paint.key()));
        pieces.push(piece(format!(" opens {}", place.title()), dim));
    }
    pieces
}

/// Tells whether the message has to be drawn above the status row, in several: it would hide how old things are
/// and what waits.
fn is_long(canvas: &Canvas<'_>, app: &App, room: u16) -> bool {
    let Some(notice) = &app.screen.notice else {
        return false;
    };
    // What was done is said shortly and for a moment.
    let beside = match notice.tone {
        Tone::Done => 0,
        Tone::Info | Tone::Error => status_right(canvas, app)
            .iter()
            .filter(|segment| !matches!(segment.weight, UNDO | PLACE))
            .map(Segment::cells)
            .sum(),
    };
    cells_of(&said(app, notice)) > room.saturating_sub(4 + beside)
}

/// Returns what the message says, and how many more wait behind it.
fn said(app: &App, notice: &Notice) -> String {
    let words = notice.words(app.world.view.now);
    let more = match app.screen.told.waiting() {
        0 => String::new(),
        many => format!(" (and {many} more: `:messages`)"),
    };
    format!("{}{more}", clean_line(&words))
}

/// The weights of what may go from the right: what a key takes back, and where one is.
const UNDO: u8 = 40;
const PLACE: u8 = 30;

/// Draws a message that the status row cannot hold over the last rows of the place: its end says what to do.
pub(super) fn long_notice(canvas: &mut Canvas<'_>, app: &App, areas: &Areas) {
    let Some(notice) = &app.screen.notice else {
        return;
    };
    let area = areas.status;
    if areas.bar.height > 0 || !is_long(canvas, app, area.width.saturating_sub(2)) {
        return;
    }
    let style = match notice.tone {
        Tone::Done => canvas.paint.good(),
        Tone::Info => canvas.paint.info(),
        Tone::Error => canvas.paint.bad(),
    };
    let clean = said(app, notice);
    let lines = crate::text::wrap(&clean, usize::from(area.width.saturating_sub(4)));
    let most = usize::from(areas.body.height / 2);
    let count = lines.len().min(most);
    let top = area.y.saturating_sub(u16::try_from(count).unwrap_or(0));
    for (row, line) in (top..area.y).zip(&lines) {
        let strip = canvas.paint.strip();
        let row = Rect { y: row, ..area };
        canvas.fill(row, strip);
        let mark = canvas.paint.glyphs().bang();
        if row.y == top && notice.tone == Tone::Error {
            canvas.put(row.x + 1, row.y, 1, mark, style);
        }
        canvas.put(
            row.x + 3,
            row.y,
            row.width.saturating_sub(4),
            line.text,
            style,
        );
    }
}

/// In which order the rows of a place stand.
fn order(app: &App) -> &'static str {
    match app.screen.active() {
        Place::Inbox => "by clock, then sender",
        Place::Funnel => "by stage, longest first",
        Place::Networks => "who needs me first",
        Place::FollowUps => app.screen.due_view().order(),
        Place::Conflicts | Place::Outbox => "oldest first",
        Place::NextSteps => "longest first",
        Place::Offers => "newest first",
        Place::Page(tab) => match tab {
            Tab::Creators => "what they bring, most first",
            Tab::Goals => "year, quarter, month",
            Tab::Timeline => "newest first",
            Tab::Dimensions => "as the set has them",
            _ => "what needs me first",
        },
        Place::Import => "in the order of the file",
        Place::Today | Place::Slots | Place::Browse(_) => "by name",
    }
}

fn status_right(canvas: &Canvas<'_>, app: &App) -> Vec<Segment> {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let sync = &app.screen.sync;
    let (weight, mark, words, style) = match &sync.line {
        Line::Starting => (50, glyphs.hollow(), "starting", paint.dim()),
        Line::Live => (50, glyphs.dot(), "live", paint.good()),
        Line::Polling => (50, glyphs.dot(), "polling", paint.info()),
        Line::Offline { .. } => (92, glyphs.hollow(), "offline", paint.warn()),
        Line::Refused { .. } => (92, glyphs.bang(), "refused", paint.bad()),
        Line::Follower => (50, glyphs.dot(), "shared", paint.info()),
        Line::Unconfigured => (92, glyphs.hollow(), "no server", paint.warn()),
    };
    let mut segments = vec![right(weight, format!("{mark} {words}"), style)];
    let now = app.world.view.now;
    if let Some(rows) = sync.loading {
        segments.push(right(55, format!("loading {rows}"), paint.info()));
    } else if sync.is_partial() {
        segments.push(right(90, "first sync unfinished".to_owned(), paint.warn()));
    } else if let Some(at) = sync.synced_at {
        let old = now.duration_since(at).as_hours() > 0;
        let style = if old { paint.warn() } else { paint.dim() };
        let words = format!("synced {}", clock::ago(now, at));
        segments.push(right(if old { 65 } else { 20 }, words, style));
    }
    if sync.queued > 0 {
        let words = format!("{} {} queued", glyphs.up(), sync.queued);
        segments.push(right(70, words, paint.warn()));
    }
    let words: Vec<String> = [(sync.conflicts, "in conflict"), (sync.refused, "refused")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    if !words.is_empty() {
        let mut conflict = right(STATE, words.join(", "), paint.bad());
        conflict.pieces.push(piece(" g x", paint.key()));
        segments.push(conflict);
    }
    if let Some(batch) = app.undo.last() {
        let mut undo = right(UNDO, "u", paint.key());
        let words = format!(" undoes {}", whole_words(&batch.label, 32));
        undo.pieces.push(piece(words, paint.dim()));
        segments.push(undo);
    }
    segments.push(right(PLACE, breadcrumb(app), paint.strong()));
    segments
}

fn breadcrumb(app: &App) -> String {
    let place = app.screen.place;
    match place {
        Place::Inbox => {
            let split = app.screen.shelf(place).map_or(0, |shelf| shelf.split);
            let splits = &app.screen.tally.splits;
            let name = splits.get(split).map_or("", |split| split.name.as_str());
            format!("Inbox › {name}")
        }
        Place::FollowUps => format!("Due › {}", app.screen.due_view().title()),
        Place::Today => format!("Today › {}", app.screen.active().title()),
        Place::Networks => match (app.screen.network(), app.screen.active()) {
            (Some(id), Place::Page(tab)) => {
                format!("{} › {}", app.world.title(&id.link()), tab.title())
            }
            (Some(id), _) => format!("CNs › {}", app.world.title(&id.link())),
            (None, _) => "CNs".into(),
        },
        _ => place.title().to_owned(),
    }
}

/// Draws the verbs of the focused row; the key that shows all keys is always among them.
pub(super) fn footer(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    if canvas.lean {
        return;
    }
    let (key, dim) = (canvas.paint.key(), canvas.paint.dim());
    let mut x = area.x + 1;
    let mut end = area.right().saturating_sub(1);
    let mut rows = footer_keys(app);
    if matches!(app.mode, Mode::Normal)
        && let Some(at) = rows.iter().position(|(keys, _)| keys == "?")
    {
        let (keys, help) = rows.remove(at);
        let pieces = [piece(keys, key), piece(format!(" {help}"), dim)];
        let cells = pieces.iter().map(|piece| cells_of(&piece.text)).sum();
        end = end.saturating_sub(cells);
        canvas.line(end, area.y, cells, &pieces);
        end = end.saturating_sub(2);
    }
    for (keys, help) in rows {
        let cells = cells_of(&keys) + cells_of(&help) + 1;
        if x + cells > end {
            break;
        }
        let key = key.remove_modifier(Modifier::DIM);
        x += canvas.line(
            x,
            area.y,
            cells,
            &[piece(keys, key), piece(format!(" {help}"), dim)],
        ) + 2;
    }
    if let Some(me) = app.world.table::<User>().record(&app.world.view.me) {
        let cells = cells_of(&clean_line(&me.name));
        if end > x && end - x > cells + 2 {
            canvas.put(end - cells, area.y, cells, &me.name, dim);
        }
    }
}
