//! Each command by key, palette, remote and shell on equal fixtures: what the server holds in the end is equal.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cnm::app::{App, Configured, Mode, Msg};
use cnm::command::{Parsing, read_steps, reference, split_words};
use cnm::config::Config;
use cnm::effect::{CacheRow, Effect, ImportRequest, Load, Purpose, Ran};
use cnm::import::backstage::Plan;
use cnm::keymap::{Keymap, Macro};
use cnm::list::World;
use cnm::pane::{Place, arrange_all};
use cnm::record::Kind;
use cnm::runtime::{Clock, Programs, import_loads, import_plans, import_point_loads, read_exports};
use cnm::server::NewRecord;
use cnm::store::{Paths, Store};
use cnm::theme::Theme;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::backend::{Backend, Console, new_record};
use crate::backstage::files::{CREATOR_DATA, csv_of, row_of};

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
    "inbox up-to in6",
    "follow-up done --where 'title:payout' paid",
    "follow-up done --id fu paid",
    "follow-up reopen --id fu",
    "inbox follow-up --id t1 2027-03-05 --title 'Drop me' --keep",
    "follow-up drop --where 'title:\"drop me\"'",
    "new lead 'name=Brook\"s' owner=me stage=New",
    "new follow_up 'title=Call -- back' due=2027-04-01 network=Nova",
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
    "network step --id milestone:mile",
    "network step-back --id milestone:mile",
    "new milestone title=zzwaived network=Nova",
    "network waive --where title:zzwaived zzexcused",
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
    "follow-up resolve --where title:zzfollow 'zzcause was late'",
    "follow-up add --id lead:halo 2027-03-01 --title zzhand",
    "follow-up hand --where title:zzhand Ben zznote",
    "follow-up add --id thread:t1 2027-03-01 --title zzthread",
    "follow-up nudge --where title:zzthread zznudge",
    "lead score --id halo trend=4 'growth=3:zzevidence'",
    "lead hand-over --id halo Ben --on 2027-05-01",
    "network score --id network:nova 7 --dimension zzdim --note zzscored",
    "network split --id goal:year",
    "promise keep --id p1#0",
    "promise dismiss --id p2#0",
    "promise list",
    "inbox answer yes --id t3",
    "new lead name=Vantage owner=me stage=New",
    "inbox link --id t2 --lead Vantage",
    "inbox lose --id t2 price",
    "follow-up add --id lead:tide +1d --title zzfirst",
    "follow-up add --id lead:tide +1d --title zzsecond",
    "follow-up add --id lead:tide +1d --title zzthird",
    "follow-up level all --days 10 --cap 1",
    "slot import {folder}/busy.ics --of Dana",
    "slot hold-series zzseries --at '2027-03-03 10:00' --with Dana --for 30 --every 2 --until 2027-02-01",
    "import backstage {folder}/2026_07_07_08_00.csv --network nova",
    "import apply",
    "import backstage {folder}/2026_07_07_08_00.csv --network nova --dry-run",
    "import drop",
    "macro play zzmacro",
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
    "outbox show",
    "mark toggle",
    "mark range",
    "mark alike",
    "cursor up",
    "cursor page-down",
    "cursor page-up",
    "cursor right",
    "cursor left",
    "pane next",
    "pane previous",
    "pane open",
    "pane leave",
    "pane zoom",
    "pane forward",
    "pane older-message",
    "pane newer-message",
    "jump network --id thread:t1",
    "jump lead --id thread:t1",
    "jump message --id lead:halo",
    "jump follow-up --id lead:halo",
    "jump meeting --id person:dana",
    "jump related --id lead:halo",
    "jump urgent",
    "jump to lead:halo",
    "funnel board",
    "funnel figures",
    "funnel basis activity",
    "funnel scope team",
    "funnel hole",
    "funnel late",
    "funnel what-if 'proposal 60'",
    "funnel step",
    "network tab goals",
    "network next-tab",
    "network previous-tab",
    "network next",
    "network previous",
    "network add",
    "network show --id nova",
    "network export - --id nova",
    "slot with Dana",
    "slot optional Dana",
    "slot meet --id person:dana",
    "slot find 'next tue 4-6pm with dana for 45m'",
    "slot range 7",
    "slot finer",
    "slot coarser",
    "slot former",
    "slot fairest",
    "slot order",
    "slot why",
    "slot series",
    "slot copy",
    "slot leave",
    "cursor down 2",
    "cursor top",
    "mark all",
    "mark clear",
    "pane show funnel",
    "pane back",
    "pane show inbox",
    "filter set from_name:dana",
    "filter clear",
    "app sync",
    "app redraw",
    "app theme ansi",
    "app copy --id lead:halo",
];

