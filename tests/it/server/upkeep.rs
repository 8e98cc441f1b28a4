//! Restored servers, forgotten deletions, other programs on the same file.

use std::sync::Arc;
use std::time::Duration;

use cnm::record::Role;
use cnm::server::{self, Grant, NewUser, Options, Server, ServerError};
use cnm::wire::{Meta, Status, problem};
use jiff::Timestamp;
use serde_json::json;

use super::{Backend, Client, Mirror, create, delete, http_client, loopback, update};

const DAY: i64 = 86_400;

fn options() -> Options {
    let mut options = Options::new(Arc::new(|| "2026-11-21T09:00:00Z".parse().unwrap()));
    options.rate = None;
    options
}

#[tokio::test]
async fn a_restored_server_says_so_and_takes_lost_commands_again() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let kept = create("1", "lead", "kept", json!({"name": "a"}));
    mei.one(kept.clone()).await;
    let copy = backend.folder.path().join("backup.db");
    backend.server.backup(&copy).unwrap();
    let restored_seq = mei.page("", 1).await.head;
    let lost = create("2", "lead", "lost", json!({"name": "b"}));
    mei.one(lost.clone()).await;
    let cursor = mei.page("", 500).await.cursor;
    let before: Meta = mei.get("/v1/meta").await.json().await.unwrap();

    let db = backend.folder.path().join("restored.db");
    server::restore(&copy, &db).unwrap();
    let again = Server::open(&db, options()).unwrap();
    let running = again.serve(loopback()).await.unwrap();
    let mei = Client {
        base: running.url(),
        ..mei
    };
    let after: Meta = mei.get("/v1/meta").await.json().await.unwrap();
    assert_eq!(after.server_id, before.server_id);
    assert_ne!(after.epoch, before.epoch);
    let refused = mei.refused_page(&cursor).await;
    assert_eq!(refused.kind, problem::EPOCH_CHANGED);
    assert_eq!(refused.epoch, Some(after.epoch));
    assert_eq!(refused.restored_seq, Some(restored_seq));
    let results = mei.send(&[kept, lost]).await;
    assert_eq!(results[0].status, Status::Duplicate);
    assert_eq!(results[1].status, Status::Applied);
}

/// Puts the file back by hand, which begins no epoch, and serves it again.
async fn put_back(
    backend: &mut Backend,
    work: impl AsyncFnOnce(&Client),
) -> (Server, Client, String) {
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "a", json!({}))).await;
    let copy = backend.folder.path().join("copy.db");
    backend.server.backup(&copy).unwrap();
    mei.one(create("2", "lead", "b", json!({}))).await;
    let cursor = mei.page("", 500).await.cursor;
    backend.running.take().unwrap().shutdown().await;
    let again = Server::open(&copy, options()).unwrap();
    let running = again.serve(loopback()).await.unwrap();
    let mei = Client {
        base: running.url(),
        ..mei
    };
    backend.running = Some(running);
    work(&mei).await;
    (again, mei, cursor)
}

#[tokio::test]
async fn a_cursor_ahead_of_the_server_begins_a_new_epoch() {
    let mut backend = Backend::start().await;
    let (_server, mei, cursor) = put_back(&mut backend, async |_| {}).await;
    let before: Meta = mei.get("/v1/meta").await.json().await.unwrap();
    let refused = mei.refused_page(&cursor).await;
    assert_eq!(refused.kind, problem::EPOCH_CHANGED);
    assert_ne!(refused.epoch, Some(before.epoch));
    let again = mei.refused_page(&cursor).await;
    assert_eq!(
        again.epoch, refused.epoch,
        "one new epoch, not one for each reader"
    );
    assert!(mei.has("lead", "a").await);
}

#[tokio::test]
async fn a_server_that_went_another_way_since_is_noticed_by_the_chain() {
    let mut backend = Backend::start().await;
    let (_server, mei, cursor) = put_back(&mut backend, async |mei| {
        for id in ["x", "y", "z"] {
            mei.one(create(id, "lead", id, json!({}))).await;
        }
    })
    .await;
    assert_eq!(mei.refused_page(&cursor).await.kind, problem::EPOCH_CHANGED);
}

