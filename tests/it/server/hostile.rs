//! Hostile input: bodies that are no JSON, or JSON that means two things.

use std::path::PathBuf;

use cnm::wire::{Status, problem};
use reqwest::Method;
use serde_json::json;

use super::{Backend, Client, create};

async fn post_raw(client: &Client, body: Vec<u8>) -> u16 {
    let request = client
        .request(Method::POST, "/v1/commands")
        .header("content-type", "application/json")
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

/// Puts a text where a field's value would stand.
fn around(value: &[u8]) -> Vec<u8> {
    let mut body = br#"{"client":"c","batch":[{"cmd":"1","kind":"lead","id":"l","op":"update","base":1,"set":{"x":"#.to_vec();
    body.extend_from_slice(value);
    body.extend_from_slice(b"}}]}");
    body
}

#[tokio::test]
async fn no_text_of_the_json_test_suite_brings_the_server_down() {
    let folder = std::env::var_os("CNM_JSON_TEST_SUITE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/json-test-suite"),
        PathBuf::from,
    );
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no JSON test suite; set CNM_JSON_TEST_SUITE to its folder");
        return;
    };
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let mut tried = 0;
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        tried += 1;
        let text = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let alone = post_raw(&mei, text.clone()).await;
        assert_eq!(alone, 400, "{name}: it is no batch");
        let inside = post_raw(&mei, around(&text)).await;
        match name.split_once('_').map_or("", |(verdict, _)| verdict) {
            "n" => assert_eq!(inside, 400, "{name}"),
            "y" if !name.contains("duplicated") && !name.contains("number") => {
                assert_eq!(inside, 200, "{name}");
            }
            _ => assert!(inside == 200 || inside == 400, "{name}: {inside}"),
        }
    }
    assert!(tried > 100, "only {tried} files in {}", folder.display());
    assert_eq!(
        mei.one(create("ok", "lead", "ok", json!({}))).await.status,
        Status::Applied
    );
}

#[tokio::test]
async fn json_with_two_meanings_is_refused_whole() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    for value in [
        r#"{"a":1,"a":2}"#,
        "12345678901234567890123",
        "9007199254740993",
        "1e400",
        "NaN",
        "\"\\ud800\"",
    ] {
        assert_eq!(
            post_raw(&mei, around(value.as_bytes())).await,
            400,
            "{value}"
        );
    }
    let twice = br#"{"client":"c","client":"d","batch":[]}"#.to_vec();
    assert_eq!(post_raw(&mei, twice).await, 400);
    assert_eq!(post_raw(&mei, b"\xef\xbb\xbf{}".to_vec()).await, 400);
    assert_eq!(post_raw(&mei, b"\"\xff\"".to_vec()).await, 400);
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    assert_eq!(post_raw(&mei, around(&deep)).await, 400);
}

#[tokio::test]
async fn many_keys_and_long_texts_are_only_a_matter_of_size() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let keys: Vec<String> = (0..50_000).map(|key| format!("\"k{key}\":{key}")).collect();
    let keys = format!("{{{}}}", keys.join(","));
    assert_eq!(post_raw(&mei, around(keys.as_bytes())).await, 200);
}

#[tokio::test]
async fn ids_and_paths_cannot_break_out() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    for id in [
        "'%20OR%201=1--",
        "%00",
        "..%2f..",
        "%ff",
        "a%22b",
        "*",
        "%E2%80%AE",
    ] {
        let reply = mei.get(&format!("/v1/leads/{id}")).await;
        let status = reply.status().as_u16();
        assert!(status == 404 || status == 400, "{id}: {status}");
    }
    for id in ["*", "a b", "a\"b", "a/b", "", "ä"] {
        let result = mei.one(create("c", "lead", id, json!({}))).await;
        assert_eq!(result.status, Status::Rejected, "{id}");
    }
    let reply = mei.post(&json!({"client": "a\"b", "batch": []})).await;
    assert_eq!(super::problem(reply).await.kind, problem::MALFORMED);
    let owner = create("o", "lead", "o", json!({"owner": "*"}));
    assert_eq!(mei.one(owner).await.status, Status::Applied);
    assert!(
        !backend.client("tom").has("lead", "o").await,
        "no one is `*`"
    );
}

#[tokio::test]
async fn an_error_tells_nothing_of_the_database() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let path = backend.folder.path().join("server.db");
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch("DROP TABLE audience_user").unwrap();
    let reply = mei
        .post(&json!({"client": "c", "batch": [
        create("1", "lead", "l", json!({"owner": "new-owner"}))]}))
        .await;
    assert_eq!(reply.status(), 500);
    let text = reply.text().await.unwrap().to_lowercase();
    for word in ["sql", "table", "audience", "select"] {
        assert!(!text.contains(word), "{text}");
    }
}
