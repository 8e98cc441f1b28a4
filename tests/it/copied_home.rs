//! A home that is copied: two consoles that were one, each with the edits of the other at first, send and converge.

use std::path::Path;

use serde_json::Value as Json;

use crate::backend::{Backend, Console};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The home of a console once more, as somebody makes it who copies their folder.
fn twin(of: &Console) -> Console {
    let home = of.home.with_file_name("home-copied");
    copy(&of.home, &home);
    Console {
        home,
        server: of.server.clone(),
        token: of.token.clone(),
    }
}

fn leads(console: &Console) -> Vec<Json> {
    let out = console.run(&["list", "lead", "--format", "jsonl"]).ok();
    let mut rows: Vec<Json> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    rows
}

/// What waits in both is taken once, and neither takes the other's work for its own: the second of two edits of the same
/// field meets a conflict instead of writing over what it never saw.
#[test]
fn two_homes_that_were_one_send_and_converge() {
    let mut backend = Backend::start();
    let one = backend.console("ana");
    one.run(&["sync"]).ok();
    // It has written to the lead before, so the server knows it.
    one.run(&["edit", "name=Halo 0", "--id", "lead:halo"]).ok();
    backend.stop();
    one.run(&["edit", "market=US", "--id", "lead:halo"]).ok();
    one.run(&["edit", "market=GB", "--id", "lead:halo"]).ok();
    one.run(&["new", "lead", "name=Once"]).ok();
    let two = twin(&one);
    two.run(&["edit", "name=Two", "--id", "lead:halo"]).ok();
    one.run(&["edit", "name=One", "--id", "lead:halo"]).ok();
    backend.resume();
    let sent = one.run(&["sync"]);
    assert_eq!(sent.code, 0, "{sent:?}");
    let second = two.run(&["sync"]);
    assert!(second.out.contains("1 in conflict"), "{second:?}");
    assert!(second.out.contains("0 refused"), "{second:?}");
    let halo = backend.record("leads/halo", &one.token);
    assert_eq!(halo["fields"]["name"], "One", "{halo}");
    assert_eq!(halo["fields"]["market"], "GB", "{halo}");
    // Halo was made, then four edits came through: nothing that waited in both was applied twice.
    assert_eq!(halo["version"], 5, "{halo}");
    let shown = two.run(&["outbox", "show"]).ok();
    let cmd = shown
        .lines()
        .find(|line| line.ends_with("conflict"))
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or_else(|| panic!("{shown}"));
    two.run(&["conflict", "mine", "--cmd", cmd]).ok();
    for console in [&one, &two, &one] {
        console.run(&["sync"]).ok();
    }
    let (first, second) = (leads(&one), leads(&two));
    assert_eq!(first, second);
    let once = first.iter().filter(|row| row["fields"]["name"] == "Once");
    assert_eq!(once.count(), 1, "{first:?}");
    let halo = first.iter().find(|row| row["id"] == "halo").unwrap();
    assert_eq!(halo["fields"]["name"], "Two");
    // From here on each goes its own way.
    one.run(&["edit", "market=FR", "--id", "lead:halo"]).ok();
    let stale = two.run(&["edit", "market=DE", "--id", "lead:halo"]);
    assert_eq!(stale.code, 1, "{stale:?}");
}

/// A home that is moved stays who it was.
#[test]
fn a_home_that_is_moved_keeps_its_id() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let id = |home: &Path| -> String {
        let db = rusqlite::Connection::open(home.join("state/outbox.db")).unwrap();
        let sql = "SELECT value FROM fact WHERE name = 'client'";
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let before = id(&ana.home);
    let copied = twin(&ana);
    let moved = Console {
        home: ana.home.with_file_name("home-moved"),
        server: ana.server.clone(),
        token: ana.token.clone(),
    };
    std::fs::rename(&ana.home, &moved.home).unwrap();
    moved.run(&["sync"]).ok();
    assert_eq!(id(&moved.home), before);
    copied.run(&["sync"]).ok();
    assert_ne!(id(&copied.home), before);
}
