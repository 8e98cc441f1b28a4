//! The command line against a real backend: every claim about exit codes, queues and conflicts.

use serde_json::Value as Json;

use crate::backend::{Backend, Ran, program};

fn fields(console: &crate::backend::Console, args: &[&str]) -> Vec<Json> {
    let mut all = vec!["list"];
    all.extend(args);
    all.extend(["--format", "jsonl"]);
    let out = console.run(&all).ok();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_command_from_the_shell_reaches_the_server_and_undo_takes_it_back() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    assert!(ana.run(&["sync"]).ok().contains("0 queued"));
    assert_eq!(
        ana.run(&["inbox", "done", "--id", "t1"]).ok(),
        "done\nsent\n"
    );
    assert_eq!(
        backend.record("threads/t1", &ana.token)["fields"]["state"],
        "done"
    );
    assert!(ana.run(&["undo"]).ok().contains("took back: done"));
    let thread = backend.record("threads/t1", &ana.token);
    assert_eq!(thread["fields"]["state"], "open");
    assert_eq!(thread["fields"]["new"], 1);
    assert!(thread["fields"].get("done_at").is_none());
}

#[test]
fn an_edit_made_offline_is_queued_and_sent_once_when_the_server_is_back() {
    let mut backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    backend.stop();
    let said = ana.run(&["lead", "advance", "--id", "halo"]).ok();
    assert!(
        said.contains("→ Contacted") && said.contains("queued"),
        "{said}"
    );
    let offline = ana.run(&["sync"]);
    assert_eq!(offline.code, 3, "{offline:?}");
    // The cache goes on answering, with the edit in it.
    let leads = fields(&ana, &["lead", "halo"]);
    assert_eq!(leads[0]["fields"]["stage"], "contacted");
    assert_eq!(leads[0]["state"], "pending");
    backend.resume();
    let said = ana.run(&["sync"]).ok();
    assert!(
        said.contains("sent 2") && said.contains("0 queued"),
        "{said}"
    );
    assert!(ana.run(&["sync"]).ok().contains("sent 0"));
    let lead = backend.record("leads/halo", &ana.token);
    assert_eq!(
        (&lead["fields"]["stage"], &lead["version"]),
        (&"contacted".into(), &2.into())
    );
}

#[test]
fn a_conflict_is_kept_shown_and_settled_by_choice() {
    for (choice, ends_as) in [
        ("mine", "Ana says"),
        ("theirs", "Ben says"),
        ("edit", "both say"),
    ] {
        let mut backend = Backend::start();
        let (ana, ben) = (backend.console("ana"), backend.console("ben"));
        ana.run(&["sync"]).ok();
        ben.run(&["sync"]).ok();
        backend.stop();
        ana.run(&["edit", "next_step=Ana says", "--id", "lead:tide"])
            .ok();
        backend.resume();
        ben.run(&["edit", "next_step=Ben says", "--id", "lead:tide"])
            .ok();
        ana.run(&["sync"]).ok();
        let shown = ana.run(&["outbox", "show"]).ok();
        assert!(
            shown.contains("conflict") && shown.contains("next_step"),
            "{shown}"
        );
        let cmd = shown.split_whitespace().next().unwrap().to_owned();
        let mut args = vec!["conflict", choice, "--cmd", &cmd];
        if choice == "edit" {
            args.push("next_step=both say");
        }
        ana.run(&args).ok();
        ana.run(&["sync"]).ok();
        let lead = backend.record("leads/tide", &ana.token);
        assert_eq!(lead["fields"]["next_step"], ends_as, "{choice}");
        assert_eq!(ana.run(&["outbox", "show"]).ok(), "", "{choice}");
    }
}

#[test]
fn a_gate_names_what_is_missing_and_changes_nothing() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let refused = ana.run(&["lead", "advance", "--id", "tide"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("not known yet: signer"),
        "{}",
        refused.err
    );
    assert_eq!(backend.record("leads/tide", &ana.token)["version"], 1);
    ana.run(&["edit", "signer=Kit", "--id", "lead:tide"]).ok();
    ana.run(&["lead", "advance", "--id", "tide"]).ok();
    assert_eq!(
        backend.record("leads/tide", &ana.token)["fields"]["stage"],
        "proposal"
    );
}

