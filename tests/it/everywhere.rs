//! Each command by key, palette, remote and shell on equal fixtures: what the server holds in the end is equal.

use cnm::app::{App, Configured, Mode, Msg};
use cnm::command::{reference, split_words};
use cnm::config::Config;
use cnm::effect::{Effect, Load, Purpose, Ran};
use cnm::keymap::Keymap;
use cnm::list::World;
use cnm::pane::{Place, arrange_all};
use cnm::record::Kind;
use cnm::runtime::{Clock, Programs};
use cnm::store::{Paths, Store};
use cnm::theme::Theme;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::backend::{Backend, Console};

/// One line for each command, in an order in which most of them find something to do.
const LINES: &[&str] = &[
    "inbox done --id t1",
    "inbox reopen --id t1",
    "inbox snooze --id t1 reply",
    "inbox reply --id t2 'On it; $(reboot)'",
    "inbox follow-up --id t1 2027-03-01 --title 'Check the payout'",
    "inbox assign --id t2 Ben",
    "inbox link --id t2 --network Nova",
    "lead advance --id halo",
    "lead back --id halo --reason 'too early'",
    "lead move --id halo contacted",
    "lead park --id halo",
    "lead lose --id tide price",
    "follow-up slip --where 'title:payout' 2027-03-02",
    "follow-up done --where 'title:payout' paid",
    "follow-up reopen --where 'title:payout'",
    "inbox follow-up --id t1 2027-03-05 --title 'Drop me' --keep",
    "follow-up drop --where 'title:\"drop me\"'",
    "new lead 'name=Brook\"s' owner=me stage=New",
    "new follow_up 'title=Call -- back' due=2027-04-01",
    "edit --id lead:halo next_step=call",
    "undo",
    "redo",
    "edit --where 'lead name:halo' 'next_step=--id=tide'",
    "note --id network:nova 'two\nlines'",
    "inbox delegate --id t1 Ben --due 2027-03-03",
    "inbox incident --id t1 p3",
    "inbox lead --id t1 zzlead",
    "inbox advance --id t1",
    "inbox back --id t1",
    "inbox coach --id t1 zzcoach",
    "inbox pain --id t1 zzpain",
    "new campaign name=zzcampaign",
    "inbox join --id t1 zzcampaign",
    "inbox decline --id t1 zzcampaign",
    "network enrol --id nova zzcampaign --as invited",
    "network chase --id nova zzcampaign",
    "new milestone title=zzmile network=Nova",
    "network step --where 'milestone title:zzmile'",
    "network step-back --where 'milestone title:zzmile'",
    "new milestone title=zzwaived network=Nova",
    "network waive --where 'milestone title:zzwaived' zzwaive",
    "lead add 'Brightwell, referral, US, 40'",
    "lead next --id tide 'zzcall 2027-03-04'",
    "lead expires --id halo 2027-06-01",
    "lead merge --where name:brightwell halo",
    "follow-up add --id lead:halo 2027-03-01 --title zzfollow",
    "follow-up shift --where title:zzfollow +2d",
    "follow-up snooze --where title:zzfollow 2027-03-02",
    "follow-up wait --where title:zzfollow them",
    "follow-up repeat --where title:zzfollow weekly",
    "follow-up escalate --where title:zzfollow p2 --why zzwhy",
    "follow-up resolve --where title:zzfollow zzcause",
    "follow-up add --id lead:halo 2027-03-01 --title zzhand",
    "follow-up hand --where title:zzhand Ben zznote",
    "follow-up add --id thread:t1 2027-03-01 --title zzthread",
    "follow-up nudge --where title:zzthread zznudge",
    "slot hold zzmeet --at '2027-03-01 10:00' --with Dana --for 30 --until 2027-02-01",
    "slot confirm --where title:zzmeet",
    "slot move --where title:zzmeet '2027-03-02 10:00'",
    "slot release --where title:zzmeet",
    "slot hold zzother --at '2027-03-01 12:00' --with Dana --for 30 --until 2027-02-01",
    "slot decline --where title:zzother",
    "new lead name=Gone owner=me",
    "delete --where 'lead name:gone'",
    "exec --into run --trust --id thread:t2 -- printf 'note --id lead:halo -- said\\n'",
    "exec --where 'lead name:halo' --into nothing -- true",
    "notify hello",
    "macro record x",
    "macro stop",
    "macro play nothing",
    "macro edit",
    "macro delete nothing",
    "input accept",
    "input insert x",
    "network open --id nova",
    "network threads --id nova",
    "network leads --id nova",
    "network follow-ups --id nova",
    "network creators --id nova",
    "network browse --id nova",
    "network hand-over --id nova Ben --on 2027-05-01",
    "network hand-over --id nova Ben",
    "slot next-day",
    "slot previous-day",
    "slot today",
    "slot length 45",
    "slot best",
    "conflict mine",
    "conflict theirs",
    "conflict edit a=b",
    "outbox show",
    "outbox discard",
    "cursor down 2",
    "cursor top",
    "mark all",
    "mark clear",
    "pane show funnel",
    "pane back",
    "pane show inbox",
    "filter set from_name:dana",
    "filter clear",
    "app repeat --id nothing",
    "app sync",
    "app redraw",
    "app theme ansi",
    "app copy --id lead:halo",
];

