//! The console in a real pseudo-terminal: what is on the screen, which bytes were written, how it is left.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::backend::{Backend, Console};

/// The variable by which a process of this test binary knows that it is the one to panic.
const PANICS: &str = "CNM_PANIC_TEST";

/// Waits until a program is gone.
fn gone(child: &mut (dyn portable_pty::Child + Send + Sync)) -> u32 {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.exit_code();
        }
        if began.elapsed() > Duration::from_secs(20) {
            let _ = child.kill();
            panic!("it did not leave");
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// The console in a pty with a terminal emulator behind it.
pub(crate) struct Terminal {
    pub(crate) reader: Option<std::thread::JoinHandle<()>>,
    pub(crate) closing: Arc<std::sync::atomic::AtomicBool>,
    pub(crate) parser: Arc<Mutex<vt100::Parser>>,
    pub(crate) bytes: Arc<Mutex<Vec<u8>>>,
    pub(crate) writer: Box<dyn Write + Send>,
    pub(crate) child: Box<dyn portable_pty::Child + Send + Sync>,
    pub(crate) master: Box<dyn portable_pty::MasterPty + Send>,
    /// How the line was set before anything ran.
    pub(crate) modes: String,
}

/// Says how the line of a terminal is set: echo, whole lines, what keys do.
pub(crate) fn modes(master: &dyn portable_pty::MasterPty) -> String {
    #[cfg(unix)]
    if let Some(set) = master.get_termios() {
        let (input, output, local) = (set.input_flags, set.output_flags, set.local_flags);
        return format!("{input:?} {output:?} {:?} {local:?}", set.control_flags);
    }
    let _ = master;
    String::new()
}

impl Terminal {
    pub(crate) fn open(console: &Console, rows: u16, columns: u16) -> Self {
        Self::start(Self::program(console), rows, columns)
    }

    /// The console as it is started in a terminal.
    pub(crate) fn program(console: &Console) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_cnm"));
        command.env_clear();
        for (name, value) in [
            ("CNM_HOME", console.home.to_str().unwrap()),
            ("CNM_SERVER", &console.server),
            ("CNM_TOKEN", &console.token),
            ("LANG", "C.UTF-8"),
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("TZ", "America/Los_Angeles"),
        ] {
            command.env(name, value);
        }
        command
    }

    pub(crate) fn start(command: CommandBuilder, rows: u16, columns: u16) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = Arc::new(Mutex::new(vt100::Parser::new(
            std::num::NonZeroU16::new(rows).unwrap(),
            std::num::NonZeroU16::new(columns).unwrap(),
            0,
        )));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (to, raw) = (Arc::clone(&parser), Arc::clone(&bytes));
        let closing = Arc::<std::sync::atomic::AtomicBool>::default();
        let stop = Arc::clone(&closing);
        let reader = std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut chunk) {
                to.lock().unwrap().process(&chunk[..read]);
                raw.lock().unwrap().extend_from_slice(&chunk[..read]);
                if stop.load(std::sync::atomic::Ordering::SeqCst) {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            reader: Some(reader),
            closing,
            parser,
            bytes,
            writer,
            child,
            master: pair.master,
            modes,
        }
    }

    pub(crate) fn screen(&self) -> String {
        self.parser.lock().unwrap().screen().contents()
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Waits until the screen shows these words.
    pub(crate) fn until(&self, words: &str) {
        let began = Instant::now();
        while !self.screen().contains(words) {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "no `{words}` on:\n{}",
                self.screen()
            );
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Closes the window: nobody holds the terminal's other end any more.
    pub(crate) fn vanish(mut self) -> Box<dyn portable_pty::Child + Send + Sync> {
        self.closing
            .store(true, std::sync::atomic::Ordering::SeqCst);
        // A key that changes the screen, so that the reader wakes up and lets go.
        self.press("3\r");
        self.reader.take().unwrap().join().unwrap();
        self.child
    }

    /// Waits until the program is gone.
    pub(crate) fn gone(&mut self) -> u32 {
        gone(&mut *self.child)
    }

    /// Expects that every mode which was switched on is off again, on the screen and of the line.
    pub(crate) fn is_as_it_was(&self) {
        let began = Instant::now();
        // The last bytes may still be on their way through the pty.
        while began.elapsed() < Duration::from_secs(5) {
            let parser = self.parser.lock().unwrap();
            let screen = parser.screen();
            let given_back =
                !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste();
            if given_back && modes(&*self.master) == self.modes {
                return;
            }
            drop(parser);
            std::thread::park_timeout(Duration::from_millis(10));
        }
        let now = modes(&*self.master);
        panic!(
            "the terminal was not given back: {now}, before {}",
            self.modes
        );
    }
}

#[test]
fn the_morning_opens_a_key_acts_and_the_server_has_it() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("Dana Reyes");
    terminal.until("October payout? Third");
    // The preview never marks read.
    assert_eq!(backend.record("threads/t1", &ana.token)["fields"]["new"], 1);
    terminal.press("/t payout\r");
    terminal.until("filter");
    terminal.press("e");
    terminal.until("Nothing fits the filter");
    let began = Instant::now();
    while backend.record("threads/t1", &ana.token)["fields"]["state"] != "done" {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the server never got it"
        );
    }
    terminal.press("u");
    terminal.until("took back");
    while backend.record("threads/t1", &ana.token)["fields"]["state"] != "open" {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the server never got the undo"
        );
    }
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    terminal.is_as_it_was();
}