/// Commands that end the program or give the terminal away; both are played in `terminal` and `terminal_quality`.
const LEFT_OUT: &[&str] = &["app quit", "app suspend"];

/// Commands, or whole groups of them, that write nothing, and why; each other one has to write in this test.
const READS: &[(&str, &str)] = &[
    (
        "app",
        "it is about the console itself; `app repeat` does again what a key did before",
    ),
    ("cursor", "it moves"),
    ("mark", "it marks rows of the screen"),
    ("pane", "it goes to a place"),
    ("filter", "it narrows a list"),
    ("jump", "it goes to a record"),
    ("input", "it edits what is being typed"),
    ("funnel", "it prints or shows figures"),
    ("notify", "it tells something"),
    ("inbox pass", "it goes on to the next message"),
    (
        "inbox sweep",
        "it shows what one key then clears by `inbox done` and `inbox up-to`",
    ),
    ("inbox summary", "it shows the day"),
    (
        "inbox propose",
        "it opens the reply box with the times; sending them is `inbox reply`",
    ),
    ("lead duplicates", "it shows a list"),
    ("network open", "it opens a page"),
    ("network threads", "it goes to a list"),
    ("network leads", "it goes to a list"),
    ("network follow-ups", "it goes to a list"),
    ("network creators", "it goes to a list"),
    ("network browse", "it opens the browser"),
    ("network tab", "it goes to a tab"),
    ("network next-tab", "it goes to a tab"),
    ("network previous-tab", "it goes to a tab"),
    ("network next", "it goes to a page"),
    ("network previous", "it goes to a page"),
    (
        "network add",
        "it opens the form of a new record; saving it is `new`",
    ),
    ("network columns", "it chooses what is shown"),
    ("network show", "it prints figures"),
    ("network export", "it writes a file of the user's"),
    ("promise list", "it shows a list"),
    ("slot next-day", "it shows another day"),
    ("slot previous-day", "it shows another day"),
    ("slot today", "it shows another day"),
    ("slot with", "it chooses who is shown"),
    ("slot optional", "it chooses who is shown"),
    ("slot meet", "it chooses who is shown"),
    ("slot find", "it sets what is looked for"),
    ("slot length", "it sets what is looked for"),
    ("slot range", "it sets what is looked for"),
    ("slot finer", "it changes the grid"),
    ("slot coarser", "it changes the grid"),
    ("slot best", "it moves"),
    ("slot former", "it moves"),
    ("slot fairest", "it moves"),
    ("slot order", "it changes the order of a list"),
    ("slot why", "it shows reasons"),
    ("slot series", "it shows a series"),
    (
        "slot propose",
        "it copies the times on show, or puts them into the reply box; `slot hold` holds them",
    ),
    ("slot copy", "it copies text"),
    ("slot export", "it writes a file of the user's"),
    ("slot leave", "it leaves a view"),
    (
        "import backstage",
        "the console shows what would change; `import apply` writes it",
    ),
    ("import drop", "it drops what is shown"),
    (
        "macro record",
        "it keeps what is done in a file of the user's",
    ),
    (
        "macro stop",
        "it keeps what is done in a file of the user's",
    ),
    ("macro edit", "it opens an editor"),
    ("macro delete", "it forgets a file of the user's"),
    ("outbox show", "it shows a list"),
];

/// Commands that need an edit which the server refused; they have a test of their own below.
const SETTLES: &[&str] = &[
    "conflict mine",
    "conflict theirs",
    "conflict edit",
    "outbox discard",
];

fn is_named(name: &str, list: &[(&str, &str)]) -> bool {
    list.iter()
        .any(|(known, _)| name == *known || name.starts_with(&format!("{known} ")))
}

/// The names of all commands.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| reference().into_iter().map(|entry| entry.name).collect());

