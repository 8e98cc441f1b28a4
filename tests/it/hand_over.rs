//! Handing over: two people and their lead against one backend.

use serde_json::{Value as Json, json};

use crate::backend::{Backend, Console};

fn field(backend: &Backend, as_seen_by: &Console, path: &str, field: &str) -> Json {
    backend.record(path, &as_seen_by.token)["fields"][field].clone()
}

fn sees_nova(console: &Console) -> bool {
    console.run(&["sync"]).ok();
    let networks = console.run(&["list", "network"]).ok();
    networks.contains("Nova Media")
}

#[test]
fn a_cn_goes_to_a_colleague_who_sees_it_then_and_comes_back_by_undo() {
    let backend = Backend::start();
    let (ana, ben) = (backend.console("ana"), backend.console("ben"));
    assert!(sees_nova(&ana) && !sees_nova(&ben));
    let said = ana
        .run(&["network", "hand-over", "Ben", "--id", "nova"])
        .ok();
    assert!(said.contains("Ben Ortiz"), "{said}");
    assert_eq!(field(&backend, &ben, "networks/nova", "owner"), "ben");
    assert!(sees_nova(&ben), "the new owner has it");
    assert!(sees_nova(&ana), "the one before goes on seeing it");
    ana.run(&["undo"]).ok();
    assert_eq!(field(&backend, &ana, "networks/nova", "owner"), "ana");
    assert!(!sees_nova(&ben), "what was taken back is gone again");
}

#[test]
fn on_a_day_that_comes_the_record_names_who_is_next_until_it_is_taken_back() {
    let backend = Backend::start();
    let (ana, ben) = (backend.console("ana"), backend.console("ben"));
    ana.run(&["sync"]).ok();
    let both = ["--id", "network:nova", "--id", "lead:halo"];
    let mut args = vec!["network", "hand-over", "Ben", "--on", "+10d"];
    args.extend(both);
    let said = ana.run(&args).ok();
    assert!(said.contains("Ben Ortiz on "), "{said}");
    for path in ["networks/nova", "leads/halo"] {
        assert_eq!(field(&backend, &ana, path, "owner"), "ana", "{path}");
        assert_eq!(field(&backend, &ana, path, "next_owner"), "ben", "{path}");
        assert!(field(&backend, &ana, path, "handover_on").is_string());
    }
    assert!(!sees_nova(&ben), "it is not his yet");
    ana.run(&["undo"]).ok();
    for path in ["networks/nova", "leads/halo"] {
        assert_eq!(field(&backend, &ana, path, "next_owner"), json!(null));
        assert_eq!(field(&backend, &ana, path, "handover_on"), json!(null));
    }
    // A day that is over changes nothing.
    let past = ana.run(&[
        "network",
        "hand-over",
        "Ben",
        "--on",
        "2020-01-01",
        "--id",
        "nova",
    ]);
    assert_ne!(past.code, 0, "{past:?}");
    assert_eq!(field(&backend, &ana, "networks/nova", "owner"), "ana");
}

#[test]
fn a_growth_lead_hands_over_all_that_one_person_has_and_takes_it_back_as_a_whole() {
    let backend = Backend::start();
    let lea = backend.console("lea");
    lea.run(&["sync"]).ok();
    lea.run(&["network", "hand-over", "Ben", "--of", "Ana"])
        .ok();
    let all = ["networks/nova", "leads/halo", "leads/tide"];
    for path in all {
        assert_eq!(field(&backend, &lea, path, "owner"), "ben", "{path}");
    }
    lea.run(&["undo"]).ok();
    for path in all {
        assert_eq!(field(&backend, &lea, path, "owner"), "ana", "{path}");
    }
    // Nor does somebody who is not there get anything.
    let nobody = lea.run(&["network", "hand-over", "Nobody", "--of", "Ana"]);
    assert_ne!(nobody.code, 0, "{nobody:?}");
    assert!(nobody.err.contains("Nobody"), "{nobody:?}");
}
