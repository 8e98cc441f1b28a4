//! Times that are kept free until a moment are released when it has come, with no console open.

use cnm::record::Kind;
use serde_json::{Value as Json, json};

use super::{Backend, create, update};

async fn state(backend: &Backend, id: &str) -> Json {
    let reply = backend
        .client("mei")
        .get(&format!("/v1/meetings/{id}"))
        .await;
    let row: Json = reply.json().await.unwrap();
    row["fields"]["state"].clone()
}

fn hold(state: &str) -> Json {
    // The server's day begins at 08:00 UTC on 21 November.
    json!({ "title": "Call", "owner": "mei", "state": state, "start": "2026-11-22T18:00:00Z",
        "end": "2026-11-22T19:00:00Z", "expires_at": "2026-11-21T09:00:00Z" })
}

#[tokio::test]
async fn a_hold_is_released_by_the_server_when_it_expires() {
    let backend = Backend::start().await;
    backend.seed(&[
        (Kind::Meeting, "held", hold("held")),
        (Kind::Meeting, "asked", hold("proposed")),
        (Kind::Meeting, "agreed", hold("confirmed")),
        (Kind::Meeting, "later", hold("held")),
        (Kind::Meeting, "kept", hold("held")),
    ]);
    let mei = backend.client("mei");
    // One is given more time, one is agreed.
    let more = json!({ "expires_at": "2026-11-21T10:00:00Z" });
    mei.one(update("a", "meeting", "later", 1, more)).await;
    let agreed = json!({ "state": "confirmed" });
    mei.one(update("b", "meeting", "kept", 1, agreed)).await;
    backend.pass(3_600 - 1);
    backend.server.send_due().await.unwrap();
    assert_eq!(state(&backend, "held").await, "held");
    backend.pass(1);
    backend.server.send_due().await.unwrap();
    for (id, wanted) in [
        ("held", "released"),
        ("asked", "released"),
        ("agreed", "confirmed"),
        ("later", "held"),
        ("kept", "confirmed"),
    ] {
        assert_eq!(state(&backend, id).await, wanted, "{id}");
    }
    backend.pass(3_600);
    backend.server.send_due().await.unwrap();
    assert_eq!(state(&backend, "later").await, "released");
    assert!(backend.server.verify_audit().unwrap().broken_at.is_none());
}

#[tokio::test]
async fn a_hold_that_a_console_makes_is_released_too() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("c", "meeting", "m", hold("held"))).await;
    backend.pass(3_600);
    backend.server.send_due().await.unwrap();
    assert_eq!(state(&backend, "m").await, "released");
}
