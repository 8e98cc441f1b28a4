//! What the console hands to the terminal and takes from it besides keys: the clipboard, links, the mouse.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cnm::record::Kind;
use cnm::runtime::Clock;
use cnm::server::NewRecord;
use portable_pty::CommandBuilder;
use serde_json::json;

use crate::backend::{Backend, Console, new_record};
use crate::terminal::Terminal;

fn configure(console: &Console, text: &str) {
    let folder = console.home.join("config");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

impl Terminal {
    /// Waits until something was written that holds these words; returns what follows them.
    pub(crate) fn writes(&self, words: &str) -> String {
        let began = Instant::now();
        loop {
            let written = self.written();
            if let Some((_, after)) = written.rsplit_once(words) {
                return after.to_owned();
            }
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "no {words:?} was written; on the screen:\n{}",
                self.screen()
            );
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    fn written(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    /// Where these words are on the screen, counted from 1.
    fn place_of(&self, words: &str) -> (usize, usize) {
        let screen = self.screen();
        let found = screen.lines().zip(1..).find_map(|(line, y)| {
            let (before, _) = line.split_once(words)?;
            Some((before.chars().count() + 1, y))
        });
        found.unwrap_or_else(|| panic!("no `{words}` on:\n{screen}"))
    }

    fn mouse(&mut self, button: u8, (x, y): (usize, usize)) {
        self.press(&format!(
            "\u{1b}[<{button};{x};{y}M\u{1b}[<{button};{x};{y}m"
        ));
    }
}

/// Reads the end of an OSC 52 sequence.
fn copied(after: &str, end: &str) -> String {
    let (code, _) = after.split_once(end).unwrap();
    String::from_utf8(STANDARD.decode(code).unwrap()).unwrap()
}

fn hostile(clock: Clock) -> Vec<NewRecord> {
    let name = "Evil\u{202e}gnp\u{1b}[31m\u{7}\u{1b}\\\u{9c} Media";
    let fields = json!({"name": name, "lifecycle": "active", "owner": "ana"});
    vec![new_record(clock, Kind::Network, "evil", fields)]
}

#[test]
fn what_is_copied_reaches_the_clipboard_through_the_terminal_and_through_tmux() {
    let backend = Backend::with(hostile);
    let ana = backend.console("ana");
    for inside in [false, true] {
        let mut command = Terminal::program(&ana);
        if inside {
            command.env("TMUX", "/tmp/tmux-0/default,1,0");
        }
        let mut terminal = Terminal::start(command, 40, 120);
        terminal.until("live");
        terminal.press("3\r");
        terminal.until("Tidepool");
        terminal.press("/halo\r");
        terminal.until("filter halo");
        terminal.press("y");
        let (begin, end) = if inside {
            // Wrapped for tmux, with every escape doubled.
            ("\u{1b}Ptmux;\u{1b}\u{1b}]52;c;", "\u{7}\u{1b}\\")
        } else {
            ("\u{1b}]52;c;", "\u{7}")
        };
        let text = copied(&terminal.writes(begin), end);
        assert!(text.contains("Halo"), "{text}");
        assert_eq!(terminal.written().contains("tmux;"), inside);
        // What others wrote goes to the clipboard without what a terminal would obey.
        terminal.press("4\r");
        terminal.until("[4 CNs");
        terminal.press("/evil\r");
        terminal.until("filter evil");
        let before = terminal.written().len();
        terminal.press("y");
        let began = Instant::now();
        let text = loop {
            let written = terminal.written();
            let new = written.get(before..).unwrap_or_default();
            if let Some((_, after)) = new.split_once(begin)
                && after.contains(end)
            {
                break copied(after, end);
            }
            assert!(began.elapsed() < Duration::from_secs(20));
            std::thread::park_timeout(Duration::from_millis(10));
        };
        assert!(text.contains("Evil"), "{text}");
        let odd = |letter: char| letter != '\n' && letter.is_control() || letter == '\u{202e}';
        assert!(!text.contains(odd), "{text:?}");
        terminal.press("q");
        assert_eq!(terminal.gone(), 0);
        terminal.is_as_it_was();
        // The next one begins on the screen as it is at first.
        std::fs::remove_file(ana.home.join("state/screen.json")).unwrap();
    }
}

/// A real tmux, whose outer terminal is the one that is read here.
#[cfg(unix)]
#[test]
fn a_real_tmux_lets_the_clipboard_through() {
    let Ok(version) = std::process::Command::new("tmux").arg("-V").output() else {
        eprintln!("skipped: there is no tmux here");
        return;
    };
    let backend = Backend::start();
    let ana = backend.console("ana");
    let socket = backend.folder.path().join("tmux");
    let mut command = CommandBuilder::new("tmux");
    let console = Terminal::program(&ana);
    command.env_clear();
    for (name, value) in console.iter_full_env_as_str() {
        command.env(name, value);
    }
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let settings = backend.folder.path().join("tmux.conf");
    std::fs::write(
        &settings,
        "set -g allow-passthrough on\nset -g default-terminal tmux-256color\nset -g set-clipboard on\n",
    )
    .unwrap();
    command.arg("-S");
    command.arg(&socket);
    command.arg("-f");
    command.arg(&settings);
    command.args(["new-session", env!("CARGO_BIN_EXE_cnm")]);
    let mut terminal = Terminal::start(command, 40, 120);
    terminal.until("live");
    terminal.press("3\r");
    terminal.until("Tidepool");
    terminal.press("/halo\r");
    terminal.until("filter halo");
    terminal.press("y");
    let after = terminal.writes("\u{1b}]52;c;");
    let text = copied(&after, "\u{7}");
    assert!(text.contains("Halo"), "{text} in {version:?}");
    terminal.press("q");
    terminal.gone();
}

/// CNs whose dashboards are addresses that nobody should be led to, and one that is plain.
fn addresses(clock: Clock) -> Vec<NewRecord> {
    let network = |id: &str, name: &str, url: &str| {
        let fields = json!({"name": name, "lifecycle": "active", "owner": "ana", "url": url});
        new_record(clock, Kind::Network, id, fields)
    };
    vec![
        network("n1", "Plain", "https://dash.example.com/cn/plain?tab=1"),
        network(
            "n2",
            "Escapes",
            "https://evil.example/\u{1b}]52;c;AAAA\u{7}",
        ),
        network("n3", "Ends", "https://evil.example/\u{1b}\\\u{1b}[2J"),
        network("n4", "Script", "javascript:alert(1)//evil.example"),
        network("n5", "User", "https://dash.example.com@evil.example/"),
        network("n6", "File", "file:///etc/passwd#evil.example"),
        network("n7", "Wide", "https://ev\u{202e}il.example/王"),
        network("n8", "C1", "https://evil.example/\u{9c}\u{9b}2J"),
    ]
}

#[test]
fn names_lead_to_plain_addresses_only_and_nowhere_where_that_is_off() {
    let backend = Backend::with(addresses);
    let ana = backend.console("ana");
    for (config, links) in [("", true), ("[ui]\nlinks = false\n", false)] {
        configure(&ana, config);
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("live");
        terminal.press("4\r");
        terminal.until("[4 CNs");
        for name in [
            "Plain", "Escapes", "Ends", "Script", "User", "File", "Wide", "C1",
        ] {
            terminal.press(&format!("/name:{}\r", name.to_lowercase()));
            terminal.until(&format!("─ {name} "));
            terminal.press("\u{1b}");
            terminal.until("Nova Media");
        }
        terminal.press("q");
        assert_eq!(terminal.gone(), 0);
        let written = terminal.written();
        let open = "\u{1b}]8;;https://dash.example.com/cn/plain?tab=1\u{1b}\\";
        assert_eq!(written.contains(open), links);
        // Each link that is opened is closed, and none but the plain one is opened.
        let opened = written.matches("\u{1b}]8;;h").count();
        assert_eq!(opened, written.matches(open).count());
        assert!(written.matches("\u{1b}]8;;\u{1b}\\").count() >= opened);
        for evil in ["evil.example", "javascript:", "file://", "]52;c;AAAA"] {
            for part in written.split("\u{1b}]8;;").skip(1) {
                let address = part.split('\u{1b}').next().unwrap_or_default();
                assert!(!address.contains(evil), "{address}");
            }
        }
        assert!(!written.contains("\u{1b}]52"));
    }
    // In the linear mode, as `TERM=dumb` has it, there are neither links nor any other sequences.
    configure(&ana, "");
    let mut command = Terminal::program(&ana);
    command.env("TERM", "dumb");
    let mut terminal = Terminal::start(command, 40, 120);
    terminal.until("C1, lifecycle active");
    terminal.press("j\n");
    terminal.until("Ends, lifecycle active");
    terminal.press("quit\n");
    terminal.gone();
    let written = terminal.written();
    assert!(!written.contains('\u{1b}'), "{written:?}");
}

#[test]
fn the_mouse_is_taken_where_it_is_on_and_left_alone_where_not() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let (on, off) = ("\u{1b}[?1000h", "\u{1b}[?1000l");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    assert!(!terminal.written().contains(on), "nobody asked for it");
    // It can be taken while the console runs, and is given back at the end.
    terminal.press(":app mouse\r");
    terminal.writes(on);
    terminal.press(":app mouse\r");
    terminal.writes(off);
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    configure(&ana, "[ui]\nmouse = true\n");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.writes(on);
    // A click on a tab goes there.
    let tab = terminal.place_of("3 Funnel");
    terminal.mouse(0, tab);
    terminal.until("[3 Funnel");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    let written = terminal.written();
    assert!(written.rfind(on) < written.rfind(off), "it was given back");
    terminal.is_as_it_was();
}

#[test]
fn a_click_goes_to_the_row_that_is_seen_and_a_second_one_opens_it() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(&ana, "[ui]\nmouse = true\n");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    // Whoever clicks has seen where things are: a frame is there in full.
    let seen = |terminal: &Terminal, words: &str| {
        terminal.until(words);
        terminal.rests(Duration::from_millis(150));
        terminal.place_of(words)
    };
    let tab = seen(&terminal, "3 Funnel");
    terminal.mouse(0, tab);
    terminal.until("[3 Funnel");
    for (name, other) in [("Tidepool", "Halo"), ("Halo", "Tidepool")].repeat(3) {
        let row = seen(&terminal, &format!("  {name} "));
        terminal.mouse(0, row);
        terminal.until(&format!("▶ {name} "));
        terminal.until(&format!("─ {name} ─"));
        assert!(!terminal.screen().contains(&format!("▶ {other} ")));
    }
    // Two at once, faster than a frame: both mean the row that is seen, and the second one opens it.
    let row = seen(&terminal, "  Tidepool ");
    terminal.mouse(0, row);
    terminal.mouse(0, row);
    terminal.until("┏━ Tidepool ");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
}
