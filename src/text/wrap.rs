//! Breaking clean text into rows, at words and between Chinese or Japanese characters.

use super::clean::Span;
use super::fit::Ruler;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// A row of wrapped text.
///
/// The rows' texts and gaps, one after the other, are exactly the text that was wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// What to draw.
    pub text: &'a str,
    /// The white space that the break, or the end of the text, has taken the place of.
    pub gap: &'a str,
}

/// Breaks clean text without line breaks into rows of at most this many cells.
///
/// See [`Ruler::wrap`].
pub fn wrap(text: &str, cells: usize) -> Vec<Line<'_>> {
    Ruler::default().wrap(text, cells)
}

/// Breaks the pieces of one clean line into rows of at most this many cells, as [`wrap`] does.
///
/// White space at breaks is left out. There is always at least one row.
pub fn wrap_spans(spans: &[Span<'_>], cells: usize) -> Vec<Vec<Span<'static>>> {
    let joined: String = spans.iter().map(|span| &*span.text).collect();
    let mut pieces = spans.iter().map(|span| (span.text.len(), span.warn));
    let (mut left, mut warn) = (0, false);
    let mut take = |mut text: &str, row: &mut Option<Vec<Span<'static>>>| {
        while !text.is_empty() {
            if left == 0 {
                // The rows and the pieces have the same bytes, so there is a next piece.
                let Some(next) = pieces.next() else { return };
                (left, warn) = next;
                continue;
            }
            let (head, tail) = text.split_at_checked(left).unwrap_or((text, ""));
            if let Some(row) = row {
                row.push(Span {
                    text: Cow::Owned(head.to_owned()),
                    warn,
                });
            }
            left -= head.len();
            text = tail;
        }
    };
    let rows = wrap(&joined, cells).into_iter().map(|line| {
        let mut row = Some(Vec::new());
        take(line.text, &mut row);
        take(line.gap, &mut None);
        row.unwrap_or_default()
    });
    rows.collect()
}

impl Ruler {
    /// Breaks clean text without line breaks into rows of at most this many cells.
    ///
    /// Breaks lie at white space, behind hyphens and slashes within words, and between Chinese or
    /// Japanese characters, but not before closing or behind opening punctuation. What is longer
    /// than a row is broken anywhere between graphemes. A row holds at least one grapheme, however
    /// wide. Nothing is lost; an empty text is one empty row.
    pub fn wrap(self, text: &str, cells: usize) -> Vec<Line<'_>> {
        let mut rows = Rows::new(text, cells);
        for (at, grapheme) in text.grapheme_indices(true) {
            rows.add(at, grapheme, self.cells(grapheme));
        }
        rows.finish()
    }
}

/// A place where a row may end.
#[derive(Clone, Copy)]
struct Break {
    /// Where the row's text ends.
    end: usize,
    /// Where the next row begins, behind the white space.
    next: usize,
    /// Cells of the row up to `next`.
    cells: usize,
}

/// The rows found so far and the one being filled.
struct Rows<'a> {
    text: &'a str,
    max: usize,
    lines: Vec<Line<'a>>,
    start: usize,
    used: usize,
    /// Start of the white space that the last grapheme belongs to.
    blank_from: Option<usize>,
    last_break: Option<Break>,
    before: [Kind; 2],
}

impl<'a> Rows<'a> {
    const fn new(text: &'a str, max: usize) -> Self {
        Self {
            text,
            max,
            lines: Vec::new(),
            start: 0,
            used: 0,
            blank_from: None,
            last_break: None,
            before: [Kind::Blank; 2],
        }
    }

