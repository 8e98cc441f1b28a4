//! Lists of commands with counts, programs that name what is not there, and one's own keys in the palette.

use cnm::app::{App, Mode};
use cnm::command::{Parsing, read_steps};
use cnm::effect::Effect;
use cnm::keymap::Macro;
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};

use crate::backend::Backend;
use crate::desk::press;
use crate::scripting::{edits, inbox, ran, said, state};

const LOOK: Look = Look {
    depth: Depth::TrueColour,
    glyphs: Glyphs::Unicode,
};

fn batches(effects: &[Effect]) -> usize {
    let saves = effects.iter();
    saves
        .filter(|effect| matches!(effect, Effect::Save(_)))
        .count()
}

#[test]
fn a_count_before_a_list_of_commands_is_one_step_back() {
    let mut app = inbox("[inbox]\nX = [\"inbox done\", \"cursor down\"]\n", "t1");
    app.keymap = app.keymap.with_digits(false).unwrap();
    let effects = press(&mut app, "3 X");
    assert_eq!(
        (batches(&effects), edits(&effects).len()),
        (1, 3),
        "{effects:?}"
    );
    for thread in ["t1", "t2", "t3"] {
        assert_eq!(state(&app, thread), "done");
    }
    press(&mut app, "u");
    assert!(said(&app).contains("×3"), "{}", said(&app));
    for thread in ["t1", "t2", "t3"] {
        assert_eq!(state(&app, thread), "open");
    }
}

#[test]
fn a_macro_in_a_list_runs_where_it_stands() {
    let mut app = inbox(
        "[inbox]\nX = [\"macro play away\", \"pane show networks\"]\n",
        "t1",
    );
    let text = "inbox done\npane show funnel\n";
    let steps = read_steps(text, &mut Parsing::new()).unwrap();
    let away = Macro {
        text: text.into(),
        steps,
    };
    app.keymap.macros.insert("away".into(), away);
    press(&mut app, "X");
    assert_eq!(state(&app, "t1"), "done");
    assert_eq!(
        app.screen.place.name(),
        "networks",
        "what follows comes after it"
    );
}

#[test]
fn a_line_that_fails_in_a_macro_is_named() {
    let mut app = inbox("[inbox]\nX = \"macro play m\"\n", "t1");
    let text = "# one\ninbox done --id t1\ninbox assign --id t2 Nobody\n";
    let steps = read_steps(text, &mut Parsing::new()).unwrap();
    let one = Macro {
        text: text.into(),
        steps,
    };
    app.keymap.macros.insert("m".into(), one);
    press(&mut app, "X");
    assert!(
        said(&app).starts_with("macro m: line 3: "),
        "{}",
        said(&app)
    );
}

#[test]
fn a_program_that_names_what_is_not_there_is_told_where_and_runs_nothing() {
    let keys = "[inbox]\nX = \"exec --into run --trust -- p\"\nY = \"exec --into run -- p\"\n";
    for key in ["X", "Y"] {
        let mut app = inbox(keys, "t1");
        let effects = ran(
            &mut app,
            key,
            "inbox done --id t1\n\ninbox done --id gone\n",
        );
        assert!(edits(&effects).is_empty(), "{effects:?}");
        assert_eq!(state(&app, "t1"), "open");
        let words = said(&app);
        for part in [
            "line 3",
            "inbox done --id gone",
            "no thread `gone`",
            "nothing was run",
        ] {
            assert!(words.contains(part), "{key}: {words}");
        }
        assert!(matches!(app.mode, Mode::Normal), "{key}");
    }
    // What only the running can tell is blamed on its line too.
    let mut app = inbox(keys, "t1");
    ran(
        &mut app,
        "X",
        "inbox done --id t1\ninbox assign --id t2 Nobody\n",
    );
    assert!(said(&app).contains("line 2: "), "{}", said(&app));
}

fn entries(app: &App) -> Vec<String> {
    let Mode::Line(line) = &app.mode else {
        panic!("{:?}", app.mode)
    };
    line.entries
        .iter()
        .map(|entry| entry.name.clone())
        .collect()
}

#[test]
fn the_palette_finds_ones_own_keys_by_what_they_are_called_and_runs_them() {
    let keys = "[inbox]\n\"z b\" = { do = [\"inbox done\", \"cursor top\"], help = \"bots away\" }\n\
                \"z q\" = { do = \"inbox snooze {when}\", help = \"put off\", ask = { when = { input = \"Until\", type = \"when\" } } }\n";
    let mut app = inbox(keys, "t2");
    press(&mut app, ":");
    press(&mut app, "b o t s");
    assert_eq!(entries(&app).first().map(String::as_str), Some("bots away"));
    let shown = crate::desk::lines(&crate::desk::draw(&app, LOOK)).join("\n");
    for words in [
        "bots away",
        "z b",
        "keymap.toml:2",
        "inbox done · cursor top",
    ] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    let effects = press(&mut app, "enter");
    assert_eq!(edits(&effects).len(), 1);
    assert_eq!(state(&app, "t2"), "done");
    // One that asks first asks from here too.
    press(&mut app, ":");
    press(&mut app, "p u t space o f f enter");
    let Mode::Line(line) = &app.mode else {
        panic!("{:?}", app.mode)
    };
    assert!(format!("{:?}", line.purpose).contains("Until"));
}

