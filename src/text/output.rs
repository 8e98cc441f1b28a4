//! The outputs other than the screen: standard output, log, CSV, tables, file names.

use super::clean::{LINE_MAX, clean_capped, clean_line};
use super::fit::fit_left;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// The most bytes one value takes in a log line.
pub const LOG_MAX: usize = 1024;

/// The most bytes of a name made by [`filename`].
const FILENAME_MAX: usize = 120;

/// Returns text for one line of standard output or the clipboard, as [`clean_line`] does.
pub fn plain(raw: &str) -> Cow<'_, str> {
    clean_line(raw)
}

/// Returns text for standard output or the clipboard where its line breaks are wanted.
///
/// Each line is cleaned as [`clean_line`] does; CRLF becomes LF, and line feeds stay.
pub fn plain_body(raw: &str) -> Cow<'_, str> {
    let mut lines = raw.split('\n').peekable();
    let mut clean: Option<String> = None;
    let mut at = 0;
    while let Some(line) = lines.next() {
        let ends = lines.peek().is_some();
        let bare = if ends {
            line.strip_suffix('\r').unwrap_or(line)
        } else {
            line
        };
        let shown = clean_line(bare);
        if clean.is_none() && *shown != *line {
            clean = raw.get(..at).map(str::to_owned);
        }
        if let Some(clean) = &mut clean {
            clean.push_str(&shown);
            clean.extend(ends.then_some('\n'));
        }
        at += line.len() + 1;
    }
    clean.map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// Returns a value for a log or crash file: one clean line of at most [`LOG_MAX`] bytes.
pub fn log(raw: &str) -> Cow<'_, str> {
    clean_capped(raw, LOG_MAX)
}

/// Returns a value for a text table: one clean line of exactly this many cells.
///
/// Looks only at as much of the text as can be seen.
pub fn table_cell(raw: &str, cells: usize) -> String {
    // A longer text is nearly always cut within this many bytes; if not, all of it is looked at.
    let enough = raw.floor_char_boundary(cells.saturating_mul(4).saturating_add(64));
    if let Some(head) = raw.get(..enough)
        && enough < raw.len()
    {
        let clean = clean_line(head);
        if super::width(&clean) > cells {
            return fit_left(&clean, cells).into_owned();
        }
    }
    fit_left(&clean_line(raw), cells).into_owned()
}

/// Returns a field of a CSV file, in quotes where needed, with quotes doubled (RFC 4180).
///
/// Unless `raw` is asked for, the text is cleaned (line feeds stay) and a field that a spreadsheet
/// would take for a formula gets a leading `'`: one that starts, behind white space or invisible
/// characters, with `=`, `+`, `-`, `@` or their full-width forms, or that starts with TAB, CR or LF.
pub fn csv_cell(text: &str, raw: bool) -> String {
    let guarded = !raw && is_formula(text);
    let shown = if raw {
        Cow::Borrowed(text)
    } else {
        plain_body(text)
    };
    let quoted = guarded
        || shown.contains(['"', ',', ';', '\n', '\r', '\t', '|'])
        || shown.starts_with(' ')
        || shown.ends_with(' ');
    if !quoted {
        return shown.into_owned();
    }
    let mut cell = String::with_capacity(shown.len() + 3);
    cell.push('"');
    cell.extend(guarded.then_some('\''));
    for part in shown.split_inclusive('"') {
        cell.push_str(part);
        cell.extend(part.ends_with('"').then_some('"'));
    }
    cell.push('"');
    cell
}

