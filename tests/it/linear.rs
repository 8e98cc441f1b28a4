//! The console without a screen: lines in, sentences out.

use std::io::Write as _;
use std::process::Stdio;

use crate::backend::{Backend, Console, program};
use crate::terminal::Terminal;

/// Types lines into the linear mode and returns what it says.
fn typed(console: &Console, lines: &[&str]) -> String {
    let mut command = program(&console.home);
    command
        .arg("--linear")
        .env("CNM_SERVER", &console.server)
        .env("CNM_TOKEN", &console.token)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{:?}", output.stderr);
    assert!(
        !said.contains(|letter: char| letter.is_control() && letter != '\n'),
        "{said:?}"
    );
    said
}

#[test]
fn the_morning_is_worked_through_without_a_screen() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let said = typed(
        &ana,
        &["2", "j", "k", "read", "esc", "e", "u", ":pane show funnel"],
    );
    for words in [
        "Inbox",
        "Dana Reyes",
        "Conversation",
        "Undo: u.",
        "took back",
        "Funnel",
    ] {
        assert!(said.contains(words), "no `{words}` in:\n{said}");
    }
    // It went to the outbox as from any other console.
    let said = typed(&ana, &["3", ":filter set nothinglikethis", "quit"]);
    assert!(said.contains("Funnel"), "{said}");
}

#[test]
fn every_line_gets_an_answer_be_it_the_same_as_before() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let wrong = ":filter set nosuchfield:x";
    let said = typed(&ana, &["2", wrong, wrong, wrong]);
    assert_eq!(said.matches("Error: filter").count(), 3, "{said}");
    assert!(!said.contains("filter nosuchfield:x."), "{said}");
    // A key that goes nowhere says where one is.
    let said = typed(&ana, &["2", "k", "k", "k"]);
    assert!(
        said.lines().filter(|line| line.starts_with("1: ")).count() >= 4,
        "{said}"
    );
}

#[test]
fn choices_are_numbered_and_questions_are_answered_in_a_line() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let said = typed(&ana, &["2", "f /", "fri", ":app theme", "3"]);
    assert!(said.contains("type it, an empty line leaves"), "{said}");
    assert!(said.contains("1 midnight, dark"), "{said}");
    assert!(said.contains("theme okabe"), "{said}");
    assert!(!ana.run(&["list", "follow-up"]).ok().is_empty());
}

#[test]
fn a_bare_terminal_gets_sentences() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let mut command = Terminal::program(&ana);
    command.env("TERM", "dumb");
    let mut terminal = Terminal::start(command, 40, 120);
    terminal.until("Today");
    terminal.press("2\n");
    terminal.until("Dana Reyes");
    terminal.press("quit\n");
    assert_eq!(terminal.gone(), 0);
    let bytes = terminal.bytes.lock().unwrap();
    assert!(!bytes.contains(&0x1b), "an escape sequence was written");
}