#[test]
fn a_cnm_sees_their_own_and_a_lead_the_team() {
    let backend = Backend::start();
    let names = |user: &str| {
        let console = backend.console(user);
        console.run(&["sync"]).ok();
        let mut names: Vec<String> = fields(&console, &["lead"])
            .iter()
            .map(|lead| lead["fields"]["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("ana"), ["Halo", "Tidepool"]);
    assert_eq!(names("ben"), ["Tidepool"]);
    assert_eq!(names("lea"), ["Halo", "Tidepool"]);
}

#[test]
fn hostile_text_leaves_every_output_without_a_control_byte() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    for format in ["table", "json", "jsonl", "csv"] {
        let out = ana.run(&["list", "thread", "--format", format]).ok();
        let words = if format == "table" { "Ops" } else { "alert" };
        assert!(out.contains(words), "{format}: {out}");
        let bad = |letter: char| {
            (letter.is_control() && letter != '\n') || ('\u{202a}'..='\u{202e}').contains(&letter)
        };
        assert!(!out.contains(bad), "{format}: {out:?}");
    }
    let json = fields(&ana, &["thread", "channel:lark_group"]);
    assert_eq!(
        json[0]["fields"]["last_text"], "red \u{1b}[2J\u{7}alert",
        "JSON keeps the value"
    );
}

#[test]
fn each_mistake_gets_a_sentence_and_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    let run = |args: &[&str]| Ran::of(&program(folder.path()).args(args).output().unwrap());
    let says = |ran: &Ran, code: i32, words: &str| {
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.err.contains(words), "{words}: {ran:?}");
        assert!(!ran.err.contains("panicked"), "{ran:?}");
    };
    says(&run(&["inbox", "dnoe"]), 2, "done");
    says(&run(&["cursor", "down"]), 2, "without one");
    says(&run(&["list", "lead", "stge:x"]), 2, "did you mean stage");
    says(&run(&["list", "sheep"]), 2, "known:");
    says(
        &run(&["inbox", "done", "--id", "nope"]),
        1,
        "no thread `nope`",
    );
    says(&run(&["when", "fluxday"]), 1, "fluxday");
    says(&run(&["sync"]), 1, "CNM_SERVER");
    std::fs::write(config.join("config.toml"), "[ui]\nthme = \"x\"\n").unwrap();
    says(&run(&["config", "check"]), 1, "config.toml:2");
    std::fs::write(config.join("config.toml"), "[ui]\ntheme = \"nowhere\"\n").unwrap();
    says(&run(&["config", "check"]), 1, "shipped: midnight");
    let offline = program(folder.path())
        .arg("sync")
        .env("CNM_SERVER", "http://127.0.0.1:9")
        .env("CNM_TOKEN", "x")
        .output()
        .unwrap();
    says(&Ran::of(&offline), 3, "your work goes on here");
}