    fn add(&mut self, at: usize, grapheme: &str, cells: usize) {
        let kind = Kind::of(grapheme);
        if kind == Kind::Blank {
            // White space hangs over the edge: it is never drawn there.
            self.blank_from.get_or_insert(at);
        } else {
            if let Some(end) = self.blank_from.take() {
                self.last_break = Some(Break {
                    end,
                    next: at,
                    cells: self.used,
                });
            } else if at > self.start && may_break(self.before, kind) {
                self.last_break = Some(Break {
                    end: at,
                    next: at,
                    cells: self.used,
                });
            }
            while self.used + cells > self.max && at > self.start {
                let here = Break {
                    end: at,
                    next: at,
                    cells: self.used,
                };
                // An indented word that is too long starts behind its indentation.
                let indent = |found: &Break| found.end == self.start && found.cells < self.max;
                let found = self
                    .last_break
                    .take()
                    .filter(|found| !indent(found))
                    .unwrap_or(here);
                self.end_row(found.end, found.next);
                self.used -= found.cells;
            }
        }
        self.used += cells;
        self.before = [self.before[1], kind];
    }

    fn end_row(&mut self, end: usize, next: usize) {
        self.lines.push(Line {
            text: self.text.get(self.start..end).unwrap_or_default(),
            gap: self.text.get(end..next).unwrap_or_default(),
        });
        self.start = next;
    }

    fn finish(mut self) -> Vec<Line<'a>> {
        let whole = self.text.len();
        if self.start < whole || self.lines.is_empty() {
            self.end_row(self.blank_from.unwrap_or(whole), whole);
        }
        self.lines
    }
}

/// What a grapheme is to its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    /// Letters of scripts with spaces between words, and all that is not named below.
    Word,
    Digit,
    /// Chinese and Japanese characters and emoji.
    Ideograph,
    Open,
    Close,
    /// Hyphens, dashes and slashes within words.
    Joint,
    /// A space that must not break.
    Glue,
}

impl Kind {
    fn of(grapheme: &str) -> Self {
        if grapheme.chars().all(|c| c.is_whitespace() && !is_glue(c)) {
            return Self::Blank;
        }
        match grapheme.chars().next().unwrap_or(' ') {
            c if is_glue(c) => Self::Glue,
            '0'..='9' => Self::Digit,
            '(' | '[' | '{' | '“' | '‘' | '«' | '‹' | '（' | '「' | '『' | '【' | '〈' | '《'
            | '〔' | '［' | '｛' | '〖' | '〘' | '〚' | '｟' | '¥' | '￥' | '$' | '＄' | '£'
            | '#' | '＃' | '@' | '＠' => Self::Open,
            ')' | ']' | '}' | '”' | '’' | '»' | '›' | '）' | '」' | '』' | '】' | '〉' | '》'
            | '〕' | '］' | '｝' | '〗' | '〙' | '〛' | '｠' | ',' | '.' | '!' | '?' | ':'
            | ';' | '%' | '、' | '。' | '，' | '．' | '：' | '；' | '？' | '！' | '％' | '‰'
            | '℃' | '…' | '‥' | '・' | '～' | '〜' | 'ー' | '々' | '〻' | 'ゝ' | 'ゞ' | 'ヽ'
            | 'ヾ' | 'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' | 'ァ'
            | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' | 'ヵ' | 'ヶ' => {
                Self::Close
            }
            '-' | '‐' | '–' | '—' | '/' => Self::Joint,
            '\u{2E80}'..='\u{30FF}'
            | '\u{3190}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE4F}'
            | '\u{FF00}'..='\u{FF60}'
            | '\u{1F000}'..='\u{3FFFF}' => Self::Ideograph,
            _ => Self::Word,
        }
    }
}

