//! Hostile text through every function that makes output, judged by the bytes that come out.
//!
//! The checker shares nothing with the sanitiser: it looks at bytes, at letters and at what the
//! terminal library draws. The public suites are found by `CNM_CORPORA` or in `../shared/corpora`.

use cnm::text;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use std::{
    borrow::Cow,
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

/// Where the public suites are, or `None` with a line that says so.
fn corpora() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let folder = env::var_os("CNM_CORPORA").map_or_else(default, PathBuf::from);
    if !folder.is_dir() {
        println!(
            "SKIPPED: no public text suites at {} (set CNM_CORPORA)",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Byte sequences that must not reach a terminal, with their lengths' worth of meaning.
fn forbidden(window: &[u8]) -> Option<&'static str> {
    Some(match window {
        [0x00..=0x1F | 0x7F, ..] => "control byte",
        [0xC2, 0x80..=0x9F, ..] => "C1 control",
        [0xC2, 0xAD, ..] => "soft hyphen",
        [0xD8, 0x9C, ..] => "Arabic letter mark",
        [0xE2, 0x80, 0x8E | 0x8F | 0xAA..=0xAE, ..] | [0xE2, 0x81, 0xA6..=0xA9, ..] => {
            "bidi control"
        }
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => "line or paragraph separator",
        [0xE2, 0x80, 0x8B | 0x8C, ..] | [0xE2, 0x81, 0xA0..=0xA5 | 0xAA..=0xAF, ..] => "invisible",
        [0xEF, 0xBB, 0xBF, ..] => "byte order mark",
        [0xEF, 0xBF, 0xB0..=0xBB | 0xBE | 0xBF, ..] => "special or noncharacter",
        [0xEE | 0xF4, ..] | [0xEF, 0x80..=0xA3, ..] | [0xF3, 0xB0..=0xBF, ..] => "private use",
        [0xF3, 0xA0..=0xAF, ..] => "tag or selector",
        _ => return None,
    })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LineFeeds {
    Forbidden,
    Allowed,
}

/// The first thing in the output that must not be there.
fn harm(output: &str, line_feeds: LineFeeds) -> Option<&'static str> {
    let mut shown = Cow::Borrowed(output);
    for flag in ["gbeng", "gbsct", "gbwls"] {
        let tags = flag
            .chars()
            .map(|c| char::from_u32(0xE_0000 + u32::from(c)).unwrap());
        let tags: String = std::iter::once('\u{1F3F4}')
            .chain(tags)
            .chain(['\u{E007F}'])
            .collect();
        if shown.contains(&tags) {
            shown = Cow::Owned(shown.replace(&tags, ""));
        }
    }
    let bytes = shown.as_bytes();
    (0..bytes.len())
        .filter(|&at| line_feeds == LineFeeds::Forbidden || bytes[at] != b'\n')
        .find_map(|at| forbidden(&bytes[at..]))
}

fn assert_harmless(output: &str, line_feeds: LineFeeds, what: &str) {
    if let Some(found) = harm(output, line_feeds) {
        panic!("{what}: {found} in {output:?}");
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}

/// Whether all visible ASCII of the input is in the output, in order.
fn keeps_letters(input: &str, output: &str) -> bool {
    let mut found = output.chars();
    input
        .chars()
        .filter(char::is_ascii_graphic)
        .all(|c| found.any(|other| other == c))
}

/// Draws the text and compares the cells used, and what stands in them, with the text.
fn assert_drawn_in_full(clean: &str) {
    let cut = text::truncate(clean, 300);
    let cells = text::width(&cut);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 400, 1));
    let (end, _) = buffer.set_stringn(0, 0, &cut, usize::MAX, Style::default());
    assert_eq!(usize::from(end), cells, "cells of {cut:?}");
    let mut drawn = String::new();
    let mut x = 0;
    while x < cells {
        let symbol = buffer[(u16::try_from(x).unwrap(), 0)].symbol();
        drawn.push_str(symbol);
        x += text::width(symbol).max(1);
    }
    assert_eq!(drawn, cut, "what is drawn");
}

fn check_one_line(raw: &str) {
    let clean = text::clean_line(raw);
    let fits = raw.len() * 12 < text::LINE_MAX;
    for (name, output) in [("clean_line", &clean), ("plain", &text::plain(raw))] {
        assert_harmless(output, LineFeeds::Forbidden, name);
        assert!(
            output.len() <= text::LINE_MAX,
            "{name}: {} bytes",
            output.len()
        );
        assert!(
            !fits || keeps_letters(raw, output),
            "{name}: letters of {raw:?}"
        );
    }
    assert_eq!(text::clean_line(&clean), clean, "cleaning twice");
    let shown: String = text::spans(raw)
        .iter()
        .filter(|span| !span.warn)
        .map(|span| &*span.text)
        .collect();
    assert!(
        !fits || letters(&shown) == letters(raw),
        "pieces of {raw:?}"
    );
    assert!(text::width(&clean) <= clean.len());
    let log = text::log(raw);
    assert_harmless(&log, LineFeeds::Forbidden, "log");
    assert!(log.len() <= text::LOG_MAX);
    assert_drawn_in_full(&clean);
    let name = text::filename(raw);
    assert_harmless(&name, LineFeeds::Forbidden, "filename");
    assert!(!name.contains(['/', '\\', '.', ':', ' ']) && !name.is_empty() && name.len() <= 121);
}

fn check_fitting(raw: &str) {
    let clean = text::clean_line(raw);
    for cells in [0, 1, 2, 3, 9, 40] {
        let cut = text::truncate(&clean, cells);
        assert_harmless(&cut, LineFeeds::Forbidden, "truncate");
        assert!(text::width(&cut) <= cells, "truncate to {cells}: {cut:?}");
        assert_eq!(text::width(&text::fit_left(&clean, cells)), cells);
        assert_eq!(text::width(&text::fit_right(&clean, cells)), cells);
        assert!(text::width(&text::pad(&clean, cells)) >= cells);
        let cell = text::table_cell(raw, cells);
        assert_harmless(&cell, LineFeeds::Forbidden, "table_cell");
        assert_eq!(text::width(&cell), cells, "table_cell of {raw:?}");
    }
    let rows = text::wrap(&clean, 24);
    let joined: String = rows.iter().flat_map(|row| [row.text, row.gap]).collect();
    assert_eq!(joined, clean, "wrap");
    for row in rows {
        let widest = text::width(row.text) <= 24 || row.text.chars().count() <= text::POINTS_MAX;
        assert!(widest, "row {row:?}");
    }
}

fn check_body(raw: &str) {
    let plain = text::plain_body(raw);
    assert_harmless(&plain, LineFeeds::Allowed, "plain_body");
    let lines: Vec<Cow<'_, str>> = text::clean_body(raw).collect();
    for line in &lines {
        assert_harmless(line, LineFeeds::Forbidden, "clean_body");
    }
    assert_eq!(
        plain.trim_end_matches('\n'),
        lines.join("\n").trim_end_matches('\n')
    );
    let longest = raw.lines().map(str::len).max().unwrap_or(0);
    let shown: String = text::body_spans(raw)
        .flatten()
        .filter(|span| !span.warn)
        .map(|span| span.text.into_owned())
        .collect();
    let fits = longest * 12 < text::LINE_MAX;
    assert!(!fits || letters(&shown) == letters(raw), "body pieces");
    let cell = text::csv_cell(raw, false);
    assert_harmless(&cell, LineFeeds::Allowed, "csv_cell");
    assert!(
        !fits || keeps_letters(raw, &cell),
        "csv_cell: letters of {raw:?}"
    );
    assert_one_field(&cell, raw);
    assert_one_field(&text::csv_cell(raw, true), raw);
    for c in text::fold(raw).chars() {
        assert!(!c.is_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'));
    }
    let _ = text::mixed_script(raw);
    assert!(text::looks_like(raw, raw));
}

/// Checks that a CSV reader sees one field and a spreadsheet no formula in it.
fn assert_one_field(cell: &str, raw: &str) {
    let inner = if let Some(rest) = cell.strip_prefix('"') {
        let inner = rest.strip_suffix('"').expect("a closing quote");
        assert!(
            !inner.replace("\"\"", "").contains('"'),
            "lone quote in {cell:?}"
        );
        inner
    } else {
        assert!(
            !cell.contains(['"', ',', '\n', '\r', ';', '\t']),
            "unquoted {cell:?}"
        );
        cell
    };
    if cell != text::csv_cell(raw, true) || raw.is_empty() {
        let first = inner.trim_start().chars().next();
        assert!(
            !matches!(
                first,
                Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
            ),
            "{cell:?}"
        );
    }
}

fn check(bytes: &[u8]) {
    let raw = text::from_bytes(bytes);
    check_one_line(&raw);
    check_body(&raw);
    if raw.len() <= 500 {
        check_fitting(&raw);
    }
}

/// Own small cases, which always run.
fn own_cases() -> Vec<String> {
    let mut cases: Vec<String> = [
        "",
        " ",
        "\n",
        "\r\n\r\n",
        "\u{1b}]0;title\u{7}after",
        "\u{1b}]8;;http://example.invalid\u{1b}\\link\u{1b}]8;;\u{1b}\\",
        "\u{1b}[2J\u{1b}[31mred\u{1b}[0m",
        "\u{1b}P+q544e\u{1b}\\",
        "\u{1b}_Gi=1;AAAA\u{1b}\\ and no end \u{1b}]52;c;aGk=",
        "\u{9b}2J\u{9d}0;t\u{9c}",
        "user \u{202E}gpj.exe\u{202C} \u{2066}x\u{2069}",
        "zero\u{200B}width\u{200C}\u{200D}\u{2060}\u{FEFF}",
        "hidden \u{E0068}\u{E0069}\u{E007F} tags, \u{1F3F4}\u{E0075}\u{E0073}\u{E007F}",
        "\u{1F600}\u{E0121}\u{E0122}\u{FE00}\u{FE01} smuggled",
        "bell\u{7} back\u{8}space del\u{7f} nul\u{0} tab\tx",
        "\u{2028}line\u{2029}paragraph\u{85}next",
        "=cmd|' /C calc'!A0",
        "\t=1+1",
        "＝HYPERLINK(\"http://example.invalid\")",
        "\u{E000}\u{F8FF}\u{10FFFD}\u{FFFE}\u{FDD0}\u{378}",
        "\u{301}\u{302}orphans, \u{1160}\u{11A8}",
        "\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}\u{D4E}kept",
        "\u{1b}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}\u{FF9E}",
        "log\n2026-11-23T07:42:00Z ERROR forged",
        "../../etc/passwd\0.png",
    ]
    .map(str::to_owned)
    .to_vec();
    cases.push(format!("Z{} done", "\u{489}\u{334}".repeat(400)));
    cases.push("\u{200D}\u{1F469}".repeat(40));
    cases.push("\u{1100}".repeat(64));
    cases.push("本周直播，活动。".repeat(4000));
    cases.push("\u{1b}[A".repeat(9000));
    cases
}

#[test]
fn own_hostile_cases() {
    for case in own_cases() {
        check(case.as_bytes());
    }
    check(b"\xff\xfe\x1b[31m\xc0\x80\xed\xa0\x80\xf5\x9b");
    for byte in 0..=u8::MAX {
        check(&[b'a', byte, b'b']);
    }
    for c in (0..0x3000).filter_map(char::from_u32) {
        check_one_line(&format!("a{c}b"));
        check_one_line(&String::from_iter([c, 'b']));
    }
}

#[test]
fn the_checker_sees_what_it_must() {
    for bad in [
        "a\u{1b}",
        "\u{7f}",
        "\u{9b}",
        "\u{202E}",
        "\u{2069}",
        "\u{E0041}",
        "\u{200B}",
        "\n",
    ] {
        assert!(harm(bad, LineFeeds::Forbidden).is_some(), "{bad:?} passed");
    }
    assert!(!keeps_letters("abc", "acb"));
}

/// Checks every file of these suites, whole and line by line.
fn check_suites(names: &[&str]) {
    let Some(corpora) = corpora() else { return };
    let mut seen = HashSet::new();
    for name in names {
        let files = files_of(&corpora.join(name));
        assert!(!files.is_empty(), "{name} is empty");
        for file in files.iter().filter(|file| file.is_file()) {
            let bytes = fs::read(file).unwrap();
            check(&bytes);
            for line in bytes.split(|&byte| byte == b'\n') {
                if seen.insert(line.to_vec()) {
                    check(line);
                }
            }
        }
    }
    println!("{} lines of {names:?}", seen.len());
}

#[test]
fn suites_of_hostile_text() {
    check_suites(&[
        "attack-strings",
        "blns",
        "csv-injection",
        "terminal-recordings",
        "trojan-source",
        "utf8tests",
    ]);
}

#[test]
fn suites_of_broken_formats() {
    check_suites(&[
        "curl-replies",
        "ics",
        "json-test-suite",
        "llhttp-cases",
        "toml-test",
    ]);
}

#[test]
fn naughty_strings() {
    let Some(corpora) = corpora() else { return };
    let json = fs::read(corpora.join("blns/blns.json")).unwrap();
    let strings: Vec<String> = serde_json::from_slice(&json).unwrap();
    assert!(strings.len() > 100);
    for string in strings {
        check(string.as_bytes());
    }
}

#[test]
fn spreadsheet_payloads_get_a_quote() {
    let Some(corpora) = corpora() else { return };
    let payloads = fs::read_to_string(corpora.join("csv-injection/csv-payload.txt")).unwrap();
    for payload in payloads
        .lines()
        .filter(|line| line.starts_with(['=', '+', '-', '@']))
    {
        assert!(
            text::csv_cell(payload, false).starts_with("\"'"),
            "{payload}"
        );
    }
}

fn unicode_file(name: &str) -> Option<String> {
    corpora().map(|folder| fs::read_to_string(folder.join("unicode").join(name)).unwrap())
}

/// The code points of a field like `1F468 200D 1F469` or `÷ 0020 × 0308 ÷`; surrogates are left out.
fn points(field: &str) -> String {
    let hex = field.split_whitespace().filter(|word| word.len() >= 4);
    hex.filter_map(|word| char::from_u32(u32::from_str_radix(word, 16).ok()?))
        .collect()
}

/// The lines of a Unicode file as code point, last code point and first property.
fn properties(file: &str) -> impl Iterator<Item = (std::ops::RangeInclusive<u32>, &str)> {
    file.lines().filter_map(|line| {
        let (range, property) = line.split('#').next()?.split_once(';')?;
        let (first, last) = range
            .trim()
            .split_once("..")
            .unwrap_or((range.trim(), range.trim()));
        let number = |hex| u32::from_str_radix(hex, 16).ok();
        Some((number(first)?..=number(last)?, property.trim()))
    })
}

#[test]
fn sequences_of_the_break_tests() {
    for name in [
        "GraphemeBreakTest.txt",
        "WordBreakTest.txt",
        "LineBreakTest.txt",
    ] {
        let Some(file) = unicode_file(name) else {
            return;
        };
        let mut count = 0;
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let raw = points(line.split('#').next().unwrap());
            check_one_line(&raw);
            check_fitting(&raw);
            count += 1;
        }
        assert!(count > 100, "{name}");
    }
}

#[test]
fn sequences_of_the_bidi_test() {
    let Some(file) = unicode_file("BidiCharacterTest.txt") else {
        return;
    };
    let lines = file
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines.step_by(7) {
        let raw = points(line.split(';').next().unwrap());
        let clean = text::clean_line(&raw);
        assert_harmless(&clean, LineFeeds::Forbidden, "clean_line");
    }
}

#[test]
fn emoji_pass_unchanged_in_two_cells() {
    let mut count = 0;
    let Some(file) = unicode_file("emoji-test.txt") else {
        return;
    };
    for line in file.lines() {
        let Some((field, status)) = line.split('#').next().unwrap().split_once(';') else {
            continue;
        };
        let emoji = points(field);
        if status.trim() == "fully-qualified" && !emoji.is_empty() {
            assert_eq!(text::clean_line(&emoji), emoji);
            assert!(matches!(text::clean_line(&emoji), Cow::Borrowed(_)));
            assert_eq!(text::width(&emoji), 2, "{emoji}");
            let sentence = format!("a {emoji}, {emoji}{emoji} b");
            assert_eq!(text::clean_line(&sentence), sentence);
            count += 1;
        }
    }
    assert!(count > 1000);
    let files = ["emoji-sequences.txt", "emoji-zwj-sequences.txt"];
    for file in files.into_iter().filter_map(unicode_file) {
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let field = line.split(';').next().unwrap();
            let emoji = points(field);
            if !field.contains("..") && !emoji.is_empty() {
                assert_eq!(text::clean_line(&emoji), emoji);
            }
        }
    }
}

