//! The audit log: every effect once, chained, append-only.

use cnm::wire::Status;
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::{Backend, create, delete, update};

struct Line {
    user: String,
    cmd: String,
    op: String,
    base: i64,
    status: String,
    before: Json,
    after: Json,
}

fn lines(backend: &Backend) -> Vec<Line> {
    let conn = Connection::open(backend.folder.path().join("server.db")).unwrap();
    let mut statement = conn
        .prepare("SELECT user, cmd, op, base, status, before, after FROM audit ORDER BY number")
        .unwrap();
    let json = |text: String| serde_json::from_str(&text).unwrap();
    statement
        .query_map([], |row| {
            Ok(Line {
                user: row.get(0)?,
                cmd: row.get(1)?,
                op: row.get(2)?,
                base: row.get(3)?,
                status: row.get(4)?,
                before: json(row.get(5)?),
                after: json(row.get(6)?),
            })
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[tokio::test]
async fn every_effect_has_one_line_with_what_was_and_what_is() {
    let backend = Backend::start().await;
    let (mei, lena) = (backend.client("mei"), backend.client("lena"));
    let first = create("1", "lead", "l", json!({"name": "a", "market": "US"}));
    mei.one(first.clone()).await;
    mei.one(first).await;
    lena.one(update("2", "lead", "l", 1, json!({"name": "b"})))
        .await;
    mei.one(update("3", "lead", "l", 1, json!({"name": "c"})))
        .await;
    mei.one(update("4", "lead", "l", 1, json!({"market": "CA"})))
        .await;
    mei.one(update("5", "lead", "l", 3, json!({"market": "CA"})))
        .await;
    mei.one(delete("6", "lead", "l", 3)).await;
    let log = lines(&backend);
    let told: Vec<_> = log
        .iter()
        .map(|line| {
            (
                line.user.as_str(),
                line.cmd.as_str(),
                line.op.as_str(),
                line.status.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("mei", "1", "create", "applied"),
            ("lena", "2", "update", "applied"),
            ("mei", "4", "update", "merged"),
            ("mei", "5", "update", "noop"),
            ("mei", "6", "delete", "applied"),
        ]
    );
    assert_eq!(log[1].before, json!({"name": {"version": 1, "value": "a"}}));
    assert_eq!(log[1].after, json!({"name": "b"}));
    assert_eq!(log[2].base, 1);
    assert_eq!(log[4].after, json!({}));
    assert_eq!(log[4].before["name"], json!({"version": 2, "value": "b"}));
}

#[tokio::test]
async fn the_chain_is_whole_and_a_changed_line_breaks_it() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    for number in 1..=5_u64 {
        let id = number.to_string();
        mei.one(create(&id, "lead", &id, json!({"name": id}))).await;
    }
    let report = backend.server.verify_audit().unwrap();
    assert_eq!((report.lines, report.broken_at), (5, None));
    let conn = Connection::open(backend.folder.path().join("server.db")).unwrap();
    let change = "UPDATE audit SET user = 'tom' WHERE number = 3";
    assert!(conn.execute(change, []).is_err(), "the log is append-only");
    conn.execute_batch("DROP TRIGGER audit_is_append_only_1")
        .unwrap();
    conn.execute(change, []).unwrap();
    assert_eq!(backend.server.verify_audit().unwrap().broken_at, Some(3));
}

/// Each accepted write was judged on a version that is not older than the field it replaced.
#[tokio::test]
async fn no_accepted_write_is_older_than_what_it_replaced() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let set = json!({"name": "0", "market": "0", "owner": "mei", "shared_with": ["tom"]});
    mei.one(create("c", "lead", "l", set)).await;
    for number in 1..60_u64 {
        let who = if number % 2 == 0 { &mei } else { &tom };
        let field = ["name", "market"][usize::from(number % 5 < 2)];
        let base = 1 + (number * 7) % number.clamp(1, 9);
        let value = number.to_string();
        who.one(update(
            &format!("u{number}"),
            "lead",
            "l",
            base,
            json!({field: value}),
        ))
        .await;
    }
    let mut accepted = 0;
    for line in lines(&backend).iter().filter(|line| line.op == "update") {
        for (field, was) in line.before.as_object().unwrap() {
            accepted += 1;
            assert!(
                line.base >= was["version"].as_i64().unwrap(),
                "{field} by {}",
                line.cmd
            );
        }
    }
    assert!(accepted > 3);
}

#[tokio::test]
async fn an_edit_that_changed_nothing_is_acknowledged_in_the_log() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    mei.one(create("1", "lead", "l", json!({"name": "a"})))
        .await;
    let same = mei
        .one(update("2", "lead", "l", 1, json!({"name": "a"})))
        .await;
    assert_eq!(same.status, Status::Noop);
    assert!(lines(&backend).iter().any(|line| line.cmd == "2"));
}
