//! The HTTP face: frames, tokens, limits, streams, the REST paths.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cnm::record::Kind;
use cnm::server::{Compression, Exposure, Grant, RateLimit, ServerError};
use cnm::wire::{Me, Meta, Row, Status, problem};
use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Backend, create, header, update};

#[tokio::test]
async fn meta_needs_no_token_and_every_reply_has_its_frame() {
    let backend = Backend::start().await;
    let reply = super::http_client()
        .get(format!("{}/v1/meta", backend.base()))
        .send()
        .await
        .unwrap();
    assert_eq!(header(&reply, "cache-control"), "no-store");
    assert_eq!(header(&reply, "date"), "Sat, 21 Nov 2026 08:00:00 GMT");
    assert_eq!(header(&reply, "x-request-id").len(), 16);
    let meta: Meta = reply.json().await.unwrap();
    assert_eq!(meta.api.min, 1);
    assert_eq!(meta.limits.commands_per_batch, 1_000);
    assert_eq!(meta.server_time.to_string(), "2026-11-21T08:00:00Z");
}

#[tokio::test]
async fn me_says_who_asks() {
    let backend = Backend::start().await;
    let me: Me = backend
        .client("lena")
        .get("/v1/me")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((me.user.as_str(), me.role.as_str()), ("lena", "lead"));
    assert_eq!(me.expires_at.unwrap().to_string(), "2027-02-19T08:00:00Z");
}

#[tokio::test]
async fn a_wrong_token_is_refused_the_same_way_whatever_is_wrong() {
    let backend = Backend::start().await;
    let mut client = backend.client("mei");
    let good = client.token.clone();
    let other = backend.client("tom").token;
    let secret_of_tom = {
        let mut parts: Vec<&str> = good.split('_').collect();
        parts[3] = other.split('_').nth(3).unwrap();
        parts.join("_")
    };
    for wrong in [
        "",
        "x",
        "cnm_pat_",
        &secret_of_tom,
        &good.replace("cnm", "abc"),
    ] {
        wrong.clone_into(&mut client.token);
        let reply = client.get("/v1/me").await;
        assert_eq!(reply.status(), 401, "{wrong}");
        assert_eq!(
            header(&reply, "www-authenticate"),
            r#"Bearer error="invalid_token""#
        );
        assert_eq!(super::problem(reply).await.kind, problem::INVALID_TOKEN);
    }
    let bare = super::http_client().get(format!("{}/v1/changes", backend.base()));
    assert_eq!(bare.send().await.unwrap().status(), 401);
    let query = super::http_client().get(format!("{}/v1/me?token={good}", backend.base()));
    assert_eq!(
        query.send().await.unwrap().status(),
        401,
        "a token in an address is no token"
    );
}

#[tokio::test]
async fn a_token_ends_by_its_date_or_when_it_is_revoked() {
    let backend = Backend::start().await;
    let grant = Grant {
        days: 1,
        ..Grant::default()
    };
    let mut client = backend.client("mei");
    let short = backend.server.create_token("mei", &grant).unwrap();
    short.reveal().clone_into(&mut client.token);
    assert_eq!(client.get("/v1/me").await.status(), 200);
    backend.pass(86_400);
    assert_eq!(client.get("/v1/me").await.status(), 401);
    let long = backend
        .server
        .create_token("mei", &Grant::default())
        .unwrap();
    long.reveal().clone_into(&mut client.token);
    assert_eq!(client.get("/v1/me").await.status(), 200);
    backend.server.revoke_token(long.id()).unwrap();
    assert_eq!(client.get("/v1/me").await.status(), 401);
    assert!(matches!(
        backend.server.revoke_token("none"),
        Err(ServerError::NoToken(_))
    ));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    for path in [
        "/",
        "/v2/meta",
        "/v1",
        "/v1/starships",
        "/v1/starships/1",
        "/v1/leads/a/b",
    ] {
        let reply = mei.get(path).await;
        assert_eq!(reply.status(), 404, "{path}");
        assert_eq!(super::problem(reply).await.kind, problem::NOT_FOUND);
    }
    let reply = mei
        .request(Method::DELETE, "/v1/meta")
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 405);
    assert_eq!(super::problem(reply).await.kind, problem::METHOD);
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let backend = Backend::with(|options| {
        options.rate = Some(RateLimit {
            per_second: 0.01,
            burst: 3.0,
        });
    })
    .await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    for _ in 0..3 {
        assert_eq!(mei.get("/v1/me").await.status(), 200);
    }
    let reply = mei.get("/v1/me").await;
    assert_eq!(reply.status(), 429);
    let wait: u64 = header(&reply, "retry-after").parse().unwrap();
    assert!((1..=100).contains(&wait));
    assert_eq!(
        header(&reply, "ratelimit"),
        format!("\"token\";r=0;t={wait}")
    );
    assert_eq!(header(&reply, "ratelimit-policy"), "\"token\";q=3;w=300");
    assert_eq!(super::problem(reply).await.kind, problem::RATE_LIMITED);
    assert_eq!(
        tom.get("/v1/me").await.status(),
        200,
        "each token has its own count"
    );
}