/// Commands that end the program or give the terminal away; both are played in `terminal` and `terminal_quality`.
const LEFT_OUT: &[&str] = &["app quit", "app suspend"];

/// The lines of this test, and the bare name of every command that none of them is about.
fn lines() -> Vec<String> {
    let mut lines: Vec<String> = LINES.iter().map(|line| (*line).to_owned()).collect();
    for entry in reference() {
        let known = lines
            .iter()
            .any(|line| *line == entry.name || line.starts_with(&format!("{} ", entry.name)));
        if !known && !LEFT_OUT.contains(&entry.name.as_str()) {
            // Named without a record that is there it must change nothing, wherever it is run.
            lines.push(format!("{} --id nothing", entry.name));
        }
    }
    lines
}

/// How a command comes to the console.
#[derive(Clone, Copy, Debug)]
enum Way {
    Key,
    Palette,
    Remote,
    Shell,
}

#[test]
fn each_command_does_the_same_by_key_palette_remote_and_shell() {
    let dumps: Vec<(Way, Vec<String>)> = [Way::Shell, Way::Key, Way::Palette, Way::Remote]
        .into_iter()
        .map(|way| (way, played(way)))
        .collect();
    let (_, shell) = &dumps[0];
    assert!(
        shell.iter().any(|record| record.contains("too early")),
        "{shell:#?}"
    );
    assert!(
        shell.iter().any(|record| record.contains("--id=tide")),
        "{shell:#?}"
    );
    assert!(
        shell.iter().any(|record| record.contains("\"said\"")),
        "{shell:#?}"
    );
    // Every word that a line above brings along has arrived; the lines are no exercise in doing nothing.
    let brought = LINES.iter().flat_map(|line| {
        line.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.starts_with("zz"))
    });
    let lost: Vec<&str> = brought
        .filter(|word| !shell.iter().any(|record| record.contains(word)))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    for (way, dump) in &dumps[1..] {
        for (one, other) in shell.iter().zip(dump) {
            assert_eq!(one, other, "by shell and by {way:?}");
        }
        assert_eq!(shell.len(), dump.len(), "{way:?}");
    }
}

/// Plays all lines in one way on a fixture of its own; returns what the server holds then.
fn played(way: Way) -> Vec<String> {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    if matches!(way, Way::Shell) {
        for line in lines() {
            let words = split_words(&line).unwrap();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = ana.run(&words);
            assert!(ran.code <= 2, "{line}: {ran:?}");
        }
    } else {
        let mut desk = Desk::open(&ana);
        for line in lines() {
            desk.give(way, &line);
        }
    }
    ana.run(&["sync"]).ok();
    dump(&backend)
}

/// A console on a home, without a terminal.
struct Desk {
    app: App,
    store: Store,
    clock: Clock,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    fn open(console: &Console) -> Self {
        let clock = Clock::system();
        let paths = Paths::new(&console.home.join("cache"), &console.home.join("state"));
        let (mut store, _) = Store::open(&paths, clock.now()).unwrap();
        let rows = store.load(&Load::Working(Kind::ALL.to_vec())).unwrap();
        let zone = cnm::when::zone::load("America/Los_Angeles").unwrap();
        let configured = Configured {
            config: Config::default(),
            keymap: Keymap::defaults().unwrap(),
            theme: Theme::shipped("midnight").unwrap(),
            problems: Vec::new(),
        };
        let seed = clock.now().as_microsecond().unsigned_abs();
        let mut app = App::new(
            World::new("ana", clock.now(), zone, seed),
            configured,
            (120, 40),
        );
        app.update(
            clock.now(),
            Msg::Loaded(Load::Working(Kind::ALL.to_vec()), rows),
        );
        app.screen.go(Place::Inbox);
        arrange_all(&app.world, &mut app.screen, true);
        let waiting = store.load(&Load::Unhandled).unwrap();
        let mut desk = Self {
            app,
            store,
            clock,
            runtime: tokio::runtime::Runtime::new().unwrap(),
        };
        desk.tell(Msg::Loaded(Load::Unhandled, waiting));
        desk
    }

