//! The published contract against what the server really answers.

use std::collections::BTreeSet;

use cnm::record::Kind;
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::{Backend, Client, create, new_record, update};

/// Says where a value does not fit a schema; knows the words that the document uses.
fn misfits(document: &Json, schema: &Json, value: &Json, at: &str, found: &mut Vec<String>) {
    let Some(words) = schema.as_object() else {
        return;
    };
    for (word, meaning) in words {
        let wrong = match word.as_str() {
            "$ref" => {
                let pointer = meaning.as_str().unwrap().trim_start_matches('#');
                let target = document.pointer(pointer);
                let target = target.unwrap_or_else(|| panic!("{pointer} leads nowhere"));
                misfits(document, target, value, at, found);
                false
            }
            "allOf" => {
                for part in meaning.as_array().unwrap() {
                    misfits(document, part, value, at, found);
                }
                false
            }
            "anyOf" => !meaning.as_array().unwrap().iter().any(|part| {
                let mut inner = Vec::new();
                misfits(document, part, value, at, &mut inner);
                inner.is_empty()
            }),
            "type" => match meaning {
                Json::Array(types) => !types.iter().any(|ty| is(ty, value)),
                ty => !is(ty, value),
            },
            "const" => meaning != value,
            "enum" => !meaning.as_array().unwrap().contains(value),
            "minimum" => value.as_f64() < meaning.as_f64(),
            "format" => match meaning.as_str().unwrap() {
                "date-time" => value.as_str().unwrap().parse::<jiff::Timestamp>().is_err(),
                "date" => value
                    .as_str()
                    .unwrap()
                    .parse::<jiff::civil::Date>()
                    .is_err(),
                other => panic!("the format {other}"),
            },
            "pattern" => {
                assert_eq!(meaning, "^[0-9a-f]{16}$");
                let text = value.as_str().unwrap();
                text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            "required" => meaning
                .as_array()
                .unwrap()
                .iter()
                .any(|name| value.is_object() && value.get(name.as_str().unwrap()).is_none()),
            "properties" => {
                for (name, schema) in meaning.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        misfits(document, schema, value, &format!("{at}/{name}"), found);
                    }
                }
                false
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().unwrap() {
                    misfits(document, meaning, value, &format!("{at}/{name}"), found);
                }
                false
            }
            "items" => {
                for (number, value) in value.as_array().unwrap().iter().enumerate() {
                    misfits(document, meaning, value, &format!("{at}/{number}"), found);
                }
                false
            }
            "description" | "examples" | "x-links-to" => false,
            other => panic!("the word {other}"),
        };
        if wrong {
            found.push(format!("{at}: {word} {meaning} against {value}"));
        }
    }
}

fn is(ty: &Json, value: &Json) -> bool {
    match ty.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("the type {other}"),
    }
}

fn fits(document: &Json, schema: &Json, value: &Json, what: &str) {
    let mut found = Vec::new();
    misfits(document, schema, value, "", &mut found);
    assert!(found.is_empty(), "{what}: {found:#?}");
}

async fn document(client: &Client) -> Json {
    let reply = client.http.get(format!("{}/v1/openapi.json", client.base));
    let reply = reply.send().await.unwrap();
    assert_eq!(reply.status(), 200, "no token is needed");
    reply.json().await.unwrap()
}

/// Asks a path of the document and checks that the reply is the one it promises.
async fn ask(client: &Client, document: &Json, path: &str, asked: &str, request: reqwest::Request) {
    let method = request.method().as_str().to_lowercase();
    let what = format!("{method} {asked}");
    let reply = client.http.execute(request).await.unwrap();
    let status = reply.status().as_str().to_owned();
    let kind = super::header(&reply, "content-type");
    let promised = &document["paths"][path][&method]["responses"][&status];
    assert!(promised.is_object(), "{what}: {status} is not promised");
    let content = &promised["content"];
    if content.is_null() {
        assert_eq!(reply.bytes().await.unwrap().len(), 0, "{what}");
        return;
    }
    let schema = &content[&kind]["schema"];
    assert!(
        schema.is_object(),
        "{what}: {status} {kind} is not promised"
    );
    fits(document, schema, &reply.json().await.unwrap(), &what);
}

/// Every kind has a record of the morning that the tests know, where there is one.
async fn furnished() -> (Backend, Client) {
    let backend = Backend::start().await;
    let text = include_str!("../desk/morning.jsonl");
    let mut records = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let record: Json = serde_json::from_str(line).unwrap();
        let kind = Kind::from_name(record["kind"].as_str().unwrap()).unwrap();
        if matches!(kind, Kind::User | Kind::Team) {
            continue;
        }
        let mut fields = record["fields"].clone();
        fields["owner"] = json!("mei");
        records.push(new_record(kind, record["id"].as_str().unwrap(), &fields));
    }
    backend.server.load([records]).unwrap();
    let client = backend.client("lena");
    (backend, client)
}

