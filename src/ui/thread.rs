//! The preview of a thread: its messages as a conversation, newest at the bottom.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::canvas::{Canvas, Piece, piece};
use crate::app::App;
use crate::record::{Direction, Id, Message, MessageKind, MessageState, Person, Thread};
use crate::text;
use crate::when::{clock, zone};

/// Returns the messages of a thread, oldest first.
pub(super) fn messages<'a>(
    app: &'a App,
    thread: &Id<Thread>,
) -> Vec<(&'a Id<Message>, &'a Message)> {
    let mut messages: Vec<_> = app
        .world
        .table::<Message>()
        .records()
        .filter(|(_, message)| message.thread.as_ref() == Some(thread))
        .collect();
    messages.sort_by_key(|(id, message)| (message.sent_at, (*id).clone()));
    messages
}

/// Draws a thread in a frame.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect, id: &Id<Thread>, focused: bool) {
    let Some(thread) = app.world.get(id) else {
        canvas.frame(area, "", "", focused);
        return;
    };
    let messages = messages(app, id);
    let right = match thread.messages {
        Some(count) if count > 1 => format!("{} · {count} messages", thread.channel),
        _ => thread.channel.to_string(),
    };
    let title = if thread.title.is_empty() {
        &thread.from_name
    } else {
        &thread.title
    };
    let inner = canvas.frame(area, title, &right, focused);
    let rows = rows(
        canvas,
        app,
        thread,
        &messages,
        inner.width.saturating_sub(2),
    );
    // The end is what matters: the newest message stands at the bottom, older ones above it.
    let height = usize::from(inner.height);
    let last = rows.len().saturating_sub(height);
    let scrolled = app.screen.detail_scroll + app.screen.message * 4;
    let first = last
        .saturating_sub(scrolled)
        .min(first_new(&rows, last, scrolled));
    for (y, row) in (inner.y..inner.bottom()).zip(rows.iter().skip(first)) {
        canvas.line(inner.x + 1, y, inner.width.saturating_sub(2), &row.pieces);
    }
}

/// A row of the conversation.
struct Row {
    pieces: Vec<Piece>,
    /// The first row of the first message that is not dealt with.
    begins_new: bool,
}

/// Shows the first message that is not dealt with at the top, unless the user scrolled.
fn first_new(rows: &[Row], last: usize, scrolled: usize) -> usize {
    if scrolled > 0 {
        return usize::MAX;
    }
    rows.iter()
        .position(|row| row.begins_new)
        .map_or(usize::MAX, |at| at.min(last))
}

fn rows(
    canvas: &Canvas<'_>,
    app: &App,
    thread: &Thread,
    messages: &[(&Id<Message>, &Message)],
    width: u16,
) -> Vec<Row> {
    let plain = |pieces| Row {
        pieces,
        begins_new: false,
    };
    let mut rows = Vec::new();
    if messages.is_empty() {
        rows.push(plain(vec![piece(
            thread.last_text.clone(),
            canvas.paint.text(),
        )]));
        return rows;
    }
    let mut seen_new = false;
    for (_, message) in messages {
        let new = message.direction != Direction::Out && message.sent_at > thread.done_at;
        if !rows.is_empty() {
            rows.push(plain(Vec::new()));
        }
        let begins_new = new && !seen_new;
        seen_new |= new;
        rows.push(Row {
            pieces: heading(canvas, app, message, new),
            begins_new,
        });
        body(canvas, message, new, width, &mut |pieces| {
            rows.push(plain(pieces));
        });
    }
    rows
}

/// The line above a message: who, when, what became of it.
fn heading(canvas: &Canvas<'_>, app: &App, message: &Message, new: bool) -> Vec<Piece> {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let person = app.world.follow::<Person>(message.sender.as_ref());
    let out = message.direction == Direction::Out;
    let mark = if new { glyphs.dot() } else { " " };
    let name = if out {
        "me".to_owned()
    } else {
        message.sender_name.clone()
    };
    let style = if out { paint.info() } else { paint.person() };
    let mut pieces = vec![
        piece(format!("{mark} "), paint.warn()),
        piece(name, style.add_modifier(Modifier::BOLD)),
    ];
    if let Some(person) = person.filter(|person| !out && person.name != message.sender_name) {
        pieces.push(piece(format!(" ({})", person.name), paint.dim()));
    }
    if !out && text::mixed_script(&message.sender_name) {
        pieces.push(piece(" mixed scripts!", paint.bad()));
    }
    if let Some(at) = message.sent_at {
        let here = clock::stamp(at, &app.world.view.zone);
        let mut words = format!("  {here}");
        if let Some(theirs) = person.and_then(|person| zone::load(&person.zone).ok())
            && !out
            && zone::name(&theirs) != zone::name(&app.world.view.zone)
        {
            let city = zone::short_name(&zone::name(&theirs));
            words.push_str(&format!(" ({city} {})", clock::time_of(at, &theirs)));
        }
        if at > app.world.view.now {
            words.push_str(" · their clock is ahead");
        }
        pieces.push(piece(words, paint.dim()));
    }
    for (flag, words) in [
        (message.edited_at.is_some(), " · edited"),
        (message.recalled_at.is_some(), " · recalled"),
        (
            message.state == MessageState::Queued,
            " · leaves soon, undo stops it",
        ),
        (message.state == MessageState::Cancelled, " · cancelled"),
        (message.state == MessageState::Failed, " · failed"),
        (message.mentions_me, " · mentions me"),
    ] {
        if flag {
            pieces.push(piece(words, paint.warn()));
        }
    }
    pieces
}

/// The text of a message, its translation and its attachments.
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
    let mut paragraph = |raw: &str, style: Style, indent: &'static str| {
        for line in text::body_spans(raw) {
            for wrapped in text::wrap_spans(&line, usize::from(width.saturating_sub(4))) {
                let mut pieces = vec![piece(indent, paint.dim())];
                for span in wrapped {
                    let style = if span.warn { paint.bad() } else { style };
                    pieces.push(piece(span.text.into_owned(), style));
                }
                push(pieces);
            }
        }
    };
    match message.kind {
        MessageKind::Voice if message.text.is_empty() => {
            paragraph("[voice message without a transcript]", paint.dim(), "  ");
        }
        _ => paragraph(&message.text, style, "  "),
    }
    if !message.translation.is_empty() {
        paragraph(&message.translation, paint.info(), "  ↳ ");
    }
    for attachment in &message.attachments {
        let size = super::table::number_words(bytes(attachment.bytes));
        let line = format!("[{} · {} · {size}B]", attachment.name, attachment.media);
        paragraph(&line, paint.info(), "  ");
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn bytes(bytes: i64) -> f64 {
    bytes as f64
}
