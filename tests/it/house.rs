//! The order of the house: sizes, first lines, names of files, and words that have no place in the tree.

use std::path::{Path, PathBuf};

use crate::layering::paths::{code_only, is_test, without_tests};

/// Lines a file of the library may have, its unit tests not counted.
const LINES: usize = 600;

/// Names that say nothing about what a file holds.
const EMPTY_NAMES: &[&str] = &[
    "mod", "util", "utils", "manager", "data", "helpers", "common", "misc",
];

/// What was built, and what git keeps.
const NOT_OURS: &[&str] = &["target", ".git"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Lists the files below a folder with their paths from the root of the repository.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy();
            let name = name.replace('\\', "/");
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    open.push(path);
                }
            } else if !NOT_OURS.contains(&name.as_str()) {
                found.push((name, path));
            }
        }
    }
    found.sort();
    found
}

/// Lists the Rust files below a folder with their texts.
fn rust(folder: &str) -> Vec<(String, String)> {
    files(&root().join(folder))
        .into_iter()
        .filter(|(_, path)| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|(name, path)| (name, std::fs::read_to_string(path).unwrap()))
        .collect()
}

fn none(wrongs: &[String]) {
    assert!(wrongs.is_empty(), "\n  {}\n", wrongs.join("\n  "));
}

#[test]
fn no_file_of_the_library_is_too_long_to_be_read() {
    let wrongs: Vec<String> = rust("src")
        .iter()
        .filter(|(name, _)| !is_test(name))
        .map(|(name, text)| (name, without_tests(text).lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(name, lines)| format!("{name}: {lines} lines without tests, at most {LINES}"))
        .collect();
    none(&wrongs);
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let wrongs: Vec<String> = rust("src")
        .into_iter()
        .filter(|(name, _)| !is_test(name))
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(name, _)| format!("{name}: the first line does not begin with `//! `"))
        .collect();
    none(&wrongs);
}

#[test]
fn every_file_is_named_after_what_it_holds() {
    let wrongs: Vec<String> = rust("src")
        .into_iter()
        .filter(|(name, _)| {
            let stem = Path::new(name).file_stem().unwrap().to_string_lossy();
            EMPTY_NAMES.contains(&&*stem)
        })
        .map(|(name, _)| format!("{name}: the name says nothing"))
        .collect();
    none(&wrongs);
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    let mut wrongs = Vec::new();
    for (name, text) in rust("src") {
        for (at, line) in code_only(&text).lines().enumerate() {
            for word in ["todo!", "unimplemented!", "dbg!"] {
                if line.contains(word) {
                    wrongs.push(format!("{name}:{}: `{word}`", at + 1));
                }
            }
        }
        for (at, line) in text.lines().enumerate() {
            for word in ["TODO", "FIXME", "XXX"] {
                if line
                    .split(|letter: char| !letter.is_alphanumeric())
                    .any(|part| part == word)
                {
                    wrongs.push(format!("{name}:{}: `{word}`", at + 1));
                }
            }
        }
    }
    none(&wrongs);
}

/// Tells whether a line names a folder of one machine, such as a home directory.
fn names_a_machine(line: &str) -> bool {
    line.split(|letter: char| letter.is_whitespace() || "\"'`()<>[],;=".contains(letter))
        .any(|word| {
            let mut parts = word.trim_start_matches("file://").split('/');
            let (before, first, second) = (parts.next(), parts.next(), parts.next());
            let absolute = before == Some("") && second.is_some_and(|name| !name.is_empty());
            absolute && matches!(first, Some("work" | "root" | "home" | "Users"))
        })
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let mut wrongs = Vec::new();
    for (name, path) in files(root()) {
        // Pictures and fixtures that are not text have no lines.
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            if names_a_machine(line) {
                wrongs.push(format!("{name}:{}: {line}", at + 1));
            }
        }
    }
    none(&wrongs);
}

#[test]
fn a_folder_of_one_machine_is_told_from_other_paths() {
    // Put together here, so that this file is looked through like every other.
    for (before, folder, after) in [
        ("see /", "home", "/ana/notes"),
        ("\"/", "work", "/main\""),
        ("cd /", "root", "/x;"),
        ("(file:///", "Users", "/ana/x)"),
    ] {
        let line = format!("{before}{folder}{after}");
        assert!(names_a_machine(&line), "{line}");
    }
    for line in [
        "GET /v1/work/items",
        "https://example.com/home/x",
        "work/main",
        "/home",
        "a / work / b",
    ] {
        assert!(!names_a_machine(line), "{line}");
    }
}

#[test]
fn readme_and_gate_name_the_same_test_command() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let gate = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(readme.lines().any(|line| line.trim() == "cargo test"));
    assert!(
        readme
            .lines()
            .any(|line| line.trim() == "cargo run --release -- demo")
    );
    assert!(
        gate.lines()
            .any(|line| line.trim().ends_with(" cargo test"))
    );
}
