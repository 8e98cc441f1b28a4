//! The console as a guest of the terminal: what it writes, how it leaves, when it sleeps.

use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use crate::backend::{Backend, Console};
use crate::terminal::Terminal;

/// The variable by which a process of this test binary knows that it is the one to fail.
const FAILS: &str = "CNM_ERROR_TEST";

/// Lets the console have a configuration.
fn configure(console: &Console, text: &str) {
    let folder = console.home.join("config");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

impl Terminal {
    /// Waits until nothing was written for this long; returns how much has been written since the start.
    pub(crate) fn rests(&self, quiet: Duration) -> usize {
        let began = Instant::now();
        let mut seen = self.bytes.lock().unwrap().len();
        let mut since = Instant::now();
        while since.elapsed() < quiet {
            assert!(began.elapsed() < Duration::from_secs(30), "it never rests");
            std::thread::park_timeout(Duration::from_millis(5));
            let now = self.bytes.lock().unwrap().len();
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
        }
        seen
    }

    /// Expects that the shell has its screen and its cursor again; its line editor has modes of its own.
    fn is_the_shells(&self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            let parser = self.parser.lock().unwrap();
            let screen = parser.screen();
            if !screen.alternate_screen() && !screen.hide_cursor() {
                return;
            }
            drop(parser);
            std::thread::park_timeout(Duration::from_millis(10));
        }
        panic!("the terminal was not given back");
    }

    /// Waits until the screen shows these words, over however many lines.
    fn says(&self, words: &str) {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let began = Instant::now();
        while !flat(&self.screen()).contains(words) {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "no `{words}` on:\n{}",
                self.screen()
            );
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Returns what was written from a place on.
    fn since(&self, from: usize) -> String {
        let bytes = self.bytes.lock().unwrap();
        String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
    }
}

/// What `frames` measures in every place, once as it really leaves the console.
#[test]
fn a_cursor_move_writes_two_rows_and_the_preview_follows_when_the_keys_rest() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(&ana, "[ui]\npreview_delay = 1500\n");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    // One after the other without a pause: what the first drew is not left half drawn by the second.
    terminal.press("2\rG");
    terminal.until("[2 Inbox");
    terminal.rests(Duration::from_secs(2));
    let before = terminal.rests(Duration::from_millis(60));
    terminal.press("k");
    let after = terminal.rests(Duration::from_millis(300));
    let said = terminal.since(before);
    assert!(after > before && after - before <= 500, "{said:?}");
    terminal.rests(Duration::from_secs(2));
    assert!(terminal.since(after).len() > 500, "the preview followed");
    terminal.press("q");
    terminal.gone();
}

#[test]
fn the_preview_is_there_soon_after_the_last_key() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("October payout? Third");
    terminal.press("j");
    let began = Instant::now();
    while terminal.screen().contains("October payout? Third time")
        && began.elapsed() < Duration::from_secs(5)
    {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{}",
        terminal.screen()
    );
    terminal.press("q");
    terminal.gone();
}

