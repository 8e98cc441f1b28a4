//! What the server does by itself: threads follow their messages, queued messages leave.

use cnm::record::Kind;
use cnm::wire::{Row, Status};
use serde_json::{Value as Json, json};

use super::{Backend, Client, create, delete, update};

async fn row(client: &Client, kind: &str, id: &str) -> Row {
    let key = (kind.to_owned(), id.to_owned());
    client.everything().await.remove(&key).unwrap()
}

fn incoming(id: &str, text: &str, sent_at: &str) -> Json {
    let set = json!({
        "thread": "t", "direction": "in", "text": text, "sent_at": sent_at,
        "sender": "p1", "sender_name": "Nova", "mentions_me": true,
    });
    create(id, "message", id, set)
}

async fn backend_with_thread(thread: Json) -> (Backend, Client) {
    let backend = Backend::start().await;
    let mut fields = json!({"title": "Hello", "owner": "mei", "channel": "lark_dm"});
    for (name, value) in thread.as_object().unwrap() {
        fields[name] = value.clone();
    }
    backend.seed(&[(Kind::Thread, "t", fields)]);
    let mei = backend.client("mei");
    (backend, mei)
}

#[tokio::test]
async fn an_incoming_message_updates_its_thread() {
    let (_backend, mei) = backend_with_thread(json!({"state": "open"})).await;
    let long = "x".repeat(300);
    mei.one(incoming("m1", &long, "2026-11-21T07:00:00Z")).await;
    let thread = row(&mei, "thread", "t").await;
    assert_eq!(thread.fields["last_at"], "2026-11-21T07:00:00Z");
    assert_eq!(thread.fields["last_text"].as_str().unwrap().len(), 120);
    assert_eq!(thread.fields["from"], "p1");
    assert_eq!(thread.fields["from_name"], "Nova");
    assert_eq!(thread.fields["messages"], 1);
    assert_eq!(thread.fields["new"], 1);
    assert_eq!(thread.fields["mentions_me"], true);
    mei.one(incoming("m0", "older", "2026-11-20T07:00:00Z"))
        .await;
    let thread = row(&mei, "thread", "t").await;
    assert_eq!(thread.fields["last_at"], "2026-11-21T07:00:00Z");
    assert_eq!(thread.fields["messages"], 2);
}

#[tokio::test]
async fn a_thread_stays_with_whoever_writes_to_us_after_our_answer() {
    let (backend, mei) = backend_with_thread(json!({"state": "open"})).await;
    mei.one(incoming("m1", "hi", "2026-11-21T07:00:00Z")).await;
    let set = json!({
        "thread": "t", "direction": "out", "text": "hello", "sender": "p2", "sender_name": "Mei",
    });
    mei.one(create("m2", "message", "m2", set)).await;
    backend.server.send_due().await.unwrap();
    let thread = row(&mei, "thread", "t").await;
    assert_eq!(thread.fields["last_text"], "hello");
    assert_eq!(thread.fields["from"], "p1");
    assert_eq!(thread.fields["from_name"], "Nova");
}

#[tokio::test]
async fn a_message_and_its_thread_are_one_transaction() {
    let (_backend, mei) = backend_with_thread(json!({})).await;
    let start = mei.page("", 5_000).await.cursor;
    mei.one(incoming("m1", "hi", "2026-11-21T07:00:00Z")).await;
    let page = mei.page(&start, 1).await;
    assert!(page.txn_open);
}

#[tokio::test]
async fn a_message_brings_a_thread_back_that_was_put_away() {
    for (before, after) in [
        (json!({"state": "done"}), "open"),
        (json!({"state": "snoozed", "wake_on": "reply"}), "open"),
        (json!({"state": "snoozed", "wake_on": "stage"}), "snoozed"),
    ] {
        let (_backend, mei) = backend_with_thread(before.clone()).await;
        mei.one(incoming("m1", "hi", "2026-11-21T07:00:00Z")).await;
        let thread = row(&mei, "thread", "t").await;
        assert_eq!(thread.fields["state"], after, "{before}");
    }
}

