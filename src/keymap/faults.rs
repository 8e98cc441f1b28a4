//! All that is wrong with a file of the user's, where reading it stops at the first fault.
//!
//! What cannot be used is taken out of the text, its lines left in place, and the rest is read again. So whoever reads a
//! file need not know how to go on after a fault, and what is told is what reading says.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::line_of;

/// So many faults of a file are told.
const MOST: usize = 50;

/// A fault of a file with its place.
pub(crate) trait Fault {
    /// The file, as it is shown.
    fn file(&self) -> &str;
    /// The line, counted from 1.
    fn line(&self) -> usize;
    /// What is wrong; what it is about stands in backticks.
    fn what(&self) -> &str;
}

/// Says where the errors of a file that is read with it keep their file, line and words.
macro_rules! fault {
    ($error:ty) => {
        impl $crate::keymap::Fault for $error {
            fn file(&self) -> &str {
                &self.file
            }

            fn line(&self) -> usize {
                self.line
            }

            fn what(&self) -> &str {
                &self.what
            }
        }
    };
}
pub(crate) use fault;

/// Reads a text again and again and returns all faults, in the order of their lines; a text that is no TOML has one.
pub(crate) fn faults<E: Fault>(
    text: &str,
    file: &str,
    mut check: impl FnMut(&str) -> Option<E>,
) -> Vec<E> {
    let mut text = text.to_owned();
    let mut found: Vec<E> = Vec::new();
    let mut gone: Vec<Range<usize>> = Vec::new();
    let mut next = check(&text);
    while let Some(fault) = next.take() {
        // What stands in another file is mended there.
        let cut = (fault.file() == file && found.len() < MOST)
            .then(|| cut(&text, &fault, &mut check))
            .flatten();
        let Some(cut) = cut else {
            found.push(fault);
            break;
        };
        let follows =
            |gone: &Range<usize>| cut.range.start <= gone.start && gone.end <= cut.range.end;
        if !gone.iter().any(follows) {
            found.push(fault);
        }
        gone.push(cut.range);
        text = cut.text;
        next = cut.next;
    }
    found.sort_by_key(Fault::line);
    found
}

/// A text without what a fault is about, and the fault that comes next.
struct Cut<E> {
    text: String,
    range: Range<usize>,
    next: Option<E>,
}

/// Takes out of a text the least that lets reading go on.
fn cut<E: Fault>(
    text: &str,
    fault: &E,
    check: &mut impl FnMut(&str) -> Option<E>,
) -> Option<Cut<E>> {
    let root = DeTable::parse(text).ok()?;
    let mut spots = Vec::new();
    of_table(text, root.get_ref(), &mut spots);
    let named: Vec<&str> = fault.what().split('`').skip(1).step_by(2).collect();
    let on_line = |spot: &&Spot| {
        let lines = line_of(text, spot.range.start)..=line_of(text, spot.range.end);
        lines.contains(&fault.line())
    };
    let mut spots: Vec<&Spot> = spots.iter().filter(on_line).collect();
    // What is named and begins there, then the smallest.
    spots.sort_by_key(|spot| {
        let begins = line_of(text, spot.range.start) == fault.line();
        let is_named = named.contains(&spot.name.as_str());
        (!(begins && is_named), !begins, spot.range.len())
    });
    for spot in spots {
        for range in with_comma(text, &spot.range) {
            let blank = blanked(text, &range);
            if DeTable::parse(&blank).is_err() {
                continue;
            }
            let next = check(&blank);
            let same = next
                .as_ref()
                .is_some_and(|next| next.line() == fault.line() && next.what() == fault.what());
            if !same {
                return Some(Cut {
                    text: blank,
                    range: spot.range.clone(),
                    next,
                });
            }
            break;
        }
    }
    None
}

/// Something that can be taken out of a text.
struct Spot {
    name: String,
    range: Range<usize>,
}

fn of_table(text: &str, table: &DeTable<'_>, spots: &mut Vec<Spot>) {
    for (key, value) in table {
        let name = key.get_ref().to_string();
        of_value(text, &name, key.span().start, value, spots);
    }
}

