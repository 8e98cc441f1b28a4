//! Rights: every principal on every kind of record with every verb, against an oracle of its own.

use std::collections::BTreeMap;

use cnm::record::{Audience, Kind};
use cnm::server::Scope;
use cnm::wire::{Status, problem};
use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::{Backend, Client, Mirror, PEOPLE, TEAMS, create, delete, new_record, update};

/// A record of the sweep: its kind, its fields, and the record that decides who sees it.
#[derive(Clone, Debug)]
struct Sample {
    kind: Kind,
    id: String,
    fields: Json,
    /// The users that the record, or what it belongs to, names; `None` where everyone sees it.
    named: Option<Vec<String>>,
}

/// The oracle: who sees a record. It shares nothing with the server but the table of people.
fn sees(person: &str, named: Option<&[String]>) -> bool {
    let Some(named) = named else { return true };
    let of = |id: &str| PEOPLE.iter().find(|(user, ..)| *user == id).copied();
    let Some((_, role, team)) = of(person) else {
        return false;
    };
    match role {
        "admin" => false,
        "lead" if named.is_empty() => true,
        "lead" => named.iter().any(|user| {
            let theirs = of(user).map_or("", |(_, _, team)| team);
            user == person || (!theirs.is_empty() && within(theirs, team))
        }),
        _ => named.iter().any(|user| user == person),
    }
}

fn within(team: &str, whole: &str) -> bool {
    let parent = TEAMS
        .iter()
        .find(|(id, _)| *id == team)
        .map_or("", |(_, parent)| parent);
    team == whole || (!parent.is_empty() && within(parent, whole))
}

/// The oracle: whether someone who sees a record may change it.
fn writes(person: &str, kind: Kind, verb: &str) -> bool {
    let role = PEOPLE
        .iter()
        .find(|(user, ..)| *user == person)
        .map_or("", |(_, role, _)| role);
    let append_only = matches!(kind, Kind::Note | Kind::StageEvent) && verb != "create";
    let structure = matches!(kind, Kind::User | Kind::Team);
    let definition = matches!(
        kind,
        Kind::Stage
            | Kind::Term
            | Kind::Rubric
            | Kind::MetricDef
            | Kind::CriteriaSet
            | Kind::DimensionSet
    );
    match role {
        _ if append_only => false,
        "admin" => true,
        "lead" => !structure || verb == "update",
        "cnm" => !structure && !definition,
        _ => false,
    }
}

/// Makes one record of each kind for each of some sets of owners, children of everything included.
fn samples() -> Vec<Sample> {
    let owners: [&[&str]; 6] = [
        &["mei"],
        &["tom"],
        &["uma"],
        &["lena"],
        &["mei", "uma"],
        &[],
    ];
    let mut samples = Vec::new();
    for (number, owners) in owners.iter().enumerate() {
        let named: Vec<String> = owners.iter().map(|owner| (*owner).to_owned()).collect();
        for kind in Kind::ALL {
            let id = format!("{}{number}", kind.name());
            let (fields, named) = match kind.audience() {
                Audience::Everyone => (json!({}), None),
                // A kind that names one person by another word than `owner`, such as who imported a file.
                Audience::Users([by]) if *by != "owner" => {
                    let one: Vec<String> = named.iter().take(1).cloned().collect();
                    let fields = one.first().map_or(json!({}), |user| json!({ *by: user }));
                    (fields, Some(one))
                }
                Audience::Users(_) => {
                    let fields = match owners {
                        [] => json!({}),
                        [owner] => json!({ "owner": owner }),
                        [owner, others @ ..] => json!({"owner": owner, "shared_with": others}),
                    };
                    (fields, Some(named.clone()))
                }
                Audience::Parent("subject") => {
                    let subject = json!({"kind": "lead", "id": format!("lead{number}")});
                    (json!({ "subject": subject }), Some(named.clone()))
                }
                Audience::Parent(link) => {
                    let fields = json!({ link: format!("{link}{number}") });
                    (fields, Some(named.clone()))
                }
            };
            samples.push(Sample {
                kind: *kind,
                id,
                fields,
                named,
            });
        }
        // Children of children: a note on a message, a figure of a creator.
        for (kind, parent) in [(Kind::Note, "message"), (Kind::MetricPoint, "creator")] {
            let subject = json!({"kind": parent, "id": format!("{parent}{number}")});
            samples.push(Sample {
                kind,
                id: format!("{parent}-{}{number}", kind.name()),
                fields: json!({ "subject": subject }),
                named: Some(named.clone()),
            });
        }
    }
    samples
}

async fn swept_backend() -> (Backend, Vec<Sample>) {
    let backend = Backend::start().await;
    let samples = samples();
    let records = samples
        .iter()
        .map(|sample| new_record(sample.kind, &sample.id, &sample.fields))
        .collect();
    backend.server.load([records]).unwrap();
    (backend, samples)
}

