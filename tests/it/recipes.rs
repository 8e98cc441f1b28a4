//! The recipes of `docs/recipes.md`, run as they stand there.

use std::path::Path;
use std::process::Command;

use cnm::keymap::{Keymap, read_hooks};
use serde_json::Value as Json;

use crate::backend::{Backend, Console, Ran, program};

const RECIPES: &str = include_str!("../../docs/recipes.md");

/// The blocks of one recipe in a language, in order.
fn blocks(heading: &str, language: &str) -> Vec<String> {
    let (_, recipe) = RECIPES.split_once(&format!("\n## {heading}\n")).unwrap();
    let recipe = recipe.split("\n## ").next().unwrap();
    recipe
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.strip_prefix(&format!("{language}\n")))
        .map(str::to_owned)
        .collect()
}

fn block(heading: &str, language: &str) -> String {
    blocks(heading, language).remove(0)
}

/// Tells whether the recipes can be run here; they speak Python.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: python3 is not installed");
    }
    there
}

/// Runs a line of a recipe in a folder, with the program under the name `cnm`.
fn shell(console: &Console, folder: &Path, line: &str) -> Ran {
    let words = cnm::command::split_words(line.trim()).unwrap();
    assert_eq!(words[0], "cnm", "{line}");
    let output = program(&console.home)
        .args(&words[1..])
        .current_dir(folder)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("CNM_SERVER", &console.server)
        .env("CNM_TOKEN", &console.token)
        .output()
        .unwrap();
    Ran::of(&output)
}

fn threads(console: &Console, query: &str) -> Vec<Json> {
    let out = console
        .run(&["list", "thread", query, "--all", "--format", "jsonl"])
        .ok();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_keymap_and_hook_of_the_recipes_loads() {
    let mut keymaps = 0;
    let mut hooks = 0;
    for part in RECIPES.split("```toml\n").skip(1) {
        let text = part.split("```").next().unwrap();
        if text.contains("[[hook]]") {
            read_hooks(text, "hooks.toml", &mut cnm::command::Parsing::new()).unwrap();
            hooks += 1;
        } else {
            let mut keymap = Keymap::defaults()
                .unwrap()
                .with_user(text, "keymap.toml")
                .unwrap();
            let morning = block("A morning macro", "text");
            let parsing = &mut cnm::command::Parsing::new();
            let steps = cnm::command::read_steps(&morning, parsing).unwrap();
            let morning = cnm::keymap::Macro {
                text: morning,
                steps,
            };
            keymap.macros.insert("morning".into(), morning);
            let blocked: Vec<_> = keymap
                .review()
                .into_iter()
                .filter(|one| one.blocks)
                .collect();
            assert!(blocked.is_empty(), "{blocked:?}");
            keymaps += 1;
        }
    }
    assert_eq!((keymaps, hooks), (5, 1));
}

#[test]
fn bots_are_cleared_and_counted() {
    if !has_python() {
        return;
    }
    let heading = "Clear the bots and log how many there were";
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let folder = backend.folder.path();
    std::fs::write(folder.join("clear_bots.py"), block(heading, "python")).unwrap();
    for name in ["Status Bot", "Ops bot"] {
        let from = format!("from_name={name}");
        ana.run(&[
            "new",
            "thread",
            "title=Report",
            &from,
            "state=open",
            "owner=ana",
        ])
        .ok();
    }
    let ran = shell(&ana, folder, &block(heading, "sh"));
    assert!(ran.out.contains("sent"), "{ran:?}");
    let log = std::fs::read_to_string(folder.join("bots.log")).unwrap();
    assert!(log.trim_end().ends_with(" 2"), "{log}");
    assert_eq!(threads(&ana, "from_name:bot state:done").len(), 2);
    assert_eq!(
        threads(&ana, "state:open").len(),
        2,
        "others are left alone"
    );
}

#[test]
fn a_dashboard_opens_in_the_browser_of_ones_choice() {
    let text = block("Open the dashboard of a CN in the browser", "toml");
    let keymap = Keymap::defaults()
        .unwrap()
        .with_user(&text, "keymap.toml")
        .unwrap();
    let mut app = crate::desk::console(&crate::desk::morning(), (120, 40));
    app.keymap = keymap;
    crate::desk::press(&mut app, "alt-4");
    let opens = |app: &mut cnm::app::App| {
        let effects = crate::desk::press(app, "B");
        effects.into_iter().find_map(|effect| match effect {
            cnm::effect::Effect::Exec(program, _) => Some(program.words),
            _ => None,
        })
    };
    let url = "https://example.com/a?b='$(reboot)";
    // Without an address the condition does not hold, and no browser opens.
    for (line, words) in [
        ("edit url=", None),
        (
            &*format!("edit \"url={url}\""),
            Some(["firefox", "--new-tab", url].map(str::to_owned).to_vec()),
        ),
    ] {
        app.run_line(line);
        assert_eq!(opens(&mut app), words, "{line}");
    }
    // `network browse` prints the address where there is no screen.
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&[
        "edit",
        "--id",
        "network:nova",
        "url=https://example.com/nova",
    ])
    .ok();
    let out = ana.run(&["network", "browse", "--id", "nova"]).ok();
    assert_eq!(out.trim(), "https://example.com/nova");
}