#[test]
fn what_a_colleague_does_appears_without_a_key() {
    let backend = Backend::start();
    let (ana, ben) = (backend.console("ana"), backend.console("ben"));
    ben.run(&["sync"]).ok();
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("3\r");
    terminal.until("Tidepool");
    ben.run(&["edit", "next_step=Call legal today", "--id", "lead:tide"])
        .ok();
    terminal.until("Call l");
    terminal.press("q");
    terminal.gone();
}

#[test]
fn with_the_server_gone_the_console_opens_takes_edits_and_sends_them_later() {
    let mut backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    backend.stop();
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("offline");
    terminal.press("3\r");
    terminal.until("Halo");
    terminal.press("/halo\r>");
    terminal.until("Contacted");
    terminal.until("queued");
    backend.resume();
    terminal.press("R");
    let began = Instant::now();
    while backend.record("leads/halo", &ana.token)["fields"]["stage"] != "contacted" {
        assert!(began.elapsed() < Duration::from_secs(20), "never sent");
    }
    assert_eq!(backend.record("leads/halo", &ana.token)["version"], 2);
    terminal.press("q");
    terminal.gone();
}

/// Reads, edits and undo of two consoles on one cache; then one of them dies, and the other one takes over.
#[test]
fn two_consoles_on_one_cache_see_each_other() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let stage_is = |wanted: &str| {
        let began = Instant::now();
        while backend.record("leads/halo", &ana.token)["fields"]["stage"] != wanted {
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(20), "never {wanted}");
        }
    };
    let mut first = Terminal::open(&ana, 40, 120);
    first.until("live");
    let mut second = Terminal::open(&ana, 40, 120);
    for console in [&mut first, &mut second] {
        // Enter that comes before the console has the terminal is a line feed.
        console.until("1 Today");
        console.press("3\r");
        console.until("Halo");
        console.press("/halo\r");
        console.until("─ New 1 ─");
    }
    // What the follower edits is sent, and the first one sees it without a key.
    second.press(">");
    second.until("→ Contacted");
    stage_is("contacted");
    first.until("─ Contacted 1 ─");
    // What it takes back is taken back for both.
    second.press("u");
    second.until("took back");
    stage_is("new");
    first.until("─ New 1 ─");
    // The other way round: the first one edits, the follower sees it.
    first.press(">");
    first.until("→ Contacted");
    stage_is("contacted");
    second.until("─ Contacted 1 ─");
    // The first one dies; the second takes over and goes on sending, through a gate that asks for a fact.
    first.child.kill().unwrap();
    first.gone();
    second.press(">");
    second.until("what is missing");
    second.press("Tom Reed\r");
    second.until("→ Proposal");
    stage_is("proposal");
    second.press("u");
    second.until("took back");
    stage_is("contacted");
    second.press("q");
    second.gone();
    // One that opens later knows what the one that died had done, and takes that back.
    let mut third = Terminal::open(&ana, 40, 120);
    third.until("live");
    third.press("u");
    third.until("took back");
    stage_is("new");
    third.press("q");
    third.gone();
}

