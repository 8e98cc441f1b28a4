//! The preview of a thread: its messages as a conversation, newest at the bottom.

use jiff::civil::Date;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::canvas::{Canvas, Piece, cells_of, piece};
use super::layout::above;
use crate::app::{App, Mode};
use crate::pane::{Focus, Place, Spot, at_hand};
use crate::record::{Direction, Id, Message, MessageKind, MessageState, Person, Thread};
use crate::text::{self, FrameStyle};
use crate::when::{clock, zone};

/// From this width on a translation stands beside its original, else below it.
const BESIDE: u16 = 68;

/// Returns the messages of a thread, oldest first.
pub(super) fn messages<'a>(
    app: &'a App,
    thread: &Id<Thread>,
) -> Vec<(&'a Id<Message>, &'a Message)> {
    let table = app.world.table::<Message>();
    app.screen
        .readings
        .messages(thread)
        .iter()
        .filter_map(|id| Some((id, table.record(id.as_str())?)))
        .collect()
}

/// Draws a thread in a frame, below a line that says why it is there.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    app: &App,
    area: Rect,
    id: &Id<Thread>,
    reason: &[Piece],
    focused: bool,
) {
    let Some(thread) = app.world.get(id) else {
        canvas.frame(area, "", "", focused);
        return;
    };
    let messages = messages(app, id);
    let here = at_hand(&app.world, Some(&app.screen), id);
    let here = messages
        .iter()
        .position(|(id, _)| Some(*id) == here.as_ref());
    let messages: Vec<&Message> = messages.into_iter().map(|(_, message)| message).collect();
    let frame = canvas.frame(area, title(thread), &facts(app, thread), focused);
    if frame.height == 0 {
        return;
    }
    canvas.zone(area, Spot::Detail);
    let width = frame.width.saturating_sub(2);
    let (line, inner) = above(frame, u16::from(!reason.is_empty()));
    canvas.line(line.x + 1, line.y, width, reason);
    let talk = Talk::build(
        canvas,
        app,
        (thread, here, is_answered(app, id)),
        &messages,
        (width, inner.height),
    );
    let rows = talk.rows.iter().skip(talk.first);
    for (y, row) in (inner.y..inner.bottom()).zip(rows) {
        let used = canvas.line(inner.x + 1, y, width, &row.left);
        let room = width.saturating_sub(used + 1);
        let cells: u16 = row.right.iter().map(|piece| cells_of(&piece.text)).sum();
        if cells <= room {
            canvas.line_right(inner.x + 1 + used + 1, y, room, &row.right);
        }
    }
    let state = Open {
        writing: is_answered(app, id),
        drafted: app.drafts.contains_key(&format!("reply:{id}")),
    };
    foot(
        canvas,
        (area, inner.height),
        (thread, state),
        &messages,
        &talk,
    );
}

/// Tells whether an answer to this thread is being written.
fn is_answered(app: &App, thread: &Id<Thread>) -> bool {
    matches!(&app.mode, Mode::Reply(reply) if reply.thread == *thread)
}

/// What is open about an answer to a thread.
#[derive(Clone, Copy)]
struct Open {
    /// It is being written.
    writing: bool,
    /// A draft of it waits.
    drafted: bool,
}

fn title(thread: &Thread) -> &str {
    if thread.title.is_empty() {
        &thread.from_name
    } else {
        &thread.title
    }
}

/// Where the thread stands in the list, on which channel it is, how long it is.
fn facts(app: &App, thread: &Thread) -> String {
    let mut parts = Vec::new();
    if let Some(shelf) = app
        .screen
        .shelf(Place::Inbox)
        .filter(|shelf| !shelf.list.is_empty())
    {
        parts.push(format!(
            "{}/{}",
            shelf.list.position() + 1,
            shelf.list.len()
        ));
    }
    parts.push(thread.channel.as_str().replace('_', " "));
    if let Some(count) = thread.messages.filter(|count| *count > 1) {
        parts.push(format!("{count} messages"));
    }
    parts.join(" · ")
}

