//! The arrows between modules, as the table in the crate's documentation and the rows below allow them.
//!
//! A module may use modules of lower layers, and those of its own layer as long as no circle comes of it;
//! where a row names modules it may use only those. What touches the world (a file, a socket, a clock, a
//! thread, a terminal) has one home each.

pub(crate) mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use paths::{code_only, is_test, paths, without_tests};

/// Modules that may use less than everything below them.
const NARROW: &[(&str, &[&str])] = &[
    ("record", &[]),
    ("when", &[]),
    ("text", &[]),
    ("figure", &["record"]),
    ("query", &["record", "when", "text"]),
    ("triage", &["record", "when", "text", "figure"]),
    ("funnel", &["record", "when", "figure", "text"]),
    ("portfolio", &["record", "when", "figure"]),
    ("slots", &["record", "when"]),
    ("ics", &["text"]),
    ("wire", &["record"]),
    ("effect", &["record"]),
    (
        "list",
        &["record", "query", "triage", "when", "text", "effect"],
    ),
    (
        "pane",
        &[
            "figure",
            "funnel",
            "portfolio",
            "record",
            "query",
            "triage",
            "when",
            "text",
            "effect",
            "import",
            "list",
        ],
    ),
    ("keymap", &["command", "record", "query", "when", "pane"]),
    ("theme", &["keymap"]),
    ("config", &["command", "record", "query", "when", "keymap"]),
    ("store", &["record", "wire", "effect", "query", "text"]),
    ("remote", &["wire"]),
    ("import", &["record", "when", "text", "effect", "ics"]),
    ("sync", &["record", "wire", "store", "remote", "effect"]),
    ("server", &["record", "wire", "query"]),
    ("demo", &["record", "when", "wire"]),
];

/// What touches the world, and the only modules that may name it.
///
/// A path fits when it begins with the words given, or, for those that begin with `…`, when it ends so.
const HOMES: &[(&str, &[&str])] = &[
    ("ratatui", &["ui", "runtime"]),
    ("ratatui_textarea", &["app/input.rs"]),
    ("crossterm", &["runtime"]),
    ("reqwest", &["remote"]),
    ("rustls", &["remote"]),
    ("axum", &["server"]),
    ("tower", &["server"]),
    ("tower_http", &["server"]),
    ("rusqlite", &["store", "server"]),
    ("csv", &["import"]),
    ("encoding_rs", &["import"]),
    ("quick_xml", &["import"]),
    ("zip", &["import"]),
    ("tokio", OUTSIDE),
    ("std::fs", OUTSIDE),
    ("std::net", OUTSIDE),
    ("std::process", OUTSIDE),
    ("std::thread", OUTSIDE),
    ("std::env", OUTSIDE),
    ("getrandom", OUTSIDE),
    ("…Timestamp::now", OUTSIDE),
    ("…Zoned::now", OUTSIDE),
    ("…SystemTime::now", OUTSIDE),
    ("…Instant::now", OUTSIDE),
    ("…Uuid::now_v7", OUTSIDE),
    ("…Uuid::new_v4", OUTSIDE),
    ("…thread::sleep", &[]),
];

/// The layers above drawing.
const OUTSIDE: &[&str] = &[
    "store", "remote", "sync", "server", "demo", "runtime", "cli", "main",
];

/// One file of the library: its path below `src` and its text.
type Source = (String, String);

fn sources(folder: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((name.replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}

/// Reads the layer of each module from the table in the crate's documentation.
fn layers(documentation: &str) -> BTreeMap<String, u8> {
    let mut layers = BTreeMap::new();
    for line in documentation.lines() {
        let cells: Vec<&str> = line.trim_start_matches("//!").split('|').collect();
        let [_, layer, modules, ..] = cells.as_slice() else {
            continue;
        };
        let Ok(layer) = layer.trim().parse::<u8>() else {
            continue;
        };
        for module in modules.split(',') {
            let name = module.trim().trim_matches(['[', ']', '`']);
            layers.insert(name.to_owned(), layer);
        }
    }
    layers
}

/// Returns the module that a file belongs to: `list` for `list/table.rs`.
fn module_of(file: &str) -> &str {
    let top = file.split('/').next().unwrap_or(file);
    top.strip_suffix(".rs").unwrap_or(top)
}

/// Returns the module of this crate that a path in a file leads to, if it leaves the file's own.
fn target<'a>(file: &str, path: &'a [String]) -> Option<&'a str> {
    let depth = file.split('/').count();
    let ups = path.iter().take_while(|word| *word == "super").count();
    let name = match path {
        [first, name, ..] if first == "crate" => name,
        _ if ups > 0 && ups == depth => path.get(ups)?,
        _ => return None,
    };
    (name != module_of(file)).then_some(name.as_str())
}

