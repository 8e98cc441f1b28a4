//! `GET /v1/openapi.json`: the contract as an `OpenAPI` 3.1 document, made from the kinds and the wire types.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::json;
use crate::record::{AnyRef, FieldType, Kind, Money};
use crate::server::commands::batch;
use crate::wire::{
    API_VERSION, BatchReply, ChangesPage, Digest, Head, Me, Meta, Problem, Row, path, schema,
};

/// `GET /v1/openapi.json`
pub(super) async fn document() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| describe().to_string());
    json(TEXT.clone())
}

/// One thing that a path can do.
struct Operation<'o> {
    method: &'o str,
    id: String,
    summary: String,
    parameters: Vec<Json>,
    /// Content type and schema of the body.
    body: Option<(&'o str, Json)>,
    /// Status, words, content type and schema of the reply; nothing for an empty one.
    reply: (&'o str, &'o str, Option<(&'o str, Json)>),
    /// Refusals beside those that every path has.
    refusals: &'o [&'o str],
}

/// A reply of JSON.
fn ok(words: &str, schema: Json) -> (&str, &str, Option<(&str, Json)>) {
    ("200", words, Some(("application/json", schema)))
}

fn describe() -> Json {
    let mut schemas = BTreeMap::new();
    let mut paths = Map::new();
    contract(&mut paths, &mut schemas);
    for kind in Kind::ALL {
        of_kind(*kind, &mut paths, &mut schemas);
    }
    schema::of::<Problem>(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "cnm reference backend",
            "version": API_VERSION.to_string(),
            "description": "Reads are a feed of the latest state; writes are batches of commands with \
                            ids made by the client. Every refusal is a problem (RFC 9457).",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    })
}

/// Describes the paths that are not those of one kind.
fn contract(paths: &mut Map<String, Json>, schemas: &mut BTreeMap<String, Json>) {
    let mut get = |path: &str, summary: &str, parameters, reply, refusals| {
        let operation = Operation {
            method: "get",
            id: path
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .replace(".json", ""),
            summary: summary.to_owned(),
            parameters,
            body: None,
            reply,
            refusals,
        };
        add(paths, path, &operation);
    };
    let meta = ok("What it is.", schema::of::<Meta>(schemas));
    get(path::META, "Tells who the server is.", vec![], meta, &[]);
    let me = ok("Who asks.", schema::of::<Me>(schemas));
    get(path::ME, "Tells who the token is.", vec![], me, &[]);
    let digest = ok("The sums.", schema::of::<Digest>(schemas));
    let summary = "Sums up what the principal sees, to compare a cache with it.";
    get(path::DIGEST, summary, vec![], digest, &[]);
    let page = ok("A page.", schema::of::<ChangesPage>(schemas));
    let asked = vec![
        query(
            "cursor",
            "Where the page begins; empty for everything.",
            "string",
        ),
        query("limit", "Records at most, 1 to 5000.", "integer"),
        query("wait", "Seconds to wait for news, at most 30.", "integer"),
    ];
    let summary = "Reads the records that changed after a cursor.";
    get(path::CHANGES, summary, asked, page, &["400", "409", "410"]);
    schema::of::<Head>(schemas);
    let events = (
        "200",
        "Pokes.",
        Some(("text/event-stream", json!({"type": "string"}))),
    );
    let summary = "Streams a poke for each change; its data is a Head.";
    get(path::EVENTS, summary, vec![], events, &[]);
    let this = ok("The document.", json!({"type": "object"}));
    get(path::OPENAPI, "Returns this document.", vec![], this, &[]);
    let commands = Operation {
        method: "post",
        id: "commands".to_owned(),
        summary: "Runs a batch of commands and says what became of each.".to_owned(),
        parameters: vec![],
        body: Some(("application/json", schema::of::<batch::Shape>(schemas))),
        reply: ok("The results.", schema::of::<BatchReply>(schemas)),
        refusals: &["400", "413", "415"],
    };
    add(paths, path::COMMANDS, &commands);
}

/// Describes the two paths of a kind and its record.
fn of_kind(kind: Kind, paths: &mut Map<String, Json>, schemas: &mut BTreeMap<String, Json>) {
    describe_record(kind, schemas);
    let many = format!("/v1/{}", kind.path());
    let one = format!("{many}/{{id}}");
    for operation in operations(kind) {
        let path = if operation.id.starts_with("list_") {
            &many
        } else {
            &one
        };
        add(paths, path, &operation);
    }
}

fn describe_record(kind: Kind, schemas: &mut BTreeMap<String, Json>) {
    let fields: Map<String, Json> = kind
        .fields()
        .iter()
        .map(|field| {
            let schema = of_field(&field.ty, field.help, schemas);
            (field.name.to_owned(), schema)
        })
        .collect();
    let name = kind.name();
    schemas.insert(
        format!("{name}.fields"),
        json!({"type": "object", "properties": fields}),
    );
    let row = schema::of::<Row>(schemas);
    let record = json!({
        "allOf": [row, {"type": "object", "properties": {
            "kind": {"const": name},
            "fields": {"$ref": format!("#/components/schemas/{name}.fields")},
        }}],
    });
    schemas.insert(name.to_owned(), record);
}