#[tokio::test]
async fn guessing_tokens_is_slowed_down_and_good_ones_still_work() {
    let backend = Backend::with(|options| options.rate = Some(RateLimit::default())).await;
    let good = backend.client("mei");
    let mut guess = good.clone();
    guess.token.push('x');
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(guess.get("/v1/me").await.status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
    assert_eq!(good.get("/v1/me").await.status(), 200);
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let large = format!(
        r#"{{"client":"c","batch":[],"x":"{}"}}"#,
        "x".repeat(1 << 20)
    );
    let post = |body: reqwest::Body| {
        let request = mei.request(Method::POST, "/v1/commands");
        request
            .header("content-type", "application/json")
            .body(body)
            .send()
    };
    let reply = post(large.clone().into()).await.unwrap();
    assert_eq!(reply.status(), 413);
    let parts: Vec<Result<Vec<u8>, std::io::Error>> = large
        .as_bytes()
        .chunks(65_536)
        .map(|part| Ok(part.to_vec()))
        .collect();
    let streamed = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
    let reply = post(streamed).await.unwrap();
    assert_eq!(reply.status(), 413, "without a length too");
    let many: Vec<Json> = (0..1_001)
        .map(|number| create(&number.to_string(), "lead", &number.to_string(), json!({})))
        .collect();
    let reply = mei.post(&json!({"client": "c", "batch": many})).await;
    assert_eq!(super::problem(reply).await.kind, problem::TOO_LARGE);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let request = mei
        .request(Method::POST, "/v1/commands")
        .header("content-type", "text/plain");
    assert_eq!(request.body("{}").send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn a_huge_head_is_refused_and_the_server_goes_on() {
    let backend = Backend::start().await;
    let address = backend.running.as_ref().unwrap().address();
    let many = "x-y: z\r\n".repeat(1_000);
    for (head, expected) in [
        (format!("GET /v1/meta HTTP/1.1\r\n{many}\r\n"), "431"),
        (
            format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000)),
            "414",
        ),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "400"),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut reply = vec![0; 12];
        stream.read_exact(&mut reply).await.unwrap();
        let reply = String::from_utf8(reply).unwrap();
        assert!(reply.ends_with(expected), "{reply}");
    }
    assert_eq!(backend.client("mei").get("/v1/me").await.status(), 200);
}

#[tokio::test]
async fn a_large_head_is_a_problem_with_its_words() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let long = mei.get(&format!("/v1/meta?{}", "x".repeat(9_000))).await;
    assert_eq!(long.status(), 414);
    assert_eq!(super::problem(long).await.kind, problem::URI_TOO_LONG);
    let request = mei.request(Method::GET, "/v1/meta");
    let large = request.header("x-much", "y".repeat(40_000)).send().await;
    let large = large.unwrap();
    assert_eq!(large.status(), 431);
    assert_eq!(super::problem(large).await.kind, problem::HEADERS_TOO_LARGE);
}