#[test]
fn no_byte_of_other_people_reaches_the_terminal_as_a_command() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("alert");
    terminal.press("jj");
    terminal.press("q");
    terminal.gone();
    let bytes = terminal.bytes.lock().unwrap();
    let written = String::from_utf8_lossy(&bytes);
    assert!(
        !written.contains("red \u{1b}"),
        "an escape sequence came through"
    );
    assert!(!written.contains('\u{202e}') && !written.contains('\u{7}'));
}

/// A terminal that goes away sends a signal only to the program that leads its session; one that was started in
/// another way reads an end of input for ever.
#[test]
fn a_closed_window_ends_the_console_with_and_without_a_signal() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    for leads in [true, false] {
        let mut command = Terminal::program(&ana);
        command.set_controlling_tty(leads);
        let terminal = Terminal::start(command, 24, 80);
        terminal.until("live");
        let mut child = terminal.vanish();
        gone(&mut *child);
    }
}

#[cfg(unix)]
#[test]
fn beside_a_suspended_console_a_command_ends_soon_and_its_edit_is_sent_later() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 24, 80);
    terminal.until("live");
    let id = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    let process = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::STOP).unwrap();
    let began = Instant::now();
    let said = ana.run(&["edit", "name=Halo 2", "--id", "lead:halo"]).ok();
    assert!(said.contains("queued"), "{said}");
    let ran = ana.run(&["sync"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("bring it to the front"), "{ran:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
    rustix::process::kill_process(process, rustix::process::Signal::CONT).unwrap();
    while backend.record("leads/halo", &ana.token)["fields"]["name"] != "Halo 2" {
        assert!(began.elapsed() < Duration::from_secs(40), "it was not sent");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    terminal.press("q");
    terminal.gone();
}

/// Not a test by itself: what the next one runs in a terminal.
#[test]
fn panics_in_a_terminal() {
    if std::env::var_os(PANICS).is_none() {
        return;
    }
    cnm::runtime::install_panic_hook();
    let _screen = cnm::runtime::Screen::open().unwrap();
    // Not the thread that draws: that one would go on as if nothing had happened.
    let _ = std::thread::spawn(|| panic!("the reason is readable")).join();
    loop {
        std::thread::park();
    }
}

#[test]
fn a_panic_on_any_thread_gives_the_terminal_back_and_ends_the_console() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "terminal::panics_in_a_terminal", "--nocapture"]);
    command.env(PANICS, "1");
    let mut terminal = Terminal::start(command, 24, 80);
    assert_eq!(terminal.gone(), 101);
    terminal.is_as_it_was();
    terminal.until("the reason is readable");
}

#[test]
fn what_is_wrong_is_said_in_full_also_in_a_narrow_terminal() {
    let backend = Backend::start();
    let mut ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.token = "cnm_pat_000000000000_nonsense_0000".into();
    let mut terminal = Terminal::open(&ana, 24, 80);
    terminal.until("does not accept the token");
    terminal.until("config path");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
}

#[test]
fn a_terminal_that_is_too_small_gets_a_sentence_and_grows_back() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 5, 20);
    terminal.until("cnm needs");
    let size = PtySize {
        rows: 40,
        cols: 120,
        pixel_width: 0,
        pixel_height: 0,
    };
    terminal.parser.lock().unwrap().screen_mut().set_size(
        std::num::NonZeroU16::new(40).unwrap(),
        std::num::NonZeroU16::new(120).unwrap(),
    );
    terminal.master.resize(size).unwrap();
    terminal.until("Inbox");
    terminal.press("q");
    terminal.gone();
}

/// The address of a server that takes connections and says nothing, for longer than a test waits.
pub(crate) fn silent_server() -> String {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept() {
            held.push(stream);
        }
    });
    address
}

#[test]
fn with_a_server_that_never_answers_every_key_still_acts() {
    let backend = Backend::start();
    let mut ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.server = silent_server();
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("Dana Reyes");
    terminal.press("3\r");
    terminal.until("Tidepool");
    terminal.press("/halo\r>");
    terminal.until("→ Contacted");
    terminal.press("u");
    terminal.until("took back");
    terminal.press("2\re");
    terminal.until("done");
    terminal.press("q");
    assert_eq!(terminal.gone(), 0);
    terminal.is_as_it_was();
}

/// A choice in a conflict as a hand makes it: one key, or the form with another value.
fn choose(terminal: &mut Terminal, key: &str) {
    terminal.press(key);
    if key == "e" {
        terminal.until("Enter save");
        terminal.until("Mine it is");
        terminal.press(&"\u{7f}".repeat("Mine it is".len()));
        terminal.press("Both of us\r");
        terminal.until("the new values go to the server");
    }
}

