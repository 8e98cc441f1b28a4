//! The sanitiser: from any bytes to text that is safe to draw, print and log.

use super::category::{is_hidden, lone_cells};
use super::emoji;
use super::width::{Ambiguous, cells};
use std::borrow::Cow;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The most bytes one cleaned line has, its "… n more" included.
pub const LINE_MAX: usize = 16 * 1024;
/// The most combining marks one grapheme keeps.
pub const MARKS_MAX: usize = 4;
/// The most code points one grapheme keeps.
pub const POINTS_MAX: usize = 10;
/// The distance of tab stops, in cells.
pub const TAB_STOP: usize = 4;

/// Room for "… n more" at the end of a line that is too long, in bytes.
const MORE_ROOM: usize = 32;
const ELLIPSIS: &str = "…";

/// A piece of cleaned text, with whether it stands for something that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'a> {
    /// What to draw; it is clean.
    pub text: Cow<'a, str>,
    /// Whether the sanitiser wrote this in place of the sender's characters (`^[`, `‹U+202E›`, `…`),
    /// so that a reader can tell it from the same characters typed by a person.
    pub warn: bool,
}

impl<'a> Span<'a> {
    fn shown(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            warn: false,
        }
    }

    fn warning(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            warn: true,
        }
    }
}

/// Reads bytes as UTF-8; what is not UTF-8 becomes U+FFFD.
pub fn from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Returns the text as one clean line; line feeds become `␤`, tabs become spaces.
///
/// Clean text is borrowed. See the [module](super) for what counts as clean.
pub fn clean_line(raw: &str) -> Cow<'_, str> {
    clean_capped(raw, LINE_MAX)
}

/// Cleans a line as [`clean_line`] does, with a cap of its own in bytes.
pub(super) fn clean_capped(raw: &str, cap: usize) -> Cow<'_, str> {
    if raw.len() <= cap && is_plain(raw) {
        return Cow::Borrowed(raw);
    }
    let mut spans = Scanner::new(raw, cap).run();
    if spans.len() == 1
        && let Some(only) = spans.pop_if(|span| matches!(span.text, Cow::Borrowed(_)))
    {
        return only.text;
    }
    Cow::Owned(spans.iter().map(|span| &*span.text).collect())
}

/// Returns the clean lines of a text with line breaks (LF or CRLF), each as [`clean_line`] gives it.
///
/// A line break at the very end opens no further line. A text without any line has none.
pub fn clean_body(raw: &str) -> impl Iterator<Item = Cow<'_, str>> + Clone {
    raw.lines().map(clean_line)
}

/// Returns one clean line in pieces, so that what the sanitiser wrote can be styled.
///
/// The texts of the pieces make up exactly what [`clean_line`] returns. An empty text has no piece.
pub fn spans(raw: &str) -> Vec<Span<'_>> {
    if raw.is_empty() {
        return Vec::new();
    }
    if raw.len() <= LINE_MAX && is_plain(raw) {
        return vec![Span::shown(raw)];
    }
    Scanner::new(raw, LINE_MAX).run()
}

/// Returns the lines of [`clean_body`] in pieces.
pub fn body_spans(raw: &str) -> impl Iterator<Item = Vec<Span<'_>>> + Clone {
    raw.lines().map(spans)
}

/// Returns whether the text holds nothing that could need cleaning, without looking at graphemes.
fn is_plain(raw: &str) -> bool {
    raw.bytes().all(|byte| matches!(byte, 0x20..=0x7E))
        || raw.chars().all(|c| lone_cells(c).is_some())
}

/// How far a line had got when it still had room for "… n more".
#[derive(Clone, Copy, Default)]
struct Checkpoint {
    spans: usize,
    shown_from: usize,
    at: usize,
}

/// What a character of no width of its own would be drawn on.
#[derive(Clone, Copy)]
enum Anchor {
    /// Nothing yet: it would not be drawn at all.
    None,
    /// The sender's base character.
    Base,
    /// Something the sanitiser wrote.
    Written,
}

impl Anchor {
    /// Returns whether a character of no width is drawn here: marks on anything, vowel and final
    /// letters of Hangul and the like only on their base.
    const fn carries(self, mark: bool) -> bool {
        match self {
            Self::None => false,
            Self::Base => true,
            Self::Written => mark,
        }
    }
}