/// Returns whether a character is a space at which no row may end.
const fn is_glue(c: char) -> bool {
    matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

/// Returns whether a row may end between the last of two graphemes and the next one.
fn may_break(before: [Kind; 2], next: Kind) -> bool {
    use Kind::{Close, Digit, Glue, Ideograph, Joint, Open, Word};
    match (before, next) {
        ([_, Open | Glue], _) | (_, Close | Glue | Joint) => false,
        // "follow-up" may break, "-5", "2026-11-23" and "1/2" may not.
        ([Word, Joint], Word | Digit) | ([Digit, Joint], Word) => true,
        ([_, last], next) => last == Ideograph || next == Ideograph,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean::tests::nasty;
    use crate::text::{clean_line, spans, width};
    use proptest::prelude::*;

    fn rows(text: &str, cells: usize) -> Vec<&str> {
        wrap(text, cells)
            .into_iter()
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(
            rows("send the deck by Friday", 9),
            ["send the", "deck by", "Friday"]
        );
        assert_eq!(rows("", 9), [""]);
        assert_eq!(rows("ends with blanks   ", 20), ["ends with blanks"]);
        assert_eq!(rows("exactly ten", 11), ["exactly ten"]);
    }

    #[test]
    fn chinese_breaks_between_characters_but_not_before_a_full_stop() {
        assert_eq!(rows("本周直播活动", 6), ["本周直", "播活动"]);
        assert_eq!(rows("本周直播。活动", 8), ["本周直", "播。活动"]);
        assert_eq!(rows("他说（明天）来", 7), ["他说", "（明", "天）来"]);
        assert_eq!(rows("更新Nova目标", 6), ["更新", "Nova目", "标"]);
    }

    #[test]
    fn long_tokens_are_broken_anywhere() {
        assert_eq!(
            rows("see abcdefghij ok", 5),
            ["see", "abcde", "fghij", "ok"]
        );
        assert_eq!(rows("。。。。。", 4), ["。。", "。。", "。"]);
        assert_eq!(rows("王王", 1), ["王", "王"]);
        assert_eq!(rows("  abcdef", 5), ["  abc", "def"]);
    }

    #[test]
    fn hyphens_break_words_but_not_numbers() {
        assert_eq!(rows("a follow-up", 9), ["a follow-", "up"]);
        assert_eq!(rows("by 2026-11-23", 9), ["by", "2026-11-2", "3"]);
        assert_eq!(rows("at -5 or so", 5), ["at -5", "or so"]);
        assert_eq!(rows("10\u{A0}kg of it", 6), ["10\u{A0}kg", "of it"]);
    }

    #[test]
    fn pieces_keep_their_style() {
        let pieces = spans("pay\u{202E} me now");
        let rows = wrap_spans(&pieces, 11);
        let texts: Vec<Vec<(&str, bool)>> = rows
            .iter()
            .map(|row| row.iter().map(|span| (&*span.text, span.warn)).collect())
            .collect();
        assert_eq!(
            texts,
            [
                vec![("pay", false), ("‹U+202E›", true)],
                vec![("me now", false)]
            ]
        );
        assert_eq!(wrap_spans(&[], 11), [Vec::new()]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_rows_fit(
            raw in prop_oneof!["[ab ,.-/()1王本。（）ーe\u{301}\u{1F469}\u{A0}]{0,60}", nasty()],
            cells in 2_usize..20,
        ) {
            let clean = clean_line(&raw);
            let lines = wrap(&clean, cells);
            let joined: String = lines.iter().flat_map(|line| [line.text, line.gap]).collect();
            prop_assert_eq!(&joined, &clean);
            for line in &lines {
                let single = line.text.graphemes(true).count() == 1;
                prop_assert!(width(line.text) <= cells || single, "{line:?}");
                prop_assert!(line.gap.chars().all(char::is_whitespace));
            }
        }

        #[test]
        fn styled_rows_are_the_plain_rows(raw in "[a \u{202E}\u{1b}王-]{0,40}", cells in 2_usize..20) {
            let styled: Vec<String> = wrap_spans(&spans(&raw), cells)
                .iter()
                .map(|row| row.iter().map(|span| &*span.text).collect())
                .collect();
            let clean = clean_line(&raw);
            prop_assert_eq!(styled, rows(&clean, cells));
        }
    }
}