/// Waits until the server has a value, and this many edits are left in the outbox.
fn until_settled(backend: &Backend, console: &Console, value: &str, left: usize) {
    let began = Instant::now();
    loop {
        let shown = console.run(&["outbox", "show"]).ok();
        let lead = backend.record("leads/tide", &console.token);
        if shown.lines().count() == left && lead["fields"]["next_step"] == value {
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{value}: {shown} {lead}"
        );
    }
}

#[test]
fn a_conflict_shows_both_sides_survives_a_restart_and_is_settled_by_a_key() {
    for (key, ends_as) in [("m", "Mine it is"), ("t", "Bens word"), ("e", "Both of us")] {
        let mut backend = Backend::start();
        let (ana, ben) = (backend.console("ana"), backend.console("ben"));
        ana.run(&["sync"]).ok();
        ben.run(&["sync"]).ok();
        backend.stop();
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("offline");
        terminal.press("3\r/tide\r");
        terminal.until("filter");
        terminal.press(":edit next_step=\"Mine it is\"\r");
        terminal.until("edited");
        terminal.press("\u{1b}q");
        terminal.press("q");
        terminal.gone();
        backend.resume();
        ben.run(&["edit", "next_step=Bens word", "--id", "lead:tide"])
            .ok();
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("in conflict");
        terminal.press("gx");
        terminal.until("Mine it is");
        terminal.until("Bens word");
        terminal.press("q");
        terminal.gone();
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("in conflict");
        terminal.press("gx");
        terminal.until("Bens word");
        choose(&mut terminal, key);
        until_settled(&backend, &ana, ends_as, 0);
        terminal.until("No conflicts");
        // Thought better of it: both sides are there again, and theirs on the server until a choice is made.
        terminal.press("u");
        terminal.until("open again");
        terminal.until("Mine it is");
        until_settled(&backend, &ana, "Bens word", 1);
        terminal.press("q");
        terminal.gone();
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("in conflict");
        terminal.press("gx");
        terminal.until("Mine it is");
        terminal.until("Bens word");
        choose(&mut terminal, key);
        until_settled(&backend, &ana, ends_as, 0);
        terminal.press("q");
        terminal.gone();
    }
}

/// Every choice in a conflict acts at once while the server hangs, is taken back at once, and reaches the server later.
#[test]
fn choices_in_a_conflict_act_while_the_server_hangs() {
    for (key, ends_as) in [("m", "Mine it is"), ("t", "Bens word"), ("e", "Both of us")] {
        let mut backend = Backend::start();
        let (mut ana, ben) = (backend.console("ana"), backend.console("ben"));
        ana.run(&["sync"]).ok();
        ben.run(&["sync"]).ok();
        backend.stop();
        ana.run(&["edit", "next_step=Mine it is", "--id", "lead:tide"])
            .ok();
        backend.resume();
        ben.run(&["edit", "next_step=Bens word", "--id", "lead:tide"])
            .ok();
        let sent = ana.run(&["sync"]);
        assert!(sent.out.contains("1 in conflict"), "{sent:?}");
        let server = std::mem::replace(&mut ana.server, silent_server());
        let mut terminal = Terminal::open(&ana, 40, 120);
        terminal.until("Dana Reyes");
        terminal.press("gx");
        terminal.until("Bens word");
        for _ in 0..2 {
            choose(&mut terminal, key);
            terminal.until("No conflicts");
            terminal.press("u");
            terminal.until("open again");
            terminal.until("Mine it is");
            terminal.until("Bens word");
        }
        choose(&mut terminal, key);
        terminal.until("No conflicts");
        terminal.press("q");
        terminal.gone();
        ana.server = server;
        ana.run(&["sync"]).ok();
        until_settled(&backend, &ana, ends_as, 0);
    }
}

#[test]
fn a_draft_survives_a_killed_console() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("October payout? Third");
    terminal.press("r");
    terminal.until("Enter send");
    terminal.press("I will ask payouts 今天");
    terminal.until("今天");
    // The keys are on the disk once the outbox answers for them.
    let began = Instant::now();
    let file = ana.home.join("state/outbox.db");
    while !draft_is_saved(&file) {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "no draft was saved"
        );
    }
    // Nothing can be done about this signal: the console has no moment to save anything.
    let id = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    let process = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    terminal.gone();
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("2\r");
    terminal.until("October payout? Third");
    terminal.press("r");
    terminal.until("I will ask payouts 今天");
    terminal.press("\r");
    terminal.until("leaves in");
    terminal.press("q");
    terminal.gone();
}