/// Returns what can be done with records of a kind.
fn operations(kind: Kind) -> [Operation<'static>; 4] {
    let name = kind.name();
    let record = || json!({"$ref": format!("#/components/schemas/{name}")});
    let list = json!({
        "type": "object",
        "properties": {
            "records": {"type": "array", "items": record()},
            "next": {"type": ["string", "null"]},
        },
        "required": ["records", "next"],
    });
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let tag = header(
        "If-Match",
        "The version that the edit is made on, or `*`.",
        true,
    );
    let key = header(
        "Idempotency-Key",
        "The edit happens at most once under it.",
        false,
    );
    let edited: &[&str] = &["404", "410", "412", "422", "428"];
    let patch = json!({"$ref": format!("#/components/schemas/{name}.fields")});
    let operation = |method, verb: &str, summary, parameters, reply, refusals| Operation {
        method,
        id: format!("{verb}_{name}"),
        summary,
        parameters,
        body: None,
        reply,
        refusals,
    };
    let asked = vec![
        query("after", "The last id of the page before.", "string"),
        query("limit", "Records at most, 1 to 5000.", "integer"),
    ];
    let what = format!("Lists {} in the order of their ids.", kind.plural());
    let page = ok("A page.", list);
    let list = operation("get", "list", what, asked, page, &["400"]);
    let what = format!("Reads one {}.", kind.label());
    let found = ok("The record.", record());
    let read = operation(
        "get",
        "read",
        what,
        vec![id.clone()],
        found,
        &["404", "410"],
    );
    let edit = vec![id, tag, key];
    let what = format!("Changes fields of one {}.", kind.label());
    let after = ok("The record afterwards.", record());
    let mut change = operation("patch", "change", what, edit.clone(), after, edited);
    change.body = Some(("application/merge-patch+json", patch));
    let what = format!("Deletes one {}.", kind.label());
    let gone = ("204", "It is gone.", None);
    let delete = operation("delete", "delete", what, edit, gone, edited);
    [list, read, change, delete]
}

fn of_field(ty: &FieldType, help: &str, schemas: &mut BTreeMap<String, Json>) -> Json {
    let mut schema = match ty {
        FieldType::Text | FieldType::LongText | FieldType::Span => json!({"type": "string"}),
        FieldType::Number => json!({"type": "number"}),
        FieldType::Flag => json!({"type": "boolean"}),
        FieldType::Instant => json!({"type": "string", "format": "date-time"}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        // An open set: an unknown value is kept as it came.
        FieldType::Choice(known) => json!({"type": "string", "examples": known}),
        FieldType::Link(kind) => json!({"type": "string", "x-links-to": kind.name()}),
        FieldType::Money => schema::of::<Money>(schemas),
        FieldType::AnyLink => schema::of::<AnyRef>(schemas),
        FieldType::Due => json!({"anyOf": [
            {"type": "object", "required": ["date"],
             "properties": {"date": {"type": "string", "format": "date"}}},
            {"type": "object", "required": ["wall", "zone", "instant"],
             "properties": {"wall": {"type": "string"}, "zone": {"type": "string"},
                            "instant": {"type": "string", "format": "date-time"}}},
        ]}),
        FieldType::Many(inner) => json!({"type": "array", "items": of_field(inner, "", schemas)}),
        FieldType::Json => json!({}),
    };
    if let (false, Some(schema)) = (help.is_empty(), schema.as_object_mut()) {
        schema.insert("description".to_owned(), help.into());
    }
    schema
}

fn query(name: &str, words: &str, ty: &str) -> Json {
    json!({"name": name, "in": "query", "description": words, "schema": {"type": ty}})
}

fn header(name: &str, words: &str, required: bool) -> Json {
    json!({"name": name, "in": "header", "description": words, "required": required,
           "schema": {"type": "string"}})
}

fn add(paths: &mut Map<String, Json>, path: &str, operation: &Operation<'_>) {
    let mut responses = Map::new();
    let (status, words, content) = &operation.reply;
    let mut reply = json!({"description": words});
    if let Some((kind, schema)) = content {
        reply["content"] = json!({*kind: {"schema": schema}});
    }
    responses.insert((*status).to_owned(), reply);
    let always: &[&str] = if path == path::META || path == path::OPENAPI {
        &["default"]
    } else {
        &["401", "403", "429", "default"]
    };
    for status in operation.refusals.iter().chain(always) {
        let refusal = json!({
            "description": "A refusal.",
            "content": {"application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
            }},
        });
        responses.insert((*status).to_owned(), refusal);
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": operation.parameters,
        "responses": responses,
    });
    if path == path::META || path == path::OPENAPI {
        described["security"] = json!([]);
    }
    if let Some((kind, schema)) = &operation.body {
        described["requestBody"] =
            json!({"required": true, "content": {*kind: {"schema": schema}}});
    }
    let entry = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    entry[operation.method] = described;
}