/// Says what lies above and below what is shown, with the keys that go there.
fn foot(
    canvas: &mut Canvas<'_>,
    (area, height): (Rect, u16),
    (thread, open): (&Thread, Open),
    messages: &[&Message],
    talk: &Talk,
) {
    let paint = canvas.paint;
    let unread = thread
        .messages
        .and_then(|count| usize::try_from(count).ok())
        .map_or(0, |count| count.saturating_sub(messages.len()));
    let above = talk
        .rows
        .iter()
        .take(talk.first)
        .filter(|row| row.begins)
        .count();
    let older = talk.older + above + unread;
    let below = talk
        .rows
        .len()
        .saturating_sub(talk.first + usize::from(height));
    let mut pieces = Vec::new();
    // While an answer is typed, the keys that go there are letters of it.
    let key = |key: &str| {
        let key = if open.writing {
            String::new()
        } else {
            format!(" {key}")
        };
        piece(key, paint.key())
    };
    if open.drafted && !open.writing {
        pieces.push(piece("a draft waits ", paint.warn()));
        pieces.push(piece("r", paint.key()));
    }
    if older > 0 {
        let gap = if pieces.is_empty() { "" } else { " · " };
        pieces.push(piece(
            format!("{gap}{} {older} older", paint.glyphs().up()),
            paint.dim(),
        ));
        pieces.push(key("J"));
    }
    if below > 0 {
        let gap = if pieces.is_empty() { "" } else { " · " };
        let words = format!("{gap}{} {below} lines below", paint.glyphs().down());
        pieces.push(piece(words, paint.dim()));
        pieces.push(key("Enter"));
    }
    canvas.foot(area, &pieces);
}

/// A row of the conversation.
struct Row {
    left: Vec<Piece>,
    right: Vec<Piece>,
    /// The first row of a message.
    begins: bool,
}

impl Row {
    fn of(left: Vec<Piece>) -> Self {
        Self {
            left,
            right: Vec::new(),
            begins: false,
        }
    }
}

/// The rows of a conversation from some message on.
struct Talk {
    rows: Vec<Row>,
    /// The first row that is shown.
    first: usize,
    /// How many messages come before the first row.
    older: usize,
}

impl Talk {
    /// Builds as much of a conversation as is needed: from the message that stands at the top to the newest,
    /// and further back while there is room.
    ///
    /// At the top stands the message that the user went to, else the first that is not dealt with.
    fn build(
        canvas: &Canvas<'_>,
        app: &App,
        (thread, here, answered): (&Thread, Option<usize>, bool),
        messages: &[&Message],
        (width, height): (u16, u16),
    ) -> Self {
        if messages.is_empty() {
            let text = canvas.paint.text();
            let rows = text::wrap(&text::clean_line(&thread.last_text), usize::from(width))
                .into_iter()
                .map(|line| Row::of(vec![piece(line.text.to_string(), text)]))
                .collect();
            return Self {
                rows,
                first: 0,
                older: 0,
            };
        }
        let is_new = |message: &Message| {
            message.direction != Direction::Out && message.sent_at > thread.done_at
        };
        let newest = messages.len() - 1;
        let at_hand = here.unwrap_or(newest);
        let wanted = match app.screen.message {
            None => messages
                .iter()
                .position(|message| is_new(message))
                .map_or(at_hand, |first| first.min(at_hand)),
            Some(_) => at_hand,
        };
        let mut blocks: Vec<Vec<Row>> = Vec::new();
        let (mut count, mut top, mut at) = (0, 0, messages.len());
        // Rows from the beginning and from the end of the message at hand to the end.
        let (mut begins, mut ends) = (0, 0);
        while at > 0 && (at > wanted || count < usize::from(height)) {
            at -= 1;
            let Some(message) = messages.get(at) else {
                break;
            };
            let before = at.checked_sub(1).and_then(|at| messages.get(at));
            let state = (is_new(message), Some(at) == here);
            let block = block(canvas, app, message, before, state, width);
            if at == at_hand {
                ends = count;
                begins = count + block.len();
            }
            count += block.len();
            if at >= wanted {
                top = count;
            }
            blocks.push(block);
        }
        let rows: Vec<Row> = blocks.into_iter().rev().flatten().collect();
        // The message at hand is on the screen, from its beginning where it does not fit.
        if top > ends + usize::from(height) {
            top = begins.min(ends + usize::from(height)).max(begins.min(top));
        }
        // While it is answered, its last lines are: behind them stands an empty row.
        if answered {
            top = top.min(ends + 1 + usize::from(height));
        }
        let last = rows.len().saturating_sub(usize::from(height));
        let first = (rows.len() - top + app.screen.detail_scroll).min(last);
        Self {
            rows,
            first,
            older: at,
        }
    }
}

fn day(app: &App, message: &Message) -> Option<Date> {
    message
        .sent_at
        .map(|at| app.world.view.zone.to_datetime(at).date())
}