/// A team-mate moves a lead that its thread's owner cannot even see: the thread that slept until then is back.
#[tokio::test]
async fn a_thread_that_sleeps_until_its_lead_moves_wakes_whoever_moves_it() {
    let asleep = json!({"state": "snoozed", "wake_on": "stage", "lead": "l"});
    let (backend, mei) = backend_with_thread(asleep.clone()).await;
    let mut other = asleep;
    (other["lead"], other["owner"]) = (json!("k"), json!("mei"));
    let lead = |stage: &str| json!({"name": "Halo", "owner": "tom", "stage": stage});
    backend.seed(&[
        (Kind::Thread, "u", other),
        (Kind::Lead, "l", lead("new")),
        (Kind::Lead, "k", lead("new")),
    ]);
    let tom = backend.client("tom");
    tom.one(update("a", "lead", "l", 1, json!({"next_step": "call"})))
        .await;
    assert_eq!(row(&mei, "thread", "t").await.fields["state"], "snoozed");
    tom.one(update("b", "lead", "l", 2, json!({"stage": "contacted"})))
        .await;
    let thread = row(&mei, "thread", "t").await;
    assert_eq!(thread.fields["state"], "open");
    assert!(!thread.fields.contains_key("wake_on"));
    assert_eq!(thread.updated_by.as_deref(), Some("tom"));
    let other = row(&mei, "thread", "u").await;
    assert_eq!(other.fields["state"], "snoozed", "its lead stays");
    assert!(backend.server.verify_audit().unwrap().broken_at.is_none());
}

/// The mover's own console wakes what it knows in the same batch, and takes both back before either was sent.
#[tokio::test]
async fn a_move_that_wakes_and_is_taken_back_offline_is_no_conflict() {
    let asleep = json!({"state": "snoozed", "wake_on": "stage", "lead": "l"});
    let (backend, mei) = backend_with_thread(asleep).await;
    let lead = json!({"name": "Halo", "owner": "mei", "stage": "new"});
    backend.seed(&[(Kind::Lead, "l", lead)]);
    let mut wake = update("b", "thread", "t", 1, json!({"state": "open"}));
    wake["unset"] = json!(["wake_on"]);
    let sleep = json!({"state": "snoozed", "wake_on": "stage"});
    let results = mei
        .send(&[
            update("a", "lead", "l", 1, json!({"stage": "contacted"})),
            wake,
            update("c", "lead", "l", 1, json!({"stage": "new"})),
            update("d", "thread", "t", 1, sleep),
        ])
        .await;
    for result in &results {
        assert!(result.status.is_settled(), "{result:?}");
    }
    let thread = row(&mei, "thread", "t").await;
    assert_eq!(thread.fields["state"], "snoozed");
    assert_eq!(thread.fields["wake_on"], "stage");
    assert_eq!(row(&mei, "lead", "l").await.fields["stage"], "new");
}

#[tokio::test]
async fn a_thread_is_not_done_while_a_message_is_unseen() {
    let (backend, mei) = backend_with_thread(json!({"state": "open"})).await;
    let lena = backend.client("lena");
    lena.one(incoming("m1", "hi", "2026-11-21T07:00:00Z")).await;
    let set = json!({"state": "done", "done_at": "2026-11-21T08:00:00Z", "new": 0});
    let late = mei.one(update("d", "thread", "t", 1, set.clone())).await;
    assert_eq!(late.status, Status::Merged);
    let server = late.server.unwrap();
    assert_eq!(server.fields["state"], "open");
    assert_eq!(server.fields["new"], 1, "the count is the server's");
    let seen = mei.one(update("e", "thread", "t", 3, set)).await;
    assert!(seen.status.is_settled());
    assert_eq!(row(&mei, "thread", "t").await.fields["state"], "done");
}

fn outgoing(id: &str, send_at: &str) -> Json {
    let set = json!({"thread": "t", "direction": "out", "text": "on it", "state": "queued",
                     "send_at": send_at});
    create(id, "message", id, set)
}