/// A field that every kind accepts because no kind knows it.
const PROBE: &str = "probe";

#[tokio::test]
async fn reading_shows_exactly_what_the_principal_may_see() {
    let (backend, samples) = swept_backend().await;
    for (person, ..) in PEOPLE {
        let client = backend.client(person);
        let feed = client.everything().await;
        for sample in &samples {
            let visible = sees(person, sample.named.as_deref());
            let (kind, id) = (sample.kind, &sample.id);
            let in_feed = feed.contains_key(&(kind.name().to_owned(), id.clone()));
            assert_eq!(in_feed, visible, "feed of {person}: {kind} {id}");
            let reply = client.get(&format!("/v1/{}/{id}", kind.path())).await;
            let status = if visible { 200 } else { 404 };
            assert_eq!(reply.status(), status, "{person} reads {kind} {id}");
        }
        for kind in Kind::ALL {
            let list: Json = client
                .get(&format!("/v1/{}?limit=5000", kind.path()))
                .await
                .json()
                .await
                .unwrap();
            let listed = list["records"].as_array().unwrap().len();
            let expected = feed.keys().filter(|(of, _)| of == kind.name()).count();
            assert_eq!(listed, expected, "list of {person}: {kind}");
        }
    }
}

#[tokio::test]
async fn writing_is_refused_exactly_where_the_oracle_refuses_it() {
    let (backend, samples) = swept_backend().await;
    for (person, ..) in PEOPLE {
        let client = backend.client(person);
        for sample in &samples {
            let visible = sees(person, sample.named.as_deref());
            for verb in ["update", "delete"] {
                let allowed = visible && writes(person, sample.kind, verb);
                let who = format!("{person} {verb}s {} {}", sample.kind, sample.id);
                let status = probe(&client, sample, verb).await;
                let expected = match (visible, allowed) {
                    (false, _) => Status::NotFound,
                    (true, false) => Status::Forbidden,
                    (true, true) => Status::Conflict,
                };
                assert_eq!(status, expected, "{who}");
                let status = probe_by_path(&client, sample, verb).await;
                let expected = match (visible, allowed) {
                    (false, _) => 404,
                    (true, false) => 403,
                    (true, true) => 412,
                };
                assert_eq!(status, expected, "{who} by path");
            }
        }
    }
}

/// Tries an edit that would conflict if it were allowed, so that the sweep changes nothing.
async fn probe(client: &Client, sample: &Sample, verb: &str) -> Status {
    let (kind, id) = (sample.kind.name(), &sample.id);
    let cmd = format!("{verb}-{id}");
    // A version that the server never had is a conflict for whoever may try.
    let command = match verb {
        "update" => update(&cmd, kind, id, 99, json!({PROBE: 1})),
        _ => delete(&cmd, kind, id, 99),
    };
    client.one(command).await.status
}

async fn probe_by_path(client: &Client, sample: &Sample, verb: &str) -> u16 {
    let path = format!("/v1/{}/{}", sample.kind.path(), sample.id);
    let request = match verb {
        "update" => client
            .request(Method::PATCH, &path)
            .json(&json!({PROBE: 1})),
        _ => client.request(Method::DELETE, &path),
    };
    let reply = request.header("if-match", "\"99\"").send().await.unwrap();
    reply.status().as_u16()
}

#[tokio::test]
async fn creating_is_refused_exactly_where_the_oracle_refuses_it() {
    let (backend, samples) = swept_backend().await;
    for (person, ..) in PEOPLE {
        let client = backend.client(person);
        for sample in &samples {
            let has_parent = matches!(sample.kind.audience(), Audience::Parent(_));
            let reaches = !has_parent || sees(person, sample.named.as_deref());
            let expected = match (writes(person, sample.kind, "create"), reaches) {
                (false, _) => Status::Forbidden,
                (true, false) => Status::NotFound,
                (true, true) => Status::Applied,
            };
            let id = format!("new-{person}-{}", sample.id);
            let command = create(&id, sample.kind.name(), &id, sample.fields.clone());
            let result = client.one(command).await;
            assert_eq!(
                result.status, expected,
                "{person} creates {} {id}",
                sample.kind
            );
        }
    }
}

#[tokio::test]
async fn an_invisible_record_answers_like_one_that_is_not_there() {
    let (backend, _) = swept_backend().await;
    let mei = backend.client("mei");
    let reply = async |id: &str| {
        let reply = mei.get(&format!("/v1/leads/{id}")).await;
        let problem = super::problem(reply).await;
        (
            problem.kind,
            problem.title,
            problem.detail.replace(id, "ID"),
        )
    };
    assert_eq!(reply("lead1").await, reply("lead-none").await);
    let taken = mei.one(create("c", "lead", "lead1", json!({}))).await;
    assert_eq!(taken.status, Status::NotFound);
    let result = |command: Json| async { mei.one(command).await };
    let hidden = result(update("u", "lead", "lead1", 1, json!({"name": "x"}))).await;
    let absent = result(update("v", "lead", "lead-none", 1, json!({"name": "x"}))).await;
    assert_eq!(hidden.status, absent.status);
    assert!(hidden.server.is_none());
}