#[tokio::test]
async fn every_reply_is_the_one_that_the_document_promises() {
    let (_backend, client) = furnished().await;
    let document = document(&client).await;
    assert_eq!(document["openapi"], "3.1.0");
    let get = |path: &str| client.request(Method::GET, path).build().unwrap();
    for path in [
        "/v1/meta",
        "/v1/me",
        "/v1/digest",
        "/v1/changes",
        "/v1/openapi.json",
    ] {
        ask(&client, &document, path, path, get(path)).await;
    }
    let mut asked = vec!["/v1/changes?limit=x", "/v1/changes?cursor=x"];
    asked.push("/v1/changes?limit=7");
    for path in asked {
        ask(&client, &document, "/v1/changes", path, get(path)).await;
    }
    let mut shown = 0;
    for kind in Kind::ALL {
        let path = format!("/v1/{}", kind.path());
        ask(&client, &document, &path, &path, get(&path)).await;
        let list: Json = client.get(&path).await.json().await.unwrap();
        let one = format!("{path}/{{id}}");
        for record in list["records"].as_array().unwrap() {
            let asked = format!("{path}/{}", record["id"].as_str().unwrap());
            ask(&client, &document, &one, &asked, get(&asked)).await;
            shown += 1;
        }
        ask(
            &client,
            &document,
            &one,
            "none",
            get(&format!("{path}/none")),
        )
        .await;
    }
    assert!(shown > 20, "{shown} records");
}

#[tokio::test]
async fn commands_and_edits_are_as_the_document_says() {
    let (_backend, client) = furnished().await;
    let document = document(&client).await;
    let batch = json!({"client": "c", "atomic": false, "batch": [
        create("1", "lead", "l", json!({"name": "Nova"})),
        update("2", "lead", "l", 1, json!({"name": "Vega"})),
        update("3", "lead", "l", 1, json!({"name": 5})),
        update("4", "lead", "none", 1, json!({"name": "x"})),
        update("5", "unheard", "l", 1, json!({})),
        create("1", "lead", "l", json!({"name": "Nova"})),
        create("1", "lead", "l", json!({"name": "Other"})),
    ]});
    let schema = "/paths/~1v1~1commands/post/requestBody/content/application~1json/schema";
    fits(
        &document,
        document.pointer(schema).unwrap(),
        &batch,
        "a batch",
    );
    let post = |body: &Json| {
        let request = client.request(Method::POST, "/v1/commands");
        request.json(body).build().unwrap()
    };
    let path = "/v1/commands";
    ask(&client, &document, path, "a batch", post(&batch)).await;
    ask(&client, &document, path, "nonsense", post(&json!([]))).await;
    let one = "/v1/leads/{id}";
    let edit = |method: Method, tag: Option<&str>| {
        let mut request = client.request(method, "/v1/leads/l");
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        request.json(&json!({"name": "Rigel"})).build().unwrap()
    };
    for (method, tag) in [
        (Method::PATCH, None),
        (Method::PATCH, Some("\"1\"")),
        (Method::PATCH, Some("*")),
        (Method::DELETE, Some("\"1\"")),
        (Method::DELETE, Some("*")),
        (Method::DELETE, Some("*")),
        (Method::PATCH, Some("*")),
    ] {
        ask(&client, &document, one, "an edit", edit(method, tag)).await;
    }
}

#[tokio::test]
async fn the_document_names_each_path_once_and_no_other() {
    let backend = Backend::start().await;
    let client = backend.client("lena");
    let document = document(&client).await;
    let paths = document["paths"].as_object().unwrap();
    for kind in Kind::ALL {
        let path = format!("/v1/{}", kind.path());
        assert!(paths.contains_key(&path), "{path}");
        assert!(
            paths.contains_key(&format!("{path}/{{id}}")),
            "{path}/{{id}}"
        );
    }
    let mut names = BTreeSet::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{name} twice");
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = client.request(method, &path.replace("{id}", "none"));
            let reply = request.send().await.unwrap();
            assert_ne!(reply.status(), 405, "{path}");
            if path != "/v1/events" {
                let text = reply.text().await.unwrap();
                assert!(!text.contains("there is no such path"), "{path}: {text}");
            }
        }
    }
    // A type that reads other fields than it did shows here, in the published form of it.
    let fields = |name: &str| {
        let schema = &document["components"]["schemas"][name];
        let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        format!("{names:?} {}", schema["required"])
    };
    assert_eq!(
        fields("Command"),
        r#"["add", "at", "base", "cmd", "id", "kind", "mine", "op", "remove", "set", "unset"] ["cmd","id","kind","op"]"#
    );
    assert_eq!(
        fields("Batch"),
        r#"["atomic", "batch", "client"] ["batch","client"]"#
    );
    assert_eq!(
        fields("Row"),
        r#"["deleted", "fields", "fv", "id", "kind", "left", "seq", "updated_at", "updated_by", "version"] ["id","kind","seq"]"#
    );
}