/// Lists a value that begins with its key, and all that is inside.
fn of_value(
    text: &str,
    name: &str,
    start: usize,
    value: &Spanned<DeValue<'_>>,
    spots: &mut Vec<Spot>,
) {
    let span = value.span();
    let written = |open: &str| {
        text.get(span.clone())
            .is_some_and(|text| text.starts_with(open))
    };
    let (range, inner): (Option<Range<usize>>, bool) = match value.get_ref() {
        DeValue::Table(_) if !written("{") => (section(text, start), true),
        DeValue::Array(_) if !written("[") || written("[[") && is_header(text, span.start) => {
            (None, true)
        }
        DeValue::Table(_) | DeValue::Array(_) => (Some(start..span.end), true),
        _ => (Some(start..span.end), false),
    };
    spots.extend(range.map(|range| Spot {
        name: name.to_owned(),
        range,
    }));
    if !inner {
        return;
    }
    match value.get_ref() {
        DeValue::Table(table) => of_table(text, table, spots),
        DeValue::Array(items) => {
            for item in items {
                let shown = match item.get_ref() {
                    DeValue::String(text) => text.to_string(),
                    _ => name.to_owned(),
                };
                of_value(text, &shown, item.span().start, item, spots);
            }
        }
        _ => {}
    }
}

fn is_header(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before
        .rsplit('\n')
        .next()
        .is_some_and(|line| line.trim().is_empty())
}

/// Returns the range of a section from its header to the next one; nothing where its name is no header.
fn section(text: &str, at: usize) -> Option<Range<usize>> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let rest = text.get(start..)?;
    if !rest.trim_start().starts_with('[') {
        return None;
    }
    let mut end = start + rest.find('\n').map_or(rest.len(), |end| end + 1);
    for line in text.get(end..)?.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            break;
        }
        end += line.len();
    }
    Some(start..end)
}

/// Returns a range as it is, with the comma behind it, and with the comma before it.
fn with_comma(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut ranges = vec![range.clone()];
    let behind = text.get(range.end..).unwrap_or_default();
    let blank = behind.len() - behind.trim_start().len();
    if behind.trim_start().starts_with(',') {
        ranges.push(range.start..range.end + blank + 1);
    }
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    if before.ends_with(',') {
        ranges.push(before.len() - 1..range.end);
    }
    ranges
}

/// Returns a text with blanks in the place of a range; its lines stay where they are.
fn blanked(text: &str, range: &Range<usize>) -> String {
    let mut blank = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if range.contains(&at) && !matches!(letter, '\n' | '\r') {
            blank.extend(std::iter::repeat_n(' ', letter.len_utf8()));
        } else {
            blank.push(letter);
        }
    }
    blank
}

#[cfg(test)]
mod tests {
    use super::super::{Keymap, hook_faults};
    use crate::config::Config;
    use crate::theme::Theme;