/// The name of the command that a line runs.
fn name_of(line: &str) -> String {
    let of_line = NAMES
        .iter()
        .filter(|name| line == name.as_str() || line.starts_with(&format!("{name} ")));
    of_line
        .max_by_key(|name| name.len())
        .cloned()
        .unwrap_or_default()
}

/// The lines of this test, and the bare name of every command that none of them is about.
fn lines(folder: &str) -> Vec<String> {
    let mut lines: Vec<String> = LINES
        .iter()
        .map(|line| line.replace("{folder}", folder))
        .collect();
    for name in NAMES.iter().map(String::as_str) {
        let known = lines.iter().any(|line| name_of(line) == name);
        if !known && !LEFT_OUT.contains(&name) && !SETTLES.contains(&name) {
            // Named without a record that is there it must change nothing, wherever it is run.
            assert!(is_named(name, READS), "no line for `{name}`");
            lines.push(format!("{name} --id nothing"));
        }
    }
    lines
}

/// What some commands need besides: a rubric, dimensions, a goal, promises of mine, a card.
fn more(clock: Clock) -> Vec<NewRecord> {
    let new = |kind: Kind, id: &str, fields: Json| new_record(clock, kind, id, fields);
    let hour_ago = (clock.now() - SignedDuration::from_hours(1)).to_string();
    let thread = |id: &str, title: &str| {
        new(
            Kind::Thread,
            id,
            json!({"title": title, "channel": "lark_group", "state": "open", "owner": "ana", "from": "dana",
                "from_name": "Dana Reyes", "network": "nova", "last_text": title, "last_at": hour_ago,
                "messages": 1, "new": 1}),
        )
    };
    let mine = |id: &str, thread: &str, text: &str| {
        new(
            Kind::Message,
            id,
            json!({"thread": thread, "direction": "out", "sender_name": "Ana Belmonte", "kind": "text",
                "state": "sent", "sent_at": hour_ago, "text": text}),
        )
    };
    let ending = |id: &str, order: i64, name: &str, terminal: &str| {
        new(
            Kind::Stage,
            id,
            json!({"name": name, "order": order, "terminal": terminal, "required": []}),
        )
    };
    vec![
        ending("signed", 4, "Signed", "won"),
        ending("rest", 5, "Parked", "parked"),
        ending("lost", 6, "Lost", "lost"),
        new(
            Kind::Rubric,
            "rubric",
            json!({"name": "v1", "since": "2026-01-01", "questions": [
                {"key": "trend", "name": "Sets trends"}, {"key": "growth", "name": "Grows"}]}),
        ),
        new(
            Kind::DimensionSet,
            "set",
            json!({"name": "Dims", "version": "1", "effective_from": "2026-01-01", "scale_min": 0.0,
                "scale_max": 10.0, "scale_step": 1.0, "dimensions": [{"key": "zzdim"}]}),
        ),
        new(
            Kind::Goal,
            "year",
            json!({"subject": {"kind": "network", "id": "nova"}, "metric": "diamonds", "period": "year",
                "starts": "2027-01-01", "target": 1200.0}),
        ),
        new(
            Kind::FollowUp,
            "fu",
            json!({"title": "Call", "owner": "ana", "state": "open", "due": {"date": "2027-02-01"}}),
        ),
        new(
            Kind::Milestone,
            "mile",
            json!({"title": "Signed", "network": "nova"}),
        ),
        thread("t3", "Leave request"),
        new(
            Kind::Message,
            "card",
            json!({"thread": "t3", "direction": "in", "sender": "dana", "sender_name": "Dana Reyes",
                "kind": "card", "sent_at": hour_ago, "text": "Leave request [zzapprove] [Reject]"}),
        ),
        thread("t6", "Room"),
        new(
            Kind::Message,
            "in6",
            json!({"thread": "t6", "direction": "in", "sender": "dana", "sender_name": "Dana Reyes",
                "kind": "text", "sent_at": hour_ago, "text": "Which room?"}),
        ),
        thread("t4", "Contract"),
        mine("p1", "t4", "I will send you the zzcontract by Friday."),
        thread("t5", "Budget"),
        mine("p2", "t5", "I will call you about the zzbudget on Monday."),
    ]
}

