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