/// Counts how often the threads of a process gave up the processor to wait for something.
#[cfg(target_os = "linux")]
fn wakes(id: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).unwrap();
    tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok())
        .filter_map(|status| {
            let line = status
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt_switches"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}

/// The minute of the machine's clock, counted from 1970.
fn minute() -> u64 {
    let file = tempfile::NamedTempFile::new().unwrap();
    let now = file.as_file().metadata().unwrap().modified();
    let since = now.unwrap().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs() / 60
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_console_draws_nothing_and_sleeps() {
    idles(12);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "takes more than a minute: run it by its name"]
fn an_idle_console_draws_nothing_and_sleeps_for_a_minute() {
    idles(60);
}

#[cfg(target_os = "linux")]
fn idles(seconds: u64) {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    let rested = terminal.rests(Duration::from_secs(3));
    let id = terminal.child.process_id().unwrap();
    let (before, began, minute_before) = (wakes(id), Instant::now(), minute());
    while began.elapsed() < Duration::from_secs(seconds) {
        std::thread::park_timeout(Duration::from_secs(1));
    }
    let woken = wakes(id).saturating_sub(before);
    let minutes = began.elapsed().as_secs() / 60 + 1;
    let pings = began.elapsed().as_secs() / 20 + 1;
    // A turn of the minute may draw ages anew; nothing else may.
    let written = terminal.since(rested);
    let turned = minute() != minute_before;
    assert!(turned || written.is_empty(), "{seconds} s: {written:?}");
    assert!(written.len() < 4_000 * usize::try_from(minutes).unwrap());
    // Fifteen a minute, and what a ping or the turn of the minute wakes: a tick of one a second is far above.
    let most = (seconds * 15).div_ceil(60) + pings * 3 + u64::from(turned) * 3;
    assert!(most < seconds, "the bound would let a tick through");
    eprintln!(
        "{woken} wake-ups and {} bytes in {seconds} s",
        written.len()
    );
    assert!(
        woken <= most,
        "{woken} wake-ups in {seconds} s, at most {most}"
    );
    terminal.press("q");
    terminal.gone();
}

#[test]
fn a_changed_theme_is_taken_at_once_and_a_bad_file_keeps_the_old_one_and_says_why() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(&ana, "[ui]\ntheme = \"nord\"\n");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    let ground = |terminal: &Terminal| {
        let parser = terminal.parser.lock().unwrap();
        parser.screen().cell(20, 5).unwrap().bgcolor()
    };
    let nord = vt100::Color::Rgb(0x2e, 0x34, 0x40);
    assert_eq!(ground(&terminal), nord);
    configure(&ana, "[ui]\ntheme = \"solarized-light\"\n");
    // What a terminal says when it gets the focus: where the system tells nothing, this does.
    terminal.press("\u{1b}[I");
    terminal.until("read again");
    let light = vt100::Color::Rgb(0xfd, 0xf6, 0xe3);
    assert_eq!(ground(&terminal), light);
    configure(&ana, "[ui]\nthme = \"nord\"\n");
    terminal.press("\u{1b}[I");
    terminal.says("config.toml:2");
    terminal.says("until then the old one holds");
    assert_eq!(ground(&terminal), light);
    terminal.press("q");
    terminal.gone();
}

#[test]
fn the_screen_is_found_as_it_was_left() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("6\rc");
    terminal.until("[6 Slots");
    terminal.press("3\r");
    terminal.until("Tidepool");
    terminal.press("v");
    terminal.until("activity");
    terminal.press("/halo sort:name\r");
    terminal.until("filter halo sort:name");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    let kept = || -> serde_json::Value {
        let text = std::fs::read_to_string(ana.home.join("state/screen.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let left = kept();
    assert_eq!(left["by_activity"], true, "{left}");
    assert_eq!(left["by_calendar"], true, "{left}");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("filter halo sort:name");
    terminal.until("[3 Funnel");
    // What was put back is what is kept again.
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    assert_eq!(kept(), left);
}

/// Not a test by itself: what the next one runs in a terminal.
#[test]
fn fails_in_a_terminal() {
    if std::env::var_os(FAILS).is_none() {
        return;
    }
    eprintln!("the error: {}", fails().unwrap_err());
}

fn fails() -> Result<(), std::io::Error> {
    let _screen = cnm::runtime::Screen::open()?;
    std::fs::read("/there/is/no/such/file")?;
    Ok(())
}

#[test]
fn an_error_on_the_way_gives_the_terminal_back_before_it_is_said() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "terminal_quality::fails_in_a_terminal",
        "--nocapture",
    ]);
    command.env(FAILS, "1");
    let mut terminal = Terminal::start(command, 24, 80);
    assert_eq!(terminal.gone(), 0);
    terminal.is_as_it_was();
    terminal.until("the error: No such file");
}

/// Opens a shell in a terminal in which `cnm` is the console of a user.
#[cfg(unix)]
fn shell(console: &Console) -> Option<Terminal> {
    if !std::path::Path::new("/bin/bash").exists() {
        eprintln!("skipped: there is no /bin/bash here");
        return None;
    }
    let mut command = Terminal::program(console);
    let program = env!("CARGO_BIN_EXE_cnm");
    *command.get_argv_mut() = ["/bin/bash", "--norc", "--noprofile", "-i"]
        .map(Into::into)
        .to_vec();
    command.env("CNM", program);
    command.env("PS1", "shell> ");
    command.env("PATH", "/usr/bin:/bin");
    let terminal = Terminal::start(command, 40, 120);
    terminal.until("shell>");
    Some(terminal)
}

#[cfg(unix)]
#[test]
fn the_console_goes_to_sleep_and_comes_back_where_it_was() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let Some(mut terminal) = shell(&ana) else {
        return;
    };
    terminal.press("\"$CNM\"\n");
    terminal.until("live");
    terminal.press("3\r");
    terminal.until("Tidepool");
    terminal.press("\u{1a}");
    terminal.until("Stopped");
    terminal.is_the_shells();
    terminal.press("stty -a | tr ';' '\\n' | grep -o -e '-*icanon' -e '-*echo ' | tr '\\n' '+'\n");
    terminal.until("icanon+");
    assert!(
        !terminal.screen().contains("-icanon"),
        "{}",
        terminal.screen()
    );
    terminal.press("fg\n");
    terminal.until("Tidepool");
    terminal.press("2\r");
    terminal.until("Dana Reyes");
    // A stop from outside, by a signal, is the same.
    terminal.press("q");
    terminal.until("shell>");
    terminal.is_the_shells();
    terminal.press("exit\n");
    terminal.gone();
}