/// How a command comes to the console.
#[derive(Clone, Copy, Debug)]
enum Way {
    Key,
    Palette,
    Remote,
    Shell,
}

/// What playing all lines left.
struct Played {
    dump: Vec<String>,
    /// Commands that wrote something; not known of the shell, whose commands end with their process.
    wrote: BTreeSet<String>,
}

#[test]
fn each_command_does_the_same_by_key_palette_remote_and_shell() {
    let ways: Vec<(Way, Played)> = [Way::Shell, Way::Key, Way::Palette, Way::Remote]
        .into_iter()
        .map(|way| (way, played(way)))
        .collect();
    let shell = &ways[0].1.dump;
    for words in ["too early", "--id=tide", "\"said\""] {
        let found = shell.iter().any(|record| record.contains(words));
        assert!(found, "{words}: {shell:#?}");
    }
    // Every word that a line above brings along has arrived; the lines are no exercise in doing nothing.
    let brought = LINES.iter().flat_map(|line| {
        line.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.starts_with("zz"))
    });
    let lost: Vec<&str> = brought
        .filter(|word| !shell.iter().any(|record| record.contains(word)))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    let mut wrong = Vec::new();
    for (way, played) in &ways[1..] {
        for (one, other) in shell.iter().zip(&played.dump) {
            assert_eq!(one, other, "by shell and by {way:?}");
        }
        assert_eq!(shell.len(), played.dump.len(), "{way:?}");
        for name in NAMES.iter().map(String::as_str) {
            if LEFT_OUT.contains(&name) || SETTLES.contains(&name) {
                continue;
            }
            if played.wrote.contains(name) == is_named(name, READS) {
                wrong.push(format!("{name} by {way:?}"));
            }
        }
    }
    // Each command that is there to write has written, and none of the others has.
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const BUSY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:zz1\r\n\
DTSTAMP:20260101T000000Z\r\nDTSTART:{day}T100000Z\r\nDTEND:{day}T110000Z\r\nSUMMARY:Dentist\r\n\
END:VEVENT\r\nEND:VCALENDAR\r\n";

/// Writes the files that lines name.
fn write_files(backend: &Backend) {
    let folder = backend.folder.path();
    let day = (Clock::system().now() + SignedDuration::from_hours(72)).to_string();
    let day: String = day.chars().take(10).filter(char::is_ascii_digit).collect();
    std::fs::write(folder.join("busy.ics"), BUSY.replace("{day}", &day)).unwrap();
    let rows: Vec<Vec<String>> = (0..3).map(row_of).collect();
    let text = csv_of(&CREATOR_DATA, &rows);
    std::fs::write(folder.join("2026_07_07_08_00.csv"), text).unwrap();
}

/// A macro, as it is kept in a file.
const MACRO: &str = "note --id lead:halo -- zzmacro\n";