    /// The places and first words of what is told.
    fn told<E: ToString>(faults: &[E]) -> Vec<String> {
        faults.iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn assert_told<E: ToString>(faults: &[E], wanted: &[&str]) {
        let told = told(faults);
        let fits = told.len() == wanted.len()
            && told
                .iter()
                .zip(wanted)
                .all(|(told, wanted)| told.starts_with(wanted));
        assert!(fits, "{told:#?}\nwanted {wanted:#?}");
        assert!(told.iter().all(|line| line.contains("; ")), "{told:#?}");
    }

    #[test]
    fn every_fault_of_a_configuration_is_told_with_its_line() {
        let text = r#"
[ui]
thme = "ansi"
theme = 5

[day]
start = "nine"
end = "18:00"

[portfolio]
columns = [
  "pace",
  "nonsense",
  "rubbish",
]

[nowhere]
a = 1

[[inbox.views]]
name = "One"
filter = "state:nowhere"

[[inbox.views]]
name = "Two"
filter = "intent:"

[inbox]
send_delay = "ten"
"#;
        // A table that is opened twice is no TOML; the views stand below the others of [inbox].
        let text = text.replace("\n[inbox]\nsend_delay = \"ten\"\n", "");
        let text = text.replace(
            "[portfolio]",
            "[inbox]\nsend_delay = \"ten\"\n\n[portfolio]",
        );
        let faults = Config::faults(&text, "c");
        let told = told(&faults);
        for (line, words) in [
            (3, "unknown field `thme`"),
            (4, "invalid type: integer `5`"),
            (7, "day.start: `nine`"),
            (11, "invalid type: string \"ten\""),
            (16, "portfolio.columns: `nonsense`"),
            (17, "portfolio.columns: `rubbish`"),
            (20, "unknown field `nowhere`"),
            (23, "view `One`"),
        ] {
            let start = format!("c:{line}: {words}");
            assert!(
                told.iter().any(|line| line.starts_with(&start)),
                "{start}\n{told:#?}"
            );
        }
        assert!(told.iter().all(|line| line.contains("; ")), "{told:#?}");
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert!(lines.is_sorted(), "{lines:?}");
    }

    #[test]
    fn a_text_that_is_no_toml_has_one_fault() {
        assert_told(&Config::faults("[ui]\ntheme = \n", "c"), &["c:2: "]);
        assert_told(
            &Keymap::faults("[inbox]\n\"x\" = inbox done\n", "k"),
            &["k:2: "],
        );
    }

    #[test]
    fn every_wrong_binding_is_told() {
        let text = r#"
[inbox]
"x" = "inbox dne"
"y" = ["mark all", 5]
"hyper-q" = "inbox done"
"e" = "inbox done"
"z" = { do = "inbox done", wen = "marked", hlp = "" }

[inbx]
"x" = "inbox done"

[funnel]
"a" = "note {text}"
"b" = { do = "inbox done", when = "rows>" }
"#;
        assert_told(
            &Keymap::faults(text, "k"),
            &[
                "k:3: `x`: ",
                "k:4: `y`: ",
                "k:5: `hyper-q`",
                "k:7: `z`: `",
                "k:7: `z`: `",
                "k:9: `inbx`",
                "k:13: `a`: ",
                "k:14: `b`: when ",
            ],
        );
    }

    #[test]
    fn every_wrong_hook_is_told() {
        let text = r#"
[[hook]]
on = "message-arrivd"
do = "inbox done"

[[hook]]
on = "message-arrived"
do = "inbox dne"

[[hook]]
on = "sync-finished"
do = "cursor down"

[[hok]]
on = "sync-finished"
"#;
        let told = told(&hook_faults(text, "h"));
        for line in ["h:2: ", "h:6: ", "h:14: unknown field `hok`"] {
            assert!(
                told.iter().any(|one| one.starts_with(line)),
                "{line} {told:#?}"
            );
        }
    }

    #[test]
    fn every_wrong_colour_is_told() {
        let text = "inherits = \"midnight\"\nlight = \"no\"\n[palette]\nmint = \"#01020\"\n[colours]\ntext = \"blu\"\n\
                    tekst = \"red\"\nbad = \"mint\"\n";
        assert_told(
            &Theme::faults(text, "t", &|_| None),
            &[
                "t:1: the theme has no name",
                "t:2: ",
                "t:4: `#01020`",
                "t:6: `blu`",
                "t:7: `tekst`",
            ],
        );
    }

    #[test]
    fn nothing_is_wrong_with_what_is_fine() {
        assert_told(&Config::faults("[ui]\ntheme = \"ansi\"\n", "c"), &[]);
        assert_told(
            &Keymap::faults("[inbox]\n\"x\" = \"inbox done\"\n", "k"),
            &[],
        );
    }

    /// What follows from a fault that was told is not told as another one.
    #[test]
    fn what_follows_from_a_fault_is_not_told() {
        let text = "[[inbox.views]]\nname = 5\nfilter = \"state:open\"\n";
        assert_told(&Config::faults(text, "c"), &["c:2: invalid type"]);
        let text = "[inbox]\n\"x\" = { wat = 1 }\n";
        assert_told(&Keymap::faults(text, "k"), &["k:2: `x`: `wat`"]);
    }
}