/// The system tells of a dead parent on Linux only; elsewhere the next key that cannot be read ends the console.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_parent_leaves_the_terminal_to_the_shell_above() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let Some(mut terminal) = shell(&ana) else {
        return;
    };
    std::fs::create_dir_all(&ana.home).unwrap();
    terminal.press("sh -c 'echo $$ > \"$CNM_HOME/parent\"; \"$CNM\"; true'\n");
    terminal.until("live");
    let parent = {
        let began = Instant::now();
        loop {
            let found = std::fs::read_to_string(ana.home.join("parent"));
            if let Some(id) = found.ok().and_then(|text| text.trim().parse::<i32>().ok()) {
                break id;
            }
            assert!(began.elapsed() < Duration::from_secs(10));
        }
    };
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let console: i32 = children.unwrap().trim().parse().unwrap();
    let id = |number| rustix::process::Pid::from_raw(number).unwrap();
    rustix::process::kill_process(id(parent), rustix::process::Signal::KILL).unwrap();
    let began = Instant::now();
    while rustix::process::test_kill_process(id(console)).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(5), "it lives on");
        std::thread::park_timeout(Duration::from_millis(10));
    }
    terminal.is_the_shells();
    terminal.press("echo still $((40+2))\n");
    terminal.until("still 42");
    terminal.press("stty -a | tr ';' '\\n' | grep -o -e '-*icanon' -e '-*echo ' | tr '\\n' '+'\n");
    terminal.until("icanon+");
    assert!(
        !terminal.screen().contains("-icanon"),
        "{}",
        terminal.screen()
    );
    terminal.press("exit\n");
    terminal.gone();
}

#[test]
fn keys_that_only_some_terminals_tell_apart_can_be_bound() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(&ana, "");
    let keys =
        "[everywhere]\nctrl-shift-g = \"pane show networks\"\nctrl-i = \"pane show funnel\"\n";
    std::fs::write(ana.home.join("config/keymap.toml"), keys).unwrap();
    let mut terminal = Terminal::open(&ana, 24, 80);
    terminal.until("live");
    // As kitty's protocol says Ctrl-Shift-G and Ctrl-I.
    terminal.press("\u{1b}[103;6u");
    terminal.until("[4 CNs");
    terminal.press("\u{1b}[105;5u");
    terminal.until("[3 Funnel");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    terminal.is_as_it_was();
    let written = terminal.since(0);
    let at = |words: &str| {
        written
            .rfind(words)
            .unwrap_or_else(|| panic!("no {words:?}"))
    };
    // The flags are kept for each screen: they are put on after it is changed and taken off before.
    assert!(at("\u{1b}[?1049h") < at("\u{1b}[>5u"));
    assert!(at("\u{1b}[<u") < at("\u{1b}[?1049l"));
    assert_eq!(
        written.matches("\u{1b}[>5u").count(),
        written.matches("\u{1b}[<u").count()
    );
}