    fn give(&mut self, way: Way, line: &str) {
        match way {
            Way::Key => {
                let bound = format!("[everywhere]\nf5 = {}\n", toml_text(line));
                match Keymap::defaults().unwrap().with_user(&bound, "keymap.toml") {
                    Ok(keymap) => {
                        self.app.keymap = keymap;
                        self.tell(Msg::Key(cnm::keymap::Key::parse("f5").unwrap()));
                    }
                    // What is no command cannot be bound; nowhere else does it do anything.
                    Err(error) => assert!(line.contains("nothing"), "{line}: {error}"),
                }
            }
            Way::Palette => {
                self.tell(Msg::Key(cnm::keymap::Key::char(':')));
                self.tell(Msg::Paste(line.replace('\n', "\u{1}")));
                if line.contains('\n') {
                    // One line cannot be typed with a break in it.
                    self.app.mode = Mode::Normal;
                    let request = json!({"run": [line]}).to_string();
                    self.tell(Msg::Asked { id: 1, request });
                } else {
                    self.tell(Msg::Key(cnm::keymap::Key::parse("enter").unwrap()));
                }
            }
            Way::Remote => {
                let request = json!({"run": [line]}).to_string();
                self.tell(Msg::Asked { id: 1, request });
            }
            Way::Shell => {}
        }
        // What was opened to ask for more is left.
        self.app.mode = Mode::Normal;
        self.app.pending.clear();
    }

    fn tell(&mut self, msg: Msg) {
        let now = self.clock.now();
        let mut effects = self.app.update(now, msg);
        while !effects.is_empty() {
            let mut next = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Save(batch) => {
                        self.store.save(&batch).unwrap();
                        next.extend(self.app.update(now, Msg::Saved(batch.id)));
                    }
                    Effect::Exec(program, purpose) => {
                        assert!(!matches!(purpose, Purpose::Choices(_)));
                        let output = self.runtime.block_on(Programs::default().run(&program));
                        let ran = Ran {
                            name: "program".into(),
                            purpose,
                            output,
                        };
                        next.extend(self.app.update(now, Msg::Ran(ran)));
                    }
                    Effect::Load(load) => {
                        let rows = self.store.load(&load).unwrap();
                        next.extend(self.app.update(now, Msg::Loaded(load, rows)));
                    }
                    _ => {}
                }
            }
            effects = next;
        }
    }
}

/// Writes a text as TOML.
fn toml_text(text: &str) -> String {
    json!(text).to_string()
}

/// Everything that the server holds, without ids and times that differ from run to run.
fn dump(backend: &Backend) -> Vec<String> {
    let lea = backend.console("lea");
    lea.run(&["sync"]).ok();
    let paths = Paths::new(&lea.home.join("cache"), &lea.home.join("state"));
    let now = Clock::system().now();
    let (mut store, _) = Store::open(&paths, now).unwrap();
    let mut lines = Vec::new();
    for kind in Kind::ALL {
        let rows = store
            .load(&Load::All {
                kind: *kind,
                limit: 10_000,
            })
            .unwrap();
        for row in rows {
            let mut fields: Json = serde_json::from_str(&row.fields).unwrap();
            if *kind == Kind::Message {
                // Whether the server has sent it yet is a matter of seconds.
                fields["state"] = Json::Null;
            }
            if *kind == Kind::Thread {
                // The server counts the reply in when it sends it.
                for name in ["last_at", "last_text", "messages"] {
                    fields[name] = Json::Null;
                }
            }
            even_out(&mut fields, now);
            lines.push(format!("{} {fields}", kind.name()));
        }
    }
    lines.sort();
    lines
}

fn even_out(value: &mut Json, now: Timestamp) {
    match value {
        Json::String(text) => {
            let near = text
                .parse::<Timestamp>()
                .is_ok_and(|at| at.duration_since(now).abs() < SignedDuration::from_hours(2));
            if near {
                *text = "now".into();
            } else if uuid::Uuid::parse_str(text).is_ok() {
                *text = "id".into();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| even_out(item, now)),
        Json::Object(fields) => fields.values_mut().for_each(|field| even_out(field, now)),
        _ => {}
    }
}
