//! What somebody meets in the first days with the console: mistyped names, closed records, a folder that is not there yet.

use std::time::Duration;

use cnm::app::Configured;
use cnm::keymap::Keymap;
use cnm::pane::Place;
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{Depth, Look};

use crate::backend::{Backend, program};
use crate::desk;
use crate::terminal::Terminal;

const LOOK: Look = Look {
    depth: Depth::TrueColour,
    glyphs: Glyphs::Unicode,
};

#[test]
fn a_query_brings_back_what_was_closed() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&["inbox", "done", "--id", "t1"]).ok();
    let open = ana.run(&["list", "thread"]).ok();
    assert!(!open.contains("t1"), "{open}");
    let said = ana.run(&["inbox", "reopen", "--where", "state:done"]).ok();
    assert!(said.contains("reopened\nsent"), "{said}");
    let thread = backend.record("threads/t1", &ana.token);
    assert_eq!(thread["fields"]["state"], "open");
    // Follow-ups as well; the query names closed ones only, and the open one stays as it was.
    for title in ["title=Call back", "title=Call again"] {
        ana.run(&["new", "follow_up", title, "due=fri"]).ok();
    }
    ana.run(&["follow-up", "done", "--where", "title:call"])
        .ok();
    let said = ana
        .run(&["follow-up", "reopen", "--where", "state:done title:again"])
        .ok();
    assert!(said.contains("reopened\nsent"), "{said}");
    let open = ana.run(&["list", "follow_up", "title:call"]).ok();
    assert!(
        open.contains("Call again") && !open.contains("Call back"),
        "{open}"
    );
    // Other verbs leave closed records alone, and say so.
    ana.run(&["inbox", "done", "--id", "t1"]).ok();
    let said = ana
        .run(&["inbox", "snooze", "--where", "id:t1", "fri"])
        .ok();
    assert!(said.contains("nothing fits"), "{said}");
    // Where a screen has only the open ones at hand, it is refused with the way that works.
    let mut app = desk::console(&desk::morning(), (120, 40));
    app.run_line("inbox reopen --where 'state:done'");
    let said = app.screen.notice.as_ref().unwrap().text.clone();
    assert!(said.contains("in the shell"), "{said}");
}

#[test]
fn a_name_that_nobody_bears_is_said() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let ran = ana.run(&["list", "thread", "owner:foo"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err.contains("foo") && ran.err.contains("has this name"),
        "{ran:?}"
    );
    let ran = ana.run(&["list", "lead", "stage:propsal"]);
    assert!(ran.err.contains("did you mean Proposal"), "{ran:?}");
    let ran = ana.run(&["inbox", "done", "--where", "owner:foo"]);
    assert_ne!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("has this name"), "{ran:?}");
    assert_eq!(ana.run(&["list", "thread", "owner:ana"]).err, "");
    let demo = program(&ana.home)
        .args(["demo", "--now", "nonsense"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&demo.stderr).into_owned();
    assert!(said.contains("2026-11-17T16:30:00Z"), "{said}");
}

#[test]
fn closed_records_are_counted_whatever_the_limit_and_can_be_named_in_a_new_one() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    for id in ["t1", "t2"] {
        let title = format!("title={id}");
        ana.run(&["new", "thread", &title, "state=open", "owner=ana"])
            .ok();
    }
    ana.run(&["inbox", "done", "--where", "state:open"]).ok();
    let some = ana.run(&["list", "thread", "state:done limit:1"]);
    assert!(some.err.contains("not listed: 4 threads"), "{some:?}");
    // `t1` is done: it is not among what is read at the start.
    ana.run(&["new", "meeting", "title=Talk", "thread=t1"]).ok();
    let made = ana
        .run(&["list", "meeting", "Talk", "--all", "--format", "jsonl"])
        .ok();
    assert!(made.contains("\"thread\":\"t1\""), "{made}");
}

#[test]
fn a_key_that_runs_no_command_is_explained_once() {
    for (line, words) in [
        ("inbox dnoe", "did you mean `snooze` or `done`"),
        ("exec --limit soon -- cat", "30s"),
        ("frobnicate {item.id}", "cnm commands"),
    ] {
        let text = format!("[inbox]\nD = \"{line}\"\n");
        let error = Keymap::defaults()
            .unwrap()
            .with_user(&text, "keymap.toml")
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.matches("cnm commands").count() <= 1, "{error}");
        assert!(error.contains("keymap.toml:2"), "{error}");
    }
}