#[test]
fn a_wrong_token_is_named_and_the_work_stays() {
    let backend = Backend::start();
    let mut ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.token = "cnm_pat_000000000000_nonsense_0000".into();
    let ran = ana.run(&["sync"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.to_lowercase().contains("token"), "{ran:?}");
    assert!(
        !ran.err.contains("nonsense"),
        "the token is not shown: {ran:?}"
    );
    assert_eq!(fields(&ana, &["lead"]).len(), 2);
}

#[test]
fn a_record_of_every_kind_can_be_made_and_edited_by_hand() {
    let backend = Backend::start();
    let lea = backend.console("lea");
    lea.run(&["sync"]).ok();
    for (kind, field, value, other) in [
        ("lead", "name", "Kite", "Kite 2"),
        ("network", "name", "Orbit", "Orbit 2"),
        ("follow_up", "title", "Call", "Call back"),
        ("meeting", "title", "Sync", "Sync 2"),
        ("person", "name", "Hana", "Hana S"),
        ("incident", "title", "Ban", "Ban lifted"),
        ("snippet", "title", "Thanks", "Many thanks"),
        ("campaign", "name", "Star", "Star 2"),
        ("stage", "name", "Legal", "Legal 2"),
        ("metric_def", "name", "Diamonds", "Diamonds 2"),
        ("thread", "title", "Talk", "Talk 2"),
    ] {
        let owner = if kind == "thread" || kind == "network" {
            "owner=me"
        } else {
            ""
        };
        let first = format!("{field}={value}");
        let mut args = vec!["new", kind, first.as_str()];
        args.extend((!owner.is_empty()).then_some(owner));
        let said = lea.run(&args).ok();
        assert!(said.contains("sent"), "{kind}: {said}");
        let id = said
            .lines()
            .next()
            .unwrap()
            .split_whitespace()
            .last()
            .unwrap()
            .to_owned();
        let said = lea
            .run(&[
                "edit",
                &format!("{field}={other}"),
                "--id",
                &format!("{kind}:{id}"),
            ])
            .ok();
        assert!(said.contains("sent"), "{kind}: {said}");
        let rows = fields(&lea, &[kind, &format!("\"{other}\""), "--all"]);
        assert!(
            rows.iter()
                .any(|row| row["id"] == *id && row["fields"][field] == other),
            "{kind}: {rows:?}"
        );
    }
}

#[test]
fn the_doctor_names_what_is_wrong_and_its_exit_code_says_so() {
    let backend = Backend::start();
    let mut ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let said = ana.run(&["doctor"]).ok();
    assert!(said.contains("all is well"), "{said}");
    assert!(said.contains("equal   the cache holds all"), "{said}");
    let wrong = |console: &crate::backend::Console, words: &str| {
        let ran = console.run(&["doctor"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.out.contains(words), "{words}: {ran:?}");
        assert!(ran.err.contains("to look at"), "{ran:?}");
    };
    let config = ana.home.join("config");
    std::fs::create_dir_all(config.join("themes")).unwrap();
    std::fs::write(config.join("config.toml"), "[server]\nserver = \"x\"\n").unwrap();
    wrong(&ana, "config.toml:2: unknown field `server`");
    std::fs::write(config.join("config.toml"), "[ui]\ntheme = \"mine\"\n").unwrap();
    std::fs::write(config.join("themes/mine.toml"), "x = [\n").unwrap();
    wrong(&ana, "mine.toml:1");
    std::fs::remove_file(config.join("config.toml")).unwrap();
    let (url, token) = (ana.server.clone(), ana.token.clone());
    ana.token = "cnm_pat_000000000000_nonsense_0000".into();
    wrong(&ana, "does not accept the token");
    ana.token = token;
    ana.server = "http://127.0.0.1:9".into();
    wrong(&ana, "cannot reach");
    ana.server = "example.com".into();
    wrong(&ana, "begins with https://");
    ana.server = url;
    // A record vanishes from the cache: the doctor counts, and the next sync brings it back.
    let mirror = rusqlite::Connection::open(ana.home.join("cache/mirror.db")).unwrap();
    let live: i64 = mirror
        .query_row("SELECT live FROM place", [], |row| row.get(0))
        .unwrap();
    mirror
        .execute(&format!("DELETE FROM row{live} WHERE id = 'halo'"), [])
        .unwrap();
    drop(mirror);
    wrong(&ana, "differs from the server in lead");
    ana.run(&["sync"]).ok();
    assert_eq!(fields(&ana, &["lead"]).len(), 2);
    ana.run(&["doctor"]).ok();
}

#[test]
fn a_setting_that_cannot_be_read_is_named_and_an_edit_is_queued_all_the_same() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let config = ana.home.join("config");
    std::fs::create_dir_all(&config).unwrap();
    let text = format!("[server]\nurl = \"{}\"\n[ui]\nthme = \"x\"\n", ana.server);
    std::fs::write(config.join("config.toml"), text).unwrap();
    let run = |args: &[&str]| Ran::of(&program(&ana.home).args(args).output().unwrap());
    let ran = run(&["sync"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("config.toml:4"), "{ran:?}");
    assert!(!ran.err.contains("no server"), "{ran:?}");
    let ran = run(&["list", "lead"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("config.toml:4"), "{ran:?}");
    for (token, words) in [("", "config.toml:4"), ("cnm_pat_bad", "token")] {
        let mut command = program(&ana.home);
        command.args(["edit", "name=Halo 2", "--id", "lead:halo"]);
        if !token.is_empty() {
            std::fs::remove_file(config.join("config.toml")).unwrap();
            command
                .env("CNM_SERVER", &ana.server)
                .env("CNM_TOKEN", token);
        }
        let ran = Ran::of(&command.output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains("queued"), "{ran:?}");
        assert!(ran.out.contains(words), "{ran:?}");
    }
    assert!(ana.run(&["sync"]).ok().contains("sent"));
    assert!(
        fields(&ana, &["lead"])
            .iter()
            .any(|row| row["fields"]["name"] == "Halo 2")
    );
}

#[test]
fn a_cache_that_is_damaged_or_newer_is_named_and_no_edit_is_lost() {
    let mut backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    backend.stop();
    let said = ana.run(&["edit", "name=Halo 2", "--id", "lead:halo"]).ok();
    assert!(said.contains("queued"), "{said}");
    let mirror = ana.home.join("cache/mirror.db");
    let db = rusqlite::Connection::open(&mirror).unwrap();
    let version: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    db.pragma_update(None, "user_version", 999).unwrap();
    drop(db);
    let ran = ana.run(&["list", "lead"]);
    assert_eq!((ran.code, ran.err.lines().count()), (0, 1), "{ran:?}");
    assert!(ran.err.contains("newer version"), "{ran:?}");
    assert!(ran.out.contains("Halo 2"), "{ran:?}");
    for args in [&["sync"][..], &["edit", "name=Halo 3", "--id", "lead:halo"]] {
        let ran = ana.run(args);
        assert_eq!((ran.code, ran.err.lines().count()), (1, 1), "{ran:?}");
        assert!(ran.err.contains("newer version"), "{ran:?}");
    }
    let db = rusqlite::Connection::open(&mirror).unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
    drop(db);
    // The head of the file, and pages that are only met on the way.
    for whole in [false, true] {
        let mut bytes = std::fs::read(&mirror).unwrap();
        let from = if whole { 4096 } else { 0 };
        bytes[from..].fill(7);
        std::fs::write(&mirror, bytes).unwrap();
        let ran = ana.run(&["list", "lead"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(
            ran.err.contains("your edits are in another file"),
            "{ran:?}"
        );
        backend.resume();
        ana.run(&["sync"]).ok();
        backend.stop();
    }
    backend.resume();
    ana.run(&["sync"]).ok();
    let rows = fields(&ana, &["lead"]);
    assert!(
        rows.iter().any(|row| row["fields"]["name"] == "Halo 2"),
        "{rows:?}"
    );
}

/// What cannot be taken back is stepped back: the history keeps both steps, and no edit is made that the
/// server has to refuse.
#[test]
fn undo_and_redo_of_a_step_leave_nothing_that_the_server_refuses() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let stage = || backend.record("leads/halo", &ana.token)["fields"]["stage"].clone();
    ana.run(&["lead", "advance", "--id", "halo"]).ok();
    assert_eq!(stage(), "contacted");
    assert!(ana.run(&["undo"]).ok().contains("sent"));
    assert_eq!(stage(), "new");
    assert!(ana.run(&["redo"]).ok().contains("sent"));
    assert_eq!(stage(), "contacted");
    assert!(ana.run(&["undo"]).ok().contains("sent"));
    assert_eq!(stage(), "new");
    assert_eq!(ana.run(&["outbox", "show"]).ok(), "");
    let steps: Vec<(Json, Json)> = fields(&ana, &["stage_event", "sort:at"])
        .into_iter()
        .map(|event| {
            (
                event["fields"]["from"].clone(),
                event["fields"]["to"].clone(),
            )
        })
        .collect();
    let there = ("new".into(), "contacted".into());
    let back = ("contacted".into(), "new".into());
    assert_eq!(steps, [there.clone(), back.clone(), there, back]);

    let said = ana.run(&["note", "called", "--id", "lead:halo"]).ok();
    assert!(said.contains("sent"), "{said}");
    assert!(
        ana.run(&["undo"])
            .ok()
            .contains("it stays as it was written")
    );
    assert_eq!(ana.run(&["outbox", "show"]).ok(), "");
    assert_eq!(fields(&ana, &["note"]).len(), 1);
    let refused = ana.run(&["delete", "--id", "note:any"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("stay as they were made"),
        "{}",
        refused.err
    );
}

/// What was taken back before something new was done is not done again by a later `redo`.
#[test]
fn redo_does_again_what_was_taken_back_last_over_many_runs() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&["inbox", "done", "--id", "t1"]).ok();
    ana.run(&["undo"]).ok();
    ana.run(&["new", "follow_up", "title=Call Dana"]).ok();
    ana.run(&["undo"]).ok();
    assert_eq!(fields(&ana, &["follow_up"]).len(), 0);
    let said = ana.run(&["redo"]).ok();
    assert!(said.contains("did again: new follow-up"), "{said}");
    assert!(said.contains("sent"), "{said}");
    assert_eq!(fields(&ana, &["follow_up"]).len(), 1);
    assert_eq!(ana.run(&["redo"]).code, 1, "nothing else is left to redo");
    ana.run(&["undo"]).ok();
    assert_eq!(fields(&ana, &["follow_up"]).len(), 0);
    assert_eq!(ana.run(&["outbox", "show"]).ok(), "");
}

/// An edit that failed long ago says nothing about the one that is made now.
#[test]
fn a_command_is_judged_by_what_became_of_its_own_edits() {
    let mut backend = Backend::start();
    let (ana, ben) = (backend.console("ana"), backend.console("ben"));
    ana.run(&["sync"]).ok();
    ben.run(&["sync"]).ok();
    backend.stop();
    ana.run(&["edit", "next_step=Ana says", "--id", "lead:tide"])
        .ok();
    backend.resume();
    ben.run(&["edit", "next_step=Ben says", "--id", "lead:tide"])
        .ok();
    ana.run(&["sync"]).ok();
    assert!(ana.run(&["outbox", "show"]).ok().contains("conflict"));
    let said = ana.run(&["inbox", "done", "--id", "t1"]).ok();
    assert!(said.contains("sent"), "{said}");
}

#[test]
fn what_is_closed_is_counted_where_it_is_not_listed() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&["inbox", "done", "--id", "t1"]).ok();
    let said = ana.run(&["list", "thread", "state:done"]).err;
    assert!(
        said.contains("not listed: 1 threads that match and are closed; --all"),
        "{said}"
    );
    assert_eq!(fields(&ana, &["thread", "state:done", "--all"]).len(), 1);
}

/// A deleted record comes back by undo under its own id, also after the deletion was sent.
#[test]
fn a_deletion_is_taken_back() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&["new", "follow_up", "title=Call Dana"]).ok();
    let id = ana.run(&["list", "follow_up", "--format", "csv"]).ok();
    let id = id
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    ana.run(&["delete", "--id", &format!("follow_up:{id}")])
        .ok();
    assert!(ana.run(&["undo"]).ok().contains("sent"));
    let back = fields(&ana, &["follow_up"]);
    assert_eq!(back.len(), 1);
    assert_eq!(back[0]["id"], id.as_str());
    assert_eq!(ana.run(&["outbox", "show"]).ok(), "");
    ana.run(&["undo"]).ok();
    assert!(fields(&ana, &["follow_up"]).is_empty());
    assert!(ana.run(&["redo"]).ok().contains("sent"));
    assert_eq!(fields(&ana, &["follow_up"])[0]["id"], id.as_str());
    assert_eq!(ana.run(&["outbox", "show"]).ok(), "");
}