#[tokio::test]
async fn a_token_does_only_what_its_scopes_say() {
    let backend = Backend::start().await;
    let reader = backend.client_with("mei", &[Scope::Read]);
    let refused = reader.one(create("1", "lead", "l", json!({}))).await;
    assert_eq!(refused.status, Status::Forbidden);
    assert!(refused.problem.unwrap().detail.contains("write:funnel"));
    let funnel = backend.client_with("mei", &[Scope::WriteFunnel]);
    assert_eq!(
        funnel.one(create("2", "lead", "l", json!({}))).await.status,
        Status::Applied
    );
    assert_eq!(
        funnel
            .one(create("3", "thread", "t", json!({})))
            .await
            .status,
        Status::Forbidden
    );
    let blind = super::problem(funnel.get("/v1/changes").await).await;
    assert_eq!(blind.kind, problem::FORBIDDEN);
}

#[tokio::test]
async fn a_lead_does_not_decide_what_leads_may_see() {
    let backend = Backend::start().await;
    let lena = backend.client("lena");
    for (number, (kind, id, set)) in [
        ("user", "lena", json!({"role": "admin"})),
        ("user", "uma", json!({"team": "sg"})),
        ("team", "us", json!({"parent": "sg"})),
    ]
    .into_iter()
    .enumerate()
    {
        let result = lena
            .one(update(&number.to_string(), kind, id, 1, set))
            .await;
        assert_eq!(result.status, Status::Forbidden, "{kind} {id}");
    }
    let zone = lena
        .one(update(
            "z",
            "user",
            "mei",
            1,
            json!({"zone": "Asia/Singapore"}),
        ))
        .await;
    assert_eq!(zone.status, Status::Applied);
}

/// A network of Mei with a creator, a figure of it, and a note on the figure.
fn family(owner: &str) -> Vec<(Kind, &'static str, Json)> {
    let subject = |kind: &str, id: &str| json!({"subject": {"kind": kind, "id": id}});
    vec![
        (Kind::Network, "n", json!({"name": "Nova", "owner": owner})),
        (Kind::Creator, "c", json!({"network": "n", "handle": "x"})),
        (Kind::MetricPoint, "f", subject("creator", "c")),
        (Kind::Note, "o", subject("metric_point", "f")),
        (Kind::Note, "other", subject("network", "n")),
    ]
}

#[tokio::test]
async fn a_handover_moves_the_record_with_all_that_belongs_to_it() {
    let backend = Backend::start().await;
    backend.seed(&family("mei"));
    let (mei, tom, lena) = (
        backend.client("mei"),
        backend.client("tom"),
        backend.client("lena"),
    );
    let mut mirrors = BTreeMap::new();
    for (name, client) in [("mei", &mei), ("tom", &tom), ("lena", &lena)] {
        let mut mirror = Mirror::default();
        mirror.catch_up(client, 500).await;
        mirrors.insert(name, mirror);
    }
    let before = mirrors["lena"].rows.clone();
    let result = mei
        .one(update("h", "network", "n", 1, json!({"owner": "tom"})))
        .await;
    assert_eq!(result.status, Status::Applied);

    let page = mei.page(&mirrors["mei"].cursor, 500).await;
    assert_eq!(page.changes.len(), 5);
    assert!(
        page.changes
            .iter()
            .all(|row| row.left && row.fields.is_empty())
    );
    let page = tom.page(&mirrors["tom"].cursor, 500).await;
    assert_eq!(page.changes.len(), 5);
    assert!(page.changes.iter().all(|row| !row.left && row.version >= 1));
    for (name, client) in [("mei", &mei), ("tom", &tom), ("lena", &lena)] {
        let mirror = mirrors.get_mut(name).unwrap();
        mirror.catch_up(client, 2).await;
        assert_eq!(mirror.rows, client.everything().await, "{name}");
    }
    assert_eq!(mirrors["lena"].rows.len(), before.len());
    assert_eq!(mei.get("/v1/notes/o").await.status(), 404);
    assert_eq!(tom.get("/v1/notes/o").await.status(), 200);
}

#[tokio::test]
async fn an_edit_of_a_record_that_was_handed_over_is_told_and_not_lost() {
    let backend = Backend::start().await;
    backend.seed(&family("mei"));
    let (mei, lena) = (backend.client("mei"), backend.client("lena"));
    lena.one(update("h", "network", "n", 1, json!({"owner": "tom"})))
        .await;
    let late = mei
        .one(update("e", "network", "n", 1, json!({"name": "x"})))
        .await;
    assert_eq!(late.status, Status::NotFound);
}