#[tokio::test]
async fn a_queued_message_leaves_when_its_time_has_come() {
    let (backend, mei) = backend_with_thread(json!({"new": 2})).await;
    mei.one(outgoing("m", "2026-11-21T08:00:10Z")).await;
    assert_eq!(backend.server.send_due().await.unwrap(), 0);
    assert_eq!(row(&mei, "message", "m").await.fields["state"], "queued");
    backend.pass(10);
    backend.server.send_due().await.unwrap();
    let sent = row(&mei, "message", "m").await;
    assert_eq!(sent.fields["state"], "sent");
    assert_eq!(sent.fields["sent_at"], "2026-11-21T08:00:10Z");
    let thread = row(&mei, "thread", "t").await;
    assert_eq!(thread.fields["last_text"], "on it");
    assert_eq!(thread.fields["messages"], 1);
    assert_eq!(thread.fields["new"], 2, "one's own message is not news");
}

#[tokio::test]
async fn a_cancelled_message_never_leaves_and_a_sent_one_cannot_be_cancelled() {
    let (backend, mei) = backend_with_thread(json!({})).await;
    mei.one(outgoing("a", "2026-11-21T08:00:10Z")).await;
    mei.one(outgoing("b", "2026-11-21T08:00:10Z")).await;
    mei.one(outgoing("c", "2026-11-21T08:00:10Z")).await;
    let cancelled = json!({"state": "cancelled"});
    mei.one(update("1", "message", "a", 1, cancelled.clone()))
        .await;
    mei.one(delete("2", "message", "c", 1)).await;
    backend.pass(60);
    backend.server.send_due().await.unwrap();
    assert_eq!(row(&mei, "message", "a").await.fields["state"], "cancelled");
    let late = mei
        .one(update("3", "message", "b", 1, cancelled.clone()))
        .await;
    assert_eq!(late.status, Status::Conflict);
    let knowing = mei.one(update("4", "message", "b", 2, cancelled)).await;
    assert_eq!(knowing.status, Status::Conflict, "it has left");
    let server = knowing.server.unwrap();
    assert_eq!(server.fields["state"], "sent");
}

#[tokio::test]
async fn a_message_that_is_put_off_waits_for_its_new_time() {
    let (backend, mei) = backend_with_thread(json!({})).await;
    mei.one(outgoing("m", "2026-11-21T08:00:10Z")).await;
    mei.one(update(
        "1",
        "message",
        "m",
        1,
        json!({"send_at": "2026-11-21T09:00:00Z"}),
    ))
    .await;
    backend.pass(60);
    backend.server.send_due().await.unwrap();
    assert_eq!(row(&mei, "message", "m").await.fields["state"], "queued");
}

#[tokio::test]
async fn an_outgoing_message_without_a_time_leaves_now() {
    let (backend, mei) = backend_with_thread(json!({})).await;
    let set = json!({"thread": "t", "direction": "out", "text": "now"});
    mei.one(create("m", "message", "m", set)).await;
    backend.server.send_due().await.unwrap();
    assert_eq!(row(&mei, "message", "m").await.fields["state"], "sent");
}

/// What was escalated, and an incident, is closed with its root cause or not at all, whoever asks.
#[tokio::test]
async fn nothing_escalated_is_closed_without_its_root_cause() {
    let backend = Backend::start().await;
    let escalated = json!({
        "title": "Payout", "owner": "mei", "state": "open", "priority": "p1",
        "escalated_at": "2026-11-21T07:00:00Z",
    });
    let incident = json!({"title": "Ban", "owner": "mei", "state": "open"});
    backend.seed(&[
        (Kind::FollowUp, "f", escalated),
        (
            Kind::FollowUp,
            "plain",
            json!({"title": "Call", "owner": "mei", "state": "open"}),
        ),
        (Kind::Incident, "i", incident),
    ]);
    let mei = backend.client("mei");
    for (cmd, kind, id, state) in [
        ("1", "follow_up", "f", "done"),
        ("2", "incident", "i", "closed"),
    ] {
        let refused = mei
            .one(update(cmd, kind, id, 1, json!({"state": state})))
            .await;
        assert_eq!(refused.status, Status::Rejected, "{kind}");
        let problem = refused.problem.unwrap();
        assert_eq!(problem.errors[0].pointer, "/set/root_cause");
        let set = json!({"state": state, "root_cause": "bank holiday"});
        let closed = mei.one(update(&format!("{cmd}b"), kind, id, 1, set)).await;
        assert_eq!(closed.status, Status::Applied, "{kind}");
    }
    let plain = update("3", "follow_up", "plain", 1, json!({"state": "done"}));
    assert_eq!(mei.one(plain).await.status, Status::Applied);
}