#[test]
fn keys_of_today_hold_whichever_panel_has_the_keys_and_those_of_a_kind_by_both_its_names() {
    let keys = "[today]\nf5 = \"pane show outbox\"\n[creator]\nf6 = \"pane show inbox\"\n";
    for panel in 0..5 {
        let mut app = inbox(keys, "t1");
        press(&mut app, "alt-1");
        for _ in 0..panel {
            press(&mut app, "tab");
        }
        let shown = app
            .live_keys()
            .iter()
            .any(|(_, binding)| binding.source.line == 2);
        assert!(shown, "panel {panel}");
        press(&mut app, "f5");
        assert_eq!(app.screen.place.name(), "outbox", "panel {panel}");
    }
    let mut app = inbox(keys, "t1");
    press(&mut app, "f5");
    assert_eq!(app.screen.place.name(), "inbox", "it is a key of Today");
    app.run_line("pane show creators");
    press(&mut app, "f6");
    assert_eq!(app.screen.place.name(), "inbox");
}

#[test]
fn a_trusted_program_of_the_shell_is_told_which_line_names_what_is_not_there() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    for (lines, words) in [
        (
            "inbox done --id t1\\n\\ninbox done --id gone\\n",
            "line 3: `inbox done --id gone`",
        ),
        (
            "inbox done --id t1\\ninbox assign --id t2 Nobody\\n",
            "line 2: `inbox assign",
        ),
    ] {
        let printf = ["exec", "--into", "run", "--trust", "--", "printf", lines];
        let ran = ana.run(&printf);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(
            ran.err.contains(words) && ran.err.contains("nothing was run"),
            "{ran:?}"
        );
    }
    let threads = ["list", "thread", "state:open", "--format", "jsonl"];
    assert_eq!(ana.run(&threads).ok().lines().count(), 2);
}

#[test]
fn config_check_fails_where_a_key_can_never_do_what_it_says_and_strictly_where_it_hides_one() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let config = ana.home.join("config");
    std::fs::create_dir_all(config.join("macros")).unwrap();
    let check = |keys: &str, strict: bool| {
        std::fs::write(config.join("keymap.toml"), keys).unwrap();
        let mut words = vec!["config", "check"];
        words.extend(strict.then_some("--strict"));
        let ran = ana.run(&words);
        (ran.code, ran.out + &ran.err)
    };
    assert_eq!(check("[inbox]\nD = \"inbox done\"\n", true).0, 0);
    let hides = "[inbox]\ne = \"inbox snooze +1h\"\n";
    assert_eq!(check(hides, false).0, 0);
    assert_eq!(check(hides, true).0, 1);
    let doubtful = "[inbox]\nctrl-i = \"inbox done\"\n";
    assert_eq!(check(doubtful, false).0, 0);
    let (code, said) = check(doubtful, true);
    assert!(
        code == 1 && said.contains(":2: ") && said.contains("kitty"),
        "{said}"
    );
    for (keys, words) in [
        (
            "[inbox]\nX = \"inbox done\"\n\"X x\" = \"undo\"\n",
            "never reached",
        ),
        (
            "[inbox]\nX = \"macro play nothing\"\n",
            "no macro `nothing`",
        ),
        ("[inbox]\nX = \"app theme nothing\"\n", "no theme `nothing`"),
        ("[inbox]\nX = \"pane show nowhere\"\n", "not a place"),
    ] {
        let (code, said) = check(keys, false);
        assert!(code == 1 && said.contains(words), "{keys}: {said}");
        assert!(said.contains("keymap.toml:"), "{said}");
    }
    std::fs::write(config.join("macros/a.cnm"), "# x\nmacro play b\n").unwrap();
    let (code, said) = check("", false);
    assert!(code == 1 && said.contains("a.cnm:2: "), "{said}");
    std::fs::write(
        config.join("macros/a.cnm"),
        "pane show inbox\nfilter set nmae:x\n",
    )
    .unwrap();
    let (code, said) = check("", false);
    assert!(
        code == 1 && said.contains("a.cnm:2: ") && said.contains("nmae"),
        "{said}"
    );
}

/// A pipe that nobody writes to, and a device that never ends, are named at once and not read.
#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_not_read_as_a_keymap() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let config = ana.home.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let keymap = config.join("keymap.toml");
    let refused = || {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_cnm"))
            .args(["config", "check"])
            .env("CNM_HOME", &ana.home)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let (send, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut err = String::new();
            std::io::Read::read_to_string(&mut stderr, &mut err).unwrap();
            send.send(err)
        });
        let told = told.recv_timeout(std::time::Duration::from_secs(20));
        if told.is_err() {
            child.kill().unwrap();
        }
        let status = child.wait().unwrap();
        let err = told.expect("it hangs");
        assert_eq!(status.code(), Some(1), "{err}");
        assert!(err.contains("keymap.toml: is no plain file"), "{err}");
    };
    let made = std::process::Command::new("mkfifo").arg(&keymap).status();
    assert!(made.unwrap().success());
    refused();
    std::fs::remove_file(&keymap).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &keymap).unwrap();
    refused();
}