#[tokio::test]
async fn a_message_that_moves_to_another_thread_changes_its_audience() {
    let backend = Backend::start().await;
    backend.seed(&[
        (Kind::Thread, "a", json!({"owner": "mei"})),
        (
            Kind::Thread,
            "b",
            json!({"owner": "tom", "shared_with": ["mei"]}),
        ),
        (Kind::Message, "m", json!({"thread": "a", "text": "x"})),
    ]);
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    assert!(!tom.has("message", "m").await);
    mei.one(update("1", "message", "m", 1, json!({"thread": "b"})))
        .await;
    assert!(tom.has("message", "m").await);
    assert!(mei.has("message", "m").await);
}

#[tokio::test]
async fn a_handover_too_large_for_one_transaction_changes_the_scope_instead() {
    let backend = Backend::start().await;
    let mut records = vec![new_record(Kind::Network, "n", &json!({"owner": "mei"}))];
    records.extend((0..5_001).map(|number| {
        let fields = json!({"network": "n"});
        new_record(Kind::Creator, &format!("c{number}"), &fields)
    }));
    backend.server.load([records]).unwrap();
    let (mei, tom, lena) = (
        backend.client("mei"),
        backend.client("tom"),
        backend.client("lena"),
    );
    let cursor = async |client: &Client| {
        let mut mirror = Mirror::default();
        mirror.catch_up(client, 5_000).await;
        mirror.cursor
    };
    let (of_mei, of_tom, of_lena) = (cursor(&mei).await, cursor(&tom).await, cursor(&lena).await);
    mei.one(update("h", "network", "n", 1, json!({"owner": "tom"})))
        .await;
    assert_eq!(mei.refused_page(&of_mei).await.kind, problem::SCOPE_CHANGED);
    assert_eq!(tom.refused_page(&of_tom).await.kind, problem::SCOPE_CHANGED);
    assert_eq!(lena.page(&of_lena, 500).await.changes.len(), 1);
    let creators = |rows: BTreeMap<(String, String), _>| {
        rows.keys().filter(|(kind, _)| kind == "creator").count()
    };
    assert_eq!(creators(tom.everything().await), 5_001);
    assert_eq!(creators(mei.everything().await), 0);
}

#[tokio::test]
async fn a_lead_who_is_demoted_reads_anew_and_sees_less() {
    let backend = Backend::start().await;
    backend.seed(&[(Kind::Lead, "l", json!({"owner": "mei"}))]);
    let (lena, ada) = (backend.client("lena"), backend.client("ada"));
    let cursor = lena.page("", 500).await.cursor;
    assert!(lena.has("lead", "l").await);
    ada.one(update("d", "user", "lena", 1, json!({"role": "cnm"})))
        .await;
    assert_eq!(
        lena.refused_page(&cursor).await.kind,
        problem::SCOPE_CHANGED
    );
    assert!(!lena.has("lead", "l").await);
    assert_eq!(lena.get("/v1/leads/l").await.status(), 404);
}

#[tokio::test]
async fn a_cnm_who_joins_a_team_is_seen_by_its_lead() {
    let backend = Backend::start().await;
    backend.seed(&[(Kind::Lead, "l", json!({"owner": "uma"}))]);
    let (lena, ada) = (backend.client("lena"), backend.client("ada"));
    assert!(!lena.has("lead", "l").await);
    ada.one(update("j", "user", "uma", 1, json!({"team": "sg"})))
        .await;
    assert!(lena.has("lead", "l").await);
}

#[tokio::test]
async fn a_user_who_is_deleted_is_locked_out_and_their_work_stays_with_the_lead() {
    let backend = Backend::start().await;
    backend.seed(&[(Kind::Lead, "l", json!({"owner": "mei"}))]);
    let (mei, lena, ada) = (
        backend.client("mei"),
        backend.client("lena"),
        backend.client("ada"),
    );
    ada.one(delete("d", "user", "mei", 1)).await;
    assert_eq!(mei.get("/v1/me").await.status(), 401);
    assert!(lena.has("lead", "l").await);
}

#[tokio::test]
async fn a_record_that_nobody_owns_any_more_is_seen_by_the_leads() {
    let backend = Backend::start().await;
    let (mei, lena) = (backend.client("mei"), backend.client("lena"));
    mei.one(create("1", "lead", "l", json!({"name": "x"})))
        .await;
    let nobody: Map<String, Json> = Map::from_iter([("owner".to_owned(), Json::Null)]);
    mei.one(update("2", "lead", "l", 1, Json::Object(nobody)))
        .await;
    assert!(!mei.has("lead", "l").await);
    assert!(lena.has("lead", "l").await);
}