#[test]
fn the_keeper_of_a_database_lists_users_and_tokens_and_checks_the_audit_log() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.run(&["inbox", "done", "--id", "t1"]).ok();
    let db = backend.folder.path().join("server.db");
    let db = db.to_str().unwrap();
    let users = ana.run(&["user", "list", "--db", db]).ok();
    assert!(users.contains("lea  lead  west"), "{users}");
    let tokens = ana.run(&["token", "list", "--db", db]).ok();
    assert!(
        tokens.contains("  ana  ") && tokens.contains("  good  "),
        "{tokens}"
    );
    assert!(!tokens.contains(&ana.token), "the secret is not shown");
    let id = tokens.split_whitespace().next().unwrap();
    ana.run(&["token", "revoke", "--db", db, id]).ok();
    let tokens = ana.run(&["token", "list", "--db", db]).ok();
    assert!(tokens.contains("revoked"), "{tokens}");
    let audit = ana.run(&["audit", "verify", "--db", db]).ok();
    assert!(
        audit.contains("each follows from the one before"),
        "{audit}"
    );
    let missing = backend.folder.path().join("typo.db");
    let refused = ana.run(&["token", "list", "--db", missing.to_str().unwrap()]);
    assert_eq!(refused.code, 1);
    assert!(!missing.exists(), "a wrong name makes no database");
}