fn draft_is_saved(file: &std::path::Path) -> bool {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let Ok(db) = rusqlite::Connection::open_with_flags(file, flags) else {
        return false;
    };
    let text = db.query_row("SELECT text FROM draft", [], |row| row.get::<_, String>(0));
    text.is_ok_and(|text| text.ends_with("今天"))
}

#[test]
fn a_record_is_made_in_the_form_and_noted_on() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    terminal.press("3\rnl");
    terminal.until("New lead");
    terminal.press("Fjord Live\r");
    terminal.until("new lead");
    let began = Instant::now();
    let made = loop {
        let out = ana
            .run(&["list", "lead", "fjord", "--format", "jsonl"])
            .ok();
        if out.contains("\"clean\"") {
            break out;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{out}");
    };
    assert!(
        made.contains("Fjord Live") && made.contains("\"owner\":\"ana\""),
        "{made}"
    );
    terminal.press("N");
    terminal.until("note:");
    terminal.press("They asked for a call\r");
    while !ana.run(&["list", "note"]).ok().contains("They asked") {
        assert!(
            began.elapsed() < Duration::from_secs(40),
            "the note was lost"
        );
    }
    terminal.press("q");
    terminal.gone();
}

#[cfg(unix)]
#[test]
fn the_running_console_is_asked_over_a_socket_that_only_its_user_can_open() {
    use std::os::unix::fs::PermissionsExt as _;
    let backend = Backend::start();
    let ana = backend.console("ana");
    let none = ana.run(&["remote", "status"]);
    assert_eq!(none.code, 3, "{none:?}");
    assert!(none.err.contains("no console is running"), "{none:?}");
    // What a console that was killed left behind is in nobody's way.
    let socket = ana.home.join("state/console.sock");
    std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    let rights =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&socket), 0o600);
    let said = ana
        .run(&[
            "remote",
            "inbox done --id t1",
            "list thread state:done",
            "status",
        ])
        .ok();
    let lines: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["changed"][0]["id"], "t1", "{said}");
    assert_eq!(lines[1]["records"][0]["id"], "t1", "{said}");
    assert_eq!(lines[2]["me"], "ana", "{said}");
    let refused = ana.run(&["remote", "inbox dnoe"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let began = Instant::now();
    while backend.record("threads/t1", &ana.token)["fields"]["state"] != "done" {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the server never got it"
        );
    }
    terminal.press("q");
    terminal.gone();
    assert!(!socket.exists(), "the door is closed behind it");
}

/// What was asked of a console that sleeps is given up at once, and does not run when it wakes.
#[cfg(unix)]
#[test]
fn a_console_that_sleeps_is_named_and_runs_nothing_later() {
    use rustix::process::{Pid, Signal, kill_process};
    let backend = Backend::start();
    let ana = backend.console("ana");
    let mut terminal = Terminal::open(&ana, 40, 120);
    terminal.until("live");
    let id = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    let id = Pid::from_raw(id).unwrap();
    kill_process(id, Signal::STOP).unwrap();
    let began = Instant::now();
    let slept = ana.run(&["remote", "inbox done --id t1"]);
    let took = began.elapsed();
    kill_process(id, Signal::CONT).unwrap();
    assert_eq!(slept.code, 3, "{slept:?}");
    assert!(slept.err.contains("sleeps"), "{slept:?}");
    assert!(took < Duration::from_secs(4), "{took:?}");
    // The door is open again, and what was given up has not been run.
    let said = ana
        .run(&["remote", "list thread state:done", "exec -- echo hi"])
        .ok();
    let lines: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["records"], serde_json::json!([]), "{said}");
    assert_eq!(lines[1]["output"], "hi\n", "{said}");
    for line in [
        "exec -- false",
        "app theme nope",
        "slot import /nonexistent",
    ] {
        let failed = ana.run(&["remote", line]);
        assert_eq!(failed.code, 1, "{line}: {failed:?}");
        let told: serde_json::Value = serde_json::from_str(failed.out.trim()).unwrap();
        assert_eq!(told["ok"], false, "{line}: {told}");
    }
    terminal.press("q");
    terminal.gone();
}