/// All rows of a message: a rule where a day begins, who and when, the text, a gap.
fn block(
    canvas: &Canvas<'_>,
    app: &App,
    message: &Message,
    before: Option<&&Message>,
    (new, here): (bool, bool),
    width: u16,
) -> Vec<Row> {
    let paint = &canvas.paint;
    let mut rows = Vec::new();
    let today = day(app, message);
    if let Some(date) = today
        && before.is_none_or(|before| day(app, before) != today)
    {
        let word = clock::day_word(date, app.world.view.today());
        let stamp = clock::date_stamp(date);
        let words = if stamp.starts_with(&word) || stamp.ends_with(&word) {
            stamp
        } else {
            format!("{word}, {stamp}")
        };
        let line = paint.glyphs().frame(FrameStyle::Light).horizontal;
        let rest = usize::from(width).saturating_sub(words.chars().count() + 4);
        rows.push(Row::of(vec![
            piece(line.repeat(2), paint.frame(false)),
            piece(format!(" {words} "), paint.dim()),
            piece(line.repeat(rest), paint.frame(false)),
        ]));
    }
    let mut head = heading(canvas, app, message, (new, here));
    head.begins = true;
    rows.push(head);
    rows.extend(answers(canvas, app, message, before, width));
    let begins = rows.len();
    body(canvas, message, new, width, &mut |pieces| {
        rows.push(Row::of(pieces));
    });
    let reads = here && app.screen.focus == Focus::Detail;
    if !reads {
        fold(canvas, message, begins, &mut rows);
    }
    rows.push(Row::of(Vec::new()));
    rows
}

/// Folds what is much longer than the rest: a forward of a whole conversation, or pages of text.
fn fold(canvas: &Canvas<'_>, message: &Message, begins: usize, rows: &mut Vec<Row>) {
    let (most, kept) = match message.kind {
        MessageKind::MergeForward => (8, 4),
        _ => (60, 24),
    };
    let long = rows.len() - begins;
    if long <= most {
        return;
    }
    rows.truncate(begins + kept);
    let paint = &canvas.paint;
    rows.push(Row::of(vec![
        piece("  ", paint.dim()),
        piece(format!("… {} more lines, ", long - kept), paint.dim()),
        piece("Enter", paint.key()),
        piece(" on this message unfolds them", paint.dim()),
    ]));
}

/// What a message answers, where that is not the one right above it.
fn answers(
    canvas: &Canvas<'_>,
    app: &App,
    message: &Message,
    before: Option<&&Message>,
    width: u16,
) -> Option<Row> {
    let paint = &canvas.paint;
    let root = app.world.get(message.reply_to.as_ref()?);
    if let (Some(root), Some(before)) = (root, before)
        && std::ptr::eq(*before, root)
    {
        return None;
    }
    let words = match root {
        Some(root) => {
            let words = text::clean_line(root.text.lines().next().unwrap_or("")).into_owned();
            format!("answers {}: {words}", root.sender_name)
        }
        None => "answers a message that is not here".to_owned(),
    };
    let words = text::fit_left(&words, usize::from(width.saturating_sub(5))).into_owned();
    let pieces = vec![piece("  ↳ ", paint.frame(false)), piece(words, paint.dim())];
    Some(Row::of(pieces))
}

/// The line above a message: who, what became of it, and at the right when, here and there.
fn heading(canvas: &Canvas<'_>, app: &App, message: &Message, (new, here): (bool, bool)) -> Row {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let person = app.world.follow::<Person>(message.sender.as_ref());
    let out = message.direction == Direction::Out;
    let mark = match (here, new) {
        (true, _) => glyphs.marker(),
        (false, true) => glyphs.dot(),
        (false, false) => " ",
    };
    let name = if out {
        "me".to_owned()
    } else {
        message.sender_name.clone()
    };
    let style = if out { paint.info() } else { paint.person() };
    let mut left = vec![
        piece(
            format!("{mark} "),
            if here { paint.accent() } else { paint.warn() },
        ),
        piece(name, style.add_modifier(Modifier::BOLD)),
    ];
    if let Some(person) = person.filter(|person| !out && person.name != message.sender_name) {
        left.push(piece(format!(" ({})", person.name), paint.dim()));
    }
    if !out && text::mixed_script(&message.sender_name) {
        left.push(piece(" mixed scripts!", paint.bad()));
    }
    left.extend(flags(canvas.paint, app, message));
    let mut right = Vec::new();
    if let Some(at) = message.sent_at {
        if at > app.world.view.now {
            right.push(piece("their clock is ahead  ", paint.warn()));
        }
        if let Some(theirs) = person.and_then(|person| zone::load(&person.zone).ok())
            && !out
            && zone::name(&theirs) != zone::name(&app.world.view.zone)
        {
            let city = zone::short_name(&zone::name(&theirs));
            let words = format!("{city} {}  ", clock::time_of(at, &theirs));
            right.push(piece(words, paint.dim()));
        }
        right.push(piece(
            clock::time_of(at, &app.world.view.zone),
            paint.text(),
        ));
    }
    Row {
        left,
        right,
        begins: false,
    }
}