fn is_formula(text: &str) -> bool {
    let visible = text.trim_start_matches(|c: char| {
        c.is_whitespace() || c.is_control() || super::category::is_hidden(c)
    });
    text.starts_with(['\t', '\r', '\n'])
        || visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Returns a name for a file on any system, made from stored text.
///
/// Letters and digits of all scripts stay; everything else becomes single hyphens, also path
/// separators and dots, so that the caller adds the ending. At most 120 bytes, never empty, never
/// hidden, never an option, never a device name of Windows.
pub fn filename(raw: &str) -> String {
    let mut name = String::new();
    for c in raw.nfc().take(LINE_MAX) {
        let c = if c.is_alphanumeric() && !super::category::is_hidden(c) {
            c
        } else {
            '-'
        };
        if c == '-' && (name.is_empty() || name.ends_with('-')) {
            continue;
        }
        if name.len() + c.len_utf8() > FILENAME_MAX {
            break;
        }
        name.push(c);
    }
    name.truncate(name.trim_end_matches('-').len());
    if name.is_empty() {
        name.push_str("unnamed");
    } else if is_device(&name) {
        name.push('_');
    }
    name
}

fn is_device(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let numbered = name
        .strip_prefix("com")
        .or_else(|| name.strip_prefix("lpt"));
    matches!(name.as_str(), "con" | "prn" | "aux" | "nul")
        || numbered.is_some_and(|rest| {
            let mut chars = rest.chars();
            matches!(
                (chars.next(), chars.next()),
                (Some('0'..='9' | '¹' | '²' | '³'), None)
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width;

    #[test]
    fn plain_keeps_line_feeds_only_where_asked() {
        assert_eq!(plain("a\nb\u{1b}"), "a␤b^[");
        assert_eq!(plain_body("a\r\nb\u{1b}\nc\n"), "a\nb^[\nc\n");
        assert_eq!(plain_body("lone\rreturn\r"), "lone^Mreturn^M");
        assert!(matches!(plain_body("a\nb\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_log_value_cannot_forge_a_line_or_fill_the_disk() {
        assert_eq!(
            log("x\n2026-11-23 ERROR forged"),
            "x␤2026-11-23 ERROR forged"
        );
        assert!(log(&"y".repeat(5000)).len() <= LOG_MAX);
    }

    #[test]
    fn formulas_are_disarmed() {
        assert_eq!(csv_cell("=1+1", false), "\"'=1+1\"");
        for text in [
            "+1",
            "-1",
            "@a",
            "＝1",
            " =1",
            "\t1",
            "\r1",
            "\u{FEFF}=1",
            "\n=1",
        ] {
            assert!(csv_cell(text, false).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(csv_cell("a=1", false), "a=1");
        assert_eq!(csv_cell("=1+1", true), "=1+1");
    }

    #[test]
    fn csv_quotes_what_would_end_the_field() {
        assert_eq!(csv_cell("say \"hi\", ok", false), "\"say \"\"hi\"\", ok\"");
        assert_eq!(csv_cell("two\r\nlines", false), "\"two\nlines\"");
        assert_eq!(csv_cell("\"", true), "\"\"\"\"");
        assert_eq!(csv_cell("a\u{1b}b", false), "a^[b");
        assert_eq!(csv_cell("", false), "");
    }

    #[test]
    fn table_cells_have_one_width() {
        for raw in ["", "Nova", "王磊 and a long name", "\u{1b}[31m", "a\nb"] {
            assert_eq!(width(&table_cell(raw, 9)), 9, "{raw:?}");
        }
        let piled = format!("a{}b", "\u{301}".repeat(900));
        assert_eq!(table_cell(&piled, 4), fit_left(&clean_line(&piled), 4));
        let long = "本周直播活动素材已更新".repeat(100);
        assert_eq!(table_cell(&long, 21), fit_left(&clean_line(&long), 21));
    }

    #[test]
    fn file_names_are_harmless() {
        assert_eq!(filename("../../etc/passwd"), "etc-passwd");
        assert_eq!(filename("Nova Media: Q4 (v2)"), "Nova-Media-Q4-v2");
        assert_eq!(filename("星河 \u{202E}gpj"), "星河-gpj");
        assert_eq!(filename("-rf ."), "rf");
        assert_eq!(filename(" .. "), "unnamed");
        assert_eq!(filename("con"), "con_");
        assert_eq!(filename("LPT1"), "LPT1_");
        assert!(filename(&"王".repeat(300)).len() <= FILENAME_MAX);
    }
}