#[tokio::test]
async fn an_old_cursor_expires_with_the_deletions_it_would_need() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "a", json!({}))).await;
    let old = mei.page("", 500).await.cursor;
    mei.one(delete("2", "lead", "a", 1)).await;
    mei.one(create("3", "lead", "b", json!({}))).await;
    let known = mei.page("", 500).await.cursor;
    backend.pass(91 * DAY);
    let mei = backend.client("mei");
    mei.one(create("4", "lead", "c", json!({}))).await;
    backend.server.purge().await.unwrap();
    assert_eq!(mei.refused_page(&old).await.kind, problem::CURSOR_EXPIRED);
    assert_eq!(mei.page(&known, 500).await.changes.len(), 1);
    let mut mirror = Mirror::default();
    mirror.catch_up(&mei, 3).await;
    assert!(
        mirror
            .rows
            .contains_key(&("lead".to_owned(), "b".to_owned()))
    );
    assert_eq!(
        mei.get("/v1/leads/a").await.status(),
        404,
        "nothing is left of it"
    );
}

#[tokio::test]
async fn a_result_is_remembered_for_35_days() {
    let backend = Backend::start().await;
    let command = update("c", "user", "mei", 1, json!({"zone": "UTC"}));
    backend.client("ada").one(command.clone()).await;
    backend.pass(34 * DAY);
    backend.server.purge().await.unwrap();
    let again = backend.client("ada").one(command.clone()).await;
    assert_eq!(again.status, Status::Duplicate);
    backend.pass(2 * DAY);
    backend.server.purge().await.unwrap();
    let late = backend.client("ada").one(command).await;
    assert_eq!(
        late.status,
        Status::Noop,
        "the merge still keeps it from happening twice"
    );
}

#[tokio::test]
async fn another_program_may_add_users_and_tokens_while_the_server_runs() {
    let backend = Backend::start().await;
    let db = backend.folder.path().join("server.db");
    let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    let user = NewUser {
        id: "new".to_owned(),
        name: "New".to_owned(),
        role: Role::Cnm,
        team: "sg".to_owned(),
        zone: String::new(),
    };
    let cursor = backend.client("mei").page("", 500).await.cursor;
    let waiting = {
        let mei = backend.client("mei");
        let path = format!("/v1/changes?cursor={cursor}&wait=20");
        tokio::spawn(async move { mei.get(&path).await.text().await.unwrap() })
    };
    server::create_user(&db, &user, now).unwrap();
    let token = server::create_token(&db, "new", &Grant::default(), now).unwrap();
    let news = tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .unwrap()
        .unwrap();
    assert!(news.contains("\"new\""), "a waiting reader hears of it");
    let client = Client {
        base: backend.base(),
        token: token.reveal().to_owned(),
        cache: "new".to_owned(),
        http: http_client(),
    };
    assert_eq!(
        client.one(create("1", "lead", "l", json!({}))).await.status,
        Status::Applied
    );
    assert!(matches!(
        server::create_user(&db, &user, now),
        Err(ServerError::Invalid(_))
    ));
    let nobody = server::create_token(&db, "nobody", &Grant::default(), now);
    assert!(matches!(nobody, Err(ServerError::NoUser(_))));
    server::revoke_token(&db, token.id()).unwrap();
    assert_eq!(client.get("/v1/me").await.status(), 401);
}

#[tokio::test]
async fn nothing_is_written_over_by_backup_or_restore() {
    let backend = Backend::start().await;
    let db = backend.folder.path().join("server.db");
    assert!(backend.server.backup(&db).is_err());
    assert!(matches!(
        server::restore(&db, &db),
        Err(ServerError::Invalid(_))
    ));
    assert_eq!(backend.client("mei").get("/v1/me").await.status(), 200);
}

#[tokio::test]
async fn a_database_keeps_everything_over_a_restart() {
    let mut backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "x"})))
        .await;
    let cursor = mei.page("", 500).await.cursor;
    backend.running.take().unwrap().shutdown().await;
    let again = Server::open(&backend.folder.path().join("server.db"), options()).unwrap();
    let running = again.serve(loopback()).await.unwrap();
    let mei = Client {
        base: running.url(),
        ..mei
    };
    assert!(mei.page(&cursor, 500).await.changes.is_empty());
    assert!(mei.has("lead", "l").await);
}