#[test]
fn a_stand_up_is_summed_up() {
    if !has_python() {
        return;
    }
    let heading = "A stand-up summary";
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let folder = backend.folder.path();
    std::fs::write(folder.join("standup.py"), block(heading, "python")).unwrap();
    ana.run(&["new", "follow_up", "title=Call Dana; $(reboot)", "due=fri"])
        .ok();
    ana.run(&[
        "new",
        "follow_up",
        "title=Contract",
        "due=fri",
        "waiting_on=them",
    ])
    .ok();
    let out = shell(&ana, folder, &block(heading, "sh")).ok();
    assert_eq!(
        out,
        "Today: Call Dana; $(reboot)\nWaiting for others: Contract\n"
    );
}

#[test]
fn threads_are_assigned_by_a_rule() {
    if !has_python() {
        return;
    }
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let folder = backend.folder.path();
    std::fs::write(folder.join("rules.py"), block("Assign by a rule", "python")).unwrap();
    // The line of the key, for all threads and without a screen.
    let plan = "cnm exec --into run --where 'thread state:open' -- python3 rules.py";
    let shown = shell(&ana, folder, plan);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(
        shown.out.contains("inbox assign --id t1 -- \"Ben Ortiz\""),
        "{shown:?}"
    );
    assert_eq!(
        threads(&ana, "assignee:none").len(),
        2,
        "a plan runs nothing"
    );
    let ran = shell(&ana, folder, &plan.replace("run", "run --trust"));
    assert!(ran.out.contains("sent"), "{ran:?}");
    let assigned = threads(&ana, "assignee:ben");
    assert_eq!(assigned.len(), 1, "{assigned:?}");
    assert_eq!(assigned[0]["id"], "t1");
}

