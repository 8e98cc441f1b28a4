//! CNs and leads that change hands on a day.

use cnm::record::Kind;
use serde_json::{Value as Json, json};

use super::{Backend, update};

/// Reads a CN as someone sees it.
async fn seen(backend: &Backend, person: &str) -> Option<Json> {
    let reply = backend.client(person).get("/v1/networks/n").await;
    if reply.status() != 200 {
        return None;
    }
    let row: Json = reply.json().await.unwrap();
    Some(row["fields"].clone())
}

#[tokio::test]
async fn a_network_changes_hands_at_the_beginning_of_its_day_and_the_one_before_still_sees_it() {
    let backend = Backend::start().await;
    backend.seed(&[(Kind::Network, "n", json!({"name": "Nova", "owner": "mei"}))]);
    let mei = backend.client("mei");
    assert_eq!(seen(&backend, "tom").await, None);
    let set = json!({"next_owner": "tom", "handover_on": "2026-11-22"});
    mei.one(update("h", "network", "n", 1, set)).await;
    // 08:00 UTC on the day before; sixteen hours are missing.
    backend.pass(16 * 3_600 - 1);
    backend.server.send_due().await.unwrap();
    assert_eq!(seen(&backend, "mei").await.unwrap()["owner"], "mei");
    backend.pass(1);
    backend.server.send_due().await.unwrap();
    for person in ["mei", "tom"] {
        let fields = seen(&backend, person).await.unwrap();
        assert_eq!(fields["owner"], "tom", "{person}");
        assert_eq!(fields["shared_with"], json!(["mei"]), "{person}");
        assert_eq!(fields.get("next_owner"), None);
        assert_eq!(fields.get("handover_on"), None);
    }
    assert!(backend.server.verify_audit().unwrap().broken_at.is_none());
}

#[tokio::test]
async fn a_handover_that_is_taken_back_does_not_happen() {
    let backend = Backend::start().await;
    backend.seed(&[(Kind::Network, "n", json!({"name": "Nova", "owner": "mei"}))]);
    let mei = backend.client("mei");
    let set = json!({"next_owner": "tom", "handover_on": "2026-11-22"});
    mei.one(update("h", "network", "n", 1, set)).await;
    let mut back = update("b", "network", "n", 2, json!({}));
    back["unset"] = json!(["next_owner", "handover_on"]);
    mei.one(back).await;
    backend.pass(48 * 3_600);
    backend.server.send_due().await.unwrap();
    assert_eq!(seen(&backend, "mei").await.unwrap()["owner"], "mei");
    assert_eq!(seen(&backend, "tom").await, None);
}