fn is_wrong_arrow(layers: &BTreeMap<String, u8>, from: &str, to: &str) -> bool {
    let (Some(mine), Some(theirs)) = (layers.get(from), layers.get(to)) else {
        return false;
    };
    if let Some((_, allowed)) = NARROW.iter().find(|(name, _)| *name == from) {
        return !allowed.contains(&to);
    }
    theirs > mine
}

fn is_misplaced(file: &str, path: &[String]) -> Option<&'static str> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let joined = words.join("::");
    HOMES
        .iter()
        .find(|(what, homes)| {
            let fits = match what.strip_prefix('…') {
                Some(end) => joined == end || joined.ends_with(&format!("::{end}")),
                None => joined == *what || joined.starts_with(&format!("{what}::")),
            };
            let at_home = homes
                .iter()
                .any(|home| *home == module_of(file) || *home == file);
            fits && !at_home
        })
        .map(|(what, _)| *what)
}

/// Lists everything that is wrong, a line each.
fn wrongs(layers: &BTreeMap<String, u8>, sources: &[Source]) -> Vec<String> {
    let mut wrongs = Vec::new();
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in sources {
        if file == "lib.rs" || is_test(file) {
            continue;
        }
        let from = module_of(file);
        if from != "main" && !layers.contains_key(from) {
            wrongs.push(format!("{file}: `{from}` is not in the table of layers"));
        }
        for (line, path) in paths(&code_only(without_tests(text))) {
            if let Some(to) = target(file, &path)
                && layers.contains_key(to)
            {
                uses.entry(from).or_default().insert(to.to_owned());
                if is_wrong_arrow(layers, from, to) {
                    wrongs.push(format!("{file}:{line}: `{from}` may not use `{to}`"));
                }
            }
            if let Some(what) = is_misplaced(file, &path) {
                let what = what.trim_start_matches('…');
                wrongs.push(format!("{file}:{line}: `{what}` has no place here"));
            }
        }
    }
    if let Some(circle) = circle(&uses) {
        wrongs.push(format!("modules use each other in a circle: {circle}"));
    }
    wrongs
}

/// Finds a circle of modules that use each other.
fn circle(uses: &BTreeMap<&str, BTreeSet<String>>) -> Option<String> {
    fn walk<'a>(
        uses: &'a BTreeMap<&str, BTreeSet<String>>,
        here: &'a str,
        way: &mut Vec<&'a str>,
        known: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        if let Some(at) = way.iter().position(|name| *name == here) {
            way.push(here);
            return Some(way[at..].join(" → "));
        }
        if !known.insert(here) {
            return None;
        }
        way.push(here);
        for next in uses.get(here).into_iter().flatten() {
            if let Some(found) = walk(uses, next, way, known) {
                return Some(found);
            }
        }
        way.pop();
        None
    }
    let mut known = BTreeSet::new();
    uses.keys()
        .find_map(|name| walk(uses, name, &mut Vec::new(), &mut known))
}

fn ours() -> (BTreeMap<String, u8>, Vec<Source>) {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let (_, root) = sources.iter().find(|(file, _)| file == "lib.rs").unwrap();
    (layers(root), sources)
}

#[test]
fn no_module_uses_what_its_layer_may_not_know() {
    let (layers, sources) = ours();
    assert!(layers.len() > 20, "the table of layers was not found");
    let wrongs = wrongs(&layers, &sources);
    let mut report = String::new();
    for wrong in &wrongs {
        let _ = writeln!(report, "  src/{wrong}");
    }
    assert!(wrongs.is_empty(), "wrong arrows:\n{report}");
}

