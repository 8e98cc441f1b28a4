//! Records for the benchmark: made up, of a usual size.

use cnm::record::Kind;
use cnm::server::NewRecord;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) fn thread_id(number: usize) -> String {
    format!("0192f3a1-0000-7000-8000-{number:012}")
}

/// One thread for every nineteen messages; every tenth thread is Tom's, the others are Mei's.
pub(crate) fn world(rows: usize, now: Timestamp) -> Vec<Vec<NewRecord>> {
    let record = |kind: Kind, id: String, fields: Value| {
        let Value::Object(fields) = fields else {
            unreachable!("fields are an object")
        };
        NewRecord {
            kind,
            id,
            fields,
            updated_at: now,
            updated_by: "mei".to_owned(),
        }
    };
    let user = |id: &str, role: &str| {
        let fields = json!({"name": id, "role": role, "team": "sg"});
        record(Kind::User, id.to_owned(), fields)
    };
    let mut world = vec![vec![
        record(Kind::Team, "sg".to_owned(), json!({"name": "sg"})),
        user("mei", "cnm"),
        user("tom", "cnm"),
        user("lena", "lead"),
    ]];
    let threads: Vec<NewRecord> = (0..rows / 20)
        .map(|number| {
            let owner = if number % 10 == 0 { "tom" } else { "mei" };
            let fields = json!({
                "title": format!("thread {number}"), "channel": "lark_dm", "state": "open",
                "owner": owner, "from_name": "Somebody", "last_at": "2026-11-21T07:00:00Z",
                "last_text": "some words of the newest message in this thread", "messages": 20,
            });
            record(Kind::Thread, thread_id(number), fields)
        })
        .collect();
    let count = threads.len();
    let messages: Vec<NewRecord> = (0..rows - count)
        .map(|number| {
            let scattered = number * 7_919 % 99_999_989;
            let id = format!("0192f3a2-0000-7000-8000-{scattered:012}");
            let fields = json!({
                "thread": thread_id(number % count), "direction": "in", "kind": "text",
                "sender_name": "Somebody", "sent_at": "2026-11-21T07:00:00Z", "lang": "en",
                "text": "hello, a message of a usual length that asks for an answer soon",
            });
            record(Kind::Message, id, fields)
        })
        .collect();
    world.extend(threads.chunks(500).map(<[_]>::to_vec));
    world.extend(messages.chunks(1_000).map(<[_]>::to_vec));
    world
}

/// The same records as a backend without rules would keep them.
pub(crate) fn plain(rows: usize, now: Timestamp) -> Vec<(String, Value)> {
    let records = world(rows, now).into_iter().flatten();
    records
        .map(|record| {
            let NewRecord {
                kind, id, fields, ..
            } = record;
            let body = json!({"kind": kind.name(), "id": id, "fields": fields});
            (id, body)
        })
        .collect()
}
