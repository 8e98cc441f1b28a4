//! Ways out of the console: every signal, a terminal that takes nothing, programs that would stay behind.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use portable_pty::{PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::backend::Backend;
use crate::terminal::{Terminal, modes};

fn process(child: &(dyn portable_pty::Child + Send + Sync)) -> Pid {
    let id = i32::try_from(child.process_id().unwrap()).unwrap();
    Pid::from_raw(id).unwrap()
}

#[test]
fn every_signal_leaves_the_terminal_as_it_was() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut terminal = Terminal::open(&ana, 24, 80);
        terminal.until("live");
        assert_ne!(
            modes(&*terminal.master),
            terminal.modes,
            "it reads keys, not lines"
        );
        kill_process(process(&*terminal.child), signal).unwrap();
        terminal.gone();
        terminal.is_as_it_was();
    }
    // Against this one nothing can be done: so it is seen that the others would be caught.
    let mut terminal = Terminal::open(&ana, 24, 80);
    terminal.until("live");
    kill_process(process(&*terminal.child), Signal::KILL).unwrap();
    terminal.gone();
    assert_ne!(modes(&*terminal.master), terminal.modes);
}

/// A terminal whose window hangs takes no byte: whoever draws waits for ever.
#[test]
fn a_terminal_that_takes_nothing_is_left_all_the_same() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    for signal in [Signal::TERM, Signal::HUP] {
        let size = PtySize {
            rows: 60,
            cols: 200,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = modes(&*pair.master);
        let mut child = pair.slave.spawn_command(Terminal::program(&ana)).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut writer = pair.master.take_writer().unwrap();
        let mut read = Vec::new();
        let mut part = vec![0; 65_536];
        let began = Instant::now();
        while !String::from_utf8_lossy(&read).contains("live") {
            let many = reader.read(&mut part).unwrap();
            read.extend_from_slice(&part[..many]);
            assert!(began.elapsed() < Duration::from_secs(20));
        }
        // From here on nobody reads; every Ctrl-L draws everything again.
        for _ in 0..60 {
            writer.write_all(b"\x0c").unwrap();
            std::thread::park_timeout(Duration::from_millis(25));
        }
        writer.write_all(b"q").unwrap();
        std::thread::park_timeout(Duration::from_millis(700));
        assert!(
            child.try_wait().unwrap().is_none(),
            "it does not wait for the terminal"
        );
        kill_process(process(&*child), signal).unwrap();
        let told = Instant::now();
        while child.try_wait().unwrap().is_none() {
            let waited = told.elapsed();
            assert!(waited < Duration::from_secs(8), "it stays after {signal:?}");
            std::thread::park_timeout(Duration::from_millis(10));
        }
        assert_eq!(child.wait().unwrap().exit_code(), 0, "{signal:?}");
        assert_eq!(modes(&*pair.master), before, "{signal:?}");
        // Whoever reads again finds the screen given back.
        let mut rest = Vec::new();
        while let Ok(many @ 1..) = reader.read(&mut part) {
            rest.extend_from_slice(&part[..many]);
        }
        let rest = String::from_utf8_lossy(&rest);
        assert!(rest.contains("\u{1b}[?1049l"), "{signal:?}");
    }
}

/// What is pressed in an editor is the editor's, and a signal to leave waits for what is written there.
#[test]
fn a_signal_to_leave_waits_for_the_editor() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let script = backend.folder.path().join("editor.sh");
    let text = "#!/bin/sh\necho edits >/dev/tty\nsleep 3\nprintf 'from the editor' > \"$1\"\n";
    std::fs::write(&script, text).unwrap();
    let mut command = Terminal::program(&ana);
    command.env("EDITOR", format!("sh {}", script.display()));
    command.env("PATH", "/usr/bin:/bin");
    let mut terminal = Terminal::start(command, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("October payout? Third");
    terminal.press("r");
    terminal.until("Enter send");
    terminal.press("\u{5}");
    terminal.until("edits");
    let id = process(&*terminal.child);
    kill_process(id, Signal::INT).unwrap();
    terminal.until("from the editor");
    terminal.press("\u{1b}");
    terminal.rests(Duration::from_millis(200));
    assert!(
        test_kill_process(id).is_ok(),
        "it left by what was meant for the editor"
    );
    terminal.press("r");
    terminal.until("from the editor");
    terminal.press("\u{5}");
    terminal.until("edits");
    kill_process(id, Signal::TERM).unwrap();
    terminal.gone();
    terminal.is_as_it_was();
    let drafts = std::fs::read(ana.home.join("state/outbox.db")).unwrap();
    assert!(String::from_utf8_lossy(&drafts).contains("from the editor"));
}

/// A program, and what it started, end with the console; by a key and by a signal.
#[test]
fn programs_are_killed_with_their_children_when_the_console_is_left() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let config = ana.home.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let mark = backend.folder.path().join("alive");
    let line = format!(
        "[everywhere]\nf5 = \"exec --shell --limit 60 'sleep 60 >/dev/null 2>&1 & echo $$ $! > {}; sleep 60; true'\"\n",
        mark.display()
    );
    std::fs::write(config.join("keymap.toml"), line).unwrap();
    for by_signal in [false, true] {
        let _ = std::fs::remove_file(&mark);
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("live");
        terminal.press("\u{1b}[15~");
        let began = Instant::now();
        let ids = loop {
            let text = std::fs::read_to_string(&mark).unwrap_or_default();
            let ids: Vec<i32> = text
                .split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect();
            if ids.len() == 2 {
                break ids;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it never began");
            std::thread::park_timeout(Duration::from_millis(10));
        };
        if by_signal {
            kill_process(process(&*terminal.child), Signal::TERM).unwrap();
        } else {
            terminal.press("q");
        }
        terminal.gone();
        for id in ids {
            let id = Pid::from_raw(id).unwrap();
            while is_alive(id) {
                assert!(began.elapsed() < Duration::from_secs(30), "{id:?} lives on");
                std::thread::park_timeout(Duration::from_millis(10));
            }
        }
    }
}

/// Tells whether a process runs; one that has ended and that nobody has asked for its end does not.
fn is_alive(id: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero()));
    match stat {
        Ok(stat) => !stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) => test_kill_process(id).is_ok() && cfg!(not(target_os = "linux")),
    }
}