#[test]
fn assigned_characters_are_shown_and_the_rest_by_number() {
    let Some(file) = unicode_file("DerivedGeneralCategory.txt") else {
        return;
    };
    let derived = unicode_file("DerivedCoreProperties.txt").unwrap();
    let ignorable: HashSet<u32> = properties(&derived)
        .filter(|(_, property)| *property == "Default_Ignorable_Code_Point")
        .flat_map(|(range, _)| range)
        .collect();
    let mut newer = 0;
    for (range, category) in properties(&file) {
        // The large unassigned and private ranges have one behaviour: look at their ends.
        let step = if range.end() - range.start() > 20_000 {
            97
        } else {
            1
        };
        for point in range.step_by(step) {
            let Some(c) = char::from_u32(point) else {
                continue;
            };
            let raw = String::from_iter(['x', c]);
            let clean = text::clean_line(&raw);
            let number = format!("x‹U+{point:04X}›");
            match category {
                "Cc" => assert_ne!(clean, raw, "{point:04X}"),
                "Cn" if clean == raw => newer += 1,
                "Cf" | "Co" | "Zl" | "Zp" | "Cn" => assert_eq!(clean, number),
                _ if ignorable.contains(&point) => assert_eq!(clean, number),
                // What has no cell and joins nothing is shown by number, so that it is drawn at all.
                _ if text::width(&c.to_string()) == 0 => assert!(clean == raw || clean == number),
                _ => assert_eq!(clean, raw, "{point:04X} {category}"),
            }
        }
    }
    println!("{newer} code points were assigned since the suite's version");
    assert!(newer < 20_000);
}

#[test]
fn widths_follow_the_east_asian_width() {
    let Some(file) = unicode_file("EastAsianWidth.txt") else {
        return;
    };
    let mut wide = 0;
    for (range, width) in properties(&file) {
        for c in range.filter_map(char::from_u32) {
            let alone = c.to_string();
            let clean = text::clean_line(&alone);
            if clean != alone {
                continue;
            }
            match width {
                "W" | "F" => {
                    assert_eq!(text::width(&alone), 2, "{c:?}");
                    wide += 1;
                }
                // The terminal library gives the half-width voicing marks a cell too many.
                "H" if matches!(c, '\u{FF9E}' | '\u{FF9F}') => {}
                "Na" | "H" => assert_eq!(text::width(&alone), 1, "{c:?}"),
                _ => assert!((1..=3).contains(&text::width(&alone)), "{c:?}"),
            }
            let doubled = text::width_with(&alone, text::Ambiguous::Wide);
            assert!(doubled >= text::width(&alone) && doubled <= 3);
        }
    }
    assert!(wide > 90_000);
}