#[tokio::test]
async fn a_token_has_eight_requests_at_work_and_waiting_ones_do_not_count() {
    let backend = Backend::with(|options| {
        options.rate = Some(RateLimit {
            per_second: 1_000.0,
            burst: 1_000.0,
        });
    })
    .await;
    let mei = backend.client("mei");
    let cursor = mei.page("", 500).await.cursor;
    let waiting: Vec<_> = (0..12)
        .map(|_| {
            let (mei, path) = (mei.clone(), format!("/v1/changes?cursor={cursor}&wait=20"));
            tokio::spawn(async move {
                loop {
                    // Twelve that arrive at once may be more than eight before they wait.
                    let status = mei.get(&path).await.status();
                    if status != 429 {
                        return status;
                    }
                }
            })
        })
        .collect();
    // A body that does not come keeps its request at work.
    let mut slow = Vec::new();
    let head = format!(
        "POST /v1/commands HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 9\r\n\r\n",
        mei.token
    );
    let address = backend.running.as_ref().unwrap().address();
    let mut refused = None;
    // Until those requests are at work others get through.
    for round in 0..500 {
        if round < 8 {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            slow.push(stream);
        }
        let reply = mei.get("/v1/me").await;
        if reply.status() == 429 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("the ninth request has no place");
    assert_eq!(header(&refused, "ratelimit-policy"), "\"at-once\";q=8;w=1");
    assert_eq!(header(&refused, "retry-after"), "1");
    assert_eq!(backend.client("tom").get("/v1/me").await.status(), 200);
    drop(slow);
    backend.seed(&[(Kind::Snippet, "s", json!({"title": "x"}))]);
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_others_up() {
    let backend = Backend::with(|options| options.connections = 40).await;
    let address = backend.running.as_ref().unwrap().address();
    let mut slow = Vec::new();
    for _ in 0..30 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /v1/meta HTTP/1.1\r\nx: ")
            .await
            .unwrap();
        slow.push(stream);
    }
    let mei = backend.client("mei");
    let reply = tokio::time::timeout(Duration::from_secs(5), mei.get("/v1/me")).await;
    assert_eq!(reply.unwrap().status(), 200);
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_server_goes_on() {
    let broken = Arc::new(AtomicBool::new(false));
    let trap = Arc::clone(&broken);
    let backend = Backend::with(move |options| {
        let clock = Arc::clone(&options.clock);
        options.clock = Arc::new(move || {
            // The use of the token is noted behind the request; that is not what breaks here.
            let writing = std::thread::current().name() == Some("cnm-writer");
            assert!(
                writing || !trap.swap(false, Ordering::SeqCst),
                "the clock broke"
            );
            clock()
        });
    })
    .await;
    let mei = backend.client("mei");
    mei.one(create("0", "lead", "a", json!({}))).await;
    broken.store(true, Ordering::SeqCst);
    let reply = mei.get("/v1/me").await;
    assert_eq!(reply.status(), 500);
    let problem = super::problem(reply).await;
    assert_eq!(problem.kind, problem::INTERNAL);
    assert!(!problem.detail.contains("clock"));
    assert_eq!(mei.get("/v1/me").await.status(), 200);
    assert_eq!(
        mei.one(create("1", "lead", "l", json!({}))).await.status,
        Status::Applied
    );
}

#[tokio::test]
async fn a_command_that_breaks_the_writer_is_undone_and_others_go_on() {
    let broken = Arc::new(AtomicBool::new(false));
    let trap = Arc::clone(&broken);
    let backend = Backend::with(move |options| {
        let clock = Arc::clone(&options.clock);
        options.clock = Arc::new(move || {
            let writing = std::thread::current().name() == Some("cnm-writer");
            assert!(!(writing && trap.load(Ordering::SeqCst)), "the clock broke");
            clock()
        });
    })
    .await;
    let mei = backend.client("mei");
    mei.one(create("0", "lead", "a", json!({}))).await;
    broken.store(true, Ordering::SeqCst);
    let poison = json!({"client": "c", "batch": [create("1", "lead", "l", json!({}))]});
    let reply = mei.post(&poison).await;
    assert_eq!(super::problem(reply).await.kind, problem::INTERNAL);
    assert!(!mei.has("lead", "l").await);
    broken.store(false, Ordering::SeqCst);
    let again = mei.one(create("1", "lead", "l", json!({}))).await;
    assert_eq!(
        again.status,
        Status::Applied,
        "a failure of the server is not remembered"
    );
}

#[tokio::test]
async fn replies_to_other_machines_are_compressed() {
    let backend = Backend::with(|options| options.compression = Compression::Always).await;
    let mei = backend.client("mei");
    let request = mei.request(Method::GET, "/v1/changes");
    let reply = super::plain_client()
        .execute(request.header("accept-encoding", "gzip").build().unwrap())
        .await
        .unwrap();
    assert_eq!(header(&reply, "content-encoding"), "gzip");
    let page = mei.page("", 500).await;
    assert!(!page.changes.is_empty(), "and can be read");
}

#[tokio::test]
async fn a_public_address_is_refused_unless_a_proxy_stands_in_front() {
    let backend = Backend::start().await;
    let public = "0.0.0.0:0".parse().unwrap();
    let refused = backend.server.serve(public).await.unwrap_err();
    assert!(matches!(refused, ServerError::Public(_)));
    let proxied = Backend::with(|options| options.exposure = Exposure::BehindProxy).await;
    proxied.server.serve(public).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_stopped_server_ends_its_streams_and_frees_its_address() {
    let mut backend = Backend::start().await;
    let mei = backend.client("mei");
    let stream = mei.get("/v1/events").await;
    let running = backend.running.take().unwrap();
    let address = running.address();
    running.shutdown().await;
    let rest = tokio::time::timeout(Duration::from_secs(5), stream.text()).await;
    assert!(rest.is_ok(), "the stream ended");
    backend
        .server
        .serve(address)
        .await
        .unwrap()
        .shutdown()
        .await;
}

/// Reads a stream of events until a text has come.
async fn read_until(stream: &mut reqwest::Response, text: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(text) {
        let part = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await;
        let part = part.unwrap_or_else(|_| panic!("no `{text}` in `{seen}`"));
        let part = part
            .unwrap()
            .unwrap_or_else(|| panic!("the stream ended: `{seen}`"));
        seen.push_str(&String::from_utf8_lossy(&part));
    }
    seen
}

#[tokio::test]
async fn a_change_pokes_the_stream() {
    let backend = Backend::start().await;
    let (mei, tom) = (backend.client("mei"), backend.client("tom"));
    let mut stream = mei.get("/v1/events").await;
    assert_eq!(header(&stream, "content-type"), "text/event-stream");
    let head = mei.page("", 1).await.head;
    let first = read_until(&mut stream, &format!("{{\"seq\":{head}}}")).await;
    assert!(
        first.contains("event: ping"),
        "a first ping shows that nothing holds it back"
    );
    assert!(first.contains("retry: 2000"));
    assert!(first.contains(&format!("id: {head}")));
    tom.one(create("1", "snippet", "s", json!({}))).await;
    let next = read_until(&mut stream, "event: head").await;
    assert!(next.contains(&format!("{{\"seq\":{}}}", head + 1)));
}

#[tokio::test]
async fn a_revoked_token_ends_its_stream_within_five_seconds() {
    let backend = Backend::start().await;
    let token = backend
        .server
        .create_token("mei", &Grant::default())
        .unwrap();
    let mut mei = backend.client("mei");
    token.reveal().clone_into(&mut mei.token);
    let mut stream = mei.get("/v1/events").await;
    read_until(&mut stream, "event: head").await;
    backend.server.revoke_token(token.id()).unwrap();
    let rest = tokio::time::timeout(Duration::from_secs(5), stream.text()).await;
    assert!(rest.is_ok(), "the stream is still open");
}

#[tokio::test]
async fn a_token_about_to_end_is_announced() {
    let backend = Backend::start().await;
    let grant = Grant {
        days: 1,
        ..Grant::default()
    };
    let token = backend.server.create_token("mei", &grant).unwrap();
    let mut mei = backend.client("mei");
    token.reveal().clone_into(&mut mei.token);
    backend.pass(86_400 - 100);
    let mut stream = mei.get("/v1/events").await;
    read_until(&mut stream, "event: reauth").await;
}

fn lead(backend: &Backend) -> super::Client {
    let value = json!({"minor": 100, "currency": "USD"});
    let fields = json!({"owner": "mei", "name": "Nova", "expected_value": value});
    backend.seed(&[(Kind::Lead, "l", fields)]);
    backend.client("mei")
}

fn patch(client: &super::Client, tag: Option<&str>, body: &Json) -> reqwest::RequestBuilder {
    let request = client.request(Method::PATCH, "/v1/leads/l").json(body);
    match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    }
}

#[tokio::test]
async fn a_script_reads_and_changes_one_record_by_its_etag() {
    let backend = Backend::start().await;
    let mei = lead(&backend);
    let reply = mei.get("/v1/leads/l").await;
    assert_eq!(header(&reply, "etag"), "\"1\"");
    let body = json!({"name": "Nova Media", "expected_value": {"minor": 200}, "market": null});
    let reply = patch(&mei, Some("\"1\""), &body).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(header(&reply, "etag"), "\"2\"");
    let row: Row = reply.json().await.unwrap();
    assert_eq!(row.fields["name"], "Nova Media");
    assert_eq!(
        row.fields["expected_value"],
        json!({"minor": 200, "currency": "USD"})
    );
    assert_eq!(
        patch(&mei, Some("*"), &json!({"name": "x"}))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn an_edit_must_name_the_present_version() {
    let backend = Backend::start().await;
    let mei = lead(&backend);
    mei.one(update("1", "lead", "l", 1, json!({"name": "x"})))
        .await;
    let reply = patch(&mei, None, &json!({"name": "y"}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        super::problem(reply).await.kind,
        problem::PRECONDITION_REQUIRED
    );
    let reply = patch(&mei, Some("\"1\""), &json!({"market": "US"}))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 412);
    let body: Json = reply.json().await.unwrap();
    assert_eq!(body["server"]["fields"]["name"], "x");
    let reply = patch(&mei, Some("W/\"2\""), &json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 412);
}

#[tokio::test]
async fn an_edit_with_a_key_happens_once() {
    let backend = Backend::start().await;
    let mei = lead(&backend);
    let send = async |name: &str| {
        let request = patch(&mei, Some("\"1\""), &json!({"name": name}));
        request
            .header("idempotency-key", "k1")
            .send()
            .await
            .unwrap()
    };
    assert_eq!(send("x").await.status(), 200);
    let again = send("x").await;
    assert_eq!(again.status(), 200);
    assert_eq!(header(&again, "etag"), "\"2\"");
    assert_eq!(
        super::problem(send("other").await).await.kind,
        problem::REUSED
    );
}

#[tokio::test]
async fn a_deleted_record_is_gone_for_scripts() {
    let backend = Backend::start().await;
    let mei = lead(&backend);
    let remove = |tag: &'static str| {
        mei.request(Method::DELETE, "/v1/leads/l")
            .header("if-match", tag)
            .send()
    };
    assert_eq!(remove("\"7\"").await.unwrap().status(), 412);
    assert_eq!(remove("\"1\"").await.unwrap().status(), 204);
    let reply = mei.get("/v1/leads/l").await;
    assert_eq!(reply.status(), 410);
    assert_eq!(super::problem(reply).await.kind, problem::GONE);
    assert_eq!(
        remove("\"1\"").await.unwrap().status(),
        204,
        "it is what was asked for"
    );
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let backend = Backend::start().await;
    let mei = backend.client("mei");
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/v1/users?limit=3&after={after}");
        let page: Json = mei.get(&path).await.json().await.unwrap();
        for record in page["records"].as_array().unwrap() {
            ids.push(record["id"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(ids, ["ada", "boss", "lena", "mei", "tom", "uma", "vic"]);
}