/// Plays all lines in one way on a fixture of its own; returns what the server holds then.
fn played(way: Way) -> Played {
    let backend = Backend::with(more);
    let folder = backend.folder.path().to_str().unwrap().to_owned();
    write_files(&backend);
    let ana = backend.console("ana");
    let macros = ana.home.join("config/macros");
    std::fs::create_dir_all(&macros).unwrap();
    std::fs::write(macros.join("zzmacro.cnm"), MACRO).unwrap();
    ana.run(&["sync"]).ok();
    let mut wrote = BTreeSet::new();
    let mut failed = Vec::new();
    if matches!(way, Way::Shell) {
        for line in lines(&folder) {
            // What only shows or moves has nothing to show without a screen; `command_line` prints what prints.
            if is_named(&name_of(&line), READS) && !line.starts_with("import") {
                continue;
            }
            let words = split_words(&line).unwrap();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = ana.run(&words);
            let name = name_of(&line);
            let writes = !is_named(&name, READS) && name != "import apply";
            if ran.code > if writes { 0 } else { 2 } {
                failed.push(format!("{line}: {ran:?}"));
            }
        }
    } else {
        let mut desk = Desk::open(&ana);
        for line in lines(&folder) {
            if desk.give(way, &line) {
                wrote.insert(name_of(&line));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    ana.run(&["sync"]).ok();
    let dump = dump(&backend);
    let dump = dump
        .into_iter()
        .map(|line| line.replace(&folder, "{folder}"));
    Played {
        dump: dump.collect(),
        wrote,
    }
}

/// Lines that settle an edit, and what the lead says then.
const SETTLED: [(&str, &str, &str); 4] = [
    ("c1", "conflict mine", "mine"),
    ("c2", "conflict theirs", "theirs"),
    ("c3", "conflict edit next_step=other", "other"),
    ("c4", "outbox discard", "theirs"),
];

fn disputed(clock: Clock) -> Vec<NewRecord> {
    let lead = |id: &str| {
        let fields = json!({"name": id, "stage": "new", "owner": "ana", "shared_with": ["ben"]});
        new_record(clock, Kind::Lead, id, fields)
    };
    SETTLED.iter().map(|(id, ..)| lead(id)).collect()
}

/// Conflicts, and an edit that waits, settled in each way: what the server holds in the end is equal.
#[test]
fn what_settles_an_edit_does_the_same_by_key_palette_remote_and_shell() {
    for way in [Way::Shell, Way::Key, Way::Palette, Way::Remote] {
        let mut backend = Backend::with(disputed);
        let (ana, ben) = (backend.console("ana"), backend.console("ben"));
        ana.run(&["sync"]).ok();
        ben.run(&["sync"]).ok();
        let edit = |who: &Console, id: &str, step: &str| {
            who.run(&[
                "edit",
                &format!("next_step={step}"),
                "--id",
                &format!("lead:{id}"),
            ])
        };
        for (id, ..) in SETTLED {
            edit(&ben, id, "theirs").ok();
        }
        backend.stop();
        // The last one is made where nobody has seen Ben's.
        for (id, ..) in SETTLED {
            let queued = edit(&ana, id, "mine");
            assert!(queued.out.contains("queued"), "{queued:?}");
        }
        backend.resume();
        let (waits, discard) = {
            let paths = Paths::new(&ana.home.join("cache"), &ana.home.join("state"));
            let (mut store, _) = Store::open(&paths, Clock::system().now()).unwrap();
            let outbox = store.outbox().unwrap();
            let of = |id: &str| {
                let found = outbox.iter().find(|row| row.edit.id == id);
                found.unwrap().edit.cmd.clone()
            };
            (SETTLED.map(|(id, ..)| of(id)), of("c4"))
        };
        // What is discarded was never sent.
        let lines = SETTLED.iter().zip(&waits).rev();
        for (at, ((_, line, _), cmd)) in lines.enumerate() {
            assert_eq!(cmd == &discard, at == 0);
            if at == 1 {
                ana.run(&["sync"]);
            }
            let line = format!("{line} --cmd {cmd}");
            if matches!(way, Way::Shell) {
                let words = split_words(&line).unwrap();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                ana.run(&words).ok();
            } else {
                assert!(Desk::open(&ana).give(way, &line), "{line} by {way:?}");
            }
        }
        ana.run(&["sync"]).ok();
        for (id, line, ends_as) in SETTLED {
            let lead = backend.record(&format!("leads/{id}"), &ana.token);
            assert_eq!(lead["fields"]["next_step"], ends_as, "{line} by {way:?}");
        }
    }
}

/// A console on a home, without a terminal.
struct Desk {
    app: App,
    store: Store,
    clock: Clock,
    runtime: tokio::runtime::Runtime,
    keymap: Keymap,
    /// Whether something was written since this was last asked.
    wrote: bool,
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
            keymap: Keymap::defaults().unwrap(),
            wrote: false,
        };
        desk.know_the_macro();
        desk.tell(Msg::Loaded(Load::Unhandled, waiting));
        let outbox = desk.store.outbox().unwrap();
        desk.tell(Msg::Outbox(outbox));
        // Promises are looked for in what was sent lately, as the console reads it when it opens.
        let sent = Load::Since {
            kind: Kind::Message,
            since: desk.clock.now() - SignedDuration::from_hours(48),
            limit: 100,
        };
        let rows = desk.store.load(&sent).unwrap();
        desk.tell(Msg::Loaded(sent, rows));
        desk
    }

    /// Gives a line to the console; says whether it wrote anything.
    fn give(&mut self, way: Way, line: &str) -> bool {
        self.wrote = false;
        if line.starts_with("new ") {
            // A new record is about what is under the cursor; a shell has none.
            self.app.screen.go(Place::Outbox);
        }
        match way {
            Way::Key => {
                let bound = format!("[everywhere]\nf5 = {}\n", toml_text(line));
                match self.keymap.clone().with_user(&bound, "keymap.toml") {
                    Ok(keymap) => {
                        self.app.keymap = keymap;
                        self.know_the_macro();
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
        self.wrote
    }

    fn know_the_macro(&mut self) {
        let steps = read_steps(MACRO, &mut Parsing::new()).unwrap();
        let known = Macro {
            text: MACRO.into(),
            steps,
        };
        self.app.keymap.macros.insert("zzmacro".into(), known);
    }

    /// Reads export files as the runtime does.
    fn plans(&mut self, request: &ImportRequest) -> Result<Vec<Plan>, String> {
        let exports = read_exports(request, &mut |_, _| {})?;
        let mut load = |load: &Load| self.store.load(load).unwrap();
        let cached = import_loads(&exports).each_ref().map(&mut load);
        let points: Vec<CacheRow> = import_point_loads(&cached[3])
            .iter()
            .flat_map(&mut load)
            .collect();
        let terms = (request, (7, self.clock.now()));
        Ok(import_plans(
            exports,
            &cached,
            &points,
            terms,
            &mut |_, _| {},
        ))
    }

    fn tell(&mut self, msg: Msg) {
        let now = self.clock.now();
        let mut effects = self.app.update(now, msg);
        while !effects.is_empty() {
            let mut next = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Save(batch) => {
                        self.wrote |= !batch.edits.is_empty();
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
                            end: cnm::effect::End::default(),
                        };
                        next.extend(self.app.update(now, Msg::Ran(ran)));
                    }
                    Effect::Resolve {
                        cmd,
                        resolution,
                        again,
                    } => {
                        self.wrote = true;
                        let changes = self
                            .store
                            .choose(&cmd, &resolution, again.as_deref(), now)
                            .unwrap();
                        next.extend(self.app.update(now, Msg::Changed(changes)));
                    }
                    Effect::Discard { cmd } => {
                        self.wrote = true;
                        let changes = self.store.discard(&cmd, now).unwrap();
                        next.extend(self.app.update(now, Msg::Changed(changes)));
                    }
                    Effect::Import(request) => {
                        let plans = self.plans(&request);
                        next.extend(self.app.update(now, Msg::Imported(plans)));
                    }
                    Effect::ReadCalendar { path, request } => {
                        let bytes = std::fs::read(&path).map_err(|error| error.to_string());
                        let calendar = Msg::Calendar {
                            path,
                            request,
                            bytes,
                        };
                        next.extend(self.app.update(now, calendar));
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

/// Everything that the server holds, with whoever may see it, without ids and times that differ from run to run: read
/// from its own file, and not from what some console was told.
fn dump(backend: &Backend) -> Vec<String> {
    let now = Clock::system().now();
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = backend.folder.path().join("server.db");
    let db = rusqlite::Connection::open_with_flags(file, flags).unwrap();
    let mut query = db
        .prepare(
            "SELECT r.kind, r.fields, a.members FROM record r JOIN audience a ON a.audience = r.audience \
             WHERE NOT r.deleted",
        )
        .unwrap();
    let text = |row: &rusqlite::Row<'_>, at| row.get::<_, String>(at);
    let rows = query
        .query_map([], |row| Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?)))
        .unwrap();
    let mut lines = Vec::new();
    for row in rows {
        let (kind, fields, seen_by) = row.unwrap();
        let mut fields: Json = serde_json::from_str(&fields).unwrap();
        if kind == Kind::Message.name() {
            // Whether the server has sent it yet is a matter of seconds.
            fields["state"] = Json::Null;
        }
        if kind == Kind::Thread.name() {
            // The server counts the reply in when it sends it.
            for name in ["last_at", "last_text", "messages"] {
                fields[name] = Json::Null;
            }
        }
        even_out(&mut fields, now);
        lines.push(format!("{kind} {fields} seen by {seen_by}"));
    }
    assert!(lines.len() > 20, "{lines:#?}");
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
