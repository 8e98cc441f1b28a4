//! What a record is called by cannot be taken away.

use cnm::record::{Audience, FieldType, Kind, called};
use cnm::wire::Status;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};

use super::{Backend, problem, update};

/// Kinds whose records may be without the name that they have.
const NAMELESS: [Kind; 3] = [Kind::BusyBlock, Kind::Thread, Kind::Milestone];

/// A record of each kind under the name of its kind, seen by Lena.
fn record(kind: Kind) -> Json {
    let mut fields = Map::new();
    if let Some(name) = called(kind) {
        fields.insert(name.into(), "Nova".into());
    }
    let names: Vec<&str> = match kind.audience() {
        Audience::Everyone => Vec::new(),
        Audience::Users(names) => names.to_vec(),
        Audience::Parent(link) => vec![link],
    };
    for name in names {
        let of = |kind: Kind| match kind {
            Kind::User => "lena".to_owned(),
            other => other.name().to_owned(),
        };
        let value = match kind.field(name).unwrap().ty {
            FieldType::Link(to) => json!(of(to)),
            FieldType::AnyLink => json!({"kind": "network", "id": "network"}),
            _ => json!(["lena"]),
        };
        fields.insert(name.into(), value);
    }
    Json::Object(fields)
}

#[tokio::test]
async fn an_update_cannot_take_the_name_of_a_record() {
    let backend = Backend::start().await;
    let lena = backend.client("lena");
    let kinds = || {
        let kinds = Kind::ALL.iter().copied();
        kinds.filter(|kind| !kind.is_append_only() && !matches!(kind, Kind::User | Kind::Team))
    };
    let records: Vec<(Kind, &str, Json)> = kinds()
        .map(|kind| (kind, kind.name(), record(kind)))
        .collect();
    backend.seed(&records);
    let mut tried = 0;
    for kind in kinds() {
        let Some(name) = called(kind) else { continue };
        tried += 1;
        let id = kind.name();
        let kept = NAMELESS.contains(&kind);
        let mut unset = update(&format!("{id}-unset"), id, id, 1, json!({}));
        unset["unset"] = json!([name]);
        let blank = update(&format!("{id}-blank"), id, id, 1, json!({name: " \n"}));
        let null = update(&format!("{id}-null"), id, id, 1, json!({name: null}));
        for (command, part) in [(unset, "unset"), (blank, "set"), (null, "set")] {
            let result = lena.one(command).await;
            if kept {
                assert!(result.status.is_settled(), "{kind}: {result:?}");
                break;
            }
            assert_eq!(result.status, Status::Rejected, "{kind} {part}: {result:?}");
            let problem = result.problem.unwrap();
            assert_eq!(problem.status, 422, "{kind}: {problem:?}");
            let error = &problem.errors[0];
            assert_eq!(
                (error.pointer.as_str(), error.code.as_str()),
                (format!("/{part}/{name}").as_str(), "required"),
                "{kind}"
            );
            assert!(error.detail.contains(name), "{kind}: {error:?}");
        }
        if !kept {
            // By the other door too, and nothing has changed.
            let path = format!("/v1/{}/{id}", kind.path());
            for value in [json!(""), json!("\u{200b}\u{2060} "), Json::Null] {
                let request = lena.request(Method::PATCH, &path);
                let request = request.header("If-Match", "*").json(&json!({name: value}));
                let reply = request.send().await.unwrap();
                assert_eq!(reply.status(), StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
                let problem = problem(reply).await;
                assert_eq!(problem.errors[0].code, "required", "{kind}");
                assert!(problem.errors[0].pointer.ends_with(name), "{kind}");
            }
            let row = lena.everything().await[&(id.to_owned(), id.to_owned())].clone();
            assert_eq!(
                (row.version, &row.fields[name]),
                (1, &json!("Nova")),
                "{kind}"
            );
            let other = update(&format!("{id}-other"), id, id, 1, json!({name: "Nova 2"}));
            assert_eq!(lena.one(other).await.status, Status::Applied, "{kind}");
        }
    }
    assert!(tried > 15, "{tried}");
}

/// A record that never had a name stays editable.
#[tokio::test]
async fn a_record_without_a_name_can_be_changed() {
    let backend = Backend::start().await;
    backend.seed(&[(Kind::Lead, "l", json!({"owner": "mei"}))]);
    let mei = backend.client("mei");
    let result = mei
        .one(update(
            "c",
            "lead",
            "l",
            1,
            json!({"market": "US", "name": ""}),
        ))
        .await;
    assert_eq!(result.status, Status::Applied);
}
