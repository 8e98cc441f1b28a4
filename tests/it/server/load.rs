//! Loading: the same rows as commands would make.

use cnm::record::Kind;
use cnm::server::NewRecord;
use serde_json::{Value as Json, json};

use super::{Backend, Mirror, create, new_record};

fn small_world() -> Vec<(Kind, &'static str, Json)> {
    vec![
        (Kind::Network, "n", json!({"name": "Nova", "owner": "mei"})),
        (Kind::Creator, "c", json!({"network": "n", "handle": "x"})),
        (
            Kind::Lead,
            "l",
            json!({"name": "Lead", "owner": "tom", "shared_with": ["mei"]}),
        ),
        (
            Kind::Note,
            "o",
            json!({"subject": {"kind": "creator", "id": "c"}, "text": "hi"}),
        ),
        (Kind::Snippet, "s", json!({"title": "x"})),
    ]
}

#[tokio::test]
async fn loaded_records_are_what_commands_would_have_made() {
    let (loaded, sent) = (Backend::start().await, Backend::start().await);
    loaded.seed(&small_world());
    let boss = sent.client("boss");
    for (kind, id, fields) in small_world() {
        boss.one(create(id, kind.name(), id, fields)).await;
    }
    for person in ["mei", "tom", "uma", "lena", "ada"] {
        let rows = async |backend: &Backend| -> Vec<_> {
            let rows = backend.client(person).everything().await.into_values();
            rows.map(|mut row| {
                row.updated_by = None;
                row.seq = 0;
                row
            })
            .collect()
        };
        assert_eq!(rows(&loaded).await, rows(&sent).await, "{person}");
    }
}

#[tokio::test]
async fn what_belongs_to_something_may_come_before_it() {
    let backend = Backend::start().await;
    let mut records = small_world();
    records.reverse();
    backend.seed(&records);
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    assert!(mei.has("note", "o").await);
    assert!(!tom.has("note", "o").await);
}

#[tokio::test]
async fn one_wrong_record_and_nothing_is_loaded() {
    let backend = Backend::start().await;
    let good: Vec<NewRecord> = vec![new_record(Kind::Snippet, "s", &json!({}))];
    let wrong: Vec<NewRecord> = vec![new_record(Kind::Snippet, "no good", &json!({}))];
    assert!(backend.server.load([good.clone(), wrong]).is_err());
    assert!(
        backend.server.load([good.clone(), good.clone()]).is_err(),
        "twice the same id"
    );
    assert!(!backend.client("mei").has("snippet", "s").await);
    assert_eq!(backend.server.load([good]).unwrap().records, 1);
}

#[tokio::test]
async fn each_item_is_a_transaction_of_the_feed() {
    let backend = Backend::start().await;
    let group = |name: &str| -> Vec<NewRecord> {
        (0..4)
            .map(|number| new_record(Kind::Snippet, &format!("{name}{number}"), &json!({})))
            .collect()
    };
    let mei = backend.client("mei");
    let mut mirror = Mirror::default();
    mirror.catch_up(&mei, 500).await;
    backend
        .server
        .load([group("a"), group("b"), group("c")])
        .unwrap();
    let page = mei.page(&mirror.cursor, 9).await;
    assert_eq!(page.changes.len(), 8);
    assert!(!page.txn_open);
}

#[tokio::test]
async fn a_loaded_message_in_the_queue_leaves() {
    let backend = Backend::start().await;
    backend.seed(&[
        (Kind::Thread, "t", json!({"owner": "mei"})),
        (
            Kind::Message,
            "m",
            json!({"thread": "t", "direction": "out", "state": "queued",
                   "send_at": "2026-11-21T07:59:59Z"}),
        ),
    ]);
    backend.server.send_due().await.unwrap();
    let reply = backend.client("mei").get("/v1/messages/m").await;
    let row: Json = reply.json().await.unwrap();
    assert_eq!(row["fields"]["state"], "sent");
}