#[test]
fn of_several_faults_the_first_is_said_and_how_many_more() {
    let configured = |problems: &[&str]| Configured {
        config: cnm::config::Config::default(),
        keymap: Keymap::defaults().unwrap(),
        theme: Theme::shipped("midnight").unwrap(),
        problems: problems.iter().map(|one| (*one).to_owned()).collect(),
    };
    let mut app = desk::console(&desk::morning(), (120, 40));
    for (problems, words) in [
        (vec!["a:1: x"], "a:1: x"),
        (
            vec!["a:1: x", "b:2: y"],
            "a:1: x; and 1 more fault: `cnm config check` names all",
        ),
        (
            vec!["a:1: x", "b:2: y", "c"],
            "a:1: x; and 2 more faults: `cnm config check` names all",
        ),
    ] {
        app.update(
            desk::now(),
            cnm::app::Msg::Configured(Box::new(configured(&problems))),
        );
        assert_eq!(app.screen.notice.as_ref().unwrap().text, words);
    }
}

#[test]
fn an_empty_place_names_the_keys_that_do_something_there() {
    let app = desk::console(&[], (80, 24));
    let footer = cnm::app::footer(&app);
    let keys: Vec<&str> = footer.iter().map(|(_, help)| help.as_str()).collect();
    for verb in ["done", "reply", "snooze", "assign", "open", "mark"] {
        assert!(!keys.contains(&verb), "{footer:?}");
    }
    for way in ["new", "quit", "keys", "command"] {
        assert!(keys.contains(&way), "{footer:?}");
    }
    // With a row they are there again.
    let app = desk::console(&desk::morning(), (80, 24));
    let footer = cnm::app::footer(&app);
    assert!(footer.iter().any(|(_, help)| help == "done"), "{footer:?}");
}

#[test]
fn the_clock_stays_in_the_header_beside_a_place_without_a_tab() {
    for size in [(60, 20), (80, 24), (100, 30), (120, 40)] {
        let mut app = desk::console(&desk::morning(), size);
        let time = |app: &cnm::app::App| {
            let header = desk::lines(&desk::draw(app, LOOK)).remove(0);
            (header.contains(" 08:30") || header.contains(":30"), header)
        };
        let before = time(&app);
        app.run_line("pane show conflicts");
        assert_eq!(app.screen.place, Place::Conflicts);
        let after = time(&app);
        assert_eq!(before.0, after.0, "{before:?} {after:?}");
    }
}

#[test]
fn the_palette_goes_to_a_record_by_its_kind_and_name() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    for key in [":", "c", "n", "space", "n", "o", "r", "t", "h"] {
        desk::press(&mut app, key);
    }
    let cnm::app::Mode::Line(line) = &app.mode else {
        panic!("{:?}", app.mode)
    };
    let first = line.entries.first().unwrap();
    assert!(first.name.starts_with("jump to network"), "{first:?}");
    desk::press(&mut app, "enter");
    let selected = app.screen.selected().unwrap();
    assert!(
        app.world.title(&selected).starts_with("North"),
        "{selected:?}"
    );
    // A command comes before a record, and a name that nobody has is said.
    app.run_line("jump to lead nobody-has-this");
    let said = app.screen.notice.as_ref().unwrap().text.clone();
    assert!(said.contains("app find"), "{said}");
}

#[test]
fn a_folder_that_is_made_while_the_console_runs_is_looked_at_at_once() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let config = ana.home.join("config");
    assert!(!config.join("keymap.toml").exists());
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    std::fs::write(
        config.join("keymap.toml"),
        "[everywhere]\nf9 = { do = \"pane show slots\", help = \"s\" }\n",
    )
    .unwrap();
    if cfg!(not(target_os = "linux")) {
        terminal.press("\u{1b}[I");
    }
    terminal.until("read again");
    terminal.press("\u{1b}[20~");
    terminal.until("[6 Slots");
    std::fs::create_dir_all(config.join("macros")).unwrap();
    std::thread::park_timeout(Duration::from_millis(100));
    std::fs::write(config.join("macros/away.cnm"), "pane show funnel\n").unwrap();
    if cfg!(not(target_os = "linux")) {
        terminal.press("\u{1b}[I");
    }
    terminal.until("read again");
    terminal.press(":macro play away\r");
    terminal.until("[3 Funnel");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
}