#[test]
fn a_morning_is_played() {
    if !has_python() {
        return;
    }
    let heading = "A morning macro";
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let folder = backend.folder.path();
    let macros = ana.home.join("config/macros");
    std::fs::create_dir_all(&macros).unwrap();
    std::fs::write(macros.join("morning.cnm"), block(heading, "text")).unwrap();
    // Programs of a macro run beside the keymap, wherever the shell is.
    let script = ana.home.join("config/standup.py");
    std::fs::write(script, block("A stand-up summary", "python")).unwrap();
    ana.run(&[
        "new",
        "thread",
        "title=Chat",
        "channel=discord",
        "state=open",
        "owner=ana",
    ])
    .ok();
    ana.run(&["new", "follow_up", "title=Late", "due=2026-01-05"])
        .ok();
    assert_eq!(ana.run(&["config", "check"]).code, 0);
    let ran = shell(&ana, folder, &block(heading, "sh"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("Today: Late"), "{ran:?}");
    assert_eq!(threads(&ana, "channel:discord state:snoozed").len(), 1);
    let slipped = ana
        .run(&["list", "follow_up", "late<0h", "--format", "jsonl"])
        .ok();
    assert_eq!(slipped.lines().count(), 1, "{slipped}");
    // A file with one wrong line runs nothing of it.
    let file = folder.join("wrong.cnm");
    std::fs::write(&file, "inbox done --id t1\ninbox dnoe --id t2\n").unwrap();
    let ran = ana.run(&["run", file.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains(":2: ") && ran.err.contains("nothing was run"),
        "{ran:?}"
    );
    assert_eq!(threads(&ana, "state:done").len(), 0);
}

/// What a key of a recipe does in the console: the plan is shown, runs with Enter and is taken back by one key.
#[test]
fn the_keys_of_the_recipes_run_in_the_console() {
    use base64::Engine as _;
    if !has_python() {
        return;
    }
    let backend = Backend::start();
    let ana = backend.console("ana");
    let config = ana.home.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let (bots, rule) = (
        "Clear the bots and log how many there were",
        "Assign by a rule",
    );
    let standup = "A stand-up summary";
    for (name, heading) in [
        ("clear_bots.py", bots),
        ("rules.py", rule),
        ("standup.py", standup),
    ] {
        std::fs::write(config.join(name), block(heading, "python")).unwrap();
    }
    let mut keymap: toml::Table = toml::from_str("").unwrap();
    for heading in [bots, rule, standup] {
        for (scope, keys) in toml::from_str::<toml::Table>(&block(heading, "toml")).unwrap() {
            let into = keymap
                .entry(scope)
                .or_insert_with(|| toml::Table::new().into());
            into.as_table_mut()
                .unwrap()
                .extend(keys.as_table().unwrap().clone());
        }
    }
    std::fs::write(
        config.join("keymap.toml"),
        toml::to_string(&keymap).unwrap(),
    )
    .unwrap();
    ana.run(&["sync"]).ok();
    ana.run(&[
        "new",
        "thread",
        "title=Report",
        "from_name=Status Bot",
        "state=open",
        "owner=ana",
    ])
    .ok();
    let mut terminal = crate::terminal::Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("Status Bot");
    terminal.press("gb");
    terminal.until("inbox done --id");
    // A plan runs by an Enter that was meant for it: those of the first moment are not.
    terminal.rests(std::time::Duration::from_secs(1));
    terminal.press("\r");
    terminal.until("u undoes done");
    let log = std::fs::read_to_string(config.join("bots.log")).unwrap();
    assert!(log.trim_end().ends_with(" 1"), "{log}");
    terminal.press("u");
    terminal.until("took back: done");
    // The thread that asks for the payout is under the cursor.
    terminal.press("/payout\r");
    terminal.until("1 found");
    terminal.press("R");
    terminal.until("Ben Ortiz");
    terminal.rests(std::time::Duration::from_secs(1));
    terminal.press("\r");
    terminal.until("u undoes assigned");
    // The summary is copied.
    terminal.press("\u{1b}[18~");
    let copied = base64::engine::general_purpose::STANDARD.encode("Today: nothing\n");
    terminal.writes(copied.trim_end_matches('='));
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
}

/// Puts a program of this name on the path that writes down what it was given.
#[cfg(unix)]
fn pretend(folder: &Path, name: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join(name);
    let text = format!("#!/bin/sh\necho \"$@\" >> '{}.log'\n", file.display());
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        let waited = began.elapsed();
        assert!(waited < std::time::Duration::from_secs(20), "never: {what}");
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
}

/// Puts the recipes of the browser, the rule and the morning where the console finds them, with browsers that only write
/// down what they were asked to open.
#[cfg(unix)]
fn lay_out(ana: &Console, bin: &Path) {
    let config = ana.home.join("config");
    std::fs::create_dir_all(config.join("macros")).unwrap();
    let (browser, morning) = (
        "Open the dashboard of a CN in the browser",
        "A morning macro",
    );
    for (name, heading) in [
        ("rules.py", "Assign by a rule"),
        ("standup.py", "A stand-up summary"),
    ] {
        std::fs::write(config.join(name), block(heading, "python")).unwrap();
    }
    let keys = format!("{}\n{}", block(browser, "toml"), block(morning, "toml"));
    std::fs::write(config.join("keymap.toml"), keys).unwrap();
    let hooks = blocks("Assign by a rule", "toml").remove(1);
    std::fs::write(config.join("hooks.toml"), hooks).unwrap();
    let text = block(morning, "text");
    std::fs::write(config.join("macros/morning.cnm"), text).unwrap();
    for name in ["firefox", "xdg-open"] {
        pretend(bin, name);
    }
}

/// The browser, the morning and the hook, by their keys and by what happens, in a console in a terminal.
#[cfg(unix)]
#[test]
fn the_browser_the_morning_and_the_hook_of_the_recipes_run_in_the_console() {
    if !has_python() {
        return;
    }
    let backend = Backend::start();
    let ana = backend.console("ana");
    let bin = backend.folder.path().join("bin");
    lay_out(&ana, &bin);
    let opened = |name: &str| {
        let log = std::fs::read_to_string(bin.join(format!("{name}.log")));
        log.unwrap_or_default()
    };
    ana.run(&["sync"]).ok();
    let url = "https://example.com/nova";
    ana.run(&["edit", "--id", "network:nova", &format!("url={url}")])
        .ok();
    let chat = "new thread title=Chat channel=discord state=open owner=ana";
    ana.run(&chat.split(' ').collect::<Vec<_>>()).ok();
    ana.run(&["new", "follow_up", "title=Late", "due=2026-01-05"])
        .ok();
    let mut command = crate::terminal::Terminal::program(&ana);
    command.env(
        "PATH",
        format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()),
    );
    let mut terminal = crate::terminal::Terminal::start(command, 40, 120);
    terminal.until("live");
    // The browser of one's choice, then that of the system by the keys there are anyway.
    terminal.press("4\r");
    terminal.until("Nova Media");
    terminal.press("B");
    until("firefox", || {
        opened("firefox") == format!("--new-tab {url}\n")
    });
    terminal.press("w");
    until("w", || opened("xdg-open").lines().count() == 1);
    terminal.press("gw");
    until("g w", || opened("xdg-open").lines().count() == 2);
    assert!(opened("xdg-open").lines().all(|line| line.trim() == url));
    // The morning: what can wait waits, what is late moves to today, and the rest is said.
    terminal.press("1\r");
    terminal.until("[1 Today");
    terminal.press("\u{1b}[15~");
    terminal.until("Today: Late");
    terminal.until("Waiting for others: nothing");
    terminal.press("\u{1b}");
    until("snoozed", || {
        threads(&ana, "channel:discord state:snoozed").len() == 1
    });
    let late = [
        "list",
        "follow_up",
        "title:late late>0h",
        "--format",
        "jsonl",
    ];
    assert_eq!(ana.run(&late).ok(), "");
    // A message arrives for a thread of mine that speaks of the payout: the hook hands it over.
    let thread = || backend.record("threads/t1", &ana.token);
    assert!(thread()["fields"]["assignee"].is_null());
    let lea = backend.console("lea");
    lea.run(&["sync"]).ok();
    let now = cnm::runtime::Clock::system().now();
    lea.run(&[
        "edit",
        "--id",
        "thread:t1",
        "new=2",
        &format!("last_at={now}"),
        "last_text=And the payout?",
    ])
    .ok();
    until("assigned", || thread()["fields"]["assignee"] == "ben");
    terminal.rests(std::time::Duration::from_millis(300));
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
}