#[test]
fn the_funnel_is_printed_and_a_step_takes_its_facts_along() {
    let backend = Backend::start();
    let ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    let table = ana.run(&["funnel"]).ok();
    assert!(
        table.starts_with("Funnel · everyone I see · cohort of 13 weeks"),
        "{table}"
    );
    assert!(
        table.contains("biggest hole  no step has the ten leads"),
        "{table}"
    );
    let json = ana
        .run(&["funnel", "--format", "json", "--scope", "me"])
        .ok();
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!(json["whose"], "mine");
    assert!(json["as_of"].is_string(), "the age of the records is said");
    let names: Vec<&str> = json["table"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["New", "Contacted", "Proposal"]);
    let wrong = ana.run(&["funnel", "--what-if", "nowhere=60"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(
        wrong.err.contains("known: Contacted, Proposal"),
        "{}",
        wrong.err
    );
    ana.run(&["lead", "advance", "--id", "tide", "--fact", "signer=Kit"])
        .ok();
    let lead = backend.record("leads/tide", &ana.token);
    assert_eq!(lead["fields"]["signer"], "Kit");
    assert_eq!(lead["fields"]["stage"], "proposal");
    let added = ana
        .run(&["lead", "add", "Harbour Lights, referral, CA"])
        .ok();
    assert!(added.contains("new lead"), "{added}");
    let again = ana.run(&["lead", "add", "Harbour Lights"]);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("looks known"), "{}", again.err);
}

/// Whoever waits for `cnm sync` is not kept waiting by a server that says nothing: one try, and a sentence.
#[test]
fn a_mute_server_is_given_up_after_one_try() {
    let backend = Backend::start();
    let mut ana = backend.console("ana");
    ana.run(&["sync"]).ok();
    ana.server = crate::terminal::silent_server();
    for command in ["sync", "doctor"] {
        let began = std::time::Instant::now();
        let ran = ana.run(&[command]);
        let took = began.elapsed().as_secs();
        assert!((5..25).contains(&took), "{command}: {took} s {ran:?}");
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.contains("nothing came within 10 s"), "{ran:?}");
        if command == "sync" {
            assert_eq!((ran.code, ran.err.lines().count()), (3, 1), "{ran:?}");
        }
    }
}