/// How long a message that waits can still be stopped.
fn leaves(app: &App, message: &Message) -> String {
    let Some(at) = message.send_at else {
        return String::new();
    };
    let now = app.world.view.now;
    let seconds = at.duration_since(now).as_secs() + 1;
    if seconds <= 60 {
        format!(" leaves in {seconds} s, undo stops it")
    } else {
        let stamp = clock::stamp(at, &app.world.view.zone);
        format!(" leaves {stamp}, undo stops it")
    }
}

/// What became of a message, behind its sender.
fn flags(paint: super::paint::Paint<'_>, app: &App, message: &Message) -> Vec<Piece> {
    let queued = message.state == MessageState::Queued;
    let over = message.send_at.is_none_or(|at| at <= app.world.view.now);
    let leaves = leaves(app, message);
    let flags = [
        (
            message.mentions_me,
            " @me",
            paint.warn().add_modifier(Modifier::BOLD),
        ),
        (message.edited_at.is_some(), " edited", paint.warn()),
        (message.recalled_at.is_some(), " recalled", paint.bad()),
        (queued && !over, leaves.as_str(), paint.warn()),
        (queued && over, " on its way", paint.dim()),
        (
            message.state == MessageState::Cancelled,
            " cancelled",
            paint.warn(),
        ),
        (
            message.state == MessageState::Failed,
            " failed",
            paint.bad(),
        ),
    ];
    let set = flags.into_iter().filter(|(flag, ..)| *flag);
    set.map(|(_, words, style)| piece(words, style)).collect()
}

/// The lines of a text in at most so many cells.
fn paragraph(raw: &str, width: usize, style: Style, bad: Style) -> Vec<Vec<Piece>> {
    text::body_spans(raw)
        .flat_map(|line| text::wrap_spans(&line, width.max(4)))
        .map(|wrapped| {
            wrapped
                .into_iter()
                .map(|span| {
                    let style = if span.warn { bad } else { style };
                    piece(span.text.into_owned(), style)
                })
                .collect()
        })
        .collect()
}

/// The text of a message, its translation beside or below it, and its attachments.
fn body(
    canvas: &Canvas<'_>,
    message: &Message,
    new: bool,
    width: u16,
    push: &mut dyn FnMut(Vec<Piece>),
) {
    let paint = &canvas.paint;
    let style = if message.recalled_at.is_some() {
        paint.dim().add_modifier(Modifier::CROSSED_OUT)
    } else if new {
        paint.text()
    } else {
        paint.dim()
    };
    // A line at the left of what is new, so that it shows without colour.
    let line = paint.glyphs().frame(FrameStyle::Light).vertical;
    let edge = if new { line } else { " " };
    let edge = piece(format!("{edge} "), paint.warn());
    let room = usize::from(width.saturating_sub(2));
    let bad = paint.bad();
    let (raw, style) = match message.kind {
        MessageKind::Voice if message.text.is_empty() => {
            ("[voice message without a transcript]", paint.dim())
        }
        _ => (&*message.text, style),
    };
    let translated = !message.translation.is_empty();
    let mut with_edge = |pieces: Vec<Piece>| {
        let mut line = vec![edge.clone()];
        line.extend(pieces);
        push(line);
    };
    if translated && width >= BESIDE {
        let half = (room - 3) / 2;
        let original = paragraph(raw, half, style, bad);
        let translation = paragraph(&message.translation, half, paint.info(), bad);
        let rows = original.len().max(translation.len());
        for at in 0..rows {
            let mut pieces = original.get(at).cloned().unwrap_or_default();
            let used: usize = pieces.iter().map(|piece| text::width(&piece.text)).sum();
            pieces.push(piece(" ".repeat(half.saturating_sub(used)), style));
            pieces.push(piece(format!(" {line} "), paint.frame(false)));
            pieces.extend(translation.get(at).cloned().unwrap_or_default());
            with_edge(pieces);
        }
    } else {
        for pieces in paragraph(raw, room, style, bad) {
            with_edge(pieces);
        }
        if translated {
            let lines = paragraph(
                &message.translation,
                room.saturating_sub(2),
                paint.info(),
                bad,
            );
            for (at, pieces) in lines.into_iter().enumerate() {
                let mark = if at == 0 { "↳ " } else { "  " };
                let mut line = vec![piece(mark, paint.info())];
                line.extend(pieces);
                with_edge(line);
            }
        }
    }
    for attachment in &message.attachments {
        let size = super::table::number_words(bytes(attachment.bytes));
        let line = format!("[{} · {} · {size}B]", attachment.name, attachment.media);
        with_edge(vec![piece(line, paint.info())]);
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn bytes(bytes: i64) -> f64 {
    bytes as f64
}
