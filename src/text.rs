//! The sanitiser and display width: the only way from stored text to any output.
//!
//! Messages, names and titles come from other people. What is stored keeps their bytes; what is
//! shown, printed, exported or logged goes through this module, at the output and not at the input,
//! so that no source can be forgotten.
//!
//! # What the sanitiser promises
//!
//! * No control character, bidirectional control, format character, private-use or unassigned code
//!   point leaves it. Each is shown as `^[` (C0 and DEL) or `‹U+202E›` (all others); none is
//!   dropped silently. Characters are filtered, not escape sequences: a sequence that is cut short
//!   or unknown cannot slip through.
//! * Joiners, variation selectors and tags pass only inside a well-formed emoji sequence or one of
//!   the three flags made of tags.
//! * A grapheme keeps at most [`MARKS_MAX`] combining marks and [`POINTS_MAX`] code points; the rest
//!   becomes `…`. A line keeps at most [`LINE_MAX`] bytes and says how many characters follow.
//! * Whatever it returns is drawn in full: no grapheme has width 0, so the terminal library skips
//!   none of them, and [`width`] is the number of cells by which it advances.
//! * Cleaning twice changes nothing, and clean text is borrowed, not copied.
//!
//! # Which function for which output
//!
//! | output | function |
//! |---|---|
//! | one row of a list, a title, a status line | [`clean_line`], [`spans`], [`table_cell`] |
//! | the reading pane | [`clean_body`], [`body_spans`], [`wrap`], [`wrap_spans`] |
//! | standard output, clipboard | [`plain`], [`plain_body`] |
//! | CSV | [`csv_cell`] |
//! | log and crash files | [`log`] |
//! | names of exported files | [`filename`] |
//! | comparing and searching, never shown | [`fold`], [`looks_like`], [`mixed_script`] |

/// Returns the first words of a text on one line, in at most this many characters; what is left out shows as `…`.
///
/// A word is cut only where it fills more than half of the room by itself, as in scripts without spaces.
pub fn first_words(text: &str, letters: usize) -> String {
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or("").to_owned();
    for word in words {
        if line.chars().count() > letters {
            break;
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.chars().count() <= letters {
        return line;
    }
    let room = letters.saturating_sub(1);
    let kept: String = line.chars().take(room).collect();
    let whole = line.chars().nth(room).is_none_or(char::is_whitespace);
    let last = kept.rfind(' ').filter(|at| !whole && *at * 2 > kept.len());
    let kept = last.and_then(|at| kept.get(..at)).unwrap_or(&kept);
    format!("{}…", kept.trim_end())
}

/// Counts things: `1 note`, `3 notes`.
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

mod category;
mod clean;
mod emoji;
mod fit;
mod fold;
mod glyph;
mod name;
mod output;
mod width;
mod wrap;

pub use clean::{LINE_MAX, MARKS_MAX, POINTS_MAX, Span, TAB_STOP};
pub use clean::{body_spans, clean_body, clean_line, from_bytes, spans};
pub use fit::{Ruler, fit_left, fit_right, pad, truncate};
pub use fold::fold;
pub use glyph::{Frame, FrameStyle, Glyphs, bar, progress, sparkline};
pub use name::{looks_like, mixed_script};
pub use output::{LOG_MAX, csv_cell, filename, log, plain, plain_body, table_cell};
pub use width::{Ambiguous, width, width_with};
pub use wrap::{Line, wrap, wrap_spans};