#[test]
fn the_table_names_every_module_and_no_other() {
    let (layers, sources) = ours();
    let (_, root) = sources.iter().find(|(file, _)| file == "lib.rs").unwrap();
    let declared: BTreeSet<&str> = root
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let listed: BTreeSet<&str> = layers.keys().map(String::as_str).collect();
    assert_eq!(declared, listed);
}

/// A file, its code, and how the line about it must end.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "record/lead.rs",
        "use crate::app::App;",
        "`record` may not use `app`",
    ),
    (
        "when.rs",
        "use crate::{\n    record::Id,\n    text,\n};",
        "`when` may not use `record`",
    ),
    (
        "record/lead.rs",
        "fn f() -> super::super::store::Store {}",
        "`record` may not use `store`",
    ),
    (
        "command.rs",
        "fn f() { crate::ui::draw(); }",
        "`command` may not use `ui`",
    ),
    (
        "list/table.rs",
        "$crate::pane::arrange()",
        "`list` may not use `pane`",
    ),
    (
        "app/keys.rs",
        "use std::{fmt, fs::File};",
        "`std::fs` has no place here",
    ),
    (
        "pane.rs",
        "let now = jiff::Timestamp::now();",
        "`Timestamp::now` has no place here",
    ),
    (
        "pane.rs",
        "let now = Timestamp::now();",
        "`Timestamp::now` has no place here",
    ),
    (
        "app.rs",
        "use ratatui::style::Color;",
        "`ratatui` has no place here",
    ),
    (
        "app/reply.rs",
        "use ratatui_textarea::TextArea;",
        "`ratatui_textarea` has no place here",
    ),
    (
        "ui/table.rs",
        "use crossterm::event::Event;",
        "`crossterm` has no place here",
    ),
    (
        "sync/driver.rs",
        "let client = reqwest::Client::new();",
        "`reqwest` has no place here",
    ),
    (
        "sync/driver.rs",
        "use rusqlite::Connection;",
        "`rusqlite` has no place here",
    ),
    (
        "runtime.rs",
        "use axum::Router;",
        "`axum` has no place here",
    ),
    (
        "config.rs",
        "#[tokio::main]\nfn f() {}",
        "`tokio` has no place here",
    ),
    (
        "runtime.rs",
        "std::thread::sleep(pause);",
        "`thread::sleep` has no place here",
    ),
];

/// What must be found; without this the test above could pass because it sees nothing.
#[test]
fn forbidden_uses_are_found_in_every_form() {
    let (layers, _) = ours();
    for (file, code, expected) in PLANTED {
        let found = wrongs(&layers, &[((*file).to_owned(), (*code).to_owned())]);
        assert!(
            found.iter().any(|wrong| wrong.ends_with(expected)),
            "{file}: {code}\nfound only {found:?}"
        );
    }
    let circle = [
        ("list.rs".to_owned(), "use crate::effect::Edit;".to_owned()),
        ("effect.rs".to_owned(), "use crate::list::World;".to_owned()),
    ];
    let found = wrongs(&layers, &circle);
    assert!(
        found.iter().any(|wrong| wrong.contains("circle")),
        "{found:?}"
    );
}

/// What must not be found: words that are no code, and tests.
#[test]
fn comments_texts_and_tests_are_no_uses() {
    let (layers, _) = ours();
    let innocent = [
        "//! Like [`crate::app::App`], but without `std::fs`.",
        "/* use crate::ui; /* nested */ use crate::ui; */",
        "const HELP: &str = \"use crate::ui; \\\" std::fs::read\";",
        "const HELP: &str = r#\"crate::ui \" std::fs::read\"#;",
        "const QUOTE: char = '\"'; const END: &str = \"crate::ui::draw\";",
        "fn f<'a>(x: &'a str) {} // crate::ui::draw",
        "#[cfg(test)]\nmod tests {\n    use crate::ui::draw;\n}",
        "use crate::record::Id; use super::field::Field;",
    ];
    for code in innocent {
        let found = wrongs(&layers, &[("record/lead.rs".to_owned(), code.to_owned())]);
        assert!(found.is_empty(), "{code}\n{found:?}");
    }
}