#[cfg(unix)]
#[test]
fn the_theme_follows_the_ground_of_the_terminal_and_no_key_is_lost_while_it_is_asked() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(
        &ana,
        "[ui]\ntheme = \"nord\"\nlight_theme = \"solarized-light\"\n",
    );
    let (nord, light) = (
        vt100::Color::Rgb(0x2e, 0x34, 0x40),
        vt100::Color::Rgb(0xfd, 0xf6, 0xe3),
    );
    let ground = |terminal: &Terminal| {
        let parser = terminal.parser.lock().unwrap();
        parser.screen().cell(20, 5).unwrap().bgcolor()
    };
    // It is asked after the first frame, which has the ground that was seen last.
    for (seen, answer, then) in [
        (
            nord,
            "\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\\u{1b}[?62;4c",
            light,
        ),
        (light, "\u{1b}[?62;4c", light),
        (light, "", light),
        (light, "\u{1b}]11;rgb:0000/0000/0000\u{7}\u{1b}[?1;2c", nord),
    ] {
        let mut terminal = Terminal::open(&ana, 24, 80);
        let began = Instant::now();
        while !terminal.since(0).contains("\u{1b}]11;?") {
            assert!(began.elapsed() < Duration::from_secs(20), "it never asks");
            std::thread::park_timeout(Duration::from_millis(2));
        }
        let first = terminal.since(0).find("cnm ").unwrap_or(usize::MAX);
        assert!(first < terminal.since(0).find("\u{1b}]11;?").unwrap());
        terminal.until("Inbox");
        assert_eq!(ground(&terminal), seen);
        terminal.press(&format!("3\r{answer}"));
        terminal.until("[3 Funnel");
        terminal.until("live");
        assert_eq!(ground(&terminal), then, "{answer:?}");
        terminal.press("q");
        assert_eq!(terminal.gone(), 0);
        terminal.is_as_it_was();
    }
}

/// Every file is read again when it is saved; one that is bad leaves what it said before, and its line is named.
#[test]
fn keys_hooks_and_macros_are_taken_at_once_and_a_bad_file_keeps_the_old_ones() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(&ana, "");
    let config = ana.home.join("config");
    std::fs::create_dir_all(config.join("macros")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(config.join(name), text).unwrap();
    write("macros/m.cnm", "pane show networks\n");
    write("keymap.toml", "[everywhere]\nf5 = \"macro play m\"\n");
    write(
        "hooks.toml",
        "[[hook]]\non = \"stage-changed\"\ndo = \"notify 'first {count}'\"\n",
    );
    write("config.toml", "[notify]\nvia = \"osc9\"\n");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    let f5 = "\u{1b}[15~";
    let again = "\u{1b}[I";
    terminal.press(f5);
    terminal.until("[4 CNs");
    // Each stays bad while it is tried, and is mended before the next.
    for (name, good, bad, line, key, place) in [
        (
            "macros/m.cnm",
            "pane show slots\n",
            "pane show slots\npane shwo inbox\n",
            "m.cnm:2",
            f5,
            "[6 Slots",
        ),
        (
            "keymap.toml",
            "[everywhere]\nf5 = \"macro play m\"\nf6 = \"pane show funnel\"\n",
            "[everywhere]\nf5 = \"macro pley m\"\n",
            "keymap.toml:2",
            "\u{1b}[17~",
            "[3 Funnel",
        ),
        (
            "hooks.toml",
            "[[hook]]\non = \"stage-changed\"\ndo = \"notify 'second {count}'\"\n",
            "[[hook]]\non = \"stage-moved\"\ndo = \"notify x\"\n",
            "hooks.toml:1",
            "1\r",
            "[1 Today",
        ),
    ] {
        // What was said of the file before is gone when a key has been pressed; a file that is made anew is told of
        // twice, when it is there and when it is written.
        terminal.rests(Duration::from_millis(400));
        terminal.press("2\r");
        terminal.until("[2 Inbox");
        assert!(!terminal.screen().contains("read again"));
        write(name, good);
        terminal.press(again);
        terminal.until("read again");
        write(name, bad);
        terminal.press(again);
        terminal.says(line);
        terminal.says("until then the old one holds");
        terminal.press(key);
        terminal.until(place);
        if name != "hooks.toml" {
            write(name, good);
            terminal.press(again);
            terminal.until("read again");
        }
    }
    move_the_lead_and_hear_the_second_hook(&mut terminal);
    terminal.press("q");
    terminal.gone();
}