/// One pass over one line.
struct Scanner<'a> {
    raw: &'a str,
    cap: usize,
    spans: Vec<Span<'a>>,
    /// Start of the sender's text that is shown as it is and not yet in `spans`.
    shown_from: usize,
    at: usize,
    bytes: usize,
    column: usize,
    checkpoint: Checkpoint,
}

impl<'a> Scanner<'a> {
    fn new(raw: &'a str, cap: usize) -> Self {
        Self {
            raw,
            cap,
            spans: Vec::new(),
            shown_from: 0,
            at: 0,
            bytes: 0,
            column: 0,
            checkpoint: Checkpoint::default(),
        }
    }

    fn run(mut self) -> Vec<Span<'a>> {
        while self.bytes <= self.cap {
            self.lone_characters();
            let rest = self.raw.get(self.at..).unwrap_or_default();
            let Some(grapheme) = rest.graphemes(true).next() else {
                break;
            };
            self.grapheme(grapheme);
        }
        if self.bytes > self.cap {
            self.cut();
        } else {
            self.flush();
        }
        self.spans
    }

    /// Passes characters that stand alone, up to the last one before something that might join it.
    fn lone_characters(&mut self) {
        let rest = self.raw.get(self.at..).unwrap_or_default();
        let mut chars = rest.chars().map(|c| (c, lone_cells(c))).peekable();
        while let Some((c, Some(cells))) = chars.next() {
            if self.bytes > self.cap || chars.peek().is_some_and(|next| next.1.is_none()) {
                return;
            }
            self.show(c.len_utf8(), cells);
        }
    }

    fn grapheme(&mut self, grapheme: &'a str) {
        match grapheme {
            "\n" | "\r\n" => self.replace(grapheme.len(), Span::shown("␤"), 1),
            "\t" => {
                let stop = TAB_STOP - self.column % TAB_STOP;
                let blank = Span {
                    text: " ".repeat(stop).into(),
                    warn: false,
                };
                self.replace(1, blank, stop);
            }
            _ => {
                let cells = cells(grapheme, Ambiguous::Narrow);
                let points = grapheme.chars().count();
                // After a replacement an extending character joins the last one written there.
                let room = POINTS_MAX - usize::from(self.shown_from == self.at && self.at > 0);
                let sequence = points <= POINTS_MAX && emoji::is_sequence(grapheme);
                let marks = || grapheme.chars().filter(|&c| is_combining_mark(c)).count();
                let fits = cells > 0 && points <= room && !grapheme.contains(is_hidden);
                if sequence || (fits && marks() <= MARKS_MAX) {
                    self.show(grapheme.len(), cells);
                } else {
                    self.break_up(grapheme, room);
                }
            }
        }
    }

    /// Shows a grapheme character by character: hidden ones by number, too many as `…`.
    fn break_up(&mut self, grapheme: &'a str, room: usize) {
        let (mut points, mut marks) = (POINTS_MAX - room, 0);
        let mut overfull = false;
        let mut anchor = Anchor::None;
        for c in grapheme.chars() {
            let mark = is_combining_mark(c);
            points += 1;
            marks += usize::from(mark);
            let exceeds = points > POINTS_MAX || marks > MARKS_MAX;
            if exceeds && !overfull {
                self.replace(0, Span::warning(ELLIPSIS), 1);
                overfull = true;
            }
            if overfull && mark {
                self.skip(c.len_utf8());
                continue;
            }
            if overfull {
                // Only marks are cut: any other character goes on behind the ellipsis.
                (points, marks) = (2, 0);
                (overfull, anchor) = (false, Anchor::Written);
            }
            let cells = cells(c.encode_utf8(&mut [0; 4]), Ambiguous::Narrow);
            let undrawn = cells == 0 && !anchor.carries(mark);
            if is_hidden(c) || undrawn {
                let code = code(c);
                let width = code.chars().count();
                self.replace(c.len_utf8(), Span::warning(code), width);
                if !mark {
                    anchor = Anchor::Written;
                }
            } else {
                self.show(c.len_utf8(), cells);
                if !mark && cells > 0 {
                    anchor = Anchor::Base;
                }
            }
        }
    }

    /// Keeps the next bytes as they are.
    fn show(&mut self, len: usize, cells: usize) {
        self.at += len;
        self.advance(len, cells);
    }

    /// Writes a piece in place of the next bytes.
    fn replace(&mut self, len: usize, span: Span<'a>, cells: usize) {
        self.flush();
        let written = span.text.len();
        self.spans.push(span);
        self.skip(len);
        self.advance(written, cells);
    }

    fn skip(&mut self, len: usize) {
        self.flush();
        self.at += len;
        self.shown_from = self.at;
    }

    fn advance(&mut self, bytes: usize, cells: usize) {
        self.bytes += bytes;
        self.column += cells;
        if self.bytes + MORE_ROOM <= self.cap {
            self.checkpoint = Checkpoint {
                spans: self.spans.len(),
                shown_from: self.shown_from,
                at: self.at,
            };
        }
    }

    fn flush(&mut self) {
        if let Some(text) = self.raw.get(self.shown_from..self.at)
            && !text.is_empty()
        {
            self.spans.push(Span::shown(text));
        }
        self.shown_from = self.at;
    }

    /// Ends a line that is too long where there is still room to say so.
    fn cut(&mut self) {
        let Checkpoint {
            spans,
            shown_from,
            at,
        } = self.checkpoint;
        self.spans.truncate(spans);
        (self.shown_from, self.at) = (shown_from, at);
        self.flush();
        let left = self.raw.get(at..).unwrap_or_default().chars().count();
        self.spans.push(Span::warning(format!("… {left} more")));
    }
}

