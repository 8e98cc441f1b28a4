//! Why a thread stands where it stands: a sign, a word, a sentence.

use ratatui::style::Style;

use super::super::canvas::{Canvas, Piece, piece};
use crate::app::App;
use crate::record::{Id, Person, Thread, ThreadState, WaitingOn};
use crate::triage::{self, Ask, GroupKind, Mark};

/// Why a thread stands where it stands.
pub(super) struct Badge {
    pub(super) glyph: &'static str,
    pub(super) word: &'static str,
    pub(super) style: Style,
}

/// The badge of a thread: late or due soon, what it asks of me, or why it asks nothing.
pub(super) fn badge(canvas: &Canvas<'_>, app: &App, id: &Id<Thread>, thread: &Thread) -> Badge {
    let paint = &canvas.paint;
    let glyphs = paint.glyphs();
    let Some(read) = app.screen.readings.of(id) else {
        let word = match thread.state {
            ThreadState::Snoozed => "asleep",
            ThreadState::Done => "done",
            _ => "",
        };
        return Badge {
            glyph: glyphs.hollow(),
            word,
            style: paint.dim(),
        };
    };
    let ask = read.ask();
    let asks = ask.map_or("", asks);
    let (glyph, word, style) = match Mark::of(thread, read, &app.world.view) {
        Mark::Urgent => (glyphs.bang(), asks, paint.bad()),
        Mark::Asks => match ask {
            Some(Ask::QuestionToMe | Ask::Mention) => ("@", asks, paint.warn()),
            Some(Ask::Incident | Ask::Approval | Ask::Deadline) => {
                (glyphs.dot(), asks, paint.warn())
            }
            _ => (glyphs.dot(), asks, paint.info()),
        },
        Mark::Fyi if thread.waiting_on == WaitingOn::Them => {
            (glyphs.hollow(), "they owe", paint.dim())
        }
        Mark::Fyi => {
            let word = match app.screen.tally.group_of(id).map(|group| group.kind) {
                Some(GroupKind::Notices) => "notice",
                Some(GroupKind::Acknowledgements) => "ack",
                Some(GroupKind::CrossPosts) => "copy",
                Some(GroupKind::Chatter) => "chatter",
                None => "to know",
            };
            (glyphs.hollow(), word, paint.dim())
        }
    };
    Badge { glyph, word, style }
}

/// What is asked, in eight letters.
const fn asks(ask: Ask) -> &'static str {
    match ask {
        Ask::Incident => "incident",
        Ask::Approval => "yes/no",
        Ask::Deadline => "deadline",
        Ask::QuestionToMe => "asks me",
        Ask::Question => "question",
        Ask::Request => "request",
        Ask::Mention => "names me",
        Ask::Direct => "wrote",
        Ask::Unreadable => "voice",
    }
}

/// Why the thread stands where it stands, in a sentence, and how many are like it.
pub(super) fn why(canvas: &Canvas<'_>, app: &App, id: &Id<Thread>, thread: &Thread) -> Vec<Piece> {
    let paint = &canvas.paint;
    let Some(read) = app.screen.readings.of(id) else {
        return Vec::new();
    };
    let sender = app
        .world
        .follow::<Person>(read.asker().or(thread.from.as_ref()));
    let words = triage::Badge::of(thread, read, sender, &app.world.view);
    let badge = badge(canvas, app, id, thread);
    let mut pieces = vec![
        piece(format!("{} ", badge.glyph), badge.style),
        piece(words.reason, badge.style),
    ];
    if let Some(group) = app.screen.tally.group_of(id) {
        let more = group.threads.len().saturating_sub(1);
        if more > 0 {
            let words = format!(" {} {more} more alike, ", paint.glyphs().separator());
            pieces.push(piece(words, paint.dim()));
            pieces.push(piece("A", paint.key()));
            pieces.push(piece(" marks them", paint.dim()));
        }
    } else if let (Mark::Urgent, Some(ask)) = (words.mark, read.ask()) {
        let words = format!(" {} {}", paint.glyphs().separator(), ask.words());
        pieces.push(piece(words, paint.text()));
    }
    pieces
}