fn move_the_lead_and_hear_the_second_hook(terminal: &mut Terminal) {
    terminal.press("3\r");
    terminal.until("[3 Funnel");
    terminal.press("/halo\r");
    terminal.until("filter halo");
    let before = terminal.since(0).len();
    terminal.press(">");
    let began = Instant::now();
    while !terminal.since(before).contains("second 1") {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{}",
            terminal.screen()
        );
        std::thread::park_timeout(Duration::from_millis(10));
    }
    assert!(!terminal.since(0).contains("first 1"));
}

#[test]
fn a_terminal_of_few_colours_gets_few_and_one_without_gets_none() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    for (term, colourterm, no_colour, allowed) in [
        ("xterm-256color", "truecolor", "", "38;2;"),
        ("xterm-256color", "", "", "38;5;"),
        ("xterm", "", "", "3"),
        ("xterm-256color", "truecolor", "1", ""),
    ] {
        let mut command = Terminal::program(&ana);
        command.env("TERM", term);
        command.env("COLORTERM", colourterm);
        command.env("NO_COLOR", no_colour);
        let mut terminal = Terminal::start(command, 24, 80);
        terminal.until("live");
        terminal.press("q");
        terminal.gone();
        let written = terminal.since(0);
        let says = |words: &str| written.contains(words);
        match allowed {
            "38;2;" => assert!(says("38;2;"), "{term}"),
            "38;5;" => assert!(says("38;5;") && !says("8;2;"), "{term}"),
            "" => assert!(!says("8;2;") && !says("8;5;") && !says("[31m"), "{term}"),
            _ => assert!(!says("8;2;") && !says("8;5;"), "{term}"),
        }
    }
}

#[test]
fn pasted_text_is_typed_and_never_run() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 24, 80);
    terminal.until("live");
    // As keys this would leave the console.
    terminal.press("\u{1b}[200~q\u{1b}[201~");
    terminal.until("pasted text goes");
    terminal.press("3\r/\u{1b}[200~ha\u{1b}[201~lo");
    terminal.until("1 found");
    terminal.press("\u{1b}");
    // Together they would be Alt-q.
    terminal.rests(Duration::from_millis(200));
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    terminal.is_as_it_was();
}

#[test]
fn where_ambiguous_characters_are_wide_no_frame_is_drawn_with_them() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    configure(&ana, "[ui]\nambiguous_width = \"wide\"\n");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    for key in ["2", "3", "4", "5", "6", "1"] {
        terminal.press(&format!("{key}\r"));
        terminal.rests(Duration::from_millis(150));
        let screen = terminal.screen();
        let odd = screen
            .chars()
            .find(|letter| "─│┌┐└┘━┃┏┓┗┛…·—×●○█".contains(*letter));
        assert_eq!(odd, None, "{screen}");
    }
    terminal.press("q");
    terminal.gone();
}