/// Returns caret notation for C0 and DEL, the number in angle quotes for everything else.
fn code(c: char) -> String {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii_control() => format!("^{}", char::from(byte ^ 0x40)),
        _ => format!("‹U+{:04X}›", u32::from(c)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::text::width;
    use proptest::prelude::*;

    fn shown(raw: &str) -> String {
        spans(raw)
            .iter()
            .filter(|span| !span.warn)
            .map(|span| &*span.text)
            .collect()
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for raw in [
            "",
            "Creator suspended mid-battle, need appeal help",
            "本周直播活动素材已更新，请今天确认",
            "Zoë Łukasz Дарья",
            "family \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} and flag \u{1F1E8}\u{1F1F3}",
            "e\u{301}toile สวัสดี नमस्ते مرحبا",
        ] {
            assert!(
                matches!(clean_line(raw), Cow::Borrowed(text) if text == raw),
                "{raw:?}"
            );
        }
    }

    #[test]
    fn controls_are_shown_in_caret_notation() {
        assert_eq!(clean_line("\u{1b}[2J\0\u{7f}\r"), "^[[2J^@^?^M");
        assert_eq!(clean_line("\u{9b}31m\u{85}"), "‹U+009B›31m‹U+0085›");
    }

    #[test]
    fn bidi_controls_separators_tags_and_private_use_are_shown_by_number() {
        assert_eq!(clean_line("a\u{202E}b"), "a‹U+202E›b");
        assert_eq!(clean_line("a\u{2028}b"), "a‹U+2028›b");
        assert_eq!(clean_line("a\u{E0041}b"), "a‹U+E0041›b");
        assert_eq!(
            clean_line("\u{E000}\u{FFFF}\u{10FFFF}"),
            "‹U+E000›‹U+FFFF›‹U+10FFFF›"
        );
        assert_eq!(clean_line("\u{378}"), "‹U+0378›");
    }

    #[test]
    fn joiners_and_selectors_outside_emoji_are_shown() {
        assert_eq!(clean_line("a\u{200D}b"), "a‹U+200D›b");
        assert_eq!(clean_line("a\u{FE0F}"), "a‹U+FE0F›");
        assert_eq!(clean_line("\u{1F469}\u{200D}"), "\u{1F469}‹U+200D›");
        assert_eq!(clean_line("\u{1F600}\u{E0100}"), "\u{1F600}‹U+E0100›");
    }

    #[test]
    fn lines_and_tabs() {
        assert_eq!(clean_line("one\ntwo\r\nthree"), "one␤two␤three");
        assert_eq!(clean_line("a\tb\t王\tc"), "a   b   王  c");
        let body: Vec<_> = clean_body("one\r\n\ntwo\rx\n").collect();
        assert_eq!(body, ["one", "", "two^Mx"]);
    }

    #[test]
    fn piled_up_marks_end_in_an_ellipsis() {
        let zalgo = format!("Z{}y", "\u{301}".repeat(500));
        assert_eq!(clean_line(&zalgo), format!("Z{}…y", "\u{301}".repeat(4)));
    }

    #[test]
    fn a_mark_without_a_base_is_shown_by_number() {
        assert_eq!(clean_line("\u{301}a"), "‹U+0301›a");
        assert_eq!(clean_line("\u{1b}\u{301}"), "^[‹U+0301›");
        assert_eq!(clean_line("\u{1160}"), "‹U+1160›");
    }

    #[test]
    fn a_long_grapheme_keeps_its_letters() {
        let prepended = format!("{}a", "\u{D4E}".repeat(12));
        assert!(clean_line(&prepended).ends_with('a'));
        let jamo = "\u{1100}".repeat(12);
        assert_eq!(
            clean_line(&jamo),
            format!("{}…{}", "\u{1100}".repeat(10), "\u{1100}".repeat(2))
        );
    }

    #[test]
    fn a_long_line_says_how_much_follows() {
        let long = "x".repeat(40_000);
        let cleaned = clean_line(&long);
        assert!(cleaned.len() <= LINE_MAX && cleaned.len() > LINE_MAX - 2 * MORE_ROOM);
        let kept = cleaned.chars().filter(|&c| c == 'x').count();
        assert!(cleaned.ends_with(&format!("… {} more", 40_000 - kept)));
        assert_eq!(clean_line(&cleaned), cleaned);
        assert!(matches!(
            clean_line(&"y".repeat(LINE_MAX)),
            Cow::Borrowed(_)
        ));
        let escapes = "\u{202E}".repeat(40_000);
        assert!(clean_line(&escapes).len() <= LINE_MAX);
        let marks = format!("a{}", "\u{301}".repeat(100_000));
        assert_eq!(clean_line(&marks), format!("a{}…", "\u{301}".repeat(4)));
    }

    #[test]
    fn typed_look_alikes_of_codes_are_not_styled_as_warnings() {
        let pieces = spans("^[ ‹U+202E›\u{202E}");
        assert_eq!(
            pieces.iter().map(|span| span.warn).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(pieces[0].text, "^[ ‹U+202E›");
    }

    /// Makes texts of characters that join, hide, reorder or pile up, and of any others.
    pub(in crate::text) fn nasty() -> impl Strategy<Value = String> {
        let pool = "aZ =王あ가\u{1F469}\u{2764}\u{1F3FD}\u{1F3F4}\u{1F1E8}\u{200D}\u{FE0F}\u{FE0E}\
                    \u{20E3}1\u{301}\u{302}\u{93E}\u{915}\u{94D}\u{1100}\u{1161}\u{11A8}\u{D4E}\
                    \u{FF9E}\u{FF76}\u{202E}\u{2028}\u{200B}\u{AD}\u{E0067}\u{E007F}\u{E0100}\
                    \u{E000}\u{378}\u{FFFE}\u{FEFF}\u{600}\u{115F}\u{3164}\u{34F}\u{17D8}\t\n\r\
                    \u{1b}\u{0}\u{7f}\u{9b}\u{85}\u{e33}\u{2D7F}\u{2D31}\u{A4F8}\u{A4FC}";
        let pool: Vec<char> = pool.chars().collect();
        prop_oneof![
            proptest::collection::vec(proptest::sample::select(pool), 0..60)
                .prop_map(|chars| chars.into_iter().collect()),
            proptest::collection::vec(any::<char>(), 0..40)
                .prop_map(|chars| chars.into_iter().collect()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn nothing_dangerous_is_left(raw in nasty()) {
            let cleaned = clean_line(&raw);
            for grapheme in cleaned.graphemes(true) {
                prop_assert!(!grapheme.contains(char::is_control));
                prop_assert!(width(grapheme) > 0, "{grapheme:?} is not drawn");
                prop_assert!(grapheme.chars().count() <= POINTS_MAX, "{grapheme:?}");
                let marks = grapheme.chars().filter(|&c| is_combining_mark(c)).count();
                prop_assert!(marks <= MARKS_MAX, "{grapheme:?}");
                if grapheme.contains(is_hidden) {
                    prop_assert!(emoji::is_sequence(grapheme), "{grapheme:?}");
                }
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing(raw in nasty()) {
            let once = clean_line(&raw);
            prop_assert_eq!(clean_line(&once), &*once);
        }

        #[test]
        fn what_can_be_seen_is_kept_in_order(raw in nasty()) {
            let visible = |text: &str| -> String {
                text.chars().filter(char::is_ascii_graphic).collect()
            };
            prop_assert_eq!(visible(&shown(&raw)), visible(&raw));
        }

        #[test]
        fn pieces_make_up_the_line(raw in nasty()) {
            let joined: String = spans(&raw).iter().map(|span| &*span.text).collect();
            prop_assert_eq!(joined, clean_line(&raw));
        }
    }
}
